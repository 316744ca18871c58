/* The floor as it was: the journal is read again from its beginning up to a moment, into a floor of its own, a little at a
 * time on the loop, so that walls do not notice. */
#ifndef APP_REWIND_H
#define APP_REWIND_H

#include <uv.h>

#include "codec/config.h"
#include "core/zone.h"
#include "io/redis_conn.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

/* The floor and its people as of the moment; they live until `done` returns. */
struct sw_rewound {
    struct sw_floor *floor;
    const struct sw_shifts *shifts;
    int64_t incomplete_since_ms; /* the journal no longer has what was before, 0: it has all of the business day */
};

struct sw_rewind_options {
    struct sw_redis_options redis; /* copied */
    const char *site;              /* copied */
    const struct sw_config *config; /* borrowed until `done`, as the next two */
    const struct sw_zone *zone;
    const struct sw_shifts *shifts; /* the roster and the grants; read at once */
    bool is_virtual;                /* the site lives by the events' own times, not by when they came */
    int64_t at_ms;
    void *ctx;
    /* Once, from the loop: REWOUND, or NULL and why not: -SW_ENOENT (the journal does not go back so far), -SW_EIO (TEXT
     * says what is wrong with Redis). */
    void (*done)(void *ctx, const struct sw_rewound *rewound, int status, const char *text);
};

struct sw_rewind;

/* Begins. Never NULL; it is gone after `done`. */
struct sw_rewind *sw_rewind_start(uv_loop_t *loop, const struct sw_rewind_options *options);
/* Ends it now: `done` is called with -SW_EIO. */
void sw_rewind_cancel(struct sw_rewind *rewind);

#endif
