/* The desk's writes: each is looked at, recorded, folded, shown, and then confirmed. */
#include <sodium.h>
#include <stdio.h>

#include "app/desk_state.h"
#include "codec/duty_csv.h"
#include "codec/roster_csv.h"

#define ID_BYTES ((SW_DESK_ID_SIZE - 1) / 2)
#define ANSWER_BYTES_MAX ((size_t)4 << 20)
#define FAULTS_BYTES_MAX 65536

/* A write on its way through the ledger. */
struct sw_desk_write {
    struct sw_desk *desk;
    struct sw_desk_reply reply;
    struct sw_buf extra; /* members of the answer beside the record's, each with a comma before it */
};

void sw__write_refuse(struct sw_desk *desk, struct sw_desk_reply reply, int status, const char *text) {
    desk->refused++;
    reply.fn(reply.ctx, status, NULL, text);
}

/* {"id":KEY, members of the body..., extra} */
static void answer(struct sw_desk_write *w, int status, const char *key, const char *body) {
    struct sw_buf out;
    sw_buf_init(&out, ANSWER_BYTES_MAX);
    sw_buf_puts(&out, "{\"key\":");
    sw_json_quote(&out, key);
    if (body[1] != '}') {
        sw_buf_puts(&out, ",");
        sw_buf_add(&out, body + 1, strlen(body) - 2);
    }
    sw_buf_add(&out, sw_buf_text(&w->extra), w->extra.len);
    sw_buf_puts(&out, "}");
    w->reply.fn(w->reply.ctx, status, sw_buf_text(&out), NULL);
    sw_buf_deinit(&out);
}

void sw__write_answer(struct sw_desk_write *w, int status, const char *key, const char *body) {
    answer(w, status, key, body);
    sw_buf_deinit(&w->extra);
    free(w);
}

static void on_recorded(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct sw_desk_write *w = ctx;
    struct sw_desk *desk = w->desk;
    if (!status) {
        for (size_t i = 0; i < count; i++) sw__desk_fold(desk, &records[i]);
        desk->writes++;
        sw_desk_flush(desk);
        desk->options.soon(desk->options.ctx);
        bool is_csv = !strcmp(records[0].kind, "roster") || !strcmp(records[0].kind, "duty.rota"); /* known to the sender */
        answer(w, 201, records[0].key, is_csv ? "{}" : records[0].body);
    } else if (status == -SW_EBUSY) {
        desk->refused++;
        w->reply.fn(w->reply.ctx, 409, text, "somebody was first");
    } else if (status == -SW_ENOENT) {
        sw__write_refuse(desk, w->reply, 409, "it was taken back already");
    } else {
        sw__write_refuse(desk, w->reply, 503, text);
    }
    sw_buf_deinit(&w->extra);
    free(w);
}

struct sw_desk_write *sw__write_new(struct sw_desk *desk, struct sw_desk_reply reply) {
    struct sw_desk_write *w = sw_xcalloc(1, sizeof *w);
    w->desk = desk;
    w->reply = reply;
    sw_buf_init(&w->extra, 65536);
    return w;
}

/* Records ENTRY of KIND about KEY. */
void sw__write_record(struct sw_desk_write *w, const char *kind, const char *key, const struct sw_desk_entry *entry,
                   const struct sw_desk_actor *actor, bool holds, int64_t releases) {
    struct sw_buf body;
    sw_buf_init(&body, ANSWER_BYTES_MAX);
    sw_desk_write(entry, &body);
    const struct sw_record one = {.at_ms = entry->at_ms, .kind = kind, .key = key, .agent = entry->agent, .by = actor->by,
                                  .role = actor->role, .body = sw_buf_text(&body), .holds = holds, .releases = releases};
    sw_recorder_append(w->desk->options.recorder, &one, 1, w, on_recorded);
    sw_buf_deinit(&body);
}

struct sw_buf *sw__write_extra(struct sw_desk_write *w) { return &w->extra; }

