#include "tools/recount.h"

#include <stdlib.h>
#include <string.h>

#include "codec/event_json.h"
#include "shiftwall/buf.h"

#define ORPHAN_MS (6 * INT64_C(3600000))
#define FUTURE_MS (5 * INT64_C(60000))
#define DUPLICATE_MS (10 * INT64_C(60000))
#define NONE (-1)

/* Names, numbered from 0 as they come; found by hash, since every event looks for some. */
struct names {
    char **items;
    int64_t *values;
    size_t count, size;
    size_t *slots; /* 1 + number, 0 = free */
    size_t slot_count;
};

enum kind { OFFERED, ANSWERED, ABANDONED, EXITED, HANDLED, DECLINED, TRANSFERRED };

struct row {
    enum kind kind;
    int64_t ts_ms, wait_ms, talk_ms, hold_ms;
    int queue, agent;
};

enum phase { UNKNOWN, WAITING, TALKING, DIALING, OVER };

struct call {
    enum phase phase;
    int queue, agent;
    int64_t latest_ms, queued_ms, answered_ms, held_ms, held_since_ms; /* since NONE = not on hold */
    bool result;
};

struct state {
    bool known, has_state, has_reason;
    enum sw_agent_state state;
};

struct sw_recount {
    bool virtual;
    int64_t oldest_ms, now_ms;
    uint64_t events;
    struct names ids, call_names, queue_names, agent_names;
    struct row *rows;
    size_t row_count, row_size;
    struct call *calls;
    size_t call_size;
    struct state *states;
    size_t state_size;
};

/* ---- names ---- */

static size_t slot_of(const struct names *names, const char *name) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *c = name; *c; c++) hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    size_t slot = (size_t)(hash ^ hash >> 29) % names->slot_count;
    while (names->slots[slot] && strcmp(names->items[names->slots[slot] - 1], name) != 0)
        slot = (slot + 1) % names->slot_count;
    return slot;
}

static void grow(struct names *names) {
    names->slot_count = names->slot_count ? names->slot_count * 2 : 1024;
    free(names->slots);
    names->slots = sw_xcalloc(names->slot_count, sizeof *names->slots);
    for (size_t i = 0; i < names->count; i++) names->slots[slot_of(names, names->items[i])] = i + 1;
}

static int find_name(const struct names *names, const char *name) {
    if (!names->slot_count) return NONE;
    return (int)names->slots[slot_of(names, name)] - 1;
}

static int number_of(struct names *names, const char *name) {
    if (!name) return NONE;
    if (2 * names->count >= names->slot_count) grow(names);
    size_t slot = slot_of(names, name);
    if (names->slots[slot]) return (int)names->slots[slot] - 1;
    if (names->count == names->size) {
        names->size = names->size ? names->size * 2 : 256;
        names->items = sw_xrealloc(names->items, names->size * sizeof *names->items);
        names->values = sw_xrealloc(names->values, names->size * sizeof *names->values);
    }
    names->items[names->count] = sw_xstrdup(name);
    names->values[names->count] = INT64_MIN;
    names->slots[slot] = ++names->count;
    return (int)names->count - 1;
}

static void free_names(struct names *names) {
    for (size_t i = 0; i < names->count; i++) free(names->items[i]);
    free(names->items);
    free(names->values);
    free(names->slots);
}

/* ---- rows ---- */

static struct row *add_row(struct sw_recount *r, enum kind kind, int64_t ts_ms, int queue, int agent) {
    if (r->row_count == r->row_size) {
        r->row_size = r->row_size ? r->row_size * 2 : 4096;
        r->rows = sw_xrealloc(r->rows, r->row_size * sizeof *r->rows);
    }
    r->rows[r->row_count] = (struct row){.kind = kind, .ts_ms = ts_ms, .queue = queue, .agent = agent};
    return &r->rows[r->row_count++];
}

static int agent_number(struct sw_recount *r, const char *name) {
    int agent = number_of(&r->agent_names, name);
    if (agent == NONE) return NONE;
    if ((size_t)agent >= r->state_size) {
        size_t size = r->state_size ? r->state_size * 2 : 256;
        r->states = sw_xrealloc(r->states, size * sizeof *r->states);
        memset(r->states + r->state_size, 0, (size - r->state_size) * sizeof *r->states);
        r->state_size = size;
    }
    r->states[agent].known = true;
    return agent;
}

