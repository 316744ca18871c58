/* When checkpoints are taken: every minute and at the stop. The floor is saved in small steps on the loop, during which
 * nothing may change it; the file is written by a worker. */
#ifndef APP_CHECKPOINT_H
#define APP_CHECKPOINT_H

#include <uv.h>

#include "app/checkpoint_file.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

struct sw_checkpoints;

struct sw_checkpoints_options {
    const char *path; /* copied */
    int64_t every_s;
    uint64_t number; /* of the one that was loaded, or from where to count */
    void *ctx;
    /* What is to be saved now, and its head but for the number; HAD is given away. NULL: not now. LAST: the daemon stops. */
    struct sw_floor *(*take)(void *ctx, bool last, struct sw_checkpoint *head, const struct sw_shifts **shifts);
    /* From now on (HELD) the floor has to stand still, or may go on. */
    void (*hold)(void *ctx, bool held);
};

struct sw_checkpoints_counters {
    uint64_t written, failed;
    uint64_t bytes;     /* of the last one */
    int64_t written_at; /* uv_now of when it was durable, -1 = none yet */
    uint64_t longest_us; /* that a step took on the loop */
};

struct sw_checkpoints *sw_checkpoints_new(uv_loop_t *loop, const struct sw_checkpoints_options *options);
/* The number of the last one that was begun: it holds all that came before it, and nothing after. */
uint64_t sw_checkpoints_number(const struct sw_checkpoints *checkpoints);
/* Whether the floor has to stand still. */
bool sw_checkpoints_is_saving(const struct sw_checkpoints *checkpoints);
/* Saves what is left of one at once, if there is one. */
void sw_checkpoints_finish(struct sw_checkpoints *checkpoints);
/* Drops the one that is being saved: its floor goes. */
void sw_checkpoints_drop(struct sw_checkpoints *checkpoints);
/* Saves for the last time, and frees itself when that is written. The floor may be freed after this. */
void sw_checkpoints_close(struct sw_checkpoints *checkpoints);
const struct sw_checkpoints_counters *sw_checkpoints_counters(const struct sw_checkpoints *checkpoints);

#endif
