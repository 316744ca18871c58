/* What AMI and ESL share: see source_switch.h. */
#include "tools/source_switch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/log.h"
#include "shiftwall/buf.h"
#include "tools/source_past.h"

#define WATCH_MS 1000

struct sw_switch {
    struct sw_source *source;
    char name[64], where[SW_PEER_HOST_MAX + 8];
    struct sw_switch_handler handler;
    void *ctx;
    struct sw_clock clock;
    struct sw_pbx_reasons *reasons;
    struct sw_pbx *pbx;
    struct sw_peer_conn *peer;
    uv_timer_t deadline, watch;
    struct sw_buf backlog; /* events without room, a line each */
    struct sw_source_past *past; /* being read */
    bool is_started, is_logged_in, is_paused, is_pinged, is_seen, is_closing, is_quiet;
    uint64_t up_since, heard;  /* on the loop's clock */
    int64_t heard_ms;          /* on the clock; 0 = never */
    int64_t check_ms;
    int64_t unseen_since_ms;   /* on the clock; 0 = it is seen */
    bool is_alarm;
    char reason[SW_PEER_REASON_MAX];
    uint64_t bytes, watchdogs;
};

int64_t sw_switch_now_ms(const struct sw_switch *sw) { return sw_clock_now_ms(&sw->clock); }

void sw_switch_message(struct sw_switch *sw, const char *text) {
    sw_log(SW_LOG_WARN, "source.told", "src=%s text=%s", sw->source->src, text);
}

/* ---- events out ---- */

static void stop_reading(struct sw_switch *sw) {
    if (sw->is_paused) return;
    sw->is_paused = true;
    sw_peer_conn_pause(sw->peer);
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct sw_switch *sw = ctx;
    if (sw->is_quiet) return; /* the end: what the switch knows is asked for again next time */
    if (!sw->backlog.len && sw_source_add(sw->source, json, len, NULL) == 0) return;
    sw_buf_add(&sw->backlog, json, len);
    sw_buf_putc(&sw->backlog, '\n');
    if (sw->backlog.failed) {
        sw_log(SW_LOG_ERROR, "source.backlog", "src=%s text=%s", sw->source->src,
               "Redis takes no events, and no more can be kept: a new start asks the switch anew");
        sw->is_quiet = true;
        sw_source_stop(sw->source, SW_TOOL_DIFFERS);
        return;
    }
    stop_reading(sw);
}

void sw_switch_room(struct sw_switch *sw) {
    size_t at = 0;
    while (at < sw->backlog.len) {
        const char *line = sw->backlog.data + at;
        size_t len = (size_t)((const char *)memchr(line, '\n', sw->backlog.len - at) - line);
        if (sw_source_add(sw->source, line, len, NULL)) break;
        at += len + 1;
    }
    if (at < sw->backlog.len) {
        memmove(sw->backlog.data, sw->backlog.data + at, sw->backlog.len - at);
        sw->backlog.len -= at;
        return;
    }
    sw_buf_clear(&sw->backlog);
    if (!sw->is_paused || sw->is_closing) return;
    sw->is_paused = false;
    sw->heard = uv_now(sw->source->loop);
    sw_peer_conn_resume(sw->peer);
}

/* ---- time ---- */

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

static void on_deadline(uv_timer_t *timer);

void sw_switch_changed(struct sw_switch *sw) {
    if (sw->is_closing || !sw->is_started) return;
    int64_t next = earlier(sw_pbx_next_deadline(sw->pbx), sw->handler.deadline(sw->ctx));
    if (sw->is_logged_in) next = earlier(next, sw->check_ms);
    if (sw->unseen_since_ms && !sw->is_alarm) next = earlier(next, sw->unseen_since_ms + SW_SWITCH_ALARM_MS);
    if (next == INT64_MAX) uv_timer_stop(&sw->deadline);
    else uv_timer_start(&sw->deadline, on_deadline, sw_clock_delay_ms(&sw->clock, next), 0);
}

static void raise_alarm(struct sw_switch *sw, int64_t now_ms) {
    char text[280];
    (void)snprintf(text, sizeof text, "%s (%.80s) is not seen: %.70s. What its queues and agents do is not known.", sw->name,
                   sw->where, sw->reason);
    sw->is_alarm = true;
    sw_log(SW_LOG_WARN, "source.unseen", "src=%s reason=%s", sw->source->src, sw->reason);
    sw_pbx_alarm(sw->pbx, true, text, now_ms);
}

