/* Attendance and adherence by team: bars from 0 to 100 % with the line of the goal. Up to 12 teams have a row of the
 * full width, more stand in two columns. */
#include <float.h>

#include "report/draw_layout.h"

#define WIDE_TEAMS_MAX 12
#define SCREEN_TEAMS_MAX 80 /* the rest is in the PDF and the table */
#define COLUMN_GAP 40.0

struct grid {
    double width;                              /* of a column */
    double row;                                /* height */
    double size;                               /* of the text */
    double name, bar, percent, counts, breaks; /* widths; no breaks where there is no room: the table has them */
};

static const struct grid wide = {SW_INNER, 46, 25, 330, 290, 120, 120, 180};
static const struct grid narrow = {(SW_INNER - COLUMN_GAP) / 2, 28, 19, 200, 104, 102, 82, 0};

static const struct grid *grid_of(const struct sw_layout *layout) {
    return layout->chart->team_count <= WIDE_TEAMS_MAX ? &wide : &narrow;
}

static size_t rows_of(size_t teams) {
    return teams <= WIDE_TEAMS_MAX ? teams : (teams + 1) / 2;
}

double sw__teams_height(const struct sw_layout *layout) {
    size_t teams = layout->chart->team_count;
    return 56 + 46 + (teams ? 40 : 0) + (double)rows_of(teams) * grid_of(layout)->row + layout->gap;
}

/* Left edges of the columns of figures in a row that begins at X. */
static double attendance_x(const struct grid *grid, double x) {
    return x + grid->name + 10;
}
static double adherence_x(const struct grid *grid, double x) {
    return attendance_x(grid, x) + grid->bar + grid->percent + grid->counts + (grid == &wide ? 26 : 14);
}
static double breaks_x(const struct grid *grid, double x) {
    return adherence_x(grid, x) + grid->bar + grid->percent + 16;
}

static void put_header(struct sw_layout *layout, const struct grid *grid, double x) {
    const struct sw_style soft = {grid == &wide ? 21.0 : 18.0, false, SW_INK_SOFT};
    const struct sw_chart *chart = layout->chart;
    double y = layout->y + 26, columns = grid->bar + grid->percent;
    sw__put(layout, x, y, grid->name, SW_LEFT, soft, sw__say(layout, SW_SAY_TEAM));
    const char *attendance = sw__fill(layout, SW_SAY_LINE_AT, sw__say(layout, SW_SAY_ATTENDANCE),
                                      sw__goal(layout, chart->attendance_goal_ppm), NULL, NULL);
    const char *adherence = sw__fill(layout, SW_SAY_LINE_AT, sw__say(layout, SW_SAY_ADHERENCE),
                                     sw__goal(layout, chart->adherence_goal_ppm), NULL, NULL);
    sw__put(layout, attendance_x(grid, x), y, columns + grid->counts, SW_LEFT, soft, attendance);
    sw__put(layout, adherence_x(grid, x), y, columns + 10, SW_LEFT, soft, adherence);
    double at = breaks_x(grid, x);
    if (grid->breaks > 0) sw__put(layout, at, y, x + grid->width - at, SW_RIGHT, soft, sw__say(layout, SW_SAY_BREAKS));
    sw_draw_line(layout->page, x, layout->y + 36, x + grid->width, layout->y + 36, SW_RULE, 2, SW_DASH_NONE);
}

static void put_bar(struct sw_layout *layout, const struct grid *grid, double x, double y, struct sw_goal goal,
                    bool bold) {
    struct sw_draw_page *page = layout->page;
    double h = grid->row - (grid == &wide ? 16 : 11), top = y + (grid->row - h) / 2, mark = grid->size * 0.62;
    bool missed = sw__goal_missed(goal);
    sw_draw_rect(page, x, top, grid->bar, h, SW_SHADE);
    if (goal.den > 0) {
        double share = (double)goal.num / (double)goal.den, w = grid->bar * (share > 1 ? 1 : share);
        sw_draw_rect(page, x, top, w, h, missed ? SW_RED_PALE : SW_BLUE_PALE);
        if (missed) sw_draw_hatch(page, x, top, w, h, SW_HATCH_RISING, 8, SW_RED, 1.5);
        sw_draw_frame(page, x, top, w, h, missed ? SW_RED : SW_BLUE, 1.5);
    }
    double line = x + grid->bar * (double)goal.goal_ppm / 1e6;
    sw_draw_line(page, line, y + 1, line, y + grid->row - 1, SW_INK, 2.5, SW_DASH_NONE);
    const struct sw_style style = {grid->size, bold || missed, missed ? SW_RED : SW_INK};
    if (missed) sw_draw_below_mark(page, x + grid->bar + 7, y + (grid->row - mark) / 2, mark, SW_RED);
    sw__put_whole(layout, x + grid->bar + 8 + mark, y + grid->row / 2 + grid->size * 0.36, grid->percent - 8 - mark,
                  SW_RIGHT, style, sw__percent(layout, goal));
}

