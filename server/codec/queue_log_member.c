/* Members of queue_log: who is signed in, paused or talking, by which of their names. */
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/queue_log_internal.h"

static struct ql_member *canonical(struct ql_member *member) {
    while (member->is) member = member->is;
    return member;
}

static struct ql_member *find_or_make(struct sw_queue_log *log, const char *name) {
    struct ql_member *member;
    size_t len = strlen(name);
    HASH_FIND(hh, log->members, name, len, member);
    if (member || HASH_COUNT(log->members) >= SW_QUEUE_LOG_MEMBERS_MAX) return member;
    member = sw_xcalloc(1, sizeof *member + len + 1);
    memcpy(member->id, name, len);
    HASH_ADD_KEYPTR(hh, log->members, member->id, len, member);
    return member;
}

struct ql_member *ql_member(struct sw_queue_log *log, const char *name, bool works) {
    if (!ql_is_identifier(name) || !strcmp(name, "NONE")) {
        ql_malformed(log, "no agent");
        return NULL;
    }
    struct ql_member *member = find_or_make(log, name);
    if (!member) {
        ql_malformed(log, "too many agents");
        return NULL;
    }
    if (works) member->at_work = true;
    else member->added = true;
    return canonical(member);
}

int sw_queue_log_alias(struct sw_queue_log *log, const char *interface, const char *name) {
    if (!ql_is_identifier(interface) || !ql_is_identifier(name)) return -SW_EINVAL;
    struct ql_member *from = find_or_make(log, interface), *to = find_or_make(log, name);
    if (!from || !to) return -SW_ELIMIT;
    if (from == to) return 0;
    to = canonical(to);
    if (from->is == to) return 0;
    if (from->is || from == to) return -SW_EINVAL;
    from->is = to;
    return 0;
}

void sw_queue_log_each_alias(const struct sw_queue_log *log,
                             void (*fn)(void *ctx, const char *interface, const char *name), void *ctx) {
    for (struct ql_member *m = log->members; m; m = m->hh.next)
        if (m->is) fn(ctx, m->id, canonical(m)->id);
}

/* ---- states ---- */

int sw_queue_log_reason(struct sw_queue_log *log, const char *reason, enum sw_agent_state state) {
    return sw_pbx_reasons_add(log->reasons, reason, state);
}

static enum sw_agent_state state_of_reason(struct sw_queue_log *log, const char *reason) {
    bool news;
    enum sw_agent_state state = sw_pbx_reasons_state(log->reasons, reason, &news);
    if (news) ql_tell(log, log->line.number, "pauses for \"%s\" count as busy", reason);
    return state;
}

static bool is_paused(const struct ql_member *member) {
    for (size_t i = 0; i < member->served_count; i++)
        if (!member->served[i].paused) return false;
    return member->served_count || member->paused_all;
}

static enum sw_agent_state state_of(struct sw_queue_log *log, const struct ql_member *member, int64_t ts_ms) {
    bool staffed = member->by_login ? member->is_in : member->served_count > 0;
    if (member->calls) return SW_ST_TALKING;
    if (!staffed) return SW_ST_OFFLINE;
    if (member->wrapup_until_ms > ts_ms) return SW_ST_WRAPUP;
    return is_paused(member) ? state_of_reason(log, member->reason) : SW_ST_READY;
}

static void replace(char **text, const char *value) {
    char *copy = value && *value ? sw_xstrdup(value) : NULL;
    free(*text);
    *text = copy;
}

