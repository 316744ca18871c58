#include "io/redis_conn.h"

#include "io/redis_arena.h"
#include "io/redis_push.h"
#include "io/redis_uv.h"
#include "shiftwall/buf.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define CANDIDATES_MAX 8
#define CANDIDATE_TEXT_MAX SW_REDIS_TEXT_MAX
#define REASON_MAX 256
#define STABLE_MS 1000 /* a connection that lasted this long starts the back-off anew */
#define GRACE_MS 20    /* a late timer gives replies that wait in the socket one chance to be read */

struct pending {
    sw_redis_reply_fn reply;
    void *ctx;
    uint64_t deadline; /* of uv_now */
    size_t bytes;
};

struct sw_redis_conn {
    uv_loop_t *loop;
    struct sw_redis_options options;
    struct sw_redis_handler handler;
    void *ctx;
    enum sw_redis_state state;
    redisAsyncContext *context; /* NULL when hiredis has freed it or was told to */
    uv_timer_t timer;           /* back-off, then the deadlines of connecting and authenticating */
    uv_timer_t command_timer;   /* the deadline of the oldest command */
    uv_getaddrinfo_t resolver;
    bool resolving; /* the resolver's callback is still to come */
    bool late;      /* the command timer has fired once and given its grace */
    char candidates[CANDIDATES_MAX][CANDIDATE_TEXT_MAX];
    unsigned candidate_count, candidate_at;
    unsigned handles;      /* what must be closed before the memory may go */
    struct pending *queue; /* a ring of options.outstanding_max + 3 (ours while authenticating) */
    uint32_t queue_size, queue_head, queue_count;
    size_t queue_bytes;
    int channels_wanted; /* 0 = not a subscription */
    int channels_confirmed;
    struct sw_push_reader pushes;
    struct sw_redis_arena arena;
    unsigned attempts;
    uint64_t ready_at;
    uint64_t losses;
    uint64_t random;
    char reason[REASON_MAX];
    void (*closed)(void *ctx);
    void *closed_ctx;
};

static void connect_next(struct sw_redis_conn *conn);
static void attempt(struct sw_redis_conn *conn);

const char *sw_redis_state_name(enum sw_redis_state state) {
    static const char *const names[] = {"idle",  "resolving",   "connecting", "authenticating",
                                        "ready", "backing-off", "closed"};
    return (unsigned)state < sizeof names / sizeof *names ? names[state] : "?";
}

