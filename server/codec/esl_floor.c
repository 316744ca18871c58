/* mod_callcenter's events: what they are, and those of agents. See esl_floor.h. */
#include "codec/esl_floor_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"

struct sw_esl_floor *sw_esl_floor_new(const struct sw_esl_floor_options *options) {
    struct sw_esl_floor *f = sw_xcalloc(1, sizeof *f);
    f->options = *options;
    (void)snprintf(f->domain, sizeof f->domain, "%s", options->domain ? options->domain : "");
    f->wanted_ms = INT64_MAX;
    f->merged_ms = INT64_MIN;
    return f;
}

void sw_esl_floor_free(struct sw_esl_floor *f) {
    struct ef_agent *agent, *next_agent;
    struct ef_call *call, *next_call;
    struct ef_queue *queue, *next_queue;
    struct ef_word *word, *next_word;
    if (!f) return;
    HASH_ITER(hh, f->calls, call, next_call) ef_call_free(f, call);
    HASH_ITER(hh, f->agents, agent, next_agent) {
        HASH_DEL(f->agents, agent);
        free(agent);
    }
    HASH_ITER(hh, f->queues, queue, next_queue) {
        HASH_DEL(f->queues, queue);
        free(queue);
    }
    HASH_ITER(hh, f->told, word, next_word) {
        HASH_DEL(f->told, word);
        free(word);
    }
    ef_snapshot_free(f);
    free(f);
}

const struct sw_esl_floor_counters *sw_esl_floor_counters(const struct sw_esl_floor *f) {
    return &f->counters;
}

/* ---- words ---- */

static void tell(struct sw_esl_floor *f, const char *format, va_list args) {
    char text[512];
    (void)vsnprintf(text, sizeof text, format, args);
    sw_utf8_mend(text); /* where it was cut */
    f->options.message(f->options.ctx, text);
}

void ef_tell(struct sw_esl_floor *f, const char *format, ...) {
    va_list args;
    va_start(args, format);
    tell(f, format, args);
    va_end(args);
}

bool ef_is_first(struct sw_esl_floor *f, const char *text) {
    struct ef_word *word;
    size_t len = strlen(text);
    HASH_FIND(hh, f->told, text, len, word);
    if (word || HASH_COUNT(f->told) >= EF_TOLD_MAX) return false;
    word = sw_xcalloc(1, sizeof *word + len + 1);
    memcpy(word->text, text, len);
    HASH_ADD_KEYPTR(hh, f->told, word->text, len, word);
    return true;
}

void ef_tell_once(struct sw_esl_floor *f, const char *text, const char *format, ...) {
    va_list args;
    if (!ef_is_first(f, text)) return;
    va_start(args, format);
    tell(f, format, args);
    va_end(args);
}

/* ---- names ---- */

/* Where the "@DOMAIN" of NAME begins; NULL when it has another or none, or names are told as they are. */
static const char *domain_of(const struct sw_esl_floor *f, const char *name) {
    size_t len = strlen(name), tail = strlen(f->domain);
    if (!tail || len < tail + 2 || name[len - tail - 1] != '@') return NULL;
    return strcmp(name + len - tail, f->domain) ? NULL : name + len - tail - 1;
}

bool ef_id(const struct sw_esl_floor *f, const char *name, char out[EF_ID_BYTES]) {
    const char *end = domain_of(f, name);
    size_t len = end ? (size_t)(end - name) : strlen(name);
    if (!len || len >= EF_ID_BYTES) return false;
    memmove(out, name, len); /* they may be the same */
    out[len] = '\0';
    return true;
}

bool ef_is_our_queue(const struct sw_esl_floor *f, const char *name) {
    if (f->domain[0] && !domain_of(f, name)) return false;
    return !f->options.wants_queue || f->options.wants_queue(f->options.ctx, name);
}

bool ef_is_choosy(const struct sw_esl_floor *f) {
    return f->domain[0] || f->options.wants_queue;
}

/* ---- agents ---- */

