/* Slices of views: what somebody may see who leads only some teams. A slice has the name of its view and follows it: what is
 * about other teams' agents is left out, what is about the site or a queue stays. */
#ifndef CODEC_VIEW_SLICE_H
#define CODEC_VIEW_SLICE_H

#include "codec/view_store.h"

#define SW_SLICES_MAX 512 /* of all views together */

/* Teams, in an order that is always the same. */
struct sw_slice_teams {
    const char *const *ids;
    size_t count;
};

struct sw_slices;

/* CHANGED is called when a slice has a new version. Never NULL. */
struct sw_slices *sw_slices_new(void *ctx, void (*changed)(void *ctx, struct sw_view *slice));
/* Frees the slices; before the views are. NULL is allowed. */
void sw_slices_free(struct sw_slices *slices);
/* The slice of BASE for TEAMS, made when it is first asked for; NULL past SW_SLICES_MAX. It lives as long as SLICES. */
struct sw_view *sw_slices_view(struct sw_slices *slices, struct sw_view *base, const struct sw_slice_teams *teams);
/* How many there are. */
size_t sw_slices_count(const struct sw_slices *slices);

/* Whether the part KEY of GROUP (NULL: a plain member) of VIEW may be seen by who leads TEAMS. JSON is the part. */
bool sw_slice_keeps(const char *view, const char *group, const char *key, const char *json, size_t len,
                    const struct sw_slice_teams *teams);

#endif
