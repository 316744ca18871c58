#include "codec/view_json.h"

#include <string.h>

#include "codec/json_writer.h"
#include "shiftwall/shift.h"

#define NO_CARRY INT64_MIN
#define WAITING_CALLS_MAX 20
#define CULPRITS_MAX 5

static void put_counts(struct sw_json *j, const struct sw_queue_counts *c, int64_t overdue,
                       int64_t carried_in) {
    for (int i = 0; i < SW_QC_FIFO_VIOLATIONS; i++)
        sw_json_int(j, sw_queue_counter_name((enum sw_queue_counter)i), c->v[i]);
    if (c->v[SW_QC_FIFO_VIOLATIONS]) sw_json_int(j, "fifo_violations", c->v[SW_QC_FIFO_VIOLATIONS]);
    if (carried_in != NO_CARRY) sw_json_int(j, "carried_in", carried_in);
    if (overdue) sw_json_int(j, "overdue", overdue);
    if (c->v[SW_QC_EXITED]) {
        sw_json_open(j, "exits", '{');
        for (int i = SW_QC_EXIT_TIMEOUT; i < SW_QC_COUNT; i++)
            if (c->v[i]) sw_json_int(j, sw_queue_counter_name((enum sw_queue_counter)i), c->v[i]);
        sw_json_close(j, '}');
    }
    sw_json_ratio(j, "answer_rate", sw_kpi_answer_rate(c));
    sw_json_ratio(j, "abandon_rate", sw_kpi_abandon_rate(c));
    sw_json_ratio(j, "service_level", sw_kpi_service_level(c, overdue));
    sw_json_mean(j, "asa_ms", sw_kpi_asa(c));
    sw_json_mean(j, "awt_abandoned_ms", sw_kpi_awt_abandoned(c));
    sw_json_mean(j, "att_ms", sw_kpi_att(c));
    sw_json_mean(j, "hold_avg_ms", sw_kpi_hold(c));
    sw_json_mean(j, "acw_ms", sw_kpi_acw(c));
    sw_json_mean(j, "aht_ms", sw_kpi_aht(c));
}

/* Waiting entries past their target that the live service level counts: the overdue of the queues whose
 * formula has abandons in its denominator. */
static int64_t live_overdue(const struct sw_floor *floor, const struct sw_scope *scope, bool live) {
    if (!live) return 0;
    struct sw_scope_now now;
    sw_scope_now(floor, scope, &now);
    if (!now.overdue) return 0;
    bool is_queue = sw_floor_find_queue(floor, sw_scope_id(scope)) == scope;
    if (is_queue) return sw_scope_formula(scope) == SW_FORMULA_ANSWERED_ONLY ? 0 : now.overdue;
    bool is_site = scope == sw_floor_site(floor);
    size_t count = is_site ? sw_floor_queue_count(floor) : sw_scope_link_count(scope);
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += live_overdue(floor, is_site ? sw_floor_queue(floor, i) : sw_scope_link(scope, i), true);
    return sum;
}

static void put_quantiles(struct sw_json *j, const struct sw_floor *floor, const struct sw_scope *scope) {
    static const struct {
        const char *name;
        unsigned permille;
    } quantiles[] = {{"wait_p50_ms", 500}, {"wait_p90_ms", 900}, {"wait_p95_ms", 950}};
    for (size_t i = 0; i < 3; i++) {
        int64_t ms = sw_scope_wait_quantile(floor, scope, quantiles[i].permille);
        if (ms >= 0) sw_json_int(j, quantiles[i].name, ms);
    }
}

static void put_window(struct sw_json *j, const char *key, const struct sw_floor *floor,
                       const struct sw_scope *scope, enum sw_window window, bool live) {
    struct sw_queue_counts c;
    sw_scope_window(floor, scope, window, &c);
    int64_t carried_in = NO_CARRY;
    if (window == SW_WINDOW_TODAY)
        carried_in = sw_scope_carried_in(scope, sw_floor_day(floor, sw_floor_now(floor), NULL).start_ms);
    if (window == SW_WINDOW_INTERVAL)
        carried_in = sw_scope_carried_in(scope, sw_floor_interval(floor, sw_floor_now(floor)).start_ms);
    sw_json_open(j, key, '{');
    put_counts(j, &c, live_overdue(floor, scope, live), carried_in);
    if (window == SW_WINDOW_TODAY) put_quantiles(j, floor, scope);
    sw_json_close(j, '}');
}

