/* The feed against a real redis-server: what happens when connections die in every way they can, and that
 * every journaled message is delivered exactly once and in order all the same. Times are only bounds against
 * hanging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "feed_fixture.h"

/* ---- addresses ---- */

static void test_urls(void **state) {
    (void)state;
    struct sw_redis_address a;
    char text[300];
    assert_int_equal(sw_redis_url_parse("redis://localhost", &a), 0);
    assert_string_equal(sw_redis_address_text(&a, text, sizeof text), "localhost:6379/0");
    assert_int_equal(sw_redis_url_parse("redis://us%40er:p%3Aw%2F@[::1]:7000/3", &a), 0);
    assert_string_equal(a.user, "us@er");
    assert_string_equal(a.password, "p:w/");
    assert_string_equal(sw_redis_address_text(&a, text, sizeof text), "[::1]:7000/3");
    assert_int_equal(sw_redis_url_parse("redis://:secret@10.0.0.1/", &a), 0);
    assert_string_equal(a.user, "");
    assert_string_equal(a.password, "secret");
    assert_int_equal(sw_redis_url_parse("unix:///run/redis.sock?db=2", &a), 0);
    assert_string_equal(a.path, "/run/redis.sock");
    assert_int_equal(a.db, 2);
    assert_int_equal(sw_redis_url_parse("redis+unix://u:p@/r.sock", &a), 0);
    assert_string_equal(a.user, "u");
    static const char *const bad[] = {"",
                                      "http://x",
                                      "redis://",
                                      "redis://h:0",
                                      "redis://h:65536",
                                      "unix://",
                                      "redis://h:6379/x",
                                      "redis://[::1",
                                      "unix://r.sock",
                                      "redis://h:",
                                      "rediss://h",
                                      "redis://a%0@h",
                                      "redis://a%:b@h",
                                      "redis://u@h",
                                      "unix:///x?d=1",
                                      "redis://a%00:b@h",
                                      "redis://:@h:1x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (sw_redis_url_parse(bad[i], &a) == 0) fail_msg("taken: %s", bad[i]);
    }
    char long_url[600] = "unix:///";
    memset(long_url + 8, 'x', 500);
    assert_int_equal(sw_redis_url_parse(long_url, &a), -SW_ELIMIT);
}

/* ---- live and from the journal ---- */

static void test_plain_and_journaled(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    assert_string_equal(now(f).function, "function");
    emit(f, 0, 100);
    assert_int_equal(command(f, "PUBLISH " EVENTS " %s", "  {\"n\":1}"), 1);
    assert_int_equal(command(f, "PUBLISH " EVENTS " %s", "[{\"n\":1}]"), 1);
    emit(f, 100, 100);
    assert_int_equal(command(f, "PUBLISH " EVENTS " %s", "hello"), 1);
    assert_int_equal(command(f, "PUBLISH " EVENTS " %s", ""), 1);
    assert_int_equal(command(f, "PUBLISH " EVENTS " %s", "1-1 2-2"), 1);
    WAIT_FOR(f, f->journaled_count == 200 && now(f).bad_messages == 3);
    assert_sequence(f, 0, 200);
    assert_int_equal(f->plain_count, 2);
    assert_int_equal(now(f).gaps, 0);
    assert_int_equal(now(f).incomplete_since_ms, 0);
    run_for(f, 300);
    assert_int_equal(command(f, "XLEN sw:{main}:rejects"), 3);
    /* A second feed, started afterwards, reads it all from the journal, and one with a checkpoint the rest.
     */
    struct sw_feed_id last = sw_feed_last_id(f->feed);
    feed_close(f);
    feed_open(f);
    WAIT_FOR(f, is_live(f));
    assert_sequence(f, 0, 200);
    feed_close(f);
    f->options.start = last;
    feed_open(f);
    WAIT_FOR(f, is_live(f));
    emit(f, 200, 5);
    WAIT_FOR(f, f->journaled_count == 5);
    assert_sequence(f, 200, 5);
    assert_int_equal(now(f).incomplete_since_ms, 0);
}

