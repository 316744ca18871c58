/* What the parts of pbx_floor share: names, times, events, and what was told before this run. */
#include "codec/pbx_floor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/pbx_floor_internal.h"

#define MESSAGE_BYTES_MAX 1024

/* ---- names ---- */

bool pbx_check(struct sw_pbx *pbx, const char *text) {
    bool ok = text && *text && strlen(text) <= SW_ID_CHARS_MAX * 4 && sw_utf8_is_valid(text) &&
              sw_utf8_count(text) <= SW_ID_CHARS_MAX && !sw_utf8_has_control(text);
    if (!ok) pbx->counters.refused++;
    return ok;
}

struct pbx_queue *pbx_queue(struct sw_pbx *pbx, const char *id) {
    struct pbx_queue *queue;
    size_t len = id ? strlen(id) : 0;
    if (len)
        HASH_FIND(hh, pbx->queues, id, len, queue);
    else
        queue = NULL;
    if (queue || !pbx_check(pbx, id)) return queue;
    if (HASH_COUNT(pbx->queues) >= SW_PBX_QUEUES_MAX) {
        pbx->counters.refused++;
        return NULL;
    }
    queue = sw_xcalloc(1, sizeof *queue + len + 1);
    memcpy(queue->id, id, len);
    HASH_ADD_KEYPTR(hh, pbx->queues, queue->id, len, queue);
    return queue;
}

struct pbx_agent *pbx_find_agent(const struct sw_pbx *pbx, const char *id) {
    struct pbx_agent *agent = NULL;
    if (id && *id) HASH_FIND(hh, pbx->agents, id, strlen(id), agent);
    return agent;
}

struct pbx_agent *pbx_agent(struct sw_pbx *pbx, const char *id) {
    struct pbx_agent *agent = pbx_find_agent(pbx, id);
    if (agent || !pbx_check(pbx, id)) return agent;
    if (HASH_COUNT(pbx->agents) >= SW_PBX_AGENTS_MAX) {
        pbx->counters.refused++;
        return NULL;
    }
    size_t len = strlen(id);
    agent = sw_xcalloc(1, sizeof *agent + len + 1);
    memcpy(agent->id, id, len);
    agent->wrapup_ms = -1;
    agent->paused_since_ms = agent->latest_ms = agent->told_since_ms = PBX_NEVER;
    HASH_ADD_KEYPTR(hh, pbx->agents, agent->id, len, agent);
    return agent;
}

void pbx_replace(char **text, const char *value) {
    char *copy = value && *value ? sw_xstrdup(value) : NULL;
    free(*text);
    *text = copy;
}

bool pbx_same(const char *a, const char *b) {
    return !strcmp(a ? a : "", b ? b : "");
}

void pbx_tell(struct sw_pbx *pbx, const char *format, ...) {
    char text[MESSAGE_BYTES_MAX];
    va_list args;
    if (!pbx->options.message) return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sw_utf8_mend(text);
    pbx->options.message(pbx->options.ctx, text);
}

/* ---- time ---- */

int64_t pbx_time(struct sw_pbx *pbx, int64_t at_ms) {
    int64_t oldest_ms = pbx->now_ms > SW_PBX_OLD_MS ? pbx->now_ms - SW_PBX_OLD_MS : 0;
    bool is_ahead = at_ms > pbx->now_ms && at_ms - pbx->now_ms > SW_PBX_AHEAD_MS;
    if (!is_ahead && at_ms >= oldest_ms) return at_ms;
    pbx->counters.moved++;
    return is_ahead ? pbx->now_ms : oldest_ms;
}

static void wrapups_due(struct sw_pbx *pbx) {
    struct sw_heap_node *top;
    while ((top = sw_heap_top(&pbx->wrapups)) && top->key <= pbx->now_ms) {
        struct pbx_agent *agent = SW_HEAP_OWNER(struct pbx_agent, wrapup_node, top);
        int64_t due_ms = top->key;
        pbx_end_wrapup(pbx, agent);
        pbx_agent_update(pbx, agent, due_ms);
    }
}

