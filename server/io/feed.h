/* The feed of one site: every message of its journal exactly once and in order, and the plain messages of its
 * channel as they come.
 *
 * Two connections to Redis: one subscribes, one commands. The feed subscribes, buffers what arrives, reads
 * the journal from its last ID, merges, and goes live. A live "ID PREV JSON" is applied when PREV is the last
 * ID; anything else starts a reread of the stream from the last ID the stream itself has confirmed, so that a
 * forged ID can neither hide nor double an entry. What was lost for good (trimmed, flushed) is said: see
 * `reset` and `incomplete_since_ms`.
 *
 * All functions belong to the thread of the loop. Deadlines run on uv_now, so a virtual clock does no harm.
 */
#ifndef SW_IO_FEED_H
#define SW_IO_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/feed_emit.h"
#include "io/redis_conn.h"
#include "shiftwall/error.h"

#define SW_FEED_REASON_MAX 256
#define SW_FEED_UNCONFIRMED_MAX 16384 /* entries taken from the channel that the stream has not confirmed yet */

/* An ID of the stream; 0-0 is "before everything". */
struct sw_feed_id {
    uint64_t ms;
    uint64_t seq;
};

struct sw_feed_message {
    const char *data; /* one event or a batch, as sent; not checked; valid during the call */
    size_t len;
    bool journaled;   /* else a plain message: id_ms and id_seq are 0 */
    bool catching_up; /* read from the journal or the buffer, not live */
    int64_t id_ms;
    int64_t id_seq;
    int64_t arrived_ms; /* epoch ms of the `now_ms` callback */
};

enum sw_feed_state {
    SW_FEED_CONNECTING,  /* not live since the start */
    SW_FEED_CATCHING_UP, /* reading the journal */
    SW_FEED_LIVE,
    SW_FEED_STALE /* was live, Redis is away: figures are as of `since_ms` */
};
const char *sw_feed_state_name(enum sw_feed_state state); /* "connecting", "catching-up", "live", "stale" */

/* How the feed is, and its counters since the start. Times are epoch ms of the `now_ms` callback unless said.
 */
struct sw_feed_status {
    enum sw_feed_state state;
    int64_t since_ms;            /* of this state */
    int64_t last_message_ms;     /* arrival of the newest message, 0 = none */
    int64_t incomplete_since_ms; /* something of this time or later was lost; 0 = nothing. For the journal it
                                  * is the time of an ID, so Redis' clock */
    int64_t incomplete_until_ms; /* and nothing after this */
    int64_t
        trimmed_before_ms; /* the journal began here, with a past trimmed away, at the first read; 0 = no */
    char reason[SW_FEED_REASON_MAX];   /* why it is not live; no secrets */
    char function[SW_FEED_REASON_MAX]; /* "function", "script", or why sw_emit is not available */
    uint64_t journaled;                /* messages delivered, by way */
    uint64_t plain;
    uint64_t gaps;            /* live messages that did not link */
    uint64_t gap_entries;     /* entries read from the stream after having been live */
    uint64_t losses;          /* places where the journal's links show a loss */
    uint64_t resets;          /* replaced journals */
    uint64_t duplicates;      /* live messages skipped, for the entry was had already */
    uint64_t bad_messages;    /* neither JSON nor ID PREV JSON, or an ID that the stream does not have */
    uint64_t reconnects;      /* connections lost, of both */
    uint64_t silent_restarts; /* subscriptions found dead by the probe */
    uint64_t overflows;       /* times the buffer was full */
    uint64_t plain_lost;      /* plain messages that did not fit it */
    uint64_t outputs_dropped; /* KPI messages and views not written */
    uint64_t output_errors;   /* refused by Redis */
    uint64_t rejects_dropped; /* rejects not written */
    int progress_permille;    /* of the journal that is being read, by its time; -1: it is not being read */
    uint64_t buffered;        /* messages in the buffer now */
    uint64_t buffered_bytes;
};

