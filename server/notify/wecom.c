/* WeCom (企业微信) group robots. Documents: https://developer.work.weixin.qq.com/document/path/91770 (message forms,
 * 4096 bytes of markdown, pictures of 2 MB with the MD5 of the raw bytes, 20 messages a minute for a robot); codes:
 * https://developer.work.weixin.qq.com/document/path/90313. */
#include <glib.h>

#include "codec/json_writer.h"
#include "notify/form.h"
#include "notify/markdown.h"

#define MARKDOWN_BYTES_MAX 4096
#define LIMIT_MS 65000 /* a minute, and what clocks differ */

static void write_text(const struct sw_letter *letter, const struct sw_address *to, int64_t now_ms, size_t text_max,
                       struct sw_post *post) {
    (void)now_ms;
    struct sw_buf content;
    sw_buf_init(&content, text_max + 512);
    sw__markdown(letter, "### ", "\n", text_max, &content);
    sw_buf_puts(&post->url, to->url);
    struct sw_json j = sw_json_on(&post->body);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "msgtype", "markdown");
    sw_json_open(&j, "markdown", '{');
    sw_json_text(&j, "content", sw_buf_text(&content));
    sw_json_close(&j, '}');
    sw_json_close(&j, '}');
    sw_buf_deinit(&content);
}

static void write_png(const struct sw_letter *letter, const struct sw_address *to, struct sw_post *post) {
    const struct sw_message *m = letter->table;
    sw_buf_puts(&post->url, to->url);
    sw_buf_puts(&post->body, "{\"msgtype\":\"image\",\"image\":{\"base64\":\"");
    sw__base64(&post->body, m->png, m->png_bytes);
    char *md5 = g_compute_checksum_for_data(G_CHECKSUM_MD5, m->png, m->png_bytes);
    sw_buf_printf(&post->body, "\",\"md5\":\"%s\"}}", md5);
    g_free(md5);
}

static bool is_later(int64_t code, const char *text, int64_t *wait_ms) {
    (void)text;
    bool fast = code == 45009 || code == 45033; /* too many calls, too many at once */
    if (fast && *wait_ms < LIMIT_MS) *wait_ms = LIMIT_MS;
    return fast || code == -1; /* busy */
}

static void judge(const struct sw_answer *answer, struct sw_judgement *judgement) {
    sw__judge_code(answer, "errcode", "errmsg", is_later, judgement);
}

const struct sw_form sw__form_wecom = {.text_bytes_max = MARKDOWN_BYTES_MAX,
                                       .body_bytes_max = SW_BODY_BYTES_MAX,
                                       .per_minute = 20,
                                       .takes_png = true,
                                       .write = write_text,
                                       .write_png = write_png,
                                       .judge = judge};
