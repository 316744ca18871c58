#include "app/report_data.h"

#include <stdlib.h>
#include <string.h>

#include "codec/counts_json.h"
#include "codec/desk_json.h"
#include "codec/figures.h"
#include "shiftwall/buf.h"

#define DECIDED_DAYS 40 /* how long after a day its breaches are decided at the latest */

/* Where in a list the one of an id is. */
struct slot {
    UT_hash_handle hh;
    size_t at;
    char id[];
};

struct reader {
    const struct sw_report_source *source;
    struct sw_report_data *data;
    struct slot *agents; /* of a month */
};

/* The slot of ID; *AT gets NEXT when it is new. */
static bool is_new(struct slot **slots, const char *id, size_t next, size_t *at) {
    struct slot *slot;
    HASH_FIND_STR(*slots, id, slot);
    if (slot) {
        *at = slot->at;
        return false;
    }
    size_t len = strlen(id);
    slot = sw_xcalloc(1, sizeof *slot + len + 1);
    memcpy(slot->id, id, len);
    *at = slot->at = next;
    HASH_ADD_STR(*slots, id, slot);
    return true;
}

static void free_slots(struct slot **slots) {
    struct slot *slot, *next;
    HASH_ITER(hh, *slots, slot, next) {
        HASH_DEL(*slots, slot);
        free(slot);
    }
}

static const char *keep(struct sw_report_data *d, const char *text) {
    if (!text) return NULL;
    d->texts = sw_xrealloc(d->texts, (d->text_count + 1) * sizeof *d->texts);
    return d->texts[d->text_count++] = sw_xstrdup(text);
}

static const struct sw_report_name *name_of(const struct reader *r, const char *id) {
    const struct sw_report_name *found;
    HASH_FIND_STR(r->source->names, id, found);
    return found;
}

/* ---- calls ---- */

static struct sw_daily_interval *interval_at(const struct reader *r, int64_t start_ms) {
    for (size_t i = 0; i < r->source->interval_count; i++)
        if (r->source->intervals[i].start_ms == start_ms) return &r->data->intervals[i];
    return NULL;
}

static struct sw_daily_queue *queue_of(const struct reader *r, const char *id) {
    struct sw_report_data *d = r->data;
    for (size_t i = 0; i < d->daily.queue_count; i++)
        if (!strcmp(d->queues[i].id, id)) return &d->queues[i];
    d->queues = sw_xrealloc(d->queues, (d->daily.queue_count + 1) * sizeof *d->queues);
    struct sw_daily_queue *queue = &d->queues[d->daily.queue_count++];
    *queue = (struct sw_daily_queue){.id = keep(d, id)};
    queue->name = queue->id;
    return queue;
}

static void on_calls(void *ctx, const struct sw_history_row *row) {
    const struct reader *r = ctx;
    struct sw_daily_interval *interval = interval_at(r, row->start_ms);
    if (*row->id) {
        (void)sw_queue_counts_add(row->counts, &queue_of(r, row->id)->calls);
        return;
    }
    (void)sw_queue_counts_add(row->counts, &r->data->daily.calls);
    if (interval) (void)sw_queue_counts_add(row->counts, &interval->calls);
    if (row->end_ms > r->data->last_ms) r->data->last_ms = row->end_ms;
}

static void on_staffing(void *ctx, const struct sw_history_row *row) {
    const struct reader *r = ctx;
    struct sw_daily_interval *interval = interval_at(r, row->start_ms);
    struct sw_figures *figures = interval ? sw_figures_read(row->counts, strlen(row->counts)) : NULL;
    if (!figures) return;
    interval->scheduled = sw_figures_int(figures, -1, SW_PATH("scheduled"));
    interval->present = sw_figures_int(figures, -1, SW_PATH("present"));
    interval->required = sw_figures_int(figures, -1, SW_PATH("required"));
    interval->forecast = sw_figures_int(figures, -1, SW_PATH("forecast_milli"));
    if (interval->forecast >= 0) interval->forecast = (interval->forecast + 500) / 1000;
    sw_figures_free(figures);
}

/* ---- teams ---- */

