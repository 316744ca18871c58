/* report/reports: the daily report and the attendance of a month. Sums and ratios are reckoned here a second time. */
#include "xlsx_fixture.h"

#include "chart_fixture.h"
#include "report/reports.h"

#define CAP ((size_t)8 << 20)

/* ---- a day ---- */

static struct sw_queue_counts calls_of(int64_t offered, int64_t answered, int64_t in_target) {
    struct sw_queue_counts c = {{0}};
    c.v[SW_QC_OFFERED] = offered;
    c.v[SW_QC_ANSWERED] = answered;
    c.v[SW_QC_ANSWERED_IN_TARGET] = in_target;
    c.v[SW_QC_ABANDONED] = offered - answered;
    c.v[SW_QC_SL_NUM] = in_target;
    c.v[SW_QC_SL_DEN] = offered;
    c.v[SW_QC_AR_NUM] = answered;
    c.v[SW_QC_AR_DEN] = offered;
    c.v[SW_QC_WAIT_ANSWERED_MS] = answered * 7500;
    c.v[SW_QC_LONGEST_WAIT_MS] = offered ? 61000 : 0;
    return c;
}

static const struct sw_daily_interval intervals[] = {
    {CHART_AT(8, 0, 0), CHART_AT(8, 15, 0), .passed = true, .forecast = 40, .scheduled = 12, .present = 11, .required = 10},
    {CHART_AT(8, 15, 0), CHART_AT(8, 30, 0), .passed = true, .forecast = -1, .scheduled = 12, .present = 12, .required = -1},
    {CHART_AT(8, 30, 0), CHART_AT(8, 45, 0), .passed = false, .forecast = 44, .scheduled = 14, .present = 3, .required = 9,
     .uncertain = true}};
static const struct sw_daily_walk walks[] = {
    {CHART_AT(9, 0, 0), CHART_AT(9, 2, 0), CHART_AT(9, 20, 0), false, "陈晓", 7, 7, NULL},
    {CHART_AT(10, 0, 0), CHART_AT(10, 20, 0), CHART_AT(10, 41, 0), true, "陈晓", 5, 3, "=空调报修"},
    {CHART_AT(11, 0, 0), INT64_MAX, INT64_MAX, true, NULL, -1, -1, NULL},
    {CHART_AT(12, 0, 0), CHART_AT(12, 1, 0), INT64_MAX, false, "周敏", 4, 1, NULL}};
static const struct sw_daily_breach breaches[] = {
    {CHART_AT(8, 37, 12), SW_RULE_LATE, "1001", "王芳", "A组", 432000, 0, 2, "warn", false, NULL, "陈晓", CHART_AT(9, 0, 0)},
    {CHART_AT(11, 5, 0), SW_RULE_HOLD_COUNT, "1002", NULL, NULL, -1, -1, -1, "fine_20", true, "客户要求", "陈晓",
     CHART_AT(12, 0, 0)}};

static struct sw_daily daily_fixture(struct sw_daily_interval copies[3], struct sw_daily_queue queues[2],
                                     struct sw_daily_team *team) {
    memcpy(copies, intervals, sizeof intervals);
    copies[0].calls = calls_of(41, 39, 37);
    queues[0] = (struct sw_daily_queue){"Q1", "报障", calls_of(100000, 94999, 80000), 20000, 800000, 950000};
    queues[1] = (struct sw_daily_queue){"Q2", NULL, calls_of(0, 0, 0), 20000, 0, 0};
    *team = (struct sw_daily_team){.attendance = {.id = "A", .name = "A组", .due = 20, .attended = 19, .absent = 1}};
    team->counts.v[SW_AC_HANDLED] = 39;
    return (struct sw_daily){.about = {.site = "default",
                                       .site_name = "总部呼叫中心",
                                       .at_ms = CHART_AT(24, 0, 0),
                                       .made_ms = CHART_AT(24, 0, 5),
                                       .incomplete = "gap",
                                       .incomplete_since_ms = CHART_AT(10, 5, 0),
                                       .policy = "floor",
                                       .attendance_goal_ppm = 950000,
                                       .adherence_goal_ppm = 920000},
                             .date = "2026-11-23",
                             .calls = calls_of(41, 39, 37),
                             .site = *team,
                             .intervals = copies,
                             .interval_count = 3,
                             .queues = queues,
                             .queue_count = 2,
                             .teams = team,
                             .team_count = 1,
                             .walks = walks,
                             .walk_count = 4,
                             .breaches = breaches,
                             .breach_count = 2};
}

