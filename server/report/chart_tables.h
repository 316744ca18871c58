/* A sign-in chart as tables, for Excel and CSV: the same figures as the drawing, from the chart alone. */
#ifndef REPORT_CHART_TABLES_H
#define REPORT_CHART_TABLES_H

#include "core/zone.h"
#include "report/draw.h"
#include "report/table.h"
#include "shiftwall/buf.h"
#include "shiftwall/chart.h"

/* SUMMARY: item, value, goal, time: the totals and the states. INTERVALS: the whole day. TEAMS: each, and the site as their
 * sum. PEOPLE: the lists of the second page one after another, `list` says which. */
#define SW_CHART_PART_MAP(XX)                                                                                  \
    XX(SUMMARY, "summary")                                                                                     \
    XX(INTERVALS, "intervals")                                                                                 \
    XX(TEAMS, "teams")                                                                                         \
    XX(PEOPLE, "people")

enum sw_chart_part {
#define XX(name, text) SW_CHART_PART_##name,
    SW_CHART_PART_MAP(XX)
#undef XX
        SW_CHART_PARTS
};
/* The part of that name, or -1. */
int sw_chart_part_from_name(const char *name);

/* The caller's. ZONE: of the chart; NULL = UTC. */
struct sw_table *sw_chart_table(const struct sw_chart *chart, enum sw_chart_part part, enum sw_draw_lang lang,
                                const struct sw_zone *zone);

/* Appends the chart as an Excel workbook: a sheet for each part, and one that says what the figures mean. As
 * sw_book_write(). */
int sw_chart_sheet(const struct sw_chart *chart, enum sw_draw_lang lang, const struct sw_zone *zone,
                   struct sw_buf *out) SW_NODISCARD;
/* Appends PART as CSV (csv.h); BOM: for Excel. -SW_ELIMIT past OUT's cap. */
int sw_chart_csv(const struct sw_chart *chart, enum sw_chart_part part, const struct sw_zone *zone, bool bom,
                 struct sw_buf *out) SW_NODISCARD;

#endif
