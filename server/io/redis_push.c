#include "io/redis_push.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

#define READ_BYTES ((size_t)64 * 1024)
#define DIGITS_MAX 10
#define BULK_BYTES_MAX ((size_t)512 << 20) /* Redis' own limit */

struct scan {
    const char *at, *end;
    enum sw_push_kind fault; /* MESSAGE: none yet */
};

static bool stop(struct scan *s, enum sw_push_kind why) {
    s->fault = why;
    return false;
}

/* The bytes of TEXT come next. */
static bool expect(struct scan *s, const char *text, size_t len) {
    size_t there = (size_t)(s->end - s->at), some = there < len ? there : len;
    if (memcmp(s->at, text, some) != 0) return stop(s, SW_PUSH_BROKEN);
    if (some < len) return stop(s, SW_PUSH_PARTIAL);
    s->at += len;
    return true;
}

/* A number after the sign KIND, and the end of its line. */
static bool number(struct scan *s, char kind, size_t *out) {
    size_t value = 0;
    if (!expect(s, &kind, 1)) return false;
    for (int digits = 0;; digits++) {
        if (s->at == s->end) return stop(s, SW_PUSH_PARTIAL);
        if (*s->at < '0' || *s->at > '9') {
            *out = value;
            return digits ? expect(s, "\r\n", 2) : stop(s, SW_PUSH_BROKEN);
        }
        if (digits == DIGITS_MAX || (digits && !value)) return stop(s, SW_PUSH_BROKEN); /* nor a zero in front */
        value = value * 10 + (size_t)(*s->at++ - '0');
    }
}

/* A string of at most MAX bytes that must be there as a whole. */
static bool name(struct scan *s, const char **text, size_t *len) {
    if (!number(s, '$', len)) return false;
    if (*len > SW_PUSH_LINE_BYTES_MAX) return stop(s, SW_PUSH_BROKEN);
    *text = s->at;
    if ((size_t)(s->end - s->at) < *len) return stop(s, SW_PUSH_PARTIAL);
    s->at += *len;
    return expect(s, "\r\n", 2);
}

static void message(struct scan *s, const char *bytes, struct sw_push *out) {
    size_t len;
    if (!number(s, '$', &len)) return;
    if (len > BULK_BYTES_MAX) {
        (void)stop(s, SW_PUSH_BROKEN);
        return;
    }
    out->data = s->at;
    out->data_len = len;
    out->bytes = (size_t)(s->at - bytes) + len + 2;
    if ((size_t)(s->end - s->at) < len) {
        (void)stop(s, SW_PUSH_PARTIAL);
        return;
    }
    s->at += len;
    (void)expect(s, "\r\n", 2);
}

static void array(struct scan *s, const char *bytes, struct sw_push *out) {
    const char *kind;
    size_t kind_len, channels;
    if (!expect(s, "*3\r\n", 4) || !name(s, &kind, &kind_len)) return;
    bool subscribed = kind_len == 9 && !memcmp(kind, "subscribe", 9);
    if (!subscribed && (kind_len != 7 || memcmp(kind, "message", 7) != 0)) {
        (void)stop(s, SW_PUSH_BROKEN);
        return;
    }
    out->kind = subscribed ? SW_PUSH_SUBSCRIBED : SW_PUSH_MESSAGE;
    if (!name(s, &out->channel, &out->channel_len)) return;
    if (!subscribed)
        message(s, bytes, out);
    else if (number(s, ':', &channels))
        out->bytes = (size_t)(s->at - bytes);
}

static void refusal(struct scan *s, const char *bytes, struct sw_push *out) {
    size_t there = (size_t)(s->end - s->at),
           len = there < SW_PUSH_LINE_BYTES_MAX ? there : SW_PUSH_LINE_BYTES_MAX;
    const char *end = memchr(s->at, '\r', len);
    out->kind = SW_PUSH_REFUSED;
    out->data = s->at + 1;
    if (!end) {
        (void)stop(s, len < SW_PUSH_LINE_BYTES_MAX ? SW_PUSH_PARTIAL : SW_PUSH_BROKEN);
        return;
    }
    out->data_len = (size_t)(end - out->data);
    s->at = end;
    if (expect(s, "\r\n", 2)) out->bytes = (size_t)(s->at - bytes);
}

void sw_push_parse(const char *bytes, size_t len, struct sw_push *out) {
    struct scan s = {bytes, bytes + len, SW_PUSH_MESSAGE};
    *out = (struct sw_push){.kind = SW_PUSH_PARTIAL};
    if (!len) return;
    if (*bytes == '-')
        refusal(&s, bytes, out);
    else
        array(&s, bytes, out);
    if (s.fault != SW_PUSH_MESSAGE) out->kind = s.fault;
}

/* ---- the reader ---- */

char *sw_push_reader_room(struct sw_push_reader *r, size_t *room) {
    if (r->at) {
        memmove(r->data, r->data + r->at, r->end - r->at);
        r->end -= r->at;
        r->at = 0;
    }
    /* a message that is cut fits in, with what stands before it: so this is all that it ever grows to */
    if (r->size - r->end < READ_BYTES) {
        size_t size = r->size ? SW_PUSH_DATA_BYTES_MAX + 3 * READ_BYTES : 2 * READ_BYTES;
        SW_ASSERT(size - r->end >= READ_BYTES);
        r->data = sw_xrealloc(r->data, size);
        r->size = size;
    }
    *room = r->size - r->end;
    return r->data + r->end;
}

void sw_push_reader_put(struct sw_push_reader *r, size_t len) {
    size_t some = len < r->skip ? len : r->skip;
    r->skip -= some;
    if (some)
        memmove(r->data + r->end, r->data + r->end + some,
                len - some); /* nothing stands before: it was cut */
    r->end += len - some;
}

bool sw_push_reader_next(struct sw_push_reader *r, struct sw_push *out) {
    size_t there = r->end - r->at;
    sw_push_parse(r->data + r->at, there, out);
    if (out->kind == SW_PUSH_PARTIAL) {
        bool cut = out->data && out->data_len > SW_PUSH_DATA_BYTES_MAX &&
                   (size_t)(r->data + r->end - out->data) >= SW_PUSH_DATA_BYTES_MAX;
        if (!cut) return false;
        out->kind = SW_PUSH_MESSAGE;
        r->skip = out->bytes - there;
        out->bytes = there;
    }
    if (out->kind == SW_PUSH_MESSAGE && out->data_len > SW_PUSH_DATA_BYTES_MAX)
        out->data_len = SW_PUSH_DATA_BYTES_MAX;
    r->at += out->kind == SW_PUSH_BROKEN ? there : out->bytes;
    return true;
}

void sw_push_reader_deinit(struct sw_push_reader *r) {
    free(r->data);
    *r = (struct sw_push_reader){0};
}
