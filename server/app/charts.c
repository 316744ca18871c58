#include "app/charts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/rewind.h"
#include "codec/chart_json.h"
#include "codec/json_writer.h"
#include "core/map.h"
#include "io/log.h"
#include "report/chart_csv.h"
#include "report/chart_model.h"
#include "report/draw.h"
#include "report/sheet.h"

#define KIND "chart"
#define KEY_BYTES 32
#define LATE_MS INT64_C(60000)       /* made later than this it is marked so */
#define OVERDUE_MS INT64_C(600000)   /* rules.md: an alert when it is not out in ten minutes */
#define DRAWING_BYTES_MAX ((size_t)64 << 20)
#define KEPT_MAX 4000                /* charts that are listed: three a day for three years */

struct kept {
    UT_hash_handle hh;
    int64_t at_ms, made_ms, number;
    bool late, stored;
    char key[KEY_BYTES]; /* "2026-11-23/1" */
};

struct sw_charts {
    struct sw_charts_options options;
    struct sw_floor *floor;
    struct kept *kept;
    int64_t next_ms; /* INT64_MIN: not known yet */
    struct sw_redis_options redis;
    bool has_redis, is_virtual;
    struct sw_rewind *rewind; /* the one that reads */
    size_t busy; /* drawings and records under way */
    bool closing;
};

/* ---- the plan ---- */

static bool is_open(const struct sw_charts *c, int64_t of_day_ms) {
    int64_t opens = c->options.config->opens_ms, closes = c->options.config->closes_ms;
    if (opens == closes) return true;
    return opens < closes ? of_day_ms >= opens && of_day_ms <= closes : of_day_ms >= opens || of_day_ms <= closes;
}

