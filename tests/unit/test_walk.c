/* Floor walks: days worked by hand, the ranking of the list, records in right and wrong states, and that a restart gives
 * the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/json_strict.h"
#include "codec/view_walk.h"
#include "core/zone.h"
#include "io/zone_load.h"
#include "shiftwall/walk.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY "2026-11-23T"
#define ZONE ":00+01:00"

static const struct sw_opening daytime = {8 * HOUR, 22 * HOUR}, night = {20 * HOUR, 8 * HOUR};

static struct sw_zone *berlin;
static struct sw_policy policy;
static struct sw_duty *duty;
static struct sw_walks *walks;

static int64_t at(const char *text) {
    int64_t t_ms = -1;
    assert_int_equal(sw_parse_rfc3339(text, &t_ms), 0);
    return t_ms;
}

/* HH:MM of 23 November. */
static int64_t clock_at(const char *hhmm) {
    char text[40];
    snprintf(text, sizeof text, DAY "%s" ZONE, hhmm);
    return at(text);
}

static void begin(struct sw_opening opening) {
    sw_policy_init(&policy);
    duty = sw_duty_new();
    walks = sw_walks_new(&policy, berlin, opening, duty);
}

static void end(void) {
    sw_walks_free(walks);
    sw_duty_free(duty);
    sw_policy_deinit(&policy);
}

static void on_duty(const char *id, const char *person, int64_t from_ms, int64_t to_ms) {
    struct sw_handover h = {.id = id, .person = person, .from_ms = from_ms, .to_ms = to_ms};
    assert_int_equal(sw_duty_hand_over(duty, &h), 0);
}

static int start_with(const char *walk, const char *hhmm, const struct sw_walk_item *items, size_t count) {
    return sw_walks_start(walks, &(struct sw_walk_start){.walk = walk, .by = "zhang", .at_ms = clock_at(hhmm),
                                                         .items = items, .item_count = count});
}

static int start(const char *walk, const char *hhmm) { return start_with(walk, hhmm, NULL, 0); }
static int finish(const char *walk, const char *hhmm) { return sw_walks_close(walks, walk, "zhang", clock_at(hhmm)); }

static struct sw_walk walk_of(const char *id) {
    struct sw_walk walk = {0};
    assert_int_equal(sw_walks_find(walks, id, &walk), 0);
    return walk;
}

static void assert_today(int64_t due, int64_t done, int64_t missed) {
    struct sw_walk_compliance today;
    sw_walks_today(walks, &today);
    assert_int_equal(today.due, due);
    assert_int_equal(today.done, done);
    assert_int_equal(today.missed, missed);
}

/* The walks due in [from, to), as their ids with spaces between. */
static const char *due_in(const char *from, const char *to) {
    static char text[4096];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sw_walks_count(walks); i++) {
        struct sw_walk walk;
        sw_walks_get(walks, i, &walk);
        if (walk.due_ms < at(from) || walk.due_ms >= at(to)) continue;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? " " : "", walk.id);
        assert_true(len < sizeof text);
    }
    return text;
}

/* ---- when walks are due ---- */

static void test_a_day_of_fourteen_hours(void **state) {
    (void)state;
    begin(daytime);
    sw_walks_advance(walks, clock_at("23:59"));
    assert_string_equal(due_in("2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00"),
                        DAY "08:00 " DAY "09:00 " DAY "10:00 " DAY "11:00 " DAY "12:00 " DAY "13:00 " DAY "14:00 " DAY "15:00 "
                        DAY "16:00 " DAY "17:00 " DAY "18:00 " DAY "19:00 " DAY "20:00 " DAY "21:00");
    assert_int_equal(sw_walks_next_due(walks), at("2026-11-24T08:00:00+01:00"));
    assert_today(14, 0, 14);
    end();
}

static void test_spring_has_twenty_three(void **state) {
    (void)state;
    begin(SW_OPENING_ALWAYS);
    sw_walks_advance(walks, at("2026-03-29T23:59:00+02:00"));
    assert_string_equal(due_in("2026-03-29T00:00:00+01:00", "2026-03-29T06:00:00+02:00"),
                        "2026-03-29T00:00 2026-03-29T01:00 2026-03-29T03:00 2026-03-29T04:00 2026-03-29T05:00");
    assert_today(23, 0, 23); /* 23:00 was missed at 23:30 */
    assert_int_equal(sw_walks_next_due(walks), at("2026-03-30T00:00:00+02:00"));
    end();
}

static void test_autumn_has_twenty_five(void **state) {
    (void)state;
    begin(SW_OPENING_ALWAYS);
    sw_walks_advance(walks, at("2026-10-25T23:59:00+01:00"));
    assert_string_equal(due_in("2026-10-25T00:00:00+02:00", "2026-10-25T05:00:00+01:00"),
                        "2026-10-25T00:00 2026-10-25T01:00 2026-10-25T02:00+0200 2026-10-25T02:00+0100 "
                        "2026-10-25T03:00 2026-10-25T04:00");
    assert_int_equal(walk_of("2026-10-25T02:00+0100").due_ms, at("2026-10-25T02:00:00+01:00"));
    assert_int_equal(walk_of("2026-10-25T02:00+0200").due_ms, at("2026-10-25T02:00:00+02:00"));
    struct sw_walk none;
    assert_int_equal(sw_walks_find(walks, "2026-10-25T02:00", &none), -SW_ENOENT);
    assert_today(25, 0, 25);
    assert_int_equal(sw_walks_count(walks), 24 + 25);
    end();
}

