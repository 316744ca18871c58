/* report/chart_model: the figures of a sign-in chart against days reckoned by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/chart_json.h"
#include "codec/config.h"
#include "codec/event_json.h"
#include "codec/grants_json.h"
#include "codec/roster_csv.h"
#include "codec/site.h"
#include "core/zone.h"
#include "report/chart_model.h"

#define HEADER "date,agent,name,team,seat,start,end,activities,leave\n"
#define MINUTE INT64_C(60000)
#define MIDNIGHT INT64_C(1795392000000) /* 2026-11-23T00:00Z */

static int64_t at(int64_t hour, int64_t minute) { return MIDNIGHT + (hour * 60 + minute) * MINUTE; }

struct day {
    struct sw_zone *zone;
    struct sw_config config;
    struct sw_policy policy;
    struct sw_shifts *shifts;
    struct sw_floor *floor;
};

static void begin(struct day *d, struct sw_zone *zone, const char *csv) {
    d->zone = zone;
    sw_config_init(&d->config);
    sw_policy_init(&d->policy);
    d->shifts = sw_shifts_new(&d->policy, d->zone);
    d->floor = sw_site_floor(&d->config, d->zone, d->shifts, true);
    struct sw_roster roster;
    struct sw_buf faults, remarks;
    sw_roster_init(&roster);
    sw_buf_init(&faults, 65536);
    sw_buf_init(&remarks, 65536);
    assert_int_equal(sw_roster_read(&roster, d->zone, "r", csv, strlen(csv), &faults, &remarks), 0);
    assert_int_equal(sw_shifts_set_roster(d->shifts, &roster), 0);
    assert_int_equal(sw_site_add_rostered(d->floor, d->shifts), 0);
    sw_roster_deinit(&roster);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
}

static void end(struct day *d) {
    sw_floor_free(d->floor);
    sw_shifts_free(d->shifts);
    sw_policy_deinit(&d->policy);
    sw_config_deinit(&d->config);
    sw_zone_free(d->zone);
}

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    struct day *d = ctx;
    (void)reject, (void)text, (void)len;
    assert_non_null(event);
    assert_int_equal(sw_floor_apply(d->floor, event, event->ts_ms, INT64_MAX, NULL), SW_OUTCOME_APPLIED);
}

static void is(struct day *d, const char *agent, const char *state, int64_t t_ms) {
    char json[200];
    int len = snprintf(json, sizeof json, "{\"type\":\"agent.state\",\"ts\":%lld,\"agent\":\"%s\",\"state\":\"%s\"}",
                       (long long)t_ms, agent, state);
    sw_event_read(json, (size_t)len, apply, d);
}

static void call(struct day *d, const char *id, int64_t t_ms) {
    char json[200];
    int len = snprintf(json, sizeof json, "{\"type\":\"call.queued\",\"ts\":%lld,\"call\":\"%s\",\"queue\":\"q\"}",
                       (long long)t_ms, id);
    sw_event_read(json, (size_t)len, apply, d);
}

static void grant(struct day *d, const char *json) {
    struct sw_buf fault;
    sw_buf_init(&fault, 4096);
    assert_int_equal(sw_grant_read(d->shifts, json, strlen(json), &fault), 0);
    sw_buf_deinit(&fault);
}

static struct sw_chart_input input_of(struct day *d, int64_t at_ms) {
    return (struct sw_chart_input){.floor = d->floor, .shifts = d->shifts, .site = "main", .site_name = "第一客服中心",
                                   .zone = d->zone, .at_ms = at_ms, .made_ms = at_ms,
                                   .service_level_ppm = 800000, .within_ms = 20000};
}

static struct sw_chart *make(struct day *d, int64_t at_ms) {
    struct sw_chart_input input = input_of(d, at_ms);
    sw_floor_advance(d->floor, at_ms);
    return sw_chart_make(&input);
}

static char *text_of(struct sw_chart *chart) {
    struct sw_buf out;
    sw_buf_init(&out, SW_CHART_BYTES_MAX);
    sw_chart_write(chart, &out);
    sw_chart_free(chart);
    return sw_buf_detach(&out, NULL);
}

/* ---- a day with something in every list ---- */

