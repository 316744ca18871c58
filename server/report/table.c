#include "report/table.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "report/draw_list.h"

#define TIME_MAX_MS INT64_C(253402300799999) /* the end of the year 9999 */

struct sw_table *sw_table_new(enum sw_word word, enum sw_draw_lang lang, const struct sw_zone *zone) {
    struct sw_table *table = sw_xcalloc(1, sizeof *table);
    if (!zone) zone = table->utc = sw_zone_utc();
    table->lang = lang;
    table->zone = zone;
    table->key = sw_word_key(word);
    table->name = table->title = sw_word_text(lang, word);
    return table;
}

void sw_table_free(struct sw_table *table) {
    if (!table) return;
    for (size_t i = 0; i < table->text_count; i++) free(table->texts[i]);
    free(table->texts);
    free(table->cells);
    sw_zone_free(table->utc);
    free(table);
}

/* The first BYTES of TEXT, less what would be left of a character, and an ellipsis; malloc'ed. */
static char *cut_text(const char *text, size_t bytes) {
    while (bytes && ((unsigned char)text[bytes] & 0xC0) == 0x80) bytes--;
    struct sw_buf out;
    sw_buf_init(&out, SIZE_MAX);
    sw_buf_add(&out, text, bytes);
    sw_buf_puts(&out, "…");
    return sw_buf_detach(&out, NULL);
}

const char *sw_table_keep(struct sw_table *table, const char *text) {
    if (!text) return NULL;
    char *cut = NULL;
    if (strlen(text) > SW_TABLE_TEXT_BYTES_MAX) text = cut = cut_text(text, SW_TABLE_TEXT_BYTES_MAX);
    char *clean = sw_text_fit(text, 1, false, DBL_MAX);
    free(cut);
    if (table->text_count == table->text_room) {
        table->text_room = table->text_room ? 2 * table->text_room : 64;
        table->texts = sw_xrealloc(table->texts, table->text_room * sizeof *table->texts);
    }
    return table->texts[table->text_count++] = clean;
}

void sw_table_set_title(struct sw_table *table, const char *title) {
    table->title = sw_table_keep(table, title);
}

void sw_table_add_head(struct sw_table *table, const char *line) {
    if (table->head_count < SW_TABLE_HEADS_MAX) table->heads[table->head_count++] = sw_table_keep(table, line);
}

size_t sw_table_add_column(struct sw_table *table, enum sw_word word, enum sw_cell_kind kind) {
    SW_ASSERT(table->column_count < SW_TABLE_COLUMNS_MAX && !table->cell_count);
    table->columns[table->column_count] =
        (struct sw_table_column){.key = sw_word_key(word), .header = sw_word_text(table->lang, word), .kind = kind};
    return table->column_count++;
}

size_t sw_table_column(const struct sw_table *table, enum sw_word word) {
    size_t i = 0;
    while (i < table->column_count && table->columns[i].key != sw_word_key(word)) i++;
    SW_ASSERT(i < table->column_count);
    return i;
}

void sw_table_set_goal(struct sw_table *table, enum sw_word word, int64_t goal_ppm) {
    struct sw_table_column *column = &table->columns[sw_table_column(table, word)];
    SW_ASSERT(column->kind == SW_CELL_RATIO);
    column->goal_ppm = goal_ppm;
}

struct sw_table_plot *sw_table_add_plot(struct sw_table *table, int kind, const char *title, enum sw_word category) {
    SW_ASSERT(table->plot_count < SW_TABLE_PLOTS_MAX);
    struct sw_table_plot *plot = &table->plots[table->plot_count++];
    *plot = (struct sw_table_plot){.title = sw_table_keep(table, title),
                                   .category = sw_table_column(table, category),
                                   .goal_column = SIZE_MAX};
    plot->kind = kind == SW_PLOT_BARS ? SW_PLOT_BARS : SW_PLOT_LINES;
    return plot;
}

void sw_plot_add_series(const struct sw_table *table, struct sw_table_plot *plot, enum sw_word column, uint32_t colour,
                        bool dashed) {
    SW_ASSERT(plot->series_count < SW_TABLE_SERIES_MAX);
    plot->series[plot->series_count++] =
        (struct sw_table_series){.column = sw_table_column(table, column), .colour = colour, .dashed = dashed};
}

