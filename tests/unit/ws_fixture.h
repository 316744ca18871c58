/* A real WebSocket server on a real loop with two views, for the tests that are its clients. Include cmocka before. */
#ifndef TESTS_WS_FIXTURE_H
#define TESTS_WS_FIXTURE_H

#include "io/ws_server.h"
#include "wire.h"

static const int64_t wall_ms = 1700000000000;

struct floor {
    uv_loop_t loop;
    struct sw_http *http;
    struct sw_ws_server *server;
    struct sw_view *site;
    struct sw_view *big;
    int hellos;
    int unwatched;
    int stopped;
};

static inline int on_request(void *ctx, const struct sw_http_request *request, struct sw_http_response *response) {
    (void)ctx;
    (void)request;
    return sw_http_problem(response, 404, NULL, NULL);
}

static inline struct sw_view *resolve(void *ctx, const struct sw_http_caller *viewer, const char *site, const char *name, const char **code) {
    struct floor *f = ctx;
    (void)viewer;
    if (strcmp(site, "main") != 0 && strcmp(site, "other") != 0) {
        *code = "unknown_site";
        return NULL;
    }
    if (strcmp(name, "site") == 0) return f->site;
    if (strcmp(name, "big") == 0) return f->big;
    if (strcmp(name, "secret") == 0) *code = "forbidden";
    return NULL;
}

static inline void unwatched(void *ctx, struct sw_view *view) {
    (void)view;
    ((struct floor *)ctx)->unwatched++;
}

static inline void hello(void *ctx, const struct sw_http_caller *caller, struct sw_buf *out) {
    (void)caller;
    ((struct floor *)ctx)->hellos++;
    sw_buf_puts(out, ",\"site\":\"main\",\"sites\":[\"main\"],\"epoch\":\"e1\"");
}

static inline int64_t now_ms(void *ctx) {
    (void)ctx;
    return wall_ms;
}

static inline void on_stopped(void *ctx) {
    ((struct floor *)ctx)->stopped++;
}

static inline struct sw_ws_options options_of(struct floor *f) {
    return (struct sw_ws_options){.loop = &f->loop,
                                  .http = f->http,
                                  .address = "127.0.0.1",
                                  .push_interval_ms = 100,
                                  .slow_limit_ms = 1000,
                                  .ctx = f,
                                  .resolve = resolve,
                                  .unwatched = unwatched,
                                  .hello = hello,
                                  .now_ms = now_ms};
}

static inline void start(struct floor *f, void (*adjust)(struct sw_ws_options *)) {
    char error[256] = "";
    memset(f, 0, sizeof *f);
    uv_loop_init(&f->loop);
    struct sw_http_options http = {.handler = on_request};
    assert_int_equal(sw_http_new(&http, &f->http, error, sizeof error), 0);
    f->site = sw_view_new("site", "e1");
    f->big = sw_view_new("big", "e1");
    struct sw_ws_options options = options_of(f);
    if (adjust) adjust(&options);
    int r = sw_ws_server_new(&options, &f->server, error, sizeof error);
    if (r) fail_msg("%s", error);
    assert_int_not_equal(sw_ws_server_port(f->server), 0);
}

static inline void set(struct sw_view *view, const char *key, const char *json) {
    assert_int_equal(sw_view_set(view, NULL, key, json, strlen(json)), 0);
}

/* Commits N as member `n` and tells the server. */
static inline void change(struct floor *f, struct sw_view *view, int n) {
    char json[16];
    snprintf(json, sizeof json, "%d", n);
    set(view, "n", json);
    assert_true(sw_view_commit(view, wall_ms + n));
    sw_ws_server_view_changed(f->server, view);
}

/* Stops everything in the order of the header; clean: the loop can be closed. */
static inline void stop(struct floor *f) {
    int64_t began = wire_now_ms();
    sw_ws_server_begin_stop(f->server, on_stopped, f);
    assert_int_equal(uv_run(&f->loop, UV_RUN_DEFAULT), 0);
    assert_true(wire_now_ms() - began < 2500);
    assert_int_equal(f->stopped, 1);
    sw_ws_server_free(f->server);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    sw_http_free(f->http);
    sw_view_free(f->site);
    sw_view_free(f->big);
}

static const struct sw_ws_counters *counters(struct floor *f) {
    return sw_ws_server_counters(f->server);
}

static inline void open_client(struct floor *f, struct wire *w, int receive_bytes) {
    wire_connect(w, &f->loop, sw_ws_server_port(f->server), receive_bytes);
    assert_int_equal(wire_upgrade(w, "/ws", "shiftwall.v1", ""), 101);
    assert_int_equal(wire_message(w, WIRE_TIMEOUT_MS), 1);
    assert_string_equal(
        w->text, "{\"op\":\"hello\",\"server\":\"shiftwall/1.0.0\",\"now\":1700000000000,\"site\":\"main\","
                 "\"sites\":[\"main\"],\"epoch\":\"e1\"}");
}

static inline void assert_next(struct wire *w, const char *want) {
    int r = wire_message(w, WIRE_TIMEOUT_MS);
    if (r != 1)
        fail_msg("%s (code %d) instead of %s", r == WIRE_CLOSED ? "closed" : "silence", w->close_code, want);
    assert_string_equal(w->text, want);
}

static inline void assert_silence(struct wire *w, int ms) {
    if (wire_message(w, ms) != WIRE_SILENT) fail_msg("not silent: %s", w->text);
}

#define SUBSCRIBE_SITE "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"site\"]}"
#define FILLER "\"......................................................................\""

#endif