static const char small[] = HEADER "2026-11-23,1,王芳,A,07,08:00,17:00,,\n"
                                   "2026-11-23,2,李强,A,08,08:00,17:00,,\n"
                                   "2026-11-23,3,张伟,A,09,08:00,12:00,,\n"
                                   "2026-11-23,4,刘洋,B,10,08:00,17:00,,\n"
                                   "2026-11-23,5,陈静,B,11,14:50,18:00,,\n"
                                   "2026-11-23,6,赵敏,B,12,08:00,17:00,,annual\n"
                                   "2026-11-23,7,孙丽,B,13,08:00,17:00,,\n";

/* 1: in 07:55, break 10:00-10:14, out 13:00-13:20. 2: in 08:20. 3: in 08:00-11:40. 4: never. 5: not yet, at 15:00.
 * 6: leave. 7: in at 09:00, as permitted at 08:30. */
static void begin_small(struct day *d) {
    begin(d, sw_zone_utc(), small);
    is(d, "1", "ready", at(7, 55));
    is(d, "3", "ready", at(8, 0));
    is(d, "2", "ready", at(8, 20));
    is(d, "7", "ready", at(9, 0));
    call(d, "c1", at(9, 1));
    call(d, "c2", at(9, 14));
    is(d, "1", "break", at(10, 0));
    is(d, "1", "ready", at(10, 14));
    is(d, "3", "offline", at(11, 40));
    is(d, "1", "offline", at(13, 0));
    is(d, "1", "ready", at(13, 20));
    grant(d, "{\"agent\":\"7\",\"kind\":\"late\",\"from\":\"2026-11-23T08:00:00Z\",\"to\":\"2026-11-23T09:00:00Z\","
             "\"reason\":\"看病\",\"by\":\"班长\",\"at\":\"2026-11-23T08:30:00Z\"}");
}

static void assert_team(const struct sw_chart_team *t, const char *id, const int64_t counts[7]) {
    assert_string_equal(t->id, id);
    const int64_t got[7] = {t->due, t->attended, t->pending, t->absent, t->leave, t->late, t->early_leave};
    for (size_t i = 0; i < 7; i++) assert_int_equal(got[i], counts[i]);
}

static void test_totals_and_teams(void **state) {
    (void)state;
    struct day d;
    begin_small(&d);
    struct sw_chart *chart = make(&d, at(15, 0));
    assert_string_equal(chart->date, "2026-11-23");
    assert_string_equal(chart->site_name, "第一客服中心");
    assert_team(&chart->total, "", (const int64_t[]){6, 4, 1, 1, 1, 2, 1});
    assert_string_equal(chart->total.name, "第一客服中心");
    assert_int_equal(chart->team_count, 2);
    assert_team(&chart->teams[0], "A", (const int64_t[]){3, 3, 0, 0, 0, 1, 1});
    assert_team(&chart->teams[1], "B", (const int64_t[]){3, 1, 1, 1, 1, 1, 0});
    /* 1: 420 - 20 of 420; 2: 400 of 420; 3: 220 of 240; 7: 360 of 420 - 60 */
    assert_int_equal(chart->total.signed_in_ms, (400 + 400 + 220 + 360) * MINUTE);
    assert_int_equal(chart->total.expected_ms, (420 + 420 + 240 + 360) * MINUTE);
    assert_int_equal(chart->teams[1].signed_in_ms, 360 * MINUTE);
    assert_int_equal(chart->teams[1].expected_ms, 360 * MINUTE);
    assert_int_equal(chart->total.breaks, 1);
    assert_int_equal(chart->total.overruns, 1);
    assert_int_equal(chart->total.overrun_ms, 4 * MINUTE);
    assert_int_equal(chart->teams[1].breaks, 0);
    assert_int_equal(chart->states[SW_ST_READY], 3);
    assert_int_equal(chart->states[SW_ST_OFFLINE], 4);
    /* 1: 125 + 166 + 100, 2: 400, 3: 220, 7: 360 */
    assert_int_equal(chart->state_ms[SW_ST_READY], (391 + 400 + 220 + 360) * MINUTE);
    assert_int_equal(chart->state_ms[SW_ST_BREAK], 14 * MINUTE);
    assert_int_equal(chart->state_ms[SW_ST_OFFLINE], 0);
    sw_chart_free(chart);
    end(&d);
}

