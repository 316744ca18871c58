/* notify/channel: what is sent when, tried again, given up, in virtual time against a chat service that is scripted at
 * libcurl's place. The service judges for itself: limits kept, nothing doubled, order kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "notify/channel.h"

#define S INT64_C(1000)
#define M (60 * S)
#define H (60 * M)
#define T0 INT64_C(1795392000000) /* a midnight, UTC */
#define NOON (T0 + 12 * H + 5 * M)
#define IDS_MAX 4096

enum { TAKE, BUSY, TIMES_OUT, FAST, REFUSES, TAKES_AND_TIMES_OUT };

struct bench {
    struct sw_channel *channel;
    struct sw_zone *zone;
    enum sw_service service;
    struct sw_notify_hooks hooks;
    int64_t now_ms;
    uint32_t random;
    char sent[IDS_MAX][24], dead[IDS_MAX][24], queued[IDS_MAX][24], forgotten[IDS_MAX][24], last_reason[256];
    size_t sent_count, dead_count, queued_count, forgotten_count;
    /* what the service got */
    int64_t requests_ms[IDS_MAX];
    size_t request_count, taken_count;
    char bodies[IDS_MAX][2048];
};

static uint32_t next_random(void *ctx) {
    struct bench *b = ctx;
    b->random = b->random * 1664525u + 1013904223u;
    return b->random >> 8;
}

static void note(char (*list)[24], size_t *count, const char *id) {
    assert_true(*count < IDS_MAX);
    snprintf(list[(*count)++], 24, "%s", id);
}

static void on_queued(void *ctx, const char *destination, const struct sw_message *m) {
    struct bench *b = ctx;
    assert_string_equal(destination, "room");
    note(b->queued, &b->queued_count, m->id);
}

static void on_sent(void *ctx, const char *destination, const struct sw_message *m, int64_t at_ms) {
    struct bench *b = ctx;
    (void)destination;
    assert_int_equal(at_ms, b->now_ms);
    note(b->sent, &b->sent_count, m->id);
}

static void on_dead(void *ctx, const char *destination, const struct sw_message *m, const char *reason, int64_t at_ms) {
    struct bench *b = ctx;
    (void)destination, (void)at_ms;
    snprintf(b->last_reason, sizeof b->last_reason, "%s", reason);
    note(b->dead, &b->dead_count, m->id);
}

static void on_forgotten(void *ctx, const char *destination, const char *id) {
    struct bench *b = ctx;
    (void)destination;
    note(b->forgotten, &b->forgotten_count, id);
}

static struct sw_channel_options options_of(struct bench *b, enum sw_service service) {
    return (struct sw_channel_options){.id = "room",
                                       .service = service,
                                       .address = {"https://chat.example.com/hook/send?key=TOPSECRETKEY", "TOPSECRETSIGN"},
                                       .language = SW_LANGUAGE_EN,
                                       .critical_passes = true,
                                       .give_up_ms = 24 * H,
                                       .zone = b->zone,
                                       .hooks = &b->hooks,
                                       .random = next_random,
                                       .random_ctx = b};
}

static struct bench *bench_new(enum sw_service service) {
    struct bench *b = calloc(1, sizeof *b);
    b->zone = sw_zone_utc();
    b->service = service;
    b->now_ms = NOON;
    b->random = 1;
    b->hooks = (struct sw_notify_hooks){b, on_queued, on_sent, on_dead, on_forgotten};
    struct sw_channel_options options = options_of(b, service);
    b->channel = sw_channel_new(&options);
    return b;
}

static void bench_again(struct bench *b, const struct sw_channel_options *options) {
    sw_channel_free(b->channel);
    b->channel = sw_channel_new(options);
}

static void bench_free(struct bench *b) {
    sw_channel_free(b->channel);
    sw_zone_free(b->zone);
    free(b);
}

static struct sw_message message(const struct bench *b, enum sw_message_kind kind, const char *id) {
    struct sw_message m = sw_message_of(kind, id, b->now_ms);
    m.severity = SW_SEVERITY_WARNING;
    m.words[SW_LANGUAGE_EN].title = id;
    return m;
}

