#include "io/log_tail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shiftwall/buf.h"

#define CHUNK_BYTES 65536
#define TURN_CHUNKS 16     /* read in one turn of the loop: others have work, too */
#define POLL_MS 1000
#define COPY_MS 3000       /* so long the copy of a file that was cut is looked for */
#define ENDLESS_BYTES (1u << 20)

struct sw_log_tail {
    uv_loop_t *loop;
    char *path;
    const char *base; /* of path */
    struct sw_log_tail_handler handler;
    void *ctx;
    uv_timer_t work, poll;
    uv_fs_event_t watch;
    struct sw_log_files files; /* still to come; taken ones are NULL */
    size_t next;
    struct sw_log_file *file; /* at hand */
    uint64_t offset;          /* of the next byte to read in it */
    uint64_t line_offset, line_number;
    char chunk[CHUNK_BYTES];
    size_t chunk_at, chunk_end;
    char line[SW_LOG_LINE_MAX];
    size_t line_len;
    uint64_t line_bytes; /* of the unfinished line, also what is left out of it */
    bool leaving;        /* its successor has begun: once more to the end, and then there */
    bool damaged;        /* it cannot be read on */
    uint64_t cut_at;     /* when it was seen to be cut; 0 = it is not */
    bool told_missing, told_endless, paused, closing;
    unsigned handles;
};

static void begin_work(struct sw_log_tail *t);

static void tell(struct sw_log_tail *t, enum sw_log_news news, struct sw_log_file *file, const char *text) {
    if (t->handler.news) t->handler.news(t->ctx, news, file, text);
}

/* ---- lines ---- */

static void end_line(struct sw_log_tail *t, size_t newline) {
    uint64_t offset = t->line_offset, number = t->line_number;
    size_t len = t->line_len;
    t->line_offset += t->line_bytes + newline;
    t->line_number++;
    t->line_bytes = t->line_len = 0;
    t->told_endless = false;
    if (t->handler.line) t->handler.line(t->ctx, t->line, len, number, offset);
}

static void take_chunk(struct sw_log_tail *t) {
    while (t->chunk_at < t->chunk_end && !t->paused && !t->closing) {
        const char *from = t->chunk + t->chunk_at, *end = memchr(from, '\n', t->chunk_end - t->chunk_at);
        size_t len = end ? (size_t)(end - from) : t->chunk_end - t->chunk_at;
        size_t kept = len < sizeof t->line - t->line_len ? len : sizeof t->line - t->line_len;
        memcpy(t->line + t->line_len, from, kept);
        t->line_len += kept;
        t->line_bytes += len;
        t->chunk_at += len + (end != NULL);
        if (end) {
            end_line(t, 1);
        } else if (t->line_bytes > ENDLESS_BYTES && !t->told_endless) {
            t->told_endless = true;
            tell(t, SW_LOG_ENDLESS, t->file, "");
        }
    }
}

/* ---- from file to file ---- */

static void begin_file(struct sw_log_tail *t, struct sw_log_file *file) {
    sw_log_file_close(t->file);
    t->file = file;
    t->offset = t->line_offset = 0;
    t->line_number = 1;
    t->line_len = t->line_bytes = 0;
    t->chunk_at = t->chunk_end = 0;
    t->leaving = t->damaged = t->told_missing = false;
    t->cut_at = 0;
    tell(t, SW_LOG_NEXT, file, "");
}

/* Takes up the next of the files that are known. False when there is none. */
static bool next_file(struct sw_log_tail *t) {
    while (t->next < t->files.count) {
        struct sw_log_file *file = sw_log_files_take(&t->files, t->next++);
        if (!file) continue;
        if (file->is_unreadable) {
            tell(t, SW_LOG_COMPRESSED, file, "");
            sw_log_file_close(file);
            continue;
        }
        begin_file(t, file);
        return true;
    }
    return false;
}

/* Looks what there is, and leaves as next what came after the file at hand. False: the folder cannot be read. */
static bool list_later(struct sw_log_tail *t) {
    sw_log_files_close(&t->files);
    t->next = 0;
    if (sw_log_files_open(t->path, &t->files)) return false;
    const struct sw_log_file *file = t->file;
    struct sw_log_head head = sw_log_file_head(file);
    for (size_t i = t->files.count; i-- > 0;) {
        const struct sw_log_file *other = t->files.files[i];
        bool same = other->device == file->device && other->inode == file->inode;
        if (same || (head.len && sw_log_head_matches(&head, other->head, other->head_len, 0, 0))) {
            t->next = i + 1;
            return true;
        }
    }
    /* It is gone: what began later than it came after it. */
    while (t->next < t->files.count && !t->files.files[t->next]->is_live && t->files.files[t->next]->time <= file->time) t->next++;
    return true;
}

