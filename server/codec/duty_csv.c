/* The duty rota's CSV: first the cells with their places, then each row, then what rows say together. */
#include "codec/duty_csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "shiftwall/event.h"

#define MINUTE INT64_C(60000)
#define CELL_BYTES_MAX 512

enum column { DATE, ROLE, PERSON, FROM, TO, COLUMN_COUNT };
static const char *const column_names[] = {"date", "role", "person", "from", "to"};

/* A cell, unquoted, and where it stands. */
struct cell {
    char text[CELL_BYTES_MAX + 1];
    size_t column;
};

struct reader {
    const struct sw_zone *zone;
    const char *path, *at, *end, *line_start;
    size_t line;
    struct sw_buf *faults, *remarks;
    size_t fault_count, remark_count;
    struct cell cells[COLUMN_COUNT]; /* of the row being read, by the file's order */
    size_t cell_count;
    size_t place[COLUMN_COUNT]; /* where a column stands in the file */
    struct sw_rota rota;
    size_t *lines; /* of the rows */
};

static void fault(struct reader *r, size_t column, const char *format, ...) SW_PRINTF(3, 4);
static void fault(struct reader *r, size_t column, const char *format, ...) {
    if (++r->fault_count > SW_ROTA_FAULTS_MAX) return;
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sw_utf8_mend(text);
    sw_buf_printf(r->faults, "%s:%zu:%zu: %s\n", r->path, r->line, column, text);
}

static void remark(struct reader *r, size_t line, size_t column, const char *format, ...) SW_PRINTF(4, 5);
static void remark(struct reader *r, size_t line, size_t column, const char *format, ...) {
    if (++r->remark_count > SW_ROTA_REMARKS_MAX) return;
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sw_utf8_mend(text);
    sw_buf_printf(r->remarks, "%s:%zu:%zu: %s\n", r->path, line, column, text);
}

/* ---- cells ---- */

static size_t characters(const char *from, const char *to) {
    size_t count = 0;
    for (; from < to; from++) count += ((unsigned char)*from & 0xC0) != 0x80;
    return count;
}

