#include "app/api_events.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/api_doors.h"
#include "app/posts.h"
#include "codec/json_writer.h"
#include "io/log.h"

#define SEGMENT_BYTES_MAX 512

bool sw_api_is_events(const char *rest) {
    char segment[SEGMENT_BYTES_MAX];
    return !sw_http_segment(&rest, segment, sizeof segment) && sw__door_only(rest, segment, sizeof segment) &&
           !strcmp(segment, "events");
}

/* ---- posting ---- */

/* A token is asked for: the header says how it is to be sent. */
static int ask_for_token(const struct sw_api *api, const struct sw_http_request *request, bool sent, struct sw_http_response *response) {
    sw_posts_count_refused(api->posts, SW_POST_TOKEN);
    if (sent) sw_log(SW_LOG_WARN, "events.wrong_token", "peer=%s", request->caller.peer);
    sw_http_problem(response, 401, NULL, sent ? "nobody's token: revoked, or never given" : "a producer's token is needed: Authorization: Bearer TOKEN");
    if (sw_http_header(response, "www-authenticate", sent ? "Bearer error=\"invalid_token\"" : "Bearer")) return sw_http_problem(response, 500, NULL, NULL);
    return 401;
}

static int forbid(const struct sw_api *api, const char *detail, struct sw_http_response *response) {
    sw_posts_count_refused(api->posts, SW_POST_FORBIDDEN);
    return sw_http_problem(response, 403, NULL, detail);
}

/* Who posts into *PRODUCER (NULL: somebody at this machine, who needs no token while nobody has one and there are no accounts);
 * or the status with which it was refused. */
static int let_in(const struct sw_api *api, const struct sw_http_request *request, struct sw_producer **producer,
                  struct sw_http_response *response) {
    static const char bearer[] = "Bearer ";
    struct sw_access access = sw_access_of(&api->doors, &request->caller);
    const char *sent = request->authorization;
    *producer = NULL;
    if (*sent) {
        if (!strncasecmp(sent, bearer, sizeof bearer - 1)) *producer = sw_producers_of_token(api->producers, sent + sizeof bearer - 1);
        if (!*producer) return ask_for_token(api, request, true, response);
        return (*producer)->is_here ? 0 : forbid(api, "the token is for another site", response);
    }
    if (access.local && !sw_producers_count(api->producers)) return 0;
    if (access.person || access.has_screen) return forbid(api, "events come from producers: send a producer's token", response);
    return ask_for_token(api, request, false, response);
}

int sw_api_events(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                  struct sw_http_response *response) {
    char segment[SEGMENT_BYTES_MAX];
    struct sw_producer *producer;
    if (request->method != SW_HTTP_POST) return sw_http_method_not_allowed(response, SW_HTTP_POST);
    int refused = let_in(api, request, &producer, response);
    if (refused) return refused;
    if (sw_http_segment(&rest, segment, sizeof segment) || strcmp(segment, api->site) != 0)
        return sw_http_problem(response, 404, NULL, "no such site");
    return sw_posts_take(api->posts, producer, request, response);
}

/* ---- who may ---- */

static void write_producer(void *ctx, const struct sw_producer *producer) {
    struct sw_json *j = ctx;
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "name", producer->name);
    sw_json_text(j, "made_by", producer->made_by);
    sw_json_int(j, "made", producer->made_ms);
    sw_json_int(j, "token_made", producer->token_ms);
    if (producer->used_ms) sw_json_int(j, "used", producer->used_ms);
    sw_json_int(j, "accepted", (int64_t)producer->accepted);
    sw_json_int(j, "rejected", (int64_t)producer->rejected);
    sw_json_close(j, '}');
}

static int list(const struct sw_api *api, struct sw_http_response *response) {
    struct sw_json j = sw_json_on(&response->body);
    sw_json_open(&j, NULL, '{');
    sw_json_int(&j, "now", sw__door_now_ms());
    sw_json_open(&j, "producers", '[');
    sw_producers_each(api->producers, &j, write_producer);
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
    response->content_type = "application/json";
    return response->status = 200;
}

static void on_revoked(void *ctx, int status, const char *text) {
    struct sw_http_response response;
    sw_http_response_init(&response);
    response.content_type = "application/json";
    sw_buf_puts(&response.body, "{}");
    if (status == -SW_ENOENT) sw_http_problem(&response, 404, NULL, "no such producer");
    else if (status) sw_http_problem(&response, 503, NULL, text);
    sw_http_answer(ctx, &response);
    sw_http_response_deinit(&response);
}

int sw_api_producers(const struct sw_api *api, const struct sw_access *access, const char *rest,
                     const struct sw_http_request *request, struct sw_http_response *response) {
    char name[SEGMENT_BYTES_MAX];
    if (*rest && !sw__door_only(rest, name, sizeof name)) return sw_http_problem(response, 404, NULL, NULL);
    unsigned allowed = *rest ? SW_HTTP_DELETE : SW_HTTP_GET;
    if (request->method != (enum sw_http_method)allowed) return sw_http_method_not_allowed(response, allowed);
    /* whoever is at this machine while there are no accounts, and admins */
    if (!access->local && sw_access_refused(access, SW_ROLE_ADMIN, response)) return response->status;
    if (!*rest) return list(api, response);
    if (sw_recorder_problem(api->recorder)) return sw_http_problem(response, 503, NULL, sw_recorder_problem(api->recorder));
    sw_producers_revoke(api->producers, name, access->person ? access->person->id : "console",
                        access->person ? access->person->role : "manager", sw_http_defer(request), on_revoked);
    return 0;
}
