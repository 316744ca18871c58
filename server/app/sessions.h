/* Who is signed in, remembered by a cookie. In memory, and only a hash of each cookie: a restart signs everybody out.
 *
 * Wrong passwords are counted by account and by address; past a few, nobody is let in there for a while, whether the
 * account exists or not. */
#ifndef APP_SESSIONS_H
#define APP_SESSIONS_H

#include <uv.h>

#include "app/accounts.h"

#define SW_SESSIONS_MAX 4096               /* the longest silent gives way */
#define SW_SESSION_IDLE_MS INT64_C(43200000) /* twelve hours without a sign of life */
#define SW_SESSION_MS INT64_C(86400000)    /* and a day in all */
#define SW_SESSION_COOKIE "shiftwall"
#define SW_SESSION_ID_SIZE 17
#define SW_SESSION_CHECKS_MAX 8  /* passwords being checked at a time, 64 MiB each; 4 of them really run */
#define SW_GUARDS_MAX 8192       /* accounts and addresses whose wrong passwords are counted */

struct sw_sessions;

/* One session, for showing. Texts are borrowed until the loop turns. */
struct sw_session {
    char id[SW_SESSION_ID_SIZE];
    const char *person; /* the account's id, or the name somebody was let in by */
    const char *name, *role;
    const char *address, *browser;
    int64_t began_ms, seen_ms; /* epoch ms */
};

/* ACCOUNTS is borrowed. Never NULL. */
struct sw_sessions *sw_sessions_new(uv_loop_t *loop, const struct sw_accounts *accounts);
/* When the loop has ended. NULL is allowed. */
void sw_sessions_free(struct sw_sessions *sessions);

/* The person of a Cookie header; NULL: nobody (any more). Borrowed until the loop turns. IS_LIFE: the person asked for
 * something, so the session is not silent. OUT (may be NULL) gets the session. */
const struct sw_config_person *sw_sessions_find(struct sw_sessions *sessions, const char *cookie, bool is_life,
                                                struct sw_session *out);
/* Ends the sessions whose time is over; true when there were any: what was opened with them must be closed. */
bool sw_sessions_expire(struct sw_sessions *sessions);

/* Who wants in, and from where. Borrowed. */
struct sw_sign_in {
    const char *person, *password, *address, *browser;
};
/* What became of it: 0 and the TOKEN for the cookie; -SW_EACCES: wrong; -SW_EBUSY: too many wrong ones lately, and
 * RETRY_S says when to come back; -SW_EAGAIN: too many at once. */
typedef void (*sw_sessions_done)(void *ctx, int status, const struct sw_config_person *person, const char *token,
                                 int64_t retry_s);
/* Checks a password in a worker. DONE is called on the loop, never from within. */
void sw_sessions_sign_in(struct sw_sessions *sessions, const struct sw_sign_in *who, void *ctx, sw_sessions_done done);
/* The same check for somebody who is signed in, without a new session: TOKEN of DONE is NULL. */
void sw_sessions_check(struct sw_sessions *sessions, const struct sw_sign_in *who, void *ctx, sw_sessions_done done);
/* Lets somebody in by a name alone, as on this machine everybody may write while there are no accounts. TOKEN gets what the
 * cookie holds (65 bytes). */
void sw_sessions_admit(struct sw_sessions *sessions, const struct sw_sign_in *who, char token[65]);
/* Ends the session of a Cookie header. */
void sw_sessions_sign_out(struct sw_sessions *sessions, const char *cookie);
/* Ends the session ID, of PERSON (NULL: whoever's). 0 or -SW_ENOENT. */
int sw_sessions_end(struct sw_sessions *sessions, const char *id, const char *person) SW_NODISCARD;
/* Ends the sessions of PERSON but BUT_ID (NULL: all), which goes on with the password that PERSON has now. */
void sw_sessions_end_all(struct sw_sessions *sessions, const char *person, const char *but_id);
/* Calls FN for every session that is not over. */
void sw_sessions_each(struct sw_sessions *sessions, void *ctx, void (*fn)(void *ctx, const struct sw_session *session));

struct sw_sessions_counters {
    uint64_t signed_in, wrong, throttled, open; /* OPEN: now */
};
void sw_sessions_counters(const struct sw_sessions *sessions, struct sw_sessions_counters *out);

#endif