static void test_outputs(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    sw_feed_publish_kpi(f->feed, "{}", 2); /* not up yet: dropped */
    assert_int_equal(now(f).outputs_dropped, 1);
    WAIT_FOR(f, is_live(f));
    sw_feed_publish_kpi(f->feed, "{}", 2);
    sw_feed_set_view(f->feed, "agents/A", "{\"a\":1}", 7);
    char big[5000];
    memset(big, 'x', sizeof big);
    for (int i = 0; i < 300; i++) sw_feed_reject(f->feed, "bad_json", big, sizeof big);
    run_for(f, 200);
    assert_int_equal(command(f, "STRLEN sw:{main}:view:agents/A"), 7);
    assert_int_equal(command(f, "XLEN sw:{main}:rejects"), 100);
    assert_int_equal(now(f).rejects_dropped, 200);
    assert_int_equal(now(f).outputs_dropped, 1);
    redisReply *reply = redisCommand(f->client, "XRANGE sw:{main}:rejects - + COUNT 1");
    assert_int_equal(reply->element[0]->element[1]->element[3]->len, 1024);
    freeReplyObject(reply);
}

/* The script is what Redis before 7 gets: here a Redis 7 whose functions are taken away. */
static void test_script_instead_of_function(void **state) {
    struct fixture *f = *state;
    const char *args[] = {"--rename-command", "FCALL", "", "--rename-command", "FUNCTION", ""};
    memcpy(f->redis.args, args, sizeof args);
    redis_up(f);
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    assert_string_equal(now(f).function, "script");
    for (int i = 0; i < 3; i++) assert_int_equal(sw_feed_emit(f->feed, "{\"n\":7}", 7, NULL, NULL), 0);
    WAIT_FOR(f, f->journaled_count == 3);
    assert_int_equal(now(f).gaps, 0);
}

/* ---- connections that die ---- */

static void test_down_at_start(void **state) {
    struct fixture *f = *state;
    use_tcp(f, f->redis.port);
    feed_open(f);
    WAIT_FOR(f, strstr(f->reasons, "refused"));
    assert_int_equal(now(f).state, SW_FEED_CONNECTING);
    redis_up(f);
    WAIT_FOR(f, is_live(f));
    assert_string_equal(now(f).reason, "");
}

/* By IPv6, then by name, in a database of its own. */
static void test_ipv6_name_db(void **state) {
    struct fixture *f = *state;
    const char *args[] = {"--bind", "127.0.0.1 ::1"};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool has_ipv6 = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0) close(fd);
    if (has_ipv6) memcpy(f->redis.args, args, sizeof args);
    redis_up(f);
    (void)command(f, "SELECT 3");
    for (int i = has_ipv6 ? 0 : 1; i < 2; i++) {
        char url[64];
        (void)snprintf(url, sizeof url, "redis://%s:%d/3", i ? "localhost" : "[::1]", f->redis.port);
        assert_int_equal(sw_redis_url_parse(url, &f->options.redis.address), 0);
        feed_open(f);
        WAIT_FOR(f, is_live(f) && now(f).function[0]);
        emit(f, (uint32_t)i, 1);
        WAIT_FOR(f, f->journaled_count == (has_ipv6 ? (size_t)i + 1 : 1));
        feed_close(f);
    }
}

static void cut(void **state, int how) {
    struct fixture *f = *state;
    struct proxy proxy;
    proxy_begin(&proxy, f->redis.port);
    use_tcp(f, proxy.port);
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    emit(f, 0, 100);
    WAIT_FOR(f, f->journaled_count == 100);
    for (uint32_t round = 1; round <= 5; round++) {
        uint64_t before = now(f).reconnects;
        atomic_store(&proxy.cut, how);
        WAIT_FOR(f, now(f).reconnects >= before + 2);
        emit(f, round * 100, 100);
        WAIT_FOR(f, is_live(f));
    }
    WAIT_FOR(f, f->journaled_count >= 600);
    assert_sequence(f, 0, 600);
    assert_int_equal(now(f).incomplete_since_ms, 0);
    feed_close(f);
    proxy_end(&proxy);
}

static void test_fin(void **state) {
    cut(state, 1);
}

static void test_rst(void **state) {
    cut(state, 2);
    assert_non_null(strstr(((struct fixture *)*state)->reasons, "reset by peer"));
}

