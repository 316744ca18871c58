/* A webhook of one's own: the message as JSON, its picture and all. Any status of 200 to 299 takes it.
 *
 * `Idempotency-Key` is the message's id: what comes twice (an answer was lost) is known by it. With a secret,
 * `X-Shiftwall-Timestamp` is the time in milliseconds and `X-Shiftwall-Signature` is
 * base64(HMAC-SHA256(secret, timestamp + "\n" + body)). */
#include <stdio.h>
#include <string.h>

#include "codec/json_writer.h"
#include "notify/form.h"

#define TEXT_BYTES_MAX ((size_t)128 << 10)

struct page {
    struct sw_cut cut;
};

static bool add_line(void *ctx, const char *line, size_t len, const char *first, const char *rest) {
    (void)rest;
    struct page *page = ctx;
    if (first) return false; /* the table is its own member */
    size_t before = page->cut.out->len;
    if (!sw__cut_add(&page->cut, line, len)) return false;
    if (page->cut.out->len > before || !len) sw_buf_putc(page->cut.out, '\n');
    return true;
}

static void add_table(struct sw_json *j, const struct sw_letter *letter) {
    const struct sw_message *m = letter->table;
    const char *const *columns = sw_message_words(m, letter->language)->columns;
    if (columns) {
        sw_json_open(j, "columns", '[');
        for (size_t c = 0; c < m->column_count; c++) sw_json_text(j, NULL, columns[c]);
        sw_json_close(j, ']');
    }
    sw_json_open(j, "rows", '[');
    for (size_t r = 0; r < m->row_count; r++) {
        sw_json_open(j, NULL, '[');
        for (size_t c = 0; c < m->column_count; c++) sw_json_text(j, NULL, m->cells[r * m->column_count + c]);
        sw_json_close(j, ']');
    }
    sw_json_close(j, ']');
}

static void add_headers(const struct sw_letter *letter, const struct sw_address *to, int64_t now_ms, struct sw_post *post) {
    sw_buf_puts(&post->headers, "Idempotency-Key: ");
    sw__url_encode(&post->headers, letter->id);
    sw_buf_putc(&post->headers, '\n');
    if (!to->secret) return;
    struct sw_buf text;
    char sign[SW_SIGNATURE_BYTES];
    sw_buf_init(&text, SW_BODY_BYTES_MAX + 32);
    sw_buf_printf(&text, "%lld\n", (long long)now_ms);
    sw_buf_add(&text, sw_buf_text(&post->body), post->body.len);
    sw__sign(to->secret, strlen(to->secret), sw_buf_text(&text), text.len, sign);
    sw_buf_printf(&post->headers, "X-Shiftwall-Timestamp: %lld\nX-Shiftwall-Signature: %s\n", (long long)now_ms, sign);
    sw_buf_deinit(&text);
}

static void write_text(const struct sw_letter *letter, const struct sw_address *to, int64_t now_ms, size_t text_max,
                       struct sw_post *post) {
    struct sw_buf text;
    sw_buf_init(&text, text_max + 512);
    struct page page = {sw__cut(&text, text_max, sw_letter_more(letter->language))};
    sw__each_line(letter, &page, add_line);
    sw_buf_puts(&post->url, to->url);
    struct sw_json j = sw_json_on(&post->body);
    sw_json_open(&j, NULL, '{');
    sw_json_int(&j, "v", 1);
    sw_json_text(&j, "id", letter->id);
    sw_json_text(&j, "kind", sw_message_kind_name(letter->kind));
    sw_json_text(&j, "severity", sw_severity_name(letter->severity));
    sw_json_text(&j, "title", sw_buf_text(&letter->title));
    sw_json_text(&j, "text", sw_buf_text(&text));
    if (letter->table && letter->table->row_count) add_table(&j, letter);
    sw_json_text(&j, "link", letter->link);
    sw_json_int(&j, "made", letter->made_ms);
    if (letter->table && letter->table->png_bytes) {
        sw_buf_puts(&post->body, ",\"png\":\"");
        sw__base64(&post->body, letter->table->png, letter->table->png_bytes);
        sw_buf_putc(&post->body, '"');
    }
    sw_json_close(&j, '}');
    add_headers(letter, to, now_ms, post);
    sw_buf_deinit(&text);
}

const struct sw_form sw__form_generic = {
    .text_bytes_max = TEXT_BYTES_MAX, .body_bytes_max = SW_BODY_BYTES_MAX, .per_minute = 60, .write = write_text};
