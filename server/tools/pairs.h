/* Files of lines KEY=VALUE that options of the tools name. */
#ifndef TOOLS_PAIRS_H
#define TOOLS_PAIRS_H

#include <stdbool.h>

#include "shiftwall/error.h"

/* Calls TAKE with each line's KEY (up to the last `=`) and VALUE; blank lines and those with # in front are comments. When it says no,
 * or the file cannot be read (1 MiB at most), a message of TOOL is printed. Returns an sw_tool_status; PATH NULL: nothing to read. */
int sw_pairs_read(const char *tool, const char *path, bool (*take)(void *ctx, char *key, char *value), void *ctx) SW_NODISCARD;

#endif
