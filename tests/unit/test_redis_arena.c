/* Replies made in an arena against those of hiredis' own functions, read in pieces of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/redis_arena.h"
#include "shiftwall/buf.h"

static uint64_t seed = 88172645463325252u;
static uint64_t next(uint64_t below) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed % below;
}

static void write_reply(struct sw_buf *out, int depth) {
    size_t len = next(10) ? next(40) : next(90000);
    switch (next(depth < 4 ? 7 : 5)) {
    case 0: sw_buf_printf(out, ":%lld\r\n", (long long)next(1000000) - 500000); break;
    case 1: sw_buf_puts(out, "+OK\r\n"); break;
    case 2: sw_buf_puts(out, "-ERR no\r\n"); break;
    case 3: sw_buf_puts(out, next(2) ? "$-1\r\n" : "*-1\r\n"); break;
    case 4:
        sw_buf_printf(out, "$%zu\r\n", len);
        while (len--) sw_buf_putc(out, (char)('a' + next(26)));
        sw_buf_puts(out, "\r\n");
        break;
    default:
        len = next(12);
        sw_buf_printf(out, "*%zu\r\n", len);
        while (len--) write_reply(out, depth + 1);
    }
}

static void assert_same(const redisReply *a, const redisReply *b) {
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->integer, b->integer);
    assert_int_equal(a->elements, b->elements);
    bool text = a->type == REDIS_REPLY_STRING || a->type == REDIS_REPLY_STATUS || a->type == REDIS_REPLY_ERROR;
    if (text) assert_int_equal(a->len, b->len);
    if (text) assert_memory_equal(a->str, b->str, a->len + 1);
    for (size_t i = 0; i < a->elements; i++) assert_same(a->element[i], b->element[i]);
}

static void test_the_same_replies(void **state) {
    (void)state;
    struct sw_redis_arena arena = {0};
    redisReader *ours = redisReaderCreate(), *theirs = redisReaderCreate();
    sw_redis_arena_serve(&arena, ours);
    size_t seen = 0;
    for (int round = 0; round < 300; round++) {
        struct sw_buf text;
        sw_buf_init(&text, 64u << 20);
        for (int i = 0; i < 5; i++) write_reply(&text, 0);
        assert_false(text.failed);
        for (size_t at = 0, some; at < text.len; at += some) {
            some = 1 + next(next(2) ? 20 : 50000);
            if (some > text.len - at) some = text.len - at;
            void *a = NULL, *b = NULL;
            assert_int_equal(redisReaderFeed(ours, text.data + at, some), REDIS_OK);
            assert_int_equal(redisReaderFeed(theirs, text.data + at, some), REDIS_OK);
            for (;;) {
                assert_int_equal(redisReaderGetReply(ours, &a), REDIS_OK);
                assert_int_equal(redisReaderGetReply(theirs, &b), REDIS_OK);
                assert_int_equal(a == NULL, b == NULL);
                if (!a) break;
                assert_same(a, b);
                seen++;
                ours->fn->freeObject(a);
                freeReplyObject(b);
            }
        }
        sw_buf_deinit(&text);
    }
    assert_int_equal(seen, 1500);
    redisReaderFree(ours);
    redisReaderFree(theirs);
    sw_redis_arena_deinit(&arena);
}

static redisReply *read_one(redisReader *reader, const char *head, size_t len) {
    void *reply = NULL;
    char *text = malloc(len + 64);
    int at = snprintf(text, 64, "%s", head);
    memset(text + at, 'x', len);
    memcpy(text + at + len, "\r\n", 2);
    assert_int_equal(redisReaderFeed(reader, text, (size_t)at + len + 2), REDIS_OK);
    assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
    free(text);
    return reply;
}

/* What a large reply needed is given back once replies are small again; what is out of range ends the connection. */
static void test_memory_is_bounded(void **state) {
    (void)state;
    struct sw_redis_arena arena = {0};
    redisReader *reader = redisReaderCreate();
    void *reply = NULL;
    sw_redis_arena_serve(&arena, reader);
    assert_non_null(read_one(reader, "$5000000\r\n", 5000000));
    assert_true(arena.bytes >= 5000000);
    assert_non_null(read_one(reader, "$10\r\n", 10));
    assert_non_null(read_one(reader, "$10\r\n", 10));
    assert_true(arena.bytes < 1000000);
    assert_int_equal(redisReaderFeed(reader, "*2000000000\r\n", 13), REDIS_OK);
    assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_ERR);
    redisReaderFree(reader);
    sw_redis_arena_deinit(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_replies),
        cmocka_unit_test(test_memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
