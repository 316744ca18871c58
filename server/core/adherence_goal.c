/* Adherence against its goal over a day, as spans below it. It is looked at every quarter of an hour: a ratio of sums
 * that every second changes has no better instant. */
#include "core/shift_state.h"

/* A shift as one of those that are summed: of the site (TEAM "") or of its team. */
struct part {
    const char *date, *team;
    const struct sw_shift *shift;
};

/* Of one date and team, what each quarter of an hour from FIRST_MS on adds. */
struct quarters {
    int64_t first_ms, to_ms;
    struct {
        int64_t signed_in_ms, expected_ms;
    } *at;
};

static int by_date_team(const void *a, const void *b) {
    const struct part *x = a, *y = b;
    int order = strcmp(x->date, y->date);
    if (!order) order = strcmp(x->team, y->team);
    return order ? order : (x->shift->row.start_ms > y->shift->row.start_ms) - (x->shift->row.start_ms < y->shift->row.start_ms);
}

int64_t sw__adherence_look(int64_t t_ms) { return (t_ms / SW__ADHERENCE_EVERY_MS + 1) * SW__ADHERENCE_EVERY_MS; }

/* Nothing counts before the agent has come; then all that was missed until then does at once. */
static void add_shift(struct quarters *q, const struct sw_shift *shift) {
    if (shift->row.start_ms >= q->to_ms) return;
    struct sw_spans leave = {0}, excuse = {0};
    sw__shift_leave(shift, &leave);
    sw__grants_within(shift->agent, SW__EXCUSES_ABSENCE, shift->row.start_ms, shift->row.end_ms, &excuse);
    struct sw_trail_walk walk;
    struct sw_stretch s;
    int64_t missed_ms = 0;
    bool came = false;
    sw_trail_walk(&walk, &shift->agent->trail, shift->row.start_ms, sw__earlier(shift->row.end_ms, q->to_ms));
    while (sw_trail_next(&walk, &s)) {
        bool in = s.presence != SW_AT_OFFLINE;
        for (int64_t at_ms = s.start_ms, edge_ms; at_ms < s.end_ms; at_ms = edge_ms) {
            edge_ms = sw__earlier(sw__earlier(sw_spans_next_edge(&leave, at_ms), sw_spans_next_edge(&excuse, at_ms)),
                                  sw__earlier(s.end_ms, sw__adherence_look(at_ms)));
            int64_t quarter = (at_ms - q->first_ms) / SW__ADHERENCE_EVERY_MS;
            if (in && !came) q->at[quarter].expected_ms += missed_ms;
            came = came || in;
            if (sw_spans_contain(&leave, at_ms) || (!in && sw_spans_contain(&excuse, at_ms))) continue;
            if (!came) missed_ms += edge_ms - at_ms;
            else q->at[quarter].expected_ms += edge_ms - at_ms;
            if (in) q->at[quarter].signed_in_ms += edge_ms - at_ms;
        }
    }
    sw_spans_deinit(&leave);
    sw_spans_deinit(&excuse);
}

/* The shifts of one date and team, in order of start. */
static size_t look_at(const struct sw_policy *policy, const struct part *parts, size_t count, int64_t t_ms,
                      struct sw_alert *out) {
    int64_t start_ms = parts->shift->row.start_ms, end_ms = INT64_MIN, signed_in_ms = 0, expected_ms = 0;
    for (size_t i = 0; i < count; i++) end_ms = sw__later(end_ms, parts[i].shift->row.end_ms);
    struct quarters q = {.first_ms = sw__adherence_look(start_ms) - SW__ADHERENCE_EVERY_MS, .to_ms = t_ms};
    size_t quarters = (size_t)((end_ms - q.first_ms) / SW__ADHERENCE_EVERY_MS) + 1, alerts = 0;
    q.at = sw_xcalloc(quarters, sizeof *q.at);
    for (size_t i = 0; i < count; i++) add_shift(&q, parts[i].shift);
    struct sw_alert *open = NULL;
    for (size_t i = 0; i < quarters; i++) {
        int64_t at_ms = sw__earlier(q.first_ms + (int64_t)(i + 1) * SW__ADHERENCE_EVERY_MS, end_ms);
        if (at_ms > t_ms) break;
        signed_in_ms += q.at[i].signed_in_ms;
        expected_ms += q.at[i].expected_ms;
        bool early = at_ms < start_ms + policy->absence_limit_ms; /* who comes late may still come */
        bool good = early || signed_in_ms * 1000000 >= policy->adherence_goal_ppm * expected_ms || at_ms == end_ms;
        if (good && open) {
            open->closed_ms = at_ms;
            open = NULL;
        }
        if (good || open) continue;
        open = &out[alerts++];
        bool site = !*parts->team;
        *open = (struct sw_alert){.rule = SW_RULE_ADHERENCE, .severity = policy->rule[SW_RULE_ADHERENCE].severity,
                                  .kind = site ? SW_SUBJECT_SITE : SW_SUBJECT_TEAM, .subject = parts->team,
                                  .since_ms = at_ms, .opened_ms = at_ms, .closed_ms = INT64_MAX,
                                  .value = signed_in_ms * 1000000 / expected_ms, .limit = policy->adherence_goal_ppm,
                                  .unit = SW_UNIT_PPM};
    }
    free(q.at);
    return alerts;
}

size_t sw__adherence_alerts(const struct sw_shifts *shifts, int64_t t_ms, struct sw_alert **out) {
    *out = NULL;
    if (!shifts->policy->rule[SW_RULE_ADHERENCE].on) return 0;
    struct part *parts = sw_xmalloc((shifts->count * 2 + 1) * sizeof *parts);
    size_t count = 0, alerts = 0, quarters = 0;
    for (size_t i = 0; i < shifts->count; i++) {
        const struct sw_roster_row *row = &shifts->shifts[i]->row;
        parts[count++] = (struct part){row->date, "", shifts->shifts[i]};
        if (row->team) parts[count++] = (struct part){row->date, row->team, shifts->shifts[i]};
        quarters += (size_t)((row->end_ms - row->start_ms) / SW__ADHERENCE_EVERY_MS + 2) * 2;
    }
    if (count) qsort(parts, count, sizeof *parts, by_date_team);
    *out = sw_xmalloc((quarters + 1) * sizeof **out); /* no group has more alerts than its shifts have quarters */
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && !strcmp(parts[to].date, parts[from].date) && !strcmp(parts[to].team, parts[from].team);)
            to++;
        alerts += look_at(shifts->policy, &parts[from], to - from, t_ms, *out + alerts);
    }
    free(parts);
    return alerts;
}
