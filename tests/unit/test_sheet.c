/* report/sheet: a workbook read back. Cells are the chart's figures, as numbers of the right format; native charts point
 * at them; both languages; names of sheets; what is not known; hostile texts; the same bytes again, in any thread and
 * locale. */
#include "xlsx_fixture.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>

#include "chart_fixture.h"
#include "report/draw_text.h"
#include "report/sheet.h"

#define CAP ((size_t)32 << 20)
enum { SUMMARY, INTERVALS, TEAMS, PEOPLE, STATES };

static struct sw_buf sheet_of(const struct sw_chart *chart, enum sw_draw_lang lang) {
    struct sw_zone *zone = chart_zone();
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_chart_sheet(chart, lang, zone, &out), 0);
    assert_true(out.len > 0);
    sw_zone_free(zone);
    return out;
}

static struct xlsx open_chart(const struct sw_chart *chart, enum sw_draw_lang lang) {
    struct sw_buf out = sheet_of(chart, lang);
    struct xlsx xlsx = xlsx_open(&out);
    assert_int_equal(xlsx.count, SW_CHART_TABLES);
    sw_buf_deinit(&out);
    return xlsx;
}

static void check_text(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row, const char *text) {
    char *found = xlsx_text(xlsx, sheet, col, row);
    if (strcmp(found, text) != 0)
        fail_msg("sheet %zu, column %zu, row %zu: \"%s\", not \"%s\"", sheet, col, row, found, text);
    free(found);
}

static void check_number(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row, double value, const char *format) {
    double found = xlsx_number(xlsx, sheet, col, row);
    if (fabs(found - value) > 1e-9)
        fail_msg("sheet %zu, column %zu, row %zu: %.12f, not %.12f", sheet, col, row, found, value);
    char *text = xlsx_format(xlsx, sheet, col, row);
    assert_string_equal(text, format);
    free(text);
}

/* A count, or an empty cell. */
static void check_count(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row, int64_t value) {
    if (value < 0) assert_true(xlsx_blank(xlsx, sheet, col, row));
    else check_number(xlsx, sheet, col, row, (double)value, "#,##0");
}

/* The row under the header whose first cell is TEXT; people count rows from 1. */
static size_t row_after(const struct xlsx *xlsx, size_t sheet, size_t col, const char *text) {
    for (size_t row = 1; row < 200; row++) {
        char *found = NULL;
        const char *cell = xlsx_cell(xlsx, sheet, col, row);
        if (cell && strstr(cell, "t=\"s\"") && strstr(cell, "t=\"s\"") < strchr(cell, '>'))
            found = xlsx_text(xlsx, sheet, col, row);
        bool same = found && strcmp(found, text) == 0;
        free(found);
        if (same) return row + 1;
    }
    fail_msg("sheet %zu has no \"%s\"", sheet, text);
    return 0;
}

/* 1795363200 s is 2026-11-22T16:00Z: 2026-11-23 00:00 in Shanghai, which Excel counts as day 46349. */
#define DAY_SERIAL 46349.0
static double serial(int64_t t_ms) {
    return DAY_SERIAL + (double)(t_ms - CHART_DAY) / 86400000.0;
}

static void test_intervals_are_the_charts(void **state) {
    (void)state;
    struct sw_chart *chart = chart_half();
    chart->intervals[50].forecast = 123;
    struct xlsx xlsx = open_chart(chart, SW_DRAW_ZH);
    size_t first = row_after(&xlsx, INTERVALS, 0, "开始");
    for (size_t i = 0; i < chart->interval_count; i++) {
        const struct sw_chart_interval *interval = &chart->intervals[i];
        size_t row = first + i;
        check_number(&xlsx, INTERVALS, 0, row, serial(interval->start_ms), "yyyy-mm-dd hh:mm");
        check_number(&xlsx, INTERVALS, 1, row, serial(interval->end_ms), "yyyy-mm-dd hh:mm");
        check_count(&xlsx, INTERVALS, 2, row, interval->scheduled);
        check_count(&xlsx, INTERVALS, 3, row, interval->present);
        bool ratio = interval->present >= 0 && interval->scheduled > 0;
        if (!ratio) assert_true(xlsx_blank(&xlsx, INTERVALS, 4, row));
        else
            assert_true(fabs(xlsx_number(&xlsx, INTERVALS, 4, row) -
                             (double)interval->present / (double)interval->scheduled) < 1e-9);
        check_count(&xlsx, INTERVALS, 5, row, interval->signed_in);
        check_count(&xlsx, INTERVALS, 6, row, interval->required);
        check_count(&xlsx, INTERVALS, 7, row, interval->offered);
        check_count(&xlsx, INTERVALS, 8, row, interval->forecast);
        check_text(&xlsx, INTERVALS, 10, row, interval->uncertain ? "是" : "否");
    }
    assert_null(xlsx_cell(&xlsx, INTERVALS, 0, first + chart->interval_count));
    assert_non_null(strstr(xlsx.sheets[INTERVALS], "state=\"frozen\""));
    assert_non_null(strstr(xlsx.sheets[INTERVALS], "paperSize=\"9\""));
    assert_non_null(strstr(xlsx.sheets[INTERVALS], "fitToHeight=\"0\""));
    xlsx_close(&xlsx);
    sw_chart_free(chart);
}

