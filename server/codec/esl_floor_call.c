/* mod_callcenter's events of callers: joined, offered, bridged, over. See esl_floor.h. */
#include "codec/esl_floor_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- calls ---- */

struct ef_call *ef_call_find(const struct sw_esl_floor *f, const char *id) {
    struct ef_call *call;
    HASH_FIND(hh, f->calls, id, strlen(id), call);
    return call;
}

static struct ef_queue *queue_of(struct sw_esl_floor *f, const char *id) {
    struct ef_queue *queue;
    size_t len = strlen(id);
    HASH_FIND(hh, f->queues, id, len, queue);
    if (queue || HASH_COUNT(f->queues) >= SW_ESL_QUEUES_MAX) return queue;
    queue = sw_xcalloc(1, sizeof *queue + len + 1);
    memcpy(queue->id, id, len);
    HASH_ADD_KEYPTR(hh, f->queues, queue->id, len, queue);
    return queue;
}

static bool is_waiting(enum ef_phase phase) {
    return phase == EF_CALL_WAITING || phase == EF_CALL_BRIDGING;
}

void ef_call_phase(struct ef_call *call, enum ef_phase phase) {
    if (call->queue) call->queue->waiting += (int64_t)is_waiting(phase) - (int64_t)is_waiting(call->phase);
    call->phase = phase;
}

static void set_queue(struct sw_esl_floor *f, struct ef_call *call, const char *queue) {
    if (call->queue) call->queue->waiting -= is_waiting(call->phase);
    call->queue = queue_of(f, queue);
    if (call->queue) call->queue->waiting += is_waiting(call->phase);
}

void ef_call_agent(struct sw_esl_floor *f, struct ef_call *call, struct ef_agent *agent, const char *leg) {
    struct ef_call *before = agent && agent->call != call ? agent->call : NULL;
    if (before) { /* an agent is on one call: of the one before it is not told what became of it */
        if (before->phase == EF_CALL_BRIDGING) ef_call_phase(before, EF_CALL_WAITING);
        before->agent = NULL;
    }
    if (call->agent) call->agent->call = NULL;
    call->agent = agent;
    if (agent) agent->call = call;
    if (call->leg[0]) HASH_DELETE(by_leg, f->legs, call);
    call->leg[0] = '\0';
    struct ef_call *other = NULL;
    size_t len = strlen(leg);
    if (!len || len >= sizeof call->leg) return;
    HASH_FIND(by_leg, f->legs, leg, len, other);
    if (other) { /* a standby agent's channel goes from call to call */
        HASH_DELETE(by_leg, f->legs, other);
        other->leg[0] = '\0';
    }
    memcpy(call->leg, leg, len + 1);
    HASH_ADD_KEYPTR(by_leg, f->legs, call->leg, len, call);
}

void ef_call_free(struct sw_esl_floor *f, struct ef_call *call) {
    ef_call_agent(f, call, NULL, "");
    if (call->queue) call->queue->waiting -= is_waiting(call->phase);
    HASH_DEL(f->calls, call);
    free(call);
}

struct ef_call *ef_call_of(struct sw_esl_floor *f, const char *id, const char *queue) {
    struct ef_call *call = ef_call_find(f, id);
    size_t len = strlen(id);
    if (call) return call;
    if (HASH_COUNT(f->calls) >= SW_ESL_CALLS_MAX) {
        f->counters.refused++;
        ef_tell_once(f, "calls", "more than %d open calls: further ones are left out", SW_ESL_CALLS_MAX);
        return NULL;
    }
    call = sw_xcalloc(1, sizeof *call + len + 1);
    memcpy(call->id, id, len);
    call->wait_ms = -1;
    HASH_ADD_KEYPTR(hh, f->calls, call->id, len, call);
    set_queue(f, call, queue);
    return call;
}

/* The call of an event that is not its first. One that is over stays over; one never heard of begins here. */
static struct ef_call *call_of(struct sw_esl_floor *f, const struct ef_event *e) {
    struct ef_call *call = ef_call_find(f, e->call);
    if (!call && sw_pbx_call_phase(f->options.pbx, e->call) == SW_PBX_OVER) return NULL;
    if (!call) call = ef_call_of(f, e->call, e->queue);
    if (call) call->touched = f->pass;
    return call;
}

/* ---- what events say of channels ---- */

enum life { DEAD, ALIVE, UNTOLD };

