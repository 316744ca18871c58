/* Products of two int64: exact where a double would round and an int64 overflow. */
#ifndef CORE_WIDE_H
#define CORE_WIDE_H

#include <stdint.h>

__extension__ typedef __int128 sw_wide;

/* A x B / C to the nearest, halves up; none negative, C positive, the result an int64. */
static inline int64_t sw_wide_scale(int64_t a, int64_t b, int64_t c) {
    return (int64_t)(((sw_wide)a * b + c / 2) / c);
}

#endif