static void test_black_hole(void **state) {
    struct fixture *f = *state;
    int listener = listen_on(0, 0), fillers[4];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port_of(listener))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 4; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    use_tcp(f, ntohs(address.sin_port));
    f->options.redis.connect_ms = 100;
    feed_open(f);
    WAIT_FOR(f, strstr(f->reasons, "no connection within the deadline"));
    for (int i = 0; i < 4; i++) close(fillers[i]);
    close(listener);
}

/* A server that takes the connection and says nothing. */
static void test_mute_server(void **state) {
    struct fixture *f = *state;
    int listener = listen_on(0, 64);
    use_tcp(f, port_of(listener));
    f->options.redis.connect_ms = 100;
    feed_open(f);
    WAIT_FOR(f, strstr(f->reasons, "did not answer the login"));
    close(listener);
}

static void test_unknown_host(void **state) {
    struct fixture *f = *state;
    use_tcp(f, 1);
    (void)snprintf(f->options.redis.address.host, SW_REDIS_TEXT_MAX, "no-such-host.invalid");
    feed_open(f);
    WAIT_FOR(f, f->reasons[0] && strlen(f->reasons) > 4);
    /* And closing while the resolver is at work must not leave anything behind. */
    feed_close(f);
    feed_open(f);
}

static void test_silent_subscription(void **state) {
    struct fixture *f = *state;
    struct proxy proxy;
    proxy_begin(&proxy, f->redis.port);
    use_tcp(f, proxy.port);
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    run_for(f, 500);
    assert_int_equal(now(f).silent_restarts, 0); /* idle is not dead */
    atomic_store(&proxy.mute, true);
    emit(f, 0, 10);
    WAIT_FOR(f, now(f).silent_restarts > 0);
    atomic_store(&proxy.mute, false);
    WAIT_FOR(f, is_live(f) && f->journaled_count >= 10);
    assert_sequence(f, 0, 10);
    assert_non_null(strstr(f->reasons, "silent"));
    feed_close(f);
    proxy_end(&proxy);
}

struct producer {
    struct redis_server *redis;
    uint32_t count;
    atomic_bool done;
};

static void *produce(void *arg) {
    struct producer *producer = arg;
    redisContext *client = redis_open(producer->redis);
    emit_on(client, 0, producer->count);
    redisFree(client);
    atomic_store(&producer->done, true);
    return NULL;
}

/* 20,000 entries while the feed's connections are killed again and again. */
static void test_kill_while_emitting(void **state) {
    struct fixture *f = *state;
    struct producer producer = {.redis = &f->redis, .count = 20000};
    pthread_t thread;
    f->options.page = 200;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    assert_int_equal(pthread_create(&thread, NULL, produce, &producer), 0);
    for (int i = 0; !atomic_load(&producer.done); i++) {
        run_for(f, 15);
        (void)command(f, i % 3 ? "CLIENT KILL TYPE pubsub" : "CLIENT KILL TYPE pubsub SKIPME yes");
    }
    (void)pthread_join(thread, NULL);
    WAIT_FOR(f, f->journaled_count >= 20000 && is_live(f));
    assert_sequence(f, 0, 20000);
    assert_true(now(f).reconnects > 0);
    assert_true(now(f).gap_entries > 0);
    assert_int_equal(now(f).bad_messages, 0);
    assert_int_equal(now(f).losses + now(f).resets, 0);
}

/* A buffer too small for what comes while the journal is read. */
static void test_overflow(void **state) {
    struct fixture *f = *state;
    struct producer producer = {.redis = &f->redis, .count = 50000};
    pthread_t thread;
    feed_open(f);
    WAIT_FOR(f, now(f).function[0]);
    feed_close(f);
    f->options.buffer_max = 8;
    f->options.page = 20;
    assert_int_equal(pthread_create(&thread, NULL, produce, &producer), 0);
    (void)usleep(50000);
    feed_open(f);
    WAIT_FOR(f, f->journaled_count >= 50000 && is_live(f));
    (void)pthread_join(thread, NULL);
    assert_sequence(f, 0, 50000);
    assert_int_equal(now(f).incomplete_since_ms, 0);
    print_message("overflows %" PRIu64 "\n", now(f).overflows);
}

