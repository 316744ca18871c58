/* The floor's inside, shared by the files of the core and by nobody else. */
#ifndef CORE_FLOOR_STATE_H
#define CORE_FLOOR_STATE_H

#include <stdlib.h>
#include <string.h>

#include "core/duplicates.h"
#include "core/heap.h"
#include "core/histogram.h"
#include "core/ledger.h"
#include "core/map.h"
#include "core/series.h"
#include "core/watch.h"
#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"

#define SW_MINUTE_MS INT64_C(60000)
#define SW_MINUTES_KEPT 72 /* the last hour, and what may be ahead of now */
#define SW_NEVER INT64_MIN

struct sw_call;

/* A change of queue counters, as a few (counter, value) pairs. */
struct sw_delta {
    unsigned count;
    struct {
        enum sw_queue_counter counter;
        int64_t value;
    } pair[12];
};

struct sw_minute {
    int64_t minute; /* since the epoch */
    struct sw_queue_counts counts;
};

enum sw_scope_kind { SW_SCOPE_QUEUE, SW_SCOPE_GROUP, SW_SCOPE_SITE };

struct sw_scope {
    UT_hash_handle hh;
    enum sw_scope_kind kind;
    char *id, *name;
    int64_t target_ms, short_ms;
    enum sw_formula formula;
    struct sw_scope **links; /* a queue's groups, a group's queues */
    size_t link_count;
    struct sw_series series;
    struct sw_queue_counts total;
    struct sw_minute minutes[SW_MINUTES_KEPT];
    struct {
        int64_t day_start_ms;
        struct sw_histogram *waits; /* made with the first answered wait */
    } answered[2];                  /* today's and, for events ahead of now, tomorrow's */
    struct sw_heap waiting;         /* queues and the site: entries by the time they joined */
    int64_t overdue;
    uint32_t agents[SW_ST_COUNT];
    bool dirty;
    struct sw_condition *conditions[SW__SCOPE_RULES];
    struct sw_heap unanswered[2]; /* queues: chats and mails by the time they joined */
    int64_t crowd_since_ms;       /* since when callers wait without a gap; INT64_MAX: none waits */
    struct sw_heap_node crowd_node;
    bool touched;
    size_t place; /* in a checkpoint that is written or read; so below */
};

struct sw_team {
    UT_hash_handle hh;
    char *id;
    struct sw_series series;
    uint32_t states[SW_ST_COUNT];
    int64_t settled_sum[SW_ST_COUNT]; /* sum of `settled_ms` of the agents in each state */
    bool dirty;
    struct sw_condition *together;
    size_t place;
};

#define SW_WRAPUPS_KEPT 8 /* how far back a call's end that is told late is honoured */

/* What tells which queue an agent's wrap-up belongs to, each in order of time. */
struct sw_wrapups {
    struct {
        int64_t at_ms;
        struct sw_scope *queue; /* NULL: of no queue */
    } ended[SW_WRAPUPS_KEPT];
    size_t ended_count;
    struct sw_scope *before; /* the queue in force before the first of these */
    struct sw_span stretches[SW_WRAPUPS_KEPT]; /* of wrap-up that are over */
    size_t stretch_count;
};

struct sw_agent {
    UT_hash_handle hh;
    char *id, *name, *seat, *reason, *queue_id;
    struct sw_team *team;
    bool fixed_team, fixed_name, configured;
    bool has_state; /* an agent.state was ever told */
    enum sw_agent_state state;
    int64_t first_seen_ms;
    int64_t state_since_ms; /* the state, whatever its reasons */
    int64_t since_ms;       /* the state with this reason */
    int64_t settled_ms;     /* its time is in the counters up to here */
    int64_t latest_ms;      /* time never runs backwards for one agent */
    struct sw_scope **queues, **groups;
    size_t queue_count, group_count;
    struct sw_ledger ledger;
    struct sw_wrapups wrapups;
    struct sw_call *call; /* being talked to */
    size_t calls;         /* that point here */
    bool over_limit;
    struct sw_heap_node limit_node;
    struct sw_agent *next_wrapup, **prev_wrapup;
    bool dirty;
    struct sw_condition *conditions[SW__AGENT_RULES];
    int64_t outbound_day_ms; /* the last business day it called out on */
    size_t idler; /* place among the watch's idlers + 1 */
    size_t place;
};

