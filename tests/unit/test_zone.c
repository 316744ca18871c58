/* core/zone and io/zone_load: offsets, business days of odd lengths, RFC 3339; io/clock's reading of its
 * option. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/zone.h"
#include "io/clock.h"
#include "io/zone_load.h"

#define HOUR_MS INT64_C(3600000)

static int64_t at(const char *text) {
    int64_t t_ms = -1;
    assert_int_equal(sw_parse_rfc3339(text, &t_ms), 0);
    return t_ms;
}

static struct sw_zone *zone_of(const char *name) {
    struct sw_zone *zone = sw_zone_load(name);
    assert_non_null(zone);
    return zone;
}

static void assert_day(const struct sw_zone *zone, int64_t day_starts_ms, const char *t, const char *date,
                       const char *start, int64_t hours_x10) {
    struct sw_day day;
    char label[11];
    sw_zone_business_day(zone, day_starts_ms, at(t), &day);
    sw_zone_format_date(day.year, day.month, day.day, label);
    assert_string_equal(label, date);
    assert_int_equal(day.start_ms, at(start));
    assert_int_equal(day.end_ms - day.start_ms, hours_x10 * HOUR_MS / 10);
}

static void test_dates(void **state) {
    (void)state;
    assert_int_equal(sw_days_from_date(1970, 1, 1), 0);
    assert_int_equal(sw_days_from_date(2000, 3, 1), 11017);
    assert_int_equal(sw_days_from_date(1969, 12, 31), -1);
    for (int64_t days = -800000; days < 3000000; days += 13) {
        int y, m, d;
        sw_date_from_days(days, &y, &m, &d);
        assert_int_equal(sw_days_from_date(y, m, d), days);
        assert_true(m >= 1 && m <= 12 && d >= 1 && d <= 31);
    }
}

static void test_dates_agree_with_libc(void **state) {
    (void)state;
    for (int64_t days = 0; days < 60000; days++) {
        time_t t = (time_t)(days * 86400);
        struct tm tm;
        int y, m, d;
        assert_non_null(gmtime_r(&t, &tm));
        sw_date_from_days(days, &y, &m, &d);
        assert_int_equal(y, tm.tm_year + 1900);
        assert_int_equal(m, tm.tm_mon + 1);
        assert_int_equal(d, tm.tm_mday);
    }
}

static void test_parse_date(void **state) {
    (void)state;
    int y = 0, m = 0, d = 0;
    assert_int_equal(sw_zone_parse_date("2024-02-29", &y, &m, &d), 0);
    assert_true(y == 2024 && m == 2 && d == 29);
    const char *const bad[] = {"9999-12-31T23:59:60Z", "9999-12-31T23:00:00-02:00", "2026-02-29",  "2026-13-01", "2026-00-10", "2026-1-1",
                               "2026-01-01x", "",           "1969-12-31", "2026/01/01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(sw_zone_parse_date(bad[i], &y, &m, &d), 0);
        assert_int_equal(y, 2024); /* outputs are left alone */
    }
}