static struct call *call_of(struct sw_recount *r, const char *name) {
    size_t number = (size_t)number_of(&r->call_names, name);
    if (number >= r->call_size) {
        size_t size = r->call_size ? r->call_size * 2 : 4096;
        r->calls = sw_xrealloc(r->calls, size * sizeof *r->calls);
        memset(r->calls + r->call_size, 0, (size - r->call_size) * sizeof *r->calls);
        r->call_size = size;
    }
    return &r->calls[number];
}

/* ---- calls ---- */

static void enter(struct sw_recount *r, struct call *call, int queue, int64_t t_ms) {
    *call = (struct call){.phase = WAITING, .queue = queue, .agent = NONE, .queued_ms = t_ms, .held_since_ms = NONE};
    add_row(r, OFFERED, t_ms, queue, NONE);
}

static void outcome(struct sw_recount *r, struct call *call, enum kind kind, int64_t t_ms, int64_t wait_ms) {
    add_row(r, kind, t_ms, call->queue, NONE)->wait_ms = wait_ms;
    call->phase = OVER;
}

static void answer(struct sw_recount *r, struct call *call, int agent, int64_t t_ms, int64_t wait_ms) {
    outcome(r, call, ANSWERED, t_ms, wait_ms);
    call->phase = TALKING;
    call->agent = agent;
    call->answered_ms = t_ms;
}

static void finish(struct sw_recount *r, struct call *call, int64_t t_ms, int64_t talk_ms, int64_t hold_ms) {
    if (call->held_since_ms != NONE) call->held_ms += t_ms - call->held_since_ms;
    call->held_since_ms = NONE;
    if (hold_ms < 0) hold_ms = call->held_ms;
    if (talk_ms < 0) talk_ms = t_ms - call->answered_ms - hold_ms;
    struct row *row = add_row(r, HANDLED, t_ms, call->queue, call->agent);
    row->talk_ms = talk_ms < 0 ? 0 : talk_ms;
    row->hold_ms = hold_ms;
    call->phase = OVER;
}

/* Six hours of silence end a call; after six more it was never heard of. */
static void orphan(struct sw_recount *r, struct call *call) {
    if (call->phase != UNKNOWN && call->phase != OVER && call->latest_ms + ORPHAN_MS <= r->now_ms) {
        call->latest_ms += ORPHAN_MS;
        if (call->phase == WAITING) outcome(r, call, EXITED, call->latest_ms, call->latest_ms - call->queued_ms);
        call->phase = OVER;
    }
    if (call->phase == OVER && call->latest_ms + ORPHAN_MS <= r->now_ms) call->phase = UNKNOWN;
}

/* What must have been before the first event of a call. */
static void imply(struct sw_recount *r, struct call *call, const struct sw_event *e) {
    *call = (struct call){.queue = NONE, .agent = NONE, .held_since_ms = NONE};
    if (e->type == SW_EV_CALL_CONNECTED || e->type == SW_EV_CALL_DISPOSITIONED) {
        call->phase = e->type == SW_EV_CALL_CONNECTED ? DIALING : OVER;
        call->agent = agent_number(r, e->agent);
        return;
    }
    enter(r, call, number_of(&r->queue_names, e->queue), e->ts_ms);
    if (e->type == SW_EV_CALL_HELD || e->type == SW_EV_CALL_RETRIEVED || e->type == SW_EV_CALL_TRANSFERRED ||
        e->type == SW_EV_CALL_ENDED)
        answer(r, call, agent_number(r, e->agent), e->ts_ms, e->wait_ms < 0 ? 0 : e->wait_ms);
    if (e->type == SW_EV_CALL_RETRIEVED) call->held_since_ms = e->ts_ms;
}

static bool in_queue(struct sw_recount *r, struct call *call, const struct sw_event *e, int64_t t_ms, bool fresh) {
    if (call->phase != WAITING) return false;
    int64_t wait_ms = e->wait_ms >= 0 ? e->wait_ms : fresh ? 0 : t_ms - call->queued_ms;
    int agent = agent_number(r, e->agent);
    if (e->type == SW_EV_CALL_DECLINED) add_row(r, DECLINED, t_ms, NONE, agent);
    if (e->type == SW_EV_CALL_ANSWERED) answer(r, call, agent, t_ms, wait_ms);
    if (e->type == SW_EV_CALL_ABANDONED) outcome(r, call, ABANDONED, t_ms, wait_ms);
    if (e->type == SW_EV_CALL_EXITED) outcome(r, call, EXITED, t_ms, wait_ms);
    return true;
}

