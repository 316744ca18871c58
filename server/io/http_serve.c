/* Requests as libwebsockets gives them, and answers as it takes them: headers at once, the body in pieces
 * from the writeable callback, so that a slow reader of a large view costs one piece of kernel buffer and no
 * copy. */
#include "io/http_serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "io/http_caller.h"

#define HEADER_BYTES_MAX 4096u
#define PIECE_BYTES (64u * 1024u)
#define STALL_S 20 /* a body that does not move for so long ends the connection */
#define DISCARD_BYTES_MAX                                                                                    \
    (8 * 1024 * 1024) /* a refused body up to this is read away, so the answer arrives */
#define COMPRESS_BYTES_MIN 1024u
#define COMPRESS_BYTES_MAX (1024u * 1024u) /* more would hold up the loop */
#define HEADER_VALUE_MAX 1024u
#define PENDING_S 60 /* how long a handler may take that answers later */

struct sw_http_pending {
    struct exchange *exchange; /* NULL: the connection is gone */
    struct lws *wsi;
};

/* One request and its answer. */
struct exchange {
    struct sw_http_request request; /* first: a request is found in its exchange */
    struct sw_http_pending *pending;
    struct sw_http_response *late; /* what was answered later, not yet sent */
    char path[SW_HTTP_PATH_BYTES_MAX];
    char raw_path[3 * SW_HTTP_PATH_BYTES_MAX];
    char query[SW_HTTP_QUERY_BYTES_MAX];
    char if_none_match[HEADER_VALUE_MAX];
    char accept[HEADER_VALUE_MAX];
    char content_type[HEADER_VALUE_MAX];
    char authorization[HEADER_VALUE_MAX];
    char accept_encoding[256];
    struct sw__caller caller;
    char *body_in;
    size_t body_size; /* as announced */
    size_t body_share; /* of what larger bodies may take up together */
    lws_usec_t body_began;
    size_t body_len;
    bool answered;
    const char *out; /* what is still to be sent: of a file, or of `made` */
    size_t out_left;
    struct sw_buf made;
};

/* ---- answers ---- */

const struct lws_protocol_vhost_options *sw__http_headers(bool tls) {
    static const struct lws_protocol_vhost_options headers[] = {
        {&headers[1], NULL, "strict-transport-security:", "max-age=31536000"},
        {&headers[2], NULL, "content-security-policy:",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
         "font-src 'self'; media-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'self'; "
         "form-action 'self'"},
        {&headers[3], NULL, "x-content-type-options:", "nosniff"},
        {&headers[4], NULL, "referrer-policy:", "no-referrer"},
        {&headers[5], NULL, "cross-origin-opener-policy:", "same-origin"},
        {&headers[6], NULL, "cross-origin-resource-policy:", "same-origin"},
        {NULL, NULL, "permissions-policy:",
         "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"}};
    return tls ? headers : headers + 1; /* the first is for TLS */
}

/* A block of response headers being written. */
struct head {
    unsigned char bytes[LWS_PRE + HEADER_BYTES_MAX];
    unsigned char *at;
    bool failed;
};

static unsigned char *head_start(struct head *head) {
    return head->bytes + LWS_PRE;
}
static unsigned char *head_end(struct head *head) {
    return head->bytes + sizeof head->bytes;
}

static void head_begin(struct head *head, struct lws *wsi, int status, const char *content_type, size_t len) {
    head->at = head_start(head);
    head->failed = lws_add_http_header_status(wsi, (unsigned)status, &head->at, head_end(head)) != 0;
    if (!head->failed && content_type)
        head->failed = lws_add_http_header_by_token(
                           wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, (const unsigned char *)content_type,
                           (int)strlen(content_type), &head->at, head_end(head)) != 0;
    if (!head->failed && status != 304 && status != 204)
        head->failed = lws_add_http_header_content_length(wsi, len, &head->at, head_end(head)) != 0;
}

/* NAME lower case with its colon. */
static void head_add(struct head *head, struct lws *wsi, const char *name, const char *value) {
    if (head->failed) return;
    head->failed = lws_add_http_header_by_name(wsi, (const unsigned char *)name, (const unsigned char *)value,
                                               (int)strlen(value), &head->at, head_end(head)) != 0;
}

