/* The API of producers: posting events, and for admins the list of who may. */
#ifndef APP_API_EVENTS_H
#define APP_API_EVENTS_H

#include "app/api.h"

/* Whether what is left of a path behind /api/v1/sites is SITE/events: those have doors of their own. */
bool sw_api_is_events(const char *rest);
/* POST /api/v1/sites/SITE/events; REST: "/SITE/events". */
int sw_api_events(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                  struct sw_http_response *response);
/* /api/v1/sites/SITE/producers; REST: what is left behind it. */
int sw_api_producers(const struct sw_api *api, const struct sw_access *access, const char *rest,
                     const struct sw_http_request *request, struct sw_http_response *response);

#endif