/* What the feed tells its owner. `message` must be given. The feed may be closed from any of them. */
struct sw_feed_handler {
    void (*message)(void *ctx, const struct sw_feed_message *message);
    /* The journal was replaced: forget all, the journal is read again from its beginning. SINCE_MS = the time
     * of the last ID had. */
    void (*reset)(void *ctx, int64_t since_ms);
    /* State, reason, incompleteness or function changed, or a read of the journal went on for another `progress_ms`. */
    void (*status)(void *ctx, const struct sw_feed_status *status);
    /* Epoch ms now; NULL = the real clock. */
    int64_t (*now_ms)(void *ctx);
};

/* Settings; zero means the default in brackets. */
struct sw_feed_options {
    struct sw_redis_options redis;
    const char *site;        /* a valid site name; copied */
    /* Of a checkpoint: the last ID confirmed [0-0: read the whole journal], and what was had after it, ascending
     * (copied). A journal that does not go on from there is read from its beginning, after `reset`. */
    struct sw_feed_id start;
    const struct sw_feed_id *had;
    size_t had_count;
    int64_t incomplete_since_ms, incomplete_until_ms; /* what the status said */
    int64_t from_ms;         /* the figures begin here (business day): a past trimmed before it is no loss;
                              * 0: a trimmed past is reported as trimmed_before_ms only */
    int64_t tick_ms;         /* probes and comparisons with the stream [5000] */
    int64_t progress_ms;     /* how often the progress of a read is told [500] */
    uint32_t page;           /* entries of one read at most [1000] */
    uint32_t buffer_max;     /* messages held while catching up [65536] */
    size_t buffer_max_bytes; /* [64 MiB] */
    uint32_t rejects_per_second; /* [100] */
};

struct sw_feed;

/* Makes a feed and begins connecting. Callbacks come from the loop only, never from within this call.
 * Errors: NULL when the site's name is not valid. */
struct sw_feed *sw_feed_new(uv_loop_t *loop, const struct sw_feed_options *options,
                            const struct sw_feed_handler *handler, void *ctx);
/* Ends the feed from any state, once. No callback comes after this but CLOSED (may be NULL), with CTX, when
 * all its handles are closed and its memory is freed. */
void sw_feed_close(struct sw_feed *feed, void (*closed)(void *ctx), void *ctx);

void sw_feed_status_get(const struct sw_feed *feed, struct sw_feed_status *out);
/* The ID of the last journaled message delivered. */
struct sw_feed_id sw_feed_last_id(const struct sw_feed *feed);
/* What a checkpoint keeps: the last ID that the stream has confirmed, and those delivered after it, into OUT, which has
 * room for SW_FEED_UNCONFIRMED_MAX. Returns how many. */
size_t sw_feed_place(const struct sw_feed *feed, struct sw_feed_id *confirmed, struct sw_feed_id *out);
/* While a feed is held, what arrives live is kept back; after that it is delivered, as if it had arrived then. */
void sw_feed_hold(struct sw_feed *feed, bool held);
/* The figures now begin at FROM_MS (a new business day): a loss that ended before it is forgotten. */
void sw_feed_set_from(struct sw_feed *feed, int64_t from_ms);

/* For other consumers; each is dropped and counted when Redis is away or has too much to do.
 * PUBLISH to sw:{SITE}:kpi. */
void sw_feed_publish_kpi(struct sw_feed *feed, const char *json, size_t len);
/* SET sw:{SITE}:view:VIEW. */
void sw_feed_set_view(struct sw_feed *feed, const char *view, const char *json, size_t len);
/* Appends a refused message (its first KiB) and WHY (a short word) to sw:{SITE}:rejects. The feed does so
 * itself for the bad messages it counts. */
void sw_feed_reject(struct sw_feed *feed, const char *why, const char *data, size_t len);
/* Puts a message of our own into the journal; as sw_emitter_send. */
SW_NODISCARD int sw_feed_emit(struct sw_feed *feed, const char *json, size_t len, sw_redis_reply_fn reply,
                              void *ctx);

#endif
