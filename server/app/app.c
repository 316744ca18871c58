#include "app/app.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_state.h"
#include "codec/event_json.h"
#include "codec/json_writer.h"
#include "codec/site.h"
#include "io/files.h"
#include "io/log.h"
#include "io/policy_file.h"
#include "io/zone_load.h"

#define OUTPUT_MS 1000                     /* how often views are written to Redis, at most */
#define OUTPUT_BYTES_MAX ((size_t)1 << 20) /* a larger view is not */
#define TOO_LARGE_MS 60000u                /* when it is looked at again */
#define OUTPUT_KPIS 2                      /* the first views are published, too */
#define ERROR_BYTES_MAX 512
#define LEASE_PATIENCE_MS 1500 /* for what Redis says of who serves the site */
#define ID_SKEW_MS INT64_C(3600000) /* how far the clock of Redis may be ahead of ours */

/* ---- time ---- */

int64_t sw__app_clock(void *ctx) { return sw_clock_now_ms(&((struct sw_app *)ctx)->clock); }

/* Figures move on while the feed is live and, where somebody could stand by, the site is ours. */
static bool is_live(const struct sw_app *app) {
    return app->feed_status.state == SW_FEED_LIVE && (!app->lease || sw_lease_is_ours(app->lease));
}

static void on_deadline(uv_timer_t *timer);
static void write_feed_part(struct sw_app *app);

/* Time passes on the floor only while the feed is live: a floor that does not know what happened stands still, and
 * what is read later finds it as it was. */
void sw__app_arm_deadline(struct sw_app *app) {
    if (app->stopping) return;
    int64_t next_ms = sw_floor_next_deadline(app->floor);
    if (!is_live(app) || next_ms == INT64_MAX) {
        uv_timer_stop(&app->deadline);
        return;
    }
    if (next_ms == app->deadline_ms && uv_is_active((uv_handle_t *)&app->deadline)) return; /* with most events */
    app->deadline_ms = next_ms;
    uv_timer_start(&app->deadline, on_deadline, sw_clock_delay_ms(&app->clock, next_ms), 0);
}

/* Charts are made before their moment is past. */
static void pass_time(struct sw_app *app) {
    if (sw_checkpoints_is_saving(app->checkpoints)) return; /* it stands still for some ms */
    int64_t now_ms = sw__app_clock(app);
    sw_charts_advance(app->charts, now_ms);
    sw_floor_advance(app->floor, now_ms);
}

static void on_desk_due(uv_timer_t *timer);

/* What people see of shifts changes with time alone: a deadline passes. */
static void arm_desk(struct sw_app *app) {
    int64_t next_ms = sw_desk_next_deadline(app->desk);
    if (next_ms == INT64_MAX || app->stopping) uv_timer_stop(&app->desk_due);
    else uv_timer_start(&app->desk_due, on_desk_due, sw_clock_delay_ms(&app->clock, next_ms), 0);
}

static void on_flush(uv_timer_t *timer) {
    struct sw_app *app = timer->data;
    app->flush_armed = false;
    app->found = sw_floor_changed(app->floor);
    if (app->feed) write_feed_part(app);
    sw_publisher_flush(app->publisher);
    if (app->desk && is_live(app)) sw_desk_flush(app->desk), arm_desk(app);
    /* finding nothing new makes no event wait; all views that change keep one pace, and go out together */
    if (app->found) app->last_flush = uv_now(&app->loop);
}

/* Views are written when this turn of the loop is over, and then at most once per push interval. */
void sw__app_flush_soon(struct sw_app *app) {
    if (app->flush_armed || app->stopping) return;
    uint64_t due = app->last_flush + (uint64_t)app->config->push_interval_ms, now = uv_now(&app->loop);
    app->flush_armed = true;
    uv_timer_start(&app->flush, on_flush, due > now ? due - now : 0, 0);
}

