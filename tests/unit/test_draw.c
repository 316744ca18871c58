/* report/draw: what stands on the pages of a sign-in chart, and that nothing stands over another; what pdftotext reads.
 * It takes Debian's fonts-noto-cjk and poppler-utils. */
#include "draw_fixture.h"

struct box {
    double left, top, right, bottom;
};

/* A character of a Chinese font stands on -0.12 em and reaches 0.88 em. */
static struct box box_of(const struct sw_mark *m) {
    return (struct box){m->x, m->y - 0.86 * m->size, m->x + m->w, m->y + 0.12 * m->size};
}

static void check_page(const char *name, const struct sw_draw_page *page) {
    for (size_t i = 0; i < page->mark_count; i++) {
        const struct sw_mark *m = &page->marks[i];
        for (size_t p = 0; p < m->point_count; p++)
            if (m->points[p].x < 0 || m->points[p].x > SW_DRAW_WIDTH || m->points[p].y < 0 ||
                m->points[p].y > page->height)
                fail_msg("%s: a line leaves the page at %.1f, %.1f", name, m->points[p].x, m->points[p].y);
        if (m->kind == SW_MARK_RECT || m->kind == SW_MARK_FRAME)
            assert_true(m->x >= 0 && m->y >= 0 && m->x + m->w <= SW_DRAW_WIDTH && m->y + m->h <= page->height);
        if (m->kind != SW_MARK_TEXT) continue;
        struct box a = box_of(m);
        if (a.left < SW_MARGIN - 1 || a.right > SW_DRAW_WIDTH - SW_MARGIN + 1 || a.top < 20 ||
            a.bottom > page->height - 20)
            fail_msg("%s: \"%s\" leaves the page: %.1f to %.1f, %.1f", name, m->text, a.left, a.right, m->y);
        const char *cut = strstr(m->text, "…");
        if (cut && cut > m->text && strspn(m->text, "0123456789.:%/ –") >= (size_t)(cut - m->text))
            fail_msg("%s: the figure \"%s\" is cut", name, m->text);
        for (size_t j = i + 1; j < page->mark_count; j++) {
            if (page->marks[j].kind != SW_MARK_TEXT) continue;
            struct box b = box_of(&page->marks[j]);
            if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                fail_msg("%s: \"%s\" is over \"%s\"", name, m->text, page->marks[j].text);
        }
    }
}

static void test_no_text_overlaps_or_leaves_the_page(void **state) {
    (void)state;
    for (size_t i = 0; i < CHARTS * 4; i++) {
        struct sw_chart *chart = charts[i / 4].make();
        char name[40];
        snprintf(name, sizeof name, "%s %s %s", charts[i / 4].name, i % 2 ? "en" : "zh", i & 2 ? "paper" : "screen");
        struct sw_drawing drawing = lay_out(chart, i & 2 ? SW_DRAW_PDF : SW_DRAW_SVG, i % 2 ? SW_DRAW_EN : SW_DRAW_ZH);
        for (size_t p = 0; p < drawing.page_count; p++) check_page(name, &drawing.pages[p]);
        sw_drawing_deinit(&drawing);
        sw_chart_free(chart);
    }
}

/* From 1 to 120 teams, at every hour, with everything that can be said. */
static void test_no_overlap_at_any_hour_with_any_number_of_teams(void **state) {
    (void)state;
    for (int i = 0; i < 24; i++) {
        struct sw_chart *chart = chart_half();
        chart->at_ms = CHART_DAY + i * CHART_HOUR + CHART_QUARTER * (i % 4);
        chart->late = i % 2;
        chart->staffing_warning = i % 3 == 0;
        free(chart->intervals);
        chart_intervals(chart, i * i * 7, 0xFFFFFF & (0x5A5A5Au << i % 5), i % 2);
        for (int t = 0; t < i * 5; t++)
            chart_add_team(chart, "T", "云南省昆明市西山区第三服务专席组", chart->teams[t % 7]);
        for (int lang = 0; lang < 4; lang++) {
            struct sw_drawing drawing =
                lay_out(chart, lang & 2 ? SW_DRAW_PDF : SW_DRAW_SVG, lang % 2 ? SW_DRAW_EN : SW_DRAW_ZH);
            for (size_t p = 0; p < drawing.page_count; p++) check_page("any hour", &drawing.pages[p]);
            sw_drawing_deinit(&drawing);
        }
        sw_chart_free(chart);
    }
}

