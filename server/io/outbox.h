/* Events on their way into the journal of one site: gathered into messages, a bounded number of them under way, sent again
 * when the connection was lost, told when Redis has them.
 *
 *  - sw_outbox_add() takes an event (or a batch, alone) and numbers it: 1, 2, 3 ... Messages keep this order; up to 256 events or
 *    64 KiB go together, and what was added within one turn of the loop goes out with its end.
 *  - `acknowledged` tells the highest number up to which everything is in the journal: a position kept on disk may follow it.
 *  - What was under way when the connection was lost is sent again, in order. Events with an id then count once (SPEC: the key is
 *    (src, id)); where one has none, `stuck` is called instead: only the owner can know what to do.
 *  - A message that Redis refuses for a while (out of memory, read only, loading, no rights) is told by `refused` and tried again
 *    with a growing delay; the messages behind it wait. Nothing is ever dropped.
 *  - It is bounded in events and bytes. When full, sw_outbox_add() takes nothing: the owner stops reading its source and goes on
 *    when `room` is called, once half of it is free.
 *
 * All functions belong to the thread of the loop; callbacks may add, and may close the outbox. */
#ifndef SW_IO_OUTBOX_H
#define SW_IO_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "io/feed_emit.h"
#include "io/redis_conn.h"
#include "shiftwall/error.h"

#define SW_OUTBOX_WINDOW 64 /* messages sent and not acknowledged */

struct sw_outbox;

/* Settings; zero means the default in brackets. */
struct sw_outbox_options {
    struct sw_redis_options redis;
    const char *site;     /* a valid name (sw_site_name_is_valid); copied */
    bool plain;           /* PUBLISH without the journal: acknowledged when Redis took it, and nobody may have heard it */
    size_t message_events; /* most events of a message [256, which is also the most] */
    size_t events_max;    /* not acknowledged yet [65536] */
    size_t bytes_max;     /* of their JSON [16 MiB; at least a batch] */
};

/* What the outbox tells its owner; any may be NULL. */
struct sw_outbox_handler {
    /* Redis is READY and can be sent to (UP), or is not, for REASON (never with a password in it). UP is told after every
     * connecting; what is under way is sent again right after the call. The connection may be used in it (sw_outbox_redis). */
    void (*state)(void *ctx, bool up, const char *reason);
    /* Everything numbered up to SEQ is in the journal; ENTRY is the journal's id of the newest of these messages ("" when plain). */
    void (*acknowledged)(void *ctx, uint64_t seq, const char *entry);
    /* There is room again after a sw_outbox_add that returned -SW_ELIMIT. */
    void (*room)(void *ctx);
    /* Redis refused a message, or the function sw_emit (IS_FUNCTION), and says TEXT. It is tried again; or the owner closes. */
    void (*refused)(void *ctx, bool is_function, const char *text);
    /* The connection was lost for REASON, and what may or may not be in the journal has no ids. Sending has stopped for good:
     * close the outbox. */
    void (*stuck)(void *ctx, const char *reason);
};

struct sw_outbox_counters {
    uint64_t added, acknowledged; /* as numbered by sw_outbox_add */
    uint64_t messages;            /* acknowledged */
    uint64_t sent_again;          /* messages sent once more after a lost connection or a refusal */
    uint64_t refused;             /* replies that were errors */
    uint64_t full;                /* how often sw_outbox_add had no room */
    uint64_t losses;              /* of a connection that was up */
};

/* Makes an outbox on LOOP; OPTIONS and HANDLER are copied. It connects from sw_outbox_start on. */
struct sw_outbox *sw_outbox_new(uv_loop_t *loop, const struct sw_outbox_options *options, const struct sw_outbox_handler *handler,
                                void *ctx) SW_NODISCARD;
void sw_outbox_start(struct sw_outbox *box);

enum sw_outbox_flag {
    SW_OUTBOX_ALONE = 1, /* a message of its own, as it is: a batch "[...]", or what would break the batch around it */
    SW_OUTBOX_NO_ID = 2  /* it must not be sent twice */
};
/* Takes LEN bytes of JSON (an event; a batch with SW_OUTBOX_ALONE), to be sent at the end of this turn of the loop. SEQ (may be
 * NULL) gets its number. 0; -SW_ELIMIT (full: nothing was taken, `room` will be called); -SW_EINVAL (longer than SW_BATCH_BYTES_MAX
 * - 2, or empty). */
int sw_outbox_add(struct sw_outbox *box, const char *json, size_t len, unsigned flags, uint64_t *seq) SW_NODISCARD;

bool sw_outbox_is_up(const struct sw_outbox *box);
/* Why it is not up, "" when it is or nothing failed yet. */
const char *sw_outbox_reason(const struct sw_outbox *box);
/* Events added and not acknowledged; 0 = all is in the journal. */
size_t sw_outbox_pending(const struct sw_outbox *box);
/* The lowest number not acknowledged yet. */
uint64_t sw_outbox_next(const struct sw_outbox *box);
struct sw_outbox_counters sw_outbox_counters(const struct sw_outbox *box);
/* The connection, for reading from the same Redis while it is up; never to be closed or restarted by others. */
struct sw_redis_conn *sw_outbox_redis(struct sw_outbox *box);

/* Closes it: what is not acknowledged is given up without a word. CLOSED (may be NULL) is called when the memory is freed. */
void sw_outbox_close(struct sw_outbox *box, void (*closed)(void *ctx), void *ctx);

#endif
