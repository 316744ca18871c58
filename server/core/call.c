/* Calls: entries into queues, conversations, outbound attempts, and what became of them. */
#include "core/floor_state.h"

#define FIFO_LOOKS_MAX 64 /* how many older entries are looked at for the same priority */

struct sw_call *sw__call_find(struct sw_floor *floor, const char *id) {
    struct sw_call *call;
    HASH_FIND(hh, floor->calls_by_id, id, strlen(id), call);
    return call;
}

static void set_agent(struct sw_floor *floor, struct sw_call *call, struct sw_agent *agent) {
    if (call->agent == agent) return;
    if (call->agent) {
        call->agent->calls--;
        if (call->agent->call == call) {
            call->agent->call = NULL;
            sw__agent_touch(floor, call->agent);
        }
    }
    call->agent = agent;
    if (agent) agent->calls++;
}

static void leave_closed(struct sw_floor *floor, struct sw_call *call) {
    if (!sw_heap_holds(&call->silence_node))
        sw_heap_add(&floor->silences, &call->silence_node, call->latest_ms + SW_ORPHAN_MS);
    if (!call->prev_closed) return;
    *call->prev_closed = call->next_closed;
    if (call->next_closed) call->next_closed->prev_closed = call->prev_closed;
    else floor->closed_last = call->prev_closed;
    call->prev_closed = NULL;
}

void sw__call_free(struct sw_floor *floor, struct sw_call *call) {
    set_agent(floor, call, NULL);
    leave_closed(floor, call);
    sw_heap_remove(&floor->silences, &call->silence_node);
    sw_heap_remove(&floor->breaches, &call->breach_node);
    HASH_DEL(floor->calls_by_id, call);
    free(call->exit_to);
    free(call);
}

/* A new call; the oldest closed one gives way at the cap. NULL when every call is open. */
static struct sw_call *make_call(struct sw_floor *floor, const struct sw_event *event) {
    if (HASH_COUNT(floor->calls_by_id) >= SW_CALLS_MAX) {
        if (!floor->closed_first) return NULL;
        sw__call_free(floor, floor->closed_first);
        floor->counters.calls_evicted++;
    }
    size_t len = strlen(event->call);
    struct sw_call *call = sw_xcalloc(1, sizeof *call + len + 1);
    memcpy(call->id, event->call, len);
    call->latest_ms = event->ts_ms;
    call->hold_since_ms = SW_NEVER;
    call->priority = SW_NEVER;
    HASH_ADD_KEYPTR(hh, floor->calls_by_id, call->id, len, call);
    HASH_STAY_ROOMY(hh, floor->calls_by_id);
    sw_heap_add(&floor->silences, &call->silence_node, event->ts_ms + SW_ORPHAN_MS);
    return call;
}

/* ---- in the queue ---- */

static void count_overdue(struct sw_floor *floor, struct sw_call *call, int step) {
    call->overdue = step > 0;
    call->queue->overdue += step;
    for (size_t i = 0; i < call->queue->link_count; i++) call->queue->links[i]->overdue += step;
    floor->site->overdue += step;
    sw__queue_touch(floor, call->queue);
}

/* Whether the call came into SCOPE from another of its queues: its exit there and this entry are one thing. */
static bool stayed_inside(const struct sw_scope *scope, const struct sw_call *call, struct sw_floor *floor) {
    if (!call->exit_queue || !sw__scope_contains(scope, call->exit_queue)) return false;
    if (scope->kind == SW_SCOPE_SITE) return true;
    struct sw_scope *to;
    HASH_FIND(hh, floor->queues_by_id, call->exit_to, strlen(call->exit_to), to);
    return to && sw__scope_contains(scope, to);
}

static void count_entry(struct sw_floor *floor, struct sw_scope *scope, struct sw_call *call, int64_t t_ms) {
    struct sw_delta d = {0};
    if (scope->kind == SW_SCOPE_QUEUE || !stayed_inside(scope, call, floor)) {
        sw__delta(&d, SW_QC_OFFERED, 1);
        sw__scope_add(floor, scope, t_ms, &d);
        return;
    }
    sw__delta(&d, SW_QC_EXITED, -1);
    sw__delta(&d, (enum sw_queue_counter)(SW_QC_EXIT_TIMEOUT + (int)call->exit_reason), -1);
    sw__scope_add(floor, scope, call->exit_ms, &d);
}

