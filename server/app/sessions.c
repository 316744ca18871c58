#include "app/sessions.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/guard.h"
#include "codec/cookie.h"
#include "core/map.h"
#include "io/log.h"
#include "io/password.h"
#include "shiftwall/buf.h"

#define WRONG_BY_ACCOUNT 5
#define WRONG_BY_ADDRESS 20
#define BROWSER_BYTES_MAX 200

struct session {
    UT_hash_handle hh;
    char key[SW_SECRET_HASH_SIZE]; /* the cookie's hash */
    char id[SW_SESSION_ID_SIZE];
    char *account, *hash;          /* of its password when it began; NULL: let in by a name */
    struct sw_config_person own;   /* then */
    char *address, *browser;
    int64_t until_ms, idle_until_ms, began_ms, seen_ms; /* the first two monotonic */
};

struct sw_sessions {
    uv_loop_t *loop;
    const struct sw_accounts *accounts;
    struct sw_guard *guard;
    struct session *list; /* the longest silent first */
    size_t checking;
    struct sw_sessions_counters counters;
};

struct check {
    uv_work_t work;
    struct sw_sessions *sessions;
    char *person, *password, *hash, *address, *browser;
    char by_account[192], by_address[80];
    bool begin, right;
    int status;
    int64_t retry_s;
    void *ctx;
    sw_sessions_done done;
};

