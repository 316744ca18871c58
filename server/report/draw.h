/* Draws the sign-in chart (签入情况图表): page 1 the figures (head, intervals, teams, states), page 2 the lists.
 *
 * Everything comes from the chart and the options: no file but the fonts, no clock, no locale, nothing kept between
 * calls, so that a chart may be drawn again years later, and in any thread. The same chart gives the same bytes; SVG
 * does so on every machine, PNG and PDF where the fonts are the same.
 *
 * How: the layout (draw_head.c and the others) makes a list of marks (draw_list.h) and measures text by a table of its
 * own; three painters put the list on paper. The SVG painter writes <text>, not the glyph outlines cairo would write:
 * the text can be found, copied and read aloud, the file stays small, and a browser sets it in whatever Chinese font it
 * has. Every text carries the width it was given (textLength), and pango squeezes what comes out wider, so that no font
 * makes texts overlap.
 *
 * Sources: rules.md, Sign-in charts, and kpi.md for the terms and what the figures mean. */
#ifndef REPORT_DRAW_H
#define REPORT_DRAW_H

#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/chart.h"
#include "shiftwall/error.h"

enum sw_draw_format {
    SW_DRAW_PNG, /* 1600 wide, for chat */
    SW_DRAW_SVG, /* the same, for browsers */
    SW_DRAW_PDF  /* A4 upright, for the notice board; as many sheets as the lists need */
};

enum sw_draw_lang { SW_DRAW_ZH, SW_DRAW_EN };

struct sw_draw_options {
    enum sw_draw_format format;
    enum sw_draw_lang lang;
    int page;                   /* 0 = all (PNG, SVG: one below the other), 1 = the figures, 2 = the lists */
    const struct sw_zone *zone; /* of the chart's `zone`; NULL = UTC, and the foot says so */
};

/* "png", "svg", "pdf"; -1 for anything else. */
int sw_draw_format_from_name(const char *name);
/* "zh-CN" and "zh" or "en"; -1 for anything else. */
int sw_draw_lang_from_name(const char *name);

/* Appends the drawing of CHART to OUT. 0; -SW_EINVAL options that are none of the above; -SW_ELIMIT it does not fit
 * under OUT's cap; -SW_ENOMEM; -SW_EIO cairo failed otherwise. After a failure OUT is as before, or, when its cap was
 * passed, failed and empty. */
int sw_chart_draw(const struct sw_chart *chart, const struct sw_draw_options *options, struct sw_buf *out) SW_NODISCARD;

#endif
