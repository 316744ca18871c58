/* The ledger and the history: writing and reading. */
#include "store/store.h"

#include <stdio.h>
#include <string.h>

#include "store/store_internal.h"

/* ---- appending ---- */

static void bind_text(sqlite3_stmt *statement, int at, const char *text) {
    if (text) sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    else sqlite3_bind_null(statement, at);
}

/* Steps a statement that gives no rows, and makes it ready for the next time. */
static int step(struct sw_store *store, sqlite3_stmt *statement, const char *doing) {
    int code = sqlite3_step(statement);
    int failed = code == SQLITE_DONE ? 0 : sw__store_fail(store, doing);
    sqlite3_reset(statement);
    return failed;
}

static int insert_record(struct sw_store *store, const char *site, const struct sw_record *r, int64_t *id) {
    sqlite3_stmt *s = store->statements[SW__INSERT_RECORD];
    sqlite3_bind_int64(s, 1, r->at_ms);
    const char *const texts[] = {site, r->kind, r->key, r->agent, r->by, r->role, r->body};
    for (int i = 0; i < 7; i++) bind_text(s, i + 2, texts[i]);
    int failed = step(store, s, "recording");
    if (!failed) *id = sqlite3_last_insert_rowid(store->db);
    return failed;
}

/* -SW_EBUSY when the key is held; HOLDER gets the record that holds it. */
static int look_for_holder(struct sw_store *store, const char *site, const struct sw_record *r, struct sw_buf *holder) {
    sqlite3_stmt *s = store->statements[SW__READ_HOLDER];
    const char *const texts[] = {site, r->kind, r->key};
    for (int i = 0; i < 3; i++) bind_text(s, i + 1, texts[i]);
    int code = sqlite3_step(s), failed = 0;
    if (code == SQLITE_ROW) {
        failed = -SW_EBUSY;
        if (holder) sw_buf_puts(holder, (const char *)sqlite3_column_text(s, 0));
    } else if (code != SQLITE_DONE) {
        failed = sw__store_fail(store, "recording");
    }
    sqlite3_reset(s);
    return failed;
}

static int release(struct sw_store *store, const char *site, int64_t id) {
    sqlite3_stmt *s = store->statements[SW__DELETE_HOLD];
    bind_text(s, 1, site);
    sqlite3_bind_int64(s, 2, id);
    int failed = step(store, s, "releasing");
    if (!failed && !sqlite3_changes(store->db)) failed = -SW_ENOENT;
    return failed;
}

static int hold(struct sw_store *store, const char *site, const struct sw_record *r, int64_t id) {
    sqlite3_stmt *s = store->statements[SW__INSERT_HOLD];
    const char *const texts[] = {site, r->kind, r->key};
    for (int i = 0; i < 3; i++) bind_text(s, i + 1, texts[i]);
    sqlite3_bind_int64(s, 4, id);
    return step(store, s, "recording");
}

/* Releasing comes first: one record may take the place of another. */
static int append(struct sw_store *store, const char *site, const struct sw_record *r, struct sw_buf *holder, int64_t *id) {
    int failed = r->releases ? release(store, site, r->releases) : 0;
    if (!failed && r->holds) failed = look_for_holder(store, site, r, holder);
    if (!failed) failed = insert_record(store, site, r, id);
    if (!failed && r->holds) failed = hold(store, site, r, *id);
    return failed;
}

static int too_long(struct sw_store *store, const struct sw_record *records, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (records[i].body && strlen(records[i].body) > SW_RECORD_BODY_MAX) {
            (void)snprintf(store->error, sizeof store->error, "%s: recording: a record is longer than %u bytes",
                           store->path, SW_RECORD_BODY_MAX);
            return -SW_ELIMIT;
        }
    return 0;
}

int sw_store_append(struct sw_store *store, const char *site, struct sw_record *records, size_t count,
                    struct sw_buf *holder) {
    int failed = too_long(store, records, count);
    if (!failed) failed = sw__store_begin(store, "recording");
    if (failed) return failed;
    int64_t id = 0, first = 0;
    for (size_t i = 0; i < count && !failed; i++) {
        failed = append(store, site, &records[i], holder, &id);
        if (!i) first = id;
    }
    failed = sw__store_end(store, "recording", failed);
    /* nobody else can have written in between, so ids follow each other */
    for (size_t i = 0; i < count && !failed; i++) records[i].id = first + (int64_t)i;
    return failed;
}

/* ---- reading ---- */

static const char *column(sqlite3_stmt *s, int at) { return (const char *)sqlite3_column_text(s, at); }

/* SQLite keeps no statistics here and would go by time; this says what is the fewest to read. */
static const char *index_for(const struct sw_record_query *q, bool prefix) {
    if (q->agent) return "INDEXED BY ledger_agent";
    if (q->kind && !prefix) return "INDEXED BY ledger_kind";
    return (q->from_ms || q->to_ms) && !q->after_id ? "INDEXED BY ledger_time" : "NOT INDEXED"; /* that is, by id */
}

