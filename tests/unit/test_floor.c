/* The floor live: what a report does not show. Windows that roll, entries past their target, the business day, who
 * stands where, limits, notices, caps, and what is told to have changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/event_json.h"
#include "core/zone.h"
#include "shiftwall/floor.h"

#define T0 INT64_C(1700006400000) /* 2023-11-15T00:00:00Z: a business day of UTC begins */
#define MIN INT64_C(60000)
#define HOUR INT64_C(3600000)

static struct sw_floor *floor_;

struct told {
    int64_t now_ms;
    enum sw_outcome outcome;
    enum sw_reject reject;
};

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)text, (void)len;
    struct told *told = ctx;
    assert_int_equal(reject, SW_REJECT_NONE);
    int64_t now_ms = event->ts_ms > told->now_ms ? event->ts_ms : told->now_ms;
    told->outcome = sw_floor_apply(floor_, event, now_ms, now_ms + SW_FUTURE_MS, &told->reject);
}

/* Applies one event whose `ts` is T0 + AT. */
static enum sw_outcome tell(int64_t at, const char *members) {
    char json[512];
    int len = snprintf(json, sizeof json, "{\"ts\":%lld,%s}", (long long)(T0 + at), members);
    struct told told = {.now_ms = INT64_MIN};
    sw_event_read(json, (size_t)len, apply, &told);
    return told.outcome;
}

#define CALL(type, call, more) "\"type\":\"call." type "\",\"call\":\"" call "\"" more
#define QUEUED(call) CALL("queued", call, ",\"queue\":\"q\"")
#define STATE(agent, state, more) "\"type\":\"agent.state\",\"agent\":\"" agent "\",\"state\":\"" state "\"" more

static int setup(void **state) {
    (void)state;
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    floor_ = sw_floor_new(&options);
    assert_int_equal(sw_floor_add_group(floor_, "g", "Group"), 0);
    const char *groups[] = {"g"};
    const struct sw_queue_options queue = {.id = "q", .target_ms = -1, .short_ms = -1, .formula = -1, .groups = groups, .group_count = 1};
    assert_int_equal(sw_floor_add_queue(floor_, &queue), 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    sw_floor_free(floor_);
    return 0;
}

static int64_t counter(const struct sw_scope *scope, enum sw_window window, enum sw_queue_counter which) {
    struct sw_queue_counts c;
    sw_scope_window(floor_, scope, window, &c);
    return c.v[which];
}

static const struct sw_scope *q(void) { return sw_floor_find_queue(floor_, "q"); }

static void test_rolling_windows_drop_what_is_older(void **state) {
    (void)state;
    tell(10 * HOUR, QUEUED("a"));
    tell(10 * HOUR + 5000, CALL("answered", "a", ",\"agent\":\"1\""));
    assert_int_equal(counter(q(), SW_WINDOW_LAST15, SW_QC_ANSWERED), 1);
    sw_floor_advance(floor_, T0 + 10 * HOUR + 14 * MIN + 59999);
    assert_int_equal(counter(q(), SW_WINDOW_LAST15, SW_QC_ANSWERED), 1);
    sw_floor_advance(floor_, T0 + 10 * HOUR + 15 * MIN);
    assert_int_equal(counter(q(), SW_WINDOW_LAST15, SW_QC_ANSWERED), 0);
    assert_int_equal(counter(q(), SW_WINDOW_LAST30, SW_QC_ANSWERED), 1);
    assert_int_equal(counter(q(), SW_WINDOW_INTERVAL, SW_QC_ANSWERED), 0);
    sw_floor_advance(floor_, T0 + 11 * HOUR);
    assert_int_equal(counter(q(), SW_WINDOW_LAST60, SW_QC_ANSWERED), 0);
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_ANSWERED), 1);
}

