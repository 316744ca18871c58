/* A store in a folder of its own, what is in it as one text, and the schemas as they were released. Only for tests;
 * include cmocka first. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

#define DUMP_BYTES 65536
#define UNUSED __attribute__((unused)) /* not every test uses all */

static char dir[64], path[128], error[512];

static UNUSED int setup(void **state) {
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/shiftwall-store-XXXXXX");
    if (!mkdtemp(dir)) return -1;
    snprintf(path, sizeof path, "%s/s.db", dir);
    return 0;
}

static UNUSED int count_files(void) {
    int found = 0;
    DIR *folder = opendir(dir);
    for (struct dirent *e; folder && (e = readdir(folder));) found += e->d_name[0] != '.';
    closedir(folder);
    return found;
}

static UNUSED int clear_dir(void) {
    DIR *folder = opendir(dir);
    if (!folder) return -1;
    for (struct dirent *e; (e = readdir(folder));)
        if (e->d_name[0] != '.') unlinkat(dirfd(folder), e->d_name, 0);
    return closedir(folder);
}

static UNUSED int teardown(void **state) {
    (void)state;
    return clear_dir() || rmdir(dir);
}

static UNUSED struct sw_store *opened(void) {
    struct sw_store *store;
    int failed = sw_store_open(path, &store, error, sizeof error);
    if (failed) fail_msg("%s", error);
    return store;
}

static UNUSED struct sw_record record(const char *kind, const char *key, bool holds) {
    return (struct sw_record){.at_ms = 1000, .kind = kind, .key = key, .agent = "1001", .by = "zhang", .role = "duty",
                              .body = "{\"reason\":\"打印机\"}", .holds = holds};
}

struct seen {
    size_t count;
    struct sw_record last;
    char texts[6][128];
};

static UNUSED void see(void *ctx, const struct sw_record *r) {
    struct seen *seen = ctx;
    seen->count++;
    seen->last = *r;
    const char *const texts[] = {r->kind, r->key, r->agent, r->by, r->role, r->body};
    for (int i = 0; i < 6; i++) snprintf(seen->texts[i], sizeof seen->texts[i], "%s", texts[i] ? texts[i] : "(null)");
}

static UNUSED struct seen read_all(struct sw_store *store, struct sw_record_query query) {
    struct seen seen = {0};
    assert_int_equal(sw_store_read(store, "main", &query, &seen, see), 0);
    return seen;
}

static UNUSED size_t count(struct sw_store *store) { return read_all(store, (struct sw_record_query){0}).count; }

/* ---- past the store ---- */

static UNUSED int raw(const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (code) snprintf(error, sizeof error, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return code;
}

static UNUSED int add_row(void *ctx, int columns, char **values, char **names) {
    (void)names;
    char *out = ctx;
    for (int i = 0; i < columns; i++) {
        size_t len = strlen(out);
        snprintf(out + len, DUMP_BYTES - len, "%s%c", values[i] ? values[i] : "NULL", i + 1 < columns ? '|' : '\n');
    }
    return 0;
}

/* What SQL tells, a line a row. */
static UNUSED void tell(const char *sql, char out[DUMP_BYTES]) {
    sqlite3 *db;
    *out = '\0';
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, add_row, out, NULL)) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* All that is in the store; history is left out where its table is not there yet. */
static UNUSED void dump(char out[DUMP_BYTES], bool with_history) {
    tell(with_history ? "SELECT * FROM ledger ORDER BY id; SELECT * FROM holds; SELECT * FROM meta; "
                        "SELECT site, of, id, start_ms, end_ms, counts FROM history ORDER BY 1, 2, 3, 4"
                      : "SELECT * FROM ledger ORDER BY id; SELECT * FROM holds; SELECT * FROM meta",
         out);
}

/* ---- the versions as they were released: never change these, add the next ---- */

#define RELEASED 7

