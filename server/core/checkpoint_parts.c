/* The floor's parts in a checkpoint: scopes, teams, agents, calls. What follows from other parts is not written: how many
 * stand where is counted again. */
#include "core/checkpoint_code.h"

#define UNPLACED SIZE_MAX
#define ID_BYTES (4 * SW_ID_CHARS_MAX + 1)

static struct sw_scope *queue_at(struct sw_code *c, struct sw_scope *queue) {
    size_t place = (size_t)sw__code_uint(c, queue ? queue->place + 1 : 0, sw__code_reads(c) ? c->queue_count : SIZE_MAX);
    return sw__code_reads(c) ? place ? c->queues[place - 1] : NULL : queue;
}

/* ---- notices and alarms ---- */

static void code_notices(struct sw_code *c, struct sw_notice_entry *list, size_t *count, size_t max, bool sourced) {
    size_t told = sw__code_count(c, *count, max);
    for (size_t i = 0; i < told && !c->failed; i++) {
        if (sw__code_reads(c)) *count = i + 1;
        sw__code_text(c, &list[i].text);
        sw__code_text(c, &list[i].source);
        sw__code_time(c, &list[i].since_ms);
        sw__code_time(c, &list[i].until_ms);
        list[i].severity = (enum sw_severity)sw__code_uint(c, list[i].severity, SW_SEVERITY_CRITICAL);
        if (!c->failed && (!list[i].text || sourced != (list[i].source != NULL))) c->failed = true;
    }
}

/* ---- queues, groups, the site ---- */

static void code_minutes(struct sw_code *c, struct sw_scope *scope) {
    size_t used = 0;
    for (size_t i = 0; i < SW_MINUTES_KEPT; i++) used += scope->minutes[i].minute != SW_NEVER;
    used = sw__code_count(c, used, SW_MINUTES_KEPT);
    for (size_t i = 0, at = 0; i < used && !c->failed; i++, at++) {
        struct sw_minute one = {0};
        while (!sw__code_reads(c) && scope->minutes[at].minute == SW_NEVER) at++;
        if (!sw__code_reads(c)) one = scope->minutes[at];
        sw__code_int(c, &one.minute);
        sw__code_counts(c, one.counts.v, SW_QC_COUNT);
        if (sw__code_reads(c)) scope->minutes[(uint64_t)one.minute % SW_MINUTES_KEPT] = one;
    }
}

static void code_answered(struct sw_code *c, struct sw_scope *scope) {
    for (size_t i = 0; i < 2 && !c->failed; i++) {
        sw__code_time(c, &scope->answered[i].day_start_ms);
        bool there = scope->answered[i].waits != NULL;
        sw__code_bool(c, &there);
        if (!there) continue;
        if (sw__code_reads(c)) scope->answered[i].waits = sw_xcalloc(1, sizeof(struct sw_histogram));
        sw__code_histogram(c, scope->answered[i].waits);
    }
}

static void code_scope(struct sw_code *c, struct sw_floor *floor, struct sw_scope *scope) {
    sw__code_series(c, &scope->series);
    sw__code_counts(c, scope->total.v, SW_QC_COUNT);
    code_minutes(c, scope);
    code_answered(c, scope);
    sw__code_heap(c, &scope->waiting);
    for (size_t i = 0; i < 2; i++) sw__code_heap(c, &scope->unanswered[i]);
    if (!floor->watch || c->failed) return;
    enum sw_subject kind = scope->kind == SW_SCOPE_SITE ? SW_SUBJECT_SITE : SW_SUBJECT_QUEUE;
    sw__code_conditions(c, floor->watch, scope->conditions, SW__SCOPE_RULES, kind, scope->id);
    sw__code_time(c, &scope->crowd_since_ms);
    sw__code_node(c, &floor->watch->crowds, &scope->crowd_node);
}

static struct sw_scope *placed(struct sw_code *c, struct sw_scope *scope, bool fresh, size_t place) {
    if (!scope || (!fresh && scope->place != UNPLACED)) {
        c->failed = true;
        return NULL;
    }
    scope->place = place;
    return scope;
}

static struct sw_scope *read_queue(struct sw_code *c, struct sw_floor *floor) {
    char id[ID_BYTES];
    sw__code_id(c, NULL, id, sizeof id);
    if (c->failed) return NULL;
    bool fresh = !sw_floor_find_queue(floor, id);
    return placed(c, sw__queue_of(floor, id), fresh, c->queue_count);
}

