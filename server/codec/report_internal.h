/* What the parts of the report share. */
#ifndef CODEC_REPORT_INTERNAL_H
#define CODEC_REPORT_INTERNAL_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "shiftwall/floor.h"
#include "shiftwall/kpi.h"
#include "shiftwall/shift.h"

void report_int(cJSON *object, const char *name, int64_t value);
/* Rounded to 6 digits; null when undefined. */
void report_ratio(cJSON *object, const char *name, struct sw_ratio r);
/* `shifts`, `attendance`, `adherence`, `breaches` and `alerts` of the shifts that begin in [from, to), up to END_MS. */
void report_shifts(cJSON *report, const struct sw_floor *floor, const struct sw_shifts *shifts, int64_t from_ms,
                   int64_t to_ms, int64_t end_ms);

#endif
