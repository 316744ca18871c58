#include "io/redis_uv.h"

#include "shiftwall/buf.h"

#include <stdlib.h>

struct glue {
    uv_poll_t poll;
    redisAsyncContext *context; /* NULL once hiredis let go of us */
    int wanted;                 /* what hiredis wants to be told */
    int watched;                /* what libuv watches */
    void (*released)(void *ctx);
    void (*read)(void *ctx); /* NULL: hiredis reads */
    void *ctx;
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void on_closed(uv_handle_t *handle) {
    struct glue *glue = handle->data;
    if (glue->released) glue->released(glue->ctx);
    free(glue);
}

/* Makes libuv watch what is wanted. Asked for again and again by hiredis, so the common case costs nothing.
 */
static void watch(struct glue *glue) {
    if (!glue->context || glue->wanted == glue->watched) return;
    glue->watched = glue->wanted;
    /* Neither can fail on a handle that was initialised and is not closing. */
    if (glue->wanted)
        (void)uv_poll_start(&glue->poll, glue->wanted, on_poll);
    else
        (void)uv_poll_stop(&glue->poll);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct glue *glue = poll->data;
    if (status < 0) {
        /* libuv has stopped the poll. hiredis finds the error itself when it touches the socket: by
         * getsockopt while it connects, by read or write afterwards. So let it do all it was waiting for. */
        glue->watched = 0;
        events = glue->wanted | UV_READABLE;
    }
    if (glue->context && (events & UV_READABLE)) {
        if (glue->read) glue->read(glue->ctx);
        else redisAsyncHandleRead(glue->context);
    }
    if (glue->context && (events & UV_WRITABLE)) redisAsyncHandleWrite(glue->context);
    watch(glue);
}

static void add_read(void *privdata) {
    struct glue *glue = privdata;
    glue->wanted |= UV_READABLE;
    watch(glue);
}

static void del_read(void *privdata) {
    struct glue *glue = privdata;
    glue->wanted &= ~UV_READABLE;
    watch(glue);
}

static void add_write(void *privdata) {
    struct glue *glue = privdata;
    glue->wanted |= UV_WRITABLE;
    watch(glue);
}

static void del_write(void *privdata) {
    struct glue *glue = privdata;
    glue->wanted &= ~UV_WRITABLE;
    watch(glue);
}

/* hiredis closes the descriptor right after this: the poll must have let go of it by then. */
static void cleanup(void *privdata) {
    struct glue *glue = privdata;
    if (!glue->context) return;
    glue->context = NULL;
    (void)uv_poll_stop(&glue->poll);
    uv_close((uv_handle_t *)&glue->poll, on_closed);
}

int sw_redis_uv_attach(redisAsyncContext *context, uv_loop_t *loop, void (*released)(void *ctx), void *ctx) {
    if (context->ev.data) return -SW_EBUSY;
    struct glue *glue = sw_xcalloc(1, sizeof *glue);
    glue->poll.data = glue;
    glue->context = context;
    glue->released = released;
    glue->ctx = ctx;
    if (uv_poll_init(loop, &glue->poll, context->c.fd) < 0) {
        if (released) released(ctx);
        free(glue);
        return -SW_EIO;
    }
    context->ev.data = glue;
    context->ev.addRead = add_read;
    context->ev.delRead = del_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = del_write;
    context->ev.cleanup = cleanup;
    return 0;
}

void sw_redis_uv_read_by(redisAsyncContext *context, void (*read)(void *ctx)) {
    struct glue *glue = context->ev.data;
    glue->read = read;
}