static void on_desk_due(uv_timer_t *timer) {
    struct sw_app *app = timer->data;
    if (is_live(app)) pass_time(app);
    sw__app_flush_soon(app);
}

static void on_deadline(uv_timer_t *timer) {
    struct sw_app *app = timer->data;
    int64_t now_ms = sw__app_clock(app);
    int64_t late_ms = now_ms - sw_floor_next_deadline(app->floor);
    if (late_ms > (int64_t)app->loop_lag_max_ms && !app->clock.is_virtual) app->loop_lag_max_ms = (uint64_t)late_ms;
    pass_time(app);
    if (sw_floor_changed(app->floor)) sw__app_flush_soon(app);
    sw__app_arm_deadline(app);
}

/* ---- the feed ---- */

const char *sw_app_feed_word(const struct sw_app *app) {
    if (app->feed_status.state == SW_FEED_CATCHING_UP) return "catching-up";
    if (!is_live(app)) return "stale";
    return sw_app_incomplete_since(app) ? "incomplete" : "live";
}

int64_t sw_app_incomplete_since(const struct sw_app *app) {
    const struct sw_feed_status *s = &app->feed_status;
    int64_t now_ms = sw_floor_now(app->floor);
    if (now_ms == INT64_MIN) return s->incomplete_since_ms;
    int64_t today_ms = sw_floor_day(app->floor, now_ms, NULL).start_ms;
    if (app->plain_lost_day_ms == today_ms) return today_ms;
    /* what was lost before today is no longer in today's figures */
    bool over = s->incomplete_until_ms && s->incomplete_until_ms < today_ms;
    return over ? 0 : s->incomplete_since_ms;
}

/* Once a business day: losses before it are over. */
static void keep_day(struct sw_app *app) {
    int64_t now_ms = sw_floor_now(app->floor);
    if (now_ms == INT64_MIN || app->clock.is_virtual) return;
    int64_t today_ms = sw_floor_day(app->floor, now_ms, NULL).start_ms;
    if (app->from_day_ms != today_ms) sw_feed_set_from(app->feed, today_ms);
    app->from_day_ms = today_ms;
    if (app->plain_unmarked) sw__app_mark_plain(app, now_ms);
}

/* Of a journal that takes long to read. */
static void write_progress(const struct sw_app *app, struct sw_json *j) {
    const struct sw_feed_status *s = &app->feed_status;
    if (s->state == SW_FEED_CATCHING_UP && s->progress_permille >= 0) sw_json_ratio(j, "progress", (struct sw_ratio){s->progress_permille, 1000});
}

static void write_feed(struct sw_app *app, struct sw_json *j) {
    const struct sw_floor_counters *c = sw_floor_counters(app->floor);
    struct sw_feed_id last = app->feed ? sw_feed_last_id(app->feed) : (struct sw_feed_id){0};
    char id[48];
    snprintf(id, sizeof id, "%llu-%llu", (unsigned long long)last.ms, (unsigned long long)last.seq);
    sw_json_text(j, "status", sw_app_feed_word(app));
    sw_json_int(j, "since", app->feed_status.since_ms);
    if (app->feed_status.last_message_ms) sw_json_int(j, "last_event", app->feed_status.last_message_ms);
    if (sw_app_incomplete_since(app)) sw_json_int(j, "incomplete_since", sw_app_incomplete_since(app));
    if (*app->feed_status.reason) sw_json_text(j, "reason", app->feed_status.reason);
    write_progress(app, j);
    sw_json_text(j, "last_id", id);
    sw_json_int(j, "plain", (int64_t)app->feed_status.plain);
    sw_json_int(j, "rejected", c->rejected);
    sw_json_int(j, "contradictions", c->contradictions);
    sw_json_int(j, "clock_skew", c->clock_skew);
    sw_json_int(j, "duplicates", c->duplicates);
}

