#include "codec/view_shifts.h"

#include <stdio.h>

#include "codec/json_writer.h"

static const char *level_of(bool defined, bool good) { return !defined ? NULL : good ? "ok" : "critical"; }

bool sw_view_write_attendance(const struct sw_shifts *shifts, const char *team, int64_t from_ms, int64_t to_ms,
                              int64_t t_ms, struct sw_buf *out) {
    const struct sw_policy *policy = sw_shifts_policy(shifts);
    struct sw_attendance a;
    sw_shifts_attendance(shifts, team, from_ms, to_ms, t_ms, &a);
    if (!a.begun) return false;
    struct sw_ratio adherence = {a.signed_in_ms, a.expected_ms};
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_int(&j, "scheduled", a.scheduled);
    sw_json_int(&j, "present", a.present);
    sw_json_ratio(&j, "presence_rate", (struct sw_ratio){a.present, a.scheduled});
    sw_json_int(&j, "due", a.due);
    sw_json_int(&j, "attended", a.attended);
    sw_json_int(&j, "pending", a.pending);
    sw_json_int(&j, "absent", a.absent);
    sw_json_int(&j, "leave", a.leave);
    sw_json_int(&j, "late", a.late);
    sw_json_int(&j, "early_leave", a.early_leave);
    sw_json_int(&j, "slots_left", sw_attendance_slots_left(&a, policy->attendance_goal_ppm));
    sw_json_ratio(&j, "attendance_rate", sw_attendance_rate(&a));
    sw_json_number(&j, "attendance_goal", (double)policy->attendance_goal_ppm / 1e6);
    /* who may still come has not failed yet: judged as if the pending had come */
    struct sw_attendance hoped = a;
    hoped.attended += a.pending;
    sw_json_text(&j, "attendance_level", level_of(a.due > 0, sw_attendance_meets(&hoped, policy->attendance_goal_ppm)));
    sw_json_ratio(&j, "adherence", adherence);
    sw_json_int(&j, "signed_in_ms", a.signed_in_ms);
    sw_json_int(&j, "expected_ms", a.expected_ms);
    sw_json_number(&j, "adherence_goal", (double)policy->adherence_goal_ppm / 1e6);
    sw_json_text(&j, "adherence_level",
                 level_of(sw_ratio_defined(adherence),
                          a.signed_in_ms * 1000000 >= policy->adherence_goal_ppm * a.expected_ms));
    sw_json_close(&j, '}');
    return true;
}

/* ---- one shift ---- */

#define BREAKS_MAX 64

static void put_break_counts(struct sw_json *j, const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms) {
    struct sw_break list[BREAKS_MAX];
    size_t count = sw_shift_breaks(shifts, shift, t_ms, list, BREAKS_MAX);
    int64_t overruns = 0, overrun_ms = 0;
    for (size_t i = 0; i < count && i < BREAKS_MAX; i++) {
        overruns += list[i].overrun_ms > 0 && !list[i].excused;
        overrun_ms += list[i].excused ? 0 : list[i].overrun_ms;
    }
    sw_json_int(j, "breaks", (int64_t)count);
    sw_json_int(j, "overruns", overruns);
    sw_json_int(j, "overrun_ms", overrun_ms);
}

