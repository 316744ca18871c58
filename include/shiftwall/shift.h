/* Shifts: what the roster planned against what agents did. Attendance, adherence, breaks, and what broke a rule.
 *
 * Every figure is a pure function of four things that are kept: the agents' states in order of time, the roster, the
 * grants and the policy. So a grant entered later, a roster replaced, or a policy reloaded changes all of them at once
 * and the same way, live and in replay. The time a figure is asked for comes with the question.
 *
 * Sources: the definitions of kpi.md, Shifts; the rules with memory of rules.md. */
#ifndef SHIFTWALL_SHIFT_H
#define SHIFTWALL_SHIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/alert.h"
#include "shiftwall/error.h"
#include "shiftwall/event.h"
#include "shiftwall/kpi.h"
#include "shiftwall/policy.h"
#include "shiftwall/roster.h"

struct sw_rostered;
struct sw_shift;
struct sw_shifts;
struct sw_zone;

#define SW_SHIFTS_AGENTS_MAX 50000
#define SW_GRANTS_MAX 200000

/* What a leader permitted, before or after the fact. */
#define SW_GRANT_MAP(XX)                                                                                      \
    XX(PROBLEM, "problem") /* 问题时长: could not be signed in for no fault of the agent */                       \
    XX(LEAVE, "leave")                                                                                        \
    XX(SWAP, "swap")                                                                                          \
    XX(LATE, "late")                                                                                          \
    XX(EARLY_LEAVE, "early_leave")                                                                            \
    XX(BUSY, "busy")                                                                                          \
    XX(AWAY, "away")                                                                                          \
    XX(BREAK, "break") /* an extra or a longer one */                                                         \
    XX(OVERTIME, "overtime")

enum sw_grant_kind {
#define XX(name, text) SW_GRANT_##name,
    SW_GRANT_MAP(XX)
#undef XX
        SW_GRANT_COUNT
};

const char *sw_grant_kind_name(enum sw_grant_kind kind);
/* The kind of that name, or -1. */
int sw_grant_kind_from_name(const char *name);

/* A permission for [from, to). */
struct sw_grant {
    const char *id; /* to take it back by; NULL = none */
    const char *agent;
    enum sw_grant_kind kind;
    int64_t from_ms, to_ms;
    const char *reason, *by; /* NULL = none */
    int64_t at_ms;           /* when it was given */
};

/* POLICY and ZONE (NULL = UTC; for the calendar month of the ladder) are borrowed for its life; never NULL. */
struct sw_shifts *sw_shifts_new(const struct sw_policy *policy, const struct sw_zone *zone);
void sw_shifts_free(struct sw_shifts *shifts);
const struct sw_policy *sw_shifts_policy(const struct sw_shifts *shifts);
/* A copy of what was known at T_MS: states up to then and the grants given by then. The roster, swaps and a lead's decisions
 * bear no such time and are as they are now. It is the caller's and may not outlive SHIFTS, whose policy and zone it
 * borrows. */
struct sw_shifts *sw_shifts_as_of(const struct sw_shifts *shifts, int64_t t_ms);

/* Replaces all shifts of the dates in ROSTER, which is copied. 0; -SW_ELIMIT past SW_SHIFTS_AGENTS_MAX agents, and
 * then nothing is changed. */
int sw_shifts_set_roster(struct sw_shifts *shifts, const struct sw_roster *roster) SW_NODISCARD;
/* The agents of two shifts change places. 0, or -SW_ENOENT when one of them is not there, -SW_EINVAL when one of the
 * agents has another shift at that time. */
int sw_shifts_swap(struct sw_shifts *shifts, const struct sw_shift *a, const struct sw_shift *b) SW_NODISCARD;
/* The shift of AGENT that starts at START_MS, or NULL. */
const struct sw_shift *sw_shifts_find(const struct sw_shifts *shifts, const char *agent, int64_t start_ms);
/* Adds a grant, which is copied. 0, -SW_EINVAL when it ends before it begins, -SW_ELIMIT. */
int sw_shifts_add_grant(struct sw_shifts *shifts, const struct sw_grant *grant) SW_NODISCARD;
/* Takes a grant back. 0 or -SW_ENOENT. */
int sw_shifts_remove_grant(struct sw_shifts *shifts, const char *agent_id, const char *id) SW_NODISCARD;
/* An agent is in STATE from AT_MS on, or gives a reason for it then; for one agent in order of time. Agents past the cap
 * are not kept. */
void sw_shifts_agent_state(struct sw_shifts *shifts, const char *agent, enum sw_agent_state state, bool has_reason,
                           int64_t at_ms);

/* Forgets what agents did, as before the first event; the roster and the grants stay. */
void sw_shifts_clear_states(struct sw_shifts *shifts);
/* Forgets shifts and grants that ended before T_MS, and what agents did before then. */
void sw_shifts_forget(struct sw_shifts *shifts, int64_t t_ms);
/* Changes with every sign-in, sign-out, roster and grant, and with nothing else. */
uint64_t sw_shifts_version(const struct sw_shifts *shifts);

/* ---- reading ---- */

