#include "core/condition.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

static int64_t plus(int64_t t_ms, int64_t ms) { return t_ms == INT64_MAX ? INT64_MAX : t_ms + ms; }

/* ---- the book ---- */

static void add_entry(struct sw_alert_book *book, struct sw_alert_entry *entry) {
    entry->previous = book->last;
    *(book->last ? &book->last->next : &book->first) = entry;
    book->last = entry;
    book->count++;
    book->version++;
}

static void remove_entry(struct sw_alert_book *book, struct sw_alert_entry *entry) {
    *(entry->previous ? &entry->previous->next : &book->first) = entry->next;
    *(entry->next ? &entry->next->previous : &book->last) = entry->previous;
    if (entry->alert.closed_ms != INT64_MAX) book->closed_count--;
    if (entry->owner) *(entry->owner->open == entry ? &entry->owner->open : &entry->owner->closed) = NULL;
    book->count--;
    book->version++;
    free(entry);
}

void sw_alert_book_deinit(struct sw_alert_book *book) {
    while (book->first) remove_entry(book, book->first);
    sw_heap_deinit(&book->heap);
}

void sw_alert_book_forget(struct sw_alert_book *book, int64_t t_ms) {
    struct sw_alert_entry *entry = book->first, *next;
    for (; entry; entry = next) {
        next = entry->next;
        if (entry->alert.closed_ms < t_ms) remove_entry(book, entry);
    }
}

static void evict(struct sw_alert_book *book) {
    if (book->closed_count <= SW_ALERTS_KEPT_MAX) return;
    struct sw_alert_entry *entry = book->first;
    while (entry && entry->alert.closed_ms == INT64_MAX) entry = entry->next;
    if (!entry) return;
    remove_entry(book, entry);
    book->evicted++;
}

/* ---- a condition ---- */

void sw_condition_init(struct sw_condition *c, enum sw_rule rule, enum sw_subject kind, const char *subject) {
    *c = (struct sw_condition){.rule = rule, .kind = kind, .subject = subject};
    c->since_ms[0] = c->since_ms[1] = c->gone_ms = c->raised_ms = INT64_MAX;
    c->told_ms = INT64_MIN;
}

/* When this condition has something to do next. */
static int64_t next_of(const struct sw_condition *c) {
    if (!c->open) return plus(c->since_ms[0], c->for_ms);
    if (c->gone_ms == INT64_MAX) return c->raised_ms == INT64_MAX ? plus(c->since_ms[1], c->for_ms) : INT64_MAX;
    int64_t close_ms = plus(c->gone_ms, c->clear_ms);
    return c->since_ms[0] < close_ms ? c->since_ms[0] : close_ms;
}

static void arm(struct sw_alert_book *book, struct sw_condition *c) {
    int64_t next_ms = next_of(c);
    if (sw_heap_holds(&c->node)) {
        if (c->node.key == next_ms) return;
        sw_heap_remove(&book->heap, &c->node);
    }
    if (next_ms != INT64_MAX) sw_heap_add(&book->heap, &c->node, next_ms);
}

static void disown_closed(struct sw_condition *c) {
    if (c->closed) c->closed->owner = NULL;
    c->closed = NULL;
}

static void settle(struct sw_condition *c) { c->gone_ms = c->raised_ms = c->resumed_ms = INT64_MAX; }

static void open_alert(struct sw_alert_book *book, struct sw_condition *c, int64_t t_ms) {
    size_t len = strlen(c->subject);
    struct sw_alert_entry *entry = sw_xcalloc(1, sizeof *entry + len + 1);
    memcpy(entry->subject, c->subject, len);
    entry->owner = c;
    entry->alert = (struct sw_alert){.rule = c->rule, .severity = c->severity[0], .kind = c->kind,
                                     .subject = entry->subject, .since_ms = c->since_ms[0], .opened_ms = t_ms,
                                     .closed_ms = INT64_MAX, .value = c->value, .limit = c->limit, .unit = c->unit};
    settle(c);
    c->open = entry;
    add_entry(book, entry);
}

