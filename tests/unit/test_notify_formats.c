/* notify: the body, the address and the signature that each chat service documents, its limits, and what its answers mean.
 *
 * Examples are those of the services' documents, named where they are used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/json_strict.h"
#include "codec/message_json.h"
#include "notify/form.h"
#include "notify/letter.h"
#include "notify/message.h"

#define NOW_MS INT64_C(1599360473123) /* the second of Feishu's example */

static const unsigned char png[] = {0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
static const char *const cells[] = {"sales", "3", "0:45", "care", "0", ""};
static const char *const heads_en[] = {"queue", "waiting", "longest"};
static const char *const heads_zh[] = {"队列", "等待", "最长"};

static struct sw_message chart(void) {
    struct sw_message m = sw_message_of(SW_MESSAGE_CHART, "chart/1", NOW_MS);
    m.words[SW_LANGUAGE_EN] = (struct sw_words){"Sign-in chart", "Early shift, 8 people", heads_en};
    m.words[SW_LANGUAGE_ZH] = (struct sw_words){"签到表", "早班，8 人", heads_zh};
    m.cells = cells;
    m.column_count = 3;
    m.row_count = 2;
    m.link = "https://wall.example.com/charts/1";
    m.png = png;
    m.png_bytes = sizeof png;
    return m;
}

static struct sw_message text_message(const char *title, const char *text) {
    struct sw_message m = sw_message_of(SW_MESSAGE_TEST, "t", NOW_MS);
    m.words[SW_LANGUAGE_EN] = (struct sw_words){.title = title, .text = text};
    return m;
}

struct made {
    struct sw_letter letter;
    struct sw_post post;
    struct sw_zone *zone;
};

static bool make_of(struct made *made, enum sw_service service, const struct sw_letter_part *parts, size_t count,
                    enum sw_language language, const char *url, const char *secret, int i) {
    struct sw_address to = {url, secret};
    made->zone = sw_zone_utc();
    sw_letter_init(&made->letter, parts, count, language, made->zone, false);
    sw_post_init(&made->post);
    return sw_form_write(service, &made->letter, i, &to, NOW_MS, &made->post);
}

static bool make(struct made *made, enum sw_service service, const struct sw_message *m, enum sw_language language,
                 const char *url, const char *secret, int i) {
    struct sw_letter_part part = {m, -1};
    return make_of(made, service, &part, 1, language, url, secret, i);
}

static void drop(struct made *made) {
    sw_letter_deinit(&made->letter);
    sw_post_deinit(&made->post);
    sw_zone_free(made->zone);
}

static const char *body(const struct made *made) { return sw_buf_text(&made->post.body); }

/* The body is JSON that a strict reader takes; returns its tree. */
static cJSON *read_body(const struct made *made) {
    cJSON *root;
    assert_int_equal(sw_json_parse(made->post.body.data, made->post.body.len, 12, &root), SW_JSON_OK);
    return root;
}

/* A text inside a tree, by a path like "markdown.content". */
static const char *text_at(const cJSON *at, const char *path) {
    char part[64];
    while (*path) {
        size_t len = strcspn(path, ".");
        snprintf(part, sizeof part, "%.*s", (int)len, path);
        at = *part >= '0' && *part <= '9' ? cJSON_GetArrayItem(at, (int)strtol(part, NULL, 10))
                                          : cJSON_GetObjectItemCaseSensitive(at, part);
        path += len + (path[len] == '.');
    }
    return cJSON_GetStringValue(at);
}

/* ---- signatures ---- */

/* The primitive, against the example that DingTalk publishes with its expected result (personal log-in:
 * HMAC-SHA256(secret, timestamp), https://ding-doc.dingtalk.com/doc#/faquestions/hxs5v9). */
static void test_the_example_that_dingtalk_publishes(void **state) {
    (void)state;
    char sign[SW_SIGNATURE_BYTES];
    struct sw_buf encoded;
    sw__sign("testappSecret", 13, "1546084445901", 13, sign);
    sw_buf_init(&encoded, 256);
    sw__url_encode(&encoded, sign);
    assert_string_equal(sw_buf_text(&encoded), "HCbG3xNE3vzhO%2Bu7qCUL1jS5hsu2n5r2cFhnTrtyDAE%3D");
    sw_buf_deinit(&encoded);
}

/* Robots: the documents' program (secret "this is secret") for this time,
 * https://open.dingtalk.com/document/robots/customize-robot-security-settings. */
static void test_dingtalk_signs_in_the_address(void **state) {
    (void)state;
    struct made made;
    struct sw_message m = text_message("T", NULL);
    static const char url[] = "https://oapi.dingtalk.com/robot/send?access_token=XXXXXX";
    assert_true(make(&made, SW_SERVICE_DINGTALK, &m, SW_LANGUAGE_EN, url, "this is secret", 0));
    assert_string_equal(sw_buf_text(&made.post.url),
                        "https://oapi.dingtalk.com/robot/send?access_token=XXXXXX&timestamp=1599360473123"
                        "&sign=0eVlIU0GooHVuIBX6FZ86JNxxfy4qwhOlP5JU2uHmq4%3D");
    drop(&made);
    assert_true(make(&made, SW_SERVICE_DINGTALK, &m, SW_LANGUAGE_EN, url, NULL, 0));
    assert_string_equal(sw_buf_text(&made.post.url), url);
    drop(&made);
}

/* The documents' program and example (timestamp 1599360473, secret "demo"),
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. */
static void test_feishu_signs_in_the_body(void **state) {
    (void)state;
    struct made made;
    struct sw_message m = text_message("项目更新通知", NULL);
    m.link = "http://www.example.com/";
    m.words[SW_LANGUAGE_ZH] = (struct sw_words){.title = "项目更新通知", .text = "项目有更新: "};
    assert_true(make(&made, SW_SERVICE_FEISHU, &m, SW_LANGUAGE_ZH, "https://open.feishu.cn/open-apis/bot/v2/hook/x", "demo", 0));
    assert_string_equal(body(&made),
                        "{\"timestamp\":\"1599360473\",\"sign\":\"l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=\","
                        "\"msg_type\":\"post\",\"content\":{\"post\":{\"zh_cn\":{\"title\":\"项目更新通知\",\"content\":["
                        "[{\"tag\":\"text\",\"text\":\"项目有更新: \"}],"
                        "[{\"tag\":\"a\",\"text\":\"查看详情\",\"href\":\"http://www.example.com/\"}]]}}}}");
    drop(&made);
    assert_true(make(&made, SW_SERVICE_FEISHU, &m, SW_LANGUAGE_EN, "https://open.feishu.cn/x", NULL, 0));
    assert_null(strstr(body(&made), "sign"));
    assert_non_null(strstr(body(&made), "\"en_us\""));
    drop(&made);
}

static void test_generic_signs_in_headers(void **state) {
    (void)state;
    struct made made;
    struct sw_message m = text_message("T", "a\nb");
    assert_true(make(&made, SW_SERVICE_GENERIC, &m, SW_LANGUAGE_EN, "https://hook.example.com/", "key", 0));
    assert_string_equal(body(&made), "{\"v\":1,\"id\":\"t\",\"kind\":\"test\",\"severity\":\"info\",\"title\":\"T\","
                                     "\"text\":\"a\\u000ab\\u000a\",\"made\":1599360473123}");
    char sign[SW_SIGNATURE_BYTES], text[512], headers[512];
    int len = snprintf(text, sizeof text, "1599360473123\n%s", body(&made));
    sw__sign("key", 3, text, (size_t)len, sign);
    snprintf(headers, sizeof headers, "Idempotency-Key: t\nX-Shiftwall-Timestamp: 1599360473123\nX-Shiftwall-Signature: %s\n", sign);
    assert_string_equal(sw_buf_text(&made.post.headers), headers);
    drop(&made);
}

/* ---- bodies ---- */

/* https://developer.work.weixin.qq.com/document/path/91770: {"msgtype":"markdown","markdown":{"content":...}} and
 * {"msgtype":"image","image":{"base64":...,"md5":...}}, the MD5 of the raw bytes. */
static void test_wecom(void **state) {
    (void)state;
    struct made made;
    struct sw_message m = chart();
    static const char url[] = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa";
    assert_true(make(&made, SW_SERVICE_WECOM, &m, SW_LANGUAGE_ZH, url, NULL, 0));
    assert_int_equal(sw_form_request_count(SW_SERVICE_WECOM, &made.letter), 2);
    assert_string_equal(sw_buf_text(&made.post.url), url);
    assert_string_equal(body(&made), "{\"msgtype\":\"markdown\",\"markdown\":{\"content\":\"### 签到表\\u000a早班，8 人\\u000a"
                                     "**sales** 等待 3 · 最长 0:45\\u000a**care** 等待 0\\u000a"
                                     "[查看详情](https://wall.example.com/charts/1)\"}}");
    drop(&made);
    assert_true(make(&made, SW_SERVICE_WECOM, &m, SW_LANGUAGE_ZH, url, NULL, 1));
    assert_string_equal(body(&made), "{\"msgtype\":\"image\",\"image\":{\"base64\":\"iVBORw0KGgo=\","
                                     "\"md5\":\"e9dd2797018cad79186e03e8c5aec8dc\"}}");
    drop(&made);
}

/* The largest picture is one request that the body's cap holds. */
static void test_wecom_takes_two_megabytes(void **state) {
    (void)state;
    struct made made;
    struct sw_message m = chart();
    unsigned char *large = calloc(1, SW_MESSAGE_PNG_BYTES_MAX + 1);
    m.png = large;
    m.png_bytes = SW_MESSAGE_PNG_BYTES_MAX + 1;
    assert_int_equal(sw_message_check(&m), -SW_ELIMIT);
    m.png_bytes = SW_MESSAGE_PNG_BYTES_MAX;
    assert_int_equal(sw_message_check(&m), 0);
    assert_true(make(&made, SW_SERVICE_WECOM, &m, SW_LANGUAGE_EN, "https://x/", NULL, 1));
    assert_non_null(strstr(body(&made), "b2d1236c286a3c0704224fe4105eca49")); /* md5sum of 2 MiB of zeros */
    drop(&made);
    assert_true(make(&made, SW_SERVICE_GENERIC, &m, SW_LANGUAGE_EN, "https://x/", NULL, 0));
    assert_int_equal(sw_form_request_count(SW_SERVICE_GENERIC, &made.letter), 1);
    drop(&made);
    free(large);
}

/* https://open.dingtalk.com/document/robots/custom-robot-access, markdown. Lines need two ends. */
static void test_dingtalk(void **state) {
    (void)state;
    struct made made;
    struct sw_message m = chart();
    assert_true(make(&made, SW_SERVICE_DINGTALK, &m, SW_LANGUAGE_EN, "https://oapi.dingtalk.com/robot/send?access_token=x", NULL, 0));
    assert_int_equal(sw_form_request_count(SW_SERVICE_DINGTALK, &made.letter), 1);
    assert_string_equal(body(&made), "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"Sign-in chart\",\"text\":"
                                     "\"#### Sign-in chart\\u000a\\u000aEarly shift, 8 people\\u000a\\u000a"
                                     "**sales** waiting 3 · longest 0:45\\u000a\\u000a**care** waiting 0\\u000a\\u000a"
                                     "[See more](https://wall.example.com/charts/1)\"},\"at\":{\"isAtAll\":false}}");
    drop(&made);
}

/* https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: {"text":..., "blocks":[...]}. */
static void test_slack(void **state) {
    (void)state;
    struct made made;
    struct sw_message m = chart();
    m.words[SW_LANGUAGE_EN].text = "<!channel> a & b";
    assert_true(make(&made, SW_SERVICE_SLACK, &m, SW_LANGUAGE_EN, "https://hooks.slack.com/services/T/B/X", NULL, 0));
    assert_string_equal(
        body(&made),
        "{\"text\":\"Sign-in chart\",\"blocks\":[{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"Sign-in chart\"}},"
        "{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"&lt;!channel&gt; a &amp; b\\u000a"
        "*sales*  waiting 3 · longest 0:45\\u000a*care*  waiting 0\\u000a\"}},"
        "{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"<https://wall.example.com/charts/1|See more>\"}}]}");
    drop(&made);
}

/* https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using, the adaptive card. */
static void test_teams(void **state) {
    (void)state;
    struct made made;
    struct sw_message m = chart();
    assert_true(make(&made, SW_SERVICE_TEAMS, &m, SW_LANGUAGE_EN, "https://x.logic.azure.com/workflows/1", NULL, 0));
    cJSON *root = read_body(&made);
    assert_string_equal(text_at(root, "type"), "message");
    assert_string_equal(text_at(root, "attachments.0.contentType"), "application/vnd.microsoft.card.adaptive");
    assert_string_equal(text_at(root, "attachments.0.content.$schema"), "http://adaptivecards.io/schemas/adaptive-card.json");
    assert_string_equal(text_at(root, "attachments.0.content.type"), "AdaptiveCard");
    assert_string_equal(text_at(root, "attachments.0.content.version"), "1.3");
    assert_string_equal(text_at(root, "attachments.0.content.body.0.text"), "Sign-in chart");
    assert_string_equal(text_at(root, "attachments.0.content.body.1.text"), "Early shift, 8 people");
    assert_string_equal(text_at(root, "attachments.0.content.body.2.type"), "FactSet");
    assert_string_equal(text_at(root, "attachments.0.content.body.2.facts.1.title"), "care");
    assert_string_equal(text_at(root, "attachments.0.content.body.2.facts.0.value"), "waiting 3 · longest 0:45");
    assert_string_equal(text_at(root, "attachments.0.content.actions.0.type"), "Action.OpenUrl");
    cJSON_Delete(root);
    drop(&made);
}

/* Names come from elsewhere: none of them calls everybody, or is a link. */
static void test_names_mean_nothing(void **state) {
    (void)state;
    struct sw_message m = text_message("<@all>", "[pay here](https://evil.example) <font color=\"warning\">");
    for (int service = 0; service < SW_SERVICE_COUNT; service++) {
        struct made made;
        assert_true(make(&made, (enum sw_service)service, &m, SW_LANGUAGE_EN, "https://x/", NULL, 0));
        cJSON_Delete(read_body(&made));
        bool plain = service == SW_SERVICE_FEISHU || service == SW_SERVICE_GENERIC; /* nothing means anything there */
        if (!plain && service != SW_SERVICE_SLACK) {
            assert_null(strstr(body(&made), "<@all>"));
            assert_null(strstr(body(&made), "[pay here]"));
            assert_null(strstr(body(&made), "<font"));
        }
        drop(&made);
    }
}

/* ---- limits ---- */

static bool is_utf8(const char *text) {
    struct sw_buf json;
    cJSON *root;
    sw_buf_init(&json, 1 << 20);
    sw_buf_puts(&json, "\"");
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80) sw_buf_putc(&json, *text);
    sw_buf_puts(&json, "\"");
    bool good = sw_json_parse(json.data, json.len, 1, &root) == SW_JSON_OK;
    if (good) cJSON_Delete(root);
    sw_buf_deinit(&json);
    return good;
}

/* Whatever the text: within the limits, at a character's end, and it says that there is more. */
static void test_long_texts_are_cut(void **state) {
    (void)state;
    static const size_t body_max[] = {[SW_SERVICE_WECOM] = 100000, [SW_SERVICE_DINGTALK] = 20000, [SW_SERVICE_FEISHU] = 20000,
                                      [SW_SERVICE_SLACK] = 100000, [SW_SERVICE_TEAMS] = 20000, [SW_SERVICE_GENERIC] = 3 << 20};
    static const char *const pieces[] = {"等待", "x", "\"\\\"\\", "<&>", "🔴a", "等待 队列\n", "\n", "[]**"};
    static char text[SW_MESSAGE_TEXT_BYTES_MAX + 1];
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        size_t len = 0;
        while (len + strlen(pieces[p]) <= SW_MESSAGE_TEXT_BYTES_MAX) {
            memcpy(text + len, pieces[p], strlen(pieces[p]));
            len += strlen(pieces[p]);
        }
        text[len] = '\0';
        struct sw_message m = text_message("T", text);
        m.link = "https://wall.example.com/";
        for (int service = 0; service < SW_SERVICE_COUNT; service++) {
            struct made made;
            assert_true(make(&made, (enum sw_service)service, &m, SW_LANGUAGE_EN, "https://x/", "secret", 0));
            assert_true(made.post.body.len <= body_max[service]);
            cJSON *root = read_body(&made);
            if (service != SW_SERVICE_GENERIC && pieces[p][0] != '\n') assert_non_null(strstr(body(&made), "more in the console"));
            assert_non_null(strstr(body(&made), "https://wall.example.com/"));
            if (service == SW_SERVICE_WECOM) {
                const char *content = text_at(root, "markdown.content");
                assert_true(strlen(content) <= 4096);
                assert_true(is_utf8(content));
            }
            for (int b = 1; service == SW_SERVICE_SLACK && b < cJSON_GetArraySize(cJSON_GetObjectItem(root, "blocks")); b++) {
                char path[32];
                snprintf(path, sizeof path, "blocks.%d.text.text", b);
                assert_true(strlen(text_at(root, path)) <= 3000);
                assert_true(b < 50);
            }
            cJSON_Delete(root);
            drop(&made);
        }
    }
}

