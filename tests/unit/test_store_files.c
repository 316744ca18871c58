/* server/store: old files are brought forward; bad, foreign, newer and locked ones are refused and left as they are;
 * backups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_fixture.h"
#include "tools/tools.h"

#define PAGE 4096
#define HANG_S 120

struct bytes {
    size_t len;
    char *data;
};

static struct bytes slurp(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file) return (struct bytes){0};
    struct bytes all = {0, malloc(16 << 20)};
    assert_non_null(all.data);
    all.len = fread(all.data, 1, 16 << 20, file);
    fclose(file);
    return all;
}

static void spit(const char *name, struct bytes all) {
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    if (all.len) assert_int_equal(fwrite(all.data, 1, all.len, file), all.len);
    fclose(file);
}

static void same(struct bytes before, const char *name) {
    struct bytes after = slurp(name);
    assert_int_equal(before.len, after.len);
    if (before.len) assert_memory_equal(before.data, after.data, before.len);
    free(before.data);
    free(after.data);
}

/* Refused, for a reason that has WORDS in it, with a line that names the file; and nothing has changed. */
static void refuses(const char *words) {
    char log[160];
    snprintf(log, sizeof log, "%s-wal", path);
    struct bytes before = slurp(path), before_log = slurp(log);
    struct sw_store *store = NULL;
    int failed = sw_store_open(path, &store, error, sizeof error);
    if (!failed) fail_msg("opened, instead of: %s", words);
    assert_int_equal(failed, -SW_EIO);
    assert_null(store);
    if (!strstr(error, words) || strncmp(error, path, strlen(path)) || strchr(error, '\n'))
        fail_msg("\"%s\" instead of: %s", error, words);
    same(before, path);
    same(before_log, log);
}

/* ---- versions ---- */

static void test_steps_are_as_released(void **state) {
    (void)state;
    assert_int_equal(SW_STORE_SCHEMA, RELEASED); /* a new version: add it to the fixture */
    static const char schema[] = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name; PRAGMA user_version; "
                                 "PRAGMA application_id";
    for (int version = 1; version <= RELEASED; version++) {
        static char frozen[DUMP_BYTES], made[DUMP_BYTES];
        make_released(version);
        tell(schema, frozen);
        clear_dir();
        if (sw_store_migrate(path, version, error, sizeof error)) fail_msg("%s", error);
        tell(schema, made);
        assert_string_equal(made, frozen);
    }
}

static void test_migrations(void **state) {
    (void)state;
    for (int version = 1; version <= RELEASED; version++) {
        static char before[DUMP_BYTES], after[DUMP_BYTES];
        make_released(version);
        dump(before, version >= 2);
        struct sw_store *store = opened();
        dump(after, version >= 2);
        assert_string_equal(after, before);
        assert_int_equal(sw_store_check(store), 0);
        tell("PRAGMA user_version", after);
        assert_int_equal(atol(after), SW_STORE_SCHEMA);
        struct sw_record again = record("ack", "a", true), undo = record("undo", "a", false);
        assert_int_equal(sw_store_append(store, "main", &again, 1, NULL), -SW_EBUSY);
        undo.releases = 1;
        assert_int_equal(sw_store_append(store, "main", &undo, 1, NULL), 0);
        assert_int_equal(sw_store_append(store, "main", &again, 1, NULL), 0);
        assert_int_equal(again.id, 5);
        const struct sw_history_row row = {SW_HISTORY_TEAM, "A", 0, 900000, "{}"};
        assert_int_equal(sw_store_put_history(store, "main", &row, 1), 0);
        int64_t deleted;
        assert_int_equal(sw_store_purge(store, "main", 900, 100, &deleted), 0);
        assert_int_equal(deleted, version >= 2 ? 4 : 3);
        sw_store_close(store);
    }
}

static void test_newer(void **state) {
    (void)state;
    make_released(RELEASED);
    assert_int_equal(raw("PRAGMA user_version = 99"), SQLITE_OK);
    refuses("version 99 was made by a newer Shiftwall, this one knows 7");
}

/* ---- files that are not ours ---- */