/* From 20:00 on the 24th the night of the clock change has 13 hours; the clock is not looked at in between. */
static void test_over_midnight(void **state) {
    (void)state;
    begin(night);
    sw_walks_advance(walks, at("2026-10-25T07:59:00+01:00"));
    assert_string_equal(due_in("2026-10-24T12:00:00+02:00", "2026-10-25T12:00:00+01:00"),
                        "2026-10-24T20:00 2026-10-24T21:00 2026-10-24T22:00 2026-10-24T23:00 2026-10-25T00:00 "
                        "2026-10-25T01:00 2026-10-25T02:00+0200 2026-10-25T02:00+0100 2026-10-25T03:00 2026-10-25T04:00 "
                        "2026-10-25T05:00 2026-10-25T06:00 2026-10-25T07:00");
    assert_today(13, 0, 13);
    assert_int_equal(sw_walks_next_due(walks), at("2026-10-25T20:00:00+01:00"));
    sw_walks_advance(walks, at("2026-10-25T19:59:59+01:00"));
    assert_today(13, 0, 13); /* the night counts until the next */
    sw_walks_advance(walks, at("2026-10-25T20:00:00+01:00"));
    assert_today(0, 0, 0);
    assert_string_equal(due_in("2026-10-25T12:00:00+01:00", "2026-10-26T12:00:00+01:00"), "2026-10-25T20:00");
    end();
}

static void test_an_odd_rhythm(void **state) {
    (void)state;
    begin((struct sw_opening){8 * HOUR, 10 * HOUR});
    policy.walk_every_ms = 50 * MINUTE + 30000;
    sw_walks_advance(walks, clock_at("12:00"));
    assert_string_equal(due_in("2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00"),
                        DAY "08:00 " DAY "08:50:30 " DAY "09:41");
    policy.rule[SW_RULE_WALK].on = false;
    sw_walks_review(walks);
    assert_int_equal(sw_walks_next_due(walks), INT64_MAX);
    struct sw_walk_alert alerts[8];
    assert_int_equal(sw_walks_alerts(walks, alerts, 8), 0);
    end();
}

static void test_two_days_are_kept(void **state) {
    (void)state;
    begin(SW_OPENING_ALWAYS);
    sw_walks_advance(walks, at("2026-11-23T12:00:00+01:00"));
    assert_int_equal(sw_walks_count(walks), 24 + 13);
    sw_walks_advance(walks, at("2026-11-24T00:00:00+01:00"));
    assert_int_equal(sw_walks_count(walks), 24 + 1);
    assert_string_equal(walk_of(DAY "00:00").id, DAY "00:00");
    sw_walks_advance(walks, at("2027-02-01T00:30:00+01:00")); /* months later at once */
    assert_int_equal(sw_walks_count(walks), 24 + 1);
    assert_int_equal(start(DAY "10:00", "10:00"), -SW_ENOENT);
    end();
}

static void test_the_cap_of_walks(void **state) {
    (void)state;
    begin(SW_OPENING_ALWAYS);
    policy.walk_every_ms = MINUTE; /* no policy file may say so */
    sw_walks_advance(walks, clock_at("12:00"));
    assert_int_equal(sw_walks_count(walks), SW_WALKS_KEPT_MAX);
    struct sw_walk last;
    sw_walks_get(walks, SW_WALKS_KEPT_MAX - 1, &last);
    assert_string_equal(last.id, DAY "12:00"); /* the oldest gave way */
    end();
}

static void test_a_site_that_is_new(void **state) {
    (void)state;
    begin(SW_OPENING_ALWAYS);
    sw_walks_begin(walks, clock_at("09:30"));
    sw_walks_advance(walks, clock_at("09:30"));
    assert_int_equal(sw_walks_count(walks), 0);
    assert_int_equal(sw_walks_next_due(walks), clock_at("10:00"));
    struct sw_walk_alert alert;
    assert_int_equal(sw_walks_alerts(walks, &alert, 1), 1);
    assert_int_equal(alert.level, SW_WALK_LEVEL_GAP);
    assert_int_equal(alert.since_ms, clock_at("09:30"));
    end();
}

/* ---- reminders, missed, closed ---- */

/* The alerts as text: "REMINDER 2026-11-23T10:00 zhang 10:10". */
static const char *alerts_now(void) {
    static const char *const levels[] = {"due", "reminder", "missed", "gap"};
    static char text[4096];
    struct sw_walk_alert alerts[SW_WALKS_KEPT_MAX + 1];
    size_t len = 0, count = sw_walks_alerts(walks, alerts, SW_WALKS_KEPT_MAX + 1);
    text[0] = '\0';
    for (size_t i = 0; i < count && len < sizeof text; i++) {
        char since[SW_RFC3339_SIZE];
        sw_zone_format_rfc3339(berlin, alerts[i].since_ms, since);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s %s %s %.5s", i ? "; " : "", levels[alerts[i].level],
                                *alerts[i].walk ? alerts[i].walk + 11 : "-", alerts[i].person ? alerts[i].person : "-",
                                since + 11);
    }
    return text;
}

