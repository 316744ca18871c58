/* shiftwall audit: recounts the journal naively and compares with the running daemon. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <uv.h>

#include "codec/figures.h"
#include "io/feed_emit.h"
#include "io/redis_conn.h"
#include "shiftwall/buf.h"
#include "shiftwall/event.h"
#include "tools/http_get.h"
#include "tools/recount.h"
#include "tools/tools.h"

#define PAGE "200" /* entries of the journal at a time; each may have 64 KiB */
#define ID_BYTES 48
#define VIEW_BYTES_MAX ((size_t)256 << 20)
#define WAIT_S 15
#define PAUSE_MS 150
#define LISTED_MAX 100
#define DAY_MS INT64_C(86400000)

static const char help[] =
    "usage: shiftwall audit --redis URL --site NAME [options]\n"
    "\n"
    "Reads the whole journal of a site, counts the business day anew by simple means of its own, and compares every\n"
    "counter of queues and agents, who waits, and each agent's state with what the running daemon shows. Both are compared\n"
    "at one entry of the journal, so the floor may go on working. Differences are printed, one a line.\n"
    "\n"
    "  --redis URL       redis://[user[:password]@]host[:port][/db] or unix:///path/to/socket\n"
    "  --site NAME       the site's id\n"
    "  --url URL         the daemon (http://127.0.0.1:8080)\n"
    "  --wait SECONDS    how long differences may take to go away, while the daemon catches up (15)\n"
    "  --virtual-clock   the daemon runs on a virtual clock (--clock, or --demo with --speed)\n"
    "  --help            this text\n"
    "\n"
    "Plain events are not in the journal: if the daemon has taken some, it says so, and they may be the difference.\n"
    "\n"
    "Exit status: 0 no difference, 1 differences, 2 wrong usage, 4 Redis or the daemon could not be reached.\n";

struct audit {
    const char *url, *site;
    char journal[SW_SITE_MAX + 16];
    bool virtual;
    long wait_s;
    uv_loop_t loop;
    struct sw_redis_conn *conn;
    bool ready, failed, answered;
    char reason[256];
    char last[ID_BYTES], until[ID_BYTES]; /* read up to here; and to be read up to here */
    size_t page;
    struct sw_recount *recount;
    struct sw_figures *site_view, *queues, *agents;
    int64_t from_ms, to_ms, now_ms;
    uint64_t compared, differences;
    bool print;
};

/* ---- Redis, waited for ---- */

static void on_state(void *ctx, enum sw_redis_state state, const char *reason) {
    struct audit *a = ctx;
    a->ready = state == SW_REDIS_READY;
    if (state != SW_REDIS_BACKING_OFF) return;
    a->failed = true;
    (void)snprintf(a->reason, sizeof a->reason, "%s", reason);
}

static void on_page(void *ctx, const struct sw_reply *reply, int error) {
    struct audit *a = ctx;
    a->answered = true;
    if (error || sw_reply_type(reply) != SW_REPLY_ARRAY) {
        a->failed = true;
        if (!error) (void)snprintf(a->reason, sizeof a->reason, "%s", sw_reply_text(reply, NULL));
        return;
    }
    a->page = sw_reply_count(reply);
    for (size_t i = 0; i < a->page; i++) {
        const struct sw_reply *entry = sw_reply_at(reply, i);
        if (sw_reply_count(entry) < 2) continue;
        const struct sw_reply *fields = sw_reply_at(entry, 1);
        (void)snprintf(a->last, sizeof a->last, "%s", sw_reply_text(sw_reply_at(entry, 0), NULL));
        for (size_t f = 0; f + 1 < sw_reply_count(fields); f += 2) {
            size_t len;
            if (strcmp(sw_reply_text(sw_reply_at(fields, f), NULL), "e") != 0) continue;
            const char *json = sw_reply_text(sw_reply_at(fields, f + 1), &len);
            sw_recount_add(a->recount, strtoll(a->last, NULL, 10), json, len);
        }
    }
}