static void on_deadline(uv_timer_t *timer) {
    struct sw_switch *sw = timer->data;
    int64_t now_ms = sw_switch_now_ms(sw);
    sw_pbx_advance(sw->pbx, now_ms);
    sw->handler.advance(sw->ctx, now_ms);
    if (sw->is_logged_in && now_ms >= sw->check_ms) {
        sw->check_ms = now_ms + SW_SWITCH_CHECK_MS;
        sw->handler.check(sw->ctx, now_ms);
    }
    if (sw->unseen_since_ms && !sw->is_alarm && now_ms >= sw->unseen_since_ms + SW_SWITCH_ALARM_MS) raise_alarm(sw, now_ms);
    sw_switch_changed(sw);
}

/* ---- the connection ---- */

void sw_switch_send(struct sw_switch *sw, const char *text, size_t len) {
    if (sw_peer_conn_send(sw->peer, text, len) == -SW_ELIMIT) sw_switch_restart(sw, "the switch does not read what it is sent", false);
}

void sw_switch_restart(struct sw_switch *sw, const char *reason, bool refused) { sw_peer_conn_restart(sw->peer, reason, refused); }

void sw_switch_logged_in(struct sw_switch *sw) {
    sw->is_logged_in = true;
    sw->check_ms = sw_switch_now_ms(sw) + SW_SWITCH_CHECK_MS;
    sw_log(SW_LOG_INFO, "source.switch", "src=%s state=up peer=%s", sw->source->src, sw->where);
}

/* What the service manager shows. */
static void show_status(struct sw_switch *sw) {
    char status[640];
    if (sw->is_seen)
        (void)snprintf(status, sizeof status, "%s %s: %zu agents signed in, %zu calls", sw->name, sw->where, sw_pbx_staffed_agents(sw->pbx),
                       sw_pbx_open_calls(sw->pbx));
    else (void)snprintf(status, sizeof status, "%s %s is not seen: %s", sw->name, sw->where, sw->reason);
    sw_source_ready(sw->source, status);
}

void sw_switch_seen(struct sw_switch *sw) {
    if (!sw->is_seen)
        sw_log(SW_LOG_INFO, "source.seen", "src=%s agents=%zu calls=%zu", sw->source->src, sw_pbx_staffed_agents(sw->pbx),
               sw_pbx_open_calls(sw->pbx));
    sw->is_seen = true;
    sw->unseen_since_ms = 0;
    sw_pbx_alarm(sw->pbx, false, "", sw_switch_now_ms(sw)); /* also one of an earlier run */
    sw->is_alarm = false;
    show_status(sw);
}

void sw_switch_not_seen(struct sw_switch *sw, const char *reason) {
    bool is_news = sw->is_seen || strcmp(sw->reason, reason);
    sw->is_seen = false;
    (void)snprintf(sw->reason, sizeof sw->reason, "%s", reason);
    if (!sw->unseen_since_ms) sw->unseen_since_ms = sw_switch_now_ms(sw);
    if (is_news) sw_log(SW_LOG_WARN, "source.switch", "src=%s state=down peer=%s reason=%s", sw->source->src, sw->where, reason);
    show_status(sw);
    sw_switch_changed(sw);
}

static void on_state(void *ctx, enum sw_peer_state state, const char *reason) {
    struct sw_switch *sw = ctx;
    if (sw->is_closing) return;
    if (state == SW_PEER_UP) {
        sw->up_since = sw->heard = uv_now(sw->source->loop);
        sw->is_pinged = false;
        if (sw->is_paused) sw_peer_conn_pause(sw->peer); /* a new connection is not */
        sw->handler.up(sw->ctx);
        return;
    }
    if (state != SW_PEER_BACKING_OFF) return;
    if (sw->is_logged_in) sw_pbx_unseen(sw->pbx, sw->heard_ms);
    sw->is_logged_in = false;
    sw->handler.down(sw->ctx);
    sw_switch_not_seen(sw, reason);
}

static void on_bytes(void *ctx, const char *data, size_t len) {
    struct sw_switch *sw = ctx;
    sw->heard = uv_now(sw->source->loop);
    sw->heard_ms = sw_switch_now_ms(sw);
    sw->is_pinged = false;
    sw->bytes += len;
    sw->handler.bytes(sw->ctx, data, len);
    sw_switch_changed(sw);
}

