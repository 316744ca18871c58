/* The daily report (日报) and the attendance report of a month (考勤月报): plain figures in, tables out, for the workbook
 * and for CSV. Whoever has the figures fills the inputs; nothing here asks the floor, the store or the clock.
 *
 * Counts and durations of -1, times of INT64_MIN or INT64_MAX, texts of NULL and ratios without a denominator mean "not
 * known". A sum of which a part is not known is not known. Goals of 0: there is none. The figures are those of kpi.h and
 * shift.h; the sources are rules.md and kpi.md. */
#ifndef REPORT_REPORTS_H
#define REPORT_REPORTS_H

#include "report/table.h"
#include "shiftwall/chart.h"
#include "shiftwall/kpi.h"
#include "shiftwall/policy.h"

#define SW_REPORT_TABLES_MAX 8

/* Whose report this is, of when, and what must be known before any figure. */
struct sw_report_about {
    const char *site, *site_name;
    int64_t at_ms;          /* the figures are as of */
    int64_t made_ms;
    const char *incomplete; /* why events may be missing ("gap", "skew", "down", ...), NULL = complete */
    int64_t incomplete_since_ms;
    const char *policy, *policy_version;
    int64_t attendance_goal_ppm, adherence_goal_ppm;
};

/* ---- a day ---- */

struct sw_daily_interval {
    int64_t start_ms, end_ms;
    bool passed; /* otherwise its calls are to come, and so is who was present */
    struct sw_queue_counts calls;
    int64_t forecast, scheduled, present, required;
    bool uncertain;
};

struct sw_daily_queue {
    const char *id, *name;
    struct sw_queue_counts calls;
    int64_t target_ms; /* of its service level */
    int64_t service_level_goal_ppm, answer_rate_goal_ppm;
};

struct sw_daily_team {
    struct sw_chart_team attendance; /* with id and name */
    struct sw_agent_counts counts;   /* of its agents */
};

struct sw_daily_walk {
    int64_t due_ms, started_ms, closed_ms;
    bool missed;        /* its limit passed while it was not closed, also when it was closed later */
    const char *person; /* on duty when it was due */
    int64_t items, ticked;
    const char *notes;
};

/* A breach about which a lead has decided. */
struct sw_daily_breach {
    int64_t at_ms;
    enum sw_rule rule;
    const char *agent, *name, *team;
    int64_t length_ms, limit_ms; /* -1 where the rule is not about time */
    int64_t n;                   /* the n-th of the month; -1 excused */
    const char *step;            /* "remind", "warn", "report", or the policy's own word */
    bool excused;                /* otherwise confirmed */
    const char *reason, *by;
    int64_t decided_ms;
};

struct sw_daily {
    struct sw_report_about about;
    const char *date;             /* of the business day, YYYY-MM-DD */
    struct sw_queue_counts calls; /* of the site */
    struct sw_daily_team site;    /* id and name do not matter */
    const struct sw_daily_interval *intervals;
    size_t interval_count;
    const struct sw_daily_queue *queues;
    size_t queue_count;
    const struct sw_daily_team *teams;
    size_t team_count;
    const struct sw_daily_walk *walks;
    size_t walk_count;
    const struct sw_daily_breach *breaches;
    size_t breach_count;
};

/* The tables of DAILY in LANG with times in ZONE, which is borrowed for their life; NULL = UTC: "summary", "by_interval",
 * "by_queue", "by_team", "walks", "breaches". They are the caller's and keep nothing of DAILY. Returns how many. */
size_t sw_daily_tables(const struct sw_daily *daily, enum sw_draw_lang lang, const struct sw_zone *zone,
                       struct sw_table *tables[SW_REPORT_TABLES_MAX]);
/* Appends a workbook of them; returns as sw_sheet_write(). */
int sw_daily_sheet(const struct sw_daily *daily, enum sw_draw_lang lang, const struct sw_zone *zone,
                   struct sw_buf *out) SW_NODISCARD;
/* Appends the table of that key as CSV; returns as sw_table_csv(), or -SW_ENOENT: no such table. */
int sw_daily_csv(const struct sw_daily *daily, const char *key, bool with_bom, const struct sw_zone *zone,
                 struct sw_buf *out) SW_NODISCARD;

/* ---- a month ---- */

/* What shifts came to. Of an agent these are days (shifts that began, by their date); of a day agents; of a team agents'
 * days. */
struct sw_month_figures {
    int64_t due, attended, absent, leave;
    int64_t late, early_leave; /* times */
    int64_t late_ms, early_leave_ms;
    int64_t signed_in_ms, expected_ms; /* adherence */
    int64_t breaks, overruns, overrun_ms;
    int64_t breaches; /* confirmed */
};

struct sw_month_agent {
    const char *agent, *name;
    const char *team, *team_name; /* id and name; agents without a team have NULL */
    struct sw_month_figures figures;
};

struct sw_month_day {
    const char *date;
    struct sw_month_figures figures;
};

struct sw_month {
    struct sw_report_about about;
    const char *month; /* YYYY-MM */
    bool ranking;      /* a table of agents by rank, too. Off unless a site asks for it: it sets people against each other */
    const struct sw_month_agent *agents;
    size_t agent_count;
    const struct sw_month_day *days; /* in order */
    size_t day_count;
};

/* The same of a month: "summary" (the site's sum over agents), "by_team" (sums over their agents, in order of id; agents
 * without a team last), "by_agent" (as given), "by_day", and with `ranking` "ranking": agents with a day due by
 * attendance, then adherence, both in whole millionths, then fewest times late and left early; equals share a rank and
 * stand in order of their ids; what is not known comes last. */
size_t sw_month_tables(const struct sw_month *month, enum sw_draw_lang lang, const struct sw_zone *zone,
                       struct sw_table *tables[SW_REPORT_TABLES_MAX]);
int sw_month_sheet(const struct sw_month *month, enum sw_draw_lang lang, const struct sw_zone *zone,
                   struct sw_buf *out) SW_NODISCARD;
int sw_month_csv(const struct sw_month *month, const char *key, bool with_bom, const struct sw_zone *zone,
                 struct sw_buf *out) SW_NODISCARD;

/* ---- internal ---- */

/* A table of a report: OF is what the report is called, WHEN its date or month. */
struct sw_table *sw__report_table(enum sw_word word, const struct sw_report_about *about, enum sw_word of, const char *when,
                                  enum sw_draw_lang lang, const struct sw_zone *zone);
/* The columns of a report's summary on what it is of, and their values (WHEN not among them). */
void sw__add_about_columns(struct sw_table *table);
void sw__put_about(struct sw_table *table, const struct sw_report_about *about);
/* Write the tables and free them. */
int sw__report_sheet(struct sw_table **tables, size_t count, const struct sw_report_about *about, enum sw_word of,
                     enum sw_draw_lang lang, struct sw_buf *out);
int sw__report_csv(struct sw_table **tables, size_t count, const char *key, bool with_bom, struct sw_buf *out);

#endif
