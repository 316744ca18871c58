/* core/forecast: days worked by hand, days of 23 and 25 hours, what is not known, and the laws for any days. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shiftwall/forecast.h"

#define M INT64_C(60000)
#define H (60 * M)

/* A day of COUNT intervals of INTERVAL_MS from local midnight on. */
struct day {
    struct sw_forecast_interval intervals[SW_FORECAST_INTERVALS_MAX];
    struct sw_forecast_day day;
};

static void make(struct day *d, int64_t interval_ms, size_t count, const int64_t *offered) {
    for (size_t i = 0; i < count; i++)
        d->intervals[i] = (struct sw_forecast_interval){(int64_t)i * interval_ms, offered ? offered[i] : 0};
    d->day = (struct sw_forecast_day){.intervals = d->intervals, .count = count};
}

static struct sw_forecast forecast(struct day *days, size_t count, const struct day *today, size_t finished,
                                   int64_t *calls) {
    struct sw_forecast_day history[SW_FORECAST_DAYS_MAX];
    for (size_t d = 0; d < count; d++) history[d] = days[d].day;
    struct sw_forecast f;
    assert_int_equal(sw_forecast(history, count, &today->day, finished, &f, calls), 0);
    return f;
}

#define CALLS(name, ...) static const int64_t name[] = {__VA_ARGS__}
#define EQUAL(calls, ...)                                                                                     \
    do {                                                                                                      \
        const int64_t expected_[] = {__VA_ARGS__};                                                            \
        for (size_t i_ = 0; i_ < sizeof expected_ / sizeof *expected_; i_++)                                  \
            if (calls[i_] != expected_[i_])                                                                   \
                fail_msg("interval %zu: %lld is not %lld", i_, (long long)calls[i_], (long long)expected_[i_]); \
    } while (0)

static void near(double found, double expected, double tolerance) {
    if (!(fabs(found - expected) <= tolerance)) fail_msg("%.9g is not %.9g", found, expected);
}

/* ---- the rule ---- */

/* Four days of one shape, 10 20 30 40 of a hundred, at different levels; today half as many again. */
static void test_scaled_by_today(void **state) {
    (void)state;
    CALLS(a, 10, 20, 30, 40);
    CALLS(b, 20, 40, 60, 80);
    CALLS(so_far, 45, 999, 999, 999); /* what is not finished is not looked at */
    struct day days[4], today;
    for (int i = 0; i < 4; i++) make(&days[i], 6 * H, 4, i % 2 ? a : b);
    make(&today, 6 * H, 4, so_far);
    int64_t calls[4];
    struct sw_forecast f = forecast(days, 4, &today, 1, calls);
    assert_int_equal(f.days, 4);
    assert_false(f.scaled); /* 15 were to be expected: too few to judge by */
    EQUAL(calls, 15000, 30000, 45000, 60000);
    assert_int_equal(f.scale_ppm, 3000000);
    assert_int_equal(f.expected_milli, 45000 + 30000 + 45000 + 60000);
    today.intervals[0].offered = 20;
    today.intervals[1].offered = 47;
    f = forecast(days, 4, &today, 2, calls);
    assert_true(f.scaled); /* 67 where 45 were to be expected */
    assert_int_equal(f.scale_ppm, 1488889);
    EQUAL(calls, 22333, 44667, 67000, 89333);
    assert_int_equal(f.expected_milli, 67000 + 67000 + 89333);
}

/* The mean of the shapes, not of the calls: a day of a thousand calls weighs as much as one of ten. */
static void test_days_weigh_the_same(void **state) {
    (void)state;
    CALLS(a, 5, 5);
    CALLS(b, 900, 100);
    struct day days[2], today;
    make(&days[0], 12 * H, 2, a);
    make(&days[1], 12 * H, 2, b);
    make(&today, 12 * H, 2, NULL);
    int64_t calls[2];
    struct sw_forecast f = forecast(days, 2, &today, 0, calls);
    assert_true(f.days == 2 && !f.scaled && f.scale_ppm == SW_UNKNOWN);
    EQUAL(calls, 353500, 151500); /* (0.5 + 0.9) / 2 and (0.5 + 0.1) / 2 of 505 */
    today.intervals[0].offered = 700;
    f = forecast(days, 2, &today, 1, calls);
    assert_true(f.scaled);
    EQUAL(calls, 700000, 300000);
}

/* A quiet start of the day does not make the whole day nothing; a busy day with nothing at all does. */
static void test_nothing_so_far(void **state) {
    (void)state;
    CALLS(a, 29, 71);
    CALLS(b, 30, 70);
    struct day days[1], today;
    int64_t calls[2];
    make(&today, 12 * H, 2, NULL);
    make(&days[0], 12 * H, 2, a);
    struct sw_forecast f = forecast(days, 1, &today, 1, calls);
    assert_true(!f.scaled && f.scale_ppm == 0);
    EQUAL(calls, 29000, 71000);
    make(&days[0], 12 * H, 2, b);
    assert_true(forecast(days, 1, &today, 1, calls).scaled);
    EQUAL(calls, 0, 0);
}

