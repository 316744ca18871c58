/* Feishu (飞书) custom robots. Documents: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (post
 * messages; sign = base64(HMAC-SHA256(key = timestamp + "\n" + secret, text = "")), timestamp in seconds, both in the body;
 * 100 a minute and 5 a second for a robot; 20 KB a body; avoid :00 and :30, or 11232). Pictures need an app's key, so there
 * are none. The text is of `text` tags, in which nothing has a meaning. */
#include <stdio.h>
#include <string.h>

#include "codec/json_writer.h"
#include "notify/form.h"

#define BODY_BYTES_MAX 20000
#define LIMIT_MS 60000
#define TAG_BYTES 36

struct page {
    struct sw_json j;
    struct sw_cut cut; /* only counts: the lines go to the JSON */
    struct sw_buf line;
};

static void add_tag(struct sw_json *j, const char *text, const char *href) {
    sw_json_open(j, NULL, '[');
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "tag", href ? "a" : "text");
    sw_json_text(j, "text", text);
    sw_json_text(j, "href", href);
    sw_json_close(j, '}');
    sw_json_close(j, ']');
}

static bool add_line(void *ctx, const char *line, size_t len, const char *first, const char *rest) {
    struct page *page = ctx;
    sw_buf_clear(&page->line);
    if (first) sw_buf_printf(&page->line, "%s  %s", first, rest);
    else sw_buf_add(&page->line, line, len);
    sw__cut_reserve(&page->cut, TAG_BYTES);
    size_t before = page->cut.out->len;
    bool more = sw__cut_add(&page->cut, sw_buf_text(&page->line), page->line.len);
    const char *added = sw_buf_text(page->cut.out) + before;
    add_tag(&page->j, *added ? added : " ", NULL);
    return more;
}

static void add_signature(struct sw_json *j, const char *secret, int64_t now_ms) {
    char key[SW_SECRET_BYTES_MAX + 32], sign[SW_SIGNATURE_BYTES], timestamp[24];
    (void)snprintf(timestamp, sizeof timestamp, "%lld", (long long)(now_ms / 1000));
    int len = snprintf(key, sizeof key, "%s\n%s", timestamp, secret);
    sw__sign(key, (size_t)len, "", 0, sign);
    sw_json_text(j, "timestamp", timestamp);
    sw_json_text(j, "sign", sign);
}

static void write_text(const struct sw_letter *letter, const struct sw_address *to, int64_t now_ms, size_t text_max,
                       struct sw_post *post) {
    struct sw_buf text;
    sw_buf_init(&text, text_max + 512);
    struct page page = {.j = sw_json_on(&post->body), .cut = sw__cut(&text, text_max, sw_letter_more(letter->language))};
    sw_buf_init(&page.line, (size_t)1 << 20);
    struct sw_json *j = &page.j;
    sw_buf_puts(&post->url, to->url);
    sw_json_open(j, NULL, '{');
    if (to->secret) add_signature(j, to->secret, now_ms);
    sw_json_text(j, "msg_type", "post");
    sw_json_open(j, "content", '{');
    sw_json_open(j, "post", '{');
    sw_json_open(j, letter->language == SW_LANGUAGE_ZH ? "zh_cn" : "en_us", '{');
    sw_json_text(j, "title", sw_buf_text(&letter->title));
    sw_json_open(j, "content", '[');
    sw__each_line(letter, &page, add_line);
    if (letter->link) add_tag(j, sw_letter_see(letter->language), letter->link);
    sw_json_close(j, ']');
    for (int i = 0; i < 4; i++) sw_json_close(j, '}');
    sw_buf_deinit(&page.line);
    sw_buf_deinit(&text);
}

/* 9499 is "too many request" of the gateway, and also "Bad Request". */
static bool is_later(int64_t code, const char *text, int64_t *wait_ms) {
    bool fast = code == 11232 || code == 99991400 || (code == 9499 && strstr(text, "too many"));
    if (fast && *wait_ms < LIMIT_MS) *wait_ms = LIMIT_MS;
    return fast || code == 2200; /* an error of the service's own */
}

static void judge(const struct sw_answer *answer, struct sw_judgement *judgement) {
    /* answers of good requests once had only StatusCode */
    sw__judge_code(answer, "code", "msg", is_later, judgement);
    if (judgement->verdict == SW_VERDICT_TAKEN) return;
    struct sw_judgement older = {.verdict = SW_VERDICT_TAKEN};
    sw__judge_code(answer, "StatusCode", "StatusMessage", is_later, &older);
    if (older.verdict == SW_VERDICT_TAKEN && !strncmp(judgement->reason, "HTTP", 4)) *judgement = older;
}

const struct sw_form sw__form_feishu = {.text_bytes_max = BODY_BYTES_MAX - 2000,
                                        .body_bytes_max = BODY_BYTES_MAX,
                                        .per_minute = 100,
                                        .gap_ms = 250,
                                        .shuns_half_hours = true,
                                        .write = write_text,
                                        .judge = judge};