static void test_a_late_event_counts_in_its_own_minute(void **state) {
    (void)state;
    tell(HOUR, QUEUED("a"));
    sw_floor_advance(floor_, T0 + HOUR + 40 * MIN);
    tell(HOUR + 20 * MIN, QUEUED("late"));
    assert_int_equal(counter(q(), SW_WINDOW_LAST15, SW_QC_OFFERED), 0);
    assert_int_equal(counter(q(), SW_WINDOW_LAST30, SW_QC_OFFERED), 1);
    assert_int_equal(counter(q(), SW_WINDOW_LAST60, SW_QC_OFFERED), 2);
}

static void test_an_entry_past_its_target_is_overdue_at_once(void **state) {
    (void)state;
    struct sw_scope_now now;
    tell(HOUR, QUEUED("a"));
    sw_floor_advance(floor_, T0 + HOUR + 20000);
    sw_scope_now(floor_, q(), &now);
    assert_int_equal(now.overdue, 0); /* a wait equal to T is in target */
    assert_int_equal(sw_floor_next_deadline(floor_), T0 + HOUR + 20001);
    sw_floor_advance(floor_, T0 + HOUR + 20001);
    sw_scope_now(floor_, q(), &now);
    assert_int_equal(now.overdue, 1);
    sw_scope_now(floor_, sw_floor_group(floor_, 0), &now);
    assert_int_equal(now.overdue, 1);
    sw_scope_now(floor_, sw_floor_site(floor_), &now);
    assert_int_equal(now.overdue, 1);
    assert_string_equal(now.oldest_queue, "q");
    tell(HOUR + 30000, CALL("abandoned", "a", ""));
    sw_scope_now(floor_, sw_floor_site(floor_), &now);
    assert_int_equal(now.overdue, 0);
    assert_int_equal(now.waiting, 0);
}

static void test_the_day_rolls_over_and_keeps_the_waiting(void **state) {
    (void)state;
    tell(23 * HOUR, QUEUED("done"));
    tell(23 * HOUR + 1000, CALL("abandoned", "done", ""));
    tell(24 * HOUR - 1000, QUEUED("a"));
    sw_floor_advance(floor_, T0 + 24 * HOUR);
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_OFFERED), 0);
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_ABANDONED), 0);
    assert_int_equal(sw_scope_carried_in(q(), T0 + 24 * HOUR), 1);
    struct sw_scope_now now;
    sw_scope_now(floor_, q(), &now);
    assert_int_equal(now.waiting, 1);
    assert_int_equal(now.oldest_since_ms, T0 + 24 * HOUR - 1000);
    tell(24 * HOUR + 9000, CALL("answered", "a", ",\"agent\":\"1\""));
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_ANSWERED), 1);
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_WAIT_ANSWERED_MS), 10000);
}

static void test_agents_stand_once_in_groups_and_the_site(void **state) {
    (void)state;
    tell(HOUR, STATE("1", "ready", ",\"team\":\"A\",\"queues\":[\"q\",\"r\",\"s\"]"));
    struct sw_scope_now now;
    sw_scope_now(floor_, sw_floor_group(floor_, 0), &now);
    assert_int_equal(now.agents[SW_ST_READY], 1);
    sw_scope_now(floor_, sw_floor_site(floor_), &now);
    assert_int_equal(now.agents[SW_ST_READY], 1);
    tell(HOUR + 1, STATE("1", "busy", ",\"queues\":[\"r\"]"));
    sw_scope_now(floor_, q(), &now);
    assert_int_equal(now.agents[SW_ST_READY] + now.agents[SW_ST_BUSY], 0);
    sw_scope_now(floor_, sw_floor_find_queue(floor_, "r"), &now);
    assert_int_equal(now.agents[SW_ST_BUSY], 1);
}