void sw_shift_counts_write(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms, struct sw_buf *out) {
    const struct sw_roster_row *row = sw_shift_row(shift);
    struct sw_shift_figures f;
    sw_shift_figures(shifts, shift, t_ms, &f);
    bool leave = f.attended == SW_ATTENDED_ON_LEAVE, due = f.begun && !leave, came = due && f.came;
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "date", row->date);
    sw_json_text(&j, "team", row->team);
    sw_json_int(&j, "begun", f.begun);
    sw_json_int(&j, "leave", f.begun && leave);
    sw_json_int(&j, "due", due);
    sw_json_int(&j, "attended", due && f.attended == SW_ATTENDED_YES);
    sw_json_int(&j, "absent", due && f.attended == SW_ATTENDED_NO);
    sw_json_int(&j, "late", due && f.late_ms > 0 && f.attended != SW_ATTENDED_NO);
    sw_json_int(&j, "early_leave", due && f.early_leave_ms > 0);
    sw_json_int(&j, "signed_in_ms", came ? f.signed_in_ms : 0);
    sw_json_int(&j, "expected_ms", came ? f.scheduled_ms - f.excused_ms : 0);
    sw_json_int(&j, "as_planned_ms", came ? f.as_planned_ms : 0);
    sw_json_int(&j, "scheduled_ms", due ? f.scheduled_ms : 0);
    sw_json_int(&j, "service_ms", due ? f.service_ms : 0);
    sw_json_int(&j, "conforming_ms", due ? f.conforming_ms : 0);
    sw_json_int(&j, "late_ms", due && f.attended != SW_ATTENDED_NO ? f.late_ms : 0);
    sw_json_int(&j, "early_leave_ms", due ? f.early_leave_ms : 0);
    put_break_counts(&j, shifts, shift, t_ms);
    sw_json_close(&j, '}');
}

#define SW_OVERTIME_MS INT64_C(900000) /* signing out takes some minutes; from a quarter of an hour on it is work */

void sw_view_shift_key(const struct sw_shift *shift, char out[SW_SHIFT_KEY_SIZE]) {
    const struct sw_roster_row *row = sw_shift_row(shift);
    (void)snprintf(out, SW_SHIFT_KEY_SIZE, "%s@%lld", row->agent, (long long)row->start_ms);
}

/* What a shift is at a moment, and what comes next. */
struct moment {
    const char *status, *deadline_kind;
    int64_t deadline_ms; /* INT64_MAX none */
    bool signed_in;
    int64_t since_ms; /* of the presence, INT64_MIN none */
};

static void comes(struct moment *m, const char *kind, int64_t t_ms) {
    m->deadline_kind = kind;
    m->deadline_ms = t_ms;
}

/* A planned meal or meeting that is on, or was and is not returned from. */
static void planned(struct moment *m, const struct sw_policy *policy, const struct sw_roster_row *row,
                    enum sw_presence_now now, int64_t t_ms) {
    for (size_t i = 0; i < row->activity_count; i++) {
        const struct sw_roster_activity *a = &row->activities[i];
        bool rest = a->kind == SW_ACTIVITY_MEAL || a->kind == SW_ACTIVITY_MEETING;
        bool out = now != SW_NOW_SERVICE;
        if (rest && out && a->start_ms <= t_ms && t_ms <= a->end_ms + policy->signin_after_activity_ms)
            comes(m, "return", a->end_ms + policy->signin_after_activity_ms);
    }
}

static void look(const struct sw_shifts *shifts, const struct sw_shift *shift, const struct sw_shift_figures *f,
                 const struct sw_break *running, int64_t t_ms, struct moment *m) {
    const struct sw_policy *policy = sw_shift_policy(shifts, shift);
    const struct sw_roster_row *row = sw_shift_row(shift);
    enum sw_presence_now now = sw_shift_presence(shift, t_ms, &m->since_ms);
    m->signed_in = now != SW_NOW_OFFLINE;
    m->deadline_ms = INT64_MAX;
    if (f->attended == SW_ATTENDED_ON_LEAVE) {
        m->status = "on_leave";
    } else if (!f->begun) {
        int64_t early_ms = row->start_ms - policy->signin_early_ms;
        m->status = m->signed_in ? "present" : "due";
        if (!m->signed_in && t_ms < early_ms) comes(m, "sign_in", early_ms);
        else comes(m, "start", row->start_ms);
    } else if (f->over) {
        m->status = !f->came ? "absent" : f->early_leave_ms > 0 ? "left_early" : "over";
    } else if (!f->came) {
        m->status = f->attended == SW_ATTENDED_NO ? "absent" : "not_yet";
        comes(m, "absent", f->absent_ms);
        if (f->attended == SW_ATTENDED_NO) comes(m, "sign_out", row->end_ms);
    } else {
        m->status = !m->signed_in ? "out" : f->late_ms > 0 ? "late" : "present";
        comes(m, "sign_out", row->end_ms);
        planned(m, policy, row, now, t_ms);
        if (running) comes(m, running->overrun_ms > 0 ? "break_over" : "break", running->start_ms + running->allowance_ms);
    }
}