/* The `feed` part of the site view: it changes with every event, so it is written with the view. */
static void write_feed_part(struct sw_app *app) {
    struct sw_buf text;
    sw_buf_init(&text, 4096);
    struct sw_json j = sw_json_on(&text);
    sw_json_open(&j, NULL, '{');
    write_feed(app, &j);
    sw_json_close(&j, '}');
    sw_publisher_set_feed(app->publisher, sw_buf_text(&text));
    sw_buf_deinit(&text);
}

void sw_app_tell_feed(struct sw_app *app) {
    write_feed_part(app);
    const char *word = sw_app_feed_word(app);
    struct sw_buf text;
    sw_buf_init(&text, 4096);
    struct sw_json j = sw_json_on(&text);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "op", "feed");
    sw_json_text(&j, "site", app->config->site_id);
    sw_json_text(&j, "status", word);
    sw_json_int(&j, "since", app->feed_status.since_ms);
    if (app->feed_status.last_message_ms) sw_json_int(&j, "last_event", app->feed_status.last_message_ms);
    if (sw_app_incomplete_since(app)) sw_json_int(&j, "incomplete_since", sw_app_incomplete_since(app));
    if (*app->feed_status.reason) sw_json_text(&j, "reason", app->feed_status.reason);
    write_progress(app, &j);
    sw_json_close(&j, '}');
    int full = sw_ws_server_set_feed(app->ws, app->config->site_id, sw_buf_text(&text), text.len);
    SW_ASSERT(full == 0); /* there is one site */
    sw_buf_deinit(&text);
    app->told_word = word;
    app->told_incomplete_ms = sw_app_incomplete_since(app);
}

struct arrival {
    struct sw_app *app;
    const struct sw_feed_message *message;
    int64_t now_ms, latest_ms;
};

static void on_member(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    const struct arrival *a = ctx;
    struct sw_app *app = a->app;
    app->received++;
    int64_t now_ms = a->now_ms;
    if (event && app->clock.is_virtual && event->ts_ms > now_ms) now_ms = event->ts_ms;
    if (event) sw_charts_advance(app->charts, now_ms);
    if (event && sw_floor_apply(app->floor, event, now_ms, a->latest_ms, &reject) != SW_OUTCOME_REJECTED) {
        app->lag_ms = now_ms - event->ts_ms;
        return;
    }
    if (!event) sw_floor_count_rejected(app->floor);
    app->rejected[reject]++;
    if (!a->message->catching_up) sw_feed_reject(app->feed, sw_reject_name(reject), text, len);
}

/* When the message arrived. The journal's own times decide, so that re-reading decides alike; but what the channel
 * says of an ID is not proved yet, and cannot move the floor's time far. A virtual clock runs beside the IDs: there,
 * time is that of the events, as in a replay. */
static struct arrival arrival_of(struct sw_app *app, const struct sw_feed_message *message) {
    struct arrival a = {.app = app, .message = message, .latest_ms = INT64_MAX};
    if (app->clock.is_virtual) {
        a.now_ms = sw_floor_now(app->floor);
        return a;
    }
    a.now_ms = message->catching_up && message->journaled ? message->id_ms : message->arrived_ms;
    int64_t arrival_ms = message->journaled ? message->id_ms : a.now_ms;
    if (arrival_ms > a.now_ms + ID_SKEW_MS) arrival_ms = a.now_ms;
    a.latest_ms = arrival_ms + SW_FUTURE_MS;
    return a;
}

static void on_message(void *ctx, const struct sw_feed_message *message) {
    struct sw_app *app = ctx;
    struct arrival a = arrival_of(app, message);
    sw_event_read(message->data, message->len, on_member, &a);
    if (!message->journaled) sw__app_mark_plain(app, message->arrived_ms);
    if (message->catching_up) return;
    sw__app_arm_deadline(app);
    sw__app_flush_soon(app);
}