static struct sw_scope *read_group(struct sw_code *c, struct sw_floor *floor) {
    char id[ID_BYTES];
    struct sw_scope *group = NULL;
    sw__code_id(c, NULL, id, sizeof id);
    if (!c->failed) HASH_FIND(hh, floor->groups_by_id, id, strlen(id), group);
    return c->failed ? NULL : placed(c, group, false, c->group_count);
}

/* All queues, or all groups: first who they are, as others name them by their places. */
static void code_scopes(struct sw_code *c, struct sw_floor *floor, enum sw_scope_kind kind) {
    bool queues = kind == SW_SCOPE_QUEUE;
    size_t count = queues ? sw__code_count(c, floor->queue_count, SW_QUEUES_MAX)
                          : sw__code_count(c, floor->group_count, SW_GROUPS_MAX);
    if (!sw__code_reads(c)) {
        struct sw_scope **scopes = queues ? floor->queues : floor->groups;
        for (size_t i = 0; i < count; i++) {
            scopes[i]->place = i;
            sw__code_id(c, scopes[i]->id, NULL, ID_BYTES);
            code_scope(c, floor, scopes[i]);
        }
        return;
    }
    struct sw_scope **read = sw_xmalloc((count + 1) * sizeof(struct sw_scope *));
    *(queues ? &c->queues : &c->groups) = read;
    for (size_t i = 0; i < count && !c->failed; i++) {
        read[i] = queues ? read_queue(c, floor) : read_group(c, floor);
        if (c->failed) return;
        *(queues ? &c->queue_count : &c->group_count) = i + 1;
        code_scope(c, floor, read[i]);
    }
}

/* ---- teams ---- */

static struct sw_team *read_team(struct sw_code *c, struct sw_floor *floor) {
    char id[ID_BYTES];
    struct sw_team *team;
    sw__code_id(c, NULL, id, sizeof id);
    if (c->failed) return NULL;
    HASH_FIND(hh, floor->teams_by_id, id, strlen(id), team);
    bool fresh = !team;
    team = sw__team_of(floor, id);
    if ((!fresh && team->place != UNPLACED) || strcmp(team->id, id) != 0) {
        c->failed = true;
        return NULL;
    }
    team->place = c->team_count;
    return team;
}

static void code_teams(struct sw_code *c, struct sw_floor *floor) {
    sw__code_series(c, &floor->everyone->series);
    size_t count = sw__code_count(c, floor->team_count, SW_TEAMS_MAX + 1);
    if (sw__code_reads(c)) c->teams = sw_xmalloc((count + 1) * sizeof(struct sw_team *));
    for (size_t i = 0; i < count && !c->failed; i++) {
        if (!sw__code_reads(c)) {
            floor->teams[i]->place = i;
            sw__code_id(c, floor->teams[i]->id, NULL, ID_BYTES);
        }
        struct sw_team *team = sw__code_reads(c) ? read_team(c, floor) : floor->teams[i];
        if (!team) return;
        if (sw__code_reads(c)) c->teams[c->team_count++] = team;
        sw__code_series(c, &team->series);
        if (floor->watch) sw__code_condition(c, floor->watch, &team->together, SW_SUBJECT_TEAM, team->id);
    }
}

void sw__code_fixed(struct sw_code *c, struct sw_floor *floor) {
    if (sw__code_reads(c)) {
        for (size_t i = 0; i < floor->queue_count; i++) floor->queues[i]->place = UNPLACED;
        for (size_t i = 0; i < floor->group_count; i++) floor->groups[i]->place = UNPLACED;
        for (size_t i = 0; i < floor->team_count; i++) floor->teams[i]->place = UNPLACED;
        for (size_t i = 0; i < floor->agent_count; i++) floor->agents[i]->place = UNPLACED;
    }
    code_notices(c, floor->notices, &floor->notice_count, SW_NOTICES_MAX, false);
    code_notices(c, floor->alarms, &floor->alarm_count, SW_ALARMS_MAX, true);
    if (floor->watch && !c->failed) sw__code_watch(c, floor->watch);
    if (!c->failed) code_scope(c, floor, floor->site);
    if (!c->failed) code_scopes(c, floor, SW_SCOPE_GROUP);
    if (!c->failed) code_scopes(c, floor, SW_SCOPE_QUEUE);
    if (!c->failed) code_teams(c, floor);
}

/* ---- agents ---- */

