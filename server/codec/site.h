/* From the configuration to a floor and to what the views say about its figures. */
#ifndef CODEC_SITE_H
#define CODEC_SITE_H

#include "codec/config.h"
#include "codec/view_json.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

/* A floor with the site's fixed data. ZONE is borrowed for its life. KEEP_ALL: keep every interval (replay). SHIFTS, when
 * not NULL, is told of every agent's states and has to outlive the floor. */
struct sw_floor *sw_site_floor(const struct sw_config *config, const struct sw_zone *zone, struct sw_shifts *shifts,
                               bool keep_all);
/* Gives the roster's agents their names, teams and seats, where the configuration says nothing of them: before the first
 * event, and later for agents that are new. The first shift of an agent counts. 0 or -SW_ELIMIT. */
int sw_site_add_rostered(struct sw_floor *floor, const struct sw_shifts *shifts) SW_NODISCARD;
/* The options of the views; texts are borrowed from CONFIG. */
void sw_site_view_options(const struct sw_config *config, struct sw_view_options *out);

#endif
