/* The duty rota's CSV (RFC 4180, UTF-8; `date,role,person,from,to`): read whole or refused whole, every fault with its
 * line and column. */
#ifndef CODEC_DUTY_CSV_H
#define CODEC_DUTY_CSV_H

#include <stddef.h>

#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/duty.h"

#define SW_ROTA_FAULTS_MAX 20  /* told at once */
#define SW_ROTA_REMARKS_MAX 50 /* told at once */

/* Reads LEN bytes of CSV with local times of ZONE into ROTA, which is empty; a row that does not end after it begins
 * ends on the next day. PATH is only named in messages. Returns 0, or -SW_EPARSE and then FAULTS has a line for each of
 * the first faults, "PATH:LINE:COLUMN: text", and ROTA is still empty. REMARKS gets a line of the same form for each of
 * the first times that local clocks skip or show twice (the first valid instant is taken), and rows that have two persons
 * on duty at once. */
int sw_rota_read(struct sw_rota *rota, const struct sw_zone *zone, const char *path, const char *text, size_t len,
                 struct sw_buf *faults, struct sw_buf *remarks) SW_NODISCARD;

#endif
