/* The boards there are: every *.json of a folder, checked when the daemon starts. */
#ifndef APP_BOARDS_DIR_H
#define APP_BOARDS_DIR_H

#include "shiftwall/buf.h"

#define SW_BOARDS_MAX 256

struct sw_boards;

/* Reads and checks the boards of DIR (NULL: there are none). FAULTS gets a line for each fault; with any, NULL. The caller frees. */
struct sw_boards *sw_boards_load(const char *dir, struct sw_buf *faults);
void sw_boards_free(struct sw_boards *boards);
/* The board's compact JSON, or NULL. Borrowed. */
const char *sw_boards_find(const struct sw_boards *boards, const char *name);
/* Appends the names as a JSON array. */
void sw_boards_names(const struct sw_boards *boards, struct sw_buf *out);

#endif