/* The limit of WeCom is kept at every length around it. */
static void test_wecom_at_the_limit(void **state) {
    (void)state;
    static char text[4200];
    for (size_t len = 4000; len < 4190; len++) {
        memset(text, 'x', len);
        for (size_t i = 0; i + 3 <= len; i += 3) memcpy(text + i, "等", 3);
        for (size_t i = len - len % 3; i < len; i++) text[i] = 'x';
        text[len] = '\0';
        struct sw_message m = text_message("T", text);
        struct made made;
        assert_true(make(&made, SW_SERVICE_WECOM, &m, SW_LANGUAGE_EN, "https://x/", NULL, 0));
        cJSON *root = read_body(&made);
        const char *content = text_at(root, "markdown.content");
        assert_true(strlen(content) <= 4096);
        assert_true(is_utf8(content));
        assert_true((strstr(content, "more in the console") != NULL) == (len + strlen("### T\n\n") + strlen("... more in the console\n") > 4096));
        cJSON_Delete(root);
        drop(&made);
    }
}

static void test_cut(void **state) {
    (void)state;
    assert_int_equal(sw_utf8_cut("等待", 5), 3);
    assert_int_equal(sw_utf8_cut("等待", 6), 6);
    assert_int_equal(sw_utf8_cut("等待", 2), 0);
    assert_int_equal(sw_utf8_cut("a🔴", 4), 1);
    assert_int_equal(sw_utf8_cut("", 4), 0);
}

