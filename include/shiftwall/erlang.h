/* How many agents a load of calls needs: the queueing formulas Erlang C (callers wait for ever) and Erlang A (they give
 * up), and the fewest agents that meet a target.
 *
 * Both suppose calls that arrive by chance at a steady rate (Poisson) and handle times that vary exponentially, served in
 * order by agents who all can take every call. Loads are integers: calls in thousandths (a forecast is no whole number),
 * times in ms. Nothing here overflows, and equal arguments give equal results.
 *
 * Sources. Erlang B by its recursion and Erlang C from it: R. B. Cooper, Introduction to Queueing Theory, 2nd edition 1981,
 * chapter 3. Erlang A: C. Palm 1946; O. Garnett, A. Mandelbaum, M. Reiman, Designing a Call Center with Impatient
 * Customers, Manufacturing & Service Operations Management 4 (2002) 208-227; A. Mandelbaum, S. Zeltyn, The Palm/Erlang-A
 * Queue, with Applications to Call Centers, Technion 2005. */
#ifndef SHIFTWALL_ERLANG_H
#define SHIFTWALL_ERLANG_H

#include <stdbool.h>
#include <stdint.h>

#include "shiftwall/error.h"

#define SW_ERLANG_AGENTS_MAX 5000
#define SW_ERLANG_CALLS_MILLI_MAX INT64_C(1000000000) /* a million calls */
#define SW_ERLANG_INTERVAL_MS_MIN INT64_C(60000)
#define SW_ERLANG_TIME_MS_MAX INT64_C(86400000)       /* of an interval, and of a handle time: a day */
#define SW_ERLANG_PATIENCE_MS_MAX INT64_C(3600000)
#define SW_ERLANG_ENDLESS_MS INT64_MAX /* the wait in a queue that grows for ever */

/* What is offered. Its work in erlangs, the agents it keeps busy, is calls x aht / interval. */
struct sw_load {
    int64_t calls_milli; /* thousandths of calls offered in the interval, 0..SW_ERLANG_CALLS_MILLI_MAX */
    int64_t interval_ms; /* SW_ERLANG_INTERVAL_MS_MIN..SW_ERLANG_TIME_MS_MAX */
    int64_t aht_ms;      /* 1..SW_ERLANG_TIME_MS_MAX */
};

/* What to expect in the long run. */
struct sw_erlang {
    bool stable;          /* false: Erlang C with a load of as many erlangs as agents, or more: the queue grows for ever */
    double p_wait;        /* share of callers who wait at all; 1 when not stable */
    double service_level; /* share of the offered who are answered within the target; 0 when not stable */
    double occupancy;     /* share of their time that agents are busy; 1 when not stable */
    double p_abandon;     /* share of the offered who give up; 0 with Erlang C */
    double answer_rate;   /* 1 - p_abandon; 0 when not stable */
    int64_t asa_ms;       /* mean wait of those who are answered; SW_ERLANG_ENDLESS_MS when not stable */
};

/* Erlang C: LOAD with AGENTS (1..SW_ERLANG_AGENTS_MAX), service level within WITHIN_MS (0 or more; a wait equal to it is in
 * target). -SW_EINVAL when an argument is out of its range. Source: B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1));
 * P(wait) = n B / (n - a (1 - B)); P(wait > t) = P(wait) e^(-(n - a) t / aht); ASA = P(wait) aht / (n - a);
 * occupancy = a / n. */
int sw_erlang_c(const struct sw_load *load, int64_t agents, int64_t within_ms, struct sw_erlang *out) SW_NODISCARD;

/* Erlang A: the same with callers who give up after PATIENCE_MS on average, exponentially
 * (1..SW_ERLANG_PATIENCE_MS_MAX). It is always stable. The service level is that of kpi's formula `all`: answered within the
 * target, of all offered; who gives up within the target is not in it.
 * Source, with c = n patience / aht, y = calls per patience, r = y / c = a / n, P the regularised lower incomplete gamma
 * function, A = c e^y y^-c gamma(c, y) = 1 + sum of y^j / ((c+1)...(c+j)): P(wait) = r b A / (1 + r b A) with b = B(n-1);
 * P(abandon | wait) = 1 - (A - 1) / (r A); P(answered, wait > t | wait) = (P(c, z) / P(c, y) - e^(E) / A) / r with
 * z = y e^(-t / patience), E = y - z - c t / patience; occupancy = a (1 - P(abandon)) / n. A call costs the recursion of
 * Erlang B and some multiple of the square root of y: 0.1 ms in practice, some ms at the edge of the ranges. */
int sw_erlang_a(const struct sw_load *load, int64_t patience_ms, int64_t agents, int64_t within_ms,
                struct sw_erlang *out) SW_NODISCARD;

/* What has to be met; both parts, where both are given. */
struct sw_erlang_target {
    int64_t service_level_ppm; /* 1..999999 millionths, or 0: no such target. A whole 1 is met by no number of agents */
    int64_t within_ms;         /* of the service level; 0 or more */
    int64_t occupancy_ppm;     /* the most; 1..1000000 millionths, or 0: no such target */
};

/* The fewest agents that meet the target, by Erlang A with PATIENCE_MS, or by Erlang C where that is 0. No calls need no
 * agents. The ceiling of occupancy is reckoned in integers for Erlang C, so that 35.7 erlangs at 85 % are 42 agents and not
 * the 43 that 35.7 / 0.85 in binary fractions would round up to; a service level may be short of its target by a
 * thousandth of a millionth, which is more than rounding costs.
 * -SW_EINVAL: an argument is out of its range, or nothing is asked. -SW_ELIMIT: more than SW_ERLANG_AGENTS_MAX. */
int sw_erlang_required(const struct sw_load *load, int64_t patience_ms, const struct sw_erlang_target *target,
                       int64_t *agents) SW_NODISCARD;

/* Mean patience from what was measured: all waiting, of the answered and the abandoned, per abandoned call. It is the
 * maximum-likelihood estimate for exponential patience of which the answered show only a part (Mandelbaum, Zeltyn 2005,
 * section 5; the same follows from P(abandon) = mean wait / patience). 0 = cannot be said: fewer than
 * SW_ERLANG_ABANDONED_MIN abandoned calls, or negative arguments. At most SW_ERLANG_PATIENCE_MS_MAX. */
#define SW_ERLANG_ABANDONED_MIN 20
int64_t sw_erlang_patience(int64_t wait_answered_ms, int64_t wait_abandoned_ms, int64_t abandoned);

#endif
