/* What the views say of the roster. */
#ifndef CODEC_VIEW_SHIFTS_H
#define CODEC_VIEW_SHIFTS_H

#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/shift.h"

/* Attendance and adherence of TEAM (NULL: the site) over the shifts that begin in [from, to), at T_MS: one JSON object.
 * False, and nothing is written, when no shift has begun. */
bool sw_view_write_attendance(const struct sw_shifts *shifts, const char *team, int64_t from_ms, int64_t to_ms,
                              int64_t t_ms, struct sw_buf *out);

#endif