static struct sw_daily_team *team_of(const struct reader *r, const char *id) {
    struct sw_report_data *d = r->data;
    for (size_t i = 0; i < d->daily.team_count; i++)
        if (!strcmp(d->teams[i].attendance.id, id)) return &d->teams[i];
    d->teams = sw_xrealloc(d->teams, (d->daily.team_count + 1) * sizeof *d->teams);
    struct sw_daily_team *team = &d->teams[d->daily.team_count++];
    *team = (struct sw_daily_team){.attendance = {.id = keep(d, id)}};
    team->attendance.name = team->attendance.id;
    return team;
}

static void on_team(void *ctx, const struct sw_history_row *row) {
    const struct reader *r = ctx;
    (void)sw_agent_counts_add(row->counts, &r->data->daily.site.counts);
    (void)sw_agent_counts_add(row->counts, &team_of(r, row->id)->counts);
}

static void add_shift(const struct sw_figures *f, struct sw_chart_team *t) {
    const struct {
        const char *name;
        int64_t *at;
    } sums[] = {{"attended", &t->attended}, {"absent", &t->absent}, {"leave", &t->leave}, {"late", &t->late},
                {"early_leave", &t->early_leave}, {"signed_in_ms", &t->signed_in_ms}, {"expected_ms", &t->expected_ms},
                {"breaks", &t->breaks}, {"overruns", &t->overruns}, {"overrun_ms", &t->overrun_ms}};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) *sums[i].at += sw_figures_int(f, 0, SW_PATH(sums[i].name));
    int64_t due = sw_figures_int(f, 0, SW_PATH("due")), decided = sw_figures_int(f, 0, SW_PATH("attended")) + sw_figures_int(f, 0, SW_PATH("absent"));
    t->due += due;
    t->pending += due - decided;
}

static void on_shift(void *ctx, const struct sw_history_row *row) {
    const struct reader *r = ctx;
    struct sw_figures *figures = sw_figures_read(row->counts, strlen(row->counts));
    if (!figures) return;
    const char *team = sw_figures_text(figures, SW_PATH("team"));
    add_shift(figures, &r->data->daily.site.attendance);
    add_shift(figures, &team_of(r, team ? team : "")->attendance);
    sw_figures_free(figures);
}

/* ---- what people recorded ---- */

static bool read_entry(const struct sw_record *record, struct sw_desk_entry *entry) {
    struct sw_buf fault;
    sw_buf_init(&fault, 1024);
    int failed = sw_desk_read(entry, record->body, strlen(record->body), &fault);
    sw_buf_deinit(&fault);
    if (failed) sw_desk_deinit(entry);
    return !failed;
}

static int64_t known(int64_t value) { return value == SW_DESK_NONE ? -1 : value; }

struct ledger {
    struct reader reader;
    struct slot *breaches;
    bool *decided; /* of data->breaches */
    bool with_walks;
};

static void on_breach(struct ledger *l, const struct sw_record *record, const struct sw_desk_entry *e) {
    const struct sw_report_source *s = l->reader.source;
    struct sw_report_data *d = l->reader.data;
    int rule = e->rule ? sw_rule_from_name(e->rule) : -1;
    if (rule < 0 || !e->agent || e->opened_ms < s->span.start_ms || e->opened_ms >= s->span.end_ms) return;
    size_t n;
    if (is_new(&l->breaches, record->key, d->daily.breach_count, &n)) {
        d->daily.breach_count++;
        d->breaches = sw_xrealloc(d->breaches, (n + 1) * sizeof *d->breaches);
        l->decided = sw_xrealloc(l->decided, (n + 1) * sizeof *l->decided);
        l->decided[n] = false;
        struct sw_daily_breach *b = &d->breaches[n];
        *b = (struct sw_daily_breach){.agent = keep(d, e->agent), .decided_ms = INT64_MIN};
        const struct sw_report_name *name = name_of(&l->reader, e->agent);
        b->name = name ? keep(d, name->name) : NULL;
        b->team = name ? keep(d, name->team) : NULL;
    }
    struct sw_daily_breach *b = &d->breaches[n];
    b->at_ms = e->opened_ms;
    b->rule = (enum sw_rule)rule;
    b->length_ms = known(e->value);
    b->limit_ms = known(e->limit);
    b->n = known(e->n);
    b->step = keep(d, e->step);
}

