/* The duty rota: its CSV with every fault's place, who is on duty when, hand-overs, gaps in the opening hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/duty_csv.h"
#include "codec/view_walk.h"
#include "io/zone_load.h"
#include "shiftwall/duty.h"

#define HEADER "date,role,person,from,to\n"
#define HOUR INT64_C(3600000)
#define MIDNIGHT INT64_C(1795392000000) /* 2026-11-23T00:00Z */

static const struct sw_opening daytime = {8 * HOUR, 22 * HOUR}, night = {20 * HOUR, 8 * HOUR};

static struct sw_zone *utc, *berlin;
static struct sw_rota rota;
static struct sw_buf faults, remarks;

static int64_t at(const char *text) {
    int64_t t_ms = -1;
    assert_int_equal(sw_parse_rfc3339(text, &t_ms), 0);
    return t_ms;
}

static int read_in(const struct sw_zone *zone, const char *text) {
    sw_rota_init(&rota);
    sw_buf_init(&faults, 65536);
    sw_buf_init(&remarks, 65536);
    return sw_rota_read(&rota, zone, "f", text, strlen(text), &faults, &remarks);
}

static void done(void) {
    sw_rota_deinit(&rota);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
}

static void refuse(const char *text, const char *want) {
    assert_int_equal(read_in(utc, text), -SW_EPARSE);
    assert_string_equal(sw_buf_text(&faults), want);
    assert_int_equal(rota.count, 0);
    assert_null(rota.rows);
    done();
}

/* ---- the CSV ---- */

static void test_rows(void **state) {
    (void)state;
    assert_int_equal(read_in(utc, "\xEF\xBB\xBF" HEADER "2026-11-23,duty,zhang,08:00,20:00\r\n"
                                  "\n"
                                  "2026-11-23,duty,\"li, \"\"q\"\"\",20:00,08:00\n"
                                  "2026-11-23,manager,王芳,00:00,23:59"),
                     0);
    assert_int_equal(rota.count, 3);
    const struct sw_rota_row *row = rota.rows;
    assert_string_equal(row[0].date, "2026-11-23");
    assert_int_equal(row[0].role, SW_DUTY_DUTY);
    assert_string_equal(row[0].person, "zhang");
    assert_int_equal(row[0].from_ms, MIDNIGHT + 8 * HOUR);
    assert_int_equal(row[0].to_ms, MIDNIGHT + 20 * HOUR);
    assert_string_equal(row[1].person, "li, \"q\"");
    assert_int_equal(row[1].to_ms, MIDNIGHT + 32 * HOUR); /* the next day */
    assert_int_equal(row[2].role, SW_DUTY_MANAGER);
    assert_string_equal(row[2].person, "王芳");
    assert_string_equal(sw_buf_text(&remarks), "");
    done();
    assert_int_equal(read_in(utc, "to,from,person,role,date\n00:00,16:00,a,duty,2026-11-23\n"), 0);
    assert_int_equal(rota.rows[0].to_ms, MIDNIGHT + 24 * HOUR);
    done();
    assert_int_equal(read_in(utc, HEADER), 0);
    assert_int_equal(rota.count, 0);
    done();
}

