#ifndef APP_API_INTERVALS_H
#define APP_API_INTERVALS_H

#include "app/api.h"

/* Answers GET .../intervals?from=&to=&by=queue|team|agent&format=json|csv with what ACCESS may see. Returns the status. */
int sw_api_intervals(const struct sw_api *api, const struct sw_access *access, const struct sw_http_request *request,
                     struct sw_http_response *response);

#endif