static enum life life_of(const struct ef_event *e) {
    static const char *const over[] = {"CS_HANGUP", "CS_REPORTING", "CS_DESTROY"};
    char text[32];
    if (sw_esl_value(e->text, e->len, "Channel-Call-State", text, sizeof text) > 0 && !strcmp(text, "HANGUP"))
        return DEAD;
    if (sw_esl_value(e->text, e->len, "Answer-State", text, sizeof text) > 0 && !strcmp(text, "hangup"))
        return DEAD;
    if (sw_esl_value(e->text, e->len, "Channel-State", text, sizeof text) <= 0) return UNTOLD;
    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        if (!strcmp(text, over[i])) return DEAD;
    return ALIVE;
}

/* Whether it was this channel's party who hung up (1) or another (0); -1 = not told. */
static int hung_up_itself(const struct ef_event *e) {
    char text[32];
    if (sw_esl_value(e->text, e->len, "variable_sip_hangup_disposition", text, sizeof text) <= 0) return -1;
    if (!strncmp(text, "recv_", 5)) return 1;
    return strncmp(text, "send_", 5) ? -1 : 0;
}

/* The transfers that the channel went through, as a number; 0 = none. */
static uint64_t history_of(const struct ef_event *e) {
    static const char *const names[] = {"variable_transfer_history", "variable_transfer_source"};
    char text[8192];
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (sw_esl_value(e->text, e->len, names[i], text, sizeof text) <= 0) continue;
        for (const char *c = text; *c; c++) hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211) + 1;
    }
    return hash;
}

/* Milliseconds from one time in seconds to another, or -1. */
static int64_t span_ms(const struct ef_event *e, const char *from, const char *to) {
    int64_t a = sw_esl_integer(e->text, e->len, from, INT64_C(100000000000));
    int64_t b = sw_esl_integer(e->text, e->len, to, INT64_C(100000000000));
    return a > 0 && b >= a && (b - a) * 1000 <= SW_DURATION_MAX_MS ? (b - a) * 1000 : -1;
}

/* How long a caller waited whose joining was not seen; where it was, its time is better than seconds. */
static int64_t wait_ms(const struct sw_esl_floor *f, const struct ef_event *e, const char *until) {
    return sw_pbx_call_phase(f->options.pbx, e->call) == SW_PBX_UNKNOWN
               ? span_ms(e, "CC-Member-Joined-Time", until)
               : -1;
}

/* ---- the end of a conversation ---- */

static void tell_ended(struct sw_esl_floor *f, struct ef_call *call, enum sw_ended_by by) {
    sw_pbx_ended(f->options.pbx, call->id, by, -1, -1, call->end_ms);
    ef_call_free(f, call);
}

/* Another thing happens to the agent: its last conversation is over, though the caller's end was not told. */
static void flush_ending(struct sw_esl_floor *f, struct ef_agent *agent) {
    struct ef_call *call = agent->call;
    if (!call || call->phase != EF_CALL_ENDING) return;
    tell_ended(f, call, call->is_by_known ? call->by : SW_BY_SYSTEM);
    agent->call = NULL; /* as it is by now */
}

static void finish(struct sw_esl_floor *f, struct ef_call *call, const struct ef_event *e) {
    uint64_t history = history_of(e);
    enum life life = life_of(e);
    if (life == ALIVE && history && !(call->has_history && call->history == history)) {
        sw_pbx_transferred(f->options.pbx, call->id, NULL, call->end_ms);
        ef_call_free(f, call);
        return;
    }
    int caller = hung_up_itself(e);
    enum sw_ended_by by = call->is_by_known ? call->by : SW_BY_SYSTEM;
    if (life == ALIVE)
        by = SW_BY_AGENT; /* the caller goes on in the dialplan */
    else if (caller == 1)
        by = SW_BY_CALLER;
    else if (caller == 0 && !call->is_by_known)
        by = SW_BY_AGENT;
    tell_ended(f, call, by);
}

/* ---- events ---- */

void ef_joined(struct sw_esl_floor *f, const struct ef_event *e) {
    struct ef_call *call = ef_call_find(f, e->call);
    /* a snapshot may be ahead of the events: it said already that this call is being talked to */
    if (call && !is_waiting(call->phase) && e->ts_ms < call->bridge_ms + 1000) return;
    if (call && call->phase == EF_CALL_ENDING)
        sw_pbx_transferred(f->options.pbx, call->id, e->queue, call->end_ms);
    if (!call) call = ef_call_of(f, e->call, e->queue);
    if (!call) return;
    ef_call_agent(f, call, NULL, "");
    ef_call_phase(call, EF_CALL_WAITING);
    set_queue(f, call, e->queue);
    call->touched = f->pass;
    call->history = history_of(e);
    call->has_history = true;
    call->is_by_known = false;
    sw_pbx_queued(f->options.pbx, e->call, e->queue, INT64_MIN, INT64_MIN, e->ts_ms);
}

