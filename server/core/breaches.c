/* What broke a rule in a shift, and what the ladder proposes. */
#include <stdio.h>

#include "core/shift_state.h"

#define EXCUSES_GAP (SW__EXCUSES_ABSENCE | SW__GRANT(AWAY))
#define EXCUSES_BUSY (SW__GRANT(BUSY) | SW__GRANT(AWAY))

struct list {
    const struct sw_shifts *shifts;
    const struct sw_shift *shift; /* being looked at */
    int64_t t_ms;
    struct sw_breach *at;
    size_t count, size;
};

static void push(struct list *l, struct sw_breach breach) {
    if (l->count == l->size) {
        l->size = l->size ? l->size * 2 : 32;
        l->at = sw_xrealloc(l->at, l->size * sizeof *l->at);
    }
    l->at[l->count++] = breach;
}

/* A breach of the shift's agent at AT_MS, if the rule is on and the moment has come. What lies in [from, until) has to
 * be covered by a grant of KINDS to be excused. */
static void add(struct list *l, enum sw_rule rule, int64_t at_ms, int64_t from_ms, int64_t until_ms, int64_t value_ms,
                int64_t limit_ms, unsigned kinds) {
    if (!sw_shift_policy(l->shifts, l->shift)->rule[rule].on || at_ms > l->t_ms) return;
    struct sw_spans granted = {0};
    sw__grants_within(l->shift->agent, kinds, INT64_MIN, INT64_MAX, &granted);
    bool excused = sw_spans_cover(&granted, from_ms, sw__earlier(until_ms, l->t_ms));
    sw_spans_deinit(&granted);
    push(l, (struct sw_breach){.rule = rule, .agent = l->shift->agent->id, .at_ms = at_ms, .until_ms = until_ms,
                               .value_ms = value_ms, .limit_ms = limit_ms, .excused = excused,
                               .since_ms = from_ms, .came = until_ms < l->shift->row.end_ms, .was = -1});
}

/* The breach that was added, if one was, seemed to be one of RULE before. */
static void seemed(struct list *l, size_t before, enum sw_rule rule) {
    if (l->count > before && sw_shift_policy(l->shifts, l->shift)->rule[rule].on) l->at[l->count - 1].was = (int)rule;
}

/* ---- coming and going ---- */

/* Absent from the limit on, whether the agent comes later or not; else late, when it came after the start. */
static void coming(struct list *l, const struct sw_shift_figures *f, int64_t start_ms) {
    const struct sw_policy *policy = sw_shift_policy(l->shifts, l->shift);
    int64_t end_ms = l->shift->row.end_ms;
    int64_t first_ms = sw__first_in(&l->shift->agent->trail, start_ms, sw__earlier(end_ms, l->t_ms + 1));
    bool here = first_ms != INT64_MIN;
    size_t before = l->count;
    int64_t until_ms = here ? first_ms : end_ms <= l->t_ms ? end_ms : INT64_MAX;
    int64_t value_ms = sw__earlier(until_ms, l->t_ms) - start_ms;
    if (f->attended == SW_ATTENDED_NO) {
        int64_t at_ms = sw__earlier(f->absent_ms, end_ms);
        add(l, SW_RULE_ABSENT, at_ms, start_ms, until_ms, value_ms, policy->absence_limit_ms, SW__EXCUSES_ABSENCE);
        seemed(l, before, SW_RULE_LATE);
    } else if (!here || first_ms > start_ms) {
        add(l, SW_RULE_LATE, start_ms, start_ms, until_ms, value_ms, 0, SW__EXCUSES_ABSENCE);
    } else if (policy->signin_early_ms > 0 && start_ms == l->shift->row.start_ms) { /* not out of leave */
        int64_t due_ms = start_ms - policy->signin_early_ms;
        int64_t in_ms = sw__first_in(&l->shift->agent->trail, due_ms, start_ms + 1);
        if (in_ms > due_ms)
            add(l, SW_RULE_SIGNIN_EARLY, due_ms, due_ms, in_ms, in_ms - due_ms, 0, SW__EXCUSES_ABSENCE);
    }
}

