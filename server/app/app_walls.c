/* The walls: the listening socket, what they may see, and what they are told first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/access.h"
#include "app/api_session.h"
#include "app/app_state.h"
#include "io/log.h"

#define ERROR_BYTES_MAX 512

static int64_t clock_now(void *ctx) { return sw_clock_now_ms(&((struct sw_app *)ctx)->clock); }

void sw_app_view_changed(void *ctx, struct sw_view *view) {
    struct sw_app *app = ctx;
    if (app->ws) sw_ws_server_view_changed(app->ws, view);
}

static struct sw_view *resolve(void *ctx, const struct sw_ws_viewer *viewer, const char *site, const char *name,
                               const char **code) {
    struct sw_app *app = ctx;
    struct sw_access access = sw_access_of(app->sessions, viewer->peer, viewer->cookie, sw_session_clock_ms());
    if (!sw_access_view(&access, name)) {
        *code = "forbidden";
        return NULL;
    }
    if (strcmp(site, app->config->site_id) != 0) {
        *code = "unknown_site";
        return NULL;
    }
    struct sw_view *view = sw_publisher_view(app->publisher, name);
    return view || !app->desk ? view : sw_desk_view(app->desk, name);
}

static void hello(void *ctx, struct sw_buf *out) {
    struct sw_app *app = ctx;
    sw_buf_printf(out, ",\"site\":\"%s\",\"sites\":[\"%s\"],\"epoch\":\"%s\"", app->config->site_id, app->config->site_id,
                  app->epoch);
}

static void ws_log(void *ctx, const char *level, const char *text) {
    (void)ctx;
    int known = sw_log_level_from_name(level);
    sw_log(known < 0 ? SW_LOG_WARN : (enum sw_log_level)known, "http", "text=%s", text);
}

bool sw_app_ready(void *ctx, char *reason, size_t size) {
    struct sw_app *app = ctx;
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

bool sw_app_listen(struct sw_app *app) {
    char error[ERROR_BYTES_MAX] = "";
    uint16_t port;
    if (!split_listen(app->config->listen, app->address, sizeof app->address, &port)) {
        sw_log(SW_LOG_ERROR, "listen", "value=%s text=%s", app->config->listen, "must be ADDR:PORT");
        return false;
    }
    if (!strcmp(app->address, "localhost")) snprintf(app->address, sizeof app->address, "127.0.0.1");
    if (!sw_is_loopback(app->address) && !app->config->open_reads) {
        sw_log(SW_LOG_ERROR, "listen",
               "value=%s text=%s", app->config->listen,
               "only loopback is open without accounts; open_reads: true lets anybody read");
        return false;
    }
    const struct sw_http_options http = {.web_dir = app->config->web_dir, .handler = sw_api_handle, .ctx = &app->api};
    if (sw_http_new(&http, &app->http, error, sizeof error)) {
        sw_log(SW_LOG_ERROR, "web", "text=%s", error);
        return false;
    }
    const struct sw_config *c = app->config;
    const struct sw_ws_options ws = {.loop = &app->loop,
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
                                     .resolve = resolve,
                                     .hello = hello,
                                     .now_ms = clock_now,
                                     .log = ws_log};
    if (sw_ws_server_new(&ws, &app->ws, error, sizeof error)) {
        sw_log(SW_LOG_ERROR, "listen", "value=%s text=%s", c->listen, error);
        return false;
    }
    return true;
}

void sw_app_print_ready(const struct sw_app *app) {
    bool six = strchr(app->address, ':') != NULL;
    printf("shiftwalld ready http://%s%s%s:%u/\n", six ? "[" : "", app->address, six ? "]" : "",
           sw_ws_server_port(app->ws));
    if (app->options->demo)
        printf("open the wall: http://%s:%u/wall/overview  (all boards in turn: /wall/overview,queues,agents?every=20)\n",
               app->address, sw_ws_server_port(app->ws));
    fflush(stdout);
}
