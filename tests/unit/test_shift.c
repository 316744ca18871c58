/* Shifts: attendance, adherence, breaks and breaches, against days reckoned by hand. Minutes count from 08:00. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/shift.h"

#define MINUTE INT64_C(60000)

static int64_t at(int64_t minute) { return INT64_C(1795420800000) + minute * MINUTE; } /* 2026-11-23T08:00Z */

struct floor {
    struct sw_policy policy;
    struct sw_shifts *shifts;
};

static int setup(void **state) {
    struct floor *f = sw_xcalloc(1, sizeof *f);
    sw_policy_init(&f->policy);
    f->shifts = sw_shifts_new(&f->policy, NULL);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct floor *f = *state;
    sw_shifts_free(f->shifts);
    sw_policy_deinit(&f->policy);
    free(f);
    return 0;
}

/* One shift of agent "a", minutes FROM to TO of the day of DATE. */
static const struct sw_shift *plan(struct floor *f, const char *date, int64_t from, int64_t to) {
    struct sw_roster_row row = {.agent = (char *)"a", .start_ms = at(from), .end_ms = at(to)};
    memcpy(row.date, date, sizeof row.date);
    struct sw_roster roster = {&row, 1};
    assert_int_equal(sw_shifts_set_roster(f->shifts, &roster), 0);
    return sw_shifts_get(f->shifts, sw_shifts_count(f->shifts) - 1);
}

static void is(struct floor *f, enum sw_agent_state state, int64_t minute) {
    sw_shifts_agent_state(f->shifts, "a", state, true, at(minute));
}

static void grant(struct floor *f, enum sw_grant_kind kind, int64_t from, int64_t to) {
    struct sw_grant grant = {.agent = "a", .kind = kind, .from_ms = at(from), .to_ms = at(to)};
    assert_int_equal(sw_shifts_add_grant(f->shifts, &grant), 0);
}

static void allow(struct floor *f, size_t count, const int64_t *minutes) {
    f->policy.breaks_unlimited = false;
    f->policy.allowance_count = count;
    for (size_t i = 0; i < count; i++) f->policy.allowance_ms[i] = minutes[i] * MINUTE;
}

static void assert_break(const struct sw_break *b, int64_t allowance, int64_t overrun, bool excess) {
    assert_int_equal(b->allowance_ms, allowance * MINUTE);
    assert_int_equal(b->overrun_ms, overrun * MINUTE);
    assert_int_equal(b->excess, excess);
}

/* The rule book's 1 of 15 and of 10 minutes: a long break takes the 15, a second long one overruns a 10. */
static void test_allowances(void **state) {
    struct floor *f = *state;
    allow(f, 3, (const int64_t[]){10, 10, 15});
    const struct sw_shift *shift = plan(f, "2026-11-23", 0, 480);
    static const int64_t lengths[] = {12, 9, 14, 5};
    is(f, SW_ST_READY, 0);
    for (int64_t i = 0; i < 4; i++) {
        is(f, SW_ST_BREAK, 60 * (i + 1));
        is(f, SW_ST_TALKING, 60 * (i + 1) + lengths[i]);
    }
    struct sw_break b[4];
    assert_int_equal(sw_shift_breaks(f->shifts, shift, at(480), b, 4), 4);
    assert_break(&b[0], 15, 0, false);
    assert_break(&b[1], 10, 0, false);
    assert_break(&b[2], 10, 4, false);
    assert_break(&b[3], 0, 5, true);
    /* while the first runs, its deadline is the largest there is */
    assert_int_equal(sw_shift_breaks(f->shifts, shift, at(71), b, 4), 1);
    assert_int_equal(b[0].end_ms, INT64_MAX);
    assert_break(&b[0], 15, 0, false);
    assert_int_equal(b[0].length_ms, 11 * MINUTE);
}

/* Out of a break: the gap is break until the agent is back in service; the shift's end closes it. */
static void test_break_and_sign_out(void **state) {
    struct floor *f = *state;
    const struct sw_shift *shift = plan(f, "2026-11-23", 0, 480);
    is(f, SW_ST_READY, 0);
    is(f, SW_ST_BREAK, 100);
    is(f, SW_ST_OFFLINE, 105);
    is(f, SW_ST_BUSY, 110);
    is(f, SW_ST_READY, 118);
    is(f, SW_ST_BREAK, 200);
    is(f, SW_ST_BUSY, 205); /* ends there */
    is(f, SW_ST_BREAK, 475);
    is(f, SW_ST_READY, 490);
    struct sw_break b[3];
    assert_int_equal(sw_shift_breaks(f->shifts, shift, at(500), b, 3), 3);
    assert_int_equal(b[0].length_ms, 18 * MINUTE);
    assert_int_equal(b[1].length_ms, 5 * MINUTE);
    assert_int_equal(b[2].end_ms, at(480));
    struct sw_breach *list;
    size_t count = sw_shifts_breaches(f->shifts, NULL, 0, at(500), &list);
    for (size_t i = 0; i < count; i++) assert_int_not_equal(list[i].rule, SW_RULE_SIGNOUT_INSIDE_SHIFT);
    free(list);
}

