#include "codec/policy_yaml.h"

#include <stdlib.h>
#include <string.h>

#include "codec/yaml_keys.h"
#include "core/zone.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400
#define NAME_CHARS_MAX 64

/* ---- words ---- */

static const char *judge_name(const char *text) {
    return sw_yaml_is_text(text, NAME_CHARS_MAX) ? NULL : "must be one line of 1 to 64 characters";
}

static const char *judge_step(const char *text) {
    bool good = !strcmp(text, "remind") || !strcmp(text, "warn") || !strcmp(text, "report");
    return good ? NULL : "must be remind, warn or report";
}

/* enum sw_severity */
static void read_severity(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                          void *at) {
    const char *text = sw_yaml_scalar(node);
    for (int i = SW_SEVERITY_INFO; text && i <= SW_SEVERITY_CRITICAL; i++) {
        if (strcmp(text, sw_severity_name((enum sw_severity)i)) != 0) continue;
        *(enum sw_severity *)at = (enum sw_severity)i;
        return;
    }
    sw_yaml_fault(y, node, key->name, "must be info, warning or critical");
}

/* bool: whether a reason is required */
static void read_reason(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    const char *text = sw_yaml_scalar(node);
    if (text && (!strcmp(text, "required") || !strcmp(text, "optional")))
        *(bool *)at = !strcmp(text, "required");
    else
        sw_yaml_fault(y, node, key->name, "must be required or optional");
}

/* ---- lists and what belongs together; all of them into struct sw_policy ---- */

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static const struct sw_yaml_key allowance = {
    .name = "break.allowances", .kind = SW_YAML_DURATION, .min = 1, .max = DAY_S};

static void read_each(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    struct sw_policy *policy = at;
    (void)key;
    sw_yaml_value(y, node, &allowance, &policy->allowance_ms[0]);
    policy->breaks_unlimited = true;
    policy->allowance_count = 1;
}

static void read_allowances(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                            void *at) {
    struct sw_policy *policy = at;
    size_t count;
    if (!sw_yaml_is_list(y, node, key, "must be a list of durations", &count)) return;
    policy->breaks_unlimited = false;
    policy->allowance_count = count;
    for (size_t i = 0; i < count; i++)
        sw_yaml_value(y, sw_yaml_item(y, node, i), &allowance, &policy->allowance_ms[i]);
    qsort(policy->allowance_ms, count, sizeof *policy->allowance_ms, ascending);
}

static void read_charts(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    static const struct sw_yaml_key time = {.name = "at", .kind = SW_YAML_OF_DAY};
    struct sw_policy *policy = at;
    size_t count;
    if (!sw_yaml_is_list(y, node, key, "must be a list of times of day", &count)) return;
    size_t before = sw_yaml_fault_count(y);
    policy->chart_count = count;
    for (size_t i = 0; i < count; i++)
        sw_yaml_value(y, sw_yaml_item(y, node, i), &time, &policy->chart_at_ms[i]);
    qsort(policy->chart_at_ms, count, sizeof *policy->chart_at_ms, ascending);
    for (size_t i = 1; i < count && sw_yaml_fault_count(y) == before; i++)
        if (policy->chart_at_ms[i] == policy->chart_at_ms[i - 1])
            sw_yaml_fault(y, node, key->name, "%02d:%02d stands twice",
                          (int)(policy->chart_at_ms[i] / 3600000),
                          (int)(policy->chart_at_ms[i] / 60000 % 60));
}

static void read_ladder(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    static const struct sw_yaml_key step = {.name = "ladder", .kind = SW_YAML_TEXT, .judge = judge_step};
    struct sw_policy *policy = at;
    size_t count;
    if (!sw_yaml_is_list(y, node, key, "must be a list of remind, warn and report", &count)) return;
    for (size_t i = 0; i < policy->ladder_count; i++) free(policy->ladder[i]);
    memset(policy->ladder, 0, sizeof policy->ladder);
    policy->ladder_count = count;
    for (size_t i = 0; i < count; i++) sw_yaml_value(y, sw_yaml_item(y, node, i), &step, &policy->ladder[i]);
}

