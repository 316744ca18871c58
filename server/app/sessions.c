#include "app/sessions.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/map.h"
#include "io/log.h"
#include "shiftwall/buf.h"

#define WRONG_MAX 5
#define WRONG_MS INT64_C(60000) /* after so many wrong PINs of a person, nobody is let in for so long */
#define TOKEN_BYTES ((SW_SESSION_TOKEN_SIZE - 1) / 2)

struct session {
    UT_hash_handle hh;
    const struct sw_config_person *person;
    struct sw_config_person own; /* of one who was let in by a name */
    int64_t until_ms;
    char token[SW_SESSION_TOKEN_SIZE];
};

struct guard {
    int wrong;
    int64_t wrong_ms; /* when the last one was */
};

struct sw_sessions {
    uv_loop_t *loop;
    const struct sw_config_person *people;
    struct guard *guards; /* one a person */
    size_t count, checking;
    struct session *list; /* the oldest first */
    bool closing;
};

struct check {
    uv_work_t work;
    struct sw_sessions *sessions;
    const struct sw_config_person *person; /* NULL: there is none */
    struct guard *guard;
    char *pin;
    int64_t now_ms;
    int status;
    void *ctx;
    void (*done)(void *ctx, int status, const struct sw_config_person *person, const char *token);
};

struct sw_sessions *sw_sessions_new(uv_loop_t *loop, const struct sw_config_person *people, size_t count) {
    struct sw_sessions *s = sw_xcalloc(1, sizeof *s);
    *s = (struct sw_sessions){.loop = loop, .people = people, .count = count};
    s->guards = sw_xcalloc(count + 1, sizeof *s->guards);
    return s;
}

static void end(struct sw_sessions *s, struct session *session) {
    HASH_DEL(s->list, session);
    free(session->own.id);
    sodium_memzero(session->token, sizeof session->token);
    free(session);
}

static void release(struct sw_sessions *s) {
    if (!s->closing || s->checking) return;
    while (s->list) end(s, s->list);
    free(s->guards);
    free(s);
}

void sw_sessions_close(struct sw_sessions *s) {
    if (!s) return;
    s->closing = true;
    release(s);
}

/* ---- cookies ---- */

/* The token of a Cookie header ("a=b; shiftwall=TOKEN"), or false. */
static bool token_of(const char *cookie, char out[SW_SESSION_TOKEN_SIZE]) {
    static const char name[] = SW_SESSION_COOKIE "=";
    for (const char *at = cookie; at && *at; at = strchr(at, ';'), at = at ? at + 1 : NULL) {
        at += strspn(at, " ");
        if (strncmp(at, name, sizeof name - 1)) continue;
        at += sizeof name - 1;
        if (strspn(at, "0123456789abcdef") != SW_SESSION_TOKEN_SIZE - 1) return false;
        memcpy(out, at, SW_SESSION_TOKEN_SIZE - 1);
        out[SW_SESSION_TOKEN_SIZE - 1] = '\0';
        return true;
    }
    return false;
}

static struct session *find(struct sw_sessions *s, const char *cookie) {
    char token[SW_SESSION_TOKEN_SIZE];
    struct session *session = NULL;
    if (token_of(cookie, token)) HASH_FIND(hh, s->list, token, SW_SESSION_TOKEN_SIZE - 1, session);
    return session;
}

const struct sw_config_person *sw_sessions_find(struct sw_sessions *s, const char *cookie, int64_t now_ms) {
    struct session *session = find(s, cookie);
    if (!session) return NULL;
    if (now_ms < session->until_ms) return session->person;
    end(s, session);
    return NULL;
}

void sw_sessions_sign_out(struct sw_sessions *s, const char *cookie) {
    struct session *session = find(s, cookie);
    if (session) end(s, session);
}

/* ---- signing in ---- */

static struct session *begin(struct sw_sessions *s, const struct sw_config_person *person, int64_t now_ms) {
    unsigned char bytes[TOKEN_BYTES];
    if (HASH_COUNT(s->list) >= SW_SESSIONS_MAX) end(s, s->list);
    struct session *session = sw_xcalloc(1, sizeof *session);
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(session->token, sizeof session->token, bytes, sizeof bytes);
    session->person = person;
    session->until_ms = now_ms + SW_SESSION_MS;
    HASH_ADD(hh, s->list, token, SW_SESSION_TOKEN_SIZE - 1, session);
    return session;
}

/* In the worker. Somebody who does not exist takes as long as somebody who does. */
static void work(uv_work_t *work_) {
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
    struct check *c = work_->data;
    if (c->status) return;
    const char *hash = c->person ? c->person->pin : nobody;
    bool right = crypto_pwhash_str_verify(hash, c->pin, strlen(c->pin)) == 0;
    c->status = right && c->person ? 0 : -SW_EACCES;
}

static void on_worked(uv_work_t *work_, int failed) {
    struct check *c = work_->data;
    struct sw_sessions *s = c->sessions;
    (void)failed;
    s->checking--;
    const char *token = NULL;
    if (c->status == -SW_EACCES && c->guard) {
        c->guard->wrong++;
        c->guard->wrong_ms = c->now_ms;
        sw_log(SW_LOG_WARN, "session.wrong_pin", "person=%s times=%d", c->person->id, c->guard->wrong);
    }
    if (!c->status && !s->closing) {
        c->guard->wrong = 0;
        token = begin(s, c->person, c->now_ms)->token;
        sw_log(SW_LOG_INFO, "session.begin", "person=%s role=%s", c->person->id, c->person->role);
    }
    c->done(c->ctx, c->status, c->person, token);
    sodium_memzero(c->pin, strlen(c->pin));
    free(c->pin);
    free(c);
    release(s);
}

void sw_sessions_sign_in(struct sw_sessions *s, const char *person, const char *pin, int64_t now_ms, void *ctx,
                         void (*done)(void *ctx, int status, const struct sw_config_person *person, const char *token)) {
    struct check *c = sw_xcalloc(1, sizeof *c);
    *c = (struct check){.sessions = s, .pin = sw_xstrdup(pin), .now_ms = now_ms, .ctx = ctx, .done = done};
    c->work.data = c;
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->people[i].id, person)) continue;
        c->person = &s->people[i];
        c->guard = &s->guards[i];
    }
    bool guarded = c->guard && c->guard->wrong >= WRONG_MAX && now_ms - c->guard->wrong_ms < WRONG_MS;
    if (guarded) c->status = -SW_EBUSY;
    s->checking++;
    int failed = uv_queue_work(s->loop, &c->work, work, on_worked);
    SW_ASSERT(failed == 0);
}

const char *sw_sessions_admit(struct sw_sessions *s, const char *name, int64_t now_ms) {
    static char role[] = "manager";
    struct session *session = begin(s, NULL, now_ms);
    session->own = (struct sw_config_person){.id = sw_xstrdup(name), .role = role};
    session->own.name = session->own.id;
    session->person = &session->own;
    return session->token;
}

const struct sw_config_person *sw_sessions_person(const struct sw_sessions *s, const char *id) {
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->people[i].id, id)) return &s->people[i];
    return NULL;
}
