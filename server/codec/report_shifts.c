/* The report's part of the roster: shifts, attendance, adherence, breaches. */
#include <stdio.h>
#include <stdlib.h>

#include "codec/report_internal.h"
#include "shiftwall/buf.h"

static void put_instant(cJSON *to, const char *name, int64_t t_ms, int64_t none_ms) {
    if (t_ms == none_ms) cJSON_AddNullToObject(to, name);
    else report_int(to, name, t_ms);
}

static void put_breaks(cJSON *to, const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t end_ms) {
    size_t count = sw_shift_breaks(shifts, shift, end_ms, NULL, 0);
    struct sw_break *list = sw_xmalloc((count + 1) * sizeof *list);
    sw_shift_breaks(shifts, shift, end_ms, list, count);
    cJSON *breaks = cJSON_AddArrayToObject(to, "breaks");
    for (size_t i = 0; i < count; i++) {
        cJSON *one = cJSON_CreateObject();
        report_int(one, "start", list[i].start_ms);
        put_instant(one, "end", list[i].end_ms, INT64_MAX);
        report_int(one, "length_ms", list[i].length_ms);
        report_int(one, "allowance_ms", list[i].allowance_ms);
        report_int(one, "overrun_ms", list[i].overrun_ms);
        cJSON_AddBoolToObject(one, "excess", list[i].excess);
        cJSON_AddBoolToObject(one, "excused", list[i].excused);
        cJSON_AddItemToArray(breaks, one);
    }
    free(list);
}

static void put_class(cJSON *to, const char *name, const struct sw_policy *policy, int index) {
    if (index < 0) cJSON_AddNullToObject(to, name);
    else cJSON_AddStringToObject(to, name, policy->late_classes[index].name);
}

static void put_times(cJSON *to, const struct sw_shifts *shifts, const struct sw_shift_figures *f) {
    report_int(to, "scheduled_ms", f->scheduled_ms);
    report_int(to, "signed_in_ms", f->signed_in_ms);
    report_int(to, "excused_ms", f->excused_ms);
    report_ratio(to, "adherence", sw_shift_adherence(f));
    report_ratio(to, "state_adherence", sw_shift_state_adherence(f));
    report_ratio(to, "conformance", sw_shift_conformance(f));
    report_ratio(to, "shrinkage", sw_shift_shrinkage(f));
    put_instant(to, "first_in", f->first_in_ms, INT64_MIN);
    if (f->came) report_int(to, "late_ms", f->late_ms);
    else cJSON_AddNullToObject(to, "late_ms");
    put_class(to, "late_class", sw_shifts_policy(shifts), f->late_class);
    report_int(to, "early_leave_ms", f->early_leave_ms);
    put_class(to, "early_leave_class", sw_shifts_policy(shifts), f->early_class);
}

static cJSON *shift_of(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t end_ms) {
    const struct sw_roster_row *row = sw_shift_row(shift);
    struct sw_shift_figures f;
    sw_shift_figures(shifts, shift, end_ms, &f);
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "agent", row->agent);
    cJSON_AddStringToObject(one, "date", row->date);
    report_int(one, "start", row->start_ms);
    report_int(one, "end", row->end_ms);
    put_times(one, shifts, &f);
    if (!f.begun || f.attended == SW_ATTENDED_PENDING) cJSON_AddNullToObject(one, "attended");
    else cJSON_AddBoolToObject(one, "attended", f.attended == SW_ATTENDED_YES);
    cJSON_AddBoolToObject(one, "leave", f.attended == SW_ATTENDED_ON_LEAVE);
    put_breaks(one, shifts, shift, end_ms);
    return one;
}

static void put_alert(cJSON *alerts, const struct sw_alert *alert, int64_t end_ms) {
    char subject[256];
    bool site = alert->kind == SW_SUBJECT_SITE;
    (void)snprintf(subject, sizeof subject, "%s%s%s", sw_subject_name(alert->kind), site ? "" : ":", alert->subject);
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "rule", sw_rule_name(alert->rule));
    cJSON_AddStringToObject(one, "subject", subject);
    cJSON_AddStringToObject(one, "severity", sw_severity_name(alert->severity));
    report_int(one, "opened", alert->opened_ms);
    put_instant(one, "closed", alert->closed_ms <= end_ms ? alert->closed_ms : INT64_MAX, INT64_MAX);
    cJSON_AddItemToArray(alerts, one);
}

