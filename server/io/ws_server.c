/* The listening socket, the libwebsockets context on the application's loop, who may connect, and the end. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/http_caller.h"
#include "io/http_internal.h"
#include "io/http_serve.h"
#include "io/ws_internal.h"

#include <openssl/ssl.h>

#define SWEEP_MS 1000
#define STOP_SWEEP_MS 20
#define RETRY_MIN_MS 500 /* after which clients come back when we go down */
#define RETRY_SPREAD_MS 4500
#define HEADER_BYTES_MAX 8192 /* of a request */
#define REQUEST_TIMEOUT_S 10  /* for the headers, and between pieces of a body */
#define KEEPALIVE_S 30
#define RX_BUFFER_BYTES 256 /* per connection */
#define LOG_LINES_PER_MINUTE 30u

/* Where libwebsockets' log goes: it has one for the process. */
static struct sw_ws_server *log_server;

int64_t sw__ws_now(const struct sw_ws_server *server) {
    return (int64_t)uv_now(server->options.loop);
}

void sw__ws_log(struct sw_ws_server *server, const char *level, const char *text) {
    if (!server->options.log) return;
    int64_t now = sw__ws_now(server);
    if (now - server->log_window_ms >= 60000) {
        server->log_window_ms = now;
        server->log_lines = 0;
    }
    if (server->log_lines++ < LOG_LINES_PER_MINUTE) server->options.log(server->options.ctx, level, text);
}

static void on_lws_log(int level, const char *line) {
    char text[256];
    if (!log_server) return;
    snprintf(text, sizeof text, "%s", line);
    text[strcspn(text, "\r\n")] = '\0';
    if (level == LLL_ERR) memcpy(log_server->last_error, text, sizeof text);
    sw__ws_log(log_server, "warn", text); /* a peer's mistake is an "error" to libwebsockets */
}

/* ---- who may connect ---- */

static void peer_text(int fd, char out[64]) {
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    snprintf(out, 64, "unknown");
    if (getpeername(fd, (struct sockaddr *)&peer, &len) != 0) return;
    if (peer.ss_family == AF_INET) inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, out, 64);
    if (peer.ss_family == AF_INET6) inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&peer)->sin6_addr, out, 64);
}

/* Judges a socket just accepted; nonzero refuses it. */
static int admit_socket(struct sw_ws_server *server, int fd) {
    char peer[64];
    struct ws_address *address;
    int bytes = SW_WS_SEND_BUFFER_BYTES;
    if (server->state != WS_RUNNING) return 1;
    if (server->counters.connections >= server->options.max_connections) {
        server->counters.refused_full++;
        return 1;
    }
    peer_text(fd, peer);
    HASH_FIND_STR(server->addresses, peer, address);
    if (address && address->sockets >= server->options.max_per_address) {
        server->counters.refused_address++;
        return 1;
    }
    /* without this the kernel hides megabytes of stale frames for a screen that does not read */
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    return 0;
}

static void count_socket(struct sw_ws_server *server, struct lws *wsi) {
    char peer[64];
    struct ws_address *address;
    peer_text(lws_get_socket_fd(wsi), peer);
    HASH_FIND_STR(server->addresses, peer, address);
    if (!address) {
        address = sw_xcalloc(1, sizeof *address);
        memcpy(address->text, peer, sizeof peer);
        HASH_ADD_STR(server->addresses, text, address);
    }
    address->sockets++;
    server->counters.connections++;
    lws_set_opaque_user_data(wsi, address);
}

static void uncount_socket(struct sw_ws_server *server, struct lws *wsi) {
    struct ws_address *address = lws_get_opaque_user_data(wsi);
    if (!address) return; /* the listening socket, or refused */
    lws_set_opaque_user_data(wsi, NULL);
    server->counters.connections--;
    if (--address->sockets) return;
    HASH_DEL(server->addresses, address);
    free(address);
}

static bool offers_protocol(struct lws *wsi) {
    char list[256];
    if (!sw__http_header(wsi, WSI_TOKEN_PROTOCOL, list, sizeof list)) return false;
    for (char *name = list, *end; *name; name = end) {
        name += strspn(name, ", \t");
        end = name + strcspn(name, ", \t");
        if (end - name == sizeof SW_WS_PROTOCOL - 1 &&
            memcmp(name, SW_WS_PROTOCOL, sizeof SW_WS_PROTOCOL - 1) == 0)
            return true;
    }
    return false;
}