static void on_decision(struct ledger *l, const struct sw_record *record, const struct sw_desk_entry *e, bool undone) {
    struct sw_report_data *d = l->reader.data;
    const struct slot *slot;
    HASH_FIND_STR(l->breaches, record->key, slot);
    if (!slot) return;
    struct sw_daily_breach *b = &d->breaches[slot->at];
    l->decided[slot->at] = !undone;
    b->excused = e->outcome && !strcmp(e->outcome, "excuse");
    if (e->step) b->step = keep(d, e->step);
    b->reason = keep(d, e->reason);
    b->by = keep(d, record->by ? record->by : e->by);
    b->decided_ms = record->at_ms;
}

static struct sw_daily_walk *walk_of(struct ledger *l, const char *id) {
    const struct sw_report_source *s = l->reader.source;
    struct sw_report_data *d = l->reader.data;
    int year, month, day, hour = 0, minute = 0;
    char date[11] = "";
    if (strlen(id) < 16 || id[10] != 'T') return NULL;
    memcpy(date, id, 10);
    if (sw_zone_parse_date(date, &year, &month, &day)) return NULL;
    hour = (id[11] - '0') * 10 + id[12] - '0';
    minute = (id[14] - '0') * 10 + id[15] - '0';
    int64_t due_ms = sw_zone_local_to_utc(s->zone, year, month, day, (hour * 60 + minute) * INT64_C(60000));
    if (due_ms < s->span.start_ms || due_ms >= s->span.end_ms) return NULL;
    for (size_t i = 0; i < d->daily.walk_count; i++)
        if (d->walks[i].due_ms == due_ms) return &d->walks[i];
    d->walks = sw_xrealloc(d->walks, (d->daily.walk_count + 1) * sizeof *d->walks);
    struct sw_daily_walk *walk = &d->walks[d->daily.walk_count++];
    *walk = (struct sw_daily_walk){.due_ms = due_ms, .started_ms = INT64_MIN, .closed_ms = INT64_MIN, .items = -1, .ticked = -1};
    return walk;
}

static void on_walk(struct ledger *l, const struct sw_record *record, const struct sw_desk_entry *e) {
    const char *kind = record->kind + strlen("walk.");
    struct sw_daily_walk *walk = walk_of(l, record->key);
    if (!walk) return;
    if (!strcmp(kind, "start")) {
        int64_t items = 0;
        for (const char *at = e->items; at && (at = strstr(at, "\"subject\":")); at++) items++;
        walk->started_ms = e->at_ms;
        walk->person = keep(l->reader.data, record->by ? record->by : e->by);
        walk->items = items;
        walk->ticked = 0;
    } else if (!strcmp(kind, "tick")) {
        walk->ticked++;
    } else if (!strcmp(kind, "note") && !e->item) {
        walk->notes = keep(l->reader.data, e->note);
    } else if (!strcmp(kind, "close")) {
        walk->closed_ms = e->at_ms;
    }
}

static void on_record(void *ctx, const struct sw_record *record) {
    struct ledger *l = ctx;
    struct sw_desk_entry e;
    bool breach = !strcmp(record->kind, "breach"), decision = !strncmp(record->kind, "breach.decision", 15);
    bool walk = l->with_walks && !strncmp(record->kind, "walk.", 5), alert = l->with_walks && !strcmp(record->kind, "alert");
    if ((!breach && !decision && !walk && !alert) || !read_entry(record, &e)) return;
    if (breach) on_breach(l, record, &e);
    else if (decision) on_decision(l, record, &e, !strcmp(record->kind, "breach.decision.undo"));
    else if (walk) on_walk(l, record, &e);
    else if (e.kind && !strcmp(e.kind, "walk") && e.subject) (void)walk_of(l, e.subject); /* that it was due */
    sw_desk_deinit(&e);
}

/* Only what was decided is in the report. */
static void drop_undecided(struct ledger *l) {
    struct sw_report_data *d = l->reader.data;
    size_t kept = 0;
    for (size_t i = 0; i < d->daily.breach_count; i++) {
        if (l->decided[i]) d->breaches[kept++] = d->breaches[i];
    }
    d->daily.breach_count = kept;
    free_slots(&l->breaches);
    free(l->decided);
}

static int by_due(const void *a, const void *b) {
    const struct sw_daily_walk *x = a, *y = b;
    return (x->due_ms > y->due_ms) - (x->due_ms < y->due_ms);
}

