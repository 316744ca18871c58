#include "codec/ami.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shiftwall/buf.h"

struct sw_ami {
    void (*banner)(void *ctx, const char *text);
    void (*message)(void *ctx, const struct sw_ami_message *message);
    void *ctx;
    struct sw_ami_counters counters;
    char text[SW_AMI_MESSAGE_BYTES_MAX]; /* the lines of the message so far, each with a NUL */
    size_t len, line;                    /* bytes of it; where its last line begins */
    struct sw_ami_header headers[SW_AMI_HEADERS_MAX];
    size_t count;
    bool begun;     /* the banner is over */
    bool bad;       /* the message is passed over */
    bool line_long; /* and so is the rest of this line, which was not empty */
    uint64_t resets;
};

struct sw_ami *sw_ami_new(void (*banner)(void *ctx, const char *text),
                          void (*message)(void *ctx, const struct sw_ami_message *message), void *ctx) {
    struct sw_ami *ami = sw_xcalloc(1, sizeof *ami);
    ami->banner = banner;
    ami->message = message;
    ami->ctx = ctx;
    return ami;
}

void sw_ami_free(struct sw_ami *ami) {
    free(ami);
}

static void clear(struct sw_ami *ami) {
    ami->len = ami->line = ami->count = 0;
    ami->bad = ami->line_long = false;
}

void sw_ami_reset(struct sw_ami *ami) {
    clear(ami);
    ami->begun = false;
    ami->resets++;
}

const struct sw_ami_counters *sw_ami_counters(const struct sw_ami *ami) {
    return &ami->counters;
}

/* ---- lines ---- */

static void spoil(struct sw_ami *ami) {
    if (!ami->bad) ami->counters.malformed++;
    ami->bad = true;
    ami->len = ami->line = 0; /* what came of it is of no use */
}

static void end_message(struct sw_ami *ami) {
    struct sw_ami_message message = {ami->headers, ami->count};
    if (!ami->bad && ami->count) {
        ami->counters.messages++;
        ami->message(ami->ctx, &message);
    }
    clear(ami);
}

/* The line's bytes are at ami->line, without their end. */
static void end_line(struct sw_ami *ami) {
    char *line = ami->text + ami->line;
    size_t len = ami->len - ami->line;
    bool is_empty = !len && !ami->line_long;
    ami->line_long = false;
    if (!ami->begun) {
        ami->begun = true;
        line[len] = '\0';
        if (!ami->bad) ami->banner(ami->ctx, line);
        clear(ami);
        return;
    }
    if (is_empty) {
        end_message(ami);
        return;
    }
    if (!ami->bad && ami->count == SW_AMI_HEADERS_MAX) spoil(ami);
    if (ami->bad) {
        ami->len = ami->line = 0;
        return;
    }
    line[len] = '\0';
    char *colon = memchr(line, ':', len), *value = colon ? colon + 1 : line;
    if (colon) *colon = '\0';
    while (colon && *value == ' ') value++;
    ami->headers[ami->count++] = (struct sw_ami_header){colon ? line : "", value};
    ami->line = ++ami->len;
}

/* LEN bytes of a line, none of them its end. */
static void add(struct sw_ami *ami, const char *data, size_t len) {
    size_t have = ami->len - ami->line;
    if (!len) return;
    /* room is kept for the line's NUL, and for the CR of an end in two pieces */
    bool fits = have + len <= SW_AMI_LINE_BYTES_MAX && ami->len + len + 2 < sizeof ami->text;
    if (ami->bad || !fits || memchr(data, '\0', len)) {
        spoil(ami);
        ami->line_long |= len > 1 || *data != '\r'; /* the CR of an empty line ends even this message */
        return;
    }
    memcpy(ami->text + ami->len, data, len);
    ami->len += len;
}

void sw_ami_feed(struct sw_ami *ami, const char *data, size_t len) {
    uint64_t resets = ami->resets;
    ami->counters.bytes += len;
    while (len && resets == ami->resets) {
        const char *newline = memchr(data, '\n', len);
        size_t size = newline ? (size_t)(newline - data) : len;
        add(ami, data, size);
        data += size + (newline != NULL);
        len -= size + (newline != NULL);
        if (!newline) return;
        if (ami->len > ami->line && ami->text[ami->len - 1] == '\r') ami->len--;
        end_line(ami);
    }
}

/* ---- headers ---- */

const char *sw_ami_get(const struct sw_ami_message *message, const char *name) {
    for (size_t i = 0; i < message->count; i++)
        if (!strcasecmp(message->headers[i].name, name)) return message->headers[i].value;
    return NULL;
}

int64_t sw_ami_integer(const struct sw_ami_message *message, const char *name, int64_t default_value) {
    const char *text = sw_ami_get(message, name);
    int64_t value = 0;
    if (!text) return default_value;
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    size_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits < 16; digits++)
        value = value * 10 + (text[digits] - '0');
    if (!digits || digits > 15 || text[digits]) return default_value;
    return negative ? -value : value;
}
