/* A feed on a loop with a real Redis, and a record of all it tells. Only for tests; include cmocka first. */
#ifndef FEED_FIXTURE_H
#define FEED_FIXTURE_H

#include "io/feed.h"
#include "redis_fixture.h"
#include "shiftwall/buf.h"

#include <inttypes.h>

#define SITE "main"
#define JOURNAL "sw:{main}:journal"
#define EVENTS "sw:{main}:events"
#define HANG_MS 60000
#define SEEN_MAX 200000

struct fixture {
    struct redis_server redis;
    uv_loop_t loop;
    uv_timer_t pulse;
    struct sw_feed *feed;
    struct sw_feed_options options;
    redisContext *client;
    uint32_t *journaled; /* the n of each journaled message since the last reset, in order */
    size_t journaled_count, plain_count, reset_count;
    int64_t reset_since_ms;
    struct sw_feed_status status;
    char reasons[8192]; /* all reasons told */
    bool closed;
    int progress[64]; /* as told */
    size_t progress_count;
};

static inline void on_message(void *ctx, const struct sw_feed_message *message) {
    struct fixture *f = ctx;
    const char *n = memmem(message->data, message->len, "\"n\":", 4);
    if (!message->journaled) {
        f->plain_count++;
        return;
    }
    assert_true(f->journaled_count < SEEN_MAX);
    f->journaled[f->journaled_count++] = n ? (uint32_t)strtoul(n + 4, NULL, 10) : UINT32_MAX;
}

static inline void on_reset(void *ctx, int64_t since_ms) {
    struct fixture *f = ctx;
    f->journaled_count = 0;
    f->reset_count++;
    f->reset_since_ms = since_ms;
}

static inline void on_status(void *ctx, const struct sw_feed_status *status) {
    struct fixture *f = ctx;
    f->status = *status;
    if (status->progress_permille >= 0 && f->progress_count < 64) f->progress[f->progress_count++] = status->progress_permille;
    size_t used = strlen(f->reasons);
    (void)snprintf(f->reasons + used, sizeof f->reasons - used, "%s\n", status->reason);
}

static inline void on_pulse(uv_timer_t *timer) {
    (void)timer;
}
static inline void on_closed(void *ctx) {
    ((struct fixture *)ctx)->closed = true;
}

