#include "io/peer_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/backoff.h"
#include "io/peer_conn_internal.h"
#include "shiftwall/buf.h"

#define CANDIDATES_MAX 8

/* One TCP connection; it outlives its dropping until libuv has closed it. */
struct link {
    uv_tcp_t tcp;
    uv_connect_t connect;
    struct sw_peer_conn *conn;
    struct sw__peer_tls_session *tls; /* NULL = plain */
    size_t output_bytes;              /* handed to libuv and not written */
    bool dropped, paused;
};

struct sw_peer_conn {
    uv_loop_t *loop;
    struct sw_peer_options options;
    struct sw_peer_handler handler;
    void *ctx;
    enum sw_peer_state state;
    struct sw__peer_tls *tls;
    struct link *link; /* the present one */
    uv_timer_t timer;  /* back-off, then the deadline of the step */
    uv_timer_t kick;   /* what TLS still holds after a pause */
    uv_getaddrinfo_t resolver;
    bool resolving; /* the resolver's callback is still to come */
    struct sockaddr_storage candidates[CANDIDATES_MAX];
    unsigned candidate_count, candidate_at;
    unsigned handles; /* what must be closed before the memory may go */
    struct sw_backoff backoff;
    uint64_t up_at, losses;
    char reason[SW_PEER_REASON_MAX];
    char buffer[SW_PEER_READ_BYTES];
    void (*closed)(void *ctx);
    void *closed_ctx;
};

static void connect_next(struct sw_peer_conn *conn);
static void attempt(struct sw_peer_conn *conn);

const char *sw_peer_state_name(enum sw_peer_state state) {
    static const char *const names[] = {"idle", "resolving", "connecting", "handshaking", "up", "backing-off", "closed"};
    return (unsigned)state < sizeof names / sizeof *names ? names[state] : "?";
}

int sw_peer_address_parse(const char *text, uint16_t default_port, struct sw_peer_address *out) {
    const char *colon = strrchr(text, ':'), *host = text, *end = colon ? colon : text + strlen(text);
    if (*text == '[') {
        host = text + 1;
        end = strchr(text, ']');
        if (!end || (end[1] && end[1] != ':')) return -SW_EPARSE;
        colon = end[1] ? end + 1 : NULL;
    } else if (colon && strchr(text, ':') != colon) {
        return -SW_EPARSE; /* an IPv6 number without brackets: which part is the port? */
    }
    long port = default_port;
    char *rest = NULL;
    if (colon) port = strtol(colon + 1, &rest, 10);
    if (colon && (colon[1] < '0' || colon[1] > '9' || *rest)) return -SW_EPARSE;
    if (port < 1 || port > 65535 || end == host || (size_t)(end - host) >= sizeof out->host) return -SW_EPARSE;
    for (const char *at = host; at < end; at++)
        if ((unsigned char)*at <= ' ') return -SW_EPARSE;
    memset(out, 0, sizeof *out);
    memcpy(out->host, host, (size_t)(end - host));
    out->port = (uint16_t)port;
    return 0;
}

static void set_state(struct sw_peer_conn *conn, enum sw_peer_state state) {
    conn->state = state;
    if (conn->handler.state) conn->handler.state(conn->ctx, state, state == SW_PEER_BACKING_OFF ? conn->reason : "");
}

static void release(struct sw_peer_conn *conn) {
    if (--conn->handles) return;
    void (*closed)(void *) = conn->closed;
    void *ctx = conn->closed_ctx;
    sw__peer_tls_free(conn->tls);
    free(conn);
    if (closed) closed(ctx);
}

static void on_timer_closed(uv_handle_t *handle) { release(handle->data); }

static void on_link_closed(uv_handle_t *handle) {
    struct link *link = handle->data;
    struct sw_peer_conn *conn = link->conn;
    sw__peer_tls_end(link->tls);
    free(link);
    release(conn);
}

static void drop_link(struct sw_peer_conn *conn) {
    struct link *link = conn->link;
    if (!link) return;
    conn->link = NULL;
    link->dropped = true;
    uv_timer_stop(&conn->kick);
    uv_close((uv_handle_t *)&link->tcp, on_link_closed);
}

static void on_backoff(uv_timer_t *timer) { attempt(timer->data); }

