/* Who calls: the peer's address, or what a trusted proxy says of its own peer. */
#ifndef IO_HTTP_CALLER_H
#define IO_HTTP_CALLER_H

#include <libwebsockets.h>

#include "io/http.h"

/* The texts of a caller. */
struct sw__caller {
    struct sw_http_caller caller; /* points to the texts below */
    char peer[64], cookie[1024], user[256], browser[256];
};

/* Reads the headers of a request or a handshake. False when one is too long or not clean text; then CALLER is of nobody but
 * its peer. */
bool sw__caller_take(struct lws *wsi, const struct sw_http_trust *trust, struct sw__caller *caller);
/* Whether a page of another origin sends it: neither ours (by Host) nor one of ORIGINS. Programs that are no browsers send no
 * Origin. */
bool sw__caller_is_foreign(struct lws *wsi, const char *const *origins, size_t count);
/* A header into OUT, "" when absent; false when it is too long or not clean text. */
bool sw__http_header(struct lws *wsi, enum lws_token_indexes token, char *out, size_t size);

#endif
