/* HTTP: static files, requests to the application, and what is refused. A real server, raw sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <zlib.h>

#include "io/ws_server.h"
#include "wire.h"

#define LARGE_BYTES (8u << 20)

struct fixture {
    uv_loop_t loop;
    struct sw_http *http;
    struct sw_ws_server *server;
    char dir[64];
    /* the handler's last request */
    int handled;
    char path[256], raw_path[256], body[64];
    char query[256];
    size_t body_len;
    enum sw_http_method method;
};

static struct fixture f;

static void remember(const struct sw_http_request *request) {
    f.handled++;
    f.method = request->method;
    snprintf(f.path, sizeof f.path, "%s", request->path);
    snprintf(f.raw_path, sizeof f.raw_path, "%s", request->raw_path);
    snprintf(f.body, sizeof f.body, "%s", request->body);
    f.body_len = request->body_len;
    size_t at = 0;
    f.query[0] = '\0';
    for (uint32_t i = 0; i < request->query_count; i++)
        at += (size_t)snprintf(f.query + at, sizeof f.query - at, "[%s|%s]", request->query_names[i],
                               request->query_values[i]);
    assert_string_equal(request->caller.peer, "127.0.0.1");
}

static int on_request(void *ctx, const struct sw_http_request *request, struct sw_http_response *response) {
    (void)ctx;
    remember(request);
    if (strcmp(request->path, "/api/fail") == 0) return -SW_EIO;
    if (strcmp(request->path, "/api/over") == 0) {
        sw_buf_init(&response->body, 8);
        sw_buf_puts(&response->body, "more than eight");
        return 0;
    }
    if (strcmp(request->path, "/api/none") == 0)
        return sw_http_problem(response, 404, "No view", "no \"such\" thing");
    if (strcmp(request->path, "/api/get-only") == 0)
        return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_POST);
    if (strcmp(request->path, "/api/empty") == 0) {
        assert_int_equal(sw_http_header(response, "location", "/api/new"), 0);
        return response->status = 204;
    }
    response->content_type = "application/json";
    if (strcmp(request->path, "/api/large") == 0) {
        response->content_type = "application/octet-stream";
        for (unsigned i = 0; i < LARGE_BYTES / 8; i++) sw_buf_printf(&response->body, "%08x", i);
        return 200;
    }
    if (strcmp(request->path, "/api/long") == 0)
        for (int i = 0; i < 1000; i++) sw_buf_puts(&response->body, "{\"a\":1}");
    snprintf(response->etag, sizeof response->etag, "\"9f2c:812\"");
    sw_buf_puts(&response->body, "{\"ok\":true}");
    return 200;
}

static struct sw_view *resolve(void *ctx, const struct sw_http_caller *viewer, const char *site, const char *name, const char **code) {
    (void)ctx, (void)viewer;
    (void)site;
    (void)name;
    (void)code;
    return NULL;
}

static int64_t now_ms(void *ctx) {
    (void)ctx;
    return 0;
}

static void put(const char *name, const char *content) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", f.dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void make_web(void) {
    char path[160];
    snprintf(f.dir, sizeof f.dir, "/tmp/sw-http-XXXXXX");
    assert_non_null(mkdtemp(f.dir));
    snprintf(path, sizeof path, "%s/assets", f.dir);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/private", f.dir);
    mkdir(path, 0700);
    put("index.html", "<!doctype html><title>wall</title>");
    put("index.html.gz", "gz-of-index");
    put("assets/main-VO7VLE6Q.js", "let js;");
    put("assets/main-VO7VLE6Q.js.br", "br");
    put("assets/main-VO7VLE6Q.js.gz", "gz");
    put("assets/main-VO7VLE6Q.js.map", "no");
    put("assets/plain.css", "a{}");
    put("assets/only.js.br", "orphan");
    put("private/secret.txt", "secret");
    put(".hidden", "secret");
}

