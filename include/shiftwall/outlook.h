/* The outlook of a business day (人力与话务预测), as of a moment: by interval, the calls offered and those to come, the agents
 * scheduled, present and signed in, and how many are required; and how many are short now. Source: kpi.md, Staffing.
 *
 * It is of the whole site: all its agents are taken to serve all its calls. A figure without a basis is SW_UNKNOWN. */
#ifndef SHIFTWALL_OUTLOOK_H
#define SHIFTWALL_OUTLOOK_H

#include "shiftwall/floor.h"
#include "shiftwall/shift.h"
#include "shiftwall/staffing.h"

/* All is borrowed. */
struct sw_outlook_input {
    const struct sw_floor *floor;   /* nothing later than AT_MS was applied */
    const struct sw_shifts *shifts; /* as known then; agents without a shift are in it, too */
    const struct sw_zone *zone;
    int64_t at_ms;
    int64_t service_level_ppm, within_ms; /* the site's target */
    const struct sw_forecast_day *history; /* the last days of the same weekday, see sw_forecast */
    size_t history_count;
};

struct sw_outlook_interval {
    struct sw_staffing_point point; /* its signed_in is SW_UNKNOWN before the interval begins */
    int64_t present;                /* of the scheduled, in the middle of the interval; SW_UNKNOWN before it begins */
    int64_t offered;                /* SW_UNKNOWN before it begins */
    int64_t forecast_milli;
};

/* The need of the moment: of the interval that runs where it has a forecast, else what the last 30 minutes were offered. */
struct sw_outlook_now {
    struct sw_need need;
    bool by_forecast;
    int64_t calls_milli, per_ms; /* so many in so long; SW_UNKNOWN */
    int64_t scheduled, present, signed_in;
    int64_t short_by;            /* required - signed in, 0 when nobody is missing; SW_UNKNOWN */
};

struct sw_outlook {
    struct sw_span day;
    struct sw_outlook_interval *intervals; /* of the whole day, in order */
    size_t count;
    struct sw_forecast forecast;
    int64_t offered;                       /* since the day began */
    int64_t last_forecast_milli;           /* what the day's forecast had for its last finished interval, before that was
                                            * known; SW_UNKNOWN. To judge a surge by */
    int64_t patience_ms;                   /* that the need is reckoned with; 0: Erlang C */
    const char *method;                    /* "table", "erlang_a", "erlang_c" */
    bool table_too_small;                  /* the table does not fit calls that long: somewhere today */
    struct sw_outlook_now now;
};

/* The outlook of the business day that contains at_ms, into OUT, see sw_outlook_deinit. */
void sw_outlook_make(const struct sw_outlook_input *input, struct sw_outlook *out);
void sw_outlook_deinit(struct sw_outlook *outlook);

#endif
