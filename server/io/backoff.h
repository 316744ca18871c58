/* How long to wait before the next attempt: full jitter, doubling up to a cap. */
#ifndef SW_IO_BACKOFF_H
#define SW_IO_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

struct sw_backoff {
    uint64_t min_ms, max_ms; /* the first wait is uniform in 0..min_ms, later ones in 0..twice the last limit, at most max_ms */
    unsigned attempts;
    uint64_t random;
};

/* SEED 0 = random. */
void sw_backoff_init(struct sw_backoff *backoff, int64_t min_ms, int64_t max_ms, uint64_t seed);
/* The next wait, in ms. REFUSED: we are not wanted as we are, so hurry is of no use: the upper half of max_ms. */
uint64_t sw_backoff_next(struct sw_backoff *backoff, bool refused);
/* What was tried has worked: the next wait is a first one. */
void sw_backoff_reset(struct sw_backoff *backoff);

#endif
