/* Records of the ledger as JSON, taken apart again: what may be seen of them, and as a table. */
#ifndef CODEC_RECORDS_JSON_H
#define CODEC_RECORDS_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "core/zone.h"
#include "shiftwall/buf.h"

/* Whether a record is about who may come in (accounts, sessions, screens): for the audit only. */
bool sw_record_is_of_doors(const char *kind);
/* Copies to OUT the records of {"records":[...]} that KEEP is true for (AGENT NULL: about none). False when JSON is no such
 * text. */
bool sw_records_filter(const char *json, void *ctx, bool (*keep)(void *ctx, const char *kind, const char *agent),
                       struct sw_buf *out);
/* Writes {"records":[...]} as CSV (RFC 4180, times in ZONE, no cell is a formula). False as above. */
bool sw_records_csv(const char *json, const struct sw_zone *zone, struct sw_buf *out);

#endif
