/* What the switch says it has, against what it told: merged after connecting, and checked now and then. */
#include <stdlib.h>

#include "codec/pbx_floor_internal.h"

struct check {
    struct sw_pbx *pbx;
    enum sw_pbx_snapshot how;
    unsigned covers;
    int64_t gone_ms; /* when what is gone went */
    size_t corrected;
};

void sw_pbx_snapshot_begin(struct sw_pbx *pbx) {
    pbx->snapshots++;
    pbx->snapshot_fact = pbx->facts;
    pbx->in_snapshot = true;
}

/* ---- notes ---- */

void sw_pbx_note_member(struct sw_pbx *pbx, const char *id, const char *queue_id, bool paused,
                        const char *reason, int64_t since_ms) {
    if (!pbx->in_snapshot) return;
    struct pbx_agent *agent = pbx_agent(pbx, id);
    struct pbx_queue *queue = agent ? pbx_queue(pbx, queue_id) : NULL;
    struct pbx_member *member = queue ? pbx_member(pbx, agent, queue, true) : NULL;
    char cut[PBX_REASON_BYTES];
    if (!member) return;
    member->noted = pbx->snapshots;
    member->noted_paused = paused;
    pbx_replace(&member->noted_reason, paused ? pbx_cut_reason(reason, cut) : NULL);
    member->noted_since_ms = since_ms;
}

void sw_pbx_note_duty(struct sw_pbx *pbx, const char *id, enum sw_pbx_duty duty, const char *reason,
                      int64_t since_ms) {
    struct pbx_agent *agent = pbx->in_snapshot ? pbx_agent(pbx, id) : NULL;
    char cut[PBX_REASON_BYTES];
    if (!agent) return;
    agent->noted = pbx->snapshots;
    agent->noted_duty = duty;
    pbx_replace(&agent->noted_reason, duty == SW_PBX_DUTY_PAUSED ? pbx_cut_reason(reason, cut) : NULL);
    agent->noted_since_ms = since_ms;
}

void sw_pbx_note_line(struct sw_pbx *pbx, const char *id, enum sw_pbx_line line) {
    struct pbx_agent *agent = pbx->in_snapshot ? pbx_agent(pbx, id) : NULL;
    if (!agent) return;
    agent->noted_line = pbx->snapshots;
    agent->noted_line_is = line;
}

/* The call of a note; NULL when the snapshot need not hear of it. */
static struct pbx_call *noted_call(struct sw_pbx *pbx, const char *id, bool only_open) {
    if (!pbx->in_snapshot) return NULL;
    struct pbx_call *call = pbx_find_call(pbx, id);
    if (only_open && (!call || !pbx_is_open(call))) return NULL;
    if (!call) call = pbx_call(pbx, id);
    if (call) call->noted = pbx->snapshots;
    return call;
}

void sw_pbx_note_waiting(struct sw_pbx *pbx, const char *id, const char *queue_id, int64_t position,
                         int64_t priority, int64_t since_ms) {
    struct pbx_queue *queue = pbx_queue(pbx, queue_id);
    struct pbx_call *call = queue ? noted_call(pbx, id, false) : NULL;
    if (!call) return;
    call->noted_waiting = true;
    call->noted_queue = queue;
    call->noted_agent = NULL;
    call->noted_position = position;
    call->noted_priority = priority;
    call->noted_since_ms = since_ms;
}

void sw_pbx_note_talking(struct sw_pbx *pbx, const char *id, const char *queue_id, const char *agent_id,
                         int64_t since_ms) {
    struct pbx_queue *queue = queue_id ? pbx_queue(pbx, queue_id) : NULL;
    struct pbx_agent *agent = agent_id ? pbx_agent(pbx, agent_id) : NULL;
    struct pbx_call *call = noted_call(pbx, id, !queue || !agent);
    if (!call) return;
    call->noted_waiting = false;
    call->noted_queue = queue;
    call->noted_agent = agent;
    call->noted_since_ms = since_ms;
}

/* ---- differences ---- */

/* Whether a difference is to be put right: at once when merging, else when the snapshot before had it too. */
static bool is_due(struct check *check, uint64_t *doubted) {
    struct sw_pbx *pbx = check->pbx;
    bool again = *doubted && *doubted + 1 == pbx->snapshots;
    *doubted = pbx->snapshots;
    if (check->how == SW_PBX_SNAPSHOT_CHECK && !again) return false;
    *doubted = 0;
    check->corrected++;
    if (check->how == SW_PBX_SNAPSHOT_CHECK) pbx->counters.corrected++;
    return true;
}

