/* Views: parts, versions, patches, frames, caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/view_store.h"
#include "shiftwall/buf.h"

static void set(struct sw_view *view, const char *group, const char *key, const char *json) {
    assert_int_equal(sw_view_set(view, group, key, json, strlen(json)), 0);
}

static void assert_document(struct sw_view *view, const char *want) {
    size_t len;
    const char *document = sw_view_document(view, &len);
    assert_int_equal(len, strlen(want));
    assert_memory_equal(document, want, len);
}

/* The frame's text must be WANT (NULL: there must be no frame). */
static void assert_frame(struct sw_frame *frame, const char *want) {
    if (!want) {
        assert_null(frame);
        return;
    }
    assert_non_null(frame);
    assert_string_equal(frame->data, want);
    assert_int_equal(frame->len, strlen(want));
    memset(frame->data - SW_FRAME_HEADROOM, 0x55, SW_FRAME_HEADROOM); /* ours to write; a sanitizer sees it */
    sw_frame_unref(frame);
}

static void test_envelopes(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("site", "9f2c");
    assert_document(view, "{}");
    assert_false(sw_view_commit(view, 1));
    assert_int_equal(sw_view_version(view), 0);
    set(view, NULL, "name", "\"Main\"");
    set(view, NULL, "today", "{\"offered\":1,\"answered\":0}");
    assert_document(view, "{}"); /* nothing is seen before the commit */
    assert_true(sw_view_commit(view, 1700000000000));
    assert_frame(sw_view_full_frame(view),
                 "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"9f2c:1\",\"at\":1700000000000,"
                 "\"full\":{\"name\":\"Main\",\"today\":{\"offered\":1,\"answered\":0}}}");
    set(view, NULL, "today", "{\"offered\":1,\"answered\":1}");
    assert_true(sw_view_commit(view, 1700000000250));
    assert_frame(
        sw_view_patch_frame(view, 1),
        "{\"op\":\"view\",\"view\":\"site\",\"ver\":\"9f2c:2\",\"base\":\"9f2c:1\",\"at\":1700000000250,"
        "\"patch\":{\"today\":{\"answered\":1}}}");
    assert_document(view, "{\"name\":\"Main\",\"today\":{\"offered\":1,\"answered\":1}}");
    char text[SW_VIEW_VERSION_TEXT_SIZE];
    sw_view_version_text(view, text);
    assert_string_equal(text, "9f2c:2");
    sw_view_free(view);
}

static void test_no_change_no_version(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("queues", "e");
    set(view, "queues", "sales", "{\"n\":1}");
    assert_true(sw_view_commit(view, 1));
    set(view, "queues", "sales", "{\"n\":1}");
    assert_false(sw_view_commit(view, 2));
    set(view, "queues", "sales", "{\"n\":2}");
    set(view, "queues", "sales", "{\"n\":1}");
    assert_false(sw_view_commit(view, 3));
    set(view, "queues", "new", "1");
    sw_view_remove(view, "queues", "new");
    sw_view_remove(view, "queues", "never");
    sw_view_remove(view, "nogroup", "never");
    assert_false(sw_view_commit(view, 4));
    assert_int_equal(sw_view_version(view), 1);
    assert_int_equal(sw_view_at_ms(view), 1);
    assert_document(view, "{\"queues\":{\"sales\":{\"n\":1}}}");
    sw_view_free(view);
}

static bool starts_with_b(void *ctx, const char *key) {
    ++*(int *)ctx;
    return key[0] == 'b';
}

static void test_groups(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("agents", "e");
    set(view, NULL, "x", "1");
    assert_int_equal(sw_view_group(view, "agents"), 0);
    assert_int_equal(sw_view_group(view, "agents"), 0);
    assert_int_equal(sw_view_group(view, "x"), -SW_EINVAL);
    assert_int_equal(sw_view_set(view, NULL, "agents", "1", 1), -SW_EINVAL);
    assert_int_equal(sw_view_set(view, NULL, "", "1", 1), -SW_EINVAL);
    assert_int_equal(sw_view_set(view, NULL, "k", "", 0), -SW_EINVAL);
    assert_true(sw_view_commit(view, 1));
    assert_document(view, "{\"x\":1,\"agents\":{}}");
    set(view, "agents", "b", "{\"s\":1}");
    set(view, "agents", "a\"\n", "{\"s\":1}");
    set(view, "agents", "c", "{\"s\":1}");
    set(view, "agents", "b2", "2");
    assert_true(sw_view_commit(view, 2));
    assert_document(
        view, "{\"x\":1,\"agents\":{\"a\\\"\\u000a\":{\"s\":1},\"b\":{\"s\":1},\"b2\":2,\"c\":{\"s\":1}}}");
    int calls = 0;
    sw_view_sweep(view, "agents", starts_with_b, &calls);
    assert_int_equal(calls, 4);
    assert_true(sw_view_commit(view, 3));
    assert_frame(sw_view_patch_frame(view, 2),
                 "{\"op\":\"view\",\"view\":\"agents\",\"ver\":\"e:3\",\"base\":\"e:2\",\"at\":3,"
                 "\"patch\":{\"agents\":{\"b\":null,\"b2\":null}}}");
    assert_document(view, "{\"x\":1,\"agents\":{\"a\\\"\\u000a\":{\"s\":1},\"c\":{\"s\":1}}}");
    sw_view_free(view);
}

