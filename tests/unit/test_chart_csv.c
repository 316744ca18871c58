/* report/table, report/chart_csv: RFC 4180, the order mark, what is not known, texts that would be formulas, hostile names,
 * and that every field is the chart's figure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chart_fixture.h"
#include "report/chart_csv.h"

#define CAP ((size_t)8 << 20)
#define FIELDS_MAX 48

static struct sw_buf csv_of(const struct sw_chart *chart, enum sw_chart_table what, bool bom) {
    struct sw_zone *zone = chart_zone();
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_chart_csv(chart, what, bom, zone, &out), 0);
    sw_zone_free(zone);
    return out;
}

/* A reader of RFC 4180 that is no part of what is tested. */
struct record {
    char *fields[FIELDS_MAX];
    bool quoted[FIELDS_MAX];
    size_t count;
};

static const char *read_field(const char *p, struct record *record) {
    struct sw_buf field;
    sw_buf_init(&field, CAP);
    bool quoted = *p == '"';
    if (quoted) {
        for (p++; *p != '"' || p[1] == '"'; p++) {
            assert_true(*p != '\0');
            if (*p == '"') p++;
            sw_buf_putc(&field, *p);
        }
        p++;
    } else {
        for (; *p && *p != ',' && *p != '\r'; p++) {
            assert_true(*p != '"' && *p != '\n');
            sw_buf_putc(&field, *p);
        }
    }
    assert_true(record->count < FIELDS_MAX);
    record->quoted[record->count] = quoted;
    record->fields[record->count++] = strdup(sw_buf_text(&field));
    sw_buf_deinit(&field);
    return p;
}

static const char *read_record(const char *p, struct record *record) {
    *record = (struct record){0};
    for (;;) {
        p = read_field(p, record);
        if (*p == ',') {
            p++;
            continue;
        }
        assert_memory_equal(p, "\r\n", 2);
        return p + 2;
    }
}

struct file {
    struct record *records; /* the first: the keys */
    size_t count;
};

static struct file read_file(const char *text) {
    struct file file = {0};
    while (*text) {
        file.records = sw_xrealloc(file.records, (file.count + 1) * sizeof *file.records);
        text = read_record(text, &file.records[file.count++]);
        assert_int_equal(file.records[file.count - 1].count, file.records[0].count);
    }
    return file;
}

static void free_file(struct file *file) {
    for (size_t r = 0; r < file->count; r++)
        for (size_t f = 0; f < file->records[r].count; f++) free(file->records[r].fields[f]);
    free(file->records);
}

static size_t column(const struct file *file, const char *key) {
    for (size_t i = 0; i < file->records[0].count; i++)
        if (strcmp(file->records[0].fields[i], key) == 0) return i;
    fail_msg("no column %s", key);
    return 0;
}

/* ROW counts from 0 under the keys. */
static const char *field(const struct file *file, size_t row, const char *key) {
    assert_true(row + 1 < file->count);
    return file->records[row + 1].fields[column(file, key)];
}

static struct file file_of(const struct sw_chart *chart, enum sw_chart_table what) {
    struct sw_buf out = csv_of(chart, what, false);
    assert_int_equal(strlen(sw_buf_text(&out)), out.len);
    struct file file = read_file(sw_buf_text(&out));
    sw_buf_deinit(&out);
    return file;
}

static void check_count(const struct file *file, size_t row, const char *key, int64_t value) {
    char text[32] = "";
    if (value >= 0) snprintf(text, sizeof text, "%lld", (long long)value);
    if (strcmp(field(file, row, key), text) != 0)
        fail_msg("row %zu, %s: %s, not %s", row, key, field(file, row, key), text);
}

static void test_the_keys_never_change(void **state) {
    (void)state;
    static const char *const heads[SW_CHART_TABLES] = {
        "site,site_name,zone,date,number,at,made,drawn_late,complete,incomplete_why,incomplete_since,policy,"
        "policy_version,policy_cite,staffing,staffing_warning,due,attended,pending,absent,leave,attendance,"
        "attendance_goal,late,early_leave,signed_in_ms,expected_ms,adherence,adherence_goal,breaks,break_overruns,"
        "break_overrun_ms\r\n",
        "start,end,scheduled,present,presence,signed_in,required,offered,forecast,below_goal,uncertain\r\n",
        "team,team_name,due,attended,pending,absent,leave,attendance,attendance_goal,late,early_leave,signed_in_ms,"
        "expected_ms,adherence,adherence_goal,breaks,break_overruns,break_overrun_ms\r\n",
        "list,agent,name,team_name,seat,shift_start,shift_end,at,duration_ms,limit_ms,over_ms,class,excused,grant,"
        "reason,by\r\n",
        "state,agents,time_ms,time_share\r\n"};
    struct sw_chart *chart = chart_small();
    for (int i = 0; i < SW_CHART_TABLES; i++) {
        struct sw_buf out = csv_of(chart, (enum sw_chart_table)i, false);
        assert_memory_equal(sw_buf_text(&out), heads[i], strlen(heads[i]));
        sw_buf_deinit(&out);
        assert_int_equal(sw_chart_table_from_name(sw_chart_table_name((enum sw_chart_table)i)), i);
    }
    assert_int_equal(sw_chart_table_from_name("nothing"), -1);
    sw_chart_free(chart);
}

