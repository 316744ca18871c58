/* The floor that adapters share: whatever facts come in whatever order, with whatever times, its events go
 * into a floor of the core with no contradiction, no refusal, nothing implied and no skew; also across a
 * restart from the journal. */
#include <stdbool.h>
#include <stdio.h>

#include "codec/event_json.h"
#include "codec/pbx_floor.h"
#include "fuzz.h"
#include "shiftwall/floor.h"

#define START_MS INT64_C(1767225600000)

struct input {
    const uint8_t *at, *end;
};

struct world {
    struct sw_pbx *pbx, *next; /* next: the one that is told the past */
    struct sw_pbx_reasons *reasons;
    struct sw_floor *floor;
    int64_t now_ms;
    int runs;
    uint64_t events;
};

static struct sw_buf journal;

static unsigned take(struct input *in) {
    return in->at < in->end ? *in->at++ : 0;
}

static void on_read(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text,
                    size_t len) {
    struct world *w = ctx;
    (void)text, (void)len;
    SW_ASSERT(reject == SW_REJECT_NONE && event && event->id && event->src);
    if (w->next) {
        sw_pbx_past(w->next, event);
        return;
    }
    enum sw_outcome outcome = sw_floor_apply(w->floor, event, w->now_ms, w->now_ms + SW_FUTURE_MS, NULL);
    SW_ASSERT(outcome == SW_OUTCOME_APPLIED);
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct world *w = ctx;
    w->events++;
    sw_event_read(json, len, on_read, w);
    sw_buf_add(&journal, json, len);
    sw_buf_putc(&journal, '\n');
}

static void on_message(void *ctx, const char *text) {
    (void)ctx;
    struct sw_buf told;
    sw_buf_init(&told, 4096);
    sw_buf_puts(&told, text);
    fuzz_text(&told);
    sw_buf_deinit(&told);
}

static void start(struct world *w, unsigned how) {
    char run[16];
    (void)snprintf(run, sizeof run, "r%d", ++w->runs);
    const struct sw_pbx_options options = {.src = "fuzz",
                                           .run = run,
                                           .wrapup_ms = how & 1 ? 10000 : 0,
                                           .resolution_ms = how & 2 ? 1000 : 0,
                                           .reasons = w->reasons,
                                           .event = on_event,
                                           .message = on_message,
                                           .ctx = w};
    struct sw_pbx *fresh = sw_pbx_new(&options);
    if (w->pbx) {
        w->next = fresh;
        for (char *line = journal.data, *end; line && (end = strchr(line, '\n')); line = end + 1)
            sw_event_read(line, (size_t)(end - line), on_read, w);
        w->next = NULL;
        sw_pbx_free(w->pbx);
    }
    w->pbx = fresh;
    sw_pbx_advance(w->pbx, w->now_ms);
}

/* Time passes as it does for an adapter, whose timer wakes it at each deadline. */
static void pass(struct world *w, int64_t ms) {
    int64_t until_ms = w->now_ms + ms, next_ms;
    while ((next_ms = sw_pbx_next_deadline(w->pbx)) <= until_ms) {
        SW_ASSERT(next_ms > w->now_ms);
        w->now_ms = next_ms;
        sw_pbx_advance(w->pbx, w->now_ms);
    }
    w->now_ms = until_ms;
    sw_pbx_advance(w->pbx, w->now_ms);
}

/* A name of a few, so that facts meet; sometimes none, or one that is no identifier. */
static const char *name(struct input *in, const char *const names[8]) {
    return names[take(in) % 8];
}

static int64_t at(struct input *in, const struct world *w) {
    unsigned how = take(in);
    if (how == 255) return INT64_MAX;
    if (how == 254) return INT64_MIN;
    if (how < 128) return w->now_ms;
    return w->now_ms + ((int64_t)how - 192) * (how % 2 ? 977 : 600000);
}

static int64_t duration(struct input *in) {
    unsigned how = take(in);
    return how == 255 ? INT64_MAX : how == 254 ? INT64_MIN : how < 64 ? -1 : (int64_t)how * 1000;
}

static const char *const agents[8] = {"a", "b", "c", "Alice A.", "d", NULL, "", "\xC3"};
static const char *const queues[8] = {"q1", "q2", "q3", "服务", "q1", NULL, "", "x\ny"};
static const char *const calls[8] = {"c1", "c2", "c3", "1767225600.1", "c4", "c5", "", "\xFF"};
static const char *const reasons[8] = {NULL, "", "lunch", "paper\"work", "\xFFhalf", "acw", "tea", "会议"};