static void test_rfc3339(void **state) {
    (void)state;
    assert_int_equal(at("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(at("2026-11-23T10:42:07+08:00"), INT64_C(1795401727000));
    assert_int_equal(at("2026-11-23t02:42:07.5z"), INT64_C(1795401727500));
    assert_int_equal(at("2026-11-23T02:42:07.1239Z"), INT64_C(1795401727123));
    assert_int_equal(at("2026-11-22 22:12:07-04:30"), INT64_C(1795401727000));
    assert_int_equal(at("1795401727000"), INT64_C(1795401727000));
    const char *const bad[] = {"",
                               "now",
                               "2026-11-23",
                               "2026-11-23T10:42:07",
                               "2026-11-23T24:00:00Z",
                               "2026-11-23T10:60:00Z",
                               "2026-11-23T10:00:00+24:00",
                               "2026-11-23T10:00:00.Z",
                               "2026-11-23T10:00:00Zx",
                               "-5",
                               "12a",
                               "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t t_ms = 7;
        assert_int_not_equal(sw_parse_rfc3339(bad[i], &t_ms), 0);
        assert_int_equal(t_ms, 7);
    }
    struct sw_zone *zone = zone_of("America/St_Johns");
    char text[SW_RFC3339_SIZE];
    sw_zone_format_rfc3339(zone, at("2026-01-02T03:04:05.006Z"), text);
    assert_string_equal(text, "2026-01-01T23:34:05.006-03:30");
    assert_int_equal(at(text), at("2026-01-02T03:04:05.006Z"));
    sw_zone_free(zone);
}

static void test_utc_without_database(void **state) {
    (void)state;
    struct sw_zone *zone = zone_of("UTC");
    assert_string_equal(sw_zone_name(zone), "UTC");
    assert_int_equal(sw_zone_offset_ms(zone, INT64_C(1795401727000)), 0);
    assert_day(zone, 0, "2026-11-23T23:59:59.999Z", "2026-11-23", "2026-11-23T00:00:00Z", 240);
    struct sw_day day; /* before 1970 the division must round down */
    sw_zone_business_day(zone, 0, -1, &day);
    assert_int_equal(day.start_ms, -SW_DAY_MS);
    assert_int_equal(day.end_ms, 0);
    sw_zone_free(zone);
}

static void test_names(void **state) {
    (void)state;
    const char *const bad[] = {"",
                               "/etc/passwd",
                               "../passwd",
                               "Asia/../Asia/Shanghai",
                               "Asia/",
                               "Mars/Olympus",
                               "Asia",
                               "zone.tab",
                               "Asia//Shanghai",
                               "right/Asia/Shanghai",
                               "Asia/Shang hai",
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_null(sw_zone_load(bad[i]));
}

static void test_the_process_keeps_its_own_zone(void **state) {
    (void)state;
    assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
    tzset();
    sw_zone_free(zone_of("Europe/Berlin"));
    assert_string_equal(getenv("TZ"), "Asia/Tokyo");
    time_t t = 0;
    struct tm tm;
    assert_non_null(localtime_r(&t, &tm));
    assert_int_equal(tm.tm_gmtoff, 9 * 3600);
    assert_int_equal(unsetenv("TZ"), 0);
    sw_zone_free(zone_of("Europe/Berlin"));
    assert_null(getenv("TZ"));
}

static void test_shanghai(void **state) {
    (void)state;
    struct sw_zone *zone = zone_of("Asia/Shanghai");
    assert_day(zone, 0, "2026-11-22T16:00:00Z", "2026-11-23", "2026-11-22T16:00:00Z", 240);
    assert_day(zone, 0, "2026-11-22T15:59:59.999Z", "2026-11-22", "2026-11-21T16:00:00Z", 240);
    assert_day(zone, 6 * HOUR_MS, "2026-11-22T21:59:59Z", "2026-11-22", "2026-11-21T22:00:00Z", 240);
    assert_day(zone, 6 * HOUR_MS, "2026-11-22T22:00:00Z", "2026-11-23", "2026-11-22T22:00:00Z", 240);
    assert_day(zone, 0, "1986-05-04T12:00:00Z", "1986-05-04", "1986-05-03T16:00:00Z",
               230); /* summer time came at 02:00 */
    sw_zone_free(zone);
}

static void test_new_york(void **state) {
    (void)state;
    struct sw_zone *zone = zone_of("America/New_York");
    assert_day(zone, 0, "2026-03-08T12:00:00-04:00", "2026-03-08", "2026-03-08T05:00:00Z", 230);
    assert_day(zone, 0, "2026-11-01T12:00:00-05:00", "2026-11-01", "2026-11-01T04:00:00Z", 250);
    assert_day(zone, 0, "2026-11-02T00:00:00-05:00", "2026-11-02", "2026-11-02T05:00:00Z", 240);
    /* a business day that starts at 06:00 carries the change of the night after it */
    assert_day(zone, 6 * HOUR_MS, "2026-03-08T03:00:00-04:00", "2026-03-07", "2026-03-07T11:00:00Z", 230);
    assert_day(zone, 6 * HOUR_MS, "2026-11-01T05:59:59-05:00", "2026-10-31", "2026-10-31T10:00:00Z", 250);
    /* 02:30 is skipped: the day starts at the moment of the skip; 01:30 comes twice: at the first */
    int64_t half_past_two = 2 * HOUR_MS + HOUR_MS / 2, half_past_one = HOUR_MS + HOUR_MS / 2;
    assert_int_equal(sw_zone_local_to_utc(zone, 2026, 3, 8, half_past_two), at("2026-03-08T07:00:00Z"));
    assert_int_equal(sw_zone_local_to_utc(zone, 2026, 11, 1, half_past_one), at("2026-11-01T05:30:00Z"));
    assert_day(zone, half_past_two, "2026-03-08T03:00:00-04:00", "2026-03-08", "2026-03-08T07:00:00Z", 235);
    assert_day(zone, half_past_two, "2026-03-08T01:59:59-05:00", "2026-03-07", "2026-03-07T07:30:00Z", 235);
    assert_day(zone, half_past_one, "2026-11-01T01:45:00-05:00", "2026-11-01", "2026-11-01T05:30:00Z", 250);
    sw_zone_free(zone);
}

static void test_half_hour_shift(void **state) {
    (void)state;
    struct sw_zone *zone = zone_of("Australia/Lord_Howe");
    assert_int_equal(sw_zone_offset_ms(zone, at("2026-01-15T00:00:00Z")), 11 * HOUR_MS);
    assert_int_equal(sw_zone_offset_ms(zone, at("2026-07-15T00:00:00Z")), 10 * HOUR_MS + HOUR_MS / 2);
    assert_day(zone, 0, "2026-04-05T12:00:00+10:30", "2026-04-05", "2026-04-04T13:00:00Z", 245);
    assert_day(zone, 0, "2026-10-04T12:00:00+11:00", "2026-10-04", "2026-10-03T13:30:00Z", 235);
    sw_zone_free(zone);
}

static void test_skipped_day(void **state) {
    (void)state;
    struct sw_zone *zone = zone_of("Pacific/Apia"); /* went from 29 to 31 December 2011 */
    assert_day(zone, 0, "2011-12-29T23:59:59-10:00", "2011-12-29", "2011-12-29T10:00:00Z", 240);
    assert_day(zone, 0, "2011-12-30T10:00:00Z", "2011-12-31", "2011-12-30T10:00:00Z", 240);
    assert_day(zone, 6 * HOUR_MS, "2011-12-30T09:59:59Z", "2011-12-29", "2011-12-29T16:00:00Z", 180);
    sw_zone_free(zone);
}

/* Walks the business days of many zones: each begins where the one before ended, and every moment is in its
 * own. */
static void test_days_tile_time(void **state) {
    (void)state;
    const char *const names[] = {"Asia/Shanghai",       "America/New_York",  "Europe/Lisbon",
                                 "Australia/Lord_Howe", "Pacific/Apia",      "America/Sao_Paulo",
                                 "Africa/Cairo",        "Antarctica/Troll",  "Asia/Tehran",
                                 "Africa/Casablanca",   "Atlantic/Azores",   "America/Nuuk",
                                 "Africa/Monrovia",     "Pacific/Kiritimati"};
    const int64_t starts[] = {0, 2 * HOUR_MS + HOUR_MS / 2, 6 * HOUR_MS, SW_DAY_MS - 1};
    for (size_t z = 0; z < sizeof names / sizeof *names; z++) {
        struct sw_zone *zone = zone_of(names[z]);
        for (size_t s = 0; s < sizeof starts / sizeof *starts; s++) {
            struct sw_day day, same;
            sw_zone_business_day(zone, starts[s], 0, &day);
            for (int i = 0; i < 24000; i++) {
                int64_t before = day.end_ms, last = sw_days_from_date(day.year, day.month, day.day);
                sw_zone_business_day(zone, starts[s], before - 1, &same);
                assert_int_equal(same.start_ms, day.start_ms);
                sw_zone_business_day(zone, starts[s], before, &day);
                assert_int_equal(day.start_ms, before);
                assert_true(day.end_ms > day.start_ms);
                assert_true(sw_days_from_date(day.year, day.month, day.day) > last);
            }
        }
        sw_zone_free(zone);
    }
}

/* The table gives what libc gives, at any moment. */
static void test_offsets_agree_with_libc(void **state) {
    (void)state;
    const char *const names[] = {"America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Gaza",
                                 "Pacific/Apia"};
    for (size_t z = 0; z < sizeof names / sizeof *names; z++) {
        struct sw_zone *zone = zone_of(names[z]);
        assert_int_equal(setenv("TZ", names[z], 1), 0);
        tzset();
        for (int64_t t = 0; t < INT64_C(4102444800); t += 40009) {
            time_t libc_t = (time_t)t;
            struct tm tm;
            assert_non_null(localtime_r(&libc_t, &tm));
            assert_int_equal(sw_zone_offset_ms(zone, t * 1000), (int64_t)tm.tm_gmtoff * 1000);
        }
        sw_zone_free(zone);
    }
    assert_int_equal(unsetenv("TZ"), 0);
    tzset();
}

static void test_far_away_is_sane(void **state) {
    (void)state;
    struct sw_zone *zone = zone_of("America/New_York");
    const int64_t far[] = {INT64_MIN, -INT64_C(62135596800000), INT64_C(253402300799999), INT64_MAX};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        struct sw_day day;
        sw_zone_business_day(zone, 0, far[i], &day);
        assert_true(day.end_ms > day.start_ms && day.end_ms - day.start_ms <= 26 * HOUR_MS);
        char text[SW_RFC3339_SIZE];
        sw_zone_format_rfc3339(zone, far[i], text);
    }
    sw_zone_free(zone);
}

static void test_clock_option(void **state) {
    (void)state;
    int64_t start_ms = 1;
    double speed = 2;
    assert_int_equal(sw_clock_parse("2026-11-23T08:00:00+08:00,60", &start_ms, &speed), 0);
    assert_int_equal(start_ms, at("2026-11-23T00:00:00Z"));
    assert_true(speed == 60.0);
    assert_int_equal(sw_clock_parse("1000", &start_ms, &speed), 0);
    assert_true(start_ms == 1000 && speed == 1.0);
    const char *const bad[] = {"",         ",",        "1000,",   "1000,0", "1000,0.001", "1000,10001",
                               "1000,1e2", "1000,nan", "1000,-1", "x,1",    "1000,1,1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(sw_clock_parse(bad[i], &start_ms, &speed), 0);
        assert_true(start_ms == 1000 && speed == 1.0);
    }
}

static void test_virtual_clock(void **state) {
    (void)state;
    struct sw_clock clock;
    assert_int_not_equal(sw_clock_init_virtual(&clock, 0, 20000), 0);
    assert_int_equal(sw_clock_init_virtual(&clock, 1000000, 1000), 0);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    int64_t now_ms = sw_clock_now_ms(&clock);
    assert_in_range(now_ms, 1000000 + 19000, 1000000 + 2000000);
    assert_int_equal(sw_clock_delay_ms(&clock, 1000000), 0);
    assert_in_range(sw_clock_delay_ms(&clock, now_ms + 100000000), 90000, 100000);
    assert_int_equal(sw_clock_delay_ms(&clock, INT64_MAX), 86400000);
    sw_clock_init(&clock);
    struct timespec real;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &real), 0);
    assert_in_range(sw_clock_now_ms(&clock) - (int64_t)real.tv_sec * 1000, 0, 5000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_dates_agree_with_libc),
        cmocka_unit_test(test_parse_date),
        cmocka_unit_test(test_rfc3339),
        cmocka_unit_test(test_utc_without_database),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_the_process_keeps_its_own_zone),
        cmocka_unit_test(test_shanghai),
        cmocka_unit_test(test_new_york),
        cmocka_unit_test(test_half_hour_shift),
        cmocka_unit_test(test_skipped_day),
        cmocka_unit_test(test_days_tile_time),
        cmocka_unit_test(test_offsets_agree_with_libc),
        cmocka_unit_test(test_far_away_is_sane),
        cmocka_unit_test(test_clock_option),
        cmocka_unit_test(test_virtual_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
