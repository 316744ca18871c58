#include "report/table_parts.h"

#include <stdlib.h>
#include <string.h>

#include "report/draw_list.h"

void sw__add_columns(struct sw_table *table, const struct sw__column *columns, size_t count) {
    for (size_t i = 0; i < count; i++) sw_table_add_column(table, columns[i].word, columns[i].kind);
}

void sw__add_head(struct sw_table *table, enum sw_say say, const char *a, const char *b) {
    char *line = sw_say_fill(table->lang, say, a, b, NULL, NULL);
    sw_table_add_head(table, line);
    free(line);
}

const char *sw__why_incomplete(enum sw_draw_lang lang, const char *why) {
    static const struct {
        const char *name;
        enum sw_say say;
    } known[] = {{"gap", SW_SAY_WHY_GAP},
                 {"skew", SW_SAY_WHY_SKEW},
                 {"down", SW_SAY_WHY_DOWN},
                 {"stale", SW_SAY_WHY_STALE},
                 {"epoch", SW_SAY_WHY_EPOCH}};
    for (size_t i = 0; why && i < sizeof known / sizeof *known; i++)
        if (strcmp(why, known[i].name) == 0) return sw_say_pattern(lang, known[i].say);
    return why;
}

void sw__put_goal(struct sw_table *table, int64_t goal_ppm) {
    if (goal_ppm > 0) sw_table_put_ratio(table, goal_ppm, 1000000);
    else sw_table_put_unknown(table);
}

void sw__add_attendance_columns(struct sw_table *table) {
    static const struct sw__column columns[] = {
        {SW_WORD_DUE, SW_CELL_COUNT},
        {SW_WORD_ATTENDED, SW_CELL_COUNT},
        {SW_WORD_PENDING, SW_CELL_COUNT},
        {SW_WORD_ABSENT, SW_CELL_COUNT},
        {SW_WORD_LEAVE, SW_CELL_COUNT},
        {SW_WORD_ATTENDANCE, SW_CELL_RATIO},
        {SW_WORD_ATTENDANCE_GOAL, SW_CELL_RATIO},
        {SW_WORD_LATE, SW_CELL_COUNT},
        {SW_WORD_EARLY, SW_CELL_COUNT},
        {SW_WORD_SIGNED_IN_MS, SW_CELL_DURATION},
        {SW_WORD_EXPECTED_MS, SW_CELL_DURATION},
        {SW_WORD_ADHERENCE, SW_CELL_RATIO},
        {SW_WORD_ADHERENCE_GOAL, SW_CELL_RATIO},
        {SW_WORD_BREAKS, SW_CELL_COUNT},
        {SW_WORD_OVERRUNS, SW_CELL_COUNT},
        {SW_WORD_OVERRUN_MS, SW_CELL_DURATION},
    };
    SW__ADD_COLUMNS(table, columns);
}

void sw__put_attendance(struct sw_table *table, const struct sw_chart_team *team, int64_t attendance_goal_ppm,
                        int64_t adherence_goal_ppm) {
    sw_table_put_count(table, team->due);
    sw_table_put_count(table, team->attended);
    sw_table_put_count(table, team->pending);
    sw_table_put_count(table, team->absent);
    sw_table_put_count(table, team->leave);
    sw_table_put_ratio(table, team->attended, team->due);
    sw__put_goal(table, attendance_goal_ppm);
    sw_table_put_count(table, team->late);
    sw_table_put_count(table, team->early_leave);
    sw_table_put_duration(table, team->signed_in_ms);
    sw_table_put_duration(table, team->expected_ms);
    sw_table_put_ratio(table, team->signed_in_ms, team->expected_ms);
    sw__put_goal(table, adherence_goal_ppm);
    sw_table_put_count(table, team->breaks);
    sw_table_put_count(table, team->overruns);
    sw_table_put_duration(table, team->overrun_ms);
}

void sw__set_goals(struct sw_table *table, int64_t attendance_goal_ppm, int64_t adherence_goal_ppm) {
    sw_table_set_goal(table, SW_WORD_ATTENDANCE, attendance_goal_ppm);
    sw_table_set_goal(table, SW_WORD_ADHERENCE, adherence_goal_ppm);
}

static void add_bars(struct sw_table *table, enum sw_word category, enum sw_word ratio, enum sw_word goal,
                     uint32_t colour) {
    struct sw_table_plot *plot = sw_table_add_plot(table, SW_PLOT_BARS, sw_word_text(table->lang, ratio), category);
    sw_plot_add_series(table, plot, ratio, colour, false);
    if (table->columns[sw_table_column(table, ratio)].goal_ppm > 0) plot->goal_column = sw_table_column(table, goal);
}

void sw__add_attendance_plots(struct sw_table *table, enum sw_word category) {
    add_bars(table, category, SW_WORD_ATTENDANCE, SW_WORD_ATTENDANCE_GOAL, SW_BLUE);
    add_bars(table, category, SW_WORD_ADHERENCE, SW_WORD_ADHERENCE_GOAL, SW_GREEN);
}
