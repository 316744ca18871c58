/* The HTTP API: what protocol.md lists, over what the application holds. */
#ifndef APP_API_H
#define APP_API_H

#include <uv.h>

#include "app/access.h"
#include "app/publisher.h"
#include "codec/config.h"
#include "core/zone.h"
#include "io/http.h"
#include "shiftwall/floor.h"
#include "shiftwall/policy.h"

/* What the API reads; all borrowed. */
struct sw_desk;
struct sw_at;
struct sw_charts;
struct sw_chat;
struct sw_reports;
struct sw_producers;
struct sw_posts;

struct sw_api {
    struct sw_desk *desk; /* NULL until it is there */
    struct sw_charts *charts; /* with the desk */
    struct sw_chat *chat; /* with the desk */
    struct sw_reports *reports; /* with the desk */
    struct sw_doors doors; /* who may come in; without sessions while the daemon stops */
    struct sw_producers *producers; /* who may post events */
    struct sw_posts *posts;         /* and what they post */
    struct sw_slices *slices; /* of views, for who leads only some teams */
    struct sw_at *at;         /* NULL until there is a journal to read */
    const char *site;
    uv_loop_t *loop;
    bool stopping;    /* nothing is answered any more */
    bool standing_by; /* another daemon serves the site: only how this one is can be asked */
    struct sw_recorder *recorder; /* NULL until it is there */
    const char *metrics_token_hash; /* NULL: there is no such token */
    const struct sw_config *config;
    const struct sw_policy *policy;
    const struct sw_zone *zone;
    struct sw_floor *floor; /* exchanged by the application when history is read anew */
    struct sw_publisher *publisher;
    void *ctx;
    /* Whether the feed is live; REASON (SIZE bytes) says why not. */
    bool (*ready)(void *ctx, char *reason, size_t size);
    /* Appends the Prometheus text. */
    void (*metrics)(void *ctx, struct sw_buf *out);
    /* The board of that name as JSON, or NULL; and the names as a JSON array. */
    const char *(*board)(void *ctx, const char *name);
    void (*board_names)(void *ctx, struct sw_buf *out);
    /* What screens show or who may come in has changed: walls are told, and judged again. */
    void (*tell_screen)(void *ctx, const char *screen, const char *json);
    void (*review)(void *ctx);
};

/* A sw_http_handler; CTX is a struct sw_api. */
int sw_api_handle(void *ctx, const struct sw_http_request *request, struct sw_http_response *response);

#endif
