/* Agents and teams: their state, and the time they spend in each, to the millisecond. */
#include "core/floor_state.h"

struct sw_team *sw__team_new(const char *id) {
    struct sw_team *team = sw_xcalloc(1, sizeof *team);
    team->id = sw_xstrdup(id);
    sw_series_init(&team->series, SW_AC_COUNT);
    return team;
}

void sw__team_free(struct sw_team *team) {
    free(team->id);
    free(team->together);
    sw_series_deinit(&team->series);
    free(team);
}

static struct sw_team *find_team(struct sw_floor *floor, const char *id) {
    struct sw_team *team;
    HASH_FIND(hh, floor->teams_by_id, id, strlen(id), team);
    return team;
}

/* Past the cap every new team is the one of the unassigned: an agent's figures matter more than its team's name. */
struct sw_team *sw__team_of(struct sw_floor *floor, const char *id) {
    struct sw_team *team = find_team(floor, id);
    if (!team && floor->team_count >= SW_TEAMS_MAX) team = find_team(floor, "unassigned");
    if (team) return team;
    team = sw__team_new(id);
    HASH_ADD_KEYPTR(hh, floor->teams_by_id, team->id, strlen(team->id), team);
    floor->teams = sw_xrealloc(floor->teams, (floor->team_count + 1) * sizeof *floor->teams);
    floor->teams[floor->team_count++] = team;
    return team;
}

void sw__agent_touch(struct sw_floor *floor, struct sw_agent *agent) {
    agent->team->dirty = true;
    floor->changed = floor->site_dirty = true;
    if (agent->dirty) return;
    agent->dirty = true;
    if (floor->dirty_agent_count == floor->dirty_agent_size) {
        floor->dirty_agent_size = floor->dirty_agent_size ? floor->dirty_agent_size * 2 : 64;
        floor->dirty_agents =
            sw_xrealloc(floor->dirty_agents, floor->dirty_agent_size * sizeof *floor->dirty_agents);
    }
    floor->dirty_agents[floor->dirty_agent_count++] = agent;
}

/* ---- who stands where ---- */

/* Adds the agent to (or, with SIGN -1, takes it out of) the counts of its team, everyone, its queues and groups. */
static void stand(struct sw_floor *floor, struct sw_agent *agent, int sign) {
    uint32_t step = (uint32_t)sign; /* wraps: adding 2^32 - 1 is taking one away */
    struct sw_team *const teams[] = {agent->team, floor->everyone};
    for (size_t i = 0; i < 2; i++) {
        teams[i]->states[agent->state] += step;
        teams[i]->settled_sum[agent->state] += sign * agent->settled_ms;
    }
    for (size_t i = 0; i < agent->queue_count; i++) {
        agent->queues[i]->agents[agent->state] += step;
        sw__queue_touch(floor, agent->queues[i]);
    }
    for (size_t i = 0; i < agent->group_count; i++) agent->groups[i]->agents[agent->state] += step;
    if (agent->state != SW_ST_WRAPUP) return;
    if (sign > 0) {
        agent->next_wrapup = floor->in_wrapup;
        if (floor->in_wrapup) floor->in_wrapup->prev_wrapup = &agent->next_wrapup;
        agent->prev_wrapup = &floor->in_wrapup;
        floor->in_wrapup = agent;
    } else {
        *agent->prev_wrapup = agent->next_wrapup;
        if (agent->next_wrapup) agent->next_wrapup->prev_wrapup = agent->prev_wrapup;
    }
}

static bool serves(struct sw_scope *const *scopes, size_t count, const struct sw_scope *scope) {
    for (size_t i = 0; i < count; i++)
        if (scopes[i] == scope) return true;
    return false;
}

void sw__agent_set_groups(struct sw_agent *agent) {
    agent->group_count = 0;
    for (size_t i = 0; i < agent->queue_count; i++) {
        const struct sw_scope *queue = agent->queues[i];
        for (size_t g = 0; g < queue->link_count; g++) {
            if (serves(agent->groups, agent->group_count, queue->links[g])) continue;
            agent->groups = sw_xrealloc(agent->groups, (agent->group_count + 1) * sizeof *agent->groups);
            agent->groups[agent->group_count++] = queue->links[g];
        }
    }
}

