/* The sign-in chart (签入情况图表): its figures, before anybody draws them. A chart is made once, from the floor and the
 * roster as of its moment; it is kept with its figures, and every drawing in whatever language and format comes from
 * them alone. Source: rules.md, Sign-in charts.
 *
 * Counts of -1 and ratios with a denominator of 0 mean "not known": a drawing says so and never shows 0 instead. */
#ifndef SHIFTWALL_CHART_H
#define SHIFTWALL_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"
#include "shiftwall/kpi.h"

/* An interval of the business day up to its end. */
struct sw_chart_interval {
    int64_t start_ms, end_ms;
    int64_t scheduled; /* agents whose shift covers the middle of the interval and who are not on leave */
    int64_t present;   /* of these, signed in then; -1 in intervals to come */
    int64_t signed_in; /* all who were signed in then; -1 in intervals to come */
    int64_t required;  /* the fewest agents that meet the target; -1 not known */
    int64_t offered;   /* calls; -1 in intervals to come */
    int64_t forecast;  /* calls expected; -1 not known */
    bool below_goal;   /* present x 1,000,000 < goal x scheduled */
    bool uncertain;    /* events of this interval may be missing */
};

/* What a team, or the site, came to since the day began. */
struct sw_chart_team {
    const char *id, *name; /* the site: "" and its name */
    int64_t due, attended, pending, absent, leave;
    int64_t late, early_leave;
    int64_t signed_in_ms, expected_ms; /* adherence */
    int64_t breaks, overruns;          /* short breaks taken, and those too long or too many */
    int64_t overrun_ms;
};

/* One line of a list: a person and a time. */
struct sw_chart_person {
    const char *agent, *name, *seat, *team; /* NULL = not known */
    int64_t shift_start_ms, shift_end_ms;
    int64_t at_ms;        /* when it happened; INT64_MIN = it has no moment, as an absence */
    int64_t value_ms;     /* how late, early, long; 0 = absent */
    int64_t limit_ms;     /* what was allowed; 0 = nothing */
    const char *late_class; /* name of the policy's class, or NULL */
    bool excused;         /* covered by a grant */
    const char *grant;    /* kind of the grant (sw_grant_kind_name) that has to do with it, or NULL */
    const char *reason;   /* of the grant, or NULL */
    const char *by;       /* who gave it, or NULL */
};

/* The lists of the second page. */
#define SW_CHART_LIST_MAP(XX)                                                                                  \
    XX(ABSENT, "absent")                                                                                       \
    XX(PENDING, "not_yet") /* due, and the limit of absence has not passed */                                  \
    XX(LATE, "late")                                                                                           \
    XX(EARLY, "early_leave")                                                                                   \
    XX(UNAUTHORISED, "unauthorised") /* signed out inside the shift */                                         \
    XX(OVERRUN, "break_overrun")

enum sw_chart_list {
#define XX(name, text) SW_CHART_##name,
    SW_CHART_LIST_MAP(XX)
#undef XX
        SW_CHART_LISTS
};
const char *sw_chart_list_name(enum sw_chart_list list);

struct sw_chart {
    const char *site, *site_name, *zone;  /* the zone as an IANA name */
    const char *date;                     /* of the business day, YYYY-MM-DD */
    int64_t number;                       /* 1 = the day's first; 0 = drawn by hand, for no time of the plan */
    int64_t at_ms;                        /* the moment it shows */
    int64_t made_ms;                      /* when it was made; late when LATE */
    bool late;                            /* made after its time, from the journal */
    const char *incomplete;               /* why events may be missing ("gap", "skew", "down", ...), NULL = complete */
    int64_t incomplete_since_ms;
    const char *policy, *policy_version, *policy_cite; /* NULL = the policy does not say */
    int64_t attendance_goal_ppm, adherence_goal_ppm;
    const char *staffing;                 /* what `required` comes from: "erlang_c", "erlang_a", "table"; NULL = not known */
    bool staffing_warning;                /* the table does not fit calls that long */

    struct sw_chart_team total;
    struct sw_chart_team *teams;          /* in order of id */
    size_t team_count;
    struct sw_chart_interval *intervals;  /* the whole business day, in order */
    size_t interval_count;
    int64_t states[SW_ST_COUNT]; /* agents in each state at the moment */
    int64_t state_ms[SW_ST_COUNT]; /* of all agents since the day began */
    struct sw_chart_person *lists[SW_CHART_LISTS]; /* in order of time, then of agent */
    size_t list_counts[SW_CHART_LISTS];
    char **texts;                         /* owns them */
    size_t text_count;
};

struct sw_chart *sw_chart_new(void);
/* A copy of TEXT that lives as long as CHART; NULL for NULL. */
const char *sw_chart_text(struct sw_chart *chart, const char *text);
/* Leaves out the rows and the people of other teams than the COUNT TEAMS: for who leads only some. What the whole site came
 * to stays. */
void sw_chart_keep_teams(struct sw_chart *chart, const char *const *teams, size_t count);
/* Everything the chart owns, and the chart. NULL is allowed. */
void sw_chart_free(struct sw_chart *chart);

#endif
