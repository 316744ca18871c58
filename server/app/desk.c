/* The desk: its notes, and what the ledger's records do to them and to the core. */
#include "app/desk.h"

#include "app/desk_state.h"
#include "codec/roster_csv.h"
#include "codec/view_shifts.h"
#include "io/log.h"

#define PART_BYTES_MAX ((size_t)1 << 20)
#define FAULT_BYTES_MAX 4096
#define ROSTER_FAULTS_BYTES_MAX 65536
#define LOADED_DAYS 62 /* the ladder needs the calendar month; grants and rosters may reach ahead */

/* ---- notes ---- */

struct sw_note *sw__note_find(const struct sw_desk *desk, enum sw_note_kind kind, const char *key) {
    struct sw_note *note;
    HASH_FIND(hh, desk->notes[kind], key, strlen(key), note);
    return note;
}

struct sw_note *sw__note_set(struct sw_desk *desk, enum sw_note_kind kind, const char *key, struct sw_desk_entry *entry,
                             const struct sw_record *record) {
    struct sw_note *note = sw__note_find(desk, kind, key);
    if (!note) {
        size_t len = strlen(key);
        note = sw_xcalloc(1, sizeof *note + len + 1);
        memcpy(note->key, key, len);
        HASH_ADD_KEYPTR(hh, desk->notes[kind], note->key, len, note);
    } else {
        sw_desk_deinit(&note->entry);
    }
    note->entry = *entry;
    note->record = record->id;
    note->at_ms = record->at_ms;
    sw_desk_init(entry);
    return note;
}

static void free_note(struct sw_desk *desk, enum sw_note_kind kind, struct sw_note *note) {
    HASH_DEL(desk->notes[kind], note);
    sw_desk_deinit(&note->entry);
    free(note);
}

void sw__note_drop(struct sw_desk *desk, enum sw_note_kind kind, const char *key) {
    struct sw_note *note = sw__note_find(desk, kind, key);
    if (note) free_note(desk, kind, note);
}

/* ---- folding ---- */

static void add_grant(struct sw_desk *desk, const char *id, const struct sw_desk_entry *e) {
    int kind = e->kind ? sw_grant_kind_from_name(e->kind) : -1;
    if (kind < 0 || !e->agent) return;
    const struct sw_grant grant = {.id = id, .agent = e->agent, .kind = (enum sw_grant_kind)kind, .from_ms = e->from_ms,
                                   .to_ms = e->to_ms, .reason = e->reason, .by = e->by, .at_ms = e->at_ms};
    if (sw_shifts_add_grant(desk->options.shifts, &grant)) sw_log(SW_LOG_ERROR, "grant", "id=%s text=%s", id, "not kept");
}

static void fold_grant(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    if (sw__note_find(desk, SW_NOTE_GRANT, r->key) || !e->agent) return;
    add_grant(desk, r->key, e);
    const struct sw_note *note = sw__note_set(desk, SW_NOTE_GRANT, r->key, e, r);
    sw_floor_review_agent(desk->floor, note->entry.agent);
    sw__desk_show_grant(desk, r->key);
}

static void fold_grant_undo(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    (void)e;
    struct sw_note *note = sw__note_find(desk, SW_NOTE_GRANT, r->key);
    if (!note) return;
    int unknown = sw_shifts_remove_grant(desk->options.shifts, note->entry.agent, r->key);
    (void)unknown; /* it was forgotten with its day */
    sw_floor_review_agent(desk->floor, note->entry.agent);
    sw__note_drop(desk, SW_NOTE_GRANT, r->key);
    sw__desk_show_grant(desk, r->key);
}

static void fold_ack(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    sw__note_set(desk, SW_NOTE_ACK, r->key, e, r);
    desk->alerts_dirty = true;
}

static void excuse(struct sw_desk *desk, const struct sw_desk_entry *e, bool excused) {
    int rule = e->rule ? sw_rule_from_name(e->rule) : -1;
    if (rule < 0 || !e->agent || e->opened_ms == SW_DESK_NONE) return;
    sw_shifts_excuse(desk->options.shifts, e->agent, (enum sw_rule)rule, e->opened_ms, excused);
}

static void fold_decision(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    const struct sw_note *note = sw__note_set(desk, SW_NOTE_DECISION, r->key, e, r);
    if (note->entry.outcome && !strcmp(note->entry.outcome, "excuse")) excuse(desk, &note->entry, true);
    if (note->entry.agent) sw__desk_show_agent(desk, note->entry.agent);
}

