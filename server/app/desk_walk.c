/* The desk's floor walks and duty: folding, showing, writing. */
#include <stdio.h>

#include "app/desk_state.h"
#include "codec/duty_csv.h"
#include "codec/json_members.h"
#include "codec/view_shifts.h"
#include "codec/view_walk.h"
#include "io/log.h"

#define FAULTS_BYTES_MAX 65536
#define CANDIDATES_MAX 2000
#define GAP_SUBJECT "duty"

/* ---- folding ---- */

struct start {
    struct sw_desk *desk;
    const struct sw_record *record;
    const struct sw_desk_entry *entry;
};

static void start(void *ctx, const struct sw_walk_item *items, size_t count) {
    const struct start *s = ctx;
    const struct sw_walk_start one = {.walk = s->record->key, .by = s->entry->by ? s->entry->by : "", .at_ms = s->entry->at_ms,
                                      .items = items, .item_count = count, .recorded = true};
    if (sw_walks_start(s->desk->walks, &one)) sw_log(SW_LOG_WARN, "walk.start", "walk=%s text=%s", one.walk, "not kept");
}

static void fold_rota(struct sw_desk *desk, const char *csv) {
    struct sw_buf faults, remarks;
    struct sw_rota rota;
    sw_buf_init(&faults, FAULTS_BYTES_MAX);
    sw_buf_init(&remarks, FAULTS_BYTES_MAX);
    sw_rota_init(&rota);
    int failed = sw_rota_read(&rota, desk->options.zone, "rota", csv, strlen(csv), &faults, &remarks);
    if (!failed) failed = sw_duty_set_rota(desk->duty, &rota);
    if (failed) sw_log(SW_LOG_ERROR, "duty.rota", "text=%s", faults.len ? sw_buf_text(&faults) : "too many rows");
    sw_rota_deinit(&rota);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
}

static int fold_duty(struct sw_desk *desk, const char *kind, const struct sw_record *r, const struct sw_desk_entry *e) {
    if (!strcmp(kind, "rota")) {
        if (e->csv) fold_rota(desk, e->csv);
        return 0;
    }
    if (!strcmp(kind, "undo")) return sw_duty_undo(desk->duty, r->key);
    const struct sw_handover handover = {.id = r->key, .person = e->person, .from_ms = e->from_ms, .to_ms = e->to_ms,
                                         .by = e->by, .at_ms = e->at_ms};
    return sw_duty_hand_over(desk->duty, &handover);
}

static int fold_walk(struct sw_desk *desk, const char *kind, const struct sw_record *r, const struct sw_desk_entry *e) {
    const char *by = e->by ? e->by : "";
    if (!strcmp(kind, "start")) {
        struct start s = {desk, r, e};
        sw_walk_items_read(e->items ? e->items : "[]", e->items ? strlen(e->items) : 2, &s, start);
        return 0;
    }
    if (!strcmp(kind, "tick")) {
        int tick = e->tick ? sw_tick_from_name(e->tick) : SW_TICK_NONE;
        if (tick < 0 || !e->item) return -SW_EINVAL;
        int failed = sw_walks_tick(desk->walks, r->key, e->item, (enum sw_tick)tick, by, e->at_ms);
        return failed || !e->note ? failed : sw_walks_note(desk->walks, r->key, e->item, e->note, by, e->at_ms);
    }
    if (!strcmp(kind, "note")) return sw_walks_note(desk->walks, r->key, e->item, e->note, by, e->at_ms);
    return sw_walks_close(desk->walks, r->key, by, e->at_ms);
}

bool sw__desk_fold_walk(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    int failed;
    if (!strcmp(r->kind, "site.begin")) {
        desk->began_ms = r->at_ms;
        sw_walks_begin(desk->walks, r->at_ms);
        return true;
    }
    if (!strncmp(r->kind, "walk.", 5)) failed = fold_walk(desk, r->kind + 5, r, e);
    else if (!strcmp(r->kind, "duty") || !strncmp(r->kind, "duty.", 5))
        failed = fold_duty(desk, r->kind[4] ? r->kind + 5 : "", r, e);
    else return false;
    if (failed) sw_log(SW_LOG_WARN, "ledger", "record=%lld kind=%s text=%s", (long long)r->id, r->kind, sw_error_text(failed));
    desk->walk_dirty = true;
    return true;
}

