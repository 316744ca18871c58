/* mod_callcenter's own lists: asked for, checked, and handed to the floor as a snapshot. See esl_floor.h.
 *
 * The answers come in the stream of events, and each is as new as the moment it was made: never older than an
 * event that came before it. What events say while a snapshot is under way prevails (pbx_floor's rule, and
 * `touched` here). */
#include "codec/esl_floor_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"

#define STUCK_MS 120000 /* mod_callcenter itself rings a telephone for at most a minute */

/* ARRAY with room for one more; NULL at the cap. */
static void *grown(void *array, size_t count, size_t *size, size_t bytes, size_t max) {
    if (count < *size) return array;
    if (count >= max) return NULL;
    *size = *size ? *size * 2 : 64;
    return sw_xrealloc(array, *size * bytes);
}

/* ---- questions ---- */

static void ask(struct sw_esl_floor *f, enum ef_ask what, size_t subject, const char *command) {
    size_t at = (f->question_head + f->question_count) % SW_ESL_WINDOW;
    f->questions[at] = (struct ef_question){.what = what, .subject = subject};
    f->question_count++;
    if (what != EF_ASK_PING) f->snap.open++;
    f->options.ask(f->options.ctx, command);
}

size_t sw_esl_floor_asked(const struct sw_esl_floor *f) {
    return f->question_count;
}

void sw_esl_floor_ping(struct sw_esl_floor *f) {
    if (!f->question_count) ask(f, EF_ASK_PING, 0, "status"); /* any answer will do */
}

/* The next question of the stage. False when it has no more. */
static bool ask_next(struct sw_esl_floor *f) {
    static const char *const lists[] = {[EF_ASK_AGENTS] = "callcenter_config agent list",
                                        [EF_ASK_TIERS] = "callcenter_config tier list",
                                        [EF_ASK_QUEUES] = "callcenter_config queue list"};
    struct ef_snapshot *s = &f->snap;
    char command[SW_ESL_COMMAND_BYTES_MAX];
    size_t subject = s->next, count = s->stage == EF_ASK_MEMBERS ? s->queue_count : s->member_count;
    if (s->stage == EF_ASK_AGENT_EXISTS) count = s->odd_count;
    if (s->stage <= EF_ASK_QUEUES) count = 1;
    if (s->next >= count) return false;
    s->next++;
    switch (s->stage) {
    case EF_ASK_MEMBERS:
        (void)snprintf(command, sizeof command, "callcenter_config queue list members %s",
                       s->queues[subject]);
        break;
    case EF_ASK_MEMBER_EXISTS:
        (void)snprintf(command, sizeof command, "uuid_exists %s", s->members[subject].call);
        break;
    case EF_ASK_AGENT_EXISTS:
        (void)snprintf(command, sizeof command, "uuid_exists %s", s->odd[subject].uuid);
        break;
    default: (void)snprintf(command, sizeof command, "%s", lists[s->stage]); break;
    }
    ask(f, s->stage, subject, command);
    return true;
}

static void note_all(struct sw_esl_floor *f);
static void look_for_odd(struct sw_esl_floor *f);

static void pump(struct sw_esl_floor *f) {
    struct ef_snapshot *s = &f->snap;
    while (s->is_running && !s->settle_ms && f->question_count < SW_ESL_WINDOW) {
        if (ask_next(f)) continue;
        if (s->open) return;
        if (s->stage == EF_ASK_AGENT_EXISTS) {
            note_all(f);
            s->settle_ms = f->now_ms + SW_ESL_SETTLE_MS;
            return;
        }
        s->stage++;
        s->next = 0;
        if (s->stage == EF_ASK_AGENT_EXISTS) look_for_odd(f);
    }
}

/* ---- the snapshot as a whole ---- */

void ef_snapshot_free(struct sw_esl_floor *f) {
    free(f->snap.queues);
    free(f->snap.members);
    free(f->snap.odd);
    f->snap = (struct ef_snapshot){0};
}

static void drop_snapshot(struct sw_esl_floor *f) {
    if (f->snap.is_running) sw_pbx_snapshot_drop(f->options.pbx);
    ef_snapshot_free(f);
    for (size_t i = 0; i < f->question_count; i++)
        f->questions[(f->question_head + i) % SW_ESL_WINDOW].is_void = true;
}

void sw_esl_floor_lost(struct sw_esl_floor *f) {
    drop_snapshot(f);
    f->question_head = f->question_count = 0;
    f->wanted_ms = INT64_MAX;
}

