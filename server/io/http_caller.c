#include "io/http_caller.h"

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

/* The last address of a list: the one that our proxy itself saw. */
static void last_of(const char *list, char *out, size_t size) {
    const char *comma = strrchr(list, ','), *at = comma ? comma + 1 : list;
    at += strspn(at, " ");
    size_t len = strcspn(at, " ");
    if (len && len < size) {
        memcpy(out, at, len);
        out[len] = '\0';
    }
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
        c->caller.untrusted_proxy = true;
        return false;
    }
    if (!is_trusted(trust, c->peer)) {
        c->caller.untrusted_proxy = *forwarded || *proto;
        return true;
    }
    if (*forwarded) last_of(forwarded, c->peer, sizeof c->peer);
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