static struct sw_buf daily_csv(const struct sw_daily *daily, const char *key) {
    struct sw_zone *zone = chart_zone();
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_daily_csv(daily, key, false, zone, &out), 0);
    sw_zone_free(zone);
    return out;
}

static void check_csv(struct sw_buf out, const char *text) {
    assert_string_equal(sw_buf_text(&out), text);
    sw_buf_deinit(&out);
}

#define CALLS "offered,answered,answered_in_target,abandoned,short_abandoned,exited,service_level,answer_rate,abandon_rate,asa_ms,aht_ms,longest_wait_ms"

static void test_a_day_in_csv(void **state) {
    (void)state;
    struct sw_daily_interval copies[3];
    struct sw_daily_queue queues[2];
    struct sw_daily_team team;
    struct sw_daily daily = daily_fixture(copies, queues, &team);
    check_csv(daily_csv(&daily, "by_interval"),
              "start,end,forecast," CALLS ",scheduled,present,required,uncertain\r\n"
              "2026-11-23T08:00:00+08:00,2026-11-23T08:15:00+08:00,40,41,39,37,2,0,0,0.902439,0.951219,0.048780,7500,,61000,"
              "12,11,10,false\r\n"
              "2026-11-23T08:15:00+08:00,2026-11-23T08:30:00+08:00,,0,0,0,0,0,0,,,,,,,12,12,,false\r\n"
              "2026-11-23T08:30:00+08:00,2026-11-23T08:45:00+08:00,44,,,,,,,,,,,,,14,,9,true\r\n");
    check_csv(daily_csv(&daily, "by_queue"),
              "queue,queue_name," CALLS ",target_ms,service_level_goal,answer_rate_goal\r\n"
              "Q1,报障,100000,94999,80000,5001,0,0,0.800000,0.949990,0.050010,7500,,61000,20000,0.800000,0.950000\r\n"
              "Q2,,0,0,0,0,0,0,,,,,,,20000,,\r\n");
    check_csv(daily_csv(&daily, "walks"), "due,person,outcome,started,closed,items,ticked,notes\r\n"
                                          "2026-11-23T09:00:00+08:00,陈晓,done,2026-11-23T09:02:00+08:00,"
                                          "2026-11-23T09:20:00+08:00,7,7,\r\n"
                                          "2026-11-23T10:00:00+08:00,陈晓,missed,2026-11-23T10:20:00+08:00,"
                                          "2026-11-23T10:41:00+08:00,5,3,'=空调报修\r\n"
                                          "2026-11-23T11:00:00+08:00,,missed,,,,,\r\n"
                                          "2026-11-23T12:00:00+08:00,周敏,open,2026-11-23T12:01:00+08:00,,4,1,\r\n");
    check_csv(daily_csv(&daily, "breaches"),
              "at,rule,agent,name,team_name,duration_ms,limit_ms,nth,step,decision,reason,by,decided\r\n"
              "2026-11-23T08:37:12+08:00,late,1001,王芳,A组,432000,0,2,warn,confirmed,,陈晓,2026-11-23T09:00:00+08:00\r\n"
              "2026-11-23T11:05:00+08:00,hold.count,1002,,,,,,fine_20,excused,客户要求,陈晓,2026-11-23T12:00:00+08:00\r\n");
    struct sw_buf out = daily_csv(&daily, "summary");
    assert_non_null(strstr(sw_buf_text(&out), ",3,1,0.333333\r\n")); /* walks: the open one is not over */
    sw_buf_deinit(&out);
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_daily_csv(&daily, "nothing", false, NULL, &out), -SW_ENOENT);
    assert_int_equal(out.len, 0);
}

/* The element of the cell that holds TEXT in column COL; rows as people count them. */
static size_t row_of(const struct xlsx *xlsx, size_t sheet, size_t col, const char *text) {
    for (size_t row = 1; row < 100; row++) {
        const char *cell = xlsx_cell(xlsx, sheet, col, row);
        const char *shared = cell ? strstr(cell, "t=\"s\"") : NULL;
        if (!shared || shared > strchr(cell, '>')) continue;
        char *found = xlsx_text(xlsx, sheet, col, row);
        bool same = strcmp(found, text) == 0;
        free(found);
        if (same) return row;
    }
    fail_msg("sheet %zu has no \"%s\"", sheet, text);
    return 0;
}

static void check_text(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row, const char *text) {
    char *found = xlsx_text(xlsx, sheet, col, row);
    assert_string_equal(found, text);
    free(found);
}

