/* The store: what people recorded, and the history of intervals, in one SQLite file.
 *
 * The ledger is append-only and is the audit log: who recorded what when. An undo is a further record. The daemon
 * folds it over its core at start. What is there once for a thing ("acknowledged", "decided") holds the thing's key:
 * the first wins, the second is told of it, and an undo lets go of it.
 *
 * Everything here blocks: it belongs into a worker. One thread at a time. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_STORE_SCHEMA 7 /* the newest version */
#define SW_RECORD_BODY_MAX (4u << 20)

struct sw_store;

/* One record of the ledger. Texts are borrowed; NULL where there is none. */
struct sw_record {
    int64_t id;       /* given by the store */
    int64_t at_ms;    /* when it was recorded */
    const char *kind; /* "grant", "alert.ack", ... */
    const char *key;  /* of the thing it is about: a grant's id, an alert's id, ... */
    const char *agent, *by, *role;
    const char *body; /* JSON */
    bool holds;       /* there is one of this kind and key at a time */
    int64_t releases; /* the record whose hold ends with this one; 0 = none */
};

/* Opens or makes the file PATH (mode 0600, its folder 0700), checks it and brings it to the newest version. Returns 0;
 * -SW_EIO (cannot be opened or written, locked, damaged, made by a newer Shiftwall or by another program) and then ERROR
 * says in one line why and what to do. A file that is refused is left as it is. Checking reads the whole file. */
int sw_store_open(const char *path, struct sw_store **out, char *error, size_t size) SW_NODISCARD;
/* NULL is allowed. */
void sw_store_close(struct sw_store *store);
/* Brings a file to VERSION only: for tests of what comes after. */
int sw_store_migrate(const char *path, int version, char *error, size_t size) SW_NODISCARD;
/* What went wrong last, in one line. */
const char *sw_store_path(const struct sw_store *store);
const char *sw_store_error(const struct sw_store *store);

/* Appends COUNT records for SITE, all or none, durably, and sets their ids; they are untouched on failure. -SW_EBUSY when
 * another record holds a key: HOLDER (may be NULL) then gets that record's body. -SW_ENOENT when a released record holds
 * nothing (at that site). -SW_ELIMIT when a body is longer than SW_RECORD_BODY_MAX, -SW_EINVAL when it is no JSON or a
 * text is missing. -SW_EIO when it could not be written (a full disk, a damaged or locked file): reading still works
 * where the file does, and recording does again when the reason is gone. */
int sw_store_append(struct sw_store *store, const char *site, struct sw_record *records, size_t count,
                    struct sw_buf *holder) SW_NODISCARD;

struct sw_record_query {
    const char *kind, *agent, *key, *by; /* NULL = any; KIND "grant*" is every kind that begins so */
    int64_t from_ms, to_ms;         /* [from, to); to 0 = no end */
    int64_t after_id;               /* only later ones */
    int64_t before_id;              /* only earlier ones; 0 = all */
    int64_t limit;                  /* 0 = all */
    bool newest_first;
};
/* Calls FN for every record of SITE, in order of id. 0 or -SW_EIO. */
int sw_store_read(struct sw_store *store, const char *site, const struct sw_record_query *query, void *ctx,
                  void (*fn)(void *ctx, const struct sw_record *record)) SW_NODISCARD;

/* ---- history ---- */

enum sw_history { SW_HISTORY_QUEUE, SW_HISTORY_TEAM, SW_HISTORY_AGENT, SW_HISTORY_SHIFT, SW_HISTORY_CHART, SW_HISTORY_STAFFING, SW_HISTORY_COUNT };

/* The counters of one thing in one interval. */
struct sw_history_row {
    enum sw_history of;
    const char *id;     /* of the queue, team or agent; "" for the whole site among the queues; a shift has its agent's, a chart its date and number */
    int64_t start_ms, end_ms;
    const char *counts; /* JSON */
};
/* Writes rows of SITE in one transaction, all or none; a row of the same thing and interval is replaced. 0, -SW_EINVAL
 * when counts are no JSON, or -SW_EIO. */
int sw_store_put_history(struct sw_store *store, const char *site, const struct sw_history_row *rows,
                         size_t count) SW_NODISCARD;
/* Calls FN for the rows that start in [from, to), in order of start and id; ID NULL = all. */
int sw_store_read_history(struct sw_store *store, const char *site, enum sw_history of, const char *id, int64_t from_ms,
                          int64_t to_ms, void *ctx, void (*fn)(void *ctx, const struct sw_history_row *row)) SW_NODISCARD;

/* When the site's history begins, INT64_MAX: there is none. 0 or -SW_EIO. */
int sw_store_history_begin(struct sw_store *store, const char *site, int64_t *t_ms) SW_NODISCARD;

/* What shifts that start in [from, to) came to, summed by "day", "month", "team" or "agent" ("" : all together), as a
 * JSON array in order of the key. TEAM and AGENT NULL = all. A shift's counts are what sw_shift_counts_write makes.
 * -SW_EINVAL for another BY. */
int sw_store_sum_shifts(struct sw_store *store, const char *site, const char *by, const char *team, const char *agent,
                        int64_t from_ms, int64_t to_ms, struct sw_buf *out) SW_NODISCARD;

/* ---- messages to chat groups ---- */

enum sw_letter_state { SW_LETTER_QUEUED, SW_LETTER_SENT, SW_LETTER_DEAD };