/* ---- the list ---- */

struct candidates {
    struct sw_walk_item *at;
    size_t count;
    char (*subjects)[320];
};

static void add(struct candidates *c, struct sw_walk_item item, const char *kind, const char *subject) {
    if (c->count == CANDIDATES_MAX) return;
    (void)snprintf(c->subjects[c->count], sizeof *c->subjects, "%s%s%s", kind, *subject ? ":" : "", subject);
    item.subject = c->subjects[c->count];
    c->at[c->count++] = item;
}

static void add_alert(const struct sw_desk *desk, struct candidates *c, const struct sw_alert *a) {
    if (a->closed_ms != INT64_MAX || a->kind == SW_SUBJECT_WALK) return;
    struct sw_view_who who = {0};
    if (a->kind == SW_SUBJECT_AGENT) sw__desk_who(desk, a->subject, &who);
    struct sw_walk_item item = {.kind = a->rule == SW_RULE_IDLE         ? SW_WALK_IDLE
                                        : a->rule == SW_RULE_ATTENDANCE || a->rule == SW_RULE_ADHERENCE ? SW_WALK_TEAM
                                                                                                  : SW_WALK_ALERT,
                                .agent = a->kind == SW_SUBJECT_AGENT ? a->subject : NULL,
                                .name = who.name, .seat = who.seat,
                                .team = a->kind == SW_SUBJECT_TEAM ? a->subject : who.team,
                                .rule = sw_rule_name(a->rule), .severity = a->severity, .since_ms = a->since_ms};
    add(c, item, sw_subject_name(a->kind), a->subject);
}

static void add_over_limit(const struct sw_desk *desk, struct candidates *c) {
    for (size_t i = 0; i < sw_floor_agent_count(desk->floor); i++) {
        struct sw_agent_now now;
        sw_agent_now(desk->floor, sw_floor_agent(desk->floor, i), &now);
        if (!now.over_limit) continue;
        struct sw_view_who who;
        sw__desk_who(desk, now.id, &who);
        const struct sw_walk_item item = {.kind = SW_WALK_OVER_LIMIT, .agent = now.id, .name = who.name, .seat = who.seat,
                                          .team = who.team, .since_ms = now.since_ms,
                                          .text = sw_agent_state_name(now.state)};
        add(c, item, "agent", now.id);
    }
}

/* What is to be looked at now; the caller frees it with free_candidates(). */
static struct candidates candidates(struct sw_desk *desk) {
    struct candidates c = {.at = sw_xmalloc(CANDIDATES_MAX * sizeof *c.at),
                           .subjects = sw_xmalloc(CANDIDATES_MAX * sizeof *c.subjects)};
    struct sw_alert *list;
    size_t count = sw_floor_alerts(desk->floor, true, &list);
    for (size_t i = 0; i < count; i++) add_alert(desk, &c, &list[i]);
    free(list); /* what was taken over of it are texts of the floor */
    sw__desk_look_at_goals(desk);
    for (size_t i = 0; i < desk->goal_count; i++) add_alert(desk, &c, &desk->goals[i]);
    for (const struct sw_shown *shown = desk->shown; shown; shown = shown->hh.next)
        for (size_t i = 0; i < shown->alert_count; i++) add_alert(desk, &c, &shown->alerts[i]);
    add_over_limit(desk, &c);
    return c;
}

static void free_candidates(struct candidates *c) {
    free(c->at);
    free(c->subjects);
}

/* ---- showing ---- */

struct members {
    struct sw_desk *desk;
    int view;
    char keys[64][SW_JSON_KEY_SIZE];
    size_t count;
};

static void set_member(void *ctx, const char *key, const char *text, size_t len) {
    struct members *m = ctx;
    int refused = sw_view_set(m->desk->views[m->view], NULL, key, text, len);
    (void)refused;
    if (m->count < 64) (void)snprintf(m->keys[m->count++], sizeof *m->keys, "%s", key);
}

