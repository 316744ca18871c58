/* Calls of a telephone system: where each is, and what its news mean for the agents on it.
 *
 * A call is told as the contract wants it: it waits, is answered and ends, in that order. What the switch
 * leaves out is put in; what contradicts that order is left out, and counted. */
#include <stdlib.h>
#include <string.h>

#include "codec/pbx_floor_internal.h"

/* ---- finding, making, forgetting ---- */

struct pbx_call *pbx_find_call(const struct sw_pbx *pbx, const char *id) {
    struct pbx_call *call = NULL;
    if (id && *id) HASH_FIND(hh, pbx->calls, id, strlen(id), call);
    return call;
}

bool pbx_is_open(const struct pbx_call *call) {
    return call->phase != SW_PBX_UNKNOWN && call->phase != SW_PBX_OVER;
}

static void leave_over(struct sw_pbx *pbx, struct pbx_call *call) {
    if (!call->prev_over) return;
    *call->prev_over = call->next_over;
    if (call->next_over)
        call->next_over->prev_over = call->prev_over;
    else
        pbx->over_last = call->prev_over;
    call->prev_over = NULL;
    call->next_over = NULL;
}

static void remove_offer(struct sw_pbx *pbx, struct pbx_offer *offer) {
    (void)pbx;
    struct pbx_offer **at = &offer->call->offers;
    while (*at != offer) at = &(*at)->next_of_call;
    *at = offer->next_of_call;
    for (at = &offer->agent->offers; *at != offer;) at = &(*at)->next_of_agent;
    *at = offer->next_of_agent;
    offer->call->offer_count--;
    free(offer);
}

static void leave_agent(struct pbx_call *call) {
    if (!call->agent) return;
    struct pbx_call **at = &call->agent->calls;
    while (*at != call) at = &(*at)->next_of_agent;
    *at = call->next_of_agent;
    call->agent = NULL;
}

void pbx_call_free(struct sw_pbx *pbx, struct pbx_call *call) {
    pbx->open_calls -= pbx_is_open(call);
    while (call->offers) remove_offer(pbx, call->offers);
    leave_agent(call);
    leave_over(pbx, call);
    sw_heap_remove(&pbx->silences, &call->silence_node);
    sw_heap_remove(&pbx->exits, &call->exit_node);
    HASH_DEL(pbx->calls, call);
    free(call);
}

struct pbx_call *pbx_call(struct sw_pbx *pbx, const char *id) {
    struct pbx_call *call = pbx_find_call(pbx, id);
    if (call || !pbx_check(pbx, id) || !id) return call; /* NULL is no identifier */
    if (HASH_COUNT(pbx->calls) >= SW_PBX_CALLS_MAX) {
        if (!pbx->over_first) {
            pbx->counters.refused++;
            return NULL;
        }
        pbx_call_free(pbx, pbx->over_first);
    }
    size_t len = strlen(id);
    call = sw_xcalloc(1, sizeof *call + len + 1);
    memcpy(call->id, id, len);
    call->latest_ms = call->hold_since_ms = call->noted_since_ms = PBX_NEVER;
    HASH_ADD_KEYPTR(hh, pbx->calls, call->id, len, call);
    return call;
}

void pbx_set_phase(struct sw_pbx *pbx, struct pbx_call *call, enum sw_pbx_phase phase,
                   struct pbx_agent *agent) {
    pbx->open_calls -= pbx_is_open(call);
    leave_over(pbx, call);
    leave_agent(call);
    if (call->phase != SW_PBX_DIALING || phase != SW_PBX_TALKING) call->outbound = phase == SW_PBX_DIALING;
    call->phase = phase;
    call->held = call->leaving = false;
    call->held_ms = 0;
    call->hold_since_ms = PBX_NEVER;
    sw_heap_remove(&pbx->exits, &call->exit_node);
    sw_heap_remove(&pbx->silences, &call->silence_node);
    if (phase != SW_PBX_WAITING)
        while (call->offers) remove_offer(pbx, call->offers);
    if (agent) {
        call->agent = agent;
        call->next_of_agent = agent->calls;
        agent->calls = call;
    }
    pbx->open_calls += pbx_is_open(call);
    if (pbx_is_open(call)) {
        sw_heap_add(&pbx->silences, &call->silence_node, call->latest_ms + PBX_ORPHAN_MS);
    } else {
        call->prev_over = pbx->over_last;
        *pbx->over_last = call;
        pbx->over_last = &call->next_over;
    }
}

