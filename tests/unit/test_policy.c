/* core/policy and codec/policy_yaml: the defaults, the shipped policies, and where each mistake is told to
 * be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/policy_yaml.h"

#define S INT64_C(1000)
#define M (60 * S)
#define H (60 * M)

/* Reads YAML over POLICY; FAULTS_OUT gets what was told. */
static int read_over(struct sw_policy *policy, const char *yaml, size_t len, char *faults_out, size_t size) {
    struct sw_buf faults;
    sw_buf_init(&faults, 1 << 16);
    int failed = sw_policy_read(policy, "p.yaml", yaml, len, &faults);
    snprintf(faults_out, size, "%s", sw_buf_text(&faults));
    sw_buf_deinit(&faults);
    return failed;
}

static void good(struct sw_policy *policy, const char *yaml) {
    char faults[4096];
    sw_policy_init(policy);
    int failed = read_over(policy, yaml, strlen(yaml), faults, sizeof faults);
    if (failed) print_message("%s", faults);
    assert_int_equal(failed, 0);
    assert_string_equal(faults, "");
}

static void bad(const char *yaml, const char *expected) {
    struct sw_policy policy;
    char faults[4096];
    sw_policy_init(&policy);
    assert_int_equal(read_over(&policy, yaml, strlen(yaml), faults, sizeof faults), -SW_EPARSE);
    assert_string_equal(faults, expected);
    sw_policy_deinit(&policy);
}

/* A mistake in the second line, inside `rules:`. */
static void bad_rule(const char *rule, const char *expected) {
    char yaml[512], fault[512];
    snprintf(yaml, sizeof yaml, "rules:\n  %s\n", rule);
    snprintf(fault, sizeof fault, "p.yaml:2: %s\n", expected);
    bad(yaml, fault);
}