/* Judges an upgrade: 0 lets it through, else a status and *WHY. */
static int judge_upgrade(struct sw_ws_server *server, struct lws *wsi, const char **why) {
    char kind[16], path[8], version[8];
    struct sw_ws_counters *counters = &server->counters;
    bool known = sw__http_header(wsi, WSI_TOKEN_UPGRADE, kind, sizeof kind) && strcasecmp(kind, "websocket") == 0 &&
                 sw__http_header(wsi, WSI_TOKEN_GET_URI, path, sizeof path) &&
                 strcmp(path, SW_WS_PATH) == 0;
    if (!known) {
        counters->refused_path++;
        *why = "only " SW_WS_PATH " can be upgraded, to a WebSocket";
        return 404;
    }
    if (!offers_protocol(wsi) || !sw__http_header(wsi, WSI_TOKEN_VERSION, version, sizeof version) ||
        strcmp(version, "13") != 0 || lws_hdr_total_length(wsi, WSI_TOKEN_KEY) != 24) {
        counters->refused_path++;
        *why = "a WebSocket of version 13 with the subprotocol " SW_WS_PROTOCOL " is required";
        return 400;
    }
    /* a page of another site must not read the wall with the viewer's rights */
    if (sw__caller_is_foreign(wsi, (const char *const *)server->origins, server->options.origin_count)) {
        counters->refused_origin++;
        *why = "this origin is not allowed";
        return 403;
    }
    struct sw__caller taken;
    char identity[SW_WS_IDENTITY_SIZE];
    (void)sw__caller_take(wsi, &server->options.http->trust, &taken);
    if (server->options.admit && !server->options.admit(server->options.ctx, &taken.caller, identity)) {
        counters->refused_caller++;
        *why = "sign in first, or pair this screen";
        return 401;
    }
    if (counters->clients >= server->options.max_clients || server->state != WS_RUNNING) {
        counters->refused_full++;
        *why = "no room for another client";
        return 503;
    }
    return 0;
}

/* For libwebsockets: 0 goes on, 1 the answer has been sent, -1 hang up. An upgrade of a kind that it does not know it has
 * refused itself, and lost its headers (what it hands us with the callback is freed memory): it must not go on. */
static int confirm_upgrade(struct sw_ws_server *server, struct lws *wsi) {
    const char *why = NULL;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) <= 0) {
        server->counters.refused_path++;
        return -1;
    }
    int status = judge_upgrade(server, wsi, &why);
    if (status == 0) return 0;
    return sw__http_refuse(server->options.http, wsi, status, why) < 0 ? -1 : 1;
}

/* ---- callbacks of libwebsockets ---- */

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len) {
    struct sw_ws_server *server = lws_context_user(lws_get_context(wsi));
    if (!server) return 0;
    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION: return admit_socket(server, (int)(lws_intptr_t)in);
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED: count_socket(server, wsi); return 0;
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS: server->tls = user; return 0;
    case LWS_CALLBACK_WSI_DESTROY: uncount_socket(server, wsi); return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return confirm_upgrade(server, wsi);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: return -1; /* a WebSocket without our subprotocol */
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_CONNECTED:
    case LWS_CALLBACK_RAW_RX: return -1; /* HTTP CONNECT */
    default: return sw__http_callback(server->options.http, wsi, reason, user, in, len);
    }
}

static int on_ws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len) {
    struct sw_ws_server *server = lws_context_user(lws_get_context(wsi));
    struct ws_client **session = user, *client = session ? *session : NULL;
    switch (reason) {
    case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY: return sw__ws_deflate_is_wanted(wsi) ? 0 : 1;
    case LWS_CALLBACK_ADD_HEADERS: return sw__ws_deflate_answer(wsi, in);
    case LWS_CALLBACK_ESTABLISHED:
        if (!session) return -1;
        client = *session = sw__ws_client_new(server, wsi);
        sw__ws_client_pump(client);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        if (client) sw__ws_client_receive(client, in, len);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        if (client) sw__ws_client_writeable(client);
        return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (client && !client->closing) {
            client->closing = true; /* never written to again */
            client->closing_ms = sw__ws_now(server);
        }
        return 0;
    case LWS_CALLBACK_CLOSED:
        if (client) sw__ws_client_free(client);
        if (session) *session = NULL;
        return 0;
    default: return 0;
    }
}

/* ---- start ---- */

static int parse_address(const char *text, uint16_t port, struct sockaddr_storage *out, bool *any,
                         socklen_t *len) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *any = v4->sin_addr.s_addr == htonl(INADDR_ANY);
        *len = sizeof *v4;
        return 0;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1) return -SW_EINVAL;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    *any = IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr);
    *len = sizeof *v6;
    return 0;
}

/* Binds the address for a moment: libwebsockets does not say why it cannot, and leaves a half-dead context.
 */
static int try_address(const struct sockaddr_storage *address, socklen_t len) {
    int on = 1, fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool good = bind(fd, (const struct sockaddr *)address, len) == 0 && listen(fd, 1) == 0;
    int code = good ? 0 : errno;
    close(fd);
    return code;
}