static void test_reminded_and_missed(void **state) {
    (void)state;
    begin(daytime);
    on_duty("h", "li", clock_at("00:00"), clock_at("23:00"));
    sw_walks_begin(walks, clock_at("00:00"));
    sw_walks_advance(walks, clock_at("07:00"));
    assert_int_equal(sw_walks_next_deadline(walks), clock_at("08:00"));
    sw_walks_advance(walks, clock_at("08:00") - 1);
    assert_int_equal(sw_walks_count(walks), 0);
    assert_int_equal(start(DAY "08:00", "07:59"), -SW_EBUSY); /* not due yet */
    assert_int_equal(finish(DAY "08:00", "07:59"), -SW_EBUSY);
    assert_int_equal(start(DAY "08:30", "07:59"), -SW_ENOENT);
    assert_int_equal(start("2026-11-23", "07:59"), -SW_ENOENT);
    sw_walks_advance(walks, clock_at("08:00"));
    assert_string_equal(alerts_now(), "due 08:00 li 08:00");
    assert_int_equal(sw_walks_next_deadline(walks), clock_at("08:10"));
    uint64_t version = sw_walks_version(walks);
    sw_walks_advance(walks, clock_at("08:10") - 1);
    assert_int_equal(sw_walks_version(walks), version); /* nothing was due */
    assert_int_equal(walk_of(DAY "08:00").reminded_ms, INT64_MAX);
    sw_walks_advance(walks, clock_at("08:10"));
    assert_true(sw_walks_version(walks) > version);
    assert_string_equal(alerts_now(), "reminder 08:00 li 08:10");
    assert_int_equal(walk_of(DAY "08:00").reminded_ms, clock_at("08:10"));
    assert_today(0, 0, 0);
    assert_int_equal(sw_walks_next_deadline(walks), clock_at("08:30"));
    sw_walks_advance(walks, clock_at("08:30"));
    assert_string_equal(alerts_now(), "missed 08:00 li 08:30");
    assert_today(1, 0, 1);
    sw_walks_advance(walks, clock_at("09:00"));
    assert_int_equal(start(DAY "08:00", "09:00"), -SW_EBUSY); /* the next one is due: it stays missed */
    assert_string_equal(alerts_now(), "missed 08:00 li 08:30; due 09:00 li 09:00");
    struct sw_walk current;
    assert_true(sw_walks_current(walks, &current));
    assert_string_equal(current.id, DAY "09:00");
    assert_int_equal(start(DAY "09:00", "09:05"), 0);
    assert_int_equal(start(DAY "09:00", "09:05"), -SW_EBUSY);
    assert_string_equal(alerts_now(), "missed 08:00 li 08:30");
    assert_int_equal(walk_of(DAY "09:00").reminded_ms, INT64_MAX);
    assert_int_equal(finish(DAY "09:00", "09:20"), 0);
    assert_string_equal(alerts_now(), ""); /* the floor was walked */
    assert_int_equal(finish(DAY "09:00", "09:20"), -SW_EBUSY);
    assert_today(2, 1, 1);
    assert_false(sw_walks_current(walks, &current));
    assert_string_equal(walk_of(DAY "09:00").closed_by, "zhang");
    end();
}

static void test_the_limits_themselves(void **state) {
    (void)state;
    begin(daytime);
    assert_int_equal(start(DAY "08:00", "08:10"), 0); /* not before the reminder */
    assert_int_equal(walk_of(DAY "08:00").reminded_ms, clock_at("08:10"));
    assert_int_equal(sw_walks_close(walks, DAY "08:00", "a", clock_at("08:30") - 1), 0);
    assert_int_equal(walk_of(DAY "08:00").missed_ms, INT64_MAX);
    assert_int_equal(start(DAY "09:00", "09:00"), 0);
    assert_int_equal(finish(DAY "09:00", "09:30"), 0); /* not before it was missed */
    assert_int_equal(walk_of(DAY "09:00").missed_ms, clock_at("09:30"));
    struct sw_walk_compliance c;
    sw_walks_compliance(walks, clock_at("08:00"), clock_at("09:00"), &c);
    assert_int_equal(c.done, 1);
    sw_walks_compliance(walks, clock_at("09:00"), clock_at("10:00"), &c);
    assert_int_equal(c.missed, 1);
    assert_int_equal(c.due, 1);
    end();
}

static void test_a_late_close_keeps_its_record(void **state) {
    (void)state;
    begin(daytime);
    sw_walks_begin(walks, clock_at("00:00"));
    const struct sw_walk_item item = {.kind = SW_WALK_IDLE, .subject = "agent:1"};
    assert_int_equal(start_with(DAY "08:00", "08:05", &item, 1), 0);
    sw_walks_advance(walks, clock_at("08:40"));
    assert_today(1, 0, 1);
    struct sw_walk current;
    sw_walks_advance(walks, clock_at("09:10"));
    assert_true(sw_walks_current(walks, &current)); /* who walks goes on with it */
    assert_string_equal(current.id, DAY "08:00");
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "agent:1", SW_TICK_HELPED, "zhang", clock_at("09:12")), 0);
    assert_int_equal(finish(DAY "08:00", "09:13"), 0);
    struct sw_walk walk = walk_of(DAY "08:00");
    assert_int_equal(walk.missed_ms, clock_at("08:30"));
    assert_int_equal(walk.closed_ms, clock_at("09:13"));
    assert_int_equal(walk.ticked, 1);
    assert_today(1, 0, 1);
    assert_true(sw_walks_current(walks, &current));
    assert_string_equal(current.id, DAY "09:00");
    assert_int_equal(current.reminded_ms, clock_at("09:10"));
    end();
}

static void test_a_missed_walk_started_before_the_next(void **state) {
    (void)state;
    begin(daytime);
    sw_walks_begin(walks, clock_at("00:00"));
    assert_int_equal(start(DAY "08:00", "08:45"), 0);
    assert_int_equal(finish(DAY "08:00", "08:50"), 0);
    assert_today(1, 0, 1);
    assert_string_equal(alerts_now(), "gap - - 08:00");
    end();
}

static void test_duty_and_gaps(void **state) {
    (void)state;
    begin(daytime);
    sw_walks_begin(walks, clock_at("00:00"));
    on_duty("a", "li", clock_at("08:00"), clock_at("09:30"));
    sw_walks_advance(walks, clock_at("07:00"));
    assert_string_equal(alerts_now(), ""); /* closed */
    assert_int_equal(start(DAY "08:00", "08:01"), 0);
    assert_int_equal(start(DAY "09:00", "09:01"), 0);
    assert_string_equal(walk_of(DAY "09:00").person, "li");
    assert_int_equal(finish(DAY "09:00", "09:02"), 0);
    assert_int_equal(sw_walks_next_deadline(walks), clock_at("09:30")); /* the duty ends */
    sw_walks_advance(walks, clock_at("09:30"));
    assert_string_equal(alerts_now(), "gap - - 09:30");
    assert_int_equal(sw_walks_next_deadline(walks), clock_at("10:00"));
    sw_walks_advance(walks, clock_at("10:00"));
    assert_null(walk_of(DAY "10:00").person);
    assert_string_equal(alerts_now(), "due 10:00 - 10:00; gap - - 09:30");
    on_duty("b", "wang", clock_at("10:00"), clock_at("12:00"));
    assert_int_equal(sw_walks_next_deadline(walks), INT64_MIN); /* the duty has changed */
    uint64_t version = sw_walks_version(walks);
    sw_walks_advance(walks, clock_at("10:00"));
    assert_true(sw_walks_version(walks) > version);
    assert_string_equal(alerts_now(), "due 10:00 wang 10:00");
    struct sw_walk_alert none[1];
    sw_walks_advance(walks, clock_at("12:30"));
    assert_int_equal(sw_walks_alerts(walks, none, 0), 4); /* 10, 11, 12, the gap */
    sw_walks_advance(walks, clock_at("22:00"));
    assert_null(strstr(alerts_now(), "gap"));
    end();
}

