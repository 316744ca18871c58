/* core/staffing: the rule book's table and people, the need of an interval and why it may be unknown, and a day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/policy_yaml.h"
#include "shiftwall/staffing.h"

#define S INT64_C(1000)
#define M (60 * S)
#define H (60 * M)

static struct sw_policy plain, manual;

static void read_over(struct sw_policy *policy, const char *yaml, size_t len) {
    struct sw_buf faults;
    sw_buf_init(&faults, 1 << 16);
    if (sw_policy_read(policy, "p.yaml", yaml, len, &faults)) fail_msg("%s", sw_buf_text(&faults));
    sw_buf_deinit(&faults);
}

static int set_up(void **state) {
    (void)state;
    static char text[65536];
    FILE *file = fopen("deploy/policies/manual.yaml", "rb");
    if (!file) return -1;
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    sw_policy_init(&plain);
    sw_policy_init(&manual);
    read_over(&manual, text, len);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    sw_policy_deinit(&plain);
    sw_policy_deinit(&manual);
    return 0;
}

static struct sw_load load(int64_t calls, int64_t interval_ms, int64_t aht_ms) {
    return (struct sw_load){calls * 1000, interval_ms, aht_ms};
}

/* 80 % in 20 s. */
static struct sw_staffing_plan usual(const struct sw_policy *policy) {
    return sw_staffing_plan_of(policy, 800000, 20 * S, 0);
}

/* ---- the table ---- */

static void test_table(void **state) {
    (void)state;
    static const int64_t busy_hours[][2] = {
        {0, 0},    {1, 5},    {49, 5},   {50, 5},   {51, 7},   {100, 7},  {101, 10}, {200, 10},   {201, 14},  {300, 14},
        {301, 17}, {400, 17}, {401, 20}, {500, 20}, {501, 23}, {600, 23}, {1000, 35}, {2000, 65}, {166500, 5000}};
    for (size_t i = 0; i < sizeof busy_hours / sizeof *busy_hours; i++) {
        int64_t calls_milli = busy_hours[i][0] * 1000, seats = sw_staffing_table(&manual, calls_milli, H);
        if (seats != busy_hours[i][1]) fail_msg("%d calls: %d seats", (int)busy_hours[i][0], (int)seats);
    }
    assert_true(sw_staffing_table(&manual, 50001, H) == 7); /* a forecast of 50.001 calls is above the row */
    assert_true(sw_staffing_table(&manual, 12500, 15 * M) == 5 && sw_staffing_table(&manual, 12501, 15 * M) == 7);
    assert_true(sw_staffing_table(&manual, 400001, H) == 20 && sw_staffing_table(&manual, 500001, H) == 23);
    assert_true(sw_staffing_table(&manual, 166500001, H) == SW_UNKNOWN); /* 5,003 seats */
    assert_true(sw_staffing_table(&manual, -1, H) == SW_UNKNOWN && sw_staffing_table(&manual, 1, 0) == SW_UNKNOWN);
    assert_true(sw_staffing_table(&manual, SW_UNKNOWN, H) == SW_UNKNOWN);
    assert_true(sw_staffing_table(&manual, SW_ERLANG_CALLS_MILLI_MAX, M) == SW_UNKNOWN);
    assert_true(sw_staffing_table(&plain, 50000, H) == SW_UNKNOWN);
}

static void test_a_table_that_ends(void **state) {
    (void)state;
    static const char yaml[] = "rules: {staffing.table: {rows: [{calls: 10, seats: 2}, {calls: 20, seats: 3}]}}";
    struct sw_policy p;
    sw_policy_init(&p);
    read_over(&p, yaml, sizeof yaml - 1);
    assert_true(sw_staffing_table(&p, 20000, H) == 3 && sw_staffing_table(&p, 20001, H) == SW_UNKNOWN);
    struct sw_staffing_plan plan = usual(&p);
    struct sw_load l = load(40, H, 60 * S);
    struct sw_need n = sw_staffing_need(&plan, &l);
    assert_true(n.reason == SW_NEED_BEYOND && n.required == SW_UNKNOWN && n.to_schedule == SW_UNKNOWN);
    assert_true(n.by_erlang == 2 && n.by_table && !n.table_too_small);
    sw_policy_deinit(&p);
}

/* More calls never need fewer seats. */
static void test_table_is_monotone(void **state) {
    (void)state;
    int64_t before = 0;
    for (int64_t calls_milli = 0; calls_milli < 3000000; calls_milli += 737) {
        int64_t seats = sw_staffing_table(&manual, calls_milli, H);
        assert_true(seats >= before);
        before = seats;
    }
}