/* ---- what is not known ---- */

static void test_no_history(void **state) {
    (void)state;
    CALLS(some, 100, 100, 100);
    CALLS(none, 0, 0, 0);
    CALLS(gap, 10, SW_UNKNOWN, 10);
    struct day days[3], today;
    make(&today, 8 * H, 3, some);
    make(&days[0], 8 * H, 3, none);
    make(&days[1], 8 * H, 3, gap);
    make(&days[2], 8 * H, 0, NULL);
    for (size_t count = 0; count <= 3; count++) {
        int64_t calls[3] = {7, 7, 7};
        struct sw_forecast f = forecast(days, count, &today, 2, calls);
        assert_true(f.days == 0 && !f.scaled && f.scale_ppm == SW_UNKNOWN && f.expected_milli == SW_UNKNOWN);
        assert_true(f.aht_ms == SW_UNKNOWN && f.aht_source == SW_AHT_NONE);
        EQUAL(calls, SW_UNKNOWN, SW_UNKNOWN, SW_UNKNOWN);
    }
}

/* One day with a record is enough, and the ones without are not taken for quiet ones. */
static void test_days_without_a_shape_are_left_out(void **state) {
    (void)state;
    CALLS(gap, 10, SW_UNKNOWN, 10);
    CALLS(good, 20, 30, 50);
    CALLS(none, 0, 0, 0);
    struct day days[3], today;
    make(&days[0], 8 * H, 3, gap);
    make(&days[1], 8 * H, 3, good);
    make(&days[2], 8 * H, 3, none);
    make(&today, 8 * H, 3, NULL);
    int64_t calls[3];
    assert_int_equal(forecast(days, 3, &today, 0, calls).days, 1);
    EQUAL(calls, 20000, 30000, 50000);
}

/* A finished interval that was lost counts neither as offered nor as expected, and gets its forecast. */
static void test_a_gap_today(void **state) {
    (void)state;
    CALLS(a, 40, 40, 40, 80);
    CALLS(so_far, 80, SW_UNKNOWN, 80, 0);
    struct day days[1], today;
    make(&days[0], 6 * H, 4, a);
    make(&today, 6 * H, 4, so_far);
    int64_t calls[4];
    struct sw_forecast f = forecast(days, 1, &today, 3, calls);
    assert_true(f.scaled && f.scale_ppm == 2000000);
    EQUAL(calls, 80000, 80000, 80000, 160000);
    assert_int_equal(f.expected_milli, 400000);
}

/* Open longer than ever before: of the new hours nothing is known, and of the whole day neither. */
static void test_new_hours(void **state) {
    (void)state;
    CALLS(a, 50, 50);
    struct day days[1], today;
    make(&days[0], H, 2, a);
    make(&today, H, 3, NULL);
    int64_t calls[3];
    struct sw_forecast f = forecast(days, 1, &today, 0, calls);
    EQUAL(calls, 50000, 50000, SW_UNKNOWN);
    assert_int_equal(f.expected_milli, SW_UNKNOWN);
}

/* ---- summer time ---- */

/* A day of 24 hours, with a call more in every interval. */
static void usual(struct day *d) {
    make(d, 15 * M, 96, NULL);
    for (size_t i = 0; i < 96; i++) d->intervals[i].offered = 100 + (int64_t)i;
}

/* The night in spring: 02:00 to 03:00 is left out. */
static void spring(struct day *d) {
    usual(d);
    memmove(&d->intervals[8], &d->intervals[12], 84 * sizeof *d->intervals);
    d->day.count = 92;
}

/* The night in autumn: 02:00 to 03:00 twice, the second time with fewer calls. */
static void autumn(struct day *d) {
    usual(d);
    memmove(&d->intervals[12], &d->intervals[8], 88 * sizeof *d->intervals);
    for (size_t i = 12; i < 16; i++) d->intervals[i].offered -= 40;
    d->day.count = 100;
}

static int64_t total(const struct day *d) {
    int64_t sum = 0;
    for (size_t i = 0; i < d->day.count; i++) sum += d->intervals[i].offered;
    return sum;
}

