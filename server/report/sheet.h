/* Tables as an Excel workbook, a sheet each: numbers are numbers, shares are percentages, instants are date-times of the
 * site's zone, heads stay in view, columns are as wide as their texts (Chinese ones, too), pages are A4; and Excel's own
 * charts over the tables' columns. The same tables give the same bytes.
 *
 * Excel knows no zones: in the hour that a clock change repeats, two instants look the same. The CSV tells them apart. */
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include "core/zone.h"
#include "report/table.h"
#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_PLOT_SERIES_MAX 6

enum sw_plot_kind { SW_PLOT_LINES, SW_PLOT_BARS };

struct sw_plot {
    enum sw_plot_kind kind;
    const char *title;
    const char *category;                   /* keys of the table's columns */
    const char *series[SW_PLOT_SERIES_MAX]; /* up to a NULL */
    bool dashed[SW_PLOT_SERIES_MAX];        /* a line that is planned, a bar that is a goal */
    bool percent;
};

#define SW_PLOTS_MAX 2

struct sw_sheet {
    const struct sw_table *table;
    struct sw_plot plots[SW_PLOTS_MAX]; /* over all rows but sums; up to one without a title */
    bool portrait, filter;              /* of the page; arrows to filter by at the heads */
};

struct sw_book {
    const char *title;          /* of the document, and at the foot of its pages */
    int64_t made_ms;
    const struct sw_zone *zone; /* NULL = UTC */
    const struct sw_sheet *sheets;
    size_t sheet_count;
};

/* Appends the workbook to OUT. 0; -SW_EIO no memory or temporary file for it; -SW_ELIMIT past OUT's cap. Blocks. */
int sw_book_write(const struct sw_book *book, struct sw_buf *out) SW_NODISCARD;

#endif
