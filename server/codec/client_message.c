#include "codec/client_message.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "shiftwall/buf.h"

#define DEPTH_MAX 3
#define EXACT_INTEGER_MAX (INT64_C(1) << 53)

/* A JSON string of at most MAX bytes into OUT; NULL when ITEM is none. */
static bool take_text(const cJSON *item, char *out, size_t max) {
    const char *text = cJSON_GetStringValue(item);
    size_t len = text ? strlen(text) : 0;
    if (!text || len > max) return false;
    memcpy(out, text, len + 1);
    return true;
}

static bool site_is_good(const char *site) {
    for (const char *c = site; *c; c++) {
        bool alnum = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        if (!alnum && (*c != '-' || c == site)) return false;
    }
    return *site != '\0';
}

static int take_views(const cJSON *root, struct sw_client_message *m) {
    const cJSON *views = cJSON_GetObjectItemCaseSensitive(root, "views");
    const cJSON *have = cJSON_GetObjectItemCaseSensitive(root, "have");
    const cJSON *item;
    if (!cJSON_IsArray(views) || (have && !cJSON_IsObject(have))) return -SW_EINVAL;
    cJSON_ArrayForEach(item, views) {
        if (m->view_count == SW_CLIENT_VIEWS_MAX) return -SW_EINVAL;
        struct sw_client_view *view = &m->views[m->view_count];
        if (!take_text(item, view->name, SW_VIEW_NAME_BYTES_MAX) || !*view->name) return -SW_EINVAL;
        if (sw_utf8_has_control(view->name)) return -SW_EINVAL;
        for (uint32_t i = 0; i < m->view_count; i++)
            if (strcmp(m->views[i].name, view->name) == 0) return -SW_EINVAL;
        const cJSON *version = have ? cJSON_GetObjectItemCaseSensitive(have, view->name) : NULL;
        if (!take_text(version, view->have, SW_CLIENT_HAVE_BYTES_MAX)) view->have[0] = '\0';
        m->view_count++;
    }
    return m->view_count ? 0 : -SW_EINVAL;
}

static bool take_number(const cJSON *root, const char *key, int64_t *out) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    return !item || sw_json_integer(item, -EXACT_INTEGER_MAX, EXACT_INTEGER_MAX, out);
}

static bool take_word(const cJSON *root, const char *key, char *out, size_t max) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    return !item || (take_text(item, out, max) && !sw_utf8_has_control(out));
}

static int take_screen(const cJSON *root, struct sw_client_message *m) {
    m->op = SW_CLIENT_SCREEN;
    bool good = take_word(root, "version", m->version, SW_CLIENT_VERSION_BYTES_MAX) &&
                take_word(root, "board", m->board, SW_CLIENT_BOARD_BYTES_MAX) && take_number(root, "offset", &m->offset_ms) &&
                take_number(root, "width", &m->width) && take_number(root, "height", &m->height);
    return good ? 0 : -SW_EINVAL;
}

static int take_message(const cJSON *root, struct sw_client_message *m) {
    const cJSON *op = cJSON_GetObjectItemCaseSensitive(root, "op");
    if (!cJSON_IsString(op)) return -SW_ENOENT;
    if (strcmp(op->valuestring, "ping") == 0) {
        m->op = SW_CLIENT_PING;
        const cJSON *t = cJSON_GetObjectItemCaseSensitive(root, "t");
        return !t || sw_json_integer(t, -EXACT_INTEGER_MAX, EXACT_INTEGER_MAX, &m->t) ? 0 : -SW_EINVAL;
    }
    if (strcmp(op->valuestring, "subscribe") == 0) {
        m->op = SW_CLIENT_SUBSCRIBE;
        const cJSON *site = cJSON_GetObjectItemCaseSensitive(root, "site");
        if (!take_text(site, m->site, SW_CLIENT_SITE_BYTES_MAX) || !site_is_good(m->site)) return -SW_EINVAL;
        return take_views(root, m);
    }
    if (strcmp(op->valuestring, "unsubscribe") == 0) {
        m->op = SW_CLIENT_UNSUBSCRIBE;
        return take_views(root, m);
    }
    if (strcmp(op->valuestring, "screen") == 0) return take_screen(root, m);
    return -SW_ENOENT;
}

int sw_client_message_parse(const char *text, size_t len, struct sw_client_message *out) {
    if (len > SW_CLIENT_MESSAGE_BYTES_MAX) return -SW_ELIMIT;
    cJSON *root;
    if (sw_json_parse(text, len, DEPTH_MAX, &root) != SW_JSON_OK) return -SW_EPARSE;
    struct sw_client_message *m =
        sw_xcalloc(1, sizeof *m); /* 6 KiB: too much for a stack frame in a callback */
    int r = cJSON_IsObject(root) ? take_message(root, m) : -SW_EPARSE;
    if (r == 0) *out = *m;
    free(m);
    cJSON_Delete(root);
    return r;
}