void sw_esl_floor_snapshot(struct sw_esl_floor *f, enum sw_pbx_snapshot how, int64_t now_ms) {
    f->now_ms = now_ms;
    if (f->snap.is_running && how == SW_PBX_SNAPSHOT_CHECK) return;
    if (f->snap.is_running) drop_snapshot(f); /* what it has may be of before the reason to merge */
    sw_pbx_advance(f->options.pbx, now_ms);
    sw_pbx_snapshot_begin(f->options.pbx);
    f->pass++;
    f->snap = (struct ef_snapshot){.is_running = true, .how = how, .stage = EF_ASK_AGENTS};
    if (how == SW_PBX_SNAPSHOT_MERGE) {
        f->merged_ms = now_ms;
        f->wanted_ms = INT64_MAX;
    }
    pump(f);
}

static void end_snapshot(struct sw_esl_floor *f) {
    enum sw_pbx_snapshot how = f->snap.how;
    ef_snapshot_free(f);
    f->counters.snapshots++;
    (void)sw_pbx_snapshot_end(f->options.pbx, how, SW_PBX_COVERS_ALL);
    f->options.snapshot(f->options.ctx, true, "");
}

void sw_esl_floor_advance(struct sw_esl_floor *f, int64_t now_ms) {
    f->now_ms = now_ms;
    sw_pbx_advance(f->options.pbx, now_ms);
    if (f->snap.is_running && f->snap.settle_ms && now_ms >= f->snap.settle_ms) end_snapshot(f);
    if (now_ms >= f->wanted_ms && !f->snap.is_running)
        sw_esl_floor_snapshot(f, SW_PBX_SNAPSHOT_MERGE, now_ms);
}

int64_t sw_esl_floor_next_deadline(const struct sw_esl_floor *f) {
    int64_t next = sw_pbx_next_deadline(f->options.pbx);
    if (f->snap.is_running && f->snap.settle_ms && f->snap.settle_ms < next) next = f->snap.settle_ms;
    if (!f->snap.is_running && f->wanted_ms < next) next = f->wanted_ms;
    return next;
}

/* ---- lists ---- */

static int64_t seconds_ms(const char *text) {
    int64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (value > INT64_C(100000000000)) return 0;
        value = value * 10 + (*text - '0');
    }
    return *text ? 0 : value * 1000;
}

enum { A_NAME, A_STATUS, A_STATE, A_UUID, A_WRAPUP, A_BRIDGE_END, A_OFFERED, A_SINCE, A_COUNT };

static void take_agent(void *ctx, const char *const *values) {
    struct sw_esl_floor *f = ctx;
    char id[EF_ID_BYTES];
    struct ef_agent *agent = ef_id(f, values[A_NAME], id) ? ef_agent_of(f, id) : NULL;
    if (!agent) return;
    enum ef_state state = ef_state_of(values[A_STATE]);
    if (state != agent->state) agent->odd_count = 0;
    agent->state = state;
    (void)snprintf(agent->status, sizeof agent->status, "%s", values[A_STATUS]);
    (void)snprintf(agent->uuid, sizeof agent->uuid, "%s", values[A_UUID]);
    agent->wrapup_ms = *values[A_WRAPUP] ? seconds_ms(values[A_WRAPUP]) : -1;
    agent->last_bridge_end_ms = seconds_ms(values[A_BRIDGE_END]);
    agent->last_offered_ms = seconds_ms(values[A_OFFERED]);
    agent->status_since_ms = state == EF_IDLE ? 0 : seconds_ms(values[A_SINCE]);
    agent->pass = f->pass;
}

enum { T_QUEUE, T_AGENT, T_COUNT };

static void take_tier(void *ctx, const char *const *values) {
    struct sw_esl_floor *f = ctx;
    char id[EF_ID_BYTES], queue[EF_ID_BYTES];
    if (!ef_is_our_queue(f, values[T_QUEUE]) || !ef_id(f, values[T_AGENT], id) ||
        !ef_id(f, values[T_QUEUE], queue))
        return;
    struct ef_agent *agent = ef_agent_find(f, id);
    if (!agent || agent->pass != f->pass) return; /* a tier of an agent who was deleted */
    agent->tier_pass = f->pass;
    sw_pbx_note_member(f->options.pbx, id, queue, false, NULL, INT64_MIN);
}

