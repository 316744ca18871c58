/* What chat groups are told of alerts, walks and charts: in both languages, with what is known and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/chat_words.h"
#include "report/rule_words.h"

#define AT INT64_C(1795428000000) /* 2026-11-23 10:00 UTC */

static struct sw_chat_text text;

static bool tell(const struct sw_alert *alert, const char *label, const char *team, const char *person, bool cleared) {
    struct sw_zone *utc = sw_zone_utc();
    const struct sw_chat_alert told = {.alert = alert, .id = "00ff", .label = label, .team = team, .person = person, .cleared = cleared};
    bool is = sw_chat_alert_text(&told, utc, "北区", "https://wall.example.com", AT, &text);
    sw_zone_free(utc);
    if (is) assert_int_equal(sw_message_check(&text.message), 0);
    return is;
}

static const char *title(int language) { return text.message.words[language].title; }

static void test_alerts(void **state) {
    (void)state;
    struct sw_alert alert = {.rule = SW_RULE_BREAK_ALLOWANCES, .severity = SW_SEVERITY_WARNING, .kind = SW_SUBJECT_AGENT,
                             .subject = "1001", .since_ms = AT, .opened_ms = AT + 900000, .closed_ms = INT64_MAX, .limit = 900000};
    assert_true(tell(&alert, "A01 王芳", "A", NULL, false));
    assert_string_equal(title(SW_LANGUAGE_ZH), "小休超时：A01 王芳（A）");
    assert_string_equal(title(SW_LANGUAGE_EN), "Break overrun: A01 王芳 (team A)");
    assert_string_equal(text.text[SW_LANGUAGE_ZH], "自 10:00:00，限 15:00");
    assert_string_equal(text.text[SW_LANGUAGE_EN], "since 10:00:00, limit 15:00");
    assert_string_equal(text.message.id, "00ff-opened");
    assert_string_equal(text.message.about, "00ff");
    assert_string_equal(text.message.link, "https://wall.example.com/console#alerts");
    assert_int_equal(text.message.kind, SW_MESSAGE_ALERT_OPENED);
    assert_true(tell(&alert, "A01 王芳", NULL, NULL, true));
    assert_string_equal(text.message.id, "00ff-cleared");
    assert_int_equal(text.message.kind, SW_MESSAGE_ALERT_CLEARED);
    assert_string_equal(title(SW_LANGUAGE_ZH), "小休超时：A01 王芳");
}

static void test_figures(void **state) {
    (void)state;
    struct sw_alert alert = {.rule = SW_RULE_ANSWER_RATE, .severity = SW_SEVERITY_CRITICAL, .kind = SW_SUBJECT_SITE, .subject = "",
                             .since_ms = AT, .value = 849999, .limit = 850000, .unit = SW_UNIT_PPM};
    assert_true(tell(&alert, NULL, NULL, NULL, false));
    assert_string_equal(title(SW_LANGUAGE_EN), "Answer rate is low");
    assert_string_equal(text.text[SW_LANGUAGE_EN], "since 10:00:00, then 84.9%, limit 85.0%"); /* below never shows as the goal */
    alert = (struct sw_alert){.rule = SW_RULE_WAITING, .kind = SW_SUBJECT_QUEUE, .subject = "sales", .since_ms = AT, .value = 12,
                              .limit = 10, .unit = SW_UNIT_COUNT};
    assert_true(tell(&alert, NULL, NULL, NULL, false));
    assert_string_equal(title(SW_LANGUAGE_EN), "Many waiting: sales");
    assert_string_equal(text.text[SW_LANGUAGE_ZH], "自 10:00:00，当时 12，限 10");
}

static void test_walks(void **state) {
    (void)state;
    struct sw_alert alert = {.rule = SW_RULE_WALK, .severity = SW_SEVERITY_INFO, .kind = SW_SUBJECT_WALK,
                             .subject = "2026-11-23T10:00", .since_ms = AT};
    assert_true(tell(&alert, NULL, NULL, "赵敏", false));
    assert_string_equal(title(SW_LANGUAGE_ZH), "10:00 巡场");
    assert_string_equal(title(SW_LANGUAGE_EN), "Floor walk of 10:00 is due");
    assert_string_equal(text.text[SW_LANGUAGE_EN], "On duty: 赵敏");
    assert_int_equal(text.message.kind, SW_MESSAGE_WALK_DUE);
    assert_null(text.message.about);
    alert.severity = SW_SEVERITY_CRITICAL;
    assert_true(tell(&alert, NULL, NULL, NULL, false));
    assert_int_equal(text.message.kind, SW_MESSAGE_WALK_MISSED);
    assert_string_equal(title(SW_LANGUAGE_EN), "Floor walk of 10:00 was missed");
    assert_false(tell(&alert, NULL, NULL, NULL, true)); /* its end is nobody's news */
    alert.subject = "duty"; /* nobody on duty is an alert as others are */
    assert_true(tell(&alert, NULL, NULL, NULL, true));
    assert_int_equal(text.message.kind, SW_MESSAGE_ALERT_CLEARED);
}