/* A class as it is written: `up_to` includes its end, `under` does not. */
struct written_class {
    char *name;
    int64_t up_to_ms, under_ms, money_fen;
    bool half_day;
};

#define CLASS(name_, kind_, member, from, to)                                                                \
    {                                                                                                        \
        .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(struct written_class, member),              \
        .min = (from), .max = (to)                                                                           \
    }

static const struct sw_yaml_key class_keys[] = {
    {.name = "name", .kind = SW_YAML_TEXT, .at = offsetof(struct written_class, name), .judge = judge_name},
    CLASS("up_to", DURATION, up_to_ms, 1, DAY_S),
    CLASS("under", DURATION, under_ms, 1, DAY_S),
    CLASS("money", MONEY, money_fen, 0, 1000000),
    CLASS("half_day", BOOL, half_day, 0, 0),
    {0}};

/* Takes the name over. */
static struct sw_late_class as_class(const struct written_class *w) {
    int64_t up_to_ms = w->up_to_ms ? w->up_to_ms : w->under_ms ? w->under_ms - 1 : INT64_MAX;
    return (struct sw_late_class){
        .name = w->name, .up_to_ms = up_to_ms, .money_fen = w->money_fen, .half_day = w->half_day};
}

static const char *judge_class(const struct written_class *w, const struct sw_late_class *before, bool last) {
    bool open = !w->up_to_ms && !w->under_ms;
    if (!w->name) return "name is missing";
    if (w->up_to_ms && w->under_ms) return "up_to and under exclude each other";
    if (last && !open) return "the last class must have no end, so that none is without a class";
    if (!last && open) return "up_to is missing: only the last class has no end";
    bool follows = !before || before->up_to_ms == INT64_MAX || as_class(w).up_to_ms > before->up_to_ms;
    if (!follows) return "must be longer than the class before";
    return NULL;
}

static void read_classes(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                         void *at) {
    struct sw_policy *policy = at;
    size_t count;
    if (!sw_yaml_is_list(y, node, key, "must be a list of mappings", &count)) return;
    if (!count) sw_yaml_fault(y, node, key->name, "must hold one class at least");
    for (size_t i = 0; i < policy->late_class_count; i++) free(policy->late_classes[i].name);
    policy->late_class_count = 0;
    struct sw_yaml_word *names = NULL;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = sw_yaml_item(y, node, i);
        struct written_class written = {0};
        size_t faults = sw_yaml_fault_count(y);
        sw_yaml_mapping(y, item, key->name, class_keys, &written);
        const struct sw_late_class *before = i ? &policy->late_classes[i - 1] : NULL;
        const char *wrong = judge_class(&written, before, i + 1 == count);
        if (sw_yaml_fault_count(y) == faults && wrong) sw_yaml_fault(y, item, key->name, "%s", wrong);
        if (written.name && !sw_yaml_add_word(&names, written.name))
            sw_yaml_fault(y, item, written.name, "stands twice");
        policy->late_classes[policy->late_class_count++] = as_class(&written);
    }
    sw_yaml_free_words(names);
}

#define REPEAT(name_, kind_, member, to)                                                                     \
    { .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(struct sw_late_repeat, member), .max = (to) }

static void read_repeats(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                         void *at) {
    static const struct sw_yaml_key keys[] = {REPEAT("in_a_row", INT, in_a_row, 1000),
                                              REPEAT("in_month", INT, in_month, 1000),
                                              REPEAT("money", MONEY, money_fen, 1000000),
                                              {0}};
    struct sw_policy *policy = at;
    size_t count;
    if (!sw_yaml_is_list(y, node, key, "must be a list of mappings", &count)) return;
    policy->late_repeat_count = count;
    memset(policy->late_repeats, 0, sizeof policy->late_repeats);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = sw_yaml_item(y, node, i);
        struct sw_late_repeat *r = &policy->late_repeats[i], *before = i ? r - 1 : NULL;
        size_t faults = sw_yaml_fault_count(y);
        sw_yaml_mapping(y, item, key->name, keys, r);
        if (sw_yaml_fault_count(y) != faults) continue;
        if (!r->in_a_row && !r->in_month)
            sw_yaml_fault(y, item, key->name, "in_a_row or in_month is missing");
        else if (before && ((r->in_a_row && r->in_a_row <= before->in_a_row) ||
                            (r->in_month && r->in_month <= before->in_month)))
            sw_yaml_fault(y, item, key->name, "must be more than the one before");
    }
}

