/* A checkpoint's bytes: what is refused leaves nothing behind, what is taken is a floor that can be saved, read and
 * loaded again. An input is the bytes as they are, without a checksum. */
#include "../unit/checkpoint_fixture.h"
#include "fuzz.h"

static struct sw_buf bytes_of(const struct site *s) {
    struct sw_buf out;
    sw_buf_init(&out, SITE_BYTES_MAX);
    sw_floor_save(s->floor, s->shifts, &out);
    SW_ASSERT(!out.failed);
    return out;
}

/* Saved again it is the same floor, and the bytes do not change any more. */
static void check_again(const struct site *s) {
    struct sw_buf first = bytes_of(s), second;
    struct site *again = site_new(false);
    SW_ASSERT(sw_floor_load(again->floor, again->shifts, first.data, first.len) == 0);
    second = bytes_of(again);
    SW_ASSERT(first.len == second.len && !memcmp(first.data, second.data, first.len));
    site_free(again);
    sw_buf_deinit(&first);
    sw_buf_deinit(&second);
}

static void look_around(const struct site *s) {
    struct sw_waiting_call waiting[16];
    struct sw_scope_now now;
    struct sw_notice notices[SW_NOTICES_MAX];
    struct sw_alert *alerts;
    size_t count = sw_floor_waiting_calls(s->floor, waiting, 16);
    for (size_t i = 0; i < count; i++) SW_ASSERT(waiting[i].call && waiting[i].queue);
    for (size_t i = 0; i < sw_floor_queue_count(s->floor); i++) sw_scope_now(s->floor, sw_floor_queue(s->floor, i), &now);
    for (size_t i = 0; i < sw_floor_agent_count(s->floor); i++) {
        struct sw_agent_now agent;
        sw_agent_now(s->floor, sw_floor_agent(s->floor, i), &agent);
        SW_ASSERT(agent.id && agent.team);
    }
    (void)sw_floor_notices(s->floor, notices, SW_NOTICES_MAX);
    (void)sw_floor_alerts(s->floor, false, &alerts);
    free(alerts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct site *s = site_new(false);
    int r = sw_floor_load(s->floor, s->shifts, data, size);
    SW_ASSERT(r == 0 || r == -SW_EPARSE);
    if (r == 0) {
        look_around(s);
        check_again(s);
    }
    site_free(s);
    return 0;
}