static const char *const window_names[] = {"today", "interval", "last15", "last30", "last60"};

static void put_windows(struct sw_json *j, const struct sw_floor *floor, const struct sw_scope *scope,
                        bool live) {
    for (int w = 0; w < SW_WINDOW_COUNT; w++)
        put_window(j, window_names[w], floor, scope, (enum sw_window)w, live);
}

void sw_view_write_window(const struct sw_floor *floor, const struct sw_scope *scope, enum sw_window window,
                          bool live_service_level, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    put_window(&j, NULL, floor, scope, window, live_service_level);
}

void sw_view_write_queue_counts(const struct sw_queue_counts *c, int64_t overdue, int64_t carried_in,
                                struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    put_counts(&j, c, overdue, carried_in);
    sw_json_close(&j, '}');
}

static int64_t put_states(struct sw_json *j, const char *key, const uint32_t *states) {
    int64_t staffed = 0;
    sw_json_open(j, key, '{');
    for (int s = 0; s < SW_ST_COUNT; s++) {
        if (states[s]) sw_json_int(j, sw_agent_state_name((enum sw_agent_state)s), states[s]);
        if (s != SW_ST_OFFLINE) staffed += states[s];
    }
    sw_json_close(j, '}');
    return staffed;
}

/* Opens an object and writes what queues, groups and the site have in common; the caller closes it. */
static void put_now(struct sw_json *j, const char *key, const struct sw_scope_now *now) {
    sw_json_open(j, key, '{');
    sw_json_int(j, "waiting", now->waiting);
    sw_json_int(j, "overdue", now->overdue);
    if (now->oldest_queue) sw_json_int(j, "oldest_since", now->oldest_since_ms);
    sw_json_int(j, "staffed", put_states(j, "agents", now->agents));
}

void sw_view_write_site_now(const struct sw_floor *floor, struct sw_buf *out) {
    struct sw_scope_now now;
    sw_scope_now(floor, sw_floor_site(floor), &now);
    struct sw_json j = {out, false};
    put_now(&j, NULL, &now);
    sw_json_text(&j, "oldest_queue", now.oldest_queue);
    struct sw_waiting_call calls[WAITING_CALLS_MAX];
    size_t count = sw_floor_waiting_calls(floor, calls, WAITING_CALLS_MAX);
    sw_json_open(&j, "calls", '{');
    for (size_t i = 0; i < count; i++) {
        sw_json_open(&j, calls[i].call, '{');
        sw_json_text(&j, "queue", calls[i].queue);
        sw_json_int(&j, "since", calls[i].since_ms);
        if (calls[i].priority != INT64_MIN) sw_json_int(&j, "priority", calls[i].priority);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, '}');
    sw_json_close(&j, '}');
}

static void put_level(struct sw_json *j, const char *key, enum sw_level level) {
    if (level != SW_LEVEL_UNDEFINED) sw_json_text(j, key, sw_level_name(level));
}

static void put_goal(struct sw_json *j, double goal, double critical) {
    sw_json_number(j, "goal", goal);
    sw_json_number(j, "warning", goal);
    sw_json_number(j, "critical", critical);
}

static void put_parts(struct sw_json *j, struct sw_ratio r) {
    sw_json_ratio(j, "value", r);
    sw_json_int(j, "num", r.num);
    sw_json_int(j, "den", r.den);
}

static struct sw_ratio service_level_today(const struct sw_floor *floor, const struct sw_scope *scope,
                                           bool live) {
    struct sw_queue_counts c;
    sw_scope_window(floor, scope, SW_WINDOW_TODAY, &c);
    return sw_kpi_service_level(&c, live_overdue(floor, scope, live));
}

int64_t sw_view_next_n(const struct sw_floor *floor, const struct sw_scope *scope,
                       const struct sw_view_options *options) {
    return sw_kpi_next_n(service_level_today(floor, scope, options->live_service_level),
                         options->service_level_goal);
}

