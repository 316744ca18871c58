/* How wide a text is, without asking a font: what is laid out by this is the same on every machine. */
#include <stdlib.h>
#include <string.h>

#include <pango/pango.h>

#include "report/draw_list.h"

/* Advances of the printable ASCII characters in Noto Sans CJK SC, in thousandths of an em. */
static const short regular[95] = {224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392,
                                  555, 555, 555, 555, 555, 555, 555, 555, 555, 555, 278, 278, 555, 555, 555, 474,
                                  946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812, 723, 742,
                                  633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559,
                                  606, 563, 618, 510, 620, 554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606,
                                  620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338, 270, 338, 555};
static const short heavy[95] = {227,  370, 574, 590, 590, 963, 740, 325, 378, 378, 507, 590, 325, 370, 325, 387,
                                590,  590, 590, 590, 590, 590, 590, 590, 590, 590, 325, 325, 590, 590, 590, 514,
                                1007, 641, 681, 656, 714, 615, 585, 717, 757, 330, 568, 686, 578, 853, 749, 770,
                                667,  770, 682, 624, 625, 748, 619, 915, 627, 580, 613, 378, 387, 378, 590, 567,
                                626,  591, 644, 527, 644, 581, 372, 597, 640, 304, 306, 604, 315, 964, 641, 626,
                                644,  644, 436, 495, 421, 637, 576, 863, 562, 574, 511, 378, 296, 378, 590};

#define EN_DASH 0x2013u
#define MINUS 0x2212u
#define ELLIPSIS "…" /* one em in a Chinese font */

static int advance(gunichar c, bool bold) {
    if (c >= 32 && c < 127) return (bold ? heavy : regular)[c - 32];
    if (c == EN_DASH) return bold ? 544 : 536;
    if (c == MINUS) return bold ? 590 : 555;
    if (g_unichar_iszerowidth(c)) return 0;
    bool sign = g_unichar_iswide_cjk(c) && !g_unichar_isalpha(c);                          /* as the middle dot */
    if (c >= 0xA0 && c < 0x2000 && !g_unichar_iswide(c) && !sign) return bold ? 680 : 650; /* other alphabets */
    return 1000;
}

double sw_text_width(const char *text, double size, bool bold) {
    int64_t sum = 0;
    while (*text) {
        gunichar c = g_utf8_get_char_validated(text, -1);
        bool valid = c < (gunichar)-2; /* otherwise a byte that will be replaced */
        sum += valid ? advance(c, bold) : 1000;
        text = valid ? g_utf8_next_char(text) : text + 1;
    }
    return (double)sum * size / 1000;
}

/* Valid UTF-8; control characters, line ends among them, become spaces. */
static char *clean(const char *text) {
    char *valid = g_utf8_make_valid(text, -1);
    struct sw_buf out;
    sw_buf_init(&out, SIZE_MAX);
    sw_buf_puts(&out, "");
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        bool control = g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029 || c == 0xFFFE || c == 0xFFFF;
        bool turns =
            (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); /* would turn their neighbours round */
        if (control || turns) sw_buf_putc(&out, ' ');
        else sw_buf_add(&out, p, (size_t)(g_utf8_next_char(p) - p));
    }
    g_free(valid);
    char *copy = sw_xstrdup(sw_buf_text(&out));
    sw_buf_deinit(&out);
    return copy;
}

char *sw_text_fit(const char *text, double size, bool bold, double width) {
    char *fitted = clean(text);
    if (sw_text_width(fitted, size, bold) <= width + 0.01) return fitted;
    double room = width - sw_text_width(ELLIPSIS, size, bold);
    int count = (int)g_utf8_strlen(fitted, -1);
    PangoLogAttr *attrs = sw_xcalloc((size_t)count + 1, sizeof *attrs);
    pango_get_log_attrs(fitted, (int)strlen(fitted), -1, NULL, attrs, count + 1);
    char *p = fitted, *end = fitted;
    int64_t sum = 0;
    for (int i = 0; i < count; i++) {
        if (attrs[i].is_cursor_position) end = p;
        sum += advance(g_utf8_get_char(p), bold);
        if ((double)sum * size / 1000 > room) break;
        p = g_utf8_next_char(p);
    }
    free(attrs);
    while (end > fitted && end[-1] == ' ') end--;
    struct sw_buf out;
    sw_buf_init(&out, SIZE_MAX);
    sw_buf_add(&out, fitted, (size_t)(end - fitted));
    if (room >= 0) sw_buf_puts(&out, ELLIPSIS);
    free(fitted);
    char *cut = sw_xstrdup(sw_buf_text(&out));
    sw_buf_deinit(&out);
    return cut;
}
