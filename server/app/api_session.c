#include "app/api_session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/api_doors.h"
#include "codec/json_writer.h"
#include "io/log.h"
#include "io/password.h"

#define ID_BYTES 64

/* ---- who is signed in ---- */

static void write_person(struct sw_json *j, const struct sw_config_person *p) {
    sw_json_text(j, "person", p->id);
    sw_json_text(j, "name", p->name ? p->name : p->id);
    sw_json_text(j, "role", p->role);
    sw_json_open(j, "teams", '[');
    for (size_t i = 0; i < p->teams.count; i++) sw_json_text(j, NULL, p->teams.items[i]);
    sw_json_close(j, ']');
}

/* Whom one may sign in as, while that is people of the configuration; accounts are not told to strangers. */
static void write_people(struct sw_json *j, const struct sw_api *api) {
    const struct sw_accounts *accounts = api->doors.accounts;
    sw_json_open(j, "people", '[');
    for (const struct sw_account *a = NULL; !sw_accounts_exist(accounts) && (a = sw_accounts_next(accounts, a));) {
        sw_json_open(j, NULL, '{');
        sw_json_text(j, "id", a->person.id);
        sw_json_text(j, "name", a->person.name);
        sw_json_text(j, "role", a->person.role);
        sw_json_close(j, '}');
    }
    sw_json_close(j, ']');
}

static void write_screen(struct sw_json *j, const struct sw_screen *screen) {
    sw_json_open(j, "screen", '{');
    sw_json_text(j, "id", screen->id);
    sw_json_text(j, "name", screen->name);
    sw_json_text(j, "board", screen->board);
    sw_json_close(j, '}');
}

static int answer(const struct sw_api *api, const struct sw_access *access, int status, struct sw_http_response *response) {
    struct sw_json j = sw_json_on(&response->body);
    const struct sw_account *account = access->person ? sw_accounts_find(api->doors.accounts, access->person->id) : NULL;
    sw_json_open(&j, NULL, '{');
    if (access->person) write_person(&j, access->person);
    if (account && account->must_change) sw_json_bool(&j, "must_change", true);
    if (!access->person && access->has_screen) write_screen(&j, &access->screen);
    sw_json_bool(&j, "open", access->local);
    sw_json_bool(&j, "accounts", access->accounts);
    write_people(&j, api);
    sw_json_close(&j, '}');
    response->content_type = "application/json";
    return response->status = status;
}

/* The same for somebody whose cookie is TOKEN ("": none any more). */
static int answer_as(const struct sw_api *api, const char *token, const char *peer, bool secure, int status,
                     struct sw_http_response *response) {
    char cookie[sizeof SW_SESSION_COOKIE + SW_SECRET_SIZE + 1];
    (void)snprintf(cookie, sizeof cookie, SW_SESSION_COOKIE "=%s", token);
    const struct sw_http_caller caller = {.peer = peer, .cookie = cookie, .user = "", .browser = "", .secure = secure};
    struct sw_access access = sw_access_of(&api->doors, &caller);
    int failed = sw__door_cookie(response, SW_SESSION_COOKIE, token, *token ? SW_SESSION_MS / 1000 : 0, secure);
    sodium_memzero(cookie, sizeof cookie);
    return failed ? sw_http_problem(response, 500, NULL, NULL) : answer(api, &access, status, response);
}

/* ---- signing in ---- */

struct waiting {
    const struct sw_api *api;
    struct sw_http_pending *pending;
    char peer[64], session[SW_SESSION_ID_SIZE];
    char *person, *new_password, *hash; /* of a change of password */
    bool secure;
    uv_work_t work;
    int failed;
};

static void free_waiting(struct waiting *w) {
    if (w->new_password) sodium_memzero(w->new_password, strlen(w->new_password));
    char *const texts[] = {w->person, w->new_password, w->hash};
    for (size_t i = 0; i < 3; i++) free(texts[i]);
    free(w);
}