static void test_a_day_as_a_workbook(void **state) {
    (void)state;
    struct sw_daily_interval copies[3];
    struct sw_daily_queue queues[2];
    struct sw_daily_team team;
    struct sw_daily daily = daily_fixture(copies, queues, &team);
    struct sw_zone *zone = chart_zone();
    for (int lang = 0; lang < 2; lang++) {
        bool zh = lang == SW_DRAW_ZH;
        struct sw_buf out;
        sw_buf_init(&out, CAP);
        assert_int_equal(sw_daily_sheet(&daily, (enum sw_draw_lang)lang, zone, &out), 0);
        struct xlsx xlsx = xlsx_open(&out);
        assert_int_equal(xlsx.count, 6);
        check_text(&xlsx, 2, 0, 1, zh ? "总部呼叫中心·日报·队列" : "总部呼叫中心 | Daily report | Queues");
        row_of(&xlsx, 0, 0,
               zh ? "数据不完整：日志有缺口，自 2026-11-23 10:05 起可能缺少事件"
                  : "Data incomplete: a gap in the journal; events may be missing since 2026-11-23 10:05");
        /* 94.999 % of a goal of 95 %: three decimals, and the goal is the queue's own. */
        size_t row = row_of(&xlsx, 2, 0, "Q1");
        char *format = xlsx_format(&xlsx, 2, 9, row);
        assert_string_equal(format, "0.000%");
        free(format);
        format = xlsx_format(&xlsx, 2, 8, row); /* 80 % of 80 % */
        assert_string_equal(format, "0.0%");
        free(format);
        row = row_of(&xlsx, 4, 2, zh ? "漏巡" : "Missed");
        check_text(&xlsx, 4, 7, row, "=空调报修");
        row = row_of(&xlsx, 5, 1, zh ? "保持次数过多" : "Too many holds");
        check_text(&xlsx, 5, 8, row, "fine_20");
        check_text(&xlsx, 5, 9, row, zh ? "免除" : "Excused");
        check_text(&xlsx, 5, 8, row - 1, zh ? "警告" : "Warning");
        assert_true(xlsx_blank(&xlsx, 5, 5, row));
        xlsx_close(&xlsx);
        sw_buf_deinit(&out);
    }
    sw_zone_free(zone);
}

/* ---- a month ---- */

static const struct sw_month_agent agents[] = {
    {"1003", "刘洋", "B", "B组", {20, 19, 1, 1, 2, 0, 600000, 0, 900, 1000, 40, 2, 90000, 1}},
    {"1001", "王芳", "A", "A组", {21, 21, 0, 0, 0, 0, 0, 0, 990, 1000, 60, 0, 0, 0}},
    {"1005", "无组", NULL, NULL, {20, 20, 0, 0, 0, 1, 0, 60000, 950, 1000, 50, 1, 30000, 0}},
    {"1002", "李强", "A", "A组", {10, 10, 0, 5, 0, 0, 0, 0, 1980, 2000, 30, 0, 0, 0}},
    {"1004", "赵敏", "B", "B组", {20, 20, 0, 0, 0, 1, -1, -1, 950, 1000, -1, 0, 0, 0}},
    {"1006", "长假", "A", "A组", {0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}};
static const struct sw_month_day days[] = {{"2026-11-01", {5, 5, 0, 1, 1, 0, 1000, 0, 10, 11, 3, 0, 0, 0}},
                                           {"2026-11-02", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}};

static struct sw_month month_fixture(void) {
    return (struct sw_month){.about = {.site = "default",
                                       .site_name = "总部呼叫中心",
                                       .at_ms = CHART_AT(24, 0, 0),
                                       .made_ms = CHART_AT(24, 0, 5),
                                       .attendance_goal_ppm = 950000,
                                       .adherence_goal_ppm = 920000},
                             .month = "2026-11",
                             .agents = agents,
                             .agent_count = 6,
                             .days = days,
                             .day_count = 2};
}

static struct sw_buf month_csv(const struct sw_month *month, const char *key) {
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_month_csv(month, key, false, NULL, &out), 0);
    return out;
}

#define RATES "attendance,attendance_goal"
#define FIGURES                                                                                                \
    "days_due,days_attended,days_absent,days_leave," RATES ",times_late,late_ms,times_early_leave,early_leave_ms," \
    "signed_in_ms,expected_ms,adherence,adherence_goal,breaks,break_overruns,break_overrun_ms,breaches_confirmed\r\n"

