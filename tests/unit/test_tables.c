/* report/table, csv, sheet and chart_tables: numbers stay numbers, names cannot become formulas, the same chart gives the
 * same bytes. What is in the cells of a workbook is read back by tests/integration/15-chart-files.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chart_fixture.h"
#include "report/chart_tables.h"
#include "report/chart_words.h"
#include "report/csv.h"
#include "report/sheet.h"

#define NOON INT64_C(1795435200000) /* 2026-11-23T12:00Z */

static char *csv_of(const struct sw_table *table, const struct sw_csv_options *options) {
    struct sw_buf out;
    sw_buf_init(&out, 1u << 20);
    sw_csv_write(table, options, &out);
    assert_false(out.failed);
    return sw_buf_detach(&out, NULL);
}

static void test_cells(void **state) {
    (void)state;
    struct sw_table *table = sw_table_new("t", "T");
    static const char *const keys[] = {"text", "count", "rate", "time_ms", "at", "clock"};
    for (size_t i = 0; i < 6; i++) sw_table_column(table, keys[i], keys[i]);
    sw_table_head(table, "for people");
    sw_table_row(table, false);
    sw_table_word(table, "late", "迟到");
    sw_table_count(table, 0);
    sw_table_ratio(table, 2, 3, 0);
    sw_table_duration(table, 90500);
    sw_table_time(table, NOON);
    sw_table_clock(table, NOON + 123);
    sw_table_row(table, false); /* nothing known */
    sw_table_text(table, NULL);
    sw_table_count(table, -1);
    sw_table_ratio(table, 5, 0, 0);
    sw_table_none(table);
    sw_table_time(table, INT64_MIN);
    sw_table_row(table, true); /* less than a row */
    sw_table_text(table, "");
    const struct sw_transition none = {0, 28800000};
    struct sw_zone *zone = sw_zone_new("Asia/Shanghai", 28800000, &none, 0);
    char *text = csv_of(table, &(struct sw_csv_options){zone, true});
    assert_string_equal(text, "\xEF\xBB\xBF"
                              "text,count,rate,time_ms,at,clock\r\n"
                              "late,0,0.666667,90500,2026-11-23T20:00:00+08:00,2026-11-23T20:00:00.123+08:00\r\n"
                              ",,,,,\r\n"
                              ",,,,,\r\n");
    free(text);
    text = csv_of(table, &(struct sw_csv_options){0});
    assert_non_null(strstr(text, "2026-11-23T12:00:00+00:00"));
    assert_memory_equal(text, "text,", 5);
    free(text);
    sw_zone_free(zone);
    sw_table_free(table);
}

/* A goal is met by integers: 19 of 20 are 95 %. */
static void test_goals(void **state) {
    (void)state;
    struct sw_table *table = sw_table_new("t", "T");
    sw_table_column(table, "rate", "rate");
    static const struct {
        int64_t num, den, goal;
        bool bad;
    } cases[] = {{19, 20, 950000, false}, {18999, 20000, 950000, true}, {0, 5, 0, false}, {0, 5, 1, true}};
    for (size_t i = 0; i < 4; i++) {
        sw_table_row(table, false);
        sw_table_ratio(table, cases[i].num, cases[i].den, cases[i].goal);
        assert_int_equal(sw_table_cell(table, i, 0)->bad, cases[i].bad);
    }
    sw_table_free(table);
}