int sw_store_read(struct sw_store *store, const char *site, const struct sw_record_query *q, void *ctx,
                  void (*fn)(void *ctx, const struct sw_record *record)) {
    char text[600];
    size_t kind_len = q->kind ? strlen(q->kind) : 0;
    bool prefix = kind_len && q->kind[kind_len - 1] == '*';
    (void)snprintf(text, sizeof text,
                   "SELECT l.id, at_ms, l.kind, l.key, agent, by, role, body, h.ledger_id IS NOT NULL FROM ledger l %s "
                   "LEFT JOIN holds h ON h.ledger_id = l.id "
                   "WHERE l.site = ?1 AND at_ms >= ?2 AND at_ms < ?3 AND l.id > ?4 AND l.id < ?9%s%s%s%s ORDER BY l.id %s LIMIT ?8",
                   index_for(q, prefix),
                   !q->kind ? "" : prefix ? " AND substr(l.kind, 1, length(?5)) = ?5" : " AND l.kind = ?5",
                   q->agent ? " AND agent = ?6" : "", q->key ? " AND l.key = ?7" : "", q->by ? " AND by = ?10" : "", q->newest_first ? "DESC" : "ASC");
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db, text, -1, &s, NULL)) return sw__store_fail(store, "reading");
    bind_text(s, 1, site);
    sqlite3_bind_int64(s, 2, q->from_ms);
    sqlite3_bind_int64(s, 3, q->to_ms ? q->to_ms : INT64_MAX);
    sqlite3_bind_int64(s, 4, q->after_id);
    if (q->kind) sqlite3_bind_text(s, 5, q->kind, (int)(prefix ? kind_len - 1 : kind_len), SQLITE_STATIC);
    if (q->agent) bind_text(s, 6, q->agent);
    if (q->key) bind_text(s, 7, q->key);
    sqlite3_bind_int64(s, 8, q->limit ? q->limit : -1);
    sqlite3_bind_int64(s, 9, q->before_id ? q->before_id : INT64_MAX);
    if (q->by) bind_text(s, 10, q->by);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct sw_record record = {.id = sqlite3_column_int64(s, 0), .at_ms = sqlite3_column_int64(s, 1),
                                         .kind = column(s, 2), .key = column(s, 3), .agent = column(s, 4),
                                         .by = column(s, 5), .role = column(s, 6), .body = column(s, 7),
                                         .holds = sqlite3_column_int(s, 8) != 0};
        fn(ctx, &record);
    }
    int failed = code == SQLITE_DONE ? 0 : sw__store_fail(store, "reading");
    sqlite3_finalize(s);
    return failed;
}

/* ---- history ---- */

static int put_row(struct sw_store *store, const char *site, const struct sw_history_row *row) {
    sqlite3_stmt *s = store->statements[SW__PUT_HISTORY];
    bind_text(s, 1, site);
    sqlite3_bind_int(s, 2, (int)row->of);
    sqlite3_bind_int64(s, 3, row->start_ms);
    bind_text(s, 4, row->id);
    sqlite3_bind_int64(s, 5, row->end_ms);
    bind_text(s, 6, row->counts);
    return step(store, s, "history");
}

int sw_store_put_history(struct sw_store *store, const char *site, const struct sw_history_row *rows, size_t count) {
    int failed = sw__store_begin(store, "history");
    if (failed) return failed;
    for (size_t i = 0; i < count && !failed; i++) failed = put_row(store, site, &rows[i]);
    return sw__store_end(store, "history", failed);
}

int sw_store_read_history(struct sw_store *store, const char *site, enum sw_history of, const char *id, int64_t from_ms,
                          int64_t to_ms, void *ctx, void (*fn)(void *ctx, const struct sw_history_row *row)) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   "SELECT start_ms, id, end_ms, counts FROM history%s WHERE site = ?1 AND of = ?2 AND start_ms >= ?3 "
                   "AND start_ms < ?4%s ORDER BY start_ms, id",
                   id ? " INDEXED BY history_id" : "", id ? " AND id = ?5" : ""); /* not everybody's intervals */
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db, text, -1, &s, NULL)) return sw__store_fail(store, "history");
    bind_text(s, 1, site);
    sqlite3_bind_int(s, 2, (int)of);
    sqlite3_bind_int64(s, 3, from_ms);
    sqlite3_bind_int64(s, 4, to_ms);
    if (id) bind_text(s, 5, id);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct sw_history_row row = {.of = of, .start_ms = sqlite3_column_int64(s, 0), .id = column(s, 1),
                                           .end_ms = sqlite3_column_int64(s, 2), .counts = column(s, 3)};
        fn(ctx, &row);
    }
    int failed = code == SQLITE_DONE ? 0 : sw__store_fail(store, "history");
    sqlite3_finalize(s);
    return failed;
}

int sw_store_history_begin(struct sw_store *store, const char *site, int64_t *t_ms) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db, "SELECT min(start_ms) FROM history WHERE site = ?1 AND of = 0", -1, &s, NULL))
        return sw__store_fail(store, "history");
    bind_text(s, 1, site);
    int code = sqlite3_step(s);
    bool any = code == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL;
    *t_ms = any ? sqlite3_column_int64(s, 0) : INT64_MAX;
    int failed = code == SQLITE_ROW ? 0 : sw__store_fail(store, "history");
    sqlite3_finalize(s);
    return failed;
}