static void fail(struct sw_peer_conn *conn, const char *reason, bool refused) {
    if (conn->state == SW_PEER_CLOSED || conn->state == SW_PEER_BACKING_OFF) return;
    if (reason != conn->reason) (void)snprintf(conn->reason, sizeof conn->reason, "%s", reason);
    if (conn->state == SW_PEER_UP) {
        conn->losses++;
        if (uv_now(conn->loop) - conn->up_at >= (uint64_t)conn->options.stable_ms) sw_backoff_reset(&conn->backoff);
    }
    drop_link(conn);
    if (conn->resolving) (void)uv_cancel((uv_req_t *)&conn->resolver);
    uv_timer_start(&conn->timer, on_backoff, sw_backoff_next(&conn->backoff, refused), 0);
    set_state(conn, SW_PEER_BACKING_OFF);
}

/* ---- bytes ---- */

struct output {
    uv_write_t request;
    struct link *link;
    size_t len;
    char data[];
};

static void on_written(uv_write_t *request, int status) {
    struct output *output = request->data;
    struct link *link = output->link;
    link->output_bytes -= output->len;
    free(output);
    if (status < 0 && !link->dropped) fail(link->conn, uv_strerror(status), false);
}

static struct output *new_output(struct link *link, size_t len) {
    struct output *output = sw_xmalloc(sizeof *output + len);
    output->request.data = output;
    output->link = link;
    output->len = len;
    return output;
}

static int write_output(struct link *link, struct output *output) {
    uv_buf_t buf = uv_buf_init(output->data, (unsigned)output->len);
    if (uv_write(&output->request, (uv_stream_t *)&link->tcp, &buf, 1, on_written)) {
        free(output);
        return -SW_EAGAIN;
    }
    link->output_bytes += output->len;
    return 0;
}

/* What TLS has for the wire. */
static int flush_tls(struct link *link) {
    size_t waiting = sw__peer_tls_waiting(link->tls);
    if (!waiting) return 0;
    struct output *output = new_output(link, waiting);
    output->len = sw__peer_tls_take(link->tls, output->data, waiting);
    return write_output(link, output);
}

static void become_up(struct sw_peer_conn *conn) {
    uv_timer_stop(&conn->timer);
    conn->up_at = uv_now(conn->loop);
    conn->reason[0] = '\0';
    set_state(conn, SW_PEER_UP);
}

/* Gives on what TLS has decrypted, until it is paused or gone. */
static void drain_tls(struct link *link) {
    struct sw_peer_conn *conn = link->conn;
    char error[SW_PEER_REASON_MAX];
    while (!link->dropped && !link->paused && conn->state == SW_PEER_UP) {
        long got = sw__peer_tls_read(link->tls, conn->buffer, sizeof conn->buffer, error, sizeof error);
        if (got < 0) {
            fail(conn, error, false);
            return;
        }
        if (got == 0) break;
        if (conn->handler.bytes) conn->handler.bytes(conn->ctx, conn->buffer, (size_t)got);
    }
    if (!link->dropped) (void)flush_tls(link); /* answers of the protocol itself; a lost connection is told by reading */
}

static void take_tls(struct link *link, const char *data, size_t len) {
    struct sw_peer_conn *conn = link->conn;
    sw__peer_tls_feed(link->tls, data, len);
    if (conn->state == SW_PEER_HANDSHAKING) {
        char error[SW_PEER_REASON_MAX];
        bool refused = false;
        int done = sw__peer_tls_shake(link->tls, error, sizeof error, &refused);
        (void)flush_tls(link); /* also the alert that tells the peer why */
        if (done < 0) fail(conn, error, refused);
        if (done <= 0) return;
        become_up(conn);
    }
    drain_tls(link);
}

static void on_kick(uv_timer_t *timer) {
    struct sw_peer_conn *conn = timer->data;
    if (conn->link && conn->link->tls && conn->state == SW_PEER_UP) drain_tls(conn->link);
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buf) {
    struct link *link = handle->data;
    (void)wanted;
    *buf = uv_buf_init(link->conn->buffer, sizeof link->conn->buffer);
}

static void on_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf) {
    struct link *link = stream->data;
    struct sw_peer_conn *conn = link->conn;
    if (link->dropped || got == 0) return;
    if (got < 0) fail(conn, got == UV_EOF ? "the peer closed the connection" : uv_strerror((int)got), false);
    else if (link->tls) take_tls(link, buf->base, (size_t)got);
    else if (conn->handler.bytes) conn->handler.bytes(conn->ctx, buf->base, (size_t)got);
}

/* ---- coming up ---- */

static void on_step_deadline(uv_timer_t *timer) {
    struct sw_peer_conn *conn = timer->data;
    if (conn->state == SW_PEER_CONNECTING) {
        drop_link(conn);
        (void)snprintf(conn->reason, sizeof conn->reason, "no connection within the deadline");
        connect_next(conn);
    } else if (conn->state == SW_PEER_RESOLVING) {
        fail(conn, "the host's name was not resolved within the deadline", false);
    } else if (conn->state == SW_PEER_HANDSHAKING) {
        fail(conn, "TLS: no answer within the deadline (does this port speak TLS?)", false);
    }
}

