/* app/options: the command line of shiftwalld. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/options.h"
#include "shiftwall/buf.h"

#define ARGS_MAX 16

/* Reads the words of LINE as a command line; they stay valid until the next call. */
static int parse(const char *line, struct sw_options *options, char *error, size_t size) {
    static char text[512];
    char *argv[ARGS_MAX + 1] = {(char *)(uintptr_t) "shiftwalld"};
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *at = text; *at && argc < ARGS_MAX;) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at) *at++ = '\0';
    }
    return sw_options_parse(argc, argv, options, error, size);
}

static void good(const char *line, struct sw_options *options) {
    char error[256] = "";
    memset(options, 0, sizeof *options);
    int failed = parse(line, options, error, sizeof error);
    if (failed) print_message("%s -> %s\n", line, error);
    assert_int_equal(failed, 0);
}

static void bad(const char *line, const char *expected) {
    struct sw_options options = {.config = "untouched"};
    char error[256] = "";
    assert_int_equal(parse(line, &options, error, sizeof error), -SW_EINVAL);
    assert_string_equal(error, expected);
    assert_string_equal(options.config, "untouched");
}

static void test_defaults(void **state) {
    (void)state;
    struct sw_options o;
    good("", &o);
    assert_false(o.help || o.version || o.check || o.demo || o.has_clock);
    assert_null(o.config);
    assert_null(o.listen);
    assert_null(o.redis);
    assert_null(o.site);
    assert_null(o.web);
    assert_true(o.speed == 1.0 && o.seed == 1 && o.checkpoint_s == 60);
}

static void test_both_spellings(void **state) {
    (void)state;
    struct sw_options o;
    good("--config a.yaml --listen=[::1]:0 --redis redis://u:p=q@h:1/2 --data /d --site=north-1 --web w "
         "--check",
         &o);
    assert_string_equal(o.config, "a.yaml");
    assert_string_equal(o.listen, "[::1]:0");
    assert_string_equal(o.redis, "redis://u:p=q@h:1/2");
    assert_string_equal(o.data, "/d");
    assert_string_equal(o.site, "north-1");
    assert_string_equal(o.web, "w");
    assert_true(o.check);
    good("--checkpoint 3600", &o);
    assert_int_equal(o.checkpoint_s, 3600);
    good("--listen a:1 --listen b:2", &o); /* the last one counts */
    assert_string_equal(o.listen, "b:2");
}

static void test_demo_and_clock(void **state) {
    (void)state;
    struct sw_options o;
    good("--demo --speed 60 --seed=7", &o);
    assert_true(o.demo && !o.has_clock && o.speed == 60.0 && o.seed == 7);
    good("--clock 2026-11-23T08:00:00+08:00,60", &o);
    assert_true(o.has_clock && o.clock_start_ms == INT64_C(1795392000000) && o.speed == 60.0);
    good("--clock=1795392000000", &o);
    assert_true(o.has_clock && o.clock_start_ms == INT64_C(1795392000000) && o.speed == 1.0);
    good("--demo --clock 0,2", &o);
    assert_true(o.demo && o.has_clock && o.speed == 2.0);
}

static void test_help_and_version_win(void **state) {
    (void)state;
    struct sw_options o;
    good("--nonsense --help", &o);
    assert_true(o.help && !o.version);
    good("--speed x --version", &o);
    assert_true(o.version && !o.help);
    good("--version --help", &o);
    assert_true(o.help && !o.version);
}

static void test_mistakes(void **state) {
    (void)state;
    bad("--checkpoint 0", "--checkpoint: must be a whole number from 1 to 3600 (see --help)");
    bad("--lisen a:1", "--lisen: no such option (see --help)");
    bad("-x", "-x: no such option (see --help)");
    bad("--", "--: no such option (see --help)");
    bad("--=x", "--: no such option (see --help)");
    bad("wall", "wall: operands are not taken (see --help)");
    bad("--listen", "--listen: needs a value (see --help)");
    bad("--listen=", "--listen: needs a value (see --help)");
    bad("--demo=yes", "--demo: takes no value (see --help)");
    bad("--site Main", "--site: must match [a-z0-9][a-z0-9-]{0,31} (see --help)");
    bad("--site -main", "--site: must match [a-z0-9][a-z0-9-]{0,31} (see --help)");
    bad("--demo --speed 0", "--speed: must be a number from 0.01 to 10000 (see --help)");
    bad("--demo --speed fast", "--speed: must be a number from 0.01 to 10000 (see --help)");
    bad("--speed 60", "--speed: goes with --demo only (see --help)");
    bad("--seed 60", "--seed: goes with --demo only (see --help)");
    bad("--demo --seed -1", "--seed: must be a whole number from 0 to 999999999 (see --help)");
    bad("--clock noon", "--clock: must be START,SPEED: RFC 3339 or epoch ms, and 0.01 to 10000 (see --help)");
    bad("--demo --redis redis://h", "--redis: not with --demo, which starts a Redis of its own (see --help)");
}

static void test_a_small_error_buffer(void **state) {
    (void)state;
    struct sw_options o;
    char error[8];
    assert_int_equal(parse("--lisen a:1", &o, error, sizeof error), -SW_EINVAL);
    assert_int_equal(strlen(error), sizeof error - 1);
}

/* The help names every option and stays within a terminal's width. */
static void test_help_is_complete(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    sw_options_help(out);
    assert_int_equal(fclose(out), 0);
    const char *const flags[] = {"--config", "--check", "--listen", "--redis", "--data",    "--site", "--web",
                                 "--demo",   "--speed", "--seed",   "--clock", "--version", "--help"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) assert_non_null(strstr(text, flags[i]));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 106);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),         cmocka_unit_test(test_both_spellings),
        cmocka_unit_test(test_demo_and_clock),   cmocka_unit_test(test_help_and_version_win),
        cmocka_unit_test(test_mistakes),         cmocka_unit_test(test_a_small_error_buffer),
        cmocka_unit_test(test_help_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
