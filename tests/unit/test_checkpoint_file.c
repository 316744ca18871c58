/* The file of a checkpoint: what is written is read, anything else is refused, and it is there as a whole or not at all. */
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
#include <sodium.h>

#include "app/checkpoint_file.h"
#include "codec/view_store.h"
#include "io/files.h"
#include "shiftwall/buf.h"

#define STATE "what the floor says"

static struct sw_feed_id had[3] = {{100, 2}, {100, 3}, {101, 0}};

static struct sw_buf file_of(const struct sw_checkpoint *head) {
    struct sw_buf out;
    sw_buf_init(&out, SW_CHECKPOINT_BYTES_MAX);
    sw_checkpoint_begin(head, &out);
    sw_buf_puts(&out, STATE);
    return out;
}

static struct sw_checkpoint head(void) {
    struct sw_checkpoint c = {.site = "main", .number = 7, .taken_ms = 1795392000123, .day_ms = 1795392000000,
                              .epoch = "9f2c0011", .first_version = UINT64_C(1) << 40, .confirmed = {100, 1}, .had = had,
                              .had_count = 3, .incomplete_since_ms = 5, .incomplete_until_ms = 6, .plain_lost_day_ms = -1};
    memset(c.shape, 0xa5, sizeof c.shape);
    return c;
}

struct folder {
    char dir[64], path[96], beside[112];
};

static struct folder folder(void) {
    struct folder f;
    (void)snprintf(f.dir, sizeof f.dir, "/tmp/shiftwall-checkpoint-XXXXXX");
    assert_non_null(mkdtemp(f.dir));
    (void)snprintf(f.path, sizeof f.path, "%s/checkpoint-main", f.dir);
    (void)snprintf(f.beside, sizeof f.beside, "%s.new", f.path);
    return f;
}

static void remove_folder(const struct folder *f) {
    (void)unlink(f->path);
    assert_int_equal(rmdir(f->dir), 0); /* and nothing else is in it */
}

static struct sw_buf read_file(const char *path) {
    struct sw_buf in;
    sw_buf_init(&in, SW_CHECKPOINT_BYTES_MAX);
    assert_int_equal(sw_file_read(path, &in), 0);
    return in;
}

