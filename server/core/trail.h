/* What an agent did, as far as rosters and rules care: sign-in and the kinds of non-service, in order of time. */
#ifndef CORE_TRAIL_H
#define CORE_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/event.h"

enum sw_presence { SW_AT_OFFLINE, SW_AT_SERVICE, SW_AT_BREAK, SW_AT_MEAL, SW_AT_BUSY, SW_AT_MEETING };

/* From AT_MS on. */
struct sw_step {
    int64_t at_ms;
    enum sw_presence presence;
    int64_t reason_ms; /* when a reason for it was given; INT64_MAX never */
};

struct sw_trail {
    struct sw_step *steps; /* ascending; neighbours differ */
    size_t count, size;
};

void sw_trail_deinit(struct sw_trail *trail);
/* Adds a state at AT_MS, not before the last one's, or that a reason was given for the state there is. */
void sw_trail_add(struct sw_trail *trail, enum sw_agent_state state, bool has_reason, int64_t at_ms);
/* Forgets the steps that were over at T_MS. */
void sw_trail_forget(struct sw_trail *trail, int64_t t_ms);
/* The index of the step in force at T_MS, or -1 before the first. */
ptrdiff_t sw_trail_find(const struct sw_trail *trail, int64_t t_ms);
/* What the agent did at T_MS: offline before the first step. */
enum sw_presence sw_trail_at(const struct sw_trail *trail, int64_t t_ms);

/* One stretch of a trail, [start, end). */
struct sw_stretch {
    enum sw_presence presence;
    int64_t start_ms, end_ms;
    int64_t reason_ms; /* INT64_MAX: none was given */
};
/* Walks the trail over [from, to), offline before its first step. */
struct sw_trail_walk {
    const struct sw_trail *trail;
    int64_t at_ms, to_ms;
    ptrdiff_t index;
};
void sw_trail_walk(struct sw_trail_walk *walk, const struct sw_trail *trail, int64_t from_ms, int64_t to_ms);
/* The next stretch; 0 at the end. */
int sw_trail_next(struct sw_trail_walk *walk, struct sw_stretch *out);

#endif