/* ---- telling ---- */

/* The time of news on CALL: not before what was told of it. */
static int64_t time_of(struct pbx_call *call, int64_t ts_ms) {
    if (ts_ms > call->latest_ms) call->latest_ms = ts_ms;
    return call->latest_ms;
}

static int64_t begin(struct sw_pbx *pbx, const char *type, struct pbx_call *call, int64_t ts_ms) {
    ts_ms = time_of(call, ts_ms);
    pbx_begin(pbx, type, ts_ms);
    sw_json_text(&pbx->json, "call", call->id);
    if (call->queue) sw_json_text(&pbx->json, "queue", call->queue->id);
    return ts_ms;
}

/* A duration that the switch told, unless the times of the facts give the same, finer: RECKONED_MS. */
static void duration(struct sw_pbx *pbx, const char *key, int64_t told_ms, int64_t reckoned_ms) {
    if (told_ms < 0 || told_ms > SW_DURATION_MAX_MS) return;
    int64_t apart_ms = told_ms > reckoned_ms ? told_ms - reckoned_ms : reckoned_ms - told_ms;
    if (apart_ms >= pbx->options.resolution_ms) sw_json_int(&pbx->json, key, told_ms);
}

/* The phase of CALL changes, and with it the states of all who ring or talk on it. */
static void move(struct sw_pbx *pbx, struct pbx_call *call, enum sw_pbx_phase phase, struct pbx_agent *agent,
                 int64_t ts_ms) {
    struct pbx_agent *was = call->agent, *rung[SW_PBX_OFFERS_MAX];
    size_t count = 0;
    for (struct pbx_offer *offer = call->offers; offer; offer = offer->next_of_call)
        rung[count++] = offer->agent;
    pbx_set_phase(pbx, call, phase, agent);
    if (agent) pbx_end_wrapup(pbx, agent);
    if (agent) pbx_agent_update(pbx, agent, ts_ms);
    if (was && was != agent) pbx_agent_update(pbx, was, ts_ms);
    for (size_t i = 0; i < count; i++)
        if (rung[i] != agent && rung[i] != was) pbx_agent_update(pbx, rung[i], ts_ms);
}

/* The conversation or attempt is over, which was just told: the agent's wrap-up begins. */
static void over(struct sw_pbx *pbx, struct pbx_call *call, int64_t ts_ms) {
    struct pbx_agent *agent = call->agent;
    bool served = call->phase == SW_PBX_TALKING && !call->outbound;
    pbx_set_phase(pbx, call, SW_PBX_OVER, NULL);
    if (!agent) return;
    if (served) pbx_begin_wrapup(pbx, agent, ts_ms);
    pbx_agent_update(pbx, agent, ts_ms);
}

static void tell_exit(struct sw_pbx *pbx, struct pbx_call *call, enum sw_exit_reason reason, int64_t wait_ms,
                      const struct pbx_queue *to, int64_t ts_ms) {
    ts_ms = begin(pbx, "call.exited", call, ts_ms);
    sw_json_text(&pbx->json, "reason", sw_exit_reason_name(reason));
    duration(pbx, "wait", wait_ms, ts_ms - call->queued_ms);
    if (to) sw_json_text(&pbx->json, "to", to->id);
    pbx_emit(pbx);
    move(pbx, call, SW_PBX_OVER, NULL, ts_ms);
}

static void release_exit(struct sw_pbx *pbx, struct pbx_call *call, const struct pbx_queue *to) {
    tell_exit(pbx, call, call->exit_reason, call->exit_wait_ms, to, call->exit_ms);
}

