/* The demo's floor: lawful by the core's own judgement, alive at any hour, and everything that begins ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/demo.h"
#include "app/demo_people.h"
#include "app/demo_sim.h"
#include "codec/event_json.h"
#include "codec/site.h"
#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"

#define START_MS INT64_C(1795360000000)
#define HOUR_MS INT64_C(3600000)

struct watch {
    struct sw_floor *floor;
    int64_t latest_ms;
    uint64_t hash, events;
};

static void on_read(void *ctx, const struct sw_event *e, enum sw_reject reject, const char *text, size_t len) {
    struct watch *w = ctx;
    (void)len;
    if (!e) fail_msg("%s: %s", sw_reject_name(reject), text);
    assert_non_null(e->id);
    assert_string_equal(e->src, "demo");
    assert_true(e->ts_ms >= w->latest_ms); /* in order */
    w->latest_ms = e->ts_ms;
    assert_int_equal(sw_floor_apply(w->floor, e, e->ts_ms, INT64_MAX, NULL), SW_OUTCOME_APPLIED);
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct watch *w = ctx;
    w->events++;
    for (size_t i = 0; i < len; i++) w->hash = (w->hash ^ (unsigned char)json[i]) * UINT64_C(1099511628211);
    if (w->floor) sw_event_read(json, len, on_read, w);
}

static void begin(struct watch *w, struct sw_config *config, struct sw_zone **zone) {
    sw_config_init(config);
    sw_demo_configure(config);
    *zone = sw_zone_utc();
    *w = (struct watch){.floor = sw_site_floor(config, *zone, true)};
}

static void end(struct watch *w, struct sw_config *config, struct sw_zone *zone) {
    sw_floor_free(w->floor);
    sw_zone_free(zone);
    sw_config_deinit(config);
}

static void run_until(struct sw_demo_sim *sim, int64_t until_ms, struct watch *w) {
    int64_t due_ms = sw_demo_sim_next_due(sim);
    while (sw_demo_sim_step(sim, until_ms, on_event, w)) {
        int64_t next_ms = sw_demo_sim_next_due(sim);
        assert_true(next_ms >= due_ms);
        due_ms = next_ms;
    }
    assert_true(due_ms > until_ms);
}

static void test_floor_is_lawful_and_alive(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct watch w;
        struct sw_config config;
        struct sw_zone *zone;
        begin(&w, &config, &zone);
        struct sw_demo_sim *sim = sw_demo_sim_new(seed, START_MS);
        run_until(sim, START_MS + 6 * HOUR_MS, &w);
        const struct sw_floor_counters *c = sw_floor_counters(w.floor);
        assert_int_equal(c->contradictions + c->implied + c->duplicates + c->rejected + c->clock_skew + c->orphans, 0);
        struct sw_queue_counts site;
        sw_scope_between(w.floor, sw_floor_site(w.floor), START_MS - HOUR_MS, START_MS + 7 * HOUR_MS, &site);
        struct sw_ratio level = sw_kpi_service_level(&site, 0), answered = sw_kpi_answer_rate(&site);
        assert_true(site.v[SW_QC_OFFERED] > 4000);
        assert_true(sw_ratio_value(level) > 0.7 && sw_ratio_value(level) < 0.96);
        assert_true(sw_ratio_value(answered) > 0.9 && sw_ratio_value(answered) < 0.995);
        assert_true(site.v[SW_QC_HOLD_MS] > 0 && site.v[SW_QC_WRAPUP_MS] > 0);
        struct sw_agent_counts all;
        sw_team_between(w.floor, sw_floor_everyone(w.floor), START_MS - HOUR_MS, START_MS + 7 * HOUR_MS, w.latest_ms,
                        &all);
        assert_true(all.v[SW_AC_BREAKS] > 100 && all.v[SW_AC_BREAK_OVERRUNS] > 5);
        assert_true(all.v[SW_AC_TRANSFERRED] > 20 && all.v[SW_AC_DECLINED] > 10 && all.v[SW_AC_SUCCESSES] > 20);
        for (int s = SW_ST_READY; s < SW_ST_COUNT; s++) assert_true(all.v[SW_AC_STATE_MS + s] > 0);
        sw_demo_sim_free(sim);
        end(&w, &config, zone);
    }
}

static void test_every_call_ends(void **state) {
    (void)state;
    struct watch w;
    struct sw_config config;
    struct sw_zone *zone;
    begin(&w, &config, &zone);
    struct sw_demo_sim *sim = sw_demo_sim_new(9, START_MS);
    run_until(sim, START_MS + 2 * HOUR_MS, &w);
    assert_true(sw_demo_sim_calls(sim) > 20);
    sw_demo_sim_close(sim);
    run_until(sim, START_MS + 4 * HOUR_MS, &w);
    assert_int_equal(sw_demo_sim_calls(sim), 0);
    struct sw_scope_now now;
    sw_scope_now(w.floor, sw_floor_site(w.floor), &now);
    assert_int_equal(now.waiting, 0);
    assert_int_equal(now.agents[SW_ST_TALKING] + now.agents[SW_ST_HOLD] + now.agents[SW_ST_RINGING] + now.agents[SW_ST_DIALING], 0);
    sw_demo_sim_free(sim);
    end(&w, &config, zone);
}

static uint64_t hash_of(uint64_t seed) {
    struct watch w = {.hash = 1};
    struct sw_demo_sim *sim = sw_demo_sim_new(seed, START_MS);
    while (sw_demo_sim_step(sim, START_MS + HOUR_MS, on_event, &w)) continue;
    sw_demo_sim_free(sim);
    return w.hash;
}

static void test_a_seed_is_a_floor(void **state) {
    (void)state;
    assert_true(hash_of(3) == hash_of(3));
    assert_true(hash_of(3) != hash_of(4));
}

static void test_people(void **state) {
    (void)state;
    static struct sw_demo_agent agents[SW_DEMO_AGENTS];
    for (int i = 0; i < SW_DEMO_AGENTS; i++) {
        sw_demo_agent(i, &agents[i]);
        assert_true(agents[i].outbound == !agents[i].skills);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(agents[i].id, agents[j].id);
            assert_string_not_equal(agents[i].seat, agents[j].seat);
            assert_string_not_equal(agents[i].name, agents[j].name);
        }
    }
    struct sw_config config;
    sw_config_init(&config);
    sw_demo_configure(&config);
    sw_demo_configure(&config); /* a second time it changes nothing */
    assert_int_equal(config.agent_count, SW_DEMO_AGENTS);
    assert_int_equal(config.queue_count, SW_DEMO_QUEUES);
    sw_config_deinit(&config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floor_is_lawful_and_alive),
        cmocka_unit_test(test_every_call_ends),
        cmocka_unit_test(test_a_seed_is_a_floor),
        cmocka_unit_test(test_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
