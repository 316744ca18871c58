#include "report/chart_model.h"

#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "shiftwall/buf.h"

#define COUNT_NONE (-1)

struct maker {
    const struct sw_chart_input *in;
    struct sw_shifts *shifts; /* as of the moment */
    struct sw_chart *chart;
    struct sw_span day;
    struct sw_breach *breaches;
    size_t breach_count;
    bool need_known; /* of some interval */
};

/* ---- intervals ---- */

static int64_t known_or_none(int64_t value) { return value == SW_UNKNOWN ? COUNT_NONE : value; }

static void put_interval(struct maker *m, const struct sw_outlook_interval *from, struct sw_chart_interval *to) {
    const struct sw_chart_input *in = m->in;
    const struct sw_staffing_point *p = &from->point;
    *to = (struct sw_chart_interval){.start_ms = p->start_ms, .end_ms = p->end_ms, .scheduled = p->scheduled,
                                     .present = known_or_none(from->present), .signed_in = known_or_none(p->signed_in),
                                     .required = known_or_none(p->need.required), .offered = known_or_none(from->offered),
                                     .forecast = COUNT_NONE};
    if (from->forecast_milli != SW_UNKNOWN) to->forecast = (from->forecast_milli + 500) / 1000;
    bool begun = p->start_ms < in->at_ms;
    to->below_goal = begun && to->present * 1000000 < m->chart->attendance_goal_ppm * to->scheduled;
    to->uncertain = begun && in->incomplete && p->end_ms > in->incomplete_since_ms;
    if (to->required != COUNT_NONE) m->need_known = true;
}

static void put_intervals(struct maker *m) {
    const struct sw_chart_input *in = m->in;
    const struct sw_outlook_input input = {.floor = in->floor, .shifts = m->shifts, .zone = in->zone, .at_ms = in->at_ms,
                                           .service_level_ppm = in->service_level_ppm, .within_ms = in->within_ms,
                                           .history = in->history, .history_count = in->history_count};
    struct sw_outlook outlook;
    sw_outlook_make(&input, &outlook);
    m->chart->intervals = sw_xcalloc(outlook.count, sizeof *m->chart->intervals);
    m->chart->interval_count = outlook.count;
    for (size_t i = 0; i < outlook.count; i++) put_interval(m, &outlook.intervals[i], &m->chart->intervals[i]);
    if (m->need_known) m->chart->staffing = outlook.method;
    m->chart->staffing_warning = outlook.table_too_small;
    sw_outlook_deinit(&outlook);
}

/* ---- teams ---- */

/* Whether the shift has a part in the day: a night shift has one in two days. */
static bool touches(const struct maker *m, const struct sw_roster_row *row) {
    return row->start_ms < m->day.end_ms && row->end_ms > m->day.start_ms;
}

static bool begins(const struct maker *m, const struct sw_roster_row *row) {
    return row->start_ms >= m->day.start_ms && row->start_ms < m->day.end_ms;
}

static void count_breaks(const struct maker *m, const struct sw_shift *shift, struct sw_chart_team *out) {
    size_t count = sw_shift_breaks(m->shifts, shift, m->in->at_ms, NULL, 0);
    struct sw_break *list = sw_xmalloc((count + 1) * sizeof *list);
    sw_shift_breaks(m->shifts, shift, m->in->at_ms, list, count);
    for (size_t i = 0; i < count; i++) {
        bool over = list[i].overrun_ms > 0 && list[i].start_ms + list[i].allowance_ms >= m->day.start_ms;
        out->breaks += list[i].end_ms > m->day.start_ms;
        out->overruns += over;
        if (over) out->overrun_ms += list[i].overrun_ms;
    }
    free(list);
}

