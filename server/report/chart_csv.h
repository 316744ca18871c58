/* The sign-in chart as CSV: one of its tables at a time. */
#ifndef REPORT_CHART_CSV_H
#define REPORT_CHART_CSV_H

#include "report/chart_tables.h"

/* Appends the table WHAT of CHART to OUT; table.h says what a field looks like, and what is done about texts that would be
 * formulas. The keys are English and never change, whatever the language of the site. WITH_BOM: for older Excel. ZONE: of
 * the chart's `zone`; NULL = UTC. 0; -SW_EINVAL there is no such table; -SW_ELIMIT as sw_table_csv(). */
int sw_chart_csv(const struct sw_chart *chart, enum sw_chart_table what, bool with_bom, const struct sw_zone *zone,
                 struct sw_buf *out) SW_NODISCARD;

#endif