/* Sets the queues an agent serves; the caller has taken it out of the counts. Unknown queues are made; those past
 * the cap are left out. */
static void set_queues(struct sw_floor *floor, struct sw_agent *agent, const char *const *ids, size_t count) {
    agent->queues = sw_xrealloc(agent->queues, (count + 1) * sizeof *agent->queues);
    agent->queue_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct sw_scope *queue = sw__queue_of(floor, ids[i]);
        if (!queue || serves(agent->queues, agent->queue_count, queue)) continue;
        agent->queues[agent->queue_count++] = queue;
    }
    sw__agent_set_groups(agent);
}

static bool same_queues(const struct sw_agent *agent, const struct sw_event *event) {
    if (agent->queue_count != event->queue_count) return false;
    for (size_t i = 0; i < agent->queue_count; i++)
        if (strcmp(agent->queues[i]->id, event->queues[i])) return false;
    return true;
}

static struct sw_agent *make_agent(struct sw_floor *floor, const char *id, const char *team) {
    struct sw_agent *agent = sw_xcalloc(1, sizeof *agent);
    agent->id = sw_xstrdup(id);
    agent->team = sw__team_of(floor, team ? team : "unassigned");
    agent->state_since_ms = agent->since_ms = agent->latest_ms = SW_NEVER;
    agent->first_seen_ms = INT64_MAX;
    sw_ledger_init(&agent->ledger);
    HASH_ADD_KEYPTR(hh, floor->agents_by_id, agent->id, strlen(agent->id), agent);
    HASH_STAY_ROOMY(hh, floor->agents_by_id);
    if (floor->agent_count == floor->agent_size) {
        floor->agent_size = floor->agent_size ? floor->agent_size * 2 : 64;
        floor->agents = sw_xrealloc(floor->agents, floor->agent_size * sizeof(struct sw_agent *));
    }
    floor->agents[floor->agent_count++] = agent;
    stand(floor, agent, 1);
    sw__agent_touch(floor, agent);
    return agent;
}

struct sw_agent *sw__agent_of(struct sw_floor *floor, const char *id, const char *team, int64_t t_ms) {
    struct sw_agent *agent;
    HASH_FIND(hh, floor->agents_by_id, id, strlen(id), agent);
    if (!agent) agent = make_agent(floor, id, team);
    agent->first_seen_ms = sw__min(agent->first_seen_ms, t_ms);
    return agent;
}

void sw__agent_free(struct sw_agent *agent) {
    free(agent->id);
    free(agent->name);
    free(agent->seat);
    free(agent->reason);
    free(agent->queue_id);
    free(agent->queues);
    free(agent->groups);
    sw_ledger_deinit(&agent->ledger);
    sw__watch_free_conditions(agent->conditions, SW__AGENT_RULES);
    free(agent);
}

int sw_floor_add_agent(struct sw_floor *floor, const struct sw_agent_options *options) {
    struct sw_agent *agent;
    HASH_FIND(hh, floor->agents_by_id, options->id, strlen(options->id), agent);
    if (agent) return -SW_EINVAL;
    sw__before_change(floor);
    if (floor->agent_count >= SW_AGENTS_MAX) return -SW_ELIMIT;
    agent = make_agent(floor, options->id, options->team);
    agent->configured = true;
    agent->fixed_team = options->team != NULL;
    agent->fixed_name = options->name != NULL;
    sw__replace(&agent->name, options->name);
    sw__replace(&agent->seat, options->seat);
    stand(floor, agent, -1);
    set_queues(floor, agent, options->queues, options->queue_count);
    stand(floor, agent, 1);
    return 0;
}

/* ---- time ---- */

static void add_state_time(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms, int64_t ms) {
    int64_t start_ms = sw__calendar_interval_start(floor, t_ms);
    enum sw_agent_counter counter = (enum sw_agent_counter)(SW_AC_STATE_MS + (int)agent->state);
    sw_ledger_at(&agent->ledger, start_ms)[counter] += ms;
    sw_series_at(&agent->team->series, start_ms)[counter] += ms;
    sw_series_at(&floor->everyone->series, start_ms)[counter] += ms;
}

