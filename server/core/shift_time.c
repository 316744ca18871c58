/* Shifts as time passes: when an agent's breaches may change, and whose may have changed. */
#include "core/shift_state.h"

const char *sw_rostered_id(const struct sw_rostered *agent) { return agent->id; }
size_t sw_rostered_shift_count(const struct sw_rostered *agent) { return agent->shift_count; }
const struct sw_shift *sw_rostered_shift(const struct sw_rostered *agent, size_t index) { return agent->shifts[index]; }
size_t sw_shifts_agent_count(const struct sw_shifts *shifts) { return HASH_COUNT(shifts->agents); }

const struct sw_rostered *sw_shifts_agent(const struct sw_shifts *shifts, const char *id) {
    struct sw_rostered *agent;
    HASH_FIND(hh, shifts->agents, id, strlen(id), agent);
    return agent;
}

enum sw_presence_now sw_shift_presence(const struct sw_shift *shift, int64_t t_ms, int64_t *since_ms) {
    const struct sw_trail *trail = &shift->agent->trail;
    ptrdiff_t at = sw_trail_find(trail, t_ms);
    *since_ms = at < 0 ? INT64_MIN : trail->steps[at].at_ms;
    return at < 0 ? SW_NOW_OFFLINE : (enum sw_presence_now)trail->steps[at].presence; /* in the same order */
}

/* ---- when something may change ---- */

struct next {
    int64_t after_ms, at_ms;
};

static void consider(struct next *next, int64_t t_ms) {
    if (t_ms > next->after_ms && t_ms < next->at_ms) next->at_ms = t_ms;
}

static void consider_shift(struct next *next, const struct sw_policy *policy, const struct sw_shift *shift) {
    const struct sw_roster_row *row = &shift->row;
    consider(next, row->start_ms - policy->signin_early_ms);
    consider(next, row->start_ms);
    consider(next, row->start_ms + policy->absence_limit_ms);
    consider(next, row->end_ms);
    consider(next, row->end_ms + policy->signout_late_ms);
    for (size_t i = 0; i < row->activity_count; i++) {
        consider(next, row->activities[i].start_ms);
        consider(next, row->activities[i].end_ms);
        /* late is later than that, not at it */
        consider(next, row->activities[i].end_ms + policy->signin_after_activity_ms + 1);
    }
    for (size_t i = 0; i < row->leave_count; i++) {
        consider(next, row->leaves[i].start_ms);
        consider(next, row->leaves[i].end_ms);
        consider(next, row->leaves[i].end_ms + policy->absence_limit_ms);
    }
}

static void consider_step(struct next *next, const struct sw_policy *policy, const struct sw_trail *trail) {
    if (!trail->count) return;
    /* a break may have begun before the sign-out it goes on in */
    for (size_t i = trail->count > 2 ? trail->count - 2 : 0; i < trail->count; i++) {
        const struct sw_step *step = &trail->steps[i];
        if (step->presence == SW_AT_BUSY) consider(next, step->at_ms + policy->busy_limit_ms + 1);
        if (step->presence != SW_AT_BREAK) continue;
        for (size_t a = 0; a < policy->allowance_count; a++) consider(next, step->at_ms + policy->allowance_ms[a] + 1);
    }
}

static void arm(struct sw_shifts *shifts, struct sw_rostered *agent) {
    struct next next = {shifts->now_ms, INT64_MAX};
    if (agent->shift_count) {
        for (size_t i = 0; i < agent->shift_count; i++) consider_shift(&next, sw_shift_policy(shifts, agent->shifts[i]), agent->shifts[i]);
        for (size_t i = 0; i < agent->shift_count; i++)
            consider_step(&next, sw_shift_policy(shifts, agent->shifts[i]), &agent->trail);
        for (size_t i = 0; i < agent->grant_count; i++) {
            consider(&next, agent->grants[i].from_ms);
            consider(&next, agent->grants[i].to_ms);
            consider(&next, agent->grants[i].to_ms + shifts->policy->absence_limit_ms);
        }
    }
    if (sw_heap_holds(&agent->due) && agent->due.key == next.at_ms) return;
    sw_heap_remove(&shifts->due, &agent->due);
    if (next.at_ms != INT64_MAX) sw_heap_add(&shifts->due, &agent->due, next.at_ms);
}