/* Reads on to a->until. */
static bool read_journal(struct audit *a) {
    do {
        char from[ID_BYTES + 1];
        (void)snprintf(from, sizeof from, "%s%s", *a->last ? "(" : "-", a->last);
        const char *argv[] = {"XRANGE", a->journal, from, a->until, "COUNT", PAGE};
        a->answered = false;
        if (sw_redis_conn_send(a->conn, 6, argv, NULL, on_page, a)) a->failed = true;
        while (!a->answered && !a->failed) uv_run(&a->loop, UV_RUN_ONCE);
        if (a->failed) return false;
    } while (a->page);
    return true;
}

/* ---- the daemon ---- */

static struct sw_figures *get_view(struct audit *a, const char *view) {
    struct sw_buf path, body;
    sw_buf_init(&path, 256);
    sw_buf_init(&body, VIEW_BYTES_MAX);
    sw_buf_printf(&path, "/api/v1/sites/%s/views/%s", a->site, view);
    int status = sw_http_get(a->url, sw_buf_text(&path), &body, a->reason, sizeof a->reason);
    struct sw_figures *figures = status == 200 ? sw_figures_read(body.data, body.len) : NULL;
    if (status > 0 && !figures)
        (void)snprintf(a->reason, sizeof a->reason, "%s answered %d%s", sw_buf_text(&path), status,
                       status == 200 ? ", but not with a view" : "");
    sw_buf_deinit(&path);
    sw_buf_deinit(&body);
    return figures;
}

static void free_views(struct audit *a) {
    sw_figures_free(a->site_view);
    sw_figures_free(a->queues);
    sw_figures_free(a->agents);
    a->site_view = a->queues = a->agents = NULL;
}

static const char *last_id(const struct sw_figures *site) {
    const char *id = sw_figures_text(site, SW_PATH("feed", "last_id"));
    return id ? id : "";
}

/* Takes the views; *SAME tells whether no entry of the journal was applied meanwhile. */
static bool take_views(struct audit *a, bool *same) {
    free_views(a);
    a->site_view = get_view(a, "site");
    a->queues = a->site_view ? get_view(a, "queues") : NULL;
    a->agents = a->queues ? get_view(a, "agents") : NULL;
    struct sw_figures *after = a->agents ? get_view(a, "site") : NULL;
    if (!after) return false;
    *same = !strcmp(last_id(a->site_view), last_id(after));
    (void)snprintf(a->until, sizeof a->until, "%s", last_id(after));
    sw_figures_free(after);
    a->from_ms = sw_figures_int(a->site_view, 0, SW_PATH("day_start"));
    a->to_ms = sw_figures_int(a->site_view, 0, SW_PATH("day_end"));
    if (a->to_ms > a->from_ms && *a->until) return true;
    (void)snprintf(a->reason, sizeof a->reason, "the site view has no business day or no feed yet");
    return false;
}

/* ---- comparing ---- */

static void compare(struct audit *a, const char *what, const char *name, const char *figure, int64_t counted, int64_t shown) {
    a->compared++;
    if (counted == shown) return;
    if (++a->differences > LISTED_MAX || !a->print) return;
    if (a->differences == 1) printf("%-6s %-24s %-20s %20s %20s\n", "", "", "", "journal", "daemon");
    printf("%-6s %-24s %-20s %20" PRId64 " %20" PRId64 "\n", what, name, figure, counted, shown);
}