static bool in_talk(struct sw_recount *r, struct call *call, const struct sw_event *e, int64_t t_ms, bool fresh) {
    bool on_hold = call->held_since_ms != NONE;
    if (e->type == SW_EV_CALL_ENDED && call->phase == DIALING) {
        call->phase = OVER;
        return true;
    }
    if (call->phase != TALKING) return false;
    if (e->type == SW_EV_CALL_HELD && on_hold) return false;
    if (e->type == SW_EV_CALL_RETRIEVED && !on_hold) return false;
    if (e->type == SW_EV_CALL_HELD) {
        call->held_since_ms = t_ms;
    } else if (e->type == SW_EV_CALL_RETRIEVED) {
        call->held_ms += t_ms - call->held_since_ms;
        call->held_since_ms = NONE;
    } else {
        int agent = agent_number(r, e->agent);
        if (call->agent == NONE) call->agent = agent;
        bool ended = e->type == SW_EV_CALL_ENDED;
        if (!ended) add_row(r, TRANSFERRED, t_ms, NONE, agent);
        int64_t talk_ms = ended ? e->talk_ms : -1, hold_ms = ended ? e->hold_ms : -1;
        if (fresh && ended && talk_ms < 0) talk_ms = 0;
        finish(r, call, t_ms, talk_ms, hold_ms);
    }
    return true;
}

/* Whether the event agrees with what its call was doing. */
static bool count_call(struct sw_recount *r, const struct sw_event *e) {
    struct call *call = call_of(r, e->call);
    orphan(r, call);
    bool fresh = call->phase == UNKNOWN, late = !fresh && e->ts_ms < call->latest_ms;
    int64_t t_ms = late ? call->latest_ms : e->ts_ms;
    bool begins = e->type == SW_EV_CALL_QUEUED || e->type == SW_EV_CALL_DIALED, agrees = true;
    if (fresh && !begins) imply(r, call, e);
    if (begins) {
        agrees = fresh || (call->phase == OVER && !late);
        if (agrees && e->type == SW_EV_CALL_QUEUED) enter(r, call, number_of(&r->queue_names, e->queue), t_ms);
        else if (agrees)
            *call = (struct call){
                .phase = DIALING, .queue = NONE, .agent = agent_number(r, e->agent), .held_since_ms = NONE};
    } else if (e->type == SW_EV_CALL_CONNECTED) {
        agrees = call->phase == DIALING;
        if (agrees) call->phase = TALKING;
        if (agrees) call->answered_ms = t_ms;
    } else if (e->type == SW_EV_CALL_DISPOSITIONED) {
        agrees = call->phase != WAITING && !call->result;
        if (agrees) call->result = true;
    } else if (e->type == SW_EV_CALL_HELD || e->type == SW_EV_CALL_RETRIEVED || e->type == SW_EV_CALL_TRANSFERRED ||
               e->type == SW_EV_CALL_ENDED) {
        agrees = in_talk(r, call, e, t_ms, fresh);
    } else {
        agrees = in_queue(r, call, e, t_ms, fresh);
    }
    call->latest_ms = t_ms;
    return agrees;
}

static void on_event(void *ctx, const struct sw_event *e, enum sw_reject reject, const char *text, size_t len) {
    (void)reject, (void)text, (void)len;
    struct sw_recount *r = ctx;
    r->events++;
    if (!e) return;
    if (r->virtual && e->ts_ms > r->now_ms) r->now_ms = e->ts_ms;
    if (e->ts_ms < r->oldest_ms || (!r->virtual && e->ts_ms > r->now_ms + FUTURE_MS)) return;
    int64_t *told = NULL;
    if (e->id) {
        struct sw_buf key;
        sw_buf_init(&key, 4096);
        sw_buf_printf(&key, "%s\x1f%s", e->src ? e->src : "", e->id);
        int number = number_of(&r->ids, sw_buf_text(&key)); /* may move the values */
        told = &r->ids.values[number];
        sw_buf_deinit(&key);
        if (*told != INT64_MIN && llabs(e->ts_ms - *told) <= DUPLICATE_MS) return;
    }
    if (e->type == SW_EV_AGENT_STATE) {
        int agent = agent_number(r, e->agent); /* may move the states */
        r->states[agent] = (struct state){true, true, e->reason != NULL, e->state};
    } else if (e->call && !count_call(r, e)) {
        return; /* contradicted: its id was not used */
    }
    if (told) *told = e->ts_ms;
}

/* ---- the public side ---- */