void sw__write_id(char out[SW_DESK_ID_SIZE]) {
    unsigned char bytes[ID_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(out, SW_DESK_ID_SIZE, bytes, sizeof bytes);
}

static int64_t now_of(const struct sw_desk *desk) { return desk->options.now_ms(desk->options.ctx); }

struct sw_desk_entry sw__write_signed(const struct sw_desk *desk, const struct sw_desk_actor *actor, const char *agent,
                                        const char *reason) {
    struct sw_desk_entry e;
    sw_desk_init(&e);
    sw_desk_set(&e.agent, agent);
    sw_desk_set(&e.reason, reason);
    sw_desk_set(&e.by, actor->by);
    sw_desk_set(&e.role, actor->role);
    e.at_ms = now_of(desk);
    return e;
}

/* ---- grants ---- */

#define GRANT_DAYS_MAX 370

static const char *fault_of_grant(const struct sw_desk *desk, const struct sw_desk_entry *e) {
    if (!e->agent) return "agent: missing";
    if (!sw_floor_find_agent(desk->floor, e->agent) && !sw_shifts_agent(desk->options.shifts, e->agent))
        return "agent: nobody of that number is on the roster or on the floor";
    if (!e->kind || sw_grant_kind_from_name(e->kind) < 0)
        return "kind: must be problem, leave, swap, late, early_leave, busy, away, break or overtime";
    if (e->from_ms == SW_DESK_NONE) return "from: missing";
    if (e->to_ms == SW_DESK_NONE) return "to: missing";
    if (e->to_ms <= e->from_ms) return "to: must be after from";
    if (e->to_ms - e->from_ms > GRANT_DAYS_MAX * SW_DAY_MS) return "to: more than a year after from";
    if (!e->reason) return "reason: missing";
    return NULL;
}

static void write_effect(const struct sw_desk *desk, const char *key, int64_t t_ms, struct sw_json *j) {
    struct sw_span day = sw_floor_day(desk->floor, t_ms, NULL);
    struct sw_attendance a;
    int64_t now_ms = sw_floor_now(desk->floor), until_ms = t_ms > now_ms ? day.end_ms - 1 : now_ms;
    sw_shifts_attendance(desk->options.shifts, NULL, day.start_ms, day.end_ms, until_ms, &a);
    /* whoever has not come yet may still come; leave is not due */
    struct sw_attendance hoped = a;
    hoped.attended += a.pending;
    if (t_ms > now_ms) hoped.attended = a.due;
    sw_json_open(j, key, '{');
    sw_json_int(j, "due", hoped.due);
    sw_json_int(j, "attended", hoped.attended);
    sw_json_int(j, "leave", hoped.leave);
    sw_json_ratio(j, "rate", sw_attendance_rate(&hoped));
    sw_json_int(j, "slots_left", sw_attendance_slots_left(&hoped, sw_shifts_policy(desk->options.shifts)->attendance_goal_ppm) -
                                     hoped.leave);
    sw_json_close(j, '}');
}

/* A shift of the agent that the leave touches and that IS so, or NULL. */
static const struct sw_roster_row *touched(const struct sw_desk *desk, const struct sw_desk_entry *e,
                                           bool (*is)(const struct sw_desk *desk, const struct sw_roster_row *row)) {
    const struct sw_rostered *agent = sw_shifts_agent(desk->options.shifts, e->agent);
    for (size_t i = 0; agent && i < sw_rostered_shift_count(agent); i++) {
        const struct sw_roster_row *row = sw_shift_row(sw_rostered_shift(agent, i));
        if (row->start_ms < e->to_ms && e->from_ms < row->end_ms && is(desk, row)) return row;
    }
    return NULL;
}

static bool is_night(const struct sw_desk *desk, const struct sw_roster_row *row) {
    struct sw_day first, last;
    sw_zone_business_day(desk->options.zone, 0, row->start_ms, &first);
    sw_zone_business_day(desk->options.zone, 0, row->end_ms - 1, &last);
    return first.day != last.day;
}

static bool is_taken_over(const struct sw_desk *desk, const struct sw_roster_row *row) {
    int64_t away_ms = row->start_ms - desk->options.now_ms(desk->options.ctx);
    return llabs(away_ms) < desk->options.policy->leave_around_start_ms;
}

/* Why the rule book gives no leave then: "date", "taking_over", or NULL. */
static const char *blackout_of(const struct sw_desk *desk, const struct sw_desk_entry *e) {
    const struct sw_policy *p = desk->options.policy;
    for (size_t i = 0; i < p->leave_blackout_count; i++) {
        struct sw_span day = sw_floor_day_of_date(desk->floor, p->leave_blackout[i]);
        if (day.start_ms < e->to_ms && e->from_ms < day.end_ms) return "date";
    }
    return p->leave_around_start_ms && touched(desk, e, is_taken_over) ? "taking_over" : NULL;
}

/* Days of leave the agent was granted in the calendar month of T_MS, this one included. */
static int64_t month_days(const struct sw_desk *desk, const struct sw_desk_entry *e) {
    int64_t month = sw_shifts_month(desk->options.shifts, e->from_ms), ms = e->to_ms - e->from_ms;
    if (desk->options.policy->leave_night_days > 1 && touched(desk, e, is_night))
        ms = (ms + SW_DAY_MS - 1) / SW_DAY_MS * SW_DAY_MS * desk->options.policy->leave_night_days;
    for (const struct sw_note *note = desk->notes[SW_NOTE_GRANT]; note; note = note->hh.next)
        if (!strcmp(note->entry.kind, "leave") && !strcmp(note->entry.agent, e->agent) &&
            sw_shifts_month(desk->options.shifts, note->entry.from_ms) == month)
            ms += note->entry.to_ms - note->entry.from_ms;
    return (ms + SW_DAY_MS - 1) / SW_DAY_MS;
}

/* Days of leave that a lead or a duty lead may approve for an agent in a month. */
static bool may_approve(const struct sw_desk *desk, const struct sw_desk_entry *e, const struct sw_desk_actor *actor) {
    const struct sw_policy *p = desk->options.policy;
    bool lead = !strcmp(actor->role, "lead"), duty = !strcmp(actor->role, "duty");
    if (strcmp(e->kind, "leave") || (!lead && !duty)) return true;
    return month_days(desk, e) <= (lead ? p->leave_days_lead : p->leave_days_duty);
}

/* What leave does to the day's attendance: reckoned with the grant in place, and taken back. */
static void write_leave(struct sw_desk *desk, const struct sw_desk_entry *e, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    j.comma = true;
    write_effect(desk, "before", e->from_ms, &j);
    const struct sw_grant trial = {.id = "?", .agent = e->agent, .kind = SW_GRANT_LEAVE, .from_ms = e->from_ms, .to_ms = e->to_ms};
    if (!sw_shifts_add_grant(desk->options.shifts, &trial)) {
        write_effect(desk, "after", e->from_ms, &j);
        int missing = sw_shifts_remove_grant(desk->options.shifts, e->agent, "?");
        SW_ASSERT(missing == 0);
    }
    sw_json_int(&j, "month_days", month_days(desk, e));
    sw_json_text(&j, "blackout", blackout_of(desk, e));
}

void sw_desk_grant(struct sw_desk *desk, const struct sw_desk_entry *asked, bool check, const struct sw_desk_actor *actor,
                   struct sw_desk_reply reply) {
    const char *fault = fault_of_grant(desk, asked);
    if (fault) {
        sw__write_refuse(desk, reply, 422, fault);
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, asked->agent, asked->reason);
    char id[SW_DESK_ID_SIZE];
    sw__write_id(id);
    sw_desk_set(&e.id, id);
    sw_desk_set(&e.kind, asked->kind);
    e.from_ms = asked->from_ms;
    e.to_ms = asked->to_ms;
    if (!may_approve(desk, &e, actor)) {
        sw__write_refuse(desk, reply, 403, "so much leave in a month is for a manager to approve");
        sw_desk_deinit(&e);
        return;
    }
    struct sw_desk_write *w = sw__write_new(desk, reply);
    if (!strcmp(e.kind, "leave")) write_leave(desk, &e, &w->extra);
    if (check) {
        struct sw_buf body;
        sw_buf_init(&body, ANSWER_BYTES_MAX);
        sw_desk_write(&e, &body);
        sw__write_answer(w, 200, "", sw_buf_text(&body));
        sw_buf_deinit(&body);
    } else {
        sw__write_record(w, "grant", id, &e, actor, true, 0);
    }
    sw_desk_deinit(&e);
}

void sw_desk_grant_undo(struct sw_desk *desk, const char *id, const struct sw_desk_entry *asked,
                        const struct sw_desk_actor *actor, struct sw_desk_reply reply) {
    const struct sw_note *note = sw__note_find(desk, SW_NOTE_GRANT, id);
    if (!note) {
        sw__write_refuse(desk, reply, 404, "no such grant");
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, note->entry.agent, asked->reason);
    sw__write_record(sw__write_new(desk, reply), "grant.undo", id, &e, actor, false, note->record);
    sw_desk_deinit(&e);
}

/* ---- alerts and breaches ---- */

static bool is_open(const struct sw_desk *desk, const char *id) {
    for (size_t i = 0; i < desk->open_alerts.count; i++)
        if (!strcmp(desk->open_alerts.ids[i], id)) return true;
    return false;
}

void sw_desk_acknowledge(struct sw_desk *desk, const char *alert, const struct sw_desk_actor *actor,
                         struct sw_desk_reply reply) {
    if (!is_open(desk, alert)) {
        sw__write_refuse(desk, reply, 404, "no such alert is open");
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, NULL, NULL);
    sw__write_record(sw__write_new(desk, reply), "alert.ack", alert, &e, actor, true, 0);
    sw_desk_deinit(&e);
}

/* The breach on record, as the beginning of an entry about it; false and answered when there is none. */
static bool about_breach(struct sw_desk *desk, const char *breach, const struct sw_desk_actor *actor,
                         struct sw_desk_reply reply, const char *reason, struct sw_desk_entry *e) {
    const struct sw_note *note = sw__note_find(desk, SW_NOTE_BREACH, breach);
    if (!note) {
        bool cannot = sw_recorder_problem(desk->options.recorder) != NULL;
        sw__write_refuse(desk, reply, cannot ? 503 : 404, cannot ? sw_recorder_problem(desk->options.recorder) : "no such breach");
        return false;
    }
    *e = sw__write_signed(desk, actor, note->entry.agent, reason);
    sw_desk_set(&e->rule, note->entry.rule);
    sw_desk_set(&e->step, note->entry.step);
    e->opened_ms = note->entry.opened_ms;
    return true;
}

void sw_desk_decide(struct sw_desk *desk, const char *breach, const struct sw_desk_entry *asked,
                    const struct sw_desk_actor *actor, struct sw_desk_reply reply) {
    bool confirms = asked->outcome && !strcmp(asked->outcome, "confirm");
    bool excuses = asked->outcome && !strcmp(asked->outcome, "excuse");
    bool step_known = !asked->step || !strcmp(asked->step, "remind") || !strcmp(asked->step, "warn") ||
                      !strcmp(asked->step, "report");
    const char *fault = !confirms && !excuses    ? "outcome: must be confirm or excuse"
                        : excuses && !asked->reason ? "reason: missing: an excuse needs one"
                        : !step_known               ? "step: must be remind, warn or report"
                                                    : NULL;
    struct sw_desk_entry e;
    if (fault) {
        sw__write_refuse(desk, reply, 422, fault);
        return;
    }
    if (!about_breach(desk, breach, actor, reply, asked->reason, &e)) return;
    sw_desk_set(&e.outcome, asked->outcome);
    if (asked->step || excuses) sw_desk_set(&e.step, asked->step);
    sw__write_record(sw__write_new(desk, reply), "breach.decision", breach, &e, actor, true, 0);
    sw_desk_deinit(&e);
}

void sw_desk_decision_undo(struct sw_desk *desk, const char *breach, const struct sw_desk_entry *asked,
                           const struct sw_desk_actor *actor, struct sw_desk_reply reply) {
    const struct sw_note *note = sw__note_find(desk, SW_NOTE_DECISION, breach);
    if (!note) {
        sw__write_refuse(desk, reply, 404, "nothing was decided");
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, note->entry.agent, asked->reason);
    sw__write_record(sw__write_new(desk, reply), "breach.decision.undo", breach, &e, actor, false, note->record);
    sw_desk_deinit(&e);
}

void sw_desk_dispute(struct sw_desk *desk, const char *breach, const struct sw_desk_entry *asked,
                     const struct sw_desk_actor *actor, struct sw_desk_reply reply) {
    struct sw_desk_entry e;
    if (!asked->text) {
        sw__write_refuse(desk, reply, 422, "text: missing");
        return;
    }
    if (!about_breach(desk, breach, actor, reply, NULL, &e)) return;
    sw_desk_set(&e.text, asked->text);
    sw__write_record(sw__write_new(desk, reply), "breach.dispute", breach, &e, actor, true, 0);
    sw_desk_deinit(&e);
}

void sw_desk_recall(struct sw_desk *desk, const struct sw_desk_entry *asked, const struct sw_desk_actor *actor,
                    struct sw_desk_reply reply) {
    const struct sw_agent *agent = asked->agent ? sw_floor_find_agent(desk->floor, asked->agent) : NULL;
    struct sw_agent_now now = {0};
    if (agent) sw_agent_now(desk->floor, agent, &now);
    if (!agent || now.state != SW_ST_BREAK) {
        sw__write_refuse(desk, reply, 422, agent ? "agent: is not on a break" : "agent: nobody of that number is on the floor");
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, asked->agent, asked->reason);
    char id[SW_DESK_ID_SIZE];
    sw__write_id(id);
    sw__write_record(sw__write_new(desk, reply), "recall", id, &e, actor, false, 0);
    sw_desk_deinit(&e);
}

#define NOTICE_CHARS_MAX 280

void sw_desk_notice(struct sw_desk *desk, const struct sw_desk_entry *asked, const struct sw_desk_actor *actor,
                    struct sw_desk_reply reply) {
    const char *fault = !asked->text                                      ? "text: missing"
                        : strlen(asked->text) > 4 * NOTICE_CHARS_MAX      ? "text: must be at most 280 characters"
                        : strpbrk(asked->text, "\n\r\t")                  ? "text: must be one line"
                        : asked->until_ms != SW_DESK_NONE && asked->until_ms <= now_of(desk) ? "until: is over already"
                                                                          : NULL;
    if (fault) {
        sw__write_refuse(desk, reply, 422, fault);
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, NULL, NULL);
    char id[SW_DESK_ID_SIZE];
    sw__write_id(id);
    sw_desk_set(&e.text, asked->text);
    e.until_ms = asked->until_ms;
    sw__write_record(sw__write_new(desk, reply), "notice", id, &e, actor, false, 0);
    sw_desk_deinit(&e);
}

/* Swaps on record of the agent of a shift, in the calendar month of that shift. */
static int64_t swaps_of(const struct sw_desk *desk, const struct sw_shift *shift) {
    const struct sw_roster_row *row = sw_shift_row(shift);
    int64_t month = sw_shifts_month(desk->options.shifts, row->start_ms), count = 0;
    size_t len = strlen(row->agent);
    for (const struct sw_note *note = desk->notes[SW_NOTE_SWAP]; note; note = note->hh.next) {
        const char *const keys[] = {note->entry.a, note->entry.b};
        for (int i = 0; i < 2; i++) {
            bool own = keys[i] && !strncmp(keys[i], row->agent, len) && keys[i][len] == '@';
            count += own && sw_shifts_month(desk->options.shifts, strtoll(keys[i] + len + 1, NULL, 10)) == month;
        }
    }
    return count;
}

void sw_desk_swap(struct sw_desk *desk, const struct sw_desk_entry *asked, const struct sw_desk_actor *actor,
                  struct sw_desk_reply reply) {
    const struct sw_shift *a = asked->a ? sw__desk_shift(desk, asked->a) : NULL;
    const struct sw_shift *b = asked->b ? sw__desk_shift(desk, asked->b) : NULL;
    int64_t now_ms = now_of(desk), most = desk->options.policy->swaps_per_month;
    const char *fault = !a                                                       ? "a: no such shift"
                        : !b                                                     ? "b: no such shift"
                        : !asked->reason                                         ? "reason: missing"
                        : !strcmp(sw_shift_row(a)->agent, sw_shift_row(b)->agent) ? "b: is of the same agent"
                        : sw_shift_row(a)->start_ms <= now_ms || sw_shift_row(b)->start_ms <= now_ms ? "a shift has begun"
                        : swaps_of(desk, a) >= most || swaps_of(desk, b) >= most ? "one of them has had all swaps of the month"
                                                                                 : NULL;
    if (fault) {
        sw__write_refuse(desk, reply, 422, fault);
        return;
    }
    struct sw_desk_entry e = sw__write_signed(desk, actor, NULL, asked->reason);
    char id[SW_DESK_ID_SIZE];
    sw__write_id(id);
    sw_desk_set(&e.a, asked->a);
    sw_desk_set(&e.b, asked->b);
    sw__write_record(sw__write_new(desk, reply), "swap", id, &e, actor, false, 0);
    sw_desk_deinit(&e);
}

/* ---- rosters ---- */

/* The number behind the colon AT, 0 where there is none, and what is behind it. */
static const char *after_number(const char *at, int64_t *number) {
    char *end = NULL;
    *number = at && *at == ':' ? strtoll(at + 1, &end, 10) : 0;
    if (!*number || end == at + 1) return at;
    return end;
}

/* "roster:LINE:COLUMN: text" lines as [{"line":..,"column":..,"text":..}]. */
void sw__write_lines(const struct sw_buf *lines, struct sw_json *j, const char *key) {
    sw_json_open(j, key, '[');
    for (const char *at = sw_buf_text(lines); *at;) {
        size_t len = strcspn(at, "\n");
        char *line = strndup(at, len);
        SW_ASSERT(line != NULL);
        int64_t line_number, column;
        const char *text = after_number(after_number(strchr(line, ':'), &line_number), &column);
        sw_json_open(j, NULL, '{');
        if (line_number) sw_json_int(j, "line", line_number);
        if (column) sw_json_int(j, "column", column);
        sw_json_text(j, "text", text ? text + strspn(text, ": ") : line);
        sw_json_close(j, '}');
        free(line);
        at += len + (at[len] == '\n');
    }
    sw_json_close(j, ']');
}

void sw__write_faults(struct sw_desk *desk, struct sw_desk_reply reply, const struct sw_buf *faults, const char *text) {
    struct sw_buf out;
    sw_buf_init(&out, ANSWER_BYTES_MAX);
    struct sw_json j = sw_json_on(&out);
    sw_json_open(&j, NULL, '{');
    sw__write_lines(faults, &j, "faults");
    sw_json_close(&j, '}');
    desk->refused++;
    reply.fn(reply.ctx, 422, sw_buf_text(&out), text);
    sw_buf_deinit(&out);
}

static void write_dates(const struct sw_roster *roster, struct sw_json *j) {
    sw_json_int(j, "shifts", (int64_t)roster->count);
    sw_json_open(j, "dates", '[');
    for (size_t i = 0; i < roster->count; i++) {
        bool seen = false;
        for (size_t k = i; k-- > 0 && !seen;) seen = !strcmp(roster->rows[k].date, roster->rows[i].date);
        if (!seen) sw_json_text(j, NULL, roster->rows[i].date);
    }
    sw_json_close(j, ']');
}

static void record_csv(struct sw_desk_write *w, const char *kind, const char *key, const char *csv, size_t len,
                       const struct sw_desk_actor *actor) {
    struct sw_desk_entry e = sw__write_signed(w->desk, actor, NULL, NULL);
    char *text = strndup(csv, len);
    SW_ASSERT(text != NULL);
    sw_desk_set(&e.csv, text);
    free(text);
    sw__write_record(w, kind, key, &e, actor, false, 0);
    sw_desk_deinit(&e);
}

void sw_desk_rota(struct sw_desk *desk, const char *csv, size_t len, bool check, const struct sw_desk_actor *actor,
                  struct sw_desk_reply reply) {
    struct sw_buf faults, remarks;
    struct sw_rota rota;
    sw_buf_init(&faults, FAULTS_BYTES_MAX);
    sw_buf_init(&remarks, FAULTS_BYTES_MAX);
    sw_rota_init(&rota);
    int failed = sw_rota_read(&rota, desk->options.zone, "rota", csv, len, &faults, &remarks);
    if (!failed && !rota.count) {
        failed = -SW_EPARSE;
        sw_buf_puts(&faults, "rota:2: nobody is on duty\n");
    }
    if (failed) {
        sw__write_faults(desk, reply, &faults, "the duty rota has faults: nothing of it was taken");
    } else {
        struct sw_desk_write *w = sw__write_new(desk, reply);
        struct sw_json j = sw_json_on(&w->extra);
        j.comma = true;
        sw_json_int(&j, "rows", (int64_t)rota.count);
        sw__write_lines(&remarks, &j, "remarks");
        if (check) sw__write_answer(w, 200, "", "{}");
        else record_csv(w, "duty.rota", rota.rows[0].date, csv, len, actor);
    }
    sw_rota_deinit(&rota);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
}

void sw_desk_roster(struct sw_desk *desk, const char *csv, size_t len, bool check, const struct sw_desk_actor *actor,
                    struct sw_desk_reply reply) {
    struct sw_buf faults, remarks;
    struct sw_roster roster;
    sw_buf_init(&faults, FAULTS_BYTES_MAX);
    sw_buf_init(&remarks, FAULTS_BYTES_MAX);
    sw_roster_init(&roster);
    int failed = sw_roster_read(&roster, desk->options.zone, "roster", csv, len, &faults, &remarks);
    if (!failed && !roster.count) {
        failed = -SW_EPARSE;
        sw_buf_puts(&faults, "roster:2: no shifts\n");
    }
    if (failed) {
        sw__write_faults(desk, reply, &faults, "the roster has faults: nothing of it was taken");
    } else {
        struct sw_desk_write *w = sw__write_new(desk, reply);
        struct sw_json j = sw_json_on(&w->extra);
        j.comma = true;
        write_dates(&roster, &j);
        sw__write_lines(&remarks, &j, "remarks");
        if (check) sw__write_answer(w, 200, "", "{}");
        else record_csv(w, "roster", roster.rows[0].date, csv, len, actor);
    }
    sw_roster_deinit(&roster);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
}

static void write_row(struct sw_json *j, const struct sw_roster_row *row, bool names) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "agent", row->agent);
    if (names) sw_json_text(j, "name", row->name);
    sw_json_text(j, "team", row->team);
    sw_json_text(j, "seat", row->seat);
    sw_json_int(j, "start", row->start_ms);
    sw_json_int(j, "end", row->end_ms);
    sw_json_open(j, "activities", '[');
    for (size_t i = 0; i < row->activity_count; i++) {
        sw_json_open(j, NULL, '{');
        sw_json_text(j, "kind", sw_activity_name(row->activities[i].kind));
        sw_json_int(j, "start", row->activities[i].start_ms);
        sw_json_int(j, "end", row->activities[i].end_ms);
        sw_json_close(j, '}');
    }
    sw_json_close(j, ']');
    sw_json_open(j, "leave", '[');
    for (size_t i = 0; i < row->leave_count; i++) {
        sw_json_open(j, NULL, '{');
        sw_json_text(j, "kind", row->leaves[i].kind);
        sw_json_int(j, "start", row->leaves[i].start_ms);
        sw_json_int(j, "end", row->leaves[i].end_ms);
        sw_json_close(j, '}');
    }
    sw_json_close(j, ']');
    sw_json_close(j, '}');
}