static void push(struct bench *b, enum sw_message_kind kind, const char *id) {
    struct sw_message m = message(b, kind, id);
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), 0);
}

static void push_alert(struct bench *b, const char *about, bool cleared) {
    char id[32];
    snprintf(id, sizeof id, "%s%s", about, cleared ? "-" : "+");
    struct sw_message m = message(b, cleared ? SW_MESSAGE_ALERT_CLEARED : SW_MESSAGE_ALERT_OPENED, id);
    m.about = about;
    m.words[SW_LANGUAGE_EN].title = about;
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), 0);
}

static struct sw_answer answer_of(const struct bench *b, int what) {
    static const char both[] = "{\"errcode\":0,\"code\":0}", bad[] = "{\"errcode\":93000,\"errmsg\":\"invalid key TOPSECRETKEY\"}";
    const char *ok = b->service == SW_SERVICE_SLACK ? "ok" : both;
    switch (what) {
    case TAKE: return (struct sw_answer){.status = 200, .body = ok, .body_bytes = strlen(ok)};
    case BUSY: return (struct sw_answer){.status = 500, .body = "", .body_bytes = 0};
    case FAST: return (struct sw_answer){.status = 429, .body = "", .retry_after_ms = 30 * S};
    case REFUSES:
        if (b->service == SW_SERVICE_SLACK) return (struct sw_answer){.status = 404, .body = "", .body_bytes = 0};
        return (struct sw_answer){.status = 200, .body = bad, .body_bytes = sizeof bad - 1};
    case TAKES_AND_TIMES_OUT: return (struct sw_answer){.error = "Timeout was reached", .maybe_taken = true};
    default: return (struct sw_answer){.error = "Timeout was reached"};
    }
}

/* Sends the next request at its time, if that is before UNTIL_MS; the service does WHAT. False when there is none. */
static bool step(struct bench *b, int64_t until_ms, int what) {
    for (;;) {
        struct sw_post post;
        int64_t next_ms = sw_channel_next_ms(b->channel, b->now_ms);
        if (next_ms > until_ms || next_ms == INT64_MAX) {
            b->now_ms = until_ms == INT64_MAX ? b->now_ms : until_ms;
            return false;
        }
        if (next_ms > b->now_ms) b->now_ms = next_ms;
        sw_post_init(&post);
        size_t before = b->dead_count;
        bool taken = sw_channel_take(b->channel, b->now_ms, &post);
        if (taken) {
            assert_true(b->request_count < IDS_MAX);
            b->requests_ms[b->request_count] = b->now_ms;
            snprintf(b->bodies[b->request_count++], sizeof b->bodies[0], "%s", sw_buf_text(&post.body));
            assert_int_equal(sw_channel_next_ms(b->channel, b->now_ms), INT64_MAX); /* one at a time */
        }
        sw_post_deinit(&post);
        if (!taken && b->dead_count > before) continue;
        /* what next_ms promises is either there or has moved on */
        if (!taken) {
            assert_true(sw_channel_next_ms(b->channel, b->now_ms) > b->now_ms);
            continue;
        }
        b->now_ms += 40;
        struct sw_answer answer = answer_of(b, what);
        b->taken_count += what == TAKE;
        sw_channel_answer(b->channel, b->now_ms, &answer);
        return true;
    }
}

static void run(struct bench *b, int64_t until_ms) {
    while (step(b, until_ms, TAKE)) {}
}

/* ---- order, limits ---- */

static void test_in_order_and_within_the_limit(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    char id[16];
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "m%02d", i);
        push(b, SW_MESSAGE_CHART, id);
    }
    run(b, INT64_MAX);
    assert_int_equal(b->sent_count, 100);
    for (size_t i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "m%02zu", i);
        assert_string_equal(b->sent[i], id);
        if (i >= 20) assert_true(b->requests_ms[i] - b->requests_ms[i - 20] > M);
    }
    assert_true(b->requests_ms[99] - b->requests_ms[0] < 5 * M); /* and not slower than it must be */
    bench_free(b);
}

