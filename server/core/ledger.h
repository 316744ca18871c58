/* The counters of one agent by interval: a series whose past is packed, for there are as many as agents and
 * they grow all day.
 *
 * The rows that are being added to are a plain series, mostly of one row. When a new interval begins they are
 * packed behind those before: which counters are not zero, and these as short numbers, some 20 bytes a row in
 * place of 200. A late event unpacks what it needs until the next interval begins. */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include "core/series.h"
#include "shiftwall/kpi.h"

/* Where a reader of the packed rows stands: behind a row that began at START_MS, STEP_MS after the one
 * before. */
struct sw_ledger_place {
    int64_t start_ms, step_ms;
    size_t byte;
};

struct sw_ledger {
    struct sw_series open; /* later than all packed ones */
    unsigned char *past;
    struct sw_ledger_place first, end; /* before the first packed row, and behind the last */
    uint32_t past_size, past_count;
};

void sw_ledger_init(struct sw_ledger *ledger);
void sw_ledger_deinit(struct sw_ledger *ledger);
/* The counters of the interval that starts at START_MS, made (all zero) when missing. Valid until the next
 * call. */
int64_t *sw_ledger_at(struct sw_ledger *ledger, int64_t start_ms);
/* Adds the rows that start in [FROM_MS, TO_MS) to SUM. */
void sw_ledger_sum(const struct sw_ledger *ledger, int64_t from_ms, int64_t to_ms, int64_t sum[SW_AC_COUNT]);
void sw_ledger_drop_before(struct sw_ledger *ledger, int64_t start_ms);

/* Reading all rows, oldest first: how many there are, and row by row from `first` with INDEX 0, 1... */
static inline size_t sw_ledger_count(const struct sw_ledger *ledger) {
    return ledger->past_count + ledger->open.count;
}
void sw_ledger_row(const struct sw_ledger *ledger, size_t index, struct sw_ledger_place *at,
                   int64_t *start_ms, int64_t counts[SW_AC_COUNT]);

#endif
