/* The folder of rosters: read at start, then watched. A file that is new or changed is read whole in a worker, and
 * replaces the days it names; one with a fault is refused whole, and what was there stays. Files count in the order of
 * their times, so the newest wins. Removing a file takes nothing back. */
#ifndef APP_ROSTER_DIR_H
#define APP_ROSTER_DIR_H

#include <uv.h>

#include "core/zone.h"
#include "shiftwall/roster.h"

struct sw_roster_dir;

struct sw_roster_dir_options {
    const char *dir;             /* borrowed */
    const struct sw_zone *zone;  /* borrowed */
    void *ctx;
    /* A roster without a fault. Returns 0, or an error that refuses it. */
    int (*roster)(void *ctx, const struct sw_roster *roster);
};

/* Reads what is there at once and goes on watching. OPTIONS is copied; never NULL. */
struct sw_roster_dir *sw_roster_dir_new(uv_loop_t *loop, const struct sw_roster_dir_options *options);
/* Stops watching; frees itself when the loop has run. NULL is allowed. */
void sw_roster_dir_close(struct sw_roster_dir *dir);
/* Files of which the newest state was refused. */
size_t sw_roster_dir_refused(const struct sw_roster_dir *dir);

#endif
