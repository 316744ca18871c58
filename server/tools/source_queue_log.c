/* shiftwall source queue_log: Asterisk's queue_log, followed while it is written.
 *
 * The log is the only memory. After a start everything from the first file that was ever read (as far as it still lies there) is read
 * once more without a word, up to the position on disk: that brings back who is signed in and which calls are open, and the same lines
 * give the same ids. The position is written after Redis has acknowledged; what was sent and not noted is found in the journal. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/queue_log.h"
#include "core/zone.h"
#include "io/log.h"
#include "io/log_tail.h"
#include "io/zone_load.h"
#include "shiftwall/buf.h"
#include "tools/follow_ledger.h"
#include "tools/position_file.h"
#include "tools/queue_log_lists.h"
#include "tools/source.h"
#include "tools/source_sent.h"

#define SAVE_MS 250
#define SAVE_RETRY_MS 5000
#define CLOCK_MS 500
#define CLOCK_LATE_MS 2000          /* a line may be so late: the clock lags by it */
#define SENT_MARGIN_MS (10 * 60000) /* the journal is read from so long before what is known to be in it */
#define PAST_BYTES_MAX ((int64_t)512 << 20) /* read again after a start */
#define STATUS_BYTES 512

static const char help[] =
    "usage: shiftwall source queue_log --follow FILE --state DIR --redis URL --site NAME [options]\n"
    "\n"
    "Follows Asterisk's queue_log (/var/log/asterisk/queue_log) while it is written, across rotations by renaming or by copying,\n"
    "and takes up where it was after a restart: nothing is lost or sent twice as long as the rotated files still lie beside FILE\n"
    "(FILE.1, FILE-20261123, also with .gz).\n"
    "\n"
    "  --follow FILE   the log\n"
    "  --state DIR     a folder of its own to keep the position in ($STATE_DIRECTORY, as systemd sets it)\n"
    "  --from-start    when there is no position yet: send FILE from its first line. Else the first start begins with what is\n"
    "                  written from now on, after the state of the agents who are signed in and of the calls that are open.\n"
    "  --zone ZONE     IANA time zone of local timestamps; epoch seconds, as usual in the file, need none\n"
    "  --alias FILE    which interface is which member: lines INTERFACE=NAME (PJSIP/101=Alice); see `shiftwall import --help`\n";

enum resume {
    BY_PLACE, /* from a place in a file */
    BY_TIME,  /* from a time: the place is not known */
    BY_END,   /* from what is written from now on */
    BY_START  /* from the first line */
};

/* An event the outbox had no room for. */
struct waiting {
    struct waiting *next;
    uint64_t ordinal;
    size_t len;
    char json[];
};

struct follow {
    struct sw_source *source;
    const char *path;
    struct sw_zone *zone;
    struct sw_queue_log *log;
    struct sw_log_tail *tail;
    struct sw_position_file *position; /* NULL with --dry-run */
    struct sw_source_sent *sent;       /* NULL when there is nothing to compare with */
    uv_timer_t save, clock;
    struct sw_log_head *files; /* of this life, the first one read first; the last one is at hand */
    size_t file_count;
    struct sw_log_mark mark; /* where to resume */
    int64_t position_changed_ms;
    char entry[SW_LOG_ENTRY_MAX];
    enum resume resume;
    bool in_resume_file; /* of BY_PLACE: it is at hand, or behind us */
    bool reached;        /* events are sent from here on */
    bool quiet;          /* what is read was told in an earlier life */
    uint64_t done_before; /* events up to this ordinal are not sent */
    struct sw_ledger ledger;
    struct waiting *waiting, **last_waiting;
    uint64_t acknowledged; /* the outbox's number */
    uint64_t last_line_at; /* uv_now of the latest line */
    uint64_t sent_events, duplicates, rotations, cut;
    bool asking, at_end, stopping, save_failed;
    bool is_damaged; /* the position was */
};

/* ---- the position ---- */

static struct sw_ledger_place next_place(const struct follow *f) {
    return (struct sw_ledger_place){.file = f->file_count ? f->file_count - 1 : 0,
                                    .offset = sw_log_tail_offset(f->tail),
                                    .line = sw_log_tail_line(f->tail),
                                    .time_ms = sw_queue_log_now_ms(f->log)};
}

