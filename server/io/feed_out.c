/* What the feed writes for other consumers. None of it may hold up the reading of the journal: when Redis has
 * enough to do it is dropped, for the next figures are on their way. */
#include "io/feed_internal.h"

#include <stdio.h>
#include <string.h>

#define OUTSTANDING_MAX 256u /* commands; the journal's reads find room above it */
#define REJECT_BYTES 1024u
#define REJECTS_KEPT "1000"

static void on_written(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_feed *feed = ctx;
    if (!error && sw_reply_type(reply) == SW_REPLY_ERROR) feed->status.output_errors++;
}

/* Returns whether the command was taken. */
static bool put(struct sw_feed *feed, int argc, const char *const *argv, const size_t *lens) {
    return !feed->closing && sw_redis_conn_outstanding(feed->cmd) < OUTSTANDING_MAX &&
           sw_redis_conn_send(feed->cmd, argc, argv, lens, on_written, feed) == 0;
}

void sw_feed_publish_kpi(struct sw_feed *feed, const char *json, size_t len) {
    char channel[FEED_NAME_MAX];
    (void)snprintf(channel, sizeof channel, "sw:{%s}:kpi", feed->site);
    const char *argv[] = {"PUBLISH", channel, json};
    size_t lens[] = {7, strlen(channel), len};
    if (!put(feed, 3, argv, lens)) feed->status.outputs_dropped++;
}

void sw_feed_set_view(struct sw_feed *feed, const char *view, const char *json, size_t len) {
    char key[FEED_NAME_MAX + 512];
    int bytes = snprintf(key, sizeof key, "sw:{%s}:view:%s", feed->site, view);
    const char *argv[] = {"SET", key, json};
    size_t lens[] = {3, strlen(key), len};
    /* A cut name would be another view's. */
    bool fits = bytes > 0 && (size_t)bytes < sizeof key;
    if (!fits || !put(feed, 3, argv, lens)) feed->status.outputs_dropped++;
}

void sw_feed_reject(struct sw_feed *feed, const char *why, const char *data, size_t len) {
    uint64_t now = uv_now(feed->loop);
    if (now - feed->reject_window >= 1000) {
        feed->reject_window = now;
        feed->reject_count = 0;
    }
    char key[FEED_NAME_MAX];
    (void)snprintf(key, sizeof key, "sw:{%s}:rejects", feed->site);
    const char *argv[] = {"XADD", key, "MAXLEN", "~", REJECTS_KEPT, "*", "why", why, "e", data};
    size_t lens[10];
    for (int i = 0; i < 9; i++) lens[i] = strlen(argv[i]);
    lens[9] = len < REJECT_BYTES ? len : REJECT_BYTES;
    if (feed->reject_count >= feed->options.rejects_per_second || !put(feed, 10, argv, lens))
        feed->status.rejects_dropped++;
    else
        feed->reject_count++;
}

int sw_feed_emit(struct sw_feed *feed, const char *json, size_t len, sw_redis_reply_fn reply, void *ctx) {
    if (feed->closing) return -SW_EAGAIN;
    return sw_emitter_send(feed->emitter, json, len, reply, ctx);
}
