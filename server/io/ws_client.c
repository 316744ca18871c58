/* One WebSocket client: what it is sent and what it may say. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "codec/client_message.h"
#include "io/http_caller.h"
#include "io/http_internal.h"
#include "io/ws_internal.h"
#include "shiftwall/version.h"

#define HELLO_BYTES_MAX (256u * 1024u)
#define PIECES_PER_SECOND_MAX                                                                                \
    400u /* of messages: 20 of 4 KiB in rx buffers of 256 bytes, and some to spare */

/* ---- life ---- */

struct sw_http_caller sw__ws_client_caller(const struct ws_client *client) {
    return (struct sw_http_caller){.peer = client->peer, .cookie = client->cookie ? client->cookie : "",
                                   .user = client->user ? client->user : "", .browser = "", .secure = client->secure,
                                   .elsewhere = client->elsewhere};
}

static struct sw_frame *make_hello(const struct ws_client *client) {
    struct sw_ws_server *server = client->server;
    struct sw_http_caller caller = sw__ws_client_caller(client);
    struct sw_buf out;
    sw_buf_init(&out, HELLO_BYTES_MAX);
    sw_buf_printf(&out, "{\"op\":\"hello\",\"server\":\"shiftwall/%s\",\"now\":%" PRId64, SW_VERSION,
                  server->options.now_ms(server->options.ctx));
    if (server->options.hello) server->options.hello(server->options.ctx, &caller, &out);
    sw_buf_putc(&out, '}');
    SW_ASSERT(!out.failed); /* the application's own text */
    struct sw_frame *frame = sw_frame_new(out.data, out.len);
    sw_buf_deinit(&out);
    return frame;
}

static void take_caller(struct ws_client *client) {
    const struct sw_ws_options *options = &client->server->options;
    struct sw__caller taken;
    (void)sw__caller_take(client->wsi, &options->http->trust, &taken); /* what is no clean text counts as not there */
    memcpy(client->peer, taken.peer, sizeof client->peer);
    if (*taken.cookie) client->cookie = sw_xstrdup(taken.cookie);
    if (*taken.user) client->user = sw_xstrdup(taken.user);
    client->secure = taken.caller.secure;
    client->elsewhere = taken.caller.elsewhere;
    if (options->admit) (void)options->admit(options->ctx, &taken.caller, client->identity); /* the handshake was judged */
}

struct ws_client *sw__ws_client_new(struct sw_ws_server *server, struct lws *wsi) {
    struct ws_client *client = sw_xcalloc(1, sizeof *client);
    client->server = server;
    client->wsi = wsi;
    take_caller(client);
    client->blocked_ms = -1;
    client->deflate = sw__ws_deflate_is_on(wsi);
    client->first = make_hello(client);
    client->next = server->clients;
    if (server->clients) server->clients->prev = client;
    server->clients = client;
    server->counters.clients++;
    server->counters.accepted++;
    return client;
}

void sw__ws_client_free(struct ws_client *client) {
    struct sw_ws_server *server = client->server;
    client->closing = true; /* an application that reacts to `unwatched` cannot reach it any more */
    sw__ws_unsubscribe_all(client);
    if (client->prev) {
        client->prev->next = client->next;
    } else {
        server->clients = client->next;
    }
    if (client->next) client->next->prev = client->prev;
    for (struct ws_client **at = &server->closing; *at; at = &(*at)->close_next) {
        if (*at != client) continue;
        *at = client->close_next;
        break;
    }
    server->counters.clients--;
    sw_frame_unref(client->tx);
    sw_frame_unref(client->first);
    sw_frame_unref(client->note);
    sw_frame_unref(client->error);
    free(client->rx);
    free(client->cookie);
    free(client->user);
    free(client);
}

void sw__ws_client_cut(struct ws_client *client) {
    if (client->cut) return;
    client->cut = client->closing = true;
    client->closing_ms = sw__ws_now(client->server);
    /* libwebsockets 4.1.6 does not close a choked connection from outside its callbacks; the end of the
     * socket it does see, at once, and reports the close in the usual way */
    shutdown(lws_get_socket_fd(client->wsi), SHUT_RDWR);
}

