/* Checkpoints: a floor that is saved, loaded and fed the rest is, to the last byte, the one that was fed everything; and
 * bytes that are not those of a floor harm nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "app/publisher.h"
#include "checkpoint_fixture.h"
#include "codec/report_json.h"

#define SEEDS 40
#define EVENTS 700

static struct sw_buf saved_bytes(const struct site *s) {
    struct sw_buf out;
    sw_buf_init(&out, SITE_BYTES_MAX);
    sw_floor_save(s->floor, s->shifts, &out);
    assert_false(out.failed);
    return out;
}

static struct site *loaded(const struct sw_buf *bytes, bool keep_all) {
    struct site *s = site_new(keep_all);
    assert_int_equal(sw_floor_load(s->floor, s->shifts, bytes->data, bytes->len), 0);
    return s;
}

static void assert_same_bytes(const struct sw_buf *a, const struct sw_buf *b) {
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->data, b->data, a->len);
}

/* ---- the views ---- */

static void no_changes(void *ctx, struct sw_view *view) { (void)ctx, (void)view; }

static struct sw_publisher *publisher_of(struct site *s) {
    static const struct sw_view_options figures = {.name = "site", .zone = "UTC", .names = true, .live_service_level = true,
                                                   .answer_rate_goal = .9, .service_level_goal = .8};
    const struct sw_publisher_options options = {.epoch = "e", .figures = &figures, .shifts = s->shifts, .changed = no_changes};
    return sw_publisher_new(s->floor, &options);
}

static void assert_same_views(struct sw_publisher *a, struct sw_publisher *b) {
    static const char *const names[] = {"site", "queues", "teams", "agents", "agents/t1", "intervals"};
    sw_publisher_flush(a);
    sw_publisher_flush(b);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct sw_view *x = sw_publisher_view(a, names[i]), *y = sw_publisher_view(b, names[i]);
        assert_true((x != NULL) == (y != NULL));
        if (!x) continue;
        size_t x_len, y_len;
        const char *x_text = sw_view_document(x, &x_len), *y_text = sw_view_document(y, &y_len);
        assert_int_equal(x_len, y_len);
        /* members stand in the order they were first written in, which is no difference */
        cJSON *x_tree = cJSON_ParseWithLength(x_text, x_len), *y_tree = cJSON_ParseWithLength(y_text, y_len);
        assert_non_null(x_tree);
        assert_true(cJSON_Compare(x_tree, y_tree, true));
        cJSON_Delete(x_tree);
        cJSON_Delete(y_tree);
    }
}

static void assert_same_reports(struct site *a, struct site *b, int64_t now_ms) {
    struct sw_buf x, y;
    sw_buf_init(&x, SITE_BYTES_MAX);
    sw_buf_init(&y, SITE_BYTES_MAX);
    sw_report_write(a->floor, a->shifts, SITE_T0 - SW_DAY_MS, INT64_MAX, now_ms, &x);
    sw_report_write(b->floor, b->shifts, SITE_T0 - SW_DAY_MS, INT64_MAX, now_ms, &y);
    assert_true(x.len > 1000);
    assert_string_equal(sw_buf_text(&x), sw_buf_text(&y));
    sw_buf_deinit(&x);
    sw_buf_deinit(&y);
}

static void assert_same(struct site *a, struct site *b) {
    struct sw_buf x = saved_bytes(a), y = saved_bytes(b);
    assert_same_bytes(&x, &y);
    sw_buf_deinit(&x);
    sw_buf_deinit(&y);
    assert_int_equal(sw_floor_next_deadline(a->floor), sw_floor_next_deadline(b->floor));
}

/* One floor goes all the way; another is saved and loaded again and again. */
static void play(uint64_t seed, bool keep_all) {
    struct site *whole = site_new(keep_all), *broken = site_new(keep_all);
    struct sw_publisher *whole_views = publisher_of(whole), *broken_views = publisher_of(broken);
    struct dice dice = {seed}, again = {seed}, breaks = {seed + 1000};
    int64_t now_ms = SITE_T0 + 7 * SITE_HOUR, now_again_ms = now_ms;
    for (int i = 0; i < EVENTS; i++) {
        site_step(whole, &dice, &now_ms);
        site_step(broken, &again, &now_again_ms);
        if (roll(&breaks, 50) != 0) continue;
        sw_publisher_flush(whole_views); /* what is not yet told keeps an agent that is gone */
        sw_publisher_flush(broken_views);
        struct sw_buf bytes = saved_bytes(broken);
        sw_publisher_free(broken_views);
        site_free(broken);
        broken = loaded(&bytes, keep_all);
        broken_views = publisher_of(broken);
        struct sw_buf same = saved_bytes(broken);
        assert_same_bytes(&bytes, &same);
        sw_buf_deinit(&bytes);
        sw_buf_deinit(&same);
        sw_publisher_flush(broken_views);
    }
    assert_same_views(whole_views, broken_views);
    assert_same(whole, broken);
    assert_same_reports(whole, broken, now_ms);
    sw_publisher_free(whole_views);
    sw_publisher_free(broken_views);
    site_free(whole);
    site_free(broken);
}