static bool same(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

/* REASON cut to what an event may carry. */
static void write_reason(struct sw_queue_log *log, const char *reason) {
    size_t len = 0, chars = 0;
    while (reason[len] && (chars < SW_REASON_CHARS_MAX || ((unsigned char)reason[len] & 0xC0) == 0x80))
        chars += ((unsigned char)reason[len++] & 0xC0) != 0x80;
    char *cut = sw_xstrdup(reason);
    cut[len] = '\0';
    sw_json_text(&log->json, "reason", cut);
    free(cut);
}

void ql_member_update(struct sw_queue_log *log, struct ql_member *member, int64_t ts_ms) {
    enum sw_agent_state state = state_of(log, member, ts_ms);
    bool pausing = sw_state_is_non_service(state) || (state == SW_ST_WRAPUP && member->wrapup_until_ms <= ts_ms);
    const char *reason = pausing ? member->reason : NULL;
    if (!member->told && state == SW_ST_OFFLINE) return;
    bool news = !member->told || state != member->told_state || !same(reason, member->told_reason);
    bool serves = state != SW_ST_OFFLINE && member->served_changed;
    if (!news && !serves) return;
    ql_begin(log, "agent.state", ts_ms);
    sw_json_text(&log->json, "agent", member->id);
    sw_json_text(&log->json, "state", sw_agent_state_name(state));
    if (reason) write_reason(log, reason);
    if (state == SW_ST_TALKING) {
        sw_json_text(&log->json, "call", member->call);
        sw_json_text(&log->json, "queue", member->queue);
    }
    if (serves) {
        sw_json_open(&log->json, "queues", '[');
        for (size_t i = 0; i < member->served_count; i++) sw_json_text(&log->json, NULL, member->served[i].queue);
        sw_json_close(&log->json, ']');
        member->served_changed = false;
    }
    ql_emit(log);
    member->told = true;
    member->told_state = state;
    replace(&member->told_reason, reason);
}

/* ---- what moves them ---- */

void ql_member_serves(struct sw_queue_log *log, struct ql_member *member, const char *queue, bool paused) {
    (void)log;
    for (size_t i = 0; i < member->served_count; i++)
        if (member->served[i].queue == queue) return;
    if (!queue || member->served_count == SW_EVENT_QUEUES_MAX) return;
    member->served[member->served_count++] = (struct ql_served){queue, paused};
    member->served_changed = true;
}

void ql_member_begins_call(struct sw_queue_log *log, struct ql_member *member, const struct ql_call *call,
                           int64_t ts_ms) {
    ql_member_serves(log, member, call->queue, member->paused_all);
    if (member->by_login) member->is_in = true; /* it must be */
    member->calls++;
    member->wrapup_until_ms = 0;
    member->queue = call->queue;
    replace(&member->call, call->id);
    ql_member_update(log, member, ts_ms);
}

void ql_member_ends_call(struct sw_queue_log *log, struct ql_member *member, int64_t ts_ms) {
    if (member->calls && !--member->calls && log->options.wrapup_ms > 0 && !is_paused(member)) {
        member->wrapup_until_ms = ts_ms + log->options.wrapup_ms;
        member->wrapup_line = log->line.number;
        if (member->wrapup_until_ms < log->next_wrapup_ms) log->next_wrapup_ms = member->wrapup_until_ms;
    }
    ql_member_update(log, member, ts_ms);
}

void ql_wrapups_end(struct sw_queue_log *log, int64_t ts_ms) {
    while (log->next_wrapup_ms <= ts_ms) {
        int64_t due_ms = log->next_wrapup_ms;
        log->next_wrapup_ms = INT64_MAX;
        for (struct ql_member *m = log->members; m; m = m->hh.next) {
            if (!m->wrapup_until_ms) continue;
            if (m->wrapup_until_ms <= due_ms) {
                m->wrapup_until_ms = 0;
                log->ending = m;
                ql_member_update(log, m, due_ms);
                log->ending = NULL;
            } else if (m->wrapup_until_ms < log->next_wrapup_ms) {
                log->next_wrapup_ms = m->wrapup_until_ms;
            }
        }
    }
}

static const char *queue_of_line(struct sw_queue_log *log) {
    if (ql_is_identifier(log->line.queue) && strcmp(log->line.queue, "NONE") != 0) {
        struct ql_word *word = ql_word(&log->queues, log->line.queue);
        if (word) return word->text;
    }
    ql_malformed(log, "no queue");
    return NULL;
}

void ql_addmember(struct sw_queue_log *log, int argument) {
    (void)argument;
    const char *queue = queue_of_line(log);
    struct ql_member *member = queue ? ql_member(log, log->line.agent, false) : NULL;
    if (!member) return;
    ql_member_serves(log, member, queue, false);
    for (size_t i = 0; i < member->served_count; i++)
        if (member->served[i].queue == queue) member->served[i].paused = !strcmp(ql_data(log, 0), "PAUSED");
    member->paused_all = member->paused_all && is_paused(member);
    ql_member_update(log, member, log->line.ts_ms);
}

void ql_removemember(struct sw_queue_log *log, int argument) {
    (void)argument;
    const char *queue = queue_of_line(log);
    struct ql_member *member = queue ? ql_member(log, log->line.agent, false) : NULL;
    if (!member) return;
    for (size_t i = 0; i < member->served_count; i++) {
        if (member->served[i].queue != queue) continue;
        member->served_count--;
        memmove(&member->served[i], &member->served[i + 1], (member->served_count - i) * sizeof *member->served);
        member->served_changed = true;
        break;
    }
    if (!member->served_count) {
        member->paused_all = false;
        member->wrapup_until_ms = 0;
        replace(&member->reason, NULL);
    }
    ql_member_update(log, member, log->line.ts_ms);
}

/* The interface X paused everywhere, and on the very next line the member Y paused in a queue for the same reason: X is
 * Y. Only when neither was ever seen in the other's place. */
static void learn(struct sw_queue_log *log, const char *name, int paused) {
    struct ql_member *x = log->all.member, *y = find_or_make(log, name);
    if (!x || !y || log->all.sequence + 1 != log->sequence || log->all.ambiguous || log->all.paused != paused) return;
    if (log->line.ts_ms - log->all.ts_ms > QL_LEARN_MS || !same(log->all.reason ? log->all.reason : "", ql_data(log, 0)))
        return;
    if (x == y || x->is || y->is || x->at_work || y->added) return;
    bool was_told = x->told && x->told_state != SW_ST_OFFLINE;
    for (size_t i = 0; i < x->served_count; i++) ql_member_serves(log, y, x->served[i].queue, x->served[i].paused);
    y->paused_all = x->paused_all;
    y->by_login |= x->by_login;
    y->is_in |= x->is_in;
    y->added = true;
    replace(&y->reason, x->reason);
    x->served_count = 0;
    x->paused_all = x->is_in = false;
    if (was_told && !x->calls) ql_member_update(log, x, log->line.ts_ms);
    x->is = y;
    if (log->options.learnt) log->options.learnt(log->options.ctx, log->line.number, x->id, y->id);
}

void ql_pause(struct sw_queue_log *log, int paused) {
    if (!strcmp(log->line.queue, "NONE")) {
        ql_pauseall(log, paused);
        return;
    }
    const char *queue = queue_of_line(log);
    if (!queue || !ql_is_identifier(log->line.agent)) {
        if (queue) ql_malformed(log, "no agent");
        return;
    }
    learn(log, log->line.agent, paused);
    struct ql_member *member = ql_member(log, log->line.agent, true);
    /* "Auto-Unpause" is half of a change of reason: the PAUSE with the new one follows */
    if (!member || (!paused && !strcmp(ql_data(log, 0), "Auto-Unpause"))) return;
    ql_member_serves(log, member, queue, paused);
    for (size_t i = 0; i < member->served_count; i++)
        if (member->served[i].queue == queue) member->served[i].paused = paused;
    if (!paused) member->paused_all = false;
    if (paused) replace(&member->reason, ql_data(log, 0));
    if (paused) member->wrapup_until_ms = 0;
    ql_member_update(log, member, log->line.ts_ms);
}

void ql_pauseall(struct sw_queue_log *log, int paused) {
    struct ql_member *member = ql_member(log, log->line.agent, false);
    if (!member) return;
    bool follows = log->all.member && log->all.sequence + 1 == log->sequence;
    log->all.ambiguous = follows; /* two at once: whose is the PAUSE that comes next? */
    log->all.member = member;
    log->all.sequence = log->sequence;
    log->all.ts_ms = log->line.ts_ms;
    log->all.paused = paused;
    replace(&log->all.reason, ql_data(log, 0));
    member->paused_all = paused;
    for (size_t i = 0; i < member->served_count; i++) member->served[i].paused = paused;
    if (paused) replace(&member->reason, ql_data(log, 0));
    if (paused) member->wrapup_until_ms = 0;
    ql_member_update(log, member, log->line.ts_ms);
}

void ql_login(struct sw_queue_log *log, int in) {
    struct ql_member *member = ql_member(log, log->line.agent, true);
    if (!member) return;
    member->by_login = true;
    member->is_in = in;
    if (!in) {
        member->paused_all = false;
        member->wrapup_until_ms = 0;
        for (size_t i = 0; i < member->served_count; i++) member->served[i].paused = false;
    }
    ql_member_update(log, member, log->line.ts_ms);
}

/* Calls are over and logins are lost; members of queues stay (persistentmembers). */
void ql_members_restart(struct sw_queue_log *log, int64_t ts_ms) {
    for (struct ql_member *m = log->members; m; m = m->hh.next) {
        m->calls = 0;
        m->wrapup_until_ms = 0;
        if (m->by_login) m->is_in = false;
        if (!m->is) ql_member_update(log, m, ts_ms);
    }
}

void ql_members_snapshot(struct sw_queue_log *log, int64_t ts_ms) {
    for (struct ql_member *m = log->members; m; m = m->hh.next) {
        if (m->is || !m->told || m->told_state == SW_ST_OFFLINE) continue;
        m->told = false; /* so that it is news */
        m->served_changed = m->served_count > 0;
        ql_member_update(log, m, ts_ms);
    }
}

void ql_members_free(struct sw_queue_log *log) {
    struct ql_member *member, *next;
    HASH_ITER(hh, log->members, member, next) {
        HASH_DEL(log->members, member);
        free(member->reason);
        free(member->call);
        free(member->told_reason);
        free(member);
    }
    free(log->all.reason);
}

static size_t list(struct sw_queue_log *log, bool added, struct sw_buf *out) {
    size_t count = 0;
    for (struct ql_member *m = log->members; m; m = m->hh.next) {
        if (m->is || m->by_login || (added ? !m->added || m->at_work : m->added || !m->at_work)) continue;
        if (count++ < 10) sw_buf_printf(out, "%s%s", count > 1 ? ", " : "", m->id);
    }
    if (count > 10) sw_buf_printf(out, " and %zu more", count - 10);
    return count;
}

void ql_members_tell_doubts(struct sw_queue_log *log) {
    struct sw_buf interfaces, names;
    sw_buf_init(&interfaces, 1u << 16);
    sw_buf_init(&names, 1u << 16);
    if (list(log, true, &interfaces) && list(log, false, &names))
        ql_tell(log, 0,
                "%s joined queues but never worked by that name, and %s worked but never joined by that name: if these are "
                "the same people, say so with aliases, or each counts as two agents",
                sw_buf_text(&interfaces), sw_buf_text(&names));
    sw_buf_deinit(&interfaces);
    sw_buf_deinit(&names);
}
