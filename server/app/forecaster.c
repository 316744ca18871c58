#include "app/forecaster.h"

#include <stdlib.h>
#include <string.h>

#include "codec/figures.h"
#include "core/zone.h"
#include "io/log.h"

#define WEEK_DAYS 7
#define MINUTE_MS INT64_C(60000)

/* A business day that is over, or what there is of it. */
struct past_day {
    struct sw_span day;
    int weekday;
    struct sw_forecast_interval intervals[SW_FORECAST_INTERVALS_MAX];
    size_t count;
    int64_t handled[SW_FORECAST_INTERVALS_MAX], handle_ms[SW_FORECAST_INTERVALS_MAX];
    bool other_intervals; /* it was counted in longer ones than today's: its shape is not known */
};

struct sw_forecaster {
    struct sw_forecaster_options options;
    const struct sw_floor *floor;
    struct past_day **days; /* ascending */
    size_t day_count;
    int64_t first_ms;       /* the site's first interval on record; INT64_MAX: there is none */
    int64_t today_ms;       /* the day up to which the floor was looked at; INT64_MIN: not yet */
    struct sw_forecast_day history[SW_FORECAST_DAYS_MAX];
    struct sw_outlook outlook;
    int64_t made_ms;
    uint64_t shifts_version, version;
};

static int weekday_of(const struct sw_zone *zone, int64_t t_ms) {
    struct sw_day day;
    sw_zone_business_day(zone, 0, t_ms, &day);
    return (int)(sw_days_from_date(day.year, day.month, day.day) % WEEK_DAYS);
}

/* ---- earlier days ---- */

/* All intervals of a day, with no calls yet: those from before the site's first are not known. */
static void cut(struct sw_forecaster *f, struct past_day *p) {
    struct sw_span span = sw_floor_interval(f->floor, p->day.start_ms);
    for (; span.start_ms < p->day.end_ms && p->count < SW_FORECAST_INTERVALS_MAX; span = sw_floor_interval(f->floor, span.end_ms)) {
        int64_t local_ms = span.start_ms + sw_zone_offset_ms(f->options.zone, span.start_ms);
        p->intervals[p->count++].of_day_ms = ((local_ms % SW_DAY_MS) + SW_DAY_MS) % SW_DAY_MS;
    }
}

static struct past_day *day_of(struct sw_forecaster *f, int64_t t_ms) {
    size_t i = f->day_count;
    while (i && f->days[i - 1]->day.start_ms > t_ms) i--;
    if (i && t_ms < f->days[i - 1]->day.end_ms) return f->days[i - 1];
    struct past_day *p = sw_xcalloc(1, sizeof *p);
    p->day = sw_floor_day(f->floor, t_ms, NULL);
    p->weekday = weekday_of(f->options.zone, p->day.start_ms);
    cut(f, p);
    f->days = sw_xrealloc(f->days, (f->day_count + 1) * sizeof(struct past_day *));
    memmove(f->days + i + 1, f->days + i, (f->day_count - i) * sizeof(struct past_day *));
    f->days[i] = p;
    f->day_count++;
    return p;
}

void sw_forecaster_put(struct sw_forecaster *f, struct sw_span span, int64_t offered, int64_t handled, int64_t handle_ms) {
    struct past_day *p = day_of(f, span.start_ms);
    struct sw_span own = sw_floor_interval(f->floor, span.start_ms);
    size_t at = (size_t)((own.start_ms - p->day.start_ms) / (own.end_ms - own.start_ms));
    if (span.start_ms < f->first_ms) f->first_ms = span.start_ms;
    if (own.start_ms != span.start_ms || own.end_ms != span.end_ms || at >= p->count) {
        p->other_intervals = true;
        return;
    }
    p->intervals[at].offered = offered;
    p->handled[at] = handled;
    p->handle_ms[at] = handle_ms;
    f->made_ms = INT64_MAX; /* the outlook is to be made anew */
}

static void on_row(void *ctx, const struct sw_history_row *row) {
    struct sw_figures *figures = sw_figures_read(row->counts, strlen(row->counts));
    if (!figures) return;
    int64_t handle_ms = sw_figures_int(figures, 0, SW_PATH("talk_ms")) + sw_figures_int(figures, 0, SW_PATH("hold_ms")) +
                        sw_figures_int(figures, 0, SW_PATH("wrapup_ms"));
    sw_forecaster_put(ctx, (struct sw_span){row->start_ms, row->end_ms}, sw_figures_int(figures, 0, SW_PATH("offered")),
                      sw_figures_int(figures, 0, SW_PATH("handled")), handle_ms);
    sw_figures_free(figures);
}

static void forget_before(struct sw_forecaster *f, int64_t t_ms) {
    size_t old = 0;
    while (old < f->day_count && f->days[old]->day.end_ms <= t_ms) free(f->days[old++]);
    if (!old) return;
    f->day_count -= old;
    memmove(f->days, f->days + old, f->day_count * sizeof(struct past_day *));
}

