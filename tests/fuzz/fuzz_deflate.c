/* permessage-deflate: which offers are accepted, what a client's compressed message inflates to, and that what we compress
 * inflates to the same. The first byte of an input chooses: 'o' an offer (a Sec-WebSocket-Extensions header), 'i' a message
 * to inflate, 'c' one to compress; of the latter two the second byte is how much room there is, in steps of 16 bytes. */
#include <ctype.h>

#include "codec/frame_deflate.h"
#include "fuzz.h"

static struct sw_deflate *z; /* one for all inputs, as for all clients: nothing may be left of the one before */

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    z = sw_deflate_new();
    return 0;
}

static void offer(const uint8_t *data, size_t size) {
    char *text = fuzz_string(data, size);
    if (!text) return;
    bool accepted = sw_deflate_accepts(text);
    char *upper = fuzz_string(data, size);
    for (char *c = upper; *c; c++) *c = (char)toupper((unsigned char)*c);
    SW_ASSERT(sw_deflate_accepts(upper) == accepted); /* names are not case-sensitive */
    if (accepted) {
        struct sw_buf more;
        sw_buf_init(&more, 1u << 16);
        sw_buf_printf(&more, "x-other; a=b, %s", text); /* what is offered before is another's */
        SW_ASSERT(sw_deflate_accepts(sw_buf_text(&more)));
        sw_buf_clear(&more);
        sw_buf_printf(&more, "permessage-deflate; unknown, %s", text);
        SW_ASSERT(!sw_deflate_accepts(sw_buf_text(&more))); /* the first of ours counts */
        sw_buf_deinit(&more);
    }
    free(upper);
    free(text);
}

static void inflate_it(const uint8_t *data, size_t size) {
    size_t room = (size_t)data[0] * 16;
    char *in = fuzz_copy(data + 1, size - 1), *out = fuzz_copy((const uint8_t[255 * 16]){0}, room), *again = malloc(1u << 16);
    SW_ASSERT(again != NULL);
    int n = sw_deflate_inflate(z, in, size - 1, out, room);
    SW_ASSERT(n == -SW_ELIMIT || n == -SW_EPARSE || (n >= 0 && (size_t)n <= room));
    int same = sw_deflate_inflate(z, in, size - 1, again, 1u << 16);
    if (n >= 0) SW_ASSERT(same == n && !memcmp(out, again, (size_t)n)); /* nothing is kept from message to message */
    if (n == -SW_ELIMIT) SW_ASSERT(same == -SW_ELIMIT || same == -SW_EPARSE || (size_t)same > room);
    free(again);
    free(out);
    free(in);
}

static void compress(const uint8_t *data, size_t size) {
    struct sw_frame *frame = sw_frame_new((const char *)data, size);
    struct sw_frame *sent = sw_deflate_frame(z, frame);
    SW_ASSERT(sw_deflate_frame(z, frame) == sent); /* made once */
    if (sent != frame) {
        SW_ASSERT(sent->compressed && sent->len < frame->len);
        char *out = fuzz_copy(data, size);
        SW_ASSERT(sw_deflate_inflate(z, sent->data, sent->len, out, size) == (int)size && !memcmp(out, data, size));
        if (size) SW_ASSERT(sw_deflate_inflate(z, sent->data, sent->len, out, size - 1) == -SW_ELIMIT);
        free(out);
    }
    sw_frame_unref(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    if (data[0] == 'o') offer(data + 1, size - 1);
    if (data[0] == 'i') inflate_it(data + 1, size - 1);
    if (data[0] == 'c') compress(data + 1, size - 1);
    return 0;
}