/* splitmix64: jitter needs spreading, not secrecy. */
static uint64_t next_random(struct sw_redis_conn *conn) {
    uint64_t z = (conn->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void set_state(struct sw_redis_conn *conn, enum sw_redis_state state) {
    conn->state = state;
    if (conn->handler.state) {
        conn->handler.state(conn->ctx, state, state == SW_REDIS_BACKING_OFF ? conn->reason : "");
    }
}

static void release_handle(struct sw_redis_conn *conn) {
    if (--conn->handles) return;
    void (*closed)(void *) = conn->closed;
    void *ctx = conn->closed_ctx;
    free(conn->queue);
    sw_push_reader_deinit(&conn->pushes);
    sw_redis_arena_deinit(&conn->arena);
    /* The password must not linger in freed memory. */
    explicit_bzero(&conn->options, sizeof conn->options);
    free(conn);
    if (closed) closed(ctx);
}

static void on_glue_released(void *ctx) {
    release_handle(ctx);
}
static void on_timer_closed(uv_handle_t *handle) {
    release_handle(handle->data);
}

static void on_command_timer(uv_timer_t *timer);

static void arm_command_timer(struct sw_redis_conn *conn, uint64_t delay) {
    (void)uv_timer_start(&conn->command_timer, on_command_timer, delay, 0);
}

static struct pending pop_pending(struct sw_redis_conn *conn) {
    struct pending pending = conn->queue[conn->queue_head];
    conn->queue_head = (conn->queue_head + 1) % conn->queue_size;
    conn->queue_count--;
    conn->queue_bytes -= pending.bytes;
    conn->late = false;
    if (conn->queue_count == 0) (void)uv_timer_stop(&conn->command_timer);
    return pending;
}

/* Lets go of hiredis' context. Inside hiredis' callbacks redisAsyncFree only marks it; wherever hiredis frees
 * it itself the caller has set conn->context to NULL. */
static void drop_context(struct sw_redis_conn *conn) {
    redisAsyncContext *context = conn->context;
    if (!context) return;
    conn->context = NULL;
    context->data = NULL;
    redisAsyncFree(context);
}

static void fail_pending(struct sw_redis_conn *conn) {
    while (conn->queue_count) {
        struct pending pending = pop_pending(conn);
        if (pending.reply) pending.reply(pending.ctx, NULL, -SW_EIO);
    }
}

static void on_backoff(uv_timer_t *timer) {
    attempt(timer->data);
}

/* Ends the present attempt or connection for REASON and waits for the next. REFUSED: Redis does not want us
 * as we are, so that hurry is of no use. */
static void fail(struct sw_redis_conn *conn, const char *reason, bool refused) {
    if (conn->state == SW_REDIS_CLOSED || conn->state == SW_REDIS_BACKING_OFF) return;
    (void)snprintf(conn->reason, sizeof conn->reason, "%s", reason);
    if (conn->state == SW_REDIS_READY) {
        conn->losses++;
        if (uv_now(conn->loop) - conn->ready_at >= STABLE_MS) conn->attempts = 0;
    }
    drop_context(conn);
    conn->channels_wanted = 0;
    if (conn->resolving) (void)uv_cancel((uv_req_t *)&conn->resolver);
    uint64_t cap = (uint64_t)conn->options.backoff_max_ms;
    uint64_t limit = (uint64_t)conn->options.backoff_min_ms << (conn->attempts < 20 ? conn->attempts : 20);
    if (limit > cap || refused) limit = cap;
    if (conn->attempts < 20) conn->attempts++;
    uint64_t delay = next_random(conn) % (limit + 1);
    if (refused) delay = cap / 2 + delay / 2;
    (void)uv_timer_start(&conn->timer, on_backoff, delay, 0);
    /* The state goes first: whatever a failed command's callback sends must find the door closed. */
    conn->state = SW_REDIS_BACKING_OFF;
    fail_pending(conn);
    if (conn->state == SW_REDIS_BACKING_OFF) set_state(conn, SW_REDIS_BACKING_OFF);
}

/* A command is late only if its reply is not in the socket either: when the loop itself was held up, timers
 * run before sockets are read. */
static void on_command_timer(uv_timer_t *timer) {
    struct sw_redis_conn *conn = timer->data;
    if (!conn->queue_count) return;
    uint64_t now = uv_now(conn->loop), deadline = conn->queue[conn->queue_head].deadline;
    if (now < deadline) {
        arm_command_timer(conn, deadline - now);
    } else if (!conn->late) {
        conn->late = true;
        arm_command_timer(conn, GRACE_MS);
    } else {
        fail(conn, "no reply within the command deadline", false);
    }
}

static void on_reply(redisAsyncContext *context, void *raw, void *privdata) {
    (void)privdata;
    struct sw_redis_conn *conn = context->data;
    if (!conn || !raw || !conn->queue_count) return; /* the context is being freed: fail() has answered */
    struct pending pending = pop_pending(conn);
    if (pending.reply) pending.reply(pending.ctx, (const struct sw_reply *)raw, 0);
}

static int send_command(struct sw_redis_conn *conn, int argc, const char *const *argv, const size_t *lens,
                        sw_redis_reply_fn reply, void *ctx) {
    size_t own_lens[SW_REDIS_ARGS_MAX], bytes = 0;
    const char *args[SW_REDIS_ARGS_MAX];
    for (int i = 0; i < argc; i++) {
        args[i] = argv[i];
        own_lens[i] = lens ? lens[i] : strlen(argv[i]);
        bytes += own_lens[i];
    }
    if (conn->queue_count == conn->queue_size) return -SW_ELIMIT;
    if (redisAsyncCommandArgv(conn->context, on_reply, NULL, argc, args, own_lens) != REDIS_OK)
        return -SW_EAGAIN;
    uint32_t at = (conn->queue_head + conn->queue_count) % conn->queue_size;
    uint64_t wait = (uint64_t)conn->options.command_ms;
    conn->queue[at] = (struct pending){reply, ctx, uv_now(conn->loop) + wait, bytes};
    conn->queue_bytes += bytes;
    if (conn->queue_count++ == 0) arm_command_timer(conn, wait);
    return 0;
}

/* ---- coming up ---- */

static void on_step_deadline(uv_timer_t *timer) {
    struct sw_redis_conn *conn = timer->data;
    if (conn->state == SW_REDIS_CONNECTING) {
        drop_context(conn);
        (void)snprintf(conn->reason, sizeof conn->reason, "no connection within the deadline");
        connect_next(conn);
    } else if (conn->state == SW_REDIS_RESOLVING) {
        fail(conn, "the host's name was not resolved within the deadline", false);
    } else if (conn->state == SW_REDIS_AUTHENTICATING) {
        fail(conn, "Redis did not answer the login within the deadline", false);
    }
}

static void arm_step(struct sw_redis_conn *conn) {
    (void)uv_timer_start(&conn->timer, on_step_deadline, (uint64_t)conn->options.connect_ms, 0);
}

/* The answer to AUTH or SELECT. */
static void on_login_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_redis_conn *conn = ctx;
    if (error || conn->state != SW_REDIS_AUTHENTICATING) return;
    if (sw_reply_type(reply) == SW_REPLY_ERROR) fail(conn, sw_reply_text(reply, NULL), true);
}

/* PING ends the login: it tells NOAUTH and LOADING from a Redis that serves. A user who may not PING is let
 * in. */
static void on_ping_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_redis_conn *conn = ctx;
    if (error || conn->state != SW_REDIS_AUTHENTICATING) return;
    if (sw_reply_type(reply) == SW_REPLY_ERROR && !sw_reply_is_error(reply, "NOPERM")) {
        fail(conn, sw_reply_text(reply, NULL), sw_reply_is_error(reply, "NOAUTH"));
        return;
    }
    (void)uv_timer_stop(&conn->timer);
    conn->ready_at = uv_now(conn->loop);
    conn->reason[0] = '\0';
    set_state(conn, SW_REDIS_READY);
}