/* ---- who changed ---- */

void sw__rostered_changed(struct sw_shifts *shifts, struct sw_rostered *agent) {
    if (agent->changed) return;
    agent->changed = true;
    agent->next_changed = shifts->changed;
    shifts->changed = agent;
}

void sw_shifts_review(struct sw_shifts *shifts) {
    for (struct sw_rostered *agent = shifts->agents; agent; agent = agent->hh.next) sw__rostered_changed(shifts, agent);
    shifts->version++;
}

void sw_shifts_advance(struct sw_shifts *shifts, int64_t now_ms) {
    bool look = shifts->count && now_ms > shifts->now_ms && now_ms >= sw__adherence_look(shifts->now_ms);
    if (now_ms > shifts->now_ms) shifts->now_ms = now_ms;
    if (look) shifts->version++;
    struct sw_heap_node *top;
    while ((top = sw_heap_top(&shifts->due)) && top->key <= shifts->now_ms) {
        struct sw_rostered *agent = SW_HEAP_OWNER(struct sw_rostered, due, top);
        sw_heap_remove(&shifts->due, top);
        sw__rostered_changed(shifts, agent);
        shifts->version++;
    }
}

int64_t sw_shifts_next_deadline(const struct sw_shifts *shifts) {
    const struct sw_heap_node *top = sw_heap_top(&shifts->due);
    int64_t due_ms = top ? top->key : INT64_MAX;
    bool looks = shifts->count && shifts->now_ms != INT64_MIN;
    return looks ? sw__earlier(due_ms, sw__adherence_look(shifts->now_ms)) : due_ms;
}

void sw_shifts_drain(struct sw_shifts *shifts, void *ctx, void (*fn)(void *ctx, const struct sw_rostered *agent)) {
    while (shifts->changed) {
        struct sw_rostered *agent = shifts->changed;
        shifts->changed = agent->next_changed;
        agent->changed = false;
        arm(shifts, agent);
        fn(ctx, agent);
    }
}

void sw_shifts_set_past(struct sw_shifts *shifts, const char *id, enum sw_rule rule, int64_t month, int64_t count) {
    struct sw_rostered *agent;
    HASH_FIND(hh, shifts->agents, id, strlen(id), agent);
    if (!agent) return;
    size_t i = 0;
    while (i < agent->past_count && (agent->past[i].rule != rule || agent->past[i].month != month)) i++;
    if (i == agent->past_count) {
        agent->past = sw_xrealloc(agent->past, (agent->past_count + 1) * sizeof *agent->past);
        agent->past[agent->past_count].rule = rule;
        agent->past[agent->past_count++].month = month;
    }
    agent->past[i].count = count;
    sw__rostered_changed(shifts, agent);
}

void sw_shifts_excuse(struct sw_shifts *shifts, const char *id, enum sw_rule rule, int64_t at_ms, bool excused) {
    struct sw_rostered *agent;
    HASH_FIND(hh, shifts->agents, id, strlen(id), agent);
    if (!agent) return;
    size_t i = 0;
    while (i < agent->excused_count && (agent->excused[i].rule != rule || agent->excused[i].at_ms != at_ms)) i++;
    if (excused == (i < agent->excused_count)) return;
    if (excused) {
        agent->excused = sw_xrealloc(agent->excused, (agent->excused_count + 1) * sizeof *agent->excused);
        agent->excused_count++;
        agent->excused[i].rule = rule;
        agent->excused[i].at_ms = at_ms;
    } else {
        agent->excused[i] = agent->excused[--agent->excused_count];
    }
    sw__rostered_changed(shifts, agent);
}
