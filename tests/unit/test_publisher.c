/* What the views hold when nobody looks at some of them: the same as when all are always written, once they are asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/publisher.h"
#include "codec/event_json.h"
#include "shiftwall/buf.h"

#define T0 INT64_C(1767258000000)
#define AGENTS 12
#define TEAMS 3

struct world {
    struct sw_floor *floor;
    struct sw_publisher *publisher;
    const char *watched[8];
    size_t told;
};

static const struct sw_view_options figures = {.name = "main", .zone = "UTC", .names = true};

static bool is_watched(void *ctx, const struct sw_view *view) {
    const struct world *w = ctx;
    for (size_t i = 0; i < 8; i++)
        if (w->watched[i] && !strcmp(w->watched[i], sw_view_name(view))) return true;
    return false;
}

static void changed(void *ctx, struct sw_view *view) {
    struct world *w = ctx;
    (void)view;
    w->told++;
}

static void begin(struct world *w, bool lazy) {
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    *w = (struct world){.floor = sw_floor_new(&options)};
    const struct sw_publisher_options how = {
        .epoch = "e", .figures = &figures, .ctx = w, .watched = lazy ? is_watched : NULL, .changed = changed};
    w->publisher = sw_publisher_new(w->floor, &how);
}

static void end(struct world *w) {
    sw_publisher_free(w->publisher);
    sw_floor_free(w->floor);
}

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    struct world *w = ctx;
    (void)reject, (void)len;
    if (!event) fail_msg("refused: %s", text);
    assert_int_equal(sw_floor_apply(w->floor, event, event->ts_ms, INT64_MAX, NULL), SW_OUTCOME_APPLIED);
}

/* Agent A of a team that changes now and then. */
static void send(struct world *w, int n) {
    static const char *const states[] = {"ready", "talking", "break", "busy"};
    char text[256];
    int agent = n * 7 % AGENTS, team = (n % 31 ? agent : agent + n / 31) % TEAMS;
    int len = snprintf(text, sizeof text, "{\"type\":\"agent.state\",\"ts\":%lld,\"agent\":\"%d\",\"state\":\"%s\",\"team\":\"t%d\"}",
                       (long long)(T0 + n * 1000), agent, states[n % 4], team);
    sw_event_read(text, (size_t)len, apply, w);
}

static void assert_same(struct world *a, struct world *b, const char *name) {
    size_t a_len, b_len;
    const char *x = sw_view_document(sw_publisher_view(a->publisher, name), &a_len);
    const char *y = sw_view_document(sw_publisher_view(b->publisher, name), &b_len);
    if (a_len != b_len || memcmp(x, y, a_len) != 0) fail_msg("%s: %.*s, not %.*s", name, (int)a_len, x, (int)b_len, y);
}

/* Views come to be watched and are left again, at any moment. */
static void test_asked_for_they_are_the_same(void **state) {
    (void)state;
    static const char *const names[] = {"site", "queues", "teams", "agents", "agents/t0", "agents/t1", "agents/t2", "intervals"};
    struct world eager, lazy;
    begin(&eager, false);
    begin(&lazy, true);
    for (int n = 0; n < 3000; n++) {
        send(&eager, n);
        send(&lazy, n);
        if (n % 5) continue;
        size_t slot = (size_t)n / 5 * 3 % 8;
        lazy.watched[slot] = lazy.watched[slot] ? NULL : names[slot];
        if (lazy.watched[slot]) (void)sw_publisher_view(lazy.publisher, names[slot]); /* as a wall does that subscribes */
        sw_publisher_flush(eager.publisher);
        sw_publisher_flush(lazy.publisher);
        assert_same(&lazy, &eager, names[(size_t)n / 5 % 8]);
    }
    for (size_t i = 0; i < 8; i++) assert_same(&lazy, &eager, names[i]);
    end(&eager);
    end(&lazy);
}

static void test_nobody_looks(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    for (int n = 0; n < 50; n++) send(&w, n);
    sw_publisher_flush(w.publisher);
    assert_int_equal(w.told, 0);
    size_t len;
    const char *document = sw_view_document(sw_publisher_view(w.publisher, "agents"), &len);
    assert_non_null(memmem(document, len, "\"11\":{", 6));
    assert_int_equal(w.told, 1);
    end(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asked_for_they_are_the_same),
        cmocka_unit_test(test_nobody_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