static void send_closes(uv_timer_t *timer) {
    struct sw_ws_server *server = timer->data;
    struct ws_client *client;
    while ((client = server->closing)) {
        server->closing = client->close_next;
        client->close_next = NULL;
        lws_close_reason(client->wsi, client->close_code, (unsigned char *)client->close_reason,
                         strlen(client->close_reason));
        lws_set_timeout(client->wsi, PENDING_TIMEOUT_CLOSE_SEND,
                        LWS_TO_KILL_SYNC); /* the client may be gone now */
    }
}

void sw__ws_client_close(struct ws_client *client, uint16_t code, const char *reason) {
    struct sw_ws_server *server = client->server;
    if (client->closing) return;
    client->closing = true;
    client->closing_ms = sw__ws_now(server);
    client->close_code = code;
    snprintf(client->close_reason, sizeof client->close_reason, "%s", reason);
    /* a close code given from within the client's own callback is lost: do it in a moment */
    client->close_next = server->closing;
    server->closing = client;
    uv_timer_start(&server->close_timer, send_closes, 0, 0);
}

void sw__ws_client_sweep(struct ws_client *client, int64_t now_ms) {
    if (client->cut) return;
    if (client->closing) {
        if (now_ms - client->closing_ms >= SW_WS_CLOSE_GRACE_MS) sw__ws_client_cut(client);
        return;
    }
    if (client->blocked_ms < 0 || now_ms - client->blocked_ms < client->server->options.slow_limit_ms) return;
    client->server->counters.dropped_slow++;
    sw__ws_client_cut(client);
}

/* ---- receiving ---- */

static void send_error(struct ws_client *client, const char *code, const char *text, const char *view) {
    struct sw_buf out;
    sw_buf_init(&out, 4096);
    sw_buf_printf(&out, "{\"op\":\"error\",\"code\":\"%s\",\"text\":\"%s\"", code, text);
    if (view) {
        sw_buf_puts(&out, ",\"view\":\"");
        for (const char *c = view; *c; c++) { /* a checked message: no control characters */
            if (*c == '"' || *c == '\\') sw_buf_putc(&out, '\\');
            sw_buf_putc(&out, *c);
        }
        sw_buf_putc(&out, '"');
    }
    sw_buf_putc(&out, '}');
    sw_frame_unref(client->error);
    client->error = sw_frame_new(out.data, out.len);
    sw_buf_deinit(&out);
}

static const char *error_text(const char *code) {
    if (strcmp(code, "unknown_site") == 0) return "no such site";
    if (strcmp(code, "forbidden") == 0) return "not allowed to see this";
    return "no such view";
}

/* False when something of the message could not be done: it counts as a bad one. */
static bool subscribe(struct ws_client *client, const struct sw_client_message *message) {
    struct sw_ws_server *server = client->server;
    const struct sw_http_caller caller = sw__ws_client_caller(client);
    bool good = true;
    if (client->site && strcmp(client->site->name, message->site) != 0) {
        sw__ws_unsubscribe_all(client); /* one site at a time: view names do not say whose they are */
        client->site = NULL;
    }
    for (uint32_t i = 0; i < message->view_count; i++) {
        const struct sw_client_view *wanted = &message->views[i];
        const char *code = "unknown_view";
        struct sw_view *view =
            server->options.resolve(server->options.ctx, &caller, message->site, wanted->name, &code);
        if (!view) {
            send_error(client, code, error_text(code), wanted->name);
            good = false;
            continue;
        }
        if (!client->site) {
            client->site = sw__ws_site(server, message->site, true);
            client->feed_sent = 0;
        }
        if (sw__ws_subscribe(client, view, wanted->have) == 0) continue;
        send_error(client, "too_many_views", "too many views at once", wanted->name);
        good = false;
    }
    return good;
}

static void bad_message(struct ws_client *client, int reason) {
    if (reason == -SW_ENOENT) {
        send_error(client, "unknown_op", "no such operation", NULL);
    } else if (reason == -SW_EINVAL) {
        send_error(client, "bad_request", "a field is missing or wrong", NULL);
    } else if (reason == -SW_EPARSE) {
        send_error(client, "bad_message", "not a JSON object", NULL);
    }
    if (++client->bad_in_a_row < SW_WS_BAD_MESSAGES_MAX) return;
    client->server->counters.dropped_bad++;
    sw__ws_client_close(client, SW_WS_CLOSE_BAD, "too many bad messages");
}