static UNUSED const char *const released[RELEASED] = {
    "CREATE TABLE ledger( id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, site TEXT NOT NULL, kind TEXT NOT "
    "NULL, key TEXT NOT NULL, agent TEXT, by TEXT, role TEXT, body TEXT NOT NULL CHECK(json_valid(body)));"
    "CREATE TABLE holds( site TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, ledger_id INTEGER NOT NULL REFERENCES "
    "ledger(id), PRIMARY KEY(site, kind, key)) WITHOUT ROWID;"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger WHEN NOT EXISTS(SELECT 1 FROM meta WHERE key = 'purging') BEGIN "
    "SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "PRAGMA user_version = 1;",
    "CREATE TABLE history( site TEXT NOT NULL, of INTEGER NOT NULL, start_ms INTEGER NOT NULL, id TEXT NOT NULL, end_ms "
    "INTEGER NOT NULL, counts TEXT NOT NULL CHECK(json_valid(counts)), PRIMARY KEY(site, of, start_ms, id)) WITHOUT ROWID;"
    "PRAGMA user_version = 2;",
    "CREATE INDEX ledger_agent ON ledger(site, agent, at_ms);"
    "CREATE INDEX ledger_kind ON ledger(site, kind, at_ms);"
    "CREATE INDEX ledger_time ON ledger(site, at_ms);"
    "CREATE INDEX holds_ledger ON holds(ledger_id);"
    "PRAGMA user_version = 3;",
    "PRAGMA application_id = 0x53577374;"
    "CREATE INDEX history_id ON history(site, of, id, start_ms);"
    "CREATE TRIGGER ledger_once BEFORE INSERT ON ledger WHEN EXISTS(SELECT 1 FROM ledger WHERE id = new.id) BEGIN SELECT "
    "RAISE(ABORT, 'the ledger is append-only'); END;"
    "PRAGMA user_version = 4;",
    "CREATE TABLE letters("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " site TEXT NOT NULL,"
    " destination TEXT NOT NULL,"
    " id TEXT NOT NULL,"
    " state INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " reason TEXT,"
    " body TEXT,"
    " UNIQUE(site, destination, id));"
    "PRAGMA user_version = 5;",
    "CREATE TABLE accounts("
    " id TEXT PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " role TEXT NOT NULL,"
    " teams TEXT NOT NULL CHECK(json_valid(teams)),"
    " hash TEXT NOT NULL,"
    " disabled INTEGER NOT NULL,"
    " must_change INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL,"
    " changed_ms INTEGER NOT NULL,"
    " signed_in_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE screens("
    " id TEXT PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " board TEXT NOT NULL,"
    " token TEXT NOT NULL,"
    " next TEXT NOT NULL,"
    " paired_by TEXT NOT NULL,"
    " paired_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version = 6;",
    "CREATE TABLE producers("
    " site TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " token TEXT NOT NULL,"
    " made_by TEXT NOT NULL,"
    " made_ms INTEGER NOT NULL,"
    " token_ms INTEGER NOT NULL,"
    " used_ms INTEGER NOT NULL,"
    " PRIMARY KEY(site, name)) WITHOUT ROWID;"
    "PRAGMA user_version = 7;"
};

/* A file as Shiftwall of VERSION left it, with data in all of its tables. */
static UNUSED void make_released(int version) {
    clear_dir();
    for (int i = 0; i < version; i++) assert_int_equal(raw(released[i]), SQLITE_OK);
    assert_int_equal(raw("PRAGMA journal_mode = WAL;"
                         "INSERT INTO ledger(at_ms, site, kind, key, agent, by, role, body) VALUES"
                         "(5, 'main', 'ack', 'a', '1001', 'zhang', 'duty', '{\"n\":1}'),"
                         "(6, 'main', 'roster', '2026-11-23', NULL, NULL, NULL, '[]'),"
                         "(7, 'other', 'ack', 'a', '2001', 'li', 'lead', '{\"n\":\"王芳\"}');"
                         "INSERT INTO holds VALUES('main', 'ack', 'a', 1), ('other', 'ack', 'a', 3);"
                         "INSERT INTO meta VALUES('note', 'kept')"),
                     SQLITE_OK);
    if (version >= 2)
        assert_int_equal(raw("INSERT INTO history VALUES('main', 0, 0, 'sales', 900000, '{\"offered\":3}'),"
                             "('main', 2, 900000, '1001', 1800000, '{\"talk\":12}')"),
                         SQLITE_OK);
}

#endif
