/* What a floor needs of memory over simulated days, in this process. Every agent works eight hours a day, in one of three
 * shifts, and takes a call every ten minutes.
 *   day AGENTS DAYS      prints one JSON line: heap bytes an agent that has no figures; what a day of it adds, measured
 *                        without ids and when the day's calls are forgotten; and the heap at every hour, with ids */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"
#include "shiftwall/floor.h"
#include "shiftwall/policy.h"

#define START INT64_C(1767225600000) /* midnight */
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SHIFT (8 * HOUR)
#define ROUNDS 48
#define QUEUES 40

static struct sw_floor *floor_;
static long agents;
static bool ids;
static long events;

static void send(struct sw_event event) {
    char id[24];
    (void)snprintf(id, sizeof id, "%ld", events++);
    if (ids) event.id = id, event.src = "pbx";
    SW_ASSERT(sw_floor_apply(floor_, &event, event.ts_ms, INT64_MAX, NULL) == SW_OUTCOME_APPLIED);
}

static struct sw_event event_of(enum sw_event_type type, int64_t ts_ms) {
    return (struct sw_event){.type = type, .ts_ms = ts_ms, .wait_ms = -1, .talk_ms = -1, .hold_ms = -1, .until_ms = -1, .position = -1, .priority = INT64_MIN};
}

static void state(long agent, enum sw_agent_state state, int64_t ts_ms) {
    char id[24], team[24];
    (void)snprintf(id, sizeof id, "%ld", 10000 + agent);
    (void)snprintf(team, sizeof team, "team-%ld", agent % 100);
    struct sw_event event = event_of(SW_EV_AGENT_STATE, ts_ms);
    event.agent = id, event.team = team, event.state = state;
    send(event);
}

static void call(long agent, long number, enum sw_event_type type, int64_t ts_ms) {
    char id[24], call[24], queue[24];
    (void)snprintf(id, sizeof id, "%ld", 10000 + agent);
    (void)snprintf(call, sizeof call, "%ld.pbx-1", number);
    (void)snprintf(queue, sizeof queue, "queue-%ld", agent % QUEUES);
    struct sw_event event = event_of(type, ts_ms);
    event.call = call, event.queue = queue;
    if (type != SW_EV_CALL_QUEUED) event.agent = id;
    send(event);
}

/* One minute of an agent's shift: rounds of ten minutes, with a call in each but the middle one, which is its break. */
static void minute(long agent, int64_t begins_ms, int64_t ts_ms) {
    int64_t at = (ts_ms - begins_ms) / MINUTE + agent % 10, round = at / 10, step = at % 10;
    if (ts_ms == begins_ms) state(agent, SW_ST_READY, ts_ms);
    if (round == ROUNDS / 2 && step == 0) state(agent, SW_ST_BREAK, ts_ms);
    if (round == ROUNDS / 2 && step == 9) state(agent, SW_ST_READY, ts_ms);
    if (round == 0 || round == ROUNDS / 2 || round == ROUNDS) return;
    long number = (long)(begins_ms / MINUTE + at) / 10 * agents + agent;
    if (step == 2) {
        call(agent, number, SW_EV_CALL_QUEUED, ts_ms);
        call(agent, number, SW_EV_CALL_RINGING, ts_ms + 100);
        state(agent, SW_ST_RINGING, ts_ms + 100);
        call(agent, number, SW_EV_CALL_ANSWERED, ts_ms + 5000);
        state(agent, SW_ST_TALKING, ts_ms + 5000);
    }
    if (step == 6) call(agent, number, SW_EV_CALL_ENDED, ts_ms), state(agent, SW_ST_WRAPUP, ts_ms);
    if (step == 7) state(agent, SW_ST_READY, ts_ms);
}

static void seen(void *ctx, const struct sw_agent *agent) { (void)ctx, (void)agent; }

static size_t heap(void) { return mallinfo2().uordblks; }

/* Hours of the floor; HEAPS (may be NULL) gets the heap after each. */
static void work(int64_t from_ms, int hours, size_t *heaps) {
    for (int64_t ts_ms = from_ms; ts_ms < from_ms + hours * HOUR; ts_ms += MINUTE) {
        for (long agent = 0; agent < agents; agent++) {
            int64_t begins_ms = ts_ms - (ts_ms - START) % DAY + agent % 3 * SHIFT;
            if (ts_ms >= begins_ms && ts_ms < begins_ms + SHIFT) minute(agent, begins_ms, ts_ms);
            if (ts_ms == begins_ms + SHIFT - MINUTE) state(agent, SW_ST_OFFLINE, ts_ms + 30000);
        }
        /* what changed is written four times a second by the daemon; once a minute is enough for this */
        sw_floor_drain_agents(floor_, &(struct sw_floor_changes){.agent = seen});
        sw_floor_drain(floor_, &(struct sw_floor_changes){0});
        if (heaps && (ts_ms + MINUTE - from_ms) % HOUR == 0) heaps[(ts_ms + MINUTE - from_ms) / HOUR - 1] = heap();
    }
}

static void begin(const struct sw_floor_options *options, bool with_ids) {
    sw_floor_free(floor_);
    floor_ = sw_floor_new(options);
    ids = with_ids;
    for (long agent = 0; agent < agents; agent++) {
        char id[24];
        (void)snprintf(id, sizeof id, "%ld", 10000 + agent);
        SW_ASSERT(sw_floor_add_agent(floor_, &(struct sw_agent_options){.id = id}) == 0); /* remembered when it is away */
    }
}

int main(int argc, char **argv) {
    if (argc != 3) return fputs("usage: see the source\n", stderr), 2;
    agents = atol(argv[1]);
    int days = atoi(argv[2]);
    struct sw_policy policy;
    struct sw_floor_options options;
    sw_policy_init(&policy);
    policy.wrapup_ms.warning = 30 * MINUTE;
    sw_floor_options_init(&options);
    options.policy = &policy;
    size_t bare = heap(), *heaps = calloc((size_t)days * 24, sizeof *heaps);
    begin(&options, false);
    work(START, 24, NULL);
    sw_floor_advance(floor_, START + 3 * DAY - HOUR); /* all figures of that day are forgotten */
    size_t fixed = heap();
    work(START + 3 * DAY, 24, NULL);
    sw_floor_advance(floor_, START + 4 * DAY + 7 * HOUR); /* the day is the one before, and its calls are forgotten */
    size_t after = heap();
    begin(&options, true);
    work(START, days * 24, heaps);
    printf("{\"fixed\":%.1f,\"day\":%.1f,\"events\":%ld,\"hours\":[", (double)(fixed - bare) / (double)agents, ((double)after - (double)fixed) / (double)agents, events);
    for (int i = 0; i < days * 24; i++) printf("%s%zu", i ? "," : "", heaps[i]);
    puts("]}");
    sw_floor_free(floor_);
    sw_policy_deinit(&policy);
    free(heaps);
    return 0;
}
