/* What the files of the store share. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "store/store.h"

#define SW__STORE_ERROR_BYTES 512

/* Statements are prepared once; the ledger is written often. */
enum sw__statement {
    SW__INSERT_RECORD,
    SW__INSERT_HOLD,
    SW__READ_HOLDER,
    SW__DELETE_HOLD,
    SW__PUT_HISTORY,
    SW__STATEMENTS
};

struct sw_store {
    sqlite3 *db;
    sqlite3_stmt *statements[SW__STATEMENTS];
    char *path;
    unsigned depth; /* of transactions: the outermost is SQLite's */
    bool is_marked; /* that there are accounts; see sw_store_had_accounts */
    char error[SW__STORE_ERROR_BYTES];
};

/* Writes "PATH: DOING: why, and what to do" for what DB failed at last. DOING may be NULL. Call it before anything else
 * is done with DB: a rollback would hide the reason. */
void sw__store_explain(sqlite3 *db, const char *path, const char *doing, char *out, size_t size);
/* Looks for damage by PRAGMA ("quick_check", or "integrity_check", which compares the indexes, too). 0, or -SW_EIO with
 * the reason in ERROR. */
int sw__store_examine(sqlite3 *db, const char *path, const char *pragma, char *error, size_t size) SW_NODISCARD;
/* Explains what STORE failed at last. Returns -SW_EIO, or -SW_EINVAL when the rows were at fault, not the file. */
int sw__store_fail(struct sw_store *store, const char *doing);
/* A transaction: begin, then end, which commits unless FAILED, and returns FAILED or why it could not. Within another one it is a
 * part of that, which must be told of the failure. */
int sw__store_begin(struct sw_store *store, const char *doing) SW_NODISCARD;
int sw__store_end(struct sw_store *store, const char *doing, int failed) SW_NODISCARD;
/* Makes the folder of PATH (mode 0700), or writes it to the disk: that a file is in it is durable only then. As system
 * calls, 0 or -1 and errno. */
int sw__store_make_folder(const char *path) SW_NODISCARD;
int sw__store_sync_folder(const char *path) SW_NODISCARD;

#endif
