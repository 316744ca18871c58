#include "core/checkpoint_code.h"

#define ROWS_MAX 200000u /* of a series: years of intervals */
#define NUMBER_BYTES_MAX 10

void sw__code_put(struct sw_code *c, uint64_t value) {
    unsigned char bytes[NUMBER_BYTES_MAX];
    size_t len = 0;
    for (; value >= 0x80; value >>= 7) bytes[len++] = (unsigned char)(value | 0x80);
    bytes[len++] = (unsigned char)value;
    struct sw_buf *out = c->out;
    if (out->failed || out->size - out->len <= sizeof bytes || out->cap - out->len < sizeof bytes) {
        sw_buf_add(out, bytes, len);
        return;
    }
    memcpy(out->data + out->len, bytes, sizeof bytes); /* of a fixed size: quicker; what is too much is written over */
    out->len += len;
    out->data[out->len] = '\0';
}

uint64_t sw__code_get(struct sw_code *c) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && c->at < c->end; shift += 7) {
        unsigned char byte = *c->at++;
        if (shift == 63 && byte > 1) break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    c->failed = true;
    c->at = c->end;
    return 0;
}

static uint64_t fold(int64_t value) { return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0); }
static int64_t unfold(uint64_t value) { return (int64_t)(value >> 1) ^ -(int64_t)(value & 1); }

static int64_t within(struct sw_code *c, int64_t value, int64_t max) {
    if (value <= max && value >= -max) return value;
    c->failed = true;
    return 0;
}

static int64_t checked(struct sw_code *c, int64_t value) { return within(c, value, SW__CODE_NUMBER_MAX); }
/* Between two numbers. */
static int64_t difference(struct sw_code *c) { return within(c, unfold(sw__code_get(c)), 2 * SW__CODE_NUMBER_MAX); }

void sw__code_int(struct sw_code *c, int64_t *value) {
    if (sw__code_reads(c)) *value = checked(c, unfold(sw__code_get(c)));
    else sw__code_put(c, fold(*value));
}

static void code_near(struct sw_code *c, int64_t *value, int64_t base) {
    if (!sw__code_reads(c)) {
        sw__code_put(c, *value == INT64_MIN ? 0 : *value == INT64_MAX ? 1 : fold(*value - base) + 2);
        return;
    }
    uint64_t told = sw__code_get(c);
    if (told < 2) *value = told ? INT64_MAX : INT64_MIN;
    else *value = checked(c, base + within(c, unfold(told - 2), 2 * SW__CODE_NUMBER_MAX));
}

void sw__code_wide(struct sw_code *c, int64_t *value) { code_near(c, value, 0); }
void sw__code_time(struct sw_code *c, int64_t *t_ms) { code_near(c, t_ms, c->base_ms); }

void sw__code_instant(struct sw_code *c, int64_t *t_ms) {
    if (sw__code_reads(c)) *t_ms = checked(c, c->base_ms + difference(c));
    else sw__code_put(c, fold(*t_ms - c->base_ms));
}

void sw__code_text(struct sw_code *c, char **text) {
    if (!sw__code_reads(c)) {
        size_t len = *text ? strlen(*text) : 0;
        sw__code_put(c, *text ? len + 1 : 0);
        sw_buf_add(c->out, *text, len);
        return;
    }
    size_t size = (size_t)sw__code_uint(c, 0, SW__CODE_TEXT_MAX);
    free(*text);
    *text = NULL;
    if (!size) return;
    if (size - 1 > (size_t)(c->end - c->at) || memchr(c->at, '\0', size - 1)) {
        c->failed = true;
        return;
    }
    *text = sw_xmalloc(size);
    memcpy(*text, c->at, size - 1);
    (*text)[size - 1] = '\0';
    c->at += size - 1;
}

void sw__code_id(struct sw_code *c, const char *id, char *out, size_t size) {
    size_t len = sw__code_reads(c) ? 0 : strlen(id);
    len = (size_t)sw__code_uint(c, len, size - 1);
    if (!sw__code_reads(c)) {
        sw_buf_add(c->out, id, len);
        return;
    }
    *out = '\0';
    if (len > (size_t)(c->end - c->at) || memchr(c->at, '\0', len)) c->failed = true;
    if (c->failed) return;
    memcpy(out, c->at, len);
    out[len] = '\0';
    c->at += len;
}

/* ---- counters ---- */

static void write_counts(struct sw_code *c, const int64_t *counts, size_t count) {
    uint64_t mask = 0;
    for (size_t i = 0; i < count; i++) mask |= (uint64_t)(counts[i] != 0) << i;
    sw__code_put(c, mask);
    for (; mask; mask &= mask - 1) sw__code_put(c, fold(counts[__builtin_ctzll(mask)]));
}

void sw__code_counts(struct sw_code *c, int64_t *counts, size_t count) {
    if (!sw__code_reads(c)) {
        write_counts(c, counts, count);
        return;
    }
    memset(counts, 0, count * sizeof *counts);
    for (uint64_t mask = sw__code_uint(c, 0, (UINT64_C(1) << count) - 1); mask; mask &= mask - 1)
        sw__code_int(c, &counts[__builtin_ctzll(mask)]);
}