static void close_alert(struct sw_alert_book *book, struct sw_condition *c, int64_t t_ms) {
    disown_closed(c);
    c->closed = c->open;
    c->closed->alert.closed_ms = t_ms;
    c->open = NULL;
    c->gone_before_ms = c->gone_ms;
    settle(c);
    book->closed_count++;
    book->version++;
    evict(book);
}

/* One deadline of the condition. */
static void due(struct sw_alert_book *book, struct sw_condition *c, int64_t t_ms) {
    if (!c->open) {
        open_alert(book, c, t_ms);
    } else if (c->gone_ms == INT64_MAX) {
        c->raised_ms = t_ms;
        c->open->alert.severity = c->severity[1];
        book->version++;
    } else if (c->since_ms[0] <= t_ms) {
        c->gone_before_ms = c->gone_ms;
        c->gone_ms = INT64_MAX;
        c->resumed_ms = t_ms;
    } else {
        close_alert(book, c, t_ms);
    }
    arm(book, c);
}

void sw_alert_book_advance(struct sw_alert_book *book, int64_t now_ms) {
    struct sw_heap_node *top;
    while ((top = sw_heap_top(&book->heap)) && top->key <= now_ms) {
        int64_t t_ms = top->key;
        sw_heap_remove(&book->heap, top);
        due(book, SW_HEAP_OWNER(struct sw_condition, node, top), t_ms);
    }
}

/* Takes back what deadlines after T_MS did. */
static void rewind_to(struct sw_alert_book *book, struct sw_condition *c, int64_t t_ms) {
    if (c->open && c->open->alert.opened_ms >= t_ms) { /* one that lasts no time is none */
        remove_entry(book, c->open);
        settle(c);
    }
    if (!c->open && c->closed && c->closed->alert.closed_ms > t_ms) {
        c->open = c->closed;
        c->closed = NULL;
        c->open->alert.closed_ms = INT64_MAX;
        settle(c);
        c->gone_ms = c->gone_before_ms;
        book->closed_count--;
        book->version++;
    }
    if (!c->open) return;
    if (c->raised_ms != INT64_MAX && c->raised_ms > t_ms) {
        c->open->alert.severity = c->severity[0];
        c->raised_ms = INT64_MAX;
        book->version++;
    }
    if (c->resumed_ms != INT64_MAX && c->resumed_ms > t_ms) {
        c->gone_ms = c->gone_before_ms;
        c->resumed_ms = INT64_MAX;
    }
}

void sw_condition_tell(struct sw_alert_book *book, struct sw_condition *c, int64_t t_ms, int64_t since1_ms,
                       int64_t since2_ms) {
    if (t_ms < c->told_ms) t_ms = c->told_ms;
    c->told_ms = t_ms;
    rewind_to(book, c, t_ms);
    /* an event may be ahead of the clock */
    for (int64_t next_ms; (next_ms = next_of(c)) < t_ms;) due(book, c, next_ms);
    bool held = c->since_ms[0] <= t_ms, holds = since1_ms <= t_ms;
    if (holds && held) { /* it goes on: since when does not change */
        since1_ms = c->since_ms[0];
        if (since2_ms <= t_ms && c->since_ms[1] <= t_ms) since2_ms = c->since_ms[1];
    }
    c->since_ms[0] = since1_ms;
    c->since_ms[1] = since2_ms;
    if (c->open && holds) c->gone_ms = INT64_MAX;
    else if (c->open && c->gone_ms == INT64_MAX) c->gone_ms = t_ms;
    arm(book, c);
}

void sw_condition_end(struct sw_alert_book *book, struct sw_condition *c, int64_t t_ms) {
    if (c->open) close_alert(book, c, t_ms > c->open->alert.opened_ms ? t_ms : c->open->alert.opened_ms);
    disown_closed(c);
    sw_heap_remove(&book->heap, &c->node);
    c->since_ms[0] = c->since_ms[1] = INT64_MAX;
}
