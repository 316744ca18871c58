/* The channel: telling messages apart, linking them, and the buffer that holds them while the stream is read.
 */
#include "io/feed_internal.h"

#include "shiftwall/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum link { LINK_APPLIED, LINK_HAD, LINK_BROKEN };

struct channel_message {
    bool plain;
    struct sw_feed_id id, prev;
    const char *json;
    size_t len;
};

static size_t parse_uint64(const char *text, size_t len, uint64_t *out) {
    uint64_t sum = 0;
    size_t i = 0;
    for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (sum > (UINT64_MAX - digit) / 10) return 0;
        sum = sum * 10 + digit;
    }
    *out = sum;
    return i;
}

size_t sw__feed_id_parse(const char *text, size_t len, struct sw_feed_id *out) {
    struct sw_feed_id id;
    size_t ms = parse_uint64(text, len, &id.ms);
    if (!ms || ms >= len || text[ms] != '-') return 0;
    size_t seq = parse_uint64(text + ms + 1, len - ms - 1, &id.seq);
    if (!seq || id.ms > INT64_MAX || id.seq > INT64_MAX) return 0;
    *out = id;
    return ms + 1 + seq;
}

void sw__feed_id_print(struct sw_feed_id id, char text[48]) {
    (void)snprintf(text, 48, "%" PRIu64 "-%" PRIu64, id.ms, id.seq);
}

/* Whether DATA is a plain message or ID PREV JSON; false = neither. */
static bool classify(const char *data, size_t len, struct channel_message *out) {
    size_t at = 0;
    while (at < len && (data[at] == ' ' || data[at] == '\t' || data[at] == '\n' || data[at] == '\r')) at++;
    if (at < len && (data[at] == '{' || data[at] == '[')) {
        *out = (struct channel_message){.plain = true, .json = data, .len = len};
        return true;
    }
    size_t id = sw__feed_id_parse(data, len, &out->id);
    if (!id || id >= len || data[id] != ' ') return false;
    size_t prev = sw__feed_id_parse(data + id + 1, len - id - 1, &out->prev);
    size_t json = id + 1 + prev;
    if (!prev || json >= len || data[json] != ' ') return false;
    out->plain = false;
    out->json = data + json + 1;
    out->len = len - json - 1;
    return !sw__feed_id_is_zero(out->id);
}

static bool ring_push(struct sw_feed *feed, struct sw_feed_id id) {
    if (feed->ring_count == FEED_RING) return false;
    feed->ring[(feed->ring_head + feed->ring_count++) % FEED_RING] = id;
    return true;
}