/* What happened today in the shifts of TEAM, those that began yesterday included: breaks, and who left early. */
static void count_happened(const struct maker *m, const char *team, struct sw_chart_team *out) {
    for (size_t i = 0; i < sw_shifts_count(m->shifts); i++) {
        const struct sw_shift *shift = sw_shifts_get(m->shifts, i);
        const struct sw_roster_row *row = sw_shift_row(shift);
        if (!touches(m, row) || (team && (!row->team || strcmp(row->team, team)))) continue;
        count_breaks(m, shift, out);
        if (begins(m, row)) continue;
        struct sw_shift_figures f;
        sw_shift_figures(m->shifts, shift, m->in->at_ms, &f);
        out->early_leave += f.early_leave_ms > 0 && f.last_in_ms >= m->day.start_ms;
    }
}

/* TEAM NULL: the site. */
static struct sw_chart_team team_of(const struct maker *m, const char *team) {
    struct sw_attendance a;
    sw_shifts_attendance(m->shifts, team, m->day.start_ms, m->day.end_ms, m->in->at_ms, &a);
    struct sw_chart_team out = {.due = a.due, .attended = a.attended, .pending = a.pending, .absent = a.absent,
                                .leave = a.leave, .late = a.late, .early_leave = a.early_leave,
                                .signed_in_ms = a.signed_in_ms, .expected_ms = a.expected_ms};
    out.id = sw_chart_text(m->chart, team ? team : "");
    out.name = team ? out.id : m->chart->site_name;
    count_happened(m, team, &out);
    return out;
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static void put_teams(struct maker *m) {
    const struct sw_shifts *shifts = m->shifts;
    const char **names = sw_xmalloc((sw_shifts_count(shifts) + 1) * sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < sw_shifts_count(shifts); i++) {
        const struct sw_roster_row *row = sw_shift_row(sw_shifts_get(shifts, i));
        if (touches(m, row) && row->team) names[count++] = row->team;
    }
    if (count) qsort(names, count, sizeof *names, by_text);
    m->chart->teams = sw_xcalloc(count + 1, sizeof *m->chart->teams);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(names[i], names[i - 1])) m->chart->teams[m->chart->team_count++] = team_of(m, names[i]);
    free(names);
    m->chart->total = team_of(m, NULL);
}

/* ---- states ---- */

static void put_states(struct maker *m) {
    const struct sw_team *everyone = sw_floor_everyone(m->in->floor);
    const uint32_t *now = sw_team_states(everyone);
    struct sw_agent_counts counts;
    sw_team_between(m->in->floor, everyone, m->day.start_ms, m->day.end_ms, m->in->at_ms, &counts);
    for (int s = 0; s < SW_ST_COUNT; s++) {
        m->chart->states[s] = now[s];
        m->chart->state_ms[s] = counts.v[SW_AC_STATE_MS + s];
    }
}

/* ---- lists ---- */

#define KINDS(kind) (1u << SW_GRANT_##kind)
#define PRESENCE_KINDS                                                                                        \
    (KINDS(PROBLEM) | KINDS(LEAVE) | KINDS(SWAP) | KINDS(LATE) | KINDS(EARLY_LEAVE) | KINDS(AWAY))

static struct sw_chart_person *add(struct maker *m, enum sw_chart_list which, const struct sw_roster_row *row) {
    size_t count = m->chart->list_counts[which]++;
    m->chart->lists[which] = sw_xrealloc(m->chart->lists[which], (count + 1) * sizeof *m->chart->lists[which]);
    struct sw_agent_now now = {0};
    const struct sw_agent *agent = sw_floor_find_agent(m->in->floor, row->agent);
    if (agent) sw_agent_now(m->in->floor, agent, &now);
    struct sw_chart_person *person = &m->chart->lists[which][count];
    *person = (struct sw_chart_person){.agent = sw_chart_text(m->chart, row->agent),
                                       .name = sw_chart_text(m->chart, row->name ? row->name : now.name),
                                       .seat = sw_chart_text(m->chart, row->seat ? row->seat : now.seat),
                                       .team = sw_chart_text(m->chart, row->team),
                                       .shift_start_ms = row->start_ms, .shift_end_ms = row->end_ms, .at_ms = INT64_MIN};
    return person;
}