static void test_a_loaded_floor_goes_on_as_if_nothing_had_happened(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) play(seed, seed % 4 == 0);
}

static struct site *played(uint64_t seed, int events, int64_t *now_ms, struct dice *dice) {
    struct site *s = site_new(false);
    *dice = (struct dice){seed};
    *now_ms = SITE_T0 + 7 * SITE_HOUR;
    for (int i = 0; i < events; i++) site_step(s, dice, now_ms);
    return s;
}

static void test_an_empty_floor(void **state) {
    (void)state;
    struct site *a = site_new(false);
    struct sw_buf bytes = saved_bytes(a);
    struct site *b = loaded(&bytes, false);
    assert_same(a, b);
    assert_int_equal(sw_floor_now(b->floor), INT64_MIN);
    sw_buf_deinit(&bytes);
    site_free(a);
    site_free(b);
}

/* Saved in steps, with and without events between them: the bytes are those of the moment it began. */
static void test_saving_in_steps(void **state) {
    (void)state;
    for (size_t step = 1; step < 60; step += 7) {
        struct dice dice;
        int64_t now_ms;
        struct site *s = played(step, 400, &now_ms, &dice);
        struct sw_buf whole = saved_bytes(s), steps;
        sw_buf_init(&steps, SITE_BYTES_MAX);
        struct sw_floor_saver *saver = sw_floor_saver_new(s->floor, s->shifts, &steps);
        for (size_t n = 0; !sw_floor_saver_step(saver, step) && (step % 2 || n < 1);) n++;
        if (step % 2 == 0) assert_false(sw_floor_saver_is_over(saver));
        site_step(s, &dice, &now_ms);
        assert_true(sw_floor_saver_is_over(saver));
        sw_floor_saver_free(saver);
        assert_same_bytes(&whole, &steps);
        sw_buf_deinit(&whole);
        sw_buf_deinit(&steps);
        saver = sw_floor_saver_new(s->floor, s->shifts, &steps);
        assert_false(sw_floor_saver_step(saver, 3));
        sw_floor_saver_free(saver); /* given up: the floor goes on */
        site_step(s, &dice, &now_ms);
        sw_buf_deinit(&steps);
        site_free(s);
    }
}

static void test_what_does_not_fit_has_failed(void **state) {
    (void)state;
    struct dice dice;
    int64_t now_ms;
    struct site *s = played(3, 200, &now_ms, &dice);
    struct sw_buf small;
    sw_buf_init(&small, 1000);
    sw_floor_save(s->floor, s->shifts, &small);
    assert_true(small.failed);
    site_free(s);
    sw_buf_deinit(&small);
}

/* ---- what shifts remember ---- */

#define DAYS 3

static void plan_days(struct sw_shifts *shifts) {
    static struct sw_roster_row rows[DAYS];
    for (int i = 0; i < DAYS; i++) {
        rows[i] = (struct sw_roster_row){.agent = (char *)"a", .start_ms = SITE_T0 + i * SW_DAY_MS,
                                         .end_ms = SITE_T0 + i * SW_DAY_MS + SITE_HOUR};
        (void)snprintf(rows[i].date, sizeof rows[i].date, "2026-11-%02d", 23 + i);
    }
    const struct sw_roster roster = {rows, DAYS};
    assert_int_equal(sw_shifts_set_roster(shifts, &roster), 0);
}

/* The agent signs in two minutes late. */
static void be_late(struct sw_shifts *shifts, int day) {
    sw_shifts_agent_state(shifts, "a", SW_ST_READY, false, SITE_T0 + day * SW_DAY_MS + 120000);
    sw_shifts_agent_state(shifts, "a", SW_ST_OFFLINE, false, SITE_T0 + day * SW_DAY_MS + SITE_HOUR);
}

static int64_t money_of_the_last(const struct sw_shifts *shifts) {
    struct sw_breach *list;
    size_t count = sw_shifts_breaches(shifts, NULL, 0, SITE_T0 + DAYS * SW_DAY_MS - 1, &list);
    int64_t money = count ? list[count - 1].money_fen : -1;
    free(list);
    return money;
}