static void write_series(struct sw_code *c, const struct sw_series *series) {
    size_t width = series->fields + 1;
    int64_t before_ms = c->base_ms;
    sw__code_put(c, series->count);
    for (size_t i = 0; i < series->count; i++) {
        const int64_t *row = series->rows + i * width;
        sw__code_put(c, fold(row[0] - before_ms));
        before_ms = row[0];
        write_counts(c, row + 1, series->fields);
    }
}

void sw__code_series(struct sw_code *c, struct sw_series *series) {
    if (!sw__code_reads(c)) {
        write_series(c, series);
        return;
    }
    size_t count = sw__code_count(c, 0, ROWS_MAX);
    if (series->count) c->failed = true;
    int64_t at_ms = c->base_ms;
    for (size_t i = 0; i < count && !c->failed; i++) {
        int64_t step_ms = difference(c);
        at_ms = checked(c, at_ms + step_ms);
        if (i && step_ms <= 0) c->failed = true;
        if (!c->failed) sw__code_counts(c, sw_series_at(series, at_ms), series->fields);
    }
}

/* As a series of the same rows. */
void sw__code_ledger(struct sw_code *c, struct sw_ledger *ledger) {
    size_t count = sw__code_count(c, sw_ledger_count(ledger), ROWS_MAX);
    if (sw__code_reads(c) && sw_ledger_count(ledger)) c->failed = true;
    struct sw_ledger_place at;
    int64_t at_ms = c->base_ms, counts[SW_AC_COUNT];
    for (size_t i = 0; i < count && !c->failed; i++) {
        if (!sw__code_reads(c)) {
            int64_t before_ms = at_ms;
            sw_ledger_row(ledger, i, &at, &at_ms, counts);
            sw__code_put(c, fold(at_ms - before_ms));
            write_counts(c, counts, SW_AC_COUNT);
            continue;
        }
        int64_t step_ms = difference(c);
        at_ms = checked(c, at_ms + step_ms);
        if (i && step_ms <= 0) c->failed = true;
        if (!c->failed) sw__code_counts(c, sw_ledger_at(ledger, at_ms), SW_AC_COUNT);
    }
}

void sw__code_histogram(struct sw_code *c, struct sw_histogram *h) {
    size_t used = 0, at = 0;
    for (size_t b = 0; !sw__code_reads(c) && b < SW_HISTOGRAM_BUCKETS; b++) used += h->count[b] != 0;
    used = sw__code_count(c, used, SW_HISTOGRAM_BUCKETS);
    if (sw__code_reads(c)) *h = (struct sw_histogram){0};
    for (size_t i = 0; i < used && !c->failed; i++, at++) {
        size_t gap = 0;
        while (!sw__code_reads(c) && !h->count[at + gap]) gap++;
        at += (size_t)sw__code_uint(c, gap, SW_HISTOGRAM_BUCKETS - 1 - at);
        h->count[at] = (uint32_t)sw__code_uint(c, h->count[at], UINT32_MAX);
        if (!h->count[at] || (at == SW_HISTOGRAM_BUCKETS - 1 && i + 1 < used)) c->failed = true;
        if (sw__code_reads(c)) h->total += h->count[at];
    }
}

/* ---- heaps ---- */

void sw__code_heap(struct sw_code *c, struct sw_heap *heap) {
    size_t count = sw__code_count(c, heap->count, SW_CALLS_MAX + SW_AGENTS_MAX * SW__AGENT_RULES);
    heap->added = sw__code_uint(c, heap->added, UINT64_C(1) << 53);
    if (!sw__code_reads(c) || !count) return;
    if (heap->count) c->failed = true;
    if (c->failed) return;
    heap->nodes = sw_xrealloc(heap->nodes, count * sizeof *heap->nodes);
    memset(heap->nodes, 0, count * sizeof *heap->nodes);
    heap->count = heap->size = count;
}

void sw__code_node(struct sw_code *c, struct sw_heap *heap, struct sw_heap_node *node) {
    node->index = (size_t)sw__code_uint(c, node->index, heap->count);
    if (!node->index) return;
    sw__code_time(c, &node->key);
    /* the younger the node, the shorter */
    node->order = heap->added - sw__code_uint(c, heap->added - node->order, heap->added);
    if (!sw__code_reads(c)) return;
    if (c->failed || heap->nodes[node->index - 1] || node->order >= heap->added) {
        node->index = 0;
        c->failed = true;
        return;
    }
    heap->nodes[node->index - 1] = node;
}

bool sw__code_heap_is_good(const struct sw_heap *heap) {
    for (size_t i = 0; i < heap->count; i++) {
        const struct sw_heap_node *node = heap->nodes[i], *parent = i ? heap->nodes[(i - 1) / 2] : NULL;
        if (!node) return false;
        if (parent && (node->key < parent->key || (node->key == parent->key && node->order < parent->order))) return false;
    }
    return true;
}
