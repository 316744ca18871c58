/* What a WebSocket client may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/client_message.h"

static struct sw_client_message message;

static int parse(const char *text) {
    return sw_client_message_parse(text, strlen(text), &message);
}

static void test_good(void **state) {
    (void)state;
    assert_int_equal(parse("{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"site\",\"agents/早班\"],"
                           "\"have\":{\"site\":\"9f2c:812\",\"other\":1,\"agents/早班\":7},\"future\":[1]}"),
                     0);
    assert_int_equal(message.op, SW_CLIENT_SUBSCRIBE);
    assert_string_equal(message.site, "main");
    assert_int_equal(message.view_count, 2);
    assert_string_equal(message.views[0].name, "site");
    assert_string_equal(message.views[0].have, "9f2c:812");
    assert_string_equal(message.views[1].name, "agents/早班");
    assert_string_equal(message.views[1].have, "");
    assert_int_equal(parse("{\"op\":\"unsubscribe\",\"views\":[\"queues\"]}"), 0);
    assert_int_equal(message.op, SW_CLIENT_UNSUBSCRIBE);
    assert_int_equal(parse(" {\"op\":\"ping\",\"t\":1234} "), 0);
    assert_int_equal(message.op, SW_CLIENT_PING);
    assert_int_equal(message.t, 1234);
    assert_int_equal(parse("{\"op\":\"ping\"}"), 0);
    assert_int_equal(message.t, 0);
}

static void test_bad(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int want;
    } cases[] = {
        {"", -SW_EPARSE},
        {"[]", -SW_EPARSE},
        {"1", -SW_EPARSE},
        {"{", -SW_EPARSE},
        {"{\"op\":\"ping\"}x", -SW_EPARSE},
        {"{\"op\":\"ping\",\"op\":\"ping\"}", -SW_EPARSE},
        {"{\"op\":\"ping\",\"x\":\"\\u0000\"}", -SW_EPARSE},
        {"{\"op\":\"ping\",\"x\":\"\xff\"}", -SW_EPARSE},
        {"{\"op\":\"ping\",\"x\":[[[[1]]]]}", -SW_EPARSE},
        {"{}", -SW_ENOENT},
        {"{\"op\":1}", -SW_ENOENT},
        {"{\"op\":\"dance\"}", -SW_ENOENT},
        {"{\"op\":\"ping\",\"t\":\"x\"}", -SW_EINVAL},
        {"{\"op\":\"ping\",\"t\":1e300}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"views\":[\"site\"]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"Main\",\"views\":[\"site\"]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"-a\",\"views\":[\"site\"]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"\",\"views\":[\"site\"]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"abcdefghijabcdefghijabcdefghijabc\",\"views\":[\"site\"]}",
         -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"main\"}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[1]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"\"]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"a\\n\"]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"a\",\"a\"]}", -SW_EINVAL},
        {"{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"a\"],\"have\":[]}", -SW_EINVAL},
        {"{\"op\":\"unsubscribe\",\"views\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\","
         "\"11\",\"12\",\"13\","
         "\"14\",\"15\",\"16\",\"17\"]}",
         -SW_EINVAL},
    };
    memset(&message, 0x5a, sizeof message);
    struct sw_client_message before = message;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int r = parse(cases[i].text);
        if (r != cases[i].want) fail_msg("%s: %d", cases[i].text, r);
        assert_memory_equal(&message, &before, sizeof message);
    }
    assert_int_equal(sw_client_message_parse("{\"op\":\0\"ping\"}", 14, &message), -SW_EPARSE);
}

static void test_size(void **state) {
    (void)state;
    static char text[SW_CLIENT_MESSAGE_BYTES_MAX + 2];
    memset(text, ' ', sizeof text - 1);
    memcpy(text, "{\"op\":\"ping\",\"t\":5}", 19);
    assert_int_equal(sw_client_message_parse(text, SW_CLIENT_MESSAGE_BYTES_MAX, &message), 0);
    assert_int_equal(sw_client_message_parse(text, SW_CLIENT_MESSAGE_BYTES_MAX + 1, &message), -SW_ELIMIT);
}

/* Every truncation and a few hundred thousand flipped bytes: an answer, never a crash. */
static void test_mutations(void **state) {
    (void)state;
    const char *good = "{\"op\":\"subscribe\",\"site\":\"main\",\"views\":[\"site\",\"q\"],\"have\":{"
                       "\"site\":\"9f2c:812\"}}";
    size_t len = strlen(good);
    char copy[256];
    uint32_t seed = 1;
    for (size_t n = 0; n < len; n++) assert_int_not_equal(sw_client_message_parse(good, n, &message), 0);
    for (int i = 0; i < 200000; i++) {
        memcpy(copy, good, len);
        for (int k = 0; k < 2; k++) {
            seed = seed * 1664525u + 1013904223u;
            copy[(seed >> 8) % len] = (char)(seed >> 24);
        }
        int r = sw_client_message_parse(copy, len, &message);
        assert_true(r == 0 || r == -SW_EPARSE || r == -SW_ENOENT || r == -SW_EINVAL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
