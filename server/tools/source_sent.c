#include "tools/source_sent.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/event_json.h"
#include "core/map.h"
#include "io/feed_emit.h"
#include "shiftwall/buf.h"

#define PAGE "500"

struct id {
    UT_hash_handle hh;
    char text[];
};

struct sw_source_sent {
    char key[SW_SITE_MAX + 16];
    char *src;
    char next[64]; /* where the next page begins */
    struct id *ids;
    int64_t newest_ms;
    struct sw_redis_conn *conn;
    void (*done)(void *ctx, int error, const char *text);
    void *ctx;
};

struct sw_source_sent *sw_source_sent_new(const char *site, const char *src) {
    struct sw_source_sent *sent = sw_xcalloc(1, sizeof *sent);
    (void)snprintf(sent->key, sizeof sent->key, "sw:{%s}:journal", site);
    sent->src = sw_xstrdup(src);
    sent->newest_ms = -1;
    return sent;
}

void sw_source_sent_free(struct sw_source_sent *sent) {
    if (!sent) return;
    struct id *id, *next;
    HASH_ITER(hh, sent->ids, id, next) {
        HASH_DEL(sent->ids, id);
        free(id);
    }
    free(sent->src);
    free(sent);
}

bool sw_source_sent_has(const struct sw_source_sent *sent, const char *text, size_t len) {
    struct id *id;
    HASH_FIND(hh, sent->ids, text, len, id);
    return id != NULL;
}

size_t sw_source_sent_count(const struct sw_source_sent *sent) { return HASH_COUNT(sent->ids); }
int64_t sw_source_sent_newest_ms(const struct sw_source_sent *sent) { return sent->newest_ms; }

static void on_event(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t text_len) {
    struct sw_source_sent *sent = ctx;
    (void)reject, (void)text, (void)text_len;
    if (!event || !event->id || !event->src || strcmp(event->src, sent->src) != 0) return;
    if (event->ts_ms > sent->newest_ms) sent->newest_ms = event->ts_ms;
    size_t len = strlen(event->id);
    if (sw_source_sent_has(sent, event->id, len) || HASH_COUNT(sent->ids) >= SW_SOURCE_SENT_MAX) return;
    struct id *id = sw_xcalloc(1, sizeof *id + len + 1);
    memcpy(id->text, event->id, len);
    HASH_ADD_KEYPTR(hh, sent->ids, id->text, len, id);
}

static int ask(struct sw_source_sent *sent);

/* An entry is [ID, [FIELD, VALUE, ...]]; the message is the field "e". */
static void take_entry(struct sw_source_sent *sent, const struct sw_reply *entry) {
    if (sw_reply_count(entry) != 2) return;
    (void)snprintf(sent->next, sizeof sent->next, "(%s", sw_reply_text(sw_reply_at(entry, 0), NULL));
    const struct sw_reply *fields = sw_reply_at(entry, 1);
    for (size_t i = 0; i + 1 < sw_reply_count(fields); i += 2) {
        if (strcmp(sw_reply_text(sw_reply_at(fields, i), NULL), "e") != 0) continue;
        size_t len;
        const char *json = sw_reply_text(sw_reply_at(fields, i + 1), &len);
        sw_event_read(json, len, on_event, sent);
    }
}

static void on_page(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_source_sent *sent = ctx;
    if (error) {
        sent->done(sent->ctx, -SW_EIO, "");
    } else if (sw_reply_type(reply) != SW_REPLY_ARRAY) {
        sent->done(sent->ctx, -SW_EACCES, sw_reply_text(reply, NULL));
    } else if (!sw_reply_count(reply)) {
        sent->done(sent->ctx, 0, "");
    } else {
        for (size_t i = 0; i < sw_reply_count(reply); i++) take_entry(sent, sw_reply_at(reply, i));
        if (ask(sent)) sent->done(sent->ctx, -SW_EIO, "");
    }
}

static int ask(struct sw_source_sent *sent) {
    const char *argv[] = {"XRANGE", sent->key, sent->next, "+", "COUNT", PAGE};
    return sw_redis_conn_send(sent->conn, 6, argv, NULL, on_page, sent);
}

int sw_source_sent_read(struct sw_source_sent *sent, struct sw_redis_conn *conn, int64_t since_ms,
                        void (*done)(void *ctx, int error, const char *text), void *ctx) {
    sent->conn = conn;
    sent->done = done;
    sent->ctx = ctx;
    (void)snprintf(sent->next, sizeof sent->next, "%" PRId64, since_ms > 0 ? since_ms : 0);
    return ask(sent);
}
