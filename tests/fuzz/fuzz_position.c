/* Positions: a client's `have`, IDs of the stream, and the messages of the channel, which the feed has to deliver in
 * order and each once.
 *
 * An input is lines. Each is read as a `have` and as an ID, and is a message of the channel; "!" ends a read of the
 * stream that found nothing new. feed_live.c runs for real; what it needs of the feed's other files is here. */
#include <uv.h>

#include "codec/view_store.h"
#include "fuzz.h"
#include "io/feed_internal.h"

#define BUFFERED_MAX 32
#define BUFFERED_BYTES_MAX 2048

static struct sw_feed *feed;
static struct sw_view *view;
static uv_loop_t loop;
static struct sw_feed_id delivered;
static uint64_t checks;

/* ---- the rest of the feed ---- */

int64_t sw__feed_now_ms(const struct sw_feed *f) {
    (void)f;
    return 1700006400000;
}

void sw__feed_update(struct sw_feed *f, bool force) { (void)f, (void)force; }

void sw__feed_incomplete(struct sw_feed *f, int64_t since_ms, int64_t until_ms) {
    SW_ASSERT(since_ms <= until_ms);
    f->status.incomplete_since_ms = since_ms;
}

void sw__feed_deliver(struct sw_feed *f, struct sw_feed_id id, const char *data, size_t len) {
    if (sw__feed_id_is_zero(id)) {
        f->status.plain++;
        SW_ASSERT(len > 0);
    } else {
        SW_ASSERT(sw__feed_id_compare(id, delivered) > 0);
        delivered = id;
        f->status.journaled++;
    }
    for (size_t i = 0; i < len; i++) checks += (unsigned char)data[i]; /* all of it can be read */
}

void sw__feed_bad_message(struct sw_feed *f, const char *data, size_t len) {
    f->status.bad_messages++;
    for (size_t i = 0; i < len; i++) checks += (unsigned char)data[i];
}

void sw__feed_read(struct sw_feed *f) {
    f->mode = FEED_READ;
    f->read_again = false;
    f->reads++;
}

void sw__feed_check(struct sw_feed *f) { /* the stream has all that was delivered */
    f->confirmed = f->last;
    f->ring_head = f->ring_count = 0;
}

/* ---- input ---- */

static void begin(void) {
    free(feed->buffer.data);
    feed->buffer = (struct feed_buffer){0};
    feed->status = (struct sw_feed_status){0};
    feed->last = feed->confirmed = delivered = (struct sw_feed_id){0};
    feed->ring_head = feed->ring_count = 0;
    feed->reads = 0;
    feed->read_again = false;
    feed->mode = FEED_LIVE;
}

static void read_have(const char *text, size_t len) {
    uint64_t version = UINT64_MAX;
    int r = sw_view_parse_have(view, text, len, &version);
    SW_ASSERT(r == 0 || r == -SW_EPARSE || r == -SW_ENOENT);
    SW_ASSERT(r ? version == UINT64_MAX : version <= sw_view_version(view));
    if (r) return;
    struct sw_frame *frame = sw_view_patch_frame(view, version);
    SW_ASSERT(!frame || frame->data[frame->len - 1] == '}');
    sw_frame_unref(frame);
}

static void read_id(const char *text, size_t len) {
    struct sw_feed_id id = {7, 7}, again;
    char printed[48];
    size_t read = sw__feed_id_parse(text, len, &id);
    SW_ASSERT(read <= len);
    if (!read) {
        SW_ASSERT(id.ms == 7 && id.seq == 7);
        return;
    }
    sw__feed_id_print(id, printed);
    SW_ASSERT(sw__feed_id_parse(printed, strlen(printed), &again) == strlen(printed));
    SW_ASSERT(sw__feed_id_compare(id, again) == 0);
}

static void on_line(const char *line, size_t len) {
    read_have(line, len);
    read_id(line, len);
    if (len == 1 && line[0] == '!') {
        if (feed->mode == FEED_READ) sw__feed_drain(feed);
    } else {
        sw__feed_on_event(feed, line, len);
    }
    SW_ASSERT(feed->buffer.count <= BUFFERED_MAX && feed->buffer.tail - feed->buffer.head <= BUFFERED_BYTES_MAX);
    SW_ASSERT(sw__feed_id_compare(feed->last, delivered) == 0);
    SW_ASSERT(feed->mode != FEED_LIVE || feed->buffer.count == 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    feed = calloc(1, sizeof *feed);
    SW_ASSERT(feed != NULL && uv_loop_init(&loop) == 0 && uv_timer_init(&loop, &feed->drain_timer) == 0);
    feed->options = (struct sw_feed_options){.buffer_max = BUFFERED_MAX, .buffer_max_bytes = BUFFERED_BYTES_MAX};
    view = sw_view_new("site", "E1");
    for (int i = 0; i < 12; i++) {
        char json[] = "{\"n\":\"a\"}";
        json[6] = (char)('a' + i);
        SW_ASSERT(sw_view_set(view, "queues", i % 2 ? "q" : "r", json, strlen(json)) == 0);
        SW_ASSERT(sw_view_commit(view, 1700006400000 + i));
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    begin();
    fuzz_lines(data, size, on_line);
    return 0;
}
