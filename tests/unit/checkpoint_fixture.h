/* A site for checkpoints: its policy, roster and floor, and random events for it, the same for the same seed. */
#ifndef UNIT_CHECKPOINT_FIXTURE_H
#define UNIT_CHECKPOINT_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/checkpoint.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

#define SITE_T0 INT64_C(1795392000000) /* 2026-11-23T00:00Z */
#define SITE_HOUR INT64_C(3600000)
#define SITE_BYTES_MAX ((size_t)64 << 20)

struct site {
    struct sw_policy policy;
    struct sw_shifts *shifts;
    struct sw_floor *floor;
    bool keep_all;
};

static void site_told(void *ctx, const char *agent, enum sw_agent_state state, bool has_reason, int64_t at_ms) {
    sw_shifts_agent_state(ctx, agent, state, has_reason, at_ms);
}

/* Rules that are broken often. */
static void site_policy(struct sw_policy *p) {
    sw_policy_init(p);
    p->waiting = (struct sw_threshold){2, 4};
    p->longest_wait_ms = (struct sw_threshold){20000, 90000};
    p->wrapup_ms = (struct sw_threshold){30000, 120000};
    p->answer_rate = (struct sw_threshold){900000, 500000};
    p->service_level = (struct sw_threshold){900000, 500000};
    p->abandon = (struct sw_threshold){100000, 400000};
    p->idle_ms = 30000;
    p->for_ms = p->clear_after_ms = 20000;
    p->breaks_together = 1;
    p->hold_each_ms = p->busy_limit_ms = 60000;
    p->hold_count = 1;
    p->ring_count = 2;
    p->ring_cycle_ms = 5000;
    p->chat_first_reply_ms = p->online_reply_ms = 30000;
    p->dialed_max = p->success_max = 1;
    for (int i = 0; i < SW_RULE_COUNT; i++) p->rule[i].on = true;
}

static void site_roster(struct sw_shifts *shifts) {
    enum { ROWS = 3 * 8 };
    static struct sw_roster_row rows[ROWS];
    static char ids[8][4];
    for (int i = 0; i < ROWS; i++) {
        int agent = i % 8, day = i / 8;
        (void)snprintf(ids[agent], sizeof ids[agent], "a%d", agent);
        int64_t start_ms = SITE_T0 + day * SW_DAY_MS + (agent % 3) * 4 * SITE_HOUR;
        rows[i] = (struct sw_roster_row){.agent = ids[agent], .team = (char *)(agent % 2 ? "t1" : "t0"), .start_ms = start_ms,
                                         .end_ms = start_ms + 8 * SITE_HOUR};
        (void)snprintf(rows[i].date, sizeof rows[i].date, "2026-11-%02d", 23 + day);
    }
    const struct sw_roster roster = {rows, ROWS};
    SW_ASSERT(sw_shifts_set_roster(shifts, &roster) == 0);
    const struct sw_grant grant = {.agent = "a1", .kind = SW_GRANT_LATE, .from_ms = SITE_T0 + 4 * SITE_HOUR,
                                   .to_ms = SITE_T0 + 5 * SITE_HOUR};
    SW_ASSERT(sw_shifts_add_grant(shifts, &grant) == 0);
}

static void site_fixed(struct sw_floor *floor) {
    SW_ASSERT(sw_floor_add_group(floor, "g0", "Group") == 0 && sw_floor_add_group(floor, "g1", NULL) == 0);
    static const char *const groups[] = {"g0", "g1"};
    static const char *const ids[] = {"q0", "q1", "q2"};
    for (size_t i = 0; i < 3; i++) {
        const struct sw_queue_options queue = {.id = ids[i], .target_ms = i ? -1 : 10000, .short_ms = -1, .formula = (int)i,
                                               .groups = groups + (i == 2), .group_count = i ? 1 : 2};
        SW_ASSERT(sw_floor_add_queue(floor, &queue) == 0);
    }
    static const char *const skills[] = {"q0", "q2"};
    const struct sw_agent_options agent = {.id = "a0", .name = "One", .team = "t0", .seat = "1", .queues = skills, .queue_count = 2};
    SW_ASSERT(sw_floor_add_agent(floor, &agent) == 0);
    SW_ASSERT(sw_floor_map_reason(floor, "lunch", SW_ST_MEAL) == 0);
}

static void site_floor(struct site *s) {
    s->shifts = sw_shifts_new(&s->policy, NULL);
    site_roster(s->shifts);
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    options.keep_all = s->keep_all;
    options.policy = &s->policy;
    options.shifts = s->shifts;
    options.on_agent_state = site_told;
    options.ctx = s->shifts;
    s->floor = sw_floor_new(&options);
    site_fixed(s->floor);
}

static struct site *site_new(bool keep_all) {
    struct site *s = sw_xcalloc(1, sizeof *s);
    s->keep_all = keep_all;
    site_policy(&s->policy);
    site_floor(s);
    return s;
}