static void code_queues_of(struct sw_code *c, struct sw_agent *agent) {
    size_t count = sw__code_count(c, agent->queue_count, SW_QUEUES_MAX);
    if (sw__code_reads(c)) agent->queues = sw_xrealloc(agent->queues, (count + 1) * sizeof *agent->queues);
    if (sw__code_reads(c)) agent->queue_count = agent->group_count = 0;
    for (size_t i = 0; i < count && !c->failed; i++) {
        struct sw_scope *queue = queue_at(c, sw__code_reads(c) ? NULL : agent->queues[i]);
        if (!sw__code_reads(c)) continue;
        for (size_t k = 0; k < agent->queue_count; k++)
            if (agent->queues[k] == queue) c->failed = true;
        if (!queue) c->failed = true;
        if (!c->failed) agent->queues[agent->queue_count++] = queue;
    }
    if (sw__code_reads(c)) sw__agent_set_groups(agent);
}

static void code_wrapups(struct sw_code *c, struct sw_wrapups *w) {
    w->ended_count = sw__code_count(c, w->ended_count, SW_WRAPUPS_KEPT);
    for (size_t i = 0; i < w->ended_count; i++) {
        sw__code_instant(c, &w->ended[i].at_ms);
        w->ended[i].queue = queue_at(c, w->ended[i].queue);
    }
    w->before = queue_at(c, w->before);
    w->stretch_count = sw__code_count(c, w->stretch_count, SW_WRAPUPS_KEPT);
    for (size_t i = 0; i < w->stretch_count; i++) {
        sw__code_instant(c, &w->stretches[i].start_ms);
        sw__code_instant(c, &w->stretches[i].end_ms);
    }
}

static void code_flags(struct sw_code *c, bool *const *flags, size_t count) {
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) bits |= (uint64_t)*flags[i] << i;
    bits = sw__code_uint(c, bits, (UINT64_C(1) << count) - 1);
    for (size_t i = 0; i < count; i++) *flags[i] = bits >> i & 1;
}

/* Who the agent is: its id and its team, which it is made with. */
static struct sw_agent *code_who(struct sw_code *c, struct sw_floor *floor, struct sw_agent *agent) {
    char id[ID_BYTES];
    sw__code_id(c, agent ? agent->id : NULL, id, sizeof id);
    size_t place = (size_t)sw__code_uint(c, agent ? agent->team->place : 0, sw__code_reads(c) ? c->team_count : SIZE_MAX);
    if (!sw__code_reads(c) || c->failed) return agent;
    HASH_FIND(hh, floor->agents_by_id, id, strlen(id), agent);
    if (place >= c->team_count || (agent && agent->place != UNPLACED) || c->agent_count >= SW_AGENTS_MAX) {
        c->failed = true;
        return NULL;
    }
    if (!agent) agent = sw__agent_of(floor, id, c->teams[place]->id, INT64_MAX);
    agent->team = c->teams[place];
    agent->place = c->agent_count;
    c->agents = sw_xrealloc(c->agents, (c->agent_count + 1) * sizeof(struct sw_agent *));
    c->agents[c->agent_count++] = agent;
    return agent;
}

void sw__code_agent(struct sw_code *c, struct sw_floor *floor, struct sw_agent *agent) {
    agent = code_who(c, floor, agent);
    if (!agent || c->failed) return;
    char **const texts[] = {&agent->name, &agent->seat, &agent->reason, &agent->queue_id};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) sw__code_text(c, texts[i]);
    bool *const flags[] = {&agent->fixed_team, &agent->fixed_name, &agent->configured, &agent->has_state,
                           &agent->over_limit};
    code_flags(c, flags, sizeof flags / sizeof *flags);
    agent->state = (enum sw_agent_state)sw__code_uint(c, agent->state, SW_ST_COUNT - 1);
    int64_t *const times[] = {&agent->first_seen_ms, &agent->state_since_ms, &agent->since_ms, &agent->latest_ms,
                              &agent->outbound_day_ms};
    sw__code_instant(c, &agent->settled_ms);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) sw__code_time(c, times[i]);
    code_queues_of(c, agent);
    sw__code_ledger(c, &agent->ledger);
    code_wrapups(c, &agent->wrapups);
    sw__code_node(c, &floor->limits, &agent->limit_node);
    if (!floor->watch || c->failed) return;
    sw__code_conditions(c, floor->watch, agent->conditions, SW__AGENT_RULES, SW_SUBJECT_AGENT, agent->id);
}

/* ---- calls ---- */

static struct sw_call *read_call(struct sw_code *c, struct sw_floor *floor) {
    char id[ID_BYTES];
    sw__code_id(c, NULL, id, sizeof id);
    /* that no id comes twice is not looked at: to find nothing a million times takes longer than all the rest, and a
     * second one would only never be found */
    if (c->failed || HASH_COUNT(floor->calls_by_id) >= SW_CALLS_MAX) {
        c->failed = true;
        return NULL;
    }
    size_t len = strlen(id);
    struct sw_call *call = sw_xcalloc(1, sizeof *call + len + 1);
    memcpy(call->id, id, len);
    HASH_ADD_KEYPTR(hh, floor->calls_by_id, call->id, len, call);
    return call;
}