/* int64_t ms, or SW_PATIENCE_... */
static void read_patience(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    static const struct sw_yaml_key patience = {
        .name = "patience", .kind = SW_YAML_DURATION, .min = 1, .max = HOUR_S};
    const char *text = sw_yaml_scalar(node);
    (void)key;
    if (text && !strcmp(text, "never"))
        *(int64_t *)at = SW_PATIENCE_NEVER;
    else if (text && !strcmp(text, "measured"))
        *(int64_t *)at = SW_PATIENCE_MEASURED;
    else
        sw_yaml_value(y, node, &patience, at);
}

#define ROW(name_, kind_, type, member, from, to)                                                            \
    { .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(type, member), .min = (from), .max = (to) }

static void read_rows(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    static const struct sw_yaml_key keys[] = {ROW("calls", INT, struct sw_staffing_row, calls, 1, 1000000),
                                              ROW("seats", INT, struct sw_staffing_row, seats, 1, 5000),
                                              {0}};
    struct sw_policy *policy = at;
    size_t count;
    if (!sw_yaml_is_list(y, node, key, "must be a list of mappings", &count)) return;
    policy->staffing_row_count = count;
    memset(policy->staffing_rows, 0, sizeof policy->staffing_rows);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = sw_yaml_item(y, node, i);
        struct sw_staffing_row *r = &policy->staffing_rows[i];
        size_t faults = sw_yaml_fault_count(y);
        sw_yaml_mapping(y, item, key->name, keys, r);
        if (sw_yaml_fault_count(y) != faults) continue;
        if (!r->calls || !r->seats)
            sw_yaml_fault(y, item, key->name, "%s is missing", r->calls ? "seats" : "calls");
        else if (i && (r->calls <= r[-1].calls || r->seats < r[-1].seats))
            sw_yaml_fault(y, item, key->name, "must be more than the row before");
    }
}

static void read_factors(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    static const struct sw_yaml_key keys[] = {ROW("from", INT, struct sw_people_factor, from_calls, 0, 10000000),
                                              ROW("factor", PPM, struct sw_people_factor, factor_ppm, 1, 100),
                                              {0}};
    struct sw_policy *policy = at;
    size_t count;
    if (!sw_yaml_is_list(y, node, key, "must be a list of mappings", &count)) return;
    policy->people_factor_count = count;
    memset(policy->people_factors, 0, sizeof policy->people_factors);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = sw_yaml_item(y, node, i);
        struct sw_people_factor *f = &policy->people_factors[i];
        size_t faults = sw_yaml_fault_count(y);
        sw_yaml_mapping(y, item, key->name, keys, f);
        if (sw_yaml_fault_count(y) != faults) continue;
        if (!f->factor_ppm)
            sw_yaml_fault(y, item, key->name, "factor is missing");
        else if (!i && f->from_calls)
            sw_yaml_fault(y, item, key->name, "the first must be from 0, so that no day is without a factor");
        else if (i && f->from_calls <= f[-1].from_calls)
            sw_yaml_fault(y, item, key->name, "must be from more than the one before");
    }
}

/* ---- the keys of each rule ---- */

#define AT(name_, kind_, member, from, to)                                                                   \
    {                                                                                                        \
        .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(struct sw_policy, member), .min = (from),   \
        .max = (to)                                                                                          \
    }
