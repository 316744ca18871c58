/* GET /metrics: the daemon's own figures and the floor's, as Prometheus text. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "app/app_state.h"

struct page {
    struct sw_app *app;
    struct sw_buf *out;
};

static void head(const struct page *p, const char *name, const char *type, const char *help) {
    sw_buf_printf(p->out, "# HELP shiftwall_%s %s\n# TYPE shiftwall_%s %s\n", name, help, name, type);
}

static void one(const struct page *p, const char *name, const char *type, const char *help, uint64_t value) {
    head(p, name, type, help);
    sw_buf_printf(p->out, "shiftwall_%s{site=\"%s\"} %llu\n", name, p->app->config->site_id, (unsigned long long)value);
}

/* A label's value: backslash, quote and line feed escaped. */
static void label(struct sw_buf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '\n') {
            sw_buf_puts(out, "\\n");
            continue;
        }
        if (*text == '"' || *text == '\\') sw_buf_putc(out, '\\');
        sw_buf_putc(out, *text);
    }
}

static void events(const struct page *p) {
    const struct sw_app *app = p->app;
    const struct sw_floor_counters *c = sw_floor_counters(app->floor);
    one(p, "events_received_total", "counter", "members of all messages taken from Redis",
        app->received + app->feed_status.bad_messages);
    head(p, "events_rejected_total", "counter", "events refused, by reason");
    for (int i = 1; i < SW_REJECT_COUNT; i++) {
        uint64_t count = app->rejected[i];
        if (i == SW_REJECT_BAD_MESSAGE) count += app->feed_status.bad_messages;
        sw_buf_printf(p->out, "shiftwall_events_rejected_total{site=\"%s\",reason=\"%s\"} %llu\n", app->config->site_id,
                      sw_reject_name((enum sw_reject)i), (unsigned long long)count);
    }
    one(p, "events_applied_total", "counter", "events that are in the figures", (uint64_t)c->applied);
    one(p, "events_duplicate_total", "counter", "repeated ids, dropped", (uint64_t)c->duplicates);
    one(p, "events_contradiction_total", "counter", "events that contradict their call's state, dropped",
        (uint64_t)c->contradictions);
    one(p, "events_implied_total", "counter", "calls made by an event that presupposes them", (uint64_t)c->implied);
    one(p, "events_clock_skew_total", "counter", "events older than their subject's latest, raised to it",
        (uint64_t)c->clock_skew);
    one(p, "calls_orphaned_total", "counter", "calls closed after 6 hours without an event", (uint64_t)c->orphans);
    one(p, "duplicate_keys_evicted_total", "counter", "ids forgotten because too many were remembered",
        (uint64_t)c->duplicate_keys_evicted);
    one(p, "calls_evicted_total", "counter", "closed calls forgotten because too many were remembered",
        (uint64_t)c->calls_evicted);
}

static void feed(const struct page *p) {
    const struct sw_feed_status *s = &p->app->feed_status;
    one(p, "feed_up", "gauge", "1 while the feed is live", s->state == SW_FEED_LIVE);
    one(p, "feed_incomplete", "gauge", "1 while something of today is known to be missing",
        sw_app_incomplete_since(p->app) != 0);
    one(p, "feed_messages_journaled_total", "counter", "messages of the journal", s->journaled);
    one(p, "feed_messages_plain_total", "counter", "plain messages", s->plain);
    one(p, "feed_gaps_total", "counter", "live messages that did not link to the last one", s->gaps);
    one(p, "feed_gap_entries_total", "counter", "entries read from the journal to fill gaps", s->gap_entries);
    one(p, "feed_losses_total", "counter", "places where the journal itself shows a loss", s->losses);
    one(p, "feed_resets_total", "counter", "journals that were replaced", s->resets);
    one(p, "feed_reconnects_total", "counter", "connections to Redis lost", s->reconnects);
    one(p, "feed_silent_restarts_total", "counter", "dead subscriptions found by the probe", s->silent_restarts);
    one(p, "feed_overflows_total", "counter", "times the catch-up buffer was full", s->overflows);
    one(p, "feed_plain_lost_total", "counter", "plain messages lost to a full buffer", s->plain_lost);
    one(p, "feed_outputs_dropped_total", "counter", "views not written to Redis", s->outputs_dropped);
    one(p, "feed_rejects_dropped_total", "counter", "refused events not written to Redis", s->rejects_dropped);
    one(p, "feed_buffered", "gauge", "messages waiting while catching up", s->buffered);
    head(p, "feed_lag_seconds", "gauge", "from the newest event's own time to its arrival");
    sw_buf_printf(p->out, "shiftwall_feed_lag_seconds{site=\"%s\"} %.3f\n", p->app->config->site_id,
                  (double)p->app->lag_ms / 1000);
}

