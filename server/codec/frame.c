#include "codec/frame.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

struct sw_frame *sw_frame_new(const char *data, size_t len) {
    struct sw_frame *frame = sw_xmalloc(sizeof *frame + SW_FRAME_HEADROOM + len + 1);
    *frame = (struct sw_frame){.refs = 1, .len = len, .data = (char *)(frame + 1) + SW_FRAME_HEADROOM};
    if (len) memcpy(frame->data, data, len);
    frame->data[len] = '\0';
    return frame;
}

struct sw_frame *sw_frame_ref(struct sw_frame *frame) {
    SW_ASSERT(frame->refs > 0 && frame->refs < UINT32_MAX);
    frame->refs++;
    return frame;
}

void sw_frame_unref(struct sw_frame *frame) {
    if (!frame || --frame->refs) return;
    sw_frame_unref(frame->twin);
    free(frame);
}