#define TELL(check, ...)                                                                                     \
    do {                                                                                                     \
        if ((check)->how == SW_PBX_SNAPSHOT_CHECK) pbx_tell((check)->pbx, __VA_ARGS__);                      \
    } while (0)

static bool is_touched(const struct sw_pbx *pbx, uint64_t fact) {
    return fact > pbx->snapshot_fact;
}

static bool check_member(struct check *check, struct pbx_agent *agent, struct pbx_member *member) {
    struct sw_pbx *pbx = check->pbx;
    bool noted = member->noted == pbx->snapshots;
    bool differs = noted ? !member->is || member->paused != member->noted_paused ||
                               (member->paused && !pbx_same(member->reason, member->noted_reason))
                         : member->is && (check->covers & SW_PBX_COVERS_MEMBERS);
    if (!differs || is_touched(pbx, member->touched)) {
        member->doubted = 0;
        return false;
    }
    if (!is_due(check, &member->doubted)) return false;
    if (!noted)
        TELL(check, "corrected: %s does not serve %s any more", agent->id, member->queue->id);
    else
        TELL(check, "corrected: %s serves %s and is %s there", agent->id, member->queue->id,
             member->noted_paused ? "paused" : "not paused");
    pbx_set_member(pbx, agent, member, noted, member->noted_paused, member->noted_reason,
                   member->noted_since_ms);
    return true;
}

static bool check_duty(struct check *check, struct pbx_agent *agent) {
    static const char *const names[] = {"in by its queues", "signed out", "signed in", "paused"};
    struct sw_pbx *pbx = check->pbx;
    bool noted = agent->noted == pbx->snapshots;
    enum sw_pbx_duty duty = noted ? agent->noted_duty : SW_PBX_DUTY_OUT;
    const char *reason = noted ? agent->noted_reason : NULL;
    bool differs =
        agent->duty != duty || (duty == SW_PBX_DUTY_PAUSED && !pbx_same(agent->duty_reason, reason));
    /* agents whose switch knows no duty are not noted with one */
    if (!noted && (agent->duty == SW_PBX_DUTY_BY_QUEUES || !(check->covers & SW_PBX_COVERS_MEMBERS)))
        differs = false;
    if (!differs || is_touched(pbx, agent->touched)) {
        agent->duty_doubted = 0;
        return false;
    }
    if (!is_due(check, &agent->duty_doubted)) return false;
    TELL(check, "corrected: %s is %s", agent->id, names[duty]);
    bool was_paused = pbx_agent_is_paused(agent);
    pbx_set_duty(agent, duty, reason, noted ? agent->noted_since_ms : PBX_NEVER);
    if (!was_paused && pbx_agent_is_paused(agent)) pbx_end_wrapup(pbx, agent);
    return true;
}

static bool check_line(struct check *check, struct pbx_agent *agent) {
    struct sw_pbx *pbx = check->pbx;
    bool noted = agent->noted_line == pbx->snapshots;
    bool differs = noted && agent->line != agent->noted_line_is;
    if (!differs || is_touched(pbx, agent->line_touched)) {
        agent->line_doubted = 0;
        return false;
    }
    if (!is_due(check, &agent->line_doubted)) return false;
    TELL(check, "corrected: the telephone of %s", agent->id);
    agent->line = agent->noted_line_is;
    return true;
}

/* Memberships that are none, and were not touched or noted just now, are forgotten. */
static void purge_members(struct sw_pbx *pbx, struct pbx_agent *agent) {
    size_t kept = 0;
    for (size_t i = 0; i < agent->member_count; i++) {
        struct pbx_member *m = &agent->members[i];
        if (m->is || m->noted == pbx->snapshots) {
            agent->members[kept++] = *m;
            continue;
        }
        free(m->reason);
        free(m->noted_reason);
    }
    agent->member_count = kept;
}

/* Wrap-up that was told before this run goes on as far as is known of it. */
static void resume_wrapup(struct sw_pbx *pbx, struct pbx_agent *agent) {
    if (agent->told && agent->told_state == SW_ST_WRAPUP && !agent->wrapup_until_ms)
        pbx_begin_wrapup(pbx, agent, agent->told_since_ms);
}

/* Since when AGENT is what it is: as long as its call or the switch says, or since what it did before is
 * gone; else it is news. */
static int64_t since(const struct check *check, const struct pbx_agent *agent) {
    struct sw_pbx *pbx = check->pbx;
    if (agent->calls) return agent->calls->phase == SW_PBX_TALKING ? agent->calls->answered_ms : pbx->now_ms;
    if (agent->offers) return pbx->now_ms;
    if (!pbx_agent_is_staffed(agent)) return check->gone_ms;
    if (pbx_agent_is_paused(agent) && agent->paused_since_ms != PBX_NEVER)
        return pbx_time(pbx, agent->paused_since_ms);
    bool was_on_call = agent->told && agent->told_state >= SW_ST_RINGING && agent->told_state <= SW_ST_HOLD;
    return was_on_call ? check->gone_ms : pbx->now_ms;
}

