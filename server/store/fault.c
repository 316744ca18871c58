/* What SQLite says, in words that tell a person what to do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/store_internal.h"

#define DAMAGED "damaged: stop the daemon, keep this file and those beside it, and restore a backup"

static bool is_room(int number) { return number == ENOSPC || number == EDQUOT || number == EFBIG; }

/* The system's error behind SQLite's. A commit that fails does not note it; then the log, or the file, still knows. */
static int system_error(sqlite3 *db) {
    int number = sqlite3_system_errno(db);
    sqlite3_file *log = NULL;
    if (!number && !sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) && log && log->pMethods)
        (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
    if (!number) (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

void sw__store_explain(sqlite3 *db, const char *path, const char *doing, char *out, size_t size) {
    int code = sqlite3_extended_errcode(db) & 0xff;
    char found[128]; /* what follows may change it */
    (void)snprintf(found, sizeof found, "%s", sqlite3_errmsg(db));
    int number = code == SQLITE_IOERR || code == SQLITE_CANTOPEN ? system_error(db) : 0;
    const char *advice, *reason = number ? strerror(number) : found;
    switch (code) {
    case SQLITE_FULL: advice = "the disk is full: make room on it"; break;
    case SQLITE_IOERR:
        advice = is_room(number) ? "the disk is full, or files may not grow: make room" : "the disk does not work as it should";
        break;
    case SQLITE_CORRUPT: advice = DAMAGED; break;
    case SQLITE_NOTADB: advice = "damaged, or no database: keep it aside and restore a backup"; break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: advice = "another program keeps it locked: end that program, or try again"; break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: advice = "the file and its folder must be writable"; break;
    default: advice = NULL; break;
    }
    const char *colon = doing ? ": " : "";
    if (!doing) doing = "";
    if (advice) (void)snprintf(out, size, "%s: %s%s%s (%s)", path, doing, colon, advice, reason);
    else (void)snprintf(out, size, "%s: %s%s%s", path, doing, colon, reason);
}

static void tell_damage(const char *path, const char *what, char *error, size_t size) {
    (void)snprintf(error, size, "%s: " DAMAGED " (%s)", path, what);
    for (char *at = error; *at; at++) /* what SQLite found may have several lines */
        if (*at == '\n') *at = ' ';
}

int sw__store_examine(sqlite3 *db, const char *path, const char *pragma, char *error, size_t size) {
    char query[64];
    (void)snprintf(query, sizeof query, "PRAGMA %s(1)", pragma);
    sqlite3_stmt *statement = NULL;
    int failed = 0;
    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) || sqlite3_step(statement) != SQLITE_ROW) {
        sw__store_explain(db, path, NULL, error, size);
        failed = -SW_EIO;
    } else {
        const char *found = (const char *)sqlite3_column_text(statement, 0);
        if (!found || strcmp(found, "ok")) {
            tell_damage(path, found ? found : "no answer", error, size);
            failed = -SW_EIO;
        }
    }
    sqlite3_finalize(statement);
    return failed;
}

int sw__store_fail(struct sw_store *store, const char *doing) {
    bool bad_rows = (sqlite3_extended_errcode(store->db) & 0xff) == SQLITE_CONSTRAINT;
    sw__store_explain(store->db, store->path, doing, store->error, sizeof store->error);
    return bad_rows ? -SW_EINVAL : -SW_EIO;
}

int sw__store_begin(struct sw_store *store, const char *doing) {
    if (store->depth) {
        store->depth++;
        return 0;
    }
    if (sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL)) return sw__store_fail(store, doing);
    store->depth = 1;
    return 0;
}

int sw__store_end(struct sw_store *store, const char *doing, int failed) {
    if (--store->depth) return failed; /* who began the whole ends it */
    if (!failed && sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL)) failed = sw__store_fail(store, doing);
    /* SQLite may have rolled back by itself */
    if (failed && !sqlite3_get_autocommit(store->db)) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return failed;
}

int sw_store_begin(struct sw_store *store) { return sw__store_begin(store, "writing"); }
int sw_store_end(struct sw_store *store, int failed) { return sw__store_end(store, "writing", failed); }