static void test_an_open_state_counts_up_in_its_team(void **state) {
    (void)state;
    struct sw_agent_counts c;
    tell(HOUR, STATE("1", "ready", ",\"team\":\"A\""));
    sw_floor_advance(floor_, T0 + 2 * HOUR + 7);
    sw_team_between(floor_, sw_floor_team(floor_, 0), T0, T0 + 24 * HOUR, sw_floor_now(floor_), &c);
    assert_int_equal(c.v[SW_AC_STATE_MS + SW_ST_READY], HOUR + 7);
    /* late news takes back what was reckoned past it */
    tell(HOUR + 10 * MIN, STATE("1", "break", ""));
    sw_team_between(floor_, sw_floor_everyone(floor_), T0, T0 + 24 * HOUR, sw_floor_now(floor_), &c);
    assert_int_equal(c.v[SW_AC_STATE_MS + SW_ST_READY], 10 * MIN);
    assert_int_equal(c.v[SW_AC_STATE_MS + SW_ST_BREAK], 50 * MIN + 7);
    const struct sw_agent *agent = sw_floor_find_agent(floor_, "1");
    sw_agent_between(floor_, agent, T0, T0 + 24 * HOUR, INT64_MIN, &c);
    assert_int_equal(c.v[SW_AC_STATE_MS + SW_ST_READY], 10 * MIN);
    assert_int_equal(c.v[SW_AC_STATE_MS + SW_ST_BREAK], 0); /* up to `since`: the screen counts on */
}

static void test_a_state_past_its_limit_is_marked(void **state) {
    (void)state;
    struct sw_agent_now now;
    tell(HOUR, STATE("1", "break", ""));
    sw_floor_advance(floor_, T0 + HOUR + 10 * MIN);
    sw_agent_now(floor_, sw_floor_find_agent(floor_, "1"), &now);
    assert_false(now.over_limit);
    sw_floor_advance(floor_, T0 + HOUR + 10 * MIN + 1);
    sw_agent_now(floor_, sw_floor_find_agent(floor_, "1"), &now);
    assert_true(now.over_limit);
    tell(HOUR + 11 * MIN, STATE("1", "ready", ""));
    sw_agent_now(floor_, sw_floor_find_agent(floor_, "1"), &now);
    assert_false(now.over_limit);
}

static void test_reasons_map_to_states(void **state) {
    (void)state;
    assert_int_equal(sw_floor_map_reason(floor_, "lunch", SW_ST_MEAL), 0);
    assert_int_equal(sw_floor_map_reason(floor_, "lunch", SW_ST_BUSY), -SW_EINVAL);
    tell(HOUR, STATE("1", "busy", ",\"reason\":\"lunch\""));
    struct sw_agent_now now;
    sw_agent_now(floor_, sw_floor_find_agent(floor_, "1"), &now);
    assert_int_equal(now.state, SW_ST_MEAL);
}

static void test_fifo_is_watched(void **state) {
    (void)state;
    tell(HOUR, QUEUED("a"));
    tell(HOUR + 1, QUEUED("b"));
    tell(HOUR + 2, CALL("queued", "vip", ",\"queue\":\"q\",\"priority\":9"));
    tell(HOUR + 3, CALL("answered", "vip", ",\"agent\":\"1\""));
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_FIFO_VIOLATIONS), 0);
    tell(HOUR + 4, CALL("answered", "b", ",\"agent\":\"2\""));
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_FIFO_VIOLATIONS), 1);
    tell(HOUR + 5, CALL("answered", "a", ",\"agent\":\"3\""));
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_FIFO_VIOLATIONS), 1);
}

static void test_the_oldest_waiting_calls_come_in_order(void **state) {
    (void)state;
    char members[128];
    for (int i = 0; i < 50; i++) {
        snprintf(members, sizeof members, "\"type\":\"call.queued\",\"queue\":\"q\",\"call\":\"c%d\"", i);
        tell(HOUR + (i * 37 % 50) * 100, members);
    }
    struct sw_waiting_call calls[20];
    assert_int_equal(sw_floor_waiting_calls(floor_, calls, 20), 20);
    for (size_t i = 0; i < 20; i++) assert_int_equal(calls[i].since_ms, T0 + HOUR + (int64_t)i * 100);
}