/* Redis cuts off a subscriber that does not read: here we do not run the loop. */
static void test_output_buffer_kill(void **state) {
    struct fixture *f = *state;
    (void)command(f, "CONFIG SET client-output-buffer-limit %s", "pubsub 65536 65536 0");
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    char *big = sw_xcalloc(1, 60001);
    (void)snprintf(big, 60001, "{\"n\":0,\"pad\":\"%0*d\"}", 59000, 0);
    for (int i = 0; i < 100; i++) (void)command(f, "FCALL sw_emit 1 " JOURNAL " " EVENTS " %s", big);
    free(big);
    WAIT_FOR(f, f->journaled_count >= 100 && is_live(f));
    assert_int_equal(f->journaled_count, 100);
    assert_true(now(f).reconnects > 0);
}

/* ---- journals that are lost, trimmed, forged ---- */

static void test_flush(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    emit(f, 0, 10);
    WAIT_FOR(f, f->journaled_count == 10);
    int64_t last_ms = (int64_t)sw_feed_last_id(f->feed).ms;
    (void)usleep(5000); /* a new journal within the same millisecond would give the same IDs */
    (void)command(f, "FLUSHALL");
    emit(f, 500, 3); /* the first links to nothing */
    WAIT_FOR(f, f->reset_count == 1 && f->journaled_count == 3);
    assert_sequence(f, 500, 3);
    assert_in_range(f->reset_since_ms, last_ms - 60000, last_ms);
    assert_int_equal(now(f).incomplete_since_ms, f->reset_since_ms);
    /* And in silence: found by comparing. */
    run_for(f, 500);
    last_ms = (int64_t)sw_feed_last_id(f->feed).ms;
    (void)command(f, "FLUSHALL");
    WAIT_FOR(f, f->reset_count == 2 && is_live(f));
    assert_int_equal(f->reset_since_ms, last_ms);
    assert_int_equal(f->journaled_count, 0);
    emit(f, 900, 2);
    WAIT_FOR(f, f->journaled_count == 2);
    assert_int_equal(f->reset_count, 2);
    sw_feed_set_from(f->feed, INT64_MAX);
    assert_int_equal(now(f).incomplete_since_ms, 0);
}

static void test_trim(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    emit(f, 0, 10);
    WAIT_FOR(f, f->journaled_count == 10);
    struct sw_feed_id last = sw_feed_last_id(f->feed);
    feed_close(f);
    emit(f, 10, 50);
    (void)command(f, "XTRIM " JOURNAL " MAXLEN = 20");
    /* What a checkpoint had is no beginning any more: the whole journal is read, and that it is trimmed is the loss. */
    f->options.start = last;
    f->options.from_ms = 1000;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && f->journaled_count == 20);
    assert_sequence(f, 40, 20);
    assert_int_equal(f->reset_count, 1);
    assert_int_equal(f->reset_since_ms, last.ms);
    assert_int_equal(now(f).incomplete_since_ms, 1000);
    assert_int_equal(now(f).losses, 1);
    feed_close(f);
    /* Cold: the past is trimmed; that is a loss only if it reaches into the figures. */
    f->options.start = (struct sw_feed_id){0};
    f->options.from_ms = INT64_C(1) << 50;
    feed_open(f);
    WAIT_FOR(f, is_live(f));
    assert_true(now(f).trimmed_before_ms > 0);
    assert_int_equal(now(f).incomplete_since_ms, 0);
    feed_close(f);
    f->options.from_ms = 1000;
    feed_open(f);
    WAIT_FOR(f, is_live(f));
    assert_int_equal(now(f).incomplete_since_ms, 1000);
    feed_close(f);
    /* Emptied altogether, with entries we never saw. */
    struct sw_feed_id before = last;
    (void)command(f, "XTRIM " JOURNAL " MAXLEN = 0");
    f->options.start = before;
    feed_open(f);
    WAIT_FOR(f, is_live(f));
    assert_int_equal(f->journaled_count, 0);
    assert_int_equal(f->reset_count, 2);
    assert_int_equal(now(f).incomplete_since_ms, 1000);
    emit(f, 60, 2);
    WAIT_FOR(f, f->journaled_count == 2);
    assert_int_equal(now(f).losses, 1);
}