static int ascending(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The times of the business day in order; returns how many. */
static size_t plan_of(const struct sw_charts *c, struct sw_span day, int64_t out[SW_CHARTS_MAX]) {
    size_t count = 0;
    const struct sw_policy *policy = c->options.policy;
    if (!policy->rule[SW_RULE_CHARTS].on) return 0;
    struct sw_day before = {0};
    for (int next = 0; next < 2; next++) { /* a business day lies on one calendar day or on two */
        struct sw_day local;
        sw_zone_business_day(c->options.zone, 0, day.start_ms + next * SW_DAY_MS, &local);
        if (next && local.day == before.day) continue; /* a day of 25 hours */
        before = local;
        if (sw_is_day_off(&c->options.config->days_off, local.year, local.month, local.day)) continue;
        for (size_t i = 0; i < policy->chart_count; i++) {
            int64_t of_day_ms = policy->chart_at_ms[i];
            int64_t due_ms = sw_zone_local_to_utc(c->options.zone, local.year, local.month, local.day, of_day_ms);
            bool in = due_ms >= day.start_ms && due_ms < day.end_ms && is_open(c, of_day_ms);
            if (in && count < SW_CHARTS_MAX) out[count++] = due_ms;
        }
    }
    if (count) qsort(out, count, sizeof *out, ascending);
    return count;
}

/* The first planned moment after T_MS, INT64_MAX when the next two days have none. */
static int64_t next_after(const struct sw_charts *c, int64_t t_ms) {
    struct sw_span day = sw_floor_day(c->floor, t_ms, NULL);
    for (int ahead = 0; ahead < 3; ahead++) {
        int64_t plan[SW_CHARTS_MAX];
        size_t count = plan_of(c, day, plan);
        for (size_t i = 0; i < count; i++)
            if (plan[i] > t_ms) return plan[i];
        day = sw_floor_day(c->floor, day.end_ms, NULL);
    }
    return INT64_MAX;
}

/* The chart's key; returns its number in the day. */
static int64_t key_of(const struct sw_charts *c, int64_t at_ms, char out[KEY_BYTES]) {
    int64_t plan[SW_CHARTS_MAX], number = 1;
    char date[11];
    struct sw_span day = sw_floor_day(c->floor, at_ms, date);
    size_t count = plan_of(c, day, plan);
    for (size_t i = 0; i < count && plan[i] < at_ms; i++) number++;
    (void)snprintf(out, KEY_BYTES, "%s/%lld", date, (long long)number);
    return number;
}

/* ---- what is kept ---- */

static struct kept *find(const struct sw_charts *c, const char *key) {
    struct kept *kept;
    HASH_FIND_STR(c->kept, key, kept);
    return kept;
}

static struct kept *keep(struct sw_charts *c, const char *key) {
    struct kept *kept = find(c, key);
    if (kept) return kept;
    kept = sw_xcalloc(1, sizeof *kept);
    (void)snprintf(kept->key, sizeof kept->key, "%s", key);
    HASH_ADD_STR(c->kept, key, kept);
    return kept;
}

/* An integer member of our own record's body. */
static int64_t member(const char *json, const char *name) {
    char quoted[32];
    (void)snprintf(quoted, sizeof quoted, "\"%s\":", name);
    const char *at = strstr(json, quoted);
    return at ? strtoll(at + strlen(quoted), NULL, 10) : 0;
}

static void fold(void *ctx, const struct sw_record *record) {
    if (strlen(record->key) >= KEY_BYTES) return;
    struct kept *kept = keep(ctx, record->key);
    kept->number = member(record->body, "n");
    kept->at_ms = member(record->body, "due");
    kept->made_ms = member(record->body, "at");
    kept->late = strstr(record->body, "\"over\":true") != NULL;
    kept->stored = true;
}

/* ---- making ---- */

/* REWOUND NULL: from the floor as it is now. */
static struct sw_chart *make(struct sw_charts *c, int64_t at_ms, int64_t number, const struct sw_rewound *rewound) {
    const struct sw_charts_options *o = &c->options;
    int64_t made_ms = o->now_ms(o->ctx), since_ms = 0;
    struct sw_forecast_day history[SW_FORECAST_DAYS_MAX];
    struct sw_chart_input input = {.floor = c->floor, .shifts = o->shifts, .site = o->config->site_id,
                                   .site_name = o->config->site_name, .zone = o->zone, .number = number,
                                   .at_ms = at_ms, .made_ms = made_ms > at_ms ? made_ms : at_ms,
                                   .late = number && made_ms > at_ms + LATE_MS,
                                   .service_level_ppm = (int64_t)(o->config->service_level_goal * 1e6 + 0.5),
                                   .within_ms = o->config->target_ms};
    input.history = history;
    input.history_count = sw_forecaster_history(o->forecaster, at_ms, history);
    input.incomplete = o->incomplete(o->ctx, &since_ms);
    input.incomplete_since_ms = since_ms;
    if (rewound) {
        input.floor = rewound->floor;
        input.shifts = rewound->shifts;
        if (rewound->incomplete_since_ms) input.incomplete = "gap", input.incomplete_since_ms = rewound->incomplete_since_ms;
    }
    return sw_chart_make(&input);
}

struct publishing {
    struct sw_charts *charts;
    char key[KEY_BYTES];
    char *json;
    size_t len;
};

static void on_published(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct publishing *p = ctx;
    struct kept *kept = find(p->charts, p->key);
    (void)records, (void)count;
    /* another daemon of the site may have been first: then there is one, too */
    if (kept) kept->stored = status == 0 || status == -SW_EBUSY;
    if (status && status != -SW_EBUSY) sw_log(SW_LOG_ERROR, "chart", "key=%s text=%s", p->key, text);
    else sw_log(SW_LOG_INFO, "chart", "key=%s late=%d", p->key, kept && kept->late);
    struct sw_charts *c = p->charts;
    if (!status && !c->closing) (void)c->options.published(c->options.ctx, p->key, p->json, p->len, false);
    free(p->json);
    free(p);
    c->busy--;
    if (c->closing) sw_charts_close(c);
}

static void publish(struct sw_charts *c, int64_t at_ms) {
    char key[KEY_BYTES];
    int64_t number = key_of(c, at_ms, key);
    if (find(c, key)) return;
    sw_floor_advance(c->floor, at_ms);
    struct sw_chart *chart = make(c, at_ms, number, NULL);
    struct kept *kept = keep(c, key);
    kept->at_ms = at_ms;
    kept->made_ms = chart->made_ms;
    kept->number = number;
    kept->late = chart->late;
    struct sw_buf json, body;
    sw_buf_init(&json, SW_CHART_BYTES_MAX);
    sw_buf_init(&body, 256);
    sw_chart_write(chart, &json);
    sw_buf_printf(&body, "{\"n\":%lld,\"due\":%lld,\"at\":%lld,\"over\":%s}", (long long)number, (long long)at_ms,
                  (long long)chart->made_ms, chart->late ? "true" : "false");
    const struct sw_history_row row = {.of = SW_HISTORY_CHART, .id = key, .start_ms = at_ms, .end_ms = at_ms + 1,
                                       .counts = sw_buf_text(&json)};
    const struct sw_record record = {.at_ms = chart->made_ms, .kind = KIND, .key = key, .body = sw_buf_text(&body),
                                     .holds = true};
    struct publishing *p = sw_xcalloc(1, sizeof *p);
    p->charts = c;
    memcpy(p->key, key, sizeof key);
    c->busy++;
    sw_recorder_put_history(c->options.recorder, &row, 1);
    sw_recorder_append(c->options.recorder, &record, 1, p, on_published);
    p->json = sw_buf_detach(&json, &p->len);
    sw_buf_deinit(&body);
    sw_chart_free(chart);
}

void sw_charts_advance(struct sw_charts *c, int64_t t_ms) {
    if (!c || sw_recorder_problem(c->options.recorder)) return;
    if (c->next_ms == INT64_MIN) c->next_ms = next_after(c, t_ms);
    while (c->next_ms <= t_ms) {
        int64_t at_ms = c->next_ms;
        publish(c, at_ms);
        c->next_ms = next_after(c, at_ms);
    }
}

int64_t sw_charts_next(const struct sw_charts *c) { return !c || c->next_ms == INT64_MIN ? INT64_MAX : c->next_ms; }

bool sw_charts_alert(const struct sw_charts *c, int64_t now_ms, struct sw_alert *out) {
    int64_t plan[SW_CHARTS_MAX];
    size_t count = plan_of(c, sw_floor_day(c->floor, now_ms, NULL), plan);
    int64_t first_ms = sw_floor_counters(c->floor)->first_ts_ms;
    for (size_t i = 0; i < count; i++) {
        char key[KEY_BYTES];
        if (plan[i] < first_ms || plan[i] + OVERDUE_MS > now_ms) continue;
        key_of(c, plan[i], key);
        const struct kept *kept = find(c, key);
        if (kept && kept->stored) continue;
        *out = (struct sw_alert){.rule = SW_RULE_CHARTS, .severity = c->options.policy->rule[SW_RULE_CHARTS].severity,
                                 .kind = SW_SUBJECT_SITE, .subject = "", .since_ms = plan[i],
                                 .opened_ms = plan[i] + OVERDUE_MS, .closed_ms = INT64_MAX, .unit = SW_UNIT_MS};
        return true;
    }
    return false;
}

/* ---- listing ---- */

static int by_number(const void *a, const void *b) {
    const struct kept *x = *(const struct kept *const *)a, *y = *(const struct kept *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

static void write_kept(struct sw_json *j, const struct sw_charts *c, const char *date) {
    const struct kept **list = sw_xmalloc((HASH_COUNT(c->kept) + 1) * sizeof *list);
    size_t count = 0, len = strlen(date);
    for (const struct kept *kept = c->kept; kept; kept = kept->hh.next)
        if (kept->stored && !strncmp(kept->key, date, len) && kept->key[len] == '/') list[count++] = kept;
    if (count) qsort(list, count, sizeof *list, by_number);
    sw_json_open(j, "charts", '[');
    for (size_t i = 0; i < count; i++) {
        sw_json_open(j, NULL, '{');
        sw_json_int(j, "number", list[i]->number);
        sw_json_int(j, "at", list[i]->at_ms);
        sw_json_int(j, "made", list[i]->made_ms);
        sw_json_bool(j, "late", list[i]->late);
        sw_json_close(j, '}');
    }
    sw_json_close(j, ']');
    free(list);
}

void sw_charts_write(const struct sw_charts *c, const char *date, struct sw_buf *out) {
    int64_t plan[SW_CHARTS_MAX];
    size_t count = plan_of(c, sw_floor_day_of_date(c->floor, date), plan);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "date", date);
    write_kept(&j, c, date);
    sw_json_open(&j, "planned", '[');
    for (size_t i = 0; i < count; i++) {
        char key[KEY_BYTES];
        int64_t number = key_of(c, plan[i], key);
        const struct kept *kept = find(c, key);
        if (kept && kept->stored) continue;
        sw_json_open(&j, NULL, '{');
        sw_json_int(&j, "number", number);
        sw_json_int(&j, "at", plan[i]);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
}

/* ---- drawing ---- */

struct drawing {
    uv_work_t work;
    struct sw_charts *charts;
    struct sw_http_pending *pending;
    struct sw_draw_options options;
    int format; /* as in the request */
    enum sw_chart_table what;
    bool bom, download;
    int64_t at_ms;
    char name[96];
    char **teams; /* only these; NULL: all */
    size_t team_count;
    char *text; /* the chart as JSON */
    size_t len;
    struct sw_buf out;
    int status;
};

static const struct {
    const char *name, *type;
    int format;
} formats[] = {{"png", "image/png", SW_DRAW_PNG},
               {"svg", "image/svg+xml", SW_DRAW_SVG},
               {"pdf", "application/pdf", SW_DRAW_PDF},
               {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", SW_CHART_XLSX},
               {"csv", "text/csv; charset=utf-8", SW_CHART_CSV},
               {"json", "application/json", SW_CHART_JSON}};
#define FORMATS (sizeof formats / sizeof *formats)

int sw_chart_format(const char *name) {
    for (size_t i = 0; i < FORMATS; i++)
        if (!strcmp(formats[i].name, name)) return formats[i].format;
    return -1;
}

/* Its place in the table. */
static size_t place_of(int format) {
    size_t i = 0;
    while (formats[i].format != format) i++;
    return i;
}

static void end(struct drawing *d) {
    struct sw_charts *c = d->charts;
    for (size_t i = 0; i < d->team_count; i++) free(d->teams[i]);
    free(d->teams);
    free(d->text);
    sw_buf_deinit(&d->out);
    free(d);
    c->busy--;
    if (c->closing) sw_charts_close(c);
}

static void refuse(struct drawing *d, int status, const char *text) {
    struct sw_http_response response;
    sw_http_response_init(&response);
    sw_http_problem(&response, status, NULL, text);
    sw_http_answer(d->pending, &response);
    sw_http_response_deinit(&response);
    end(d);
}

static void work(uv_work_t *req) {
    struct drawing *d = req->data;
    struct sw_chart *chart;
    if (d->format == SW_CHART_JSON && !d->teams) {
        sw_buf_add(&d->out, d->text, d->len);
        return;
    }
    d->status = sw_chart_read(d->text, d->len, &chart);
    if (d->status) return;
    if (d->teams) sw_chart_keep_teams(chart, (const char *const *)d->teams, d->team_count);
    if (d->format == SW_CHART_JSON) sw_chart_write(chart, &d->out);
    else if (d->format == SW_CHART_XLSX) d->status = sw_chart_sheet(chart, d->options.lang, d->options.zone, &d->out);
    else if (d->format == SW_CHART_CSV) d->status = sw_chart_csv(chart, d->what, d->bom, d->options.zone, &d->out);
    else d->status = sw_chart_draw(chart, &d->options, &d->out);
    sw_chart_free(chart);
}

static void on_drawn(uv_work_t *req, int status) {
    struct drawing *d = req->data;
    (void)status;
    if (d->status || d->out.failed) {
        refuse(d, 500, sw_error_text(d->status ? d->status : -SW_ELIMIT));
        return;
    }
    struct sw_http_response response;
    char value[128];
    sw_http_response_init(&response);
    response.status = 200;
    response.content_type = formats[place_of(d->format)].type;
    response.body.cap = DRAWING_BYTES_MAX;
    sw_buf_add(&response.body, d->out.data, d->out.len);
    (void)snprintf(value, sizeof value, "%s; filename=\"%s\"", d->download ? "attachment" : "inline", d->name);
    int refused = sw_http_header(&response, "content-disposition", value);
    (void)refused; /* ours, and short */
    sw_http_answer(d->pending, &response);
    sw_http_response_deinit(&response);
    end(d);
}

static void on_read(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct drawing *d = ctx;
    (void)records, (void)count;
    if (status == -SW_ENOENT) refuse(d, 404, "no such chart");
    else if (status) refuse(d, 503, text);
    else {
        d->text = sw_xstrdup(text);
        d->len = strlen(text);
        uv_queue_work(d->charts->options.loop, &d->work, work, on_drawn);
    }
}

static void draw_made(struct drawing *d, struct sw_chart *chart) {
    struct sw_buf json;
    sw_buf_init(&json, SW_CHART_BYTES_MAX);
    sw_chart_write(chart, &json);
    sw_chart_free(chart);
    d->len = json.len;
    d->text = sw_buf_detach(&json, NULL);
    uv_queue_work(d->charts->options.loop, &d->work, work, on_drawn);
}

static void on_rewound(void *ctx, const struct sw_rewound *rewound, int status, const char *text) {
    struct drawing *d = ctx;
    d->charts->rewind = NULL;
    if (rewound) draw_made(d, make(d->charts, d->at_ms, 0, rewound));
    else refuse(d, status == -SW_ENOENT ? 404 : 503, text);
}

/* A moment that is not kept. Rosters of days before yesterday are no longer in memory. */
static void draw_moment(struct drawing *d) {
    struct sw_charts *c = d->charts;
    int64_t now_ms = sw_floor_now(c->floor);
    if (now_ms == INT64_MIN) {
        refuse(d, 503, "nothing is known of the floor yet");
        return;
    }
    if (d->at_ms >= now_ms) {
        if (d->at_ms == INT64_MAX) draw_made(d, make(c, now_ms, 0, NULL));
        else refuse(d, 404, "that moment is yet to come");
        return;
    }
    struct sw_span today = sw_floor_day(c->floor, now_ms, NULL);
    if (d->at_ms < sw_floor_day(c->floor, today.start_ms - 1, NULL).start_ms)
        refuse(d, 404, "only moments of today and yesterday, and the charts on record, can be drawn");
    else if (!c->has_redis || c->rewind)
        refuse(d, 503, c->rewind ? "another moment is being drawn; try again in some seconds" : "there is no journal yet");
    else {
        const struct sw_rewind_options rewind = {.redis = c->redis, .site = c->options.config->site_id,
                                                 .config = c->options.config, .zone = c->options.zone,
                                                 .shifts = c->options.shifts, .is_virtual = c->is_virtual,
                                                 .at_ms = d->at_ms, .ctx = d, .done = on_rewound};
        c->rewind = sw_rewind_start(c->options.loop, &rewind);
    }
}

void sw_charts_draw(struct sw_charts *c, const struct sw_chart_request *request, struct sw_http_pending *pending) {
    struct drawing *d = sw_xcalloc(1, sizeof *d);
    d->charts = c;
    d->pending = pending;
    d->work.data = d;
    d->format = request->format;
    d->what = (enum sw_chart_table)request->what;
    d->bom = request->bom;
    d->download = request->download;
    d->at_ms = request->at_ms;
    bool drawn = request->format < SW_CHART_JSON;
    d->options = (struct sw_draw_options){.format = drawn ? (enum sw_draw_format)request->format : SW_DRAW_SVG,
                                          .lang = (enum sw_draw_lang)request->lang, .page = request->page,
                                          .zone = c->options.zone};
    sw_buf_init(&d->out, DRAWING_BYTES_MAX);
    if (request->teams) d->teams = sw_xmalloc((request->teams->count + 1) * sizeof *d->teams);
    for (size_t i = 0; d->teams && i < request->teams->count; i++) d->teams[d->team_count++] = sw_xstrdup(request->teams->items[i]);
    c->busy++;
    char ending[32];
    bool named = d->format == SW_CHART_CSV; /* each of its tables is a file of its own */
    (void)snprintf(ending, sizeof ending, "%s%s%s", named ? sw_chart_table_name(d->what) : "", named ? "." : "",
                   formats[place_of(d->format)].name);
    if (!request->date) {
        char when[24] = "now", text[SW_RFC3339_SIZE];
        if (request->at_ms != INT64_MAX) {
            sw_zone_format_rfc3339(c->options.zone, request->at_ms, text);
            (void)snprintf(when, sizeof when, "%.10s-%.2s%.2s", text, text + 11, text + 14);
        }
        (void)snprintf(d->name, sizeof d->name, "sign-in-%s%s%s", when, named ? "-" : ".", ending);
        draw_moment(d);
        return;
    }
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof key, "%.10s/%lld", request->date, (long long)request->number);
    (void)snprintf(d->name, sizeof d->name, "sign-in-%.10s-%lld%s%s", request->date, (long long)request->number,
                   named ? "-" : ".", ending);
    const struct kept *kept = find(c, key);
    if (!kept || !kept->stored) refuse(d, 404, "no such chart");
    else sw_recorder_read_history(c->options.recorder, SW_HISTORY_CHART, key, kept->at_ms, kept->at_ms + 1, d, on_read);
}

/* ---- publishing what is on record ---- */

struct republishing {
    struct sw_charts *charts;
    struct sw_http_pending *pending; /* NULL: nobody asked */
    char key[KEY_BYTES];
};

static void answer_published(struct sw_http_pending *pending, size_t destinations) {
    struct sw_http_response response;
    sw_http_response_init(&response);
    response.status = 202;
    response.content_type = "application/json";
    sw_buf_printf(&response.body, "{\"destinations\":%zu}", destinations);
    if (!destinations) sw_http_problem(&response, 409, NULL, "no chat group takes charts");
    sw_http_answer(pending, &response);
    sw_http_response_deinit(&response);
}

static void on_read_again(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct republishing *r = ctx;
    struct sw_charts *c = r->charts;
    (void)records, (void)count;
    size_t taken = 0;
    if (!status && !c->closing) taken = c->options.published(c->options.ctx, r->key, text, strlen(text), r->pending != NULL);
    if (r->pending) answer_published(r->pending, taken);
    free(r);
    c->busy--;
    if (c->closing) sw_charts_close(c);
}

static void republish(struct sw_charts *c, const struct kept *kept, struct sw_http_pending *pending) {
    struct republishing *r = sw_xcalloc(1, sizeof *r);
    r->charts = c;
    r->pending = pending;
    memcpy(r->key, kept->key, sizeof r->key);
    c->busy++;
    sw_recorder_read_history(c->options.recorder, SW_HISTORY_CHART, kept->key, kept->at_ms, kept->at_ms + 1, r, on_read_again);
}

void sw_charts_publish_since(struct sw_charts *c, int64_t since_ms) {
    for (const struct kept *kept = c->kept; kept; kept = kept->hh.next)
        if (kept->stored && kept->made_ms >= since_ms) republish(c, kept, NULL);
}

static const struct kept *on_record(const struct sw_charts *c, const char *date, int64_t number) {
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof key, "%.10s/%lld", date, (long long)number);
    const struct kept *kept = find(c, key);
    return kept && kept->stored ? kept : NULL;
}

bool sw_charts_has(const struct sw_charts *c, const char *date, int64_t number) { return on_record(c, date, number) != NULL; }

void sw_charts_publish(struct sw_charts *c, const char *date, int64_t number, struct sw_http_pending *pending) {
    const struct kept *kept = on_record(c, date, number);
    if (kept) {
        republish(c, kept, pending);
        return;
    }
    struct sw_http_response response;
    sw_http_response_init(&response);
    sw_http_problem(&response, 404, NULL, "no such chart");
    sw_http_answer(pending, &response);
    sw_http_response_deinit(&response);
}

/* ---- life ---- */

struct sw_charts *sw_charts_new(struct sw_floor *floor, const struct sw_charts_options *options) {
    struct sw_charts *c = sw_xcalloc(1, sizeof *c);
    c->options = *options;
    c->floor = floor;
    c->next_ms = INT64_MIN;
    const struct sw_record_query query = {.kind = KIND, .limit = KEPT_MAX, .newest_first = true};
    if (sw_recorder_load(options->recorder, &query, c, fold)) sw_log(SW_LOG_ERROR, "chart", "text=%s", "cannot be read");
    return c;
}

void sw_charts_set_redis(struct sw_charts *c, const struct sw_redis_options *redis, bool is_virtual) {
    if (!c) return;
    c->redis = *redis;
    c->has_redis = true;
    c->is_virtual = is_virtual;
}

void sw_charts_restart(struct sw_charts *c, struct sw_floor *floor) {
    c->floor = floor;
    c->next_ms = INT64_MIN;
}

void sw_charts_close(struct sw_charts *c) {
    if (!c) return;
    c->closing = true;
    if (c->rewind) {
        sw_rewind_cancel(c->rewind); /* which comes back here */
        return;
    }
    if (c->busy) return;
    struct kept *kept, *next;
    HASH_ITER(hh, c->kept, kept, next) {
        HASH_DEL(c->kept, kept);
        free(kept);
    }
    free(c);
}
