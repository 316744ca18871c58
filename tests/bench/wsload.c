/* Many walls in one process: they connect, subscribe, and count what they get.
 *   wsload PORT COUNT PATH SUBSCRIBE [deflate] [say-deflated] [reconnect]
 * SUBSCRIBE is the text to send once connected ("" sends none). Prints "ready" when all of them have had a first view;
 * with reconnect also each time they all have one again after they were cut off. Lines on standard input:
 *   begin    counts from now on        end    prints what was counted as one JSON line        quit */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define READ_BYTES (256u * 1024u)
#define FRAME_MAX (4u * 1024u * 1024u)
#define LATENCY_MAX 20000
#define TOGETHER_MAX 256 /* handshakes on their way */
#define VIEWS_MAX 8 /* that a wall keeps apart */
#define INFLATED 16 /* compressed frames known by their bytes: who shares frames costs the client a comparison, no inflating */

struct wall {
    int fd;
    bool connected, upgraded, first; /* FIRST: has had a view since it connected */
    int64_t retry_ms;
    struct {
        uint64_t name, version; /* hashes; 0: none yet */
    } views[VIEWS_MAX];
    uint64_t frames;
    char *rest; /* an unfinished frame */
    size_t rest_len;
    unsigned char *message; /* of a message in several frames, what has come */
    size_t message_len;
    unsigned char message_first;
};

static struct {
    struct sockaddr_in address;
    const char *path, *subscribe;
    bool deflate, say_deflated, reconnect;
} args;

static struct wall *walls;
static size_t wall_count, ready_count, together;
static int loop;
static struct {
    uint64_t frames, bytes, pings, compressed, gaps, lost, broken;
    uint64_t latency[LATENCY_MAX + 1];
} seen;