static void forget_exit(struct sw_call *call) {
    call->exit_queue = NULL;
    free(call->exit_to);
    call->exit_to = NULL;
}

/* The call joins QUEUE (NULL: it is waiting, but in nobody's counters). */
static void enter(struct sw_floor *floor, struct sw_call *call, struct sw_scope *queue, int64_t t_ms,
                  int64_t priority) {
    leave_closed(floor, call);
    call->phase = SW_CALL_WAITING;
    call->outbound = call->overdue = call->dispositioned = false;
    call->queue = queue;
    call->queued_ms = t_ms;
    call->priority = priority;
    call->hold_ms = call->holds = 0;
    call->hold_since_ms = SW_NEVER;
    set_agent(floor, call, NULL);
    if (!queue) return;
    count_entry(floor, queue, call, t_ms);
    for (size_t i = 0; i < queue->link_count; i++) count_entry(floor, queue->links[i], call, t_ms);
    count_entry(floor, floor->site, call, t_ms);
    forget_exit(call);
    sw_heap_add(&queue->waiting, &call->queue_node, t_ms);
    if (call->media == SW_MEDIA_CHAT || call->media == SW_MEDIA_EMAIL)
        sw_heap_add(&queue->unanswered[call->media == SW_MEDIA_EMAIL], &call->reply_node, t_ms);
    sw_heap_add(&floor->site->waiting, &call->site_node, t_ms);
    sw_heap_add(&floor->breaches, &call->breach_node, t_ms + queue->target_ms);
    sw__queue_touch(floor, queue);
}

static void leave(struct sw_floor *floor, struct sw_call *call) {
    if (!call->queue) return;
    sw_heap_remove(&call->queue->waiting, &call->queue_node);
    if (sw_heap_holds(&call->reply_node))
        sw_heap_remove(&call->queue->unanswered[call->media == SW_MEDIA_EMAIL], &call->reply_node);
    sw_heap_remove(&floor->site->waiting, &call->site_node);
    sw_heap_remove(&floor->breaches, &call->breach_node);
    if (call->overdue) count_overdue(floor, call, -1);
    sw__queue_touch(floor, call->queue);
}

static void close_call(struct sw_floor *floor, struct sw_call *call) {
    call->phase = SW_CALL_CLOSED;
    if (call->agent && call->holds) sw__watch_holds(floor, call->agent, 0, call->latest_ms);
    if (call->agent && call->agent->call == call) {
        call->agent->call = NULL;
        sw__agent_touch(floor, call->agent);
    }
    call->closed_order = floor->closed_count++;
    call->next_closed = NULL;
    call->prev_closed = floor->closed_last;
    *floor->closed_last = call;
    floor->closed_last = &call->next_closed;
}

/* An older entry of the same queue and priority is still waiting. */
static bool passed_over(const struct sw_call *call) {
    const struct sw_heap *heap = &call->queue->waiting;
    size_t stack[FIFO_LOOKS_MAX], depth = 0, looks = 0;
    if (heap->count) stack[depth++] = 0;
    while (depth && looks++ < FIFO_LOOKS_MAX) {
        size_t at = stack[--depth];
        if (heap->nodes[at]->key >= call->queued_ms) continue;
        const struct sw_call *other = SW_HEAP_OWNER(struct sw_call, queue_node, heap->nodes[at]);
        if (other != call && other->priority == call->priority) return true;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < heap->count && depth < FIFO_LOOKS_MAX) stack[depth++] = child;
    }
    return false;
}

static int64_t wait_of(const struct sw_call *call, const struct sw_event *event, int64_t t_ms) {
    return event->wait_ms >= 0 ? event->wait_ms : t_ms - call->queued_ms;
}