/* The time of day is what matters: after the change, intervals of the same number are an hour apart. */
static void test_today_has_23_or_25_hours(void **state) {
    (void)state;
    struct day days[4], today;
    for (int i = 0; i < 4; i++) usual(&days[i]);
    int64_t calls[SW_FORECAST_INTERVALS_MAX], at[96];
    forecast(days, 4, &days[0], 0, at);
    EQUAL(at, 100000, 101000, 102000, 103000);
    spring(&today);
    forecast(days, 4, &today, 0, calls);
    for (size_t i = 0; i < 92; i++) assert_int_equal(calls[i], at[i < 8 ? i : i + 4]);
    autumn(&today);
    forecast(days, 4, &today, 0, calls);
    for (size_t i = 0; i < 100; i++) assert_int_equal(calls[i], at[i < 12 ? i : i - 4]);
}

static void test_history_has_23_or_25_hours(void **state) {
    (void)state;
    struct day days[2], today;
    usual(&days[0]);
    usual(&today);
    int64_t calls[96];
    spring(&days[1]);
    forecast(days, 2, &today, 0, calls);
    int64_t level = (total(&days[0]) + total(&days[1])) * 500; /* thousandths of the mean day */
    for (size_t i = 0; i < 96; i++) {
        bool missing = i >= 8 && i < 12;
        double share = (double)(100 + i) / (double)total(&days[0]);
        double other = missing ? share : (double)(100 + i) / (double)total(&days[1]);
        near((double)calls[i], (share + other) / 2 * (double)level, 1);
    }
    autumn(&days[1]);
    forecast(&days[1], 1, &today, 0, calls);
    for (size_t i = 0; i < 96; i++) { /* 02:00 to 03:00: the mean of both */
        int64_t expected = (int64_t)(100 + i) * 1000 - (i >= 8 && i < 12 ? 20000 : 0);
        assert_in_range(calls[i], expected - 1, expected + 1);
    }
}

/* ---- the handle time ---- */

static void test_aht(void **state) {
    (void)state;
    struct day days[2], today;
    make(&days[0], 24 * H, 1, NULL);
    make(&days[1], 24 * H, 1, NULL);
    make(&today, 24 * H, 1, NULL);
    days[0].day.handled = 100, days[0].day.handle_ms = 100 * 180000;
    days[1].day.handled = 300, days[1].day.handle_ms = 300 * 240000;
    today.day.handled = SW_FORECAST_HANDLED_MIN - 1, today.day.handle_ms = today.day.handled * 60000;
    int64_t calls[1];
    struct sw_forecast f = forecast(days, 2, &today, 0, calls);
    assert_true(f.aht_ms == 225000 && f.aht_source == SW_AHT_HISTORY); /* of the calls, not of the days */
    f = forecast(days, 0, &today, 0, calls);
    assert_true(f.aht_ms == 60000 && f.aht_source == SW_AHT_TODAY); /* little, but all there is */
    today.day.handled++, today.day.handle_ms += 60000;
    f = forecast(days, 2, &today, 0, calls);
    assert_true(f.aht_ms == 60000 && f.aht_source == SW_AHT_TODAY);
    assert_string_equal(sw_aht_source_name(f.aht_source), "today");
}

/* ---- any days ---- */

static uint64_t seed = 20250302;
static int64_t pick(int64_t from, int64_t to) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return from + (int64_t)((seed >> 16) % (uint64_t)(to - from + 1));
}

static void any_day(struct day *d) {
    int kind = (int)pick(0, 5);
    if (kind == 0)
        spring(d);
    else if (kind == 1)
        autumn(d);
    else
        usual(d);
    int64_t busy = pick(0, 3) ? pick(1, 500) : SW_FORECAST_OFFERED_MAX;
    for (size_t i = 0; i < d->day.count; i++) d->intervals[i].offered = pick(0, busy);
    if (!pick(0, 5)) d->intervals[pick(0, 91)].offered = SW_UNKNOWN;
    d->day.handled = pick(0, 100000);
    d->day.handle_ms = d->day.handled * pick(1, 600000);
}

/* The same again in doubles, interval by interval as the rule is worded. */
static void recount(const struct day *days, size_t count, const struct day *today, size_t finished, double *calls) {
    double level = 0, offered = 0, expected = 0, share[SW_FORECAST_INTERVALS_MAX];
    int used = 0;
    for (size_t i = 0; i < today->day.count; i++) {
        double sum = 0, n = 0;
        level = 0, used = 0;
        for (size_t d = 0; d < count; d++) {
            double all = 0, here = 0, times = 0;
            for (size_t k = 0; k < days[d].day.count; k++) {
                const struct sw_forecast_interval *v = &days[d].intervals[k];
                if (v->offered == SW_UNKNOWN) all = -1e300;
                all += (double)v->offered;
                if (v->of_day_ms != today->intervals[i].of_day_ms) continue;
                here += (double)v->offered;
                times++;
            }
            if (all <= 0) continue;
            used++, level += all;
            if (times > 0) sum += here / times / all, n++;
        }
        share[i] = n > 0 ? sum / n : -1;
    }
    if (used) level /= used;
    for (size_t i = 0; i < finished; i++) {
        if (share[i] < 0 || today->intervals[i].offered == SW_UNKNOWN) continue;
        offered += (double)today->intervals[i].offered;
        expected += share[i] * level;
    }
    double factor = expected >= SW_FORECAST_SCALE_CALLS ? offered / expected : 1;
    for (size_t i = 0; i < today->day.count; i++) calls[i] = share[i] < 0 ? -1 : share[i] * level * factor;
}

