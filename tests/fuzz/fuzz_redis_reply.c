/* What Redis answers: the stream's end and its pages, with entries made by sw_emit and by others.
 *
 * An input is replies as Redis writes them (RESP2), one behind the other; each command the feed sends gets the next one, and
 * an error when there is none. A channel message comes in as a bulk string where no command waits. feed_read.c and
 * feed_live.c run for real; what they need of the feed's other files is here. */
#include <hiredis/hiredis.h>
#include <uv.h>

#include "fuzz.h"
#include "io/feed_internal.h"

#define PAGE 16
#define STEPS_MAX 4096

static struct sw_feed *feed;
static uv_loop_t loop;
static sw_redis_reply_fn waiting; /* the command that was sent and has no answer yet */
static struct sw_feed_id delivered;
static uint64_t checks;

/* ---- the rest of the feed ---- */

int64_t sw__feed_now_ms(const struct sw_feed *f) {
    (void)f;
    return 1700006400000;
}

void sw__feed_update(struct sw_feed *f, bool force) { (void)f, (void)force; }

void sw__feed_incomplete(struct sw_feed *f, int64_t since_ms, int64_t until_ms) {
    SW_ASSERT(since_ms >= 0);
    f->status.incomplete_since_ms = since_ms;
    f->status.incomplete_until_ms = until_ms;
}

void sw__feed_deliver(struct sw_feed *f, struct sw_feed_id id, const char *data, size_t len) {
    if (!sw__feed_id_is_zero(id)) delivered = id;
    f->status.journaled++;
    for (size_t i = 0; i < len; i++) checks += (unsigned char)data[i]; /* all of it can be read */
}

void sw__feed_bad_message(struct sw_feed *f, const char *data, size_t len) {
    f->status.bad_messages++;
    for (size_t i = 0; i < len; i++) checks += (unsigned char)data[i];
}

int sw_redis_conn_send(struct sw_redis_conn *conn, int argc, const char *const *argv, const size_t *lens,
                       sw_redis_reply_fn reply, void *ctx) {
    (void)conn, (void)lens;
    SW_ASSERT(ctx == feed && !waiting && argc <= SW_REDIS_ARGS_MAX);
    for (int i = 0; i < argc; i++) SW_ASSERT(argv[i] && strlen(argv[i]) < 64);
    waiting = reply;
    return 0;
}

void sw_redis_conn_flush(struct sw_redis_conn *conn) { (void)conn; }

static void on_reset(void *ctx, int64_t since_ms) {
    SW_ASSERT(ctx == feed && since_ms >= 0);
    delivered = (struct sw_feed_id){0};
}

/* ---- input ---- */

static void begin(void) {
    free(feed->buffer.data);
    feed->buffer = (struct feed_buffer){0};
    feed->status = (struct sw_feed_status){0};
    feed->last = feed->confirmed = feed->top = delivered = (struct sw_feed_id){0};
    feed->ring_head = feed->ring_count = 0;
    feed->reads = feed->pages_read = 0;
    feed->read_again = feed->rebuilding = feed->checking = feed->ever_live = feed->journal_heard = feed->ahead = feed->astray = false;
    feed->refusal[0] = '\0';
    feed->mode = FEED_WAIT;
    feed->subscribed = feed->cmd_ready = true;
    waiting = NULL;
    sw__feed_read(feed);
}

static void answer(const redisReply *reply, int error) {
    sw_redis_reply_fn fn = waiting;
    waiting = NULL;
    fn(feed, (const struct sw_reply *)(const void *)reply, error);
}

static void take(const redisReply *reply) {
    if (waiting) answer(reply, 0);
    else if (reply->type == REDIS_REPLY_STRING) sw__feed_on_event(feed, reply->str, (size_t)reply->len);
    else if (feed->mode == FEED_LIVE) {
        feed->journal_heard = reply->type == REDIS_REPLY_INTEGER;
        sw__feed_check(feed);
    } else sw__feed_read(feed);
    SW_ASSERT(feed->ring_count <= FEED_RING && feed->ring_head < FEED_RING);
    SW_ASSERT(feed->mode != FEED_LIVE || feed->buffer.count == 0);
    SW_ASSERT(feed->mode != FEED_READ || waiting);
    SW_ASSERT(memchr(feed->refusal, '\0', sizeof feed->refusal) != NULL);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    feed = calloc(1, sizeof *feed);
    SW_ASSERT(feed != NULL && uv_loop_init(&loop) == 0 && uv_timer_init(&loop, &feed->drain_timer) == 0);
    feed->loop = &loop;
    feed->ctx = feed;
    feed->handler.reset = on_reset;
    feed->options = (struct sw_feed_options){.buffer_max = 32, .buffer_max_bytes = 2048, .page = PAGE, .from_ms = 1000};
    strcpy(feed->journal, "sw:{main}:journal");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    redisReader *reader = redisReaderCreate();
    void *reply = NULL;
    SW_ASSERT(reader != NULL);
    begin();
    (void)redisReaderFeed(reader, (const char *)data, size);
    for (int step = 0; step < STEPS_MAX && redisReaderGetReply(reader, &reply) == REDIS_OK && reply; step++) {
        take(reply);
        freeReplyObject(reply);
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    if (waiting) answer(NULL, -SW_EIO);
    uv_timer_stop(&feed->drain_timer);
    redisReaderFree(reader);
    return 0;
}