/* How far everything is acknowledged now. False when there is nothing to tell yet. */
static bool present_mark(struct follow *f, struct sw_log_mark *mark) {
    if (!f->reached || !f->file_count) return false;
    if (sw_log_tail_file(f->tail)) f->files[f->file_count - 1] = sw_log_file_head(sw_log_tail_file(f->tail));
    uint64_t done = f->waiting ? f->waiting->ordinal - 1 : sw_queue_log_counters(f->log)->events, events;
    const struct sw_ledger_entry *oldest = sw_ledger_oldest(&f->ledger, done, sw_queue_log_begun(f->log), &events);
    struct sw_ledger_place place = oldest ? oldest->place : next_place(f);
    *mark = (struct sw_log_mark){.file = f->files[place.file],
                                 .offset = place.offset,
                                 .line = place.line,
                                 .events = events,
                                 .snapshot = oldest && oldest->kind == SW_LEDGER_SNAPSHOT,
                                 .origin = f->files[0],
                                 .time_ms = place.time_ms};
    memcpy(mark->entry, f->entry, sizeof mark->entry);
    return true;
}

static void on_save(uv_timer_t *timer) {
    struct follow *f = timer->data;
    struct sw_log_mark mark;
    if (!f->position || !present_mark(f, &mark)) return;
    if (sw_position_file_write(f->position, &mark)) {
        if (!f->save_failed)
            sw_log(SW_LOG_ERROR, "source.position", "src=%s path=%s text=%s", f->source->src, sw_position_file_path(f->position),
                   strerror(errno));
        f->save_failed = true;
        if (!f->stopping) uv_timer_start(&f->save, on_save, SAVE_RETRY_MS, 0);
        return;
    }
    if (f->save_failed) sw_log(SW_LOG_INFO, "source.position", "src=%s text=%s", f->source->src, "written again");
    f->save_failed = false;
}

static void save_soon(struct follow *f) {
    if (!f->stopping && !uv_is_active((uv_handle_t *)&f->save)) uv_timer_start(&f->save, on_save, SAVE_MS, 0);
}

static void on_acknowledged(void *self, uint64_t seq, const char *entry) {
    struct follow *f = self;
    f->acknowledged = seq;
    (void)snprintf(f->entry, sizeof f->entry, "%s", entry);
    sw_ledger_acknowledged(&f->ledger, seq);
    save_soon(f);
}

/* ---- events ---- */

/* Hands an event over. False when there is no room. */
static bool hand_over(struct follow *f, const char *json, size_t len, uint64_t ordinal) {
    uint64_t seq;
    if (sw_source_add(f->source, json, len, &seq)) return false;
    f->sent_events++;
    if (seq > f->acknowledged) sw_ledger_sent(&f->ledger, seq, ordinal);
    return true;
}

static void wait_for_room(struct follow *f, const char *json, size_t len, uint64_t ordinal) {
    struct waiting *w = sw_xmalloc(sizeof *w + len);
    *w = (struct waiting){.ordinal = ordinal, .len = len};
    memcpy(w->json, json, len);
    *f->last_waiting = w;
    f->last_waiting = &w->next;
    sw_log_tail_pause(f->tail); /* what waits is at most what one line or the clock gives at once */
}

static void on_room(void *self) {
    struct follow *f = self;
    struct waiting *w;
    while ((w = f->waiting) && hand_over(f, w->json, w->len, w->ordinal)) {
        f->waiting = w->next;
        if (!f->waiting) f->last_waiting = &f->waiting;
        free(w);
    }
    if (!f->waiting && !f->stopping) sw_log_tail_resume(f->tail);
}

/* The id of an event of ours, and the second of its line. */
static const char *id_of(const char *json, size_t len, size_t *id_len, int64_t *second) {
    static const char before[] = "\"id\":\"";
    const char *id = memmem(json, len, before, sizeof before - 1);
    SW_ASSERT(id);
    id += sizeof before - 1;
    *id_len = (size_t)((const char *)memchr(id, '"', (size_t)(json + len - id)) - id);
    *second = strtoll(id + 3, NULL, 10); /* ql:SECOND:LINE:N */
    return id;
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct follow *f = ctx;
    uint64_t ordinal = sw_queue_log_counters(f->log)->events;
    if (!f->reached || ordinal <= f->done_before) return;
    size_t id_len;
    int64_t second;
    const char *id = id_of(json, len, &id_len, &second);
    if (f->resume == BY_TIME && second < f->mark.time_ms / 1000) return;
    if (f->sent && sw_source_sent_has(f->sent, id, id_len)) {
        f->duplicates++;
        return;
    }
    if (f->waiting || !hand_over(f, json, len, ordinal)) wait_for_room(f, json, len, ordinal);
}

