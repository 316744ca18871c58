/* server/store on a disk that fails: all or nothing, said clearly, and again once the disk works. And after a power cut:
 * what was confirmed is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store_faults.h"

#define CALLS_MAX 1000 /* more than any act makes */

static int setup_faults(void **state) {
    (void)state;
    install_faults();
    return 0;
}

/* Something the store is told to do; 0 or what it answers. */
typedef int (*act)(struct sw_store *store);

static int append_batch(struct sw_store *store) {
    struct sw_record batch[3] = {record("ack", "new", true), record("undo", "a", false), record("grant", "g", false)};
    batch[1].releases = 1;
    static char body[20000]; /* more than one page */
    memset(body, ' ', sizeof body - 1);
    memcpy(body, "[]", 2);
    batch[2].body = body;
    return sw_store_append(store, "main", batch, 3, NULL);
}

static int put_rows(struct sw_store *store) {
    const struct sw_history_row rows[3] = {{SW_HISTORY_QUEUE, "sales", 0, 900000, "{\"offered\":4}"},
                                           {SW_HISTORY_QUEUE, "help", 0, 900000, "{\"offered\":5}"},
                                           {SW_HISTORY_TEAM, "A", 0, 900000, "{\"offered\":9}"}};
    return sw_store_put_history(store, "main", rows, 3);
}

static int purge(struct sw_store *store) {
    int64_t deleted;
    return sw_store_purge(store, "main", 6, 100, &deleted);
}

static char before[DUMP_BYTES], after[DUMP_BYTES], now[DUMP_BYTES];

static void expect_now(const char *expected, const char *what, long at) {
    dump(now, true);
    if (strcmp(now, expected)) fail_msg("%s, call %ld: expected\n%.600s\nfound\n%.600s", what, at, expected, now);
}

/* Acts with the AT-th call failing. Returns whether there was such a call. */
static bool act_with_fault(act do_it, enum fault fault, long at, bool for_good) {
    make_released(SW_STORE_SCHEMA);
    struct sw_store *store = opened();
    arm(fault, at, for_good);
    int answer = do_it(store);
    disarm();
    if (answer) {
        assert_int_equal(answer, -SW_EIO);
        assert_non_null(strstr(sw_store_error(store), path));
        if (fault == FULL_DISK) assert_non_null(strstr(sw_store_error(store), "the disk is full"));
    }
    expect_now(answer ? before : after, "after the fault", at);
    assert_int_equal(sw_store_check(store), 0);
    if (answer) assert_int_equal(do_it(store), 0); /* the disk works again: so does the store */
    expect_now(after, "done again", at);
    sw_store_close(store);
    store = opened();
    assert_int_equal(sw_store_check(store), 0);
    expect_now(after, "opened again", at);
    sw_store_close(store);
    return faults.hit;
}

/* The same, but the disk never recovers while the store is open: then it is all there, or nothing of it. */
static bool act_and_die(act do_it, enum fault fault, long at) {
    make_released(SW_STORE_SCHEMA);
    struct sw_store *store = opened();
    arm(fault, at, true);
    int answer = do_it(store);
    sw_store_close(store);
    disarm();
    store = opened();
    assert_int_equal(sw_store_check(store), 0);
    dump(now, true);
    if (strcmp(now, before) || !answer) expect_now(after, "all or nothing", at);
    sw_store_close(store);
    return faults.hit;
}

static void each_call_fails(act do_it) {
    make_released(SW_STORE_SCHEMA);
    struct sw_store *store = opened();
    dump(before, true);
    assert_int_equal(do_it(store), 0);
    dump(after, true);
    assert_string_not_equal(before, after);
    sw_store_close(store);
    for (enum fault fault = FULL_DISK; fault <= FAILING_SYNC; fault++) {
        long calls[3] = {0};
        for (int way = 0; way < 3; way++)
            while (way < 2 ? act_with_fault(do_it, fault, calls[way] + 1, way == 1) : act_and_die(do_it, fault, calls[way] + 1))
                assert_true(++calls[way] < CALLS_MAX);
        for (int way = 0; way < 3; way++) assert_true(calls[way] >= 1); /* the act does write and sync */
    }
}

