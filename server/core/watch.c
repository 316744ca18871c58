/* Which changes of the floor are conditions of the policy's rules. */
#include "core/watch.h"

#include "core/floor_state.h"
#include "shiftwall/alert.h"
#include "shiftwall/shift.h"

static const enum sw_rule agent_rules[SW__AGENT_RULES] = {
    [SW__AGENT_RING] = SW_RULE_RING_ANSWER, [SW__AGENT_HOLD] = SW_RULE_HOLD_EACH,
    [SW__AGENT_HOLD_COUNT] = SW_RULE_HOLD_COUNT, [SW__AGENT_WRAPUP] = SW_RULE_WRAPUP,
    [SW__AGENT_IDLE] = SW_RULE_IDLE, [SW__AGENT_BUSY] = SW_RULE_BUSY,
    [SW__AGENT_AWAY] = SW_RULE_AWAY_REPORT, [SW__AGENT_BREAK] = SW_RULE_BREAK_ALLOWANCES,
};

static const enum sw_rule scope_rules[SW__SCOPE_RULES] = {
    [SW__SCOPE_ANSWER_RATE] = SW_RULE_ANSWER_RATE, [SW__SCOPE_SERVICE_LEVEL] = SW_RULE_SERVICE_LEVEL,
    [SW__SCOPE_ABANDON] = SW_RULE_ABANDON, [SW__SCOPE_LONGEST_WAIT] = SW_RULE_LONGEST_WAIT,
    [SW__SCOPE_WAITING] = SW_RULE_WAITING, [SW__SCOPE_SURGE] = SW_RULE_SURGE,
    [SW__SCOPE_CHAT] = SW_RULE_CHAT_FIRST_REPLY, [SW__SCOPE_ONLINE] = SW_RULE_ONLINE_REPLY,
};

#define SURGE_FOR_MS SW_MINUTE_MS /* rules.md: more waiting than idle agents for a minute */

struct sw_watch *sw__watch_new(void) {
    struct sw_watch *watch = sw_xcalloc(1, sizeof *watch);
    sw_condition_init(&watch->outbound[0].condition, SW_RULE_OUTBOUND_DIALED, SW_SUBJECT_SITE, "");
    sw_condition_init(&watch->outbound[1].condition, SW_RULE_OUTBOUND_SUCCESS, SW_SUBJECT_SITE, "");
    return watch;
}

void sw__watch_free_conditions(struct sw_condition **conditions, size_t count) {
    for (size_t i = 0; i < count; i++) free(conditions[i]);
}

void sw__watch_free(struct sw_watch *watch) {
    if (!watch) return;
    sw_alert_book_deinit(&watch->book); /* before its conditions */
    struct sw_named_condition *one, *next;
    HASH_ITER(hh, watch->alarms, one, next) {
        HASH_DEL(watch->alarms, one);
        free(one);
    }
    sw_heap_deinit(&watch->crowds);
    free(watch->touched);
    free(watch->idlers);
    free(watch);
}

/* ---- telling ---- */

static int64_t after(int64_t t_ms, int64_t ms) { return ms == INT64_MAX || t_ms == INT64_MAX ? INT64_MAX : t_ms + ms; }

/* Whether the rule asks for a condition that has to last. */
static bool is_threshold(enum sw_rule rule) {
    return rule == SW_RULE_WRAPUP || rule == SW_RULE_IDLE || rule == SW_RULE_ANSWER_RATE ||
           rule == SW_RULE_SERVICE_LEVEL || rule == SW_RULE_ABANDON || rule == SW_RULE_LONGEST_WAIT ||
           rule == SW_RULE_WAITING || rule == SW_RULE_SURGE;
}