static void put_row(struct sw_layout *layout, const struct grid *grid, double x, double y,
                    const struct sw_chart_team *team, const char *name, bool bold) {
    const struct sw_style plain = {grid->size, bold, SW_INK}, soft = {grid->size * 0.9, false, SW_INK_SOFT};
    double base = y + grid->row / 2 + grid->size * 0.36;
    sw__put(layout, x, base, grid->name, SW_LEFT, plain, name);
    put_bar(layout, grid, attendance_x(grid, x), y, sw__attendance(layout->chart, team), bold);
    double counts = attendance_x(grid, x) + grid->bar + grid->percent + 10;
    sw__put_whole(layout, counts, base, grid->counts, SW_LEFT, soft,
                  sw__slash(layout, sw__count(layout, team->attended), sw__count(layout, team->due)));
    put_bar(layout, grid, adherence_x(grid, x), y, sw__adherence(layout->chart, team), bold);
    if (grid->breaks <= 0) return;
    double breaks = breaks_x(grid, x);
    sw__put_whole(layout, breaks, base, x + grid->width - breaks, SW_RIGHT, soft,
                  sw__slash(layout, sw__count(layout, team->breaks), sw__count(layout, team->overruns)));
}

static const char *name_of(const struct sw_chart_team *team) {
    return team->name && *team->name ? team->name : team->id ? team->id : SW_UNKNOWN_FIGURE;
}

/* As many rows as there is room for, from team FIRST on; gives how many teams they held. */
static size_t put_block(struct sw_layout *layout, const struct grid *grid, size_t first, size_t end) {
    size_t columns = grid == &wide ? 1 : 2, teams = end - first, rows = (teams + columns - 1) / columns;
    double left = sw__left(layout) - 40;
    if (left < (double)rows * grid->row) rows = (size_t)(left / grid->row);
    if (teams > rows * columns) teams = rows * columns;
    for (size_t c = 0; c < columns; c++) put_header(layout, grid, SW_MARGIN + (double)c * (grid->width + COLUMN_GAP));
    layout->y += 40;
    for (size_t i = 0; i < teams; i++) {
        const struct sw_chart_team *team = &layout->chart->teams[first + i];
        size_t column = i / rows;
        double x = SW_MARGIN + (double)column * (grid->width + COLUMN_GAP);
        put_row(layout, grid, x, layout->y + (double)(i % rows) * grid->row, team, name_of(team), false);
    }
    layout->y += (double)rows * grid->row;
    return teams;
}

void sw__draw_teams(struct sw_layout *layout) {
    const struct sw_chart *chart = layout->chart;
    const struct grid *grid = grid_of(layout);
    size_t shown = chart->team_count;
    if (!layout->paper && shown > SCREEN_TEAMS_MAX) shown = SCREEN_TEAMS_MAX;
    sw__room(layout, 56 + 46 + 40 + 2 * grid->row);
    sw__section(layout, sw__say(layout, SW_SAY_TEAMS), shown ? NULL : sw__say(layout, SW_SAY_NO_TEAMS));
    put_row(layout, &wide, SW_MARGIN, layout->y - 4, &chart->total, sw__say(layout, SW_SAY_SITE), true);
    layout->y += 46;
    for (size_t first = 0; first < shown;) {
        if (first) {
            sw__page_end(layout);
            sw__page_begin(layout, 1);
        }
        first += put_block(layout, grid, first, shown);
    }
    if (shown < chart->team_count) {
        const char *more = sw__count(layout, (int64_t)(chart->team_count - shown));
        sw__put(layout, SW_MARGIN, layout->y + 30, SW_INNER, SW_LEFT, (struct sw_style){23, true, SW_INK},
                sw__fill(layout, SW_SAY_MORE_TEAMS, more, NULL, NULL, NULL));
        layout->y += 40;
    }
    layout->y += layout->gap;
}