static void test_append(void **state) {
    (void)state;
    each_call_fails(append_batch);
}

static void test_history(void **state) {
    (void)state;
    each_call_fails(put_rows);
}

/* An account and its record, as one. */
static int change_account(struct sw_store *store) {
    struct sw_record one = record("account.add", "zhang", false);
    const struct sw_account_row row = {.id = "zhang", .name = "zhang", .role = "duty", .teams = "[]", .hash = "x"};
    int failed = sw_store_begin(store);
    if (failed) return failed;
    failed = sw_store_put_account(store, &row);
    if (!failed) failed = sw_store_append(store, "main", &one, 1, NULL);
    return sw_store_end(store, failed);
}

static void test_an_account_and_its_record(void **state) {
    static const char sql[] = "SELECT id FROM accounts UNION ALL SELECT key FROM ledger WHERE kind = 'account.add'";
    (void)state;
    make_released(SW_STORE_SCHEMA);
    tell(sql, before);
    struct sw_store *store = opened();
    assert_int_equal(change_account(store), 0);
    tell(sql, after);
    assert_string_not_equal(before, after);
    sw_store_close(store);
    for (enum fault fault = FULL_DISK; fault <= FAILING_SYNC; fault++)
        for (long at = 1, hit = 1; hit; at++) {
            make_released(SW_STORE_SCHEMA);
            store = opened();
            arm(fault, at, false);
            int failed = change_account(store);
            disarm();
            hit = faults.hit;
            tell(sql, now);
            assert_string_equal(now, failed ? before : after);
            assert_true(!hit || failed || at > 1);
            if (failed) assert_int_equal(change_account(store), 0);
            tell(sql, now);
            assert_string_equal(now, after);
            sw_store_close(store);
        }
}

static void test_purge(void **state) {
    (void)state;
    each_call_fails(purge);
}

/* An old file, opened and brought forward: refused with all that was in it, or done. */
static void test_migration(void **state) {
    (void)state;
    for (int version = 1; version < SW_STORE_SCHEMA; version++)
        for (enum fault fault = FULL_DISK; fault <= FAILING_SYNC; fault++) {
            long at = 0;
            do {
                make_released(version);
                dump(before, version >= 2);
                struct sw_store *store = NULL;
                arm(fault, ++at, true);
                int failed = sw_store_open(path, &store, error, sizeof error);
                disarm();
                if (failed) assert_non_null(strstr(error, path));
                else sw_store_close(store);
                store = opened();
                dump(now, version >= 2);
                assert_string_equal(now, before);
                assert_int_equal(sw_store_check(store), 0);
                sw_store_close(store);
                assert_true(at < CALLS_MAX);
            } while (faults.hit);
            assert_true(at > 1);
        }
}

/* A new file on a disk that is full: refused, and made when there is room. */
static void test_new_file(void **state) {
    (void)state;
    long at = 0;
    do {
        clear_dir();
        struct sw_store *store = NULL;
        arm(FULL_DISK, ++at, true);
        int failed = sw_store_open(path, &store, error, sizeof error);
        disarm();
        if (failed) assert_non_null(strstr(error, "the disk is full"));
        else sw_store_close(store);
        store = opened();
        assert_int_equal(count(store), 0);
        sw_store_close(store);
        assert_true(at < CALLS_MAX);
    } while (faults.hit);
    assert_true(at > 1);
}

/* ---- the power is cut ---- */