static void test_foreign(void **state) {
    (void)state;
    static const char *const others[] = {
        "CREATE TABLE notes(text); INSERT INTO notes VALUES('mine')", /* nothing says whose */
        "CREATE TABLE notes(text); PRAGMA user_version = 1", "CREATE TABLE ledger(x); PRAGMA user_version = 3",
        "CREATE TABLE notes(text); PRAGMA user_version = 4", "CREATE TABLE notes(text); PRAGMA user_version = 77",
        "PRAGMA application_id = 7"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        clear_dir();
        assert_int_equal(raw(others[i]), SQLITE_OK);
        refuses("of another program");
    }
}

static void test_no_database(void **state) {
    (void)state;
    char text[20000];
    for (size_t i = 0; i < sizeof text; i++) text[i] = "this is no database; "[i % 21];
    spit(path, (struct bytes){sizeof text, text});
    refuses("no database: keep it aside and restore a backup");
    spit(path, (struct bytes){5, text});
    refuses("no database: keep it aside and restore a backup");
}

/* ---- damage ---- */

static void fill(size_t records) {
    struct sw_store *store = opened();
    static char body[3000];
    memset(body, ' ', sizeof body - 1);
    memcpy(body, "[]", 2);
    for (size_t i = 0; i < records; i++) {
        struct sw_record one = record("grant", "g", false);
        one.body = body;
        assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    }
    sw_store_close(store);
}

static void test_damaged_pages(void **state) {
    (void)state;
    fill(40);
    struct bytes good = slurp(path);
    assert_true(good.len > 40 * PAGE);
    for (size_t page = 0; page < good.len / PAGE; page++) { /* rubbish on any of them is noticed */
        struct bytes bad = {good.len, malloc(good.len)};
        memcpy(bad.data, good.data, good.len);
        memset(bad.data + page * PAGE, 0x5a, PAGE);
        spit(path, bad);
        free(bad.data);
        refuses("restore a backup");
    }
    for (size_t pages = 1; pages < good.len / PAGE; pages++) {
        spit(path, (struct bytes){pages * PAGE, good.data});
        refuses("damaged: stop the daemon, keep this file and those beside it, and restore a backup");
    }
    spit(path, good);
    sw_store_close(opened());
    free(good.data);
}

/* A disk that goes bad under a running daemon: what it says, and that it says so. */
static void test_damaged_while_open(void **state) {
    (void)state;
    fill(1500); /* more than SQLite keeps in memory */
    struct sw_store *store = opened();
    int fd = open(path, O_WRONLY);
    char rubbish[PAGE];
    memset(rubbish, 0x5a, sizeof rubbish);
    for (int page = 12; page < 1000; page++)
        assert_int_equal(pwrite(fd, rubbish, sizeof rubbish, (off_t)page * PAGE), sizeof rubbish);
    close(fd);
    struct seen seen = {0};
    assert_int_equal(sw_store_read(store, "main", &(struct sw_record_query){0}, &seen, see), -SW_EIO);
    assert_non_null(strstr(sw_store_error(store), "reading: damaged: stop the daemon"));
    assert_int_equal(sw_store_check(store), -SW_EIO);
    assert_non_null(strstr(sw_store_error(store), "damaged: stop the daemon"));
    sw_store_close(store);
}

/* An index that disagrees with its table is found by the thorough check, and in no backup. */
static void test_check_compares_indexes(void **state) {
    (void)state;
    fill(3);
    assert_int_equal(raw("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX ledger_time ON "
                         "ledger(site, id)' WHERE name = 'ledger_time'"), SQLITE_OK);
    struct sw_store *store = opened();
    assert_int_equal(sw_store_check(store), -SW_EIO);
    assert_non_null(strstr(sw_store_error(store), "ledger_time"));
    sw_store_close(store);
    char target[160];
    snprintf(target, sizeof target, "%s/copy", dir);
    int64_t bytes, records;
    assert_int_equal(sw_store_backup(path, target, &bytes, &records, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, "damaged"));
    assert_int_equal(access(target, F_OK), -1);
}

