/* What an adapter told before it was started: its own events out of the site's journal, which is the only
 * copy. */
#ifndef TOOLS_SOURCE_PAST_H
#define TOOLS_SOURCE_PAST_H

#include <stdint.h>

#include "io/redis_conn.h"
#include "shiftwall/event.h"

#define SW_SOURCE_PAST_MS                                                                                    \
    INT64_C(86400000) /* how far back: a day, so that agents who signed in in the morning are known */

struct sw_source_past;

/* Reads the journal of SITE from FROM_MS (by Redis' clock) on, over CONN, which is READY, and calls EVENT for
 * each event of the producer SRC, in order. Then DONE is called, once: READ events were given, ERROR is 0; or
 * -SW_EIO (the connection was lost: read again on the next; events come anew from the first), -SW_EACCES
 * (Redis refuses, and says TEXT). In and after DONE the reader is freed by itself. What is no event in the
 * journal is passed over, as the daemon does.
 *
 * sw_source_past_stop() frees it without DONE; its one command under way is let go. */
struct sw_source_past *
sw_source_past_read(struct sw_redis_conn *conn, const char *site, const char *src, int64_t from_ms,
                    void (*event)(void *ctx, const struct sw_event *event),
                    void (*done)(void *ctx, int error, uint64_t read, const char *text), void *ctx);
void sw_source_past_stop(struct sw_source_past *past);

#endif
