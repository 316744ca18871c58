#include "report/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define A4 9
#define KINDS (SW_CELL_CLOCK + 1)
#define WIDTH_MIN 6.0
#define WIDTH_MAX 60.0
#define TEXT_CHARS_MAX 8000   /* of 32767 that a cell may hold */
#define FOOT_BYTES_MAX 250    /* Excel takes 255 characters */
#define UNIX_DAY 25569.0      /* 1970-01-01 as Excel counts days */
#define SECONDS_A_DAY 86400.0
#define RED 0xB3261E
#define GREY 0xE8EAED

enum style { PLAIN, SUM, BAD, STYLES };

struct writer {
    const struct sw_book *book;
    lxw_workbook *workbook;
    lxw_format *formats[KINDS][STYLES], *title, *head, *column;
};

/* ---- formats ---- */

static void make_formats(struct writer *w) {
    static const char *const numbers[KINDS] = {[SW_CELL_COUNT] = "0",           [SW_CELL_RATIO] = "0.0%",
                                               [SW_CELL_DURATION] = "[h]:mm:ss", [SW_CELL_TIME] = "yyyy-mm-dd hh:mm:ss",
                                               [SW_CELL_CLOCK] = "hh:mm"};
    for (int kind = 0; kind < KINDS; kind++) {
        for (int style = 0; style < STYLES; style++) {
            lxw_format *format = w->formats[kind][style] = workbook_add_format(w->workbook);
            if (numbers[kind]) format_set_num_format(format, numbers[kind]);
            if (kind == SW_CELL_TEXT) format_set_align(format, LXW_ALIGN_LEFT);
            if (style != PLAIN) format_set_bold(format);
            if (style == SUM) format_set_top(format, LXW_BORDER_THIN);
            if (style == BAD) format_set_font_color(format, RED);
        }
    }
    w->title = workbook_add_format(w->workbook);
    format_set_bold(w->title);
    format_set_font_size(w->title, 14);
    w->head = workbook_add_format(w->workbook);
    w->column = workbook_add_format(w->workbook);
    format_set_bold(w->column);
    format_set_bg_color(w->column, GREY);
    format_set_bottom(w->column, LXW_BORDER_THIN);
    format_set_align(w->column, LXW_ALIGN_CENTER);
    format_set_align(w->column, LXW_ALIGN_VERTICAL_CENTER);
    format_set_text_wrap(w->column);
}

/* ---- cells ---- */

/* Days since Excel's epoch of the local time. */
static double serial_of(const struct sw_zone *zone, int64_t t_ms) {
    int64_t local_ms = t_ms + (zone ? sw_zone_offset_ms(zone, t_ms) : 0);
    return UNIX_DAY + (double)local_ms / 1000.0 / SECONDS_A_DAY;
}

/* Characters of a spreadsheet's column that TEXT takes: East Asian ones are twice as wide. */
static double width_of(const char *text) {
    double width = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c & 0xC0) != 0x80) width += *c >= 0xE2 ? 2 : 1;
    return width;
}

static double width_of_cell(const struct sw_cell *cell) {
    switch (cell->kind) {
    case SW_CELL_TEXT: return width_of(cell->shown);
    case SW_CELL_TIME: return 19;
    case SW_CELL_DURATION: return 9;
    default: return 7;
    }
}

static void put_text(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, const char *text, lxw_format *format) {
    size_t len = strlen(text);
    if (len > TEXT_CHARS_MAX) { /* cut between characters */
        char *cut = sw_xstrdup(text);
        for (len = TEXT_CHARS_MAX; ((unsigned char)cut[len] & 0xC0) == 0x80;) len--;
        cut[len] = '\0';
        worksheet_write_string(sheet, row, column, cut, format);
        free(cut);
    } else {
        worksheet_write_string(sheet, row, column, text, format);
    }
}

static void put_cell(const struct writer *w, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                     const struct sw_cell *cell, bool is_sum) {
    lxw_format *format = w->formats[cell->kind][cell->bad ? BAD : is_sum ? SUM : PLAIN];
    switch (cell->kind) {
    case SW_CELL_NONE:
        if (is_sum) worksheet_write_blank(sheet, row, column, format);
        break;
    case SW_CELL_TEXT: put_text(sheet, row, column, cell->shown, format); break;
    case SW_CELL_COUNT: worksheet_write_number(sheet, row, column, (double)cell->num, format); break;
    case SW_CELL_RATIO: worksheet_write_number(sheet, row, column, (double)cell->num / (double)cell->den, format); break;
    case SW_CELL_DURATION:
        worksheet_write_number(sheet, row, column, (double)cell->num / 1000.0 / SECONDS_A_DAY, format);
        break;
    case SW_CELL_TIME:
    case SW_CELL_CLOCK: worksheet_write_number(sheet, row, column, serial_of(w->book->zone, cell->num), format); break;
    }
}

