/* The bytes of a checkpoint. Every function goes both ways: it writes the value, or reads it back, so that the two can
 * not differ. Part of the core's inside. */
#ifndef CORE_CHECKPOINT_CODE_H
#define CORE_CHECKPOINT_CODE_H

#include "core/floor_state.h"
#include "shiftwall/checkpoint.h"

#define SW__CODE_TEXT_MAX 8192
#define SW__CODE_NUMBER_MAX (INT64_C(1) << 53) /* of counters and times: sums of many of them still fit */

struct sw_code {
    struct sw_buf *out;            /* NULL: reads */
    const unsigned char *at, *end; /* read from here */
    bool failed;                   /* of a reader: what it read is not to be used */
    int64_t base_ms;               /* times are told from here, so that they are short */
    /* of a reader: what has which place */
    struct sw_scope **queues, **groups;
    struct sw_team **teams;
    struct sw_agent **agents;
    struct sw_alert_entry **entries;
    size_t queue_count, group_count, team_count, agent_count, entry_count;
    struct sw_call **closed; /* calls, to be put in the order they closed in */
    size_t closed_count, closed_size;
};

static inline bool sw__code_reads(const struct sw_code *c) { return !c->out; }

void sw__code_put(struct sw_code *c, uint64_t value);
uint64_t sw__code_get(struct sw_code *c);

/* A value of 0..MAX. */
static inline uint64_t sw__code_uint(struct sw_code *c, uint64_t value, uint64_t max) {
    if (!sw__code_reads(c)) {
        sw__code_put(c, value);
        return value;
    }
    value = sw__code_get(c);
    if (value <= max) return value;
    c->failed = true;
    return 0;
}

static inline void sw__code_bool(struct sw_code *c, bool *value) { *value = sw__code_uint(c, *value, 1) != 0; }

/* How many things follow, each of at least one byte: no more than there are bytes left. */
static inline size_t sw__code_count(struct sw_code *c, size_t count, size_t max) {
    size_t left = sw__code_reads(c) ? (size_t)(c->end - c->at) : max;
    return (size_t)sw__code_uint(c, count, left < max ? left : max);
}

void sw__code_int(struct sw_code *c, int64_t *value);
/* One that may also be INT64_MIN or INT64_MAX, which mean something of their own. */
void sw__code_wide(struct sw_code *c, int64_t *value);
/* An instant, told from the base. */
void sw__code_instant(struct sw_code *c, int64_t *t_ms);
/* One that may also be INT64_MIN or INT64_MAX. */
void sw__code_time(struct sw_code *c, int64_t *t_ms);
/* A text on the heap, or NULL. */
void sw__code_text(struct sw_code *c, char **text);
/* A text that must be there, read into OUT of SIZE bytes. */
void sw__code_id(struct sw_code *c, const char *id, char *out, size_t size);
/* COUNT (at most 32) counters, of which most are 0. */
void sw__code_counts(struct sw_code *c, int64_t *counts, size_t count);
void sw__code_series(struct sw_code *c, struct sw_series *series);
void sw__code_ledger(struct sw_code *c, struct sw_ledger *ledger);
void sw__code_histogram(struct sw_code *c, struct sw_histogram *h);

/* A heap without its nodes, which stand with their owners and take their places when they are read. */
void sw__code_heap(struct sw_code *c, struct sw_heap *heap);
void sw__code_node(struct sw_code *c, struct sw_heap *heap, struct sw_heap_node *node);
/* Whether all the nodes were read and are in order. */
bool sw__code_heap_is_good(const struct sw_heap *heap);

/* The policy's conditions; made when there is one to read. */
void sw__code_condition(struct sw_code *c, struct sw_watch *watch, struct sw_condition **at, enum sw_subject kind,
                        const char *subject);
void sw__code_conditions(struct sw_code *c, struct sw_watch *watch, struct sw_condition **conditions, size_t count,
                         enum sw_subject kind, const char *subject);
/* What the watch keeps, but for the conditions of agents, scopes and teams, which stand with these. */
void sw__code_watch(struct sw_code *c, struct sw_watch *watch);

/* ---- the floor's parts ---- */

/* Notices, alarms, queues, groups, the site and teams. */
void sw__code_fixed(struct sw_code *c, struct sw_floor *floor);
void sw__code_agent(struct sw_code *c, struct sw_floor *floor, struct sw_agent *agent);
void sw__code_call(struct sw_code *c, struct sw_floor *floor, struct sw_call *call);
/* The end: agents in wrap-up and those that idle, in their order; of a reader, all that follows from the rest. */
void sw__code_ends(struct sw_code *c, struct sw_floor *floor);

#endif