static void put_grant(struct maker *m, struct sw_chart_person *person, unsigned kinds, int64_t from_ms, int64_t to_ms) {
    struct sw_grant grant;
    if (!sw_shifts_grant_over(m->shifts, person->agent, kinds, from_ms, to_ms, &grant)) return;
    person->grant = sw_grant_kind_name(grant.kind);
    person->reason = sw_chart_text(m->chart, grant.reason);
    person->by = sw_chart_text(m->chart, grant.by);
}

/* Whether the agent's breach of RULE in the shift is excused, by a grant or a decision. */
static bool is_excused(const struct maker *m, const struct sw_roster_row *row, enum sw_rule rule) {
    for (size_t i = 0; i < m->breach_count; i++) {
        const struct sw_breach *b = &m->breaches[i];
        if (b->rule == rule && !strcmp(b->agent, row->agent) && b->at_ms >= row->start_ms && b->at_ms <= row->end_ms)
            return b->excused;
    }
    return false;
}

static const char *class_name(const struct maker *m, const struct sw_shift *shift, int index) {
    const struct sw_policy *policy = sw_shift_policy(m->shifts, shift);
    return index < 0 ? NULL : sw_chart_text(m->chart, policy->late_classes[index].name);
}

static void put_early(struct maker *m, const struct sw_shift *shift, const struct sw_shift_figures *f) {
    const struct sw_roster_row *row = sw_shift_row(shift);
    if (f->early_leave_ms <= 0 || f->last_in_ms < m->day.start_ms) return;
    struct sw_chart_person *person = add(m, SW_CHART_EARLY, row);
    person->at_ms = f->last_in_ms;
    person->value_ms = f->early_leave_ms;
    person->late_class = class_name(m, shift, f->early_class);
    person->excused = is_excused(m, row, SW_RULE_EARLY_LEAVE);
    put_grant(m, person, PRESENCE_KINDS, f->last_in_ms, row->end_ms);
}

/* Who came and went: coming is a matter of the day in which the shift begins. */
static void put_shift(struct maker *m, const struct sw_shift *shift) {
    const struct sw_roster_row *row = sw_shift_row(shift);
    struct sw_shift_figures f;
    sw_shift_figures(m->shifts, shift, m->in->at_ms, &f);
    if (!f.begun || f.attended == SW_ATTENDED_ON_LEAVE) return;
    put_early(m, shift, &f);
    if (!begins(m, row)) return;
    if (f.attended == SW_ATTENDED_NO) {
        struct sw_chart_person *person = add(m, SW_CHART_ABSENT, row);
        if (f.came) person->at_ms = f.first_in_ms; /* too late to have attended */
        person->value_ms = f.late_ms;
        person->excused = is_excused(m, row, SW_RULE_ABSENT);
        put_grant(m, person, PRESENCE_KINDS, row->start_ms, row->end_ms);
    } else if (f.attended == SW_ATTENDED_PENDING) {
        struct sw_chart_person *person = add(m, SW_CHART_PENDING, row);
        person->value_ms = m->in->at_ms - row->start_ms;
        person->limit_ms = f.absent_ms - row->start_ms;
        put_grant(m, person, PRESENCE_KINDS, row->start_ms, m->in->at_ms);
    } else if (f.late_ms > 0) {
        struct sw_chart_person *person = add(m, SW_CHART_LATE, row);
        person->at_ms = f.first_in_ms;
        person->value_ms = f.late_ms;
        person->late_class = class_name(m, shift, f.late_class);
        person->excused = is_excused(m, row, SW_RULE_LATE);
        put_grant(m, person, PRESENCE_KINDS, row->start_ms, f.first_in_ms);
    }
}

