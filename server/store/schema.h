/* The schema's versions, as steps from one to the next. Internal to the store. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>

/* Brings DB to VERSION, each step in a transaction of its own. Returns SQLite's code. */
int sw__schema_migrate(sqlite3 *db, int version);
/* The version of DB, or -1. */
int sw__schema_version(sqlite3 *db);

#endif
