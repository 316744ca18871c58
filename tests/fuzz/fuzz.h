/* What the fuzz targets share. A broken promise of the code under test is an SW_ASSERT: it aborts, and the input is kept. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/json_writer.h"
#include "shiftwall/buf.h"
#include "shiftwall/error.h"

/* Called by libFuzzer for each input; DATA is exactly SIZE bytes, so that reading past them is found. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Called once before the first input, by libFuzzer, in targets that define it. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* DATA in a block of its own, so that reading past its end is found; to be freed. */
static inline char *fuzz_copy(const uint8_t *data, size_t size) {
    char *copy = malloc(size ? size : 1);
    SW_ASSERT(copy != NULL);
    memcpy(copy, data, size);
    return copy;
}

/* The same with a NUL behind it; NULL when there is one in it. */
static inline char *fuzz_string(const uint8_t *data, size_t size) {
    if (memchr(data, '\0', size)) return NULL;
    char *copy = malloc(size + 1);
    SW_ASSERT(copy != NULL);
    memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

/* What people are told (faults, remarks) goes into logs and JSON: it is UTF-8, also where it is cut. */
static inline void fuzz_text(const struct sw_buf *told) {
    struct sw_buf quoted;
    cJSON *tree = NULL;
    sw_buf_init(&quoted, told->len * 6 + 2);
    sw_json_quote(&quoted, sw_buf_text(told));
    SW_ASSERT(!quoted.failed && sw_json_parse(quoted.data, quoted.len, 0, &tree) == SW_JSON_OK);
    cJSON_Delete(tree);
    sw_buf_deinit(&quoted);
}

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
