/* What a WebSocket client is sent, and the one place that writes to it.
 *
 * libwebsockets documents writing from its writeable callback only; with libuv that costs several epoll_ctl() per frame.
 * Here a frame is written as soon as it is there, in one send(): its header stands right before the shared payload and
 * both go out as they are (LWS_WRITE_RAW); several that wait for one client go in one send() together. While libwebsockets
 * still has a rest that the socket did not take, nothing is written; its writeable callback goes on then. So a client that
 * does not read costs one piece at most. A client that is closing, by our wish or the peer's, is never written to. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/ws_internal.h"

#define HEAD_BYTES_MAX 10
#define FINAL 0x80u
#define COMPRESSED 0x40u /* RSV1 of the message's first frame */
#define OPCODE_TEXT 0x01u

/* ---- what is next ---- */

static struct sw_frame *make_pong(struct ws_client *client) {
    char text[96];
    int len = snprintf(text, sizeof text, "{\"op\":\"pong\",\"t\":%" PRId64 ",\"now\":%" PRId64 "}",
                       client->pong_t, client->server->options.now_ms(client->server->options.ctx));
    client->pong_due = false;
    return sw_frame_new(text, (size_t)len);
}

/* FRAME, or its compressed twin when the client takes those; the caller's reference moves along. */
static struct sw_frame *as_negotiated(const struct ws_client *client, struct sw_frame *frame) {
    struct sw_frame *sent = client->deflate ? sw_deflate_frame(client->server->deflate, frame) : frame;
    if (sent == frame) return frame;
    sw_frame_ref(sent);
    sw_frame_unref(frame);
    return sent;
}

/* The next frame this client has to get, NULL when it has all. What it alone gets is small and goes as it is. */
static struct sw_frame *next_frame(struct ws_client *client) {
    struct sw_frame *frame = client->first;
    if (frame) {
        client->first = NULL;
        return frame;
    }
    if ((frame = client->note)) {
        client->note = NULL;
        return frame;
    }
    if ((frame = client->error)) {
        client->error = NULL;
        client->server->counters.errors++;
        return frame;
    }
    if (client->pong_due) return make_pong(client);
    if (client->site && client->feed_sent != client->site->feed_number) {
        client->feed_sent = client->site->feed_number;
        return as_negotiated(client, sw_frame_ref(client->site->feed));
    }
    for (struct ws_sub *sub = client->subs; sub; sub = sub->client_next)
        if (sub->due && (frame = sw__ws_next_frame(sub))) return as_negotiated(client, frame);
    return NULL;
}

/* Besides the frame being sent. */
static bool has_more(const struct ws_client *client) {
    if (client->first || client->note || client->error || client->pong_due) return true;
    if (client->site && client->feed_sent != client->site->feed_number) return true;
    for (const struct ws_sub *sub = client->subs; sub; sub = sub->client_next)
        if (sub->due) return true;
    return false;
}

static bool has_next(const struct ws_client *client) { return client->tx || has_more(client); }

/* ---- writing ---- */

/* Puts the header of a frame of LEN bytes right before DATA; returns its length. A server's frames are not masked. */
static size_t put_head(unsigned char *data, unsigned first, size_t len) {
    size_t extra = len < 126 ? 0 : len < 65536 ? 2 : 8, head = 2 + extra;
    unsigned char *at = data - head;
    at[0] = (unsigned char)first;
    at[1] = (unsigned char)(extra == 0 ? len : extra == 2 ? 126 : 127);
    for (size_t i = 0; i < extra; i++) at[head - 1 - i] = (unsigned char)(len >> (8 * i));
    return head;
}

static bool write_raw(struct ws_client *client, unsigned char *data, size_t len) {
    if (lws_write(client->wsi, data, len, LWS_WRITE_RAW) >= 0) return true;
    client->server->counters.dropped_io++;
    sw__ws_client_cut(client);
    return false;
}

/* The frame being sent is out of our hands. */
static void frame_done(struct ws_client *client) {
    struct sw_frame *frame = client->tx;
    client->server->counters.frames_sent++;
    client->server->counters.frames_deflated += frame->compressed;
    client->server->counters.bytes_sent += frame->len;
    client->tx = NULL;
    client->tx_at = 0;
    sw_frame_unref(frame);
}

static unsigned first_byte(const struct sw_frame *frame) { return OPCODE_TEXT | (frame->compressed ? COMPRESSED : 0); }

/* Writes one piece of the frame being sent, as a WebSocket frame of its own: pings may come between them. A later
 * piece's header lies where the piece before it ends, which other clients still need: it is put back. */
static bool write_piece(struct ws_client *client) {
    struct sw_frame *frame = client->tx;
    unsigned char kept[HEAD_BYTES_MAX], *data = (unsigned char *)frame->data + client->tx_at;
    size_t len = frame->len - client->tx_at;
    bool last = len <= SW_WS_PIECE_BYTES;
    _Static_assert(HEAD_BYTES_MAX <= SW_FRAME_HEADROOM, "a frame has too little room before its data");
    if (!last) len = SW_WS_PIECE_BYTES;
    memcpy(kept, data - HEAD_BYTES_MAX, HEAD_BYTES_MAX);
    size_t head = put_head(data, (last ? FINAL : 0) | (client->tx_at ? 0 : first_byte(frame)), len);
    bool good = write_raw(client, data - head, head + len);
    memcpy(data - HEAD_BYTES_MAX, kept, HEAD_BYTES_MAX);
    if (!good) return false;
    client->tx_at += len;
    if (last) frame_done(client);
    return true;
}

/* Copies the frame being sent and those that wait behind it, as far as they are small, and writes them at once. A copy costs
 * a fraction of what a send() does. What does not fit stays as the frame being sent. */
static bool write_together(struct ws_client *client) {
    unsigned char *out = client->server->together;
    size_t len = 0;
    for (; client->tx && len + HEAD_BYTES_MAX + client->tx->len <= SW_WS_TOGETHER_BYTES; client->tx = next_frame(client)) {
        unsigned char *data = out + len + HEAD_BYTES_MAX;
        size_t head = put_head(data, FINAL | first_byte(client->tx), client->tx->len);
        memmove(out + len, data - head, head);
        memcpy(out + len + head, client->tx->data, client->tx->len);
        len += head + client->tx->len;
        frame_done(client);
    }
    return write_raw(client, out, len);
}

void sw__ws_client_pump(struct ws_client *client) {
    while (!client->closing && has_next(client)) {
        if (lws_partial_buffered(client->wsi)) {
            if (client->blocked_ms < 0) client->blocked_ms = sw__ws_now(client->server);
            if (!client->asked) lws_callback_on_writable(client->wsi);
            client->asked = true;
            return;
        }
        client->blocked_ms = -1;
        if (!client->tx && !(client->tx = next_frame(client))) continue;
        bool small = !client->tx_at && client->tx->len <= SW_WS_TOGETHER_BYTES / 2;
        if (!(small && has_more(client) ? write_together(client) : write_piece(client))) return;
    }
}

void sw__ws_client_writeable(struct ws_client *client) {
    client->asked = false;
    sw__ws_client_pump(client);
}
