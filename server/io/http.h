/* HTTP: static files of the web application, and requests handed to the application.
 *
 * Shares its port and its libwebsockets context with ws_server, which is given the `struct sw_http`.
 * Everything is in memory and synchronous; nothing here blocks the loop once sw_http_new has returned. */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_HTTP_PATH_BYTES_MAX 1024  /* decoded path */
#define SW_HTTP_QUERY_BYTES_MAX 2048 /* raw query */
#define SW_HTTP_QUERY_PARAMS_MAX 32
#define SW_HTTP_REQUEST_BODY_MAX (1u << 20)
#define SW_HTTP_REQUEST_BODY_SMALL (16u << 10) /* up to this there is always room; larger ones share what follows */
#define SW_HTTP_REQUEST_BODIES_MAX (64u << 20) /* anybody may send a body before it is known who they are */
#define SW_HTTP_REQUEST_BODY_S 60              /* a body has to be there after so long, however it drips */
#define SW_HTTP_RESPONSE_BODY_MAX (16u << 20)
#define SW_HTTP_HEADERS_MAX 8 /* extra headers of a response */
#define SW_HTTP_STATIC_FILES_MAX 1024
#define SW_HTTP_STATIC_BYTES_MAX (32u << 20)

enum sw_http_method {
    SW_HTTP_GET = 1 << 0,
    SW_HTTP_HEAD = 1 << 1, /* handled like GET; the body is not sent */
    SW_HTTP_POST = 1 << 2,
    SW_HTTP_PUT = 1 << 3,
    SW_HTTP_PATCH = 1 << 4,
    SW_HTTP_DELETE = 1 << 5,
    SW_HTTP_OPTIONS = 1 << 6
};

/* Who calls, as far as the connection tells. Texts are never NULL: "" where absent. */
struct sw_http_caller {
    const char *peer;    /* numeric address, e.g. "127.0.0.1"; behind a trusted proxy, of the proxy's peer */
    const char *cookie;  /* the header as sent */
    const char *user;    /* whom a trusted proxy says it is */
    const char *browser; /* the User-Agent header */
    bool secure;          /* over TLS, here or at a trusted proxy */
    /* whatever the peer's address is: a proxy that is not trusted stands between, or it was asked for by a name that is not
     * this machine's to itself (a page elsewhere can have a name that leads to 127.0.0.1) */
    bool elsewhere;
};

/* One request, borrowed for the length of the handler's call. Texts are NUL-terminated, valid UTF-8 without
 * control characters, and never NULL where absent they are "". */
struct sw_http_request {
    enum sw_http_method method; /* HEAD is given as GET; see `head` */
    bool head;
    const char *path;     /* percent-decoded: "/api/v1/sites/main/views/agents/A" */
    const char *raw_path; /* the same, escaped again in one way: for sw_http_segment and sw_http_remainder */
    const char *if_none_match; /* the header as sent */
    const char *accept;        /* the header as sent */
    const char *content_type;  /* the header as sent */
    const char *authorization; /* the header as sent */
    bool foreign_origin;       /* a page of another origin sends it */
    struct sw_http_caller caller;
    const char *body;          /* POST, PUT, PATCH: body_len bytes and a NUL; any bytes */
    size_t body_len;
    uint32_t query_count; /* decoded query, in the order sent; see sw_http_query */
    const char *query_names[SW_HTTP_QUERY_PARAMS_MAX];
    const char *query_values[SW_HTTP_QUERY_PARAMS_MAX];
};

/* The decoded value of the first query parameter NAME, NULL when absent ("" for `?name` and `?name=`). */
const char *sw_http_query(const struct sw_http_request *request, const char *name);

/* Cuts the next segment off a `raw_path`: *REST points at "/seg..." or "" and is moved on; the segment is
 * percent-decoded into OUT (SIZE bytes). libwebsockets decodes a path before anybody sees it, so `agents%2FA`
 * and `agents/A` are the same and are two segments: take a name that may hold a slash with sw_http_remainder.
 * Returns 0, -SW_ENOENT at the end, -SW_EPARSE for a bad escape, -SW_ELIMIT when OUT is too small. */
SW_NODISCARD int sw_http_segment(const char **rest, char *out, size_t size);

/* Takes all that is left of a `raw_path` ("/agents/A") without its first slash, decoded, and moves *REST to
 * the end. Returns as sw_http_segment. */
SW_NODISCARD int sw_http_remainder(const char **rest, char *out, size_t size);

/* What the handler fills in. Made by sw_http_response_init (status 200, no body, cap
 * SW_HTTP_RESPONSE_BODY_MAX) before the handler is called and freed after it. */