static int setup(void **state) {
    (void)state;
    char error[256] = "";
    memset(&f, 0, sizeof f);
    make_web();
    uv_loop_init(&f.loop);
    struct sw_http_options http = {.handler = on_request, .web_dir = f.dir};
    if (sw_http_new(&http, &f.http, error, sizeof error)) return -1;
    struct sw_ws_options options = {
        .loop = &f.loop, .http = f.http, .address = "127.0.0.1", .resolve = resolve, .now_ms = now_ms};
    return sw_ws_server_new(&options, &f.server, error, sizeof error);
}

static int teardown(void **state) {
    (void)state;
    static const char *const files[] = {"index.html",
                                        "index.html.gz",
                                        "assets/main-VO7VLE6Q.js",
                                        "assets/main-VO7VLE6Q.js.br",
                                        "assets/main-VO7VLE6Q.js.gz",
                                        "assets/main-VO7VLE6Q.js.map",
                                        "assets/plain.css",
                                        "assets/only.js.br",
                                        "private/secret.txt",
                                        ".hidden",
                                        "private",
                                        "assets",
                                        ""};
    char path[160];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", f.dir, files[i]);
        remove(path);
    }
    sw_ws_server_begin_stop(f.server, NULL, NULL);
    uv_run(&f.loop, UV_RUN_DEFAULT);
    sw_ws_server_free(f.server);
    sw_http_free(f.http);
    return uv_loop_close(&f.loop);
}

/* One answer. */
struct answer {
    int status;
    char *head;
    char *body;
    size_t len;
};

static void answer_free(struct answer *a) {
    free(a->head);
    free(a->body);
}

/* A header's value of the answer, "" when absent; static. */
static const char *header(const struct answer *a, const char *name) {
    static char value[600];
    value[0] = '\0';
    for (const char *line = a->head; (line = strstr(line, "\r\n")); line++) {
        line += 2;
        size_t len = strlen(name);
        if (strncasecmp(line, name, len) == 0 && line[len] == ':')
            return snprintf(value, sizeof value, "%.*s", (int)strcspn(line + len + 2, "\r"), line + len + 2),
                   value;
    }
    return value;
}

static void read_answer(struct wire *w, struct answer *a, bool has_body) {
    memset(a, 0, sizeof *a);
    a->head = wire_head(w);
    if (!a->head) return;
    a->status = (int)strtol(a->head + 9, NULL, 10);
    const char *length = header(a, "content-length");
    a->len = has_body ? (size_t)strtoul(length, NULL, 10) : 0;
    if (!wire_want(w, a->len, WIRE_TIMEOUT_MS)) fail_msg("the body is short: %zu of %zu", w->in_len, a->len);
    a->body = strndup(w->in ? w->in : "", a->len);
    if (a->len) wire_take(w, a->len);
}

/* Sends a request on a connection of its own. */
static struct answer ask(const char *method, const char *path, const char *extra, const char *body,
                         size_t body_len) {
    struct wire w;
    struct answer a;
    char text[4096];
    int len = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: h\r\n%s\r\n", method, path, extra);
    wire_connect(&w, &f.loop, sw_ws_server_port(f.server), 0);
    wire_send(&w, text, (size_t)len);
    if (body) wire_send(&w, body, body_len);
    read_answer(&w, &a, strcmp(method, "HEAD") != 0);
    wire_free(&w);
    return a;
}

static struct answer get(const char *path, const char *extra) {
    return ask("GET", path, extra, NULL, 0);
}

static void assert_get(const char *path, const char *extra, int status, const char *body) {
    struct answer a = get(path, extra);
    if (a.status != status) fail_msg("%s: %d", path, a.status);
    if (body) assert_string_equal(a.body, body);
    if (status) assert_string_equal(header(&a, "x-content-type-options"), "nosniff");
    if (status) assert_non_null(strstr(header(&a, "content-security-policy"), "default-src 'none'"));
    answer_free(&a);
}

