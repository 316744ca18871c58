#include "report/chart_tables.h"

#include <stdlib.h>
#include <string.h>

#include "report/draw_list.h"
#include "report/draw_text.h"
#include "report/table_parts.h"

static const enum sw_word table_words[SW_CHART_TABLES] = {SW_WORD_SUMMARY, SW_WORD_BY_INTERVAL, SW_WORD_BY_TEAM,
                                                          SW_WORD_PEOPLE, SW_WORD_STATES};

const char *sw_chart_table_name(enum sw_chart_table what) {
    return sw_word_key(table_words[what]);
}

int sw_chart_table_from_name(const char *name) {
    for (int i = 0; i < SW_CHART_TABLES; i++)
        if (strcmp(sw_word_key(table_words[i]), name) == 0) return i;
    return -1;
}

/* ---- texts ---- */

static const char *site_of(const struct sw_chart *chart) {
    return chart->site_name && *chart->site_name ? chart->site_name : chart->site ? chart->site : SW_UNKNOWN_FIGURE;
}

static const char *grant_kind(enum sw_draw_lang lang, const char *kind) {
    static const struct {
        const char *name;
        enum sw_say say;
    } known[] = {{"problem", SW_SAY_GRANT_PROBLEM},
                 {"leave", SW_SAY_GRANT_LEAVE},
                 {"swap", SW_SAY_GRANT_SWAP},
                 {"late", SW_SAY_GRANT_LATE},
                 {"early_leave", SW_SAY_GRANT_EARLY_LEAVE},
                 {"busy", SW_SAY_GRANT_BUSY},
                 {"away", SW_SAY_GRANT_AWAY},
                 {"break", SW_SAY_GRANT_BREAK},
                 {"overtime", SW_SAY_GRANT_OVERTIME}};
    for (size_t i = 0; kind && i < sizeof known / sizeof *known; i++)
        if (strcmp(kind, known[i].name) == 0) return sw_say_pattern(lang, known[i].say);
    return kind;
}

/* The policy's class as a reader has it, malloc'ed: "up_to_10_min" as "up to 10 min", its own word as it is. */
static char *class_text(enum sw_draw_lang lang, const char *name) {
    static const struct {
        const char *prefix;
        enum sw_say say;
    } known[] = {{"up_to_", SW_SAY_CLASS_UP_TO},
                 {"under_", SW_SAY_CLASS_UNDER},
                 {"over_", SW_SAY_CLASS_OVER},
                 {"from_", SW_SAY_CLASS_FROM}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].prefix);
        if (strncmp(name, known[i].prefix, length) != 0) continue;
        size_t digits = strspn(name + length, "0123456789");
        if (!digits || digits > 6 || strcmp(name + length + digits, "_min") != 0) continue;
        char number[8] = "";
        memcpy(number, name + length, digits);
        return sw_say_fill(lang, known[i].say, number, NULL, NULL, NULL);
    }
    return sw_xstrdup(name);
}

/* "Mon 2026-11-23, as of 15:00" and what a reader must know before any figure. */
static void add_heads(struct sw_table *table, const struct sw_chart *chart) {
    char date[SW_FIGURE_SIZE], at[SW_FIGURE_SIZE], made[SW_FIGURE_SIZE], since[SW_FIGURE_SIZE];
    enum sw_draw_lang lang = table->lang;
    const char *const dot = sw_say_pattern(lang, SW_SAY_DOT);
    sw_figure_date(date, sizeof date, lang, chart->date);
    sw_figure_clock(at, sizeof at, table->zone, chart->at_ms, false);
    sw_figure_clock(made, sizeof made, table->zone, chart->made_ms, false);
    sw_figure_clock(since, sizeof since, table->zone, chart->incomplete_since_ms, false);
    struct sw_buf line;
    sw_buf_init(&line, SIZE_MAX);
    sw_buf_printf(&line, "%s%s%s %s%s%s", date, dot, sw_word_text(lang, SW_WORD_AS_OF), at, dot, sw_zone_name(table->zone));
    if (!chart->incomplete) sw_buf_printf(&line, "%s%s", dot, sw_say_pattern(lang, SW_SAY_COMPLETE));
    sw_table_add_head(table, sw_buf_text(&line));
    sw_buf_deinit(&line);
    if (chart->late) sw__add_head(table, SW_SAY_LATE, at, made);
    if (chart->incomplete) sw__add_head(table, SW_SAY_INCOMPLETE, since, sw__why_incomplete(lang, chart->incomplete));
    if (chart->staffing_warning) sw__add_head(table, SW_SAY_STAFFING_WARNING, NULL, NULL);
}