/* The file was cut under our hands: reads on in its copy. False: there is none (yet). */
static bool find_copy(struct sw_log_tail *t) {
    struct sw_log_head head = sw_log_file_head(t->file);
    sw_log_files_close(&t->files);
    t->next = 0;
    if (sw_log_files_open(t->path, &t->files)) return false;
    for (size_t i = t->files.count; i-- > 0;) {
        const struct sw_log_file *other = t->files.files[i];
        if (other->is_live || other->is_unreadable || !sw_log_head_matches(&head, other->head, other->head_len, 0, 0)) continue;
        sw_log_file_close(t->file);
        t->file = sw_log_files_take(&t->files, i);
        t->next = i + 1;
        t->leaving = false;
        return true;
    }
    return false;
}

/* Whether the live file is not what was read of it any more: it was cut, and has perhaps grown again. */
static bool was_cut(struct sw_log_tail *t) {
    struct stat info;
    char head[SW_LOG_HEAD_BYTES];
    if (!t->file->is_live || fstat(t->file->fd, &info)) return false;
    size_t len = t->file->head_len;
    if ((uint64_t)info.st_size < t->offset || (uint64_t)info.st_size < len) return true;
    long got = len ? sw_log_file_read(t->file, 0, head, len) : 0;
    return got >= 0 && ((size_t)got < len || memcmp(head, t->file->head, len) != 0);
}

static bool knows_later(const struct sw_log_tail *t) {
    for (size_t i = t->next; i < t->files.count; i++)
        if (t->files.files[i] && !t->files.files[i]->is_live) return true;
    return false;
}

/* Whether the writer has left the file at hand: a later one has something in it. (An empty one may have been made by who rotates,
 * while the writer still writes to the old one.) */
static bool has_successor(struct sw_log_tail *t) {
    struct stat info;
    bool there = stat(t->path, &info) == 0;
    if (there && (uint64_t)info.st_dev == t->file->device && (uint64_t)info.st_ino == t->file->inode) return false;
    return (there && info.st_size > 0) || knows_later(t) || (list_later(t) && knows_later(t));
}

/* The live file was cut: true when reading goes on. */
static bool handle_cut(struct sw_log_tail *t) {
    if (find_copy(t)) {
        t->cut_at = 0;
        return true;
    }
    if (!t->cut_at) t->cut_at = uv_now(t->loop);
    if (uv_now(t->loop) - t->cut_at < COPY_MS) return false; /* the poll comes again */
    struct sw_log_file *file = sw_log_file_open_live(t->path);
    if (!file) return false;
    tell(t, SW_LOG_CUT, t->file, "");
    sw_log_files_close(&t->files);
    t->next = 0;
    begin_file(t, file);
    return true;
}

/* Says once why the log's own file cannot be opened. */
static void tell_missing(struct sw_log_tail *t) {
    if (t->told_missing || access(t->path, R_OK) == 0) return;
    t->told_missing = true;
    tell(t, SW_LOG_MISSING, NULL, strerror(errno));
}

/* At the end of the file at hand: true when there is more to read, of it or of another. */
static bool go_on(struct sw_log_tail *t) {
    if (!has_successor(t)) return false;
    if (!t->leaving) {
        t->leaving = true;
        return true;
    }
    if (t->line_bytes) end_line(t, 0);
    if (t->paused) return false; /* it comes back here */
    /* the live file only as it is now: what was listed long ago may have been rotated since */
    if ((knows_later(t) || list_later(t)) && next_file(t)) return true;
    tell_missing(t);
    return false;
}

/* Without a file at hand: true when there is one now. */
static bool find_first(struct sw_log_tail *t) {
    if (next_file(t)) return true;
    struct sw_log_file *file = sw_log_file_open_live(t->path);
    if (file) {
        begin_file(t, file);
        return true;
    }
    tell_missing(t);
    return false;
}

