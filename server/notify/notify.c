#include "notify/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMER_MS_MAX 60000 /* so that a step of the clock is seen */

struct destination {
    struct sw_notify *owner;
    struct sw_channel *channel;
    char *id, *proxy, *ca_file;
    char host[256];
    struct sw_destination options; /* its texts are the members above, or NULL */
};

struct sw_notify {
    struct sw_notify_loop loop;
    const struct sw_zone *zone;
    const struct sw_notify_hooks *hooks;
    struct sw_transport *transport;
    struct destination *destinations[SW_DESTINATIONS_MAX];
    size_t count;
    uint64_t tests;
    bool pumping; /* the timer is set at the end */
};

static int64_t now_of(const struct sw_notify *n) { return n->loop.now_ms(n->loop.ctx); }

/* ---- the engine ---- */

static void on_done(void *ctx, const struct sw_answer *answer) {
    struct destination *d = ctx;
    sw_channel_answer(d->channel, now_of(d->owner), answer);
    /* the caller pumps */
}

static void set_timer(struct sw_notify *n) {
    int64_t now_ms = now_of(n), next_ms = INT64_MAX, curl_ms = sw_transport_deadline_ms(n->transport);
    for (size_t i = 0; i < n->count; i++) {
        int64_t ms = sw_channel_next_ms(n->destinations[i]->channel, now_ms);
        if (ms < next_ms) next_ms = ms;
    }
    int64_t delay_ms = next_ms == INT64_MAX ? INT64_MAX : next_ms - now_ms;
    if (curl_ms != INT64_MAX && curl_ms - n->loop.mono_ms(n->loop.ctx) < delay_ms)
        delay_ms = curl_ms - n->loop.mono_ms(n->loop.ctx);
    if (delay_ms == INT64_MAX) delay_ms = -1;
    else if (delay_ms < 0) delay_ms = 0;
    else if (delay_ms > TIMER_MS_MAX) delay_ms = TIMER_MS_MAX;
    n->loop.timer(n->loop.ctx, delay_ms);
}

static void pump(struct sw_notify *n) {
    n->pumping = true;
    for (size_t i = 0; i < n->count; i++) {
        struct destination *d = n->destinations[i];
        struct sw_post post;
        sw_post_init(&post);
        if (!sw_channel_take(d->channel, now_of(n), &post)) {
            sw_post_deinit(&post);
            continue;
        }
        struct sw_route route = {d->proxy, d->ca_file, d->options.timeout_ms};
        sw_transport_send(n->transport, &post, &route, on_done, d);
    }
    n->pumping = false;
    set_timer(n);
}

/* libcurl wants another deadline. */
static void on_changed(void *ctx) {
    struct sw_notify *n = ctx;
    if (!n->pumping) set_timer(n);
}

void sw_notify_on_socket(struct sw_notify *n, int fd, int events) {
    n->pumping = true;
    sw_transport_on_socket(n->transport, fd, events);
    pump(n);
}

void sw_notify_on_timer(struct sw_notify *n) {
    n->pumping = true;
    if (sw_transport_deadline_ms(n->transport) <= n->loop.mono_ms(n->loop.ctx)) sw_transport_on_timer(n->transport);
    pump(n);
}

/* ---- destinations ---- */

struct sw_notify *sw_notify_new(const struct sw_notify_loop *loop, const struct sw_zone *zone,
                                const struct sw_notify_hooks *hooks) {
    struct sw_notify *n = sw_xcalloc(1, sizeof *n);
    n->loop = *loop;
    n->zone = zone;
    n->hooks = hooks;
    n->transport = sw_transport_new(&n->loop, on_changed, n);
    if (n->transport) return n;
    free(n);
    return NULL;
}

void sw_notify_free(struct sw_notify *n) {
    if (!n) return;
    n->pumping = true;
    sw_transport_free(n->transport);
    for (size_t i = 0; i < n->count; i++) {
        struct destination *d = n->destinations[i];
        sw_channel_free(d->channel);
        free(d->id);
        free(d->proxy);
        free(d->ca_file);
        free(d);
    }
    n->loop.timer(n->loop.ctx, -1);
    free(n);
}

/* The host of URL, and its port, into OUT. False when it has none. */
static bool host_of(const char *url, char *out, size_t size) {
    const char *host = strstr(url, "://");
    size_t len = host ? strcspn(host + 3, "/?#") : 0;
    if (!len || len >= size || memchr(host + 3, '@', len)) return false;
    memcpy(out, host + 3, len);
    out[len] = '\0';
    return true;
}

static bool is_here(const char *host) {
    size_t len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    static const char *const here[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        if (strlen(here[i]) == len && !strncmp(here[i], host, len)) return true;
    return false;
}

const char *sw_notify_judge_url(enum sw_service service, const char *url) {
    char host[256];
    bool http = !strncmp(url, "http://", 7), https = !strncmp(url, "https://", 8);
    if (strlen(url) > SW_URL_BYTES_MAX - 512) return "is too long for an address";
    for (const char *c = url; *c; c++)
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f) return "must be an address of printable ASCII";
    if ((!http && !https) || !host_of(url, host, sizeof host)) return "must be an address, https://HOST/...";
    if (http && service != SW_SERVICE_GENERIC && !is_here(host)) return "must begin with https://";
    return NULL;
}

static struct sw_channel *channel_of(struct sw_notify *n, const struct sw_destination *o) {
    struct sw_channel_options options = {.id = o->id,
                                         .service = o->service,
                                         .address = {o->url, o->secret},
                                         .language = o->language,
                                         .per_minute = o->per_minute,
                                         .quiet_from_ms = o->quiet_from_ms,
                                         .quiet_to_ms = o->quiet_to_ms,
                                         .critical_passes = o->critical_passes,
                                         .give_up_ms = o->give_up_ms,
                                         .zone = n->zone,
                                         .hooks = n->hooks,
                                         .random = n->loop.random,
                                         .random_ctx = n->loop.ctx};
    return sw_channel_new(&options);
}