static const char *shipped(const char *name) {
    static char text[65536];
    char path[128];
    snprintf(path, sizeof path, "deploy/policies/%s.yaml", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    return text;
}

/* Every number of a policy that is no list. */
#define NUMBERS(XX)                                                                                          \
    XX(attendance_goal_ppm)                                                                                  \
    XX(adherence_goal_ppm)                                                                                   \
    XX(absence_limit_ms)                                                                                     \
    XX(state_tolerance_ms)                                                                                   \
    XX(signin_early_ms)                                                                                      \
    XX(signout_late_ms)                                                                                      \
    XX(signin_after_activity_ms)                                                                             \
    XX(absent_day_fen)                                                                                       \
    XX(absent_days_max)                                                                                      \
    XX(allowance_ms[0])                                                                                      \
    XX(breaks_together)                                                                                      \
    XX(break_month)                                                                                          \
    XX(busy_limit_ms)                                                                                        \
    XX(away_report_ms)                                                                                       \
    XX(hold_each_ms)                                                                                         \
    XX(hold_count)                                                                                           \
    XX(ring_count)                                                                                           \
    XX(ring_cycle_ms)                                                                                        \
    XX(chat_first_reply_ms)                                                                                  \
    XX(online_reply_ms)                                                                                      \
    XX(dialed_min)                                                                                           \
    XX(dialed_max)                                                                                           \
    XX(success_min)                                                                                          \
    XX(success_max)                                                                                          \
    XX(answer_rate.warning)                                                                                  \
    XX(answer_rate.critical)                                                                                 \
    XX(service_level.warning)                                                                                \
    XX(service_level.critical)                                                                               \
    XX(abandon.warning)                                                                                      \
    XX(abandon.critical)                                                                                     \
    XX(longest_wait_ms.warning)                                                                              \
    XX(longest_wait_ms.critical)                                                                             \
    XX(waiting.warning)                                                                                      \
    XX(waiting.critical)                                                                                     \
    XX(wrapup_ms.warning)                                                                                    \
    XX(wrapup_ms.critical)                                                                                   \
    XX(idle_ms)                                                                                              \
    XX(for_ms)                                                                                               \
    XX(clear_after_ms)                                                                                       \
    XX(surge_factor_ppm)                                                                                     \
    XX(staffing_patience_ms)                                                                                 \
    XX(staffing_occupancy_ppm)                                                                               \
    XX(staffing_shrinkage_ppm)                                                                               \
    XX(staffing_beyond_calls)                                                                                \
    XX(staffing_beyond_seats)                                                                                \
    XX(people_back_office_per)                                                                               \
    XX(people_qa_per)                                                                                        \
    XX(people_spare_ppm)                                                                                     \
    XX(walk_every_ms)                                                                                        \
    XX(walk_remind_ms)                                                                                       \
    XX(walk_missed_ms)                                                                                       \
    XX(point_fen)                                                                                            \
    XX(leave_days_lead)                                                                                      \
    XX(leave_days_duty)                                                                                      \
    XX(swaps_per_month)                                                                                      \
    XX(escalate_ms)
#define SWITCHES(XX) XX(breaks_unlimited) XX(break_month_at) XX(busy_reason) XX(hold_count_at)

static void same_text(const char *a, const char *b) {
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(a == b);
}

static void assert_same(const struct sw_policy *a, const struct sw_policy *b) {
    same_text(a->name, b->name);
    same_text(a->version, b->version);
    same_text(a->approved, b->approved);
    for (int i = 0; i < SW_RULE_COUNT; i++) {
        const struct sw_rule_options *x = &a->rule[i], *y = &b->rule[i];
        if (x->on != y->on || x->severity != y->severity || x->names != y->names || x->points != y->points)
            fail_msg("rule %s", sw_rule_name((enum sw_rule)i));
        same_text(x->cite, y->cite);
    }
#define XX(member) assert_true(a->member == b->member);
    NUMBERS(XX)
    SWITCHES(XX)
#undef XX
    assert_int_equal(a->late_class_count, b->late_class_count);
    for (size_t i = 0; i < a->late_class_count; i++) {
        const struct sw_late_class *x = &a->late_classes[i], *y = &b->late_classes[i];
        assert_string_equal(x->name, y->name);
        assert_true(x->up_to_ms == y->up_to_ms && x->money_fen == y->money_fen && x->half_day == y->half_day);
    }
    assert_int_equal(a->late_repeat_count, b->late_repeat_count);
    assert_int_equal(a->allowance_count, b->allowance_count);
    assert_int_equal(a->staffing_row_count, b->staffing_row_count);
    assert_int_equal(a->people_factor_count, b->people_factor_count);
    assert_int_equal(a->chart_count, b->chart_count);
    assert_memory_equal(a->chart_at_ms, b->chart_at_ms, a->chart_count * sizeof *a->chart_at_ms);
    assert_int_equal(a->ladder_count, b->ladder_count);
    for (size_t i = 0; i < a->ladder_count; i++) assert_string_equal(a->ladder[i], b->ladder[i]);
}

/* ---- the defaults ---- */

static void test_rule_names(void **state) {
    (void)state;
    for (int i = 0; i < SW_RULE_COUNT; i++)
        assert_int_equal(sw_rule_from_name(sw_rule_name((enum sw_rule)i)), i);
    assert_string_equal(sw_rule_name(SW_RULE_ATTENDANCE), "attendance.goal");
    assert_int_equal(sw_rule_from_name("attendance"), -1);
    assert_int_equal(sw_rule_from_name(""), -1);
}

static void test_defaults(void **state) {
    (void)state;
    struct sw_policy p;
    sw_policy_init(&p);
    assert_string_equal(p.name, "default");
    assert_true(p.attendance_goal_ppm == 950000 && p.adherence_goal_ppm == 920000);
    assert_true(p.absence_limit_ms == 30 * M && p.state_tolerance_ms == 60 * S);
    assert_true(p.signin_early_ms == 5 * M && p.signout_late_ms == 0 && p.signin_after_activity_ms == 3 * M);
    assert_true(p.late_class_count == 4 && p.late_classes[0].up_to_ms == 5 * M &&
                p.late_classes[1].up_to_ms == 10 * M && p.late_classes[2].up_to_ms == 30 * M &&
                p.late_classes[3].up_to_ms == INT64_MAX);
    assert_true(p.breaks_unlimited && p.allowance_count == 1 && p.allowance_ms[0] == 10 * M);
    assert_true(p.breaks_together == 2 && p.break_month == 5 && p.busy_reason && p.busy_limit_ms == 5 * M);
    assert_true(p.away_report_ms == 15 * M && p.hold_each_ms == 2 * M && p.hold_count == 2);
    assert_true(p.ring_count == 3 && p.ring_cycle_ms == 5 * S);
    assert_true(p.chat_first_reply_ms == 60 * S && p.online_reply_ms == 8 * H);
    assert_true(p.answer_rate.warning == 900000 && p.answer_rate.critical == 850000);
    assert_true(p.service_level.warning == 800000 && p.service_level.critical == 700000);
    assert_true(p.abandon.warning == 50000 && p.abandon.critical == 100000);
    assert_true(p.longest_wait_ms.warning == 30 * S && p.longest_wait_ms.critical == 60 * S);
    assert_true(p.waiting.warning == 5 && p.waiting.critical == 10);
    assert_true(p.wrapup_ms.warning == 60 * S && p.wrapup_ms.critical == 180 * S && p.idle_ms == 60 * S);
    assert_true(p.for_ms == 10 * S && p.clear_after_ms == 10 * S && p.escalate_ms == 5 * M);
    assert_true(p.walk_every_ms == H && p.walk_remind_ms == 10 * M && p.walk_missed_ms == 30 * M);
    assert_true(p.chart_count == 3 && p.chart_at_ms[0] == 10 * H && p.chart_at_ms[1] == 15 * H &&
                p.chart_at_ms[2] == 20 * H);
    assert_true(p.surge_factor_ppm == 1300000 && p.swaps_per_month == 3 && p.point_fen == 0);
    assert_false(p.rule[SW_RULE_SIGNOUT_LATE].on || p.rule[SW_RULE_OUTBOUND_DIALED].on ||
                 p.rule[SW_RULE_OUTBOUND_SUCCESS].on || p.rule[SW_RULE_STAFFING_TABLE].on ||
                 p.rule[SW_RULE_STAFFING_PEOPLE].on);
    assert_true(p.rule[SW_RULE_STAFFING_TARGET].on && p.staffing_patience_ms == SW_PATIENCE_NEVER &&
                p.staffing_occupancy_ppm == 850000 && p.staffing_shrinkage_ppm == 0);
    assert_true(p.rule[SW_RULE_ABSENT].severity == SW_SEVERITY_CRITICAL && !p.rule[SW_RULE_ABSENT].names);
    sw_policy_deinit(&p);
    assert_null(p.name);
}

static void test_empty_files_change_nothing(void **state) {
    (void)state;
    const char *const empty[] = {
        "", "# nothing\n", "---\n", "rules:\n", "rules: {}\nalerts:\nladder:\npoints:\n", "{}"};
    struct sw_policy defaults, policy;
    sw_policy_init(&defaults);
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        good(&policy, empty[i]);
        assert_same(&policy, &defaults);
        sw_policy_deinit(&policy);
    }
    sw_policy_deinit(&defaults);
}

