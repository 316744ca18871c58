#include "codec/site.h"

#include <string.h>

static void on_agent_state(void *ctx, const char *agent, enum sw_agent_state state, bool has_reason, int64_t at_ms) {
    sw_shifts_agent_state(ctx, agent, state, has_reason, at_ms);
}

struct sw_floor *sw_site_floor(const struct sw_config *c, const struct sw_zone *zone, struct sw_shifts *shifts,
                               bool keep_all) {
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    options.zone = zone;
    options.day_starts_ms = c->day_starts_ms;
    options.interval_ms = c->interval_min * 60000;
    options.target_ms = c->target_ms;
    options.short_ms = c->short_ms;
    options.formula = (enum sw_formula)c->formula;
    options.exclude_short_abandons = c->exclude_short_abandons;
    options.keep_all = keep_all;
    options.break_allowance_ms = c->break_allowance_ms;
    memcpy(options.limit_ms, c->limit_ms, sizeof options.limit_ms);
    options.on_agent_state = shifts ? on_agent_state : NULL;
    options.ctx = shifts;
    options.shifts = shifts;
    options.policy = shifts ? sw_shifts_policy(shifts) : NULL;
    struct sw_floor *floor = sw_floor_new(&options);
    int failed = 0;
    for (size_t i = 0; i < c->group_count; i++) failed |= sw_floor_add_group(floor, c->groups[i].id, c->groups[i].name);
    for (size_t i = 0; i < c->queue_count; i++) {
        const struct sw_config_queue *q = &c->queues[i];
        const struct sw_queue_options queue = {.id = q->id,
                                               .name = q->name,
                                               .target_ms = q->target_ms,
                                               .short_ms = q->short_ms,
                                               .formula = (int)q->formula,
                                               .groups = (const char *const *)q->groups.items,
                                               .group_count = q->groups.count};
        failed |= sw_floor_add_queue(floor, &queue);
    }
    for (size_t i = 0; i < c->agent_count; i++) {
        const struct sw_config_agent *a = &c->agents[i];
        const struct sw_agent_options agent = {.id = a->id,
                                               .name = a->name,
                                               .team = a->team,
                                               .seat = a->seat,
                                               .queues = (const char *const *)a->queues.items,
                                               .queue_count = a->queues.count};
        failed |= sw_floor_add_agent(floor, &agent);
    }
    for (size_t i = 0; i < c->reason_count; i++)
        failed |= sw_floor_map_reason(floor, c->reasons[i].text, c->reasons[i].state);
    SW_ASSERT(failed == 0); /* sw_config_read has refused what a floor would refuse */
    return floor;
}

int sw_site_add_rostered(struct sw_floor *floor, const struct sw_shifts *shifts) {
    for (size_t i = 0; i < sw_shifts_count(shifts); i++) {
        const struct sw_roster_row *row = sw_shift_row(sw_shifts_get(shifts, i));
        if (sw_floor_find_agent(floor, row->agent)) continue;
        const struct sw_agent_options agent = {
            .id = row->agent, .name = row->name, .team = row->team, .seat = row->seat};
        int failed = sw_floor_add_agent(floor, &agent);
        if (failed) return failed;
    }
    return 0;
}

void sw_site_view_options(const struct sw_config *c, struct sw_view_options *out) {
    *out = (struct sw_view_options){.name = c->site_name ? c->site_name : c->site_id,
                                    .zone = c->zone,
                                    .names = c->names,
                                    .live_service_level = c->live_service_level,
                                    .answer_rate_goal = c->answer_rate_goal,
                                    .answer_rate_critical = c->answer_rate_critical,
                                    .service_level_goal = c->service_level_goal,
                                    .service_level_critical = c->service_level_critical,
                                    .waiting_warning = c->waiting_warning,
                                    .waiting_critical = c->waiting_critical,
                                    .wait_warning_ms = c->wait_warning_ms,
                                    .wait_critical_ms = c->wait_critical_ms,
                                    .little_idle = c->little_idle,
                                    .much_idle = c->much_idle,
                                    .much_non_service = c->much_non_service};
}