void sw_view_write_service_level(const struct sw_floor *floor, const struct sw_view_options *options,
                                 struct sw_buf *out) {
    struct sw_ratio r = service_level_today(floor, sw_floor_site(floor), options->live_service_level);
    const struct sw_scope *first = sw_floor_queue_count(floor) ? sw_floor_queue(floor, 0) : NULL;
    bool same_formula = first != NULL, same_target = first != NULL;
    for (size_t i = 1; i < sw_floor_queue_count(floor); i++) {
        const struct sw_scope *queue = sw_floor_queue(floor, i);
        same_formula = same_formula && sw_scope_formula(queue) == sw_scope_formula(first);
        same_target = same_target && sw_scope_target_ms(queue) == sw_scope_target_ms(first);
    }
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    put_parts(&j, r);
    put_goal(&j, options->service_level_goal, options->service_level_critical);
    put_level(&j, "level", sw_kpi_level_low(r, options->service_level_goal, options->service_level_critical));
    if (same_formula) sw_json_text(&j, "formula", sw_formula_name(sw_scope_formula(first)));
    if (same_target) sw_json_int(&j, "target_ms", sw_scope_target_ms(first));
    sw_json_bool(&j, "live", options->live_service_level);
    sw_json_close(&j, '}');
}

/* ---- the four direction indicators ---- */

static void today_of_agents(const struct sw_floor *floor, struct sw_agent_counts *c) {
    struct sw_span day = sw_floor_day(floor, sw_floor_now(floor), NULL);
    sw_team_between(floor, sw_floor_everyone(floor), day.start_ms, day.end_ms, sw_floor_now(floor), c);
}

static enum sw_level level_high(struct sw_ratio r, double much) {
    if (!sw_ratio_defined(r)) return SW_LEVEL_UNDEFINED;
    return sw_ratio_value(r) > much ? SW_LEVEL_WARNING : SW_LEVEL_OK;
}

void sw_view_write_indicators(const struct sw_floor *floor, const struct sw_view_options *options,
                              struct sw_buf *out) {
    struct sw_queue_counts q;
    struct sw_agent_counts a;
    sw_scope_window(floor, sw_floor_site(floor), SW_WINDOW_TODAY, &q);
    today_of_agents(floor, &a);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');

    sw_json_open(&j, "answer_rate", '{');
    struct sw_ratio rate = sw_kpi_answer_rate(&q);
    put_parts(&j, rate);
    put_goal(&j, options->answer_rate_goal, options->answer_rate_critical);
    put_level(&j, "level", sw_kpi_level_low(rate, options->answer_rate_goal, options->answer_rate_critical));
    sw_json_close(&j, '}');

    sw_json_open(&j, "work_efficiency", '{');
    struct sw_ratio efficiency = sw_kpi_utilisation(&a);
    put_parts(&j, efficiency);
    sw_json_ratio(&j, "calls_per_hour", sw_kpi_calls_per_hour(&a));
    put_level(&j, "level", sw_ratio_defined(efficiency) ? SW_LEVEL_OK : SW_LEVEL_UNDEFINED);
    sw_json_close(&j, '}');

    sw_json_open(&j, "non_service", '{');
    put_parts(&j, sw_kpi_non_service(&a));
    sw_json_number(&j, "much", options->much_non_service);
    put_level(&j, "level", level_high(sw_kpi_non_service(&a), options->much_non_service));
    sw_json_close(&j, '}');

    sw_json_open(&j, "idle", '{');
    put_parts(&j, sw_kpi_idle(&a));
    sw_json_number(&j, "little", options->little_idle);
    sw_json_number(&j, "much", options->much_idle);
    put_level(&j, "level", level_high(sw_kpi_idle(&a), options->much_idle));
    sw_json_close(&j, '}');
    sw_json_close(&j, '}');
}