static void test_faults(void **state) {
    (void)state;
    refuse("", "f:1:1: : no such column\nf:1:1: date: the column is missing\nf:1:1: role: the column is missing\n"
               "f:1:1: person: the column is missing\nf:1:1: from: the column is missing\n"
               "f:1:1: to: the column is missing\n");
    refuse("date,role,who,from,from\n", "f:1:11: who: no such column\nf:1:20: from: stands twice\n"
                                        "f:1:1: person: the column is missing\nf:1:1: to: the column is missing\n");
    refuse(HEADER "2026-02-30,dutty,,8:00,24:00\n",
           "f:2:12: role: dutty: must be duty, lead, quality or manager\nf:2:18: person: must be 1 to 64 characters\n"
           "f:2:1: date: 2026-02-30: must be a date, YYYY-MM-DD\nf:2:19: from: 8:00: must be HH:MM\n"
           "f:2:24: to: 24:00: must be HH:MM\n");
    refuse(HEADER "2026-11-23,duty,a,08:00,08:00\n", "f:2:25: to: 08:00: the duty ends where it begins\n");
    refuse(HEADER "2026-11-23,duty,张三,08:00\n", "f:2:1: 4 cells where the header has 5\n");
    refuse(HEADER "2026-11-23,duty,张三,08:00,09:00,\n", "f:2:32: more cells than columns\n");
    refuse(HEADER "2026-11-23,duty,\"a\"b,08:00,09:00\n", "f:2:17: text behind a closing quote\n");
    refuse(HEADER "2026-11-23,duty,a\"b,08:00,09:00\n", "f:2:17: a quote inside a cell that does not begin with one\n");
    refuse(HEADER "2026-11-23,duty,\"a,08:00,09:00\n2026-11-23,duty,b,08:00,09:0x\n",
           "f:2:17: a quote that is not closed in its line\nf:3:25: to: 09:0x: must be HH:MM\n");
    refuse(HEADER "2026-11-23,duty,a\tb,08:00,09:00\n", "f:2:17: a control character\n");
    refuse(HEADER "2026-11-23,duty,\xE5\xBC,08:00,09:00\n", "f:2:17: not UTF-8\n");
    refuse(HEADER "2026-11-23,duty,1234567890123456789012345678901234567890123456789012345678901234x,08:00,09:00\n",
           "f:2:17: person: must be 1 to 64 characters\n");
}

static void test_messages_are_bounded(void **state) {
    (void)state;
    struct sw_buf text;
    sw_buf_init(&text, 1 << 20);
    sw_buf_puts(&text, HEADER);
    for (int i = 0; i < 30; i++) sw_buf_puts(&text, "x,duty,a,08:00,09:00\n");
    assert_int_equal(read_in(utc, sw_buf_text(&text)), -SW_EPARSE);
    assert_non_null(strstr(sw_buf_text(&faults), "f:21:1: date: x: must be a date, YYYY-MM-DD\nf: and 10 more\n"));
    done();
    sw_buf_clear(&text);
    sw_buf_puts(&text, HEADER);
    for (int i = 0; i < 60; i++) sw_buf_puts(&text, "2026-11-23,duty,a,08:00,09:00\n");
    assert_int_equal(read_in(utc, sw_buf_text(&text)), 0);
    assert_non_null(strstr(sw_buf_text(&remarks), "f: and 9 more\n")); /* 59 overlap the first, 50 are told */
    done();
    sw_buf_clear(&text);
    sw_buf_puts(&text, HEADER);
    for (int i = 0; i <= SW_ROTA_ROWS_MAX; i++) sw_buf_puts(&text, "2026-11-23,lead,a,08:00,09:00\n");
    assert_int_equal(read_in(utc, sw_buf_text(&text)), -SW_EPARSE);
    assert_string_equal(sw_buf_text(&faults), "f:10002:1: more than 10000 rows\n");
    done();
    sw_buf_deinit(&text);
}

static void test_clock_changes(void **state) {
    (void)state;
    assert_int_equal(read_in(berlin, HEADER "2026-03-29,duty,a,02:30,08:00\n2026-10-25,duty,a,02:30,08:00\n"
                                            "2026-10-24,lead,b,20:00,02:00\n2026-10-25,lead,b,03:00,04:00\n"),
                     0);
    assert_int_equal(rota.rows[0].from_ms, at("2026-03-29T03:00:00+02:00")); /* the instant of the change */
    assert_int_equal(rota.rows[0].to_ms - rota.rows[0].from_ms, 5 * HOUR);
    assert_int_equal(rota.rows[1].from_ms, at("2026-10-25T02:30:00+02:00")); /* the first of the two */
    assert_int_equal(rota.rows[1].to_ms - rota.rows[1].from_ms, 13 * HOUR / 2);
    assert_int_equal(rota.rows[2].to_ms, at("2026-10-25T02:00:00+02:00"));
    assert_int_equal(rota.rows[3].from_ms, at("2026-10-25T03:00:00+01:00")); /* shown once: no remark */
    assert_string_equal(sw_buf_text(&remarks),
                        "f:2:19: clocks skip 02:30 that day: 2026-03-29T03:00:00+02:00 is taken\n"
                        "f:3:19: clocks show twice 02:30 that day: 2026-10-25T02:30:00+02:00 is taken\n"
                        "f:4:25: clocks show twice 02:00 that day: 2026-10-25T02:00:00+02:00 is taken\n");
    done();
    assert_int_equal(read_in(berlin, HEADER "2026-03-29,duty,a,02:10,02:50\n"), -SW_EPARSE);
    assert_string_equal(sw_buf_text(&faults), "f:2:25: to: 02:50: no time of the duty exists that day\n");
    done();
}

