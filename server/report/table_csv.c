/* A table as CSV; table.h says what a field looks like and why. */
#include <inttypes.h>
#include <string.h>

#include "report/table.h"

/* Optional sign, digits, optional point and digits. */
static bool is_number(const char *text) {
    if (*text == '+' || *text == '-') text++;
    size_t digits = strspn(text, "0123456789");
    if (!digits) return false;
    text += digits;
    if (*text == '.') {
        digits = strspn(text + 1, "0123456789");
        if (!digits) return false;
        text += 1 + digits;
    }
    return !*text;
}

/* What a spreadsheet might reckon. Spaces, the ideographic one too, may stand before it: some programs trim them. */
static bool is_formula(const char *text) {
    static const char *const starts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
    static const char *const spaces[] = {" ", "\t", "\r", "\n", "\xC2\xA0", "\xE3\x80\x80"};
    if (is_number(text)) return false;
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        size_t length = strlen(spaces[i]);
        if (strncmp(text, spaces[i], length) != 0) continue;
        text += length;
        i = SIZE_MAX; /* from the first space on again */
    }
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(text, starts[i], strlen(starts[i])) == 0) return true;
    return false;
}

static void put_text(struct sw_buf *out, const char *text) {
    bool guarded = is_formula(text);
    size_t length = strlen(text);
    bool quoted = !length || strpbrk(text, ",\"\r\n") || *text == ' ' || text[length - 1] == ' ';
    if (quoted) sw_buf_putc(out, '"');
    if (guarded) sw_buf_putc(out, '\'');
    for (const char *p = text; *p; p++) {
        if (*p == '"') sw_buf_putc(out, '"');
        sw_buf_putc(out, *p);
    }
    if (quoted) sw_buf_putc(out, '"');
}

static void put_cell(const struct sw_table *table, enum sw_cell_kind kind, const struct sw_cell *cell, struct sw_buf *out) {
    char text[SW_RFC3339_SIZE];
    int year, month, day;
    if (!cell->known) return;
    switch (kind) {
    case SW_CELL_TEXT: put_text(out, cell->text); break;
    case SW_CELL_COUNT:
    case SW_CELL_DURATION: sw_buf_int(out, cell->value); break;
    case SW_CELL_RATIO: {
        int64_t ppm = sw_table_ppm(cell->value, cell->den);
        sw_buf_printf(out, "%" PRId64 ".%06" PRId64, ppm / 1000000, ppm % 1000000);
        break;
    }
    case SW_CELL_TIME:
        sw_zone_format_rfc3339(table->zone, cell->value, text);
        sw_buf_puts(out, text);
        break;
    case SW_CELL_DATE:
        sw_date_from_days(cell->value, &year, &month, &day);
        sw_zone_format_date(year, month, day, text);
        sw_buf_puts(out, text);
        break;
    }
}

int sw_table_csv(const struct sw_table *table, bool with_bom, struct sw_buf *out) {
    if (table->left_out) return -SW_ELIMIT;
    if (with_bom) sw_buf_puts(out, "\xEF\xBB\xBF");
    for (size_t c = 0; c < table->column_count; c++) {
        if (c) sw_buf_putc(out, ',');
        sw_buf_puts(out, table->columns[c].key);
    }
    sw_buf_puts(out, "\r\n");
    for (size_t r = 0; r < sw_table_rows(table); r++) {
        for (size_t c = 0; c < table->column_count; c++) {
            if (c) sw_buf_putc(out, ',');
            put_cell(table, table->columns[c].kind, sw_table_cell(table, r, c), out);
        }
        sw_buf_puts(out, "\r\n");
    }
    return out->failed ? -SW_ELIMIT : 0;
}