/* A group declared after the first version comes with the patch, even when it is empty. */
static void test_late_group(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("q", "e");
    set(view, NULL, "filler", "\"................................\"");
    assert_true(sw_view_commit(view, 1));
    assert_int_equal(sw_view_group(view, "g"), 0);
    assert_document(view, "{\"filler\":\"................................\"}");
    assert_true(sw_view_commit(view, 2));
    assert_frame(
        sw_view_patch_frame(view, 1),
        "{\"op\":\"view\",\"view\":\"q\",\"ver\":\"e:2\",\"base\":\"e:1\",\"at\":2,\"patch\":{\"g\":{}}}");
    sw_view_free(view);
}

static void test_composed_patches(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("q", "e");
    char json[64];
    set(view, NULL, "filler", "\"0123456789012345678901234567890123456789012345678901234567890123456789\"");
    for (int i = 1; i <= 100; i++) {
        snprintf(json, sizeof json, "{\"n\":%d}", i);
        set(view, "q", i % 2 ? "odd" : "even", json);
        assert_true(sw_view_commit(view, i));
    }
    assert_frame(sw_view_patch_frame(view, 90),
                 "{\"op\":\"view\",\"view\":\"q\",\"ver\":\"e:100\",\"base\":\"e:90\",\"at\":100,"
                 "\"patch\":{\"q\":{\"odd\":{\"n\":99},\"even\":{\"n\":100}}}}");
    struct sw_frame *a = sw_view_patch_frame(view, 50), *b = sw_view_patch_frame(view, 50);
    assert_non_null(a);
    assert_ptr_equal(a, b); /* one frame for all who stand there */
    sw_frame_unref(a);
    sw_frame_unref(b);
    assert_null(sw_view_patch_frame(view, 100));
    assert_null(sw_view_patch_frame(view, 101));
    sw_view_free(view);
}

static void test_not_expressible_is_full(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("q", "e");
    set(view, NULL, "filler", "\"0123456789012345678901234567890123456789012345678901234567890123456789\"");
    set(view, "q", "a", "{\"x\":1,\"y\":1}");
    assert_true(sw_view_commit(view, 1));
    sw_view_remove(view, "q", "a");
    assert_true(sw_view_commit(view, 2));
    set(view, "q", "a", "{\"x\":1}");
    assert_true(sw_view_commit(view, 3));
    assert_null(sw_view_patch_frame(view, 1));
    assert_int_equal(sw_view_counters(view)->patch_too_large, 1);
    struct sw_frame *frame = sw_view_patch_frame(view, 2);
    assert_non_null(frame);
    sw_frame_unref(frame);
    sw_view_free(view);
}

static void test_ring_is_bounded(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("q", "e");
    char json[4096 + 32];
    set(view, NULL, "filler",
        "\"............................................................................\"");
    for (int i = 1; i <= 1000; i++) {
        snprintf(json, sizeof json, "%d", i);
        set(view, NULL, "n", json);
        assert_true(sw_view_commit(view, i));
    }
    struct sw_frame *frame = sw_view_patch_frame(view, 1000 - SW_VIEW_RING_PATCHES_MAX);
    assert_non_null(frame);
    sw_frame_unref(frame);
    assert_null(sw_view_patch_frame(view, 1000 - SW_VIEW_RING_PATCHES_MAX - 1));
    assert_int_equal(sw_view_counters(view)->patch_too_old, 1);

    /* by bytes: 60 KiB patches, of which only 17 fit into 1 MiB */
    size_t size = 60 * 1024;
    char *big = malloc(size + 1);
    assert_non_null(big);
    big[0] = big[size - 1] = '"';
    big[size] = '\0';
    for (int i = 0; i < 40; i++) {
        memset(big + 1, 'a' + i % 26, size - 2);
        set(view, NULL, i % 2 ? "big1" : "big2", big);
        assert_true(sw_view_commit(view, 2000 + i));
    }
    frame = sw_view_patch_frame(view, 1040 - 2);
    assert_non_null(frame);
    sw_frame_unref(frame);
    assert_null(sw_view_patch_frame(view, 1040 - 18));
    free(big);
    sw_view_free(view);
}

static void test_patch_never_larger_than_document(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("q", "e");
    char json[300], key[16];
    memset(json, 'x', 200);
    json[0] = json[199] = '"';
    json[200] = '\0';
    for (int i = 0; i < 20; i++) {
        snprintf(key, sizeof key, "k%d", i);
        set(view, "q", key, json);
    }
    assert_true(sw_view_commit(view, 1));
    for (int i = 0; i < 20; i++) {
        snprintf(key, sizeof key, "k%d", i);
        sw_view_remove(view, "q", key);
    }
    assert_true(sw_view_commit(view, 2));
    assert_null(sw_view_patch_frame(view, 1)); /* {"q":{}} is shorter than 20 nulls */
    assert_int_equal(sw_view_counters(view)->patch_too_large, 1);
    sw_view_free(view);
}