#define SPAN(name_, member, from, to) AT(name_, DURATION, member, from, to)
#define OWN(name_, read_, member, most)                                                                      \
    {                                                                                                        \
        .name = (name_), .kind = SW_YAML_CUSTOM, .at = offsetof(struct sw_policy, member), .max = (most),    \
        .read = (read_)                                                                                      \
    }
#define WHOLE(name_, read_, most)                                                                            \
    { .name = (name_), .kind = SW_YAML_CUSTOM, .max = (most), .read = (read_) }
#define KEYS(name_, ...) static const struct sw_yaml_key name_[] = {__VA_ARGS__, {0}}
/* Two levels; NEVER is the value no figure reaches. */
#define LEVEL(name_, kind_, member, from, to, never_)                                                        \
    {                                                                                                        \
        .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(struct sw_policy, member), .min = (from),   \
        .max = (to), .never = (never_)                                                                       \
    }
#define LEVELS(member, kind_, from, to, never_)                                                              \
    KEYS(member##_keys, LEVEL("warning", kind_, member.warning, from, to, never_),                           \
         LEVEL("critical", kind_, member.critical, from, to, never_))
#define PER_DAY(most) AT("min", INT, most##_min, 0, 100000), AT("max", INT, most##_max, 0, 100000)

KEYS(attendance_keys, AT("goal", PPM, attendance_goal_ppm, 0, 1),
     SPAN("absent_after", absence_limit_ms, 1, DAY_S));
KEYS(adherence_keys, AT("goal", PPM, adherence_goal_ppm, 0, 1),
     SPAN("tolerance", state_tolerance_ms, 0, HOUR_S));
KEYS(early_keys, SPAN("by", signin_early_ms, 0, 4 * HOUR_S));
KEYS(signout_keys, SPAN("by", signout_late_ms, 0, 4 * HOUR_S));
KEYS(activity_keys, SPAN("within", signin_after_activity_ms, 0, 4 * HOUR_S));
KEYS(late_keys, WHOLE("classes", read_classes, SW_LATE_CLASSES_MAX),
     WHOLE("repeats", read_repeats, SW_LATE_REPEATS_MAX));
KEYS(absent_keys, AT("money_a_day", MONEY, absent_day_fen, 0, 1000000),
     AT("most", INT, absent_days_max, 0, 31));
KEYS(break_keys, WHOLE("each", read_each, 0), WHOLE("list", read_allowances, SW_ALLOWANCES_MAX));
KEYS(together_keys, AT("most", INT, breaks_together, 1, 100000));
KEYS(month_keys, AT("most", INT, break_month, 1, 1000), AT("at", BOOL, break_month_at, 0, 0));
KEYS(busy_keys, SPAN("limit", busy_limit_ms, 0, DAY_S), OWN("reason", read_reason, busy_reason, 0));
KEYS(away_keys, SPAN("after", away_report_ms, 1, DAY_S));
KEYS(hold_keys, SPAN("limit", hold_each_ms, 1, DAY_S));
KEYS(holds_keys, AT("most", INT, hold_count, 1, 1000), AT("at", BOOL, hold_count_at, 0, 0));
KEYS(ring_keys, AT("rings", INT, ring_count, 1, 100), SPAN("cycle", ring_cycle_ms, 1, MINUTE_S));
KEYS(chat_keys, SPAN("within", chat_first_reply_ms, 1, DAY_S));
KEYS(online_keys, SPAN("within", online_reply_ms, 1, 30 * DAY_S));
KEYS(dialed_keys, PER_DAY(dialed));
KEYS(success_keys, PER_DAY(success));
KEYS(idle_keys, SPAN("limit", idle_ms, 1, DAY_S));
KEYS(surge_keys, AT("factor", PPM, surge_factor_ppm, 1, 100));
KEYS(walk_keys, SPAN("every", walk_every_ms, 5 * MINUTE_S, DAY_S),
     SPAN("remind_after", walk_remind_ms, 0, DAY_S), SPAN("missed_after", walk_missed_ms, MINUTE_S, DAY_S));
