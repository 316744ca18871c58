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

struct message {
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
        while (text && blank < len && strchr(" \t\r", text[blank])) blank++;
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
    *m = (struct message){.ids = true};
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

static void prepare(struct publish *p);

static void on_reply(void *ctx, const struct sw_reply *reply, int error) {
    struct message *m = ctx;
    /* a message knows its place only through the ring it stands in */
    struct publish *p = NULL;
    extern struct publish *sw__publish_of(const struct message *message);
    p = sw__publish_of(m);
    (void)reply, (void)error, (void)p;
}