static void test_slower_by_configuration_never_faster(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_DINGTALK);
    struct sw_channel_options options = options_of(b, SW_SERVICE_DINGTALK);
    char id[16];
    for (int per_minute = 5; per_minute <= 100; per_minute += 95) {
        options.per_minute = per_minute;
        bench_again(b, &options);
        b->request_count = 0;
        for (int i = 0; i < 50; i++) {
            snprintf(id, sizeof id, "m%02d", i);
            push(b, SW_MESSAGE_CHART, id);
        }
        run(b, INT64_MAX);
        for (size_t i = 20, n = per_minute == 5 ? 5 : 20; i < 50; i++) assert_true(b->requests_ms[i] - b->requests_ms[i - n] > M);
    }
    bench_free(b);
}

static void test_slack_one_a_second(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_SLACK);
    push(b, SW_MESSAGE_CHART, "a");
    push(b, SW_MESSAGE_CHART, "b");
    run(b, INT64_MAX);
    assert_true(b->requests_ms[1] - b->requests_ms[0] >= S);
    bench_free(b);
}

/* Feishu: not around :00 and :30, but what is critical tries. */
static void test_feishu_stays_off_the_rush(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_FEISHU);
    for (int i = 0; i < 24; i++) {
        char id[16];
        b->now_ms = T0 + 24 * H + i * 30 * M - 4 * S;
        snprintf(id, sizeof id, "m%d", i);
        push(b, SW_MESSAGE_CHART, id);
        assert_true(step(b, INT64_MAX, TAKE));
        int64_t into_ms = b->requests_ms[b->request_count - 1] % (30 * M);
        assert_true(into_ms >= M && into_ms < 2 * M);
    }
    b->now_ms = T0 + 48 * H;
    struct sw_message m = message(b, SW_MESSAGE_WALK_MISSED, "urgent");
    m.severity = SW_SEVERITY_CRITICAL;
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), 0);
    assert_true(step(b, b->now_ms, TAKE));
    bench_free(b);
}

/* ---- trying again ---- */

static void test_back_off(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_GENERIC);
    push(b, SW_MESSAGE_CHART, "a");
    int64_t longest_ms = 0;
    for (int i = 0; i < 40; i++) {
        assert_true(step(b, INT64_MAX, i % 2 ? BUSY : TIMES_OUT));
        int64_t wait_ms = sw_channel_next_ms(b->channel, b->now_ms) - b->now_ms;
        int64_t ceiling_ms = i < 8 ? SW_CHANNEL_BACKOFF_MS << i : SW_CHANNEL_BACKOFF_MAX_MS;
        assert_true(wait_ms <= ceiling_ms);
        if (wait_ms > longest_ms) longest_ms = wait_ms;
    }
    assert_true(longest_ms > SW_CHANNEL_BACKOFF_MAX_MS / 2);
    struct sw_channel_status status;
    sw_channel_status(b->channel, &status);
    assert_true(status.failing_since_ms == NOON + 40 && status.counters.retries == 40 && status.queued == 1);
    assert_string_equal(status.reason, "HTTP 500");
    run(b, INT64_MAX);
    assert_int_equal(b->sent_count, 1);
    sw_channel_status(b->channel, &status);
    assert_true(status.failing_since_ms == -1 && !*status.reason);
    bench_free(b);
}

static void test_retry_after_is_kept(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_SLACK);
    push(b, SW_MESSAGE_CHART, "a");
    assert_true(step(b, INT64_MAX, FAST));
    int64_t wait_ms = sw_channel_next_ms(b->channel, b->now_ms) - b->now_ms;
    assert_true(wait_ms >= 30 * S && wait_ms <= 33 * S + S);
    bench_free(b);
}

/* A broken connection after the request was sent: again, and said. */
static void test_what_may_have_come_says_so(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    push(b, SW_MESSAGE_CHART, "a");
    assert_true(step(b, INT64_MAX, TIMES_OUT));
    assert_true(step(b, INT64_MAX, TAKES_AND_TIMES_OUT));
    assert_true(step(b, INT64_MAX, TAKE));
    assert_null(strstr(b->bodies[1], "may have come"));
    assert_non_null(strstr(b->bodies[2], "may have come"));
    bench_free(b);
}

