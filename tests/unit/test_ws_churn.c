/* Writing outside the writeable callback, under connection churn: clients come, read, stall, read half, close well, reset,
 * hang up in the middle of a frame, or talk nonsense, while two views change. Each run is bounded and repeats: SEED=n
 * chooses another. What is read must be whole frames, patches without a gap, and compressed only where agreed on; who
 * stays gets the newest version. Meant to be run under the address sanitizer, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ws_fixture.h"

#define CLIENTS 48
#define ROUNDS 2500
#define SETTLE_MS 20000 /* a hang fails; never waited for */

enum temper { READS, READS_LITTLE, STALLS };

struct guest {
    struct wire w;
    bool open, upgraded, deflate;
    bool subscribed[2], watches[2]; /* ever, and as it last said */
    enum temper temper;
    uint64_t version[2]; /* of site and big; 0: none yet */
    uint64_t n[2];       /* member `n` of it */
    bool in_message, message_deflated;
    char *message;
    size_t message_len;
};

static struct {
    uint64_t state;
    struct guest guests[CLIENTS];
    uint64_t n[2]; /* committed */
    uint64_t messages, deflated, patches, connects, resets, closes;
} churn;

static uint32_t dice(uint32_t sides) {
    churn.state ^= churn.state << 13;
    churn.state ^= churn.state >> 7;
    churn.state ^= churn.state << 17;
    return (uint32_t)((churn.state >> 20) % sides);
}

static void forget(struct guest *g) {
    wire_free(&g->w);
    free(g->message);
    memset(g, 0, sizeof *g);
    g->w.fd = -1;
}

