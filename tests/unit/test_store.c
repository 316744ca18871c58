/* server/store: what was confirmed is there, once, whoever is killed; old files are brought forward, bad ones kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"

static char dir[64], path[128], error[512];

static int setup(void **state) {
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/shiftwall-store-XXXXXX");
    if (!mkdtemp(dir)) return -1;
    snprintf(path, sizeof path, "%s/s.db", dir);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    static const char *const names[] = {"s.db", "s.db-wal", "s.db-shm", "copy", "copy.part"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char file[160];
        snprintf(file, sizeof file, "%s/%s", dir, names[i]);
        unlink(file);
    }
    return rmdir(dir);
}

static struct sw_store *opened(void) {
    struct sw_store *store;
    int failed = sw_store_open(path, &store, error, sizeof error);
    if (failed) fail_msg("%s", error);
    return store;
}

static struct sw_record record(const char *kind, const char *key, bool holds) {
    return (struct sw_record){.at_ms = 1000, .kind = kind, .key = key, .agent = "1001", .by = "zhang", .role = "duty",
                              .body = "{\"reason\":\"打印机\"}", .holds = holds};
}

struct seen {
    size_t count;
    struct sw_record last;
    char texts[6][128];
};

static void see(void *ctx, const struct sw_record *r) {
    struct seen *seen = ctx;
    seen->count++;
    seen->last = *r;
    const char *const texts[] = {r->kind, r->key, r->agent, r->by, r->role, r->body};
    for (int i = 0; i < 6; i++) snprintf(seen->texts[i], sizeof seen->texts[i], "%s", texts[i] ? texts[i] : "(null)");
}

static struct seen read_all(struct sw_store *store, struct sw_record_query query) {
    struct seen seen = {0};
    assert_int_equal(sw_store_read(store, "main", &query, &seen, see), 0);
    return seen;
}

static size_t count(struct sw_store *store) { return read_all(store, (struct sw_record_query){0}).count; }

/* ---- the ledger ---- */

static void test_appends_and_reads(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    struct sw_record records[2] = {record("grant", "g1", false), record("note", "n1", false)};
    records[1].agent = records[1].by = records[1].role = NULL;
    records[1].at_ms = 2000;
    assert_int_equal(sw_store_append(store, "main", records, 2, NULL), 0);
    assert_true(records[0].id > 0 && records[1].id > records[0].id);
    sw_store_close(store);
    store = opened();
    struct seen one = read_all(store, (struct sw_record_query){.agent = "1001"});
    assert_int_equal(one.count, 1);
    assert_int_equal(one.last.id, records[0].id);
    assert_int_equal(one.last.at_ms, 1000);
    static const char *const expected[] = {"grant", "g1", "1001", "zhang", "duty", "{\"reason\":\"打印机\"}"};
    for (int i = 0; i < 6; i++) assert_string_equal(one.texts[i], expected[i]);
    struct seen other = read_all(store, (struct sw_record_query){.from_ms = 1500});
    assert_int_equal(other.count, 1);
    assert_string_equal(other.texts[2], "(null)");
    assert_int_equal(read_all(store, (struct sw_record_query){.kind = "gr*"}).count, 1);
    assert_int_equal(read_all(store, (struct sw_record_query){.kind = "gr"}).count, 0);
    assert_int_equal(read_all(store, (struct sw_record_query){.after_id = records[0].id}).count, 1);
    assert_int_equal(read_all(store, (struct sw_record_query){.to_ms = 1500, .key = "g1"}).count, 1);
    assert_int_equal(read_all(store, (struct sw_record_query){.newest_first = true, .limit = 1}).last.id, records[1].id);
    sw_store_close(store);
}

