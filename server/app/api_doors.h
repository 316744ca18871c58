/* What the API of sessions, accounts and screens shares. */
#ifndef APP_API_DOORS_H
#define APP_API_DOORS_H

#include "app/api.h"
#include "codec/doors_json.h"

/* Reads the JSON body of a write (none: an empty entry); false and answered when it is not what it should be. ENTRY is to be
 * deinitialised either way. */
bool sw__door_body(const struct sw_http_request *request, struct sw_http_response *response, struct sw_door_entry *entry);
/* Puts a cookie into an answer: HttpOnly, SameSite=Strict, Secure where the caller came over TLS. SECONDS 0: it ends. */
int sw__door_cookie(struct sw_http_response *response, const char *name, const char *value, int64_t seconds, bool secure);
/* Puts something about who may come in on record; BODY is JSON. */
void sw__door_record(const struct sw_api *api, const char *kind, const char *key, const char *by, const char *role,
                     const char *body);
/* One segment of what is left of a path, and nothing behind it. */
bool sw__door_only(const char *rest, char *out, size_t size);
int64_t sw__door_now_ms(void);

#endif
