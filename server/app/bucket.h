/* How much of something may pass: RATE a second, saved up to BURST. What passes may be more than is there, once: the debt has
 * to be made up before anything passes again. So nothing needs to be known beforehand, and nothing waits for ever. */
#ifndef APP_BUCKET_H
#define APP_BUCKET_H

#include <stdint.h>

struct sw_bucket {
    int64_t milli;    /* thousandths that may pass; below 0: a debt */
    uint64_t at_ms;   /* when that was reckoned, on a clock that only goes forward */
    int begun;
};

/* How long, in ms, until something may pass; 0: now. RATE 1 to 1,000,000, BURST 1 to 10,000,000. */
int64_t sw_bucket_wait_ms(struct sw_bucket *bucket, int64_t rate, int64_t burst, uint64_t now_ms);
/* COUNT passed. */
void sw_bucket_take(struct sw_bucket *bucket, int64_t count);

#endif