static void count_answer(struct sw_http *http, int status) {
    int class = status / 100;
    if (class >= 1 && class <= 5) http->counters.by_class[class]++;
    http->counters.unauthorised += status == 401;
    http->counters.forbidden += status == 403;
    http->counters.throttled += status == 429;
}

int sw__http_refuse(struct sw_http *http, struct lws *wsi, int status, const char *detail) {
    struct sw_http_response response;
    struct head head;
    sw_http_response_init(&response);
    sw_http_problem(&response, status, NULL, detail);
    count_answer(http, status);
    head_begin(&head, wsi, status, response.content_type, response.body.len);
    head_add(&head, wsi, "cache-control:", "no-store");
    head_add(&head, wsi, "connection:", "close");
    if (!head.failed) head.failed = lws_finalize_http_header(wsi, &head.at, head_end(&head)) != 0;
    if (!head.failed && response.body.len <= (size_t)(head_end(&head) - head.at)) {
        memcpy(head.at, response.body.data, response.body.len);
        head.at += response.body.len;
    } else {
        head.failed = true;
    }
    size_t len = (size_t)(head.at - head_start(&head));
    sw_http_response_deinit(&response);
    if (head.failed) return -1;
    return lws_write(wsi, head_start(&head), len, LWS_WRITE_HTTP) < 0 ? -1 : 0;
}

static void exchange_free(struct sw_http *http, struct sw__http_session *session) {
    struct exchange *x = session->exchange;
    if (!x) return;
    session->exchange = NULL;
    http->bodies_bytes -= x->body_share;
    if (x->pending) x->pending->exchange = NULL;
    if (x->late) sw_http_response_deinit(x->late);
    free(x->late);
    free(x->body_in);
    sw_buf_deinit(&x->made);
    free(x);
}

/* The transaction is over: 0 to go on with the connection, -1 to end it. */
static int finish(struct sw_http *http, struct lws *wsi, struct sw__http_session *session) {
    exchange_free(http, session);
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* Sends the headers; the body follows from the writeable callback. */
static int send_head(struct sw_http *http, struct lws *wsi, struct sw__http_session *session, struct head *head) {
    if (head->failed || lws_finalize_write_http_header(wsi, head_start(head), &head->at, head_end(head)))
        return -1;
    if (session->exchange->out_left == 0) return finish(http, wsi, session);
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, STALL_S);
    lws_callback_on_writable(wsi);
    return 0;
}

static int send_piece(struct sw_http *http, struct lws *wsi, struct sw__http_session *session) {
    struct exchange *x = session->exchange;
    if (!x || x->out_left == 0) return 0;
    size_t len = x->out_left < PIECE_BYTES ? x->out_left : PIECE_BYTES;
    bool last = len == x->out_left;
    /* HTTP/1 writes the bytes as they are; the parameter lacks its const only for HTTP/2 and WebSocket */
    int sent =
        lws_write(wsi, (unsigned char *)(uintptr_t)x->out, len, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
    if (sent < 0) return -1;
    x->out += len;
    x->out_left -= len;
    http->counters.bytes_sent += len;
    if (last) return finish(http, wsi, session);
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, STALL_S);
    lws_callback_on_writable(wsi);
    return 0;
}

/* BODY as gzip into OUT; false when it did not get smaller. */
static bool compress_body(const struct sw_buf *body, struct sw_buf *out) {
    z_stream z = {0};
    if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
    size_t most = deflateBound(&z, body->len);
    unsigned char *bytes = sw_xmalloc(most);
    z.next_in = (unsigned char *)body->data;
    z.avail_in = (uInt)body->len;
    z.next_out = bytes;
    z.avail_out = (uInt)most;
    bool done = deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < body->len;
    sw_buf_init(out, most);
    if (done) sw_buf_add(out, bytes, z.total_out);
    deflateEnd(&z);
    free(bytes);
    return done;
}

static bool is_text(const char *type) {
    return type && (strncmp(type, "text/", 5) == 0 || strstr(type, "json") != NULL);
}