static struct sw_table *new_table(const struct sw_chart *chart, enum sw_chart_table what, enum sw_draw_lang lang,
                                  const struct sw_zone *zone) {
    struct sw_table *table = sw_table_new(table_words[what], lang, zone);
    struct sw_buf title;
    sw_buf_init(&title, SIZE_MAX);
    sw_buf_printf(&title, "%s%s%s%s%s", site_of(chart), sw_say_pattern(lang, SW_SAY_DOT),
                  sw_word_text(lang, SW_WORD_CHART_OF), sw_say_pattern(lang, SW_SAY_DOT), table->name);
    sw_table_set_title(table, sw_buf_text(&title));
    sw_buf_deinit(&title);
    add_heads(table, chart);
    return table;
}

/* ---- summary ---- */

static void put_attendance(struct sw_table *table, const struct sw_chart *chart, const struct sw_chart_team *team) {
    sw__put_attendance(table, team, chart->attendance_goal_ppm, chart->adherence_goal_ppm);
}

static void put_staffing(struct sw_table *table, const char *staffing) {
    int word = sw_word_find(SW_WORD_ERLANG_C, SW_WORD_TABLE, staffing);
    sw_table_put_key(table, staffing, word < 0 ? staffing : sw_word_text(table->lang, (enum sw_word)word));
}

static void fill_summary(struct sw_table *table, const struct sw_chart *chart) {
    static const struct sw__column columns[] = {
        {SW_WORD_SITE, SW_CELL_TEXT},           {SW_WORD_SITE_NAME, SW_CELL_TEXT},
        {SW_WORD_ZONE, SW_CELL_TEXT},           {SW_WORD_DATE, SW_CELL_DATE},
        {SW_WORD_NUMBER, SW_CELL_COUNT},        {SW_WORD_AS_OF, SW_CELL_TIME},
        {SW_WORD_MADE, SW_CELL_TIME},           {SW_WORD_DRAWN_LATE, SW_CELL_TEXT},
        {SW_WORD_COMPLETE, SW_CELL_TEXT},       {SW_WORD_INCOMPLETE_WHY, SW_CELL_TEXT},
        {SW_WORD_INCOMPLETE_SINCE, SW_CELL_TIME}, {SW_WORD_POLICY, SW_CELL_TEXT},
        {SW_WORD_POLICY_VERSION, SW_CELL_TEXT}, {SW_WORD_POLICY_CITE, SW_CELL_TEXT},
        {SW_WORD_STAFFING, SW_CELL_TEXT},       {SW_WORD_STAFFING_WARNING, SW_CELL_TEXT},
    };
    SW__ADD_COLUMNS(table, columns);
    sw__add_attendance_columns(table);
    sw__set_goals(table, chart->attendance_goal_ppm, chart->adherence_goal_ppm);
    table->upright = true;
    sw_table_put_text(table, chart->site);
    sw_table_put_text(table, chart->site_name);
    sw_table_put_text(table, chart->zone);
    sw_table_put_date(table, chart->date);
    sw_table_put_count(table, chart->number > 0 ? chart->number : -1);
    sw_table_put_time(table, chart->at_ms);
    sw_table_put_time(table, chart->made_ms);
    sw_table_put_flag(table, chart->late);
    sw_table_put_flag(table, !chart->incomplete);
    sw_table_put_key(table, chart->incomplete, sw__why_incomplete(table->lang, chart->incomplete));
    sw_table_put_time(table, chart->incomplete ? chart->incomplete_since_ms : INT64_MIN);
    sw_table_put_text(table, chart->policy);
    sw_table_put_text(table, chart->policy_version);
    sw_table_put_text(table, chart->policy_cite);
    put_staffing(table, chart->staffing);
    sw_table_put_flag(table, chart->staffing_warning);
    put_attendance(table, chart, &chart->total);
}

/* ---- intervals ---- */

