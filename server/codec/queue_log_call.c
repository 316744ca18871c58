/* Calls of queue_log. A line that presupposes what no line told is given as it is where the contract implies the rest (a
 * call never heard of), else with the events that lead to it. */
#include <stdlib.h>
#include <string.h>

#include "codec/queue_log_internal.h"

static struct ql_call *find(const struct sw_queue_log *log) {
    struct ql_call *call;
    HASH_FIND(hh, log->calls, log->line.callid, strlen(log->line.callid), call);
    return call;
}

static void forget(struct sw_queue_log *log, struct ql_call *call) {
    if (call->exit) call->exit->call = NULL;
    if (call->member && call->phase == QL_TALKING && call->member->calls) call->member->calls--;
    HASH_DEL(log->calls, call);
    free(call);
}

static struct ql_call *make(struct sw_queue_log *log) {
    if (HASH_COUNT(log->calls) >= SW_QUEUE_LOG_CALLS_MAX) forget(log, log->calls); /* the first is the oldest */
    size_t len = strlen(log->line.callid);
    struct ql_call *call = sw_xcalloc(1, sizeof *call + len + 1);
    memcpy(call->id, log->line.callid, len);
    call->phase = QL_OVER;
    HASH_ADD_KEYPTR(hh, log->calls, call->id, len, call);
    return call;
}

static const char *queue_of_line(struct sw_queue_log *log) {
    if (!ql_is_identifier(log->line.queue) || !strcmp(log->line.queue, "NONE")) return NULL;
    struct ql_word *word = ql_word(&log->queues, log->line.queue);
    return word ? word->text : NULL;
}

static void begin(struct sw_queue_log *log, const char *type, const struct ql_call *call, int64_t ts_ms) {
    ql_begin(log, type, ts_ms);
    sw_json_text(&log->json, "call", call->id);
    sw_json_text(&log->json, "queue", call->queue);
}

static void wait_field(struct sw_queue_log *log, int64_t wait_ms) {
    if (wait_ms >= 0) sw_json_int(&log->json, "wait", wait_ms);
}

/* ---- what calls do ---- */

static void queued(struct sw_queue_log *log, struct ql_call *call, const char *queue, int64_t position, int64_t ts_ms) {
    ql_resolve(log, call, queue);
    call->phase = QL_WAITING;
    call->queue = queue;
    call->queued_ms = ts_ms;
    call->member = NULL;
    begin(log, "call.queued", call, ts_ms);
    if (position >= 0) sw_json_int(&log->json, "position", position);
    ql_emit(log);
}

static void left(struct sw_queue_log *log, struct ql_call *call, enum sw_exit_reason reason, int64_t wait_ms,
                 int64_t ts_ms) {
    begin(log, "call.exited", call, ts_ms);
    sw_json_text(&log->json, "reason", sw_exit_reason_name(reason));
    wait_field(log, wait_ms);
    call->phase = QL_OVER;
    ql_emit_exit(log, call);
}

static void answered(struct sw_queue_log *log, struct ql_call *call, struct ql_member *member, int64_t wait_ms,
                     int64_t ts_ms) {
    begin(log, "call.answered", call, ts_ms);
    sw_json_text(&log->json, "agent", member->id);
    wait_field(log, wait_ms);
    ql_emit(log);
    call->phase = QL_TALKING;
    call->member = member;
    call->answered_ms = ts_ms;
    ql_member_begins_call(log, member, call, ts_ms);
}

static void over(struct sw_queue_log *log, struct ql_call *call, int64_t ts_ms) {
    struct ql_member *member = call->phase == QL_TALKING ? call->member : NULL;
    call->phase = QL_OVER;
    call->member = NULL;
    if (member) ql_member_ends_call(log, member, ts_ms);
}