static int64_t now_ms(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint64_t hash_of(const char *text) {
    uint64_t h = 1469598103934665603u;
    for (; *text && *text != '"'; text++) h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

static void all_ready(void) {
    puts("ready");
    fflush(stdout);
}

/* Whether a patch follows what the wall has of that view. */
static bool follows(struct wall *w, uint64_t name, uint64_t version, const char *base) {
    size_t i = 0;
    while (i < VIEWS_MAX && w->views[i].name && w->views[i].name != name) i++;
    if (i == VIEWS_MAX) exit(1);
    bool good = !base || hash_of(base) == w->views[i].version;
    w->views[i].name = name;
    w->views[i].version = version;
    return good;
}

/* One view as text, with a NUL after it: {"op":"view","view":NAME,"ver":V,["base":V,]"at":MS,... */
static void on_view(struct wall *w, const char *text) {
    const char *name = strstr(text, "\"view\":\""), *version = strstr(text, "\"ver\":\""), *at = strstr(text, "\"at\":");
    if (!name || !version || !at || strncmp(text, "{\"op\":\"view\"", 12) != 0) return;
    const char *base = strstr(version, "\"base\":\"");
    if (!follows(w, hash_of(name + 8), hash_of(version + 7), base && base < version + 100 ? base + 8 : NULL)) seen.gaps++;
    int64_t late = now_ms(CLOCK_REALTIME) - strtoll(at + 5, NULL, 10);
    seen.latency[late < 0 ? 0 : late > LATENCY_MAX ? LATENCY_MAX : late]++;
    w->frames++;
    seen.frames++;
    if (w->first) return;
    w->first = true;
    if (++ready_count == wall_count) all_ready();
}

/* A compressed frame and its text. */
static struct {
    unsigned char *data;
    size_t len;
    char *text;
} inflated[INFLATED];

static void inflate_into(size_t slot, const unsigned char *data, size_t len) {
    static unsigned char in[FRAME_MAX + 4], text[FRAME_MAX + 1];
    z_stream z = {0};
    memcpy(in, data, len);
    memcpy(in + len, "\0\0\xff\xff", 4);
    z.next_in = in, z.avail_in = (uInt)len + 4, z.next_out = text, z.avail_out = FRAME_MAX;
    if (inflateInit2(&z, -15) != Z_OK) exit(1);
    int r = inflate(&z, Z_SYNC_FLUSH);
    if ((r != Z_OK && r != Z_STREAM_END) || z.avail_in) seen.broken++;
    text[FRAME_MAX - z.avail_out] = '\0';
    inflateEnd(&z);
    free(inflated[slot].data);
    free(inflated[slot].text);
    inflated[slot].data = malloc(len + 1);
    inflated[slot].text = strdup((char *)text);
    inflated[slot].len = len;
    memcpy(inflated[slot].data, data, len);
}

/* Every frame is verified: inflated, or equal to one that was. */
static void inflate_view(struct wall *w, const unsigned char *data, size_t len) {
    static size_t next;
    size_t slot = 0;
    while (slot < INFLATED && (inflated[slot].len != len || !inflated[slot].data || memcmp(inflated[slot].data, data, len) != 0)) slot++;
    if (slot == INFLATED) inflate_into(slot = next++ % INFLATED, data, len);
    on_view(w, inflated[slot].text);
}

static void on_message(struct wall *w, unsigned char first, unsigned char *data, size_t len) {
    if (first & 0x40) {
        seen.compressed++;
        inflate_view(w, data, len);
        return;
    }
    unsigned char after = data[len];
    data[len] = '\0';
    on_view(w, (char *)data);
    data[len] = after;
}

/* As every client has to: who does not answer is cut off. */
static void pong(struct wall *w, const unsigned char *data, size_t len) {
    unsigned char frame[6 + 125] = {0x8a, (unsigned char)(0x80 | len)};
    memcpy(frame + 6, data, len);
    seen.pings++;
    if (write(w->fd, frame, 6 + len) < 0) seen.broken++;
}

static void on_frame(struct wall *w, unsigned char first, unsigned char *data, size_t len) {
    if (first == 0x89 && len <= 125) pong(w, data, len);
    if ((first & 0x0f) > 1) return;
    if (first == 0x81 || first == 0xc1) {
        on_message(w, first, data, len);
        return;
    }
    if ((first & 0x0f) == 1) w->message_first = first, w->message_len = 0;
    if (w->message_len + len > FRAME_MAX) exit(1);
    w->message = realloc(w->message, w->message_len + len + 1);
    memcpy(w->message + w->message_len, data, len);
    w->message_len += len;
    if (!(first & 0x80)) return;
    on_message(w, w->message_first, w->message, w->message_len);
    free(w->message);
    w->message = NULL;
    w->message_len = 0;
}

static void drop(struct wall *w) {
    if (!w->upgraded) together--;
    close(w->fd);
    free(w->rest);
    free(w->message);
    if (w->first) ready_count--;
    seen.lost++;
    *w = (struct wall){.fd = -1, .retry_ms = args.reconnect ? now_ms(CLOCK_MONOTONIC) + rand() % 1000 : INT64_MAX};
}

/* Takes whole frames out of DATA; returns how many bytes they were. */
static size_t frames_of(struct wall *w, unsigned char *data, size_t len) {
    size_t at = 0;
    while (len - at >= 2) {
        size_t head = 2, size = data[at + 1] & 0x7f;
        if (size == 126) {
            if (len - at < 4) break;
            size = (size_t)data[at + 2] << 8 | data[at + 3], head = 4;
        } else if (size == 127) {
            if (len - at < 10) break;
            size = 0;
            for (int i = 0; i < 8; i++) size = size << 8 | data[at + 2 + i];
            head = 10;
        }
        if (size > FRAME_MAX) exit(1);
        if (len - at < head + size) break;
        on_frame(w, data[at], data + at + head, size);
        at += head + size;
    }
    return at;
}

static void say(struct wall *w, const char *text) {
    unsigned char frame[1024] = {0x81};
    unsigned char small[2048];
    size_t len = strlen(text);
    if (args.say_deflated) {
        z_stream z = {.next_in = (unsigned char *)text, .avail_in = (uInt)len, .next_out = small, .avail_out = sizeof small};
        if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK || deflate(&z, Z_SYNC_FLUSH) != Z_OK) exit(1);
        len = sizeof small - z.avail_out - 4;
        deflateEnd(&z);
        text = (char *)small;
        frame[0] |= 0x40;
    }
    size_t head = len < 126 ? 2 : 4;
    if (len > 1000) exit(1);
    frame[1] = (unsigned char)(0x80 | (len < 126 ? len : 126));
    if (head == 4) frame[2] = (unsigned char)(len >> 8), frame[3] = (unsigned char)len;
    memset(frame + head, 0, 4); /* a mask of zeros */
    memcpy(frame + head + 4, text, len);
    if (write(w->fd, frame, head + 4 + len) < 0) drop(w);
}

static void on_upgraded(struct wall *w) {
    w->upgraded = true;
    together--;
    if (*args.subscribe) say(w, args.subscribe);
}

static void on_readable(struct wall *w) {
    static unsigned char data[READ_BYTES + FRAME_MAX + 16];
    memcpy(data, w->rest, w->rest_len);
    ssize_t n = read(w->fd, data + w->rest_len, READ_BYTES);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        drop(w);
        return;
    }
    seen.bytes += (uint64_t)n;
    size_t len = w->rest_len + (size_t)n, at = 0;
    if (!w->upgraded) {
        unsigned char *end = memmem(data, len, "\r\n\r\n", 4);
        if (end && memcmp(data, "HTTP/1.1 101", 12) != 0) {
            drop(w);
            return;
        }
        if (end) {
            at = (size_t)(end - data) + 4;
            on_upgraded(w);
            if (w->fd < 0) return;
        }
    }
    if (w->upgraded) at += frames_of(w, data + at, len - at);
    w->rest_len = len - at;
    free(w->rest);
    w->rest = NULL;
    if (!w->rest_len) return;
    w->rest = malloc(w->rest_len);
    memcpy(w->rest, data + at, w->rest_len);
}