/* The same in pages of which the next is on its way when the journal turns out to be another. */
static void test_trim_in_pages(void **state) {
    struct fixture *f = *state;
    f->options.page = 8;
    test_trim(state);
}

/* A long read says how far it is, and that no more when it is over. */
static void test_progress(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    feed_close(f);
    for (uint32_t i = 0; i < 20; i++) {
        emit(f, i * 100, 100);
        usleep(5000); /* the entries have times of their own */
    }
    f->options.page = 64;
    f->options.progress_ms = 1;
    feed_open(f);
    WAIT_FOR(f, is_live(f));
    assert_sequence(f, 0, 2000);
    assert_true(f->progress_count >= 1);
    for (size_t i = 1; i < f->progress_count; i++) assert_in_range(f->progress[i], f->progress[i - 1], 1000);
    assert_int_equal(now(f).progress_permille, -1);
}

/* The journal forgets by age: whole nodes of it (the MINID is approximate) that are older than 48 hours. */
/* What was taken from the channel and not yet confirmed goes with a checkpoint: nothing is had twice. */
static void test_unconfirmed_entries_are_had(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    emit(f, 0, 30);
    WAIT_FOR(f, f->journaled_count == 30);
    struct sw_feed_id confirmed, *had = sw_xmalloc(SW_FEED_UNCONFIRMED_MAX * sizeof *had);
    size_t count = sw_feed_place(f->feed, &confirmed, had);
    assert_in_range(count, 1, 30);
    assert_int_equal(had[count - 1].ms, sw_feed_last_id(f->feed).ms);
    feed_close(f);
    emit(f, 30, 7);
    f->options.start = confirmed;
    f->options.had = had;
    f->options.had_count = count;
    f->options.incomplete_since_ms = 77;
    f->options.incomplete_until_ms = 78;
    feed_open(f);
    free(had);
    WAIT_FOR(f, is_live(f) && f->journaled_count == 7);
    assert_sequence(f, 30, 7);
    assert_int_equal(f->reset_count + now(f).bad_messages, 0);
    assert_int_equal(now(f).incomplete_since_ms, 77);
    sw_feed_set_from(f->feed, 79);
    assert_int_equal(now(f).incomplete_since_ms, 0);
}

static void test_a_held_feed_keeps_back(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    sw_feed_hold(f->feed, true);
    emit(f, 0, 20);
    assert_int_equal(command(f, "PUBLISH " EVENTS " %s", "{\"n\":1}"), 1);
    WAIT_FOR(f, now(f).buffered == 21);
    assert_int_equal(f->journaled_count + f->plain_count, 0);
    sw_feed_hold(f->feed, false);
    assert_sequence(f, 0, 20);
    assert_int_equal(f->plain_count, 1);
    emit(f, 20, 5);
    WAIT_FOR(f, f->journaled_count == 25);
    assert_sequence(f, 0, 25);
    assert_int_equal(now(f).gaps, 0);
}

static void test_old_entries_go(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    for (int i = 1; i <= 300; i++) (void)command(f, "XADD " JOURNAL " %d-1 e {} p 0-0", i);
    emit(f, 0, 1);
    assert_in_range(command(f, "XLEN " JOURNAL), 1, 101);
}