void sw_pbx_advance(struct sw_pbx *pbx, int64_t now_ms) {
    if (now_ms < 0 || now_ms > SW_TS_MAX_MS || now_ms < pbx->now_ms) return;
    pbx->now_ms = now_ms;
    pbx_calls_due(pbx);
    wrapups_due(pbx);
}

int64_t sw_pbx_next_deadline(const struct sw_pbx *pbx) {
    const struct sw_heap *heaps[] = {&pbx->wrapups, &pbx->exits, &pbx->silences};
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < sizeof heaps / sizeof *heaps; i++) {
        const struct sw_heap_node *top = sw_heap_top(heaps[i]);
        if (top && top->key < next_ms) next_ms = top->key;
    }
    return next_ms;
}

/* ---- events ---- */

void pbx_begin(struct sw_pbx *pbx, const char *type, int64_t ts_ms) {
    char id[SW_ID_CHARS_MAX + 1];
    (void)snprintf(id, sizeof id, "%s-%llu", pbx->run, (unsigned long long)pbx->ids++);
    sw_buf_clear(&pbx->out);
    pbx->json = sw_json_on(&pbx->out);
    sw_json_open(&pbx->json, NULL, '{');
    sw_json_int(&pbx->json, "v", 1);
    sw_json_text(&pbx->json, "type", type);
    sw_json_int(&pbx->json, "ts", ts_ms);
    sw_json_text(&pbx->json, "id", id);
    sw_json_text(&pbx->json, "src", pbx->src);
}

void pbx_emit(struct sw_pbx *pbx) {
    sw_json_close(&pbx->json, '}');
    SW_ASSERT(!pbx->out.failed); /* all that goes into an event is bounded */
    pbx->counters.events++;
    pbx->options.event(pbx->options.ctx, pbx->out.data, pbx->out.len);
}

void sw_pbx_alarm(struct sw_pbx *pbx, bool raised, const char *text, int64_t at_ms) {
    if (pbx->alarm_told ? pbx->alarm_raised == raised : !raised) {
        pbx->counters.repeats++;
        return;
    }
    pbx->alarm_told = true;
    pbx->alarm_raised = raised;
    pbx_begin(pbx, "alarm", pbx_time(pbx, at_ms));
    sw_json_text(&pbx->json, "source", pbx->src);
    sw_json_text(&pbx->json, "text", text);
    sw_json_text(&pbx->json, "severity", sw_severity_name(SW_SEVERITY_CRITICAL));
    sw_json_text(&pbx->json, "state", raised ? "raised" : "cleared");
    pbx_emit(pbx);
}

/* ---- what was told before ---- */

static void past_agent(struct sw_pbx *pbx, const struct sw_event *event) {
    struct pbx_agent *agent = pbx_agent(pbx, event->agent);
    if (!agent) return;
    if (event->ts_ms > agent->latest_ms) agent->latest_ms = event->ts_ms;
    if (!agent->told || agent->told_state != event->state) agent->told_since_ms = event->ts_ms;
    if (event->name) pbx_replace(&agent->name, event->name);
    if (event->team) pbx_replace(&agent->team, event->team);
    pbx->staffed -= agent->told && agent->told_state != SW_ST_OFFLINE;
    pbx->staffed += event->state != SW_ST_OFFLINE;
    agent->told = agent->introduced = true;
    agent->told_state = event->state;
    pbx_replace(&agent->told_reason, event->reason);
    pbx_replace(&agent->told_call, event->call);
    if (!event->has_queues) return;
    agent->told_queues =
        sw_xrealloc(agent->told_queues, (event->queue_count + 1) * sizeof(struct pbx_queue *));
    agent->told_queue_count = 0;
    for (uint32_t i = 0; i < event->queue_count; i++) {
        struct pbx_queue *queue = pbx_queue(pbx, event->queues[i]);
        if (queue) agent->told_queues[agent->told_queue_count++] = queue;
    }
}

