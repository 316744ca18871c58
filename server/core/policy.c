#include "shiftwall/policy.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static const char *const names[] = {
#define XX(name, text) text,
    SW_RULE_MAP(XX)
#undef XX
};

const char *sw_rule_name(enum sw_rule rule) {
    return names[rule];
}

int sw_rule_from_name(const char *name) {
    for (int i = 0; i < SW_RULE_COUNT; i++)
        if (!strcmp(names[i], name)) return i;
    return -1;
}

static void init_times(struct sw_policy *p) {
    p->attendance_goal_ppm = 950000;
    p->adherence_goal_ppm = 920000;
    p->absence_limit_ms = 30 * MINUTE;
    p->state_tolerance_ms = MINUTE;
    p->signin_early_ms = 5 * MINUTE;
    p->signin_after_activity_ms = 3 * MINUTE;
    static const struct {
        const char *name;
        int64_t up_to_ms;
    } classes[] = {{"up_to_5_min", 5 * MINUTE},
                   {"up_to_10_min", 10 * MINUTE},
                   {"up_to_30_min", 30 * MINUTE},
                   {"over_30_min", INT64_MAX}};
    p->late_class_count = sizeof classes / sizeof *classes;
    for (size_t i = 0; i < p->late_class_count; i++)
        p->late_classes[i] =
            (struct sw_late_class){.name = sw_xstrdup(classes[i].name), .up_to_ms = classes[i].up_to_ms};
    p->breaks_unlimited = true;
    p->allowance_ms[0] = 10 * MINUTE;
    p->allowance_count = 1;
    p->breaks_together = 2;
    p->break_month = 5;
    p->busy_reason = true;
    p->busy_limit_ms = 5 * MINUTE;
    p->away_report_ms = 15 * MINUTE;
    p->hold_each_ms = 2 * MINUTE;
    p->hold_count = 2;
    p->ring_count = 3;
    p->ring_cycle_ms = 5 * SECOND;
    p->chat_first_reply_ms = MINUTE;
    p->online_reply_ms = 8 * HOUR;
}

static void init_thresholds(struct sw_policy *p) {
    p->answer_rate = (struct sw_threshold){900000, 850000};
    p->service_level = (struct sw_threshold){800000, 700000};
    p->abandon = (struct sw_threshold){50000, 100000};
    p->longest_wait_ms = (struct sw_threshold){30 * SECOND, MINUTE};
    p->waiting = (struct sw_threshold){5, 10};
    p->wrapup_ms = (struct sw_threshold){MINUTE, 3 * MINUTE};
    p->idle_ms = MINUTE;
    p->for_ms = p->clear_after_ms = 10 * SECOND;
    p->surge_factor_ppm = 1300000;
}

void sw_policy_init(struct sw_policy *p) {
    *p = (struct sw_policy){.name = sw_xstrdup("default")};
    for (int i = 0; i < SW_RULE_COUNT; i++) {
        bool off = i == SW_RULE_OUTBOUND_DIALED || i == SW_RULE_OUTBOUND_SUCCESS || i == SW_RULE_SIGNOUT_LATE ||
                   i == SW_RULE_STAFFING_TABLE || i == SW_RULE_STAFFING_PEOPLE;
        p->rule[i] = (struct sw_rule_options){.on = !off, .severity = SW_SEVERITY_WARNING};
    }
    static const enum sw_rule critical[] = {SW_RULE_ABSENT,  SW_RULE_ANSWER_RATE,  SW_RULE_SERVICE_LEVEL,
                                            SW_RULE_ABANDON, SW_RULE_LONGEST_WAIT, SW_RULE_WAITING};
    for (size_t i = 0; i < sizeof critical / sizeof *critical; i++)
        p->rule[critical[i]].severity = SW_SEVERITY_CRITICAL;
    init_times(p);
    init_thresholds(p);
    p->staffing_occupancy_ppm = 850000;
    p->walk_every_ms = HOUR;
    p->walk_remind_ms = 10 * MINUTE;
    p->walk_missed_ms = 30 * MINUTE;
    p->chart_count = 3;
    for (size_t i = 0; i < p->chart_count; i++) p->chart_at_ms[i] = (10 + 5 * (int64_t)i) * HOUR;
    static const char *const ladder[] = {"remind", "warn", "report"};
    p->ladder_count = sizeof ladder / sizeof *ladder;
    for (size_t i = 0; i < p->ladder_count; i++) p->ladder[i] = sw_xstrdup(ladder[i]);
    p->leave_days_duty = 3;
    p->leave_night_days = 1;
    p->swaps_per_month = 3;
    p->escalate_ms = 5 * MINUTE;
}

void sw_policy_deinit(struct sw_policy *p) {
    free(p->name);
    free(p->version);
    free(p->approved);
    for (int i = 0; i < SW_RULE_COUNT; i++) free(p->rule[i].cite);
    for (size_t i = 0; i < p->late_class_count; i++) free(p->late_classes[i].name);
    for (size_t i = 0; i < p->ladder_count; i++) free(p->ladder[i]);
    for (size_t i = 0; i < p->override_count; i++) {
        free(p->overrides[i].name);
        sw_policy_deinit(p->overrides[i].policy);
        free(p->overrides[i].policy);
    }
    free(p->overrides);
    *p = (struct sw_policy){0};
}

static char *copied(const char *text) { return text ? sw_xstrdup(text) : NULL; }

struct sw_policy *sw_policy_override(struct sw_policy *p, enum sw_policy_part part, const char *name) {
    struct sw_policy *own = sw_xmalloc(sizeof *own);
    *own = *p;
    own->overrides = NULL;
    own->override_count = 0;
    own->name = copied(p->name);
    own->version = copied(p->version);
    own->approved = copied(p->approved);
    for (int i = 0; i < SW_RULE_COUNT; i++) own->rule[i].cite = copied(p->rule[i].cite);
    for (size_t i = 0; i < p->late_class_count; i++) own->late_classes[i].name = copied(p->late_classes[i].name);
    for (size_t i = 0; i < p->ladder_count; i++) own->ladder[i] = copied(p->ladder[i]);
    p->overrides = sw_xrealloc(p->overrides, (p->override_count + 1) * sizeof *p->overrides);
    p->overrides[p->override_count++] = (struct sw_policy_override){part, sw_xstrdup(name), own};
    return own;
}

const struct sw_policy *sw_policy_of(const struct sw_policy *p, enum sw_policy_part part, const char *name) {
    for (size_t i = 0; name && i < p->override_count; i++)
        if (p->overrides[i].part == part && !strcmp(p->overrides[i].name, name)) return p->overrides[i].policy;
    return p;
}
