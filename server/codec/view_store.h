/* The view store: one JSON document kept as parts, its versions, and the frames made of them.
 *
 * A view is what the walls see: a JSON object whose members are either whole JSON texts (`today`) or groups,
 * which are objects keyed by id (`queues.sales`, `agents.1001`). Whoever fills it hands over the text of a
 * part whenever it may have changed; the view compares, and a commit turns what really changed into one new
 * version and one RFC 7396 merge patch. A ring of the last patches lets a client that comes back go on from
 * where it was.
 *
 * A frame is a finished WebSocket text: encoded once per view and version, reference counted, shared by every
 * socket. Pure: no clock, no sockets. */
#ifndef CODEC_VIEW_STORE_H
#define CODEC_VIEW_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/frame.h"
#include "shiftwall/error.h"

#define SW_VIEW_NAME_BYTES_MAX 288 /* "agents/" and an identifier of 64 code points */
#define SW_VIEW_KEY_BYTES_MAX 256  /* an identifier of 64 code points */
#define SW_VIEW_EPOCH_BYTES_MAX 32 /* [0-9A-Za-z]+ */
#define SW_VIEW_DOCUMENT_BYTES_MAX (8u << 20)
#define SW_VIEW_PARTS_MAX 60000u /* members of groups, in all */
#define SW_VIEW_MEMBERS_MAX 64u  /* plain members of the document */
#define SW_VIEW_GROUPS_MAX 8u
#define SW_VIEW_RING_PATCHES_MAX 256u
#define SW_VIEW_RING_BYTES_MAX (1u << 20)
#define SW_VIEW_VERSION_TEXT_SIZE 56 /* "EPOCH:NUMBER" and its NUL */

struct sw_view;

/* What a view did since it was made; for /metrics. */
struct sw_view_counters {
    uint64_t commits;         /* versions made */
    uint64_t refused;         /* parts refused by a cap */
    uint64_t full_encoded;    /* full frames serialised */
    uint64_t patch_encoded;   /* patch frames serialised */
    uint64_t patch_too_old;   /* asked from a version no longer (or never) held */
    uint64_t patch_too_large; /* a composed patch would not have been smaller than the document, or is not
                                 expressible */
};

/* An empty view, version 0. NAME as on the wire ("site", "agents/A"); EPOCH 1 to 32 characters of
 * [0-9A-Za-z]. Both are copied. Never NULL; a name or epoch out of range is a broken invariant of the caller.
 */
struct sw_view *sw_view_new(const char *name, const char *epoch);
void sw_view_free(struct sw_view *view);

const char *sw_view_name(const struct sw_view *view);
const char *sw_view_epoch(const struct sw_view *view);
/* The number of the newest committed version; 0 before the first commit. */
uint64_t sw_view_version(const struct sw_view *view);
/* When the newest version was committed, epoch ms. */
int64_t sw_view_at_ms(const struct sw_view *view);
/* Writes "EPOCH:NUMBER" of the newest version into OUT (SW_VIEW_VERSION_TEXT_SIZE bytes). */
void sw_view_version_text(const struct sw_view *view, char *out);
const struct sw_view_counters *sw_view_counters(const struct sw_view *view);

/* Makes sure the group is a member of the document, `{}` while it has no members. At most SW_VIEW_GROUPS_MAX
 * groups. Returns 0, -SW_EINVAL (the name is taken by a plain member, or is too long), -SW_ELIMIT. */
SW_NODISCARD int sw_view_group(struct sw_view *view, const char *group);

/* Sets one part to LEN bytes of compact JSON from our own writer (copied; no white space, no null members).
 * GROUP NULL: KEY is a member of the document itself; else of the group, which is made when new. Nothing
 * happens when the text is what the part already has. Seen by others only after the next commit. KEY is raw
 * UTF-8 (the view escapes it). Returns 0, -SW_EINVAL (empty text, bad key, name taken by the other kind),
 * -SW_ELIMIT (a cap: nothing changed). */
SW_NODISCARD int sw_view_set(struct sw_view *view, const char *group, const char *key, const char *json,
                             size_t len);

/* Removes one part; nothing happens when there is none. The group itself stays, empty. */
void sw_view_remove(struct sw_view *view, const char *group, const char *key);

/* Calls FN for every key now set in GROUP (NULL: the plain members), in order; FN returning true removes that
 * part. For sweeping out what is gone. FN must not touch the view. */
void sw_view_sweep(struct sw_view *view, const char *group, bool (*fn)(void *ctx, const char *key),
                   void *ctx);

/* Turns what was set and removed since the last commit into a new version. NOW_MS (epoch) becomes its `at`.
 * Returns true when something really changed; otherwise the version stays. Frees borrowed documents. */
bool sw_view_commit(struct sw_view *view, int64_t now_ms);

/* Whoever looks on: called from commits that make a version, for every part that changed (JSON NULL: it is gone), then once
 * with the version's time. GROUP NULL: a plain member. */
struct sw_view_tap {
    void *ctx;
    void (*part)(void *ctx, const char *group, const char *key, const char *json, size_t len);
    void (*version)(void *ctx, struct sw_view *view, int64_t now_ms);
};
bool sw_view_is_tapped(const struct sw_view *view);
/* One at a time; NULL: none. */
void sw_view_set_tap(struct sw_view *view, const struct sw_view_tap *tap);
/* Calls FN for every part of the newest version (JSON not NUL-terminated), and with KEY NULL for every group. */
void sw_view_visit(const struct sw_view *view, void *ctx,
                   void (*fn)(void *ctx, const char *group, const char *key, const char *json, size_t len));

/* A new epoch: history may have changed, so no older version is patched from any more. The number goes on and
 * the next commit makes a version even when no part changed. */
void sw_view_set_epoch(struct sw_view *view, const char *epoch);

/* The first version will be FIRST + 1: of an epoch that goes on, beyond all that an earlier run may have sent. Before the
 * first commit. */
void sw_view_set_first(struct sw_view *view, uint64_t first);

/* Reads a client's `have` ("EPOCH:NUMBER", LEN bytes). 0 and *VERSION when it is of this epoch and not newer
 * than the view; -SW_EPARSE not of that form; -SW_ENOENT another epoch or a version this view never had. */
SW_NODISCARD int sw_view_parse_have(const struct sw_view *view, const char *have, size_t len,
                                    uint64_t *version);

/* The newest committed document: *LEN bytes, no NUL after them; borrowed until the next commit or free.
 * Cached. */
const char *sw_view_document(struct sw_view *view, size_t *len);

/* {"op":"view","view":..,"ver":..,"at":..,"full":{..}} of the newest version; cached. The caller owns one
 * reference. */
struct sw_frame *sw_view_full_frame(struct sw_view *view);

/* {"op":"view","view":..,"ver":..,"base":..,"at":..,"patch":{..}} from version FROM to the newest; cached for
 * the last few FROMs. The caller owns one reference. NULL (send the full frame) when FROM is no longer held,
 * when the patch would not be smaller than the document, or when the composition cannot be written as a merge
 * patch. */
struct sw_frame *sw_view_patch_frame(struct sw_view *view, uint64_t from);

#endif
