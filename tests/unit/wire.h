/* A small blocking-looking HTTP and WebSocket client for tests that run the server's loop in the same thread:
 * while it waits it turns the loop. */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>
#include <zlib.h>

#define WIRE_TIMEOUT_MS 5000
#define WIRE_CLOSED (-1)
#define WIRE_SILENT (-2)

struct wire {
    uv_loop_t *loop;
    int fd;
    char *in; /* received, not yet taken */
    size_t in_len, in_size;
    bool eof;
    int close_code; /* of a close frame, 0 before */
    char close_reason[126];
    char *text; /* the last message, NUL-terminated */
    size_t text_len;
    bool deflated;        /* it came compressed, and was inflated */
    size_t wire_len;      /* its bytes as they came */
    char extensions[256]; /* what the answer to the upgrade says of them, "" = nothing */
};

static inline int64_t wire_now_ms(void) {
    return (int64_t)(uv_hrtime() / 1000000);
}

/* Turns the loop for MS. */
static inline void wire_idle(uv_loop_t *loop, int ms) {
    int64_t end = wire_now_ms() + ms;
    do {
        uv_run(loop, UV_RUN_NOWAIT);
        usleep(500);
    } while (wire_now_ms() < end);
}

/* Connects; RECEIVE_BYTES sets SO_RCVBUF before (0: as it is). */
static inline void wire_connect(struct wire *w, uv_loop_t *loop, uint16_t port, int receive_bytes) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    memset(w, 0, sizeof *w);
    w->loop = loop;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_bytes) setsockopt(w->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    if (connect(w->fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("connect");
        abort();
    }
}

static inline void wire_free(struct wire *w) {
    if (w->fd >= 0) close(w->fd);
    free(w->in);
    free(w->text);
    memset(w, 0, sizeof *w);
    w->fd = -1;
}

static inline void wire_send(struct wire *w, const void *data, size_t len) {
    const char *p = data;
    while (len) {
        ssize_t n = send(w->fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) return; /* the server has hung up: the reader sees it */
        if (n > 0) p += n, len -= (size_t)n;
        uv_run(w->loop, UV_RUN_NOWAIT);
    }
}

/* Receives what there is; true when something came or the end was seen. */
static inline bool wire_receive(struct wire *w) {
    if (w->in_len + 65536 > w->in_size) {
        w->in_size = w->in_len + 262144;
        w->in = realloc(w->in, w->in_size);
        if (!w->in) abort();
    }
    ssize_t n = recv(w->fd, w->in + w->in_len, 65536, MSG_DONTWAIT);
    if (n > 0) w->in_len += (size_t)n;
    if (n == 0 || (n < 0 && errno != EAGAIN)) w->eof = true;
    return n > 0 || w->eof;
}

static inline void wire_take(struct wire *w, size_t len) {
    memmove(w->in, w->in + len, w->in_len - len);
    w->in_len -= len;
}

/* Waits until at least LEN bytes are in; false when the time or the connection has ended. */
static inline bool wire_want(struct wire *w, size_t len, int timeout_ms) {
    int64_t end = wire_now_ms() + timeout_ms;
    while (w->in_len < len) {
        uv_run(w->loop, UV_RUN_NOWAIT);
        if (wire_receive(w)) {
            if (w->eof && w->in_len < len) return false;
            continue;
        }
        if (wire_now_ms() >= end) return false;
        usleep(200);
    }
    return true;
}

/* Reads up to the empty line; the header block, NUL-terminated, is the caller's. NULL when none came. */
static inline char *wire_head(struct wire *w) {
    for (size_t want = 1;; want = w->in_len + 1) {
        char *end = w->in_len >= 4 ? memmem(w->in, w->in_len, "\r\n\r\n", 4) : NULL;
        if (end) {
            size_t len = (size_t)(end - w->in) + 4;
            char *head = strndup(w->in, len);
            wire_take(w, len);
            return head;
        }
        if (!wire_want(w, want, WIRE_TIMEOUT_MS)) return NULL;
    }
}

/* Upgrades; 101 or the status of the refusal (0 when hung up). EXTRA: further header lines. */
static inline int wire_upgrade(struct wire *w, const char *path, const char *protocol, const char *extra) {
    char text[2048];
    int status = 0;
    int len =
        snprintf(text, sizeof text,
                 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s%s\r\n",
                 path, protocol ? "Sec-WebSocket-Protocol: " : "", protocol ? protocol : "",
                 protocol ? "\r\n" : "", extra);
    wire_send(w, text, (size_t)len);
    char *head = wire_head(w), *line = head ? strstr(head, "Sec-WebSocket-Extensions: ") : NULL;
    if (line) sscanf(line, "Sec-WebSocket-Extensions: %255[^\r]", w->extensions);
    if (head && strlen(head) > 12) status = (int)strtol(head + 9, NULL, 10);
    free(head);
    return status;
}

/* Sends one frame of up to 125 or 65535 bytes, masked; OPCODE with 0x80 for the final bit. */
static inline void wire_frame(struct wire *w, int opcode, const void *data, size_t len) {
    unsigned char *out = malloc(len + 8);
    size_t n = 0;
    if (!out) abort();
    out[n++] = (unsigned char)opcode;
    if (len < 126) {
        out[n++] = (unsigned char)(0x80 | len);
    } else {
        out[n++] = 0x80 | 126;
        out[n++] = (unsigned char)(len >> 8);
        out[n++] = (unsigned char)len;
    }
    memset(out + n, 0, 4); /* a mask of zeros */
    n += 4;
    if (len) memcpy(out + n, data, len);
    wire_send(w, out, n + len);
    free(out);
}

static inline void wire_text(struct wire *w, const char *text) {
    wire_frame(w, 0x81, text, strlen(text));
}

/* Reads one frame and hands its payload; -1 closed, -2 nothing within the time. */
static inline int wire_read_frame(struct wire *w, bool *final, size_t *at, size_t *len, int timeout_ms) {
    *at = 2;
    if (!wire_want(w, 2, timeout_ms)) return w->eof ? WIRE_CLOSED : WIRE_SILENT;
    unsigned char *h = (unsigned char *)w->in;
    *len = h[1] & 0x7F;
    size_t extra = *len == 126 ? 2 : *len == 127 ? 8 : 0;
    if (!wire_want(w, 2 + extra, timeout_ms)) return WIRE_CLOSED;
    h = (unsigned char *)w->in;
    if (extra) *len = 0;
    for (size_t i = 0; i < extra; i++) *len = *len << 8 | h[2 + i];
    *at = 2 + extra;
    if (!wire_want(w, *at + *len, timeout_ms)) return WIRE_CLOSED;
    *final = ((unsigned char)w->in[0] & 0x80) != 0;
    return (unsigned char)w->in[0] & 0x0F;
}

/* Puts what was deflated into `text`. */
static inline void wire_inflate(struct wire *w) {
    size_t size = 64 * w->text_len + 65536;
    char *out = malloc(size);
    z_stream z = {0};
    if (!out || inflateInit2(&z, -15) != Z_OK) abort();
    w->text = realloc(w->text, w->text_len + 5);
    memcpy(w->text + w->text_len, "\0\0\xff\xff", 4);
    z.next_in = (unsigned char *)w->text;
    z.avail_in = (unsigned)w->text_len + 4;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)size - 1;
    if (inflate(&z, Z_SYNC_FLUSH) != Z_OK || z.avail_in || !z.avail_out) {
        fprintf(stderr, "not deflated right\n");
        abort();
    }
    inflateEnd(&z);
    free(w->text);
    w->text = out;
    w->text_len = z.total_out;
    w->text[w->text_len] = '\0';
}

