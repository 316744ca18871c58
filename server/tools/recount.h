/* A second reckoning of the day, for `audit`: slow, simple, and sharing nothing with the core but the decoder of events.
 *
 * It keeps one row for each call and writes one row for each outcome; figures are sums over all rows. */
#ifndef TOOLS_RECOUNT_H
#define TOOLS_RECOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/event.h"

struct sw_recount;

struct sw_recount_queue {
    int64_t offered, answered, abandoned, short_abandoned, exited, waiting;
    int64_t answered_in_target, abandoned_in_target, wait_answered_ms, wait_abandoned_ms, longest_wait_ms;
    int64_t handled, talk_ms, hold_ms;
};

struct sw_recount_agent {
    bool known;
    bool has_state;
    enum sw_agent_state state;
    bool has_reason; /* which the site may map to another state */
    int64_t handled, talk_ms, hold_ms, declined, transferred;
};

/* VIRTUAL: the daemon runs on a virtual clock, so entries' own times say nothing. OLDEST_MS: events before it are refused. */
struct sw_recount *sw_recount_new(bool virtual, int64_t oldest_ms);
void sw_recount_free(struct sw_recount *recount);
/* Counts one entry of the journal: its time and its message. Entries in their order. */
void sw_recount_add(struct sw_recount *recount, int64_t entry_ms, const char *json, size_t len);
/* What QUEUE has of [FROM_MS, TO_MS) so far, time being NOW_MS; waits up to TARGET_MS are in target, abandons under
 * SHORT_MS are short. */
void sw_recount_queue(const struct sw_recount *recount, const char *queue, int64_t from_ms, int64_t to_ms, int64_t now_ms,
                      int64_t target_ms, int64_t short_ms, struct sw_recount_queue *out);
void sw_recount_agent(const struct sw_recount *recount, const char *agent, int64_t from_ms, int64_t to_ms,
                      struct sw_recount_agent *out);
/* The names of all queues, or all agents, that events told of. */
void sw_recount_queues(const struct sw_recount *recount, void (*fn)(void *ctx, const char *name), void *ctx);
void sw_recount_agents(const struct sw_recount *recount, void (*fn)(void *ctx, const char *name), void *ctx);
uint64_t sw_recount_events(const struct sw_recount *recount);

#endif