static void test_static_files(void **state) {
    (void)state;
    static const char index[] = "<!doctype html><title>wall</title>";
    assert_get("/", "", 200, index);
    assert_get("/wall/overview", "", 200, index);
    assert_get("/wall/overview,queues?every=20", "", 200, index);
    assert_get("/console", "", 200, index);
    assert_get("/pair", "", 200, index);
    assert_get("/index.html", "", 200, index);
    assert_get("/assets/plain.css", "", 200, "a{}");
    static const char *const absent[] = {"/private/secret.txt",
                                         "/.hidden",
                                         "/assets/only.js",
                                         "/assets/main-VO7VLE6Q.js.map",
                                         "/assets/main-VO7VLE6Q.js.br",
                                         "/assets/",
                                         "/nothing",
                                         "/assets/../private/secret.txt",
                                         "/..%2fprivate/secret.txt",
                                         "/%2e%2e/%2e%2e/etc/passwd",
                                         "/wallet"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) assert_get(absent[i], "", 404, NULL);
    struct answer a = get("/", "");
    assert_string_equal(header(&a, "content-type"), "text/html; charset=utf-8");
    assert_string_equal(header(&a, "cache-control"), "no-cache");
    answer_free(&a);
    a = get("/assets/main-VO7VLE6Q.js", "");
    assert_string_equal(header(&a, "content-type"), "text/javascript; charset=utf-8");
    assert_string_equal(header(&a, "cache-control"), "public, max-age=31536000, immutable");
    assert_string_equal(header(&a, "vary"), "accept-encoding");
    answer_free(&a);
    a = get("/assets/plain.css", "");
    assert_string_equal(header(&a, "cache-control"), "no-cache");
    answer_free(&a);
}

static void test_precompressed(void **state) {
    (void)state;
    const char *js = "/assets/main-VO7VLE6Q.js";
    struct answer a = get(js, "Accept-Encoding: gzip, deflate, br\r\n");
    assert_string_equal(a.body, "br");
    assert_string_equal(header(&a, "content-encoding"), "br");
    char extra[200], etag[64];
    snprintf(etag, sizeof etag, "%s", header(&a, "etag"));
    snprintf(extra, sizeof extra, "Accept-Encoding: br\r\nIf-None-Match: \"x\", W/%s\r\n", etag);
    answer_free(&a);
    a = ask("GET", js, extra, NULL, 0);
    assert_int_equal(a.status, 304);
    assert_int_equal(a.len, 0);
    answer_free(&a);
    snprintf(extra, sizeof extra, "If-None-Match: %s\r\n", etag);
    assert_get(js, extra, 200, "let js;"); /* the tag of another form */
    assert_get(js, "Accept-Encoding: gzip;q=0.5, br;q=0\r\n", 200, "gz");
    assert_get(js, "Accept-Encoding: identity, brotli\r\n", 200, "let js;");
    assert_get("/", "Accept-Encoding: br, gzip\r\n", 200, "gz-of-index");
}

static void test_handler(void **state) {
    (void)state;
    assert_get("/api/v1/sites/main/views/agents%2F%E6%97%A9?a=1&b=%26%3d+x&c&=d", "", 200, "{\"ok\":true}");
    assert_string_equal(f.path, "/api/v1/sites/main/views/agents/早");
    assert_string_equal(f.query, "[a|1][b|&= x][c|][|d]");
    const char *rest = f.raw_path + strlen("/api/v1/sites/main");
    char segment[64];
    assert_int_equal(sw_http_segment(&rest, segment, sizeof segment), 0);
    assert_string_equal(segment, "views");
    assert_int_equal(sw_http_remainder(&rest, segment, sizeof segment), 0);
    assert_string_equal(segment, "agents/早");
    assert_int_equal(sw_http_segment(&rest, segment, sizeof segment), -SW_ENOENT);
    assert_get("/healthz", "", 200, NULL);
    assert_get("/metrics", "", 200, NULL);
    assert_get("/readyz", "", 200, NULL);
    assert_get("/api/none", "", 404,
               "{\"type\":\"about:blank\",\"title\":\"No view\",\"status\":404,\"detail\":\"no \\\"such\\\" "
               "thing\"}");
    assert_get("/api/fail", "", 500, NULL);
    assert_get("/api/over", "", 500, NULL);
    struct answer a = get("/api/none", "");
    assert_string_equal(header(&a, "content-type"), "application/problem+json");
    assert_string_equal(header(&a, "cache-control"), "no-store");
    answer_free(&a);
    a = get("/api/x", "If-None-Match: \"9f2c:812\"\r\n");
    assert_int_equal(a.status, 304);
    assert_string_equal(header(&a, "etag"), "\"9f2c:812\"");
    answer_free(&a);
    a = get("/api/get-only", "");
    assert_int_equal(a.status, 405);
    assert_string_equal(header(&a, "allow"), "GET, HEAD, POST");
    answer_free(&a);
    a = ask("DELETE", "/api/empty", "", NULL, 0);
    assert_int_equal(a.status, 204);
    assert_int_equal(f.method, SW_HTTP_DELETE);
    assert_string_equal(header(&a, "location"), "/api/new");
    answer_free(&a);
}

