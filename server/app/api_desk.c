#include "app/api_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/api_doors.h"
#include "app/api_staffing.h"
#include "app/at.h"
#include "app/charts.h"
#include "app/chat.h"
#include "app/desk.h"
#include "app/reports.h"
#include "codec/records_json.h"
#include "core/zone.h"
#include "report/chart_tables.h"
#include "report/draw.h"

#define SEGMENT_BYTES_MAX 512
#define SEGMENTS_MAX 4 /* the last one takes what is left: views' names may hold slashes */
#define RECORDS_MAX 2000
#define AUDIT_FILE_RECORDS_MAX 20000 /* some 5 MB: an answer holds 16 */
#define FAULT_BYTES_MAX 1024

/* A request about the desk, taken apart. */
struct call {
    const struct sw_api *api;
    const struct sw_access *access;
    const struct sw_http_request *request;
    struct sw_http_response *response;
    char path[SEGMENTS_MAX][SEGMENT_BYTES_MAX]; /* "alerts", ID, "ack" */
    size_t depth;
    struct sw_desk_entry entry;
    struct sw_desk_actor actor;
    bool check;
};

/* ---- answering later ---- */

static void on_answer(void *ctx, int status, const char *json, const char *text) {
    struct sw_http_pending *pending = ctx;
    struct sw_http_response response;
    sw_http_response_init(&response);
    if (status < 300) {
        response.status = status;
        response.content_type = "application/json";
        sw_buf_puts(&response.body, json);
    } else if (json && *json == '{') {
        sw_http_problem(&response, status, NULL, text);
        /* the problem's members, and behind them what was first or what is wrong */
        if (response.body.len && response.body.data[response.body.len - 1] == '}') {
            response.body.len--;
            sw_buf_puts(&response.body, status == 409 ? ",\"record\":" : ",");
            if (status == 409) sw_buf_puts(&response.body, json);
            else sw_buf_add(&response.body, json + 1, strlen(json) - 2);
            sw_buf_puts(&response.body, "}");
        }
    } else {
        sw_http_problem(&response, status, NULL, text);
    }
    sw_http_answer(pending, &response);
    sw_http_response_deinit(&response);
}

static struct sw_desk_reply later(const struct call *c) {
    return (struct sw_desk_reply){sw_http_defer(c->request), on_answer};
}

/* ---- writes ---- */

static void post_grant(struct call *c) { sw_desk_grant(c->api->desk, &c->entry, c->check, &c->actor, later(c)); }
static void delete_grant(struct call *c) {
    sw_desk_grant_undo(c->api->desk, c->path[1], &c->entry, &c->actor, later(c));
}
static void post_ack(struct call *c) { sw_desk_acknowledge(c->api->desk, c->path[1], &c->actor, later(c)); }
static void post_decision(struct call *c) {
    sw_desk_decide(c->api->desk, c->path[1], &c->entry, &c->actor, later(c));
}
static void delete_decision(struct call *c) {
    sw_desk_decision_undo(c->api->desk, c->path[1], &c->entry, &c->actor, later(c));
}
static void post_dispute(struct call *c) {
    sw_desk_dispute(c->api->desk, c->path[1], &c->entry, &c->actor, later(c));
}
static void post_walk(struct call *c) {
    sw_desk_walk(c->api->desk, c->path[1], &c->entry, &c->actor, later(c));
}
/* A rota as CSV, or a hand-over as JSON. */
static void post_duty(struct call *c) {
    if (strstr(c->request->content_type, "csv"))
        sw_desk_rota(c->api->desk, c->request->body, c->request->body_len, c->check, &c->actor, later(c));
    else sw_desk_duty(c->api->desk, &c->entry, &c->actor, later(c));
}
static void delete_duty(struct call *c) {
    sw_desk_duty_undo(c->api->desk, c->path[1], &c->entry, &c->actor, later(c));
}
static void post_recall(struct call *c) { sw_desk_recall(c->api->desk, &c->entry, &c->actor, later(c)); }
static void post_notice(struct call *c) { sw_desk_notice(c->api->desk, &c->entry, &c->actor, later(c)); }
static void post_swap(struct call *c) { sw_desk_swap(c->api->desk, &c->entry, &c->actor, later(c)); }
static void post_roster(struct call *c) {
    sw_desk_roster(c->api->desk, c->request->body, c->request->body_len, c->check, &c->actor, later(c));
}