static int send_login(struct sw_redis_conn *conn) {
    const struct sw_redis_address *address = &conn->options.address;
    int error = 0;
    if (address->password[0]) {
        const char *with_user[] = {"AUTH", address->user, address->password};
        const char *without[] = {"AUTH", address->password};
        error = address->user[0] ? send_command(conn, 3, with_user, NULL, on_login_reply, conn)
                                 : send_command(conn, 2, without, NULL, on_login_reply, conn);
    }
    if (!error && address->db) {
        char db[16];
        (void)snprintf(db, sizeof db, "%d", address->db);
        const char *select[] = {"SELECT", db};
        error = send_command(conn, 2, select, NULL, on_login_reply, conn);
    }
    const char *ping[] = {"PING"};
    return error ? error : send_command(conn, 1, ping, NULL, on_ping_reply, conn);
}

/* Best effort: the deadlines and the owner's probes find a dead peer as well, only later. */
static void keep_alive(int fd, int interval_s) {
    int on = 1, tries = 3;
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &interval_s, sizeof interval_s);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
}

/* hiredis frees the context itself after this call when the connection failed, and must not be made to free
 * it within the call when it succeeded (so nothing the owner could answer with a close happens here). */
static void on_connect(const redisAsyncContext *context, int status) {
    struct sw_redis_conn *conn = context->data;
    if (!conn) return;
    if (status != REDIS_OK) {
        conn->context->data = NULL;
        conn->context = NULL;
        (void)snprintf(conn->reason, sizeof conn->reason, "%s", context->errstr ? context->errstr : "failed");
        connect_next(conn);
        return;
    }
    conn->state = SW_REDIS_AUTHENTICATING;
    arm_step(conn);
    if (!conn->options.address.path[0]) keep_alive(conn->context->c.fd, conn->options.keepalive_s);
    /* Cannot fail: a new context takes commands; and if it did, the step's deadline would end the attempt. */
    (void)send_login(conn);
}

