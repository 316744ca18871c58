/* The floor: one site's queues, agents, teams and calls as a fold over its events.
 *
 * Pure: no input or output, no clock, no globals. The same events in the same order give the same figures on every
 * machine. Time comes in with every call; "now" never runs backwards. */
#ifndef SHIFTWALL_FLOOR_H
#define SHIFTWALL_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/alert.h"
#include "shiftwall/event.h"
#include "shiftwall/kpi.h"

struct sw_floor;
struct sw_shifts;
struct sw_zone;

/* Caps; what comes past one is refused with SW_REJECT_LIMIT. */
#define SW_AGENTS_MAX 50000
#define SW_QUEUES_MAX 2000
#define SW_GROUPS_MAX 200
#define SW_TEAMS_MAX 2000
#define SW_CALLS_MAX 1000000       /* open and lately closed */
#define SW_NOTICES_MAX 20          /* the oldest gives way */
#define SW_ALARMS_MAX 50
#define SW_DUPLICATE_KEYS_MAX 1000000 /* the oldest gives way, counted */

#define SW_DUPLICATE_WINDOW_MS INT64_C(600000) /* a repeated id within this of its first ts is dropped */
#define SW_ORPHAN_MS INT64_C(21600000)         /* a call silent for this long is closed */
#define SW_FUTURE_MS INT64_C(300000)           /* an event further ahead of its arrival is refused */

/* Product defaults (kpi.md). */
struct sw_floor_options {
    const struct sw_zone *zone;  /* borrowed for the floor's life; NULL = UTC */
    int64_t day_starts_ms;       /* local time of day at which the business day starts, 0..86399999 */
    int64_t interval_ms;         /* 900000 or 1800000 */
    int64_t target_ms;           /* T of queues that say nothing else */
    int64_t short_ms;            /* S of queues that say nothing else */
    enum sw_formula formula;     /* of queues that say nothing else */
    bool exclude_short_abandons; /* answer and abandon rate leave short abandons out */
    bool keep_all;               /* keep every interval for ever (replay); else to the previous business day */
    int64_t break_allowance_ms;  /* one short break */
    int64_t limit_ms[SW_ST_COUNT]; /* how long an agent may stay in a state before it is over the limit; 0 none */
    /* Told, when not NULL, of every change of an agent's state or of its reason; for one agent in order of time. */
    void (*on_agent_state)(void *ctx, const char *agent, enum sw_agent_state state, bool has_reason, int64_t at_ms);
    void *ctx;
    const struct sw_policy *policy; /* borrowed for the floor's life; NULL: no alerts */
    const struct sw_shifts *shifts; /* borrowed: who is planned and what was granted; NULL: nobody, nothing */
};

/* UTC, days from 00:00, 15 minutes, T 20 s, S 5 s, formula `all`, breaks of 10 minutes, limits of the product. */
void sw_floor_options_init(struct sw_floor_options *options);

/* A floor without queues, agents or events; never NULL. */
struct sw_floor *sw_floor_new(const struct sw_floor_options *options);
void sw_floor_free(struct sw_floor *floor);

/* Fixed data of the site, to be given before the first event. Strings are copied. 0, -SW_ELIMIT or -SW_EINVAL. */
int sw_floor_add_group(struct sw_floor *floor, const char *id, const char *name) SW_NODISCARD;
struct sw_queue_options {
    const char *id;
    const char *name;  /* NULL = the id */
    int64_t target_ms; /* -1 = the site's */
    int64_t short_ms;  /* -1 = the site's */
    int formula;       /* enum sw_formula, -1 = the site's */
    const char *const *groups;
    size_t group_count;
};
int sw_floor_add_queue(struct sw_floor *floor, const struct sw_queue_options *options) SW_NODISCARD;
struct sw_agent_options {
    const char *id;
    const char *name; /* NULL = from events */
    const char *team; /* NULL = from events; else it wins over them */
    const char *seat; /* NULL = none */
    const char *const *queues; /* the policy's skills, while events name no queues */
    size_t queue_count;
};
int sw_floor_add_agent(struct sw_floor *floor, const struct sw_agent_options *options) SW_NODISCARD;
/* Agents in state busy, break, meal or meeting whose reason is REASON are in STATE instead. */
int sw_floor_map_reason(struct sw_floor *floor, const char *reason, enum sw_agent_state state) SW_NODISCARD;

/* What became of an event. */
enum sw_outcome {
    SW_OUTCOME_APPLIED,
    SW_OUTCOME_DUPLICATE,
    SW_OUTCOME_CONTRADICTION,
    SW_OUTCOME_REJECTED
};

/* Applies one decoded event. Time passes first: deadlines up to NOW_MS (live: the clock; reading the journal: the
 * entry's ID; replay: the latest ts so far) happen before it. A ts after LATEST_MS is refused (INT64_MAX: none is);
 * live that is the event's arrival + SW_FUTURE_MS. REJECT, when not NULL, gets the reason of a refusal. Every event is
 * counted once. */
