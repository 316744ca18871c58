/* The WebSocket server: a real one on a real loop, and raw sockets against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "ws_fixture.h"

static void test_subscribe_and_patch(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    start(&f, NULL);
    open_client(&f, &w, 0);
    wire_text(&w, SUBSCRIBE_SITE);
    assert_silence(&w, 30); /* version 0: nothing to show */
    assert_true(sw_ws_server_is_watched(f.server, f.site));
    assert_false(sw_ws_server_is_watched(f.server, f.big));
    set(f.site, "filler", FILLER);
    change(&f, f.site, 1);
    assert_next(&w, "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"e1:1\",\"at\":1700000000001,\"full\":{"
                    "\"filler\":" FILLER ",\"n\":1}}");
    change(&f, f.site, 2);
    change(&f, f.site, 3);
    change(&f, f.site, 4); /* within the interval: one frame for all three */
    assert_next(&w, "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"e1:4\",\"base\":\"e1:1\",\"at\":"
                    "1700000000004,\"patch\":{\"n\":4}}");
    assert_silence(&w, 150);
    assert_int_equal(counters(&f)->full_sent, 1);
    assert_int_equal(counters(&f)->patch_sent, 1);
    wire_text(&w, "{\"op\":\"ping\",\"t\":77}");
    assert_next(&w, "{\"op\":\"pong\",\"t\":77,\"now\":1700000000000}");
    wire_text(&w, "{\"op\":\"unsubscribe\",\"views\":[\"site\",\"never\"]}");
    wire_idle(&f.loop, 20);
    assert_int_equal(f.unwatched, 1);
    change(&f, f.site, 5);
    assert_silence(&w, 50);
    wire_free(&w);
    stop(&f);
}

static void test_pace(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    int frames = 0;
    start(&f, NULL);
    change(&f, f.site, 1);
    open_client(&f, &w, 0);
    wire_text(&w, SUBSCRIBE_SITE);
    assert_int_equal(wire_message(&w, WIRE_TIMEOUT_MS), 1);
    int64_t began = wire_now_ms();
    for (int n = 2; wire_now_ms() - began < 1000; n++) {
        change(&f, f.site, n);
        if (wire_message(&w, 2) == 1) frames++;
    }
    assert_in_range(frames, 8, 12); /* 100 ms apart */
    wire_free(&w);
    stop(&f);
}