static void test_overlaps_are_remarked(void **state) {
    (void)state;
    assert_int_equal(read_in(utc, HEADER "2026-11-23,duty,a,08:00,16:30\n2026-11-23,lead,c,08:00,20:00\n"
                                         "2026-11-23,duty,b,16:00,23:00\n2026-11-23,duty,d,23:00,08:00\n"),
                     0);
    assert_string_equal(sw_buf_text(&remarks),
                        "f:4:1: the duty of line 2 still runs: from 2026-11-23T16:00:00+00:00 on this one counts\n");
    done();
}

/* ---- who is on duty ---- */

static void set(struct sw_duty *duty, const char *rows) {
    struct sw_buf text;
    sw_buf_init(&text, 1 << 20);
    sw_buf_puts(&text, HEADER);
    sw_buf_puts(&text, rows);
    assert_int_equal(read_in(utc, sw_buf_text(&text)), 0);
    assert_int_equal(sw_duty_set_rota(duty, &rota), 0);
    done();
    sw_buf_deinit(&text);
}

static int hand_over(struct sw_duty *duty, const char *id, const char *person, int64_t from_h, int64_t to_h) {
    return sw_duty_hand_over(duty, &(struct sw_handover){.id = id, .person = person, .from_ms = MIDNIGHT + from_h * HOUR,
                                                         .to_ms = MIDNIGHT + to_h * HOUR, .by = "x"});
}

/* PERSON (NULL nobody) is on duty HOUR hours after midnight, until UNTIL. */
static void assert_on(const struct sw_duty *duty, int64_t hour, const char *person, int64_t until) {
    struct sw_on_duty on;
    int r = sw_duty_at(duty, MIDNIGHT + hour * HOUR, &on);
    assert_int_equal(r, person ? 0 : -SW_ENOENT);
    if (!person) return;
    assert_string_equal(on.person, person);
    assert_int_equal(on.until_ms, MIDNIGHT + until * HOUR);
    assert_int_equal(sw_duty_next_change(duty, MIDNIGHT + hour * HOUR), on.until_ms);
}

static void test_who_is_on_duty(void **state) {
    (void)state;
    struct sw_duty *duty = sw_duty_new();
    assert_on(duty, 8, NULL, 0);
    assert_int_equal(sw_duty_next_change(duty, MIDNIGHT), INT64_MAX);
    set(duty, "2026-11-23,duty,a,08:00,17:00\n2026-11-23,duty,b,16:00,20:00\n2026-11-23,lead,z,00:00,23:00\n"
              "2026-11-23,duty,b,20:00,08:00\n");
    assert_on(duty, 7, NULL, 0); /* a lead is not on duty */
    assert_int_equal(sw_duty_next_change(duty, MIDNIGHT), MIDNIGHT + 8 * HOUR);
    assert_on(duty, 8, "a", 16); /* relieved: of two, who began last */
    assert_on(duty, 15, "a", 16);
    assert_on(duty, 16, "b", 32); /* two rows that touch */
    assert_on(duty, 31, "b", 32);
    assert_on(duty, 32, NULL, 0);
    struct sw_duty_overlap overlap;
    assert_true(sw_duty_next_overlap(duty, MIDNIGHT, MIDNIGHT + 48 * HOUR, &overlap));
    assert_string_equal(overlap.first->person, "a");
    assert_string_equal(overlap.second->person, "b");
    assert_int_equal(overlap.span.start_ms, MIDNIGHT + 16 * HOUR);
    assert_int_equal(overlap.span.end_ms, MIDNIGHT + 17 * HOUR);
    assert_false(sw_duty_next_overlap(duty, MIDNIGHT + 17 * HOUR, MIDNIGHT + 48 * HOUR, &overlap));
    assert_false(sw_duty_next_overlap(duty, MIDNIGHT, MIDNIGHT + 16 * HOUR, &overlap));
    sw_duty_free(duty);
}