/* The shift in which the breach lies. */
static const struct sw_roster_row *row_of(const struct maker *m, const struct sw_breach *b) {
    const struct sw_rostered *agent = sw_shifts_agent(m->shifts, b->agent);
    for (size_t i = 0; agent && i < sw_rostered_shift_count(agent); i++) {
        const struct sw_roster_row *row = sw_shift_row(sw_rostered_shift(agent, i));
        if (b->since_ms >= row->start_ms && b->since_ms < row->end_ms) return row;
    }
    return NULL;
}

static void put_breach(struct maker *m, const struct sw_breach *b) {
    bool out = b->rule == SW_RULE_SIGNOUT_INSIDE_SHIFT, over = b->rule == SW_RULE_BREAK_ALLOWANCES;
    bool today = b->at_ms >= m->day.start_ms && b->at_ms < m->day.end_ms;
    const struct sw_roster_row *row = today && (out || over) ? row_of(m, b) : NULL;
    if (!row) return;
    struct sw_chart_person *person = add(m, out ? SW_CHART_UNAUTHORISED : SW_CHART_OVERRUN, row);
    person->at_ms = b->since_ms;
    person->value_ms = b->value_ms;
    person->limit_ms = b->limit_ms;
    person->excused = b->excused;
    int64_t until_ms = b->until_ms < m->in->at_ms ? b->until_ms : m->in->at_ms;
    put_grant(m, person, out ? PRESENCE_KINDS : KINDS(BREAK), b->at_ms, until_ms);
}

static int by_time(const void *a, const void *b) {
    const struct sw_chart_person *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    if (x->shift_start_ms != y->shift_start_ms) return x->shift_start_ms < y->shift_start_ms ? -1 : 1;
    return strcmp(x->agent, y->agent);
}

static void put_lists(struct maker *m) {
    const struct sw_shifts *shifts = m->shifts;
    m->breach_count = sw_shifts_breaches(shifts, NULL, 0, m->in->at_ms, &m->breaches);
    for (size_t i = 0; i < sw_shifts_count(shifts); i++) {
        const struct sw_shift *shift = sw_shifts_get(shifts, i);
        if (touches(m, sw_shift_row(shift))) put_shift(m, shift);
    }
    for (size_t i = 0; i < m->breach_count; i++) put_breach(m, &m->breaches[i]);
    for (size_t i = 0; i < SW_CHART_LISTS; i++)
        if (m->chart->list_counts[i])
            qsort(m->chart->lists[i], m->chart->list_counts[i], sizeof *m->chart->lists[i], by_time);
    free(m->breaches);
}

struct sw_chart *sw_chart_make(const struct sw_chart_input *in) {
    struct maker m = {.in = in, .shifts = sw_shifts_as_of(in->shifts, in->at_ms), .chart = sw_chart_new()};
    const struct sw_policy *policy = sw_shifts_policy(in->shifts);
    struct sw_chart *chart = m.chart;
    char date[11];
    m.day = sw_floor_day(in->floor, in->at_ms, date);
    chart->site = sw_chart_text(chart, in->site);
    chart->site_name = sw_chart_text(chart, in->site_name ? in->site_name : in->site);
    chart->zone = sw_chart_text(chart, sw_zone_name(in->zone));
    chart->date = sw_chart_text(chart, date);
    chart->number = in->number;
    chart->at_ms = in->at_ms;
    chart->made_ms = in->made_ms;
    chart->late = in->late;
    chart->incomplete = sw_chart_text(chart, in->incomplete);
    chart->incomplete_since_ms = in->incomplete ? in->incomplete_since_ms : 0;
    chart->policy = sw_chart_text(chart, policy->name);
    chart->policy_version = sw_chart_text(chart, policy->version);
    chart->policy_cite = sw_chart_text(chart, policy->rule[SW_RULE_ATTENDANCE].cite);
    chart->attendance_goal_ppm = policy->attendance_goal_ppm;
    chart->adherence_goal_ppm = policy->adherence_goal_ppm;
    put_intervals(&m);
    put_teams(&m);
    put_states(&m);
    put_lists(&m);
    sw_shifts_free(m.shifts);
    return chart;
}