/* Sends what a handler made. Takes the body out of RESPONSE. */
static int answer(struct sw_http *http, struct lws *wsi, struct sw__http_session *session,
                  struct sw_http_response *response) {
    struct exchange *x = session->exchange;
    struct head head;
    char etag[sizeof response->etag + 2];
    x->answered = true;
    if (response->body.failed || response->status < 200 || response->status > 599)
        sw_http_problem(response, 500, NULL, NULL);
    bool cached = response->status == 200 && x->request.method == SW_HTTP_GET &&
                  sw_http_etag_matches(&x->request, response->etag);
    if (cached) response->status = 304;
    bool empty = cached || response->status == 204;
    bool may_compress = !empty && is_text(response->content_type) &&
                        response->body.len > COMPRESS_BYTES_MIN && response->body.len <= COMPRESS_BYTES_MAX;
    bool compressed = false;
    if (may_compress && sw__http_accepts(x->accept_encoding, "gzip"))
        compressed = compress_body(&response->body, &x->made);
    if (!compressed && !empty) {
        sw_buf_deinit(&x->made);
        x->made = response->body;
        sw_buf_init(&response->body, 0);
    }
    head_begin(&head, wsi, response->status, empty ? NULL : response->content_type, x->made.len);
    /* a compressed form is another representation: only a weak tag may be common to both */
    snprintf(etag, sizeof etag, "%s%s", compressed ? "W/" : "", response->etag);
    if (*response->etag) head_add(&head, wsi, "etag:", etag);
    if (compressed) head_add(&head, wsi, "content-encoding:", "gzip");
    if (may_compress || cached) head_add(&head, wsi, "vary:", "accept-encoding");
    const char *cache = *response->etag ? "no-cache" : "no-store";
    head_add(&head, wsi, "cache-control:", response->cache_control ? response->cache_control : cache);
    for (uint32_t i = 0; i < response->header_count; i++)
        head_add(&head, wsi, response->headers[i].name, response->headers[i].value);
    count_answer(http, response->status);
    x->out = x->made.data;
    x->out_left = empty || x->request.head ? 0 : x->made.len;
    return send_head(http, wsi, session, &head);
}

static int answer_problem(struct sw_http *http, struct lws *wsi, struct sw__http_session *session, int status,
                          unsigned allowed) {
    struct sw_http_response response;
    sw_http_response_init(&response);
    if (status == 405) {
        sw_http_method_not_allowed(&response, allowed);
    } else {
        sw_http_problem(&response, status, NULL, NULL);
    }
    int r = answer(http, wsi, session, &response);
    sw_http_response_deinit(&response);
    return r;
}

struct sw_http_pending *sw_http_defer(const struct sw_http_request *request) {
    struct exchange *x = (struct exchange *)(uintptr_t)request;
    SW_ASSERT(!x->pending && !x->answered);
    x->pending = sw_xcalloc(1, sizeof *x->pending);
    x->pending->exchange = x;
    return x->pending;
}

void sw_http_answer(struct sw_http_pending *pending, struct sw_http_response *response) {
    struct exchange *x = pending->exchange;
    if (x) {
        x->pending = NULL;
        x->late = sw_xmalloc(sizeof *x->late);
        *x->late = *response;
        sw_http_response_init(response);
        /* not yet given to libwebsockets when the handler itself answers */
        if (pending->wsi) lws_callback_on_writable(pending->wsi);
    }
    free(pending);
}

/* Sends what was answered later. */
static int answer_late(struct sw_http *http, struct lws *wsi, struct sw__http_session *session) {
    struct sw_http_response *late = session->exchange->late;
    session->exchange->late = NULL;
    int r = answer(http, wsi, session, late);
    sw_http_response_deinit(late);
    free(late);
    return r;
}

static int answer_handler(struct sw_http *http, struct lws *wsi, struct sw__http_session *session) {
    struct sw_http_response response;
    sw_http_response_init(&response);
    int r = http->handler(http->ctx, &session->exchange->request, &response);
    struct exchange *x = session->exchange;
    if (x->pending) {
        x->pending->wsi = wsi;
        lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, PENDING_S);
        r = 0;
    } else if (x->late) {
        r = answer_late(http, wsi, session);
    } else {
        if (r < 0) sw_http_problem(&response, 500, NULL, sw_error_text(r));
        r = answer(http, wsi, session, &response);
    }
    sw_http_response_deinit(&response);
    return r;
}