static void test_an_overlap_behind_ones_own_rows(void **state) {
    (void)state;
    struct sw_duty *duty = sw_duty_new();
    struct sw_duty_overlap overlap;
    set(duty, "2026-11-23,duty,a,08:00,17:00\n2026-11-23,duty,a,09:00,20:00\n"); /* nobody is relieved early */
    assert_false(sw_duty_next_overlap(duty, MIDNIGHT, MIDNIGHT + 48 * HOUR, &overlap));
    set(duty, "2026-11-23,duty,b,08:00,12:00\n2026-11-23,duty,a,12:00,20:00\n2026-11-23,duty,a,13:00,14:00\n"
              "2026-11-23,duty,b,15:00,16:00\n");
    assert_true(sw_duty_next_overlap(duty, MIDNIGHT, MIDNIGHT + 48 * HOUR, &overlap));
    assert_int_equal(overlap.span.start_ms, MIDNIGHT + 15 * HOUR);
    assert_int_equal(overlap.span.end_ms, MIDNIGHT + 16 * HOUR);
    sw_duty_free(duty);
}

static void test_hand_overs(void **state) {
    (void)state;
    struct sw_duty *duty = sw_duty_new();
    set(duty, "2026-11-23,duty,a,08:00,20:00\n");
    uint64_t version = sw_duty_version(duty);
    assert_int_equal(hand_over(duty, "1", "b", 10, 14), 0);
    assert_int_equal(hand_over(duty, "2", "c", 12, 22), 0); /* the latest wins, also where nobody was */
    assert_true(sw_duty_version(duty) > version);
    assert_on(duty, 9, "a", 10);
    assert_on(duty, 10, "b", 12);
    assert_on(duty, 13, "c", 22);
    assert_on(duty, 22, NULL, 0);
    version = sw_duty_version(duty);
    assert_int_equal(hand_over(duty, "2", "d", 8, 9), -SW_EBUSY);
    assert_int_equal(hand_over(duty, "3", "d", 9, 9), -SW_EINVAL);
    assert_int_equal(hand_over(duty, "3", "", 8, 9), -SW_EINVAL);
    assert_int_equal(hand_over(duty, NULL, "d", 8, 9), -SW_EINVAL);
    assert_int_equal(sw_duty_undo(duty, "3"), -SW_ENOENT);
    assert_int_equal(sw_duty_version(duty), version);
    assert_int_equal(sw_duty_undo(duty, "2"), 0);
    assert_int_equal(sw_duty_undo(duty, "2"), -SW_EBUSY);
    assert_int_equal(hand_over(duty, "2", "d", 8, 9), -SW_EBUSY);
    assert_on(duty, 13, "b", 14);
    assert_on(duty, 14, "a", 20);
    assert_on(duty, 20, NULL, 0);
    assert_int_equal(hand_over(duty, "4", "a", 20, 24), 0); /* stays on */
    assert_on(duty, 14, "a", 24);
    sw_duty_forget(duty, MIDNIGHT + 21 * HOUR);
    assert_on(duty, 14, NULL, 0);
    assert_on(duty, 20, "a", 24);
    assert_int_equal(hand_over(duty, "1", "e", 21, 23), 0); /* that of this id is forgotten */
    assert_on(duty, 20, "a", 21);
    assert_on(duty, 21, "e", 23);
    sw_duty_free(duty);
}

