/* Agents of a telephone system: what is known of each, the one state that follows from it, and wrap-up. */
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/pbx_floor_internal.h"

#define QUEUES_BYTES_MAX 12000 /* of the names in one event, so that it stays one */

void pbx_agent_free(struct pbx_agent *agent) {
    for (size_t i = 0; i < agent->member_count; i++) {
        free(agent->members[i].reason);
        free(agent->members[i].noted_reason);
    }
    free(agent->members);
    free(agent->name);
    free(agent->team);
    free(agent->duty_reason);
    free(agent->noted_reason);
    free(agent->told_reason);
    free(agent->told_call);
    free(agent->told_queues);
    free(agent);
}

/* ---- the state that follows ---- */

static bool serves_any(const struct pbx_agent *agent) {
    for (size_t i = 0; i < agent->member_count; i++)
        if (agent->members[i].is) return true;
    return false;
}

static bool takes_calls_of_any(const struct pbx_agent *agent) {
    for (size_t i = 0; i < agent->member_count; i++)
        if (agent->members[i].is && !agent->members[i].paused) return true;
    return false;
}

bool pbx_agent_is_staffed(const struct pbx_agent *agent) {
    return agent->duty == SW_PBX_DUTY_BY_QUEUES ? serves_any(agent) : agent->duty != SW_PBX_DUTY_OUT;
}

bool pbx_agent_is_paused(const struct pbx_agent *agent) {
    if (agent->duty != SW_PBX_DUTY_BY_QUEUES) return agent->duty == SW_PBX_DUTY_PAUSED;
    return serves_any(agent) && !takes_calls_of_any(agent);
}

/* Of a paused agent; where its queues give several reasons, the latest. */
static const char *reason_of(const struct pbx_agent *agent) {
    if (agent->duty == SW_PBX_DUTY_PAUSED) return agent->duty_reason;
    const struct pbx_member *latest = NULL;
    for (size_t i = 0; i < agent->member_count; i++) {
        const struct pbx_member *m = &agent->members[i];
        if (m->is && m->paused && m->reason && (!latest || m->touched > latest->touched)) latest = m;
    }
    return latest ? latest->reason : NULL;
}

struct state {
    enum sw_agent_state state;
    const char *reason;
    const struct pbx_call *call;
};

static bool state_of_calls(const struct pbx_agent *agent, struct state *out) {
    const struct pbx_call *held = NULL, *dialing = NULL;
    for (const struct pbx_call *call = agent->calls; call; call = call->next_of_agent) {
        if (call->phase == SW_PBX_TALKING && !call->held) {
            *out = (struct state){SW_ST_TALKING, NULL, call};
            return true;
        }
        if (call->phase == SW_PBX_TALKING && !held) held = call;
        if (call->phase == SW_PBX_DIALING && !dialing) dialing = call;
    }
    if (dialing)
        *out = (struct state){SW_ST_DIALING, NULL, dialing};
    else if (held)
        *out = (struct state){SW_ST_HOLD, NULL, held};
    else if (agent->offers)
        *out = (struct state){SW_ST_RINGING, NULL, agent->offers->call};
    else
        return false;
    return true;
}

static struct state state_of(struct sw_pbx *pbx, const struct pbx_agent *agent) {
    struct state out = {SW_ST_OFFLINE, NULL, NULL};
    if (state_of_calls(agent, &out) || !pbx_agent_is_staffed(agent)) return out;
    if (agent->line == SW_PBX_LINE_ENGAGED)
        out.state = SW_ST_TALKING;
    else if (agent->line == SW_PBX_LINE_HELD)
        out.state = SW_ST_HOLD;
    else if (agent->line == SW_PBX_LINE_RINGING)
        out.state = SW_ST_RINGING;
    else if (agent->wrapup_until_ms)
        out.state = SW_ST_WRAPUP;
    else if (pbx_agent_is_paused(agent)) {
        bool news;
        out.reason = reason_of(agent);
        out.state = sw_pbx_reasons_state(pbx->options.reasons, out.reason, &news);
        if (news) pbx_tell(pbx, "pauses for \"%s\" count as busy: nobody said what they are", out.reason);
    } else if (agent->line == SW_PBX_LINE_UNREACHABLE) {
        out.state = SW_ST_BUSY;
        out.reason = "unavailable";
    } else {
        out.state = SW_ST_READY;
    }
    return out;
}