/* Left by a daemon that was killed: a log with records that are not in the file yet. SQLite writes them there when the
 * last who has it open closes it; but not into a file that was refused. */
static void test_log_of_a_refused_file(void **state) {
    (void)state;
    char log[160];
    snprintf(log, sizeof log, "%s-wal", path);
    for (int newer = 0; newer < 2; newer++) {
        clear_dir();
        fill(40);
        struct sw_store *store = opened();
        struct sw_record one = record("grant", "g", false);
        assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
        if (newer) assert_int_equal(raw("PRAGMA user_version = 99"), SQLITE_OK);
        struct bytes file = slurp(path), kept = slurp(log);
        assert_true(kept.len > 0 && file.len > 30 * PAGE);
        sw_store_close(store);
        clear_dir();
        if (!newer) memset(file.data + 20 * PAGE, 0x5a, PAGE);
        spit(path, file);
        spit(log, kept);
        refuses(newer ? "newer Shiftwall" : "damaged");
        free(file.data);
        free(kept.data);
    }
}

/* A log without its file may be all that is left: SQLite would delete it. */
static void test_log_without_file(void **state) {
    (void)state;
    char log[160];
    snprintf(log, sizeof log, "%s-wal", path);
    struct sw_store *store = opened();
    struct sw_record one = record("grant", "g", false);
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    struct bytes file = slurp(path), kept = slurp(log);
    assert_true(kept.len > 0);
    sw_store_close(store);
    clear_dir();
    spit(log, kept);
    for (int empty = 0; empty < 2; empty++) {
        if (empty) spit(path, (struct bytes){0});
        assert_int_equal(sw_store_open(path, &store, error, sizeof error), -SW_EIO);
        assert_non_null(strstr(error, "put the file back"));
        assert_int_equal(access(path, F_OK), empty - 1);
        struct bytes still = slurp(log);
        assert_int_equal(still.len, kept.len);
        free(still.data);
    }
    spit(path, file); /* put back: all is there */
    store = opened();
    assert_int_equal(count(store), 1);
    sw_store_close(store);
    free(file.data);
    free(kept.data);
}

/* ---- the folder, and others at work ---- */

static void test_folder_is_made(void **state) {
    (void)state;
    char deep[128], folder[128];
    snprintf(folder, sizeof folder, "%s/data", dir);
    snprintf(deep, sizeof deep, "%s/data/s.db", dir);
    struct sw_store *store;
    if (sw_store_open(deep, &store, error, sizeof error)) fail_msg("%s", error);
    sw_store_close(store);
    struct stat file;
    assert_int_equal(stat(folder, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0700);
    unlink(deep);
    rmdir(folder);
    static const char nowhere[] = "/proc/nowhere/s.db";
    assert_int_equal(sw_store_open(nowhere, &store, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, nowhere));
    assert_int_equal(sw_store_open(dir, &store, error, sizeof error), -SW_EIO); /* a folder */
    assert_non_null(strstr(error, "Is a directory"));
}

/* Does WHAT in a child without root's rights; returns its status. */
static int unprivileged(int (*what)(void)) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        if (!geteuid() && (setgid(65534) || setuid(65534))) _exit(99);
        _exit(what());
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int open_unwritable(void) {
    struct sw_store *store;
    if (sw_store_open(path, &store, error, sizeof error) != -SW_EIO) return 1;
    return strstr(error, "the file and its folder must be writable") || strstr(error, "Permission denied") ? 0 : 2;
}

static void test_unwritable(void **state) {
    (void)state;
    fill(1);
    if (!geteuid()) assert_int_equal(chown(dir, 65534, 65534) | chown(path, 65534, 65534), 0);
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(unprivileged(open_unwritable), 0);
    assert_int_equal(chmod(path, 0600) | chmod(dir, 0500), 0);
    assert_int_equal(unprivileged(open_unwritable), 0);
    assert_int_equal(unlink(path) && geteuid() == 0, 0);
    assert_int_equal(unprivileged(open_unwritable), 0); /* nor can a new one be made */
    assert_int_equal(chmod(dir, 0700), 0);
}

static void test_waits_for_others(void **state) {
    (void)state;
    static struct sw_store *store; /* so that valgrind sees it in the child, too */
    store = opened();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        sqlite3 *db;
        char ok = 'k';
        if (sqlite3_open(path, &db) || sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL)) _exit(1);
        if (write(ends[1], &ok, 1) != 1) _exit(2);
        sqlite3_sleep(300);
        _exit(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    }
    char ok;
    assert_int_equal(read(ends[0], &ok, 1), 1);
    struct sw_record one = record("grant", "g", false);
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    close(ends[0]);
    close(ends[1]);
    sw_store_close(store);
}

