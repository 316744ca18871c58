/* The inside of a view; shared by view_store.c (parts and versions) and view_frames.c (what is sent of them).
 */
#ifndef CODEC_VIEW_INTERNAL_H
#define CODEC_VIEW_INTERNAL_H

#include "codec/view_store.h"

#define PATCH_SLOTS 8u /* patch frames kept for the newest version: one per FROM asked for */

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
    uint64_t first; /* the first version is the one after this */
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
    struct sw_view_tap tap; /* `part` NULL: none */
};

/* The patch that leads to VERSION, which must be held. */
static inline struct patch *sw__view_patch(struct sw_view *view, uint64_t version) {
    return &view->ring[version % SW_VIEW_RING_PATCHES_MAX];
}

#endif
