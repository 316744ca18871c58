/* The attendance report of a month: sums of the site and of the teams, every agent, every day, and a ranking for those who
 * ask for it. */
#include <stdlib.h>
#include <string.h>

#include "report/reports.h"
#include "report/table_parts.h"

/* ---- figures ---- */

/* The words differ: an agent has days and times, a day has agents. */
static void add_figure_columns(struct sw_table *table, bool days) {
    const struct sw__column columns[] = {{days ? SW_WORD_DAYS_DUE : SW_WORD_DUE, SW_CELL_COUNT},
                                         {days ? SW_WORD_DAYS_ATTENDED : SW_WORD_ATTENDED, SW_CELL_COUNT},
                                         {days ? SW_WORD_DAYS_ABSENT : SW_WORD_ABSENT, SW_CELL_COUNT},
                                         {days ? SW_WORD_DAYS_LEAVE : SW_WORD_LEAVE, SW_CELL_COUNT},
                                         {SW_WORD_ATTENDANCE, SW_CELL_RATIO},
                                         {SW_WORD_ATTENDANCE_GOAL, SW_CELL_RATIO},
                                         {days ? SW_WORD_TIMES_LATE : SW_WORD_LATE, SW_CELL_COUNT},
                                         {SW_WORD_LATE_MS, SW_CELL_DURATION},
                                         {days ? SW_WORD_TIMES_EARLY : SW_WORD_EARLY, SW_CELL_COUNT},
                                         {SW_WORD_EARLY_MS, SW_CELL_DURATION},
                                         {SW_WORD_SIGNED_IN_MS, SW_CELL_DURATION},
                                         {SW_WORD_EXPECTED_MS, SW_CELL_DURATION},
                                         {SW_WORD_ADHERENCE, SW_CELL_RATIO},
                                         {SW_WORD_ADHERENCE_GOAL, SW_CELL_RATIO},
                                         {SW_WORD_BREAKS, SW_CELL_COUNT},
                                         {SW_WORD_OVERRUNS, SW_CELL_COUNT},
                                         {SW_WORD_OVERRUN_MS, SW_CELL_DURATION},
                                         {SW_WORD_BREACHES_CONFIRMED, SW_CELL_COUNT}};
    SW__ADD_COLUMNS(table, columns);
}

static void put_figures(struct sw_table *table, const struct sw_month *month, const struct sw_month_figures *figures) {
    sw_table_put_count(table, figures->due);
    sw_table_put_count(table, figures->attended);
    sw_table_put_count(table, figures->absent);
    sw_table_put_count(table, figures->leave);
    sw_table_put_ratio(table, figures->attended, figures->due);
    sw__put_goal(table, month->about.attendance_goal_ppm);
    sw_table_put_count(table, figures->late);
    sw_table_put_duration(table, figures->late_ms);
    sw_table_put_count(table, figures->early_leave);
    sw_table_put_duration(table, figures->early_leave_ms);
    sw_table_put_duration(table, figures->signed_in_ms);
    sw_table_put_duration(table, figures->expected_ms);
    sw_table_put_ratio(table, figures->signed_in_ms, figures->expected_ms);
    sw__put_goal(table, month->about.adherence_goal_ppm);
    sw_table_put_count(table, figures->breaks);
    sw_table_put_count(table, figures->overruns);
    sw_table_put_duration(table, figures->overrun_ms);
    sw_table_put_count(table, figures->breaches);
}

/* A sum of which a part is not known is not known. */
static void add(int64_t *sum, int64_t value) {
    *sum = *sum < 0 || value < 0 ? -1 : *sum + value;
}

static void add_figures(struct sw_month_figures *sum, const struct sw_month_figures *part) {
    add(&sum->due, part->due);
    add(&sum->attended, part->attended);
    add(&sum->absent, part->absent);
    add(&sum->leave, part->leave);
    add(&sum->late, part->late);
    add(&sum->early_leave, part->early_leave);
    add(&sum->late_ms, part->late_ms);
    add(&sum->early_leave_ms, part->early_leave_ms);
    add(&sum->signed_in_ms, part->signed_in_ms);
    add(&sum->expected_ms, part->expected_ms);
    add(&sum->breaks, part->breaks);
    add(&sum->overruns, part->overruns);
    add(&sum->overrun_ms, part->overrun_ms);
    add(&sum->breaches, part->breaches);
}

