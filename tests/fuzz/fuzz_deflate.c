/* Compression of WebSocket messages. The first byte says what follows: 'o' a header of offers, 'm' a client's compressed
 * message, 't' a text to compress and to inflate again. */
#include <stdlib.h>

#include "codec/frame_deflate.h"
#include "fuzz.h"

#define ROOM 4096

static void offers(const uint8_t *data, size_t size) {
    char *text = calloc(1, size + 1);
    if (!text) abort();
    memcpy(text, data, size);
    bool accepted = sw_deflate_accepts(text);
    char *twice = calloc(1, 2 * size + 3);
    if (!twice) abort();
    /* another offer behind it makes none better */
    memcpy(twice, text, strlen(text));
    strcat(twice, ",");
    strcat(twice, text);
    SW_ASSERT(accepted || !sw_deflate_accepts(twice));
    free(twice);
    free(text);
}

/* The same bytes give the same answer whatever came before, and a larger room the same text. */
static void message(struct sw_deflate *z, const uint8_t *data, size_t size) {
    static char out[ROOM], more[64 * ROOM];
    struct sw_deflate *fresh = sw_deflate_new();
    int n = sw_deflate_inflate(z, (const char *)data, size, out, sizeof out);
    int m = sw_deflate_inflate(fresh, (const char *)data, size, more, sizeof more);
    sw_deflate_free(fresh);
    SW_ASSERT(n <= (int)sizeof out && (n >= 0 || n == -SW_ELIMIT || n == -SW_EPARSE));
    if (n >= 0) SW_ASSERT(m == n && memcmp(out, more, (size_t)n) == 0);
    if (n == -SW_EPARSE) SW_ASSERT(m == -SW_EPARSE);
    if (n == -SW_ELIMIT) SW_ASSERT(m > (int)sizeof out || m == -SW_ELIMIT || m == -SW_EPARSE);
}

static void text(struct sw_deflate *z, const uint8_t *data, size_t size) {
    struct sw_frame *frame = sw_frame_new((const char *)data, size), *twin = sw_deflate_frame(z, frame);
    SW_ASSERT(sw_deflate_frame(z, frame) == twin && (twin == frame || (twin->compressed && twin->len < size)));
    if (twin != frame) {
        char *back = malloc(size);
        if (!back) abort();
        SW_ASSERT(sw_deflate_inflate(z, twin->data, twin->len, back, size) == (int)size && memcmp(back, data, size) == 0);
        SW_ASSERT(sw_deflate_inflate(z, twin->data, twin->len, back, size - 1) == -SW_ELIMIT);
        free(back);
    }
    sw_frame_unref(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sw_deflate *z;
    if (!z) z = sw_deflate_new();
    if (!size) return 0;
    if (*data == 'o') offers(data + 1, size - 1);
    if (*data == 'm') message(z, data + 1, size - 1);
    if (*data == 't') text(z, data + 1, size - 1);
    return 0;
}
