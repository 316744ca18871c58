/* The fast reader of events against the reference: what it takes, the reference takes with the same values. */
#include "codec/event_flat.h"
#include "codec/event_json.h"
#include "fuzz.h"

struct seen {
    const struct sw_event *fast;
    bool accepted;
};

static bool same_text(const char *a, const char *b) { return (!a && !b) || (a && b && !strcmp(a, b)); }

static void compare(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    struct seen *seen = ctx;
    const struct sw_event *a = seen->fast, *b = event;
    (void)text, (void)len;
    SW_ASSERT(event && reject == SW_REJECT_NONE);
    seen->accepted = true;
    SW_ASSERT(a->type == b->type && a->ts_ms == b->ts_ms && a->media == b->media && a->state == b->state &&
              a->exit_reason == b->exit_reason && a->by == b->by && a->result == b->result && a->severity == b->severity &&
              a->alarm_raised == b->alarm_raised && a->has_queues == b->has_queues && a->queue_count == b->queue_count &&
              a->wait_ms == b->wait_ms && a->talk_ms == b->talk_ms && a->hold_ms == b->hold_ms && a->until_ms == b->until_ms &&
              a->position == b->position && a->priority == b->priority);
    SW_ASSERT(same_text(a->id, b->id) && same_text(a->src, b->src) && same_text(a->agent, b->agent) && same_text(a->call, b->call) &&
              same_text(a->queue, b->queue) && same_text(a->team, b->team) && same_text(a->campaign, b->campaign) &&
              same_text(a->name, b->name) && same_text(a->reason, b->reason) && same_text(a->to, b->to) &&
              same_text(a->source, b->source) && same_text(a->text, b->text));
    for (uint32_t i = 0; i < a->queue_count; i++) SW_ASSERT(same_text(a->queues[i], b->queues[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > SW_EVENT_BYTES_MAX) return 0;
    char *text = fuzz_copy(data, size), *room = sw_xmalloc(SW_EVENT_FLAT_ROOM(size));
    struct sw_event event;
    struct seen seen = {.fast = &event};
    if (sw_event_read_flat(text, size, room, &event)) {
        sw_event_read_by_tree(text, size, compare, &seen);
        SW_ASSERT(seen.accepted);
    }
    free(room);
    free(text);
    return 0;
}