static bool is_refusal(const char *text) { return !strncmp(text, "NOPERM", 6) || !strncmp(text, "NOAUTH", 6); }

static void on_disconnect(const redisAsyncContext *context, int status) {
    struct sw_redis_conn *conn = context->data;
    if (!conn) return;
    (void)status;
    conn->context->data = NULL;
    conn->context = NULL; /* hiredis frees it after this call */
    const char *text = context->errstr && context->errstr[0] ? context->errstr : "disconnected";
    fail(conn, text, is_refusal(text));
}

/* Begins connecting to the present candidate. Returns 0 or -SW_EIO with the reason set. */
static int begin_connect(struct sw_redis_conn *conn) {
    const struct sw_redis_address *address = &conn->options.address;
    const char *target = conn->candidates[conn->candidate_at];
    redisAsyncContext *context =
        address->path[0] ? redisAsyncConnectUnix(address->path) : redisAsyncConnect(target, address->port);
    if (!context) return -SW_EIO;
    if (context->err) {
        (void)snprintf(conn->reason, sizeof conn->reason, "%s", context->errstr);
        redisAsyncFree(context);
        return -SW_EIO;
    }
    sw_redis_arena_serve(&conn->arena, context->c.reader);
    conn->handles++;
    if (sw_redis_uv_attach(context, conn->loop, on_glue_released, conn) != 0) {
        (void)snprintf(conn->reason, sizeof conn->reason, "the socket cannot be watched");
        redisAsyncFree(context);
        return -SW_EIO;
    }
    conn->context = context;
    context->data = conn;
    (void)redisAsyncSetConnectCallback(context, on_connect);
    (void)redisAsyncSetDisconnectCallback(context, on_disconnect);
    return 0;
}

/* Tries the addresses that are left; when none is, fails with the last one's reason. */
static void connect_next(struct sw_redis_conn *conn) {
    while (conn->candidate_at < conn->candidate_count) {
        int error = begin_connect(conn);
        conn->candidate_at++;
        if (!error) {
            arm_step(conn);
            if (conn->state != SW_REDIS_CONNECTING) set_state(conn, SW_REDIS_CONNECTING);
            return;
        }
    }
    char reason[REASON_MAX];
    (void)snprintf(reason, sizeof reason, "%s", conn->reason[0] ? conn->reason : "no address");
    fail(conn, reason, false);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list) {
    struct sw_redis_conn *conn = request->data;
    conn->resolving = false;
    if (conn->state == SW_REDIS_RESOLVING && status == 0) {
        conn->candidate_count = 0;
        for (struct addrinfo *at = list; at && conn->candidate_count < CANDIDATES_MAX; at = at->ai_next) {
            /* Numeric: no lookup, so it does not block; and it keeps the scope of a link-local address. */
            if (getnameinfo(at->ai_addr, at->ai_addrlen, conn->candidates[conn->candidate_count],
                            CANDIDATE_TEXT_MAX, NULL, 0, NI_NUMERICHOST) == 0)
                conn->candidate_count++;
        }
        conn->candidate_at = 0;
        connect_next(conn);
    } else if (conn->state == SW_REDIS_RESOLVING) {
        fail(conn, uv_strerror(status), false);
    }
    uv_freeaddrinfo(list);
    release_handle(conn);
}

