#ifndef APP_API_ACCOUNTS_H
#define APP_API_ACCOUNTS_H

#include "app/api.h"

/* /api/v1/accounts: for who manages accounts. REST is what is left of the path. Returns the status. */
int sw_api_accounts(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                    struct sw_http_response *response);

#endif
