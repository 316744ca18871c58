/* What tests of pbx_floor and of the adapters on it share: events in short, as a person would write them
 * down, and a floor of the core to which each is applied as it comes: none may contradict, be refused, or
 * imply what was not told. */
#ifndef UNIT_PBX_FIXTURE_H
#define UNIT_PBX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/event_json.h"
#include "codec/pbx_floor.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"

#define T0 INT64_C(1767225600000) /* 2026-01-01 00:00 UTC */

struct pbx_fixture {
    struct sw_pbx *pbx;
    struct sw_pbx_reasons *reasons;
    struct sw_floor *floor;
    struct sw_buf events, messages, raw; /* raw: the events of all runs, a line each */
    int64_t now_ms;
    int runs;
    bool replaying; /* events go back into PBX as its past */
};

static void pbx_note(void *ctx, const struct sw_event *e, enum sw_reject reject, const char *text,
                     size_t len) {
    struct pbx_fixture *f = ctx;
    struct sw_buf *out = &f->events;
    if (!e) {
        fail_msg("%s: %.*s", sw_reject_name(reject), (int)len, text);
        return;
    }
    if (f->replaying) {
        sw_pbx_past(f->pbx, e);
        return;
    }
    assert_true(e->id && e->src);
    sw_buf_printf(out, "%lld %s", (long long)(e->ts_ms - T0), sw_event_type_name(e->type));
    if (e->agent) sw_buf_printf(out, " %s", e->agent);
    if (e->call) sw_buf_printf(out, " %s", e->call);
    if (e->queue) sw_buf_printf(out, " @%s", e->queue);
    if (e->type == SW_EV_AGENT_STATE) sw_buf_printf(out, " %s", sw_agent_state_name(e->state));
    if (e->name) sw_buf_printf(out, " name=%s", e->name);
    if (e->team) sw_buf_printf(out, " team=%s", e->team);
    if (e->reason) sw_buf_printf(out, " (%s)", e->reason);
    if (e->type == SW_EV_CALL_DECLINED && strstr(text, "\"rejected\"")) sw_buf_puts(out, " rejected");
    if (e->type == SW_EV_CALL_EXITED) sw_buf_printf(out, " %s", sw_exit_reason_name(e->exit_reason));
    if (e->to) sw_buf_printf(out, " to=%s", e->to);
    if (e->wait_ms >= 0) sw_buf_printf(out, " wait=%lld", (long long)e->wait_ms);
    if (e->talk_ms >= 0) sw_buf_printf(out, " talk=%lld", (long long)e->talk_ms);
    if (e->hold_ms >= 0) sw_buf_printf(out, " hold=%lld", (long long)e->hold_ms);
    if (e->type == SW_EV_CALL_ENDED)
        sw_buf_printf(out, " by=%s",
                      e->by == SW_BY_AGENT    ? "agent"
                      : e->by == SW_BY_CALLER ? "caller"
                                              : "system");
    if (e->type == SW_EV_ALARM) sw_buf_printf(out, " %s %s", e->alarm_raised ? "raised" : "cleared", e->text);
    for (uint32_t i = 0; i < e->queue_count; i++) sw_buf_printf(out, "%s%s", i ? "," : " in ", e->queues[i]);
    if (e->has_queues && !e->queue_count) sw_buf_puts(out, " in none");
    sw_buf_putc(out, '\n');
    enum sw_reject why = SW_REJECT_NONE;
    enum sw_outcome outcome = sw_floor_apply(f->floor, e, f->now_ms, f->now_ms + SW_FUTURE_MS, &why);
    if (outcome != SW_OUTCOME_APPLIED)
        fail_msg("outcome %d (%s): %.*s", (int)outcome, sw_reject_name(why), (int)len, text);
}

static void pbx_on_event(void *ctx, const char *json, size_t len) {
    struct pbx_fixture *f = ctx;
    sw_event_read(json, len, pbx_note, f);
    sw_buf_add(&f->raw, json, len);
    sw_buf_putc(&f->raw, '\n');
}

static void pbx_on_message(void *ctx, const char *text) {
    sw_buf_printf(&((struct pbx_fixture *)ctx)->messages, "%s\n", text);
}

static void pbx_run(struct pbx_fixture *f, int64_t wrapup_ms, int64_t resolution_ms) {
    char run[SW_PBX_RUN_BYTES_MAX];
    (void)snprintf(run, sizeof run, "r%d", ++f->runs);
    const struct sw_pbx_options options = {.src = "pbx",
                                           .run = run,
                                           .wrapup_ms = wrapup_ms,
                                           .resolution_ms = resolution_ms,
                                           .reasons = f->reasons,
                                           .event = pbx_on_event,
                                           .message = pbx_on_message,
                                           .ctx = f};
    f->pbx = sw_pbx_new(&options);
}

static void pbx_begin_test(struct pbx_fixture *f, int64_t wrapup_ms, int64_t resolution_ms) {
    struct sw_floor_options options;
    *f = (struct pbx_fixture){.now_ms = T0};
    sw_floor_options_init(&options);
    f->floor = sw_floor_new(&options);
    f->reasons = sw_pbx_reasons_new();
    sw_buf_init(&f->events, 1u << 22);
    sw_buf_init(&f->messages, 1u << 20);
    sw_buf_init(&f->raw, 1u << 23);
    pbx_run(f, wrapup_ms, resolution_ms);
    sw_pbx_advance(f->pbx, f->now_ms);
}

/* It is T0 + MS. */
static inline int64_t pbx_at(struct pbx_fixture *f, int64_t ms) {
    f->now_ms = T0 + ms;
    sw_pbx_advance(f->pbx, f->now_ms);
    return f->now_ms;
}

/* The adapter is killed and started again: the new one knows what the journal holds. */
static inline void pbx_restart(struct pbx_fixture *f, int64_t wrapup_ms, int64_t resolution_ms) {
    sw_pbx_free(f->pbx);
    pbx_run(f, wrapup_ms, resolution_ms);
    f->replaying = true;
    for (char *line = f->raw.data, *end; line && (end = strchr(line, '\n')); line = end + 1)
        sw_event_read(line, (size_t)(end - line), pbx_note, f);
    f->replaying = false;
    sw_pbx_advance(f->pbx, f->now_ms);
}

/* The events since the last look. */
static void pbx_expect_(struct pbx_fixture *f, const char *expected, const char *file, int line) {
    const char *got = sw_buf_text(&f->events);
    if (strcmp(got, expected) != 0) fail_msg("%s:%d: expected\n%s\ngot\n%s", file, line, expected, got);
    sw_buf_clear(&f->events);
}
#define pbx_expect(f, expected) pbx_expect_(f, expected, __FILE__, __LINE__)

static void pbx_end_test(struct pbx_fixture *f) {
    const struct sw_floor_counters *c = sw_floor_counters(f->floor);
    assert_int_equal(c->contradictions, 0);
    assert_int_equal(c->rejected, 0);
    assert_int_equal(c->implied, 0);
    assert_int_equal(c->clock_skew, 0);
    assert_int_equal(c->duplicates, 0);
    sw_pbx_free(f->pbx);
    sw_pbx_reasons_free(f->reasons);
    sw_floor_free(f->floor);
    sw_buf_deinit(&f->events);
    sw_buf_deinit(&f->messages);
    sw_buf_deinit(&f->raw);
}

#endif
