/* The WebSocket side of the hub, and the listening socket it shares with HTTP.
 *
 * Clients subscribe to views. A view's change goes out at once, then at most once per push interval, merged.
 * A client is {version sent, due} per view and nothing more: what it could not take yet is merged into its
 * next frame, so its memory is bounded whatever it does. Views and their content are the application's; this
 * file only sends them.
 *
 * Order of the end, which libwebsockets on a foreign loop demands: sw_ws_server_begin_stop, let uv_run()
 * return by itself (all other handles closed too), sw_ws_server_free, then uv_loop_close(). */
#ifndef IO_WS_SERVER_H
#define IO_WS_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "codec/view_store.h"
#include "io/http.h"
#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_WS_CLIENT_VIEWS_MAX 16
#define SW_WS_MESSAGE_BYTES_MAX 4096
#define SW_WS_MESSAGES_PER_SECOND_MAX 20
#define SW_WS_BAD_MESSAGES_MAX 8 /* bad or unknown messages in a row */
#define SW_WS_SITES_MAX 64
#define SW_WS_ORIGINS_MAX 32

enum sw_ws_close {
    SW_WS_CLOSE_RESYNC = 4000,   /* connect again */
    SW_WS_CLOSE_STOPPING = 4001, /* going down: connect again after the delay in the reason ("retry_ms=N") */
    SW_WS_CLOSE_BAD = 4400,      /* bad requests: do not connect again */
    SW_WS_CLOSE_REVOKED = 4403,  /* not let in any more: ask over HTTP first */
    SW_WS_CLOSE_SLOW = 4408, /* reserved for "too slow"; such a client is cut, it could not read the code */
    SW_WS_CLOSE_RATE = 4429  /* too many messages a second */
};

#define SW_WS_IDENTITY_SIZE 96

struct sw_client_message;

struct sw_ws_options {
    uv_loop_t *loop;
    struct sw_http *http;       /* answers everything but /ws; borrowed, must outlive the server */
    const char *certificate, *key; /* PEM files: TLS 1.2 or newer only; NULL = plain. Copied */
    const char *address;        /* numeric IPv4 or IPv6, e.g. "127.0.0.1", "0.0.0.0", "::" */
    uint16_t port;              /* 0 = a free one, see sw_ws_server_port */
    uint32_t max_clients;       /* WebSocket clients; 0 = 10000 */
    uint32_t max_per_address;   /* sockets of one address, HTTP ones included; 0 = 1024 */
    uint32_t max_connections;   /* all sockets; 0 = max_clients + 256 */
    int64_t push_interval_ms;   /* 100..5000; 0 = 250 */
    int64_t slow_limit_ms;      /* 1000..; 0 = 10000 */
    uint16_t ping_s;            /* silence before a ping; 0 = 20 */
    uint16_t hangup_s;          /* silence before the end; 0 = 40 */
    const char *const *origins; /* further allowed Origin values ("https://wall.example"); copied */
    uint32_t origin_count;      /* at most SW_WS_ORIGINS_MAX */

    void *ctx; /* for the callbacks */
    /* Whether the caller is let in; IDENTITY then gets who that is: a text that changes when their rights do. Asked at the
     * handshake and by sw_ws_server_review. NULL: everybody, and nobody has an identity. */
    bool (*admit)(void *ctx, const struct sw_http_caller *caller, char identity[SW_WS_IDENTITY_SIZE]);
    /* A client tells of itself (SW_CLIENT_SCREEN). May be NULL. */
    void (*report)(void *ctx, const struct sw_http_caller *caller, const struct sw_client_message *message);
    /* The view NAME of SITE, made now when the application makes views lazily; the application owns it and
     * calls sw_ws_server_forget_view before it frees it. NULL refuses: *CODE (static string) is
     * "unknown_site", "unknown_view" (the default) or "forbidden". */
    struct sw_view *(*resolve)(void *ctx, const struct sw_http_caller *caller, const char *site, const char *name,
                               const char **code);
    /* Called when the last subscriber of VIEW has gone (it may be freed, after forget_view). May be NULL. */
    void (*unwatched)(void *ctx, struct sw_view *view);
    /* Appends further members of `hello`, each with a comma before it:
     * ,"site":"main","sites":["main"],"epoch":"9f2c" Called per connection. May be NULL. */
    void (*hello)(void *ctx, const struct sw_http_caller *caller, struct sw_buf *out);
    /* Wall clock, epoch ms (virtual in tests and demos): for `now` of hello and pong. Required. */
    int64_t (*now_ms)(void *ctx);
    /* One line for the log: warnings and errors of libwebsockets, and changes of state of this server. May be
     * NULL. */
    void (*log)(void *ctx, const char *level, const char *text);
};