static void take_queue(void *ctx, const char *const *values) {
    struct sw_esl_floor *f = ctx;
    struct ef_snapshot *s = &f->snap;
    const char *name = values[0];
    if (!*name || !ef_is_our_queue(f, name)) return;
    if (strlen(name) >= EF_ID_BYTES || strchr(name, ' ')) { /* no such name can be asked for */
        f->counters.malformed++;
        return;
    }
    void *queues = grown(s->queues, s->queue_count, &s->queue_size, sizeof *s->queues, SW_ESL_QUEUES_MAX);
    if (!queues) {
        f->counters.refused++;
        return;
    }
    s->queues = queues;
    memcpy(s->queues[s->queue_count++], name, strlen(name) + 1);
}

enum { M_SESSION, M_AGENT, M_STATE, M_JOINED, M_REJOINED, M_BRIDGED, M_COUNT };

static bool is_uuid(const char *text) {
    return *text && strlen(text) < EF_UUID_BYTES && !strchr(text, ' ');
}

struct member_list {
    struct sw_esl_floor *f;
    size_t queue;
};

static void take_member(void *ctx, const char *const *values) {
    const struct member_list *list = ctx;
    struct sw_esl_floor *f = list->f;
    struct ef_snapshot *s = &f->snap;
    bool is_talking = !strcmp(values[M_STATE], "Answered");
    if (!is_talking && strcmp(values[M_STATE], "Waiting") && strcmp(values[M_STATE], "Trying"))
        return; /* Abandoned */
    if (!is_uuid(values[M_SESSION])) {
        f->counters.malformed++;
        return;
    }
    void *members = grown(s->members, s->member_count, &s->member_size, sizeof *s->members, SW_ESL_CALLS_MAX);
    if (!members) {
        f->counters.refused++;
        return;
    }
    s->members = members;
    struct ef_member *member = &s->members[s->member_count];
    *member = (struct ef_member){.queue = list->queue, .is_talking = is_talking};
    (void)snprintf(member->call, sizeof member->call, "%s", values[M_SESSION]);
    if (is_talking && !ef_id(f, values[M_AGENT], member->agent)) return; /* in a conversation with nobody */
    int64_t rejoined_ms = seconds_ms(values[M_REJOINED]);
    member->since_ms = is_talking    ? seconds_ms(values[M_BRIDGED])
                       : rejoined_ms ? rejoined_ms
                                     : seconds_ms(values[M_JOINED]);
    if (!member->since_ms) member->since_ms = f->now_ms;
    s->member_count++;
}

static enum sw_esl_result read_list(struct sw_esl_floor *f, const struct ef_question *q, const char *text,
                                    size_t len) {
    static const char *const agents[] = {"name",
                                         "status",
                                         "state",
                                         "uuid",
                                         "wrap_up_time",
                                         "last_bridge_end",
                                         "last_offered_call",
                                         "last_status_change"};
    static const char *const tiers[] = {"queue", "agent"};
    static const char *const queues[] = {"name"};
    static const char *const members[] = {"session_uuid", "serving_agent",  "state",
                                          "joined_epoch", "rejoined_epoch", "bridge_epoch"};
    struct member_list of = {f, q->subject};
    struct sw_esl_list list = {.ctx = f};
    switch (q->what) {
    case EF_ASK_AGENTS:
        list.columns = agents, list.count = A_COUNT, list.loose = "contact", list.row = take_agent;
        break;
    case EF_ASK_TIERS: list.columns = tiers, list.count = T_COUNT, list.row = take_tier; break;
    case EF_ASK_QUEUES:
        list.columns = queues, list.count = 1, list.loose = "moh_sound", list.row = take_queue;
        break;
    default:
        list.columns = members, list.count = M_COUNT, list.loose = "cid_name", list.row = take_member;
        list.ctx = &of;
        break;
    }
    return sw_esl_list_read(&list, text, len, &f->counters.malformed);
}

static void refuse(struct sw_esl_floor *f, const char *text, size_t len) {
    char problem[256];
    size_t line = 0;
    while (line < len && (unsigned char)text[line] >= 0x20 && line < 160) line++;
    if (memmem(text, line, "ommand not found", 16))
        (void)snprintf(problem, sizeof problem, "mod_callcenter is not loaded in FreeSWITCH (%.*s)",
                       (int)line, text);
    else if (memmem(text, line, "ermission denied", 16))
        (void)snprintf(problem, sizeof problem,
                       "the user may not use callcenter_config: see esl-allowed-api (%.*s)", (int)line, text);
    else
        (void)snprintf(problem, sizeof problem, "callcenter_config answered \"%.*s\"", (int)line, text);
    sw_utf8_mend(problem);
    drop_snapshot(f);
    f->options.snapshot(f->options.ctx, false, problem);
}