enum sw_call_phase { SW_CALL_WAITING, SW_CALL_TALKING, SW_CALL_DIALING, SW_CALL_CLOSED };

struct sw_call {
    UT_hash_handle hh;
    enum sw_call_phase phase;
    bool outbound, overdue, dispositioned;
    struct sw_scope *queue; /* NULL: in no queue's counters */
    struct sw_agent *agent;
    int64_t queued_ms, answered_ms, latest_ms, priority;
    int64_t hold_since_ms, hold_ms, holds;
    enum sw_media media;
    /* an exit that names another queue, until that queue's entry tells whether it stayed inside a group */
    struct sw_scope *exit_queue;
    enum sw_exit_reason exit_reason;
    int64_t exit_ms;
    char *exit_to;
    struct sw_heap_node queue_node, site_node, breach_node, silence_node, reply_node;
    struct sw_call *next_closed, **prev_closed;
    uint64_t closed_order; /* the how manieth to close */
    char id[];
};

struct sw_reason {
    UT_hash_handle hh;
    enum sw_agent_state state;
    char text[];
};

struct sw_notice_entry {
    char *text, *source;
    int64_t since_ms, until_ms;
    enum sw_severity severity;
};

struct sw_floor {
    struct sw_floor_options options;
    struct sw_zone *own_zone;
    int64_t now_ms;
    struct sw_floor_counters counters;
    struct sw_day day;      /* that contains now */
    struct sw_day cached_day;
    struct sw_span interval; /* that contains now */
    int64_t minute;          /* of now */

    struct sw_scope *site, *queues_by_id, *groups_by_id;
    struct sw_scope **queues, **groups;
    size_t queue_count, group_count;
    struct sw_team *teams_by_id, *everyone;
    struct sw_team **teams;
    size_t team_count;
    struct sw_agent *agents_by_id;
    struct sw_agent **agents;
    size_t agent_count, agent_size;
    struct sw_agent *in_wrapup;
    struct sw_call *calls_by_id, *closed_first, **closed_last;
    uint64_t closed_count; /* calls that ever closed */
    struct sw_reason *reasons;
    struct sw_duplicates *duplicates;
    struct sw_heap breaches, silences, limits;
    struct sw_watch *watch; /* NULL without a policy */
    struct sw_floor_saver *saver; /* NULL: no checkpoint is being written */
    bool in_event;
    struct sw_notice_entry notices[SW_NOTICES_MAX], alarms[SW_ALARMS_MAX];
    size_t notice_count, alarm_count;

    bool changed, site_dirty;
    struct sw_agent **dirty_agents;
    size_t dirty_agent_count, dirty_agent_size;
    char **gone; /* pairs: agent, team */
    size_t gone_count;
};

/* calendar: business days and intervals */
const struct sw_day *sw__calendar_day(struct sw_floor *floor, int64_t t_ms);
struct sw_span sw__calendar_interval(const struct sw_floor *floor, const struct sw_day *day, int64_t t_ms);
int64_t sw__calendar_interval_start(struct sw_floor *floor, int64_t t_ms);