static void test_quotes_and_formulas(void **state) {
    (void)state;
    static const struct {
        const char *name, *field;
    } cases[] = {
        {"王芳", "王芳"},          {"O'Neill, \"Kit\"", "\"O'Neill, \"\"Kit\"\"\""},
        {"a\nb", "\"a\nb\""},      {" a", "\" a\""},
        {"=1+2", "'=1+2"},         {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
        {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"}, {"-2+3", "'-2+3"},
        {"@SUM(A1)", "'@SUM(A1)"}, {"\t=1", "'\t=1"},
        {"\r=1", "\"'\r=1\""},     {"＝1", "'＝1"},
        {"＠a", "'＠a"},           {"'quoted", "''quoted"},
        {"+8613800138000", "+8613800138000"}, {"-5", "-5"},
        {"-", "'-"},               {"+", "'+"},
        {"a=b", "a=b"},            {"1001", "1001"},
        {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sw_table *table = sw_table_new("t", "T");
        sw_table_column(table, "n", "n");
        sw_table_row(table, false);
        sw_table_text(table, cases[i].name);
        char *text = csv_of(table, &(struct sw_csv_options){0}), want[200];
        (void)snprintf(want, sizeof want, "n\r\n%s\r\n", cases[i].field);
        assert_string_equal(text, want);
        free(text);
        sw_table_free(table);
    }
}

static size_t lines_of(const char *text) {
    size_t lines = 0;
    for (const char *c = strchr(text, '\n'); c; c = strchr(c + 1, '\n')) lines++;
    return lines;
}

/* Every part has all its rows and a field for each column, in every chart there is. */
static void test_parts(void **state) {
    (void)state;
    struct sw_chart *charts[] = {chart_small(), chart_great(40), chart_empty(), chart_half(), chart_late()};
    for (size_t i = 0; i < sizeof charts / sizeof *charts; i++) {
        struct sw_chart *chart = charts[i];
        size_t people = 0;
        for (int list = 0; list < SW_CHART_LISTS; list++) people += chart->list_counts[list];
        const size_t rows[SW_CHART_PARTS] = {[SW_CHART_PART_INTERVALS] = chart->interval_count,
                                             [SW_CHART_PART_TEAMS] = chart->team_count + 1,
                                             [SW_CHART_PART_PEOPLE] = people};
        for (int part = 0; part < SW_CHART_PARTS; part++) {
            struct sw_buf out;
            sw_buf_init(&out, 1u << 24);
            assert_int_equal(sw_chart_csv(chart, (enum sw_chart_part)part, NULL, false, &out), 0);
            if (part != SW_CHART_PART_SUMMARY) assert_int_equal(lines_of(sw_buf_text(&out)), rows[part] + 1);
            sw_buf_deinit(&out);
            struct sw_table *zh = sw_chart_table(chart, (enum sw_chart_part)part, SW_DRAW_ZH, NULL);
            struct sw_table *en = sw_chart_table(chart, (enum sw_chart_part)part, SW_DRAW_EN, NULL);
            assert_int_equal(zh->row_count, en->row_count);
            char *a = csv_of(zh, &(struct sw_csv_options){0}), *b = csv_of(en, &(struct sw_csv_options){0});
            assert_string_equal(a, b); /* the same in every language */
            free(a);
            free(b);
            sw_table_free(zh);
            sw_table_free(en);
        }
        sw_chart_free(chart);
    }
    assert_int_equal(sw_chart_part_from_name("people"), SW_CHART_PART_PEOPLE);
    assert_int_equal(sw_chart_part_from_name("everything"), -1);
}

static void test_workbook(void **state) {
    (void)state;
    struct sw_chart *charts[] = {chart_small(), chart_great(40), chart_empty(), chart_late()};
    for (size_t i = 0; i < sizeof charts / sizeof *charts; i++) {
        struct sw_buf first, second;
        sw_buf_init(&first, 1u << 24);
        sw_buf_init(&second, 1u << 24);
        sw_buf_puts(&second, "kept");
        assert_int_equal(sw_chart_sheet(charts[i], SW_DRAW_ZH, NULL, &first), 0);
        assert_int_equal(sw_chart_sheet(charts[i], SW_DRAW_ZH, NULL, &second), 0);
        assert_memory_equal(first.data, "PK", 2);
        assert_int_equal(first.len + 4, second.len); /* appended */
        assert_memory_equal(first.data, second.data + 4, first.len);
        sw_buf_deinit(&second);
        sw_buf_init(&second, 1000);
        assert_int_equal(sw_chart_sheet(charts[i], SW_DRAW_EN, NULL, &second), -SW_ELIMIT);
        sw_buf_deinit(&first);
        sw_buf_deinit(&second);
        sw_chart_free(charts[i]);
    }
}

/* Names of any length and kind make a workbook, none is a formula or an error. */
static void test_hostile_names(void **state) {
    (void)state;
    struct sw_table *table = sw_table_new("t", "T");
    sw_table_column(table, "n", "n");
    char *longest = malloc(60001);
    assert_non_null(longest);
    for (size_t i = 0; i < 60000; i += 3) memcpy(longest + i, "王", 3);
    longest[60000] = '\0';
    static const char *const names[] = {"=1+2", "\x01\x02", "<a&b>\"'", "_x0041_", "http://example.invalid/", "{=A1}"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sw_table_row(table, false);
        sw_table_text(table, names[i]);
    }
    sw_table_row(table, false);
    sw_table_text(table, longest);
    const struct sw_sheet sheet = {.table = table};
    const struct sw_book book = {"T & T", NOON, NULL, &sheet, 1};
    struct sw_buf out;
    sw_buf_init(&out, 1u << 20);
    assert_int_equal(sw_book_write(&book, &out), 0);
    sw_buf_deinit(&out);
    sw_table_free(table);
    free(longest);
}

static void test_words(void **state) {
    (void)state;
    for (int lang = SW_DRAW_ZH; lang <= SW_DRAW_EN; lang++) {
        for (int w = 0; w < SW_WORD_COUNT; w++) assert_true(*sw_word((enum sw_draw_lang)lang, (enum sw_word)w));
        for (int list = 0; list < SW_CHART_LISTS; list++)
            assert_true(*sw_word_list((enum sw_draw_lang)lang, (enum sw_chart_list)list));
    }
    static const struct {
        const char *name, *shown;
    } classes[] = {{"up_to_10_min", "10 分钟以内"}, {"over_30_min", "超过 30 分钟"}, {"up_to__min", "up_to__min"}, {"严重", "严重"}};
    for (size_t i = 0; i < 4; i++) {
        char *text = sw_word_class(SW_DRAW_ZH, classes[i].name);
        assert_string_equal(text, classes[i].shown);
        free(text);
    }
    assert_null(sw_word_class(SW_DRAW_ZH, NULL));
    assert_string_equal(sw_word_grant(SW_DRAW_ZH, "problem"), "问题时长");
    assert_string_equal(sw_word_grant(SW_DRAW_ZH, "new"), "new");
    assert_string_equal(sw_word_incomplete(SW_DRAW_EN, "gap"), "a gap in the journal");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells),    cmocka_unit_test(test_goals),
                                       cmocka_unit_test(test_quotes_and_formulas), cmocka_unit_test(test_parts),
                                       cmocka_unit_test(test_workbook), cmocka_unit_test(test_hostile_names),
                                       cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
