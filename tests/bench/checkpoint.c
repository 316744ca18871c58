/* What a checkpoint costs: a day of 5 million events on a floor of 10,000 agents and 40 queues, saved at its end as a
 * whole and in steps, and loaded. Events bear ids, as those of producers that may repeat them do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shiftwall/buf.h"
#include "shiftwall/checkpoint.h"

#define AGENTS 10000
#define QUEUES 40
#define CALLS 625000
#define EVENTS_OF_CALL 8
#define DAY_MS INT64_C(36000000) /* ten hours */
#define START INT64_C(1767247200000)
#define STEP 1000 /* things saved in one turn of the loop */
#define ROUNDS 5

struct site {
    struct sw_policy policy;
    struct sw_shifts *shifts;
    struct sw_floor *floor;
};

static double ms_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void told(void *ctx, const char *agent, enum sw_agent_state state, bool has_reason, int64_t at_ms) {
    sw_shifts_agent_state(ctx, agent, state, has_reason, at_ms);
}

static void open_site(struct site *s) {
    sw_policy_init(&s->policy);
    s->shifts = sw_shifts_new(&s->policy, NULL);
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    options.policy = &s->policy;
    options.shifts = s->shifts;
    options.on_agent_state = told;
    options.ctx = s->shifts;
    s->floor = sw_floor_new(&options);
}

static void close_site(struct site *s) {
    sw_floor_free(s->floor);
    sw_shifts_free(s->shifts);
    sw_policy_deinit(&s->policy);
}

static void tell(struct site *s, enum sw_event_type type, int64_t ts_ms, int call, int agent, enum sw_agent_state state) {
    static char id[40], call_id[40], agent_id[16], queue[16], team[16];
    static uint64_t number;
    (void)snprintf(id, sizeof id, "pbx-1.%llu", (unsigned long long)++number);
    (void)snprintf(call_id, sizeof call_id, "1767247200.%d", call);
    (void)snprintf(agent_id, sizeof agent_id, "%d", 10000 + agent);
    (void)snprintf(queue, sizeof queue, "queue-%d", call % QUEUES);
    (void)snprintf(team, sizeof team, "team-%d", agent % 100);
    const struct sw_event event = {.type = type, .ts_ms = ts_ms, .id = id, .src = "pbx", .call = call_id, .agent = agent_id,
                                   .queue = type == SW_EV_AGENT_STATE ? NULL : queue, .team = team, .state = state,
                                   .wait_ms = -1, .talk_ms = -1, .hold_ms = -1, .until_ms = -1, .position = -1,
                                   .priority = INT64_MIN};
    SW_ASSERT(sw_floor_apply(s->floor, &event, ts_ms, INT64_MAX, NULL) == SW_OUTCOME_APPLIED);
}

static void play_call(struct site *s, int call) {
    int64_t at_ms = START + (int64_t)call * DAY_MS / CALLS;
    int agent = (int)((int64_t)call * 7 % AGENTS);
    tell(s, SW_EV_CALL_QUEUED, at_ms, call, agent, SW_ST_READY);
    tell(s, SW_EV_CALL_RINGING, at_ms, call, agent, SW_ST_READY);
    tell(s, SW_EV_AGENT_STATE, at_ms, call, agent, SW_ST_RINGING);
    tell(s, SW_EV_CALL_ANSWERED, at_ms + 10, call, agent, SW_ST_READY);
    tell(s, SW_EV_AGENT_STATE, at_ms + 10, call, agent, SW_ST_TALKING);
    tell(s, SW_EV_CALL_ENDED, at_ms + 40, call, agent, SW_ST_READY);
    tell(s, SW_EV_AGENT_STATE, at_ms + 40, call, agent, SW_ST_WRAPUP);
    tell(s, SW_EV_AGENT_STATE, at_ms + 50, call, agent, call % 7 ? SW_ST_READY : SW_ST_BREAK);
}

static int by_value(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double *values) {
    qsort(values, ROUNDS, sizeof *values, by_value);
    return values[ROUNDS / 2];
}

/* Saves in steps; returns how long the longest took. */
static double longest_step(struct site *s, struct sw_buf *out, double *total) {
    double longest = 0, begin = ms_now(), before = begin;
    struct sw_floor_saver *saver = sw_floor_saver_new(s->floor, s->shifts, out);
    for (bool over = false; !over;) {
        over = sw_floor_saver_step(saver, STEP);
        double now = ms_now();
        if (now - before > longest) longest = now - before;
        before = now;
    }
    *total = before - begin;
    sw_floor_saver_free(saver);
    return longest;
}

int main(void) {
    struct site day, again;
    double whole[ROUNDS], steps[ROUNDS], longest[ROUNDS], load[ROUNDS], begin = ms_now();
    open_site(&day);
    for (int i = 0; i < CALLS; i++) play_call(&day, i);
    double played = ms_now() - begin;
    size_t len = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct sw_buf out;
        sw_buf_init(&out, (size_t)1 << 31);
        begin = ms_now();
        sw_floor_save(day.floor, day.shifts, &out);
        whole[i] = ms_now() - begin;
        len = out.len;
        sw_buf_clear(&out);
        longest[i] = longest_step(&day, &out, &steps[i]); /* into a buffer that is large enough, as the daemon's is */
        open_site(&again);
        begin = ms_now();
        SW_ASSERT(sw_floor_load(again.floor, again.shifts, out.data, out.len) == 0);
        load[i] = ms_now() - begin;
        SW_ASSERT(sw_floor_counters(again.floor)->events == (int64_t)CALLS * EVENTS_OF_CALL);
        close_site(&again);
        sw_buf_deinit(&out);
    }
    double apply = played, saved = median(whole);
    printf("%d agents, %d events applied in %.0f ms; checkpoint of %.1f MB\n", AGENTS, CALLS * EVENTS_OF_CALL, apply,
           (double)len / 1e6);
    printf("%-24s %10s %12s\n", "", "ms", "/ applying");
    printf("%-24s %10.1f %12.4f\n", "saved as a whole", saved, saved / apply);
    printf("%-24s %10.1f %12.4f\n", "saved in steps", median(steps), median(steps) / apply);
    printf("%-24s %10.2f %12.6f\n", "the longest step", median(longest), median(longest) / apply);
    printf("%-24s %10.1f %12.4f\n", "loaded", median(load), median(load) / apply);
    close_site(&day);
    return 0;
}
