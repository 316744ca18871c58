#ifndef APP_API_SESSION_H
#define APP_API_SESSION_H

#include "app/api.h"

/* /api/v1/session: who is signed in, signing in and out; /session/password. REST is what is left of the path. */
int sw_api_session(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                   struct sw_http_response *response);
/* /api/v1/sessions: one's own, or all for who manages accounts; ending them. */
int sw_api_sessions(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                    struct sw_http_response *response);

#endif