/* Tells the condition at *AT, which is made when it is needed. */
static struct sw_condition *tell(struct sw_floor *floor, const struct sw_policy *policy, struct sw_condition **at,
                                 enum sw_rule rule, enum sw_subject kind, const char *subject, int64_t t_ms,
                                 int64_t since1_ms, int64_t since2_ms) {
    const struct sw_rule_options *options = &policy->rule[rule];
    if (!options->on) since1_ms = since2_ms = INT64_MAX;
    if (!*at) {
        if (since1_ms == INT64_MAX) return NULL;
        *at = sw_xmalloc(sizeof **at);
        sw_condition_init(*at, rule, kind, subject);
    }
    struct sw_condition *c = *at;
    bool lasts = is_threshold(rule);
    c->severity[1] = options->severity;
    c->severity[0] = lasts && options->severity == SW_SEVERITY_CRITICAL ? SW_SEVERITY_WARNING : options->severity;
    c->for_ms = lasts ? rule == SW_RULE_SURGE ? SURGE_FOR_MS : policy->for_ms : 0;
    c->clear_ms = lasts ? policy->clear_after_ms : 0;
    sw_condition_tell(&floor->watch->book, c, t_ms, since1_ms, since2_ms);
    return c;
}

static const struct sw_policy *policy_of_agent(const struct sw_floor *floor, const struct sw_agent *agent) {
    return sw_policy_of(floor->options.policy, SW_PART_TEAM, agent->team->id);
}

static const struct sw_policy *policy_of_scope(const struct sw_floor *floor, const struct sw_scope *scope) {
    return sw_policy_of(floor->options.policy, SW_PART_QUEUE, scope->id);
}

/* ---- agents ---- */

static int64_t idle_since(const struct sw_floor *floor, const struct sw_agent *agent) {
    int64_t since_ms = INT64_MAX;
    for (size_t i = 0; i < agent->queue_count; i++) since_ms = sw__min(since_ms, agent->queues[i]->crowd_since_ms);
    (void)floor;
    return since_ms == INT64_MAX ? INT64_MAX : sw__max(since_ms, agent->state_since_ms);
}

static void arm_idler(struct sw_watch *watch, struct sw_agent *agent, bool armed) {
    if (armed == (agent->idler != 0)) return;
    if (!armed) {
        struct sw_agent *last = watch->idlers[--watch->idler_count];
        watch->idlers[agent->idler - 1] = last;
        last->idler = agent->idler;
        agent->idler = 0;
        return;
    }
    if (watch->idler_count == watch->idler_size) {
        watch->idler_size = watch->idler_size ? watch->idler_size * 2 : 32;
        watch->idlers = sw_xrealloc(watch->idlers, watch->idler_size * sizeof(struct sw_agent *));
    }
    watch->idlers[watch->idler_count++] = agent;
    agent->idler = watch->idler_count;
}

static void watch_idle(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms) {
    bool ready = agent->has_state && agent->state == SW_ST_READY;
    int64_t since_ms = ready ? idle_since(floor, agent) : INT64_MAX;
    arm_idler(floor->watch, agent, since_ms != INT64_MAX);
    if (since_ms == INT64_MAX && !agent->conditions[SW__AGENT_IDLE]) return;
    struct sw_condition *c = tell(floor, policy_of_agent(floor, agent), &agent->conditions[SW__AGENT_IDLE], SW_RULE_IDLE, SW_SUBJECT_AGENT, agent->id,
                                  t_ms, after(since_ms, policy_of_agent(floor, agent)->idle_ms), INT64_MAX);
    if (c) c->limit = policy_of_agent(floor, agent)->idle_ms;
}

/* The limit of one of an agent's rules in the state it is in; INT64_MAX none. */
static int64_t limit_of(const struct sw_floor *floor, const struct sw_agent *agent, enum sw__agent_rule which,
                        int64_t *critical_ms) {
    const struct sw_policy *p = policy_of_agent(floor, agent);
    enum sw_agent_state s = agent->state;
    *critical_ms = INT64_MAX;
    switch (which) {
    case SW__AGENT_RING: return s == SW_ST_RINGING ? p->ring_count * p->ring_cycle_ms : INT64_MAX;
    case SW__AGENT_HOLD: return s == SW_ST_HOLD ? p->hold_each_ms : INT64_MAX;
    case SW__AGENT_WRAPUP:
        if (s != SW_ST_WRAPUP) return INT64_MAX;
        *critical_ms = p->wrapup_ms.critical;
        return p->wrapup_ms.warning;
    case SW__AGENT_BUSY:
        if (s != SW_ST_BUSY) return INT64_MAX;
        if (p->busy_reason && !agent->reason) return 0;
        return p->busy_limit_ms > 0 ? p->busy_limit_ms : INT64_MAX;
    case SW__AGENT_AWAY: return s == SW_ST_BUSY ? p->away_report_ms : INT64_MAX;
    case SW__AGENT_BREAK:
        if (s != SW_ST_BREAK || !p->allowance_count) return INT64_MAX;
        /* inside a shift the breaks so far decide, which the shifts reckon */
        if (floor->options.shifts && sw_shifts_is_planned(floor->options.shifts, agent->id, agent->state_since_ms))
            return INT64_MAX;
        return p->allowance_ms[p->allowance_count - 1];
    default: return INT64_MAX;
    }
}

