/* Scheduled, present, signed in and required over the business day. Present are bars, the others lines, each with a
 * stroke of its own and its name at its end; bars below the goal are hatched and marked under the axis. */
#include <math.h>
#include <stdlib.h>

#include "report/draw_layout.h"

#define PLOT_LEFT (SW_MARGIN + 76)
#define PLOT_RIGHT (SW_DRAW_WIDTH - SW_MARGIN - 140)
#define LABEL_SIZE 24.0
#define LABELS_MAX 6
#define KEY_HEIGHT 74.0
#define AXIS_HEIGHT 84.0
#define NOTE_HEIGHT 36.0

struct plot {
    const struct sw_chart_interval *rows;
    size_t count;
    int64_t from_ms, to_ms;
    int64_t top; /* of the axis */
    double y, height;
    struct {
        double x, y, w, h;
    } labels[LABELS_MAX]; /* taken */
    size_t label_count;
};

enum series { SCHEDULED, REQUIRED, SIGNED_IN };

static int64_t value_of(const struct sw_chart_interval *row, enum series series) {
    return series == SCHEDULED ? row->scheduled : series == REQUIRED ? row->required : row->signed_in;
}

static double x_of(const struct plot *plot, int64_t t_ms) {
    return PLOT_LEFT +
           (PLOT_RIGHT - PLOT_LEFT) * (double)(t_ms - plot->from_ms) / (double)(plot->to_ms - plot->from_ms);
}

static double y_of(const struct plot *plot, int64_t value) {
    return plot->y + plot->height * (1 - (double)value / (double)plot->top);
}

static bool has_people(const struct sw_chart_interval *row) {
    return row->scheduled > 0 || row->signed_in > 0 || row->required > 0;
}

static int64_t local_ms(const struct sw_layout *layout, int64_t t_ms) {
    return t_ms + (layout->zone ? sw_zone_offset_ms(layout->zone, t_ms) : 0);
}

static bool on_the_hour(const struct sw_layout *layout, int64_t t_ms) {
    return local_ms(layout, t_ms) % 3600000 == 0;
}

/* The intervals from the first hour to the last with anybody in them, and with the chart's moment. */
static struct plot plot_of(const struct sw_layout *layout) {
    const struct sw_chart *chart = layout->chart;
    size_t first = 0, end = chart->interval_count;
    const struct sw_chart_interval *rows = chart->intervals;
    while (first < end && !has_people(&rows[first]) && rows[first].end_ms < chart->at_ms) first++;
    while (end > first + 1 && !has_people(&rows[end - 1]) && rows[end - 1].start_ms >= chart->at_ms) end--;
    while (first > 0 && !on_the_hour(layout, rows[first].start_ms)) first--;
    while (end < chart->interval_count && !on_the_hour(layout, rows[end - 1].end_ms)) end++;
    struct plot plot = {.rows = rows + first, .count = end - first, .top = 1};
    if (!plot.count) return plot;
    plot.from_ms = rows[first].start_ms;
    plot.to_ms = rows[end - 1].end_ms;
    for (size_t i = 0; i < plot.count; i++)
        for (enum series s = SCHEDULED; s <= SIGNED_IN; s++)
            if (value_of(&plot.rows[i], s) > plot.top) plot.top = value_of(&plot.rows[i], s);
    return plot;
}

/* 1, 2 or 5 times a power of ten, so that at most six lines are drawn. */
static int64_t step_of(int64_t top) {
    for (int64_t ten = 1;; ten *= 10) {
        static const int64_t digits[] = {1, 2, 5};
        for (size_t i = 0; i < 3; i++)
            if (top <= digits[i] * ten * 6) return digits[i] * ten;
    }
}