static void test_epoch(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("q", "old");
    uint64_t version = 77;
    set(view, NULL, "n", "1");
    assert_true(sw_view_commit(view, 1));
    set(view, NULL, "n", "2");
    assert_true(sw_view_commit(view, 2));
    assert_int_equal(sw_view_parse_have(view, "old:2", 5, &version), 0);
    assert_int_equal(version, 2);
    assert_int_equal(sw_view_parse_have(view, "old:0", 5, &version), 0);
    assert_int_equal(sw_view_parse_have(view, "old:3", 5, &version), -SW_ENOENT);
    assert_int_equal(sw_view_parse_have(view, "other:1", 7, &version), -SW_ENOENT);
    static const char *const bad[] = {
        "", ":", "old", "old:", ":1", "old:x", "old:-1", "old:1 ", "old:99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sw_view_parse_have(view, bad[i], strlen(bad[i]), &version), -SW_EPARSE);
    sw_view_set_epoch(view, "new");
    sw_view_set_epoch(view, "new");
    assert_true(sw_view_commit(view, 3));
    assert_false(sw_view_commit(view, 4));
    assert_null(sw_view_patch_frame(view, 2));
    assert_int_equal(sw_view_parse_have(view, "old:2", 5, &version), -SW_ENOENT);
    assert_frame(sw_view_full_frame(view),
                 "{\"op\":\"view\",\"view\":\"q\",\"ver\":\"new:3\",\"at\":3,\"full\":{\"n\":2}}");
    set(view, NULL, "n", "3");
    assert_true(sw_view_commit(view, 5));
    assert_frame(sw_view_patch_frame(view, 3),
                 "{\"op\":\"view\",\"view\":\"q\",\"ver\":\"new:4\",\"base\":\"new:3\","
                 "\"at\":5,\"patch\":{\"n\":3}}");
    sw_view_free(view);
}

/* A frame outlives the version and the view it was made of. */
static void test_frames_outlive_the_view(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("q", "e");
    set(view, NULL, "n", "1");
    assert_true(sw_view_commit(view, 1));
    struct sw_frame *frame = sw_view_full_frame(view);
    set(view, NULL, "n", "2");
    assert_true(sw_view_commit(view, 2));
    sw_view_free(view);
    assert_frame(frame, "{\"op\":\"view\",\"view\":\"q\",\"ver\":\"e:1\",\"at\":1,\"full\":{\"n\":1}}");
}

static void test_caps(void **state) {
    (void)state;
    struct sw_view *view = sw_view_new("q", "e");
    size_t size = 3u << 20;
    char *big = malloc(size);
    assert_non_null(big);
    memset(big, '1', size);
    assert_int_equal(sw_view_set(view, NULL, "a", big, size), 0);
    assert_int_equal(sw_view_set(view, NULL, "b", big, size), 0);
    assert_int_equal(sw_view_set(view, NULL, "c", big, size), -SW_ELIMIT);
    assert_true(sw_view_commit(view, 1)); /* over the ring's bytes: a version without a patch */
    assert_null(sw_view_patch_frame(view, 0));
    sw_view_remove(view, NULL, "a");
    assert_int_equal(sw_view_set(view, NULL, "c", big, size), 0);
    free(big);
    char key[16];
    for (unsigned i = 0; i < SW_VIEW_PARTS_MAX; i++) {
        snprintf(key, sizeof key, "%05u", (i * 7919u) % SW_VIEW_PARTS_MAX);
        assert_int_equal(sw_view_set(view, "g", key, "1", 1), 0);
    }
    assert_int_equal(sw_view_set(view, "g", "more", "1", 1), -SW_ELIMIT);
    for (unsigned i = 0; i < SW_VIEW_GROUPS_MAX - 1; i++) {
        snprintf(key, sizeof key, "g%u", i);
        assert_int_equal(sw_view_group(view, key), 0);
    }
    assert_int_equal(sw_view_group(view, "more"), -SW_ELIMIT);
    assert_int_equal(sw_view_counters(view)->refused, 3);
    assert_true(sw_view_commit(view, 2));
    sw_view_remove(view, "g", "00000");
    assert_true(sw_view_commit(view, 3));
    assert_int_equal(sw_view_set(view, "g", "more", "1", 1), 0);
    sw_view_free(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_envelopes),
        cmocka_unit_test(test_no_change_no_version),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_late_group),
        cmocka_unit_test(test_composed_patches),
        cmocka_unit_test(test_not_expressible_is_full),
        cmocka_unit_test(test_ring_is_bounded),
        cmocka_unit_test(test_patch_never_larger_than_document),
        cmocka_unit_test(test_epoch),
        cmocka_unit_test(test_frames_outlive_the_view),
        cmocka_unit_test(test_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
