#include "codec/posted.h"

#include <string.h>

#include "codec/event_json.h"
#include "codec/json_writer.h"

#define SRC_BYTES_MAX 512 /* a name of SW_ID_CHARS_MAX characters as a member, escaped */

const char sw_posted_foreign_src[] = "foreign_src";

struct reading {
    const struct sw_posted_rules *rules;
    struct sw_posted *out;
    const char *whole; /* the body, when it is an array: what is told of it is no member's fault */
    size_t whole_len;
    const char *fault; /* of the whole */
    char src[SRC_BYTES_MAX]; /* `"src":"NAME",` */
    size_t src_len;
};

static void reject(struct reading *r, const char *why, const char *text, size_t len) {
    struct sw_posted *out = r->out;
    SW_ASSERT(out->rejected < SW_BATCH_EVENTS_MAX);
    out->rejects[out->rejected] =
        (struct sw_posted_reject){.index = out->accepted + out->rejected, .why = why, .text = text, .len = len};
    out->rejected++;
}

/* Why an event that the reader took goes no further; NULL when it does. */
static const char *refusal(const struct reading *r, const struct sw_event *event) {
    const struct sw_posted_rules *rules = r->rules;
    if (rules->src && event->src && strcmp(event->src, rules->src) != 0) return sw_posted_foreign_src;
    if (event->ts_ms > rules->latest_ms) return sw_reject_name(SW_REJECT_FUTURE);
    return event->ts_ms < rules->from_ms ? sw_reject_name(SW_REJECT_TOO_OLD) : NULL;
}

static void on_member(void *ctx, const struct sw_event *event, enum sw_reject fault, const char *text, size_t len) {
    struct reading *r = ctx;
    struct sw_buf *batch = &r->out->batch;
    if (!event && text == r->whole && len == r->whole_len) {
        r->fault = sw_reject_name(fault);
        return;
    }
    const char *why = event ? refusal(r, event) : sw_reject_name(fault);
    bool named = event && (event->src || !r->rules->src);
    /* an event is an object and not empty: its first brace is followed by a member */
    const char *brace = event ? memchr(text, '{', len) : NULL;
    size_t rest = brace ? len - (size_t)(brace - text) : 0, added = named ? 0 : r->src_len;
    if (!why && rest + added > SW_EVENT_BYTES_MAX) why = sw_reject_name(SW_REJECT_TOO_LONG);
    if (why) {
        reject(r, why, text, len);
        return;
    }
    sw_buf_putc(batch, r->out->accepted ? ',' : '[');
    sw_buf_putc(batch, '{');
    sw_buf_add(batch, r->src, added);
    sw_buf_add(batch, brace + 1, rest - 1);
    r->out->accepted++;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void read_lines(struct reading *r, const char *body, size_t len) {
    const char *end = body + len;
    for (const char *at = body; at < end && !r->fault;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end, *line = at;
        at = newline ? newline + 1 : end;
        while (line < stop && is_blank(*line)) line++;
        if (line == stop) continue;
        size_t length = (size_t)(stop - line);
        if (r->out->accepted + r->out->rejected == SW_BATCH_EVENTS_MAX) r->fault = sw_reject_name(SW_REJECT_BAD_BATCH);
        else if (*line == '[') reject(r, sw_reject_name(SW_REJECT_BAD_BATCH), line, length);
        else sw_event_read(line, length, on_member, r);
    }
    if (!r->out->accepted && !r->out->rejected) r->fault = sw_reject_name(SW_REJECT_BAD_BATCH);
}

static void read_json(struct reading *r, const char *body, size_t len) {
    const char *at = body, *end = body + len;
    while (at < end && is_blank(*at)) at++;
    if (at < end && *at == '[') r->whole = body, r->whole_len = len;
    sw_event_read(body, len, on_member, r);
}

int sw_posted_read(const char *body, size_t len, enum sw_posted_form form, const struct sw_posted_rules *rules,
                   struct sw_posted *out, const char **why) {
    struct reading r = {.rules = rules, .out = out};
    struct sw_buf src;
    *out = (struct sw_posted){0};
    sw_buf_init(&out->batch, SW_BATCH_BYTES_MAX);
    sw_buf_init(&src, SRC_BYTES_MAX - 1);
    if (rules->src) {
        sw_buf_puts(&src, "\"src\":");
        sw_json_quote(&src, rules->src);
        sw_buf_putc(&src, ',');
    }
    SW_ASSERT(!src.failed);
    r.src_len = src.len;
    memcpy(r.src, sw_buf_text(&src), src.len + 1);
    sw_buf_deinit(&src);
    if (form == SW_POSTED_LINES) read_lines(&r, body, len);
    else read_json(&r, body, len);
    *why = r.fault;
    if (r.fault) return -SW_EPARSE;
    if (out->accepted) sw_buf_putc(&out->batch, ']');
    return out->batch.failed ? -SW_ELIMIT : 0;
}

void sw_posted_deinit(struct sw_posted *posted) { sw_buf_deinit(&posted->batch); }
