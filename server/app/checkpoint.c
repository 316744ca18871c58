#include "app/checkpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/log.h"
#include "shiftwall/checkpoint.h"

#define SLICE_US 4000u /* of work between two turns of the loop */
#define STEP 200       /* things saved between two looks at the clock */

struct sw_checkpoints {
    struct sw_checkpoints_options options;
    struct sw_checkpoints_counters counters;
    uv_loop_t *loop;
    uv_timer_t every, slice;
    unsigned handles;
    char *path;
    uint64_t number;
    struct sw_floor_saver *saver; /* NULL: nothing is being saved */
    struct sw_buf out;            /* what is being saved */
    uv_work_t work;
    struct sw_buf writing; /* what the worker writes */
    int result, error;
    bool busy;    /* the worker is */
    bool waits;   /* OUT is whole and waits for it */
    bool closing, told_failure;
};

static void release(struct sw_checkpoints *c) {
    if (c->handles || c->busy) return;
    sw_buf_deinit(&c->out);
    sw_buf_deinit(&c->writing);
    free(c->path);
    free(c);
}

/* ---- the worker ---- */

static void write_out(uv_work_t *work) {
    struct sw_checkpoints *c = work->data;
    c->result = sw_checkpoint_write(c->path, &c->writing);
    c->error = errno;
}

static void start_writing(struct sw_checkpoints *c);

static void tell(struct sw_checkpoints *c) {
    if (!c->result) {
        c->counters.written++;
        c->counters.bytes = c->writing.len;
        c->counters.written_at = (int64_t)uv_now(c->loop);
        if (c->told_failure) sw_log(SW_LOG_INFO, "checkpoint.written", "path=%s bytes=%zu", c->path, c->writing.len);
        c->told_failure = false;
        return;
    }
    c->counters.failed++;
    const char *why = c->result == -SW_ELIMIT ? "it is too large" : strerror(c->error);
    if (!c->told_failure) sw_log(SW_LOG_WARN, "checkpoint.failed", "path=%s text=%s", c->path, why);
    c->told_failure = true;
}

static void on_written(uv_work_t *work, int status) {
    struct sw_checkpoints *c = work->data;
    if (status) {
        c->result = -SW_EIO;
        c->error = ECANCELED;
    }
    c->busy = false;
    tell(c);
    sw_buf_deinit(&c->writing);
    if (c->waits) start_writing(c);
    if (c->closing) release(c);
}

static void start_writing(struct sw_checkpoints *c) {
    c->waits = c->busy;
    if (c->busy) return;
    c->writing = c->out;
    sw_buf_init(&c->out, c->out.cap);
    c->busy = !uv_queue_work(c->loop, &c->work, write_out, on_written);
    if (!c->busy) sw_buf_deinit(&c->writing);
}

/* ---- the loop ---- */

static void end_saving(struct sw_checkpoints *c) {
    sw_floor_saver_free(c->saver);
    c->saver = NULL;
    uv_timer_stop(&c->slice);
    c->options.hold(c->options.ctx, false);
}

static void on_slice(uv_timer_t *timer) {
    struct sw_checkpoints *c = timer->data;
    uint64_t begin_ns = uv_hrtime(), took_us = 0;
    bool over = false;
    while (!over && took_us < SLICE_US) {
        over = sw_floor_saver_step(c->saver, STEP);
        took_us = (uv_hrtime() - begin_ns) / 1000;
    }
    if (took_us > c->counters.longest_us) c->counters.longest_us = took_us;
    if (!over) {
        uv_timer_start(timer, on_slice, 0, 0);
        return;
    }
    start_writing(c);
    end_saving(c);
}

/* False when there is nothing to save now. */
static bool begin(struct sw_checkpoints *c, bool last) {
    struct sw_checkpoint head = {0};
    const struct sw_shifts *shifts;
    struct sw_floor *floor = c->options.take(c->options.ctx, last, &head, &shifts);
    if (!floor) return false;
    head.number = ++c->number;
    sw_buf_deinit(&c->out);
    c->waits = false;
    sw_buf_reserve(&c->out, c->counters.bytes + c->counters.bytes / 8); /* to grow is to copy all */
    sw_checkpoint_begin(&head, &c->out);
    sw_checkpoint_deinit(&head);
    c->saver = sw_floor_saver_new(floor, shifts, &c->out);
    c->options.hold(c->options.ctx, true);
    return true;
}

static void on_every(uv_timer_t *timer) {
    struct sw_checkpoints *c = timer->data;
    if (c->saver || c->busy) return; /* a slow disk: the next minute */
    if (begin(c, false)) uv_timer_start(&c->slice, on_slice, 0, 0);
}

struct sw_checkpoints *sw_checkpoints_new(uv_loop_t *loop, const struct sw_checkpoints_options *options) {
    struct sw_checkpoints *c = sw_xcalloc(1, sizeof *c);
    c->options = *options;
    c->loop = loop;
    c->path = sw_xstrdup(options->path);
    c->number = options->number;
    c->counters.written_at = -1;
    sw_buf_init(&c->out, SW_CHECKPOINT_BYTES_MAX);
    sw_buf_init(&c->writing, SW_CHECKPOINT_BYTES_MAX);
    uv_timer_init(loop, &c->every);
    uv_timer_init(loop, &c->slice);
    c->every.data = c->slice.data = c->work.data = c;
    c->handles = 2;
    uint64_t every_ms = (uint64_t)options->every_s * 1000;
    uv_timer_start(&c->every, on_every, every_ms, every_ms);
    return c;
}

uint64_t sw_checkpoints_number(const struct sw_checkpoints *c) { return c->number; }
bool sw_checkpoints_is_saving(const struct sw_checkpoints *c) { return c && c->saver; }
const struct sw_checkpoints_counters *sw_checkpoints_counters(const struct sw_checkpoints *c) { return &c->counters; }

void sw_checkpoints_finish(struct sw_checkpoints *c) {
    if (!c || !c->saver) return;
    while (!sw_floor_saver_step(c->saver, SIZE_MAX)) {}
    start_writing(c);
    end_saving(c);
}

void sw_checkpoints_drop(struct sw_checkpoints *c) {
    if (!c || !c->saver) return;
    end_saving(c);
    sw_buf_deinit(&c->out);
}

static void on_closed(uv_handle_t *handle) {
    struct sw_checkpoints *c = handle->data;
    c->handles--;
    release(c);
}

void sw_checkpoints_close(struct sw_checkpoints *c) {
    if (!c) return;
    sw_checkpoints_finish(c);
    if (begin(c, true)) sw_checkpoints_finish(c);
    c->closing = true;
    uv_close((uv_handle_t *)&c->every, on_closed);
    uv_close((uv_handle_t *)&c->slice, on_closed);
}
