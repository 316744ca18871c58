#include "report/draw_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void sw_drawing_init(struct sw_drawing *drawing) {
    memset(drawing, 0, sizeof *drawing);
}

void sw_drawing_deinit(struct sw_drawing *drawing) {
    for (size_t i = 0; i < drawing->page_count; i++) {
        struct sw_draw_page *page = &drawing->pages[i];
        for (size_t m = 0; m < page->mark_count; m++) free(page->marks[m].points);
        free(page->marks);
    }
    for (size_t i = 0; i < drawing->text_count; i++) free(drawing->texts[i]);
    free(drawing->pages);
    free(drawing->texts);
    memset(drawing, 0, sizeof *drawing);
}

struct sw_draw_page *sw_drawing_page(struct sw_drawing *drawing, int part) {
    drawing->pages = sw_xrealloc(drawing->pages, (drawing->page_count + 1) * sizeof *drawing->pages);
    struct sw_draw_page *page = &drawing->pages[drawing->page_count++];
    memset(page, 0, sizeof *page);
    page->part = part;
    return page;
}

const char *sw_drawing_keep(struct sw_drawing *drawing, char *text) {
    if (drawing->text_count == drawing->text_room) {
        drawing->text_room = drawing->text_room ? drawing->text_room * 2 : 256;
        drawing->texts = sw_xrealloc(drawing->texts, drawing->text_room * sizeof *drawing->texts);
    }
    return drawing->texts[drawing->text_count++] = text;
}

static struct sw_mark *mark(struct sw_draw_page *page, enum sw_mark_kind kind, uint32_t colour) {
    if (page->mark_count == page->mark_room) {
        page->mark_room = page->mark_room ? page->mark_room * 2 : 256;
        page->marks = sw_xrealloc(page->marks, page->mark_room * sizeof *page->marks);
    }
    struct sw_mark *m = &page->marks[page->mark_count++];
    memset(m, 0, sizeof *m);
    m->kind = kind;
    m->colour = colour;
    return m;
}

void sw_draw_rect(struct sw_draw_page *page, double x, double y, double w, double h, uint32_t colour) {
    if (w <= 0 || h <= 0) return;
    struct sw_mark *m = mark(page, SW_MARK_RECT, colour);
    m->x = x;
    m->y = y;
    m->w = w;
    m->h = h;
}

void sw_draw_frame(struct sw_draw_page *page, double x, double y, double w, double h, uint32_t colour,
                   double line_width) {
    if (w <= 0 || h <= 0) return;
    struct sw_mark *m = mark(page, SW_MARK_FRAME, colour);
    m->x = x;
    m->y = y;
    m->w = w;
    m->h = h;
    m->line_width = line_width;
}

void sw_draw_points(struct sw_draw_page *page, enum sw_mark_kind kind, const struct sw_point *points, size_t count,
                    uint32_t colour, double line_width, enum sw_dash dash) {
    if (count < 2) return;
    struct sw_mark *m = mark(page, kind, colour);
    m->points = sw_xmalloc(count * sizeof *points);
    memcpy(m->points, points, count * sizeof *points);
    m->point_count = count;
    m->line_width = line_width;
    m->dash = dash;
}

void sw_draw_line(struct sw_draw_page *page, double x1, double y1, double x2, double y2, uint32_t colour,
                  double line_width, enum sw_dash dash) {
    const struct sw_point points[2] = {{x1, y1}, {x2, y2}};
    sw_draw_points(page, SW_MARK_LINE, points, 2, colour, line_width, dash);
}

struct strokes {
    struct sw_point *points;
    size_t count, room;
};

static void stroke(struct strokes *s, double x1, double y1, double x2, double y2) {
    if (s->count + 2 > s->room) {
        s->room = s->room ? s->room * 2 : 32;
        s->points = sw_xrealloc(s->points, s->room * sizeof *s->points);
    }
    s->points[s->count++] = (struct sw_point){x1, y1};
    s->points[s->count++] = (struct sw_point){x2, y2};
}

/* Lines x + y = c (rising to the right) cut to the rectangle. They lie on one grid over the whole page, so that
 * neighbouring areas join. */
static void slanted(struct strokes *s, double x, double y, double w, double h, double step, bool falling) {
    double from = falling ? x - y - h : x + y, to = falling ? x + w - y : x + w + y + h;
    for (double c = ceil(from / step) * step; c < to; c += step) {
        double x1, x2, y1, y2;
        if (falling) { /* x - y = c */
            x1 = fmax(x, y + c), x2 = fmin(x + w, y + h + c);
            y1 = x1 - c, y2 = x2 - c;
        } else {
            x1 = fmax(x, c - y - h), x2 = fmin(x + w, c - y);
            y1 = c - x1, y2 = c - x2;
        }
        if (x2 - x1 > 0.05) stroke(s, x1, y1, x2, y2);
    }
}

void sw_draw_hatch(struct sw_draw_page *page, double x, double y, double w, double h, enum sw_hatch hatch, double step,
                   uint32_t colour, double line_width) {
    if (w <= 0 || h <= 0 || hatch == SW_HATCH_NONE) return;
    struct strokes s = {0};
    if (hatch == SW_HATCH_RISING || hatch == SW_HATCH_CROSS) slanted(&s, x, y, w, h, step, false);
    if (hatch == SW_HATCH_FALLING || hatch == SW_HATCH_CROSS) slanted(&s, x, y, w, h, step, true);
    if (hatch == SW_HATCH_UPRIGHT)
        for (double c = ceil(x / step) * step; c < x + w; c += step) stroke(&s, c, y, c, y + h);
    if (hatch == SW_HATCH_LEVEL)
        for (double c = ceil(y / step) * step; c < y + h; c += step) stroke(&s, x, c, x + w, c);
    sw_draw_points(page, SW_MARK_SEGMENTS, s.points, s.count, colour, line_width, SW_DASH_NONE);
    free(s.points);
}

void sw_draw_below_mark(struct sw_draw_page *page, double x, double y, double size, uint32_t colour) {
    const struct sw_point points[3] = {{x, y}, {x + size, y}, {x + size / 2, y + size * 0.9}};
    sw_draw_points(page, SW_MARK_POLYGON, points, 3, colour, 0, SW_DASH_NONE);
}

double sw_draw_text(struct sw_drawing *drawing, struct sw_draw_page *page, double x, double y, double w,
                    enum sw_align align, struct sw_style style, const char *text) {
    char *fitted = sw_text_fit(text, style.size, style.bold, w);
    if (!*fitted) {
        free(fitted);
        return 0;
    }
    double width = sw_text_width(fitted, style.size, style.bold);
    struct sw_mark *m = mark(page, SW_MARK_TEXT, style.colour);
    m->text = sw_drawing_keep(drawing, fitted);
    m->w = width;
    m->x = align == SW_LEFT ? x : align == SW_RIGHT ? x + w - width : x + (w - width) / 2;
    m->y = y;
    m->size = style.size;
    m->bold = style.bold;
    m->align = align;
    return width;
}
