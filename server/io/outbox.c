#include "io/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"
#include "shiftwall/event.h"

#define EVENTS_MAX 65536
#define BYTES_MAX ((size_t)16 << 20)
#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 10000
#define ENTRY_MAX 48 /* "MS-N" of two 64-bit numbers */

struct message {
    struct message *next;
    struct sw_outbox *box;
    struct sw_buf json; /* "[event,event" and, once it is sealed, "]"; one alone goes without brackets */
    uint64_t last;      /* number of its last event */
    size_t events;
    bool no_id;     /* it must not be sent twice */
    bool sealed;    /* takes no more events */
    bool attempted; /* it may be in the journal */
    bool under_way;
    bool done;
    char entry[ENTRY_MAX];
};

struct sw_outbox {
    struct sw_outbox_options options;
    struct sw_outbox_handler handler;
    void *ctx;
    struct sw_outbox_counters counters;
    struct sw_redis_conn *conn;
    struct sw_emitter *emitter;
    uv_timer_t flush; /* the end of this turn of the loop */
    uv_timer_t retry; /* after a refusal */
    char channel[SW_SITE_MAX + 16];
    struct message *first, **last, *open;
    size_t events, bytes, under_way;
    bool up, prepared, prepare_again;
    bool probing; /* after a refusal one message goes alone until it is taken */
    bool wants_room, stuck, closing;
    uint64_t retry_ms;
    unsigned handles;
    void (*closed)(void *ctx);
    void *closed_ctx;
};

static void pump(struct sw_outbox *box);
static void prepare(struct sw_outbox *box);

/* ---- messages ---- */

static struct message *new_message(struct sw_outbox *box, size_t cap) {
    struct message *m = sw_xcalloc(1, sizeof *m);
    m->box = box;
    sw_buf_init(&m->json, cap);
    *box->last = m;
    box->last = &m->next;
    return m;
}

static void seal(struct message *m) {
    if (m->sealed) return;
    m->sealed = true;
    if (m->events > 1) {
        sw_buf_putc(&m->json, ']');
        m->box->bytes++;
    }
    SW_ASSERT(!m->json.failed);
    if (m->box->open == m) m->box->open = NULL;
}

static void free_first(struct sw_outbox *box) {
    struct message *m = box->first;
    box->first = m->next;
    if (!box->first) box->last = &box->first;
    if (box->open == m) box->open = NULL;
    box->events -= m->events;
    box->bytes -= m->json.len;
    sw_buf_deinit(&m->json);
    free(m);
}

/* ---- answers ---- */

static void on_retry(uv_timer_t *timer) {
    struct sw_outbox *box = timer->data;
    if (box->up && box->prepared) pump(box);
    else if (box->prepare_again) prepare(box);
}

/* Redis does not take it now: later, one message at a time, until one is taken. */
static void try_later(struct sw_outbox *box, bool is_function, const char *text) {
    box->counters.refused++;
    box->probing = true;
    box->retry_ms = box->retry_ms ? box->retry_ms * 2 : RETRY_MIN_MS;
    if (box->retry_ms > RETRY_MAX_MS) box->retry_ms = RETRY_MAX_MS;
    uv_timer_start(&box->retry, on_retry, box->retry_ms, 0);
    if (box->handler.refused) box->handler.refused(box->ctx, is_function, text);
}

static void give_room(struct sw_outbox *box) {
    if (!box->wants_room || box->events > box->options.events_max / 2 || box->bytes > box->options.bytes_max / 2) return;
    box->wants_room = false;
    if (box->handler.room) box->handler.room(box->ctx);
}

static void acknowledge(struct sw_outbox *box, struct message *m, const char *entry) {
    m->done = true;
    (void)snprintf(m->entry, sizeof m->entry, "%s", entry);
    box->counters.messages++;
    box->probing = false;
    box->retry_ms = 0;
    uint64_t before = box->counters.acknowledged;
    char newest[ENTRY_MAX] = "";
    while (box->first && box->first->done) {
        box->counters.acknowledged = box->first->last;
        memcpy(newest, box->first->entry, sizeof newest);
        free_first(box);
    }
    if (box->counters.acknowledged == before) return;
    if (box->handler.acknowledged) box->handler.acknowledged(box->ctx, box->counters.acknowledged, newest);
    if (!box->closing) give_room(box);
}