static void ended(struct sw_queue_log *log, struct ql_call *call, struct ql_member *member, const char *by,
                  int64_t talk_ms, int64_t wait_ms, int64_t ts_ms) {
    begin(log, "call.ended", call, ts_ms);
    if (member) sw_json_text(&log->json, "agent", member->id);
    sw_json_text(&log->json, "by", by);
    wait_field(log, wait_ms);
    if (talk_ms >= 0) sw_json_int(&log->json, "talk", talk_ms);
    ql_emit(log);
    over(log, call, ts_ms);
}

/* Whatever CALL was doing is over, though no line said so: it is about to enter QUEUE. */
static void cut(struct sw_queue_log *log, struct ql_call *call, int64_t ts_ms) {
    if (call->phase == QL_TALKING) ended(log, call, call->member, "system", -1, -1, ts_ms);
    else if (call->phase == QL_WAITING) left(log, call, SW_EXIT_OVERFLOW, -1, ts_ms);
}

/* The call of the line, made when it is new; *FRESH tells. NULL, and a message, when the line names none. */
static struct ql_call *call_of(struct sw_queue_log *log, bool *fresh) {
    static const char *const no_calls[] = {"NONE", "REALTIME", "MANAGER", "CLI"};
    bool none = !ql_is_identifier(log->line.callid);
    for (size_t i = 0; i < 4; i++) none |= !strcmp(log->line.callid, no_calls[i]);
    if (none) {
        ql_malformed(log, "no call id");
        return NULL;
    }
    struct ql_call *call = find(log);
    *fresh = !call;
    if (!call) call = make(log);
    if (*fresh) call->queue = queue_of_line(log);
    return call;
}

/* The agent of the line; NULL without a message when it names none. */
static struct ql_member *agent_of(struct sw_queue_log *log) {
    if (!*log->line.agent || !strcmp(log->line.agent, "NONE")) return NULL;
    return ql_member(log, log->line.agent, true);
}

/* ---- verbs ---- */

void ql_enter(struct sw_queue_log *log, int argument) {
    (void)argument;
    bool fresh;
    const char *queue = queue_of_line(log);
    if (!queue) {
        ql_malformed(log, "no queue");
        return;
    }
    struct ql_call *call = call_of(log, &fresh);
    if (!call) return;
    int64_t ts_ms = log->line.ts_ms, position = ql_seconds(log, 2);
    if (call->phase == QL_WAITING && call->queue == queue && call->queued_ms == ts_ms && !fresh) {
        ql_skip(log, "the call is in the queue already");
        return;
    }
    if (!fresh) cut(log, call, ts_ms);
    queued(log, call, queue, position < 0 ? -1 : position / 1000, ts_ms);
}

/* Brings a known call to waiting in the line's queue. */
static void make_wait(struct sw_queue_log *log, struct ql_call *call, int64_t ts_ms) {
    const char *queue = queue_of_line(log);
    if (!queue) queue = call->queue;
    if (call->phase == QL_WAITING && call->queue == queue) return;
    cut(log, call, ts_ms);
    if (queue) queued(log, call, queue, -1, ts_ms);
}

void ql_connect(struct sw_queue_log *log, int argument) {
    (void)argument;
    bool fresh;
    struct ql_member *member = ql_member(log, log->line.agent, true);
    struct ql_call *call = member ? call_of(log, &fresh) : NULL;
    if (!call) return;
    if (call->phase == QL_TALKING && call->member == member) {
        ql_skip(log, "the agent has answered this call already");
        return;
    }
    if (!fresh) make_wait(log, call, log->line.ts_ms);
    answered(log, call, member, ql_seconds(log, 0), log->line.ts_ms);
}

/* The lines of a conversation's end tell how long it was: enough to answer a call whose CONNECT is not in the log. */
static bool answer_first(struct sw_queue_log *log, struct ql_call *call, struct ql_member *member, int64_t hold_ms,
                         int64_t talk_ms) {
    if (call->phase == QL_OVER) {
        ql_skip(log, "the call is over already");
        return false;
    }
    if (call->phase == QL_TALKING) return true;
    if (!member) {
        ql_skip(log, "the call was not answered");
        return false;
    }
    int64_t ts_ms = log->line.ts_ms - (talk_ms > 0 ? talk_ms : 0);
    answered(log, call, member, hold_ms, ts_ms > call->queued_ms ? ts_ms : call->queued_ms);
    return true;
}

