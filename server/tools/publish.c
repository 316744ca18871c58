/* shiftwall publish: sends events from a file, journaled or plain, batched and with a bounded number under way. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "codec/event_json.h"
#include "io/feed_emit.h"
#include "io/redis_conn.h"
#include "shiftwall/buf.h"
#include "tools/lines.h"
#include "tools/tools.h"

#define WINDOW 64 /* messages sent and not acknowledged */
#define WAIT_S 10
#define REPORTS_MAX 20
#define PROGRESS_TTY_MS 500
#define PROGRESS_MS 10000
#define LAST_ANSWERS_MS 5000 /* after an interrupt */

static const char help[] =
    "usage: shiftwall publish --redis URL --site NAME [options] FILE\n"
    "\n"
    "Sends the events of a file (- for standard input), one JSON event or batch a line, to a site. They go through the\n"
    "journal, so that none is lost or counted twice; lines are sent together, up to 256 events or 64 KiB a message.\n"
    "\n"
    "  --redis URL     redis://[user[:password]@]host[:port][/db] or unix:///path/to/socket\n"
    "  --site NAME     the site's id\n"
    "  --speed X       keep the events' own pace, X times as fast, by their ts (default: as fast as Redis takes them)\n"
    "  --batch N       at most N events a message, 1 to 256 (256)\n"
    "  --plain         PUBLISH without the journal: what nobody listens to is lost\n"
    "  --wait SECONDS  how long to go on trying to reach Redis (10)\n"
    "  --help          this text\n"
    "\n"
    "Lines are sent as they are; only those longer than an event (16 KiB) or a batch (64 KiB) may be are left out. When the\n"
    "connection is lost, what was not acknowledged is sent again if each of its events has an id, since then nothing can\n"
    "count twice; else the program stops and tells which line comes next.\n"
    "\n"
    "Exit status: 0 all lines were acknowledged, 1 some were left out or refused, or it was interrupted, 2 wrong usage,\n"
    "3 the file could not be read, 4 Redis could not be reached or was lost.\n";

struct publish;

struct message {
    struct publish *owner;
    char *json;
    size_t len;
    uint64_t first_line, lines, events;
    bool ids;       /* each event has one, so it may be sent again */
    bool attempted; /* it may be in the journal */
    bool under_way;
    bool done;
};

/* A line that is read but in no message yet. */
struct next_line {
    struct sw_buf text;
    bool full;
    uint64_t number, events;
    bool alone, ids;
    int64_t ts_ms; /* -1 = none */
};

struct publish {
    uv_loop_t loop;
    uv_timer_t pace, progress, give_up;
    uv_signal_t interrupt, terminate;
    struct sw_redis_conn *conn;
    struct sw_emitter *emitter;
    struct sw_lines *lines;
    const char *path;
    char channel[SW_SITE_MAX + 16];
    bool plain, prepared, prepare_again, ended, interrupted, closing;
    size_t batch_max;
    double speed;
    int64_t pace_ts_ms;
    uint64_t pace_start, wait_ms;
    struct next_line next;
    struct message ring[WINDOW];
    size_t head, count;
    uint64_t read, acknowledged, events, messages, left_out, resent, next_unacknowledged;
    uint64_t started;
    int status;
};

static struct message *at(struct publish *p, size_t index) { return &p->ring[(p->head + index) % WINDOW]; }

/* ---- the end ---- */

static void on_conn_closed(void *ctx) {
    struct publish *p = ctx;
    sw_emitter_free(p->emitter);
}

static void finish(struct publish *p, int status) {
    if (p->closing) return;
    p->closing = true;
    if (p->status == SW_TOOL_OK) p->status = status;
    uv_close((uv_handle_t *)&p->pace, NULL);
    uv_close((uv_handle_t *)&p->progress, NULL);
    uv_close((uv_handle_t *)&p->give_up, NULL);
    uv_close((uv_handle_t *)&p->interrupt, NULL);
    uv_close((uv_handle_t *)&p->terminate, NULL);
    sw_lines_close(p->lines);
    sw_redis_conn_close(p->conn, on_conn_closed, p);
}