/* ---- the list ---- */

static void assert_order(const char *const *texts, size_t count) {
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++) {
            int order = sw_natural_order(texts[a], texts[b]);
            assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
        }
}

static void test_natural_order(void **state) {
    (void)state;
    static const char *const seats[] = {"",   "0",  "007", "07",  "7",   "7a",  "08",   "12",  "100", "18446744073709551617",
                                        "A",  "A-1", "A0", "A3",  "A03b", "A10", "A10-2", "A10-11", "B", "区1", "区10"};
    assert_order(seats, sizeof seats / sizeof *seats);
}

#define ITEM(kind_, subject_, seat_, ...) {.kind = SW_WALK_##kind_, .subject = subject_, .seat = seat_, __VA_ARGS__}

/* The subjects of a list. */
static const char *subjects(const struct sw_walk_item *items, size_t count) {
    static char text[1024];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && len < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i ? " " : "", items[i].subject);
    return text;
}

static void test_ranking(void **state) {
    (void)state;
    begin(daytime);
    const struct sw_walk_item items[] = {
        ITEM(TEAM, "team:B", NULL),
        ITEM(TEAM, "team:A", NULL),
        ITEM(IDLE, "agent:i12", "12"),
        ITEM(IDLE, "agent:i07", "07"),
        ITEM(ALERT, "agent:info", "01", .severity = SW_SEVERITY_INFO),
        ITEM(OVER_LIMIT, "agent:short", "02", .since_ms = 2000),
        ITEM(OVER_LIMIT, "agent:long", "90", .since_ms = 1000),
        ITEM(OVER_LIMIT, "agent:long2", "A3", .since_ms = 1000),
        ITEM(ALERT, "agent:w10", "A10", .severity = SW_SEVERITY_WARNING),
        ITEM(ALERT, "agent:w3", "A3", .severity = SW_SEVERITY_WARNING),
        ITEM(ALERT, "queue:sales", NULL, .severity = SW_SEVERITY_CRITICAL),
        ITEM(ALERT, "agent:c99", "99", .severity = SW_SEVERITY_CRITICAL),
        ITEM(OPEN, "agent:o", "00"),
    };
    struct sw_walk_item out[SW_WALK_ITEMS_MAX], again[SW_WALK_ITEMS_MAX], reversed[13];
    size_t count = sw_walks_list(walks, items, 13, out);
    const char *want = "agent:c99 queue:sales agent:w3 agent:w10 agent:long agent:long2 agent:short agent:i07 agent:i12 "
                       "team:A team:B agent:o agent:info";
    assert_string_equal(subjects(out, count), want);
    for (size_t i = 0; i < 13; i++) reversed[i] = items[12 - i];
    assert_string_equal(subjects(again, sw_walks_list(walks, reversed, 13, again)), want);
    assert_string_equal(subjects(again, sw_walks_list(walks, out, count, again)), want);
    end();
}

static void test_one_item_for_a_subject(void **state) {
    (void)state;
    begin(daytime);
    const struct sw_walk_item items[] = {
        ITEM(OPEN, "agent:1", "1", .text = "open"),
        ITEM(IDLE, "agent:1", "1", .text = "idle"),
        ITEM(ALERT, "agent:1", "1", .severity = SW_SEVERITY_WARNING, .since_ms = 20, .text = "later"),
        ITEM(ALERT, "agent:1", "1", .severity = SW_SEVERITY_WARNING, .since_ms = 10, .text = "warning"),
        ITEM(ALERT, "agent:1", "1", .severity = SW_SEVERITY_INFO, .text = "information"),
        ITEM(IDLE, "agent:2", "2", .text = "idle"),
        ITEM(ALERT, "agent:2", "2", .severity = SW_SEVERITY_INFO, .text = "information"),
    };
    struct sw_walk_item out[SW_WALK_ITEMS_MAX];
    assert_int_equal(sw_walks_list(walks, items, 7, out), 2);
    assert_string_equal(out[0].text, "warning");
    assert_string_equal(out[1].text, "idle");
    end();
}

static void test_the_caps_of_items(void **state) {
    (void)state;
    begin(daytime);
    char long_text[SW_WALK_TEXT_BYTES_MAX + 2], subject[300][16], note[SW_WALK_NOTE_BYTES_MAX + 2];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    memset(note, 'n', sizeof note - 1);
    note[sizeof note - 1] = '\0';
    struct sw_walk_item items[303];
    for (size_t i = 0; i < 300; i++) {
        snprintf(subject[i], sizeof subject[i], "agent:%03zu", i);
        items[i] = (struct sw_walk_item){.kind = i < 250 ? SW_WALK_IDLE : SW_WALK_OVER_LIMIT, .subject = subject[i], .since_ms = 5};
    }
    items[0].kind = SW_WALK_OVER_LIMIT;
    items[0].text = long_text;
    items[300] = (struct sw_walk_item){.kind = SW_WALK_ALERT, .subject = ""};
    items[301] = (struct sw_walk_item){.kind = SW_WALK_ALERT};
    items[302] = (struct sw_walk_item){.kind = SW_WALK_ALERT, .subject = long_text};
    assert_int_equal(start_with(DAY "08:00", "08:00", items, 303), 0);
    struct sw_walk walk = walk_of(DAY "08:00");
    assert_int_equal(walk.entry_count, SW_WALK_ITEMS_MAX);
    assert_string_equal(walk.entries[0].item.subject, "agent:000");
    assert_null(walk.entries[0].item.text); /* too long */
    assert_string_equal(walk.entries[1].item.subject, "agent:250");
    assert_string_equal(walk.entries[199].item.subject, "agent:149"); /* 51 over limits, 149 of 249 idle */
    assert_int_equal(sw_walks_note(walks, DAY "08:00", NULL, note, "a", clock_at("08:01")), -SW_ELIMIT);
    assert_null(walk_of(DAY "08:00").notes);
    note[SW_WALK_NOTE_BYTES_MAX] = '\0';
    assert_int_equal(sw_walks_note(walks, DAY "08:00", NULL, note, "a", clock_at("08:01")), 0);
    assert_int_equal(strlen(walk_of(DAY "08:00").notes), SW_WALK_NOTE_BYTES_MAX);
    end();
}

