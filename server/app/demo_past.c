#include "app/demo_past.h"

#include <stdlib.h>

#include "app/demo_sim.h"
#include "codec/event_json.h"
#include "codec/site.h"
#include "shiftwall/buf.h"
#include "shiftwall/forecast.h"

#define WEEKS 4
#define WEEK_MS (7 * SW_DAY_MS)

struct past {
    uv_work_t work;
    struct sw_demo_past_options options;
    struct {
        struct sw_span span;
        struct sw_queue_counts calls;
    } intervals[WEEKS * SW_FORECAST_INTERVALS_MAX];
    size_t count;
};

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)reject, (void)text, (void)len;
    if (event) (void)sw_floor_apply(ctx, event, event->ts_ms, INT64_MAX, NULL);
}

static void on_event(void *ctx, const char *json, size_t len) { sw_event_read(json, len, apply, ctx); }

/* From the demo's time of day to the end of the business day. */
static void play(struct past *p, int week) {
    int64_t start_ms = p->options.start_ms - week * WEEK_MS;
    struct sw_floor *floor = sw_site_floor(p->options.config, p->options.zone, NULL, false);
    struct sw_demo_sim *sim = sw_demo_sim_new(p->options.seed + (uint64_t)week, start_ms);
    struct sw_span day = sw_floor_day(floor, start_ms, NULL);
    while (sw_demo_sim_step(sim, day.end_ms - 1, on_event, floor)) continue;
    for (struct sw_span s = sw_floor_interval(floor, day.start_ms);
         s.start_ms < day.end_ms && p->count < sizeof p->intervals / sizeof *p->intervals;
         s = sw_floor_interval(floor, s.end_ms)) {
        p->intervals[p->count].span = s;
        sw_scope_between(floor, sw_floor_site(floor), s.start_ms, s.end_ms, &p->intervals[p->count++].calls);
    }
    sw_demo_sim_free(sim);
    sw_floor_free(floor);
}

static void work(uv_work_t *req) {
    for (int week = WEEKS; week; week--) play(req->data, week);
}

static void on_played(uv_work_t *req, int status) {
    struct past *p = req->data;
    (void)status;
    for (size_t i = 0; i < p->count; i++)
        p->options.interval(p->options.ctx, p->intervals[i].span, &p->intervals[i].calls);
    p->options.done(p->options.ctx);
    free(p);
}

void sw_demo_past_play(uv_loop_t *loop, const struct sw_demo_past_options *options) {
    struct past *p = sw_xcalloc(1, sizeof *p);
    p->options = *options;
    p->work.data = p;
    int refused = uv_queue_work(loop, &p->work, work, on_played);
    SW_ASSERT(!refused);
}
