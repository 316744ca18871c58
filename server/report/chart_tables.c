#include "report/chart_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/chart_words.h"
#include "report/csv.h"
#include "report/sheet.h"

int sw_chart_part_from_name(const char *name) {
    static const char *const names[] = {
#define XX(name, text) text,
        SW_CHART_PART_MAP(XX)
#undef XX
    };
    for (int i = 0; i < SW_CHART_PARTS; i++)
        if (!strcmp(names[i], name)) return i;
    return -1;
}

struct maker {
    const struct sw_chart *chart;
    enum sw_draw_lang lang;
    const struct sw_zone *zone;
    struct sw_table *table;
};

static const char *word(const struct maker *m, enum sw_word word) { return sw_word(m->lang, word); }

static void column(struct maker *m, const char *key, enum sw_word title) { sw_table_column(m->table, key, word(m, title)); }

static const char *site_of(const struct sw_chart *chart) {
    return chart->site_name && *chart->site_name ? chart->site_name : chart->site ? chart->site : "";
}

static void put_yes(struct maker *m, bool yes) {
    sw_table_word(m->table, yes ? "true" : "false", word(m, yes ? SW_WORD_YES : SW_WORD_NO));
}

/* "Site, sign-in chart, date", and CLOCK when it is not NULL. */
static void write_title(const struct sw_chart *chart, enum sw_draw_lang lang, const char *clock, struct sw_buf *out) {
    sw_buf_init(out, SIZE_MAX);
    sw_buf_puts(out, site_of(chart));
    sw_buf_putc(out, ' ');
    sw_buf_puts(out, sw_word(lang, SW_WORD_TITLE));
    sw_buf_putc(out, ' ');
    sw_buf_puts(out, chart->date ? chart->date : "");
    if (clock) sw_buf_putc(out, ' ');
    if (clock) sw_buf_puts(out, clock);
}

/* Site, what this is, its moment; and what a reader must know before believing the figures. */
static void put_heads(struct maker *m) {
    const struct sw_chart *chart = m->chart;
    char clock[SW_FIGURE_SIZE];
    struct sw_buf line;
    sw_figure_clock(clock, sizeof clock, m->zone, chart->at_ms, false);
    write_title(chart, m->lang, clock, &line);
    sw_table_head(m->table, sw_buf_text(&line));
    sw_buf_deinit(&line);
    if (chart->incomplete) {
        sw_figure_clock(clock, sizeof clock, m->zone, chart->incomplete_since_ms, false);
        char *text = sw_say_fill(m->lang, SW_SAY_INCOMPLETE, clock, sw_word_incomplete(m->lang, chart->incomplete), NULL, NULL);
        sw_table_head(m->table, text);
        free(text);
    } else {
        sw_table_head(m->table, sw_say_pattern(m->lang, SW_SAY_COMPLETE));
    }
    if (!chart->late) return;
    char made[SW_FIGURE_SIZE];
    sw_figure_clock(clock, sizeof clock, m->zone, chart->at_ms, false);
    sw_figure_clock(made, sizeof made, m->zone, chart->made_ms, false);
    char *text = sw_say_fill(m->lang, SW_SAY_LATE, clock, made, NULL, NULL);
    sw_table_head(m->table, text);
    free(text);
}

/* ---- summary ---- */

static void item(struct maker *m, const char *key, enum sw_word title) {
    sw_table_row(m->table, false);
    sw_table_word(m->table, key, word(m, title));
}

static void count_item(struct maker *m, const char *key, enum sw_word title, int64_t value) {
    item(m, key, title);
    sw_table_count(m->table, value);
}

static void text_item(struct maker *m, const char *key, enum sw_word title, const char *text, const char *shown) {
    if (!text) return;
    item(m, key, title);
    sw_table_word(m->table, text, shown);
}

static void time_item(struct maker *m, const char *key, enum sw_word title, int64_t t_ms) {
    item(m, key, title);
    sw_table_time(m->table, t_ms);
}

static void rate_item(struct maker *m, const char *key, enum sw_word title, int64_t num, int64_t den, int64_t goal_ppm) {
    item(m, key, title);
    sw_table_ratio(m->table, num, den, goal_ppm);
    sw_table_ratio(m->table, goal_ppm, 1000000, 0);
}