static void test_break_grant_excuses_later(void **state) {
    struct floor *f = *state;
    const struct sw_shift *shift = plan(f, "2026-11-23", 0, 480);
    is(f, SW_ST_READY, -5);
    is(f, SW_ST_BREAK, 100);
    is(f, SW_ST_READY, 114);
    struct sw_breach *list;
    assert_int_equal(sw_shifts_breaches(f->shifts, NULL, 0, at(200), &list), 1);
    assert_int_equal(list[0].rule, SW_RULE_BREAK_ALLOWANCES);
    assert_int_equal(list[0].at_ms, at(110));
    assert_false(list[0].excused);
    assert_string_equal(list[0].step, "remind");
    free(list);
    grant(f, SW_GRANT_BREAK, 110, 115);
    assert_int_equal(sw_shifts_breaches(f->shifts, NULL, 0, at(200), &list), 1);
    assert_true(list[0].excused);
    assert_null(list[0].step);
    free(list);
    struct sw_break b;
    assert_int_equal(sw_shift_breaks(f->shifts, shift, at(200), &b, 1), 1);
    assert_true(b.excused);
}

/* Signed in at any instant of [start, start + 30 min), also by an earlier sign-in; pending before the limit. */
static void test_attendance_edges(void **state) {
    struct floor *f = *state;
    const struct sw_shift *shift = plan(f, "2026-11-23", 0, 480);
    struct sw_shift_figures fig;
    sw_shift_figures(f->shifts, shift, at(0) - 1, &fig);
    assert_false(fig.begun);
    assert_false(sw_ratio_defined(sw_shift_adherence(&fig)));
    sw_shift_figures(f->shifts, shift, at(30) - 1, &fig);
    assert_int_equal(fig.attended, SW_ATTENDED_PENDING);
    sw_shift_figures(f->shifts, shift, at(30), &fig);
    assert_int_equal(fig.attended, SW_ATTENDED_NO);
    is(f, SW_ST_READY, 30);
    sw_shift_figures(f->shifts, shift, at(30), &fig); /* at the very moment */
    assert_true(fig.came);
    assert_int_equal(fig.late_ms, 30 * MINUTE);
    assert_int_equal(fig.first_in_ms, at(30));
    sw_shift_figures(f->shifts, shift, at(60), &fig);
    assert_int_equal(fig.attended, SW_ATTENDED_NO);
    assert_int_equal(fig.late_ms, 30 * MINUTE);
    grant(f, SW_GRANT_LATE, 0, 10); /* the limit runs from the permission's end */
    sw_shift_figures(f->shifts, shift, at(60), &fig);
    assert_int_equal(fig.attended, SW_ATTENDED_YES);
    assert_int_equal(fig.excused_ms, 10 * MINUTE);
    assert_int_equal(fig.late_ms, 30 * MINUTE);
}

static void test_attended_by_an_earlier_sign_in(void **state) {
    struct floor *f = *state;
    const struct sw_shift *shift = plan(f, "2026-11-23", 0, 480);
    is(f, SW_ST_READY, -60);
    is(f, SW_ST_OFFLINE, 1);
    struct sw_shift_figures fig;
    sw_shift_figures(f->shifts, shift, at(480), &fig);
    assert_int_equal(fig.attended, SW_ATTENDED_YES);
    assert_int_equal(fig.signed_in_ms, MINUTE);
    assert_int_equal(fig.conforming_ms, 61 * MINUTE);
    assert_int_equal(fig.early_leave_ms, 479 * MINUTE);
}

