/* Messages to chat groups, kept until they are sent, and a while after. */
#include "store/store_internal.h"

static const char doing[] = "chat";

static int end(struct sw_store *store, sqlite3_stmt *s) {
    int failed = sqlite3_step(s) == SQLITE_DONE ? 0 : sw__store_fail(store, doing);
    sqlite3_finalize(s);
    return failed;
}

int sw_store_put_letter(struct sw_store *store, const char *site, const struct sw_letter *letter) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db,
                           "INSERT INTO letters(site, destination, id, state, at_ms, reason, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                           "ON CONFLICT(site, destination, id) DO UPDATE SET state = ?4, at_ms = ?5, reason = ?6, body = ?7",
                           -1, &s, NULL))
        return sw__store_fail(store, doing);
    const char *const texts[] = {site, letter->destination, letter->id};
    for (int i = 0; i < 3; i++) sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 4, (int)letter->state);
    sqlite3_bind_int64(s, 5, letter->at_ms);
    sqlite3_bind_text(s, 6, letter->reason, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 7, letter->body, -1, SQLITE_STATIC);
    return end(store, s);
}

int sw_store_drop_letter(struct sw_store *store, const char *site, const char *destination, const char *id) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db, "DELETE FROM letters WHERE site = ?1 AND destination = ?2 AND id = ?3", -1, &s, NULL))
        return sw__store_fail(store, doing);
    const char *const texts[] = {site, destination, id};
    for (int i = 0; i < 3; i++) sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_STATIC);
    return end(store, s);
}

int sw_store_forget_letters(struct sw_store *store, const char *site, int64_t t_ms) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db, "DELETE FROM letters WHERE site = ?1 AND state = ?2 AND at_ms < ?3", -1, &s, NULL))
        return sw__store_fail(store, doing);
    sqlite3_bind_text(s, 1, site, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 2, SW_LETTER_SENT);
    sqlite3_bind_int64(s, 3, t_ms);
    return end(store, s);
}

int sw_store_read_letters(struct sw_store *store, const char *site, void *ctx,
                          void (*fn)(void *ctx, const struct sw_letter *letter)) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(store->db,
                           "SELECT destination, id, state, at_ms, reason, body FROM letters WHERE site = ?1 ORDER BY number",
                           -1, &s, NULL))
        return sw__store_fail(store, doing);
    sqlite3_bind_text(s, 1, site, -1, SQLITE_STATIC);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct sw_letter letter = {.destination = (const char *)sqlite3_column_text(s, 0),
                                         .id = (const char *)sqlite3_column_text(s, 1),
                                         .state = (enum sw_letter_state)sqlite3_column_int(s, 2),
                                         .at_ms = sqlite3_column_int64(s, 3),
                                         .reason = (const char *)sqlite3_column_text(s, 4),
                                         .body = (const char *)sqlite3_column_text(s, 5)};
        fn(ctx, &letter);
    }
    int failed = code == SQLITE_DONE ? 0 : sw__store_fail(store, doing);
    sqlite3_finalize(s);
    return failed;
}
