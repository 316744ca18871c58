/* What the tests of report/draw share: the charts by name, drawing and laying one out, tidying up for the leak checker.
 */
#ifndef TESTS_DRAW_FIXTURE_H
#define TESTS_DRAW_FIXTURE_H

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pango/pangocairo.h>

#include "chart_fixture.h"
#include "report/draw.h"
#include "report/draw_layout.h"

#define CAP ((size_t)32 << 20)

static inline struct sw_chart *great_800(void) {
    return chart_great(800);
}
static inline struct sw_chart *great_23(void) {
    return chart_great(23);
}

static const struct {
    const char *name;
    struct sw_chart *(*make)(void);
} charts[] = {{"small", chart_small}, {"great", great_800}, {"great23", great_23},
              {"empty", chart_empty}, {"half", chart_half}, {"late", chart_late}};
#define CHARTS (sizeof charts / sizeof *charts)

static inline struct sw_chart *chart_named(const char *name) {
    for (size_t i = 0; i < CHARTS; i++)
        if (strcmp(charts[i].name, name) == 0) return charts[i].make();
    fail_msg("no chart %s", name);
    return NULL;
}

static inline struct sw_buf draw(const struct sw_chart *chart, enum sw_draw_format format, enum sw_draw_lang lang,
                                 int page) {
    struct sw_zone *zone = chart_zone();
    struct sw_draw_options options = {.format = format, .lang = lang, .page = page, .zone = zone};
    struct sw_buf out;
    sw_buf_init(&out, CAP);
    assert_int_equal(sw_chart_draw(chart, &options, &out), 0);
    assert_true(out.len > 0);
    sw_zone_free(zone);
    return out;
}

static inline struct sw_drawing lay_out(const struct sw_chart *chart, enum sw_draw_format format,
                                        enum sw_draw_lang lang) {
    struct sw_zone *zone = chart_zone();
    struct sw_draw_options options = {.format = format, .lang = lang, .zone = zone};
    struct sw_drawing drawing;
    sw__lay_out(chart, &options, &drawing);
    sw_zone_free(zone);
    return drawing;
}

/* Debian 12's cairo (1.16.0) loses 768 bytes for every font it puts into a PDF. What we would lose of cairo's own is
 * still found: cairo_debug_reset_static_data() stops when a font, and so a surface or a layout, is still in use. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libcairo.so\n";
}

/* Gives back what cairo and fontconfig keep for the whole process. */
static inline void draw_cleanup(void) {
    cairo_debug_reset_static_data();
    void (*fini)(void) = NULL;
    *(void **)&fini = dlsym(RTLD_DEFAULT, "FcFini");
    if (fini) fini();
}

#endif