static void test_there_and_back(void **state) {
    (void)state;
    struct folder f = folder();
    struct sw_checkpoint wrote = head(), read;
    struct sw_buf out = file_of(&wrote);
    assert_int_equal(sw_checkpoint_write(f.path, &out), 0);
    struct stat is;
    assert_int_equal(stat(f.path, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
    struct sw_buf in = read_file(f.path);
    const char *floor, *why;
    size_t len;
    assert_int_equal(sw_checkpoint_read(in.data, in.len, &read, &floor, &len, &why), 0);
    assert_int_equal(len, strlen(STATE));
    assert_memory_equal(floor, STATE, len);
    assert_string_equal(read.site, "main");
    assert_string_equal(read.epoch, "9f2c0011");
    assert_memory_equal(read.shape, wrote.shape, sizeof read.shape);
    assert_int_equal(read.number, 7);
    assert_int_equal(read.taken_ms, wrote.taken_ms);
    assert_int_equal(read.day_ms, wrote.day_ms);
    assert_int_equal(read.first_version, wrote.first_version);
    assert_int_equal(read.plain_lost_day_ms, -1);
    assert_int_equal(read.incomplete_until_ms, 6);
    assert_int_equal(read.had_count, 3);
    assert_memory_equal(read.had, had, sizeof had);
    sw_checkpoint_deinit(&read);
    sw_buf_deinit(&in);
    sw_buf_deinit(&out);
    remove_folder(&f);
}

static void test_every_damage_is_refused(void **state) {
    (void)state;
    struct folder f = folder();
    struct sw_checkpoint one = head(), read;
    struct sw_buf out = file_of(&one);
    assert_int_equal(sw_checkpoint_write(f.path, &out), 0);
    const char *floor, *why;
    size_t len;
    for (size_t i = 0; i < out.len; i++) assert_int_equal(sw_checkpoint_read(out.data, i, &read, &floor, &len, &why), -SW_EPARSE);
    for (size_t i = 0; i < 8 * out.len; i++) {
        out.data[i / 8] = (char)(out.data[i / 8] ^ (1 << i % 8));
        assert_int_equal(sw_checkpoint_read(out.data, out.len, &read, &floor, &len, &why), -SW_EPARSE);
        assert_string_equal(why, "it is damaged");
        out.data[i / 8] = (char)(out.data[i / 8] ^ (1 << i % 8));
    }
    assert_int_equal(sw_checkpoint_read(out.data, out.len, &read, &floor, &len, &why), 0);
    sw_checkpoint_deinit(&read);
    sw_buf_deinit(&out);
    remove_folder(&f);
}

/* Its checksum is right, and yet it is not for us. */
static void test_what_is_sealed_and_wrong(void **state) {
    (void)state;
    struct folder f = folder();
    struct sw_checkpoint one = head(), read;
    const char *floor, *why;
    size_t len;
    struct sw_buf out = file_of(&one);
    out.data[21] = '9'; /* of the first line */
    assert_int_equal(sw_checkpoint_write(f.path, &out), 0);
    assert_int_equal(sw_checkpoint_read(out.data, out.len, &read, &floor, &len, &why), -SW_EPARSE);
    assert_string_equal(why, "it is of another release");
    sw_buf_deinit(&out);
    struct sw_feed_id unordered[2] = {{100, 5}, {100, 5}};
    one.had = unordered;
    one.had_count = 2;
    out = file_of(&one);
    assert_int_equal(sw_checkpoint_write(f.path, &out), 0);
    assert_int_equal(sw_checkpoint_read(out.data, out.len, &read, &floor, &len, &why), -SW_EPARSE);
    sw_buf_deinit(&out);
    one = head();
    out = file_of(&one);
    out.len = 150; /* the head ends too early */
    assert_int_equal(sw_checkpoint_write(f.path, &out), 0);
    assert_int_equal(sw_checkpoint_read(out.data, out.len, &read, &floor, &len, &why), -SW_EPARSE);
    sw_buf_deinit(&out);
    remove_folder(&f);
}

static void test_a_failed_write_harms_nothing(void **state) {
    (void)state;
    struct folder f = folder();
    struct sw_checkpoint one = head();
    struct sw_buf out = file_of(&one), kept;
    assert_int_equal(sw_checkpoint_write("/nonexistent/checkpoint", &out), -SW_EIO);
    sw_buf_deinit(&out);
    out = file_of(&one);
    assert_int_equal(sw_checkpoint_write(f.path, &out), 0);
    assert_int_equal(symlink("/dev/null", f.beside), 0);
    struct sw_buf other = file_of(&one);
    assert_int_equal(sw_checkpoint_write(f.path, &other), -SW_EIO); /* no link is followed */
    kept = read_file(f.path);
    assert_int_equal(kept.len, out.len);
    assert_memory_equal(kept.data, out.data, out.len);
    sw_buf_deinit(&kept);
    sw_buf_deinit(&other);
    other = file_of(&one);
    assert_int_equal(sw_checkpoint_write(f.path, &other), 0); /* the link was removed with the failure */
    sw_buf_deinit(&other);
    sw_buf_deinit(&out);
    struct sw_buf small;
    sw_buf_init(&small, 10);
    sw_checkpoint_begin(&one, &small);
    assert_int_equal(sw_checkpoint_write(f.path, &small), -SW_ELIMIT);
    sw_buf_deinit(&small);
    remove_folder(&f);
}

static bool same_shape(const struct sw_config *a, const struct sw_policy *p, const struct sw_config *b, const struct sw_policy *q) {
    unsigned char x[SW_CHECKPOINT_SHAPE_BYTES], y[SW_CHECKPOINT_SHAPE_BYTES];
    sw_checkpoint_shape(a, p, x);
    sw_checkpoint_shape(b, q, y);
    return !memcmp(x, y, sizeof x);
}

static void read_config(struct sw_config *config, const char *yaml) {
    struct sw_buf faults;
    sw_buf_init(&faults, 4096);
    sw_config_init(config);
    int failed = sw_config_read(config, "c.yaml", yaml, strlen(yaml), &faults);
    if (failed) print_error("%s", sw_buf_text(&faults));
    assert_int_equal(failed, 0);
    sw_buf_deinit(&faults);
}

static void test_what_shapes_the_figures(void **state) {
    (void)state;
    struct sw_config plain, other;
    struct sw_policy rules, changed;
    sw_policy_init(&rules);
    read_config(&plain, "");
    static const char *const different[] = {
        "site:\n  target_s: 30\n", "site:\n  interval_min: 30\n", "site:\n  zone: Asia/Shanghai\n",
        "site:\n  day_starts: \"04:00\"\n", "site:\n  queues:\n    - {id: q}\n", "site:\n  agents:\n    - {id: a, team: t}\n",
        "site:\n  reasons:\n    lunch: meal\n"};
    for (size_t i = 0; i < sizeof different / sizeof *different; i++) {
        read_config(&other, different[i]);
        assert_false(same_shape(&plain, &rules, &other, &rules));
        sw_config_deinit(&other);
    }
    read_config(&other, "push_interval_ms: 500\nsite:\n  name: Other words\n");
    assert_true(same_shape(&plain, &rules, &other, &rules));
    sw_config_deinit(&other);
    sw_policy_init(&changed);
    assert_true(same_shape(&plain, &rules, &plain, &changed));
    changed.waiting.warning++;
    assert_false(same_shape(&plain, &rules, &plain, &changed));
    changed.waiting.warning--;
    changed.rule[SW_RULE_IDLE].on = !changed.rule[SW_RULE_IDLE].on;
    assert_false(same_shape(&plain, &rules, &plain, &changed));
    changed.rule[SW_RULE_IDLE].on = !changed.rule[SW_RULE_IDLE].on;
    struct sw_policy *own = sw_policy_override(&changed, SW_PART_TEAM, "t");
    assert_false(same_shape(&plain, &rules, &plain, &changed));
    (void)sw_policy_override(&rules, SW_PART_TEAM, "t");
    assert_true(same_shape(&plain, &rules, &plain, &changed));
    own->idle_ms++;
    assert_false(same_shape(&plain, &rules, &plain, &changed));
    sw_policy_deinit(&changed);
    sw_policy_deinit(&rules);
    sw_config_deinit(&plain);
}

/* Views of an epoch that goes on: what an earlier run sent is never patched. */
static void test_versions_go_on(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("site", "e");
    uint64_t from;
    sw_view_set_first(view, 1000000);
    assert_int_equal(sw_view_version(view), 0);
    assert_int_equal(sw_view_set(view, NULL, "a", "1", 1), 0);
    assert_true(sw_view_commit(view, 5));
    assert_int_equal(sw_view_version(view), 1000001);
    assert_int_equal(sw_view_set(view, NULL, "a", "2", 1), 0);
    assert_true(sw_view_commit(view, 6));
    assert_int_equal(sw_view_parse_have(view, "e:77", 4, &from), 0);
    assert_null(sw_view_patch_frame(view, from)); /* of the earlier run: in full */
    assert_int_equal(sw_view_parse_have(view, "e:1000001", 9, &from), 0);
    struct sw_frame *patch = sw_view_patch_frame(view, from);
    assert_non_null(patch);
    sw_frame_unref(patch);
    assert_int_equal(sw_view_parse_have(view, "e:1000009", 9, &from), -SW_ENOENT);
    sw_view_free(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_every_damage_is_refused),
        cmocka_unit_test(test_what_is_sealed_and_wrong),
        cmocka_unit_test(test_a_failed_write_harms_nothing),
        cmocka_unit_test(test_what_shapes_the_figures),
        cmocka_unit_test(test_versions_go_on),
    };
    if (sodium_init() < 0) return 1;
    return cmocka_run_group_tests_name("checkpoint_file", tests, NULL, NULL);
}
