#include "tools/pairs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "io/files.h"
#include "shiftwall/buf.h"
#include "tools/tools.h"

#define BYTES_MAX (1u << 20)

int sw_pairs_read(const char *tool, const char *path, bool (*take)(void *ctx, char *key, char *value), void *ctx) {
    if (!path) return SW_TOOL_OK;
    struct sw_buf text;
    sw_buf_init(&text, BYTES_MAX);
    int status = SW_TOOL_OK, failed = sw_file_read(path, &text);
    if (failed) {
        fprintf(stderr, "shiftwall %s: %s: %s\n", tool, path, failed == -SW_ELIMIT ? "too large" : strerror(errno));
        status = SW_TOOL_INPUT;
    }
    int number = 0;
    for (char *line = text.data, *next; line && status == SW_TOOL_OK; line = next) {
        number++;
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        char *equals = strrchr(line, '=');
        if (!*line || *line == '#') continue;
        if (equals) *equals = '\0';
        if (equals && take(ctx, line, equals + 1)) continue;
        fprintf(stderr, "shiftwall %s: %s:%d: not as --help says, or against an earlier line\n", tool, path, number);
        status = SW_TOOL_INPUT;
    }
    sw_buf_deinit(&text);
    return status;
}
