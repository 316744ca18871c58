/* The limit of fan-out: an epoll loop that writes one prebuilt WebSocket frame to everybody, and does nothing else.
 *   rawcast BYTES INTERVAL-MS       prints its port; on SIGTERM one JSON line with the frames sent and its processor time
 * A frame is as the daemon's: a patch of a view with the time it was made. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 20000
#define FRAME_MAX 65536

static int clients[CLIENTS_MAX];
static size_t client_count;
static uint64_t frames, skipped;

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static size_t make_frame(char *out, size_t bytes, uint64_t version) {
    char text[FRAME_MAX];
    int len = snprintf(text, sizeof text, "{\"op\":\"view\",\"view\":\"agents\",\"ver\":\"r-%" PRIu64 "\",\"at\":%" PRId64 ",\"base\":\"r-%" PRIu64 "\",\"patch\":{\"pad\":\"", version, now_ms(), version - 1);
    size_t end = bytes > (size_t)len + 3 ? bytes - 3 : (size_t)len;
    for (size_t i = (size_t)len; i < end; i++) text[i] = (char)('a' + i % 26);
    memcpy(text + end, "\"}}", 3);
    size_t size = end + 3, head = 2;
    out[0] = (char)0x81;
    if (size < 126) {
        out[1] = (char)size;
    } else {
        out[1] = 126, out[2] = (char)(size >> 8), out[3] = (char)size;
        head = 4;
    }
    memcpy(out + head, text, size);
    return head + size;
}

static void broadcast(size_t bytes, uint64_t version) {
    static char frame[FRAME_MAX + 16];
    size_t len = make_frame(frame, bytes, version);
    for (size_t i = 0; i < client_count; i++) {
        if (write(clients[i], frame, len) == (ssize_t)len) frames++;
        else skipped++; /* a peer that does not read is not what is measured */
    }
}

/* Answers the handshake; the client has sent all of it when we read. */
static bool shake_hands(int fd) {
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char in[4096], key[128];
    ssize_t n = read(fd, in, sizeof in - 1);
    if (n <= 0) return false;
    in[n] = '\0';
    char *at = strstr(in, "Sec-WebSocket-Key: ");
    if (!at || sscanf(at + 19, "%60[^\r]", key) != 1) return false;
    memcpy(key + strlen(key), guid, sizeof guid);
    unsigned char digest[SHA_DIGEST_LENGTH], accept[64];
    SHA1((unsigned char *)key, strlen(key), digest);
    EVP_EncodeBlock(accept, digest, sizeof digest);
    char out[256];
    int len = snprintf(out, sizeof out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: shiftwall.v1\r\n\r\n", (char *)accept);
    return write(fd, out, (size_t)len) == len;
}

static void take(int listener, int loop) {
    int fd;
    while (client_count < CLIENTS_MAX && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
    }
}

static void on_readable(int fd, int loop) {
    if (shake_hands(fd)) {
        clients[client_count++] = fd;
    } else {
        for (size_t i = 0; i < client_count; i++)
            if (clients[i] == fd) clients[i] = clients[--client_count];
        close(fd);
        return;
    }
    epoll_ctl(loop, EPOLL_CTL_MOD, fd, &(struct epoll_event){.events = EPOLLHUP, .data.fd = fd});
}

int main(int argc, char **argv) {
    if (argc != 3) return fputs("usage: see the source\n", stderr), 2;
    size_t bytes = (size_t)atol(argv[1]);
    long interval_ms = atol(argv[2]);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), loop = epoll_create1(0);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096) || getsockname(listener, (struct sockaddr *)&address, &size)) return 1;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int ending = signalfd(-1, &signals, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec every = {.it_interval = {interval_ms / 1000, interval_ms % 1000 * 1000000}};
    every.it_value = every.it_interval;
    timerfd_settime(timer, 0, &every, NULL);
    const int own[] = {listener, ending, timer};
    for (size_t i = 0; i < 3; i++) epoll_ctl(loop, EPOLL_CTL_ADD, own[i], &(struct epoll_event){.events = EPOLLIN, .data.fd = own[i]});
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (uint64_t version = 1;;) {
        struct epoll_event events[256];
        int n = epoll_wait(loop, events, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            uint64_t ticks;
            if (fd == listener) take(listener, loop);
            else if (fd == timer && read(timer, &ticks, sizeof ticks) > 0) broadcast(bytes, ++version);
            else if (fd == ending) {
                struct rusage used;
                getrusage(RUSAGE_SELF, &used);
                printf("{\"frames\":%" PRIu64 ",\"skipped\":%" PRIu64 "}\n", frames, skipped);
                return 0;
            } else if (fd != timer) on_readable(fd, loop);
        }
    }
}