static void handle(struct ws_client *client, const char *text, size_t len) {
    struct sw_client_message *message = sw_xcalloc(1, sizeof *message);
    int r = sw_client_message_parse(text, len, message);
    client->server->counters.messages++;
    if (r < 0) {
        bad_message(client, r);
    } else if (message->op == SW_CLIENT_SUBSCRIBE && !subscribe(client, message)) {
        bad_message(client, 0);
    } else {
        client->bad_in_a_row = 0;
        if (message->op == SW_CLIENT_PING) {
            client->pong_due = true;
            client->pong_t = message->t;
        }
        const struct sw_http_caller caller = sw__ws_client_caller(client);
        const struct sw_ws_options *options = &client->server->options;
        if (message->op == SW_CLIENT_SCREEN && options->report) options->report(options->ctx, &caller, message);
        for (uint32_t i = 0; message->op == SW_CLIENT_UNSUBSCRIBE && i < message->view_count; i++)
            sw__ws_unsubscribe(client, message->views[i].name);
    }
    free(message);
}

/* Counts a piece of a message (the last one makes a message); false when there were too many this second. */
static bool within_rate(struct ws_client *client, bool last) {
    int64_t now = sw__ws_now(client->server);
    if (now - client->window_ms >= 1000) {
        client->window_ms = now;
        client->window_messages = client->window_pieces = 0;
    }
    client->window_pieces++;
    if (last) client->window_messages++;
    if (client->window_messages <= SW_WS_MESSAGES_PER_SECOND_MAX &&
        client->window_pieces <= PIECES_PER_SECOND_MAX)
        return true;
    client->server->counters.dropped_rate++;
    sw__ws_client_close(client, SW_WS_CLOSE_RATE, "too many messages");
    return false;
}

/* The message is whole: DATA as it came. */
static void take_message(struct ws_client *client, const char *data, size_t len) {
    char text[SW_WS_MESSAGE_BYTES_MAX];
    struct sw_ws_counters *counters = &client->server->counters;
    if (client->rx_deflated) {
        int n = sw_deflate_inflate(client->server->deflate, data, len, text, sizeof text);
        if (n == -SW_ELIMIT) counters->dropped_too_big++;
        if (n == -SW_EPARSE) counters->dropped_bad++;
        if (n < 0) {
            sw__ws_client_close(client, SW_WS_CLOSE_BAD, n == -SW_ELIMIT ? "message too large" : "not deflated right");
            return;
        }
        data = text;
        len = (size_t)n;
    }
    handle(client, data, len);
}

void sw__ws_client_receive(struct ws_client *client, const char *in, size_t len) {
    if (client->closing) return;
    bool last = lws_is_final_fragment(client->wsi) && lws_remaining_packet_payload(client->wsi) == 0;
    bool marked = lws_get_reserved_bits(client->wsi) != 0; /* of this frame; libwebsockets lets RSV1 through alone, and only when negotiated */
    if (!within_rate(client, last)) return;
    if (lws_is_first_fragment(client->wsi)) client->rx_deflated = marked;
    if (lws_frame_is_binary(client->wsi) || (marked && !client->rx_deflated)) {
        client->server->counters.dropped_bad++;
        sw__ws_client_close(client, SW_WS_CLOSE_BAD, "text frames only");
        return;
    }
    if (client->rx_len + len + lws_remaining_packet_payload(client->wsi) > SW_WS_MESSAGE_BYTES_MAX) {
        client->server->counters.dropped_too_big++;
        sw__ws_client_close(client, SW_WS_CLOSE_BAD, "message too large");
        return;
    }
    if (last && client->rx_len == 0) {
        take_message(client, in ? in : "", len);
    } else {
        if (!client->rx) client->rx = sw_xmalloc(SW_WS_MESSAGE_BYTES_MAX);
        if (len) memcpy(client->rx + client->rx_len, in, len);
        client->rx_len += len;
        if (!last) return;
        take_message(client, client->rx, client->rx_len);
        free(client->rx);
        client->rx = NULL;
        client->rx_len = 0;
    }
    sw__ws_client_pump(client);
}