static void count_answered(struct sw_floor *floor, struct sw_call *call, int64_t t_ms, int64_t wait_ms) {
    if (!call->queue) return;
    struct sw_delta d = {0};
    sw__delta(&d, SW_QC_ANSWERED, 1);
    sw__delta(&d, SW_QC_WAIT_ANSWERED_MS, wait_ms);
    sw__delta(&d, SW_QC_LONGEST_WAIT_MS, wait_ms);
    sw__delta(&d, SW_QC_AR_NUM, 1);
    sw__delta(&d, SW_QC_AR_DEN, 1);
    sw__delta(&d, SW_QC_SL_DEN, 1);
    if (wait_ms <= call->queue->target_ms) {
        sw__delta(&d, SW_QC_ANSWERED_IN_TARGET, 1);
        sw__delta(&d, SW_QC_SL_NUM, 1);
    }
    if (passed_over(call)) sw__delta(&d, SW_QC_FIFO_VIOLATIONS, 1);
    sw__queue_add(floor, call->queue, t_ms, &d);
    sw__queue_add_wait(floor, call->queue, t_ms, wait_ms);
}

static void count_abandoned(struct sw_floor *floor, struct sw_call *call, int64_t t_ms, int64_t wait_ms) {
    if (!call->queue) return;
    bool in_target = wait_ms <= call->queue->target_ms, is_short = wait_ms < call->queue->short_ms;
    struct sw_delta d = {0};
    sw__delta(&d, SW_QC_ABANDONED, 1);
    sw__delta(&d, SW_QC_WAIT_ABANDONED_MS, wait_ms);
    sw__delta(&d, SW_QC_LONGEST_WAIT_MS, wait_ms);
    if (is_short) sw__delta(&d, SW_QC_SHORT_ABANDONED, 1);
    if (in_target) sw__delta(&d, SW_QC_ABANDONED_IN_TARGET, 1);
    sw__delta(&d, SW_QC_AR_DEN, !(is_short && floor->options.exclude_short_abandons));
    bool in_level = false;
    switch (call->queue->formula) {
    case SW_FORMULA_ALL: in_level = true; break;
    case SW_FORMULA_IGNORE_ABANDONED_IN_TARGET: in_level = !in_target; break;
    case SW_FORMULA_IGNORE_SHORT: in_level = !is_short; break;
    case SW_FORMULA_ABANDONED_OK: in_level = true; break;
    default: break; /* answered_only: abandons are in neither part */
    }
    sw__delta(&d, SW_QC_SL_DEN, in_level);
    sw__delta(&d, SW_QC_SL_NUM, call->queue->formula == SW_FORMULA_ABANDONED_OK && in_target);
    sw__queue_add(floor, call->queue, t_ms, &d);
}

static void exit_queue(struct sw_floor *floor, struct sw_call *call, enum sw_exit_reason reason, const char *to,
                       int64_t t_ms, int64_t wait_ms) {
    leave(floor, call);
    close_call(floor, call);
    if (!call->queue) return;
    struct sw_delta d = {0};
    sw__delta(&d, SW_QC_EXITED, 1);
    sw__delta(&d, SW_QC_LONGEST_WAIT_MS, wait_ms);
    sw__delta(&d, (enum sw_queue_counter)(SW_QC_EXIT_TIMEOUT + (int)reason), 1);
    sw__queue_add(floor, call->queue, t_ms, &d);
    forget_exit(call);
    if (!to) return;
    call->exit_queue = call->queue;
    call->exit_reason = reason;
    call->exit_ms = t_ms;
    call->exit_to = sw_xstrdup(to);
}

/* ---- conversations ---- */

static void answer(struct sw_floor *floor, struct sw_call *call, struct sw_agent *agent, int64_t t_ms,
                   int64_t wait_ms) {
    leave(floor, call);
    count_answered(floor, call, t_ms, wait_ms);
    call->phase = SW_CALL_TALKING;
    call->answered_ms = t_ms;
    set_agent(floor, call, agent);
    if (agent) {
        agent->call = call;
        sw__agent_touch(floor, agent);
    }
}