static void test_the_first_wins(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_record first = record("ack", "a1", true), second = record("ack", "a1", true);
    first.body = "{\"by\":\"zhang\"}";
    assert_int_equal(sw_store_append(store, "main", &first, 1, NULL), 0);
    struct sw_record both[2] = {record("note", "n", false), second};
    struct sw_buf holder;
    sw_buf_init(&holder, 4096);
    assert_int_equal(sw_store_append(store, "main", both, 2, &holder), -SW_EBUSY);
    assert_string_equal(sw_buf_text(&holder), "{\"by\":\"zhang\"}");
    sw_buf_deinit(&holder);
    assert_int_equal(count(store), 1); /* all or none */
    struct sw_record undo = record("ack.undo", "a1", false);
    undo.releases = first.id;
    assert_int_equal(sw_store_append(store, "main", &undo, 1, NULL), 0);
    assert_int_equal(sw_store_append(store, "main", &undo, 1, NULL), -SW_ENOENT); /* only once */
    assert_int_equal(sw_store_append(store, "main", &second, 1, NULL), 0);
    assert_int_equal(count(store), 3);
    assert_int_equal(sw_store_append(store, "elsewhere", &first, 1, NULL), 0); /* sites are apart */
    assert_int_equal(count(store), 3);
    sw_store_close(store);
}

