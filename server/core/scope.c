/* Queues, groups and the site: their counters in every window. */
#include "core/floor_state.h"

struct sw_scope *sw__scope_new(enum sw_scope_kind kind, const char *id, const char *name) {
    struct sw_scope *scope = sw_xcalloc(1, sizeof *scope);
    scope->kind = kind;
    scope->id = sw_xstrdup(id);
    scope->name = sw_xstrdup(name ? name : id);
    sw_series_init(&scope->series, SW_QC_COUNT);
    for (size_t i = 0; i < SW_MINUTES_KEPT; i++) scope->minutes[i].minute = SW_NEVER;
    scope->answered[0].day_start_ms = scope->answered[1].day_start_ms = SW_NEVER;
    scope->crowd_since_ms = INT64_MAX;
    return scope;
}

void sw__scope_free(struct sw_scope *scope) {
    free(scope->id);
    free(scope->name);
    free(scope->links);
    free(scope->answered[0].waits);
    free(scope->answered[1].waits);
    sw_series_deinit(&scope->series);
    sw_heap_deinit(&scope->waiting);
    for (size_t i = 0; i < 2; i++) sw_heap_deinit(&scope->unanswered[i]);
    sw__watch_free_conditions(scope->conditions, SW__SCOPE_RULES);
    free(scope);
}

static struct sw_scope *make_queue(struct sw_floor *floor, const char *id, const char *name) {
    struct sw_scope *queue = sw__scope_new(SW_SCOPE_QUEUE, id, name);
    queue->target_ms = floor->options.target_ms;
    queue->short_ms = floor->options.short_ms;
    queue->formula = floor->options.formula;
    HASH_ADD_KEYPTR(hh, floor->queues_by_id, queue->id, strlen(queue->id), queue);
    floor->queues = sw_xrealloc(floor->queues, (floor->queue_count + 1) * sizeof *floor->queues);
    floor->queues[floor->queue_count++] = queue;
    sw__queue_touch(floor, queue);
    return queue;
}

struct sw_scope *sw__queue_of(struct sw_floor *floor, const char *id) {
    struct sw_scope *queue;
    HASH_FIND(hh, floor->queues_by_id, id, strlen(id), queue);
    if (queue) return queue;
    return floor->queue_count < SW_QUEUES_MAX ? make_queue(floor, id, NULL) : NULL;
}

static void link_one(struct sw_scope *from, struct sw_scope *to) {
    from->links = sw_xrealloc(from->links, (from->link_count + 1) * sizeof *from->links);
    from->links[from->link_count++] = to;
}

void sw__scope_link(struct sw_scope *queue, struct sw_scope *group) {
    if (sw__scope_contains(group, queue)) return;
    link_one(queue, group);
    link_one(group, queue);
}

bool sw__scope_contains(const struct sw_scope *scope, const struct sw_scope *queue) {
    if (scope->kind == SW_SCOPE_SITE) return true;
    for (size_t i = 0; i < scope->link_count; i++)
        if (scope->links[i] == queue) return true;
    return false;
}

int sw_floor_add_group(struct sw_floor *floor, const char *id, const char *name) {
    struct sw_scope *group;
    HASH_FIND(hh, floor->groups_by_id, id, strlen(id), group);
    if (group) return -SW_EINVAL;
    sw__before_change(floor);
    if (floor->group_count >= SW_GROUPS_MAX) return -SW_ELIMIT;
    group = sw__scope_new(SW_SCOPE_GROUP, id, name);
    HASH_ADD_KEYPTR(hh, floor->groups_by_id, group->id, strlen(group->id), group);
    floor->groups = sw_xrealloc(floor->groups, (floor->group_count + 1) * sizeof *floor->groups);
    floor->groups[floor->group_count++] = group;
    return 0;
}

