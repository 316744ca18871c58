/* Business days and their intervals. */
#include "core/floor_state.h"

const struct sw_day *sw__calendar_day(struct sw_floor *floor, int64_t t_ms) {
    if (t_ms >= floor->day.start_ms && t_ms < floor->day.end_ms) return &floor->day;
    if (t_ms < floor->cached_day.start_ms || t_ms >= floor->cached_day.end_ms)
        sw_zone_business_day(floor->options.zone, floor->options.day_starts_ms, t_ms, &floor->cached_day);
    return &floor->cached_day;
}

static struct sw_span interval_of(int64_t length_ms, const struct sw_day *day, int64_t t_ms) {
    int64_t start_ms = day->start_ms + (t_ms - day->start_ms) / length_ms * length_ms;
    return (struct sw_span){start_ms, sw__min(start_ms + length_ms, day->end_ms)};
}

struct sw_span sw__calendar_interval(const struct sw_floor *floor, const struct sw_day *day, int64_t t_ms) {
    return interval_of(floor->options.interval_ms, day, t_ms);
}

int64_t sw__calendar_interval_start(struct sw_floor *floor, int64_t t_ms) {
    if (t_ms >= floor->interval.start_ms && t_ms < floor->interval.end_ms) return floor->interval.start_ms;
    return sw__calendar_interval(floor, sw__calendar_day(floor, t_ms), t_ms).start_ms;
}

/* Mostly it is asked for today, which is known. */
static struct sw_day day_of(const struct sw_floor *floor, int64_t t_ms) {
    struct sw_day day = floor->day;
    if (t_ms < day.start_ms || t_ms >= day.end_ms)
        sw_zone_business_day(floor->options.zone, floor->options.day_starts_ms, t_ms, &day);
    return day;
}

struct sw_span sw_floor_day(const struct sw_floor *floor, int64_t t_ms, char date[11]) {
    struct sw_day day = day_of(floor, t_ms);
    if (date) sw_zone_format_date(day.year, day.month, day.day, date);
    return (struct sw_span){day.start_ms, day.end_ms};
}

struct sw_span sw_floor_interval(const struct sw_floor *floor, int64_t t_ms) {
    struct sw_day day = day_of(floor, t_ms);
    return interval_of(floor->options.interval_ms, &day, t_ms);
}

struct sw_span sw_floor_day_of_date(const struct sw_floor *floor, const char *date) {
    int year, month, dom;
    if (sw_zone_parse_date(date, &year, &month, &dom)) return (struct sw_span){0, 0};
    int64_t t_ms = sw_zone_local_to_utc(floor->options.zone, year, month, dom, floor->options.day_starts_ms);
    struct sw_day day;
    sw_zone_business_day(floor->options.zone, floor->options.day_starts_ms, t_ms, &day);
    if (day.year != year || day.month != month || day.day != dom) return (struct sw_span){0, 0};
    return (struct sw_span){day.start_ms, day.end_ms};
}
