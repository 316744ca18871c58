/* The desk's views: alerts, shifts, breaches, grants and the policy; and putting on record what opened and closed. */
#include "app/desk_state.h"
#include "codec/view_shifts.h"

#define SHOWN_EVERY_MS 60000
#define PAST_MS INT64_C(600000)

void sw__desk_set(struct sw_desk *desk, int view, const char *group, const char *key) {
    if (desk->part.failed) return;
    int refused = sw_view_set(desk->views[view], group, key, sw_buf_text(&desk->part), desk->part.len);
    (void)refused; /* counted by the view */
}

/* The roster's name, seat and team of an agent, else the floor's. */
void sw__desk_who(const struct sw_desk *desk, const char *id, struct sw_view_who *who) {
    *who = (struct sw_view_who){0};
    const struct sw_agent *agent = sw_floor_find_agent(desk->floor, id);
    if (agent) {
        struct sw_agent_now now;
        sw_agent_now(desk->floor, agent, &now);
        *who = (struct sw_view_who){now.name, now.seat, now.team};
    }
    const struct sw_rostered *rostered = sw_shifts_agent(desk->options.shifts, id);
    size_t count = rostered ? sw_rostered_shift_count(rostered) : 0;
    if (count) {
        const struct sw_roster_row *row = sw_shift_row(sw_rostered_shift(rostered, count - 1));
        if (row->name) who->name = row->name;
        if (row->seat) who->seat = row->seat;
        if (row->team) who->team = row->team;
    }
    if (!desk->options.names) who->name = NULL;
}

/* ---- grants ---- */

void sw__desk_show_grant(struct sw_desk *desk, const char *id) {
    const struct sw_note *note = sw__note_find(desk, SW_NOTE_GRANT, id);
    if (!note) {
        sw_view_remove(desk->views[SW_DESK_GRANTS], "grants", id);
        return;
    }
    const struct sw_desk_entry *e = &note->entry;
    struct sw_view_who who = {0};
    if (e->agent && desk->floor) sw__desk_who(desk, e->agent, &who);
    sw_buf_clear(&desk->part);
    struct sw_json j = sw_json_on(&desk->part);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "agent", e->agent);
    sw_json_text(&j, "name", who.name);
    sw_json_text(&j, "team", who.team);
    sw_json_text(&j, "kind", e->kind);
    sw_json_int(&j, "from", e->from_ms);
    sw_json_int(&j, "to", e->to_ms);
    sw_json_text(&j, "reason", e->reason);
    sw_json_text(&j, "by", e->by);
    sw_json_int(&j, "at", e->at_ms);
    sw_json_close(&j, '}');
    sw__desk_set(desk, SW_DESK_GRANTS, "grants", id);
}

/* ---- an agent ---- */

static struct sw_shown *shown_of(struct sw_desk *desk, const char *id) {
    struct sw_shown *shown;
    size_t len = strlen(id);
    HASH_FIND(hh, desk->shown, id, len, shown);
    if (shown) return shown;
    shown = sw_xcalloc(1, sizeof *shown + len + 1);
    memcpy(shown->id, id, len);
    HASH_ADD_KEYPTR(hh, desk->shown, shown->id, len, shown);
    return shown;
}

static void add_id(struct sw_id_list *list, const char *id) {
    list->ids = sw_xrealloc(list->ids, (list->count + 1) * sizeof *list->ids);
    memcpy(list->ids[list->count++], id, SW_ALERT_ID_SIZE);
}

static int id_order(const void *a, const void *b) { return strcmp(a, b); }

static void sort_ids(struct sw_id_list *list) {
    if (list->count) qsort(list->ids, list->count, sizeof *list->ids, id_order);
}

/* LIST is sorted. */
static bool has_id(const struct sw_id_list *list, const char *id) {
    return list->count && bsearch(id, list->ids, list->count, sizeof *list->ids, id_order);
}

/* Removes from VIEW what was in OLD and is not in FRESH (sorted), and puts FRESH in its place. */
static void exchange(struct sw_desk *desk, int view, const char *group, struct sw_id_list *old, struct sw_id_list fresh) {
    for (size_t i = 0; i < old->count; i++)
        if (!has_id(&fresh, old->ids[i])) sw_view_remove(desk->views[view], group, old->ids[i]);
    free(old->ids);
    *old = fresh;
}

