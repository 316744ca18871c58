/* Saving and loading a floor: the order of its parts, and what is checked when all is read. */
#include "shiftwall/checkpoint.h"

#include "core/checkpoint_code.h"
#include "core/shift_state.h"

#define END_MARK 0x5357u

enum part { PART_HEAD, PART_AGENTS, PART_CALLS, PART_DUPLICATES, PART_TRAILS, PART_ENDS, PART_OVER };

struct sw_floor_saver {
    struct sw_code code;
    struct sw_floor *floor;
    const struct sw_shifts *shifts;
    enum part part;
    size_t agent;                        /* the next one */
    const struct sw_call *call;          /* the next one; so below */
    struct sw_duplicates_at duplicate;
    const struct sw_rostered *rostered;
};

/* ---- parts that are written and read here ---- */

static void code_counters(struct sw_code *c, struct sw_floor_counters *n) {
    int64_t *const all[] = {&n->events, &n->applied, &n->rejected, &n->implied, &n->contradictions, &n->clock_skew,
                            &n->duplicates, &n->orphans, &n->duplicate_keys_evicted, &n->calls_evicted,
                            &n->first_ts_ms, &n->last_ts_ms};
    _Static_assert(sizeof all / sizeof *all * sizeof(int64_t) == sizeof *n, "a counter is missing");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) sw__code_wide(c, all[i]);
}

static void code_head(struct sw_code *c, struct sw_floor *floor) {
    if (sw__code_uint(c, SW_CHECKPOINT_VERSION, UINT32_MAX) != SW_CHECKPOINT_VERSION) c->failed = true;
    sw__code_wide(c, &floor->now_ms);
    c->base_ms = floor->now_ms == SW_NEVER ? 0 : floor->now_ms;
    if (floor->now_ms == INT64_MAX) c->failed = true;
    bool watches = floor->watch != NULL;
    sw__code_bool(c, &watches);
    if (watches != (floor->watch != NULL)) c->failed = true;
    if (c->failed) return;
    code_counters(c, &floor->counters);
    floor->closed_count = sw__code_uint(c, floor->closed_count, UINT64_C(1) << 53);
    sw__code_heap(c, &floor->breaches);
    sw__code_heap(c, &floor->silences);
    sw__code_heap(c, &floor->limits);
    if (!c->failed) sw__code_fixed(c, floor);
}

static void code_trail(struct sw_code *c, struct sw_trail *trail) {
    trail->count = sw__code_count(c, trail->count, SIZE_MAX / sizeof *trail->steps);
    if (sw__code_reads(c) && trail->count > trail->size) {
        trail->size = trail->count;
        trail->steps = sw_xrealloc(trail->steps, trail->size * sizeof *trail->steps);
    }
    for (size_t i = 0; i < trail->count && !c->failed; i++) {
        struct sw_step *step = &trail->steps[i];
        if (sw__code_reads(c)) *step = (struct sw_step){0};
        sw__code_instant(c, &step->at_ms);
        step->presence = (enum sw_presence)sw__code_uint(c, step->presence, SW_AT_MEETING);
        sw__code_time(c, &step->reason_ms);
        if (i && step->at_ms < trail->steps[i - 1].at_ms) c->failed = true;
    }
}

/* ---- saving ---- */

struct sw_floor_saver *sw_floor_saver_new(struct sw_floor *floor, const struct sw_shifts *shifts, struct sw_buf *out) {
    SW_ASSERT(!floor->saver);
    struct sw_floor_saver *saver = sw_xcalloc(1, sizeof *saver);
    saver->code.out = out;
    saver->floor = floor;
    saver->shifts = shifts;
    floor->saver = saver;
    return saver;
}

static size_t save_agents(struct sw_floor_saver *s, size_t count) {
    for (; count && s->agent < s->floor->agent_count; count--, s->agent++) {
        sw__code_put(&s->code, 1);
        s->floor->agents[s->agent]->place = s->agent;
        sw__code_agent(&s->code, s->floor, s->floor->agents[s->agent]);
    }
    return count;
}

static size_t save_calls(struct sw_floor_saver *s, size_t count) {
    for (; count && s->call; count--) {
        sw__code_put(&s->code, 1);
        sw__code_call(&s->code, s->floor, (struct sw_call *)s->call);
        s->call = s->call->hh.next;
    }
    return count;
}

static size_t save_duplicates(struct sw_floor_saver *s, size_t count) {
    const char *text;
    size_t len;
    int64_t ts_ms;
    for (; count && (text = sw_duplicates_read(s->floor->duplicates, &s->duplicate, &len, &ts_ms)); count--) {
        sw__code_put(&s->code, len + 1);
        sw_buf_add(s->code.out, text, len);
        sw__code_instant(&s->code, &ts_ms);
    }
    return count;
}