/* Whether a sign-out at T_MS goes with the plan: in leave, or at a meal or a meeting. */
static bool may_sign_out(const struct sw_shift *shift, const struct sw_spans *leave, int64_t t_ms) {
    int64_t edge_ms;
    return sw_spans_contain(leave, t_ms) || sw__shift_activity(shift, t_ms, &edge_ms) != SW_ACTIVITY_WORK;
}

static void going(struct list *l, const struct sw_shift_figures *f, const struct sw_spans *leave) {
    if (!f->over || !f->came) return;
    int64_t end_ms = sw_spans_enter(leave, l->shift->row.end_ms);
    size_t before = l->count;
    int64_t late_ms = sw_shift_policy(l->shifts, l->shift)->signout_late_ms;
    if (f->early_leave_ms > 0) {
        add(l, SW_RULE_EARLY_LEAVE, f->last_in_ms, f->last_in_ms, end_ms, f->early_leave_ms, 0, SW__EXCUSES_ABSENCE);
        bool on_break = sw_trail_at(&l->shift->agent->trail, f->last_in_ms - 1) == SW_AT_BREAK;
        if (!on_break && !may_sign_out(l->shift, leave, f->last_in_ms)) seemed(l, before, SW_RULE_SIGNOUT_INSIDE_SHIFT);
    } else if (late_ms > 0 && end_ms == l->shift->row.end_ms) { /* not into leave */
        struct sw_trail_walk walk;
        struct sw_stretch stretch;
        sw_trail_walk(&walk, &l->shift->agent->trail, end_ms, sw__earlier(end_ms + late_ms, l->t_ms));
        while (sw_trail_next(&walk, &stretch)) {
            if (stretch.presence != SW_AT_OFFLINE) continue;
            int64_t missing_ms = end_ms + late_ms - stretch.start_ms;
            add(l, SW_RULE_SIGNOUT_LATE, stretch.start_ms, stretch.start_ms, end_ms + late_ms, missing_ms, late_ms,
                SW__EXCUSES_ABSENCE);
            return;
        }
    }
}

/* ---- inside the shift ---- */

/* One breach a time: of no reason from the start to the reason or the end, else of the limit. */
static void busy(struct list *l, const struct sw_stretch *s, bool open) {
    const struct sw_policy *policy = sw_shift_policy(l->shifts, l->shift);
    int64_t limit_ms = policy->busy_limit_ms, until_ms = open ? INT64_MAX : s->end_ms, length_ms = s->end_ms - s->start_ms;
    if (policy->busy_reason && s->reason_ms > s->start_ms) {
        bool given = s->reason_ms < s->end_ms;
        int64_t end_ms = given ? s->reason_ms : s->end_ms;
        add(l, SW_RULE_BUSY, s->start_ms, s->start_ms, given ? end_ms : until_ms, end_ms - s->start_ms, 0, EXCUSES_BUSY);
    } else if (limit_ms > 0 && length_ms > limit_ms) {
        add(l, SW_RULE_BUSY, s->start_ms + limit_ms, s->start_ms + limit_ms, until_ms, length_ms, limit_ms, EXCUSES_BUSY);
    }
}

static void sign_outs_and_busy(struct list *l, const struct sw_shift_figures *f, const struct sw_spans *leave,
                               int64_t to_ms) {
    struct sw_trail_walk walk;
    struct sw_stretch s;
    enum sw_presence before = SW_AT_OFFLINE;
    sw_trail_walk(&walk, &l->shift->agent->trail, f->first_in_ms, to_ms);
    for (; sw_trail_next(&walk, &s); before = s.presence) {
        bool open = s.end_ms == to_ms && !f->over, last = s.end_ms == to_ms && f->over;
        int64_t until_ms = open ? INT64_MAX : s.end_ms;
        /* out of a break: the break goes on; to the end: early leave */
        if (s.presence == SW_AT_OFFLINE && before != SW_AT_BREAK && !last && !may_sign_out(l->shift, leave, s.start_ms))
            add(l, SW_RULE_SIGNOUT_INSIDE_SHIFT, s.start_ms, s.start_ms, until_ms, s.end_ms - s.start_ms, 0, EXCUSES_GAP);
        if (s.presence == SW_AT_BUSY) busy(l, &s, open);
    }
}

