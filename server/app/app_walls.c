/* The walls: the listening socket, what they may see, and what they are told first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/app_state.h"
#include "codec/client_message.h"
#include "codec/json_writer.h"
#include "io/files.h"
#include "io/log.h"
#include "io/password.h"
#include "io/ws_tls.h"

#define ERROR_BYTES_MAX 512
#define EXPIRE_MS 10000 /* how long a socket may outlive its session */

static int64_t clock_now(void *ctx) { return sw_clock_now_ms(&((struct sw_app *)ctx)->clock); }

void sw_app_view_changed(void *ctx, struct sw_view *view) {
    struct sw_app *app = ctx;
    app->found = true;
    if (app->ws) sw_ws_server_view_changed(app->ws, view);
}

bool sw_app_view_watched(void *ctx, const struct sw_view *view) {
    const struct sw_app *app = ctx;
    return sw_view_is_tapped(view) || (app->ws && sw_ws_server_is_watched(app->ws, view));
}

static bool admit(void *ctx, const struct sw_http_caller *caller, char identity[SW_WS_IDENTITY_SIZE]) {
    const struct sw_app *app = ctx;
    _Static_assert(SW_IDENTITY_SIZE <= SW_WS_IDENTITY_SIZE, "room for an identity");
    if (app->stopping || app->standing_by || sw_accounts_lost(app->doors.accounts)) return false;
    struct sw_access access = sw_access_of(&app->doors, caller);
    sw_access_identity(&access, identity);
    /* before there are accounts whoever comes is greeted, and told what they may not see */
    return access.role || !access.accounts;
}

static struct sw_view *resolve(void *ctx, const struct sw_http_caller *caller, const char *site, const char *name,
                               const char **code) {
    struct sw_app *app = ctx;
    struct sw_access access = sw_access_of(&app->doors, caller);
    if (!sw_access_view(&app->doors, &access, name)) {
        *code = "forbidden";
        return NULL;
    }
    if (strcmp(site, app->config->site_id) != 0) {
        *code = "unknown_site";
        return NULL;
    }
    struct sw_view *view = sw_publisher_view(app->publisher, name);
    if (!view && app->desk) view = sw_desk_view(app->desk, name);
    return view ? sw_access_slice(&access, app->slices, view) : NULL;
}

static void hello(void *ctx, const struct sw_http_caller *caller, struct sw_buf *out) {
    struct sw_app *app = ctx;
    sw_buf_printf(out, ",\"site\":\"%s\",\"sites\":[\"%s\"],\"epoch\":\"%s\"", app->config->site_id, app->config->site_id,
                  app->epoch);
    if (app->stopping) return;
    struct sw_access access = sw_access_of(&app->doors, caller);
    struct sw_json j = sw_json_on(out);
    j.comma = true;
    sw_json_text(&j, "role", access.local || !access.role ? "open" : sw_role_name(access.role & ~(unsigned)SW_ROLE_PUBLIC));
    if (access.person || !access.has_screen) return;
    sw_json_text(&j, "board", access.screen.board);
    sw_json_open(&j, "screen", '{');
    sw_json_text(&j, "id", access.screen.id);
    sw_json_text(&j, "name", access.screen.name);
    sw_json_close(&j, '}');
    sw_screens_seen(app->doors.screens, access.screen.id, caller->peer, NULL);
}

static void on_report(void *ctx, const struct sw_http_caller *caller, const struct sw_client_message *message) {
    const struct sw_app *app = ctx;
    struct sw_screen screen;
    if (app->stopping || !sw_screens_find(app->doors.screens, caller->cookie, &screen)) return;
    struct sw_screen_report report = {.offset_ms = message->offset_ms, .width = message->width, .height = message->height};
    (void)snprintf(report.version, sizeof report.version, "%s", message->version);
    (void)snprintf(report.board, sizeof report.board, "%s", message->board);
    sw_screens_seen(app->doors.screens, screen.id, caller->peer, &report);
}

static void ws_log(void *ctx, const char *level, const char *text) {
    (void)ctx;
    int known = sw_log_level_from_name(level);
    sw_log(known < 0 ? SW_LOG_WARN : (enum sw_log_level)known, "http", "text=%s", text);
}

bool sw_app_ready(void *ctx, char *reason, size_t size) {
    struct sw_app *app = ctx;
    if (app->standing_by) {
        (void)snprintf(reason, size, "standing by: another daemon serves this site");
        return false;
    }
    if (!(app->feed_status.state == SW_FEED_LIVE)) {
        snprintf(reason, size, "the feed is %s: %s", sw_app_feed_word(app), app->feed_status.reason);
        return false;
    }
    /* without a data folder nobody expects to record */
    const char *problem = app->recorder && app->has_data ? sw_recorder_problem(app->recorder) : NULL;
    if (problem) snprintf(reason, size, "nothing can be recorded: %s", problem);
    return !problem;
}

const char *sw_app_board(void *ctx, const char *name) { return sw_boards_find(((struct sw_app *)ctx)->boards, name); }