static void test_dates_are_replaced(void **state) {
    (void)state;
    struct sw_duty *duty = sw_duty_new();
    set(duty, "2026-11-23,duty,a,08:00,20:00\n2026-11-23,duty,b,20:00,08:00\n2026-11-24,duty,c,08:00,20:00\n");
    set(duty, "2026-11-23,duty,d,09:00,18:00\n");
    assert_int_equal(sw_duty_row_count(duty), 2);
    assert_on(duty, 8, NULL, 0);
    assert_on(duty, 9, "d", 18);
    assert_on(duty, 24, NULL, 0); /* what began on the 23rd went with it */
    assert_on(duty, 32, "c", 44);
    struct sw_buf out;
    sw_buf_init(&out, 4096);
    sw_view_write_duty(duty, &out);
    assert_string_equal(sw_buf_text(&out),
                        "{\"duty\":[{\"date\":\"2026-11-23\",\"role\":\"duty\",\"person\":\"d\",\"from\":1795424400000,"
                        "\"to\":1795456800000},{\"date\":\"2026-11-24\",\"role\":\"duty\",\"person\":\"c\","
                        "\"from\":1795507200000,\"to\":1795550400000}]}");
    sw_buf_deinit(&out);
    sw_duty_free(duty);
}

static void test_caps(void **state) {
    (void)state;
    struct sw_duty *duty = sw_duty_new();
    struct sw_rota_row *rows = calloc(SW_ROTA_ROWS_MAX, sizeof *rows);
    char person[] = "p", id[16];
    assert_non_null(rows);
    for (int day = 1; day <= 3; day++) {
        for (size_t i = 0; i < SW_ROTA_ROWS_MAX; i++) {
            snprintf(rows[i].date, sizeof rows[i].date, "2026-11-%02d", day);
            rows[i].person = person;
            rows[i].from_ms = MIDNIGHT + (int64_t)(i % 97) * HOUR;
            rows[i].to_ms = rows[i].from_ms + HOUR;
        }
        int r = sw_duty_set_rota(duty, &(struct sw_rota){rows, SW_ROTA_ROWS_MAX});
        assert_int_equal(r, day < 3 ? 0 : -SW_ELIMIT);
        assert_int_equal(sw_duty_row_count(duty), day < 3 ? (size_t)day * SW_ROTA_ROWS_MAX : SW_DUTY_ROWS_MAX);
    }
    assert_on(duty, 0, "p", 97);
    free(rows);
    for (int i = 0; i < SW_DUTY_HANDOVERS_MAX; i++) {
        snprintf(id, sizeof id, "%d", i);
        assert_int_equal(hand_over(duty, id, "q", i % 50, i % 50 + 1), 0);
    }
    assert_int_equal(hand_over(duty, "one more", "q", 1, 2), -SW_ELIMIT);
    assert_on(duty, 0, "q", 50);
    sw_duty_free(duty);
}