/* ---- the shipped policies ---- */

/* default.yaml holds every rule and every key with its default: read over other values, it is the default
 * again. */
static void test_default_is_the_default(void **state) {
    (void)state;
    struct sw_policy defaults, policy;
    char faults[4096];
    sw_policy_init(&defaults);
    good(&policy, shipped("default"));
    assert_same(&policy, &defaults);
#define XX(member) policy.member += 7;
    NUMBERS(XX)
#undef XX
#define XX(member) policy.member = !policy.member;
    SWITCHES(XX)
#undef XX
    for (int i = 0; i < SW_RULE_COUNT; i++) policy.rule[i].on = !policy.rule[i].on;
    for (size_t i = 0; i < policy.late_class_count; i++) policy.late_classes[i].money_fen = 1;
    policy.late_repeat_count = policy.allowance_count = policy.chart_count = 2;
    policy.staffing_row_count = policy.people_factor_count = 2;
    free(policy.ladder[--policy.ladder_count]);
    const char *text = shipped("default");
    assert_int_equal(read_over(&policy, text, strlen(text), faults, sizeof faults), 0);
    assert_same(&policy, &defaults);
    sw_policy_deinit(&policy);
    sw_policy_deinit(&defaults);
}

/* What a preset says has a source, and nothing else is changed: the rules in BUT are those it says. */
static void assert_only(const struct sw_policy *p, const enum sw_rule *but, size_t count) {
    for (int i = 0; i < SW_RULE_COUNT; i++) {
        bool said = false;
        for (size_t n = 0; n < count; n++) said = said || (int)but[n] == i;
        if (said != (p->rule[i].cite != NULL)) fail_msg("%s", sw_rule_name((enum sw_rule)i));
    }
}

static void test_floor(void **state) {
    (void)state;
    static const enum sw_rule said[] = {SW_RULE_ATTENDANCE,   SW_RULE_ADHERENCE,
                                        SW_RULE_SIGNIN_EARLY, SW_RULE_SIGNOUT_LATE,
                                        SW_RULE_EARLY_LEAVE,  SW_RULE_SIGNIN_AFTER_ACTIVITY,
                                        SW_RULE_BUSY,         SW_RULE_SIGNOUT_INSIDE_SHIFT,
                                        SW_RULE_AWAY_REPORT,  SW_RULE_BREAK_ALLOWANCES,
                                        SW_RULE_RING_ANSWER,  SW_RULE_BREAK_TOGETHER,
                                        SW_RULE_WALK,         SW_RULE_CHAT_FIRST_REPLY,
                                        SW_RULE_CHARTS};
    struct sw_policy p, as_said;
    good(&p, shipped("floor"));
    assert_only(&p, said, sizeof said / sizeof *said);
    assert_true(p.attendance_goal_ppm == 950000 && p.adherence_goal_ppm == 920000);
    assert_true(p.signin_early_ms == 5 * M && p.signout_late_ms == 5 * M && p.rule[SW_RULE_SIGNOUT_LATE].on);
    assert_true(p.signin_after_activity_ms == 3 * M && p.breaks_unlimited && p.allowance_ms[0] == 10 * M);
    assert_true(p.breaks_together == 2 && p.busy_reason && p.away_report_ms == 15 * M && p.ring_count == 3);
    assert_true(p.chat_first_reply_ms == 60 * S && p.walk_every_ms == 60 * M && p.chart_count == 3);
    assert_int_equal(p.ladder_count, 3);
    assert_string_equal(p.ladder[2], "report");
    assert_string_equal(p.rule[SW_RULE_SIGNIN_AFTER_ACTIVITY].cite,
                        "002-d 「早会、午休后必须在3分钟内签入系统」");
    /* it is the default but for one number: the default was made of it */
    good(&as_said, "");
    as_said.signout_late_ms = 5 * M;
#define XX(member) assert_true(p.member == as_said.member);
    NUMBERS(XX)
    SWITCHES(XX)
#undef XX
    sw_policy_deinit(&as_said);
    sw_policy_deinit(&p);
}