static void arm_step(struct sw_peer_conn *conn) {
    uv_timer_start(&conn->timer, on_step_deadline, (uint64_t)conn->options.connect_ms, 0);
}

static void on_connected(uv_connect_t *request, int status) {
    struct link *link = request->data;
    struct sw_peer_conn *conn = link->conn;
    if (link->dropped) return;
    if (status < 0) {
        drop_link(conn);
        (void)snprintf(conn->reason, sizeof conn->reason, "%s", uv_strerror(status));
        connect_next(conn);
        return;
    }
    (void)uv_tcp_nodelay(&link->tcp, 1);
    (void)uv_tcp_keepalive(&link->tcp, 1, (unsigned)conn->options.keepalive_s);
    if (uv_read_start((uv_stream_t *)&link->tcp, on_room, on_bytes)) {
        fail(conn, "the socket cannot be read", false);
        return;
    }
    if (!conn->tls) {
        become_up(conn);
        return;
    }
    link->tls = sw__peer_tls_begin(conn->tls);
    if (!link->tls) {
        fail(conn, "TLS cannot be set up", true);
        return;
    }
    arm_step(conn);
    set_state(conn, SW_PEER_HANDSHAKING);
    if (!link->dropped) take_tls(link, "", 0); /* the client speaks first */
}

static bool begin_connect(struct sw_peer_conn *conn, const struct sockaddr_storage *address) {
    struct link *link = sw_xcalloc(1, sizeof *link);
    SW_ASSERT(uv_tcp_init(conn->loop, &link->tcp) == 0);
    link->tcp.data = link->connect.data = link;
    link->conn = conn;
    conn->handles++;
    conn->link = link;
    int error = uv_tcp_connect(&link->connect, &link->tcp, (const struct sockaddr *)address, on_connected);
    if (!error) return true;
    drop_link(conn);
    (void)snprintf(conn->reason, sizeof conn->reason, "%s", uv_strerror(error));
    return false;
}

/* Tries the addresses that are left; when none is, fails with the last one's reason. */
static void connect_next(struct sw_peer_conn *conn) {
    while (conn->candidate_at < conn->candidate_count) {
        if (!begin_connect(conn, &conn->candidates[conn->candidate_at++])) continue;
        arm_step(conn);
        if (conn->state != SW_PEER_CONNECTING) set_state(conn, SW_PEER_CONNECTING);
        return;
    }
    fail(conn, conn->reason[0] ? conn->reason : "no address", false);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list) {
    struct sw_peer_conn *conn = request->data;
    conn->resolving = false;
    if (conn->state == SW_PEER_RESOLVING && status == 0) {
        conn->candidate_count = conn->candidate_at = 0;
        for (struct addrinfo *at = list; at && conn->candidate_count < CANDIDATES_MAX; at = at->ai_next)
            if (at->ai_addrlen <= sizeof *conn->candidates)
                memcpy(&conn->candidates[conn->candidate_count++], at->ai_addr, at->ai_addrlen);
        conn->reason[0] = '\0';
        connect_next(conn);
    } else if (conn->state == SW_PEER_RESOLVING) {
        fail(conn, uv_strerror(status), false);
    }
    uv_freeaddrinfo(list);
    release(conn);
}

static void begin_resolve(struct sw_peer_conn *conn) {
    arm_step(conn);
    /* A lookup that could not be cancelled is still at work: its answer is as good as a new one's. */
    if (!conn->resolving) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
        char port[8];
        (void)snprintf(port, sizeof port, "%u", conn->options.address.port);
        conn->resolver.data = conn;
        int error = uv_getaddrinfo(conn->loop, &conn->resolver, on_resolved, conn->options.address.host, port, &hints);
        if (error) {
            conn->state = SW_PEER_RESOLVING;
            fail(conn, uv_strerror(error), false);
            return;
        }
        conn->resolving = true;
        conn->handles++;
    }
    set_state(conn, SW_PEER_RESOLVING);
}