static void begin_resolve(struct sw_redis_conn *conn) {
    arm_step(conn);
    /* A lookup that could not be cancelled is still at work: its answer is as good as a new one's. */
    if (!conn->resolving) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
        conn->resolver.data = conn;
        int error = uv_getaddrinfo(conn->loop, &conn->resolver, on_resolved, conn->options.address.host, NULL,
                                   &hints);
        if (error) {
            conn->state = SW_REDIS_RESOLVING;
            fail(conn, uv_strerror(error), false);
            return;
        }
        conn->resolving = true;
        conn->handles++;
    }
    set_state(conn, SW_REDIS_RESOLVING);
}

static void attempt(struct sw_redis_conn *conn) {
    const struct sw_redis_address *address = &conn->options.address;
    unsigned char number[sizeof(struct in6_addr)];
    if (address->path[0] || uv_inet_pton(AF_INET, address->host, number) == 0 ||
        uv_inet_pton(AF_INET6, address->host, number) == 0) {
        (void)snprintf(conn->candidates[0], CANDIDATE_TEXT_MAX, "%s", address->host);
        conn->candidate_count = 1;
        conn->candidate_at = 0;
        conn->state = SW_REDIS_RESOLVING; /* nothing to resolve: passed through without a word */
        connect_next(conn);
    } else {
        begin_resolve(conn);
    }
}

/* ---- the public side ---- */

#define DEFAULT(field, value)                                                                                \
    if (!conn->options.field) conn->options.field = (value)

struct sw_redis_conn *sw_redis_conn_new(uv_loop_t *loop, const struct sw_redis_options *options,
                                        const struct sw_redis_handler *handler, void *ctx) {
    struct sw_redis_conn *conn = sw_xcalloc(1, sizeof *conn);
    conn->loop = loop;
    conn->options = *options;
    conn->handler = *handler;
    conn->ctx = ctx;
    DEFAULT(connect_ms, 5000);
    DEFAULT(command_ms, 5000);
    DEFAULT(backoff_min_ms, 100);
    DEFAULT(backoff_max_ms, 10000);
    DEFAULT(keepalive_s, 15);
    DEFAULT(outstanding_max, 4096);
    DEFAULT(outstanding_max_bytes, (size_t)64 << 20);
    conn->random = options->seed;
    if (!conn->random && getrandom(&conn->random, sizeof conn->random, 0) < 0) conn->random = uv_hrtime();
    conn->queue_size = conn->options.outstanding_max + 3;
    conn->queue = sw_xcalloc(conn->queue_size, sizeof *conn->queue);
    SW_ASSERT(uv_timer_init(loop, &conn->timer) == 0);
    SW_ASSERT(uv_timer_init(loop, &conn->command_timer) == 0);
    conn->timer.data = conn;
    conn->command_timer.data = conn;
    conn->handles = 2;
    return conn;
}

void sw_redis_conn_start(struct sw_redis_conn *conn) {
    SW_ASSERT(conn->state == SW_REDIS_IDLE);
    attempt(conn);
}

void sw_redis_conn_close(struct sw_redis_conn *conn, void (*closed)(void *ctx), void *ctx) {
    SW_ASSERT(conn->state != SW_REDIS_CLOSED);
    conn->state = SW_REDIS_CLOSED;
    conn->closed = closed;
    conn->closed_ctx = ctx;
    drop_context(conn);
    if (conn->resolving) (void)uv_cancel((uv_req_t *)&conn->resolver);
    fail_pending(conn);
    uv_close((uv_handle_t *)&conn->timer, on_timer_closed);
    uv_close((uv_handle_t *)&conn->command_timer, on_timer_closed);
}

void sw_redis_conn_restart(struct sw_redis_conn *conn, const char *reason) {
    if (conn->state != SW_REDIS_IDLE) fail(conn, reason, false);
}

enum sw_redis_state sw_redis_conn_state(const struct sw_redis_conn *conn) {
    return conn->state;
}
const char *sw_redis_conn_reason(const struct sw_redis_conn *conn) {
    return conn->reason;
}
uint32_t sw_redis_conn_outstanding(const struct sw_redis_conn *conn) {
    return conn->queue_count;
}
uint64_t sw_redis_conn_losses(const struct sw_redis_conn *conn) {
    return conn->losses;
}

