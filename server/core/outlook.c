#include "shiftwall/outlook.h"

#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "shiftwall/buf.h"

#define LATELY_MS INT64_C(1800000) /* kpi.md: without a forecast, the last 30 minutes */

struct maker {
    const struct sw_outlook_input *in;
    struct sw_outlook *out;
    struct sw_staffing_plan plan;
    size_t begun, finished; /* intervals */
    struct sw_staffing_interval *needs;
    int64_t handled, handle_ms; /* today */
};

static int64_t mean_or_unknown(struct sw_ratio r) { return sw_ratio_defined(r) ? r.num / r.den : SW_UNKNOWN; }

static bool begins_by_now(const struct maker *m, size_t i) { return m->needs[i].start_ms < m->in->at_ms; }

/* ---- what was ---- */

static void cut_day(struct maker *m) {
    const struct sw_outlook_input *in = m->in;
    struct sw_span day = m->out->day = sw_floor_day(in->floor, in->at_ms, NULL), span;
    size_t count = 0;
    for (span = sw_floor_interval(in->floor, day.start_ms); span.start_ms < day.end_ms;
         span = sw_floor_interval(in->floor, span.end_ms))
        count++;
    m->needs = sw_xcalloc(count, sizeof *m->needs);
    m->out->intervals = sw_xcalloc(count, sizeof *m->out->intervals);
    m->out->count = count;
    span = sw_floor_interval(in->floor, day.start_ms);
    for (size_t i = 0; i < count; i++, span = sw_floor_interval(in->floor, span.end_ms)) {
        m->needs[i] = (struct sw_staffing_interval){.start_ms = span.start_ms, .end_ms = span.end_ms,
                                                    .finished = span.end_ms <= in->at_ms};
        m->begun += begins_by_now(m, i);
        m->finished += m->needs[i].finished;
    }
}

static void count_calls(struct maker *m) {
    struct sw_queue_counts day = {0};
    const struct sw_floor *floor = m->in->floor;
    for (size_t i = 0; i < m->out->count; i++) {
        struct sw_staffing_interval *one = &m->needs[i];
        struct sw_queue_counts calls;
        sw_scope_between(floor, sw_floor_site(floor), one->start_ms, one->end_ms, &calls);
        for (size_t c = 0; c < SW_QC_COUNT; c++) day.v[c] += calls.v[c];
        one->offered = calls.v[SW_QC_OFFERED];
        one->aht_ms = mean_or_unknown(sw_kpi_aht(&calls));
    }
    m->out->offered = day.v[SW_QC_OFFERED];
    m->handled = day.v[SW_QC_HANDLED];
    m->handle_ms = sw_kpi_aht(&day).num;
    int64_t patience_ms =
        sw_erlang_patience(day.v[SW_QC_WAIT_ANSWERED_MS], day.v[SW_QC_WAIT_ABANDONED_MS], day.v[SW_QC_ABANDONED]);
    m->plan = sw_staffing_plan_of(sw_shifts_policy(m->in->shifts), m->in->service_level_ppm, m->in->within_ms, patience_ms);
    m->out->patience_ms = m->plan.patience_ms;
}

static void count_agents(struct maker *m) {
    const struct sw_outlook_input *in = m->in;
    struct sw_outlook *out = m->out;
    int64_t *moments = sw_xcalloc(out->count + 1, sizeof *moments);
    struct sw_headcount *heads = sw_xcalloc(out->count + 1, sizeof *heads);
    for (size_t i = 0; i < out->count; i++) {
        int64_t middle_ms = m->needs[i].start_ms + (m->needs[i].end_ms - m->needs[i].start_ms) / 2;
        moments[i] = begins_by_now(m, i) && middle_ms > in->at_ms ? in->at_ms : middle_ms;
    }
    sw_shifts_headcounts(in->shifts, moments, out->count, heads);
    for (size_t i = 0; i < out->count; i++) {
        bool begun = begins_by_now(m, i);
        m->needs[i].scheduled = heads[i].scheduled;
        m->needs[i].signed_in = begun ? heads[i].signed_in : SW_UNKNOWN;
        out->intervals[i].present = begun ? heads[i].present : SW_UNKNOWN;
        out->intervals[i].offered = begun ? m->needs[i].offered : SW_UNKNOWN;
    }
    struct sw_headcount now;
    sw_shifts_headcounts(in->shifts, &in->at_ms, 1, &now);
    out->now.scheduled = now.scheduled;
    out->now.present = now.present;
    out->now.signed_in = now.signed_in;
    free(moments);
    free(heads);
}