static size_t save_trails(struct sw_floor_saver *s, size_t count) {
    for (; count && s->rostered; count--, s->rostered = s->rostered->hh.next) {
        struct sw_trail trail = s->rostered->trail;
        int64_t late_run = s->rostered->late_run;
        if (!trail.count && !late_run && s->rostered->shift_count) continue; /* the roster makes it */
        sw__code_put(&s->code, strlen(s->rostered->id) + 1);
        sw_buf_add(s->code.out, s->rostered->id, strlen(s->rostered->id));
        sw__code_int(&s->code, &late_run);
        code_trail(&s->code, &trail);
    }
    return count;
}

static void begin_part(struct sw_floor_saver *s, enum part part) {
    if (part > PART_AGENTS) sw__code_put(&s->code, 0); /* the end of a list */
    s->part = part;
    if (part == PART_CALLS) sw__code_put(&s->code, HASH_COUNT(s->floor->calls_by_id));
    if (part == PART_CALLS) s->call = s->floor->calls_by_id;
    if (part == PART_DUPLICATES) sw__code_put(&s->code, sw_duplicates_count(s->floor->duplicates));
    if (part == PART_DUPLICATES) s->duplicate = sw_duplicates_first(s->floor->duplicates);
    if (part != PART_TRAILS) return;
    int64_t forgotten_ms = s->shifts ? s->shifts->forgotten_ms : INT64_MIN;
    sw__code_time(&s->code, &forgotten_ms);
    s->rostered = s->shifts ? s->shifts->agents : NULL;
}

bool sw_floor_saver_step(struct sw_floor_saver *s, size_t count) {
    while (count && s->part != PART_OVER) {
        switch (s->part) {
        case PART_HEAD:
            code_head(&s->code, s->floor);
            count--;
            break;
        case PART_AGENTS: count = save_agents(s, count); break;
        case PART_CALLS: count = save_calls(s, count); break;
        case PART_DUPLICATES: count = save_duplicates(s, count); break;
        case PART_TRAILS: count = save_trails(s, count); break;
        default:
            sw__code_ends(&s->code, s->floor);
            sw__code_put(&s->code, END_MARK);
            s->part = PART_OVER;
            s->floor->saver = NULL;
            return true;
        }
        if (count || s->part == PART_HEAD) begin_part(s, (enum part)(s->part + 1));
    }
    return s->part == PART_OVER;
}

bool sw_floor_saver_is_over(const struct sw_floor_saver *saver) { return saver->part == PART_OVER; }

void sw__saver_finish(struct sw_floor *floor) {
    struct sw_floor_saver *saver = floor->saver;
    while (!sw_floor_saver_step(saver, SIZE_MAX)) {}
}

void sw_floor_saver_free(struct sw_floor_saver *saver) {
    if (saver->floor->saver == saver) saver->floor->saver = NULL;
    free(saver);
}

void sw_floor_save(const struct sw_floor *floor, const struct sw_shifts *shifts, struct sw_buf *out) {
    struct sw_floor_saver saver = {.code.out = out, .floor = (struct sw_floor *)floor, .shifts = shifts};
    struct sw_floor_saver *other = floor->saver;
    while (!sw_floor_saver_step(&saver, SIZE_MAX)) {}
    saver.floor->saver = other;
}

/* ---- loading ---- */

static bool more(struct sw_code *c) { return sw__code_uint(c, 0, 1) && !c->failed; }

static void read_calls(struct sw_code *c, struct sw_floor *floor) {
    size_t all = c->failed ? 0 : sw__code_count(c, 0, SW_CALLS_MAX);
    for (size_t count = 0; !c->failed && more(c); count++) {
        sw__code_call(c, floor, NULL);
        if (!count && floor->calls_by_id) HASH_MAKE_ROOM(hh, floor->calls_by_id, all);
    }
}

static void read_duplicates(struct sw_code *c, struct sw_floor *floor) {
    size_t size, all = sw__code_count(c, 0, SW_DUPLICATE_KEYS_MAX);
    for (size_t count = 0; (size = (size_t)sw__code_uint(c, 0, SW_DUPLICATE_BYTES_MAX)) && !c->failed; count++) {
        const char *text = (const char *)c->at;
        int64_t ts_ms;
        if (size < 2 || size - 1 > (size_t)(c->end - c->at) || count >= SW_DUPLICATE_KEYS_MAX) {
            c->failed = true;
            return;
        }
        c->at += size - 1;
        sw__code_instant(c, &ts_ms);
        if (c->failed) return;
        sw_duplicates_put(floor->duplicates, text, size - 1, ts_ms);
        if (!count) sw_duplicates_make_room(floor->duplicates, all);
    }
}

/* The trail ends before what the agent may do next. */
static bool is_behind(const struct sw_floor *floor, const struct sw_rostered *agent) {
    const struct sw_agent *known = sw_floor_find_agent(floor, agent->id);
    return !known || !agent->trail.count || agent->trail.steps[agent->trail.count - 1].at_ms <= known->latest_ms;
}

