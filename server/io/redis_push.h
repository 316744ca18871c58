/* What Redis sends to a connection that has subscribed (RESP2): confirmations, messages, a refusal.
 *
 * A general reader makes an object of every string it meets; at hundreds of thousands of messages a second
 * that is most of what they cost. Here a message is found where it arrived. Pure: bytes in, pieces out. */
#ifndef SW_IO_REDIS_PUSH_H
#define SW_IO_REDIS_PUSH_H

#include <stdbool.h>
#include <stddef.h>

#define SW_PUSH_DATA_BYTES_MAX ((size_t)256 * 1024) /* of a message; a longer one is cut there */
#define SW_PUSH_LINE_BYTES_MAX 4096                 /* of a channel's name, and of a refusal */

enum sw_push_kind {
    SW_PUSH_PARTIAL,    /* more bytes are needed */
    SW_PUSH_MESSAGE,    /* CHANNEL, DATA */
    SW_PUSH_SUBSCRIBED, /* CHANNEL */
    SW_PUSH_REFUSED,    /* DATA: the text */
    SW_PUSH_BROKEN      /* not what Redis sends here */
};

/* One piece; its texts are borrowed from the bytes it was read from. */
struct sw_push {
    enum sw_push_kind kind;
    const char *channel, *data;
    size_t channel_len, data_len;
    size_t bytes; /* of the whole piece; 0: PARTIAL, not known yet */
};

/* Reads the piece that begins at BYTES, of which LEN are there. A MESSAGE may be PARTIAL with `bytes`, `data`
 * and `data_len` known. */
void sw_push_parse(const char *bytes, size_t len, struct sw_push *out);

/* Bytes as they come from a socket. All zero at first. */
struct sw_push_reader {
    char *data;
    size_t size, at, end;
    size_t skip; /* of the rest of a message that was cut, still to come */
};

/* Where at least 64 KiB may be put (*ROOM), before sw_push_reader_put says how many were. */
char *sw_push_reader_room(struct sw_push_reader *reader, size_t *room);
void sw_push_reader_put(struct sw_push_reader *reader, size_t len);
/* The next piece, valid until the next call of _room; false when there is none. */
bool sw_push_reader_next(struct sw_push_reader *reader, struct sw_push *out);
void sw_push_reader_deinit(struct sw_push_reader *reader);

#endif