/* When a grant lets the agent go over the limit: until it ends. */
static int64_t granted(const struct sw_floor *floor, const struct sw_agent *agent, enum sw__agent_rule which,
                       int64_t t_ms) {
    if (!floor->options.shifts || t_ms == INT64_MAX) return t_ms;
    unsigned kinds = which == SW__AGENT_BREAK ? 1u << SW_GRANT_BREAK : (1u << SW_GRANT_BUSY) | (1u << SW_GRANT_AWAY);
    return sw_shifts_granted_until(floor->options.shifts, agent->id, kinds, t_ms);
}

static void watch_limit(struct sw_floor *floor, struct sw_agent *agent, enum sw__agent_rule which, int64_t t_ms) {
    int64_t critical_ms, limit_ms = agent->has_state ? limit_of(floor, agent, which, &critical_ms) : INT64_MAX;
    if (limit_ms == INT64_MAX && !agent->conditions[which]) return;
    bool endures = limit_ms != INT64_MAX;
    int64_t from_ms = agent->state_since_ms, since1_ms = endures ? after(from_ms, limit_ms) : INT64_MAX;
    int64_t since2_ms = endures ? after(from_ms, critical_ms) : INT64_MAX;
    if (which == SW__AGENT_BUSY || which == SW__AGENT_AWAY || which == SW__AGENT_BREAK)
        since1_ms = granted(floor, agent, which, since1_ms);
    struct sw_condition *c =
        tell(floor, policy_of_agent(floor, agent), &agent->conditions[which], agent_rules[which], SW_SUBJECT_AGENT, agent->id, t_ms, since1_ms, since2_ms);
    if (c && endures) c->limit = limit_ms;
}

void sw__watch_agent(struct sw_floor *floor, struct sw_agent *agent, int64_t t_ms) {
    if (!floor->watch) return;
    for (int which = 0; which < SW__AGENT_RULES; which++)
        if (which != SW__AGENT_IDLE && which != SW__AGENT_HOLD_COUNT)
            watch_limit(floor, agent, (enum sw__agent_rule)which, t_ms);
    watch_idle(floor, agent, t_ms);
}

void sw__watch_holds(struct sw_floor *floor, struct sw_agent *agent, int64_t holds, int64_t t_ms) {
    if (!floor->watch || (!holds && !agent->conditions[SW__AGENT_HOLD_COUNT])) return;
    const struct sw_policy *p = policy_of_agent(floor, agent);
    bool many = holds > p->hold_count || (p->hold_count_at && holds == p->hold_count);
    struct sw_condition *c = tell(floor, policy_of_agent(floor, agent), &agent->conditions[SW__AGENT_HOLD_COUNT], SW_RULE_HOLD_COUNT, SW_SUBJECT_AGENT,
                                  agent->id, t_ms, many ? t_ms : INT64_MAX, INT64_MAX);
    if (!c) return;
    c->unit = SW_UNIT_COUNT;
    c->limit = p->hold_count;
    if (holds) c->value = holds;
}

void sw__watch_agent_gone(struct sw_floor *floor, struct sw_agent *agent) {
    if (!floor->watch) return;
    arm_idler(floor->watch, agent, false);
    for (int i = 0; i < SW__AGENT_RULES; i++)
        if (agent->conditions[i]) sw_condition_end(&floor->watch->book, agent->conditions[i], floor->now_ms);
}