/* Why a password was not taken. */
static int refuse(const struct waiting *w, int status, int64_t retry_s, struct sw_http_response *response) {
    char retry[24];
    const char *kind = status == -SW_EBUSY ? "session.throttled" : "session.refused";
    if (status != -SW_EAGAIN) {
        /* what was typed may be a password in the wrong field: only accounts that exist are put on record */
        const struct sw_account *account = sw_accounts_find(w->api->doors.accounts, w->person);
        char body[128];
        (void)snprintf(body, sizeof body, "{\"address\":\"%s\"}", w->peer);
        if (status != -SW_EBUSY || retry_s % 30 == 0)
            sw__door_record(w->api, kind, account ? account->person.id : "unknown", NULL, NULL, body);
    }
    if (status == -SW_EACCES) return sw_http_problem(response, 401, NULL, "the person or the password is wrong");
    (void)snprintf(retry, sizeof retry, "%lld", (long long)(status == -SW_EBUSY ? retry_s : 1));
    int answered = sw_http_problem(response, 429, NULL, status == -SW_EBUSY ? "too many wrong passwords: wait a while" : "too many sign in at this moment");
    if (sw_http_header(response, "retry-after", retry)) return sw_http_problem(response, 500, NULL, NULL);
    return answered;
}

static void finish(struct waiting *w, struct sw_http_response *response) {
    sw_http_answer(w->pending, response);
    sw_http_response_deinit(response);
    free_waiting(w);
}

static void note_sign_in(const struct sw_api *api, const struct sw_config_person *person, const char *peer) {
    const struct sw_account *account = sw_accounts_find(api->doors.accounts, person->id);
    char body[128];
    (void)snprintf(body, sizeof body, "{\"address\":\"%s\"}", peer);
    sw__door_record(api, "session.begin", person->id, person->id, person->role, body);
    if (!account || !sw_accounts_exist(api->doors.accounts)) return;
    const struct sw_account_row row = {.id = person->id, .name = "", .role = "", .teams = "[]", .hash = "",
                                       .signed_in_ms = sw__door_now_ms()};
    sw_accounts_write(api->doors.accounts, &row, SW_ACCOUNT_SIGN_IN, NULL, NULL, NULL);
}

static void on_signed_in(void *ctx, int status, const struct sw_config_person *person, const char *token, int64_t retry_s) {
    struct waiting *w = ctx;
    struct sw_http_response response;
    sw_http_response_init(&response);
    if (w->api->stopping) {
        sw_http_problem(&response, 503, NULL, "going down");
    } else if (status || !token) {
        refuse(w, status ? status : -SW_EACCES, retry_s, &response);
    } else {
        note_sign_in(w->api, person, w->peer);
        answer_as(w->api, token, w->peer, w->secure, 201, &response);
    }
    finish(w, &response);
}

static struct waiting *wait_for(const struct sw_api *api, const struct sw_http_request *request, const char *person) {
    struct waiting *w = sw_xcalloc(1, sizeof *w);
    *w = (struct waiting){.api = api, .person = sw_xstrdup(person), .secure = request->caller.secure};
    (void)snprintf(w->peer, sizeof w->peer, "%s", request->caller.peer);
    w->pending = sw_http_defer(request);
    return w;
}

static int sign_in(const struct sw_api *api, const struct sw_access *access, const struct sw_http_request *request,
                   struct sw_http_response *response) {
    struct sw_door_entry e;
    int status = 0;
    if (!sw__door_body(request, response, &e)) {
        status = response->status;
    } else if (e.person && e.password) {
        const struct sw_sign_in who = {e.person, e.password, request->caller.peer, request->caller.browser};
        sw_sessions_sign_in(api->doors.sessions, &who, wait_for(api, request, e.person), on_signed_in);
    } else if (access->local && e.name) {
        char token[SW_SECRET_SIZE];
        const struct sw_sign_in who = {e.name, "", request->caller.peer, request->caller.browser};
        sw_sessions_admit(api->doors.sessions, &who, token);
        status = answer_as(api, token, request->caller.peer, request->caller.secure, 201, response);
        sodium_memzero(token, sizeof token);
    } else {
        status = sw_http_problem(response, 422, NULL, access->local ? "name, or person and password: missing" : "person and password: missing");
    }
    sw_door_deinit(&e);
    return status;
}