/* Whether the entry ID was delivered: all up to `confirmed` were, and those in the ring. */
static bool is_had(const struct sw_feed *feed, struct sw_feed_id id) {
    if (sw__feed_id_compare(id, feed->confirmed) <= 0) return true;
    uint32_t low = 0, high = feed->ring_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = sw__feed_id_compare(feed->ring[(feed->ring_head + middle) % FEED_RING], id);
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Applies a journaled message when it links to the last one. */
static enum link apply(struct sw_feed *feed, const struct channel_message *message) {
    if (sw__feed_id_compare(message->prev, feed->last) == 0 &&
        sw__feed_id_compare(message->id, feed->last) > 0) {
        if (!ring_push(feed, message->id)) return LINK_BROKEN;
        feed->last = message->id;
        sw__feed_deliver(feed, message->id, message->json, message->len);
        return LINK_APPLIED;
    }
    if (!is_had(feed, message->id)) return LINK_BROKEN;
    feed->status.duplicates++;
    return LINK_HAD;
}

/* ---- the buffer ---- */

/* Drops the journaled messages: the stream has them, and the first that comes after does not link, which
 * starts a reread. The plain ones exist nowhere else. */
static void drop_journaled(struct feed_buffer *buffer) {
    size_t from = buffer->head, to = 0;
    uint32_t kept = 0;
    while (from < buffer->tail) {
        struct feed_record record;
        memcpy(&record, buffer->data + from, sizeof record);
        size_t bytes = sizeof record + record.len;
        if (record.plain) {
            memmove(buffer->data + to, buffer->data + from, bytes);
            to += bytes;
            kept++;
        }
        from += bytes;
    }
    buffer->head = 0;
    buffer->tail = to;
    buffer->count = kept;
}

static bool buffer_has_room(const struct sw_feed *feed, size_t bytes) {
    const struct feed_buffer *buffer = &feed->buffer;
    return buffer->count < feed->options.buffer_max &&
           buffer->tail - buffer->head + bytes <= feed->options.buffer_max_bytes;
}

/* Makes room for BYTES at the tail: by moving to the front, then by growing. */
static void buffer_reserve(struct feed_buffer *buffer, size_t bytes) {
    if (buffer->tail + bytes <= buffer->size) return;
    size_t used = buffer->tail - buffer->head;
    if (buffer->head > buffer->size / 2) {
        memmove(buffer->data, buffer->data + buffer->head, used);
        buffer->head = 0;
        buffer->tail = used;
    }
    size_t size = buffer->size ? buffer->size : 4096;
    while (size < buffer->tail + bytes) size *= 2;
    if (size != buffer->size) buffer->data = sw_xrealloc(buffer->data, size);
    buffer->size = size;
}

static void buffer_push(struct sw_feed *feed, const char *data, size_t len, bool plain) {
    struct feed_buffer *buffer = &feed->buffer;
    struct feed_record record = {.reads = feed->reads, .len = (uint32_t)len, .plain = plain};
    size_t bytes = sizeof record + len;
    if (!buffer_has_room(feed, bytes)) {
        feed->status.overflows++;
        drop_journaled(buffer);
    }
    if (!buffer_has_room(feed, bytes)) {
        if (plain) {
            feed->status.plain_lost++;
            int64_t now_ms = sw__feed_now_ms(feed);
            sw__feed_incomplete(feed, now_ms, now_ms);
        } else {
            feed->read_again = true;
        }
        return;
    }
    buffer_reserve(buffer, bytes);
    memcpy(buffer->data + buffer->tail, &record, sizeof record);
    memcpy(buffer->data + buffer->tail + sizeof record, data, len);
    buffer->tail += bytes;
    buffer->count++;
}

static void buffer_pop(struct feed_buffer *buffer, size_t bytes) {
    buffer->head += bytes;
    if (--buffer->count) return;
    buffer->head = buffer->tail = 0;
    if (buffer->size > (size_t)1 << 20) {
        free(buffer->data);
        buffer->data = NULL;
        buffer->size = 0;
    }
}

static void on_drain_timer(uv_timer_t *timer) {
    struct sw_feed *feed = timer->data;
    if (feed->mode == FEED_DRAIN) sw__feed_drain(feed);
}

/* Applies the oldest buffered message. Returns false when the stream must be read first. */
static bool drain_one(struct sw_feed *feed) {
    struct feed_buffer *buffer = &feed->buffer;
    struct feed_record record;
    struct channel_message message;
    memcpy(&record, buffer->data + buffer->head, sizeof record);
    const char *data = buffer->data + buffer->head + sizeof record;
    bool known = classify(data, record.len, &message);
    SW_ASSERT(known);
    if (record.plain) {
        sw__feed_deliver(feed, (struct sw_feed_id){0}, message.json, message.len);
    } else if (apply(feed, &message) == LINK_BROKEN) {
        /* A read that began after it arrived would have met its entry: then there is none. */
        if (record.reads >= feed->reads) return false;
        sw__feed_bad_message(feed, data, record.len);
    }
    /* A close from within the owner's callback keeps the buffer until the handles are closed. */
    buffer_pop(buffer, sizeof record + record.len);
    return true;
}

void sw__feed_drain(struct sw_feed *feed) {
    feed->mode = FEED_DRAIN;
    for (int i = 0; i < FEED_SLICE && feed->buffer.count && !feed->closing; i++) {
        if (!drain_one(feed)) {
            sw__feed_read(feed);
            return;
        }
    }
    if (feed->closing) return;
    if (feed->buffer.count) {
        (void)uv_timer_start(&feed->drain_timer, on_drain_timer, 0, 0);
    } else if (feed->read_again) {
        sw__feed_read(feed);
    } else {
        feed->mode = FEED_LIVE;
        sw__feed_update(feed, false);
    }
}

void sw_feed_hold(struct sw_feed *feed, bool held) {
    feed->held = held;
    /* in any other mode the end of the read or the drain takes them */
    while (!held && feed->mode == FEED_LIVE && feed->buffer.count && !feed->closing) {
        if (drain_one(feed)) continue;
        feed->status.gaps++;
        sw__feed_read(feed);
    }
}

void sw__feed_on_event(struct sw_feed *feed, const char *data, size_t len) {
    struct channel_message message;
    if (len > UINT32_MAX || !classify(data, len, &message)) {
        sw__feed_bad_message(feed, data, len);
        return;
    }
    if (message.plain)
        feed->plain_seen = true;
    else
        feed->journal_heard = true;
    if (feed->mode != FEED_LIVE || feed->held) {
        buffer_push(feed, data, len, message.plain);
    } else if (message.plain) {
        sw__feed_deliver(feed, (struct sw_feed_id){0}, message.json, message.len);
    } else if (apply(feed, &message) == LINK_BROKEN) {
        feed->status.gaps++;
        buffer_push(feed, data, len, false);
        sw__feed_read(feed);
    } else if (feed->ring_count >= FEED_RING / 2) {
        sw__feed_check(feed);
    }
}
