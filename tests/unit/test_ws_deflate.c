/* Compression: who gets it, that it is made once, and what clients send compressed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "codec/frame_deflate.h"
#include "ws_fixture.h"

#define ANSWER "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

static void test_offers(void **state) {
    (void)state;
    static const char *const good[] = {
        "permessage-deflate", "permessage-deflate; client_max_window_bits", "PerMessage-Deflate;client_max_window_bits=8",
        " permessage-deflate ; server_no_context_takeover; client_no_context_takeover", "x-webkit-deflate-frame, permessage-deflate",
        "permessage-deflate; server_max_window_bits=15; client_max_window_bits=\"10\"", "foo; bar=\"1\", permessage-deflate; client_max_window_bits=15, other",
        "permessage-deflate; client_max_window_bits, permessage-deflate; server_max_window_bits=9"};
    static const char *const bad[] = {
        "", "permessage-deflated", "x-permessage-deflate", "permessage-bzip2; permessage-deflate", "permessage-deflate; server_max_window_bits=10",
        "permessage-deflate; server_max_window_bits", "permessage-deflate; client_max_window_bits=7", "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=015", "permessage-deflate; client_max_window_bits=", "permessage-deflate; unknown", "permessage-deflate; ",
        "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; server_max_window_bits=9, permessage-deflate", "permessage-deflate, foo, permessage-deflate; client_max_window_bits", ",,;;==,", "permessage-deflate; client_max_window_bits; client_max_window_bits=9"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!sw_deflate_accepts(good[i])) fail_msg("not accepted: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (sw_deflate_accepts(bad[i])) fail_msg("accepted: %s", bad[i]);
}

/* A message that fills its room to the last byte is whole, or refused: also when all of it is read and only what inflate
 * still holds is missing. */
static void test_room(void **state) {
    (void)state;
    static const unsigned char packed[] = {0xec, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00, 0xc2, 0xa0, 0xf5, 0x4f,
                                           0x6d, 0x0d, 0x0f, 0xa0, 0x00, 0x00, 0x6f}; /* 4,171 bytes */
    static char out[8192];
    struct sw_deflate *z = sw_deflate_new();
    assert_int_equal(sw_deflate_inflate(z, (const char *)packed, sizeof packed, out, sizeof out), 4171);
    for (size_t size = 0; size < 4171; size++)
        assert_int_equal(sw_deflate_inflate(z, (const char *)packed, sizeof packed, out, size), -SW_ELIMIT);
    assert_int_equal(sw_deflate_inflate(z, (const char *)packed, sizeof packed, out, 4171), 4171);
    sw_deflate_free(z);
}

/* Connects with OFFER and reads hello; the answer to the offer is in w->extensions. */
static void offer(struct floor *f, struct wire *w, const char *offer) {
    char line[512];
    snprintf(line, sizeof line, "Sec-WebSocket-Extensions: %s\r\n", offer);
    wire_connect(w, &f->loop, sw_ws_server_port(f->server), 0);
    assert_int_equal(wire_upgrade(w, "/ws", "shiftwall.v1", *offer ? line : ""), 101);
    assert_int_equal(wire_message(w, WIRE_TIMEOUT_MS), 1);
    assert_non_null(strstr(w->text, "\"op\":\"hello\""));
}

static void test_negotiation(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    static const struct {
        const char *offer, *answer;
    } cases[] = {{"", ""},
                 {"permessage-deflate; client_max_window_bits", ANSWER},
                 {"permessage-deflate", ANSWER},
                 {"permessage-deflate; server_no_context_takeover; client_no_context_takeover", ANSWER},
                 {"permessage-deflate; server_max_window_bits=9", ""},
                 {"x-webkit-deflate-frame", ""},
                 {"permessage-deflate, permessage-deflate; client_max_window_bits", ""},
                 {"permessage-deflate; client_max_window_bits, permessage-deflate; client_max_window_bits", ANSWER},
                 {"permessage-deflate; client_max_window_bits=9, permessage-deflate", ANSWER}};
    start(&f, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        offer(&f, &w, cases[i].offer);
        assert_string_equal(w.extensions, cases[i].answer);
        wire_text(&w, "{\"op\":\"ping\",\"t\":7}"); /* small, and not marked as compressed: allowed */
        assert_next(&w, "{\"op\":\"pong\",\"t\":7,\"now\":1700000000000}");
        assert_false(w.deflated);
        wire_free(&w);
    }
    stop(&f);
}