/* The next message in `text`: 1; -1 closed (see close_code), -2 nothing within the time. Answers pings. */
static inline int wire_message(struct wire *w, int timeout_ms) {
    w->text_len = 0;
    w->deflated = false;
    for (;;) {
        bool final = false;
        size_t at, len;
        int opcode = wire_read_frame(w, &final, &at, &len, timeout_ms);
        if (opcode < 0) return opcode;
        const char *data = w->in + at;
        if (opcode == 1) w->deflated = ((unsigned char)w->in[0] & 0x40) != 0;
        if (opcode <= 2) {
            w->text = realloc(w->text, w->text_len + len + 1);
            if (!w->text) abort();
            memcpy(w->text + w->text_len, data, len);
            w->text_len += len;
            w->text[w->text_len] = '\0';
        } else if (opcode == 8) {
            if (len >= 2) w->close_code = (unsigned char)data[0] << 8 | (unsigned char)data[1];
            if (len > 2) snprintf(w->close_reason, sizeof w->close_reason, "%.*s", (int)len - 2, data + 2);
        } else if (opcode == 9) {
            wire_frame(w, 0x8A, data, len);
        }
        wire_take(w, at + len);
        if (opcode == 8) return WIRE_CLOSED;
        if (opcode <= 2 && final) {
            w->wire_len = w->text_len;
            if (w->deflated) wire_inflate(w);
            return 1;
        }
    }
}

/* Reads messages until the connection is closed or cut; the close code, 0 when there was none. -1: it stayed
 * open. */
static inline int wire_until_closed(struct wire *w, int timeout_ms) {
    for (;;) {
        int r = wire_message(w, timeout_ms);
        if (r == WIRE_CLOSED) return w->close_code;
        if (r == WIRE_SILENT) return -1;
    }
}

#endif