/* Eight hours, out for the minutes 60 to 70 and 230 to 245, looked at every quarter of an hour. */
static void test_adherence_below_its_goal(void **state) {
    struct floor *f = *state;
    plan(f, "2026-11-23", 0, 480);
    is(f, SW_ST_READY, 0);
    is(f, SW_ST_OFFLINE, 60);
    is(f, SW_ST_READY, 70);
    is(f, SW_ST_OFFLINE, 230);
    is(f, SW_ST_READY, 245);
    struct sw_alert *list;
    assert_int_equal(sw_shifts_goal_alerts(f->shifts, at(75) - 1, &list), 0);
    free(list);
    size_t count = sw_shifts_goal_alerts(f->shifts, at(480), &list);
    /* at 75: 65 of 75 is 86.7 %; 80 of 90, 95 of 105, 110 of 120 (91.7 %) are below 92 %; 125 of 135 is 92.6 %.
     * at 240: 220 of 240 is 91.7 %; 230 of 255 and so on; 290 of 315 (92.06 %) is not below. */
    assert_int_equal(count, 2);
    assert_int_equal(list[0].rule, SW_RULE_ADHERENCE);
    assert_int_equal(list[0].opened_ms, at(75));
    assert_int_equal(list[0].value, 866666);
    assert_int_equal(list[0].closed_ms, at(135));
    assert_int_equal(list[1].opened_ms, at(240));
    assert_int_equal(list[1].closed_ms, at(315));
    free(list);
    grant(f, SW_GRANT_PROBLEM, 60, 70);
    grant(f, SW_GRANT_PROBLEM, 230, 245);
    assert_int_equal(sw_shifts_goal_alerts(f->shifts, at(480), &list), 0);
    free(list);
}

/* 95 % is an integer test: 19 of 20 meets it, 18 of 19 does not. */
static void test_the_goal_in_integers(void **state) {
    (void)state;
    struct sw_attendance a = {.due = 20, .attended = 19, .absent = 1};
    assert_true(sw_attendance_meets(&a, 950000));
    assert_int_equal(sw_attendance_slots_left(&a, 950000), 0);
    a = (struct sw_attendance){.due = 19, .attended = 18};
    assert_false(sw_attendance_meets(&a, 950000));
    a = (struct sw_attendance){.due = 100};
    assert_int_equal(sw_attendance_slots_left(&a, 950000), 5);
}

static void test_the_ladder_climbs_in_a_month(void **state) {
    struct floor *f = *state;
    static const char *const dates[] = {"2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-12-01"};
    static const int64_t days[] = {0, 1, 2, 3, 8};
    static const char *const steps[] = {"remind", "warn", "report", "report", "remind"};
    for (int i = 0; i < 5; i++) {
        plan(f, dates[i], days[i] * 1440, days[i] * 1440 + 60);
        is(f, SW_ST_READY, days[i] * 1440 + 2);
        is(f, SW_ST_OFFLINE, days[i] * 1440 + 60);
    }
    struct sw_breach *list;
    assert_int_equal(sw_shifts_breaches(f->shifts, NULL, 0, at(14400), &list), 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(list[i].rule, SW_RULE_LATE);
        assert_string_equal(list[i].step, steps[i]);
    }
    free(list);
}

static void test_too_many_in_a_month(void **state) {
    struct floor *f = *state;
    plan(f, "2026-11-23", 0, 480);
    is(f, SW_ST_READY, -5);
    for (int64_t i = 0; i < 6; i++) {
        is(f, SW_ST_BREAK, 20 + i * 30);
        is(f, SW_ST_READY, 31 + i * 30);
    }
    struct sw_breach *list;
    size_t count = sw_shifts_breaches(f->shifts, NULL, 0, at(479), &list), month = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].rule != SW_RULE_BREAK_MONTH) continue;
        month++;
        assert_int_equal(list[i].at_ms, at(20 + 5 * 30 + 10)); /* the sixth: above five */
        assert_int_equal(list[i].value_ms, 6);
    }
    assert_int_equal(month, 1);
    free(list);
}

/* A newer roster for the date replaces it; the figures follow at once, from the same trail. */
static void test_replacing_a_day(void **state) {
    struct floor *f = *state;
    plan(f, "2026-11-23", 0, 480);
    is(f, SW_ST_READY, 60);
    const struct sw_shift *shift = plan(f, "2026-11-23", 60, 480);
    assert_int_equal(sw_shifts_count(f->shifts), 1);
    struct sw_shift_figures fig;
    sw_shift_figures(f->shifts, shift, at(480), &fig);
    assert_int_equal(fig.late_ms, 0);
    assert_int_equal(fig.attended, SW_ATTENDED_YES);
}

static void test_grants_that_are_none(void **state) {
    struct floor *f = *state;
    struct sw_grant grant = {.agent = "a", .kind = SW_GRANT_BUSY, .from_ms = at(1), .to_ms = at(1)};
    assert_int_equal(sw_shifts_add_grant(f->shifts, &grant), -SW_EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_allowances),
                                       TEST(test_break_and_sign_out),
                                       TEST(test_break_grant_excuses_later),
                                       TEST(test_attendance_edges),
                                       TEST(test_attended_by_an_earlier_sign_in),
                                       TEST(test_adherence_below_its_goal),
                                       TEST(test_the_goal_in_integers),
                                       TEST(test_the_ladder_climbs_in_a_month),
                                       TEST(test_too_many_in_a_month),
                                       TEST(test_replacing_a_day),
                                       TEST(test_grants_that_are_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
