/* The list of marks through cairo and pango: PNG and PDF. Each drawing has a font map of its own, so that nothing is
 * shared between threads or left behind. */
#include <math.h>
#include <string.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "report/draw_list.h"

#define A4_WIDTH_POINTS 595.275590551
#define A4_HEIGHT_POINTS 841.889763780
#define IMAGE_HEIGHT_MAX 32000 /* cairo's images end at 32767 */

struct painter {
    cairo_t *cairo;
    PangoFontMap *fonts;
    PangoLayout *layout;
    PangoFontDescription *font;
};

static void painter_init(struct painter *p, cairo_surface_t *surface) {
    p->cairo = cairo_create(surface);
    p->fonts = pango_cairo_font_map_new();
    PangoContext *context = pango_font_map_create_context(p->fonts);
    pango_cairo_context_set_resolution(context, 72);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    /* Han characters are drawn as in China in both languages: the names are the same people's. */
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    p->layout = pango_layout_new(context);
    g_object_unref(context);
    pango_layout_set_single_paragraph_mode(p->layout, TRUE);
    pango_layout_set_auto_dir(p->layout, FALSE);
    p->font = pango_font_description_new();
    pango_font_description_set_family(p->font, SW_DRAW_FONT ",sans-serif");
}

static void painter_deinit(struct painter *p) {
    pango_font_description_free(p->font);
    g_object_unref(p->layout);
    cairo_destroy(p->cairo);
    g_object_unref(p->fonts);
}

static void set_colour(cairo_t *cairo, uint32_t colour) {
    cairo_set_source_rgb(cairo, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
}

static void paint_text(struct painter *p, const struct sw_mark *m) {
    pango_font_description_set_absolute_size(p->font, m->size * PANGO_SCALE);
    pango_font_description_set_weight(p->font, m->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(p->layout, p->font);
    pango_layout_set_text(p->layout, m->text, -1);
    int width, height;
    pango_layout_get_size(p->layout, &width, &height);
    double natural = (double)width / PANGO_SCALE, x = m->x, squeeze = 1;
    if (natural > m->w) squeeze = m->w / natural;
    else if (m->align == SW_RIGHT) x += m->w - natural;
    else if (m->align == SW_CENTRE) x += (m->w - natural) / 2;
    cairo_save(p->cairo);
    cairo_translate(p->cairo, x, m->y);
    cairo_scale(p->cairo, squeeze, 1);
    cairo_move_to(p->cairo, 0, -(double)pango_layout_get_baseline(p->layout) / PANGO_SCALE);
    pango_cairo_show_layout(p->cairo, p->layout);
    cairo_restore(p->cairo);
    cairo_new_path(p->cairo);
}

static void paint_stroke(cairo_t *cairo, const struct sw_mark *m) {
    static const double long_dash[2] = {16, 9}, dots[2] = {4, 6};
    cairo_set_line_width(cairo, m->line_width);
    cairo_set_dash(cairo, m->dash == SW_DASH_DOT ? dots : long_dash, m->dash == SW_DASH_NONE ? 0 : 2, 0);
    cairo_stroke(cairo);
}

static void paint_mark(struct painter *p, const struct sw_mark *m) {
    cairo_t *cairo = p->cairo;
    set_colour(cairo, m->colour);
    if (m->kind == SW_MARK_TEXT) {
        paint_text(p, m);
        return;
    }
    if (m->kind == SW_MARK_RECT || m->kind == SW_MARK_FRAME) cairo_rectangle(cairo, m->x, m->y, m->w, m->h);
    for (size_t i = 0; i < m->point_count; i++) {
        bool move = i == 0 || (m->kind == SW_MARK_SEGMENTS && i % 2 == 0);
        (move ? cairo_move_to : cairo_line_to)(cairo, m->points[i].x, m->points[i].y);
    }
    if (m->kind == SW_MARK_RECT || m->kind == SW_MARK_POLYGON) cairo_fill(cairo);
    else paint_stroke(cairo, m);
}

static void paint_page(struct painter *p, const struct sw_draw_page *page) {
    set_colour(p->cairo, SW_PAPER);
    cairo_rectangle(p->cairo, 0, 0, SW_DRAW_WIDTH, page->height);
    cairo_fill(p->cairo);
    for (size_t i = 0; i < page->mark_count; i++) paint_mark(p, &page->marks[i]);
}

static cairo_status_t write_to(void *closure, const unsigned char *data, unsigned length) {
    struct sw_buf *out = closure;
    sw_buf_add(out, data, length);
    return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int error_of(cairo_status_t status, const struct sw_buf *out) {
    if (out->failed) return -SW_ELIMIT;
    if (status == CAIRO_STATUS_SUCCESS) return 0;
    return status == CAIRO_STATUS_NO_MEMORY ? -SW_ENOMEM : -SW_EIO;
}

int sw_draw_png(const struct sw_drawing *drawing, size_t first, size_t count, struct sw_buf *out) {
    double height = 0;
    for (size_t i = first; i < first + count; i++) height += drawing->pages[i].height;
    if (height > IMAGE_HEIGHT_MAX) return -SW_ELIMIT;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)SW_DRAW_WIDTH, (int)ceil(height));
    struct painter p;
    painter_init(&p, surface);
    for (size_t i = first; i < first + count; i++) {
        paint_page(&p, &drawing->pages[i]);
        cairo_translate(p.cairo, 0, drawing->pages[i].height);
    }
    cairo_status_t status = cairo_status(p.cairo);
    painter_deinit(&p);
    cairo_surface_flush(surface);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_write_to_png_stream(surface, write_to, out);
    cairo_surface_destroy(surface);
    return error_of(status, out);
}

int sw_draw_pdf(const struct sw_drawing *drawing, size_t first, size_t count, struct sw_buf *out) {
    double scale = A4_WIDTH_POINTS / SW_DRAW_WIDTH;
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(write_to, out, A4_WIDTH_POINTS, A4_HEIGHT_POINTS);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, drawing->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, drawing->subject);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Shiftwall");
    /* Otherwise cairo asks the clock, and no two files are the same. */
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, drawing->date);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, drawing->date);
    struct painter p;
    painter_init(&p, surface);
    cairo_scale(p.cairo, scale, scale);
    for (size_t i = first; i < first + count; i++) {
        paint_page(&p, &drawing->pages[i]);
        cairo_show_page(p.cairo);
    }
    cairo_status_t status = cairo_status(p.cairo);
    painter_deinit(&p);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return error_of(status, out);
}