static void read_trails(struct sw_code *c, const struct sw_floor *floor, struct sw_shifts *shifts) {
    size_t size;
    int64_t forgotten_ms;
    sw__code_time(c, &forgotten_ms);
    if (shifts && !c->failed) shifts->forgotten_ms = forgotten_ms;
    while ((size = (size_t)sw__code_uint(c, 0, SW__CODE_TEXT_MAX)) && !c->failed) {
        char id[SW__CODE_TEXT_MAX];
        if (size < 2 || size - 1 > (size_t)(c->end - c->at) || memchr(c->at, '\0', size - 1)) c->failed = true;
        if (c->failed) return;
        memcpy(id, c->at, size - 1);
        id[size - 1] = '\0';
        c->at += size - 1;
        struct sw_rostered *agent = shifts ? sw__rostered_of(shifts, id) : NULL;
        if (!agent || agent->trail.count) {
            c->failed = true;
            return;
        }
        sw__code_int(c, &agent->late_run);
        code_trail(c, &agent->trail);
        if (c->failed || !is_behind(floor, agent)) c->failed = true;
    }
}

static bool heaps_are_good(const struct sw_floor *floor) {
    bool good = sw__code_heap_is_good(&floor->breaches) && sw__code_heap_is_good(&floor->silences) &&
                sw__code_heap_is_good(&floor->limits) && sw__code_heap_is_good(&floor->site->waiting);
    for (size_t i = 0; i < floor->queue_count; i++) {
        const struct sw_scope *queue = floor->queues[i];
        good = good && sw__code_heap_is_good(&queue->waiting) && sw__code_heap_is_good(&queue->unanswered[0]) &&
               sw__code_heap_is_good(&queue->unanswered[1]);
    }
    for (size_t i = 0; i < floor->group_count; i++) good = good && !floor->groups[i]->waiting.count;
    if (!floor->watch) return good;
    return good && sw__code_heap_is_good(&floor->watch->crowds) && sw__code_heap_is_good(&floor->watch->book.heap);
}

/* A floor that may be freed, but holds no half of anything. */
static void abandon(struct sw_floor *floor, struct sw_shifts *shifts) {
    floor->breaches.count = floor->silences.count = floor->limits.count = floor->site->waiting.count = 0;
    for (struct sw_call *call = floor->calls_by_id; call; call = call->hh.next)
        call->silence_node.index = call->breach_node.index = 0;
    for (size_t i = 0; i < floor->agent_count; i++) floor->agents[i]->limit_node.index = 0;
    if (!shifts) return;
    sw_shifts_clear_states(shifts);
    shifts->forgotten_ms = INT64_MIN;
    for (struct sw_rostered *agent = shifts->agents; agent; agent = agent->hh.next) agent->late_run = 0;
}

static void enter_now(struct sw_floor *floor) {
    if (floor->now_ms == SW_NEVER) return;
    sw_zone_business_day(floor->options.zone, floor->options.day_starts_ms, floor->now_ms, &floor->day);
    floor->interval = sw__calendar_interval(floor, &floor->day, floor->now_ms);
    floor->minute = sw__floor_div(floor->now_ms, SW_MINUTE_MS);
}

static void read_all(struct sw_code *c, struct sw_floor *floor, struct sw_shifts *shifts) {
    code_head(c, floor);
    while (!c->failed && more(c)) sw__code_agent(c, floor, NULL);
    read_calls(c, floor);
    if (!c->failed) read_duplicates(c, floor);
    if (!c->failed) read_trails(c, floor, shifts);
    if (!c->failed && !heaps_are_good(floor)) c->failed = true;
    if (!c->failed) sw__code_ends(c, floor);
    if (sw__code_get(c) != END_MARK || c->at != c->end) c->failed = true;
}

int sw_floor_load(struct sw_floor *floor, struct sw_shifts *shifts, const void *data, size_t len) {
    SW_ASSERT(floor->now_ms == SW_NEVER && !floor->calls_by_id);
    struct sw_code c = {.at = data, .end = (const unsigned char *)data + len};
    read_all(&c, floor, shifts);
    if (c.failed) {
        abandon(floor, shifts);
    } else {
        enter_now(floor);
        for (size_t i = 0; i < floor->agent_count; i++) sw__agent_touch(floor, floor->agents[i]);
        for (size_t i = 0; i < floor->queue_count; i++) sw__queue_touch(floor, floor->queues[i]);
        if (shifts) sw_shifts_review(shifts);
    }
    free(c.queues);
    free(c.groups);
    free(c.teams);
    free(c.agents);
    free(c.entries);
    free(c.closed);
    return c.failed ? -SW_EPARSE : 0;
}