static void span_item(struct maker *m, const char *key, enum sw_word title, int64_t ms) {
    item(m, key, title);
    sw_table_duration(m->table, ms);
}

static void put_about(struct maker *m) {
    const struct sw_chart *c = m->chart;
    text_item(m, "site", SW_WORD_SITE, c->site, site_of(c));
    text_item(m, "date", SW_WORD_DATE, c->date, c->date);
    time_item(m, "at", SW_WORD_MOMENT, c->at_ms);
    time_item(m, "made", SW_WORD_MADE, c->made_ms);
    count_item(m, "number", SW_WORD_NUMBER, c->number > 0 ? c->number : -1);
    item(m, "late", SW_WORD_IS_LATE);
    put_yes(m, c->late);
    text_item(m, "completeness", SW_WORD_COMPLETENESS, c->incomplete ? c->incomplete : "complete",
              c->incomplete ? sw_word_incomplete(m->lang, c->incomplete) : sw_say_pattern(m->lang, SW_SAY_COMPLETE));
    if (c->incomplete) time_item(m, "incomplete_since", SW_WORD_INCOMPLETE_SINCE, c->incomplete_since_ms);
    text_item(m, "policy", SW_WORD_POLICY, c->policy, c->policy);
    text_item(m, "policy_version", SW_WORD_POLICY_VERSION, c->policy_version, c->policy_version);
    text_item(m, "staffing", SW_WORD_STAFFING, c->staffing, c->staffing ? sw_word_staffing(m->lang, c->staffing) : NULL);
}

static struct sw_table *make_summary(struct maker *m) {
    const struct sw_chart_team *t = &m->chart->total;
    column(m, "item", SW_WORD_ITEM);
    column(m, "value", SW_WORD_VALUE);
    column(m, "goal", SW_WORD_GOAL);
    column(m, "time_ms", SW_WORD_TIME_TODAY);
    put_about(m);
    rate_item(m, "attendance_rate", SW_WORD_ATTENDANCE_RATE, t->attended, t->due, m->chart->attendance_goal_ppm);
    rate_item(m, "adherence", SW_WORD_ADHERENCE, t->signed_in_ms, t->expected_ms, m->chart->adherence_goal_ppm);
    count_item(m, "due", SW_WORD_DUE, t->due);
    count_item(m, "attended", SW_WORD_ATTENDED, t->attended);
    count_item(m, "not_yet", SW_WORD_PENDING, t->pending);
    count_item(m, "absent", SW_WORD_ABSENT, t->absent);
    count_item(m, "leave", SW_WORD_LEAVE, t->leave);
    count_item(m, "late_count", SW_WORD_LATE, t->late);
    count_item(m, "early_leave", SW_WORD_EARLY_LEAVE, t->early_leave);
    span_item(m, "signed_in_ms", SW_WORD_SIGNED_IN_TIME, t->signed_in_ms);
    span_item(m, "expected_ms", SW_WORD_EXPECTED_TIME, t->expected_ms);
    count_item(m, "breaks", SW_WORD_BREAKS, t->breaks);
    count_item(m, "break_overruns", SW_WORD_OVERRUNS, t->overruns);
    span_item(m, "break_overrun_ms", SW_WORD_OVERRUN_TIME, t->overrun_ms);
    for (int s = 0; s < SW_ST_COUNT; s++) {
        char key[64];
        (void)snprintf(key, sizeof key, "state_%s", sw_agent_state_name((enum sw_agent_state)s));
        char *title = sw_word_fill(m->lang, SW_WORD_STATE, sw_say_pattern(m->lang, sw_say_state((enum sw_agent_state)s)));
        sw_table_row(m->table, false);
        sw_table_word(m->table, key, title);
        sw_table_count(m->table, m->chart->states[s]);
        sw_table_none(m->table);
        if (s != SW_ST_OFFLINE) sw_table_duration(m->table, m->chart->state_ms[s]); /* time signed out is not reckoned */
        free(title);
    }
    return m->table;
}

/* ---- intervals ---- */

