#include "notify/markdown.h"

#include <string.h>

#include "notify/form.h"

struct page {
    struct sw_cut cut;
    struct sw_buf line;
    const char *line_end;
};

static bool add_line(void *ctx, const char *line, size_t len, const char *first, const char *rest) {
    struct page *page = ctx;
    sw_buf_clear(&page->line);
    if (first) {
        sw_buf_puts(&page->line, "**");
        sw__plain(&page->line, first, strlen(first));
        sw_buf_puts(&page->line, "** ");
        sw__plain(&page->line, rest, strlen(rest));
    } else {
        sw__plain(&page->line, line, len);
    }
    sw_buf_puts(&page->line, page->line_end);
    return sw__cut_add(&page->cut, sw_buf_text(&page->line), page->line.len);
}

void sw__markdown(const struct sw_letter *letter, const char *heading, const char *line_end, size_t max,
                  struct sw_buf *out) {
    struct sw_buf link, more;
    sw_buf_init(&link, SW_MESSAGE_LINK_BYTES_MAX + 128);
    sw_buf_init(&more, 256);
    if (letter->link) sw_buf_printf(&link, "[%s](%s)", sw_letter_see(letter->language), letter->link);
    if (link.len >= max / 2) sw_buf_clear(&link);
    sw_buf_printf(&more, "%s%s", sw_letter_more(letter->language), line_end);
    struct page page = {.cut = sw__cut(out, max - link.len, sw_buf_text(&more)), .line_end = line_end};
    sw_buf_init(&page.line, (size_t)1 << 20);
    sw_buf_puts(&page.line, heading);
    sw__plain(&page.line, sw_buf_text(&letter->title), letter->title.len);
    sw_buf_puts(&page.line, line_end);
    if (sw__cut_add(&page.cut, sw_buf_text(&page.line), page.line.len)) sw__each_line(letter, &page, add_line);
    sw_buf_puts(out, sw_buf_text(&link));
    sw_buf_deinit(&page.line);
    sw_buf_deinit(&link);
    sw_buf_deinit(&more);
}
