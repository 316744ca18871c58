#include "core/ledger.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

/* A row: three bytes of which one bit is of each counter that is not zero, and the last says that it starts
 * as long after the row before as that after the one before it; else that step follows; then the counters.
 * Numbers are folded (0, -1, 1, -2...) and seven bits a byte, the lower first. */
#define HEAD_BYTES 3
#define SAME_STEP (UINT32_C(1) << (8 * HEAD_BYTES - 1))
#define NUMBER_BYTES_MAX 10
#define ROW_BYTES_MAX (HEAD_BYTES + NUMBER_BYTES_MAX * (1 + SW_AC_COUNT))
#define GROW_BYTES 64
_Static_assert(SW_AC_COUNT < 8 * HEAD_BYTES, "a bit for each counter and one more");

void sw_ledger_init(struct sw_ledger *l) {
    *l = (struct sw_ledger){0};
    sw_series_init(&l->open, SW_AC_COUNT);
}

void sw_ledger_deinit(struct sw_ledger *l) {
    sw_series_deinit(&l->open);
    free(l->past);
    l->past = NULL;
}

/* ---- rows as bytes ---- */

static unsigned char *put_number(unsigned char *at, int64_t value) {
    uint64_t rest = ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
    for (; rest >= 0x80; rest >>= 7) *at++ = (unsigned char)(rest | 0x80);
    *at++ = (unsigned char)rest;
    return at;
}

static const unsigned char *get_number(const unsigned char *at, int64_t *value) {
    uint64_t sum = 0;
    unsigned shift = 0;
    for (; *at >= 0x80; shift += 7) sum |= (uint64_t)(*at++ & 0x7F) << shift;
    sum |= (uint64_t)*at++ << shift;
    *value = (int64_t)((sum >> 1) ^ (0 - (sum & 1)));
    return at;
}

/* Adds the row at AT, which moves behind it, to COUNTS; when it began is AT's start then. */
static void take_row(const struct sw_ledger *l, struct sw_ledger_place *at, int64_t *counts) {
    const unsigned char *byte = l->past + at->byte;
    uint32_t head = byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16;
    byte += HEAD_BYTES;
    if (!(head & SAME_STEP)) byte = get_number(byte, &at->step_ms);
    at->start_ms += at->step_ms;
    for (uint32_t bits = head & ~SAME_STEP; bits; bits &= bits - 1) {
        int64_t value;
        byte = get_number(byte, &value);
        counts[__builtin_ctz(bits)] += value;
    }
    at->byte = (size_t)(byte - l->past);
}

static void pack_row(struct sw_ledger *l, int64_t start_ms, const int64_t *counts) {
    unsigned char bytes[ROW_BYTES_MAX], *to = bytes + HEAD_BYTES;
    uint32_t head = 0;
    int64_t step_ms = start_ms - l->end.start_ms;
    if (step_ms == l->end.step_ms)
        head = SAME_STEP;
    else
        to = put_number(to, step_ms);
    for (unsigned i = 0; i < SW_AC_COUNT; i++) {
        if (!counts[i]) continue;
        head |= UINT32_C(1) << i;
        to = put_number(to, counts[i]);
    }
    for (unsigned i = 0; i < HEAD_BYTES; i++) bytes[i] = (unsigned char)(head >> 8 * i);
    size_t len = (size_t)(to - bytes);
    if (l->past_size - l->end.byte < len) {
        l->past_size = (uint32_t)(l->end.byte + len + GROW_BYTES);
        l->past = sw_xrealloc(l->past, l->past_size);
    }
    memcpy(l->past + l->end.byte, bytes, len);
    l->end = (struct sw_ledger_place){start_ms, step_ms, l->end.byte + len};
    l->past_count++;
}

/* ---- past and present ---- */

static int64_t last_start(const struct sw_ledger *l) {
    if (l->open.count) return sw_series_start(&l->open, l->open.count - 1);
    return l->past_count ? l->end.start_ms : INT64_MIN;
}

