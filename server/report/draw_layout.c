/* What the parts of the layout share: words and figures, sections, pages. */
#include "report/draw_layout.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

struct sw_goal sw__attendance(const struct sw_chart *chart, const struct sw_chart_team *team) {
    return (struct sw_goal){team->attended, team->due, chart->attendance_goal_ppm};
}

struct sw_goal sw__adherence(const struct sw_chart *chart, const struct sw_chart_team *team) {
    return (struct sw_goal){team->signed_in_ms, team->expected_ms, chart->adherence_goal_ppm};
}

bool sw__goal_missed(struct sw_goal goal) {
    return sw_figure_below(goal.num, goal.den, goal.goal_ppm);
}

static const char *keep(struct sw_layout *layout, const char *text) {
    return sw_drawing_keep(layout->drawing, sw_xstrdup(text));
}

const char *sw__say(struct sw_layout *layout, enum sw_say say) {
    return sw_say_pattern(layout->lang, say);
}

const char *sw__fill(struct sw_layout *layout, enum sw_say say, const char *a, const char *b, const char *c,
                     const char *d) {
    return sw_drawing_keep(layout->drawing, sw_say_fill(layout->lang, say, a, b, c, d));
}

const char *sw__count(struct sw_layout *layout, int64_t value) {
    char text[SW_FIGURE_SIZE];
    sw_figure_count(text, sizeof text, value);
    return keep(layout, text);
}

const char *sw__percent(struct sw_layout *layout, struct sw_goal goal) {
    char text[SW_FIGURE_SIZE];
    sw_figure_percent(text, sizeof text, goal.num, goal.den, goal.goal_ppm);
    return keep(layout, text);
}

const char *sw__goal(struct sw_layout *layout, int64_t goal_ppm) {
    char text[SW_FIGURE_SIZE];
    sw_figure_goal(text, sizeof text, goal_ppm);
    return keep(layout, text);
}

const char *sw__duration(struct sw_layout *layout, int64_t ms) {
    char text[SW_FIGURE_SIZE];
    sw_figure_duration(text, sizeof text, ms);
    return keep(layout, text);
}

const char *sw__span(struct sw_layout *layout, int64_t ms) {
    char text[SW_FIGURE_SIZE];
    sw_figure_span(text, sizeof text, ms);
    return keep(layout, text);
}

const char *sw__hours(struct sw_layout *layout, int64_t ms) {
    char text[SW_FIGURE_SIZE];
    sw_figure_hours(text, sizeof text, ms);
    return keep(layout, text);
}

/* Days from the chart's date to the local date of T_MS. */
static int64_t days_off(const struct sw_layout *layout, int64_t t_ms) {
    int year, month, day;
    if (!layout->chart->date || sw_zone_parse_date(layout->chart->date, &year, &month, &day) != 0) return 0;
    int64_t local_ms = t_ms + (layout->zone ? sw_zone_offset_ms(layout->zone, t_ms) : 0);
    int64_t days = local_ms / SW_DAY_MS - (local_ms % SW_DAY_MS < 0);
    return days - sw_days_from_date(year, month, day);
}

const char *sw__clock(struct sw_layout *layout, int64_t t_ms, bool seconds) {
    if (t_ms == INT64_MIN) return SW_UNKNOWN_FIGURE;
    char text[SW_FIGURE_SIZE];
    sw_figure_clock(text, sizeof text, layout->zone, t_ms, seconds);
    int64_t off = days_off(layout, t_ms);
    if (off == 1) return sw__fill(layout, SW_SAY_NEXT_DAY, text, NULL, NULL, NULL);
    if (off == -1) return sw__fill(layout, SW_SAY_DAY_BEFORE, text, NULL, NULL, NULL);
    return keep(layout, text);
}

static const char *joined(struct sw_layout *layout, const char *a, const char *between, const char *b) {
    struct sw_buf text;
    sw_buf_init(&text, SIZE_MAX);
    sw_buf_puts(&text, a);
    sw_buf_puts(&text, between);
    sw_buf_puts(&text, b);
    const char *kept = keep(layout, sw_buf_text(&text));
    sw_buf_deinit(&text);
    return kept;
}

const char *sw__slash(struct sw_layout *layout, const char *a, const char *b) {
    return joined(layout, a, " / ", b);
}

/* Both ends without the word for the day when they are of the same one; 24:00 rather than the next day's 00:00. */
const char *sw__range(struct sw_layout *layout, int64_t from_ms, int64_t to_ms) {
    char from[SW_FIGURE_SIZE], to[SW_FIGURE_SIZE];
    sw_figure_clock(from, sizeof from, layout->zone, from_ms, false);
    sw_figure_clock(to, sizeof to, layout->zone, to_ms, false);
    int64_t off = days_off(layout, from_ms);
    bool midnight = strcmp(to, "00:00") == 0 && days_off(layout, to_ms) == off + 1;
    const char *range = joined(layout, from, "–", midnight ? "24:00" : to);
    if (off == 1) return sw__fill(layout, SW_SAY_NEXT_DAY, range, NULL, NULL, NULL);
    if (off == -1) return sw__fill(layout, SW_SAY_DAY_BEFORE, range, NULL, NULL, NULL);
    return range;
}

double sw__put(struct sw_layout *layout, double x, double y, double w, enum sw_align align, struct sw_style style,
               const char *text) {
    return sw_draw_text(layout->drawing, layout->page, x, y, w, align, style, text);
}

double sw__put_whole(struct sw_layout *layout, double x, double y, double w, enum sw_align align, struct sw_style style,
                     const char *text) {
    double least = style.size / 3;
    while (style.size > least && sw_text_width(text, style.size, style.bold) > w) style.size *= 0.98;
    return sw__put(layout, x, y, w, align, style, text);
}

void sw__section(struct sw_layout *layout, const char *title, const char *note) {
    const struct sw_style bold = {30, true, SW_INK}, soft = {22, false, SW_INK_SOFT};
    sw_draw_rect(layout->page, SW_MARGIN, layout->y + 4, 8, 32, SW_INK);
    double width = sw__put(layout, SW_MARGIN + 22, layout->y + 31, SW_INNER * 0.55, SW_LEFT, bold, title);
    double x = SW_MARGIN + 22 + width + 24;
    if (note) sw__put(layout, x, layout->y + 30, SW_DRAW_WIDTH - SW_MARGIN - x, SW_LEFT, soft, note);
    layout->y += 56;
}

double sw__left(const struct sw_layout *layout) {
    return layout->paper ? SW_PAPER_HEIGHT - SW_FOOT_HEIGHT - layout->y : DBL_MAX;
}

bool sw__room(struct sw_layout *layout, double height) {
    if (height <= sw__left(layout)) return false;
    int part = layout->page->part;
    sw__page_end(layout);
    sw__page_begin(layout, part);
    return true;
}

void sw__page_end(struct sw_layout *layout) {
    layout->page->height = layout->paper ? SW_PAPER_HEIGHT : layout->y + SW_FOOT_HEIGHT;
}

const struct sw_chart_interval *sw__last_interval(const struct sw_chart *chart) {
    for (size_t i = chart->interval_count; i > 0; i--)
        if (chart->intervals[i - 1].signed_in >= 0 && chart->intervals[i - 1].present >= 0)
            return &chart->intervals[i - 1];
    return NULL;
}