/* Adds (SIGN 1) or takes back (-1) the agent's time in its state over [from, to), split at interval edges. */
static void credit(struct sw_floor *floor, struct sw_agent *agent, int64_t from_ms, int64_t to_ms, int sign) {
    if (!sw_state_is_staffed(agent->state)) return;
    if (!floor->options.keep_all) { /* days that are no longer kept are not opened again */
        const struct sw_day *day = sw__calendar_day(floor, floor->day.start_ms - 1);
        from_ms = sw__max(from_ms, day->start_ms);
    }
    if (agent->state == SW_ST_WRAPUP) sw__wrapup_add(floor, agent, from_ms, to_ms, sign);
    while (from_ms < to_ms) {
        struct sw_span span = sw__calendar_interval(floor, sw__calendar_day(floor, from_ms), from_ms);
        int64_t edge = sw__min(to_ms, span.end_ms);
        add_state_time(floor, agent, from_ms, sign * (edge - from_ms));
        from_ms = edge;
    }
}

void sw__agent_settle(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms) {
    if (agent->since_ms == SW_NEVER || t_ms == agent->settled_ms) return;
    if (t_ms > agent->settled_ms) credit(floor, agent, agent->settled_ms, t_ms, 1);
    else credit(floor, agent, t_ms, agent->settled_ms, -1);
    int64_t moved = t_ms - agent->settled_ms;
    agent->team->settled_sum[agent->state] += moved;
    floor->everyone->settled_sum[agent->state] += moved;
    agent->settled_ms = t_ms;
}

void sw__agents_settle(struct sw_floor *floor, int64_t t_ms) {
    for (size_t i = 0; i < floor->agent_count; i++)
        if (floor->agents[i]->settled_ms < t_ms) sw__agent_settle(floor, floor->agents[i], t_ms);
}

void sw__wrapups_settle(struct sw_floor *floor, int64_t t_ms) {
    for (struct sw_agent *agent = floor->in_wrapup; agent; agent = agent->next_wrapup)
        if (agent->settled_ms < t_ms) sw__agent_settle(floor, agent, t_ms);
}

void sw__agent_count(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms, enum sw_agent_counter counter,
                     int64_t value) {
    int64_t start_ms = sw__calendar_interval_start(floor, t_ms);
    sw_ledger_at(&agent->ledger, start_ms)[counter] += value;
    sw_series_at(&agent->team->series, start_ms)[counter] += value;
    sw_series_at(&floor->everyone->series, start_ms)[counter] += value;
    sw__agent_touch(floor, agent);
}

/* ---- events ---- */

static void set_limit(struct sw_floor *floor, struct sw_agent *agent) {
    sw_heap_remove(&floor->limits, &agent->limit_node);
    agent->over_limit = false;
    int64_t limit_ms = floor->options.limit_ms[agent->state];
    if (limit_ms > 0) sw_heap_add(&floor->limits, &agent->limit_node, agent->since_ms + limit_ms);
}

void sw__agents_due(struct sw_floor *floor, int64_t now_ms) {
    struct sw_heap_node *top;
    while ((top = sw_heap_top(&floor->limits)) && top->key < now_ms) { /* over: longer than the limit */
        struct sw_agent *agent = SW_HEAP_OWNER(struct sw_agent, limit_node, top);
        sw_heap_remove(&floor->limits, top);
        agent->over_limit = true;
        sw__agent_touch(floor, agent);
    }
}

static enum sw_agent_state mapped_state(struct sw_floor *floor, const struct sw_event *event) {
    struct sw_reason *mapped = NULL;
    if (event->reason && sw_state_is_non_service(event->state))
        HASH_FIND(hh, floor->reasons, event->reason, strlen(event->reason), mapped);
    return mapped ? mapped->state : event->state;
}

static void count_break_end(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms) {
    int64_t overrun_ms = t_ms - agent->state_since_ms - floor->options.break_allowance_ms;
    if (overrun_ms <= 0) return;
    sw__agent_count(floor, agent, t_ms, SW_AC_BREAK_OVERRUNS, 1);
    sw__agent_count(floor, agent, t_ms, SW_AC_BREAK_OVERRUN_MS, overrun_ms);
}