static void test_old_and_future_events_are_refused(void **state) {
    (void)state;
    sw_floor_advance(floor_, T0 + HOUR);
    assert_int_equal(tell(-24 * HOUR, QUEUED("yesterday")), SW_OUTCOME_APPLIED);
    assert_int_equal(tell(-24 * HOUR - 1, QUEUED("older")), SW_OUTCOME_REJECTED);
    const struct sw_event ahead = {.type = SW_EV_CALL_QUEUED, .ts_ms = T0 + HOUR + SW_FUTURE_MS + 1, .call = "f", .queue = "q"};
    enum sw_reject why;
    assert_int_equal(sw_floor_apply(floor_, &ahead, T0 + HOUR, T0 + HOUR + SW_FUTURE_MS, &why), SW_OUTCOME_REJECTED);
    assert_int_equal(why, SW_REJECT_FUTURE);
    assert_int_equal(sw_floor_counters(floor_)->rejected, 2);
}

static void test_notices_end_and_alarms_clear(void **state) {
    (void)state;
    struct sw_notice notices[SW_NOTICES_MAX];
    struct sw_alarm alarms[SW_ALARMS_MAX];
    char until[160];
    snprintf(until, sizeof until, "\"type\":\"notice\",\"text\":\"CRM slow\",\"until\":%lld", (long long)(T0 + 2 * HOUR));
    tell(HOUR, until);
    tell(HOUR, "\"type\":\"notice\",\"text\":\"all day\"");
    tell(HOUR, "\"type\":\"alarm\",\"source\":\"trunk\",\"text\":\"down\",\"severity\":\"critical\",\"state\":\"raised\"");
    assert_int_equal(sw_floor_notices(floor_, notices, SW_NOTICES_MAX), 2);
    assert_int_equal(sw_floor_alarms(floor_, alarms, SW_ALARMS_MAX), 1);
    sw_floor_advance(floor_, T0 + 2 * HOUR);
    assert_int_equal(sw_floor_notices(floor_, notices, SW_NOTICES_MAX), 1);
    tell(2 * HOUR, "\"type\":\"alarm\",\"source\":\"trunk\",\"text\":\"up\",\"severity\":\"info\",\"state\":\"cleared\"");
    assert_int_equal(sw_floor_alarms(floor_, alarms, SW_ALARMS_MAX), 0);
    sw_floor_advance(floor_, T0 + 24 * HOUR);
    assert_int_equal(sw_floor_notices(floor_, notices, SW_NOTICES_MAX), 0);
}

static size_t agents_told, gone_told;
static void on_agent(void *ctx, const struct sw_agent *agent) {
    (void)ctx, (void)agent;
    agents_told++;
}
static void on_gone(void *ctx, const char *id, const char *team) {
    (void)ctx, (void)id, (void)team;
    gone_told++;
}

static void test_changes_are_told_once_and_forgotten_agents_are_gone(void **state) {
    (void)state;
    const struct sw_floor_changes changes = {.agent = on_agent, .agent_gone = on_gone};
    agents_told = gone_told = 0;
    tell(HOUR, STATE("1", "ready", ",\"team\":\"A\""));
    tell(HOUR + 1, STATE("1", "talking", ""));
    sw_floor_drain(floor_, &changes);
    assert_int_equal(agents_told, 1);
    assert_false(sw_floor_changed(floor_));
    tell(2 * HOUR, STATE("1", "offline", ""));
    sw_floor_advance(floor_, T0 + 25 * HOUR);
    sw_floor_drain(floor_, &changes);
    assert_int_equal(sw_floor_agent_count(floor_), 1); /* yesterday's figures are still kept */
    for (int64_t h = 49; h <= 97; h += 24) {
        sw_floor_advance(floor_, T0 + h * HOUR);
        sw_floor_drain(floor_, &changes);
    }
    assert_int_equal(sw_floor_agent_count(floor_), 0);
    assert_int_equal(gone_told, 1);
}