static int by_breach(const void *a, const void *b) {
    const struct sw_daily_breach *x = a, *y = b;
    return x->at_ms != y->at_ms ? x->at_ms < y->at_ms ? -1 : 1 : strcmp(x->agent, y->agent);
}

static int read_ledger(const struct sw_report_source *s, struct sw_report_data *d, bool with_walks) {
    struct ledger l = {.reader = {.source = s, .data = d}, .with_walks = with_walks};
    const struct sw_record_query query = {.from_ms = s->span.start_ms - SW_DAY_MS,
                                          .to_ms = s->span.end_ms + DECIDED_DAYS * SW_DAY_MS};
    int failed = sw_store_read(s->store, s->site, &query, &l, on_record);
    drop_undecided(&l);
    for (size_t i = 0; i < d->daily.walk_count; i++) {
        struct sw_daily_walk *walk = &d->walks[i];
        int64_t limit_ms = walk->due_ms + s->walk_missed_ms;
        walk->missed = s->until_ms >= limit_ms && (walk->closed_ms == INT64_MIN || walk->closed_ms > limit_ms);
    }
    if (d->daily.walk_count) qsort(d->walks, d->daily.walk_count, sizeof *d->walks, by_due);
    if (d->daily.breach_count) qsort(d->breaches, d->daily.breach_count, sizeof *d->breaches, by_breach);
    return failed;
}

/* ---- a day ---- */

static int by_queue(const void *a, const void *b) { return strcmp(((const struct sw_daily_queue *)a)->id, ((const struct sw_daily_queue *)b)->id); }
static int by_team(const void *a, const void *b) {
    return strcmp(((const struct sw_daily_team *)a)->attendance.id, ((const struct sw_daily_team *)b)->attendance.id);
}

static void finish_day(const struct sw_report_source *s, struct sw_report_data *d) {
    for (size_t i = 0; i < s->interval_count; i++) {
        struct sw_daily_interval *interval = &d->intervals[i];
        interval->passed = interval->end_ms <= d->last_ms;
        if (!interval->passed) interval->present = -1;
    }
    if (d->daily.queue_count) qsort(d->queues, d->daily.queue_count, sizeof *d->queues, by_queue);
    if (d->daily.team_count) qsort(d->teams, d->daily.team_count, sizeof *d->teams, by_team);
    d->daily.intervals = d->intervals;
    d->daily.interval_count = s->interval_count;
    d->daily.queues = d->queues;
    d->daily.teams = d->teams;
    d->daily.walks = d->walks;
    d->daily.breaches = d->breaches;
}

int sw_report_read_day(const struct sw_report_source *s, struct sw_report_data *d) {
    *d = (struct sw_report_data){.last_ms = INT64_MIN};
    struct reader r = {.source = s, .data = d};
    d->intervals = sw_xcalloc(s->interval_count + 1, sizeof *d->intervals);
    for (size_t i = 0; i < s->interval_count; i++)
        d->intervals[i] = (struct sw_daily_interval){.start_ms = s->intervals[i].start_ms, .end_ms = s->intervals[i].end_ms,
                                                     .forecast = -1, .scheduled = -1, .present = -1, .required = -1};
    d->daily.site.attendance.id = "";
    d->daily.site.attendance.name = "";
    static const struct {
        enum sw_history of;
        void (*fn)(void *ctx, const struct sw_history_row *row);
    } parts[] = {{SW_HISTORY_QUEUE, on_calls}, {SW_HISTORY_TEAM, on_team}, {SW_HISTORY_SHIFT, on_shift}, {SW_HISTORY_STAFFING, on_staffing}};
    int failed = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !failed; i++)
        failed = sw_store_read_history(s->store, s->site, parts[i].of, NULL, s->span.start_ms, s->span.end_ms, &r, parts[i].fn);
    if (!failed) failed = read_ledger(s, d, true);
    finish_day(s, d);
    return failed;
}

/* ---- a month ---- */

static void add_month(const struct sw_figures *f, struct sw_month_figures *m) {
    const struct {
        const char *name;
        int64_t *at;
    } sums[] = {{"due", &m->due}, {"attended", &m->attended}, {"absent", &m->absent}, {"leave", &m->leave}, {"late", &m->late},
                {"early_leave", &m->early_leave}, {"late_ms", &m->late_ms}, {"early_leave_ms", &m->early_leave_ms},
                {"signed_in_ms", &m->signed_in_ms}, {"expected_ms", &m->expected_ms}, {"breaks", &m->breaks},
                {"overruns", &m->overruns}, {"overrun_ms", &m->overrun_ms}};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) *sums[i].at += sw_figures_int(f, 0, SW_PATH(sums[i].name));
}

