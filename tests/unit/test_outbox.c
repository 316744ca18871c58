/* The outbox with a real Redis behind a proxy: order, bounds, lost connections, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io/outbox.h"
#include "redis_fixture.h"
#include "shiftwall/buf.h"
#include "shiftwall/event.h"

#define HANG_MS 60000
#define JOURNAL "sw:{main}:journal"

struct fixture {
    struct redis_server redis;
    struct proxy proxy;
    uv_loop_t loop;
    uv_timer_t pulse;
    struct sw_outbox *box;
    struct sw_outbox_options options;
    redisContext *client;
    uint64_t acknowledged, rooms, refused, ups, downs;
    char entry[64], refusal[256];
    bool is_function, stuck, closed, adds_in_room;
};

static void on_pulse(uv_timer_t *timer) { (void)timer; }
static void on_closed(void *ctx) { ((struct fixture *)ctx)->closed = true; }

static void on_state(void *ctx, bool up, const char *reason) {
    struct fixture *f = ctx;
    (void)reason;
    if (up) f->ups++;
    else f->downs++;
}

static void on_acknowledged(void *ctx, uint64_t seq, const char *entry) {
    struct fixture *f = ctx;
    assert_true(seq > f->acknowledged);
    f->acknowledged = seq;
    (void)snprintf(f->entry, sizeof f->entry, "%s", entry);
}

static int add(struct fixture *f, uint64_t n, unsigned flags, size_t padding) {
    char json[SW_EVENT_BYTES_MAX];
    int len = snprintf(json, sizeof json, "{\"n\":%llu,\"pad\":\"%0*d\"}", (unsigned long long)n, (int)padding, 0);
    uint64_t seq = 0;
    int error = sw_outbox_add(f->box, json, (size_t)len, flags, &seq);
    if (!error) assert_int_equal(seq, n);
    return error;
}

static void on_room(void *ctx) {
    struct fixture *f = ctx;
    f->rooms++;
    if (f->adds_in_room) assert_int_equal(add(f, sw_outbox_counters(f->box).added + 1, 0, 1), 0);
}

static void on_refused(void *ctx, bool is_function, const char *text) {
    struct fixture *f = ctx;
    f->refused++;
    f->is_function = is_function;
    (void)snprintf(f->refusal, sizeof f->refusal, "%s", text);
}

static void on_stuck(void *ctx, const char *reason) {
    (void)reason;
    ((struct fixture *)ctx)->stuck = true;
}

#define WAIT_FOR(f, condition)                                                                                                        \
    do {                                                                                                                              \
        uint64_t begun_ = uv_hrtime();                                                                                                \
        while (!(condition)) {                                                                                                        \
            uv_run(&(f)->loop, UV_RUN_ONCE);                                                                                          \
            if (uv_hrtime() - begun_ > HANG_MS * UINT64_C(1000000)) fail_msg("never came true: %s", #condition);                      \
        }                                                                                                                             \
    } while (0)

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    redis_prepare(&f->redis);
    proxy_begin(&f->proxy, f->redis.port);
    uv_loop_init(&f->loop);
    uv_timer_init(&f->loop, &f->pulse);
    uv_timer_start(&f->pulse, on_pulse, 5, 5);
    f->options = (struct sw_outbox_options){.site = "main", .redis = {.backoff_min_ms = 5, .backoff_max_ms = 20, .seed = 1}};
    (void)snprintf(f->options.redis.address.host, SW_REDIS_TEXT_MAX, "127.0.0.1");
    f->options.redis.address.port = (uint16_t)f->proxy.port;
    *state = f;
    return 0;
}

static void open_box(struct fixture *f) {
    static const struct sw_outbox_handler handler = {
        .state = on_state, .acknowledged = on_acknowledged, .room = on_room, .refused = on_refused, .stuck = on_stuck};
    f->box = sw_outbox_new(&f->loop, &f->options, &handler, f);
    sw_outbox_start(f->box);
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    if (f->box) sw_outbox_close(f->box, on_closed, f);
    if (f->box) WAIT_FOR(f, f->closed);
    uv_close((uv_handle_t *)&f->pulse, NULL);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    if (f->client) redisFree(f->client);
    proxy_end(&f->proxy);
    redis_remove(&f->redis);
    free(f);
    return 0;
}

static redisReply *command(struct fixture *f, const char *text) {
    if (!f->client) f->client = redis_open(&f->redis);
    redisReply *reply = redisCommand(f->client, text);
    assert_non_null(reply);
    return reply;
}

/* The n of each event in the journal, in order, into OUT; how many. Also the messages. */
static size_t read_journal(struct fixture *f, uint64_t *out, size_t size, size_t *messages) {
    redisReply *reply = command(f, "XRANGE " JOURNAL " - +");
    size_t count = 0;
    if (messages) *messages = reply->elements;
    for (size_t i = 0; i < reply->elements; i++) {
        const char *json = reply->element[i]->element[1]->element[1]->str;
        for (const char *at = json; (at = strstr(at, "\"n\":")); at += 4) {
            assert_true(count < size);
            out[count++] = strtoull(at + 4, NULL, 10);
        }
    }
    freeReplyObject(reply);
    return count;
}