/* ---- reads ---- */

/* The date that is asked for, today when none is; false and answered when it is no date. */
static bool date_of(struct call *c, char date[11]) {
    const char *asked = sw_http_query(c->request, "date");
    int year, month, day;
    sw_floor_day(c->api->floor, sw_floor_now(c->api->floor), date);
    if (!asked) return true;
    if (sw_zone_parse_date(asked, &year, &month, &day)) {
        sw_http_problem(c->response, 400, NULL, "date: must be YYYY-MM-DD");
        return false;
    }
    memcpy(date, asked, 11); /* just as long */
    return true;
}

static void get_roster(struct call *c) {
    char date[11];
    if (!date_of(c, date)) return;
    c->response->content_type = "application/json";
    c->response->status = 200;
    const struct sw_config_list *teams = sw_access_is_limited(c->access) ? &c->access->person->teams : NULL;
    sw_desk_write_roster(c->api->desk, date, teams, &c->response->body);
}

static void get_duty(struct call *c) {
    c->response->content_type = "application/json";
    c->response->status = 200;
    sw_desk_write_duty(c->api->desk, &c->response->body);
}

/* A time of the query, or FALLBACK; false and answered when it is none. */
static bool time_of(struct call *c, const char *name, int64_t fallback, int64_t *out) {
    const char *text = sw_http_query(c->request, name);
    *out = fallback;
    if (!text || sw_parse_rfc3339(text, out) == 0) return true;
    char detail[64];
    (void)snprintf(detail, sizeof detail, "%s: must be RFC 3339 or epoch ms", name);
    sw_http_problem(c->response, 400, NULL, detail);
    return false;
}

static bool number_of(struct call *c, const char *name, int64_t most, int64_t *out) {
    const char *text = sw_http_query(c->request, name);
    if (!text || !*text) return true;
    char *end;
    long long value = strtoll(text, &end, 10);
    if (!*end && *text >= '0' && *text <= '9' && value <= most) {
        *out = value;
        return true;
    }
    char detail[64];
    (void)snprintf(detail, sizeof detail, "%s: must be a number from 0 to %lld", name, (long long)most);
    sw_http_problem(c->response, 400, NULL, detail);
    return false;
}

static bool query_of(struct call *c, int64_t most, struct sw_record_query *query) {
    *query = (struct sw_record_query){.agent = sw_http_query(c->request, "agent"), .kind = sw_http_query(c->request, "kind"),
                                      .key = sw_http_query(c->request, "key"), .limit = most, .newest_first = true};
    if (!time_of(c, "from", 0, &query->from_ms) || !time_of(c, "to", 0, &query->to_ms) ||
        !number_of(c, "before", INT64_MAX, &query->before_id) || !number_of(c, "limit", most, &query->limit))
        return false;
    if (!query->limit) query->limit = most;
    return true;
}

/* Whose records somebody may see who leads only some teams; and nobody sees here who came in: that is for the audit. */
struct reader {
    const struct sw_api *api;
    struct sw_http_pending *pending;
    bool limited, csv;
    char **teams;
    size_t team_count;
};

static struct reader *new_reader(const struct call *c, bool csv) {
    struct reader *r = sw_xcalloc(1, sizeof *r);
    *r = (struct reader){.api = c->api, .pending = sw_http_defer(c->request), .limited = sw_access_is_limited(c->access), .csv = csv};
    const struct sw_config_list *teams = r->limited ? &c->access->person->teams : NULL;
    r->teams = sw_xmalloc((teams ? teams->count + 1 : 1) * sizeof *r->teams);
    for (; teams && r->team_count < teams->count; r->team_count++) r->teams[r->team_count] = sw_xstrdup(teams->items[r->team_count]);
    return r;
}

static void free_reader(struct reader *r) {
    for (size_t i = 0; i < r->team_count; i++) free(r->teams[i]);
    free(r->teams);
    free(r);
}

static bool may_read(void *ctx, const char *kind, const char *agent) {
    const struct reader *r = ctx;
    if (sw_record_is_of_doors(kind)) return false;
    if (!r->limited) return true;
    if (!agent) return strcmp(kind, "roster") != 0; /* a roster is of all teams */
    const char *team = r->api->desk ? sw_desk_agent_team(r->api->desk, agent) : NULL;
    for (size_t i = 0; team && i < r->team_count; i++)
        if (!strcmp(r->teams[i], team)) return true;
    return false;
}

