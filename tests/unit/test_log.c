/* io/log: form of the lines, quoting, levels, the rate limit; io/files beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/files.h"
#include "io/log.h"

static struct sw_buf written;
static int64_t fake_now_ms;

static void take(void *ctx, const char *line, size_t len) {
    (void)ctx;
    sw_buf_add(&written, line, len);
}

static int64_t now_ms(void) {
    return fake_now_ms;
}

static int set_up(void **state) {
    (void)state;
    fake_now_ms += 1000000; /* the rates of the test before are forgotten */
    sw_log_flush();
    sw_buf_init(&written, 1 << 20);
    sw_log_set_writer(take, NULL);
    sw_log_set_clock(now_ms);
    sw_log_set_prefix(false);
    sw_log_set_level(SW_LOG_INFO);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    sw_log_flush();
    sw_buf_deinit(&written);
    return 0;
}

static void expect(const char *text) {
    assert_string_equal(sw_buf_text(&written), text);
    sw_buf_clear(&written);
}

static void test_line(void **state) {
    (void)state;
    sw_log(SW_LOG_INFO, "feed.state", "state=%s tries=%d id=%llu bytes=%zu share=%.2f x=%g neg=%ld", "live",
           -3, 18446744073709551615ULL, (size_t)42, 0.5, 1.25, -9L);
    expect("info feed.state state=live tries=-3 id=18446744073709551615 bytes=42 share=0.50 x=1.25 neg=-9\n");
    sw_log(SW_LOG_ERROR, "stop", "text=\"as it is\"");
    expect("error stop text=\"as it is\"\n");
    sw_log(SW_LOG_WARN, "bare", "%s", "");
    expect("warn bare \"\"\n");
}

static void test_quoting(void **state) {
    (void)state;
    const char *volatile nothing = NULL;
    sw_log(SW_LOG_INFO, "a", "v=%s", "two words");
    sw_log(SW_LOG_INFO, "a", "v=%s w=%s", nothing, "-");
    sw_log(SW_LOG_INFO, "a", "v=%s", "x\nerror forged line=1\r\t\x01\x1b[31m\x7f");
    sw_log(SW_LOG_INFO, "a", "v=%s", "say \"a=b\\c\"");
    sw_log(SW_LOG_INFO, "a", "v=%s", "\xe7\x8e\x8b\xe8\x8a\xb3"); /* plain in UTF-8 */
    sw_log(SW_LOG_INFO, "a", "v=%s", "c1\xc2\x9bx");
    expect("info a v=\"two words\"\n"
           "info a v=- w=\"-\"\n"
           "info a v=\"x\\nerror forged line=1\\r\\t\\u0001\\u001b[31m\\u007f\"\n"
           "info a v=\"say \\\"a=b\\\\c\\\"\"\n"
           "info a v=\xe7\x8e\x8b\xe8\x8a\xb3\n"
           "info a v=\"c1\\u009bx\"\n");
}

