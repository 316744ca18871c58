/* Requests as peers send them: paths, queries, headers, lengths, bodies and upgrades, through the real server and
 * libwebsockets, each on a connection of its own.
 *
 * An input is what a peer sends; 0xFF marks where it lets the server read before it goes on. What the handler is given is
 * clean text within its limits, and what comes back is HTTP. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "fuzz.h"
#include "io/http.h"
#include "io/http_internal.h"
#include "io/ws_server.h"

#define TURNS_MAX 64 /* of the loop, without a byte from the server */
#define ANSWER_BYTES ((size_t)1 << 20)

static uv_loop_t loop;
static struct sw_http *http;
static struct sw_ws_server *server;
static struct sw_view *view;
static struct sw_http_pending *pending;
static char received[ANSWER_BYTES];

/* ---- the application ---- */

static void check_text(const char *text) { SW_ASSERT(text && sw__http_text_is_clean(text, strlen(text))); }

/* The path's parts are those of its escaped form. */
static void check_path(const struct sw_http_request *request) {
    char part[SW_HTTP_PATH_BYTES_MAX], whole[SW_HTTP_PATH_BYTES_MAX + 1] = "";
    const char *rest = request->raw_path, *all = request->raw_path;
    size_t at = 0;
    SW_ASSERT(request->path[0] == '/' && strlen(request->path) < SW_HTTP_PATH_BYTES_MAX);
    while (sw_http_segment(&rest, part, sizeof part) == 0) {
        at += (size_t)snprintf(whole + at, sizeof whole - at, "/%s", part);
        SW_ASSERT(at < sizeof whole);
    }
    SW_ASSERT(!*rest && !strcmp(whole, request->path));
    SW_ASSERT(sw_http_remainder(&all, part, sizeof part) == 0 && !*all && !strcmp(part, request->path + 1));
}

static void check_request(const struct sw_http_request *request) {
    check_path(request);
    check_text(request->path);
    check_text(request->if_none_match);
    check_text(request->accept);
    check_text(request->content_type);
    check_text(request->caller.cookie);
    SW_ASSERT(!strcmp(request->caller.peer, "127.0.0.1"));
    SW_ASSERT(request->body && request->body[request->body_len] == '\0' && request->body_len <= SW_HTTP_REQUEST_BODY_MAX);
    SW_ASSERT(request->query_count <= SW_HTTP_QUERY_PARAMS_MAX);
    for (uint32_t i = 0; i < request->query_count; i++) {
        check_text(request->query_names[i]);
        check_text(request->query_values[i]);
        SW_ASSERT(sw_http_query(request, request->query_names[i]) != NULL && !strchr(request->query_names[i], '='));
    }
}

static int on_request(void *ctx, const struct sw_http_request *request, struct sw_http_response *response) {
    (void)ctx;
    check_request(request);
    response->content_type = "application/json";
    snprintf(response->etag, sizeof response->etag, "\"9f2c:812\"");
    sw_buf_puts(&response->body, "{\"ok\":true}");
    const char *size = sw_http_query(request, "size");
    for (int i = 0; size && i < 200; i++) sw_buf_puts(&response->body, "[1,2,3,4]");
    if (sw_http_query(request, "fail")) return -SW_EIO;
    if (sw_http_query(request, "header")) (void)sw_http_header(response, "x-value", sw_http_query(request, "header"));
    if (sw_http_query(request, "problem")) return sw_http_problem(response, 404, NULL, sw_http_query(request, "problem"));
    if (sw_http_query(request, "later") && !pending) pending = sw_http_defer(request);
    return 200;
}

static struct sw_view *resolve(void *ctx, const struct sw_http_caller *viewer, const char *site, const char *name,
                               const char **code) {
    (void)ctx, (void)viewer, (void)site;
    if (!strcmp(name, "site")) return view;
    *code = "unknown_view";
    return NULL;
}

static int64_t now_ms(void *ctx) {
    (void)ctx;
    return 1700006400000;
}

/* ---- a peer ---- */

static int dial(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(sw_ws_server_port(server))};
    /* a reset at the end leaves no port waiting */
    const struct linger now = {.l_onoff = 1};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SW_ASSERT(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0);
    SW_ASSERT(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

static void answer_late(void) {
    if (!pending) return;
    struct sw_http_response response;
    sw_http_response_init(&response);
    response.content_type = "text/plain";
    sw_buf_puts(&response.body, "late");
    sw_http_answer(pending, &response);
    sw_http_response_deinit(&response);
    pending = NULL;
}

/* Turns the loop until the server has nothing to say; false when it hung up. */
static bool listen_to(int fd, size_t *len) {
    for (int idle = 0; idle < TURNS_MAX; idle++) {
        uv_run(&loop, UV_RUN_NOWAIT);
        ssize_t got = recv(fd, received + *len, sizeof received - *len, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
        if (got > 0) {
            *len += (size_t)got;
            idle = 0;
        }
        if (*len == sizeof received) return false;
        if (pending && idle > 2) answer_late();
        if (idle >= 3 && *len) return true;
    }
    return true;
}

static bool say(int fd, const uint8_t *data, size_t size, size_t *len) {
    while (size) {
        ssize_t sent = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return false;
        if (sent > 0) {
            data += sent;
            size -= (size_t)sent;
        } else if (!listen_to(fd, len)) {
            return false;
        }
    }
    return true;
}

static void check_answer(size_t len) {
    if (!len) return;
    SW_ASSERT(len >= 9 && !memcmp(received, "HTTP/1.", 7));
    if (!memcmp(received + 9, "200", 3)) {
        /* a header of the handler's cannot begin another */
        char *end = memmem(received, len, "\r\n\r\n", 4);
        SW_ASSERT(end != NULL);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    char error[256] = "", json[] = "{\"n\":1}";
    uv_loop_init(&loop);
    const struct sw_http_options options = {.handler = on_request};
    SW_ASSERT(sw_http_new(&options, &http, error, sizeof error) == 0);
    const struct sw_ws_options ws = {.loop = &loop, .http = http, .address = "127.0.0.1", .resolve = resolve, .now_ms = now_ms};
    if (sw_ws_server_new(&ws, &server, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        exit(1);
    }
    view = sw_view_new("site", "E1");
    SW_ASSERT(sw_view_set(view, "queues", "q", json, strlen(json)) == 0 && sw_view_commit(view, 1700006400000));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *end = data + size;
    size_t len = 0;
    int fd = dial();
    for (bool open = true; data < end && open;) {
        const uint8_t *mark = memchr(data, 0xFF, (size_t)(end - data));
        const uint8_t *until = mark ? mark : end;
        open = say(fd, data, (size_t)(until - data), &len) && listen_to(fd, &len);
        data = mark ? mark + 1 : end;
    }
    check_answer(len);
    close(fd);
    for (int i = 0; i < TURNS_MAX && sw_ws_server_counters(server)->connections; i++) uv_run(&loop, UV_RUN_NOWAIT);
    answer_late();
    SW_ASSERT(sw_ws_server_counters(server)->connections == 0 && sw_ws_server_counters(server)->clients == 0);
    return 0;
}