/* All that is open is past. */
static void pack(struct sw_ledger *l) {
    for (size_t row = 0; row < l->open.count; row++)
        pack_row(l, sw_series_start(&l->open, row), sw_series_counts(&l->open, row));
    l->open.count = 0;
    if (l->open.size == 1) return;
    l->open.size = 1; /* enough, as long as nothing comes late */
    l->open.rows = sw_xrealloc(l->open.rows, (SW_AC_COUNT + 1) * sizeof *l->open.rows);
}

/* The packed rows that start at START_MS or later are open again. */
static void unpack_from(struct sw_ledger *l, int64_t start_ms) {
    struct sw_ledger_place at = l->first, kept = at;
    uint32_t kept_count = 0;
    struct sw_series rows;
    sw_series_init(&rows, SW_AC_COUNT);
    for (uint32_t i = 0; i < l->past_count; i++) {
        int64_t counts[SW_AC_COUNT] = {0};
        take_row(l, &at, counts);
        if (at.start_ms < start_ms) {
            kept = at;
            kept_count++;
        } else {
            memcpy(sw_series_at(&rows, at.start_ms), counts, sizeof counts);
        }
    }
    for (size_t row = 0; row < l->open.count; row++)
        memcpy(sw_series_at(&rows, sw_series_start(&l->open, row)), sw_series_counts(&l->open, row),
               SW_AC_COUNT * sizeof(int64_t));
    sw_series_deinit(&l->open);
    l->open = rows;
    l->end = kept;
    l->past_count = kept_count;
}

int64_t *sw_ledger_at(struct sw_ledger *l, int64_t start_ms) {
    if (start_ms > last_start(l))
        pack(l);
    else if (l->past_count && start_ms <= l->end.start_ms)
        unpack_from(l, start_ms);
    return sw_series_at(&l->open, start_ms);
}

static void add(int64_t *sum, const int64_t *counts) {
    for (size_t i = 0; i < SW_AC_COUNT; i++) sum[i] += counts[i];
}

void sw_ledger_sum(const struct sw_ledger *l, int64_t from_ms, int64_t to_ms, int64_t sum[SW_AC_COUNT]) {
    struct sw_ledger_place at = l->first;
    for (uint32_t i = 0; i < l->past_count && (!i || at.start_ms < to_ms); i++) {
        int64_t counts[SW_AC_COUNT] = {0};
        take_row(l, &at, counts);
        if (at.start_ms >= from_ms && at.start_ms < to_ms) add(sum, counts);
    }
    for (size_t row = sw_series_lower(&l->open, from_ms);
         row < l->open.count && sw_series_start(&l->open, row) < to_ms; row++)
        add(sum, sw_series_counts(&l->open, row));
}

void sw_ledger_drop_before(struct sw_ledger *l, int64_t start_ms) {
    while (l->past_count) {
        struct sw_ledger_place next = l->first;
        int64_t ignored[SW_AC_COUNT] = {0};
        take_row(l, &next, ignored);
        if (next.start_ms >= start_ms) break;
        l->first = next;
        l->past_count--;
    }
    size_t gone = l->first.byte;
    if (gone) {
        memmove(l->past, l->past + gone, l->end.byte - gone);
        l->first.byte = 0;
        l->end.byte -= gone;
        l->past_size = (uint32_t)l->end.byte;
        l->past = sw_xrealloc(l->past, l->past_size);
    }
    sw_series_drop_before(&l->open, start_ms);
}

void sw_ledger_row(const struct sw_ledger *l, size_t index, struct sw_ledger_place *at, int64_t *start_ms,
                   int64_t counts[SW_AC_COUNT]) {
    if (!index) *at = l->first;
    memset(counts, 0, SW_AC_COUNT * sizeof *counts);
    if (index < l->past_count) {
        take_row(l, at, counts);
        *start_ms = at->start_ms;
        return;
    }
    *start_ms = sw_series_start(&l->open, index - l->past_count);
    memcpy(counts, sw_series_counts(&l->open, index - l->past_count), SW_AC_COUNT * sizeof *counts);
}