/* ---- plots ---- */

/* Where a table stands on its sheet: the row of its column titles, and the rows under it without sums. */
struct place {
    lxw_row_t columns, first, last;
};

static int column_of(const struct sw_table *table, const char *key) {
    for (size_t i = 0; i < table->column_count; i++)
        if (!strcmp(table->columns[i].key, key)) return (int)i;
    return -1;
}

static void style_series(const struct sw_plot *plot, lxw_chart_series *series, size_t index) {
    static const lxw_color_t colours[SW_PLOT_SERIES_MAX] = {0x1B5FAA, 0x6B7280, 0xC2410C, 0x15803D, 0x7C3AED, 0x111827};
    lxw_chart_line line = {.color = colours[index], .width = 2,
                           .dash_type = plot->dashed[index] ? LXW_CHART_LINE_DASH_DASH : LXW_CHART_LINE_DASH_SOLID};
    chart_series_set_line(series, &line);
    if (plot->kind != SW_PLOT_BARS) return;
    lxw_chart_fill fill = {.color = colours[index], .none = plot->dashed[index]};
    chart_series_set_fill(series, &fill);
}

static void add_plot(const struct writer *w, lxw_worksheet *sheet, const struct sw_table *table, const struct place *place,
                     const struct sw_plot *plot, lxw_row_t at_row) {
    int category = column_of(table, plot->category);
    SW_ASSERT(category >= 0);
    lxw_chart *chart = workbook_add_chart(w->workbook, plot->kind == SW_PLOT_BARS ? LXW_CHART_COLUMN : LXW_CHART_LINE);
    for (size_t i = 0; i < SW_PLOT_SERIES_MAX && plot->series[i]; i++) {
        int column = column_of(table, plot->series[i]);
        SW_ASSERT(column >= 0);
        lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
        chart_series_set_categories(series, table->title, place->first, (lxw_col_t)category, place->last, (lxw_col_t)category);
        chart_series_set_values(series, table->title, place->first, (lxw_col_t)column, place->last, (lxw_col_t)column);
        chart_series_set_name_range(series, table->title, place->columns, (lxw_col_t)column);
        style_series(plot, series, i);
    }
    chart_title_set_name(chart, plot->title);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
    chart_show_blanks_as(chart, LXW_CHART_BLANKS_AS_GAP);
    chart_axis_set_min(chart->y_axis, 0);
    if (plot->percent) {
        chart_axis_set_max(chart->y_axis, 1);
        chart_axis_set_num_format(chart->y_axis, "0%");
    }
    lxw_row_t rows = place->last - place->first + 1;
    if (plot->kind == SW_PLOT_LINES) {
        chart_axis_set_num_format(chart->x_axis, "hh:mm");
        chart_axis_set_interval_unit(chart->x_axis, (uint16_t)(rows / 12 + 1));
        chart_axis_set_interval_tick(chart->x_axis, (uint16_t)(rows / 12 + 1));
    }
    lxw_chart_options options = {.x_scale = 1.7, .y_scale = 1.3, .object_position = LXW_OBJECT_DONT_MOVE_DONT_SIZE};
    worksheet_insert_chart_opt(sheet, at_row, (lxw_col_t)(table->column_count + 1), chart, &options);
}

static void add_plots(const struct writer *w, lxw_worksheet *sheet, const struct sw_sheet *one, struct place place) {
    const struct sw_table *table = one->table;
    while (place.last >= place.first && table->is_sum[place.last - place.first]) place.last--;
    if (place.last < place.first) return;
    for (size_t i = 0; i < SW_PLOTS_MAX && one->plots[i].title; i++)
        add_plot(w, sheet, table, &place, &one->plots[i], place.columns + (lxw_row_t)i * 21);
}

/* ---- sheets ---- */

