/* The demo's floor: what it sends is by the contract and agrees with itself, looks like a working floor at any hour, and
 * every call ends. The events go through the decoder and the core, as in the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/demo.h"
#include "app/demo_people.h"
#include "app/demo_sim.h"
#include "codec/event_json.h"
#include "codec/site.h"
#include "shiftwall/floor.h"

#define T0 INT64_C(1700006400000) /* 2023-11-15T00:00:00Z */
#define MINUTE INT64_C(60000)
#define HOUR INT64_C(3600000)

struct run {
    struct sw_config config;
    struct sw_floor *floor;
    struct sw_demo_sim *sim;
    int64_t last_ts_ms;
    uint64_t hash, events, types[SW_EV_COUNT];
};

static void on_read(void *ctx, const struct sw_event *e, enum sw_reject reject, const char *text, size_t len) {
    struct run *r = ctx;
    if (reject != SW_REJECT_NONE) fail_msg("%s: %.*s", sw_reject_name(reject), (int)len, text);
    assert_non_null(e->id);
    assert_string_equal(e->src, "demo");
    assert_true(e->ts_ms >= r->last_ts_ms);
    r->last_ts_ms = e->ts_ms;
    r->types[e->type]++;
    if (sw_floor_apply(r->floor, e, e->ts_ms, INT64_MAX, NULL) != SW_OUTCOME_APPLIED)
        fail_msg("not applied: %.*s", (int)len, text);
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct run *r = ctx;
    r->events++;
    for (size_t i = 0; i < len; i++) r->hash = (r->hash ^ (unsigned char)json[i]) * UINT64_C(1099511628211);
    sw_event_read(json, len, on_read, r);
}

static void begin(struct run *r, uint64_t seed, int64_t start_ms) {
    *r = (struct run){.last_ts_ms = start_ms, .hash = 14695981039346656037u};
    sw_config_init(&r->config);
    sw_demo_configure(&r->config);
    r->floor = sw_site_floor(&r->config, NULL, NULL, true);
    r->sim = sw_demo_sim_new(seed, start_ms);
}

static void until(struct run *r, int64_t t_ms) {
    while (sw_demo_sim_step(r->sim, t_ms, on_event, r)) continue;
    sw_floor_advance(r->floor, t_ms);
}

static void end(struct run *r) {
    sw_demo_sim_free(r->sim);
    sw_floor_free(r->floor);
    sw_config_deinit(&r->config);
}

static void nothing_contradicts_itself(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct run r;
        begin(&r, seed, T0 + 9 * HOUR);
        until(&r, T0 + 12 * HOUR);
        const struct sw_floor_counters *c = sw_floor_counters(r.floor);
        assert_int_equal(c->events, r.events);
        assert_int_equal(c->applied, r.events);
        assert_int_equal(c->rejected + c->implied + c->contradictions + c->clock_skew + c->duplicates + c->orphans, 0);
        end(&r);
    }
}

/* All that a wall can show has happened. */
static void a_morning_has_everything(void **state) {
    (void)state;
    struct run r;
    begin(&r, 1, T0 + 8 * HOUR);
    until(&r, T0 + 12 * HOUR);
    for (int type = 0; type < SW_EV_COUNT; type++)
        if (!r.types[type]) fail_msg("no %s in four hours", sw_event_type_name((enum sw_event_type)type));
    assert_int_equal(sw_floor_agent_count(r.floor), SW_DEMO_AGENTS);
    assert_int_equal(sw_floor_queue_count(r.floor), SW_DEMO_QUEUES);
    assert_int_equal(sw_floor_team_count(r.floor), SW_DEMO_TEAMS);
    struct sw_agent_counts all;
    sw_team_between(r.floor, sw_floor_everyone(r.floor), T0, T0 + 24 * HOUR, T0 + 12 * HOUR, &all);
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++)
        if (all.v[SW_AC_STATE_MS + s] <= 0) fail_msg("nobody was ever in %s", sw_agent_state_name((enum sw_agent_state)s));
    assert_true(all.v[SW_AC_BREAK_OVERRUNS] > 0 && all.v[SW_AC_BREAK_OVERRUNS] * 2 < all.v[SW_AC_BREAKS]);
    assert_true(all.v[SW_AC_SUCCESSES] > 0 && all.v[SW_AC_CONNECTED] < all.v[SW_AC_DIALED]);
    end(&r);
}

