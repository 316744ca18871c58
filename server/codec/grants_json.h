/* Grants as JSON: {"agent":"1001","kind":"late","from":..,"to":..,"reason":"..","by":"..","at":..}. */
#ifndef CODEC_GRANTS_JSON_H
#define CODEC_GRANTS_JSON_H

#include <stddef.h>

#include "shiftwall/buf.h"
#include "shiftwall/shift.h"

#define SW_GRANT_BYTES_MAX 4096
#define SW_GRANT_FAULTS_MAX 20 /* told at once */

/* Adds one grant to SHIFTS. Times are RFC 3339 or epoch ms; `reason`, `by` and `at` may be absent. 0; -SW_EPARSE,
 * -SW_EINVAL or -SW_ELIMIT, and then FAULT has the reason (one line, no newline). */
int sw_grant_read(struct sw_shifts *shifts, const char *json, size_t len, struct sw_buf *fault) SW_NODISCARD;

/* Adds the grants of a file, one JSON object a line, blank lines left out. PATH is only named in messages. 0, or the
 * error of the first fault, and FAULTS has "PATH:LINE: text" for each of the first; SHIFTS may be half filled. */
int sw_grants_read(struct sw_shifts *shifts, const char *path, const char *text, size_t len,
                   struct sw_buf *faults) SW_NODISCARD;

#endif
