/* From the configuration to a floor and to what the views say about its figures. */
#ifndef CODEC_SITE_H
#define CODEC_SITE_H

#include "codec/config.h"
#include "codec/view_json.h"
#include "shiftwall/floor.h"

/* A floor with the site's fixed data. ZONE is borrowed for its life. KEEP_ALL: keep every interval (replay). */
struct sw_floor *sw_site_floor(const struct sw_config *config, const struct sw_zone *zone, bool keep_all);
/* The options of the views; texts are borrowed from CONFIG. */
void sw_site_view_options(const struct sw_config *config, struct sw_view_options *out);

#endif
