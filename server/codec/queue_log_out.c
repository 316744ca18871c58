/* Events of queue_log: their common fields, and the order in which they are given out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/queue_log_internal.h"

void ql_begin(struct sw_queue_log *log, const char *type, int64_t ts_ms) {
    char id[SW_ID_CHARS_MAX + 1];
    long long line_s = (long long)(log->line.ts_ms / 1000);
    /* what no line tells is named by what it comes of, whichever line or clock brings it to light */
    if (log->ending) (void)snprintf(id, sizeof id, "ql:%lld:%llu:w", (long long)(ts_ms / 1000), (unsigned long long)log->ending->wrapup_line);
    else
        (void)snprintf(id, sizeof id, "ql:%lld:%llu:%s%u", line_s, (unsigned long long)log->line.number, log->in_snapshot ? "s" : "",
                       log->line.events++);
    sw_buf_clear(&log->out);
    log->json = sw_json_on(&log->out);
    sw_json_open(&log->json, NULL, '{');
    sw_json_int(&log->json, "v", 1);
    sw_json_text(&log->json, "type", type);
    sw_json_int(&log->json, "ts", ts_ms < 0 ? 0 : ts_ms);
    sw_json_text(&log->json, "id", id);
    sw_json_text(&log->json, "src", log->options.src ? log->options.src : "queue_log");
}

static void give(struct sw_queue_log *log, const char *json, size_t len) {
    log->counters.events++;
    if (log->options.event) log->options.event(log->options.ctx, json, len);
}

static void hold(struct sw_queue_log *log, struct ql_call *call) {
    struct ql_held *held = sw_xcalloc(1, sizeof *held);
    held->call = call;
    held->until_ms = log->now_ms + SW_QUEUE_LOG_HOLD_MS;
    held->json = sw_buf_detach(&log->out, &held->len);
    if (call) call->exit = held;
    *log->held_last = held;
    log->held_last = &held->next;
    if (++log->held_count >= SW_QUEUE_LOG_HELD_MAX) ql_release(log, INT64_MAX);
}

void ql_emit(struct sw_queue_log *log) {
    if (log->held_first) {
        hold(log, NULL);
        return;
    }
    sw_buf_putc(&log->out, '}');
    SW_ASSERT(!log->out.failed); /* a line's fields are bounded */
    give(log, log->out.data, log->out.len);
}

void ql_emit_exit(struct sw_queue_log *log, struct ql_call *call) { hold(log, call); }

void ql_resolve(struct sw_queue_log *log, struct ql_call *call, const char *queue) {
    struct ql_held *held = call->exit;
    if (!held) return;
    struct sw_buf whole;
    sw_buf_init(&whole, 2 * SW_EVENT_BYTES_MAX);
    sw_buf_add(&whole, held->json, held->len);
    sw_buf_puts(&whole, ",\"to\":");
    sw_json_quote(&whole, queue);
    free(held->json);
    held->json = sw_buf_detach(&whole, &held->len);
    held->call = NULL;
    call->exit = NULL;
    ql_release(log, log->now_ms);
}

void ql_release(struct sw_queue_log *log, int64_t now_ms) {
    struct ql_held *held;
    while ((held = log->held_first) && (!held->call || held->until_ms < now_ms)) {
        if (held->call) held->call->exit = NULL;
        log->held_first = held->next;
        if (!log->held_first) log->held_last = &log->held_first;
        log->held_count--;
        held->json = sw_xrealloc(held->json, held->len + 2);
        memcpy(held->json + held->len, "}", 2);
        give(log, held->json, held->len + 1);
        free(held->json);
        free(held);
    }
}
