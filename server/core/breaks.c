/* Short breaks: which there were, and which allowance of the shift each one took. */
#include "core/shift_state.h"

/* Told of every break of the shift, in order of time; end INT64_MAX: it runs at T_MS. */
struct finder {
    struct sw_break *list;
    size_t count, size;
};

static void found(struct finder *f, int64_t start_ms, int64_t end_ms, int64_t length_ms) {
    if (f->count == f->size) {
        f->size = f->size ? f->size * 2 : 8;
        f->list = sw_xrealloc(f->list, f->size * sizeof *f->list);
    }
    f->list[f->count++] = (struct sw_break){.start_ms = start_ms, .end_ms = end_ms, .length_ms = length_ms};
}

/* A break ends where another state begins; after a sign-out only where the agent is back in service. One that began
 * before the shift belongs to the shift before. */
static void find_breaks(const struct sw_shift *shift, int64_t t_ms, struct finder *f) {
    const struct sw_roster_row *row = &shift->row;
    const struct sw_trail *trail = &shift->agent->trail;
    int64_t to_ms = sw__earlier(row->end_ms, t_ms), start_ms = INT64_MIN;
    bool signed_out = false;
    for (ptrdiff_t i = sw__later(0, sw_trail_find(trail, row->start_ms - 1)); i < (ptrdiff_t)trail->count; i++) {
        const struct sw_step *step = &trail->steps[i];
        if (step->at_ms >= row->end_ms || step->at_ms > t_ms) break;
        bool inside = step->at_ms >= row->start_ms;
        if (start_ms == INT64_MIN) {
            if (step->presence == SW_AT_BREAK && inside) {
                start_ms = step->at_ms;
                signed_out = false;
            }
        } else if (step->presence == SW_AT_OFFLINE) signed_out = true;
        else if (step->presence == SW_AT_BREAK) signed_out = false;
        else if (step->presence == SW_AT_SERVICE || !signed_out) {
            found(f, start_ms, step->at_ms, step->at_ms - start_ms);
            start_ms = INT64_MIN;
        }
    }
    if (start_ms == INT64_MIN) return;
    bool over = row->end_ms <= t_ms;
    found(f, start_ms, over ? row->end_ms : INT64_MAX, to_ms - start_ms);
}

/* Takes the smallest allowance of the COUNT left that is long enough, else the largest. */
static int64_t take(int64_t *left, size_t *count, int64_t length_ms) {
    size_t at = 0;
    while (at + 1 < *count && left[at] < length_ms) at++;
    int64_t allowance_ms = left[at];
    memmove(left + at, left + at + 1, (*count - at - 1) * sizeof *left);
    --*count;
    return allowance_ms;
}

static void match(const struct sw_shifts *shifts, const struct sw_shift *shift, struct sw_break *list, size_t count) {
    const struct sw_policy *policy = sw_shift_policy(shifts, shift);
    int64_t left[SW_ALLOWANCES_MAX];
    size_t left_count = policy->allowance_count;
    memcpy(left, policy->allowance_ms, sizeof left);
    struct sw_spans granted = {0};
    sw__grants_within(shift->agent, SW__GRANT(BREAK), shift->row.start_ms, shift->row.end_ms, &granted);
    for (size_t i = 0; i < count; i++) {
        struct sw_break *one = &list[i];
        one->excess = !policy->breaks_unlimited && !left_count;
        if (policy->breaks_unlimited) one->allowance_ms = policy->allowance_ms[0];
        else if (left_count && one->end_ms == INT64_MAX) one->allowance_ms = left[left_count - 1];
        else if (left_count) one->allowance_ms = take(left, &left_count, one->length_ms);
        one->overrun_ms = sw__later(0, one->length_ms - one->allowance_ms);
        int64_t over_from_ms = one->start_ms + one->allowance_ms, end_ms = one->start_ms + one->length_ms;
        one->excused = one->overrun_ms > 0 && sw_spans_cover(&granted, over_from_ms, end_ms);
    }
    sw_spans_deinit(&granted);
}

size_t sw_shift_breaks(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms, struct sw_break *out,
                       size_t max) {
    struct finder f = {0};
    find_breaks(shift, t_ms, &f);
    match(shifts, shift, f.list, f.count);
    if (f.count && max) memcpy(out, f.list, (f.count < max ? f.count : max) * sizeof *out);
    free(f.list);
    return f.count;
}

static void count_breaks(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms, int64_t *v) {
    size_t count = sw_shift_breaks(shifts, shift, t_ms, NULL, 0);
    struct sw_break *list = sw_xmalloc((count + 1) * sizeof *list);
    sw_shift_breaks(shifts, shift, t_ms, list, count);
    v[SW_AC_BREAKS] += (int64_t)count;
    for (size_t i = 0; i < count; i++) {
        if (list[i].end_ms == INT64_MAX || !list[i].overrun_ms) continue;
        v[SW_AC_BREAK_OVERRUNS]++;
        v[SW_AC_BREAK_OVERRUN_MS] += list[i].overrun_ms;
    }
    free(list);
}

void sw_shifts_count_breaks(const struct sw_shifts *shifts, const char *id, int64_t from_ms, int64_t to_ms, int64_t t_ms,
                            struct sw_agent_counts *counts) {
    const struct sw_rostered *agent = sw_shifts_agent(shifts, id);
    bool any = false;
    for (size_t i = 0; agent && i < agent->shift_count; i++) {
        int64_t start_ms = agent->shifts[i]->row.start_ms;
        if (start_ms < from_ms || start_ms >= to_ms) continue;
        if (!any) counts->v[SW_AC_BREAKS] = counts->v[SW_AC_BREAK_OVERRUNS] = counts->v[SW_AC_BREAK_OVERRUN_MS] = 0;
        any = true;
        count_breaks(shifts, agent->shifts[i], t_ms, counts->v);
    }
}