static void fold_decision_undo(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    struct sw_note *note = sw__note_find(desk, SW_NOTE_DECISION, r->key);
    (void)e;
    if (!note) return;
    excuse(desk, &note->entry, false);
    char *agent = note->entry.agent ? sw_xstrdup(note->entry.agent) : NULL;
    sw__note_drop(desk, SW_NOTE_DECISION, r->key);
    if (agent) sw__desk_show_agent(desk, agent);
    free(agent);
}

static void fold_dispute(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    const struct sw_note *note = sw__note_set(desk, SW_NOTE_DISPUTE, r->key, e, r);
    if (note->entry.agent) sw__desk_show_agent(desk, note->entry.agent);
}

static void fold_breach(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    sw__note_set(desk, SW_NOTE_BREACH, r->key, e, r);
}

static void fold_breach_void(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    (void)e;
    sw__note_drop(desk, SW_NOTE_BREACH, r->key);
}

void sw__desk_told(struct sw_desk *desk, const char *id, int64_t opened_ms) {
    struct sw_desk_entry e;
    sw_desk_init(&e);
    e.opened_ms = opened_ms;
    sw__note_set(desk, SW_NOTE_TOLD, id, &e, &(struct sw_record){0});
}

static void fold_alert(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    sw__desk_told(desk, r->key, e->opened_ms);
    sw__note_set(desk, SW_NOTE_ALERT, r->key, e, r);
}

static void fold_alert_closed(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    (void)e;
    sw__note_drop(desk, SW_NOTE_ALERT, r->key);
}

static void fold_roster(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    struct sw_buf faults, remarks;
    struct sw_roster roster;
    (void)r;
    if (!e->csv) return;
    sw_buf_init(&faults, ROSTER_FAULTS_BYTES_MAX);
    sw_buf_init(&remarks, ROSTER_FAULTS_BYTES_MAX);
    sw_roster_init(&roster);
    int failed = sw_roster_read(&roster, desk->options.zone, "roster", e->csv, strlen(e->csv), &faults, &remarks);
    if (!failed) failed = desk->options.roster(desk->options.ctx, &roster);
    if (failed) sw_log(SW_LOG_ERROR, "roster", "text=%s", faults.len ? sw_buf_text(&faults) : "too many agents");
    sw_roster_deinit(&roster);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
}

static void announce(struct sw_desk *desk, const struct sw_desk_entry *e) {
    if (e->text) sw_floor_announce(desk->floor, e->text, e->at_ms, e->until_ms == SW_DESK_NONE ? INT64_MAX : e->until_ms);
}

static void fold_notice(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    announce(desk, &sw__note_set(desk, SW_NOTE_NOTICE, r->key, e, r)->entry);
}

const struct sw_shift *sw__desk_shift(const struct sw_desk *desk, const char *key) {
    const char *at = strrchr(key, '@');
    char *end, *agent = at ? strndup(key, (size_t)(at - key)) : NULL;
    if (!agent) return NULL;
    long long start_ms = strtoll(at + 1, &end, 10);
    const struct sw_shift *shift = *end || !at[1] ? NULL : sw_shifts_find(desk->options.shifts, agent, start_ms);
    free(agent);
    return shift;
}

static void fold_swap(struct sw_desk *desk, const struct sw_record *r, struct sw_desk_entry *e) {
    const struct sw_shift *a = e->a ? sw__desk_shift(desk, e->a) : NULL, *b = e->b ? sw__desk_shift(desk, e->b) : NULL;
    if (a && b && sw_shifts_swap(desk->options.shifts, a, b)) sw_log(SW_LOG_WARN, "swap", "a=%s b=%s", e->a, e->b);
    sw__note_set(desk, SW_NOTE_SWAP, r->key, e, r);
}

static const struct {
    const char *kind;
    void (*fold)(struct sw_desk *desk, const struct sw_record *record, struct sw_desk_entry *entry);
} folds[] = {{"grant", fold_grant},
             {"grant.undo", fold_grant_undo},
             {"alert.ack", fold_ack},
             {"breach.decision", fold_decision},
             {"breach.decision.undo", fold_decision_undo},
             {"breach.dispute", fold_dispute},
             {"breach", fold_breach},
             {"breach.void", fold_breach_void},
             {"alert", fold_alert},
             {"alert.closed", fold_alert_closed},
             {"notice", fold_notice},
             {"swap", fold_swap},
             {"roster", fold_roster}};