/* Segments with data that have come to the client so far: one for each send() of the server, as long as they are small. */
static unsigned segments(const struct wire *w) {
    struct { /* as the kernel has it; the C library's ends before */
        struct tcp_info old;
        uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
        uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in;
    } info;
    socklen_t len = sizeof info;
    assert_int_equal(getsockopt(w->fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    return info.data_segs_in;
}

/* Views that change in one turn go out in one send(), each as a frame of its own. */
static void test_together(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    start(&f, NULL);
    change(&f, f.site, 1);
    change(&f, f.big, 1);
    open_client(&f, &w, 0);
    wire_text(&w, "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"big\",\"site\"]}");
    assert_next(&w, "{\"op\":\"view\",\"view\":\"big\",\"ver\":\"e1:1\",\"at\":1700000000001,\"full\":{\"n\":1}}");
    assert_next(&w, "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"e1:1\",\"at\":1700000000001,\"full\":{\"n\":1}}");
    for (int n = 2; n < 6; n++) {
        wire_idle(&f.loop, 120); /* the interval is over */
        unsigned before = segments(&w);
        uint64_t frames = counters(&f)->frames_sent;
        change(&f, f.site, n);
        change(&f, f.big, n);
        assert_int_equal(wire_message(&w, WIRE_TIMEOUT_MS), 1);
        assert_non_null(strstr(w.text, "\"view\":\"big\""));
        assert_int_equal(wire_message(&w, WIRE_TIMEOUT_MS), 1);
        assert_non_null(strstr(w.text, "\"view\":\"site\""));
        assert_int_equal(segments(&w) - before, 1);
        assert_int_equal(counters(&f)->frames_sent - frames, 2);
    }
    wire_free(&w);
    stop(&f);
}

static void test_resume(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    start(&f, NULL);
    set(f.site, "filler", FILLER);
    for (int n = 1; n <= 300; n++) change(&f, f.site, n);
    open_client(&f, &w, 0);
    wire_text(&w,
              "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"site\"],\"have\":{\"site\":\"e1:290\"}}");
    assert_next(&w, "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"e1:300\",\"base\":\"e1:290\",\"at\":"
                    "1700000000300,\"patch\":{\"n\":300}}");
    wire_text(&w,
              "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"site\"],\"have\":{\"site\":\"e1:300\"}}");
    assert_silence(&w, 30); /* it has the newest */
    static const char *const cannot[] = {"e1:10", "e2:299", "e1:301", "nonsense", ""};
    for (size_t i = 0; i < sizeof cannot / sizeof *cannot; i++) {
        char text[128];
        snprintf(text, sizeof text,
                 "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"site\"],\"have\":{\"site\":\"%s\"}}",
                 cannot[i]);
        wire_text(&w, text);
        assert_next(&w, "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"e1:300\",\"at\":1700000000300,\"full\":"
                        "{\"filler\":" FILLER ",\"n\":300}}");
    }
    sw_view_set_epoch(f.site, "e9");
    change(&f, f.site, 301);
    assert_next(&w, "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"e9:301\",\"at\":1700000000301,\"full\":{"
                    "\"filler\":" FILLER ",\"n\":301}}");
    wire_free(&w);
    stop(&f);
}

static void test_feed_status(void **state) {
    (void)state;
    struct floor f;
    struct wire a, b;
    static const char live[] = "{\"op\":\"feed\",\"site\":\"main\",\"status\":\"live\"}";
    static const char stale[] = "{\"op\":\"feed\",\"site\":\"main\",\"status\":\"stale\"}";
    start(&f, NULL);
    open_client(&f, &a, 0);
    wire_text(&a, SUBSCRIBE_SITE);
    wire_idle(&f.loop, 10);
    assert_int_equal(sw_ws_server_set_feed(f.server, "main", live, sizeof live - 1), 0);
    assert_next(&a, live);
    open_client(&f, &b, 0);
    wire_text(&b, SUBSCRIBE_SITE);
    assert_next(&b, live);
    assert_int_equal(sw_ws_server_set_feed(f.server, "main", stale, sizeof stale - 1), 0);
    assert_int_equal(sw_ws_server_set_feed(f.server, "other", live, sizeof live - 1), 0);
    assert_next(&a, stale);
    assert_next(&b, stale);
    wire_text(&b, "{\"op\":\"subscribe\",\"site\":\"other\",\"views\":[\"site\"]}");
    assert_next(&b, live);
    assert_silence(&b, 20);
    wire_free(&a);
    wire_free(&b);
    stop(&f);
}

static void test_errors_and_limits(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    start(&f, NULL);
    open_client(&f, &w, 0);
    wire_text(&w, "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"no\\\"pe\"]}");
    assert_next(
        &w, "{\"op\":\"error\",\"code\":\"unknown_view\",\"text\":\"no such view\",\"view\":\"no\\\"pe\"}");
    wire_text(&w, "{\"op\":\"subscribe\",\"site\":\"mars\",\"views\":[\"site\"]}");
    assert_next(&w,
                "{\"op\":\"error\",\"code\":\"unknown_site\",\"text\":\"no such site\",\"view\":\"site\"}");
    wire_text(&w, "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"secret\"]}");
    assert_next(
        &w,
        "{\"op\":\"error\",\"code\":\"forbidden\",\"text\":\"not allowed to see this\",\"view\":\"secret\"}");
    wire_text(&w, "{\"op\":\"dance\"}");
    assert_next(&w, "{\"op\":\"error\",\"code\":\"unknown_op\",\"text\":\"no such operation\"}");
    wire_text(&w, "{\"op\":\"ping\",\"t\":\"x\"}");
    assert_next(&w, "{\"op\":\"error\",\"code\":\"bad_request\",\"text\":\"a field is missing or wrong\"}");
    wire_text(&w, "");
    assert_next(&w, "{\"op\":\"error\",\"code\":\"bad_message\",\"text\":\"not a JSON object\"}");
    wire_text(&w, "{\"op\":\"ping\"}"); /* a good one: the count starts again */
    assert_int_equal(wire_message(&w, WIRE_TIMEOUT_MS), 1);
    wire_idle(&f.loop, 1100); /* another second for the rate */
    for (int i = 0; i < SW_WS_BAD_MESSAGES_MAX; i++) wire_text(&w, "nonsense");
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    assert_string_equal(w.close_reason, "too many bad messages");
    assert_int_equal(counters(&f)->dropped_bad, 1);
    assert_true(counters(&f)->errors >= 7);
    wire_free(&w);
    stop(&f);
}

static void test_message_sizes(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    static char text[9000];
    start(&f, NULL);
    memset(text, ' ', sizeof text);
    static const char ping[] = "{\"op\":\"ping\",\"t\":1}";
    memcpy(text, ping, sizeof ping - 1);
    open_client(&f, &w, 0);
    wire_frame(&w, 0x81, text, SW_WS_MESSAGE_BYTES_MAX);
    assert_next(&w, "{\"op\":\"pong\",\"t\":1,\"now\":1700000000000}");
    wire_frame(&w, 0x01, text, 1000); /* the same in three fragments */
    wire_frame(&w, 0x00, text + 1000, 1000);
    wire_frame(&w, 0x80, text + 2000, 100);
    assert_next(&w, "{\"op\":\"pong\",\"t\":1,\"now\":1700000000000}");
    wire_frame(&w, 0x81, text, SW_WS_MESSAGE_BYTES_MAX + 1);
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    assert_int_equal(counters(&f)->dropped_too_big, 1);
    wire_free(&w);

    open_client(&f, &w, 0);
    for (int i = 0; i < 5; i++) wire_frame(&w, i ? 0x00 : 0x01, text, 1000); /* never ends */
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    assert_int_equal(counters(&f)->dropped_too_big, 2);
    wire_free(&w);

    open_client(&f, &w, 0);
    wire_frame(&w, 0x82, "{}", 2);
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    wire_free(&w);
    stop(&f);
}

static void test_rate(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    start(&f, NULL);
    open_client(&f, &w, 0);
    for (int i = 0; i <= SW_WS_MESSAGES_PER_SECOND_MAX; i++) wire_text(&w, "{\"op\":\"ping\",\"t\":1}");
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_RATE);
    assert_int_equal(counters(&f)->dropped_rate, 1);
    wire_free(&w);
    open_client(&f, &w, 0); /* without a final fragment */
    for (int i = 0; i <= 500; i++) wire_frame(&w, i ? 0x00 : 0x01, "", 0);
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_RATE);
    wire_free(&w);
    stop(&f);
}

