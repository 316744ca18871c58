#include "tools/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shiftwall/buf.h"

#define BUFFER_BYTES (SW_LINES_BYTES_MAX + 1)

struct sw_lines {
    int fd;
    bool is_stream, reading, ended, failed, dropping;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tty_t tty;
        uv_tcp_t tcp;
    } u;
    char *buffer;
    size_t start, end;   /* what is in the buffer */
    size_t searched;     /* there is no line end before this */
    uint64_t number;
    void (*more)(void *ctx);
    void *ctx;
};

static void compact(struct sw_lines *l) {
    if (!l->start) return;
    memmove(l->buffer, l->buffer + l->start, l->end - l->start);
    l->end -= l->start;
    l->searched -= l->start;
    l->start = 0;
}

/* ---- streams ---- */

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buf) {
    struct sw_lines *l = handle->data;
    (void)wanted;
    *buf = uv_buf_init(l->buffer + l->end, (unsigned)(BUFFER_BYTES - l->end));
}

static void on_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf) {
    struct sw_lines *l = stream->data;
    (void)buf;
    if (got > 0) l->end += (size_t)got;
    if (got < 0) {
        l->ended = true;
        l->failed = got != UV_EOF;
    }
    if (got < 0 || l->end == BUFFER_BYTES) {
        uv_read_stop(stream);
        l->reading = false;
    }
    if (got) l->more(l->ctx);
}

/* Makes room and reads on. */
static void read_on(struct sw_lines *l) {
    if (l->ended || l->reading) return;
    compact(l);
    if (l->end == BUFFER_BYTES) return;
    l->reading = uv_read_start(&l->u.stream, on_room, on_bytes) == 0;
    if (!l->reading) l->ended = l->failed = true;
}

static bool open_stream(struct sw_lines *l, uv_loop_t *loop, uv_handle_type type) {
    int error;
    if (type == UV_NAMED_PIPE) {
        uv_pipe_init(loop, &l->u.pipe, 0);
        error = uv_pipe_open(&l->u.pipe, l->fd);
    } else if (type == UV_TCP) {
        uv_tcp_init(loop, &l->u.tcp);
        error = uv_tcp_open(&l->u.tcp, l->fd);
    } else {
        error = uv_tty_init(loop, &l->u.tty, l->fd, 0);
    }
    l->is_stream = true;
    l->u.handle.data = l;
    if (!error) return true;
    errno = -error;
    return false;
}

/* ---- both ---- */

struct sw_lines *sw_lines_open(uv_loop_t *loop, const char *path, void (*more)(void *ctx), void *ctx) {
    int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    struct stat info;
    if (fd < 0 || fstat(fd, &info)) return NULL;
    if (S_ISDIR(info.st_mode)) {
        close(fd);
        errno = EISDIR;
        return NULL;
    }
    struct sw_lines *l = sw_xcalloc(1, sizeof *l);
    l->fd = fd;
    l->buffer = sw_xmalloc(BUFFER_BYTES);
    l->more = more;
    l->ctx = ctx;
    uv_handle_type type = uv_guess_handle(fd);
    bool stream = type == UV_NAMED_PIPE || type == UV_TCP || type == UV_TTY;
    if (stream && !open_stream(l, loop, type)) l->ended = l->failed = true;
    return l;
}

static void fill(struct sw_lines *l) {
    compact(l);
    ssize_t got;
    do got = read(l->fd, l->buffer + l->end, BUFFER_BYTES - l->end);
    while (got < 0 && errno == EINTR);
    if (got > 0) l->end += (size_t)got;
    else l->ended = true;
    l->failed = got < 0;
}

/* Takes the line that ends before AT; SKIP bytes are its end. False when it is the rest of one too long. */
static bool take(struct sw_lines *l, size_t at, size_t skip, const char **text, size_t *len) {
    bool whole = !l->dropping;
    *text = l->buffer + l->start;
    *len = at - l->start;
    if (*len && (*text)[*len - 1] == '\r') (*len)--;
    l->start = l->searched = at + skip;
    l->dropping = false;
    l->number += whole;
    return whole;
}

enum sw_lines_result sw_lines_next(struct sw_lines *l, const char **text, size_t *len, uint64_t *number) {
    for (;;) {
        const char *end = memchr(l->buffer + l->searched, '\n', l->end - l->searched);
        if (end || (l->ended && l->end > l->start)) {
            size_t at = end ? (size_t)(end - l->buffer) : l->end;
            if (!take(l, at, end != NULL, text, len)) continue;
            *number = l->number;
            return SW_LINES_LINE;
        }
        l->searched = l->end;
        if (l->ended) return l->failed ? SW_LINES_FAILED : SW_LINES_END;
        if (l->end - l->start == BUFFER_BYTES) {
            bool first = !l->dropping;
            l->start = l->end = l->searched = 0;
            l->dropping = true;
            if (!first) continue;
            *text = NULL;
            *len = SW_LINES_BYTES_MAX + 1;
            *number = ++l->number;
            return SW_LINES_LINE;
        }
        if (l->is_stream) {
            read_on(l);
            if (!l->ended) return SW_LINES_LATER;
        } else {
            fill(l);
        }
    }
}

static void release(struct sw_lines *l) {
    free(l->buffer);
    free(l);
}

static void on_closed(uv_handle_t *handle) { release(handle->data); }

void sw_lines_close(struct sw_lines *l) {
    if (l->is_stream) {
        uv_close(&l->u.handle, on_closed);
        return;
    }
    if (l->fd != STDIN_FILENO) close(l->fd);
    release(l);
}