/* The queue an exit leads to, until its entry there. */
static void code_exit(struct sw_code *c, struct sw_call *call) {
    call->exit_queue = queue_at(c, call->exit_queue);
    if (!call->exit_queue) return;
    call->exit_reason = (enum sw_exit_reason)sw__code_uint(c, call->exit_reason, SW_EXIT_COUNT - 1);
    sw__code_instant(c, &call->exit_ms);
    sw__code_text(c, &call->exit_to);
    if (!call->exit_to) c->failed = true;
}

static void code_agent_of(struct sw_code *c, struct sw_call *call) {
    struct sw_agent *agent = call->agent;
    bool talks = agent && agent->call == call;
    size_t place = (size_t)sw__code_uint(c, agent ? agent->place + 1 : 0, sw__code_reads(c) ? c->agent_count : SIZE_MAX);
    sw__code_bool(c, &talks);
    if (!sw__code_reads(c) || c->failed) return;
    if (!place || (talks && c->agents[place - 1]->call)) {
        c->failed = place || talks;
        return;
    }
    call->agent = c->agents[place - 1];
    call->agent->calls++;
    if (talks) call->agent->call = call;
}

static void code_nodes(struct sw_code *c, struct sw_floor *floor, struct sw_call *call) {
    sw__code_node(c, &floor->silences, &call->silence_node);
    if (!call->queue || call->phase != SW_CALL_WAITING) {
        c->failed |= call->overdue;
        return;
    }
    sw__code_node(c, &call->queue->waiting, &call->queue_node);
    sw__code_node(c, &floor->site->waiting, &call->site_node);
    sw__code_node(c, &floor->breaches, &call->breach_node);
    if (call->media == SW_MEDIA_CHAT || call->media == SW_MEDIA_EMAIL)
        sw__code_node(c, &call->queue->unanswered[call->media == SW_MEDIA_EMAIL], &call->reply_node);
}

static void keep_closed(struct sw_code *c, struct sw_call *call) {
    if (c->closed_count == c->closed_size) {
        c->closed_size = c->closed_size ? c->closed_size * 2 : 64;
        c->closed = sw_xrealloc(c->closed, c->closed_size * sizeof(struct sw_call *));
    }
    c->closed[c->closed_count++] = call;
}

void sw__code_call(struct sw_code *c, struct sw_floor *floor, struct sw_call *call) {
    if (call) sw__code_id(c, call->id, NULL, ID_BYTES);
    else call = read_call(c, floor);
    if (!call) return;
    call->phase = (enum sw_call_phase)sw__code_uint(c, call->phase, SW_CALL_CLOSED);
    bool *const flags[] = {&call->outbound, &call->overdue, &call->dispositioned};
    code_flags(c, flags, sizeof flags / sizeof *flags);
    call->media = (enum sw_media)sw__code_uint(c, call->media, SW_MEDIA_COUNT - 1);
    call->queue = queue_at(c, call->queue);
    code_agent_of(c, call);
    int64_t *const instants[] = {&call->queued_ms, &call->answered_ms, &call->latest_ms};
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) sw__code_instant(c, instants[i]);
    sw__code_time(c, &call->hold_since_ms);
    sw__code_wide(c, &call->priority);
    sw__code_int(c, &call->hold_ms);
    sw__code_int(c, &call->holds);
    code_exit(c, call);
    if (!c->failed) code_nodes(c, floor, call);
    if (call->phase != SW_CALL_CLOSED || c->failed) return;
    uint64_t all = floor->closed_count;
    call->closed_order = all - sw__code_uint(c, all - call->closed_order, all);
    if (sw__code_reads(c)) keep_closed(c, call);
}

/* ---- what has an order of its own, and what follows from the rest ---- */

static struct sw_agent *agent_at(struct sw_code *c, const struct sw_agent *agent) {
    size_t place = (size_t)sw__code_uint(c, agent ? agent->place : 0, sw__code_reads(c) ? c->agent_count : SIZE_MAX);
    if (!sw__code_reads(c)) return NULL;
    if (place < c->agent_count) return c->agents[place];
    c->failed = true;
    return NULL;
}