/* Somebody never lets go: both who is at work and who begins are told so, and not that the file is damaged. */
static void test_locked(void **state) {
    (void)state;
    int go[2];
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        char ok;
        struct sw_store *store;
        if (read(go[0], &ok, 1) != 1) _exit(1);
        if (sw_store_open(path, &store, error, sizeof error) != -SW_EIO) _exit(2);
        _exit(strstr(error, "another program keeps it locked") && !strstr(error, "damaged") ? 0 : 3);
    }
    struct sw_store *store = opened();
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(write(go[1], "k", 1), 1);
    struct sw_record one = record("grant", "g", false);
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), -SW_EIO);
    assert_non_null(strstr(sw_store_error(store), "recording: another program keeps it locked"));
    assert_int_equal(count(store), 0); /* reading goes on */
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    sqlite3_close(db);
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    sw_store_close(store);
    close(go[0]);
    close(go[1]);
}

/* ---- backups ---- */

static char target[160];

static int back_up(int64_t *records) {
    snprintf(target, sizeof target, "%s/copy", dir);
    int64_t bytes = 0;
    int failed = sw_store_backup(path, target, &bytes, records, error, sizeof error);
    struct stat file;
    if (!failed) assert_int_equal(stat(target, &file) ? -1 : file.st_size, bytes);
    return failed;
}

