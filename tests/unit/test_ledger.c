/* The ledger of an agent against a plain series of the same additions: in order, late, taken back, dropped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/ledger.h"

#define T0 INT64_C(1700006400000)
#define INTERVAL INT64_C(900000)

static uint64_t seed = 88172645463325252u;
static uint64_t next(uint64_t below) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed % below;
}

static void assert_same(const struct sw_ledger *ledger, const struct sw_series *series) {
    struct sw_ledger_place at;
    assert_int_equal(sw_ledger_count(ledger), series->count);
    for (size_t i = 0; i < series->count; i++) {
        int64_t start_ms, counts[SW_AC_COUNT];
        sw_ledger_row(ledger, i, &at, &start_ms, counts);
        assert_int_equal(start_ms, sw_series_start(series, i));
        assert_memory_equal(counts, sw_series_counts(series, i), sizeof counts);
    }
}

static void assert_same_sum(const struct sw_ledger *ledger, const struct sw_series *series, int64_t from_ms,
                            int64_t to_ms) {
    int64_t sum[SW_AC_COUNT] = {0}, expected[SW_AC_COUNT] = {0};
    sw_ledger_sum(ledger, from_ms, to_ms, sum);
    for (size_t row = 0; row < series->count; row++)
        for (size_t i = 0; i < SW_AC_COUNT && sw_series_start(series, row) >= from_ms &&
                           sw_series_start(series, row) < to_ms;
             i++)
            expected[i] += sw_series_counts(series, row)[i];
    assert_memory_equal(sum, expected, sizeof sum);
}

static int64_t some_value(void) {
    switch (next(6)) {
    case 0: return 0;
    case 1: return 1;
    case 2: return -(int64_t)next(900000);
    case 3: return -(INT64_C(1) << 52) + (int64_t)next(1000);
    case 4: return INT64_C(1) << 52;
    default: return (int64_t)next(900000);
    }
}

/* LATE of 100 additions are for any interval until now, the others for the present one. */
static void compare(unsigned late, int64_t odd_ms) {
    struct sw_ledger ledger;
    struct sw_series series;
    sw_ledger_init(&ledger);
    sw_series_init(&series, SW_AC_COUNT);
    int64_t now_ms = T0;
    for (int i = 0; i < 6000; i++) {
        if (!next(20))
            now_ms += INTERVAL * (int64_t)(next(8) ? 1 : 1 + next(90)) + (odd_ms && !next(5) ? odd_ms : 0);
        int64_t at_ms = next(100) < late ? now_ms - INTERVAL * (int64_t)next(60) : now_ms;
        size_t field = next(SW_AC_COUNT);
        int64_t value = some_value();
        sw_ledger_at(&ledger, at_ms)[field] = value;
        sw_series_at(&series, at_ms)[field] = value;
        if (!next(50)) assert_same(&ledger, &series);
        if (!next(50))
            assert_same_sum(&ledger, &series, now_ms - INTERVAL * (int64_t)next(100),
                            now_ms + 1 - INTERVAL * (int64_t)next(50));
        if (next(400)) continue;
        int64_t keep_ms = now_ms - INTERVAL * (int64_t)next(192);
        sw_ledger_drop_before(&ledger, keep_ms);
        sw_series_drop_before(&series, keep_ms);
        assert_same(&ledger, &series);
    }
    sw_ledger_deinit(&ledger);
    sw_series_deinit(&series);
}

static void test_in_order(void **state) {
    (void)state;
    compare(0, 0);
}
static void test_some_late(void **state) {
    (void)state;
    compare(3, 0);
}
static void test_mostly_late_and_odd_steps(void **state) {
    (void)state;
    compare(70, 77777);
}

/* A day of an agent at work, as it is: what a row costs. */
static void test_a_day_is_small(void **state) {
    (void)state;
    struct sw_ledger ledger;
    sw_ledger_init(&ledger);
    for (int i = 0; i < 32; i++) {
        int64_t *counts = sw_ledger_at(&ledger, T0 + i * INTERVAL);
        for (int s = 1; s < 6; s++) counts[SW_AC_STATE_MS + s] = 180000 + (int64_t)next(5000);
        counts[SW_AC_HANDLED] = 4;
        counts[SW_AC_TALK_MS] = 600000;
        counts[SW_AC_HOLD_MS] = 30000;
    }
    assert_true(ledger.past_size < 900);
    assert_int_equal(ledger.open.size, 1);
    sw_ledger_deinit(&ledger);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_some_late),
        cmocka_unit_test(test_mostly_late_and_odd_steps),
        cmocka_unit_test(test_a_day_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