static void on_records(void *ctx, int status, const char *json, const char *text) {
    struct reader *r = ctx;
    struct sw_buf out;
    sw_buf_init(&out, SW_HTTP_RESPONSE_BODY_MAX);
    if (status < 300 && !sw_records_filter(json, r, may_read, &out)) status = 500;
    on_answer(r->pending, status, status < 300 ? sw_buf_text(&out) : NULL, text);
    sw_buf_deinit(&out);
    free_reader(r);
}

static void get_records(struct call *c) {
    struct sw_record_query query;
    if (query_of(c, RECORDS_MAX, &query)) sw_desk_records(c->api->desk, &query, (struct sw_desk_reply){new_reader(c, false), on_records});
}

static void on_audit(void *ctx, int status, const char *json, const char *text) {
    struct reader *r = ctx;
    if (status < 300 && r->csv) {
        struct sw_http_response response;
        sw_http_response_init(&response);
        response.content_type = "text/csv; charset=utf-8";
        bool good = sw_records_csv(json, r->api->zone, &response.body) &&
                    !sw_http_header(&response, "content-disposition", "attachment; filename=\"audit.csv\"");
        if (!good) sw_http_problem(&response, 500, NULL, NULL);
        sw_http_answer(r->pending, &response);
        sw_http_response_deinit(&response);
    } else {
        on_answer(r->pending, status, json, text);
    }
    free_reader(r);
}

static void get_audit(struct call *c) {
    struct sw_record_query query;
    const char *format = sw_http_query(c->request, "format");
    bool csv = format && !strcmp(format, "csv");
    if (format && !csv && strcmp(format, "json") != 0) {
        sw_http_problem(c->response, 400, NULL, "format: json or csv");
        return;
    }
    if (!query_of(c, csv ? AUDIT_FILE_RECORDS_MAX : RECORDS_MAX, &query)) return;
    query.by = sw_http_query(c->request, "by");
    sw_desk_records(c->api->desk, &query, (struct sw_desk_reply){new_reader(c, csv), on_audit});
}

/* The team that is asked for. Leads see their own; false and answered when it is another's, or which one is not said. */
static bool team_of(struct call *c, const char **team) {
    *team = sw_http_query(c->request, "team");
    if (sw_access_team(c->access, *team) || (!*team && sw_http_query(c->request, "agent"))) return true;
    if (!*team && c->access->person->teams.count == 1) {
        *team = c->access->person->teams.items[0];
        return true;
    }
    if (*team) sw_http_problem(c->response, 403, NULL, "only about your teams");
    else sw_http_problem(c->response, 400, NULL, "team: say which of your teams");
    return false;
}

static void get_attendance(struct call *c) {
    const char *by = sw_http_query(c->request, "by");
    static const char *const known[] = {"", "day", "month", "team", "agent"};
    size_t i = 0;
    if (!by) by = "day";
    while (i < sizeof known / sizeof *known && strcmp(known[i], by)) i++;
    if (i == sizeof known / sizeof *known) {
        sw_http_problem(c->response, 400, NULL, "by: must be day, month, team or agent");
        return;
    }
    int64_t from_ms, to_ms;
    const char *team;
    if (team_of(c, &team) && time_of(c, "from", 0, &from_ms) && time_of(c, "to", INT64_MAX, &to_ms))
        sw_desk_attendance(c->api->desk, by, team, sw_http_query(c->request, "agent"), from_ms, to_ms, later(c));
}

/* ---- charts ---- */

static void get_charts(struct call *c) {
    char date[11];
    if (!date_of(c, date)) return;
    c->response->content_type = "application/json";
    c->response->status = 200;
    sw_charts_write(c->api->charts, date, &c->response->body);
}

