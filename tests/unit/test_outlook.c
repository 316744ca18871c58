/* core/outlook: a day of calls and shifts, before, within and after it, with and without a history; headcounts in one pass
 * against the same counted agent by agent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/event_json.h"
#include "codec/roster_csv.h"
#include "codec/site.h"
#include "core/zone.h"
#include "shiftwall/outlook.h"

#define S INT64_C(1000)
#define M (60 * S)
#define H (60 * M)
#define MIDNIGHT INT64_C(1795392000000) /* 2026-11-23, a Monday, UTC */

static int64_t at(int64_t hour, int64_t minute) { return MIDNIGHT + hour * H + minute * M; }

struct day {
    struct sw_zone *zone;
    struct sw_config config;
    struct sw_policy policy;
    struct sw_shifts *shifts;
    struct sw_floor *floor;
};

/* Ten agents from 8:00 to 16:00, the tenth on leave. */
static int begin(void **state) {
    static struct day d;
    char csv[2048];
    int len = snprintf(csv, sizeof csv, "date,agent,start,end,leave\n");
    for (int i = 1; i <= 10; i++)
        len += snprintf(csv + len, sizeof csv - (size_t)len, "2026-11-23,a%d,08:00,16:00,%s\n", i, i == 10 ? "annual" : "");
    d = (struct day){.zone = sw_zone_utc()};
    sw_config_init(&d.config);
    sw_policy_init(&d.policy);
    d.shifts = sw_shifts_new(&d.policy, d.zone);
    d.floor = sw_site_floor(&d.config, d.zone, d.shifts, true);
    struct sw_roster roster;
    struct sw_buf faults, remarks;
    sw_roster_init(&roster);
    sw_buf_init(&faults, 4096);
    sw_buf_init(&remarks, 4096);
    if (sw_roster_read(&roster, d.zone, "r", csv, (size_t)len, &faults, &remarks)) fail_msg("%s", sw_buf_text(&faults));
    assert_int_equal(sw_shifts_set_roster(d.shifts, &roster), 0);
    sw_roster_deinit(&roster);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
    *state = &d;
    return 0;
}

static int end(void **state) {
    struct day *d = *state;
    sw_floor_free(d->floor);
    sw_shifts_free(d->shifts);
    sw_policy_deinit(&d->policy);
    sw_config_deinit(&d->config);
    sw_zone_free(d->zone);
    return 0;
}

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    struct day *d = ctx;
    (void)reject, (void)text, (void)len;
    assert_non_null(event);
    assert_int_equal(sw_floor_apply(d->floor, event, event->ts_ms, INT64_MAX, NULL), SW_OUTCOME_APPLIED);
}

static void event(struct day *d, const char *type, int64_t t_ms, const char *rest) {
    char json[256];
    int len = snprintf(json, sizeof json, "{\"type\":\"%s\",\"ts\":%lld,%s}", type, (long long)t_ms, rest);
    sw_event_read(json, (size_t)len, apply, d);
}

static void sign_in(struct day *d, int from, int to, int64_t t_ms) {
    for (int i = from; i <= to; i++) {
        char rest[64];
        (void)snprintf(rest, sizeof rest, "\"agent\":\"a%d\",\"state\":\"ready\"", i);
        event(d, "agent.state", t_ms, rest);
    }
}

/* A call that waits WAIT_MS and is talked to for TALK_MS. */
static void answered(struct day *d, int id, int64_t t_ms, int64_t wait_ms, int64_t talk_ms) {
    char rest[96];
    (void)snprintf(rest, sizeof rest, "\"call\":\"c%d\",\"queue\":\"q\"", id);
    event(d, "call.queued", t_ms, rest);
    (void)snprintf(rest, sizeof rest, "\"call\":\"c%d\",\"queue\":\"q\",\"agent\":\"a1\"", id);
    event(d, "call.answered", t_ms + wait_ms, rest);
    (void)snprintf(rest, sizeof rest, "\"call\":\"c%d\",\"agent\":\"a1\"", id);
    event(d, "call.ended", t_ms + wait_ms + talk_ms, rest);
}

static struct sw_outlook outlook(struct day *d, int64_t at_ms, const struct sw_forecast_day *history, size_t count) {
    sw_floor_advance(d->floor, at_ms);
    const struct sw_outlook_input input = {.floor = d->floor, .shifts = d->shifts, .zone = d->zone, .at_ms = at_ms,
                                           .service_level_ppm = 800000, .within_ms = 20 * S, .history = history,
                                           .history_count = count};
    struct sw_outlook out;
    sw_outlook_make(&input, &out);
    return out;
}

