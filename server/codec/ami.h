/* Asterisk's manager interface (AMI): a stream of bytes to messages.
 *
 * A message is lines "Name: value" up to an empty line; the stream begins with a line of its own ("Asterisk
 * Call Manager/9.0.0"). Lines end in CRLF or LF, and come in pieces of any size.
 *
 * Whatever the peer sends, memory is bounded: a message with a line, a count of headers or a size past the
 * caps, or with a NUL in it, is passed over up to its empty line and counted. */
#ifndef CODEC_AMI_H
#define CODEC_AMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"

#define SW_AMI_LINE_BYTES_MAX 8192
#define SW_AMI_HEADERS_MAX 256
#define SW_AMI_MESSAGE_BYTES_MAX 65536

/* Texts as the peer sent them, NUL-terminated, perhaps not UTF-8; borrowed for the call. */
struct sw_ami_header {
    const char *name, *value; /* a line without a colon has no name: "" */
};
struct sw_ami_message {
    const struct sw_ami_header *headers;
    size_t count; /* >= 1 */
};

struct sw_ami_counters {
    uint64_t bytes, messages;
    uint64_t malformed; /* messages passed over, as above */
};

struct sw_ami;

/* BANNER gets the first line; MESSAGE each message. Either may call sw_ami_reset (then what follows in the
 * same feed is dropped). Neither may free the parser. */
struct sw_ami *sw_ami_new(void (*banner)(void *ctx, const char *text),
                          void (*message)(void *ctx, const struct sw_ami_message *message), void *ctx);
void sw_ami_free(struct sw_ami *ami);
/* A new stream begins. */
void sw_ami_reset(struct sw_ami *ami);
/* LEN bytes came. */
void sw_ami_feed(struct sw_ami *ami, const char *data, size_t len);
const struct sw_ami_counters *sw_ami_counters(const struct sw_ami *ami);

/* The value of the first header of that name (case is ignored); NULL when there is none. */
const char *sw_ami_get(const struct sw_ami_message *message, const char *name);
/* The same as a whole number of at most 15 digits, perhaps with a sign; DEFAULT_VALUE when there is none or
 * it is no such. */
int64_t sw_ami_integer(const struct sw_ami_message *message, const char *name, int64_t default_value);

#endif