static void test_long_values_are_cut(void **state) {
    (void)state;
    char text[2000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    memcpy(text + SW_LOG_VALUE_BYTES_MAX - 1, "\xe7\x8e\x8b", 3); /* a character across the cut */
    sw_log(SW_LOG_INFO, "a", "v=%s", text);
    assert_int_equal(written.len, strlen("info a v=\"") + SW_LOG_VALUE_BYTES_MAX - 1 + strlen("...\"\n"));
    assert_string_equal(sw_buf_text(&written) + written.len - 6, "x...\"\n");
}

static void test_levels(void **state) {
    (void)state;
    sw_log_bare(SW_LOG_DEBUG, "hidden");
    sw_log_bare(SW_LOG_INFO, "shown");
    expect("info shown\n");
    sw_log_set_level(SW_LOG_DEBUG);
    sw_log_bare(SW_LOG_DEBUG, "now");
    expect("debug now\n");
    sw_log_set_level(SW_LOG_ERROR);
    sw_log_bare(SW_LOG_WARN, "hidden");
    expect("");
    for (int i = SW_LOG_ERROR; i <= SW_LOG_DEBUG; i++)
        assert_int_equal(sw_log_level_from_name(sw_log_level_name((enum sw_log_level)i)), i);
    assert_int_equal(sw_log_level_from_name("loud"), -1);
}

static void test_prefix(void **state) {
    (void)state;
    sw_log_set_prefix(true);
    sw_log_set_level(SW_LOG_DEBUG);
    sw_log_bare(SW_LOG_ERROR, "p");
    sw_log_bare(SW_LOG_WARN, "p");
    sw_log_bare(SW_LOG_INFO, "p");
    sw_log_bare(SW_LOG_DEBUG, "p");
    expect("<3>error p\n<4>warn p\n<6>info p\n<7>debug p\n");
}

static void test_rate(void **state) {
    (void)state;
    for (int i = 0; i < 1000; i++) sw_log(SW_LOG_WARN, "flood", "i=%d", i);
    sw_log_bare(SW_LOG_WARN, "other");
    const char *text = sw_buf_text(&written);
    assert_non_null(strstr(text, "i=9\n"));
    assert_null(strstr(text, "i=10\n"));
    assert_non_null(strstr(text, "warn other\n")); /* each event has its own limit */
    sw_buf_clear(&written);
    fake_now_ms += 1000;
    sw_log(SW_LOG_WARN, "flood", "i=%d", 1000);
    expect("warn flood suppressed=990\nwarn flood i=1000\n");
    for (int i = 0; i < 12; i++) sw_log_bare(SW_LOG_WARN, "flood");
    sw_buf_clear(&written);
    sw_log_flush();
    expect("warn flood suppressed=3\n");
}

static void test_many_events_stay_bounded(void **state) {
    (void)state;
    static char names[SW_LOG_EVENTS_MAX * 3][16];
    for (int i = 0; i < 20; i++) sw_log_bare(SW_LOG_WARN, "first");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(names[i], sizeof names[i], "event.%zu", i);
        fake_now_ms++;
        sw_log_bare(SW_LOG_WARN, names[i]);
    }
    assert_non_null(strstr(sw_buf_text(&written), "warn first suppressed=10\n")); /* told when it gave way */
    assert_non_null(strstr(sw_buf_text(&written), "warn event.191\n"));
}

/* ---- files ---- */

static char folder[] = "/tmp/shiftwall-files-XXXXXX";

static void make(const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void list(void *ctx, const char *path, const char *file) {
    struct sw_buf *out = ctx;
    sw_buf_printf(out, "%s ", file);
    assert_int_equal(strncmp(path, folder, strlen(folder)), 0);
    assert_string_equal(path + strlen(folder) + 1, file);
}

static void test_files(void **state) {
    (void)state;
    assert_non_null(mkdtemp(folder));
    make("b.json", "{}");
    make("a.json", "[1]");
    make(".hidden.json", "x");
    make("README.md", "x");
    make(".json", "x");
    struct sw_buf out;
    sw_buf_init(&out, 100);
    assert_int_equal(sw_files_each(folder, ".json", list, &out), 0);
    assert_string_equal(sw_buf_text(&out), "a.json b.json ");
    sw_buf_deinit(&out);
    char path[256];
    snprintf(path, sizeof path, "%s/a.json", folder);
    sw_buf_init(&out, 3);
    assert_int_equal(sw_file_read(path, &out), 0);
    assert_string_equal(sw_buf_text(&out), "[1]");
    assert_int_equal(sw_file_read(path, &out), -SW_ELIMIT);
    sw_buf_deinit(&out);
    sw_buf_init(&out, 100);
    snprintf(path, sizeof path, "%s/none", folder);
    assert_int_equal(sw_file_read(path, &out), -SW_ENOENT);
    assert_int_equal(sw_files_each(path, ".json", list, &out), -SW_ENOENT);
    assert_int_equal(sw_file_read(folder, &out), -SW_EIO); /* a folder is no file */
    sw_buf_deinit(&out);
    const char *const all[] = {"b.json", "a.json", ".hidden.json", "README.md", ".json"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, all[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_line),
        TEST(test_quoting),
        TEST(test_long_values_are_cut),
        TEST(test_levels),
        TEST(test_prefix),
        TEST(test_rate),
        TEST(test_many_events_stay_bounded),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