/* Whether the channel exists; what cannot be asked is believed to. */
static bool exists(struct sw_esl_floor *f, const char *text, size_t len) {
    if (len >= 5 && !strncmp(text, "false", 5)) return false;
    if (len < 4 || strncmp(text, "true", 4))
        ef_tell_once(
            f, "uuid_exists",
            "uuid_exists cannot be used: entries left over in FreeSWITCH's lists cannot be told from calls");
    return true;
}

void sw_esl_floor_answer(struct sw_esl_floor *f, const char *text, size_t len, int64_t now_ms) {
    f->now_ms = now_ms;
    if (!f->question_count) return; /* to nothing that was asked */
    struct ef_question q = f->questions[f->question_head];
    f->question_head = (f->question_head + 1) % SW_ESL_WINDOW;
    f->question_count--;
    if (q.what == EF_ASK_PING || q.is_void) {
        pump(f);
        return;
    }
    sw_pbx_advance(f->options.pbx, now_ms);
    f->snap.open--;
    if (q.what == EF_ASK_MEMBER_EXISTS) {
        f->snap.members[q.subject].exists = exists(f, text, len);
    } else if (q.what == EF_ASK_AGENT_EXISTS) {
        f->snap.odd[q.subject].exists = exists(f, text, len);
    } else {
        switch (read_list(f, &q, text, len)) {
        case SW_ESL_LIST: break;
        case SW_ESL_REFUSED: refuse(f, text, len); return;
        case SW_ESL_CUT:
            drop_snapshot(f);
            f->options.snapshot(f->options.ctx, false, "a list of callcenter_config came without its end");
            return;
        }
    }
    pump(f);
}

/* ---- what it says ---- */

static bool is_ours(const struct sw_esl_floor *f, const struct ef_agent *agent) {
    return agent->pass == f->pass && (!ef_is_choosy(f) || agent->tier_pass == f->pass);
}

/* A conversation that the lists have on both sides. */
static bool stands(const struct sw_esl_floor *f, const struct ef_member *member) {
    const struct ef_agent *agent = ef_agent_find(f, member->agent);
    return member->exists && agent && agent->state == EF_IN_CALL;
}

/* Agents whose state says that they are busy with a call, and there is none to it: those with a channel are
 * asked for. */
static void look_for_odd(struct sw_esl_floor *f) {
    struct ef_snapshot *s = &f->snap;
    struct ef_agent *agent, *next;
    HASH_ITER(hh, f->agents, agent, next) {
        bool is_stuck = agent->state == EF_RESERVED ||
                        (agent->state == EF_RECEIVING && f->now_ms - agent->last_offered_ms >= STUCK_MS);
        bool is_odd = is_ours(f, agent) && (agent->state == EF_IN_CALL || is_stuck);
        for (size_t i = 0; is_odd && agent->state == EF_IN_CALL && i < s->member_count; i++)
            if (!strcmp(s->members[i].agent, agent->id) && stands(f, &s->members[i])) is_odd = false;
        agent->odd_count = is_odd ? agent->odd_count + 1 : 0;
        if (!is_odd || agent->odd_count < 2 || agent->state != EF_IN_CALL || !is_uuid(agent->uuid)) continue;
        void *odd = grown(s->odd, s->odd_count, &s->odd_size, sizeof *s->odd, SW_ESL_AGENTS_MAX);
        if (!odd) break;
        s->odd = odd;
        struct ef_odd *o = &s->odd[s->odd_count++];
        *o = (struct ef_odd){0};
        (void)snprintf(o->agent, sizeof o->agent, "%s", agent->id);
        (void)snprintf(o->uuid, sizeof o->uuid, "%s", agent->uuid);
    }
}