/* The table, and Erlang beside it; with a warning where calls x handle time reach the seats. */
static void test_table_beside_erlang(void **state) {
    (void)state;
    struct sw_staffing_plan plan = usual(&manual);
    struct sw_load l = load(400, H, 120 * S);
    struct sw_need n = sw_staffing_need(&plan, &l);
    assert_true(n.reason == SW_NEED_KNOWN && n.by_table && n.required == 17 && n.to_schedule == 17 && n.by_erlang == 17);
    assert_false(n.table_too_small);
    l.aht_ms = 150 * S; /* 16.67 erlangs: it just fits, though Erlang asks for more */
    n = sw_staffing_need(&plan, &l);
    assert_true(n.required == 17 && n.by_erlang > 17 && !n.table_too_small);
    l.aht_ms = 153 * S; /* 17 erlangs exactly */
    assert_true(sw_staffing_need(&plan, &l).table_too_small);
    l.aht_ms = 153 * S - 1;
    assert_false(sw_staffing_need(&plan, &l).table_too_small);
    l = load(200, H, 180 * S); /* unstable from 200 calls of 180 s on */
    assert_true(sw_staffing_need(&plan, &l).table_too_small);
    l.aht_ms = SW_UNKNOWN; /* the table asks for no handle time */
    n = sw_staffing_need(&plan, &l);
    assert_true(n.reason == SW_NEED_KNOWN && n.required == 10 && n.by_erlang == SW_UNKNOWN && !n.table_too_small);
}

/* ---- people ---- */

static void test_people(void **state) {
    (void)state;
    struct sw_people n;
    assert_int_equal(sw_staffing_people(&manual, 100, 5000, &n), 0);
    assert_true(n.front_line == 260 && n.back_office == 18 && n.quality == 12 && n.spare == 15 && n.total == 305);
    assert_int_equal(sw_staffing_people(&manual, 35, 4999, &n), 0);
    assert_true(n.front_line == 105 && n.back_office == 7 && n.quality == 5 && n.spare == 6 && n.total == 123);
    assert_int_equal(sw_staffing_people(&manual, 35, 1000, &n), 0);
    assert_int_equal(n.front_line, 105);
    assert_int_equal(sw_staffing_people(&manual, 35, 999, &n), 0);
    assert_int_equal(n.front_line, 140);
    assert_int_equal(sw_staffing_people(&manual, 5, 6000, &n), 0);
    assert_int_equal(n.front_line, 13); /* 5 x 2.6 is 13, in doubles too little more */
    assert_int_equal(sw_staffing_people(&manual, 0, 0, &n), 0);
    assert_int_equal(n.total, 0);
    n.total = 77;
    assert_int_equal(sw_staffing_people(&manual, -1, 0, &n), -SW_EINVAL);
    assert_int_equal(sw_staffing_people(&manual, 5001, 0, &n), -SW_EINVAL);
    assert_int_equal(sw_staffing_people(&manual, 1, -1, &n), -SW_EINVAL);
    assert_int_equal(sw_staffing_people(&plain, 10, 1000, &n), -SW_ENOENT);
    assert_int_equal(n.total, 77);
}

/* ---- the need ---- */

static void test_need_by_erlang(void **state) {
    (void)state;
    struct sw_policy p;
    static const char yaml[] = "rules: {staffing.target: {shrinkage: 30 %}}";
    sw_policy_init(&p);
    read_over(&p, yaml, sizeof yaml - 1);
    struct sw_staffing_plan plan = usual(&p);
    struct sw_load l = load(100, 30 * M, 180 * S);
    struct sw_need n = sw_staffing_need(&plan, &l);
    assert_true(n.reason == SW_NEED_KNOWN && n.required == 14 && n.by_erlang == 14 && !n.by_table);
    assert_int_equal(n.to_schedule, 20); /* pyworkforce 0.1.0 says so of the same example */
    l = load(714, 30 * M, 90 * S);
    plan = sw_staffing_plan_of(&p, 0, 0, 0); /* only the occupancy: 35.7 / 0.85 */
    assert_int_equal(sw_staffing_need(&plan, &l).required, 42);
    assert_int_equal(sw_staffing_need(&plan, &l).to_schedule, 60);
    sw_policy_deinit(&p);
}

