/* The fast reader of events: it takes what producers send, leaves the rest to the reference, and never differs from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/event_flat.h"
#include "codec/event_json.h"
#include "shiftwall/buf.h"

#define DOCUMENTS 60000

struct seen {
    const struct sw_event *fast; /* NULL: it was left to the reference */
    bool accepted;
};

static void assert_same_text(const char *a, const char *b) {
    if (!a || !b) assert_ptr_equal(a, b);
    else assert_string_equal(a, b);
}

static void compare(void *ctx, const struct sw_event *b, enum sw_reject reject, const char *text, size_t len) {
    struct seen *seen = ctx;
    const struct sw_event *a = seen->fast;
    (void)reject, (void)len;
    seen->accepted = b != NULL;
    if (!a) return;
    if (!b) fail_msg("the reference refuses %s", text);
    const char *const texts[][2] = {{a->id, b->id}, {a->src, b->src}, {a->agent, b->agent}, {a->call, b->call}, {a->queue, b->queue},
                                    {a->team, b->team}, {a->campaign, b->campaign}, {a->name, b->name}, {a->reason, b->reason},
                                    {a->to, b->to}, {a->source, b->source}, {a->text, b->text}};
    const int64_t numbers[][2] = {{a->type, b->type}, {a->ts_ms, b->ts_ms}, {a->media, b->media}, {a->state, b->state},
                                  {a->exit_reason, b->exit_reason}, {a->by, b->by}, {a->result, b->result}, {a->has_queues, b->has_queues},
                                  {a->queue_count, b->queue_count}, {a->wait_ms, b->wait_ms}, {a->talk_ms, b->talk_ms}, {a->hold_ms, b->hold_ms},
                                  {a->until_ms, b->until_ms}, {a->position, b->position}, {a->priority, b->priority}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_same_text(texts[i][0], texts[i][1]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) assert_true(numbers[i][0] == numbers[i][1]);
    for (uint32_t i = 0; i < a->queue_count; i++) assert_string_equal(a->queues[i], b->queues[i]);
}

/* Reads it both ways. Returns whether the fast one took it; ACCEPTED: what the reference said. */
static bool takes(const char *json, bool *accepted) {
    static char room[SW_EVENT_FLAT_ROOM(SW_EVENT_BYTES_MAX)];
    size_t len = strlen(json);
    struct sw_event event;
    struct seen seen = {0};
    if (sw_event_read_flat(json, len, room, &event)) seen.fast = &event;
    sw_event_read_by_tree(json, len, compare, &seen);
    if (accepted) *accepted = seen.accepted;
    return seen.fast != NULL;
}

#define TS "\"ts\":1767225600000"

static void test_takes_what_producers_send(void **state) {
    (void)state;
    static const char *const events[] = {
        "{\"v\":1,\"type\":\"agent.state\"," TS ",\"agent\":\"1001\",\"state\":\"break\",\"reason\":\"小休\",\"name\":\"王芳\",\"team\":\"A\",\"queues\":[\"销售\",\"b\"]}",
        "{\"type\":\"agent.state\"," TS ",\"agent\":\"1001\",\"state\":\"ready\",\"queues\":[]}",
        "{\"type\":\"call.queued\"," TS ",\"id\":\"1\",\"src\":\"pbx\",\"call\":\"c\",\"queue\":\"q\",\"position\":1,\"priority\":-2,\"media\":\"chat\"}",
        "{\"type\":\"call.ringing\"," TS ",\"call\":\"c\",\"agent\":\"1\"}",
        "{\"type\":\"call.declined\"," TS ",\"call\":\"c\",\"agent\":\"1\",\"reason\":\"timeout\"}",
        " { \"type\" : \"call.answered\" , " TS " , \"call\" : \"c\" , \"agent\" : \"1\" , \"wait\" : 0 } \n",
        "{\"type\":\"call.abandoned\"," TS ",\"call\":\"c\",\"unknown\":null,\"other\":true,\"third\":12}",
        "{\"type\":\"call.exited\"," TS ",\"call\":\"c\",\"reason\":\"key\",\"to\":\"q2\"}",
        "{\"type\":\"call.held\"," TS ",\"call\":\"c\"}",
        "{\"type\":\"call.retrieved\"," TS ",\"call\":\"c\"}",
        "{\"type\":\"call.transferred\"," TS ",\"call\":\"c\",\"agent\":\"1\",\"to\":\"2\"}",
        "{\"type\":\"call.ended\"," TS ",\"call\":\"c\",\"by\":\"agent\",\"talk\":1,\"hold\":2}",
        "{\"type\":\"call.dialed\"," TS ",\"call\":\"c\",\"agent\":\"1\",\"campaign\":\"k\"}",
        "{\"type\":\"call.connected\"," TS ",\"call\":\"c\"}",
        "{\"type\":\"call.dispositioned\"," TS ",\"call\":\"c\",\"result\":\"refused\"}",
    };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        bool accepted;
        if (!takes(events[i], &accepted) || !accepted) fail_msg("not taken: %s", events[i]);
    }
}

