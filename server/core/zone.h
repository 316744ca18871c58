/* A site's time zone and its business days. Pure: the table of offsets comes from whoever may read the system's. */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"

#define SW_DAY_MS INT64_C(86400000)
#define SW_RFC3339_SIZE 40 /* "2026-11-23T10:42:07.123+08:00" and its NUL */

struct sw_zone;

/* From AT_MS on, local time is UTC + OFFSET_MS. */
struct sw_transition {
    int64_t at_ms, offset_ms;
};

/* A zone of NAME: FIRST_OFFSET_MS before the first of COUNT transitions, which are in ascending order. All is copied;
 * never NULL. */
struct sw_zone *sw_zone_new(const char *name, int64_t first_offset_ms, const struct sw_transition *transitions,
                            size_t count);
struct sw_zone *sw_zone_utc(void);
void sw_zone_free(struct sw_zone *zone);
const char *sw_zone_name(const struct sw_zone *zone);
/* Local time minus UTC at T_MS. */
int64_t sw_zone_offset_ms(const struct sw_zone *zone, int64_t t_ms);

/* Days since 1970-01-01 of a date of the (proleptic) Gregorian calendar, and back. MONTH 1..12, DAY 1..31. */
int64_t sw_days_from_date(int year, int month, int day);
void sw_date_from_days(int64_t days, int *year, int *month, int *day);

/* The first instant at which local clocks show MS_OF_DAY on that date; where they skip it, the instant of the skip. */
int64_t sw_zone_local_to_utc(const struct sw_zone *zone, int year, int month, int day, int64_t ms_of_day);

/* A business day: from local DAY_STARTS on its date to the same on the next. */
struct sw_day {
    int64_t start_ms, end_ms;
    int year, month, day;
};
/* The business day that contains T_MS; DAY_STARTS_MS 0..86399999 after local midnight. */
void sw_zone_business_day(const struct sw_zone *zone, int64_t day_starts_ms, int64_t t_ms, struct sw_day *out);

/* Writes "YYYY-MM-DD". */
void sw_zone_format_date(int year, int month, int day, char out[11]);
/* Reads "YYYY-MM-DD" of a date that exists, years 1970 to 9999. 0 or -SW_EPARSE. */
int sw_zone_parse_date(const char *text, int *year, int *month, int *day) SW_NODISCARD;
/* Writes T_MS in local time with its offset, milliseconds only when there are any. */
void sw_zone_format_rfc3339(const struct sw_zone *zone, int64_t t_ms, char out[SW_RFC3339_SIZE]);
/* Reads RFC 3339 ("2026-11-23T10:42:07+08:00", fractions allowed) or epoch milliseconds. 0 or -SW_EPARSE. */
int sw_parse_rfc3339(const char *text, int64_t *t_ms) SW_NODISCARD;

#endif
