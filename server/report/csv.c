#include "report/csv.h"

#include <stdio.h>
#include <string.h>

/* + or - and digits alone. */
static bool is_signed_number(const char *text) {
    return (*text == '+' || *text == '-') && text[1] && strspn(text + 1, "0123456789") == strlen(text + 1);
}

static bool needs_guard(const char *text) {
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    if (*text && strchr("=+-@\t\r\n'", *text)) return !is_signed_number(text);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (!strncmp(text, wide[i], strlen(wide[i]))) return true;
    return false;
}

static void put_text(const char *text, struct sw_buf *out) {
    size_t len = strlen(text);
    bool guard = needs_guard(text);
    bool quote = strpbrk(text, "\",\r\n") || (len && (text[0] == ' ' || text[len - 1] == ' '));
    if (quote) sw_buf_putc(out, '"');
    if (guard) sw_buf_putc(out, '\'');
    for (const char *c = text; *c; c++) {
        if (*c == '"') sw_buf_putc(out, '"');
        sw_buf_putc(out, *c);
    }
    if (quote) sw_buf_putc(out, '"');
}

static void put_ratio(int64_t num, int64_t den, struct sw_buf *out) {
    char text[40];
    int len = snprintf(text, sizeof text, "%.6f", (double)num / (double)den);
    while (len > 1 && text[len - 1] == '0') len--;
    if (text[len - 1] == '.') len--;
    sw_buf_add(out, text, (size_t)len);
}

static void put_cell(const struct sw_cell *cell, const struct sw_csv_options *options, struct sw_buf *out) {
    char instant[SW_RFC3339_SIZE];
    switch (cell->kind) {
    case SW_CELL_NONE: break;
    case SW_CELL_TEXT: put_text(cell->text, out); break;
    case SW_CELL_COUNT:
    case SW_CELL_DURATION: sw_buf_int(out, cell->num); break;
    case SW_CELL_RATIO: put_ratio(cell->num, cell->den, out); break;
    case SW_CELL_TIME:
    case SW_CELL_CLOCK:
        sw_zone_format_rfc3339(options->zone, cell->num, instant);
        sw_buf_puts(out, instant);
        break;
    }
}

void sw_csv_write(const struct sw_table *table, const struct sw_csv_options *options, struct sw_buf *out) {
    struct sw_zone *utc = options->zone ? NULL : sw_zone_utc();
    const struct sw_csv_options known = {options->zone ? options->zone : utc, options->bom};
    if (known.bom) sw_buf_puts(out, "\xEF\xBB\xBF");
    for (size_t c = 0; c < table->column_count; c++) {
        if (c) sw_buf_putc(out, ',');
        put_text(table->columns[c].key, out);
    }
    sw_buf_puts(out, "\r\n");
    for (size_t r = 0; r < table->row_count; r++) {
        for (size_t c = 0; c < table->column_count; c++) {
            if (c) sw_buf_putc(out, ',');
            put_cell(sw_table_cell(table, r, c), &known, out);
        }
        sw_buf_puts(out, "\r\n");
    }
    sw_zone_free(utc);
}