static void make_epoch(struct sw_app *app) {
    unsigned char bytes[4];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(app->epoch, sizeof app->epoch, bytes, sizeof bytes);
}

static void on_reset(void *ctx, int64_t since_ms) {
    struct sw_app *app = ctx;
    sw_log(SW_LOG_WARN, "feed.journal_replaced", "since_ms=%lld", (long long)since_ms);
    struct sw_floor *old = app->floor;
    sw__app_forget_checkpoint(app);
    make_epoch(app);
    sw_shifts_clear_states(app->shifts);
    app->floor = app->api.floor = sw_site_floor(app->config, app->zone, app->shifts, false);
    /* the roster fitted before */
    if (sw_site_add_rostered(app->floor, app->shifts)) sw_log(SW_LOG_ERROR, "roster", "text=%s", "too many agents");
    sw_publisher_restart(app->publisher, app->floor, app->epoch);
    if (app->desk) sw_desk_restart(app->desk, app->floor, app->epoch);
    sw_forecaster_restart(app->forecaster, app->floor);
    if (app->charts) sw_charts_restart(app->charts, app->floor);
    if (app->reports) sw_reports_restart(app->reports, app->floor);
    sw_floor_free(old);
}

static void on_status(void *ctx, const struct sw_feed_status *status) {
    struct sw_app *app = ctx;
    bool changed = status->state != app->feed_status.state;
    app->feed_status = *status;
    if (changed)
        sw_log(status->state == SW_FEED_STALE ? SW_LOG_WARN : SW_LOG_INFO, "feed.state", "state=%s reason=%s",
               sw_feed_state_name(status->state), status->reason);
    if (!app->feed) return; /* still inside sw_feed_new */
    if (is_live(app) && !app->was_live) {
        app->was_live = true;
        app->start_events = app->received;
    }
    if (is_live(app)) pass_time(app);
    sw_app_tell_feed(app);
    if (!changed && status->state == SW_FEED_CATCHING_UP) return; /* it goes on: figures half read are not shown anew */
    sw__app_arm_deadline(app);
    sw__app_flush_soon(app);
}

/* Where Redis is, with its password; false when what is wrong was logged. */
static bool read_redis(const struct sw_app *app, const char *url, struct sw_redis_options *redis) {
    const char *path = app->config->redis_password_file;
    struct sw_buf secret;
    sw_buf_init(&secret, SW_REDIS_TEXT_MAX - 1);
    int failed = path ? sw_file_read(path, &secret) : 0;
    if (failed) sw_log(SW_LOG_ERROR, "redis.password_file", "path=%s text=%s", path, "cannot be read");
    if (secret.data) secret.data[strcspn(secret.data, "\r\n")] = '\0';
    if (!failed && (failed = sw_redis_url_parse_with(url, sw_buf_text(&secret), &redis->address)))
        sw_log(SW_LOG_ERROR, "redis.url", "text=%s", "not a Redis URL, or a user without a password");
    if (secret.data) sodium_memzero(secret.data, secret.len);
    sw_buf_deinit(&secret);
    return !failed;
}

static bool start_feed(struct sw_app *app, const char *url) {
    struct sw_feed_options options = {.site = app->config->site_id};
    if (!read_redis(app, url, &options.redis)) return false;
    int64_t now_ms = sw__app_clock(app);
    options.from_ms = app->clock.is_virtual ? 0 : sw_floor_day(app->floor, now_ms, NULL).start_ms;
    sw__app_resume_feed(app, &options);
    const struct sw_feed_handler handler = {on_message, on_reset, on_status, sw__app_clock};
    sw__app_open_past(app, &options.redis);
    sw_charts_set_redis(app->charts, &options.redis, app->clock.is_virtual);
    app->feed = sw_feed_new(&app->loop, &options, &handler, app);
    app->marker = sw_plain_marker_new(&app->loop, &options.redis.address, app->config->site_id, sw__app_on_mark, app);
    SW_ASSERT(app->feed != NULL); /* the site's name was checked */
    sw_feed_status_get(app->feed, &app->feed_status);
    sw_app_tell_feed(app);
    sw__app_flush_soon(app);
    return true;
}

