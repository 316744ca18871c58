#include "app/api_screens.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/api_doors.h"
#include "codec/json_writer.h"
#include "io/password.h"

#define ID_BYTES 512

static int send_json(struct sw_http_response *response, int status) {
    response->content_type = "application/json";
    return response->status = status;
}

static void write_own(struct sw_json *j, const struct sw_screen *screen) {
    sw_json_open(j, "screen", '{');
    sw_json_text(j, "id", screen->id);
    sw_json_text(j, "name", screen->name);
    sw_json_text(j, "board", screen->board);
    sw_json_close(j, '}');
}

static int set_cookie(struct sw_http_response *response, const char *token, bool secure) {
    return sw__door_cookie(response, SW_SCREEN_COOKIE, token, *token ? SW_SCREEN_COOKIE_S : 0, secure);
}

/* ---- pairing ---- */

static int offer(const struct sw_api *api, const struct sw_http_request *request, struct sw_http_response *response) {
    struct sw_pair_offer made;
    if (sw_screens_offer(api->doors.screens, request->caller.peer, &made)) {
        if (sw_http_header(response, "retry-after", "60")) return sw_http_problem(response, 500, NULL, NULL);
        return sw_http_problem(response, 429, NULL, "too many screens wait to be paired");
    }
    struct sw_json j = sw_json_on(&response->body);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "code", made.code);
    sw_json_text(&j, "secret", made.secret);
    sw_json_int(&j, "expires", made.expires_ms);
    sw_json_close(&j, '}');
    sodium_memzero(&made, sizeof made);
    return send_json(response, 201);
}

static int poll(const struct sw_api *api, const struct sw_http_request *request, const char *secret,
                struct sw_http_response *response) {
    struct sw_screen screen;
    char token[SW_SECRET_SIZE] = "";
    int64_t expires_ms = 0;
    int state = secret ? sw_screens_poll(api->doors.screens, secret, &expires_ms, &screen, token) : -SW_ENOENT;
    if (state < 0) return sw_http_problem(response, 410, NULL, "the code has expired: ask for a new one");
    struct sw_json j = sw_json_on(&response->body);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "state", state ? "paired" : "waiting");
    if (state) write_own(&j, &screen);
    else sw_json_int(&j, "expires", expires_ms);
    sw_json_close(&j, '}');
    int failed = state ? set_cookie(response, token, request->caller.secure) : 0;
    sodium_memzero(token, sizeof token);
    return failed ? sw_http_problem(response, 500, NULL, NULL) : send_json(response, 200);
}

int sw_api_pair(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                struct sw_http_response *response) {
    char segment[ID_BYTES];
    struct sw_door_entry e;
    bool polls = *rest && sw__door_only(rest, segment, sizeof segment) && !strcmp(segment, "poll");
    if (*rest && !polls) return sw_http_problem(response, 404, NULL, NULL);
    if (request->method != SW_HTTP_POST) return sw_http_method_not_allowed(response, SW_HTTP_POST);
    if (sw_recorder_problem(api->recorder)) return sw_http_problem(response, 503, NULL, sw_recorder_problem(api->recorder));
    int status;
    if (!sw__door_body(request, response, &e)) status = response->status;
    else status = polls ? poll(api, request, e.secret, response) : offer(api, request, response);
    sw_door_deinit(&e);
    return status;
}

/* ---- a screen about itself ---- */

struct renewal {
    struct sw_http_pending *pending;
    char token[SW_SECRET_SIZE];
    bool secure;
};

static void on_renewed(void *ctx, int status, const struct sw_screen *screen, const char *text) {
    struct renewal *r = ctx;
    struct sw_http_response response;
    sw_http_response_init(&response);
    if (status || !screen) {
        sw_http_problem(&response, status == -SW_ENOENT ? 401 : 503, NULL, status == -SW_ENOENT ? "not paired any more" : text);
    } else {
        struct sw_json j = sw_json_on(&response.body);
        sw_json_open(&j, NULL, '{');
        write_own(&j, screen);
        sw_json_close(&j, '}');
        send_json(&response, 200);
        if (set_cookie(&response, r->token, r->secure)) sw_http_problem(&response, 500, NULL, NULL);
    }
    sw_http_answer(r->pending, &response);
    sw_http_response_deinit(&response);
    sodium_memzero(r, sizeof *r);
    free(r);
}

