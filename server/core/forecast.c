#include "shiftwall/forecast.h"

#include "core/wide.h"

#define DAY_MS 86400000
#define TWELVE 12                     /* any number of up to 4 days divides it: means without rounding */
#define PARTS INT64_C(1000000000000) /* of a day: finer than a thousandth of a call */

const char *sw_aht_source_name(enum sw_aht_source source) {
    static const char *const names[] = {"none", "today", "history"};
    return names[source];
}

/* ---- one day ---- */

static bool day_is_good(const struct sw_forecast_day *d) {
    if (d->count > SW_FORECAST_INTERVALS_MAX || d->handled < 0 || d->handle_ms < 0) return false;
    for (size_t i = 0; i < d->count; i++) {
        const struct sw_forecast_interval *v = &d->intervals[i];
        if (v->of_day_ms < 0 || v->of_day_ms >= DAY_MS) return false;
        if (v->offered != SW_UNKNOWN && (v->offered < 0 || v->offered > SW_FORECAST_OFFERED_MAX)) return false;
    }
    return true;
}

/* Its calls; 0 when it has no shape. */
static int64_t total_of(const struct sw_forecast_day *d) {
    int64_t total = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (d->intervals[i].offered == SW_UNKNOWN) return 0;
        total += d->intervals[i].offered;
    }
    return total;
}

/* The share of the day's TOTAL calls that one interval at that time of day has, in parts; SW_UNKNOWN: it has none there. */
static int64_t share_of(const struct sw_forecast_day *d, int64_t total, int64_t of_day_ms) {
    int64_t sum = 0, times = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (d->intervals[i].of_day_ms != of_day_ms) continue;
        sum += d->intervals[i].offered;
        times++;
    }
    return times ? sw_wide_scale(sum, PARTS, total * times) : SW_UNKNOWN;
}

/* ---- the shape ---- */

struct shape {
    int64_t share[SW_FORECAST_INTERVALS_MAX]; /* of today's intervals, in TWELVE x PARTS; SW_UNKNOWN */
    int64_t level_milli;                      /* calls of a day, on average */
    size_t days;
};

static void average(const struct sw_forecast_day *history, size_t count, const struct sw_forecast_day *today,
                    struct shape *shape) {
    int64_t totals[SW_FORECAST_DAYS_MAX], sum = 0;
    for (size_t d = 0; d < count; d++) {
        totals[d] = total_of(&history[d]);
        sum += totals[d];
        shape->days += totals[d] > 0;
    }
    if (shape->days) shape->level_milli = sw_wide_scale(sum, 1000, (int64_t)shape->days);
    for (size_t i = 0; i < today->count; i++) {
        int64_t shares = 0, days = 0;
        for (size_t d = 0; d < count; d++) {
            int64_t share = totals[d] ? share_of(&history[d], totals[d], today->intervals[i].of_day_ms) : SW_UNKNOWN;
            if (share == SW_UNKNOWN) continue;
            shares += share;
            days++;
        }
        shape->share[i] = days ? shares * (TWELVE / days) : SW_UNKNOWN;
    }
}

/* ---- the level of today ---- */

struct so_far {
    int64_t offered, share; /* of the finished intervals that both today and history know */
};

static struct so_far so_far(const struct sw_forecast_day *today, size_t finished, const struct shape *shape) {
    struct so_far f = {0};
    for (size_t i = 0; i < finished; i++) {
        if (today->intervals[i].offered == SW_UNKNOWN || shape->share[i] == SW_UNKNOWN) continue;
        f.offered += today->intervals[i].offered;
        f.share += shape->share[i];
    }
    return f;
}

static void choose_aht(const struct sw_forecast_day *history, size_t count, const struct sw_forecast_day *today,
                       struct sw_forecast *out) {
    sw_wide handled = 0, handle_ms = 0;
    for (size_t d = 0; d < count; d++) {
        handled += history[d].handled;
        handle_ms += history[d].handle_ms;
    }
    bool enough = today->handled >= SW_FORECAST_HANDLED_MIN || (today->handled && !handled);
    out->aht_source = enough ? SW_AHT_TODAY : handled ? SW_AHT_HISTORY : SW_AHT_NONE;
    out->aht_ms = SW_UNKNOWN;
    if (enough)
        out->aht_ms = sw_wide_scale(today->handle_ms, 1, today->handled);
    else if (handled)
        out->aht_ms = (int64_t)((handle_ms + handled / 2) / handled);
}

/* Offered so far where that is known, and the forecast of all else; nothing while an interval is without either. */
static int64_t whole_day(const struct sw_forecast_day *today, size_t finished, const int64_t *calls_milli) {
    int64_t sum = 0;
    for (size_t i = 0; i < today->count; i++) {
        bool offered = i < finished && today->intervals[i].offered != SW_UNKNOWN;
        if (!offered && calls_milli[i] == SW_UNKNOWN) return SW_UNKNOWN;
        sum += offered ? today->intervals[i].offered * 1000 : calls_milli[i];
    }
    return sum;
}

int sw_forecast(const struct sw_forecast_day *history, size_t count, const struct sw_forecast_day *today, size_t finished,
                struct sw_forecast *out, int64_t *calls_milli) {
    if (count > SW_FORECAST_DAYS_MAX || !day_is_good(today) || finished > today->count) return -SW_EINVAL;
    for (size_t d = 0; d < count; d++)
        if (!day_is_good(&history[d])) return -SW_EINVAL;
    struct shape shape = {.days = 0};
    average(history, count, today, &shape);
    struct so_far f = so_far(today, finished, &shape);
    int64_t expected_milli = sw_wide_scale(shape.level_milli, f.share, TWELVE * PARTS);
    *out = (struct sw_forecast){.days = shape.days, .scale_ppm = SW_UNKNOWN};
    if (expected_milli) out->scale_ppm = sw_wide_scale(f.offered * 1000, 1000000, expected_milli);
    out->scaled = expected_milli >= SW_FORECAST_SCALE_CALLS * 1000;
    for (size_t i = 0; i < today->count; i++) {
        if (shape.share[i] == SW_UNKNOWN)
            calls_milli[i] = SW_UNKNOWN;
        else if (out->scaled)
            calls_milli[i] = sw_wide_scale(shape.share[i], f.offered * 1000, f.share);
        else
            calls_milli[i] = sw_wide_scale(shape.share[i], shape.level_milli, TWELVE * PARTS);
    }
    out->expected_milli = shape.days ? whole_day(today, finished, calls_milli) : SW_UNKNOWN;
    choose_aht(history, count, today, out);
    return 0;
}