static void assert_interval(const struct sw_chart *chart, size_t index, int64_t scheduled, int64_t present,
                            int64_t signed_in, int64_t offered, bool below) {
    const struct sw_chart_interval *one = &chart->intervals[index];
    assert_int_equal(one->start_ms, MIDNIGHT + (int64_t)index * 15 * MINUTE);
    assert_int_equal(one->scheduled, scheduled);
    assert_int_equal(one->present, present);
    assert_int_equal(one->signed_in, signed_in);
    assert_int_equal(one->offered, offered);
    assert_int_equal(one->below_goal, below);
    assert_false(one->uncertain);
}

static void test_intervals(void **state) {
    (void)state;
    struct day d;
    begin_small(&d);
    is(&d, "stranger", "ready", at(13, 30)); /* in no roster */
    struct sw_chart *chart = make(&d, at(15, 0));
    assert_int_equal(chart->interval_count, 96);
    assert_interval(chart, 0, 0, 0, 0, 0, false);
    assert_interval(chart, 31, 0, 0, 0, 0, false);       /* 07:52:30: nobody yet */
    assert_interval(chart, 32, 5, 2, 2, 0, true);        /* 08:07:30: 1 and 3 of 1, 2, 3, 4, 7 */
    assert_interval(chart, 33, 5, 3, 3, 0, true);
    assert_interval(chart, 36, 5, 4, 4, 2, true);        /* 09:07:30: 4 is missing */
    assert_interval(chart, 48, 4, 3, 3, 0, true);        /* 12:07:30: 3 is over */
    assert_interval(chart, 52, 4, 2, 2, 0, true);        /* 13:07:30: 1 is out */
    assert_interval(chart, 59, 5, 3, 4, 0, true);        /* 14:52:30: 5 is due, the stranger is there */
    assert_interval(chart, 60, 5, -1, -1, -1, false);    /* to come: its first instant is the chart's */
    assert_interval(chart, 68, 1, -1, -1, -1, false);
    assert_int_equal(chart->intervals[36].forecast, -1);
    sw_chart_free(chart);
    /* inside an interval: what is there at the moment, of those planned for the middle */
    chart = make(&d, at(15, 2));
    assert_interval(chart, 60, 5, 3, 4, 0, true);
    assert_interval(chart, 61, 5, -1, -1, -1, false);
    sw_chart_free(chart);
    end(&d);
}

static const struct sw_chart_person *only(const struct sw_chart *chart, enum sw_chart_list list, const char *agent) {
    assert_int_equal(chart->list_counts[list], 1);
    assert_string_equal(chart->lists[list][0].agent, agent);
    return &chart->lists[list][0];
}

static void test_lists(void **state) {
    (void)state;
    struct day d;
    begin_small(&d);
    struct sw_chart *chart = make(&d, at(15, 0));
    const struct sw_chart_person *one = only(chart, SW_CHART_ABSENT, "4");
    assert_string_equal(one->name, "刘洋");
    assert_string_equal(one->seat, "10");
    assert_string_equal(one->team, "B");
    assert_int_equal(one->shift_start_ms, at(8, 0));
    assert_int_equal(one->shift_end_ms, at(17, 0));
    assert_true(one->at_ms == INT64_MIN && one->value_ms == 0 && !one->excused && !one->grant);
    one = only(chart, SW_CHART_PENDING, "5");
    assert_true(one->at_ms == INT64_MIN && one->value_ms == 10 * MINUTE && one->limit_ms == 30 * MINUTE);
    assert_int_equal(chart->list_counts[SW_CHART_LATE], 2);
    one = &chart->lists[SW_CHART_LATE][0];
    assert_string_equal(one->agent, "2");
    assert_true(one->at_ms == at(8, 20) && one->value_ms == 20 * MINUTE && !one->excused && !one->reason);
    assert_string_equal(one->late_class, "up_to_30_min");
    one = &chart->lists[SW_CHART_LATE][1];
    assert_string_equal(one->agent, "7");
    assert_true(one->at_ms == at(9, 0) && one->value_ms == 60 * MINUTE && one->excused);
    assert_string_equal(one->grant, "late");
    assert_string_equal(one->reason, "看病");
    assert_string_equal(one->by, "班长");
    one = only(chart, SW_CHART_EARLY, "3");
    assert_true(one->at_ms == at(11, 40) && one->value_ms == 20 * MINUTE);
    one = only(chart, SW_CHART_UNAUTHORISED, "1");
    assert_true(one->at_ms == at(13, 0) && one->value_ms == 20 * MINUTE && one->limit_ms == 0);
    one = only(chart, SW_CHART_OVERRUN, "1");
    assert_true(one->at_ms == at(10, 0) && one->value_ms == 14 * MINUTE && one->limit_ms == 10 * MINUTE);
    sw_chart_free(chart);
    end(&d);
}

