#include "app/plain_marker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

struct sw_plain_marker {
    struct sw_redis_conn *conn;
    char key[96];
    void (*found)(void *ctx, int64_t day_start_ms, uint64_t checkpoint);
    void *ctx;
};

#define DAY "{\"day_start\":"
#define CHECKPOINT ",\"checkpoint\":"

void sw_plain_marker_write(int64_t day_start_ms, uint64_t checkpoint, char *out, size_t size) {
    (void)snprintf(out, size, DAY "%" PRId64 CHECKPOINT "%" PRIu64 "}", day_start_ms, checkpoint);
}

/* A mark of an earlier release tells of no checkpoint. */
static int64_t read_mark(const char *text, uint64_t *checkpoint) {
    *checkpoint = UINT64_MAX;
    if (strncmp(text, DAY, sizeof DAY - 1) != 0) return 0;
    char *end;
    long long day_start_ms = strtoll(text + sizeof DAY - 1, &end, 10);
    if (!strncmp(end, CHECKPOINT, sizeof CHECKPOINT - 1)) *checkpoint = strtoull(end + sizeof CHECKPOINT - 1, NULL, 10);
    return day_start_ms > 0 ? day_start_ms : 0;
}

static void on_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_plain_marker *marker = ctx;
    if (error) return; /* the connection comes back by itself, and READY asks again */
    uint64_t checkpoint = UINT64_MAX;
    bool there = sw_reply_type(reply) == SW_REPLY_STRING;
    int64_t day_start_ms = there ? read_mark(sw_reply_text(reply, NULL), &checkpoint) : 0;
    marker->found(marker->ctx, day_start_ms, checkpoint);
}

static void on_state(void *ctx, enum sw_redis_state state, const char *reason) {
    (void)reason;
    struct sw_plain_marker *marker = ctx;
    if (state != SW_REDIS_READY) return;
    const char *argv[] = {"GET", marker->key};
    int refused = sw_redis_conn_send(marker->conn, 2, argv, NULL, on_reply, marker);
    if (refused) sw_redis_conn_restart(marker->conn, "the mark of plain events could not be asked for");
}

struct sw_plain_marker *sw_plain_marker_new(uv_loop_t *loop, const struct sw_redis_address *address, const char *site,
                                            void (*found)(void *ctx, int64_t day_start_ms, uint64_t checkpoint),
                                            void *ctx) {
    struct sw_plain_marker *marker = sw_xcalloc(1, sizeof *marker);
    marker->found = found;
    marker->ctx = ctx;
    (void)snprintf(marker->key, sizeof marker->key, "sw:{%s}:view:%s", site, SW_PLAIN_MARKER_VIEW);
    const struct sw_redis_options options = {.address = *address};
    const struct sw_redis_handler handler = {.state = on_state};
    marker->conn = sw_redis_conn_new(loop, &options, &handler, marker);
    sw_redis_conn_start(marker->conn);
    return marker;
}

static void on_closed(void *ctx) { free(ctx); }

void sw_plain_marker_close(struct sw_plain_marker *marker) { sw_redis_conn_close(marker->conn, on_closed, marker); }