static int64_t clock_ms(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct sw_sessions *sw_sessions_new(uv_loop_t *loop, const struct sw_accounts *accounts) {
    struct sw_sessions *s = sw_xcalloc(1, sizeof *s);
    *s = (struct sw_sessions){.loop = loop, .accounts = accounts, .guard = sw_guard_new(SW_GUARDS_MAX)};
    return s;
}

static void end(struct sw_sessions *s, struct session *session) {
    HASH_DEL(s->list, session);
    sodium_memzero(session->key, sizeof session->key);
    char *const texts[] = {session->account, session->hash, session->own.id, session->address, session->browser};
    for (size_t i = 0; i < 5; i++) free(texts[i]);
    free(session);
}

void sw_sessions_free(struct sw_sessions *s) {
    if (!s) return;
    SW_ASSERT(!s->checking);
    while (s->list) end(s, s->list);
    sw_guard_free(s->guard);
    free(s);
}

/* ---- looking ---- */

/* Who a session is of, as of now; NULL when its account is gone, disabled, has another password, or accounts came into force
 * meanwhile. */
static const struct sw_config_person *person_of(const struct sw_sessions *s, const struct session *session) {
    if (!session->account) return sw_accounts_exist(s->accounts) ? NULL : &session->own;
    const struct sw_account *account = sw_accounts_find(s->accounts, session->account);
    bool same = account && !account->disabled && !strcmp(account->person.pin, session->hash);
    return same ? &account->person : NULL;
}

static bool is_late(const struct session *session, int64_t now_ms) {
    return now_ms >= session->until_ms || now_ms >= session->idle_until_ms;
}

static struct session *find(struct sw_sessions *s, const char *cookie) {
    char token[SW_SECRET_SIZE], key[SW_SECRET_HASH_SIZE];
    struct session *session = NULL;
    if (!sw_cookie_find(cookie, SW_SESSION_COOKIE, token, sizeof token) || strlen(token) != sizeof token - 1) return NULL;
    sw_secret_hash(token, key); /* looked up by its hash: how long that takes says nothing of the secret */
    HASH_FIND_STR(s->list, key, session);
    return session;
}

/* A session of P, who person_of() says it is of. */
static void show(const struct session *session, const struct sw_config_person *p, struct sw_session *out) {
    *out = (struct sw_session){.person = p->id, .name = p->name, .role = p->role, .address = session->address,
                               .browser = session->browser, .began_ms = session->began_ms, .seen_ms = session->seen_ms};
    memcpy(out->id, session->id, sizeof out->id);
}

static void touch(struct sw_sessions *s, struct session *session, int64_t now_ms) {
    HASH_DEL(s->list, session); /* to the end of the list */
    HASH_ADD_STR(s->list, key, session);
    session->idle_until_ms = now_ms + SW_SESSION_IDLE_MS;
    session->seen_ms = clock_ms(CLOCK_REALTIME);
}

const struct sw_config_person *sw_sessions_find(struct sw_sessions *s, const char *cookie, bool is_life, struct sw_session *out) {
    struct session *session = find(s, cookie);
    int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
    if (!session) return NULL;
    const struct sw_config_person *person = person_of(s, session);
    if (!person || is_late(session, now_ms)) {
        end(s, session);
        return NULL;
    }
    if (is_life) touch(s, session, now_ms);
    if (out) show(session, person, out);
    return person;
}

bool sw_sessions_expire(struct sw_sessions *s) {
    int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
    struct session *session, *next;
    bool any = false;
    HASH_ITER(hh, s->list, session, next) {
        if (!is_late(session, now_ms)) continue;
        end(s, session);
        any = true;
    }
    return any;
}

void sw_sessions_each(struct sw_sessions *s, void *ctx, void (*fn)(void *ctx, const struct sw_session *session)) {
    int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
    struct session *session, *next;
    HASH_ITER(hh, s->list, session, next) {
        const struct sw_config_person *person = person_of(s, session);
        if (!person || is_late(session, now_ms)) {
            end(s, session);
            continue;
        }
        struct sw_session shown;
        show(session, person, &shown);
        fn(ctx, &shown);
    }
}

void sw_sessions_counters(const struct sw_sessions *s, struct sw_sessions_counters *out) {
    *out = s->counters;
    out->open = HASH_COUNT(s->list);
}

/* ---- ending ---- */

void sw_sessions_sign_out(struct sw_sessions *s, const char *cookie) {
    struct session *session = find(s, cookie);
    if (session) end(s, session);
}

static const char *holder(const struct session *session) { return session->account ? session->account : session->own.id; }

int sw_sessions_end(struct sw_sessions *s, const char *id, const char *person) {
    struct session *session, *next;
    HASH_ITER(hh, s->list, session, next) {
        if (strcmp(session->id, id) != 0 || (person && strcmp(holder(session), person) != 0)) continue;
        end(s, session);
        return 0;
    }
    return -SW_ENOENT;
}

void sw_sessions_end_all(struct sw_sessions *s, const char *person, const char *but_id) {
    struct session *session, *next;
    HASH_ITER(hh, s->list, session, next) {
        bool stays = but_id && !strcmp(session->id, but_id);
        if (strcmp(holder(session), person) != 0) continue;
        if (!stays) {
            end(s, session);
            continue;
        }
        const struct sw_account *account = sw_accounts_find(s->accounts, person);
        if (!account || !session->hash) continue;
        free(session->hash); /* it has the new password now */
        session->hash = sw_xstrdup(account->person.pin);
    }
}

/* ---- signing in ---- */

static void begin(struct sw_sessions *s, const struct sw_config_person *account, const struct sw_sign_in *who,
                  char token[SW_SECRET_SIZE]) {
    static char role[] = "manager";
    if (HASH_COUNT(s->list) >= SW_SESSIONS_MAX) end(s, s->list);
    struct session *session = sw_xcalloc(1, sizeof *session);
    int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
    sw_secret_make(token);
    sw_secret_hash(token, session->key);
    sw_random_text("0123456789abcdef", sizeof session->id - 1, session->id);
    if (account) {
        session->account = sw_xstrdup(account->id);
        session->hash = sw_xstrdup(account->pin);
    } else {
        session->own = (struct sw_config_person){.id = sw_xstrdup(who->person), .role = role};
        session->own.name = session->own.id;
    }
    session->address = sw_xstrdup(who->address);
    session->browser = sw_xmalloc(BROWSER_BYTES_MAX + 1);
    (void)snprintf(session->browser, BROWSER_BYTES_MAX + 1, "%s", who->browser);
    session->until_ms = now_ms + SW_SESSION_MS;
    session->idle_until_ms = now_ms + SW_SESSION_IDLE_MS;
    session->began_ms = session->seen_ms = clock_ms(CLOCK_REALTIME);
    HASH_ADD_STR(s->list, key, session);
    s->counters.signed_in++;
}

void sw_sessions_admit(struct sw_sessions *s, const struct sw_sign_in *who, char token[SW_SECRET_SIZE]) {
    begin(s, NULL, who, token);
}

/* In the worker. Somebody who does not exist takes as long as somebody who does. */
static void work(uv_work_t *work_) {
    struct check *c = work_->data;
    if (!c->status) c->right = sw_password_is(c->hash, c->password);
}

static void free_check(struct check *c) {
    sodium_memzero(c->password, strlen(c->password));
    char *const texts[] = {c->person, c->password, c->hash, c->address, c->browser};
    for (size_t i = 0; i < 5; i++) free(texts[i]);
    free(c);
}

/* The account as it is now: it may have been disabled or have got another password meanwhile. */
static const struct sw_config_person *still(const struct check *c) {
    const struct sw_account *account = sw_accounts_find(c->sessions->accounts, c->person);
    return account && !account->disabled && !strcmp(account->person.pin, c->hash) ? &account->person : NULL;
}

static void on_worked(uv_work_t *work_, int failed) {
    struct check *c = work_->data;
    struct sw_sessions *s = c->sessions;
    char token[SW_SECRET_SIZE] = "";
    (void)failed;
    s->checking--;
    const struct sw_config_person *person = !c->status && c->right ? still(c) : NULL;
    if (!c->status && !person) c->status = -SW_EACCES;
    if (person) {
        sw_guard_right(s->guard, c->by_account, true);
        sw_guard_right(s->guard, c->by_address, false);
    }
    if (person && c->begin) {
        const struct sw_sign_in who = {.person = person->id, .address = c->address, .browser = c->browser};
        begin(s, person, &who, token);
        sw_log(SW_LOG_INFO, "session.begin", "person=%s role=%s address=%s", person->id, person->role, c->address);
    }
    if (c->status == -SW_EACCES) {
        s->counters.wrong++;
        /* a password typed into the wrong field must not reach the log: only accounts that exist are named */
        bool known = sw_accounts_find(s->accounts, c->person) != NULL;
        sw_log(SW_LOG_WARN, "session.wrong_password", "person=%s address=%s", known ? c->person : "unknown", c->address);
    }
    c->done(c->ctx, c->status, person, *token ? token : NULL, c->retry_s);
    sodium_memzero(token, sizeof token);
    free_check(c);
}

/* What wrong passwords of ADDRESS are counted under: of IPv6 the network, as one machine has 2^64 addresses. */
static void guard_key(const char *address, char *out, size_t size) {
    struct in6_addr six;
    char text[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, address, &six) == 1 && !IN6_IS_ADDR_V4MAPPED(&six)) {
        memset(six.s6_addr + 8, 0, 8);
        if (inet_ntop(AF_INET6, &six, text, sizeof text)) address = text;
    }
    (void)snprintf(out, size, "address %s", address);
}

