/* Reads a workbook back, by no part of what wrote it: the files of a ZIP archive by its directory (zlib inflates), and the
 * cells of a sheet by their names. */
#ifndef TESTS_XLSX_FIXTURE_H
#define TESTS_XLSX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "shiftwall/buf.h"

static inline uint32_t zip_number(const char *at, int bytes) {
    uint32_t value = 0;
    while (bytes--) value = value << 8 | (unsigned char)at[bytes];
    return value;
}

/* The file NAME of the archive, malloc'ed; NULL when there is none. */
static inline char *zip_file(const struct sw_buf *zip, const char *name) {
    assert_true(zip->len > 22);
    const char *end = zip->data + zip->len - 22; /* the library writes no comment */
    assert_int_equal(zip_number(end, 4), 0x06054b50);
    const char *entry = zip->data + zip_number(end + 16, 4);
    for (uint32_t i = zip_number(end + 10, 2); i; i--) {
        assert_int_equal(zip_number(entry, 4), 0x02014b50);
        uint32_t packed = zip_number(entry + 20, 4), size = zip_number(entry + 24, 4);
        uint32_t length = zip_number(entry + 28, 2);
        if (length == strlen(name) && memcmp(entry + 46, name, length) == 0) {
            const char *local = zip->data + zip_number(entry + 42, 4);
            const char *from = local + 30 + zip_number(local + 26, 2) + zip_number(local + 28, 2);
            char *text = sw_xmalloc(size + 1);
            z_stream z = {.next_in = (Bytef *)from, .avail_in = packed, .next_out = (Bytef *)text, .avail_out = size};
            assert_int_equal(zip_number(entry + 10, 2), Z_DEFLATED);
            assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
            assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
            inflateEnd(&z);
            assert_int_equal(z.total_out, size);
            assert_int_equal(crc32(0, (const Bytef *)text, size), zip_number(entry + 16, 4));
            text[size] = '\0';
            return text;
        }
        entry += 46 + length + zip_number(entry + 30, 2) + zip_number(entry + 32, 2);
    }
    return NULL;
}

/* A workbook: its sheets in order, and the texts they share. */
#define XLSX_SHEETS_MAX 16
struct xlsx {
    char *strings, *styles, *workbook, *sheets[XLSX_SHEETS_MAX];
    size_t count;
};

static inline struct xlsx xlsx_open(const struct sw_buf *zip) {
    struct xlsx xlsx = {zip_file(zip, "xl/sharedStrings.xml"), zip_file(zip, "xl/styles.xml"),
                        zip_file(zip, "xl/workbook.xml")};
    assert_non_null(xlsx.strings);
    assert_non_null(xlsx.styles);
    assert_non_null(xlsx.workbook);
    while (xlsx.count < XLSX_SHEETS_MAX) {
        char name[40];
        snprintf(name, sizeof name, "xl/worksheets/sheet%zu.xml", xlsx.count + 1);
        if (!(xlsx.sheets[xlsx.count] = zip_file(zip, name))) break;
        xlsx.count++;
    }
    return xlsx;
}

static inline void xlsx_close(struct xlsx *xlsx) {
    free(xlsx->strings);
    free(xlsx->styles);
    free(xlsx->workbook);
    for (size_t i = 0; i < xlsx->count; i++) free(xlsx->sheets[i]);
}

/* What stands between OPEN and CLOSE after AT, without the entities of XML; malloc'ed. */
static inline char *xml_between(const char *at, const char *open, const char *close) {
    static const struct {
        const char *entity;
        char c;
    } known[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}};
    const char *from = strstr(at, open), *to = from ? strstr(from + strlen(open), close) : NULL;
    assert_non_null(to);
    struct sw_buf out;
    sw_buf_init(&out, SIZE_MAX);
    for (const char *p = from + strlen(open); p < to; p++) {
        char c = *p;
        for (size_t i = 0; i < 4; i++)
            if (strncmp(p, known[i].entity, strlen(known[i].entity)) == 0) {
                c = known[i].c;
                p += strlen(known[i].entity) - 1;
                break;
            }
        sw_buf_putc(&out, c);
    }
    char *text = strdup(sw_buf_text(&out));
    sw_buf_deinit(&out);
    return text;
}

/* The element of the cell, which ends at its ">"; NULL when there is none. Columns from 0, rows from 1, as people do. */
static inline const char *xlsx_cell(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row) {
    char name[40];
    assert_true(sheet < xlsx->count);
    if (col < 26) snprintf(name, sizeof name, "<c r=\"%c%zu\"", (char)('A' + col), row);
    else snprintf(name, sizeof name, "<c r=\"A%c%zu\"", (char)('A' + col - 26), row);
    return strstr(xlsx->sheets[sheet], name);
}

/* The text of a cell; "" for one that has none. malloc'ed. */
static inline char *xlsx_text(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row) {
    const char *cell = xlsx_cell(xlsx, sheet, col, row);
    if (!cell) return strdup("");
    const char *end = strchr(cell, '>');
    if (end[-1] == '/') return strdup("");
    assert_non_null(strstr(cell, "t=\"s\""));
    assert_true(strstr(cell, "t=\"s\"") < end);
    assert_memory_equal(end + 1, "<v>", 3);
    long index = strtol(end + 4, NULL, 10);
    const char *string = strstr(xlsx->strings, "<si>");
    while (index-- && string) string = strstr(string + 4, "<si>");
    assert_non_null(string);
    assert_memory_equal(string, "<si><t", 6);
    return xml_between(string + 6, ">", "</t>");
}

/* Is it an empty cell with a look? */
static inline bool xlsx_blank(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row) {
    const char *cell = xlsx_cell(xlsx, sheet, col, row);
    return cell && strchr(cell, '>')[-1] == '/';
}

static inline double xlsx_number(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row) {
    const char *cell = xlsx_cell(xlsx, sheet, col, row), *end = cell ? strchr(cell, '>') : NULL;
    if (!end || strncmp(end + 1, "<v>", 3) != 0) fail_msg("sheet %zu, column %zu, row %zu: no number", sheet, col, row);
    const char *type = strstr(cell, " t=");
    assert_true(!type || type > end);
    return strtod(end + 4, NULL);
}

/* The number format of a cell: "0.0%". malloc'ed. */
static inline char *xlsx_format(const struct xlsx *xlsx, size_t sheet, size_t col, size_t row) {
    const char *cell = xlsx_cell(xlsx, sheet, col, row);
    assert_non_null(cell);
    long style = strtol(strstr(cell, "s=\"") + 3, NULL, 10);
    const char *xf = strstr(xlsx->styles, "<cellXfs");
    for (xf = strstr(xf, "<xf "); style-- && xf;) xf = strstr(xf + 4, "<xf ");
    assert_non_null(xf);
    char open[40];
    long id = strtol(strstr(xf, "numFmtId=\"") + 10, NULL, 10);
    if (id == 3) return strdup("#,##0");
    if (id == 10) return strdup("0.00%");
    if (id == 46) return strdup("[h]:mm:ss");
    snprintf(open, sizeof open, "numFmtId=\"%ld\" formatCode=\"", id);
    return xml_between(xlsx->styles, open, "\"");
}

#endif