static void test_leaves_the_rest(void **state) {
    (void)state;
    static const struct {
        const char *json;
        bool accepted; /* by the reference */
    } events[] = {
        {"{\"type\":\"call.held\",\"ts\":1e3,\"call\":\"c\"}", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"\\u0063\"}", true},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"c\",\"x\":{\"y\":1}}", true},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"c\",\"x\":1,\"x\":1}", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"c\",\"call\":\"c\"}", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"\"}", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":7}", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"a\x7f\"}", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"a\xc2\x85\"}", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"\xed\xa0\x80\"}", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"c\"} x", false},
        {"{\"type\":\"call.held\"," TS ",\"call\":\"c\",}", false},
        {"{\"type\":\"call.held\",\"ts\":01,\"call\":\"c\"}", false},
        {"{\"type\":\"call.held\",\"ts\":-0,\"call\":\"c\"}", true},
        {"{\"type\":\"call.answered\"," TS ",\"call\":\"c\"}", false},
        {"{\"type\":\"call.nothing\"," TS ",\"call\":\"c\"}", false},
        {"{\"type\":\"agent.state\"," TS ",\"agent\":\"1\",\"state\":\"asleep\"}", false},
        {"{\"v\":2,\"type\":\"call.held\"," TS ",\"call\":\"c\"}", false},
        {"{\"type\":\"notice\"," TS ",\"text\":\"hello\"}", true},
        {"{}", false},
        {"[]", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        bool accepted;
        if (takes(events[i].json, &accepted)) fail_msg("taken: %s", events[i].json);
        if (accepted != events[i].accepted) fail_msg("the reference: %d for %s", accepted, events[i].json);
    }
}

/* ---- random documents ---- */

static uint64_t seed = 20261124;

static uint32_t below(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static void put_member(struct sw_buf *out) {
    static const char *const names[] = {"v", "type", "ts", "id", "src", "agent", "call", "queue", "team", "campaign", "media", "state", "reason", "name",
                                        "queues", "wait", "position", "priority", "to", "by", "talk", "hold", "result", "text", "until", "other", "more"};
    static const char *const values[] = {"1", "0", "-1", "1767225600000", "99999999999999999", "1.5", "2e3", "null", "true", "\"\"", "\"a\"", "\"王芳\"", "\"call.queued\"",
                                         "\"call.ended\"", "\"agent.state\"", "\"call.exited\"", "\"break\"", "\"ready\"", "\"timeout\"", "\"agent\"", "\"success\"", "\"chat\"",
                                         "[\"a\",\"b\"]", "[]", "[1]", "{}", "\"\\n\"", "\"\xc2\x80\"", "\"\x7f\"", "\"\xff\""};
    sw_buf_printf(out, "\"%s\":%s", names[below(sizeof names / sizeof *names)], values[below(sizeof values / sizeof *values)]);
}

static void test_never_differs(void **state) {
    (void)state;
    static const char *const starts[] = {"\"type\":\"call.queued\",\"ts\":5,\"call\":\"c\",\"queue\":\"q\"", "\"type\":\"agent.state\",\"ts\":5,\"agent\":\"1\",\"state\":\"meal\"",
                                         "\"type\":\"call.exited\",\"ts\":5,\"call\":\"c\"", "\"type\":\"call.ended\",\"call\":\"c\",\"ts\":7", ""};
    struct sw_buf out;
    sw_buf_init(&out, 65536);
    unsigned taken = 0, accepted_in_all = 0;
    for (int i = 0; i < DOCUMENTS; i++) {
        sw_buf_clear(&out);
        sw_buf_puts(&out, below(8) ? "{" : " { ");
        const char *start = starts[below(5)];
        sw_buf_puts(&out, start);
        uint32_t more = below(4);
        for (uint32_t k = 0; k < more; k++) {
            if (k || *start) sw_buf_puts(&out, below(9) ? "," : " ,\t");
            put_member(&out);
        }
        sw_buf_puts(&out, below(30) ? "}" : below(2) ? "" : "}}");
        if (!below(10) && out.len > 2) out.data[below((uint32_t)out.len)] = (char)(1 + below(255));
        bool accepted;
        taken += takes(sw_buf_text(&out), &accepted);
        accepted_in_all += accepted;
    }
    sw_buf_deinit(&out);
    assert_true(taken > DOCUMENTS / 10); /* or it was not tested */
    assert_true(accepted_in_all >= taken);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_what_producers_send),
        cmocka_unit_test(test_leaves_the_rest),
        cmocka_unit_test(test_never_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