struct ef_agent *ef_agent_find(const struct sw_esl_floor *f, const char *id) {
    struct ef_agent *agent;
    HASH_FIND(hh, f->agents, id, strlen(id), agent);
    return agent;
}

struct ef_agent *ef_agent_of(struct sw_esl_floor *f, const char *id) {
    struct ef_agent *agent = ef_agent_find(f, id);
    size_t len = strlen(id);
    if (agent) return agent;
    if (HASH_COUNT(f->agents) >= SW_ESL_AGENTS_MAX) {
        f->counters.refused++;
        ef_tell_once(f, "agents", "more than %d agents: further ones are left out", SW_ESL_AGENTS_MAX);
        return NULL;
    }
    agent = sw_xcalloc(1, sizeof *agent + len + 1);
    memcpy(agent->id, id, len);
    agent->state = EF_STATE_UNKNOWN;
    agent->wrapup_ms = -1;
    HASH_ADD_KEYPTR(hh, f->agents, agent->id, len, agent);
    return agent;
}

void ef_want_snapshot(struct sw_esl_floor *f) {
    int64_t soonest = f->merged_ms == INT64_MIN ? f->now_ms : f->merged_ms + SW_ESL_HINT_MS;
    int64_t at = f->now_ms + SW_ESL_SETTLE_MS > soonest ? f->now_ms + SW_ESL_SETTLE_MS : soonest;
    if (at < f->wanted_ms) f->wanted_ms = at;
}

enum ef_state ef_state_of(const char *text) {
    static const char *const names[] = {"Waiting", "Receiving", "In a queue call", "Idle", "Reserved"};
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (!strcmp(text, names[i])) return (enum ef_state)i;
    return EF_STATE_UNKNOWN;
}

enum sw_pbx_duty ef_duty_of(const struct ef_agent *agent, const char **reason) {
    *reason = "";
    if (!agent->status[0] || !strcmp(agent->status, "Logged Out")) return SW_PBX_DUTY_OUT;
    bool is_available =
        !strcmp(agent->status, "Available") || !strcmp(agent->status, "Available (On Demand)");
    if (is_available && agent->state != EF_IDLE) return SW_PBX_DUTY_IN;
    *reason = is_available ? "Idle" : agent->status;
    return SW_PBX_DUTY_PAUSED;
}

/* The agent of an event of agents; NULL when it is none of ours. What it was told is kept in either case. */
static struct ef_agent *agent_of(struct sw_esl_floor *f, const struct ef_event *e) {
    struct ef_agent *agent = ef_agent_find(f, e->agent);
    if (!agent && ef_is_choosy(f)) {
        f->counters.foreign++;
        return NULL;
    }
    if (!agent) {
        agent = ef_agent_of(f, e->agent);
        ef_want_snapshot(f); /* for its queues and its wrap-up time */
    }
    return agent;
}

static bool is_ours(struct sw_esl_floor *f, const struct ef_agent *agent) {
    if (!ef_is_choosy(f) || agent->tier_pass) return true;
    f->counters.foreign++;
    return false;
}

static void set_status(struct sw_esl_floor *f, const struct ef_event *e, const char *header) {
    char status[sizeof((struct ef_agent *)0)->status];
    const char *reason;
    if (sw_esl_value(e->text, e->len, header, status, sizeof status) <= 0) {
        f->counters.malformed++;
        return;
    }
    struct ef_agent *agent = agent_of(f, e);
    if (!agent) return;
    memcpy(agent->status, status, sizeof status);
    agent->status_since_ms = e->ts_ms;
    if (!is_ours(f, agent)) return;
    enum sw_pbx_duty duty = ef_duty_of(agent, &reason);
    sw_pbx_duty(f->options.pbx, agent->id, duty, reason, e->ts_ms);
}

static void agent_status(struct sw_esl_floor *f, const struct ef_event *e) {
    set_status(f, e, "CC-Agent-Status");
}

static void agent_max_no_answer(struct sw_esl_floor *f, const struct ef_event *e) {
    set_status(f, e, "CC-Agent-No-Answer-Status");
}