static void tell_ended(struct sw_pbx *pbx, struct pbx_call *call, enum sw_ended_by by, int64_t talk_ms,
                       int64_t hold_ms, int64_t ts_ms) {
    static const char *const names[] = {
        [SW_BY_AGENT] = "agent", [SW_BY_CALLER] = "caller", [SW_BY_SYSTEM] = "system"};
    ts_ms = begin(pbx, "call.ended", call, ts_ms);
    sw_json_text(&pbx->json, "by", names[by]);
    if (call->phase == SW_PBX_TALKING) {
        int64_t held_ms = call->held_ms + (call->held ? ts_ms - call->hold_since_ms : 0);
        duration(pbx, "hold", hold_ms, held_ms);
        if (hold_ms >= 0) held_ms = hold_ms;
        int64_t whole_ms = ts_ms - call->answered_ms;
        if (talk_ms >= 0)
            duration(pbx, "talk", talk_ms > held_ms ? talk_ms - held_ms : 0, whole_ms - held_ms);
    }
    pbx_emit(pbx);
    over(pbx, call, ts_ms);
}

static void tell_abandoned(struct sw_pbx *pbx, struct pbx_call *call, int64_t wait_ms, int64_t ts_ms) {
    ts_ms = begin(pbx, "call.abandoned", call, ts_ms);
    duration(pbx, "wait", wait_ms, ts_ms - call->queued_ms);
    pbx_emit(pbx);
    move(pbx, call, SW_PBX_OVER, NULL, ts_ms);
}

void pbx_cut(struct sw_pbx *pbx, struct pbx_call *call, struct pbx_queue *to, int64_t ts_ms) {
    if (call->leaving)
        release_exit(pbx, call, to);
    else if (call->phase == SW_PBX_WAITING)
        tell_exit(pbx, call, SW_EXIT_OVERFLOW, -1, to, ts_ms);
    else if (pbx_is_open(call))
        tell_ended(pbx, call, SW_BY_SYSTEM, -1, -1, ts_ms);
}

void pbx_make_wait(struct sw_pbx *pbx, struct pbx_call *call, struct pbx_queue *queue, int64_t position,
                   int64_t priority, int64_t ts_ms) {
    pbx_cut(pbx, call, queue, ts_ms);
    call->queue = queue;
    call->queued_ms = begin(pbx, "call.queued", call, ts_ms);
    if (position >= 0 && position <= INT32_MAX) sw_json_int(&pbx->json, "position", position);
    if (priority >= INT32_MIN && priority <= INT32_MAX) sw_json_int(&pbx->json, "priority", priority);
    pbx_emit(pbx);
    pbx_set_phase(pbx, call, SW_PBX_WAITING, NULL);
}

void pbx_make_talk(struct sw_pbx *pbx, struct pbx_call *call, struct pbx_agent *agent,
                   struct pbx_queue *queue, int64_t wait_ms, int64_t ts_ms) {
    bool waits = call->phase == SW_PBX_WAITING && (!queue || call->queue == queue);
    if (!waits) {
        int64_t queued_ms = wait_ms > 0 && wait_ms < ts_ms ? pbx_time(pbx, ts_ms - wait_ms) : ts_ms;
        pbx_make_wait(pbx, call, queue, PBX_NEVER, PBX_NEVER, queued_ms);
    }
    ts_ms = begin(pbx, "call.answered", call, ts_ms);
    sw_json_text(&pbx->json, "agent", agent->id);
    duration(pbx, "wait", wait_ms, ts_ms - call->queued_ms);
    pbx_emit(pbx);
    call->answered_ms = ts_ms;
    move(pbx, call, SW_PBX_TALKING, agent, ts_ms);
}

/* ---- deadlines ---- */