static struct sw_table *make_intervals(struct maker *m) {
    column(m, "start", SW_WORD_START);
    column(m, "end", SW_WORD_END);
    column(m, "scheduled", SW_WORD_SCHEDULED);
    column(m, "present", SW_WORD_PRESENT);
    column(m, "presence_rate", SW_WORD_PRESENCE_RATE);
    column(m, "signed_in", SW_WORD_SIGNED_IN);
    column(m, "required", SW_WORD_REQUIRED);
    column(m, "offered", SW_WORD_OFFERED);
    column(m, "forecast", SW_WORD_FORECAST);
    column(m, "uncertain", SW_WORD_UNCERTAIN);
    for (size_t i = 0; i < m->chart->interval_count; i++) {
        const struct sw_chart_interval *one = &m->chart->intervals[i];
        sw_table_row(m->table, false);
        sw_table_clock(m->table, one->start_ms);
        sw_table_clock(m->table, one->end_ms);
        sw_table_count(m->table, one->scheduled);
        sw_table_count(m->table, one->present);
        if (one->below_goal) sw_table_bad(m->table);
        sw_table_ratio(m->table, one->present, one->present < 0 ? 0 : one->scheduled, m->chart->attendance_goal_ppm);
        sw_table_count(m->table, one->signed_in);
        sw_table_count(m->table, one->required);
        sw_table_count(m->table, one->offered);
        sw_table_count(m->table, one->forecast);
        put_yes(m, one->uncertain);
    }
    return m->table;
}

/* ---- teams ---- */

static void put_team(struct maker *m, const struct sw_chart_team *t, bool is_sum) {
    const struct sw_chart *c = m->chart;
    sw_table_row(m->table, is_sum);
    sw_table_word(m->table, t->id, is_sum ? word(m, SW_WORD_WHOLE_SITE) : t->name);
    sw_table_count(m->table, t->due);
    sw_table_count(m->table, t->attended);
    sw_table_count(m->table, t->pending);
    sw_table_count(m->table, t->absent);
    sw_table_count(m->table, t->leave);
    sw_table_count(m->table, t->late);
    sw_table_count(m->table, t->early_leave);
    sw_table_ratio(m->table, t->attended, t->due, c->attendance_goal_ppm);
    sw_table_ratio(m->table, c->attendance_goal_ppm, 1000000, 0);
    sw_table_ratio(m->table, t->signed_in_ms, t->expected_ms, c->adherence_goal_ppm);
    sw_table_ratio(m->table, c->adherence_goal_ppm, 1000000, 0);
    sw_table_duration(m->table, t->signed_in_ms);
    sw_table_duration(m->table, t->expected_ms);
    sw_table_count(m->table, t->breaks);
    sw_table_count(m->table, t->overruns);
    sw_table_duration(m->table, t->overrun_ms);
}

static struct sw_table *make_teams(struct maker *m) {
    column(m, "team", SW_WORD_TEAM);
    column(m, "due", SW_WORD_DUE);
    column(m, "attended", SW_WORD_ATTENDED);
    column(m, "not_yet", SW_WORD_PENDING);
    column(m, "absent", SW_WORD_ABSENT);
    column(m, "leave", SW_WORD_LEAVE);
    column(m, "late", SW_WORD_LATE);
    column(m, "early_leave", SW_WORD_EARLY_LEAVE);
    column(m, "attendance_rate", SW_WORD_ATTENDANCE_RATE);
    column(m, "attendance_goal", SW_WORD_ATTENDANCE_GOAL);
    column(m, "adherence", SW_WORD_ADHERENCE);
    column(m, "adherence_goal", SW_WORD_ADHERENCE_GOAL);
    column(m, "signed_in_ms", SW_WORD_SIGNED_IN_TIME);
    column(m, "expected_ms", SW_WORD_EXPECTED_TIME);
    column(m, "breaks", SW_WORD_BREAKS);
    column(m, "break_overruns", SW_WORD_OVERRUNS);
    column(m, "break_overrun_ms", SW_WORD_OVERRUN_TIME);
    for (size_t i = 0; i < m->chart->team_count; i++) put_team(m, &m->chart->teams[i], false);
    put_team(m, &m->chart->total, true);
    return m->table;
}

/* ---- people ---- */

