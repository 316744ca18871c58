/* JSON merge patches (RFC 7396) between texts of our own writer.
 *
 * The texts are compact JSON: no white space between tokens, no key twice in an object, the same key always
 * escaped in the same way. Numbers and strings are compared as text. Work is linear in the size of the texts
 * while the members of both stand in the same order, n log n for an object whose members do not. Nesting is
 * limited to SW_PATCH_DEPTH_MAX. */
#ifndef CODEC_JSON_PATCH_H
#define CODEC_JSON_PATCH_H

#include <stddef.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_PATCH_DEPTH_MAX 32

/* A piece of JSON text, borrowed. */
struct sw_json_span {
    const char *text;
    size_t len;
};

/* Appends to OUT the patch that makes AFTER out of BEFORE: changed members only, deep into objects, null for
 * removed ones, arrays and scalars whole. Appends nothing when they are equal. A null member of AFTER counts
 * as absent, for a merge patch cannot express it. Returns 0, -SW_EPARSE (not such a text), -SW_ELIMIT (OUT's
 * cap, or too deep); OUT is as before unless 0. */
SW_NODISCARD int sw_patch_diff(struct sw_json_span before, struct sw_json_span after, struct sw_buf *out);

/* Appends to OUT the one patch that does what FIRST and then SECOND do. Both are objects; nulls are kept.
 * Returns 0, -SW_EINVAL when no merge patch does that (FIRST replaces a member by something else than an
 * object and SECOND puts an object there: what the member held before would shine through), -SW_EPARSE,
 * -SW_ELIMIT; OUT is as before unless 0. */
SW_NODISCARD int sw_patch_merge(struct sw_json_span first, struct sw_json_span second, struct sw_buf *out);

#endif
