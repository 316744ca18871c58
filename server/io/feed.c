#include "io/feed_internal.h"

#include "shiftwall/buf.h"
#include "shiftwall/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *sw_feed_state_name(enum sw_feed_state state) {
    static const char *const names[] = {"connecting", "catching-up", "live", "stale"};
    return (unsigned)state < sizeof names / sizeof *names ? names[state] : "?";
}

/* ---- status ---- */

int64_t sw__feed_now_ms(const struct sw_feed *feed) {
    if (feed->handler.now_ms) return feed->handler.now_ms(feed->ctx);
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sw_feed_status_get(const struct sw_feed *feed, struct sw_feed_status *out) {
    *out = feed->status;
    out->reconnects = feed->closing ? 0 : sw_redis_conn_losses(feed->sub) + sw_redis_conn_losses(feed->cmd);
    out->buffered = feed->buffer.count;
    out->buffered_bytes = feed->buffer.tail - feed->buffer.head;
}

/* Why the feed is not live: the connections first, then what Redis refuses. */
static const char *find_reason(const struct sw_feed *feed) {
    if (!feed->subscribed && sw_redis_conn_reason(feed->sub)[0]) return sw_redis_conn_reason(feed->sub);
    if (!feed->cmd_ready && sw_redis_conn_reason(feed->cmd)[0]) return sw_redis_conn_reason(feed->cmd);
    return feed->refusal;
}

static enum sw_feed_state find_state(struct sw_feed *feed) {
    bool up = feed->subscribed && feed->cmd_ready && !feed->refusal[0];
    if (!up) return feed->ever_live ? SW_FEED_STALE : SW_FEED_CONNECTING;
    if (feed->mode == FEED_LIVE) return SW_FEED_LIVE;
    /* A gap that one page closes is no news to the walls. */
    bool brief = feed->status.state == SW_FEED_LIVE && feed->pages_read == 0;
    return brief ? SW_FEED_LIVE : SW_FEED_CATCHING_UP;
}

void sw__feed_update(struct sw_feed *feed, bool force) {
    if (feed->closing) return;
    enum sw_feed_state state = find_state(feed);
    const char *reason = state == SW_FEED_LIVE ? "" : find_reason(feed);
    bool changed = state != feed->status.state || strcmp(reason, feed->status.reason) != 0;
    if (!changed && !force) return;
    if (state != feed->status.state) feed->status.since_ms = sw__feed_now_ms(feed);
    feed->status.state = state;
    if (state == SW_FEED_LIVE) feed->ever_live = true;
    (void)snprintf(feed->status.reason, sizeof feed->status.reason, "%s", reason);
    if (!feed->handler.status) return;
    struct sw_feed_status status;
    sw_feed_status_get(feed, &status);
    feed->handler.status(feed->ctx, &status);
}

void sw__feed_incomplete(struct sw_feed *feed, int64_t since_ms, int64_t until_ms) {
    struct sw_feed_status *status = &feed->status;
    bool news = !status->incomplete_since_ms || since_ms < status->incomplete_since_ms;
    if (news) status->incomplete_since_ms = since_ms;
    if (until_ms > status->incomplete_until_ms) status->incomplete_until_ms = until_ms;
    if (news) sw__feed_update(feed, true);
}

void sw_feed_set_from(struct sw_feed *feed, int64_t from_ms) {
    struct sw_feed_status *status = &feed->status;
    feed->options.from_ms = from_ms;
    if (!status->incomplete_since_ms || status->incomplete_until_ms >= from_ms) return;
    status->incomplete_since_ms = status->incomplete_until_ms = 0;
    sw__feed_update(feed, true);
}

struct sw_feed_id sw_feed_last_id(const struct sw_feed *feed) {
    return feed->last;
}

size_t sw_feed_place(const struct sw_feed *feed, struct sw_feed_id *confirmed, struct sw_feed_id *out) {
    *confirmed = feed->confirmed;
    for (uint32_t i = 0; i < feed->ring_count; i++) out[i] = feed->ring[(feed->ring_head + i) % FEED_RING];
    return feed->ring_count;
}

void sw__feed_deliver(struct sw_feed *feed, struct sw_feed_id id, const char *data, size_t len) {
    if (feed->closing) return;
    struct sw_feed_message message = {
        .data = data,
        .len = len,
        .journaled = !sw__feed_id_is_zero(id),
        .catching_up = feed->mode != FEED_LIVE,
        .id_ms = (int64_t)id.ms,
        .id_seq = (int64_t)id.seq,
        .arrived_ms = sw__feed_now_ms(feed),
    };
    if (message.journaled)
        feed->status.journaled++;
    else
        feed->status.plain++;
    feed->status.last_message_ms = message.arrived_ms;
    feed->handler.message(feed->ctx, &message);
}

void sw__feed_bad_message(struct sw_feed *feed, const char *data, size_t len) {
    feed->status.bad_messages++;
    if (data) sw_feed_reject(feed, sw_reject_name(SW_REJECT_BAD_MESSAGE), data, len);
}

/* ---- the subscription ---- */

static void on_sub_state(void *ctx, enum sw_redis_state state, const char *reason) {
    struct sw_feed *feed = ctx;
    (void)reason;
    if (state == SW_REDIS_READY) {
        const char *channels[] = {feed->events, feed->probe};
        /* Cannot fail in READY; and if it did, the tick would find the silence. */
        if (sw_redis_conn_subscribe(feed->sub, 2, channels) != 0)
            sw_redis_conn_restart(feed->sub, "the subscription could not be sent");
        return;
    }
    if (state != SW_REDIS_BACKING_OFF) return;
    if (feed->subscribed && feed->plain_seen && !feed->plain_away_ms)
        feed->plain_away_ms = sw__feed_now_ms(feed);
    feed->subscribed = false;
    /* A read that is under way goes on; its end finds no subscription. A drain goes on as well. */
    if (feed->mode == FEED_LIVE) feed->mode = FEED_WAIT;
    sw__feed_update(feed, false);
}

static void on_subscribed(void *ctx) {
    struct sw_feed *feed = ctx;
    feed->subscribed = true;
    feed->heard = true;
    feed->probe_accepted = false;
    if (feed->plain_away_ms) {
        /* Plain messages sent meanwhile reached nobody. */
        sw__feed_incomplete(feed, feed->plain_away_ms, sw__feed_now_ms(feed));
        feed->plain_away_ms = 0;
    }
    if (feed->closing) return;
    sw__feed_read(feed);
    sw__feed_update(feed, false);
}

static void on_message(void *ctx, const char *channel, size_t channel_len, const char *data, size_t len) {
    struct sw_feed *feed = ctx;
    feed->heard = true;
    if (channel_len == strlen(feed->events) && memcmp(channel, feed->events, channel_len) == 0) {
        sw__feed_on_event(feed, data, len);
    }
}

/* ---- the command connection ---- */

static void on_prepared(void *ctx, int error, const char *text) {
    struct sw_feed *feed = ctx;
    if (feed->closing || error == -SW_EIO) return;
    const char *now = error ? text : sw_emitter_way(feed->emitter);
    if (strcmp(now, feed->status.function) == 0) return;
    (void)snprintf(feed->status.function, sizeof feed->status.function, "%s", now);
    sw__feed_update(feed, true);
}

static void prepare(struct sw_feed *feed) {
    /* Busy or not ready: the next tick asks again. */
    if (sw_emitter_prepare(feed->emitter, on_prepared, feed) != 0) return;
}

static void on_cmd_state(void *ctx, enum sw_redis_state state, const char *reason) {
    struct sw_feed *feed = ctx;
    (void)reason;
    if (state == SW_REDIS_READY) {
        feed->cmd_ready = true;
        prepare(feed);
        /* Whatever the mode: this Redis may be another one than before. */
        sw__feed_read(feed);
        sw__feed_update(feed, false);
    } else if (state == SW_REDIS_BACKING_OFF) {
        feed->cmd_ready = false;
        sw__feed_update(feed, false);
    }
}

/* ---- the tick ---- */

static void on_probe_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_feed *feed = ctx;
    if (!error && sw_reply_type(reply) == SW_REPLY_INTEGER) feed->probe_accepted = true;
}