/* The service level goes up and down but stays in sight, somebody waits much of the time, a few give up. */
static void it_looks_alive_at_any_hour(void **state) {
    (void)state;
    struct run r;
    begin(&r, 7, T0);
    int looks = 0, with_waiting = 0, low = 0, high = 0, quarters = 0;
    for (int64_t t = T0 + 15 * MINUTE; t <= T0 + 24 * HOUR; t += MINUTE) {
        until(&r, t);
        struct sw_scope_now now;
        sw_scope_now(r.floor, sw_floor_site(r.floor), &now);
        looks++;
        with_waiting += now.waiting > 0;
        assert_true(now.waiting < 60);
        if ((t - T0) % (15 * MINUTE)) continue;
        struct sw_queue_counts last;
        sw_scope_window(r.floor, sw_floor_site(r.floor), SW_WINDOW_LAST15, &last);
        double level = (double)last.v[SW_QC_SL_NUM] / (double)last.v[SW_QC_SL_DEN];
        quarters++;
        low += level < 0.8;
        high += level > 0.9;
        if (!(level > 0.35)) fail_msg("service level %.2f in the quarter before %lld min", level, (long long)((t - T0) / MINUTE));
        assert_true(last.v[SW_QC_OFFERED] > 50);
    }
    struct sw_queue_counts day;
    sw_scope_between(r.floor, sw_floor_site(r.floor), T0, T0 + 24 * HOUR, &day);
    double level = (double)day.v[SW_QC_SL_NUM] / (double)day.v[SW_QC_SL_DEN];
    double abandoned = (double)day.v[SW_QC_ABANDONED] / (double)day.v[SW_QC_OFFERED];
    print_message("a day: %lld offered, service level %.3f, abandoned %.3f, somebody waits in %d of %d minutes; of %d quarters %d "
                  "below 80 %%, %d above 90 %%\n",
                  (long long)day.v[SW_QC_OFFERED], level, abandoned, with_waiting, looks, quarters, low, high);
    assert_true(level > 0.7 && level < 0.96);
    assert_true(abandoned > 0.005 && abandoned < 0.12);
    assert_true(with_waiting * 4 > looks);
    assert_true(low > 0 && high > 0);
    end(&r);
}

static void every_call_ends(void **state) {
    (void)state;
    struct run r;
    begin(&r, 3, T0 + 20 * HOUR);
    until(&r, T0 + 21 * HOUR);
    assert_true(sw_demo_sim_calls(r.sim) > 10);
    sw_demo_sim_close(r.sim);
    until(&r, T0 + 23 * HOUR);
    assert_int_equal(sw_demo_sim_calls(r.sim), 0);
    struct sw_scope_now now;
    sw_scope_now(r.floor, sw_floor_site(r.floor), &now);
    assert_int_equal(now.waiting, 0);
    for (size_t i = 0; i < sw_floor_agent_count(r.floor); i++) {
        struct sw_agent_now agent;
        sw_agent_now(r.floor, sw_floor_agent(r.floor, i), &agent);
        assert_false(agent.on_call);
    }
    end(&r);
}

static void a_seed_is_a_floor(void **state) {
    (void)state;
    struct run one, same, other;
    begin(&one, 1, T0);
    begin(&same, 1, T0);
    begin(&other, 2, T0);
    until(&one, T0 + HOUR);
    for (int64_t t = T0; t <= T0 + HOUR; t += 777) until(&same, t); /* however its time goes by */
    until(&same, T0 + HOUR);
    until(&other, T0 + HOUR);
    assert_true(one.events == same.events && one.hash == same.hash);
    assert_true(one.hash != other.hash);
    end(&one);
    end(&same);
    end(&other);
}

static void it_says_when_it_is_due(void **state) {
    (void)state;
    struct run r;
    begin(&r, 5, T0);
    for (int i = 0; i < 5000; i++) {
        int64_t due_ms = sw_demo_sim_next_due(r.sim);
        assert_true(due_ms >= r.last_ts_ms);
        assert_false(sw_demo_sim_step(r.sim, due_ms - 1, on_event, &r));
        assert_true(sw_demo_sim_step(r.sim, due_ms, on_event, &r));
    }
    end(&r);
}

/* The names of agents are the configuration's and the events', and no two are the same. */
static void people_are_told_apart(void **state) {
    (void)state;
    static struct sw_demo_agent agents[SW_DEMO_AGENTS];
    struct sw_config config;
    sw_config_init(&config);
    sw_demo_configure(&config);
    assert_int_equal(config.agent_count, SW_DEMO_AGENTS);
    for (int i = 0; i < SW_DEMO_AGENTS; i++) {
        sw_demo_agent(i, &agents[i]);
        assert_string_equal(config.agents[i].name, agents[i].name);
        assert_true((agents[i].skills == 0) == agents[i].outbound);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(agents[i].id, agents[k].id);
            assert_string_not_equal(agents[i].seat, agents[k].seat);
            assert_string_not_equal(agents[i].name, agents[k].name);
        }
    }
    sw_demo_configure(&config); /* once is enough */
    assert_int_equal(config.queue_count, SW_DEMO_QUEUES);
    sw_config_deinit(&config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_contradicts_itself),
        cmocka_unit_test(a_morning_has_everything),
        cmocka_unit_test(it_looks_alive_at_any_hour),
        cmocka_unit_test(every_call_ends),
        cmocka_unit_test(a_seed_is_a_floor),
        cmocka_unit_test(it_says_when_it_is_due),
        cmocka_unit_test(people_are_told_apart),
    };
    return cmocka_run_group_tests_name("demo_sim", tests, NULL, NULL);
}