static void on_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct message *m = ctx;
    struct sw_outbox *box = m->box;
    m->under_way = false;
    box->under_way--;
    if (box->closing || error) return; /* what becomes of it is decided once the connection's state is told */
    const char *text = sw_reply_text(reply, NULL);
    if (sw_reply_type(reply) != SW_REPLY_ERROR) {
        acknowledge(box, m, box->options.plain ? "" : text);
    } else {
        m->attempted = false;
        bool gone = sw_reply_is_error(reply, "NOSCRIPT") || strstr(text, "Function not found");
        if (!box->options.plain && gone) box->prepare_again = true; /* somebody flushed the functions */
        else try_later(box, false, text);
    }
    if (box->closing) return;
    if (!box->prepare_again) pump(box);
    else if (!box->under_way) prepare(box);
}

/* ---- sending ---- */

static bool send_message(struct sw_outbox *box, struct message *m) {
    seal(m);
    bool alone = m->events == 1;
    const char *json = m->json.data + alone;
    size_t len = m->json.len - alone;
    int error;
    if (box->options.plain) {
        const char *argv[] = {"PUBLISH", box->channel, json};
        const size_t lens[] = {7, strlen(box->channel), len};
        error = sw_redis_conn_send(box->conn, 3, argv, lens, on_reply, m);
    } else {
        error = sw_emitter_send(box->emitter, json, len, on_reply, m);
    }
    if (error) return false;
    box->counters.sent_again += m->attempted;
    m->attempted = m->under_way = true;
    box->under_way++;
    return true;
}

static void pump(struct sw_outbox *box) {
    if (box->closing || box->stuck || !box->prepared || box->prepare_again) return;
    if (box->probing && (box->under_way || uv_is_active((uv_handle_t *)&box->retry))) return;
    size_t window = box->probing ? 1 : SW_OUTBOX_WINDOW, seen = 0;
    for (struct message *m = box->first; m && seen < window; m = m->next) {
        seen++;
        if (!m->done && !m->under_way && !send_message(box, m)) return;
    }
}

static void on_flush(uv_timer_t *timer) { pump(timer->data); }

/* ---- the connection ---- */

static void on_prepared(void *ctx, int error, const char *text) {
    struct sw_outbox *box = ctx;
    if (box->closing || (error && error != -SW_EACCES)) return; /* lost again: READY comes anew */
    box->prepared = error == 0;
    box->prepare_again = error != 0;
    if (error) {
        try_later(box, true, text);
        return;
    }
    bool news = !box->up;
    box->up = true;
    if (news && box->handler.state) box->handler.state(box->ctx, true, "");
    if (!box->closing) pump(box);
}

static void prepare(struct sw_outbox *box) {
    if (box->options.plain) on_prepared(box, 0, "");
    else if (sw_emitter_prepare(box->emitter, on_prepared, box)) box->prepared = false; /* lost again: READY comes anew */
}

static void on_state(void *ctx, enum sw_redis_state state, const char *reason) {
    struct sw_outbox *box = ctx;
    if (box->closing) return;
    if (state == SW_REDIS_READY) {
        prepare(box);
        return;
    }
    if (state != SW_REDIS_BACKING_OFF) return;
    uv_timer_stop(&box->retry);
    box->counters.losses += box->up;
    box->up = box->prepared = box->prepare_again = false;
    box->probing = false;
    box->retry_ms = 0;
    bool unsafe = false;
    for (struct message *m = box->first; m; m = m->next) unsafe |= m->attempted && !m->done && m->no_id;
    if (box->handler.state) box->handler.state(box->ctx, false, reason);
    if (!unsafe || box->closing) return;
    box->stuck = true;
    if (box->handler.stuck) box->handler.stuck(box->ctx, reason);
}

/* ---- the public side ---- */