static void test_ticks_and_notes(void **state) {
    (void)state;
    begin(daytime);
    const struct sw_walk_item items[] = {ITEM(IDLE, "agent:1", "1"), ITEM(IDLE, "agent:2", "2")};
    int64_t t_ms = clock_at("08:01");
    sw_walks_advance(walks, t_ms);
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "agent:1", SW_TICK_SEEN, "li", t_ms), -SW_EBUSY);
    assert_int_equal(sw_walks_note(walks, DAY "08:00", NULL, "x", "li", t_ms), -SW_EBUSY);
    assert_int_equal(start_with(DAY "08:00", "08:01", items, 2), 0);
    uint64_t version = sw_walks_version(walks);
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "agent:3", SW_TICK_SEEN, "li", t_ms), -SW_ENOENT);
    assert_int_equal(sw_walks_note(walks, DAY "08:00", "agent:3", "x", "li", t_ms), -SW_ENOENT);
    assert_int_equal(sw_walks_tick(walks, DAY "08:01", "agent:1", SW_TICK_SEEN, "li", t_ms), -SW_ENOENT);
    assert_int_equal(sw_walks_tick(walks, DAY "09:00", "agent:1", SW_TICK_SEEN, "li", t_ms), -SW_EBUSY);
    assert_int_equal(sw_walks_version(walks), version);
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "agent:1", SW_TICK_SEEN, "li", t_ms), 0);
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "agent:1", SW_TICK_EXCUSED, "wang", t_ms + 1), 0);
    const struct sw_walk_entry *entry = &walk_of(DAY "08:00").entries[0];
    assert_int_equal(entry->tick, SW_TICK_EXCUSED);
    assert_string_equal(entry->by, "wang");
    assert_int_equal(entry->at_ms, t_ms + 1);
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "agent:1", SW_TICK_NONE, "li", t_ms + 2), 0);
    assert_null(entry->by);
    assert_int_equal(walk_of(DAY "08:00").ticked, 0);
    assert_int_equal(sw_walks_note(walks, DAY "08:00", "agent:1", "headset", "li", t_ms + 3), 0);
    assert_string_equal(entry->note, "headset");
    assert_string_equal(entry->by, "li");
    assert_int_equal(sw_walks_note(walks, DAY "08:00", "agent:1", "", "li", t_ms + 4), 0);
    assert_null(entry->note);
    assert_null(entry->by);
    assert_int_equal(sw_walks_note(walks, DAY "08:00", NULL, "quiet", "li", t_ms + 4), 0);
    assert_string_equal(walk_of(DAY "08:00").notes, "quiet");
    assert_int_equal(sw_walks_note(walks, DAY "08:00", NULL, NULL, "li", t_ms + 4), 0);
    assert_null(walk_of(DAY "08:00").notes);
    assert_int_equal(finish(DAY "08:00", "08:10"), 0);
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "agent:1", SW_TICK_SEEN, "li", t_ms), -SW_EBUSY);
    assert_int_equal(sw_walks_note(walks, DAY "08:00", NULL, "x", "li", t_ms), -SW_EBUSY);
    assert_int_equal(sw_tick_from_name("confirmed"), SW_TICK_CONFIRMED);
    assert_int_equal(sw_tick_from_name("none"), -1);
    assert_int_equal(sw_walk_kind_from_name("over_limit"), SW_WALK_OVER_LIMIT);
    assert_int_equal(sw_walk_kind_from_name("x"), -1);
    end();
}

static void test_open_items_are_carried_over(void **state) {
    (void)state;
    begin(daytime);
    const struct sw_walk_item items[] = {ITEM(OVER_LIMIT, "agent:1", "1", .since_ms = 7, .text = "break"),
                                         ITEM(IDLE, "agent:2", "2"), ITEM(TEAM, "team:A", NULL)};
    const struct sw_walk_item later[] = {ITEM(IDLE, "agent:9", "9"), ITEM(ALERT, "team:A", NULL, .severity = SW_SEVERITY_WARNING)};
    struct sw_walk_item out[SW_WALK_ITEMS_MAX];
    assert_int_equal(start_with(DAY "08:00", "08:01", items, 3), 0);
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "agent:2", SW_TICK_SEEN, "li", clock_at("08:02")), 0);
    assert_int_equal(sw_walks_list(walks, NULL, 0, out), 0); /* it is not closed yet */
    assert_int_equal(finish(DAY "08:00", "08:10"), 0);
    assert_string_equal(subjects(out, sw_walks_list(walks, NULL, 0, out)), "agent:1 team:A");
    assert_int_equal(out[0].kind, SW_WALK_OPEN);
    assert_int_equal(out[0].since_ms, 7);
    assert_string_equal(out[0].text, "break");
    assert_string_equal(subjects(out, sw_walks_list(walks, later, 2, out)), "team:A agent:9 agent:1");
    assert_int_equal(out[0].kind, SW_WALK_ALERT); /* there is a new reason */
    sw_walks_advance(walks, clock_at("09:40")); /* 09:00 is missed: nothing was looked at */
    assert_int_equal(start_with(DAY "10:00", "10:00", later, 2), 0);
    assert_int_equal(walk_of(DAY "10:00").entry_count, 3);
    assert_int_equal(sw_walks_tick(walks, DAY "10:00", "agent:1", SW_TICK_HELPED, "li", clock_at("10:01")), 0);
    assert_int_equal(sw_walks_tick(walks, DAY "10:00", "team:A", SW_TICK_SEEN, "li", clock_at("10:01")), 0);
    assert_int_equal(finish(DAY "10:00", "10:10"), 0);
    assert_string_equal(subjects(out, sw_walks_list(walks, NULL, 0, out)), "agent:9");
    end();
}