/* "1.png", "now.pdf", "at.svg": NAME is cut at the dot. False and answered when it is none. */
static bool drawing_of(struct call *c, char *name, struct sw_chart_request *out) {
    const char *lang = sw_http_query(c->request, "lang"), *page = sw_http_query(c->request, "page");
    const char *download = sw_http_query(c->request, "download"), *bom = sw_http_query(c->request, "bom");
    const char *what = sw_http_query(c->request, "what");
    char *dot = strrchr(name, '.');
    if (dot) *dot = 0;
    out->format = dot ? sw_chart_format(dot + 1) : -1;
    out->lang = sw_draw_lang_from_name(lang ? lang : "zh-CN");
    out->page = page && page[0] >= '1' && page[0] <= '2' && !page[1] ? page[0] - '0' : 0;
    out->download = download && strcmp(download, "0");
    out->what = sw_chart_table_from_name(what ? what : "by_interval");
    out->bom = bom && strcmp(bom, "0");
    const char *wrong = out->format < 0 ? "the chart's format: one of png, svg, pdf, xlsx, csv, json"
                        : out->lang < 0 ? "lang: must be zh-CN or en"
                        : page && !out->page ? "page: must be 1 or 2"
                        : out->what < 0 ? "what: must be summary, by_interval, by_team, people or states" : NULL;
    if (wrong) sw_http_problem(c->response, out->format < 0 ? 404 : 400, NULL, wrong);
    return !wrong;
}

static void get_chart(struct call *c) {
    struct sw_chart_request request = {.date = c->depth == 3 ? c->path[1] : NULL};
    if (sw_access_is_limited(c->access)) request.teams = &c->access->person->teams;
    char *name = c->path[c->depth - 1];
    int year, month, day;
    if (!drawing_of(c, name, &request)) return;
    char *end = name;
    request.number = request.date ? strtoll(name, &end, 10) : 0;
    bool known = request.date ? end != name && !*end && !sw_zone_parse_date(request.date, &year, &month, &day)
                              : !strcmp(name, "now") || !strcmp(name, "at");
    const char *at = !request.date && !strcmp(name, "at") ? sw_http_query(c->request, "at") : NULL;
    request.at_ms = INT64_MAX;
    if (known && !strcmp(name, "at") && (!at || sw_parse_rfc3339(at, &request.at_ms))) {
        sw_http_problem(c->response, 400, NULL, "at: must be a time, as 2026-11-23T10:30:00+08:00");
        return;
    }
    if (!known) sw_http_problem(c->response, 404, NULL, "no such chart");
    else sw_charts_draw(c->api->charts, &request, sw_http_defer(c->request));
}

/* ---- chat groups ---- */

static void get_chat(struct call *c) {
    c->response->content_type = "application/json";
    c->response->status = 200;
    sw_chat_write(c->api->chat, &c->response->body);
}

/* What was done to a destination, and its answer; it is put on record. */
static void answer_chat(struct call *c, int failed, const char *kind, const char *key, const char *missing) {
    if (failed) {
        sw_http_problem(c->response, failed == -SW_ENOENT ? 404 : 409, NULL, failed == -SW_ENOENT ? missing : sw_error_text(failed));
        return;
    }
    sw_chat_record(c->api->chat, kind, key, c->actor.by, c->actor.role);
    c->response->content_type = "application/json";
    c->response->status = 202;
    sw_buf_puts(&c->response->body, "{}");
}

static void post_chat_test(struct call *c) {
    answer_chat(c, sw_chat_test(c->api->chat, c->path[1]), "chat.test", c->path[1], "no such chat group");
}

static void post_chat_dead(struct call *c) {
    bool drop = !strcmp(c->path[2], "drop");
    if (!c->entry.item) {
        sw_http_problem(c->response, 400, NULL, "item: the message's id is needed");
        return;
    }
    int failed = sw_chat_dead(c->api->chat, c->path[1], c->entry.item, drop);
    answer_chat(c, failed, drop ? "chat.drop" : "chat.again", c->entry.item, "no such message among the dead letters");
}

static void post_chart_publish(struct call *c) {
    int year, month, day;
    if (sw_zone_parse_date(c->path[1], &year, &month, &day) || c->entry.n == SW_DESK_NONE || c->entry.n < 1) {
        sw_http_problem(c->response, 400, NULL, "a date in the path and the chart's number, n, are needed");
        return;
    }
    char key[48];
    (void)snprintf(key, sizeof key, "%.10s/%lld", c->path[1], (long long)c->entry.n);
    bool published = sw_chat_count(c->api->chat) && sw_charts_has(c->api->charts, c->path[1], c->entry.n);
    if (published) sw_chat_record(c->api->chat, "chart.publish", key, c->actor.by, c->actor.role);
    sw_charts_publish(c->api->charts, c->path[1], c->entry.n, sw_http_defer(c->request));
}