static void hub(const struct page *p) {
    const struct sw_ws_counters *c = sw_ws_server_counters(p->app->ws);
    one(p, "clients", "gauge", "walls connected", c->clients);
    one(p, "connections", "gauge", "sockets, HTTP ones included", c->connections);
    one(p, "clients_accepted_total", "counter", "WebSocket handshakes completed", c->accepted);
    one(p, "frames_sent_total", "counter", "frames sent to walls", c->frames_sent);
    one(p, "frames_deflated_total", "counter", "of those frames: compressed", c->frames_deflated);
    one(p, "frame_bytes_sent_total", "counter", "their payload", c->bytes_sent);
    one(p, "frames_merged_total", "counter", "changes merged into a later frame for a blocked wall", c->merged);
    one(p, "client_messages_total", "counter", "messages read from walls", c->messages);
    one(p, "client_errors_total", "counter", "error messages sent to walls", c->errors);
    const struct {
        const char *metric, *reason;
        uint64_t value;
    } labelled[] = {{"clients_dropped_total", "slow", c->dropped_slow},
                    {"clients_dropped_total", "too_big", c->dropped_too_big},
                    {"clients_dropped_total", "rate", c->dropped_rate},
                    {"clients_dropped_total", "bad", c->dropped_bad},
                    {"clients_dropped_total", "io", c->dropped_io},
                    {"clients_dropped_total", "rights", c->revoked},
                    {"clients_refused_total", "full", c->refused_full},
                    {"clients_refused_total", "address", c->refused_address},
                    {"clients_refused_total", "origin", c->refused_origin},
                    {"clients_refused_total", "caller", c->refused_caller},
                    {"clients_refused_total", "path", c->refused_path}};
    for (size_t i = 0; i < sizeof labelled / sizeof *labelled; i++) {
        if (!i || strcmp(labelled[i].metric, labelled[i - 1].metric) != 0)
            head(p, labelled[i].metric, "counter", "walls dropped or refused, by reason");
        sw_buf_printf(p->out, "shiftwall_%s{site=\"%s\",reason=\"%s\"} %llu\n", labelled[i].metric,
                      p->app->config->site_id, labelled[i].reason, (unsigned long long)labelled[i].value);
    }
    const struct sw_http_counters *h = sw_http_counters(p->app->http);
    one(p, "http_requests_total", "counter", "HTTP requests", h->requests);
    one(p, "http_bytes_sent_total", "counter", "bodies sent", h->bytes_sent);
    head(p, "http_answers_total", "counter", "answers, by first digit of their status");
    for (int class = 2; class <= 5; class++)
        sw_buf_printf(p->out, "shiftwall_http_answers_total{site=\"%s\",class=\"%dxx\"} %llu\n", p->app->config->site_id, class,
                      (unsigned long long)h->by_class[class]);
    const struct {
        const char *reason;
        uint64_t value;
    } refused[] = {{"not_signed_in", h->unauthorised}, {"forbidden", h->forbidden}, {"throttled", h->throttled},
                   {"foreign_origin", h->foreign},     {"too_large", h->too_large}, {"bad_request", h->bad_requests}};
    head(p, "http_refused_total", "counter", "requests refused, by reason");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        sw_buf_printf(p->out, "shiftwall_http_refused_total{site=\"%s\",reason=\"%s\"} %llu\n", p->app->config->site_id,
                      refused[i].reason, (unsigned long long)refused[i].value);
}