static void check(struct sw_sessions *s, const struct sw_sign_in *who, bool begins, void *ctx, sw_sessions_done done) {
    const struct sw_account *account = sw_accounts_find(s->accounts, who->person);
    struct check *c = sw_xcalloc(1, sizeof *c);
    *c = (struct check){.sessions = s, .person = sw_xstrdup(who->person), .password = sw_xstrdup(who->password),
                        .hash = account && !account->disabled ? sw_xstrdup(account->person.pin) : NULL,
                        .address = sw_xstrdup(who->address), .browser = sw_xstrdup(who->browser), .begin = begins, .ctx = ctx,
                        .done = done};
    int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
    (void)snprintf(c->by_account, sizeof c->by_account, "account %s", who->person);
    guard_key(who->address, c->by_address, sizeof c->by_address);
    int64_t wait_ms = sw_guard_wait_ms(s->guard, c->by_account, now_ms), other_ms = sw_guard_wait_ms(s->guard, c->by_address, now_ms);
    if (other_ms > wait_ms) wait_ms = other_ms;
    if (wait_ms) {
        c->status = -SW_EBUSY;
        c->retry_s = (wait_ms + 999) / 1000;
        s->counters.throttled++;
    } else if (s->checking >= SW_SESSION_CHECKS_MAX) {
        c->status = -SW_EAGAIN;
    } else {
        sw_guard_try(s->guard, c->by_account, WRONG_BY_ACCOUNT, now_ms);
        sw_guard_try(s->guard, c->by_address, WRONG_BY_ADDRESS, now_ms);
    }
    s->checking++;
    c->work.data = c;
    int failed = uv_queue_work(s->loop, &c->work, work, on_worked);
    SW_ASSERT(failed == 0);
}

void sw_sessions_sign_in(struct sw_sessions *s, const struct sw_sign_in *who, void *ctx, sw_sessions_done done) {
    check(s, who, true, ctx, done);
}

void sw_sessions_check(struct sw_sessions *s, const struct sw_sign_in *who, void *ctx, sw_sessions_done done) {
    check(s, who, false, ctx, done);
}
