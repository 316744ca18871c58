#include "core/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

#define MINUTE_MS INT64_C(60000)
#define T_MAX_MS INT64_C(253402300799999) /* the end of the year 9999 */

struct sw_zone {
    char *name;
    int64_t first_offset_ms;
    struct sw_transition *transitions;
    size_t count;
};

struct sw_zone *sw_zone_new(const char *name, int64_t first_offset_ms,
                            const struct sw_transition *transitions, size_t count) {
    struct sw_zone *zone = sw_xcalloc(1, sizeof *zone);
    zone->name = sw_xstrdup(name);
    zone->first_offset_ms = first_offset_ms;
    zone->transitions = sw_xcalloc(count, sizeof *transitions);
    if (count) memcpy(zone->transitions, transitions, count * sizeof *transitions);
    zone->count = count;
    return zone;
}

struct sw_zone *sw_zone_utc(void) {
    return sw_zone_new("UTC", 0, NULL, 0);
}

void sw_zone_free(struct sw_zone *zone) {
    if (!zone) return;
    free(zone->name);
    free(zone->transitions);
    free(zone);
}

const char *sw_zone_name(const struct sw_zone *zone) {
    return zone->name;
}

/* How many transitions have happened at T_MS. */
static size_t happened(const struct sw_zone *zone, int64_t t_ms) {
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->transitions[middle].at_ms <= t_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t offset_after(const struct sw_zone *zone, size_t transitions) {
    return transitions ? zone->transitions[transitions - 1].offset_ms : zone->first_offset_ms;
}

int64_t sw_zone_offset_ms(const struct sw_zone *zone, int64_t t_ms) {
    return offset_after(zone, happened(zone, t_ms));
}

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Days are counted from 0000-03-01, so that the leap day is the last of its year (the well-known civil
 * algorithm). */
int64_t sw_days_from_date(int year, int month, int day) {
    int64_t y = year - (month <= 2);
    int64_t era = floor_div(y, 400), yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void sw_date_from_days(int64_t days, int *year, int *month, int *day) {
    int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

int64_t sw_zone_local_to_utc(const struct sw_zone *zone, int year, int month, int day, int64_t ms_of_day) {
    int64_t local_ms = sw_days_from_date(year, month, day) * SW_DAY_MS + ms_of_day;
    /* walk the few stretches of constant offset around it; the first that shows the time, or begins past it,
     * has it */
    size_t i = happened(zone, local_ms - 2 * SW_DAY_MS);
    for (;; i++) {
        int64_t from_ms = i ? zone->transitions[i - 1].at_ms : INT64_MIN;
        int64_t t_ms = local_ms - offset_after(zone, i);
        if (t_ms < from_ms) return from_ms;
        if (i == zone->count || t_ms < zone->transitions[i].at_ms) return t_ms;
    }
}

static int64_t day_start(const struct sw_zone *zone, int64_t day_starts_ms, int64_t days) {
    int year, month, day;
    sw_date_from_days(days, &year, &month, &day);
    return sw_zone_local_to_utc(zone, year, month, day, day_starts_ms);
}

/* Moments past the years we can write are taken for the nearest we can, lest sums with them overflow. */
static int64_t within_reason(int64_t t_ms) {
    return t_ms > T_MAX_MS ? T_MAX_MS : t_ms < -T_MAX_MS ? -T_MAX_MS : t_ms;
}

void sw_zone_business_day(const struct sw_zone *zone, int64_t day_starts_ms, int64_t t_ms,
                          struct sw_day *out) {
    t_ms = within_reason(t_ms);
    int64_t days = floor_div(t_ms + sw_zone_offset_ms(zone, t_ms) - day_starts_ms, SW_DAY_MS);
    while (day_start(zone, day_starts_ms, days) > t_ms) days--;
    while (day_start(zone, day_starts_ms, days + 1) <= t_ms) days++; /* also past days of no length */
    out->start_ms = day_start(zone, day_starts_ms, days);
    out->end_ms = day_start(zone, day_starts_ms, days + 1);
    sw_date_from_days(days, &out->year, &out->month, &out->day);
}

void sw_zone_format_date(int year, int month, int day, char out[11]) {
    snprintf(out, 11, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100, (unsigned)day % 100);
}

/* Reads exactly COUNT digits at *TEXT and moves it on. */
static bool digits(const char **text, int count, int *out) {
    int value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9') return false;
        value = value * 10 + (**text - '0');
    }
    *out = value;
    return true;
}

static bool take(const char **text, char c) {
    if (**text != c) return false;
    (*text)++;
    return true;
}

static bool date(const char **text, int *year, int *month, int *day) {
    if (!digits(text, 4, year) || !take(text, '-') || !digits(text, 2, month) || !take(text, '-') ||
        !digits(text, 2, day))
        return false;
    if (*year < 1970 || *month < 1 || *month > 12 || *day < 1 || *day > 31) return false;
    int y, m, d;
    sw_date_from_days(sw_days_from_date(*year, *month, *day), &y, &m, &d);
    return m == *month; /* no 30th of February */
}

int sw_zone_parse_date(const char *text, int *year, int *month, int *day) {
    int y, m, d;
    if (!date(&text, &y, &m, &d) || *text) return -SW_EPARSE;
    *year = y, *month = m, *day = d;
    return 0;
}

void sw_zone_format_rfc3339(const struct sw_zone *zone, int64_t t_ms, char out[SW_RFC3339_SIZE]) {
    t_ms = within_reason(t_ms);
    int64_t offset_ms = sw_zone_offset_ms(zone, t_ms), local_ms = t_ms + offset_ms;
    int64_t days = floor_div(local_ms, SW_DAY_MS), ms = local_ms - days * SW_DAY_MS;
    int year, month, day;
    sw_date_from_days(days, &year, &month, &day);
    char date_text[11], fraction[8] = "";
    sw_zone_format_date(year, month, day, date_text);
    if (ms % 1000) snprintf(fraction, sizeof fraction, ".%03d", (int)(ms % 1000));
    int64_t minutes = (offset_ms < 0 ? -offset_ms : offset_ms) / MINUTE_MS;
    snprintf(out, SW_RFC3339_SIZE, "%sT%02d:%02d:%02d%s%c%02d:%02d", date_text, (int)(ms / 3600000),
             (int)(ms / MINUTE_MS % 60), (int)(ms / 1000 % 60), fraction, offset_ms < 0 ? '-' : '+',
             (int)(minutes / 60 % 100), (int)(minutes % 60));
}

static int parse_epoch(const char *text, int64_t *t_ms) {
    int64_t value = 0;
    if (!*text) return -SW_EPARSE;
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return -SW_EPARSE;
        value = value * 10 + (*text - '0');
        if (value > T_MAX_MS) return -SW_EPARSE;
    }
    *t_ms = value;
    return 0;
}

static bool fraction(const char **text, int *ms) {
    *ms = 0;
    if (!take(text, '.')) return true;
    if (**text < '0' || **text > '9') return false;
    for (int weight = 100; **text >= '0' && **text <= '9'; (*text)++, weight /= 10)
        *ms += (**text - '0') * weight;
    return true;
}

static bool offset(const char **text, int64_t *offset_ms) {
    *offset_ms = 0;
    if (take(text, 'Z') || take(text, 'z')) return true;
    int sign = take(text, '-') ? -1 : take(text, '+') ? 1 : 0, hours, minutes;
    if (!sign || !digits(text, 2, &hours) || !take(text, ':') || !digits(text, 2, &minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    *offset_ms = sign * (hours * 60 + minutes) * MINUTE_MS;
    return true;
}

int sw_parse_rfc3339(const char *text, int64_t *t_ms) {
    if (!strchr(text, '-')) return parse_epoch(text, t_ms);
    int year, month, day, hour, minute, second, ms;
    int64_t offset_ms;
    if (!date(&text, &year, &month, &day)) return -SW_EPARSE;
    if (!take(&text, 'T') && !take(&text, 't') && !take(&text, ' ')) return -SW_EPARSE;
    if (!digits(&text, 2, &hour) || !take(&text, ':') || !digits(&text, 2, &minute) || !take(&text, ':') ||
        !digits(&text, 2, &second) || !fraction(&text, &ms) || !offset(&text, &offset_ms) || *text)
        return -SW_EPARSE;
    if (hour > 23 || minute > 59 || second > 60) return -SW_EPARSE;
    int64_t value = sw_days_from_date(year, month, day) * SW_DAY_MS +
                    ((hour * 60 + minute) * INT64_C(60) + second) * 1000 + ms - offset_ms;
    if (value > T_MAX_MS) return -SW_EPARSE; /* a leap second or an offset past the last year we can write */
    *t_ms = value;
    return 0;
}
