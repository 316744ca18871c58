/* Asterisk's queue_log: whatever the lines are, what comes out are events of the contract, and the same each time. */
#include <stdbool.h>

#include "codec/event_json.h"
#include "codec/queue_log.h"
#include "core/zone.h"
#include "fuzz.h"

struct told {
    uint64_t events, hash;
};

static struct sw_zone *utc;
static struct sw_queue_log *queue_log;
static uint64_t line_number;
static bool is_followed; /* time passes between the lines, and a snapshot is taken now and then */

static int64_t local_to_utc(void *ctx, int year, int month, int day, int64_t ms_of_day) {
    (void)ctx;
    return sw_zone_local_to_utc(utc, year, month, day, ms_of_day);
}

static void on_read(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)text, (void)len;
    SW_ASSERT(reject == SW_REJECT_NONE && event->id && event->id[0]);
    (*(int *)ctx)++;
}

static void hash(struct told *told, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) told->hash = (told->hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct told *told = ctx;
    int read = 0;
    SW_ASSERT(!memchr(json, '\n', len));
    sw_event_read(json, len, on_read, &read);
    SW_ASSERT(read == 1);
    told->events++;
    hash(told, json, len);
}

static void on_message(void *ctx, uint64_t line, const char *text) {
    SW_ASSERT(line <= line_number && *text);
    hash(ctx, text, strlen(text));
}

static void on_alias(void *ctx, const char *interface, const char *name) {
    hash(ctx, interface, strlen(interface));
    hash(ctx, name, strlen(name));
}

static void on_line(const char *line, size_t len) {
    uint64_t begun = sw_queue_log_begun(queue_log);
    sw_queue_log_read(queue_log, ++line_number, line, len);
    SW_ASSERT(sw_queue_log_begun(queue_log) >= begun);
    if (!is_followed) return;
    sw_queue_log_advance(queue_log, sw_queue_log_now_ms(queue_log) + (int64_t)(len * 100));
    if (len % 16 == 0) sw_queue_log_snapshot(queue_log);
    SW_ASSERT(sw_queue_log_begun(queue_log) >= sw_queue_log_counters(queue_log)->events);
}

static struct told run(const uint8_t *data, size_t size, bool followed) {
    struct told told = {0};
    const struct sw_queue_log_options options = {.local_to_utc = local_to_utc,
                                                 .event = on_event,
                                                 .message = on_message,
                                                 .ctx = &told,
                                                 .wrapup_ms = size % 2 ? 10000 : 0};
    line_number = 0;
    is_followed = followed;
    queue_log = sw_queue_log_new(&options);
    SW_ASSERT(sw_queue_log_alias(queue_log, "PJSIP/101", "Alice") == 0);
    SW_ASSERT(sw_queue_log_reason(queue_log, "stretch", SW_ST_BREAK) == 0);
    fuzz_lines(data, size, on_line);
    sw_queue_log_end(queue_log);
    sw_queue_log_each_alias(queue_log, on_alias, &told);
    const struct sw_queue_log_counters *c = sw_queue_log_counters(queue_log);
    SW_ASSERT(c->events == told.events && c->lines <= line_number);
    SW_ASSERT(c->malformed + c->unknown + c->skipped <= c->lines);
    sw_queue_log_free(queue_log);
    return told;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    utc = sw_zone_utc();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct told first = run(data, size, false), second = run(data, size, false);
    SW_ASSERT(first.events == second.events && first.hash == second.hash);
    first = run(data, size, true);
    second = run(data, size, true);
    SW_ASSERT(first.events == second.events && first.hash == second.hash);
    return 0;
}
