/* Who there is: the accounts in the store, or the people of the configuration as long as there are none.
 *
 * Kept in memory, changed through the store: a change is durable before it counts and is on record. What the command line
 * changes meanwhile is seen within seconds. */
#ifndef APP_ACCOUNTS_H
#define APP_ACCOUNTS_H

#include "app/recorder.h"
#include "codec/config.h"

#define SW_ACCOUNTS_MAX 5000

struct sw_account {
    struct sw_config_person person; /* `pin` is the hash of the password */
    bool disabled, must_change;
    int64_t created_ms, changed_ms, signed_in_ms; /* 0: never */
};

struct sw_accounts;

/* Reads what is there, at once. CHANGED is called when somebody's rights may have changed. Never NULL. */
struct sw_accounts *sw_accounts_new(uv_loop_t *loop, struct sw_recorder *recorder, const struct sw_config_person *people,
                                    size_t count, void *ctx, void (*changed)(void *ctx));
/* Ends what it does by itself: before the recorder is closed. NULL is allowed. */
void sw_accounts_close(struct sw_accounts *accounts);
/* When the loop has ended. NULL is allowed. */
void sw_accounts_free(struct sw_accounts *accounts);

/* Whether there are accounts: then nobody is let in without one, and the people of the configuration count no more. */
bool sw_accounts_exist(const struct sw_accounts *accounts);
/* Whether there were accounts that cannot be read now: nobody is let in. */
bool sw_accounts_lost(const struct sw_accounts *accounts);
/* Whether anybody can sign in at all. */
bool sw_accounts_any(const struct sw_accounts *accounts);
/* The account of that id, disabled or not; or NULL. Borrowed until the loop turns. */
const struct sw_account *sw_accounts_find(const struct sw_accounts *accounts, const char *id);
/* The first of them, and the one after ACCOUNT; NULL at the end. */
const struct sw_account *sw_accounts_next(const struct sw_accounts *accounts, const struct sw_account *account);

/* Who changes what, for the record. Borrowed. */
struct sw_account_record {
    const char *kind; /* "account.add" */
    const char *by, *role;
    const char *body; /* JSON without secrets */
    int64_t at_ms;
};
/* What is written of a row; the rest stays as it is. */
enum sw_account_fields {
    SW_ACCOUNT_WHO = 1 << 0,      /* name, role, teams, disabled */
    SW_ACCOUNT_PASSWORD = 1 << 1, /* hash, must_change */
    SW_ACCOUNT_SIGN_IN = 1 << 2,  /* signed_in_ms */
    SW_ACCOUNT_ALL = 1 << 3,      /* a new account */
    SW_ACCOUNT_REMOVE = 1 << 4
};
/* What became of it: 0; -SW_ENOENT: there is none; -SW_EAGAIN: a new one, but there is one; -SW_EBUSY: nobody would be left
 * who may manage accounts; -SW_EIO: TEXT says why. */
typedef void (*sw_accounts_done)(void *ctx, int status, const char *text);
/* Writes FIELDS of an account (not after sw_accounts_close), and puts that on record (RECORD NULL: it is not). ROW is copied. DONE (may be NULL) is called on the loop, never from within. */
void sw_accounts_write(struct sw_accounts *accounts, const struct sw_account_row *row, unsigned fields,
                       const struct sw_account_record *record, void *ctx, sw_accounts_done done);

/* An account as the row that the store keeps. TEAMS gets the JSON of its teams and must live as long as the row. */
struct sw_account_row sw_account_row(const struct sw_account *account, struct sw_buf *teams);
/* The JSON of what an account is, without its hash: for answers and records. */
void sw_account_write(const struct sw_account *account, struct sw_buf *out);

#endif