static void put_person(struct maker *m, enum sw_chart_list list, const struct sw_chart_person *p) {
    sw_table_row(m->table, false);
    sw_table_word(m->table, sw_chart_list_name(list), sw_word_list(m->lang, list));
    sw_table_text(m->table, p->agent);
    sw_table_text(m->table, p->name);
    sw_table_text(m->table, p->team);
    sw_table_text(m->table, p->seat);
    sw_table_time(m->table, p->shift_start_ms);
    sw_table_time(m->table, p->shift_end_ms);
    sw_table_time(m->table, p->at_ms);
    if (p->value_ms) sw_table_duration(m->table, p->value_ms);
    else sw_table_none(m->table);
    if (p->limit_ms) sw_table_duration(m->table, p->limit_ms);
    else sw_table_none(m->table);
    char *class = sw_word_class(m->lang, p->late_class);
    if (class) sw_table_word(m->table, p->late_class, class);
    else sw_table_none(m->table);
    free(class);
    put_yes(m, p->excused);
    if (p->grant) sw_table_word(m->table, p->grant, sw_word_grant(m->lang, p->grant));
    else sw_table_none(m->table);
    sw_table_text(m->table, p->reason);
    sw_table_text(m->table, p->by);
}

static struct sw_table *make_people(struct maker *m) {
    column(m, "list", SW_WORD_LIST);
    column(m, "agent", SW_WORD_AGENT);
    column(m, "name", SW_WORD_NAME);
    column(m, "team", SW_WORD_TEAM);
    column(m, "seat", SW_WORD_SEAT);
    column(m, "shift_start", SW_WORD_SHIFT_START);
    column(m, "shift_end", SW_WORD_SHIFT_END);
    column(m, "at", SW_WORD_AT);
    column(m, "value_ms", SW_WORD_LENGTH);
    column(m, "limit_ms", SW_WORD_LIMIT);
    column(m, "late_class", SW_WORD_CLASS);
    column(m, "excused", SW_WORD_EXCUSED);
    column(m, "grant", SW_WORD_GRANT);
    column(m, "reason", SW_WORD_REASON);
    column(m, "by", SW_WORD_BY);
    for (int list = 0; list < SW_CHART_LISTS; list++)
        for (size_t i = 0; i < m->chart->list_counts[list]; i++)
            put_person(m, (enum sw_chart_list)list, &m->chart->lists[list][i]);
    return m->table;
}

/* ---- notes ---- */

static struct sw_table *make_notes(struct maker *m) {
    static const struct {
        enum sw_word term, meaning;
    } notes[] = {{SW_WORD_DUE, SW_WORD_MEANS_DUE},
                 {SW_WORD_ATTENDED, SW_WORD_MEANS_ATTENDED},
                 {SW_WORD_ATTENDANCE_RATE, SW_WORD_MEANS_ATTENDANCE_RATE},
                 {SW_WORD_ADHERENCE, SW_WORD_MEANS_ADHERENCE},
                 {SW_WORD_SCHEDULED, SW_WORD_MEANS_SCHEDULED},
                 {SW_WORD_REQUIRED, SW_WORD_MEANS_REQUIRED},
                 {SW_WORD_LATE, SW_WORD_MEANS_LATE},
                 {SW_WORD_BREAKS, SW_WORD_MEANS_BREAKS},
                 {SW_WORD_AT, SW_WORD_MEANS_AT},
                 {SW_WORD_EMPTY, SW_WORD_MEANS_EMPTY},
                 {SW_WORD_COLOUR, SW_WORD_MEANS_RED}};
    column(m, "term", SW_WORD_TERM);
    column(m, "meaning", SW_WORD_MEANING);
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        sw_table_row(m->table, false);
        sw_table_text(m->table, word(m, notes[i].term));
        sw_table_text(m->table, word(m, notes[i].meaning));
    }
    char *times = sw_word_fill(m->lang, SW_WORD_MEANS_TIMES, m->zone && m->chart->zone ? m->chart->zone : "UTC");
    sw_table_row(m->table, false);
    sw_table_text(m->table, word(m, SW_WORD_TIMES));
    sw_table_text(m->table, times);
    free(times);
    if (m->chart->policy_cite) {
        sw_table_row(m->table, false);
        sw_table_text(m->table, word(m, SW_WORD_POLICY));
        sw_table_text(m->table, m->chart->policy_cite);
    }
    if (m->chart->staffing_warning) {
        sw_table_row(m->table, false);
        sw_table_text(m->table, word(m, SW_WORD_REQUIRED));
        sw_table_text(m->table, sw_say_pattern(m->lang, SW_SAY_STAFFING_WARNING));
    }
    return m->table;
}