/* ---- telling it ---- */

/* Whether the agent takes calls of MEMBER's queue: paused in all of them, it still serves all. */
static bool is_served(const struct pbx_member *member, bool some) {
    return member->is && !(some && member->paused);
}

static bool queues_changed(const struct pbx_agent *agent) {
    bool some = takes_calls_of_any(agent);
    size_t count = 0;
    for (size_t i = 0; i < agent->member_count; i++) {
        if (!is_served(&agent->members[i], some)) continue;
        bool known = false;
        for (size_t k = 0; k < agent->told_queue_count && !known; k++)
            known = agent->told_queues[k] == agent->members[i].queue;
        if (!known) return true;
        count++;
    }
    return count != agent->told_queue_count;
}

static void write_queues(struct sw_pbx *pbx, struct pbx_agent *agent) {
    bool some = takes_calls_of_any(agent);
    size_t bytes = 0;
    agent->told_queues =
        sw_xrealloc(agent->told_queues, (agent->member_count + 1) * sizeof(struct pbx_queue *));
    agent->told_queue_count = 0;
    sw_json_open(&pbx->json, "queues", '[');
    for (size_t i = 0; i < agent->member_count; i++) {
        struct pbx_queue *queue = agent->members[i].queue;
        if (!is_served(&agent->members[i], some)) continue;
        agent->told_queues[agent->told_queue_count++] = queue;
        bytes += 2 * strlen(queue->id);
        if (bytes <= QUEUES_BYTES_MAX) sw_json_text(&pbx->json, NULL, queue->id);
    }
    sw_json_close(&pbx->json, ']');
}

void pbx_agent_update(struct sw_pbx *pbx, struct pbx_agent *agent, int64_t ts_ms) {
    agent->changed = true;
    if (!pbx->settled) return;
    struct state now = state_of(pbx, agent);
    const char *call = now.call ? now.call->id : NULL;
    bool off = now.state == SW_ST_OFFLINE, was_off = !agent->told || agent->told_state == SW_ST_OFFLINE;
    if (!agent->told && off) return;
    bool moved = !off && queues_changed(agent);
    bool news = !agent->told || now.state != agent->told_state || !pbx_same(now.reason, agent->told_reason) ||
                (call && !pbx_same(call, agent->told_call));
    if (!news && !moved && agent->introduced) return;
    if (ts_ms > agent->latest_ms) agent->latest_ms = ts_ms;
    pbx_begin(pbx, "agent.state", agent->latest_ms);
    sw_json_text(&pbx->json, "agent", agent->id);
    sw_json_text(&pbx->json, "state", sw_agent_state_name(now.state));
    sw_json_text(&pbx->json, "reason", now.reason);
    sw_json_text(&pbx->json, "call", call);
    if (now.call && now.call->queue) sw_json_text(&pbx->json, "queue", now.call->queue->id);
    if (!agent->introduced) sw_json_text(&pbx->json, "name", agent->name);
    if (!agent->introduced) sw_json_text(&pbx->json, "team", agent->team);
    if (moved) write_queues(pbx, agent);
    pbx_emit(pbx);
    if (!agent->told || now.state != agent->told_state) agent->told_since_ms = agent->latest_ms;
    pbx->staffed += (size_t)(was_off && !off);
    pbx->staffed -= (size_t)(!was_off && off);
    agent->told = agent->introduced = true;
    agent->told_state = now.state;
    pbx_replace(&agent->told_reason, now.reason);
    pbx_replace(&agent->told_call, call);
}

/* ---- wrap-up ---- */

void pbx_end_wrapup(struct sw_pbx *pbx, struct pbx_agent *agent) {
    sw_heap_remove(&pbx->wrapups, &agent->wrapup_node);
    agent->wrapup_until_ms = 0;
}

