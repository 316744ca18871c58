/* What a channel remembers: ids, alerts that were told, dead letters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notify/channel_internal.h"
#include "notify/message.h"
#include "shiftwall/alert.h"

#define PIECE_BYTES_MIN 6 /* shorter parts of an address are no secrets: "send", "hook" */

/* ---- ids ---- */

bool sw__channel_see(struct sw_channel *c, const char *id) {
    uint64_t hash = sw_id_hash(0, id), known = c->seen_count < SW_CHANNEL_SEEN_MAX ? c->seen_count : SW_CHANNEL_SEEN_MAX;
    for (uint64_t i = 0; i < known; i++)
        if (c->seen[i] == hash) return true;
    c->seen[c->seen_count++ % SW_CHANNEL_SEEN_MAX] = hash;
    return false;
}

void sw_channel_restore_seen(struct sw_channel *c, const char *id) { (void)sw__channel_see(c, id); }

/* ---- alerts that were told ---- */

static size_t find_told(const struct sw_channel *c, const char *about) {
    size_t i = 0;
    while (i < c->told_count && strcmp(c->told[i].about, about) != 0) i++;
    return i;
}

static void forget_told(struct sw_channel *c, size_t i) {
    free(c->told[i].about);
    memmove(&c->told[i], &c->told[i + 1], (--c->told_count - i) * sizeof *c->told);
}

int64_t sw__channel_told_ms(const struct sw_channel *c, const char *about) {
    size_t i = about ? find_told(c, about) : c->told_count;
    return i < c->told_count ? c->told[i].at_ms : -1;
}

void sw_channel_restore_told(struct sw_channel *c, const char *about, int64_t at_ms) {
    size_t i = find_told(c, about);
    if (i < c->told_count) forget_told(c, i);
    if (c->told_count == SW_CHANNEL_TOLD_MAX) forget_told(c, 0);
    c->told[c->told_count++] = (struct sw_told){sw_xstrdup(about), at_ms};
}

void sw__channel_tell(struct sw_channel *c, const struct sw_message *m, int64_t now_ms) {
    if (!m->about) return;
    size_t i = find_told(c, m->about);
    if (m->kind == SW_MESSAGE_ALERT_OPENED) sw_channel_restore_told(c, m->about, now_ms);
    else if (m->kind == SW_MESSAGE_ALERT_CLEARED && i < c->told_count) forget_told(c, i);
}

/* ---- dead letters ---- */

static void take_out_dead(struct sw_channel *c, size_t i) {
    free(c->dead[i].reason);
    memmove(&c->dead[i], &c->dead[i + 1], (--c->dead_count - i) * sizeof *c->dead);
}

static void forget_dead(struct sw_channel *c, size_t i) {
    const struct sw_notify_hooks *hooks = c->options.hooks;
    struct sw_message *m = c->dead[i].item.message;
    take_out_dead(c, i);
    c->counters.forgotten++;
    if (hooks && hooks->forgotten) hooks->forgotten(hooks->ctx, c->options.id, m->id);
    sw_message_free(m);
}

void sw__channel_bury(struct sw_channel *c, struct sw_item item, const char *reason, int64_t at_ms, bool hook) {
    const struct sw_notify_hooks *hooks = c->options.hooks;
    if (c->dead_count == SW_CHANNEL_DEAD_MAX) forget_dead(c, 0);
    size_t bytes = item.message->png_bytes;
    for (size_t i = 0; i < c->dead_count; i++) bytes += c->dead[i].item.message->png_bytes;
    if (bytes > SW_CHANNEL_PNG_BYTES_MAX) sw_message_drop_png(item.message);
    c->dead[c->dead_count++] = (struct sw_dead){item, sw_xstrdup(reason), at_ms};
    if (!hook) return;
    c->counters.dead++;
    if (hooks && hooks->dead) hooks->dead(hooks->ctx, c->options.id, item.message, reason, at_ms);
}

size_t sw_channel_dead_count(const struct sw_channel *c) { return c->dead_count; }

struct sw_dead_letter sw_channel_dead(const struct sw_channel *c, size_t i) {
    return (struct sw_dead_letter){c->dead[i].item.message, c->dead[i].reason, c->dead[i].at_ms};
}

static size_t find_dead(const struct sw_channel *c, const char *id) {
    size_t i = 0;
    while (i < c->dead_count && strcmp(c->dead[i].item.message->id, id) != 0) i++;
    return i;
}

int sw_channel_dead_drop(struct sw_channel *c, const char *id) {
    size_t i = find_dead(c, id);
    if (i == c->dead_count) return -SW_ENOENT;
    forget_dead(c, i);
    return 0;
}

int sw_channel_dead_again(struct sw_channel *c, const char *id, int64_t now_ms) {
    const struct sw_notify_hooks *hooks = c->options.hooks;
    size_t i = find_dead(c, id);
    if (i == c->dead_count) return -SW_ENOENT;
    if (c->queue_count == SW_CHANNEL_QUEUE_MAX) return -SW_ELIMIT;
    struct sw_item item = c->dead[i].item;
    take_out_dead(c, i);
    item.since_ms = now_ms;
    item.message->expires_ms = INT64_MAX; /* somebody wants it */
    c->queue[c->queue_count++] = item;
    c->png_bytes += item.message->png_bytes;
    if (hooks && hooks->queued) hooks->queued(hooks->ctx, c->options.id, item.message);
    return 0;
}

/* ---- secrets ---- */

/* Whether TEXT holds a piece of the address behind its host, or the secret. */
static bool tells(const struct sw_channel *c, const char *text) {
    const char *url = c->options.address.url, *host = strstr(url, "://"), *at = host ? strchr(host + 3, '/') : url;
    if (c->options.address.secret && strstr(text, c->options.address.secret)) return true;
    while (at && *at) {
        char piece[SW_URL_BYTES_MAX];
        at += strspn(at, "/?&=");
        size_t len = strcspn(at, "/?&=");
        (void)snprintf(piece, sizeof piece, "%.*s", (int)len, at);
        if (len >= PIECE_BYTES_MIN && strcmp(piece, "access_token") != 0 && strstr(text, piece)) return true;
        at += len;
    }
    return false;
}

void sw__channel_redact(const struct sw_channel *c, char *text) {
    if (!tells(c, text)) return;
    text[strcspn(text, ":")] = '\0'; /* the code alone */
    if (tells(c, text)) text[0] = '\0';
}
