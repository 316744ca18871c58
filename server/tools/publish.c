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
#include "io/outbox.h"
#include "shiftwall/buf.h"
#include "tools/lines.h"
#include "tools/tools.h"

#define LINES_UNDER_WAY 16384 /* read and not acknowledged */
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

/* A line that was handed over, until it is acknowledged. */
struct line {
    uint64_t number, events;
};

/* A line that is read and not handed over yet. */
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
    struct sw_outbox *outbox;
    struct sw_outbox_counters sent;
    struct sw_lines *lines;
    const char *path;
    bool plain, ended, interrupted, closing;
    size_t batch_max;
    double speed;
    int64_t pace_ts_ms;
    uint64_t pace_start, wait_ms;
    struct next_line next;
    struct line ring[LINES_UNDER_WAY]; /* by the outbox's number */
    uint64_t read, acknowledged, events, left_out, next_line_number;
    uint64_t started;
    int status;
};

/* ---- the end ---- */

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
    p->sent = sw_outbox_counters(p->outbox);
    sw_outbox_close(p->outbox, NULL, NULL);
}

static void stop(struct publish *p, int status, const char *text, const char *reason) {
    if (p->closing) return;
    bool pending = sw_outbox_pending(p->outbox) > 0;
    fprintf(stderr, "shiftwall publish: %s%s%s; %" PRIu64 " lines were acknowledged, the next is line %" PRIu64 "\n", text,
            *reason ? ": " : "", reason, p->acknowledged,
            pending        ? p->ring[sw_outbox_next(p->outbox) % LINES_UNDER_WAY].number
            : p->next.full ? p->next.number
                           : p->next_line_number);
    finish(p, status);
}

/* ---- lines ---- */

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
        p->next_line_number = number + 1;
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

/* Hands the line over. False when there is no room for now. */
static bool hand_over(struct publish *p) {
    struct next_line *line = &p->next;
    unsigned flags = (line->alone ? SW_OUTBOX_ALONE : 0u) | (line->ids ? 0u : SW_OUTBOX_NO_ID);
    uint64_t seq;
    if (sw_outbox_add(p->outbox, line->text.data, line->text.len, flags, &seq)) return false;
    p->ring[seq % LINES_UNDER_WAY] = (struct line){line->number, line->events};
    line->full = false;
    return true;
}

static void pump(struct publish *p) {
    if (p->closing || !sw_outbox_is_up(p->outbox)) return;
    while (!p->interrupted && !p->ended) {
        enum sw_lines_result result = p->next.full ? SW_LINES_LINE : read_line(p);
        if (result == SW_LINES_END || result == SW_LINES_FAILED) p->ended = true;
        if (result == SW_LINES_FAILED) {
            fprintf(stderr, "shiftwall publish: %s: cannot be read on\n", p->path);
            p->status = SW_TOOL_INPUT;
        }
        if (result != SW_LINES_LINE || !is_due(p) || !hand_over(p)) break;
    }
    if (sw_outbox_pending(p->outbox) || !(p->ended || p->interrupted)) return;
    if (p->interrupted) stop(p, SW_TOOL_DIFFERS, "interrupted", "");
    else finish(p, p->left_out ? SW_TOOL_DIFFERS : SW_TOOL_OK);
}

/* ---- the outbox ---- */

static void on_acknowledged(void *ctx, uint64_t seq, const char *entry) {
    struct publish *p = ctx;
    (void)entry;
    while (p->acknowledged < seq) p->events += p->ring[++p->acknowledged % LINES_UNDER_WAY].events;
    pump(p);
}

static void on_room(void *ctx) { pump(ctx); }

static void on_refused(void *ctx, bool is_function, const char *text) {
    if (is_function) stop(ctx, SW_TOOL_CONNECT, "Redis refuses the function sw_emit", text);
    else stop(ctx, SW_TOOL_DIFFERS, "Redis refused a message", text);
}

static void on_stuck(void *ctx, const char *reason) {
    stop(ctx, SW_TOOL_CONNECT, "the connection was lost, and events without an id cannot be sent again safely", reason);
}

static void on_give_up(uv_timer_t *timer) {
    struct publish *p = timer->data;
    stop(p, SW_TOOL_CONNECT, "Redis cannot be reached", sw_outbox_reason(p->outbox));
}

static void on_state(void *ctx, bool up, const char *reason) {
    struct publish *p = ctx;
    (void)reason;
    if (p->closing) return;
    if (up) {
        uv_timer_stop(&p->give_up);
        pump(p);
    } else if (!uv_is_active((uv_handle_t *)&p->give_up)) {
        uv_timer_start(&p->give_up, on_give_up, p->wait_ms, 0);
    }
}

/* ---- the rest ---- */

static void on_more(void *ctx) { pump(ctx); }

static void on_last_answers(uv_timer_t *timer) { stop(timer->data, SW_TOOL_DIFFERS, "interrupted", ""); }

static void on_signal(uv_signal_t *handle, int number) {
    struct publish *p = handle->data;
    (void)number;
    if (p->interrupted || !sw_outbox_is_up(p->outbox)) {
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
            p->read, p->acknowledged, p->events, p->sent.messages, p->left_out, p->sent.sent_again,
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
    const struct sw_outbox_options options = {.redis = {.address = *address, .backoff_max_ms = 1000},
                                              .site = site,
                                              .plain = p->plain,
                                              .message_events = p->batch_max,
                                              .events_max = LINES_UNDER_WAY,
                                              .bytes_max = SW_OUTBOX_WINDOW * SW_BATCH_BYTES_MAX};
    const struct sw_outbox_handler handler = {.state = on_state,
                                              .acknowledged = on_acknowledged,
                                              .room = on_room,
                                              .refused = on_refused,
                                              .stuck = on_stuck};
    p->outbox = sw_outbox_new(&p->loop, &options, &handler, p);
    sw_buf_init(&p->next.text, SW_BATCH_BYTES_MAX);
    p->pace_ts_ms = -1;
    p->next_line_number = 1;
    p->started = uv_now(&p->loop);
    init_handles(p);
    sw_outbox_start(p->outbox);
    uv_run(&p->loop, UV_RUN_DEFAULT);
    print_summary(p);
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