static void write_note(struct sw_json *j, const char *key, const struct sw_note *note) {
    if (!note) return;
    const struct sw_desk_entry *e = &note->entry;
    sw_json_open(j, key, '{');
    sw_json_text(j, "outcome", e->outcome);
    sw_json_text(j, "step", e->step);
    sw_json_text(j, "reason", e->reason);
    sw_json_text(j, "text", e->text);
    sw_json_text(j, "by", e->by);
    sw_json_int(j, "at", e->at_ms);
    sw_json_close(j, '}');
}

static void show_breach(struct sw_desk *desk, const struct sw_breach *b, const char *id) {
    struct sw_view_who who;
    sw__desk_who(desk, b->agent, &who);
    sw_buf_clear(&desk->part);
    struct sw_json j = sw_json_on(&desk->part);
    sw_json_open(&j, NULL, '{');
    sw_view_breach_members(&j, desk->options.policy, b, &who);
    write_note(&j, "decision", sw__note_find(desk, SW_NOTE_DECISION, id));
    write_note(&j, "dispute", sw__note_find(desk, SW_NOTE_DISPUTE, id));
    sw_json_close(&j, '}');
    sw__desk_set(desk, SW_DESK_BREACHES, "breaches", id);
}

/* ---- what the daemon records ---- */

void sw__desk_post(struct sw_desk *desk, const char *kind, const char *key, const char *agent, const char *body) {
    desk->outbox = sw_xrealloc(desk->outbox, (desk->outbox_count + 1) * sizeof *desk->outbox);
    desk->outbox[desk->outbox_count++] =
        (struct sw_record){.at_ms = desk->options.now_ms(desk->options.ctx), .kind = kind, .key = sw_xstrdup(key),
                           .agent = agent ? sw_xstrdup(agent) : NULL, .body = sw_xstrdup(body)};
}

static void post_all(struct sw_desk *desk) {
    if (!desk->outbox_count) return;
    sw_recorder_append(desk->options.recorder, desk->outbox, desk->outbox_count, NULL, NULL);
    for (size_t i = 0; i < desk->outbox_count; i++) {
        const char *const texts[] = {desk->outbox[i].key, desk->outbox[i].agent, desk->outbox[i].body};
        for (size_t t = 0; t < 3; t++) free((char *)(uintptr_t)texts[t]);
    }
    free(desk->outbox);
    desk->outbox = NULL;
    desk->outbox_count = 0;
}

/* Puts a breach on record when it is new, over, or excused otherwise than before. What is on record is noted at once:
 * the ledger follows, and after a crash the breach is found again by the same id. */
static void record_breach(struct sw_desk *desk, const struct sw_breach *b, const char *id) {
    if (sw_recorder_problem(desk->options.recorder)) return;
    const struct sw_note *note = sw__note_find(desk, SW_NOTE_BREACH, id);
    bool over = b->until_ms != INT64_MAX;
    if (note && note->entry.excused == b->excused && note->entry.over == over) return;
    struct sw_desk_entry e;
    sw_desk_init(&e);
    sw_desk_set(&e.rule, sw_rule_name(b->rule));
    sw_desk_set(&e.agent, b->agent);
    e.opened_ms = b->at_ms;
    if (over) e.closed_ms = b->until_ms;
    e.value = b->value_ms;
    e.limit = b->limit_ms;
    e.excused = b->excused;
    e.over = over;
    if (b->n) e.n = b->n;
    if (b->points) e.points = b->points;
    if (b->money_fen) e.money_fen = b->money_fen;
    sw_desk_set(&e.step, b->step);
    struct sw_buf body;
    sw_buf_init(&body, 8192);
    sw_desk_write(&e, &body);
    sw__desk_post(desk, "breach", id, b->agent, sw_buf_text(&body));
    sw__note_set(desk, SW_NOTE_BREACH, id, &e, &(struct sw_record){0});
    sw_desk_deinit(&e);
    sw_buf_deinit(&body);
}

/* What was on record and is no breach any more (late became absent, a roster was replaced). */
static void void_breaches(struct sw_desk *desk, const struct sw_shown *shown, const struct sw_id_list *fresh) {
    if (sw_recorder_problem(desk->options.recorder)) return;
    for (size_t i = 0; i < shown->breaches.count; i++) {
        const char *id = shown->breaches.ids[i];
        if (has_id(fresh, id) || !sw__note_find(desk, SW_NOTE_BREACH, id)) continue;
        sw__desk_post(desk, "breach.void", id, shown->id, "{}");
        sw__note_drop(desk, SW_NOTE_BREACH, id);
    }
}