static void on_message(void *ctx, uint64_t line, const char *text) {
    struct follow *f = ctx;
    const struct sw_log_file *file = f->tail ? sw_log_tail_file(f->tail) : NULL;
    if (!f->quiet)
        sw_log(SW_LOG_WARN, "source.line", "src=%s file=%s line=%llu text=%s", f->source->src, file ? file->name : "-",
               (unsigned long long)line, text);
}

static void on_learnt(void *ctx, uint64_t line, const char *interface, const char *name) {
    struct follow *f = ctx;
    if (!f->quiet)
        sw_log(SW_LOG_INFO, "source.alias", "src=%s interface=%s name=%s line=%llu", f->source->src, interface, name,
               (unsigned long long)line);
}

/* ---- lines ---- */

/* From here on events are sent. */
static void reach(struct follow *f, const struct sw_ledger_place *place) {
    bool snapshot = f->resume == BY_END || (f->resume == BY_PLACE && f->mark.snapshot);
    f->reached = true;
    f->quiet = f->resume == BY_TIME;
    f->done_before = f->resume == BY_TIME ? 0 : sw_queue_log_begun(f->log) + (f->resume == BY_PLACE ? f->mark.events : 0);
    if (snapshot) {
        sw_ledger_begin(&f->ledger, SW_LEDGER_SNAPSHOT, sw_queue_log_begun(f->log) + 1, place);
        sw_queue_log_snapshot(f->log);
    }
    if (f->resume == BY_START || f->resume == BY_END) on_save(&f->save); /* before the first event goes out */
}

/* Whether the line is of a queue that --queues wants; lines of no queue are of all of them. */
static bool is_wanted(const struct follow *f, const char *text, size_t len) {
    char queue[4 * SW_ID_CHARS_MAX + 1];
    const char *end = text + len, *from = memchr(text, '|', len);
    if (from) from = memchr(from + 1, '|', (size_t)(end - from - 1));
    const char *to = from ? memchr(from + 1, '|', (size_t)(end - from - 1)) : NULL;
    if (!to || to - from - 1 >= (ptrdiff_t)sizeof queue || to == from + 1) return true;
    memcpy(queue, from + 1, (size_t)(to - from - 1));
    queue[to - from - 1] = '\0';
    return !strcmp(queue, "NONE") || sw_source_wants_queue(f->source, queue);
}

static void on_line(void *ctx, const char *text, size_t len, uint64_t line, uint64_t offset) {
    struct follow *f = ctx;
    struct sw_ledger_place place = {f->file_count - 1, offset, line, sw_queue_log_now_ms(f->log)};
    if (!f->reached && f->in_resume_file && offset >= f->mark.offset) {
        if (offset != f->mark.offset || line != f->mark.line)
            sw_log(SW_LOG_WARN, "source.position_odd", "src=%s line=%llu expected=%llu", f->source->src, (unsigned long long)line,
                   (unsigned long long)f->mark.line);
        reach(f, &place);
    }
    f->at_end = false;
    f->last_line_at = uv_now(f->source->loop);
    if (!is_wanted(f, text, len)) return;
    uint64_t before = sw_queue_log_begun(f->log);
    sw_queue_log_read(f->log, line, text, len);
    if (f->reached && sw_queue_log_begun(f->log) > before) sw_ledger_begin(&f->ledger, SW_LEDGER_LINE, before + 1, &place);
}

static void on_next_file(struct follow *f, const struct sw_log_file *file) {
    f->files = sw_xrealloc(f->files, (f->file_count + 1) * sizeof *f->files);
    f->files[f->file_count++] = sw_log_file_head(file);
    f->rotations += f->file_count > 1 && f->reached;
    sw_log(SW_LOG_INFO, "source.file", "src=%s file=%s", f->source->src, file->name);
    if (f->reached) return;
    const struct sw_ledger_place place = {f->file_count - 1, 0, 1, sw_queue_log_now_ms(f->log)};
    bool passed = f->in_resume_file;
    f->in_resume_file = f->resume == BY_PLACE && (passed || sw_log_head_matches(&f->mark.file, file->head, file->head_len, file->device, file->inode));
    if (passed || f->resume == BY_START || f->resume == BY_TIME) reach(f, &place);
}

