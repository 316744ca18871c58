/* What the fuzz targets share. A broken promise of the code under test is an SW_ASSERT: it aborts, and the input is kept. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shiftwall/error.h"

/* Called by libFuzzer for each input; DATA is exactly SIZE bytes, so that reading past them is found. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Called once before the first input, by libFuzzer, in targets that define it. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Calls FN for each line of DATA in a block of its own, so that reading past its end is found. */
static inline void fuzz_lines(const uint8_t *data, size_t size, void (*fn)(const char *line, size_t len)) {
    const uint8_t *at = data, *end = data + size;
    while (at < end) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline ? newline : end) - at);
        char *line = malloc(len ? len : 1);
        SW_ASSERT(line != NULL);
        memcpy(line, at, len);
        fn(line, len);
        free(line);
        at += len + 1;
        if (!newline) break;
    }
}

#endif