static void take_options(struct sw_ws_server *server, const struct sw_ws_options *options) {
    struct sw_ws_options *o = &server->options;
    *o = *options;
    if (!o->max_clients) o->max_clients = 10000;
    if (!o->max_per_address) o->max_per_address = 1024;
    if (!o->max_connections) o->max_connections = o->max_clients + 256;
    if (!o->push_interval_ms) o->push_interval_ms = 250;
    if (!o->slow_limit_ms) o->slow_limit_ms = 10000;
    if (!o->ping_s) o->ping_s = 20;
    if (!o->hangup_s) o->hangup_s = 40;
    for (uint32_t i = 0; i < o->origin_count; i++) server->origins[i] = sw_xstrdup(options->origins[i]);
    o->origins = NULL;
    if (o->certificate) server->certificate = sw_xstrdup(o->certificate);
    if (o->certificate) server->key = sw_xstrdup(o->key);
    o->certificate = o->key = NULL;
    snprintf(server->address, sizeof server->address, "%s", options->address);
    o->address = server->address;
    server->idle.secs_since_valid_ping = o->ping_s;
    server->idle.secs_since_valid_hangup = o->hangup_s;
    server->protocols[0] = (struct lws_protocols){.name = "http",
                                                  .callback = on_http,
                                                  .per_session_data_size = sizeof(struct sw__http_session),
                                                  .tx_packet_size = SW_WS_PIECE_BYTES};
    server->protocols[1] = (struct lws_protocols){.name = SW_WS_PROTOCOL,
                                                  .callback = on_ws,
                                                  .per_session_data_size = sizeof(struct ws_client *),
                                                  .rx_buffer_size = RX_BUFFER_BYTES,
                                                  .tx_packet_size = SW_WS_PIECE_BYTES};
}

static bool options_are_good(const struct sw_ws_options *o) {
    bool interval = o->push_interval_ms == 0 || (o->push_interval_ms >= 100 && o->push_interval_ms <= 5000);
    bool slow = o->slow_limit_ms == 0 || o->slow_limit_ms >= 1000;
    return o->loop && o->http && o->address && o->resolve && o->now_ms &&
           o->origin_count <= SW_WS_ORIGINS_MAX &&
           strlen(o->address) < sizeof((struct sw_ws_server *)0)->address && interval && slow;
}

static void server_free(struct sw_ws_server *server) {
    if (log_server == server) {
        log_server = NULL;
        lws_set_log_level(0, NULL);
    }
    for (uint32_t i = 0; i < server->options.origin_count; i++) free(server->origins[i]);
    for (uint32_t i = 0; i < server->site_count; i++) {
        sw_frame_unref(server->sites[i]->feed);
        free(server->sites[i]);
    }
    sw_deflate_free(server->deflate);
    free(server->certificate);
    free(server->key);
    free(server);
}

/* HTTP/1.1 only: over HTTP/2 this libwebsockets offers browsers no WebSockets. */
static void set_tls(struct sw_ws_server *server, struct lws_context_creation_info *info) {
    info->ssl_cert_filepath = server->certificate;
    info->ssl_private_key_filepath = server->key;
    info->alpn = "http/1.1";
    info->ssl_options_set = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                            SSL_OP_CIPHER_SERVER_PREFERENCE;
}

/* Makes the context and the listening socket. */
static int start_lws(struct sw_ws_server *server, bool v4, bool any, char *error, size_t size) {
    struct lws_context_creation_info info = {0};
    void *loops[1] = {server->options.loop};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.foreign_loops = loops;
    info.user = server;
    info.max_http_header_data = HEADER_BYTES_MAX;
    info.timeout_secs = REQUEST_TIMEOUT_S;
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN |
                   LWS_SERVER_OPTION_EXPLICIT_VHOSTS | (server->certificate ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0);
    server->context = lws_create_context(&info);
    if (!server->context) {
        snprintf(error, size,
                 "libwebsockets cannot start on libuv (is the package libwebsockets-evlib-uv installed?)%s%s",
                 *server->last_error ? ": " : "", server->last_error);
        return -SW_EIO;
    }
    info.options |= LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
    if (v4) info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    info.port = server->options.port;
    info.iface = any ? NULL : server->address;
    info.protocols = server->protocols;
    info.extensions = sw__ws_extensions;
    info.headers = sw__http_headers(server->certificate != NULL);
    if (server->certificate) set_tls(server, &info);
    info.retry_and_idle_policy = &server->idle;
    info.keepalive_timeout = KEEPALIVE_S;
    info.timeout_secs_ah_idle = REQUEST_TIMEOUT_S;
    server->vhost = lws_create_vhost(server->context, &info);
    if (server->vhost) return 0;
    snprintf(error, size, "cannot listen on %s port %u: %s", server->address, (unsigned)server->options.port,
             server->last_error);
    lws_context_destroy(server->context);
    for (int i = 0; i < 10; i++) uv_run(server->options.loop, UV_RUN_NOWAIT); /* its handles close */
    lws_context_destroy(server->context);
    return -SW_EIO;
}