static bool is_back(enum sw_presence presence, enum sw_activity kind) {
    if (presence == SW_AT_OFFLINE) return false;
    return presence != (kind == SW_ACTIVITY_MEAL ? SW_AT_MEAL : SW_AT_MEETING);
}

/* Back after a planned meal or meeting. Who stays away over the next one broke the rule once. */
static void returns(struct list *l, int64_t to_ms) {
    int64_t within_ms = sw_shift_policy(l->shifts, l->shift)->signin_after_activity_ms;
    const struct sw_roster_row *row = &l->shift->row;
    int64_t away_until_ms = INT64_MIN;
    for (size_t i = 0; i < row->activity_count; i++) {
        const struct sw_roster_activity *a = &row->activities[i];
        if (a->kind != SW_ACTIVITY_MEAL && a->kind != SW_ACTIVITY_MEETING) continue;
        int64_t due_ms = a->end_ms + within_ms;
        if (a->end_ms <= row->start_ms || due_ms >= to_ms) continue;
        struct sw_trail_walk walk;
        struct sw_stretch s;
        int64_t back_ms = INT64_MIN;
        sw_trail_walk(&walk, &l->shift->agent->trail, a->end_ms, to_ms);
        while (back_ms == INT64_MIN && sw_trail_next(&walk, &s))
            if (is_back(s.presence, a->kind)) back_ms = s.start_ms;
        if ((back_ms != INT64_MIN && back_ms <= due_ms) || due_ms <= away_until_ms) continue;
        int64_t until_ms = back_ms != INT64_MIN ? back_ms : row->end_ms <= l->t_ms ? row->end_ms : INT64_MAX;
        int64_t value_ms = (back_ms != INT64_MIN ? back_ms : to_ms) - a->end_ms;
        away_until_ms = until_ms;
        add(l, SW_RULE_SIGNIN_AFTER_ACTIVITY, due_ms, due_ms, until_ms, value_ms, within_ms, EXCUSES_GAP);
    }
}

static void breaks(struct list *l) {
    if (!sw_shift_policy(l->shifts, l->shift)->rule[SW_RULE_BREAK_ALLOWANCES].on) return;
    size_t count = sw_shift_breaks(l->shifts, l->shift, l->t_ms, NULL, 0);
    if (!count) return;
    struct sw_break *list = sw_xmalloc(count * sizeof *list);
    sw_shift_breaks(l->shifts, l->shift, l->t_ms, list, count);
    for (size_t i = 0; i < count; i++) {
        if (list[i].overrun_ms <= 0) continue;
        push(l, (struct sw_breach){.rule = SW_RULE_BREAK_ALLOWANCES, .agent = l->shift->agent->id,
                                   .at_ms = list[i].start_ms + list[i].allowance_ms, .until_ms = list[i].end_ms,
                                   .value_ms = list[i].length_ms, .limit_ms = list[i].allowance_ms,
                                   .excused = list[i].excused, .since_ms = list[i].start_ms, .was = -1});
    }
    free(list);
}

static void look_at(struct list *l, const struct sw_shift *shift) {
    struct sw_shift_figures f;
    sw_shift_figures(l->shifts, shift, l->t_ms, &f);
    if (!f.begun || f.attended == SW_ATTENDED_ON_LEAVE) return;
    l->shift = shift;
    struct sw_spans leave = {0};
    sw__shift_leave(shift, &leave);
    coming(l, &f, sw_spans_leave(&leave, shift->row.start_ms));
    if (f.came) {
        int64_t to_ms = sw__earlier(shift->row.end_ms, l->t_ms);
        sign_outs_and_busy(l, &f, &leave, to_ms);
        returns(l, to_ms);
        breaks(l);
        going(l, &f, &leave);
    }
    sw_spans_deinit(&leave);
}