static void few_clients(struct sw_ws_options *options) {
    static const char *const origins[] = {"https://wall.example"};
    options->max_clients = 3;
    options->max_connections = 5;
    options->max_per_address = 4;
    options->origins = origins;
    options->origin_count = 1;
}

static int try_upgrade(struct floor *f, const char *path, const char *protocol, const char *extra) {
    struct wire w;
    wire_connect(&w, &f->loop, sw_ws_server_port(f->server), 0);
    int status = wire_upgrade(&w, path, protocol, extra);
    wire_free(&w);
    wire_idle(&f->loop, 5);
    return status;
}

/* On a connection that was kept libwebsockets refuses it, and then asks us with a text that it has freed: one answer, and
 * the connection ends. */
static void test_unknown_upgrade(void **state) {
    (void)state;
    static const char first[] = "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n";
    static const char other[] = "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n";
    struct floor f;
    struct wire w;
    start(&f, few_clients);
    wire_connect(&w, &f.loop, sw_ws_server_port(f.server), 0);
    wire_send(&w, first, sizeof first - 1);
    assert_true(wire_want(&w, 1, WIRE_TIMEOUT_MS));
    wire_idle(&f.loop, 50);
    while (wire_receive(&w)) assert_false(w.eof);
    wire_take(&w, w.in_len);
    wire_send(&w, other, sizeof other - 1);
    char *head = wire_head(&w);
    assert_non_null(head);
    assert_memory_equal(head + 9, "403", 3);
    free(head);
    assert_false(wire_want(&w, SIZE_MAX, WIRE_TIMEOUT_MS));
    assert_true(w.eof);
    assert_null(memmem(w.in, w.in_len, "HTTP/", 5));
    assert_int_equal(counters(&f)->refused_path, 1);
    wire_free(&w);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", ""), 101);
    stop(&f);
}