static void attempt(struct sw_peer_conn *conn) {
    const struct sw_peer_address *address = &conn->options.address;
    struct sockaddr_storage *first = &conn->candidates[0];
    memset(first, 0, sizeof *first);
    if (uv_ip4_addr(address->host, address->port, (struct sockaddr_in *)first) &&
        uv_ip6_addr(address->host, address->port, (struct sockaddr_in6 *)first)) {
        begin_resolve(conn);
        return;
    }
    conn->candidate_count = 1;
    conn->candidate_at = 0;
    conn->state = SW_PEER_RESOLVING; /* nothing to resolve: passed through without a word */
    connect_next(conn);
}

/* ---- the public side ---- */

#define DEFAULT(field, value)                                                                                                         \
    if (!conn->options.field) conn->options.field = (value)

struct sw_peer_conn *sw_peer_conn_new(uv_loop_t *loop, const struct sw_peer_options *options, const struct sw_peer_handler *handler,
                                      void *ctx, char *error, size_t size) {
    struct sw_peer_conn *conn = sw_xcalloc(1, sizeof *conn);
    conn->loop = loop;
    conn->options = *options;
    conn->handler = *handler;
    conn->ctx = ctx;
    DEFAULT(connect_ms, 5000);
    DEFAULT(backoff_min_ms, 500);
    DEFAULT(backoff_max_ms, 30000);
    DEFAULT(stable_ms, 10000);
    DEFAULT(keepalive_s, 15);
    DEFAULT(output_max_bytes, (size_t)1 << 20);
    if (options->tls) {
        const char *name = options->server_name ? options->server_name : options->address.host;
        conn->tls = sw__peer_tls_new(name, options->ca_file, options->pinned_file, error, size);
        if (!conn->tls) {
            free(conn);
            return NULL;
        }
    }
    conn->options.ca_file = conn->options.pinned_file = conn->options.server_name = NULL; /* not ours to keep */
    sw_backoff_init(&conn->backoff, conn->options.backoff_min_ms, conn->options.backoff_max_ms, options->seed);
    SW_ASSERT(uv_timer_init(loop, &conn->timer) == 0);
    SW_ASSERT(uv_timer_init(loop, &conn->kick) == 0);
    conn->timer.data = conn->kick.data = conn;
    conn->handles = 2;
    return conn;
}

void sw_peer_conn_start(struct sw_peer_conn *conn) {
    SW_ASSERT(conn->state == SW_PEER_IDLE);
    attempt(conn);
}

void sw_peer_conn_close(struct sw_peer_conn *conn, void (*closed)(void *ctx), void *ctx) {
    SW_ASSERT(conn->state != SW_PEER_CLOSED);
    conn->state = SW_PEER_CLOSED;
    conn->closed = closed;
    conn->closed_ctx = ctx;
    drop_link(conn);
    if (conn->resolving) (void)uv_cancel((uv_req_t *)&conn->resolver);
    uv_close((uv_handle_t *)&conn->timer, on_timer_closed);
    uv_close((uv_handle_t *)&conn->kick, on_timer_closed);
}

void sw_peer_conn_restart(struct sw_peer_conn *conn, const char *reason, bool refused) {
    if (conn->state != SW_PEER_IDLE) fail(conn, reason, refused);
}

int sw_peer_conn_send(struct sw_peer_conn *conn, const char *data, size_t len) {
    struct link *link = conn->link;
    if (conn->state != SW_PEER_UP || !link) return -SW_EAGAIN;
    if (len > conn->options.output_max_bytes || link->output_bytes > conn->options.output_max_bytes - len) return -SW_ELIMIT;
    if (!len) return 0;
    if (link->tls) return sw__peer_tls_write(link->tls, data, len) ? flush_tls(link) : -SW_EAGAIN;
    struct output *output = new_output(link, len);
    memcpy(output->data, data, len);
    return write_output(link, output);
}

void sw_peer_conn_pause(struct sw_peer_conn *conn) {
    if (conn->state != SW_PEER_UP || conn->link->paused) return;
    conn->link->paused = true;
    (void)uv_read_stop((uv_stream_t *)&conn->link->tcp);
}

void sw_peer_conn_resume(struct sw_peer_conn *conn) {
    if (conn->state != SW_PEER_UP || !conn->link->paused) return;
    conn->link->paused = false;
    if (uv_read_start((uv_stream_t *)&conn->link->tcp, on_room, on_bytes)) fail(conn, "the socket cannot be read", false);
    else if (conn->link->tls) uv_timer_start(&conn->kick, on_kick, 0, 0);
}

enum sw_peer_state sw_peer_conn_state(const struct sw_peer_conn *conn) { return conn->state; }
const char *sw_peer_conn_reason(const struct sw_peer_conn *conn) { return conn->reason; }
uint64_t sw_peer_conn_losses(const struct sw_peer_conn *conn) { return conn->losses; }
