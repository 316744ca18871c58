#include "store/schema.h"

#include <stdbool.h>
#include <stdio.h>

#define APPLICATION_ID 0x53577374 /* "SWst"; from version 4 on */

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
    /* 4: a file that can be told from other programs'; one agent's months without reading everybody's; INSERT OR
     * REPLACE, which asks no trigger of deletions, is kept off the ledger, too */
    "PRAGMA application_id = 0x53577374;"
    "CREATE INDEX history_id ON history(site, of, id, start_ms);"
    "CREATE TRIGGER ledger_once BEFORE INSERT ON ledger WHEN EXISTS(SELECT 1 FROM ledger WHERE id = new.id)"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;",
    /* 5: messages to chat groups */
    "CREATE TABLE letters("
    " number INTEGER PRIMARY KEY AUTOINCREMENT," /* the order in which they came */
    " site TEXT NOT NULL,"
    " destination TEXT NOT NULL,"
    " id TEXT NOT NULL,"
    " state INTEGER NOT NULL," /* enum sw_letter_state */
    " at_ms INTEGER NOT NULL,"
    " reason TEXT,"
    " body TEXT,"
    " UNIQUE(site, destination, id));",
    /* 6: who may come in: accounts of people, and screens that were paired */
    "CREATE TABLE accounts("
    " id TEXT PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " role TEXT NOT NULL,"
    " teams TEXT NOT NULL CHECK(json_valid(teams)),"
    " hash TEXT NOT NULL," /* argon2id */
    " disabled INTEGER NOT NULL,"
    " must_change INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL,"
    " changed_ms INTEGER NOT NULL,"
    " signed_in_ms INTEGER NOT NULL) WITHOUT ROWID;" /* 0: never */
    "CREATE TABLE screens("
    " id TEXT PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " board TEXT NOT NULL,"
    " token TEXT NOT NULL," /* hashes of the tokens that let it in: the one in use, and the one it is to go over to */
    " next TEXT NOT NULL,"
    " paired_by TEXT NOT NULL,"
    " paired_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL) WITHOUT ROWID;",
    /* 7: producers that send events over HTTP */
    "CREATE TABLE producers("
    " site TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " token TEXT NOT NULL," /* the hash of the one that lets it in */
    " made_by TEXT NOT NULL,"
    " made_ms INTEGER NOT NULL,"
    " token_ms INTEGER NOT NULL," /* when the token was made */
    " used_ms INTEGER NOT NULL," /* 0: never */
    " PRIMARY KEY(site, name)) WITHOUT ROWID;",
};

int sw__schema_number(sqlite3 *db, const char *query, int64_t *value) {
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(db, query, -1, &statement, NULL);
    if (code) return code;
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *value = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

int sw__schema_recognise(sqlite3 *db, int *version) {
    static const char *const queries[] = {
        "PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_schema",
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('ledger', 'holds', 'meta')"};
    int64_t found[4] = {0};
    for (int i = 0; i < 4; i++) {
        int code = sw__schema_number(db, queries[i], &found[i]);
        if (code) return code;
    }
    bool empty = !found[0] && !found[1] && !found[2];
    bool unmarked = found[0] >= 1 && found[0] < 4 && !found[1] && found[3] == 3;
    bool marked = found[0] >= 4 && found[1] == APPLICATION_ID;
    *version = empty || unmarked || marked ? (int)found[0] : -1;
    return SQLITE_OK;
}

static int migrate_once(sqlite3 *db, int version, bool *reached) {
    int64_t from = 0; /* read under the lock: two programs may have opened an old file at the same time */
    int code = sw__schema_number(db, "PRAGMA user_version", &from);
    if (code) return code;
    *reached = from >= version;
    if (*reached) return SQLITE_OK;
    char pragma[48];
    (void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", (int)from + 1);
    code = sqlite3_exec(db, steps[from], NULL, NULL, NULL);
    return code ? code : sqlite3_exec(db, pragma, NULL, NULL, NULL);
}

int sw__schema_migrate(sqlite3 *db, int version) {
    bool reached = false;
    while (!reached) {
        int code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        if (!code) code = migrate_once(db, version, &reached);
        if (!code) code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
        if (!code) continue;
        if (!sqlite3_get_autocommit(db)) (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        return code;
    }
    return SQLITE_OK;
}
