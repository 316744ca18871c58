#include "tools/http_get.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define HEAD_BYTES 4096

struct url {
    char host[256], port[8], prefix[256];
    bool brackets;
};

static bool copy(char *to, size_t size, const char *from, size_t len) {
    if (len >= size) return false;
    memcpy(to, from, len);
    to[len] = '\0';
    return true;
}

static bool parse(const char *base, struct url *url) {
    *url = (struct url){.port = "80"};
    if (strncmp(base, "http://", 7) != 0) return false;
    base += 7;
    size_t len = strcspn(base, "/?#");
    const char *path = base + len, *colon = NULL, *host = base;
    for (size_t i = 0; i < len; i++)
        if (base[i] == ':' || base[i] == ']') colon = base[i] == ':' ? base + i : NULL;
    size_t host_len = colon && base[0] != '[' ? (size_t)(colon - base) : len;
    if (base[0] == '[') {
        const char *close = memchr(base, ']', len);
        if (!close) return false;
        url->brackets = true;
        host = base + 1;
        host_len = (size_t)(close - host);
        colon = close[1] == ':' ? close + 1 : NULL;
    }
    if (!host_len || !copy(url->host, sizeof url->host, host, host_len)) return false;
    if (colon && !copy(url->port, sizeof url->port, colon + 1, (size_t)(base + len - colon - 1))) return false;
    if (*path == '?' || *path == '#') return false;
    size_t prefix = strlen(path);
    while (prefix && path[prefix - 1] == '/') prefix--;
    return *url->port && copy(url->prefix, sizeof url->prefix, path, prefix);
}

static int dial(const struct url *url, char *error, size_t size) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int why = getaddrinfo(url->host, url->port, &hints, &list), fd = -1;
    if (why) {
        (void)snprintf(error, size, "%s: %s", url->host, gai_strerror(why));
        return -1;
    }
    for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
        const struct timeval limit = {.tv_sec = SW_HTTP_GET_TIMEOUT_S};
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd < 0) continue;
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) break;
        (void)snprintf(error, size, "%s:%s: %s", url->host, url->port, strerror(errno));
        close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    return fd;
}

static bool send_all(int fd, const char *data, size_t len) {
    while (len) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        data += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* Everything until the other side closes. */
static int receive(int fd, struct sw_buf *out, char *error, size_t size) {
    char part[65536];
    ssize_t got;
    while ((got = recv(fd, part, sizeof part, 0)) > 0) {
        sw_buf_add(out, part, (size_t)got);
        if (!out->failed) continue;
        (void)snprintf(error, size, "the answer is too large");
        return -SW_ELIMIT;
    }
    if (got < 0) (void)snprintf(error, size, "%s", errno == EAGAIN ? "no answer in time" : strerror(errno));
    return got < 0 ? -SW_EIO : 0;
}

/* The value of a header in HEAD, or NULL. */
static const char *header(const char *head, const char *name) {
    size_t len = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') return line + len + 1 + strspn(line + len + 1, " \t");
    }
    return NULL;
}

/* Puts chunks together. False when they are not whole. */
static bool unchunk(const char *body, size_t len, struct sw_buf *out) {
    const char *end = body + len;
    for (;;) {
        char *digits_end;
        const char *line_end = memmem(body, (size_t)(end - body), "\r\n", 2);
        if (!line_end) return false;
        if (!isxdigit((unsigned char)*body)) return false; /* strtoul would skip spaces, past the line */
        unsigned long chunk = strtoul(body, &digits_end, 16);
        if ( chunk > (unsigned long)(end - line_end - 2)) return false;
        if (!chunk) return true;
        sw_buf_add(out, line_end + 2, chunk);
        body = line_end + 2 + chunk;
        if (end - body < 2 || memcmp(body, "\r\n", 2) != 0) return false;
        body += 2;
    }
}

/* Takes an answer apart. Its status, or -SW_EPARSE. */
static int read_answer(struct sw_buf *answer, struct sw_buf *out) {
    char *body = answer->len ? memmem(answer->data, answer->len, "\r\n\r\n", 4) : NULL;
    if (!body || strncmp(answer->data, "HTTP/1.", 7) != 0) return -SW_EPARSE;
    body[2] = '\0'; /* the head keeps its last line end */
    body += 4;
    size_t len = answer->len - (size_t)(body - answer->data);
    long status = strtol(answer->data + 8, NULL, 10);
    const char *encoding = header(answer->data, "Transfer-Encoding"), *length = header(answer->data, "Content-Length");
    if (encoding && strncasecmp(encoding, "chunked", 7) == 0) {
        if (!unchunk(body, len, out)) return -SW_EPARSE;
    } else {
        if (length && strtoul(length, NULL, 10) != len) return -SW_EPARSE; /* cut short */
        sw_buf_add(out, body, len);
    }
    return status >= 100 && status <= 599 ? (int)status : -SW_EPARSE;
}

int sw_http_get(const char *base, const char *path, struct sw_buf *out, char *error, size_t size) {
    struct url url;
    *error = '\0';
    if (!parse(base, &url)) {
        (void)snprintf(error, size, "%s: not http://HOST[:PORT]", base);
        return -SW_EPARSE;
    }
    int fd = dial(&url, error, size), result = -SW_EIO;
    if (fd < 0) return result;
    struct sw_buf request, answer;
    sw_buf_init(&request, HEAD_BYTES);
    sw_buf_init(&answer, out->cap);
    sw_buf_printf(&request, "GET %s%s HTTP/1.1\r\nHost: %s%s%s:%s\r\nAccept: application/json\r\nConnection: close\r\n\r\n",
                  url.prefix, path, url.brackets ? "[" : "", url.host, url.brackets ? "]" : "", url.port);
    if (request.failed || !send_all(fd, request.data, request.len)) (void)snprintf(error, size, "%s", strerror(errno));
    else if ((result = receive(fd, &answer, error, size)) == 0 && (result = read_answer(&answer, out)) < 0)
        (void)snprintf(error, size, "the answer is not whole HTTP");
    close(fd);
    sw_buf_deinit(&request);
    sw_buf_deinit(&answer);
    return result;
}