static void test_telecom(void **state) {
    (void)state;
    static const enum sw_rule said[] = {
        SW_RULE_SIGNIN_EARLY, SW_RULE_SIGNOUT_INSIDE_SHIFT, SW_RULE_BREAK_ALLOWANCES, SW_RULE_BREAK_MONTH,
        SW_RULE_BUSY,         SW_RULE_AWAY_REPORT,          SW_RULE_HOLD_EACH,        SW_RULE_HOLD_COUNT,
        SW_RULE_RING_ANSWER,  SW_RULE_ONLINE_REPLY};
    struct sw_policy p;
    good(&p, shipped("telecom"));
    assert_only(&p, said, sizeof said / sizeof *said);
    assert_true(p.signin_early_ms == 15 * M && !p.rule[SW_RULE_SIGNOUT_LATE].on);
    assert_true(!p.breaks_unlimited && p.allowance_count == 6);
    for (size_t i = 0; i < 5; i++) assert_int_equal(p.allowance_ms[i], 10 * M);
    assert_int_equal(p.allowance_ms[5], 15 * M);
    assert_true(p.break_month == 5 && p.break_month_at && p.busy_reason && p.busy_limit_ms == 5 * M);
    assert_true(p.rule[SW_RULE_BREAK_ALLOWANCES].points == 5 && p.rule[SW_RULE_BREAK_MONTH].points == 15 &&
                p.rule[SW_RULE_BUSY].points == 2);
    assert_true(p.away_report_ms == 15 * M && p.hold_each_ms == 2 * M && p.hold_count == 2 &&
                p.hold_count_at);
    assert_true(p.ring_count == 2 && p.online_reply_ms == 8 * H);
    assert_true(p.point_fen == 1500 && p.swaps_per_month == 1);
    sw_policy_deinit(&p);
}

static void test_manual(void **state) {
    (void)state;
    static const enum sw_rule said[] = {
        SW_RULE_SIGNIN_EARLY,    SW_RULE_SIGNOUT_INSIDE_SHIFT, SW_RULE_LATE, SW_RULE_EARLY_LEAVE,
        SW_RULE_ABSENT,          SW_RULE_BREAK_ALLOWANCES,     SW_RULE_BUSY, SW_RULE_OUTBOUND_DIALED,
        SW_RULE_OUTBOUND_SUCCESS, SW_RULE_STAFFING_TABLE, SW_RULE_STAFFING_PEOPLE};
    struct sw_policy p;
    good(&p, shipped("manual"));
    assert_only(&p, said, sizeof said / sizeof *said);
    assert_true(p.signin_early_ms == 10 * M && !p.rule[SW_RULE_SIGNOUT_LATE].on);
    assert_int_equal(p.late_class_count, 4);
    assert_true(p.late_classes[0].up_to_ms == 5 * M && p.late_classes[0].money_fen == 200);
    assert_true(p.late_classes[1].up_to_ms == 10 * M && p.late_classes[1].money_fen == 500);
    assert_true(p.late_classes[2].up_to_ms == 30 * M - 1 && p.late_classes[2].money_fen == 0);
    assert_true(p.late_classes[3].up_to_ms == INT64_MAX && p.late_classes[3].half_day &&
                !p.late_classes[2].half_day);
    assert_int_equal(p.late_repeat_count, 2);
    assert_true(p.late_repeats[0].in_a_row == 3 && p.late_repeats[0].in_month == 5 &&
                p.late_repeats[0].money_fen == 2000);
    assert_true(p.late_repeats[1].in_a_row == 5 && p.late_repeats[1].in_month == 10 &&
                p.late_repeats[1].money_fen == 5000);
    assert_true(p.absent_day_fen == 5000 && p.absent_days_max == 3);
    assert_true(p.breaks_unlimited && p.allowance_ms[0] == 5 * M && p.busy_reason &&
                p.busy_limit_ms == 5 * M);
    assert_true(p.rule[SW_RULE_OUTBOUND_DIALED].on && p.dialed_min == 70 && p.dialed_max == 100);
    assert_true(p.rule[SW_RULE_OUTBOUND_SUCCESS].on && p.success_min == 60 && p.success_max == 80);
    static const struct sw_staffing_row rows[] = {{50, 5}, {100, 7}, {200, 10}, {300, 14}, {400, 17}};
    assert_true(p.rule[SW_RULE_STAFFING_TABLE].on && p.staffing_row_count == 5);
    assert_memory_equal(p.staffing_rows, rows, sizeof rows);
    assert_true(p.staffing_beyond_calls == 100 && p.staffing_beyond_seats == 3);
    static const struct sw_people_factor factors[] = {{0, 4000000}, {1000, 3000000}, {5000, 2600000}};
    assert_true(p.rule[SW_RULE_STAFFING_PEOPLE].on && p.people_factor_count == 3);
    assert_memory_equal(p.people_factors, factors, sizeof factors);
    assert_true(p.people_back_office_per == 15 && p.people_qa_per == 25 && p.people_spare_ppm == 50000);
    sw_policy_deinit(&p);
}

