#include "io/http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int sw_http_new(const struct sw_http_options *options, struct sw_http **out, char *error, size_t size) {
    SW_ASSERT(options->handler != NULL);
    struct sw_http *http = sw_xcalloc(1, sizeof *http);
    http->handler = options->handler;
    http->trust = options->trust;
    http->origins = options->origins;
    http->origin_count = options->origin_count;
    http->ctx = options->ctx;
    int r = options->web_dir ? sw__http_files_load(&http->files, options->web_dir, error, size) : 0;
    if (r < 0) {
        sw_http_free(http);
        return r;
    }
    *out = http;
    return 0;
}

void sw_http_free(struct sw_http *http) {
    if (!http) return;
    sw__http_files_free(&http->files);
    free(http);
}

const struct sw_http_counters *sw_http_counters(const struct sw_http *http) {
    return &http->counters;
}

/* ---- requests ---- */

const char *sw_http_query(const struct sw_http_request *request, const char *name) {
    for (uint32_t i = 0; i < request->query_count; i++)
        if (strcmp(request->query_names[i], name) == 0) return request->query_values[i];
    return NULL;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Decodes from *REST behind its slash up to END ('/' or NUL) or the end of the text. */
static int take_path(const char **rest, char end, char *out, size_t size) {
    const char *p = *rest;
    size_t len = 0;
    if (*p != '/') return -SW_ENOENT;
    for (p++; *p && *p != end; p++) {
        int c = (unsigned char)*p;
        if (c == '%') {
            int high = hex_digit(p[1]), low = high < 0 ? -1 : hex_digit(p[2]);
            if (low < 0) return -SW_EPARSE;
            c = high * 16 + low;
            p += 2;
            if (c == 0) return -SW_EPARSE;
        }
        if (len + 1 >= size) return -SW_ELIMIT;
        out[len++] = (char)c;
    }
    out[len] = '\0';
    *rest = p;
    return 0;
}

int sw_http_segment(const char **rest, char *out, size_t size) {
    return take_path(rest, '/', out, size);
}

int sw_http_remainder(const char **rest, char *out, size_t size) {
    return take_path(rest, '\0', out, size);
}

bool sw_http_etag_matches(const struct sw_http_request *request, const char *etag) {
    const char *p = request->if_none_match;
    size_t len = strlen(etag);
    if (len == 0) return false;
    while (*p) {
        while (*p == ' ' || *p == '\t' || *p == ',') p++;
        if (*p == '*') return true;
        if (strncmp(p, "W/", 2) == 0) p += 2;
        if (strncmp(p, etag, len) == 0 && (p[len] == '\0' || p[len] == ',' || p[len] == ' ')) return true;
        while (*p && *p != ',') p++;
    }
    return false;
}

bool sw__http_accepts(const char *header, const char *coding) {
    size_t len = strlen(coding);
    for (const char *p = header; *p;) {
        while (*p == ' ' || *p == ',') p++;
        const char *end = p;
        while (*end && *end != ',') end++;
        if (strncasecmp(p, coding, len) == 0 && (p + len == end || p[len] == ';' || p[len] == ' ')) {
            const char *q = memchr(p, '=', (size_t)(end - p));
            if (!q) return true;
            for (q++; q < end; q++) /* q=0, q=0.000 refuse; any other digit allows */
                if (*q >= '1' && *q <= '9') return true;
            return false;
        }
        p = end;
    }
    return false;
}

/* Bjoern's reading of RFC 3629 by ranges: lead byte, then the range its first follower may have. */
static size_t utf8_length(const unsigned char *p, size_t left) {
    static const struct {
        unsigned char from, to, low, high, len;
    } forms[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
                 {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
                 {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    if (*p < 0x80) return 1;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*p < forms[i].from || *p > forms[i].to) continue;
        if (left < forms[i].len || p[1] < forms[i].low || p[1] > forms[i].high) return 0;
        for (size_t k = 2; k < forms[i].len; k++)
            if ((p[k] & 0xC0) != 0x80) return 0;
        return forms[i].len;
    }
    return 0;
}

bool sw__http_text_is_clean(const char *text, size_t len) {
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        size_t n = utf8_length(p + i, len - i);
        if (n == 0 || p[i] < 0x20 || p[i] == 0x7F) return false;
        i += n;
    }
    return true;
}

/* ---- responses ---- */

void sw_http_response_init(struct sw_http_response *response) {
    memset(response, 0, sizeof *response);
    response->status = 200;
    sw_buf_init(&response->body, SW_HTTP_RESPONSE_BODY_MAX);
}

void sw_http_response_deinit(struct sw_http_response *response) {
    sw_buf_deinit(&response->body);
}

int sw_http_header(struct sw_http_response *response, const char *name, const char *value) {
    size_t name_len = strlen(name), value_len = strlen(value);
    if (name_len == 0) return -SW_EINVAL;
    for (const char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-')) return -SW_EINVAL;
    for (const char *c = value; *c; c++)
        if (*c < 0x20 || *c > 0x7E) return -SW_EINVAL;
    if (response->header_count == SW_HTTP_HEADERS_MAX) return -SW_ELIMIT;
    if (name_len + 2 > sizeof response->headers[0].name || value_len >= sizeof response->headers[0].value)
        return -SW_ELIMIT;
    uint32_t at = response->header_count++;
    memcpy(response->headers[at].name, name, name_len);
    memcpy(response->headers[at].name + name_len, ":", 2);
    memcpy(response->headers[at].value, value, value_len + 1);
    return 0;
}

const char *sw__http_phrase(int status) {
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {{200, "OK"},
                   {201, "Created"},
                   {204, "No Content"},
                   {304, "Not Modified"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {406, "Not Acceptable"},
                   {409, "Conflict"},
                   {411, "Length Required"},
                   {413, "Content Too Large"},
                   {414, "URI Too Long"},
                   {415, "Unsupported Media Type"},
                   {422, "Unprocessable Content"},
                   {426, "Upgrade Required"},
                   {429, "Too Many Requests"},
                   {500, "Internal Server Error"},
                   {501, "Not Implemented"},
                   {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].status == status) return phrases[i].phrase;
    return "Error";
}

static void put_string(struct sw_buf *out, const char *text) {
    sw_buf_putc(out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\') sw_buf_putc(out, '\\');
        if ((unsigned char)*c >= 0x20) {
            sw_buf_putc(out, *c);
        } else {
            sw_buf_printf(out, "\\u%04x", (unsigned)*c);
        }
    }
    sw_buf_putc(out, '"');
}

int sw_http_problem(struct sw_http_response *response, int status, const char *title, const char *detail) {
    struct sw_buf *body = &response->body;
    response->status = status;
    response->content_type = "application/problem+json";
    response->etag[0] = '\0';
    response->cache_control = NULL;
    sw_buf_clear(body);
    sw_buf_puts(body, "{\"type\":\"about:blank\",\"title\":");
    put_string(body, title ? title : sw__http_phrase(status));
    sw_buf_printf(body, ",\"status\":%d", status);
    if (detail) {
        sw_buf_puts(body, ",\"detail\":");
        put_string(body, detail);
    }
    sw_buf_putc(body, '}');
    return status;
}

int sw_http_method_not_allowed(struct sw_http_response *response, unsigned allowed) {
    static const struct {
        unsigned bit;
        const char *name;
    } methods[] = {{SW_HTTP_GET, "GET"},        {SW_HTTP_HEAD, "HEAD"},   {SW_HTTP_POST, "POST"},
                   {SW_HTTP_PUT, "PUT"},        {SW_HTTP_PATCH, "PATCH"}, {SW_HTTP_DELETE, "DELETE"},
                   {SW_HTTP_OPTIONS, "OPTIONS"}};
    char list[80] = "";
    size_t len = 0;
    if (allowed & SW_HTTP_GET) allowed |= SW_HTTP_HEAD;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (allowed & methods[i].bit)
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", len ? ", " : "", methods[i].name);
    sw_http_problem(response, 405, NULL, NULL);
    int r = sw_http_header(response, "allow", list);
    SW_ASSERT(r == 0 || response->header_count == SW_HTTP_HEADERS_MAX);
    return 405;
}
