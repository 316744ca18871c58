/* DingTalk (钉钉) custom robots. Documents: https://open.dingtalk.com/document/robots/custom-robot-access (markdown),
 * .../robots/customize-robot-security-settings (sign = urlencode(base64(HMAC-SHA256(secret, timestamp + "\n" + secret))),
 * timestamp in milliseconds, both in the URL). 20 messages a minute; more, and the robot is silenced for 10 minutes.
 * Pictures only by an address that DingTalk's servers can reach, so there are none. */
#include <stdio.h>
#include <string.h>

#include "codec/json_writer.h"
#include "notify/form.h"
#include "notify/markdown.h"

#define BODY_BYTES_MAX 20000
#define SILENCED_MS 600000

static void add_signature(struct sw_buf *url, const char *secret, int64_t now_ms) {
    char text[SW_SECRET_BYTES_MAX + 32], sign[SW_SIGNATURE_BYTES];
    int len = snprintf(text, sizeof text, "%lld\n%s", (long long)now_ms, secret);
    sw__sign(secret, strlen(secret), text, (size_t)len, sign);
    sw_buf_printf(url, "%ctimestamp=%lld&sign=", strchr(sw_buf_text(url), '?') ? '&' : '?', (long long)now_ms);
    sw__url_encode(url, sign);
}

static void write_text(const struct sw_letter *letter, const struct sw_address *to, int64_t now_ms, size_t text_max,
                       struct sw_post *post) {
    struct sw_buf text, title;
    sw_buf_init(&text, text_max + 512);
    sw_buf_init(&title, 8192);
    sw__plain(&title, sw_buf_text(&letter->title), letter->title.len);
    sw__markdown(letter, "#### ", "\n\n", text_max, &text); /* one line end alone is none in DingTalk */
    sw_buf_puts(&post->url, to->url);
    if (to->secret) add_signature(&post->url, to->secret, now_ms);
    struct sw_json j = sw_json_on(&post->body);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "msgtype", "markdown");
    sw_json_open(&j, "markdown", '{');
    sw_json_text(&j, "title", sw_buf_text(&title));
    sw_json_text(&j, "text", sw_buf_text(&text));
    sw_json_close(&j, '}');
    sw_json_open(&j, "at", '{');
    sw_json_bool(&j, "isAtAll", false);
    sw_json_close(&j, '}');
    sw_json_close(&j, '}');
    sw_buf_deinit(&text);
    sw_buf_deinit(&title);
}

static bool is_later(int64_t code, const char *text, int64_t *wait_ms) {
    (void)text;
    bool fast = code == 130101 || code == 410100; /* "send too fast, exceed 20 times per minute" */
    if (fast && *wait_ms < SILENCED_MS) *wait_ms = SILENCED_MS;
    return fast || code == -1; /* busy */
}

static void judge(const struct sw_answer *answer, struct sw_judgement *judgement) {
    sw__judge_code(answer, "errcode", "errmsg", is_later, judgement);
}

const struct sw_form sw__form_dingtalk = {.text_bytes_max = BODY_BYTES_MAX - 2000,
                                          .body_bytes_max = BODY_BYTES_MAX,
                                          .per_minute = 20,
                                          .write = write_text,
                                          .judge = judge};