static void test_staffing(void **state) {
    (void)state;
    struct sw_policy p;
    good(&p, "rules:\n  staffing.target: {patience: 2m, occupancy: 0.9, shrinkage: 30 %}\n"
             "  staffing.table: {rows: [{calls: 9, seats: 2}]}\n"
             "queues:\n  vip:\n    rules:\n      staffing.target: {patience: measured, occupancy: 100 %}\n"
             "  mail:\n    rules:\n      staffing.target: {patience: never}\n      staffing.table: {on: false}\n");
    const struct sw_policy *vip = sw_policy_of(&p, SW_PART_QUEUE, "vip"), *mail = sw_policy_of(&p, SW_PART_QUEUE, "mail");
    assert_true(p.staffing_patience_ms == 120 * S && p.staffing_occupancy_ppm == 900000 &&
                p.staffing_shrinkage_ppm == 300000);
    assert_true(vip->staffing_patience_ms == SW_PATIENCE_MEASURED && vip->staffing_occupancy_ppm == 1000000);
    assert_true(mail->staffing_patience_ms == SW_PATIENCE_NEVER && mail->staffing_shrinkage_ppm == 300000);
    assert_true(p.rule[SW_RULE_STAFFING_TABLE].on && !mail->rule[SW_RULE_STAFFING_TABLE].on && p.staffing_row_count == 1);
    assert_int_equal(p.staffing_beyond_calls, 0);
    sw_policy_deinit(&p);
    bad_rule("staffing.target: {patience: long}", "patience: must be a duration like 90s, 5m or 1h30m");
    bad_rule("staffing.target: {patience: 2h}", "patience: must be between 1s and 1h");
    bad_rule("staffing.target: {occupancy: 0}", "occupancy: must be more than 0");
    bad_rule("staffing.target: {shrinkage: 91 %}", "shrinkage: must be 90 % at most");
    bad_rule("staffing.target: {service_level: 80 %}", "service_level: unknown key");
    bad_rule("staffing.table: {}", "rows: must hold one row at least");
    bad_rule("staffing.table: {on: false, rows: 5}", "rows: must be a list of mappings");
    bad_rule("staffing.table: {rows: [{calls: 5}]}", "rows: seats is missing");
    bad_rule("staffing.table: {rows: [{seats: 5}]}", "rows: calls is missing");
    bad_rule("staffing.table: {rows: [{calls: 5, seats: 0}]}", "seats: must be between 1 and 5000");
    bad_rule("staffing.table: {rows: [{calls: 5, seats: 2}, {calls: 5, seats: 3}]}",
             "rows: must be more than the row before");
    bad_rule("staffing.table: {rows: [{calls: 5, seats: 2}, {calls: 6, seats: 1}]}",
             "rows: must be more than the row before");
    bad_rule("staffing.table: {on: false, beyond: {calls: 100}}", "beyond: must have calls and seats");
    bad_rule("staffing.people: {spare: 5 %}", "front_line: must hold one factor at least");
    bad_rule("staffing.people: {front_line: [{from: 5, factor: 2}]}",
             "front_line: the first must be from 0, so that no day is without a factor");
    bad_rule("staffing.people: {front_line: [{from: 0}]}", "front_line: factor is missing");
    bad_rule("staffing.people: {front_line: [{from: 0, factor: 0.5}]}", "factor: must be between 1 and 100");
    bad_rule("staffing.people: {front_line: [{factor: 2}, {factor: 3}]}",
             "front_line: must be from more than the one before");
    bad("queues:\n  a:\n    rules:\n      staffing.table: {on: true}\n", "p.yaml:4: rows: must hold one row at least\n");
}

/* ---- how values are written ---- */

static void test_what_every_rule_has(void **state) {
    (void)state;
    struct sw_policy p;
    good(&p,
         "name: ours\nversion: 2\napproved: 职工代表, 2025-03-01\n"
         "rules:\n  idle: {on: false, severity: info, names: true, points: 3, cite: 某某规定, limit: 90s}\n"
         "  outbound.dialed: {max: 50}\n  absent: {on: no}\n");
    assert_string_equal(p.name, "ours");
    assert_string_equal(p.version, "2");
    assert_string_equal(p.approved, "职工代表, 2025-03-01");
    const struct sw_rule_options *idle = &p.rule[SW_RULE_IDLE];
    assert_true(!idle->on && idle->severity == SW_SEVERITY_INFO && idle->names && idle->points == 3);
    assert_string_equal(idle->cite, "某某规定");
    assert_int_equal(p.idle_ms, 90 * S);
    assert_true(p.rule[SW_RULE_OUTBOUND_DIALED].on && !p.rule[SW_RULE_OUTBOUND_SUCCESS].on);
    assert_false(p.rule[SW_RULE_ABSENT].on);
    sw_policy_deinit(&p);
}

static int64_t one_duration(const char *written) {
    char yaml[64];
    snprintf(yaml, sizeof yaml, "rules: {busy: {limit: %s}}", written);
    struct sw_policy p;
    good(&p, yaml);
    int64_t ms = p.busy_limit_ms;
    sw_policy_deinit(&p);
    return ms;
}

