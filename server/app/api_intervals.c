/* GET /api/v1/sites/S/intervals: history by interval, as JSON or CSV. */
#include "app/api_intervals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_writer.h"
#include "codec/view_json.h"

enum by { BY_QUEUE, BY_TEAM, BY_AGENT };
static const char *const by_names[] = {"queue", "team", "agent"};
static const char *const group_names[] = {"queues", "teams", "agents"};

struct history {
    const struct sw_api *api;
    enum by by;
    int64_t from_ms, to_ms;
    size_t *subjects, count; /* those the caller may see, as the floor numbers them */
    struct sw_buf *out;
};

static size_t number_of_subjects(const struct history *h) {
    const struct sw_floor *floor = h->api->floor;
    if (h->by == BY_QUEUE) return sw_floor_queue_count(floor);
    return h->by == BY_TEAM ? sw_floor_team_count(floor) : sw_floor_agent_count(floor);
}

static const char *subject_id(const struct history *h, size_t i) {
    const struct sw_floor *floor = h->api->floor;
    if (h->by == BY_QUEUE) return sw_scope_id(sw_floor_queue(floor, i));
    if (h->by == BY_TEAM) return sw_team_id(sw_floor_team(floor, i));
    struct sw_agent_now now;
    sw_agent_now(floor, sw_floor_agent(floor, i), &now);
    return now.id;
}

/* Agents see themselves, leads their teams. */
static bool may_see(const struct history *h, const struct sw_access *access, size_t i) {
    if (h->by == BY_QUEUE || (access->role & SW_ROLE_PUBLIC)) return true;
    if (access->role & SW_ROLE_AGENT) return !strcmp(subject_id(h, i), access->person->id);
    if (h->by == BY_TEAM) return sw_access_team(access, subject_id(h, i));
    struct sw_agent_now now;
    sw_agent_now(h->api->floor, sw_floor_agent(h->api->floor, i), &now);
    return sw_access_team(access, now.team);
}

static void choose_subjects(struct history *h, const struct sw_access *access) {
    size_t all = number_of_subjects(h);
    h->subjects = sw_xmalloc((all + 1) * sizeof *h->subjects);
    for (size_t i = 0; i < all; i++)
        if (may_see(h, access, i)) h->subjects[h->count++] = i;
}

static void counts_of_agents(const struct history *h, size_t i, struct sw_span span, struct sw_agent_counts *c) {
    const struct sw_floor *floor = h->api->floor;
    if (h->by == BY_TEAM) sw_team_between(floor, sw_floor_team(floor, i), span.start_ms, span.end_ms, sw_floor_now(floor), c);
    else sw_agent_between(floor, sw_floor_agent(floor, i), span.start_ms, span.end_ms, sw_floor_now(floor), c);
}

static void write_json_interval(const struct history *h, struct sw_span span) {
    char start[SW_RFC3339_SIZE];
    sw_zone_format_rfc3339(h->api->zone, span.start_ms, start);
    sw_buf_printf(h->out, "{\"start\":\"%s\",\"start_ms\":%lld,\"%s\":{", start, (long long)span.start_ms,
                  group_names[h->by]);
    for (size_t n = 0; n < h->count; n++) {
        size_t i = h->subjects[n];
        if (n) sw_buf_putc(h->out, ',');
        sw_json_quote(h->out, subject_id(h, i));
        sw_buf_putc(h->out, ':');
        if (h->by == BY_QUEUE) {
            const struct sw_scope *queue = sw_floor_queue(h->api->floor, i);
            struct sw_queue_counts c;
            sw_scope_between(h->api->floor, queue, span.start_ms, span.end_ms, &c);
            sw_view_write_queue_counts(&c, 0, sw_scope_carried_in(queue, span.start_ms), h->out);
        } else {
            struct sw_agent_counts c;
            counts_of_agents(h, i, span, &c);
            sw_view_write_agent_counts(&c, true, h->out);
        }
    }
    sw_buf_puts(h->out, "}}");
}

static void write_json(const struct history *h) {
    struct sw_span span = sw_floor_interval(h->api->floor, h->from_ms);
    sw_buf_printf(h->out, "{\"by\":\"%s\",\"interval_ms\":%lld,\"intervals\":[", by_names[h->by],
                  (long long)(span.end_ms - span.start_ms));
    bool first = true;
    for (; span.start_ms < h->to_ms; span = sw_floor_interval(h->api->floor, span.end_ms)) {
        if (span.start_ms < h->from_ms) continue;
        if (!first) sw_buf_putc(h->out, ',');
        first = false;
        write_json_interval(h, span);
    }
    sw_buf_puts(h->out, "]}");
}

/* A CSV cell: quoted when it must be, and kept from being read as a formula by a spreadsheet. */
static void write_cell(struct sw_buf *out, const char *text) {
    bool formula = *text && strchr("=+-@\t\r", *text);
    if (!formula && !strpbrk(text, ",\"\r\n")) {
        sw_buf_puts(out, text);
        return;
    }
    sw_buf_puts(out, formula ? "\"'" : "\"");
    for (; *text; text++) {
        if (*text == '"') sw_buf_putc(out, '"');
        sw_buf_putc(out, *text);
    }
    sw_buf_putc(out, '"');
}

static void write_csv_ratio(struct sw_buf *out, struct sw_ratio r) {
    char text[32] = "";
    if (sw_ratio_defined(r)) sw_number_text(sw_ratio_value(r), text);
    sw_buf_printf(out, ",%s", text);
}