/* Whether a shift of the agent covers T_MS. */
bool sw_shifts_is_planned(const struct sw_shifts *shifts, const char *agent, int64_t t_ms);
/* The end of what the agent's grants of KINDS (bits, 1u << kind) cover from T_MS on without a gap; T_MS when nothing. */
int64_t sw_shifts_granted_until(const struct sw_shifts *shifts, const char *agent, unsigned kinds, int64_t t_ms);

struct sw_shift;
size_t sw_shifts_count(const struct sw_shifts *shifts);
/* In order of start, then of agent. */
const struct sw_shift *sw_shifts_get(const struct sw_shifts *shifts, size_t index);
const struct sw_roster_row *sw_shift_row(const struct sw_shift *shift);

/* The rules in force for a shift: those of its start, else of its team, else of the site. */
const struct sw_policy *sw_shift_policy(const struct sw_shifts *shifts, const struct sw_shift *shift);

enum sw_attended { SW_ATTENDED_PENDING, SW_ATTENDED_YES, SW_ATTENDED_NO, SW_ATTENDED_ON_LEAVE };

/* One shift up to a moment. Times in ms. */
struct sw_shift_figures {
    bool begun, over;
    enum sw_attended attended;
    int64_t absent_ms;            /* when an agent who never came counts as absent */
    bool came;                    /* was signed in inside the shift at all */
    int64_t scheduled_ms;         /* the elapsed part, without leave */
    int64_t signed_in_ms;         /* of it */
    int64_t excused_ms;           /* of it, granted and not signed in */
    int64_t service_ms;           /* of it, ready or handling */
    int64_t conforming_ms;        /* signed in, with what hangs over the shift's edges */
    int64_t overtime_ms;          /* of that, behind the end */
    int64_t as_planned_ms;        /* in the state that goes with the planned activity */
    int64_t first_in_ms, last_in_ms; /* first instant signed in and end of the last; INT64_MIN when never */
    int64_t late_ms, early_leave_ms; /* 0 = not, or not known yet */
    int late_class, early_class;     /* index of the policy's class, or -1 */
};
void sw_shift_figures(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms,
                      struct sw_shift_figures *out);
/* signed-in / (scheduled - excused). */
struct sw_ratio sw_shift_adherence(const struct sw_shift_figures *f);
/* in the planned activity / (scheduled - excused). */
struct sw_ratio sw_shift_state_adherence(const struct sw_shift_figures *f);
/* signed-in, overhang included / scheduled. */
struct sw_ratio sw_shift_conformance(const struct sw_shift_figures *f);
/* 1 - service / scheduled. */
struct sw_ratio sw_shift_shrinkage(const struct sw_shift_figures *f);

/* What an agent does at a moment, as far as shifts care. */
enum sw_presence_now { SW_NOW_OFFLINE, SW_NOW_SERVICE, SW_NOW_BREAK, SW_NOW_MEAL, SW_NOW_BUSY, SW_NOW_MEETING };
/* What the shift's agent does at T_MS, and (SINCE_MS) since when; INT64_MIN when nothing was ever told. */
enum sw_presence_now sw_shift_presence(const struct sw_shift *shift, int64_t t_ms, int64_t *since_ms);

/* A short break and the allowance it took. */
struct sw_break {
    int64_t start_ms, end_ms; /* end INT64_MAX: running */
    int64_t length_ms;        /* so far */
    int64_t allowance_ms;     /* 0 when none was left */
    int64_t overrun_ms;       /* so far */
    bool excess;              /* none was left */
    bool excused;             /* granted */
};
/* The breaks of a shift up to T_MS, in order; returns how many, of which at most MAX are written. */
size_t sw_shift_breaks(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms, struct sw_break *out,
                       size_t max);

/* Agents at T_MS. */
struct sw_headcount {
    int64_t scheduled; /* a shift covers T_MS, and no leave */
    int64_t present;   /* of these, signed in */
    int64_t signed_in; /* of all agents, rostered or not */
};
/* At each of COUNT ascending moments, in one pass over the agents. */
void sw_shifts_headcounts(const struct sw_shifts *shifts, const int64_t *t_ms, size_t count, struct sw_headcount *out);

/* The first grant of KINDS (bits, 1u << kind) to the agent that touches [from, to], into OUT, whose texts are borrowed;
 * false when there is none. */
bool sw_shifts_grant_over(const struct sw_shifts *shifts, const char *agent, unsigned kinds, int64_t from_ms, int64_t to_ms,
                          struct sw_grant *out);

/* Puts what the agent's shifts that start in [from, to) say of its breaks up to T_MS in place of COUNTS' own counters of
 * breaks, which know neither the roster nor the policy. Nothing when there is no such shift. */
void sw_shifts_count_breaks(const struct sw_shifts *shifts, const char *agent, int64_t from_ms, int64_t to_ms, int64_t t_ms,
                            struct sw_agent_counts *counts);