static void doors(const struct page *p) {
    struct sw_sessions_counters s;
    struct sw_screens_counters c;
    sw_sessions_counters(p->app->doors.sessions, &s);
    sw_screens_counters(p->app->doors.screens, &c);
    one(p, "accounts", "gauge", "1 once there are accounts: nobody is let in without one", sw_accounts_exist(p->app->doors.accounts));
    one(p, "sessions", "gauge", "people signed in", s.open);
    one(p, "sign_ins_total", "counter", "sign-ins that were right", s.signed_in);
    one(p, "sign_ins_wrong_total", "counter", "sign-ins with a wrong account or password", s.wrong);
    one(p, "sign_ins_throttled_total", "counter", "sign-ins not looked at, after too many wrong ones", s.throttled);
    one(p, "screens", "gauge", "screens that are paired", c.screens);
    one(p, "screens_online", "gauge", "of these, with a sign of life lately", c.online);
    one(p, "pair_codes_refused_total", "counter", "codes typed that no screen shows", c.refused_codes);
    one(p, "screen_tokens_refused_total", "counter", "tokens that are no screen's (any more)", c.refused_tokens);
    one(p, "view_slices", "gauge", "views kept for who leads only some teams", sw_slices_count(p->app->slices));
    int64_t until_ms = p->app->certificate ? sw_certificate_watch_until_ms(p->app->certificate) : 0;
    if (!until_ms) return;
    head(p, "certificate_expires_seconds", "gauge", "when the TLS certificate ends, seconds since 1970");
    sw_buf_printf(p->out, "shiftwall_certificate_expires_seconds{site=\"%s\"} %lld\n", p->app->config->site_id, (long long)(until_ms / 1000));
}

struct scope_metric {
    const char *name, *help;
    double (*value)(const struct sw_floor *floor, const struct sw_scope *queue, bool *defined);
};

static double waiting(const struct sw_floor *floor, const struct sw_scope *queue, bool *defined) {
    struct sw_scope_now now;
    sw_scope_now(floor, queue, &now);
    *defined = true;
    return (double)now.waiting;
}

static double ratio_of(struct sw_ratio r, bool *defined) {
    *defined = sw_ratio_defined(r);
    return *defined ? sw_ratio_value(r) : 0;
}

static double answer_rate(const struct sw_floor *floor, const struct sw_scope *queue, bool *defined) {
    struct sw_queue_counts c;
    sw_scope_window(floor, queue, SW_WINDOW_TODAY, &c);
    return ratio_of(sw_kpi_answer_rate(&c), defined);
}

static double service_level(const struct sw_floor *floor, const struct sw_scope *queue, bool *defined) {
    struct sw_queue_counts c;
    sw_scope_window(floor, queue, SW_WINDOW_TODAY, &c);
    return ratio_of(sw_kpi_service_level(&c, 0), defined);
}

#define COUNTER_OF_TODAY(name, counter)                                                                       \
    static double name(const struct sw_floor *floor, const struct sw_scope *queue, bool *defined) {           \
        struct sw_queue_counts c;                                                                             \
        sw_scope_window(floor, queue, SW_WINDOW_TODAY, &c);                                                   \
        *defined = true;                                                                                      \
        return (double)c.v[counter];                                                                          \
    }
COUNTER_OF_TODAY(offered, SW_QC_OFFERED)
COUNTER_OF_TODAY(answered, SW_QC_ANSWERED)
COUNTER_OF_TODAY(abandoned, SW_QC_ABANDONED)

