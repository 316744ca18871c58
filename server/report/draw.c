#include "report/draw.h"

#include <float.h>
#include <string.h>

#include "report/draw_layout.h"

#define STATES_HEIGHT 264.0 /* of the section of states */
#define PLOT_HEIGHT 480.0
#define PLOT_HEIGHT_MIN 250.0
#define PLOT_HEIGHT_MAX 900.0

int sw_draw_format_from_name(const char *name) {
    static const char *const names[] = {"png", "svg", "pdf"};
    for (int i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0) return i;
    return -1;
}

int sw_draw_lang_from_name(const char *name) {
    if (strcmp(name, "zh-CN") == 0 || strcmp(name, "zh") == 0) return SW_DRAW_ZH;
    return strcmp(name, "en") == 0 ? SW_DRAW_EN : -1;
}

/* On paper the plot takes what the rest of the first page leaves. */
static double plot_height(const struct sw_layout *layout) {
    if (!layout->paper) return PLOT_HEIGHT;
    double left = sw__left(layout) - sw__intervals_height(layout) - sw__teams_height(layout) - STATES_HEIGHT;
    return left < PLOT_HEIGHT_MIN ? PLOT_HEIGHT_MIN : left > PLOT_HEIGHT_MAX ? PLOT_HEIGHT_MAX : left;
}

static void describe(struct sw_layout *layout) {
    const struct sw_chart *chart = layout->chart;
    struct sw_drawing *drawing = layout->drawing;
    char date[SW_FIGURE_SIZE];
    sw_figure_date(date, sizeof date, layout->lang, chart->date);
    drawing->lang = layout->lang == SW_DRAW_EN ? "en" : "zh-CN";
    const char *site = chart->site_name ? chart->site_name : chart->site ? chart->site : "";
    struct sw_buf text;
    sw_buf_init(&text, SIZE_MAX);
    sw_buf_printf(&text, "%s%s %s %s", site, sw__say(layout, SW_SAY_CHART_TITLE), date,
                  sw__clock(layout, chart->at_ms, false));
    char *whole = sw_text_fit(sw_buf_text(&text), 1, false, DBL_MAX);
    drawing->title = sw_drawing_keep(drawing, whole);
    sw_buf_clear(&text);
    sw_buf_printf(&text, "%s %s, %s %s, %s %s", sw__say(layout, SW_SAY_ATTENDANCE),
                  sw__percent(layout, sw__attendance(chart, &chart->total)), sw__say(layout, SW_SAY_ADHERENCE),
                  sw__percent(layout, sw__adherence(chart, &chart->total)), sw__say(layout, SW_SAY_LIST_ABSENT),
                  sw__count(layout, chart->total.absent));
    drawing->subject = sw_drawing_keep(drawing, sw_xstrdup(sw_buf_text(&text)));
    sw_buf_deinit(&text);
    char made[SW_RFC3339_SIZE];
    struct sw_zone *utc = layout->zone ? NULL : sw_zone_utc();
    sw_zone_format_rfc3339(layout->zone ? layout->zone : utc, chart->made_ms / 1000 * 1000, made);
    sw_zone_free(utc);
    drawing->date = sw_drawing_keep(drawing, sw_xstrdup(made));
}

void sw__lay_out(const struct sw_chart *chart, const struct sw_draw_options *options, struct sw_drawing *drawing) {
    sw_drawing_init(drawing);
    struct sw_layout layout = {.chart = chart,
                               .zone = options->zone,
                               .lang = options->lang,
                               .gap = options->format == SW_DRAW_PDF ? 30 : 44,
                               .paper = options->format == SW_DRAW_PDF,
                               .drawing = drawing};
    describe(&layout);
    sw__page_begin(&layout, 1);
    sw__draw_cards(&layout);
    sw__draw_intervals(&layout, plot_height(&layout));
    sw__draw_teams(&layout);
    sw__room(&layout, STATES_HEIGHT);
    sw__draw_states(&layout);
    sw__page_end(&layout);
    sw__page_begin(&layout, 2);
    sw__draw_lists(&layout);
    sw__page_end(&layout);
    sw__feet(&layout);
}

int sw_chart_draw(const struct sw_chart *chart, const struct sw_draw_options *options, struct sw_buf *out) {
    bool known = (unsigned)options->format <= SW_DRAW_PDF &&
                 (options->lang == SW_DRAW_ZH || options->lang == SW_DRAW_EN) && options->page >= 0 &&
                 options->page <= 2;
    if (!known) return -SW_EINVAL;
    struct sw_drawing drawing;
    sw__lay_out(chart, options, &drawing);
    size_t first = 0, end = drawing.page_count;
    if (options->page == 2)
        while (drawing.pages[first].part == 1) first++;
    if (options->page == 1)
        while (drawing.pages[end - 1].part == 2) end--;
    size_t before = out->len;
    int rc = options->format == SW_DRAW_SVG   ? sw_draw_svg(&drawing, first, end - first, out)
             : options->format == SW_DRAW_PDF ? sw_draw_pdf(&drawing, first, end - first, out)
                                              : sw_draw_png(&drawing, first, end - first, out);
    if (rc != 0 && !out->failed && out->len > before) {
        out->len = before;
        out->data[before] = '\0';
    }
    sw_drawing_deinit(&drawing);
    return rc;
}