static void test_head_and_methods(void **state) {
    (void)state;
    struct answer a = ask("HEAD", "/api/x", "", NULL, 0);
    assert_int_equal(a.status, 200);
    assert_string_equal(header(&a, "content-length"), "11");
    assert_int_equal(f.method, SW_HTTP_GET);
    answer_free(&a);
    a = ask("HEAD", "/assets/plain.css", "", NULL, 0);
    assert_int_equal(a.status, 200);
    assert_string_equal(header(&a, "content-length"), "3");
    answer_free(&a);
    a = ask("POST", "/", "Content-Length: 2\r\n", "hi", 2);
    assert_int_equal(a.status, 405);
    assert_string_equal(header(&a, "allow"), "GET, HEAD");
    answer_free(&a);
}

static void test_bodies(void **state) {
    (void)state;
    struct answer a = ask("POST", "/api/x", "Content-Length: 5\r\n", "hello", 5);
    assert_int_equal(a.status, 200);
    assert_string_equal(f.body, "hello");
    answer_free(&a);
    a = ask("POST", "/api/x", "Content-Length: 0\r\n", NULL, 0);
    assert_int_equal(a.status, 200);
    assert_int_equal(f.body_len, 0);
    answer_free(&a);
    char *large = calloc(1, SW_HTTP_REQUEST_BODY_MAX + 1);
    assert_non_null(large);
    memset(large, 'x', SW_HTTP_REQUEST_BODY_MAX + 1);
    a = ask("PUT", "/api/x", "Content-Length: 1048576\r\n", large, SW_HTTP_REQUEST_BODY_MAX);
    assert_int_equal(a.status, 200);
    assert_int_equal(f.body_len, SW_HTTP_REQUEST_BODY_MAX);
    answer_free(&a);
    int handled = f.handled;
    a = ask("POST", "/api/x", "Content-Length: 1048577\r\n", large, SW_HTTP_REQUEST_BODY_MAX + 1);
    assert_int_equal(a.status, 413);
    answer_free(&a);
    a = ask("POST", "/api/x", "Content-Length: 99999999999\r\n", NULL, 0);
    assert_int_equal(a.status, 413);
    answer_free(&a);
    free(large);
    static const struct {
        const char *method, *extra;
        int status;
    } refused[] = {{"POST", "", 411},
                   {"POST", "Transfer-Encoding: chunked\r\n", 411},
                   {"POST", "Content-Length: -5\r\n", 400},
                   {"POST", "Content-Length: 5x\r\n", 400},
                   {"POST", "Content-Length: 5\r\nContent-Length: 6\r\n", 400},
                   {"GET", "Content-Length: 5\r\n", 400},
                   {"GET", "Transfer-Encoding: chunked\r\n", 411}};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        a = ask(refused[i].method, "/api/x", refused[i].extra, NULL, 0);
        if (a.status != refused[i].status)
            fail_msg("%s %s: %d", refused[i].method, refused[i].extra, a.status);
        answer_free(&a);
    }
    assert_int_equal(f.handled, handled);
    assert_int_equal(sw_http_counters(f.http)->too_large, 2);
}

