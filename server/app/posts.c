#include "app/posts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_writer.h"
#include "codec/posted.h"
#include "io/log.h"

#define ANSWER_BYTES_MAX 65536
#define AWAY_S "5" /* when to come back after Redis was away */
#define BUSY_S "1"

struct sw_posts {
    struct sw_posts_options options;
    struct sw_producer open; /* of who needs no token */
    struct sw_posts_counters counters;
};

/* One request on its way. */
struct post {
    struct sw_posts *posts;
    struct sw_http_pending *pending;
    char *producer; /* NULL: without one; it may be revoked meanwhile */
    uint32_t accepted;
    struct sw_buf rejected; /* a JSON array */
};

const char *sw_post_refusal_name(enum sw_post_refusal refusal) {
    static const char *const names[] = {
#define XX(name, text) text,
        SW_POST_REFUSAL_MAP(XX)
#undef XX
    };
    return names[refusal];
}

struct sw_posts *sw_posts_new(const struct sw_posts_options *options) {
    struct sw_posts *posts = sw_xcalloc(1, sizeof *posts);
    posts->options = *options;
    return posts;
}

void sw_posts_free(struct sw_posts *posts) {
    if (!posts) return;
    SW_ASSERT(!posts->counters.in_flight);
    free(posts);
}

const struct sw_posts_counters *sw_posts_counters(const struct sw_posts *posts) { return &posts->counters; }

void sw_posts_count_refused(struct sw_posts *posts, enum sw_post_refusal refusal) { posts->counters.refused[refusal]++; }

/* ---- answers ---- */

static int refuse(struct sw_posts *posts, enum sw_post_refusal refusal, int status, const char *retry_after, const char *detail,
                  struct sw_http_response *response) {
    sw_posts_count_refused(posts, refusal);
    sw_http_problem(response, status, NULL, detail);
    if (retry_after && sw_http_header(response, "retry-after", retry_after)) return sw_http_problem(response, 500, NULL, NULL);
    return status;
}

static void write_rejected(const struct sw_posted *posted, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '[');
    for (uint32_t i = 0; i < posted->rejected; i++) {
        sw_json_open(&j, NULL, '{');
        sw_json_int(&j, "index", posted->rejects[i].index);
        sw_json_text(&j, "why", posted->rejects[i].why);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
}

/* What a problem's members do not say: what became of each event. */
static int refuse_all(struct sw_posts *posts, const struct sw_posted *posted, struct sw_http_response *response) {
    const char *why = posted->rejects[0].why;
    bool alike = true;
    for (uint32_t i = 1; i < posted->rejected; i++) alike = alike && !strcmp(posted->rejects[i].why, why);
    int status = 400;
    if (alike && why == sw_posted_foreign_src) status = 403;
    if (alike && !strcmp(why, sw_reject_name(SW_REJECT_TOO_LONG))) status = 413;
    refuse(posts, SW_POST_UNREADABLE, status, NULL,
           status == 403 ? "a producer speaks for itself only: leave `src` out, or give the producer's name" : "no event could be accepted",
           response);
    SW_ASSERT(response->body.len && response->body.data[response->body.len - 1] == '}');
    response->body.len--;
    sw_buf_puts(&response->body, ",\"accepted\":0,\"rejected\":");
    write_rejected(posted, &response->body);
    sw_buf_putc(&response->body, '}');
    return status;
}

/* ---- on its way ---- */

static struct sw_producer *producer_of(struct sw_posts *posts, const char *name) {
    return name ? sw_producers_named(posts->options.producers, name) : &posts->open;
}

static void free_post(struct post *post) {
    struct sw_producer *producer = producer_of(post->posts, post->producer);
    post->posts->counters.in_flight--;
    if (producer && producer->in_flight) producer->in_flight--; /* it may have been revoked and made anew meanwhile */
    sw_buf_deinit(&post->rejected);
    free(post->producer);
    free(post);
}

static void count_accepted(const struct post *post) {
    struct sw_producer *producer = producer_of(post->posts, post->producer);
    if (!post->producer) post->posts->counters.open_accepted += post->accepted;
    else if (producer) producer->accepted += post->accepted;
}

/* ID NULL: Redis did not acknowledge it, for the reason WHY. */
static void answer(struct post *post, const char *id, const char *why) {
    struct sw_http_response response;
    sw_http_response_init(&response);
    if (id) {
        struct sw_json j = sw_json_on(&response.body);
        sw_json_open(&j, NULL, '{');
        sw_json_int(&j, "accepted", post->accepted);
        sw_json_raw(&j, "rejected", sw_buf_text(&post->rejected));
        sw_json_text(&j, "id", id);
        sw_json_close(&j, '}');
        response.status = 202;
        response.content_type = "application/json";
        count_accepted(post);
    } else {
        refuse(post->posts, SW_POST_REDIS, 503, AWAY_S, why, &response);
    }
    sw_http_answer(post->pending, &response);
    sw_http_response_deinit(&response);
    free_post(post);
}

static void on_reply(void *ctx, const struct sw_reply *reply, int error) {
    if (error) {
        answer(ctx, NULL, "Redis was lost before it answered: send the same events again, with their ids");
    } else if (sw_reply_type(reply) == SW_REPLY_STRING) {
        answer(ctx, sw_reply_text(reply, NULL), NULL);
    } else {
        sw_log(SW_LOG_ERROR, "events.refused_by_redis", "text=%s", sw_reply_text(reply, NULL));
        answer(ctx, NULL, "Redis refused the events; the daemon's log says why");
    }
}

