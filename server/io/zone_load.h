/* Time zones from the system's tz database (package tzdata). */
#ifndef IO_ZONE_LOAD_H
#define IO_ZONE_LOAD_H

#include "core/zone.h"
#include "shiftwall/error.h"

/* Builds the zone of an IANA NAME ("Asia/Shanghai"); "UTC" needs no database. Covers 1970 to 2110; before and
 * after, the nearest offset holds. NULL when NAME is not the name of a zone or there is none of that name
 * here. The caller frees with sw_zone_free(). Changes the process's TZ for a moment: call it before there are
 * threads. */
struct sw_zone *sw_zone_load(const char *name) SW_NODISCARD;

#endif