/* ---- outputs to Redis, for other consumers ---- */

/* Views of teams are parts of `agents`. */
static const char *const output_views[SW_OUTPUT_VIEWS_MAX] = {"site", "queues", "teams", "agents", "intervals"};

static void write_output(struct sw_app *app, size_t i) {
    if (uv_now(&app->loop) < app->written[i].not_before) return;
    struct sw_view *view = sw_publisher_view(app->publisher, output_views[i]);
    if (app->written[i].view == view && app->written[i].version == sw_view_version(view)) return;
    app->written[i].view = view;
    app->written[i].version = sw_view_version(view);
    size_t len;
    const char *document = sw_view_document(view, &len);
    if (len > OUTPUT_BYTES_MAX) {
        app->written[i].not_before = uv_now(&app->loop) + TOO_LARGE_MS;
        return;
    }
    sw_feed_set_view(app->feed, output_views[i], document, len);
    if (i >= OUTPUT_KPIS) return;
    struct sw_frame *frame = sw_view_full_frame(view);
    sw_feed_publish_kpi(app->feed, frame->data, frame->len);
    sw_frame_unref(frame);
}

/* Shifts are kept as long as the intervals: to the previous business day. */
static void keep_shifts(struct sw_app *app) {
    int64_t day_ms = sw_floor_day(app->floor, sw_floor_now(app->floor), NULL).start_ms;
    if (day_ms == app->shifts_day_ms) return;
    app->shifts_day_ms = day_ms;
    sw_checkpoints_finish(app->checkpoints);
    int64_t kept_from_ms = sw_floor_day(app->floor, day_ms - 1, NULL).start_ms;
    sw_shifts_forget(app->shifts, kept_from_ms);
    if (app->desk) sw_desk_count_past(app->desk, kept_from_ms);
}

static void on_outputs(uv_timer_t *timer) {
    struct sw_app *app = timer->data;
    char status[256];
    (void)snprintf(status, sizeof status, "%s %s, %llu walls", app->standing_by ? "standing by; feed" : "feed", sw_app_feed_word(app),
                   (unsigned long long)sw_ws_server_counters(app->ws)->clients);
    sw_service_manager_status(app->manager, status);
    if (!app->feed || !is_live(app)) return;
    sw_feed_status_get(app->feed, &app->feed_status);
    pass_time(app);
    keep_day(app);
    keep_shifts(app);
    uint64_t version;
    if (app->recorder)
        sw_archive_run(&app->archive, app->recorder, app->floor, app->shifts, sw__app_outlook(app, &version),
                       app->config->retention_days);
    if (app->reports) sw_reports_remind(app->reports);
    /* a day that begins may end what was incomplete */
    if (app->told_word != sw_app_feed_word(app) || app->told_incomplete_ms != sw_app_incomplete_since(app))
        sw_app_tell_feed(app);
    sw__app_flush_soon(app);
    for (size_t i = 0; i < SW_OUTPUT_VIEWS_MAX; i++) write_output(app, i);
}

/* ---- start and stop ---- */

static void close_timers(struct sw_app *app) {
    uv_close((uv_handle_t *)&app->deadline, NULL);
    uv_close((uv_handle_t *)&app->flush, NULL);
    uv_close((uv_handle_t *)&app->outputs, NULL);
    uv_close((uv_handle_t *)&app->desk_due, NULL);
    uv_close((uv_handle_t *)&app->lease_patience, NULL);
    uv_close((uv_handle_t *)&app->sigterm, NULL);
    uv_close((uv_handle_t *)&app->sigint, NULL);
}

static void on_demo_stopped(void *ctx) { ((struct sw_app *)ctx)->demo = NULL; }