static void on_news(void *ctx, enum sw_log_news news, struct sw_log_file *file, const char *text) {
    struct follow *f = ctx;
    const char *src = f->source->src, *name = file ? file->name : f->path;
    switch (news) {
    case SW_LOG_NEXT: on_next_file(f, file); break;
    case SW_LOG_MISSING: sw_log(SW_LOG_WARN, "source.file_missing", "src=%s file=%s text=%s", src, name, text); break;
    case SW_LOG_CUT:
        f->cut++;
        sw_log(SW_LOG_WARN, "source.file_cut", "src=%s file=%s text=%s", src, name, "no copy of it lies beside it: lines may be lost");
        break;
    case SW_LOG_COMPRESSED:
        f->cut += f->reached || f->in_resume_file;
        sw_log(f->reached || f->in_resume_file ? SW_LOG_ERROR : SW_LOG_INFO, "source.compressed", "src=%s file=%s text=%s", src, name,
               f->reached || f->in_resume_file ? "its lines are lost: only .gz can be read" : "not read: only .gz can be");
        break;
    case SW_LOG_DAMAGED: sw_log(SW_LOG_ERROR, "source.file_damaged", "src=%s file=%s text=%s", src, name, text); break;
    case SW_LOG_ENDLESS:
        sw_log(SW_LOG_WARN, "source.line_endless", "src=%s file=%s text=%s", src, name, "a line of more than 1 MiB: left out up to its end");
        break;
    }
}

static void on_idle(void *ctx) {
    struct follow *f = ctx;
    f->at_end = true;
    if (!f->reached) {
        struct sw_ledger_place place = next_place(f);
        if (f->resume == BY_PLACE && place.offset < f->mark.offset)
            sw_log(SW_LOG_WARN, "source.position_odd", "src=%s text=%s", f->source->src, "the file is shorter than it was");
        reach(f, &place);
    }
    if (f->resume == BY_TIME) f->resume = BY_PLACE; /* what comes now is new */
    f->quiet = false;
    save_soon(f);
    char status[STATUS_BYTES];
    (void)snprintf(status, sizeof status, "following %s", f->path);
    sw_source_ready(f->source, status);
}

/* No line came: time goes on nevertheless. */
static void on_clock(uv_timer_t *timer) {
    struct follow *f = timer->data;
    uint64_t since_ms = uv_now(f->source->loop) - f->last_line_at;
    int64_t now_ms = sw_queue_log_now_ms(f->log);
    if (!f->reached || !f->at_end || f->waiting || !now_ms || since_ms < CLOCK_LATE_MS) return;
    uint64_t before = sw_queue_log_begun(f->log);
    sw_queue_log_advance(f->log, now_ms + (int64_t)since_ms - CLOCK_LATE_MS);
    const struct sw_ledger_place place = next_place(f);
    if (sw_queue_log_begun(f->log) > before) sw_ledger_begin(&f->ledger, SW_LEDGER_CLOCK, before + 1, &place);
    save_soon(f);
}

/* ---- the beginning ---- */

static size_t find_head(const struct sw_log_files *files, const struct sw_log_head *head) {
    for (size_t i = files->count; i-- > 0;) {
        const struct sw_log_file *file = files->files[i];
        if (!file->is_unreadable && sw_log_head_matches(head, file->head, file->head_len, file->device, file->inode)) return i;
    }
    return files->count;
}

/* The file to read first. */
static size_t choose_first(struct follow *f, const struct sw_log_files *files) {
    size_t live = files->count && files->files[files->count - 1]->is_live ? files->count - 1 : files->count;
    if (f->resume == BY_START) return live;
    size_t first = 0, at = files->count;
    if (f->resume == BY_PLACE) at = find_head(files, &f->mark.file);
    if (f->resume == BY_PLACE && at == files->count) {
        f->resume = BY_TIME;
        sw_log(SW_LOG_WARN, "source.position_lost", "src=%s text=%s", f->source->src,
               "the file it was in is gone: resumed by the time of the lines; what stood in it alone is lost");
    }
    size_t origin = f->resume == BY_END ? 0 : find_head(files, &f->mark.origin);
    if (origin < files->count) first = origin;
    int64_t bytes = 0; /* of the past no more than is soon read */
    size_t bound = files->count;
    while (bound > first && bytes < PAST_BYTES_MAX) bytes += files->files[--bound]->size;
    if (bound > first) first = bound;
    if (f->resume != BY_END && f->mark.origin.hash && first != origin)
        sw_log(SW_LOG_INFO, "source.past", "src=%s text=%s", f->source->src,
               "the first file of the log is gone, or too much lies between: agents who joined before may be missing until they are seen");
    return first > at ? at : first;
}