static void call_fact(struct world *w, struct input *in, unsigned what) {
    const char *call = name(in, calls), *queue;
    switch (what) {
    case 0:
        queue = name(in, queues);
        sw_pbx_queued(w->pbx, call, queue, duration(in), duration(in), at(in, w));
        break;
    case 1:
        queue = name(in, queues);
        sw_pbx_ringing(w->pbx, call, name(in, agents), queue, at(in, w));
        break;
    case 2:
        sw_pbx_ring_ended(w->pbx, call, name(in, agents), (enum sw_pbx_ring_end)(take(in) % 3), at(in, w));
        break;
    case 3:
        queue = name(in, queues);
        sw_pbx_answered(w->pbx, call, name(in, agents), queue, duration(in), at(in, w));
        break;
    case 4: sw_pbx_abandoned(w->pbx, call, duration(in), at(in, w)); break;
    case 5:
        sw_pbx_exited(w->pbx, call, (enum sw_exit_reason)(take(in) % SW_EXIT_COUNT), duration(in), at(in, w));
        break;
    case 6: sw_pbx_hung_up(w->pbx, call, (enum sw_ended_by)(take(in) % 3), at(in, w)); break;
    case 7: sw_pbx_held(w->pbx, call, at(in, w)); break;
    case 8: sw_pbx_retrieved(w->pbx, call, at(in, w)); break;
    case 9: sw_pbx_transferred(w->pbx, call, name(in, queues), at(in, w)); break;
    case 10:
        sw_pbx_ended(w->pbx, call, (enum sw_ended_by)(take(in) % 3), duration(in), duration(in), at(in, w));
        break;
    case 11: sw_pbx_dialed(w->pbx, call, name(in, agents), name(in, queues), at(in, w)); break;
    default: sw_pbx_connected(w->pbx, call, at(in, w)); break;
    }
}

static void agent_fact(struct world *w, struct input *in, unsigned what) {
    const char *agent = name(in, agents), *queue, *reason;
    switch (what) {
    case 0: sw_pbx_agent(w->pbx, agent, name(in, agents), name(in, queues)); break;
    case 1:
        queue = name(in, queues);
        reason = name(in, reasons);
        sw_pbx_member(w->pbx, agent, queue, take(in) & 1, reason, at(in, w));
        break;
    case 2: sw_pbx_member_gone(w->pbx, agent, name(in, queues), at(in, w)); break;
    case 3:
        reason = name(in, reasons);
        sw_pbx_duty(w->pbx, agent, (enum sw_pbx_duty)(take(in) % 4), reason, at(in, w));
        break;
    case 4: sw_pbx_line(w->pbx, agent, (enum sw_pbx_line)(take(in) % 5), at(in, w)); break;
    case 5: sw_pbx_wrapup_time(w->pbx, agent, duration(in)); break;
    case 6: sw_pbx_wrapup_since(w->pbx, agent, at(in, w)); break;
    default: sw_pbx_wrapup_over(w->pbx, agent, at(in, w)); break;
    }
}

static void snapshot(struct world *w, struct input *in, unsigned what) {
    const char *agent = name(in, agents), *queue, *reason;
    switch (what) {
    case 0: sw_pbx_snapshot_begin(w->pbx); break;
    case 1:
        queue = name(in, queues);
        reason = name(in, reasons);
        sw_pbx_note_member(w->pbx, agent, queue, take(in) & 1, reason, at(in, w));
        break;
    case 2:
        reason = name(in, reasons);
        sw_pbx_note_duty(w->pbx, agent, (enum sw_pbx_duty)(take(in) % 4), reason, at(in, w));
        break;
    case 3: sw_pbx_note_line(w->pbx, agent, (enum sw_pbx_line)(take(in) % 5)); break;
    case 4:
        queue = name(in, queues);
        sw_pbx_note_waiting(w->pbx, name(in, calls), queue, duration(in), duration(in), at(in, w));
        break;
    case 5:
        queue = name(in, queues);
        sw_pbx_note_talking(w->pbx, name(in, calls), queue, agent, at(in, w));
        break;
    case 6: sw_pbx_snapshot_end(w->pbx, (enum sw_pbx_snapshot)(take(in) & 1), take(in)); break;
    default: sw_pbx_snapshot_drop(w->pbx); break;
    }
}

static void step(struct world *w, struct input *in) {
    static const int64_t spans_ms[8] = {0, 1, 900, 5000, 10000, 60000, 3600000, SW_ORPHAN_MS};
    unsigned what = take(in) % 36;
    if (what < 13)
        call_fact(w, in, what);
    else if (what < 21)
        agent_fact(w, in, what - 13);
    else if (what < 29)
        snapshot(w, in, what - 21);
    else if (what == 29)
        sw_pbx_alarm(w->pbx, take(in) & 1, "text", at(in, w));
    else if (what == 30)
        start(w, take(in));
    else pass(w, spans_ms[take(in) % 8]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input in = {data, data + size};
    struct sw_floor_options options;
    struct world w = {.now_ms = START_MS, .reasons = sw_pbx_reasons_new()};
    sw_floor_options_init(&options);
    options.keep_all = true;
    w.floor = sw_floor_new(&options);
    sw_buf_init(&journal, 1u << 24);
    start(&w, take(&in));
    while (in.at < in.end) step(&w, &in);
    pass(&w, 2 * SW_ORPHAN_MS);
    SW_ASSERT(sw_pbx_open_calls(w.pbx) == 0);
    const struct sw_floor_counters *c = sw_floor_counters(w.floor);
    SW_ASSERT(!c->contradictions && !c->rejected && !c->implied && !c->clock_skew && !c->duplicates);
    SW_ASSERT((uint64_t)c->applied == w.events);
    sw_pbx_free(w.pbx);
    sw_pbx_reasons_free(w.reasons);
    sw_floor_free(w.floor);
    sw_buf_deinit(&journal);
    return 0;
}
