#include "io/backoff.h"

#include <sys/random.h>
#include <uv.h>

#define DOUBLINGS_MAX 20

void sw_backoff_init(struct sw_backoff *b, int64_t min_ms, int64_t max_ms, uint64_t seed) {
    *b = (struct sw_backoff){.min_ms = (uint64_t)min_ms, .max_ms = (uint64_t)max_ms, .random = seed};
    if (!seed && getrandom(&b->random, sizeof b->random, 0) < 0) b->random = uv_hrtime();
}

/* splitmix64: jitter needs spreading, not secrecy. */
static uint64_t next_random(struct sw_backoff *b) {
    uint64_t z = (b->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t sw_backoff_next(struct sw_backoff *b, bool refused) {
    uint64_t limit = b->min_ms << b->attempts;
    if (limit > b->max_ms || refused) limit = b->max_ms;
    if (b->attempts < DOUBLINGS_MAX) b->attempts++;
    uint64_t delay = next_random(b) % (limit + 1);
    return refused ? b->max_ms / 2 + delay / 2 : delay;
}

void sw_backoff_reset(struct sw_backoff *b) { b->attempts = 0; }