/* Who comes after the absence limit is absent, with the time of coming, and not also late. */
static void test_too_late(void **state) {
    (void)state;
    struct day d;
    begin_small(&d);
    is(&d, "4", "ready", at(14, 0));
    struct sw_chart *chart = make(&d, at(15, 0));
    const struct sw_chart_person *one = only(chart, SW_CHART_ABSENT, "4");
    assert_true(one->at_ms == at(14, 0) && one->value_ms == 360 * MINUTE);
    assert_int_equal(chart->list_counts[SW_CHART_LATE], 2);
    assert_int_equal(chart->total.late, 2);
    assert_int_equal(chart->total.absent, 1);
    sw_chart_free(chart);
    end(&d);
}

/* ---- as of its moment ---- */

static const char problem[] = "{\"agent\":\"4\",\"kind\":\"problem\",\"from\":\"2026-11-23T08:00:00Z\",\"to\":"
                              "\"2026-11-23T17:00:00Z\",\"reason\":\"话机故障\",\"by\":\"班长\",\"at\":\"2026-11-23T%s:00Z\"}";

static void test_nothing_later_enters(void **state) {
    (void)state;
    struct day d;
    char json[400];
    begin_small(&d);
    char *before = text_of(make(&d, at(15, 0)));
    /* what is recorded and done later, though it is about earlier */
    (void)snprintf(json, sizeof json, problem, "15:30");
    grant(&d, json);
    sw_shifts_agent_state(d.shifts, "4", SW_ST_READY, false, at(15, 10));
    sw_shifts_agent_state(d.shifts, "1", SW_ST_OFFLINE, true, at(16, 0));
    char *after = text_of(make(&d, at(15, 0)));
    assert_string_equal(before, after);
    free(after);
    /* given in time, it counts */
    (void)snprintf(json, sizeof json, problem, "15:00");
    grant(&d, json);
    struct sw_chart *chart = make(&d, at(15, 0));
    assert_int_equal(chart->list_counts[SW_CHART_ABSENT], 0); /* due only when the problem is over */
    assert_int_equal(chart->total.pending, 2);
    sw_chart_free(chart);
    free(before);
    end(&d);
}

/* A permission that covers the absence excuses it; it stays on the list. */
static void test_excused_absence(void **state) {
    (void)state;
    struct day d;
    begin_small(&d);
    grant(&d, "{\"agent\":\"4\",\"kind\":\"swap\",\"from\":\"2026-11-23T08:00:00Z\",\"to\":\"2026-11-23T17:00:00Z\","
              "\"at\":\"2026-11-23T08:10:00Z\"}");
    struct sw_chart *chart = make(&d, at(15, 0));
    const struct sw_chart_person *one = only(chart, SW_CHART_ABSENT, "4");
    assert_true(one->excused);
    assert_string_equal(one->grant, "swap");
    sw_chart_free(chart);
    end(&d);
}

static void test_incomplete(void **state) {
    (void)state;
    struct day d;
    begin_small(&d);
    struct sw_chart_input input = input_of(&d, at(15, 0));
    sw_floor_advance(d.floor, at(15, 0));
    input.incomplete = "gap";
    input.incomplete_since_ms = at(14, 20);
    input.late = true;
    input.number = 2;
    input.made_ms = at(15, 40);
    struct sw_chart *chart = sw_chart_make(&input);
    assert_string_equal(chart->incomplete, "gap");
    assert_true(chart->late && chart->number == 2 && chart->made_ms == at(15, 40));
    for (size_t i = 0; i < chart->interval_count; i++)
        assert_int_equal(chart->intervals[i].uncertain, i >= 57 && i < 60); /* 14:15 to 15:00 */
    sw_chart_free(chart);
    end(&d);
}