static void test_forged(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    emit(f, 0, 10);
    WAIT_FOR(f, f->journaled_count == 10);
    /* Does not link: discarded unseen. */
    (void)command(f, "PUBLISH " EVENTS " %s", "99999999999999-0 99999999999998-0 {\"n\":666}");
    emit(f, 10, 10);
    WAIT_FOR(f, f->journaled_count == 20 && now(f).bad_messages == 1);
    assert_sequence(f, 0, 20);
    /* Links, with an ID far ahead: taken for an entry at first, found out by the next real one. */
    struct sw_feed_id last = sw_feed_last_id(f->feed);
    char text[128];
    (void)snprintf(text, sizeof text, "99999999999999-0 %" PRIu64 "-%" PRIu64 " {\"n\":20}", last.ms,
                   last.seq);
    (void)command(f, "PUBLISH " EVENTS " %s", text);
    emit(f, 21, 10);
    WAIT_FOR(f, now(f).bad_messages == 2 && f->journaled_count == 31);
    assert_sequence(f, 0, 31);
    /* The same with nothing after it: found out by the comparison. */
    last = sw_feed_last_id(f->feed);
    (void)snprintf(text, sizeof text, "99999999999999-0 %" PRIu64 "-%" PRIu64 " {\"n\":31}", last.ms,
                   last.seq);
    (void)command(f, "PUBLISH " EVENTS " %s", text);
    WAIT_FOR(f, now(f).bad_messages == 3);
    emit(f, 32, 10);
    WAIT_FOR(f, f->journaled_count == 42);
    assert_sequence(f, 0, 42);
    assert_int_equal(now(f).resets + now(f).losses, 0);
    /* A flood of them among real ones. */
    for (uint32_t i = 0; i < 500; i++) {
        (void)snprintf(text, sizeof text, "%d-0 5-5 {}", (int)(2000000000 + i)); /* an old ID: had already */
        (void)command(f, "PUBLISH " EVENTS " %s", text);
        (void)command(f, "PUBLISH " EVENTS " %s", "99999999999999-1 5-5 {\"n\":666}");
        emit(f, 42 + i, 1);
    }
    WAIT_FOR(f, f->journaled_count >= 542 && is_live(f) && now(f).bad_messages >= 503);
    assert_sequence(f, 0, 542);
    assert_int_equal(now(f).resets + now(f).losses, 0);
}

static void test_kill_redis(void **state) {
    struct fixture *f = *state;
    const char *args[] = {"--appendonly", "yes", "--appendfsync", "always"};
    memcpy(f->redis.args, args, sizeof args);
    redis_up(f);
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    for (uint32_t round = 0; round < 3; round++) {
        emit(f, round * 1000, 1000);
        redis_down(f, SIGKILL);
        WAIT_FOR(f, now(f).state == SW_FEED_STALE);
        redis_up(f);
        WAIT_FOR(f, is_live(f) && f->journaled_count >= (round + 1) * 1000);
    }
    assert_sequence(f, 0, 3000);
    assert_int_equal(now(f).incomplete_since_ms, 0);
}

static void test_plain_lost_while_away(void **state) {
    struct fixture *f = *state;
    feed_open(f);
    WAIT_FOR(f, is_live(f));
    (void)command(f, "CLIENT KILL TYPE pubsub");
    WAIT_FOR(f, now(f).reconnects == 1 && is_live(f));
    assert_int_equal(now(f).incomplete_since_ms, 0);
    (void)command(f, "PUBLISH " EVENTS " {}");
    WAIT_FOR(f, f->plain_count == 1);
    (void)command(f, "CLIENT KILL TYPE pubsub");
    WAIT_FOR(f, now(f).reconnects == 2 && is_live(f));
    assert_true(now(f).incomplete_since_ms > 0);
}

/* ---- who may ---- */

static void test_wrong_password(void **state) {
    struct fixture *f = *state;
    const char *args[] = {"--requirepass", "right"};
    memcpy(f->redis.args, args, sizeof args);
    redis_begin(&f->redis);
    feed_open(f);
    WAIT_FOR(f, strstr(f->reasons, "NOAUTH"));
    feed_close(f);
    (void)snprintf(f->options.redis.address.password, SW_REDIS_TEXT_MAX, "wrong-secret");
    feed_open(f);
    WAIT_FOR(f, strstr(f->reasons, "WRONGPASS"));
    assert_null(strstr(f->reasons, "wrong-secret"));
    feed_close(f);
    (void)snprintf(f->options.redis.address.password, SW_REDIS_TEXT_MAX, "right");
    feed_open(f);
    WAIT_FOR(f, is_live(f));
}

/* The users' file of deploy/, with passwords put in. */
static void write_acl(const char *path) {
    FILE *in = fopen("deploy/redis/users.acl", "r"), *out = fopen(path, "w");
    char line[1024];
    assert_non_null(in);
    assert_non_null(out);
    while (fgets(line, sizeof line, in)) (void)fputs(line, out);
    (void)fclose(in);
    (void)fclose(out);
}