void pbx_begin_wrapup(struct sw_pbx *pbx, struct pbx_agent *agent, int64_t ended_ms) {
    int64_t wrapup_ms = agent->wrapup_ms >= 0 ? agent->wrapup_ms : pbx->options.wrapup_ms;
    if (wrapup_ms <= 0 || agent->calls || pbx_agent_is_paused(agent) || ended_ms > SW_TS_MAX_MS) return;
    if (ended_ms + wrapup_ms <= pbx->now_ms) return;
    pbx_end_wrapup(pbx, agent);
    agent->wrapup_until_ms = ended_ms + wrapup_ms;
    sw_heap_add(&pbx->wrapups, &agent->wrapup_node, agent->wrapup_until_ms);
}

void sw_pbx_wrapup_time(struct sw_pbx *pbx, const char *id, int64_t wrapup_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, id);
    if (agent) agent->wrapup_ms = wrapup_ms < 0 || wrapup_ms > SW_DURATION_MAX_MS ? -1 : wrapup_ms;
}

void sw_pbx_wrapup_since(struct sw_pbx *pbx, const char *id, int64_t ended_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, id);
    if (!agent || agent->wrapup_until_ms || ended_ms <= 0) return;
    ended_ms = pbx_time(pbx, ended_ms);
    pbx_begin_wrapup(pbx, agent, ended_ms);
    if (agent->wrapup_until_ms) pbx_agent_update(pbx, agent, ended_ms);
}

void sw_pbx_wrapup_over(struct sw_pbx *pbx, const char *id, int64_t at_ms) {
    struct pbx_agent *agent = pbx_find_agent(pbx, id);
    if (!agent || !agent->wrapup_until_ms) return;
    pbx_end_wrapup(pbx, agent);
    pbx_agent_update(pbx, agent, pbx_time(pbx, at_ms));
}

/* ---- facts ---- */

const char *pbx_cut_reason(const char *reason, char out[PBX_REASON_BYTES]) {
    size_t len = 0, chars = 0;
    while (reason && reason[len] && len < PBX_REASON_BYTES - 1) {
        bool begins = ((unsigned char)reason[len] & 0xC0) != 0x80;
        if (begins && ++chars > SW_REASON_CHARS_MAX) break;
        out[len] = reason[len];
        len++;
    }
    out[len] = '\0';
    sw_utf8_mend(out);
    return out;
}

struct pbx_member *pbx_member(struct sw_pbx *pbx, struct pbx_agent *agent, struct pbx_queue *queue,
                              bool make) {
    for (size_t i = 0; i < agent->member_count; i++)
        if (agent->members[i].queue == queue) return &agent->members[i];
    if (!make) return NULL;
    if (agent->member_count == SW_EVENT_QUEUES_MAX) {
        pbx->counters.refused++;
        return NULL;
    }
    if (agent->member_count == agent->member_size) {
        agent->member_size = agent->member_size ? agent->member_size * 2 : 4;
        agent->members = sw_xrealloc(agent->members, agent->member_size * sizeof *agent->members);
    }
    agent->members[agent->member_count] = (struct pbx_member){.queue = queue, .noted_since_ms = PBX_NEVER};
    return &agent->members[agent->member_count++];
}

void pbx_set_member(struct sw_pbx *pbx, struct pbx_agent *agent, struct pbx_member *member, bool is,
                    bool paused, const char *reason, int64_t since_ms) {
    bool was_paused = pbx_agent_is_paused(agent);
    member->is = is;
    member->paused = is && paused;
    pbx_replace(&member->reason, is && paused ? reason : NULL);
    member->touched = ++pbx->facts;
    bool is_paused = pbx_agent_is_paused(agent);
    if (is_paused && (!was_paused || since_ms > agent->paused_since_ms)) agent->paused_since_ms = since_ms;
    if (!is_paused) agent->paused_since_ms = PBX_NEVER;
    if (is_paused && !was_paused) pbx_end_wrapup(pbx, agent);
}