static void test_need_unknown(void **state) {
    (void)state;
    struct sw_staffing_plan plan = usual(&plain);
    struct sw_load l = {SW_UNKNOWN, 15 * M, 180 * S};
    struct sw_need n = sw_staffing_need(&plan, &l);
    assert_true(n.reason == SW_NEED_NO_CALLS && n.required == SW_UNKNOWN && n.to_schedule == SW_UNKNOWN);
    l = load(10, 15 * M, SW_UNKNOWN);
    n = sw_staffing_need(&plan, &l);
    assert_true(n.reason == SW_NEED_NO_AHT && n.required == SW_UNKNOWN && n.by_erlang == SW_UNKNOWN);
    l.calls_milli = 0; /* nobody is needed for no calls, whatever they would take */
    n = sw_staffing_need(&plan, &l);
    assert_true(n.reason == SW_NEED_KNOWN && n.required == 0 && n.to_schedule == 0);
    l = load(1000000, 15 * M, 600 * S);
    n = sw_staffing_need(&plan, &l);
    assert_true(n.reason == SW_NEED_BEYOND && n.required == SW_UNKNOWN);
    l = load(10, 0, 600 * S);
    assert_int_equal(sw_staffing_need(&plan, &l).reason, SW_NEED_BEYOND);
    assert_string_equal(sw_need_reason_name(SW_NEED_BEYOND), "beyond");
    assert_string_equal(sw_need_reason_name(SW_NEED_NO_AHT), "no_aht");
}

static void test_plan(void **state) {
    (void)state;
    struct sw_policy p;
    sw_policy_init(&p);
    p.staffing_occupancy_ppm = 1000000;
    struct sw_load l = load(100, 30 * M, 180 * S);
    struct sw_staffing_plan plan = sw_staffing_plan_of(&p, 1000000, 20 * S, 60 * S);
    assert_true(plan.service_level_ppm == 999999 && plan.patience_ms == 0);
    assert_in_range(sw_staffing_need(&plan, &l).required, 20, 40);
    p.staffing_patience_ms = SW_PATIENCE_MEASURED;
    plan = sw_staffing_plan_of(&p, 800000, 20 * S, 60 * S);
    assert_true(plan.patience_ms == 60 * S);
    int64_t impatient = sw_staffing_need(&plan, &l).required;
    plan = sw_staffing_plan_of(&p, 800000, 20 * S, 0); /* not to be said yet */
    assert_true(plan.patience_ms == 0 && sw_staffing_need(&plan, &l).required == 14);
    assert_in_range(impatient, 11, 13);
    p.staffing_patience_ms = 60 * S;
    plan = sw_staffing_plan_of(&p, 800000, 20 * S, 0);
    assert_int_equal(sw_staffing_need(&plan, &l).required, impatient);
    sw_policy_deinit(&p);
}

/* ---- the day ---- */

static void test_day(void **state) {
    (void)state;
    struct sw_staffing_plan plan = usual(&plain);
    const struct sw_staffing_interval day[] = {
        /* finished: what was offered, at its own handle time; the forecast is not looked at */
        {0, 30 * M, true, 100, 999000, 180 * S, 16, 15},
        {30 * M, 60 * M, true, 100, 999000, SW_UNKNOWN, 16, 10}, /* the day's handle time */
        {60 * M, 90 * M, true, SW_UNKNOWN, 50000, 180 * S, 16, 10}, /* lost */
        /* running, and to come: the forecast; what is offered so far is not the whole */
        {90 * M, 120 * M, false, 3, 100000, 10 * S, 16, 12},
        {120 * M, 150 * M, false, SW_UNKNOWN, 62500, SW_UNKNOWN, 8, SW_UNKNOWN},
        {150 * M, 180 * M, false, SW_UNKNOWN, SW_UNKNOWN, SW_UNKNOWN, 8, 8},
        {180 * M, 210 * M, false, SW_UNKNOWN, 0, SW_UNKNOWN, 0, 2},
    };
    enum { COUNT = sizeof day / sizeof *day };
    struct sw_staffing_point p[COUNT];
    sw_staffing_day(&plan, day, COUNT, 180 * S, p);
    static const int64_t required[] = {14, 14, SW_UNKNOWN, 14, 9, SW_UNKNOWN, 0};
    static const int64_t short_by[] = {-1, 4, SW_UNKNOWN, 2, SW_UNKNOWN, SW_UNKNOWN, -2};
    static const int64_t calls[] = {100000, 100000, SW_UNKNOWN, 100000, 62500, SW_UNKNOWN, 0};
    static const enum sw_need_basis basis[] = {SW_BASIS_OFFERED,  SW_BASIS_OFFERED,  SW_BASIS_NONE,    SW_BASIS_FORECAST,
                                               SW_BASIS_FORECAST, SW_BASIS_NONE, SW_BASIS_FORECAST};
    for (size_t i = 0; i < COUNT; i++) {
        if (p[i].need.required != required[i] || p[i].short_by != short_by[i] || p[i].calls_milli != calls[i] ||
            p[i].basis != basis[i])
            fail_msg("%zu: required %lld, short by %lld", i, (long long)p[i].need.required, (long long)p[i].short_by);
        assert_true(p[i].start_ms == day[i].start_ms && p[i].end_ms == day[i].end_ms && p[i].aht_ms == 180 * S);
        assert_true(p[i].scheduled == day[i].scheduled && p[i].signed_in == day[i].signed_in);
    }
    assert_true(sw_staffing_short(p, COUNT, 0) == 0 && sw_staffing_short(p, COUNT, 30 * M) == 4);
    assert_true(sw_staffing_short(p, COUNT, 60 * M - 1) == 4 && sw_staffing_short(p, COUNT, 61 * M) == SW_UNKNOWN);
    assert_true(sw_staffing_short(p, COUNT, 100 * M) == 2 && sw_staffing_short(p, COUNT, 130 * M) == SW_UNKNOWN);
    assert_true(sw_staffing_short(p, COUNT, 200 * M) == 0);
    assert_true(sw_staffing_short(p, COUNT, 210 * M) == SW_UNKNOWN && sw_staffing_short(p, COUNT, -1) == SW_UNKNOWN);
    assert_true(sw_staffing_short(NULL, 0, 0) == SW_UNKNOWN);
    assert_string_equal(sw_need_basis_name(SW_BASIS_FORECAST), "forecast");
}

