/* Watching the floor by the policy: which changes of agents, queues, teams and calls are conditions that open alerts.
 * Part of the core's inside. */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include "core/condition.h"
#include "core/map.h"

struct sw_agent;
struct sw_call;
struct sw_floor;
struct sw_scope;
struct sw_team;

enum sw__agent_rule {
    SW__AGENT_RING,
    SW__AGENT_HOLD,
    SW__AGENT_HOLD_COUNT,
    SW__AGENT_WRAPUP,
    SW__AGENT_IDLE,
    SW__AGENT_BUSY,
    SW__AGENT_AWAY,
    SW__AGENT_BREAK,
    SW__AGENT_RULES
};

enum sw__scope_rule {
    SW__SCOPE_ANSWER_RATE,
    SW__SCOPE_SERVICE_LEVEL,
    SW__SCOPE_ABANDON,
    SW__SCOPE_LONGEST_WAIT,
    SW__SCOPE_WAITING,
    SW__SCOPE_SURGE,
    SW__SCOPE_CHAT,
    SW__SCOPE_ONLINE,
    SW__SCOPE_RULES
};

/* An outside alarm's condition, by its source. */
struct sw_named_condition {
    UT_hash_handle hh;
    struct sw_condition condition;
    char name[];
};

/* What the floor keeps for its alerts. */
struct sw_watch {
    struct sw_alert_book book;
    struct sw_scope **touched; /* queues that changed with the event */
    size_t touched_count, touched_size;
    struct sw_agent **idlers; /* agents whose idle condition is armed */
    size_t idler_count, idler_size;
    struct sw_heap crowds; /* queues in which callers wait, by when that is long */
    struct sw_named_condition *alarms;
    struct {
        struct sw_condition condition;
        int64_t calls; /* of the business day */
    } outbound[2];     /* dialled, successes */
    int64_t outbound_seats, outbound_day_ms;
};

struct sw_watch *sw__watch_new(void);
void sw__watch_free(struct sw_watch *watch);

/* An agent's state, reason or queues changed at T_MS. */
void sw__watch_agent(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms);
/* The number of ready agents, or of callers who wait, may have changed at T_MS. */
void sw__watch_ready(struct sw_floor *floor, int64_t t_ms);
/* A call of the agent was put on hold for the HOLDS-th time; 0: it is over. */
void sw__watch_holds(struct sw_floor *floor, struct sw_agent *agent, int64_t holds, int64_t t_ms);
/* The agents of a team on break changed. */
void sw__watch_team(struct sw_floor *floor, struct sw_team *team, int64_t t_ms);
/* A queue changed with the event that is being applied. */
void sw__watch_touched(struct sw_floor *floor, struct sw_scope *queue);
/* The event at T_MS is applied: looks at the queues it touched. */
void sw__watch_event_over(struct sw_floor *floor, int64_t t_ms);
/* An agent dialled, or had success with, one more call. */
void sw__watch_outbound(struct sw_floor *floor, struct sw_agent *agent, bool success, int64_t t_ms);
/* An outside alarm is raised or cleared. */
void sw__watch_alarm(struct sw_floor *floor, const char *source, enum sw_severity severity, bool raised, int64_t t_ms);
/* A business day starts: its figures are of nothing yet. */
void sw__watch_new_day(struct sw_floor *floor, int64_t t_ms);
/* Lets what is due up to NOW_MS happen. */
void sw__watch_advance(struct sw_floor *floor, int64_t now_ms);
/* When there is something to do next, or INT64_MAX. */
int64_t sw__watch_next(const struct sw_floor *floor);
/* The agent is being forgotten. */
void sw__watch_agent_gone(struct sw_floor *floor, struct sw_agent *agent);
void sw__watch_free_conditions(struct sw_condition **conditions, size_t count);

#endif