KEYS(chart_keys, WHOLE("at", read_charts, SW_CHARTS_MAX));
KEYS(target_keys, OWN("patience", read_patience, staffing_patience_ms, 0),
     AT("occupancy", PPM, staffing_occupancy_ppm, 0, 1), AT("shrinkage", PPM, staffing_shrinkage_ppm, 0, 1));
KEYS(beyond_keys, AT("calls", INT, staffing_beyond_calls, 0, 1000000), AT("seats", INT, staffing_beyond_seats, 0, 5000));
KEYS(table_keys, WHOLE("rows", read_rows, SW_STAFFING_ROWS_MAX),
     {.name = "beyond", .kind = SW_YAML_MAPPING, .keys = beyond_keys});
KEYS(people_keys, WHOLE("front_line", read_factors, SW_PEOPLE_FACTORS_MAX),
     AT("back_office_per", INT, people_back_office_per, 0, 5000), AT("qa_per", INT, people_qa_per, 0, 5000),
     AT("spare", PPM, people_spare_ppm, 0, 1));
LEVELS(answer_rate, PPM, 0, 1, INT64_MIN);
LEVELS(service_level, PPM, 0, 1, INT64_MIN);
LEVELS(abandon, PPM, 0, 1, INT64_MAX);
LEVELS(longest_wait_ms, DURATION, 1, DAY_S, INT64_MAX);
LEVELS(waiting, INT, 1, 1000000, INT64_MAX);
LEVELS(wrapup_ms, DURATION, 1, DAY_S, INT64_MAX);

/* NULL: nothing but what every rule has. */
static const struct sw_yaml_key *const rule_keys[SW_RULE_COUNT] = {
    [SW_RULE_ATTENDANCE] = attendance_keys,
    [SW_RULE_ADHERENCE] = adherence_keys,
    [SW_RULE_SIGNIN_EARLY] = early_keys,
    [SW_RULE_SIGNOUT_LATE] = signout_keys,
    [SW_RULE_SIGNIN_AFTER_ACTIVITY] = activity_keys,
    [SW_RULE_LATE] = late_keys,
    [SW_RULE_ABSENT] = absent_keys,
    [SW_RULE_BREAK_ALLOWANCES] = break_keys,
    [SW_RULE_BREAK_TOGETHER] = together_keys,
    [SW_RULE_BREAK_MONTH] = month_keys,
    [SW_RULE_BUSY] = busy_keys,
    [SW_RULE_AWAY_REPORT] = away_keys,
    [SW_RULE_HOLD_EACH] = hold_keys,
    [SW_RULE_HOLD_COUNT] = holds_keys,
    [SW_RULE_RING_ANSWER] = ring_keys,
    [SW_RULE_CHAT_FIRST_REPLY] = chat_keys,
    [SW_RULE_ONLINE_REPLY] = online_keys,
    [SW_RULE_OUTBOUND_DIALED] = dialed_keys,
    [SW_RULE_OUTBOUND_SUCCESS] = success_keys,
    [SW_RULE_WRAPUP] = wrapup_ms_keys,
    [SW_RULE_IDLE] = idle_keys,
    [SW_RULE_ANSWER_RATE] = answer_rate_keys,
    [SW_RULE_SERVICE_LEVEL] = service_level_keys,
    [SW_RULE_ABANDON] = abandon_keys,
    [SW_RULE_LONGEST_WAIT] = longest_wait_ms_keys,
    [SW_RULE_WAITING] = waiting_keys,
    [SW_RULE_SURGE] = surge_keys,
    [SW_RULE_WALK] = walk_keys,
    [SW_RULE_CHARTS] = chart_keys,
    [SW_RULE_STAFFING_TARGET] = target_keys,
    [SW_RULE_STAFFING_TABLE] = table_keys,
    [SW_RULE_STAFFING_PEOPLE] = people_keys};

#define OPTION(name_, kind_, member)                                                                         \
    { .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(struct sw_rule_options, member) }