/* ---- all of them ---- */

static struct sw_table *make(const struct sw_chart *chart, const char *name, enum sw_word title, enum sw_draw_lang lang,
                             const struct sw_zone *zone, struct sw_table *(*fill)(struct maker *m)) {
    struct maker m = {chart, lang, zone, sw_table_new(name, sw_word(lang, title))};
    put_heads(&m);
    return fill(&m);
}

struct sw_table *sw_chart_table(const struct sw_chart *chart, enum sw_chart_part part, enum sw_draw_lang lang,
                                const struct sw_zone *zone) {
    static const struct {
        const char *name;
        enum sw_word title;
        struct sw_table *(*fill)(struct maker *m);
    } parts[SW_CHART_PARTS] = {[SW_CHART_PART_SUMMARY] = {"summary", SW_WORD_SUMMARY, make_summary},
                               [SW_CHART_PART_INTERVALS] = {"intervals", SW_WORD_INTERVALS, make_intervals},
                               [SW_CHART_PART_TEAMS] = {"teams", SW_WORD_TEAMS, make_teams},
                               [SW_CHART_PART_PEOPLE] = {"people", SW_WORD_PEOPLE, make_people}};
    return make(chart, parts[part].name, parts[part].title, lang, zone, parts[part].fill);
}

int sw_chart_sheet(const struct sw_chart *chart, enum sw_draw_lang lang, const struct sw_zone *zone, struct sw_buf *out) {
    struct sw_table *tables[SW_CHART_PARTS + 1];
    for (int part = 0; part < SW_CHART_PARTS; part++) tables[part] = sw_chart_table(chart, (enum sw_chart_part)part, lang, zone);
    tables[SW_CHART_PARTS] = make(chart, "notes", SW_WORD_NOTES, lang, zone, make_notes);
    const struct sw_sheet sheets[SW_CHART_PARTS + 1] = {
        {.table = tables[SW_CHART_PART_SUMMARY], .portrait = true},
        {.table = tables[SW_CHART_PART_INTERVALS], .portrait = true,
         .plots = {{.kind = SW_PLOT_LINES, .title = sw_word(lang, SW_WORD_PLOT_PEOPLE), .category = "start",
                    .series = {"signed_in", "scheduled", "required", "present"}, .dashed = {false, true, true, false}},
                   {.kind = SW_PLOT_LINES, .title = sw_word(lang, SW_WORD_PLOT_CALLS), .category = "start",
                    .series = {"offered", "forecast"}, .dashed = {false, true}}}},
        {.table = tables[SW_CHART_PART_TEAMS],
         .plots = {{.kind = SW_PLOT_BARS, .title = sw_word(lang, SW_WORD_PLOT_TEAMS), .category = "team", .percent = true,
                    .series = {"attendance_rate", "attendance_goal", "adherence", "adherence_goal"},
                    .dashed = {false, true, false, true}}}},
        {.table = tables[SW_CHART_PART_PEOPLE], .filter = true},
        {.table = tables[SW_CHART_PARTS]}};
    struct sw_buf title;
    write_title(chart, lang, NULL, &title);
    const struct sw_book book = {sw_buf_text(&title), chart->made_ms, zone, sheets, SW_CHART_PARTS + 1};
    int status = sw_book_write(&book, out);
    sw_buf_deinit(&title);
    for (int i = 0; i <= SW_CHART_PARTS; i++) sw_table_free(tables[i]);
    return status;
}

int sw_chart_csv(const struct sw_chart *chart, enum sw_chart_part part, const struct sw_zone *zone, bool bom,
                 struct sw_buf *out) {
    struct sw_table *table = sw_chart_table(chart, part, SW_DRAW_EN, zone);
    const struct sw_csv_options options = {zone, bom};
    sw_csv_write(table, &options, out);
    sw_table_free(table);
    return out->failed ? -SW_ELIMIT : 0;
}