static void put_axes(struct sw_layout *layout, struct plot *plot) {
    const struct sw_style small = {21, false, SW_INK_SOFT};
    int64_t step = step_of(plot->top);
    plot->top = (plot->top + step - 1) / step * step;
    for (int64_t v = 0; v <= plot->top; v += step) {
        double y = y_of(plot, v);
        sw_draw_line(layout->page, PLOT_LEFT, y, PLOT_RIGHT, y, v ? SW_RULE_FAINT : SW_INK, v ? 1.5 : 2.5,
                     SW_DASH_NONE);
        sw__put_whole(layout, SW_MARGIN, y + 7, PLOT_LEFT - SW_MARGIN - 10, SW_RIGHT, small, sw__count(layout, v));
    }
    double hour_width = (PLOT_RIGHT - PLOT_LEFT) * 3600000.0 / (double)(plot->to_ms - plot->from_ms);
    int64_t hours = hour_width >= 74 ? 1 : hour_width * 2 >= 74 ? 2 : hour_width * 4 >= 74 ? 4 : 8;
    double taken = 0;
    for (size_t i = 0; i <= plot->count; i++) {
        int64_t t_ms = i < plot->count ? plot->rows[i].start_ms : plot->to_ms;
        if (!on_the_hour(layout, t_ms)) continue;
        double x = x_of(plot, t_ms), y = plot->y + plot->height;
        bool named = local_ms(layout, t_ms) / 3600000 % hours == 0 && x - 37 >= taken;
        sw_draw_line(layout->page, x, y, x, y + (named ? 10 : 6), SW_INK, 2, SW_DASH_NONE);
        if (!named) continue;
        char clock[SW_FIGURE_SIZE];
        sw_figure_clock(clock, sizeof clock, layout->zone, t_ms, false);
        sw__put(layout, x - 40, y + 66, 80, SW_CENTRE, small, clock);
        taken = x + 37;
    }
}

static bool known(const struct sw_chart_interval *row) {
    return row->present >= 0;
}

static void put_bars(struct sw_layout *layout, const struct plot *plot) {
    struct sw_draw_page *page = layout->page;
    for (size_t i = 0; i < plot->count; i++) {
        const struct sw_chart_interval *row = &plot->rows[i];
        double x = x_of(plot, row->start_ms), w = x_of(plot, row->end_ms) - x;
        double gap = w > 8 ? 2 : 0, base = plot->y + plot->height;
        if (row->uncertain) { /* behind the bar, and in a strip under the axis, where no bar hides it */
            sw_draw_hatch(page, x, plot->y, w, plot->height, SW_HATCH_FALLING, 10, SW_RULE, 1.5);
            sw_draw_hatch(page, x, base + 31, w, 12, SW_HATCH_FALLING, 6, SW_INK_SOFT, 2);
        }
        if (!known(row)) continue;
        double y = y_of(plot, row->present);
        sw_draw_rect(page, x + gap / 2, y, w - gap, base - y, row->below_goal ? SW_RED_PALE : SW_BLUE_PALE);
        if (row->below_goal) {
            sw_draw_hatch(page, x + gap / 2, y, w - gap, base - y, SW_HATCH_RISING, 9, SW_RED, 2);
            double size = w < 16 ? w : 16;
            sw_draw_below_mark(page, x + (w - size) / 2, base + 14, size, SW_RED);
        }
        if (row->present > 0)
            sw_draw_line(page, x + gap / 2, y, x + w - gap / 2, y, row->below_goal ? SW_RED : SW_BLUE, 3, SW_DASH_NONE);
    }
}

struct line_style {
    uint32_t colour;
    double width;
    enum sw_dash dash;
};

static const struct line_style styles[] = {[SCHEDULED] = {SW_INK, 4, SW_DASH_NONE},
                                           [REQUIRED] = {SW_ORANGE, 4, SW_DASH_LONG},
                                           [SIGNED_IN] = {SW_GREEN, 5, SW_DASH_DOT}};

/* A line of steps through the known values; ends and begins anew around the unknown ones. */
static void put_steps(struct sw_layout *layout, const struct plot *plot, enum series series) {
    struct sw_point *points = sw_xmalloc(2 * plot->count * sizeof *points);
    size_t count = 0;
    for (size_t i = 0; i <= plot->count; i++) {
        int64_t value = i < plot->count ? value_of(&plot->rows[i], series) : -1;
        if (value < 0) {
            sw_draw_points(layout->page, SW_MARK_LINE, points, count, styles[series].colour, styles[series].width,
                           styles[series].dash);
            count = 0;
            continue;
        }
        double y = y_of(plot, value);
        if (count >= 2 && fabs(points[count - 1].y - y) < 0.01) count--; /* a longer step */
        else points[count++] = (struct sw_point){x_of(plot, plot->rows[i].start_ms), y};
        points[count++] = (struct sw_point){x_of(plot, plot->rows[i].end_ms), y};
    }
    free(points);
}

