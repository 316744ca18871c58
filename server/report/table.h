/* A report as a table: columns with keys that never change and titles in the reader's language, and cells that keep what
 * they are (a count, a share, a length of time, an instant), so that XLSX and CSV are written from it by common code and
 * hold numbers, not texts. What is not known is a cell without a value: empty, never 0. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sw_cell_kind {
    SW_CELL_NONE, /* not known, or does not apply */
    SW_CELL_TEXT,
    SW_CELL_COUNT,
    SW_CELL_RATIO,    /* num / den, den > 0 */
    SW_CELL_DURATION, /* ms */
    SW_CELL_TIME,     /* an instant in ms, shown with its date */
    SW_CELL_CLOCK     /* the same, shown as HH:MM */
};

struct sw_cell {
    enum sw_cell_kind kind;
    bool bad;                 /* below its goal: shown so */
    int64_t num, den;         /* the value of all but texts */
    const char *text, *shown; /* as programs read it, and as people do; the same for names */
};

struct sw_column {
    const char *key;   /* "attendance_rate": lower case English, the CSV's */
    const char *title;
};

struct sw_table {
    const char *name;  /* "teams": how it is asked for */
    const char *title; /* of its sheet */
    const char **heads; /* lines above the table, for people */
    size_t head_count;
    struct sw_column *columns;
    size_t column_count;
    struct sw_cell *cells; /* row by row, column_count in each */
    bool *is_sum;          /* rows that sum the others up */
    size_t row_count;
    size_t filled;         /* cells of the last row */
    char **texts;          /* owns them */
    size_t text_count, text_size;
};

/* Texts are copied throughout. */
struct sw_table *sw_table_new(const char *name, const char *title);
void sw_table_free(struct sw_table *table);
/* A copy of TEXT that lives as long as TABLE; NULL for NULL. */
const char *sw_table_keep(struct sw_table *table, const char *text);
void sw_table_head(struct sw_table *table, const char *line);
/* Before the first row. */
void sw_table_column(struct sw_table *table, const char *key, const char *title);

/* Begins a row; then its cells from the left, and what is not put is SW_CELL_NONE. */
void sw_table_row(struct sw_table *table, bool is_sum);
void sw_table_none(struct sw_table *table);
/* NULL: none. */
void sw_table_text(struct sw_table *table, const char *text);
void sw_table_word(struct sw_table *table, const char *text, const char *shown);
/* Below 0: none. */
void sw_table_count(struct sw_table *table, int64_t value);
/* Bad below GOAL_PPM millionths (0: there is no goal), decided by integers. None without a denominator. */
void sw_table_ratio(struct sw_table *table, int64_t num, int64_t den, int64_t goal_ppm);
void sw_table_duration(struct sw_table *table, int64_t ms);
/* INT64_MIN: none. */
void sw_table_time(struct sw_table *table, int64_t t_ms);
void sw_table_clock(struct sw_table *table, int64_t t_ms);
/* Marks the cell put last. */
void sw_table_bad(struct sw_table *table);

const struct sw_cell *sw_table_cell(const struct sw_table *table, size_t row, size_t column);

#endif
