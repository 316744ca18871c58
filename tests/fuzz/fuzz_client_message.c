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
    SW_ASSERT(message.op == SW_CLIENT_SUBSCRIBE || message.op == SW_CLIENT_UNSUBSCRIBE || message.op == SW_CLIENT_PING);
    if (message.op == SW_CLIENT_PING) SW_ASSERT(message.t >= -(INT64_C(1) << 53) && message.t <= INT64_C(1) << 53);
    else check_views(&message);
    if (message.op == SW_CLIENT_SUBSCRIBE) SW_ASSERT(memchr(message.site, '\0', sizeof message.site) && *message.site);
    return 0;
}