static void queues(const struct page *p) {
    static const struct scope_metric metrics[] = {
        {"queue_waiting", "calls waiting now", waiting},
        {"queue_offered", "entries of the business day", offered},
        {"queue_answered", "answered, of the business day", answered},
        {"queue_abandoned", "abandoned, of the business day", abandoned},
        {"queue_answer_rate", "answer rate of the business day", answer_rate},
        {"queue_service_level", "service level of the business day, at rest", service_level}};
    for (size_t m = 0; m < sizeof metrics / sizeof *metrics; m++) {
        head(p, metrics[m].name, "gauge", metrics[m].help);
        for (size_t i = 0; i < sw_floor_queue_count(p->app->floor); i++) {
            const struct sw_scope *queue = sw_floor_queue(p->app->floor, i);
            bool defined;
            double value = metrics[m].value(p->app->floor, queue, &defined);
            if (!defined) continue;
            sw_buf_printf(p->out, "shiftwall_%s{site=\"%s\",queue=\"", metrics[m].name, p->app->config->site_id);
            label(p->out, sw_scope_id(queue));
            sw_buf_printf(p->out, "\"} %.10g\n", value);
        }
    }
}

static void teams(const struct page *p) {
    head(p, "team_agents", "gauge", "agents by team and state");
    for (size_t i = 0; i < sw_floor_team_count(p->app->floor); i++) {
        const struct sw_team *team = sw_floor_team(p->app->floor, i);
        for (int s = 0; s < SW_ST_COUNT; s++) {
            if (!sw_team_states(team)[s]) continue;
            sw_buf_printf(p->out, "shiftwall_team_agents{site=\"%s\",team=\"", p->app->config->site_id);
            label(p->out, sw_team_id(team));
            sw_buf_printf(p->out, "\",state=\"%s\"} %u\n", sw_agent_state_name((enum sw_agent_state)s),
                          sw_team_states(team)[s]);
        }
    }
}