static void test_forecast(void **state) {
    (void)state;
    struct day d;
    begin_small(&d);
    struct sw_chart_input input = input_of(&d, at(15, 0));
    sw_floor_advance(d.floor, at(15, 0));
    /* two days, 20 and 21 calls a quarter from 15:00 on; nothing is known of the quarter from 20:00 */
    struct sw_forecast_interval quarters[2][95];
    struct sw_forecast_day history[2];
    for (size_t day = 0; day < 2; day++) {
        for (size_t i = 0; i < 95; i++) {
            size_t of_day = i < 80 ? i : i + 1;
            quarters[day][i] = (struct sw_forecast_interval){(int64_t)of_day * 900000, i < 60 ? 0 : 20 + (int64_t)day};
        }
        history[day] = (struct sw_forecast_day){quarters[day], 95, 100, 18000000};
    }
    input.history = history;
    input.history_count = 2;
    struct sw_chart *chart = sw_chart_make(&input);
    assert_int_equal(chart->intervals[70].forecast, 21);
    assert_int_equal(chart->intervals[80].forecast, -1);
    assert_int_equal(chart->intervals[80].required, -1);
    /* 20.5 calls of 3 minutes a quarter: 4.1 erlangs. With 6 agents 80 % are not reached within 20 s, with 7 they are */
    const struct sw_load load = {20500, 900000, 180000};
    struct sw_erlang six, seven;
    assert_int_equal(sw_erlang_c(&load, 6, 20000, &six), 0);
    assert_int_equal(sw_erlang_c(&load, 7, 20000, &seven), 0);
    assert_true(six.service_level < 0.8 && seven.service_level >= 0.8);
    assert_int_equal(chart->intervals[70].required, 7);
    assert_string_equal(chart->staffing, "erlang_c");
    sw_chart_free(chart);
    end(&d);
}

/* ---- the edges of days ---- */

static void assert_nobody(const struct sw_chart *chart) {
    assert_team(&chart->total, "", (const int64_t[]){0, 0, 0, 0, 0, 0, 0});
    assert_int_equal(chart->total.expected_ms, 0);
    for (int i = 0; i < SW_CHART_LISTS; i++) assert_int_equal(chart->list_counts[i], 0);
}

static void test_empty_day(void **state) {
    (void)state;
    struct day d;
    begin(&d, sw_zone_utc(), HEADER);
    struct sw_chart *chart = make(&d, at(10, 0));
    assert_nobody(chart);
    assert_int_equal(chart->team_count, 0);
    assert_int_equal(chart->interval_count, 96);
    for (size_t i = 0; i < 96; i++) {
        int64_t none = i < 40 ? 0 : -1;
        assert_interval(chart, i, 0, none, none, none, false);
    }
    assert_int_equal(chart->intervals[39].required, 0); /* no calls need no agents */
    assert_int_equal(chart->intervals[40].required, -1);
    assert_null(chart->incomplete);
    sw_chart_free(chart);
    end(&d);
}

static void test_before_the_first_shift(void **state) {
    (void)state;
    struct day d;
    begin(&d, sw_zone_utc(), small);
    struct sw_chart *chart = make(&d, at(7, 0));
    assert_nobody(chart);
    assert_int_equal(chart->team_count, 2);
    assert_int_equal(chart->intervals[32].scheduled, 5);
    assert_int_equal(chart->intervals[32].present, -1);
    sw_chart_free(chart);
    /* and at the very start of the day everything is to come */
    chart = make(&d, at(24, 0));
    assert_string_equal(chart->date, "2026-11-24");
    assert_nobody(chart);
    assert_int_equal(chart->intervals[0].present, -1);
    sw_chart_free(chart);
    end(&d);
}