static void stop(struct publish *p, int status, const char *text, const char *reason) {
    if (p->closing) return;
    fprintf(stderr, "shiftwall publish: %s%s%s; %" PRIu64 " lines were acknowledged, the next is line %" PRIu64 "\n", text,
            *reason ? ": " : "", reason, p->acknowledged, p->count ? at(p, 0)->first_line : p->next_unacknowledged);
    finish(p, status);
}

/* ---- lines to messages ---- */

struct reading {
    struct next_line *line;
    bool first;
};

static void on_member(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)text, (void)len;
    struct reading *r = ctx;
    struct next_line *line = r->line;
    line->events++;
    /* what would break the batch around it goes alone; everything else is for Shiftwall to judge */
    if (reject == SW_REJECT_BAD_JSON || reject == SW_REJECT_TOO_DEEP || reject == SW_REJECT_DUPLICATE_KEY ||
        reject == SW_REJECT_BAD_BATCH || reject == SW_REJECT_TOO_LONG)
        line->alone = true;
    if (event && !event->id) line->ids = false;
    if (event && r->first) line->ts_ms = event->ts_ms;
    r->first = false;
}

static void leave_out(struct publish *p, uint64_t number, size_t max) {
    if (++p->left_out <= REPORTS_MAX)
        fprintf(stderr, "shiftwall publish: %s:%" PRIu64 ": longer than %zu bytes, left out\n", p->path, number, max);
}

/* Reads a line that is to be sent into p->next. */
static enum sw_lines_result read_line(struct publish *p) {
    const char *text;
    size_t len;
    uint64_t number;
    enum sw_lines_result result;
    while ((result = sw_lines_next(p->lines, &text, &len, &number)) == SW_LINES_LINE) {
        p->next_unacknowledged = number + 1;
        size_t blank = 0;
        while (text && blank < len && memchr(" \t\r", text[blank], 3)) blank++;
        if (text && blank == len) continue;
        p->read++;
        bool array = text && text[blank] == '[';
        size_t max = array ? SW_BATCH_BYTES_MAX : SW_EVENT_BYTES_MAX;
        if (!text || len > max) {
            leave_out(p, number, max);
            continue;
        }
        struct next_line *line = &p->next;
        sw_buf_clear(&line->text);
        sw_buf_add(&line->text, text, len);
        line->full = true;
        line->number = number;
        line->events = 0;
        line->alone = array;
        line->ids = true;
        line->ts_ms = -1;
        sw_event_read(text, len, on_member, &(struct reading){line, true});
        return SW_LINES_LINE;
    }
    return result;
}

static void pump(struct publish *p);
static void on_pace(uv_timer_t *timer) { pump(timer->data); }

/* Whether it is time for the line; else the timer calls when it is. */
static bool is_due(struct publish *p) {
    if (p->speed <= 0 || p->next.ts_ms < 0) return true;
    uint64_t now = uv_now(&p->loop);
    if (p->pace_ts_ms < 0) {
        p->pace_ts_ms = p->next.ts_ms;
        p->pace_start = now;
    }
    double due = (double)(p->next.ts_ms - p->pace_ts_ms) / p->speed - (double)(now - p->pace_start);
    if (due < 1) return true;
    uv_timer_start(&p->pace, on_pace, (uint64_t)ceil(due < 86400000 ? due : 86400000), 0);
    return false;
}