void sw_app_board_names(void *ctx, struct sw_buf *out) { sw_boards_names(((struct sw_app *)ctx)->boards, out); }

/* ---- who may come in ---- */

static void review(void *ctx) {
    struct sw_app *app = ctx;
    if (!app->ws || app->stopping) return;
    app->doors.reviewing = true;
    sw_ws_server_review(app->ws);
    app->doors.reviewing = false;
}

void sw_app_expire_sessions(struct sw_app *app) {
    uint64_t now_ms = uv_now(&app->loop);
    if (now_ms < app->expire_due_ms) return;
    app->expire_due_ms = now_ms + EXPIRE_MS;
    if (sw_sessions_expire(app->doors.sessions)) review(app);
}

/* The file of the store changed, by us or by the command line: screens may have, too. */
static void on_accounts(void *ctx) {
    struct sw_app *app = ctx;
    if (app->doors.screens) sw_screens_reload(app->doors.screens);
    if (app->api.producers) sw_producers_reload(app->api.producers);
    review(app);
}

static void tell_screen(void *ctx, const char *screen, const char *json) {
    const struct sw_app *app = ctx;
    char identity[SW_IDENTITY_SIZE];
    (void)snprintf(identity, sizeof identity, "screen %s", screen);
    if (app->ws) (void)sw_ws_server_tell(app->ws, identity, json, strlen(json));
}

static void read_metrics_token(struct sw_app *app) {
    struct sw_buf text;
    sw_buf_init(&text, 4096);
    if (sw_file_read(app->config->metrics_token_file, &text)) {
        sw_log(SW_LOG_ERROR, "metrics.token", "path=%s text=%s", app->config->metrics_token_file, "cannot be read");
    } else if (text.len >= 16) {
        char *token = text.data;
        token[strcspn(token, "\r\n")] = '\0';
        sw_secret_hash(token, app->metrics_token_hash);
        app->api.metrics_token_hash = app->metrics_token_hash;
    } else {
        sw_log(SW_LOG_ERROR, "metrics.token", "path=%s text=%s", app->config->metrics_token_file, "must hold 16 characters or more");
    }
    sw_buf_deinit(&text);
}

/* ---- events that are posted ---- */

static int emit(void *ctx, const char *json, size_t len, sw_redis_reply_fn reply, void *reply_ctx) {
    const struct sw_app *app = ctx;
    return app->feed ? sw_feed_emit(app->feed, json, len, reply, reply_ctx) : -SW_EAGAIN;
}

static void reject(void *ctx, const char *why, const char *text, size_t len) {
    const struct sw_app *app = ctx;
    if (app->feed) sw_feed_reject(app->feed, why, text, len);
}

/* What the floor would refuse for its time; on a virtual clock time is that of the events. */
static void bounds(void *ctx, int64_t *from_ms, int64_t *latest_ms) {
    struct sw_app *app = ctx;
    int64_t now_ms = sw__app_clock(app);
    *from_ms = INT64_MIN;
    *latest_ms = INT64_MAX;
    if (app->clock.is_virtual) return;
    *from_ms = sw_floor_day(app->floor, sw_floor_day(app->floor, now_ms, NULL).start_ms - 1, NULL).start_ms;
    *latest_ms = now_ms + SW_FUTURE_MS;
}

void sw_app_open_doors(struct sw_app *app, const char *dir) {
    app->recorder = app->api.recorder = sw_recorder_new(&app->loop, dir, app->config->site_id);
    app->has_data = dir != NULL;
    app->doors = (struct sw_doors){.config = app->config, .ctx = app, .board = sw_app_board};
    app->doors.accounts = sw_accounts_new(&app->loop, app->recorder, app->config->people, app->config->person_count, app, on_accounts);
    app->doors.sessions = sw_sessions_new(&app->loop, app->doors.accounts);
    app->doors.screens = sw_screens_new(app->recorder, app, review);
    app->api.producers = sw_producers_new(app->recorder, app->config->site_id);
    const struct sw_posts_options posts = {.loop = &app->loop, .producers = app->api.producers,
                                           .events_per_second = app->config->posted_events_per_second, .ctx = app,
                                           .emit = emit, .reject = reject, .bounds = bounds};
    app->api.posts = sw_posts_new(&posts);
    app->api.doors = app->doors;
    app->api.tell_screen = tell_screen;
    app->api.review = review;
    if (app->config->metrics_token_file) read_metrics_token(app);
}

void sw_app_close_doors(struct sw_app *app) {
    app->api.stopping = true;
    sw_screens_close(app->doors.screens);
    sw_producers_close(app->api.producers);
    sw_accounts_close(app->doors.accounts);
}

void sw_app_free_doors(struct sw_app *app) {
    sw_sessions_free(app->doors.sessions);
    sw_screens_free(app->doors.screens);
    sw_posts_free(app->api.posts);
    sw_producers_free(app->api.producers);
    sw_accounts_free(app->doors.accounts);
}

