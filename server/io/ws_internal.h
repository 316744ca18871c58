/* Shared by the ws_*.c files: the server, its clients, and the views they watch. */
#ifndef IO_WS_INTERNAL_H
#define IO_WS_INTERNAL_H

#include <libwebsockets.h>

#include "codec/frame_deflate.h"
#include "core/map.h"
#include "io/ws_server.h"

#define SW_WS_PROTOCOL "shiftwall.v1"
#define SW_WS_PATH "/ws"
/* A frame goes to the kernel in pieces of this size: as large as one send() of libwebsockets
 * (tx_packet_size), so that what it may have to copy for a client that does not read is bounded by one piece.
 */
#define SW_WS_PIECE_BYTES 65536u
/* Frames that wait for one client go in one send() when they are small; half a piece, so that the bound above holds. */
#define SW_WS_TOGETHER_BYTES 32768u
#define SW_WS_SEND_BUFFER_BYTES 65536
#define SW_WS_CLOSE_GRACE_MS 1000 /* from a close frame to cutting the socket */

struct ws_client;

/* A view somebody watches. */
struct ws_topic {
    struct sw_view *view; /* key */
    UT_hash_handle hh;
    struct ws_sub *subs;
    uint32_t sub_count;
    int64_t next_ms; /* not before this may the next change go out; loop time */
    bool due;        /* a change waits for that */
    bool pushing;    /* it is going out now */
};

/* One client's place in one view. */
struct ws_sub {
    struct ws_topic *topic;
    struct ws_client *client;
    struct ws_sub *topic_next, *topic_prev; /* all watchers of the view */
    struct ws_sub *client_next;             /* all views of the client, in the order subscribed */
    uint64_t sent;                          /* the version it has; valid when has_sent */
    bool has_sent;
    bool due; /* the view has a newer version */
};

/* The newest feed message of a site, shared by its clients. */
struct ws_site {
    char name[33];
    struct sw_frame *feed; /* NULL until the first */
    uint64_t feed_number;
};

/* How many sockets an address has. */
struct ws_address {
    char text[64];
    uint32_t sockets;
    UT_hash_handle hh;
};

/* What every frame looks at stands first, close together. */
struct ws_client {
    struct sw_ws_server *server;
    struct lws *wsi;
    struct ws_sub *subs;
    struct ws_site *site; /* NULL before the first subscribe */
    uint64_t feed_sent;   /* number of the feed message it has */
    struct sw_frame *tx;  /* being sent, NULL between frames */
    size_t tx_at;
    struct sw_frame *first; /* hello, until sent */
    struct sw_frame *note;  /* the application's newest message not yet sent */
    struct sw_frame *error; /* the newest error not yet sent: one at most */
    int64_t blocked_ms; /* since when it cannot take what waits for it; -1 = it can; loop time */
    bool closing;       /* nothing more is written or understood */
    bool cut;           /* its socket is shut down */
    bool asked;         /* a writeable callback is on its way */
    bool deflate;       /* compression was negotiated */
    bool pong_due;      /* the newest ping is to be answered */
    int64_t pong_t;

    struct ws_client *next, *prev;
    struct ws_client *close_next; /* waiting for its close frame */
    uint32_t sub_count;
    char peer[64], *cookie, *user; /* NULL = none */
    bool secure, elsewhere;
    char identity[SW_WS_IDENTITY_SIZE];

    char *rx; /* a message in pieces */
    size_t rx_len;
    bool rx_deflated; /* that message is compressed */
    uint32_t window_messages;
    uint32_t window_pieces;
    uint32_t bad_in_a_row;
    int64_t window_ms; /* the second that is being counted */

    int64_t closing_ms;
    uint16_t close_code;
    char close_reason[48];
};

enum ws_state { WS_RUNNING, WS_STOPPING, WS_STOPPED };

struct sw_ws_server {
    struct sw_ws_options options;
    char *origins[SW_WS_ORIGINS_MAX];
    char address[64];
    struct lws_protocols protocols[3];
    lws_retry_bo_t idle;
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct ssl_ctx_st *tls; /* the vhost's; NULL: plain */
    char *certificate, *key;
    uint16_t port;
    enum ws_state state;
    struct ws_client *clients;
    struct ws_client *closing; /* to be sent their close frames outside of their callbacks */
    struct ws_topic *topics;   /* by view */
    struct ws_address *addresses;
    struct ws_site *sites[SW_WS_SITES_MAX];
    uint32_t site_count;
    struct sw_deflate *deflate; /* all clients' */
    struct sw_ws_counters counters;
    uint64_t random;
    uv_timer_t push_timer;  /* to the next due topic */
    int64_t push_ms;        /* when it fires, while it is active; loop time */
    unsigned char together[SW_WS_TOGETHER_BYTES]; /* frames on their way to one client */
    uv_timer_t close_timer; /* at once: close frames */
    uv_timer_t sweep_timer; /* every second: slow and closing clients */
    int open_handles;
    int64_t stop_ms;
    void (*stopped)(void *ctx);
    void *stopped_ctx;
    int64_t log_window_ms; /* the minute of which log_lines are counted */
    uint32_t log_lines;
    char last_error[256];
};

/* ws_client.c */
struct ws_client *sw__ws_client_new(struct sw_ws_server *server, struct lws *wsi);
/* The connection is gone: frees all the client has. */
void sw__ws_client_free(struct ws_client *client);
/* Part of a message has come. */
void sw__ws_client_receive(struct ws_client *client, const char *in, size_t len);
/* Closes with a code and a reason, from outside the client's callback. */
void sw__ws_client_close(struct ws_client *client, uint16_t code, const char *reason);
/* Ends the connection now, without a word. */
void sw__ws_client_cut(struct ws_client *client);
/* Who the client is, as its handshake said; borrowed. */
struct sw_http_caller sw__ws_client_caller(const struct ws_client *client);
/* Once a second: too slow, or not gone after its close. */
void sw__ws_client_sweep(struct ws_client *client, int64_t now_ms);

/* ws_send.c */
/* Writes what the client has to get, as far as it takes it now. */
void sw__ws_client_pump(struct ws_client *client);
/* The writeable callback. */
void sw__ws_client_writeable(struct ws_client *client);

/* ws_deflate.c */
extern const struct lws_extension sw__ws_extensions[];
/* Judges the client's offers: whether libwebsockets may answer with the extension. */
bool sw__ws_deflate_is_wanted(struct lws *wsi);
/* Completes the answer of libwebsockets, to whose headers ARGS points. 0, -1 no room. */
int sw__ws_deflate_answer(struct lws *wsi, struct lws_process_html_args *args);
bool sw__ws_deflate_is_on(struct lws *wsi);

/* ws_hub.c */
/* Subscribes CLIENT to VIEW; HAVE (may be "") is what it has. 0, -SW_ELIMIT. The frame is not sent yet. */
int sw__ws_subscribe(struct ws_client *client, struct sw_view *view, const char *have);
void sw__ws_unsubscribe(struct ws_client *client, const char *name);
void sw__ws_unsubscribe_all(struct ws_client *client);
/* The frame that brings SUB to the newest version (the caller owns it), NULL when it has it; SUB is then up
 * to date. */
struct sw_frame *sw__ws_next_frame(struct ws_sub *sub);
struct ws_site *sw__ws_site(struct sw_ws_server *server, const char *name, bool make);
/* The push timer has fired. */
void sw__ws_push_due(uv_timer_t *timer);

/* ws_server.c */
int64_t sw__ws_now(const struct sw_ws_server *server);
void sw__ws_log(struct sw_ws_server *server, const char *level, const char *text);

#endif
