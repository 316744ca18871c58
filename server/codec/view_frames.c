/* What is sent of a view: full frames, and patch frames composed from the ring. */
#include "codec/view_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/json_patch.h"
#include "shiftwall/buf.h"

#define ENVELOPE_BYTES_MAX 1024u

static void version_text(const struct sw_view *view, uint64_t version, char *out) {
    snprintf(out, SW_VIEW_VERSION_TEXT_SIZE, "%s:%" PRIu64, view->epoch, version);
}

void sw_view_version_text(const struct sw_view *view, char *out) {
    version_text(view, view->version, out);
}

/* The part's text in the newest version; NULL when it is not in it. */
static const char *committed(const struct part *part, size_t *len) {
    *len = part->dirty ? part->old_len : part->len;
    return part->dirty ? part->old : part->text;
}

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
    if (epoch_len != strlen(view->epoch) || memcmp(have, view->epoch, epoch_len) != 0 ||
        number > view->version)
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

/* The patches to LOW..HIGH as one, merged in halves so that the work is n log n. The text stands in the ring
 * when there is one patch only, else in OUT. */
static int compose(struct sw_view *view, uint64_t low, uint64_t high, struct sw_buf *out,
                   struct sw_json_span *json) {
    if (low == high) {
        struct patch *patch = sw__view_patch(view, low);
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
    for (uint64_t v = from + 1; v <= view->version; v++) sum += sw__view_patch(view, v)->len;
    if (sum > 4 * view->committed_bytes + 65536) return NULL; /* not worth composing */
    sw_buf_init(&composed, 2 * SW_VIEW_RING_BYTES_MAX);
    if (compose(view, from + 1, view->version, &composed, &patch) == 0 &&
        patch.len <= view->committed_bytes) {
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