/* Reads the next chunk. False when there is nothing for now. */
static bool read_chunk(struct sw_log_tail *t) {
    long got = t->damaged ? 0 : sw_log_file_read(t->file, t->offset, t->chunk, sizeof t->chunk);
    /* looked at after the reading: what was read of a file that is whole now was read of a whole one */
    if (was_cut(t)) return handle_cut(t);
    if (got < 0) {
        t->damaged = !t->file->is_live; /* what is written to may be readable again */
        tell(t, SW_LOG_DAMAGED, t->file, strerror(errno));
    }
    if (got <= 0) return go_on(t);
    t->chunk_at = 0;
    t->chunk_end = (size_t)got;
    t->offset += t->chunk_end;
    sw_log_file_refresh(t->file);
    return true;
}

/* ---- turns ---- */

static void on_work(uv_timer_t *timer) {
    struct sw_log_tail *t = timer->data;
    for (int i = 0; i < TURN_CHUNKS && !t->paused && !t->closing; i++) {
        if (t->chunk_at < t->chunk_end) {
            take_chunk(t);
            continue;
        }
        if (t->file ? read_chunk(t) : find_first(t)) continue;
        if (!t->paused && !t->closing && t->handler.idle) t->handler.idle(t->ctx);
        return;
    }
    if (!t->paused && !t->closing) uv_timer_start(&t->work, on_work, 0, 0);
}

static void begin_work(struct sw_log_tail *t) {
    if (!t->paused && !t->closing && !uv_is_active((uv_handle_t *)&t->work)) uv_timer_start(&t->work, on_work, 0, 0);
}

static void on_poll(uv_timer_t *timer) { begin_work(timer->data); }

static void on_watch(uv_fs_event_t *watch, const char *name, int events, int status) {
    struct sw_log_tail *t = watch->data;
    (void)events;
    if (status == 0 && (!name || !strcmp(name, t->base))) begin_work(t);
}

/* ---- the public side ---- */

struct sw_log_tail *sw_log_tail_new(uv_loop_t *loop, const char *path, struct sw_log_files *files, size_t first,
                                    const struct sw_log_tail_handler *handler, void *ctx) {
    struct sw_log_tail *t = sw_xcalloc(1, sizeof *t);
    t->loop = loop;
    t->path = sw_xstrdup(path);
    const char *slash = strrchr(t->path, '/');
    t->base = slash ? slash + 1 : t->path;
    t->handler = *handler;
    t->ctx = ctx;
    t->files = *files;
    files->count = 0;
    for (size_t i = 0; i < first && i < t->files.count; i++) sw_log_file_close(sw_log_files_take(&t->files, i));
    t->next = first;
    t->line_number = 1;
    uv_timer_init(loop, &t->work);
    uv_timer_init(loop, &t->poll);
    uv_fs_event_init(loop, &t->watch);
    t->work.data = t->poll.data = t->watch.data = t;
    t->handles = 3;
    return t;
}

void sw_log_tail_start(struct sw_log_tail *t) {
    char *dir = sw_xstrdup(t->path);
    char *slash = strrchr(dir, '/');
    if (slash) slash[slash == dir] = '\0';
    /* where the folder cannot be watched the poll does it alone */
    (void)uv_fs_event_start(&t->watch, on_watch, slash ? dir : ".", 0);
    free(dir);
    uv_timer_start(&t->poll, on_poll, POLL_MS, POLL_MS);
    begin_work(t);
}

void sw_log_tail_pause(struct sw_log_tail *t) { t->paused = true; }

void sw_log_tail_resume(struct sw_log_tail *t) {
    t->paused = false;
    begin_work(t);
}

struct sw_log_file *sw_log_tail_file(const struct sw_log_tail *t) { return t->file; }
uint64_t sw_log_tail_offset(const struct sw_log_tail *t) { return t->line_offset; }
uint64_t sw_log_tail_line(const struct sw_log_tail *t) { return t->line_number; }

static void on_closed(uv_handle_t *handle) {
    struct sw_log_tail *t = handle->data;
    if (--t->handles) return;
    free(t->path);
    free(t);
}

void sw_log_tail_close(struct sw_log_tail *t) {
    t->closing = true;
    sw_log_file_close(t->file);
    t->file = NULL;
    sw_log_files_close(&t->files);
    uv_close((uv_handle_t *)&t->work, on_closed);
    uv_close((uv_handle_t *)&t->poll, on_closed);
    uv_close((uv_handle_t *)&t->watch, on_closed);
}