void sw__desk_fold(struct sw_desk *desk, const struct sw_record *record) {
    size_t i = 0;
    while (i < sizeof folds / sizeof *folds && strcmp(folds[i].kind, record->kind)) i++;
    struct sw_desk_entry entry;
    struct sw_buf fault;
    sw_buf_init(&fault, FAULT_BYTES_MAX);
    if (sw_desk_read(&entry, record->body, strlen(record->body), &fault))
        sw_log(SW_LOG_ERROR, "ledger", "record=%lld text=%s", (long long)record->id, sw_buf_text(&fault));
    else if (i < sizeof folds / sizeof *folds) folds[i].fold(desk, record, &entry);
    else (void)sw__desk_fold_walk(desk, record, &entry); /* others are on record, and nothing more */
    sw_desk_deinit(&entry);
    sw_buf_deinit(&fault);
}

static void fold_one(void *ctx, const struct sw_record *record) { sw__desk_fold(ctx, record); }

/* ---- the month before ---- */

/* Alerts that opened before T_MS are not told again: the core has forgotten them. */
static void forget_told(struct sw_desk *desk, int64_t t_ms) {
    struct sw_note *note, *next;
    HASH_ITER(hh, desk->notes[SW_NOTE_TOLD], note, next)
        if (note->entry.opened_ms < t_ms) sw__note_drop(desk, SW_NOTE_TOLD, note->key);
}

/* The ladder goes on from what is on record and no longer in the core: breaches of this month, before what the core
 * keeps. */
void sw_desk_count_past(struct sw_desk *desk, int64_t kept_from_ms) {
    struct sw_shifts *shifts = desk->options.shifts;
    forget_told(desk, kept_from_ms - SW_DAY_MS);
    struct tally {
        UT_hash_handle hh;
        int64_t count, month;
        int rule;
        const char *agent;
        char key[];
    } *tallies = NULL, *tally, *next;
    for (struct sw_note *note = desk->notes[SW_NOTE_BREACH]; note; note = note->hh.next) {
        const struct sw_desk_entry *e = &note->entry;
        int rule = e->rule ? sw_rule_from_name(e->rule) : -1;
        if (rule < 0 || !e->agent || e->excused || e->opened_ms >= kept_from_ms) continue;
        char key[512];
        int64_t month = sw_shifts_month(shifts, e->opened_ms);
        int len = snprintf(key, sizeof key, "%d %lld %s", rule, (long long)month, e->agent);
        if (len < 0 || len >= (int)sizeof key) continue;
        HASH_FIND(hh, tallies, key, (size_t)len, tally);
        if (!tally) {
            tally = sw_xcalloc(1, sizeof *tally + (size_t)len + 1);
            memcpy(tally->key, key, (size_t)len);
            tally->rule = rule;
            tally->month = month;
            tally->agent = e->agent;
            HASH_ADD_KEYPTR(hh, tallies, tally->key, (size_t)len, tally);
        }
        tally->count++;
    }
    HASH_ITER(hh, tallies, tally, next) {
        sw_shifts_set_past(shifts, tally->agent, (enum sw_rule)tally->rule, tally->month, tally->count);
        HASH_DEL(tallies, tally);
        free(tally);
    }
}

/* ---- life ---- */

static const char *const view_names[SW_DESK_VIEWS] = {"alerts", "shifts", "breaches", "grants", "walk", "policy", "strip"};
static const char *const groups[SW_DESK_VIEWS] = {"alerts", "shifts", "breaches", "grants", NULL, NULL, "alerts"};

/* Walks are due from when the site first had a ledger. */
static void begin(struct sw_desk *desk, int64_t now_ms) {
    static const char kind[] = "site.begin";
    const struct sw_record_query query = {.kind = kind, .limit = 1};
    if (!desk->began_ms && sw_recorder_load(desk->options.recorder, &query, desk, fold_one)) return;
    if (desk->began_ms) return;
    const struct sw_record record = {.at_ms = now_ms, .kind = kind, .key = "", .body = "{}"};
    sw_recorder_append(desk->options.recorder, &record, 1, NULL, NULL);
    sw__desk_fold(desk, &record);
}

