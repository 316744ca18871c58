/* The work whose instructions are counted: a floor's events are read and applied, its views written, patches made of them.
 * The same at every run: no clock, no chance. `run` counts the functions that it names under callgrind. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/publisher.h"
#include "codec/event_json.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"
#include "shiftwall/policy.h"

#define AGENTS 500
#define QUEUES 20
#define TEAMS 25
#define EVENTS 12000
#define FLUSH_EVERY 100
#define PER_CALL 6
#define START INT64_C(1767258000000)
#define STEP_MS 50

struct world {
    struct sw_floor *floor;
    struct sw_publisher *publisher;
    uint64_t patches;
};

static size_t event_of(int64_t n, char *text, size_t size) {
    static const char *const kinds[PER_CALL] = {"call.queued", "call.ringing", "agent.state", "call.answered", "call.ended", "agent.state"};
    static const char *const states[] = {"talking", "ready", "wrapup", "break", "busy"};
    int64_t call = n / PER_CALL, agent = call * 7 % AGENTS, step = n % PER_CALL, ts = START + n * STEP_MS;
    int len = strcmp(kinds[step], "agent.state") == 0
                  ? snprintf(text, size,
                             "{\"v\":1,\"type\":\"agent.state\",\"ts\":%" PRId64 ",\"id\":\"c%" PRId64 ".%" PRId64 "\",\"src\":\"count\",\"agent\":\"%" PRId64
                             "\",\"name\":\"坐席%" PRId64 "\",\"state\":\"%s\",\"team\":\"team-%" PRId64 "\",\"queue\":\"queue-%" PRId64 "\"}",
                             ts, call, step, 1000 + agent, agent, states[step == 2 ? 0 : 1 + call % 4], agent % TEAMS, call % QUEUES)
                  : snprintf(text, size,
                             "{\"v\":1,\"type\":\"%s\",\"ts\":%" PRId64 ",\"id\":\"c%" PRId64 ".%" PRId64 "\",\"src\":\"count\",\"call\":\"%" PRId64
                             ".pbx-1\",\"queue\":\"queue-%" PRId64 "\",\"agent\":\"%" PRId64 "\",\"media\":\"voice\"}",
                             kinds[step], ts, call, step, call, call % QUEUES, 1000 + agent);
    return (size_t)len;
}

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    struct world *w = ctx;
    (void)reject, (void)text, (void)len;
    SW_ASSERT(event && sw_floor_apply(w->floor, event, event->ts_ms, INT64_MAX, NULL) == SW_OUTCOME_APPLIED);
}

static void only_read(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)ctx, (void)reject, (void)text, (void)len;
    SW_ASSERT(event != NULL);
}

static void changed(void *ctx, struct sw_view *view) {
    struct world *w = ctx;
    if (sw_view_version(view) < 2) return;
    struct sw_frame *frame = sw_view_patch_frame(view, sw_view_version(view) - 1);
    w->patches += frame != NULL;
    sw_frame_unref(frame);
}

/* What is counted as reading: without what is then done. */
__attribute__((noinline)) void count_read(const char *text, size_t len);
void count_read(const char *text, size_t len) { sw_event_read(text, len, only_read, NULL); }

int main(void) {
    struct sw_policy policy;
    struct sw_floor_options options;
    const struct sw_view_options figures = {.name = "main", .zone = "UTC", .names = true};
    struct world w = {0};
    sw_policy_init(&policy);
    policy.wrapup_ms.warning = 60000;
    sw_floor_options_init(&options);
    options.policy = &policy;
    w.floor = sw_floor_new(&options);
    w.publisher = sw_publisher_new(w.floor, &(struct sw_publisher_options){.epoch = "count", .figures = &figures, .ctx = &w, .changed = changed});
    for (int64_t n = 0; n < EVENTS; n++) {
        char text[512];
        size_t len = event_of(n, text, sizeof text);
        count_read(text, len);
        sw_event_read(text, len, apply, &w);
        if ((n + 1) % FLUSH_EVERY == 0) sw_publisher_flush(w.publisher);
    }
    printf("%" PRIu64 " patches of %d events\n", w.patches, EVENTS);
    sw_publisher_free(w.publisher);
    sw_floor_free(w.floor);
    sw_policy_deinit(&policy);
    return w.patches ? 0 : 1;
}