static void test_bad_requests(void **state) {
    (void)state;
    int handled = f.handled;
    assert_get("/api/%ff", "", 400, NULL);
    assert_get("/api/%01", "", 400, NULL);
    assert_get("/api/%7f", "", 400, NULL);
    assert_get("/api/a&b", "", 400, NULL);
    assert_get("/api/x?a=%ff", "", 400, NULL);
    assert_get("/api/x?a=%1f", "", 400, NULL);
    static char path[3000];
    memset(path, 'a', 2500);
    memcpy(path, "/api/", 5);
    assert_get(path, "", 414, NULL);
    assert_int_equal(f.handled, handled);
    static const char *const raw[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "BREW /api/x HTTP/1.1\r\n\r\n",
        "GET /api/%00 HTTP/1.1\r\n\r\n",
        "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /api/x HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nHTTP2-Settings: AAA\r\n\r\n",
        "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"};
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
        struct wire w;
        wire_connect(&w, &f.loop, sw_ws_server_port(f.server), 0);
        wire_send(&w, raw[i], strlen(raw[i]));
        wire_idle(&f.loop, 20);
        wire_free(&w);
    }
    assert_get("/api/x", "", 200, NULL); /* alive */
}

static void test_keep_alive_and_pipelining(void **state) {
    (void)state;
    struct wire w;
    struct answer a;
    static const char one[] = "GET /api/x HTTP/1.1\r\nHost: h\r\n\r\n";
    wire_connect(&w, &f.loop, sw_ws_server_port(f.server), 0);
    for (int i = 0; i < 50; i++) {
        static const char *const requests[] = {
            "GET /api/x HTTP/1.1\r\nHost: h\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /api/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /api/x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"};
        static const int statuses[] = {200, 200, 200, 404, 200};
        wire_send(&w, requests[i % 5], strlen(requests[i % 5]));
        read_answer(&w, &a, i % 5 != 1);
        assert_int_equal(a.status, statuses[i % 5]);
        assert_int_equal(w.in_len, 0);
        answer_free(&a);
    }
    for (int i = 0; i < 5; i++) wire_send(&w, one, sizeof one - 1); /* all at once */
    for (int i = 0; i < 5; i++) {
        read_answer(&w, &a, true);
        assert_int_equal(a.status, 200);
        assert_string_equal(a.body, "{\"ok\":true}");
        answer_free(&a);
    }
    static const char last[] = "GET /api/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    wire_send(&w, last, sizeof last - 1);
    read_answer(&w, &a, true);
    assert_int_equal(a.status, 200);
    answer_free(&a);
    assert_false(wire_want(&w, 1, 1000));
    assert_true(w.eof);
    wire_free(&w);
}

/* A body in the middle of three requests that come at once: libwebsockets tells its end without end. */
static void test_pipelined_body(void **state) {
    (void)state;
    static const char three[] = "GET /api/a HTTP/1.1\r\nHost: h\r\n\r\n"
                                "PUT /api/b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"
                                "GET /api/c HTTP/1.1\r\nHost: h\r\n\r\n";
    struct wire w;
    struct answer a;
    wire_connect(&w, &f.loop, sw_ws_server_port(f.server), 0);
    alarm(60); /* the loop may never come back */
    wire_send(&w, three, sizeof three - 1);
    for (int i = 0; i < 2; i++) {
        read_answer(&w, &a, true);
        assert_int_equal(a.status, 200);
        answer_free(&a);
    }
    alarm(0);
    assert_int_equal(f.handled, 2);
    assert_string_equal(f.path, "/api/b");
    assert_false(wire_want(&w, 1, WIRE_TIMEOUT_MS)); /* and hung up */
    assert_true(w.eof);
    wire_free(&w);
    assert_get("/api/d", "", 200, "{\"ok\":true}"); /* others are served */
}

