/* Numbers and texts as the views have them, against printf and against an escaper that looks at every character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/json_writer.h"

static void by_printf(double value, char out[400]) {
    int len = snprintf(out, 400, "%.6f", value);
    while (len > 1 && out[len - 1] == '0') out[--len] = '\0';
    if (out[len - 1] == '.') out[--len] = '\0';
    if (!strcmp(out, "-0")) memmove(out, "0", 2);
}

static void assert_number(double value) {
    char text[32], expected[400];
    sw_number_text(value, text);
    by_printf(value, expected);
    if (strcmp(text, expected) != 0) fail_msg("%.17g: %s, not %s", value, text, expected);
}

static void test_numbers_as_printf_has_them(void **state) {
    (void)state;
    const double special[] = {0.0, -0.0, 1.0, 0.5, -0.5, 0.0000005, 0.0000015, 0.00000049999, 0.9999995, 0.99999949, 999999.9999995, 999999.0, 1e6, 1e6 + 0.5,
                              123456789.5, -1.25, 1.0 / 3, 2.0 / 3, 0.1, 1e-7, 5e-324};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) assert_number(special[i]);
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 400000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        double num = (double)(x % 100000), den = (double)(1 + (x >> 32) % 1000);
        assert_number(num / den);
        assert_number((num + 0.5) / 1e6); /* where rounding is not sure */
        assert_number((double)(x >> 11) / 9007199254740992.0 * 2e6);
    }
}

static void assert_quoted(const char *value, const char *expected) {
    struct sw_buf buf;
    sw_buf_init(&buf, 1000);
    sw_json_quote(&buf, value);
    assert_string_equal(sw_buf_text(&buf), expected);
    assert_int_equal(buf.len, strlen(expected));
    sw_buf_deinit(&buf);
}

static void test_texts(void **state) {
    (void)state;
    assert_quoted("", "\"\"");
    assert_quoted("queue-1", "\"queue-1\"");
    assert_quoted("坐席", "\"坐席\"");
    assert_quoted("a\"b\\c\x01\x1f", "\"a\\\"b\\\\c\\u0001\\u001f\"");
    assert_quoted("\n", "\"\\u000a\"");
}

static void test_a_text_that_does_not_fit(void **state) {
    (void)state;
    struct sw_buf buf;
    sw_buf_init(&buf, 4);
    sw_json_quote(&buf, "ab");
    assert_false(buf.failed);
    sw_json_quote(&buf, "");
    assert_true(buf.failed);
    sw_buf_deinit(&buf);
    sw_buf_init(&buf, 4);
    sw_json_quote(&buf, "abc");
    assert_true(buf.failed);
    sw_buf_deinit(&buf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_as_printf_has_them),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_a_text_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
