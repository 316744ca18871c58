/* The one entry to the core: apply an event, let time pass, see what changed. */
#include "core/floor_state.h"

void sw_floor_options_init(struct sw_floor_options *options) {
    *options = (struct sw_floor_options){.interval_ms = 900000,
                                         .target_ms = 20000,
                                         .short_ms = 5000,
                                         .formula = SW_FORMULA_ALL,
                                         .break_allowance_ms = 600000};
    options->limit_ms[SW_ST_BREAK] = 600000;
    options->limit_ms[SW_ST_BUSY] = 300000;
    options->limit_ms[SW_ST_HOLD] = 120000;
    options->limit_ms[SW_ST_WRAPUP] = 180000;
}

struct sw_floor *sw_floor_new(const struct sw_floor_options *options) {
    struct sw_floor *floor = sw_xcalloc(1, sizeof *floor);
    floor->options = *options;
    if (!floor->options.zone) floor->options.zone = floor->own_zone = sw_zone_utc();
    floor->now_ms = SW_NEVER;
    floor->counters.first_ts_ms = INT64_MAX;
    floor->counters.last_ts_ms = SW_NEVER;
    floor->site = sw__scope_new(SW_SCOPE_SITE, "", NULL);
    floor->everyone = sw__team_new("");
    floor->duplicates = sw_duplicates_new();
    floor->closed_last = &floor->closed_first;
    if (options->policy) floor->watch = sw__watch_new();
    return floor;
}

/* All at once: what points to them goes, too. */
static void free_calls(struct sw_floor *floor) {
    struct sw_call *call = floor->calls_by_id, *next;
    HASH_CLEAR(hh, floor->calls_by_id);
    for (; call; call = next) {
        next = call->hh.next;
        free(call->exit_to);
        free(call);
    }
}

void sw_floor_free(struct sw_floor *floor) {
    if (!floor) return;
    SW_ASSERT(!floor->saver);
    sw__watch_free(floor->watch);
    floor->watch = NULL;
    free_calls(floor);
    HASH_CLEAR(hh, floor->agents_by_id);
    for (size_t i = 0; i < floor->agent_count; i++) sw__agent_free(floor->agents[i]);
    HASH_CLEAR(hh, floor->teams_by_id);
    for (size_t i = 0; i < floor->team_count; i++) sw__team_free(floor->teams[i]);
    HASH_CLEAR(hh, floor->queues_by_id);
    for (size_t i = 0; i < floor->queue_count; i++) sw__scope_free(floor->queues[i]);
    HASH_CLEAR(hh, floor->groups_by_id);
    for (size_t i = 0; i < floor->group_count; i++) sw__scope_free(floor->groups[i]);
    struct sw_reason *reason, *next_reason;
    HASH_ITER(hh, floor->reasons, reason, next_reason) {
        HASH_DEL(floor->reasons, reason);
        free(reason);
    }
    sw__scope_free(floor->site);
    sw__team_free(floor->everyone);
    sw_duplicates_free(floor->duplicates);
    sw__notices_free(floor);
    for (size_t i = 0; i < 2 * floor->gone_count; i++) free(floor->gone[i]);
    sw_heap_deinit(&floor->breaches);
    sw_heap_deinit(&floor->silences);
    sw_heap_deinit(&floor->limits);
    free(floor->agents);
    free(floor->teams);
    free(floor->queues);
    free(floor->groups);
    free(floor->dirty_agents);
    free(floor->gone);
    sw_zone_free(floor->own_zone);
    free(floor);
}

int sw_floor_map_reason(struct sw_floor *floor, const char *reason, enum sw_agent_state state) {
    struct sw_reason *known;
    size_t len = strlen(reason);
    HASH_FIND(hh, floor->reasons, reason, len, known);
    if (known) return -SW_EINVAL;
    known = sw_xcalloc(1, sizeof *known + len + 1);
    memcpy(known->text, reason, len);
    known->state = state;
    HASH_ADD_KEYPTR(hh, floor->reasons, known->text, len, known);
    return 0;
}

/* ---- time ---- */

static void drop_old(struct sw_floor *floor) {
    int64_t keep_from_ms = sw__calendar_day(floor, floor->day.start_ms - 1)->start_ms;
    sw_series_drop_before(&floor->site->series, keep_from_ms);
    for (size_t i = 0; i < floor->queue_count; i++) sw_series_drop_before(&floor->queues[i]->series, keep_from_ms);
    for (size_t i = 0; i < floor->group_count; i++) sw_series_drop_before(&floor->groups[i]->series, keep_from_ms);
    sw_series_drop_before(&floor->everyone->series, keep_from_ms);
    for (size_t i = 0; i < floor->team_count; i++) sw_series_drop_before(&floor->teams[i]->series, keep_from_ms);
    sw__agents_purge(floor);
}