static int sign_out(const struct sw_api *api, const struct sw_access *access, const struct sw_http_request *request,
                    struct sw_http_response *response) {
    if (access->person) sw__door_record(api, "session.end", access->person->id, access->person->id, access->person->role, "{}");
    sw_sessions_sign_out(api->doors.sessions, request->caller.cookie);
    api->review(api->ctx);
    return answer_as(api, "", request->caller.peer, request->caller.secure, 200, response);
}

/* ---- another password ---- */

static void on_changed(void *ctx, int status, const char *text) {
    struct waiting *w = ctx;
    struct sw_http_response response;
    sw_http_response_init(&response);
    if (status) {
        sw_http_problem(&response, 503, NULL, text && *text ? text : sw_error_text(status));
    } else {
        sw_sessions_end_all(w->api->doors.sessions, w->person, w->session);
        w->api->review(w->api->ctx);
        const struct sw_account *account = sw_accounts_find(w->api->doors.accounts, w->person);
        const struct sw_access access = {.person = account ? &account->person : NULL, .accounts = true};
        answer(w->api, &access, 200, &response);
    }
    finish(w, &response);
}

/* In the worker. */
static void work(uv_work_t *work_) {
    struct waiting *w = work_->data;
    w->failed = sw_password_hash(w->new_password, w->hash);
}

static void on_hashed(uv_work_t *work_, int cancelled) {
    struct waiting *w = work_->data;
    (void)cancelled;
    const struct sw_account *account = w->failed || w->api->stopping ? NULL : sw_accounts_find(w->api->doors.accounts, w->person);
    if (!account || account->disabled) {
        on_changed(w, w->failed ? w->failed : -SW_ENOENT, NULL);
        return;
    }
    const struct sw_account_row row = {.id = w->person, .name = "", .role = "", .teams = "[]", .hash = w->hash,
                                       .changed_ms = sw__door_now_ms()};
    const struct sw_account_record record = {"account.password", w->person, account->person.role, "{}", row.changed_ms};
    sw_accounts_write(w->api->doors.accounts, &row, SW_ACCOUNT_PASSWORD, &record, w, on_changed);
}

static void on_checked(void *ctx, int status, const struct sw_config_person *person, const char *token, int64_t retry_s) {
    struct waiting *w = ctx;
    (void)token;
    if (!status && person) {
        w->hash = sw_xmalloc(SW_PASSWORD_HASH_SIZE);
        w->work.data = w;
        int failed = uv_queue_work(w->api->loop, &w->work, work, on_hashed);
        SW_ASSERT(failed == 0);
        return;
    }
    struct sw_http_response response;
    sw_http_response_init(&response);
    refuse(w, status ? status : -SW_EACCES, retry_s, &response);
    finish(w, &response);
}

static int change_password(const struct sw_api *api, const struct sw_access *access, const struct sw_http_request *request,
                           struct sw_http_response *response) {
    struct sw_door_entry e;
    int status = 0;
    if (!access->person) return sw_http_problem(response, 401, NULL, "sign in first");
    if (!sw_accounts_exist(api->doors.accounts) || !*access->session.id)
        return sw_http_problem(response, 409, NULL, "the password of this person is not kept here");
    const char *fault = NULL;
    if (!sw__door_body(request, response, &e)) status = response->status;
    else if (!e.password || !e.new_password) status = sw_http_problem(response, 422, NULL, "password and new_password: missing");
    else if ((fault = sw_password_fault(access->person->id, e.new_password))) status = sw_http_problem(response, 422, NULL, fault);
    else if (!strcmp(e.password, e.new_password)) status = sw_http_problem(response, 422, NULL, "the new password is the old one");
    if (!status) {
        struct waiting *w = wait_for(api, request, access->person->id);
        w->new_password = sw_xstrdup(e.new_password);
        memcpy(w->session, access->session.id, sizeof w->session);
        const struct sw_sign_in who = {access->person->id, e.password, request->caller.peer, request->caller.browser};
        sw_sessions_check(api->doors.sessions, &who, w, on_checked);
    }
    sw_door_deinit(&e);
    return status;
}