/* ---- reports ---- */

static void get_reports(struct call *c) { sw_reports_list(c->api->reports, sw_http_defer(c->request)); }

static bool is_set(const struct call *c, const char *name) {
    const char *value = sw_http_query(c->request, name);
    return value && strcmp(value, "0") != 0;
}

/* "reports/day/2026-11-23.xlsx", "reports/month/2026-11.pdf" */
static void get_report(struct call *c) {
    const char *lang = sw_http_query(c->request, "lang");
    char *dot = strrchr(c->path[2], '.');
    if (dot) *dot = '\0';
    struct sw_report_request request = {.month = !strcmp(c->path[1], "month"), .when = c->path[2],
                                        .format = dot ? sw_report_format(dot + 1) : -1,
                                        .lang = sw_draw_lang_from_name(lang ? lang : "zh-CN"),
                                        .what = sw_http_query(c->request, "what"), .bom = is_set(c, "bom"),
                                        .ranking = is_set(c, "ranking"), .download = is_set(c, "download")};
    const char *wrong = !request.month && strcmp(c->path[1], "day") ? "a report of a day or of a month"
                        : request.format < 0 ? "the report's format: one of json, xlsx, csv, pdf" : NULL;
    if (wrong) sw_http_problem(c->response, 404, NULL, wrong);
    else if (request.lang < 0) sw_http_problem(c->response, 400, NULL, "lang: must be zh-CN or en");
    else sw_reports_make(c->api->reports, &request, sw_http_defer(c->request));
}

/* "at/2026-11-23T10:30:00+08:00/views/agents/A" */
/* The floor as it was is not cut into slices: leads see the site's figures, and their teams one by one. */
static bool is_of_own_teams(const struct call *c, const char *view) {
    if (!strncmp(view, "agents/", 7)) return sw_access_team(c->access, view + 7);
    return strcmp(view, "agents") != 0 && strcmp(view, "teams") != 0;
}

static void get_at(struct call *c) {
    int64_t at_ms;
    if (sw_parse_rfc3339(c->path[1], &at_ms))
        sw_http_problem(c->response, 400, NULL, "the moment must be RFC 3339 or epoch ms");
    else if (sw_access_is_limited(c->access) && !is_of_own_teams(c, c->path[3]))
        sw_http_problem(c->response, 403, NULL, "only about your teams: agents/TEAM");
    else if (!c->api->at) sw_http_problem(c->response, 503, NULL, "there is no journal yet");
    else sw_at_get(c->api->at, at_ms, c->path[3], sw_http_defer(c->request));
}

static void get_staffing(struct call *c) {
    if (!strcmp(c->path[1], "plan")) sw_api_staffing_plan(c->api, c->request, c->response);
    else sw_http_problem(c->response, 404, NULL, NULL);
}

/* ---- routes ---- */