static void past_call(struct sw_pbx *pbx, const struct sw_event *event) {
    struct pbx_call *call = pbx_call(pbx, event->call);
    if (!call) return;
    struct pbx_agent *agent = event->agent ? pbx_agent(pbx, event->agent) : NULL;
    if (event->ts_ms > call->latest_ms) call->latest_ms = event->ts_ms;
    switch (event->type) {
    case SW_EV_CALL_QUEUED:
        call->queue = pbx_queue(pbx, event->queue);
        call->queued_ms = event->ts_ms;
        pbx_set_phase(pbx, call, SW_PBX_WAITING, NULL);
        break;
    case SW_EV_CALL_ANSWERED:
        pbx_set_phase(pbx, call, SW_PBX_TALKING, agent);
        call->answered_ms = event->ts_ms;
        break;
    case SW_EV_CALL_DIALED:
        call->queue = NULL;
        pbx_set_phase(pbx, call, SW_PBX_DIALING, agent);
        break;
    case SW_EV_CALL_CONNECTED:
        pbx_set_phase(pbx, call, SW_PBX_TALKING, call->agent);
        call->answered_ms = event->ts_ms;
        break;
    case SW_EV_CALL_HELD:
        call->held = call->phase == SW_PBX_TALKING;
        call->hold_since_ms = event->ts_ms;
        break;
    case SW_EV_CALL_RETRIEVED:
        if (call->held) call->held_ms += event->ts_ms - call->hold_since_ms;
        call->held = false;
        break;
    case SW_EV_CALL_ABANDONED:
    case SW_EV_CALL_EXITED:
    case SW_EV_CALL_TRANSFERRED:
    case SW_EV_CALL_ENDED: pbx_set_phase(pbx, call, SW_PBX_OVER, NULL); break;
    default: break;
    }
}

void sw_pbx_past(struct sw_pbx *pbx, const struct sw_event *event) {
    if (event->ts_ms > pbx->unseen_ms) pbx->unseen_ms = event->ts_ms;
    if (event->type == SW_EV_AGENT_STATE && event->agent) {
        past_agent(pbx, event);
    } else if (event->type == SW_EV_ALARM && pbx_same(event->source, pbx->src)) {
        pbx->alarm_told = true;
        pbx->alarm_raised = event->alarm_raised;
    } else if (event->call && event->type != SW_EV_AGENT_STATE) {
        past_call(pbx, event);
    }
}

/* ---- life ---- */

struct sw_pbx *sw_pbx_new(const struct sw_pbx_options *options) {
    struct sw_pbx *pbx = sw_xcalloc(1, sizeof *pbx);
    pbx->options = *options;
    (void)snprintf(pbx->src, sizeof pbx->src, "%s", options->src);
    (void)snprintf(pbx->run, sizeof pbx->run, "%s", options->run);
    pbx->over_last = &pbx->over_first;
    pbx->unseen_ms = PBX_NEVER;
    sw_buf_init(&pbx->out, SW_EVENT_BYTES_MAX);
    return pbx;
}

void sw_pbx_free(struct sw_pbx *pbx) {
    if (!pbx) return;
    while (pbx->calls) pbx_call_free(pbx, pbx->calls);
    struct pbx_agent *agent, *next_agent;
    HASH_ITER(hh, pbx->agents, agent, next_agent) {
        HASH_DEL(pbx->agents, agent);
        pbx_agent_free(agent);
    }
    struct pbx_queue *queue, *next_queue;
    HASH_ITER(hh, pbx->queues, queue, next_queue) {
        HASH_DEL(pbx->queues, queue);
        free(queue);
    }
    sw_heap_deinit(&pbx->wrapups);
    sw_heap_deinit(&pbx->exits);
    sw_heap_deinit(&pbx->silences);
    sw_buf_deinit(&pbx->out);
    free(pbx);
}

const struct sw_pbx_counters *sw_pbx_counters(const struct sw_pbx *pbx) {
    return &pbx->counters;
}
size_t sw_pbx_open_calls(const struct sw_pbx *pbx) {
    return pbx->open_calls;
}
size_t sw_pbx_staffed_agents(const struct sw_pbx *pbx) {
    return pbx->staffed;
}
bool sw_pbx_knows_agent(const struct sw_pbx *pbx, const char *agent) {
    return pbx_find_agent(pbx, agent) != NULL;
}

enum sw_agent_state sw_pbx_agent_state(const struct sw_pbx *pbx, const char *id) {
    const struct pbx_agent *agent = pbx_find_agent(pbx, id);
    return agent && agent->told ? agent->told_state : SW_ST_COUNT;
}
