/* A histogram of durations whose quantiles are within 1 % of the truth: 64 buckets to every power of two, each
 * standing for its middle, so the relative error is at most 1/128; below 128 ms it is exact. */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H

#include <stdint.h>

#define SW_HISTOGRAM_OCTAVES 30 /* 128 ms x 2^30: longer than any wait an event may tell of */
#define SW_HISTOGRAM_BUCKETS (128 + 64 * SW_HISTOGRAM_OCTAVES)

struct sw_histogram {
    uint64_t total;
    uint32_t count[SW_HISTOGRAM_BUCKETS];
};

/* Adds one duration; negative ones count as 0, ones past the end in the last bucket. */
void sw_histogram_add(struct sw_histogram *h, int64_t ms);
/* The duration that at least PERMILLE of 1000 do not exceed (nearest rank), or -1 when empty. */
int64_t sw_histogram_quantile(const struct sw_histogram *h, unsigned permille);

#endif
