/* Who may come in: the parts that need no daemon. Cookies, passwords, the guard, bodies, slices of views, records, charts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "app/guard.h"
#include "codec/board_json.h"
#include "codec/cookie.h"
#include "codec/doors_json.h"
#include "codec/records_json.h"
#include "codec/view_slice.h"
#include "io/password.h"
#include "shiftwall/chart.h"

static void test_cookies(void **state) {
    (void)state;
    char out[8];
    assert_true(sw_cookie_find("a=1; b=2", "b", out, sizeof out));
    assert_string_equal(out, "2");
    assert_true(sw_cookie_find("ab=1;a=x y ;a=3", "a", out, sizeof out));
    assert_string_equal(out, "x y");
    assert_true(sw_cookie_find("a=", "a", out, sizeof out));
    assert_string_equal(out, "");
    assert_false(sw_cookie_find("ab=1", "a", out, sizeof out));
    assert_false(sw_cookie_find("a", "a", out, sizeof out));
    assert_false(sw_cookie_find("b=a=1", "a", out, sizeof out));
    assert_false(sw_cookie_find("a=12345678", "a", out, sizeof out));
    assert_string_equal(out, "");
    assert_false(sw_cookie_find("", "a", out, sizeof out));
}

static void test_passwords(void **state) {
    (void)state;
    assert_non_null(sw_password_fault("zhang", "ninechars"));
    assert_non_null(sw_password_fault("zhang", "1234567890"));
    assert_non_null(sw_password_fault("zhang", "aaaaaaaaaaaa"));
    assert_non_null(sw_password_fault("zhangminmin", "zhangminmin1"));
    assert_null(sw_password_fault("zhang", "一二三四五六七八九十"));
    assert_null(sw_password_fault("zhang", "correct horse"));
    char hash[SW_PASSWORD_HASH_SIZE], made[SW_PASSWORD_MADE_SIZE], other[SW_PASSWORD_MADE_SIZE];
    assert_int_equal(sw_password_hash("correct horse", hash), 0);
    assert_true(sw_password_is(hash, "correct horse"));
    assert_false(sw_password_is(hash, "correct horse "));
    assert_false(sw_password_is(NULL, "correct horse"));
    sw_password_make(made);
    sw_password_make(other);
    assert_null(sw_password_fault("zhang", made));
    assert_string_not_equal(made, other);
}

static void test_guard_waits_longer_each_time(void **state) {
    (void)state;
    struct sw_guard *guard = sw_guard_new(100);
    int64_t now_ms = 1000;
    for (int i = 0; i < 4; i++) sw_guard_try(guard, "a", 5, now_ms);
    assert_int_equal(sw_guard_wait_ms(guard, "a", now_ms), 0);
    sw_guard_try(guard, "a", 5, now_ms);
    assert_int_equal(sw_guard_wait_ms(guard, "a", now_ms), 60000);
    assert_int_equal(sw_guard_wait_ms(guard, "b", now_ms), 0);
    now_ms += 60000;
    assert_int_equal(sw_guard_wait_ms(guard, "a", now_ms), 0);
    sw_guard_try(guard, "a", 5, now_ms);
    assert_int_equal(sw_guard_wait_ms(guard, "a", now_ms), 120000);
    for (int i = 0; i < 50; i++) sw_guard_try(guard, "a", 5, now_ms);
    assert_int_equal(sw_guard_wait_ms(guard, "a", now_ms), 900000);
    sw_guard_right(guard, "a", true);
    assert_int_equal(sw_guard_wait_ms(guard, "a", now_ms), 0);
    sw_guard_free(guard);
}

static void test_guard_forgives_and_forgets(void **state) {
    (void)state;
    struct sw_guard *guard = sw_guard_new(2);
    for (int i = 0; i < 5; i++) sw_guard_try(guard, "a", 5, 0);
    sw_guard_right(guard, "a", false); /* four are left */
    assert_int_equal(sw_guard_wait_ms(guard, "a", 0), 0);
    sw_guard_try(guard, "a", 5, 0);
    assert_true(sw_guard_wait_ms(guard, "a", 0) > 0);
    sw_guard_try(guard, "a", 5, INT64_C(2) * 3600000); /* an hour without one forgives all */
    assert_int_equal(sw_guard_wait_ms(guard, "a", INT64_C(2) * 3600000), 0);
    for (int i = 0; i < 5; i++) sw_guard_try(guard, "b", 5, 0);
    sw_guard_try(guard, "a", 5, 0);
    sw_guard_try(guard, "c", 5, 0); /* b was touched longest ago */
    assert_int_equal(sw_guard_wait_ms(guard, "b", 0), 0);
    sw_guard_free(guard);
}

static int read_entry(struct sw_door_entry *entry, const char *json) {
    struct sw_buf fault;
    sw_buf_init(&fault, 1024);
    int failed = sw_door_read(entry, json, strlen(json), &fault);
    assert_int_equal(failed != 0, fault.len != 0);
    sw_buf_deinit(&fault);
    return failed;
}