int sw_floor_add_queue(struct sw_floor *floor, const struct sw_queue_options *options) {
    struct sw_scope *queue;
    HASH_FIND(hh, floor->queues_by_id, options->id, strlen(options->id), queue);
    if (queue) return -SW_EINVAL;
    sw__before_change(floor);
    if (floor->queue_count >= SW_QUEUES_MAX) return -SW_ELIMIT;
    for (size_t i = 0; i < options->group_count; i++) {
        struct sw_scope *group;
        HASH_FIND(hh, floor->groups_by_id, options->groups[i], strlen(options->groups[i]), group);
        if (!group) return -SW_EINVAL;
    }
    queue = make_queue(floor, options->id, options->name);
    if (options->target_ms >= 0) queue->target_ms = options->target_ms;
    if (options->short_ms >= 0) queue->short_ms = options->short_ms;
    if (options->formula >= 0) queue->formula = (enum sw_formula)options->formula;
    for (size_t i = 0; i < options->group_count; i++) {
        struct sw_scope *group;
        HASH_FIND(hh, floor->groups_by_id, options->groups[i], strlen(options->groups[i]), group);
        SW_ASSERT(group != NULL);
        sw__scope_link(queue, group);
    }
    return 0;
}

static void touch(struct sw_floor *floor, struct sw_scope *scope) {
    scope->dirty = true;
    floor->changed = floor->site_dirty = true;
}

void sw__queue_touch(struct sw_floor *floor, struct sw_scope *queue) {
    if (floor->in_event) sw__watch_touched(floor, queue);
    touch(floor, queue);
    for (size_t i = 0; i < queue->link_count; i++) touch(floor, queue->links[i]);
}

static void apply_delta(int64_t *counts, const struct sw_delta *d) {
    for (unsigned i = 0; i < d->count; i++) {
        int64_t *at = counts + d->pair[i].counter;
        if (d->pair[i].counter == SW_QC_LONGEST_WAIT_MS) *at = sw__max(*at, d->pair[i].value);
        else *at += d->pair[i].value;
    }
}

static void add_counts(int64_t *sum, const int64_t *counts) {
    sum[SW_QC_LONGEST_WAIT_MS] = sw__max(sum[SW_QC_LONGEST_WAIT_MS], counts[SW_QC_LONGEST_WAIT_MS]);
    for (size_t i = SW_QC_LONGEST_WAIT_MS + 1; i < SW_QC_COUNT; i++) sum[i] += counts[i];
}

static void add_to_minute(struct sw_scope *scope, int64_t t_ms, const struct sw_delta *d) {
    int64_t minute = sw__floor_div(t_ms, SW_MINUTE_MS);
    struct sw_minute *slot = &scope->minutes[(uint64_t)minute % SW_MINUTES_KEPT];
    if (slot->minute > minute) return; /* older than what the ring still holds */
    if (slot->minute < minute) *slot = (struct sw_minute){.minute = minute};
    apply_delta(slot->counts.v, d);
}

void sw__scope_add(struct sw_floor *floor, struct sw_scope *scope, int64_t t_ms, const struct sw_delta *d) {
    apply_delta(sw_series_at(&scope->series, sw__calendar_interval_start(floor, t_ms)), d);
    apply_delta(scope->total.v, d);
    add_to_minute(scope, t_ms, d);
    touch(floor, scope);
}

void sw__queue_add(struct sw_floor *floor, struct sw_scope *queue, int64_t t_ms, const struct sw_delta *d) {
    sw__scope_add(floor, queue, t_ms, d);
    for (size_t i = 0; i < queue->link_count; i++) sw__scope_add(floor, queue->links[i], t_ms, d);
    sw__scope_add(floor, floor->site, t_ms, d);
}

