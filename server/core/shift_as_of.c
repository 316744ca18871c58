/* The shifts as they were known at a moment. */
#include "core/shift_state.h"

static void copy_trail(struct sw_trail *to, const struct sw_trail *from, int64_t t_ms) {
    to->count = to->size = (size_t)(sw_trail_find(from, t_ms) + 1);
    if (!to->count) return;
    to->steps = sw_xmalloc(to->size * sizeof *to->steps);
    memcpy(to->steps, from->steps, to->size * sizeof *to->steps);
    struct sw_step *last = &to->steps[to->count - 1];
    if (last->reason_ms > t_ms) last->reason_ms = INT64_MAX;
}

static void copy_grants(struct sw_shifts *to, const struct sw_rostered *agent, int64_t t_ms) {
    for (size_t i = 0; i < agent->grant_count; i++) {
        const struct sw_given *g = &agent->grants[i];
        if (g->at_ms > t_ms) continue;
        const struct sw_grant grant = {g->id, agent->id, g->kind, g->from_ms, g->to_ms, g->reason, g->by, g->at_ms};
        int failed = sw_shifts_add_grant(to, &grant);
        SW_ASSERT(failed == 0); /* it fitted once */
    }
}

static void copy_agent(struct sw_shifts *to, const struct sw_rostered *agent, int64_t t_ms) {
    struct sw_rostered *copy = sw__rostered_of(to, agent->id);
    SW_ASSERT(copy != NULL);
    copy_trail(&copy->trail, &agent->trail, t_ms);
    copy_grants(to, agent, t_ms);
    copy->late_run = agent->late_run;
    copy->past_count = agent->past_count;
    copy->past = sw_xcalloc(agent->past_count + 1, sizeof *copy->past);
    if (agent->past_count) memcpy(copy->past, agent->past, agent->past_count * sizeof *copy->past);
    copy->excused_count = agent->excused_count;
    copy->excused = sw_xcalloc(agent->excused_count + 1, sizeof *copy->excused);
    if (agent->excused_count) memcpy(copy->excused, agent->excused, agent->excused_count * sizeof *copy->excused);
}

struct sw_shifts *sw_shifts_as_of(const struct sw_shifts *shifts, int64_t t_ms) {
    struct sw_shifts *copy = sw_shifts_new(shifts->policy, shifts->zone);
    /* the agents first: set_roster() counts those that are new by their rows */
    for (const struct sw_rostered *agent = shifts->agents; agent; agent = agent->hh.next) copy_agent(copy, agent, t_ms);
    struct sw_roster roster = {sw_xmalloc((shifts->count + 1) * sizeof *roster.rows), shifts->count};
    for (size_t i = 0; i < shifts->count; i++) roster.rows[i] = shifts->shifts[i]->row;
    int failed = sw_shifts_set_roster(copy, &roster);
    SW_ASSERT(failed == 0);
    free(roster.rows); /* what the rows hold is still SHIFTS' */
    return copy;
}
