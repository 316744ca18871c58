/* One HTTP GET, waited for: what `audit` asks of the daemon. Plain http only. */
#ifndef TOOLS_HTTP_GET_H
#define TOOLS_HTTP_GET_H

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_HTTP_GET_TIMEOUT_S 10

/* GETs BASE ("http://127.0.0.1:8080", IPv6 in brackets; a path behind it is kept) + PATH and puts the body into OUT (its
 * cap is the largest answer). Returns the status, or -SW_EPARSE (BASE is no such URL, or the answer no HTTP),
 * -SW_EIO (refused, lost, too slow) or -SW_ELIMIT; ERROR (SIZE bytes) then says why. */
int sw_http_get(const char *base, const char *path, struct sw_buf *out, char *error, size_t size) SW_NODISCARD;

#endif