static void write_breaks(struct sw_json *j, const struct sw_policy *policy, const struct sw_break *list, size_t count) {
    int64_t left[SW_ALLOWANCES_MAX];
    size_t left_count = policy->breaks_unlimited ? 0 : policy->allowance_count;
    for (size_t i = 0; i < left_count; i++) left[i] = policy->allowance_ms[i];
    sw_json_open(j, "breaks", '[');
    for (size_t i = 0; i < count; i++) {
        const struct sw_break *one = &list[i];
        bool running = one->end_ms == INT64_MAX;
        sw_json_open(j, NULL, '{');
        sw_json_int(j, "start", one->start_ms);
        if (!running) sw_json_int(j, "end", one->end_ms);
        sw_json_int(j, "allowance_ms", one->allowance_ms);
        if (!running) sw_json_int(j, "length_ms", one->length_ms);
        if (!running) sw_json_int(j, "overrun_ms", one->overrun_ms);
        sw_json_bool(j, "excess", one->excess);
        sw_json_bool(j, "excused", one->excused);
        sw_json_close(j, '}');
        for (size_t a = 0; a < left_count && !running; a++) {
            if (left[a] != one->allowance_ms) continue;
            left[a] = left[--left_count];
            break;
        }
    }
    sw_json_close(j, ']');
    if (policy->breaks_unlimited) {
        sw_json_bool(j, "unlimited", true);
        return;
    }
    sw_json_open(j, "allowances_left", '[');
    for (size_t i = 0; i < left_count; i++) sw_json_int(j, NULL, left[i]);
    sw_json_close(j, ']');
}

void sw_view_write_shift(const struct sw_shifts *shifts, const struct sw_shift *shift, bool names, int64_t t_ms,
                         struct sw_buf *out) {
    const struct sw_policy *policy = sw_shift_policy(shifts, shift);
    const struct sw_roster_row *row = sw_shift_row(shift);
    struct sw_shift_figures f;
    sw_shift_figures(shifts, shift, t_ms, &f);
    struct sw_break breaks[BREAKS_MAX];
    size_t count = f.came ? sw_shift_breaks(shifts, shift, t_ms, breaks, BREAKS_MAX) : 0;
    if (count > BREAKS_MAX) count = BREAKS_MAX;
    const struct sw_break *last = count ? &breaks[count - 1] : NULL;
    struct moment m = {0};
    look(shifts, shift, &f, last && last->end_ms == INT64_MAX ? last : NULL, t_ms, &m);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "agent", row->agent);
    if (names) sw_json_text(&j, "name", row->name);
    sw_json_text(&j, "seat", row->seat);
    sw_json_text(&j, "team", row->team);
    sw_json_int(&j, "start", row->start_ms);
    sw_json_int(&j, "end", row->end_ms);
    sw_json_text(&j, "status", m.status);
    sw_json_bool(&j, "signed_in", m.signed_in);
    if (f.attended == SW_ATTENDED_YES || f.attended == SW_ATTENDED_NO) sw_json_bool(&j, "attended", f.attended == SW_ATTENDED_YES);
    if (m.since_ms != INT64_MIN) sw_json_int(&j, "state_since", m.since_ms);
    if (m.deadline_ms != INT64_MAX) {
        sw_json_int(&j, "deadline", m.deadline_ms);
        sw_json_text(&j, "deadline_kind", m.deadline_kind);
    }
    if (f.first_in_ms != INT64_MIN) sw_json_int(&j, "first_in", f.first_in_ms);
    if (f.late_ms > 0) sw_json_int(&j, "late_ms", f.late_ms);
    if (f.late_class >= 0) sw_json_text(&j, "late_class", policy->late_classes[f.late_class].name);
    if (f.early_leave_ms > 0) sw_json_int(&j, "early_leave_ms", f.early_leave_ms);
    if (f.overtime_ms >= SW_OVERTIME_MS) {
        int64_t until_ms = sw_shifts_granted_until(shifts, row->agent, 1u << SW_GRANT_OVERTIME, row->end_ms);
        sw_json_int(&j, "overtime_ms", f.overtime_ms);
        sw_json_bool(&j, "overtime_granted", until_ms >= row->end_ms + f.overtime_ms);
    }
    if (f.early_class >= 0) sw_json_text(&j, "early_class", policy->late_classes[f.early_class].name);
    sw_json_ratio(&j, "adherence", sw_shift_adherence(&f));
    sw_json_ratio(&j, "state_adherence", sw_shift_state_adherence(&f));
    sw_json_ratio(&j, "conformance", sw_shift_conformance(&f));
    sw_json_ratio(&j, "shrinkage", sw_shift_shrinkage(&f));
    sw_json_int(&j, "scheduled_ms", f.scheduled_ms);
    sw_json_int(&j, "signed_in_ms", f.signed_in_ms);
    sw_json_int(&j, "excused_ms", f.excused_ms);
    write_breaks(&j, policy, breaks, count);
    sw_json_close(&j, '}');
}