void pbx_calls_due(struct sw_pbx *pbx) {
    struct sw_heap_node *top;
    while ((top = sw_heap_top(&pbx->exits)) && top->key <= pbx->now_ms)
        release_exit(pbx, SW_HEAP_OWNER(struct pbx_call, exit_node, top), NULL);
    while ((top = sw_heap_top(&pbx->silences)) && top->key <= pbx->now_ms) {
        struct pbx_call *call = SW_HEAP_OWNER(struct pbx_call, silence_node, top);
        int64_t due_ms = call->latest_ms + PBX_ORPHAN_MS;
        sw_heap_remove(&pbx->silences, top);
        if (due_ms > pbx->now_ms) {
            sw_heap_add(&pbx->silences, &call->silence_node, due_ms);
            continue;
        }
        pbx->counters.orphans++;
        call->latest_ms = due_ms;
        move(pbx, call, SW_PBX_OVER, NULL, due_ms);
    }
}

/* ---- facts ---- */

/* The call of that id, touched; counted as late when there is none. */
static struct pbx_call *known(struct sw_pbx *pbx, const char *id) {
    struct pbx_call *call = pbx_find_call(pbx, id);
    if (call) call->touched = ++pbx->facts;
    if (call && call->phase != SW_PBX_UNKNOWN) return call;
    pbx->counters.late++;
    return NULL;
}

static struct pbx_call *in_phase(struct sw_pbx *pbx, const char *id, enum sw_pbx_phase phase) {
    struct pbx_call *call = known(pbx, id);
    if (!call || call->phase == phase) return call;
    pbx->counters.late++;
    return NULL;
}

void sw_pbx_queued(struct sw_pbx *pbx, const char *id, const char *queue_id, int64_t position,
                   int64_t priority, int64_t at_ms) {
    struct pbx_queue *queue = pbx_queue(pbx, queue_id);
    struct pbx_call *call = queue ? pbx_call(pbx, id) : NULL;
    if (!call) return;
    call->touched = ++pbx->facts;
    if (call->phase == SW_PBX_WAITING && !call->leaving && call->queue == queue) {
        pbx->counters.repeats++;
        return;
    }
    pbx_make_wait(pbx, call, queue, position, priority, pbx_time(pbx, at_ms));
}

void sw_pbx_ringing(struct sw_pbx *pbx, const char *id, const char *agent_id, const char *queue_id,
                    int64_t at_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, agent_id);
    if (!agent) return;
    if (!pbx_find_call(pbx, id) && queue_id) sw_pbx_queued(pbx, id, queue_id, PBX_NEVER, PBX_NEVER, at_ms);
    struct pbx_call *call = in_phase(pbx, id, SW_PBX_WAITING);
    if (!call) return;
    for (struct pbx_offer *offer = call->offers; offer; offer = offer->next_of_call)
        if (offer->agent == agent) {
            pbx->counters.repeats++;
            return;
        }
    if (call->leaving || call->offer_count == SW_PBX_OFFERS_MAX) {
        pbx->counters.refused += !call->leaving;
        pbx->counters.late += call->leaving;
        return;
    }
    struct pbx_offer *offer = sw_xcalloc(1, sizeof *offer);
    *offer = (struct pbx_offer){call->offers, agent->offers, call, agent};
    call->offers = agent->offers = offer;
    call->offer_count++;
    int64_t ts_ms = begin(pbx, "call.ringing", call, pbx_time(pbx, at_ms));
    sw_json_text(&pbx->json, "agent", agent->id);
    pbx_emit(pbx);
    pbx_agent_update(pbx, agent, ts_ms);
}

void sw_pbx_ring_ended(struct sw_pbx *pbx, const char *id, const char *agent_id, enum sw_pbx_ring_end how,
                       int64_t at_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, agent_id);
    struct pbx_call *call = agent ? pbx_find_call(pbx, id) : NULL;
    if (!agent) return;
    if (!call || call->phase != SW_PBX_WAITING) {
        pbx->counters.late +=
            how != SW_PBX_RING_STOPPED; /* where it was answered or is gone it rings no more */
        return;
    }
    call->touched = ++pbx->facts;
    struct pbx_offer *offer = call->offers;
    while (offer && offer->agent != agent) offer = offer->next_of_call;
    int64_t ts_ms = pbx_time(pbx, at_ms);
    if (offer) remove_offer(pbx, offer);
    if (how != SW_PBX_RING_STOPPED) {
        ts_ms = begin(pbx, "call.declined", call, ts_ms);
        sw_json_text(&pbx->json, "agent", agent->id);
        sw_json_text(&pbx->json, "reason", how == SW_PBX_RING_REJECTED ? "rejected" : "timeout");
        pbx_emit(pbx);
    } else if (!offer) {
        pbx->counters.repeats++;
    }
    pbx_agent_update(pbx, agent, ts_ms);
}