static void on_watch(uv_timer_t *timer) {
    struct sw_switch *sw = timer->data;
    uint64_t now = uv_now(sw->source->loop);
    if (sw->is_closing || sw->is_paused || sw_peer_conn_state(sw->peer) != SW_PEER_UP) return;
    if (!sw->is_logged_in) {
        if (now - sw->up_since < SW_SWITCH_LOGIN_MS) return;
        sw->watchdogs++;
        sw_switch_restart(sw, "no login within 10 seconds: is this the switch's port?", false);
    } else if (now - sw->heard >= SW_SWITCH_SILENCE_MS + SW_SWITCH_ANSWER_MS && sw->is_pinged) {
        sw->watchdogs++;
        sw_switch_restart(sw, "the switch does not answer any more", false);
    } else if (now - sw->heard >= SW_SWITCH_SILENCE_MS && !sw->is_pinged) {
        sw->is_pinged = true;
        sw->handler.ping(sw->ctx);
    }
}

/* ---- the beginning ---- */

static void on_message(void *ctx, const char *text) { sw_switch_message(ctx, text); }

static struct sw_pbx *make_pbx(struct sw_switch *sw) {
    char run[SW_PBX_RUN_BYTES_MAX];
    struct sw_clock real;
    sw_clock_init(&real);
    (void)snprintf(run, sizeof run, "%" PRIx64 "-%x", (uint64_t)sw_clock_now_ms(&real), (unsigned)getpid());
    const struct sw_pbx_options options = {.src = sw->source->src,
                                           .run = run,
                                           .wrapup_ms = sw->source->wrapup_ms > 0 ? sw->source->wrapup_ms : 0,
                                           .resolution_ms = 1000, /* both switches tell durations in seconds */
                                           .reasons = sw->reasons,
                                           .event = on_event,
                                           .message = on_message,
                                           .ctx = sw};
    return sw_pbx_new(&options);
}

static void start(struct sw_switch *sw) {
    sw->is_started = true;
    sw->unseen_since_ms = sw_switch_now_ms(sw);
    sw_pbx_advance(sw->pbx, sw->unseen_since_ms);
    sw->handler.begin(sw->ctx, sw->pbx);
    sw_peer_conn_start(sw->peer);
    uv_timer_start(&sw->watch, on_watch, WATCH_MS, WATCH_MS);
    show_status(sw); /* to wait for the switch is to work */
    sw_switch_changed(sw);
}

static void on_past_event(void *ctx, const struct sw_event *event) { sw_pbx_past(((struct sw_switch *)ctx)->pbx, event); }

static void on_past(void *ctx, int error, uint64_t read, const char *text) {
    struct sw_switch *sw = ctx;
    sw->past = NULL;
    if (!error) {
        sw_log(SW_LOG_INFO, "source.resumed", "src=%s events=%" PRIu64, sw->source->src, read);
        start(sw);
    } else if (error == -SW_EACCES) {
        sw_log(SW_LOG_ERROR, "source.resumed", "src=%s text=%s", sw->source->src, text);
        sw_source_stop(sw->source, SW_TOOL_DIFFERS);
    } /* else the connection was lost, and comes up again */
}

void sw_switch_redis_up(struct sw_switch *sw) {
    struct sw_redis_conn *conn = sw_source_redis(sw->source);
    struct sw_clock real;
    if (sw->is_started || sw->past || sw->is_quiet) return;
    sw_pbx_free(sw->pbx); /* of an attempt that was cut off */
    sw->pbx = make_pbx(sw);
    if (!conn) { /* --dry-run */
        start(sw);
        return;
    }
    sw_clock_init(&real);
    sw->past = sw_source_past_read(conn, sw->source->site, sw->source->src, sw_clock_now_ms(&real) - SW_SOURCE_PAST_MS, on_past_event,
                                   on_past, sw);
}

static bool take_reason(void *ctx, char *reason, char *state) {
    struct sw_switch *sw = ctx;
    for (int s = 0; s < SW_ST_COUNT; s++)
        if (!strcmp(state, sw_agent_state_name((enum sw_agent_state)s)))
            return sw_pbx_reasons_add(sw->reasons, reason, (enum sw_agent_state)s) == 0;
    return false;
}