void sw__watch_team(struct sw_floor *floor, struct sw_team *team, int64_t t_ms) {
    if (!floor->watch) return;
    int64_t on_break = team->states[SW_ST_BREAK], most = sw_policy_of(floor->options.policy, SW_PART_TEAM, team->id)->breaks_together;
    struct sw_condition *c = tell(floor, sw_policy_of(floor->options.policy, SW_PART_TEAM, team->id), &team->together, SW_RULE_BREAK_TOGETHER, SW_SUBJECT_TEAM, team->id, t_ms,
                                  on_break > most ? t_ms : INT64_MAX, INT64_MAX);
    if (!c) return;
    c->unit = SW_UNIT_COUNT;
    c->limit = most;
    if (on_break) c->value = on_break;
}

/* ---- queues and the site ---- */

static void sum_today(const struct sw_floor *floor, const struct sw_scope *scope, int64_t out[SW_QC_COUNT]) {
    static const enum sw_queue_counter needed[] = {SW_QC_AR_NUM, SW_QC_AR_DEN, SW_QC_SL_NUM, SW_QC_SL_DEN};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) out[needed[i]] = 0;
    for (size_t row = sw_series_lower(&scope->series, floor->day.start_ms); row < scope->series.count; row++) {
        const int64_t *counts = sw_series_counts(&scope->series, row);
        for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) out[needed[i]] += counts[needed[i]];
    }
}

static void tell_scope(struct sw_floor *floor, struct sw_scope *scope, enum sw__scope_rule which, int64_t t_ms,
                       int64_t since1_ms, int64_t since2_ms, enum sw_unit unit, int64_t value, int64_t limit) {
    enum sw_subject kind = scope->kind == SW_SCOPE_SITE ? SW_SUBJECT_SITE : SW_SUBJECT_QUEUE;
    struct sw_condition *c = tell(floor, policy_of_scope(floor, scope), &scope->conditions[which], scope_rules[which], kind, scope->id, t_ms, since1_ms,
                                  since2_ms);
    if (!c) return;
    c->unit = unit;
    if (since1_ms == INT64_MAX) return;
    c->value = value;
    c->limit = limit;
}

/* The share num / den in millionths, against two levels. */
static void watch_share(struct sw_floor *floor, struct sw_scope *scope, enum sw__scope_rule which,
                        const struct sw_threshold *levels, bool low_is_bad, int64_t num, int64_t den, int64_t t_ms) {
    int64_t ppm = den > 0 ? num * 1000000 / den : 0;
    /* compared without division: num / den < level */
    bool warning = den > 0 && levels->warning != INT64_MAX && levels->warning != INT64_MIN &&
                   (low_is_bad ? num * 1000000 < levels->warning * den : num * 1000000 > levels->warning * den);
    bool critical = den > 0 && levels->critical != INT64_MAX && levels->critical != INT64_MIN &&
                    (low_is_bad ? num * 1000000 < levels->critical * den : num * 1000000 > levels->critical * den);
    tell_scope(floor, scope, which, t_ms, warning || critical ? t_ms : INT64_MAX, critical ? t_ms : INT64_MAX, SW_UNIT_PPM,
               ppm, critical ? levels->critical : levels->warning);
}

static void watch_shares(struct sw_floor *floor, struct sw_scope *scope, int64_t t_ms) {
    const struct sw_policy *p = policy_of_scope(floor, scope);
    int64_t v[SW_QC_COUNT];
    sum_today(floor, scope, v);
    watch_share(floor, scope, SW__SCOPE_ANSWER_RATE, &p->answer_rate, true, v[SW_QC_AR_NUM], v[SW_QC_AR_DEN], t_ms);
    watch_share(floor, scope, SW__SCOPE_SERVICE_LEVEL, &p->service_level, true, v[SW_QC_SL_NUM], v[SW_QC_SL_DEN], t_ms);
    watch_share(floor, scope, SW__SCOPE_ABANDON, &p->abandon, false, v[SW_QC_AR_DEN] - v[SW_QC_AR_NUM], v[SW_QC_AR_DEN],
                t_ms);
}

