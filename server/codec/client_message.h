/* What a WebSocket client may say: subscribe, unsubscribe, ping, and what a screen tells of itself. Pure; the input is hostile. */
#ifndef CODEC_CLIENT_MESSAGE_H
#define CODEC_CLIENT_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "codec/view_store.h"
#include "shiftwall/error.h"

#define SW_CLIENT_MESSAGE_BYTES_MAX 4096
#define SW_CLIENT_VIEWS_MAX 16 /* views of one message */
#define SW_CLIENT_SITE_BYTES_MAX 32
#define SW_CLIENT_HAVE_BYTES_MAX 56

#define SW_CLIENT_VERSION_BYTES_MAX 39
#define SW_CLIENT_BOARD_BYTES_MAX 255

enum sw_client_op { SW_CLIENT_SUBSCRIBE, SW_CLIENT_UNSUBSCRIBE, SW_CLIENT_PING, SW_CLIENT_SCREEN };

/* One view of a message. */
struct sw_client_view {
    char name[SW_VIEW_NAME_BYTES_MAX + 1];
    char have[SW_CLIENT_HAVE_BYTES_MAX + 1]; /* "" = nothing; else as sent, not yet checked for its form */
};

struct sw_client_message {
    enum sw_client_op op;
    char site[SW_CLIENT_SITE_BYTES_MAX + 1]; /* subscribe: [a-z0-9][a-z0-9-]{0,31} */
    uint32_t view_count; /* subscribe, unsubscribe: 1..SW_CLIENT_VIEWS_MAX, all different */
    struct sw_client_view views[SW_CLIENT_VIEWS_MAX];
    int64_t t; /* ping: the client's own number, given back; within 2^53 */
    /* screen: its build, the board it shows ("" = not told), its clock against ours in ms, its size in pixels; within 2^53 */
    char version[SW_CLIENT_VERSION_BYTES_MAX + 1], board[SW_CLIENT_BOARD_BYTES_MAX + 1];
    int64_t offset_ms, width, height;
};

/* Decodes LEN bytes of TEXT (no NUL needed) into *OUT. Returns 0 or
 *   -SW_ELIMIT  more than SW_CLIENT_MESSAGE_BYTES_MAX bytes,
 *   -SW_EPARSE  not one strict JSON object (UTF-8, no NUL, depth, no key twice),
 *   -SW_ENOENT  `op` is missing or unknown,
 *   -SW_EINVAL  a field is missing, of the wrong type or out of range;
 * *OUT is untouched then. A `have` of the wrong type or length counts as absent, for its only effect is a
 * full view. */
SW_NODISCARD int sw_client_message_parse(const char *text, size_t len, struct sw_client_message *out);

#endif