/* ---- alerts taken together ---- */

static struct sw_message alert(enum sw_message_kind kind, const char *id, const char *about, const char *title, int64_t made_ms) {
    struct sw_message m = sw_message_of(kind, id, made_ms);
    m.severity = SW_SEVERITY_WARNING;
    m.about = about;
    m.words[SW_LANGUAGE_EN].title = title;
    return m;
}

static void test_a_storm_is_one_message(void **state) {
    (void)state;
    struct sw_message a = alert(SW_MESSAGE_ALERT_OPENED, "a1", "A", "sales: 12 waiting", NOW_MS);
    struct sw_message b = alert(SW_MESSAGE_ALERT_OPENED, "b1", "B", "care: 5 waiting", NOW_MS + 60000);
    struct sw_message c = alert(SW_MESSAGE_ALERT_CLEARED, "b2", "B", "care: 5 waiting", NOW_MS + 180000);
    struct sw_message d = alert(SW_MESSAGE_ALERT_CLEARED, "d2", "D", "line down", NOW_MS + 180000);
    a.severity = SW_SEVERITY_CRITICAL;
    struct sw_letter_part parts[] = {{&a, -1}, {&b, -1}, {&c, -1}, {&d, NOW_MS - 600000}};
    struct made made;
    assert_true(make_of(&made, SW_SERVICE_GENERIC, parts, 4, SW_LANGUAGE_EN, "https://x/", NULL, 0));
    assert_string_equal(sw_buf_text(&made.letter.title), "🔴 2 alerts, 1 critical, 2 cleared");
    assert_string_equal(sw_buf_text(&made.letter.text), "🔴 02:47 sales: 12 waiting\n"
                                                        "✅ 02:48–02:50, cleared care: 5 waiting\n"
                                                        "✅ 02:37–02:50, cleared line down\n");
    drop(&made);
    assert_true(make_of(&made, SW_SERVICE_GENERIC, parts, 2, SW_LANGUAGE_ZH, "https://x/", NULL, 0));
    assert_string_equal(sw_buf_text(&made.letter.title), "🔴 2 条告警，其中 1 条严重");
    drop(&made);
    assert_true(make_of(&made, SW_SERVICE_GENERIC, parts + 3, 1, SW_LANGUAGE_EN, "https://x/", NULL, 0));
    assert_string_equal(sw_buf_text(&made.letter.title), "✅ Cleared: line down");
    assert_string_equal(sw_buf_text(&made.letter.text), "told at 02:37, cleared at 02:50, after 13 min\n");
    assert_true(made.letter.good);
    drop(&made);
}

