/* A real redis-server of the test's own, on a free port and a unix socket in a temporary folder, and a TCP
 * proxy that misbehaves on demand. Only for tests. */
#ifndef REDIS_FIXTURE_H
#define REDIS_FIXTURE_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- redis-server ---- */

struct redis_server {
    char dir[64];
    char socket[96];
    int port;
    pid_t pid;
    const char *args[16]; /* further arguments, NULL-terminated */
};

static inline int listen_on(int port, int backlog) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, backlog) != 0) abort();
    return fd;
}

static inline int port_of(int fd) {
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0) abort();
    return ntohs(address.sin_port);
}

static inline int free_port(void) {
    int fd = listen_on(0, 1), port = port_of(fd);
    close(fd);
    return port;
}

/* A blocking connection as the default user, or NULL. */
static inline redisContext *redis_open(const struct redis_server *server) {
    redisContext *context = redisConnectUnix(server->socket);
    if (context && !context->err) return context;
    if (context) redisFree(context);
    return NULL;
}

static inline void redis_begin(struct redis_server *server) {
    char port[16];
    (void)snprintf(port, sizeof port, "%d", server->port);
    const char *argv[40] = {"redis-server", "--port", port,        "--bind", "127.0.0.1", "--unixsocket",
                            server->socket, "--dir",  server->dir, "--save", "",          "--loglevel",
                            "warning"};
    int argc = 13;
    for (int i = 0; server->args[i]; i++) argv[argc++] = server->args[i];
    server->pid = fork();
    if (server->pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(null, 1);
        (void)execvp(argv[0], (char *const *)(void *)(uintptr_t)argv);
        _exit(127);
    }
    for (int i = 0; i < 1000; i++) {
        redisContext *context = redis_open(server);
        redisReply *reply = context ? redisCommand(context, "PING") : NULL;
        /* An error is an answer: some servers of the tests want a password. */
        bool up = reply && (reply->type == REDIS_REPLY_STATUS || strncmp(reply->str, "LOADING", 7) != 0);
        if (reply) freeReplyObject(reply);
        if (context) redisFree(context);
        if (up) return;
        (void)usleep(10000);
    }
    (void)fprintf(stderr, "redis-server did not start\n");
    abort();
}

static inline void redis_end(struct redis_server *server, int signal) {
    if (server->pid <= 0) return;
    (void)kill(server->pid, signal);
    (void)waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

static inline void redis_prepare(struct redis_server *server) {
    memset(server, 0, sizeof *server);
    (void)snprintf(server->dir, sizeof server->dir, "/tmp/sw-feed-XXXXXX");
    if (!mkdtemp(server->dir)) abort();
    (void)snprintf(server->socket, sizeof server->socket, "%s/redis.sock", server->dir);
    server->port = free_port();
}

static inline void redis_remove(struct redis_server *server) {
    redis_end(server, SIGKILL);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", server->dir);
    if (system(command) != 0) abort();
}

/* ---- the proxy ---- */

#define PROXY_PAIRS 32

struct proxy {
    int listener, port, target;
    pthread_t thread;
    atomic_bool stop;
    atomic_int cut;   /* 1 = close all pairs (FIN), 2 = reset them (RST) */
    atomic_bool mute; /* swallow what the server sends on connections that subscribed */
    int pairs[PROXY_PAIRS][2];
    bool subscribed[PROXY_PAIRS];
};

static inline void proxy_drop(struct proxy *proxy, int at, bool reset) {
    struct linger linger = {1, 0};
    if (reset) (void)setsockopt(proxy->pairs[at][0], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(proxy->pairs[at][0]);
    close(proxy->pairs[at][1]);
    proxy->pairs[at][0] = proxy->pairs[at][1] = -1;
    proxy->subscribed[at] = false;
}

static inline void proxy_accept(struct proxy *proxy) {
    int client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)proxy->target)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(server, (struct sockaddr *)&address, sizeof address) == 0) {
        for (int i = 0; i < PROXY_PAIRS; i++) {
            if (proxy->pairs[i][0] >= 0) continue;
            proxy->pairs[i][0] = client;
            proxy->pairs[i][1] = server;
            return;
        }
    }
    close(client);
    close(server);
}

static inline void proxy_move(struct proxy *proxy, int at, int from) {
    static _Thread_local char data[65536];
    ssize_t got = read(proxy->pairs[at][from], data, sizeof data - 1);
    if (got <= 0) {
        proxy_drop(proxy, at, false);
        return;
    }
    if (from == 0 && memmem(data, (size_t)got, "SUBSCRIBE", 9)) proxy->subscribed[at] = true;
    if (from == 1 && proxy->subscribed[at] && atomic_load(&proxy->mute)) return;
    for (ssize_t sent = 0; sent < got;) {
        ssize_t n = send(proxy->pairs[at][!from], data + sent, (size_t)(got - sent), MSG_NOSIGNAL);
        if (n <= 0) {
            proxy_drop(proxy, at, false);
            return;
        }
        sent += n;
    }
}

static inline void *proxy_run(void *arg) {
    struct proxy *proxy = arg;
    while (!atomic_load(&proxy->stop)) {
        int cut = atomic_exchange(&proxy->cut, 0);
        struct pollfd fds[1 + 2 * PROXY_PAIRS] = {{proxy->listener, POLLIN, 0}};
        for (int i = 0; i < PROXY_PAIRS; i++) {
            if (cut && proxy->pairs[i][0] >= 0) proxy_drop(proxy, i, cut == 2);
            fds[1 + 2 * i] = (struct pollfd){proxy->pairs[i][0], POLLIN, 0};
            fds[2 + 2 * i] = (struct pollfd){proxy->pairs[i][1], POLLIN, 0};
        }
        if (poll(fds, 1 + 2 * PROXY_PAIRS, 5) <= 0) continue;
        for (int i = 0; i < 2 * PROXY_PAIRS; i++) {
            if (fds[1 + i].revents && proxy->pairs[i / 2][i % 2] == fds[1 + i].fd)
                proxy_move(proxy, i / 2, i % 2);
        }
        if (fds[0].revents) proxy_accept(proxy);
    }
    return NULL;
}

static inline void proxy_begin(struct proxy *proxy, int target) {
    memset(proxy, 0, sizeof *proxy);
    memset(proxy->pairs, -1, sizeof proxy->pairs);
    proxy->target = target;
    proxy->listener = listen_on(0, 64);
    proxy->port = port_of(proxy->listener);
    if (pthread_create(&proxy->thread, NULL, proxy_run, proxy) != 0) abort();
}

static inline void proxy_end(struct proxy *proxy) {
    atomic_store(&proxy->stop, true);
    (void)pthread_join(proxy->thread, NULL);
    for (int i = 0; i < PROXY_PAIRS; i++) {
        if (proxy->pairs[i][0] >= 0) proxy_drop(proxy, i, false);
    }
    close(proxy->listener);
}

#endif