static void test_silent_calls_are_closed(void **state) {
    (void)state;
    tell(HOUR, QUEUED("a"));
    sw_floor_advance(floor_, T0 + HOUR + SW_ORPHAN_MS - 1);
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_EXITED), 0);
    sw_floor_advance(floor_, T0 + HOUR + SW_ORPHAN_MS);
    assert_int_equal(counter(q(), SW_WINDOW_TODAY, SW_QC_EXIT_ORPHAN), 1);
    assert_int_equal(sw_floor_counters(floor_)->orphans, 1);
    sw_floor_advance(floor_, T0 + 20 * HOUR);
    assert_int_equal(tell(20 * HOUR, QUEUED("a")), SW_OUTCOME_APPLIED);
}

/* The same five calls by each formula: answered after 10 and 30 s; left after 3 (short), 10 and 30 s; T 20 s, S 5 s. */
static void test_the_five_service_levels(void **state) {
    (void)state;
    static const struct sw_ratio want[SW_FORMULA_COUNT] = {{1, 5}, {1, 3}, {1, 4}, {3, 5}, {1, 2}};
    static const int64_t waits_ms[] = {10000, 30000, 3000, 10000, 30000};
    char members[128];
    for (int f = 0; f < SW_FORMULA_COUNT; f++) {
        const char *id = sw_formula_name((enum sw_formula)f);
        const struct sw_queue_options queue = {.id = id, .target_ms = -1, .short_ms = -1, .formula = f};
        assert_int_equal(sw_floor_add_queue(floor_, &queue), 0);
        for (int i = 0; i < 5; i++) {
            (void)snprintf(members, sizeof members, "\"type\":\"call.queued\",\"call\":\"%d-%d\",\"queue\":\"%s\"", f, i, id);
            tell(HOUR, members);
            (void)snprintf(members, sizeof members, "\"type\":\"call.%s\",\"call\":\"%d-%d\",\"agent\":\"1\"",
                           i < 2 ? "answered" : "abandoned", f, i);
            tell(HOUR + waits_ms[i], members);
        }
        struct sw_queue_counts c;
        sw_scope_window(floor_, sw_floor_find_queue(floor_, id), SW_WINDOW_TODAY, &c);
        assert_int_equal(sw_kpi_service_level(&c, 0).num, want[f].num);
        assert_int_equal(sw_kpi_service_level(&c, 0).den, want[f].den);
    }
    /* the site adds numerators and denominators */
    struct sw_queue_counts all;
    sw_scope_window(floor_, sw_floor_site(floor_), SW_WINDOW_TODAY, &all);
    assert_int_equal(sw_kpi_service_level(&all, 0).num, 7);
    assert_int_equal(sw_kpi_service_level(&all, 0).den, 19);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {TEST(test_rolling_windows_drop_what_is_older),
                                       TEST(test_a_late_event_counts_in_its_own_minute),
                                       TEST(test_an_entry_past_its_target_is_overdue_at_once),
                                       TEST(test_the_day_rolls_over_and_keeps_the_waiting),
                                       TEST(test_agents_stand_once_in_groups_and_the_site),
                                       TEST(test_an_open_state_counts_up_in_its_team),
                                       TEST(test_a_state_past_its_limit_is_marked),
                                       TEST(test_reasons_map_to_states),
                                       TEST(test_fifo_is_watched),
                                       TEST(test_the_oldest_waiting_calls_come_in_order),
                                       TEST(test_old_and_future_events_are_refused),
                                       TEST(test_notices_end_and_alarms_clear),
                                       TEST(test_changes_are_told_once_and_forgotten_agents_are_gone),
                                       TEST(test_silent_calls_are_closed),
                                       TEST(test_the_five_service_levels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
