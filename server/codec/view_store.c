#include "codec/view_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_patch.h"
#include "codec/json_writer.h"
#include "shiftwall/buf.h"

#define PATCH_SLOTS 8u /* patch frames kept for the newest version: one per FROM asked for */
#define ENVELOPE_BYTES_MAX 1024u

struct part {
    char *key;      /* raw, for finding */
    char *json_key; /* quoted and escaped, for writing */
    char *text;     /* NULL: removed, gone at the next commit */
    size_t len;
    char *old; /* while dirty: what the newest version has; NULL when it has no such part */
    size_t old_len;
    bool dirty;
};

/* The plain members (in the order they came) or the members of one group (sorted by key). */
struct group {
    char *name; /* NULL for the plain members */
    char *json_name;
    struct part **parts;
    uint32_t count;
    uint32_t size;
    bool fresh; /* not yet in a version */
};

struct dirty {
    uint32_t group;
    struct part *part;
};

/* What leads from version - 1 to version. */
struct patch {
    char *text;
    size_t len;
};

struct slot {
    uint64_t from;
    struct sw_frame *frame; /* NULL in a used slot: asked for, and not expressible or too large */
    bool used;
};

struct sw_view {
    char *name;
    char *json_name;
    char epoch[SW_VIEW_EPOCH_BYTES_MAX + 1];
    uint64_t version;
    int64_t at_ms;
    struct group groups[1 + SW_VIEW_GROUPS_MAX]; /* [0]: the plain members */
    uint32_t group_count;
    uint32_t part_count;
    size_t bytes;           /* of the document as set, an upper bound */
    size_t committed_bytes; /* of the newest version, the same bound */
    struct dirty *dirty;
    uint32_t dirty_count;
    uint32_t dirty_size;
    bool epoch_changed;
    struct patch ring[SW_VIEW_RING_PATCHES_MAX]; /* the patch to VERSION is at VERSION mod the size */
    uint32_t ring_count;
    size_t ring_bytes;
    struct sw_frame *full; /* of the newest version, NULL until asked for */
    size_t document_at;    /* where the document stands in it */
    size_t document_len;
    struct slot slots[PATCH_SLOTS];
    uint32_t slot_next;
    struct sw_view_counters counters;
};

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
static size_t part_bytes(const struct part *part, size_t len) { return strlen(part->json_key) + len + 2; }

