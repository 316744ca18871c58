/* openapi.json, embedded at build time. */
#ifndef APP_OPENAPI_H
#define APP_OPENAPI_H

extern const char sw_openapi_text[];

#endif