static void retrieve(struct sw_call *call, int64_t t_ms) {
    if (call->hold_since_ms == SW_NEVER) return;
    call->hold_ms += t_ms - call->hold_since_ms;
    call->hold_since_ms = SW_NEVER;
}

/* Ends the conversation: it was handled. TALK and HOLD override what was reckoned when not negative. */
static void finish(struct sw_floor *floor, struct sw_call *call, int64_t t_ms, int64_t talk_ms, int64_t hold_ms) {
    retrieve(call, t_ms);
    if (hold_ms < 0) hold_ms = call->hold_ms;
    if (talk_ms < 0) talk_ms = sw__max(0, t_ms - call->answered_ms - hold_ms);
    if (call->queue) {
        struct sw_delta d = {0};
        sw__delta(&d, SW_QC_HANDLED, 1);
        sw__delta(&d, SW_QC_TALK_MS, talk_ms);
        sw__delta(&d, SW_QC_HOLD_MS, hold_ms);
        sw__queue_add(floor, call->queue, t_ms, &d);
    }
    if (call->agent) {
        sw__agent_count(floor, call->agent, t_ms, SW_AC_HANDLED, 1);
        sw__agent_count(floor, call->agent, t_ms, SW_AC_TALK_MS, talk_ms);
        sw__agent_count(floor, call->agent, t_ms, SW_AC_HOLD_MS, hold_ms);
        sw__wrapup_call_ended(floor, call->agent, call->queue, t_ms);
    }
    close_call(floor, call);
}

/* ---- events ---- */

static struct sw_agent *agent_of(struct sw_floor *floor, const struct sw_event *event, int64_t t_ms) {
    return event->agent ? sw__agent_of(floor, event->agent, event->team, t_ms) : NULL;
}

/* A call never heard of: it joined its queue when the event happened, after the wait the event tells of. An event
 * that presupposes an answer implies that too. */
static void imply(struct sw_floor *floor, struct sw_call *call, const struct sw_event *event) {
    floor->counters.implied++;
    int64_t t_ms = event->ts_ms;
    if (event->type == SW_EV_CALL_CONNECTED) {
        call->phase = SW_CALL_DIALING;
        call->outbound = true;
        set_agent(floor, call, agent_of(floor, event, t_ms));
        return;
    }
    if (event->type == SW_EV_CALL_DISPOSITIONED) { /* over already, and nothing is known but its result */
        call->outbound = event->queue == NULL;
        set_agent(floor, call, agent_of(floor, event, t_ms));
        close_call(floor, call);
        return;
    }
    enter(floor, call, event->queue ? sw__queue_of(floor, event->queue) : NULL, t_ms, event->priority);
    switch (event->type) {
    case SW_EV_CALL_HELD:
    case SW_EV_CALL_RETRIEVED:
    case SW_EV_CALL_TRANSFERRED:
    case SW_EV_CALL_ENDED: answer(floor, call, agent_of(floor, event, t_ms), t_ms, sw__max(0, event->wait_ms)); break;
    default: break;
    }
    if (event->type == SW_EV_CALL_RETRIEVED) call->hold_since_ms = t_ms; /* it must have been on hold */
}

static enum sw_outcome queued(struct sw_floor *floor, struct sw_call *call, const struct sw_event *event,
                              int64_t t_ms, bool skewed, bool fresh) {
    /* a call that is over may queue again, but not earlier than it was over */
    if (!fresh && (call->phase != SW_CALL_CLOSED || skewed)) return SW_OUTCOME_CONTRADICTION;
    call->media = event->media;
    enter(floor, call, sw__queue_of(floor, event->queue), t_ms, event->priority);
    return SW_OUTCOME_APPLIED;
}

