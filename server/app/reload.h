/* SIGHUP: reads the policy anew, in a worker, and puts it in force when it is good. */
#ifndef APP_RELOAD_H
#define APP_RELOAD_H

#include <uv.h>

#include "shiftwall/policy.h"

struct sw_reload;

struct sw_reload_options {
    const char *policy; /* its name or path, NULL = the defaults; borrowed */
    void *ctx;
    /* A good policy, which the callback takes over. */
    void (*loaded)(void *ctx, struct sw_policy *policy);
    /* A reading begins, and is over, however it ended; NULL is allowed. */
    void (*reading)(void *ctx, bool begins);
};

/* Listens for SIGHUP. OPTIONS is copied; never NULL. */
struct sw_reload *sw_reload_new(uv_loop_t *loop, const struct sw_reload_options *options);
/* Frees itself when the loop has run. NULL is allowed. */
void sw_reload_close(struct sw_reload *reload);

#endif