static void enter_interval(struct sw_floor *floor) {
    sw__agents_settle(floor, floor->now_ms);
    bool new_day = floor->now_ms >= floor->day.end_ms || floor->now_ms < floor->day.start_ms;
    if (new_day) {
        sw_zone_business_day(floor->options.zone, floor->options.day_starts_ms, floor->now_ms, &floor->day);
        if (!floor->options.keep_all) drop_old(floor);
        sw__watch_new_day(floor, floor->day.start_ms);
    }
    floor->interval = sw__calendar_interval(floor, &floor->day, floor->now_ms);
    for (size_t i = 0; i < floor->agent_count; i++) sw__agent_touch(floor, floor->agents[i]);
}

/* Rolling windows move on with every minute, and the time sums of teams and the site with them. */
static void enter_minute(struct sw_floor *floor) {
    floor->minute = sw__floor_div(floor->now_ms, SW_MINUTE_MS);
    sw__wrapups_settle(floor, floor->now_ms);
    for (size_t i = 0; i < floor->queue_count; i++) sw__queue_touch(floor, floor->queues[i]);
    for (size_t i = 0; i < floor->team_count; i++) floor->teams[i]->dirty = true;
    floor->changed = floor->site_dirty = true;
}

void sw_floor_advance(struct sw_floor *floor, int64_t now_ms) {
    if (now_ms == SW_NEVER) return;
    sw__before_change(floor);
    if (now_ms > floor->now_ms) {
        bool first = floor->now_ms == SW_NEVER;
        floor->now_ms = now_ms;
        if (first || now_ms >= floor->interval.end_ms) enter_interval(floor);
        if (first || now_ms >= (floor->minute + 1) * SW_MINUTE_MS) {
            enter_minute(floor);
            if (!floor->options.keep_all) sw_duplicates_expire(floor->duplicates, now_ms);
        }
        sw__notices_due(floor, now_ms);
    }
    /* also when no time has passed: a late event may have brought a deadline that is past already */
    sw__calls_due(floor, floor->now_ms);
    sw__agents_due(floor, floor->now_ms);
    sw__watch_advance(floor, floor->now_ms);
}

int64_t sw_floor_next_deadline(const struct sw_floor *floor) {
    if (floor->now_ms == SW_NEVER) return INT64_MAX;
    int64_t next = sw__min((floor->minute + 1) * SW_MINUTE_MS, floor->interval.end_ms);
    const struct sw_heap_node *top;
    if ((top = sw_heap_top(&floor->silences))) next = sw__min(next, top->key);
    if ((top = sw_heap_top(&floor->breaches))) next = sw__min(next, top->key + 1);
    if ((top = sw_heap_top(&floor->limits))) next = sw__min(next, top->key + 1);
    next = sw__min(next, sw__watch_next(floor));
    return sw__min(next, sw__notices_next(floor));
}

int64_t sw_floor_now(const struct sw_floor *floor) { return floor->now_ms; }

void sw_floor_settle(struct sw_floor *floor, int64_t t_ms) {
    sw__before_change(floor);
    for (size_t i = 0; i < floor->agent_count; i++) {
        struct sw_agent *agent = floor->agents[i];
        if (agent->has_state) sw__agent_settle(floor, agent, sw__max(t_ms, agent->state_since_ms));
    }
}

/* ---- events ---- */

const struct sw_floor_counters *sw_floor_counters(const struct sw_floor *floor) { return &floor->counters; }

void sw_floor_count_rejected(struct sw_floor *floor) {
    sw__before_change(floor);
    floor->counters.events++;
    floor->counters.rejected++;
}

/* Whether there is no room for what the event would make. */
static bool past_caps(struct sw_floor *floor, const struct sw_event *event) {
    if (event->agent && floor->agent_count >= SW_AGENTS_MAX && !sw_floor_find_agent(floor, event->agent)) return true;
    if (event->queue && floor->queue_count >= SW_QUEUES_MAX && event->type == SW_EV_CALL_QUEUED &&
        !sw_floor_find_queue(floor, event->queue))
        return true;
    return event->call && HASH_COUNT(floor->calls_by_id) >= SW_CALLS_MAX && !floor->closed_first &&
           !sw__call_find(floor, event->call);
}