static void set_goals(struct sw_table *table, const struct sw_month *month) {
    sw__set_goals(table, month->about.attendance_goal_ppm, month->about.adherence_goal_ppm);
}

/* ---- tables ---- */

static void fill_summary(struct sw_table *table, const struct sw_month *month) {
    struct sw_month_figures sum = {0};
    for (size_t i = 0; i < month->agent_count; i++) add_figures(&sum, &month->agents[i].figures);
    table->upright = true;
    sw_table_add_column(table, SW_WORD_MONTH, SW_CELL_TEXT);
    sw__add_about_columns(table);
    add_figure_columns(table, true);
    set_goals(table, month);
    sw_table_put_text(table, month->month);
    sw__put_about(table, &month->about);
    put_figures(table, month, &sum);
}

/* By team, those without one last; then as given. */
static int by_team(const void *left, const void *right) {
    const struct sw_month_agent *a = *(const struct sw_month_agent *const *)left;
    const struct sw_month_agent *b = *(const struct sw_month_agent *const *)right;
    if (!a->team || !b->team) {
        if (a->team != b->team) return a->team ? -1 : 1;
    } else {
        int order = strcmp(a->team, b->team);
        if (order) return order;
    }
    return a < b ? -1 : a > b;
}

static bool same_team(const struct sw_month_agent *a, const struct sw_month_agent *b) {
    return a->team && b->team ? strcmp(a->team, b->team) == 0 : a->team == b->team;
}

static void fill_teams(struct sw_table *table, const struct sw_month *month) {
    sw_table_add_column(table, SW_WORD_TEAM, SW_CELL_TEXT);
    sw_table_add_column(table, SW_WORD_TEAM_NAME, SW_CELL_TEXT);
    add_figure_columns(table, true);
    set_goals(table, month);
    table->fixed_columns = 2;
    const struct sw_month_agent **agents = sw_xcalloc(month->agent_count, sizeof *agents);
    for (size_t i = 0; i < month->agent_count; i++) agents[i] = &month->agents[i];
    qsort(agents, month->agent_count, sizeof *agents, by_team);
    for (size_t i = 0, next; i < month->agent_count; i = next) {
        struct sw_month_figures sum = {0};
        for (next = i; next < month->agent_count && same_team(agents[i], agents[next]); next++)
            add_figures(&sum, &agents[next]->figures);
        sw_table_put_text(table, agents[i]->team);
        sw_table_put_text(table, agents[i]->team_name ? agents[i]->team_name : agents[i]->team);
        put_figures(table, month, &sum);
    }
    free(agents);
    sw__add_attendance_plots(table, SW_WORD_TEAM_NAME);
}

static void put_agent(struct sw_table *table, const struct sw_month_agent *agent) {
    sw_table_put_text(table, agent->agent);
    sw_table_put_text(table, agent->name);
    sw_table_put_text(table, agent->team);
    sw_table_put_text(table, agent->team_name);
}

static void add_agent_columns(struct sw_table *table) {
    static const struct sw__column columns[] = {{SW_WORD_AGENT, SW_CELL_TEXT},
                                                {SW_WORD_NAME, SW_CELL_TEXT},
                                                {SW_WORD_TEAM, SW_CELL_TEXT},
                                                {SW_WORD_TEAM_NAME, SW_CELL_TEXT}};
    SW__ADD_COLUMNS(table, columns);
}

static void fill_agents(struct sw_table *table, const struct sw_month *month) {
    add_agent_columns(table);
    add_figure_columns(table, true);
    set_goals(table, month);
    table->fixed_columns = 2;
    for (size_t i = 0; i < month->agent_count; i++) {
        put_agent(table, &month->agents[i]);
        put_figures(table, month, &month->agents[i].figures);
    }
}

static void fill_days(struct sw_table *table, const struct sw_month *month) {
    sw_table_add_column(table, SW_WORD_DATE, SW_CELL_DATE);
    add_figure_columns(table, false);
    set_goals(table, month);
    table->fixed_columns = 1;
    for (size_t i = 0; i < month->day_count; i++) {
        sw_table_put_date(table, month->days[i].date);
        put_figures(table, month, &month->days[i].figures);
    }
    sw__add_attendance_plots(table, SW_WORD_DATE);
}

/* ---- ranking ---- */