/* True where a step of SERIES, or the rise to it, runs through the box. */
static bool crosses(const struct plot *plot, enum series series, double x, double y, double w, double h) {
    double before = -1;
    for (size_t i = 0; i < plot->count; i++) {
        int64_t value = value_of(&plot->rows[i], series);
        double at = value < 0 ? -1 : y_of(plot, value), from = before < 0 ? at : before;
        before = at;
        if (value < 0 || x_of(plot, plot->rows[i].end_ms) < x || x_of(plot, plot->rows[i].start_ms) > x + w) continue;
        if (fmin(at, from) - 3 < y + h && fmax(at, from) + 3 > y) return true;
    }
    return false;
}

static bool is_free(const struct plot *plot, double x, double y, double w, double h, bool lines_too) {
    if (lines_too && (crosses(plot, SCHEDULED, x, y, w, h) || crosses(plot, REQUIRED, x, y, w, h))) return false;
    for (size_t i = 0; i < plot->label_count; i++)
        if (x < plot->labels[i].x + plot->labels[i].w && plot->labels[i].x < x + w &&
            y < plot->labels[i].y + plot->labels[i].h && plot->labels[i].y < y + h)
            return false;
    return true;
}

/* The name of a line at its end: as near to Y as the names already there allow, inside the plot's height. */
static void put_label(struct sw_layout *layout, struct plot *plot, double x, double y, uint32_t colour,
                      const char *text) {
    double w = sw_text_width(text, LABEL_SIZE, true), h = LABEL_SIZE * 1.2;
    for (int i = 0; i < 120; i++) { /* clear of the lines when that is possible */
        int steps = (i % 60 + 1) / 2;
        double try = y - h / 2 + (i % 2 ? steps : -steps) * 8.0;
        bool inside = try >= plot->y && try + h <= plot->y + plot->height;
        if (!inside || !is_free(plot, x - 4, try, w + 8, h, i < 60) || plot->label_count == LABELS_MAX) continue;
        sw_draw_rect(layout->page, x - 4, try, w + 8, h, x < PLOT_RIGHT ? SW_SHADE : SW_PAPER);
        sw__put(layout, x, try + h * 0.79, w + 1, SW_LEFT, (struct sw_style){LABEL_SIZE, true, colour}, text);
        plot->labels[plot->label_count].x = x - 4;
        plot->labels[plot->label_count].y = try;
        plot->labels[plot->label_count].w = w + 8;
        plot->labels[plot->label_count++].h = h;
        return;
    }
}

static const struct sw_chart_interval *last_known(const struct plot *plot, enum series series) {
    for (size_t i = plot->count; i > 0; i--)
        if (value_of(&plot->rows[i - 1], series) >= 0) return &plot->rows[i - 1];
    return NULL;
}

static void put_names(struct sw_layout *layout, struct plot *plot) {
    static const enum sw_say says[] = {
        [SCHEDULED] = SW_SAY_SCHEDULED, [REQUIRED] = SW_SAY_REQUIRED, [SIGNED_IN] = SW_SAY_SIGNED_IN};
    static const enum series order[] = {SIGNED_IN, SCHEDULED, REQUIRED};
    for (size_t i = 0; i < 3; i++) {
        const struct sw_chart_interval *row = last_known(plot, order[i]);
        if (!row) continue;
        double x = x_of(plot, row->end_ms) + 10, y = y_of(plot, value_of(row, order[i]));
        put_label(layout, plot, x, y, styles[order[i]].colour, sw__say(layout, says[order[i]]));
        if (order[i] != SIGNED_IN) continue;
        /* who is present, beside those signed in */
        const char *present = sw__say(layout, SW_SAY_PRESENT);
        if (row->present >= 0) put_label(layout, plot, x, y_of(plot, row->present / 2), SW_BLUE, present);
    }
}

/* The part of the day to come is shaded; a line stands at the moment. */
static void put_moment(struct sw_layout *layout, struct plot *plot) {
    const struct sw_style small = {21, false, SW_INK_SOFT}, bold = {22, true, SW_INK};
    const struct sw_chart *chart = layout->chart;
    if (chart->at_ms < plot->from_ms) return;
    double x = chart->at_ms > plot->to_ms ? PLOT_RIGHT : x_of(plot, chart->at_ms), bottom = plot->y + plot->height;
    sw_draw_rect(layout->page, x, plot->y, PLOT_RIGHT - x, plot->height, SW_SHADE);
    sw_draw_line(layout->page, x, plot->y - 6, x, bottom, SW_INK, 2, SW_DASH_DOT);
    const char *clock = sw__clock(layout, chart->at_ms, false);
    double left = fmax(PLOT_LEFT, x - sw_text_width(clock, bold.size, true) / 2);
    sw__put(layout, left, plot->y - 13, 160, SW_LEFT, bold, clock);
    const char *to_come = sw__say(layout, SW_SAY_TO_COME);
    if (PLOT_RIGHT - x > sw_text_width(to_come, 21, false) + 110)
        sw__put(layout, x + 100, plot->y - 13, PLOT_RIGHT - x - 100, SW_LEFT, small, to_come);
}

