/* `--demo`: a private Redis and a simulated floor on the daemon's own loop.
 *
 * The Redis is a child process with a unix socket and its files in a new temporary folder. A small shell stands over it
 * and watches a pipe to the daemon: however the daemon ends, the pipe closes, the Redis is ended and the folder removed.
 * The floor sends events like any producer, by the public contract and the journal. */
#ifndef APP_DEMO_H
#define APP_DEMO_H

#include <stdint.h>
#include <uv.h>

#include "codec/config.h"

struct sw_demo;

struct sw_demo_options {
    const char *site;              /* valid site name, copied */
    uint64_t seed;                 /* another floor for each */
    double speed;                  /* of the clock, as it stands to real time */
    int64_t (*now_ms)(void *ctx);  /* the daemon's clock, which the floor lives by */
    void (*ready)(void *ctx, const char *url); /* once: the Redis is up and the day so far is in the journal */
    void (*failed)(void *ctx, const char *text); /* once, at any time: the demo cannot go on; stop it */
    void *ctx;
};

/* Gives CONFIG the demo's queues, groups and agents (names, seats, teams, skills), unless it has some of its own. */
void sw_demo_configure(struct sw_config *config);

/* Starts the child; OPTIONS is copied. Never NULL: what fails is told by `failed`, later. */
struct sw_demo *sw_demo_new(uv_loop_t *loop, const struct sw_demo_options *options);
/* Ends the floor and the child; when both are gone and the memory is freed, STOPPED (may be NULL) is called. Once; also
 * from within `failed`. */
/* When the simulated day begins. */
int64_t sw_demo_start_ms(const struct sw_demo *demo);
/* The folder of its files, gone with it; NULL when it could not be made. */
const char *sw_demo_dir(const struct sw_demo *demo);
void sw_demo_stop(struct sw_demo *demo, void (*stopped)(void *ctx), void *ctx);

#endif