/* Against the rule as it reads, minute by minute. */
static void test_any_rota(void **state) {
    (void)state;
    static const char *const people[] = {"a", "b", "c", "d"};
    unsigned seed = 7;
    for (int round = 0; round < 60; round++) {
        struct sw_duty *duty = sw_duty_new();
        struct sw_rota_row rows[12];
        struct sw_handover given[8];
        bool undone[8];
        char ids[8][4];
        for (size_t i = 0; i < 12; i++) {
            seed = seed * 1103515245u + 12345u;
            int64_t from = seed >> 16 & 63, length = 1 + (seed >> 24 & 15);
            rows[i] = (struct sw_rota_row){.date = "2026-11-23", .role = seed >> 8 & 7 ? SW_DUTY_DUTY : SW_DUTY_LEAD,
                                           .person = (char *)(uintptr_t)people[seed >> 12 & 3], .from_ms = from, .to_ms = from + length};
        }
        assert_int_equal(sw_duty_set_rota(duty, &(struct sw_rota){rows, 12}), 0);
        for (size_t i = 0; i < 8; i++) {
            seed = seed * 1103515245u + 12345u;
            int64_t from = seed >> 16 & 63;
            snprintf(ids[i], sizeof ids[i], "%zu", i);
            given[i] = (struct sw_handover){.id = ids[i], .person = people[seed >> 12 & 3], .from_ms = from, .to_ms = from + 1 + (seed >> 24 & 7)};
            undone[i] = (seed >> 9 & 3) == 0;
            assert_int_equal(sw_duty_hand_over(duty, &given[i]), 0);
            if (undone[i]) assert_int_equal(sw_duty_undo(duty, ids[i]), 0);
        }
        for (int64_t t = -1; t < 90; t++) {
            const char *want = NULL;
            int64_t began = INT64_MIN;
            for (size_t i = 0; i < 12; i++) {
                if (rows[i].role != SW_DUTY_DUTY || t < rows[i].from_ms || t >= rows[i].to_ms || rows[i].from_ms < began) continue;
                want = rows[i].person;
                began = rows[i].from_ms;
            }
            for (size_t i = 0; i < 8; i++)
                if (!undone[i] && t >= given[i].from_ms && t < given[i].to_ms) want = given[i].person;
            struct sw_on_duty on = {0}, then = {0};
            assert_int_equal(sw_duty_at(duty, t, &on), want ? 0 : -SW_ENOENT);
            if (!want) continue;
            assert_string_equal(on.person, want);
            assert_true(on.from_ms <= t && t < on.until_ms);
            if (sw_duty_at(duty, on.until_ms, &then) == 0) assert_string_not_equal(then.person, want);
        }
        sw_duty_free(duty);
    }
}

/* ---- gaps ---- */

static void assert_gap(const struct sw_duty *duty, struct sw_opening opening, int64_t from, int64_t to, int64_t start,
                       int64_t end) {
    struct sw_span gap = {0};
    bool found = sw_duty_next_gap(duty, opening, utc, MIDNIGHT + from * HOUR, MIDNIGHT + to * HOUR, &gap);
    assert_int_equal(found, start < end);
    if (!found) return;
    assert_int_equal(gap.start_ms, MIDNIGHT + start * HOUR);
    assert_int_equal(gap.end_ms, MIDNIGHT + end * HOUR);
}

static void test_gaps(void **state) {
    (void)state;
    struct sw_duty *duty = sw_duty_new();
    assert_gap(duty, SW_OPENING_ALWAYS, 3, 50, 3, 50); /* nobody ever: one gap over two midnights */
    assert_gap(duty, daytime, 3, 50, 8, 22);
    assert_gap(duty, daytime, 22, 32, 0, 0); /* closed */
    set(duty, "2026-11-23,duty,a,08:00,14:00\n2026-11-23,duty,b,15:00,22:00\n2026-11-24,duty,c,06:00,22:00\n");
    assert_gap(duty, daytime, 0, 96, 14, 15);
    assert_gap(duty, daytime, 15, 96, 56, 70); /* the 24th is covered, the 25th is not */
    assert_gap(duty, SW_OPENING_ALWAYS, 0, 96, 0, 8);
    assert_gap(duty, SW_OPENING_ALWAYS, 15, 96, 22, 30); /* over midnight: one */
    assert_gap(duty, SW_OPENING_ALWAYS, 15, 25, 22, 25); /* as far as asked for */
    assert_gap(duty, night, 9, 96, 22, 30);
    assert_gap(duty, night, 30, 44, 0, 0);
    struct sw_span gap;
    assert_false(sw_duty_gap_at(duty, daytime, utc, MIDNIGHT + 10 * HOUR, &gap));
    assert_false(sw_duty_gap_at(duty, daytime, utc, MIDNIGHT + 23 * HOUR, &gap));
    assert_true(sw_duty_gap_at(duty, daytime, utc, MIDNIGHT + 14 * HOUR, &gap));
    assert_int_equal(gap.start_ms, MIDNIGHT + 14 * HOUR);
    assert_int_equal(gap.end_ms, MIDNIGHT + 15 * HOUR);
    assert_true(sw_duty_gap_at(duty, SW_OPENING_ALWAYS, utc, MIDNIGHT + 29 * HOUR, &gap));
    assert_int_equal(gap.start_ms, MIDNIGHT + 22 * HOUR); /* since yesterday */
    assert_int_equal(gap.end_ms, MIDNIGHT + 30 * HOUR);
    assert_true(sw_duty_gap_at(duty, daytime, utc, MIDNIGHT + 60 * HOUR, &gap));
    assert_int_equal(gap.start_ms, MIDNIGHT + 56 * HOUR); /* when the hours began */
    assert_int_equal(gap.end_ms, MIDNIGHT + 70 * HOUR);
    assert_true(sw_duty_gap_at(duty, SW_OPENING_ALWAYS, utc, MIDNIGHT + 7 * HOUR, &gap));
    assert_int_equal(gap.start_ms, MIDNIGHT); /* nobody before: since that day began */
    assert_int_equal(gap.end_ms, MIDNIGHT + 8 * HOUR);
    sw_duty_free(duty);
}

