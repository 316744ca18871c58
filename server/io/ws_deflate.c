/* Compression as it is negotiated.
 *
 * The permessage-deflate of libwebsockets compresses for every connection by itself and keeps some 40 KB of inflate state
 * for each client that compresses, as browsers do. So the extension is our own and does nothing per connection: payloads
 * pass through as they are, shared frames are compressed once (codec/frame_deflate.h), and a client's message is inflated
 * when it is whole. */
#include <string.h>

#include "io/http_caller.h"
#include "io/ws_internal.h"

#define OFFERS_BYTES_MAX 512

static const struct lws_ext_options no_options[] = {{NULL, EXTARG_NONE}};

/* Payload callbacks answer 0: not touched. */
static int on_extension(struct lws_context *context, const struct lws_extension *extension, struct lws *wsi,
                        enum lws_extension_callback_reasons reason, void *user, void *in, size_t len) {
    (void)context, (void)extension, (void)wsi, (void)user, (void)len;
    if (reason == LWS_EXT_CB_CONSTRUCT) *(const struct lws_ext_options **)in = no_options;
    return 0;
}

const struct lws_extension sw__ws_extensions[] = {{SW_DEFLATE_NAME, on_extension, SW_DEFLATE_NAME}, {NULL, NULL, NULL}};

bool sw__ws_deflate_is_wanted(struct lws *wsi) {
    char offers[OFFERS_BYTES_MAX];
    return sw__http_header(wsi, WSI_TOKEN_EXTENSIONS, offers, sizeof offers) && sw_deflate_accepts(offers);
}

bool sw__ws_deflate_is_on(struct lws *wsi) {
    /* an option that is not known asks nothing but whether the extension is active */
    return lws_set_extension_option(wsi, SW_DEFLATE_NAME, "", "") == 0;
}

/* libwebsockets answers with parameters only where the client offered them, but forbidding take-over needs no offer. Its
 * line is the last before ours: when it ends as expected the parameters go onto it. */
int sw__ws_deflate_answer(struct lws *wsi, struct lws_process_html_args *args) {
    static const char line[] = "Sec-WebSocket-Extensions: " SW_DEFLATE_NAME "\r\n";
    static const char more[] = SW_DEFLATE_ANSWER "\r\n";
    size_t len = sizeof line - 1;
    if (!sw__ws_deflate_is_on(wsi)) return 0;
    if (args->max_len < (int)sizeof more + 2 || memcmp(args->p - len, line, len) != 0) return -1;
    memcpy(args->p - 2, more, sizeof more - 1);
    args->p += sizeof more - 1 - 2;
    return 0;
}
