/* The daemon's clock: the system's, or a virtual one for the demo and for tests that feed a day in minutes.
 */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "shiftwall/error.h"

#define SW_CLOCK_SPEED_MIN 0.01
#define SW_CLOCK_SPEED_MAX 10000.0

/* Plain data, to be copied freely. A virtual clock runs on the monotonic clock, so that a step of the
 * system's clock does not touch it. */
struct sw_clock {
    bool is_virtual;
    int64_t start_ms;      /* what it showed at ... */
    int64_t start_mono_ms; /* ... this moment of the monotonic clock */
    double speed;          /* virtual ms per real ms */
};

/* The system's clock. */
void sw_clock_init(struct sw_clock *clock);
/* Shows START_MS now and runs SPEED times as fast as real time. 0, or -SW_EINVAL when SPEED is out of range.
 */
int sw_clock_init_virtual(struct sw_clock *clock, int64_t start_ms, double speed) SW_NODISCARD;
/* Reads "START,SPEED" (RFC 3339 or epoch ms, and SW_CLOCK_SPEED_MIN..MAX; speed 1 when left out). 0 or
 * -SW_EPARSE. */
int sw_clock_parse(const char *text, int64_t *start_ms, double *speed) SW_NODISCARD;
/* Reads a speed alone. 0 or -SW_EPARSE. */
int sw_clock_parse_speed(const char *text, double *speed) SW_NODISCARD;

/* Epoch ms now. */
int64_t sw_clock_now_ms(const struct sw_clock *clock);
/* How many real ms from now to the clock's T_MS, rounded up; 0 when it has passed, at most a day: what a
 * timer of the loop wants. */
uint64_t sw_clock_delay_ms(const struct sw_clock *clock, int64_t t_ms);

#endif