static void add_wait(struct sw_scope *scope, int64_t day_start_ms, int64_t wait_ms) {
    int slot = scope->answered[0].day_start_ms == day_start_ms ? 0 : 1;
    if (scope->answered[slot].day_start_ms != day_start_ms) {
        /* a new day takes the place of the older of the two; a day older than both is no longer asked for */
        slot = scope->answered[0].day_start_ms < scope->answered[1].day_start_ms ? 0 : 1;
        if (day_start_ms < scope->answered[slot].day_start_ms) return;
        scope->answered[slot].day_start_ms = day_start_ms;
        if (!scope->answered[slot].waits) scope->answered[slot].waits = sw_xcalloc(1, sizeof(struct sw_histogram));
        *scope->answered[slot].waits = (struct sw_histogram){0};
    }
    sw_histogram_add(scope->answered[slot].waits, wait_ms);
}

void sw__queue_add_wait(struct sw_floor *floor, struct sw_scope *queue, int64_t t_ms, int64_t wait_ms) {
    int64_t day_start_ms = sw__calendar_day(floor, t_ms)->start_ms;
    add_wait(queue, day_start_ms, wait_ms);
    for (size_t i = 0; i < queue->link_count; i++) add_wait(queue->links[i], day_start_ms, wait_ms);
    add_wait(floor->site, day_start_ms, wait_ms);
}

/* ---- reading ---- */

const char *sw_scope_id(const struct sw_scope *scope) { return scope->id; }
const char *sw_scope_name(const struct sw_scope *scope) { return scope->name; }
int64_t sw_scope_target_ms(const struct sw_scope *scope) { return scope->target_ms; }
int64_t sw_scope_short_ms(const struct sw_scope *scope) { return scope->short_ms; }
enum sw_formula sw_scope_formula(const struct sw_scope *scope) { return scope->formula; }
size_t sw_scope_link_count(const struct sw_scope *scope) { return scope->link_count; }
const struct sw_scope *sw_scope_link(const struct sw_scope *scope, size_t index) { return scope->links[index]; }

const struct sw_scope *sw_floor_site(const struct sw_floor *floor) { return floor->site; }
size_t sw_floor_queue_count(const struct sw_floor *floor) { return floor->queue_count; }
const struct sw_scope *sw_floor_queue(const struct sw_floor *floor, size_t index) { return floor->queues[index]; }
size_t sw_floor_group_count(const struct sw_floor *floor) { return floor->group_count; }
const struct sw_scope *sw_floor_group(const struct sw_floor *floor, size_t index) { return floor->groups[index]; }

const struct sw_scope *sw_floor_find_queue(const struct sw_floor *floor, const char *id) {
    struct sw_scope *queue;
    HASH_FIND(hh, floor->queues_by_id, id, strlen(id), queue);
    return queue;
}

void sw_scope_between(const struct sw_floor *floor, const struct sw_scope *scope, int64_t from_ms, int64_t to_ms,
                      struct sw_queue_counts *out) {
    (void)floor;
    *out = (struct sw_queue_counts){0};
    for (size_t row = sw_series_lower(&scope->series, from_ms);
         row < scope->series.count && sw_series_start(&scope->series, row) < to_ms; row++)
        add_counts(out->v, sw_series_counts(&scope->series, row));
}

static void sum_minutes(const struct sw_floor *floor, const struct sw_scope *scope, int64_t minutes,
                        struct sw_queue_counts *out) {
    *out = (struct sw_queue_counts){0};
    for (int64_t m = floor->minute - minutes + 1; m <= floor->minute; m++) {
        const struct sw_minute *slot = &scope->minutes[(uint64_t)m % SW_MINUTES_KEPT];
        if (slot->minute == m) add_counts(out->v, slot->counts.v);
    }
}

void sw_scope_window(const struct sw_floor *floor, const struct sw_scope *scope, enum sw_window window,
                     struct sw_queue_counts *out) {
    switch (window) {
    case SW_WINDOW_TODAY: sw_scope_between(floor, scope, floor->day.start_ms, floor->day.end_ms, out); break;
    case SW_WINDOW_INTERVAL:
        sw_scope_between(floor, scope, floor->interval.start_ms, floor->interval.end_ms, out);
        break;
    case SW_WINDOW_LAST15: sum_minutes(floor, scope, 15, out); break;
    case SW_WINDOW_LAST30: sum_minutes(floor, scope, 30, out); break;
    default: sum_minutes(floor, scope, 60, out); break;
    }
}

