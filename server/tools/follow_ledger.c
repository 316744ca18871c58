#include "tools/follow_ledger.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

/* Doubles a ring that is full. */
static void *grow(void *items, size_t item, size_t *head, size_t count, size_t *size) {
    if (count < *size) return items;
    size_t more = *size ? *size * 2 : 64;
    char *fresh = sw_xcalloc(more, item);
    for (size_t i = 0; i < count; i++) memcpy(fresh + i * item, (char *)items + (*head + i) % *size * item, item);
    free(items);
    *head = 0;
    *size = more;
    return fresh;
}

void sw_ledger_free(struct sw_ledger *l) {
    free(l->entries);
    free(l->sent);
    *l = (struct sw_ledger){.entries = NULL};
}

void sw_ledger_begin(struct sw_ledger *l, enum sw_ledger_kind kind, uint64_t first, const struct sw_ledger_place *place) {
    l->entries = grow(l->entries, sizeof *l->entries, &l->entry_head, l->entry_count, &l->entry_size);
    l->entries[(l->entry_head + l->entry_count++) % l->entry_size] = (struct sw_ledger_entry){kind, first, *place};
}

void sw_ledger_sent(struct sw_ledger *l, uint64_t seq, uint64_t ordinal) {
    l->sent = grow(l->sent, sizeof *l->sent, &l->sent_head, l->sent_count, &l->sent_size);
    l->sent[(l->sent_head + l->sent_count++) % l->sent_size] = (struct sw_ledger_event){seq, ordinal};
}

void sw_ledger_acknowledged(struct sw_ledger *l, uint64_t seq) {
    while (l->sent_count && l->sent[l->sent_head].seq <= seq) {
        l->sent_head = (l->sent_head + 1) % l->sent_size;
        l->sent_count--;
    }
}

const struct sw_ledger_entry *sw_ledger_oldest(struct sw_ledger *l, uint64_t done, uint64_t made, uint64_t *events) {
    if (l->sent_count && l->sent[l->sent_head].ordinal <= done) done = l->sent[l->sent_head].ordinal - 1;
    *events = 0;
    while (l->entry_count) {
        uint64_t end = l->entry_count > 1 ? l->entries[(l->entry_head + 1) % l->entry_size].first - 1 : made; /* its last event */
        if (end > done) break;
        l->entry_head = (l->entry_head + 1) % l->entry_size;
        l->entry_count--;
    }
    if (!l->entry_count) return NULL;
    const struct sw_ledger_entry *entry = &l->entries[l->entry_head];
    if (entry->kind != SW_LEDGER_CLOCK && done >= entry->first) *events = done - entry->first + 1;
    return entry;
}
