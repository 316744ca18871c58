/* What a floor watches, in a checkpoint: conditions, alerts, and what is armed. */
#include "core/checkpoint_code.h"

#define KINDS_MAX SW_SUBJECT_ALARM
#define UNITS_MAX SW_UNIT_PPM

static void code_severity(struct sw_code *c, enum sw_severity *severity) {
    *severity = (enum sw_severity)sw__code_uint(c, *severity, SW_SEVERITY_CRITICAL);
}

/* ---- alerts ---- */

static void code_entry(struct sw_code *c, struct sw_alert_entry *entry) {
    struct sw_alert *a = &entry->alert;
    a->rule = (enum sw_rule)sw__code_uint(c, a->rule, SW_RULE_COUNT - 1);
    a->kind = (enum sw_subject)sw__code_uint(c, a->kind, KINDS_MAX);
    a->unit = (enum sw_unit)sw__code_uint(c, a->unit, UNITS_MAX);
    code_severity(c, &a->severity);
    sw__code_time(c, &a->since_ms);
    sw__code_time(c, &a->opened_ms);
    sw__code_time(c, &a->closed_ms);
    sw__code_wide(c, &a->value);
    sw__code_wide(c, &a->limit);
}

static void read_entry(struct sw_code *c, struct sw_alert_book *book) {
    char subject[SW__CODE_TEXT_MAX];
    sw__code_id(c, NULL, subject, sizeof subject);
    size_t len = strlen(subject);
    struct sw_alert_entry *entry = sw_xcalloc(1, sizeof *entry + len + 1);
    memcpy(entry->subject, subject, len);
    entry->alert.subject = entry->subject;
    code_entry(c, entry);
    entry->previous = book->last;
    *(book->last ? &book->last->next : &book->first) = entry;
    book->last = entry;
    book->count++;
    book->closed_count += entry->alert.closed_ms != INT64_MAX;
    c->entries[c->entry_count++] = entry;
}

static void code_book(struct sw_code *c, struct sw_alert_book *book) {
    sw__code_heap(c, &book->heap);
    sw__code_int(c, &book->evicted);
    book->version = sw__code_uint(c, book->version, UINT64_C(1) << 53);
    size_t count = sw__code_count(c, book->count, SIZE_MAX);
    if (sw__code_reads(c)) {
        c->entries = sw_xmalloc((count + 1) * sizeof(struct sw_alert_entry *));
        for (size_t i = 0; i < count && !c->failed; i++) read_entry(c, book);
        return;
    }
    size_t place = 0;
    for (struct sw_alert_entry *entry = book->first; entry; entry = entry->next) {
        entry->place = place++;
        sw__code_id(c, entry->subject, NULL, SW__CODE_TEXT_MAX);
        code_entry(c, entry);
    }
}

/* ---- conditions ---- */

/* The alert a condition has opened, or closed last; one belongs to one condition. */
static void code_owned(struct sw_code *c, struct sw_condition *condition, struct sw_alert_entry **at, bool open) {
    size_t place = (size_t)sw__code_uint(c, *at ? (*at)->place + 1 : 0, sw__code_reads(c) ? c->entry_count : SIZE_MAX);
    if (!sw__code_reads(c) || !place) return;
    struct sw_alert_entry *entry = c->entries[place - 1];
    if (entry->owner || open != (entry->alert.closed_ms == INT64_MAX)) {
        c->failed = true;
        return;
    }
    entry->owner = condition;
    *at = entry;
}

static void code_condition(struct sw_code *c, struct sw_watch *watch, struct sw_condition *x) {
    x->rule = (enum sw_rule)sw__code_uint(c, x->rule, SW_RULE_COUNT - 1);
    x->unit = (enum sw_unit)sw__code_uint(c, x->unit, UNITS_MAX);
    for (size_t i = 0; i < 2; i++) {
        code_severity(c, &x->severity[i]);
        sw__code_time(c, &x->since_ms[i]);
    }
    sw__code_wide(c, &x->for_ms);
    sw__code_wide(c, &x->clear_ms);
    int64_t *const times[] = {&x->told_ms, &x->gone_ms, &x->raised_ms, &x->resumed_ms, &x->gone_before_ms};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) sw__code_time(c, times[i]);
    sw__code_wide(c, &x->value);
    sw__code_wide(c, &x->limit);
    code_owned(c, x, &x->open, true);
    code_owned(c, x, &x->closed, false);
    sw__code_node(c, &watch->book.heap, &x->node);
}

void sw__code_condition(struct sw_code *c, struct sw_watch *watch, struct sw_condition **at, enum sw_subject kind,
                        const char *subject) {
    bool there = *at != NULL;
    sw__code_bool(c, &there);
    if (!there || c->failed) return;
    if (sw__code_reads(c)) {
        *at = sw_xmalloc(sizeof **at);
        sw_condition_init(*at, (enum sw_rule)0, kind, subject);
    }
    code_condition(c, watch, *at);
}

void sw__code_conditions(struct sw_code *c, struct sw_watch *watch, struct sw_condition **conditions, size_t count,
                         enum sw_subject kind, const char *subject) {
    uint64_t there = 0;
    for (size_t i = 0; i < count; i++) there |= (uint64_t)(conditions[i] != NULL) << i;
    there = sw__code_uint(c, there, (UINT64_C(1) << count) - 1);
    for (size_t i = 0; i < count && !c->failed; i++) {
        if (!(there >> i & 1)) continue;
        if (sw__code_reads(c)) {
            conditions[i] = sw_xmalloc(sizeof *conditions[i]);
            sw_condition_init(conditions[i], (enum sw_rule)0, kind, subject);
        }
        code_condition(c, watch, conditions[i]);
    }
}

static void read_alarm(struct sw_code *c, struct sw_watch *watch) {
    char name[SW__CODE_TEXT_MAX];
    struct sw_named_condition *one;
    sw__code_id(c, NULL, name, sizeof name);
    size_t len = strlen(name);
    HASH_FIND(hh, watch->alarms, name, len, one);
    if (one) c->failed = true;
    if (c->failed) return;
    one = sw_xcalloc(1, sizeof *one + len + 1);
    memcpy(one->name, name, len);
    sw_condition_init(&one->condition, SW_RULE_ALARM, SW_SUBJECT_ALARM, one->name);
    HASH_ADD_KEYPTR(hh, watch->alarms, one->name, len, one);
    code_condition(c, watch, &one->condition);
}

static void code_alarms(struct sw_code *c, struct sw_watch *watch) {
    size_t count = sw__code_count(c, HASH_COUNT(watch->alarms), SW_ALARMS_MAX);
    if (sw__code_reads(c)) {
        for (size_t i = 0; i < count && !c->failed; i++) read_alarm(c, watch);
        return;
    }
    for (struct sw_named_condition *one = watch->alarms; one; one = one->hh.next) {
        sw__code_id(c, one->name, NULL, SW__CODE_TEXT_MAX);
        code_condition(c, watch, &one->condition);
    }
}

void sw__code_watch(struct sw_code *c, struct sw_watch *watch) {
    code_book(c, &watch->book);
    sw__code_heap(c, &watch->crowds);
    for (size_t i = 0; i < 2 && !c->failed; i++) {
        sw__code_int(c, &watch->outbound[i].calls);
        code_condition(c, watch, &watch->outbound[i].condition);
    }
    sw__code_int(c, &watch->outbound_seats);
    sw__code_time(c, &watch->outbound_day_ms);
    code_alarms(c, watch);
}
