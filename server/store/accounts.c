/* Accounts of people, screens that were paired, producers: written rarely, read as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/schema.h"
#include "store/store_internal.h"

static const char doing[] = "accounts";

static int run(struct sw_store *store, sqlite3_stmt *s) {
    int failed = sqlite3_step(s) == SQLITE_DONE ? 0 : sw__store_fail(store, doing);
    sqlite3_finalize(s);
    return failed;
}

static sqlite3_stmt *prepare(struct sw_store *store, const char *sql) {
    sqlite3_stmt *s;
    return sqlite3_prepare_v2(store->db, sql, -1, &s, NULL) ? NULL : s;
}

/* Binds COUNT texts from 1 on. */
static void bind_texts(sqlite3_stmt *s, const char *const *texts, int count) {
    for (int i = 0; i < count; i++) sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_STATIC);
}

static void bind_numbers(sqlite3_stmt *s, int from, const int64_t *numbers, int count) {
    for (int i = 0; i < count; i++) sqlite3_bind_int64(s, from + i, numbers[i]);
}

static const char *text_at(sqlite3_stmt *s, int column) { return (const char *)sqlite3_column_text(s, column); }

static int drop(struct sw_store *store, const char *sql, const char *id) {
    sqlite3_stmt *s = prepare(store, sql);
    if (!s) return sw__store_fail(store, doing);
    bind_texts(s, &id, 1);
    return run(store, s);
}

/* ---- the mark that there are accounts ---- */

static char *mark_of(const char *path) {
    static const char name[] = "accounts-exist";
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash + 1 - path) : 0;
    char *mark = sw_xmalloc(folder + sizeof name);
    memcpy(mark, path, folder);
    memcpy(mark + folder, name, sizeof name);
    return mark;
}

bool sw_store_had_accounts(const char *path) {
    char *mark = mark_of(path);
    bool had = !access(mark, F_OK);
    free(mark);
    return had;
}

static int set_mark(struct sw_store *store) {
    if (store->is_marked) return 0;
    char *mark = mark_of(store->path);
    int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    store->is_marked = fd >= 0 && !sw__store_sync_folder(mark);
    if (!store->is_marked) (void)snprintf(store->error, sizeof store->error, "%s: %s", mark, strerror(errno));
    if (fd >= 0) close(fd);
    free(mark);
    return store->is_marked ? 0 : -SW_EIO;
}

static void drop_mark(struct sw_store *store) {
    char *mark = mark_of(store->path);
    (void)unlink(mark);
    store->is_marked = false;
    free(mark);
}

/* ---- accounts ---- */

int sw_store_put_account(struct sw_store *store, const struct sw_account_row *row) {
    if (set_mark(store)) return -SW_EIO;
    sqlite3_stmt *s = prepare(store, "INSERT OR REPLACE INTO accounts(id, name, role, teams, hash, disabled, must_change, "
                                     "created_ms, changed_ms, signed_in_ms) VALUES(?,?,?,?,?,?,?,?,?,?)");
    if (!s) return sw__store_fail(store, doing);
    const char *const texts[] = {row->id, row->name, row->role, row->teams, row->hash};
    const int64_t numbers[] = {row->disabled, row->must_change, row->created_ms, row->changed_ms, row->signed_in_ms};
    bind_texts(s, texts, 5);
    bind_numbers(s, 6, numbers, 5);
    return run(store, s);
}

int sw_store_drop_account(struct sw_store *store, const char *id) {
    int64_t left;
    int failed = drop(store, "DELETE FROM accounts WHERE id = ?", id);
    if (failed) return failed;
    if (sw__schema_number(store->db, "SELECT count(*) FROM accounts", &left)) return sw__store_fail(store, doing);
    if (!left) drop_mark(store);
    return 0;
}

int sw_store_read_accounts(struct sw_store *store, void *ctx, void (*fn)(void *ctx, const struct sw_account_row *row)) {
    sqlite3_stmt *s = prepare(store, "SELECT id, name, role, teams, hash, disabled, must_change, created_ms, changed_ms, "
                                     "signed_in_ms FROM accounts ORDER BY id");
    if (!s) return sw__store_fail(store, doing);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct sw_account_row row = {.id = text_at(s, 0), .name = text_at(s, 1), .role = text_at(s, 2),
                                           .teams = text_at(s, 3), .hash = text_at(s, 4),
                                           .disabled = sqlite3_column_int(s, 5), .must_change = sqlite3_column_int(s, 6),
                                           .created_ms = sqlite3_column_int64(s, 7), .changed_ms = sqlite3_column_int64(s, 8),
                                           .signed_in_ms = sqlite3_column_int64(s, 9)};
        (void)set_mark(store); /* a store that was put here may have come without; should it fail, the next one tries again */
        fn(ctx, &row);
    }
    int failed = code == SQLITE_DONE ? 0 : sw__store_fail(store, doing);
    sqlite3_finalize(s);
    return failed;
}