/* Sums over shifts that start in [from, to), up to T_MS, of TEAM or (NULL) of all. */
struct sw_attendance {
    int64_t scheduled;             /* agents whose shift covers now and who are not on leave */
    int64_t present;               /* of these, signed in */
    int64_t begun, leave, due;     /* due = begun - leave */
    int64_t attended, pending, absent, late, early_leave;
    int64_t signed_in_ms, expected_ms; /* adherence, of the shifts with a sign-in */
    int64_t scheduled_ms, service_ms, conforming_ms, as_planned_ms;
};
void sw_shifts_attendance(const struct sw_shifts *shifts, const char *team, int64_t from_ms, int64_t to_ms, int64_t t_ms,
                          struct sw_attendance *out);
/* attended / due; the goal is met when attended x 1,000,000 >= goal x due (integers). */
struct sw_ratio sw_attendance_rate(const struct sw_attendance *a);
bool sw_attendance_meets(const struct sw_attendance *a, int64_t goal_ppm);
/* How many more may be absent before the goal is missed: floor(due x (1 - goal)) - absent, may be negative. */
int64_t sw_attendance_slots_left(const struct sw_attendance *a, int64_t goal_ppm);

/* A rule that was broken by an agent in a shift. */
struct sw_breach {
    enum sw_rule rule;
    const char *agent;
    int64_t at_ms;               /* when the limit was passed */
    int64_t until_ms;            /* when the condition was gone; INT64_MAX: it goes on */
    int64_t value_ms, limit_ms;
    bool excused;
    int64_t n;                   /* the n-th unexcused one of the rule, the agent and the calendar month; 0 excused */
    int64_t since_ms;            /* when what broke the rule began */
    bool came;                   /* of an absence: the agent came later */
    int was;                     /* the rule it seemed to break first (late, before it was an absence), or -1 */
    const char *step;            /* what the ladder proposes; NULL when excused */
    int64_t points, money_fen;   /* what the policy proposes, points reckoned in; 0 nothing */
};
/* Whether alerts of RULE, about a call, are breaches of the agent. */
bool sw_rule_is_breach_of_call(enum sw_rule rule);
/* The breaches up to T_MS in order of at, rule and agent, those that ALERTS of the floor are included; the list is the
 * caller's to free(), its texts are borrowed. */
size_t sw_shifts_breaches(const struct sw_shifts *shifts, const struct sw_alert *alerts, size_t alert_count, int64_t t_ms,
                          struct sw_breach **out);
/* The same of one agent. */
size_t sw_rostered_breaches(const struct sw_shifts *shifts, const struct sw_rostered *agent, const struct sw_alert *alerts,
                            size_t alert_count, int64_t t_ms, struct sw_breach **out);
/* The same rule, agent and time have the same id everywhere. */
void sw_breach_id(const struct sw_breach *breach, char out[SW_ALERT_ID_SIZE]);
/* The alerts that are opened by BREACHES, and those that were before one was known for what it is, into OUT, which has
 * room for twice COUNT. Returns how many. */
size_t sw_breaches_alerts(const struct sw_policy *policy, const struct sw_breach *breaches, size_t count,
                          struct sw_alert *out);
/* Spans in which attendance or adherence of the site and of every team is below its goal, as alerts; the list is the
 * caller's. It changes with sw_shifts_version() only. */
size_t sw_shifts_goal_alerts(const struct sw_shifts *shifts, int64_t t_ms, struct sw_alert **out);

/* A lead excused the breach of RULE at AT_MS, or (EXCUSED false) took that back. */
void sw_shifts_excuse(struct sw_shifts *shifts, const char *agent, enum sw_rule rule, int64_t at_ms, bool excused);
/* How often an agent broke a rule in a calendar month (sw_shifts_month) before what is kept here: the ladder goes on
 * from there. */
void sw_shifts_set_past(struct sw_shifts *shifts, const char *agent, enum sw_rule rule, int64_t month, int64_t count);
/* The calendar month of T_MS, as a number that grows by one a month. */
int64_t sw_shifts_month(const struct sw_shifts *shifts, int64_t t_ms);

/* ---- as time passes ---- */

/* An agent, as the shifts know it. */
const char *sw_rostered_id(const struct sw_rostered *agent);
size_t sw_rostered_shift_count(const struct sw_rostered *agent);
const struct sw_shift *sw_rostered_shift(const struct sw_rostered *agent, size_t index);
size_t sw_shifts_agent_count(const struct sw_shifts *shifts);
const struct sw_rostered *sw_shifts_agent(const struct sw_shifts *shifts, const char *id);

/* Notes the agents whose breaches may have changed by NOW_MS because time passed. */
void sw_shifts_advance(struct sw_shifts *shifts, int64_t now_ms);
/* When advance() next has something to do, or INT64_MAX. */
int64_t sw_shifts_next_deadline(const struct sw_shifts *shifts);
/* Calls FN for every agent whose shifts, states, grants or breaches may have changed since the last drain. */
void sw_shifts_drain(struct sw_shifts *shifts, void *ctx, void (*fn)(void *ctx, const struct sw_rostered *agent));
/* All agents may have changed: the policy did. */
void sw_shifts_review(struct sw_shifts *shifts);

#endif