void ef_offered(struct sw_esl_floor *f, const struct ef_event *e) {
    struct ef_call *call = call_of(f, e);
    struct ef_agent *agent = ef_agent_find(f, e->agent);
    if (!agent) ef_want_snapshot(f);
    if (!agent) agent = ef_agent_of(f, e->agent);
    if (!call || !agent || !is_waiting(call->phase)) return;
    flush_ending(f, agent);
    sw_pbx_ringing(f->options.pbx, e->call, e->agent, e->queue, e->ts_ms);
}

void ef_call_answered(struct sw_esl_floor *f, struct ef_call *call) {
    ef_call_phase(call, EF_CALL_TALKING);
    call->touched = f->pass;
    sw_pbx_answered(f->options.pbx, call->id, call->agent->id, call->queue ? call->queue->id : NULL,
                    call->wait_ms, call->bridge_ms);
}

/* The two are being bridged; false when that is not to be believed. */
static bool begin_bridge(struct sw_esl_floor *f, struct ef_call *call, const struct ef_event *e,
                         int64_t at_ms) {
    char leg[EF_UUID_BYTES] = "";
    struct ef_agent *agent = ef_agent_of(f, e->agent);
    if (!agent) return false;
    (void)sw_esl_value(e->text, e->len, "CC-Agent-UUID", leg, sizeof leg);
    if (agent->call != call) flush_ending(f, agent);
    call->wait_ms = wait_ms(f, e, "CC-Agent-Answered-Time");
    call->bridge_ms = at_ms;
    ef_call_agent(f, call, agent, leg);
    ef_call_phase(call, EF_CALL_BRIDGING);
    return true;
}

void ef_bridged(struct sw_esl_floor *f, const struct ef_event *e) {
    struct ef_call *call = call_of(f, e);
    if (!call || !is_waiting(call->phase) || !begin_bridge(f, call, e, e->ts_ms)) return;
    if (call->agent->state == EF_IN_CALL) ef_call_answered(f, call); /* a snapshot was ahead of the events */
}

void ef_bridge_over(struct sw_esl_floor *f, const struct ef_event *e) {
    char bridged[8] = "";
    struct ef_call *call = call_of(f, e);
    if (!call) return;
    (void)sw_esl_value(e->text, e->len, "CC-Agent-Bridged", bridged, sizeof bridged);
    if (!strcmp(bridged, "false")) {
        if (!is_waiting(call->phase)) return;
        sw_pbx_ring_ended(f->options.pbx, e->call, e->agent, SW_PBX_RING_STOPPED, e->ts_ms);
        ef_call_agent(f, call, NULL, "");
        ef_call_phase(call, EF_CALL_WAITING);
        return;
    }
    if (call->phase == EF_CALL_WAITING) { /* its beginning was not seen */
        int64_t talk_ms = span_ms(e, "CC-Agent-Answered-Time", "CC-Bridge-Terminated-Time");
        if (!begin_bridge(f, call, e, e->ts_ms - (talk_ms > 0 ? talk_ms : 0))) return;
    }
    if (call->phase == EF_CALL_BRIDGING) ef_call_answered(f, call);
    int agent = hung_up_itself(e);
    call->is_by_known = agent >= 0;
    call->by = agent == 1 ? SW_BY_AGENT : SW_BY_CALLER;
    call->end_ms = e->ts_ms;
    ef_call_phase(call, EF_CALL_ENDING);
}

void ef_bridge_failed(struct sw_esl_floor *f, const struct ef_event *e) {
    static const char *const silent[] = {"NO_ANSWER", "NO_USER_RESPONSE", "ALLOTTED_TIMEOUT",
                                         "RECOVERY_ON_TIMER_EXPIRE"};
    enum sw_pbx_ring_end how = SW_PBX_RING_REJECTED;
    char cause[64] = "";
    struct ef_call *call = call_of(f, e);
    if (!call) return;
    if (call->agent && call->phase == EF_CALL_BRIDGING && !strcmp(call->agent->id, e->agent)) {
        ef_call_agent(f, call, NULL, "");
        ef_call_phase(call, EF_CALL_WAITING);
    }
    (void)sw_esl_value(e->text, e->len, "CC-Hangup-Cause", cause, sizeof cause);
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        if (!strcmp(cause, silent[i])) how = SW_PBX_RING_TIMEOUT;
    /* another agent was quicker, the caller left, or there was no telephone to ring */
    if (!strcmp(cause, "LOSE_RACE") || !strcmp(cause, "ORIGINATOR_CANCEL") || !strcmp(cause, "PICKED_OFF") ||
        !strcmp(cause, "USER_NOT_REGISTERED") || !strcmp(cause, "SUBSCRIBER_ABSENT") ||
        !strcmp(cause, "NONE"))
        how = SW_PBX_RING_STOPPED;
    sw_pbx_ring_ended(f->options.pbx, e->call, e->agent, how, e->ts_ms);
}

