/* The roster's CSV: first the cells with their places, then each row, then what rows say together. */
#include "codec/roster_csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "shiftwall/event.h"

#define MINUTE INT64_C(60000)
#define NEAR_MS (120 * MINUTE) /* an activity lies this far from its shift at most */
#define CELL_BYTES_MAX 4096

enum column { DATE, AGENT, NAME, TEAM, SEAT, START, END, ACTIVITIES, LEAVE, COLUMN_COUNT };
static const char *const column_names[] = {"date", "agent", "name", "team", "seat", "start", "end", "activities", "leave"};

/* A cell, unquoted, and where it stands. */
struct cell {
    char text[CELL_BYTES_MAX + 1];
    size_t line, column;
};

struct reader {
    const struct sw_zone *zone;
    const char *path, *at, *end, *line_start;
    size_t line;
    struct sw_buf *faults, *remarks;
    size_t fault_count;
    struct cell cells[COLUMN_COUNT]; /* of the row being read, by the file's order */
    size_t cell_count, columns;
    int place[COLUMN_COUNT]; /* where a column stands in the file, -1 nowhere */
    struct sw_roster roster;
    size_t *lines; /* of the rows */
};

static void fault(struct reader *r, size_t line, size_t column, const char *format, ...) SW_PRINTF(4, 5);
static void fault(struct reader *r, size_t line, size_t column, const char *format, ...) {
    if (++r->fault_count > SW_ROSTER_FAULTS_MAX) return;
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sw_utf8_mend(text);
    sw_buf_printf(r->faults, "%s:%zu:%zu: %s\n", r->path, line, column, text);
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

/* Skips to the end of the line, for one that is wrong. */
static void give_up_line(struct reader *r) {
    while (!at_line_end(r)) r->at++;
}

static const char *quoted(struct reader *r, char *out, size_t *len) {
    for (r->at++; r->at < r->end; r->at++) {
        if (*r->at == '"' && (r->at + 1 == r->end || r->at[1] != '"')) {
            r->at++;
            return at_line_end(r) || *r->at == ',' ? NULL : "text behind a closing quote";
        }
        if (*r->at == '"') r->at++;
        if (*r->at == '\n') return "a quote that is not closed in its line";
        if (*len == CELL_BYTES_MAX) return "longer than 4096 bytes";
        out[(*len)++] = *r->at;
    }
    return "a quote that is not closed";
}

static const char *plain(struct reader *r, char *out, size_t *len) {
    for (; !at_line_end(r) && *r->at != ','; r->at++) {
        if (*r->at == '"') return "a quote inside a cell that does not begin with one";
        if (*len == CELL_BYTES_MAX) return "longer than 4096 bytes";
        out[(*len)++] = *r->at;
    }
    return NULL;
}

/* Reads the cells of a line; false, with the fault told, when it is not CSV. The place is left at the line's end. */
static bool read_cells(struct reader *r) {
    for (r->cell_count = 0;; r->at++) {
        struct cell surplus, *cell = r->cell_count < COLUMN_COUNT ? &r->cells[r->cell_count] : &surplus;
        cell->line = r->line;
        cell->column = characters(r->line_start, r->at) + 1;
        size_t len = 0;
        const char *wrong = r->at < r->end && *r->at == '"' ? quoted(r, cell->text, &len) : plain(r, cell->text, &len);
        cell->text[len] = '\0';
        if (!wrong && sw_utf8_has_control(cell->text)) wrong = "a control character";
        if (!wrong && r->cell_count == (r->columns ? r->columns : COLUMN_COUNT)) wrong = "more cells than columns";
        if (wrong) {
            fault(r, cell->line, cell->column, "%s", wrong);
            give_up_line(r);
            return false;
        }
        r->cell_count++;
        if (at_line_end(r)) return true;
    }
}

/* The cell of a column; "" where the file has none. */
static const struct cell *cell_of(struct reader *r, enum column column) {
    static const struct cell none = {.text = ""};
    int place = r->place[column];
    return place >= 0 && (size_t)place < r->cell_count ? &r->cells[place] : &none;
}

static bool read_header(struct reader *r) {
    for (int c = 0; c < COLUMN_COUNT; c++) r->place[c] = -1;
    if (!read_cells(r)) return false;
    for (size_t i = 0; i < r->cell_count; i++) {
        int known = COLUMN_COUNT;
        for (int c = 0; c < COLUMN_COUNT; c++)
            if (!strcmp(column_names[c], r->cells[i].text)) known = c;
        if (known == COLUMN_COUNT) fault(r, r->line, r->cells[i].column, "%.64s: no such column", r->cells[i].text);
        else if (r->place[known] >= 0) fault(r, r->line, r->cells[i].column, "%s: stands twice", column_names[known]);
        else r->place[known] = (int)i;
    }
    static const enum column needed[] = {DATE, AGENT, START, END};
    for (size_t i = 0; i < 4; i++)
        if (r->place[needed[i]] < 0) fault(r, r->line, 1, "%s: the column is missing", column_names[needed[i]]);
    r->columns = r->cell_count;
    return r->fault_count == 0;
}

/* ---- times ---- */

struct date {
    int year, month, day;
};

/* Reads "HH:MM" at TEXT into minutes; false when it is none. */
static bool read_clock(const char *text, int64_t *ms) {
    for (int i = 0; i < 5; i++)
        if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9') return false;
    int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
    *ms = (hours * 60 + minutes) * MINUTE;
    return hours < 24 && minutes < 60;
}

/* The instant at which clocks show MS_OF_DAY, DAYS after the date. */
static int64_t instant(const struct reader *r, struct date date, int64_t days, int64_t ms_of_day) {
    int year, month, day;
    sw_date_from_days(sw_days_from_date(date.year, date.month, date.day) + days, &year, &month, &day);
    return sw_zone_local_to_utc(r->zone, year, month, day, ms_of_day);
}

/* Remarks on a time that local clocks skip, or show twice. */
static void remark(struct reader *r, size_t line, size_t column, int64_t t_ms, int64_t ms_of_day) {
    int64_t offset_ms = sw_zone_offset_ms(r->zone, t_ms), local_ms = (t_ms + offset_ms) % SW_DAY_MS;
    bool skipped = local_ms != ms_of_day, twice = false;
    for (int64_t later_ms = 30 * MINUTE; later_ms <= NEAR_MS && !skipped; later_ms += 30 * MINUTE)
        twice |= (t_ms + later_ms + sw_zone_offset_ms(r->zone, t_ms + later_ms)) % SW_DAY_MS == ms_of_day;
    if (!skipped && !twice) return;
    char text[SW_RFC3339_SIZE];
    sw_zone_format_rfc3339(r->zone, t_ms, text);
    sw_buf_printf(r->remarks, "%s:%zu:%zu: clocks %s %02d:%02d that day: %s is taken\n", r->path, line, column,
                  skipped ? "skip" : "show twice", (int)(ms_of_day / MINUTE / 60), (int)(ms_of_day / MINUTE % 60), text);
}

/* ---- the parts of a shift ---- */

struct part {
    char kind[SW_ID_CHARS_MAX * 4 + 1];
    bool timed;
    int64_t from_ms, to_ms; /* of day */
    size_t column;
};

/* Reads "KIND" or "KIND FROM-TO" from [text, end). */
static const char *read_part(const char *text, const char *end, struct part *part) {
    while (text < end && *text == ' ') text++;
    while (end > text && end[-1] == ' ') end--;
    const char *space = memchr(text, ' ', (size_t)(end - text)), *kind_end = space ? space : end;
    size_t len = (size_t)(kind_end - text);
    if (!len) return "nothing where KIND FROM-TO should be";
    if (len >= sizeof part->kind) return "a kind of more than 64 characters";
    memcpy(part->kind, text, len);
    part->kind[len] = '\0';
    part->timed = space != NULL;
    if (!space) return NULL;
    while (*space == ' ') space++;
    bool good = end - space == 11 && space[5] == '-' && read_clock(space, &part->from_ms) && read_clock(space + 6, &part->to_ms);
    return good ? NULL : "must be KIND HH:MM-HH:MM";
}

/* The part's time, on the day that brings it into the shift, or near it. */
static void place_part(const struct reader *r, const struct sw_roster_row *row, struct date date, const struct part *part,
                       int64_t *start_ms, int64_t *end_ms) {
    for (int64_t day = -1; day <= 1; day++) {
        *start_ms = instant(r, date, day, part->from_ms);
        *end_ms = instant(r, date, part->to_ms < part->from_ms ? day + 1 : day, part->to_ms);
        if (*end_ms > row->start_ms && *start_ms < row->end_ms) return;
    }
    for (int64_t day = -1; day <= 1; day++) {
        *start_ms = instant(r, date, day, part->from_ms);
        *end_ms = instant(r, date, part->to_ms < part->from_ms ? day + 1 : day, part->to_ms);
        if (*end_ms >= row->start_ms - NEAR_MS && *start_ms <= row->end_ms + NEAR_MS) return;
    }
}

static const char *add_activity(struct sw_roster_row *row, const struct part *part, int64_t start_ms, int64_t end_ms) {
    int kind = sw_activity_from_name(part->kind);
    if (kind <= SW_ACTIVITY_WORK) return "must be meal, meeting, break, training or coaching";
    if (!part->timed) return "an activity needs FROM-TO";
    if (start_ms >= end_ms) return "ends where it begins";
    if (end_ms < row->start_ms - NEAR_MS || start_ms > row->end_ms + NEAR_MS) return "more than two hours from the shift";
    if (row->activity_count == SW_ROSTER_PARTS_MAX) return "too many activities";
    size_t at = row->activity_count;
    while (at && row->activities[at - 1].start_ms > start_ms) at--;
    if ((at && row->activities[at - 1].end_ms > start_ms) ||
        (at < row->activity_count && row->activities[at].start_ms < end_ms))
        return "overlaps another activity";
    row->activities = sw_xrealloc(row->activities, (row->activity_count + 1) * sizeof *row->activities);
    memmove(row->activities + at + 1, row->activities + at, (row->activity_count - at) * sizeof *row->activities);
    row->activities[at] = (struct sw_roster_activity){(enum sw_activity)kind, start_ms, end_ms};
    row->activity_count++;
    return NULL;
}

static const char *add_leave(struct sw_roster_row *row, const struct part *part, int64_t start_ms, int64_t end_ms) {
    if (!part->timed) {
        start_ms = row->start_ms;
        end_ms = row->end_ms;
    }
    if (start_ms >= end_ms) return "ends where it begins";
    if (start_ms < row->start_ms || end_ms > row->end_ms) return "leave outside the shift";
    if (row->leave_count == SW_ROSTER_PARTS_MAX) return "too many leaves";
    size_t at = row->leave_count;
    while (at && row->leaves[at - 1].start_ms > start_ms) at--;
    if ((at && row->leaves[at - 1].end_ms > start_ms) || (at < row->leave_count && row->leaves[at].start_ms < end_ms))
        return "overlaps another leave";
    row->leaves = sw_xrealloc(row->leaves, (row->leave_count + 1) * sizeof *row->leaves);
    memmove(row->leaves + at + 1, row->leaves + at, (row->leave_count - at) * sizeof *row->leaves);
    row->leaves[at] = (struct sw_roster_leave){sw_xstrdup(part->kind), start_ms, end_ms};
    row->leave_count++;
    return NULL;
}

static void read_parts(struct reader *r, struct sw_roster_row *row, struct date date, enum column column) {
    const struct cell *cell = cell_of(r, column);
    for (const char *at = cell->text; *at;) {
        const char *end = at + strcspn(at, ";");
        struct part part = {.column = cell->column + characters(cell->text, at)};
        const char *wrong = read_part(at, end, &part);
        if (!wrong) {
            int64_t start_ms = 0, end_ms = 0;
            if (part.timed) place_part(r, row, date, &part, &start_ms, &end_ms);
            wrong = (column == LEAVE ? add_leave : add_activity)(row, &part, start_ms, end_ms);
            if (!wrong && part.timed) {
                remark(r, cell->line, part.column, start_ms, part.from_ms);
                remark(r, cell->line, part.column, end_ms, part.to_ms);
            }
        }
        if (wrong) fault(r, cell->line, part.column, "%s: %.*s: %s", column_names[column], (int)(end - at), at, wrong);
        at = end + (*end == ';');
    }
}

/* ---- rows ---- */

static char *text_cell(struct reader *r, enum column column, bool required) {
    const struct cell *cell = cell_of(r, column);
    if (!*cell->text && !required) return NULL;
    if (*cell->text && sw_utf8_count(cell->text) <= SW_ID_CHARS_MAX) return sw_xstrdup(cell->text);
    fault(r, r->line, cell->column, "%s: must be 1 to %d characters", column_names[column], SW_ID_CHARS_MAX);
    return NULL;
}

static bool read_times(struct reader *r, struct sw_roster_row *row, struct date *date) {
    const struct cell *day = cell_of(r, DATE), *start = cell_of(r, START), *end = cell_of(r, END);
    int64_t from_ms = 0, to_ms = 0;
    size_t before = r->fault_count;
    if (sw_zone_parse_date(day->text, &date->year, &date->month, &date->day))
        fault(r, r->line, day->column, "date: %.32s: must be a date, YYYY-MM-DD", day->text);
    if (strlen(start->text) != 5 || !read_clock(start->text, &from_ms))
        fault(r, r->line, start->column, "start: %.32s: must be HH:MM", start->text);
    if (strlen(end->text) != 5 || !read_clock(end->text, &to_ms))
        fault(r, r->line, end->column, "end: %.32s: must be HH:MM", end->text);
    if (r->fault_count > before) return false;
    if (from_ms == to_ms) {
        fault(r, r->line, end->column, "end: %s: the shift ends where it begins", end->text);
        return false;
    }
    memcpy(row->date, day->text, sizeof row->date);
    row->start_ms = instant(r, *date, 0, from_ms);
    row->end_ms = instant(r, *date, to_ms < from_ms, to_ms);
    if (row->start_ms >= row->end_ms) {
        fault(r, r->line, end->column, "end: %s: no time of the shift exists that day", end->text);
        return false;
    }
    remark(r, r->line, start->column, row->start_ms, from_ms);
    remark(r, r->line, end->column, row->end_ms, to_ms);
    return true;
}

static void read_row(struct reader *r) {
    if (r->cell_count != r->columns) {
        fault(r, r->line, 1, "%zu cells where the header has %zu", r->cell_count, r->columns);
        return;
    }
    if (r->roster.count == SW_ROSTER_ROWS_MAX) {
        fault(r, r->line, 1, "more than %d shifts", SW_ROSTER_ROWS_MAX);
        r->at = r->end;
        return;
    }
    if (!(r->roster.count & (r->roster.count - 1))) { /* grows at powers of two */
        size_t size = r->roster.count ? r->roster.count * 2 : 1;
        r->roster.rows = sw_xrealloc(r->roster.rows, size * sizeof *r->roster.rows);
        r->lines = sw_xrealloc(r->lines, size * sizeof *r->lines);
    }
    struct sw_roster_row *row = &r->roster.rows[r->roster.count];
    *row = (struct sw_roster_row){0};
    r->lines[r->roster.count++] = r->line;
    row->agent = text_cell(r, AGENT, true);
    row->name = text_cell(r, NAME, false);
    row->team = text_cell(r, TEAM, false);
    row->seat = text_cell(r, SEAT, false);
    struct date date;
    if (!read_times(r, row, &date)) return;
    read_parts(r, row, date, ACTIVITIES);
    read_parts(r, row, date, LEAVE);
}

static int by_agent_and_start(const void *a, const void *b) {
    const struct sw_roster_row *x = *(const struct sw_roster_row *const *)a, *y = *(const struct sw_roster_row *const *)b;
    int order = strcmp(x->agent, y->agent);
    if (order) return order;
    return x->start_ms != y->start_ms ? (x->start_ms < y->start_ms ? -1 : 1) : x < y ? -1 : 1;
}

static void check_overlaps(struct reader *r) {
    const struct sw_roster_row **rows = sw_xmalloc((r->roster.count + 1) * sizeof *rows);
    for (size_t i = 0; i < r->roster.count; i++) rows[i] = &r->roster.rows[i];
    qsort(rows, r->roster.count, sizeof *rows, by_agent_and_start);
    for (size_t i = 1; i < r->roster.count; i++) {
        if (strcmp(rows[i - 1]->agent, rows[i]->agent) != 0 || rows[i - 1]->end_ms <= rows[i]->start_ms) continue;
        size_t line = r->lines[rows[i] - r->roster.rows], other = r->lines[rows[i - 1] - r->roster.rows];
        fault(r, line > other ? line : other, 1, "agent %s: overlaps the shift of line %zu", rows[i]->agent,
              line > other ? other : line);
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
    const char *bad = not_utf8(r->at, r->end);
    if (!bad) return true;
    size_t line = 1;
    const char *start = r->at;
    for (const char *at = r->at; at < bad; at++) {
        if (*at != '\n') continue;
        line++;
        start = at + 1;
    }
    fault(r, line, characters(start, bad) + 1, "not UTF-8");
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

int sw_roster_read(struct sw_roster *roster, const struct sw_zone *zone, const char *path, const char *text, size_t len,
                   struct sw_buf *faults, struct sw_buf *remarks) {
    struct reader *r = sw_xcalloc(1, sizeof *r);
    *r = (struct reader){.zone = zone, .path = path, .at = text, .end = text + len, .line_start = text,
                         .line = 1, .faults = faults, .remarks = remarks};
    read_all(r);
    size_t wrong = r->fault_count;
    if (wrong > SW_ROSTER_FAULTS_MAX) sw_buf_printf(faults, "%s: and %zu more\n", path, wrong - SW_ROSTER_FAULTS_MAX);
    if (wrong) sw_roster_deinit(&r->roster);
    else *roster = r->roster;
    free(r->lines);
    free(r);
    return wrong ? -SW_EPARSE : 0;
}