/* ---- what the floor's alerts say ---- */

bool sw_rule_is_breach_of_call(enum sw_rule rule) {
    return rule == SW_RULE_RING_ANSWER || rule == SW_RULE_HOLD_EACH || rule == SW_RULE_HOLD_COUNT;
}

/* Alerts of calls are breaches of the agent; the alert of a duration opens when the limit is passed. */
static void from_alerts(struct list *l, const char *agent, const struct sw_alert *alerts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct sw_alert *a = &alerts[i];
        if (a->kind != SW_SUBJECT_AGENT || !sw_rule_is_breach_of_call(a->rule) || (agent && strcmp(agent, a->subject))) continue;
        int64_t value = a->unit == SW_UNIT_MS ? sw__earlier(a->closed_ms, l->t_ms) - a->opened_ms + a->limit : a->value;
        push(l, (struct sw_breach){.rule = a->rule, .agent = a->subject, .at_ms = a->opened_ms, .until_ms = a->closed_ms,
                                   .value_ms = value, .limit_ms = a->limit, .since_ms = a->since_ms, .was = -1});
    }
}

/* ---- the ladder ---- */

static int by_agent(const void *a, const void *b) {
    const struct sw_breach *x = a, *y = b;
    int agents = strcmp(x->agent, y->agent);
    if (agents) return agents;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

static int in_order(const void *a, const void *b) {
    const struct sw_breach *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    return strcmp(x->agent, y->agent);
}

int64_t sw_shifts_month(const struct sw_shifts *shifts, int64_t t_ms) {
    struct sw_day day;
    sw_zone_business_day(shifts->zone, 0, t_ms, &day);
    return day.year * INT64_C(12) + day.month;
}

static const char *step_of(const struct sw_policy *policy, int64_t n) {
    if (!policy->ladder_count) return NULL;
    size_t last = policy->ladder_count - 1;
    return policy->ladder[(size_t)n - 1 < last ? (size_t)n - 1 : last];
}

/* Shifts in a row in which an agent was late or left early. */
struct late_run {
    const struct sw_rostered *agent;
    ptrdiff_t shift; /* the last one that counted; -1: the last of those that are forgotten */
    int64_t count;
};

static struct late_run late_run_of(const struct sw_rostered *agent) {
    return (struct late_run){agent, -1, agent ? agent->late_run : 0};
}

static bool is_late(const struct sw_breach *b) { return b->rule == SW_RULE_LATE || b->rule == SW_RULE_EARLY_LEAVE; }

/* True when the breach begins another shift of the row, or a new row. */
static bool late_again(struct late_run *run, const struct sw_breach *b) {
    if (!run->agent) return false;
    ptrdiff_t i = (ptrdiff_t)run->agent->shift_count - 1;
    while (i >= 0 && run->agent->shifts[i]->row.start_ms > b->at_ms) i--;
    if (i < 0 || i == run->shift) return false;
    run->count = i == run->shift + 1 ? run->count + 1 : 1;
    run->shift = i;
    return true;
}

/* Late and early leave are counted together where money is added for repeats. */
static int64_t repeat_money(const struct sw_policy *policy, int64_t in_month, int64_t in_a_row) {
    for (size_t i = 0; i < policy->late_repeat_count; i++) {
        const struct sw_late_repeat *repeat = &policy->late_repeats[i];
        bool reached = (repeat->in_month && repeat->in_month == in_month) || (repeat->in_a_row && repeat->in_a_row == in_a_row);
        if (reached) return repeat->money_fen;
    }
    return 0;
}

static int64_t class_money(const struct sw_policy *policy, int64_t late_ms) {
    for (size_t i = 0; i < policy->late_class_count; i++) {
        const struct sw_late_class *class = &policy->late_classes[i];
        if (late_ms <= class->up_to_ms) return class->half_day ? policy->absent_day_fen / 2 : class->money_fen;
    }
    return 0;
}

/* Who came after the absence limit pays for being that late, if the policy has money for it, and not for the day.
 * IN_A_ROW 0: does not count. */
static int64_t money_of(const struct sw_policy *policy, const struct sw_breach *b, int64_t late_in_month, int64_t in_a_row) {
    if (is_late(b)) return class_money(policy, b->value_ms) + repeat_money(policy, late_in_month, in_a_row);
    if (b->rule != SW_RULE_ABSENT) return 0;
    int64_t late_fen = b->came ? class_money(policy, b->value_ms) : 0;
    return late_fen ? late_fen : policy->absent_day_fen;
}

static bool is_decided(const struct sw_shifts *shifts, const struct sw_breach *b) {
    const struct sw_rostered *agent = sw_shifts_agent(shifts, b->agent);
    for (size_t i = 0; agent && i < agent->excused_count; i++)
        if (agent->excused[i].rule == b->rule && agent->excused[i].at_ms == b->at_ms) return true;
    return false;
}

static int64_t past(const struct sw_shifts *shifts, const char *id, enum sw_rule rule, int64_t month) {
    const struct sw_rostered *agent = sw_shifts_agent(shifts, id);
    for (size_t i = 0; agent && i < agent->past_count; i++)
        if (agent->past[i].rule == rule && agent->past[i].month == month) return agent->past[i].count;
    return 0;
}

/* Gives the unexcused breaches of one agent, l->at[FROM..TO) in order of time, their place in the month, and adds the
 * one of too many breaches of the breaches of breaks. */
static void climb(struct list *l, size_t from, size_t to) {
    const struct sw_policy *policy = l->shifts->policy;
    int64_t counts[SW_RULE_COUNT] = {0}, month = INT64_MIN;
    int64_t too_many = policy->break_month + !policy->break_month_at;
    struct late_run run = late_run_of(sw_shifts_agent(l->shifts, l->at[from].agent));
    for (size_t i = from; i < to; i++) {
        struct sw_breach *b = &l->at[i];
        b->excused = b->excused || is_decided(l->shifts, b);
        if (b->excused) continue;
        int64_t its_month = sw_shifts_month(l->shifts, b->at_ms);
        if (its_month != month) {
            month = its_month;
            for (int rule = 0; rule < SW_RULE_COUNT; rule++)
                counts[rule] = past(l->shifts, b->agent, (enum sw_rule)rule, month);
        }
        b->n = ++counts[b->rule];
        b->step = step_of(policy, b->n);
        b->points = policy->rule[b->rule].points;
        int64_t in_a_row = is_late(b) && late_again(&run, b) ? run.count : 0;
        b->money_fen = money_of(policy, b, counts[SW_RULE_LATE] + counts[SW_RULE_EARLY_LEAVE], in_a_row) +
                       b->points * policy->point_fen;
        if (b->rule != SW_RULE_BREAK_ALLOWANCES || b->n != too_many || !policy->rule[SW_RULE_BREAK_MONTH].on) continue;
        int64_t points = policy->rule[SW_RULE_BREAK_MONTH].points, n = b->n;
        push(l, (struct sw_breach){.rule = SW_RULE_BREAK_MONTH, .agent = b->agent, .at_ms = b->at_ms, .until_ms = b->at_ms,
                                   .value_ms = n, .limit_ms = policy->break_month, .n = 1, .step = step_of(policy, 1),
                                   .since_ms = b->at_ms, .was = -1,
                                   .points = points, .money_fen = points * policy->point_fen});
    }
}

/* ---- reading ---- */

static size_t finish(struct list *l, struct sw_breach **out) {
    size_t given = l->count;
    if (given) qsort(l->at, given, sizeof *l->at, by_agent);
    for (size_t from = 0, to; from < given; from = to) {
        for (to = from + 1; to < given && !strcmp(l->at[to].agent, l->at[from].agent);) to++;
        climb(l, from, to);
    }
    if (l->count) qsort(l->at, l->count, sizeof *l->at, in_order);
    *out = l->at;
    return l->count;
}

size_t sw_shifts_breaches(const struct sw_shifts *shifts, const struct sw_alert *alerts, size_t alert_count, int64_t t_ms,
                          struct sw_breach **out) {
    struct list l = {.shifts = shifts, .t_ms = t_ms};
    for (size_t i = 0; i < shifts->count && shifts->shifts[i]->row.start_ms <= t_ms; i++) look_at(&l, shifts->shifts[i]);
    from_alerts(&l, NULL, alerts, alert_count);
    return finish(&l, out);
}

size_t sw_rostered_breaches(const struct sw_shifts *shifts, const struct sw_rostered *agent, const struct sw_alert *alerts,
                            size_t alert_count, int64_t t_ms, struct sw_breach **out) {
    struct list l = {.shifts = shifts, .t_ms = t_ms};
    for (size_t i = 0; i < agent->shift_count && agent->shifts[i]->row.start_ms <= t_ms; i++) look_at(&l, agent->shifts[i]);
    from_alerts(&l, agent->id, alerts, alert_count);
    return finish(&l, out);
}

void sw__keep_late_run(struct sw_shifts *shifts, struct sw_rostered *agent, int64_t t_ms) {
    ptrdiff_t gone = 0;
    while (gone < (ptrdiff_t)agent->shift_count && agent->shifts[gone]->row.end_ms < t_ms) gone++;
    if (!gone) return;
    struct sw_breach *list;
    size_t count = sw_rostered_breaches(shifts, agent, NULL, 0, agent->shifts[gone - 1]->row.end_ms, &list);
    struct late_run run = late_run_of(agent);
    for (size_t i = 0; i < count; i++)
        if (is_late(&list[i]) && !list[i].excused) (void)late_again(&run, &list[i]);
    free(list);
    agent->late_run = run.shift == gone - 1 ? run.count : 0;
}

void sw_breach_id(const struct sw_breach *breach, char out[SW_ALERT_ID_SIZE]) {
    char at[24];
    (void)snprintf(at, sizeof at, "%lld", (long long)breach->at_ms);
    uint64_t hash = sw_id_hash(sw_id_hash(sw_id_hash(0, sw_rule_name(breach->rule)), breach->agent), at);
    (void)snprintf(out, SW_ALERT_ID_SIZE, "%016llx", (unsigned long long)hash);
}

/* ---- alerts of shifts ---- */

static bool opens_alert(enum sw_rule rule) {
    /* busy and what calls do is watched on the floor; the month's count is no condition that could end */
    return rule != SW_RULE_BUSY && rule != SW_RULE_BREAK_MONTH && !sw_rule_is_breach_of_call(rule);
}

size_t sw_breaches_alerts(const struct sw_policy *policy, const struct sw_breach *breaches, size_t count,
                          struct sw_alert *out) {
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sw_breach *b = &breaches[i];
        if (b->excused || !opens_alert(b->rule)) continue;
        /* an absence is known when the limit is passed, that somebody left early when the shift is over */
        if (b->was >= 0)
            out[written++] = (struct sw_alert){.rule = (enum sw_rule)b->was, .severity = policy->rule[b->was].severity,
                                               .kind = SW_SUBJECT_AGENT, .subject = b->agent, .since_ms = b->since_ms,
                                               .opened_ms = b->since_ms,
                                               .closed_ms = b->rule == SW_RULE_ABSENT ? b->at_ms : b->until_ms,
                                               .value = b->value_ms, .unit = SW_UNIT_MS};
        out[written++] = (struct sw_alert){.rule = b->rule, .severity = policy->rule[b->rule].severity,
                                           .kind = SW_SUBJECT_AGENT, .subject = b->agent, .since_ms = b->at_ms,
                                           .opened_ms = b->at_ms, .closed_ms = b->until_ms, .value = b->value_ms,
                                           .limit = b->limit_ms, .unit = SW_UNIT_MS};
    }
    return written;
}
