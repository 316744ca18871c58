/* Posted bodies: what is accepted is a batch of the producer's events, as the contract's reader has it, and nothing is lost.
 *
 * An input's first byte chooses the form and whether there is a producer; the rest is the body. */
#include "codec/event_json.h"
#include "codec/posted.h"
#include "fuzz.h"

#define NAME "客服 desk"

struct seen {
    uint32_t events;
    bool named;
};

static void on_accepted(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    struct seen *seen = ctx;
    (void)text, (void)len;
    SW_ASSERT(event && reject == SW_REJECT_NONE);
    SW_ASSERT(event->ts_ms >= 5 && event->ts_ms <= INT64_C(1900000000000));
    if (seen->named) SW_ASSERT(event->src && !strcmp(event->src, NAME));
    seen->events++;
}

static void count(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)event, (void)reject, (void)text, (void)len;
    (*(uint32_t *)ctx)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!size || size > SW_BATCH_BYTES_MAX) return 0;
    enum sw_posted_form form = *data & 1 ? SW_POSTED_LINES : SW_POSTED_JSON;
    const struct sw_posted_rules rules = {.src = *data & 2 ? NULL : NAME, .from_ms = 5, .latest_ms = INT64_C(1900000000000)};
    char *body = fuzz_copy(data + 1, size - 1);
    struct sw_posted *posted = sw_xmalloc(sizeof *posted);
    const char *why = NULL;
    int failed = sw_posted_read(body, size - 1, form, &rules, posted, &why);
    SW_ASSERT((failed == -SW_EPARSE) == (why != NULL));
    if (!failed) {
        struct seen seen = {.named = rules.src != NULL};
        uint32_t members = posted->accepted + posted->rejected, read = 0, last = 0;
        SW_ASSERT(members && members <= SW_BATCH_EVENTS_MAX && posted->batch.len <= SW_BATCH_BYTES_MAX);
        if (posted->accepted) sw_event_read(posted->batch.data, posted->batch.len, on_accepted, &seen);
        else SW_ASSERT(!posted->batch.len);
        SW_ASSERT(seen.events == posted->accepted);
        for (uint32_t i = 0; i < posted->rejected; i++) {
            const struct sw_posted_reject *r = &posted->rejects[i];
            SW_ASSERT(r->index < members && (!i || r->index > last) && *r->why);
            SW_ASSERT(r->text >= body && r->text + r->len <= body + size - 1);
            last = r->index;
        }
        if (form == SW_POSTED_JSON) sw_event_read(body, size - 1, count, &read);
        SW_ASSERT(form == SW_POSTED_LINES || read == members);
    }
    sw_posted_deinit(posted);
    free(posted);
    free(body);
    return 0;
}