static void test_a_month_in_csv(void **state) {
    (void)state;
    struct sw_month month = month_fixture();
    check_csv(month_csv(&month, "by_team"),
              "team,team_name," FIGURES
              "A,A组,31,31,0,26,1.000000,0.950000,0,0,0,0,2970,3000,0.990000,0.920000,90,0,0,0\r\n"
              "B,B组,40,39,1,1,0.975000,0.950000,2,,1,,1850,2000,0.925000,0.920000,,2,90000,1\r\n"
              ",,20,20,0,0,1.000000,0.950000,0,0,1,60000,950,1000,0.950000,0.920000,50,1,30000,0\r\n");
    check_csv(month_csv(&month, "by_day"),
              "date,due,attended,absent,leave," RATES ",late,late_ms,early_leave,early_leave_ms,signed_in_ms,expected_ms,"
              "adherence,adherence_goal,breaks,break_overruns,break_overrun_ms,breaches_confirmed\r\n"
              "2026-11-01,5,5,0,1,1.000000,0.950000,1,1000,0,0,10,11,0.909090,0.920000,3,0,0,0\r\n"
              "2026-11-02,0,0,0,0,,0.950000,0,0,0,0,0,0,,0.920000,0,0,0,0\r\n");
    struct sw_buf out = month_csv(&month, "by_agent");
    assert_non_null(strstr(sw_buf_text(&out), "1006,长假,A,A组,0,0,0,21,,0.950000,0,0,0,0,0,0,,0.920000,0,0,0,0\r\n"));
    sw_buf_deinit(&out);
    out = month_csv(&month, "summary");
    assert_non_null(strstr(sw_buf_text(&out), ",91,90,1,27,0.989010,0.950000,2,,2,,5770,6000,0.961666,0.920000,,3,120000,1\r\n"));
    sw_buf_deinit(&out);
}

static void test_no_ranking_unless_asked_for(void **state) {
    (void)state;
    struct sw_month month = month_fixture();
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_month_csv(&month, "ranking", false, NULL, &out), -SW_ENOENT);
    assert_int_equal(sw_month_sheet(&month, SW_DRAW_ZH, NULL, &out), 0);
    struct xlsx xlsx = xlsx_open(&out);
    assert_int_equal(xlsx.count, 4);
    assert_null(strstr(xlsx.workbook, "排名"));
    xlsx_close(&xlsx);
    sw_buf_deinit(&out);

    month.ranking = true;
    out = month_csv(&month, "ranking");
    /* 1001 and 1002 are alike (99 % of 100 %); 1004 and 1005 too; 1006 had no day due. */
    static const char *const order[] = {"1,1001,", "1,1002,", "3,1004,", "3,1005,", "5,1003,"};
    const char *at = strstr(sw_buf_text(&out), "\r\n");
    for (size_t i = 0; i < 5; i++) {
        assert_memory_equal(at + 2, order[i], strlen(order[i]));
        at = strstr(at + 2, "\r\n");
    }
    assert_string_equal(at, "\r\n");
    sw_buf_deinit(&out);
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_month_sheet(&month, SW_DRAW_EN, NULL, &out), 0);
    xlsx = xlsx_open(&out);
    assert_int_equal(xlsx.count, 5);
    size_t row = row_of(&xlsx, 4, 1, "1003");
    assert_true(xlsx_number(&xlsx, 4, 0, row) == 5);
    assert_true(xlsx_number(&xlsx, 4, 5, row) == 20);
    row = row_of(&xlsx, 3, 0, "Date") + 1; /* days are dates: 2026-11-01 is day 46327 of Excel */
    assert_true(xlsx_number(&xlsx, 3, 0, row) == 46327);
    xlsx_close(&xlsx);
    sw_buf_deinit(&out);
}

static void test_nothing_at_all(void **state) {
    (void)state;
    struct sw_daily daily = {.about = {.at_ms = INT64_MIN, .made_ms = 0}};
    struct sw_month month = {.ranking = true};
    for (int lang = 0; lang < 2; lang++) {
        struct sw_buf out;
        sw_buf_init(&out, CAP);
        assert_int_equal(sw_daily_sheet(&daily, (enum sw_draw_lang)lang, NULL, &out), 0);
        sw_buf_clear(&out);
        assert_int_equal(sw_month_sheet(&month, (enum sw_draw_lang)lang, NULL, &out), 0);
        struct xlsx xlsx = xlsx_open(&out);
        assert_int_equal(xlsx.count, 5);
        xlsx_close(&xlsx);
        sw_buf_deinit(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_in_csv),
        cmocka_unit_test(test_a_day_as_a_workbook),
        cmocka_unit_test(test_a_month_in_csv),
        cmocka_unit_test(test_no_ranking_unless_asked_for),
        cmocka_unit_test(test_nothing_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
