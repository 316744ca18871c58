/* What the rules cost: 10,000 agents with shifts, half of them with a deadline that runs (busy, wrap-up). An event with
 * and without rules, a deadline that comes due, and a second that passes with nothing due, beside a floor of 100 agents:
 * what does not depend on the number of agents costs the same there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shiftwall/buf.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

#define ROUNDS 5
#define EVENTS 200000
#define TICKS 200000
#define START INT64_C(1767225600000)
#define MINUTE INT64_C(60000)

struct world {
    struct sw_policy policy;
    struct sw_shifts *shifts;
    struct sw_floor *floor;
    int agents;
    int64_t now_ms;
};

struct costs {
    double event, due, tick; /* seconds */
};

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void on_state(void *ctx, const char *agent, enum sw_agent_state state, bool has_reason, int64_t at_ms) {
    sw_shifts_agent_state(ctx, agent, state, has_reason, at_ms);
}

static void plan(struct world *w) {
    struct sw_roster roster;
    sw_roster_init(&roster);
    roster.rows = sw_xcalloc((size_t)w->agents, sizeof *roster.rows);
    roster.count = (size_t)w->agents;
    for (int i = 0; i < w->agents; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%d", i);
        roster.rows[i] = (struct sw_roster_row){.agent = sw_xstrdup(id), .date = "2026-01-01", .start_ms = START, .end_ms = START + 600 * MINUTE};
    }
    SW_ASSERT(sw_shifts_set_roster(w->shifts, &roster) == 0);
    sw_roster_deinit(&roster);
}

static void tell(struct world *w, int agent, enum sw_agent_state state) {
    char id[16];
    (void)snprintf(id, sizeof id, "%d", agent);
    const struct sw_event e = {.type = SW_EV_AGENT_STATE, .ts_ms = w->now_ms, .agent = id, .state = state, .team = "A", .reason = "x",
                               .wait_ms = -1, .talk_ms = -1, .hold_ms = -1, .until_ms = -1};
    SW_ASSERT(sw_floor_apply(w->floor, &e, w->now_ms, INT64_MAX, NULL) == SW_OUTCOME_APPLIED);
}

static void nothing(void *ctx, const struct sw_rostered *agent) { (void)agent, ++*(int64_t *)ctx; }

static void open_world(struct world *w, int agents, bool rules) {
    *w = (struct world){.agents = agents, .now_ms = START};
    sw_policy_init(&w->policy);
    w->policy.wrapup_ms.warning = 30 * MINUTE;
    w->policy.busy_limit_ms = 60 * MINUTE;
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    if (rules) {
        w->shifts = sw_shifts_new(&w->policy, NULL);
        plan(w);
        options.policy = &w->policy;
        options.shifts = w->shifts;
        options.on_agent_state = on_state;
        options.ctx = w->shifts;
    }
    w->floor = sw_floor_new(&options);
    for (int i = 0; i < agents; i++) tell(w, i, i % 2 ? SW_ST_READY : i % 4 ? SW_ST_BUSY : SW_ST_WRAPUP);
}

static void close_world(struct world *w) {
    sw_floor_free(w->floor);
    sw_shifts_free(w->shifts);
    sw_policy_deinit(&w->policy);
}

static void settle(struct world *w) {
    int64_t drained = 0;
    if (!w->shifts) return;
    sw_shifts_advance(w->shifts, w->now_ms);
    sw_shifts_drain(w->shifts, &drained, nothing);
}

/* Half of the agents keep a running deadline; the others go on changing between two states. */
static struct costs measure(int agents, bool rules) {
    struct world w;
    struct costs c;
    open_world(&w, agents, rules);
    double start = seconds();
    for (int i = 0; i < EVENTS; i++) {
        w.now_ms++;
        tell(&w, (i * 7 % (agents / 2)) * 2 + 1, i / (agents / 2) % 2 ? SW_ST_READY : SW_ST_TALKING);
    }
    c.event = (seconds() - start) / EVENTS;
    settle(&w);
    start = seconds();
    for (int i = 0; i < TICKS; i++) { /* nothing is due in these: not in the minute, not of any rule */
        w.now_ms += i % 500 == 0;
        sw_floor_advance(w.floor, w.now_ms);
        if (w.shifts) sw_shifts_advance(w.shifts, w.now_ms);
    }
    c.tick = (seconds() - start) / TICKS;
    struct sw_alert *before, *after;
    size_t open_before = sw_floor_alerts(w.floor, true, &before);
    start = seconds();
    w.now_ms = START + 61 * MINUTE;
    sw_floor_advance(w.floor, w.now_ms);
    double took = seconds() - start;
    size_t open_after = sw_floor_alerts(w.floor, true, &after);
    c.due = open_after > open_before ? took / (double)(open_after - open_before) : 0;
    free(before);
    free(after);
    close_world(&w);
    return c;
}

static int by_value(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static struct costs median(int agents, bool rules) {
    double values[3][ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct costs c = measure(agents, rules);
        values[0][i] = c.event;
        values[1][i] = c.due;
        values[2][i] = c.tick;
    }
    for (int k = 0; k < 3; k++) qsort(values[k], ROUNDS, sizeof(double), by_value);
    return (struct costs){values[0][ROUNDS / 2], values[1][ROUNDS / 2], values[2][ROUNDS / 2]};
}

int main(void) {
    struct costs plain = median(10000, false), rules = median(10000, true), small = median(100, true);
    printf("%-44s %10s %8s\n", "10,000 agents, half with a running deadline", "us", "ratio");
    printf("%-44s %10.3f %8.2f\n", "an event, no rules", plain.event * 1e6, 1.0);
    printf("%-44s %10.3f %8.2f  x an event without rules\n", "an event, rules on", rules.event * 1e6, rules.event / plain.event);
    printf("%-44s %10.3f %8.2f  x an event, rules on\n", "a deadline that comes due", rules.due * 1e6, rules.due / rules.event);
    printf("%-44s %10.3f %8.2f  x the same with 100 agents\n", "time passes, nothing is due", rules.tick * 1e6, rules.tick / small.tick);
    return 0;
}
