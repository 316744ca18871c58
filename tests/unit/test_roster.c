/* The roster's CSV: what it says in instants, and every fault with its line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/roster_csv.h"

#define HEADER "date,agent,name,team,seat,start,end,activities,leave\n"
#define HOUR INT64_C(3600000)
#define MIDNIGHT INT64_C(1795392000000) /* 2026-11-23T00:00Z */

static struct sw_roster roster;
static struct sw_buf faults, remarks;

static int read_in(const struct sw_zone *zone, const char *text) {
    sw_roster_init(&roster);
    sw_buf_init(&faults, 65536);
    sw_buf_init(&remarks, 65536);
    return sw_roster_read(&roster, zone, "f", text, strlen(text), &faults, &remarks);
}

static void done(void) {
    sw_roster_deinit(&roster);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
}

static void refuse(const char *text, const char *want) {
    struct sw_zone *zone = sw_zone_utc();
    assert_int_equal(read_in(zone, text), -SW_EPARSE);
    assert_string_equal(sw_buf_text(&faults), want);
    assert_int_equal(roster.count, 0);
    done();
    sw_zone_free(zone);
}

static void test_the_contract_example(void **state) {
    (void)state;
    struct sw_zone *zone = sw_zone_utc();
    assert_int_equal(read_in(zone, "\xEF\xBB\xBF" HEADER
                                   "2026-11-23,1001,王芳,A,07,08:30,17:30,\"meeting 08:20-08:30;meal 12:00-13:00\",\r\n"
                                   "2026-11-23,1002,李强,A,08,08:30,17:30,\"meal 12:00-13:00\",annual 13:00-17:30\n"
                                   "\n"
                                   "2026-11-23,2001,赵敏,N,12,20:00,08:00,meal 00:30-01:00,sick"),
                     0);
    assert_int_equal(roster.count, 3);
    const struct sw_roster_row *row = roster.rows;
    assert_string_equal(row[0].name, "王芳");
    assert_int_equal(row[0].start_ms, MIDNIGHT + 17 * HOUR / 2);
    assert_int_equal(row[0].activity_count, 2);
    assert_int_equal(row[0].activities[0].kind, SW_ACTIVITY_MEETING);
    assert_int_equal(row[0].activities[0].end_ms, row[0].start_ms);
    assert_int_equal(row[1].leave_count, 1);
    assert_string_equal(row[1].leaves[0].kind, "annual");
    assert_int_equal(row[1].leaves[0].start_ms, MIDNIGHT + 13 * HOUR);
    assert_int_equal(row[2].end_ms, MIDNIGHT + 32 * HOUR);
    assert_int_equal(row[2].activities[0].start_ms, MIDNIGHT + 49 * HOUR / 2);
    assert_int_equal(row[2].leaves[0].start_ms, row[2].start_ms);
    assert_int_equal(row[2].leaves[0].end_ms, row[2].end_ms);
    assert_string_equal(sw_buf_text(&remarks), "");
    done();
    sw_zone_free(zone);
}

static void test_columns_in_any_order(void **state) {
    (void)state;
    struct sw_zone *zone = sw_zone_utc();
    assert_int_equal(read_in(zone, "end,start,agent,date\n17:00,08:00,\"a \"\"b\"\"\",2026-11-23\n"), 0);
    assert_string_equal(roster.rows[0].agent, "a \"b\"");
    assert_null(roster.rows[0].name);
    done();
    sw_zone_free(zone);
}