static void test_who_may_connect(void **state) {
    (void)state;
    struct floor f;
    struct wire w[4];
    start(&f, few_clients);
    assert_int_equal(try_upgrade(&f, "/other", "shiftwall.v1", ""), 404);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v2", ""), 400);
    assert_int_equal(try_upgrade(&f, "/ws", NULL, ""), 400);
    assert_int_equal(try_upgrade(&f, "/ws", "x, shiftwall.v1", ""), 101);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", "Origin: http://127.0.0.1:1\r\n"), 101);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", "Origin: https://wall.example\r\n"), 101);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", "Origin: http://127.0.0.1:2\r\n"), 403);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", "Origin: https://evil.example\r\n"), 403);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", "Origin: null\r\n"), 403);
    assert_int_equal(counters(&f)->refused_path, 3);
    assert_int_equal(counters(&f)->refused_origin, 3);
    for (int i = 0; i < 3; i++) open_client(&f, &w[i], 0);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", ""), 503);
    assert_int_equal(counters(&f)->refused_full, 1);
    wire_connect(&w[3], &f.loop, sw_ws_server_port(f.server), 0);
    wire_idle(&f.loop, 20);
    assert_int_equal(counters(&f)->connections, 4);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", ""), 0); /* the fifth socket of the address */
    assert_int_equal(counters(&f)->refused_address, 1);
    for (int i = 0; i < 4; i++) wire_free(&w[i]);
    wire_idle(&f.loop, 20);
    assert_int_equal(counters(&f)->connections, 0);
    assert_int_equal(counters(&f)->clients, 0);
    assert_int_equal(try_upgrade(&f, "/ws", "shiftwall.v1", ""), 101);
    stop(&f);
}

/* A new document of about 300 KiB, told to the server. */
static void change_big(struct floor *f, int n) {
    static char json[300 * 1024];
    memset(json, 'a' + n % 26, sizeof json);
    json[0] = json[sizeof json - 1] = '"';
    assert_int_equal(sw_view_set(f->big, NULL, "big", json, sizeof json), 0);
    change(f, f->big, n);
}

#define SUBSCRIBE_BIG "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"big\"]}"

static void test_slow_client(void **state) {
    (void)state;
    struct floor f;
    struct wire slow, good;
    start(&f, NULL);
    change_big(&f, 1);
    open_client(&f, &slow, 4096);
    open_client(&f, &good, 0);
    wire_text(&slow, SUBSCRIBE_BIG);
    wire_text(&good, SUBSCRIBE_BIG);
    int received = 0, last = 0;
    int64_t began = wire_now_ms(), worst = 0;
    for (int n = 2; wire_now_ms() - began < 2500; n++) {
        change_big(&f, n);
        int64_t sent = wire_now_ms();
        if (wire_message(&good, 1000) != 1) fail_msg("the good client got nothing");
        if (wire_now_ms() - sent > worst) worst = wire_now_ms() - sent;
        const char *at = strstr(good.text, "\"n\":");
        assert_non_null(at);
        int version = (int)strtol(at + 4, NULL, 10);
        assert_true(version >= last);
        assert_int_equal(good.text[good.text_len - 1], '}');
        last = version;
        received++;
    }
    assert_true(received >= 15);
    assert_true(worst < 250); /* the push interval and some */
    assert_int_equal(counters(&f)->dropped_slow, 1);
    assert_int_equal(counters(&f)->clients, 1);
    assert_true(counters(&f)->merged > 0);
    wire_free(&slow);
    wire_free(&good);
    stop(&f);
}

/* Pieces of one shared frame, interleaved between readers of different speed, stay whole. */
static void test_large_frame_is_shared_intact(void **state) {
    (void)state;
    enum { READERS = 5 };
    struct floor f;
    struct wire w[READERS];
    start(&f, NULL);
    static char json[1 << 20];
    for (size_t i = 0; i < sizeof json; i++) json[i] = (char)('A' + (i * 7 + i / 4096) % 26);
    json[0] = json[sizeof json - 1] = '"';
    assert_int_equal(sw_view_set(f.big, NULL, "big", json, sizeof json), 0);
    assert_true(sw_view_commit(f.big, 5));
    for (int i = 0; i < READERS; i++) {
        open_client(&f, &w[i], i * 20000);
        wire_text(&w[i], SUBSCRIBE_BIG);
    }
    struct sw_frame *want = sw_view_full_frame(f.big);
    for (int i = READERS - 1; i >= 0; i--) {
        assert_int_equal(wire_message(&w[i], WIRE_TIMEOUT_MS), 1);
        assert_int_equal(w[i].text_len, want->len);
        assert_memory_equal(w[i].text, want->data, want->len);
    }
    sw_frame_unref(want);
    for (int i = 0; i < READERS; i++) wire_free(&w[i]);
    stop(&f);
}