/* ---- breaches and alerts ---- */

void sw_view_breach_members(struct sw_json *j, const struct sw_policy *policy, const struct sw_breach *b,
                            const struct sw_view_who *who) {
    sw_json_text(j, "rule", sw_rule_name(b->rule));
    sw_json_text(j, "agent", b->agent);
    sw_json_text(j, "name", who->name);
    sw_json_text(j, "seat", who->seat);
    sw_json_text(j, "team", who->team);
    sw_json_int(j, "at", b->at_ms);
    if (b->until_ms != INT64_MAX) {
        sw_json_int(j, "until", b->until_ms);
        sw_json_int(j, "value_ms", b->value_ms);
    }
    sw_json_int(j, "limit_ms", b->limit_ms);
    sw_json_bool(j, "excused", b->excused);
    if (b->n) sw_json_int(j, "n", b->n);
    sw_json_text(j, "step", b->step);
    if (b->points) sw_json_int(j, "points", b->points);
    if (b->money_fen) sw_json_int(j, "money_fen", b->money_fen);
    sw_json_text(j, "cite", policy->rule[b->rule].cite);
}

void sw_view_alert_members(struct sw_json *j, const struct sw_policy *policy, const struct sw_alert *a,
                           const struct sw_view_who *who) {
    char subject[320];
    bool site = a->kind == SW_SUBJECT_SITE;
    (void)snprintf(subject, sizeof subject, "%s%s%s", sw_subject_name(a->kind), site ? "" : ":", a->subject);
    sw_json_text(j, "rule", sw_rule_name(a->rule));
    sw_json_text(j, "severity", sw_severity_name(a->severity));
    sw_json_text(j, "subject", subject);
    if (a->kind == SW_SUBJECT_AGENT) sw_json_text(j, "agent", a->subject);
    if (a->kind == SW_SUBJECT_QUEUE) sw_json_text(j, "queue", a->subject);
    sw_json_text(j, "name", who->name);
    sw_json_text(j, "seat", who->seat);
    sw_json_text(j, "team", a->kind == SW_SUBJECT_TEAM ? a->subject : who->team);
    sw_json_int(j, "opened", a->opened_ms);
    sw_json_int(j, "since", a->since_ms);
    if (a->unit != SW_UNIT_MS) sw_json_int(j, "value", a->value);
    sw_json_int(j, "limit", a->limit);
    sw_json_text(j, "unit", sw_unit_name(a->unit));
    sw_json_text(j, "cite", policy->rule[a->rule].cite);
}

/* ---- the policy ---- */

static void write_levels(struct sw_json *j, const char *key, const struct sw_threshold *levels) {
    sw_json_open(j, key, '{');
    if (levels->warning != INT64_MAX && levels->warning != INT64_MIN) sw_json_int(j, "warning", levels->warning);
    if (levels->critical != INT64_MAX && levels->critical != INT64_MIN) sw_json_int(j, "critical", levels->critical);
    sw_json_close(j, '}');
}

