/* Addresses of Redis: reading URLs and showing them without their secrets. */
#include "io/redis_conn.h"

#include <stdio.h>
#include <string.h>

struct span {
    const char *at;
    size_t len;
};

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Copies SPAN into a text of SIZE bytes, with %XX decoded; a NUL, however written, is refused. */
static int copy_decoded(struct span span, char *text, size_t size) {
    size_t out = 0;
    for (size_t i = 0; i < span.len; i++) {
        int c = (unsigned char)span.at[i];
        if (c == '%') {
            if (span.len - i < 3) return -SW_EPARSE;
            int high = hex_value(span.at[i + 1]), low = hex_value(span.at[i + 2]);
            if (high < 0 || low < 0) return -SW_EPARSE;
            c = high * 16 + low;
            i += 2;
        }
        if (c == 0) return -SW_EPARSE;
        if (out + 1 >= size) return -SW_ELIMIT;
        text[out++] = (char)c;
    }
    text[out] = '\0';
    return 0;
}

static int parse_number(struct span span, long max, long *value) {
    if (span.len == 0 || span.len > 5) return -SW_EPARSE;
    long sum = 0;
    for (size_t i = 0; i < span.len; i++) {
        if (span.at[i] < '0' || span.at[i] > '9') return -SW_EPARSE;
        sum = sum * 10 + (span.at[i] - '0');
    }
    if (sum > max) return -SW_EPARSE;
    *value = sum;
    return 0;
}

static int parse_db(struct span span, struct sw_redis_address *out) {
    long db = 0;
    int error = parse_number(span, 65535, &db);
    if (!error) out->db = (int)db;
    return error;
}

/* `user:password` or `user`; both may be empty. */
static int parse_user(struct span span, struct sw_redis_address *out) {
    const char *colon = memchr(span.at, ':', span.len);
    struct span user = {span.at, colon ? (size_t)(colon - span.at) : span.len};
    struct span password = {span.at + span.len, 0};
    if (colon) {
        password.at = colon + 1;
        password.len = span.len - user.len - 1;
    }
    int error = copy_decoded(user, out->user, sizeof out->user);
    return error ? error : copy_decoded(password, out->password, sizeof out->password);
}

/* `host[:port]`, `[v6][:port]`. */
static int parse_host(struct span span, struct sw_redis_address *out) {
    const char *end = span.at + span.len;
    struct span host = span;
    const char *rest = NULL;
    if (span.len && span.at[0] == '[') {
        const char *close = memchr(span.at, ']', span.len);
        if (!close) return -SW_EPARSE;
        host.at = span.at + 1;
        host.len = (size_t)(close - host.at);
        rest = close + 1;
    } else {
        const char *colon = memchr(span.at, ':', span.len);
        host.len = colon ? (size_t)(colon - span.at) : span.len;
        rest = span.at + host.len;
    }
    if (host.len == 0) return -SW_EPARSE;
    long port = 6379;
    if (rest < end) {
        if (*rest != ':') return -SW_EPARSE;
        int error = parse_number((struct span){rest + 1, (size_t)(end - rest - 1)}, 65535, &port);
        if (error) return error;
        if (port == 0) return -SW_EPARSE;
    }
    out->port = (uint16_t)port;
    return copy_decoded(host, out->host, sizeof out->host);
}

/* What follows the scheme of a unix socket's URL: `[user[:password]@]/path[?db=N]`. */
static int parse_unix(const char *text, struct sw_redis_address *out) {
    const char *slash = strchr(text, '/');
    if (!slash) return -SW_EPARSE;
    if (slash != text) {
        if (slash[-1] != '@') return -SW_EPARSE;
        int error = parse_user((struct span){text, (size_t)(slash - text) - 1}, out);
        if (error) return error;
    }
    const char *query = strchr(slash, '?');
    size_t len = query ? (size_t)(query - slash) : strlen(slash);
    if (len < 2) return -SW_EPARSE;
    if (query) {
        if (strncmp(query, "?db=", 4) != 0) return -SW_EPARSE;
        int error = parse_db((struct span){query + 4, strlen(query + 4)}, out);
        if (error) return error;
    }
    return copy_decoded((struct span){slash, len}, out->path, sizeof out->path);
}

/* What follows `redis://`. */
static int parse_tcp(const char *text, struct sw_redis_address *out) {
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    const char *at = memrchr(text, '@', len);
    if (at) {
        int error = parse_user((struct span){text, (size_t)(at - text)}, out);
        if (error) return error;
        len -= (size_t)(at - text) + 1;
        text = at + 1;
    }
    if (slash && slash[1]) {
        int error = parse_db((struct span){slash + 1, strlen(slash + 1)}, out);
        if (error) return error;
    }
    return parse_host((struct span){text, len}, out);
}

int sw_redis_url_parse(const char *url, struct sw_redis_address *out) { return sw_redis_url_parse_with(url, "", out); }

int sw_redis_url_parse_with(const char *url, const char *password, struct sw_redis_address *out) {
    struct sw_redis_address address = {0};
    int error = -SW_EPARSE;
    if (strncmp(url, "redis://", 8) == 0)
        error = parse_tcp(url + 8, &address);
    else if (strncmp(url, "unix://", 7) == 0)
        error = parse_unix(url + 7, &address);
    else if (strncmp(url, "redis+unix://", 13) == 0)
        error = parse_unix(url + 13, &address);
    if (!error && !address.password[0]) {
        if (strlen(password) >= sizeof address.password) error = -SW_ELIMIT;
        else memcpy(address.password, password, strlen(password) + 1);
    }
    /* AUTH needs a password: a user without one would be ignored in silence. */
    if (!error && address.user[0] && !address.password[0]) error = -SW_EPARSE;
    if (!error) *out = address;
    return error;
}

const char *sw_redis_address_text(const struct sw_redis_address *address, char *text, size_t size) {
    if (address->path[0])
        (void)snprintf(text, size, "%s?db=%d", address->path, address->db);
    else if (strchr(address->host, ':'))
        (void)snprintf(text, size, "[%s]:%u/%d", address->host, address->port, address->db);
    else
        (void)snprintf(text, size, "%s:%u/%d", address->host, address->port, address->db);
    return text;
}
