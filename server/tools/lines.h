/* Lines of a file or a pipe, on a loop: a file is read when a line is wanted, a pipe when it has something. */
#ifndef TOOLS_LINES_H
#define TOOLS_LINES_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "shiftwall/error.h"

#define SW_LINES_BYTES_MAX ((size_t)1 << 20) /* of a line; of a longer one only the length is told, as this + 1 */

struct sw_lines;

enum sw_lines_result { SW_LINES_LINE, SW_LINES_LATER, SW_LINES_END, SW_LINES_FAILED };

/* Opens PATH ("-" is standard input). MORE is called when lines may be had again after SW_LINES_LATER. NULL with errno
 * set when it cannot be read. */
struct sw_lines *sw_lines_open(uv_loop_t *loop, const char *path, void (*more)(void *ctx), void *ctx) SW_NODISCARD;
/* The next line without its end, valid until the next call, and its number. TEXT is NULL for one that is too long. */
enum sw_lines_result sw_lines_next(struct sw_lines *lines, const char **text, size_t *len, uint64_t *number);
/* Closes it; the memory is freed on a later turn of the loop. */
void sw_lines_close(struct sw_lines *lines);

#endif