/* scope: counters of queues, groups and the site */
struct sw_scope *sw__scope_new(enum sw_scope_kind kind, const char *id, const char *name);
void sw__scope_free(struct sw_scope *scope);
/* The queue of that id, made when new; NULL past the cap. */
struct sw_scope *sw__queue_of(struct sw_floor *floor, const char *id);
void sw__scope_link(struct sw_scope *queue, struct sw_scope *group);
static inline void sw__delta(struct sw_delta *d, enum sw_queue_counter counter, int64_t value) {
    d->pair[d->count].counter = counter;
    d->pair[d->count++].value = value;
}
/* Adds to one scope at T_MS. */
void sw__scope_add(struct sw_floor *floor, struct sw_scope *scope, int64_t t_ms, const struct sw_delta *d);
/* Adds to a queue, its groups and the site. */
void sw__queue_add(struct sw_floor *floor, struct sw_scope *queue, int64_t t_ms, const struct sw_delta *d);
/* Adds an answered wait to the day's histograms of a queue, its groups and the site. */
void sw__queue_add_wait(struct sw_floor *floor, struct sw_scope *queue, int64_t t_ms, int64_t wait_ms);
void sw__queue_touch(struct sw_floor *floor, struct sw_scope *queue);
bool sw__scope_contains(const struct sw_scope *scope, const struct sw_scope *queue);

/* agent: states, their time, teams */
struct sw_agent *sw__agent_of(struct sw_floor *floor, const char *id, const char *team, int64_t t_ms);
void sw__agent_event(struct sw_floor *floor, const struct sw_event *event);
/* Reckons the agent's open state up to T_MS, taking back what was reckoned past it. */
void sw__agent_settle(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms);
/* Adds to the agent's own, its team's and everyone's counter. */
void sw__agent_count(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms, enum sw_agent_counter counter,
                     int64_t value);
void sw__agent_touch(struct sw_floor *floor, struct sw_agent *agent);
void sw__agent_free(struct sw_agent *agent);
void sw__agents_due(struct sw_floor *floor, int64_t now_ms);
void sw__agents_settle(struct sw_floor *floor, int64_t t_ms);
void sw__wrapups_settle(struct sw_floor *floor, int64_t t_ms);
/* Forgets agents that are signed out and have no figures left. */
void sw__agents_purge(struct sw_floor *floor);
struct sw_team *sw__team_new(const char *id);
/* The team of that id, made when new; that of the unassigned past the cap. */
struct sw_team *sw__team_of(struct sw_floor *floor, const char *id);
/* Sets the groups of an agent from the queues it serves. */
void sw__agent_set_groups(struct sw_agent *agent);
void sw__team_free(struct sw_team *team);

/* wrap-up by queue */
/* Adds (SIGN 1) or takes back (-1) the agent's wrap-up over [from, to) to the queues it belongs to. */
void sw__wrapup_add(struct sw_floor *floor, struct sw_agent *agent, int64_t from_ms, int64_t to_ms, int sign);
/* Remembers a wrap-up that is over. */
void sw__wrapup_over(struct sw_agent *agent, int64_t from_ms, int64_t to_ms);
/* A conversation of the agent ended: wrap-up from T_MS to the end of its next one belongs to QUEUE (NULL: to none). */
void sw__wrapup_call_ended(struct sw_floor *floor, struct sw_agent *agent, struct sw_scope *queue, int64_t t_ms);

/* call: entries, conversations, outcomes */
enum sw_outcome sw__call_event(struct sw_floor *floor, const struct sw_event *event);
void sw__calls_due(struct sw_floor *floor, int64_t now_ms);
void sw__call_free(struct sw_floor *floor, struct sw_call *call);
struct sw_call *sw__call_find(struct sw_floor *floor, const char *id);

/* checkpoint: what is being saved is saved as it is, before it changes */
void sw__saver_finish(struct sw_floor *floor);
static inline void sw__before_change(struct sw_floor *floor) {
    if (floor->saver) sw__saver_finish(floor);
}

/* notices: announcements and outside alarms */
enum sw_outcome sw__notice_event(struct sw_floor *floor, const struct sw_event *event);
enum sw_outcome sw__alarm_event(struct sw_floor *floor, const struct sw_event *event);
void sw__notices_due(struct sw_floor *floor, int64_t now_ms);
int64_t sw__notices_next(const struct sw_floor *floor);
void sw__notices_free(struct sw_floor *floor);

static inline int64_t sw__max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t sw__min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t sw__floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }
static inline void sw__replace(char **at, const char *text) {
    if (*at && text && !strcmp(*at, text)) return;
    free(*at);
    *at = text ? sw_xstrdup(text) : NULL;
}

#endif