void pbx_set_duty(struct pbx_agent *agent, enum sw_pbx_duty duty, const char *reason, int64_t since_ms) {
    agent->duty = duty;
    pbx_replace(&agent->duty_reason, duty == SW_PBX_DUTY_PAUSED ? reason : NULL);
    agent->paused_since_ms = duty == SW_PBX_DUTY_PAUSED ? since_ms : PBX_NEVER;
}

void sw_pbx_agent(struct sw_pbx *pbx, const char *id, const char *name, const char *team) {
    struct pbx_agent *agent = pbx_agent(pbx, id);
    if (!agent) return;
    bool named = name && *name && strlen(name) <= SW_NAME_CHARS_MAX * 4 && sw_utf8_is_valid(name) &&
                 sw_utf8_count(name) <= SW_NAME_CHARS_MAX;
    if (named && !pbx_same(name, agent->name)) {
        pbx_replace(&agent->name, name);
        agent->introduced = false;
    }
    if (team && pbx_check(pbx, team) && !pbx_same(team, agent->team)) {
        pbx_replace(&agent->team, team);
        agent->introduced = false;
    }
}

void sw_pbx_member(struct sw_pbx *pbx, const char *id, const char *queue_id, bool paused, const char *reason,
                   int64_t at_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, id);
    struct pbx_queue *queue = agent ? pbx_queue(pbx, queue_id) : NULL;
    struct pbx_member *member = queue ? pbx_member(pbx, agent, queue, true) : NULL;
    char cut[PBX_REASON_BYTES];
    if (!member) return;
    reason = pbx_cut_reason(reason, cut);
    if (member->is && member->paused == paused && (!paused || pbx_same(member->reason, reason))) {
        member->touched = ++pbx->facts;
        pbx->counters.repeats++;
        return;
    }
    pbx_set_member(pbx, agent, member, true, paused, reason, at_ms);
    pbx_agent_update(pbx, agent, pbx_time(pbx, at_ms));
}

void sw_pbx_member_gone(struct sw_pbx *pbx, const char *id, const char *queue_id, int64_t at_ms) {
    struct pbx_agent *agent = pbx_find_agent(pbx, id);
    struct pbx_queue *queue = agent ? pbx_queue(pbx, queue_id) : NULL;
    struct pbx_member *member = queue ? pbx_member(pbx, agent, queue, false) : NULL;
    if (!member || !member->is) {
        pbx->counters.repeats++;
        if (member) member->touched = ++pbx->facts;
        return;
    }
    pbx_set_member(pbx, agent, member, false, false, NULL, PBX_NEVER);
    pbx_agent_update(pbx, agent, pbx_time(pbx, at_ms));
}

void sw_pbx_duty(struct sw_pbx *pbx, const char *id, enum sw_pbx_duty duty, const char *reason,
                 int64_t at_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, id);
    char cut[PBX_REASON_BYTES];
    if (!agent) return;
    reason = pbx_cut_reason(reason, cut);
    agent->touched = ++pbx->facts;
    if (agent->duty == duty && (duty != SW_PBX_DUTY_PAUSED || pbx_same(agent->duty_reason, reason))) {
        pbx->counters.repeats++;
        return;
    }
    bool was_paused = pbx_agent_is_paused(agent);
    pbx_set_duty(agent, duty, reason, at_ms);
    if (!was_paused && pbx_agent_is_paused(agent)) pbx_end_wrapup(pbx, agent);
    pbx_agent_update(pbx, agent, pbx_time(pbx, at_ms));
}

void sw_pbx_line(struct sw_pbx *pbx, const char *id, enum sw_pbx_line line, int64_t at_ms) {
    struct pbx_agent *agent = pbx_agent(pbx, id);
    if (!agent) return;
    agent->line_touched = ++pbx->facts;
    if (agent->line == line) {
        pbx->counters.repeats++;
        return;
    }
    agent->line = line;
    pbx_agent_update(pbx, agent, pbx_time(pbx, at_ms));
}
