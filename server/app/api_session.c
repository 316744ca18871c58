#include "app/api_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/access.h"
#include "codec/desk_json.h"
#include "codec/json_writer.h"

#define FAULT_BYTES_MAX 1024

int64_t sw_session_clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void write_person(struct sw_json *j, const struct sw_config_person *p) {
    sw_json_text(j, "person", p->id);
    sw_json_text(j, "name", p->name ? p->name : p->id);
    sw_json_text(j, "role", p->role);
    sw_json_open(j, "teams", '[');
    for (size_t i = 0; i < p->teams.count; i++) sw_json_text(j, NULL, p->teams.items[i]);
    sw_json_close(j, ']');
}

static void write_session(const struct sw_api *api, const struct sw_config_person *person, bool local, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    if (person) write_person(&j, person);
    sw_json_bool(&j, "open", local);
    /* whom one may sign in as; the names of people are for those who know the place */
    sw_json_open(&j, "people", '[');
    for (size_t i = 0; i < api->person_count; i++) {
        sw_json_open(&j, NULL, '{');
        sw_json_text(&j, "id", api->people[i].id);
        sw_json_text(&j, "name", api->people[i].name ? api->people[i].name : api->people[i].id);
        sw_json_text(&j, "role", api->people[i].role);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
}

static int set_cookie(struct sw_http_response *response, const char *token, int64_t seconds) {
    char value[256];
    (void)snprintf(value, sizeof value, SW_SESSION_COOKIE "=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict", token,
                   (long long)seconds);
    return sw_http_header(response, "set-cookie", value);
}

static int answer(const struct sw_api *api, const struct sw_config_person *person, bool local, const char *token, int status,
                  struct sw_http_response *response) {
    int failed = token ? set_cookie(response, token, *token ? SW_SESSION_MS / 1000 : 0) : 0;
    response->content_type = "application/json";
    write_session(api, person, local, &response->body);
    response->status = status;
    return failed ? failed : status;
}

struct waiting {
    const struct sw_api *api;
    struct sw_http_pending *pending;
    bool local;
};

static void on_checked(void *ctx, int status, const struct sw_config_person *person, const char *token) {
    struct waiting *w = ctx;
    struct sw_http_response response;
    sw_http_response_init(&response);
    if (status == -SW_EBUSY) sw_http_problem(&response, 429, NULL, "too many wrong PINs: wait a minute");
    else if (status || !token) sw_http_problem(&response, 401, NULL, "the person or the PIN is wrong");
    else if (answer(w->api, person, w->local, token, 201, &response) < 0) sw_http_problem(&response, 500, NULL, NULL);
    sw_http_answer(w->pending, &response);
    sw_http_response_deinit(&response);
    free(w);
}

static int sign_in(const struct sw_api *api, const struct sw_http_request *request, struct sw_http_response *response) {
    struct sw_desk_entry e;
    struct sw_buf fault;
    bool local = sw_is_loopback(request->peer);
    if (strncmp(request->content_type, "application/json", 16))
        return sw_http_problem(response, 415, NULL, "the body must be application/json");
    sw_buf_init(&fault, FAULT_BYTES_MAX);
    int status = 0;
    if (sw_desk_read(&e, request->body, request->body_len, &fault)) {
        status = sw_http_problem(response, 400, NULL, sw_buf_text(&fault));
    } else if (e.person && e.pin) {
        struct waiting *w = sw_xmalloc(sizeof *w);
        *w = (struct waiting){api, sw_http_defer(request), local};
        sw_sessions_sign_in(api->sessions, e.person, e.pin, sw_session_clock_ms(), w, on_checked);
    } else if (local && e.name) {
        const char *token = sw_sessions_admit(api->sessions, e.name, sw_session_clock_ms());
        char cookie[256];
        (void)snprintf(cookie, sizeof cookie, SW_SESSION_COOKIE "=%s", token);
        status = answer(api, sw_sessions_find(api->sessions, cookie, sw_session_clock_ms()), local, token, 201, response);
    } else {
        status = sw_http_problem(response, 422, NULL, local ? "name, or person and pin: missing" : "person and pin: missing");
    }
    sw_desk_deinit(&e);
    sw_buf_deinit(&fault);
    return status;
}

int sw_api_session(const struct sw_api *api, const struct sw_http_request *request, struct sw_http_response *response) {
    struct sw_access access = sw_access_of(api->sessions, request->peer, request->cookie, sw_session_clock_ms());
    switch (request->method) {
    case SW_HTTP_GET: return answer(api, access.person, access.local, NULL, 200, response);
    case SW_HTTP_POST: return sign_in(api, request, response);
    case SW_HTTP_DELETE:
        sw_sessions_sign_out(api->sessions, request->cookie);
        return answer(api, NULL, access.local, "", 200, response);
    default: return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_HEAD | SW_HTTP_POST | SW_HTTP_DELETE);
    }
}