static void watch_waiting(struct sw_floor *floor, struct sw_scope *queue, int64_t t_ms) {
    const struct sw_policy *p = policy_of_scope(floor, queue);
    int64_t waiting = (int64_t)queue->waiting.count;
    bool warning = waiting >= p->waiting.warning, critical = waiting >= p->waiting.critical;
    tell_scope(floor, queue, SW__SCOPE_WAITING, t_ms, warning || critical ? t_ms : INT64_MAX, critical ? t_ms : INT64_MAX,
               SW_UNIT_COUNT, waiting, critical ? p->waiting.critical : p->waiting.warning);
    const struct sw_heap_node *oldest = sw_heap_top(&queue->waiting);
    int64_t from_ms = oldest ? oldest->key : INT64_MAX;
    int64_t since2_ms = after(from_ms, p->longest_wait_ms.critical);
    int64_t since1_ms = sw__min(after(from_ms, p->longest_wait_ms.warning), since2_ms);
    tell_scope(floor, queue, SW__SCOPE_LONGEST_WAIT, t_ms, since1_ms, since2_ms, SW_UNIT_MS, 0, p->longest_wait_ms.warning);
}

/* Chats and mails: the one that waits longest for its answer. */
static void watch_replies(struct sw_floor *floor, struct sw_scope *queue, int64_t t_ms) {
    const struct sw_policy *p = policy_of_scope(floor, queue);
    const int64_t limits[2] = {p->chat_first_reply_ms, p->online_reply_ms};
    for (int i = 0; i < 2; i++) {
        const struct sw_heap_node *oldest = sw_heap_top(&queue->unanswered[i]);
        enum sw__scope_rule which = i ? SW__SCOPE_ONLINE : SW__SCOPE_CHAT;
        tell_scope(floor, queue, which, t_ms, after(oldest ? oldest->key : INT64_MAX, limits[i]), INT64_MAX, SW_UNIT_MS, 0,
                   limits[i]);
    }
}

/* Callers begin or cease to wait: idle agents are looked at when they have waited for the time of the rule. */
static void watch_crowd(struct sw_floor *floor, struct sw_scope *queue, int64_t t_ms) {
    struct sw_watch *watch = floor->watch;
    bool waits = queue->waiting.count > 0;
    if (waits == (queue->crowd_since_ms != INT64_MAX)) return;
    queue->crowd_since_ms = waits ? t_ms : INT64_MAX;
    sw_heap_remove(&watch->crowds, &queue->crowd_node);
    if (waits) {
        sw_heap_add(&watch->crowds, &queue->crowd_node, after(t_ms, floor->options.policy->idle_ms));
        return;
    }
    for (size_t i = watch->idler_count; i > 0; i--) watch_idle(floor, watch->idlers[i - 1], t_ms);
}

void sw__watch_ready(struct sw_floor *floor, int64_t t_ms) {
    if (!floor->watch) return;
    int64_t waiting = (int64_t)floor->site->waiting.count, ready = floor->everyone->states[SW_ST_READY];
    tell_scope(floor, floor->site, SW__SCOPE_SURGE, t_ms, waiting > ready ? t_ms : INT64_MAX, INT64_MAX, SW_UNIT_COUNT,
               waiting, ready);
}

static void watch_site(struct sw_floor *floor, int64_t t_ms) {
    watch_shares(floor, floor->site, t_ms);
    sw__watch_ready(floor, t_ms);
}

void sw__watch_touched(struct sw_floor *floor, struct sw_scope *queue) {
    struct sw_watch *watch = floor->watch;
    if (!watch || queue->touched) return;
    if (watch->touched_count == watch->touched_size) {
        watch->touched_size = watch->touched_size ? watch->touched_size * 2 : 16;
        watch->touched = sw_xrealloc(watch->touched, watch->touched_size * sizeof(struct sw_scope *));
    }
    queue->touched = true;
    watch->touched[watch->touched_count++] = queue;
}

