#include "app/api_accounts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "app/api_doors.h"
#include "codec/json_writer.h"
#include "io/password.h"

#define ID_BYTES 512
#define BODY_BYTES_MAX 65536

static const char only_there[] = "the first account is made on the command line: shiftwall user add";

/* A write on its way: hashing, then the store. */
struct change {
    uv_work_t work;
    const struct sw_api *api;
    struct sw_http_pending *pending;
    unsigned fields;
    const char *kind; /* of the record; static */
    int status;       /* of the answer when it worked */
    char *id, *name, *role, *by, *by_role;
    struct sw_buf teams;
    bool disabled, must_change, told; /* TOLD: the password is in the answer */
    char *password;
    char hash[SW_PASSWORD_HASH_SIZE];
    int failed;
};

static void free_change(struct change *c) {
    if (c->password) sodium_memzero(c->password, strlen(c->password));
    char *const texts[] = {c->id, c->name, c->role, c->by, c->by_role, c->password};
    for (size_t i = 0; i < 6; i++) free(texts[i]);
    sw_buf_deinit(&c->teams);
    free(c);
}

/* ---- answering ---- */

static void write_account(const struct sw_account *account, const char *password, struct sw_buf *out) {
    struct sw_buf one;
    sw_buf_init(&one, BODY_BYTES_MAX);
    if (account) sw_account_write(account, &one);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    if (account) sw_json_raw(&j, "account", sw_buf_text(&one));
    sw_json_text(&j, "password", password);
    sw_json_close(&j, '}');
    sw_buf_deinit(&one);
}

static void on_written(void *ctx, int status, const char *text) {
    struct change *c = ctx;
    struct sw_http_response response;
    sw_http_response_init(&response);
    switch (status) {
    case 0: {
        bool ended = c->fields & (SW_ACCOUNT_PASSWORD | SW_ACCOUNT_REMOVE);
        if (ended) sw_sessions_end_all(c->api->doors.sessions, c->id, NULL);
        if (ended) c->api->review(c->api->ctx);
        response.content_type = "application/json";
        response.status = c->status;
        write_account(sw_accounts_find(c->api->doors.accounts, c->id), c->told ? c->password : NULL, &response.body);
        break;
    }
    case -SW_EAGAIN: sw_http_problem(&response, 409, NULL, "there is an account of that name"); break;
    case -SW_EBUSY: sw_http_problem(&response, 409, NULL, "nobody would be left who may manage accounts"); break;
    case -SW_ENOENT: sw_http_problem(&response, 404, NULL, "no such account"); break;
    default: sw_http_problem(&response, 503, NULL, text && *text ? text : sw_error_text(status));
    }
    sw_http_answer(c->pending, &response);
    sw_http_response_deinit(&response);
    free_change(c);
}

static void write_change(struct change *c) {
    int64_t now_ms = sw__door_now_ms();
    struct sw_buf body;
    sw_buf_init(&body, BODY_BYTES_MAX);
    struct sw_json j = sw_json_on(&body);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "name", c->name);
    sw_json_text(&j, "role", c->role);
    if (c->fields & (SW_ACCOUNT_WHO | SW_ACCOUNT_ALL)) sw_json_raw(&j, "teams", sw_buf_text(&c->teams));
    if (c->fields & SW_ACCOUNT_WHO) sw_json_bool(&j, "disabled", c->disabled);
    if (c->fields & SW_ACCOUNT_PASSWORD) sw_json_bool(&j, "password", true);
    sw_json_close(&j, '}');
    const struct sw_account_row row = {.id = c->id, .name = c->name ? c->name : "", .role = c->role ? c->role : "",
                                       .teams = c->teams.len ? sw_buf_text(&c->teams) : "[]", .hash = c->hash,
                                       .disabled = c->disabled, .must_change = c->must_change, .created_ms = now_ms,
                                       .changed_ms = now_ms};
    const struct sw_account_record record = {c->kind, c->by, c->by_role, sw_buf_text(&body), now_ms};
    sw_accounts_write(c->api->doors.accounts, &row, c->fields, &record, c, on_written);
    sw_buf_deinit(&body);
}

/* In the worker. */
static void work(uv_work_t *work_) {
    struct change *c = work_->data;
    c->failed = sw_password_hash(c->password, c->hash);
}

static void on_hashed(uv_work_t *work_, int cancelled) {
    struct change *c = work_->data;
    (void)cancelled;
    if (c->failed || c->api->stopping) on_written(c, c->failed ? c->failed : -SW_EIO, "going down");
    else write_change(c);
}

static void start(struct change *c, const struct sw_http_request *request) {
    c->pending = sw_http_defer(request);
    if (!c->password) {
        write_change(c);
        return;
    }
    c->work.data = c;
    int failed = uv_queue_work(c->api->loop, &c->work, work, on_hashed);
    SW_ASSERT(failed == 0);
}

/* ---- what is asked for ---- */

/* What is wrong with who somebody shall be; NULL: nothing. */
static const char *who_fault(const char *role, size_t team_count) {
    unsigned known = sw_role_from_name(role);
    if (!known) return "role: must be agent, lead, duty, quality, manager or admin";
    if (known == SW_ROLE_LEAD && !team_count) return "teams: a lead leads one team or more";
    return known != SW_ROLE_LEAD && team_count ? "teams: only a lead has teams" : NULL;
}

static void write_teams(struct sw_buf *out, char *const *teams, size_t count) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++) sw_json_text(&j, NULL, teams[i]);
    sw_json_close(&j, ']');
}