struct sw_kept_letter {
    const char *destination, *id; /* together they name it */
    enum sw_letter_state state;
    int64_t at_ms;                /* of the state */
    const char *reason;           /* of a dead one; NULL else */
    const char *body;             /* the message; of one that was sent, what about, or NULL */
};
/* Writes a letter, in the place of the one of that name, durably. 0 or -SW_EIO. */
int sw_store_put_letter(struct sw_store *store, const char *site, const struct sw_kept_letter *letter) SW_NODISCARD;
/* Removes a letter; none is no fault. */
int sw_store_drop_letter(struct sw_store *store, const char *site, const char *destination, const char *id) SW_NODISCARD;
/* Removes letters that were sent before T_MS. */
int sw_store_forget_letters(struct sw_store *store, const char *site, int64_t t_ms) SW_NODISCARD;
/* Calls FN for every letter of SITE, in the order in which they came. */
int sw_store_read_letters(struct sw_store *store, const char *site, void *ctx,
                          void (*fn)(void *ctx, const struct sw_kept_letter *letter)) SW_NODISCARD;

/* ---- who may come in ---- */

/* Somebody's account. Texts are borrowed. */
struct sw_account_row {
    const char *id, *name, *role;
    const char *teams; /* a JSON array of texts */
    const char *hash;  /* argon2id, of the password */
    bool disabled, must_change;
    int64_t created_ms, changed_ms, signed_in_ms; /* 0: never */
};
/* Writes an account, in the place of the one of that id; durable when it returns. 0 or -SW_EIO. */
int sw_store_put_account(struct sw_store *store, const struct sw_account_row *row) SW_NODISCARD;
/* While there are accounts an empty file "accounts-exist" lies in the folder of the store at PATH: whether it does. Who cannot read the
 * store, or finds none in it, then knows that there were some: nobody may be let in as if there had never been any. */
bool sw_store_had_accounts(const char *path);
/* Removes an account; none is no fault. With the last one the mark goes, too. */
int sw_store_drop_account(struct sw_store *store, const char *id) SW_NODISCARD;
/* Calls FN for every account, in order of id. */
int sw_store_read_accounts(struct sw_store *store, void *ctx,
                           void (*fn)(void *ctx, const struct sw_account_row *row)) SW_NODISCARD;

/* A screen that was paired. Texts are borrowed. */
struct sw_screen_row {
    const char *id, *name, *board;
    const char *token, *next; /* hashes of tokens, "" = none */
    const char *paired_by;
    int64_t paired_ms, seen_ms;
};
int sw_store_put_screen(struct sw_store *store, const struct sw_screen_row *row) SW_NODISCARD;
int sw_store_drop_screen(struct sw_store *store, const char *id) SW_NODISCARD;
int sw_store_read_screens(struct sw_store *store, void *ctx,
                          void (*fn)(void *ctx, const struct sw_screen_row *row)) SW_NODISCARD;

/* A producer that may send events to SITE over HTTP. Texts are borrowed. */
struct sw_producer_row {
    const char *site, *name;
    const char *token; /* the hash of its token */
    const char *made_by;
    int64_t made_ms, token_ms, used_ms; /* TOKEN: when the token was made; USED 0: never */
};
/* Writes a producer, in the place of the one of that site and name; durable when it returns. 0 or -SW_EIO. */
int sw_store_put_producer(struct sw_store *store, const struct sw_producer_row *row) SW_NODISCARD;
/* Notes when the token of hash TOKEN was used last; one that is gone meanwhile is no fault. 0 or -SW_EIO. */
int sw_store_use_producer(struct sw_store *store, const char *token, int64_t used_ms) SW_NODISCARD;
/* Removes a producer; none is no fault. */
int sw_store_drop_producer(struct sw_store *store, const char *site, const char *name) SW_NODISCARD;
/* Calls FN for every producer of every site, in order of site and name. */
int sw_store_read_producers(struct sw_store *store, void *ctx,
                            void (*fn)(void *ctx, const struct sw_producer_row *row)) SW_NODISCARD;

/* A number that is another one once somebody else (the command line) has written to the file. 0 or -SW_EIO. */
int sw_store_data_version(struct sw_store *store, int64_t *version) SW_NODISCARD;

/* What is written between these is there as a whole or not at all: when one of the writes failed, FAILED says so. Returns 0, FAILED,
 * or -SW_EIO. */
int sw_store_begin(struct sw_store *store) SW_NODISCARD;
int sw_store_end(struct sw_store *store, int failed) SW_NODISCARD;

/* ---- upkeep ---- */

/* Forgets what was recorded or counted before T_MS, the oldest first, MAX (1 or more) records and rows at most; DELETED
 * gets how many, and fewer than MAX means that nothing is left to forget. Holds of forgotten records end. -SW_EIO. */
int sw_store_purge(struct sw_store *store, const char *site, int64_t t_ms, int64_t max, int64_t *deleted) SW_NODISCARD;
/* Looks through the whole file for damage, indexes too. 0, or -SW_EIO and sw_store_error tells what was found. */
int sw_store_check(struct sw_store *store) SW_NODISCARD;
/* Copies PATH, as it is at this moment, to the new file TARGET (mode 0600) while others write, and checks the copy. An
 * existing TARGET is refused; on failure none is left. BYTES gets its size, RECORDS the ledger's records in it. Returns
 * 0, -SW_EINVAL or -SW_EIO with a line in ERROR. */
int sw_store_backup(const char *path, const char *target, int64_t *bytes, int64_t *records, char *error,
                    size_t size) SW_NODISCARD;

#endif