static void on_sweep(uv_timer_t *timer);

static void start_timers(struct sw_ws_server *server) {
    uv_timer_t *timers[] = {&server->push_timer, &server->close_timer, &server->sweep_timer};
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
        uv_timer_init(server->options.loop, timers[i]);
        timers[i]->data = server;
        server->open_handles++;
    }
    uv_timer_start(&server->sweep_timer, on_sweep, SWEEP_MS, SWEEP_MS);
}

int sw_ws_server_new(const struct sw_ws_options *options, struct sw_ws_server **out, char *error,
                     size_t size) {
    struct sockaddr_storage address;
    socklen_t len;
    bool any;
    if (!options_are_good(options) ||
        parse_address(options->address, options->port, &address, &any, &len) < 0) {
        snprintf(error, size, "a setting of the WebSocket server is missing or out of range");
        return -SW_EINVAL;
    }
    int code = try_address(&address, len);
    if (code) {
        snprintf(error, size, "cannot listen on %s port %u: %s", options->address, (unsigned)options->port,
                 strerror(code));
        return code == EADDRINUSE ? -SW_EBUSY : -SW_EIO;
    }
    struct sw_ws_server *server = sw_xcalloc(1, sizeof *server);
    take_options(server, options);
    server->deflate = sw_deflate_new();
    log_server = server;
    lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
    int r = start_lws(server, address.ss_family == AF_INET, any, error, size);
    if (r < 0) {
        server_free(server);
        return r;
    }
    server->port = (uint16_t)lws_get_vhost_listen_port(server->vhost);
    if (uv_random(NULL, NULL, &server->random, sizeof server->random, 0, NULL) != 0)
        server->random = uv_hrtime();
    server->random |= 1;
    start_timers(server);
    *out = server;
    return 0;
}

uint16_t sw_ws_server_port(const struct sw_ws_server *server) {
    return server->port;
}

const struct sw_ws_counters *sw_ws_server_counters(const struct sw_ws_server *server) {
    return &server->counters;
}

/* ---- the end ---- */

static void on_handle_closed(uv_handle_t *handle) {
    ((struct sw_ws_server *)handle->data)->open_handles--;
}

/* No client is left, or time is up: gives libwebsockets the first of its two calls. */
static void stop_now(struct sw_ws_server *server) {
    for (struct ws_client *client = server->clients; client; client = client->next) sw__ws_client_cut(client);
    server->state = WS_STOPPED;
    uv_close((uv_handle_t *)&server->push_timer, on_handle_closed);
    uv_close((uv_handle_t *)&server->close_timer, on_handle_closed);
    uv_close((uv_handle_t *)&server->sweep_timer, on_handle_closed);
    lws_context_destroy(server->context);
    if (server->stopped) server->stopped(server->stopped_ctx);
}

static void on_sweep(uv_timer_t *timer) {
    struct sw_ws_server *server = timer->data;
    int64_t now = sw__ws_now(server);
    struct ws_client *next;
    for (struct ws_client *client = server->clients; client; client = next) {
        next = client->next;
        sw__ws_client_sweep(client, now);
    }
    if (server->state == WS_STOPPING && (!server->clients || now - server->stop_ms >= SW_WS_CLOSE_GRACE_MS))
        stop_now(server);
}

static uint64_t next_random(struct sw_ws_server *server) {
    server->random ^= server->random << 13;
    server->random ^= server->random >> 7;
    server->random ^= server->random << 17;
    return server->random >> 16;
}

void sw_ws_server_begin_stop(struct sw_ws_server *server, void (*done)(void *ctx), void *ctx) {
    if (server->state != WS_RUNNING) return;
    server->state = WS_STOPPING;
    server->stop_ms = sw__ws_now(server);
    server->stopped = done;
    server->stopped_ctx = ctx;
    uv_timer_stop(&server->push_timer);
    for (struct ws_client *client = server->clients; client; client = client->next) {
        char reason[48];
        snprintf(reason, sizeof reason, "retry_ms=%u",
                 RETRY_MIN_MS + (unsigned)(next_random(server) % RETRY_SPREAD_MS));
        sw__ws_client_close(client, SW_WS_CLOSE_STOPPING, reason);
    }
    uv_timer_start(&server->sweep_timer, on_sweep, STOP_SWEEP_MS, STOP_SWEEP_MS);
}

void sw_ws_server_free(struct sw_ws_server *server) {
    if (!server) return;
    SW_ASSERT(server->state == WS_STOPPED && server->open_handles == 0);
    lws_context_destroy(server->context);
    SW_ASSERT(!server->clients && !server->topics);
    server_free(server);
}
