/* /api/v1/session: who is signed in, signing in and out. */
#ifndef APP_API_SESSION_H
#define APP_API_SESSION_H

#include "app/api.h"

/* The clock of sessions: runs on whatever the daemon's own clock does. */
int64_t sw_session_clock_ms(void);

int sw_api_session(const struct sw_api *api, const struct sw_http_request *request, struct sw_http_response *response);

#endif