static void test_append_only(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_record one = record("grant", "g", false), bad = record("grant", "h", false);
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    bad.body = "no JSON";
    assert_int_equal(sw_store_append(store, "main", &bad, 1, NULL), -SW_EIO);
    assert_non_null(strstr(sw_store_error(store), "json_valid"));
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_not_equal(sqlite3_exec(db, "UPDATE ledger SET by = 'me'", NULL, NULL, NULL), SQLITE_OK);
    assert_int_not_equal(sqlite3_exec(db, "DELETE FROM ledger", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(count(store), 1);
    sw_store_close(store);
}

/* A child that appends is killed while it does: what it has confirmed is there. */
static void test_killed(void **state) {
    (void)state;
    for (int round = 0; round < 5; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (!child) {
            struct sw_store *store;
            if (sw_store_open(path, &store, error, sizeof error)) _exit(1);
            for (;;) {
                struct sw_record one = record("grant", "g", false);
                if (sw_store_append(store, "main", &one, 1, NULL) || write(ends[1], &one.id, sizeof one.id) < 0) _exit(1);
            }
        }
        close(ends[1]);
        int64_t id = 0, got;
        for (int i = 0; i < 20 + round * 7; i++) assert_int_equal(read(ends[0], &got, sizeof got), sizeof got), id = got;
        kill(child, SIGKILL);
        while (read(ends[0], &got, sizeof got) == sizeof got) id = got;
        close(ends[0]);
        waitpid(child, NULL, 0);
        struct sw_store *store = opened();
        struct seen all = read_all(store, (struct sw_record_query){0});
        assert_true(all.last.id >= id);
        assert_int_equal(all.count, all.last.id); /* none is missing between */
        sw_store_close(store);
    }
}

static void test_disk_full(void **state) {
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
        for (int i = 0; i < 200 && !failed; i++) failed = sw_store_append(store, "main", &one, 1, NULL);
        if (failed != -SW_EIO || !*sw_store_error(store)) _exit(3);
        struct seen seen = {0};
        if (sw_store_read(store, "main", &(struct sw_record_query){0}, &seen, see) || !seen.count) _exit(4);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_FSIZE, &limit);
        if (sw_store_append(store, "main", &one, 1, NULL)) _exit(5);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- files ---- */

static void test_migrations(void **state) {
    (void)state;
    for (int version = 1; version <= SW_STORE_SCHEMA; version++) {
        unlink(path);
        if (sw_store_migrate(path, version, error, sizeof error)) fail_msg("%s", error);
        sqlite3 *db;
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, "INSERT INTO ledger(at_ms,site,kind,key,body) VALUES(5,'main','ack','a','{}');"
                                          "INSERT INTO holds VALUES('main','ack','a',1)", NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        struct sw_store *store = opened();
        assert_int_equal(count(store), 1);
        struct sw_record again = record("ack", "a", true);
        assert_int_equal(sw_store_append(store, "main", &again, 1, NULL), -SW_EBUSY);
        const struct sw_history_row row = {SW_HISTORY_TEAM, "A", 0, 900000, "{}"};
        assert_int_equal(sw_store_put_history(store, "main", &row, 1), 0);
        sw_store_close(store);
    }
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
    sqlite3_close(db);
    struct sw_store *store;
    assert_int_equal(sw_store_open(path, &store, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, "newer Shiftwall"));
}

static void fill(const char *bytes, long at) {
    FILE *file = fopen(path, at ? "r+b" : "wb");
    assert_non_null(file);
    fseek(file, at, SEEK_SET);
    for (int i = 0; i < 400; i++) fputs(bytes, file);
    fclose(file);
}

static void test_damaged(void **state) {
    (void)state;
    struct sw_store *store;
    fill("this is no database; ", 0);
    struct stat before, after;
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(sw_store_open(path, &store, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, "restore a backup"));
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    unlink(path);
    store = opened();
    struct sw_record one = record("grant", "g", false);
    for (int i = 0; i < 200; i++) assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    sw_store_close(store);
    fill("rubbish ", 8192);
    assert_int_equal(sw_store_open(path, &store, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, "damaged"));
    snprintf(error, sizeof error, "%s", "");
    char nowhere[] = "/proc/nowhere/s.db";
    assert_int_equal(sw_store_open(nowhere, &store, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, nowhere));
}

static void test_backup(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_record one = record("grant", "g", false);
    for (int i = 0; i < 50; i++) assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    char target[160];
    snprintf(target, sizeof target, "%s/copy", dir);
    int64_t bytes = 0, records = 0;
    if (sw_store_backup(path, target, &bytes, &records, error, sizeof error)) fail_msg("%s", error);
    assert_int_equal(records, 50);
    assert_true(bytes > 4096);
    struct stat file;
    assert_int_equal(stat(target, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(sw_store_backup(path, target, &bytes, &records, error, sizeof error), -SW_EINVAL);
    assert_non_null(strstr(error, "exists already"));
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    sw_store_close(store);
    unlink(target);
    assert_int_equal(sw_store_backup("/proc/none", target, &bytes, &records, error, sizeof error), -SW_EIO);
}

/* ---- history and upkeep ---- */

static void sum(void *ctx, const struct sw_history_row *row) {
    assert_string_equal(row->counts, "{\"offered\":2}");
    *(int64_t *)ctx += row->start_ms;
}

static void test_history_and_purge(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_history_row rows[3] = {{SW_HISTORY_QUEUE, "q", 1000, 2000, "{\"offered\":1}"},
                                     {SW_HISTORY_QUEUE, "q", 2000, 3000, "{\"offered\":2}"},
                                     {SW_HISTORY_QUEUE, "r", 4000, 5000, "{\"offered\":2}"}};
    assert_int_equal(sw_store_put_history(store, "main", rows, 3), 0);
    rows[0].counts = "{\"offered\":2}";
    assert_int_equal(sw_store_put_history(store, "main", rows, 1), 0); /* replaced */
    int64_t starts = 0;
    assert_int_equal(sw_store_read_history(store, "main", SW_HISTORY_QUEUE, NULL, 0, 4000, &starts, sum), 0);
    assert_int_equal(starts, 3000);
    starts = 0;
    assert_int_equal(sw_store_read_history(store, "main", SW_HISTORY_QUEUE, "r", 0, 9000, &starts, sum), 0);
    assert_int_equal(starts, 4000);
    struct sw_record old = record("ack", "a", true), recent = record("ack", "b", true);
    recent.at_ms = 9000;
    assert_int_equal(sw_store_append(store, "main", &old, 1, NULL), 0);
    assert_int_equal(sw_store_append(store, "main", &recent, 1, NULL), 0);
    int64_t deleted = 0;
    assert_int_equal(sw_store_purge(store, "main", 3000, 1, &deleted), 0);
    assert_int_equal(deleted, 2); /* a record, and one of two rows: in pieces */
    assert_int_equal(sw_store_purge(store, "main", 3000, 100, &deleted), 0);
    assert_int_equal(deleted, 1);
    assert_int_equal(count(store), 1);
    assert_int_equal(sw_store_append(store, "main", &old, 1, NULL), 0); /* its hold went with it */
    assert_int_equal(sw_store_append(store, "main", &recent, 1, NULL), -SW_EBUSY);
    sw_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_appends_and_reads), TEST(test_the_first_wins), TEST(test_append_only), TEST(test_killed),
        TEST(test_disk_full),         TEST(test_migrations),     TEST(test_damaged),     TEST(test_backup),
        TEST(test_history_and_purge)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