static void test_a_byte_order_mark_on_request(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small();
    struct sw_buf with = csv_of(chart, SW_CHART_TABLE_TEAMS, true), without = csv_of(chart, SW_CHART_TABLE_TEAMS, false);
    assert_memory_equal(with.data, "\xEF\xBB\xBF", 3);
    assert_int_equal(with.len, without.len + 3);
    assert_memory_equal(with.data + 3, without.data, without.len);
    sw_buf_deinit(&with);
    sw_buf_deinit(&without);
    sw_chart_free(chart);
}

static void test_every_interval_is_the_charts(void **state) {
    (void)state;
    struct sw_chart *chart = chart_half();
    struct file file = file_of(chart, SW_CHART_TABLE_INTERVALS);
    assert_int_equal(file.count, 1 + chart->interval_count);
    struct sw_zone *zone = chart_zone();
    for (size_t i = 0; i < chart->interval_count; i++) {
        const struct sw_chart_interval *row = &chart->intervals[i];
        char text[SW_RFC3339_SIZE];
        sw_zone_format_rfc3339(zone, row->start_ms, text);
        assert_string_equal(field(&file, i, "start"), text);
        sw_zone_format_rfc3339(zone, row->end_ms, text);
        assert_string_equal(field(&file, i, "end"), text);
        check_count(&file, i, "scheduled", row->scheduled);
        check_count(&file, i, "present", row->present);
        check_count(&file, i, "signed_in", row->signed_in);
        check_count(&file, i, "required", row->required);
        check_count(&file, i, "offered", row->offered);
        check_count(&file, i, "forecast", row->forecast);
        const char *below = row->present < 0 ? "" : row->below_goal ? "true" : "false";
        assert_string_equal(field(&file, i, "below_goal"), below);
        assert_string_equal(field(&file, i, "uncertain"), row->uncertain ? "true" : "false");
        if (row->present < 0 || !row->scheduled) assert_string_equal(field(&file, i, "presence"), "");
    }
    assert_string_equal(field(&file, 0, "start"), "2026-11-23T00:00:00+08:00");
    sw_zone_free(zone);
    free_file(&file);
    sw_chart_free(chart);
}

static void test_teams_and_the_site(void **state) {
    (void)state;
    struct sw_chart *chart = chart_late();
    struct file file = file_of(chart, SW_CHART_TABLE_TEAMS);
    assert_int_equal(file.count, 1 + chart->team_count + 1);
    for (size_t i = 0; i <= chart->team_count; i++) {
        const struct sw_chart_team *team = i < chart->team_count ? &chart->teams[i] : &chart->total;
        assert_string_equal(field(&file, i, "team"), team->id);
        assert_string_equal(field(&file, i, "team_name"), team->name);
        check_count(&file, i, "due", team->due);
        check_count(&file, i, "attended", team->attended);
        check_count(&file, i, "absent", team->absent);
        check_count(&file, i, "late", team->late);
        check_count(&file, i, "signed_in_ms", team->signed_in_ms);
        check_count(&file, i, "expected_ms", team->expected_ms);
        check_count(&file, i, "break_overrun_ms", team->overrun_ms);
        assert_string_equal(field(&file, i, "attendance_goal"), "0.950000");
        int64_t ppm = team->attended * 1000000 / team->due;
        assert_int_equal(strtoll(field(&file, i, "attendance") + 2, NULL, 10), ppm % 1000000);
        assert_int_equal(field(&file, i, "attendance")[0], ppm == 1000000 ? '1' : '0');
    }
    free_file(&file);
    sw_chart_free(chart);
}