static void test_great_figures_after_midnight(void **state) {
    (void)state;
    struct sw_chart *chart = chart_great(3);
    chart->at_ms = CHART_AT(24, 10, 0);
    for (size_t t = 0; t < chart->team_count; t++) {
        chart->teams[t].due *= 617;
        chart->teams[t].attended *= 617;
        chart->total.due += chart->teams[t].due;
        chart->total.attended += chart->teams[t].attended;
    }
    for (size_t i = 0; i < chart->interval_count; i++) {
        chart->intervals[i].scheduled *= 123;
        chart->intervals[i].signed_in = chart->intervals[i].present = chart->intervals[i].scheduled - 7;
    }
    for (int s = 0; s < SW_ST_COUNT; s++) {
        chart->states[s] *= 1021;
        chart->state_ms[s] *= 1021;
    }
    for (int i = 0; i < 4; i++) {
        struct sw_drawing drawing = lay_out(chart, i & 2 ? SW_DRAW_PDF : SW_DRAW_SVG, i % 2 ? SW_DRAW_EN : SW_DRAW_ZH);
        for (size_t p = 0; p < drawing.page_count; p++) check_page("great figures", &drawing.pages[p]);
        sw_drawing_deinit(&drawing);
    }
    sw_chart_free(chart);
}

/* Our table of widths against the font: nothing has to be squeezed by more than 2 %. */
static void test_widths_are_those_of_the_font(void **state) {
    (void)state;
    PangoFontMap *fonts = pango_cairo_font_map_new();
    PangoContext *context = pango_font_map_create_context(fonts);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    PangoLayout *layout = pango_layout_new(context);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, SW_DRAW_FONT);
    for (size_t i = 0; i < CHARTS * 2; i++) {
        struct sw_chart *chart = charts[i / 2].make();
        struct sw_drawing drawing = lay_out(chart, SW_DRAW_SVG, i % 2 ? SW_DRAW_EN : SW_DRAW_ZH);
        for (size_t n = 0; n < drawing.pages[0].mark_count; n++) {
            const struct sw_mark *m = &drawing.pages[0].marks[n];
            if (m->kind != SW_MARK_TEXT) continue;
            int width, height;
            pango_font_description_set_absolute_size(font, 100 * PANGO_SCALE);
            pango_font_description_set_weight(font, m->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
            pango_layout_set_font_description(layout, font);
            pango_layout_set_text(layout, m->text, -1);
            pango_layout_get_size(layout, &width, &height);
            double natural = (double)width / PANGO_SCALE, ours = sw_text_width(m->text, 100, m->bold);
            if (natural > ours * 1.02 + 1 || natural < ours * 0.94 - 1)
                fail_msg("\"%s\" takes %.0f, not %.0f", m->text, natural, ours);
        }
        sw_drawing_deinit(&drawing);
        sw_chart_free(chart);
    }
    pango_font_description_free(font);
    g_object_unref(layout);
    g_object_unref(context);
    g_object_unref(fonts);
}

/* What stands on the pages of DRAWING, without blanks, must stand in TEXT, without blanks. */
static char *without_blanks(const char *text) {
    char *copy = sw_xmalloc(strlen(text) + 1), *to = copy;
    for (; *text; text++)
        if (!strchr(" \n\f\r", *text)) *to++ = *text;
    *to = '\0';
    return copy;
}

static char *pdf_text(const struct sw_buf *pdf) {
    char path[] = "/tmp/shiftwall-draw-XXXXXX", command[80];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, pdf->data, pdf->len), (ssize_t)pdf->len);
    close(fd);
    snprintf(command, sizeof command, "pdftotext -layout %s -", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    struct sw_buf text;
    sw_buf_init(&text, CAP);
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, pipe)) > 0;) sw_buf_add(&text, chunk, n);
    assert_int_equal(pclose(pipe), 0);
    unlink(path);
    char *read = sw_buf_detach(&text, NULL);
    assert_non_null(read);
    return read;
}