/* "ADDR:PORT", an IPv6 address in brackets. */
static bool split_listen(const char *listen, char *address, size_t size, uint16_t *port) {
    const char *colon = strrchr(listen, ':');
    if (!colon || colon == listen) return false;
    size_t len = (size_t)(colon - listen);
    if (listen[0] == '[' && listen[len - 1] == ']') {
        listen++;
        len -= 2;
    }
    char *end;
    long value = strtol(colon + 1, &end, 10);
    if (len >= size || !colon[1] || *end || value < 0 || value > 65535) return false;
    memcpy(address, listen, len);
    address[len] = '\0';
    *port = (uint16_t)value;
    return true;
}

/* Looked at before libwebsockets does, which does not say what is wrong. */
static bool certificate_is_good(const struct sw_config *c) {
    char error[ERROR_BYTES_MAX];
    struct sw_certificate *certificate;
    if (sw_certificate_load(c->tls_certificate, c->tls_key, (int64_t)time(NULL) * 1000, &certificate, error, sizeof error)) {
        sw_log(SW_LOG_ERROR, "certificate", "text=%s", error);
        return false;
    }
    sw_certificate_free(certificate);
    return true;
}

bool sw_app_listen(struct sw_app *app) {
    char error[ERROR_BYTES_MAX] = "";
    uint16_t port;
    if (!split_listen(app->config->listen, app->address, sizeof app->address, &port)) {
        sw_log(SW_LOG_ERROR, "listen", "value=%s text=%s", app->config->listen, "must be ADDR:PORT");
        return false;
    }
    if (!strcmp(app->address, "localhost")) snprintf(app->address, sizeof app->address, "127.0.0.1");
    bool accounts = sw_accounts_exist(app->doors.accounts);
    if (!sw_is_loopback(app->address) && !app->config->open_reads && !accounts) {
        sw_log(SW_LOG_ERROR, "listen",
               "value=%s text=%s", app->config->listen,
               "only loopback is open without accounts: make one (shiftwall user add), or open_reads: true lets anybody read");
        return false;
    }
    if (accounts && app->config->open_reads)
        sw_log(SW_LOG_WARN, "listen", "text=%s", "there are accounts: open_reads counts no more, screens are paired");
    for (size_t i = 0; i < app->config->trusted_proxies.count; i++) app->proxies[i] = app->config->trusted_proxies.items[i];
    if (app->config->user_header) (void)snprintf(app->user_header, sizeof app->user_header, "%s:", app->config->user_header);
    const struct sw_http_options http = {.trust = {app->proxies, app->config->trusted_proxies.count,
                                                   app->config->user_header ? app->user_header : NULL},
                                         .origins = (const char *const *)app->config->allowed_origins.items,
                                         .origin_count = app->config->allowed_origins.count,
                                         .web_dir = app->config->web_dir, .handler = sw_api_handle, .ctx = &app->api};
    if (sw_http_new(&http, &app->http, error, sizeof error)) {
        sw_log(SW_LOG_ERROR, "web", "text=%s", error);
        return false;
    }
    const struct sw_config *c = app->config;
    if (c->tls_certificate && !certificate_is_good(c)) return false;
    const struct sw_ws_options ws = {.loop = &app->loop,
                                     .certificate = c->tls_certificate,
                                     .key = c->tls_key,
                                     .http = app->http,
                                     .address = app->address,
                                     .port = port,
                                     .max_clients = (uint32_t)c->max_clients,
                                     .max_per_address = (uint32_t)c->max_clients_per_address,
                                     .push_interval_ms = c->push_interval_ms,
                                     .slow_limit_ms = c->slow_limit_ms,
                                     .origins = (const char *const *)c->allowed_origins.items,
                                     .origin_count = (uint32_t)c->allowed_origins.count,
                                     .ctx = app,
                                     .admit = admit,
                                     .report = on_report,
                                     .resolve = resolve,
                                     .hello = hello,
                                     .now_ms = clock_now,
                                     .log = ws_log};
    if (sw_ws_server_new(&ws, &app->ws, error, sizeof error)) {
        sw_log(SW_LOG_ERROR, "listen", "value=%s text=%s", c->listen, error);
        return false;
    }
    if (c->tls_certificate) app->certificate = sw_certificate_watch_new(&app->loop, app->ws, c->tls_certificate, c->tls_key);
    return true;
}

void sw_app_print_ready(const struct sw_app *app) {
    bool six = strchr(app->address, ':') != NULL;
    printf("shiftwalld ready http%s://%s%s%s:%u/\n", app->config->tls_certificate ? "s" : "", six ? "[" : "", app->address, six ? "]" : "",
           sw_ws_server_port(app->ws));
    if (app->options->demo)
        printf("open the wall: http%s://%s:%u/wall/overview  (all boards in turn: /wall/overview,queues,agents?every=20)\n",
               app->config->tls_certificate ? "s" : "", app->address, sw_ws_server_port(app->ws));
    fflush(stdout);
}