void sw__watch_event_over(struct sw_floor *floor, int64_t t_ms) {
    struct sw_watch *watch = floor->watch;
    if (!watch) return;
    for (size_t i = 0; i < watch->touched_count; i++) {
        struct sw_scope *queue = watch->touched[i];
        queue->touched = false;
        watch_shares(floor, queue, t_ms);
        watch_waiting(floor, queue, t_ms);
        watch_replies(floor, queue, t_ms);
        watch_crowd(floor, queue, t_ms);
    }
    if (watch->touched_count) watch_site(floor, t_ms);
    watch->touched_count = 0;
    sw__watch_advance(floor, floor->now_ms);
}

void sw__watch_new_day(struct sw_floor *floor, int64_t t_ms) {
    if (!floor->watch) return;
    for (size_t i = 0; i <= floor->queue_count; i++) {
        struct sw_scope *scope = i < floor->queue_count ? floor->queues[i] : floor->site;
        for (int which = SW__SCOPE_ANSWER_RATE; which <= SW__SCOPE_ABANDON; which++)
            if (scope->conditions[which])
                sw_condition_tell(&floor->watch->book, scope->conditions[which], t_ms, INT64_MAX, INT64_MAX);
    }
    for (size_t i = 0; i < 2; i++)
        sw_condition_tell(&floor->watch->book, &floor->watch->outbound[i].condition, t_ms, INT64_MAX, INT64_MAX);
    int64_t keep_from_ms = sw__calendar_day(floor, floor->day.start_ms - 1)->start_ms;
    if (!floor->options.keep_all) sw_alert_book_forget(&floor->watch->book, keep_from_ms);
}

/* More than the band allows a seat on average: seats are to be added. Whether it is less is known when the day is over. */
static void tell_outbound(struct sw_floor *floor, int which, int64_t most, int64_t t_ms) {
    struct sw_watch *watch = floor->watch;
    struct sw_condition *condition = &watch->outbound[which].condition;
    const struct sw_rule_options *options = &floor->options.policy->rule[condition->rule];
    int64_t calls = watch->outbound[which].calls, seats = watch->outbound_seats;
    condition->severity[0] = condition->severity[1] = options->severity;
    condition->unit = SW_UNIT_COUNT;
    condition->value = seats ? calls / seats : 0;
    condition->limit = most;
    bool above = options->on && seats && calls > most * seats;
    sw_condition_tell(&watch->book, condition, t_ms, above ? t_ms : INT64_MAX, INT64_MAX);
}

void sw__watch_outbound(struct sw_floor *floor, struct sw_agent *agent, bool success, int64_t t_ms) {
    struct sw_watch *watch = floor->watch;
    if (!watch || t_ms < floor->day.start_ms) return;
    if (watch->outbound_day_ms != floor->day.start_ms) {
        watch->outbound_day_ms = floor->day.start_ms;
        watch->outbound[0].calls = watch->outbound[1].calls = watch->outbound_seats = 0;
    }
    if (agent->outbound_day_ms != floor->day.start_ms && !success) watch->outbound_seats++;
    if (!success) agent->outbound_day_ms = floor->day.start_ms;
    watch->outbound[success].calls++;
    tell_outbound(floor, 0, floor->options.policy->dialed_max, t_ms);
    tell_outbound(floor, 1, floor->options.policy->success_max, t_ms);
}

/* Makes room for another alarm: the one that came first of those that do not hold. False: all do. */
static bool forget_alarm(struct sw_watch *watch, int64_t t_ms) {
    sw_alert_book_advance(&watch->book, t_ms); /* as it would be had the clock been looked at */
    struct sw_named_condition *one = watch->alarms;
    while (one && (one->condition.open || one->condition.since_ms[0] != INT64_MAX)) one = one->hh.next;
    if (!one) return false;
    sw_condition_end(&watch->book, &one->condition, t_ms);
    HASH_DEL(watch->alarms, one);
    free(one);
    return true;
}