/* Who is away from service the longest: for the one-line diagnosis of floor control. */
static void put_culprits(struct sw_json *j, const struct sw_floor *floor) {
    struct sw_agent_now longest[CULPRITS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sw_floor_agent_count(floor); i++) {
        struct sw_agent_now now;
        sw_agent_now(floor, sw_floor_agent(floor, i), &now);
        if (!sw_state_is_non_service(now.state) && now.state != SW_ST_WRAPUP) continue;
        size_t at = count;
        while (at > 0 && longest[at - 1].since_ms > now.since_ms) at--;
        if (at == CULPRITS_MAX) continue;
        if (count < CULPRITS_MAX) count++;
        memmove(longest + at + 1, longest + at, (count - 1 - at) * sizeof *longest);
        longest[at] = now;
    }
    sw_json_open(j, "who", '[');
    for (size_t i = 0; i < count; i++) {
        sw_json_open(j, NULL, '{');
        sw_json_text(j, "agent", longest[i].id);
        sw_json_text(j, "state", sw_agent_state_name(longest[i].state));
        sw_json_int(j, "since", longest[i].since_ms);
        sw_json_close(j, '}');
    }
    sw_json_close(j, ']');
}

/* The queue whose caller waits longest, and how many idle agents do not serve it. */
static void put_routing(struct sw_json *j, const struct sw_floor *floor) {
    struct sw_scope_now now;
    sw_scope_now(floor, sw_floor_site(floor), &now);
    if (!now.oldest_queue) return;
    const struct sw_scope *queue = sw_floor_find_queue(floor, now.oldest_queue);
    struct sw_scope_now there;
    sw_scope_now(floor, queue, &there);
    sw_json_text(j, "queue", now.oldest_queue);
    sw_json_int(j, "idle_agents", (int64_t)now.agents[SW_ST_READY] - there.agents[SW_ST_READY]);
}

static void put_shortage(struct sw_json *j, const struct sw_outlook_now *now) {
    if (!now || now->short_by == SW_UNKNOWN) return;
    sw_json_int(j, "short", now->short_by);
    sw_json_int(j, "required", now->need.required);
    sw_json_int(j, "signed_in", now->signed_in);
}

void sw_view_write_diagnosis(const struct sw_floor *floor, const struct sw_view_options *options,
                             const struct sw_outlook_now *now, struct sw_buf *out) {
    struct sw_queue_counts q;
    struct sw_agent_counts a;
    sw_scope_window(floor, sw_floor_site(floor), SW_WINDOW_TODAY, &q);
    today_of_agents(floor, &a);
    enum sw_level rate =
        sw_kpi_level_low(sw_kpi_answer_rate(&q), options->answer_rate_goal, options->answer_rate_critical);
    struct sw_ratio idle = sw_kpi_idle(&a), away = sw_kpi_non_service(&a);
    bool low = rate == SW_LEVEL_WARNING || rate == SW_LEVEL_CRITICAL;
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    if (!low) {
        sw_json_text(&j, "code", "ok");
        sw_json_raw(&j, "params", "{}");
    } else if (level_high(away, options->much_non_service) == SW_LEVEL_WARNING) {
        const uint32_t *states = sw_team_states(sw_floor_everyone(floor));
        sw_json_text(&j, "code", "floor_control");
        sw_json_open(&j, "params", '{');
        for (int s = SW_ST_WRAPUP; s < SW_ST_COUNT; s++)
            if (states[s]) sw_json_int(&j, sw_agent_state_name((enum sw_agent_state)s), states[s]);
        put_culprits(&j, floor);
        sw_json_close(&j, '}');
    } else if (level_high(idle, options->much_idle) == SW_LEVEL_WARNING) {
        sw_json_text(&j, "code", "routing");
        sw_json_open(&j, "params", '{');
        put_routing(&j, floor);
        sw_json_close(&j, '}');
    } else {
        /* neither much idle nor much away: people are short for sure only when there is little idle time, too
         */
        bool sure = sw_ratio_defined(idle) && sw_ratio_value(idle) < options->little_idle;
        sw_json_text(&j, "code", "people");
        sw_json_open(&j, "params", '{');
        sw_json_bool(&j, "sure", sure);
        put_shortage(&j, now);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, '}');
}

void sw_view_write_notices(const struct sw_floor *floor, struct sw_buf *out) {
    struct sw_notice list[SW_NOTICES_MAX];
    size_t count = sw_floor_notices(floor, list, SW_NOTICES_MAX);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        sw_json_open(&j, NULL, '{');
        sw_json_text(&j, "text", list[i].text);
        sw_json_int(&j, "since", list[i].since_ms);
        sw_json_int(&j, "until", list[i].until_ms);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
}