static int64_t net(const int64_t *c) {
    return c[SW_QC_OFFERED] - c[SW_QC_ANSWERED] - c[SW_QC_ABANDONED] - c[SW_QC_EXITED];
}

int64_t sw_scope_carried_in(const struct sw_scope *scope, int64_t t_ms) {
    int64_t waiting = net(scope->total.v);
    for (size_t row = sw_series_lower(&scope->series, t_ms); row < scope->series.count; row++)
        waiting -= net(sw_series_counts(&scope->series, row));
    return waiting;
}

bool sw_scope_has_interval(const struct sw_scope *scope, int64_t t_ms) {
    return sw_series_find(&scope->series, t_ms) != NULL;
}

int64_t sw_scope_wait_quantile(const struct sw_floor *floor, const struct sw_scope *scope, unsigned permille) {
    for (int i = 0; i < 2; i++)
        if (scope->answered[i].day_start_ms == floor->day.start_ms && scope->answered[i].waits)
            return sw_histogram_quantile(scope->answered[i].waits, permille);
    return -1;
}

static void oldest_in(const struct sw_scope *queue, struct sw_scope_now *out) {
    const struct sw_heap_node *top = sw_heap_top(&queue->waiting);
    if (!top || top->key >= out->oldest_since_ms) return;
    out->oldest_since_ms = top->key;
    out->oldest_queue = queue->id;
}

void sw_scope_now(const struct sw_floor *floor, const struct sw_scope *scope, struct sw_scope_now *out) {
    *out = (struct sw_scope_now){.oldest_since_ms = INT64_MAX, .overdue = scope->overdue};
    memcpy(out->agents, scope->agents, sizeof out->agents);
    switch (scope->kind) {
    case SW_SCOPE_QUEUE:
        out->waiting = (int64_t)scope->waiting.count;
        oldest_in(scope, out);
        break;
    case SW_SCOPE_GROUP:
        for (size_t i = 0; i < scope->link_count; i++) {
            out->waiting += (int64_t)scope->links[i]->waiting.count;
            oldest_in(scope->links[i], out);
        }
        break;
    case SW_SCOPE_SITE: {
        out->waiting = (int64_t)scope->waiting.count;
        memcpy(out->agents, floor->everyone->states, sizeof out->agents);
        const struct sw_heap_node *top = sw_heap_top(&scope->waiting);
        if (top) {
            out->oldest_since_ms = top->key;
            out->oldest_queue = SW_HEAP_OWNER(struct sw_call, site_node, top)->queue->id;
        }
        break;
    }
    }
}

size_t sw_floor_waiting_calls(const struct sw_floor *floor, struct sw_waiting_call *out, size_t max) {
    /* a walk of the heap from its top, always at the least node not yet taken: its frontier is small */
    const struct sw_heap *heap = &floor->site->waiting;
    size_t frontier[64], width = 0, taken = 0;
    if (heap->count) frontier[width++] = 0;
    while (taken < max && width) {
        size_t least = 0;
        for (size_t i = 1; i < width; i++) {
            const struct sw_heap_node *a = heap->nodes[frontier[i]], *b = heap->nodes[frontier[least]];
            if (a->key < b->key || (a->key == b->key && a->order < b->order)) least = i;
        }
        size_t at = frontier[least];
        frontier[least] = frontier[--width];
        const struct sw_call *call = SW_HEAP_OWNER(struct sw_call, site_node, heap->nodes[at]);
        out[taken++] = (struct sw_waiting_call){call->id, call->queue->id, call->queued_ms, call->priority};
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < heap->count && width < 64) frontier[width++] = child;
    }
    return taken;
}
