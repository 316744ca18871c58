/* What the feed brings into the floor, and what the walls are told of the feed. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "app/app_state.h"
#include "codec/event_json.h"
#include "codec/json_writer.h"
#include "codec/site.h"
#include "io/files.h"
#include "io/log.h"

#define ID_SKEW_MS INT64_C(3600000) /* how far the clock of Redis may be ahead of ours */

const char *sw_app_feed_word(const struct sw_app *app) {
    if (app->feed_status.state == SW_FEED_CATCHING_UP) return "catching-up";
    if (!sw__app_is_live(app)) return "stale";
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

void sw__app_keep_day(struct sw_app *app) {
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

void sw__app_write_feed_part(struct sw_app *app) {
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
    sw__app_write_feed_part(app);
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

void sw__app_make_epoch(struct sw_app *app) {
    unsigned char bytes[4];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(app->epoch, sizeof app->epoch, bytes, sizeof bytes);
}

static void on_reset(void *ctx, int64_t since_ms) {
    struct sw_app *app = ctx;
    sw_log(SW_LOG_WARN, "feed.journal_replaced", "since_ms=%lld", (long long)since_ms);
    struct sw_floor *old = app->floor;
    sw__app_forget_checkpoint(app);
    sw__app_make_epoch(app);
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
    if (sw__app_is_live(app) && !app->was_live) {
        app->was_live = true;
        app->start_events = app->received;
    }
    if (sw__app_is_live(app)) sw__app_pass_time(app);
    sw_app_tell_feed(app);
    if (!changed && status->state == SW_FEED_CATCHING_UP) return; /* it goes on: figures half read are not shown anew */
    sw__app_arm_deadline(app);
    sw__app_flush_soon(app);
}

bool sw__app_read_redis(const struct sw_app *app, const char *url, struct sw_redis_options *redis) {
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

bool sw__app_start_feed(struct sw_app *app, const char *url) {
    struct sw_feed_options options = {.site = app->config->site_id};
    if (!sw__app_read_redis(app, url, &options.redis)) return false;
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
