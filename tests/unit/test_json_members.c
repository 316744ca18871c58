/* Taking a document of our own apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "codec/json_members.h"

static void note(void *ctx, const char *key, const char *text, size_t len) {
    struct sw_buf *out = ctx;
    sw_buf_printf(out, "[%s|%.*s]", key, (int)len, text);
}

static void comes_apart(const char *json, const char *parts) {
    struct sw_buf out;
    sw_buf_init(&out, 4096);
    sw_json_members(json, strlen(json), &out, note);
    assert_string_equal(sw_buf_text(&out), parts);
    sw_buf_deinit(&out);
}

static void test_members(void **state) {
    (void)state;
    comes_apart("{}", "");
    comes_apart("{\"a\":1}", "[a|1]");
    comes_apart("{\"a\":{},\"b\":[],\"c\":\"\",\"d\":null}", "[a|{}][b|[]][c|\"\"][d|null]");
    comes_apart("{\"a\":{\"x\":[1,{\"y\":2}]},\"b\":-1.5}", "[a|{\"x\":[1,{\"y\":2}]}][b|-1.5]");
    comes_apart("{\"a\":\"},{\\\"]\\\\\",\"b\":[\"\\\\\",\"]\"],\"c\":true}", "[a|\"},{\\\"]\\\\\"][b|[\"\\\\\",\"]\"]][c|true]");
    comes_apart("{\"\":\"王芳\"}", "[|\"王芳\"]");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_members)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
