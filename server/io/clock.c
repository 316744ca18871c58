#include "io/clock.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/zone.h"

#define START_TEXT_MAX 40

static int64_t read_ms(clockid_t id) {
    struct timespec now;
    SW_ASSERT(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sw_clock_init(struct sw_clock *clock) {
    *clock = (struct sw_clock){.speed = 1.0};
}

int sw_clock_init_virtual(struct sw_clock *clock, int64_t start_ms, double speed) {
    if (!(speed >= SW_CLOCK_SPEED_MIN && speed <= SW_CLOCK_SPEED_MAX)) return -SW_EINVAL;
    *clock = (struct sw_clock){
        .is_virtual = true, .start_ms = start_ms, .start_mono_ms = read_ms(CLOCK_MONOTONIC), .speed = speed};
    return 0;
}

int sw_clock_parse_speed(const char *text, double *speed) {
    if (!*text || strspn(text, "0123456789.") != strlen(text))
        return -SW_EPARSE; /* no inf, nan, hex or sign */
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (errno || *end || value < SW_CLOCK_SPEED_MIN || value > SW_CLOCK_SPEED_MAX) return -SW_EPARSE;
    *speed = value;
    return 0;
}

int sw_clock_parse(const char *text, int64_t *start_ms, double *speed) {
    const char *comma = strchr(text, ',');
    size_t len = comma ? (size_t)(comma - text) : strlen(text);
    char start[START_TEXT_MAX + 1];
    if (len > START_TEXT_MAX) return -SW_EPARSE;
    memcpy(start, text, len);
    start[len] = '\0';
    int64_t t_ms;
    double factor = 1.0;
    if (sw_parse_rfc3339(start, &t_ms) || (comma && sw_clock_parse_speed(comma + 1, &factor)))
        return -SW_EPARSE;
    *start_ms = t_ms;
    *speed = factor;
    return 0;
}

int64_t sw_clock_now_ms(const struct sw_clock *clock) {
    if (!clock->is_virtual) return read_ms(CLOCK_REALTIME);
    return clock->start_ms +
           (int64_t)((double)(read_ms(CLOCK_MONOTONIC) - clock->start_mono_ms) * clock->speed);
}

uint64_t sw_clock_delay_ms(const struct sw_clock *clock, int64_t t_ms) {
    const double day_ms = 86400000.0;
    int64_t now_ms = sw_clock_now_ms(clock);
    if (t_ms <= now_ms) return 0;
    double real_ms = ((double)t_ms - (double)now_ms) / clock->speed; /* as doubles: t_ms may be INT64_MAX */
    return real_ms >= day_ms ? (uint64_t)day_ms : (uint64_t)ceil(real_ms);
}