/* Three shifts in a row, the first two of which are forgotten: the row is not, even when the roster brings them back. */
static void test_a_row_of_late_shifts_goes_on(void **state) {
    (void)state;
    struct sw_policy policy;
    sw_policy_init(&policy);
    policy.late_repeats[0] = (struct sw_late_repeat){.in_a_row = 3, .money_fen = 2000};
    policy.late_repeat_count = 1;
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    struct sw_shifts *before = sw_shifts_new(&policy, NULL), *after = sw_shifts_new(&policy, NULL);
    struct sw_floor *floor = sw_floor_new(&options), *again = sw_floor_new(&options);
    struct sw_buf bytes;
    sw_buf_init(&bytes, SITE_BYTES_MAX);
    plan_days(before);
    be_late(before, 0);
    be_late(before, 1);
    const int64_t forget_ms = SITE_T0 + 2 * SW_DAY_MS;
    sw_shifts_forget(before, forget_ms);
    sw_floor_save(floor, before, &bytes);
    assert_int_equal(sw_floor_load(again, after, bytes.data, bytes.len), 0);
    plan_days(after); /* the file still has the days that are over */
    plan_days(before);
    sw_shifts_forget(after, forget_ms);
    sw_shifts_forget(before, forget_ms);
    be_late(after, 2);
    be_late(before, 2);
    int64_t one = money_of_the_last(before);
    assert_true(one >= 2000);
    assert_int_equal(money_of_the_last(after), one);
    sw_floor_free(floor);
    sw_floor_free(again);
    sw_shifts_free(before);
    sw_shifts_free(after);
    sw_policy_deinit(&policy);
    sw_buf_deinit(&bytes);
}

/* ---- damage ---- */

/* Loads LEN bytes from a block of exactly that size. Returns what sw_floor_load did. */
static int load_copy(const char *data, size_t len) {
    struct site *s = site_new(false);
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, data, len);
    int r = sw_floor_load(s->floor, s->shifts, copy, len);
    free(copy);
    if (r == 0) {
        struct sw_buf again = saved_bytes(s);
        sw_buf_deinit(&again);
    } else {
        struct sw_headcount now;
        const int64_t t_ms = INT64_MAX - 1;
        sw_shifts_headcounts(s->shifts, &t_ms, 1, &now);
        assert_int_equal(now.signed_in, 0); /* nothing of it is left */
    }
    site_free(s);
    return r;
}

static void test_every_truncation_is_refused(void **state) {
    (void)state;
    struct dice dice;
    int64_t now_ms;
    struct site *s = played(7, 150, &now_ms, &dice);
    struct sw_buf bytes = saved_bytes(s);
    for (size_t len = 0; len < bytes.len; len++) assert_int_equal(load_copy(bytes.data, len), -SW_EPARSE);
    assert_int_equal(load_copy(bytes.data, bytes.len), 0);
    sw_buf_putc(&bytes, '\0');
    assert_int_equal(load_copy(bytes.data, bytes.len), -SW_EPARSE); /* nor may there be more */
    sw_buf_deinit(&bytes);
    site_free(s);
}

static void test_flipped_bits_crash_nothing(void **state) {
    (void)state;
    struct dice dice;
    int64_t now_ms;
    struct site *s = played(11, 300, &now_ms, &dice);
    struct sw_buf bytes = saved_bytes(s);
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
        size_t at = (size_t)roll(&dice, bytes.len);
        char was = bytes.data[at];
        bytes.data[at] = (char)(was ^ (1 << roll(&dice, 8)));
        refused += load_copy(bytes.data, bytes.len) != 0;
        bytes.data[at] = was;
    }
    assert_true(refused > 1000);
    sw_buf_deinit(&bytes);
    site_free(s);
}

static void test_another_site_is_refused(void **state) {
    (void)state;
    struct dice dice;
    int64_t now_ms;
    struct site *s = played(5, 100, &now_ms, &dice);
    struct sw_buf bytes = saved_bytes(s);
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    struct sw_floor *plain = sw_floor_new(&options); /* no policy, no groups */
    assert_int_equal(sw_floor_load(plain, NULL, bytes.data, bytes.len), -SW_EPARSE);
    sw_floor_free(plain);
    options.policy = &s->policy;
    plain = sw_floor_new(&options);
    assert_int_equal(sw_floor_load(plain, NULL, bytes.data, bytes.len), -SW_EPARSE);
    sw_floor_free(plain);
    bytes.data[0] = SW_CHECKPOINT_VERSION + 1;
    assert_int_equal(load_copy(bytes.data, bytes.len), -SW_EPARSE);
    sw_buf_deinit(&bytes);
    site_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_loaded_floor_goes_on_as_if_nothing_had_happened),
        cmocka_unit_test(test_an_empty_floor),
        cmocka_unit_test(test_saving_in_steps),
        cmocka_unit_test(test_what_does_not_fit_has_failed),
        cmocka_unit_test(test_a_row_of_late_shifts_goes_on),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_flipped_bits_crash_nothing),
        cmocka_unit_test(test_another_site_is_refused),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