/* ---- screens ---- */

int sw_store_put_screen(struct sw_store *store, const struct sw_screen_row *row) {
    sqlite3_stmt *s = prepare(store, "INSERT OR REPLACE INTO screens(id, name, board, token, next, paired_by, paired_ms, "
                                     "seen_ms) VALUES(?,?,?,?,?,?,?,?)");
    if (!s) return sw__store_fail(store, doing);
    const char *const texts[] = {row->id, row->name, row->board, row->token, row->next, row->paired_by};
    const int64_t numbers[] = {row->paired_ms, row->seen_ms};
    bind_texts(s, texts, 6);
    bind_numbers(s, 7, numbers, 2);
    return run(store, s);
}

int sw_store_drop_screen(struct sw_store *store, const char *id) {
    return drop(store, "DELETE FROM screens WHERE id = ?", id);
}

int sw_store_read_screens(struct sw_store *store, void *ctx, void (*fn)(void *ctx, const struct sw_screen_row *row)) {
    sqlite3_stmt *s = prepare(store, "SELECT id, name, board, token, next, paired_by, paired_ms, seen_ms FROM screens ORDER BY id");
    if (!s) return sw__store_fail(store, doing);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct sw_screen_row row = {.id = text_at(s, 0), .name = text_at(s, 1), .board = text_at(s, 2),
                                          .token = text_at(s, 3), .next = text_at(s, 4), .paired_by = text_at(s, 5),
                                          .paired_ms = sqlite3_column_int64(s, 6), .seen_ms = sqlite3_column_int64(s, 7)};
        fn(ctx, &row);
    }
    int failed = code == SQLITE_DONE ? 0 : sw__store_fail(store, doing);
    sqlite3_finalize(s);
    return failed;
}

int sw_store_put_producer(struct sw_store *store, const struct sw_producer_row *row) {
    sqlite3_stmt *s = prepare(store, "INSERT OR REPLACE INTO producers(site, name, token, made_by, made_ms, token_ms, used_ms) "
                                     "VALUES(?,?,?,?,?,?,?)");
    if (!s) return sw__store_fail(store, doing);
    const char *const texts[] = {row->site, row->name, row->token, row->made_by};
    const int64_t numbers[] = {row->made_ms, row->token_ms, row->used_ms};
    bind_texts(s, texts, 4);
    bind_numbers(s, 5, numbers, 3);
    return run(store, s);
}

int sw_store_use_producer(struct sw_store *store, const char *token, int64_t used_ms) {
    sqlite3_stmt *s = prepare(store, "UPDATE producers SET used_ms = ?2 WHERE token = ?1 AND used_ms < ?2");
    if (!s) return sw__store_fail(store, doing);
    bind_texts(s, &token, 1);
    bind_numbers(s, 2, &used_ms, 1);
    return run(store, s);
}

int sw_store_drop_producer(struct sw_store *store, const char *site, const char *name) {
    sqlite3_stmt *s = prepare(store, "DELETE FROM producers WHERE site = ? AND name = ?");
    if (!s) return sw__store_fail(store, doing);
    const char *const texts[] = {site, name};
    bind_texts(s, texts, 2);
    return run(store, s);
}

int sw_store_read_producers(struct sw_store *store, void *ctx, void (*fn)(void *ctx, const struct sw_producer_row *row)) {
    sqlite3_stmt *s = prepare(store, "SELECT site, name, token, made_by, made_ms, token_ms, used_ms FROM producers ORDER BY site, name");
    if (!s) return sw__store_fail(store, doing);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct sw_producer_row row = {.site = text_at(s, 0), .name = text_at(s, 1), .token = text_at(s, 2),
                                            .made_by = text_at(s, 3), .made_ms = sqlite3_column_int64(s, 4),
                                            .token_ms = sqlite3_column_int64(s, 5), .used_ms = sqlite3_column_int64(s, 6)};
        fn(ctx, &row);
    }
    int failed = code == SQLITE_DONE ? 0 : sw__store_fail(store, doing);
    sqlite3_finalize(s);
    return failed;
}

int sw_store_data_version(struct sw_store *store, int64_t *version) {
    sqlite3_stmt *s = prepare(store, "PRAGMA data_version");
    if (!s) return sw__store_fail(store, doing);
    int failed = sqlite3_step(s) == SQLITE_ROW ? 0 : sw__store_fail(store, doing);
    if (!failed) *version = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return failed;
}
