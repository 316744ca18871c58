/* What the tables of the sign-in chart and of the reports have in common. */
#ifndef REPORT_TABLE_PARTS_H
#define REPORT_TABLE_PARTS_H

#include "report/draw_text.h"
#include "report/table.h"
#include "shiftwall/chart.h"

struct sw__column {
    enum sw_word word;
    enum sw_cell_kind kind;
};
void sw__add_columns(struct sw_table *table, const struct sw__column *columns, size_t count);
#define SW__ADD_COLUMNS(table, columns) sw__add_columns(table, columns, sizeof(columns) / sizeof *(columns))

/* A line of head; A and B stand for {0} and {1}. */
void sw__add_head(struct sw_table *table, enum sw_say say, const char *a, const char *b);
/* Why events may be missing, as a reader has it; WHY itself where it is not known. NULL for NULL. */
const char *sw__why_incomplete(enum sw_draw_lang lang, const char *why);

/* A goal as a ratio; 0 = not known. */
void sw__put_goal(struct sw_table *table, int64_t goal_ppm);
/* The 16 columns from "due" to "break_overrun_ms", and the figures of TEAM in them. */
void sw__add_attendance_columns(struct sw_table *table);
void sw__put_attendance(struct sw_table *table, const struct sw_chart_team *team, int64_t attendance_goal_ppm,
                        int64_t adherence_goal_ppm);
/* Of the columns "attendance" and "adherence". */
void sw__set_goals(struct sw_table *table, int64_t attendance_goal_ppm, int64_t adherence_goal_ppm);
/* Bars of both by CATEGORY, with the goals of "attendance_goal" and "adherence_goal" as lines. */
void sw__add_attendance_plots(struct sw_table *table, enum sw_word category);

#endif