static void fill_intervals(struct sw_table *table, const struct sw_chart *chart) {
    static const struct sw__column columns[] = {
        {SW_WORD_START, SW_CELL_TIME},      {SW_WORD_END, SW_CELL_TIME},       {SW_WORD_SCHEDULED, SW_CELL_COUNT},
        {SW_WORD_PRESENT, SW_CELL_COUNT},   {SW_WORD_PRESENCE, SW_CELL_RATIO}, {SW_WORD_SIGNED_IN, SW_CELL_COUNT},
        {SW_WORD_REQUIRED, SW_CELL_COUNT},  {SW_WORD_OFFERED, SW_CELL_COUNT},  {SW_WORD_FORECAST, SW_CELL_COUNT},
        {SW_WORD_BELOW_GOAL, SW_CELL_TEXT}, {SW_WORD_UNCERTAIN, SW_CELL_TEXT}};
    SW__ADD_COLUMNS(table, columns);
    sw_table_set_goal(table, SW_WORD_PRESENCE, chart->attendance_goal_ppm);
    table->fixed_columns = 1;
    for (size_t i = 0; i < chart->interval_count; i++) {
        const struct sw_chart_interval *row = &chart->intervals[i];
        sw_table_put_time(table, row->start_ms);
        sw_table_put_time(table, row->end_ms);
        sw_table_put_count(table, row->scheduled);
        sw_table_put_count(table, row->present);
        sw_table_put_ratio(table, row->present, row->scheduled);
        sw_table_put_count(table, row->signed_in);
        sw_table_put_count(table, row->required);
        sw_table_put_count(table, row->offered);
        sw_table_put_count(table, row->forecast);
        if (row->present < 0) sw_table_put_unknown(table); /* to come: neither */
        else sw_table_put_flag(table, row->below_goal);
        sw_table_put_flag(table, row->uncertain);
    }
    struct sw_table_plot *plot = sw_table_add_plot(table, SW_PLOT_LINES,
                                                   sw_word_text(table->lang, SW_WORD_CALLS_AND_PEOPLE), SW_WORD_START);
    sw_plot_add_series(table, plot, SW_WORD_SCHEDULED, SW_INK_SOFT, true);
    sw_plot_add_series(table, plot, SW_WORD_PRESENT, SW_BLUE, false);
    sw_plot_add_series(table, plot, SW_WORD_SIGNED_IN, SW_GREEN, false);
    sw_plot_add_series(table, plot, SW_WORD_REQUIRED, SW_ORANGE, false);
    sw_plot_add_series(table, plot, SW_WORD_FORECAST, SW_RED, true);
}

/* ---- teams ---- */

static void fill_teams(struct sw_table *table, const struct sw_chart *chart) {
    sw_table_add_column(table, SW_WORD_TEAM, SW_CELL_TEXT);
    sw_table_add_column(table, SW_WORD_TEAM_NAME, SW_CELL_TEXT);
    sw__add_attendance_columns(table);
    sw__set_goals(table, chart->attendance_goal_ppm, chart->adherence_goal_ppm);
    table->fixed_columns = 2;
    for (size_t i = 0; i <= chart->team_count; i++) {
        const struct sw_chart_team *team = i < chart->team_count ? &chart->teams[i] : &chart->total;
        sw_table_put_text(table, team->id);
        if (team == &chart->total) sw_table_put_key(table, site_of(chart), sw_word_text(table->lang, SW_WORD_WHOLE_SITE));
        else sw_table_put_text(table, team->name);
        put_attendance(table, chart, team);
    }
    sw__add_attendance_plots(table, SW_WORD_TEAM_NAME);
}

/* ---- people ---- */

static void put_person(struct sw_table *table, enum sw_chart_list list, const struct sw_chart_person *person) {
    static const enum sw_say says[SW_CHART_LISTS] = {[SW_CHART_ABSENT] = SW_SAY_LIST_ABSENT,
                                                     [SW_CHART_PENDING] = SW_SAY_LIST_PENDING,
                                                     [SW_CHART_LATE] = SW_SAY_LIST_LATE,
                                                     [SW_CHART_EARLY] = SW_SAY_LIST_EARLY,
                                                     [SW_CHART_UNAUTHORISED] = SW_SAY_LIST_UNAUTHORISED,
                                                     [SW_CHART_OVERRUN] = SW_SAY_LIST_OVERRUN};
    bool came = list != SW_CHART_ABSENT && list != SW_CHART_PENDING;
    sw_table_put_key(table, sw_chart_list_name(list), sw_say_pattern(table->lang, says[list]));
    sw_table_put_text(table, person->agent);
    sw_table_put_text(table, person->name);
    sw_table_put_text(table, person->team);
    sw_table_put_text(table, person->seat);
    sw_table_put_time(table, person->shift_start_ms);
    sw_table_put_time(table, person->shift_end_ms);
    sw_table_put_time(table, person->at_ms);
    /* of the absent: how late they came after all; of those who have not come: how long since the start, and the limit */
    sw_table_put_duration(table, came || person->value_ms > 0 ? person->value_ms : -1);
    sw_table_put_duration(table, list == SW_CHART_OVERRUN || person->limit_ms > 0 ? person->limit_ms : -1);
    sw_table_put_duration(table, list == SW_CHART_OVERRUN ? person->value_ms - person->limit_ms : -1);
    char *class = person->late_class ? class_text(table->lang, person->late_class) : NULL;
    sw_table_put_key(table, person->late_class, class);
    free(class);
    sw_table_put_flag(table, person->excused);
    sw_table_put_key(table, person->grant, grant_kind(table->lang, person->grant));
    sw_table_put_text(table, person->reason);
    sw_table_put_text(table, person->by);
}