void ql_complete(struct sw_queue_log *log, int by) {
    static const char *const names[] = {"agent", "caller"};
    bool fresh;
    struct ql_call *call = call_of(log, &fresh);
    if (!call) return;
    struct ql_member *member = agent_of(log);
    int64_t hold_ms = ql_seconds(log, 0), talk_ms = ql_seconds(log, 1);
    if (!fresh && !answer_first(log, call, member, hold_ms, talk_ms)) return;
    if (call->member) member = call->member;
    ended(log, call, member, names[by], talk_ms, fresh ? hold_ms : -1, log->line.ts_ms);
}

/* BLINDTRANSFER and TRANSFER exten|context|hold|call|origpos; ATTENDEDTRANSFER method[|...]|hold|call|origpos. */
void ql_transfer(struct sw_queue_log *log, int attended) {
    bool fresh;
    struct ql_call *call = call_of(log, &fresh);
    if (!call) return;
    struct ql_member *member = agent_of(log);
    size_t count = log->line.data_count, hold_at = 2;
    if (attended) hold_at = count >= 3 ? count - 3 : QL_DATA_MAX;
    int64_t hold_ms = ql_seconds(log, hold_at), talk_ms = ql_seconds(log, hold_at + 1);
    if (!fresh && !answer_first(log, call, member, hold_ms, talk_ms)) return;
    if (call->member) member = call->member;
    if (!member) {
        ended(log, call, NULL, "system", talk_ms, fresh ? hold_ms : -1, log->line.ts_ms);
        return;
    }
    begin(log, "call.transferred", call, log->line.ts_ms);
    sw_json_text(&log->json, "agent", member->id);
    if (!attended && ql_is_identifier(ql_data(log, 0))) sw_json_text(&log->json, "to", ql_data(log, 0));
    if (fresh) wait_field(log, hold_ms);
    ql_emit(log);
    over(log, call, log->line.ts_ms);
}

/* Whether a call of the line still waits, or is new: else the line is skipped, silently when QUIET. */
static struct ql_call *waiting_call(struct sw_queue_log *log, bool quiet) {
    bool fresh;
    struct ql_call *call = call_of(log, &fresh);
    if (!call || fresh || call->phase == QL_WAITING) return call;
    if (!quiet) ql_skip(log, call->phase == QL_TALKING ? "the call was answered already" : "the call is over already");
    return NULL;
}

void ql_abandon(struct sw_queue_log *log, int argument) {
    (void)argument;
    struct ql_call *call = waiting_call(log, false);
    if (!call) return;
    begin(log, "call.abandoned", call, log->line.ts_ms);
    wait_field(log, ql_seconds(log, 2));
    ql_emit(log);
    call->phase = QL_OVER;
}

void ql_exit(struct sw_queue_log *log, int argument) {
    bool has_wait = argument >= QL_WAIT_AT; /* LEAVEEMPTY repeats what other lines told, hence without a word */
    struct ql_call *call = waiting_call(log, !has_wait);
    if (!call) return;
    int64_t wait_ms = has_wait ? ql_seconds(log, (size_t)(argument / QL_WAIT_AT - 1)) : -1;
    left(log, call, (enum sw_exit_reason)(argument % QL_WAIT_AT), wait_ms, log->line.ts_ms);
}

void ql_withdraw(struct sw_queue_log *log, int argument) {
    (void)argument;
    struct ql_call *call = waiting_call(log, false);
    if (!call) return;
    bool callback = strcasestr(ql_data(log, 3), "callback") != NULL;
    left(log, call, callback ? SW_EXIT_CALLBACK : SW_EXIT_OVERFLOW, ql_seconds(log, 2), log->line.ts_ms);
}

