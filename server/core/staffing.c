#include "shiftwall/staffing.h"

#include "core/wide.h"

#define HOUR_MS INT64_C(3600000)
#define MILLION INT64_C(1000000)

static int64_t ceiling(sw_wide num, sw_wide den) { return (int64_t)((num + den - 1) / den); }

struct sw_staffing_plan sw_staffing_plan_of(const struct sw_policy *policy, int64_t service_level_ppm, int64_t within_ms,
                                            int64_t measured_patience_ms) {
    int64_t patience_ms = policy->staffing_patience_ms;
    return (struct sw_staffing_plan){
        .policy = policy,
        .service_level_ppm = service_level_ppm < MILLION ? service_level_ppm : MILLION - 1,
        .within_ms = within_ms,
        .patience_ms = patience_ms == SW_PATIENCE_MEASURED ? measured_patience_ms : patience_ms};
}

/* ---- the table ---- */

static int64_t beyond(const struct sw_policy *p, const struct sw_staffing_row *last, int64_t calls_milli,
                      int64_t interval_ms) {
    if (!p->staffing_beyond_calls) return SW_UNKNOWN;
    sw_wide over = (sw_wide)calls_milli * HOUR_MS - (sw_wide)last->calls * 1000 * interval_ms;
    int64_t steps = ceiling(over, (sw_wide)p->staffing_beyond_calls * 1000 * interval_ms);
    sw_wide seats = last->seats + (sw_wide)steps * p->staffing_beyond_seats;
    return seats > SW_ERLANG_AGENTS_MAX ? SW_UNKNOWN : (int64_t)seats;
}

int64_t sw_staffing_table(const struct sw_policy *p, int64_t calls_milli, int64_t interval_ms) {
    if (!p->rule[SW_RULE_STAFFING_TABLE].on || !p->staffing_row_count) return SW_UNKNOWN;
    if (calls_milli < 0 || calls_milli > SW_ERLANG_CALLS_MILLI_MAX || interval_ms < SW_ERLANG_INTERVAL_MS_MIN ||
        interval_ms > SW_ERLANG_TIME_MS_MAX)
        return SW_UNKNOWN;
    if (!calls_milli) return 0;
    for (size_t i = 0; i < p->staffing_row_count; i++)
        if ((sw_wide)calls_milli * HOUR_MS <= (sw_wide)p->staffing_rows[i].calls * 1000 * interval_ms)
            return p->staffing_rows[i].seats;
    return beyond(p, &p->staffing_rows[p->staffing_row_count - 1], calls_milli, interval_ms);
}

int sw_staffing_people(const struct sw_policy *p, int64_t busy_hour_seats, int64_t calls_a_day, struct sw_people *out) {
    if (!p->rule[SW_RULE_STAFFING_PEOPLE].on || !p->people_factor_count) return -SW_ENOENT;
    if (busy_hour_seats < 0 || busy_hour_seats > SW_ERLANG_AGENTS_MAX || calls_a_day < 0) return -SW_EINVAL;
    size_t i = p->people_factor_count - 1;
    while (i && calls_a_day < p->people_factors[i].from_calls) i--;
    struct sw_people n = {.front_line = ceiling((sw_wide)busy_hour_seats * p->people_factors[i].factor_ppm, MILLION)};
    if (p->people_back_office_per) n.back_office = ceiling(n.front_line, p->people_back_office_per);
    if (p->people_qa_per) n.quality = ceiling(n.front_line + n.back_office, p->people_qa_per);
    int64_t all = n.front_line + n.back_office + n.quality;
    n.spare = ceiling((sw_wide)all * p->people_spare_ppm, MILLION);
    n.total = all + n.spare;
    *out = n;
    return 0;
}

/* ---- the need ---- */

const char *sw_need_reason_name(enum sw_need_reason reason) {
    static const char *const names[] = {"known", "no_calls", "no_aht", "beyond"};
    return names[reason];
}

const char *sw_need_basis_name(enum sw_need_basis basis) {
    static const char *const names[] = {"none", "offered", "forecast"};
    return names[basis];
}