static void log_in(struct fixture *f, const char *user, const char *password) {
    client_open(f);
    (void)command(f, "AUTH %s %s", user, password);
}

static void assert_refused(struct fixture *f, const char *text) {
    redisReply *reply = redisCommand(f->client, text);
    assert_int_equal(reply->type, REDIS_REPLY_ERROR);
    if (strncmp(reply->str, "NOPERM", 6) != 0 && !strstr(reply->str, "ACL"))
        fail_msg("%s: %s", text, reply->str);
    freeReplyObject(reply);
}

static void test_acl(void **state) {
    struct fixture *f = *state;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/users.acl", f->redis.dir);
    write_acl(path);
    f->redis.args[0] = "--aclfile";
    f->redis.args[1] = path;
    redis_begin(&f->redis);
    struct sw_redis_address *address = &f->options.redis.address;
    (void)snprintf(address->user, sizeof address->user, "shiftwall");
    (void)snprintf(address->password, sizeof address->password, "CHANGE-ME-SHIFTWALL");
    feed_open(f);
    WAIT_FOR(f, is_live(f) && now(f).function[0]);
    assert_string_equal(now(f).function, "function");
    log_in(f, "producer", "CHANGE-ME-PRODUCER");
    emit(f, 0, 50);
    assert_int_equal(command(f, "PUBLISH " EVENTS " {}"), 1);
    assert_refused(f, "PUBLISH sw:{main}:kpi {}");
    assert_refused(f, "FLUSHALL");
    assert_refused(f, "DEL " JOURNAL);
    assert_refused(f, "FUNCTION FLUSH");
    assert_refused(f, "GET sw:{main}:view:site");
    assert_refused(f, "FCALL sw_emit 1 other sw:{main}:events {}");
    WAIT_FOR(f, f->journaled_count == 50 && f->plain_count == 1);
    assert_int_equal(sw_feed_emit(f->feed, "{\"n\":50}", 8, NULL, NULL), 0);
    sw_feed_publish_kpi(f->feed, "{}", 2);
    sw_feed_set_view(f->feed, "site", "{}", 2);
    sw_feed_reject(f->feed, "bad_json", "x", 1);
    WAIT_FOR(f, f->journaled_count == 51);
    run_for(f, 500); /* probes and comparisons as well */
    assert_int_equal(now(f).output_errors, 0);
    assert_int_equal(now(f).silent_restarts, 0);
    assert_int_equal(now(f).state, SW_FEED_LIVE);
    feed_close(f);
    /* One who may not subscribe learns why. */
    f->reasons[0] = '\0';
    (void)snprintf(address->user, sizeof address->user, "producer");
    (void)snprintf(address->password, sizeof address->password, "CHANGE-ME-PRODUCER");
    feed_open(f);
    WAIT_FOR(f, strstr(f->reasons, "NOPERM"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_DOWN(name) cmocka_unit_test_setup_teardown(name, set_up_down, tear_down)

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        TEST(test_plain_and_journaled),
        TEST(test_outputs),
        TEST_DOWN(test_script_instead_of_function),
        TEST_DOWN(test_down_at_start),
        TEST_DOWN(test_ipv6_name_db),
        TEST(test_fin),
        TEST(test_rst),
        TEST_DOWN(test_black_hole),
        TEST_DOWN(test_mute_server),
        TEST_DOWN(test_unknown_host),
        TEST(test_silent_subscription),
        TEST(test_kill_while_emitting),
        TEST(test_overflow),
        TEST(test_output_buffer_kill),
        TEST(test_flush),
        TEST(test_trim),
        TEST(test_trim_in_pages),
        TEST(test_progress),
        TEST(test_unconfirmed_entries_are_had),
        TEST(test_a_held_feed_keeps_back),
        TEST(test_old_entries_go),
        TEST(test_forged),
        TEST_DOWN(test_kill_redis),
        TEST(test_plain_lost_while_away),
        TEST_DOWN(test_wrong_password),
        TEST_DOWN(test_acl),
    };
    return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
