#include "codec/view_slice.h"

#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "core/map.h"
#include "shiftwall/buf.h"

#define DEPTH_MAX 8

struct slice {
    struct slice *next;
    char **teams;
    size_t team_count;
    struct sw_view *view;
};

/* A view that has slices. */
struct sliced {
    UT_hash_handle hh;
    struct sw_view *base; /* key */
    struct sw_slices *slices;
    struct slice *first;
};

struct sw_slices {
    void *ctx;
    void (*changed)(void *ctx, struct sw_view *slice);
    struct sliced *views;
    size_t count;
};

struct sw_slices *sw_slices_new(void *ctx, void (*changed)(void *ctx, struct sw_view *slice)) {
    struct sw_slices *slices = sw_xcalloc(1, sizeof *slices);
    *slices = (struct sw_slices){.ctx = ctx, .changed = changed};
    return slices;
}

static void free_slice(struct slice *slice) {
    for (size_t i = 0; i < slice->team_count; i++) free(slice->teams[i]);
    free(slice->teams);
    sw_view_free(slice->view);
    free(slice);
}

void sw_slices_free(struct sw_slices *slices) {
    if (!slices) return;
    struct sliced *sliced, *next;
    HASH_ITER(hh, slices->views, sliced, next) {
        HASH_DEL(slices->views, sliced);
        sw_view_set_tap(sliced->base, NULL);
        for (struct slice *slice = sliced->first, *after; slice; slice = after) {
            after = slice->next;
            free_slice(slice);
        }
        free(sliced);
    }
    free(slices);
}

size_t sw_slices_count(const struct sw_slices *slices) { return slices->count; }

/* ---- what stays ---- */

static bool is_among(const char *team, const struct sw_slice_teams *teams) {
    for (size_t i = 0; team && i < teams->count; i++)
        if (!strcmp(teams->ids[i], team)) return true;
    return false;
}

static const char *text_of(const cJSON *object, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* Parts that are about one agent or team, by the names of their groups. */
static bool is_personal(const char *group) {
    static const char *const groups[] = {"agents", "shifts", "breaches", "grants", "breaks"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (!strcmp(groups[i], group)) return true;
    return false;
}

static bool keeps_part(bool alert, const char *json, size_t len, const struct sw_slice_teams *teams) {
    cJSON *root;
    if (sw_json_parse(json, len, DEPTH_MAX, &root) != SW_JSON_OK) return false;
    const char *team = text_of(root, "team"), *kind = text_of(root, "kind");
    bool common = alert && kind && strcmp(kind, "agent") != 0 && strcmp(kind, "team") != 0;
    bool kept = common || is_among(team, teams);
    cJSON_Delete(root);
    return kept;
}

bool sw_slice_keeps(const char *view, const char *group, const char *key, const char *json, size_t len,
                    const struct sw_slice_teams *teams) {
    if (!group) return true;
    if (!strcmp(view, "teams")) return is_among(key, teams);
    /* the strip of public walls names nobody */
    if (!strcmp(view, "alerts")) return keeps_part(true, json, len, teams);
    return !is_personal(group) || keeps_part(false, json, len, teams);
}

/* A walk's items about other teams' agents, and nothing else of it, are left out. Text of cJSON, or NULL. */
static char *walk_without(const char *json, size_t len, const struct sw_slice_teams *teams) {
    cJSON *root;
    if (sw_json_parse(json, len, DEPTH_MAX, &root) != SW_JSON_OK) return NULL;
    cJSON *items = cJSON_GetObjectItemCaseSensitive(root, "items");
    for (cJSON *item = items ? items->child : NULL, *next; item; item = next) {
        next = item->next;
        const char *team = text_of(item, "team");
        if ((team || text_of(item, "agent")) && !is_among(team, teams)) cJSON_Delete(cJSON_DetachItemViaPointer(items, item));
    }
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}

/* ---- following ---- */

static void put(struct slice *slice, const char *group, const char *key, const char *json, size_t len) {
    const struct sw_slice_teams teams = {(const char *const *)slice->teams, slice->team_count};
    const char *name = sw_view_name(slice->view);
    int refused = 0; /* a part past a cap is refused and counted by the view, as in the base */
    if (!key) {
        refused = sw_view_group(slice->view, group);
    } else if (!json || !sw_slice_keeps(name, group, key, json, len, &teams)) {
        sw_view_remove(slice->view, group, key);
    } else if (!group && !strcmp(name, "walk") && !strcmp(key, "walk")) {
        char *text = walk_without(json, len, &teams);
        if (text) refused = sw_view_set(slice->view, NULL, key, text, strlen(text));
        else sw_view_remove(slice->view, NULL, key);
        cJSON_free(text);
    } else {
        refused = sw_view_set(slice->view, group, key, json, len);
    }
    (void)refused;
}

static void on_part(void *ctx, const char *group, const char *key, const char *json, size_t len) {
    const struct sliced *sliced = ctx;
    for (struct slice *slice = sliced->first; slice; slice = slice->next) put(slice, group, key, json, len);
}

static void on_version(void *ctx, struct sw_view *base, int64_t now_ms) {
    const struct sliced *sliced = ctx;
    for (struct slice *slice = sliced->first; slice; slice = slice->next) {
        sw_view_set_epoch(slice->view, sw_view_epoch(base));
        if (sw_view_commit(slice->view, now_ms)) sliced->slices->changed(sliced->slices->ctx, slice->view);
    }
}

static void fill(void *ctx, const char *group, const char *key, const char *json, size_t len) {
    put(ctx, group, key, json, len);
}

static bool same_teams(const struct slice *slice, const struct sw_slice_teams *teams) {
    if (slice->team_count != teams->count) return false;
    for (size_t i = 0; i < teams->count; i++)
        if (strcmp(slice->teams[i], teams->ids[i]) != 0) return false;
    return true;
}

static struct sliced *sliced_of(struct sw_slices *slices, struct sw_view *base) {
    struct sliced *sliced;
    HASH_FIND_PTR(slices->views, &base, sliced);
    if (sliced) return sliced;
    sliced = sw_xcalloc(1, sizeof *sliced);
    sliced->base = base;
    sliced->slices = slices;
    HASH_ADD_PTR(slices->views, base, sliced);
    const struct sw_view_tap tap = {sliced, on_part, on_version};
    sw_view_set_tap(base, &tap);
    return sliced;
}

struct sw_view *sw_slices_view(struct sw_slices *slices, struct sw_view *base, const struct sw_slice_teams *teams) {
    struct sliced *sliced = sliced_of(slices, base);
    for (struct slice *slice = sliced->first; slice; slice = slice->next)
        if (same_teams(slice, teams)) return slice->view;
    if (slices->count >= SW_SLICES_MAX) return NULL;
    struct slice *slice = sw_xcalloc(1, sizeof *slice);
    slice->teams = sw_xmalloc((teams->count + 1) * sizeof *slice->teams);
    for (; slice->team_count < teams->count; slice->team_count++)
        slice->teams[slice->team_count] = sw_xstrdup(teams->ids[slice->team_count]);
    slice->view = sw_view_new(sw_view_name(base), sw_view_epoch(base));
    sw_view_set_first(slice->view, sw_view_version(base)); /* beyond what an earlier run of this epoch may have sent */
    sw_view_visit(base, slice, fill);
    if (sw_view_version(base)) (void)sw_view_commit(slice->view, sw_view_at_ms(base));
    slice->next = sliced->first;
    sliced->first = slice;
    slices->count++;
    return slice->view;
}