/* The next cell, unknown as yet; NULL when there is no room for its row. */
static struct sw_cell *next_cell(struct sw_table *table) {
    SW_ASSERT(table->column_count);
    if (table->cell_count == table->column_count * SW_TABLE_ROWS_MAX) {
        table->left_out++;
        return NULL;
    }
    if (table->cell_count == table->cell_room) {
        table->cell_room = table->cell_room ? 2 * table->cell_room : 16 * table->column_count;
        table->cells = sw_xrealloc(table->cells, table->cell_room * sizeof *table->cells);
    }
    struct sw_cell *cell = &table->cells[table->cell_count++];
    *cell = (struct sw_cell){0};
    return cell;
}

static struct sw_cell *put(struct sw_table *table, enum sw_cell_kind kind) {
    struct sw_cell *cell = next_cell(table);
    if (!cell) return NULL;
    SW_ASSERT(table->columns[(table->cell_count - 1) % table->column_count].kind == kind);
    return cell;
}

void sw_table_put_unknown(struct sw_table *table) {
    next_cell(table);
}

static void put_value(struct sw_table *table, enum sw_cell_kind kind, bool known, int64_t value, int64_t den) {
    struct sw_cell *cell = put(table, kind);
    if (cell && known) *cell = (struct sw_cell){.known = true, .value = value, .den = den};
}

void sw_table_put_key(struct sw_table *table, const char *key, const char *shown) {
    struct sw_cell *cell = put(table, SW_CELL_TEXT);
    if (!cell || !key) return;
    cell->known = true;
    cell->text = sw_table_keep(table, key);
    cell->shown = sw_table_keep(table, shown);
}

void sw_table_put_text(struct sw_table *table, const char *text) {
    sw_table_put_key(table, text, NULL);
}

void sw_table_put_word(struct sw_table *table, enum sw_word word) {
    struct sw_cell *cell = put(table, SW_CELL_TEXT);
    if (cell)
        *cell = (struct sw_cell){.known = true, .text = sw_word_key(word), .shown = sw_word_text(table->lang, word)};
}

void sw_table_put_flag(struct sw_table *table, bool flag) {
    sw_table_put_word(table, flag ? SW_WORD_TRUE : SW_WORD_FALSE);
}

void sw_table_put_count(struct sw_table *table, int64_t value) {
    put_value(table, SW_CELL_COUNT, value >= 0, value, 0);
}

void sw_table_put_ratio(struct sw_table *table, int64_t num, int64_t den) {
    put_value(table, SW_CELL_RATIO, num >= 0 && den > 0, num, den);
}

void sw_table_put_ratio_with_goal(struct sw_table *table, int64_t num, int64_t den, int64_t goal_ppm) {
    struct sw_cell *cell = put(table, SW_CELL_RATIO);
    if (cell && num >= 0 && den > 0) *cell = (struct sw_cell){.known = true, .value = num, .den = den, .goal_ppm = goal_ppm};
}

void sw_table_put_duration(struct sw_table *table, int64_t ms) {
    put_value(table, SW_CELL_DURATION, ms >= 0, ms, 0);
}

void sw_table_put_time(struct sw_table *table, int64_t t_ms) {
    bool known = t_ms >= 0 && t_ms <= TIME_MAX_MS;
    if (known) { /* in local time too */
        int64_t local_ms = t_ms + sw_zone_offset_ms(table->zone, t_ms);
        known = local_ms >= 0 && local_ms <= TIME_MAX_MS;
    }
    put_value(table, SW_CELL_TIME, known, t_ms, 0);
}

void sw_table_put_date(struct sw_table *table, const char *date) {
    int year, month, day;
    bool known = date && sw_zone_parse_date(date, &year, &month, &day) == 0;
    put_value(table, SW_CELL_DATE, known, known ? sw_days_from_date(year, month, day) : 0, 0);
}

size_t sw_table_rows(const struct sw_table *table) {
    return table->column_count ? table->cell_count / table->column_count : 0;
}

const struct sw_cell *sw_table_cell(const struct sw_table *table, size_t row, size_t column) {
    SW_ASSERT(row < sw_table_rows(table) && column < table->column_count);
    return &table->cells[row * table->column_count + column];
}

int64_t sw_table_ppm(int64_t num, int64_t den) {
    int64_t whole = num / den, rest = num % den;
    while (rest > INT64_MAX / 1000000) { /* sums of centuries: the last digits do not matter */
        rest /= 2;
        den /= 2;
    }
    if (whole > INT64_MAX / 1000000 - 1) return INT64_MAX;
    return whole * 1000000 + rest * 1000000 / den;
}