static void test_faults(void **state) {
    (void)state;
    refuse("", "f:1:1: : no such column\nf:1:1: date: the column is missing\nf:1:1: agent: the column is missing\n"
               "f:1:1: start: the column is missing\nf:1:1: end: the column is missing\n");
    refuse("date,agent,start,end,shoe,date\n", "f:1:22: shoe: no such column\nf:1:27: date: stands twice\n");
    refuse(HEADER "2026-02-30,,王,A,1,8:30,24:00,,\n",
           "f:2:12: agent: must be 1 to 64 characters\nf:2:1: date: 2026-02-30: must be a date, YYYY-MM-DD\n"
           "f:2:19: start: 8:30: must be HH:MM\nf:2:24: end: 24:00: must be HH:MM\n");
    refuse(HEADER "2026-11-23,a,王,A,1,08:30,08:30,,\n", "f:2:26: end: 08:30: the shift ends where it begins\n");
    refuse(HEADER "2026-11-23,a,王,A,1,08:30,17:30,meal 12:00-13:00;nap 14:00-15:00;meal,\n",
           "f:2:49: activities: nap 14:00-15:00: must be meal, meeting, break, training or coaching\n"
           "f:2:65: activities: meal: an activity needs FROM-TO\n");
    refuse(HEADER "2026-11-23,a,,,,08:30,17:30,meal 12:00-13:00;meal 12:59-13:30,sick 08:00-09:00\n",
           "f:2:46: activities: meal 12:59-13:30: overlaps another activity\n"
           "f:2:63: leave: sick 08:00-09:00: leave outside the shift\n");
    refuse(HEADER "2026-11-23,a,,,,08:30,17:30,meal 21:00-22:00,\n",
           "f:2:29: activities: meal 21:00-22:00: more than two hours from the shift\n");
    refuse(HEADER "2026-11-23,a,,,,20:00,08:00,,\n2026-11-24,a,,,,07:00,09:00,,\n", "f:3:1: agent a: overlaps the shift of line 2\n");
    refuse(HEADER "2026-11-23,a,,,,08:00,09:00\n", "f:2:1: 7 cells where the header has 9\n");
    refuse(HEADER "2026-11-23,\"a\"b,,,,08:00,09:00,,\n", "f:2:12: text behind a closing quote\n");
    refuse(HEADER "2026-11-23,\"a,,,,08:00,09:00,,\n", "f:2:12: a quote that is not closed in its line\n");
    refuse(HEADER "2026-11-23,a,\xff,,,08:00,09:00,,\n", "f:2:14: not UTF-8\n");
    /* what is cut is cut between characters: 32 bytes are ten of these and a part */
    refuse(HEADER "早早早早早早早早早早早,a,,,,08:00,09:00,,\n", "f:2:1: date: 早早早早早早早早早早: must be a date, YYYY-MM-DD\n");
}

static void test_faults_are_bounded(void **state) {
    (void)state;
    struct sw_zone *zone = sw_zone_utc();
    struct sw_buf text;
    sw_buf_init(&text, 65536);
    sw_buf_puts(&text, HEADER);
    for (int i = 0; i < 30; i++) sw_buf_puts(&text, "x,a,,,,08:00,09:00,,\n");
    assert_int_equal(read_in(zone, sw_buf_text(&text)), -SW_EPARSE);
    assert_non_null(strstr(sw_buf_text(&faults), "f:21:1: date: x: must be a date, YYYY-MM-DD\nf: and 10 more\n"));
    done();
    sw_buf_deinit(&text);
    sw_zone_free(zone);
}

/* Berlin, 2026: on 29 March 02:00 becomes 03:00, on 25 October 03:00 becomes 02:00. */
static void test_clock_changes(void **state) {
    (void)state;
    const struct sw_transition changes[] = {{INT64_C(1774746000000), 2 * HOUR}, {INT64_C(1792890000000), HOUR}};
    struct sw_zone *zone = sw_zone_new("Europe/Berlin", HOUR, changes, 2);
    assert_int_equal(read_in(zone, "date,agent,start,end\n2026-03-29,a,02:30,08:00\n2026-10-25,a,02:30,08:00\n"), 0);
    assert_int_equal(roster.rows[0].start_ms, INT64_C(1774746000000)); /* the instant of the change */
    assert_int_equal(roster.rows[0].end_ms - roster.rows[0].start_ms, 5 * HOUR);
    assert_int_equal(roster.rows[1].end_ms - roster.rows[1].start_ms, 13 * HOUR / 2); /* the first 02:30 */
    assert_string_equal(sw_buf_text(&remarks),
                        "f:2:14: clocks skip 02:30 that day: 2026-03-29T03:00:00+02:00 is taken\n"
                        "f:3:14: clocks show twice 02:30 that day: 2026-10-25T02:30:00+02:00 is taken\n");
    done();
    sw_zone_free(zone);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_contract_example),
                                       cmocka_unit_test(test_columns_in_any_order),
                                       cmocka_unit_test(test_faults),
                                       cmocka_unit_test(test_faults_are_bounded),
                                       cmocka_unit_test(test_clock_changes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