static void test_pdftotext_reads_every_text(void **state) {
    (void)state;
    for (size_t i = 0; i < CHARTS * 2; i++) {
        enum sw_draw_lang lang = i % 2 ? SW_DRAW_EN : SW_DRAW_ZH;
        struct sw_chart *chart = charts[i / 2].make();
        struct sw_buf pdf = draw(chart, SW_DRAW_PDF, lang, 0);
        char *layout = pdf_text(&pdf), *text = without_blanks(layout);
        struct sw_drawing drawing = lay_out(chart, SW_DRAW_PDF, lang);
        for (size_t p = 0; p < drawing.page_count; p++)
            for (size_t m = 0; m < drawing.pages[p].mark_count; m++) {
                if (drawing.pages[p].marks[m].kind != SW_MARK_TEXT) continue;
                char *wanted = without_blanks(drawing.pages[p].marks[m].text);
                if (!strstr(text, wanted)) fail_msg("%s: the PDF lacks \"%s\"", charts[i / 2].name, wanted);
                free(wanted);
            }
        sw_drawing_deinit(&drawing);
        free(layout);
        free(text);
        sw_buf_deinit(&pdf);
        sw_chart_free(chart);
    }
}

static void assert_says(const char *text, const char *wanted) {
    if (!strstr(text, wanted)) fail_msg("no \"%s\"", wanted);
}

static void test_figures_of_the_small_day(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small();
    struct sw_buf svg = draw(chart, SW_DRAW_SVG, SW_DRAW_ZH, 0), pdf = draw(chart, SW_DRAW_PDF, SW_DRAW_ZH, 0);
    char *layout = pdf_text(&pdf), *text = without_blanks(layout);
    static const char *const wanted[] = {"75.0%",    "94.5%",    "89.7%", "5 / 5",         "6 / 5",    "孙丽",
                                         "王芳",     "08:37:12", "7:12",  "10 分钟以内",   "08:51:40", "21:40",
                                         "13:42:05", "17:55",    "12:34", "15:20 / 10:00", "5:20",     "08:30–17:30"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char element[80];
        snprintf(element, sizeof element, ">%s</text>", wanted[i]);
        assert_says(svg.data, element);
        char *solid = without_blanks(wanted[i]);
        assert_says(text, solid);
        free(solid);
    }
    assert_says(svg.data, "周 &amp; &lt;杰&gt;");
    assert_says(svg.data, "已报备·迟到：地铁故障停运（陈晓）");
    assert_says(svg.data, "报备未覆盖·离席：复印资料（陈晓）");
    assert_says(svg.data, "09:00–10:00、13:00–14:00");
    free(layout);
    free(text);
    sw_buf_deinit(&svg);
    sw_buf_deinit(&pdf);
    sw_chart_free(chart);
}

static void test_what_is_not_known_is_said(void **state) {
    (void)state;
    struct sw_chart *late = chart_late(), *empty = chart_empty(), *great = chart_great(800);
    struct sw_buf svg = draw(late, SW_DRAW_SVG, SW_DRAW_ZH, 0), none = draw(empty, SW_DRAW_SVG, SW_DRAW_EN, 0);
    struct sw_buf many = draw(great, SW_DRAW_SVG, SW_DRAW_ZH, 2);
    assert_says(svg.data, "数据不完整：服务曾中断，自 10:05 起可能缺少事件");
    assert_says(svg.data, "补绘：15:00 的图表于 16:42 由日志补绘");
    assert_says(svg.data, "需要人数未知");
    assert_says(svg.data, "数据存疑的时段（1 段，共 5:00）：10:00–15:00");
    assert_null(strstr(svg.data, "数据完整"));
    assert_says(none.data, ">No shifts today<");
    assert_says(none.data, ">Not known, goal ≥ 95%<");
    assert_says(none.data, ">–</text>");
    assert_null(strstr(none.data, ">0.0%<"));
    assert_null(strstr(none.data, ">100.0%<"));
    assert_says(many.data, ">另有 738 人，见 PDF 或表格<");
    assert_says(many.data, ">10062</text>");
    assert_null(strstr(many.data, ">10063</text>"));
    sw_buf_deinit(&svg);
    sw_buf_deinit(&none);
    sw_buf_deinit(&many);
    sw_chart_free(late);
    sw_chart_free(empty);
    sw_chart_free(great);
}