/* WeCom's picture is a request of its own: the text is not sent again because of it. */
static void test_a_picture_alone_is_tried_again(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    struct sw_message m = message(b, SW_MESSAGE_CHART, "a");
    m.png = "png";
    m.png_bytes = 3;
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), 0);
    push(b, SW_MESSAGE_CHART, "b");
    assert_true(step(b, INT64_MAX, TAKE));
    assert_true(step(b, INT64_MAX, BUSY));
    assert_int_equal(b->sent_count, 0);
    assert_true(step(b, INT64_MAX, REFUSES)); /* dead, and its text is in the chat */
    assert_int_equal(b->dead_count, 1);
    assert_int_equal(sw_channel_dead_again(b->channel, "a", b->now_ms), 0);
    run(b, INT64_MAX);
    assert_int_equal(b->request_count, 5);
    assert_non_null(strstr(b->bodies[0], "markdown"));
    for (int i = 1; i < 5; i++) assert_true((strstr(b->bodies[i], "image") != NULL) == (i != 3));
    assert_string_equal(b->sent[0], "b");
    assert_string_equal(b->sent[1], "a");
    bench_free(b);
}

/* ---- an id is taken once ---- */

static void test_nothing_is_taken_twice(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_GENERIC);
    struct sw_message m = message(b, SW_MESSAGE_CHART, "a");
    push(b, SW_MESSAGE_CHART, "a");
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), -SW_EBUSY);
    run(b, INT64_MAX);
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), -SW_EBUSY);
    assert_int_equal(sw_channel_restore(b->channel, &m, NULL, b->now_ms), -SW_EBUSY);
    assert_int_equal(b->request_count, 1);
    m.id = NULL;
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), -SW_EINVAL);
    bench_free(b);
}

static void test_a_clock_that_is_set_back(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    char id[16];
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "m%d", i);
        push(b, SW_MESSAGE_CHART, id);
    }
    run(b, INT64_MAX);
    int64_t last_ms = b->now_ms;
    b->now_ms -= 2 * H;
    push(b, SW_MESSAGE_CHART, "after");
    struct sw_post post;
    sw_post_init(&post);
    assert_false(sw_channel_take(b->channel, b->now_ms, &post)); /* what a timer that is never long would do */
    sw_post_deinit(&post);
    run(b, INT64_MAX);
    assert_int_equal(b->sent_count, 21);
    assert_true(b->now_ms < last_ms - 2 * H + 2 * M);
    bench_free(b);
}

static void test_what_was_sent_before_a_restart(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_GENERIC);
    struct sw_message m = message(b, SW_MESSAGE_CHART, "a");
    sw_channel_restore_seen(b->channel, "a");
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), -SW_EBUSY);
    bench_free(b);
}

/* ---- dead letters ---- */

static void test_what_is_refused_is_a_dead_letter(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    push(b, SW_MESSAGE_CHART, "a");
    push(b, SW_MESSAGE_CHART, "b");
    assert_true(step(b, INT64_MAX, REFUSES));
    assert_int_equal(sw_channel_dead_count(b->channel), 1);
    struct sw_dead_letter letter = sw_channel_dead(b->channel, 0);
    assert_string_equal(letter.message->id, "a");
    assert_string_equal(letter.reason, "errcode 93000"); /* what the service said held the key */
    assert_int_equal(letter.at_ms, b->now_ms);
    run(b, INT64_MAX);
    assert_string_equal(b->sent[0], "b");
    assert_int_equal(sw_channel_dead_again(b->channel, "b", b->now_ms), -SW_ENOENT);
    assert_int_equal(sw_channel_dead_again(b->channel, "a", b->now_ms), 0);
    run(b, INT64_MAX);
    assert_string_equal(b->sent[1], "a");
    push(b, SW_MESSAGE_CHART, "c");
    assert_true(step(b, INT64_MAX, REFUSES));
    assert_int_equal(sw_channel_dead_drop(b->channel, "c"), 0);
    assert_int_equal(sw_channel_dead_drop(b->channel, "c"), -SW_ENOENT);
    assert_string_equal(b->forgotten[0], "c");
    assert_int_equal(b->queued_count, 4); /* a, b, a again, c */
    bench_free(b);
}