static void write_times(struct sw_json *j, const struct sw_policy *p) {
    const struct {
        const char *key;
        int64_t value;
    } values[] = {{"absence_limit_ms", p->absence_limit_ms}, {"state_tolerance_ms", p->state_tolerance_ms},
                  {"signin_early_ms", p->signin_early_ms}, {"signout_late_ms", p->signout_late_ms},
                  {"signin_after_activity_ms", p->signin_after_activity_ms}, {"breaks_together", p->breaks_together},
                  {"break_month", p->break_month}, {"busy_limit_ms", p->busy_limit_ms},
                  {"away_report_ms", p->away_report_ms}, {"hold_each_ms", p->hold_each_ms}, {"hold_count", p->hold_count},
                  {"ring_count", p->ring_count}, {"ring_cycle_ms", p->ring_cycle_ms},
                  {"chat_first_reply_ms", p->chat_first_reply_ms}, {"online_reply_ms", p->online_reply_ms},
                  {"idle_ms", p->idle_ms}, {"for_ms", p->for_ms}, {"clear_after_ms", p->clear_after_ms},
                  {"escalate_ms", p->escalate_ms}, {"walk_every_ms", p->walk_every_ms},
                  {"walk_remind_ms", p->walk_remind_ms}, {"walk_missed_ms", p->walk_missed_ms},
                  {"point_fen", p->point_fen}, {"swaps_per_month", p->swaps_per_month}};
    sw_json_open(j, "values", '{');
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) sw_json_int(j, values[i].key, values[i].value);
    sw_json_bool(j, "breaks_unlimited", p->breaks_unlimited);
    sw_json_open(j, "allowances_ms", '[');
    for (size_t i = 0; i < p->allowance_count; i++) sw_json_int(j, NULL, p->allowance_ms[i]);
    sw_json_close(j, ']');
    sw_json_bool(j, "busy_reason", p->busy_reason);
    const struct {
        const char *key;
        const struct sw_threshold *levels;
    } levels[] = {{"answer_rate", &p->answer_rate},         {"service_level", &p->service_level}, {"abandon", &p->abandon},
                  {"longest_wait_ms", &p->longest_wait_ms}, {"waiting", &p->waiting},             {"wrapup_ms", &p->wrapup_ms}};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) write_levels(j, levels[i].key, levels[i].levels);
    sw_json_close(j, '}');
}

void sw_view_write_policy(const struct sw_policy *p, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "name", p->name);
    sw_json_text(&j, "version", p->version);
    sw_json_text(&j, "approved", p->approved);
    sw_json_number(&j, "attendance_goal", (double)p->attendance_goal_ppm / 1e6);
    sw_json_number(&j, "adherence_goal", (double)p->adherence_goal_ppm / 1e6);
    write_times(&j, p);
    sw_json_open(&j, "late_classes", '[');
    for (size_t i = 0; i < p->late_class_count; i++) {
        sw_json_open(&j, NULL, '{');
        sw_json_text(&j, "name", p->late_classes[i].name);
        if (p->late_classes[i].up_to_ms != INT64_MAX) sw_json_int(&j, "up_to_ms", p->late_classes[i].up_to_ms);
        sw_json_int(&j, "money_fen", p->late_classes[i].money_fen);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
    sw_json_open(&j, "ladder", '[');
    for (size_t i = 0; i < p->ladder_count; i++) sw_json_text(&j, NULL, p->ladder[i]);
    sw_json_close(&j, ']');
    sw_json_open(&j, "rules", '{');
    for (int i = 0; i < SW_RULE_COUNT; i++) {
        sw_json_open(&j, sw_rule_name((enum sw_rule)i), '{');
        sw_json_bool(&j, "on", p->rule[i].on);
        sw_json_text(&j, "severity", sw_severity_name(p->rule[i].severity));
        sw_json_bool(&j, "names", p->rule[i].names);
        if (p->rule[i].points) sw_json_int(&j, "points", p->rule[i].points);
        sw_json_text(&j, "cite", p->rule[i].cite);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, '}');
    sw_json_close(&j, '}');
}