/* The part's text in the newest version; NULL when it is not in it. */
static const char *committed(const struct part *part, size_t *len) {
    *len = part->dirty ? part->old_len : part->len;
    return part->dirty ? part->old : part->text;
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

static struct patch *ring_at(struct sw_view *view, uint64_t version) {
    return &view->ring[version % SW_VIEW_RING_PATCHES_MAX];
}

static void ring_drop_oldest(struct sw_view *view) {
    struct patch *patch = ring_at(view, view->version - view->ring_count + 1);
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

const char *sw_view_name(const struct sw_view *view) { return view->name; }
const char *sw_view_epoch(const struct sw_view *view) { return view->epoch; }
uint64_t sw_view_version(const struct sw_view *view) { return view->version; }
int64_t sw_view_at_ms(const struct sw_view *view) { return view->at_ms; }
const struct sw_view_counters *sw_view_counters(const struct sw_view *view) { return &view->counters; }

static void version_text(const struct sw_view *view, uint64_t version, char *out) {
    snprintf(out, SW_VIEW_VERSION_TEXT_SIZE, "%s:%" PRIu64, view->epoch, version);
}

void sw_view_version_text(const struct sw_view *view, char *out) { version_text(view, view->version, out); }

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

/* Where KEY stands in the group, or should stand. The plain members are few and keep the order they came in. */
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

void sw_view_sweep(struct sw_view *view, const char *group_name, bool (*fn)(void *ctx, const char *key), void *ctx) {
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
        r = sw_patch_diff((struct sw_json_span){part->old, part->old_len}, (struct sw_json_span){part->text, part->len}, out);
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
    *ring_at(view, view->version) = (struct patch){text, len};
    view->ring_count++;
    view->ring_bytes += len;
}

bool sw_view_commit(struct sw_view *view, int64_t now_ms) {
    struct sw_buf patch;
    sw_buf_init(&patch, 2 * SW_VIEW_DOCUMENT_BYTES_MAX);
    if (view->dirty_count > 1) qsort(view->dirty, view->dirty_count, sizeof *view->dirty, compare_dirty);
    int r = patch_all(view, &patch);
    bool changed = r < 0 || patch.len > 0 || view->epoch_changed;
    settle(view);
    if (changed) {
        size_t len = 0;
        char *text = r < 0 || view->epoch_changed ? NULL : sw_buf_detach(&patch, &len);
        view->version++;
        view->at_ms = now_ms;
        view->epoch_changed = false;
        view->counters.commits++;
        drop_frames(view);
        ring_push(view, text, len);
    }
    sw_buf_deinit(&patch);
    return changed;
}

/* ---- frames of a view ---- */

int sw_view_parse_have(const struct sw_view *view, const char *have, size_t len, uint64_t *version) {
    const char *colon = memchr(have, ':', len);
    size_t epoch_len = colon ? (size_t)(colon - have) : 0;
    size_t digits = len - epoch_len - 1;
    if (!colon || epoch_len == 0 || epoch_len > SW_VIEW_EPOCH_BYTES_MAX || digits == 0 || digits > 19)
        return -SW_EPARSE;
    uint64_t number = 0;
    for (const char *p = colon + 1; p < have + len; p++) {
        if (*p < '0' || *p > '9') return -SW_EPARSE;
        number = number * 10 + (uint64_t)(*p - '0');
    }
    if (epoch_len != strlen(view->epoch) || memcmp(have, view->epoch, epoch_len) != 0 || number > view->version)
        return -SW_ENOENT;
    *version = number;
    return 0;
}

static void add_group(const struct group *group, struct sw_buf *out, bool *first) {
    bool inner_first = group->name ? true : *first;
    if (group->name) {
        if (!*first) sw_buf_putc(out, ',');
        *first = false;
        sw_buf_puts(out, group->json_name);
        sw_buf_puts(out, ":{");
    }
    for (uint32_t i = 0; i < group->count; i++) {
        size_t len;
        const char *text = committed(group->parts[i], &len);
        if (!text) continue;
        if (!inner_first) sw_buf_putc(out, ',');
        inner_first = false;
        sw_buf_puts(out, group->parts[i]->json_key);
        sw_buf_putc(out, ':');
        sw_buf_add(out, text, len);
    }
    if (group->name) {
        sw_buf_putc(out, '}');
    } else {
        *first = inner_first;
    }
}

/* {"op":"view","view":..,"ver":..[,"base":..],"at":.. and no end yet. BASE NULL: a full frame. */
static void add_envelope(const struct sw_view *view, const char *base, struct sw_buf *out) {
    char text[SW_VIEW_VERSION_TEXT_SIZE];
    sw_view_version_text(view, text);
    sw_buf_printf(out, "{\"op\":\"view\",\"view\":%s,\"ver\":\"%s\"", view->json_name, text);
    if (base) sw_buf_printf(out, ",\"base\":\"%s\"", base);
    sw_buf_puts(out, ",\"at\":");
    sw_buf_int(out, view->at_ms);
}

static void make_full(struct sw_view *view) {
    struct sw_buf out;
    sw_buf_init(&out, 2 * SW_VIEW_DOCUMENT_BYTES_MAX);
    add_envelope(view, NULL, &out);
    sw_buf_puts(&out, ",\"full\":");
    view->document_at = out.len;
    bool first = true;
    sw_buf_putc(&out, '{');
    for (uint32_t g = 0; g < view->group_count; g++)
        if (!view->groups[g].fresh) add_group(&view->groups[g], &out, &first);
    sw_buf_putc(&out, '}');
    view->document_len = out.len - view->document_at;
    sw_buf_putc(&out, '}');
    SW_ASSERT(!out.failed); /* the parts are capped well below */
    view->full = sw_frame_new(out.data, out.len);
    view->counters.full_encoded++;
    sw_buf_deinit(&out);
}

const char *sw_view_document(struct sw_view *view, size_t *len) {
    if (!view->full) make_full(view);
    *len = view->document_len;
    return view->full->data + view->document_at;
}

struct sw_frame *sw_view_full_frame(struct sw_view *view) {
    if (!view->full) make_full(view);
    return sw_frame_ref(view->full);
}

/* The patches to LOW..HIGH as one, merged in halves so that the work is n log n. The text stands in the ring when
 * there is one patch only, else in OUT. */
static int compose(struct sw_view *view, uint64_t low, uint64_t high, struct sw_buf *out, struct sw_json_span *json) {
    if (low == high) {
        struct patch *patch = ring_at(view, low);
        *json = (struct sw_json_span){patch->text, patch->len};
        return 0;
    }
    struct sw_buf left, right;
    struct sw_json_span first, second;
    sw_buf_init(&left, out->cap);
    sw_buf_init(&right, out->cap);
    uint64_t middle = low + (high - low) / 2;
    int r = compose(view, low, middle, &left, &first);
    if (r == 0) r = compose(view, middle + 1, high, &right, &second);
    if (r == 0) r = sw_patch_merge(first, second, out);
    if (r == 0) *json = (struct sw_json_span){out->data, out->len};
    sw_buf_deinit(&left);
    sw_buf_deinit(&right);
    return r;
}

static struct sw_frame *make_patch(struct sw_view *view, uint64_t from) {
    struct sw_buf composed, out;
    struct sw_json_span patch;
    struct sw_frame *frame = NULL;
    size_t sum = 0;
    for (uint64_t v = from + 1; v <= view->version; v++) sum += ring_at(view, v)->len;
    if (sum > 4 * view->committed_bytes + 65536) return NULL; /* not worth composing */
    sw_buf_init(&composed, 2 * SW_VIEW_RING_BYTES_MAX);
    if (compose(view, from + 1, view->version, &composed, &patch) == 0 && patch.len <= view->committed_bytes) {
        char base[SW_VIEW_VERSION_TEXT_SIZE];
        version_text(view, from, base);
        sw_buf_init(&out, patch.len + 8 * SW_VIEW_NAME_BYTES_MAX + ENVELOPE_BYTES_MAX);
        add_envelope(view, base, &out);
        sw_buf_puts(&out, ",\"patch\":");
        sw_buf_add(&out, patch.text, patch.len);
        sw_buf_putc(&out, '}');
        SW_ASSERT(!out.failed);
        frame = sw_frame_new(out.data, out.len);
        view->counters.patch_encoded++;
        sw_buf_deinit(&out);
    }
    sw_buf_deinit(&composed);
    return frame;
}

struct sw_frame *sw_view_patch_frame(struct sw_view *view, uint64_t from) {
    if (from >= view->version || view->version - from > view->ring_count) {
        view->counters.patch_too_old++;
        return NULL;
    }
    struct slot *slot = NULL;
    for (uint32_t i = 0; i < PATCH_SLOTS && !slot; i++)
        if (view->slots[i].used && view->slots[i].from == from) slot = &view->slots[i];
    if (!slot) {
        slot = &view->slots[view->slot_next++ % PATCH_SLOTS];
        sw_frame_unref(slot->frame);
        *slot = (struct slot){.from = from, .frame = make_patch(view, from), .used = true};
    }
    if (!slot->frame) view->counters.patch_too_large++;
    return slot->frame ? sw_frame_ref(slot->frame) : NULL;
}
