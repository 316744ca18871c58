#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/schema.h"

#define BUSY_MS 5000 /* another process (a backup, a person with sqlite3) may hold the file for so long */
#define ERROR_BYTES 512

/* Statements are prepared once; the ledger is written often. */
enum statement { INSERT_RECORD, INSERT_HOLD, READ_HOLDER, DELETE_HOLD, PUT_HISTORY, STATEMENTS };

static const char *const sql[STATEMENTS] = {
    [INSERT_RECORD] = "INSERT INTO ledger(at_ms, site, kind, key, agent, by, role, body) VALUES(?,?,?,?,?,?,?,?)",
    [INSERT_HOLD] = "INSERT INTO holds(site, kind, key, ledger_id) VALUES(?,?,?,?)",
    [READ_HOLDER] = "SELECT l.id, l.at_ms, l.by, l.body FROM holds h JOIN ledger l ON l.id = h.ledger_id "
                    "WHERE h.site = ? AND h.kind = ? AND h.key = ?",
    [DELETE_HOLD] = "DELETE FROM holds WHERE ledger_id = ?",
    [PUT_HISTORY] = "INSERT INTO history(site, of, start_ms, id, end_ms, counts) VALUES(?,?,?,?,?,?) "
                    "ON CONFLICT DO UPDATE SET end_ms = excluded.end_ms, counts = excluded.counts",
};

struct sw_store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    char error[ERROR_BYTES];
};

const char *sw_store_error(const struct sw_store *store) { return store->error; }

static int fail(struct sw_store *store, const char *doing) {
    (void)snprintf(store->error, sizeof store->error, "%s: %s", doing, sqlite3_errmsg(store->db));
    return -SW_EIO;
}

static int run(struct sw_store *store, const char *text) {
    return sqlite3_exec(store->db, text, NULL, NULL, NULL) ? fail(store, text) : 0;
}

/* ---- opening ---- */

/* The first line of a PRAGMA's answer is WANTED. */
static bool answers(sqlite3 *db, const char *pragma, const char *wanted) {
    sqlite3_stmt *statement;
    bool good = false;
    if (sqlite3_prepare_v2(db, pragma, -1, &statement, NULL) != SQLITE_OK) return false;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        good = text && !strcmp(text, wanted);
    }
    sqlite3_finalize(statement);
    return good;
}

/* A file that is not there is made here, so that it is nobody else's to read. */
static int make_private(const char *path, char *error, size_t size) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        (void)snprintf(error, size, "%s: %s", path, strerror(errno));
        return -SW_EIO;
    }
    close(fd);
    return 0;
}

