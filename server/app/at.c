#include "app/at.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "app/publisher.h"
#include "codec/json_writer.h"
#include "shiftwall/buf.h"

#define WAITERS_MAX 64
#define KEPT_VIEWS 5
#define KEPT_MS 60000u /* a wall asks for one view after the other: they are of one reading */
#define ETAG_BYTES 16

static const char *const views[KEPT_VIEWS] = {"site", "queues", "teams", "agents", "intervals"};

struct waiter {
    struct sw_http_pending *pending;
    char view[SW_VIEW_NAME_BYTES_MAX + 1];
};

struct sw_at {
    struct sw_at_options options;
    struct sw_rewind *rewind; /* NULL: nothing is being read */
    int64_t at_ms;            /* that is being read, or was read last */
    struct waiter waiters[WAITERS_MAX];
    size_t waiter_count;
    char *kept[KEPT_VIEWS]; /* documents of AT_MS; NULL: none */
    size_t kept_len[KEPT_VIEWS];
    uint64_t kept_since; /* uv_now */
};

/* ---- answering ---- */

static void refuse(struct sw_http_pending *pending, int status, const char *text) {
    struct sw_http_response response;
    sw_http_response_init(&response);
    sw_http_problem(&response, status, NULL, text);
    int full = status == 503 ? sw_http_header(&response, "retry-after", "5") : 0;
    SW_ASSERT(full == 0);
    sw_http_answer(pending, &response);
    sw_http_response_deinit(&response);
}

/* The tag is of the document: it is the same as long as the journal, the rules and the roster say the same. */
static void answer(struct sw_http_pending *pending, const char *document, size_t len) {
    struct sw_http_response response;
    unsigned char sum[ETAG_BYTES];
    char hex[2 * ETAG_BYTES + 1];
    sw_http_response_init(&response);
    crypto_generichash(sum, sizeof sum, (const unsigned char *)document, len, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, sum, sizeof sum);
    response.etag[0] = '"';
    memcpy(response.etag + 1, hex, sizeof hex - 1);
    memcpy(response.etag + sizeof hex, "\"", 2);
    response.content_type = "application/json";
    sw_buf_add(&response.body, document, len);
    sw_http_answer(pending, &response);
    sw_http_response_deinit(&response);
}

static void answer_view(struct sw_publisher *publisher, const struct waiter *w) {
    struct sw_view *view = sw_publisher_view(publisher, w->view);
    size_t len;
    const char *document = view ? sw_view_document(view, &len) : NULL;
    if (document) answer(w->pending, document, len);
    else refuse(w->pending, 404, "there was no such team");
}

static void drop_kept(struct sw_at *at) {
    for (size_t i = 0; i < KEPT_VIEWS; i++) {
        free(at->kept[i]);
        at->kept[i] = NULL;
    }
}

/* ---- the views of the moment ---- */

/* How the figures stand: as a feed that was live at the moment, or that does not have all of its day. */
static void set_feed(const struct sw_at *at, struct sw_publisher *publisher, const struct sw_rewound *rewound) {
    const struct sw_floor_counters *c = sw_floor_counters(rewound->floor);
    int64_t day_ms = sw_floor_day(rewound->floor, at->at_ms, NULL).start_ms, since_ms = rewound->incomplete_since_ms;
    if (!since_ms && at->options.took_plain(at->options.ctx, day_ms)) since_ms = day_ms;
    struct sw_buf text;
    sw_buf_init(&text, 4096);
    struct sw_json j = sw_json_on(&text);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "status", since_ms ? "incomplete" : "live");
    sw_json_int(&j, "since", at->at_ms);
    if (since_ms) sw_json_int(&j, "incomplete_since", since_ms);
    sw_json_int(&j, "rejected", c->rejected);
    sw_json_int(&j, "contradictions", c->contradictions);
    sw_json_int(&j, "clock_skew", c->clock_skew);
    sw_json_int(&j, "duplicates", c->duplicates);
    sw_json_close(&j, '}');
    sw_publisher_set_feed(publisher, sw_buf_text(&text));
    sw_buf_deinit(&text);
}

static void on_changed(void *ctx, struct sw_view *view) { (void)ctx, (void)view; }