/* What one client gets compressed another gets plain: the same text, and later patches, too. */
static void test_the_same_for_all(void **state) {
    (void)state;
    struct floor f;
    struct wire plain, small[2];
    char filler[4096];
    start(&f, NULL);
    filler[0] = '"';
    for (size_t i = 1; i < sizeof filler - 2; i++) filler[i] = (char)('a' + i * i % 23);
    memcpy(filler + sizeof filler - 2, "\"", 2);
    set(f.site, "filler", filler);
    change(&f, f.site, 1);
    offer(&f, &plain, "");
    for (int i = 0; i < 2; i++) offer(&f, &small[i], "permessage-deflate; client_max_window_bits");
    wire_text(&plain, SUBSCRIBE_SITE);
    assert_int_equal(wire_message(&plain, WIRE_TIMEOUT_MS), 1);
    for (int i = 0; i < 2; i++) {
        wire_text(&small[i], SUBSCRIBE_SITE);
        assert_next(&small[i], plain.text);
        assert_true(small[i].deflated);
        assert_true(small[i].wire_len * 4 < plain.wire_len);
    }
    assert_false(plain.deflated);
    for (int n = 2; n < 6; n++) {
        wire_idle(&f.loop, 120);
        for (size_t i = 1; i < sizeof filler - 2; i++) filler[i] = (char)('a' + i * (size_t)n % 25);
        set(f.site, "filler", filler);
        change(&f, f.site, n);
        assert_int_equal(wire_message(&plain, WIRE_TIMEOUT_MS), 1);
        for (int i = 0; i < 2; i++) {
            assert_next(&small[i], plain.text);
            assert_true(small[i].deflated);
        }
    }
    assert_int_equal(counters(&f)->frames_deflated, 10);
    wire_free(&plain);
    for (int i = 0; i < 2; i++) wire_free(&small[i]);
    stop(&f);
}

/* Large frames go in pieces, and pings come between them; RSV1 stands on the first only. */
static void test_large(void **state) {
    (void)state;
    struct floor f;
    struct wire plain, small;
    static char filler[600000];
    uint32_t random = 1;
    start(&f, NULL);
    filler[0] = '"';
    for (size_t i = 1; i < sizeof filler - 2; i++) {
        random = random * 1664525u + 1013904223u;
        filler[i] = (char)('!' + 1 + (random >> 24) % 90);
        if (filler[i] == '\\' || filler[i] == '"') filler[i] = 'q';
    }
    memcpy(filler + sizeof filler - 2, "\"", 2);
    set(f.big, "filler", filler);
    change(&f, f.big, 1);
    offer(&f, &plain, "");
    offer(&f, &small, "permessage-deflate");
    for (int round = 0; round < 3; round++) {
        wire_text(&plain, "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"big\"]}");
        wire_text(&small, "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"big\"]}");
        wire_frame(&small, 0x89, "are you there", 13);
        wire_frame(&plain, 0x89, "are you there", 13);
        assert_int_equal(wire_message(&plain, WIRE_TIMEOUT_MS), 1);
        assert_next(&small, plain.text);
        assert_true(small.deflated);
        assert_true(small.wire_len > 3 * 65536);
    }
    wire_free(&plain);
    wire_free(&small);
    stop(&f);
}

