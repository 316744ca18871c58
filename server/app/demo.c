#include "app/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/demo_sim.h"
#include "io/feed_emit.h"
#include "io/redis_conn.h"
#include "shiftwall/buf.h"
#include "shiftwall/event.h"

#define PREFILL_MS (2 * INT64_C(3600000)) /* how much of the day has been before the wall is looked at */
#define MESSAGES_MAX 16                   /* made and not acknowledged; the floor's time stands still then */
#define BATCH_BYTES (SW_BATCH_BYTES_MAX - 2048)
#define TICK_MS 20                        /* events this close together go in one message */
#define START_MS 10000                    /* the child must be up by then */
#define TICK_MAX_MS 60000

/* Stands over the Redis: ends it when standard input closes, that is with the daemon, however that ends; and cleans up.
 * $1 is the folder, the rest is the command. */
static const char keeper[] =
    "dir=$1; shift\n"
    "exec 3<&0\n"
    "trap '' INT HUP\n"
    "\"$@\" </dev/null 3<&- >/dev/null & redis=$!\n"
    "{ read -r _ <&3; kill $redis; } 2>/dev/null &\n"
    "wait $redis; status=$?\n"
    "wait $redis 2>/dev/null\n"
    "rm -rf \"$dir\"\n"
    "exit $status\n";

struct message {
    struct sw_demo *owner;
    char *json;
    size_t len;
    bool used, under_way;
};

struct sw_demo {
    uv_loop_t *loop;
    struct sw_demo_options options;
    char *site;
    char dir[108], socket[128], url[160];
    uv_process_t child;
    uv_pipe_t lifeline; /* its end on our side; the child lives while it is open */
    uv_timer_t tick, deadline;
    struct sw_redis_conn *conn;
    struct sw_emitter *emitter;
    struct sw_demo_sim *sim;
    int64_t prefill_until_ms;
    bool child_runs, prepared, told_ready, told_failed, stopping;
    unsigned open_handles; /* and the connection */
    struct sw_buf batch;
    unsigned batch_events;
    struct message ring[MESSAGES_MAX * 2];
    size_t head, count;
    void (*stopped)(void *ctx);
    void *stopped_ctx;
};

#define RING (sizeof((struct sw_demo *)0)->ring / sizeof(struct message))

static void fail(struct sw_demo *demo, const char *text) {
    if (demo->told_failed || demo->stopping) return;
    demo->told_failed = true;
    demo->options.failed(demo->options.ctx, text);
}

/* ---- sending ---- */

static struct message *at(struct sw_demo *demo, size_t index) { return &demo->ring[(demo->head + index) % RING]; }

static void go_on(struct sw_demo *demo);

static void on_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct message *message = ctx;
    struct sw_demo *demo = message->owner;
    message->under_way = false;
    if (demo->stopping || error) return; /* a lost connection comes back, and what has ids is sent again */
    if (sw_reply_type(reply) != SW_REPLY_STRING) {
        fail(demo, sw_reply_text(reply, NULL));
        return;
    }
    free(message->json);
    *message = (struct message){0};
    while (demo->count && !at(demo, 0)->used) {
        demo->head = (demo->head + 1) % RING;
        demo->count--;
    }
    go_on(demo);
}

static void send_all(struct sw_demo *demo) {
    for (size_t i = 0; i < demo->count && demo->prepared; i++) {
        struct message *m = at(demo, i);
        if (!m->used || m->under_way) continue;
        if (sw_emitter_send(demo->emitter, m->json, m->len, on_reply, m)) return; /* once it is READY again */
        m->under_way = true;
    }
}

/* What was collected becomes a message. */
static void close_batch(struct sw_demo *demo) {
    if (!demo->batch_events) return;
    SW_ASSERT(demo->count < RING); /* a step makes few events, and no step is made with MESSAGES_MAX under way */
    sw_buf_putc(&demo->batch, ']');
    struct message *m = at(demo, demo->count++);
    *m = (struct message){.owner = demo, .used = true};
    m->json = sw_buf_detach(&demo->batch, &m->len);
    demo->batch_events = 0;
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct sw_demo *demo = ctx;
    if (demo->batch_events == SW_BATCH_EVENTS_MAX || demo->batch.len + len + 2 > BATCH_BYTES) close_batch(demo);
    sw_buf_putc(&demo->batch, demo->batch_events++ ? ',' : '[');
    sw_buf_add(&demo->batch, json, len);
}