static void compare_queue(void *ctx, const char *name) {
    struct audit *a = ctx;
    struct sw_recount_queue q;
    int64_t target_ms = sw_figures_int(a->queues, 20000, SW_PATH("queues", name, "target_ms"));
    int64_t short_ms = sw_figures_int(a->queues, 5000, SW_PATH("queues", name, "short_ms"));
    sw_recount_queue(a->recount, name, a->from_ms, a->to_ms, a->now_ms, target_ms, short_ms, &q);
    const struct {
        const char *figure;
        int64_t counted;
    } figures[] = {{"offered", q.offered},
                   {"answered", q.answered},
                   {"abandoned", q.abandoned},
                   {"short_abandoned", q.short_abandoned},
                   {"exited", q.exited},
                   {"answered_in_target", q.answered_in_target},
                   {"abandoned_in_target", q.abandoned_in_target},
                   {"wait_answered_ms", q.wait_answered_ms},
                   {"wait_abandoned_ms", q.wait_abandoned_ms},
                   {"longest_wait_ms", q.longest_wait_ms},
                   {"handled", q.handled},
                   {"talk_ms", q.talk_ms},
                   {"hold_ms", q.hold_ms}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        compare(a, "queue", name, figures[i].figure, figures[i].counted,
                sw_figures_int(a->queues, 0, SW_PATH("queues", name, "today", figures[i].figure)));
    compare(a, "queue", name, "waiting", q.waiting, sw_figures_int(a->queues, 0, SW_PATH("queues", name, "now", "waiting")));
}

/* A reason may be mapped to another of the non-service states by the site's configuration. */
static bool same_state(const struct sw_recount_agent *agent, int shown) {
    if (!agent->has_state) return shown == SW_ST_OFFLINE || shown < 0;
    if ((int)agent->state == shown) return true;
    return agent->has_reason && shown >= 0 && sw_state_is_non_service(agent->state);
}

static void compare_agent(void *ctx, const char *name) {
    struct audit *a = ctx;
    struct sw_recount_agent agent;
    sw_recount_agent(a->recount, name, a->from_ms, a->to_ms, &agent);
    const char *state = sw_figures_text(a->agents, SW_PATH("agents", name, "state"));
    int shown = state ? sw_agent_state_from_name(state) : -1;
    /* those who were never there today need not be shown */
    if (!state && (!agent.has_state || agent.state == SW_ST_OFFLINE) && !agent.handled) return;
    compare(a, "agent", name, "state", agent.has_state ? (int64_t)agent.state : SW_ST_OFFLINE,
            same_state(&agent, shown) ? (agent.has_state ? (int64_t)agent.state : SW_ST_OFFLINE) : shown);
    const struct {
        const char *figure;
        int64_t counted;
    } figures[] = {{"handled", agent.handled},
                   {"talk_ms", agent.talk_ms},
                   {"call_hold_ms", agent.hold_ms},
                   {"declined", agent.declined},
                   {"transferred", agent.transferred}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        compare(a, "agent", name, figures[i].figure, figures[i].counted,
                sw_figures_int(a->agents, 0, SW_PATH("agents", name, "today", figures[i].figure)));
}

struct missing {
    const char *name;
    bool found;
};

static void is_it(void *ctx, const char *name) {
    struct missing *m = ctx;
    m->found |= !strcmp(m->name, name);
}

/* What the daemon shows and the journal never told of is compared with nothing. */
static void compare_shown_queue(void *ctx, const char *name) {
    struct missing m = {.name = name};
    sw_recount_queues(((struct audit *)ctx)->recount, is_it, &m);
    if (!m.found) compare_queue(ctx, name);
}

static void compare_shown_agent(void *ctx, const char *name) {
    struct missing m = {.name = name};
    sw_recount_agents(((struct audit *)ctx)->recount, is_it, &m);
    if (!m.found) compare_agent(ctx, name);
}

static void compare_all(struct audit *a, bool print) {
    struct timeval now;
    (void)gettimeofday(&now, NULL);
    a->now_ms = a->virtual ? 0 : (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
    a->compared = a->differences = 0;
    a->print = print;
    sw_recount_queues(a->recount, compare_queue, a);
    sw_figures_names(a->queues, SW_PATH("queues"), compare_shown_queue, a);
    sw_recount_agents(a->recount, compare_agent, a);
    sw_figures_names(a->agents, SW_PATH("agents"), compare_shown_agent, a);
}

/* ---- the whole ---- */

/* One look: 0 agreement, 1 differences, 4 somebody cannot be reached. *SAME: it was a quiet moment. */
static int look(struct audit *a, bool *same) {
    if (!take_views(a, same)) {
        fprintf(stderr, "shiftwall audit: the daemon: %s\n", a->reason);
        return SW_TOOL_CONNECT;
    }
    if (!*same) return SW_TOOL_DIFFERS;
    if (!a->recount) a->recount = sw_recount_new(a->virtual, a->virtual ? INT64_MIN : a->from_ms - DAY_MS);
    if (!read_journal(a)) {
        fprintf(stderr, "shiftwall audit: Redis: %s\n", *a->reason ? a->reason : "the connection was lost");
        return SW_TOOL_CONNECT;
    }
    compare_all(a, false);
    return a->differences ? SW_TOOL_DIFFERS : SW_TOOL_OK;
}

static void report(struct audit *a, bool same) {
    if (!same) {
        puts("audit: there was no moment at which nothing changed; try again with a longer --wait");
        return;
    }
    compare_all(a, true);
    if (a->differences > LISTED_MAX) printf("... and %" PRIu64 " more\n", a->differences - LISTED_MAX);
    int64_t plain = sw_figures_int(a->site_view, 0, SW_PATH("feed", "plain"));
    const char *status = sw_figures_text(a->site_view, SW_PATH("feed", "status"));
    if (status && strcmp(status, "live") != 0) printf("audit: the daemon says its feed is %s\n", status);
    if (plain > 0) printf("audit: %" PRId64 " plain events came past the journal; they are not counted here\n", plain);
    printf("audit: %" PRIu64 " events in the journal up to %s\n", sw_recount_events(a->recount), a->until);
    printf("audit: %" PRIu64 " figures compared, %" PRIu64 " differences\n", a->compared, a->differences);
}

static int run(struct audit *a) {
    uint64_t deadline = uv_hrtime() / 1000000 + (uint64_t)a->wait_s * 1000;
    while (!a->ready && !a->failed) uv_run(&a->loop, UV_RUN_ONCE);
    if (a->failed) {
        fprintf(stderr, "shiftwall audit: Redis: %s\n", a->reason);
        return SW_TOOL_CONNECT;
    }
    bool same = false;
    int status;
    while ((status = look(a, &same)) == SW_TOOL_DIFFERS && uv_hrtime() / 1000000 < deadline) {
        (void)usleep(PAUSE_MS * 1000);
        (void)uv_run(&a->loop, UV_RUN_NOWAIT);
        uv_update_time(&a->loop);
    }
    if (status != SW_TOOL_CONNECT) report(a, same);
    return status;
}

static bool read_options(struct audit *a, const struct sw_tool_args *args, struct sw_redis_options *redis) {
    const char *url = sw_tool_option(args, "--redis"), *daemon = sw_tool_option(args, "--url");
    a->site = sw_tool_option(args, "--site");
    a->url = daemon ? daemon : "http://127.0.0.1:8080";
    a->virtual = sw_tool_option(args, "--virtual-clock") != NULL;
    a->wait_s = WAIT_S;
    if (!url || !a->site || args->operand_count) {
        fputs("shiftwall audit: --redis and --site are needed, and no file (see --help)\n", stderr);
        return false;
    }
    if (sw_redis_url_parse(url, &redis->address)) {
        fputs("shiftwall audit: --redis: not a Redis URL (see --help)\n", stderr);
        return false;
    }
    if (!sw_site_name_is_valid(a->site)) {
        fprintf(stderr, "shiftwall audit: --site %s: must match [a-z0-9][a-z0-9-]{0,31}\n", a->site);
        return false;
    }
    (void)snprintf(a->journal, sizeof a->journal, "sw:{%s}:journal", a->site);
    return sw_tool_integer("audit", args, "--wait", 0, 3600, &a->wait_s);
}

int sw_tool_audit(int argc, char **argv) {
    static const struct sw_tool_option known[] = {{"--redis", false}, {"--site", false}, {"--url", false},
                                                  {"--wait", false},  {"--virtual-clock", true}, {NULL, false}};
    struct sw_tool_args args;
    if (sw_tool_parse("audit", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    struct audit a = {0};
    struct sw_redis_options redis = {.command_ms = 60000};
    if (!read_options(&a, &args, &redis)) return SW_TOOL_USAGE;
    SW_ASSERT(uv_loop_init(&a.loop) == 0);
    const struct sw_redis_handler handler = {.state = on_state};
    a.conn = sw_redis_conn_new(&a.loop, &redis, &handler, &a);
    sw_redis_conn_start(a.conn);
    int status = run(&a);
    sw_redis_conn_close(a.conn, NULL, NULL);
    uv_run(&a.loop, UV_RUN_DEFAULT);
    SW_ASSERT(uv_loop_close(&a.loop) == 0);
    free_views(&a);
    sw_recount_free(a.recount);
    return status;
}
