/* What the journal has of one producer: so that a source that was killed between sending and noting sends nothing twice. */
#ifndef TOOLS_SOURCE_SENT_H
#define TOOLS_SOURCE_SENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/redis_conn.h"
#include "shiftwall/error.h"

#define SW_SOURCE_SENT_MAX 2000000 /* ids kept; further ones are left to the daemon, which drops duplicates as well */

struct sw_source_sent;

/* For the events of SRC in the journal of SITE. */
struct sw_source_sent *sw_source_sent_new(const char *site, const char *src) SW_NODISCARD;
void sw_source_sent_free(struct sw_source_sent *sent);
/* Reads the journal through CONN, from the entries of SINCE_MS (of Redis' clock) on. DONE gets 0; -SW_EIO (the connection was lost:
 * read again); -SW_EACCES (Redis refuses, TEXT says why). Errors: as sw_redis_conn_send; then DONE is not called. */
int sw_source_sent_read(struct sw_source_sent *sent, struct sw_redis_conn *conn, int64_t since_ms,
                        void (*done)(void *ctx, int error, const char *text), void *ctx) SW_NODISCARD;
bool sw_source_sent_has(const struct sw_source_sent *sent, const char *id, size_t len);
size_t sw_source_sent_count(const struct sw_source_sent *sent);
/* The newest ts among them, -1 = none. */
int64_t sw_source_sent_newest_ms(const struct sw_source_sent *sent);

#endif
