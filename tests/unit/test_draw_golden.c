/* report/draw: the sign-in chart as bytes. SVGs and small PNGs are compared with those in tests/golden/charts;
 * UPDATE_GOLDEN=1 writes them anew. The PNGs take Debian's fonts-noto-cjk. */
#include <pthread.h>

#include "draw_fixture.h"

#define GOLDEN "tests/golden/charts/"

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    struct sw_buf text;
    sw_buf_init(&text, CAP);
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;) sw_buf_add(&text, chunk, n);
    fclose(file);
    return sw_buf_detach(&text, length);
}

static void write_file(const char *path, const char *data, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static bool updating(void) {
    return getenv("UPDATE_GOLDEN") != NULL;
}

static void test_the_same_chart_gives_the_same_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < CHARTS; i += 3) {
        struct sw_chart *chart = charts[i].make(), *again = charts[i].make();
        for (int format = SW_DRAW_PNG; format <= SW_DRAW_PDF; format++) {
            struct sw_buf a = draw(chart, (enum sw_draw_format)format, SW_DRAW_ZH, 0);
            struct sw_buf b = draw(again, (enum sw_draw_format)format, SW_DRAW_ZH, 0);
            assert_int_equal(a.len, b.len);
            assert_memory_equal(a.data, b.data, a.len);
            sw_buf_deinit(&a);
            sw_buf_deinit(&b);
        }
        sw_chart_free(chart);
        sw_chart_free(again);
    }
}

static void golden_svg(const char *name, enum sw_draw_lang lang, int page) {
    char path[200];
    snprintf(path, sizeof path, GOLDEN "%s-%s%s.svg", name, lang == SW_DRAW_EN ? "en" : "zh",
             page ? page == 1 ? "-1" : "-2" : "");
    struct sw_chart *chart = chart_named(name);
    struct sw_buf svg = draw(chart, SW_DRAW_SVG, lang, page);
    if (updating()) write_file(path, svg.data, svg.len);
    size_t length = 0;
    char *golden = read_file(path, &length);
    if (!golden) fail_msg("%s is not there", path);
    if (length != svg.len || memcmp(golden, svg.data, length) != 0) {
        size_t at = 0, line = 1;
        for (; at < length && at < svg.len && golden[at] == svg.data[at]; at++) line += golden[at] == '\n';
        fail_msg("%s differs from line %zu on: %.120s", path, line, svg.data + at);
    }
    free(golden);
    sw_buf_deinit(&svg);
    sw_chart_free(chart);
}

static void test_golden_svg(void **state) {
    (void)state;
    golden_svg("small", SW_DRAW_ZH, 0);
    golden_svg("small", SW_DRAW_EN, 0);
    golden_svg("empty", SW_DRAW_ZH, 0);
    golden_svg("half", SW_DRAW_EN, 1);
    golden_svg("late", SW_DRAW_ZH, 1);
    golden_svg("great", SW_DRAW_ZH, 1);
    golden_svg("great23", SW_DRAW_EN, 2);
}

/* An image made small: the mean darkness of squares, 200 to a row. */
#define SMALL 200
struct small {
    int height;
    unsigned char *grey;
};

struct reader {
    const char *data;
    size_t left;
};

static cairo_status_t read_from(void *closure, unsigned char *data, unsigned length) {
    struct reader *reader = closure;
    if (reader->left < length) return CAIRO_STATUS_READ_ERROR;
    memcpy(data, reader->data, length);
    reader->data += length;
    reader->left -= length;
    return CAIRO_STATUS_SUCCESS;
}