static void begin_reading(struct follow *f) {
    static const struct sw_log_tail_handler handler = {.line = on_line, .news = on_news, .idle = on_idle};
    struct sw_log_files files;
    if (sw_log_files_open(f->path, &files)) {
        sw_log(SW_LOG_ERROR, "source.file", "src=%s file=%s text=%s", f->source->src, f->path, strerror(errno));
        sw_source_stop(f->source, SW_TOOL_INPUT);
        return;
    }
    size_t first = choose_first(f, &files);
    f->quiet = true;
    f->tail = sw_log_tail_new(f->source->loop, f->path, &files, first, &handler, f);
    sw_log_tail_start(f->tail);
}

static void on_sent_read(void *ctx, int error, const char *text) {
    struct follow *f = ctx;
    f->asking = false;
    if (error == -SW_EIO || f->stopping) return; /* Redis is lost, and comes anew */
    if (error)
        sw_log(SW_LOG_WARN, "source.journal", "src=%s text=%s", f->source->src, text);
    if (f->is_damaged && sw_source_sent_newest_ms(f->sent) >= 0) {
        f->resume = BY_TIME;
        f->mark.time_ms = sw_source_sent_newest_ms(f->sent);
        sw_log(SW_LOG_WARN, "source.position", "src=%s text=%s", f->source->src, "resumed by the time of its newest event in the journal");
    }
    begin_reading(f);
}

static void on_redis_up(void *self) {
    struct follow *f = self;
    if (f->tail || f->asking || f->stopping) return;
    int64_t since_ms = *f->mark.entry ? strtoll(f->mark.entry, NULL, 10) : f->position_changed_ms;
    f->asking = !sw_source_sent_read(f->sent, sw_source_redis(f->source), f->is_damaged ? 0 : since_ms - SENT_MARGIN_MS, on_sent_read, f);
}

static void start(void *self) {
    struct follow *f = self;
    uv_timer_init(f->source->loop, &f->save);
    uv_timer_init(f->source->loop, &f->clock);
    f->save.data = f->clock.data = f;
    uv_timer_start(&f->clock, on_clock, CLOCK_MS, CLOCK_MS);
    sw_source_ready(f->source, "waiting for Redis");
    if (!f->sent) begin_reading(f); /* the journal has nothing of ours: where we begin is noted at once */
}

/* ---- options ---- */

static int64_t local_to_utc(void *ctx, int year, int month, int day, int64_t ms_of_day) {
    return sw_zone_local_to_utc(((struct follow *)ctx)->zone, year, month, day, ms_of_day);
}

static int open_log(struct follow *f) {
    const struct sw_queue_log_options options = {.local_to_utc = f->zone ? local_to_utc : NULL,
                                                 .event = on_event,
                                                 .message = on_message,
                                                 .learnt = on_learnt,
                                                 .ctx = f,
                                                 .src = f->source->src,
                                                 .wrapup_ms = f->source->wrapup_ms > 0 ? f->source->wrapup_ms : 0};
    f->log = sw_queue_log_new(&options);
    return sw_queue_log_lists("source", f->log, sw_tool_option(f->source->args, "--alias"),
                              sw_tool_option(f->source->args, "--reasons"));
}