static bool is_gone(void *ctx, const char *key) {
    const struct members *m = ctx;
    for (size_t i = 0; i < m->count; i++)
        if (!strcmp(m->keys[i], key)) return false;
    return true;
}

void sw__desk_set_members(struct sw_desk *desk, int view) {
    struct members m = {.desk = desk, .view = view};
    if (desk->part.failed) return;
    sw_json_members(sw_buf_text(&desk->part), desk->part.len, &m, set_member);
    sw_view_sweep(desk->views[view], NULL, is_gone, &m);
}

void sw__desk_show_walk(struct sw_desk *desk) {
    struct candidates c = candidates(desk);
    const struct sw_view_walk options = {.candidates = c.at, .candidate_count = c.count, .name_of = desk->options.name_of,
                                         .ctx = desk->options.ctx};
    sw_buf_clear(&desk->part);
    sw_view_write_walk(desk->walks, &options, &desk->part);
    sw__desk_set_members(desk, SW_DESK_WALK);
    free_candidates(&c);
}

size_t sw__desk_walk_alerts(const struct sw_desk *desk, struct sw_alert *out, size_t max) {
    static const enum sw_severity severities[] = {SW_SEVERITY_INFO, SW_SEVERITY_WARNING, SW_SEVERITY_CRITICAL,
                                                  SW_SEVERITY_WARNING};
    struct sw_walk_alert list[SW_WALKS_KEPT_MAX + 1];
    size_t count = sw_walks_alerts(desk->walks, list, sizeof list / sizeof *list), written = 0;
    for (size_t i = 0; i < count && written < max; i++) {
        bool gap = list[i].level == SW_WALK_LEVEL_GAP;
        /* a site that keeps no rota has no gaps in it */
        if (gap && !sw_duty_row_count(desk->duty)) continue;
        struct sw_walk walk;
        int64_t opened_ms = list[i].since_ms;
        if (!gap && !sw_walks_find(desk->walks, list[i].walk, &walk)) opened_ms = walk.due_ms;
        out[written++] = (struct sw_alert){.rule = SW_RULE_WALK, .severity = severities[list[i].level], .kind = SW_SUBJECT_WALK,
                                           .subject = gap ? GAP_SUBJECT : list[i].walk, .since_ms = list[i].since_ms,
                                           .opened_ms = opened_ms, .closed_ms = INT64_MAX, .unit = SW_UNIT_MS};
    }
    return written;
}

/* ---- writing ---- */

static void record_start(struct sw_desk *desk, const char *walk, const struct sw_desk_actor *actor, struct sw_desk_reply reply) {
    struct candidates c = candidates(desk);
    struct sw_walk_item *items = sw_xmalloc(SW_WALK_ITEMS_MAX * sizeof *items);
    size_t count = sw_walks_list(desk->walks, c.at, c.count, items);
    struct sw_buf json;
    sw_buf_init(&json, (size_t)1 << 20);
    sw_walk_items_write(items, count, &json);
    struct sw_desk_entry e = sw__write_signed(desk, actor, NULL, NULL);
    sw_desk_set(&e.items, sw_buf_text(&json));
    sw__write_record(sw__write_new(desk, reply), "walk.start", walk, &e, actor, true, 0);
    sw_desk_deinit(&e);
    sw_buf_deinit(&json);
    free(items);
    free_candidates(&c);
}

static bool has_item(const struct sw_walk *walk, const char *subject) {
    for (size_t i = 0; i < walk->entry_count; i++)
        if (!strcmp(walk->entries[i].item.subject, subject)) return true;
    return false;
}