static void test_extreme_times(void **state) {
    (void)state;
    struct sw_duty *duty = sw_duty_new();
    struct sw_span gap;
    assert_true(sw_duty_next_gap(duty, SW_OPENING_ALWAYS, utc, MIDNIGHT, INT64_MAX, &gap));
    assert_true(gap.end_ms - gap.start_ms >= 400 * 24 * HOUR); /* as far as is looked */
    assert_false(sw_duty_next_gap(duty, daytime, utc, INT64_MAX - 1, INT64_MAX, &gap));
    assert_false(sw_duty_next_gap(duty, daytime, utc, 10, 10, &gap));
    set(duty, "2026-11-23,duty,a,08:00,20:00\n");
    assert_int_equal(sw_duty_next_change(duty, INT64_MIN), MIDNIGHT + 8 * HOUR);
    assert_int_equal(sw_duty_next_change(duty, INT64_MAX), INT64_MAX);
    sw_duty_free(duty);
    sw_duty_free(NULL);
}

static void assert_opening(struct sw_opening opening, const char *t, const char *day_start, int64_t day_h, const char *open,
                           int64_t open_h) {
    struct sw_span day, hours;
    sw_opening_of_day(opening, berlin, at(t), &day, &hours);
    assert_int_equal(day.start_ms, at(day_start));
    assert_int_equal(day.end_ms - day.start_ms, day_h * HOUR);
    assert_int_equal(hours.start_ms, at(open));
    assert_int_equal(hours.end_ms - hours.start_ms, open_h * HOUR);
}

static void test_opening_hours(void **state) {
    (void)state;
    assert_opening(SW_OPENING_ALWAYS, "2026-03-29T12:00:00+02:00", "2026-03-29T00:00:00+01:00", 23,
                   "2026-03-29T00:00:00+01:00", 23);
    assert_opening(SW_OPENING_ALWAYS, "2026-10-25T23:59:00+01:00", "2026-10-25T00:00:00+02:00", 25,
                   "2026-10-25T00:00:00+02:00", 25);
    assert_opening(daytime, "2026-10-25T03:00:00+01:00", "2026-10-25T00:00:00+02:00", 25, "2026-10-25T08:00:00+01:00", 14);
    assert_opening(night, "2026-10-25T03:00:00+01:00", "2026-10-24T20:00:00+02:00", 25, "2026-10-24T20:00:00+02:00", 13);
    assert_opening(night, "2026-03-28T20:00:00+01:00", "2026-03-28T20:00:00+01:00", 23, "2026-03-28T20:00:00+01:00", 11);
    assert_opening(night, "2026-06-01T19:59:59+02:00", "2026-05-31T20:00:00+02:00", 24, "2026-05-31T20:00:00+02:00", 12);
    assert_opening((struct sw_opening){8 * HOUR, 8 * HOUR}, "2026-06-01T07:00:00+02:00", "2026-05-31T08:00:00+02:00", 24,
                   "2026-05-31T08:00:00+02:00", 24);
    assert_opening((struct sw_opening){2 * HOUR, 3 * HOUR}, "2026-03-29T07:00:00+02:00", "2026-03-29T00:00:00+01:00", 23,
                   "2026-03-29T03:00:00+02:00", 0); /* the hour that is skipped */
}