static void test_large_body(void **state) {
    (void)state;
    struct answer a = get("/api/large", "");
    assert_int_equal(a.status, 200);
    assert_int_equal(a.len, LARGE_BYTES);
    for (unsigned i = 0; i < LARGE_BYTES / 8; i += 997) {
        char want[9];
        snprintf(want, sizeof want, "%08x", i);
        assert_memory_equal(a.body + (size_t)i * 8, want, 8);
    }
    answer_free(&a);
    /* one who stops reading, and goes */
    struct wire w;
    wire_connect(&w, &f.loop, sw_ws_server_port(f.server), 4096);
    wire_send(&w, "GET /api/large HTTP/1.1\r\nHost: h\r\n\r\n", 36);
    wire_idle(&f.loop, 50);
    wire_free(&w);
    wire_idle(&f.loop, 20);
    assert_int_equal(sw_ws_server_counters(f.server)->connections, 0);
}

static void test_gzip(void **state) {
    (void)state;
    struct wire w;
    struct answer a;
    static const char request[] = "GET /api/long HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n";
    static unsigned char plain[16384];
    wire_connect(&w, &f.loop, sw_ws_server_port(f.server), 0);
    wire_send(&w, request, sizeof request - 1);
    memset(&a, 0, sizeof a);
    a.head = wire_head(&w);
    assert_non_null(a.head);
    assert_string_equal(header(&a, "content-encoding"), "gzip");
    assert_string_equal(header(&a, "etag"), "W/\"9f2c:812\"");
    assert_string_equal(header(&a, "vary"), "accept-encoding");
    size_t len = strtoul(header(&a, "content-length"), NULL, 10);
    assert_true(len < 200 && wire_want(&w, len, WIRE_TIMEOUT_MS));
    z_stream z = {.next_in = (unsigned char *)w.in,
                  .avail_in = (unsigned)len,
                  .next_out = plain,
                  .avail_out = sizeof plain};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, 7011);
    inflateEnd(&z);
    answer_free(&a);
    wire_free(&w);
    struct answer b = get("/api/x", "Accept-Encoding: gzip\r\n");
    assert_string_equal(header(&b, "content-encoding"), ""); /* too short to be worth it */
    assert_string_equal(header(&b, "etag"), "\"9f2c:812\"");
    answer_free(&b);
}

static void test_no_web_application(void **state) {
    (void)state;
    char error[256] = "";
    struct sw_http *http = NULL;
    struct sw_http_options options = {.handler = on_request, .web_dir = "/nonexistent"};
    assert_int_equal(sw_http_new(&options, &http, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, "/nonexistent"));
    char empty[] = "/tmp/sw-http-XXXXXX";
    assert_non_null(mkdtemp(empty));
    options.web_dir = empty;
    assert_int_equal(sw_http_new(&options, &http, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, "index.html"));
    remove(empty);
}

static void test_header_helper(void **state) {
    (void)state;
    struct sw_http_response r;
    sw_http_response_init(&r);
    assert_int_equal(sw_http_header(&r, "x-a", "1\r\nx-b: 2"), -SW_EINVAL);
    assert_int_equal(sw_http_header(&r, "X-A", "1"), -SW_EINVAL);
    assert_int_equal(sw_http_header(&r, "", "1"), -SW_EINVAL);
    for (int i = 0; i < SW_HTTP_HEADERS_MAX; i++) assert_int_equal(sw_http_header(&r, "x-a", "1"), 0);
    assert_int_equal(sw_http_header(&r, "x-a", "1"), -SW_ELIMIT);
    sw_http_response_deinit(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_static_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_precompressed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_handler, setup, teardown),
        cmocka_unit_test_setup_teardown(test_head_and_methods, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bodies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keep_alive_and_pipelining, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pipelined_body, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_body, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gzip, setup, teardown),
        cmocka_unit_test(test_no_web_application),
        cmocka_unit_test(test_header_helper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
