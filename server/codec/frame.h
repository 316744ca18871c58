/* A frame: one finished message, encoded once, reference counted, written by pointer to every socket. */
#ifndef CODEC_FRAME_H
#define CODEC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SW_FRAME_HEADROOM 16 /* writable bytes before `data`, for the socket layer's own header */

/* One finished message. `data` has SW_FRAME_HEADROOM writable bytes before it and a NUL (not counted) after
 * it. */
struct sw_frame {
    uint32_t refs;
    bool compressed; /* `data` is the payload of a message of permessage-deflate */
    bool no_twin;    /* compressing it does not pay */
    size_t len;
    char *data;
    struct sw_frame *twin; /* the same message compressed, shared by all who may have it so; NULL until asked for */
};

/* A frame with a copy of LEN bytes; the caller owns one reference. */
struct sw_frame *sw_frame_new(const char *data, size_t len);
/* Takes one more reference; returns FRAME. */
struct sw_frame *sw_frame_ref(struct sw_frame *frame);
/* Gives one reference back; the last one frees, its compressed twin too. NULL is fine. */
void sw_frame_unref(struct sw_frame *frame);

#endif