static int answer_file(struct sw_http *http, struct lws *wsi, struct sw__http_session *session) {
    static const char *const names[SW_HTTP_CODINGS] = {"", "br", "gzip"};
    struct exchange *x = session->exchange;
    if (x->request.method != SW_HTTP_GET)
        return answer_problem(http, wsi, session, 405, SW_HTTP_GET | SW_HTTP_HEAD);
    const struct sw_http_file *file = sw__http_files_find(&http->files, x->path);
    if (!file) return answer_problem(http, wsi, session, 404, 0);

    int coding = SW_HTTP_IDENTITY;
    bool choice = false;
    for (int c = SW_HTTP_CODINGS - 1; c > SW_HTTP_IDENTITY; c--) { /* Brotli last: it is preferred */
        if (!file->coding[c].data) continue;
        choice = true;
        if (sw__http_accepts(x->accept_encoding, names[c])) coding = c;
    }
    char etag[48];
    struct head head;
    snprintf(etag, sizeof etag, "\"%s%s%s\"", file->hash, coding ? "-" : "", names[coding]);
    bool cached = sw_http_etag_matches(&x->request, etag);
    x->answered = true;
    head_begin(&head, wsi, cached ? 304 : 200, cached ? NULL : file->content_type, file->coding[coding].len);
    head_add(&head, wsi, "etag:", etag);
    head_add(&head, wsi,
             "cache-control:", file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (choice) head_add(&head, wsi, "vary:", "accept-encoding");
    if (coding && !cached) head_add(&head, wsi, "content-encoding:", names[coding]);
    count_answer(http, cached ? 304 : 200);
    x->out = file->coding[coding].data;
    x->out_left = cached || x->request.head ? 0 : file->coding[coding].len;
    return send_head(http, wsi, session, &head);
}

static bool is_for_handler(const char *path) {
    return strncmp(path, "/api/", 5) == 0 || strcmp(path, "/healthz") == 0 || strcmp(path, "/readyz") == 0 ||
           strcmp(path, "/metrics") == 0;
}

static int dispatch(struct sw_http *http, struct lws *wsi, struct sw__http_session *session) {
    struct exchange *x = session->exchange;
    x->request.body = x->body_in ? x->body_in : "";
    x->request.body_len = x->body_len;
    return is_for_handler(x->path) ? answer_handler(http, wsi, session) : answer_file(http, wsi, session);
}

/* ---- requests ---- */

static bool take_path(struct exchange *x, const char *uri, size_t uri_len) {
    static const char hex[] = "0123456789ABCDEF";
    if (uri_len == 0 || uri_len >= sizeof x->path || uri[0] != '/' || strnlen(uri, uri_len) != uri_len ||
        !sw__http_text_is_clean(uri, uri_len))
        return false;
    memcpy(x->path, uri, uri_len);
    x->path[uri_len] = '\0';
    char *out = x->raw_path;
    for (const unsigned char *p = (const unsigned char *)x->path; *p; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                     strchr("/-._~:@!$'()*,=", *p) != NULL;
        if (plain) {
            *out++ = (char)*p;
        } else {
            *out++ = '%';
            *out++ = hex[*p >> 4];
            *out++ = hex[*p & 15];
        }
    }
    *out = '\0';
    return true;
}

/* The query arguments, which libwebsockets has split and decoded. */
static bool take_query(struct exchange *x, struct lws *wsi) {
    size_t used = 0;
    int total = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS);
    if (total <= 0) return true;
    if ((size_t)total + 2 >= sizeof x->query)
        return false; /* so that "too long" below can only mean the end */
    for (int i = 0;; i++) {
        int left = (int)(sizeof x->query - used);
        char *at = x->query + used;
        int len = lws_hdr_copy_fragment(wsi, at, left, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (len == -1) return true; /* no such fragment: the end */
        if (len < 0 || len >= left || x->request.query_count == SW_HTTP_QUERY_PARAMS_MAX) return false;
        at[len] = '\0';
        if (strlen(at) != (size_t)len || !sw__http_text_is_clean(at, (size_t)len)) return false;
        if (len == 0) continue;
        used += (size_t)len + 1;
        char *equals = strchr(at, '=');
        if (equals) *equals = '\0';
        x->request.query_names[x->request.query_count] = at;
        x->request.query_values[x->request.query_count++] = equals ? equals + 1 : at + len;
    }
}

/* The method, 0 for one we do not know; *URI_LEN is the length of the path as a whole: libwebsockets hands a
 * path that holds `&` or `;` over in fragments, of which callers see the first. */
static enum sw_http_method method_of(struct lws *wsi, size_t *uri_len) {
    static const struct {
        enum lws_token_indexes token;
        enum sw_http_method method;
    } methods[] = {{WSI_TOKEN_GET_URI, SW_HTTP_GET},         {WSI_TOKEN_POST_URI, SW_HTTP_POST},
                   {WSI_TOKEN_OPTIONS_URI, SW_HTTP_OPTIONS}, {WSI_TOKEN_PUT_URI, SW_HTTP_PUT},
                   {WSI_TOKEN_PATCH_URI, SW_HTTP_PATCH},     {WSI_TOKEN_DELETE_URI, SW_HTTP_DELETE},
                   {WSI_TOKEN_HEAD_URI, SW_HTTP_HEAD}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        int len = lws_hdr_total_length(wsi, methods[i].token);
        if (len <= 0) continue;
        *uri_len = (size_t)len;
        return methods[i].method;
    }
    return 0;
}

/* The announced length of the body: -1 none, -2 not a number or too large to believe. */
static int64_t content_length(struct lws *wsi) {
    char text[24];
    int len = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    if (len <= 0) return -1;
    if (len > 15 || lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH) < 0) return -2;
    int64_t value = 0;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9') return -2;
        value = value * 10 + (*p - '0');
    }
    return value;
}

