/* The figures: additive counters of one window, and what is derived from them.
 *
 * Sources of the formulas: the definitions of the field as the README's glossary names them; every ratio keeps its
 * numerator and denominator, so that sums over queues are sums of both. A ratio without a denominator is undefined. */
#ifndef SHIFTWALL_KPI_H
#define SHIFTWALL_KPI_H

#include <stdbool.h>
#include <stdint.h>

#include "shiftwall/event.h"

/* Counters of a queue, a queue group or the site. The first is a maximum, all others are sums.
 * SL and AR are the numerators and denominators of service level and answer rate by the queue's own formula. */
#define SW_QUEUE_COUNTER_MAP(XX)                                                                              \
    XX(LONGEST_WAIT_MS, "longest_wait_ms")                                                                    \
    XX(OFFERED, "offered")                                                                                    \
    XX(ANSWERED, "answered")                                                                                  \
    XX(ABANDONED, "abandoned")                                                                                \
    XX(SHORT_ABANDONED, "short_abandoned")                                                                    \
    XX(EXITED, "exited")                                                                                      \
    XX(HANDLED, "handled")                                                                                    \
    XX(ANSWERED_IN_TARGET, "answered_in_target")                                                              \
    XX(ABANDONED_IN_TARGET, "abandoned_in_target")                                                            \
    XX(WAIT_ANSWERED_MS, "wait_answered_ms")                                                                  \
    XX(WAIT_ABANDONED_MS, "wait_abandoned_ms")                                                                \
    XX(TALK_MS, "talk_ms")                                                                                    \
    XX(HOLD_MS, "hold_ms")                                                                                    \
    XX(WRAPUP_MS, "wrapup_ms")                                                                                \
    XX(FIFO_VIOLATIONS, "fifo_violations")                                                                    \
    XX(SL_NUM, "service_level_num")                                                                           \
    XX(SL_DEN, "service_level_den")                                                                           \
    XX(AR_NUM, "answer_rate_num")                                                                             \
    XX(AR_DEN, "answer_rate_den")                                                                             \
    XX(EXIT_TIMEOUT, "timeout")                                                                               \
    XX(EXIT_OVERFLOW, "overflow")                                                                             \
    XX(EXIT_KEY, "key")                                                                                       \
    XX(EXIT_FULL, "full")                                                                                     \
    XX(EXIT_UNSTAFFED, "unstaffed")                                                                           \
    XX(EXIT_CALLBACK, "callback")                                                                             \
    XX(EXIT_ORPHAN, "orphan")

enum sw_queue_counter {
#define XX(name, text) SW_QC_##name,
    SW_QUEUE_COUNTER_MAP(XX)
#undef XX
        SW_QC_COUNT
};

struct sw_queue_counts {
    int64_t v[SW_QC_COUNT];
};

/* Counters of an agent, a team or all agents. The first eleven are the time in each state, in its order. */
#define SW_AGENT_COUNTER_MAP(XX)                                                                              \
    XX(HANDLED, "handled")                                                                                    \
    XX(TALK_MS, "talk_ms")                                                                                    \
    XX(HOLD_MS, "call_hold_ms")                                                                               \
    XX(HOLDS, "holds")                                                                                        \
    XX(DECLINED, "declined")                                                                                  \
    XX(TRANSFERRED, "transferred")                                                                            \
    XX(DIALED, "dialed")                                                                                      \
    XX(CONNECTED, "connected")                                                                                \
    XX(SUCCESSES, "successes")                                                                                \
    XX(BREAKS, "used")                                                                                        \
    XX(BREAK_OVERRUNS, "overruns")                                                                            \
    XX(BREAK_OVERRUN_MS, "overrun_ms")

enum sw_agent_counter {
    SW_AC_STATE_MS = 0, /* + enum sw_agent_state; offline is never counted (elapsed - staffed) */
    SW_AC__LAST_STATE = SW_ST_COUNT - 1,
#define XX(name, text) SW_AC_##name,
    SW_AGENT_COUNTER_MAP(XX)
#undef XX
        SW_AC_COUNT
};

struct sw_agent_counts {
    int64_t v[SW_AC_COUNT];
};

/* The name of a counter, as the protocol writes it. */
const char *sw_queue_counter_name(enum sw_queue_counter counter);
/* The name of a counter of agents from SW_AC_HANDLED on. */
const char *sw_agent_counter_name(enum sw_agent_counter counter);

