#include "app/api.h"

#include <string.h>

#include "app/api_desk.h"
#include "app/api_accounts.h"
#include "app/api_events.h"
#include "app/api_screens.h"
#include "app/api_intervals.h"
#include "app/api_session.h"
#include "app/desk.h"
#include "app/openapi.h"
#include "codec/json_writer.h"
#include "io/password.h"

#define SEGMENT_BYTES_MAX 512

static int send_text(struct sw_http_response *response, const char *content_type, const char *text) {
    response->content_type = content_type;
    sw_buf_puts(&response->body, text);
    return response->status = 200;
}

static int view(const struct sw_api *api, const struct sw_access *access, const char *name, struct sw_http_response *response) {
    if (sw_access_refused(access, sw_access_view_roles(name), response)) return response->status;
    if (!sw_access_view(&api->doors, access, name))
        return sw_http_problem(response, 403, NULL, access->has_screen ? "this screen's board does not show that" : "only about your teams");
    sw_publisher_flush(api->publisher);
    struct sw_view *found = sw_publisher_view(api->publisher, name);
    if (!found && api->desk) found = sw_desk_view(api->desk, name);
    if (!found) return sw_http_problem(response, 404, NULL, "no such view");
    found = sw_access_slice(access, api->slices, found);
    if (!found) return sw_http_problem(response, 503, NULL, "too many different sets of teams are watched");
    size_t len;
    const char *document = sw_view_document(found, &len);
    char version[SW_VIEW_VERSION_TEXT_SIZE];
    sw_view_version_text(found, version);
    size_t version_len = strlen(version);
    response->etag[0] = '"';
    memcpy(response->etag + 1, version, version_len);
    memcpy(response->etag + 1 + version_len, "\"", 2);
    response->content_type = "application/json";
    sw_buf_add(&response->body, document, len);
    return response->status = 200;
}

/* /api/v1/sites/S/... */
static int site(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                struct sw_http_response *response) {
    char segment[SEGMENT_BYTES_MAX], name[SEGMENT_BYTES_MAX];
    struct sw_access access = sw_access_of(&api->doors, &request->caller);
    /* who is not let in at all learns nothing, not even the site's name */
    if (sw_access_refused(&access, ~0u, response)) return response->status;
    if (sw_http_segment(&rest, segment, sizeof segment) || strcmp(segment, api->site) != 0)
        return sw_http_problem(response, 404, NULL, "no such site");
    const char *below = rest;
    if (!sw_http_segment(&below, segment, sizeof segment) && !strcmp(segment, "producers"))
        return sw_api_producers(api, &access, below, request, response);
    if (api->desk && sw_api_desk(api, &access, rest, request, response)) return response->status;
    if (request->method != SW_HTTP_GET) return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_HEAD);
    if (sw_http_segment(&rest, segment, sizeof segment)) return sw_http_problem(response, 404, NULL, NULL);
    if (!strcmp(segment, "intervals") && !*rest) return sw_api_intervals(api, &access, request, response);
    if (strcmp(segment, "views") != 0 || sw_http_remainder(&rest, name, sizeof name))
        return sw_http_problem(response, 404, NULL, NULL);
    return view(api, &access, name, response);
}

static int boards(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                  struct sw_http_response *response) {
    char name[SEGMENT_BYTES_MAX];
    struct sw_access access = sw_access_of(&api->doors, &request->caller);
    if (sw_access_refused(&access, SW_ROLES_BOARDS, response)) return response->status;
    if (!*rest) {
        if (sw_access_refused(&access, SW_ROLES_READERS | SW_ROLE_PUBLIC, response)) return response->status;
        response->content_type = "application/json";
        sw_buf_puts(&response->body, "{\"boards\":");
        api->board_names(api->ctx, &response->body);
        sw_buf_puts(&response->body, "}");
        return response->status = 200;
    }
    const char *json = NULL;
    bool named = !sw_http_segment(&rest, name, sizeof name) && !*rest;
    if (named && !sw_access_board(&api->doors, &access, name)) return sw_http_problem(response, 403, NULL, "not this screen's board");
    if (named) json = api->board(api->ctx, name);
    if (!json) return sw_http_problem(response, 404, NULL, "no such board");
    return send_text(response, "application/json", json);
}

