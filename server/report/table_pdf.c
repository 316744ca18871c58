/* Tables on A4 pages, by cairo and pango. Each document has a font map of its own, so that nothing is shared between
 * threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "report/draw_list.h"
#include "report/draw_text.h"
#include "report/table_out.h"

#define PAGE_WIDTH 841.89
#define PAGE_HEIGHT 595.28
#define MARGIN 30.0
#define FOOT 22.0
#define SIZE_MAX_POINTS 9.0  /* of a row's text */
#define SIZE_MIN_POINTS 5.0
#define ROW_FACTOR 1.75      /* height of a row, by its text */
#define PADDING 4.0
#define COLUMN_MAX_POINTS 190.0 /* what is wider is cut, unless there is room */
#define MEASURED_ROWS_MAX 2000
#define INK 0x1f2933
#define MUTED 0x5f6b78
#define RULE_COLOUR 0xc9d1d9
#define HEAD_GROUND 0xe9eef3
#define ALARM 0xa80f2e

struct pen {
    cairo_t *cairo;
    PangoFontMap *fonts;
    PangoLayout *layout;
    PangoFontDescription *font;
    bool measures; /* nothing is drawn: pages are counted */
    size_t page, pages;
    double y;
    const char *title;
    enum sw_draw_lang lang;
};

/* How a table is laid out. */
struct grid {
    const struct sw_table *table;
    double widths[SW_TABLE_COLUMNS_MAX], size;
};