static void test_given_up_after_the_time_that_is_set(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_GENERIC);
    struct sw_channel_options options = options_of(b, SW_SERVICE_GENERIC);
    options.give_up_ms = H;
    bench_again(b, &options);
    push(b, SW_MESSAGE_CHART, "a");
    while (!b->dead_count) assert_true(step(b, INT64_MAX, BUSY));
    assert_true(b->now_ms >= NOON + H && b->now_ms <= NOON + H + SW_CHANNEL_BACKOFF_MAX_MS + S);
    assert_string_equal(b->last_reason, "given up: HTTP 500");
    push(b, SW_MESSAGE_CHART, "b"); /* has its own hour */
    assert_true(step(b, INT64_MAX, BUSY));
    assert_int_equal(b->dead_count, 1);
    run(b, INT64_MAX);
    assert_string_equal(b->sent[0], "b");
    bench_free(b);
}

static void test_caps(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_GENERIC);
    char id[16];
    for (int i = 0; i < SW_CHANNEL_QUEUE_MAX; i++) {
        snprintf(id, sizeof id, "m%d", i);
        push(b, SW_MESSAGE_CHART, id);
    }
    for (int i = 0; i < SW_CHANNEL_DEAD_MAX + 3; i++) {
        snprintf(id, sizeof id, "x%d", i);
        struct sw_message m = message(b, SW_MESSAGE_CHART, id);
        assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), -SW_ELIMIT);
    }
    assert_int_equal(sw_channel_dead_count(b->channel), SW_CHANNEL_DEAD_MAX);
    assert_int_equal(b->forgotten_count, 3);
    assert_string_equal(b->forgotten[2], "x2");
    assert_string_equal(sw_channel_dead(b->channel, 0).message->id, "x3");
    assert_int_equal(sw_channel_dead_again(b->channel, "x3", b->now_ms), -SW_ELIMIT);
    struct sw_channel_status status;
    sw_channel_status(b->channel, &status);
    assert_true(status.queued == SW_CHANNEL_QUEUE_MAX && status.counters.forgotten == 3);
    bench_free(b);
}

static void test_pictures_have_a_cap(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_GENERIC);
    char id[16];
    void *png = calloc(1, SW_MESSAGE_PNG_BYTES_MAX);
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "m%d", i);
        struct sw_message m = message(b, SW_MESSAGE_CHART, id);
        m.png = png;
        m.png_bytes = SW_MESSAGE_PNG_BYTES_MAX;
        assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), 0);
    }
    struct sw_channel_status status;
    sw_channel_status(b->channel, &status);
    assert_int_equal(status.counters.without_picture, 4);
    assert_int_equal(status.queued, 20);
    free(png);
    bench_free(b);
}

static void test_too_late_is_told(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_GENERIC);
    push(b, SW_MESSAGE_CHART, "a");
    assert_true(step(b, INT64_MAX, FAST));
    struct sw_message m = message(b, SW_MESSAGE_WALK_DUE, "walk");
    m.expires_ms = b->now_ms + 10 * S;
    assert_int_equal(sw_channel_push(b->channel, &m, b->now_ms), 0);
    run(b, INT64_MAX);
    assert_int_equal(b->sent_count, 1);
    assert_string_equal(b->dead[0], "walk");
    assert_string_equal(b->last_reason, "it came too late");
    bench_free(b);
}

/* ---- storms ---- */