static enum sw_need_reason by_erlang(const struct sw_staffing_plan *plan, const struct sw_load *load, int64_t *agents) {
    struct sw_erlang_target target = {plan->service_level_ppm, plan->within_ms, plan->policy->staffing_occupancy_ppm};
    struct sw_load with_aht = *load;
    if (!load->calls_milli) with_aht.aht_ms = 1; /* no calls need nobody, however long they would last */
    if (with_aht.aht_ms <= 0) return SW_NEED_NO_AHT; /* also SW_UNKNOWN */
    return sw_erlang_required(&with_aht, plan->patience_ms, &target, agents) ? SW_NEED_BEYOND : SW_NEED_KNOWN;
}

static bool fills(const struct sw_load *load, int64_t seats) {
    if (load->aht_ms <= 0 || load->aht_ms > SW_ERLANG_TIME_MS_MAX || !load->calls_milli) return false;
    return load->calls_milli * load->aht_ms >= seats * 1000 * load->interval_ms;
}

struct sw_need sw_staffing_need(const struct sw_staffing_plan *plan, const struct sw_load *load) {
    struct sw_need n = {.required = SW_UNKNOWN, .to_schedule = SW_UNKNOWN, .by_erlang = SW_UNKNOWN};
    n.by_table = plan->policy->rule[SW_RULE_STAFFING_TABLE].on && plan->policy->staffing_row_count;
    if (load->calls_milli == SW_UNKNOWN) {
        n.reason = SW_NEED_NO_CALLS;
        return n;
    }
    n.reason = by_erlang(plan, load, &n.by_erlang);
    n.required = n.by_erlang;
    if (n.by_table) {
        n.required = sw_staffing_table(plan->policy, load->calls_milli, load->interval_ms);
        n.reason = n.required == SW_UNKNOWN ? SW_NEED_BEYOND : SW_NEED_KNOWN;
        n.table_too_small = n.required != SW_UNKNOWN && fills(load, n.required);
    }
    if (n.required != SW_UNKNOWN)
        n.to_schedule = ceiling((sw_wide)n.required * MILLION, MILLION - plan->policy->staffing_shrinkage_ppm);
    return n;
}

/* ---- the day ---- */

static struct sw_staffing_point point_of(const struct sw_staffing_plan *plan, const struct sw_staffing_interval *v,
                                         int64_t aht_ms) {
    struct sw_staffing_point p = {.start_ms = v->start_ms,
                                  .end_ms = v->end_ms,
                                  .calls_milli = v->forecast_milli,
                                  .aht_ms = aht_ms,
                                  .scheduled = v->scheduled,
                                  .signed_in = v->signed_in,
                                  .short_by = SW_UNKNOWN};
    if (v->finished) {
        bool counted = v->offered >= 0 && v->offered <= SW_FORECAST_OFFERED_MAX;
        p.calls_milli = counted ? v->offered * 1000 : SW_UNKNOWN;
        if (v->aht_ms > 0) p.aht_ms = v->aht_ms;
    }
    if (p.calls_milli != SW_UNKNOWN) p.basis = v->finished ? SW_BASIS_OFFERED : SW_BASIS_FORECAST;
    p.need = sw_staffing_need(plan, &(struct sw_load){p.calls_milli, v->end_ms - v->start_ms, p.aht_ms});
    if (p.need.required != SW_UNKNOWN && v->signed_in != SW_UNKNOWN) p.short_by = p.need.required - v->signed_in;
    return p;
}

void sw_staffing_day(const struct sw_staffing_plan *plan, const struct sw_staffing_interval *intervals, size_t count,
                     int64_t aht_ms, struct sw_staffing_point *out) {
    for (size_t i = 0; i < count; i++) out[i] = point_of(plan, &intervals[i], aht_ms);
}

int64_t sw_staffing_short(const struct sw_staffing_point *points, size_t count, int64_t now_ms) {
    for (size_t i = 0; i < count; i++) {
        if (now_ms < points[i].start_ms || now_ms >= points[i].end_ms) continue;
        if (points[i].short_by == SW_UNKNOWN) return SW_UNKNOWN;
        return points[i].short_by > 0 ? points[i].short_by : 0;
    }
    return SW_UNKNOWN;
}