static bool is_of(const struct sw_roster_row *row, const struct sw_config_list *teams) {
    for (size_t i = 0; teams && row->team && i < teams->count; i++)
        if (!strcmp(teams->items[i], row->team)) return true;
    return !teams;
}

void sw_desk_write_roster(struct sw_desk *desk, const char *date, const struct sw_config_list *teams, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "date", date);
    sw_json_open(&j, "shifts", '[');
    for (size_t i = 0; i < sw_shifts_count(desk->options.shifts); i++) {
        const struct sw_roster_row *row = sw_shift_row(sw_shifts_get(desk->options.shifts, i));
        if (!strcmp(row->date, date) && is_of(row, teams)) write_row(&j, row, desk->options.names);
    }
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
}

/* ---- records ---- */

/* Answers with TEXT, an array, as the member NAME. */
static void answer_array(struct sw_desk_write *w, const char *name, int status, const char *text) {
    if (status) {
        sw__write_refuse(w->desk, w->reply, 503, text);
    } else {
        struct sw_buf out;
        sw_buf_init(&out, (size_t)13 << 20);
        sw_buf_printf(&out, "{\"%s\":", name);
        sw_buf_puts(&out, text);
        sw_buf_puts(&out, "}");
        w->reply.fn(w->reply.ctx, 200, sw_buf_text(&out), NULL);
        sw_buf_deinit(&out);
    }
    sw_buf_deinit(&w->extra);
    free(w);
}

static void on_read(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    (void)records, (void)count;
    answer_array(ctx, "records", status, text);
}

static void on_sums(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    (void)records, (void)count;
    answer_array(ctx, "attendance", status, text);
}

void sw_desk_records(struct sw_desk *desk, const struct sw_record_query *query, struct sw_desk_reply reply) {
    sw_recorder_read(desk->options.recorder, query, sw__write_new(desk, reply), on_read);
}

void sw_desk_attendance(struct sw_desk *desk, const char *by, const char *team, const char *agent, int64_t from_ms,
                        int64_t to_ms, struct sw_desk_reply reply) {
    sw_recorder_sum_shifts(desk->options.recorder, by, team, agent, from_ms, to_ms, sw__write_new(desk, reply), on_sums);
}
