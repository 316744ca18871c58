/* One asynchronous connection to Redis on a libuv loop.
 *
 * The connection keeps itself up: it resolves, connects, authenticates, selects its database and, when
 * anything of that fails or the peer is lost, backs off with full jitter and begins again, until it is
 * closed. Every step and every command has a deadline, so a peer that swallows packets is found like one that
 * refuses.
 *
 * Commands are accepted in the state READY only and are bounded in number and bytes: nothing is queued for a
 * Redis that is away. Replies are seen through an opaque view, so no user of this header needs hiredis.
 *
 * All functions belong to the thread of the loop. */
#ifndef SW_IO_REDIS_CONN_H
#define SW_IO_REDIS_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "shiftwall/error.h"

#define SW_REDIS_TEXT_MAX 256   /* bytes of a host, user or password, with the NUL */
#define SW_REDIS_PATH_MAX 108   /* bytes of a unix socket's path, with the NUL (sun_path) */
#define SW_REDIS_CHANNELS_MAX 8 /* channels of one subscription */
#define SW_REDIS_ARGS_MAX 32    /* arguments of one command */

/* Where Redis is and as whom we come. `path` is set for a unix socket, else `host` and `port`. */
struct sw_redis_address {
    char host[SW_REDIS_TEXT_MAX];
    uint16_t port;
    char path[SW_REDIS_PATH_MAX];
    char user[SW_REDIS_TEXT_MAX];     /* "" = the default user */
    char password[SW_REDIS_TEXT_MAX]; /* "" = no AUTH; never logged, never in a reason text */
    int db;
};

/* Reads `redis://[user[:password]@]host[:port][/db]` (an IPv6 host in brackets), `unix:///path[?db=N]` or
 * `redis+unix://[user:password@]/path[?db=N]`. User and password may be percent-encoded; `redis://:pw@host`
 * gives a password to the default user.
 * Errors: -SW_EPARSE (not such a URL), -SW_ELIMIT (a part is too long). */
SW_NODISCARD int sw_redis_url_parse(const char *url, struct sw_redis_address *out);
/* The same where PASSWORD (not "") may stand apart from the URL: it is taken when the URL has none. */
SW_NODISCARD int sw_redis_url_parse_with(const char *url, const char *password, struct sw_redis_address *out);

/* Writes the address without its secrets, as "host:port/db" or "/path?db=N", cut to SIZE bytes. Returns TEXT.
 */
const char *sw_redis_address_text(const struct sw_redis_address *address, char *text, size_t size);

enum sw_redis_state {
    SW_REDIS_IDLE,           /* not started */
    SW_REDIS_RESOLVING,      /* asking for the host's addresses */
    SW_REDIS_CONNECTING,     /* waiting for the socket */
    SW_REDIS_AUTHENTICATING, /* AUTH, SELECT, PING */
    SW_REDIS_READY,          /* commands are accepted */
    SW_REDIS_BACKING_OFF,    /* lost or refused: waiting for the next attempt */
    SW_REDIS_CLOSED          /* sw_redis_conn_close was called */
};
const char *sw_redis_state_name(enum sw_redis_state state);

/* Settings; zero means the default in brackets. */
struct sw_redis_options {
    struct sw_redis_address address;
    int64_t connect_ms;           /* deadline of resolving, of connecting, of authenticating, each [5000] */
    int64_t command_ms;           /* deadline of one command [5000] */
    int64_t backoff_min_ms;       /* first back-off is uniform in 0..this, then doubles [100] */
    int64_t backoff_max_ms;       /* cap of the back-off [10000] */
    int keepalive_s;              /* TCP keepalive interval [15] */
    uint32_t outstanding_max;     /* commands sent and not answered [4096] */
    size_t outstanding_max_bytes; /* their bytes [64 MiB] */
    uint64_t seed;                /* of the jitter; 0 = random */
};

/* A reply, seen through: valid during the callback only. */
struct sw_reply;
enum sw_reply_type {
    SW_REPLY_NIL,
    SW_REPLY_STATUS,
    SW_REPLY_STRING,
    SW_REPLY_ERROR, /* Redis refused the command: the text says why ("NOPERM ...") */
    SW_REPLY_INTEGER,
    SW_REPLY_ARRAY
};
enum sw_reply_type sw_reply_type(const struct sw_reply *reply);
/* The integer of an INTEGER reply, else 0. */
int64_t sw_reply_integer(const struct sw_reply *reply);
/* The bytes of a STATUS, STRING or ERROR reply, NUL-terminated after LEN bytes; "" and 0 for other types.
 * LEN may be NULL. */