/* The caller left without a conversation. */
static void cancelled(struct sw_esl_floor *f, const struct ef_event *e) {
    static const struct {
        const char *word;
        enum sw_exit_reason reason;
    } exits[] = {{"TIMEOUT", SW_EXIT_TIMEOUT},
                 {"NO_AGENT_TIMEOUT", SW_EXIT_UNSTAFFED},
                 {"EXIT_WITH_KEY", SW_EXIT_KEY}};
    char why[64] = "";
    int64_t wait = wait_ms(f, e, "CC-Member-Leaving-Time");
    (void)sw_esl_value(e->text, e->len, "CC-Cancel-Reason", why, sizeof why);
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
        if (strcmp(why, exits[i].word)) continue;
        sw_pbx_exited(f->options.pbx, e->call, exits[i].reason, wait, e->ts_ms);
        return;
    }
    if (strcmp(why, "BREAK_OUT") && strcmp(why, "NONE")) {
        f->counters.unknown++;
        ef_tell_once(f, why, "cancel reason \"%s\" is not known: it is a hang-up where the channel is over",
                     why);
    }
    if (life_of(e) == ALIVE)
        sw_pbx_exited(f->options.pbx, e->call, SW_EXIT_OVERFLOW, wait, e->ts_ms);
    else
        sw_pbx_abandoned(f->options.pbx, e->call, wait, e->ts_ms);
}

void ef_left(struct sw_esl_floor *f, const struct ef_event *e) {
    char cause[32] = "";
    struct ef_call *call = call_of(f, e);
    (void)sw_esl_value(e->text, e->len, "CC-Cause", cause, sizeof cause);
    if (!call) return;
    if (strcmp(cause, "Terminated")) {
        /* one that is being talked to cannot have left: a snapshot was ahead, or the switch contradicts
         * itself */
        if (is_waiting(call->phase)) cancelled(f, e);
        if (is_waiting(call->phase)) ef_call_free(f, call);
        return;
    }
    if (call->phase == EF_CALL_WAITING ||
        call->phase == EF_CALL_BRIDGING) { /* bridge-agent-end was not seen */
        struct ef_event ends = *e;
        if (sw_esl_value(e->text, e->len, "CC-Agent", ends.agent, sizeof ends.agent) <= 0 ||
            !ef_id(f, ends.agent, ends.agent)) {
            f->counters.malformed++;
            return;
        }
        if (call->phase == EF_CALL_WAITING &&
            !begin_bridge(f, call, &ends,
                          e->ts_ms - (span_ms(e, "CC-Agent-Answered-Time", "CC-Member-Leaving-Time") > 0
                                          ? span_ms(e, "CC-Agent-Answered-Time", "CC-Member-Leaving-Time")
                                          : 0)))
            return;
        ef_call_answered(f, call);
    }
    if (call->phase != EF_CALL_ENDING) call->end_ms = e->ts_ms;
    finish(f, call, e);
}

void ef_counted(struct sw_esl_floor *f, const struct ef_event *e) {
    int64_t count = sw_esl_integer(e->text, e->len, "CC-Count", SW_ESL_CALLS_MAX);
    struct ef_queue *queue = queue_of(f, e->queue);
    if (count < 0 || !queue) return;
    if (count == queue->waiting) {
        queue->differs_since_ms = 0;
    } else if (!queue->differs_since_ms) {
        queue->differs_since_ms = f->now_ms;
    } else if (f->now_ms - queue->differs_since_ms >= SW_ESL_HINT_MS) {
        queue->differs_since_ms = f->now_ms;
        f->counters.hints++;
        sw_esl_floor_snapshot(f, SW_PBX_SNAPSHOT_CHECK, f->now_ms);
    }
}

void ef_hold(struct sw_esl_floor *f, const struct ef_event *e, bool is_held) {
    char leg[EF_UUID_BYTES];
    struct ef_call *call = NULL;
    int len = sw_esl_value(e->text, e->len, "Unique-ID", leg, sizeof leg);
    if (len > 0) HASH_FIND(by_leg, f->legs, leg, (size_t)len, call);
    if (!call || call->phase != EF_CALL_TALKING)
        return; /* a call of no queue, or the caller's own telephone */
    if (is_held)
        sw_pbx_held(f->options.pbx, call->id, e->ts_ms);
    else
        sw_pbx_retrieved(f->options.pbx, call->id, e->ts_ms);
}
