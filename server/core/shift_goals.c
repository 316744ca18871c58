/* Attendance and adherence against their goals over a day, as spans below them. */
#include "core/shift_state.h"

/* At AT_MS so many more are due, and so many more are there or may still come. */
struct change {
    int64_t at_ms, end_ms; /* end of the shift */
    const char *date, *team;
    int due, hoped;
};

struct changes {
    struct change *at;
    size_t count, size;
};

static void add(struct changes *c, struct change change) {
    if (c->count == c->size) {
        c->size = c->size ? c->size * 2 : 64;
        c->at = sw_xrealloc(c->at, c->size * sizeof *c->at);
    }
    c->at[c->count++] = change;
}

static int by_date_team_time(const void *a, const void *b) {
    const struct change *x = a, *y = b;
    int order = strcmp(x->date, y->date);
    if (!order) order = strcmp(x->team, y->team);
    return order ? order : (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* A shift without a sign-in is due from its start and missing from the absence limit on. One that has not begun counts
 * for nothing, but the day is not over before it is. */
static void changes_of(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms, struct changes *out) {
    struct sw_shift_figures f;
    sw_shift_figures(shifts, shift, t_ms, &f);
    if (f.begun && f.attended == SW_ATTENDED_ON_LEAVE) return;
    const struct sw_roster_row *row = &shift->row;
    const char *const teams[] = {"", row->team ? row->team : ""};
    for (int i = 0; i < (row->team ? 2 : 1); i++) {
        add(out, (struct change){row->start_ms, row->end_ms, row->date, teams[i], f.begun, f.begun});
        if (f.attended == SW_ATTENDED_NO)
            add(out, (struct change){sw__earlier(f.absent_ms, row->end_ms), row->end_ms, row->date, teams[i], 0, -1});
    }
}

struct below {
    const struct sw_policy *policy;
    struct sw_alert *list;
    size_t count;
    int64_t t_ms;
};

/* The changes of one date and team, in order of time. */
static void look_at(struct below *b, const struct change *changes, size_t count) {
    int64_t due = 0, hoped = 0, end_ms = INT64_MIN;
    struct sw_alert *open = NULL;
    for (size_t i = 0; i < count; i++) {
        due += changes[i].due;
        hoped += changes[i].hoped;
        end_ms = sw__later(end_ms, changes[i].end_ms);
        if (i + 1 < count && changes[i + 1].at_ms == changes[i].at_ms) continue;
        bool good = hoped * 1000000 >= b->policy->attendance_goal_ppm * due;
        if (good && open) {
            open->closed_ms = changes[i].at_ms;
            open = NULL;
        }
        if (good || open) continue;
        open = &b->list[b->count++];
        bool site = !*changes[i].team;
        *open = (struct sw_alert){.rule = SW_RULE_ATTENDANCE, .severity = b->policy->rule[SW_RULE_ATTENDANCE].severity,
                                  .kind = site ? SW_SUBJECT_SITE : SW_SUBJECT_TEAM, .subject = changes[i].team,
                                  .since_ms = changes[i].at_ms, .opened_ms = changes[i].at_ms, .closed_ms = INT64_MAX,
                                  .value = due ? hoped * 1000000 / due : 0, .limit = b->policy->attendance_goal_ppm,
                                  .unit = SW_UNIT_PPM};
    }
    if (open && end_ms <= b->t_ms) open->closed_ms = end_ms; /* the day's shifts are over */
}

static int by_subject_time(const void *a, const void *b) {
    const struct sw_alert *x = a, *y = b;
    int order = strcmp(x->subject, y->subject);
    return order ? order : (x->opened_ms > y->opened_ms) - (x->opened_ms < y->opened_ms);
}

/* The night shifts of one date and the shifts of the next may be below their goal at once: that is one alert. */
static size_t join(struct sw_alert *list, size_t count) {
    size_t kept = 0;
    if (count) qsort(list, count, sizeof *list, by_subject_time);
    for (size_t i = 0; i < count; i++) {
        struct sw_alert *last = kept ? &list[kept - 1] : NULL;
        if (last && !strcmp(last->subject, list[i].subject) && list[i].opened_ms <= last->closed_ms)
            last->closed_ms = sw__later(last->closed_ms, list[i].closed_ms);
        else list[kept++] = list[i];
    }
    return kept;
}

static size_t attendance_alerts(const struct sw_shifts *shifts, int64_t t_ms, struct sw_alert **out) {
    *out = NULL;
    if (!shifts->policy->rule[SW_RULE_ATTENDANCE].on) return 0;
    struct changes changes = {0};
    for (size_t i = 0; i < shifts->count; i++)
        changes_of(shifts, shifts->shifts[i], t_ms, &changes);
    if (!changes.count) return 0;
    qsort(changes.at, changes.count, sizeof *changes.at, by_date_team_time);
    struct below b = {shifts->policy, sw_xmalloc(changes.count * sizeof *b.list), 0, t_ms};
    for (size_t from = 0, to; from < changes.count; from = to) {
        const struct change *first = &changes.at[from];
        for (to = from + 1; to < changes.count && !strcmp(changes.at[to].date, first->date) &&
                            !strcmp(changes.at[to].team, first->team);)
            to++;
        look_at(&b, first, to - from);
    }
    free(changes.at);
    *out = b.list;
    return b.count;
}

size_t sw_shifts_goal_alerts(const struct sw_shifts *shifts, int64_t t_ms, struct sw_alert **out) {
    struct sw_alert *attendance, *adherence;
    size_t count = attendance_alerts(shifts, t_ms, &attendance), more = sw__adherence_alerts(shifts, t_ms, &adherence);
    count = join(attendance, count);
    more = join(adherence, more);
    *out = sw_xrealloc(attendance, (count + more + 1) * sizeof **out);
    if (more) memcpy(*out + count, adherence, more * sizeof **out);
    free(adherence);
    return count + more;
}