/* Runs the loop until CONDITION, or fails after a time in which anything would have happened. */
#define WAIT_FOR(f, condition)                                                                               \
    do {                                                                                                     \
        uint64_t begun = uv_hrtime();                                                                        \
        while (!(condition)) {                                                                               \
            (void)uv_run(&(f)->loop, UV_RUN_ONCE);                                                           \
            if ((uv_hrtime() - begun) / 1000000 > HANG_MS) {                                                 \
                print_error("state %d reason %s journaled %zu\n", (int)(f)->status.state,                    \
                            (f)->status.reason, (f)->journaled_count);                                       \
                fail_msg("hangs: %s", #condition);                                                           \
            }                                                                                                \
        }                                                                                                    \
    } while (0)

static inline void run_for(struct fixture *f, uint64_t ms) {
    uint64_t begun = uv_hrtime();
    while ((uv_hrtime() - begun) / 1000000 < ms) (void)uv_run(&f->loop, UV_RUN_ONCE);
}

static inline struct sw_feed_status now(struct fixture *f) {
    struct sw_feed_status status;
    sw_feed_status_get(f->feed, &status);
    return status;
}

static inline bool is_live(struct fixture *f) {
    return now(f).state == SW_FEED_LIVE;
}

static inline void feed_open(struct fixture *f) {
    struct sw_feed_handler handler = {.message = on_message, .reset = on_reset, .status = on_status};
    f->closed = false;
    f->journaled_count = 0;
    f->feed = sw_feed_new(&f->loop, &f->options, &handler, f);
    assert_non_null(f->feed);
}

static inline void feed_close(struct fixture *f) {
    if (!f->feed) return;
    sw_feed_close(f->feed, on_closed, f);
    f->feed = NULL;
    WAIT_FOR(f, f->closed);
}

static inline void client_open(struct fixture *f) {
    f->client = redis_open(&f->redis);
    assert_non_null(f->client);
}

static inline void redis_up(struct fixture *f) {
    redis_begin(&f->redis);
    client_open(f);
}

static inline void redis_down(struct fixture *f, int signal) {
    redis_end(&f->redis, signal);
    if (f->client) redisFree(f->client);
    f->client = NULL;
}

/* Runs a command of the client's and returns its integer, or 0. */
static inline long long command(struct fixture *f, const char *format, ...) {
    va_list args;
    va_start(args, format);
    redisReply *reply = redisvCommand(f->client, format, args);
    va_end(args);
    assert_non_null(reply);
    if (reply->type == REDIS_REPLY_ERROR) fail_msg("%s: %s", format, reply->str);
    long long value = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    freeReplyObject(reply);
    return value;
}

/* Journals COUNT messages numbered from FIRST and checks that Redis took each. */
static inline void emit_on(redisContext *client, uint32_t first, uint32_t count) {
    for (uint32_t done = 0; done < count;) {
        uint32_t batch = count - done < 500 ? count - done : 500;
        for (uint32_t i = 0; i < batch; i++) {
            char json[64];
            (void)snprintf(json, sizeof json, "{\"n\":%" PRIu32 "}", first + done + i);
            assert_int_equal(redisAppendCommand(client, "FCALL sw_emit 1 " JOURNAL " " EVENTS " %s", json),
                             REDIS_OK);
        }
        for (uint32_t i = 0; i < batch; i++) {
            redisReply *reply = NULL;
            assert_int_equal(redisGetReply(client, (void **)&reply), REDIS_OK);
            if (reply->type != REDIS_REPLY_STRING) fail_msg("sw_emit: %s", reply->str ? reply->str : "no ID");
            freeReplyObject(reply);
        }
        done += batch;
    }
}

static inline void emit(struct fixture *f, uint32_t first, uint32_t count) {
    emit_on(f->client, first, count);
}

static inline void assert_sequence(struct fixture *f, uint32_t first, size_t count) {
    assert_int_equal(f->journaled_count, count);
    for (size_t i = 0; i < count; i++) {
        if (f->journaled[i] != first + i) fail_msg("message %zu is %" PRIu32, i, f->journaled[i]);
    }
}

static inline void use_tcp(struct fixture *f, int port) {
    struct sw_redis_address *address = &f->options.redis.address;
    address->path[0] = '\0';
    (void)snprintf(address->host, sizeof address->host, "127.0.0.1");
    address->port = (uint16_t)port;
}

static inline int set_up_down(void **state) {
    struct fixture *f = sw_xcalloc(1, sizeof *f);
    f->journaled = sw_xcalloc(SEEN_MAX, sizeof *f->journaled);
    redis_prepare(&f->redis);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(uv_timer_init(&f->loop, &f->pulse), 0);
    assert_int_equal(uv_timer_start(&f->pulse, on_pulse, 5, 5), 0);
    f->options.site = SITE;
    (void)snprintf(f->options.redis.address.path, SW_REDIS_PATH_MAX, "%s", f->redis.socket);
    f->options.redis.backoff_min_ms = 10;
    f->options.redis.backoff_max_ms = 100;
    f->options.redis.connect_ms = 2000;
    f->options.redis.command_ms = 10000;
    f->options.redis.seed = 42;
    f->options.tick_ms = 100;
    *state = f;
    return 0;
}

static inline int set_up(void **state) {
    int error = set_up_down(state);
    redis_up(*state);
    return error;
}

static inline int tear_down(void **state) {
    struct fixture *f = *state;
    feed_close(f);
    uv_close((uv_handle_t *)&f->pulse, NULL);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    if (f->client) redisFree(f->client);
    redis_remove(&f->redis);
    free(f->journaled);
    free(f);
    return 0;
}

#endif
