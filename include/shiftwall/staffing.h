/* How many agents an interval needs: by the policy's table of seats where it has one, else by Erlang, from the calls that
 * were offered or are forecast; and how many are short.
 *
 * A figure without a basis is SW_UNKNOWN (see forecast.h) and says why. A plan is of one queue, or of a group or a site
 * whose agents all can take every call; the needs of queues with agents of their own are to be added. Counts of people are
 * whole; calls are in thousandths, as a forecast is no whole number. */
#ifndef SHIFTWALL_STAFFING_H
#define SHIFTWALL_STAFFING_H

#include "shiftwall/erlang.h"
#include "shiftwall/forecast.h"
#include "shiftwall/policy.h"

/* By what the need is reckoned. */
struct sw_staffing_plan {
    const struct sw_policy *policy; /* borrowed: the table, the occupancy, the shrinkage */
    int64_t service_level_ppm, within_ms;
    int64_t patience_ms; /* 0: Erlang C */
};

/* The plan of a queue or site: its own service-level target (0..1000000 millionths; 0: none, only the policy's occupancy
 * counts; a whole 1, which no number of agents reaches, is taken for 999999) within WITHIN_MS (0 or more), and
 * MEASURED_PATIENCE_MS as sw_erlang_patience gives it, for a policy whose patience is `measured`: 0 (cannot be said yet) is
 * Erlang C, which asks for rather more agents. POLICY is borrowed for the plan's life. */
struct sw_staffing_plan sw_staffing_plan_of(const struct sw_policy *policy, int64_t service_level_ppm, int64_t within_ms,
                                            int64_t measured_patience_ms);

/* ---- the table ---- */

/* Seats for CALLS_MILLI thousandths of calls in INTERVAL_MS by the rule staffing.table: the row of as many calls an hour or
 * the next one up; above the last, so many seats more for each so many calls begun. No calls need no seats. SW_UNKNOWN: the
 * rule is off, the calls are above the last row and nothing is said for beyond it, or a number is out of Erlang's ranges. */
int64_t sw_staffing_table(const struct sw_policy *policy, int64_t calls_milli, int64_t interval_ms);

/* What staffing.people makes of a centre with BUSY_HOUR_SEATS and CALLS_A_DAY. Every part is rounded up; quality assurance
 * counts front line and back office, the spare all of them. */
struct sw_people {
    int64_t front_line, back_office, quality, spare, total;
};
/* -SW_ENOENT: the rule is off. -SW_EINVAL: negative, or more than SW_ERLANG_AGENTS_MAX seats. */
int sw_staffing_people(const struct sw_policy *policy, int64_t busy_hour_seats, int64_t calls_a_day,
                       struct sw_people *out) SW_NODISCARD;

/* ---- the need ---- */

enum sw_need_reason {
    SW_NEED_KNOWN,
    SW_NEED_NO_CALLS, /* neither an offered figure nor a forecast */
    SW_NEED_NO_AHT,   /* no call was handled, today or before */
    SW_NEED_BEYOND    /* more than SW_ERLANG_AGENTS_MAX agents, or calls above a table that ends */
};
const char *sw_need_reason_name(enum sw_need_reason reason);

struct sw_need {
    enum sw_need_reason reason; /* why `required` is unknown */
    int64_t required;    /* agents at work; by the table where the policy has one, else by Erlang */
    int64_t to_schedule; /* agents to schedule for so many at work: required / (1 - shrinkage), rounded up */
    int64_t by_erlang;   /* shown beside the table's; without a table the same as required */
    bool by_table;
    bool table_too_small; /* calls x handle time fill the table's seats: the table does not fit such calls */
};

/* What LOAD's calls need; aht_ms and calls_milli may be SW_UNKNOWN. A load out of range is SW_NEED_BEYOND. */
struct sw_need sw_staffing_need(const struct sw_staffing_plan *plan, const struct sw_load *load);

/* ---- the day ---- */

/* An interval as the floor, the roster and the forecast know it. */
struct sw_staffing_interval {
    int64_t start_ms, end_ms;
    bool finished;
    int64_t offered;        /* looked at when finished; or SW_UNKNOWN */
    int64_t forecast_milli; /* looked at when not finished; or SW_UNKNOWN */
    int64_t aht_ms;         /* its own, looked at when finished; or SW_UNKNOWN */
    int64_t scheduled, signed_in; /* agents; or SW_UNKNOWN */
};

enum sw_need_basis { SW_BASIS_NONE, SW_BASIS_OFFERED, SW_BASIS_FORECAST };
const char *sw_need_basis_name(enum sw_need_basis basis);

/* An interval as a chart draws it. */
struct sw_staffing_point {
    int64_t start_ms, end_ms;
    enum sw_need_basis basis;
    int64_t calls_milli, aht_ms; /* that the need rests on; or SW_UNKNOWN */
    struct sw_need need;
    int64_t scheduled, signed_in; /* as given */
    int64_t short_by;             /* required - signed_in, negative when there are more; SW_UNKNOWN where either is */
};

/* Points of COUNT intervals into OUT. AHT_MS is the forecast's: for intervals that are not finished, and for finished ones
 * without their own. At the largest loads a point costs a tenth of a millisecond. */
void sw_staffing_day(const struct sw_staffing_plan *plan, const struct sw_staffing_interval *intervals, size_t count,
                     int64_t aht_ms, struct sw_staffing_point *out);

/* For the diagnosis "short of people: n" at NOW_MS: the n of the point that contains it, 0 when nobody is missing;
 * SW_UNKNOWN when that cannot be said. Where there is no forecast yet, what the last 30 minutes were offered tells the need
 * of now: sw_staffing_need of that load, less the signed in. */
int64_t sw_staffing_short(const struct sw_staffing_point *points, size_t count, int64_t now_ms);

#endif
