/* What the forms share. */
#include "notify/form.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/message_json.h"

#define SHRINKS_MAX 12

static const char *const names[] = {
#define XX(name, text) text,
    SW_SERVICE_MAP(XX)
#undef XX
};

const char *sw_service_name(enum sw_service service) { return names[service]; }

int sw_service_from_name(const char *name) {
    for (int i = 0; i < SW_SERVICE_COUNT; i++)
        if (!strcmp(names[i], name)) return i;
    return -1;
}

const struct sw_form *sw_form_of(enum sw_service service) {
    static const struct sw_form *const forms[] = {
        [SW_SERVICE_WECOM] = &sw__form_wecom, [SW_SERVICE_DINGTALK] = &sw__form_dingtalk,
        [SW_SERVICE_FEISHU] = &sw__form_feishu, [SW_SERVICE_SLACK] = &sw__form_slack,
        [SW_SERVICE_TEAMS] = &sw__form_teams, [SW_SERVICE_GENERIC] = &sw__form_generic};
    return forms[service];
}

/* ---- requests ---- */

void sw_post_init(struct sw_post *post) {
    sw_buf_init(&post->url, SW_URL_BYTES_MAX);
    sw_buf_init(&post->body, SW_BODY_BYTES_MAX);
    sw_buf_init(&post->headers, SW_URL_BYTES_MAX);
}

static void wipe(struct sw_buf *buf) {
    if (buf->data) sodium_memzero(buf->data, buf->size);
    sw_buf_deinit(buf);
}

void sw_post_deinit(struct sw_post *post) {
    wipe(&post->url);
    wipe(&post->body);
    wipe(&post->headers);
}

int sw_form_request_count(enum sw_service service, const struct sw_letter *letter) {
    return sw_form_of(service)->takes_png && letter->table && letter->table->png_bytes ? 2 : 1;
}

bool sw_form_write(enum sw_service service, const struct sw_letter *letter, int i, const struct sw_address *to,
                   int64_t now_ms, struct sw_post *post) {
    const struct sw_form *form = sw_form_of(service);
    size_t text_max = form->text_bytes_max;
    for (int n = 0; n < SHRINKS_MAX; n++) {
        sw_buf_clear(&post->url);
        sw_buf_clear(&post->headers);
        sw_buf_clear(&post->body);
        if (i) form->write_png(letter, to, post);
        else form->write(letter, to, now_ms, text_max, post);
        if (post->url.failed || post->headers.failed) return false;
        if (!post->body.failed && post->body.len <= form->body_bytes_max) return true;
        if (i) return false;
        text_max = text_max * 3 / 4; /* escapes made it longer than it looked */
    }
    return false;
}

/* ---- answers ---- */

static void judge_status(const struct sw_answer *answer, struct sw_judgement *j) {
    int status = answer->status;
    bool later = status == 408 || status == 425 || status == 429 || status >= 500;
    j->verdict = later ? SW_VERDICT_LATER : SW_VERDICT_NEVER;
    j->wait_ms = answer->retry_after_ms;
    size_t len = answer->body_bytes < 120 ? answer->body_bytes : 120, text = 0;
    while (text < len && (unsigned char)answer->body[text] >= 0x20 && (unsigned char)answer->body[text] < 0x7f) text++;
    bool page = text && answer->body[0] == '<'; /* of a proxy: says nothing in a line */
    (void)snprintf(j->reason, sizeof j->reason, "HTTP %d%s%.*s", status, text && !page ? ": " : "", page ? 0 : (int)text,
                   answer->body ? answer->body : "");
}

void sw_form_judge(enum sw_service service, const struct sw_answer *answer, struct sw_judgement *j) {
    *j = (struct sw_judgement){.verdict = SW_VERDICT_TAKEN};
    if (answer->error) {
        j->verdict = SW_VERDICT_LATER;
        (void)snprintf(j->reason, sizeof j->reason, "%s", answer->error);
    } else if (answer->status < 200 || answer->status > 299) {
        judge_status(answer, j);
    } else if (sw_form_of(service)->judge) {
        sw_form_of(service)->judge(answer, j);
    }
}