static void agent_state(struct sw_esl_floor *f, const struct ef_event *e) {
    char text[64];
    const char *reason;
    if (sw_esl_value(e->text, e->len, "CC-Agent-State", text, sizeof text) <= 0) {
        f->counters.malformed++;
        return;
    }
    struct ef_agent *agent = agent_of(f, e);
    if (!agent) return;
    enum ef_state state = ef_state_of(text);
    if (state == EF_STATE_UNKNOWN) {
        f->counters.unknown++;
        ef_tell_once(f, text, "agent state \"%s\" is not known", text);
    }
    agent->state = state;
    agent->odd_count = 0;
    agent->is_odd_told = false;
    if (agent->call && agent->call->phase == EF_CALL_BRIDGING && state == EF_IN_CALL)
        ef_call_answered(f, agent->call);
    if (!is_ours(f, agent)) return;
    sw_pbx_line(f->options.pbx, agent->id, SW_PBX_LINE_FREE, e->ts_ms);
    if (!agent->status[0]) return; /* not known yet: the lists say it */
    enum sw_pbx_duty duty = ef_duty_of(agent, &reason);
    sw_pbx_duty(f->options.pbx, agent->id, duty, reason, e->ts_ms);
}

static void agent_added(struct sw_esl_floor *f, const struct ef_event *e) {
    (void)e;
    ef_want_snapshot(f);
}

static void nothing(struct sw_esl_floor *f, const struct ef_event *e) {
    (void)f, (void)e;
}

/* ---- events ---- */

enum { AGENT = 1, QUEUE = 2, CALL = 4 };

static const struct action {
    const char *name;
    unsigned needs;
    void (*act)(struct sw_esl_floor *f, const struct ef_event *e);
    const char *time; /* for events without one of their own: seconds */
} actions[] = {
    {"agent-status-change", AGENT, agent_status, NULL},
    {"agent-state-change", AGENT, agent_state, NULL},
    {"agent-max-no-answer", AGENT, agent_max_no_answer, NULL},
    {"agent-add", AGENT, agent_added, NULL},
    {"agent-contact-change", 0, nothing, NULL},
    {"agent-status-get", 0, nothing, NULL}, /* somebody asked */
    {"agent-state-get", 0, nothing, NULL},
    {"agent-uuid-get", 0, nothing, NULL},
    {"agent-offering", AGENT | QUEUE | CALL, ef_offered, NULL},
    {"bridge-agent-start", AGENT | QUEUE | CALL, ef_bridged, "CC-Agent-Answered-Time"},
    {"bridge-agent-end", AGENT | QUEUE | CALL, ef_bridge_over, "CC-Bridge-Terminated-Time"},
    {"bridge-agent-fail", AGENT | QUEUE | CALL, ef_bridge_failed, "CC-Agent-Aborted-Time"},
    {"member-queue-start", QUEUE | CALL, ef_joined, NULL},
    {"member-queue-resume", QUEUE | CALL, ef_joined, NULL},
    {"member-queue-end", QUEUE | CALL, ef_left, "CC-Member-Leaving-Time"},
    {"members-count", QUEUE, ef_counted, NULL},
};

/* Seconds, milliseconds or microseconds since 1970, told apart by their size (all are after 1973). */
static int64_t epoch_ms(int64_t value) {
    if (value >= INT64_C(100000000000000)) return value / 1000;
    return value >= INT64_C(100000000000) ? value : value * 1000;
}

static int64_t time_of(struct sw_esl_floor *f, const char *text, size_t len, const char *header) {
    int64_t value = sw_esl_integer(text, len, "Event-Date-Timestamp", INT64_MAX / 1000);
    if (value <= 0 && header) value = sw_esl_integer(text, len, header, INT64_MAX / 1000000);
    if (value <= 0) return f->now_ms;
    int64_t at_ms = epoch_ms(value);
    if (at_ms > f->now_ms + EF_AHEAD_MS)
        ef_tell_once(f, "clock",
                     "the switch's clock is %d s ahead of this machine's: its times are taken as of now (NTP?)",
                     (int)((at_ms - f->now_ms) / 1000 < 1000000 ? (at_ms - f->now_ms) / 1000 : 1000000));
    return at_ms;
}

