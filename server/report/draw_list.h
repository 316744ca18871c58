/* A drawing as a list of marks: what the layout makes, the painters paint and the tests look into. Units are 1/1600 of
 * the width of a page; y grows downwards. */
#ifndef REPORT_DRAW_LIST_H
#define REPORT_DRAW_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/buf.h"

#define SW_DRAW_WIDTH 1600.0
#define SW_DRAW_FONT "Noto Sans CJK SC"

/* Colours as 0xRRGGBB; each keeps its rank of darkness in grey. */
enum {
    SW_INK = 0x1A1F2B,
    SW_INK_SOFT = 0x4A5361,
    SW_RULE = 0xC9CED6,
    SW_RULE_FAINT = 0xE4E7EC,
    SW_PAPER = 0xFFFFFF,
    SW_SHADE = 0xF3F4F7,
    SW_BLUE = 0x1F5FA8,
    SW_BLUE_PALE = 0xB7D2EE,
    SW_RED = 0xA3221A,
    SW_RED_PALE = 0xF8DCD7,
    SW_GREEN = 0x0B6B50,
    SW_ORANGE = 0xB0520A
};

enum sw_dash { SW_DASH_NONE, SW_DASH_LONG, SW_DASH_DOT };
/* Patterns of strokes that fill an area, to tell areas apart without colour. */
enum sw_hatch { SW_HATCH_NONE, SW_HATCH_RISING, SW_HATCH_FALLING, SW_HATCH_UPRIGHT, SW_HATCH_LEVEL, SW_HATCH_CROSS };
enum sw_align { SW_LEFT, SW_CENTRE, SW_RIGHT };

enum sw_mark_kind {
    SW_MARK_RECT,     /* filled: x, y, w, h */
    SW_MARK_FRAME,    /* its outline, of line_width */
    SW_MARK_LINE,     /* through the points */
    SW_MARK_SEGMENTS, /* from the 1st to the 2nd point, the 3rd to the 4th, ... */
    SW_MARK_POLYGON,  /* filled */
    SW_MARK_TEXT      /* x, y: left end of the base line; w: its room */
};

struct sw_point {
    double x, y;
};

struct sw_mark {
    enum sw_mark_kind kind;
    uint32_t colour;
    double x, y, w, h;
    double line_width;
    enum sw_dash dash;
    struct sw_point *points;
    size_t point_count;
    const char *text; /* clean UTF-8, already cut to fit */
    double size;      /* of the em */
    bool bold;
    enum sw_align align; /* where a font that runs narrower leaves the rest of the room */
};

struct sw_draw_page {
    int part; /* 1 the figures, 2 the lists */
    double height;
    struct sw_mark *marks;
    size_t mark_count, mark_room;
};

struct sw_drawing {
    const char *lang, *title, *subject, *date; /* `date`: when the chart was made, RFC 3339 */
    struct sw_draw_page *pages;
    size_t page_count;
    char **texts; /* owns every text */
    size_t text_count, text_room;
};

struct sw_style {
    double size;
    bool bold;
    uint32_t colour;
};

void sw_drawing_init(struct sw_drawing *drawing);
void sw_drawing_deinit(struct sw_drawing *drawing);
/* A page more; pointers to earlier pages are no longer good. */
struct sw_draw_page *sw_drawing_page(struct sw_drawing *drawing, int part);
/* TEXT, malloc'ed, becomes the drawing's. */
const char *sw_drawing_keep(struct sw_drawing *drawing, char *text);

void sw_draw_rect(struct sw_draw_page *page, double x, double y, double w, double h, uint32_t colour);
void sw_draw_frame(struct sw_draw_page *page, double x, double y, double w, double h, uint32_t colour,
                   double line_width);
void sw_draw_line(struct sw_draw_page *page, double x1, double y1, double x2, double y2, uint32_t colour,
                  double line_width, enum sw_dash dash);
/* The points are copied. */
void sw_draw_points(struct sw_draw_page *page, enum sw_mark_kind kind, const struct sw_point *points, size_t count,
                    uint32_t colour, double line_width, enum sw_dash dash);
/* Fills the rectangle with strokes, STEP apart, that end at its edges. */
void sw_draw_hatch(struct sw_draw_page *page, double x, double y, double w, double h, enum sw_hatch hatch, double step,
                   uint32_t colour, double line_width);
/* A triangle with its point down, as a mark of "below the goal"; a square as a mark of "met". */
void sw_draw_below_mark(struct sw_draw_page *page, double x, double y, double size, uint32_t colour);
/* Writes TEXT, cut with an ellipsis to the room W, from X (SW_LEFT), around X + W/2 or up to X + W; Y is the base line.
 * Gives the width taken. */
double sw_draw_text(struct sw_drawing *drawing, struct sw_draw_page *page, double x, double y, double w,
                    enum sw_align align, struct sw_style style, const char *text);

/* The width of TEXT, of whatever bytes, by our own table: the advances of Noto Sans CJK SC. The same on every machine.
 */
double sw_text_width(const char *text, double size, bool bold);
/* A clean copy of TEXT (valid UTF-8, no control characters) that takes at most WIDTH, cut between what a reader takes
 * for characters, with an ellipsis; malloc'ed. */
char *sw_text_fit(const char *text, double size, bool bold, double width);

/* The painters. PAGES: the first and the number of those to paint. */
int sw_draw_svg(const struct sw_drawing *drawing, size_t first, size_t count, struct sw_buf *out);
int sw_draw_png(const struct sw_drawing *drawing, size_t first, size_t count, struct sw_buf *out);
int sw_draw_pdf(const struct sw_drawing *drawing, size_t first, size_t count, struct sw_buf *out);

#endif