static int version_1(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                     struct sw_http_response *response) {
    char segment[SEGMENT_BYTES_MAX];
    if (sw_http_segment(&rest, segment, sizeof segment)) return sw_http_problem(response, 404, NULL, NULL);
    if (!strcmp(segment, "openapi.json") && !*rest) return send_text(response, "application/json", sw_openapi_text);
    if (!strcmp(segment, "session")) return sw_api_session(api, rest, request, response);
    if (!strcmp(segment, "sessions")) return sw_api_sessions(api, rest, request, response);
    if (!strcmp(segment, "accounts")) return sw_api_accounts(api, rest, request, response);
    if (!strcmp(segment, "pair")) return sw_api_pair(api, rest, request, response);
    if (!strcmp(segment, "screen")) return sw_api_screen(api, rest, request, response);
    if (!strcmp(segment, "screens")) return sw_api_screens(api, rest, request, response);
    if (!strcmp(segment, "boards")) return boards(api, rest, request, response);
    /* producers have tokens, not roles */
    if (!strcmp(segment, "sites") && sw_api_is_events(rest)) return sw_api_events(api, rest, request, response);
    if (!strcmp(segment, "sites")) return site(api, rest, request, response);
    return sw_http_problem(response, 404, NULL, NULL);
}

static int readyz(const struct sw_api *api, struct sw_http_response *response) {
    char reason[256] = "";
    if (api->ready(api->ctx, reason, sizeof reason)) return send_text(response, "text/plain; charset=utf-8", "ready\n");
    return sw_http_problem(response, 503, "Not ready", reason);
}

/* Figures of queues and teams are among the metrics: once there are accounts, they are for readers who are signed in and for
 * whoever has the token of the configuration. */
static bool metrics_refused(const struct sw_api *api, const struct sw_http_request *request, struct sw_http_response *response) {
    static const char bearer[] = "Bearer ";
    struct sw_access access = sw_access_of(&api->doors, &request->caller);
    bool has_token = !strncmp(request->authorization, bearer, sizeof bearer - 1) && api->metrics_token_hash;
    if (has_token) {
        char hash[SW_SECRET_HASH_SIZE];
        sw_secret_hash(request->authorization + sizeof bearer - 1, hash);
        if (!strcmp(hash, api->metrics_token_hash)) return false;
    }
    if (!access.accounts) return false;
    return sw_access_refused(&access, SW_ROLES_READERS, response);
}

int sw_api_handle(void *ctx, const struct sw_http_request *request, struct sw_http_response *response) {
    const struct sw_api *api = ctx;
    static const char prefix[] = "/api/v1";
    const char *path = request->raw_path;
    bool in_api = !strncmp(path, prefix, sizeof prefix - 1) && path[sizeof prefix - 1] == '/';
    if (api->stopping) return sw_http_problem(response, 503, NULL, "going down");
    bool known = in_api || !strcmp(path, "/healthz") || !strcmp(path, "/readyz") || !strcmp(path, "/metrics");
    if (!known) return sw_http_problem(response, 404, NULL, NULL);
    if (!in_api && request->method != SW_HTTP_GET) return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_HEAD);
    static const char *const read_only[] = {"/openapi.json", "/boards"};
    for (size_t i = 0; in_api && i < 2; i++)
        if (!strncmp(path + sizeof prefix - 1, read_only[i], strlen(read_only[i])) && request->method != SW_HTTP_GET)
            return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_HEAD);
    if (in_api && sw_accounts_lost(api->doors.accounts))
        return sw_http_problem(response, 503, "Locked", "the accounts cannot be read: the daemon's log says why");
    if (in_api && api->standing_by) return sw_http_problem(response, 503, "Standing by", "another daemon serves this site");
    if (in_api) return version_1(api, path + sizeof prefix - 1, request, response);
    if (!strcmp(path, "/healthz")) return send_text(response, "text/plain; charset=utf-8", "ok\n");
    if (!strcmp(path, "/readyz")) return readyz(api, response);
    if (metrics_refused(api, request, response)) return response->status;
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    api->metrics(api->ctx, &response->body);
    return response->status = 200;
}