static void keep(struct sw_at *at, struct sw_publisher *publisher) {
    for (size_t i = 0; i < KEPT_VIEWS; i++) {
        const char *document = sw_view_document(sw_publisher_view(publisher, views[i]), &at->kept_len[i]);
        at->kept[i] = sw_xmalloc(at->kept_len[i] + 1);
        memcpy(at->kept[i], document, at->kept_len[i]);
    }
    at->kept_since = uv_now(at->options.loop);
}

static void answer_all(struct sw_at *at, const struct sw_rewound *rewound) {
    const struct sw_publisher_options options = {
        .epoch = "at", .figures = at->options.figures, .shifts = rewound->shifts, .changed = on_changed};
    struct sw_publisher *publisher = sw_publisher_new(rewound->floor, &options);
    set_feed(at, publisher, rewound);
    sw_publisher_flush(publisher);
    for (size_t i = 0; i < at->waiter_count; i++) answer_view(publisher, &at->waiters[i]);
    at->waiter_count = 0;
    keep(at, publisher);
    sw_publisher_free(publisher);
}

static void refuse_all(struct sw_at *at, int status, const char *text) {
    for (size_t i = 0; i < at->waiter_count; i++) refuse(at->waiters[i].pending, status, text);
    at->waiter_count = 0;
}

static void on_rewound(void *ctx, const struct sw_rewound *rewound, int status, const char *text) {
    struct sw_at *at = ctx;
    at->rewind = NULL;
    if (!rewound) refuse_all(at, status == -SW_ENOENT ? 404 : 503, text);
    else if (!sw_floor_counters(rewound->floor)->events) refuse_all(at, 404, "the journal does not go back that far");
    else answer_all(at, rewound);
}

/* ---- asking ---- */

static bool is_known(const char *view) {
    for (size_t i = 0; i < KEPT_VIEWS; i++)
        if (!strcmp(views[i], view)) return true;
    return !strncmp(view, "agents/", 7) && view[7] && strlen(view) <= SW_VIEW_NAME_BYTES_MAX;
}

static bool answer_kept(const struct sw_at *at, int64_t at_ms, const char *view, struct sw_http_pending *pending) {
    if (at->at_ms != at_ms || uv_now(at->options.loop) - at->kept_since > KEPT_MS) return false;
    for (size_t i = 0; i < KEPT_VIEWS; i++) {
        if (!at->kept[i] || strcmp(views[i], view) != 0) continue;
        answer(pending, at->kept[i], at->kept_len[i]);
        return true;
    }
    return false;
}

static void begin(struct sw_at *at, int64_t at_ms) {
    drop_kept(at);
    at->at_ms = at_ms;
    const struct sw_rewind_options rewind = {.redis = at->options.redis, .site = at->options.config->site_id,
                                             .config = at->options.config, .zone = at->options.zone,
                                             .shifts = at->options.shifts, .is_virtual = at->options.is_virtual,
                                             .at_ms = at_ms, .ctx = at, .done = on_rewound};
    at->rewind = sw_rewind_start(at->options.loop, &rewind);
}

void sw_at_get(struct sw_at *at, int64_t at_ms, const char *view, struct sw_http_pending *pending) {
    if (!is_known(view)) {
        refuse(pending, 404, "no such view, or none that is kept of the past");
    } else if (at_ms > at->options.now_ms(at->options.ctx)) {
        refuse(pending, 404, "that moment is yet to come");
    } else if (at->rewind && (at->at_ms != at_ms || at->waiter_count == WAITERS_MAX)) {
        refuse(pending, 503, "another moment is being read; try again in some seconds");
    } else if (at->rewind || !answer_kept(at, at_ms, view, pending)) {
        struct waiter *w = &at->waiters[at->waiter_count++];
        w->pending = pending;
        memcpy(w->view, view, strlen(view) + 1);
        if (!at->rewind) begin(at, at_ms);
    }
}

struct sw_at *sw_at_new(const struct sw_at_options *options) {
    struct sw_at *at = sw_xcalloc(1, sizeof *at);
    at->options = *options;
    return at;
}

void sw_at_close(struct sw_at *at) {
    if (!at) return;
    if (at->rewind) sw_rewind_cancel(at->rewind); /* which refuses those who wait */
    drop_kept(at);
    explicit_bzero(&at->options.redis, sizeof at->options.redis);
    free(at);
}