static void stop(struct sw_app *app) {
    app->stopping = true;
    sw_service_manager_close(app->manager);
    app->manager = NULL;
    sw_log(SW_LOG_INFO, "stop", "clients=%llu",
           app->ws ? (unsigned long long)sw_ws_server_counters(app->ws)->clients : 0ULL);
    sw_checkpoints_close(app->checkpoints);
    app->checkpoints = NULL;
    if (app->feed) sw_feed_close(app->feed, NULL, NULL);
    app->feed = NULL;
    if (app->marker) sw_plain_marker_close(app->marker);
    if (app->demo) sw_demo_stop(app->demo, on_demo_stopped, app);
    if (app->ws) sw_ws_server_begin_stop(app->ws, NULL, NULL);
    sw_roster_dir_close(app->rosters);
    app->rosters = NULL;
    sw_reload_close(app->reload);
    sw_certificate_watch_close(app->certificate);
    sw_app_close_doors(app);
    sw_at_close(app->api.at);
    app->api.at = NULL;
    sw_charts_close(app->charts);
    app->charts = app->api.charts = NULL;
    sw_reports_close(app->reports);
    app->reports = app->api.reports = NULL;
    sw_chat_close(app->chat);
    app->chat = app->api.chat = NULL;
    if (app->recorder) sw_recorder_close(app->recorder);
    sw_lease_close(app->lease);
    close_timers(app);
}

static void on_signal(uv_signal_t *handle, int number) {
    struct sw_app *app = handle->data;
    (void)number;
    if (!app->stopping) stop(app);
}

static void on_demo_ready(void *ctx, const char *url) {
    struct sw_app *app = ctx;
    if (!app->feed && !app->stopping && !start_feed(app, url)) {
        app->exit_status = 1;
        stop(app);
    }
}

static void on_demo_failed(void *ctx, const char *text) {
    struct sw_app *app = ctx;
    sw_log(SW_LOG_ERROR, "demo", "text=%s", text);
    app->exit_status = 1;
    if (!app->stopping) stop(app);
}

static void fail(struct sw_app *app) {
    app->exit_status = 1;
    if (!app->stopping) stop(app);
}

/* ---- one daemon a site ---- */

static void work(struct sw_app *app) {
    uv_timer_stop(&app->lease_patience);
    if (app->working || app->stopping) return;
    app->working = true;
    app->standing_by = app->api.standing_by = false;
    if (!sw__app_open_desk(app)) {
        fail(app);
        return;
    }
    sw__app_open_checkpoints(app);
    if (!start_feed(app, app->config->redis)) fail(app);
}

/* The site is ours again: what stood still moves on. */
static void go_on(struct sw_app *app) {
    sw_recorder_resume(app->recorder);
    if (is_live(app)) pass_time(app);
    sw_app_tell_feed(app);
    sw__app_arm_deadline(app);
    sw__app_flush_soon(app);
}

/* Who was stopped for a while finds out first whether the site is still theirs. While Redis is away nobody can tell: then what
 * leaders record is kept. */
static enum sw_gate gate(void *ctx) {
    const struct sw_app *app = ctx;
    if (!app->working || !app->lease || sw_lease_is_ours(app->lease)) return SW_GATE_OPEN;
    if (app->lost) return SW_GATE_SHUT;
    return sw_lease_is_asking(app->lease) ? SW_GATE_WAIT : SW_GATE_OPEN;
}

