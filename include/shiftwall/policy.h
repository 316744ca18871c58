/* The policy: the site's rule book as data. Every value has the product's default; a policy file changes some. */
#ifndef SHIFTWALL_POLICY_H
#define SHIFTWALL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/event.h"

/* The rules that can be broken, by their keys in a policy file. */
#define SW_RULE_MAP(XX)                                                                                       \
    XX(ATTENDANCE, "attendance.goal")                                                                         \
    XX(ADHERENCE, "adherence.goal")                                                                           \
    XX(SIGNIN_EARLY, "signin.early")                                                                          \
    XX(SIGNOUT_LATE, "signout.late")                                                                          \
    XX(SIGNIN_AFTER_ACTIVITY, "signin.after_activity")                                                        \
    XX(SIGNOUT_INSIDE_SHIFT, "signout.inside_shift")                                                          \
    XX(LATE, "late")                                                                                          \
    XX(EARLY_LEAVE, "early_leave")                                                                            \
    XX(ABSENT, "absent")                                                                                      \
    XX(BREAK_ALLOWANCES, "break.allowances")                                                                  \
    XX(BREAK_TOGETHER, "break.together")                                                                      \
    XX(BREAK_MONTH, "break.month")                                                                            \
    XX(BUSY, "busy")                                                                                          \
    XX(AWAY_REPORT, "away.report")                                                                            \
    XX(HOLD_EACH, "hold.each")                                                                                \
    XX(HOLD_COUNT, "hold.count")                                                                              \
    XX(RING_ANSWER, "ring.answer")                                                                            \
    XX(CHAT_FIRST_REPLY, "chat.first_reply")                                                                  \
    XX(ONLINE_REPLY, "online.reply")                                                                          \
    XX(OUTBOUND_DIALED, "outbound.dialed")                                                                    \
    XX(OUTBOUND_SUCCESS, "outbound.success")                                                                  \
    XX(WRAPUP, "wrapup")                                                                                      \
    XX(IDLE, "idle")                                                                                          \
    XX(ANSWER_RATE, "answer_rate")                                                                            \
    XX(SERVICE_LEVEL, "service_level")                                                                        \
    XX(ABANDON, "abandon")                                                                                    \
    XX(LONGEST_WAIT, "longest_wait")                                                                          \
    XX(WAITING, "waiting")                                                                                    \
    XX(SURGE, "surge")                                                                                        \
    XX(ALARM, "alarm")                                                                                        \
    XX(WALK, "walk.every")                                                                                    \
    XX(CHARTS, "charts.per_day")                                                                              \
    XX(STAFFING_TARGET, "staffing.target")                                                                    \
    XX(STAFFING_TABLE, "staffing.table")                                                                      \
    XX(STAFFING_PEOPLE, "staffing.people")

enum sw_rule {
#define XX(name, text) SW_RULE_##name,
    SW_RULE_MAP(XX)
#undef XX
        SW_RULE_COUNT
};

const char *sw_rule_name(enum sw_rule rule);
/* The rule of that key, or -1. */
int sw_rule_from_name(const char *name);

#define SW_LATE_CLASSES_MAX 8
#define SW_ALLOWANCES_MAX 24
#define SW_LADDER_MAX 8
#define SW_LATE_REPEATS_MAX 8
#define SW_CHARTS_MAX 24
#define SW_BLACKOUT_MAX 128
#define SW_STAFFING_ROWS_MAX 32
#define SW_PEOPLE_FACTORS_MAX 8

/* What every rule has. */
struct sw_rule_options {
    bool on;
    enum sw_severity severity; /* of its alerts; where there are two levels, of the critical one */
    bool names;   /* a public wall may name the agent */
    char *cite;   /* whose rule this is, for people; NULL = nobody's */
    int64_t points; /* proposed for a confirmed breach; 0 none */
};

/* Late, or leaving early, by up to UP_TO_MS (inclusive; INT64_MAX in the last). */
struct sw_late_class {
    char *name;
    int64_t up_to_ms;
    int64_t money_fen; /* hundredths of the currency; 0 none */
    bool half_day;     /* reckoned as half a day absent */
};

/* Added to the money of a breach when it is the IN_A_ROW-th in a row, or the IN_MONTH-th of the calendar month. */
struct sw_late_repeat {
    int64_t in_a_row, in_month; /* 0 = does not count */
    int64_t money_fen;
};

/* Up to CALLS in the busy hour, SEATS are opened. */
struct sw_staffing_row {
    int64_t calls, seats;
};

/* From this many calls a day on, the front line has FACTOR_PPM millionths of people for each seat of the busy hour. */
struct sw_people_factor {
    int64_t from_calls, factor_ppm;
};

#define SW_PATIENCE_NEVER 0    /* callers wait for ever: Erlang C */
#define SW_PATIENCE_MEASURED (-1) /* from the calls that were abandoned: Erlang A */

/* Two levels of a threshold; INT64_MAX (INT64_MIN for shares that should be high): never. Shares in millionths. */
struct sw_threshold {
    int64_t warning, critical;
};

