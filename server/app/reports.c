#include "app/reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/report_data.h"
#include "codec/json_writer.h"
#include "report/reports.h"
#include "report/table_out.h"

#define REPORT_BYTES_MAX ((size_t)64 << 20)
#define TEXT_BYTES 160

struct sw_reports {
    struct sw_reports_options options;
    struct sw_floor *floor;
    int64_t day_ms; /* that was looked at last */
    size_t busy;
    bool closing;
};

/* A report that is being made. */
struct making {
    struct sw_reports *reports;
    struct sw_http_pending *pending;
    struct sw_report_request request; /* its texts are below */
    char when[11], what[32];
    char policy[TEXT_BYTES], policy_version[TEXT_BYTES]; /* copies: the policy may be exchanged meanwhile */
    struct sw_report_source source;
    struct sw_report_about about;
    int64_t now_ms;
    bool is_today;
    struct sw_buf out;
    char wrong[TEXT_BYTES];
    int status; /* of HTTP */
};

static const struct {
    const char *name, *type;
} formats[] = {[SW_REPORT_JSON] = {"json", "application/json"},
               [SW_REPORT_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
               [SW_REPORT_CSV] = {"csv", "text/csv; charset=utf-8"},
               [SW_REPORT_PDF] = {"pdf", "application/pdf"}};
#define FORMATS (sizeof formats / sizeof *formats)

int sw_report_format(const char *name) {
    for (size_t i = 0; i < FORMATS; i++)
        if (!strcmp(formats[i].name, name)) return (int)i;
    return -1;
}

/* ---- answering ---- */

static void refuse(struct sw_http_pending *pending, int status, const char *text) {
    struct sw_http_response response;
    sw_http_response_init(&response);
    sw_http_problem(&response, status, NULL, text);
    sw_http_answer(pending, &response);
    sw_http_response_deinit(&response);
}

static void free_making(struct making *m) {
    struct sw_report_name *name, *next;
    HASH_ITER(hh, m->source.names, name, next) {
        HASH_DEL(m->source.names, name);
        free(name->name);
        free(name->team);
        free(name);
    }
    sw_buf_deinit(&m->out);
    free(m);
}

static void end(struct sw_reports *reports) {
    reports->busy--;
    if (reports->closing) sw_reports_close(reports);
}

static void on_made(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct making *m = ctx;
    struct sw_reports *reports = m->reports;
    (void)records, (void)count;
    if (m->status != 200) {
        refuse(m->pending, m->status ? m->status : 503, *m->wrong ? m->wrong : status ? text : "the report could not be made");
    } else {
        struct sw_http_response response;
        char value[128];
        sw_http_response_init(&response);
        response.status = 200;
        response.content_type = formats[m->request.format].type;
        response.body.cap = REPORT_BYTES_MAX;
        sw_buf_add(&response.body, m->out.data, m->out.len);
        bool named = m->request.format == SW_REPORT_CSV;
        (void)snprintf(value, sizeof value, "%s; filename=\"%s-%s%s%s.%s\"", m->request.download ? "attachment" : "inline",
                       m->request.month ? "attendance" : "daily", m->when, named ? "-" : "", named ? m->what : "",
                       formats[m->request.format].name);
        int refused = sw_http_header(&response, "content-disposition", value);
        (void)refused; /* ours, and short */
        sw_http_answer(m->pending, &response);
        sw_http_response_deinit(&response);
    }
    free_making(m);
    end(reports);
}

/* ---- in the worker ---- */

static void put_targets(const struct making *m, struct sw_report_data *d) {
    const struct sw_config *config = m->reports->options.config;
    for (size_t i = 0; i < d->daily.queue_count; i++) {
        struct sw_daily_queue *queue = &d->queues[i];
        queue->target_ms = config->target_ms;
        queue->service_level_goal_ppm = (int64_t)(config->service_level_goal * 1e6 + 0.5);
        queue->answer_rate_goal_ppm = (int64_t)(config->answer_rate_goal * 1e6 + 0.5);
        for (size_t q = 0; q < config->queue_count; q++) {
            if (strcmp(config->queues[q].id, queue->id) != 0) continue;
            if (config->queues[q].name) queue->name = config->queues[q].name;
            if (config->queues[q].target_ms >= 0) queue->target_ms = config->queues[q].target_ms;
        }
    }
}

static size_t tables_of(const struct making *m, struct sw_report_data *d, struct sw_table *tables[SW_REPORT_TABLES_MAX]) {
    enum sw_draw_lang lang = (enum sw_draw_lang)m->request.lang;
    return m->request.month ? sw_month_tables(&d->month, lang, m->source.zone, tables)
                            : sw_daily_tables(&d->daily, lang, m->source.zone, tables);
}

static int write_json(const struct making *m, struct sw_table **tables, size_t count, struct sw_buf *out) {
    sw_buf_printf(out, "{\"%s\":", m->request.month ? "month" : "date");
    sw_json_quote(out, m->when);
    sw_buf_printf(out, ",\"at\":%lld,\"complete\":%s,\"tables\":", (long long)m->about.at_ms, m->about.incomplete ? "false" : "true");
    sw_tables_json(tables, count, out);
    sw_buf_puts(out, "}");
    return out->failed ? -SW_ELIMIT : 0;
}

static int write_report(struct making *m, struct sw_report_data *d) {
    enum sw_draw_lang lang = (enum sw_draw_lang)m->request.lang;
    bool month = m->request.month;
    if (m->request.format == SW_REPORT_XLSX)
        return month ? sw_month_sheet(&d->month, lang, m->source.zone, &m->out) : sw_daily_sheet(&d->daily, lang, m->source.zone, &m->out);
    if (m->request.format == SW_REPORT_CSV)
        return month ? sw_month_csv(&d->month, m->what, m->request.bom, m->source.zone, &m->out)
                     : sw_daily_csv(&d->daily, m->what, m->request.bom, m->source.zone, &m->out);
    struct sw_table *tables[SW_REPORT_TABLES_MAX];
    size_t count = tables_of(m, d, tables);
    int failed;
    if (m->request.format == SW_REPORT_JSON) failed = write_json(m, tables, count, &m->out);
    else {
        char title[TEXT_BYTES];
        (void)snprintf(title, sizeof title, "%s %s", m->about.site_name, m->when);
        failed = sw_tables_pdf(tables, count, title, m->about.made_ms, &m->out);
    }
    for (size_t i = 0; i < count; i++) sw_table_free(tables[i]);
    return failed;
}

static void fail(struct making *m, int status, const char *text) {
    m->status = status;
    (void)snprintf(m->wrong, sizeof m->wrong, "%s", text);
}

static int make(void *ctx, struct sw_store *store, const char *site) {
    struct making *m = ctx;
    struct sw_report_data data;
    m->source.store = store;
    m->source.site = site;
    int failed = m->request.month ? sw_report_read_month(&m->source, &data) : sw_report_read_day(&m->source, &data);
    if (!failed && data.last_ms == INT64_MIN) {
        fail(m, 404, m->request.month ? "nothing is on record of that month" : "nothing is on record of that day yet");
    } else if (!failed) {
        m->about.at_ms = data.last_ms < m->now_ms ? data.last_ms : m->now_ms;
        data.daily.about = data.month.about = m->about;
        data.daily.date = data.month.month = m->when;
        data.month.ranking = m->request.ranking;
        put_targets(m, &data);
        int wrong = write_report(m, &data);
        if (!wrong && !m->out.failed) m->status = 200;
        else if (wrong == -SW_ENOENT) fail(m, 400, "what: there is no such table in this report");
        else fail(m, 500, sw_error_text(wrong ? wrong : -SW_ELIMIT));
    }
    sw_report_data_deinit(&data);
    return failed;
}

/* ---- asking ---- */

static void add_names(struct making *m, const struct sw_floor *floor) {
    for (size_t i = 0; i < sw_floor_agent_count(floor); i++) {
        struct sw_agent_now now;
        sw_agent_now(floor, sw_floor_agent(floor, i), &now);
        size_t len = strlen(now.id);
        struct sw_report_name *name = sw_xcalloc(1, sizeof *name + len + 1);
        memcpy(name->id, now.id, len);
        name->name = now.name ? sw_xstrdup(now.name) : NULL;
        name->team = now.team ? sw_xstrdup(now.team) : NULL;
        HASH_ADD_STR(m->source.names, id, name);
    }
}

/* The span of what is asked for; false: it is no date. */
static bool span_of(const struct sw_reports *r, bool month, const char *when, struct sw_span *out) {
    int year, of_year, day;
    char date[11];
    if (!month) {
        if (strlen(when) != 10 || sw_zone_parse_date(when, &year, &of_year, &day)) return false;
        *out = sw_floor_day_of_date(r->floor, when);
        return out->end_ms > out->start_ms;
    }
    if (strlen(when) != 7) return false;
    (void)snprintf(date, sizeof date, "%s-01", when);
    if (sw_zone_parse_date(date, &year, &of_year, &day)) return false;
    out->start_ms = sw_floor_day_of_date(r->floor, date).start_ms;
    sw_zone_format_date(of_year == 12 ? year + 1 : year, of_year == 12 ? 1 : of_year + 1, 1, date);
    out->end_ms = sw_floor_day_of_date(r->floor, date).start_ms;
    return out->end_ms > out->start_ms;
}

static const char *keep(char out[TEXT_BYTES], const char *text) {
    if (text) (void)snprintf(out, TEXT_BYTES, "%s", text);
    return text ? out : NULL;
}

static void put_about(struct making *m) {
    const struct sw_reports_options *o = &m->reports->options;
    int64_t since_ms = 0;
    const char *incomplete = m->is_today ? o->incomplete(o->ctx, &since_ms) : NULL;
    m->about = (struct sw_report_about){.site = o->config->site_id,
                                        .site_name = o->config->site_name ? o->config->site_name : o->config->site_id,
                                        .made_ms = m->now_ms, .incomplete = incomplete, .incomplete_since_ms = since_ms,
                                        .policy = keep(m->policy, o->policy->name),
                                        .policy_version = keep(m->policy_version, o->policy->version),
                                        .attendance_goal_ppm = o->policy->attendance_goal_ppm,
                                        .adherence_goal_ppm = o->policy->adherence_goal_ppm};
}

void sw_reports_make(struct sw_reports *r, const struct sw_report_request *request, struct sw_http_pending *pending) {
    const struct sw_reports_options *o = &r->options;
    struct sw_span span;
    int64_t now_ms = o->now_ms(o->ctx);
    const char *wrong = NULL;
    if (!span_of(r, request->month, request->when, &span)) wrong = request->month ? "the month must be YYYY-MM" : "the date must be YYYY-MM-DD";
    if (wrong || span.start_ms > now_ms) {
        refuse(pending, wrong ? 400 : 404, wrong ? wrong : "that is yet to come");
        return;
    }
    if (request->ranking && !o->config->ranking) {
        refuse(pending, 403, "rankings of agents are off at this site (reports: ranking)");
        return;
    }
    struct making *m = sw_xcalloc(1, sizeof *m);
    m->reports = r;
    m->pending = pending;
    m->request = *request;
    (void)snprintf(m->when, sizeof m->when, "%s", request->when);
    (void)snprintf(m->what, sizeof m->what, "%s", request->what ? request->what : "summary");
    m->now_ms = now_ms;
    m->is_today = now_ms < span.end_ms;
    m->source = (struct sw_report_source){.zone = o->zone, .span = span, .walk_missed_ms = o->policy->walk_missed_ms, .until_ms = now_ms};
    for (struct sw_span s = sw_floor_interval(r->floor, span.start_ms);
         !request->month && s.start_ms < span.end_ms && m->source.interval_count < SW_FORECAST_INTERVALS_MAX;
         s = sw_floor_interval(r->floor, s.end_ms))
        m->source.intervals[m->source.interval_count++] = s;
    add_names(m, r->floor);
    put_about(m);
    sw_buf_init(&m->out, REPORT_BYTES_MAX);
    r->busy++;
    sw_recorder_run(o->recorder, m, make, on_made);
}

/* ---- what there is ---- */

struct listing {
    struct sw_reports *reports;
    struct sw_http_pending *pending;
    int64_t first_ms;
};

static int look(void *ctx, struct sw_store *store, const char *site) {
    return sw_store_history_begin(store, site, &((struct listing *)ctx)->first_ms);
}

static void write_months(struct sw_json *j, const char *first, const char *last) {
    int year, month, day, end_year, end_month;
    sw_json_open(j, "months", '[');
    bool good = !sw_zone_parse_date(last, &end_year, &end_month, &day) && !sw_zone_parse_date(first, &year, &month, &day);
    for (int n = 0; good && n < 120 && (year < end_year || (year == end_year && month <= end_month)); n++) {
        char text[11];
        sw_zone_format_date(year, month, 1, text);
        text[7] = '\0';
        sw_json_text(j, NULL, text);
        if (month++ == 12) month = 1, year++;
    }
    sw_json_close(j, ']');
}

static void on_looked(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct listing *l = ctx;
    struct sw_reports *r = l->reports;
    (void)records, (void)count;
    if (status) {
        refuse(l->pending, 503, text);
    } else {
        struct sw_http_response response;
        char first[11], last[11];
        sw_http_response_init(&response);
        response.status = 200;
        response.content_type = "application/json";
        struct sw_json j = sw_json_on(&response.body);
        sw_floor_day(r->floor, r->options.now_ms(r->options.ctx), last);
        sw_json_open(&j, NULL, '{');
        if (l->first_ms != INT64_MAX) {
            sw_floor_day(r->floor, l->first_ms, first);
            sw_json_text(&j, "first", first);
            sw_json_text(&j, "last", last);
            write_months(&j, first, last);
        }
        sw_json_int(&j, "report_day", r->options.config->report_day);
        sw_json_bool(&j, "ranking", r->options.config->ranking);
        sw_json_close(&j, '}');
        sw_http_answer(l->pending, &response);
        sw_http_response_deinit(&response);
    }
    free(l);
    end(r);
}

void sw_reports_list(struct sw_reports *r, struct sw_http_pending *pending) {
    struct listing *l = sw_xcalloc(1, sizeof *l);
    l->reports = r;
    l->pending = pending;
    r->busy++;
    sw_recorder_run(r->options.recorder, l, look, on_looked);
}

/* ---- the day of the month ---- */

struct reminder {
    struct sw_reports *reports;
    char month[11];
};

static void on_reminded(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct reminder *reminder = ctx;
    struct sw_reports *r = reminder->reports;
    (void)records, (void)count, (void)text;
    if (!status && !r->closing) r->options.due(r->options.ctx, reminder->month); /* -SW_EBUSY: it was told before */
    free(reminder);
    end(r);
}

void sw_reports_remind(struct sw_reports *r) {
    int64_t now_ms = sw_floor_now(r->floor);
    if (now_ms == INT64_MIN || sw_recorder_problem(r->options.recorder)) return;
    char date[11], key[24];
    int year, month, day;
    int64_t day_ms = sw_floor_day(r->floor, now_ms, date).start_ms;
    if (day_ms == r->day_ms || sw_zone_parse_date(date, &year, &month, &day)) return;
    r->day_ms = day_ms;
    if (day != r->options.config->report_day) return;
    struct reminder *reminder = sw_xcalloc(1, sizeof *reminder);
    reminder->reports = r;
    sw_zone_format_date(month == 1 ? year - 1 : year, month == 1 ? 12 : month - 1, 1, reminder->month);
    reminder->month[7] = '\0';
    (void)snprintf(key, sizeof key, "month/%s", reminder->month);
    const struct sw_record record = {.at_ms = now_ms, .kind = "report", .key = key, .body = "{}", .holds = true};
    r->busy++;
    sw_recorder_append(r->options.recorder, &record, 1, reminder, on_reminded);
}

/* ---- life ---- */

struct sw_reports *sw_reports_new(struct sw_floor *floor, const struct sw_reports_options *options) {
    struct sw_reports *r = sw_xcalloc(1, sizeof *r);
    r->options = *options;
    r->floor = floor;
    return r;
}

void sw_reports_restart(struct sw_reports *r, struct sw_floor *floor) { r->floor = floor; }

void sw_reports_close(struct sw_reports *r) {
    if (!r) return;
    r->closing = true;
    if (!r->busy) free(r);
}