static void test_any_days(void **state) {
    (void)state;
    struct day days[4], today;
    for (int round = 0; round < 300; round++) {
        size_t count = (size_t)pick(0, 4);
        for (size_t d = 0; d < count; d++) any_day(&days[d]);
        any_day(&today);
        size_t finished = (size_t)pick(0, (int64_t)today.day.count);
        int64_t calls[SW_FORECAST_INTERVALS_MAX], again[SW_FORECAST_INTERVALS_MAX], of_finished = 0, offered = 0;
        double expected[SW_FORECAST_INTERVALS_MAX];
        struct sw_forecast f = forecast(days, count, &today, finished, calls);
        recount(days, count, &today, finished, expected);
        for (size_t i = 0; i < today.day.count; i++) {
            if ((expected[i] < 0) != (calls[i] == SW_UNKNOWN)) fail_msg("round %d, interval %zu", round, i);
            if (calls[i] == SW_UNKNOWN) continue;
            assert_true(calls[i] >= 0);
            near((double)calls[i] / 1000, expected[i], 0.001 + expected[i] * 1e-8);
            if (i < finished && today.intervals[i].offered != SW_UNKNOWN) {
                of_finished += calls[i];
                offered += today.intervals[i].offered * 1000;
            }
        }
        if (f.scaled) assert_in_range(of_finished, offered - 60, offered + 60); /* scaled to what was offered */
        for (size_t a = 0; a + 1 < count; a++) { /* in any order */
            struct day swapped = days[a];
            days[a] = days[a + 1];
            days[a + 1] = swapped;
            days[a].day.intervals = days[a].intervals;
            days[a + 1].day.intervals = days[a + 1].intervals;
        }
        struct sw_forecast g = forecast(days, count, &today, finished, again);
        assert_memory_equal(calls, again, today.day.count * sizeof *calls);
        assert_true(f.aht_ms == g.aht_ms && f.expected_milli == g.expected_milli && f.scale_ppm == g.scale_ppm);
    }
}

static void test_refused(void **state) {
    (void)state;
    struct day d;
    struct sw_forecast f = {.days = 77};
    int64_t calls[SW_FORECAST_INTERVALS_MAX] = {77};
    usual(&d);
    struct sw_forecast_day days[5] = {d.day, d.day, d.day, d.day, d.day};
    assert_int_equal(sw_forecast(days, 5, &d.day, 0, &f, calls), -SW_EINVAL);
    assert_int_equal(sw_forecast(days, 1, &d.day, 97, &f, calls), -SW_EINVAL);
    const int64_t bad_offered[] = {-1, SW_FORECAST_OFFERED_MAX + 1, INT64_MAX}, bad_time[] = {-1, 24 * H};
    for (size_t i = 0; i < 3; i++) {
        usual(&d);
        d.intervals[95].offered = bad_offered[i];
        assert_int_equal(sw_forecast(NULL, 0, &d.day, 0, &f, calls), -SW_EINVAL);
    }
    for (size_t i = 0; i < 2; i++) {
        usual(&d);
        d.intervals[0].of_day_ms = bad_time[i];
        assert_int_equal(sw_forecast(days, 1, &d.day, 0, &f, calls), -SW_EINVAL);
    }
    usual(&d);
    d.day.handled = -1;
    assert_int_equal(sw_forecast(NULL, 0, &d.day, 0, &f, calls), -SW_EINVAL);
    d.day.handled = 0, d.day.count = SW_FORECAST_INTERVALS_MAX + 1;
    assert_int_equal(sw_forecast(NULL, 0, &d.day, 0, &f, calls), -SW_EINVAL);
    assert_true(f.days == 77 && calls[0] == 77);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scaled_by_today),
        cmocka_unit_test(test_days_weigh_the_same),
        cmocka_unit_test(test_nothing_so_far),
        cmocka_unit_test(test_no_history),
        cmocka_unit_test(test_days_without_a_shape_are_left_out),
        cmocka_unit_test(test_a_gap_today),
        cmocka_unit_test(test_new_hours),
        cmocka_unit_test(test_today_has_23_or_25_hours),
        cmocka_unit_test(test_history_has_23_or_25_hours),
        cmocka_unit_test(test_aht),
        cmocka_unit_test(test_any_days),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
