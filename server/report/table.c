#include "report/table.h"

#include <stdlib.h>

#include "shiftwall/buf.h"

struct sw_table *sw_table_new(const char *name, const char *title) {
    struct sw_table *table = sw_xcalloc(1, sizeof *table);
    table->name = sw_table_keep(table, name);
    table->title = sw_table_keep(table, title);
    return table;
}

void sw_table_free(struct sw_table *table) {
    if (!table) return;
    for (size_t i = 0; i < table->text_count; i++) free(table->texts[i]);
    free(table->texts);
    free(table->heads);
    free(table->columns);
    free(table->cells);
    free(table->is_sum);
    free(table);
}

const char *sw_table_keep(struct sw_table *table, const char *text) {
    if (!text) return NULL;
    if (table->text_count == table->text_size) {
        table->text_size = table->text_size ? table->text_size * 2 : 64;
        table->texts = sw_xrealloc(table->texts, table->text_size * sizeof *table->texts);
    }
    return table->texts[table->text_count++] = sw_xstrdup(text);
}

void sw_table_head(struct sw_table *table, const char *line) {
    table->heads = sw_xrealloc(table->heads, (table->head_count + 1) * sizeof *table->heads);
    table->heads[table->head_count++] = sw_table_keep(table, line);
}

void sw_table_column(struct sw_table *table, const char *key, const char *title) {
    SW_ASSERT(!table->row_count);
    table->columns = sw_xrealloc(table->columns, (table->column_count + 1) * sizeof *table->columns);
    table->columns[table->column_count++] = (struct sw_column){sw_table_keep(table, key), sw_table_keep(table, title)};
}

void sw_table_row(struct sw_table *table, bool is_sum) {
    size_t rows = table->row_count, width = table->column_count;
    if ((rows & (rows - 1)) == 0) { /* full: the room doubles */
        size_t size = rows ? rows * 2 : 1;
        table->cells = sw_xrealloc(table->cells, (size * width + 1) * sizeof *table->cells);
        table->is_sum = sw_xrealloc(table->is_sum, size * sizeof *table->is_sum);
    }
    for (size_t i = 0; i < width; i++) table->cells[rows * width + i] = (struct sw_cell){0};
    table->is_sum[rows] = is_sum;
    table->row_count++;
    table->filled = 0;
}

static void put(struct sw_table *table, struct sw_cell cell) {
    SW_ASSERT(table->row_count && table->filled < table->column_count);
    table->cells[(table->row_count - 1) * table->column_count + table->filled++] = cell;
}

void sw_table_none(struct sw_table *table) { put(table, (struct sw_cell){0}); }

void sw_table_text(struct sw_table *table, const char *text) {
    const char *kept = sw_table_keep(table, text);
    put(table, (struct sw_cell){.kind = kept ? SW_CELL_TEXT : SW_CELL_NONE, .text = kept, .shown = kept});
}

void sw_table_word(struct sw_table *table, const char *text, const char *shown) {
    put(table, (struct sw_cell){.kind = SW_CELL_TEXT, .text = sw_table_keep(table, text), .shown = sw_table_keep(table, shown)});
}

void sw_table_count(struct sw_table *table, int64_t value) {
    put(table, (struct sw_cell){.kind = value < 0 ? SW_CELL_NONE : SW_CELL_COUNT, .num = value});
}

void sw_table_ratio(struct sw_table *table, int64_t num, int64_t den, int64_t goal_ppm) {
    if (den <= 0) sw_table_none(table);
    else put(table, (struct sw_cell){.kind = SW_CELL_RATIO, .num = num, .den = den, .bad = num * 1000000 < goal_ppm * den});
}

void sw_table_duration(struct sw_table *table, int64_t ms) {
    put(table, (struct sw_cell){.kind = SW_CELL_DURATION, .num = ms});
}

static void put_instant(struct sw_table *table, enum sw_cell_kind kind, int64_t t_ms) {
    put(table, (struct sw_cell){.kind = t_ms == INT64_MIN ? SW_CELL_NONE : kind, .num = t_ms});
}

void sw_table_time(struct sw_table *table, int64_t t_ms) { put_instant(table, SW_CELL_TIME, t_ms); }
void sw_table_clock(struct sw_table *table, int64_t t_ms) { put_instant(table, SW_CELL_CLOCK, t_ms); }

void sw_table_bad(struct sw_table *table) {
    SW_ASSERT(table->row_count && table->filled);
    table->cells[(table->row_count - 1) * table->column_count + table->filled - 1].bad = true;
}

const struct sw_cell *sw_table_cell(const struct sw_table *table, size_t row, size_t column) {
    SW_ASSERT(row < table->row_count && column < table->column_count);
    return &table->cells[row * table->column_count + column];
}