/* The five service-level formulas: which abandons count, and as what. */
#define SW_FORMULA_MAP(XX)                                                                                    \
    XX(ALL, "all")                                                                                            \
    XX(IGNORE_ABANDONED_IN_TARGET, "ignore_abandoned_in_target")                                              \
    XX(IGNORE_SHORT, "ignore_short")                                                                          \
    XX(ABANDONED_OK, "abandoned_ok")                                                                          \
    XX(ANSWERED_ONLY, "answered_only")

enum sw_formula {
#define XX(name, text) SW_FORMULA_##name,
    SW_FORMULA_MAP(XX)
#undef XX
        SW_FORMULA_COUNT
};

const char *sw_formula_name(enum sw_formula formula);
/* The formula of that name, or -1. */
int sw_formula_from_name(const char *name);

/* A ratio as its two parts; undefined while `den` is not positive. */
struct sw_ratio {
    int64_t num, den;
};

static inline bool sw_ratio_defined(struct sw_ratio r) { return r.den > 0; }
/* The value of a defined ratio. */
static inline double sw_ratio_value(struct sw_ratio r) { return (double)r.num / (double)r.den; }

/* answered / (answered + abandoned - excluded). */
struct sw_ratio sw_kpi_answer_rate(const struct sw_queue_counts *c);
/* (abandoned - excluded) / (answered + abandoned - excluded). */
struct sw_ratio sw_kpi_abandon_rate(const struct sw_queue_counts *c);
/* By the queues' own formulas; OVERDUE entries, waiting longer than the target now, join the denominator of every
 * formula but answered_only (live service level; 0 in reports). */
struct sw_ratio sw_kpi_service_level(const struct sw_queue_counts *c, int64_t overdue);
/* Means, in ms: speed of answer, wait of the abandoned, talk, hold, wrap-up and handle time of a handled call. */
struct sw_ratio sw_kpi_asa(const struct sw_queue_counts *c);
struct sw_ratio sw_kpi_awt_abandoned(const struct sw_queue_counts *c);
struct sw_ratio sw_kpi_att(const struct sw_queue_counts *c);
struct sw_ratio sw_kpi_hold(const struct sw_queue_counts *c);
struct sw_ratio sw_kpi_acw(const struct sw_queue_counts *c);
struct sw_ratio sw_kpi_aht(const struct sw_queue_counts *c);

/* Times of agents, in ms. */
int64_t sw_kpi_staffed_ms(const struct sw_agent_counts *c);
int64_t sw_kpi_handling_ms(const struct sw_agent_counts *c);
int64_t sw_kpi_non_service_ms(const struct sw_agent_counts *c);
/* handling / (handling + ready). */
struct sw_ratio sw_kpi_occupancy(const struct sw_agent_counts *c);
/* handling / staffed. */
struct sw_ratio sw_kpi_utilisation(const struct sw_agent_counts *c);
/* break + meal + busy + meeting, of the staffed time. */
struct sw_ratio sw_kpi_non_service(const struct sw_agent_counts *c);
/* ready, of the staffed time. */
struct sw_ratio sw_kpi_idle(const struct sw_agent_counts *c);
/* Handled calls per hour of (staffed - meal - meeting): num is calls x 3,600,000, den is ms. */
struct sw_ratio sw_kpi_calls_per_hour(const struct sw_agent_counts *c);
/* (talk + hold + wrap-up) per handled call, in ms. */
struct sw_ratio sw_kpi_agent_aht(const struct sw_agent_counts *c);

/* How many of the next calls have to be answered in time to be back on target:
 * n = ceil((goal x D - A) / (1 - goal)), 0 when on target, -1 when it cannot be said (no denominator, goal of 1).
 * GOAL in 0..1, reckoned in millionths. */
int64_t sw_kpi_next_n(struct sw_ratio service_level, double goal);

enum sw_level { SW_LEVEL_UNDEFINED, SW_LEVEL_OK, SW_LEVEL_WARNING, SW_LEVEL_CRITICAL };
/* Where a share stands that should be high: below CRITICAL, below WARNING, or ok. Decided by integers, in
 * millionths, so that 90 % of 10 is exactly on target. */
enum sw_level sw_kpi_level_low(struct sw_ratio r, double warning, double critical);
const char *sw_level_name(enum sw_level level);

#endif