static void test_days_off(void **state) {
    (void)state;
    struct sw_days_off off = {0};
    assert_int_equal(sw_days_off_add(&off, "sunday"), 0);
    assert_int_equal(sw_days_off_add(&off, "saturday"), 0);
    assert_int_equal(sw_days_off_add(&off, "2026-11-25"), 0);
    assert_int_equal(sw_days_off_add(&off, "sun"), -SW_EPARSE);
    assert_int_equal(sw_days_off_add(&off, "2026-02-30"), -SW_EPARSE);
    assert_true(sw_is_day_off(&off, 2026, 11, 22) && sw_is_day_off(&off, 2026, 11, 28) && sw_is_day_off(&off, 2026, 11, 25));
    assert_false(sw_is_day_off(&off, 2026, 11, 23) || sw_is_day_off(&off, 2026, 11, 27) || sw_is_day_off(NULL, 2026, 11, 22));
    struct sw_opening opening = daytime, nights = night;
    opening.off = nights.off = &off;
    struct sw_span day, open;
    sw_opening_of_day(opening, utc, MIDNIGHT + 58 * HOUR, &day, &open); /* Wednesday the 25th */
    assert_int_equal(day.end_ms - day.start_ms, 24 * HOUR);
    assert_int_equal(open.start_ms, open.end_ms);
    /* the night that began on Tuesday ends on the day off; on that none begins */
    sw_opening_of_day(nights, utc, MIDNIGHT + 50 * HOUR, &day, &open);
    assert_int_equal(open.end_ms - open.start_ms, 12 * HOUR);
    sw_opening_of_day(nights, utc, MIDNIGHT + 74 * HOUR, &day, &open);
    assert_int_equal(open.end_ms, open.start_ms);
    /* nobody on duty is no gap then; the next one begins on Thursday, and over the weekend on Monday */
    struct sw_duty *duty = sw_duty_new();
    struct sw_span gap;
    assert_false(sw_duty_gap_at(duty, opening, utc, MIDNIGHT + 58 * HOUR, &gap));
    assert_true(sw_duty_next_gap(duty, opening, utc, MIDNIGHT + 50 * HOUR, MIDNIGHT + 200 * HOUR, &gap));
    assert_int_equal(gap.start_ms, MIDNIGHT + 80 * HOUR);
    assert_true(sw_duty_next_gap(duty, opening, utc, MIDNIGHT + 119 * HOUR, MIDNIGHT + 300 * HOUR, &gap));
    assert_int_equal(gap.start_ms, MIDNIGHT + 176 * HOUR);
    sw_duty_free(duty);
    for (int i = 0; off.count < SW_DAYS_OFF_MAX; i++) {
        char date[32];
        (void)snprintf(date, sizeof date, "%d-01-%02d", 2027 + i / 31, 1 + i % 31);
        assert_int_equal(sw_days_off_add(&off, date), 0);
    }
    assert_int_equal(sw_days_off_add(&off, "2099-01-01"), -SW_ELIMIT);
}

static int set_up(void **state) {
    (void)state;
    utc = sw_zone_utc();
    berlin = sw_zone_load("Europe/Berlin");
    return berlin ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    sw_zone_free(utc);
    sw_zone_free(berlin);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_messages_are_bounded),
        cmocka_unit_test(test_clock_changes),
        cmocka_unit_test(test_overlaps_are_remarked),
        cmocka_unit_test(test_who_is_on_duty),
        cmocka_unit_test(test_an_overlap_behind_ones_own_rows),
        cmocka_unit_test(test_hand_overs),
        cmocka_unit_test(test_dates_are_replaced),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_any_rota),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_opening_hours),
        cmocka_unit_test(test_days_off)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
