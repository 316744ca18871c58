/* The configuration: a good one makes a floor, a bad one has its faults told. */
#include <stdio.h>

#include "codec/config.h"
#include "codec/site.h"
#include "fuzz.h"

#define FAULT_BYTES_MAX ((size_t)1 << 20)

static void check(const struct sw_config *c) {
    char host[256];
    int port = -1;
    SW_ASSERT(sw_config_parse_listen(c->listen, host, sizeof host, &port) == 0 && port >= 0 && port <= 65535);
    SW_ASSERT(sw_config_is_site_id(c->site_id));
    SW_ASSERT(c->day_starts_ms >= 0 && c->day_starts_ms < 86400000 && (c->interval_min == 15 || c->interval_min == 30));
    SW_ASSERT(c->formula >= 0 && c->formula < SW_FORMULA_COUNT);
    SW_ASSERT(c->answer_rate_goal >= 0 && c->answer_rate_goal <= 1 && c->much_idle >= 0 && c->much_idle <= 1);
    struct sw_view_options view;
    sw_site_view_options(c, &view);
    struct sw_floor *floor = sw_site_floor(c, NULL, NULL, false);
    SW_ASSERT(sw_floor_queue_count(floor) >= c->queue_count && sw_floor_group_count(floor) == c->group_count);
    SW_ASSERT(sw_floor_agent_count(floor) == c->agent_count);
    sw_floor_advance(floor, 1700006400000);
    sw_floor_free(floor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_config config;
    struct sw_buf faults;
    sw_config_init(&config);
    sw_buf_init(&faults, FAULT_BYTES_MAX);
    int r = sw_config_read(&config, "f.yaml", (const char *)data, size, &faults);
    SW_ASSERT(r == 0 || r == -SW_EPARSE);
    fuzz_text(&faults);
    SW_ASSERT(!faults.failed && (r == 0) == (faults.len == 0));
    if (r == 0) check(&config);
    sw_config_deinit(&config);
    sw_buf_deinit(&faults);
    return 0;
}