static const struct sw_yaml_key option_keys[] = {
    OPTION("on", BOOL, on),
    {.name = "severity",
     .kind = SW_YAML_CUSTOM,
     .at = offsetof(struct sw_rule_options, severity),
     .read = read_severity},
    OPTION("names", BOOL, names),
    OPTION("cite", TEXT, cite),
    {.name = "points", .kind = SW_YAML_INT, .at = offsetof(struct sw_rule_options, points), .max = 1000},
};

#define OPTION_COUNT (sizeof option_keys / sizeof *option_keys)
#define RULE_KEYS_MAX 16

static void read_rule(struct sw_yaml *y, const yaml_node_t *node, enum sw_rule rule,
                      struct sw_policy *policy) {
    struct sw_yaml_key keys[RULE_KEYS_MAX] = {{0}};
    size_t count = 0;
    for (; count < OPTION_COUNT; count++) {
        keys[count] = option_keys[count];
        keys[count].at += offsetof(struct sw_policy, rule) + (size_t)rule * sizeof *policy->rule;
    }
    for (const struct sw_yaml_key *own = rule_keys[rule]; own && own->name; own++) {
        SW_ASSERT(count < RULE_KEYS_MAX - 1);
        keys[count++] = *own;
    }
    policy->rule[rule].on = true;
    sw_yaml_mapping(y, node, sw_rule_name(rule), keys, policy);
}

static void read_rules(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    bool seen[SW_RULE_COUNT] = {0};
    size_t count;
    if (!sw_yaml_is_mapping(y, node, key->name, "must be a mapping of rules", &count)) return;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *key_node, *value;
        sw_yaml_pair(y, node, i, &key_node, &value);
        const char *text = sw_yaml_scalar(key_node);
        int rule = text ? sw_rule_from_name(text) : -1;
        if (rule < 0)
            sw_yaml_fault(y, key_node, text ? text : key->name, "unknown rule");
        else if (seen[rule])
            sw_yaml_fault(y, key_node, text, "stands twice");
        else
            read_rule(y, value, (enum sw_rule)rule, at);
        if (rule >= 0) seen[rule] = true;
    }
}

KEYS(alert_keys, SPAN("for", for_ms, 0, HOUR_S), SPAN("clear_after", clear_after_ms, 0, HOUR_S),
     SPAN("escalate_after", escalate_ms, 10, DAY_S));
KEYS(point_keys, AT("worth", MONEY, point_fen, 0, 1000000));
static int by_date(const void *a, const void *b) { return strcmp(a, b); }

static void read_blackout(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    struct sw_policy *policy = at;
    size_t count;
    int year, month, day;
    if (!sw_yaml_is_list(y, node, key, "must be a list of dates", &count)) return;
    policy->leave_blackout_count = 0;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = sw_yaml_item(y, node, i);
        const char *text = sw_yaml_scalar(item);
        if (!text || sw_zone_parse_date(text, &year, &month, &day))
            sw_yaml_fault(y, item, key->name, "must be a date, YYYY-MM-DD");
        else memcpy(policy->leave_blackout[policy->leave_blackout_count++], text, sizeof *policy->leave_blackout);
    }
    qsort(policy->leave_blackout, policy->leave_blackout_count, sizeof *policy->leave_blackout, by_date);
}

KEYS(leave_keys, AT("lead", INT, leave_days_lead, 0, 366), AT("duty", INT, leave_days_duty, 0, 366),
     SPAN("around_start", leave_around_start_ms, 0, DAY_S), AT("night", INT, leave_night_days, 1, 7),
     WHOLE("blackout", read_blackout, SW_BLACKOUT_MAX));
KEYS(swap_keys, AT("per_month", INT, swaps_per_month, 0, 1000));

/* Read when all the rest is known: what is not said there is as in the rest. */
static void read_later(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    (void)y, (void)node, (void)key, (void)at;
}

#define PART(name_, keys_)                                                                                   \
    { .name = (name_), .kind = SW_YAML_MAPPING, .keys = (keys_) }