static enum sw_outcome dialed(struct sw_floor *floor, struct sw_call *call, const struct sw_event *event,
                              int64_t t_ms, bool skewed, bool fresh) {
    if (!fresh && (call->phase != SW_CALL_CLOSED || skewed)) return SW_OUTCOME_CONTRADICTION;
    leave_closed(floor, call);
    forget_exit(call);
    call->phase = SW_CALL_DIALING;
    call->outbound = true;
    call->dispositioned = false;
    call->queue = NULL;
    call->hold_ms = call->holds = 0;
    call->hold_since_ms = SW_NEVER;
    set_agent(floor, call, agent_of(floor, event, t_ms));
    sw__agent_count(floor, call->agent, t_ms, SW_AC_DIALED, 1);
    sw__watch_outbound(floor, call->agent, false, t_ms);
    call->agent->call = call;
    return SW_OUTCOME_APPLIED;
}

static enum sw_outcome connected(struct sw_floor *floor, struct sw_call *call, int64_t t_ms) {
    if (call->phase != SW_CALL_DIALING) return SW_OUTCOME_CONTRADICTION;
    call->phase = SW_CALL_TALKING;
    call->answered_ms = t_ms;
    if (call->agent) sw__agent_count(floor, call->agent, t_ms, SW_AC_CONNECTED, 1);
    return SW_OUTCOME_APPLIED;
}

static enum sw_outcome waiting_event(struct sw_floor *floor, struct sw_call *call, const struct sw_event *event,
                                     int64_t t_ms, bool fresh) {
    if (call->phase != SW_CALL_WAITING) return SW_OUTCOME_CONTRADICTION;
    int64_t wait_ms = fresh ? sw__max(0, event->wait_ms) : wait_of(call, event, t_ms);
    switch (event->type) {
    case SW_EV_CALL_RINGING: agent_of(floor, event, t_ms); break;
    case SW_EV_CALL_DECLINED:
        sw__agent_count(floor, agent_of(floor, event, t_ms), t_ms, SW_AC_DECLINED, 1);
        break;
    case SW_EV_CALL_ANSWERED: answer(floor, call, agent_of(floor, event, t_ms), t_ms, wait_ms); break;
    case SW_EV_CALL_ABANDONED:
        leave(floor, call);
        count_abandoned(floor, call, t_ms, wait_ms);
        close_call(floor, call);
        break;
    default: exit_queue(floor, call, event->exit_reason, event->to, t_ms, wait_ms); break;
    }
    return SW_OUTCOME_APPLIED;
}

static enum sw_outcome held(struct sw_floor *floor, struct sw_call *call, int64_t t_ms) {
    if (call->phase != SW_CALL_TALKING || call->hold_since_ms != SW_NEVER) return SW_OUTCOME_CONTRADICTION;
    call->hold_since_ms = t_ms;
    call->holds++;
    if (call->agent) sw__agent_count(floor, call->agent, t_ms, SW_AC_HOLDS, 1);
    if (call->agent) sw__watch_holds(floor, call->agent, call->holds, t_ms);
    return SW_OUTCOME_APPLIED;
}

static enum sw_outcome talking_event(struct sw_floor *floor, struct sw_call *call, const struct sw_event *event,
                                     int64_t t_ms, bool fresh) {
    if (event->type == SW_EV_CALL_ENDED && call->phase == SW_CALL_DIALING) { /* nobody was reached */
        close_call(floor, call);
        return SW_OUTCOME_APPLIED;
    }
    if (call->phase != SW_CALL_TALKING) return SW_OUTCOME_CONTRADICTION;
    if (event->type == SW_EV_CALL_RETRIEVED) {
        if (call->hold_since_ms == SW_NEVER) return SW_OUTCOME_CONTRADICTION;
        retrieve(call, t_ms);
        return SW_OUTCOME_APPLIED;
    }
    if (event->type == SW_EV_CALL_TRANSFERRED) {
        struct sw_agent *agent = agent_of(floor, event, t_ms);
        if (!call->agent) set_agent(floor, call, agent);
        sw__agent_count(floor, agent, t_ms, SW_AC_TRANSFERRED, 1);
        finish(floor, call, t_ms, -1, -1);
        return SW_OUTCOME_APPLIED;
    }
    if (!call->agent) set_agent(floor, call, agent_of(floor, event, t_ms));
    /* of an implied conversation only its end was told */
    if (fresh) finish(floor, call, t_ms, sw__max(0, event->talk_ms), sw__max(0, event->hold_ms));
    else finish(floor, call, t_ms, event->talk_ms, event->hold_ms);
    return SW_OUTCOME_APPLIED;
}

