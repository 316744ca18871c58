#include "codec/view_internal.h"

#include <stdlib.h>
#include <string.h>

#include "codec/json_patch.h"
#include "codec/json_writer.h"
#include "shiftwall/buf.h"

/* ---- small helpers ---- */

static char *quoted(const char *text) {
    struct sw_buf out;
    sw_buf_init(&out, 6 * strlen(text) + 2);
    sw_json_quote(&out, text);
    return sw_buf_detach(&out, NULL);
}

static char *copy_of(const char *text, size_t len) {
    char *copy = sw_xmalloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

/* What a part adds to the document: key, colon, value, comma. */
static size_t part_bytes(const struct part *part, size_t len) {
    return strlen(part->json_key) + len + 2;
}

static void part_free(struct part *part) {
    free(part->key);
    free(part->json_key);
    free(part->text);
    free(part->old);
    free(part);
}

/* ---- life ---- */

static void set_epoch(struct sw_view *view, const char *epoch) {
    size_t len = strlen(epoch);
    SW_ASSERT(len > 0 && len <= SW_VIEW_EPOCH_BYTES_MAX);
    for (size_t i = 0; i < len; i++)
        SW_ASSERT((epoch[i] >= '0' && epoch[i] <= '9') || (epoch[i] >= 'a' && epoch[i] <= 'z') ||
                  (epoch[i] >= 'A' && epoch[i] <= 'Z'));
    memcpy(view->epoch, epoch, len + 1);
}

struct sw_view *sw_view_new(const char *name, const char *epoch) {
    SW_ASSERT(*name && strlen(name) <= SW_VIEW_NAME_BYTES_MAX);
    struct sw_view *view = sw_xcalloc(1, sizeof *view);
    view->name = sw_xstrdup(name);
    view->json_name = quoted(name);
    view->group_count = 1;
    view->bytes = view->committed_bytes = 2;
    set_epoch(view, epoch);
    return view;
}

static void drop_frames(struct sw_view *view) {
    sw_frame_unref(view->full);
    view->full = NULL;
    for (uint32_t i = 0; i < PATCH_SLOTS; i++) sw_frame_unref(view->slots[i].frame);
    memset(view->slots, 0, sizeof view->slots);
    view->slot_next = 0;
}

static void ring_drop_oldest(struct sw_view *view) {
    struct patch *patch = sw__view_patch(view, view->version - view->ring_count + 1);
    view->ring_bytes -= patch->len;
    view->ring_count--;
    free(patch->text);
    *patch = (struct patch){0};
}

void sw_view_free(struct sw_view *view) {
    if (!view) return;
    for (uint32_t g = 0; g < view->group_count; g++) {
        struct group *group = &view->groups[g];
        for (uint32_t i = 0; i < group->count; i++) part_free(group->parts[i]);
        free(group->parts);
        free(group->name);
        free(group->json_name);
    }
    while (view->ring_count) ring_drop_oldest(view);
    drop_frames(view);
    free(view->dirty);
    free(view->name);
    free(view->json_name);
    free(view);
}

const char *sw_view_name(const struct sw_view *view) {
    return view->name;
}
const char *sw_view_epoch(const struct sw_view *view) {
    return view->epoch;
}
uint64_t sw_view_version(const struct sw_view *view) {
    return view->version;
}
int64_t sw_view_at_ms(const struct sw_view *view) {
    return view->at_ms;
}
const struct sw_view_counters *sw_view_counters(const struct sw_view *view) {
    return &view->counters;
}

void sw_view_set_first(struct sw_view *view, uint64_t first) { view->first = first; }

void sw_view_set_epoch(struct sw_view *view, const char *epoch) {
    if (strcmp(view->epoch, epoch) == 0) return;
    while (view->ring_count) ring_drop_oldest(view);
    drop_frames(view);
    set_epoch(view, epoch);
    view->epoch_changed = true;
}

/* ---- parts ---- */

static bool key_is_good(const char *key) {
    size_t len = strlen(key);
    return len > 0 && len <= SW_VIEW_KEY_BYTES_MAX;
}

/* The index of the group of that name, -1 when there is none. NULL: the plain members. */
static int group_find(const struct sw_view *view, const char *name) {
    if (!name) return 0;
    for (uint32_t g = 1; g < view->group_count; g++)
        if (strcmp(view->groups[g].name, name) == 0) return (int)g;
    return -1;
}

/* Where KEY stands in the group, or should stand. The plain members are few and keep the order they came in.
 */
static bool part_find(const struct group *group, const char *key, uint32_t *place) {
    if (!group->name) {
        for (*place = 0; *place < group->count; ++*place)
            if (strcmp(group->parts[*place]->key, key) == 0) return true;
        return false;
    }
    uint32_t low = 0, high = group->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(group->parts[middle]->key, key);
        if (order == 0) {
            *place = middle;
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *place = low;
    return false;
}

static int group_make(struct sw_view *view, const char *name) {
    uint32_t place;
    if (!key_is_good(name) || part_find(&view->groups[0], name, &place)) return -SW_EINVAL;
    if (view->group_count > SW_VIEW_GROUPS_MAX) {
        view->counters.refused++;
        return -SW_ELIMIT;
    }
    struct group *group = &view->groups[view->group_count];
    *group = (struct group){.name = sw_xstrdup(name), .json_name = quoted(name), .fresh = true};
    view->bytes += strlen(group->json_name) + 4;
    return (int)view->group_count++;
}

int sw_view_group(struct sw_view *view, const char *name) {
    if (group_find(view, name) >= 0) return 0;
    int r = group_make(view, name);
    return r < 0 ? r : 0;
}

/* Notes that the part is about to change, and keeps what the newest version has of it. */
static void part_touch(struct sw_view *view, uint32_t group, struct part *part) {
    if (part->dirty) {
        free(part->text);
    } else {
        part->dirty = true;
        part->old = part->text;
        part->old_len = part->len;
        if (view->dirty_count == view->dirty_size) {
            view->dirty_size = view->dirty_size ? view->dirty_size * 2 : 64;
            view->dirty = sw_xrealloc(view->dirty, view->dirty_size * sizeof *view->dirty);
        }
        view->dirty[view->dirty_count++] = (struct dirty){group, part};
    }
    part->text = NULL;
    part->len = 0;
}

static struct part *part_insert(struct sw_view *view, struct group *group, uint32_t place, const char *key) {
    if (group->count == group->size) {
        group->size = group->size ? group->size * 2 : 16;
        group->parts = sw_xrealloc(group->parts, group->size * sizeof(struct part *));
    }
    memmove(group->parts + place + 1, group->parts + place, (group->count - place) * sizeof(struct part *));
    struct part *part = sw_xcalloc(1, sizeof *part);
    part->key = sw_xstrdup(key);
    part->json_key = quoted(key);
    group->parts[place] = part;
    group->count++;
    if (group->name) view->part_count++;
    return part;
}

int sw_view_set(struct sw_view *view, const char *group_name, const char *key, const char *json, size_t len) {
    if (!key_is_good(key) || len == 0) return -SW_EINVAL;
    if (!group_name && group_find(view, key) >= 0) return -SW_EINVAL;
    int g = group_find(view, group_name);
    if (g < 0) g = group_make(view, group_name);
    if (g < 0) return g;
    struct group *group = &view->groups[g];
    uint32_t place;
    struct part *part = part_find(group, key, &place) ? group->parts[place] : NULL;
    if (part && part->text && part->len == len && memcmp(part->text, json, len) == 0) return 0;

    bool full = group_name ? view->part_count >= SW_VIEW_PARTS_MAX : group->count >= SW_VIEW_MEMBERS_MAX;
    size_t was = part && part->text ? part_bytes(part, part->len) : 0;
    size_t most = part ? part_bytes(part, len) : 6 * strlen(key) + 4 + len;
    if ((!part && full) || len > SW_VIEW_DOCUMENT_BYTES_MAX ||
        view->bytes - was + most > SW_VIEW_DOCUMENT_BYTES_MAX) {
        view->counters.refused++;
        return -SW_ELIMIT;
    }
    if (!part) part = part_insert(view, group, place, key);
    part_touch(view, (uint32_t)g, part);
    part->text = copy_of(json, len);
    part->len = len;
    view->bytes = view->bytes - was + part_bytes(part, len);
    return 0;
}

static void part_remove(struct sw_view *view, uint32_t g, struct part *part) {
    if (!part->text) return;
    view->bytes -= part_bytes(part, part->len);
    part_touch(view, g, part);
}

void sw_view_remove(struct sw_view *view, const char *group_name, const char *key) {
    int g = group_find(view, group_name);
    uint32_t place;
    if (g < 0 || !part_find(&view->groups[g], key, &place)) return;
    part_remove(view, (uint32_t)g, view->groups[g].parts[place]);
}

void sw_view_sweep(struct sw_view *view, const char *group_name, bool (*fn)(void *ctx, const char *key),
                   void *ctx) {
    int g = group_find(view, group_name);
    if (g < 0) return;
    for (uint32_t i = 0; i < view->groups[g].count; i++) {
        struct part *part = view->groups[g].parts[i];
        if (part->text && fn(ctx, part->key)) part_remove(view, (uint32_t)g, part);
    }
}

/* ---- commit ---- */

static int compare_dirty(const void *a, const void *b) {
    const struct dirty *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    return strcmp(x->part->key, y->part->key);
}

/* Appends `"key":change` of one part, after a comma where FIRST says that something stands before it. */
static int patch_part(const struct part *part, struct sw_buf *out, bool *first) {
    size_t start = out->len;
    if (!*first) sw_buf_putc(out, ',');
    sw_buf_puts(out, part->json_key);
    sw_buf_putc(out, ':');
    size_t value = out->len;
    int r = 0;
    if (!part->text) {
        if (part->old) sw_buf_puts(out, "null");
    } else if (!part->old) {
        sw_buf_add(out, part->text, part->len);
    } else {
        r = sw_patch_diff((struct sw_json_span){part->old, part->old_len},
                          (struct sw_json_span){part->text, part->len}, out);
    }
    if (r < 0 || out->failed) return r < 0 ? r : -SW_ELIMIT;
    if (out->len == value) {
        out->len = start; /* set and set back */
    } else {
        *first = false;
    }
    return 0;
}

/* Appends the changes of one group: its dirty parts are dirty[FROM..TO). */
static int patch_group(struct sw_view *view, uint32_t g, uint32_t from, uint32_t to, struct sw_buf *out,
                       bool *first) {
    struct group *group = &view->groups[g];
    size_t start = out->len;
    bool inner_first = g ? true : *first;
    if (g) {
        if (!*first) sw_buf_putc(out, ',');
        sw_buf_puts(out, group->json_name);
        sw_buf_puts(out, ":{");
    }
    for (uint32_t i = from; i < to; i++) {
        int r = patch_part(view->dirty[i].part, out, &inner_first);
        if (r < 0) return r;
    }
    if (!g) {
        *first = inner_first;
    } else if (inner_first && !group->fresh) {
        out->len = start;
    } else {
        sw_buf_putc(out, '}');
        *first = false;
    }
    return out->failed ? -SW_ELIMIT : 0;
}

/* The patch of everything dirty; empty when nothing really changed. */
static int patch_all(struct sw_view *view, struct sw_buf *out) {
    bool first = true;
    uint32_t at = 0;
    sw_buf_putc(out, '{');
    for (uint32_t g = 0; g < view->group_count; g++) {
        uint32_t to = at;
        while (to < view->dirty_count && view->dirty[to].group == g) to++;
        if (to > at || (g && view->groups[g].fresh)) {
            int r = patch_group(view, g, at, to, out, &first);
            if (r < 0) return r;
        }
        at = to;
    }
    if (first) {
        sw_buf_clear(out);
    } else {
        sw_buf_putc(out, '}');
    }
    return out->failed ? -SW_ELIMIT : 0;
}

/* What was set becomes what the newest version has; removed parts go. */
static void settle(struct sw_view *view) {
    bool gone[1 + SW_VIEW_GROUPS_MAX] = {false};
    for (uint32_t i = 0; i < view->dirty_count; i++) {
        struct part *part = view->dirty[i].part;
        free(part->old);
        part->old = NULL;
        part->dirty = false;
        if (!part->text) gone[view->dirty[i].group] = true;
    }
    view->dirty_count = 0;
    view->committed_bytes = view->bytes;
    for (uint32_t g = 0; g < view->group_count; g++) {
        struct group *group = &view->groups[g];
        group->fresh = false;
        if (!gone[g]) continue;
        uint32_t kept = 0;
        for (uint32_t i = 0; i < group->count; i++) {
            if (group->parts[i]->text) {
                group->parts[kept++] = group->parts[i];
            } else {
                part_free(group->parts[i]);
            }
        }
        if (g) view->part_count -= group->count - kept;
        group->count = kept;
    }
}

/* Keeps the patch to the version just made; TEXT NULL: there is none, so nothing older leads here either. */
static void ring_push(struct sw_view *view, char *text, size_t len) {
    if (!text || len > SW_VIEW_RING_BYTES_MAX) {
        free(text);
        view->version--; /* the ring still ends at the version before */
        while (view->ring_count) ring_drop_oldest(view);
        view->version++;
        return;
    }
    view->version--;
    while (view->ring_count == SW_VIEW_RING_PATCHES_MAX ||
           (view->ring_count && view->ring_bytes + len > SW_VIEW_RING_BYTES_MAX))
        ring_drop_oldest(view);
    view->version++;
    *sw__view_patch(view, view->version) = (struct patch){text, len};
    view->ring_count++;
    view->ring_bytes += len;
}

void sw_view_set_tap(struct sw_view *view, const struct sw_view_tap *tap) {
    view->tap = tap ? *tap : (struct sw_view_tap){0};
}

bool sw_view_is_tapped(const struct sw_view *view) { return view->tap.part != NULL; }

void sw_view_visit(const struct sw_view *view, void *ctx,
                   void (*fn)(void *ctx, const char *group, const char *key, const char *json, size_t len)) {
    for (uint32_t g = 0; g < view->group_count; g++) {
        const struct group *group = &view->groups[g];
        if (g) fn(ctx, group->name, NULL, NULL, 0);
        for (uint32_t i = 0; i < group->count; i++) {
            const struct part *part = group->parts[i];
            const char *text = part->dirty ? part->old : part->text;
            if (text) fn(ctx, group->name, part->key, text, part->dirty ? part->old_len : part->len);
        }
    }
}

static void tell_tap(const struct sw_view *view) {
    for (uint32_t i = 0; view->tap.part && i < view->dirty_count; i++) {
        const struct part *part = view->dirty[i].part;
        view->tap.part(view->tap.ctx, view->groups[view->dirty[i].group].name, part->key, part->text, part->len);
    }
}

bool sw_view_commit(struct sw_view *view, int64_t now_ms) {
    struct sw_buf patch;
    sw_buf_init(&patch, 2 * SW_VIEW_DOCUMENT_BYTES_MAX);
    if (view->dirty_count > 1) qsort(view->dirty, view->dirty_count, sizeof *view->dirty, compare_dirty);
    int r = patch_all(view, &patch);
    bool changed = r < 0 || patch.len > 0 || view->epoch_changed;
    if (changed) tell_tap(view);
    settle(view);
    if (changed) {
        size_t len = 0;
        char *text = r < 0 || view->epoch_changed ? NULL : sw_buf_detach(&patch, &len);
        if (!view->version) view->version = view->first;
        view->version++;
        view->at_ms = now_ms;
        view->epoch_changed = false;
        view->counters.commits++;
        drop_frames(view);
        ring_push(view, text, len);
        if (view->tap.version) view->tap.version(view->tap.ctx, view, now_ms);
    }
    sw_buf_deinit(&patch);
    return changed;
}
