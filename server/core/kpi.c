#include "shiftwall/kpi.h"

#include <string.h>

#define XX(name, text) text,
static const char *const queue_counter_names[] = {SW_QUEUE_COUNTER_MAP(XX)};
static const char *const agent_counter_names[] = {SW_AGENT_COUNTER_MAP(XX)};
static const char *const formula_names[] = {SW_FORMULA_MAP(XX)};
#undef XX

const char *sw_queue_counter_name(enum sw_queue_counter counter) { return queue_counter_names[counter]; }
const char *sw_agent_counter_name(enum sw_agent_counter counter) {
    return agent_counter_names[counter - SW_AC_HANDLED];
}
const char *sw_formula_name(enum sw_formula formula) { return formula_names[formula]; }

int sw_formula_from_name(const char *name) {
    for (int i = 0; i < SW_FORMULA_COUNT; i++)
        if (!strcmp(formula_names[i], name)) return i;
    return -1;
}

struct sw_ratio sw_kpi_answer_rate(const struct sw_queue_counts *c) {
    return (struct sw_ratio){c->v[SW_QC_AR_NUM], c->v[SW_QC_AR_DEN]};
}

struct sw_ratio sw_kpi_abandon_rate(const struct sw_queue_counts *c) {
    return (struct sw_ratio){c->v[SW_QC_AR_DEN] - c->v[SW_QC_AR_NUM], c->v[SW_QC_AR_DEN]};
}

struct sw_ratio sw_kpi_service_level(const struct sw_queue_counts *c, int64_t overdue) {
    return (struct sw_ratio){c->v[SW_QC_SL_NUM], c->v[SW_QC_SL_DEN] + overdue};
}

struct sw_ratio sw_kpi_asa(const struct sw_queue_counts *c) {
    return (struct sw_ratio){c->v[SW_QC_WAIT_ANSWERED_MS], c->v[SW_QC_ANSWERED]};
}

struct sw_ratio sw_kpi_awt_abandoned(const struct sw_queue_counts *c) {
    return (struct sw_ratio){c->v[SW_QC_WAIT_ABANDONED_MS], c->v[SW_QC_ABANDONED]};
}

static struct sw_ratio per_handled(const struct sw_queue_counts *c, int64_t sum_ms) {
    return (struct sw_ratio){sum_ms, c->v[SW_QC_HANDLED]};
}

struct sw_ratio sw_kpi_att(const struct sw_queue_counts *c) { return per_handled(c, c->v[SW_QC_TALK_MS]); }
struct sw_ratio sw_kpi_hold(const struct sw_queue_counts *c) { return per_handled(c, c->v[SW_QC_HOLD_MS]); }
struct sw_ratio sw_kpi_acw(const struct sw_queue_counts *c) { return per_handled(c, c->v[SW_QC_WRAPUP_MS]); }

struct sw_ratio sw_kpi_aht(const struct sw_queue_counts *c) {
    return per_handled(c, c->v[SW_QC_TALK_MS] + c->v[SW_QC_HOLD_MS] + c->v[SW_QC_WRAPUP_MS]);
}

static int64_t sum_states(const struct sw_agent_counts *c, enum sw_agent_state first, enum sw_agent_state last) {
    int64_t sum = 0;
    for (int s = (int)first; s <= (int)last; s++) sum += c->v[SW_AC_STATE_MS + s];
    return sum;
}

int64_t sw_kpi_staffed_ms(const struct sw_agent_counts *c) { return sum_states(c, SW_ST_READY, SW_ST_MEETING); }
int64_t sw_kpi_handling_ms(const struct sw_agent_counts *c) { return sum_states(c, SW_ST_RINGING, SW_ST_WRAPUP); }
int64_t sw_kpi_non_service_ms(const struct sw_agent_counts *c) { return sum_states(c, SW_ST_BREAK, SW_ST_MEETING); }

struct sw_ratio sw_kpi_occupancy(const struct sw_agent_counts *c) {
    int64_t handling = sw_kpi_handling_ms(c);
    return (struct sw_ratio){handling, handling + c->v[SW_AC_STATE_MS + SW_ST_READY]};
}

struct sw_ratio sw_kpi_utilisation(const struct sw_agent_counts *c) {
    return (struct sw_ratio){sw_kpi_handling_ms(c), sw_kpi_staffed_ms(c)};
}

struct sw_ratio sw_kpi_non_service(const struct sw_agent_counts *c) {
    return (struct sw_ratio){sw_kpi_non_service_ms(c), sw_kpi_staffed_ms(c)};
}

struct sw_ratio sw_kpi_idle(const struct sw_agent_counts *c) {
    return (struct sw_ratio){c->v[SW_AC_STATE_MS + SW_ST_READY], sw_kpi_staffed_ms(c)};
}

struct sw_ratio sw_kpi_calls_per_hour(const struct sw_agent_counts *c) {
    int64_t worked = sw_kpi_staffed_ms(c) - c->v[SW_AC_STATE_MS + SW_ST_MEAL] - c->v[SW_AC_STATE_MS + SW_ST_MEETING];
    return (struct sw_ratio){c->v[SW_AC_HANDLED] * 3600000, worked};
}

struct sw_ratio sw_kpi_agent_aht(const struct sw_agent_counts *c) {
    int64_t sum = c->v[SW_AC_TALK_MS] + c->v[SW_AC_HOLD_MS] + c->v[SW_AC_STATE_MS + SW_ST_WRAPUP];
    return (struct sw_ratio){sum, c->v[SW_AC_HANDLED]};
}

#define MILLION 1000000

static int64_t millionths(double share) { return (int64_t)(share * MILLION + 0.5); }

int64_t sw_kpi_next_n(struct sw_ratio service_level, double goal) {
    int64_t g = millionths(goal);
    if (!sw_ratio_defined(service_level) || g >= MILLION || g < 0) return -1;
    int64_t short_by = g * service_level.den - MILLION * service_level.num;
    if (short_by <= 0) return 0;
    return (short_by + (MILLION - g) - 1) / (MILLION - g);
}

enum sw_level sw_kpi_level_low(struct sw_ratio r, double warning, double critical) {
    if (!sw_ratio_defined(r)) return SW_LEVEL_UNDEFINED;
    if (r.num * MILLION < millionths(critical) * r.den) return SW_LEVEL_CRITICAL;
    if (r.num * MILLION < millionths(warning) * r.den) return SW_LEVEL_WARNING;
    return SW_LEVEL_OK;
}

const char *sw_level_name(enum sw_level level) {
    static const char *const names[] = {"undefined", "ok", "warning", "critical"};
    return names[level];
}
