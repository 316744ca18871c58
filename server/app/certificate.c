#include "app/certificate.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "io/log.h"
#include "io/ws_tls.h"
#include "shiftwall/buf.h"

#define LOOK_MS 10000

struct sw_certificate_watch {
    uv_loop_t *loop;
    struct sw_ws_server *server;
    const char *chain_path, *key_path;
    uv_fs_poll_t poll;
    uv_signal_t signal;
    uv_work_t work;
    struct sw_certificate *loaded;
    char error[512];
    int failed, open_handles;
    int64_t until_ms;
    bool loading, again, closing;
};

static void release(struct sw_certificate_watch *w) {
    if (!w->loading && !w->open_handles) free(w);
}

/* In a worker. */
static void load(uv_work_t *work) {
    struct sw_certificate_watch *w = work->data;
    w->failed = sw_certificate_load(w->chain_path, w->key_path, (int64_t)time(NULL) * 1000, &w->loaded, w->error, sizeof w->error);
}

static void begin(struct sw_certificate_watch *w);

static void on_loaded(uv_work_t *work, int status) {
    struct sw_certificate_watch *w = work->data;
    (void)status;
    w->loading = false;
    bool taken = !w->failed && !w->closing && !sw_ws_server_use_certificate(w->server, w->loaded);
    if (taken) w->until_ms = sw_certificate_until_ms(w->loaded);
    if (taken) sw_log(SW_LOG_INFO, "certificate.loaded", "path=%s until_ms=%lld", w->chain_path, (long long)w->until_ms);
    else if (!w->closing) sw_log(SW_LOG_ERROR, "certificate.refused", "text=%s", w->failed ? w->error : "OpenSSL does not take it");
    if (!w->failed) sw_certificate_free(w->loaded);
    w->loaded = NULL;
    if (w->closing) release(w);
    else if (w->again) begin(w);
}

static void begin(struct sw_certificate_watch *w) {
    w->again = w->loading;
    if (!w->loading) w->loading = !uv_queue_work(w->loop, &w->work, load, on_loaded);
}

static void on_signal(uv_signal_t *handle, int number) {
    (void)number;
    begin(handle->data);
}

/* Both files are to be there: whoever renews writes the key first, or both and then sends SIGHUP. */
static void on_look(uv_fs_poll_t *poll, int status, const uv_stat_t *before, const uv_stat_t *now) {
    (void)before, (void)now;
    if (!status) begin(poll->data);
}

struct sw_certificate_watch *sw_certificate_watch_new(uv_loop_t *loop, struct sw_ws_server *server, const char *chain_path,
                                                      const char *key_path) {
    struct sw_certificate_watch *w = sw_xcalloc(1, sizeof *w);
    *w = (struct sw_certificate_watch){.loop = loop, .server = server, .chain_path = chain_path, .key_path = key_path,
                                       .open_handles = 2};
    uv_fs_poll_init(loop, &w->poll);
    uv_signal_init(loop, &w->signal);
    w->poll.data = w->signal.data = w->work.data = w;
    uv_fs_poll_start(&w->poll, on_look, chain_path, LOOK_MS);
    uv_signal_start(&w->signal, on_signal, SIGHUP);
    begin(w); /* what the server loaded itself, for its end */
    return w;
}

int64_t sw_certificate_watch_until_ms(const struct sw_certificate_watch *w) { return w->until_ms; }

static void on_closed(uv_handle_t *handle) {
    struct sw_certificate_watch *w = handle->data;
    w->open_handles--;
    release(w);
}

void sw_certificate_watch_close(struct sw_certificate_watch *w) {
    if (!w) return;
    w->closing = true;
    uv_close((uv_handle_t *)&w->poll, on_closed);
    uv_close((uv_handle_t *)&w->signal, on_closed);
}