/* What is wrong with an action on WALK; NULL when it may be done. STATUS says how wrong. */
static const char *fault_of(const struct sw_walk *walk, const struct sw_desk_entry *e, int64_t next_due_ms, int64_t now_ms,
                            int *status) {
    const char *action = e->action ? e->action : "";
    *status = 422;
    if (strcmp(action, "start") && strcmp(action, "tick") && strcmp(action, "note") && strcmp(action, "close"))
        return "action: must be start, tick, note or close";
    if (!strcmp(action, "tick") && !e->item) return "item: missing";
    if (!strcmp(action, "tick") && e->tick && sw_tick_from_name(e->tick) < 0)
        return "tick: must be seen, helped, confirmed or excused";
    if (e->note && strlen(e->note) > SW_WALK_NOTE_BYTES_MAX) return "note: too long";
    *status = 409;
    if (!strcmp(action, "start")) {
        (void)next_due_ms, (void)now_ms;
        return walk->state == SW_WALK_DUE ? NULL : walk->state == SW_WALK_STARTED ? "it was started already" : "it is closed";
    }
    if (walk->state == SW_WALK_DUE) return "it was not started";
    if (walk->state == SW_WALK_CLOSED) return "it is closed";
    *status = 404;
    return e->item && !has_item(walk, e->item) ? "no such item" : NULL;
}

void sw_desk_walk(struct sw_desk *desk, const char *id, const struct sw_desk_entry *asked, const struct sw_desk_actor *actor,
                  struct sw_desk_reply reply) {
    struct sw_walk walk;
    int status, missing = sw_walks_find(desk->walks, id, &walk);
    const char *fault = missing ? "no such walk"
                                : fault_of(&walk, asked, sw_walks_next_due(desk->walks), sw_walks_now(desk->walks), &status);
    if (fault) {
        sw__write_refuse(desk, reply, missing ? 404 : status, fault);
        return;
    }
    if (!strcmp(asked->action, "start")) {
        record_start(desk, id, actor, reply);
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, NULL, NULL);
    sw_desk_set(&e.item, asked->item);
    sw_desk_set(&e.tick, asked->tick);
    sw_desk_set(&e.note, asked->note);
    char kind[32];
    (void)snprintf(kind, sizeof kind, "walk.%s", asked->action);
    sw__write_record(sw__write_new(desk, reply), kind, id, &e, actor, !strcmp(asked->action, "close"), 0);
    sw_desk_deinit(&e);
}

void sw_desk_duty(struct sw_desk *desk, const struct sw_desk_entry *asked, const struct sw_desk_actor *actor,
                  struct sw_desk_reply reply) {
    const char *fault = !asked->person                      ? "person: missing"
                        : asked->from_ms == SW_DESK_NONE    ? "from: missing"
                        : asked->to_ms == SW_DESK_NONE      ? "to: missing"
                        : asked->to_ms <= asked->from_ms    ? "to: must be after from"
                                                            : NULL;
    if (fault) {
        sw__write_refuse(desk, reply, 422, fault);
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, NULL, asked->reason);
    char id[SW_DESK_ID_SIZE];
    sw__write_id(id);
    sw_desk_set(&e.person, asked->person);
    e.from_ms = asked->from_ms;
    e.to_ms = asked->to_ms;
    sw__write_record(sw__write_new(desk, reply), "duty", id, &e, actor, true, 0);
    sw_desk_deinit(&e);
}

void sw_desk_duty_undo(struct sw_desk *desk, const char *id, const struct sw_desk_entry *asked,
                       const struct sw_desk_actor *actor, struct sw_desk_reply reply) {
    struct sw_desk_entry e = sw__write_signed(desk, actor, NULL, asked->reason);
    sw__write_record(sw__write_new(desk, reply), "duty.undo", id, &e, actor, true, 0);
    sw_desk_deinit(&e);
}

void sw_desk_write_duty(struct sw_desk *desk, struct sw_buf *out) { sw_view_write_duty(desk->duty, out); }

void sw_desk_stand_in(struct sw_desk *desk, const char *person, int64_t from_ms, int64_t to_ms) {
    const struct sw_handover handover = {.id = "stand-in", .person = person, .from_ms = from_ms, .to_ms = to_ms};
    int failed = sw_duty_hand_over(desk->duty, &handover);
    SW_ASSERT(failed == 0);
    desk->walk_dirty = true;
}