/* ---- the view ---- */

static const char *name_of(void *ctx, const char *person) {
    (void)ctx;
    return strcmp(person, "li") == 0 ? "李强" : NULL;
}

static char *view(const struct sw_walk_item *candidates, size_t count) {
    struct sw_buf out;
    sw_buf_init(&out, 1 << 20);
    sw_view_write_walk(walks, &(struct sw_view_walk){candidates, count, name_of, NULL}, &out);
    cJSON *tree = NULL;
    assert_int_equal(sw_json_parse(sw_buf_text(&out), out.len, 8, &tree), SW_JSON_OK);
    cJSON_Delete(tree);
    return sw_buf_detach(&out, NULL);
}

static void assert_view(const struct sw_walk_item *candidates, size_t count, const char *want) {
    char *json = view(candidates, count);
    assert_string_equal(json, want);
    free(json);
}

static void test_the_view(void **state) {
    (void)state;
    begin(daytime);
    sw_walks_begin(walks, clock_at("00:00")); /* 1795388400000 */
    const struct sw_walk_item items[] = {
        ITEM(TEAM, "team:A", NULL, .team = "A", .rule = "attendance.goal", .text = "93 %"),
        {SW_WALK_OVER_LIMIT, "agent:1001", "1001", "王\"芳\"", "07", "A", "break.allowances", SW_SEVERITY_WARNING, 1795417200000, "break"}};
    sw_walks_advance(walks, clock_at("07:59"));
    assert_view(NULL, 0, "{\"next\":1795417200000,\"every_ms\":3600000,\"today\":{\"due\":0,\"done\":0,\"missed\":0},\"past\":{}}");
    on_duty("h", "li", clock_at("08:00"), clock_at("10:00"));
    sw_walks_advance(walks, clock_at("08:00"));
#define LIST_1 "\"agent:1001\":{\"rank\":1,\"kind\":\"over_limit\",\"subject\":\"agent:1001\",\"agent\":\"1001\"," \
               "\"name\":\"王\\\"芳\\\"\",\"seat\":\"07\",\"team\":\"A\",\"rule\":\"break.allowances\",\"since\":1795417200000,\"text\":\"break\""
#define LIST_2 "\"team:A\":{\"rank\":2,\"kind\":\"team\",\"subject\":\"team:A\",\"team\":\"A\",\"rule\":\"attendance.goal\",\"text\":\"93 %\""
#define ON_DUTY "{\"duty\":{\"person\":\"li\",\"name\":\"李强\",\"until\":1795424400000},\"next\":1795420800000,\"every_ms\":3600000,"
    assert_view(items, 2, ON_DUTY "\"walk\":{\"id\":\"2026-11-23T08:00\",\"due\":1795417200000,\"state\":\"due\",\"items\":{" LIST_1
                "}," LIST_2 "}}},\"today\":{\"due\":0,\"done\":0,\"missed\":0},\"past\":{}}");
    sw_walks_advance(walks, clock_at("08:10"));
    assert_view(NULL, 0, ON_DUTY "\"walk\":{\"id\":\"2026-11-23T08:00\",\"due\":1795417200000,\"state\":\"reminded\",\"items\":{}},"
                "\"today\":{\"due\":0,\"done\":0,\"missed\":0},\"past\":{}}");
    assert_int_equal(start_with(DAY "08:00", "08:11", items, 2), 0);
    assert_int_equal(sw_walks_tick(walks, DAY "08:00", "team:A", SW_TICK_CONFIRMED, "zhang", clock_at("08:12")), 0);
    assert_int_equal(sw_walks_note(walks, DAY "08:00", "team:A", "two ill", "zhang", clock_at("08:13")), 0);
    assert_int_equal(sw_walks_note(walks, DAY "08:00", NULL, "loud", "zhang", clock_at("08:14")), 0);
    sw_walks_advance(walks, clock_at("08:30"));
#define STARTED "\"started\":1795417860000"
    assert_view(items, 1, ON_DUTY "\"walk\":{\"id\":\"2026-11-23T08:00\",\"due\":1795417200000,\"state\":\"started\",\"by\":\"zhang\"," STARTED
                ",\"items\":{" LIST_1 "}," LIST_2 ",\"tick\":\"confirmed\",\"note\":\"two ill\",\"by\":\"zhang\",\"at\":1795417980000}},"
                "\"notes\":\"loud\"},\"today\":{\"due\":1,\"done\":0,\"missed\":1},\"past\":{\"2026-11-23T08:00\":{\"due\":1795417200000,"
                "\"state\":\"missed\",\"by\":\"zhang\"," STARTED ",\"items\":2,\"ticked\":1}}}");
    assert_int_equal(finish(DAY "08:00", "08:40"), 0);
    assert_int_equal(start(DAY "09:00", "09:00"), 0);
    assert_int_equal(finish(DAY "09:00", "09:15"), 0);
    sw_walks_advance(walks, clock_at("09:59"));
    assert_view(NULL, 0, "{\"duty\":{\"person\":\"li\",\"name\":\"李强\",\"until\":1795424400000},\"next\":1795424400000,\"every_ms\":3600000,"
                "\"today\":{\"due\":2,\"done\":1,\"missed\":1},\"past\":{\"2026-11-23T08:00\":{\"due\":1795417200000,\"state\":\"missed\","
                "\"by\":\"zhang\"," STARTED ",\"closed\":1795419600000,\"items\":2,\"ticked\":1},\"2026-11-23T09:00\":{\"due\":1795420800000,"
                "\"state\":\"done\",\"by\":\"zhang\",\"started\":1795420800000,\"closed\":1795421700000,\"items\":1,\"ticked\":0}}}");
    end();
}

