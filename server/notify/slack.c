/* Slack incoming webhooks. Documents: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (text and
 * blocks; the answer is the text `ok`), .../reference/block-kit/blocks (150 characters of a header, 3000 of a section, 50
 * blocks), .../messaging/formatting-message-text (&, < and > are escaped), .../apis/web-api/rate-limits (one a second, 429
 * with Retry-After). Pictures only by public address, so there are none. */
#include <stdio.h>
#include <string.h>

#include "codec/json_writer.h"
#include "codec/message_json.h"
#include "notify/form.h"

#define HEADER_BYTES_MAX 150 /* at most as many characters */
#define SECTION_BYTES_MAX 2900
#define LINE_BYTES_MAX 560 /* escapes make five of one */
#define TEXT_BYTES_MAX 12000
#define BODY_BYTES_MAX 100000

static void escape(struct sw_buf *out, const char *text, size_t len) {
    for (const char *end = text + len; text < end; text++) {
        if (*text == '&') sw_buf_puts(out, "&amp;");
        else if (*text == '<') sw_buf_puts(out, "&lt;");
        else if (*text == '>') sw_buf_puts(out, "&gt;");
        else sw_buf_putc(out, *text);
    }
}

struct page {
    struct sw_json *j;
    struct sw_cut cut;
    struct sw_buf line, section;
};

static void add_block(struct sw_json *j, const char *block, const char *type, const char *text) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "type", block);
    sw_json_open(j, "text", '{');
    sw_json_text(j, "type", type);
    sw_json_text(j, "text", text);
    sw_json_close(j, '}');
    sw_json_close(j, '}');
}

static void flush(struct page *page) {
    if (page->section.len) add_block(page->j, "section", "mrkdwn", sw_buf_text(&page->section));
    sw_buf_clear(&page->section);
}

/* Adds what is in `line`, which belongs together. */
static bool add(struct page *page) {
    sw_buf_putc(&page->line, '\n');
    size_t before = page->cut.out->len;
    bool more = sw__cut_add(&page->cut, sw_buf_text(&page->line), page->line.len);
    const char *added = sw_buf_text(page->cut.out) + before;
    if (page->section.len + strlen(added) > SECTION_BYTES_MAX) flush(page);
    sw_buf_add(&page->section, added, sw_utf8_cut(added, SECTION_BYTES_MAX));
    sw_buf_clear(&page->line);
    return more;
}

/* Appends as much of TEXT as a line may have; how many bytes that were. */
static size_t add_part(struct page *page, const char *text, size_t len) {
    size_t part = sw_utf8_cut(text, len < LINE_BYTES_MAX ? len : LINE_BYTES_MAX);
    escape(&page->line, text, part);
    return part;
}

static bool add_line(void *ctx, const char *line, size_t len, const char *first, const char *rest) {
    struct page *page = ctx;
    sw_buf_clear(&page->line);
    if (first) {
        sw_buf_putc(&page->line, '*');
        (void)add_part(page, first, strlen(first) < LINE_BYTES_MAX / 4 ? strlen(first) : LINE_BYTES_MAX / 4);
        sw_buf_puts(&page->line, "*  ");
        size_t part = add_part(page, rest, strlen(rest) < LINE_BYTES_MAX / 2 ? strlen(rest) : LINE_BYTES_MAX / 2);
        if (rest[part]) sw_buf_puts(&page->line, "...");
        return add(page);
    }
    do {
        size_t part = add_part(page, line, len);
        line += part;
        len -= part;
        if (!add(page)) return false;
    } while (len);
    return true;
}

static void write_text(const struct sw_letter *letter, const struct sw_address *to, int64_t now_ms, size_t text_max,
                       struct sw_post *post) {
    (void)now_ms;
    struct sw_buf text, title;
    sw_buf_init(&text, text_max + 512);
    sw_buf_init(&title, 8192);
    sw_buf_puts(&post->url, to->url);
    struct sw_json j = sw_json_on(&post->body);
    struct page page = {.j = &j, .cut = sw__cut(&text, text_max, sw_letter_more(letter->language))};
    sw_buf_init(&page.line, (size_t)1 << 20);
    sw_buf_init(&page.section, SECTION_BYTES_MAX);
    escape(&title, sw_buf_text(&letter->title), letter->title.len);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "text", sw_buf_text(&title)); /* of notifications */
    sw_json_open(&j, "blocks", '[');
    sw_buf_clear(&title);
    sw_buf_add(&title, sw_buf_text(&letter->title), sw_utf8_cut(sw_buf_text(&letter->title), HEADER_BYTES_MAX));
    add_block(&j, "header", "plain_text", sw_buf_text(&title));
    sw__each_line(letter, &page, add_line);
    flush(&page);
    if (letter->link) {
        sw_buf_clear(&title);
        sw_buf_putc(&title, '<');
        escape(&title, letter->link, strlen(letter->link));
        sw_buf_printf(&title, "|%s>", sw_letter_see(letter->language));
        add_block(&j, "section", "mrkdwn", sw_buf_text(&title));
    }
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
    sw_buf_deinit(&page.line);
    sw_buf_deinit(&page.section);
    sw_buf_deinit(&text);
    sw_buf_deinit(&title);
}

static void judge(const struct sw_answer *answer, struct sw_judgement *j) {
    if (answer->body_bytes >= 2 && !strncmp(answer->body, "ok", 2)) return;
    j->verdict = SW_VERDICT_LATER; /* a login page of the network, a proxy */
    (void)snprintf(j->reason, sizeof j->reason, "HTTP %d, but not the service's answer", answer->status);
}

const struct sw_form sw__form_slack = {.text_bytes_max = TEXT_BYTES_MAX,
                                       .body_bytes_max = BODY_BYTES_MAX,
                                       .per_minute = 60,
                                       .gap_ms = 1000,
                                       .write = write_text,
                                       .judge = judge};