static void test_teams_with_goals(void **state) {
    (void)state;
    struct sw_chart *chart = chart_late();
    struct xlsx xlsx = open_chart(chart, SW_DRAW_EN);
    size_t first = row_after(&xlsx, TEAMS, 0, "Team id");
    for (size_t i = 0; i <= chart->team_count; i++) {
        const struct sw_chart_team *team = i < chart->team_count ? &chart->teams[i] : &chart->total;
        check_text(&xlsx, TEAMS, 0, first + i, team->id);
        check_text(&xlsx, TEAMS, 1, first + i, i < chart->team_count ? team->name : "Whole site");
        check_count(&xlsx, TEAMS, 2, first + i, team->due);
        check_count(&xlsx, TEAMS, 3, first + i, team->attended);
        check_count(&xlsx, TEAMS, 5, first + i, team->absent);
        check_number(&xlsx, TEAMS, 8, first + i, 0.95, "0.0%");
        check_number(&xlsx, TEAMS, 11, first + i, (double)team->signed_in_ms / 86400000.0, "[h]:mm:ss");
        double attendance = (double)team->attended / (double)team->due;
        assert_true(fabs(xlsx_number(&xlsx, TEAMS, 7, first + i) - attendance) < 1e-9);
    }
    xlsx_close(&xlsx);
    sw_chart_free(chart);
}

/* 94.96 % with one decimal would read 95.0 %, the goal. */
static void test_percentages_never_flatter(void **state) {
    (void)state;
    static const struct {
        int64_t num, den;
        const char *format;
    } cases[] = {{9496, 10000, "0.00%"},   {94996, 100000, "0.000%"}, {949999, 1000000, "0.0000%"}, {95, 100, "0.0%"},
                 {94, 100, "0.0%"},        {1, 1, "0.0%"},            {9996, 10000, "0.00%"},       {9999, 10000, "0.00%"},
                 {99999, 100000, "0.000%"}};
    struct sw_table *table = sw_table_new(SW_WORD_BY_TEAM, SW_DRAW_EN, NULL);
    sw_table_add_column(table, SW_WORD_ATTENDANCE, SW_CELL_RATIO);
    sw_table_set_goal(table, SW_WORD_ATTENDANCE, 950000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) sw_table_put_ratio(table, cases[i].num, cases[i].den);
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    struct sw_sheet_options options = {SW_DRAW_EN, CHART_DAY, "Percentages"};
    assert_int_equal(sw_sheet_write(&table, 1, &options, &out), 0);
    struct xlsx xlsx = xlsx_open(&out);
    size_t first = row_after(&xlsx, 0, 0, "Attendance");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_number(&xlsx, 0, 0, first + i, (double)cases[i].num / (double)cases[i].den, cases[i].format);
    xlsx_close(&xlsx);
    sw_buf_deinit(&out);
    sw_table_free(table);
}

