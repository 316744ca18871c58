/* The HTTP side of the libwebsockets callback; called by ws_server.c for its first protocol. */
#ifndef IO_HTTP_SERVE_H
#define IO_HTTP_SERVE_H

#include <libwebsockets.h>

#include "io/http_internal.h"

/* The security headers of every answer: for `headers` of the virtual host. Static. */
const struct lws_protocol_vhost_options *sw__http_headers(bool tls);

/* Handles one callback about an HTTP connection; returns what libwebsockets wants. */
int sw__http_callback(struct sw_http *http, struct lws *wsi, enum lws_callback_reasons reason,
                      struct sw__http_session *session, void *in, size_t len);

/* Answers with a problem at once, headers and body in one write, when no exchange was begun (a refused
 * upgrade). Returns 0 or -1 when the write failed; the caller ends the transaction or the connection. */
SW_NODISCARD int sw__http_refuse(struct sw_http *http, struct lws *wsi, int status, const char *detail);

#endif