struct sw_recount *sw_recount_new(bool virtual, int64_t oldest_ms) {
    struct sw_recount *r = sw_xcalloc(1, sizeof *r);
    r->virtual = virtual;
    r->oldest_ms = oldest_ms;
    return r;
}

void sw_recount_free(struct sw_recount *r) {
    if (!r) return;
    free_names(&r->ids);
    free_names(&r->call_names);
    free_names(&r->queue_names);
    free_names(&r->agent_names);
    free(r->rows);
    free(r->calls);
    free(r->states);
    free(r);
}

void sw_recount_add(struct sw_recount *r, int64_t entry_ms, const char *json, size_t len) {
    if (!r->virtual && entry_ms > r->now_ms) r->now_ms = entry_ms;
    sw_event_read(json, len, on_event, r);
}

static void count_row(const struct row *row, int64_t target_ms, int64_t short_ms, struct sw_recount_queue *out) {
    if (row->kind == OFFERED) out->offered++;
    if (row->kind == EXITED) out->exited++;
    if (row->kind == ANSWERED) {
        out->answered++;
        out->answered_in_target += row->wait_ms <= target_ms;
        out->wait_answered_ms += row->wait_ms;
    }
    if (row->kind == ABANDONED) {
        out->abandoned++;
        out->short_abandoned += row->wait_ms < short_ms;
        out->abandoned_in_target += row->wait_ms <= target_ms;
        out->wait_abandoned_ms += row->wait_ms;
    }
    if (row->kind == HANDLED) {
        out->handled++;
        out->talk_ms += row->talk_ms;
        out->hold_ms += row->hold_ms;
    } else if (row->wait_ms > out->longest_wait_ms) {
        out->longest_wait_ms = row->wait_ms;
    }
}

void sw_recount_queue(const struct sw_recount *r, const char *queue, int64_t from_ms, int64_t to_ms, int64_t now_ms,
                      int64_t target_ms, int64_t short_ms, struct sw_recount_queue *out) {
    *out = (struct sw_recount_queue){0};
    int number = find_name(&r->queue_names, queue);
    if (number == NONE) return;
    for (size_t i = 0; i < r->row_count; i++) {
        const struct row *row = &r->rows[i];
        if (row->queue == number && row->ts_ms >= from_ms && row->ts_ms < to_ms) count_row(row, target_ms, short_ms, out);
    }
    for (size_t i = 0; i < r->call_names.count; i++) {
        const struct call *call = &r->calls[i];
        if (call->queue != number || call->phase != WAITING) continue;
        int64_t silent_ms = call->latest_ms + ORPHAN_MS;
        if (now_ms < r->now_ms) now_ms = r->now_ms;
        if (silent_ms > now_ms) {
            out->waiting++;
        } else if (silent_ms >= from_ms && silent_ms < to_ms) {
            const struct row lost = {.kind = EXITED, .ts_ms = silent_ms, .wait_ms = silent_ms - call->queued_ms};
            count_row(&lost, target_ms, short_ms, out);
        }
    }
}

void sw_recount_agent(const struct sw_recount *r, const char *agent, int64_t from_ms, int64_t to_ms,
                      struct sw_recount_agent *out) {
    *out = (struct sw_recount_agent){0};
    int number = find_name(&r->agent_names, agent);
    if (number == NONE) return;
    const struct state *state = &r->states[number];
    *out = (struct sw_recount_agent){
        .known = true, .has_state = state->has_state, .state = state->state, .has_reason = state->has_reason};
    for (size_t i = 0; i < r->row_count; i++) {
        const struct row *row = &r->rows[i];
        if (row->agent != number || row->ts_ms < from_ms || row->ts_ms >= to_ms) continue;
        out->handled += row->kind == HANDLED;
        out->declined += row->kind == DECLINED;
        out->transferred += row->kind == TRANSFERRED;
        out->talk_ms += row->talk_ms;
        out->hold_ms += row->hold_ms;
    }
}

static void each(const struct names *names, void (*fn)(void *ctx, const char *name), void *ctx) {
    for (size_t i = 0; i < names->count; i++) fn(ctx, names->items[i]);
}

void sw_recount_queues(const struct sw_recount *r, void (*fn)(void *ctx, const char *name), void *ctx) {
    each(&r->queue_names, fn, ctx);
}

void sw_recount_agents(const struct sw_recount *r, void (*fn)(void *ctx, const char *name), void *ctx) {
    each(&r->agent_names, fn, ctx);
}

uint64_t sw_recount_events(const struct sw_recount *r) { return r->events; }
