/* permessage-deflate (RFC 7692) without context take-over: every message is compressed by itself, so one compressed
 * message serves all who negotiated it, and nothing is kept per client.
 *
 * An offer is accepted when it asks for nothing else: no smaller window of ours, no parameter that is unknown, wrong or
 * there twice. The answer forbids take-over in both directions (a server may, without being asked: 7.1.1). */
#ifndef CODEC_FRAME_DEFLATE_H
#define CODEC_FRAME_DEFLATE_H

#include "codec/frame.h"
#include "shiftwall/error.h"

#define SW_DEFLATE_NAME "permessage-deflate"
#define SW_DEFLATE_ANSWER "; server_no_context_takeover; client_no_context_takeover" /* after the name */

/* What compresses and inflates for all clients of one thread: about 300 KB, made with the first message. */
struct sw_deflate;

struct sw_deflate *sw_deflate_new(void);
void sw_deflate_free(struct sw_deflate *z);

/* Whether the first permessage-deflate of a Sec-WebSocket-Extensions header can be accepted. One without parameters before
 * another is not: libwebsockets 4.1.6 would hang up, as it takes the second for a repetition. */
bool sw_deflate_accepts(const char *offers);

/* The message for a client that negotiated compression: FRAME's twin, compressed now when nobody asked before, or FRAME
 * itself when that would not be smaller. Borrowed from FRAME. */
struct sw_frame *sw_deflate_frame(struct sw_deflate *z, struct sw_frame *frame);

/* Inflates a whole message (LEN bytes, the fragments' payloads) into OUT of SIZE bytes; returns how many, -SW_ELIMIT when
 * there is no room for all, or -SW_EPARSE when it is not deflated right. */
SW_NODISCARD int sw_deflate_inflate(struct sw_deflate *z, const char *data, size_t len, char *out, size_t size);

#endif
