/* What the parts of the feed share: feed.c (connections, status, probes), feed_read.c (the stream),
 * feed_live.c (the channel and the buffer), feed_out.c (what we write). */
#ifndef SW_IO_FEED_INTERNAL_H
#define SW_IO_FEED_INTERNAL_H

#include "io/feed.h"

#define FEED_RING SW_FEED_UNCONFIRMED_MAX /* entries applied live and not yet confirmed by the stream; a power of two */
#define FEED_NAME_MAX (SW_SITE_MAX + 32)
#define FEED_SLICE 1000 /* buffered messages applied in one turn of the loop */

enum feed_mode {
    FEED_WAIT,  /* cannot read: what arrives is buffered */
    FEED_READ,  /* a read of the stream is under way: what arrives is buffered */
    FEED_DRAIN, /* the buffer is being applied, slice by slice */
    FEED_LIVE
};

/* Messages in order of arrival: records of a header and its bytes, one after the other, in one block. */
struct feed_buffer {
    char *data;
    size_t head, tail, size;
    uint32_t count;
};

struct feed_record {
    uint64_t reads; /* reads of the stream begun when it arrived */
    uint32_t len;
    bool plain;
};

struct sw_feed {
    uv_loop_t *loop;
    struct sw_feed_options options;
    struct sw_feed_handler handler;
    void *ctx;
    char site[SW_SITE_MAX + 1];
    char journal[FEED_NAME_MAX], events[FEED_NAME_MAX], probe[FEED_NAME_MAX];
    struct sw_redis_conn *sub, *cmd;
    struct sw_emitter *emitter;
    uv_timer_t tick_timer, drain_timer;
    unsigned handles; /* connections and timers not closed yet */
    bool closing;
    void (*closed)(void *ctx);
    void *closed_ctx;

    bool subscribed, cmd_ready, ever_live;
    bool heard;                       /* something arrived on the subscription since the last tick */
    bool probe_accepted;              /* Redis took a probe that has not come back yet */
    bool journal_heard;               /* a journaled message since the last tick */
    char refusal[SW_FEED_REASON_MAX]; /* why the journal cannot be read, "" = it can */

    enum feed_mode mode;
    struct sw_feed_id last;            /* the last entry delivered */
    struct sw_feed_id confirmed;       /* the last one the stream is known to have */
    struct sw_feed_id top;             /* the stream's last ID when the present read began */
    struct sw_feed_id ring[FEED_RING]; /* delivered after `confirmed`, ascending */
    uint32_t ring_head, ring_count;
    uint64_t reads; /* begun */
    uint32_t page, pages_read;
    uint32_t asked; /* entries of the page that is on its way */
    bool ahead;     /* it was asked for while the one before is read */
    bool astray;    /* it is of a journal that is read anew: the next read begins when it has come */
    int64_t read_from_ms; /* the time of the read's first entry; 0: none yet */
    uint64_t told_progress; /* uv_now */
    bool read_again; /* the subscription came up during the read */
    bool rebuilding; /* the present read began with a reset */
    bool resuming;   /* began with the ID of a checkpoint, and nothing has linked to it yet */
    bool held;       /* what arrives is buffered */
    bool checking;   /* a comparison is outstanding */
    struct feed_buffer buffer;

    bool plain_seen;
    int64_t plain_away_ms;  /* the subscription is down since, while the site uses plain messages */
    uint64_t reject_window; /* uv_now of the present second's begin */
    uint32_t reject_count;
    struct sw_feed_status status;
};

/* ---- IDs (feed_live.c) ---- */
static inline int sw__feed_id_compare(struct sw_feed_id a, struct sw_feed_id b) {
    if (a.ms != b.ms) return a.ms < b.ms ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}
static inline bool sw__feed_id_is_zero(struct sw_feed_id id) {
    return !id.ms && !id.seq;
}
/* Reads "MS-SEQ" from TEXT of LEN bytes; returns the bytes read, 0 = it is no ID. */
size_t sw__feed_id_parse(const char *text, size_t len, struct sw_feed_id *out);
/* Writes "MS-SEQ" (at most 42 bytes). */
void sw__feed_id_print(struct sw_feed_id id, char text[48]);

/* ---- feed.c ---- */
int64_t sw__feed_now_ms(const struct sw_feed *feed);
/* Works out the public state and tells the owner when it changed or FORCE. */
void sw__feed_update(struct sw_feed *feed, bool force);
/* Notes that something between two times (epoch ms) is lost. */
void sw__feed_incomplete(struct sw_feed *feed, int64_t since_ms, int64_t until_ms);
/* Hands one message to the owner. ID 0-0 = plain. */
void sw__feed_deliver(struct sw_feed *feed, struct sw_feed_id id, const char *data, size_t len);
/* Counts a message that is none, and rejects it (DATA NULL: its text is not known any more). */
void sw__feed_bad_message(struct sw_feed *feed, const char *data, size_t len);

/* ---- feed_read.c ---- */
/* Begins to read the stream from the last confirmed ID; in FEED_WAIT when that is not possible now. */
void sw__feed_read(struct sw_feed *feed);
/* Compares the stream with what we have, while live. */
void sw__feed_check(struct sw_feed *feed);

/* ---- feed_live.c ---- */
void sw__feed_on_event(struct sw_feed *feed, const char *data, size_t len);
/* Applies the buffer, slice by slice, and goes live. */
void sw__feed_drain(struct sw_feed *feed);

#endif
