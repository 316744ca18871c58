#include "tools/source_past.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/event_json.h"
#include "codec/json_writer.h"
#include "shiftwall/buf.h"

#define ENTRIES "1000" /* of one command */
#define STREAM_ID_BYTES 48

struct sw_source_past {
    struct sw_redis_conn *conn;
    char key[64], from[STREAM_ID_BYTES];
    char src[SW_ID_CHARS_MAX * 4 + 1];
    struct sw_buf needle; /* SRC as it stands in JSON */
    void (*event)(void *ctx, const struct sw_event *event);
    void (*done)(void *ctx, int error, uint64_t read, const char *text);
    void *ctx;
    uint64_t read;
    bool stopped;
};

static void on_reply(void *ctx, const struct sw_reply *reply, int error);

static void free_past(struct sw_source_past *past) {
    sw_buf_deinit(&past->needle);
    free(past);
}

static void finish(struct sw_source_past *past, int error, const char *text) {
    past->done(past->ctx, error, past->read, text);
    free_past(past);
}

static bool ask(struct sw_source_past *past) {
    const char *argv[] = {"XRANGE", past->key, past->from, "+", "COUNT", ENTRIES};
    return sw_redis_conn_send(past->conn, 6, argv, NULL, on_reply, past) == 0;
}

static void on_event(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text,
                     size_t len) {
    struct sw_source_past *past = ctx;
    (void)text, (void)len;
    if (reject != SW_REJECT_NONE || !event->src || strcmp(event->src, past->src) != 0) return;
    past->read++;
    past->event(past->ctx, event);
}

/* One entry: [id, [name, value, ...]]. */
static void take_entry(struct sw_source_past *past, const struct sw_reply *entry) {
    if (sw_reply_count(entry) != 2) return;
    const struct sw_reply *fields = sw_reply_at(entry, 1);
    (void)snprintf(past->from, sizeof past->from, "(%s", sw_reply_text(sw_reply_at(entry, 0), NULL));
    for (size_t i = 0; i + 1 < sw_reply_count(fields); i += 2) {
        size_t len;
        const char *json = sw_reply_text(sw_reply_at(fields, i + 1), &len);
        if (strcmp(sw_reply_text(sw_reply_at(fields, i), NULL), "e") != 0) continue;
        /* most producers of a site are others: theirs need not be taken apart */
        if (memmem(json, len, past->needle.data, past->needle.len)) sw_event_read(json, len, on_event, past);
    }
}

static void on_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_source_past *past = ctx;
    if (past->stopped) {
        free_past(past);
        return;
    }
    if (error) {
        finish(past, -SW_EIO, "");
        return;
    }
    if (sw_reply_type(reply) == SW_REPLY_ERROR) {
        finish(past, -SW_EACCES, sw_reply_text(reply, NULL));
        return;
    }
    size_t count = sw_reply_count(reply);
    for (size_t i = 0; i < count; i++) take_entry(past, sw_reply_at(reply, i));
    if (!count)
        finish(past, 0, "");
    else if (!ask(past))
        finish(past, -SW_EIO, "");
}

struct sw_source_past *
sw_source_past_read(struct sw_redis_conn *conn, const char *site, const char *src, int64_t from_ms,
                    void (*event)(void *ctx, const struct sw_event *event),
                    void (*done)(void *ctx, int error, uint64_t read, const char *text), void *ctx) {
    struct sw_source_past *past = sw_xcalloc(1, sizeof *past);
    past->conn = conn;
    past->event = event;
    past->done = done;
    past->ctx = ctx;
    (void)snprintf(past->key, sizeof past->key, "sw:{%s}:journal", site);
    (void)snprintf(past->from, sizeof past->from, "%" PRId64 "-0", from_ms > 0 ? from_ms : 0);
    (void)snprintf(past->src, sizeof past->src, "%s", src);
    sw_buf_init(&past->needle, sizeof past->src * 8);
    sw_json_quote(&past->needle, past->src);
    if (ask(past)) return past;
    finish(past, -SW_EIO, "");
    return NULL;
}

void sw_source_past_stop(struct sw_source_past *past) {
    if (past) past->stopped = true;
}