/* Reads what the action needs. False: it is not there, or it is not ours. */
static bool read_event(struct sw_esl_floor *f, const struct action *action, struct ef_event *e) {
    char *call = e->call;
    if (action->needs & CALL &&
        sw_esl_value(e->text, e->len, "CC-Member-Session-UUID", call, sizeof e->call) <= 0 &&
        sw_esl_value(e->text, e->len, "CC-Member-UUID", call, sizeof e->call) <= 0) {
        f->counters.malformed++;
        return false;
    }
    if (action->needs & QUEUE) {
        if (sw_esl_value(e->text, e->len, "CC-Queue", e->queue, sizeof e->queue) <= 0) {
            f->counters.malformed++;
            return false;
        }
        if (!ef_is_our_queue(f, e->queue)) {
            f->counters.foreign++;
            return false;
        }
        if (!ef_id(f, e->queue, e->queue)) return false;
    }
    if (action->needs & AGENT && (sw_esl_value(e->text, e->len, "CC-Agent", e->agent, sizeof e->agent) <= 0 ||
                                  !ef_id(f, e->agent, e->agent))) {
        f->counters.malformed++;
        return false;
    }
    return true;
}

static void callcenter_event(struct sw_esl_floor *f, const char *text, size_t len) {
    struct ef_event e = {.text = text, .len = len};
    f->counters.events++;
    if (sw_esl_value(text, len, "CC-Action", e.action, sizeof e.action) <= 0) {
        f->counters.malformed++;
        return;
    }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].name, e.action)) continue;
        e.ts_ms = time_of(f, text, len, actions[i].time);
        if (read_event(f, &actions[i], &e)) actions[i].act(f, &e);
        return;
    }
    f->counters.unknown++;
    ef_tell_once(f, e.action, "mod_callcenter's action \"%s\" is not known", e.action);
}

/* The module was loaded anew: states were put back without an event each. */
static void module_event(struct sw_esl_floor *f, const char *text, size_t len, bool is_loaded) {
    char name[32], type[32];
    if (sw_esl_value(text, len, "name", name, sizeof name) < 0 || strcmp(name, "callcenter") ||
        sw_esl_value(text, len, "type", type, sizeof type) < 0 || strcmp(type, "application"))
        return;
    ef_tell(f, is_loaded ? "mod_callcenter was loaded" : "mod_callcenter was unloaded");
    if (is_loaded) sw_esl_floor_snapshot(f, SW_PBX_SNAPSHOT_MERGE, f->now_ms);
}

void sw_esl_floor_event(struct sw_esl_floor *f, const char *text, size_t len, int64_t now_ms) {
    struct ef_event e = {.text = text, .len = len};
    char name[64], subclass[64];
    f->now_ms = now_ms;
    sw_pbx_advance(f->options.pbx, now_ms);
    if (sw_esl_value(text, len, "Event-Name", name, sizeof name) < 0) {
        f->counters.malformed++;
        return;
    }
    if (!strcmp(name, "CUSTOM") && sw_esl_value(text, len, "Event-Subclass", subclass, sizeof subclass) > 0 &&
        !strcmp(subclass, "callcenter::info")) {
        callcenter_event(f, text, len);
    } else if (!strcmp(name, "CHANNEL_HOLD") || !strcmp(name, "CHANNEL_UNHOLD")) {
        e.ts_ms = time_of(f, text, len, NULL);
        ef_hold(f, &e, !strcmp(name, "CHANNEL_HOLD"));
    } else if (!strcmp(name, "MODULE_LOAD") || !strcmp(name, "MODULE_UNLOAD")) {
        module_event(f, text, len, !strcmp(name, "MODULE_LOAD"));
    }
}
