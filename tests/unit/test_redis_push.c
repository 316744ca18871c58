#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "io/redis_push.h"
#include "shiftwall/buf.h"

#define HEAD "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n"

static void give(struct sw_push_reader *reader, const char *text, size_t len) {
    while (len) {
        size_t room, some;
        char *at = sw_push_reader_room(reader, &room);
        assert_true(room >= 64 * 1024);
        some = len < room ? len : room;
        memcpy(at, text, some);
        sw_push_reader_put(reader, some);
        text += some;
        len -= some;
        if (len) { /* more than there is room for at once: nothing whole is in it */
            struct sw_push push;
            assert_false(sw_push_reader_next(reader, &push));
        }
    }
}

static void assert_text(const char *text, size_t len, const char *expected) {
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
}

static void test_one_byte_after_the_other(void **state) {
    (void)state;
    static const char text[] =
        "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n" HEAD "$3\r\n{ }\r\n-NOPERM no\r\n";
    struct sw_push_reader reader = {0};
    struct sw_push push, got[3];
    size_t count = 0;
    for (size_t i = 0; i < sizeof text - 1; i++) {
        give(&reader, text + i, 1);
        while (sw_push_reader_next(&reader, &push)) {
            assert_true(count < 3);
            got[count++] = push;
            if (push.kind == SW_PUSH_MESSAGE) assert_text(push.data, push.data_len, "{ }");
            if (push.kind == SW_PUSH_REFUSED)
                assert_text(push.data, push.data_len, "NOPERM no");
            else
                assert_text(push.channel, push.channel_len, "a");
        }
    }
    assert_int_equal(count, 3);
    assert_int_equal(got[0].kind, SW_PUSH_SUBSCRIBED);
    assert_int_equal(got[1].kind, SW_PUSH_MESSAGE);
    assert_int_equal(got[2].kind, SW_PUSH_REFUSED);
    sw_push_reader_deinit(&reader);
}

static void test_what_is_not_of_redis(void **state) {
    (void)state;
    static const char *const wrong[] = {"HTTP/1.1 200 OK\r\n",
                                        "*2\r\n",
                                        "*3\r\n$7\r\nmassage\r\n",
                                        "*3\r\n$8\r\nmessage\r\n\r\n",
                                        "*3\r\n$\r\n",
                                        HEAD "$-1\r\n",
                                        HEAD "$99999999999\r\n",
                                        HEAD "$999999999\r\n",
                                        HEAD "$1\r\nab\r\n", HEAD "$00\r\n\r\n",
                                        "*3\r\n$9\r\nsubscribe\r\n$9999\r\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sw_push push;
        sw_push_parse(wrong[i], strlen(wrong[i]), &push);
        if (push.kind != SW_PUSH_BROKEN) fail_msg("taken: %s", wrong[i]);
    }
}

/* A message longer than its cap is cut there, and what comes behind it is read as if nothing had been. */
static void test_a_long_message_is_cut(void **state) {
    (void)state;
    const size_t lens[] = {SW_PUSH_DATA_BYTES_MAX, SW_PUSH_DATA_BYTES_MAX + 1, 3 * SW_PUSH_DATA_BYTES_MAX,
                           20 * SW_PUSH_DATA_BYTES_MAX};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        struct sw_push_reader reader = {0};
        struct sw_push push;
        struct sw_buf text;
        sw_buf_init(&text, 8u << 20);
        sw_buf_printf(&text, HEAD "$%zu\r\n", lens[i]);
        for (size_t n = 0; n < lens[i]; n++) sw_buf_putc(&text, (char)('a' + n % 7));
        sw_buf_puts(&text, "\r\n" HEAD "$2\r\n{}\r\n");
        assert_false(text.failed);
        size_t seen = 0;
        for (size_t at = 0; at < text.len;) {
            size_t room, some = text.len - at < 10000 ? text.len - at : 10000;
            memcpy(sw_push_reader_room(&reader, &room), text.data + at, some);
            sw_push_reader_put(&reader, some);
            at += some;
            while (sw_push_reader_next(&reader, &push)) {
                assert_int_equal(push.kind, SW_PUSH_MESSAGE);
                assert_int_equal(push.data_len, seen ? 2 : SW_PUSH_DATA_BYTES_MAX);
                assert_int_equal(push.data[0], seen ? '{' : 'a');
                seen++;
            }
        }
        assert_int_equal(seen, 2);
        assert_true(reader.size <= SW_PUSH_DATA_BYTES_MAX + 192 * 1024);
        sw_push_reader_deinit(&reader);
        sw_buf_deinit(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_byte_after_the_other),
        cmocka_unit_test(test_what_is_not_of_redis),
        cmocka_unit_test(test_a_long_message_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