static int64_t one_share(const char *written) {
    char yaml[64];
    snprintf(yaml, sizeof yaml, "rules: {attendance.goal: {goal: %s}}", written);
    struct sw_policy p;
    good(&p, yaml);
    int64_t ppm = p.attendance_goal_ppm;
    sw_policy_deinit(&p);
    return ppm;
}

static int64_t one_amount(const char *written) {
    char yaml[64];
    snprintf(yaml, sizeof yaml, "points: {worth: %s}", written);
    struct sw_policy p;
    good(&p, yaml);
    int64_t fen = p.point_fen;
    sw_policy_deinit(&p);
    return fen;
}

static void test_durations_shares_and_money(void **state) {
    (void)state;
    assert_int_equal(one_duration("0"), 0);
    assert_int_equal(one_duration("0s"), 0);
    assert_int_equal(one_duration("90s"), 90 * S);
    assert_int_equal(one_duration("5m"), 5 * M);
    assert_int_equal(one_duration("8h"), 8 * H);
    assert_int_equal(one_duration("1h30m"), H + 30 * M);
    assert_int_equal(one_duration("\"1h1m1s\""), H + M + S);
    assert_int_equal(one_duration("1h5s"), H + 5 * S);
    assert_int_equal(one_duration("24h"), 24 * H);
    assert_int_equal(one_share("0.95"), 950000);
    assert_int_equal(one_share("95 %"), 950000);
    assert_int_equal(one_share("95%"), 950000);
    assert_int_equal(one_share("92.5 %"), 925000);
    assert_int_equal(one_share("0.123456"), 123456);
    assert_int_equal(one_share("99.9999%"), 999999);
    assert_int_equal(one_share("1"), 1000000);
    assert_int_equal(one_share("100 %"), 1000000);
    assert_int_equal(one_share("0"), 0);
    assert_int_equal(one_amount("15"), 1500);
    assert_int_equal(one_amount("15.00"), 1500);
    assert_int_equal(one_amount("0.05"), 5);
    assert_int_equal(one_amount("2.5"), 250);
    const char *const durations[] = {"5",    "m",  "5 m",  "5min",        "5m5m", "5m1h", "-5m",
                                     "1.5h", "5d", "0x5s", "9999999999s", "1h30", "",     "5m "};
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        char rule[64];
        snprintf(rule, sizeof rule, "busy: {limit: \"%s\"}", durations[i]);
        bad_rule(rule, "limit: must be a duration like 90s, 5m or 1h30m");
    }
    const char *const shares[] = {"-1",   ".5",   "1.",   "95 % x",     "%", "95 %%", "0.1234567",
                                  "1e-1", "many", "0,95", "9999999999", "",  "1.5 .%"};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        char rule[64];
        snprintf(rule, sizeof rule, "attendance.goal: {goal: \"%s\"}", shares[i]);
        bad_rule(rule, "goal: must be a share like 0.95 or 95 %");
    }
    bad("points: {worth: 1.005}\n", "p.yaml:1: worth: must be an amount like 2 or 2.50\n");
    bad("points: {worth: -1}\n", "p.yaml:1: worth: must be an amount like 2 or 2.50\n");
    bad("points: {worth: 1000000.01}\n", "p.yaml:1: worth: must be between 0 and 1000000\n");
}

static void test_never(void **state) {
    (void)state;
    struct sw_policy p;
    good(&p, "rules:\n  answer_rate: {critical: never}\n  waiting: {warning: never, critical: never}\n"
             "  longest_wait: {critical: never}\n  abandon: {critical: never}\n");
    assert_true(p.answer_rate.critical == INT64_MIN && p.answer_rate.warning == 900000);
    assert_true(p.waiting.warning == INT64_MAX && p.waiting.critical == INT64_MAX);
    assert_true(p.longest_wait_ms.critical == INT64_MAX && p.abandon.critical == INT64_MAX);
    sw_policy_deinit(&p);
    bad_rule("waiting: {warning: never}", "waiting: critical must not be below warning");
    bad_rule("idle: {limit: never}", "limit: must be a duration like 90s, 5m or 1h30m");
    bad_rule("wrapup: {warning: soon}", "warning: must be a duration like 90s, 5m or 1h30m, or never");
}

