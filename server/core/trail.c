#include "core/trail.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

static const enum sw_presence presence_of[SW_ST_COUNT] = {
    [SW_ST_OFFLINE] = SW_AT_OFFLINE, [SW_ST_READY] = SW_AT_SERVICE, [SW_ST_RINGING] = SW_AT_SERVICE,
    [SW_ST_DIALING] = SW_AT_SERVICE, [SW_ST_TALKING] = SW_AT_SERVICE, [SW_ST_HOLD] = SW_AT_SERVICE,
    [SW_ST_WRAPUP] = SW_AT_SERVICE,  [SW_ST_BREAK] = SW_AT_BREAK, [SW_ST_MEAL] = SW_AT_MEAL,
    [SW_ST_BUSY] = SW_AT_BUSY,       [SW_ST_MEETING] = SW_AT_MEETING,
};

void sw_trail_deinit(struct sw_trail *trail) {
    free(trail->steps);
    *trail = (struct sw_trail){0};
}

void sw_trail_add(struct sw_trail *trail, enum sw_agent_state state, bool has_reason, int64_t at_ms) {
    enum sw_presence presence = presence_of[state];
    SW_ASSERT(!trail->count || trail->steps[trail->count - 1].at_ms <= at_ms);
    /* a state that lasted no time leaves no step */
    if (trail->count && trail->steps[trail->count - 1].at_ms == at_ms) trail->count--;
    struct sw_step *last = trail->count ? &trail->steps[trail->count - 1] : NULL;
    int64_t reason_ms = has_reason ? at_ms : INT64_MAX;
    if (presence == (last ? last->presence : SW_AT_OFFLINE)) {
        if (last && reason_ms < last->reason_ms) last->reason_ms = reason_ms;
        return;
    }
    if (trail->count == trail->size) {
        trail->size = trail->size ? trail->size * 2 : 8;
        trail->steps = sw_xrealloc(trail->steps, trail->size * sizeof *trail->steps);
    }
    trail->steps[trail->count++] = (struct sw_step){at_ms, presence, reason_ms};
}

void sw_trail_forget(struct sw_trail *trail, int64_t t_ms) {
    ptrdiff_t keep = sw_trail_find(trail, t_ms);
    if (keep <= 0) return;
    trail->count -= (size_t)keep;
    memmove(trail->steps, trail->steps + keep, trail->count * sizeof *trail->steps);
}

ptrdiff_t sw_trail_find(const struct sw_trail *trail, int64_t t_ms) {
    size_t low = 0, high = trail->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (trail->steps[middle].at_ms <= t_ms) low = middle + 1;
        else high = middle;
    }
    return (ptrdiff_t)low - 1;
}

enum sw_presence sw_trail_at(const struct sw_trail *trail, int64_t t_ms) {
    ptrdiff_t index = sw_trail_find(trail, t_ms);
    return index < 0 ? SW_AT_OFFLINE : trail->steps[index].presence;
}

void sw_trail_walk(struct sw_trail_walk *walk, const struct sw_trail *trail, int64_t from_ms, int64_t to_ms) {
    *walk = (struct sw_trail_walk){trail, from_ms, to_ms, sw_trail_find(trail, from_ms)};
}

int sw_trail_next(struct sw_trail_walk *walk, struct sw_stretch *out) {
    if (walk->at_ms >= walk->to_ms) return 0;
    size_t next = (size_t)(walk->index + 1);
    out->presence = walk->index < 0 ? SW_AT_OFFLINE : walk->trail->steps[walk->index].presence;
    out->reason_ms = walk->index < 0 ? INT64_MAX : walk->trail->steps[walk->index].reason_ms;
    out->start_ms = walk->at_ms;
    out->end_ms = walk->to_ms;
    if (next < walk->trail->count && walk->trail->steps[next].at_ms < walk->to_ms)
        out->end_ms = walk->trail->steps[next].at_ms;
    walk->at_ms = out->end_ms;
    walk->index++;
    return 1;
}