/* Makes the next message of the lines at hand. False when there is none for now. */
static bool make_message(struct publish *p, struct message *m) {
    struct sw_buf json;
    sw_buf_init(&json, SW_BATCH_BYTES_MAX);
    *m = (struct message){.owner = p, .ids = true};
    while (m->lines < p->batch_max) {
        enum sw_lines_result result = p->next.full ? SW_LINES_LINE : read_line(p);
        if (result == SW_LINES_END || result == SW_LINES_FAILED) p->ended = true;
        if (result == SW_LINES_FAILED) {
            fprintf(stderr, "shiftwall publish: %s: cannot be read on\n", p->path);
            p->status = SW_TOOL_INPUT;
        }
        if (result != SW_LINES_LINE || !is_due(p)) break;
        if (m->lines && (p->next.alone || json.len + p->next.text.len + 2 > SW_BATCH_BYTES_MAX)) break;
        if (!m->lines) m->first_line = p->next.number;
        sw_buf_puts(&json, p->next.alone ? "" : m->lines ? "," : "[");
        sw_buf_add(&json, p->next.text.data, p->next.text.len);
        m->lines++;
        m->events += p->next.events;
        m->ids &= p->next.ids;
        p->next.full = false;
        if (p->next.alone) break;
    }
    bool array = json.len && json.data[0] == '[' && !(m->lines == 1 && p->next.alone);
    if (array) sw_buf_putc(&json, ']');
    if (array && m->lines == 1) { /* an event alone needs no brackets */
        memmove(json.data, json.data + 1, json.len -= 2);
    }
    m->json = sw_buf_detach(&json, &m->len);
    return m->json != NULL;
}

/* ---- sending ---- */

static void on_reply(void *ctx, const struct sw_reply *reply, int error);

static bool send_message(struct publish *p, struct message *m) {
    int error;
    if (p->plain) {
        const char *argv[] = {"PUBLISH", p->channel, m->json};
        const size_t lens[] = {7, strlen(p->channel), m->len};
        error = sw_redis_conn_send(p->conn, 3, argv, lens, on_reply, m);
    } else {
        error = sw_emitter_send(p->emitter, m->json, m->len, on_reply, m);
    }
    if (error) return false;
    p->resent += m->attempted;
    m->attempted = m->under_way = true;
    return true;
}

static void pump(struct publish *p) {
    if (p->closing || !p->prepared || p->prepare_again) return;
    for (size_t i = 0; i < p->count; i++) {
        struct message *m = at(p, i);
        if (!m->done && !m->under_way && !send_message(p, m)) return;
    }
    while (!p->interrupted && !p->ended && p->count < WINDOW) {
        struct message *m = at(p, p->count);
        if (!make_message(p, m)) break;
        p->count++;
        if (!send_message(p, m)) return;
    }
    if (p->count || !(p->ended || p->interrupted)) return;
    if (p->interrupted) stop(p, SW_TOOL_DIFFERS, "interrupted", "");
    else finish(p, p->left_out ? SW_TOOL_DIFFERS : SW_TOOL_OK);
}

static void acknowledge(struct publish *p, struct message *m) {
    m->done = true;
    p->messages++;
    while (p->count && at(p, 0)->done) {
        struct message *first = at(p, 0);
        p->acknowledged += first->lines;
        p->events += first->events;
        free(first->json);
        p->head = (p->head + 1) % WINDOW;
        p->count--;
    }
}

static bool any_under_way(struct publish *p) {
    for (size_t i = 0; i < p->count; i++)
        if (at(p, i)->under_way) return true;
    return false;
}

static void on_prepared(void *ctx, int error, const char *text) {
    struct publish *p = ctx;
    p->prepare_again = false;
    p->prepared = error == 0;
    if (error == -SW_EACCES) stop(p, SW_TOOL_CONNECT, "Redis refuses the function sw_emit", text);
    else pump(p);
}

static void prepare(struct publish *p) {
    p->prepared = p->plain;
    if (p->plain) pump(p);
    else if (sw_emitter_prepare(p->emitter, on_prepared, p)) p->prepared = false; /* lost again: READY comes anew */
}

