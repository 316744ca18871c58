#include "app/chat.h"

#include <stdlib.h>
#include <string.h>

#include "app/notify_uv.h"
#include "codec/chart_json.h"
#include "codec/json_writer.h"
#include "codec/message_json.h"
#include "io/clock.h"
#include "io/log.h"
#include "report/draw.h"

#define SENT_KEPT_MS (2 * SW_DAY_MS) /* as long as the core may find an alert again */
#define FAULTS_BYTES_MAX 65536

struct sw_chat {
    struct sw_chat_options options;
    struct sw_notify_hooks hooks;
    struct sw_notify_uv *uv; /* NULL: nobody is told */
    struct sw_notify *notify;
    struct sw_clock clock; /* the real one: services want it */
    int64_t forgot_ms;     /* when letters were forgotten last */
    size_t drawing;
    bool closing, uv_closed;
};

static int64_t now_of(const struct sw_chat *chat) { return sw_clock_now_ms(&chat->clock); }

static void release(struct sw_chat *chat) {
    if (chat->closing && chat->uv_closed && !chat->drawing) free(chat);
}

/* ---- keeping ---- */

static void keep(struct sw_chat *chat, const char *destination, const struct sw_message *message, enum sw_letter_state state,
                 const char *reason, int64_t at_ms) {
    struct sw_kept_letter letter = {.destination = destination, .id = message->id, .state = state, .at_ms = at_ms, .reason = reason};
    struct sw_buf body;
    sw_buf_init(&body, SW_MESSAGE_JSON_BYTES_MAX);
    if (state != SW_LETTER_SENT) {
        sw_message_write(message, &body);
        letter.body = body.failed ? NULL : sw_buf_text(&body);
    } else if (message->kind == SW_MESSAGE_ALERT_OPENED) {
        letter.body = message->about;
    }
    sw_recorder_put_letter(chat->options.recorder, &letter);
    sw_buf_deinit(&body);
    if (at_ms - chat->forgot_ms < SW_DAY_MS) return;
    chat->forgot_ms = at_ms;
    sw_recorder_forget_letters(chat->options.recorder, at_ms - SENT_KEPT_MS);
}

static void on_queued(void *ctx, const char *destination, const struct sw_message *message) {
    keep(ctx, destination, message, SW_LETTER_QUEUED, NULL, now_of(ctx));
}

static void on_sent(void *ctx, const char *destination, const struct sw_message *message, int64_t at_ms) {
    keep(ctx, destination, message, SW_LETTER_SENT, NULL, at_ms);
    sw_log(SW_LOG_INFO, "chat.sent", "to=%s id=%s", destination, message->id);
}

static void on_dead(void *ctx, const char *destination, const struct sw_message *message, const char *reason, int64_t at_ms) {
    keep(ctx, destination, message, SW_LETTER_DEAD, reason, at_ms);
    sw_log(SW_LOG_ERROR, "chat.dead", "to=%s id=%s text=%s", destination, message->id, reason);
}

static void on_forgotten(void *ctx, const char *destination, const char *id) {
    const struct sw_chat *chat = ctx;
    sw_recorder_drop_letter(chat->options.recorder, destination, id);
}

/* ---- what was kept ---- */

struct restoring {
    struct sw_chat *chat;
    const struct sw_kept_letter *letter;
    size_t destination;
};

static void restore_message(void *ctx, const struct sw_message *message) {
    const struct restoring *r = ctx;
    const char *reason = r->letter->state == SW_LETTER_DEAD ? r->letter->reason ? r->letter->reason : "" : NULL;
    int refused = sw_notify_restore(r->chat->notify, r->destination, message, reason, r->letter->at_ms);
    if (refused) sw_log(SW_LOG_WARN, "chat.restore", "to=%s id=%s text=%s", r->letter->destination, r->letter->id, sw_error_text(refused));
}

static void on_letter(void *ctx, const struct sw_kept_letter *letter) {
    struct sw_chat *chat = ctx;
    int destination = sw_notify_find(chat->notify, letter->destination);
    if (destination < 0) return; /* it is no longer in the configuration: should it come back, it goes on */
    struct restoring r = {chat, letter, (size_t)destination};
    if (letter->state == SW_LETTER_SENT) {
        sw_notify_restore_seen(chat->notify, r.destination, letter->id);
        if (letter->body) sw_notify_restore_told(chat->notify, r.destination, letter->body, letter->at_ms);
        return;
    }
    int bad = letter->body ? sw_message_read(letter->body, strlen(letter->body), &r, restore_message) : -SW_EPARSE;
    if (bad) sw_log(SW_LOG_ERROR, "chat.restore", "to=%s id=%s text=%s", letter->destination, letter->id, sw_error_text(bad));
}

/* ---- alerts and walks ---- */

void sw_chat_alert(struct sw_chat *chat, const struct sw_chat_alert *told) {
    if (!chat || !chat->notify) return;
    struct sw_chat_text text;
    const struct sw_config *config = chat->options.config;
    if (!sw_chat_alert_text(told, chat->options.zone, config->site_name, config->public_url, now_of(chat), &text)) return;
    int refused = sw_notify_post(chat->notify, &text.message);
    if (refused < 0) sw_log(SW_LOG_ERROR, "chat.post", "id=%s text=%s", text.id, sw_error_text(refused));
}

