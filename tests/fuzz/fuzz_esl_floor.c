/* mod_callcenter's events and lists: whatever they say in whatever order, what comes out goes into a floor of
 * the core with no contradiction, no refusal, nothing implied and no skew.
 *
 * An input is blocks with empty lines between: an event's headers, or by its first letter something else:
 *   >TEXT the answer to the oldest question   = all questions answered as a small switch would   +N seconds
 * pass S a snapshot is merged   C is checked     L the connection is lost */
#include <stdbool.h>
#include <stdio.h>

#include "codec/esl_floor.h"
#include "codec/event_json.h"
#include "fuzz.h"
#include "shiftwall/floor.h"

#define START_MS INT64_C(1767225600000)

struct world {
    struct sw_pbx *pbx;
    struct sw_esl_floor *esl;
    struct sw_floor *floor;
    int64_t now_ms;
    struct sw_buf asked;
    size_t asked_count;
    uint64_t events;
};

static void on_read(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text,
                    size_t len) {
    struct world *w = ctx;
    (void)text, (void)len;
    SW_ASSERT(reject == SW_REJECT_NONE && event && event->id && event->src);
    enum sw_outcome outcome = sw_floor_apply(w->floor, event, w->now_ms, w->now_ms + SW_FUTURE_MS, NULL);
    SW_ASSERT(outcome == SW_OUTCOME_APPLIED);
}

static void on_event(void *ctx, const char *json, size_t len) {
    ((struct world *)ctx)->events++;
    sw_event_read(json, len, on_read, ctx);
}

static void check_text(const char *text) {
    struct sw_buf told;
    sw_buf_init(&told, 4096);
    sw_buf_puts(&told, text);
    fuzz_text(&told);
    sw_buf_deinit(&told);
}

static void on_pbx_message(void *ctx, const char *text) {
    (void)ctx;
    check_text(text);
}

static void on_ask(void *ctx, const char *command) {
    struct world *w = ctx;
    SW_ASSERT(!strchr(command, '\n') && strlen(command) < SW_ESL_COMMAND_BYTES_MAX);
    sw_buf_puts(&w->asked, command);
    sw_buf_putc(&w->asked, '\n');
    SW_ASSERT(++w->asked_count <= SW_ESL_WINDOW);
}

static void on_snapshot(void *ctx, bool is_complete, const char *problem) {
    (void)ctx;
    SW_ASSERT(is_complete == !*problem);
    check_text(problem);
}

static void answer(struct world *w, const char *text, size_t len) {
    if (w->asked_count) {
        char *line = w->asked.data, *next = strchr(line, '\n') + 1;
        w->asked.len -= (size_t)(next - line);
        memmove(line, next, w->asked.len + 1);
        w->asked_count--;
    }
    char *copy = fuzz_copy((const uint8_t *)text, len);
    sw_esl_floor_answer(w->esl, copy, len, w->now_ms);
    free(copy);
    SW_ASSERT(sw_esl_floor_asked(w->esl) == w->asked_count);
}

static void answer_all(struct world *w) {
    while (w->asked_count) {
        const char *q = w->asked.data, *text = "true";
        if (!strncmp(q, "callcenter_config agent", 23))
            text = "name|uuid|contact|status|state|wrap_up_time|last_bridge_end|last_offered_call|last_"
                   "status_change\n"
                   "alice||user/1|Available|Waiting|10|1767225590|0|1767225000\nbob|leg|u|v|Available|In a "
                   "queue call|0|0|0|0\n+OK\n";
        else if (!strncmp(q, "callcenter_config tier", 22))
            text = "queue|agent\nsupport|alice\nsupport|bob\nsales|bob\n+OK\n";
        else if (!strncmp(q, "callcenter_config queue list members", 36))
            text = "session_uuid|serving_agent|state|joined_epoch|rejoined_epoch|bridge_epoch|cid_name\n"
                   "c1||Waiting|1767225599|0|0|n\nc2|bob|Answered|1767225590|0|1767225595|n\n+OK\n";
        else if (!strncmp(q, "callcenter_config queue", 23))
            text = "name|moh_sound\nsupport|x\nsales|x\n+OK\n";
        answer(w, text, strlen(text));
    }
}

/* Time passes as it does for an adapter, whose timer wakes it at each deadline. */
static void pass(struct world *w, int64_t ms) {
    int64_t until_ms = w->now_ms + ms, next_ms;
    while ((next_ms = sw_esl_floor_next_deadline(w->esl)) <= until_ms) {
        w->now_ms = next_ms > w->now_ms ? next_ms : w->now_ms;
        sw_esl_floor_advance(w->esl, w->now_ms);
        SW_ASSERT(sw_esl_floor_next_deadline(w->esl) > w->now_ms);
    }
    w->now_ms = until_ms;
    sw_esl_floor_advance(w->esl, w->now_ms);
}

static void play(struct world *w, const char *block, size_t len) {
    char *copy;
    switch (*block) {
    case '>': answer(w, block + 1, len - 1); break;
    case '=': answer_all(w); break;
    case '+': pass(w, 1 + (len > 1 ? (block[1] & 0x7F) * (len > 2 ? 97000 : 997) : 0)); break;
    case 'S': sw_esl_floor_snapshot(w->esl, SW_PBX_SNAPSHOT_MERGE, w->now_ms); break;
    case 'C': sw_esl_floor_snapshot(w->esl, SW_PBX_SNAPSHOT_CHECK, w->now_ms); break;
    case 'P': sw_esl_floor_ping(w->esl); break;
    case 'L':
        sw_esl_floor_lost(w->esl);
        sw_pbx_unseen(w->pbx, w->now_ms);
        sw_buf_clear(&w->asked);
        w->asked_count = 0;
        break;
    default:
        copy = fuzz_copy((const uint8_t *)block, len);
        sw_esl_floor_event(w->esl, copy, len, w->now_ms);
        free(copy);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct world w = {.now_ms = START_MS};
    struct sw_floor_options floor_options;
    struct sw_pbx_reasons *reasons = sw_pbx_reasons_new();
    sw_floor_options_init(&floor_options);
    w.floor = sw_floor_new(&floor_options);
    sw_buf_init(&w.asked, 1u << 20);
    const struct sw_pbx_options pbx_options = {.src = "fuzz",
                                               .run = "r",
                                               .resolution_ms = 1000,
                                               .reasons = reasons,
                                               .event = on_event,
                                               .message = on_pbx_message,
                                               .ctx = &w};
    w.pbx = sw_pbx_new(&pbx_options);
    const struct sw_esl_floor_options options = {.pbx = w.pbx,
                                                 .domain = size % 3 ? NULL : "d.example",
                                                 .ask = on_ask,
                                                 .snapshot = on_snapshot,
                                                 .message = on_pbx_message,
                                                 .ctx = &w};
    w.esl = sw_esl_floor_new(&options);
    sw_esl_floor_advance(w.esl, w.now_ms);
    const char *at = (const char *)data, *end = at + size;
    while (at < end) {
        const char *stop = memmem(at, (size_t)(end - at), "\n\n", 2);
        if (stop != at) play(&w, at, (size_t)((stop ? stop : end) - at));
        if (!stop) break;
        at = stop + 2;
    }
    pass(&w, 3600000);
    SW_ASSERT(sw_pbx_counters(w.pbx)->events == w.events);
    sw_esl_floor_free(w.esl);
    sw_pbx_free(w.pbx);
    sw_pbx_reasons_free(reasons);
    sw_floor_free(w.floor);
    sw_buf_deinit(&w.asked);
    return 0;
}