void sw__judge_code(const struct sw_answer *answer, const char *code_key, const char *text_key,
                    bool (*later)(int64_t code, const char *text, int64_t *wait_ms), struct sw_judgement *j) {
    struct sw_service_answer said;
    if (!sw_service_answer_read(answer->body, answer->body_bytes, code_key, text_key, &said)) {
        j->verdict = SW_VERDICT_LATER; /* a login page of the network, a proxy */
        (void)snprintf(j->reason, sizeof j->reason, "HTTP %d, but not the service's answer", answer->status);
        return;
    }
    if (!said.code) return;
    j->wait_ms = answer->retry_after_ms;
    j->verdict = later(said.code, said.text, &j->wait_ms) ? SW_VERDICT_LATER : SW_VERDICT_NEVER;
    for (char *c = said.text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = ' ';
    (void)snprintf(j->reason, sizeof j->reason, "%s %lld: %s", code_key, (long long)said.code, said.text);
}

/* ---- signatures ---- */

void sw__sign(const char *key, size_t key_len, const char *text, size_t text_len, char out[SW_SIGNATURE_BYTES]) {
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, key_len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text, text_len);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2base64(out, SW_SIGNATURE_BYTES, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(&state, sizeof state);
}

void sw__url_encode(struct sw_buf *out, const char *text) {
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_.~", c);
        if (plain) sw_buf_putc(out, (char)c);
        else sw_buf_printf(out, "%%%02X", c);
    }
}

void sw__base64(struct sw_buf *out, const void *data, size_t bytes) {
    size_t size = sodium_base64_encoded_len(bytes, sodium_base64_VARIANT_ORIGINAL);
    char *text = sw_xmalloc(size);
    sw_buf_puts(out, sodium_bin2base64(text, size, data, bytes, sodium_base64_VARIANT_ORIGINAL));
    free(text);
}

/* ---- texts ---- */

struct sw_cut sw__cut(struct sw_buf *out, size_t max, const char *more) {
    return (struct sw_cut){.out = out, .max = max, .more = more, .more_bytes = strlen(more)};
}

bool sw__cut_add(struct sw_cut *cut, const char *line, size_t len) {
    size_t room = cut->max > cut->out->len ? cut->max - cut->out->len : 0;
    if (cut->over) return false;
    if (len + cut->more_bytes <= room) {
        sw_buf_add(cut->out, line, len);
        return true;
    }
    cut->over = true;
    size_t part = room > cut->more_bytes + 1 ? sw_utf8_cut(line, room - cut->more_bytes - 1) : 0;
    if (part > 40 && part < len) { /* a little is of no use */
        sw_buf_add(cut->out, line, part);
        sw_buf_putc(cut->out, '\n');
    }
    sw_buf_puts(cut->out, cut->more);
    return false;
}

void sw__cut_reserve(struct sw_cut *cut, size_t bytes) { cut->max -= bytes < cut->max ? bytes : cut->max; }

void sw__each_line(const struct sw_letter *letter, void *ctx,
                   bool (*fn)(void *ctx, const char *line, size_t len, const char *first, const char *rest)) {
    for (const char *line = sw_buf_text(&letter->text); *line;) {
        size_t len = strcspn(line, "\n");
        if (!fn(ctx, line, len, NULL, NULL)) return;
        line += len + (line[len] == '\n');
    }
    struct sw_buf rest;
    sw_buf_init(&rest, (size_t)1 << 16);
    for (size_t r = 0; letter->table && r < letter->table->row_count; r++) {
        const char *first;
        sw_letter_row(letter, r, &first, &rest);
        if (!fn(ctx, NULL, 0, first, sw_buf_text(&rest))) break;
    }
    sw_buf_deinit(&rest);
}

void sw__plain(struct sw_buf *out, const char *text, size_t len) {
    static const struct {
        char is;
        const char *becomes;
    } harmless[] = {{'<', "＜"}, {'>', "＞"}, {'[', "［"}, {']', "］"}, {'*', "＊"}, {'`', "｀"}};
    for (const char *end = text + len; text < end; text++) {
        const char *instead = NULL;
        for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
            if (harmless[i].is == *text) instead = harmless[i].becomes;
        if (instead) sw_buf_puts(out, instead);
        else sw_buf_putc(out, *text);
    }
}