int sw_redis_conn_send(struct sw_redis_conn *conn, int argc, const char *const *argv, const size_t *lens,
                       sw_redis_reply_fn reply, void *ctx) {
    if (argc < 1 || argc > SW_REDIS_ARGS_MAX) return -SW_EINVAL;
    if (conn->state != SW_REDIS_READY || conn->channels_wanted) return -SW_EAGAIN;
    if (conn->queue_count >= conn->options.outstanding_max) return -SW_ELIMIT;
    if (conn->queue_bytes >= conn->options.outstanding_max_bytes) return -SW_ELIMIT;
    return send_command(conn, argc, argv, lens, reply, ctx);
}

/* An error is met again by the loop, which is where hiredis may take leave: not in a reply's callback. */
void sw_redis_conn_flush(struct sw_redis_conn *conn) {
    int done = 0;
    if (conn->state == SW_REDIS_READY && conn->context) (void)redisBufferWrite(&conn->context->c, &done);
}

static void take_push(struct sw_redis_conn *conn, const struct sw_push *push) {
    char text[REASON_MAX];
    switch (push->kind) {
    case SW_PUSH_MESSAGE:
        if (conn->handler.message)
            conn->handler.message(conn->ctx, push->channel, push->channel_len, push->data, push->data_len);
        break;
    case SW_PUSH_SUBSCRIBED:
        if (++conn->channels_confirmed != conn->channels_wanted) break;
        (void)uv_timer_stop(&conn->timer);
        if (conn->handler.subscribed) conn->handler.subscribed(conn->ctx);
        break;
    case SW_PUSH_REFUSED:
        (void)snprintf(text, sizeof text, "%.*s", (int)push->data_len, push->data);
        fail(conn, text, is_refusal(text));
        break;
    default: fail(conn, "not an answer of Redis", false); break;
    }
}

/* Nothing but pushes comes after a subscription, and they are read here: hiredis would make six objects of each. Whatever a
 * message makes its owner do, the pieces are of CONTEXT only. */
static void on_push_readable(void *ctx) {
    struct sw_redis_conn *conn = ctx;
    redisAsyncContext *context = conn->context;
    struct sw_push push;
    size_t room;
    char *at = sw_push_reader_room(&conn->pushes, &room);
    ssize_t len = read(context->c.fd, at, room);
    if (len < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (len <= 0) {
        redisAsyncHandleRead(context); /* it meets the same, and takes leave as ever */
        return;
    }
    sw_push_reader_put(&conn->pushes, (size_t)len);
    while (conn->context == context && sw_push_reader_next(&conn->pushes, &push)) take_push(conn, &push);
}

static void on_subscribe_deadline(uv_timer_t *timer) {
    fail(timer->data, "the subscription was not confirmed within the deadline", false);
}

int sw_redis_conn_subscribe(struct sw_redis_conn *conn, int count, const char *const *channels) {
    if (count < 1 || count > SW_REDIS_CHANNELS_MAX) return -SW_EINVAL;
    if (conn->state != SW_REDIS_READY || conn->channels_wanted || conn->queue_count) return -SW_EAGAIN;
    const char *argv[SW_REDIS_CHANNELS_MAX + 1] = {"SUBSCRIBE"};
    size_t lens[SW_REDIS_CHANNELS_MAX + 1] = {9};
    for (int i = 0; i < count; i++) {
        argv[i + 1] = channels[i];
        lens[i + 1] = strlen(channels[i]);
    }
    if (redisAsyncCommandArgv(conn->context, NULL, NULL, count + 1, argv, lens) != REDIS_OK) return -SW_EAGAIN;
    sw_push_reader_deinit(&conn->pushes);
    sw_redis_uv_read_by(conn->context, on_push_readable);
    conn->channels_wanted = count;
    conn->channels_confirmed = 0;
    (void)uv_timer_start(&conn->timer, on_subscribe_deadline, (uint64_t)conn->options.command_ms, 0);
    return 0;
}
