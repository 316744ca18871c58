/* The online backup: a copy of a file that others go on writing to. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/schema.h"
#include "store/store.h"

#define PAGES_A_STEP 256
#define WAIT_MS 20

static int say(char *error, size_t size, const char *path, const char *text) {
    (void)snprintf(error, size, "%s: %s", path, text);
    return -SW_EIO;
}

static int copy(sqlite3 *from, sqlite3 *to) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup) return sqlite3_errcode(to);
    int code;
    do {
        code = sqlite3_backup_step(backup, PAGES_A_STEP);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) sqlite3_sleep(WAIT_MS);
    } while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
    int ended = sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? ended : code;
}

/* The first column of the first row as a number; -1 when there is none. */
static int64_t number(sqlite3 *db, const char *query) {
    sqlite3_stmt *s;
    int64_t value = -1;
    if (sqlite3_prepare_v2(db, query, -1, &s, NULL)) return -1;
    if (sqlite3_step(s) == SQLITE_ROW) value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}

static int copy_and_check(const char *path, const char *fresh, int64_t *records, char *error, size_t size) {
    sqlite3 *from = NULL, *to = NULL;
    int failed = 0;
    if (sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL)) failed = say(error, size, path, sqlite3_errmsg(from));
    else if (sw__schema_version(from) < 1) failed = say(error, size, path, "no database of Shiftwall");
    else if (sqlite3_open_v2(fresh, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) || copy(from, to))
        failed = say(error, size, fresh, to ? sqlite3_errmsg(to) : "no memory");
    /* one file, without the log that a database in WAL mode has beside it */
    else if (sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) ||
             number(to, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") != 1)
        failed = say(error, size, fresh, "the copy is damaged");
    else *records = number(to, "SELECT count(*) FROM ledger");
    sqlite3_close(to);
    sqlite3_close(from);
    return failed;
}

int sw_store_backup(const char *path, const char *target, int64_t *bytes, int64_t *records, char *error, size_t size) {
    struct stat file;
    if (!lstat(target, &file)) {
        say(error, size, target, "exists already");
        return -SW_EINVAL;
    }
    size_t len = strlen(target) + 8;
    char *fresh = sw_xmalloc(len);
    (void)snprintf(fresh, len, "%s.part", target);
    (void)unlink(fresh);
    mode_t mask = umask(0077);
    int failed = copy_and_check(path, fresh, records, error, size);
    umask(mask);
    if (!failed && (rename(fresh, target) || stat(target, &file))) failed = say(error, size, target, strerror(errno));
    if (failed) (void)unlink(fresh);
    else *bytes = file.st_size;
    free(fresh);
    return failed;
}