/* Other rules for a team, a queue, or the shifts that start at a local time of day ("20:00"). */
enum sw_policy_part { SW_PART_TEAM, SW_PART_QUEUE, SW_PART_SHIFT };
struct sw_policy_override {
    enum sw_policy_part part;
    char *name;
    struct sw_policy *policy; /* the whole of it, without overrides of its own */
};

struct sw_policy {
    char *name;     /* "default", "floor", ... */
    char *version;  /* NULL = none */
    char *approved; /* by whom and when; NULL = nobody (D20) */
    struct sw_rule_options rule[SW_RULE_COUNT];

    int64_t attendance_goal_ppm, adherence_goal_ppm; /* millionths */
    int64_t absence_limit_ms;                        /* a shift without a sign-in this long after its start is absent */
    int64_t state_tolerance_ms;                      /* a deviation from the planned activity up to this long is none */
    int64_t signin_early_ms, signout_late_ms, signin_after_activity_ms;
    struct sw_late_class late_classes[SW_LATE_CLASSES_MAX]; /* ascending */
    size_t late_class_count;
    struct sw_late_repeat late_repeats[SW_LATE_REPEATS_MAX]; /* late and early leave together; ascending */
    size_t late_repeat_count;
    int64_t absent_day_fen;  /* money of a day of absence; 0 none */
    int64_t absent_days_max; /* this many in a calendar month: to be decided upon by the manager; 0 = not said */

    bool breaks_unlimited;                     /* any count, each of allowance_ms[0] */
    int64_t allowance_ms[SW_ALLOWANCES_MAX];   /* of a shift, ascending */
    size_t allowance_count;
    int64_t breaks_together;                   /* agents of a team at once */
    int64_t break_month;                       /* breaches in a calendar month ... */
    bool break_month_at;                       /* ... are too many at that number, else only above it */

    bool busy_reason;                          /* a reason has to be given */
    int64_t busy_limit_ms;
    int64_t away_report_ms;                    /* out of service without a break or a meal this long */
    int64_t hold_each_ms, hold_count;
    bool hold_count_at;                        /* hold_count holds are too many already, else only more */
    int64_t ring_count, ring_cycle_ms;         /* rings in which to answer, and how long one is */
    int64_t chat_first_reply_ms, online_reply_ms;
    int64_t dialed_min, dialed_max, success_min, success_max; /* per seat and day */

    struct sw_threshold answer_rate, service_level; /* low is bad */
    struct sw_threshold abandon;                    /* high is bad */
    struct sw_threshold longest_wait_ms, waiting, wrapup_ms;
    int64_t idle_ms;                                /* ready this long while callers wait */
    int64_t for_ms, clear_after_ms;                 /* how long before an alert opens, and before it closes */
    int64_t surge_factor_ppm;

    int64_t staffing_patience_ms;     /* of callers, or SW_PATIENCE_... */
    int64_t staffing_occupancy_ppm;   /* the most that agents may be busy */
    int64_t staffing_shrinkage_ppm;   /* of the scheduled time, not at work */
    struct sw_staffing_row staffing_rows[SW_STAFFING_ROWS_MAX]; /* ascending; none: no table */
    size_t staffing_row_count;
    int64_t staffing_beyond_calls, staffing_beyond_seats; /* for each so many calls above the last row; 0 = not said */
    struct sw_people_factor people_factors[SW_PEOPLE_FACTORS_MAX]; /* ascending, the first from 0 */
    size_t people_factor_count;
    int64_t people_back_office_per, people_qa_per; /* one for so many; 0 none */
    int64_t people_spare_ppm;

    int64_t walk_every_ms, walk_remind_ms, walk_missed_ms;
    int64_t chart_at_ms[SW_CHARTS_MAX]; /* local times of day, ascending */
    size_t chart_count;
    char *ladder[SW_LADDER_MAX];                    /* what the n-th breach of a month proposes; the last goes on */
    size_t ladder_count;
    int64_t point_fen;                              /* what a point is worth; 0 nothing */
    int64_t leave_days_lead, leave_days_duty; /* of leave for an agent in a calendar month that they may approve */
    int64_t leave_around_start_ms;            /* no leave is approved this near to the start of a shift it touches; 0 off */
    int64_t leave_night_days;                 /* what a day of leave from a shift over midnight counts */
    char leave_blackout[SW_BLACKOUT_MAX][11]; /* dates without leave, YYYY-MM-DD, ascending */
    size_t leave_blackout_count;
    int64_t swaps_per_month;
    struct sw_policy_override *overrides;
    size_t override_count;
    int64_t escalate_ms;                            /* a critical alert not acknowledged goes to the next role */
};

/* The product's defaults. */
void sw_policy_init(struct sw_policy *policy);
void sw_policy_deinit(struct sw_policy *policy);
/* Adds an override that is a copy of POLICY, to be changed. */
struct sw_policy *sw_policy_override(struct sw_policy *policy, enum sw_policy_part part, const char *name);
/* The rules in force for a part; POLICY itself when nothing else is said, or NAME is NULL. */
const struct sw_policy *sw_policy_of(const struct sw_policy *policy, enum sw_policy_part part, const char *name);

#endif
