/* Events on their way from an HTTP request into the journal: what is accepted is answered when Redis has it. */
#ifndef APP_POSTS_H
#define APP_POSTS_H

#include <uv.h>

#include "app/producers.h"
#include "io/http.h"
#include "io/redis_conn.h"
#include "shiftwall/event.h"

#define SW_POSTS_IN_FLIGHT_MAX 64          /* requests that Redis has not acknowledged yet: 4 MiB at most */
#define SW_POSTS_PER_PRODUCER_MAX 16       /* of one producer */
#define SW_POSTS_BURST_S 5                 /* how many seconds of its rate a producer may save up */

/* Why a post was refused as a whole: the label of shiftwall_posts_refused_total. */
#define SW_POST_REFUSAL_MAP(XX)                                                                               \
    XX(TOKEN, "token")           /* none, or nobody's (any more): 401 */                                      \
    XX(FORBIDDEN, "forbidden")   /* of another site, or a person's: 403 */                                    \
    XX(MEDIA_TYPE, "media_type") /* 415 */                                                                    \
    XX(TOO_LARGE, "too_large")   /* 413 */                                                                    \
    XX(UNREADABLE, "unreadable") /* no event in it could be accepted: 400, 403 or 413 */                      \
    XX(RATE, "rate")             /* 429 */                                                                    \
    XX(IN_FLIGHT, "in_flight")   /* SW_POSTS_PER_PRODUCER_MAX: 429 */                                         \
    XX(WINDOW, "window")         /* SW_POSTS_IN_FLIGHT_MAX: 503 */                                            \
    XX(REDIS, "redis")           /* Redis is away, or did not acknowledge: 503 */

enum sw_post_refusal {
#define XX(name, text) SW_POST_##name,
    SW_POST_REFUSAL_MAP(XX)
#undef XX
        SW_POST_REFUSALS
};
const char *sw_post_refusal_name(enum sw_post_refusal refusal);

struct sw_posts_options {
    uv_loop_t *loop;
    struct sw_producers *producers;
    int64_t events_per_second; /* of each producer */
    void *ctx;
    /* Puts a message into the journal, as sw_feed_emit; -SW_EAGAIN while there is no Redis. */
    int (*emit)(void *ctx, const char *json, size_t len, sw_redis_reply_fn reply, void *reply_ctx);
    /* Keeps what was refused, as sw_feed_reject. */
    void (*reject)(void *ctx, const char *why, const char *text, size_t len);
    /* What happened outside of these is refused: too old, or from the future. */
    void (*bounds)(void *ctx, int64_t *from_ms, int64_t *latest_ms);
};

struct sw_posts;

/* Never NULL. */
struct sw_posts *sw_posts_new(const struct sw_posts_options *options);
/* When the loop has ended: nothing is in flight any more. NULL is allowed. */
void sw_posts_free(struct sw_posts *posts);

/* A post of PRODUCER (NULL: of whoever is at this machine while nobody needs a token) that was let in. Answers, at once or
 * later. */
int sw_posts_take(struct sw_posts *posts, struct sw_producer *producer, const struct sw_http_request *request,
                  struct sw_http_response *response);
/* Counts a post that is refused for a reason found elsewhere. */
void sw_posts_count_refused(struct sw_posts *posts, enum sw_post_refusal refusal);

struct sw_posts_counters {
    uint64_t refused[SW_POST_REFUSALS]; /* posts */
    uint64_t rejected[SW_REJECT_COUNT]; /* events; [SW_REJECT_NONE]: of a foreign `src` */
    uint64_t open_accepted, open_rejected; /* events without a producer */
    uint32_t in_flight;
};
const struct sw_posts_counters *sw_posts_counters(const struct sw_posts *posts);

#endif