int sw_api_session(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                   struct sw_http_response *response) {
    char segment[ID_BYTES];
    struct sw_access access = sw_access_of(&api->doors, &request->caller);
    if (*rest) {
        if (!sw__door_only(rest, segment, sizeof segment) || strcmp(segment, "password")) return sw_http_problem(response, 404, NULL, NULL);
        if (request->method != SW_HTTP_POST) return sw_http_method_not_allowed(response, SW_HTTP_POST);
        return change_password(api, &access, request, response);
    }
    switch (request->method) {
    case SW_HTTP_GET: return answer(api, &access, 200, response);
    case SW_HTTP_POST: return sign_in(api, &access, request, response);
    case SW_HTTP_DELETE: return sign_out(api, &access, request, response);
    default: return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_HEAD | SW_HTTP_POST | SW_HTTP_DELETE);
    }
}

/* ---- sessions ---- */

struct listing {
    struct sw_json j;
    const struct sw_access *access;
    bool all;
};

static void list_session(void *ctx, const struct sw_session *s) {
    struct listing *l = ctx;
    if (!l->all && strcmp(s->person, l->access->person->id) != 0) return;
    struct sw_json *j = &l->j;
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "id", s->id);
    sw_json_text(j, "person", s->person);
    sw_json_text(j, "name", s->name);
    sw_json_text(j, "role", s->role);
    sw_json_int(j, "began", s->began_ms);
    sw_json_int(j, "seen", s->seen_ms);
    sw_json_text(j, "address", s->address);
    sw_json_text(j, "browser", s->browser);
    sw_json_bool(j, "current", !strcmp(s->id, l->access->session.id));
    sw_json_close(j, '}');
}

static int list_sessions(const struct sw_api *api, const struct sw_access *access, bool all, struct sw_http_response *response) {
    struct listing l = {.j = sw_json_on(&response->body), .access = access, .all = all};
    sw_json_open(&l.j, NULL, '{');
    sw_json_open(&l.j, "sessions", '[');
    sw_sessions_each(api->doors.sessions, &l, list_session);
    sw_json_close(&l.j, ']');
    sw_json_close(&l.j, '}');
    response->content_type = "application/json";
    return response->status = 200;
}

static int end_session(const struct sw_api *api, const struct sw_access *access, const char *id, struct sw_http_response *response) {
    bool chief = access->role & SW_ROLE_ADMIN;
    /* it may be the caller's own, and the person with it */
    char *by = sw_xstrdup(access->person->id), *role = sw_xstrdup(access->person->role);
    int failed = sw_sessions_end(api->doors.sessions, id, chief ? NULL : by);
    if (!failed) sw__door_record(api, "session.revoke", id, by, role, "{}");
    free(by);
    free(role);
    if (failed) return sw_http_problem(response, 404, NULL, "no such session");
    api->review(api->ctx);
    response->content_type = "application/json";
    sw_buf_puts(&response->body, "{}");
    return response->status = 200;
}

int sw_api_sessions(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                    struct sw_http_response *response) {
    char id[ID_BYTES];
    struct sw_access access = sw_access_of(&api->doors, &request->caller);
    if (!access.person) return sw_http_problem(response, 401, NULL, "sign in first");
    const char *all = sw_http_query(request, "all");
    bool wants_all = all && strcmp(all, "0") != 0;
    if (!*rest) {
        if (request->method != SW_HTTP_GET) return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_HEAD);
        if (wants_all && sw_access_refused(&access, SW_ROLE_ADMIN, response)) return response->status;
        return list_sessions(api, &access, wants_all, response);
    }
    if (!sw__door_only(rest, id, sizeof id)) return sw_http_problem(response, 404, NULL, NULL);
    if (request->method != SW_HTTP_DELETE) return sw_http_method_not_allowed(response, SW_HTTP_DELETE);
    return end_session(api, &access, id, response);
}