static void test_the_pdf_has_all_800(void **state) {
    (void)state;
    struct sw_chart *chart = chart_great(800);
    struct sw_buf pdf = draw(chart, SW_DRAW_PDF, SW_DRAW_EN, 2);
    char *text = pdf_text(&pdf), id[16];
    for (int i = 0; i < 800; i++) {
        snprintf(id, sizeof id, "%d", 10001 + i);
        assert_says(text, id);
    }
    assert_says(text, "Absent (continued)");
    assert_says(text, "Page 9 of 9");
    assert_null(strstr(text, "Page 1 of"));
    free(text);
    sw_buf_deinit(&pdf);
    sw_chart_free(chart);
}

/* A telephone shows 1600 units on 400 pixels: the four figures of the head are 15 pixels high at least. */
static void test_head_figures_are_large(void **state) {
    (void)state;
    for (size_t i = 0; i < CHARTS; i++) {
        struct sw_chart *chart = charts[i].make();
        struct sw_drawing drawing = lay_out(chart, SW_DRAW_PNG, SW_DRAW_ZH);
        int large = 0;
        for (size_t m = 0; m < drawing.pages[0].mark_count; m++)
            large += drawing.pages[0].marks[m].kind == SW_MARK_TEXT && drawing.pages[0].marks[m].size >= 60;
        assert_int_equal(large, 5); /* and the moment */
        sw_drawing_deinit(&drawing);
        sw_chart_free(chart);
    }
}

static const char *percent(int64_t num, int64_t den, int64_t goal_ppm) {
    static char text[SW_FIGURE_SIZE];
    sw_figure_percent(text, sizeof text, num, den, goal_ppm);
    return text;
}

static void test_figures(void **state) {
    (void)state;
    assert_string_equal(percent(9496, 10000, 950000), "94.9%");
    assert_string_equal(percent(9500, 10000, 950000), "95.0%");
    assert_string_equal(percent(9496, 10000, 0), "95.0%");
    assert_string_equal(percent(99999, 100000, 950000), "99.9%");
    assert_string_equal(percent(1, 1, 950000), "100.0%");
    assert_string_equal(percent(9246, 10000, 924700), "92.4%");
    assert_string_equal(percent(0, 0, 950000), "–");
    assert_string_equal(percent(-1, 5, 950000), "–");
    char text[SW_FIGURE_SIZE];
    sw_figure_goal(text, sizeof text, 950000);
    assert_string_equal(text, "95%");
    sw_figure_goal(text, sizeof text, 925050);
    assert_string_equal(text, "92.505%");
    sw_figure_duration(text, sizeof text, 59999);
    assert_string_equal(text, "0:59");
    sw_figure_duration(text, sizeof text, 3723000);
    assert_string_equal(text, "1:02:03");
    sw_figure_date(text, sizeof text, SW_DRAW_EN, "2026-11-23");
    assert_string_equal(text, "Mon 2026-11-23");
    struct sw_zone *zone = chart_zone();
    sw_figure_clock(text, sizeof text, zone, CHART_AT(8, 37, 12), true);
    assert_string_equal(text, "08:37:12");
    sw_zone_free(zone);
}

static void assert_fits(const char *text, double width, const char *wanted) {
    char *fitted = sw_text_fit(text, 10, false, width);
    assert_string_equal(fitted, wanted);
    assert_true(sw_text_width(fitted, 10, false) <= width + 0.01);
    free(fitted);
}

static void test_texts_are_cut_between_characters(void **state) {
    (void)state;
    assert_fits("欧阳娜娜", 40, "欧阳娜娜");
    assert_fits("欧阳娜娜", 39, "欧阳…");
    assert_fits("欧阳娜娜", 5, "");
    assert_fits("ae\xCC\x81"
                "bcdefghij",
                22, "ae\xCC\x81…"); /* an accent stays with its letter */
    assert_fits("a\nb\tc", 100, "a b c");
    assert_fits("a\xFFz", 100, "a\xEF\xBF\xBDz");
    assert_fits("x\xE2\x80\xAEy", 100, "x y"); /* would turn the rest of the line round */
}

