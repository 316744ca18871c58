#include "io/service_manager.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shiftwall/buf.h"

#define STATUS_BYTES 512

struct sw_service_manager {
    uv_timer_t watchdog;
    int fd;
    struct sockaddr_un address;
    socklen_t address_len;
    char status[STATUS_BYTES];
};

/* A path, or (with an @ for the NUL) an abstract name. */
static bool take_address(struct sw_service_manager *m, const char *path) {
    size_t len = strlen(path);
    if (len < 2 || len >= sizeof m->address.sun_path || (*path != '/' && *path != '@')) return false;
    m->address.sun_family = AF_UNIX;
    memcpy(m->address.sun_path, path, len);
    if (*path == '@') m->address.sun_path[0] = '\0';
    m->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return true;
}

void sw_service_manager_say(struct sw_service_manager *m, const char *state) {
    /* what cannot be said now is not worth waiting for */
    if (m) (void)!sendto(m->fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&m->address, m->address_len);
}

void sw_service_manager_status(struct sw_service_manager *m, const char *text) {
    char line[STATUS_BYTES + 16];
    if (!m || !strncmp(m->status, text, sizeof m->status - 1)) return;
    (void)snprintf(m->status, sizeof m->status, "%s", text);
    (void)snprintf(line, sizeof line, "STATUS=%s", m->status);
    sw_service_manager_say(m, line);
}

void sw_service_manager_reloading(struct sw_service_manager *m, bool begins) {
    char line[64];
    (void)snprintf(line, sizeof line, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)(uv_hrtime() / 1000));
    sw_service_manager_say(m, begins ? line : "READY=1");
}

static void on_watchdog(uv_timer_t *timer) { sw_service_manager_say(timer->data, "WATCHDOG=1"); }

/* Half of the time after which the manager takes a silent service for hung; 0: it does not watch, or another process. */
static uint64_t watchdog_ms(void) {
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    if (!usec || (pid && strtol(pid, NULL, 10) != (long)getpid())) return 0;
    return strtoull(usec, NULL, 10) / 2000;
}

struct sw_service_manager *sw_service_manager_new(uv_loop_t *loop) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sw_service_manager *m = sw_xcalloc(1, sizeof *m);
    m->fd = path && take_address(m, path) ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (m->fd < 0) {
        free(m);
        return NULL;
    }
    uint64_t every_ms = watchdog_ms();
    uv_timer_init(loop, &m->watchdog);
    m->watchdog.data = m;
    if (every_ms) uv_timer_start(&m->watchdog, on_watchdog, every_ms, every_ms);
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
    return m;
}

static void on_closed(uv_handle_t *timer) {
    struct sw_service_manager *m = timer->data;
    close(m->fd);
    free(m);
}

void sw_service_manager_close(struct sw_service_manager *m) {
    if (!m) return;
    sw_service_manager_say(m, "STOPPING=1");
    uv_close((uv_handle_t *)&m->watchdog, on_closed);
}