static const struct sw_yaml_key root_keys[] = {
    {.name = "name", .kind = SW_YAML_TEXT, .at = offsetof(struct sw_policy, name), .judge = judge_name},
    AT("version", TEXT, version, 0, 0),
    AT("approved", TEXT, approved, 0, 0),
    WHOLE("rules", read_rules, 0),
    PART("alerts", alert_keys),
    WHOLE("ladder", read_ladder, SW_LADDER_MAX),
    PART("points", point_keys),
    PART("leave", leave_keys),
    PART("swaps", swap_keys),
    WHOLE("teams", read_later, 0),
    WHOLE("queues", read_later, 0),
    WHOLE("shifts", read_later, 0),
    {0}};

/* ---- what one key alone cannot tell ---- */

/* Two keys of a rule out of order: told at the one that the file gives. */
static void check_order(struct sw_yaml *y, const yaml_node_t *rules, bool good, enum sw_rule rule,
                        const char *key, const char *other, const char *text) {
    const yaml_node_t *node = sw_yaml_child(y, rules, sw_rule_name(rule));
    if (good || !node) return;
    const yaml_node_t *at = sw_yaml_child(y, node, key);
    if (!at) at = sw_yaml_child(y, node, other);
    sw_yaml_fault(y, at ? at : node, sw_rule_name(rule), "%s %s %s", key, text, other);
}

static void check_levels(struct sw_yaml *y, const yaml_node_t *rules, const struct sw_policy *p) {
    const struct {
        enum sw_rule rule;
        const struct sw_threshold *levels;
        bool low_is_bad;
    } all[] = {
        {SW_RULE_ANSWER_RATE, &p->answer_rate, true}, {SW_RULE_SERVICE_LEVEL, &p->service_level, true},
        {SW_RULE_ABANDON, &p->abandon, false},        {SW_RULE_LONGEST_WAIT, &p->longest_wait_ms, false},
        {SW_RULE_WAITING, &p->waiting, false},        {SW_RULE_WRAPUP, &p->wrapup_ms, false}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int64_t warning = all[i].levels->warning, critical = all[i].levels->critical;
        check_order(y, rules, all[i].low_is_bad ? critical <= warning : critical >= warning, all[i].rule,
                    "critical", "warning", all[i].low_is_bad ? "must not be above" : "must not be below");
    }
}

static void check_outbound(struct sw_yaml *y, const yaml_node_t *rules, const struct sw_policy *p,
                           enum sw_rule rule, int64_t min, int64_t max) {
    const yaml_node_t *node = sw_yaml_child(y, rules, sw_rule_name(rule));
    if (node && p->rule[rule].on && !max)
        sw_yaml_fault(y, node, sw_rule_name(rule), "max is missing");
    else
        check_order(y, rules, min <= max, rule, "max", "min", "must not be below");
}

static void check_staffing(struct sw_yaml *y, const yaml_node_t *rules, const struct sw_policy *p) {
    const yaml_node_t *target = sw_yaml_child(y, rules, sw_rule_name(SW_RULE_STAFFING_TARGET));
    const yaml_node_t *table = sw_yaml_child(y, rules, sw_rule_name(SW_RULE_STAFFING_TABLE));
    const yaml_node_t *people = sw_yaml_child(y, rules, sw_rule_name(SW_RULE_STAFFING_PEOPLE));
    if (target && !p->staffing_occupancy_ppm)
        sw_yaml_fault(y, target, "occupancy", "must be more than 0");
    if (target && p->staffing_shrinkage_ppm > 900000)
        sw_yaml_fault(y, target, "shrinkage", "must be 90 %% at most");
    if (table && p->rule[SW_RULE_STAFFING_TABLE].on && !p->staffing_row_count)
        sw_yaml_fault(y, table, "rows", "must hold one row at least");
    if (table && !p->staffing_beyond_calls != !p->staffing_beyond_seats)
        sw_yaml_fault(y, table, "beyond", "must have calls and seats");
    if (people && p->rule[SW_RULE_STAFFING_PEOPLE].on && !p->people_factor_count)
        sw_yaml_fault(y, people, "front_line", "must hold one factor at least");
}