/* Whatever a roster or a policy may say. */
static void test_hostile_texts(void **state) {
    (void)state;
    struct sw_chart *chart = chart_small();
    char long_name[4001];
    memset(long_name, 'W', 4000);
    long_name[4000] = '\0';
    chart->site_name = sw_chart_text(chart, "</text><script>alert(1)</script>\x01\xC3");
    chart->policy = sw_chart_text(chart, long_name);
    chart->incomplete = sw_chart_text(chart, long_name);
    chart->teams[0].name = sw_chart_text(chart, long_name);
    chart->lists[SW_CHART_LATE][0].agent = chart->lists[SW_CHART_LATE][0].seat = sw_chart_text(chart, long_name);
    chart->lists[SW_CHART_LATE][0].late_class = chart->lists[SW_CHART_LATE][1].grant = sw_chart_text(chart, long_name);
    for (int format = SW_DRAW_PNG; format <= SW_DRAW_PDF; format++) {
        struct sw_buf out = draw(chart, (enum sw_draw_format)format, SW_DRAW_ZH, 0);
        if (format == SW_DRAW_SVG) {
            assert_null(strstr(out.data, "<script"));
            assert_says(out.data, "&lt;/text&gt;&lt;script&gt;");
            assert_null(strchr(out.data, '\x01'));
        }
        sw_buf_deinit(&out);
        struct sw_drawing drawing = lay_out(chart, (enum sw_draw_format)format, SW_DRAW_EN);
        for (size_t p = 0; p < drawing.page_count; p++) check_page("hostile", &drawing.pages[p]);
        sw_drawing_deinit(&drawing);
    }
    sw_chart_free(chart);
}

static void test_failures(void **state) {
    (void)state;
    struct sw_chart *chart = chart_empty();
    struct sw_buf out;
    sw_buf_init(&out, 3000);
    sw_buf_puts(&out, "before");
    struct sw_draw_options wrong = {.format = SW_DRAW_SVG, .page = 3};
    assert_int_equal(sw_chart_draw(chart, &wrong, &out), -SW_EINVAL);
    wrong.page = 0;
    wrong.format = (enum sw_draw_format)7;
    assert_int_equal(sw_chart_draw(chart, &wrong, &out), -SW_EINVAL);
    assert_string_equal(sw_buf_text(&out), "before");
    for (int format = SW_DRAW_PNG; format <= SW_DRAW_PDF; format++) {
        struct sw_draw_options options = {.format = (enum sw_draw_format)format};
        sw_buf_clear(&out);
        assert_int_equal(sw_chart_draw(chart, &options, &out), -SW_ELIMIT);
        assert_true(out.failed);
    }
    sw_buf_deinit(&out);
    sw_chart_free(chart);
    assert_int_equal(sw_draw_format_from_name("pdf"), SW_DRAW_PDF);
    assert_int_equal(sw_draw_format_from_name("gif"), -1);
    assert_int_equal(sw_draw_lang_from_name("zh-CN"), SW_DRAW_ZH);
    assert_int_equal(sw_draw_lang_from_name("en"), SW_DRAW_EN);
    assert_int_equal(sw_draw_lang_from_name("fr"), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_text_overlaps_or_leaves_the_page),
        cmocka_unit_test(test_no_overlap_at_any_hour_with_any_number_of_teams),
        cmocka_unit_test(test_great_figures_after_midnight),
        cmocka_unit_test(test_widths_are_those_of_the_font),
        cmocka_unit_test(test_pdftotext_reads_every_text),
        cmocka_unit_test(test_figures_of_the_small_day),
        cmocka_unit_test(test_what_is_not_known_is_said),
        cmocka_unit_test(test_the_pdf_has_all_800),
        cmocka_unit_test(test_head_figures_are_large),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_texts_are_cut_between_characters),
        cmocka_unit_test(test_hostile_texts),
        cmocka_unit_test(test_failures),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    draw_cleanup();
    return failed;
}