static bool read_clock(struct sw_switch *sw) {
    const char *text = sw_tool_option(sw->source->args, "--clock");
    int64_t start_ms;
    double speed;
    sw_clock_init(&sw->clock);
    if (!text || (sw_clock_parse(text, &start_ms, &speed) == 0 && sw_clock_init_virtual(&sw->clock, start_ms, speed) == 0)) return true;
    fprintf(stderr, "shiftwall source: --clock %s: must be START[,SPEED]\n", text);
    return false;
}

struct sw_switch *sw_switch_open(struct sw_source *source, const char *name, const struct sw_peer_options *peer,
                                 const char *const *reasons, const struct sw_switch_handler *handler, void *ctx, int *status) {
    struct sw_switch *sw = sw_xcalloc(1, sizeof *sw);
    const struct sw_peer_handler peer_handler = {.state = on_state, .bytes = on_bytes};
    struct sw_peer_options options = *peer;
    long retry_ms = 30000;
    char error[SW_PEER_REASON_MAX];
    sw->source = source;
    sw->handler = *handler;
    sw->ctx = ctx;
    (void)snprintf(sw->name, sizeof sw->name, "%s", name);
    (void)snprintf(sw->where, sizeof sw->where, "%s:%u", peer->address.host, (unsigned)peer->address.port);
    (void)snprintf(sw->reason, sizeof sw->reason, "not reached yet");
    sw_buf_init(&sw->backlog, SW_SWITCH_BACKLOG_BYTES_MAX);
    sw->reasons = sw_pbx_reasons_new();
    for (; reasons && *reasons; reasons++) SW_ASSERT(sw_pbx_reasons_add_pair(sw->reasons, *reasons) == 0);
    *status = sw_source_reasons(source, take_reason, sw);
    if (!*status && (!read_clock(sw) || !sw_tool_integer("source", source->args, "--retry", 100, 3600000, &retry_ms))) *status = SW_TOOL_USAGE;
    options.backoff_max_ms = retry_ms;
    if (!*status) {
        sw->peer = sw_peer_conn_new(source->loop, &options, &peer_handler, sw, error, sizeof error);
        if (!sw->peer) {
            fprintf(stderr, "shiftwall source: %s\n", error);
            *status = SW_TOOL_INPUT;
        }
    }
    if (*status) {
        sw_switch_free(sw);
        return NULL;
    }
    uv_timer_init(source->loop, &sw->deadline);
    uv_timer_init(source->loop, &sw->watch);
    sw->deadline.data = sw->watch.data = sw;
    return sw;
}

/* ---- the end ---- */

void sw_switch_quiesce(struct sw_switch *sw) {
    sw->is_quiet = true;
    stop_reading(sw);
}

void sw_switch_close(struct sw_switch *sw) {
    sw->is_closing = sw->is_quiet = true;
    uv_close((uv_handle_t *)&sw->deadline, NULL);
    uv_close((uv_handle_t *)&sw->watch, NULL);
    sw_peer_conn_close(sw->peer, NULL, NULL);
    if (sw->past) sw_source_past_stop(sw->past);
}

void sw_switch_free(struct sw_switch *sw) {
    if (!sw) return;
    sw_pbx_free(sw->pbx);
    sw_pbx_reasons_free(sw->reasons);
    sw_buf_deinit(&sw->backlog);
    free(sw);
}

void sw_switch_log_counters(struct sw_switch *sw) {
    if (!sw->pbx) return; /* Redis was never reached */
    const struct sw_pbx_counters *c = sw_pbx_counters(sw->pbx);
    struct sw_outbox *box = sw_source_outbox(sw->source);
    struct sw_outbox_counters o = {0};
    if (box) o = sw_outbox_counters(box);
    sw_log(SW_LOG_INFO, "source.counters",
           "src=%s events=%" PRIu64 " acknowledged=%" PRIu64 " sent_again=%" PRIu64 " refused_by_redis=%" PRIu64 " repeats=%" PRIu64
           " refused=%" PRIu64 " late=%" PRIu64 " moved=%" PRIu64 " corrected=%" PRIu64 " orphans=%" PRIu64 " bytes=%" PRIu64
           " losses=%" PRIu64 " watchdogs=%" PRIu64 " agents=%zu calls=%zu",
           sw->source->src, c->events, o.acknowledged, o.sent_again, o.refused, c->repeats, c->refused, c->late, c->moved,
           c->corrected, c->orphans, sw->bytes, sw_peer_conn_losses(sw->peer), sw->watchdogs, sw_pbx_staffed_agents(sw->pbx),
           sw_pbx_open_calls(sw->pbx));
}