/* All alerts of the floor, listed once for all who ask before the next event. */
static const struct sw_alert *list_alerts(struct sw_desk *desk, size_t *count) {
    if (!desk->listed) desk->listed_count = sw_floor_alerts(desk->floor, false, &desk->listed);
    *count = desk->listed_count;
    return desk->listed;
}

static void forget_list(struct sw_desk *desk) {
    free(desk->listed);
    desk->listed = NULL;
    desk->listed_count = 0;
}

static void show_breaches(struct sw_desk *desk, const struct sw_rostered *agent, struct sw_shown *shown, int64_t now_ms) {
    size_t floor_count;
    const struct sw_alert *floor_alerts = list_alerts(desk, &floor_count);
    struct sw_breach *list;
    size_t count = sw_rostered_breaches(desk->options.shifts, agent, floor_alerts, floor_count, now_ms, &list);
    struct sw_id_list fresh = {0};
    for (size_t i = 0; i < count; i++) {
        char id[SW_ALERT_ID_SIZE];
        sw_breach_id(&list[i], id);
        add_id(&fresh, id);
        show_breach(desk, &list[i], id);
        record_breach(desk, &list[i], id);
    }
    sort_ids(&fresh);
    void_breaches(desk, shown, &fresh);
    exchange(desk, SW_DESK_BREACHES, "breaches", &shown->breaches, fresh);
    free(shown->alerts);
    shown->alerts = sw_xmalloc((2 * count + 1) * sizeof *shown->alerts);
    shown->alert_count = sw_breaches_alerts(desk->options.policy, list, count, shown->alerts);
    for (size_t i = 0; i < shown->alert_count; i++) shown->alerts[i].subject = shown->id; /* lives as long as the list */
    desk->alerts_dirty = true;
    free(list);
}

static void show_shifts(struct sw_desk *desk, const struct sw_rostered *agent, struct sw_shown *shown, int64_t now_ms) {
    size_t count = sw_rostered_shift_count(agent);
    char **fresh = sw_xmalloc((count + 1) * sizeof *fresh);
    for (size_t i = 0; i < count; i++) {
        char key[SW_SHIFT_KEY_SIZE];
        const struct sw_shift *shift = sw_rostered_shift(agent, i);
        sw_view_shift_key(shift, key);
        fresh[i] = sw_xstrdup(key);
        sw_buf_clear(&desk->part);
        sw_view_write_shift(desk->options.shifts, shift, desk->options.names, now_ms, &desk->part);
        sw__desk_set(desk, SW_DESK_SHIFTS, "shifts", key);
    }
    for (size_t i = 0; i < shown->shift_count; i++) {
        size_t f = 0;
        while (f < count && strcmp(fresh[f], shown->shift_keys[i])) f++;
        if (f == count) sw_view_remove(desk->views[SW_DESK_SHIFTS], "shifts", shown->shift_keys[i]);
        free(shown->shift_keys[i]);
    }
    free(shown->shift_keys);
    shown->shift_keys = fresh;
    shown->shift_count = count;
}

static void show_rostered(void *ctx, const struct sw_rostered *agent) {
    struct sw_desk *desk = ctx;
    int64_t now_ms = sw_floor_now(desk->floor);
    struct sw_shown *shown = shown_of(desk, sw_rostered_id(agent));
    show_shifts(desk, agent, shown, now_ms);
    show_breaches(desk, agent, shown, now_ms);
}

/* The time that runs into the figures of a shift changes them though nothing happens: once a minute they are shown anew. */
static void show_running(struct sw_desk *desk, int64_t now_ms) {
    if (now_ms / SHOWN_EVERY_MS == desk->shown_minute) return;
    desk->shown_minute = now_ms / SHOWN_EVERY_MS;
    for (struct sw_shown *shown = desk->shown; shown; shown = shown->hh.next) {
        const struct sw_rostered *agent = sw_shifts_agent(desk->options.shifts, shown->id);
        bool running = false;
        for (size_t i = 0; agent && i < sw_rostered_shift_count(agent) && !running; i++) {
            const struct sw_roster_row *row = sw_shift_row(sw_rostered_shift(agent, i));
            running = row->start_ms <= now_ms && now_ms < row->end_ms + SHOWN_EVERY_MS;
        }
        if (running) show_shifts(desk, agent, shown, now_ms);
    }
}