static enum sw_reject refusal(struct sw_floor *floor, const struct sw_event *event, int64_t latest_ms) {
    if (event->ts_ms > latest_ms) return SW_REJECT_FUTURE;
    if (event->ts_ms < sw__calendar_day(floor, floor->day.start_ms - 1)->start_ms) return SW_REJECT_TOO_OLD;
    return past_caps(floor, event) ? SW_REJECT_LIMIT : SW_REJECT_NONE;
}

static enum sw_outcome dispatch(struct sw_floor *floor, const struct sw_event *event) {
    switch (event->type) {
    case SW_EV_AGENT_STATE: sw__agent_event(floor, event); return SW_OUTCOME_APPLIED;
    case SW_EV_NOTICE: return sw__notice_event(floor, event);
    case SW_EV_ALARM: return sw__alarm_event(floor, event);
    default: return sw__call_event(floor, event);
    }
}

enum sw_outcome sw_floor_apply(struct sw_floor *floor, const struct sw_event *event, int64_t now_ms, int64_t latest_ms,
                               enum sw_reject *reject) {
    struct sw_floor_counters *counters = &floor->counters;
    struct sw_duplicate_key key;
    sw__before_change(floor);
    if (event->id) {
        sw_duplicate_key(&key, event->src, event->id);
        sw_duplicates_expect(floor->duplicates, &key);
    }
    counters->events++;
    sw_floor_advance(floor, now_ms);
    enum sw_reject why = refusal(floor, event, latest_ms);
    if (why != SW_REJECT_NONE) {
        counters->rejected++;
        if (reject) *reject = why;
        return SW_OUTCOME_REJECTED;
    }
    if (event->id && sw_duplicates_seen(floor->duplicates, &key, event->ts_ms)) {
        counters->duplicates++;
        return SW_OUTCOME_DUPLICATE;
    }
    counters->first_ts_ms = sw__min(counters->first_ts_ms, event->ts_ms);
    counters->last_ts_ms = sw__max(counters->last_ts_ms, event->ts_ms);
    floor->in_event = true;
    enum sw_outcome outcome = dispatch(floor, event);
    floor->in_event = false;
    sw__watch_event_over(floor, event->ts_ms);
    if (outcome == SW_OUTCOME_CONTRADICTION) {
        counters->contradictions++;
        floor->changed = floor->site_dirty = true;
        return outcome;
    }
    counters->applied++;
    if (event->id)
        counters->duplicate_keys_evicted += sw_duplicates_add(floor->duplicates, &key, event->ts_ms);
    return outcome;
}

/* ---- what changed ---- */

bool sw_floor_changed(const struct sw_floor *floor) { return floor->changed; }

static void drain_scopes(struct sw_scope **scopes, size_t count, void *ctx,
                         void (*tell)(void *ctx, const struct sw_scope *scope)) {
    for (size_t i = 0; i < count; i++) {
        if (!scopes[i]->dirty) continue;
        scopes[i]->dirty = false;
        if (tell) tell(ctx, scopes[i]);
    }
}

void sw_floor_drain_agents(struct sw_floor *floor, const struct sw_floor_changes *changes) {
    for (size_t i = 0; i < floor->gone_count; i++) {
        if (changes->agent_gone) changes->agent_gone(changes->ctx, floor->gone[2 * i], floor->gone[2 * i + 1]);
        free(floor->gone[2 * i]);
        free(floor->gone[2 * i + 1]);
    }
    floor->gone_count = 0;
    if (!changes->agent) return;
    for (size_t i = 0; i < floor->dirty_agent_count; i++) {
        floor->dirty_agents[i]->dirty = false;
        changes->agent(changes->ctx, floor->dirty_agents[i]);
    }
    floor->dirty_agent_count = 0;
}

void sw_floor_drain(struct sw_floor *floor, const struct sw_floor_changes *changes) {
    sw_floor_drain_agents(floor, changes);
    if (!floor->changed) return;
    floor->changed = false;
    drain_scopes(floor->queues, floor->queue_count, changes->ctx, changes->queue);
    drain_scopes(floor->groups, floor->group_count, changes->ctx, changes->group);
    for (size_t i = 0; i < floor->team_count; i++) {
        if (!floor->teams[i]->dirty) continue;
        floor->teams[i]->dirty = false;
        if (changes->team) changes->team(changes->ctx, floor->teams[i]);
    }
    bool site = floor->site_dirty;
    floor->site_dirty = floor->site->dirty = false;
    if (site && changes->site) changes->site(changes->ctx);
}
