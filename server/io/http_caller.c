#include "io/http_caller.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io/http_internal.h"

bool sw__http_header(struct lws *wsi, enum lws_token_indexes token, char *out, size_t size) {
    int len = lws_hdr_total_length(wsi, token);
    out[0] = '\0';
    if (len <= 0) return true;
    bool good = (size_t)len < size && lws_hdr_copy(wsi, out, (int)size, token) >= 0 && strlen(out) == (size_t)len &&
                sw__http_text_is_clean(out, (size_t)len);
    if (!good) out[0] = '\0';
    return good;
}

/* The same of a header that libwebsockets has no number for; NAME lower case with its colon. */
static bool custom_header(struct lws *wsi, const char *name, char *out, size_t size) {
    int name_len = (int)strlen(name), len = lws_hdr_custom_length(wsi, name, name_len);
    out[0] = '\0';
    if (len <= 0) return true;
    bool good = (size_t)len < size && lws_hdr_custom_copy(wsi, out, (int)size, name, name_len) >= 0 &&
                strlen(out) == (size_t)len && sw__http_text_is_clean(out, (size_t)len);
    if (!good) out[0] = '\0';
    return good;
}

static bool is_trusted(const struct sw_http_trust *trust, const char *peer) {
    for (size_t i = 0; i < trust->count; i++)
        if (!strcmp(trust->proxies[i], peer)) return true;
    return false;
}

/* The last address of a list: the one that our proxy itself saw. False when that is no address (a name, a port behind it):
 * it would end up in logs and records. */
static bool last_of(const char *list, char *out, size_t size) {
    char text[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];
    const char *comma = strrchr(list, ','), *at = comma ? comma + 1 : list;
    at += strspn(at, " \t");
    size_t len = strcspn(at, " \t");
    if (!len || len >= sizeof text) return false;
    memcpy(text, at, len);
    text[len] = '\0';
    bool known = inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
    if (known) (void)snprintf(out, size, "%s", text);
    return known;
}

/* "localhost", "wall.localhost:8080", "127.0.0.1:8080", "[::1]:8080", or nothing, as no browser sends. */
static bool is_own_host(struct lws *wsi) {
    static const char own[] = ".localhost";
    char host[256];
    unsigned char address[sizeof(struct in6_addr)];
    if (!sw__http_header(wsi, WSI_TOKEN_HOST, host, sizeof host)) return false;
    bool six = *host == '[';
    char *name = six ? host + 1 : host, *end = six ? strchr(name, ']') : strrchr(name, ':');
    if (end) *end = '\0';
    size_t len = strlen(name), own_len = sizeof own - 1;
    if (six) return !strcmp(name, "::1");
    if (!len || !strcasecmp(name, own + 1)) return true;
    if (len > own_len && !strcasecmp(name + len - own_len, own)) return true;
    return inet_pton(AF_INET, name, address) == 1 && address[0] == 127;
}

bool sw__caller_take(struct lws *wsi, const struct sw_http_trust *trust, struct sw__caller *c) {
    char forwarded[512], proto[16];
    *c = (struct sw__caller){0};
    lws_get_peer_simple(wsi, c->peer, sizeof c->peer);
    if (!strncmp(c->peer, "::ffff:", 7)) memmove(c->peer, c->peer + 7, strlen(c->peer + 7) + 1);
    c->caller = (struct sw_http_caller){.peer = c->peer, .cookie = c->cookie, .user = c->user, .browser = c->browser,
                                        .secure = lws_is_ssl(wsi)};
    bool good = sw__http_header(wsi, WSI_TOKEN_HTTP_COOKIE, c->cookie, sizeof c->cookie) &&
                sw__http_header(wsi, WSI_TOKEN_X_FORWARDED_FOR, forwarded, sizeof forwarded) &&
                custom_header(wsi, "x-forwarded-proto:", proto, sizeof proto);
    (void)sw__http_header(wsi, WSI_TOKEN_HTTP_USER_AGENT, c->browser, sizeof c->browser); /* only shown */
    if (!good) {
        c->cookie[0] = '\0';
        c->caller.elsewhere = true;
        return false;
    }
    bool trusted = is_trusted(trust, c->peer);
    if (!*forwarded) c->caller.elsewhere = !is_own_host(wsi);
    else c->caller.elsewhere = !trusted || !last_of(forwarded, c->peer, sizeof c->peer);
    if (!trusted) {
        c->caller.elsewhere = c->caller.elsewhere || *proto;
        return true;
    }
    if (*proto) c->caller.secure = !strcasecmp(proto, "https");
    return !trust->user_header || custom_header(wsi, trust->user_header, c->user, sizeof c->user);
}

bool sw__caller_is_foreign(struct lws *wsi, const char *const *origins, size_t count) {
    char origin[300], host[256];
    if (!sw__http_header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin)) return true;
    if (!*origin) return false;
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(origin, origins[i]) == 0) return false;
    const char *authority = strstr(origin, "://");
    if (!authority || !sw__http_header(wsi, WSI_TOKEN_HOST, host, sizeof host)) return true;
    return !*host || strcasecmp(authority + 3, host) != 0;
}