static void test_stop_tells_clients(void **state) {
    (void)state;
    struct floor f;
    struct wire w[3];
    start(&f, NULL);
    change(&f, f.site, 1);
    for (int i = 0; i < 3; i++) {
        open_client(&f, &w[i], 0);
        wire_text(&w[i], SUBSCRIBE_SITE);
        assert_int_equal(wire_message(&w[i], WIRE_TIMEOUT_MS), 1);
    }
    sw_ws_server_begin_stop(f.server, on_stopped, &f);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wire_until_closed(&w[i], WIRE_TIMEOUT_MS), SW_WS_CLOSE_STOPPING);
        assert_memory_equal(w[i].close_reason, "retry_ms=", 9);
        assert_in_range(strtol(w[i].close_reason + 9, NULL, 10), 500, 5000);
        wire_free(&w[i]);
    }
    stop(&f); /* a second begin_stop does nothing */
}

static void test_stop_with_choked_client(void **state) {
    (void)state;
    struct floor f;
    struct wire choked, idle;
    start(&f, NULL);
    change_big(&f, 1);
    open_client(&f, &choked, 4096);
    open_client(&f, &idle, 0);
    wire_text(&choked, SUBSCRIBE_BIG);
    wire_idle(&f.loop, 100);
    change_big(&f, 2);
    wire_idle(&f.loop, 50);
    stop(&f); /* `idle` never answers its close either */
    wire_free(&choked);
    wire_free(&idle);
}

static void test_port_busy(void **state) {
    (void)state;
    struct floor f;
    char error[256] = "";
    start(&f, NULL);
    struct sw_ws_options options = options_of(&f);
    struct sw_ws_server *second = NULL;
    options.port = sw_ws_server_port(f.server);
    assert_int_equal(sw_ws_server_new(&options, &second, error, sizeof error), -SW_EBUSY);
    assert_null(second);
    assert_non_null(strstr(error, "in use"));
    options.port = 0;
    options.address = "192.0.2.1"; /* not of this machine */
    assert_int_equal(sw_ws_server_new(&options, &second, error, sizeof error), -SW_EIO);
    options.address = "localhost";
    assert_int_equal(sw_ws_server_new(&options, &second, error, sizeof error), -SW_EINVAL);
    options.address = "127.0.0.1";
    options.push_interval_ms = 7;
    assert_int_equal(sw_ws_server_new(&options, &second, error, sizeof error), -SW_EINVAL);
    struct wire w;
    open_client(&f, &w, 0); /* the first one is unharmed */
    wire_free(&w);
    stop(&f);
}

static void quick_pings(struct sw_ws_options *options) {
    options->ping_s = 1;
    options->hangup_s = 2;
}

/* A screen whose power was cut: it answers no ping. */
static void test_dead_client(void **state) {
    (void)state;
    struct floor f;
    struct wire dead, alive;
    start(&f, quick_pings);
    open_client(&f, &dead, 0);
    open_client(&f, &alive, 0);
    int64_t began = wire_now_ms();
    while (wire_now_ms() - began < 5000 && counters(&f)->clients == 2)
        assert_int_equal(wire_message(&alive, 50), WIRE_SILENT);
    assert_int_equal(counters(&f)->clients, 1);
    assert_int_equal(wire_message(&alive, 50), WIRE_SILENT);
    wire_free(&dead);
    wire_free(&alive);
    stop(&f);
}

