/* Shared by the http_*.c files and, for the callback, by ws_server.c. */
#ifndef IO_HTTP_INTERNAL_H
#define IO_HTTP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http.h"

enum sw_http_coding { SW_HTTP_IDENTITY, SW_HTTP_BROTLI, SW_HTTP_GZIP, SW_HTTP_CODINGS };

/* One file of the web application, with its precompressed siblings. */
struct sw_http_file {
    char *path; /* "/assets/main-AB12CD34.js" */
    const char *content_type;
    char hash[24]; /* of the content: the ETag without quotes */
    bool immutable;
    struct {
        char *data; /* NULL: there is no such sibling */
        size_t len;
    } coding[SW_HTTP_CODINGS];
};

struct sw_http_files {
    struct sw_http_file *files; /* sorted by path */
    uint32_t count;
    uint32_t size;
    size_t bytes;
};

/* Reads index.html, the other files beside it and everything below assets/ into memory. Returns 0, -SW_EIO,
 * -SW_ELIMIT; then ERROR says what. */
SW_NODISCARD int sw__http_files_load(struct sw_http_files *files, const char *dir, char *error, size_t size);
void sw__http_files_free(struct sw_http_files *files);
/* The file of exactly that path, or index.html for a route of the web application; NULL when there is none.
 */
const struct sw_http_file *sw__http_files_find(const struct sw_http_files *files, const char *path);

/* True when an Accept-Encoding header allows CODING ("gzip", "br"). */
bool sw__http_accepts(const char *header, const char *coding);
/* The phrase of a status, e.g. "Not Found"; "Error" for one not known. */
const char *sw__http_phrase(int status);
/* True when TEXT is valid UTF-8 without control characters. */
bool sw__http_text_is_clean(const char *text, size_t len);

struct sw_http {
    sw_http_handler handler;
    void *ctx;
    struct sw_http_trust trust;
    const char *const *origins;
    size_t origin_count;
    struct sw_http_files files;
    struct sw_http_counters counters;
    size_t bodies_bytes; /* of the larger bodies that are being read or handled */
};

/* What ws_server keeps per HTTP connection: zeroed by libwebsockets, given to every callback. */
struct sw__http_session {
    struct exchange *exchange;
};

#endif