static struct sw_month_agent *agent_of(struct reader *r, const char *id, const char *team) {
    struct sw_report_data *d = r->data;
    size_t at;
    if (!is_new(&r->agents, id, d->month.agent_count, &at)) return &d->agents[at];
    d->agents = sw_xrealloc(d->agents, (d->month.agent_count + 1) * sizeof *d->agents);
    struct sw_month_agent *agent = &d->agents[d->month.agent_count++];
    const struct sw_report_name *name = name_of(r, id);
    *agent = (struct sw_month_agent){.agent = keep(d, id), .name = name ? keep(d, name->name) : NULL,
                                     .team = team && *team ? keep(d, team) : NULL};
    agent->team_name = agent->team;
    return agent;
}

static struct sw_month_day *day_of(const struct reader *r, const char *date) {
    struct sw_report_data *d = r->data;
    for (size_t i = d->month.day_count; i--;)
        if (!strcmp(d->days[i].date, date)) return &d->days[i];
    d->days = sw_xrealloc(d->days, (d->month.day_count + 1) * sizeof *d->days);
    struct sw_month_day *day = &d->days[d->month.day_count++];
    *day = (struct sw_month_day){.date = keep(d, date)};
    return day;
}

static void on_month_shift(void *ctx, const struct sw_history_row *row) {
    struct reader *r = ctx;
    struct sw_figures *figures = sw_figures_read(row->counts, strlen(row->counts));
    if (!figures) return;
    const char *date = sw_figures_text(figures, SW_PATH("date"));
    if (date && sw_figures_int(figures, 0, SW_PATH("begun"))) {
        add_month(figures, &agent_of(r, row->id, sw_figures_text(figures, SW_PATH("team")))->figures);
        add_month(figures, &day_of(r, date)->figures);
        if (row->end_ms > r->data->last_ms) r->data->last_ms = row->end_ms;
    }
    sw_figures_free(figures);
}

static int by_agent(const void *a, const void *b) { return strcmp(((const struct sw_month_agent *)a)->agent, ((const struct sw_month_agent *)b)->agent); }
static int by_date(const void *a, const void *b) { return strcmp(((const struct sw_month_day *)a)->date, ((const struct sw_month_day *)b)->date); }

static void count_confirmed(struct reader *r) {
    struct sw_report_data *d = r->data;
    for (size_t i = 0; i < d->daily.breach_count; i++) {
        const struct sw_daily_breach *b = &d->breaches[i];
        if (b->excused) continue;
        char date[11];
        struct sw_day day;
        sw_zone_business_day(r->source->zone, 0, b->at_ms, &day);
        sw_zone_format_date(day.year, day.month, day.day, date);
        agent_of(r, b->agent, b->team)->figures.breaches++;
        day_of(r, date)->figures.breaches++;
    }
}

int sw_report_read_month(const struct sw_report_source *s, struct sw_report_data *d) {
    *d = (struct sw_report_data){.last_ms = INT64_MIN};
    struct reader r = {.source = s, .data = d};
    int failed = sw_store_read_history(s->store, s->site, SW_HISTORY_SHIFT, NULL, s->span.start_ms, s->span.end_ms, &r, on_month_shift);
    if (!failed) failed = read_ledger(s, d, false);
    count_confirmed(&r);
    free_slots(&r.agents);
    if (d->month.agent_count) qsort(d->agents, d->month.agent_count, sizeof *d->agents, by_agent);
    if (d->month.day_count) qsort(d->days, d->month.day_count, sizeof *d->days, by_date);
    d->month.agents = d->agents;
    d->month.days = d->days;
    return failed;
}

void sw_report_data_deinit(struct sw_report_data *d) {
    for (size_t i = 0; i < d->text_count; i++) free(d->texts[i]);
    void *const lists[] = {d->texts, d->intervals, d->queues, d->teams, d->walks, d->breaches, d->agents, d->days};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) free(lists[i]);
    *d = (struct sw_report_data){0};
}