/* ---- living ---- */

static void on_tick(uv_timer_t *timer) { go_on(timer->data); }

static void plan_tick(struct sw_demo *demo, int64_t now_ms) {
    double ms = (double)(sw_demo_sim_next_due(demo->sim) - now_ms) / demo->options.speed;
    uint64_t delay = ms < TICK_MS ? TICK_MS : ms > TICK_MAX_MS ? TICK_MAX_MS : (uint64_t)ms + 1;
    uv_timer_start(&demo->tick, on_tick, delay, 0);
}

/* Lets happen what is due, and sends it. */
static void go_on(struct sw_demo *demo) {
    if (demo->stopping || !demo->prepared) return;
    int64_t now_ms = demo->options.now_ms(demo->options.ctx);
    int64_t until_ms = demo->told_ready ? now_ms : demo->prefill_until_ms;
    bool room = true;
    while ((room = demo->count < MESSAGES_MAX) && sw_demo_sim_step(demo->sim, until_ms, on_event, demo)) continue;
    close_batch(demo);
    send_all(demo);
    if (!room) return; /* an answer will call again */
    if (!demo->told_ready && !demo->count) {
        demo->told_ready = true;
        uv_timer_stop(&demo->deadline);
        demo->options.ready(demo->options.ctx, demo->url);
    }
    if (demo->told_ready && !demo->stopping) plan_tick(demo, now_ms);
}

static void on_prepared(void *ctx, int error, const char *text) {
    struct sw_demo *demo = ctx;
    if (demo->stopping) return;
    demo->prepared = error == 0;
    if (error == -SW_EACCES) fail(demo, text);
    go_on(demo);
}

static void on_state(void *ctx, enum sw_redis_state state, const char *reason) {
    struct sw_demo *demo = ctx;
    (void)reason;
    if (demo->stopping) return;
    demo->prepared = false;
    if (state == SW_REDIS_BACKING_OFF)
        for (size_t i = 0; i < demo->count; i++) at(demo, i)->under_way = false;
    if (state != SW_REDIS_READY) return;
    int lost = sw_emitter_prepare(demo->emitter, on_prepared, demo);
    (void)lost; /* then READY comes again */
}

static void on_deadline(uv_timer_t *timer) {
    fail(timer->data, "the private Redis did not start within 10 seconds");
}

/* ---- the child ---- */

static void release(struct sw_demo *demo) {
    if (--demo->open_handles) return;
    for (size_t i = 0; i < demo->count; i++) free(at(demo, i)->json);
    sw_emitter_free(demo->emitter);
    sw_demo_sim_free(demo->sim);
    sw_buf_deinit(&demo->batch);
    free(demo->site);
    void (*stopped)(void *ctx) = demo->stopped;
    void *ctx = demo->stopped_ctx;
    free(demo);
    if (stopped) stopped(ctx);
}

static void on_handle_closed(uv_handle_t *handle) { release(handle->data); }
static void on_conn_closed(void *ctx) { release(ctx); }

static void on_child_exit(uv_process_t *child, int64_t status, int signal) {
    struct sw_demo *demo = child->data;
    (void)signal;
    demo->child_runs = false;
    char text[160];
    (void)snprintf(text, sizeof text, "the private Redis has ended with status %lld%s", (long long)status,
                   status == 127 ? ": is redis-server installed?" : "");
    if (demo->stopping) uv_close((uv_handle_t *)child, on_handle_closed);
    else fail(demo, text);
}

static bool make_folder(struct sw_demo *demo) {
    const char *base = getenv("TMPDIR");
    /* a socket's path is at most 107 bytes */
    if (!base || *base != '/' || strlen(base) > 60) base = "/tmp";
    (void)snprintf(demo->dir, sizeof demo->dir, "%s/shiftwall-demo-XXXXXX", base);
    if (!mkdtemp(demo->dir)) return false;
    (void)snprintf(demo->socket, sizeof demo->socket, "%s/redis.sock", demo->dir);
    (void)snprintf(demo->url, sizeof demo->url, "unix://%s", demo->socket);
    return true;
}

