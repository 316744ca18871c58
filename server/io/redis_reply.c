/* The opaque view of a reply: struct sw_reply is hiredis' redisReply under another name. */
#include "io/redis_conn.h"

#include <hiredis/hiredis.h>
#include <string.h>

static const redisReply *real(const struct sw_reply *reply) {
    return (const redisReply *)(const void *)reply;
}

enum sw_reply_type sw_reply_type(const struct sw_reply *reply) {
    switch (real(reply)->type) {
    case REDIS_REPLY_STATUS: return SW_REPLY_STATUS;
    case REDIS_REPLY_STRING: return SW_REPLY_STRING;
    case REDIS_REPLY_ERROR: return SW_REPLY_ERROR;
    case REDIS_REPLY_INTEGER: return SW_REPLY_INTEGER;
    case REDIS_REPLY_ARRAY: return SW_REPLY_ARRAY;
    default: return SW_REPLY_NIL;
    }
}

int64_t sw_reply_integer(const struct sw_reply *reply) {
    return real(reply)->type == REDIS_REPLY_INTEGER ? (int64_t)real(reply)->integer : 0;
}

const char *sw_reply_text(const struct sw_reply *reply, size_t *len) {
    int type = real(reply)->type;
    bool has_text = type == REDIS_REPLY_STATUS || type == REDIS_REPLY_STRING || type == REDIS_REPLY_ERROR;
    /* The length of hiredis 0.14 is an int where later versions have a size_t. */
    if (len) *len = has_text ? (size_t)real(reply)->len : 0;
    return has_text && real(reply)->str ? real(reply)->str : "";
}

size_t sw_reply_count(const struct sw_reply *reply) {
    return real(reply)->type == REDIS_REPLY_ARRAY ? real(reply)->elements : 0;
}

const struct sw_reply *sw_reply_at(const struct sw_reply *reply, size_t index) {
    SW_ASSERT(index < sw_reply_count(reply));
    return (const struct sw_reply *)(const void *)real(reply)->element[index];
}

bool sw_reply_is_error(const struct sw_reply *reply, const char *code) {
    if (real(reply)->type != REDIS_REPLY_ERROR) return false;
    size_t len = strlen(code);
    const char *text = sw_reply_text(reply, NULL);
    return strncmp(text, code, len) == 0 && (text[len] == ' ' || text[len] == '\0');
}