static void test_bodies(void **state) {
    (void)state;
    struct sw_door_entry e;
    assert_int_equal(read_entry(&e, "{\"person\":\"张\",\"pin\":\"1234\",\"teams\":[\"A\",\"B\"],\"disabled\":true,\"x\":1}"), 0);
    assert_string_equal(e.person, "张");
    assert_string_equal(e.password, "1234");
    assert_int_equal(e.team_count, 2);
    assert_true(e.has_disabled && e.disabled && e.has_teams);
    sw_door_deinit(&e);
    static const char *const bad[] = {"", "[]", "{\"id\":1}", "{\"id\":\"a\\u0007\"}", "{\"teams\":\"A\"}", "{\"teams\":[\"\"]}",
                                      "{\"disabled\":\"yes\"}", "{\"id\":\"a\",\"id\":\"b\"}", "{\"reset\":1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(read_entry(&e, bad[i]), 0);
        sw_door_deinit(&e);
    }
    assert_true(sw_door_is_id("zhang.min@example") && sw_door_is_id("张敏"));
    assert_false(sw_door_is_id("") || sw_door_is_id("a b") || sw_door_is_id("a/b") || sw_door_is_id("a,b"));
}

/* ---- slices ---- */

static void on_changed(void *ctx, struct sw_view *slice) {
    (void)slice;
    ++*(int *)ctx;
}

static void set(struct sw_view *view, const char *group, const char *key, const char *json) {
    assert_int_equal(sw_view_set(view, group, key, json, strlen(json)), 0);
}

static void shows(struct sw_view *view, const char *json) {
    size_t len;
    const char *document = sw_view_document(view, &len);
    assert_int_equal(len, strlen(json));
    assert_memory_equal(document, json, len);
}

static void test_a_slice_follows_its_view(void **state) {
    (void)state;
    int changes = 0;
    static const char *const ids[] = {"A", "C"};
    const struct sw_slice_teams teams = {ids, 2};
    struct sw_slices *slices = sw_slices_new(&changes, on_changed);
    struct sw_view *base = sw_view_new("agents", "e1");
    set(base, "agents", "1", "{\"team\":\"A\"}");
    set(base, "agents", "2", "{\"team\":\"B\"}");
    sw_view_commit(base, 1);
    struct sw_view *slice = sw_slices_view(slices, base, &teams);
    assert_ptr_equal(slice, sw_slices_view(slices, base, &teams));
    shows(slice, "{\"agents\":{\"1\":{\"team\":\"A\"}}}");
    set(base, "agents", "2", "{\"team\":\"B\",\"x\":1}"); /* nothing of theirs */
    sw_view_commit(base, 2);
    assert_int_equal(changes, 0);
    set(base, "agents", "2", "{\"team\":\"C\"}"); /* changed teams */
    set(base, "agents", "1", "{\"team\":\"B\"}");
    sw_view_commit(base, 3);
    assert_int_equal(changes, 1);
    shows(slice, "{\"agents\":{\"2\":{\"team\":\"C\"}}}");
    uint64_t before = sw_view_version(slice);
    sw_view_remove(base, "agents", "2");
    sw_view_set_epoch(base, "e2");
    sw_view_commit(base, 4);
    shows(slice, "{\"agents\":{}}");
    assert_string_equal(sw_view_epoch(slice), "e2");
    assert_true(sw_view_version(slice) > before);
    sw_slices_free(slices);
    sw_view_free(base);
}

static bool keeps(const char *view, const char *group, const char *key, const char *json) {
    static const char *const ids[] = {"A"};
    const struct sw_slice_teams teams = {ids, 1};
    return sw_slice_keeps(view, group, key, json, strlen(json), &teams);
}

static void test_what_a_slice_keeps(void **state) {
    (void)state;
    assert_true(keeps("teams", "teams", "A", "{}") && keeps("teams", "attendance", "A", "{}"));
    assert_false(keeps("teams", "teams", "B", "{}"));
    assert_true(keeps("alerts", "alerts", "x", "{\"kind\":\"queue\",\"subject\":\"sales\"}"));
    assert_true(keeps("alerts", "alerts", "x", "{\"kind\":\"agent\",\"team\":\"A\"}"));
    assert_false(keeps("alerts", "alerts", "x", "{\"kind\":\"agent\",\"team\":\"B\"}"));
    assert_false(keeps("alerts", "alerts", "x", "{\"kind\":\"agent\"}"));
    assert_false(keeps("alerts", "alerts", "x", "{\"kind\":\"team\",\"team\":\"B\"}"));
    assert_false(keeps("shifts", "shifts", "1@0", "{}"));
    assert_true(keeps("walk", NULL, "next", "1"));
}