void sw_pbx_answered(struct sw_pbx *pbx, const char *id, const char *agent_id, const char *queue_id,
                     int64_t wait_ms, int64_t at_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, agent_id);
    struct pbx_queue *queue = agent && queue_id ? pbx_queue(pbx, queue_id) : NULL;
    if (!agent || (queue_id && !queue)) return;
    struct pbx_call *call = queue ? pbx_call(pbx, id) : known(pbx, id);
    if (!call) return;
    call->touched = ++pbx->facts;
    if (call->phase == SW_PBX_TALKING && call->agent == agent && (!queue || call->queue == queue)) {
        pbx->counters.repeats++;
        return;
    }
    if (!queue) queue = call->queue;
    if (!queue) {
        pbx->counters.late++;
        return;
    }
    pbx_make_talk(pbx, call, agent, queue, wait_ms, pbx_time(pbx, at_ms));
}

void sw_pbx_abandoned(struct sw_pbx *pbx, const char *id, int64_t wait_ms, int64_t at_ms) {
    struct pbx_call *call = in_phase(pbx, id, SW_PBX_WAITING);
    if (!call) return;
    if (!call->leaving)
        tell_abandoned(pbx, call, wait_ms, pbx_time(pbx, at_ms));
    else
        tell_abandoned(pbx, call, call->exit_wait_ms >= 0 ? call->exit_wait_ms : wait_ms, call->exit_ms);
}

void sw_pbx_exited(struct sw_pbx *pbx, const char *id, enum sw_exit_reason reason, int64_t wait_ms,
                   int64_t at_ms) {
    struct pbx_call *call = in_phase(pbx, id, SW_PBX_WAITING);
    if (!call) return;
    if (call->leaving) {
        pbx->counters.repeats++;
        return;
    }
    call->leaving = true;
    call->exit_reason = reason < SW_EXIT_ORPHAN ? reason : SW_EXIT_OVERFLOW;
    call->exit_ms = pbx_time(pbx, at_ms);
    call->exit_wait_ms = wait_ms;
    sw_heap_add(&pbx->exits, &call->exit_node, pbx->now_ms + SW_PBX_HOLD_MS);
}

void sw_pbx_hung_up(struct sw_pbx *pbx, const char *id, enum sw_ended_by by, int64_t at_ms) {
    struct pbx_call *call = pbx_find_call(pbx, id);
    if (!call || !pbx_is_open(call)) return;
    call->touched = ++pbx->facts;
    int64_t ts_ms = pbx_time(pbx, at_ms);
    if (call->leaving)
        release_exit(pbx, call, NULL);
    else if (call->phase == SW_PBX_WAITING)
        tell_abandoned(pbx, call, -1, ts_ms);
    else
        tell_ended(pbx, call, by, -1, -1, ts_ms);
}

void sw_pbx_held(struct sw_pbx *pbx, const char *id, int64_t at_ms) {
    struct pbx_call *call = in_phase(pbx, id, SW_PBX_TALKING);
    if (!call) return;
    if (call->held) {
        pbx->counters.repeats++;
        return;
    }
    call->held = true;
    call->hold_since_ms = begin(pbx, "call.held", call, pbx_time(pbx, at_ms));
    pbx_emit(pbx);
    if (call->agent) pbx_agent_update(pbx, call->agent, call->hold_since_ms);
}