/* Fills in the request from the headers; a status when it must be refused. */
static int read_request(const struct sw_http *http, struct exchange *x, struct lws *wsi, const char *uri, size_t uri_len) {
    size_t whole_len = 0;
    enum sw_http_method method = method_of(wsi, &whole_len);
    if (method == 0) return 501;
    x->request.head = method == SW_HTTP_HEAD;
    x->request.method = method == SW_HTTP_HEAD ? SW_HTTP_GET : method;
    if (uri_len >= sizeof x->path) return 414;
    if (uri_len != whole_len || !take_path(x, uri, uri_len) || !take_query(x, wsi)) return 400;
    bool good =
        sw__http_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, x->if_none_match, sizeof x->if_none_match) &&
        sw__http_header(wsi, WSI_TOKEN_HTTP_ACCEPT, x->accept, sizeof x->accept) &&
        sw__http_header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, x->content_type, sizeof x->content_type) &&
        sw__http_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, x->authorization, sizeof x->authorization) &&
        sw__http_header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, x->accept_encoding, sizeof x->accept_encoding) &&
        sw__caller_take(wsi, &http->trust, &x->caller);
    if (!good) return 400;
    x->request.foreign_origin = sw__caller_is_foreign(wsi, http->origins, http->origin_count);
    x->request.path = x->path;
    x->request.raw_path = x->raw_path;
    x->request.if_none_match = x->if_none_match;
    x->request.accept = x->accept;
    x->request.content_type = x->content_type;
    x->request.authorization = x->authorization;
    x->request.caller = x->caller.caller;
    return 0;
}

/* Judges the announced body: a status when it must be refused; *LEN is its length, 0 for none. */
static int read_length(struct lws *wsi, enum sw_http_method method, size_t *len) {
    bool takes_body = method & (SW_HTTP_POST | SW_HTTP_PUT | SW_HTTP_PATCH), may_have_body = method & SW_HTTP_DELETE;
    int64_t length = content_length(wsi);
    *len = length > 0 ? (size_t)length : 0;
    if (length == -2 || (!takes_body && !may_have_body && length > 0)) return 400;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0 || (takes_body && length < 0))
        return 411;
    return length > (int64_t)SW_HTTP_REQUEST_BODY_MAX ? 413 : 0;
}

