/* The window of event ids against a naive list of them: what comes again, what expires, what gives way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/duplicates.h"
#include "shiftwall/floor.h"

#define T0 INT64_C(1700006400000)
#define MODEL_MAX 20000

/* What it should hold, oldest first. */
static struct entry {
    char src[SW_DUPLICATE_BYTES_MAX], id[SW_DUPLICATE_BYTES_MAX];
    int64_t ts_ms;
} *model;
static size_t model_count;

static size_t model_find(const char *src, const char *id) {
    for (size_t i = 0; i < model_count; i++)
        if (!strcmp(model[i].id, id) && !strcmp(model[i].src, src)) return i;
    return model_count;
}

static void model_remove(size_t i) { memmove(&model[i], &model[i + 1], (--model_count - i) * sizeof *model); }

static void model_add(const char *src, const char *id, int64_t ts_ms) {
    size_t i = model_find(src, id);
    if (i < model_count) model_remove(i);
    assert_true(model_count < MODEL_MAX);
    struct entry *e = &model[model_count++];
    snprintf(e->src, sizeof e->src, "%s", src);
    snprintf(e->id, sizeof e->id, "%s", id);
    e->ts_ms = ts_ms;
}

static void compare(const struct sw_duplicates *d) {
    struct sw_duplicates_at at = sw_duplicates_first(d);
    const char *text;
    size_t len, i = 0;
    int64_t ts_ms;
    for (; (text = sw_duplicates_read(d, &at, &len, &ts_ms)); i++) {
        assert_true(i < model_count);
        size_t src_len = strlen(model[i].src);
        assert_int_equal(len, src_len + 1 + strlen(model[i].id));
        assert_memory_equal(text, model[i].src, src_len);
        assert_memory_equal(text + src_len + 1, model[i].id, len - src_len - 1);
        assert_int_equal(ts_ms, model[i].ts_ms);
    }
    assert_int_equal(i, model_count);
    assert_int_equal(sw_duplicates_count(d), model_count);
}

static void setup_model(void) {
    model = calloc(MODEL_MAX, sizeof *model);
    model_count = 0;
    assert_non_null(model);
}

/* Many short lives: keys of every length, each again now and then, time in leaps that empty it altogether. */
static void holds_what_a_list_would(void **state) {
    (void)state;
    for (unsigned seed = 1; seed <= 12; seed++) {
        setup_model();
        srand(seed);
        struct sw_duplicates *d = sw_duplicates_new();
        int64_t now_ms = T0;
        for (int step = 0; step < 6000; step++) {
            struct sw_duplicate_key key;
            char src[300], id[300];
            int kind = rand() % 100;
            /* long ids fill blocks fast, so that their ends come often */
            int len = seed % 3 ? 1 + rand() % 20 : 100 + rand() % 100;
            snprintf(src, sizeof src, "%s", kind % 5 ? "pbx" : kind % 2 ? "" : "another-source");
            snprintf(id, sizeof id, "%0*d", len, rand() % 1500);
            sw_duplicate_key(&key, kind % 5 == 0 && kind % 2 ? NULL : src, id);
            int64_t ts_ms = now_ms - rand() % 60000;
            size_t at = model_find(src, id);
            bool seen = at < model_count && llabs(model[at].ts_ms - ts_ms) <= SW_DUPLICATE_WINDOW_MS;
            assert_int_equal(sw_duplicates_seen(d, &key, ts_ms), seen);
            if (!seen) {
                assert_int_equal(sw_duplicates_add(d, &key, ts_ms), 0);
                model_add(src, id, ts_ms);
            }
            now_ms += rand() % 1000;
            if (kind == 0) now_ms += rand() % (2 * SW_DUPLICATE_WINDOW_MS);
            if (rand() % 1500 == 0) now_ms += 3 * SW_ORPHAN_MS;
            sw_duplicates_expire(d, now_ms);
            while (model_count && model[0].ts_ms < now_ms - SW_ORPHAN_MS) model_remove(0);
            if (step % 50 == 0) compare(d);
        }
        compare(d);
        sw_duplicates_free(d);
        free(model);
    }
}

/* What a checkpoint reads of one, put into another, is the same. */
static void read_and_put_back_is_the_same(void **state) {
    (void)state;
    setup_model();
    struct sw_duplicates *d = sw_duplicates_new(), *back = sw_duplicates_new();
    struct sw_duplicate_key key;
    for (int i = 0; i < 15000; i++) {
        char id[40];
        snprintf(id, sizeof id, "%d", rand() % 12000);
        sw_duplicate_key(&key, "s", id);
        (void)sw_duplicates_add(d, &key, T0 + i);
        model_add("s", id, T0 + i);
    }
    sw_duplicates_make_room(back, sw_duplicates_count(d));
    struct sw_duplicates_at at = sw_duplicates_first(d);
    const char *text;
    size_t len;
    int64_t ts_ms;
    while ((text = sw_duplicates_read(d, &at, &len, &ts_ms))) sw_duplicates_put(back, text, len, ts_ms);
    compare(back);
    sw_duplicates_free(d);
    sw_duplicates_free(back);
    free(model);
}

static void past_the_cap_the_oldest_gives_way(void **state) {
    (void)state;
    struct sw_duplicates *d = sw_duplicates_new();
    struct sw_duplicate_key key;
    char id[40];
    int64_t evicted = 0;
    for (int i = 0; i < SW_DUPLICATE_KEYS_MAX + 1000; i++) {
        snprintf(id, sizeof id, "%d", i);
        sw_duplicate_key(&key, NULL, id);
        evicted += sw_duplicates_add(d, &key, T0);
        /* one that came again is not the oldest any more */
        if (i == 10) {
            sw_duplicate_key(&key, NULL, "3");
            evicted += sw_duplicates_add(d, &key, T0);
        }
    }
    assert_int_equal(evicted, 1000);
    assert_int_equal(sw_duplicates_count(d), SW_DUPLICATE_KEYS_MAX);
    sw_duplicate_key(&key, NULL, "999");
    assert_false(sw_duplicates_seen(d, &key, T0));
    sw_duplicate_key(&key, NULL, "1000");
    assert_true(sw_duplicates_seen(d, &key, T0));
    sw_duplicates_expire(d, T0 + SW_ORPHAN_MS + 1);
    assert_int_equal(sw_duplicates_count(d), 0);
    sw_duplicates_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_a_list_would),
        cmocka_unit_test(read_and_put_back_is_the_same),
        cmocka_unit_test(past_the_cap_the_oldest_gives_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