struct sw_http_response {
    int status;                /* 200..599 */
    const char *content_type;  /* static string; NULL when there is no body */
    struct sw_buf body;        /* owned by the response */
    char etag[96];             /* with its quotes, e.g. "\"9f2c:812\""; "" = none */
    const char *cache_control; /* static string; NULL = "no-store" without etag, "no-cache" with one */
    uint32_t header_count;     /* extra headers; see sw_http_header */
    struct {
        char name[40]; /* lower case, with a colon at the end */
        char value[256];
    } headers[SW_HTTP_HEADERS_MAX];
};

void sw_http_response_init(struct sw_http_response *response);
void sw_http_response_deinit(struct sw_http_response *response);

/* Adds an extra header such as `location`, `retry-after`, `content-disposition`, `set-cookie`. NAME of
 * [a-z0-9-], VALUE of printable ASCII. Returns 0, -SW_EINVAL, -SW_ELIMIT. */
SW_NODISCARD int sw_http_header(struct sw_http_response *response, const char *name, const char *value);

/* Makes the response an error as application/problem+json (RFC 9457). TITLE NULL = the status's own phrase;
 * DETAIL NULL = none. Drops what body there was. Returns STATUS, for `return sw_http_problem(...)`. */
int sw_http_problem(struct sw_http_response *response, int status, const char *title, const char *detail);

/* 405 with `allow` from a mask of enum sw_http_method. Returns 405. */
int sw_http_method_not_allowed(struct sw_http_response *response, unsigned allowed);

/* True when If-None-Match names ETAG (weak comparison; `*` matches): the server then answers 304 by itself
 * for every 200 to GET that carries an etag, so a handler needs this only to save making the body. */
bool sw_http_etag_matches(const struct sw_http_request *request, const char *etag);

/* A request whose answer comes later, from the loop's thread. */
struct sw_http_pending;
/* Called by a handler: the answer will be given with sw_http_answer, what the handler leaves in RESPONSE is not sent.
 * Owned by the caller until then; the connection may be gone meanwhile. */
struct sw_http_pending *sw_http_defer(const struct sw_http_request *request);
/* Answers, and frees PENDING. Takes the body out of RESPONSE, which the caller deinitialises. */
void sw_http_answer(struct sw_http_pending *pending, struct sw_http_response *response);

/* The handler of /healthz, /readyz, /metrics and /api/...: fills RESPONSE. The return value is ignored but
 * for negative ones (-SW_E...), which become 500. A body that passed its cap becomes 500 as well. */
typedef int (*sw_http_handler)(void *ctx, const struct sw_http_request *request,
                               struct sw_http_response *response);

#define SW_HTTP_PROXIES_MAX 32

/* Proxies whose word on who calls is taken. */
struct sw_http_trust {
    const char *const *proxies; /* numeric addresses; borrowed */
    size_t count;               /* at most SW_HTTP_PROXIES_MAX */
    const char *user_header;    /* "x-remote-user:", lower case with the colon; NULL: none is taken */
};

struct sw_http_options {
    struct sw_http_trust trust; /* borrowed */
    const char *const *origins; /* whose pages may write, besides our own; borrowed */
    size_t origin_count;
    const char *web_dir; /* folder of index.html and assets/; NULL = no web application (its paths are 404) */
    sw_http_handler handler; /* required */
    void *ctx;
};

struct sw_http_counters {
    uint64_t requests;
    uint64_t by_class[6];  /* answers by first digit of the status; [0] unused */
    uint64_t bytes_sent;   /* bodies, as sent */
    uint64_t too_large;    /* request bodies over the cap */
    uint64_t no_room;      /* request bodies while others take up SW_HTTP_REQUEST_BODIES_MAX */
    uint64_t too_slow;     /* request bodies that took longer than SW_HTTP_REQUEST_BODY_S */
    uint64_t bad_requests; /* paths, queries or headers not understood */
    uint64_t unauthorised, forbidden, throttled; /* answers 401, 403 and 429 */
    uint64_t foreign;      /* writes that pages of other origins sent */
};

struct sw_http;

/* Reads the static files into memory and makes the HTTP side. Blocking: before the loop runs. Returns 0 or
 * -SW_EIO (the folder or a file cannot be read), -SW_ELIMIT (too many or too large files); then ERROR (SIZE
 * bytes) says what in one line. */
SW_NODISCARD int sw_http_new(const struct sw_http_options *options, struct sw_http **out, char *error,
                             size_t size);
void sw_http_free(struct sw_http *http);
const struct sw_http_counters *sw_http_counters(const struct sw_http *http);

#endif
