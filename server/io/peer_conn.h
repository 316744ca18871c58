/* A byte connection to another program's port (a telephone switch), over TCP or TLS, that keeps itself up.
 *
 * It resolves, connects, does the TLS handshake and, when anything of that fails or the peer is lost, backs off with full jitter and
 * begins again, until it is closed. Each step has a deadline. What the bytes mean is the owner's business, also whether the peer
 * still answers: it restarts the connection when its own watchdog says so.
 *
 * TLS is verified: a chain to a known authority and the host's name, or a pinned certificate; there is no switch to leave that out.
 *
 * All functions belong to the thread of the loop; every callback may send, pause, restart and close. */
#ifndef SW_IO_PEER_CONN_H
#define SW_IO_PEER_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "shiftwall/error.h"

#define SW_PEER_HOST_MAX 256    /* bytes of a host, with the NUL */
#define SW_PEER_REASON_MAX 256  /* bytes of a reason, with the NUL */
#define SW_PEER_READ_BYTES 65536 /* most bytes of one `bytes` call */

struct sw_peer_address {
    char host[SW_PEER_HOST_MAX]; /* a name, or a number; without brackets */
    uint16_t port;
};

/* Reads "HOST", "HOST:PORT" or "[IPV6]:PORT"; DEFAULT_PORT where none is given. 0 or -SW_EPARSE. */
int sw_peer_address_parse(const char *text, uint16_t default_port, struct sw_peer_address *out) SW_NODISCARD;

enum sw_peer_state {
    SW_PEER_IDLE,        /* not started */
    SW_PEER_RESOLVING,   /* asking for the host's addresses */
    SW_PEER_CONNECTING,  /* waiting for the socket */
    SW_PEER_HANDSHAKING, /* TLS */
    SW_PEER_UP,          /* bytes come and go */
    SW_PEER_BACKING_OFF, /* lost or refused: waiting for the next attempt */
    SW_PEER_CLOSED       /* sw_peer_conn_close was called */
};
const char *sw_peer_state_name(enum sw_peer_state state);

/* Settings; zero means the default in brackets. */
struct sw_peer_options {
    struct sw_peer_address address;
    int64_t connect_ms;     /* deadline of resolving, of connecting, of the handshake, each [5000] */
    int64_t backoff_min_ms; /* first back-off is uniform in 0..this, then doubles [500] */
    int64_t backoff_max_ms; /* cap of the back-off [30000] */
    int64_t stable_ms;      /* a connection that was up this long starts the back-off anew [10000] */
    int keepalive_s;        /* TCP keepalive interval [15] */
    size_t output_max_bytes; /* accepted and not yet taken by the system [1 MiB] */
    uint64_t seed;          /* of the jitter; 0 = random */

    bool tls;
    const char *ca_file;     /* PEM of the authorities to trust instead of the system's; NULL = the system's */
    const char *pinned_file; /* PEM of the one certificate the peer must show (then its name and dates do not matter); NULL = none */
    const char *server_name; /* the name the certificate must be for, where it is not the host; NULL = the host */
};

/* What the connection tells its owner; any may be NULL. */
struct sw_peer_handler {
    /* The state is now RESOLVING, CONNECTING, HANDSHAKING, UP or BACKING_OFF. REASON is an English text in BACKING_OFF, else "". */
    void (*state)(void *ctx, enum sw_peer_state state, const char *reason);
    /* The peer sent LEN (1..SW_PEER_READ_BYTES) bytes, valid during the call. Not called while paused. */
    void (*bytes)(void *ctx, const char *data, size_t len);
};

struct sw_peer_conn;

/* Makes an idle connection on LOOP; OPTIONS (with its texts) and HANDLER are copied. The files of TLS are read now: NULL when one
 * cannot be used, and ERROR (of SIZE bytes) says why. */
struct sw_peer_conn *sw_peer_conn_new(uv_loop_t *loop, const struct sw_peer_options *options, const struct sw_peer_handler *handler,
                                      void *ctx, char *error, size_t size) SW_NODISCARD;
/* Begins connecting. Only once, in IDLE. */
void sw_peer_conn_start(struct sw_peer_conn *conn);
/* Ends the connection from any state but CLOSED; when all handles are closed the memory is freed and CLOSED (may be NULL) is
 * called. What was sent and not taken by the system yet is lost. */
void sw_peer_conn_close(struct sw_peer_conn *conn, void (*closed)(void *ctx), void *ctx);
/* Drops the present connection for REASON and connects anew after a back-off. REFUSED: the peer does not want us as we are (a wrong
 * password), so the back-off is the longest at once. Does nothing in IDLE, BACKING_OFF and CLOSED. */
void sw_peer_conn_restart(struct sw_peer_conn *conn, const char *reason, bool refused);

/* Sends LEN bytes. 0; -SW_EAGAIN (not UP); -SW_ELIMIT (the peer does not read, and more than output_max_bytes would wait: nothing of
 * it is sent; the owner restarts, or tries later). */
int sw_peer_conn_send(struct sw_peer_conn *conn, const char *data, size_t len) SW_NODISCARD;
/* Stops reading, so that the peer is held up by TCP itself, and goes on (`bytes` comes on a later turn of the loop). The bytes of the
 * call in which it is paused are the owner's to keep. A new connection is not paused. */
void sw_peer_conn_pause(struct sw_peer_conn *conn);
void sw_peer_conn_resume(struct sw_peer_conn *conn);

enum sw_peer_state sw_peer_conn_state(const struct sw_peer_conn *conn);
/* Why the connection is not UP (the last failure's text), "" when it is or nothing failed yet. */
const char *sw_peer_conn_reason(const struct sw_peer_conn *conn);
/* How often an UP connection was lost. */
uint64_t sw_peer_conn_losses(const struct sw_peer_conn *conn);

#endif
