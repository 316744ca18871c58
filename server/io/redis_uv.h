/* The glue between hiredis' asynchronous context and libuv.
 *
 * Our own, because the adapter packaged with hiredis 0.14 drops the errors libuv reports: a refused
 * connection and a reset one then never call back. */
#ifndef SW_IO_REDIS_UV_H
#define SW_IO_REDIS_UV_H

#include <hiredis/async.h>
#include <uv.h>

#include "shiftwall/error.h"

/* Watches CONTEXT's socket on LOOP from now on. The glue frees itself when hiredis frees the context (the
 * poll handle is closed on the loop's next turn): after that the loop must run once more before it is closed,
 * and then RELEASED (may be NULL) is called with CTX. On -SW_EIO RELEASED is called before the return.
 * Errors: -SW_EBUSY (already attached), -SW_EIO (libuv cannot watch this descriptor; free the context). */
SW_NODISCARD int sw_redis_uv_attach(redisAsyncContext *context, uv_loop_t *loop, void (*released)(void *ctx),
                                    void *ctx);
/* From now on READ is called, with the CTX above, when the socket has something to read, in place of hiredis. It may free the
 * context. */
void sw_redis_uv_read_by(redisAsyncContext *context, void (*read)(void *ctx));

#endif