static enum sw_outcome dispositioned(struct sw_floor *floor, struct sw_call *call, const struct sw_event *event,
                                     int64_t t_ms) {
    if (call->phase == SW_CALL_WAITING || call->dispositioned) return SW_OUTCOME_CONTRADICTION;
    call->dispositioned = true;
    if (call->outbound && call->agent && event->result == SW_RESULT_SUCCESS) {
        sw__agent_count(floor, call->agent, t_ms, SW_AC_SUCCESSES, 1);
        sw__watch_outbound(floor, call->agent, true, t_ms);
    }
    return SW_OUTCOME_APPLIED;
}

enum sw_outcome sw__call_event(struct sw_floor *floor, const struct sw_event *event) {
    struct sw_call *call = sw__call_find(floor, event->call);
    bool fresh = !call, skewed = false;
    int64_t t_ms = event->ts_ms;
    if (fresh) {
        call = make_call(floor, event);
        if (!call) return SW_OUTCOME_REJECTED;
        call->media = event->media;
        if (event->type != SW_EV_CALL_QUEUED && event->type != SW_EV_CALL_DIALED) imply(floor, call, event);
    } else if (t_ms < call->latest_ms) {
        skewed = true;
        t_ms = call->latest_ms;
        floor->counters.clock_skew++;
    }
    call->latest_ms = t_ms;
    switch (event->type) {
    case SW_EV_CALL_QUEUED: return queued(floor, call, event, t_ms, skewed, fresh);
    case SW_EV_CALL_DIALED: return dialed(floor, call, event, t_ms, skewed, fresh);
    case SW_EV_CALL_CONNECTED: return connected(floor, call, t_ms);
    case SW_EV_CALL_HELD: return held(floor, call, t_ms);
    case SW_EV_CALL_RETRIEVED:
    case SW_EV_CALL_TRANSFERRED:
    case SW_EV_CALL_ENDED: return talking_event(floor, call, event, t_ms, fresh);
    case SW_EV_CALL_DISPOSITIONED: return dispositioned(floor, call, event, t_ms);
    default: return waiting_event(floor, call, event, t_ms, fresh);
    }
}

/* ---- deadlines ---- */

static void orphan(struct sw_floor *floor, struct sw_call *call, int64_t t_ms) {
    floor->counters.orphans++;
    if (call->phase == SW_CALL_WAITING)
        exit_queue(floor, call, SW_EXIT_ORPHAN, NULL, t_ms, t_ms - call->queued_ms);
    else close_call(floor, call);
    call->latest_ms = t_ms;
}

void sw__calls_due(struct sw_floor *floor, int64_t now_ms) {
    struct sw_heap_node *top;
    while ((top = sw_heap_top(&floor->silences)) && top->key <= now_ms) {
        struct sw_call *call = SW_HEAP_OWNER(struct sw_call, silence_node, top);
        sw_heap_remove(&floor->silences, top);
        int64_t due_ms = call->latest_ms + SW_ORPHAN_MS;
        if (due_ms <= now_ms && call->phase == SW_CALL_CLOSED) {
            /* a replay remembers closed calls up to the cap: late events find them however late they are */
            if (!floor->options.keep_all) sw__call_free(floor, call);
            continue;
        }
        if (due_ms <= now_ms) orphan(floor, call, due_ms);
        sw_heap_add(&floor->silences, &call->silence_node, call->latest_ms + SW_ORPHAN_MS);
    }
    while ((top = sw_heap_top(&floor->breaches)) && top->key < now_ms) { /* longer than the target, not equal */
        struct sw_call *call = SW_HEAP_OWNER(struct sw_call, breach_node, top);
        sw_heap_remove(&floor->breaches, top);
        count_overdue(floor, call, 1);
    }
}