int sw_api_screen(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                  struct sw_http_response *response) {
    char segment[ID_BYTES];
    struct sw_screen screen;
    bool renews = *rest && sw__door_only(rest, segment, sizeof segment) && !strcmp(segment, "renew");
    if (*rest && !renews) return sw_http_problem(response, 404, NULL, NULL);
    unsigned allowed = renews ? SW_HTTP_POST : SW_HTTP_GET;
    if (request->method != (enum sw_http_method)allowed) return sw_http_method_not_allowed(response, allowed);
    /* who is signed in at a screen's browser is still at that screen */
    if (!sw_screens_find(api->doors.screens, request->caller.cookie, &screen))
        return sw_http_problem(response, 401, NULL, "this screen is not paired (any more)");
    sw_screens_seen(api->doors.screens, screen.id, request->caller.peer, NULL);
    if (renews) {
        struct renewal *r = sw_xcalloc(1, sizeof *r);
        r->secure = request->caller.secure;
        r->pending = sw_http_defer(request);
        sw_screens_renew(api->doors.screens, screen.id, r->token, r, on_renewed);
        return 0;
    }
    struct sw_json j = sw_json_on(&response->body);
    sw_json_open(&j, NULL, '{');
    write_own(&j, &screen);
    sw_json_close(&j, '}');
    return send_json(response, 200);
}

/* ---- the fleet ---- */

static void write_screen(struct sw_json *j, const char *key, const struct sw_screen *s, int64_t now_ms) {
    sw_json_open(j, key, '{');
    sw_json_text(j, "id", s->id);
    sw_json_text(j, "name", s->name);
    sw_json_text(j, "board", s->board);
    sw_json_int(j, "paired_at", s->paired_ms);
    sw_json_text(j, "paired_by", s->paired_by);
    if (s->seen_ms) sw_json_int(j, "seen", s->seen_ms);
    sw_json_bool(j, "online", s->address && now_ms - s->seen_ms < SW_SCREEN_ONLINE_MS);
    sw_json_text(j, "address", s->address);
    if (s->report) {
        sw_json_text(j, "version", s->report->version);
        sw_json_text(j, "shows", *s->report->board ? s->report->board : NULL);
        sw_json_int(j, "offset", s->report->offset_ms);
        sw_json_int(j, "width", s->report->width);
        sw_json_int(j, "height", s->report->height);
    }
    sw_json_close(j, '}');
}

struct listing {
    struct sw_json j;
    int64_t now_ms;
};

static void list_screen(void *ctx, const struct sw_screen *screen) {
    struct listing *l = ctx;
    write_screen(&l->j, NULL, screen, l->now_ms);
}

static int list(const struct sw_api *api, struct sw_http_response *response) {
    struct listing l = {.j = sw_json_on(&response->body), .now_ms = sw__door_now_ms()};
    sw_json_open(&l.j, NULL, '{');
    sw_json_int(&l.j, "now", l.now_ms);
    sw_json_open(&l.j, "screens", '[');
    sw_screens_each(api->doors.screens, &l, list_screen);
    sw_json_close(&l.j, ']');
    sw_json_close(&l.j, '}');
    return send_json(response, 200);
}

struct waiting {
    const struct sw_api *api;
    struct sw_http_pending *pending;
    int status;
};

static void on_written(void *ctx, int status, const struct sw_screen *screen, const char *text) {
    struct waiting *w = ctx;
    struct sw_http_response response;
    sw_http_response_init(&response);
    if (status == -SW_ENOENT) {
        sw_http_problem(&response, 404, NULL, w->status == 201 ? "no screen shows that code: it may have expired" : "no such screen");
    } else if (status) {
        sw_http_problem(&response, status == -SW_ELIMIT ? 409 : 503, NULL, status == -SW_ELIMIT ? "too many screens" : text);
    } else {
        struct sw_json j = sw_json_on(&response.body);
        sw_json_open(&j, NULL, '{');
        if (screen) write_screen(&j, "screen", screen, sw__door_now_ms());
        sw_json_close(&j, '}');
        send_json(&response, w->status);
    }
    /* a screen that shows another board from now on */
    if (!status && screen && w->status == 200) {
        struct sw_buf message;
        sw_buf_init(&message, 1024);
        struct sw_json j = sw_json_on(&message);
        sw_json_open(&j, NULL, '{');
        sw_json_text(&j, "op", "screen");
        sw_json_text(&j, "board", screen->board);
        sw_json_close(&j, '}');
        w->api->tell_screen(w->api->ctx, screen->id, sw_buf_text(&message));
        sw_buf_deinit(&message);
    }
    sw_http_answer(w->pending, &response);
    sw_http_response_deinit(&response);
    free(w);
}

