/* HTTP requests on the application's loop, with libcurl. TLS certificates are always verified. */
#ifndef NOTIFY_TRANSPORT_H
#define NOTIFY_TRANSPORT_H

#include <stdint.h>

#include "notify/form.h"

#define SW_ANSWER_BYTES_MAX 65536 /* of an answer's body; what is longer is cut */

enum { SW_NOTIFY_READ = 1, SW_NOTIFY_WRITE = 2 };

/* The loop it runs on. */
struct sw_notify_loop {
    void *ctx;
    /* From now on tell sw_notify_on_socket when FD is ready for EVENTS (SW_NOTIFY_READ, SW_NOTIFY_WRITE, both); 0: no more,
     * and FD is about to be closed. */
    void (*watch)(void *ctx, int fd, int events);
    /* Call sw_notify_on_timer once, DELAY_MS from now, instead of what was asked for before; -1: not at all. */
    void (*timer)(void *ctx, int64_t delay_ms);
    /* Epoch ms: the real time, which signatures want. */
    int64_t (*now_ms)(void *ctx);
    /* Ms of a clock that is never set. */
    int64_t (*mono_ms)(void *ctx);
    uint32_t (*random)(void *ctx);
};

struct sw_route {
    const char *proxy;   /* http://, https:// or socks5h://; NULL = none, whatever the environment says */
    const char *ca_file; /* certificate authorities instead of the system's; NULL = the system's */
    int64_t timeout_ms;  /* of the whole request */
};

struct sw_transport;

/* WATCH as above; CHANGED tells that sw_transport_deadline_ms has another answer. NULL when libcurl cannot start. */
struct sw_transport *sw_transport_new(const struct sw_notify_loop *loop, void (*changed)(void *ctx), void *ctx);
/* Cancels what is under way; its DONE is not called. */
void sw_transport_free(struct sw_transport *transport);

/* Sends POST, which is taken over and wiped. DONE gets the answer, never before this returns. */
void sw_transport_send(struct sw_transport *transport, struct sw_post *post, const struct sw_route *route,
                       void (*done)(void *ctx, const struct sw_answer *answer), void *ctx);
void sw_transport_on_socket(struct sw_transport *transport, int fd, int events);
/* To be called when the deadline is there. */
void sw_transport_on_timer(struct sw_transport *transport);
/* When sw_transport_on_timer is to be called, by mono_ms; INT64_MAX: not at all. */
int64_t sw_transport_deadline_ms(const struct sw_transport *transport);

#endif
