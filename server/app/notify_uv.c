#include "app/notify_uv.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/clock.h"

#define SECRET_FILE_BYTES_MAX 8192

/* A socket of libcurl's. */
struct watcher {
    uv_poll_t poll;
    struct sw_notify_uv *owner;
    int fd;
    struct watcher *next;
};

struct sw_notify_uv {
    uv_loop_t *loop;
    uv_timer_t timer;
    struct sw_clock clock;
    struct sw_notify *notify;
    struct watcher *watchers;
    size_t handles; /* that libuv still has */
    bool closing;
    void (*closed)(void *ctx);
    void *ctx;
};

/* ---- the loop ---- */

static void let_go(struct sw_notify_uv *self) {
    if (--self->handles) return;
    if (self->closed) self->closed(self->ctx);
    free(self);
}

static void on_timer_closed(uv_handle_t *handle) { let_go(handle->data); }

static void on_poll_closed(uv_handle_t *handle) {
    struct watcher *w = handle->data;
    let_go(w->owner);
    free(w);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct watcher *w = poll->data;
    int ready = (events & UV_READABLE ? SW_NOTIFY_READ : 0) | (events & UV_WRITABLE ? SW_NOTIFY_WRITE : 0);
    if (status < 0) ready = SW_NOTIFY_READ | SW_NOTIFY_WRITE; /* libcurl finds the error itself */
    sw_notify_on_socket(w->owner->notify, w->fd, ready);
}

static void unwatch(struct watcher **at) {
    struct watcher *w = *at;
    *at = w->next;
    (void)uv_poll_stop(&w->poll);
    uv_close((uv_handle_t *)&w->poll, on_poll_closed);
}

static void watch(void *ctx, int fd, int events) {
    struct sw_notify_uv *self = ctx;
    struct watcher **at = &self->watchers;
    while (*at && (*at)->fd != fd) at = &(*at)->next;
    if (!events) {
        if (*at) unwatch(at);
        return;
    }
    if (!*at) {
        struct watcher *w = sw_xcalloc(1, sizeof *w);
        w->owner = self;
        w->fd = fd;
        w->poll.data = w;
        if (uv_poll_init(self->loop, &w->poll, fd)) { /* the request times out */
            free(w);
            return;
        }
        self->handles++;
        *at = w;
    }
    int wanted = (events & SW_NOTIFY_READ ? UV_READABLE : 0) | (events & SW_NOTIFY_WRITE ? UV_WRITABLE : 0);
    (void)uv_poll_start(&(*at)->poll, wanted, on_poll); /* cannot fail on a handle that is not closing */
}

static void on_timer(uv_timer_t *timer) {
    struct sw_notify_uv *self = timer->data;
    sw_notify_on_timer(self->notify);
}

static void set_timer(void *ctx, int64_t delay_ms) {
    struct sw_notify_uv *self = ctx;
    if (self->closing) return;
    if (delay_ms < 0) {
        (void)uv_timer_stop(&self->timer);
        return;
    }
    uv_update_time(self->loop);
    (void)uv_timer_start(&self->timer, on_timer, (uint64_t)delay_ms, 0);
}

static int64_t now_ms(void *ctx) {
    struct sw_notify_uv *self = ctx;
    return sw_clock_now_ms(&self->clock);
}

static int64_t mono_ms(void *ctx) {
    (void)ctx;
    return (int64_t)(uv_hrtime() / 1000000);
}

static uint32_t get_random(void *ctx) {
    (void)ctx;
    return randombytes_random();
}

/* ---- files ---- */

/* Reads the first line of a file that only its owner may read. False when FAULTS was told. */
static bool read_secret(const char *id, const char *path, char *out, size_t size, struct sw_buf *faults) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    char content[SECRET_FILE_BYTES_MAX];
    const char *wrong = NULL;
    ssize_t got = -1;
    if (fd < 0 || fstat(fd, &info)) wrong = strerror(errno);
    else if (!S_ISREG(info.st_mode)) wrong = "is no file";
    else if (info.st_mode & (S_IRWXG | S_IRWXO)) wrong = "others than its owner may read it: chmod 600";
    else if ((got = read(fd, content, sizeof content)) < 0) wrong = strerror(errno);
    if (fd >= 0) close(fd);
    size_t len = 0;
    while (got > 0 && len < (size_t)got && content[len] != '\n' && content[len] != '\r' && content[len]) len++;
    while (len && content[len - 1] == ' ') len--;
    if (!wrong && !len) wrong = "its first line is empty";
    if (!wrong && len >= size) wrong = "its first line is too long";
    if (wrong) sw_buf_printf(faults, "notify: %s: %s: %s\n", id, path, wrong);
    if (!wrong) memcpy(out, content, len);
    if (!wrong) out[len] = '\0';
    sodium_memzero(content, sizeof content);
    return !wrong;
}

