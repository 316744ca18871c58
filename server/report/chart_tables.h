/* The tables of a sign-in chart: its figures as rows, for the workbook and for CSV. */
#ifndef REPORT_CHART_TABLES_H
#define REPORT_CHART_TABLES_H

#include "report/table.h"
#include "shiftwall/chart.h"

enum sw_chart_table {
    SW_CHART_TABLE_SUMMARY,   /* one row: site, moment, completeness, policy, attendance, adherence, breaks */
    SW_CHART_TABLE_INTERVALS, /* the whole business day */
    SW_CHART_TABLE_TEAMS,     /* the last row is the site, with the id "" */
    SW_CHART_TABLE_PEOPLE,    /* all lists, told apart by the column `list` (sw_chart_list_name) */
    SW_CHART_TABLE_STATES,
    SW_CHART_TABLES
};

/* "summary", "by_interval", "by_team", "people", "states"; the names CSV has for them. */
const char *sw_chart_table_name(enum sw_chart_table what);
/* The table of that name, or -1. */
int sw_chart_table_from_name(const char *name);

/* One table of CHART in LANG, with times in ZONE, which is borrowed for the table's life; NULL = UTC. The caller's;
 * never NULL. It keeps nothing of CHART. */
struct sw_table *sw_chart_table(const struct sw_chart *chart, enum sw_chart_table what, enum sw_draw_lang lang,
                                const struct sw_zone *zone);
/* All of them. */
void sw_chart_tables(const struct sw_chart *chart, enum sw_draw_lang lang, const struct sw_zone *zone,
                     struct sw_table *tables[SW_CHART_TABLES]);

#endif
