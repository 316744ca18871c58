/* The producer's side of the journal: sends messages with the Redis function `sw_emit`, which appends to the
 * journal and publishes in one step. Used by the daemon (to have the function in place), by the demo's
 * simulator and by the command line tools.
 *
 * Where the function is missing or older than ours it is loaded (FUNCTION LOAD REPLACE); where Redis is older
 * than 7 the same source is used as a script (SCRIPT LOAD, EVALSHA; streams with MINID need Redis 6.2). */
#ifndef SW_IO_FEED_EMIT_H
#define SW_IO_FEED_EMIT_H

#include <stddef.h>

#include "io/redis_conn.h"
#include "shiftwall/error.h"

#define SW_SITE_MAX 32 /* bytes of a site's name */

struct sw_emitter;

/* Whether NAME is a site's name: [a-z0-9][a-z0-9-]{0,31}. */
bool sw_site_name_is_valid(const char *name);

/* Makes an emitter for SITE on CONN (borrowed). The emitter must live until CONN is closed. SITE must be
 * valid. */
struct sw_emitter *sw_emitter_new(struct sw_redis_conn *conn, const char *site);
/* Frees it; only when none of its commands is outstanding (CONN is closed or not READY). */
void sw_emitter_free(struct sw_emitter *emitter);

/* Finds out how to emit and loads what is missing; to be called each time CONN becomes READY. DONE gets 0, or
 * -SW_EIO (the connection was lost), or -SW_EACCES with Redis' refusal as TEXT ("" otherwise).
 * Errors: those of sw_redis_conn_send, -SW_EBUSY (already preparing); then DONE is not called. */
SW_NODISCARD int sw_emitter_prepare(struct sw_emitter *emitter,
                                    void (*done)(void *ctx, int error, const char *text), void *ctx);
/* Sends one message (LEN bytes of JSON: an event or a batch). REPLY as for sw_redis_conn_send; a STRING reply
 * is the new entry's ID: the message is in the journal. An error reply that begins with NOSCRIPT, or that
 * says "Function not found", means that the function was removed: prepare again. Errors: -SW_EAGAIN (not
 * prepared, or not READY), -SW_ELIMIT. */
SW_NODISCARD int sw_emitter_send(struct sw_emitter *emitter, const char *json, size_t len,
                                 sw_redis_reply_fn reply, void *ctx);
/* "function", "script" or "" (not prepared). */
const char *sw_emitter_way(const struct sw_emitter *emitter);

#endif