static void test_a_large_storm_is_counted(void **state) {
    (void)state;
    static struct sw_message alerts[100];
    struct sw_letter_part parts[100];
    char ids[100][16];
    for (int i = 0; i < 100; i++) {
        snprintf(ids[i], sizeof ids[i], "a%d", i);
        alerts[i] = alert(SW_MESSAGE_ALERT_OPENED, ids[i], ids[i], "x", NOW_MS);
        parts[i] = (struct sw_letter_part){&alerts[i], -1};
    }
    struct made made;
    assert_true(make_of(&made, SW_SERVICE_WECOM, parts, 100, SW_LANGUAGE_EN, "https://x/", NULL, 0));
    assert_string_equal(sw_buf_text(&made.letter.title), "🟠 100 alerts");
    assert_non_null(strstr(sw_buf_text(&made.letter.text), "... and 80 more, see the console\n"));
    drop(&made);
}

/* ---- answers ---- */

static enum sw_verdict judge(enum sw_service service, int status, const char *text, int64_t *wait_ms) {
    struct sw_answer answer = {.status = status, .body = text, .body_bytes = strlen(text)};
    struct sw_judgement j;
    sw_form_judge(service, &answer, &j);
    if (wait_ms) *wait_ms = j.wait_ms;
    return j.verdict;
}