struct place {
    const struct sw_month_agent *agent;
    int64_t attendance_ppm, adherence_ppm, times; /* -1, -1, INT64_MAX: not known */
};

static struct place place_of(const struct sw_month_agent *agent) {
    const struct sw_month_figures *f = &agent->figures;
    bool adhered = f->expected_ms > 0 && f->signed_in_ms >= 0;
    return (struct place){.agent = agent,
                          .attendance_ppm = f->attended >= 0 ? sw_table_ppm(f->attended, f->due) : -1,
                          .adherence_ppm = adhered ? sw_table_ppm(f->signed_in_ms, f->expected_ms) : -1,
                          .times = f->late >= 0 && f->early_leave >= 0 ? f->late + f->early_leave : INT64_MAX};
}

/* 0: they share a rank. */
static int compare_places(const struct place *a, const struct place *b) {
    if (a->attendance_ppm != b->attendance_ppm) return a->attendance_ppm > b->attendance_ppm ? -1 : 1;
    if (a->adherence_ppm != b->adherence_ppm) return a->adherence_ppm > b->adherence_ppm ? -1 : 1;
    return a->times < b->times ? -1 : a->times > b->times;
}

static int by_rank(const void *left, const void *right) {
    const struct place *a = left, *b = right;
    int order = compare_places(a, b);
    if (!order) order = strcmp(a->agent->agent ? a->agent->agent : "", b->agent->agent ? b->agent->agent : "");
    return order ? order : a->agent < b->agent ? -1 : a->agent > b->agent;
}

static void fill_ranking(struct sw_table *table, const struct sw_month *month) {
    sw_table_add_head(table, sw_word_text(table->lang, SW_WORD_RANKED_NOTE));
    sw_table_add_column(table, SW_WORD_RANK, SW_CELL_COUNT);
    add_agent_columns(table);
    add_figure_columns(table, true);
    set_goals(table, month);
    table->fixed_columns = 3;
    struct place *places = sw_xcalloc(month->agent_count, sizeof *places);
    size_t count = 0;
    for (size_t i = 0; i < month->agent_count; i++)
        if (month->agents[i].figures.due > 0) places[count++] = place_of(&month->agents[i]);
    qsort(places, count, sizeof *places, by_rank);
    size_t rank = 0;
    for (size_t i = 0; i < count; i++) {
        if (!i || compare_places(&places[i - 1], &places[i]) != 0) rank = i + 1;
        sw_table_put_count(table, (int64_t)rank);
        put_agent(table, places[i].agent);
        put_figures(table, month, &places[i].agent->figures);
    }
    free(places);
}

size_t sw_month_tables(const struct sw_month *month, enum sw_draw_lang lang, const struct sw_zone *zone,
                       struct sw_table *tables[SW_REPORT_TABLES_MAX]) {
    static const struct {
        enum sw_word word;
        void (*fill)(struct sw_table *, const struct sw_month *);
    } parts[] = {{SW_WORD_SUMMARY, fill_summary},
                 {SW_WORD_BY_TEAM, fill_teams},
                 {SW_WORD_BY_AGENT, fill_agents},
                 {SW_WORD_BY_DAY, fill_days},
                 {SW_WORD_RANKING, fill_ranking}};
    size_t count = sizeof parts / sizeof *parts - !month->ranking;
    for (size_t i = 0; i < count; i++) {
        tables[i] = sw__report_table(parts[i].word, &month->about, SW_WORD_MONTH_OF, month->month, lang, zone);
        parts[i].fill(tables[i], month);
    }
    return count;
}

int sw_month_sheet(const struct sw_month *month, enum sw_draw_lang lang, const struct sw_zone *zone, struct sw_buf *out) {
    struct sw_table *tables[SW_REPORT_TABLES_MAX];
    size_t count = sw_month_tables(month, lang, zone, tables);
    return sw__report_sheet(tables, count, &month->about, SW_WORD_MONTH_OF, lang, out);
}

int sw_month_csv(const struct sw_month *month, const char *key, bool with_bom, const struct sw_zone *zone,
                 struct sw_buf *out) {
    struct sw_table *tables[SW_REPORT_TABLES_MAX];
    size_t count = sw_month_tables(month, SW_DRAW_EN, zone, tables);
    return sw__report_csv(tables, count, key, with_bom, out);
}
