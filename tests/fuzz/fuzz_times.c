/* Dates, times and settings of the clock. An input is lines; each is read as all of them. What is read and written again
 * reads the same. */
#include <stdio.h>

#include "core/zone.h"
#include "fuzz.h"
#include "io/clock.h"

#define YEAR_10000_MS INT64_C(253402300800000)

static struct sw_zone *utc, *kolkata;

static void check_time(const struct sw_zone *zone, int64_t t_ms) {
    char text[SW_RFC3339_SIZE];
    int64_t again;
    sw_zone_format_rfc3339(zone, t_ms, text);
    if (t_ms >= SW_DAY_MS && t_ms < YEAR_10000_MS - SW_DAY_MS)
        SW_ASSERT(sw_parse_rfc3339(text, &again) == 0 && again == t_ms);
    struct sw_day day;
    for (int64_t starts_ms = 0; starts_ms < SW_DAY_MS; starts_ms += SW_DAY_MS / 3) {
        sw_zone_business_day(zone, starts_ms, t_ms, &day);
        SW_ASSERT(day.start_ms <= t_ms && t_ms < day.end_ms && day.end_ms - day.start_ms == SW_DAY_MS);
    }
}

static void check_date(int year, int month, int day) {
    char text[11];
    int y, m, d;
    sw_zone_format_date(year, month, day, text);
    SW_ASSERT(sw_zone_parse_date(text, &y, &m, &d) == 0 && y == year && m == month && d == day);
    int64_t days = sw_days_from_date(year, month, day);
    sw_date_from_days(days, &y, &m, &d);
    SW_ASSERT(y == year && m == month && d == day && sw_zone_local_to_utc(utc, year, month, day, 0) == days * SW_DAY_MS);
}

static void on_line(const char *line, size_t len) {
    char *text = fuzz_string((const uint8_t *)line, len);
    int year, month, day;
    int64_t t_ms = 7, start_ms;
    double speed;
    if (!text) return;
    if (sw_parse_rfc3339(text, &t_ms) == 0) {
        check_time(utc, t_ms);
        check_time(kolkata, t_ms);
    } else {
        SW_ASSERT(t_ms == 7);
    }
    if (sw_zone_parse_date(text, &year, &month, &day) == 0) check_date(year, month, day);
    if (sw_clock_parse(text, &start_ms, &speed) == 0) {
        struct sw_clock clock;
        SW_ASSERT(sw_clock_init_virtual(&clock, start_ms, speed) == 0 && sw_clock_now_ms(&clock) >= start_ms);
        SW_ASSERT(sw_clock_delay_ms(&clock, INT64_MAX) <= (uint64_t)SW_DAY_MS);
    }
    if (sw_clock_parse_speed(text, &speed) == 0) SW_ASSERT(speed >= SW_CLOCK_SPEED_MIN && speed <= SW_CLOCK_SPEED_MAX);
    free(text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    utc = sw_zone_utc();
    kolkata = sw_zone_new("Asia/Kolkata", INT64_C(19800000), NULL, 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_lines(data, size, on_line);
    return 0;
}
