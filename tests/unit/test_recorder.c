/* What the daemon itself records while the disk is full: nobody could be told, so it waits, in order, and is there once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "app/recorder.h"
#include "io/log.h"
#include "store_faults.h"

struct fixture {
    uv_loop_t loop;
    struct sw_recorder *recorder;
    char dir[64];
    bool ended;
    enum sw_gate gate;
    int refused; /* writes whose sender was told */
    char keys[4096]; /* of what is on record, in order */
};

static void on_ended(void *ctx) { ((struct fixture *)ctx)->ended = true; }
static enum sw_gate gate(void *ctx) { return ((struct fixture *)ctx)->gate; }

static void set_up(struct fixture *f) {
    *f = (struct fixture){.gate = SW_GATE_OPEN};
    disarm();
    snprintf(f->dir, sizeof f->dir, "/tmp/shiftwall-recorder-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    assert_int_equal(uv_loop_init(&f->loop), 0);
    f->recorder = sw_recorder_new(&f->loop, f->dir, "main");
    assert_null(sw_recorder_problem(f->recorder));
}

static void close_recorder(struct fixture *f) {
    sw_recorder_close(f->recorder, f, on_ended);
    assert_int_equal(uv_run(&f->loop, UV_RUN_DEFAULT), 0);
    assert_true(f->ended);
    assert_int_equal(uv_loop_close(&f->loop), 0);
}

static void note_key(void *ctx, const struct sw_record *record) {
    struct fixture *f = ctx;
    size_t len = strlen(f->keys);
    snprintf(f->keys + len, sizeof f->keys - len, "%s ", record->key);
}

/* What is on record, by a store of its own; then the folder goes. */
static const char *on_record(struct fixture *f) {
    char file[128], fault[512], command[160];
    struct sw_store *store;
    const struct sw_record_query all = {0};
    snprintf(file, sizeof file, "%s/shiftwall.db", f->dir);
    assert_int_equal(sw_store_open(file, &store, fault, sizeof fault), 0);
    assert_int_equal(sw_store_read(store, "main", &all, f, note_key), 0);
    sw_store_close(store);
    snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0);
    return f->keys;
}

static void on_told(void *ctx, int status, const struct sw_record *records, size_t number, const char *text) {
    struct fixture *f = ctx;
    (void)records, (void)number, (void)text;
    f->refused += status != 0;
}

static void post(struct fixture *f, const char *key, bool is_told) {
    const struct sw_record record = {.at_ms = 1, .kind = "alert", .key = key, .body = "{}"};
    sw_recorder_append(f->recorder, &record, 1, f, is_told ? on_told : NULL);
}

static uint64_t failures(const struct fixture *f) { return sw_recorder_counters(f->recorder)->failed; }
static uint64_t written(const struct fixture *f) { return sw_recorder_counters(f->recorder)->records; }

static void run_until(struct fixture *f, uint64_t (*counter)(const struct fixture *f), uint64_t at_least) {
    while (counter(f) < at_least) (void)uv_run(&f->loop, UV_RUN_ONCE);
}

static void test_it_waits_for_room(void **state) {
    struct fixture f;
    (void)state;
    set_up(&f);
    post(&f, "1", false);
    run_until(&f, written, 1);
    arm(FULL_DISK, 1, true);
    post(&f, "2", false);
    post(&f, "3", false);
    post(&f, "told", true);
    run_until(&f, failures, 2); /* the first, and the one that somebody is told of */
    assert_int_equal(f.refused, 1);
    assert_int_equal(sw_recorder_counters(f.recorder)->queued, 2);
    run_until(&f, failures, 3); /* tried again, while more comes */
    post(&f, "4", false);
    disarm();
    post(&f, "5", false);
    run_until(&f, written, 5);
    post(&f, "6", false);
    close_recorder(&f);
    assert_string_equal(on_record(&f), "1 2 3 4 5 6 ");
}

static void test_it_is_written_at_the_end(void **state) {
    struct fixture f;
    (void)state;
    set_up(&f);
    arm(FULL_DISK, 1, true);
    post(&f, "1", false);
    post(&f, "2", false);
    run_until(&f, failures, 1);
    disarm();
    close_recorder(&f);
    assert_string_equal(on_record(&f), "1 2 ");
}

static void test_a_full_disk_does_not_hold_up_the_end(void **state) {
    struct fixture f;
    (void)state;
    set_up(&f);
    post(&f, "1", false);
    run_until(&f, written, 1);
    arm(FULL_DISK, 1, true);
    post(&f, "2", false);
    run_until(&f, failures, 1);
    post(&f, "3", false);
    close_recorder(&f);
    disarm();
    assert_string_equal(on_record(&f), "1 ");
}

/* Who may not record any more keeps nothing for later: the other daemon does it. */
static void test_a_shut_gate_is_no_full_disk(void **state) {
    struct fixture f;
    (void)state;
    set_up(&f);
    sw_recorder_set_gate(f.recorder, &f, gate);
    f.gate = SW_GATE_SHUT;
    post(&f, "1", false);
    run_until(&f, failures, 1);
    assert_int_equal(sw_recorder_counters(f.recorder)->queued, 0);
    f.gate = SW_GATE_OPEN;
    post(&f, "2", false);
    close_recorder(&f);
    assert_string_equal(on_record(&f), "2 ");
}

static void test_too_many_are_given_up(void **state) {
    struct fixture f;
    char key[16];
    (void)state;
    set_up(&f);
    arm(FULL_DISK, 1, true);
    for (int i = 0; i < 50010; i++) {
        snprintf(key, sizeof key, "%d", i);
        post(&f, key, false);
    }
    run_until(&f, failures, 1);
    assert_int_equal(sw_recorder_counters(f.recorder)->dropped, 10);
    assert_int_equal(sw_recorder_counters(f.recorder)->queued, 50000);
    close_recorder(&f); /* each is tried once more */
    disarm();
    assert_string_equal(on_record(&f), "");
}

static void nowhere(void *ctx, const char *line, size_t len) { (void)ctx, (void)line, (void)len; }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_waits_for_room),
        cmocka_unit_test(test_it_is_written_at_the_end),
        cmocka_unit_test(test_a_full_disk_does_not_hold_up_the_end),
        cmocka_unit_test(test_a_shut_gate_is_no_full_disk),
        cmocka_unit_test(test_too_many_are_given_up),
    };
    sw_log_set_writer(nowhere, NULL);
    install_faults();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
