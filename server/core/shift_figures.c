/* What a shift came to: one walk over the pieces in which neither the agent nor the plan changes. */
#include "core/shift_state.h"

int64_t sw__first_in(const struct sw_trail *trail, int64_t from_ms, int64_t to_ms) {
    struct sw_trail_walk walk;
    struct sw_stretch stretch;
    sw_trail_walk(&walk, trail, from_ms, to_ms);
    while (sw_trail_next(&walk, &stretch))
        if (stretch.presence != SW_AT_OFFLINE) return stretch.start_ms;
    return INT64_MIN;
}

/* Whether the state goes with the planned activity. */
static bool is_as_planned(enum sw_activity activity, enum sw_presence presence) {
    static const enum sw_presence planned[SW_ACTIVITY_COUNT] = {
        [SW_ACTIVITY_WORK] = SW_AT_SERVICE,     [SW_ACTIVITY_MEAL] = SW_AT_MEAL,
        [SW_ACTIVITY_MEETING] = SW_AT_MEETING,  [SW_ACTIVITY_BREAK] = SW_AT_BREAK,
        [SW_ACTIVITY_TRAINING] = SW_AT_MEETING, [SW_ACTIVITY_COACHING] = SW_AT_MEETING,
    };
    return planned[activity] == presence;
}

struct walk {
    const struct sw_shift *shift;
    int64_t tolerance_ms, deviation_ms; /* of the deviation being walked, so far */
    struct sw_spans leave, excuse;
    struct sw_shift_figures *out;
};

/* A deviation that is over counts as planned when it was short. */
static void end_deviation(struct walk *w) {
    if (w->deviation_ms <= w->tolerance_ms) w->out->as_planned_ms += w->deviation_ms;
    w->deviation_ms = 0;
}

static void add_piece(struct walk *w, enum sw_presence presence, enum sw_activity activity, int64_t start_ms,
                      int64_t end_ms) {
    int64_t ms = end_ms - start_ms;
    struct sw_shift_figures *f = w->out;
    if (presence != SW_AT_OFFLINE) {
        if (!f->came) f->first_in_ms = start_ms;
        f->came = true;
        f->last_in_ms = end_ms;
    }
    if (sw_spans_contain(&w->leave, start_ms)) {
        end_deviation(w);
        return;
    }
    f->scheduled_ms += ms;
    if (presence != SW_AT_OFFLINE) f->signed_in_ms += ms;
    if (presence == SW_AT_SERVICE) f->service_ms += ms;
    bool excused = presence == SW_AT_OFFLINE && sw_spans_contain(&w->excuse, start_ms);
    if (excused) f->excused_ms += ms;
    else if (!is_as_planned(activity, presence)) {
        w->deviation_ms += ms;
        return;
    } else f->as_planned_ms += ms;
    end_deviation(w);
}

static void walk_pieces(struct walk *w, int64_t to_ms) {
    struct sw_trail_walk walk;
    struct sw_stretch stretch;
    sw_trail_walk(&walk, &w->shift->agent->trail, w->shift->row.start_ms, to_ms);
    while (sw_trail_next(&walk, &stretch)) {
        for (int64_t at_ms = stretch.start_ms; at_ms < stretch.end_ms;) {
            int64_t edge_ms;
            enum sw_activity activity = sw__shift_activity(w->shift, at_ms, &edge_ms);
            edge_ms = sw__earlier(edge_ms, sw_spans_next_edge(&w->leave, at_ms));
            edge_ms = sw__earlier(sw__earlier(edge_ms, sw_spans_next_edge(&w->excuse, at_ms)), stretch.end_ms);
            add_piece(w, stretch.presence, activity, at_ms, edge_ms);
            at_ms = edge_ms;
        }
    }
    end_deviation(w);
}

/* Time signed in that hangs over the shift's edges, as far as no other shift of the agent claims it; AFTER_MS gets that
 * behind the end. */