static void test_people_with_their_lists(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small();
    for (int lang = 0; lang < 2; lang++) {
        bool zh = lang == SW_DRAW_ZH;
        struct xlsx xlsx = open_chart(chart, (enum sw_draw_lang)lang);
        size_t row = row_after(&xlsx, PEOPLE, 1, zh ? "工号" : "Agent");
        for (int list = 0; list < SW_CHART_LISTS; list++)
            for (size_t i = 0; i < chart->list_counts[list]; i++, row++) {
                const struct sw_chart_person *person = &chart->lists[list][i];
                check_text(&xlsx, PEOPLE, 1, row, person->agent);
                check_text(&xlsx, PEOPLE, 2, row, person->name);
                if (list == SW_CHART_LATE) check_text(&xlsx, PEOPLE, 0, row, zh ? "迟到" : "Late");
                if (list == SW_CHART_EARLY) check_text(&xlsx, PEOPLE, 0, row, zh ? "早退" : "Left early");
                if (person->late_class && strcmp(person->late_class, "up_to_10_min") == 0)
                    check_text(&xlsx, PEOPLE, 11, row, zh ? "10 分钟以内" : "up to 10 min");
                check_text(&xlsx, PEOPLE, 12, row, person->excused ? zh ? "是" : "Yes" : zh ? "否" : "No");
                if (person->at_ms == INT64_MIN) assert_true(xlsx_blank(&xlsx, PEOPLE, 7, row));
                else check_number(&xlsx, PEOPLE, 7, row, serial(person->at_ms), "yyyy-mm-dd hh:mm:ss");
                if (list == SW_CHART_ABSENT || list == SW_CHART_PENDING) assert_true(xlsx_blank(&xlsx, PEOPLE, 8, row));
                else check_number(&xlsx, PEOPLE, 8, row, (double)person->value_ms / 86400000.0, "[h]:mm:ss");
                if (!person->grant) assert_true(xlsx_blank(&xlsx, PEOPLE, 13, row));
            }
        xlsx_close(&xlsx);
    }
    sw_chart_free(chart);
}

static void test_the_summary_stands_upright(void **state) {
    (void)state;
    struct sw_chart *chart = chart_half();
    struct xlsx xlsx = open_chart(chart, SW_DRAW_ZH);
    check_text(&xlsx, SUMMARY, 0, 1, "总部呼叫中心·签入情况图表·概要");
    size_t row = row_after(&xlsx, SUMMARY, 0, "日期") - 1;
    check_number(&xlsx, SUMMARY, 1, row, DAY_SERIAL, "yyyy-mm-dd");
    row = row_after(&xlsx, SUMMARY, 0, "生成于") - 1;
    check_number(&xlsx, SUMMARY, 1, row, serial(chart->made_ms), "yyyy-mm-dd hh:mm:ss");
    row = row_after(&xlsx, SUMMARY, 0, "数据完整") - 1;
    check_text(&xlsx, SUMMARY, 1, row, "否");
    row = row_after(&xlsx, SUMMARY, 0, "数据不完整的原因") - 1;
    check_text(&xlsx, SUMMARY, 1, row, "日志有缺口");
    row = row_after(&xlsx, SUMMARY, 0, "需要人数的依据") - 1;
    assert_true(xlsx_blank(&xlsx, SUMMARY, 1, row));
    row_after(&xlsx, SUMMARY, 0, "斜线空格：未知或无从计算");
    row = row_after(&xlsx, SUMMARY, 0, "应出勤") - 1;
    check_count(&xlsx, SUMMARY, 1, row, chart->total.due);
    xlsx_close(&xlsx);
    sw_chart_free(chart);
}

static void test_states(void **state) {
    (void)state;
    struct sw_chart *chart = chart_great(5);
    struct xlsx xlsx = open_chart(chart, SW_DRAW_EN);
    size_t first = row_after(&xlsx, STATES, 0, "State");
    for (size_t s = 0; s < SW_ST_COUNT; s++) {
        check_count(&xlsx, STATES, 1, first + s, chart->states[s]);
        if (s) check_number(&xlsx, STATES, 2, first + s, (double)chart->state_ms[s] / 86400000.0, "[h]:mm:ss");
    }
    assert_true(xlsx_blank(&xlsx, STATES, 2, first)); /* nobody counts the time signed out */
    check_text(&xlsx, STATES, 0, first + SW_ST_READY, "Ready");
    xlsx_close(&xlsx);
    sw_chart_free(chart);
}

static char *chart_part(const struct sw_buf *out, int n) {
    char name[40];
    snprintf(name, sizeof name, "xl/charts/chart%d.xml", n);
    return zip_file(out, name);
}

static size_t occurrences(const char *text, const char *what) {
    size_t count = 0;
    for (text = strstr(text, what); text; text = strstr(text + 1, what)) count++;
    return count;
}