/* No handle time at all: nothing is reckoned, and it is said why. */
static void test_day_without_aht(void **state) {
    (void)state;
    struct sw_staffing_plan plan = usual(&plain);
    const struct sw_staffing_interval v = {0, 15 * M, false, SW_UNKNOWN, 10000, SW_UNKNOWN, 5, 5};
    struct sw_staffing_point p;
    sw_staffing_day(&plan, &v, 1, SW_UNKNOWN, &p);
    assert_true(p.need.reason == SW_NEED_NO_AHT && p.need.required == SW_UNKNOWN && p.short_by == SW_UNKNOWN);
    assert_true(p.basis == SW_BASIS_FORECAST && p.calls_milli == 10000 && p.aht_ms == SW_UNKNOWN);
}

/* From yesterday's weeks to the wall: four days, today so far, and who is short this afternoon. */
static void test_from_forecast_to_need(void **state) {
    (void)state;
    struct sw_forecast_interval past[48], now[48];
    for (size_t i = 0; i < 48; i++) {
        past[i] = (struct sw_forecast_interval){(int64_t)i * 30 * M, i < 16 || i >= 40 ? 0 : i == 28 ? 200 : 100};
        now[i] = (struct sw_forecast_interval){past[i].of_day_ms, past[i].offered * 12 / 10};
    }
    struct sw_forecast_day week = {past, 48, 2500, 2500 * 200 * S}, today = {now, 48, 1200, 1200 * 180 * S};
    struct sw_forecast_day history[4] = {week, week, week, week};
    int64_t calls[48];
    struct sw_forecast f;
    assert_int_equal(sw_forecast(history, 4, &today, 26, &f, calls), 0);
    assert_true(f.days == 4 && f.scaled && f.scale_ppm == 1200000 && f.aht_ms == 180 * S && f.aht_source == SW_AHT_TODAY);
    struct sw_staffing_interval day[48];
    struct sw_staffing_point p[48];
    for (size_t i = 0; i < 48; i++)
        day[i] = (struct sw_staffing_interval){.start_ms = (int64_t)i * 30 * M,
                                               .end_ms = (int64_t)(i + 1) * 30 * M,
                                               .finished = i < 26,
                                               .offered = now[i].offered,
                                               .forecast_milli = calls[i],
                                               .aht_ms = SW_UNKNOWN,
                                               .scheduled = 20,
                                               .signed_in = 15};
    struct sw_staffing_plan plan = usual(&plain);
    sw_staffing_day(&plan, day, 48, f.aht_ms, p);
    assert_true(p[20].need.required == p[30].need.required && p[30].calls_milli == 120000);
    assert_true(p[28].calls_milli == 240000 && p[28].need.required > p[27].need.required);
    assert_true(p[0].need.required == 0 && p[47].need.required == 0);
    int64_t needed;
    struct sw_load l = load(240, 30 * M, 180 * S);
    struct sw_erlang_target t = {800000, 20 * S, 850000};
    assert_int_equal(sw_erlang_required(&l, 0, &t, &needed), 0);
    assert_true(sw_staffing_short(p, 48, 28 * 30 * M) == needed - 15 && needed > 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_a_table_that_ends),
        cmocka_unit_test(test_table_is_monotone),
        cmocka_unit_test(test_table_beside_erlang),
        cmocka_unit_test(test_people),
        cmocka_unit_test(test_need_by_erlang),
        cmocka_unit_test(test_need_unknown),
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_day),
        cmocka_unit_test(test_day_without_aht),
        cmocka_unit_test(test_from_forecast_to_need),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
