#include "notify/transport.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS_MAX 10000
#define REQUESTS_MAX 32 /* at a time: one a destination */

struct request {
    struct sw_transport *owner;
    CURL *easy;
    struct sw_post post;
    struct curl_slist *headers;
    struct sw_buf answer;
    void (*done)(void *ctx, const struct sw_answer *answer);
    void *ctx;
};

struct sw_transport {
    const struct sw_notify_loop *loop;
    CURLM *multi;
    int64_t deadline_ms;
    void (*changed)(void *ctx);
    void *ctx;
    struct request *requests[REQUESTS_MAX];
};

/* ---- what libcurl asks for ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx) {
    (void)easy, (void)socket_ctx;
    struct sw_transport *t = ctx;
    int events = what == CURL_POLL_IN ? SW_NOTIFY_READ
                 : what == CURL_POLL_OUT ? SW_NOTIFY_WRITE
                 : what == CURL_POLL_INOUT ? SW_NOTIFY_READ | SW_NOTIFY_WRITE : 0;
    t->loop->watch(t->loop->ctx, (int)fd, events);
    return 0;
}

static int on_timer(CURLM *multi, long delay_ms, void *ctx) {
    (void)multi;
    struct sw_transport *t = ctx;
    t->deadline_ms = delay_ms < 0 ? INT64_MAX : t->loop->mono_ms(t->loop->ctx) + delay_ms;
    t->changed(t->ctx);
    return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *ctx) {
    struct request *r = ctx;
    size_t bytes = size * count, room = r->answer.cap - r->answer.len;
    sw_buf_add(&r->answer, data, bytes < room ? bytes : room);
    return bytes;
}

/* ---- requests ---- */

struct sw_transport *sw_transport_new(const struct sw_notify_loop *loop, void (*changed)(void *ctx), void *ctx) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) return NULL;
    struct sw_transport *t = sw_xcalloc(1, sizeof *t);
    t->loop = loop;
    t->changed = changed;
    t->ctx = ctx;
    t->deadline_ms = INT64_MAX;
    t->multi = curl_multi_init();
    SW_ASSERT(t->multi != NULL);
    curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
    curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
    return t;
}

static void forget(struct request *r) {
    struct sw_transport *t = r->owner;
    for (size_t i = 0; i < REQUESTS_MAX; i++)
        if (t->requests[i] == r) t->requests[i] = NULL;
    curl_multi_remove_handle(t->multi, r->easy);
    curl_easy_cleanup(r->easy);
    curl_slist_free_all(r->headers);
    sw_post_deinit(&r->post);
    sw_buf_deinit(&r->answer);
    free(r);
}

void sw_transport_free(struct sw_transport *t) {
    if (!t) return;
    for (size_t i = 0; i < REQUESTS_MAX; i++)
        if (t->requests[i]) forget(t->requests[i]);
    curl_multi_cleanup(t->multi);
    curl_global_cleanup();
    free(t);
}

static struct curl_slist *headers_of(const struct sw_post *post) {
    /* Some services count bytes of UTF-16 unless told (Teams: 14 KB instead of 28); an Expect costs a turn. */
    struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8");
    list = curl_slist_append(list, "Expect:");
    for (const char *line = sw_buf_text(&post->headers); *line;) {
        size_t len = strcspn(line, "\n");
        char one[SW_SECRET_BYTES_MAX];
        if (len < sizeof one) {
            memcpy(one, line, len);
            one[len] = '\0';
            list = curl_slist_append(list, one);
        }
        line += len + (line[len] == '\n');
    }
    SW_ASSERT(list != NULL);
    return list;
}

/* No error buffer, no verbose output: they would hold what is secret. A new connection each time: where a kept one is
 * found closed libcurl sends again by itself, and nobody would know that it may have come twice. */
static void set_options(struct request *r, const struct sw_route *route) {
    CURL *e = r->easy;
    curl_easy_setopt(e, CURLOPT_URL, sw_buf_text(&r->post.url));
    curl_easy_setopt(e, CURLOPT_POSTFIELDS, sw_buf_text(&r->post.body));
    curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->post.body.len);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, r->headers);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "shiftwall");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* does not wait for a name server that does not answer */
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (route->ca_file) curl_easy_setopt(e, CURLOPT_CAINFO, route->ca_file);
    if (route->ca_file) curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(e, CURLOPT_PROXY, route->proxy ? route->proxy : "");
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)route->timeout_ms);
    long connect_ms = route->timeout_ms < CONNECT_MS_MAX ? (long)route->timeout_ms : CONNECT_MS_MAX;
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(e, CURLOPT_PRIVATE, r);
}

void sw_transport_send(struct sw_transport *t, struct sw_post *post, const struct sw_route *route,
                       void (*done)(void *ctx, const struct sw_answer *answer), void *ctx) {
    struct request *r = sw_xcalloc(1, sizeof *r), **place = NULL;
    for (size_t i = 0; i < REQUESTS_MAX && !place; i++)
        if (!t->requests[i]) place = &t->requests[i];
    SW_ASSERT(place != NULL);
    *place = r;
    r->owner = t;
    r->post = *post;
    r->done = done;
    r->ctx = ctx;
    r->headers = headers_of(post);
    sw_buf_init(&r->answer, SW_ANSWER_BYTES_MAX);
    r->easy = curl_easy_init();
    SW_ASSERT(r->easy != NULL);
    set_options(r, route);
    CURLMcode added = curl_multi_add_handle(t->multi, r->easy);
    SW_ASSERT(added == CURLM_OK);
}

/* ---- answers ---- */

static bool is_sent_whole(const struct request *r) {
    curl_off_t sent = 0;
    curl_easy_getinfo(r->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return sent >= (curl_off_t)r->post.body.len;
}

static void tell(struct request *r, CURLcode result) {
    struct sw_answer answer = {.body = sw_buf_text(&r->answer), .body_bytes = r->answer.len};
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(r->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    answer.status = (int)status;
    if (retry_after_s > 0) answer.retry_after_ms = retry_after_s > 86400 ? 86400000 : (int64_t)retry_after_s * 1000;
    if (result != CURLE_OK) { /* an answer that was cut short is none */
        answer.error = curl_easy_strerror(result);
        answer.maybe_taken = is_sent_whole(r);
        answer.status = 0;
    }
    void (*done)(void *ctx, const struct sw_answer *answer) = r->done;
    done(r->ctx, &answer);
}

static void collect(struct sw_transport *t) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(t->multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode result = message->data.result;
        struct request *r = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&r);
        tell(r, result);
        forget(r);
    }
}

void sw_transport_on_socket(struct sw_transport *t, int fd, int events) {
    int running, mask = (events & SW_NOTIFY_READ ? CURL_CSELECT_IN : 0) | (events & SW_NOTIFY_WRITE ? CURL_CSELECT_OUT : 0);
    (void)curl_multi_socket_action(t->multi, fd, mask, &running);
    collect(t);
}

void sw_transport_on_timer(struct sw_transport *t) {
    int running;
    t->deadline_ms = INT64_MAX; /* libcurl sets the next */
    (void)curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(t);
}

int64_t sw_transport_deadline_ms(const struct sw_transport *t) { return t->deadline_ms; }