static int64_t overhang(const struct sw_shift *shift, int64_t t_ms, int64_t *after_ms) {
    const struct sw_rostered *agent = shift->agent;
    int64_t from_ms = INT64_MIN, to_ms = t_ms, ms = 0;
    for (size_t i = 0; i < agent->shift_count; i++) {
        const struct sw_roster_row *row = &agent->shifts[i]->row;
        if (row->end_ms <= shift->row.start_ms) from_ms = sw__later(from_ms, row->end_ms);
        if (row->start_ms >= shift->row.end_ms) to_ms = sw__earlier(to_ms, row->start_ms);
    }
    const struct sw_trail *trail = &agent->trail;
    int64_t at_ms = sw__earlier(shift->row.start_ms, t_ms);
    for (ptrdiff_t i = sw_trail_find(trail, at_ms - 1); i >= 0 && at_ms > from_ms; i--) {
        if (trail->steps[i].presence == SW_AT_OFFLINE) break;
        int64_t start_ms = sw__later(trail->steps[i].at_ms, from_ms);
        ms += at_ms - start_ms;
        at_ms = start_ms;
    }
    struct sw_trail_walk walk;
    struct sw_stretch stretch;
    sw_trail_walk(&walk, trail, shift->row.end_ms, to_ms);
    *after_ms = 0;
    while (sw_trail_next(&walk, &stretch) && stretch.presence != SW_AT_OFFLINE) *after_ms += stretch.end_ms - stretch.start_ms;
    return ms + *after_ms;
}

static int late_class(const struct sw_policy *policy, int64_t ms) {
    if (ms <= 0) return -1;
    for (size_t i = 0; i < policy->late_class_count; i++)
        if (ms <= policy->late_classes[i].up_to_ms) return (int)i;
    return -1;
}

/* When the agent has to be there: the start, or the end of the leave, the permission or the problem that covers it. */
static int64_t due_at(const struct sw_shift *shift, const struct sw_spans *leave) {
    struct sw_spans permitted = {0};
    for (size_t i = 0; i < leave->count; i++) sw_spans_add(&permitted, leave->at[i].start_ms, leave->at[i].end_ms);
    sw__grants_within(shift->agent, SW__GRANT(LATE) | SW__GRANT(PROBLEM), shift->row.start_ms, shift->row.end_ms, &permitted);
    int64_t at_ms = sw_spans_leave(&permitted, shift->row.start_ms);
    sw_spans_deinit(&permitted);
    return at_ms;
}

/* Whether the agent was there in [from, to), leave not counted. */
static bool was_there(const struct sw_trail *trail, const struct sw_spans *leave, int64_t from_ms, int64_t to_ms) {
    while (from_ms < to_ms) {
        int64_t in_ms = sw__first_in(trail, from_ms, to_ms);
        if (in_ms == INT64_MIN) return false;
        from_ms = sw_spans_leave(leave, in_ms);
        if (from_ms == in_ms) return true;
    }
    return false;
}

static enum sw_attended attended(const struct sw_shift *shift, const struct sw_spans *leave, int64_t due_ms, int64_t limit_ms,
                                 int64_t t_ms) {
    if (sw_spans_cover(leave, shift->row.start_ms, shift->row.end_ms)) return SW_ATTENDED_ON_LEAVE;
    /* the moment asked for counts: who signs in now has come */
    int64_t until_ms = t_ms < INT64_MAX ? sw__earlier(limit_ms, t_ms + 1) : limit_ms;
    const struct sw_trail *trail = &shift->agent->trail;
    if (was_there(trail, leave, shift->row.start_ms, sw__earlier(due_ms, until_ms))) return SW_ATTENDED_YES;
    if (sw__first_in(trail, due_ms, until_ms) != INT64_MIN) return SW_ATTENDED_YES;
    return t_ms < limit_ms ? SW_ATTENDED_PENDING : SW_ATTENDED_NO;
}

void sw_shift_figures(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms,
                      struct sw_shift_figures *out) {
    const struct sw_roster_row *row = &shift->row;
    *out = (struct sw_shift_figures){.begun = row->start_ms <= t_ms,
                                     .over = row->end_ms <= t_ms,
                                     .first_in_ms = INT64_MIN,
                                     .last_in_ms = INT64_MIN};
    struct walk w = {.shift = shift, .tolerance_ms = sw_shift_policy(shifts, shift)->state_tolerance_ms, .out = out};
    sw__shift_leave(shift, &w.leave);
    sw__grants_within(shift->agent, SW__EXCUSES_ABSENCE, row->start_ms, row->end_ms, &w.excuse);
    int64_t due_ms = due_at(shift, &w.leave);
    out->absent_ms = due_ms + sw_shift_policy(shifts, shift)->absence_limit_ms;
    if (out->begun) {
        walk_pieces(&w, sw__earlier(row->end_ms, t_ms));
        if (!out->came && !out->over && sw_trail_at(&shift->agent->trail, t_ms) != SW_AT_OFFLINE) { /* at this moment */
            out->came = true;
            out->first_in_ms = out->last_in_ms = t_ms;
        }
        out->attended = attended(shift, &w.leave, due_ms, out->absent_ms, t_ms);
        out->conforming_ms = out->signed_in_ms + overhang(shift, t_ms, &out->overtime_ms);
    }
    bool works = out->attended != SW_ATTENDED_ON_LEAVE && out->came;
    if (works) {
        int64_t start_ms = sw_spans_leave(&w.leave, row->start_ms);
        int64_t first_ms = sw__first_in(&shift->agent->trail, start_ms, out->over ? row->end_ms : t_ms + 1);
        if (first_ms != INT64_MIN) out->late_ms = first_ms - start_ms;
    }
    if (works && out->over) {
        int64_t end_ms = sw_spans_enter(&w.leave, row->end_ms);
        if (out->last_in_ms < end_ms) out->early_leave_ms = end_ms - out->last_in_ms;
    }
    out->late_class = late_class(sw_shift_policy(shifts, shift), out->late_ms);
    out->early_class = late_class(sw_shift_policy(shifts, shift), out->early_leave_ms);
    sw_spans_deinit(&w.leave);
    sw_spans_deinit(&w.excuse);
}

