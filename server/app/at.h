/* The wall as it was: the public views of a moment that is past, from the journal. */
#ifndef APP_AT_H
#define APP_AT_H

#include <uv.h>

#include "app/rewind.h"
#include "codec/view_json.h"
#include "io/http.h"

struct sw_at;

struct sw_at_options {
    uv_loop_t *loop;
    struct sw_redis_options redis; /* copied */
    const struct sw_config *config; /* borrowed, as all that follows */
    const struct sw_zone *zone;
    const struct sw_shifts *shifts;
    const struct sw_view_options *figures;
    bool is_virtual;
    void *ctx;
    int64_t (*now_ms)(void *ctx);
    /* Whether plain events were taken on the business day that starts at DAY_MS: the journal does not have them. */
    bool (*took_plain)(void *ctx, int64_t day_ms);
};

struct sw_at *sw_at_new(const struct sw_at_options *options);
/* Answers PENDING with the document of VIEW (site, queues, teams, agents, agents/TEAM, intervals) as it was at AT_MS. One
 * moment is read at a time; those who ask for the same one wait together. */
void sw_at_get(struct sw_at *at, int64_t at_ms, const char *view, struct sw_http_pending *pending);
/* Refuses those who wait, and frees. */
void sw_at_close(struct sw_at *at);

#endif
