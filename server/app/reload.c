#include "app/reload.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "io/log.h"
#include "io/policy_file.h"

struct sw_reload {
    struct sw_reload_options options;
    uv_signal_t signal;
    uv_work_t work;
    struct sw_policy policy;
    struct sw_buf faults;
    int failed;
    bool loading, again, closing, closed;
};

static void release(struct sw_reload *r) {
    if (r->loading || !r->closed) return;
    sw_buf_deinit(&r->faults);
    free(r);
}

/* In a worker. */
static void load(uv_work_t *work) {
    struct sw_reload *r = work->data;
    sw_buf_clear(&r->faults);
    r->failed = sw_policy_load(&r->policy, r->options.policy, &r->faults);
}

static void begin(struct sw_reload *r);

static void tell_faults(struct sw_reload *r) {
    for (const char *at = sw_buf_text(&r->faults); *at;) {
        size_t len = strcspn(at, "\n");
        char *line = strndup(at, len);
        SW_ASSERT(line != NULL);
        sw_log(SW_LOG_ERROR, "policy.refused", "text=%s", line);
        free(line);
        at += len + (at[len] == '\n');
    }
}

static void tell(const struct sw_reload *r, bool begins) {
    if (r->options.reading) r->options.reading(r->options.ctx, begins);
}

static void on_loaded(uv_work_t *work, int status) {
    struct sw_reload *r = work->data;
    (void)status;
    r->loading = false;
    if (r->closing || r->failed) {
        if (!r->closing) tell_faults(r); /* what was in force stays so */
        sw_policy_deinit(&r->policy);
    } else {
        sw_log(SW_LOG_INFO, "policy.loaded", "name=%s version=%s", r->policy.name, r->policy.version ? r->policy.version : "-");
        r->options.loaded(r->options.ctx, &r->policy);
    }
    if (r->closing) release(r);
    else if (r->again) begin(r);
    else tell(r, false);
}

static void begin(struct sw_reload *r) {
    r->again = r->loading;
    if (!r->loading) r->loading = !uv_queue_work(r->signal.loop, &r->work, load, on_loaded);
}

static void on_signal(uv_signal_t *handle, int number) {
    struct sw_reload *r = handle->data;
    (void)number;
    if (!r->loading) tell(r, true);
    begin(r);
}

struct sw_reload *sw_reload_new(uv_loop_t *loop, const struct sw_reload_options *options) {
    struct sw_reload *r = sw_xcalloc(1, sizeof *r);
    r->options = *options;
    sw_buf_init(&r->faults, SW_POLICY_FAULTS_BYTES_MAX);
    uv_signal_init(loop, &r->signal);
    r->signal.data = r->work.data = r;
    uv_signal_start(&r->signal, on_signal, SIGHUP);
    return r;
}

static void on_closed(uv_handle_t *handle) {
    struct sw_reload *r = handle->data;
    r->closed = true;
    release(r);
}

void sw_reload_close(struct sw_reload *r) {
    if (!r) return;
    r->closing = true;
    uv_close((uv_handle_t *)&r->signal, on_closed);
}