static int refuse(struct sw_http *http, struct lws *wsi, struct sw__http_session *session, int status,
                  size_t len) {
    if (status == 413) {
        http->counters.too_large++;
    } else if (status == 503) {
        http->counters.no_room++;
    } else {
        http->counters.bad_requests++;
    }
    exchange_free(http, session);
    if (sw__http_refuse(http, wsi, status, NULL) < 0) return -1;
    /* libwebsockets reads the rest of a known body away before it closes, so that the peer sees the answer */
    if (status == 413 && len <= DISCARD_BYTES_MAX && lws_http_transaction_completed(wsi) == 0) return 0;
    return -1;
}

/* False when larger bodies take up all the room there is for them. */
static bool take_share(struct sw_http *http, struct exchange *x, size_t len) {
    if (len <= SW_HTTP_REQUEST_BODY_SMALL) return true;
    if (http->bodies_bytes + len > SW_HTTP_REQUEST_BODIES_MAX) return false;
    x->body_share = len;
    http->bodies_bytes += len;
    return true;
}

static int begin(struct sw_http *http, struct lws *wsi, struct sw__http_session *session, const char *uri,
                 size_t uri_len) {
    exchange_free(http, session);
    struct exchange *x = session->exchange = sw_xcalloc(1, sizeof *x);
    sw_buf_init(&x->made, SW_HTTP_RESPONSE_BODY_MAX);
    http->counters.requests++;
    size_t len = 0;
    int status = read_request(http, x, wsi, uri, uri_len);
    if (status == 0) status = read_length(wsi, x->request.method, &len);
    if (status == 0 && x->request.method != SW_HTTP_GET && x->request.foreign_origin) {
        http->counters.foreign++;
        status = 403;
    }
    if (status == 0 && !take_share(http, x, len)) status = 503;
    if (status) return refuse(http, wsi, session, status, len);
    if (len == 0 && x->request.method != SW_HTTP_POST) return dispatch(http, wsi, session);
    x->body_size = len; /* a POST of nothing also gets its completion callback */
    x->body_in = sw_xmalloc(len + 1);
    x->body_in[0] = '\0';
    x->body_began = lws_now_usecs();
    return 0;
}

static int take_body(struct sw_http *http, struct sw__http_session *session, const void *in, size_t len) {
    struct exchange *x = session->exchange;
    if (!x || x->answered || len == 0) return 0;
    if (lws_now_usecs() - x->body_began > SW_HTTP_REQUEST_BODY_S * LWS_US_PER_SEC) {
        http->counters.too_slow++;
        return -1;
    }
    if (len > x->body_size - x->body_len) return -1;
    memcpy(x->body_in + x->body_len, in, len);
    x->body_len += len;
    x->body_in[x->body_len] = '\0';
    return 0;
}

/* A body that came behind another request, and has a third behind it, makes libwebsockets 4.1 tell its end over and over
 * within one turn of the loop: nothing else would ever run again. Then the connection ends, with what can be said at once. */
static int complete_body(struct sw_http *http, struct lws *wsi, struct sw__http_session *session) {
    struct exchange *x = session->exchange;
    if (!x) return 0;
    if (!x->answered && !x->pending && !x->late) return dispatch(http, wsi, session);
    (void)send_piece(http, wsi, session);
    return -1;
}

int sw__http_callback(struct sw_http *http, struct lws *wsi, enum lws_callback_reasons reason,
                      struct sw__http_session *session, void *in, size_t len) {
    switch (reason) {
    case LWS_CALLBACK_HTTP: return begin(http, wsi, session, in, len);
    case LWS_CALLBACK_HTTP_BODY: return take_body(http, session, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return complete_body(http, wsi, session);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        if (session->exchange && session->exchange->late) return answer_late(http, wsi, session);
        return send_piece(http, wsi, session);
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        if (session) exchange_free(http, session);
        return 0;
    default: return 0;
    }
}
