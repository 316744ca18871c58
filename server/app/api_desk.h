/* The part of the API in which leaders write and read what is on record. */
#ifndef APP_API_DESK_H
#define APP_API_DESK_H

#include "app/api.h"

/* Answers /api/v1/sites/S/REST when it is about the desk; false when it is not. */
bool sw_api_desk(const struct sw_api *api, const struct sw_access *access, const char *rest, const struct sw_http_request *request,
                 struct sw_http_response *response);

#endif