static void change_state(struct sw_floor *floor, struct sw_agent *agent, enum sw_agent_state state, int64_t t_ms) {
    bool first = agent->since_ms == SW_NEVER;
    if (!first) sw__agent_settle(floor, agent, t_ms);
    if (!first && agent->state == SW_ST_BREAK) count_break_end(floor, agent, t_ms);
    if (!first && agent->state == SW_ST_WRAPUP) sw__wrapup_over(agent, agent->state_since_ms, t_ms);
    stand(floor, agent, -1);
    agent->state = state;
    agent->state_since_ms = agent->settled_ms = t_ms;
    agent->since_ms = t_ms;
    stand(floor, agent, 1);
    if (state == SW_ST_BREAK) sw__agent_count(floor, agent, t_ms, SW_AC_BREAKS, 1);
}

static void change_team(struct sw_floor *floor, struct sw_agent *agent, const char *id, int64_t t_ms) {
    if (!strcmp(id, agent->team->id)) return;
    struct sw_team *team = sw__team_of(floor, id);
    if (team == agent->team) return;
    sw__agent_settle(floor, agent, t_ms);
    stand(floor, agent, -1);
    agent->team->dirty = true;
    floor->gone = sw_xrealloc(floor->gone, (floor->gone_count + 1) * 2 * sizeof *floor->gone);
    floor->gone[2 * floor->gone_count] = sw_xstrdup(agent->id);
    floor->gone[2 * floor->gone_count++ + 1] = sw_xstrdup(agent->team->id);
    agent->team = team;
    stand(floor, agent, 1);
}