static struct change *new_change(const struct sw_api *api, const struct sw_access *access, const char *id, const char *kind) {
    struct change *c = sw_xcalloc(1, sizeof *c);
    *c = (struct change){.api = api, .kind = kind, .status = 200, .id = sw_xstrdup(id), .by = sw_xstrdup(access->person->id),
                         .by_role = sw_xstrdup(access->person->role)};
    sw_buf_init(&c->teams, BODY_BYTES_MAX);
    return c;
}

/* A password that somebody else chose, or was made here, has to be changed by its owner. */
static void take_password(struct change *c, const char *password) {
    char made[SW_PASSWORD_MADE_SIZE];
    c->must_change = true;
    c->told = !password;
    if (c->told) sw_password_make(made);
    c->password = sw_xstrdup(password ? password : made);
    sodium_memzero(made, sizeof made);
}

static int add(const struct sw_api *api, const struct sw_access *access, const struct sw_http_request *request,
               const struct sw_door_entry *e, struct sw_http_response *response) {
    if (!e->id || !sw_door_is_id(e->id))
        return sw_http_problem(response, 422, NULL, "id: 1 to 64 characters, without blanks and without / , ; ? # % \" \\");
    if (!e->role) return sw_http_problem(response, 422, NULL, "role: missing");
    const char *fault = who_fault(e->role, e->team_count);
    if (!fault && e->password) fault = sw_password_fault(e->id, e->password);
    if (fault) return sw_http_problem(response, 422, NULL, fault);
    size_t count = 0;
    for (const struct sw_account *a = NULL; (a = sw_accounts_next(api->doors.accounts, a));) count++;
    if (count >= SW_ACCOUNTS_MAX) return sw_http_problem(response, 409, NULL, "too many accounts");
    struct change *c = new_change(api, access, e->id, "account.add");
    c->fields = SW_ACCOUNT_ALL;
    c->status = 201;
    c->name = sw_xstrdup(e->name ? e->name : e->id);
    c->role = sw_xstrdup(e->role);
    write_teams(&c->teams, e->teams, e->team_count);
    take_password(c, e->password);
    start(c, request);
    return 0;
}

static int change(const struct sw_api *api, const struct sw_access *access, const char *id,
                  const struct sw_http_request *request, const struct sw_door_entry *e, struct sw_http_response *response) {
    const struct sw_account *there = sw_accounts_find(api->doors.accounts, id);
    if (!there) return sw_http_problem(response, 404, NULL, "no such account");
    const char *role = e->role ? e->role : there->person.role;
    bool leads = sw_role_from_name(role) == SW_ROLE_LEAD;
    char *const *teams = e->has_teams ? e->teams : there->person.teams.items;
    size_t team_count = e->has_teams ? e->team_count : leads ? there->person.teams.count : 0;
    const char *fault = who_fault(role, team_count);
    if (!fault && e->password) fault = sw_password_fault(id, e->password);
    if (fault) return sw_http_problem(response, 422, NULL, fault);
    bool who = e->name || e->role || e->has_teams || e->has_disabled, password = e->password || e->reset;
    if (!who && !password) return sw_http_problem(response, 422, NULL, "nothing to change");
    struct change *c = new_change(api, access, id, password && !who ? "account.password" : "account.change");
    c->fields = (who ? SW_ACCOUNT_WHO : 0u) | (password ? SW_ACCOUNT_PASSWORD : 0u);
    c->name = sw_xstrdup(e->name ? e->name : there->person.name);
    c->role = sw_xstrdup(role);
    c->disabled = e->has_disabled ? e->disabled : there->disabled;
    write_teams(&c->teams, teams, team_count);
    if (password) take_password(c, e->password);
    start(c, request);
    return 0;
}

static int list(const struct sw_api *api, struct sw_http_response *response) {
    struct sw_buf one;
    sw_buf_init(&one, BODY_BYTES_MAX);
    struct sw_json j = sw_json_on(&response->body);
    sw_json_open(&j, NULL, '{');
    sw_json_open(&j, "accounts", '[');
    for (const struct sw_account *a = NULL; (a = sw_accounts_next(api->doors.accounts, a));) {
        sw_buf_clear(&one);
        sw_account_write(a, &one);
        sw_json_raw(&j, NULL, sw_buf_text(&one));
    }
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
    sw_buf_deinit(&one);
    response->content_type = "application/json";
    return response->status = 200;
}

static int write_to(const struct sw_api *api, const struct sw_access *access, const char *id, const struct sw_http_request *request,
                    struct sw_http_response *response) {
    struct sw_door_entry e;
    int status;
    if (!sw__door_body(request, response, &e)) status = response->status;
    else status = id ? change(api, access, id, request, &e, response) : add(api, access, request, &e, response);
    sw_door_deinit(&e);
    return status;
}

int sw_api_accounts(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                    struct sw_http_response *response) {
    char id[ID_BYTES];
    struct sw_access access = sw_access_of(&api->doors, &request->caller);
    unsigned allowed = *rest ? SW_HTTP_POST | SW_HTTP_DELETE : SW_HTTP_GET | SW_HTTP_POST;
    if (!(request->method & allowed)) return sw_http_method_not_allowed(response, allowed);
    if (!access.accounts)
        return sw_http_problem(response, access.role & SW_ROLES_PEOPLE ? 403 : 401, NULL, only_there);
    if (sw_access_refused(&access, SW_ROLE_ADMIN, response)) return response->status;
    if (!*rest) return request->method == SW_HTTP_GET ? list(api, response) : write_to(api, &access, NULL, request, response);
    if (!sw__door_only(rest, id, sizeof id)) return sw_http_problem(response, 404, NULL, NULL);
    if (request->method == SW_HTTP_POST) return write_to(api, &access, id, request, response);
    struct change *c = new_change(api, &access, id, "account.remove");
    c->fields = SW_ACCOUNT_REMOVE;
    start(c, request);
    return 0;
}
