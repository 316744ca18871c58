/* The sign-in chart as JSON: how it is kept, so that it can be drawn again from the same figures, and how the API gives
 * it. Members that are not known are left out. */
#ifndef CODEC_CHART_JSON_H
#define CODEC_CHART_JSON_H

#include "shiftwall/buf.h"
#include "shiftwall/chart.h"

#define SW_CHART_BYTES_MAX ((size_t)64 << 20)

/* Appends CHART as one JSON object. */
void sw_chart_write(const struct sw_chart *chart, struct sw_buf *out);
/* Reads what sw_chart_write wrote into a chart of the caller's. 0; -SW_EPARSE, and *OUT is untouched, when JSON is no
 * such chart; -SW_ELIMIT when it is longer than SW_CHART_BYTES_MAX. */
int sw_chart_read(const char *json, size_t len, struct sw_chart **out) SW_NODISCARD;

#endif