static void process(const struct page *p) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    size_t resident = 0;
    if (uv_resident_set_memory(&resident)) resident = 0;
    sw_buf_printf(p->out,
                  "# HELP process_resident_memory_bytes memory in use\n# TYPE process_resident_memory_bytes gauge\n"
                  "process_resident_memory_bytes %llu\n",
                  (unsigned long long)resident);
    sw_buf_printf(p->out,
                  "# HELP process_cpu_seconds_total processor time used\n# TYPE process_cpu_seconds_total counter\n"
                  "process_cpu_seconds_total %.3f\n",
                  (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    head(p, "loop_lag_max_seconds", "gauge", "the longest the event loop was late since the last scrape");
    sw_buf_printf(p->out, "shiftwall_loop_lag_max_seconds %.3f\n", (double)p->app->loop_lag_max_ms / 1000);
    p->app->loop_lag_max_ms = 0;
    one(p, "agents", "gauge", "agents known", sw_floor_agent_count(p->app->floor));
    one(p, "queues", "gauge", "queues known", sw_floor_queue_count(p->app->floor));
}

static void desk(const struct page *p) {
    if (!p->app->desk) return;
    const struct sw_recorder_counters *r = sw_recorder_counters(p->app->recorder);
    struct sw_desk_counters d;
    sw_desk_counters(p->app->desk, &d);
    one(p, "store_up", "gauge", "1 while what people record can be written", !sw_recorder_problem(p->app->recorder));
    one(p, "store_records_total", "counter", "records of the ledger written", r->records);
    one(p, "store_failures_total", "counter", "writes to the store that failed", r->failed);
    one(p, "store_conflicts_total", "counter", "writes of something that somebody else had written first", r->conflicts);
    one(p, "store_history_rows_total", "counter", "rows of history written", r->history_rows);
    one(p, "store_queued", "gauge", "jobs that wait for the store", r->queued);
    one(p, "alerts_open", "gauge", "alerts that are open", d.alerts_open);
    one(p, "breaches", "gauge", "breaches on record that the ladder counts", d.breaches);
    one(p, "desk_writes_total", "counter", "writes of leaders that were recorded", d.writes);
    one(p, "desk_refused_total", "counter", "writes of leaders that were refused", d.refused);
}

static void lease(const struct page *p) {
    one(p, "standing_by", "gauge", "1 while another daemon serves the site", p->app->standing_by);
    if (p->app->lease) one(p, "lease_fence", "gauge", "how often the site has changed hands", (uint64_t)sw_lease_fence(p->app->lease));
}

static void checkpoints(const struct page *p) {
    const struct sw_app *app = p->app;
    one(p, "start_replayed_events", "gauge", "events read from the journal at start", app->start_events);
    head(p, "checkpoints_total", "counter", "checkpoints, by what became of them");
    const struct sw_checkpoints_counters none = {.written_at = -1};
    const struct sw_checkpoints_counters *c = app->checkpoints ? sw_checkpoints_counters(app->checkpoints) : &none;
    const struct {
        const char *result;
        uint64_t count;
    } results[] = {{"written", c->written}, {"failed", c->failed}, {"loaded", app->checkpoints_loaded}, {"ignored", app->checkpoints_ignored}};
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        sw_buf_printf(p->out, "shiftwall_checkpoints_total{site=\"%s\",result=\"%s\"} %llu\n", app->config->site_id,
                      results[i].result, (unsigned long long)results[i].count);
    if (c->written_at < 0) return;
    one(p, "checkpoint_bytes", "gauge", "of the last checkpoint", c->bytes);
    head(p, "checkpoint_age_seconds", "gauge", "since the last checkpoint was written");
    sw_buf_printf(p->out, "shiftwall_checkpoint_age_seconds{site=\"%s\"} %.3f\n", app->config->site_id,
                  (double)(uv_now(&app->loop) - (uint64_t)c->written_at) / 1000);
    head(p, "checkpoint_step_max_seconds", "gauge", "the longest the event loop was kept by a step of a checkpoint");
    sw_buf_printf(p->out, "shiftwall_checkpoint_step_max_seconds{site=\"%s\"} %.6f\n", app->config->site_id,
                  (double)c->longest_us / 1e6);
}

static void chat(const struct page *p) {
    if (!p->app->chat) return;
    size_t count = sw_chat_count(p->app->chat);
    static const struct {
        const char *name, *type, *help;
    } figures[] = {{"chat_queued", "gauge", "messages that wait for a chat group"},
                   {"chat_dead", "gauge", "dead letters of a chat group"},
                   {"chat_sent_total", "counter", "messages that a chat group took"},
                   {"chat_retries_total", "counter", "requests to a chat group that were repeated"},
                   {"chat_failing", "gauge", "1 while requests to a chat group fail"}};
    for (size_t f = 0; count && f < sizeof figures / sizeof *figures; f++) {
        head(p, figures[f].name, figures[f].type, figures[f].help);
        for (size_t i = 0; i < count; i++) {
            struct sw_destination_status s;
            sw_chat_status(p->app->chat, i, &s);
            const struct sw_channel_status *c = &s.channel;
            const uint64_t values[] = {c->queued, c->dead, c->counters.sent, c->counters.retries, c->failing_since_ms >= 0};
            sw_buf_printf(p->out, "shiftwall_%s{to=\"%s\"} %llu\n", figures[f].name, s.id, (unsigned long long)values[f]);
        }
    }
}

void sw_app_metrics(void *ctx, struct sw_buf *out) {
    const struct page p = {ctx, out};
    if (p.app->feed) sw_feed_status_get(p.app->feed, &p.app->feed_status);
    events(&p);
    feed(&p);
    hub(&p);
    doors(&p);
    lease(&p);
    desk(&p);
    checkpoints(&p);
    chat(&p);
    queues(&p);
    teams(&p);
    process(&p);
}