/* A day that has ended since the last look goes into the history as the floor has it. */
static void keep_ended(struct sw_forecaster *f) {
    int64_t now_ms = sw_floor_now(f->floor);
    if (now_ms == INT64_MIN) return;
    struct sw_span today = sw_floor_day(f->floor, now_ms, NULL);
    if (f->today_ms == today.start_ms) return;
    f->today_ms = today.start_ms;
    const struct sw_scope *site = sw_floor_site(f->floor);
    struct sw_span yesterday = sw_floor_day(f->floor, today.start_ms - 1, NULL);
    for (struct sw_span s = sw_floor_interval(f->floor, yesterday.start_ms); s.start_ms < yesterday.end_ms;
         s = sw_floor_interval(f->floor, s.end_ms)) {
        if (!sw_scope_has_interval(site, s.start_ms)) continue;
        struct sw_queue_counts calls;
        sw_scope_between(f->floor, site, s.start_ms, s.end_ms, &calls);
        sw_forecaster_put(f, s, calls.v[SW_QC_OFFERED], calls.v[SW_QC_HANDLED], sw_kpi_aht(&calls).num);
    }
    forget_before(f, today.start_ms - (SW_FORECAST_WEEKS * WEEK_DAYS + 1) * SW_DAY_MS);
}

static struct sw_forecast_day as_history(struct sw_forecaster *f, struct past_day *p) {
    struct sw_forecast_day out = {.intervals = p->intervals, .count = p->count};
    struct sw_span span = sw_floor_interval(f->floor, p->day.start_ms);
    for (size_t i = 0; i < p->count; i++, span = sw_floor_interval(f->floor, span.end_ms)) {
        if (p->other_intervals || span.start_ms < f->first_ms) p->intervals[i].offered = SW_UNKNOWN;
        out.handled += p->handled[i];
        out.handle_ms += p->handle_ms[i];
    }
    return out;
}

size_t sw_forecaster_history(struct sw_forecaster *f, int64_t at_ms, struct sw_forecast_day out[SW_FORECAST_DAYS_MAX]) {
    keep_ended(f);
    struct sw_span day = sw_floor_day(f->floor, at_ms, NULL);
    int weekday = weekday_of(f->options.zone, day.start_ms);
    size_t count = 0;
    for (size_t i = f->day_count; i-- && count < SW_FORECAST_DAYS_MAX;)
        if (f->days[i]->weekday == weekday && f->days[i]->day.start_ms < day.start_ms) out[count++] = as_history(f, f->days[i]);
    return count;
}

/* ---- the outlook ---- */

struct sw_outlook_input sw_forecaster_input(struct sw_forecaster *f, int64_t at_ms) {
    const struct sw_config *config = f->options.config;
    size_t count = sw_forecaster_history(f, at_ms, f->history);
    return (struct sw_outlook_input){.floor = f->floor, .shifts = f->options.shifts, .zone = f->options.zone, .at_ms = at_ms,
                                     .service_level_ppm = (int64_t)(config->service_level_goal * 1e6 + 0.5),
                                     .within_ms = config->target_ms, .history = f->history, .history_count = count};
}

const struct sw_outlook *sw_forecaster_outlook(struct sw_forecaster *f) {
    int64_t now_ms = sw_floor_now(f->floor);
    if (now_ms == INT64_MIN) return NULL;
    uint64_t shifts_version = sw_shifts_version(f->options.shifts);
    bool due = now_ms / MINUTE_MS != f->made_ms / MINUTE_MS;
    bool moved = shifts_version != f->shifts_version && now_ms - f->made_ms >= SW_OUTLOOK_EVERY_MS;
    if (f->version && !due && !moved && now_ms >= f->made_ms) return &f->outlook;
    struct sw_outlook_input input = sw_forecaster_input(f, now_ms);
    sw_outlook_deinit(&f->outlook);
    sw_outlook_make(&input, &f->outlook);
    f->made_ms = now_ms;
    f->shifts_version = shifts_version;
    f->version++;
    return &f->outlook;
}

uint64_t sw_forecaster_version(const struct sw_forecaster *f) { return f->version; }

/* ---- life ---- */

struct sw_forecaster *sw_forecaster_new(const struct sw_floor *floor, const struct sw_forecaster_options *options,
                                        int64_t now_ms) {
    struct sw_forecaster *f = sw_xcalloc(1, sizeof *f);
    f->options = *options;
    f->floor = floor;
    f->first_ms = INT64_MAX;
    f->today_ms = INT64_MIN;
    int64_t from_ms = now_ms - (SW_FORECAST_WEEKS * WEEK_DAYS + 1) * SW_DAY_MS;
    if (sw_recorder_load_history(options->recorder, SW_HISTORY_QUEUE, "", from_ms, now_ms, f, on_row))
        sw_log(SW_LOG_ERROR, "forecast", "text=%s", "the history cannot be read: there is no forecast");
    return f;
}

void sw_forecaster_restart(struct sw_forecaster *f, const struct sw_floor *floor) {
    f->floor = floor;
    f->today_ms = INT64_MIN;
    f->version = 0;
}

void sw_forecaster_free(struct sw_forecaster *f) {
    if (!f) return;
    forget_before(f, INT64_MAX);
    free(f->days);
    sw_outlook_deinit(&f->outlook);
    free(f);
}
