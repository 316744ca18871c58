/* The online backup: a copy of a file that others go on writing to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/schema.h"
#include "store/store_internal.h"

static int say(char *error, size_t size, const char *path, const char *text) {
    (void)snprintf(error, size, "%s: %s", path, text);
    return -SW_EIO;
}

static int explain(sqlite3 *db, const char *path, char *error, size_t size) {
    if (db) sw__store_explain(db, path, NULL, error, size);
    else (void)say(error, size, path, "no memory");
    return -SW_EIO;
}

/* Begins to read FROM, and holds on to what is there now: a copy made in steps would begin anew whenever somebody writes,
 * and never end on a busy day. In WAL mode nobody has to wait for a reader. */
static int open_source(const char *path, sqlite3 **from, char *error, size_t size) {
    int version;
    if (sqlite3_open_v2(path, from, SQLITE_OPEN_READONLY, NULL)) return explain(*from, path, error, size);
    sqlite3_extended_result_codes(*from, 1);
    if (sqlite3_exec(*from, "BEGIN", NULL, NULL, NULL) || sw__schema_recognise(*from, &version))
        return explain(*from, path, error, size);
    return version < 1 ? say(error, size, path, "no store of Shiftwall") : 0;
}

static int copy(sqlite3 *from, const char *path, sqlite3 *to, const char *fresh, char *error, size_t size) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup) return explain(to, fresh, error, size);
    int code = sqlite3_backup_step(backup, -1);
    int ended = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE && !ended) return 0;
    /* of the two, the one at fault has the code */
    bool source = sqlite3_errcode(to) != code && sqlite3_errcode(from) == code;
    return source ? explain(from, path, error, size) : explain(to, fresh, error, size);
}

static int copy_and_check(const char *path, const char *fresh, int64_t *records, char *error, size_t size) {
    sqlite3 *from = NULL, *to = NULL;
    int failed = open_source(path, &from, error, size);
    if (!failed && sqlite3_open_v2(fresh, &to, SQLITE_OPEN_READWRITE, NULL)) failed = explain(to, fresh, error, size);
    if (!failed) failed = copy(from, path, to, fresh, error, size);
    /* one file, without the log that a database in WAL mode has beside it */
    if (!failed && sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL))
        failed = explain(to, fresh, error, size);
    if (!failed) failed = sw__store_examine(to, fresh, "integrity_check", error, size);
    if (!failed && sw__schema_number(to, "SELECT count(*) FROM ledger", records)) failed = explain(to, fresh, error, size);
    sqlite3_close(to);
    sqlite3_close(from);
    return failed;
}

/* Gives the finished copy its name, unless somebody took that in the meantime. */
static int publish(const char *fresh, const char *target) {
    if (!renameat2(AT_FDCWD, fresh, AT_FDCWD, target, RENAME_NOREPLACE)) return sw__store_sync_folder(target);
    struct stat file;
    if (errno != EINVAL && errno != ENOSYS) return -1; /* some file systems cannot promise it */
    if (!lstat(target, &file)) {
        errno = EEXIST;
        return -1;
    }
    return rename(fresh, target) ? -1 : sw__store_sync_folder(target);
}

static void clean_up(const char *fresh) {
    static const char *const beside[] = {"", "-journal", "-wal", "-shm"};
    size_t len = strlen(fresh) + 16;
    char *name = sw_xmalloc(len);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        (void)snprintf(name, len, "%s%s", fresh, beside[i]);
        (void)unlink(name);
    }
    free(name);
}

int sw_store_backup(const char *path, const char *target, int64_t *bytes, int64_t *records, char *error, size_t size) {
    struct stat file;
    if (!lstat(target, &file)) {
        (void)say(error, size, target, "exists already");
        return -SW_EINVAL;
    }
    size_t len = strlen(target) + 8;
    char *fresh = sw_xmalloc(len);
    (void)snprintf(fresh, len, "%s.XXXXXX", target);
    int fd = mkstemp(fresh), failed = fd < 0 ? say(error, size, target, strerror(errno)) : 0;
    if (failed) {
        free(fresh);
        return failed;
    }
    close(fd);
    int64_t counted = 0;
    failed = copy_and_check(path, fresh, &counted, error, size);
    if (!failed && (stat(fresh, &file) || publish(fresh, target))) failed = say(error, size, target, strerror(errno));
    if (failed) {
        clean_up(fresh);
    } else {
        *bytes = file.st_size;
        *records = counted;
    }
    free(fresh);
    return failed;
}