static const struct route {
    enum sw_http_method method;
    const char *first, *last; /* LAST NULL: no third segment */
    size_t depth;
    void (*run)(struct call *c);
    enum { JSON, CSV, EITHER } body;
    unsigned roles;
    bool noted; /* whoever reads it, that is on record */
} routes[] = {
    {SW_HTTP_POST, "grants", NULL, 1, post_grant, JSON, SW_ROLES_LEADERS},
    {SW_HTTP_DELETE, "grants", NULL, 2, delete_grant, JSON, SW_ROLES_LEADERS},
    {SW_HTTP_POST, "alerts", "ack", 3, post_ack, JSON, SW_ROLES_LEADERS},
    {SW_HTTP_POST, "breaches", "decision", 3, post_decision, JSON, SW_ROLES_LEADERS},
    {SW_HTTP_DELETE, "breaches", "decision", 3, delete_decision, JSON, SW_ROLES_LEADERS},
    {SW_HTTP_POST, "breaches", "dispute", 3, post_dispute, JSON, SW_ROLES_PEOPLE},
    {SW_HTTP_POST, "recalls", NULL, 1, post_recall, JSON, SW_ROLES_LEADERS},
    {SW_HTTP_POST, "notices", NULL, 1, post_notice, JSON, SW_ROLES_CHIEFS},
    {SW_HTTP_POST, "swaps", NULL, 1, post_swap, JSON, SW_ROLES_CHIEFS},
    {SW_HTTP_POST, "walks", NULL, 2, post_walk, JSON, SW_ROLES_LEADERS},
    {SW_HTTP_POST, "duty", NULL, 1, post_duty, EITHER, SW_ROLES_CHIEFS},
    {SW_HTTP_DELETE, "duty", NULL, 2, delete_duty, JSON, SW_ROLES_CHIEFS},
    {SW_HTTP_GET, "duty", NULL, 1, get_duty, JSON, SW_ROLES_PEOPLE},
    {SW_HTTP_POST, "roster", NULL, 1, post_roster, CSV, SW_ROLES_CHIEFS},
    {SW_HTTP_GET, "roster", NULL, 1, get_roster, JSON, SW_ROLES_READERS},
    {SW_HTTP_GET, "records", NULL, 1, get_records, JSON, SW_ROLES_PEOPLE, true},
    {SW_HTTP_GET, "attendance", NULL, 1, get_attendance, JSON, SW_ROLES_PEOPLE, true},
    {SW_HTTP_GET, "charts", NULL, 1, get_charts, JSON, SW_ROLES_READERS},
    {SW_HTTP_GET, "charts", NULL, 2, get_chart, JSON, SW_ROLES_READERS, true},
    {SW_HTTP_GET, "charts", NULL, 3, get_chart, JSON, SW_ROLES_READERS, true},
    {SW_HTTP_POST, "charts", "publish", 3, post_chart_publish, JSON, SW_ROLES_CHIEFS},
    {SW_HTTP_GET, "at", "views", 4, get_at, JSON, SW_ROLES_READERS, true},
    {SW_HTTP_GET, "staffing", NULL, 2, get_staffing, JSON, SW_ROLES_READERS},
    {SW_HTTP_GET, "reports", NULL, 1, get_reports, JSON, SW_ROLES_ALL_TEAMS},
    {SW_HTTP_GET, "reports", NULL, 3, get_report, JSON, SW_ROLES_ALL_TEAMS, true},
    {SW_HTTP_GET, "chat", NULL, 1, get_chat, JSON, SW_ROLES_ALL_TEAMS},
    {SW_HTTP_POST, "chat", "test", 3, post_chat_test, JSON, SW_ROLES_CHIEFS},
    {SW_HTTP_POST, "chat", "again", 3, post_chat_dead, JSON, SW_ROLES_CHIEFS},
    {SW_HTTP_POST, "chat", "drop", 3, post_chat_dead, JSON, SW_ROLES_CHIEFS},
    {SW_HTTP_GET, "audit", NULL, 1, get_audit, JSON, SW_ROLES_CHIEFS},
};

#define ROUTES (sizeof routes / sizeof *routes)

static bool fits(const struct route *route, const struct call *c) {
    return route->depth == c->depth && !strcmp(route->first, c->path[0]) &&
           (!route->last || !strcmp(route->last, c->path[2]));
}

static bool take_apart(struct call *c, const char *rest) {
    while (*rest) {
        bool last = c->depth == SEGMENTS_MAX - 1;
        char *segment = c->path[c->depth++];
        if (last ? sw_http_remainder(&rest, segment, SEGMENT_BYTES_MAX) : sw_http_segment(&rest, segment, SEGMENT_BYTES_MAX))
            return false;
    }
    return c->depth > 0;
}

static bool has_type(const struct sw_http_request *request, const char *type) {
    size_t len = strlen(type);
    return !strncmp(request->content_type, type, len) &&
           (!request->content_type[len] || request->content_type[len] == ';' || request->content_type[len] == ' ');
}

/* A write's body; false and answered when it is not what it should be. The content types are such that a page of
 * another origin cannot send them unasked. */
