/* What an event costs in the core: read, apply, alerts armed, views marked. One floor, in this process.
 *   cost AGENTS QUEUES EVENTS      prints one JSON line: microseconds an event, of them reading, and memory
 * The stream is the publisher's: a call enters a queue, is offered, answered and ends; the agent's states go with it. */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/event_json.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"
#include "shiftwall/policy.h"

#define START INT64_C(1767225600000)
#define PER_CALL 6
#define TEXT_MAX 256
#define DRAIN_EVERY 5000 /* events between two looks at what changed: four a second at 20,000 */
#define ROUND 60000      /* events made at once, outside of the time */

static long agents, queues;
static char (*texts)[TEXT_MAX];

struct run {
    struct sw_floor *floor; /* NULL: only read */
    int64_t now_ms;
    long seen;
};

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make(long n, char text[TEXT_MAX]) {
    static const char *const kinds[PER_CALL] = {"call.queued", "call.ringing", "agent.state", "call.answered", "call.ended", "agent.state"};
    long call = n / PER_CALL, agent = call * 7 % agents, step = n % PER_CALL;
    int64_t ts = START + n;
    if (!strcmp(kinds[step], "agent.state"))
        (void)snprintf(text, TEXT_MAX, "{\"v\":1,\"type\":\"agent.state\",\"ts\":%" PRId64 ",\"id\":\"p%ld.%ld\",\"src\":\"bench\",\"agent\":\"%ld\",\"state\":\"%s\",\"team\":\"team-%ld\",\"queue\":\"queue-%ld\"}",
                       ts, call, step, 10000 + agent, step == 2 ? "talking" : "ready", agent % 100, call % queues);
    else
        (void)snprintf(text, TEXT_MAX, "{\"v\":1,\"type\":\"%s\",\"ts\":%" PRId64 ",\"id\":\"p%ld.%ld\",\"src\":\"bench\",\"call\":\"%ld.pbx-1\",\"queue\":\"queue-%ld\",\"agent\":\"%ld\",\"media\":\"voice\"}",
                       kinds[step], ts, call, step, call, call % queues, 10000 + agent);
}

static void take(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    struct run *r = ctx;
    (void)reject, (void)text, (void)len;
    r->seen++;
    if (!r->floor) return;
    if (event->ts_ms > r->now_ms) r->now_ms = event->ts_ms;
    SW_ASSERT(sw_floor_apply(r->floor, event, r->now_ms, INT64_MAX, NULL) == SW_OUTCOME_APPLIED);
    if (r->seen % DRAIN_EVERY == 0) sw_floor_drain(r->floor, &(struct sw_floor_changes){0});
}

/* Seconds for EVENTS events from the FIRST on. */
static double run(struct run *r, long first, long events) {
    double took = 0;
    for (long n = 0; n < events; n += ROUND) {
        long count = events - n < ROUND ? events - n : ROUND;
        for (long i = 0; i < count; i++) make(first + n + i, texts[i]);
        double start = seconds();
        for (long i = 0; i < count; i++) sw_event_read(texts[i], strlen(texts[i]), take, r);
        took += seconds() - start;
    }
    return took;
}

int main(int argc, char **argv) {
    if (argc != 4) return fputs("usage: see the source\n", stderr), 2;
    agents = atol(argv[1]), queues = atol(argv[2]);
    long events = atol(argv[3]), warm = agents * PER_CALL; /* everybody has been seen */
    texts = sw_xcalloc(ROUND, TEXT_MAX);
    struct sw_policy policy;
    struct sw_floor_options options;
    sw_policy_init(&policy);
    policy.wrapup_ms.warning = 30 * 60000;
    policy.busy_limit_ms = 60 * 60000;
    sw_floor_options_init(&options);
    options.policy = &policy;
    struct run only = {.now_ms = INT64_MIN}, all = {.floor = sw_floor_new(&options), .now_ms = INT64_MIN};
    double read = run(&only, 0, events);
    size_t before = mallinfo2().uordblks;
    (void)run(&all, 0, warm);
    double took = run(&all, warm, events);
    printf("{\"us\":%.4f,\"read_us\":%.4f,\"bytes\":%zu}\n", took / (double)events * 1e6, read / (double)events * 1e6, mallinfo2().uordblks - before);
    sw_floor_free(all.floor);
    sw_policy_deinit(&policy);
    free(texts);
    return 0;
}