static uint64_t seen[200000];

static void test_in_order_and_together(void **state) {
    struct fixture *f = *state;
    redis_begin(&f->redis);
    open_box(f);
    for (uint64_t n = 1; n <= 1000; n++) assert_int_equal(add(f, n, n == 500 ? SW_OUTBOX_ALONE : 0, 1), 0);
    assert_int_equal(sw_outbox_pending(f->box), 1000);
    WAIT_FOR(f, f->acknowledged == 1000);
    size_t messages;
    assert_int_equal(read_journal(f, seen, 200000, &messages), 1000);
    for (uint64_t n = 1; n <= 1000; n++) assert_int_equal(seen[n - 1], n);
    assert_int_equal(messages, 2 + 1 + 2); /* 256, 243, alone, 256, 244 */
    assert_int_equal(sw_outbox_pending(f->box), 0);
    assert_int_equal(sw_outbox_counters(f->box).messages, messages);
    assert_non_null(strchr(f->entry, '-'));
    assert_int_equal(sw_outbox_add(f->box, "", 0, 0, NULL), -SW_EINVAL);
    static char big[SW_BATCH_BYTES_MAX];
    memset(big, ' ', sizeof big);
    assert_int_equal(sw_outbox_add(f->box, big, sizeof big, 0, NULL), -SW_EINVAL);
    assert_int_equal(sw_outbox_add(f->box, big, sizeof big, SW_OUTBOX_ALONE, NULL), 0);
}

/* Redis is away: what waits is bounded in events and in bytes, and then all goes out. */
static void test_full(void **state) {
    struct fixture *f = *state;
    f->options.events_max = 3000;
    open_box(f);
    uint64_t n = 0;
    while (!add(f, n + 1, 0, 1)) n++;
    assert_int_equal(n, 3000);
    assert_int_equal(add(f, n + 1, 0, 1), -SW_ELIMIT);
    WAIT_FOR(f, f->downs > 0);
    assert_int_equal(f->rooms, 0);
    f->adds_in_room = true;
    redis_begin(&f->redis);
    WAIT_FOR(f, f->acknowledged == 3001);
    assert_int_equal(f->rooms, 1);
    assert_int_equal(read_journal(f, seen, 200000, NULL), 3001);
    assert_int_equal(sw_outbox_counters(f->box).full, 2);
}

static void test_full_of_bytes(void **state) {
    struct fixture *f = *state;
    f->options.bytes_max = 200000;
    open_box(f);
    uint64_t n = 0;
    while (!add(f, n + 1, 0, 10000)) n++;
    assert_in_range(n, 18, 20);
    redis_begin(&f->redis);
    WAIT_FOR(f, f->acknowledged == n && f->rooms == 1);
}

