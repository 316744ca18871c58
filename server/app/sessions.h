/* Who is signed in: people of the configuration, by their PIN, remembered by a cookie. In memory: a restart signs
 * everybody out. */
#ifndef APP_SESSIONS_H
#define APP_SESSIONS_H

#include <uv.h>

#include "codec/config.h"

#define SW_SESSIONS_MAX 4096               /* the oldest gives way */
#define SW_SESSION_MS INT64_C(43200000)    /* twelve hours */
#define SW_SESSION_COOKIE "shiftwall"
#define SW_SESSION_TOKEN_SIZE 65

struct sw_sessions;

/* PEOPLE is borrowed. Never NULL. */
struct sw_sessions *sw_sessions_new(uv_loop_t *loop, const struct sw_config_person *people, size_t count);
/* Frees itself when no PIN is being checked any more. NULL is allowed. */
void sw_sessions_close(struct sw_sessions *sessions);

/* The person of a Cookie header, at NOW_MS (any clock that runs); NULL: nobody. */
const struct sw_config_person *sw_sessions_find(struct sw_sessions *sessions, const char *cookie, int64_t now_ms);
/* Checks a PIN in a worker. DONE is called on the loop, never from within: 0 and the TOKEN for the cookie; -SW_EACCES
 * for a wrong person or PIN; -SW_EBUSY when there were too many wrong ones lately. */
void sw_sessions_sign_in(struct sw_sessions *sessions, const char *person, const char *pin, int64_t now_ms, void *ctx,
                         void (*done)(void *ctx, int status, const struct sw_config_person *person, const char *token));
/* Lets somebody in by a name alone, as on this machine everybody may write; the token is borrowed until they are
 * signed out. */
const char *sw_sessions_admit(struct sw_sessions *sessions, const char *name, int64_t now_ms);
/* The person of that id, or NULL. */
const struct sw_config_person *sw_sessions_person(const struct sw_sessions *sessions, const char *id);
void sw_sessions_sign_out(struct sw_sessions *sessions, const char *cookie);

#endif
