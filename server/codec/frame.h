/* A frame: one finished message, encoded once, reference counted, written by pointer to every socket. */
#ifndef CODEC_FRAME_H
#define CODEC_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define SW_FRAME_HEADROOM 64 /* writable bytes before `data`, for the socket layer's own header */

/* One finished message. `data` has SW_FRAME_HEADROOM writable bytes before it and a NUL (not counted) after
 * it. */
struct sw_frame {
    uint32_t refs;
    size_t len;
    char *data;
};

/* A frame with a copy of LEN bytes; the caller owns one reference. */
struct sw_frame *sw_frame_new(const char *data, size_t len);
/* Takes one more reference; returns FRAME. */
struct sw_frame *sw_frame_ref(struct sw_frame *frame);
/* Gives one reference back; the last one frees. NULL is fine. */
void sw_frame_unref(struct sw_frame *frame);

#endif
