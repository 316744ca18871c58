#include "codec/log_mark.h"

#include <inttypes.h>
#include <string.h>

#include "shiftwall/event.h"

#define NAME "shiftwall-position "
#define VERSION 1

uint64_t sw_log_hash(uint64_t hash, const void *data, size_t len) {
    const unsigned char *at = data;
    for (size_t i = 0; i < len; i++) hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

bool sw_log_head_matches(const struct sw_log_head *head, const void *data, size_t len, uint64_t device, uint64_t inode) {
    if (!head->len) return head->device == device && head->inode == inode;
    return len >= head->len && sw_log_hash(SW_LOG_HASH, data, head->len) == head->hash;
}

static void write_head(struct sw_buf *out, const char *name, const struct sw_log_head *head) {
    sw_buf_printf(out, "%s %016" PRIx64 " %" PRIu32 " %" PRIu64 " %" PRIu64 "\n", name, head->hash, head->len, head->device, head->inode);
}

void sw_log_mark_write(const struct sw_log_mark *mark, struct sw_buf *out) {
    size_t begin = out->len;
    sw_buf_printf(out, NAME "%d\n", VERSION);
    write_head(out, "file", &mark->file);
    sw_buf_printf(out, "at %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", mark->offset, mark->line, mark->events,
                  mark->snapshot ? "snapshot" : "lines");
    write_head(out, "origin", &mark->origin);
    sw_buf_printf(out, "time %" PRId64 "\n", mark->time_ms);
    sw_buf_printf(out, "entry %s\n", *mark->entry ? mark->entry : "-");
    if (!out->failed) sw_buf_printf(out, "check %016" PRIx64 "\n", sw_log_hash(SW_LOG_HASH, out->data + begin, out->len - begin));
}

/* A cursor over the text: each reader takes what it wants, or sets BAD. */
struct cursor {
    const char *at, *end;
    bool bad;
};

static void expect(struct cursor *c, const char *word) {
    size_t len = strlen(word);
    if (c->bad || (size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0) c->bad = true;
    else c->at += len;
}

static bool begins(const struct cursor *c, const char *word) {
    size_t len = strlen(word);
    return !c->bad && (size_t)(c->end - c->at) >= len && !memcmp(c->at, word, len);
}

static uint64_t number(struct cursor *c, uint64_t max) {
    uint64_t value = 0;
    const char *from = c->at;
    while (!c->bad && c->at < c->end && *c->at >= '0' && *c->at <= '9') {
        uint64_t digit = (uint64_t)(*c->at++ - '0');
        c->bad = value > (max - digit) / 10;
        value = value * 10 + digit;
    }
    if (c->at == from) c->bad = true;
    return c->bad ? 0 : value;
}

static uint64_t hexadecimal(struct cursor *c) {
    static const char digits[] = "0123456789abcdef";
    uint64_t value = 0;
    for (int i = 0; i < 16 && !c->bad; i++) {
        const char *digit = c->at < c->end && *c->at ? strchr(digits, *c->at) : NULL;
        if (digit) value = value << 4 | (uint64_t)(digit - digits);
        else c->bad = true;
        c->at += digit != NULL;
    }
    return value;
}

static void read_head(struct cursor *c, const char *name, struct sw_log_head *head) {
    expect(c, name);
    expect(c, " ");
    head->hash = hexadecimal(c);
    expect(c, " ");
    head->len = (uint32_t)number(c, SW_LOG_HEAD_BYTES);
    expect(c, " ");
    head->device = number(c, UINT64_MAX);
    expect(c, " ");
    head->inode = number(c, UINT64_MAX);
    expect(c, "\n");
}

static void read_entry(struct cursor *c, char *entry) {
    size_t len = 0;
    expect(c, "entry ");
    while (!c->bad && c->at < c->end && *c->at != '\n') {
        if (len == SW_LOG_ENTRY_MAX - 1 || !strchr("0123456789-", *c->at) || !*c->at) c->bad = true;
        else entry[len++] = *c->at++;
    }
    if (len == 1 && *entry == '-') len = 0;
    memset(entry + len, 0, SW_LOG_ENTRY_MAX - len);
    expect(c, "\n");
}

int sw_log_mark_read(const char *text, size_t len, struct sw_log_mark *out) {
    struct cursor c = {.at = text, .end = text + len, .bad = len > SW_LOG_MARK_BYTES_MAX};
    struct sw_log_mark mark = {.offset = 0};
    expect(&c, NAME);
    if (number(&c, UINT32_MAX) > VERSION && !c.bad) return -SW_EINVAL;
    expect(&c, "\n");
    read_head(&c, "file", &mark.file);
    expect(&c, "at ");
    mark.offset = number(&c, INT64_MAX);
    expect(&c, " ");
    mark.line = number(&c, UINT64_MAX);
    expect(&c, " ");
    mark.events = number(&c, UINT64_MAX);
    mark.snapshot = begins(&c, " snapshot");
    expect(&c, mark.snapshot ? " snapshot\n" : " lines\n");
    read_head(&c, "origin", &mark.origin);
    expect(&c, "time ");
    mark.time_ms = (int64_t)number(&c, (uint64_t)SW_TS_MAX_MS);
    expect(&c, "\n");
    read_entry(&c, mark.entry);
    const char *checked = c.at;
    expect(&c, "check ");
    uint64_t sum = hexadecimal(&c);
    expect(&c, "\n");
    if (c.bad || c.at != c.end || !mark.line || sum != sw_log_hash(SW_LOG_HASH, text, (size_t)(checked - text))) return -SW_EPARSE;
    *out = mark;
    return 0;
}
