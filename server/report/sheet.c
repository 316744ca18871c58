#include "report/sheet.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>

#include "report/draw_list.h"
#include "report/draw_text.h"
#include "report/sheet_book.h"

#define SHEET_NAME_MAX 31    /* UTF-16 units, by Excel */
#define EPOCH_SERIAL 25569   /* 1970-01-01 as Excel counts days */
#define UNITS_PER_EM 1.95    /* of column width, at our size of text */
#define WIDTH_MIN 7.0
#define WIDTH_MAX 46.0       /* wider texts go on in a second line */
#define WIDTH_HEADER_MAX 15.0
#define LANDSCAPE_FROM 95.0  /* what A4 upright holds in a legible size */

/* The library's own texts and times are kept in statics (gmtime, the names of temporary files). */
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

void sw__book_check(struct sw_book *book, lxw_error error) {
    if (error && !book->error) book->error = (int)error;
}

/* ---- looks ---- */

static lxw_format *add_format(struct sw_book *book, enum sw_look look, int variant) {
    static const char *const numbers[SW_LOOKS] = {[SW_LOOK_COUNT] = "#,##0",
                                                  [SW_LOOK_RATIO_1] = "0.0%",
                                                  [SW_LOOK_RATIO_2] = "0.00%",
                                                  [SW_LOOK_RATIO_3] = "0.000%",
                                                  [SW_LOOK_RATIO_4] = "0.0000%",
                                                  [SW_LOOK_DURATION] = "[h]:mm:ss",
                                                  [SW_LOOK_MINUTE] = "yyyy-mm-dd hh:mm",
                                                  [SW_LOOK_TIME] = "yyyy-mm-dd hh:mm:ss",
                                                  [SW_LOOK_DATE] = "yyyy-mm-dd"};
    lxw_format *format = workbook_add_format(book->workbook);
    if (!format) {
        sw__book_check(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    format_set_font_name(format, book->lang == SW_DRAW_EN ? "Calibri" : "Microsoft YaHei");
    format_set_font_size(format, look == SW_LOOK_TITLE ? 14 : 10);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    if (numbers[look]) format_set_num_format(format, numbers[look]);
    if (look == SW_LOOK_TITLE || look == SW_LOOK_HEADER) format_set_bold(format);
    if (look == SW_LOOK_HEAD) format_set_font_color(format, SW_INK_SOFT);
    if (look >= SW_LOOK_HEADER) {
        format_set_border(format, LXW_BORDER_THIN);
        format_set_border_color(format, SW_RULE);
    }
    if (look == SW_LOOK_HEADER) {
        format_set_bg_color(format, SW_RULE_FAINT);
        format_set_text_wrap(format);
        format_set_align(format, variant == 2 ? LXW_ALIGN_LEFT : LXW_ALIGN_CENTER);
    }
    if (look == SW_LOOK_TEXT) format_set_text_wrap(format);
    if (look == SW_LOOK_UNKNOWN) {
        format_set_pattern(format, LXW_PATTERN_LIGHT_UP);
        format_set_fg_color(format, SW_RULE);
    }
    if (look > SW_LOOK_HEADER && variant == 2) format_set_align(format, LXW_ALIGN_LEFT);
    if (look > SW_LOOK_HEADER && variant == 1) {
        format_set_bold(format);
        format_set_font_color(format, SW_RED);
        format_set_bg_color(format, SW_RED_PALE);
    }
    return format;
}

static lxw_format *look_of(struct sw_book *book, enum sw_look look, int variant) {
    if (!book->looks[look][variant]) book->looks[look][variant] = add_format(book, look, variant);
    return book->looks[look][variant];
}

/* As few decimals as do not make more of the ratio than it is. */
static enum sw_look ratio_look(const struct sw_cell *cell, int64_t goal_ppm, bool below) {
    double value = (double)cell->value / (double)cell->den, power = 1000;
    for (int look = SW_LOOK_RATIO_1; look < SW_LOOK_RATIO_4; look++, power *= 10) {
        double rounded = round(value * power) / power;
        bool seems_met = below && rounded * 1e6 >= (double)goal_ppm - 1e-6;
        bool seems_whole = cell->value < cell->den && rounded >= 1;
        if (!seems_met && !seems_whole) return (enum sw_look)look;
    }
    return SW_LOOK_RATIO_4;
}

/* ---- cells ---- */

static int64_t floor_to(int64_t value, int64_t step) {
    return value - ((value % step) + step) % step;
}

static double serial_of(const struct sw_table *table, int64_t t_ms) {
    int64_t local_ms = t_ms + sw_zone_offset_ms(table->zone, t_ms);
    return (double)floor_to(local_ms, 1000) / (double)SW_DAY_MS + EPOCH_SERIAL;
}

/* Excel reads "_x0041_" in a text as the character of that number; the library leaves that to us. malloc'ed. */
static char *escape_text(const char *text) {
    struct sw_buf out;
    sw_buf_init(&out, SIZE_MAX);
    for (const char *p = text; *p; p++) {
        bool code = p[0] == '_' && p[1] == 'x' && strspn(p + 2, "0123456789abcdefABCDEF") >= 4 && p[6] == '_';
        if (code) sw_buf_puts(&out, "_x005F");
        sw_buf_putc(&out, *p);
    }
    char *escaped = sw_xstrdup(sw_buf_text(&out));
    sw_buf_deinit(&out);
    return escaped;
}

static void write_text(struct sw_book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, const char *text,
                       lxw_format *format) {
    char *escaped = escape_text(text);
    sw__book_check(book, worksheet_write_string(sheet, row, col, escaped, format));
    free(escaped);
}

/* Are all times of COLUMN whole minutes? */
static bool whole_minutes(const struct sw_table *table, size_t column) {
    for (size_t r = 0; r < sw_table_rows(table); r++) {
        const struct sw_cell *cell = sw_table_cell(table, r, column);
        if (cell->known && cell->value % 60000) return false;
    }
    return true;
}

struct at {
    lxw_worksheet *sheet;
    lxw_row_t row;
    lxw_col_t col;
};

static void write_cell(struct sw_book *book, struct at at, const struct sw_table *table, size_t column,
                       const struct sw_cell *cell, bool minutes) {
    const struct sw_table_column *head = &table->columns[column];
    int variant = table->upright ? 2 : 0;
    enum sw_look look = SW_LOOK_COUNT;
    double number = (double)cell->value;
    if (!cell->known) {
        sw__book_check(book, worksheet_write_blank(at.sheet, at.row, at.col, look_of(book, SW_LOOK_UNKNOWN, 0)));
        return;
    }
    switch (head->kind) {
    case SW_CELL_TEXT:
        write_text(book, at.sheet, at.row, at.col, cell->shown ? cell->shown : cell->text,
                   look_of(book, SW_LOOK_TEXT, variant));
        return;
    case SW_CELL_COUNT: break;
    case SW_CELL_RATIO: {
        int64_t goal_ppm = cell->goal_ppm ? cell->goal_ppm : head->goal_ppm;
        bool below = sw_figure_below(cell->value, cell->den, goal_ppm);
        look = ratio_look(cell, goal_ppm, below);
        number = (double)cell->value / (double)cell->den;
        if (below) variant = 1;
        break;
    }
    case SW_CELL_DURATION:
        look = SW_LOOK_DURATION;
        number = (double)floor_to(cell->value, 1000) / (double)SW_DAY_MS;
        break;
    case SW_CELL_TIME:
        look = minutes ? SW_LOOK_MINUTE : SW_LOOK_TIME;
        number = serial_of(table, cell->value);
        break;
    case SW_CELL_DATE:
        look = SW_LOOK_DATE;
        number = (double)(cell->value + EPOCH_SERIAL);
        break;
    }
    sw__book_check(book, worksheet_write_number(at.sheet, at.row, at.col, number, look_of(book, look, variant)));
}

/* ---- widths ---- */

static double width_of(const char *text) {
    return sw_text_width(text, 1, false) * UNITS_PER_EM + 2;
}

static double cell_width(const struct sw_table *table, size_t column, const struct sw_cell *cell, bool minutes) {
    char text[24];
    if (!cell->known) return WIDTH_MIN;
    switch (table->columns[column].kind) {
    case SW_CELL_TEXT: return width_of(cell->shown ? cell->shown : cell->text);
    case SW_CELL_COUNT: sw_figure_count(text, sizeof text, cell->value); return width_of(text) * 4 / 3; /* its commas */
    case SW_CELL_RATIO: return 10;
    case SW_CELL_DURATION: sw_figure_duration(text, sizeof text, cell->value); return width_of(text) + 1;
    case SW_CELL_TIME: return minutes ? 17 : 20;
    case SW_CELL_DATE: return 12;
    }
    return WIDTH_MIN;
}

static double column_width(const struct sw_table *table, size_t column, bool minutes) {
    double most = width_of(table->columns[column].header) + 3; /* the button of the filter */
    if (most > WIDTH_HEADER_MAX && !table->upright) most = WIDTH_HEADER_MAX;
    if (table->upright) most = WIDTH_MIN;
    for (size_t r = 0; r < sw_table_rows(table); r++)
        most = fmax(most, cell_width(table, column, sw_table_cell(table, r, column), minutes));
    return fmax(WIDTH_MIN, fmin(most, WIDTH_MAX));
}

/* ---- sheets ---- */

static bool is_taken(const struct sw_book *book, const char *name) {
    char *folded = g_utf8_casefold(name, -1);
    bool taken = false;
    for (size_t i = 0; i < book->name_count && !taken; i++) {
        char *other = g_utf8_casefold(book->names[i], -1);
        taken = strcmp(folded, other) == 0;
        g_free(other);
    }
    g_free(folded);
    return taken;
}

/* What Excel takes as the name of a sheet, of at most UNITS UTF-16 units, from NAME, which is clean. */
static void valid_name(const char *name, size_t units, char *out, size_t size) {
    size_t length = 0;
    for (const char *p = name; *p; p = g_utf8_next_char(p)) {
        size_t bytes = (size_t)(g_utf8_next_char(p) - p), wide = bytes == 4 ? 2 : 1;
        if (units < wide || length + bytes >= size) break;
        units -= wide;
        if (strchr("[]:*?/\\'", *p)) out[length++] = ' ';
        else memcpy(out + length, p, bytes), length += bytes;
    }
    out[length] = '\0';
    if (!out[strspn(out, " ")]) snprintf(out, size, "-");
    if (g_ascii_strcasecmp(out, "history") == 0) snprintf(out, size, "History."); /* Excel keeps that one for itself */
}

/* A name that no sheet has yet; it lives as long as BOOK. */
static const char *sheet_name(struct sw_book *book, const char *name) {
    char *out = book->names[book->name_count];
    valid_name(name, SHEET_NAME_MAX, out, sizeof book->names[0]);
    for (int n = 2; is_taken(book, out); n++) {
        char rest[16];
        snprintf(rest, sizeof rest, " (%d)", n);
        valid_name(name, SHEET_NAME_MAX - strlen(rest), out, sizeof book->names[0] - sizeof rest);
        size_t length = strlen(out);
        snprintf(out + length, sizeof book->names[0] - length, "%s", rest);
    }
    book->name_count++;
    return out;
}

static bool has_unknown(const struct sw_table *table) {
    for (size_t i = 0; i < table->cell_count; i++)
        if (!table->cells[i].known) return true;
    return false;
}

/* Title and lines of head; gives the row after an empty one. */
static lxw_row_t write_head(struct sw_book *book, lxw_worksheet *sheet, const struct sw_table *table) {
    lxw_row_t row = 0;
    sw__book_check(book, worksheet_set_row(sheet, row, 24, NULL));
    write_text(book, sheet, row++, 0, table->title, look_of(book, SW_LOOK_TITLE, 0));
    for (size_t i = 0; i < table->head_count; i++)
        write_text(book, sheet, row++, 0, table->heads[i], look_of(book, SW_LOOK_HEAD, 0));
    if (has_unknown(table))
        write_text(book, sheet, row++, 0, sw_word_text(table->lang, SW_WORD_UNKNOWN_NOTE), look_of(book, SW_LOOK_HEAD, 0));
    return row + 1;
}

static void set_up_print(struct sw_book *book, lxw_worksheet *sheet, double width) {
    char footer[100];
    worksheet_set_paper(sheet, 9); /* A4 */
    if (width > LANDSCAPE_FROM) worksheet_set_landscape(sheet);
    worksheet_fit_to_pages(sheet, 1, 0);
    worksheet_set_margins(sheet, 0.5, 0.5, 0.6, 0.7);
    snprintf(footer, sizeof footer, "&L&8&A&R&8%s", sw_word_text(book->lang, SW_WORD_PAGE_OF)); /* &A: the sheet's name */
    sw__book_check(book, worksheet_set_footer(sheet, footer));
}

/* One row, its columns one below the other. */
static void write_upright(struct sw_book *book, lxw_worksheet *sheet, const struct sw_table *table) {
    lxw_row_t row = write_head(book, sheet, table);
    double label = WIDTH_MIN, value = WIDTH_MIN;
    worksheet_freeze_panes(sheet, row, 0);
    for (size_t c = 0; c < table->column_count; c++, row++) {
        bool minutes = whole_minutes(table, c);
        label = fmax(label, width_of(table->columns[c].header));
        value = fmax(value, column_width(table, c, minutes));
        write_text(book, sheet, row, 0, table->columns[c].header, look_of(book, SW_LOOK_HEADER, 2));
        if (sw_table_rows(table))
            write_cell(book, (struct at){sheet, row, 1}, table, c, sw_table_cell(table, 0, c), minutes);
    }
    label = fmin(label, WIDTH_MAX);
    sw__book_check(book, worksheet_set_column(sheet, 0, 0, label, NULL));
    sw__book_check(book, worksheet_set_column(sheet, 1, 1, value, NULL));
    sw__book_check(book, worksheet_print_area(sheet, 0, 0, row - 1, 1));
    sw__book_check(book, worksheet_ignore_errors(sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:B1000"));
    set_up_print(book, sheet, label + value);
}

static void write_rows(struct sw_book *book, lxw_worksheet *sheet, const char *name, const struct sw_table *table) {
    lxw_row_t header = write_head(book, sheet, table), rows = (lxw_row_t)sw_table_rows(table);
    lxw_col_t last = (lxw_col_t)(table->column_count - 1);
    double width = 0;
    sw__book_check(book, worksheet_set_row(sheet, header, 32, NULL));
    for (size_t c = 0; c < table->column_count; c++) {
        bool minutes = whole_minutes(table, c);
        double own = column_width(table, c, minutes);
        width += own;
        sw__book_check(book, worksheet_set_column(sheet, (lxw_col_t)c, (lxw_col_t)c, own, NULL));
        write_text(book, sheet, header, (lxw_col_t)c, table->columns[c].header, look_of(book, SW_LOOK_HEADER, 0));
        for (lxw_row_t r = 0; r < rows; r++)
            write_cell(book, (struct at){sheet, header + 1 + r, (lxw_col_t)c}, table, c, sw_table_cell(table, r, c), minutes);
    }
    worksheet_freeze_panes(sheet, header + 1, (lxw_col_t)table->fixed_columns);
    sw__book_check(book, worksheet_repeat_rows(sheet, header, header));
    sw__book_check(book, worksheet_print_area(sheet, 0, 0, header + rows, last));
    if (rows > 1) sw__book_check(book, worksheet_autofilter(sheet, header, 0, header + rows, last));
    sw__book_check(book, worksheet_ignore_errors(sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:AZ100100"));
    set_up_print(book, sheet, width);
    struct sw_book_place place = {name, header + 1, header + rows, (lxw_col_t)(last + 1)};
    sw__book_plots(book, sheet, table, place);
}

static void write_table(struct sw_book *book, const struct sw_table *table) {
    const char *name = sheet_name(book, table->name);
    lxw_worksheet *sheet = workbook_add_worksheet(book->workbook, name);
    if (!sheet) {
        sw__book_check(book, LXW_ERROR_PARAMETER_VALIDATION);
        return;
    }
    if (table->upright) write_upright(book, sheet, table);
    else write_rows(book, sheet, name, table);
}

/* ---- the workbook ---- */

static void set_properties(struct sw_book *book, const struct sw_sheet_options *options) {
    char author[] = "Shiftwall", *title = sw_text_fit(options->title ? options->title : "", 1, false, 120);
    int64_t made_s = options->made_ms / 1000;
    /* 0 would mean the present time. */
    lxw_doc_properties properties = {.title = title, .author = author, .created = made_s > 0 ? (time_t)made_s : 1};
    sw__book_check(book, workbook_set_properties(book->workbook, &properties));
    free(title);
}

/* The workbook into the file at PATH. 0 or -SW_EIO. */
static int write_book(const char *path, struct sw_table *const *tables, size_t count,
                      const struct sw_sheet_options *options) {
    struct sw_book book = {.workbook = workbook_new(path), .lang = options->lang};
    if (!book.workbook) return -SW_EIO;
    set_properties(&book, options);
    for (size_t i = 0; i < count; i++) write_table(&book, tables[i]);
    sw__book_check(&book, workbook_close(book.workbook));
    return book.error ? -SW_EIO : 0;
}

static int read_back(int fd, struct sw_buf *out) {
    off_t size = lseek(fd, 0, SEEK_END);
    if (size <= 0) return -SW_EIO;
    if ((size_t)size > out->cap - out->len) {
        sw_buf_clear(out);
        out->failed = true;
        return -SW_ELIMIT;
    }
    void *data = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) return -SW_EIO;
    sw_buf_add(out, data, (size_t)size);
    munmap(data, (size_t)size);
    return 0;
}

int sw_sheet_write(struct sw_table *const *tables, size_t count, const struct sw_sheet_options *options,
                   struct sw_buf *out) {
    if (!count || count > SW_SHEETS_MAX) return -SW_EINVAL;
    for (size_t i = 0; i < count; i++)
        if (tables[i]->left_out) return -SW_ELIMIT;
    if (out->failed) return -SW_ELIMIT;
    /* The library writes to a path only: one of a file that is in memory and has no name. */
    int fd = memfd_create("shiftwall-sheet", MFD_CLOEXEC);
    if (fd < 0) return -SW_EIO;
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    SW_ASSERT(plain != (locale_t)0);
    locale_t before = uselocale(plain); /* the library prints numbers as the locale has them */
    pthread_mutex_lock(&library);
    int failed = write_book(path, tables, count, options);
    pthread_mutex_unlock(&library);
    uselocale(before);
    freelocale(plain);
    if (!failed) failed = read_back(fd, out);
    close(fd);
    return failed;
}

int sw_chart_sheet(const struct sw_chart *chart, enum sw_draw_lang lang, const struct sw_zone *zone, struct sw_buf *out) {
    struct sw_table *tables[SW_CHART_TABLES];
    sw_chart_tables(chart, lang, zone, tables);
    struct sw_buf title;
    sw_buf_init(&title, SIZE_MAX);
    sw_buf_printf(&title, "%s %s", sw_word_text(lang, SW_WORD_CHART_OF), chart->date ? chart->date : "");
    struct sw_sheet_options options = {.lang = lang, .made_ms = chart->made_ms, .title = sw_buf_text(&title)};
    int failed = sw_sheet_write(tables, SW_CHART_TABLES, &options, out);
    sw_buf_deinit(&title);
    for (int i = 0; i < SW_CHART_TABLES; i++) sw_table_free(tables[i]);
    return failed;
}
