/* What a WebSocket client says. */
#include <stdio.h>

#include "codec/client_message.h"
#include "codec/json_strict.h"
#include "fuzz.h"

static void check_views(const struct sw_client_message *m) {
    SW_ASSERT(m->view_count >= 1 && m->view_count <= SW_CLIENT_VIEWS_MAX);
    for (uint32_t i = 0; i < m->view_count; i++) {
        const struct sw_client_view *v = &m->views[i];
        SW_ASSERT(memchr(v->name, '\0', sizeof v->name) && *v->name && !sw_utf8_has_control(v->name));
        SW_ASSERT(memchr(v->have, '\0', sizeof v->have) != NULL);
        for (uint32_t k = 0; k < i; k++) SW_ASSERT(strcmp(m->views[k].name, v->name) != 0);
    }
}

static void check_number(int64_t n) { SW_ASSERT(n >= -(INT64_C(1) << 53) && n <= INT64_C(1) << 53); }

static void check_screen(const struct sw_client_message *m) {
    SW_ASSERT(memchr(m->version, '\0', sizeof m->version) && !sw_utf8_has_control(m->version));
    SW_ASSERT(memchr(m->board, '\0', sizeof m->board) && !sw_utf8_has_control(m->board));
    check_number(m->offset_ms);
    check_number(m->width);
    check_number(m->height);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sw_client_message message, untouched;
    memset(&message, 0xA5, sizeof message);
    memset(&untouched, 0xA5, sizeof untouched);
    int r = sw_client_message_parse((const char *)data, size, &message);
    if (r) {
        SW_ASSERT(r == -SW_ELIMIT || r == -SW_EPARSE || r == -SW_ENOENT || r == -SW_EINVAL);
        SW_ASSERT((r == -SW_ELIMIT) == (size > SW_CLIENT_MESSAGE_BYTES_MAX));
        SW_ASSERT(memcmp(&message, &untouched, sizeof message) == 0);
        return 0;
    }
    switch (message.op) {
    case SW_CLIENT_PING: check_number(message.t); break;
    case SW_CLIENT_SCREEN: check_screen(&message); break;
    case SW_CLIENT_SUBSCRIBE:
    case SW_CLIENT_UNSUBSCRIBE: check_views(&message); break;
    default: SW_ASSERT(!"an operation there is");
    }
    if (message.op == SW_CLIENT_SUBSCRIBE) SW_ASSERT(memchr(message.site, '\0', sizeof message.site) && *message.site);
    return 0;
}