void sw__desk_show_agent(struct sw_desk *desk, const char *id) {
    const struct sw_rostered *agent = sw_shifts_agent(desk->options.shifts, id);
    if (!agent || sw_floor_now(desk->floor) == INT64_MIN) return;
    show_rostered(desk, agent);
    forget_list(desk);
}

/* ---- alerts ---- */

static void show_alert(struct sw_desk *desk, const struct sw_alert *a, const char *id) {
    struct sw_view_who who = {0};
    if (a->kind == SW_SUBJECT_AGENT) sw__desk_who(desk, a->subject, &who);
    const struct sw_note *ack = sw__note_find(desk, SW_NOTE_ACK, id);
    int64_t escalate_ms = a->opened_ms + desk->options.policy->escalate_ms, now_ms = sw_floor_now(desk->floor);
    bool climbs = a->severity == SW_SEVERITY_CRITICAL && !ack;
    if (climbs && escalate_ms > now_ms && escalate_ms < desk->escalate_ms) desk->escalate_ms = escalate_ms;
    sw_buf_clear(&desk->part);
    struct sw_json j = sw_json_on(&desk->part);
    sw_json_open(&j, NULL, '{');
    sw_view_alert_members(&j, desk->options.policy, a, &who);
    sw_json_text(&j, "to", climbs && escalate_ms <= now_ms ? "manager" : a->kind == SW_SUBJECT_AGENT ? "lead" : "duty");
    if (climbs && escalate_ms <= now_ms) sw_json_int(&j, "escalated_at", escalate_ms);
    if (ack) {
        sw_json_text(&j, "acked_by", ack->entry.by);
        sw_json_int(&j, "acked_at", ack->entry.at_ms);
    }
    if (a->kind == SW_SUBJECT_AGENT) {
        struct sw_breach breach = {.rule = a->rule, .agent = a->subject, .at_ms = a->opened_ms};
        char breach_id[SW_ALERT_ID_SIZE];
        sw_breach_id(&breach, breach_id);
        if (sw__note_find(desk, SW_NOTE_BREACH, breach_id)) sw_json_text(&j, "breach", breach_id);
    }
    sw_json_close(&j, '}');
    sw__desk_set(desk, SW_DESK_ALERTS, "alerts", id);
}

/* Tells whoever wants to know of alerts: chat groups. */
static void tell(struct sw_desk *desk, const struct sw_alert *a, const char *id, bool cleared) {
    if (!desk->options.told) return;
    struct sw_chat_alert told = {.alert = a, .id = id, .cleared = cleared};
    struct sw_view_who who = {0};
    char label[256];
    if (a->kind == SW_SUBJECT_AGENT) {
        sw__desk_who(desk, a->subject, &who);
        (void)snprintf(label, sizeof label, "%s%s%s", who.seat ? who.seat : a->subject, who.name ? " " : "", who.name ? who.name : "");
        told.label = label;
        told.team = who.team;
    } else if (a->kind == SW_SUBJECT_QUEUE) {
        const struct sw_scope *queue = sw_floor_find_queue(desk->floor, a->subject);
        if (queue) told.label = sw_scope_name(queue);
    } else if (a->kind == SW_SUBJECT_WALK) {
        struct sw_on_duty on;
        if (sw_duty_at(desk->duty, a->since_ms, &on) == 0) told.person = on.person;
        const char *name = told.person && desk->options.name_of ? desk->options.name_of(desk->options.ctx, told.person) : NULL;
        if (name) told.person = name;
    }
    desk->options.told(desk->options.ctx, &told);
}