/* The queue did not take the call: it was offered and left at once. */
void ql_refused(struct sw_queue_log *log, int reason) {
    bool fresh;
    const char *queue = queue_of_line(log);
    struct ql_call *call = queue ? call_of(log, &fresh) : NULL;
    if (!queue) ql_malformed(log, "no queue");
    if (!call) return;
    if (!fresh) make_wait(log, call, log->line.ts_ms);
    if (call->phase != QL_WAITING) queued(log, call, queue, -1, log->line.ts_ms);
    left(log, call, (enum sw_exit_reason)reason, 0, log->line.ts_ms);
}

/* RINGNOANSWER ms; AGENTDUMP: the agent hung up before the caller was through. The log has 0 ms where the telephone
 * was engaged, unreachable, or refused the call within the first second: nobody let it ring. */
void ql_ring(struct sw_queue_log *log, int dumped) {
    struct ql_member *member = ql_member(log, log->line.agent, true);
    struct ql_call *call = member ? waiting_call(log, true) : NULL;
    if (!call) return;
    if (call->phase == QL_OVER) call->phase = QL_WAITING; /* it was new, and is implied */
    bool rejected = dumped || !strcmp(ql_data(log, 0), "0");
    begin(log, "call.declined", call, log->line.ts_ms);
    sw_json_text(&log->json, "agent", member->id);
    sw_json_text(&log->json, "reason", rejected ? "rejected" : "timeout");
    ql_emit(log);
}

/* OUTCALL status|talk: told when the attempt is over. */
void ql_outcall(struct sw_queue_log *log, int argument) {
    (void)argument;
    bool fresh;
    struct ql_member *member = ql_member(log, log->line.agent, true);
    struct ql_call *call = member ? call_of(log, &fresh) : NULL;
    if (!call) return;
    if (!fresh && call->phase != QL_OVER) {
        ql_skip(log, "the call is in a queue or answered");
        return;
    }
    int64_t talk_ms = ql_seconds(log, 1), ts_ms = log->line.ts_ms;
    bool reached = !strncmp(ql_data(log, 0), "ANSWER", 6) || talk_ms > 0;
    int64_t begun_ms = reached && fresh && talk_ms > 0 ? ts_ms - talk_ms : ts_ms;
    call->queue = NULL;
    begin(log, "call.dialed", call, begun_ms);
    sw_json_text(&log->json, "agent", member->id);
    ql_emit(log);
    if (reached) {
        begin(log, "call.connected", call, begun_ms);
        ql_emit(log);
    }
    ended(log, call, member, "system", reached ? talk_ms : -1, -1, ts_ms);
}

void ql_restart(struct sw_queue_log *log, int argument) {
    (void)argument;
    while (log->calls) { /* the oldest first */
        cut(log, log->calls, log->previous_ms);
        forget(log, log->calls);
    }
    ql_members_restart(log, log->previous_ms);
}

void ql_calls_snapshot(struct sw_queue_log *log, int64_t since_ms) {
    for (struct ql_call *call = log->calls; call; call = call->hh.next) {
        int64_t begun_ms = call->queued_ms ? call->queued_ms : call->answered_ms;
        if (call->phase == QL_OVER || !call->queue || begun_ms < since_ms) continue;
        if (call->queued_ms) {
            begin(log, "call.queued", call, call->queued_ms);
            ql_emit(log);
        }
        if (call->phase == QL_WAITING) continue;
        begin(log, "call.answered", call, call->answered_ms);
        sw_json_text(&log->json, "agent", call->member->id);
        ql_emit(log);
    }
}

void ql_calls_free(struct sw_queue_log *log) {
    struct ql_call *call, *next;
    HASH_ITER(hh, log->calls, call, next) {
        HASH_DEL(log->calls, call);
        free(call);
    }
}
