/* A policy: a good one is in its ranges and in order, a bad one has its faults told. */
#include "codec/policy_yaml.h"
#include "fuzz.h"

#define FAULT_BYTES_MAX ((size_t)1 << 20)
#define DAY_MS INT64_C(86400000)

static void check_lists(const struct sw_policy *p) {
    SW_ASSERT(p->late_class_count > 0 && p->late_class_count <= SW_LATE_CLASSES_MAX);
    for (size_t i = 0; i < p->late_class_count; i++) {
        SW_ASSERT(p->late_classes[i].name && *p->late_classes[i].name && p->late_classes[i].money_fen >= 0);
        SW_ASSERT(i == 0 || p->late_classes[i].up_to_ms > p->late_classes[i - 1].up_to_ms);
        for (size_t n = 0; n < i; n++)
            SW_ASSERT(strcmp(p->late_classes[i].name, p->late_classes[n].name) != 0);
    }
    SW_ASSERT(p->late_classes[p->late_class_count - 1].up_to_ms == INT64_MAX);
    SW_ASSERT(p->late_repeat_count <= SW_LATE_REPEATS_MAX);
    SW_ASSERT(p->allowance_count <= SW_ALLOWANCES_MAX && (!p->breaks_unlimited || p->allowance_count == 1));
    for (size_t i = 0; i < p->allowance_count; i++)
        SW_ASSERT(p->allowance_ms[i] > 0 && p->allowance_ms[i] <= DAY_MS &&
                  (i == 0 || p->allowance_ms[i] >= p->allowance_ms[i - 1]));
    SW_ASSERT(p->chart_count <= SW_CHARTS_MAX && (p->chart_count > 0 || !p->rule[SW_RULE_CHARTS].on));
    for (size_t i = 0; i < p->chart_count; i++)
        SW_ASSERT(p->chart_at_ms[i] >= 0 && p->chart_at_ms[i] < DAY_MS &&
                  (i == 0 || p->chart_at_ms[i] > p->chart_at_ms[i - 1]));
    SW_ASSERT(p->ladder_count <= SW_LADDER_MAX);
    for (size_t i = 0; i < p->ladder_count; i++) SW_ASSERT(p->ladder[i] && *p->ladder[i]);
}

static void check(const struct sw_policy *p) {
    SW_ASSERT(p->name && *p->name);
    for (int i = 0; i < SW_RULE_COUNT; i++) {
        SW_ASSERT(p->rule[i].severity >= SW_SEVERITY_INFO && p->rule[i].severity <= SW_SEVERITY_CRITICAL);
        SW_ASSERT(p->rule[i].points >= 0 && p->rule[i].points <= 1000 &&
                  (!p->rule[i].cite || *p->rule[i].cite));
    }
    check_lists(p);
    SW_ASSERT(p->attendance_goal_ppm >= 0 && p->attendance_goal_ppm <= 1000000);
    SW_ASSERT(p->absence_limit_ms > 0 && p->state_tolerance_ms >= 0 && p->idle_ms > 0 &&
              p->busy_limit_ms >= 0);
    SW_ASSERT(p->answer_rate.critical <= p->answer_rate.warning && p->abandon.critical >= p->abandon.warning);
    SW_ASSERT(p->waiting.critical >= p->waiting.warning && p->wrapup_ms.critical >= p->wrapup_ms.warning);
    SW_ASSERT(p->dialed_min <= p->dialed_max && p->success_min <= p->success_max);
    SW_ASSERT(p->walk_remind_ms <= p->walk_missed_ms && p->walk_missed_ms <= p->walk_every_ms);
    SW_ASSERT(p->surge_factor_ppm >= 1000000 && p->point_fen >= 0 && p->escalate_ms >= 10000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_policy policy;
    struct sw_buf faults;
    sw_policy_init(&policy);
    sw_buf_init(&faults, FAULT_BYTES_MAX);
    int r = sw_policy_read(&policy, "p.yaml", (const char *)data, size, &faults);
    SW_ASSERT(r == 0 || r == -SW_EPARSE);
    fuzz_text(&faults);
    SW_ASSERT(!faults.failed && (r == 0) == (faults.len == 0));
    if (r == 0) check(&policy);
    sw_policy_deinit(&policy);
    sw_buf_deinit(&faults);
    return 0;
}