static void test_many_clients(void **state) {
    (void)state;
    enum { CLIENTS = 200 };
    struct floor f;
    static struct wire w[CLIENTS];
    start(&f, NULL);
    set(f.site, "filler", FILLER);
    change(&f, f.site, 1);
    for (int i = 0; i < CLIENTS; i++) {
        open_client(&f, &w[i], 0);
        wire_text(&w[i], SUBSCRIBE_SITE);
        assert_int_equal(wire_message(&w[i], WIRE_TIMEOUT_MS), 1);
    }
    assert_int_equal(counters(&f)->clients, CLIENTS);
    assert_int_equal(sw_view_counters(f.site)->full_encoded, 1);
    for (int n = 2; n < 7; n++) {
        change(&f, f.site, n);
        char want[256];
        snprintf(want, sizeof want,
                 "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"e1:%d\",\"base\":\"e1:%d\",\"at\":%lld,"
                 "\"patch\":{\"n\":%d}}",
                 n, n - 1, (long long)(wall_ms + n), n);
        for (int i = 0; i < CLIENTS; i++) assert_next(&w[i], want);
    }
    assert_int_equal(sw_view_counters(f.site)->patch_encoded, 5); /* once each, not once a client */
    for (int i = 0; i < CLIENTS; i += 2) wire_free(&w[i]);        /* half of them go without a word */
    wire_idle(&f.loop, 50);
    assert_int_equal(counters(&f)->clients, CLIENTS / 2);
    change(&f, f.site, 7);
    for (int i = 1; i < CLIENTS; i += 2) assert_int_equal(wire_message(&w[i], WIRE_TIMEOUT_MS), 1);
    sw_ws_server_forget_view(f.server, f.site);
    assert_int_equal(counters(&f)->subscriptions, 0);
    stop(&f);
    for (int i = 1; i < CLIENTS; i += 2) wire_free(&w[i]);
}

/* Garbage before and after the upgrade, and connections reset in the middle: the server stays, and forgets
 * them. */
static void test_hostile_bytes(void **state) {
    (void)state;
    struct floor f;
    static const char upgrade[] =
        "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
        "13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: shiftwall.v1\r\n\r\n";
    static const char post[] =
        "POST /api/x?a=1&b=2 HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nCookie: a=b\r\n\r\nhello world!";
    uint32_t seed = 4711;
    char text[600];
    start(&f, NULL);
    change_big(&f, 1);
    for (int round = 0; round < 1500; round++) {
        struct wire w;
        wire_connect(&w, &f.loop, sw_ws_server_port(f.server), 0);
        bool after = round % 3 == 2; /* a good handshake and a subscription, then garbage */
        const char *from = round % 3 ? upgrade : post;
        size_t len = strlen(from);
        memcpy(text, from, len);
        if (after) {
            wire_send(&w, text, len);
            wire_text(&w, SUBSCRIBE_BIG);
            len = 64;
        }
        for (int k = 0; k < (after ? 64 : 1 + round % 4); k++) {
            seed = seed * 1664525u + 1013904223u;
            text[(seed >> 8) % len] = (char)(seed >> 24);
        }
        wire_send(&w, text, len);
        if (round % 5 == 0) wire_send(&w, post, strlen(post));
        uv_run(&f.loop, UV_RUN_NOWAIT);
        if (round % 2) { /* a reset instead of an orderly end */
            struct linger now = {.l_onoff = 1};
            setsockopt(w.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        wire_free(&w);
    }
    int64_t began = wire_now_ms();
    while (counters(&f)->connections && wire_now_ms() - began < WIRE_TIMEOUT_MS) wire_idle(&f.loop, 10);
    assert_int_equal(counters(&f)->connections, 0);
    assert_int_equal(counters(&f)->clients, 0);
    assert_int_equal(counters(&f)->subscriptions, 0);
    struct wire w;
    open_client(&f, &w, 0);
    wire_free(&w);
    stop(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_subscribe_and_patch),
        cmocka_unit_test(test_pace), cmocka_unit_test(test_together),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_feed_status),
        cmocka_unit_test(test_errors_and_limits),
        cmocka_unit_test(test_message_sizes),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_unknown_upgrade), cmocka_unit_test(test_who_may_connect),
        cmocka_unit_test(test_slow_client),
        cmocka_unit_test(test_large_frame_is_shared_intact),
        cmocka_unit_test(test_stop_tells_clients),
        cmocka_unit_test(test_stop_with_choked_client),
        cmocka_unit_test(test_port_busy),
        cmocka_unit_test(test_dead_client),
        cmocka_unit_test(test_many_clients),
        cmocka_unit_test(test_hostile_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
