/* Remembers, in Redis, that a site took plain events today. They are not in the journal, so after a restart the
 * figures since the start of that day are not complete, and the walls must say so. */
#ifndef APP_PLAIN_MARKER_H
#define APP_PLAIN_MARKER_H

#include <uv.h>

#include "io/redis_conn.h"

struct sw_plain_marker;

/* Reads the mark of SITE once Redis can be reached, and calls FOUND with the start of the business day it tells of
 * (epoch ms), or 0 when there is none, and the number of the checkpoint after which its plain events came (UINT64_MAX: of
 * any). Never NULL. */
struct sw_plain_marker *sw_plain_marker_new(uv_loop_t *loop, const struct sw_redis_address *address, const char *site,
                                            void (*found)(void *ctx, int64_t day_start_ms, uint64_t checkpoint),
                                            void *ctx);
/* Ends it, from any state but within FOUND; frees itself when its handles are closed. */
void sw_plain_marker_close(struct sw_plain_marker *marker);

/* The name of the view key that holds the mark, and its text for a day: there were plain events after that checkpoint. */
#define SW_PLAIN_MARKER_VIEW "plain"
void sw_plain_marker_write(int64_t day_start_ms, uint64_t checkpoint, char *out, size_t size);

#endif