static void test_native_charts(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small();
    chart->intervals[40].forecast = 12;
    struct sw_buf out = sheet_of(chart, SW_DRAW_ZH);
    char *lines = chart_part(&out, 1), *bars = chart_part(&out, 2), *more = chart_part(&out, 3);
    assert_non_null(lines);
    assert_non_null(strstr(lines, "<c:lineChart>"));
    assert_int_equal(occurrences(lines, "<c:ser>"), 5);
    static const char *const ranges[] = {"'时段'!$C$", "'时段'!$D$", "'时段'!$F$", "'时段'!$G$", "'时段'!$I$"};
    for (size_t i = 0; i < 5; i++) assert_non_null(strstr(lines, ranges[i]));
    assert_non_null(bars);
    assert_non_null(strstr(bars, "<c:barChart>"));
    assert_non_null(strstr(bars, "<c:trendline>"));
    assert_non_null(strstr(bars, "<c:v>0.95</c:v>"));
    assert_non_null(more);
    assert_non_null(strstr(more, "<c:v>0.92</c:v>"));
    assert_null(chart_part(&out, 4));
    free(lines);
    free(bars);
    free(more);
    sw_buf_deinit(&out);
    chart->intervals[40].forecast = -1; /* nothing known: no line of that name */
    out = sheet_of(chart, SW_DRAW_ZH);
    lines = chart_part(&out, 1);
    assert_int_equal(occurrences(lines, "<c:ser>"), 4);
    free(lines);
    sw_buf_deinit(&out);
    sw_chart_free(chart);
}

static void check_names(enum sw_draw_lang lang, const char *const *names) {
    struct sw_chart *chart = chart_empty();
    struct xlsx xlsx = open_chart(chart, lang);
    const char *at = xlsx.workbook;
    for (int i = 0; i < SW_CHART_TABLES; i++) {
        at = strstr(at, "<sheet ");
        assert_non_null(at);
        char *name = xml_between(at, "name=\"", "\"");
        assert_string_equal(name, names[i]);
        free(name);
        at++;
    }
    xlsx_close(&xlsx);
    sw_chart_free(chart);
}

static void test_names_of_sheets(void **state) {
    (void)state;
    check_names(SW_DRAW_ZH, (const char *const[]){"概要", "时段", "班组", "名单", "坐席状态"});
    check_names(SW_DRAW_EN, (const char *const[]){"Summary", "Intervals", "Teams", "People", "States"});
    static const char *const given[] = {"a/b",     "A/B",     "A B (2)", "[]:*?", "history", "'",
                                        "   ",     "",        "国际漫游与跨境业务投诉处理专席组国际漫游与跨境业务投诉处理专席组一",
                                        "国际漫游与跨境业务投诉处理专席组国际漫游与跨境业务投诉处理专席组二"};
    struct sw_table *tables[10];
    for (int i = 0; i < 10; i++) {
        tables[i] = sw_table_new(SW_WORD_STATES, SW_DRAW_EN, NULL);
        tables[i]->name = sw_table_keep(tables[i], given[i]);
        sw_table_add_column(tables[i], SW_WORD_STATE, SW_CELL_TEXT);
    }
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    struct sw_sheet_options options = {SW_DRAW_EN, CHART_DAY, NULL};
    assert_int_equal(sw_sheet_write(tables, 10, &options, &out), 0);
    struct xlsx xlsx = xlsx_open(&out);
    assert_int_equal(xlsx.count, 10);
    assert_non_null(strstr(xlsx.workbook, "name=\"a b\""));
    assert_non_null(strstr(xlsx.workbook, "name=\"A B (2)\""));
    assert_non_null(strstr(xlsx.workbook, "name=\"History.\""));
    xlsx_close(&xlsx);
    sw_buf_deinit(&out);
    for (int i = 0; i < 10; i++) sw_table_free(tables[i]);
}