/* A subscription may be dead with its connection seeming alive. When nothing came for a tick, a message of
 * our own must come back within another; a probe that Redis did not take proves nothing. */
static void probe(struct sw_feed *feed) {
    if (!feed->subscribed) return;
    bool silent = !feed->heard;
    feed->heard = false;
    if (!silent) {
        feed->probe_accepted = false;
    } else if (feed->probe_accepted) {
        feed->probe_accepted = false;
        feed->status.silent_restarts++;
        sw_redis_conn_restart(feed->sub, "the subscription fell silent");
    } else {
        const char *argv[] = {"PUBLISH", feed->probe, "probe"};
        /* Not taken: the next tick probes again. */
        if (sw_redis_conn_send(feed->cmd, 3, argv, NULL, on_probe_reply, feed) != 0) return;
    }
}

static void on_tick(uv_timer_t *timer) {
    struct sw_feed *feed = timer->data;
    probe(feed);
    if (!feed->cmd_ready || feed->closing) return;
    prepare(feed);
    if (feed->mode == FEED_WAIT && feed->subscribed)
        sw__feed_read(feed);
    else if (feed->mode == FEED_LIVE)
        sw__feed_check(feed);
    feed->journal_heard = false;
}

/* ---- life ---- */

static void set_defaults(struct sw_feed_options *options) {
    if (!options->tick_ms) options->tick_ms = 5000;
    if (!options->page) options->page = 1000;
    if (!options->progress_ms) options->progress_ms = 500;
    if (!options->buffer_max) options->buffer_max = 65536;
    if (!options->buffer_max_bytes) options->buffer_max_bytes = (size_t)64 << 20;
    if (!options->rejects_per_second) options->rejects_per_second = 100;
}

