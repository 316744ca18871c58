/* The roster's CSV (RFC 4180, UTF-8): read whole or refused whole, every fault with its line and column. */
#ifndef CODEC_ROSTER_CSV_H
#define CODEC_ROSTER_CSV_H

#include <stddef.h>

#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/roster.h"

#define SW_ROSTER_BYTES_MAX (64u << 20)
#define SW_ROSTER_FAULTS_MAX 20 /* told at once */

/* Reads LEN bytes of CSV with local times of ZONE into ROSTER, which is empty. PATH is only named in messages.
 * Returns 0, or -SW_EPARSE and then FAULTS has a line for each of the first faults, "PATH:LINE:COLUMN: text", and
 * ROSTER is still empty. REMARKS gets a line of the same form for each time that local clocks skip or show twice. */
int sw_roster_read(struct sw_roster *roster, const struct sw_zone *zone, const char *path, const char *text, size_t len,
                   struct sw_buf *faults, struct sw_buf *remarks) SW_NODISCARD;

#endif