static void test_cut_again_and_again(void **state) {
    struct fixture *f = *state;
    redis_begin(&f->redis);
    open_box(f);
    uint64_t n = 0;
    for (uint64_t round = 0; round < 20; round++) {
        WAIT_FOR(f, f->ups > round);
        for (int i = 0; i < 3000; i++)
            if (!add(f, n + 1, 0, 100)) n++;
        for (int turn = 0; turn < 3; turn++) uv_run(&f->loop, UV_RUN_ONCE);
        atomic_store(&f->proxy.cut, 1 + (int)(round % 2));
        WAIT_FOR(f, f->downs > round);
    }
    WAIT_FOR(f, f->acknowledged == n);
    size_t count = read_journal(f, seen, 200000, NULL);
    static bool had[200000];
    for (size_t i = 0; i < count; i++) had[seen[i]] = true;
    for (uint64_t i = 1; i <= n; i++) assert_true(had[i]);
    assert_int_equal(sw_outbox_counters(f->box).losses, 20);
    assert_true(sw_outbox_counters(f->box).sent_again > 0);
    assert_false(f->stuck);
    /* the first time each is seen they are in order: sent again is sent in order, from the oldest */
    uint64_t newest = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(seen[i] <= newest + 1);
        if (seen[i] > newest) newest = seen[i];
    }
}

static void test_without_ids_it_is_stuck(void **state) {
    struct fixture *f = *state;
    redis_begin(&f->redis);
    open_box(f);
    WAIT_FOR(f, f->ups == 1);
    kill(f->redis.pid, SIGSTOP); /* so that it is under way for sure */
    assert_int_equal(add(f, 1, SW_OUTBOX_NO_ID, 1), 0);
    for (int i = 0; i < 5; i++) uv_run(&f->loop, UV_RUN_ONCE);
    atomic_store(&f->proxy.cut, 2);
    WAIT_FOR(f, f->stuck);
    kill(f->redis.pid, SIGCONT);
}

/* Redis is out of memory for a while: told, tried again, nothing lost and nothing doubled. */
static void test_refused_for_a_while(void **state) {
    struct fixture *f = *state;
    redis_begin(&f->redis);
    open_box(f);
    WAIT_FOR(f, f->ups == 1);
    freeReplyObject(command(f, "CONFIG SET maxmemory 1"));
    for (uint64_t n = 1; n <= 600; n++) assert_int_equal(add(f, n, 0, 1), 0);
    WAIT_FOR(f, f->refused > 0);
    assert_false(f->is_function);
    assert_non_null(strstr(f->refusal, "OOM"));
    uint64_t first = f->refused;
    WAIT_FOR(f, f->refused > first); /* tried again, one at a time */
    freeReplyObject(command(f, "CONFIG SET maxmemory 0"));
    WAIT_FOR(f, f->acknowledged == 600);
    assert_int_equal(read_journal(f, seen, 200000, NULL), 600);
    for (uint64_t n = 1; n <= 600; n++) assert_int_equal(seen[n - 1], n);
}

static void test_function_flushed(void **state) {
    struct fixture *f = *state;
    redis_begin(&f->redis);
    open_box(f);
    assert_int_equal(add(f, 1, 0, 1), 0);
    WAIT_FOR(f, f->acknowledged == 1);
    freeReplyObject(command(f, "FUNCTION FLUSH"));
    for (uint64_t n = 2; n <= 1000; n++) assert_int_equal(add(f, n, SW_OUTBOX_NO_ID, 1), 0);
    WAIT_FOR(f, f->acknowledged == 1000);
    assert_int_equal(read_journal(f, seen, 200000, NULL), 1000);
    assert_int_equal(f->refused, 0);
    assert_int_equal(f->ups, 1);
}

static void test_closed_at_once(void **state) {
    struct fixture *f = *state;
    redis_begin(&f->redis);
    open_box(f);
    WAIT_FOR(f, f->ups == 1);
    assert_int_equal(add(f, 1, 0, 1), 0);
    uv_run(&f->loop, UV_RUN_ONCE); /* perhaps under way */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_in_order_and_together), TEST(test_full),
        TEST(test_full_of_bytes),         TEST(test_cut_again_and_again),
        TEST(test_without_ids_it_is_stuck), TEST(test_refused_for_a_while),
        TEST(test_function_flushed),      TEST(test_closed_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