/* Takes what the snapshot says of agents; what follows from it is told later, once the calls are right. */
static void check_agents(struct check *check) {
    struct sw_pbx *pbx = check->pbx;
    for (struct pbx_agent *agent = pbx->agents; agent; agent = agent->hh.next) {
        bool changed = !pbx->settled;
        for (size_t i = 0; i < agent->member_count; i++)
            changed |= check_member(check, agent, &agent->members[i]);
        changed |= check_duty(check, agent);
        changed |= check_line(check, agent);
        purge_members(pbx, agent);
        if (!pbx->settled) resume_wrapup(pbx, agent);
        agent->changed = changed;
    }
}

static void update_agents(struct check *check) {
    for (struct pbx_agent *agent = check->pbx->agents; agent; agent = agent->hh.next)
        if (agent->changed) pbx_agent_update(check->pbx, agent, since(check, agent));
}

static bool call_differs(const struct check *check, const struct pbx_call *call, bool noted) {
    if (!noted)
        return call->phase == SW_PBX_WAITING ? (check->covers & SW_PBX_COVERS_WAITING) != 0
                                             : pbx_is_open(call) && (check->covers & SW_PBX_COVERS_TALKING);
    if (call->noted_waiting) return call->phase != SW_PBX_WAITING || call->queue != call->noted_queue;
    if (call->phase == SW_PBX_TALKING || call->phase == SW_PBX_DIALING) return false;
    return call->noted_agent && (call->noted_queue || call->phase == SW_PBX_WAITING);
}

static void check_call(struct check *check, struct pbx_call *call) {
    struct sw_pbx *pbx = check->pbx;
    bool noted = call->noted == pbx->snapshots;
    if (call->leaving || is_touched(pbx, call->touched) || !call_differs(check, call, noted)) {
        call->doubted = 0;
        return;
    }
    if (!is_due(check, &call->doubted)) return;
    int64_t since_ms =
        noted && call->noted_since_ms != PBX_NEVER ? pbx_time(pbx, call->noted_since_ms) : pbx->now_ms;
    if (!noted) {
        TELL(check, "corrected: call %s is gone", call->id);
        pbx_cut(pbx, call, NULL, check->gone_ms);
    } else if (call->noted_waiting) {
        TELL(check, "corrected: call %s waits in %s", call->id, call->noted_queue->id);
        pbx_make_wait(pbx, call, call->noted_queue, call->noted_position, call->noted_priority, since_ms);
    } else {
        TELL(check, "corrected: call %s is answered by %s", call->id, call->noted_agent->id);
        struct pbx_queue *queue = call->noted_queue ? call->noted_queue : call->queue;
        if (queue) pbx_make_talk(pbx, call, call->noted_agent, queue, -1, since_ms);
    }
}

static void check_calls(struct check *check) {
    struct sw_pbx *pbx = check->pbx;
    for (struct pbx_call *call = pbx->calls, *next; call; call = next) {
        next = call->hh.next;
        check_call(check, call);
        if (call->phase == SW_PBX_UNKNOWN && call->noted != pbx->snapshots) pbx_call_free(pbx, call);
    }
}

size_t sw_pbx_snapshot_end(struct sw_pbx *pbx, enum sw_pbx_snapshot how, unsigned covers) {
    if (!pbx->in_snapshot) return 0;
    if (!pbx->settled) how = SW_PBX_SNAPSHOT_MERGE; /* the first is all there is */
    struct check check = {pbx, how, covers, pbx->now_ms, 0};
    if (how == SW_PBX_SNAPSHOT_MERGE && pbx->unseen_ms != PBX_NEVER)
        check.gone_ms = pbx_time(pbx, pbx->unseen_ms);
    if (how == SW_PBX_SNAPSHOT_MERGE) pbx->unseen_ms = PBX_NEVER;
    check_agents(&check);
    pbx->settled = false; /* agents are told once, when all is right */
    check_calls(&check);
    pbx->settled = true;
    update_agents(&check);
    pbx->in_snapshot = false;
    return check.corrected;
}

void sw_pbx_unseen(struct sw_pbx *pbx, int64_t since_ms) {
    if (pbx->unseen_ms == PBX_NEVER) pbx->unseen_ms = since_ms;
}

void sw_pbx_snapshot_drop(struct sw_pbx *pbx) {
    pbx->in_snapshot = false;
}
