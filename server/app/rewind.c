#include "app/rewind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/event_json.h"
#include "codec/site.h"
#include "io/feed_emit.h"
#include "shiftwall/buf.h"

/* Entries at a time: an entry may be one event or hundreds, so as many as take some ms between two turns of the loop. */
#define PAGE_FIRST 16u
#define PAGE_MAX 512u
#define PAGE_NS_MIN UINT64_C(2000000)
#define PAGE_NS_MAX UINT64_C(8000000)
#define ID_BYTES 48

struct sw_rewind {
    struct sw_rewind_options options;
    char site[SW_SITE_MAX + 1], journal[SW_SITE_MAX + 16];
    struct sw_redis_conn *conn;
    struct sw_floor *floor;
    struct sw_shifts *shifts;
    char last[ID_BYTES];   /* read up to here */
    int64_t arrival_ms;    /* of the entry that is read */
    int64_t first_ms;      /* the journal's first entry; 0: none yet */
    bool trimmed, reached, ended;
    unsigned page;
};

static void on_closed(void *ctx) {
    struct sw_rewind *r = ctx;
    sw_floor_free(r->floor);
    sw_shifts_free(r->shifts);
    free(r);
}

static void end(struct sw_rewind *r, const struct sw_rewound *rewound, int status, const char *text) {
    if (r->ended) return;
    r->ended = true;
    r->options.done(r->options.ctx, rewound, status, text);
    sw_redis_conn_close(r->conn, on_closed, r);
}

static void arrive(struct sw_rewind *r) {
    int64_t day_ms = sw_floor_day(r->floor, r->options.at_ms, NULL).start_ms;
    if (r->trimmed && r->first_ms > r->options.at_ms) {
        end(r, NULL, -SW_ENOENT, "the journal does not go back that far");
        return;
    }
    sw_floor_advance(r->floor, r->options.at_ms);
    const struct sw_rewound rewound = {.floor = r->floor, .shifts = r->shifts,
                                       .incomplete_since_ms = r->trimmed && r->first_ms > day_ms ? day_ms : 0};
    end(r, &rewound, 0, NULL);
}

/* ---- reading ---- */

static void on_event(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    struct sw_rewind *r = ctx;
    (void)reject, (void)text, (void)len;
    if (!event || r->reached) return;
    int64_t now_ms = r->options.is_virtual ? sw_floor_now(r->floor) : r->arrival_ms;
    if (r->options.is_virtual && event->ts_ms > now_ms) now_ms = event->ts_ms;
    r->reached = now_ms >= r->options.at_ms;
    if (r->reached) return;
    int64_t latest_ms = r->options.is_virtual ? INT64_MAX : now_ms + SW_FUTURE_MS;
    (void)sw_floor_apply(r->floor, event, now_ms, latest_ms, NULL); /* what it refuses now, it refused then */
}

static const char *field(const struct sw_reply *fields, const char *name, size_t *len) {
    for (size_t f = 0; f + 1 < sw_reply_count(fields); f += 2)
        if (!strcmp(sw_reply_text(sw_reply_at(fields, f), NULL), name)) return sw_reply_text(sw_reply_at(fields, f + 1), len);
    return NULL;
}

static void read_entry(struct sw_rewind *r, const struct sw_reply *entry) {
    if (sw_reply_count(entry) < 2) return;
    const struct sw_reply *fields = sw_reply_at(entry, 1);
    (void)snprintf(r->last, sizeof r->last, "%s", sw_reply_text(sw_reply_at(entry, 0), NULL));
    r->arrival_ms = strtoll(r->last, NULL, 10);
    size_t len;
    const char *before = field(fields, "p", &len), *json = field(fields, "e", &len);
    if (!r->first_ms) {
        r->first_ms = r->arrival_ms;
        r->trimmed = before && strcmp(before, "0-0") != 0;
    }
    if (json && !r->reached) sw_event_read(json, len, on_event, r);
}

static void read_on(struct sw_rewind *r);

static void on_page(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_rewind *r = ctx;
    if (r->ended) return;
    if (error || sw_reply_type(reply) != SW_REPLY_ARRAY) {
        end(r, NULL, -SW_EIO, error ? "the connection to Redis was lost" : sw_reply_text(reply, NULL));
        return;
    }
    size_t count = sw_reply_count(reply);
    uint64_t begin_ns = uv_hrtime();
    for (size_t i = 0; i < count && !r->reached; i++) read_entry(r, sw_reply_at(reply, i));
    uint64_t took_ns = uv_hrtime() - begin_ns;
    if (took_ns > PAGE_NS_MAX && r->page > 1) r->page /= 2;
    else if (took_ns < PAGE_NS_MIN && r->page < PAGE_MAX) r->page *= 2;
    if (!count || r->reached) arrive(r);
    else read_on(r);
}

static void read_on(struct sw_rewind *r) {
    char from[ID_BYTES + 1], page[16];
    (void)snprintf(page, sizeof page, "%u", r->page);
    (void)snprintf(from, sizeof from, "%s%s", *r->last ? "(" : "-", r->last);
    const char *argv[] = {"XRANGE", r->journal, from, "+", "COUNT", page};
    if (sw_redis_conn_send(r->conn, 6, argv, NULL, on_page, r)) end(r, NULL, -SW_EIO, "Redis takes no command");
}

static void on_state(void *ctx, enum sw_redis_state state, const char *reason) {
    struct sw_rewind *r = ctx;
    if (r->ended) return;
    if (state == SW_REDIS_READY) read_on(r);
    else if (state == SW_REDIS_BACKING_OFF) end(r, NULL, -SW_EIO, reason);
}

/* ---- life ---- */

struct sw_rewind *sw_rewind_start(uv_loop_t *loop, const struct sw_rewind_options *options) {
    struct sw_rewind *r = sw_xcalloc(1, sizeof *r);
    r->options = *options;
    r->page = PAGE_FIRST;
    (void)snprintf(r->site, sizeof r->site, "%s", options->site);
    (void)snprintf(r->journal, sizeof r->journal, "sw:{%s}:journal", r->site);
    r->shifts = sw_shifts_as_of(options->shifts, options->at_ms);
    sw_shifts_clear_states(r->shifts);
    r->floor = sw_site_floor(options->config, options->zone, r->shifts, false);
    int refused = sw_site_add_rostered(r->floor, r->shifts);
    (void)refused; /* the live floor has them all, or said so */
    static const struct sw_redis_handler handler = {.state = on_state};
    r->conn = sw_redis_conn_new(loop, &options->redis, &handler, r);
    sw_redis_conn_start(r->conn);
    return r;
}

void sw_rewind_cancel(struct sw_rewind *rewind) { end(rewind, NULL, -SW_EIO, "the daemon stops"); }
