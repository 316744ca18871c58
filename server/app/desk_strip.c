/* The `strip` view: what a public wall may show of alerts, breaks and walks. Agents are named only by rules that allow
 * it; of the others the wall says what and how many. */
#include "app/desk_state.h"
#include "codec/view_shifts.h"

struct group {
    size_t count;
    int64_t opened_ms, since_ms;
    enum sw_severity severity;
};

static void write_subject(struct sw_desk *desk, struct sw_json *j, const struct sw_alert *a) {
    sw_json_text(j, "kind", sw_subject_name(a->kind));
    if (a->kind == SW_SUBJECT_AGENT) {
        struct sw_view_who who;
        sw__desk_who(desk, a->subject, &who);
        const char *label = desk->options.wall_names && who.name ? who.name : who.seat ? who.seat : a->subject;
        sw_json_text(j, "label", label);
        sw_json_text(j, "team", who.team);
    } else if (*a->subject) {
        const struct sw_scope *queue = a->kind == SW_SUBJECT_QUEUE ? sw_floor_find_queue(desk->floor, a->subject) : NULL;
        sw_json_text(j, "label", queue ? sw_scope_name(queue) : a->subject);
    }
}

static void write_one(struct sw_desk *desk, const struct sw_alert *a, const char *id) {
    sw_buf_clear(&desk->part);
    struct sw_json j = sw_json_on(&desk->part);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "rule", sw_rule_name(a->rule));
    sw_json_text(&j, "severity", sw_severity_name(a->severity));
    write_subject(desk, &j, a);
    sw_json_int(&j, "opened", a->opened_ms);
    sw_json_int(&j, "since", a->since_ms);
    if (a->unit != SW_UNIT_MS) sw_json_int(&j, "value", a->value);
    sw_json_int(&j, "limit", a->limit);
    sw_json_text(&j, "unit", sw_unit_name(a->unit));
    if (sw__note_find(desk, SW_NOTE_ACK, id)) sw_json_bool(&j, "acked", true);
    sw_json_close(&j, '}');
    sw__desk_set(desk, SW_DESK_STRIP, "alerts", id);
}

static void write_group(struct sw_desk *desk, enum sw_rule rule, const struct group *g) {
    sw_buf_clear(&desk->part);
    struct sw_json j = sw_json_on(&desk->part);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "rule", sw_rule_name(rule));
    sw_json_text(&j, "severity", sw_severity_name(g->severity));
    sw_json_text(&j, "kind", "agents");
    sw_json_int(&j, "count", (int64_t)g->count);
    sw_json_int(&j, "opened", g->opened_ms);
    sw_json_int(&j, "since", g->since_ms);
    sw_json_close(&j, '}');
    sw__desk_set(desk, SW_DESK_STRIP, "alerts", sw_rule_name(rule));
}

static bool is_gone(void *ctx, const char *key) {
    const struct sw_desk *desk = ctx;
    for (size_t i = 0; i < desk->strip_keys.count; i++)
        if (!strcmp(desk->strip_keys.keys[i], key)) return false;
    return true;
}

static void keep(struct sw_desk *desk, const char *key) {
    desk->strip_keys.keys = sw_xrealloc(desk->strip_keys.keys, (desk->strip_keys.count + 1) * sizeof *desk->strip_keys.keys);
    desk->strip_keys.keys[desk->strip_keys.count++] = sw_xstrdup(key);
}

static void sweep(struct sw_desk *desk, const char *group) {
    sw_view_sweep(desk->views[SW_DESK_STRIP], group, is_gone, desk);
    for (size_t i = 0; i < desk->strip_keys.count; i++) free(desk->strip_keys.keys[i]);
    desk->strip_keys.count = 0;
}

void sw__desk_strip_alerts(struct sw_desk *desk, const struct sw_alert *alerts, size_t count) {
    struct group groups[SW_RULE_COUNT] = {{0}};
    for (size_t i = 0; i < count; i++) {
        const struct sw_alert *a = &alerts[i];
        char id[SW_ALERT_ID_SIZE];
        sw_alert_id(a, id);
        if (a->kind != SW_SUBJECT_AGENT || desk->options.policy->rule[a->rule].names) {
            write_one(desk, a, id);
            keep(desk, id);
            continue;
        }
        struct group *g = &groups[a->rule];
        if (!g->count || a->opened_ms < g->opened_ms) {
            g->opened_ms = a->opened_ms;
            g->since_ms = a->since_ms;
        }
        if (!g->count || a->severity > g->severity) g->severity = a->severity;
        g->count++;
    }
    for (int rule = 0; rule < SW_RULE_COUNT; rule++) {
        if (!groups[rule].count) continue;
        write_group(desk, (enum sw_rule)rule, &groups[rule]);
        keep(desk, sw_rule_name((enum sw_rule)rule));
    }
    sweep(desk, "alerts");
}

