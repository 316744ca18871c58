/* Native charts of a workbook: they show the cells and follow them when somebody changes one.
 *
 * libxlsxwriter cannot put a line into a chart of columns. The goal's level line is therefore the trend of a series that
 * is itself not painted: its columns lie behind the others, and the trend of equal values is level. */
#include "report/draw_list.h"
#include "report/sheet_book.h"

#define PIXELS_WIDE 480 /* of a chart by the library */
#define PIXELS_HIGH 288
#define ROW_PIXELS 20

static void set_range(lxw_chart_series *series, const struct sw_book_place *place, size_t category, size_t column) {
    chart_series_set_categories(series, place->sheet, place->first_row, (lxw_col_t)category, place->last_row,
                                (lxw_col_t)category);
    chart_series_set_values(series, place->sheet, place->first_row, (lxw_col_t)column, place->last_row, (lxw_col_t)column);
}

/* A series named by the header of its column. */
static lxw_chart_series *add_series(lxw_chart *chart, const struct sw_table_plot *plot, const struct sw_book_place *place,
                                    size_t column) {
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    if (!series) return NULL;
    set_range(series, place, plot->category, column);
    chart_series_set_name_range(series, place->sheet, place->first_row - 1, (lxw_col_t)column);
    return series;
}

static bool is_known_anywhere(const struct sw_table *table, size_t column) {
    for (size_t r = 0; r < sw_table_rows(table); r++)
        if (sw_table_cell(table, r, column)->known) return true;
    return false;
}

static void add_lines(lxw_chart *chart, const struct sw_table *table, const struct sw_table_plot *plot,
                      const struct sw_book_place *place) {
    size_t rows = sw_table_rows(table);
    for (size_t i = 0; i < plot->series_count; i++) {
        if (!is_known_anywhere(table, plot->series[i].column)) continue; /* a name in the legend without a line */
        lxw_chart_series *series = add_series(chart, plot, place, plot->series[i].column);
        if (!series) continue;
        lxw_chart_line line = {.color = plot->series[i].colour,
                               .width = plot->series[i].dashed ? 1.5F : 2.25F,
                               .dash_type = plot->series[i].dashed ? LXW_CHART_LINE_DASH_DASH : LXW_CHART_LINE_DASH_SOLID};
        chart_series_set_line(series, &line);
    }
    lxw_chart_axis *axis = chart_axis_get(chart, LXW_CHART_AXIS_TYPE_X);
    chart_axis_set_num_format(axis, "hh:mm");
    chart_axis_set_interval_unit(axis, (uint16_t)((rows + 23) / 24));
    chart_axis_set_interval_tick(axis, (uint16_t)((rows + 23) / 24));
}

static void add_bars(lxw_chart *chart, const struct sw_table *table, const struct sw_table_plot *plot,
                     const struct sw_book_place *place) {
    for (size_t i = 0; i < plot->series_count; i++) {
        lxw_chart_series *series = add_series(chart, plot, place, plot->series[i].column);
        lxw_chart_fill fill = {.color = plot->series[i].colour};
        if (series) chart_series_set_fill(series, &fill);
    }
    chart_set_series_overlap(chart, 100);
    chart_set_series_gap(chart, 60);
    lxw_chart_axis *axis = chart_axis_get(chart, LXW_CHART_AXIS_TYPE_Y);
    chart_axis_set_num_format(axis, "0%");
    chart_axis_set_min(axis, 0);
    if (table->columns[plot->category].kind == SW_CELL_DATE)
        chart_axis_set_num_format(chart_axis_get(chart, LXW_CHART_AXIS_TYPE_X), "mm-dd");
    if (plot->goal_column == SIZE_MAX || sw_table_rows(table) < 2) return; /* one point has no trend */
    lxw_chart_series *goal = add_series(chart, plot, place, plot->goal_column);
    if (!goal) return;
    lxw_chart_fill no_fill = {.none = LXW_TRUE};
    lxw_chart_line no_line = {.none = LXW_TRUE}, line = {.color = SW_RED, .width = 1.5F, .dash_type = LXW_CHART_LINE_DASH_DASH};
    chart_series_set_fill(goal, &no_fill);
    chart_series_set_line(goal, &no_line);
    chart_series_set_trendline(goal, LXW_CHART_TRENDLINE_TYPE_LINEAR, 0);
    chart_series_set_trendline_forecast(goal, 0.5, 0.5);
    chart_series_set_trendline_name(goal, sw_word_text(table->lang, SW_WORD_GOAL));
    chart_series_set_trendline_line(goal, &line);
    int16_t hidden[] = {(int16_t)plot->series_count, -1};
    chart_legend_delete_series(chart, hidden);
}

void sw__book_plots(struct sw_book *book, lxw_worksheet *sheet, const struct sw_table *table, struct sw_book_place place) {
    lxw_row_t row = place.first_row - 1;
    double scale = (double)sw_table_rows(table) * (table->plots[0].kind == SW_PLOT_LINES ? 12 : 48) / PIXELS_WIDE;
    scale = scale < 1.4 ? 1.4 : scale > 3 ? 3 : scale;
    for (size_t i = 0; sw_table_rows(table) && i < table->plot_count; i++) {
        const struct sw_table_plot *plot = &table->plots[i];
        bool lines = plot->kind == SW_PLOT_LINES;
        lxw_chart *chart = workbook_add_chart(book->workbook, lines ? LXW_CHART_LINE : LXW_CHART_COLUMN);
        if (!chart) {
            sw__book_check(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
            return;
        }
        if (lines) add_lines(chart, table, plot, &place);
        else add_bars(chart, table, plot, &place);
        lxw_chart_font font = {.size = 12, .bold = LXW_TRUE};
        chart_title_set_name(chart, plot->title);
        chart_title_set_name_font(chart, &font);
        chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
        lxw_chart_options options = {.x_offset = 16, .x_scale = scale, .y_scale = 1.25};
        sw__book_check(book, worksheet_insert_chart_opt(sheet, row, place.after, chart, &options));
        row += (lxw_row_t)(PIXELS_HIGH * options.y_scale / ROW_PIXELS) + 2;
    }
}