void sw_view_write_alarms(const struct sw_floor *floor, struct sw_buf *out) {
    struct sw_alarm list[SW_ALARMS_MAX];
    size_t count = sw_floor_alarms(floor, list, SW_ALARMS_MAX);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        sw_json_open(&j, NULL, '{');
        sw_json_text(&j, "source", list[i].source);
        sw_json_text(&j, "text", list[i].text);
        sw_json_text(&j, "severity", sw_severity_name(list[i].severity));
        sw_json_int(&j, "since", list[i].since_ms);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
}

/* ---- queues and groups ---- */

void sw_view_write_scope(const struct sw_floor *floor, const struct sw_scope *scope,
                         const struct sw_view_options *options, struct sw_buf *out) {
    bool is_queue = sw_floor_find_queue(floor, sw_scope_id(scope)) == scope;
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "name", sw_scope_name(scope));
    sw_json_open(&j, is_queue ? "groups" : "queues", '[');
    for (size_t i = 0; i < sw_scope_link_count(scope); i++)
        sw_json_text(&j, NULL, sw_scope_id(sw_scope_link(scope, i)));
    sw_json_close(&j, ']');
    if (is_queue) {
        sw_json_int(&j, "target_ms", sw_scope_target_ms(scope));
        sw_json_int(&j, "short_ms", sw_scope_short_ms(scope));
        sw_json_text(&j, "formula", sw_formula_name(sw_scope_formula(scope)));
    }
    put_goal(&j, options->service_level_goal, options->service_level_critical);
    sw_json_int(&j, "wait_warning_ms", options->wait_warning_ms);
    sw_json_int(&j, "wait_critical_ms", options->wait_critical_ms);
    put_level(&j, "level",
              sw_kpi_level_low(service_level_today(floor, scope, options->live_service_level),
                               options->service_level_goal, options->service_level_critical));
    struct sw_queue_counts today;
    sw_scope_window(floor, scope, SW_WINDOW_TODAY, &today);
    put_level(&j, "answer_level",
              sw_kpi_level_low(sw_kpi_answer_rate(&today), options->answer_rate_goal,
                               options->answer_rate_critical));
    struct sw_scope_now now;
    sw_scope_now(floor, scope, &now);
    put_level(&j, "waiting_level",
              now.waiting >= options->waiting_critical  ? SW_LEVEL_CRITICAL
              : now.waiting >= options->waiting_warning ? SW_LEVEL_WARNING
                                                        : SW_LEVEL_OK);
    put_windows(&j, floor, scope, options->live_service_level);
    put_now(&j, "now", &now);
    sw_json_close(&j, '}');
    int64_t next_n = sw_view_next_n(floor, scope, options);
    if (next_n > 0) sw_json_int(&j, "next_n", next_n);
    sw_json_close(&j, '}');
}

/* ---- agents and teams ---- */

static void put_agent_counts(struct sw_json *j, const struct sw_agent_counts *c, bool breaks) {
    static const char *const time_names[] = {"offline_ms", "ready_ms", "ringing_ms", "dialing_ms",
                                             "talking_ms", "hold_ms",  "wrapup_ms",  "break_ms",
                                             "meal_ms",    "busy_ms",  "meeting_ms"};
    sw_json_int(j, "staffed_ms", sw_kpi_staffed_ms(c));
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++)
        if (c->v[SW_AC_STATE_MS + s]) sw_json_int(j, time_names[s], c->v[SW_AC_STATE_MS + s]);
    for (int i = SW_AC_HANDLED; i < SW_AC_BREAKS; i++)
        sw_json_int(j, sw_agent_counter_name((enum sw_agent_counter)i), c->v[i]);
    sw_json_ratio(j, "occupancy", sw_kpi_occupancy(c));
    sw_json_ratio(j, "utilisation", sw_kpi_utilisation(c));
    sw_json_ratio(j, "non_service", sw_kpi_non_service(c));
    sw_json_ratio(j, "idle", sw_kpi_idle(c));
    sw_json_ratio(j, "calls_per_hour", sw_kpi_calls_per_hour(c));
    sw_json_mean(j, "aht_ms", sw_kpi_agent_aht(c));
    if (!breaks) return;
    sw_json_open(j, "breaks", '{');
    for (int i = SW_AC_BREAKS; i < SW_AC_COUNT; i++)
        sw_json_int(j, sw_agent_counter_name((enum sw_agent_counter)i), c->v[i]);
    sw_json_close(j, '}');
}