/* ---- charts ---- */

/* A chart that is being drawn for the languages of those who take it. */
struct drawing {
    uv_work_t work;
    struct sw_chat *chat;
    char key[32];
    int64_t again_ms;
    struct sw_chart *chart;
    char *json;
    size_t len;
    bool wanted[SW_LANGUAGE_COUNT];
    struct sw_buf png[SW_LANGUAGE_COUNT];
};

/* All of it where that is small enough to be sent, else its figures. */
static void draw(const struct sw_chart *chart, const struct sw_zone *zone, enum sw_draw_lang lang, struct sw_buf *png) {
    for (int page = 0; page < 2; page++) {
        const struct sw_draw_options options = {.format = SW_DRAW_PNG, .lang = lang, .page = page, .zone = zone};
        sw_buf_clear(png);
        if (sw_chart_draw(chart, &options, png) == 0 && !png->failed) return;
    }
    sw_buf_clear(png);
}

static void work(uv_work_t *req) {
    struct drawing *d = req->data;
    if (sw_chart_read(d->json, d->len, &d->chart)) return;
    if (d->wanted[SW_LANGUAGE_ZH]) draw(d->chart, d->chat->options.zone, SW_DRAW_ZH, &d->png[SW_LANGUAGE_ZH]);
    if (d->wanted[SW_LANGUAGE_EN]) draw(d->chart, d->chat->options.zone, SW_DRAW_EN, &d->png[SW_LANGUAGE_EN]);
}

static void post_chart(struct drawing *d) {
    struct sw_chat *chat = d->chat;
    const struct sw_config *config = chat->options.config;
    struct sw_chat_text text;
    struct sw_chat_table table;
    sw_chat_chart_text(d->chart, d->key, d->again_ms, chat->options.zone, config->public_url, now_of(chat), &text, &table);
    for (size_t i = 0; i < config->destination_count; i++) {
        const struct sw_config_destination *one = &config->destinations[i];
        int to = one->charts ? sw_notify_find(chat->notify, one->id) : -1;
        if (to < 0) continue;
        const struct sw_buf *png = &d->png[one->language];
        text.message.png = png->len ? png->data : NULL;
        text.message.png_bytes = png->len;
        int refused = sw_notify_post_to(chat->notify, (size_t)to, &text.message);
        if (refused && refused != -SW_EBUSY) /* it has it already */
            sw_log(SW_LOG_ERROR, "chat.post", "to=%s id=%s text=%s", one->id, text.id, sw_error_text(refused));
    }
    sw_chat_table_deinit(&table);
}

static void on_drawn(uv_work_t *req, int status) {
    struct drawing *d = req->data;
    struct sw_chat *chat = d->chat;
    (void)status;
    if (d->chart && !chat->closing) post_chart(d);
    sw_chart_free(d->chart);
    for (int l = 0; l < SW_LANGUAGE_COUNT; l++) sw_buf_deinit(&d->png[l]);
    free(d->json);
    free(d);
    chat->drawing--;
    release(chat);
}

size_t sw_chat_chart(struct sw_chat *chat, const char *key, const char *json, size_t len, bool again) {
    if (!chat || !chat->notify) return 0;
    const struct sw_config *config = chat->options.config;
    struct drawing *d = sw_xcalloc(1, sizeof *d);
    size_t takers = 0;
    for (size_t i = 0; i < config->destination_count; i++) {
        if (!config->destinations[i].charts) continue;
        d->wanted[config->destinations[i].language] = true;
        takers++;
    }
    if (!takers) {
        free(d);
        return 0;
    }
    d->work.data = d;
    d->chat = chat;
    d->again_ms = again ? now_of(chat) : 0;
    (void)snprintf(d->key, sizeof d->key, "%s", key);
    d->json = sw_xmalloc(len + 1);
    memcpy(d->json, json, len);
    d->json[len] = '\0';
    d->len = len;
    for (int l = 0; l < SW_LANGUAGE_COUNT; l++) sw_buf_init(&d->png[l], SW_MESSAGE_PNG_BYTES_MAX);
    chat->drawing++;
    int failed = uv_queue_work(chat->options.loop, &d->work, work, on_drawn);
    SW_ASSERT(!failed);
    return takers;
}

void sw_chat_report(struct sw_chat *chat, const char *month) {
    if (!chat || !chat->notify) return;
    struct sw_chat_text text;
    const struct sw_config *config = chat->options.config;
    sw_chat_report_text(month, config->site_name, config->public_url, now_of(chat), &text);
    int refused = sw_notify_post(chat->notify, &text.message);
    if (refused < 0) sw_log(SW_LOG_ERROR, "chat.post", "id=%s text=%s", text.id, sw_error_text(refused));
}

/* ---- the console ---- */

static void write_time(struct sw_json *j, const char *key, int64_t t_ms) {
    if (t_ms >= 0) sw_json_int(j, key, t_ms);
}

