/* The forecast for the rest of the day: the average of the shape of the last four days of the same weekday, scaled by what
 * today was offered so far.
 *
 * The shape of a day is each interval's share of the day's calls. Days are laid over one another by the local time of day
 * at which their intervals start, so that a day of 23 or 25 hours matches: an hour that a day does not have is left to the
 * other days, and an hour it has twice counts there as the mean of both. Every day weighs the same. Integers throughout:
 * the same days give the same forecast, to the last digit. */
#ifndef SHIFTWALL_FORECAST_H
#define SHIFTWALL_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"

#define SW_UNKNOWN INT64_MIN /* a figure without a basis: null in reports, absent in views; never 0 */

#define SW_FORECAST_DAYS_MAX 4
#define SW_FORECAST_INTERVALS_MAX 104 /* of 15 minutes: 26 hours */
#define SW_FORECAST_OFFERED_MAX 10000000

/* Today is scaled once this many calls were to be expected so far: fewer say more about chance than about the day, and
 * none at all at one in the morning would make the whole day none. Until then history alone is the forecast. */
#define SW_FORECAST_SCALE_CALLS 30
/* Today's handle time is taken from this many handled calls on; before, history's. */
#define SW_FORECAST_HANDLED_MIN 20

struct sw_forecast_interval {
    int64_t of_day_ms; /* local time of day at which it starts, 0..86399999; twice in a day of 25 hours */
    int64_t offered;   /* calls, 0..SW_FORECAST_OFFERED_MAX, or SW_UNKNOWN */
};

/* A business day. AHT is HANDLE_MS / HANDLED: what kpi's aht has, talk, hold and wrap-up over calls. */
struct sw_forecast_day {
    const struct sw_forecast_interval *intervals; /* borrowed; in order of time */
    size_t count;                                 /* up to SW_FORECAST_INTERVALS_MAX */
    int64_t handled, handle_ms;
};

enum sw_aht_source { SW_AHT_NONE, SW_AHT_TODAY, SW_AHT_HISTORY };
const char *sw_aht_source_name(enum sw_aht_source source);

struct sw_forecast {
    size_t days;          /* of the history that it rests on; 0: nothing is known */
    bool scaled;          /* by today; else history's own level */
    int64_t scale_ppm;    /* today's offered so far over what history has for the same intervals, in millionths; SW_UNKNOWN
                           * where that is nothing. Above surge.factor is a surge of the day */
    int64_t expected_milli; /* calls of the whole day in thousandths: offered so far, and to come; or SW_UNKNOWN */
    int64_t aht_ms;       /* of a call to come; SW_UNKNOWN */
    enum sw_aht_source aht_source;
};

/* Forecasts TODAY, of which the first FINISHED intervals are over (the offered of the others is not looked at).
 *
 * HISTORY are the last COUNT (0..SW_FORECAST_DAYS_MAX) days of the same weekday that there is any record of, in any order.
 * A day with an interval that is SW_UNKNOWN, or without any call, has no shape and is left out; its handle time counts. A
 * finished interval of today that is SW_UNKNOWN counts neither as offered nor as expected.
 *
 * CALLS_MILLI[i], with room for TODAY->count, gets the calls to expect in interval i in thousandths, or SW_UNKNOWN: no day
 * of the history knows that time of day. Of finished intervals it is what the day's forecast now has for them; to judge a
 * surge of the last one, ask with FINISHED one less. -SW_EINVAL: out of range; then OUT and CALLS_MILLI are untouched. */
int sw_forecast(const struct sw_forecast_day *history, size_t count, const struct sw_forecast_day *today, size_t finished,
                struct sw_forecast *out, int64_t *calls_milli) SW_NODISCARD;

#endif
