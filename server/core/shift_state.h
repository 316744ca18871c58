/* The inside of the shifts, shared by the files that reckon with them. */
#ifndef CORE_SHIFT_STATE_H
#define CORE_SHIFT_STATE_H

#include <stdlib.h>
#include <string.h>

#include "core/heap.h"
#include "core/map.h"
#include "core/spans.h"
#include "core/trail.h"
#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/shift.h"

struct sw_shift {
    struct sw_roster_row row; /* owned */
    struct sw_rostered *agent;
};

struct sw_given {
    enum sw_grant_kind kind;
    int64_t from_ms, to_ms, at_ms;
    char *id, *reason, *by;
};

struct sw_rostered {
    UT_hash_handle hh;
    struct sw_trail trail;
    struct sw_given *grants;
    size_t grant_count;
    struct sw_shift **shifts; /* ascending */
    size_t shift_count;
    struct {
        enum sw_rule rule;
        int64_t month, count;
    } *past;
    size_t past_count;
    struct {
        enum sw_rule rule;
        int64_t at_ms;
    } *excused; /* by a lead's decision */
    size_t excused_count;
    int64_t late_run; /* shifts in a row, up to those that are kept, in which the agent was late or left early */
    struct sw_heap_node due; /* when its breaches may change next */
    struct sw_rostered *next_changed;
    bool changed;
    char id[];
};

struct sw_shifts {
    const struct sw_policy *policy;
    const struct sw_zone *zone;
    struct sw_zone *own_zone;
    struct sw_rostered *agents;
    struct sw_shift **shifts; /* by start, then agent */
    size_t count, grant_count;
    uint64_t version;
    struct sw_heap due;
    struct sw_rostered *changed;
    int64_t now_ms;
    int64_t forgotten_ms; /* what ended before is forgotten, and late_run knows of it; INT64_MIN: nothing is */
};

/* The agent of that id, made when new; NULL past the cap. */
struct sw_rostered *sw__rostered_of(struct sw_shifts *shifts, const char *id);
/* The agent's states, shifts or grants changed. */
void sw__rostered_changed(struct sw_shifts *shifts, struct sw_rostered *agent);

#define SW__GRANT(kind) (1u << SW_GRANT_##kind)
#define SW__EXCUSES_ABSENCE                                                                                   \
    (SW__GRANT(PROBLEM) | SW__GRANT(LEAVE) | SW__GRANT(SWAP) | SW__GRANT(LATE) | SW__GRANT(EARLY_LEAVE))

/* Adds what the agent's grants of KINDS (bits) give inside [from, to). */
void sw__grants_within(const struct sw_rostered *agent, unsigned kinds, int64_t from_ms, int64_t to_ms,
                       struct sw_spans *out);
/* Adds the shift's leave: the roster's and granted. */
void sw__shift_leave(const struct sw_shift *shift, struct sw_spans *out);
/* The planned activity at T_MS, work when there is none; *EDGE_MS gets where that changes. */
enum sw_activity sw__shift_activity(const struct sw_shift *shift, int64_t t_ms, int64_t *edge_ms);
/* The first instant signed in of [from, to), or INT64_MIN. */
int64_t sw__first_in(const struct sw_trail *trail, int64_t from_ms, int64_t to_ms);

/* Adds the shifts that ended before T_MS, and are about to be forgotten, to the agent's late_run. */
void sw__keep_late_run(struct sw_shifts *shifts, struct sw_rostered *agent, int64_t t_ms);

/* Adherence against its goal is looked at at multiples of this. */
#define SW__ADHERENCE_EVERY_MS INT64_C(900000)
/* The first such moment after T_MS. */
int64_t sw__adherence_look(int64_t t_ms);
/* Spans up to T_MS in which adherence is below its goal; of one subject they may overlap. The list is the caller's. */
size_t sw__adherence_alerts(const struct sw_shifts *shifts, int64_t t_ms, struct sw_alert **out);

static inline int64_t sw__later(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t sw__earlier(int64_t a, int64_t b) { return a < b ? a : b; }

#endif