static void test_a_storm_is_one_message_a_minute(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    char about[16];
    int opened = 0;
    for (int64_t end_ms = b->now_ms + 10 * M; b->now_ms < end_ms;) { /* two a second, for ten minutes */
        snprintf(about, sizeof about, "A%d", opened++);
        push_alert(b, about, false);
        if (opened % 10 == 0) {
            char chart[16];
            snprintf(chart, sizeof chart, "c%d", opened);
            if (opened % 100 == 0) push(b, SW_MESSAGE_CHART, chart);
        }
        run(b, b->now_ms + 500);
    }
    run(b, INT64_MAX);
    assert_int_equal(b->sent_count, (size_t)opened + (size_t)opened / 100);
    int64_t last_ms = 0;
    size_t alerts = 0;
    for (size_t i = 0; i < b->request_count; i++) {
        if (!strstr(b->bodies[i], "A") || strstr(b->bodies[i], "\"### c")) continue; /* a chart's has only its id */
        if (last_ms) assert_true(b->requests_ms[i] - last_ms >= M);
        last_ms = b->requests_ms[i];
        alerts++;
    }
    assert_true(alerts >= 10 && alerts <= 13);
    assert_non_null(strstr(b->bodies[0], "A0")); /* the first at once, alone */
    assert_null(strstr(b->bodies[0], "A1"));
    bench_free(b);
}

static void test_the_end_of_an_alert_names_its_beginning(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    push_alert(b, "sales", false);
    run(b, b->now_ms + 12 * M);
    push_alert(b, "sales", true);
    push_alert(b, "flap", false);
    push_alert(b, "flap", true);
    run(b, INT64_MAX);
    assert_int_equal(b->request_count, 2);
    assert_non_null(strstr(b->bodies[1], "12:05–12:17, cleared sales"));
    assert_non_null(strstr(b->bodies[1], "12:17–12:17, cleared flap"));
    assert_non_null(strstr(b->bodies[1], "1 alerts, 2 cleared"));
    bench_free(b);
}

/* After a restart the application says what was told, and what waits. */
static void test_a_restart_forgets_nothing(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    push_alert(b, "sales", false);
    run(b, b->now_ms + M);
    push(b, SW_MESSAGE_CHART, "waits");
    push(b, SW_MESSAGE_CHART, "refused");
    struct sw_channel_options options = options_of(b, SW_SERVICE_WECOM);
    bench_again(b, &options);
    struct sw_message waits = message(b, SW_MESSAGE_CHART, "waits"), refused = message(b, SW_MESSAGE_CHART, "refused");
    sw_channel_restore_told(b->channel, "sales", NOON);
    assert_int_equal(sw_channel_restore(b->channel, &waits, NULL, b->now_ms), 0);
    assert_int_equal(sw_channel_restore(b->channel, &refused, "errcode 93000", b->now_ms), 0);
    assert_int_equal(b->queued_count, 3); /* no hook tells what it told itself */
    push_alert(b, "sales", true);
    run(b, INT64_MAX);
    assert_int_equal(b->request_count, 3);
    assert_non_null(strstr(b->bodies[1], "waits"));
    assert_non_null(strstr(b->bodies[2], "told at 12:05"));
    assert_string_equal(sw_channel_dead(b->channel, 0).reason, "errcode 93000");
    bench_free(b);
}

/* ---- quiet hours ---- */

static void test_quiet_hours(void **state) {
    (void)state;
    struct bench *b = bench_new(SW_SERVICE_WECOM);
    struct sw_channel_options options = options_of(b, SW_SERVICE_WECOM);
    options.quiet_from_ms = 22 * H;
    options.quiet_to_ms = 7 * H;
    bench_again(b, &options);
    b->now_ms = T0 + 23 * H;
    push_alert(b, "a", false);
    push(b, SW_MESSAGE_CHART, "chart");
    struct sw_message critical = message(b, SW_MESSAGE_ALERT_OPENED, "c+"), test = message(b, SW_MESSAGE_TEST, "test");
    critical.severity = SW_SEVERITY_CRITICAL;
    assert_int_equal(sw_channel_push(b->channel, &critical, b->now_ms), 0);
    assert_int_equal(sw_channel_push(b->channel, &test, b->now_ms), 0);
    run(b, T0 + 31 * H - 1);
    assert_int_equal(b->sent_count, 2);
    assert_string_equal(b->sent[0], "c+");
    assert_string_equal(b->sent[1], "test");
    push_alert(b, "a", true);
    run(b, T0 + 31 * H + S);
    assert_int_equal(b->sent_count, 5);
    assert_true(b->requests_ms[2] == T0 + 31 * H);
    assert_non_null(strstr(b->bodies[2], "1 alerts, 1 cleared")); /* all of the night in one */
    options.critical_passes = false;
    bench_again(b, &options);
    b->now_ms = T0 + 46 * H;
    assert_int_equal(sw_channel_push(b->channel, &critical, b->now_ms), 0);
    run(b, T0 + 55 * H - 1);
    assert_int_equal(b->sent_count, 5);
    run(b, T0 + 55 * H);
    assert_int_equal(b->sent_count, 6);
    bench_free(b);
}

