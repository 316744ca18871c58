/* Tables for readers: values as text, JSON, and a PDF whose texts are read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/table_out.h"

/* For LeakSanitizer: Debian 12's cairo 1.16 and fontconfig keep a little of each font that is put into a PDF. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libcairo\nleak:libfontconfig\n"; }

#define AT INT64_C(1795428000000) /* 2026-11-23 10:00 UTC */

/* A column of each kind; ROWS rows, every third below its goal, every fifth of unknown values. */
static struct sw_table *sample(size_t rows, enum sw_draw_lang lang) {
    struct sw_table *table = sw_table_new(SW_WORD_BY_TEAM, lang, NULL);
    sw_table_set_title(table, "第一客服中心·班组");
    sw_table_add_head(table, "截至 10:00");
    sw_table_add_column(table, SW_WORD_SITE_NAME, SW_CELL_TEXT);
    sw_table_add_column(table, SW_WORD_LATE, SW_CELL_COUNT);
    sw_table_add_column(table, SW_WORD_ATTENDANCE, SW_CELL_RATIO);
    sw_table_add_column(table, SW_WORD_LATE_MS, SW_CELL_DURATION);
    sw_table_add_column(table, SW_WORD_MADE, SW_CELL_TIME);
    sw_table_add_column(table, SW_WORD_DATE, SW_CELL_DATE);
    sw_table_set_goal(table, SW_WORD_ATTENDANCE, 950000);
    for (size_t r = 0; r < rows; r++) {
        char name[64];
        (void)snprintf(name, sizeof name, "第%zu班", r + 1);
        sw_table_put_text(table, name);
        bool known = r % 5 != 4;
        sw_table_put_count(table, known ? 3 : -1);
        sw_table_put_ratio(table, r % 3 ? 96 : 94, known ? 100 : 0);
        sw_table_put_duration(table, known ? 3723000 : -1);
        sw_table_put_time(table, known ? AT : INT64_MIN);
        sw_table_put_date(table, known ? "2026-11-23" : NULL);
    }
    return table;
}

static void test_values(void **state) {
    (void)state;
    struct sw_table *table = sample(5, SW_DRAW_EN);
    static const char *const first[] = {"第1班", "3", "94.0%", "1:02:03", "11-23 10:00", "2026-11-23"};
    char text[64];
    for (size_t c = 0; c < 6; c++) assert_string_equal(sw_cell_shown(table, 0, c, text, sizeof text), first[c]);
    for (size_t c = 1; c < 6; c++) assert_string_equal(sw_cell_shown(table, 4, c, text, sizeof text), "–");
    assert_true(sw_cell_is_below(table, 0, 2) && sw_cell_is_below(table, 3, 2));
    assert_false(sw_cell_is_below(table, 1, 2) || sw_cell_is_below(table, 4, 2) || sw_cell_is_below(table, 0, 1));
    sw_table_free(table);
}

static void test_json(void **state) {
    (void)state;
    struct sw_table *table = sample(2, SW_DRAW_EN);
    struct sw_buf out;
    sw_buf_init(&out, 65536);
    sw_tables_json(&table, 1, &out);
    const char *json = sw_buf_text(&out);
    assert_true(!strncmp(json, "[{\"key\":\"by_team\",\"name\":\"Teams\",\"title\":\"第一客服中心·班组\",\"heads\":[\"截至 10:00\"],\"upright\":false", 60));
    assert_non_null(strstr(json, "{\"key\":\"attendance\",\"header\":\"Attendance\",\"kind\":\"ratio\"}"));
    assert_non_null(strstr(json, "\"rows\":[[\"第1班\",\"3\",\"94.0%\",\"1:02:03\",\"11-23 10:00\",\"2026-11-23\"],[\"第2班\""));
    assert_non_null(strstr(json, "\"below\":[[0,2]]"));
    sw_buf_deinit(&out);
    sw_table_free(table);
}

static void make_pdf(size_t rows, struct sw_buf *out) {
    struct sw_table *tables[] = {sample(rows, SW_DRAW_ZH), sample(0, SW_DRAW_ZH)};
    sw_buf_init(out, (size_t)64 << 20);
    assert_int_equal(sw_tables_pdf(tables, 2, "日报", AT, out), 0);
    for (int i = 0; i < 2; i++) sw_table_free(tables[i]);
}

static void test_pdf(void **state) {
    (void)state;
    struct sw_buf one, again;
    make_pdf(100, &one);
    make_pdf(100, &again);
    assert_true(one.len == again.len && !memcmp(one.data, again.data, one.len)); /* to the byte */
    assert_memory_equal(one.data, "%PDF-", 5);
    char path[] = "/tmp/shiftwall-table-XXXXXX", command[128], text[65536];
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "wb");
    assert_int_equal(fwrite(one.data, 1, one.len, file), one.len);
    fclose(file);
    (void)snprintf(command, sizeof command, "pdftotext -layout %s -", path);
    FILE *reader = popen(command, "r");
    size_t len = fread(text, 1, sizeof text - 1, reader);
    text[len] = '\0';
    int ended = pclose(reader);
    remove(path);
    sw_buf_deinit(&one);
    sw_buf_deinit(&again);
    if (ended == 127 << 8) skip(); /* no pdftotext here */
    assert_int_equal(ended, 0);
    /* 26 to 30 rows a page: four pages of the first table and one of the second, the head of columns on each */
    size_t pages = 0, heads = 0;
    for (const char *at = text; (at = strchr(at, '\f')); at++) pages++;
    for (const char *at = text; (at = strstr(at, "出勤率")); at++) heads++;
    assert_int_equal(pages, heads);
    assert_true(pages >= 4 && pages <= 6);
    for (int r = 1; r <= 100; r++) {
        char name[32];
        (void)snprintf(name, sizeof name, "第%d班", r);
        assert_non_null(strstr(text, name));
    }
    assert_non_null(strstr(text, "▼ 94.0%"));
    assert_non_null(strstr(text, "第 1 页，共"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_json), cmocka_unit_test(test_pdf)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
