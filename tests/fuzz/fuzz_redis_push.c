/* What Redis sends to a subscription, read in pieces of any size: hiredis must see the same in the same
 * bytes.
 *
 * The first byte says how the input is cut. */
#include <hiredis/hiredis.h>

#include "fuzz.h"
#include "io/redis_push.h"

static void same(const redisReply *reply, const char *text, size_t len) {
    SW_ASSERT(reply->type == REDIS_REPLY_STRING && (size_t)reply->len >= len &&
              !memcmp(reply->str, text, len));
    SW_ASSERT((size_t)reply->len == len || len == SW_PUSH_DATA_BYTES_MAX);
}

static void compare(redisReader *reader, const struct sw_push *push) {
    void *got = NULL;
    SW_ASSERT(redisReaderGetReply(reader, &got) == REDIS_OK && got);
    const redisReply *reply = got;
    if (push->kind == SW_PUSH_REFUSED) {
        SW_ASSERT(reply->type == REDIS_REPLY_ERROR && (size_t)reply->len == push->data_len);
        SW_ASSERT(!memcmp(reply->str, push->data, push->data_len));
    } else {
        SW_ASSERT(reply->type == REDIS_REPLY_ARRAY && reply->elements == 3);
        bool message = push->kind == SW_PUSH_MESSAGE;
        SW_ASSERT(!strcmp(reply->element[0]->str, message ? "message" : "subscribe"));
        same(reply->element[1], push->channel, push->channel_len);
        if (message)
            same(reply->element[2], push->data, push->data_len);
        else
            SW_ASSERT(reply->element[2]->type == REDIS_REPLY_INTEGER);
    }
    freeReplyObject(got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_push_reader reader = {0};
    struct sw_push push = {.kind = SW_PUSH_PARTIAL};
    redisReader *other = redisReaderCreate();
    SW_ASSERT(other != NULL);
    size_t cut = size ? 1 + data[0] % 64 : 1;
    for (size_t at = 1; at < size && push.kind != SW_PUSH_BROKEN; at += cut) {
        size_t room, some = size - at < cut ? size - at : cut;
        char *into = sw_push_reader_room(&reader, &room);
        SW_ASSERT(room >= 64 * 1024);
        memcpy(into, data + at, some);
        sw_push_reader_put(&reader, some);
        (void)redisReaderFeed(other, (const char *)data + at, some);
        while (push.kind != SW_PUSH_BROKEN && sw_push_reader_next(&reader, &push))
            if (push.kind != SW_PUSH_BROKEN) compare(other, &push);
    }
    sw_push_reader_deinit(&reader);
    redisReaderFree(other);
    return 0;
}
