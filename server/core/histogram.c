#include "core/histogram.h"

static unsigned bucket_of(int64_t ms) {
    if (ms < 128) return ms < 0 ? 0 : (unsigned)ms;
    unsigned top = 63u - (unsigned)__builtin_clzll((unsigned long long)ms); /* >= 7 */
    unsigned octave = top - 7;
    if (octave >= SW_HISTOGRAM_OCTAVES) return SW_HISTOGRAM_BUCKETS - 1;
    return 128 + 64 * octave + (unsigned)((ms >> (octave + 1)) & 63);
}

static int64_t middle_of(unsigned bucket) {
    if (bucket < 128) return bucket;
    unsigned octave = (bucket - 128) / 64;
    int64_t width = INT64_C(2) << octave;
    return (64 + (int64_t)((bucket - 128) % 64)) * width + width / 2;
}

void sw_histogram_add(struct sw_histogram *h, int64_t ms) {
    h->count[bucket_of(ms)]++;
    h->total++;
}

int64_t sw_histogram_quantile(const struct sw_histogram *h, unsigned permille) {
    if (!h->total) return -1;
    uint64_t rank = (h->total * permille + 999) / 1000;
    if (rank < 1) rank = 1;
    uint64_t seen = 0;
    for (unsigned b = 0; b < SW_HISTOGRAM_BUCKETS; b++) {
        seen += h->count[b];
        if (seen >= rank) return middle_of(b);
    }
    return middle_of(SW_HISTOGRAM_BUCKETS - 1);
}