static enum sw_pbx_line line_of(struct sw_esl_floor *f, struct ef_agent *agent) {
    if (agent->odd_count >= 2) {
        for (size_t i = 0; i < f->snap.odd_count; i++) /* on the telephone, but on no call of a queue */
            if (f->snap.odd[i].exists && !strcmp(f->snap.odd[i].agent, agent->id)) return SW_PBX_LINE_ENGAGED;
        if (!agent->is_odd_told) {
            static const char *const names[] = {"Waiting", "Receiving", "In a queue call",
                                                "Idle",    "Reserved",  "?"};
            f->counters.phantoms++;
            ef_tell(f, "agent %s is \"%s\" without a call: shown as busy until the state changes", agent->id,
                    names[agent->state]);
        }
        agent->is_odd_told = true;
        return SW_PBX_LINE_UNREACHABLE;
    }
    return agent->state == EF_RECEIVING ? SW_PBX_LINE_RINGING : SW_PBX_LINE_FREE;
}

static void note_agents(struct sw_esl_floor *f) {
    struct sw_pbx *pbx = f->options.pbx;
    struct ef_agent *agent, *next;
    HASH_ITER(hh, f->agents, agent, next) {
        const char *reason;
        if (!is_ours(f, agent)) {
            agent->tier_pass = 0;
            continue;
        }
        sw_pbx_wrapup_time(pbx, agent->id, agent->wrapup_ms);
        enum sw_pbx_duty duty = ef_duty_of(agent, &reason);
        sw_pbx_note_duty(pbx, agent->id, duty, reason,
                         agent->status_since_ms ? agent->status_since_ms : INT64_MIN);
        sw_pbx_note_line(pbx, agent->id, line_of(f, agent));
        if (f->snap.how == SW_PBX_SNAPSHOT_MERGE && agent->last_bridge_end_ms)
            sw_pbx_wrapup_since(pbx, agent->id, agent->last_bridge_end_ms);
    }
}

/* Keeps what is known of a call here, where no event spoke of it since the snapshot began. */
static void keep_call(struct sw_esl_floor *f, const struct ef_member *member, const char *queue) {
    struct ef_call *call = ef_call_find(f, member->call);
    if (call ? call->touched == f->pass : sw_pbx_call_phase(f->options.pbx, member->call) == SW_PBX_OVER)
        return;
    if (!call) call = ef_call_of(f, member->call, queue);
    if (!call) return;
    call->touched = f->pass;
    if (!member->is_talking) {
        if (call->phase != EF_CALL_BRIDGING) ef_call_phase(call, EF_CALL_WAITING);
        return;
    }
    struct ef_agent *agent = ef_agent_find(f, member->agent);
    if (call->phase == EF_CALL_ENDING || (call->phase == EF_CALL_TALKING && call->agent == agent)) return;
    call->bridge_ms = member->since_ms;
    ef_call_agent(f, call, agent, agent->uuid);
    ef_call_phase(call, EF_CALL_TALKING);
}

/* A member without a channel. It may have hung up just now; one that stays is left over. */
static void tell_phantom(struct sw_esl_floor *f, const struct ef_member *member, const char *queue) {
    char doubt[EF_UUID_BYTES + 1];
    (void)snprintf(doubt, sizeof doubt, "?%s", member->call);
    if (ef_is_first(f, doubt) || !ef_is_first(f, member->call)) return;
    f->counters.phantoms++;
    ef_tell(f, "call %s is left over in queue %s: its channel is gone", member->call, queue);
}

static void note_calls(struct sw_esl_floor *f) {
    struct sw_pbx *pbx = f->options.pbx;
    for (size_t i = 0; i < f->snap.member_count; i++) {
        const struct ef_member *member = &f->snap.members[i];
        char queue[EF_ID_BYTES];
        if (!ef_id(f, f->snap.queues[member->queue], queue)) continue;
        if (!member->exists) tell_phantom(f, member, queue);
        /* one whose conversation is over, or never stood, is no call of ours either */
        if (!member->exists || (member->is_talking && !stands(f, member))) continue;
        if (member->is_talking)
            sw_pbx_note_talking(pbx, member->call, queue, member->agent, member->since_ms);
        else
            sw_pbx_note_waiting(pbx, member->call, queue, INT64_MIN, INT64_MIN, member->since_ms);
        keep_call(f, member, queue);
    }
}

static void note_all(struct sw_esl_floor *f) {
    struct ef_call *call, *next_call;
    struct ef_agent *agent, *next;
    note_agents(f);
    note_calls(f);
    HASH_ITER(hh, f->calls, call, next_call) {
        if (call->touched != f->pass) ef_call_free(f, call);
    }
    HASH_ITER(hh, f->agents, agent, next) { /* deleted in the switch */
        if (agent->pass == f->pass || agent->call) continue;
        HASH_DEL(f->agents, agent);
        free(agent);
    }
}
