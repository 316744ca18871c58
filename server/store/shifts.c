/* Sums over the shifts in the history. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "codec/json_writer.h"
#include "store/store.h"
#include "store/store_internal.h"

static const char *const counters[] = {"begun",     "leave",        "due",         "attended",   "absent",
                                       "late",      "early_leave",  "signed_in_ms", "expected_ms", "scheduled_ms",
                                       "service_ms", "conforming_ms", "as_planned_ms", "late_ms", "early_leave_ms", "breaks", "overruns", "overrun_ms"};
enum { BEGUN, LEAVE, DUE, ATTENDED, ABSENT, LATE, EARLY, SIGNED_IN, EXPECTED, SCHEDULED, SERVICE, CONFORMING, AS_PLANNED, LATE_MS, EARLY_MS, BREAKS, OVERRUNS, OVERRUN_MS, COUNTERS };

static const char *key_of(const char *by) {
    static const struct {
        const char *by, *key;
    } keys[] = {{"", "''"},
                {"day", "json_extract(counts, '$.date')"},
                {"month", "substr(json_extract(counts, '$.date'), 1, 7)"},
                {"team", "coalesce(json_extract(counts, '$.team'), '')"},
                {"agent", "id"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i].by, by)) return keys[i].key;
    return NULL;
}

static void write_row(sqlite3_stmt *s, struct sw_json *j) {
    int64_t v[COUNTERS];
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "key", (const char *)sqlite3_column_text(s, 0));
    for (int i = 0; i < COUNTERS; i++) {
        v[i] = sqlite3_column_int64(s, i + 1);
        sw_json_int(j, counters[i], v[i]);
    }
    sw_json_ratio(j, "attendance_rate", (struct sw_ratio){v[ATTENDED], v[DUE]});
    sw_json_ratio(j, "adherence", (struct sw_ratio){v[SIGNED_IN], v[EXPECTED]});
    sw_json_ratio(j, "state_adherence", (struct sw_ratio){v[AS_PLANNED], v[EXPECTED]});
    sw_json_ratio(j, "conformance", (struct sw_ratio){v[CONFORMING], v[SCHEDULED]});
    sw_json_ratio(j, "shrinkage", (struct sw_ratio){v[SCHEDULED] - v[SERVICE], v[SCHEDULED]});
    sw_json_close(j, '}');
}

int sw_store_sum_shifts(struct sw_store *store, const char *site, const char *by, const char *team, const char *agent,
                        int64_t from_ms, int64_t to_ms, struct sw_buf *out) {
    const char *key = key_of(by);
    struct sw_buf text;
    sqlite3_stmt *s;
    if (!key) return -SW_EINVAL;
    sw_buf_init(&text, 4096);
    sw_buf_printf(&text, "SELECT %s AS grouped", key);
    for (int i = 0; i < COUNTERS; i++) sw_buf_printf(&text, ", sum(json_extract(counts, '$.%s'))", counters[i]);
    sw_buf_puts(&text, " FROM history WHERE site = ?1 AND of = ?2 AND start_ms >= ?3 AND start_ms < ?4"
                       " AND (?5 IS NULL OR json_extract(counts, '$.team') = ?5) AND (?6 IS NULL OR id = ?6)"
                       " GROUP BY grouped ORDER BY grouped");
    int failed = sqlite3_prepare_v2(store->db, sw_buf_text(&text), -1, &s, NULL);
    sw_buf_deinit(&text);
    if (failed) return sw__store_fail(store, "summing shifts");
    sqlite3_bind_text(s, 1, site, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 2, SW_HISTORY_SHIFT);
    sqlite3_bind_int64(s, 3, from_ms);
    sqlite3_bind_int64(s, 4, to_ms);
    if (team) sqlite3_bind_text(s, 5, team, -1, SQLITE_STATIC);
    if (agent) sqlite3_bind_text(s, 6, agent, -1, SQLITE_STATIC);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '[');
    while ((failed = sqlite3_step(s)) == SQLITE_ROW)
        if (sqlite3_column_type(s, 1) != SQLITE_NULL) write_row(s, &j);
    sw_json_close(&j, ']');
    failed = failed == SQLITE_DONE ? 0 : sw__store_fail(store, "summing shifts");
    sqlite3_finalize(s);
    return failed;
}