static void test_backup(void **state) {
    (void)state;
    struct sw_store *store = opened();
    for (int i = 0; i < 50; i++) {
        struct sw_record one = record("grant", "g", false);
        assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    }
    int64_t records = 0;
    if (back_up(&records)) fail_msg("%s", error); /* its records are still in the log, not in the file */
    assert_int_equal(records, 50);
    struct stat file;
    assert_int_equal(stat(target, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    struct bytes first = slurp(target);
    assert_int_equal(back_up(&records), -SW_EINVAL);
    assert_non_null(strstr(error, "exists already"));
    struct bytes still = slurp(target);
    assert_int_equal(first.len, still.len);
    assert_memory_equal(first.data, still.data, first.len);
    free(first.data);
    free(still.data);
    static char original[DUMP_BYTES], copy[DUMP_BYTES];
    dump(original, true);
    sw_store_close(store);
    assert_int_equal(count_files(), 2); /* the store, closed, and the copy: one file each */
    assert_int_equal(rename(target, path), 0);
    dump(copy, true); /* as a person restores it */
    assert_string_equal(original, copy);
    store = opened();
    assert_int_equal(count(store), 50);
    sw_store_close(store);
}

static void test_backup_refuses(void **state) {
    (void)state;
    int64_t records = 0;
    assert_int_equal(back_up(&records), -SW_EIO); /* no such file; and none is made */
    assert_non_null(strstr(error, path));
    assert_int_equal(count_files(), 0);
    assert_int_equal(raw("CREATE TABLE notes(text)"), SQLITE_OK);
    assert_int_equal(back_up(&records), -SW_EIO);
    assert_non_null(strstr(error, "no store of Shiftwall"));
    clear_dir();
    fill(3);
    assert_int_equal(symlink("nowhere", target), 0);
    assert_int_equal(back_up(&records), -SW_EINVAL); /* not through a link, either */
    unlink(target);
    int64_t bytes;
    assert_int_equal(sw_store_backup(path, "/proc/nowhere/copy", &bytes, &records, error, sizeof error), -SW_EIO);
    assert_non_null(strstr(error, "/proc/nowhere/copy"));
    assert_int_equal(count_files(), 1);
}

/* Somebody writes all the time, faster than a copy in steps could follow. */
static void test_backup_while_written(void **state) {
    (void)state;
    fill(1500);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        alarm(HANG_S);
        struct sw_store *store;
        if (sw_store_open(path, &store, error, sizeof error)) _exit(1);
        for (;;) {
            struct sw_record one = record("grant", "g", false);
            if (sw_store_append(store, "main", &one, 1, NULL) || write(ends[1], &one.id, sizeof one.id) < 0) _exit(2);
        }
    }
    int64_t id = 0;
    while (id < 1510) assert_int_equal(read(ends[0], &id, sizeof id), sizeof id);
    alarm(HANG_S);
    int64_t records = 0;
    int failed = back_up(&records);
    alarm(0);
    if (failed) fail_msg("%s", error);
    close(ends[1]);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    int64_t before = id, got;
    while (read(ends[0], &got, sizeof got) == sizeof got) id = got;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
    assert_true(id > before); /* it did write meanwhile */
    assert_in_range(records, before, id + 1);
    snprintf(path, sizeof path, "%s/copy", dir);
    struct sw_store *copy = opened();
    struct seen all = read_all(copy, (struct sw_record_query){0});
    assert_int_equal(all.count, records);
    assert_int_equal(all.last.id, records); /* up to one moment, with nothing missing before it */
    sw_store_close(copy);
}

/* ---- the command ---- */

/* Runs it with what it prints in OUT. */
static int run_tool(int argc, char **argv, char *out, size_t size) {
    char log[160];
    snprintf(log, sizeof log, "%s/out", dir);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        if (!freopen(log, "w", stdout) || dup2(fileno(stdout), STDERR_FILENO) < 0) _exit(99);
        int status = sw_tool_backup(argc, argv);
        fflush(stdout);
        _exit(status);
    }
    int status;
    waitpid(child, &status, 0);
    struct bytes text = slurp(log);
    snprintf(out, size, "%.*s", (int)text.len, text.data);
    free(text.data);
    unlink(log);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_command(void **state) {
    (void)state;
    char out[2048], wanted[256];
    snprintf(path, sizeof path, "%s/shiftwall.db", dir);
    snprintf(target, sizeof target, "%s/copy", dir);
    fill(7);
    assert_int_equal(run_tool(3, (char *[]){"--data", dir, target}, out, sizeof out), SW_TOOL_OK);
    struct stat file;
    assert_int_equal(stat(target, &file), 0);
    snprintf(wanted, sizeof wanted, "%s: 7 records, %lld bytes, checked\n", target, (long long)file.st_size);
    assert_string_equal(out, wanted);
    assert_int_equal(run_tool(3, (char *[]){"--data", dir, target}, out, sizeof out), SW_TOOL_INPUT);
    assert_non_null(strstr(out, "exists already"));
    assert_int_equal(run_tool(3, (char *[]){"--data", "/nowhere", "/tmp/never-made"}, out, sizeof out), SW_TOOL_INPUT);
    assert_non_null(strstr(out, "/nowhere/shiftwall.db"));
    assert_int_equal(run_tool(1, (char *[]){target}, out, sizeof out), SW_TOOL_USAGE);
    assert_int_equal(run_tool(2, (char *[]){"--data", dir}, out, sizeof out), SW_TOOL_USAGE);
    assert_int_equal(run_tool(1, (char *[]){"--help"}, out, sizeof out), SW_TOOL_OK);
    assert_non_null(strstr(out, "usage: shiftwall backup"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_steps_are_as_released),  TEST(test_migrations),
        TEST(test_newer),                  TEST(test_foreign),
        TEST(test_no_database),            TEST(test_damaged_pages),
        TEST(test_damaged_while_open),     TEST(test_check_compares_indexes),
        TEST(test_log_of_a_refused_file),  TEST(test_log_without_file),
        TEST(test_folder_is_made),
        TEST(test_unwritable),             TEST(test_waits_for_others),
        TEST(test_locked),                 TEST(test_backup),
        TEST(test_backup_refuses),         TEST(test_backup_while_written),
        TEST(test_command)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
