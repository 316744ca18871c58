/* The values of tables as text, and tables as JSON. */
#include <stdio.h>
#include <string.h>

#include "codec/json_writer.h"
#include "report/draw_text.h"
#include "report/table_out.h"

bool sw_cell_is_below(const struct sw_table *table, size_t row, size_t column) {
    const struct sw_cell *cell = sw_table_cell(table, row, column);
    const struct sw_table_column *c = &table->columns[column];
    int64_t goal_ppm = cell->goal_ppm ? cell->goal_ppm : c->goal_ppm;
    return cell->known && c->kind == SW_CELL_RATIO && goal_ppm && sw_figure_below(cell->value, cell->den, goal_ppm);
}

/* With the date where it is not the day that most of a report is about: always, it is short. */
static void show_time(const struct sw_table *table, int64_t t_ms, char *out, size_t size) {
    char text[SW_RFC3339_SIZE];
    sw_zone_format_rfc3339(table->zone, t_ms, text);
    (void)snprintf(out, size, "%.5s %.5s", text + 5, text + 11);
}

const char *sw_cell_shown(const struct sw_table *table, size_t row, size_t column, char *out, size_t size) {
    const struct sw_cell *cell = sw_table_cell(table, row, column);
    const struct sw_table_column *c = &table->columns[column];
    int year, month, day;
    char date[11];
    if (!cell->known) return SW_UNKNOWN_FIGURE;
    switch (c->kind) {
    case SW_CELL_TEXT: return cell->shown ? cell->shown : cell->text;
    case SW_CELL_COUNT: sw_figure_count(out, size, cell->value); break;
    case SW_CELL_RATIO: sw_figure_percent(out, size, cell->value, cell->den, cell->goal_ppm ? cell->goal_ppm : c->goal_ppm); break;
    case SW_CELL_DURATION: sw_figure_duration(out, size, cell->value); break;
    case SW_CELL_TIME: show_time(table, cell->value, out, size); break;
    case SW_CELL_DATE:
        sw_date_from_days(cell->value, &year, &month, &day);
        sw_zone_format_date(year, month, day, date);
        (void)snprintf(out, size, "%s", date);
        break;
    }
    return out;
}

static void write_columns(struct sw_json *j, const struct sw_table *table) {
    static const char *const kinds[] = {"text", "count", "ratio", "duration", "time", "date"};
    sw_json_open(j, "columns", '[');
    for (size_t c = 0; c < table->column_count; c++) {
        sw_json_open(j, NULL, '{');
        sw_json_text(j, "key", table->columns[c].key);
        sw_json_text(j, "header", table->columns[c].header);
        sw_json_text(j, "kind", kinds[table->columns[c].kind]);
        sw_json_close(j, '}');
    }
    sw_json_close(j, ']');
}

static void write_rows(struct sw_json *j, const struct sw_table *table) {
    char text[SW_FIGURE_SIZE];
    sw_json_open(j, "rows", '[');
    for (size_t r = 0; r < sw_table_rows(table); r++) {
        sw_json_open(j, NULL, '[');
        for (size_t c = 0; c < table->column_count; c++) sw_json_text(j, NULL, sw_cell_shown(table, r, c, text, sizeof text));
        sw_json_close(j, ']');
    }
    sw_json_close(j, ']');
    sw_json_open(j, "below", '[');
    for (size_t r = 0; r < sw_table_rows(table); r++)
        for (size_t c = 0; c < table->column_count; c++) {
            if (!sw_cell_is_below(table, r, c)) continue;
            sw_json_open(j, NULL, '[');
            sw_json_int(j, NULL, (int64_t)r);
            sw_json_int(j, NULL, (int64_t)c);
            sw_json_close(j, ']');
        }
    sw_json_close(j, ']');
}

void sw_tables_json(struct sw_table *const *tables, size_t count, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        const struct sw_table *table = tables[i];
        sw_json_open(&j, NULL, '{');
        sw_json_text(&j, "key", table->key);
        sw_json_text(&j, "name", table->name);
        sw_json_text(&j, "title", table->title);
        sw_json_open(&j, "heads", '[');
        for (size_t h = 0; h < table->head_count; h++) sw_json_text(&j, NULL, table->heads[h]);
        sw_json_close(&j, ']');
        sw_json_bool(&j, "upright", table->upright);
        write_columns(&j, table);
        write_rows(&j, table);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
}