struct sw_ws_counters {
    uint64_t clients;         /* gauge: connected and greeted */
    uint64_t connections;     /* gauge: sockets, HTTP ones included */
    uint64_t subscriptions;   /* gauge */
    uint64_t accepted;        /* WebSocket handshakes completed */
    uint64_t refused_full;    /* max_clients or max_connections */
    uint64_t refused_address; /* max_per_address */
    uint64_t refused_origin;
    uint64_t refused_caller; /* not let in */
    uint64_t revoked;        /* closed because their rights changed */
    uint64_t refused_path; /* an upgrade elsewhere than /ws or without our subprotocol */
    uint64_t frames_sent;
    uint64_t frames_deflated; /* of those frames: compressed */
    uint64_t bytes_sent; /* payload of those frames */
    uint64_t full_sent;
    uint64_t patch_sent;
    uint64_t merged;   /* changes merged into a later frame because the client was blocked */
    uint64_t messages; /* client messages read */
    uint64_t errors;   /* `error` messages sent */
    uint64_t dropped_slow;
    uint64_t dropped_too_big;
    uint64_t dropped_rate;
    uint64_t dropped_bad; /* too many bad messages in a row, or binary */
    uint64_t dropped_io;  /* a write failed */
};

struct sw_ws_server;

/* Starts to listen. Returns 0, -SW_EBUSY (address in use), -SW_EINVAL (options), -SW_EIO (libwebsockets could
 * not start, e.g. its libuv plugin is missing); then ERROR (SIZE bytes) says what in one line and the loop is
 * as it was (run it once before closing it: handles may still be closing). */
SW_NODISCARD int sw_ws_server_new(const struct sw_ws_options *options, struct sw_ws_server **out, char *error,
                                  size_t size);

/* The port really bound. */
uint16_t sw_ws_server_port(const struct sw_ws_server *server);
const struct sw_ws_counters *sw_ws_server_counters(const struct sw_ws_server *server);

/* VIEW has a new version (sw_view_commit returned true): sends it to its subscribers now or when its push
 * interval is over. Cheap when nobody watches. */
void sw_ws_server_view_changed(struct sw_ws_server *server, struct sw_view *view);
/* True when somebody is subscribed to VIEW. */
bool sw_ws_server_is_watched(const struct sw_ws_server *server, const struct sw_view *view);
/* VIEW is about to be freed: its subscribers are unsubscribed. */
void sw_ws_server_forget_view(struct sw_ws_server *server, struct sw_view *view);

/* The feed status of SITE has changed: JSON (LEN bytes) is the whole message {"op":"feed",...}. Sent to all
 * clients of that site and to those who come; a blocked client gets only the newest. Returns 0 or -SW_ELIMIT
 * (sites). */
SW_NODISCARD int sw_ws_server_set_feed(struct sw_ws_server *server, const char *site, const char *json,
                                       size_t len);

struct sw_certificate;
/* New connections see another certificate; those there are go on. 0; -SW_EINVAL: there is no TLS; -SW_EIO. */
SW_NODISCARD int sw_ws_server_use_certificate(struct sw_ws_server *server, const struct sw_certificate *certificate);

/* Rights may have changed: every client is judged again. Who is somebody else now, or nobody, is closed and may come back. */
void sw_ws_server_review(struct sw_ws_server *server);
/* Sends a message of the application (JSON, LEN bytes) to the clients of that identity; a blocked client gets only the
 * newest. Returns how many. */
size_t sw_ws_server_tell(struct sw_ws_server *server, const char *identity, const char *json, size_t len);

/* Begins the end: no new connections, every client is closed with 4001 and a delay after which to come back
 * (random, so that they do not come all at once); what is not gone after a second is cut. Then the server's
 * handles are closed and DONE (may be NULL) is called; uv_run() returns once they are. */
void sw_ws_server_begin_stop(struct sw_ws_server *server, void (*done)(void *ctx), void *ctx);

/* Frees the server after begin_stop and after uv_run() has returned by itself. Only then uv_loop_close(). */
void sw_ws_server_free(struct sw_ws_server *server);

#endif