/* A night shift: attendance is the day's in which it begins; what happens after midnight is the next day's. */
static void test_night(void **state) {
    (void)state;
    struct day d;
    begin(&d, sw_zone_utc(), HEADER "2026-11-23,1,王芳,N,01,20:00,08:00,,\n"
                                    "2026-11-23,2,李强,N,02,20:00,08:00,,\n"
                                    "2026-11-24,3,张伟,A,03,08:00,16:00,,\n");
    is(&d, "1", "ready", at(20, 10));
    is(&d, "1", "break", at(22, 0));
    is(&d, "1", "ready", at(22, 12));
    struct sw_chart *chart = make(&d, at(23, 59));
    assert_team(&chart->total, "", (const int64_t[]){2, 1, 0, 1, 0, 1, 0});
    assert_int_equal(chart->total.breaks, 1);
    assert_int_equal(chart->total.overruns, 1);
    sw_chart_free(chart);
    is(&d, "1", "break", at(24, 55));
    is(&d, "1", "ready", at(25, 8));
    is(&d, "1", "offline", at(26, 0));
    is(&d, "1", "ready", at(26, 5));
    is(&d, "1", "offline", at(31, 30));
    is(&d, "3", "ready", at(31, 55));
    chart = make(&d, at(34, 0)); /* 10:00 of the 24th */
    assert_string_equal(chart->date, "2026-11-24");
    assert_team(&chart->total, "", (const int64_t[]){1, 1, 0, 0, 0, 0, 1});
    assert_int_equal(chart->team_count, 2);
    assert_team(&chart->teams[1], "N", (const int64_t[]){0, 0, 0, 0, 0, 0, 1});
    assert_int_equal(chart->total.breaks, 1);
    assert_int_equal(chart->total.overrun_ms, 3 * MINUTE);
    assert_int_equal(chart->list_counts[SW_CHART_ABSENT], 0); /* of yesterday */
    assert_int_equal(chart->list_counts[SW_CHART_LATE], 0);
    assert_int_equal(only(chart, SW_CHART_OVERRUN, "1")->at_ms, at(24, 55));
    assert_int_equal(only(chart, SW_CHART_UNAUTHORISED, "1")->at_ms, at(26, 0));
    assert_int_equal(only(chart, SW_CHART_EARLY, "1")->value_ms, 30 * MINUTE);
    assert_int_equal(chart->intervals[0].scheduled, 2); /* 00:07:30 */
    assert_int_equal(chart->intervals[0].present, 1);
    sw_chart_free(chart);
    end(&d);
}

/* Shifts of an hour of local time around the change of the clock; the day has 23 or 25 hours. */
static void clock_change(const char *csv, int64_t change_ms, int64_t before_ms, int64_t after_ms, size_t intervals,
                         int64_t quarters) {
    const struct sw_transition change = {change_ms, after_ms};
    struct day d;
    begin(&d, sw_zone_new("Europe/Berlin", before_ms, &change, 1), csv);
    is(&d, "1", "ready", change_ms - 2 * 3600000);
    struct sw_chart *chart = make(&d, change_ms + 6 * 3600000);
    assert_int_equal(chart->interval_count, intervals);
    int64_t scheduled = 0, present = 0;
    for (size_t i = 0; i < intervals; i++) {
        const struct sw_chart_interval *one = &chart->intervals[i];
        assert_int_equal(one->end_ms - one->start_ms, 15 * MINUTE);
        if (i) assert_int_equal(one->start_ms, chart->intervals[i - 1].end_ms);
        scheduled += one->scheduled;
        present += one->present > 0 ? one->present : 0;
    }
    assert_int_equal(scheduled, quarters);
    assert_int_equal(present, quarters);
    assert_int_equal(chart->total.attended, 1);
    assert_int_equal(chart->total.expected_ms, quarters * 15 * MINUTE);
    assert_int_equal(chart->total.signed_in_ms, quarters * 15 * MINUTE);
    sw_chart_free(chart);
    end(&d);
}

static void test_clock_changes(void **state) {
    (void)state;
    /* 2027-03-28 01:00Z: 02:00 becomes 03:00. 01:00 to 05:00 are three hours */
    clock_change(HEADER "2027-03-28,1,王芳,A,,01:00,05:00,,\n", INT64_C(1806195600000), 3600000, 7200000, 92, 12);
    /* 2026-10-25 01:00Z: 03:00 becomes 02:00. 01:00 to 05:00 are five hours */
    clock_change(HEADER "2026-10-25,1,王芳,A,,01:00,05:00,,\n", INT64_C(1792890000000), 7200000, 3600000, 100, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_totals_and_teams),
                                       cmocka_unit_test(test_intervals),
                                       cmocka_unit_test(test_lists),
                                       cmocka_unit_test(test_too_late),
                                       cmocka_unit_test(test_nothing_later_enters),
                                       cmocka_unit_test(test_excused_absence),
                                       cmocka_unit_test(test_incomplete),
                                       cmocka_unit_test(test_forecast),
                                       cmocka_unit_test(test_empty_day),
                                       cmocka_unit_test(test_before_the_first_shift),
                                       cmocka_unit_test(test_night),
                                       cmocka_unit_test(test_clock_changes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