/* ---- what is to come ---- */

static void forecast(struct maker *m) {
    struct sw_outlook *out = m->out;
    const struct sw_outlook_input *in = m->in;
    struct sw_forecast_interval *today = sw_xcalloc(out->count, sizeof *today);
    int64_t *calls_milli = sw_xcalloc(out->count, sizeof *calls_milli);
    for (size_t i = 0; i < out->count; i++) {
        int64_t start_ms = m->needs[i].start_ms, local_ms = start_ms + sw_zone_offset_ms(in->zone, start_ms);
        today[i] = (struct sw_forecast_interval){((local_ms % SW_DAY_MS) + SW_DAY_MS) % SW_DAY_MS, m->needs[i].offered};
        calls_milli[i] = SW_UNKNOWN;
    }
    const struct sw_forecast_day day = {today, out->count, m->handled, m->handle_ms};
    /* more intervals than a forecast takes: then there is none */
    if (sw_forecast(in->history, in->history_count, &day, m->finished, &out->forecast, calls_milli))
        out->forecast = (struct sw_forecast){.scale_ppm = SW_UNKNOWN, .expected_milli = SW_UNKNOWN, .aht_ms = SW_UNKNOWN};
    for (size_t i = 0; i < out->count; i++)
        m->needs[i].forecast_milli = out->intervals[i].forecast_milli = calls_milli[i];
    struct sw_forecast before;
    out->last_forecast_milli = SW_UNKNOWN;
    if (m->finished && !sw_forecast(in->history, in->history_count, &day, m->finished - 1, &before, calls_milli))
        out->last_forecast_milli = calls_milli[m->finished - 1];
    free(today);
    free(calls_milli);
}

static void put_needs(struct maker *m) {
    struct sw_outlook *out = m->out;
    struct sw_staffing_point *points = sw_xcalloc(out->count, sizeof *points);
    sw_staffing_day(&m->plan, m->needs, out->count, out->forecast.aht_ms, points);
    for (size_t i = 0; i < out->count; i++) {
        out->intervals[i].point = points[i];
        out->table_too_small = out->table_too_small || points[i].need.table_too_small;
    }
    bool by_table = m->plan.policy->rule[SW_RULE_STAFFING_TABLE].on && m->plan.policy->staffing_row_count;
    out->method = by_table ? "table" : out->patience_ms ? "erlang_a" : "erlang_c";
    free(points);
}

static void put_now(struct maker *m) {
    struct sw_outlook_now *now = &m->out->now;
    const struct sw_outlook_input *in = m->in;
    const struct sw_outlook_interval *running = NULL;
    for (size_t i = 0; i < m->out->count; i++) {
        const struct sw_staffing_point *p = &m->out->intervals[i].point;
        if (in->at_ms >= p->start_ms && in->at_ms < p->end_ms) running = &m->out->intervals[i];
    }
    now->by_forecast = running && running->forecast_milli != SW_UNKNOWN;
    if (now->by_forecast) {
        now->calls_milli = running->forecast_milli;
        now->per_ms = running->point.end_ms - running->point.start_ms;
    } else {
        struct sw_queue_counts lately;
        sw_scope_window(in->floor, sw_floor_site(in->floor), SW_WINDOW_LAST30, &lately);
        now->calls_milli = lately.v[SW_QC_OFFERED] * 1000;
        now->per_ms = LATELY_MS;
    }
    now->need = sw_staffing_need(&m->plan, &(struct sw_load){now->calls_milli, now->per_ms, m->out->forecast.aht_ms});
    bool known = now->need.required != SW_UNKNOWN;
    int64_t missing = known ? now->need.required - now->signed_in : SW_UNKNOWN;
    now->short_by = known && missing < 0 ? 0 : missing;
}

void sw_outlook_make(const struct sw_outlook_input *in, struct sw_outlook *out) {
    struct maker m = {.in = in, .out = out};
    *out = (struct sw_outlook){0};
    cut_day(&m);
    count_calls(&m);
    count_agents(&m);
    forecast(&m);
    put_needs(&m);
    put_now(&m);
    free(m.needs);
}

void sw_outlook_deinit(struct sw_outlook *outlook) {
    free(outlook->intervals);
    *outlook = (struct sw_outlook){0};
}