/* 1899999 of 2000000 is below 95 %, and its six digits say so. */
static void test_a_ratio_below_its_goal_never_reads_as_the_goal(void **state) {
    (void)state;
    assert_int_equal(sw_table_ppm(1899999999, 2000000000), 949999);
    assert_int_equal(sw_table_ppm(1900000000, 2000000000), 950000);
    assert_int_equal(sw_table_ppm(1999999999, 2000000000), 999999);
    assert_int_equal(sw_table_ppm(3, 2), 1500000);
    assert_int_equal(sw_table_ppm(INT64_MAX / 2, INT64_MAX), 499999);
    assert_int_equal(sw_table_ppm(INT64_MAX, 1), INT64_MAX);
}

static void test_what_is_not_known_is_empty(void **state) {
    (void)state;
    struct sw_chart *chart = chart_empty();
    struct file file = file_of(chart, SW_CHART_TABLE_SUMMARY);
    assert_int_equal(file.count, 2);
    static const char *const keys[] = {"number",     "incomplete_why", "incomplete_since", "policy", "policy_version",
                                       "policy_cite", "staffing",       "attendance",       "adherence"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_string_equal(field(&file, 0, keys[i]), "");
        assert_false(file.records[1].quoted[column(&file, keys[i])]);
    }
    assert_string_equal(field(&file, 0, "due"), "0"); /* which is known */
    assert_string_equal(field(&file, 0, "complete"), "true");
    assert_string_equal(field(&file, 0, "date"), "2026-11-23");
    free_file(&file);
    file = file_of(chart, SW_CHART_TABLE_TEAMS); /* the site alone, whose id is empty and not unknown */
    assert_int_equal(file.count, 2);
    assert_true(file.records[1].quoted[column(&file, "team")]);
    free_file(&file);
    sw_chart_free(chart);
}

static void test_all_lists_in_one_table(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small();
    struct file file = file_of(chart, SW_CHART_TABLE_PEOPLE);
    size_t row = 0;
    for (int list = 0; list < SW_CHART_LISTS; list++)
        for (size_t i = 0; i < chart->list_counts[list]; i++, row++) {
            const struct sw_chart_person *person = &chart->lists[list][i];
            bool came = list != SW_CHART_ABSENT && list != SW_CHART_PENDING;
            assert_string_equal(field(&file, row, "list"), sw_chart_list_name((enum sw_chart_list)list));
            assert_string_equal(field(&file, row, "agent"), person->agent);
            assert_string_equal(field(&file, row, "name"), person->name);
            assert_string_equal(field(&file, row, "class"), person->late_class ? person->late_class : "");
            assert_string_equal(field(&file, row, "grant"), person->grant ? person->grant : "");
            assert_string_equal(field(&file, row, "excused"), person->excused ? "true" : "false");
            check_count(&file, row, "duration_ms", came ? person->value_ms : -1);
            check_count(&file, row, "over_ms", list == SW_CHART_OVERRUN ? person->value_ms - person->limit_ms : -1);
            if (person->at_ms == INT64_MIN) assert_string_equal(field(&file, row, "at"), "");
        }
    assert_int_equal(file.count, 1 + row);
    free_file(&file);
    sw_chart_free(chart);
}

/* What NAME becomes in CSV. */
static char *name_in_csv(const char *name) {
    struct sw_chart *chart = chart_empty();
    chart_add_person(chart, SW_CHART_ABSENT,
                     (struct sw_chart_person){"1", name, "2", "T", CHART_DAY, CHART_DAY + 1, INT64_MIN, 0, 0, NULL, false,
                                              NULL, NULL, NULL});
    struct file file = file_of(chart, SW_CHART_TABLE_PEOPLE);
    assert_int_equal(file.count, 2);
    char *text = strdup(field(&file, 0, "name"));
    free_file(&file);
    sw_chart_free(chart);
    return text;
}

