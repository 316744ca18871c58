/* From the floor to the views: writes the parts that changed, and makes versions of them. */
#ifndef APP_PUBLISHER_H
#define APP_PUBLISHER_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/view_json.h"
#include "codec/view_store.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

#define SW_TEAM_VIEWS_MAX SW_TEAMS_MAX

struct sw_publisher;

struct sw_publisher_options {
    const char *epoch;                    /* [0-9A-Za-z]{1,32}; copied */
    uint64_t first_version;               /* see sw_view_set_first */
    const struct sw_view_options *figures; /* borrowed */
    const struct sw_shifts *shifts;        /* borrowed */
    void *ctx;
    /* The outlook of the day, or NULL while there is none; VERSION counts them. May be NULL. */
    const struct sw_outlook *(*outlook)(void *ctx, uint64_t *version);
    /* Whether somebody looks at VIEW. What nobody looks at is written when it is asked for; NULL: all is always written. */
    bool (*watched)(void *ctx, const struct sw_view *view);
    /* VIEW has a new version. */
    void (*changed)(void *ctx, struct sw_view *view);
};

/* A publisher of FLOOR, which is borrowed and may be exchanged by sw_publisher_restart. Never NULL. */
struct sw_publisher *sw_publisher_new(struct sw_floor *floor, const struct sw_publisher_options *options);
void sw_publisher_free(struct sw_publisher *publisher);

/* The view of that name as the last flush would have written it, or NULL: site, queues, teams, agents, agents/TEAM (made
 * when first asked for and the team exists), intervals, staffing. */
struct sw_view *sw_publisher_view(struct sw_publisher *publisher, const char *name);
/* The `feed` part of the site view, as JSON. */
void sw_publisher_set_feed(struct sw_publisher *publisher, const char *json);
/* Writes what changed since the last time and somebody looks at, commits, and tells of every view that has a new version. */
void sw_publisher_flush(struct sw_publisher *publisher);
/* History may have changed: goes on with another floor under another epoch; every part is written anew. */
void sw_publisher_restart(struct sw_publisher *publisher, struct sw_floor *floor, const char *epoch);

#endif
