/* One destination's queue: what is sent when, tried again, given up. Knows no sockets and no clock; notify.c drives it.
 *
 * Order: messages go one at a time in the order they came. Only what may not go yet steps aside for what may: alerts wait
 * for their minute, quiet hours hold what is not urgent. All alerts that wait by then go as one message, so a storm is one
 * message a minute at most, and an outage's alerts are one message when it is over.
 *
 * Nothing is lost: a message is sent, waits, or is a dead letter with a reason. Nothing is doubled: an id is taken once, and
 * a request is repeated only when it was not taken. Where a connection breaks between request and answer nobody can know;
 * then it is sent again, saying that it may have come already. */
#ifndef NOTIFY_CHANNEL_H
#define NOTIFY_CHANNEL_H

#include "core/zone.h"
#include "notify/form.h"
#include "shiftwall/message.h"

#define SW_CHANNEL_QUEUE_MAX 500    /* messages waiting; the next is a dead letter */
#define SW_CHANNEL_PNG_BYTES_MAX ((size_t)32 << 20) /* of pictures waiting; the next goes without */
#define SW_CHANNEL_GROUP_MAX 200    /* alerts in one message */
#define SW_CHANNEL_DEAD_MAX 200     /* dead letters; the oldest gives way */
#define SW_CHANNEL_SEEN_MAX 4096    /* ids that are known */
#define SW_CHANNEL_TOLD_MAX 1024    /* alerts that were told and not cleared */
#define SW_CHANNEL_STORM_MS 60000   /* from one message of alerts to the next */
#define SW_CHANNEL_BACKOFF_MS 2000  /* the first try again is within that, the next within twice that, ... */
#define SW_CHANNEL_BACKOFF_MAX_MS 300000
#define SW_CHANNEL_WAIT_MAX_MS 3600000 /* what a service may ask for */
#define SW_CHANNEL_RUSH_MS 60000    /* the rush of :00 and :30 */

/* What the application keeps, so that a restart loses nothing. DESTINATION is the channel's id. Each may be NULL. */
struct sw_notify_hooks {
    void *ctx;
    /* MESSAGE waits (also again, when it was a dead letter). */
    void (*queued)(void *ctx, const char *destination, const struct sw_message *message);
    /* It is in the chat. */
    void (*sent)(void *ctx, const char *destination, const struct sw_message *message, int64_t at_ms);
    /* It is a dead letter. */
    void (*dead)(void *ctx, const char *destination, const struct sw_message *message, const char *reason, int64_t at_ms);
    /* The dead letter ID was thrown away, or gave way. */
    void (*forgotten)(void *ctx, const char *destination, const char *id);
};

struct sw_channel_options {
    const char *id;
    enum sw_service service;
    struct sw_address address;
    enum sw_language language;
    int per_minute;                     /* 0 = the service's limit; never above it */
    int64_t quiet_from_ms, quiet_to_ms; /* local times of day; equal = no quiet hours */
    bool critical_passes;               /* quiet hours do not hold what is critical */
    int64_t give_up_ms;                 /* failing for so long, a message is a dead letter */
    const struct sw_zone *zone;         /* borrowed */
    const struct sw_notify_hooks *hooks; /* borrowed; NULL = none */
    uint32_t (*random)(void *ctx);
    void *random_ctx;
};

struct sw_dead_letter {
    const struct sw_message *message;
    const char *reason; /* without secrets */
    int64_t at_ms;
};

struct sw_channel_counters {
    uint64_t taken_in, sent, requests, retries, dead, forgotten, without_picture;
};

struct sw_channel_status {
    size_t queued; /* waiting or under way */
    size_t dead;
    bool under_way;
    int64_t failing_since_ms;  /* -1 = the last try was good, or there was none */
    int64_t last_sent_ms;      /* -1 = never */
    const char *reason;        /* of the last failure; "" = none */
    struct sw_channel_counters counters;
};

struct sw_channel;

/* Copies OPTIONS' texts. Never NULL. */
struct sw_channel *sw_channel_new(const struct sw_channel_options *options);
/* Forgets all that waits: the hooks' keeper has it. Wipes secrets. */
void sw_channel_free(struct sw_channel *channel);

/* Takes MESSAGE, which is copied; the end of an alert that was not told here is of no use, and left out. 0; -SW_EBUSY when its id was taken before; what sw_message_check says; -SW_ELIMIT when
 * the queue is full, and then it is a dead letter. */
int sw_channel_push(struct sw_channel *channel, const struct sw_message *message, int64_t now_ms) SW_NODISCARD;
/* Puts back what waited, or a dead letter (REASON not NULL), when a program starts again: as sw_channel_push, but no hook. */
int sw_channel_restore(struct sw_channel *channel, const struct sw_message *message, const char *reason, int64_t at_ms)
    SW_NODISCARD;
/* Says that the alert ABOUT was told at AT_MS, so that its end can say so: when a program starts again. */
void sw_channel_restore_told(struct sw_channel *channel, const char *about, int64_t at_ms);
/* Says that ID was sent, so that it is not taken again: when a program starts again. */
void sw_channel_restore_seen(struct sw_channel *channel, const char *id);

/* Writes the next request into POST, which is initialised. False when there is none to be sent now. After true, the
 * channel waits for sw_channel_answer. A clock that was set back delays nothing. */
bool sw_channel_take(struct sw_channel *channel, int64_t now_ms, struct sw_post *post);
/* What the request got. */
void sw_channel_answer(struct sw_channel *channel, int64_t now_ms, const struct sw_answer *answer);
/* When to call sw_channel_take; INT64_MAX: not before a push or an answer. */
int64_t sw_channel_next_ms(const struct sw_channel *channel, int64_t now_ms);

void sw_channel_status(const struct sw_channel *channel, struct sw_channel_status *out);
size_t sw_channel_dead_count(const struct sw_channel *channel);
/* The Ith dead letter, oldest first; borrowed until the next change. */
struct sw_dead_letter sw_channel_dead(const struct sw_channel *channel, size_t i);
/* Sends it again. 0; -SW_ENOENT; -SW_ELIMIT: the queue is full. */
int sw_channel_dead_again(struct sw_channel *channel, const char *id, int64_t now_ms) SW_NODISCARD;
/* Throws it away. 0; -SW_ENOENT. */
int sw_channel_dead_drop(struct sw_channel *channel, const char *id) SW_NODISCARD;

#endif