/* RST instead of FIN. */
static void reset(struct guest *g) {
    struct linger now = {.l_onoff = 1};
    setsockopt(g->w.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    churn.resets++;
    forget(g);
}

static void come(struct floor *f, struct guest *g) {
    static const char extension[] = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    char text[1024];
    int small_buffer = dice(3) == 0 ? 2048 : 0;
    wire_connect(&g->w, &f->loop, sw_ws_server_port(f->server), small_buffer);
    g->open = true;
    g->deflate = dice(2);
    g->temper = small_buffer ? STALLS : (enum temper)dice(2);
    int len = snprintf(text, sizeof text,
                       "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: shiftwall.v1\r\n%s\r\n",
                       g->deflate ? extension : "");
    churn.connects++;
    wire_send(&g->w, text, (size_t)len);
}

static uint64_t number_after(const char *text, const char *key) {
    const char *at = strstr(text, key);
    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void on_text(struct guest *g, const char *text) {
    churn.messages++;
    if (strncmp(text, "{\"op\":\"view\"", 12) != 0) return;
    int view = strstr(text, "\"view\":\"big\"") != NULL;
    uint64_t version = number_after(text, "\"ver\":\"e1:"), base = number_after(text, "\"base\":\"e1:"), n = number_after(text, "\"n\":");
    assert_true(g->subscribed[view]);
    assert_true(version > g->version[view] || !base);
    if (base) assert_int_equal(base, g->version[view]);
    churn.patches += base > 0;
    g->version[view] = version;
    g->n[view] = n;
    assert_int_equal(text[strlen(text) - 1], '}');
}

static void on_message(struct guest *g) {
    struct wire *w = &g->w;
    w->text = realloc(w->text, g->message_len + 1);
    memcpy(w->text, g->message, g->message_len);
    w->text[g->message_len] = '\0';
    w->text_len = g->message_len;
    if (g->message_deflated) wire_inflate(w);
    churn.deflated += g->message_deflated;
    on_text(g, w->text);
    g->message_len = 0;
    g->in_message = false;
}

static void on_frame(struct guest *g, unsigned first, const char *data, size_t len) {
    unsigned opcode = first & 0x0f;
    if (opcode >= 8) return; /* close, ping */
    assert_int_equal(opcode, g->in_message ? 0 : 1);
    assert_int_equal(first & 0x30, 0);
    if (!g->in_message) g->message_deflated = first & 0x40;
    else assert_int_equal(first & 0x40, 0);
    if (g->message_deflated) assert_true(g->deflate);
    g->in_message = true;
    g->message = realloc(g->message, g->message_len + len + 1);
    memcpy(g->message + g->message_len, data, len);
    g->message_len += len;
    if (first & 0x80) on_message(g);
}

/* Takes whole frames out of what has come. */
static void digest(struct guest *g) {
    struct wire *w = &g->w;
    size_t at = 0;
    if (!g->upgraded) {
        char *end = w->in_len >= 4 ? memmem(w->in, w->in_len, "\r\n\r\n", 4) : NULL;
        if (!end) return;
        assert_true(w->in_len > 12 && memcmp(w->in, "HTTP/1.1 101", 12) == 0);
        wire_take(w, (size_t)(end - w->in) + 4);
        g->upgraded = true;
    }
    while (w->in_len - at >= 2) {
        const unsigned char *h = (unsigned char *)w->in + at;
        size_t len = h[1], extra = len == 126 ? 2 : len == 127 ? 8 : 0;
        assert_true(len < 128); /* not masked */
        if (w->in_len - at < 2 + extra) break;
        if (extra) len = 0;
        for (size_t i = 0; i < extra; i++) len = len << 8 | h[2 + i];
        assert_true(len <= 65536);
        if (w->in_len - at < 2 + extra + len) break;
        on_frame(g, h[0], w->in + at + 2 + extra, len);
        at += 2 + extra + len;
    }
    if (at) wire_take(w, at);
}

static void read_some(struct guest *g, int most) {
    for (int i = 0; g->open && i < most && wire_receive(&g->w); i++) {
        digest(g);
        if (g->w.eof) forget(g);
    }
}

static void say_something(struct guest *g) {
    static const char *const texts[] = {"{\"op\":\"ping\",\"t\":5}", "{\"op\":\"unsubscribe\",\"views\":[\"big\"]}", "nonsense",
                                        "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"secret\"]}"};
    int view = dice(3) == 0;
    if (dice(3)) {
        g->subscribed[view] = g->watches[view] = true;
        wire_text(&g->w, view ? "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"big\"]}" : SUBSCRIBE_SITE);
    } else {
        uint32_t which = dice(4);
        if (which == 1) g->watches[1] = false;
        wire_text(&g->w, texts[which]);
    }
}

static void leave(struct guest *g) {
    churn.closes++;
    switch (dice(5)) {
    case 0: wire_frame(&g->w, 0x88, "\x03\xe8", 2); return; /* and waits for the answer */
    case 1: forget(g); return;
    case 2: reset(g); return;
    case 3: shutdown(g->w.fd, SHUT_WR); return;
    default:
        wire_send(&g->w, "\x81\xfe\x10\x00part of a frame", 18);
        reset(g);
    }
}

static void act(struct floor *f, struct guest *g) {
    if (!g->open) {
        if (dice(4) == 0) come(f, g);
        return;
    }
    if (g->temper == READS || (g->temper == READS_LITTLE && dice(6) == 0)) read_some(g, g->temper == READS ? 8 : 1);
    if (!g->open) return;
    if (!g->upgraded) {
        if (dice(40) == 0) reset(g); /* in the middle of the handshake */
        else if (g->temper == STALLS && dice(2)) read_some(g, 1);
        return;
    }
    if (dice(12) == 0) say_something(g);
    else if (dice(60) == 0) leave(g);
}

static void commit(struct floor *f, int view) {
    static char filler[90000];
    struct sw_view *v = view ? f->big : f->site;
    char json[24];
    size_t len = view ? 2000 + dice(80000) : 10 + dice(1600);
    for (size_t i = 1; i < len - 1; i++) filler[i] = (char)('a' + dice(20));
    filler[0] = filler[len - 1] = '"';
    assert_int_equal(sw_view_set(v, NULL, "filler", filler, len), 0);
    snprintf(json, sizeof json, "%llu", (unsigned long long)++churn.n[view]);
    set(v, "n", json);
    assert_true(sw_view_commit(v, wall_ms));
    sw_ws_server_view_changed(f->server, v);
}

static bool has_newest(const struct guest *g) {
    for (int view = 0; view < 2; view++)
        if (g->watches[view] && g->n[view] != churn.n[view]) return false;
    return true;
}

/* Everybody reads now: who is still there gets all. */
static void settle(struct floor *f) {
    int64_t end = wire_now_ms() + SETTLE_MS;
    for (bool done = false; !done;) {
        uv_run(&f->loop, UV_RUN_NOWAIT);
        done = true;
        for (int i = 0; i < CLIENTS; i++) {
            struct guest *g = &churn.guests[i];
            if (g->open) read_some(g, 64);
            done = done && (!g->open || (g->upgraded && has_newest(g)));
        }
        if (wire_now_ms() > end) fail_msg("not everybody has the newest version");
    }
}

static void quick(struct sw_ws_options *options) { options->max_clients = CLIENTS * 4; }

static void test_churn(void **state) {
    (void)state;
    struct floor f;
    const char *seed = getenv("SEED");
    churn.state = (seed ? strtoull(seed, NULL, 10) : 1) * 0x9E3779B97F4A7C15u | 1;
    for (int i = 0; i < CLIENTS; i++) churn.guests[i].w.fd = -1;
    start(&f, quick);
    commit(&f, 0);
    commit(&f, 1);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 8; i++) act(&f, &churn.guests[dice(CLIENTS)]);
        if (dice(4) == 0) commit(&f, dice(4) == 0);
        if (dice(50) == 0) assert_int_equal(sw_ws_server_set_feed(f.server, "main", "{\"op\":\"feed\"}", 13), 0);
        if (dice(10) == 0) usleep(2000); /* intervals pass */
        uv_run(&f.loop, UV_RUN_NOWAIT);
    }
    settle(&f);
    print_message("%llu connects, %llu resets, %llu messages, %llu of them compressed, %llu patches, %llu merged\n", (unsigned long long)churn.connects,
                  (unsigned long long)churn.resets, (unsigned long long)churn.messages, (unsigned long long)churn.deflated, (unsigned long long)churn.patches,
                  (unsigned long long)counters(&f)->merged);
    assert_true(churn.connects > 100 && churn.resets > 20 && churn.deflated > 100 && churn.patches > 100 && counters(&f)->merged > 0);
    for (int i = 0; i < CLIENTS; i++) forget(&churn.guests[i]);
    for (int64_t end = wire_now_ms() + SETTLE_MS; counters(&f)->clients && wire_now_ms() < end;) wire_idle(&f.loop, 10);
    assert_int_equal(counters(&f)->clients, 0);
    assert_int_equal(counters(&f)->subscriptions, 0);
    stop(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_churn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
