/* The list of marks as SVG 1.1: plain shapes and <text>, no scripts, no references to anything outside. */
#include <math.h>
#include <string.h>

#include "report/draw_list.h"

#define FONTS                                                                                                          \
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Micro "         \
    "Hei',sans-serif"

static void put_escaped(struct sw_buf *out, const char *text) {
    for (const char *p = text; *p; p++) {
        switch (*p) {
        case '&': sw_buf_puts(out, "&amp;"); break;
        case '<': sw_buf_puts(out, "&lt;"); break;
        case '>': sw_buf_puts(out, "&gt;"); break;
        case '"': sw_buf_puts(out, "&quot;"); break;
        default: sw_buf_putc(out, *p);
        }
    }
}

/* With one decimal at most; printf would ask the locale how to write it. */
static void put_number(struct sw_buf *out, double value) {
    int64_t tenths = llround(value * 10);
    if (tenths < 0) {
        sw_buf_putc(out, '-');
        tenths = -tenths;
    }
    sw_buf_int(out, tenths / 10);
    if (tenths % 10) {
        sw_buf_putc(out, '.');
        sw_buf_int(out, tenths % 10);
    }
}

static void put_attribute(struct sw_buf *out, const char *name, double value) {
    sw_buf_printf(out, " %s=\"", name);
    put_number(out, value);
    sw_buf_putc(out, '"');
}

static void put_colour(struct sw_buf *out, const char *name, uint32_t colour) {
    sw_buf_printf(out, " %s=\"#%06x\"", name, (unsigned)colour);
}

static void put_stroke(struct sw_buf *out, const struct sw_mark *m) {
    sw_buf_puts(out, " fill=\"none\"");
    put_colour(out, "stroke", m->colour);
    put_attribute(out, "stroke-width", m->line_width);
    if (m->dash == SW_DASH_LONG) sw_buf_puts(out, " stroke-dasharray=\"16 9\"");
    if (m->dash == SW_DASH_DOT) sw_buf_puts(out, " stroke-dasharray=\"4 6\"");
}

static void put_points(struct sw_buf *out, const struct sw_mark *m) {
    for (size_t i = 0; i < m->point_count; i++) {
        bool move = i == 0 || (m->kind == SW_MARK_SEGMENTS && i % 2 == 0);
        sw_buf_putc(out, move ? 'M' : 'L');
        put_number(out, m->points[i].x);
        sw_buf_putc(out, ' ');
        put_number(out, m->points[i].y);
    }
}

static void put_text(struct sw_buf *out, const struct sw_mark *m) {
    sw_buf_puts(out, "<text");
    put_attribute(out, "x", m->x);
    put_attribute(out, "y", m->y);
    put_attribute(out, "font-size", m->size);
    if (m->bold) sw_buf_puts(out, " font-weight=\"700\"");
    put_colour(out, "fill", m->colour);
    put_attribute(out, "textLength", m->w);
    sw_buf_puts(out, " lengthAdjust=\"spacingAndGlyphs\">");
    put_escaped(out, m->text);
    sw_buf_puts(out, "</text>\n");
}

static void put_mark(struct sw_buf *out, const struct sw_mark *m) {
    if (m->kind == SW_MARK_TEXT) {
        put_text(out, m);
        return;
    }
    if (m->kind == SW_MARK_RECT || m->kind == SW_MARK_FRAME) {
        sw_buf_puts(out, "<rect");
        put_attribute(out, "x", m->x);
        put_attribute(out, "y", m->y);
        put_attribute(out, "width", m->w);
        put_attribute(out, "height", m->h);
    } else {
        sw_buf_puts(out, "<path d=\"");
        put_points(out, m);
        if (m->kind == SW_MARK_POLYGON) sw_buf_putc(out, 'Z');
        sw_buf_putc(out, '"');
    }
    if (m->kind == SW_MARK_RECT || m->kind == SW_MARK_POLYGON) put_colour(out, "fill", m->colour);
    else put_stroke(out, m);
    sw_buf_puts(out, "/>\n");
}

static void put_head(struct sw_buf *out, const struct sw_drawing *drawing, double height) {
    sw_buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" role=\"img\"");
    put_attribute(out, "width", SW_DRAW_WIDTH);
    put_attribute(out, "height", height);
    sw_buf_puts(out, " viewBox=\"0 0 ");
    put_number(out, SW_DRAW_WIDTH);
    sw_buf_putc(out, ' ');
    put_number(out, height);
    sw_buf_printf(out, "\" xml:lang=\"%s\" lang=\"%s\" font-family=\"" FONTS "\">\n<title>", drawing->lang,
                  drawing->lang);
    put_escaped(out, drawing->title);
    sw_buf_puts(out, "</title>\n<desc>");
    put_escaped(out, drawing->subject);
    sw_buf_puts(out, "</desc>\n");
}

int sw_draw_svg(const struct sw_drawing *drawing, size_t first, size_t count, struct sw_buf *out) {
    double height = 0;
    for (size_t i = first; i < first + count; i++) height += drawing->pages[i].height;
    put_head(out, drawing, height);
    double top = 0;
    for (size_t i = first; i < first + count; i++) {
        const struct sw_draw_page *page = &drawing->pages[i];
        sw_buf_printf(out, "<g id=\"page-%d\" transform=\"translate(0 ", page->part);
        put_number(out, top);
        sw_buf_puts(out, ")\">\n");
        struct sw_mark paper = {.kind = SW_MARK_RECT, .w = SW_DRAW_WIDTH, .h = page->height, .colour = SW_PAPER};
        put_mark(out, &paper);
        for (size_t m = 0; m < page->mark_count; m++) put_mark(out, &page->marks[m]);
        sw_buf_puts(out, "</g>\n");
        top += page->height;
    }
    sw_buf_puts(out, "</svg>\n");
    return out->failed ? -SW_ELIMIT : 0;
}