static void record_alert(struct sw_desk *desk, const struct sw_alert *a, const char *id) {
    if (sw_recorder_problem(desk->options.recorder) || sw__note_find(desk, SW_NOTE_ALERT, id)) return;
    bool reopened = sw__note_find(desk, SW_NOTE_TOLD, id) != NULL; /* its end was taken back */
    if (reopened && a->closed_ms != INT64_MAX) return;
    /* what was over long before anybody could be told is on record, and that is enough */
    bool past = a->closed_ms != INT64_MAX && a->closed_ms < sw_floor_now(desk->floor) - PAST_MS;
    if (!past) tell(desk, a, id, false);
    struct sw_desk_entry e;
    sw_desk_init(&e);
    sw_desk_set(&e.rule, sw_rule_name(a->rule));
    sw_desk_set(&e.kind, sw_subject_name(a->kind));
    sw_desk_set(&e.subject, *a->subject ? a->subject : NULL);
    e.opened_ms = a->opened_ms;
    e.value = a->value;
    e.limit = a->limit;
    struct sw_buf body;
    sw_buf_init(&body, 8192);
    sw_desk_write(&e, &body);
    const char *agent = a->kind == SW_SUBJECT_AGENT ? a->subject : NULL;
    sw__desk_post(desk, "alert", id, agent, sw_buf_text(&body));
    sw__note_set(desk, SW_NOTE_ALERT, id, &e, &(struct sw_record){0});
    sw__desk_told(desk, id, a->opened_ms);
    sw_desk_deinit(&e);
    sw_buf_deinit(&body);
}

static void tell_closed(struct sw_desk *desk, const struct sw_note *note) {
    const struct sw_desk_entry *e = &note->entry;
    int rule = e->rule ? sw_rule_from_name(e->rule) : -1, kind = SW_SUBJECT_SITE;
    while (kind <= SW_SUBJECT_ALARM && (!e->kind || strcmp(e->kind, sw_subject_name((enum sw_subject)kind)))) kind++;
    if (rule < 0 || kind > SW_SUBJECT_ALARM) return;
    const struct sw_alert alert = {.rule = (enum sw_rule)rule, .kind = (enum sw_subject)kind,
                                   .severity = desk->options.policy->rule[rule].severity,
                                   .subject = e->subject ? e->subject : "", .since_ms = e->opened_ms,
                                   .opened_ms = e->opened_ms, .closed_ms = sw_floor_now(desk->floor)};
    tell(desk, &alert, note->key, true);
}

/* Alerts that are on record as open and are not any more. */
static void record_closed(struct sw_desk *desk, const struct sw_id_list *open) {
    if (sw_recorder_problem(desk->options.recorder)) return;
    struct sw_note *note, *next;
    HASH_ITER(hh, desk->notes[SW_NOTE_ALERT], note, next) {
        if (has_id(open, note->key)) continue;
        const char *agent = note->entry.kind && !strcmp(note->entry.kind, "agent") ? note->entry.subject : NULL;
        tell_closed(desk, note);
        sw__desk_post(desk, "alert.closed", note->key, agent, "{}");
        sw__note_drop(desk, SW_NOTE_ALERT, note->key);
    }
}

/* The alerts there are, of all kinds. */
struct all {
    struct sw_alert *at;
    size_t count, size;
};

static void add_all(struct all *all, const struct sw_alert *alerts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (all->count == all->size) {
            all->size = all->size ? all->size * 2 : 64;
            all->at = sw_xrealloc(all->at, all->size * sizeof *all->at);
        }
        all->at[all->count++] = alerts[i];
    }
}

void sw__desk_look_at_goals(struct sw_desk *desk) {
    uint64_t version = sw_shifts_version(desk->options.shifts);
    if (desk->goals && version == desk->goals_version) return;
    free(desk->goals);
    desk->goal_count = sw_shifts_goal_alerts(desk->options.shifts, sw_floor_now(desk->floor), &desk->goals);
    desk->goals_version = version;
    desk->alerts_dirty = true;
}

static struct all all_alerts(struct sw_desk *desk) {
    struct all all = {0};
    struct sw_alert walks[16];
    size_t count;
    const struct sw_alert *list = list_alerts(desk, &count);
    add_all(&all, list, count);
    add_all(&all, desk->goals, desk->goal_count);
    for (const struct sw_shown *shown = desk->shown; shown; shown = shown->hh.next)
        add_all(&all, shown->alerts, shown->alert_count);
    count = sw__desk_walk_alerts(desk, walks, sizeof walks / sizeof *walks);
    add_all(&all, walks, count);
    bool surge = false;
    for (size_t i = 0; i < all.count; i++) surge = surge || (all.at[i].rule == SW_RULE_SURGE && all.at[i].closed_ms == INT64_MAX);
    count = desk->options.alerts(desk->options.ctx, surge, walks, sizeof walks / sizeof *walks);
    add_all(&all, walks, count);
    return all;
}

