/* The duty rota. Who is on duty is laid out once after a change, as spans that do not overlap; questions are looked up
 * there. */
#include "shiftwall/duty.h"

#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "shiftwall/buf.h"

/* PERSON is on duty in SPAN; borrowed from the row or the hand-over. */
struct stretch {
    struct sw_span span;
    const char *person;
};

struct layout {
    uint64_t version; /* of the duty it was made of */
    struct stretch *at; /* in order, without overlap; touching ones have different persons */
    size_t count;
};

struct handover {
    char *id, *person;
    struct sw_span span;
    bool undone;
};

struct sw_duty {
    struct sw_rota_row *rows; /* in order of start; those of one start in the order of their file */
    size_t row_count;
    struct handover *handovers; /* in the order in which they were added */
    size_t handover_count;
    uint64_t version;
    struct layout *layout; /* made when asked for: also by those who only read */
};

static const char *const role_names[] = {
#define XX(name, text) text,
    SW_DUTY_ROLE_MAP(XX)
#undef XX
};

const char *sw_duty_role_name(enum sw_duty_role role) { return role_names[role]; }

int sw_duty_role_from_name(const char *name) {
    for (int i = 0; i < SW_DUTY_ROLE_COUNT; i++)
        if (!strcmp(role_names[i], name)) return i;
    return -1;
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

/* ---- opening hours ---- */

static const char *const weekday_names[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

static int weekday_of(int64_t days) { return (int)((days + 4) % 7); } /* 1970-01-01 was a Thursday */

bool sw_is_day_off(const struct sw_days_off *off, int year, int month, int day) {
    if (!off) return false;
    int64_t days = sw_days_from_date(year, month, day);
    if (off->weekdays & 1u << weekday_of(days)) return true;
    for (size_t i = 0; i < off->count; i++)
        if (off->dates[i] == days) return true;
    return false;
}

int sw_days_off_add(struct sw_days_off *off, const char *text) {
    for (unsigned i = 0; i < 7; i++)
        if (!strcmp(text, weekday_names[i])) {
            off->weekdays |= 1u << i;
            return 0;
        }
    int year, month, day;
    if (sw_zone_parse_date(text, &year, &month, &day)) return -SW_EPARSE;
    if (off->count == SW_DAYS_OFF_MAX) return -SW_ELIMIT;
    off->dates[off->count++] = sw_days_from_date(year, month, day);
    return 0;
}

void sw_opening_of_day(struct sw_opening opening, const struct sw_zone *zone, int64_t t_ms, struct sw_span *day,
                       struct sw_span *open) {
    bool over_midnight = opening.to_ms <= opening.from_ms;
    struct sw_day d;
    sw_zone_business_day(zone, over_midnight ? opening.from_ms : 0, t_ms, &d);
    int year, month, dom;
    sw_date_from_days(sw_days_from_date(d.year, d.month, d.day) + over_midnight, &year, &month, &dom);
    int64_t start_ms = sw_zone_local_to_utc(zone, d.year, d.month, d.day, opening.from_ms);
    int64_t end_ms = sw_zone_local_to_utc(zone, year, month, dom, opening.to_ms);
    *day = (struct sw_span){d.start_ms, d.end_ms};
    if (sw_is_day_off(opening.off, d.year, d.month, d.day)) end_ms = start_ms;
    *open = (struct sw_span){start_ms, later(start_ms, earlier(end_ms, d.end_ms))};
}

/* ---- the rota ---- */

void sw_rota_init(struct sw_rota *rota) { *rota = (struct sw_rota){0}; }

static void free_rows(struct sw_rota_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) free(rows[i].person);
    free(rows);
}

void sw_rota_deinit(struct sw_rota *rota) {
    free_rows(rota->rows, rota->count);
    *rota = (struct sw_rota){0};
}

struct sw_duty *sw_duty_new(void) {
    struct sw_duty *duty = sw_xcalloc(1, sizeof *duty);
    duty->version = 1; /* the layout, 0, is still to be made */
    duty->layout = sw_xcalloc(1, sizeof *duty->layout);
    return duty;
}

static void drop_handover(struct handover *h) {
    free(h->id);
    free(h->person);
}

void sw_duty_free(struct sw_duty *duty) {
    if (!duty) return;
    free_rows(duty->rows, duty->row_count);
    for (size_t i = 0; i < duty->handover_count; i++) drop_handover(&duty->handovers[i]);
    free(duty->handovers);
    free(duty->layout->at);
    free(duty->layout);
    free(duty);
}

uint64_t sw_duty_version(const struct sw_duty *duty) { return duty->version; }
size_t sw_duty_row_count(const struct sw_duty *duty) { return duty->row_count; }
const struct sw_rota_row *sw_duty_row(const struct sw_duty *duty, size_t index) { return &duty->rows[index]; }

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

/* A row and where it stood, to sort without losing the order of rows that begin together. */
struct placed {
    struct sw_rota_row row;
    size_t place;
};

static int by_start(const void *a, const void *b) {
    const struct placed *x = a, *y = b;
    if (x->row.from_ms != y->row.from_ms) return x->row.from_ms < y->row.from_ms ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

static void sort_rows(struct sw_rota_row *rows, size_t count) {
    struct placed *placed = sw_xmalloc(count * sizeof *placed);
    for (size_t i = 0; i < count; i++) placed[i] = (struct placed){rows[i], i};
    qsort(placed, count, sizeof *placed, by_start);
    for (size_t i = 0; i < count; i++) rows[i] = placed[i].row;
    free(placed);
}

int sw_duty_set_rota(struct sw_duty *duty, const struct sw_rota *rota) {
    if (!rota->count) return 0;
    if (rota->count > SW_DUTY_ROWS_MAX) return -SW_ELIMIT;
    char(*dates)[11] = sw_xmalloc(rota->count * sizeof *dates);
    for (size_t i = 0; i < rota->count; i++) memcpy(dates[i], rota->rows[i].date, sizeof dates[i]);
    qsort(dates, rota->count, sizeof *dates, by_text);
    bool *replaced = sw_xcalloc(duty->row_count, sizeof *replaced);
    size_t kept = 0, count = 0;
    for (size_t i = 0; i < duty->row_count; i++) {
        replaced[i] = bsearch(duty->rows[i].date, dates, rota->count, sizeof *dates, by_text) != NULL;
        kept += !replaced[i];
    }
    free(dates);
    if (kept + rota->count > SW_DUTY_ROWS_MAX) {
        free(replaced);
        return -SW_ELIMIT;
    }
    struct sw_rota_row *rows = sw_xmalloc((kept + rota->count) * sizeof *rows);
    for (size_t i = 0; i < duty->row_count; i++) {
        if (replaced[i]) free(duty->rows[i].person);
        else rows[count++] = duty->rows[i];
    }
    for (size_t i = 0; i < rota->count; i++) {
        rows[count] = rota->rows[i];
        rows[count++].person = sw_xstrdup(rota->rows[i].person);
    }
    free(replaced);
    free(duty->rows);
    duty->rows = rows;
    duty->row_count = count;
    sort_rows(rows, count);
    duty->version++;
    return 0;
}

/* ---- hand-overs ---- */

static struct handover *find_handover(const struct sw_duty *duty, const char *id) {
    for (size_t i = 0; i < duty->handover_count; i++)
        if (!strcmp(duty->handovers[i].id, id)) return &duty->handovers[i];
    return NULL;
}

int sw_duty_hand_over(struct sw_duty *duty, const struct sw_handover *handover) {
    bool named = handover->id && *handover->id && handover->person && *handover->person;
    if (!named || handover->from_ms >= handover->to_ms) return -SW_EINVAL;
    if (find_handover(duty, handover->id)) return -SW_EBUSY;
    if (duty->handover_count == SW_DUTY_HANDOVERS_MAX) return -SW_ELIMIT;
    if (!(duty->handover_count & (duty->handover_count - 1))) { /* grows at powers of two */
        size_t size = duty->handover_count ? duty->handover_count * 2 : 1;
        duty->handovers = sw_xrealloc(duty->handovers, size * sizeof *duty->handovers);
    }
    duty->handovers[duty->handover_count++] = (struct handover){
        sw_xstrdup(handover->id), sw_xstrdup(handover->person), {handover->from_ms, handover->to_ms}, false};
    duty->version++;
    return 0;
}

int sw_duty_undo(struct sw_duty *duty, const char *id) {
    struct handover *handover = find_handover(duty, id);
    if (!handover) return -SW_ENOENT;
    if (handover->undone) return -SW_EBUSY;
    handover->undone = true;
    duty->version++;
    return 0;
}

void sw_duty_forget(struct sw_duty *duty, int64_t t_ms) {
    size_t rows = 0, handovers = 0, size = 1;
    for (size_t i = 0; i < duty->row_count; i++) {
        if (duty->rows[i].to_ms < t_ms) free(duty->rows[i].person);
        else duty->rows[rows++] = duty->rows[i];
    }
    for (size_t i = 0; i < duty->handover_count; i++) {
        if (duty->handovers[i].span.end_ms < t_ms) drop_handover(&duty->handovers[i]);
        else duty->handovers[handovers++] = duty->handovers[i];
    }
    if (rows == duty->row_count && handovers == duty->handover_count) return;
    duty->row_count = rows;
    duty->handover_count = handovers;
    while (size < handovers) size *= 2; /* what hand_over() takes to be there */
    duty->handovers = sw_xrealloc(duty->handovers, size * sizeof *duty->handovers);
    duty->version++;
}

/* ---- who is on duty ---- */

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t index_of(const int64_t *edges, size_t count, int64_t t_ms) {
    return (size_t)((const int64_t *)bsearch(&t_ms, edges, count, sizeof *edges, by_time) - edges);
}

/* The pieces of time between edges, and who has each. NEXT leads to the first piece from there on that nobody has. */
struct pieces {
    int64_t *edges;
    size_t edge_count;
    const char **person;
    size_t *next;
};

static size_t first_free(struct pieces *p, size_t piece) {
    size_t end = piece;
    while (p->next[end] != end) end = p->next[end];
    while (p->next[piece] != end) { /* shorten the way for the next who comes */
        size_t next = p->next[piece];
        p->next[piece] = end;
        piece = next;
    }
    return end;
}

/* Gives PERSON the pieces of SPAN that nobody has: who comes first wins. */
static void give(struct pieces *p, struct sw_span span, const char *person) {
    size_t end = index_of(p->edges, p->edge_count, span.end_ms);
    size_t piece = first_free(p, index_of(p->edges, p->edge_count, span.start_ms));
    for (; piece < end; piece = first_free(p, piece)) {
        p->person[piece] = person;
        p->next[piece] = piece + 1;
    }
}

static bool counts(const struct sw_rota_row *row) { return row->role == SW_DUTY_DUTY && row->from_ms < row->to_ms; }

static void find_edges(const struct sw_duty *duty, struct pieces *p) {
    size_t count = 0, unique = 0;
    p->edges = sw_xmalloc(2 * (duty->row_count + duty->handover_count) * sizeof *p->edges);
    for (size_t i = 0; i < duty->row_count; i++) {
        if (!counts(&duty->rows[i])) continue;
        p->edges[count++] = duty->rows[i].from_ms;
        p->edges[count++] = duty->rows[i].to_ms;
    }
    for (size_t i = 0; i < duty->handover_count; i++) {
        if (duty->handovers[i].undone) continue;
        p->edges[count++] = duty->handovers[i].span.start_ms;
        p->edges[count++] = duty->handovers[i].span.end_ms;
    }
    qsort(p->edges, count, sizeof *p->edges, by_time);
    for (size_t i = 0; i < count; i++)
        if (!unique || p->edges[unique - 1] != p->edges[i]) p->edges[unique++] = p->edges[i];
    p->edge_count = unique;
    p->person = sw_xcalloc(unique, sizeof *p->person);
    p->next = sw_xmalloc((unique + 1) * sizeof *p->next);
    for (size_t i = 0; i <= unique; i++) p->next[i] = i;
}

static void join_pieces(const struct pieces *p, struct layout *layout) {
    layout->at = sw_xrealloc(layout->at, p->edge_count * sizeof *layout->at);
    layout->count = 0;
    for (size_t i = 0; i + 1 < p->edge_count; i++) {
        if (!p->person[i]) continue;
        struct stretch *last = layout->count ? &layout->at[layout->count - 1] : NULL;
        if (last && last->span.end_ms == p->edges[i] && !strcmp(last->person, p->person[i]))
            last->span.end_ms = p->edges[i + 1];
        else layout->at[layout->count++] = (struct stretch){{p->edges[i], p->edges[i + 1]}, p->person[i]};
    }
}

/* The stretches of duty as they are now. */
static const struct layout *laid_out(const struct sw_duty *duty) {
    struct layout *layout = duty->layout;
    if (layout->version == duty->version) return layout;
    struct pieces p;
    find_edges(duty, &p);
    for (size_t i = duty->handover_count; i-- > 0;)
        if (!duty->handovers[i].undone) give(&p, duty->handovers[i].span, duty->handovers[i].person);
    for (size_t i = duty->row_count; i-- > 0;) {
        const struct sw_rota_row *row = &duty->rows[i];
        if (counts(row)) give(&p, (struct sw_span){row->from_ms, row->to_ms}, row->person);
    }
    join_pieces(&p, layout);
    free(p.edges);
    free(p.person);
    free(p.next);
    layout->version = duty->version;
    return layout;
}

/* The first stretch that ends after T_MS; the layout's count when there is none. */
static size_t stretch_from(const struct layout *layout, int64_t t_ms) {
    size_t low = 0, high = layout->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (layout->at[middle].span.end_ms <= t_ms) low = middle + 1;
        else high = middle;
    }
    return low;
}

int sw_duty_at(const struct sw_duty *duty, int64_t t_ms, struct sw_on_duty *out) {
    const struct layout *layout = laid_out(duty);
    size_t i = stretch_from(layout, t_ms);
    if (i == layout->count || layout->at[i].span.start_ms > t_ms) return -SW_ENOENT;
    *out = (struct sw_on_duty){layout->at[i].person, layout->at[i].span.start_ms, layout->at[i].span.end_ms};
    return 0;
}

/* From when on somebody is on duty, at T_MS or later; INT64_MAX: never. */
static int64_t on_duty_from(const struct sw_duty *duty, int64_t t_ms) {
    const struct layout *layout = laid_out(duty);
    size_t i = stretch_from(layout, t_ms);
    return i == layout->count ? INT64_MAX : later(t_ms, layout->at[i].span.start_ms);
}

int64_t sw_duty_next_change(const struct sw_duty *duty, int64_t t_ms) {
    struct sw_on_duty now;
    if (sw_duty_at(duty, t_ms, &now) == 0) return now.until_ms;
    return on_duty_from(duty, t_ms);
}

/* ---- gaps ---- */

/* The end of the gap that begins or goes on at T_MS, in hours that end at OPEN_END_MS or go on the next day. */
static int64_t gap_end(const struct sw_duty *duty, struct sw_opening opening, const struct sw_zone *zone, int64_t t_ms,
                       int64_t open_end_ms) {
    int64_t relief_ms = on_duty_from(duty, t_ms);
    for (int days = 0; days < SW_DUTY_GAP_DAYS_MAX && open_end_ms < relief_ms; days++) {
        struct sw_span day, open;
        sw_opening_of_day(opening, zone, open_end_ms, &day, &open);
        if (open.start_ms != open_end_ms || open.end_ms <= open_end_ms) break;
        open_end_ms = open.end_ms;
    }
    return earlier(relief_ms, open_end_ms);
}

bool sw_duty_next_gap(const struct sw_duty *duty, struct sw_opening opening, const struct sw_zone *zone, int64_t from_ms,
                      int64_t to_ms, struct sw_span *gap) {
    int64_t t_ms = from_ms;
    for (int days = 0; days < SW_DUTY_GAP_DAYS_MAX && t_ms < to_ms; days++) {
        struct sw_span day, open;
        struct sw_on_duty on;
        sw_opening_of_day(opening, zone, t_ms, &day, &open);
        int64_t start_ms = later(t_ms, open.start_ms);
        while (start_ms < open.end_ms && sw_duty_at(duty, start_ms, &on) == 0) start_ms = on.until_ms;
        if (start_ms < earlier(open.end_ms, to_ms)) {
            *gap = (struct sw_span){start_ms, earlier(to_ms, gap_end(duty, opening, zone, start_ms, open.end_ms))};
            return true;
        }
        if (day.end_ms <= t_ms) return false; /* past the years that are reckoned with */
        t_ms = day.end_ms;
    }
    return false;
}

bool sw_duty_gap_at(const struct sw_duty *duty, struct sw_opening opening, const struct sw_zone *zone, int64_t t_ms,
                    struct sw_span *gap) {
    struct sw_span day, open, before;
    struct sw_on_duty on;
    sw_opening_of_day(opening, zone, t_ms, &day, &open);
    if (t_ms < open.start_ms || t_ms >= open.end_ms || sw_duty_at(duty, t_ms, &on) == 0) return false;
    const struct layout *layout = laid_out(duty);
    size_t next = stretch_from(layout, t_ms);
    int64_t start_ms = open.start_ms;
    if (next) { /* somebody was on duty once: go back through hours without a break to that */
        int64_t left_ms = layout->at[next - 1].span.end_ms;
        for (int days = 0; days < SW_DUTY_GAP_DAYS_MAX && left_ms < start_ms; days++) {
            sw_opening_of_day(opening, zone, start_ms - 1, &day, &before);
            if (before.end_ms != start_ms || before.start_ms >= start_ms) break;
            start_ms = before.start_ms;
        }
        start_ms = later(start_ms, left_ms);
    }
    *gap = (struct sw_span){start_ms, gap_end(duty, opening, zone, t_ms, open.end_ms)};
    return true;
}

/* ---- overlaps ---- */

bool sw_duty_next_overlap(const struct sw_duty *duty, int64_t from_ms, int64_t to_ms, struct sw_duty_overlap *out) {
    const struct sw_rota_row *first = NULL, *other = NULL; /* the last to end, and the last of somebody else */
    for (size_t i = 0; i < duty->row_count && duty->rows[i].from_ms < to_ms; i++) {
        const struct sw_rota_row *row = &duty->rows[i];
        if (!counts(row)) continue;
        const struct sw_rota_row *with = first && strcmp(first->person, row->person) != 0 ? first : other;
        if (with && strcmp(with->person, row->person) != 0) {
            struct sw_span span = {row->from_ms, earlier(with->to_ms, row->to_ms)};
            if (span.start_ms < span.end_ms && span.end_ms > from_ms) {
                *out = (struct sw_duty_overlap){with, row, span};
                return true;
            }
        }
        if (!first || row->to_ms > first->to_ms) {
            if (first && strcmp(first->person, row->person) != 0) other = first;
            first = row;
        } else if (strcmp(first->person, row->person) != 0 && (!other || row->to_ms > other->to_ms)) {
            other = row;
        }
    }
    return false;
}
