/* Asterisk's manager interface: whatever a peer sends, memory is bounded and the events that come out go into
 * a floor of the core with no contradiction, no refusal, nothing implied and no skew. The first byte says how
 * large the pieces are. Messages with a header "Fuzz" stand for what the adapter does meanwhile: begin, row,
 * merge, check, lost, or a number of ms that pass. */
#include <stdbool.h>
#include <strings.h>

#include "codec/ami.h"
#include "codec/ami_floor.h"
#include "codec/event_json.h"
#include "fuzz.h"
#include "shiftwall/floor.h"

#define START_MS INT64_C(1767225600000)

static struct world {
    struct sw_pbx *pbx;
    struct sw_ami_floor *ami;
    struct sw_floor *floor;
    int64_t now_ms;
    uint64_t events;
} world;

static void on_read(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text,
                    size_t len) {
    (void)ctx, (void)text, (void)len;
    SW_ASSERT(reject == SW_REJECT_NONE && event && event->id && event->src);
    SW_ASSERT(sw_floor_apply(world.floor, event, world.now_ms, world.now_ms + SW_FUTURE_MS, NULL) ==
              SW_OUTCOME_APPLIED);
}

static void on_event(void *ctx, const char *json, size_t len) {
    (void)ctx;
    world.events++;
    sw_event_read(json, len, on_read, NULL);
}

static void on_text(void *ctx, const char *text) {
    (void)ctx;
    struct sw_buf told;
    sw_buf_init(&told, 4096);
    sw_buf_puts(&told, text);
    fuzz_text(&told);
    sw_buf_deinit(&told);
}

static void on_banner(void *ctx, const char *text) {
    (void)ctx;
    SW_ASSERT(strlen(text) <= SW_AMI_LINE_BYTES_MAX);
}

/* Time passes as it does for an adapter, whose timer wakes it at each deadline. */
static void pass(int64_t ms) {
    int64_t until_ms = world.now_ms + ms;
    for (;;) {
        int64_t a = sw_pbx_next_deadline(world.pbx), b = sw_ami_floor_next_deadline(world.ami);
        int64_t next_ms = a < b ? a : b;
        if (next_ms > until_ms) break;
        SW_ASSERT(next_ms > world.now_ms);
        world.now_ms = next_ms;
        sw_pbx_advance(world.pbx, world.now_ms);
        sw_ami_floor_advance(world.ami, world.now_ms);
    }
    world.now_ms = until_ms;
    sw_pbx_advance(world.pbx, world.now_ms);
    sw_ami_floor_advance(world.ami, world.now_ms);
}

static void act(const struct sw_ami_message *m, const char *what) {
    int64_t ms = sw_ami_integer(m, "Fuzz", -1);
    if (!strcmp(what, "begin"))
        sw_ami_floor_begin(world.ami);
    else if (!strcmp(what, "merge"))
        sw_ami_floor_end(world.ami, SW_PBX_SNAPSHOT_MERGE, true, true, world.now_ms);
    else if (!strcmp(what, "check"))
        sw_ami_floor_end(world.ami, SW_PBX_SNAPSHOT_CHECK, true, false, world.now_ms);
    else if (!strcmp(what, "lost")) {
        sw_ami_floor_lost(world.ami);
        sw_pbx_unseen(world.pbx, world.now_ms);
    } else if (ms >= 0)
        pass(ms < 86400000 ? ms : 86400000);
    else
        sw_ami_floor_row(world.ami, m, world.now_ms);
}

static void on_message(void *ctx, const struct sw_ami_message *m) {
    (void)ctx;
    size_t bytes = 0;
    SW_ASSERT(m->count >= 1 && m->count <= SW_AMI_HEADERS_MAX);
    for (size_t i = 0; i < m->count; i++) bytes += strlen(m->headers[i].name) + strlen(m->headers[i].value);
    SW_ASSERT(bytes <= SW_AMI_MESSAGE_BYTES_MAX);
    const char *what = sw_ami_get(m, "Fuzz");
    pass(1);
    if (what)
        act(m, what);
    else
        sw_ami_floor_event(world.ami, m, world.now_ms);
}

static bool wants_queue(void *ctx, const char *queue) {
    (void)ctx;
    return strcmp(queue, "internal") != 0;
}

static void begin(struct sw_pbx_reasons *reasons) {
    static const char *const trunks[] = {"PJSIP/provider", NULL};
    const struct sw_pbx_options pbx = {.src = "ami",
                                       .run = "r1",
                                       .wrapup_ms = 10000,
                                       .resolution_ms = 1000,
                                       .reasons = reasons,
                                       .event = on_event,
                                       .message = on_text};
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    options.keep_all = true;
    world = (struct world){.now_ms = START_MS, .floor = sw_floor_new(&options), .pbx = sw_pbx_new(&pbx)};
    const struct sw_ami_floor_options ami = {
        .pbx = world.pbx, .wants_queue = wants_queue, .trunks = trunks, .message = on_text};
    world.ami = sw_ami_floor_new(&ami);
    sw_pbx_advance(world.pbx, world.now_ms);
    sw_pbx_snapshot_begin(world.pbx);
    sw_pbx_snapshot_end(world.pbx, SW_PBX_SNAPSHOT_MERGE, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_pbx_reasons *reasons = sw_pbx_reasons_new();
    struct sw_ami *ami = sw_ami_new(on_banner, on_message, NULL);
    size_t piece = size && data[0] ? data[0] : size + 1;
    begin(reasons);
    sw_ami_feed(ami, "Asterisk Call Manager/9.0.0\r\n", 29);
    for (size_t at = 1; at < size; at += piece) {
        size_t len = size - at < piece ? size - at : piece;
        char *copy = fuzz_copy(data + at, len);
        sw_ami_feed(ami, copy, len);
        free(copy);
    }
    sw_ami_feed(ami, "\r\n\r\n", 4);
    pass(2 * SW_ORPHAN_MS);
    SW_ASSERT(sw_pbx_open_calls(world.pbx) == 0 && sw_ami_floor_next_deadline(world.ami) == INT64_MAX);
    const struct sw_floor_counters *c = sw_floor_counters(world.floor);
    SW_ASSERT(!c->contradictions && !c->rejected && !c->implied && !c->clock_skew && !c->duplicates);
    SW_ASSERT((uint64_t)c->applied == world.events);
    sw_ami_floor_free(world.ami);
    sw_pbx_free(world.pbx);
    sw_floor_free(world.floor);
    sw_pbx_reasons_free(reasons);
    sw_ami_free(ami);
    return 0;
}