static double put_sample(struct sw_layout *layout, double x, const struct line_style *line, const char *text) {
    double y = layout->y + 16;
    sw_draw_line(layout->page, x, y, x + 62, y, line->colour, line->width, line->dash);
    return x + 72 + sw__put(layout, x + 72, y + 8, 300, SW_LEFT, (struct sw_style){22, false, SW_INK}, text) + 34;
}

static double put_swatch(struct sw_layout *layout, double x, uint32_t fill, enum sw_hatch hatch, uint32_t stroke,
                         const char *text) {
    double y = layout->y + 4;
    sw_draw_rect(layout->page, x, y, 38, 24, fill);
    sw_draw_hatch(layout->page, x, y, 38, 24, hatch, 9, stroke, 2);
    sw_draw_frame(layout->page, x, y, 38, 24, stroke, 1.5);
    return x + 48 + sw__put(layout, x + 48, y + 20, 420, SW_LEFT, (struct sw_style){22, false, SW_INK}, text) + 34;
}

static void put_key(struct sw_layout *layout, bool required, bool uncertain) {
    const char *goal = sw__goal(layout, layout->chart->attendance_goal_ppm);
    double x = SW_MARGIN;
    x = put_sample(layout, x, &styles[SCHEDULED], sw__say(layout, SW_SAY_SCHEDULED));
    x = put_swatch(layout, x, SW_BLUE_PALE, SW_HATCH_NONE, SW_BLUE, sw__say(layout, SW_SAY_PRESENT));
    x = put_sample(layout, x, &styles[SIGNED_IN], sw__say(layout, SW_SAY_SIGNED_IN));
    if (required) x = put_sample(layout, x, &styles[REQUIRED], sw__say(layout, SW_SAY_REQUIRED));
    x = put_swatch(layout, x, SW_RED_PALE, SW_HATCH_RISING, SW_RED,
                   sw__fill(layout, SW_SAY_BELOW, goal, NULL, NULL, NULL));
    if (uncertain) put_swatch(layout, x, SW_PAPER, SW_HATCH_FALLING, SW_INK_SOFT, sw__say(layout, SW_SAY_UNCERTAIN));
    layout->y += KEY_HEIGHT;
}

static bool is_below(const struct sw_chart_interval *row) {
    return row->below_goal;
}
static bool is_uncertain(const struct sw_chart_interval *row) {
    return row->uncertain;
}

/* The adjoining intervals that are PICKED, as spans, on one line; what does not fit is counted. False: there are none.
 */
static bool put_spans(struct sw_layout *layout, const struct plot *plot,
                      bool (*picked)(const struct sw_chart_interval *), enum sw_say say, const char *goal,
                      struct sw_style style) {
    size_t spans = 0;
    int64_t sum_ms = 0;
    for (size_t i = 0; i < plot->count; i++) {
        if (!picked(&plot->rows[i])) continue;
        sum_ms += plot->rows[i].end_ms - plot->rows[i].start_ms;
        spans += i == 0 || !picked(&plot->rows[i - 1]);
    }
    if (!spans) return false;
    const char *count = sw__count(layout, (int64_t)spans), *sum = sw__span(layout, sum_ms);
    struct sw_buf text;
    sw_buf_init(&text, SIZE_MAX);
    sw_buf_puts(&text,
                goal ? sw__fill(layout, say, goal, count, sum, NULL) : sw__fill(layout, say, count, sum, NULL, NULL));
    size_t put = 0;
    for (size_t i = 0; i < plot->count; i++) {
        if (!picked(&plot->rows[i])) continue;
        size_t from = i;
        while (i + 1 < plot->count && picked(&plot->rows[i + 1])) i++;
        const char *range = sw__range(layout, plot->rows[from].start_ms, plot->rows[i].end_ms);
        const char *more =
            sw__fill(layout, SW_SAY_MORE_SPANS, sw__count(layout, (int64_t)(spans - put)), NULL, NULL, NULL);
        const char *between = put ? sw__say(layout, SW_SAY_SEPARATOR) : "";
        double rest = put + 1 < spans ? sw_text_width(more, style.size, style.bold) + 2 * style.size : 0;
        double taken = sw_text_width(sw_buf_text(&text), style.size, style.bold);
        bool fits = taken + sw_text_width(range, style.size, style.bold) + style.size + rest <= SW_INNER;
        sw_buf_puts(&text, between);
        sw_buf_puts(&text, fits ? range : more);
        if (!fits) break;
        put++;
    }
    sw__put(layout, SW_MARGIN, layout->y + 24, SW_INNER, SW_LEFT, style, sw_buf_text(&text));
    sw_buf_deinit(&text);
    layout->y += NOTE_HEIGHT;
    return true;
}