static void set_colour(struct pen *p, uint32_t colour) {
    cairo_set_source_rgb(p->cairo, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
}

static void set_text(struct pen *p, const char *text, double size, bool bold) {
    pango_font_description_set_absolute_size(p->font, size * PANGO_SCALE);
    pango_font_description_set_weight(p->font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(p->layout, p->font);
    pango_layout_set_width(p->layout, -1);
    pango_layout_set_text(p->layout, text, -1);
}

static double width_of(struct pen *p, const char *text, double size, bool bold) {
    int width, height;
    set_text(p, text, size, bold);
    pango_layout_get_size(p->layout, &width, &height);
    return (double)width / PANGO_SCALE;
}

/* TEXT with its line's middle at Y + HEIGHT / 2, inside W, to the right where RIGHT. */
static void put(struct pen *p, const char *text, double x, double y, double w, double height, double size, bool bold, bool right,
                uint32_t colour) {
    if (p->measures) return;
    set_text(p, text, size, bold);
    pango_layout_set_width(p->layout, (int)(w * PANGO_SCALE));
    pango_layout_set_alignment(p->layout, right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    int tw, th;
    pango_layout_get_size(p->layout, &tw, &th);
    set_colour(p, colour);
    cairo_move_to(p->cairo, x, y + (height - (double)th / PANGO_SCALE) / 2);
    pango_cairo_show_layout(p->cairo, p->layout);
    cairo_new_path(p->cairo);
}

static void rule(struct pen *p, double y) {
    if (p->measures) return;
    set_colour(p, RULE_COLOUR);
    cairo_set_line_width(p->cairo, 0.5);
    cairo_move_to(p->cairo, MARGIN, y);
    cairo_line_to(p->cairo, PAGE_WIDTH - MARGIN, y);
    cairo_stroke(p->cairo);
}

/* ---- pages ---- */

static void end_page(struct pen *p) {
    if (!p->page) return;
    char page[24], pages[24];
    (void)snprintf(page, sizeof page, "%zu", p->page);
    (void)snprintf(pages, sizeof pages, "%zu", p->pages);
    char *text = sw_say_fill(p->lang, SW_SAY_PAGE, page, pages, NULL, NULL);
    double y = PAGE_HEIGHT - MARGIN - FOOT + 6, w = PAGE_WIDTH - 2 * MARGIN;
    put(p, p->title, MARGIN, y, w * 0.7, FOOT - 6, 7, false, false, MUTED);
    put(p, text, MARGIN + w * 0.7, y, w * 0.3, FOOT - 6, 7, false, true, MUTED);
    free(text);
    if (!p->measures) cairo_show_page(p->cairo);
}

static void begin_page(struct pen *p, const struct sw_table *table) {
    end_page(p);
    p->page++;
    p->y = MARGIN;
    double w = PAGE_WIDTH - 2 * MARGIN;
    put(p, table->title, MARGIN, p->y, w, 20, 13, true, false, INK);
    p->y += 20;
    for (size_t i = 0; i < table->head_count; i++, p->y += 12) put(p, table->heads[i], MARGIN, p->y, w, 12, 8, false, false, MUTED);
    p->y += 6;
}

static bool fits(const struct pen *p, double height) { return p->y + height <= PAGE_HEIGHT - MARGIN - FOOT; }

/* ---- a table ---- */

static bool is_right(const struct sw_table *table, size_t c) {
    enum sw_cell_kind kind = table->columns[c].kind;
    return kind == SW_CELL_COUNT || kind == SW_CELL_RATIO || kind == SW_CELL_DURATION;
}

/* Widths that the texts need at the largest size; then as much smaller as has to be, down to the smallest: there texts are
 * cut. */
static void lay_out(struct pen *p, struct grid *g) {
    const struct sw_table *table = g->table;
    double sum = 0, room = PAGE_WIDTH - 2 * MARGIN - 2 * PADDING * (double)table->column_count;
    char text[SW_FIGURE_SIZE];
    size_t rows = sw_table_rows(table) < MEASURED_ROWS_MAX ? sw_table_rows(table) : MEASURED_ROWS_MAX;
    for (size_t c = 0; c < table->column_count; c++) {
        double w = width_of(p, table->columns[c].header, SIZE_MAX_POINTS, true);
        for (size_t r = 0; r < rows; r++) {
            double one = width_of(p, sw_cell_shown(table, r, c, text, sizeof text), SIZE_MAX_POINTS, sw_cell_is_below(table, r, c));
            if (sw_cell_is_below(table, r, c)) one += SIZE_MAX_POINTS;
            if (one > w) w = one;
        }
        if (w > COLUMN_MAX_POINTS) w = COLUMN_MAX_POINTS;
        g->widths[c] = w + 1;
        sum += g->widths[c];
    }
    g->size = SIZE_MAX_POINTS;
    double scale = room / sum;
    if (scale < 1) g->size = SIZE_MAX_POINTS * scale > SIZE_MIN_POINTS ? SIZE_MAX_POINTS * scale : SIZE_MIN_POINTS;
    if (scale > 1.6) scale = 1.6; /* a narrow table is not torn apart */
    for (size_t c = 0; c < table->column_count; c++) g->widths[c] = g->widths[c] * scale + 2 * PADDING;
}

static void put_header(struct pen *p, const struct grid *g) {
    double height = g->size * ROW_FACTOR, x = MARGIN;
    if (!p->measures) {
        set_colour(p, HEAD_GROUND);
        cairo_rectangle(p->cairo, MARGIN, p->y, PAGE_WIDTH - 2 * MARGIN, height);
        cairo_fill(p->cairo);
    }
    for (size_t c = 0; c < g->table->column_count; c++, x += g->widths[c - 1])
        put(p, g->table->columns[c].header, x + PADDING, p->y, g->widths[c] - 2 * PADDING, height, g->size, true,
            is_right(g->table, c), INK);
    p->y += height;
}

static void put_cell(struct pen *p, const struct sw_table *table, size_t r, size_t c, double x, double w, double height, double size) {
    char text[SW_FIGURE_SIZE], marked[SW_FIGURE_SIZE + 8];
    bool below = sw_cell_is_below(table, r, c);
    const char *shown = sw_cell_shown(table, r, c, text, sizeof text);
    if (below) (void)snprintf(marked, sizeof marked, "▼ %s", shown);
    put(p, below ? marked : shown, x, p->y, w, height, size, below, is_right(table, c), below ? ALARM : INK);
}

static void put_rows(struct pen *p, const struct grid *g) {
    double height = g->size * ROW_FACTOR;
    put_header(p, g);
    for (size_t r = 0; r < sw_table_rows(g->table); r++) {
        if (!fits(p, height)) {
            begin_page(p, g->table);
            put_header(p, g);
        }
        double x = MARGIN;
        for (size_t c = 0; c < g->table->column_count; c++, x += g->widths[c - 1])
            put_cell(p, g->table, r, c, x + PADDING, g->widths[c] - 2 * PADDING, height, g->size);
        p->y += height;
        rule(p, p->y);
    }
}

/* One row, its columns one below the other, in two columns of the page. */
static void put_upright(struct pen *p, const struct sw_table *table) {
    double size = SIZE_MAX_POINTS, height = size * ROW_FACTOR, w = (PAGE_WIDTH - 2 * MARGIN) / 2, top = p->y;
    size_t half = (table->column_count + 1) / 2;
    for (size_t c = 0; c < table->column_count; c++) {
        double x = MARGIN + (c < half ? 0 : w);
        p->y = top + (double)(c < half ? c : c - half) * height;
        put(p, table->columns[c].header, x + PADDING, p->y, w * 0.45 - PADDING, height, size, false, false, MUTED);
        char text[SW_FIGURE_SIZE], marked[SW_FIGURE_SIZE + 8];
        bool below = sw_cell_is_below(table, 0, c);
        const char *shown = sw_cell_shown(table, 0, c, text, sizeof text);
        if (below) (void)snprintf(marked, sizeof marked, "▼ %s", shown);
        put(p, below ? marked : shown, x + w * 0.45, p->y, w * 0.55 - PADDING, height, size, true, false, below ? ALARM : INK);
    }
    p->y = top + (double)half * height;
}

static void put_table(struct pen *p, const struct sw_table *table) {
    begin_page(p, table);
    if (table->upright && sw_table_rows(table)) {
        put_upright(p, table);
        return;
    }
    struct grid g = {.table = table};
    lay_out(p, &g);
    put_rows(p, &g);
    if (!sw_table_rows(table)) put(p, sw_say_pattern(p->lang, SW_SAY_NONE), MARGIN + PADDING, p->y, 200, 18, SIZE_MAX_POINTS, false, false, MUTED);
}

/* ---- the document ---- */

static cairo_status_t write_to(void *closure, const unsigned char *data, unsigned length) {
    struct sw_buf *out = closure;
    sw_buf_add(out, data, length);
    return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void pen_init(struct pen *p, cairo_surface_t *surface) {
    p->cairo = cairo_create(surface);
    p->fonts = pango_cairo_font_map_new();
    PangoContext *context = pango_font_map_create_context(p->fonts);
    pango_cairo_context_set_resolution(context, 72);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    pango_context_set_round_glyph_positions(context, FALSE); /* or small texts come out wider than they were measured */
    p->layout = pango_layout_new(context);
    g_object_unref(context);
    pango_layout_set_single_paragraph_mode(p->layout, TRUE);
    pango_layout_set_auto_dir(p->layout, FALSE);
    pango_layout_set_ellipsize(p->layout, PANGO_ELLIPSIZE_END);
    p->font = pango_font_description_new();
    pango_font_description_set_family(p->font, SW_DRAW_FONT ",sans-serif");
}

static void pen_deinit(struct pen *p) {
    pango_font_description_free(p->font);
    g_object_unref(p->layout);
    cairo_destroy(p->cairo);
    g_object_unref(p->fonts);
}

int sw_tables_pdf(struct sw_table *const *tables, size_t count, const char *title, int64_t made_ms, struct sw_buf *out) {
    for (size_t i = 0; i < count; i++)
        if (tables[i]->left_out) return -SW_ELIMIT;
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(write_to, out, PAGE_WIDTH, PAGE_HEIGHT);
    char made[SW_RFC3339_SIZE];
    struct sw_zone *utc = sw_zone_utc();
    sw_zone_format_rfc3339(utc, made_ms, made);
    sw_zone_free(utc);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Shiftwall");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made); /* or cairo asks the clock */
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, made);
    struct pen p = {.title = title, .lang = count ? tables[0]->lang : SW_DRAW_ZH};
    pen_init(&p, surface);
    for (int pass = 0; pass < 2; pass++) {
        p.measures = pass == 0;
        p.page = 0;
        for (size_t i = 0; i < count; i++) put_table(&p, tables[i]);
        end_page(&p);
        p.pages = p.page;
    }
    cairo_status_t status = cairo_status(p.cairo);
    pen_deinit(&p);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (out->failed) return -SW_ELIMIT;
    return status == CAIRO_STATUS_SUCCESS ? 0 : -SW_EIO;
}