static bool same_text(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

void sw__agent_event(struct sw_floor *floor, const struct sw_event *event) {
    struct sw_agent *agent = sw__agent_of(floor, event->agent, event->team, event->ts_ms);
    int64_t t_ms = event->ts_ms;
    if (agent->has_state && t_ms < agent->latest_ms) {
        t_ms = agent->latest_ms;
        floor->counters.clock_skew++;
    }
    agent->latest_ms = t_ms;
    if (event->name && !agent->fixed_name) sw__replace(&agent->name, event->name);
    if (event->team && !agent->fixed_team) change_team(floor, agent, event->team, t_ms);
    bool moved = event->has_queues && !same_queues(agent, event);
    if (moved) {
        stand(floor, agent, -1);
        set_queues(floor, agent, event->queues, event->queue_count);
        stand(floor, agent, 1);
    }
    enum sw_agent_state state = mapped_state(floor, event);
    bool repeat = agent->has_state && state == agent->state && same_text(agent->reason, event->reason);
    bool changed = !agent->has_state || state != agent->state, on_break = agent->state == SW_ST_BREAK;
    struct sw_team *team = agent->team;
    if (changed) change_state(floor, agent, state, t_ms);
    if (!repeat) {
        agent->has_state = true;
        agent->since_ms = t_ms;
        sw__replace(&agent->reason, event->reason);
        set_limit(floor, agent);
        if (floor->options.on_agent_state)
            floor->options.on_agent_state(floor->options.ctx, agent->id, state, event->reason != NULL, t_ms);
    }
    if (!repeat || moved) sw__watch_agent(floor, agent, t_ms);
    if (changed) sw__watch_ready(floor, t_ms);
    if (changed && (on_break || state == SW_ST_BREAK)) sw__watch_team(floor, team, t_ms);
    if (!repeat || event->queue) sw__replace(&agent->queue_id, event->queue);
    sw__agent_touch(floor, agent);
}

void sw__agents_purge(struct sw_floor *floor) {
    size_t kept = 0;
    for (size_t i = 0; i < floor->agent_count; i++) {
        struct sw_agent *agent = floor->agents[i];
        sw_ledger_drop_before(&agent->ledger, sw__calendar_day(floor, floor->day.start_ms - 1)->start_ms);
        bool idle = agent->state == SW_ST_OFFLINE && !sw_ledger_count(&agent->ledger) && !agent->calls;
        if (!idle || agent->configured || agent->dirty) {
            floor->agents[kept++] = agent;
            continue;
        }
        stand(floor, agent, -1);
        sw__watch_agent_gone(floor, agent);
        sw_heap_remove(&floor->limits, &agent->limit_node);
        HASH_DEL(floor->agents_by_id, agent);
        floor->gone = sw_xrealloc(floor->gone, (floor->gone_count + 1) * 2 * sizeof *floor->gone);
        floor->gone[2 * floor->gone_count] = sw_xstrdup(agent->id);
        floor->gone[2 * floor->gone_count++ + 1] = sw_xstrdup(agent->team->id);
        agent->team->dirty = true;
        floor->changed = true;
        sw__agent_free(agent);
    }
    floor->agent_count = kept;
}

/* ---- reading ---- */

size_t sw_floor_agent_count(const struct sw_floor *floor) { return floor->agent_count; }
const struct sw_agent *sw_floor_agent(const struct sw_floor *floor, size_t index) { return floor->agents[index]; }

const struct sw_agent *sw_floor_find_agent(const struct sw_floor *floor, const char *id) {
    struct sw_agent *agent;
    HASH_FIND(hh, floor->agents_by_id, id, strlen(id), agent);
    return agent;
}

void sw_agent_now(const struct sw_floor *floor, const struct sw_agent *agent, struct sw_agent_now *out) {
    const char *queue = agent->queue_id;
    if (!queue && agent->call && agent->call->queue) queue = agent->call->queue->id;
    *out = (struct sw_agent_now){
        .id = agent->id, .name = agent->name, .seat = agent->seat, .team = agent->team->id, .reason = agent->reason,
        .queue = queue, .state = agent->state, .since_ms = agent->since_ms, .first_seen_ms = agent->first_seen_ms,
        .on_call = agent->call != NULL, .over_limit = agent->over_limit,
        .limit_ms = floor->options.limit_ms[agent->state], .queue_count = agent->queue_count};
}

const struct sw_scope *sw_agent_queue(const struct sw_agent *agent, size_t index) { return agent->queues[index]; }

static void sum_series(const struct sw_series *series, int64_t from_ms, int64_t to_ms, struct sw_agent_counts *out) {
    *out = (struct sw_agent_counts){0};
    for (size_t row = sw_series_lower(series, from_ms); row < series->count && sw_series_start(series, row) < to_ms;
         row++) {
        const int64_t *counts = sw_series_counts(series, row);
        for (size_t i = 0; i < SW_AC_COUNT; i++) out->v[i] += counts[i];
    }
}

void sw_agent_between(const struct sw_floor *floor, const struct sw_agent *agent, int64_t from_ms, int64_t to_ms,
                      int64_t open_until_ms, struct sw_agent_counts *out) {
    (void)floor;
    *out = (struct sw_agent_counts){0};
    sw_ledger_sum(&agent->ledger, from_ms, to_ms, out->v);
    if (!agent->has_state || !sw_state_is_staffed(agent->state)) return;
    int64_t until_ms = open_until_ms == SW_NEVER ? agent->since_ms : open_until_ms;
    int64_t a = sw__min(sw__max(agent->settled_ms, from_ms), to_ms), b = sw__min(sw__max(until_ms, from_ms), to_ms);
    out->v[SW_AC_STATE_MS + (int)agent->state] += b - a; /* negative: settled past what is asked for */
}

size_t sw_floor_team_count(const struct sw_floor *floor) { return floor->team_count; }
const struct sw_team *sw_floor_team(const struct sw_floor *floor, size_t index) { return floor->teams[index]; }
const struct sw_team *sw_floor_everyone(const struct sw_floor *floor) { return floor->everyone; }
const struct sw_shifts *sw_floor_shifts(const struct sw_floor *floor) { return floor->options.shifts; }
const char *sw_team_id(const struct sw_team *team) { return team->id; }
const uint32_t *sw_team_states(const struct sw_team *team) { return team->states; }

void sw_team_between(const struct sw_floor *floor, const struct sw_team *team, int64_t from_ms, int64_t to_ms,
                     int64_t open_until_ms, struct sw_agent_counts *out) {
    (void)floor;
    sum_series(&team->series, from_ms, to_ms, out);
    /* open times: all agents are settled at interval edges, so what is open lies in the interval of now */
    if (open_until_ms < from_ms || open_until_ms >= to_ms) return;
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++) {
        int64_t open_ms = (int64_t)team->states[s] * open_until_ms - team->settled_sum[s];
        if (open_ms > 0) out->v[SW_AC_STATE_MS + s] += open_ms;
    }
}
