/* The layout of a sign-in chart: what its parts share. Each part draws at `y` of the current page and moves it on. */
#ifndef REPORT_DRAW_LAYOUT_H
#define REPORT_DRAW_LAYOUT_H

#include "report/draw.h"
#include "report/draw_list.h"
#include "report/draw_text.h"

#define SW_MARGIN 60.0
#define SW_INNER (SW_DRAW_WIDTH - 2 * SW_MARGIN)
#define SW_PAPER_HEIGHT 2262.0 /* A4 upright */
#define SW_FOOT_HEIGHT 84.0

struct sw_layout {
    const struct sw_chart *chart;
    const struct sw_zone *zone;
    enum sw_draw_lang lang;
    double gap; /* between sections */
    bool paper; /* pages of A4; otherwise a page is as long as what is on it */
    struct sw_drawing *drawing;
    struct sw_draw_page *page;
    double y;
};

/* The ratio, the goal it should reach, and the text that names it. */
struct sw_goal {
    int64_t num, den, goal_ppm;
};
struct sw_goal sw__attendance(const struct sw_chart *chart, const struct sw_chart_team *team);
struct sw_goal sw__adherence(const struct sw_chart *chart, const struct sw_chart_team *team);
bool sw__goal_missed(struct sw_goal goal);

/* Texts and figures that live as long as the drawing. */
const char *sw__say(struct sw_layout *layout, enum sw_say say);
const char *sw__fill(struct sw_layout *layout, enum sw_say say, const char *a, const char *b, const char *c,
                     const char *d);
const char *sw__count(struct sw_layout *layout, int64_t value);
const char *sw__percent(struct sw_layout *layout, struct sw_goal goal);
const char *sw__goal(struct sw_layout *layout, int64_t goal_ppm);
const char *sw__duration(struct sw_layout *layout, int64_t ms);
const char *sw__span(struct sw_layout *layout, int64_t ms);
const char *sw__hours(struct sw_layout *layout, int64_t ms);
/* Of the chart's day plainly, of the next and the one before with a word. "–" for INT64_MIN. */
const char *sw__clock(struct sw_layout *layout, int64_t t_ms, bool seconds);
/* "A / B" and "A–B". */
const char *sw__slash(struct sw_layout *layout, const char *a, const char *b);
const char *sw__range(struct sw_layout *layout, int64_t from_ms, int64_t to_ms);

/* Writes at the layout's page. */
double sw__put(struct sw_layout *layout, double x, double y, double w, enum sw_align align, struct sw_style style,
               const char *text);
/* The same for figures: in a smaller size rather than cut. */
double sw__put_whole(struct sw_layout *layout, double x, double y, double w, enum sw_align align, struct sw_style style,
                     const char *text);
/* The heading of a section, with a note at its right; moves on. */
void sw__section(struct sw_layout *layout, const char *title, const char *note);
/* Starts a page of PART with its head; the first page of a part has the full head. */
void sw__page_begin(struct sw_layout *layout, int part);
/* On paper: begins a new page of the same part when HEIGHT does not fit on this one, and says so. */
bool sw__room(struct sw_layout *layout, double height);
/* What is left above the foot; on a screen, DBL_MAX. */
double sw__left(const struct sw_layout *layout);
/* Ends the page: on a screen this gives it its height. */
void sw__page_end(struct sw_layout *layout);
void sw__feet(struct sw_layout *layout);

/* The parts. */
void sw__draw_cards(struct sw_layout *layout);
/* What the sections take with the gap after them; that of intervals without its plot. */
double sw__intervals_height(const struct sw_layout *layout);
void sw__draw_intervals(struct sw_layout *layout, double plot_height);
double sw__teams_height(const struct sw_layout *layout);
void sw__draw_teams(struct sw_layout *layout);
void sw__draw_states(struct sw_layout *layout);
void sw__draw_lists(struct sw_layout *layout);

/* The last interval of which is known who was signed in, or NULL. */
const struct sw_chart_interval *sw__last_interval(const struct sw_chart *chart);
/* Lays CHART out: all pages. FORMAT decides between sheets of paper and a screen. */
void sw__lay_out(const struct sw_chart *chart, const struct sw_draw_options *options, struct sw_drawing *drawing);

#endif