static void on_connected(struct wall *w) {
    char text[1024];
    int len = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s\r\n",
                       args.path, ntohs(args.address.sin_port), strcmp(args.path, "/ws") ? "" : "Sec-WebSocket-Protocol: shiftwall.v1\r\n",
                       args.deflate ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n" : "");
    w->connected = true;
    if (write(w->fd, text, (size_t)len) != len) {
        drop(w);
        return;
    }
    epoll_ctl(loop, EPOLL_CTL_MOD, w->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = w});
}

static void start(struct wall *w) {
    w->retry_ms = INT64_MAX;
    w->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (w->fd < 0) exit(1);
    together++;
    connect(w->fd, (struct sockaddr *)&args.address, sizeof args.address);
    epoll_ctl(loop, EPOLL_CTL_ADD, w->fd, &(struct epoll_event){.events = EPOLLIN | EPOLLOUT, .data.ptr = w});
}

static void start_some(void) {
    int64_t now = now_ms(CLOCK_MONOTONIC);
    for (size_t i = 0; i < wall_count && together < TOGETHER_MAX; i++)
        if (walls[i].fd < 0 && walls[i].retry_ms <= now) start(&walls[i]);
}

static int64_t percentile(double share) {
    uint64_t total = 0, sum = 0;
    for (int i = 0; i <= LATENCY_MAX; i++) total += seen.latency[i];
    for (int i = 0; i <= LATENCY_MAX; i++)
        if ((sum += seen.latency[i]) > 0 && (double)sum >= share * (double)total) return i;
    return 0;
}

static void print_seen(void) {
    uint64_t fewest = UINT64_MAX;
    for (size_t i = 0; i < wall_count; i++)
        if (walls[i].frames < fewest) fewest = walls[i].frames;
    printf("{\"frames\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"pings\":%" PRIu64 ",\"compressed\":%" PRIu64 ",\"gaps\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"broken\":%" PRIu64 ",\"fewest\":%" PRIu64 ",\"p50_ms\":%" PRId64 ",\"p99_ms\":%" PRId64 "}\n",
           seen.frames, seen.bytes, seen.pings, seen.compressed, seen.gaps, seen.lost, seen.broken, fewest, percentile(.5), percentile(.99));
    fflush(stdout);
}

/* False when it is time to go. */
static bool on_command(void) {
    char text[64];
    ssize_t n = read(0, text, sizeof text - 1);
    if (n <= 0 || *text == 'q') return false;
    if (*text == 'e') print_seen();
    if (*text != 'b') return true;
    memset(&seen, 0, sizeof seen);
    for (size_t i = 0; i < wall_count; i++) walls[i].frames = 0;
    return true;
}

int main(int argc, char **argv) {
    if (argc < 5) return fputs("usage: see the source\n", stderr), 2;
    args.address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    wall_count = (size_t)atol(argv[2]);
    args.path = argv[3], args.subscribe = argv[4];
    for (int i = 5; i < argc; i++) {
        args.deflate |= !strcmp(argv[i], "deflate");
        args.say_deflated |= !strcmp(argv[i], "say-deflated");
        args.reconnect |= !strcmp(argv[i], "reconnect");
    }
    walls = calloc(wall_count, sizeof *walls);
    loop = epoll_create1(0);
    for (size_t i = 0; i < wall_count; i++) walls[i].fd = -1;
    epoll_ctl(loop, EPOLL_CTL_ADD, 0, &(struct epoll_event){.events = EPOLLIN, .data.ptr = NULL});
    for (;;) {
        struct epoll_event events[512];
        start_some();
        int n = epoll_wait(loop, events, 512, 50);
        for (int i = 0; i < n; i++) {
            struct wall *w = events[i].data.ptr;
            if (!w && !on_command()) return 0;
            if (!w || w->fd < 0) continue;
            if (!w->connected) {
                int error = 0;
                socklen_t size = sizeof error;
                getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &size);
                if (error) drop(w);
                else if (events[i].events & EPOLLOUT) on_connected(w);
            } else {
                on_readable(w);
            }
        }
    }
}
