/* A channel's inside: channel.c sends, channel_book.c remembers. */
#ifndef NOTIFY_CHANNEL_INTERNAL_H
#define NOTIFY_CHANNEL_INTERNAL_H

#include "notify/channel.h"

#define SW_RATE_MAX 128 /* requests of a minute that are remembered; no service allows as many */

struct sw_item {
    struct sw_message *message; /* owned */
    int64_t since_ms;           /* when it came */
    int request;                /* the first of its requests that is not done */
};

struct sw_dead {
    struct sw_item item;
    char *reason;
    int64_t at_ms;
};

struct sw_told {
    char *about;
    int64_t at_ms;
};

struct sw_channel {
    struct sw_channel_options options; /* texts owned */
    const struct sw_form *form;
    int per_minute;
    struct sw_item queue[SW_CHANNEL_QUEUE_MAX];
    size_t queue_count, png_bytes;
    struct sw_item group[SW_CHANNEL_GROUP_MAX]; /* what is being sent; stays as it is until it is sent or dead */
    size_t group_count;
    bool in_flight, maybe_again;
    int request, request_count, tries;
    int64_t now_ms; /* the latest that was told */
    int64_t not_before_ms, failing_since_ms, last_answer_ms, last_alert_ms, last_sent_ms;
    int64_t answered_ms[SW_RATE_MAX]; /* a ring; of the last requests */
    uint64_t answered_count;
    uint64_t seen[SW_CHANNEL_SEEN_MAX], seen_count; /* a ring of hashes */
    struct sw_told told[SW_CHANNEL_TOLD_MAX]; /* oldest first */
    size_t told_count;
    struct sw_dead dead[SW_CHANNEL_DEAD_MAX]; /* oldest first */
    size_t dead_count;
    uint32_t seed; /* of the jitter behind the rush */
    char reason[SW_REASON_BYTES];
    struct sw_channel_counters counters;
};

static inline bool sw__is_alert(const struct sw_message *m) {
    return m->kind == SW_MESSAGE_ALERT_OPENED || m->kind == SW_MESSAGE_ALERT_CLEARED;
}

/* When the alert was told here; -1 = it was not. */
int64_t sw__channel_told_ms(const struct sw_channel *channel, const char *about);
/* Remembers what M, sent at NOW_MS, said of its alert. */
void sw__channel_tell(struct sw_channel *channel, const struct sw_message *m, int64_t now_ms);
/* Whether ID was taken before; if not, it is now. */
bool sw__channel_see(struct sw_channel *channel, const char *id);
/* Makes ITEM, which is taken over, a dead letter. */
void sw__channel_bury(struct sw_channel *channel, struct sw_item item, const char *reason, int64_t at_ms, bool hook);
/* Takes out of TEXT what is secret in the channel's address. */
void sw__channel_redact(const struct sw_channel *channel, char *text);

#endif