static void on_lease(void *ctx, enum sw_lease_state state, const char *holder) {
    struct sw_app *app = ctx;
    if (app->stopping) return;
    if (state == SW_LEASE_HELD) {
        sw_log(SW_LOG_INFO, "lease.held", "fence=%lld", (long long)sw_lease_fence(app->lease));
        if (app->working) go_on(app);
        work(app);
    } else if (state == SW_LEASE_OTHERS && app->working) {
        /* starting anew is the one way to know what the other one recorded meanwhile */
        app->lost = true;
        sw_log(SW_LOG_ERROR, "lease.lost", "holder=%s text=%s", holder, "another daemon serves this site: this one ends");
        fail(app);
    } else if (state == SW_LEASE_OTHERS) {
        uv_timer_stop(&app->lease_patience);
        app->standing_by = app->api.standing_by = true;
        sw_log(SW_LOG_WARN, "lease.standing_by", "holder=%s text=%s", holder, "another daemon serves this site: this one waits");
    } else if (!app->standing_by) {
        work(app); /* Redis is away: then there is nobody to ask, and walls are to be told that it is */
    }
}

static void on_patience(uv_timer_t *timer) { work(timer->data); }

/* Where nothing is recorded, nothing can be recorded twice: only a daemon with a store asks for the lease. */
static bool start_lease(struct sw_app *app) {
    struct sw_redis_options redis = {0};
    char id[SW_LEASE_ID_SIZE];
    if (!read_redis(app, app->config->redis, &redis)) return false;
    sw_lease_id(app->config->data_dir, id);
    uv_timer_start(&app->lease_patience, on_patience, LEASE_PATIENCE_MS, 0);
    sw_recorder_set_gate(app->recorder, app, gate);
    app->lease = sw_lease_new(&app->loop, &redis, app->config->site_id, id, app, on_lease);
    return true;
}

static bool start_sources(struct sw_app *app) {
    bool records = !app->options->demo && app->has_data && !sw_recorder_problem(app->recorder);
    if (records) return start_lease(app);
    app->working = true;
    if (!sw__app_open_desk(app)) return false;
    if (!app->options->demo) sw__app_open_checkpoints(app);
    if (!app->options->demo) return start_feed(app, app->config->redis);
    sw__app_plan_demo(app);
    return true;
}

/* The store; of a demo without a data folder, in the demo's own, which goes with it. */
static void open_store(struct sw_app *app) {
    if (!app->options->demo) {
        sw_app_open_doors(app, app->config->data_dir);
        return;
    }
    const struct sw_demo_options demo = {.site = app->config->site_id,
                                         .seed = (uint64_t)app->options->seed,
                                         .speed = app->options->speed,
                                         .now_ms = sw__app_clock,
                                         .ready = on_demo_ready,
                                         .failed = on_demo_failed,
                                         .ctx = app};
    app->demo = sw_demo_new(&app->loop, &demo);
    sw_app_open_doors(app, app->config->data_dir ? app->config->data_dir : sw_demo_dir(app->demo));
}

static void init_handles(struct sw_app *app) {
    uv_loop_init(&app->loop);
    uv_timer_init(&app->loop, &app->deadline);
    uv_timer_init(&app->loop, &app->flush);
    uv_timer_init(&app->loop, &app->outputs);
    uv_timer_init(&app->loop, &app->desk_due);
    uv_timer_init(&app->loop, &app->lease_patience);
    uv_signal_init(&app->loop, &app->sigterm);
    uv_signal_init(&app->loop, &app->sigint);
    app->deadline.data = app->flush.data = app->outputs.data = app->desk_due.data = app->lease_patience.data = app->sigterm.data = app->sigint.data = app;
    uv_timer_start(&app->outputs, on_outputs, OUTPUT_MS, OUTPUT_MS);
    uv_signal_start(&app->sigterm, on_signal, SIGTERM);
    uv_signal_start(&app->sigint, on_signal, SIGINT);
}

static bool init_clock(struct sw_app *app) {
    sw_clock_init(&app->clock);
    const struct sw_options *o = app->options;
    if (o->has_clock) return !sw_clock_init_virtual(&app->clock, o->clock_start_ms, o->speed);
    if (o->demo && o->speed != 1) return !sw_clock_init_virtual(&app->clock, sw_clock_now_ms(&app->clock), o->speed);
    return true;
}