/* ---- breaks ---- */

static int64_t break_ends(const struct sw_desk *desk, const struct sw_agent_now *now) {
    const struct sw_rostered *rostered = sw_shifts_agent(desk->options.shifts, now->id);
    int64_t now_ms = sw_floor_now(desk->floor);
    for (size_t i = 0; rostered && i < sw_rostered_shift_count(rostered); i++) {
        const struct sw_shift *shift = sw_rostered_shift(rostered, i);
        const struct sw_roster_row *row = sw_shift_row(shift);
        if (row->start_ms > now_ms || row->end_ms <= now_ms) continue;
        struct sw_break list[64];
        size_t count = sw_shift_breaks(desk->options.shifts, shift, now_ms, list, 64);
        if (count && count <= 64 && list[count - 1].end_ms == INT64_MAX)
            return list[count - 1].start_ms + list[count - 1].allowance_ms;
    }
    const struct sw_policy *p = desk->options.policy;
    return now->since_ms + (p->allowance_count ? p->allowance_ms[p->allowance_count - 1] : 0);
}

static void write_break(struct sw_desk *desk, const struct sw_agent_now *now) {
    struct sw_view_who who;
    sw__desk_who(desk, now->id, &who);
    const char *label = desk->options.wall_names && who.name ? who.name : who.seat ? who.seat : now->id;
    sw_buf_clear(&desk->part);
    struct sw_json j = sw_json_on(&desk->part);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "label", label);
    sw_json_text(&j, "team", who.team);
    sw_json_int(&j, "since", now->since_ms);
    sw_json_int(&j, "until", break_ends(desk, now));
    sw_json_close(&j, '}');
    sw__desk_set(desk, SW_DESK_STRIP, "breaks", now->id);
    keep(desk, now->id);
}

void sw__desk_strip_breaks(struct sw_desk *desk) {
    const uint32_t *states = sw_team_states(sw_floor_everyone(desk->floor));
    if (states[SW_ST_BREAK] || desk->strip_breaks)
        for (size_t i = 0; i < sw_floor_agent_count(desk->floor); i++) {
            struct sw_agent_now now;
            sw_agent_now(desk->floor, sw_floor_agent(desk->floor, i), &now);
            if (now.state == SW_ST_BREAK) write_break(desk, &now);
        }
    desk->strip_breaks = states[SW_ST_BREAK];
    sweep(desk, "breaks");
}

/* ---- the walk ---- */

void sw__desk_strip_walk(struct sw_desk *desk) {
    struct sw_walk walk;
    struct sw_on_duty duty;
    int64_t next_ms = sw_walks_next_due(desk->walks);
    bool due = sw_walks_current(desk->walks, &walk);
    sw_buf_clear(&desk->part);
    struct sw_json j = sw_json_on(&desk->part);
    sw_json_open(&j, NULL, '{');
    if (next_ms != INT64_MAX) sw_json_int(&j, "next", next_ms);
    if (due) {
        sw_json_int(&j, "due", walk.due_ms);
        sw_json_text(&j, "state", walk.state == SW_WALK_STARTED        ? "started"
                                  : walk.missed_ms != INT64_MAX   ? "missed"
                                  : walk.reminded_ms != INT64_MAX ? "reminded"
                                                                  : "due");
    }
    if (!sw_duty_at(desk->duty, sw_floor_now(desk->floor), &duty)) {
        const char *name = desk->options.name_of ? desk->options.name_of(desk->options.ctx, duty.person) : NULL;
        sw_json_text(&j, "duty", name ? name : duty.person);
    }
    struct sw_walk_compliance today;
    sw_walks_today(desk->walks, &today);
    sw_json_int(&j, "done", today.done);
    sw_json_int(&j, "missed", today.missed);
    sw_json_close(&j, '}');
    sw__desk_set(desk, SW_DESK_STRIP, NULL, "walk");
}