static int open_position(struct follow *f) {
    const char *dir = sw_tool_option(f->source->args, "--state");
    char error[5000];
    if (f->source->dry_run) return SW_TOOL_OK;
    if (!dir) dir = getenv("STATE_DIRECTORY");
    if (!dir) {
        fputs("shiftwall source: --state is needed (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    f->position = sw_position_file_open(dir, f->source->src, error, sizeof error);
    if (!f->position) {
        fprintf(stderr, "shiftwall source: --state %s\n", error);
        return SW_TOOL_INPUT;
    }
    int failed = sw_position_file_read(f->position, &f->mark, &f->position_changed_ms);
    const char *path = sw_position_file_path(f->position);
    if (failed == -SW_ENOENT) return SW_TOOL_OK;
    if (failed == -SW_EINVAL || failed == -SW_EIO) {
        fprintf(stderr, "shiftwall source: %s: %s\n", path, failed == -SW_EIO ? strerror(errno) : "of a later version than this program");
        return SW_TOOL_INPUT;
    }
    f->sent = sw_source_sent_new(f->source->site, f->source->src);
    if (!failed) {
        f->resume = BY_PLACE;
        memcpy(f->entry, f->mark.entry, sizeof f->entry);
        return SW_TOOL_OK;
    }
    f->is_damaged = true;
    sw_log(SW_LOG_ERROR, "source.position", "src=%s path=%s text=%s", f->source->src, path, "damaged, and put aside");
    return sw_position_file_put_aside(f->position) ? SW_TOOL_INPUT : SW_TOOL_OK;
}

static void free_follow(void *self) {
    struct follow *f = self;
    sw_queue_log_free(f->log);
    sw_zone_free(f->zone);
    sw_position_file_close(f->position);
    sw_source_sent_free(f->sent);
    sw_ledger_free(&f->ledger);
    for (struct waiting *w; (w = f->waiting);) {
        f->waiting = w->next;
        free(w);
    }
    free(f->files);
    free(f);
}

static int open_follow(struct sw_source *source, void **self) {
    struct follow *f = sw_xcalloc(1, sizeof *f);
    const char *zone = sw_tool_option(source->args, "--zone");
    f->source = source;
    f->path = sw_tool_option(source->args, "--follow");
    f->resume = sw_tool_option(source->args, "--from-start") ? BY_START : BY_END;
    f->last_waiting = &f->waiting;
    int status = SW_TOOL_USAGE;
    if (!f->path || !*f->path || f->path[strlen(f->path) - 1] == '/')
        fputs("shiftwall source: --follow FILE is needed (see --help)\n", stderr);
    else if (zone && !(f->zone = sw_zone_load(zone)))
        fprintf(stderr, "shiftwall source: --zone %s: no such time zone\n", zone);
    else if ((status = open_log(f)) == SW_TOOL_OK)
        status = open_position(f);
    if (status == SW_TOOL_OK) *self = f;
    else free_follow(f);
    return status;
}

/* ---- the end ---- */

static void log_counters(void *self) {
    struct follow *f = self;
    const struct sw_queue_log_counters *c = sw_queue_log_counters(f->log);
    struct sw_outbox *outbox = sw_source_outbox(f->source);
    struct sw_outbox_counters o = {0};
    if (outbox) o = sw_outbox_counters(outbox);
    sw_log(SW_LOG_INFO, "source.counters",
           "src=%s lines=%llu events=%llu malformed=%llu unknown=%llu skipped=%llu sent=%llu acknowledged=%llu duplicates=%llu rotations=%llu "
           "lost_files=%llu sent_again=%llu refused=%llu redis_losses=%llu",
           f->source->src, (unsigned long long)c->lines, (unsigned long long)c->events, (unsigned long long)c->malformed,
           (unsigned long long)c->unknown, (unsigned long long)c->skipped, (unsigned long long)f->sent_events,
           (unsigned long long)o.acknowledged, (unsigned long long)f->duplicates, (unsigned long long)f->rotations,
           (unsigned long long)f->cut, (unsigned long long)o.sent_again, (unsigned long long)o.refused, (unsigned long long)o.losses);
}

static void quiesce(void *self) {
    struct follow *f = self;
    f->stopping = true;
    if (f->tail) sw_log_tail_pause(f->tail);
    uv_timer_stop(&f->clock);
}

static void close_follow(void *self) {
    struct follow *f = self;
    f->stopping = true;
    on_save(&f->save);
    if (f->tail) sw_log_tail_close(f->tail);
    uv_close((uv_handle_t *)&f->save, NULL);
    uv_close((uv_handle_t *)&f->clock, NULL);
}

static const struct sw_tool_option options[] = {{"--follow", false}, {"--state", false}, {"--from-start", true},
                                                {"--zone", false},   {"--alias", false}, {NULL, false}};

const struct sw_source_kind sw_source_queue_log = {.name = "queue_log",
                                                   .what = "follow Asterisk's queue_log, for those who cannot open AMI",
                                                   .help = help,
                                                   .options = options,
                                                   .open = open_follow,
                                                   .start = start,
                                                   .redis_up = on_redis_up,
                                                   .acknowledged = on_acknowledged,
                                                   .room = on_room,
                                                   .log_counters = log_counters,
                                                   .quiesce = quiesce,
                                                   .close = close_follow,
                                                   .free = free_follow};
