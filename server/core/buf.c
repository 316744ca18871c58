#include "shiftwall/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *sw_xmalloc(size_t size) { return sw_xrealloc(NULL, size); }

void *sw_xcalloc(size_t count, size_t size) {
    void *p = calloc(count ? count : 1, size ? size : 1);
    SW_ASSERT(p != NULL);
    return p;
}

void *sw_xrealloc(void *ptr, size_t size) {
    void *p = realloc(ptr, size ? size : 1);
    SW_ASSERT(p != NULL);
    return p;
}

char *sw_xstrdup(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(sw_xmalloc(size), text, size);
}

void sw_buf_init(struct sw_buf *buf, size_t cap) { *buf = (struct sw_buf){.cap = cap}; }

void sw_buf_deinit(struct sw_buf *buf) {
    free(buf->data);
    *buf = (struct sw_buf){.cap = buf->cap};
}

void sw_buf_clear(struct sw_buf *buf) {
    buf->len = 0;
    buf->failed = false;
    if (buf->data) buf->data[0] = '\0';
}

/* Makes room for MORE bytes and the final NUL; false once the buffer has failed. */
static bool reserve(struct sw_buf *buf, size_t more) {
    if (buf->failed) return false;
    if (more > buf->cap - buf->len) {
        buf->failed = true;
        buf->len = 0;
        if (buf->data) buf->data[0] = '\0';
        return false;
    }
    size_t need = buf->len + more + 1;
    if (need <= buf->size) return true;
    size_t size = buf->size < 128 ? 128 : buf->size;
    while (size < need) size *= 2;
    buf->data = sw_xrealloc(buf->data, size);
    buf->size = size;
    return true;
}

void sw_buf_reserve(struct sw_buf *buf, size_t more) {
    if (more <= buf->cap - buf->len) (void)reserve(buf, more);
}

char *sw_buf_extend(struct sw_buf *buf, size_t len) {
    if (!reserve(buf, len)) return NULL;
    char *at = buf->data + buf->len;
    at[len] = '\0';
    buf->len += len;
    return at;
}

void sw_buf_add(struct sw_buf *buf, const void *data, size_t len) {
    char *at = len ? sw_buf_extend(buf, len) : NULL;
    if (at) memcpy(at, data, len);
}

void sw_buf_puts(struct sw_buf *buf, const char *text) { sw_buf_add(buf, text, strlen(text)); }

void sw_buf_putc(struct sw_buf *buf, char c) {
    char *at = sw_buf_extend(buf, 1);
    if (at) *at = c;
}

void sw_buf_printf(struct sw_buf *buf, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len > 0 && reserve(buf, (size_t)len)) {
        vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

void sw_buf_int(struct sw_buf *buf, int64_t value) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) digits[--at] = '-';
    sw_buf_add(buf, digits + at, sizeof digits - at);
}

const char *sw_buf_text(const struct sw_buf *buf) { return buf->data && !buf->failed ? buf->data : ""; }

char *sw_buf_detach(struct sw_buf *buf, size_t *len) {
    char *data = buf->failed || !buf->len ? NULL : buf->data;
    if (data) {
        if (len) *len = buf->len;
        *buf = (struct sw_buf){.cap = buf->cap};
    } else {
        if (len) *len = 0;
        sw_buf_deinit(buf);
    }
    return data;
}
