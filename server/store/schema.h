/* The schema's versions, as steps from one to the next. Internal to the store. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdint.h>

/* Brings DB to VERSION, each step in a transaction of its own. Returns SQLite's code; what a failed step did is undone. */
int sw__schema_migrate(sqlite3 *db, int version);
/* Finds out what DB is: VERSION gets 0 for an empty file, the version of a store, or -1 for another program's database.
 * Returns SQLite's code. */
int sw__schema_recognise(sqlite3 *db, int *version);
/* The first column of the first row of QUERY. Returns SQLite's code; SQLITE_DONE when there is no row. */
int sw__schema_number(sqlite3 *db, const char *query, int64_t *value);

#endif