static void test_answers(void **state) {
    (void)state;
    static const struct {
        enum sw_service service;
        int status;
        const char *body;
        enum sw_verdict verdict;
        int64_t wait_ms;
    } cases[] = {
        {SW_SERVICE_WECOM, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", SW_VERDICT_TAKEN, 0},
        {SW_SERVICE_WECOM, 200, "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", SW_VERDICT_LATER, 65000},
        {SW_SERVICE_WECOM, 200, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", SW_VERDICT_NEVER, 0},
        {SW_SERVICE_WECOM, 200, "{\"errcode\":-1,\"errmsg\":\"system busy\"}", SW_VERDICT_LATER, 0},
        {SW_SERVICE_WECOM, 200, "<html>log in to the network</html>", SW_VERDICT_LATER, 0},
        {SW_SERVICE_WECOM, 200, "", SW_VERDICT_LATER, 0},
        {SW_SERVICE_DINGTALK, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", SW_VERDICT_TAKEN, 0},
        {SW_SERVICE_DINGTALK, 200, "{\"errcode\":130101,\"errmsg\":\"send too fast, exceed 20 times per minute\"}",
         SW_VERDICT_LATER, 600000},
        {SW_SERVICE_DINGTALK, 200, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}", SW_VERDICT_NEVER, 0},
        {SW_SERVICE_FEISHU, 200, "{\"Extra\":null,\"StatusCode\":0,\"StatusMessage\":\"success\"}", SW_VERDICT_TAKEN, 0},
        {SW_SERVICE_FEISHU, 200, "{\"StatusCode\":0,\"StatusMessage\":\"success\",\"code\":0,\"data\":{},\"msg\":\"success\"}",
         SW_VERDICT_TAKEN, 0},
        {SW_SERVICE_FEISHU, 200, "{\"code\":11232,\"msg\":\"frequency limited\"}", SW_VERDICT_LATER, 60000},
        {SW_SERVICE_FEISHU, 200, "{\"code\":9499,\"msg\":\"too many request\",\"data\":{}}", SW_VERDICT_LATER, 60000},
        {SW_SERVICE_FEISHU, 200, "{\"code\":9499,\"msg\":\"Bad Request\",\"data\":{}}", SW_VERDICT_NEVER, 0},
        {SW_SERVICE_FEISHU, 200, "{\"code\":19021,\"msg\":\"sign match fail or timestamp is not within one hour\"}",
         SW_VERDICT_NEVER, 0},
        {SW_SERVICE_SLACK, 200, "ok", SW_VERDICT_TAKEN, 0},
        {SW_SERVICE_SLACK, 200, "<html>log in to the network</html>", SW_VERDICT_LATER, 0},
        {SW_SERVICE_SLACK, 404, "no_service", SW_VERDICT_NEVER, 0},
        {SW_SERVICE_SLACK, 429, "", SW_VERDICT_LATER, 0},
        {SW_SERVICE_TEAMS, 202, "", SW_VERDICT_TAKEN, 0},
        {SW_SERVICE_TEAMS, 200, "1", SW_VERDICT_TAKEN, 0},
        {SW_SERVICE_TEAMS, 200, "<html>log in to the network</html>", SW_VERDICT_LATER, 0},
        {SW_SERVICE_TEAMS, 200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
         SW_VERDICT_LATER, 60000},
        {SW_SERVICE_TEAMS, 200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413",
         SW_VERDICT_NEVER, 0},
        {SW_SERVICE_GENERIC, 204, "", SW_VERDICT_TAKEN, 0},
        {SW_SERVICE_GENERIC, 301, "", SW_VERDICT_NEVER, 0},
        {SW_SERVICE_GENERIC, 401, "", SW_VERDICT_NEVER, 0},
        {SW_SERVICE_GENERIC, 408, "", SW_VERDICT_LATER, 0},
        {SW_SERVICE_GENERIC, 500, "", SW_VERDICT_LATER, 0},
        {SW_SERVICE_GENERIC, 503, "", SW_VERDICT_LATER, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t wait_ms;
        enum sw_verdict verdict = judge(cases[i].service, cases[i].status, cases[i].body, &wait_ms);
        if (verdict != cases[i].verdict || wait_ms != cases[i].wait_ms) print_message("%s\n", cases[i].body);
        assert_int_equal(verdict, cases[i].verdict);
        assert_int_equal(wait_ms, cases[i].wait_ms);
    }
    struct sw_answer none = {.error = "Timeout was reached"};
    struct sw_judgement j;
    sw_form_judge(SW_SERVICE_SLACK, &none, &j);
    assert_int_equal(j.verdict, SW_VERDICT_LATER);
    assert_string_equal(j.reason, "Timeout was reached");
}

/* ---- messages as JSON ---- */

static void compare(void *ctx, const struct sw_message *m) {
    const struct sw_message *want = ctx;
    assert_true(m->kind == want->kind && m->severity == want->severity && m->made_ms == want->made_ms &&
                m->expires_ms == want->expires_ms);
    assert_string_equal(m->id, want->id);
    assert_string_equal(m->link, want->link);
    assert_string_equal(m->words[SW_LANGUAGE_ZH].title, want->words[SW_LANGUAGE_ZH].title);
    assert_string_equal(m->words[SW_LANGUAGE_EN].columns[2], "longest");
    assert_true(m->row_count == 2 && m->column_count == 3);
    for (int i = 0; i < 6; i++) assert_string_equal(m->cells[i], cells[i]);
    assert_int_equal(m->png_bytes, sizeof png);
    assert_memory_equal(m->png, png, sizeof png);
}

static void never(void *ctx, const struct sw_message *m) {
    (void)ctx, (void)m;
    fail();
}

static void test_a_message_is_kept_whole(void **state) {
    (void)state;
    struct sw_message m = chart();
    m.expires_ms = NOW_MS + 1;
    m.severity = SW_SEVERITY_CRITICAL;
    struct sw_message *copy = sw_message_copy(&m);
    struct sw_buf json;
    sw_buf_init(&json, SW_MESSAGE_JSON_BYTES_MAX);
    sw_message_write(copy, &json);
    sw_message_free(copy);
    assert_int_equal(sw_message_read(json.data, json.len, &m, compare), 0);
    for (size_t len = 0; len < json.len; len++) assert_int_not_equal(sw_message_read(json.data, len, NULL, never), 0);
    sw_buf_deinit(&json);
    static const char *const wrong[] = {"{\"title\":\"x\"}", "{\"id\":\"x\"}", "[]", "{\"id\":\"\",\"title\":\"x\"}",
                                        "{\"id\":\"x\",\"title\":\"x\",\"kind\":\"y\"}",
                                        "{\"id\":\"x\",\"title\":\"x\",\"severity\":\"y\"}",
                                        "{\"id\":\"x\",\"title\":\"x\",\"rows\":[[\"a\"],[\"b\",\"c\"]]}",
                                        "{\"id\":\"x\",\"title\":\"x\",\"rows\":[[]]}", "{\"id\":\"x\",\"title\":\"x\",\"rows\":[[1]]}",
                                        "{\"id\":\"x\",\"title\":\"x\",\"rows\":[[\"a\"]],\"columns\":[]}",
                                        "{\"id\":\"x\",\"title\":\"x\",\"png\":\"*\"}", "{\"id\":\"x\",\"title\":\"x\",\"made\":-1}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(sw_message_read(wrong[i], strlen(wrong[i]), NULL, never), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_example_that_dingtalk_publishes),
        cmocka_unit_test(test_dingtalk_signs_in_the_address),
        cmocka_unit_test(test_feishu_signs_in_the_body),
        cmocka_unit_test(test_generic_signs_in_headers),
        cmocka_unit_test(test_wecom),
        cmocka_unit_test(test_wecom_takes_two_megabytes),
        cmocka_unit_test(test_dingtalk),
        cmocka_unit_test(test_slack),
        cmocka_unit_test(test_teams),
        cmocka_unit_test(test_names_mean_nothing),
        cmocka_unit_test(test_long_texts_are_cut),
        cmocka_unit_test(test_wecom_at_the_limit),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_a_storm_is_one_message),
        cmocka_unit_test(test_a_large_storm_is_counted),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_a_message_is_kept_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