struct sw_outbox *sw_outbox_new(uv_loop_t *loop, const struct sw_outbox_options *options, const struct sw_outbox_handler *handler,
                                void *ctx) {
    struct sw_outbox *box = sw_xcalloc(1, sizeof *box);
    box->options = *options;
    box->handler = *handler;
    box->ctx = ctx;
    if (!box->options.message_events || box->options.message_events > SW_BATCH_EVENTS_MAX)
        box->options.message_events = SW_BATCH_EVENTS_MAX;
    if (!box->options.events_max) box->options.events_max = EVENTS_MAX;
    if (!box->options.bytes_max) box->options.bytes_max = BYTES_MAX;
    if (box->options.bytes_max < SW_BATCH_BYTES_MAX) box->options.bytes_max = SW_BATCH_BYTES_MAX;
    (void)snprintf(box->channel, sizeof box->channel, "sw:{%s}:events", options->site);
    box->options.site = NULL; /* not ours to keep */
    box->last = &box->first;
    const struct sw_redis_handler redis = {.state = on_state};
    box->conn = sw_redis_conn_new(loop, &options->redis, &redis, box);
    explicit_bzero(&box->options.redis, sizeof box->options.redis); /* the connection has its own copy of the password */
    box->emitter = sw_emitter_new(box->conn, options->site);
    uv_timer_init(loop, &box->flush);
    uv_timer_init(loop, &box->retry);
    box->flush.data = box->retry.data = box;
    box->handles = 3;
    return box;
}

void sw_outbox_start(struct sw_outbox *box) { sw_redis_conn_start(box->conn); }

int sw_outbox_add(struct sw_outbox *box, const char *json, size_t len, unsigned flags, uint64_t *seq) {
    if (!len || len > SW_BATCH_BYTES_MAX - (flags & SW_OUTBOX_ALONE ? 0 : 2)) return -SW_EINVAL;
    if (box->events >= box->options.events_max || box->bytes + len + 2 > box->options.bytes_max) {
        box->counters.full++;
        box->wants_room = true;
        return -SW_ELIMIT;
    }
    bool alone = flags & SW_OUTBOX_ALONE;
    struct message *m = box->open;
    if (m && (alone || m->events == box->options.message_events || m->json.len + len + 2 > SW_BATCH_BYTES_MAX)) {
        seal(m);
        m = NULL;
    }
    if (!m) m = box->open = new_message(box, SW_BATCH_BYTES_MAX + 2);
    size_t before = m->json.len;
    sw_buf_putc(&m->json, m->events ? ',' : '[');
    sw_buf_add(&m->json, json, len);
    box->bytes += m->json.len - before;
    m->events++;
    box->events++;
    m->no_id |= (flags & SW_OUTBOX_NO_ID) != 0;
    m->last = ++box->counters.added;
    if (seq) *seq = m->last;
    if (alone) seal(m);
    if (!uv_is_active((uv_handle_t *)&box->flush)) uv_timer_start(&box->flush, on_flush, 0, 0);
    return 0;
}

bool sw_outbox_is_up(const struct sw_outbox *box) { return box->up; }
const char *sw_outbox_reason(const struct sw_outbox *box) { return sw_redis_conn_reason(box->conn); }
size_t sw_outbox_pending(const struct sw_outbox *box) { return (size_t)(box->counters.added - box->counters.acknowledged); }
uint64_t sw_outbox_next(const struct sw_outbox *box) { return box->counters.acknowledged + 1; }
struct sw_outbox_counters sw_outbox_counters(const struct sw_outbox *box) { return box->counters; }
struct sw_redis_conn *sw_outbox_redis(struct sw_outbox *box) { return box->conn; }

static void release(struct sw_outbox *box) {
    if (--box->handles) return;
    while (box->first) free_first(box);
    sw_emitter_free(box->emitter);
    void (*closed)(void *) = box->closed;
    void *ctx = box->closed_ctx;
    free(box);
    if (closed) closed(ctx);
}

static void on_conn_closed(void *ctx) { release(ctx); }
static void on_timer_closed(uv_handle_t *handle) { release(handle->data); }

void sw_outbox_close(struct sw_outbox *box, void (*closed)(void *ctx), void *ctx) {
    SW_ASSERT(!box->closing);
    box->closing = true;
    box->closed = closed;
    box->closed_ctx = ctx;
    uv_close((uv_handle_t *)&box->flush, on_timer_closed);
    uv_close((uv_handle_t *)&box->retry, on_timer_closed);
    sw_redis_conn_close(box->conn, on_conn_closed, box);
}
