/* Which lines of a followed log are done with: a line is when all its events are acknowledged.
 *
 * Events are counted in the order they are made in (ordinals from 1), also those that were acknowledged in an earlier life and are
 * not sent. A line's events may be sent long after it was read, when later ones were read already. */
#ifndef TOOLS_FOLLOW_LEDGER_H
#define TOOLS_FOLLOW_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sw_ledger_kind {
    SW_LEDGER_LINE,     /* events of the line that begins at the place */
    SW_LEDGER_SNAPSHOT, /* of a snapshot made before that line */
    SW_LEDGER_CLOCK     /* made by the clock before that line: after a restart they come of lines, so they are not counted */
};

/* Where a line begins. */
struct sw_ledger_place {
    size_t file; /* the owner's number for it */
    uint64_t offset, line;
    int64_t time_ms; /* of the latest line before */
};

struct sw_ledger_entry {
    enum sw_ledger_kind kind;
    uint64_t first; /* ordinal of its first event */
    struct sw_ledger_place place;
};

struct sw_ledger_event {
    uint64_t seq, ordinal;
};

/* Zeroed it is empty. */
struct sw_ledger {
    struct sw_ledger_entry *entries; /* rings */
    size_t entry_head, entry_count, entry_size;
    struct sw_ledger_event *sent;
    size_t sent_head, sent_count, sent_size;
};

void sw_ledger_free(struct sw_ledger *ledger);
/* The events from ordinal FIRST on are of KIND at PLACE. */
void sw_ledger_begin(struct sw_ledger *ledger, enum sw_ledger_kind kind, uint64_t first, const struct sw_ledger_place *place);
/* The event ORDINAL was handed over as SEQ; both grow. */
void sw_ledger_sent(struct sw_ledger *ledger, uint64_t seq, uint64_t ordinal);
/* Everything up to SEQ is acknowledged. */
void sw_ledger_acknowledged(struct sw_ledger *ledger, uint64_t seq);
/* The oldest entry that is not done with, of which *EVENTS events are; NULL when all is. DONE is the ordinal up to which events were
 * given out and need not wait for an acknowledgement, unless they were handed over; MADE the last one made. */
const struct sw_ledger_entry *sw_ledger_oldest(struct sw_ledger *ledger, uint64_t done, uint64_t made, uint64_t *events);

#endif
