/* codec/chart_json: a chart is the same after it was kept, and nothing else is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chart_fixture.h"
#include "codec/chart_json.h"

static char *written(const struct sw_chart *chart) {
    struct sw_buf out;
    sw_buf_init(&out, SW_CHART_BYTES_MAX);
    sw_chart_write(chart, &out);
    assert_false(out.failed);
    return sw_buf_detach(&out, NULL);
}

static void assert_survives(struct sw_chart *chart) {
    struct sw_chart *again = NULL;
    char *text = written(chart);
    assert_int_equal(sw_chart_read(text, strlen(text), &again), 0);
    char *second = written(again);
    assert_string_equal(text, second);
    assert_int_equal(chart->team_count, again->team_count);
    assert_int_equal(chart->interval_count, again->interval_count);
    for (size_t i = 0; i < chart->interval_count; i++)
        assert_memory_equal(&chart->intervals[i], &again->intervals[i], sizeof *chart->intervals);
    assert_memory_equal(chart->states, again->states, sizeof chart->states);
    for (int list = 0; list < SW_CHART_LISTS; list++) assert_int_equal(chart->list_counts[list], again->list_counts[list]);
    free(text);
    free(second);
    sw_chart_free(chart);
    sw_chart_free(again);
}

static void test_round_trip(void **state) {
    (void)state;
    assert_survives(chart_small());
    assert_survives(chart_great(300));
    assert_survives(chart_empty());
    assert_survives(chart_half());
    assert_survives(chart_late());
}

/* Every text that is cut short, and every one with a byte changed, is refused or another chart, but never a crash. */
static void test_hostile(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small(), *got = NULL;
    char *text = written(chart);
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) assert_int_equal(sw_chart_read(text, i, &got), -SW_EPARSE);
    uint32_t seed = 7;
    for (int i = 0; i < 3000; i++) {
        size_t at = chart_random(&seed) % len;
        char before = text[at];
        text[at] = "0-}]\"x,"[chart_random(&seed) % 7];
        if (sw_chart_read(text, len, &got) == 0) sw_chart_free(got);
        text[at] = before;
    }
    static const char *const none[] = {"", "null", "[]", "{}", "{\"site\":5}", "{\"site\":\"a\",\"zone\":\"UTC\"}"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(sw_chart_read(none[i], strlen(none[i]), &got), -SW_EPARSE);
    free(text);
    sw_chart_free(chart);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_hostile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
