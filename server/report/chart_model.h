/* Makes the sign-in chart of a moment from the floor and the roster. Source: rules.md, Sign-in charts; kpi.md, Shifts and
 * Staffing. */
#ifndef REPORT_CHART_MODEL_H
#define REPORT_CHART_MODEL_H

#include "shiftwall/chart.h"
#include "shiftwall/outlook.h"

/* All is borrowed. */
struct sw_chart_input {
    const struct sw_floor *floor; /* as of AT_MS: advanced to it, and nothing later was applied */
    const struct sw_shifts *shifts; /* grants given after AT_MS, and states of then, are left out */
    const char *site, *site_name;
    const struct sw_zone *zone;
    int64_t number;          /* of the day's charts, from 1; 0: for no time of the plan */
    int64_t at_ms, made_ms;
    bool late;
    const char *incomplete;  /* why events may be missing, NULL = none are */
    int64_t incomplete_since_ms;
    int64_t service_level_ppm, within_ms; /* the target that `required` meets */
    const struct sw_forecast_day *history; /* for the forecast, see sw_outlook_input */
    size_t history_count;
};

/* The chart of the business day that contains AT_MS; the caller's, see sw_chart_free. */
struct sw_chart *sw_chart_make(const struct sw_chart_input *input);

#endif
