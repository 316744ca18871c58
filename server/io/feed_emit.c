#include "io/feed_emit.h"

#include "io/feed_lua.h"
#include "shiftwall/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum way { WAY_NONE, WAY_FUNCTION, WAY_SCRIPT };

struct sw_emitter {
    struct sw_redis_conn *conn;
    char journal[SW_SITE_MAX + 16];
    char events[SW_SITE_MAX + 16];
    char sha[48]; /* of the script, where Redis has no functions */
    enum way way;
    bool preparing;
    void (*done)(void *ctx, int error, const char *text);
    void *done_ctx;
};

bool sw_site_name_is_valid(const char *name) {
    size_t len = strlen(name);
    if (len == 0 || len > SW_SITE_MAX || name[0] == '-') return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

struct sw_emitter *sw_emitter_new(struct sw_redis_conn *conn, const char *site) {
    SW_ASSERT(sw_site_name_is_valid(site));
    struct sw_emitter *emitter = sw_xcalloc(1, sizeof *emitter);
    emitter->conn = conn;
    (void)snprintf(emitter->journal, sizeof emitter->journal, "sw:{%s}:journal", site);
    (void)snprintf(emitter->events, sizeof emitter->events, "sw:{%s}:events", site);
    return emitter;
}

void sw_emitter_free(struct sw_emitter *emitter) {
    free(emitter);
}

const char *sw_emitter_way(const struct sw_emitter *emitter) {
    static const char *const names[] = {"", "function", "script"};
    return names[emitter->way];
}

static void finish(struct sw_emitter *emitter, enum way way, int error, const char *text) {
    emitter->preparing = false;
    emitter->way = way;
    if (emitter->done) emitter->done(emitter->done_ctx, error, text);
}

/* Sends a step of the preparation; when it cannot be sent the connection is as good as lost. */
static void step(struct sw_emitter *emitter, int argc, const char *const *argv, const size_t *lens,
                 sw_redis_reply_fn reply) {
    if (sw_redis_conn_send(emitter->conn, argc, argv, lens, reply, emitter) != 0)
        finish(emitter, WAY_NONE, -SW_EIO, "");
}

static void on_script_loaded(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_emitter *emitter = ctx;
    size_t len = 0;
    if (error) {
        finish(emitter, WAY_NONE, -SW_EIO, "");
    } else if (sw_reply_type(reply) != SW_REPLY_STRING) {
        finish(emitter, WAY_NONE, -SW_EACCES, sw_reply_text(reply, NULL));
    } else {
        const char *sha = sw_reply_text(reply, &len);
        (void)snprintf(emitter->sha, sizeof emitter->sha, "%s", sha);
        finish(emitter, WAY_SCRIPT, 0, "");
    }
}

/* The library without its first line is the script. */
static void load_script(struct sw_emitter *emitter) {
    size_t len = 0;
    const char *source = sw_feed_lua(&len);
    const char *body = memchr(source, '\n', len);
    SW_ASSERT(body);
    const char *argv[] = {"SCRIPT", "LOAD", body};
    size_t lens[] = {6, 4, len - (size_t)(body - source)};
    step(emitter, 3, argv, lens, on_script_loaded);
}

static void on_function_loaded(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_emitter *emitter = ctx;
    if (error)
        finish(emitter, WAY_NONE, -SW_EIO, "");
    else if (sw_reply_type(reply) == SW_REPLY_ERROR)
        finish(emitter, WAY_NONE, -SW_EACCES, sw_reply_text(reply, NULL));
    else
        finish(emitter, WAY_FUNCTION, 0, "");
}

static void load_function(struct sw_emitter *emitter) {
    size_t len = 0;
    const char *argv[] = {"FUNCTION", "LOAD", "REPLACE", sw_feed_lua(&len)};
    size_t lens[] = {8, 4, 7, len};
    step(emitter, 4, argv, lens, on_function_loaded);
}

static void on_version(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_emitter *emitter = ctx;
    const char *text = error ? "" : sw_reply_text(reply, NULL);
    if (error)
        finish(emitter, WAY_NONE, -SW_EIO, "");
    else if (sw_reply_type(reply) == SW_REPLY_INTEGER && sw_reply_integer(reply) >= SW_FEED_LUA_VERSION)
        finish(emitter, WAY_FUNCTION, 0, "");
    else if (strstr(text, "unknown command"))
        load_script(emitter); /* Redis before 7 */
    else if (sw_reply_type(reply) == SW_REPLY_INTEGER || strstr(text, "Function not found"))
        load_function(emitter);
    else
        finish(emitter, WAY_NONE, -SW_EACCES, text);
}

int sw_emitter_prepare(struct sw_emitter *emitter, void (*done)(void *ctx, int error, const char *text),
                       void *ctx) {
    if (emitter->preparing) return -SW_EBUSY;
    const char *argv[] = {"FCALL", "sw_emit_version", "0"};
    int error = sw_redis_conn_send(emitter->conn, 3, argv, NULL, on_version, emitter);
    if (error) return error;
    /* The way found last stays until the answer: to ask again must not hold up those who send. */
    emitter->preparing = true;
    emitter->done = done;
    emitter->done_ctx = ctx;
    return 0;
}

int sw_emitter_send(struct sw_emitter *emitter, const char *json, size_t len, sw_redis_reply_fn reply,
                    void *ctx) {
    if (emitter->way == WAY_NONE) return -SW_EAGAIN;
    bool function = emitter->way == WAY_FUNCTION;
    const char *argv[] = {function ? "FCALL" : "EVALSHA",
                          function ? "sw_emit" : emitter->sha,
                          "1",
                          emitter->journal,
                          emitter->events,
                          json};
    size_t lens[] = {strlen(argv[0]),          strlen(argv[1]),         1,
                     strlen(emitter->journal), strlen(emitter->events), len};
    return sw_redis_conn_send(emitter->conn, 6, argv, lens, reply, ctx);
}