/* ---- live and after a restart ---- */

enum { STORY_LENGTH = 400 };

struct record {
    enum { START, TICK, NOTE, CLOSE } kind;
    char walk[SW_WALK_ID_SIZE], item[16];
    enum sw_tick tick;
    int64_t at_ms;
    struct sw_walk_item items[4];
    size_t item_count;
};

static int tell(const struct record *r, bool recorded) {
    switch (r->kind) {
    case START:
        return sw_walks_start(walks, &(struct sw_walk_start){.walk = r->walk, .by = "li", .at_ms = r->at_ms, .items = r->items,
                                                             .item_count = r->item_count, .recorded = recorded});
    case TICK: return sw_walks_tick(walks, r->walk, r->item, r->tick, "li", r->at_ms);
    case NOTE: return sw_walks_note(walks, r->walk, r->tick % 2 ? r->item : NULL, r->item, "li", r->at_ms);
    case CLOSE: return sw_walks_close(walks, r->walk, "li", r->at_ms);
    }
    return -SW_EINVAL;
}

static unsigned random_below(unsigned *seed, unsigned below) {
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % below;
}

static void make_record(unsigned *seed, struct record *r) {
    static const char *const agents[] = {"agent:1", "agent:2", "agent:3", "agent:4", "agent:5", "agent:6"};
    struct sw_walk walk;
    r->kind = (unsigned)random_below(seed, 4);
    r->tick = (enum sw_tick)random_below(seed, SW_TICK_COUNT);
    snprintf(r->item, sizeof r->item, "%s", agents[random_below(seed, 6)]);
    snprintf(r->walk, sizeof r->walk, "2026-10-25T02:00");
    if (sw_walks_count(walks)) {
        size_t back = random_below(seed, 3);
        sw_walks_get(walks, sw_walks_count(walks) - 1 - (back < sw_walks_count(walks) ? back : 0), &walk);
        snprintf(r->walk, sizeof r->walk, "%s", walk.id);
    }
    r->item_count = random_below(seed, 4);
    for (size_t i = 0; i < r->item_count; i++)
        r->items[i] = (struct sw_walk_item){.kind = (enum sw_walk_kind)random_below(seed, SW_WALK_KIND_COUNT),
                                            .subject = agents[random_below(seed, 6)], .seat = agents[random_below(seed, 6)] + 6,
                                            .severity = (enum sw_severity)random_below(seed, 3), .since_ms = 1 + (int64_t)random_below(seed, 9)};
}

/* Two days around the autumn change: told with the clock running and refusals in between, then once more from what was
 * accepted, with the lists as they were kept, in one go. */
static void test_a_restart_gives_the_same(void **state) {
    (void)state;
    int taken_in_all = 0;
    for (unsigned story = 1; story <= 40; story++) {
        static struct record told[STORY_LENGTH];
        struct sw_walk_item lists[SW_WALK_ITEMS_MAX];
        size_t count = 0;
        unsigned seed = story;
        struct sw_opening opening = story % 3 == 0 ? SW_OPENING_ALWAYS : story % 3 == 1 ? daytime : night;
        int64_t now_ms = at("2026-10-24T00:00:00+02:00");
        begin(opening);
        sw_walks_begin(walks, now_ms);
        on_duty("h", "li", now_ms, now_ms + 70 * HOUR);
        for (int step = 0; step < STORY_LENGTH; step++) {
            now_ms += (int64_t)random_below(&seed, 15) * MINUTE + random_below(&seed, 3);
            sw_walks_advance(walks, now_ms);
            struct record r = {.at_ms = now_ms};
            make_record(&seed, &r);
            if (r.kind == START && random_below(&seed, 2)) { /* the ledger keeps the list as it was ranked */
                r.item_count = sw_walks_list(walks, r.items, r.item_count, lists);
                if (r.item_count > 4) continue;
                memcpy(r.items, lists, r.item_count * sizeof *lists);
                for (size_t i = 0; i < r.item_count; i++) { /* texts that outlive the walks */
                    static const char *const agents[] = {"agent:1", "agent:2", "agent:3", "agent:4", "agent:5", "agent:6"};
                    r.items[i].seat = agents[r.items[i].seat[0] - '1'] + 6;
                    r.items[i].subject = agents[r.items[i].subject[6] - '1'];
                }
            }
            if (tell(&r, false) == 0) told[count++] = r;
        }
        char *live = view(NULL, 0);
        struct sw_walks *first = walks;
        walks = sw_walks_new(&policy, berlin, opening, duty);
        sw_walks_begin(walks, at("2026-10-24T00:00:00+02:00"));
        for (size_t i = 0; i < count; i++) assert_int_equal(tell(&told[i], story % 2), 0);
        sw_walks_advance(walks, now_ms);
        assert_view(NULL, 0, live);
        assert_int_equal(sw_walks_next_deadline(walks), sw_walks_next_deadline(first));
        free(live);
        sw_walks_free(first);
        taken_in_all += (int)count;
        end();
    }
    assert_true(taken_in_all > 400); /* or the stories tell nothing */
}

