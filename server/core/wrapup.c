/* Wrap-up by queue: each millisecond of it belongs to the queue of the agent's last ended call. Calls and states may
 * be told out of order, so an agent remembers its last few ended calls and wrap-ups: an end that is told late takes
 * over what follows it. */
#include "core/floor_state.h"

/* Adds wrap-up time to a queue; its rolling windows want it by the minute. */
static void add_time(struct sw_floor *floor, struct sw_scope *queue, int64_t from_ms, int64_t to_ms, int sign) {
    while (from_ms < to_ms) {
        int64_t edge = sw__min(to_ms, (sw__floor_div(from_ms, SW_MINUTE_MS) + 1) * SW_MINUTE_MS);
        struct sw_delta d = {0};
        sw__delta(&d, SW_QC_WRAPUP_MS, sign * (edge - from_ms));
        sw__queue_add(floor, queue, from_ms, &d);
        from_ms = edge;
    }
}

/* How many of the remembered calls had ended at T_MS. */
static size_t ended_at(const struct sw_wrapups *w, int64_t t_ms) {
    size_t count = 0;
    while (count < w->ended_count && w->ended[count].at_ms <= t_ms) count++;
    return count;
}

void sw__wrapup_add(struct sw_floor *floor, struct sw_agent *agent, int64_t from_ms, int64_t to_ms, int sign) {
    const struct sw_wrapups *w = &agent->wrapups;
    while (from_ms < to_ms) {
        size_t count = ended_at(w, from_ms);
        struct sw_scope *queue = count ? w->ended[count - 1].queue : w->before;
        int64_t edge = count < w->ended_count ? sw__min(to_ms, w->ended[count].at_ms) : to_ms;
        if (queue) add_time(floor, queue, from_ms, edge, sign);
        from_ms = edge;
    }
}

void sw__wrapup_over(struct sw_agent *agent, int64_t from_ms, int64_t to_ms) {
    struct sw_wrapups *w = &agent->wrapups;
    if (w->stretch_count == SW_WRAPUPS_KEPT)
        memmove(w->stretches, w->stretches + 1, --w->stretch_count * sizeof *w->stretches);
    w->stretches[w->stretch_count++] = (struct sw_span){from_ms, to_ms};
}

/* Adds or takes back what the agent's known wrap-ups have in [from, to). */
static void add_known(struct sw_floor *floor, struct sw_agent *agent, int64_t from_ms, int64_t to_ms, int sign) {
    const struct sw_wrapups *w = &agent->wrapups;
    for (size_t i = 0; i < w->stretch_count; i++)
        sw__wrapup_add(floor, agent, sw__max(from_ms, w->stretches[i].start_ms), sw__min(to_ms, w->stretches[i].end_ms),
                       sign);
    if (agent->state == SW_ST_WRAPUP)
        sw__wrapup_add(floor, agent, sw__max(from_ms, agent->state_since_ms), sw__min(to_ms, agent->settled_ms), sign);
}

void sw__wrapup_call_ended(struct sw_floor *floor, struct sw_agent *agent, struct sw_scope *queue, int64_t t_ms) {
    struct sw_wrapups *w = &agent->wrapups;
    size_t at = ended_at(w, t_ms);
    int64_t next_ms = at < w->ended_count ? w->ended[at].at_ms : INT64_MAX;
    add_known(floor, agent, t_ms, next_ms, -1);
    if (w->ended_count == SW_WRAPUPS_KEPT && at == 0) {
        w->before = queue; /* older than all that are remembered */
    } else {
        if (w->ended_count == SW_WRAPUPS_KEPT) {
            w->before = w->ended[0].queue;
            memmove(w->ended, w->ended + 1, --w->ended_count * sizeof *w->ended);
            at--;
        }
        memmove(w->ended + at + 1, w->ended + at, (w->ended_count++ - at) * sizeof *w->ended);
        w->ended[at].at_ms = t_ms;
        w->ended[at].queue = queue;
    }
    add_known(floor, agent, t_ms, next_ms, 1);
}
