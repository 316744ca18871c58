#include "store/schema.h"

#include <stdio.h>

/* Step N brings version N to N + 1. A step that was released is never changed. */
static const char *const steps[] = {
    /* 1: what people recorded */
    "CREATE TABLE ledger("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " at_ms INTEGER NOT NULL,"
    " site TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " key TEXT NOT NULL,"
    " agent TEXT,"
    " by TEXT,"
    " role TEXT,"
    " body TEXT NOT NULL CHECK(json_valid(body)));"
    "CREATE TABLE holds("
    " site TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " key TEXT NOT NULL,"
    " ledger_id INTEGER NOT NULL REFERENCES ledger(id),"
    " PRIMARY KEY(site, kind, key)) WITHOUT ROWID;"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger"
    " WHEN NOT EXISTS(SELECT 1 FROM meta WHERE key = 'purging')"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;",
    /* 2: the history of intervals */
    "CREATE TABLE history("
    " site TEXT NOT NULL,"
    " of INTEGER NOT NULL," /* enum sw_history */
    " start_ms INTEGER NOT NULL,"
    " id TEXT NOT NULL,"
    " end_ms INTEGER NOT NULL,"
    " counts TEXT NOT NULL CHECK(json_valid(counts)),"
    " PRIMARY KEY(site, of, start_ms, id)) WITHOUT ROWID;",
    /* 3: what is looked up by agent, kind and time */
    "CREATE INDEX ledger_agent ON ledger(site, agent, at_ms);"
    "CREATE INDEX ledger_kind ON ledger(site, kind, at_ms);"
    "CREATE INDEX ledger_time ON ledger(site, at_ms);"
    "CREATE INDEX holds_ledger ON holds(ledger_id);",
};

int sw__schema_version(sqlite3 *db) {
    sqlite3_stmt *statement;
    int version = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK) return -1;
    if (sqlite3_step(statement) == SQLITE_ROW) version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

int sw__schema_migrate(sqlite3 *db, int version) {
    int code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code) return code;
    for (int from = sw__schema_version(db); !code && from < version; from++) {
        char pragma[48];
        (void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", from + 1);
        code = sqlite3_exec(db, steps[from], NULL, NULL, NULL);
        if (!code) code = sqlite3_exec(db, pragma, NULL, NULL, NULL);
    }
    int ended = sqlite3_exec(db, code ? "ROLLBACK" : "COMMIT", NULL, NULL, NULL);
    return code ? code : ended;
}