static int prepare(sqlite3 *db, const char *path, int version, char *error, size_t size) {
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_extended_result_codes(db, 1);
    if (!answers(db, "PRAGMA quick_check(1)", "ok")) {
        (void)snprintf(error, size, "%s: damaged, or no database (%s): keep it aside and restore a backup", path,
                       sqlite3_errmsg(db));
        return -SW_EIO;
    }
    int found = sw__schema_version(db);
    if (found > SW_STORE_SCHEMA) {
        (void)snprintf(error, size, "%s: version %d was made by a newer Shiftwall, this one knows %d", path, found,
                       SW_STORE_SCHEMA);
        return -SW_EIO;
    }
    bool durable = answers(db, "PRAGMA journal_mode = WAL", "wal") &&
                   !sqlite3_exec(db, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    if (durable && !sw__schema_migrate(db, version)) return 0;
    (void)snprintf(error, size, "%s: %s", path, sqlite3_errmsg(db));
    return -SW_EIO;
}

static int open_db(const char *path, int version, sqlite3 **out, char *error, size_t size) {
    int failed = make_private(path, error, size);
    if (failed) return failed;
    if (sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)) {
        (void)snprintf(error, size, "%s: %s", path, *out ? sqlite3_errmsg(*out) : "no memory");
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
    for (int i = 0; i < STATEMENTS && !failed; i++)
        if (sqlite3_prepare_v3(store->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL)) {
            (void)snprintf(error, size, "%s: %s", path, sqlite3_errmsg(store->db));
            failed = -SW_EIO;
        }
    if (failed) sw_store_close(store);
    else *out = store;
    return failed;
}

void sw_store_close(struct sw_store *store) {
    if (!store) return;
    for (int i = 0; i < STATEMENTS; i++) sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    free(store);
}

/* ---- appending ---- */

static void bind_text(sqlite3_stmt *statement, int at, const char *text) {
    if (text) sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    else sqlite3_bind_null(statement, at);
}

/* Steps a statement that gives no rows, and makes it ready for the next time. */
static int step(struct sw_store *store, sqlite3_stmt *statement, const char *doing) {
    int code = sqlite3_step(statement);
    int failed = code == SQLITE_DONE ? 0 : fail(store, doing);
    sqlite3_reset(statement);
    return failed;
}

static int insert_record(struct sw_store *store, const char *site, struct sw_record *r) {
    sqlite3_stmt *s = store->statements[INSERT_RECORD];
    sqlite3_bind_int64(s, 1, r->at_ms);
    const char *const texts[] = {site, r->kind, r->key, r->agent, r->by, r->role, r->body};
    for (int i = 0; i < 7; i++) bind_text(s, i + 2, texts[i]);
    int failed = step(store, s, "recording");
    if (!failed) r->id = sqlite3_last_insert_rowid(store->db);
    return failed;
}

/* -SW_EBUSY when the key is held; HOLDER gets by whom. */
static int look_for_holder(struct sw_store *store, const char *site, const struct sw_record *r, struct sw_buf *holder) {
    sqlite3_stmt *s = store->statements[READ_HOLDER];
    const char *const texts[] = {site, r->kind, r->key};
    for (int i = 0; i < 3; i++) bind_text(s, i + 1, texts[i]);
    int code = sqlite3_step(s), failed = 0;
    if (code == SQLITE_ROW) {
        failed = -SW_EBUSY;
        if (holder) sw_buf_puts(holder, (const char *)sqlite3_column_text(s, 3));
    } else if (code != SQLITE_DONE) {
        failed = fail(store, "recording");
    }
    sqlite3_reset(s);
    return failed;
}

static int release(struct sw_store *store, int64_t id) {
    sqlite3_stmt *s = store->statements[DELETE_HOLD];
    sqlite3_bind_int64(s, 1, id);
    int failed = step(store, s, "releasing");
    if (!failed && !sqlite3_changes(store->db)) failed = -SW_ENOENT;
    return failed;
}

static int hold(struct sw_store *store, const char *site, const struct sw_record *r) {
    sqlite3_stmt *s = store->statements[INSERT_HOLD];
    const char *const texts[] = {site, r->kind, r->key};
    for (int i = 0; i < 3; i++) bind_text(s, i + 1, texts[i]);
    sqlite3_bind_int64(s, 4, r->id);
    return step(store, s, "recording");
}

static int append(struct sw_store *store, const char *site, struct sw_record *r, struct sw_buf *holder) {
    int failed = r->holds ? look_for_holder(store, site, r, holder) : 0;
    if (!failed && r->releases) failed = release(store, r->releases);
    if (!failed) failed = insert_record(store, site, r);
    if (!failed && r->holds) failed = hold(store, site, r);
    return failed;
}

int sw_store_append(struct sw_store *store, const char *site, struct sw_record *records, size_t count,
                    struct sw_buf *holder) {
    int failed = run(store, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < count && !failed; i++) failed = append(store, site, &records[i], holder);
    if (!failed) failed = run(store, "COMMIT");
    if (failed && !sqlite3_get_autocommit(store->db)) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return failed;
}

/* ---- reading ---- */

static const char *column(sqlite3_stmt *s, int at) { return (const char *)sqlite3_column_text(s, at); }

int sw_store_read(struct sw_store *store, const char *site, const struct sw_record_query *q, void *ctx,
                  void (*fn)(void *ctx, const struct sw_record *record)) {
    char text[512];
    size_t kind_len = q->kind ? strlen(q->kind) : 0;
    bool prefix = kind_len && q->kind[kind_len - 1] == '*';
    (void)snprintf(text, sizeof text,
                   "SELECT l.id, at_ms, l.kind, l.key, agent, by, role, body, h.ledger_id IS NOT NULL FROM ledger l "
                   "LEFT JOIN holds h ON h.ledger_id = l.id "
                   "WHERE l.site = ?1 AND at_ms >= ?2 AND at_ms < ?3 AND l.id > ?4%s%s%s ORDER BY l.id %s LIMIT ?8",
                   !q->kind ? "" : prefix ? " AND substr(l.kind, 1, length(?5)) = ?5" : " AND l.kind = ?5",
                   q->agent ? " AND agent = ?6" : "", q->key ? " AND l.key = ?7" : "", q->newest_first ? "DESC" : "ASC");
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db, text, -1, &s, NULL)) return fail(store, "reading");
    bind_text(s, 1, site);
    sqlite3_bind_int64(s, 2, q->from_ms);
    sqlite3_bind_int64(s, 3, q->to_ms ? q->to_ms : INT64_MAX);
    sqlite3_bind_int64(s, 4, q->after_id);
    if (q->kind) sqlite3_bind_text(s, 5, q->kind, (int)(prefix ? kind_len - 1 : kind_len), SQLITE_STATIC);
    if (q->agent) bind_text(s, 6, q->agent);
    if (q->key) bind_text(s, 7, q->key);
    sqlite3_bind_int64(s, 8, q->limit ? q->limit : -1);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct sw_record record = {.id = sqlite3_column_int64(s, 0), .at_ms = sqlite3_column_int64(s, 1),
                                         .kind = column(s, 2), .key = column(s, 3), .agent = column(s, 4),
                                         .by = column(s, 5), .role = column(s, 6), .body = column(s, 7),
                                         .holds = sqlite3_column_int(s, 8) != 0};
        fn(ctx, &record);
    }
    int failed = code == SQLITE_DONE ? 0 : fail(store, "reading");
    sqlite3_finalize(s);
    return failed;
}