static void site_free(struct site *s) {
    sw_floor_free(s->floor);
    sw_shifts_free(s->shifts);
    sw_policy_deinit(&s->policy);
    free(s);
}

/* ---- random events ---- */

struct dice {
    uint64_t state;
};

static uint64_t roll(struct dice *d, uint64_t sides) {
    d->state = d->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (d->state >> 33) % sides;
}

static const char *numbered(struct dice *d, char out[16], const char *letter, uint64_t count) {
    (void)snprintf(out, 16, "%s%llu", letter, (unsigned long long)roll(d, count));
    return out;
}

/* The next event at about NOW_MS; its texts live until the next one. */
static void random_event(struct dice *d, int64_t now_ms, struct sw_event *e) {
    static char agent[16], call[16], queue[16], to[16], team[16], id[16], source[16], served[2][16];
    static const char *const reasons[] = {NULL, NULL, "lunch", "paper", "lead"};
    *e = (struct sw_event){.wait_ms = -1, .talk_ms = -1, .hold_ms = -1, .until_ms = -1, .position = -1, .priority = INT64_MIN};
    uint64_t kind = roll(d, 100);
    e->type = kind < 30   ? SW_EV_AGENT_STATE
              : kind < 96 ? (enum sw_event_type)(SW_EV_CALL_QUEUED + (int)roll(d, SW_EV_CALL_DISPOSITIONED - SW_EV_CALL_QUEUED + 1))
              : kind < 98 ? SW_EV_NOTICE
                          : SW_EV_ALARM;
    if (kind >= 30 && kind < 55) e->type = SW_EV_CALL_QUEUED;
    e->ts_ms = now_ms - (int64_t)(roll(d, 6) ? roll(d, 3000) : roll(d, 30 * 60000)) + (int64_t)(roll(d, 9) ? 0 : roll(d, 60000));
    if (roll(d, 3) == 0) {
        e->id = numbered(d, id, "e", 500);
        e->src = roll(d, 2) ? "pbx" : NULL;
    }
    e->call = numbered(d, call, "c", 40);
    e->agent = roll(d, 8) || e->type == SW_EV_AGENT_STATE || e->type == SW_EV_CALL_DIALED || e->type == SW_EV_CALL_DECLINED ||
                       e->type == SW_EV_CALL_TRANSFERRED
                   ? numbered(d, agent, "a", 20)
                   : NULL;
    e->queue = roll(d, 10) || e->type == SW_EV_CALL_QUEUED ? numbered(d, queue, "q", 5) : NULL;
    e->team = roll(d, 4) ? NULL : numbered(d, team, "t", 4);
    e->name = roll(d, 6) ? NULL : "某人";
    e->media = (enum sw_media)roll(d, SW_MEDIA_COUNT);
    e->state = (enum sw_agent_state)roll(d, SW_ST_COUNT);
    e->reason = reasons[roll(d, 5)];
    e->exit_reason = (enum sw_exit_reason)roll(d, SW_EXIT_ORPHAN);
    e->to = e->type == SW_EV_CALL_EXITED && roll(d, 2) ? numbered(d, to, "q", 5) : NULL;
    e->result = (enum sw_result)roll(d, 3);
    if (roll(d, 4) == 0) e->wait_ms = (int64_t)roll(d, 90000);
    if (roll(d, 6) == 0) e->talk_ms = (int64_t)roll(d, 600000);
    if (roll(d, 3) == 0) e->priority = (int64_t)roll(d, 3);
    if (e->type == SW_EV_AGENT_STATE && roll(d, 4) == 0) {
        e->has_queues = true;
        e->queue_count = (uint32_t)roll(d, 3);
        for (uint32_t i = 0; i < e->queue_count; i++) e->queues[i] = numbered(d, served[i], "q", 5);
    }
    e->text = "Attention";
    e->source = numbered(d, source, "s", 4);
    e->severity = (enum sw_severity)roll(d, 3);
    e->alarm_raised = roll(d, 2) != 0;
    if (e->type == SW_EV_NOTICE && roll(d, 2)) e->until_ms = e->ts_ms + (int64_t)roll(d, 7200000);
}

/* Lets some time pass and applies one event, the same for the same dice. */
static inline void site_step(struct site *s, struct dice *d, int64_t *now_ms) {
    struct sw_event event;
    uint64_t gap = roll(d, 200);
    *now_ms += (int64_t)(gap < 150 ? roll(d, 20000) : gap < 199 ? roll(d, 8 * 60000) : roll(d, 7 * SITE_HOUR));
    if (roll(d, 5) == 0) sw_floor_advance(s->floor, *now_ms);
    random_event(d, *now_ms, &event);
    (void)sw_floor_apply(s->floor, &event, *now_ms, *now_ms + SW_FUTURE_MS, NULL);
}

#endif
