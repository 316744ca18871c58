#include "core/spans.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

void sw_spans_deinit(struct sw_spans *spans) {
    free(spans->at);
    *spans = (struct sw_spans){0};
}

void sw_spans_add(struct sw_spans *spans, int64_t start_ms, int64_t end_ms) {
    if (start_ms >= end_ms) return;
    size_t first = 0;
    while (first < spans->count && spans->at[first].end_ms < start_ms) first++;
    size_t last = first; /* [first, last) melt into the new one */
    for (; last < spans->count && spans->at[last].start_ms <= end_ms; last++) {
        if (spans->at[last].start_ms < start_ms) start_ms = spans->at[last].start_ms;
        if (spans->at[last].end_ms > end_ms) end_ms = spans->at[last].end_ms;
    }
    if (last == first && spans->count == spans->size) {
        spans->size = spans->size ? spans->size * 2 : 4;
        spans->at = sw_xrealloc(spans->at, spans->size * sizeof *spans->at);
    }
    memmove(spans->at + first + 1, spans->at + last, (spans->count - last) * sizeof *spans->at);
    spans->count = spans->count + 1 - (last - first);
    spans->at[first].start_ms = start_ms;
    spans->at[first].end_ms = end_ms;
}

int64_t sw_spans_within(const struct sw_spans *spans, int64_t start_ms, int64_t end_ms) {
    int64_t sum = 0;
    for (size_t i = 0; i < spans->count; i++) {
        int64_t from_ms = spans->at[i].start_ms > start_ms ? spans->at[i].start_ms : start_ms;
        int64_t to_ms = spans->at[i].end_ms < end_ms ? spans->at[i].end_ms : end_ms;
        if (from_ms < to_ms) sum += to_ms - from_ms;
    }
    return sum;
}

int64_t sw_spans_leave(const struct sw_spans *spans, int64_t t_ms) {
    for (size_t i = 0; i < spans->count; i++)
        if (spans->at[i].start_ms <= t_ms && t_ms < spans->at[i].end_ms) return spans->at[i].end_ms;
    return t_ms;
}

int64_t sw_spans_enter(const struct sw_spans *spans, int64_t t_ms) {
    for (size_t i = 0; i < spans->count; i++)
        if (spans->at[i].start_ms < t_ms && t_ms <= spans->at[i].end_ms) return spans->at[i].start_ms;
    return t_ms;
}

bool sw_spans_contain(const struct sw_spans *spans, int64_t t_ms) { return sw_spans_leave(spans, t_ms) > t_ms; }

bool sw_spans_cover(const struct sw_spans *spans, int64_t start_ms, int64_t end_ms) {
    return sw_spans_leave(spans, start_ms) >= end_ms;
}

int64_t sw_spans_next_edge(const struct sw_spans *spans, int64_t t_ms) {
    for (size_t i = 0; i < spans->count; i++) {
        if (spans->at[i].start_ms > t_ms) return spans->at[i].start_ms;
        if (spans->at[i].end_ms > t_ms) return spans->at[i].end_ms;
    }
    return INT64_MAX;
}