static bool read_body(struct call *c, const struct route *route) {
    bool csv = route->body == CSV;
    if (route->body != JSON && has_type(c->request, "text/csv")) return true;
    if (csv || (c->request->body_len && !has_type(c->request, "application/json"))) {
        sw_http_problem(c->response, 415, NULL, csv ? "the body must be text/csv" : "the body must be application/json");
        return false;
    }
    if (!c->request->body_len) {
        if (c->request->method != SW_HTTP_POST || has_type(c->request, "application/json")) return true;
        sw_http_problem(c->response, 415, NULL, "the body must be application/json");
        return false;
    }
    struct sw_buf fault;
    sw_buf_init(&fault, FAULT_BYTES_MAX);
    int failed = sw_desk_read(&c->entry, c->request->body, c->request->body_len, &fault);
    if (failed) sw_http_problem(c->response, 400, NULL, sw_buf_text(&fault));
    sw_buf_deinit(&fault);
    return !failed;
}

/* The agent the request is about, NULL when it is about none. */
static const char *agent_of(const struct call *c) {
    if (c->entry.agent) return c->entry.agent;
    if (!strcmp(c->path[0], "breaches")) return sw_desk_breach_agent(c->api->desk, c->path[1]);
    if (!strcmp(c->path[0], "grants") && c->depth > 1) return sw_desk_grant_agent(c->api->desk, c->path[1]);
    return sw_http_query(c->request, "agent");
}

/* Agents only about themselves, leads only about their teams. */
static bool may_concern(const struct call *c, const struct sw_access *access) {
    const char *agent = agent_of(c);
    if (access->role & SW_ROLE_AGENT) return agent && !strcmp(agent, access->person->id);
    return !(access->role & SW_ROLE_LEAD) || !agent || sw_access_team(access, sw_desk_agent_team(c->api->desk, agent));
}

/* Who looked at whose record is on record, too: sources.md, D19. */
static void note_reading(const struct call *c, const struct route *route) {
    const struct sw_config_person *person = c->access->person;
    const char *agent = sw_http_query(c->request, "agent");
    if (route->method != SW_HTTP_GET || !route->noted || !person || !c->access->accounts) return;
    char path[SEGMENTS_MAX * SEGMENT_BYTES_MAX + SEGMENTS_MAX];
    (void)snprintf(path, sizeof path, "%s%s%s%s%s", c->path[0], c->depth > 1 ? "/" : "", c->path[1], c->depth > 2 ? "/" : "",
                   c->path[2]);
    const struct sw_record record = {.at_ms = sw__door_now_ms(), .kind = "read", .key = path, .agent = agent,
                                     .by = person->id, .role = person->role, .body = "{}"};
    if (!sw_recorder_problem(c->api->recorder)) sw_recorder_append(c->api->recorder, &record, 1, NULL, NULL);
}

static bool refused(struct call *c, const struct route *route) {
    if (sw_access_refused(c->access, route->roles, c->response)) return true;
    if (may_concern(c, c->access)) return false;
    sw_http_problem(c->response, 403, NULL,
                    c->access->role & SW_ROLE_AGENT ? "only about yourself" : "only about agents of your teams");
    return true;
}

static void act(struct call *c, const struct route *route) {
    const struct sw_config_person *person = c->access->person;
    if (refused(c, route)) return;
    const char *by = c->entry.by ? c->entry.by : sw_http_query(c->request, "by");
    if (person) c->actor = (struct sw_desk_actor){person->id, person->role};
    else c->actor = (struct sw_desk_actor){by && *by ? by : "console", "manager"};
    note_reading(c, route);
    route->run(c);
}

static void run(struct call *c, const struct route *route) {
    const char *check = sw_http_query(c->request, "check");
    c->check = check && strcmp(check, "0");
    sw_desk_init(&c->entry);
    if (route->method == SW_HTTP_GET || read_body(c, route)) act(c, route);
    sw_desk_deinit(&c->entry);
}

bool sw_api_desk(const struct sw_api *api, const struct sw_access *access, const char *rest, const struct sw_http_request *request,
                 struct sw_http_response *response) {
    struct call c = {.api = api, .access = access, .request = request, .response = response};
    if (!take_apart(&c, rest)) return false;
    unsigned allowed = 0;
    for (size_t i = 0; i < ROUTES; i++) {
        if (!fits(&routes[i], &c)) continue;
        if (routes[i].method == request->method) {
            run(&c, &routes[i]);
            return true;
        }
        allowed |= routes[i].method;
    }
    if (allowed) sw_http_method_not_allowed(response, allowed);
    return allowed != 0;
}
