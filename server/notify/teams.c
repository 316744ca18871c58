/* Microsoft Teams, by a workflow "When a Teams webhook request is received": an adaptive card in a message. Documents:
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using (the form),
 * .../how-to/add-incoming-webhook (28 KB, 4 a second; 21 KB is what was measured to pass). Cards take pictures as data only
 * in some clients, so there are none. */
#include <stdio.h>
#include <string.h>

#include "codec/json_writer.h"
#include "notify/form.h"

#define BODY_BYTES_MAX 20000
#define THROTTLED_MS 60000
#define BLOCK_BYTES 56

struct page {
    struct sw_json *j;
    struct sw_cut cut;
    struct sw_buf line, name;
    bool facts; /* a FactSet is open */
};

static void add_text(struct sw_json *j, const char *text) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "type", "TextBlock");
    sw_json_text(j, "text", text);
    sw_json_bool(j, "wrap", true);
    sw_json_close(j, '}');
}

static void open_facts(struct page *page) {
    if (page->facts) return;
    page->facts = true;
    sw_json_open(page->j, NULL, '{');
    sw_json_text(page->j, "type", "FactSet");
    sw_json_open(page->j, "facts", '[');
}

static void close_facts(struct page *page) {
    if (!page->facts) return;
    page->facts = false;
    sw_json_close(page->j, ']');
    sw_json_close(page->j, '}');
}

static bool add_line(void *ctx, const char *line, size_t len, const char *first, const char *rest) {
    struct page *page = ctx;
    if (!first && !len) return true; /* blocks stand apart as they are */
    sw_buf_clear(&page->line);
    sw_buf_clear(&page->name);
    if (first) sw__plain(&page->name, first, strlen(first));
    if (first) sw__plain(&page->line, rest, strlen(rest));
    else sw__plain(&page->line, line, len);
    size_t before = page->cut.out->len, whole = page->line.len;
    sw__cut_reserve(&page->cut, page->name.len + BLOCK_BYTES);
    bool more = sw__cut_add(&page->cut, sw_buf_text(&page->line), whole);
    const char *added = sw_buf_text(page->cut.out) + before;
    if (first && more) {
        open_facts(page);
        sw_json_open(page->j, NULL, '{');
        sw_json_text(page->j, "title", sw_buf_text(&page->name));
        sw_json_text(page->j, "value", added);
        sw_json_close(page->j, '}');
    } else {
        close_facts(page);
        add_text(page->j, added);
    }
    return more;
}

static void add_head(struct sw_json *j, const struct sw_letter *letter) {
    struct sw_buf title;
    sw_buf_init(&title, 8192);
    sw__plain(&title, sw_buf_text(&letter->title), letter->title.len);
    bool alert = letter->kind == SW_MESSAGE_ALERT_OPENED || letter->kind == SW_MESSAGE_WALK_MISSED;
    const char *colour = letter->good ? "good"
                         : !alert ? "default"
                         : letter->severity == SW_SEVERITY_CRITICAL ? "attention"
                         : letter->severity == SW_SEVERITY_WARNING ? "warning" : "accent";
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "type", "TextBlock");
    sw_json_text(j, "text", sw_buf_text(&title));
    sw_json_bool(j, "wrap", true);
    sw_json_text(j, "size", "large");
    sw_json_text(j, "weight", "bolder");
    sw_json_text(j, "color", colour);
    sw_json_close(j, '}');
    sw_buf_deinit(&title);
}

static void add_card(struct sw_json *j, const struct sw_letter *letter, size_t text_max) {
    struct sw_buf text;
    sw_buf_init(&text, text_max + 512);
    struct page page = {.j = j, .cut = sw__cut(&text, text_max, sw_letter_more(letter->language))};
    sw_buf_init(&page.line, (size_t)1 << 20);
    sw_buf_init(&page.name, (size_t)1 << 16);
    sw_json_text(j, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    sw_json_text(j, "type", "AdaptiveCard");
    sw_json_text(j, "version", "1.3");
    sw_json_open(j, "body", '[');
    add_head(j, letter);
    sw__each_line(letter, &page, add_line);
    close_facts(&page);
    sw_json_close(j, ']');
    if (letter->link) {
        sw_json_open(j, "actions", '[');
        sw_json_open(j, NULL, '{');
        sw_json_text(j, "type", "Action.OpenUrl");
        sw_json_text(j, "title", sw_letter_see(letter->language));
        sw_json_text(j, "url", letter->link);
        sw_json_close(j, '}');
        sw_json_close(j, ']');
    }
    sw_buf_deinit(&page.line);
    sw_buf_deinit(&page.name);
    sw_buf_deinit(&text);
}

static void write_text(const struct sw_letter *letter, const struct sw_address *to, int64_t now_ms, size_t text_max,
                       struct sw_post *post) {
    (void)now_ms;
    sw_buf_puts(&post->url, to->url);
    struct sw_json j = sw_json_on(&post->body);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "type", "message");
    sw_json_open(&j, "attachments", '[');
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "contentType", "application/vnd.microsoft.card.adaptive");
    sw_json_open(&j, "content", '{');
    add_card(&j, letter, text_max);
    sw_json_close(&j, '}');
    sw_json_close(&j, '}');
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
}

/* The older connectors answer 200 and say in the text that it went wrong. */
static void judge(const struct sw_answer *answer, struct sw_judgement *j) {
    if (answer->body_bytes && answer->body[0] == '<') { /* a login page of the network, a proxy */
        j->verdict = SW_VERDICT_LATER;
        (void)snprintf(j->reason, sizeof j->reason, "HTTP %d, but not the service's answer", answer->status);
        return;
    }
    static const char failed[] = "delivery failed", throttled[] = "HTTP error 429", large[] = "HTTP error 413";
    if (!answer->body_bytes || !memmem(answer->body, answer->body_bytes, failed, sizeof failed - 1)) return;
    bool fast = memmem(answer->body, answer->body_bytes, throttled, sizeof throttled - 1) != NULL;
    bool long_ = memmem(answer->body, answer->body_bytes, large, sizeof large - 1) != NULL;
    j->verdict = long_ ? SW_VERDICT_NEVER : SW_VERDICT_LATER;
    j->wait_ms = fast ? THROTTLED_MS : 0;
    const char *text = long_ ? "Teams finds it too large" : fast ? "Teams is throttling" : "Teams could not deliver it";
    memcpy(j->reason, text, strlen(text) + 1);
}

const struct sw_form sw__form_teams = {.text_bytes_max = BODY_BYTES_MAX - 4000,
                                       .body_bytes_max = BODY_BYTES_MAX,
                                       .per_minute = 60,
                                       .gap_ms = 500,
                                       .write = write_text,
                                       .judge = judge};