enum sw_outcome sw_floor_apply(struct sw_floor *floor, const struct sw_event *event, int64_t now_ms, int64_t latest_ms,
                               enum sw_reject *reject);
/* Counts an event that could not be decoded. */
void sw_floor_count_rejected(struct sw_floor *floor);
/* Lets time pass: deadlines up to NOW_MS happen. Costs nothing while nothing is due. */
void sw_floor_advance(struct sw_floor *floor, int64_t now_ms);
/* When advance() next has something to do, or INT64_MAX. */
int64_t sw_floor_next_deadline(const struct sw_floor *floor);
/* The latest moment the floor knows of; INT64_MIN before the first. */
int64_t sw_floor_now(const struct sw_floor *floor);

struct sw_floor_counters {
    int64_t events; /* applied, duplicate, contradictory and rejected */
    int64_t applied, rejected, implied, contradictions, clock_skew, duplicates;
    int64_t orphans, duplicate_keys_evicted, calls_evicted;
    int64_t first_ts_ms, last_ts_ms; /* of accepted events; INT64_MAX, INT64_MIN before the first */
};
const struct sw_floor_counters *sw_floor_counters(const struct sw_floor *floor);

/* ---- reading ---- */

/* A span of business time: [start, end). */
struct sw_span {
    int64_t start_ms, end_ms;
};
/* The business day and the interval that contain T_MS. DATE, when not NULL, gets "YYYY-MM-DD". */
struct sw_span sw_floor_day(const struct sw_floor *floor, int64_t t_ms, char date[11]);
struct sw_span sw_floor_interval(const struct sw_floor *floor, int64_t t_ms);
/* The business day of that date, or an empty span when there is none. */
struct sw_span sw_floor_day_of_date(const struct sw_floor *floor, const char *date);

enum sw_window { SW_WINDOW_TODAY, SW_WINDOW_INTERVAL, SW_WINDOW_LAST15, SW_WINDOW_LAST30, SW_WINDOW_LAST60, SW_WINDOW_COUNT };

/* A queue, a group or the whole site: the things that have queue counters. */
struct sw_scope;
const struct sw_scope *sw_floor_site(const struct sw_floor *floor);
size_t sw_floor_queue_count(const struct sw_floor *floor);
const struct sw_scope *sw_floor_queue(const struct sw_floor *floor, size_t index);
/* The queue of that id, or NULL. */
const struct sw_scope *sw_floor_find_queue(const struct sw_floor *floor, const char *id);
size_t sw_floor_group_count(const struct sw_floor *floor);
const struct sw_scope *sw_floor_group(const struct sw_floor *floor, size_t index);

const char *sw_scope_id(const struct sw_scope *scope);   /* "" for the site */
const char *sw_scope_name(const struct sw_scope *scope);
int64_t sw_scope_target_ms(const struct sw_scope *scope); /* queues only */
int64_t sw_scope_short_ms(const struct sw_scope *scope);
enum sw_formula sw_scope_formula(const struct sw_scope *scope);
/* The groups of a queue, or the queues of a group. */
size_t sw_scope_link_count(const struct sw_scope *scope);
const struct sw_scope *sw_scope_link(const struct sw_scope *scope, size_t index);

/* The counters of a live window, at the floor's now. */
void sw_scope_window(const struct sw_floor *floor, const struct sw_scope *scope, enum sw_window window,
                     struct sw_queue_counts *out);
/* The counters of all intervals that start in [from, to). Interval edges give exact figures. */
void sw_scope_between(const struct sw_floor *floor, const struct sw_scope *scope, int64_t from_ms, int64_t to_ms,
                      struct sw_queue_counts *out);
/* Entries in the queue at the start of the interval that starts at T_MS (carried in). */
int64_t sw_scope_carried_in(const struct sw_scope *scope, int64_t t_ms);
/* Whether the interval that starts at T_MS has any counter. */
bool sw_scope_has_interval(const struct sw_scope *scope, int64_t t_ms);
/* Percentile of today's answered waits, in ms, or -1. */
int64_t sw_scope_wait_quantile(const struct sw_floor *floor, const struct sw_scope *scope, unsigned permille);

struct sw_scope_now {
    int64_t waiting;
    int64_t overdue;          /* of these, longer than their queue's target */
    int64_t oldest_since_ms;  /* INT64_MAX when none waits */
    const char *oldest_queue; /* NULL when none waits */
    uint32_t agents[SW_ST_COUNT]; /* who serve it, each once, by state */
};
void sw_scope_now(const struct sw_floor *floor, const struct sw_scope *scope, struct sw_scope_now *out);

struct sw_waiting_call {
    const char *call, *queue;
    int64_t since_ms, priority; /* priority INT64_MIN when not given */
};
/* The oldest waiting calls of the site, oldest first; returns how many of at most MAX were written. */
size_t sw_floor_waiting_calls(const struct sw_floor *floor, struct sw_waiting_call *out, size_t max);

