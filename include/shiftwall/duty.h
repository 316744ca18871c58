/* The duty rota: who supervises the floor when. Rows come from the rota's CSV, a date at a time; a hand-over puts
 * somebody else in for a time. At most one person is on duty at an instant: the latest hand-over's, else, of rows that
 * overlap, the one that began last. Where there is nobody inside the opening hours, the rota has a gap. */
#ifndef SHIFTWALL_DUTY_H
#define SHIFTWALL_DUTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"
#include "shiftwall/floor.h"

struct sw_duty;
struct sw_zone;

#define SW_ROTA_ROWS_MAX 10000      /* of one file */
#define SW_DUTY_ROWS_MAX 20000      /* kept at a time */
#define SW_DUTY_HANDOVERS_MAX 10000 /* kept at a time, undone ones too */
#define SW_DUTY_GAP_DAYS_MAX 400    /* how far a gap is looked for */

/* ---- opening hours ---- */

/* Days on which nobody works: nothing is due. By their local date; of hours that go over midnight, that on which they begin. */
#define SW_DAYS_OFF_MAX 400
struct sw_days_off {
    unsigned weekdays;               /* bits: 0 Sunday to 6 Saturday */
    int64_t dates[SW_DAYS_OFF_MAX];  /* days since 1970-01-01 */
    size_t count;
};
bool sw_is_day_off(const struct sw_days_off *off, int year, int month, int day);
/* Adds "monday" to "sunday", or "YYYY-MM-DD". 0, -SW_EPARSE, -SW_ELIMIT: too many dates. */
int sw_days_off_add(struct sw_days_off *off, const char *text) SW_NODISCARD;

/* Local times of day: FROM_MS 0..86399999, TO_MS 0..86400000. One that is not after FROM_MS is the next day's; equal
 * ones are a whole day. */
struct sw_opening {
    int64_t from_ms, to_ms;
    const struct sw_days_off *off; /* borrowed; NULL: none */
};
#define SW_OPENING_ALWAYS ((struct sw_opening){0, INT64_C(86400000), NULL})

/* The local day that contains T_MS, and in OPEN the opening hours that begin in it. A day begins at midnight, or, when
 * the hours go over midnight, when they begin: so each has all of its hours. Hours that local clocks skip, and days off, are
 * empty. */
void sw_opening_of_day(struct sw_opening opening, const struct sw_zone *zone, int64_t t_ms, struct sw_span *day,
                       struct sw_span *open);

/* ---- the rota ---- */

#define SW_DUTY_ROLE_MAP(XX)                                                                                  \
    XX(DUTY, "duty") /* 值班长: the one who walks the floor */                                                    \
    XX(LEAD, "lead")                                                                                          \
    XX(QUALITY, "quality")                                                                                    \
    XX(MANAGER, "manager")

enum sw_duty_role {
#define XX(name, text) SW_DUTY_##name,
    SW_DUTY_ROLE_MAP(XX)
#undef XX
        SW_DUTY_ROLE_COUNT
};

const char *sw_duty_role_name(enum sw_duty_role role);
/* The role of that name, or -1. */
int sw_duty_role_from_name(const char *name);

/* PERSON has ROLE in [from, to). */
struct sw_rota_row {
    char date[11]; /* "YYYY-MM-DD" of the row */
    enum sw_duty_role role;
    char *person;
    int64_t from_ms, to_ms;
};

struct sw_rota {
    struct sw_rota_row *rows; /* in the order of the file */
    size_t count;
};

/* An empty rota. */
void sw_rota_init(struct sw_rota *rota);
void sw_rota_deinit(struct sw_rota *rota);

/* Somebody else is on duty in [from, to). */
struct sw_handover {
    const char *id; /* given by whoever recorded it; of one hand-over only */
    const char *person;
    int64_t from_ms, to_ms;
    const char *by; /* NULL = not known */
    int64_t at_ms;  /* when it was recorded */
};

/* Nobody on duty; never NULL. */
struct sw_duty *sw_duty_new(void);
void sw_duty_free(struct sw_duty *duty);

/* Replaces all rows of the dates in ROTA, which is copied. 0; -SW_ELIMIT past SW_DUTY_ROWS_MAX rows, and then nothing is
 * changed. */
int sw_duty_set_rota(struct sw_duty *duty, const struct sw_rota *rota) SW_NODISCARD;
/* Adds a hand-over, which is copied; of several for an instant the one added last wins. 0; -SW_EINVAL when it ends
 * before it begins or lacks an id or a person; -SW_EBUSY when there is one of that id, undone or not; -SW_ELIMIT. */
int sw_duty_hand_over(struct sw_duty *duty, const struct sw_handover *handover) SW_NODISCARD;
/* Takes a hand-over back, as if it had not been. 0; -SW_ENOENT; -SW_EBUSY when it was taken back already. */
int sw_duty_undo(struct sw_duty *duty, const char *id) SW_NODISCARD;
/* Forgets rows and hand-overs that ended before T_MS. */
void sw_duty_forget(struct sw_duty *duty, int64_t t_ms);
/* Changes with everything that may change who is on duty. */
uint64_t sw_duty_version(const struct sw_duty *duty);

/* ---- reading ---- */

/* PERSON is on duty from FROM_MS until UNTIL_MS, rows and hand-overs of the same person that touch taken together. */
struct sw_on_duty {
    const char *person;
    int64_t from_ms, until_ms;
};
/* Who is on duty at T_MS. 0, or -SW_ENOENT when nobody is. The person is borrowed until the next change. */
int sw_duty_at(const struct sw_duty *duty, int64_t t_ms, struct sw_on_duty *out) SW_NODISCARD;
/* The first instant after T_MS at which somebody else, or nobody, is on duty; INT64_MAX when there is none. */
int64_t sw_duty_next_change(const struct sw_duty *duty, int64_t t_ms);

/* The first span of [from, to) that is inside the opening hours and has nobody on duty; one over the end of a day is one
 * when the hours go on there. Looks at SW_DUTY_GAP_DAYS_MAX days. False when there is none. */
bool sw_duty_next_gap(const struct sw_duty *duty, struct sw_opening opening, const struct sw_zone *zone, int64_t from_ms,
                      int64_t to_ms, struct sw_span *gap);
/* The gap that contains T_MS, from where the last duty ended or the hours began (where neither is known: the hours of
 * that day) to where the next duty begins or they end. False when T_MS is in none. */
bool sw_duty_gap_at(const struct sw_duty *duty, struct sw_opening opening, const struct sw_zone *zone, int64_t t_ms,
                    struct sw_span *gap);

/* Two rows that have different persons on duty at once: the one who began first is relieved early. */
struct sw_duty_overlap {
    const struct sw_rota_row *first, *second; /* borrowed until the next change */
    struct sw_span span;
};
/* The first overlap that ends after FROM_MS and begins before TO_MS; hand-overs are none. False when there is none. */
bool sw_duty_next_overlap(const struct sw_duty *duty, int64_t from_ms, int64_t to_ms, struct sw_duty_overlap *out);

/* The rows in order of start. */
size_t sw_duty_row_count(const struct sw_duty *duty);
const struct sw_rota_row *sw_duty_row(const struct sw_duty *duty, size_t index);

#endif
