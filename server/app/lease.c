#include "app/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "io/log.h"
#include "io/password.h"
#include "shiftwall/buf.h"

/* KEYS: the lease, the fence. ARGV: who asks, for how many ms ("0": gives it back). {1 or 0, fence, holder} */
static const char script[] =
    "local held = redis.call('GET', KEYS[1]) "
    "local holder, fence = string.match(held or '', '^(.*) (%d+)$') "
    "if holder and holder ~= ARGV[1] then return {0, tonumber(fence), holder} end "
    "if ARGV[2] == '0' then if holder then redis.call('SET', KEYS[1], '', 'PX', 1) end return {0, 0, ''} end "
    "if not holder then fence = (tonumber(redis.call('GET', KEYS[2]) or '0') or 0) + 1 redis.call('SET', KEYS[2], fence) end "
    "redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. fence, 'PX', ARGV[2]) "
    "return {1, tonumber(fence), ARGV[1]}";

struct sw_lease {
    uv_loop_t *loop;
    uv_timer_t timer;
    struct sw_redis_conn *conn;
    char key[80], fence_key[80], id[SW_LEASE_ID_SIZE], holder[SW_LEASE_ID_SIZE];
    char sha[64]; /* of the script; "" = not loaded on this connection */
    enum sw_lease_state state;
    int64_t asked_ms, until_ms, fence; /* monotonic */
    bool waiting, closing;
    int open_handles;
    void *ctx;
    void (*changed)(void *ctx, enum sw_lease_state state, const char *holder);
};

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sw_lease_id(const char *dir, char id[SW_LEASE_ID_SIZE]) {
    char host[64] = "", path[PATH_MAX], real[PATH_MAX], hash[SW_SECRET_HASH_SIZE], noise[9];
    (void)gethostname(host, sizeof host - 1);
    (void)snprintf(path, sizeof path, "%s/lock", dir);
    /* the lock lasts as long as the process */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool ours = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (!ours && fd >= 0) close(fd);
    (void)snprintf(path, sizeof path, "%s", realpath(dir, real) ? real : dir);
    sw_secret_hash(path, hash);
    sw_random_text("0123456789abcdef", sizeof noise - 1, noise);
    (void)snprintf(id, SW_LEASE_ID_SIZE, "%.40s/%.12s%s%s", *host ? host : "host", hash, ours ? "" : "/", ours ? "" : noise);
}

bool sw_lease_is_ours(const struct sw_lease *l) { return l->state == SW_LEASE_HELD && clock_ms() < l->until_ms; }
bool sw_lease_is_asking(const struct sw_lease *l) { return sw_redis_conn_state(l->conn) == SW_REDIS_READY; }
int64_t sw_lease_fence(const struct sw_lease *l) { return l->fence; }

static void enter(struct sw_lease *l, enum sw_lease_state state, const char *holder) {
    bool same = state == l->state && !strcmp(holder, l->holder);
    l->state = state;
    (void)snprintf(l->holder, sizeof l->holder, "%s", holder);
    if (!same && !l->closing) l->changed(l->ctx, state, l->holder);
}

/* ---- asking ---- */

static void load(struct sw_lease *l);

static void on_answer(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_lease *l = ctx;
    l->waiting = false;
    if (error || l->closing) return;
    if (sw_reply_is_error(reply, "NOSCRIPT")) {
        load(l);
        return;
    }
    if (sw_reply_type(reply) != SW_REPLY_ARRAY || sw_reply_count(reply) != 3) {
        sw_log(SW_LOG_WARN, "lease.refused", "text=%s", sw_reply_text(reply, NULL));
        return;
    }
    const char *holder = sw_reply_text(sw_reply_at(reply, 2), NULL);
    bool ours = sw_reply_integer(sw_reply_at(reply, 0)) == 1;
    if (ours) {
        if (clock_ms() >= l->until_ms) l->state = SW_LEASE_UNKNOWN; /* it was over: that it is ours again is news */
        l->fence = sw_reply_integer(sw_reply_at(reply, 1));
        l->until_ms = l->asked_ms + SW_LEASE_MS; /* from before Redis began to count */
    }
    enter(l, ours ? SW_LEASE_HELD : SW_LEASE_OTHERS, holder);
}