static void fill_people(struct sw_table *table, const struct sw_chart *chart) {
    static const struct sw__column columns[] = {
        {SW_WORD_LIST, SW_CELL_TEXT},          {SW_WORD_AGENT, SW_CELL_TEXT},      {SW_WORD_NAME, SW_CELL_TEXT},
        {SW_WORD_TEAM_NAME, SW_CELL_TEXT},     {SW_WORD_SEAT, SW_CELL_TEXT},       {SW_WORD_SHIFT_START, SW_CELL_TIME},
        {SW_WORD_SHIFT_END, SW_CELL_TIME},     {SW_WORD_HAPPENED, SW_CELL_TIME},   {SW_WORD_LENGTH_MS, SW_CELL_DURATION},
        {SW_WORD_LIMIT_MS, SW_CELL_DURATION},  {SW_WORD_OVER_MS, SW_CELL_DURATION}, {SW_WORD_CLASS, SW_CELL_TEXT},
        {SW_WORD_EXCUSED, SW_CELL_TEXT},       {SW_WORD_GRANT, SW_CELL_TEXT},      {SW_WORD_REASON, SW_CELL_TEXT},
        {SW_WORD_BY, SW_CELL_TEXT}};
    SW__ADD_COLUMNS(table, columns);
    table->fixed_columns = 3;
    for (int list = 0; list < SW_CHART_LISTS; list++)
        for (size_t i = 0; i < chart->list_counts[list]; i++)
            put_person(table, (enum sw_chart_list)list, &chart->lists[list][i]);
}

/* ---- states ---- */

static void fill_states(struct sw_table *table, const struct sw_chart *chart) {
    static const struct sw__column columns[] = {{SW_WORD_STATE, SW_CELL_TEXT},
                                            {SW_WORD_AGENTS_NOW, SW_CELL_COUNT},
                                            {SW_WORD_TIME_MS, SW_CELL_DURATION},
                                            {SW_WORD_TIME_SHARE, SW_CELL_RATIO}};
    static const char *const keys[SW_ST_COUNT] = {
#define XX(name, text) text,
        SW_STATE_MAP(XX)
#undef XX
    };
    SW__ADD_COLUMNS(table, columns);
    int64_t staffed_ms = 0;
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++) staffed_ms += chart->state_ms[s] > 0 ? chart->state_ms[s] : 0;
    for (int s = 0; s < SW_ST_COUNT; s++) {
        bool staffed = sw_state_is_staffed((enum sw_agent_state)s);
        sw_table_put_key(table, keys[s], sw_say_pattern(table->lang, sw_say_state((enum sw_agent_state)s)));
        sw_table_put_count(table, chart->states[s]);
        sw_table_put_duration(table, staffed ? chart->state_ms[s] : -1);
        if (staffed) sw_table_put_ratio(table, chart->state_ms[s], staffed_ms);
        else sw_table_put_unknown(table);
    }
}

struct sw_table *sw_chart_table(const struct sw_chart *chart, enum sw_chart_table what, enum sw_draw_lang lang,
                                const struct sw_zone *zone) {
    static void (*const fill[SW_CHART_TABLES])(struct sw_table *, const struct sw_chart *) = {
        fill_summary, fill_intervals, fill_teams, fill_people, fill_states};
    struct sw_table *table = new_table(chart, what, lang, zone);
    fill[what](table, chart);
    return table;
}

void sw_chart_tables(const struct sw_chart *chart, enum sw_draw_lang lang, const struct sw_zone *zone,
                     struct sw_table *tables[SW_CHART_TABLES]) {
    for (int i = 0; i < SW_CHART_TABLES; i++) tables[i] = sw_chart_table(chart, (enum sw_chart_table)i, lang, zone);
}