static void add_destination(struct sw_notify *notify, const struct sw_config_destination *d, struct sw_buf *faults) {
    char url[SW_URL_BYTES_MAX], secret[SW_SECRET_BYTES_MAX], proxy[SW_URL_BYTES_MAX];
    int service = sw_service_from_name(d->kind);
    bool good = read_secret(d->id, d->url_file, url, sizeof url, faults);
    if (d->secret_file) good &= read_secret(d->id, d->secret_file, secret, sizeof secret, faults);
    if (d->proxy_file) good &= read_secret(d->id, d->proxy_file, proxy, sizeof proxy, faults);
    const char *wrong = good ? sw_notify_judge_url((enum sw_service)service, url) : NULL;
    if (wrong) sw_buf_printf(faults, "notify: %s: %s: %s\n", d->id, d->url_file, wrong);
    if (d->ca_file && access(d->ca_file, R_OK)) {
        sw_buf_printf(faults, "notify: %s: %s: %s\n", d->id, d->ca_file, strerror(errno));
        good = false;
    }
    struct sw_destination options = {.id = d->id,
                                     .service = (enum sw_service)service,
                                     .url = url,
                                     .secret = d->secret_file ? secret : NULL,
                                     .proxy = d->proxy_file ? proxy : d->proxy,
                                     .ca_file = d->ca_file,
                                     .language = (enum sw_language)d->language,
                                     .charts = d->charts,
                                     .walks = d->walks,
                                     .alerts_from = (int)d->alerts_from,
                                     .per_minute = (int)d->per_minute,
                                     .quiet_from_ms = d->quiet_from_ms,
                                     .quiet_to_ms = d->quiet_to_ms,
                                     .critical_passes = d->critical_passes,
                                     .timeout_ms = d->timeout_ms,
                                     .give_up_ms = d->give_up_ms};
    if (good && !wrong && sw_notify_add(notify, &options)) sw_buf_printf(faults, "notify: %s: cannot be used\n", d->id);
    sodium_memzero(url, sizeof url);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(proxy, sizeof proxy);
}

/* ---- start and end ---- */

struct sw_notify_uv *sw_notify_uv_new(uv_loop_t *loop, const struct sw_config *config, const struct sw_zone *zone,
                                      const struct sw_notify_hooks *hooks, struct sw_buf *faults) {
    struct sw_notify_uv *self = sw_xcalloc(1, sizeof *self);
    struct sw_notify_loop own = {self, watch, set_timer, now_ms, mono_ms, get_random};
    self->loop = loop;
    sw_clock_init(&self->clock);
    SW_ASSERT(!uv_timer_init(loop, &self->timer));
    self->timer.data = self;
    self->handles = 1;
    self->notify = sodium_init() < 0 ? NULL : sw_notify_new(&own, zone, hooks);
    if (!self->notify) sw_buf_puts(faults, "notify: libcurl or libsodium cannot start\n");
    for (size_t i = 0; self->notify && i < config->destination_count; i++)
        add_destination(self->notify, &config->destinations[i], faults);
    if (!faults->len && !faults->failed) return self;
    sw_notify_uv_close(self, NULL, NULL);
    return NULL;
}

struct sw_notify *sw_notify_uv_notify(struct sw_notify_uv *self) { return self->notify; }

void sw_notify_uv_close(struct sw_notify_uv *self, void (*closed)(void *ctx), void *ctx) {
    self->closing = true;
    self->closed = closed;
    self->ctx = ctx;
    sw_notify_free(self->notify);
    self->notify = NULL;
    while (self->watchers) unwatch(&self->watchers);
    uv_close((uv_handle_t *)&self->timer, on_timer_closed);
}