static void test_the_policy_changes(void **state) {
    (void)state;
    begin(daytime);
    sw_walks_begin(walks, clock_at("00:00"));
    policy.walk_every_ms = 30 * MINUTE;
    assert_int_equal(start(DAY "08:30", "08:31"), 0);
    assert_int_equal(finish(DAY "08:30", "08:40"), 0);
    sw_walks_advance(walks, clock_at("09:31"));
    policy.walk_every_ms = HOUR;
    sw_walks_advance(walks, clock_at("09:45"));
    sw_walks_review(walks);
    assert_int_equal(sw_walks_next_due(walks), clock_at("10:00"));
    assert_int_equal(sw_walks_count(walks), 4); /* those that were due stay */
    policy.walk_every_ms = 40 * MINUTE; /* 09:20 was never due */
    sw_walks_review(walks);
    assert_int_equal(sw_walks_next_due(walks), clock_at("10:00"));
    assert_int_equal(sw_walks_count(walks), 4);
    sw_walks_free(walks); /* a restart */
    policy.walk_every_ms = HOUR;
    walks = sw_walks_new(&policy, berlin, daytime, duty);
    sw_walks_begin(walks, clock_at("00:00"));
    assert_int_equal(start(DAY "08:30", "08:31"), -SW_ENOENT);
    struct sw_walk_start kept = {.walk = DAY "08:30", .by = "zhang", .at_ms = clock_at("08:31"), .recorded = true};
    assert_int_equal(sw_walks_start(walks, &kept), 0);
    assert_int_equal(finish(DAY "08:30", "08:40"), 0);
    kept.walk = "2026-11-23T8:30";
    assert_int_equal(sw_walks_start(walks, &kept), -SW_ENOENT);
    kept.walk = "2026-11-23T08:30+0100"; /* not how it is written */
    assert_int_equal(sw_walks_start(walks, &kept), -SW_ENOENT);
    kept.walk = "2026-11-20T08:30"; /* before what is kept */
    assert_int_equal(sw_walks_start(walks, &kept), -SW_ENOENT);
    sw_walks_advance(walks, clock_at("09:45"));
    assert_string_equal(due_in("2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00"), DAY "08:00 " DAY "08:30 " DAY "09:00");
    assert_today(3, 1, 2);
    sw_walks_free(walks); /* and with a policy that has one due in between */
    policy.walk_every_ms = 20 * MINUTE;
    walks = sw_walks_new(&policy, berlin, daytime, duty);
    kept = (struct sw_walk_start){.walk = DAY "08:00", .by = "zhang", .at_ms = clock_at("08:25")};
    assert_int_equal(sw_walks_start(walks, &kept), -SW_EBUSY);
    kept.recorded = true;
    assert_int_equal(sw_walks_start(walks, &kept), 0);
    assert_int_equal(sw_walks_start(walks, &kept), -SW_EBUSY); /* once, also then */
    end();
}

/* 23 November 2026 is a Monday. */
static void test_none_on_days_off(void **state) {
    (void)state;
    static struct sw_days_off off;
    off = (struct sw_days_off){0};
    assert_int_equal(sw_days_off_add(&off, "monday"), 0);
    struct sw_opening opening = daytime;
    opening.off = &off;
    begin(opening);
    sw_walks_begin(walks, clock_at("06:00"));
    sw_walks_advance(walks, clock_at("12:00"));
    assert_int_equal(sw_walks_count(walks), 0);
    assert_int_equal(sw_walks_next_due(walks), clock_at("08:00") + 24 * HOUR);
    struct sw_walk_alert alert;
    assert_int_equal(sw_walks_alerts(walks, &alert, 1), 0); /* nor is anybody missed who should be on duty */
    sw_walks_advance(walks, clock_at("08:30") + 24 * HOUR);
    assert_int_equal(sw_walks_count(walks), 1);
    end();
}

static void test_a_new_policy_makes_nothing_due_in_the_past(void **state) {
    (void)state;
    begin(daytime);
    sw_walks_begin(walks, clock_at("10:00"));
    sw_walks_advance(walks, clock_at("10:30"));
    sw_walks_advance(walks, clock_at("10:55"));
    policy.walk_every_ms = 40 * MINUTE; /* 10:00, 10:40, 11:20 */
    sw_walks_review(walks);
    assert_int_equal(sw_walks_count(walks), 1);
    assert_int_equal(sw_walks_next_due(walks), clock_at("11:20"));
    end();
}

static void test_clocks_that_go_back(void **state) {
    (void)state;
    begin(daytime);
    sw_walks_advance(walks, clock_at("10:00"));
    size_t count = sw_walks_count(walks);
    sw_walks_advance(walks, clock_at("08:00"));
    assert_int_equal(sw_walks_now(walks), clock_at("10:00"));
    assert_int_equal(sw_walks_count(walks), count);
    sw_walks_advance(walks, INT64_MAX);
    sw_walks_advance(walks, INT64_MAX);
    assert_true(sw_walks_next_due(walks) > sw_walks_now(walks)); /* the end of the years that are reckoned with */
    assert_true(sw_walks_count(walks) <= 28);
    end();
    begin(daytime);
    struct sw_walk_alert alert;
    assert_int_equal(sw_walks_alerts(walks, &alert, 1), 0); /* nothing was told yet */
    assert_today(0, 0, 0);
    sw_walks_free(NULL);
    end();
}

static int set_up(void **state) {
    (void)state;
    berlin = sw_zone_load("Europe/Berlin");
    return berlin ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    sw_zone_free(berlin);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_of_fourteen_hours),
        cmocka_unit_test(test_spring_has_twenty_three),
        cmocka_unit_test(test_autumn_has_twenty_five),
        cmocka_unit_test(test_over_midnight),
        cmocka_unit_test(test_an_odd_rhythm),
        cmocka_unit_test(test_two_days_are_kept),
        cmocka_unit_test(test_the_cap_of_walks),
        cmocka_unit_test(test_a_site_that_is_new),
        cmocka_unit_test(test_reminded_and_missed),
        cmocka_unit_test(test_the_limits_themselves),
        cmocka_unit_test(test_a_late_close_keeps_its_record),
        cmocka_unit_test(test_a_missed_walk_started_before_the_next),
        cmocka_unit_test(test_duty_and_gaps),
        cmocka_unit_test(test_natural_order),
        cmocka_unit_test(test_ranking),
        cmocka_unit_test(test_one_item_for_a_subject),
        cmocka_unit_test(test_the_caps_of_items),
        cmocka_unit_test(test_ticks_and_notes),
        cmocka_unit_test(test_open_items_are_carried_over),
        cmocka_unit_test(test_the_view),
        cmocka_unit_test(test_a_restart_gives_the_same),
        cmocka_unit_test(test_the_policy_changes),
        cmocka_unit_test(test_none_on_days_off),
        cmocka_unit_test(test_a_new_policy_makes_nothing_due_in_the_past),
        cmocka_unit_test(test_clocks_that_go_back)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
