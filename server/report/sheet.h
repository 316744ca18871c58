/* Tables as a workbook for Excel, WPS and LibreOffice (XLSX): a sheet for each table.
 *
 * Counts are numbers, ratios are numbers shown as percentages, durations are [h]:mm:ss, times are date-times of the
 * table's zone: all of them can be reckoned with, and texts never are formulas. A ratio shows one decimal, and more where
 * one would show a share below its goal as the goal, or one below the whole as 100.0%; those below the goal stand out.
 * What is not known is an empty hatched cell, and a line over the table says what that means. Durations and times are of
 * whole seconds passed, as in the drawings; CSV has the milliseconds.
 *
 * The same tables and options give the same bytes on every machine with the same libxlsxwriter. Neither the clock nor the
 * locale matters. In any thread: libxlsxwriter is not made for several at a time, so that they wait for each other. The
 * library keeps parts of a workbook in unnamed temporary files (TMPDIR, else /tmp); the workbook itself stays in memory.*/
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include "report/chart_tables.h"
#include "report/table.h"

#define SW_SHEETS_MAX 32

struct sw_sheet_options {
    enum sw_draw_lang lang;
    int64_t made_ms;   /* when the workbook says it was made; in whole seconds */
    const char *title; /* of the document */
};

/* Appends a workbook of COUNT tables to OUT. 0; -SW_EINVAL no table, or more than SW_SHEETS_MAX; -SW_ELIMIT it does not fit
 * under OUT's cap, or a table left rows out; -SW_EIO no temporary file, or another failure of the library. After a failure
 * OUT is as before, or, when its cap was passed, failed and empty. */
int sw_sheet_write(struct sw_table *const *tables, size_t count, const struct sw_sheet_options *options,
                   struct sw_buf *out) SW_NODISCARD;

/* The same with all tables of CHART, with times in ZONE; NULL = UTC. */
int sw_chart_sheet(const struct sw_chart *chart, enum sw_draw_lang lang, const struct sw_zone *zone,
                   struct sw_buf *out) SW_NODISCARD;

#endif