static void test_lists(void **state) {
    (void)state;
    struct sw_policy p;
    good(&p, "rules:\n  break.allowances: {list: [15m, 5m, 10m]}\n"
             "  charts.per_day: {at: [\"20:30\", \"09:00\"]}\n"
             "  late:\n    classes:\n      - {name: a, under: 10m, money: 1.5}\n      - {name: b, up_to: "
             "10m}\n      - {name: c}\n"
             "    repeats: [{in_month: 3, money: 1}, {in_month: 6, money: 2}]\n"
             "ladder: [remind, remind, report]\n");
    assert_true(!p.breaks_unlimited && p.allowance_count == 3 && p.allowance_ms[0] == 5 * M &&
                p.allowance_ms[2] == 15 * M);
    assert_true(p.chart_count == 2 && p.chart_at_ms[0] == 9 * H && p.chart_at_ms[1] == 20 * H + 30 * M);
    assert_true(p.late_class_count == 3 && p.late_classes[0].up_to_ms == 10 * M - 1 &&
                p.late_classes[1].up_to_ms == 10 * M && p.late_classes[0].money_fen == 150);
    assert_true(p.late_repeat_count == 2 && p.late_repeats[1].in_month == 6 &&
                p.late_repeats[1].in_a_row == 0);
    assert_int_equal(p.ladder_count, 3);
    assert_string_equal(p.ladder[1], "remind");
    sw_policy_deinit(&p);
    good(&p, "ladder: []\nrules: {break.allowances: {list: []}}\n");
    assert_true(p.ladder_count == 0 && p.allowance_count == 0 && !p.breaks_unlimited);
    sw_policy_deinit(&p);
}

/* ---- mistakes ---- */

static void test_mistakes_name_line_and_key(void **state) {
    (void)state;
    bad("extends: floor\n", "p.yaml:1: extends: unknown key\n");
    bad("name: \"\"\n", "p.yaml:1: name: must be one line of 1 to 64 characters\n");
    bad("rules: []\n", "p.yaml:1: rules: must be a mapping of rules\n");
    bad("rules:\n  attendance: {goal: 1}\n", "p.yaml:2: attendance: unknown rule\n");
    bad("rules:\n  [a]: {goal: 1}\n", "p.yaml:2: rules: unknown rule\n");
    bad("rules:\n  idle:\n  busy:\n  idle:\n", "p.yaml:4: idle: stands twice\n");
    bad_rule("idle: 60s", "idle: must be a mapping");
    bad_rule("idle: {after: 60s}", "after: unknown key");
    bad_rule("idle: {limit: 1m, limit: 2m}", "limit: stands twice");
    bad_rule("idle: {on: maybe}", "on: must be true or false");
    bad_rule("idle: {severity: bad}", "severity: must be info, warning or critical");
    bad_rule("idle: {severity: [info]}", "severity: must be info, warning or critical");
    bad_rule("idle: {cite: \"\"}", "cite: must be one line of text");
    bad_rule("idle: {points: 1001}", "points: must be between 0 and 1000");
    bad_rule("idle: {limit: 0}", "limit: must be between 1s and 24h");
    bad_rule("idle: {limit: 25h}", "limit: must be between 1s and 24h");
    bad_rule("ring.answer: {cycle: 61s}", "cycle: must be between 1s and 1m");
    bad_rule("attendance.goal: {goal: 95}", "goal: must be between 0 and 1");
    bad_rule("attendance.goal: {goal: 100.1 %}", "goal: must be between 0 and 1");
    bad_rule("surge: {factor: 90 %}", "factor: must be between 1 and 100");
    bad_rule("busy: {reason: yes}", "reason: must be required or optional");
    bad_rule("hold.count: {most: 1.5}", "most: must be a whole number");
    bad_rule("early_leave: {by: 5m}", "by: unknown key");
    bad("alerts:\n  for: 2h\n", "p.yaml:2: for: must be between 0s and 1h\n");
    bad("ladder: [remind, shout]\n", "p.yaml:1: ladder: must be remind, warn or report\n");
    bad("ladder: remind\n", "p.yaml:1: ladder: must be a list of remind, warn and report\n");
    bad("ladder: [warn, warn, warn, warn, warn, warn, warn, warn, warn]\n",
        "p.yaml:1: ladder: must hold 8 at most\n");
    bad("name: [a\n", "p.yaml:2: did not find expected ',' or ']'\n");
    bad("name: a\n---\nname: b\n", "p.yaml:3: the file: must hold one document\n");
    bad("a: 1\nrules:\n  b: 2\n", "p.yaml:1: a: unknown key\np.yaml:3: b: unknown rule\n");
}

static void test_mistakes_of_several_keys(void **state) {
    (void)state;
    bad_rule("answer_rate: {critical: 95 %}", "answer_rate: critical must not be above warning");
    bad_rule("service_level: {warning: 60 %}", "service_level: critical must not be above warning");
    bad_rule("abandon: {critical: 1 %}", "abandon: critical must not be below warning");
    bad_rule("longest_wait: {critical: 20s}", "longest_wait: critical must not be below warning");
    bad_rule("wrapup: {warning: 5m}", "wrapup: critical must not be below warning");
    bad("rules:\n  waiting:\n    warning: 8\n    critical: 7\n",
        "p.yaml:4: waiting: critical must not be below warning\n");
    bad_rule("outbound.dialed: {min: 9, max: 8}", "outbound.dialed: max must not be below min");
    bad_rule("outbound.success: {min: 9}", "outbound.success: max is missing");
    bad_rule("walk.every: {missed_after: 5m}", "walk.every: missed_after must not be below remind_after");
    bad_rule("walk.every: {every: 20m}", "walk.every: missed_after must not be above every");
    bad_rule("break.allowances: {each: 10m, list: [5m]}", "list: each and list exclude each other");
    bad_rule("break.allowances: {list: [5m, 0]}", "break.allowances: must be between 1s and 24h");
    bad_rule("charts.per_day: {at: [\"10:00\", \"10:00\"]}", "at: 10:00 stands twice");
    bad_rule("charts.per_day: {at: [\"25:00\"]}", "at: must be a time of day, \"HH:MM\"");
    bad_rule("charts.per_day: {at: []}", "at: must hold one time at least");
}