static void put_notes(struct sw_layout *layout, const struct plot *plot) {
    const struct sw_style plain = {23, false, SW_INK}, bold = {23, true, SW_RED};
    const char *goal = sw__goal(layout, layout->chart->attendance_goal_ppm);
    if (!put_spans(layout, plot, is_below, SW_SAY_BELOW_LIST, goal, bold)) {
        bool compared = false;
        for (size_t i = 0; i < plot->count; i++) compared |= known(&plot->rows[i]) && plot->rows[i].scheduled > 0;
        const char *text = compared ? sw__fill(layout, SW_SAY_BELOW_NONE, goal, NULL, NULL, NULL)
                                    : sw__say(layout, SW_SAY_BELOW_UNKNOWN);
        sw__put(layout, SW_MARGIN, layout->y + 24, SW_INNER, SW_LEFT, plain, text);
        layout->y += NOTE_HEIGHT;
    }
    put_spans(layout, plot, is_uncertain, SW_SAY_UNCERTAIN_LIST, NULL, plain);
    if (layout->chart->staffing_warning) {
        sw__put(layout, SW_MARGIN, layout->y + 24, SW_INNER, SW_LEFT, bold, sw__say(layout, SW_SAY_STAFFING_WARNING));
        layout->y += NOTE_HEIGHT;
    }
}

double sw__intervals_height(const struct sw_layout *layout) {
    int notes = 1 + layout->chart->staffing_warning;
    bool uncertain = false;
    for (size_t i = 0; i < layout->chart->interval_count; i++) uncertain |= layout->chart->intervals[i].uncertain;
    return 56 + KEY_HEIGHT + AXIS_HEIGHT + (notes + uncertain) * NOTE_HEIGHT + layout->gap;
}

void sw__draw_intervals(struct sw_layout *layout, double plot_height) {
    struct plot plot = plot_of(layout);
    const char *title = sw__say(layout, SW_SAY_INTERVALS_PLAIN), *note = NULL;
    bool people = false, uncertain = false, required = false;
    for (size_t i = 0; i < plot.count; i++) {
        people |= has_people(&plot.rows[i]);
        uncertain |= plot.rows[i].uncertain;
        required |= plot.rows[i].required >= 0;
    }
    if (plot.count) {
        int64_t minutes = (plot.rows[0].end_ms - plot.rows[0].start_ms) / 60000;
        title = sw__fill(layout, SW_SAY_INTERVALS, sw__count(layout, minutes), NULL, NULL, NULL);
    }
    if (!required) note = sw__say(layout, SW_SAY_REQUIRED_UNKNOWN);
    sw__section(layout, title, note);
    if (!people) {
        sw__put(layout, SW_MARGIN, layout->y + 40, SW_INNER, SW_LEFT, (struct sw_style){28, false, SW_INK_SOFT},
                sw__say(layout, SW_SAY_NO_SHIFTS));
        layout->y += 60 + layout->gap;
        return;
    }
    put_key(layout, required, uncertain);
    plot.y = layout->y;
    plot.height = plot_height;
    put_moment(layout, &plot);
    put_axes(layout, &plot);
    put_bars(layout, &plot);
    for (enum series s = SCHEDULED; s <= SIGNED_IN; s++) put_steps(layout, &plot, s);
    put_names(layout, &plot);
    layout->y += plot_height + AXIS_HEIGHT;
    put_notes(layout, &plot);
    layout->y += layout->gap;
}