static void read_wrapups(struct sw_code *c, struct sw_floor *floor, size_t count) {
    size_t all = 0;
    for (size_t i = 0; i < floor->agent_count; i++) all += floor->agents[i]->state == SW_ST_WRAPUP;
    if (all != count) c->failed = true;
    struct sw_agent **last = &floor->in_wrapup;
    for (size_t i = 0; i < count && !c->failed; i++) {
        struct sw_agent *agent = agent_at(c, NULL);
        if (!agent || agent->state != SW_ST_WRAPUP || agent->prev_wrapup) {
            c->failed = true;
            return;
        }
        agent->prev_wrapup = last;
        *last = agent;
        last = &agent->next_wrapup;
    }
}

static void code_in_wrapup(struct sw_code *c, struct sw_floor *floor) {
    size_t count = 0;
    if (!sw__code_reads(c))
        for (const struct sw_agent *agent = floor->in_wrapup; agent; agent = agent->next_wrapup) count++;
    count = sw__code_count(c, count, SW_AGENTS_MAX);
    if (sw__code_reads(c)) read_wrapups(c, floor, count);
    else
        for (const struct sw_agent *agent = floor->in_wrapup; agent; agent = agent->next_wrapup) agent_at(c, agent);
}

static void code_idlers(struct sw_code *c, struct sw_watch *watch) {
    size_t count = sw__code_count(c, watch->idler_count, SW_AGENTS_MAX);
    if (sw__code_reads(c)) {
        watch->idlers = sw_xrealloc(watch->idlers, (count + 1) * sizeof(struct sw_agent *));
        watch->idler_size = count + 1;
    }
    for (size_t i = 0; i < count && !c->failed; i++) {
        struct sw_agent *agent = agent_at(c, sw__code_reads(c) ? NULL : watch->idlers[i]);
        if (!sw__code_reads(c)) continue;
        if (!agent || agent->idler) {
            c->failed = true;
            return;
        }
        watch->idlers[watch->idler_count++] = agent;
        agent->idler = watch->idler_count;
    }
}

/* Who stands where, as `stand` of agent.c counts it one by one. */
static void count_agents(struct sw_floor *floor) {
    memset(floor->everyone->states, 0, sizeof floor->everyone->states);
    memset(floor->everyone->settled_sum, 0, sizeof floor->everyone->settled_sum);
    for (size_t i = 0; i < floor->team_count; i++) {
        memset(floor->teams[i]->states, 0, sizeof floor->teams[i]->states);
        memset(floor->teams[i]->settled_sum, 0, sizeof floor->teams[i]->settled_sum);
    }
    for (size_t i = 0; i < floor->queue_count; i++) memset(floor->queues[i]->agents, 0, sizeof floor->queues[i]->agents);
    for (size_t i = 0; i < floor->group_count; i++) memset(floor->groups[i]->agents, 0, sizeof floor->groups[i]->agents);
    for (size_t i = 0; i < floor->agent_count; i++) {
        struct sw_agent *agent = floor->agents[i];
        struct sw_team *const teams[] = {agent->team, floor->everyone};
        for (size_t k = 0; k < 2; k++) {
            teams[k]->states[agent->state]++;
            teams[k]->settled_sum[agent->state] += agent->settled_ms;
        }
        for (size_t k = 0; k < agent->queue_count; k++) agent->queues[k]->agents[agent->state]++;
        for (size_t k = 0; k < agent->group_count; k++) agent->groups[k]->agents[agent->state]++;
    }
}

static void count_overdue(struct sw_floor *floor) {
    for (const struct sw_call *call = floor->calls_by_id; call; call = call->hh.next) {
        if (!call->overdue) continue;
        call->queue->overdue++;
        for (size_t i = 0; i < call->queue->link_count; i++) call->queue->links[i]->overdue++;
        floor->site->overdue++;
    }
}

static int by_closing(const void *a, const void *b) {
    const struct sw_call *x = *(const struct sw_call *const *)a, *y = *(const struct sw_call *const *)b;
    return x->closed_order < y->closed_order ? -1 : x->closed_order > y->closed_order;
}

static void line_up_closed(struct sw_code *c, struct sw_floor *floor) {
    if (c->closed_count) qsort(c->closed, c->closed_count, sizeof(struct sw_call *), by_closing);
    for (size_t i = 0; i < c->closed_count; i++) {
        c->closed[i]->prev_closed = floor->closed_last;
        *floor->closed_last = c->closed[i];
        floor->closed_last = &c->closed[i]->next_closed;
    }
}

void sw__code_ends(struct sw_code *c, struct sw_floor *floor) {
    code_in_wrapup(c, floor);
    if (floor->watch && !c->failed) code_idlers(c, floor->watch);
    if (!sw__code_reads(c) || c->failed) return;
    count_agents(floor);
    count_overdue(floor);
    line_up_closed(c, floor);
}
