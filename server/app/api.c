#include "app/api.h"

#include <string.h>

#include "app/api_desk.h"
#include "app/access.h"
#include "app/api_intervals.h"
#include "app/api_session.h"
#include "app/desk.h"
#include "app/openapi.h"
#include "codec/json_writer.h"

#define SEGMENT_BYTES_MAX 512

static int send_text(struct sw_http_response *response, const char *content_type, const char *text) {
    response->content_type = content_type;
    sw_buf_puts(&response->body, text);
    return response->status = 200;
}

static int view(const struct sw_api *api, const char *name, const struct sw_http_request *request,
                struct sw_http_response *response) {
    struct sw_access access = sw_access_of(api->sessions, request->peer, request->cookie, sw_session_clock_ms());
    if (!sw_access_view(&access, name)) return sw_http_problem(response, access.person ? 403 : 401, NULL, "for leaders who are signed in");
    sw_publisher_flush(api->publisher);
    struct sw_view *found = sw_publisher_view(api->publisher, name);
    if (!found && api->desk) found = sw_desk_view(api->desk, name);
    if (!found) return sw_http_problem(response, 404, NULL, "no such view");
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
    if (sw_http_segment(&rest, segment, sizeof segment) || strcmp(segment, api->site) != 0)
        return sw_http_problem(response, 404, NULL, "no such site");
    if (api->desk && sw_api_desk(api, rest, request, response)) return response->status;
    if (request->method != SW_HTTP_GET) return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_HEAD);
    if (sw_http_segment(&rest, segment, sizeof segment)) return sw_http_problem(response, 404, NULL, NULL);
    if (!strcmp(segment, "intervals") && !*rest) return sw_api_intervals(api, request, response);
    if (strcmp(segment, "views") != 0 || sw_http_remainder(&rest, name, sizeof name))
        return sw_http_problem(response, 404, NULL, NULL);
    return view(api, name, request, response);
}

static int boards(const struct sw_api *api, const char *rest, struct sw_http_response *response) {
    char name[SEGMENT_BYTES_MAX];
    if (!*rest) {
        response->content_type = "application/json";
        sw_buf_puts(&response->body, "{\"boards\":");
        api->board_names(api->ctx, &response->body);
        sw_buf_puts(&response->body, "}");
        return response->status = 200;
    }
    const char *json = NULL;
    if (!sw_http_segment(&rest, name, sizeof name) && !*rest) json = api->board(api->ctx, name);
    if (!json) return sw_http_problem(response, 404, NULL, "no such board");
    return send_text(response, "application/json", json);
}

static int version_1(const struct sw_api *api, const char *rest, const struct sw_http_request *request,
                     struct sw_http_response *response) {
    char segment[SEGMENT_BYTES_MAX];
    if (sw_http_segment(&rest, segment, sizeof segment)) return sw_http_problem(response, 404, NULL, NULL);
    if (!strcmp(segment, "openapi.json") && !*rest) return send_text(response, "application/json", sw_openapi_text);
    if (!strcmp(segment, "session") && !*rest) return sw_api_session(api, request, response);
    if (!strcmp(segment, "boards")) return boards(api, rest, response);
    if (!strcmp(segment, "sites")) return site(api, rest, request, response);
    return sw_http_problem(response, 404, NULL, NULL);
}

static int readyz(const struct sw_api *api, struct sw_http_response *response) {
    char reason[256] = "";
    if (api->ready(api->ctx, reason, sizeof reason)) return send_text(response, "text/plain; charset=utf-8", "ready\n");
    return sw_http_problem(response, 503, "Not ready", reason);
}

int sw_api_handle(void *ctx, const struct sw_http_request *request, struct sw_http_response *response) {
    const struct sw_api *api = ctx;
    static const char prefix[] = "/api/v1";
    const char *path = request->raw_path;
    bool in_api = !strncmp(path, prefix, sizeof prefix - 1) && path[sizeof prefix - 1] == '/';
    bool known = in_api || !strcmp(path, "/healthz") || !strcmp(path, "/readyz") || !strcmp(path, "/metrics");
    if (!known) return sw_http_problem(response, 404, NULL, NULL);
    /* where people write */
    bool in_site = in_api && (!strncmp(path + sizeof prefix - 1, "/sites/", 7) || !strcmp(path + sizeof prefix - 1, "/session"));
    if (!in_site && request->method != SW_HTTP_GET) return sw_http_method_not_allowed(response, SW_HTTP_GET | SW_HTTP_HEAD);
    if (in_api) return version_1(api, path + sizeof prefix - 1, request, response);
    if (!strcmp(path, "/healthz")) return send_text(response, "text/plain; charset=utf-8", "ok\n");
    if (!strcmp(path, "/readyz")) return readyz(api, response);
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    api->metrics(api->ctx, &response->body);
    return response->status = 200;
}