static size_t interval_at(int64_t t_ms) { return (size_t)((t_ms - MIDNIGHT) / (15 * M)); }

/* ---- who is planned and who is here ---- */

static void test_people(void **state) {
    struct day *d = *state;
    sign_in(d, 1, 6, at(8, 0));
    sign_in(d, 7, 7, at(8, 20));
    struct sw_outlook o = outlook(d, at(8, 40), NULL, 0);
    assert_int_equal(o.count, 96);
    const struct sw_outlook_interval *before = &o.intervals[interval_at(at(7, 45))];
    assert_int_equal(before->point.scheduled, 0);
    assert_int_equal(before->point.signed_in, 0);
    const struct sw_outlook_interval *first = &o.intervals[interval_at(at(8, 0))];
    assert_int_equal(first->point.scheduled, 9);
    assert_int_equal(first->point.signed_in, 6);
    assert_int_equal(first->present, 6);
    /* the one that runs is as of now, not as of its middle, 8:37:30; and the next one is to come */
    assert_int_equal(o.intervals[interval_at(at(8, 30))].point.signed_in, 7);
    const struct sw_outlook_interval *next = &o.intervals[interval_at(at(8, 45))];
    assert_int_equal(next->point.scheduled, 9);
    assert_true(next->point.signed_in == SW_UNKNOWN && next->present == SW_UNKNOWN && next->offered == SW_UNKNOWN);
    assert_int_equal(o.intervals[interval_at(at(16, 0))].point.scheduled, 0);
    assert_int_equal(o.now.scheduled, 9);
    assert_int_equal(o.now.signed_in, 7);
    sw_outlook_deinit(&o);
}

static void test_headcounts_in_one_pass(void **state) {
    struct day *d = *state;
    sign_in(d, 1, 4, at(8, 1));
    event(d, "agent.state", at(9, 30), "\"agent\":\"a2\",\"state\":\"offline\"");
    event(d, "agent.state", at(10, 0), "\"agent\":\"stranger\",\"state\":\"ready\"");
    int64_t moments[400];
    struct sw_headcount all[400];
    for (size_t i = 0; i < 400; i++) moments[i] = at(7, 0) + (int64_t)i * 2 * M;
    sw_shifts_headcounts(d->shifts, moments, 400, all);
    for (size_t i = 0; i < 400; i++) {
        int64_t t = moments[i];
        int64_t in = t < at(8, 1) ? 0 : t < at(9, 30) ? 4 : 3, stranger = t >= at(10, 0);
        bool shift = t >= at(8, 0) && t < at(16, 0);
        assert_int_equal(all[i].scheduled, shift ? 9 : 0);
        assert_int_equal(all[i].present, shift ? in : 0);
        assert_int_equal(all[i].signed_in, in + stranger);
    }
}

/* ---- who is needed ---- */

/* Without a history the last half hour tells: 30 calls of two minutes, two erlangs. */
static void test_lately(void **state) {
    struct day *d = *state;
    sign_in(d, 1, 3, at(8, 0));
    for (int i = 0; i < 30; i++) answered(d, i, at(9, i), 5 * S, 40 * S);
    struct sw_outlook o = outlook(d, at(9, 30) - 1, NULL, 0);
    assert_false(o.now.by_forecast);
    assert_int_equal(o.now.calls_milli, 30000);
    assert_int_equal(o.now.per_ms, 30 * M);
    assert_int_equal(o.forecast.aht_ms, 40 * S);
    assert_int_equal(o.offered, 30);
    struct sw_load load = {30000, 30 * M, 40 * S};
    struct sw_erlang_target target = {800000, 20 * S, d->policy.staffing_occupancy_ppm};
    int64_t agents;
    assert_int_equal(sw_erlang_required(&load, 0, &target, &agents), 0);
    assert_int_equal(o.now.need.required, agents);
    assert_int_equal(o.now.short_by, agents > 3 ? agents - 3 : 0);
    assert_string_equal(o.method, "erlang_c");
    /* nothing is known of what is to come */
    assert_true(o.intervals[interval_at(at(10, 0))].forecast_milli == SW_UNKNOWN);
    assert_true(o.intervals[interval_at(at(10, 0))].point.need.required == SW_UNKNOWN);
    sw_outlook_deinit(&o);
}