static void copy_synced(const char *suffix) {
    char from[160], to[160];
    snprintf(from, sizeof from, "%s/power.db%s.synced", dir, suffix);
    snprintf(to, sizeof to, "%s%s", path, suffix);
    static char bytes[16 << 20];
    FILE *in = fopen(from, "rb");
    if (!in) return; /* never synced: not there */
    size_t len = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    FILE *out = fopen(to, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    fclose(out);
}

/* Records of 100 KB, so that the log is written into the file (after 1000 pages) in between. */
static void test_power_cut(void **state) {
    (void)state;
    char live[160];
    snprintf(live, sizeof live, "%s/power.db", dir);
    faults.keeps_synced = true;
    struct sw_store *store;
    assert_int_equal(sw_store_open(live, &store, error, sizeof error), 0);
    static char body[100000];
    memset(body, ' ', sizeof body - 1);
    memcpy(body, "[]", 2);
    bool was_checkpointed = false;
    for (int i = 1; i <= 60; i++) {
        struct sw_record one = record("grant", "g", false);
        one.body = body;
        assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
        if (i % 6 && (i < 36 || i > 46)) continue; /* the log is full at about 40 */
        faults.keeps_synced = false;
        for (int s = 0; s < 3; s++) { /* what is left of the power cut before */
            static const char *const suffixes[] = {"", "-wal", "-shm"};
            char name[160];
            snprintf(name, sizeof name, "%s%s", path, suffixes[s]);
            unlink(name);
        }
        copy_synced("");
        copy_synced("-wal");
        struct stat file;
        was_checkpointed |= !stat(path, &file) && file.st_size > 1000000;
        struct sw_store *rest = opened();
        assert_int_equal(count(rest), i);
        sw_store_close(rest);
        faults.keeps_synced = true;
    }
    faults.keeps_synced = false;
    assert_true(was_checkpointed);
    sw_store_close(store);
}

/* ---- the real thing ---- */

/* A limit the operating system sets: it refuses as a full disk does. */
static void test_no_room(void **state) {
    (void)state;
    sw_store_close(opened());
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        signal(SIGXFSZ, SIG_IGN);
        struct sw_store *store;
        if (sw_store_open(path, &store, error, sizeof error)) _exit(1);
        struct sw_record one = record("grant", "g", false);
        if (sw_store_append(store, "main", &one, 1, NULL)) _exit(2);
        struct rlimit limit;
        getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 64 << 10;
        setrlimit(RLIMIT_FSIZE, &limit);
        int failed = 0;
        size_t done = 1;
        for (int i = 0; i < 200 && !failed; i++) {
            failed = sw_store_append(store, "main", &one, 1, NULL);
            done += !failed;
        }
        if (failed != -SW_EIO || !strstr(sw_store_error(store), "the disk is full")) _exit(3);
        struct seen seen = {0};
        if (sw_store_read(store, "main", &(struct sw_record_query){0}, &seen, see) || seen.count != done) _exit(4);
        int64_t bytes, records;
        char target[160];
        snprintf(target, sizeof target, "%s/copy", dir);
        limit.rlim_cur = 8 << 10; /* less than the copy */
        setrlimit(RLIMIT_FSIZE, &limit);
        if (sw_store_backup(path, target, &bytes, &records, error, sizeof error) != -SW_EIO) _exit(5);
        if (!strstr(error, "the disk is full") || !access(target, F_OK)) _exit(6);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_FSIZE, &limit);
        if (sw_store_append(store, "main", &one, 1, NULL)) _exit(7);
        if (sw_store_backup(path, target, &bytes, &records, error, sizeof error)) _exit(8);
        sw_store_close(store);
        _exit(records == (int64_t)done + 1 ? 0 : 9);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(count_files(), 2); /* the store and the copy, and nothing half made */
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_append),   TEST(test_history),   TEST(test_an_account_and_its_record), TEST(test_purge), TEST(test_migration),
        TEST(test_new_file), TEST(test_power_cut), TEST(test_no_room)};
    return cmocka_run_group_tests(tests, setup_faults, NULL);
}
