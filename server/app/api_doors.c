#include "app/api_doors.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FAULT_BYTES_MAX 1024

int64_t sw__door_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool sw__door_body(const struct sw_http_request *request, struct sw_http_response *response, struct sw_door_entry *entry) {
    static const char type[] = "application/json";
    const char *sent = request->content_type;
    *entry = (struct sw_door_entry){0};
    /* a page of another origin cannot send this type unasked */
    bool typed = !strncmp(sent, type, sizeof type - 1) && (!sent[sizeof type - 1] || strchr("; ", sent[sizeof type - 1]));
    if (!typed && (request->body_len || request->method == SW_HTTP_POST)) {
        sw_http_problem(response, 415, NULL, "the body must be application/json");
        return false;
    }
    if (!request->body_len) return true;
    struct sw_buf fault;
    sw_buf_init(&fault, FAULT_BYTES_MAX);
    int failed = sw_door_read(entry, request->body, request->body_len, &fault);
    if (failed) sw_http_problem(response, 400, NULL, sw_buf_text(&fault));
    sw_buf_deinit(&fault);
    return !failed;
}

int sw__door_cookie(struct sw_http_response *response, const char *name, const char *value, int64_t seconds, bool secure) {
    char text[256];
    (void)snprintf(text, sizeof text, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s", name, value,
                   (long long)seconds, secure ? "; Secure" : "");
    return sw_http_header(response, "set-cookie", text);
}

void sw__door_record(const struct sw_api *api, const char *kind, const char *key, const char *by, const char *role,
                     const char *body) {
    const struct sw_record record = {.at_ms = sw__door_now_ms(), .kind = kind, .key = key, .by = by, .role = role, .body = body};
    if (!sw_recorder_problem(api->recorder)) sw_recorder_append(api->recorder, &record, 1, NULL, NULL);
}

bool sw__door_only(const char *rest, char *out, size_t size) { return !sw_http_segment(&rest, out, size) && !*rest; }