static bool at_line_end(const struct reader *r) {
    return r->at == r->end || *r->at == '\n' || (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n');
}

static void next_line(struct reader *r) {
    if (r->at < r->end && *r->at == '\r') r->at++;
    if (r->at < r->end) r->at++;
    r->line++;
    r->line_start = r->at;
}

/* Reads a cell into OUT, which has room for CELL_BYTES_MAX bytes; what is wrong with it, or NULL. */
static const char *read_cell(struct reader *r, char *out) {
    bool quoted = r->at < r->end && *r->at == '"';
    size_t len = 0;
    *out = '\0';
    for (r->at += quoted;; r->at++) {
        if (quoted) {
            if (r->at == r->end || *r->at == '\n') return "a quote that is not closed in its line";
            if (*r->at == '"' && (r->at + 1 == r->end || r->at[1] != '"')) break;
            r->at += *r->at == '"'; /* a doubled one stands for itself */
        } else {
            if (at_line_end(r) || *r->at == ',') break;
            if (*r->at == '"') return "a quote inside a cell that does not begin with one";
        }
        if (len == CELL_BYTES_MAX) return "longer than 512 bytes";
        out[len++] = *r->at;
        out[len] = '\0';
    }
    r->at += quoted;
    if (!at_line_end(r) && *r->at != ',') return "text behind a closing quote";
    return sw_utf8_has_control(out) ? "a control character" : NULL;
}

/* Reads the cells of a line; false, with the fault told, when it is not CSV. The place is left at the line's end. */
static bool read_cells(struct reader *r) {
    for (r->cell_count = 0;; r->at++) {
        struct cell surplus, *cell = r->cell_count < COLUMN_COUNT ? &r->cells[r->cell_count] : &surplus;
        cell->column = characters(r->line_start, r->at) + 1;
        const char *wrong = read_cell(r, cell->text);
        if (!wrong && r->cell_count == COLUMN_COUNT) wrong = "more cells than columns";
        if (wrong) {
            fault(r, cell->column, "%s", wrong);
            while (!at_line_end(r)) r->at++;
            return false;
        }
        r->cell_count++;
        if (at_line_end(r)) return true;
    }
}

static const struct cell *cell_of(const struct reader *r, enum column column) { return &r->cells[r->place[column]]; }

static bool read_header(struct reader *r) {
    bool found[COLUMN_COUNT] = {false};
    if (!read_cells(r)) return false;
    for (size_t i = 0; i < r->cell_count; i++) {
        int known = 0;
        while (known < COLUMN_COUNT && strcmp(column_names[known], r->cells[i].text) != 0) known++;
        if (known == COLUMN_COUNT) fault(r, r->cells[i].column, "%.64s: no such column", r->cells[i].text);
        else if (found[known]) fault(r, r->cells[i].column, "%s: stands twice", column_names[known]);
        else found[known] = true, r->place[known] = i;
    }
    for (int c = 0; c < COLUMN_COUNT; c++)
        if (!found[c]) fault(r, 1, "%s: the column is missing", column_names[c]);
    return r->fault_count == 0;
}

/* ---- times ---- */

struct date {
    int year, month, day;
};

/* Reads "HH:MM" into ms of the day; false when it is none. */
static bool read_clock(const char *text, int64_t *ms) {
    if (strlen(text) != 5) return false;
    for (int i = 0; i < 5; i++)
        if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9') return false;
    int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
    *ms = (hours * 60 + minutes) * MINUTE;
    return hours < 24 && minutes < 60;
}

/* The first instant at which clocks show MS_OF_DAY, DAYS after the date. */
static int64_t instant(const struct reader *r, struct date date, int64_t days, int64_t ms_of_day) {
    int year, month, day;
    sw_date_from_days(sw_days_from_date(date.year, date.month, date.day) + days, &year, &month, &day);
    return sw_zone_local_to_utc(r->zone, year, month, day, ms_of_day);
}

/* Remarks on T_MS, taken for the time of a cell, when local clocks skip that time or show it twice. */
static void remark_change(struct reader *r, const struct cell *cell, int64_t t_ms, int64_t ms_of_day) {
    int64_t offset_ms = sw_zone_offset_ms(r->zone, t_ms);
    bool skipped = (t_ms + offset_ms - ms_of_day) % SW_DAY_MS != 0;
    int64_t next_offset_ms = sw_zone_offset_ms(r->zone, t_ms + SW_DAY_MS), again_ms = t_ms + offset_ms - next_offset_ms;
    bool twice = !skipped && again_ms > t_ms && sw_zone_offset_ms(r->zone, again_ms) == next_offset_ms;
    if (!skipped && !twice) return;
    char text[SW_RFC3339_SIZE];
    sw_zone_format_rfc3339(r->zone, t_ms, text);
    remark(r, r->line, cell->column, "clocks %s %s that day: %s is taken", skipped ? "skip" : "show twice", cell->text,
           text);
}

/* ---- rows ---- */

static bool read_times(struct reader *r, struct sw_rota_row *row) {
    const struct cell *day = cell_of(r, DATE), *from = cell_of(r, FROM), *to = cell_of(r, TO);
    struct date date;
    int64_t from_ms = 0, to_ms = 0;
    size_t before = r->fault_count;
    if (sw_zone_parse_date(day->text, &date.year, &date.month, &date.day))
        fault(r, day->column, "date: %.32s: must be a date, YYYY-MM-DD", day->text);
    if (!read_clock(from->text, &from_ms)) fault(r, from->column, "from: %.32s: must be HH:MM", from->text);
    if (!read_clock(to->text, &to_ms)) fault(r, to->column, "to: %.32s: must be HH:MM", to->text);
    if (r->fault_count > before) return false;
    if (from_ms == to_ms) {
        fault(r, to->column, "to: %s: the duty ends where it begins", to->text);
        return false;
    }
    memcpy(row->date, day->text, sizeof row->date);
    row->from_ms = instant(r, date, 0, from_ms);
    row->to_ms = instant(r, date, to_ms < from_ms, to_ms);
    if (row->from_ms >= row->to_ms) {
        fault(r, to->column, "to: %s: no time of the duty exists that day", to->text);
        return false;
    }
    remark_change(r, from, row->from_ms, from_ms);
    remark_change(r, to, row->to_ms, to_ms);
    return true;
}

static void read_row(struct reader *r) {
    if (r->cell_count != COLUMN_COUNT) {
        fault(r, 1, "%zu cells where the header has %d", r->cell_count, COLUMN_COUNT);
        return;
    }
    if (r->rota.count == SW_ROTA_ROWS_MAX) {
        fault(r, 1, "more than %d rows", SW_ROTA_ROWS_MAX);
        r->at = r->end;
        return;
    }
    if (!(r->rota.count & (r->rota.count - 1))) { /* grows at powers of two */
        size_t size = r->rota.count ? r->rota.count * 2 : 1;
        r->rota.rows = sw_xrealloc(r->rota.rows, size * sizeof *r->rota.rows);
        r->lines = sw_xrealloc(r->lines, size * sizeof *r->lines);
    }
    struct sw_rota_row *row = &r->rota.rows[r->rota.count];
    *row = (struct sw_rota_row){0};
    r->lines[r->rota.count++] = r->line;
    const struct cell *person = cell_of(r, PERSON), *role = cell_of(r, ROLE);
    int known = sw_duty_role_from_name(role->text);
    if (known < 0) fault(r, role->column, "role: %.64s: must be duty, lead, quality or manager", role->text);
    else row->role = (enum sw_duty_role)known;
    if (!*person->text || sw_utf8_count(person->text) > SW_ID_CHARS_MAX)
        fault(r, person->column, "person: must be 1 to %d characters", SW_ID_CHARS_MAX);
    row->person = sw_xstrdup(person->text);
    (void)read_times(r, row);
}

static int by_start(const void *a, const void *b) {
    const struct sw_rota_row *x = *(const struct sw_rota_row *const *)a, *y = *(const struct sw_rota_row *const *)b;
    return x->from_ms != y->from_ms ? (x->from_ms < y->from_ms ? -1 : 1) : x < y ? -1 : 1;
}

/* The duty is one person's at a time: remarks on a row that begins while another's still runs. */
static void check_overlaps(struct reader *r) {
    const struct sw_rota_row **rows = sw_xmalloc((r->rota.count + 1) * sizeof *rows), *last = NULL;
    for (size_t i = 0; i < r->rota.count; i++) rows[i] = &r->rota.rows[i];
    qsort(rows, r->rota.count, sizeof *rows, by_start);
    for (size_t i = 0; i < r->rota.count; i++) {
        const struct sw_rota_row *row = rows[i];
        if (row->role != SW_DUTY_DUTY) continue;
        if (last && last->to_ms > row->from_ms) {
            char text[SW_RFC3339_SIZE];
            sw_zone_format_rfc3339(r->zone, row->from_ms, text);
            remark(r, r->lines[row - r->rota.rows], 1,
                   "the duty of line %zu still runs: from %s on this one counts", r->lines[last - r->rota.rows], text);
        }
        if (!last || row->to_ms > last->to_ms) last = row;
    }
    free(rows);
}

/* The first byte that is not UTF-8, or NULL. */
static const char *not_utf8(const char *at, const char *end) {
    while (at < end) {
        unsigned char c = (unsigned char)*at;
        size_t more = c < 0x80 ? 0 : c >= 0xC2 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xF0 && c < 0xF5 ? 3 : 9;
        if (!c || more == 9 || (size_t)(end - at) <= more) return at;
        unsigned char next = more ? (unsigned char)at[1] : 0;
        bool overlong = (c == 0xE0 && next < 0xA0) || (c == 0xF0 && next < 0x90);
        bool beyond = (c == 0xED && next >= 0xA0) || (c == 0xF4 && next >= 0x90);
        if (overlong || beyond) return at;
        for (size_t i = 1; i <= more; i++)
            if (((unsigned char)at[i] & 0xC0) != 0x80) return at;
        at += more + 1;
    }
    return NULL;
}

/* Whether all bytes are text; else the fault names the place. */
static bool is_text(struct reader *r) {
    const char *bad = not_utf8(r->at, r->end), *start = r->at;
    if (!bad) return true;
    for (const char *at = r->at; at < bad; at++) {
        if (*at != '\n') continue;
        r->line++;
        start = at + 1;
    }
    fault(r, characters(start, bad) + 1, "not UTF-8");
    return false;
}

static void read_all(struct reader *r) {
    if (!is_text(r)) return;
    if (r->end - r->at >= 3 && !memcmp(r->at, "\xEF\xBB\xBF", 3)) r->at += 3;
    r->line_start = r->at;
    if (!read_header(r)) return;
    for (next_line(r); r->at < r->end; next_line(r)) {
        if (at_line_end(r)) continue; /* an empty line */
        if (read_cells(r)) read_row(r);
    }
    if (!r->fault_count) check_overlaps(r);
}

int sw_rota_read(struct sw_rota *rota, const struct sw_zone *zone, const char *path, const char *text, size_t len,
                 struct sw_buf *faults, struct sw_buf *remarks) {
    struct reader *r = sw_xcalloc(1, sizeof *r);
    *r = (struct reader){.zone = zone, .path = path, .at = text, .end = text + len, .line_start = text,
                         .line = 1, .faults = faults, .remarks = remarks};
    read_all(r);
    size_t wrong = r->fault_count, remarks_left = r->remark_count;
    if (wrong > SW_ROTA_FAULTS_MAX) sw_buf_printf(faults, "%s: and %zu more\n", path, wrong - SW_ROTA_FAULTS_MAX);
    if (remarks_left > SW_ROTA_REMARKS_MAX)
        sw_buf_printf(remarks, "%s: and %zu more\n", path, remarks_left - SW_ROTA_REMARKS_MAX);
    if (wrong) sw_rota_deinit(&r->rota);
    else *rota = r->rota;
    free(r->lines);
    free(r);
    return wrong ? -SW_EPARSE : 0;
}