static void test_texts_that_would_be_formulas(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"=1+1", "'=1+1"},
        {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
        {"-2+3+cmd", "'-2+3+cmd"},
        {"@SUM(A1:A9)", "'@SUM(A1:A9)"},
        {"\t=1", "' =1"},
        {"\r=1", "' =1"},
        {"\n=1", "' =1"},
        {"  =1", "'  =1"},
        {"　=1", "'　=1"},
        {"＝1+1", "'＝1+1"},
        {"＠甲", "'＠甲"},
        {"=HYPERLINK(\"http://example.org\",\"x\")", "'=HYPERLINK(\"http://example.org\",\"x\")"},
        {"-", "'-"},
        {"-.", "'-."},
        {"-1e5", "'-1e5"},
        /* these are none */
        {"-12", "-12"},
        {"+8612345678", "+8612345678"},
        {"-0.5", "-0.5"},
        {"0012", "0012"},
        {"王芳", "王芳"},
        {"a=b", "a=b"},
        {"'=1", "'=1"},
        {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = name_in_csv(cases[i][0]);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void test_hostile_names(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"a,b", "a,b"},
        {"say \"hi\"", "say \"hi\""},
        {"\"", "\""},
        {"two\r\nlines", "two  lines"},
        {" spaces ", " spaces "},
        {"\xff\xfe", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xE7\x8E", "\xEF\xBF\xBD"},
        {"a\x01\x7f" "b", "a  b"},
        {"\xE2\x80\xAEnap", " nap"}, /* would turn its neighbours round */
        {"阿卜杜热合曼·买买提江", "阿卜杜热合曼·买买提江"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = name_in_csv(cases[i][0]);
        if (i != 6) assert_string_equal(text, cases[i][1]); /* how many marks stand for half a character is not ours */
        else assert_true(strncmp(text, "\xEF\xBF\xBD", 3) == 0);
        free(text);
    }
    char *longest = sw_xmalloc(30001);
    for (size_t i = 0; i < 30000; i += 3) memcpy(longest + i, "王", 3);
    longest[30000] = '\0';
    char *text = name_in_csv(longest);
    assert_true(strlen(text) <= SW_TABLE_TEXT_BYTES_MAX + 3);
    assert_string_equal(text + strlen(text) - 6, "王…");
    free(text);
    free(longest);
}

static void test_limits(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small();
    struct sw_buf out;
    sw_buf_init(&out, 100);
    assert_int_equal(sw_chart_csv(chart, SW_CHART_TABLE_TEAMS, false, NULL, &out), -SW_ELIMIT);
    assert_true(out.failed);
    assert_int_equal(out.len, 0);
    sw_buf_deinit(&out);
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_chart_csv(chart, SW_CHART_TABLES, false, NULL, &out), -SW_EINVAL);
    assert_int_equal(out.len, 0);
    sw_chart_free(chart);

    struct sw_table *table = sw_table_new(SW_WORD_PEOPLE, SW_DRAW_EN, NULL);
    sw_table_add_column(table, SW_WORD_DUE, SW_CELL_COUNT);
    for (int i = 0; i < SW_TABLE_ROWS_MAX; i++) sw_table_put_count(table, i);
    sw_buf_puts(&out, "before ");
    assert_int_equal(sw_table_csv(table, false, &out), 0);
    sw_buf_clear(&out);
    sw_buf_puts(&out, "before ");
    sw_table_put_count(table, 1);
    assert_int_equal(sw_table_rows(table), SW_TABLE_ROWS_MAX);
    assert_int_equal(sw_table_csv(table, false, &out), -SW_ELIMIT);
    assert_string_equal(sw_buf_text(&out), "before ");
    sw_table_free(table);
    sw_buf_deinit(&out);
}

/* Without a zone all times are in UTC; times at the ends of time are not known. */
static void test_times(void **state) {
    (void)state;
    struct sw_table *table = sw_table_new(SW_WORD_PEOPLE, SW_DRAW_EN, NULL);
    sw_table_add_column(table, SW_WORD_START, SW_CELL_TIME);
    sw_table_add_column(table, SW_WORD_DATE, SW_CELL_DATE);
    sw_table_put_time(table, CHART_DAY);
    sw_table_put_date(table, "2024-02-29");
    sw_table_put_time(table, INT64_MIN);
    sw_table_put_date(table, "2023-02-29");
    sw_table_put_time(table, INT64_MAX);
    sw_table_put_date(table, NULL);
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_table_csv(table, false, &out), 0);
    assert_string_equal(sw_buf_text(&out), "start,date\r\n2026-11-22T16:00:00+00:00,2024-02-29\r\n,\r\n,\r\n");
    sw_buf_deinit(&out);
    sw_table_free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_keys_never_change),
        cmocka_unit_test(test_a_byte_order_mark_on_request),
        cmocka_unit_test(test_every_interval_is_the_charts),
        cmocka_unit_test(test_teams_and_the_site),
        cmocka_unit_test(test_a_ratio_below_its_goal_never_reads_as_the_goal),
        cmocka_unit_test(test_what_is_not_known_is_empty),
        cmocka_unit_test(test_all_lists_in_one_table),
        cmocka_unit_test(test_texts_that_would_be_formulas),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