static void test_a_walk_without_others(void **state) {
    (void)state;
    int changes = 0;
    static const char *const ids[] = {"A"};
    const struct sw_slice_teams teams = {ids, 1};
    struct sw_slices *slices = sw_slices_new(&changes, on_changed);
    struct sw_view *base = sw_view_new("walk", "e1");
    set(base, NULL, "walk", "{\"id\":\"w\",\"items\":{\"1\":{\"agent\":\"1\",\"team\":\"A\"},\"2\":{\"agent\":\"2\",\"team\":\"B\"},\"q\":{\"subject\":\"sales\"}}}");
    sw_view_commit(base, 1);
    shows(sw_slices_view(slices, base, &teams), "{\"walk\":{\"id\":\"w\",\"items\":{\"1\":{\"agent\":\"1\",\"team\":\"A\"},\"q\":{\"subject\":\"sales\"}}}}");
    sw_slices_free(slices);
    sw_view_free(base);
}

/* ---- boards, records, charts ---- */

static void test_what_a_board_shows(void **state) {
    (void)state;
    static const char board[] = "{\"name\":\"x\",\"pages\":[{\"widgets\":[{\"type\":\"queue_table\"},{\"type\":\"agent_grid\",\"team\":\"A\"},{\"type\":\"attendance\"}]}]}";
    assert_true(sw_board_shows(board, "site") && sw_board_shows(board, "queues") && sw_board_shows(board, "agents/A"));
    assert_true(sw_board_shows(board, "teams"));
    assert_false(sw_board_shows(board, "agents") || sw_board_shows(board, "agents/B") || sw_board_shows(board, "breaches") || sw_board_shows(board, "strip"));
    assert_false(sw_board_shows("{}", "queues"));
}

static bool keep_all_but_doors(void *ctx, const char *kind, const char *agent) {
    (void)ctx, (void)agent;
    return !sw_record_is_of_doors(kind);
}

static void test_records(void **state) {
    (void)state;
    static const char json[] = "{\"records\":[{\"record\":2,\"at\":1000,\"kind\":\"grant\",\"key\":\"=cmd\",\"agent\":\"1\",\"by\":\"a,b\",\"role\":\"duty\",\"body\":{\"reason\":\"x\"}},"
                               "{\"record\":1,\"at\":0,\"kind\":\"session.begin\",\"key\":\"k\",\"body\":{}}]}";
    struct sw_buf out;
    sw_buf_init(&out, 10000);
    assert_true(sw_records_filter(json, NULL, keep_all_but_doors, &out));
    assert_null(strstr(sw_buf_text(&out), "session.begin"));
    assert_non_null(strstr(sw_buf_text(&out), "\"record\":2"));
    sw_buf_clear(&out);
    assert_false(sw_records_filter("{}", NULL, keep_all_but_doors, &out));
    struct sw_zone *utc = sw_zone_utc();
    sw_buf_clear(&out);
    assert_true(sw_records_csv(json, utc, &out));
    assert_string_equal(sw_buf_text(&out), "record,at,kind,key,agent,by,role,body\r\n"
                                           "2,1970-01-01T00:00:01+00:00,grant,\"'=cmd\",1,\"a,b\",duty,\"{\"\"reason\"\":\"\"x\"\"}\"\r\n"
                                           "1,1970-01-01T00:00:00+00:00,session.begin,k,,,,{}\r\n");
    sw_zone_free(utc);
    sw_buf_deinit(&out);
}

static void test_a_chart_of_own_teams(void **state) {
    (void)state;
    struct sw_chart *chart = sw_chart_new();
    chart->teams = sw_xcalloc(2, sizeof *chart->teams);
    chart->teams[0].id = "A";
    chart->teams[1].id = "B";
    chart->team_count = 2;
    chart->lists[SW_CHART_LATE] = sw_xcalloc(3, sizeof *chart->lists[0]);
    chart->lists[SW_CHART_LATE][0].team = "A";
    chart->lists[SW_CHART_LATE][2].team = "B"; /* the second has none */
    chart->list_counts[SW_CHART_LATE] = 3;
    static const char *const own[] = {"B"};
    sw_chart_keep_teams(chart, own, 1);
    assert_int_equal(chart->team_count, 1);
    assert_string_equal(chart->teams[0].id, "B");
    assert_int_equal(chart->list_counts[SW_CHART_LATE], 1);
    assert_string_equal(chart->lists[SW_CHART_LATE][0].team, "B");
    sw_chart_free(chart);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_guard_waits_longer_each_time),
        cmocka_unit_test(test_guard_forgives_and_forgets),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_a_slice_follows_its_view),
        cmocka_unit_test(test_what_a_slice_keeps),
        cmocka_unit_test(test_a_walk_without_others),
        cmocka_unit_test(test_what_a_board_shows),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_a_chart_of_own_teams),
    };
    if (sodium_init() < 0) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