const char *sw_reply_text(const struct sw_reply *reply, size_t *len);
/* Members of an ARRAY reply, else 0. */
size_t sw_reply_count(const struct sw_reply *reply);
/* Member INDEX (< count) of an ARRAY reply, never NULL. */
const struct sw_reply *sw_reply_at(const struct sw_reply *reply, size_t index);
/* Whether it is an ERROR that begins with the word CODE ("NOPERM", "NOSCRIPT", "ERR"). */
bool sw_reply_is_error(const struct sw_reply *reply, const char *code);

/* Exactly one call for every accepted command: ERROR is 0 and REPLY is Redis' answer (which may be of type
 * SW_REPLY_ERROR), or ERROR is -SW_EIO, REPLY is NULL and nobody knows whether Redis did it. The callback may
 * send further commands and may close the connection. */
typedef void (*sw_redis_reply_fn)(void *ctx, const struct sw_reply *reply, int error);

/* What the connection tells its owner; any may be NULL. */
struct sw_redis_handler {
    /* The state is now RESOLVING, CONNECTING, READY or BACKING_OFF. REASON is an English text in BACKING_OFF
     * ("Connection refused", "WRONGPASS ..."), else "". Commands may be sent from it in READY, and the
     * connection may be closed. */
    void (*state)(void *ctx, enum sw_redis_state state, const char *reason);
    /* All channels of the subscription are confirmed by Redis. */
    void (*subscribed)(void *ctx);
    /* A message on a subscribed channel. The bytes are valid during the call. */
    void (*message)(void *ctx, const char *channel, size_t channel_len, const char *data, size_t len);
};

struct sw_redis_conn;

/* Makes an idle connection on LOOP; OPTIONS and HANDLER are copied. Errors: NULL never (allocation aborts).
 */
struct sw_redis_conn *sw_redis_conn_new(uv_loop_t *loop, const struct sw_redis_options *options,
                                        const struct sw_redis_handler *handler, void *ctx);
/* Begins connecting. Only once, in IDLE. */
void sw_redis_conn_start(struct sw_redis_conn *conn);
/* Ends the connection from any state but CLOSED: outstanding commands get -SW_EIO at once; when all handles
 * are closed the memory is freed and CLOSED (may be NULL) is called with CTX. */
void sw_redis_conn_close(struct sw_redis_conn *conn, void (*closed)(void *ctx), void *ctx);
/* Drops the present connection for REASON and connects anew after a back-off (outstanding commands get
 * -SW_EIO). Does nothing in IDLE, BACKING_OFF and CLOSED. */
void sw_redis_conn_restart(struct sw_redis_conn *conn, const char *reason);

enum sw_redis_state sw_redis_conn_state(const struct sw_redis_conn *conn);
/* Why the connection is not READY (the last failure's text), "" when it is or nothing failed yet. */
const char *sw_redis_conn_reason(const struct sw_redis_conn *conn);
/* Commands sent and not answered yet. */
uint32_t sw_redis_conn_outstanding(const struct sw_redis_conn *conn);
/* How often a READY connection was lost. */
uint64_t sw_redis_conn_losses(const struct sw_redis_conn *conn);

/* Sends one command of ARGC arguments (1..SW_REDIS_ARGS_MAX) with their lengths in bytes (LENS NULL: the
 * arguments are strings). REPLY may be NULL. The bytes are copied.
 * Errors: -SW_EAGAIN (not READY, or subscribed), -SW_ELIMIT (too much outstanding), -SW_EINVAL; then REPLY is
 * not called. */
SW_NODISCARD int sw_redis_conn_send(struct sw_redis_conn *conn, int argc, const char *const *argv,
                                    const size_t *lens, sw_redis_reply_fn reply, void *ctx);

/* Gives the socket what was accepted so far, where otherwise the loop does so when the caller has come back to it. */
void sw_redis_conn_flush(struct sw_redis_conn *conn);

/* Subscribes to COUNT channels (1..SW_REDIS_CHANNELS_MAX). Once per READY, with no command outstanding; from
 * then on the connection takes no other command (hiredis 0.14 aborts the process on some unsubscriptions, so
 * the way to another set is sw_redis_conn_restart). A subscription is not renewed after a loss: subscribe
 * again in READY. Errors: -SW_EAGAIN, -SW_EINVAL. Redis' refusal ends the connection with its text as the
 * reason. */
SW_NODISCARD int sw_redis_conn_subscribe(struct sw_redis_conn *conn, int count, const char *const *channels);

#endif