static bool spawn(struct sw_demo *demo) {
    char *arguments[] = {"sh", "-c", (char *)(uintptr_t)keeper, "shiftwall-demo", demo->dir, "redis-server", "--port", "0",
                         "--unixsocket", demo->socket, "--unixsocketperm", "700", "--dir", demo->dir, "--appendonly", "yes",
                         "--appendfsync", "always", "--save", "", "--loglevel", "warning", NULL};
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&demo->lifeline},
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO}};
    const uv_process_options_t options = {.exit_cb = on_child_exit,
                                          .file = "/bin/sh",
                                          .args = arguments,
                                          .flags = UV_PROCESS_DETACHED, /* a Ctrl-C is the daemon's to handle */
                                          .stdio = stdio,
                                          .stdio_count = 3};
    demo->child_runs = uv_spawn(demo->loop, &demo->child, &options) == 0;
    return demo->child_runs;
}

static void on_not_started(uv_timer_t *timer) { fail(timer->data, "the private Redis could not be started"); }

static void init_handles(struct sw_demo *demo) {
    uv_pipe_init(demo->loop, &demo->lifeline, 0);
    uv_timer_init(demo->loop, &demo->tick);
    uv_timer_init(demo->loop, &demo->deadline);
    demo->lifeline.data = demo->tick.data = demo->deadline.data = demo->child.data = demo;
    demo->open_handles = 5; /* with the child and the connection */
}

static void make_conn(struct sw_demo *demo) {
    struct sw_redis_options redis = {.backoff_min_ms = 20, .backoff_max_ms = 200, .seed = 1};
    if (sw_redis_url_parse(demo->url, &redis.address)) redis.address = (struct sw_redis_address){.path = "/nowhere"};
    const struct sw_redis_handler handler = {.state = on_state};
    demo->conn = sw_redis_conn_new(demo->loop, &redis, &handler, demo);
    demo->emitter = sw_emitter_new(demo->conn, demo->site);
}

struct sw_demo *sw_demo_new(uv_loop_t *loop, const struct sw_demo_options *options) {
    struct sw_demo *demo = sw_xcalloc(1, sizeof *demo);
    demo->loop = loop;
    demo->options = *options;
    demo->site = sw_xstrdup(options->site);
    if (!(demo->options.speed > 0)) demo->options.speed = 1;
    sw_buf_init(&demo->batch, SW_BATCH_BYTES_MAX);
    demo->prefill_until_ms = options->now_ms(options->ctx);
    int64_t start_ms = demo->prefill_until_ms - PREFILL_MS;
    demo->sim = sw_demo_sim_new(options->seed, start_ms > 0 ? start_ms : 0);
    init_handles(demo);
    bool started = make_folder(demo) && spawn(demo);
    make_conn(demo);
    if (started) {
        uv_timer_start(&demo->deadline, on_deadline, START_MS, 0);
        sw_redis_conn_start(demo->conn);
    } else {
        if (*demo->dir) (void)rmdir(demo->dir);
        uv_timer_start(&demo->deadline, on_not_started, 0, 0);
    }
    return demo;
}

int64_t sw_demo_start_ms(const struct sw_demo *demo) { return demo->prefill_until_ms - PREFILL_MS; }

const char *sw_demo_dir(const struct sw_demo *demo) { return *demo->dir ? demo->dir : NULL; }

void sw_demo_stop(struct sw_demo *demo, void (*stopped)(void *ctx), void *ctx) {
    SW_ASSERT(!demo->stopping);
    demo->stopping = true;
    demo->stopped = stopped;
    demo->stopped_ctx = ctx;
    uv_close((uv_handle_t *)&demo->tick, on_handle_closed);
    uv_close((uv_handle_t *)&demo->deadline, on_handle_closed);
    uv_close((uv_handle_t *)&demo->lifeline, on_handle_closed); /* the child ends by this, and then its handle */
    if (demo->child.loop && !demo->child_runs) uv_close((uv_handle_t *)&demo->child, on_handle_closed);
    else if (!demo->child.loop) demo->open_handles--;
    sw_redis_conn_close(demo->conn, on_conn_closed, demo);
}
