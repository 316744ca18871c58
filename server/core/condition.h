/* Conditions that open alerts: something that holds since an instant, which may lie ahead.
 *
 * A condition is told since when it holds (level 1) and since when it is critical (level 2). A warning after 30
 * seconds of waiting is "holds from the start of the wait + 30 s on", so it is told once and costs nothing until it is
 * due. An alert opens when the condition has held for `for_ms` and closes when it has been gone for `clear_ms`.
 *
 * Times are told in order; one before the last told counts as that. What was done at a deadline that lies after the
 * time told is taken back: the deadline would not have come. */
#ifndef CORE_CONDITION_H
#define CORE_CONDITION_H

#include <stdbool.h>

#include "core/heap.h"
#include "core/map.h"
#include "shiftwall/alert.h"

struct sw_alert_entry {
    struct sw_alert alert; /* first: the book's list is read as alerts */
    struct sw_alert_entry *previous, *next;
    struct sw_condition *owner; /* whose open or last closed alert it is */
    size_t place;               /* in a checkpoint that is written */
    char subject[];
};

struct sw_condition {
    enum sw_rule rule;
    enum sw_subject kind;
    enum sw_unit unit;
    const char *subject; /* borrowed; lives as long as the condition */
    enum sw_severity severity[2]; /* of level 1 and 2 */
    int64_t for_ms, clear_ms;
    int64_t since_ms[2]; /* INT64_MAX: does not hold */
    int64_t told_ms, gone_ms, raised_ms;
    int64_t resumed_ms, gone_before_ms; /* when it held again before it closed, and since when it had been gone */
    int64_t value, limit;
    struct sw_alert_entry *open, *closed; /* closed: the last one, whose closing may still be taken back */
    struct sw_heap_node node;
};

/* All alerts of a site and the deadlines of its conditions. */
struct sw_alert_book {
    struct sw_heap heap;
    struct sw_alert_entry *first, *last; /* in order of opening, nearly */
    size_t count, closed_count;
    int64_t evicted;
    uint64_t version; /* changes with every alert that opens, closes or changes */
};

void sw_alert_book_deinit(struct sw_alert_book *book);
/* Forgets alerts closed before T_MS. */
void sw_alert_book_forget(struct sw_alert_book *book, int64_t t_ms);
/* Lets what is due up to NOW_MS happen. */
void sw_alert_book_advance(struct sw_alert_book *book, int64_t now_ms);

/* A condition that never held. */
void sw_condition_init(struct sw_condition *condition, enum sw_rule rule, enum sw_subject kind, const char *subject);
/* At T_MS it holds since SINCE1_MS and critically since SINCE2_MS (INT64_MAX: not; may lie ahead). */
void sw_condition_tell(struct sw_alert_book *book, struct sw_condition *condition, int64_t t_ms, int64_t since1_ms,
                       int64_t since2_ms);
/* The subject is gone for good: its open alert closes at T_MS. */
void sw_condition_end(struct sw_alert_book *book, struct sw_condition *condition, int64_t t_ms);

#endif
