#ifndef APP_API_SCREENS_H
#define APP_API_SCREENS_H

#include "app/api.h"

/* /api/v1/pair and /pair/poll: a screen asks to be paired; nobody is signed in there. REST is what is left of the path. */
int sw_api_pair(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                struct sw_http_response *response);
/* /api/v1/screen: what a screen may know of itself, and its next token. */
int sw_api_screen(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                  struct sw_http_response *response);
/* /api/v1/screens: the fleet, for leaders. */
int sw_api_screens(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                   struct sw_http_response *response);

#endif
