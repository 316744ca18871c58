/* A growing byte buffer with a cap given at birth.
 *
 * Appending past the cap, or failing to allocate, marks the buffer `failed`, drops its content and makes every
 * later append a no-op, so a writer checks once at the end. The content always ends in a NUL that is not
 * counted in `len`. */
#ifndef SHIFTWALL_BUF_H
#define SHIFTWALL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"

struct sw_buf {
    char *data;   /* NULL until the first append */
    size_t len;   /* bytes held */
    size_t size;  /* bytes allocated */
    size_t cap;   /* most bytes it may hold */
    bool failed;  /* the cap was passed */
};

/* Makes an empty buffer that may hold CAP bytes; allocates nothing. */
void sw_buf_init(struct sw_buf *buf, size_t cap);
/* Frees the content; the buffer may be used again. */
void sw_buf_deinit(struct sw_buf *buf);
/* Empties the buffer, keeps its memory, and clears `failed`. */
void sw_buf_clear(struct sw_buf *buf);
/* Makes room for MORE bytes at once, where they are sure to come; nothing happens when they would pass the cap. */
void sw_buf_reserve(struct sw_buf *buf, size_t more);
/* Appends LEN bytes of DATA. */
void sw_buf_add(struct sw_buf *buf, const void *data, size_t len);
/* Appends a NUL-terminated string. */
void sw_buf_puts(struct sw_buf *buf, const char *text);
void sw_buf_putc(struct sw_buf *buf, char c);
/* Appends LEN bytes, at least 1, which the caller fills; NULL when they do not fit. */
char *sw_buf_extend(struct sw_buf *buf, size_t len);
/* Appends formatted text. */
void sw_buf_printf(struct sw_buf *buf, const char *format, ...) SW_PRINTF(2, 3);
/* Appends a decimal integer (quicker than printf). */
void sw_buf_int(struct sw_buf *buf, int64_t value);
/* The content as a string; "" when empty or failed. */
const char *sw_buf_text(const struct sw_buf *buf);
/* Gives the content away (malloc'ed, NUL-terminated; NULL when failed or empty) and empties the buffer. */
char *sw_buf_detach(struct sw_buf *buf, size_t *len);

/* Allocation that aborts when memory is gone: for sizes of our own choosing, never a peer's. */
void *sw_xmalloc(size_t size);
void *sw_xcalloc(size_t count, size_t size);
void *sw_xrealloc(void *ptr, size_t size);
char *sw_xstrdup(const char *text);

#endif
