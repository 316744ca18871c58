#include "app/bucket.h"

int64_t sw_bucket_wait_ms(struct sw_bucket *b, int64_t rate, int64_t burst, uint64_t now_ms) {
    uint64_t passed = b->begun ? now_ms - b->at_ms : 0;
    int64_t full = burst * 1000;
    if (!b->begun) b->milli = full;
    b->begun = 1;
    b->at_ms = now_ms;
    /* RATE a second is RATE thousandths a millisecond */
    int64_t missing_ms = (full - b->milli + rate - 1) / rate;
    if (passed >= (uint64_t)missing_ms) b->milli = full;
    else b->milli += (int64_t)passed * rate;
    if (b->milli > 0) return 0;
    return -b->milli / rate + 1;
}

void sw_bucket_take(struct sw_bucket *b, int64_t count) { b->milli -= count * 1000; }