static void set_page(const struct writer *w, lxw_worksheet *sheet, const struct sw_sheet *one, const struct place *place) {
    const struct sw_table *table = one->table;
    worksheet_set_paper(sheet, A4);
    if (!one->portrait) worksheet_set_landscape(sheet);
    worksheet_fit_to_pages(sheet, 1, 0); /* as many pages as it takes, one wide */
    worksheet_set_margins(sheet, 0.5, 0.5, 0.6, 0.7);
    worksheet_repeat_rows(sheet, place->columns, place->columns);
    worksheet_print_area(sheet, 0, 0, place->last > place->columns ? place->last : place->columns,
                         (lxw_col_t)(table->column_count - 1));
    worksheet_freeze_panes(sheet, place->first, 0);
    struct sw_buf foot;
    sw_buf_init(&foot, FOOT_BYTES_MAX);
    sw_buf_puts(&foot, "&L");
    for (const char *c = w->book->title; *c; c++) { /* & begins a command, && is one */
        if (*c == '&') sw_buf_putc(&foot, '&');
        sw_buf_putc(&foot, *c);
    }
    sw_buf_puts(&foot, "&R&P / &N");
    worksheet_set_footer(sheet, foot.failed ? "&R&P / &N" : sw_buf_text(&foot));
    sw_buf_deinit(&foot);
}

static void set_widths(lxw_worksheet *sheet, const struct sw_table *table) {
    for (size_t c = 0; c < table->column_count; c++) {
        double width = width_of(table->columns[c].title);
        for (size_t r = 0; r < table->row_count; r++) {
            double wanted = width_of_cell(sw_table_cell(table, r, c));
            if (wanted > width) width = wanted;
        }
        width = width + 2 < WIDTH_MIN ? WIDTH_MIN : width + 2 > WIDTH_MAX ? WIDTH_MAX : width + 2;
        worksheet_set_column(sheet, (lxw_col_t)c, (lxw_col_t)c, width, NULL);
    }
}

static void put_rows(const struct writer *w, lxw_worksheet *sheet, const struct sw_table *table, const struct place *place) {
    for (size_t r = 0; place->first + r <= place->last && r < table->row_count; r++)
        for (size_t c = 0; c < table->column_count; c++)
            put_cell(w, sheet, place->first + (lxw_row_t)r, (lxw_col_t)c, sw_table_cell(table, r, c), table->is_sum[r]);
}

static bool add_sheet(const struct writer *w, const struct sw_sheet *one) {
    const struct sw_table *table = one->table;
    lxw_worksheet *sheet = workbook_add_worksheet(w->workbook, table->title);
    if (!sheet) return false;
    lxw_row_t row = 0;
    for (size_t i = 0; i < table->head_count; i++) put_text(sheet, row++, 0, table->heads[i], i ? w->head : w->title);
    if (table->head_count) row++;
    struct place place = {.columns = row, .first = row + 1, .last = row};
    size_t room = LXW_ROW_MAX - 1 - row;
    place.last += (lxw_row_t)(table->row_count < room ? table->row_count : room);
    for (size_t c = 0; c < table->column_count; c++)
        worksheet_write_string(sheet, row, (lxw_col_t)c, table->columns[c].title, w->column);
    put_rows(w, sheet, table, &place);
    set_widths(sheet, table);
    set_page(w, sheet, one, &place);
    if (one->filter && table->row_count)
        worksheet_autofilter(sheet, place.columns, 0, place.last, (lxw_col_t)(table->column_count - 1));
    add_plots(w, sheet, one, place);
    return true;
}

/* ---- the file ---- */

static int read_back(int fd, struct sw_buf *out) {
    char block[65536];
    ssize_t got;
    off_t at = 0;
    while ((got = pread(fd, block, sizeof block, at)) > 0) {
        sw_buf_add(out, block, (size_t)got);
        at += got;
    }
    return got < 0 || !at ? -SW_EIO : out->failed ? -SW_ELIMIT : 0;
}

int sw_book_write(const struct sw_book *book, struct sw_buf *out) {
    char path[64];
    int fd = memfd_create("workbook", MFD_CLOEXEC); /* this version of the library writes to named files only */
    if (fd < 0) return -SW_EIO;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    lxw_workbook_options options = {.constant_memory = LXW_FALSE};
    struct writer w = {.book = book, .workbook = workbook_new_opt(path, &options)};
    int status = w.workbook ? 0 : -SW_EIO;
    if (!status) {
        make_formats(&w);
        lxw_doc_properties properties = {.title = (char *)(uintptr_t)book->title, .author = (char *)(uintptr_t)"Shiftwall",
                                         .created = (time_t)(book->made_ms / 1000)};
        bool good = workbook_set_properties(w.workbook, &properties) == LXW_NO_ERROR;
        for (size_t i = 0; i < book->sheet_count; i++) good = add_sheet(&w, &book->sheets[i]) && good;
        good = workbook_close(w.workbook) == LXW_NO_ERROR && good;
        status = good ? read_back(fd, out) : -SW_EIO;
    }
    close(fd);
    return status;
}
