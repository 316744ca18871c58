/* What an event costs, layer by layer, as ratios of one run: reading it, applying it, and writing the views that
 * changed. The floor has 5,000 agents and 40 queues. Figures of one machine on one day; see README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/publisher.h"
#include "codec/event_json.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"

#define AGENTS 5000
#define QUEUES 40
#define CALLS 50000
#define EVENTS (CALLS * 5)
#define ROUNDS 5
#define FLUSH_EVERY 500 /* events between two writings of the views: 2,000 a second at four a second */
#define START INT64_C(1767225600000)

static char *lines[EVENTS];

struct run {
    struct sw_floor *floor;
    struct sw_publisher *publisher;
    int64_t now_ms, seen;
};

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make(size_t *n, int64_t ts, const char *format, int a, int b) {
    char text[256], members[192];
    (void)snprintf(members, sizeof members, format, a, b);
    (void)snprintf(text, sizeof text, "{\"ts\":%lld,%s}", (long long)(START + ts), members);
    lines[(*n)++] = sw_xstrdup(text);
}

static void make_day(void) {
    size_t n = 0;
    for (int i = 0; i < CALLS; i++) {
        int64_t ts = (int64_t)i * 300;
        int agent = i * 7 % AGENTS;
        make(&n, ts, "\"type\":\"call.queued\",\"call\":\"c%d\",\"queue\":\"q%d\"", i, i % QUEUES);
        make(&n, ts + 100, "\"type\":\"call.answered\",\"call\":\"c%d\",\"agent\":\"%d\"", i, agent);
        make(&n, ts + 100, "\"type\":\"agent.state\",\"agent\":\"%d\",\"state\":\"talking\",\"team\":\"t%d\"", agent, agent % 100);
        make(&n, ts + 250, "\"type\":\"call.ended\",\"call\":\"c%d\",\"talk\":%d", i, 180000);
        make(&n, ts + 250, "\"type\":\"agent.state\",\"agent\":\"%d\",\"state\":\"ready\",\"team\":\"t%d\"", agent, agent % 100);
    }
}

static void only_read(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)reject, (void)text, (void)len;
    ((struct run *)ctx)->seen += event != NULL;
}

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)reject, (void)text, (void)len;
    struct run *r = ctx;
    if (event->ts_ms > r->now_ms) r->now_ms = event->ts_ms;
    r->seen += sw_floor_apply(r->floor, event, r->now_ms, INT64_MAX, NULL) == SW_OUTCOME_APPLIED;
    if (r->publisher && r->seen % FLUSH_EVERY == 0) sw_publisher_flush(r->publisher);
}

static void on_changed(void *ctx, struct sw_view *view) { (void)ctx, (void)view; }

static double time_of(sw_event_fn fn, bool views) {
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    const struct sw_view_options figures = {.name = "bench", .zone = "UTC", .answer_rate_goal = .9, .service_level_goal = .8};
    const struct sw_publisher_options publisher = {.epoch = "bench", .figures = &figures, .changed = on_changed};
    struct run r = {.floor = sw_floor_new(&options), .now_ms = INT64_MIN};
    if (views) r.publisher = sw_publisher_new(r.floor, &publisher);
    double start = seconds();
    for (size_t i = 0; i < EVENTS; i++) sw_event_read(lines[i], strlen(lines[i]), fn, &r);
    double took = seconds() - start;
    SW_ASSERT(r.seen == EVENTS);
    sw_publisher_free(r.publisher);
    sw_floor_free(r.floor);
    return took;
}

static int by_value(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

int main(void) {
    static const struct {
        const char *name;
        sw_event_fn fn;
        bool views;
    } layers[] = {{"read", only_read, false}, {"read, apply", apply, false}, {"read, apply, views", apply, true}};
    make_day();
    double base = 0;
    printf("%-20s %12s %10s %8s\n", "layer", "events/s", "us/event", "x read");
    for (size_t l = 0; l < 3; l++) {
        double took[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) took[i] = time_of(layers[l].fn, layers[l].views);
        qsort(took, ROUNDS, sizeof *took, by_value);
        double median = took[ROUNDS / 2];
        if (!l) base = median;
        printf("%-20s %12.0f %10.3f %8.2f\n", layers[l].name, EVENTS / median, median / EVENTS * 1e6, median / base);
    }
    for (size_t i = 0; i < EVENTS; i++) free(lines[i]);
    return 0;
}
