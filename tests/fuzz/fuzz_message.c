/* Messages to chat groups: what is read is written the same again, and every service's form of it is JSON of its size. And
 * what services answer. An input is a message in JSON, a newline, and an answer's body. */
#include "codec/message_json.h"
#include "fuzz.h"
#include "notify/form.h"

static struct sw_zone *utc;

/* JSON in UTF-8; forms may write a name twice nowhere. */
static void check_json(const struct sw_buf *json) {
    cJSON *tree = NULL;
    SW_ASSERT(!json->failed && sw_json_parse(json->data, json->len, 32, &tree) == SW_JSON_OK);
    cJSON_Delete(tree);
}

static void check_forms(const struct sw_message *message, enum sw_language language) {
    const struct sw_letter_part part = {.message = message, .told_ms = -1};
    const struct sw_address to = {.url = "https://example.org/hook?key=1", .secret = "secret"};
    struct sw_letter letter;
    sw_letter_init(&letter, &part, 1, language, utc, message->made_ms % 2);
    for (int s = 0; s < SW_SERVICE_COUNT; s++) {
        const struct sw_form *form = sw_form_of((enum sw_service)s);
        struct sw_post post;
        sw_post_init(&post);
        for (int i = 0; i < sw_form_request_count((enum sw_service)s, &letter); i++) {
            if (!sw_form_write((enum sw_service)s, &letter, i, &to, 1700006400000, &post)) continue;
            SW_ASSERT(post.body.len <= form->body_bytes_max && !memchr(sw_buf_text(&post.url), '\n', post.url.len));
            check_json(&post.body);
        }
        sw_post_deinit(&post);
    }
    sw_letter_deinit(&letter);
}

static void write_again(void *ctx, const struct sw_message *message) { sw_message_write(message, ctx); }

static void on_message(void *ctx, const struct sw_message *message) {
    struct sw_buf first, second;
    (*(int *)ctx)++;
    SW_ASSERT(sw_message_check(message) == 0);
    sw_buf_init(&first, SW_MESSAGE_JSON_BYTES_MAX);
    sw_buf_init(&second, SW_MESSAGE_JSON_BYTES_MAX);
    sw_message_write(message, &first);
    check_json(&first);
    SW_ASSERT(!memchr(first.data, '\n', first.len));
    SW_ASSERT(sw_message_read(first.data, first.len, &second, write_again) == 0);
    SW_ASSERT(first.len == second.len && !memcmp(first.data, second.data, first.len));
    sw_buf_deinit(&first);
    sw_buf_deinit(&second);
    for (int i = 0; i < SW_LANGUAGE_COUNT; i++) check_forms(message, (enum sw_language)i);
}

static void judge(const char *body, size_t len) {
    static const int statuses[] = {200, 403, 429, 503};
    for (int s = 0; s < SW_SERVICE_COUNT; s++)
        for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
            const struct sw_answer answer = {.status = statuses[i], .body = body, .body_bytes = len};
            struct sw_judgement j;
            sw_form_judge((enum sw_service)s, &answer, &j);
            SW_ASSERT(memchr(j.reason, '\0', sizeof j.reason) && !strpbrk(j.reason, "\r\n") && j.wait_ms >= 0);
            SW_ASSERT(j.verdict == SW_VERDICT_TAKEN || *j.reason);
            SW_ASSERT(j.verdict != SW_VERDICT_TAKEN || statuses[i] == 200);
            struct sw_buf reason;
            sw_buf_init(&reason, sizeof j.reason);
            sw_buf_puts(&reason, j.reason);
            fuzz_text(&reason);
            sw_buf_deinit(&reason);
        }
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    utc = sw_zone_utc();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *newline = memchr(data, '\n', size);
    size_t len = newline ? (size_t)(newline - data) : size, rest = newline ? size - len - 1 : 0;
    int told = 0;
    char *json = fuzz_copy(data, len), *body = fuzz_copy(data + size - rest, rest);
    int r = sw_message_read(json, len, &told, on_message);
    SW_ASSERT(r == 0 || r == -SW_EPARSE || r == -SW_EINVAL || r == -SW_ELIMIT);
    SW_ASSERT(told == (r == 0));
    judge(body, rest);
    free(json);
    free(body);
    return 0;
}