/* ---- history ---- */

static int put_row(struct sw_store *store, const char *site, const struct sw_history_row *row) {
    sqlite3_stmt *s = store->statements[PUT_HISTORY];
    bind_text(s, 1, site);
    sqlite3_bind_int(s, 2, (int)row->of);
    sqlite3_bind_int64(s, 3, row->start_ms);
    bind_text(s, 4, row->id);
    sqlite3_bind_int64(s, 5, row->end_ms);
    bind_text(s, 6, row->counts);
    return step(store, s, "history");
}

int sw_store_put_history(struct sw_store *store, const char *site, const struct sw_history_row *rows, size_t count) {
    int failed = run(store, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < count && !failed; i++) failed = put_row(store, site, &rows[i]);
    if (!failed) failed = run(store, "COMMIT");
    if (failed && !sqlite3_get_autocommit(store->db)) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return failed;
}

int sw_store_read_history(struct sw_store *store, const char *site, enum sw_history of, const char *id, int64_t from_ms,
                          int64_t to_ms, void *ctx, void (*fn)(void *ctx, const struct sw_history_row *row)) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db,
                           "SELECT start_ms, id, end_ms, counts FROM history WHERE site = ? AND of = ? AND start_ms >= ? "
                           "AND start_ms < ? AND (?5 IS NULL OR id = ?5) ORDER BY start_ms, id",
                           -1, &s, NULL))
        return fail(store, "history");
    bind_text(s, 1, site);
    sqlite3_bind_int(s, 2, (int)of);
    sqlite3_bind_int64(s, 3, from_ms);
    sqlite3_bind_int64(s, 4, to_ms);
    bind_text(s, 5, id);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct sw_history_row row = {.of = of, .start_ms = sqlite3_column_int64(s, 0), .id = column(s, 1),
                                           .end_ms = sqlite3_column_int64(s, 2), .counts = column(s, 3)};
        fn(ctx, &row);
    }
    int failed = code == SQLITE_DONE ? 0 : fail(store, "history");
    sqlite3_finalize(s);
    return failed;
}

/* ---- upkeep ---- */

static int delete_old(struct sw_store *store, const char *text, const char *site, int64_t t_ms, int64_t max,
                      int64_t *deleted) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db, text, -1, &s, NULL)) return fail(store, "purging");
    bind_text(s, 1, site);
    sqlite3_bind_int64(s, 2, t_ms);
    sqlite3_bind_int64(s, 3, max);
    int failed = sqlite3_step(s) == SQLITE_DONE ? 0 : fail(store, "purging");
    sqlite3_finalize(s);
    if (!failed && deleted) *deleted += sqlite3_changes(store->db);
    return failed;
}

int sw_store_purge(struct sw_store *store, const char *site, int64_t t_ms, int64_t max, int64_t *deleted) {
    int64_t sum = 0;
    int failed = run(store, "BEGIN IMMEDIATE; INSERT INTO meta VALUES('purging', '1')");
    if (!failed)
        failed = delete_old(store,
                            "DELETE FROM holds WHERE ledger_id IN (SELECT id FROM ledger WHERE site = ? AND at_ms < ? "
                            "ORDER BY at_ms, id LIMIT ?)", site, t_ms, max, NULL);
    if (!failed)
        failed = delete_old(store,
                            "DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE site = ? AND at_ms < ? "
                            "ORDER BY at_ms, id LIMIT ?)", site, t_ms, max, &sum);
    if (!failed)
        failed = delete_old(store,
                            "DELETE FROM history WHERE (site, of, start_ms, id) IN (SELECT site, of, start_ms, id FROM "
                            "history WHERE site = ? AND start_ms < ? LIMIT ?)", site, t_ms, max, &sum);
    if (!failed) failed = run(store, "DELETE FROM meta WHERE key = 'purging'; COMMIT");
    if (failed && !sqlite3_get_autocommit(store->db)) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    if (!failed) *deleted = sum;
    return failed;
}