static void ask(struct sw_lease *l) {
    char ms[16];
    if (l->waiting || sw_redis_conn_state(l->conn) != SW_REDIS_READY) return;
    if (!*l->sha) {
        load(l);
        return;
    }
    (void)snprintf(ms, sizeof ms, "%d", SW_LEASE_MS);
    const char *argv[] = {"EVALSHA", l->sha, "2", l->key, l->fence_key, l->id, ms};
    l->asked_ms = clock_ms();
    l->waiting = sw_redis_conn_send(l->conn, 7, argv, NULL, on_answer, l) == 0;
}

static void on_loaded(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_lease *l = ctx;
    l->waiting = false;
    if (error || l->closing) return;
    if (sw_reply_type(reply) == SW_REPLY_STRING) {
        (void)snprintf(l->sha, sizeof l->sha, "%s", sw_reply_text(reply, NULL));
        ask(l);
    } else {
        sw_log(SW_LOG_WARN, "lease.refused", "text=%s", sw_reply_text(reply, NULL));
        enter(l, SW_LEASE_UNKNOWN, "");
    }
}

static void load(struct sw_lease *l) {
    const char *argv[] = {"SCRIPT", "LOAD", script};
    l->waiting = sw_redis_conn_send(l->conn, 3, argv, NULL, on_loaded, l) == 0;
}

static void on_state(void *ctx, enum sw_redis_state state, const char *reason) {
    struct sw_lease *l = ctx;
    (void)reason;
    if (l->closing) return;
    if (state == SW_REDIS_READY) {
        l->waiting = false;
        ask(l);
    }
    /* while Redis is away nobody can take it from us, but we do not know how long it will be */
    if (state == SW_REDIS_BACKING_OFF && l->state != SW_LEASE_HELD) enter(l, SW_LEASE_UNKNOWN, "");
}

/* Who stands by asks twice as often. */
static void on_timer(uv_timer_t *timer) {
    struct sw_lease *l = timer->data;
    if (l->state == SW_LEASE_HELD && clock_ms() - l->asked_ms < SW_LEASE_RENEW_MS - 100) return;
    ask(l);
}

struct sw_lease *sw_lease_new(uv_loop_t *loop, const struct sw_redis_options *redis, const char *site, const char *id, void *ctx,
                              void (*changed)(void *ctx, enum sw_lease_state state, const char *holder)) {
    struct sw_lease *l = sw_xcalloc(1, sizeof *l);
    *l = (struct sw_lease){.loop = loop, .ctx = ctx, .changed = changed, .open_handles = 2};
    (void)snprintf(l->key, sizeof l->key, "sw:{%s}:lease", site);
    (void)snprintf(l->fence_key, sizeof l->fence_key, "sw:{%s}:fence", site);
    (void)snprintf(l->id, sizeof l->id, "%s", id);
    uv_timer_init(loop, &l->timer);
    l->timer.data = l;
    uv_timer_start(&l->timer, on_timer, SW_LEASE_RENEW_MS / 2, SW_LEASE_RENEW_MS / 2);
    struct sw_redis_options options = *redis;
    options.command_ms = SW_LEASE_MS / 2;
    options.connect_ms = SW_LEASE_MS / 2;
    options.backoff_max_ms = SW_LEASE_RENEW_MS;
    const struct sw_redis_handler handler = {.state = on_state};
    l->conn = sw_redis_conn_new(loop, &options, &handler, l);
    sw_redis_conn_start(l->conn);
    return l;
}

/* ---- the end ---- */

static void closed(struct sw_lease *l) {
    if (!--l->open_handles) free(l);
}

static void on_conn_closed(void *ctx) { closed(ctx); }
static void on_timer_closed(uv_handle_t *timer) { closed(timer->data); }

static void on_given_back(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_lease *l = ctx;
    (void)reply, (void)error; /* who cannot give it back lets it run out */
    sw_redis_conn_close(l->conn, on_conn_closed, l);
}

void sw_lease_close(struct sw_lease *l) {
    if (!l) return;
    l->closing = true;
    uv_close((uv_handle_t *)&l->timer, on_timer_closed);
    const char *argv[] = {"EVALSHA", l->sha, "2", l->key, l->fence_key, l->id, "0"};
    bool asked = l->state == SW_LEASE_HELD && *l->sha && !sw_redis_conn_send(l->conn, 7, argv, NULL, on_given_back, l);
    if (!asked) sw_redis_conn_close(l->conn, on_conn_closed, l);
}
