/* The workbook of sheet.c while it is written. */
#ifndef REPORT_SHEET_BOOK_H
#define REPORT_SHEET_BOOK_H

#include <xlsxwriter.h>

#include "report/table.h"

/* How cells look. */
enum sw_look {
    SW_LOOK_TITLE,
    SW_LOOK_HEAD,
    SW_LOOK_HEADER,
    SW_LOOK_TEXT,
    SW_LOOK_COUNT,
    SW_LOOK_RATIO_1, /* with so many decimals */
    SW_LOOK_RATIO_2,
    SW_LOOK_RATIO_3,
    SW_LOOK_RATIO_4,
    SW_LOOK_DURATION,
    SW_LOOK_MINUTE, /* a time of whole minutes */
    SW_LOOK_TIME,
    SW_LOOK_DATE,
    SW_LOOK_UNKNOWN,
    SW_LOOKS
};

struct sw_book {
    lxw_workbook *workbook;
    enum sw_draw_lang lang;
    lxw_format *looks[SW_LOOKS][3]; /* plain; below the goal; left, for sheets that stand upright */
    char names[32][128];            /* of the sheets so far */
    size_t name_count;
    int error; /* the library's first, or 0 */
};

/* Where a table's rows stand in its sheet. */
struct sw_book_place {
    const char *sheet;
    lxw_row_t first_row, last_row;
    lxw_col_t after; /* the first column right of the table */
};

void sw__book_check(struct sw_book *book, lxw_error error);
/* The plots of TABLE, to the right of it, one below the other. */
void sw__book_plots(struct sw_book *book, lxw_worksheet *sheet, const struct sw_table *table, struct sw_book_place place);

#endif