static void on_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct message *m = ctx;
    struct publish *p = m->owner;
    m->under_way = false;
    if (p->closing) return;
    if (error) return; /* what becomes of it is decided once the connection's state is told */
    if (sw_reply_type(reply) != SW_REPLY_ERROR) {
        acknowledge(p, m);
    } else if (!p->plain && (sw_reply_is_error(reply, "NOSCRIPT") || strstr(sw_reply_text(reply, NULL), "Function not found"))) {
        m->attempted = false;
        p->prepare_again = true; /* somebody flushed the functions */
    } else {
        stop(p, SW_TOOL_DIFFERS, "Redis refused a message", sw_reply_text(reply, NULL));
        return;
    }
    if (p->prepare_again && !any_under_way(p)) prepare(p);
    else pump(p);
}

static void on_give_up(uv_timer_t *timer) {
    struct publish *p = timer->data;
    stop(p, SW_TOOL_CONNECT, "Redis cannot be reached", sw_redis_conn_reason(p->conn));
}

static void on_state(void *ctx, enum sw_redis_state state, const char *reason) {
    struct publish *p = ctx;
    if (p->closing) return;
    if (state == SW_REDIS_READY) {
        uv_timer_stop(&p->give_up);
        prepare(p);
        return;
    }
    p->prepared = p->prepare_again = false;
    if (state != SW_REDIS_BACKING_OFF) return;
    for (size_t i = 0; i < p->count; i++) {
        struct message *m = at(p, i);
        m->under_way = false;
        if (!m->attempted || m->done || m->ids) continue;
        stop(p, SW_TOOL_CONNECT, "the connection was lost, and events without an id cannot be sent again safely", reason);
        return;
    }
    if (!uv_is_active((uv_handle_t *)&p->give_up)) uv_timer_start(&p->give_up, on_give_up, p->wait_ms, 0);
}

/* ---- the rest ---- */

static void on_more(void *ctx) { pump(ctx); }

static void on_last_answers(uv_timer_t *timer) { stop(timer->data, SW_TOOL_DIFFERS, "interrupted", ""); }

static void on_signal(uv_signal_t *handle, int number) {
    struct publish *p = handle->data;
    (void)number;
    if (p->interrupted || !p->prepared) {
        stop(p, SW_TOOL_DIFFERS, "interrupted", "");
        return;
    }
    p->interrupted = true;
    uv_timer_start(&p->pace, on_last_answers, LAST_ANSWERS_MS, 0);
    pump(p);
}

static void on_progress(uv_timer_t *timer) {
    struct publish *p = timer->data;
    double seconds = (double)(uv_now(&p->loop) - p->started) / 1000;
    bool tty = isatty(STDERR_FILENO);
    fprintf(stderr, "%s%" PRIu64 " lines read, %" PRIu64 " acknowledged, %.0f a second%s", tty ? "\r" : "", p->read,
            p->acknowledged, (double)p->acknowledged / (seconds > 0 ? seconds : 1), tty ? " " : "\n");
}

static void print_summary(struct publish *p) {
    if (isatty(STDERR_FILENO)) fputs("\r", stderr);
    if (p->left_out > REPORTS_MAX) fprintf(stderr, "... and %" PRIu64 " more left out\n", p->left_out - REPORTS_MAX);
    fprintf(stderr, "publish: %" PRIu64 " lines, %" PRIu64 " acknowledged (%" PRIu64 " events in %" PRIu64 " messages), %" PRIu64
            " left out, %" PRIu64 " messages sent again, %.1f s\n",
            p->read, p->acknowledged, p->events, p->messages, p->left_out, p->resent,
            (double)(uv_now(&p->loop) - p->started) / 1000);
}

static void init_handles(struct publish *p) {
    uv_timer_init(&p->loop, &p->pace);
    uv_timer_init(&p->loop, &p->progress);
    uv_timer_init(&p->loop, &p->give_up);
    uv_signal_init(&p->loop, &p->interrupt);
    uv_signal_init(&p->loop, &p->terminate);
    p->pace.data = p->progress.data = p->give_up.data = p->interrupt.data = p->terminate.data = p;
    uv_signal_start(&p->interrupt, on_signal, SIGINT);
    uv_signal_start(&p->terminate, on_signal, SIGTERM);
    uint64_t every = isatty(STDERR_FILENO) ? PROGRESS_TTY_MS : PROGRESS_MS;
    uv_timer_start(&p->progress, on_progress, every, every);
    uv_timer_start(&p->give_up, on_give_up, p->wait_ms, 0);
}

