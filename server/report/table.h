/* A table of a report: a title, lines of head, typed columns and rows of values, before anybody writes it as a workbook
 * or as CSV. A value that is not known is a value of its own, and no writer shows 0 instead.
 *
 * Rows are made cell by cell, from left to right, by the put functions; a cell of another kind than its column's is a
 * mistake of our own and aborts. All texts are copied and cleaned (valid UTF-8, no control or turning characters, at
 * most SW_TABLE_TEXT_BYTES_MAX, longer ones end in an ellipsis). */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/zone.h"
#include "report/draw.h"
#include "report/words.h"
#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_TABLE_COLUMNS_MAX 48
#define SW_TABLE_ROWS_MAX 100000      /* more are counted in `left_out`, and no writer takes such a table */
#define SW_TABLE_HEADS_MAX 12         /* the rest is left out */
#define SW_TABLE_PLOTS_MAX 2
#define SW_TABLE_SERIES_MAX 6
#define SW_TABLE_TEXT_BYTES_MAX 4000  /* a cell of a workbook holds 32,767 characters */

enum sw_cell_kind {
    SW_CELL_TEXT,
    SW_CELL_COUNT,
    SW_CELL_RATIO,    /* value / den */
    SW_CELL_DURATION, /* ms */
    SW_CELL_TIME,     /* ms since 1970 in UTC; shown in the table's zone */
    SW_CELL_DATE      /* days since 1970-01-01, of no zone */
};

struct sw_cell {
    bool known;
    int64_t value, den;
    int64_t goal_ppm;  /* of a ratio: its own goal; 0 = the column's */
    const char *text;  /* as data has it */
    const char *shown; /* as a reader of the table's language has it; NULL = the same */
};

struct sw_table_column {
    const char *key;    /* for CSV: English, never changes */
    const char *header; /* in the table's language */
    enum sw_cell_kind kind;
    int64_t goal_ppm; /* of a ratio: what is below stands out; 0 = none */
};

/* A native chart of a workbook. Lines take their categories from a column of times; bars theirs from one of texts, and
 * have a level line at the goal. */
struct sw_table_series {
    size_t column;
    uint32_t colour; /* 0xRRGGBB */
    bool dashed;
};
struct sw_table_plot {
    enum { SW_PLOT_LINES, SW_PLOT_BARS } kind;
    const char *title;
    size_t category;
    struct sw_table_series series[SW_TABLE_SERIES_MAX];
    size_t series_count;
    size_t goal_column; /* of bars: ratios that are the same in all rows; SIZE_MAX = no goal */
};

struct sw_table {
    enum sw_draw_lang lang;
    const struct sw_zone *zone; /* borrowed */
    struct sw_zone *utc;        /* owned; in place of none */
    const char *key;            /* names the table in files: English, never changes */
    const char *name;           /* in the table's language, short: the name of its sheet */
    const char *title;
    const char *heads[SW_TABLE_HEADS_MAX];
    size_t head_count;
    struct sw_table_column columns[SW_TABLE_COLUMNS_MAX];
    size_t column_count;
    size_t fixed_columns; /* that stay in sight */
    bool upright;         /* one row, shown with its columns one below the other */
    struct sw_table_plot plots[SW_TABLE_PLOTS_MAX];
    size_t plot_count;
    struct sw_cell *cells; /* row by row */
    size_t cell_count, cell_room;
    size_t left_out; /* cells that passed the limit of rows */
    char **texts;    /* owns every text */
    size_t text_count, text_room;
};

/* An empty table of LANG with times in ZONE, which is borrowed for the table's life; NULL = UTC. KEY and NAME by WORD.
 * Never NULL. */
struct sw_table *sw_table_new(enum sw_word word, enum sw_draw_lang lang, const struct sw_zone *zone);
/* NULL is allowed. */
void sw_table_free(struct sw_table *table);
/* A cleaned copy of TEXT that lives as long as TABLE; NULL for NULL. */
const char *sw_table_keep(struct sw_table *table, const char *text);