void sw_pbx_retrieved(struct sw_pbx *pbx, const char *id, int64_t at_ms) {
    struct pbx_call *call = in_phase(pbx, id, SW_PBX_TALKING);
    if (!call) return;
    if (!call->held) {
        pbx->counters.repeats++;
        return;
    }
    int64_t ts_ms = begin(pbx, "call.retrieved", call, pbx_time(pbx, at_ms));
    pbx_emit(pbx);
    call->held = false;
    call->held_ms += ts_ms - call->hold_since_ms;
    if (call->agent) pbx_agent_update(pbx, call->agent, ts_ms);
}

void sw_pbx_transferred(struct sw_pbx *pbx, const char *id, const char *to, int64_t at_ms) {
    struct pbx_call *call = in_phase(pbx, id, SW_PBX_TALKING);
    if (!call) return;
    int64_t ts_ms = pbx_time(pbx, at_ms);
    if (!call->agent) {
        tell_ended(pbx, call, SW_BY_SYSTEM, -1, -1, ts_ms);
        return;
    }
    ts_ms = begin(pbx, "call.transferred", call, ts_ms);
    sw_json_text(&pbx->json, "agent", call->agent->id);
    if (to && pbx_check(pbx, to)) sw_json_text(&pbx->json, "to", to);
    pbx_emit(pbx);
    over(pbx, call, ts_ms);
}

void sw_pbx_ended(struct sw_pbx *pbx, const char *id, enum sw_ended_by by, int64_t talk_ms, int64_t hold_ms,
                  int64_t at_ms) {
    struct pbx_call *call = known(pbx, id);
    if (!call) return;
    if (call->phase != SW_PBX_TALKING && call->phase != SW_PBX_DIALING) {
        pbx->counters.late++;
        return;
    }
    tell_ended(pbx, call, by, talk_ms, hold_ms, pbx_time(pbx, at_ms));
}

void sw_pbx_dialed(struct sw_pbx *pbx, const char *id, const char *agent_id, const char *campaign,
                   int64_t at_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, agent_id);
    struct pbx_call *call = agent ? pbx_call(pbx, id) : NULL;
    if (!call) return;
    call->touched = ++pbx->facts;
    if (pbx_is_open(call)) {
        if (call->phase == SW_PBX_DIALING && call->agent == agent)
            pbx->counters.repeats++;
        else
            pbx->counters.late++;
        return;
    }
    call->queue = NULL;
    int64_t ts_ms = begin(pbx, "call.dialed", call, pbx_time(pbx, at_ms));
    sw_json_text(&pbx->json, "agent", agent->id);
    if (campaign && pbx_check(pbx, campaign)) sw_json_text(&pbx->json, "campaign", campaign);
    pbx_emit(pbx);
    move(pbx, call, SW_PBX_DIALING, agent, ts_ms);
}

void sw_pbx_connected(struct sw_pbx *pbx, const char *id, int64_t at_ms) {
    struct pbx_call *call = in_phase(pbx, id, SW_PBX_DIALING);
    if (!call) return;
    struct pbx_agent *agent = call->agent;
    call->answered_ms = begin(pbx, "call.connected", call, pbx_time(pbx, at_ms));
    pbx_emit(pbx);
    move(pbx, call, SW_PBX_TALKING, agent, call->answered_ms);
}

/* ---- what is known ---- */

enum sw_pbx_phase sw_pbx_call_phase(const struct sw_pbx *pbx, const char *id) {
    const struct pbx_call *call = pbx_find_call(pbx, id);
    return !call ? SW_PBX_UNKNOWN : call->leaving ? SW_PBX_OVER : call->phase;
}

const char *sw_pbx_call_agent(const struct sw_pbx *pbx, const char *id) {
    const struct pbx_call *call = pbx_find_call(pbx, id);
    return call && call->agent ? call->agent->id : NULL;
}

const char *sw_pbx_call_queue(const struct sw_pbx *pbx, const char *id) {
    const struct pbx_call *call = pbx_find_call(pbx, id);
    return call && call->queue ? call->queue->id : NULL;
}
