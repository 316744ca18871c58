#include "app/demo_sim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/demo_people.h"
#include "codec/json_writer.h"
#include "shiftwall/buf.h"
#include "shiftwall/event.h"

#define CALLS_MAX 600
#define SECOND INT64_C(1000)
#define MINUTE INT64_C(60000)
#define NEVER INT64_MAX
#define LOOK_AGAIN (20 * SECOND) /* how often an arrival rate is looked at anew */
#define BREAKS_TOGETHER 2
#define MEALS_TOGETHER 3

enum plan { PLAN_BREAK, PLAN_MEAL, PLAN_BUSY, PLAN_MEETING, PLAN_SIGN_OUT, PLAN_DIAL, PLAN_COUNT };
enum phase { FREE, WAITING, RINGING, TALKING, HELD, DIALING };

struct call;

struct agent {
    struct sw_demo_agent who;
    enum sw_agent_state state;
    int64_t due_ms, idle_since_ms;
    int64_t plans_ms[PLAN_COUNT]; /* when it wants to do what; NEVER = does not */
};

struct call {
    enum phase phase;
    char id[24];
    int queue; /* -1 = outbound */
    struct agent *agent;
    int64_t due_ms, queued_ms, gives_up_ms, overflow_ms;
    int64_t hold_at_ms, hold_ms, ends_ms; /* of the conversation */
    bool answers; /* the agent who rings will */
    bool moved;   /* overflowed or transferred before */
};

struct sw_demo_sim {
    uint64_t random;
    int64_t now_ms, start_ms;
    uint64_t events, calls_made;
    bool begun, closed;
    struct agent agents[SW_DEMO_AGENTS];
    struct call calls[CALLS_MAX];
    size_t call_count;             /* slots in use or free below this */
    int64_t arrivals_ms[SW_DEMO_QUEUES];
    bool arrives[SW_DEMO_QUEUES];  /* at that time; else the rate is looked at again */
    double phase[SW_DEMO_QUEUES];
    int64_t alarm_ms, notice_ms, meeting_ms;
    int alarm;                     /* which is raised, -1 none */
    struct sw_buf out;
    struct sw_json json;
    sw_demo_emit_fn emit;
    void *ctx;
};

/* ---- chance ---- */