static void write_csv_queue(const struct history *h, size_t i, struct sw_span span) {
    const struct sw_scope *queue = sw_floor_queue(h->api->floor, i);
    struct sw_queue_counts c;
    sw_scope_between(h->api->floor, queue, span.start_ms, span.end_ms, &c);
    for (int k = 0; k < SW_QC_FIFO_VIOLATIONS; k++) sw_buf_printf(h->out, ",%lld", (long long)c.v[k]);
    sw_buf_printf(h->out, ",%lld", (long long)sw_scope_carried_in(queue, span.end_ms));
    write_csv_ratio(h->out, sw_kpi_answer_rate(&c));
    write_csv_ratio(h->out, sw_kpi_service_level(&c, 0));
}

static void write_csv_agents(const struct history *h, size_t i, struct sw_span span) {
    struct sw_agent_counts c;
    counts_of_agents(h, i, span, &c);
    sw_buf_printf(h->out, ",%lld", (long long)sw_kpi_staffed_ms(&c));
    for (int k = SW_ST_READY; k < SW_AC_COUNT; k++) sw_buf_printf(h->out, ",%lld", (long long)c.v[k]);
    write_csv_ratio(h->out, sw_kpi_occupancy(&c));
    write_csv_ratio(h->out, sw_kpi_utilisation(&c));
}

static void write_csv_head(const struct history *h) {
    sw_buf_printf(h->out, "start,%s", by_names[h->by]);
    if (h->by == BY_QUEUE) {
        for (int k = 0; k < SW_QC_FIFO_VIOLATIONS; k++)
            sw_buf_printf(h->out, ",%s", sw_queue_counter_name((enum sw_queue_counter)k));
        sw_buf_puts(h->out, ",waiting,answer_rate,service_level\r\n");
        return;
    }
    sw_buf_puts(h->out, ",staffed_ms");
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++)
        sw_buf_printf(h->out, ",%s_ms", sw_agent_state_name((enum sw_agent_state)s));
    for (int k = SW_AC_HANDLED; k < SW_AC_COUNT; k++)
        sw_buf_printf(h->out, ",%s%s", k >= SW_AC_BREAKS ? "breaks_" : "", sw_agent_counter_name((enum sw_agent_counter)k));
    sw_buf_puts(h->out, ",occupancy,utilisation\r\n");
}

static void write_csv(const struct history *h) {
    write_csv_head(h);
    for (struct sw_span span = sw_floor_interval(h->api->floor, h->from_ms); span.start_ms < h->to_ms;
         span = sw_floor_interval(h->api->floor, span.end_ms)) {
        if (span.start_ms < h->from_ms) continue;
        char start[SW_RFC3339_SIZE];
        sw_zone_format_rfc3339(h->api->zone, span.start_ms, start);
        for (size_t n = 0; n < h->count; n++) {
            size_t i = h->subjects[n];
            sw_buf_printf(h->out, "%s,", start);
            write_cell(h->out, subject_id(h, i));
            if (h->by == BY_QUEUE) write_csv_queue(h, i, span);
            else write_csv_agents(h, i, span);
            sw_buf_puts(h->out, "\r\n");
        }
    }
}

/* Reads a time of the query, or leaves the default. */
static bool time_param(const struct sw_http_request *request, const char *name, int64_t *t_ms) {
    const char *text = sw_http_query(request, name);
    return !text || !*text || !sw_parse_rfc3339(text, t_ms);
}

int sw_api_intervals(const struct sw_api *api, const struct sw_access *access, const struct sw_http_request *request, struct sw_http_response *response) {
    int64_t now_ms = sw_floor_now(api->floor);
    if (now_ms == INT64_MIN) return sw_http_problem(response, 503, NULL, "the floor has no time yet");
    struct sw_span today = sw_floor_day(api->floor, now_ms, NULL);
    int64_t oldest_ms = sw_floor_day(api->floor, today.start_ms - 1, NULL).start_ms;
    struct history h = {.api = api, .from_ms = today.start_ms, .to_ms = now_ms + 1, .out = &response->body};
    if (!time_param(request, "from", &h.from_ms)) return sw_http_problem(response, 400, NULL, "from: not RFC 3339 or epoch ms");
    if (!time_param(request, "to", &h.to_ms)) return sw_http_problem(response, 400, NULL, "to: not RFC 3339 or epoch ms");
    if (h.from_ms > h.to_ms) return sw_http_problem(response, 400, NULL, "from is after to");
    if (h.from_ms < oldest_ms) h.from_ms = oldest_ms;
    if (h.to_ms > now_ms + 1) h.to_ms = now_ms + 1;
    const char *by = sw_http_query(request, "by"), *format = sw_http_query(request, "format");
    int chosen = -1;
    for (int i = 0; i < 3; i++)
        if (!strcmp(by_names[i], by && *by ? by : "queue")) chosen = i;
    if (chosen < 0) return sw_http_problem(response, 400, NULL, "by: one of queue, team, agent");
    h.by = (enum by)chosen;
    static const unsigned roles[] = {[BY_QUEUE] = SW_ROLES_BOARDS, [BY_TEAM] = SW_ROLES_BOARDS,
                                     [BY_AGENT] = SW_ROLES_READERS | SW_ROLE_PUBLIC | SW_ROLE_AGENT};
    if (sw_access_refused(access, roles[h.by], response)) return response->status;
    bool csv = format && !strcmp(format, "csv");
    if (format && *format && !csv && strcmp(format, "json") != 0)
        return sw_http_problem(response, 400, NULL, "format: json or csv");
    choose_subjects(&h, access);
    if (csv) write_csv(&h);
    else write_json(&h);
    free(h.subjects);
    if (response->body.failed) return sw_http_problem(response, 413, NULL, "too much history at once: choose a shorter time");
    response->content_type = csv ? "text/csv; charset=utf-8" : "application/json";
    if (!csv) return response->status = 200;
    int failed = sw_http_header(response, "content-disposition", "attachment; filename=\"intervals.csv\"");
    return failed ? failed : (response->status = 200);
}