/* ---- ratios ---- */

struct sw_ratio sw_shift_adherence(const struct sw_shift_figures *f) {
    return (struct sw_ratio){f->signed_in_ms, f->scheduled_ms - f->excused_ms};
}

struct sw_ratio sw_shift_state_adherence(const struct sw_shift_figures *f) {
    return (struct sw_ratio){f->as_planned_ms, f->scheduled_ms - f->excused_ms};
}

struct sw_ratio sw_shift_conformance(const struct sw_shift_figures *f) {
    return (struct sw_ratio){f->conforming_ms, f->scheduled_ms};
}

struct sw_ratio sw_shift_shrinkage(const struct sw_shift_figures *f) {
    return (struct sw_ratio){f->scheduled_ms - f->service_ms, f->scheduled_ms};
}

struct sw_ratio sw_attendance_rate(const struct sw_attendance *a) { return (struct sw_ratio){a->attended, a->due}; }

bool sw_attendance_meets(const struct sw_attendance *a, int64_t goal_ppm) {
    return a->attended * 1000000 >= goal_ppm * a->due;
}

int64_t sw_attendance_slots_left(const struct sw_attendance *a, int64_t goal_ppm) {
    return a->due * (1000000 - goal_ppm) / 1000000 - a->absent;
}

/* ---- sums ---- */

static void add_shift(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms,
                      struct sw_attendance *sum) {
    struct sw_shift_figures f;
    sw_shift_figures(shifts, shift, t_ms, &f);
    if (!f.begun) return;
    sum->begun++;
    if (f.attended == SW_ATTENDED_ON_LEAVE) {
        sum->leave++;
        return;
    }
    if (!f.over) {
        struct sw_spans leave = {0};
        sw__shift_leave(shift, &leave);
        bool scheduled = !sw_spans_contain(&leave, t_ms);
        sw_spans_deinit(&leave);
        sum->scheduled += scheduled;
        sum->present += scheduled && sw_trail_at(&shift->agent->trail, t_ms) != SW_AT_OFFLINE;
    }
    sum->due++;
    sum->attended += f.attended == SW_ATTENDED_YES;
    sum->pending += f.attended == SW_ATTENDED_PENDING;
    sum->absent += f.attended == SW_ATTENDED_NO;
    sum->late += f.late_ms > 0 && f.attended != SW_ATTENDED_NO; /* who came too late is absent */
    sum->early_leave += f.early_leave_ms > 0;
    sum->scheduled_ms += f.scheduled_ms;
    sum->service_ms += f.service_ms;
    sum->conforming_ms += f.conforming_ms;
    if (!f.came) return;
    sum->signed_in_ms += f.signed_in_ms;
    sum->expected_ms += f.scheduled_ms - f.excused_ms;
    sum->as_planned_ms += f.as_planned_ms;
}

void sw_shifts_attendance(const struct sw_shifts *shifts, const char *team, int64_t from_ms, int64_t to_ms, int64_t t_ms,
                          struct sw_attendance *out) {
    *out = (struct sw_attendance){0};
    for (size_t i = 0; i < shifts->count; i++) {
        const struct sw_roster_row *row = &shifts->shifts[i]->row;
        if (row->start_ms < from_ms || row->start_ms >= to_ms) continue;
        if (team && (!row->team || strcmp(row->team, team))) continue;
        add_shift(shifts, shifts->shifts[i], t_ms, out);
    }
}