/* Sends TEXT as one compressed message, in frames of PIECE bytes; FLUSH as zlib knows it. */
static void say_deflated(struct wire *w, const char *text, size_t len, size_t piece, int flush) {
    static unsigned char out[300000];
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)text;
    z.avail_in = (unsigned)len;
    z.next_out = out;
    z.avail_out = sizeof out;
    int r = deflate(&z, flush);
    assert_true(r == Z_OK || r == Z_STREAM_END);
    size_t size = z.total_out;
    deflateEnd(&z);
    if (flush == Z_SYNC_FLUSH) size -= 4;
    else out[size++] = 0; /* 7.2.3.4: a last block, and an empty one begun */
    for (size_t at = 0; at < size; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        wire_frame(w, (at ? 0 : 0x41) | (at + n == size ? 0x80 : 0), out + at, n);
    }
}

static void test_client_compresses(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    static const char ping[] = "{\"op\":\"ping\",\"t\":3}", pong[] = "{\"op\":\"pong\",\"t\":3,\"now\":1700000000000}";
    start(&f, NULL);
    offer(&f, &w, "permessage-deflate; client_max_window_bits");
    say_deflated(&w, ping, sizeof ping - 1, 1000, Z_SYNC_FLUSH);
    assert_next(&w, pong);
    for (size_t piece = 1; piece < 4; piece++) {
        say_deflated(&w, ping, sizeof ping - 1, piece, Z_SYNC_FLUSH);
        assert_next(&w, pong);
    }
    say_deflated(&w, ping, sizeof ping - 1, 1000, Z_FINISH);
    assert_next(&w, pong);
    wire_text(&w, ping); /* not compressed in between */
    assert_next(&w, pong);
    static char longest[SW_WS_MESSAGE_BYTES_MAX];
    memset(longest, ' ', sizeof longest);
    memcpy(longest, ping, sizeof ping - 1);
    say_deflated(&w, longest, sizeof longest, 1000, Z_SYNC_FLUSH);
    assert_next(&w, pong);
    wire_free(&w);
    stop(&f);
}

/* What must not be: a bomb, rubbish, a window kept between messages, and marks nobody agreed on. */
static void test_hostile(void **state) {
    (void)state;
    struct floor f;
    struct wire w;
    static char bomb[200000];
    start(&f, NULL);
    memset(bomb, ' ', sizeof bomb);
    offer(&f, &w, "permessage-deflate");
    say_deflated(&w, bomb, SW_WS_MESSAGE_BYTES_MAX + 1, 4000, Z_SYNC_FLUSH);
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    assert_string_equal(w.close_reason, "message too large");
    wire_free(&w);
    offer(&f, &w, "permessage-deflate");
    say_deflated(&w, bomb, sizeof bomb, 4000, Z_SYNC_FLUSH);
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    assert_int_equal(counters(&f)->dropped_too_big, 2);
    wire_free(&w);

    offer(&f, &w, "permessage-deflate");
    wire_frame(&w, 0xC1, "\xff\xff\xff\xff\xff", 5);
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    assert_string_equal(w.close_reason, "not deflated right");
    wire_free(&w);
    offer(&f, &w, "permessage-deflate"); /* the message before is no dictionary: a distance too far back */
    wire_frame(&w, 0xC1, "\x02\x03\x41\x00", 4);
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    wire_free(&w);
    offer(&f, &w, "permessage-deflate"); /* a mark on a later frame */
    wire_frame(&w, 0x01, "{\"op\":", 6);
    wire_frame(&w, 0xC0, "1}", 2);
    assert_int_equal(wire_until_closed(&w, WIRE_TIMEOUT_MS), SW_WS_CLOSE_BAD);
    wire_free(&w);
    offer(&f, &w, ""); /* nothing was agreed on: libwebsockets ends it */
    wire_frame(&w, 0xC1, "\x02\x00", 2);
    assert_true(wire_until_closed(&w, WIRE_TIMEOUT_MS) >= 0);
    wire_free(&w);
    stop(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offers), cmocka_unit_test(test_negotiation),       cmocka_unit_test(test_the_same_for_all),
        cmocka_unit_test(test_large),  cmocka_unit_test(test_client_compresses), cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
