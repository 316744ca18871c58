/* What earlier days were offered, for the forecast of today; and today's outlook for walls and charts.
 *
 * The days come from the store when the daemon starts, and from the floor as they end. Source: kpi.md, Staffing. */
#ifndef APP_FORECASTER_H
#define APP_FORECASTER_H

#include "app/recorder.h"
#include "codec/config.h"
#include "shiftwall/outlook.h"

#define SW_FORECAST_WEEKS 8           /* how far back a day of the same weekday is looked for */
#define SW_OUTLOOK_EVERY_MS INT64_C(10000) /* how old an outlook may be while people sign in and out */

struct sw_forecaster;

/* All is borrowed for the forecaster's life. */
struct sw_forecaster_options {
    const struct sw_config *config;
    const struct sw_zone *zone;
    const struct sw_shifts *shifts;
    struct sw_recorder *recorder;
};

/* Reads earlier days up to NOW_MS from the store. Blocks: before the loop runs. */
struct sw_forecaster *sw_forecaster_new(const struct sw_floor *floor, const struct sw_forecaster_options *options,
                                        int64_t now_ms);
void sw_forecaster_free(struct sw_forecaster *forecaster);
/* The floor is another one from now on. */
void sw_forecaster_restart(struct sw_forecaster *forecaster, const struct sw_floor *floor);
/* An earlier interval's calls; again: the last counts. */
void sw_forecaster_put(struct sw_forecaster *forecaster, struct sw_span span, int64_t offered, int64_t handled,
                       int64_t handle_ms);

/* The last days before that of AT_MS with its weekday, latest first. They live until the next call of anything here. */
size_t sw_forecaster_history(struct sw_forecaster *forecaster, int64_t at_ms,
                             struct sw_forecast_day out[SW_FORECAST_DAYS_MAX]);
/* What an outlook of AT_MS is made from; SHIFTS as of then. */
struct sw_outlook_input sw_forecaster_input(struct sw_forecaster *forecaster, int64_t at_ms);
/* The outlook of now: made anew every minute, and with people who come and go. NULL: nothing is known of the floor yet. It
 * lives until the next call. */
const struct sw_outlook *sw_forecaster_outlook(struct sw_forecaster *forecaster);
/* Counts the outlooks: who shows one can see whether it is another. */
uint64_t sw_forecaster_version(const struct sw_forecaster *forecaster);

#endif