void sw__watch_alarm(struct sw_floor *floor, const char *source, enum sw_severity severity, bool raised, int64_t t_ms) {
    struct sw_watch *watch = floor->watch;
    if (!watch) return;
    size_t len = strlen(source);
    struct sw_named_condition *one;
    HASH_FIND(hh, watch->alarms, source, len, one);
    if (!one) {
        if (!raised || (HASH_COUNT(watch->alarms) >= SW_ALARMS_MAX && !forget_alarm(watch, t_ms))) return;
        one = sw_xcalloc(1, sizeof *one + len + 1);
        memcpy(one->name, source, len);
        sw_condition_init(&one->condition, SW_RULE_ALARM, SW_SUBJECT_ALARM, one->name);
        HASH_ADD_KEYPTR(hh, watch->alarms, one->name, len, one);
    }
    one->condition.severity[0] = one->condition.severity[1] = severity;
    bool on = raised && floor->options.policy->rule[SW_RULE_ALARM].on;
    sw_condition_tell(&watch->book, &one->condition, t_ms, on ? t_ms : INT64_MAX, INT64_MAX);
}

/* ---- time ---- */

static void crowds_due(struct sw_floor *floor, int64_t now_ms) {
    struct sw_watch *watch = floor->watch;
    struct sw_heap_node *top;
    while ((top = sw_heap_top(&watch->crowds)) && top->key <= now_ms) {
        struct sw_scope *queue = SW_HEAP_OWNER(struct sw_scope, crowd_node, top);
        sw_heap_remove(&watch->crowds, top);
        for (size_t i = 0; i < floor->agent_count; i++) {
            struct sw_agent *agent = floor->agents[i];
            if (agent->state != SW_ST_READY || agent->idler) continue;
            for (size_t q = 0; q < agent->queue_count; q++)
                if (agent->queues[q] == queue) watch_idle(floor, agent, idle_since(floor, agent));
        }
    }
}

void sw__watch_advance(struct sw_floor *floor, int64_t now_ms) {
    if (!floor->watch) return;
    crowds_due(floor, now_ms);
    sw_alert_book_advance(&floor->watch->book, now_ms);
}

int64_t sw__watch_next(const struct sw_floor *floor) {
    if (!floor->watch) return INT64_MAX;
    const struct sw_heap_node *crowd = sw_heap_top(&floor->watch->crowds), *due = sw_heap_top(&floor->watch->book.heap);
    return sw__min(crowd ? crowd->key : INT64_MAX, due ? due->key : INT64_MAX);
}

/* ---- reading ---- */

void sw_floor_review(struct sw_floor *floor) {
    if (!floor->watch || floor->now_ms == SW_NEVER) return;
    sw__before_change(floor);
    for (size_t i = 0; i < floor->agent_count; i++) sw__watch_agent(floor, floor->agents[i], floor->now_ms);
    for (size_t i = 0; i < floor->team_count; i++) sw__watch_team(floor, floor->teams[i], floor->now_ms);
    for (size_t i = 0; i < floor->queue_count; i++) sw__watch_touched(floor, floor->queues[i]);
    sw__watch_event_over(floor, floor->now_ms);
}

void sw_floor_review_agent(struct sw_floor *floor, const char *id) {
    struct sw_agent *agent;
    HASH_FIND(hh, floor->agents_by_id, id, strlen(id), agent);
    if (!agent || !floor->watch || floor->now_ms == SW_NEVER) return;
    sw__before_change(floor);
    sw__watch_agent(floor, agent, floor->now_ms);
    sw__watch_advance(floor, floor->now_ms);
}

uint64_t sw_floor_alerts_version(const struct sw_floor *floor) { return floor->watch ? floor->watch->book.version : 0; }

size_t sw_floor_alerts(const struct sw_floor *floor, bool open_only, struct sw_alert **out) {
    *out = NULL;
    if (!floor->watch || !floor->watch->book.count) return 0;
    const struct sw_alert_book *book = &floor->watch->book;
    *out = sw_xmalloc(book->count * sizeof **out);
    size_t count = 0;
    for (const struct sw_alert_entry *entry = book->first; entry; entry = entry->next)
        if (!open_only || entry->alert.closed_ms == INT64_MAX) (*out)[count++] = entry->alert;
    if (count) qsort(*out, count, sizeof **out, sw_alert_order);
    return count;
}
