/* A set of instants, as spans that neither overlap nor touch, in order of time. */
#ifndef CORE_SPANS_H
#define CORE_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sw_spans {
    struct {
        int64_t start_ms, end_ms;
    } *at;
    size_t count, size;
};

void sw_spans_deinit(struct sw_spans *spans);
/* Adds [start, end), which may overlap what is there; nothing when it is empty. */
void sw_spans_add(struct sw_spans *spans, int64_t start_ms, int64_t end_ms);
/* Whether T_MS is in one of the spans. */
bool sw_spans_contain(const struct sw_spans *spans, int64_t t_ms);
/* Whether all of [start, end) is. */
bool sw_spans_cover(const struct sw_spans *spans, int64_t start_ms, int64_t end_ms);
/* How much of [start, end) is in the spans. */
int64_t sw_spans_within(const struct sw_spans *spans, int64_t start_ms, int64_t end_ms);
/* The first edge after T_MS, or INT64_MAX. */
int64_t sw_spans_next_edge(const struct sw_spans *spans, int64_t t_ms);
/* The end of the span that T_MS is in, or T_MS. */
int64_t sw_spans_leave(const struct sw_spans *spans, int64_t t_ms);
/* The start of the span that ends at T_MS or contains the instant before it, or T_MS. */
int64_t sw_spans_enter(const struct sw_spans *spans, int64_t t_ms);

#endif