static void write_dead(struct sw_json *j, const struct sw_dead_letter *dead) {
    const struct sw_message *m = dead->message;
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "id", m->id);
    sw_json_text(j, "kind", sw_message_kind_name(m->kind));
    sw_json_text(j, "title", sw_message_words(m, SW_LANGUAGE_ZH)->title);
    sw_json_text(j, "title_en", sw_message_words(m, SW_LANGUAGE_EN)->title);
    sw_json_text(j, "reason", dead->reason);
    sw_json_int(j, "at", dead->at_ms);
    sw_json_close(j, '}');
}

static void write_destination(struct sw_json *j, const struct sw_chat *chat, size_t i) {
    struct sw_destination_status s;
    sw_notify_status(chat->notify, i, &s);
    const struct sw_channel_status *c = &s.channel;
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "id", s.id);
    sw_json_text(j, "service", s.service);
    sw_json_text(j, "host", s.host);
    sw_json_int(j, "queued", (int64_t)c->queued);
    sw_json_int(j, "sent", (int64_t)c->counters.sent);
    write_time(j, "last_sent", c->last_sent_ms);
    write_time(j, "failing_since", c->failing_since_ms);
    if (c->failing_since_ms >= 0) sw_json_text(j, "reason", c->reason);
    sw_json_open(j, "dead", '[');
    for (size_t k = sw_notify_dead_count(chat->notify, i); k--;) {
        struct sw_dead_letter dead = sw_notify_dead(chat->notify, i, k);
        write_dead(j, &dead);
    }
    sw_json_close(j, ']');
    sw_json_close(j, '}');
}

void sw_chat_write(const struct sw_chat *chat, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_open(&j, "destinations", '[');
    for (size_t i = 0; i < sw_chat_count(chat); i++) write_destination(&j, chat, i);
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
}

static int find(const struct sw_chat *chat, const char *destination) {
    return chat && chat->notify ? sw_notify_find(chat->notify, destination) : -1;
}

int sw_chat_test(struct sw_chat *chat, const char *destination) {
    int i = find(chat, destination);
    const struct sw_config *config = chat ? chat->options.config : NULL;
    return i < 0 ? -SW_ENOENT : sw_notify_test(chat->notify, (size_t)i, config->site_name, config->public_url);
}

int sw_chat_dead(struct sw_chat *chat, const char *destination, const char *id, bool drop) {
    int i = find(chat, destination);
    if (i < 0) return -SW_ENOENT;
    return drop ? sw_notify_dead_drop(chat->notify, (size_t)i, id) : sw_notify_dead_again(chat->notify, (size_t)i, id);
}

void sw_chat_record(struct sw_chat *chat, const char *kind, const char *key, const char *by, const char *role) {
    const struct sw_record record = {.at_ms = now_of(chat), .kind = kind, .key = key, .by = by, .role = role, .body = "{}"};
    sw_recorder_append(chat->options.recorder, &record, 1, NULL, NULL);
}

size_t sw_chat_count(const struct sw_chat *chat) { return chat && chat->notify ? sw_notify_count(chat->notify) : 0; }

void sw_chat_status(const struct sw_chat *chat, size_t destination, struct sw_destination_status *out) {
    sw_notify_status(chat->notify, destination, out);
}

/* ---- life ---- */

static bool open_destinations(struct sw_chat *chat) {
    struct sw_buf faults;
    sw_buf_init(&faults, FAULTS_BYTES_MAX);
    const struct sw_chat_options *o = &chat->options;
    chat->uv = sw_notify_uv_new(o->loop, o->config, o->zone, &chat->hooks, &faults);
    if (!chat->uv) sw_log(SW_LOG_ERROR, "chat", "text=%s", sw_buf_text(&faults));
    sw_buf_deinit(&faults);
    if (!chat->uv) return false;
    chat->notify = sw_notify_uv_notify(chat->uv);
    const char *problem = sw_recorder_problem(o->recorder);
    if (problem) sw_log(SW_LOG_WARN, "chat", "text=%s", "without a data folder chat groups are told of nothing but tests");
    else if (sw_recorder_load_letters(o->recorder, chat, on_letter))
        sw_log(SW_LOG_ERROR, "chat", "text=%s", "what was kept for chat groups cannot be read");
    return true;
}

struct sw_chat *sw_chat_new(const struct sw_chat_options *options) {
    struct sw_chat *chat = sw_xcalloc(1, sizeof *chat);
    chat->options = *options;
    chat->hooks = (struct sw_notify_hooks){chat, on_queued, on_sent, on_dead, on_forgotten};
    sw_clock_init(&chat->clock);
    if (!options->config->destination_count || open_destinations(chat)) return chat;
    free(chat);
    return NULL;
}

static void on_closed(void *ctx) {
    struct sw_chat *chat = ctx;
    chat->uv_closed = true;
    release(chat);
}

void sw_chat_close(struct sw_chat *chat) {
    if (!chat) return;
    chat->closing = true;
    struct sw_notify_uv *uv = chat->uv;
    chat->uv = NULL;
    chat->notify = NULL;
    if (uv) sw_notify_uv_close(uv, on_closed, chat);
    else on_closed(chat);
}
