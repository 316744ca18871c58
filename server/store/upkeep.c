/* Retention, and looking for damage. */
#include <stdio.h>

#include "store/store_internal.h"

static const char doing[] = "purging";

/* Binds SITE, T_MS, MAX and, where the statement has it, OF. DELETED gets how many rows went. */
static int delete_old(struct sw_store *store, const char *text, const char *site, int64_t t_ms, int64_t max, int of,
                      int64_t *deleted) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db, text, -1, &s, NULL)) return sw__store_fail(store, doing);
    sqlite3_bind_text(s, 1, site, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, t_ms);
    sqlite3_bind_int64(s, 3, max);
    if (sqlite3_bind_parameter_count(s) > 3) sqlite3_bind_int(s, 4, of);
    int failed = sqlite3_step(s) == SQLITE_DONE ? 0 : sw__store_fail(store, doing);
    sqlite3_finalize(s);
    if (!failed) *deleted = sqlite3_changes(store->db);
    return failed;
}

/* Which records are of a class, by their kind. */
#define IS_SLIP "substr(kind, 1, 6) = 'breach'"
#define IS_AUDIT "(kind = 'read' OR substr(kind, 1, 8) IN ('account.', 'session.') OR substr(kind, 1, 7) = 'screen.' OR " \
                 "substr(kind, 1, 9) = 'producer.')"
static const char *const of_class[] = {
    [SW_CLASS_LOG] = "NOT (" IS_SLIP " OR " IS_AUDIT ")", [SW_CLASS_SLIPS] = IS_SLIP, [SW_CLASS_AUDIT] = IS_AUDIT};

static int forget_class(struct sw_store *store, enum sw_record_class class, const char *site, int64_t t_ms, int64_t max,
                        int64_t *deleted) {
    static const char holds[] = "DELETE FROM holds WHERE ledger_id", records[] = "DELETE FROM ledger WHERE id";
    char text[2][512];
    int64_t ignored;
    for (int i = 0; i < 2; i++)
        (void)snprintf(text[i], sizeof text[i],
                       "%s IN (SELECT id FROM ledger WHERE site = ?1 AND at_ms < ?2 AND %s ORDER BY at_ms, id LIMIT ?3)",
                       i ? records : holds, of_class[class]);
    int failed = delete_old(store, text[0], site, t_ms, max, 0, &ignored);
    return failed ? failed : delete_old(store, text[1], site, t_ms, max, 0, deleted);
}

static int forget_records(struct sw_store *store, const char *site, const int64_t before_ms[SW_CLASS_COUNT], int64_t max,
                          int64_t *deleted) {
    int64_t sum = 0, some = 0;
    for (enum sw_record_class class = SW_CLASS_LOG; class < SW_CLASS_HISTORY && sum < max; class++) {
        if (before_ms[class] == INT64_MIN) continue;
        int failed = forget_class(store, class, site, before_ms[class], max - sum, &some);
        if (failed) return failed;
        sum += some;
    }
    *deleted = sum;
    return 0;
}

static int forget_history(struct sw_store *store, const char *site, int64_t t_ms, int64_t max, int64_t *deleted) {
    int64_t sum = 0, some = 0;
    for (int of = 0; of < SW_HISTORY_COUNT && sum < max; of++) {
        int failed = delete_old(store,
                                "DELETE FROM history WHERE site = ?1 AND of = ?4 AND (start_ms, id) IN (SELECT start_ms, "
                                "id FROM history WHERE site = ?1 AND of = ?4 AND start_ms < ?2 ORDER BY start_ms, id "
                                "LIMIT ?3)",
                                site, t_ms, max - sum, of, &some);
        if (failed) return failed;
        sum += some;
    }
    *deleted = sum;
    return 0;
}

/* The ledger's trigger lets rows go while meta says so: inside this transaction, which nobody else sees into. */
static int allow(struct sw_store *store, const char *text) {
    return sqlite3_exec(store->db, text, NULL, NULL, NULL) ? sw__store_fail(store, doing) : 0;
}

int sw_store_purge(struct sw_store *store, const char *site, const int64_t before_ms[SW_CLASS_COUNT], int64_t max,
                   int64_t *deleted) {
    int64_t records = 0, rows = 0;
    int failed = sw__store_begin(store, doing);
    if (failed) return failed;
    failed = allow(store, "INSERT INTO meta VALUES('purging', '1')");
    if (!failed) failed = forget_records(store, site, before_ms, max, &records);
    bool counted = before_ms[SW_CLASS_HISTORY] != INT64_MIN;
    if (!failed && counted) failed = forget_history(store, site, before_ms[SW_CLASS_HISTORY], max - records, &rows);
    if (!failed) failed = allow(store, "DELETE FROM meta WHERE key = 'purging'");
    failed = sw__store_end(store, doing, failed);
    if (!failed) *deleted = records + rows;
    return failed;
}

int sw_store_check(struct sw_store *store) {
    return sw__store_examine(store->db, store->path, "integrity_check", store->error, sizeof store->error);
}
