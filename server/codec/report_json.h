/* The report of `shiftwall replay`: one JSON document, names sorted, the same bytes on every machine. */
#ifndef CODEC_REPORT_JSON_H
#define CODEC_REPORT_JSON_H

#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

/* Writes the report of FLOOR over the intervals that start in [from, to): a business day, or all there are. Open agent
 * states are reckoned up to END_MS, so the floor is settled there: read it, apply no more. SHIFTS, when not NULL,
 * adds the shifts that begin in the window, attendance, adherence and breaches. */
void sw_report_write(struct sw_floor *floor, const struct sw_shifts *shifts, int64_t from_ms, int64_t to_ms,
                     int64_t end_ms, struct sw_buf *out);

#endif