static int run(struct publish *p, const struct sw_redis_address *address, const char *site) {
    if (uv_loop_init(&p->loop)) return SW_TOOL_INPUT;
    p->lines = sw_lines_open(&p->loop, p->path, on_more, p);
    if (!p->lines) {
        fprintf(stderr, "shiftwall publish: %s: %s\n", p->path, strerror(errno));
        uv_loop_close(&p->loop);
        return SW_TOOL_INPUT;
    }
    const struct sw_redis_options options = {.address = *address, .backoff_max_ms = 1000};
    const struct sw_redis_handler handler = {.state = on_state};
    p->conn = sw_redis_conn_new(&p->loop, &options, &handler, p);
    p->emitter = sw_emitter_new(p->conn, site);
    (void)snprintf(p->channel, sizeof p->channel, "sw:{%s}:events", site);
    sw_buf_init(&p->next.text, SW_BATCH_BYTES_MAX);
    p->pace_ts_ms = -1;
    p->next_unacknowledged = 1;
    p->started = uv_now(&p->loop);
    init_handles(p);
    sw_redis_conn_start(p->conn);
    uv_run(&p->loop, UV_RUN_DEFAULT);
    print_summary(p);
    for (size_t i = 0; i < p->count; i++) free(at(p, i)->json);
    sw_buf_deinit(&p->next.text);
    SW_ASSERT(uv_loop_close(&p->loop) == 0);
    return p->status;
}

static bool read_options(struct publish *p, const struct sw_tool_args *args, struct sw_redis_address *address) {
    const char *url = sw_tool_option(args, "--redis"), *site = sw_tool_option(args, "--site");
    const char *speed = sw_tool_option(args, "--speed");
    long batch = SW_BATCH_EVENTS_MAX, wait_s = WAIT_S;
    if (!url || !site || args->operand_count != 1) {
        fputs("shiftwall publish: --redis, --site and one file are needed (see --help)\n", stderr);
        return false;
    }
    if (sw_redis_url_parse(url, address)) {
        fputs("shiftwall publish: --redis: not a Redis URL (see --help)\n", stderr); /* it may hold a password */
        return false;
    }
    if (!sw_site_name_is_valid(site)) {
        fprintf(stderr, "shiftwall publish: --site %s: must match [a-z0-9][a-z0-9-]{0,31}\n", site);
        return false;
    }
    if (!sw_tool_integer("publish", args, "--batch", 1, SW_BATCH_EVENTS_MAX, &batch) ||
        !sw_tool_integer("publish", args, "--wait", 0, 86400, &wait_s))
        return false;
    char *end = NULL;
    p->speed = speed ? strtod(speed, &end) : 0;
    if (speed && (*end || end == speed || !(p->speed >= 0.001 && p->speed <= 1000000))) {
        fprintf(stderr, "shiftwall publish: --speed %s: must be a number from 0.001 to 1000000\n", speed);
        return false;
    }
    p->batch_max = (size_t)batch;
    p->wait_ms = (uint64_t)wait_s * 1000;
    p->plain = sw_tool_option(args, "--plain") != NULL;
    p->path = args->operands[0];
    return true;
}

int sw_tool_publish(int argc, char **argv) {
    static const struct sw_tool_option known[] = {{"--redis", false}, {"--site", false}, {"--speed", false},
                                                  {"--batch", false}, {"--wait", false}, {"--plain", true},
                                                  {NULL, false}};
    struct sw_tool_args args;
    if (sw_tool_parse("publish", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    static struct publish p; /* one a process */
    struct sw_redis_address address;
    if (!read_options(&p, &args, &address)) return SW_TOOL_USAGE;
    return run(&p, &address, sw_tool_option(&args, "--site"));
}