void sw_view_write_agent_counts(const struct sw_agent_counts *c, bool breaks, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    put_agent_counts(&j, c, breaks);
    sw_json_close(&j, '}');
}

void sw_view_write_team(const struct sw_floor *floor, const struct sw_team *team, struct sw_buf *out) {
    const uint32_t *states = sw_team_states(team);
    int64_t agents = 0;
    for (int s = 0; s < SW_ST_COUNT; s++) agents += states[s];
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "name", sw_team_id(team));
    sw_json_open(&j, "now", '{');
    sw_json_int(&j, "agents", agents);
    sw_json_int(&j, "staffed", put_states(&j, "states", states));
    sw_json_close(&j, '}');
    struct sw_span spans[] = {sw_floor_day(floor, sw_floor_now(floor), NULL),
                              sw_floor_interval(floor, sw_floor_now(floor))};
    for (int w = 0; w < 2; w++) {
        struct sw_agent_counts c;
        sw_team_between(floor, team, spans[w].start_ms, spans[w].end_ms, sw_floor_now(floor), &c);
        sw_json_open(&j, window_names[w], '{');
        put_agent_counts(&j, &c, true);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, '}');
}

void sw_view_write_agent(const struct sw_floor *floor, const struct sw_agent *agent,
                         const struct sw_view_options *options, struct sw_buf *out) {
    struct sw_agent_now now;
    sw_agent_now(floor, agent, &now);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    if (options->names) sw_json_text(&j, "name", now.name);
    sw_json_text(&j, "seat", now.seat);
    sw_json_text(&j, "team", now.team);
    sw_json_text(&j, "state", sw_agent_state_name(now.state));
    sw_json_text(&j, "reason", now.reason);
    sw_json_int(&j, "since", now.since_ms != INT64_MIN ? now.since_ms : now.first_seen_ms);
    sw_json_text(&j, "queue", now.queue);
    if (now.on_call) sw_json_bool(&j, "call", true);
    sw_json_open(&j, "queues", '[');
    for (size_t i = 0; i < now.queue_count; i++)
        sw_json_text(&j, NULL, sw_scope_id(sw_agent_queue(agent, i)));
    sw_json_close(&j, ']');
    if (now.limit_ms) sw_json_int(&j, "limit_ms", now.limit_ms);
    if (now.over_limit) sw_json_raw(&j, "marks", "[\"over_limit\"]");
    struct sw_span spans[] = {sw_floor_day(floor, sw_floor_now(floor), NULL),
                              sw_floor_interval(floor, sw_floor_now(floor))};
    for (int w = 0; w < 2; w++) {
        struct sw_agent_counts c;
        sw_agent_between(floor, agent, spans[w].start_ms, spans[w].end_ms, INT64_MIN, &c);
        if (w == 0 && sw_floor_shifts(floor))
            sw_shifts_count_breaks(sw_floor_shifts(floor), now.id, spans[w].start_ms, spans[w].end_ms, sw_floor_now(floor), &c);
        sw_json_open(&j, window_names[w], '{');
        put_agent_counts(&j, &c, w == 0);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, '}');
}

void sw_view_write_interval(const struct sw_floor *floor, struct sw_span span, struct sw_buf *out) {
    const struct sw_scope *site = sw_floor_site(floor);
    struct sw_queue_counts c;
    sw_scope_between(floor, site, span.start_ms, span.end_ms, &c);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    static const enum sw_queue_counter shown[] = {SW_QC_OFFERED, SW_QC_ANSWERED, SW_QC_ABANDONED,
                                                  SW_QC_EXITED};
    for (size_t i = 0; i < 4; i++) sw_json_int(&j, sw_queue_counter_name(shown[i]), c.v[shown[i]]);
    sw_json_int(&j, "waiting", sw_scope_carried_in(site, span.end_ms));
    sw_json_ratio(&j, "answer_rate", sw_kpi_answer_rate(&c));
    sw_json_ratio(&j, "service_level", sw_kpi_service_level(&c, 0));
    sw_json_mean(&j, "asa_ms", sw_kpi_asa(&c));
    sw_json_close(&j, '}');
}