static struct small small_of(const char *png, size_t length) {
    struct reader reader = {png, length};
    cairo_surface_t *image = cairo_image_surface_create_from_png_stream(read_from, &reader);
    assert_int_equal(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
    int width = cairo_image_surface_get_width(image), height = cairo_image_surface_get_height(image);
    int side = width / SMALL, stride = cairo_image_surface_get_stride(image);
    assert_int_equal(width % SMALL, 0);
    const unsigned char *pixels = cairo_image_surface_get_data(image);
    struct small small = {height / side, sw_xcalloc((size_t)(height / side) * SMALL, 1)};
    for (int i = 0; i < small.height * SMALL; i++) {
        long sum = 0;
        for (int y = i / SMALL * side; y < (i / SMALL + 1) * side; y++)
            for (int x = i % SMALL * side; x < (i % SMALL + 1) * side; x++) {
                const unsigned char *p = pixels + (ptrdiff_t)y * stride + x * 4;
                sum += (p[0] * 114 + p[1] * 587 + p[2] * 299) / 1000;
            }
        small.grey[i] = (unsigned char)(sum / (side * side));
    }
    cairo_surface_destroy(image);
    return small;
}

static cairo_status_t write_to(void *closure, const unsigned char *data, unsigned length) {
    sw_buf_add(closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static void write_small(const char *path, const struct small *small) {
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, SMALL, small->height);
    unsigned char *pixels = cairo_image_surface_get_data(image);
    for (int i = 0; i < small->height * SMALL; i++)
        memset(pixels + (ptrdiff_t)(i / SMALL) * cairo_image_surface_get_stride(image) + i % SMALL * 4, small->grey[i],
               3);
    cairo_surface_mark_dirty(image);
    struct sw_buf png;
    sw_buf_init(&png, CAP);
    assert_int_equal(cairo_surface_write_to_png_stream(image, write_to, &png), CAIRO_STATUS_SUCCESS);
    write_file(path, png.data, png.len);
    sw_buf_deinit(&png);
    cairo_surface_destroy(image);
}

/* The greatest mean difference of a field of 5 by 5 squares; 255 when the sizes differ. A letter drawn a little
 * otherwise stays under 10, a bar or a figure that is another does not. */
static double difference(const struct small *a, const struct small *b) {
    if (a->height != b->height) return 255;
    double most = 0;
    for (int y = 0; y + 5 <= a->height; y += 5)
        for (int x = 0; x + 5 <= SMALL; x += 5) {
            int sum = 0;
            for (int i = 0; i < 25; i++) {
                int at = (y + i / 5) * SMALL + x + i % 5;
                sum += abs(a->grey[at] - b->grey[at]);
            }
            if (sum / 25.0 > most) most = sum / 25.0;
        }
    return most;
}
#define DIFFERENCE_MAX 10.0

static struct small small_drawing(const struct sw_chart *chart, enum sw_draw_lang lang, int page) {
    struct sw_buf png = draw(chart, SW_DRAW_PNG, lang, page);
    struct small small = small_of(png.data, png.len);
    sw_buf_deinit(&png);
    return small;
}

static void golden_png(const char *name, enum sw_draw_lang lang, int page) {
    char path[200];
    snprintf(path, sizeof path, GOLDEN "%s-%s-%d.png", name, lang == SW_DRAW_EN ? "en" : "zh", page);
    struct sw_chart *chart = chart_named(name);
    struct small drawn = small_drawing(chart, lang, page);
    if (updating()) write_small(path, &drawn);
    size_t length = 0;
    char *golden = read_file(path, &length);
    if (!golden) fail_msg("%s is not there", path);
    struct small expected = small_of(golden, length);
    double found = difference(&drawn, &expected);
    if (found > DIFFERENCE_MAX) fail_msg("%s differs by %.1f", path, found);
    free(golden);
    free(drawn.grey);
    free(expected.grey);
    sw_chart_free(chart);
}

static void test_golden_png(void **state) {
    (void)state;
    golden_png("small", SW_DRAW_ZH, 1);
    golden_png("small", SW_DRAW_EN, 2);
    golden_png("half", SW_DRAW_EN, 1);
    golden_png("great", SW_DRAW_ZH, 1);
}

static void test_the_comparison_sees_one_bar_and_one_figure(void **state) {
    (void)state;
    struct sw_chart *chart = chart_half(), *bar = chart_half(), *figure = chart_half();
    bar->intervals[50].present -= 30;
    figure->teams[3].attended -= 3;
    struct small a = small_drawing(chart, SW_DRAW_ZH, 1), b = small_drawing(bar, SW_DRAW_ZH, 1);
    struct small c = small_drawing(figure, SW_DRAW_ZH, 1);
    assert_true(difference(&a, &b) > DIFFERENCE_MAX * 1.5);
    assert_true(difference(&a, &c) > DIFFERENCE_MAX * 1.5);
    free(a.grey);
    free(b.grey);
    free(c.grey);
    sw_chart_free(chart);
    sw_chart_free(bar);
    sw_chart_free(figure);
}

static void *draw_pdf(void *closure) {
    struct sw_buf *out = closure;
    struct sw_chart *chart = chart_small();
    struct sw_zone *zone = chart_zone();
    struct sw_draw_options options = {.format = SW_DRAW_PDF, .zone = zone};
    sw_buf_init(out, CAP);
    if (sw_chart_draw(chart, &options, out) != 0) sw_buf_clear(out);
    sw_zone_free(zone);
    sw_chart_free(chart);
    return NULL;
}

static void test_four_threads_draw_the_same(void **state) {
    (void)state;
    pthread_t threads[4];
    struct sw_buf out[4];
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, draw_pdf, &out[i]), 0);
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 4; i++) {
        assert_true(out[i].len > 1000);
        assert_int_equal(out[i].len, out[0].len);
        assert_memory_equal(out[i].data, out[0].data, out[0].len);
    }
    for (int i = 0; i < 4; i++) sw_buf_deinit(&out[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_four_threads_draw_the_same), /* first, while nothing is loaded yet */
        cmocka_unit_test(test_the_same_chart_gives_the_same_bytes),
        cmocka_unit_test(test_golden_svg),
        cmocka_unit_test(test_golden_png),
        cmocka_unit_test(test_the_comparison_sees_one_bar_and_one_figure),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    draw_cleanup();
    return failed;
}