static struct waiting *wait_for(const struct sw_api *api, const struct sw_http_request *request, int status) {
    struct waiting *w = sw_xmalloc(sizeof *w);
    *w = (struct waiting){api, sw_http_defer(request), status};
    return w;
}

/* Whether every one of "overview,queues" is a board. */
static bool are_boards(const struct sw_api *api, const char *boards) {
    char name[SW_SCREEN_BOARDS_SIZE];
    if (strlen(boards) >= sizeof name || !*boards) return false;
    for (const char *at = boards;; at++) {
        size_t len = strcspn(at, ",");
        memcpy(name, at, len);
        name[len] = '\0';
        if (!api->board(api->ctx, name)) return false;
        at += len;
        if (!*at) return true;
    }
}

static struct sw_screen_actor actor_of(const struct sw_access *access) {
    if (access->person) return (struct sw_screen_actor){access->person->id, access->person->role};
    return (struct sw_screen_actor){"console", "manager"};
}

static int approve(const struct sw_api *api, const struct sw_access *access, const struct sw_http_request *request,
                   const struct sw_door_entry *e, struct sw_http_response *response) {
    const struct sw_screen_actor actor = actor_of(access);
    if (!e->code || !e->name || !e->board) return sw_http_problem(response, 422, NULL, "code, name and board are needed");
    if (!are_boards(api, e->board)) return sw_http_problem(response, 422, NULL, "board: there is no such board");
    sw_screens_approve(api->doors.screens, e->code, e->name, e->board, &actor, wait_for(api, request, 201), on_written);
    return 0;
}

static int change(const struct sw_api *api, const struct sw_access *access, const char *id,
                  const struct sw_http_request *request, const struct sw_door_entry *e, struct sw_http_response *response) {
    const struct sw_screen_actor actor = actor_of(access);
    if (!e->name && !e->board) return sw_http_problem(response, 422, NULL, "name or board: missing");
    if (e->board && !are_boards(api, e->board)) return sw_http_problem(response, 422, NULL, "board: there is no such board");
    sw_screens_change(api->doors.screens, id, e->name, e->board, &actor, wait_for(api, request, 200), on_written);
    return 0;
}

static int reload(const struct sw_api *api, const struct sw_access *access, const char *id, struct sw_http_response *response) {
    struct sw_screen screen;
    const struct sw_screen_actor actor = actor_of(access);
    if (!sw_screens_get(api->doors.screens, id, &screen)) return sw_http_problem(response, 404, NULL, "no such screen");
    sw__door_record(api, "screen.reload", id, actor.by, actor.role, "{}");
    api->tell_screen(api->ctx, id, "{\"op\":\"screen\",\"reload\":true}");
    sw_buf_puts(&response->body, "{}");
    return send_json(response, 202);
}

static int write_to(const struct sw_api *api, const struct sw_access *access, const char *id, bool reloads,
                    const struct sw_http_request *request, struct sw_http_response *response) {
    struct sw_door_entry e;
    int status;
    if (!sw__door_body(request, response, &e)) status = response->status;
    else if (!id) status = approve(api, access, request, &e, response);
    else status = reloads ? reload(api, access, id, response) : change(api, access, id, request, &e, response);
    sw_door_deinit(&e);
    return status;
}

int sw_api_screens(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                   struct sw_http_response *response) {
    char id[ID_BYTES] = "", verb[ID_BYTES] = "";
    struct sw_access access = sw_access_of(&api->doors, &request->caller);
    bool known = !*rest || (!sw_http_segment(&rest, id, sizeof id) && (!*rest || sw__door_only(rest, verb, sizeof verb)));
    if (!known || (*verb && strcmp(verb, "reload") != 0)) return sw_http_problem(response, 404, NULL, NULL);
    unsigned allowed = *verb ? SW_HTTP_POST : *id ? SW_HTTP_POST | SW_HTTP_DELETE : SW_HTTP_GET | SW_HTTP_POST;
    if (!(request->method & allowed)) return sw_http_method_not_allowed(response, allowed);
    if (sw_access_refused(&access, SW_ROLES_LEADERS, response)) return response->status;
    if (request->method == SW_HTTP_GET) return list(api, response);
    if (sw_recorder_problem(api->recorder)) return sw_http_problem(response, 503, NULL, sw_recorder_problem(api->recorder));
    if (request->method == SW_HTTP_POST) return write_to(api, &access, *id ? id : NULL, *verb, request, response);
    const struct sw_screen_actor actor = actor_of(&access);
    sw_screens_revoke(api->doors.screens, id, &actor, wait_for(api, request, 200), on_written);
    return 0;
}