void sw_table_set_title(struct sw_table *table, const char *title);
/* One line more between the title and the table. */
void sw_table_add_head(struct sw_table *table, const char *line);
/* Gives its index. All columns come before the first cell. */
size_t sw_table_add_column(struct sw_table *table, enum sw_word word, enum sw_cell_kind kind);
/* The column of ratios that WORD names has that goal. */
void sw_table_set_goal(struct sw_table *table, enum sw_word word, int64_t goal_ppm);
/* The index of the column, which is there. */
size_t sw_table_column(const struct sw_table *table, enum sw_word word);
/* A plot without series; it is the table's. */
struct sw_table_plot *sw_table_add_plot(struct sw_table *table, int kind, const char *title, enum sw_word category);
void sw_plot_add_series(const struct sw_table *table, struct sw_table_plot *plot, enum sw_word column, uint32_t colour,
                        bool dashed);

/* The next cell. Each writes "not known" for what its type cannot hold. */
void sw_table_put_unknown(struct sw_table *table);
/* NULL = not known. */
void sw_table_put_text(struct sw_table *table, const char *text);
/* KEY as data has it, and how a reader has it. */
void sw_table_put_key(struct sw_table *table, const char *key, const char *shown);
/* The word: its key, and the text in the table's language. */
void sw_table_put_word(struct sw_table *table, enum sw_word word);
/* "true" or "false". */
void sw_table_put_flag(struct sw_table *table, bool flag);
/* Below 0 = not known. */
void sw_table_put_count(struct sw_table *table, int64_t value);
/* NUM below 0 or DEN not above it = not known. */
void sw_table_put_ratio(struct sw_table *table, int64_t num, int64_t den);
/* The same with a goal of its own; 0 = none but the column's. */
void sw_table_put_ratio_with_goal(struct sw_table *table, int64_t num, int64_t den, int64_t goal_ppm);
/* Below 0 = not known. */
void sw_table_put_duration(struct sw_table *table, int64_t ms);
/* Outside the years 1970 to 9999 (INT64_MIN and INT64_MAX among them) = not known. */
void sw_table_put_time(struct sw_table *table, int64_t t_ms);
/* "YYYY-MM-DD"; NULL and whatever is no date = not known. */
void sw_table_put_date(struct sw_table *table, const char *date);

size_t sw_table_rows(const struct sw_table *table);
const struct sw_cell *sw_table_cell(const struct sw_table *table, size_t row, size_t column);
/* NUM / DEN in millionths, cut, not rounded: it is below a goal exactly when the ratio is. */
int64_t sw_table_ppm(int64_t num, int64_t den);

/* Appends TABLE to OUT as CSV by RFC 4180: UTF-8, a line of keys, then the rows; lines end in CRLF, fields are quoted
 * where they have to be. WITH_BOM begins with a byte order mark, which older Excel needs to read Chinese.
 *
 *   text      as it is, and "" (quoted) when empty; see below
 *   count     digits
 *   ratio     a decimal fraction with six digits ("0.949166"), cut: below a goal exactly when the ratio is
 *   duration  milliseconds
 *   time      RFC 3339 in the table's zone ("2026-11-23T08:37:12+08:00")
 *   date      YYYY-MM-DD
 *   unknown   nothing
 *
 * Formulas: spreadsheets reckon what begins with = + - or @ (in their full-width forms too), or with a tab before it. A
 * text whose first character that is no space is one of these gets an apostrophe in front, which shows that it is text.
 * A text that is a number ("-12", "+8612345678") is no formula and stays; so do all other kinds, which are our own.
 *
 * 0; -SW_ELIMIT it does not fit under OUT's cap, or rows were left out. After a failure OUT is as before, or, when its
 * cap was passed, failed and empty. */
int sw_table_csv(const struct sw_table *table, bool with_bom, struct sw_buf *out) SW_NODISCARD;

#endif