static void open_connections(struct sw_feed *feed) {
    struct sw_redis_handler sub = {.state = on_sub_state, .subscribed = on_subscribed, .message = on_message};
    struct sw_redis_handler cmd = {.state = on_cmd_state};
    struct sw_redis_options redis = feed->options.redis;
    feed->sub = sw_redis_conn_new(feed->loop, &redis, &sub, feed);
    if (redis.seed) redis.seed++; /* not the same pauses for both */
    feed->cmd = sw_redis_conn_new(feed->loop, &redis, &cmd, feed);
    explicit_bzero(&redis, sizeof redis);
    explicit_bzero(&feed->options.redis, sizeof feed->options.redis);
    feed->emitter = sw_emitter_new(feed->cmd, feed->site);
}

/* Begins from the loop: a connection that fails at once would call an owner who has no feed yet. */
static void on_start(uv_timer_t *timer) {
    struct sw_feed *feed = timer->data;
    sw_redis_conn_start(feed->sub);
    if (!feed->closing) sw_redis_conn_start(feed->cmd);
}

/* Goes on from where a checkpoint was. */
static void resume(struct sw_feed *feed, const struct sw_feed_options *options) {
    feed->last = feed->confirmed = options->start;
    for (size_t i = 0; i < options->had_count && i < FEED_RING; i++) feed->last = feed->ring[i] = options->had[i];
    feed->ring_count = (uint32_t)(options->had_count < FEED_RING ? options->had_count : FEED_RING);
    feed->resuming = !sw__feed_id_is_zero(feed->last);
    feed->options.had = NULL;
    feed->status.incomplete_since_ms = options->incomplete_since_ms;
    feed->status.incomplete_until_ms = options->incomplete_until_ms;
}

struct sw_feed *sw_feed_new(uv_loop_t *loop, const struct sw_feed_options *options,
                            const struct sw_feed_handler *handler, void *ctx) {
    if (!options->site || !sw_site_name_is_valid(options->site) || !handler->message) return NULL;
    struct sw_feed *feed = sw_xcalloc(1, sizeof *feed);
    feed->loop = loop;
    feed->options = *options;
    feed->handler = *handler;
    feed->ctx = ctx;
    set_defaults(&feed->options);
    (void)snprintf(feed->site, sizeof feed->site, "%s", options->site);
    feed->options.site = feed->site;
    (void)snprintf(feed->journal, sizeof feed->journal, "sw:{%s}:journal", feed->site);
    (void)snprintf(feed->events, sizeof feed->events, "sw:{%s}:events", feed->site);
    (void)snprintf(feed->probe, sizeof feed->probe, "sw:{%s}:probe", feed->site);
    resume(feed, options);
    feed->status.since_ms = sw__feed_now_ms(feed);
    feed->status.progress_permille = -1;
    SW_ASSERT(uv_timer_init(loop, &feed->tick_timer) == 0);
    SW_ASSERT(uv_timer_init(loop, &feed->drain_timer) == 0);
    feed->tick_timer.data = feed->drain_timer.data = feed;
    open_connections(feed);
    feed->handles = 4;
    uint64_t tick = (uint64_t)feed->options.tick_ms;
    SW_ASSERT(uv_timer_start(&feed->tick_timer, on_tick, tick, tick) == 0);
    SW_ASSERT(uv_timer_start(&feed->drain_timer, on_start, 0, 0) == 0);
    return feed;
}

static void release(struct sw_feed *feed) {
    if (--feed->handles) return;
    void (*closed)(void *) = feed->closed;
    void *ctx = feed->closed_ctx;
    sw_emitter_free(feed->emitter);
    free(feed->buffer.data);
    free(feed);
    if (closed) closed(ctx);
}

static void on_conn_closed(void *ctx) {
    release(ctx);
}
static void on_timer_closed(uv_handle_t *handle) {
    release(handle->data);
}

void sw_feed_close(struct sw_feed *feed, void (*closed)(void *ctx), void *ctx) {
    SW_ASSERT(!feed->closing);
    feed->closing = true;
    feed->closed = closed;
    feed->closed_ctx = ctx;
    sw_redis_conn_close(feed->sub, on_conn_closed, feed);
    sw_redis_conn_close(feed->cmd, on_conn_closed, feed);
    uv_close((uv_handle_t *)&feed->tick_timer, on_timer_closed);
    uv_close((uv_handle_t *)&feed->drain_timer, on_timer_closed);
}
