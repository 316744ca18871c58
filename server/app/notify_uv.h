/* The chat groups of a configuration, on a libuv loop: for the daemon and for `shiftwall notify`. */
#ifndef APP_NOTIFY_UV_H
#define APP_NOTIFY_UV_H

#include <uv.h>

#include "codec/config.h"
#include "core/zone.h"
#include "notify/notify.h"

struct sw_notify_uv;

/* Reads the files with addresses and secrets (now, not later: it blocks) and makes the destinations of CONFIG. ZONE and
 * HOOKS are borrowed. NULL when something is wrong with them; then FAULTS has a line for each fault. */
struct sw_notify_uv *sw_notify_uv_new(uv_loop_t *loop, const struct sw_config *config, const struct sw_zone *zone,
                                      const struct sw_notify_hooks *hooks, struct sw_buf *faults);
/* What to post to. */
struct sw_notify *sw_notify_uv_notify(struct sw_notify_uv *self);
/* Cancels what is under way, and calls CLOSED (or NULL) when libuv has let go; SELF is then gone. */
void sw_notify_uv_close(struct sw_notify_uv *self, void (*closed)(void *ctx), void *ctx);

#endif