static void test_nothing_yet(void **state) {
    struct day *d = *state;
    struct sw_outlook o = outlook(d, at(8, 0), NULL, 0);
    assert_int_equal(o.now.need.required, 0); /* no calls in the last half hour need nobody */
    assert_int_equal(o.forecast.days, 0);
    assert_true(o.last_forecast_milli == SW_UNKNOWN);
    assert_true(o.forecast.expected_milli == SW_UNKNOWN && o.forecast.aht_ms == SW_UNKNOWN);
    sw_outlook_deinit(&o);
}

/* A history of 40 calls a quarter from 9:00 to 17:00, of three minutes: 8 erlangs; today has half as many. */
static void test_forecast(void **state) {
    struct day *d = *state;
    struct sw_forecast_interval quarters[96];
    for (size_t i = 0; i < 96; i++) quarters[i] = (struct sw_forecast_interval){(int64_t)i * 15 * M, i >= 36 && i < 68 ? 40 : 0};
    const struct sw_forecast_day history = {quarters, 96, 1280, 1280 * 180 * S};
    sign_in(d, 1, 5, at(8, 0));
    for (int i = 0; i < 40; i++) answered(d, i, at(9, 0) + i * 45 * S, 1 * S, 30 * S);
    struct sw_outlook o = outlook(d, at(9, 30), &history, 1);
    assert_int_equal(o.forecast.days, 1);
    assert_true(o.forecast.scaled);
    assert_int_equal(o.forecast.scale_ppm, 500000);
    assert_true(o.now.by_forecast);
    assert_int_equal(o.now.calls_milli, 20000);
    assert_int_equal(o.forecast.aht_ms, 30 * S); /* today's, of 40 calls */
    assert_int_equal(o.forecast.expected_milli, 640000);
    assert_int_equal(o.last_forecast_milli, 20000); /* of 9:15, by what came until then: half of 40 */
    const struct sw_outlook_interval *next = &o.intervals[interval_at(at(12, 0))];
    assert_int_equal(next->forecast_milli, 20000);
    assert_int_equal(next->point.need.required, o.now.need.required);
    assert_int_equal(o.intervals[interval_at(at(18, 0))].point.need.required, 0);
    assert_int_equal(o.now.short_by, o.now.need.required > 5 ? o.now.need.required - 5 : 0);
    sw_outlook_deinit(&o);
}

/* The rule book's table instead of Erlang, with its warning where calls times handle time fill its seats. */
static void test_table(void **state) {
    struct day *d = *state;
    d->policy.staffing_rows[0] = (struct sw_staffing_row){50, 1};
    d->policy.staffing_rows[1] = (struct sw_staffing_row){100, 2};
    d->policy.staffing_row_count = 2;
    d->policy.rule[SW_RULE_STAFFING_TABLE].on = true;
    sign_in(d, 1, 1, at(8, 0));
    for (int i = 0; i < 25; i++) answered(d, i, at(9, 0) + i * 70 * S, 1 * S, 68 * S);
    for (int i = 0; i < 25; i++) {
        char rest[64];
        (void)snprintf(rest, sizeof rest, "\"call\":\"w%d\",\"queue\":\"q\"", i);
        event(d, "call.queued", at(9, 29) + 15 * S, rest);
    }
    struct sw_outlook o = outlook(d, at(9, 29) + 20 * S, NULL, 0);
    assert_string_equal(o.method, "table");
    assert_int_equal(o.now.need.required, 2); /* 50 in half an hour: the row of 100 an hour */
    assert_int_equal(o.now.short_by, 1);
    assert_false(o.now.need.table_too_small); /* 1.9 erlangs on 2 seats */
    assert_true(o.now.need.by_erlang > 2);
    sw_outlook_deinit(&o);
    d->policy.staffing_rows[1].seats = 1;
    o = outlook(d, at(9, 29) + 20 * S, NULL, 0);
    assert_true(o.now.need.table_too_small); /* on one seat they never end */
    sw_outlook_deinit(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_people, begin, end),
        cmocka_unit_test_setup_teardown(test_headcounts_in_one_pass, begin, end),
        cmocka_unit_test_setup_teardown(test_lately, begin, end),
        cmocka_unit_test_setup_teardown(test_nothing_yet, begin, end),
        cmocka_unit_test_setup_teardown(test_forecast, begin, end),
        cmocka_unit_test_setup_teardown(test_table, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