static bool build(struct sw_app *app) {
    app->zone = sw_zone_load(app->config->zone);
    if (!app->zone || !init_clock(app)) {
        sw_log(SW_LOG_ERROR, "config", "zone=%s text=%s", app->config->zone, "no such time zone");
        return false;
    }
    struct sw_buf faults;
    sw_buf_init(&faults, 1u << 20);
    bool ruled = !sw_policy_load(&app->policy, app->config->policy, &faults);
    app->boards = sw_boards_load(app->config->built_in_boards, app->config->boards_dir, &faults);
    if (faults.len) fputs(sw_buf_text(&faults), stderr);
    sw_buf_deinit(&faults);
    if (!app->boards || !ruled) return false;
    sw_site_view_options(app->config, &app->figures);
    app->shifts = sw_shifts_new(&app->policy, app->zone);
    app->floor = sw_site_floor(app->config, app->zone, app->shifts, false);
    sw__app_load_checkpoint(app);
    const struct sw_roster_dir_options rosters = {
        .dir = app->config->roster_dir, .zone = app->zone, .ctx = app, .roster = sw__app_roster};
    if (rosters.dir) app->rosters = sw_roster_dir_new(&app->loop, &rosters);
    const struct sw_publisher_options publisher = {
        .epoch = app->epoch, .first_version = app->first_version, .figures = &app->figures, .shifts = app->shifts, .ctx = app, .outlook = sw__app_outlook,
        .watched = sw_app_view_watched, .changed = sw_app_view_changed};
    app->publisher = sw_publisher_new(app->floor, &publisher);
    app->slices = sw_slices_new(app, sw_app_view_changed);
    app->api = (struct sw_api){.loop = &app->loop,
                               .slices = app->slices,
                               .site = app->config->site_id,
                               .config = app->config,
                               .policy = &app->policy,
                               .zone = app->zone,
                               .floor = app->floor,
                               .publisher = app->publisher,
                               .ctx = app,
                               .ready = sw_app_ready,
                               .metrics = sw_app_metrics,
                               .board = sw_app_board,
                               .board_names = sw_app_board_names};
    return true;
}

static void destroy(struct sw_app *app) {
    if (app->ws) sw_ws_server_free(app->ws);
    sw_http_free(app->http);
    sw_slices_free(app->slices);
    sw_app_free_doors(app);
    sw_publisher_free(app->publisher);
    sw_desk_free(app->desk);
    sw_forecaster_free(app->forecaster);
    sw_floor_free(app->floor);
    sw_shifts_free(app->shifts);
    sw_policy_deinit(&app->policy);
    sw_boards_free(app->boards);
    sw_zone_free(app->zone);
    sw_checkpoint_deinit(&app->resumed);
    sw_log_flush();
    int busy = uv_loop_close(&app->loop);
    if (busy) sw_log(SW_LOG_ERROR, "loop.close", "text=%s", uv_strerror(busy));
}

int sw_app_run(const struct sw_config *config, const struct sw_options *options) {
    static struct sw_app app; /* one daemon a process; too large for the stack */
    app = (struct sw_app){.config = config, .options = options};
    if (sodium_init() < 0) return 1;
    make_epoch(&app);
    init_handles(&app);
    app.manager = sw_service_manager_new(&app.loop);
    bool started = build(&app);
    if (started) open_store(&app);
    started = started && sw_app_listen(&app);
    if (started) {
        sw_app_print_ready(&app);
        sw_log(SW_LOG_INFO, "start", "site=%s zone=%s epoch=%s", config->site_id, config->zone, app.epoch);
        started = start_sources(&app);
        if (started) sw_service_manager_say(app.manager, "READY=1");
    }
    if (!started) {
        app.exit_status = 1;
        stop(&app);
    }
    uv_run(&app.loop, UV_RUN_DEFAULT);
    destroy(&app);
    return app.exit_status;
}