static const struct sw_yaml_key override_keys[] = {WHOLE("rules", read_rules, 0), {0}};

static bool is_time_of_day(const char *text) {
    bool shaped = strlen(text) == 5 && strspn(text, "0123456789") == 2 && text[2] == ':' &&
                  strspn(text + 3, "0123456789") == 2;
    return shaped && strcmp(text, "24:00") < 0 && text[3] < '6';
}

static void read_overrides(struct sw_yaml *y, const yaml_node_t *root, const char *key, enum sw_policy_part part,
                           struct sw_policy *policy) {
    const yaml_node_t *node = sw_yaml_child(y, root, key);
    size_t count;
    if (!node || !sw_yaml_is_mapping(y, node, key, "must be a mapping", &count)) return;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *key_node, *value;
        sw_yaml_pair(y, node, i, &key_node, &value);
        const char *name = sw_yaml_scalar(key_node);
        if (!name || !sw_yaml_is_text(name, NAME_CHARS_MAX)) {
            sw_yaml_fault(y, key_node, key, "must name a %.*s", (int)strlen(key) - 1, key);
        } else if (part == SW_PART_SHIFT && !is_time_of_day(name)) {
            sw_yaml_fault(y, key_node, name, "must be the time a shift starts at, like \"20:00\"");
        } else if (sw_policy_of(policy, part, name) != policy) {
            sw_yaml_fault(y, key_node, name, "stands twice");
        } else {
            struct sw_policy *own = sw_policy_override(policy, part, name);
            sw_yaml_mapping(y, value, name, override_keys, own);
            check_levels(y, sw_yaml_child(y, value, "rules"), own);
            check_staffing(y, sw_yaml_child(y, value, "rules"), own);
        }
    }
}

static void check_policy(struct sw_yaml *y, const yaml_node_t *root, const void *policy) {
    const struct sw_policy *p = policy;
    const yaml_node_t *rules = sw_yaml_child(y, root, "rules");
    check_levels(y, rules, p);
    check_staffing(y, rules, p);
    check_outbound(y, rules, p, SW_RULE_OUTBOUND_DIALED, p->dialed_min, p->dialed_max);
    check_outbound(y, rules, p, SW_RULE_OUTBOUND_SUCCESS, p->success_min, p->success_max);
    check_order(y, rules, p->walk_missed_ms >= p->walk_remind_ms, SW_RULE_WALK, "missed_after",
                "remind_after", "must not be below");
    check_order(y, rules, p->walk_missed_ms <= p->walk_every_ms, SW_RULE_WALK, "missed_after", "every",
                "must not be above");
    const yaml_node_t *breaks = sw_yaml_child(y, rules, sw_rule_name(SW_RULE_BREAK_ALLOWANCES));
    const yaml_node_t *list = sw_yaml_child(y, breaks, "list");
    if (list && sw_yaml_child(y, breaks, "each"))
        sw_yaml_fault(y, list, "list", "each and list exclude each other");
    const yaml_node_t *charts = sw_yaml_child(y, rules, sw_rule_name(SW_RULE_CHARTS));
    if (charts && p->rule[SW_RULE_CHARTS].on && !p->chart_count)
        sw_yaml_fault(y, charts, "at", "must hold one time at least");
}

static void check(struct sw_yaml *y, const yaml_node_t *root, const void *policy) {
    check_policy(y, root, policy);
    struct sw_policy *own = (struct sw_policy *)(uintptr_t)policy; /* ours: sw_policy_read has it to fill */
    read_overrides(y, root, "teams", SW_PART_TEAM, own);
    read_overrides(y, root, "queues", SW_PART_QUEUE, own);
    read_overrides(y, root, "shifts", SW_PART_SHIFT, own);
}

int sw_policy_read(struct sw_policy *policy, const char *path, const char *yaml, size_t len,
                   struct sw_buf *faults) {
    return sw_yaml_read(path, yaml, len, root_keys, policy, check, SW_POLICY_FAULTS_MAX, faults);
}