/* Those of the floor, of breaches and of goals, in order. */
static void put_alerts(cJSON *report, const struct sw_shifts *shifts, const struct sw_alert *floor, size_t floor_count,
                       const struct sw_breach *breaches, size_t breach_count, struct sw_span window, int64_t end_ms) {
    struct sw_alert *goals;
    size_t goal_count = sw_shifts_goal_alerts(shifts, end_ms, &goals);
    struct sw_alert *all = sw_xmalloc((floor_count + 2 * breach_count + goal_count + 1) * sizeof *all);
    size_t count = sw_breaches_alerts(sw_shifts_policy(shifts), breaches, breach_count, all);
    for (size_t i = 0; i < floor_count; i++) all[count++] = floor[i];
    for (size_t i = 0; i < goal_count; i++) all[count++] = goals[i];
    free(goals);
    qsort(all, count, sizeof *all, sw_alert_order);
    cJSON *alerts = cJSON_AddArrayToObject(report, "alerts");
    for (size_t i = 0; i < count; i++)
        if (all[i].opened_ms >= window.start_ms && all[i].opened_ms < window.end_ms && all[i].opened_ms <= end_ms)
            put_alert(alerts, &all[i], end_ms);
    free(all);
}

static void put_breaches(cJSON *report, const struct sw_floor *floor, const struct sw_shifts *shifts, int64_t from_ms,
                         int64_t to_ms, int64_t end_ms) {
    struct sw_breach *list;
    struct sw_alert *alerts;
    size_t alert_count = sw_floor_alerts(floor, false, &alerts);
    size_t count = sw_shifts_breaches(shifts, alerts, alert_count, end_ms, &list);
    cJSON *breaches = cJSON_AddArrayToObject(report, "breaches");
    for (size_t i = 0; i < count; i++) {
        if (list[i].at_ms < from_ms || list[i].at_ms >= to_ms) continue;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "rule", sw_rule_name(list[i].rule));
        cJSON_AddStringToObject(one, "agent", list[i].agent);
        report_int(one, "at", list[i].at_ms);
        put_instant(one, "until", list[i].until_ms, INT64_MAX);
        report_int(one, "value_ms", list[i].value_ms);
        report_int(one, "limit_ms", list[i].limit_ms);
        cJSON_AddBoolToObject(one, "excused", list[i].excused);
        if (list[i].step) cJSON_AddStringToObject(one, "step", list[i].step);
        else cJSON_AddNullToObject(one, "step");
        report_int(one, "points", list[i].points);
        report_int(one, "money_fen", list[i].money_fen);
        cJSON_AddItemToArray(breaches, one);
    }
    put_alerts(report, shifts, alerts, alert_count, list, count, (struct sw_span){from_ms, to_ms}, end_ms);
    free(alerts);
    free(list);
}

void report_shifts(cJSON *report, const struct sw_floor *floor, const struct sw_shifts *shifts, int64_t from_ms, int64_t to_ms, int64_t end_ms) {
    cJSON *list = cJSON_AddArrayToObject(report, "shifts");
    for (size_t i = 0; i < sw_shifts_count(shifts); i++) {
        const struct sw_shift *shift = sw_shifts_get(shifts, i);
        int64_t start_ms = sw_shift_row(shift)->start_ms;
        if (start_ms >= from_ms && start_ms < to_ms) cJSON_AddItemToArray(list, shift_of(shifts, shift, end_ms));
    }
    struct sw_attendance sum;
    sw_shifts_attendance(shifts, NULL, from_ms, to_ms, end_ms, &sum);
    cJSON *attendance = cJSON_AddObjectToObject(report, "attendance");
    report_int(attendance, "due", sum.due);
    report_int(attendance, "leave", sum.leave);
    report_int(attendance, "attended", sum.attended);
    report_int(attendance, "pending", sum.pending);
    report_int(attendance, "absent", sum.absent);
    report_int(attendance, "late", sum.late);
    report_int(attendance, "early_leave", sum.early_leave);
    report_int(attendance, "slots_left", sw_attendance_slots_left(&sum, sw_shifts_policy(shifts)->attendance_goal_ppm));
    report_ratio(attendance, "rate", sw_attendance_rate(&sum));
    cJSON *adherence = cJSON_AddObjectToObject(report, "adherence");
    report_int(adherence, "signed_in_ms", sum.signed_in_ms);
    report_int(adherence, "expected_ms", sum.expected_ms);
    report_ratio(adherence, "rate", (struct sw_ratio){sum.signed_in_ms, sum.expected_ms});
    put_breaches(report, floor, shifts, from_ms, to_ms, end_ms);
}