static uint64_t draw(struct sw_demo_sim *sim) { /* splitmix64 */
    uint64_t z = sim->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static double uniform(struct sw_demo_sim *sim) { return ((double)(draw(sim) >> 11) + 0.5) / 9007199254740992.0; }
static bool chance(struct sw_demo_sim *sim, double p) { return uniform(sim) < p; }
static int64_t between(struct sw_demo_sim *sim, int64_t low, int64_t high) {
    return low + (int64_t)(uniform(sim) * (double)(high - low));
}
static int64_t exponential(struct sw_demo_sim *sim, double mean_s) { return (int64_t)(-log(uniform(sim)) * mean_s * 1000); }

/* Log-normal with that mean and a spread as conversations have (sigma 0.6). */
static int64_t conversation(struct sw_demo_sim *sim, double mean_s) {
    double normal = sqrt(-2 * log(uniform(sim))) * cos(6.283185307179586 * uniform(sim));
    return 3000 + (int64_t)(mean_s * 1000 * exp(0.6 * normal - 0.18));
}

/* ---- events ---- */

static void begin(struct sw_demo_sim *sim, const char *type) {
    char id[48];
    (void)snprintf(id, sizeof id, "%llx-%llu", (unsigned long long)sim->start_ms, (unsigned long long)++sim->events);
    sw_buf_clear(&sim->out);
    sim->json = sw_json_on(&sim->out);
    sw_json_open(&sim->json, NULL, '{');
    sw_json_int(&sim->json, "v", 1);
    sw_json_text(&sim->json, "type", type);
    sw_json_int(&sim->json, "ts", sim->now_ms);
    sw_json_text(&sim->json, "id", id);
    sw_json_text(&sim->json, "src", "demo");
}

static void end(struct sw_demo_sim *sim) {
    sw_json_close(&sim->json, '}');
    sim->emit(sim->ctx, sim->out.data, sim->out.len);
}

static void text(struct sw_demo_sim *sim, const char *key, const char *value) { sw_json_text(&sim->json, key, value); }

static void begin_call(struct sw_demo_sim *sim, const char *type, const struct call *call) {
    begin(sim, type);
    text(sim, "call", call->id);
    if (call->queue >= 0) text(sim, "queue", sw_demo_queue(call->queue)->id);
    if (call->queue == SW_DEMO_CHAT) text(sim, "media", "chat");
    if (call->queue < 0) text(sim, "campaign", "回访 Callback survey");
    if (call->agent) text(sim, "agent", call->agent->who.id);
}

static void call_event(struct sw_demo_sim *sim, const char *type, const struct call *call) {
    begin_call(sim, type, call);
    end(sim);
}

static void set_state(struct sw_demo_sim *sim, struct agent *agent, enum sw_agent_state state, const char *reason,
                      const struct call *call) {
    bool introduce = agent->state == SW_ST_OFFLINE;
    agent->state = state;
    begin(sim, "agent.state");
    text(sim, "agent", agent->who.id);
    text(sim, "state", sw_agent_state_name(state));
    text(sim, "reason", reason);
    if (call) text(sim, "call", call->id);
    if (call && call->queue >= 0) text(sim, "queue", sw_demo_queue(call->queue)->id);
    if (introduce) {
        text(sim, "name", agent->who.name);
        text(sim, "team", sw_demo_team(agent->who.team));
        sw_json_open(&sim->json, "queues", '[');
        for (int q = 0; q < SW_DEMO_QUEUES; q++)
            if (agent->who.skills & 1u << q) text(sim, NULL, sw_demo_queue(q)->id);
        sw_json_close(&sim->json, ']');
    }
    end(sim);
}

/* ---- calls ---- */

static struct call *new_call(struct sw_demo_sim *sim, int queue) {
    size_t i = 0;
    while (i < sim->call_count && sim->calls[i].phase != FREE) i++;
    if (i == CALLS_MAX) return NULL; /* such a crowd is turned away before it is heard of */
    if (i == sim->call_count) sim->call_count++;
    struct call *call = &sim->calls[i];
    *call = (struct call){.queue = queue, .due_ms = NEVER};
    (void)snprintf(call->id, sizeof call->id, "c%llu", (unsigned long long)++sim->calls_made);
    return call;
}

static void free_call(struct sw_demo_sim *sim, struct call *call) {
    call->phase = FREE;
    call->due_ms = NEVER;
    while (sim->call_count && sim->calls[sim->call_count - 1].phase == FREE) sim->call_count--;
}

static struct agent *longest_idle(struct sw_demo_sim *sim, int queue) {
    struct agent *best = NULL;
    for (int i = 0; i < SW_DEMO_AGENTS; i++) {
        struct agent *agent = &sim->agents[i];
        if (agent->state != SW_ST_READY || !(agent->who.skills & 1u << queue)) continue;
        if (!best || agent->idle_since_ms < best->idle_since_ms) best = agent;
    }
    return best;
}

/* The caller AGENT should take: very important ones first, else whoever has waited longest. */
static struct call *longest_waiting(struct sw_demo_sim *sim, const struct agent *agent) {
    struct call *best = NULL;
    for (size_t i = 0; i < sim->call_count; i++) {
        struct call *call = &sim->calls[i];
        if (call->phase != WAITING || !(agent->who.skills & 1u << call->queue)) continue;
        bool better = !best || (call->queue == SW_DEMO_VIP) > (best->queue == SW_DEMO_VIP) ||
                      ((call->queue == SW_DEMO_VIP) == (best->queue == SW_DEMO_VIP) && call->queued_ms < best->queued_ms);
        if (better) best = call;
    }
    return best;
}

static void wait_on(struct call *call) {
    call->phase = WAITING;
    call->agent = NULL;
    call->due_ms = call->gives_up_ms < call->overflow_ms ? call->gives_up_ms : call->overflow_ms;
}

static void ring(struct sw_demo_sim *sim, struct call *call, struct agent *agent) {
    call->phase = RINGING;
    call->agent = agent;
    call->answers = !chance(sim, 0.012);
    call->due_ms = sim->now_ms + (call->answers ? between(sim, 1200, 4500) : 15 * SECOND);
    if (call->gives_up_ms < call->due_ms) call->due_ms = call->gives_up_ms;
    agent->due_ms = NEVER;
    call_event(sim, "call.ringing", call);
    set_state(sim, agent, SW_ST_RINGING, NULL, call);
}

static void enqueue(struct sw_demo_sim *sim, struct call *call, int queue) {
    const struct sw_demo_queue *q = sw_demo_queue(queue);
    call->queue = queue;
    call->agent = NULL;
    call->queued_ms = sim->now_ms;
    call->overflow_ms = q->overflow_ms && !call->moved ? sim->now_ms + q->overflow_ms : NEVER;
    begin_call(sim, "call.queued", call);
    if (queue == SW_DEMO_VIP) sw_json_int(&sim->json, "priority", 10);
    end(sim);
    wait_on(call);
    struct agent *agent = longest_idle(sim, queue);
    if (agent) ring(sim, call, agent);
}

static void begin_plan(struct sw_demo_sim *sim, struct agent *agent, enum plan plan);

static int64_t next_plan(const struct agent *agent, enum plan *which) {
    int64_t due_ms = NEVER;
    for (int plan = 0; plan < PLAN_COUNT; plan++) {
        if (agent->plans_ms[plan] >= due_ms) continue;
        due_ms = agent->plans_ms[plan];
        *which = (enum plan)plan;
    }
    return due_ms;
}

/* The agent has nothing to do: what it planned, else the next caller, else it waits. */
static void ready(struct sw_demo_sim *sim, struct agent *agent) {
    enum plan plan = PLAN_BREAK;
    if (agent->state != SW_ST_READY) {
        if (agent->who.outbound) agent->plans_ms[PLAN_DIAL] = sim->now_ms + between(sim, 3 * SECOND, 25 * SECOND);
        if (next_plan(agent, &plan) <= sim->now_ms && agent->state != SW_ST_OFFLINE) {
            begin_plan(sim, agent, plan);
            return;
        }
        set_state(sim, agent, SW_ST_READY, NULL, NULL);
        agent->idle_since_ms = sim->now_ms;
    }
    agent->due_ms = next_plan(agent, &plan);
    struct call *call = longest_waiting(sim, agent);
    if (call) ring(sim, call, agent);
}

static void wrap_up(struct sw_demo_sim *sim, struct agent *agent, double mean_s) {
    int64_t ms = conversation(sim, chance(sim, 0.015) ? mean_s * 8 : mean_s);
    set_state(sim, agent, SW_ST_WRAPUP, NULL, NULL);
    agent->due_ms = sim->now_ms + ms;
}

static void converse(struct sw_demo_sim *sim, struct call *call, double mean_s) {
    int64_t talk_ms = conversation(sim, mean_s);
    call->phase = TALKING;
    call->hold_at_ms = NEVER;
    call->hold_ms = 0;
    if (call->queue != SW_DEMO_CHAT && chance(sim, 0.13)) {
        call->hold_at_ms = sim->now_ms + between(sim, talk_ms / 5, talk_ms * 4 / 5);
        call->hold_ms = between(sim, 10 * SECOND, chance(sim, 0.1) ? 170 * SECOND : 80 * SECOND);
    }
    call->ends_ms = sim->now_ms + talk_ms + call->hold_ms;
    call->due_ms = call->hold_at_ms < call->ends_ms ? call->hold_at_ms : call->ends_ms;
    set_state(sim, call->agent, SW_ST_TALKING, NULL, call);
}

static void part(struct sw_demo_sim *sim, struct call *call) {
    struct agent *agent = call->agent;
    const struct sw_demo_queue *queue = sw_demo_queue(call->queue);
    bool transfer = call->queue != SW_DEMO_CHAT && !call->moved && !sim->closed && chance(sim, 0.03);
    if (transfer) {
        int to = call->queue == SW_DEMO_TECH ? SW_DEMO_SERVICE : SW_DEMO_TECH;
        begin_call(sim, "call.transferred", call);
        text(sim, "to", sw_demo_queue(to)->id);
        end(sim);
        wrap_up(sim, agent, queue->wrapup_s);
        call->moved = true;
        call->gives_up_ms = sim->now_ms + 5 * SECOND + exponential(sim, queue->patience_s);
        enqueue(sim, call, to);
        return;
    }
    begin_call(sim, "call.ended", call);
    text(sim, "by", chance(sim, 0.4) ? "agent" : "caller");
    end(sim);
    wrap_up(sim, agent, queue->wrapup_s);
    free_call(sim, call);
}

static void leave_waiting(struct sw_demo_sim *sim, struct call *call) {
    if (call->gives_up_ms <= sim->now_ms) {
        call_event(sim, "call.abandoned", call);
        free_call(sim, call);
        return;
    }
    int to = (int)sw_demo_queue(call->queue)->overflow_to;
    begin_call(sim, "call.exited", call);
    text(sim, "reason", "timeout");
    text(sim, "to", sw_demo_queue(to)->id);
    end(sim);
    call->moved = true;
    enqueue(sim, call, to);
}

static void ring_over(struct sw_demo_sim *sim, struct call *call) {
    struct agent *agent = call->agent;
    if (call->gives_up_ms <= sim->now_ms) {
        call->agent = NULL;
        call_event(sim, "call.abandoned", call);
        free_call(sim, call);
        ready(sim, agent);
        return;
    }
    if (call->answers) {
        call_event(sim, "call.answered", call);
        converse(sim, call, sw_demo_queue(call->queue)->talk_s);
        return;
    }
    begin_call(sim, "call.declined", call);
    text(sim, "reason", "timeout");
    end(sim);
    set_state(sim, agent, SW_ST_BUSY, "未接 No answer", NULL);
    agent->due_ms = sim->now_ms + between(sim, 25 * SECOND, 100 * SECOND);
    wait_on(call);
    struct agent *other = longest_idle(sim, call->queue);
    if (other) ring(sim, call, other);
}

/* ---- calling out ---- */

static void dial(struct sw_demo_sim *sim, struct agent *agent) {
    struct call *call = new_call(sim, -1);
    if (!call) {
        ready(sim, agent);
        return;
    }
    call->phase = DIALING;
    call->agent = agent;
    call->answers = chance(sim, 0.6);
    call->due_ms = sim->now_ms + (call->answers ? between(sim, 6 * SECOND, 18 * SECOND) : 25 * SECOND);
    call_event(sim, "call.dialed", call);
    set_state(sim, agent, SW_ST_DIALING, NULL, call);
    agent->due_ms = NEVER;
}

static void dialed_over(struct sw_demo_sim *sim, struct call *call) {
    if (call->phase == DIALING && call->answers) {
        call_event(sim, "call.connected", call);
        converse(sim, call, 90);
        return;
    }
    bool talked = call->phase != DIALING;
    begin_call(sim, "call.ended", call);
    text(sim, "by", talked && chance(sim, 0.5) ? "caller" : "agent");
    end(sim);
    begin_call(sim, "call.dispositioned", call);
    text(sim, "result", !talked ? "unreachable" : chance(sim, 0.55) ? "success" : chance(sim, 0.8) ? "refused" : "other");
    end(sim);
    wrap_up(sim, call->agent, talked ? 18 : 5);
    free_call(sim, call);
}

static void call_due(struct sw_demo_sim *sim, struct call *call) {
    switch (call->phase) {
    case WAITING: leave_waiting(sim, call); break;
    case RINGING: ring_over(sim, call); break;
    case DIALING: dialed_over(sim, call); break;
    case HELD:
        call->phase = TALKING;
        call->due_ms = call->ends_ms;
        call_event(sim, "call.retrieved", call);
        set_state(sim, call->agent, SW_ST_TALKING, NULL, call);
        break;
    case TALKING:
        if (call->hold_at_ms <= sim->now_ms) {
            call->phase = HELD;
            call->due_ms = call->hold_at_ms + call->hold_ms;
            call->hold_at_ms = NEVER;
            call_event(sim, "call.held", call);
            set_state(sim, call->agent, SW_ST_HOLD, NULL, call);
        } else if (call->queue < 0) {
            dialed_over(sim, call);
        } else {
            part(sim, call);
        }
        break;
    default: call->due_ms = NEVER; break;
    }
}

/* ---- what agents do beside ---- */

static int team_in(const struct sw_demo_sim *sim, int team, enum sw_agent_state state) {
    int count = 0;
    for (int i = 0; i < SW_DEMO_AGENTS; i++)
        count += sim->agents[i].who.team == team && sim->agents[i].state == state;
    return count;
}

static void away(struct sw_demo_sim *sim, struct agent *agent, enum sw_agent_state state, const char *reason,
                 int64_t low_ms, int64_t high_ms) {
    set_state(sim, agent, state, reason, NULL);
    agent->due_ms = sim->now_ms + between(sim, low_ms, high_ms);
}

static void sign_in(struct sw_demo_sim *sim, struct agent *agent) {
    int64_t now_ms = sim->now_ms;
    agent->plans_ms[PLAN_SIGN_OUT] = now_ms + between(sim, 150 * MINUTE, 380 * MINUTE);
    agent->plans_ms[PLAN_BREAK] = now_ms + between(sim, 15 * MINUTE, 90 * MINUTE);
    agent->plans_ms[PLAN_MEAL] = now_ms + between(sim, 100 * MINUTE, 240 * MINUTE);
    agent->plans_ms[PLAN_BUSY] = now_ms + exponential(sim, 5400);
    agent->plans_ms[PLAN_MEETING] = agent->plans_ms[PLAN_DIAL] = NEVER;
    ready(sim, agent);
}

static void begin_plan(struct sw_demo_sim *sim, struct agent *agent, enum plan plan) {
    static const char *const reasons[] = {"资料整理 Paperwork", "请示班长 Asking the lead", "系统故障 System trouble",
                                          "回呼准备 Preparing a callback"};
    int64_t *when_ms = &agent->plans_ms[plan];
    bool crowded = (plan == PLAN_BREAK && team_in(sim, agent->who.team, SW_ST_BREAK) >= BREAKS_TOGETHER) ||
                   (plan == PLAN_MEAL && team_in(sim, agent->who.team, SW_ST_MEAL) >= MEALS_TOGETHER);
    if (crowded) { /* later; until then it works on */
        *when_ms = sim->now_ms + between(sim, 3 * MINUTE, 9 * MINUTE);
        ready(sim, agent);
        return;
    }
    *when_ms = NEVER;
    switch (plan) {
    case PLAN_BREAK:
        *when_ms = sim->now_ms + between(sim, 50 * MINUTE, 110 * MINUTE);
        if (chance(sim, 0.14)) away(sim, agent, SW_ST_BREAK, "小休 Break", 10 * MINUTE + 20 * SECOND, 15 * MINUTE);
        else away(sim, agent, SW_ST_BREAK, "小休 Break", 5 * MINUTE, 9 * MINUTE + 40 * SECOND);
        break;
    case PLAN_MEAL: away(sim, agent, SW_ST_MEAL, "就餐 Meal", 22 * MINUTE, 32 * MINUTE); break;
    case PLAN_MEETING: away(sim, agent, SW_ST_MEETING, "班会 Briefing", 9 * MINUTE, 13 * MINUTE); break;
    case PLAN_BUSY:
        *when_ms = sim->now_ms + 10 * MINUTE + exponential(sim, 5400);
        away(sim, agent, SW_ST_BUSY, reasons[draw(sim) % 4], MINUTE, chance(sim, 0.12) ? 9 * MINUTE : 4 * MINUTE);
        break;
    case PLAN_SIGN_OUT: away(sim, agent, SW_ST_OFFLINE, NULL, 12 * MINUTE, 45 * MINUTE); break;
    default:
        if (sim->closed) ready(sim, agent);
        else dial(sim, agent);
        break;
    }
}

static void agent_due(struct sw_demo_sim *sim, struct agent *agent) {
    enum plan plan = PLAN_BREAK;
    if (agent->state == SW_ST_OFFLINE) sign_in(sim, agent);
    else if (agent->state != SW_ST_READY) ready(sim, agent);
    else if (next_plan(agent, &plan) <= sim->now_ms) begin_plan(sim, agent, plan);
    else ready(sim, agent);
}

/* ---- what comes from outside ---- */

/* Callers a ms: what the agents in service can do, at an occupancy that breathes. */
static double arrival_rate(const struct sw_demo_sim *sim, int queue) {
    double agents = 0;
    for (int i = 0; i < SW_DEMO_AGENTS; i++) {
        const struct agent *agent = &sim->agents[i];
        if (agent->state == SW_ST_OFFLINE || sw_state_is_non_service(agent->state) || agent->who.outbound) continue;
        agents += sw_demo_share(agent->who.team, queue);
    }
    const struct sw_demo_queue *q = sw_demo_queue(queue);
    double t = (double)sim->now_ms / (double)MINUTE, swing = sim->phase[queue];
    double level = queue == SW_DEMO_CHAT ? 0.80 : 0.88; /* the smaller the group, the more idle it must be */
    double occupancy = level + 0.07 * sin(t / 53 * 6.283185 + swing) + 0.045 * sin(t / 11 * 6.283185 + 2 * swing);
    return agents * occupancy / ((q->talk_s + q->wrapup_s + 12) * 1000);
}

static void plan_arrival(struct sw_demo_sim *sim, int queue) {
    double rate = arrival_rate(sim, queue);
    double gap_ms = rate > 0 ? -log(uniform(sim)) / rate : 1e9;
    sim->arrives[queue] = gap_ms < (double)LOOK_AGAIN; /* waiting has no memory, so looking again changes no odds */
    sim->arrivals_ms[queue] = sim->now_ms + (sim->arrives[queue] ? (int64_t)gap_ms + 1 : LOOK_AGAIN);
    if (sim->closed) sim->arrivals_ms[queue] = NEVER;
}

static void arrival_due(struct sw_demo_sim *sim, int queue) {
    bool arrives = sim->arrives[queue] && !sim->closed;
    plan_arrival(sim, queue);
    struct call *call = arrives ? new_call(sim, queue) : NULL;
    if (!call) return;
    call->gives_up_ms = sim->now_ms + 2 * SECOND + exponential(sim, sw_demo_queue(queue)->patience_s);
    enqueue(sim, call, queue);
}

static void alarm_due(struct sw_demo_sim *sim) {
    static const char *const alarms[][3] = {{"trunk-2", "中继 2 中断 Trunk 2 is down", "critical"},
                                            {"crm", "客户系统响应缓慢 The CRM is slow", "warning"},
                                            {"sms", "短信通道拥塞 Text messages are delayed", "info"}};
    bool raise = sim->alarm < 0;
    int which = raise ? (int)(draw(sim) % 3) : sim->alarm;
    begin(sim, "alarm");
    text(sim, "source", alarms[which][0]);
    text(sim, "text", alarms[which][1]);
    text(sim, "severity", alarms[which][2]);
    text(sim, "state", raise ? "raised" : "cleared");
    end(sim);
    sim->alarm = raise ? which : -1;
    sim->alarm_ms = sim->now_ms + (raise ? between(sim, 2 * MINUTE, 5 * MINUTE) : between(sim, 30 * MINUTE, 70 * MINUTE));
}

static void notice_due(struct sw_demo_sim *sim) {
    static const char *const notices[] = {"请核对客户身份后再查询账户 Verify the caller before opening the account",
                                          "新资费明日生效，话术已更新 New tariff from tomorrow: the script is updated",
                                          "雷雨天气，技术来电增多 Thunderstorms: expect more technical calls",
                                          "请在话后处理中选择小结 Choose a result in wrap-up"};
    begin(sim, "notice");
    text(sim, "text", notices[draw(sim) % 4]);
    sw_json_int(&sim->json, "until", sim->now_ms + between(sim, 6 * MINUTE, 14 * MINUTE));
    end(sim);
    sim->notice_ms = sim->now_ms + between(sim, 12 * MINUTE, 26 * MINUTE);
}

/* A few of one team are called to a briefing. */
static void meeting_due(struct sw_demo_sim *sim) {
    int team = (int)(draw(sim) % SW_DEMO_TEAMS), called = 0;
    for (int i = 0; i < SW_DEMO_AGENTS && called < 5; i++) {
        struct agent *agent = &sim->agents[i];
        if (agent->who.team != team || agent->state == SW_ST_OFFLINE || sw_state_is_non_service(agent->state)) continue;
        agent->plans_ms[PLAN_MEETING] = sim->now_ms;
        if (agent->state == SW_ST_READY) agent->due_ms = sim->now_ms;
        called++;
    }
    sim->meeting_ms = sim->now_ms + between(sim, 45 * MINUTE, 90 * MINUTE);
}

/* ---- time ---- */

struct sw_demo_sim *sw_demo_sim_new(uint64_t seed, int64_t start_ms) {
    struct sw_demo_sim *sim = sw_xcalloc(1, sizeof *sim);
    sim->random = seed ^ UINT64_C(0x5851F42D4C957F2D);
    sim->now_ms = sim->start_ms = start_ms;
    sw_buf_init(&sim->out, SW_EVENT_BYTES_MAX);
    for (int i = 0; i < SW_DEMO_AGENTS; i++) {
        struct agent *agent = &sim->agents[i];
        sw_demo_agent(i, &agent->who);
        agent->state = SW_ST_OFFLINE;
        agent->due_ms = start_ms + (chance(sim, 0.9) ? between(sim, 0, 90 * SECOND) : between(sim, 2 * MINUTE, 40 * MINUTE));
    }
    for (int q = 0; q < SW_DEMO_QUEUES; q++) {
        sim->phase[q] = 6.283185 * uniform(sim);
        sim->arrivals_ms[q] = start_ms + LOOK_AGAIN;
    }
    sim->alarm = -1;
    sim->alarm_ms = start_ms + between(sim, 20 * MINUTE, 100 * MINUTE);
    sim->notice_ms = start_ms + between(sim, 4 * MINUTE, 15 * MINUTE);
    sim->meeting_ms = start_ms + between(sim, 20 * MINUTE, 60 * MINUTE);
    return sim;
}

void sw_demo_sim_free(struct sw_demo_sim *sim) {
    if (!sim) return;
    sw_buf_deinit(&sim->out);
    free(sim);
}

void sw_demo_sim_close(struct sw_demo_sim *sim) { sim->closed = true; }

size_t sw_demo_sim_calls(const struct sw_demo_sim *sim) {
    size_t count = 0;
    for (size_t i = 0; i < sim->call_count; i++) count += sim->calls[i].phase != FREE;
    return count;
}

/* What is due first; its due time is the least of all. */
struct first {
    int64_t due_ms;
    struct agent *agent;
    struct call *call;
    int queue;
    void (*other)(struct sw_demo_sim *sim);
};

static struct first find_first(struct sw_demo_sim *sim) {
    struct first f = {.due_ms = sim->alarm_ms, .other = alarm_due, .queue = -1};
    if (sim->notice_ms < f.due_ms) f = (struct first){.due_ms = sim->notice_ms, .other = notice_due, .queue = -1};
    if (sim->meeting_ms < f.due_ms) f = (struct first){.due_ms = sim->meeting_ms, .other = meeting_due, .queue = -1};
    for (int q = 0; q < SW_DEMO_QUEUES; q++)
        if (sim->arrivals_ms[q] < f.due_ms) f = (struct first){.due_ms = sim->arrivals_ms[q], .queue = q};
    for (int i = 0; i < SW_DEMO_AGENTS; i++)
        if (sim->agents[i].due_ms < f.due_ms)
            f = (struct first){.due_ms = sim->agents[i].due_ms, .agent = &sim->agents[i], .queue = -1};
    for (size_t i = 0; i < sim->call_count; i++)
        if (sim->calls[i].due_ms < f.due_ms)
            f = (struct first){.due_ms = sim->calls[i].due_ms, .call = &sim->calls[i], .queue = -1};
    return f;
}

int64_t sw_demo_sim_next_due(const struct sw_demo_sim *sim) {
    int64_t due_ms = find_first((struct sw_demo_sim *)(uintptr_t)sim).due_ms; /* only looked at */
    return due_ms > sim->now_ms ? due_ms : sim->now_ms;
}

bool sw_demo_sim_step(struct sw_demo_sim *sim, int64_t now_ms, sw_demo_emit_fn emit, void *ctx) {
    struct first f = find_first(sim);
    if (f.due_ms > now_ms) return false;
    sim->emit = emit;
    sim->ctx = ctx;
    if (f.due_ms > sim->now_ms) sim->now_ms = f.due_ms;
    if (f.agent) agent_due(sim, f.agent);
    else if (f.call) call_due(sim, f.call);
    else if (f.queue >= 0) arrival_due(sim, f.queue);
    else f.other(sim);
    return true;
}