static void test_mistakes_in_classes(void **state) {
    (void)state;
    bad_rule("late: {classes: []}", "classes: must hold one class at least");
    bad_rule("late: {classes: 5m}", "classes: must be a list of mappings");
    bad_rule("late: {classes: [a]}", "classes: must be a mapping");
    bad_rule("late: {classes: [{up_to: 5m}, {name: b}]}", "classes: name is missing");
    bad_rule("late: {classes: [{name: a, up_to: 5m, under: 5m}, {name: b}]}",
             "classes: up_to and under exclude each other");
    bad_rule("late: {classes: [{name: a}, {name: b}]}",
             "classes: up_to is missing: only the last class has no end");
    bad_rule("late: {classes: [{name: a, up_to: 5m}]}",
             "classes: the last class must have no end, so that none is without a class");
    bad("rules:\n  late:\n    classes:\n      - {name: a, up_to: 5m}\n      - {name: b, up_to: 5m}\n      - "
        "{name: c}\n",
        "p.yaml:5: classes: must be longer than the class before\n");
    bad("rules:\n  late:\n    classes:\n      - {name: a, up_to: 5m}\n      - {name: a}\n",
        "p.yaml:5: a: stands twice\n");
    bad_rule("late: {repeats: [{money: 5}]}", "repeats: in_a_row or in_month is missing");
    bad_rule("late: {repeats: [{in_month: 5}, {in_month: 5}]}", "repeats: must be more than the one before");
    bad_rule("late: {repeats: [{in_month: x}]}", "in_month: must be a number");
}

static void test_many_mistakes_are_told_at_once(void **state) {
    (void)state;
    struct sw_buf yaml;
    sw_buf_init(&yaml, 1 << 16);
    for (int i = 0; i < 100; i++) sw_buf_printf(&yaml, "x%d: 1\n", i);
    struct sw_policy policy;
    char faults[8192];
    sw_policy_init(&policy);
    assert_int_equal(read_over(&policy, yaml.data, yaml.len, faults, sizeof faults), -SW_EPARSE);
    assert_non_null(strstr(faults, "p.yaml:20: x19: unknown key\np.yaml: and 80 more faults\n"));
    assert_null(strstr(faults, "x20"));
    sw_policy_deinit(&policy);
    sw_buf_deinit(&yaml);
}

static void test_overrides(void **state) {
    (void)state;
    struct sw_policy p;
    good(&p, "teams:\n  N:\n    rules:\n      busy: {limit: 9m}\nqueues:\n  vip:\n    rules:\n      longest_wait: {warning: 10s}\n"
             "shifts:\n  \"20:00\":\n    rules:\n      signin.early: {by: 15m}\nrules:\n  busy: {limit: 7m}\n  away.report: {after: 20m}\n");
    const struct sw_policy *n = sw_policy_of(&p, SW_PART_TEAM, "N");
    assert_true(n->busy_limit_ms == 9 * M && n->away_report_ms == 20 * M && p.busy_limit_ms == 7 * M);
    assert_ptr_equal(sw_policy_of(&p, SW_PART_TEAM, "A"), &p);
    assert_ptr_equal(sw_policy_of(&p, SW_PART_TEAM, NULL), &p);
    assert_true(sw_policy_of(&p, SW_PART_QUEUE, "vip")->longest_wait_ms.warning == 10 * S);
    assert_true(sw_policy_of(&p, SW_PART_SHIFT, "20:00")->signin_early_ms == 15 * M);
    sw_policy_deinit(&p);
    bad("shifts:\n  night:\n    rules: {}\n", "p.yaml:2: night: must be the time a shift starts at, like \"20:00\"\n");
    bad("teams:\n  N:\n    rulez: {}\n", "p.yaml:3: rulez: unknown key\n");
    bad("teams:\n  N:\n    rules:\n      busy: {limit: soon}\n", "p.yaml:4: limit: must be a duration like 90s, 5m or 1h30m\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_names), cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_empty_files_change_nothing),
        cmocka_unit_test(test_default_is_the_default),
        cmocka_unit_test(test_floor),
        cmocka_unit_test(test_telecom),
        cmocka_unit_test(test_manual),
        cmocka_unit_test(test_staffing),
        cmocka_unit_test(test_what_every_rule_has),
        cmocka_unit_test(test_durations_shares_and_money),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_mistakes_name_line_and_key),
        cmocka_unit_test(test_mistakes_of_several_keys),
        cmocka_unit_test(test_mistakes_in_classes),
        cmocka_unit_test(test_many_mistakes_are_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