static void test_hostile_texts_are_texts(void **state) {
    (void)state;
    static const char *const names[][2] = {{"=1+1", "=1+1"},
                                           {"<b>&amp;\"", "<b>&amp;\""},
                                           {"a_x0041_b", "a_x005F_x0041_b"},
                                           {"\x01\x02 \xff", "   \xEF\xBF\xBD"},
                                           {"http://example.org/", "http://example.org/"},
                                           {"\xF0\xA0\xAE\xB7野", "\xF0\xA0\xAE\xB7野"}};
    struct sw_chart *chart = chart_empty();
    for (size_t i = 0; i < 6; i++)
        chart_add_person(chart, SW_CHART_ABSENT,
                         (struct sw_chart_person){"0012", names[i][0], NULL, NULL, CHART_DAY, CHART_DAY + 1, INT64_MIN, 0, 0,
                                                  NULL, false, NULL, NULL, NULL});
    struct xlsx xlsx = open_chart(chart, SW_DRAW_EN);
    size_t first = row_after(&xlsx, PEOPLE, 1, "Agent");
    for (size_t i = 0; i < 6; i++) {
        check_text(&xlsx, PEOPLE, 1, first + i, "0012"); /* no number: its zeros stay */
        check_text(&xlsx, PEOPLE, 2, first + i, names[i][1]);
        assert_true(xlsx_blank(&xlsx, PEOPLE, 4, first + i));
    }
    assert_null(strstr(xlsx.sheets[PEOPLE], "<f>"));
    assert_null(strstr(xlsx.sheets[PEOPLE], "hyperlink"));
    xlsx_close(&xlsx);
    sw_chart_free(chart);
}

static void *write_often(void *made) {
    struct sw_buf *expected = made;
    struct sw_chart *chart = chart_great(23);
    for (int i = 0; i < 3; i++) {
        struct sw_buf out = sheet_of(chart, SW_DRAW_ZH);
        if (out.len != expected->len || memcmp(out.data, expected->data, out.len) != 0) expected = NULL;
        sw_buf_deinit(&out);
        if (!expected) break;
    }
    sw_chart_free(chart);
    return expected;
}

static void test_the_same_bytes_in_any_thread_and_locale(void **state) {
    (void)state;
    struct sw_chart *chart = chart_great(23);
    struct sw_buf first = sheet_of(chart, SW_DRAW_ZH);
    char *core = zip_file(&first, "docProps/core.xml");
    assert_non_null(strstr(core, "2026-11-23T12:00:04Z")); /* 20:00:04 in Shanghai */
    free(core);
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where there is one */
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&threads[i], NULL, write_often, &first), 0);
    for (int i = 0; i < 3; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, &first);
    }
    setlocale(LC_ALL, "C");
    sw_buf_deinit(&first);
    sw_chart_free(chart);
}

static void test_limits(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small();
    struct sw_buf out;
    sw_buf_init(&out, 1000);
    assert_int_equal(sw_chart_sheet(chart, SW_DRAW_ZH, NULL, &out), -SW_ELIMIT);
    assert_true(out.failed);
    assert_int_equal(out.len, 0);
    sw_buf_deinit(&out);
    sw_chart_free(chart);

    sw_buf_init(&out, CAP);
    struct sw_sheet_options options = {SW_DRAW_EN, CHART_DAY, "Limits"};
    struct sw_table *tables[SW_SHEETS_MAX + 1];
    for (int i = 0; i <= SW_SHEETS_MAX; i++) {
        tables[i] = sw_table_new(SW_WORD_PEOPLE, SW_DRAW_EN, NULL);
        sw_table_add_column(tables[i], SW_WORD_DUE, SW_CELL_COUNT);
    }
    sw_buf_puts(&out, "before");
    assert_int_equal(sw_sheet_write(tables, 0, &options, &out), -SW_EINVAL);
    assert_int_equal(sw_sheet_write(tables, SW_SHEETS_MAX + 1, &options, &out), -SW_EINVAL);
    for (int i = 0; i <= SW_TABLE_ROWS_MAX; i++) sw_table_put_count(tables[0], i);
    assert_int_equal(sw_sheet_write(tables, 1, &options, &out), -SW_ELIMIT);
    assert_string_equal(sw_buf_text(&out), "before");
    assert_int_equal(sw_sheet_write(tables + 1, SW_SHEETS_MAX, &options, &out), 0);
    assert_memory_equal(out.data, "beforePK", 8);
    for (int i = 0; i <= SW_SHEETS_MAX; i++) sw_table_free(tables[i]);
    sw_buf_deinit(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_are_the_charts),
        cmocka_unit_test(test_teams_with_goals),
        cmocka_unit_test(test_percentages_never_flatter),
        cmocka_unit_test(test_people_with_their_lists),
        cmocka_unit_test(test_the_summary_stands_upright),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_native_charts),
        cmocka_unit_test(test_names_of_sheets),
        cmocka_unit_test(test_hostile_texts_are_texts),
        cmocka_unit_test(test_the_same_bytes_in_any_thread_and_locale),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
