#include "codec/figures.h"

#include "codec/json_strict.h"

#define DEPTH_MAX 32

struct sw_figures {
    cJSON root;
};

struct sw_figures *sw_figures_read(const char *json, size_t len) {
    cJSON *root = NULL;
    if (sw_json_parse(json, len, DEPTH_MAX, &root) != SW_JSON_OK) return NULL;
    return (struct sw_figures *)root;
}

void sw_figures_free(struct sw_figures *figures) { cJSON_Delete((cJSON *)figures); }

static const cJSON *find(const struct sw_figures *figures, const char *const *path) {
    const cJSON *at = &figures->root;
    for (; at && *path; path++) at = cJSON_GetObjectItemCaseSensitive(at, *path);
    return at;
}

int64_t sw_figures_int(const struct sw_figures *figures, int64_t absent, const char *const *path) {
    const int64_t exact = INT64_C(1) << 53;
    const cJSON *item = find(figures, path);
    int64_t value;
    return item && sw_json_integer(item, -exact, exact, &value) ? value : absent;
}

const char *sw_figures_text(const struct sw_figures *figures, const char *const *path) {
    return cJSON_GetStringValue(find(figures, path));
}

void sw_figures_names(const struct sw_figures *figures, const char *const *path, void (*fn)(void *ctx, const char *name),
                      void *ctx) {
    const cJSON *object = find(figures, path), *item;
    if (!cJSON_IsObject(object)) return;
    cJSON_ArrayForEach(item, object) { fn(ctx, item->string); }
}
