/* The `walk` view and the duty rota as JSON. */
#ifndef CODEC_VIEW_WALK_H
#define CODEC_VIEW_WALK_H

#include <stddef.h>

#include "shiftwall/buf.h"
#include "shiftwall/walk.h"

struct sw_view_walk {
    const struct sw_walk_item *candidates; /* what a walk that is not started would list now */
    size_t candidate_count;
    const char *(*name_of)(void *ctx, const char *person); /* NULL, or NULL answered: not known */
    void *ctx;
};

/* Writes the view as of the last that WALKS were told: {"duty":{..},"next":..,"every_ms":..,"walk":{..},"today":{..},
 * "past":{..}}. No `duty` when nobody is on duty, no `next` when none will be due, no `walk` when there is none to be
 * done. One that is missed and still to be done is in `walk` and in `past`. */
void sw_view_write_walk(const struct sw_walks *walks, const struct sw_view_walk *options, struct sw_buf *out);

/* Writes {"duty":[{"date","role","person","from","to"},..]}: the rows of the rota in order of start. */
void sw_view_write_duty(const struct sw_duty *duty, struct sw_buf *out);

#endif