static int pass_on(struct sw_posts *posts, struct sw_producer *producer, const struct sw_posted *posted,
                   const struct sw_http_request *request) {
    struct post *post = sw_xcalloc(1, sizeof *post);
    *post = (struct post){.posts = posts, .accepted = posted->accepted, .pending = sw_http_defer(request),
                          .producer = producer == &posts->open ? NULL : sw_xstrdup(producer->name)};
    sw_buf_init(&post->rejected, ANSWER_BYTES_MAX);
    write_rejected(posted, &post->rejected);
    posts->counters.in_flight++;
    producer->in_flight++;
    int failed = posts->options.emit(posts->options.ctx, sw_buf_text(&posted->batch), posted->batch.len, on_reply, post);
    if (failed) answer(post, NULL, failed == -SW_ELIMIT ? "Redis has too much to do" : "Redis is away: nothing was accepted");
    return 0;
}

/* ---- what comes in ---- */

static bool is_type(const char *sent, const char *type) {
    size_t len = strlen(type);
    return !strncmp(sent, type, len) && (!sent[len] || strchr("; ", sent[len]));
}

/* Tells of the first post that came too soon, and of the first that did not any more. */
static void tell_limited(struct sw_producer *producer, bool limited) {
    if (limited != producer->limited)
        sw_log(limited ? SW_LOG_WARN : SW_LOG_INFO, limited ? "events.limited" : "events.unlimited", "producer=%s", producer->name);
    producer->limited = limited;
}

static int limit(struct sw_posts *posts, struct sw_producer *producer, struct sw_http_response *response) {
    int64_t rate = posts->options.events_per_second, burst = rate * SW_POSTS_BURST_S;
    int64_t wait_ms = sw_bucket_wait_ms(&producer->bucket, rate, burst > SW_BATCH_EVENTS_MAX ? burst : SW_BATCH_EVENTS_MAX,
                                        uv_now(posts->options.loop));
    tell_limited(producer, wait_ms > 0);
    if (wait_ms) {
        char seconds[24];
        (void)snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
        return refuse(posts, SW_POST_RATE, 429, seconds, "more events than `posted_events_per_second` allows", response);
    }
    if (producer->in_flight >= SW_POSTS_PER_PRODUCER_MAX)
        return refuse(posts, SW_POST_IN_FLIGHT, 429, BUSY_S, "too many posts of this producer wait for Redis", response);
    if (posts->counters.in_flight >= SW_POSTS_IN_FLIGHT_MAX)
        return refuse(posts, SW_POST_WINDOW, 503, BUSY_S, "too many posts wait for Redis: nothing was accepted", response);
    return 0;
}

static void count_rejected(struct sw_posts *posts, struct sw_producer *producer, const struct sw_posted *posted) {
    for (uint32_t i = 0; i < posted->rejected; i++) {
        const struct sw_posted_reject *r = &posted->rejects[i];
        int reason = SW_REJECT_NONE;
        for (int k = 1; k < SW_REJECT_COUNT; k++)
            if (!strcmp(r->why, sw_reject_name((enum sw_reject)k))) reason = k;
        posts->counters.rejected[reason]++;
        posts->options.reject(posts->options.ctx, r->why, r->text, r->len);
    }
    producer->rejected += posted->rejected;
    if (producer == &posts->open) posts->counters.open_rejected += posted->rejected;
}

static int go_on(struct sw_posts *posts, struct sw_producer *producer, const struct sw_posted *posted, int failed, const char *why,
                 const struct sw_http_request *request, struct sw_http_response *response) {
    char detail[128];
    uint32_t members = posted->accepted + posted->rejected;
    sw_bucket_take(&producer->bucket, members ? members : 1);
    if (failed == -SW_EPARSE) {
        (void)snprintf(detail, sizeof detail, "the body is not one event, or 1 to %d of them: %s", SW_BATCH_EVENTS_MAX, why);
        return refuse(posts, SW_POST_UNREADABLE, 400, NULL, detail, response);
    }
    if (failed) return refuse(posts, SW_POST_TOO_LARGE, 413, NULL, "with `src` put into them the events are longer than 64 KiB: send fewer", response);
    count_rejected(posts, producer, posted);
    return posted->accepted ? pass_on(posts, producer, posted, request) : refuse_all(posts, posted, response);
}

int sw_posts_take(struct sw_posts *posts, struct sw_producer *producer, const struct sw_http_request *request,
                  struct sw_http_response *response) {
    bool lines = is_type(request->content_type, "application/x-ndjson");
    struct sw_posted_rules rules = {.src = producer ? producer->name : NULL};
    if (producer) sw_producers_used(posts->options.producers, producer);
    else producer = &posts->open;
    if (!lines && !is_type(request->content_type, "application/json"))
        return refuse(posts, SW_POST_MEDIA_TYPE, 415, NULL, "the body must be application/json or application/x-ndjson", response);
    if (request->body_len > SW_BATCH_BYTES_MAX)
        return refuse(posts, SW_POST_TOO_LARGE, 413, NULL, "at most 64 KiB and 256 events at a time", response);
    int refused = limit(posts, producer, response);
    if (refused) return refused;
    struct sw_posted *posted = sw_xmalloc(sizeof *posted);
    const char *why = NULL;
    posts->options.bounds(posts->options.ctx, &rules.from_ms, &rules.latest_ms);
    int failed = sw_posted_read(request->body, request->body_len, lines ? SW_POSTED_LINES : SW_POSTED_JSON, &rules, posted, &why);
    int status = go_on(posts, producer, posted, failed, why, request, response);
    sw_posted_deinit(posted);
    free(posted);
    return status;
}
