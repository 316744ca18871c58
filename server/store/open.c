/* Opening: whatever is refused stays as it was found. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/schema.h"
#include "store/store_internal.h"

#define BUSY_MS 5000 /* another process (a person with sqlite3, a second daemon) may hold the file for so long */

static const char *const sql[SW__STATEMENTS] = {
    [SW__INSERT_RECORD] = "INSERT INTO ledger(at_ms, site, kind, key, agent, by, role, body) VALUES(?,?,?,?,?,?,?,?)",
    [SW__INSERT_HOLD] = "INSERT INTO holds(site, kind, key, ledger_id) VALUES(?,?,?,?)",
    [SW__READ_HOLDER] = "SELECT l.body FROM holds h JOIN ledger l ON l.id = h.ledger_id "
                        "WHERE h.site = ? AND h.kind = ? AND h.key = ?",
    [SW__DELETE_HOLD] = "DELETE FROM holds WHERE site = ? AND ledger_id = ?",
    [SW__PUT_HISTORY] = "INSERT INTO history(site, of, start_ms, id, end_ms, counts) VALUES(?,?,?,?,?,?) "
                        "ON CONFLICT DO UPDATE SET end_ms = excluded.end_ms, counts = excluded.counts",
};

static int say(char *error, size_t size, const char *path, const char *text) {
    (void)snprintf(error, size, "%s: %s", path, text);
    return -SW_EIO;
}

/* SQLite deletes the log of a file that is empty; but what the log holds may be all that is left. */
static bool has_lost_its_file(const char *path) {
    struct stat file;
    if (!stat(path, &file) && file.st_size) return false;
    size_t len = strlen(path) + 5;
    char *log = sw_xmalloc(len);
    (void)snprintf(log, len, "%s-wal", path);
    bool lost = !stat(log, &file) && file.st_size;
    free(log);
    return lost;
}

/* A file that is not there is made here, so that it is nobody else's to read. */
static int make_private(const char *path, char *error, size_t size) {
    if (has_lost_its_file(path))
        return say(error, size, path,
                   "empty or missing, but its log is there: put the file back, or move the log (-wal) away");
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 && errno == ENOENT && !sw__store_make_folder(path))
            fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0 && sw__store_sync_folder(path)) {
            close(fd);
            fd = -1;
        }
    }
    if (fd < 0) return say(error, size, path, strerror(errno));
    close(fd);
    return 0;
}

static int look(sqlite3 *db, const char *path, char *error, size_t size) {
    int found;
    if (sw__schema_recognise(db, &found)) {
        sw__store_explain(db, path, NULL, error, size);
        return -SW_EIO;
    }
    if (found < 0) return say(error, size, path, "a database, but of another program: choose another data folder");
    if (found > SW_STORE_SCHEMA) {
        (void)snprintf(error, size, "%s: version %d was made by a newer Shiftwall, this one knows %d", path, found,
                       SW_STORE_SCHEMA);
        return -SW_EIO;
    }
    return sw__store_examine(db, path, "quick_check", error, size);
}

/* Keeps the log from being written into the file, and deleted, when DB is closed. */
static void keep_log(sqlite3 *db, int keep) { (void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, NULL); }

/* FULL: a commit is on the disk before it is confirmed. What is purged is overwritten, not only unlinked. */
static const char settings[] = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
                               "PRAGMA journal_size_limit = 16777216";

static int prepare(sqlite3 *db, const char *path, int version, char *error, size_t size) {
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_extended_result_codes(db, 1);
    keep_log(db, 1);
    int failed = look(db, path, error, size);
    if (failed) return failed;
    keep_log(db, 0);
    int64_t ignored;
    if (sw__schema_number(db, "PRAGMA journal_mode = WAL", &ignored) ||
        sqlite3_exec(db, settings, NULL, NULL, NULL) || sw__schema_migrate(db, version)) {
        sw__store_explain(db, path, NULL, error, size);
        return -SW_EIO;
    }
    /* where shared memory is not to be had, as on some network folders, the journal's mode stays as it was */
    return sw__schema_number(db, "SELECT 1 FROM pragma_journal_mode WHERE journal_mode = 'wal'", &ignored)
               ? say(error, size, path, "write-ahead logging does not work in this folder: it must be on a local disk")
               : 0;
}

static int open_db(const char *path, int version, sqlite3 **out, char *error, size_t size) {
    int failed = make_private(path, error, size);
    if (failed) return failed;
    if (sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)) {
        if (*out) sw__store_explain(*out, path, NULL, error, size);
        else (void)say(error, size, path, "no memory");
        failed = -SW_EIO;
    } else {
        failed = prepare(*out, path, version, error, size);
    }
    if (failed) sqlite3_close(*out);
    return failed;
}

int sw_store_migrate(const char *path, int version, char *error, size_t size) {
    sqlite3 *db;
    int failed = open_db(path, version, &db, error, size);
    if (!failed) sqlite3_close(db);
    return failed;
}

int sw_store_open(const char *path, struct sw_store **out, char *error, size_t size) {
    struct sw_store *store = sw_xcalloc(1, sizeof *store);
    int failed = open_db(path, SW_STORE_SCHEMA, &store->db, error, size);
    if (failed) {
        free(store);
        return failed;
    }
    store->path = sw_xstrdup(path);
    for (int i = 0; i < SW__STATEMENTS && !failed; i++)
        if (sqlite3_prepare_v3(store->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL)) {
            sw__store_explain(store->db, path, NULL, error, size);
            failed = -SW_EIO;
        }
    if (failed) sw_store_close(store);
    else *out = store;
    return failed;
}

void sw_store_close(struct sw_store *store) {
    if (!store) return;
    for (int i = 0; i < SW__STATEMENTS; i++) sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    free(store->path);
    free(store);
}

const char *sw_store_path(const struct sw_store *store) { return store->path; }
const char *sw_store_error(const struct sw_store *store) { return store->error; }