/* Those that are open are shown. Those that opened and closed since the last look are on record, too. */
static void show_alerts(struct sw_desk *desk) {
    struct sw_id_list fresh = {0};
    struct all all = all_alerts(desk);
    size_t open = 0;
    desk->escalate_ms = INT64_MAX;
    for (size_t i = 0; i < all.count; i++) {
        char id[SW_ALERT_ID_SIZE];
        sw_alert_id(&all.at[i], id);
        record_alert(desk, &all.at[i], id);
        if (all.at[i].closed_ms != INT64_MAX) continue;
        add_id(&fresh, id);
        show_alert(desk, &all.at[i], id);
        all.at[open++] = all.at[i];
    }
    sw__desk_strip_alerts(desk, all.at, open);
    sort_ids(&fresh);
    record_closed(desk, &fresh);
    exchange(desk, SW_DESK_ALERTS, "alerts", &desk->open_alerts, fresh);
    free(all.at);
}

/* Whether A's breach runs, or is on record as one that does. */
static bool runs(struct sw_desk *desk, const struct sw_alert *a) {
    if (a->closed_ms == INT64_MAX) return true;
    const struct sw_breach breach = {.rule = a->rule, .agent = a->subject, .at_ms = a->opened_ms};
    char id[SW_ALERT_ID_SIZE];
    sw_breach_id(&breach, id);
    const struct sw_note *note = sw__note_find(desk, SW_NOTE_BREACH, id);
    return note && !note->entry.over;
}

/* Alerts of calls are breaches of their agents. */
static void review_callers(struct sw_desk *desk) {
    size_t count;
    const struct sw_alert *list = list_alerts(desk, &count);
    for (size_t i = 0; i < count; i++) {
        const struct sw_alert *a = &list[i];
        if (a->kind != SW_SUBJECT_AGENT || !sw_rule_is_breach_of_call(a->rule) || !runs(desk, a)) continue;
        const struct sw_rostered *agent = sw_shifts_agent(desk->options.shifts, a->subject);
        if (agent) show_rostered(desk, agent);
    }
}

/* ---- all of it ---- */

static void show_policy(struct sw_desk *desk) {
    sw_buf_clear(&desk->part);
    sw_view_write_policy(desk->options.policy, &desk->part);
    sw__desk_set_members(desk, SW_DESK_POLICY);
    desk->policy_dirty = false;
}

void sw_desk_flush(struct sw_desk *desk) {
    int64_t now_ms = sw_floor_now(desk->floor);
    if (now_ms == INT64_MIN) return;
    sw_shifts_advance(desk->options.shifts, now_ms);
    sw_shifts_drain(desk->options.shifts, desk, show_rostered);
    show_running(desk, now_ms);
    sw_walks_advance(desk->walks, now_ms);
    if (sw_walks_version(desk->walks) != desk->walks_version) desk->alerts_dirty = desk->walk_dirty = true;
    desk->walks_version = sw_walks_version(desk->walks);
    sw__desk_look_at_goals(desk);
    uint64_t version = sw_floor_alerts_version(desk->floor);
    if (version != desk->alerts_version) review_callers(desk);
    bool alerts = version != desk->alerts_version || desk->alerts_dirty || desk->escalate_ms <= now_ms;
    if (alerts) show_alerts(desk);
    if (alerts || desk->walk_dirty) {
        sw__desk_show_walk(desk);
        sw__desk_strip_walk(desk);
    }
    sw__desk_strip_breaks(desk);
    desk->walk_dirty = false;
    desk->alerts_version = version;
    desk->alerts_dirty = false;
    forget_list(desk);
    if (desk->policy_dirty) show_policy(desk);
    post_all(desk);
    for (int i = 0; i < SW_DESK_VIEWS; i++)
        if (sw_view_commit(desk->views[i], now_ms)) desk->options.changed(desk->options.ctx, desk->views[i]);
}

int64_t sw_desk_next_deadline(const struct sw_desk *desk) {
    int64_t next_ms = sw_shifts_next_deadline(desk->options.shifts);
    int64_t walk_ms = sw_walks_next_deadline(desk->walks);
    if (walk_ms < next_ms) next_ms = walk_ms;
    return desk->escalate_ms < next_ms ? desk->escalate_ms : next_ms;
}
