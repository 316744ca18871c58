/* The days before the demo's: the same floor by other chances, played at once in the worker, one, two, three and four weeks
 * before, so that the demo's site has a history to forecast from. */
#ifndef APP_DEMO_PAST_H
#define APP_DEMO_PAST_H

#include <uv.h>

#include "codec/config.h"
#include "core/zone.h"
#include "shiftwall/floor.h"

struct sw_demo_past_options {
    const struct sw_config *config; /* borrowed until `done` */
    const struct sw_zone *zone;
    uint64_t seed;
    int64_t start_ms;               /* of the demo's day */
    void *ctx;
    /* An interval of those days, on the loop. */
    void (*interval)(void *ctx, struct sw_span span, const struct sw_queue_counts *calls);
    void (*done)(void *ctx);
};

/* OPTIONS is copied. `interval` is called for all intervals, then `done`, on the loop. */
void sw_demo_past_play(uv_loop_t *loop, const struct sw_demo_past_options *options);

#endif