static void test_every_rule_has_words(void **state) {
    (void)state;
    for (int rule = 0; rule < SW_RULE_COUNT; rule++)
        for (int lang = 0; lang < 2; lang++) {
            const char *words = sw_rule_words((enum sw_rule)rule, (enum sw_draw_lang)lang);
            assert_non_null(words);
            assert_true(*words != '\0');
        }
}

static void test_reports(void **state) {
    (void)state;
    sw_chat_report_text("2026-10", "北区", "https://wall.example.com", AT, &text);
    assert_int_equal(sw_message_check(&text.message), 0);
    assert_string_equal(text.message.id, "report-2026-10");
    assert_string_equal(title(SW_LANGUAGE_EN), "The attendance report of 2026-10 is due today");
    assert_string_equal(title(SW_LANGUAGE_ZH), "2026-10 考勤月报今日上报");
    assert_string_equal(text.message.link, "https://wall.example.com/console#reports");
}

static void test_charts(void **state) {
    (void)state;
    struct sw_chart *chart = sw_chart_new();
    struct sw_chart_team teams[SW_CHAT_TEAMS_MAX + 5];
    struct sw_chart_interval intervals[] = {{.signed_in = 7, .required = -1}, {.signed_in = -1}};
    struct sw_zone *utc = sw_zone_utc();
    for (size_t i = 0; i < sizeof teams / sizeof *teams; i++)
        teams[i] = (struct sw_chart_team){.id = "t", .name = "一班", .due = 10, .leave = 2, .attended = 6, .late = 1, .absent = 2, .overruns = 3};
    chart->site = "main";
    chart->site_name = "第一客服中心";
    chart->date = "2026-11-23";
    chart->at_ms = AT;
    chart->made_ms = AT + 1200000;
    chart->late = true;
    chart->incomplete = "gap";
    chart->total = teams[0];
    chart->teams = teams;
    chart->team_count = sizeof teams / sizeof *teams;
    chart->intervals = intervals;
    chart->interval_count = 2;
    struct sw_chat_table table;
    sw_chat_chart_text(chart, "2026-11-23/1", 0, utc, NULL, AT, &text, &table);
    assert_int_equal(sw_message_check(&text.message), 0);
    assert_string_equal(text.message.id, "chart-2026-11-23/1");
    assert_string_equal(title(SW_LANGUAGE_ZH), "签入情况 10:00");
    assert_string_equal(text.text[SW_LANGUAGE_ZH], "2026-11-23，签入 7，需要 –\n补绘：于 10:20 由日志补绘\n数据不完整");
    assert_null(text.message.link);
    assert_int_equal(text.message.row_count, 1 + SW_CHAT_TEAMS_MAX);
    static const char *const first[] = {"第一客服中心", "75.0%", "–", "1", "2", "3"};
    for (size_t c = 0; c < 6; c++) assert_string_equal(text.message.cells[c], first[c]);
    sw_chat_table_deinit(&table);
    sw_chat_chart_text(chart, "2026-11-23/1", 42, utc, NULL, AT, &text, &table);
    assert_string_equal(text.message.id, "chart-2026-11-23/1-again-42");
    assert_string_equal(title(SW_LANGUAGE_EN), "Sign-in chart of 10:00 (published again)");
    sw_chat_table_deinit(&table);
    chart->teams = NULL;
    chart->intervals = NULL;
    chart->team_count = chart->interval_count = 0;
    sw_chart_free(chart);
    sw_zone_free(utc);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alerts), cmocka_unit_test(test_figures), cmocka_unit_test(test_walks),
        cmocka_unit_test(test_every_rule_has_words), cmocka_unit_test(test_reports), cmocka_unit_test(test_charts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