struct sw_desk *sw_desk_new(struct sw_floor *floor, const struct sw_desk_options *options) {
    struct sw_desk *desk = sw_xcalloc(1, sizeof *desk);
    desk->options = *options;
    desk->floor = floor;
    desk->escalate_ms = INT64_MAX;
    desk->alerts_dirty = desk->policy_dirty = desk->walk_dirty = true;
    desk->duty = sw_duty_new();
    desk->walks = sw_walks_new(options->policy, options->zone, options->opening, desk->duty);
    sw_buf_init(&desk->part, PART_BYTES_MAX);
    for (int i = 0; i < SW_DESK_VIEWS; i++) {
        desk->views[i] = sw_view_new(view_names[i], options->epoch);
        sw_view_set_first(desk->views[i], options->first_version);
        int failed = groups[i] ? sw_view_group(desk->views[i], groups[i]) : 0;
        SW_ASSERT(failed == 0);
    }
    int failed = sw_view_group(desk->views[SW_DESK_STRIP], "breaks");
    SW_ASSERT(failed == 0);
    int64_t now_ms = options->now_ms(options->ctx);
    const struct sw_record_query query = {.from_ms = now_ms - LOADED_DAYS * SW_DAY_MS};
    if (sw_recorder_load(options->recorder, &query, desk, fold_one)) sw_log(SW_LOG_ERROR, "ledger", "text=%s", "unreadable");
    begin(desk, now_ms);
    return desk;
}

static void free_shown(struct sw_desk *desk, struct sw_shown *shown) {
    HASH_DEL(desk->shown, shown);
    for (size_t i = 0; i < shown->shift_count; i++) free(shown->shift_keys[i]);
    free(shown->shift_keys);
    free(shown->breaches.ids);
    free(shown->alerts);
    free(shown);
}

void sw_desk_free(struct sw_desk *desk) {
    if (!desk) return;
    free(desk->goals);
    for (int kind = 0; kind < SW_NOTE_KINDS; kind++) {
        struct sw_note *note, *next;
        HASH_ITER(hh, desk->notes[kind], note, next) { free_note(desk, (enum sw_note_kind)kind, note); }
    }
    struct sw_shown *shown, *next;
    HASH_ITER(hh, desk->shown, shown, next) { free_shown(desk, shown); }
    for (int i = 0; i < SW_DESK_VIEWS; i++) sw_view_free(desk->views[i]);
    free(desk->open_alerts.ids);
    free(desk->strip_keys.keys);
    sw_walks_free(desk->walks);
    sw_duty_free(desk->duty);
    sw_buf_deinit(&desk->part);
    free(desk);
}

void sw_desk_restart(struct sw_desk *desk, struct sw_floor *floor, const char *epoch) {
    desk->floor = floor;
    desk->alerts_dirty = true;
    for (const struct sw_note *note = desk->notes[SW_NOTE_NOTICE]; note; note = note->hh.next) announce(desk, &note->entry);
    for (int i = 0; i < SW_DESK_VIEWS; i++) sw_view_set_epoch(desk->views[i], epoch);
    sw_shifts_review(desk->options.shifts);
}

void sw_desk_review(struct sw_desk *desk) {
    desk->alerts_dirty = desk->policy_dirty = desk->walk_dirty = true;
    sw_walks_review(desk->walks);
    sw_shifts_review(desk->options.shifts);
}

struct sw_view *sw_desk_view(struct sw_desk *desk, const char *name) {
    for (int i = 0; i < SW_DESK_VIEWS; i++)
        if (!strcmp(name, view_names[i])) return desk->views[i];
    return NULL;
}

void sw_desk_counters(const struct sw_desk *desk, struct sw_desk_counters *out) {
    *out = (struct sw_desk_counters){.alerts_open = desk->open_alerts.count,
                                     .grants = HASH_COUNT(desk->notes[SW_NOTE_GRANT]),
                                     .breaches = HASH_COUNT(desk->notes[SW_NOTE_BREACH]),
                                     .writes = desk->writes,
                                     .refused = desk->refused};
}

const char *sw_desk_breach_agent(const struct sw_desk *desk, const char *breach) {
    const struct sw_note *note = sw__note_find(desk, SW_NOTE_BREACH, breach);
    return note ? note->entry.agent : NULL;
}

const char *sw_desk_grant_agent(const struct sw_desk *desk, const char *grant) {
    const struct sw_note *note = sw__note_find(desk, SW_NOTE_GRANT, grant);
    return note ? note->entry.agent : NULL;
}

const char *sw_desk_agent_team(const struct sw_desk *desk, const char *agent) {
    struct sw_view_who who;
    sw__desk_who(desk, agent, &who);
    return who.team;
}