struct sw_agent;
size_t sw_floor_agent_count(const struct sw_floor *floor);
const struct sw_agent *sw_floor_agent(const struct sw_floor *floor, size_t index);
const struct sw_agent *sw_floor_find_agent(const struct sw_floor *floor, const char *id);

struct sw_agent_now {
    const char *id, *name, *seat, *team, *reason, *queue; /* NULL where there is none */
    enum sw_agent_state state;
    int64_t since_ms;      /* INT64_MIN: no state was ever told */
    int64_t first_seen_ms;
    bool on_call;
    bool over_limit;
    int64_t limit_ms;      /* of this state, 0 none */
    size_t queue_count;
};
void sw_agent_now(const struct sw_floor *floor, const struct sw_agent *agent, struct sw_agent_now *out);
const struct sw_scope *sw_agent_queue(const struct sw_agent *agent, size_t index);
/* Counters of an agent over the intervals that start in [from, to). Time of the state it is in is reckoned up to
 * OPEN_UNTIL_MS, or only up to its `since` with INT64_MIN. */
void sw_agent_between(const struct sw_floor *floor, const struct sw_agent *agent, int64_t from_ms, int64_t to_ms,
                      int64_t open_until_ms, struct sw_agent_counts *out);

struct sw_team;
size_t sw_floor_team_count(const struct sw_floor *floor);
const struct sw_team *sw_floor_team(const struct sw_floor *floor, size_t index);
/* The sum of all agents, as a team without id. */
const struct sw_team *sw_floor_everyone(const struct sw_floor *floor);
/* The options' shifts; NULL: no roster. */
const struct sw_shifts *sw_floor_shifts(const struct sw_floor *floor);
const char *sw_team_id(const struct sw_team *team);
/* Agents of the team by state now. */
const uint32_t *sw_team_states(const struct sw_team *team);
/* As sw_agent_between, summed over the team. Time of the states its agents are in is reckoned up to OPEN_UNTIL_MS, in
 * the interval of now; INT64_MIN after sw_floor_settle. */
void sw_team_between(const struct sw_floor *floor, const struct sw_team *team, int64_t from_ms, int64_t to_ms,
                     int64_t open_until_ms, struct sw_agent_counts *out);

/* Reckons the time of every agent's open state up to T_MS, neither more nor less, into all counters, as reports
 * need it. */
void sw_floor_settle(struct sw_floor *floor, int64_t t_ms);

struct sw_notice {
    const char *text;
    int64_t since_ms, until_ms; /* until INT64_MAX: to the end of the business day */
};
struct sw_alarm {
    const char *source, *text;
    enum sw_severity severity;
    int64_t since_ms;
};
/* Shows an announcement that came by another way than events. UNTIL_MS INT64_MAX: to the end of the business day. */
void sw_floor_announce(struct sw_floor *floor, const char *text, int64_t since_ms, int64_t until_ms);
size_t sw_floor_notices(const struct sw_floor *floor, struct sw_notice *out, size_t max);
size_t sw_floor_alarms(const struct sw_floor *floor, struct sw_alarm *out, size_t max);

/* ---- alerts of agents, queues, teams, the site and outside alarms ---- */

/* The policy, the roster or the grants changed: looks at everybody again, as of now. */
void sw_floor_review(struct sw_floor *floor);
/* The same of one agent; nothing when there is none of that id. */
void sw_floor_review_agent(struct sw_floor *floor, const char *id);
/* Changes with every alert that opens, closes or becomes worse. */
uint64_t sw_floor_alerts_version(const struct sw_floor *floor);
/* The alerts that are open, or all that are kept, in order of opening. The list is the caller's to free(); its texts
 * are borrowed until the next event. */
size_t sw_floor_alerts(const struct sw_floor *floor, bool open_only, struct sw_alert **out);

/* ---- what changed ---- */

/* Called for everything that changed since the last drain, each once. Any callback may be NULL; without `agent` the
 * agents stay as they are: changed, until a drain that takes them. */
struct sw_floor_changes {
    void *ctx;
    void (*queue)(void *ctx, const struct sw_scope *queue);
    void (*group)(void *ctx, const struct sw_scope *group);
    void (*agent)(void *ctx, const struct sw_agent *agent);
    void (*agent_gone)(void *ctx, const char *id, const char *team);
    void (*team)(void *ctx, const struct sw_team *team);
    void (*site)(void *ctx);
};
/* Whether anything changed. */
bool sw_floor_changed(const struct sw_floor *floor);
void sw_floor_drain(struct sw_floor *floor, const struct sw_floor_changes *changes);
/* The same of agents only. */
void sw_floor_drain_agents(struct sw_floor *floor, const struct sw_floor_changes *changes);

#endif