/* ---- whatever happens ---- */

static size_t index_of(char (*list)[24], size_t count, const char *id) {
    size_t i = 0;
    while (i < count && strcmp(list[i], id) != 0) i++;
    return i;
}

/* Random messages against a service that does anything, outages and all: each id is sent once or is a dead letter, charts
 * and alerts each in their order, never more than the limit. */
static void test_nothing_lost_nothing_doubled(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        static const enum sw_service services[] = {SW_SERVICE_WECOM, SW_SERVICE_FEISHU, SW_SERVICE_SLACK};
        struct bench *b = bench_new(services[seed % 3]);
        b->random = seed;
        char ids[200][16];
        int64_t outage_ms = b->now_ms + (int64_t)(next_random(b) % (30 * M)), outage_end_ms = outage_ms + 20 * M;
        for (int i = 0; i < 200; i++) {
            bool alert = next_random(b) % 2;
            snprintf(ids[i], sizeof ids[i], "%c%03d", alert ? 'a' : 'c', i);
            push(b, alert ? SW_MESSAGE_ALERT_OPENED : SW_MESSAGE_CHART, ids[i]);
            int64_t until_ms = b->now_ms + (int64_t)(next_random(b) % (20 * S));
            for (bool more = true; more;) {
                bool out = b->now_ms >= outage_ms && b->now_ms < outage_end_ms;
                uint32_t dice = next_random(b) % 20;
                int what = dice < 13 ? TAKE : dice < 16 ? BUSY : dice < 18 ? TIMES_OUT : dice < 19 ? FAST : REFUSES;
                more = step(b, until_ms, out ? TIMES_OUT : what);
            }
            if (services[seed % 3] != SW_SERVICE_WECOM) continue;
            for (size_t r = 20; r < b->request_count; r++) assert_true(b->requests_ms[r] - b->requests_ms[r - 20] > M);
        }
        run(b, INT64_MAX);
        assert_int_equal(b->sent_count + b->dead_count, 200);
        size_t last[2] = {0, 0};
        for (int i = 0; i < 200; i++) {
            size_t at = index_of(b->sent, b->sent_count, ids[i]), dead = index_of(b->dead, b->dead_count, ids[i]);
            assert_true((at < b->sent_count) != (dead < b->dead_count));
            if (at == b->sent_count) continue;
            assert_true(at >= last[ids[i][0] == 'a']);
            last[ids[i][0] == 'a'] = at;
        }
        bench_free(b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order_and_within_the_limit),
        cmocka_unit_test(test_slower_by_configuration_never_faster),
        cmocka_unit_test(test_slack_one_a_second),
        cmocka_unit_test(test_feishu_stays_off_the_rush),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_retry_after_is_kept),
        cmocka_unit_test(test_what_may_have_come_says_so),
        cmocka_unit_test(test_a_picture_alone_is_tried_again),
        cmocka_unit_test(test_nothing_is_taken_twice),
        cmocka_unit_test(test_a_clock_that_is_set_back),
        cmocka_unit_test(test_what_was_sent_before_a_restart),
        cmocka_unit_test(test_what_is_refused_is_a_dead_letter),
        cmocka_unit_test(test_given_up_after_the_time_that_is_set),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_pictures_have_a_cap),
        cmocka_unit_test(test_too_late_is_told),
        cmocka_unit_test(test_a_storm_is_one_message_a_minute),
        cmocka_unit_test(test_the_end_of_an_alert_names_its_beginning),
        cmocka_unit_test(test_a_restart_forgets_nothing),
        cmocka_unit_test(test_quiet_hours),
        cmocka_unit_test(test_nothing_lost_nothing_doubled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