int sw_notify_add(struct sw_notify *n, const struct sw_destination *o) {
    if (sw_notify_judge_url(o->service, o->url)) return -SW_EINVAL;
    if (o->secret && strlen(o->secret) > SW_SECRET_BYTES_MAX) return -SW_EINVAL;
    if (sw_notify_find(n, o->id) >= 0) return -SW_EBUSY;
    if (n->count == SW_DESTINATIONS_MAX) return -SW_ELIMIT;
    struct destination *d = sw_xcalloc(1, sizeof *d);
    d->owner = n;
    d->options = *o;
    d->options.url = d->options.secret = NULL; /* the channel has them */
    d->options.id = d->id = sw_xstrdup(o->id);
    d->options.proxy = d->proxy = o->proxy ? sw_xstrdup(o->proxy) : NULL;
    d->options.ca_file = d->ca_file = o->ca_file ? sw_xstrdup(o->ca_file) : NULL;
    (void)host_of(o->url, d->host, sizeof d->host);
    d->channel = channel_of(n, o);
    n->destinations[n->count++] = d;
    return 0;
}

size_t sw_notify_count(const struct sw_notify *n) { return n->count; }

int sw_notify_find(const struct sw_notify *n, const char *id) {
    for (size_t i = 0; i < n->count; i++)
        if (!strcmp(n->destinations[i]->id, id)) return (int)i;
    return -1;
}

/* ---- messages ---- */

static bool wants(const struct sw_destination *o, const struct sw_message *m) {
    switch (m->kind) {
    case SW_MESSAGE_CHART: return o->charts;
    case SW_MESSAGE_ALERT_OPENED:
    case SW_MESSAGE_ALERT_CLEARED: return (int)m->severity >= o->alerts_from;
    case SW_MESSAGE_WALK_DUE:
    case SW_MESSAGE_WALK_MISSED: return o->walks;
    default: return true;
    }
}

int sw_notify_post(struct sw_notify *n, const struct sw_message *message) {
    int failed = sw_message_check(message), taken = 0;
    if (failed) return failed;
    for (size_t i = 0; i < n->count; i++) {
        const struct destination *d = n->destinations[i];
        if (wants(&d->options, message) && !sw_channel_push(d->channel, message, now_of(n))) taken++;
    }
    if (taken) set_timer(n);
    return taken;
}

int sw_notify_post_to(struct sw_notify *n, size_t destination, const struct sw_message *message) {
    int failed = sw_channel_push(n->destinations[destination]->channel, message, now_of(n));
    set_timer(n);
    return failed;
}

int sw_notify_test(struct sw_notify *n, size_t destination, const char *site, const char *link) {
    char id[64];
    (void)snprintf(id, sizeof id, "test/%lld/%llu", (long long)now_of(n), (unsigned long long)++n->tests);
    struct sw_message m = sw_message_of(SW_MESSAGE_TEST, id, now_of(n));
    m.site = site;
    m.link = link;
    m.words[SW_LANGUAGE_ZH] = (struct sw_words){"测试消息", "Shiftwall 可以在这个群里发消息了。", NULL};
    m.words[SW_LANGUAGE_EN] = (struct sw_words){"Test message", "Shiftwall can post in this group.", NULL};
    return sw_notify_post_to(n, destination, &m);
}

int sw_notify_restore(struct sw_notify *n, size_t destination, const struct sw_message *message, const char *reason,
                      int64_t at_ms) {
    int failed = sw_channel_restore(n->destinations[destination]->channel, message, reason, at_ms);
    set_timer(n);
    return failed;
}

void sw_notify_restore_told(struct sw_notify *n, size_t destination, const char *about, int64_t at_ms) {
    sw_channel_restore_told(n->destinations[destination]->channel, about, at_ms);
}

void sw_notify_restore_seen(struct sw_notify *n, size_t destination, const char *id) {
    sw_channel_restore_seen(n->destinations[destination]->channel, id);
}

/* ---- looking ---- */

void sw_notify_status(const struct sw_notify *n, size_t destination, struct sw_destination_status *out) {
    const struct destination *d = n->destinations[destination];
    out->id = d->id;
    out->service = sw_service_name(d->options.service);
    memcpy(out->host, d->host, sizeof out->host);
    sw_channel_status(d->channel, &out->channel);
    out->next_ms = sw_channel_next_ms(d->channel, now_of(n));
}

bool sw_notify_is_idle(const struct sw_notify *n) {
    for (size_t i = 0; i < n->count; i++) {
        struct sw_channel_status status;
        sw_channel_status(n->destinations[i]->channel, &status);
        if (status.queued) return false;
    }
    return true;
}

size_t sw_notify_dead_count(const struct sw_notify *n, size_t destination) {
    return sw_channel_dead_count(n->destinations[destination]->channel);
}

struct sw_dead_letter sw_notify_dead(const struct sw_notify *n, size_t destination, size_t i) {
    return sw_channel_dead(n->destinations[destination]->channel, i);
}

int sw_notify_dead_again(struct sw_notify *n, size_t destination, const char *id) {
    int failed = sw_channel_dead_again(n->destinations[destination]->channel, id, now_of(n));
    set_timer(n);
    return failed;
}

int sw_notify_dead_drop(struct sw_notify *n, size_t destination, const char *id) {
    return sw_channel_dead_drop(n->destinations[destination]->channel, id);
}
