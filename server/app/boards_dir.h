/* The boards there are: every *.json of two folders, checked when the daemon starts. */
#ifndef APP_BOARDS_DIR_H
#define APP_BOARDS_DIR_H

#include "shiftwall/buf.h"

#define SW_BOARDS_MAX 256

struct sw_boards;

/* Reads and checks the boards of two folders, either may be NULL; a board of OWN takes the place of a BUILT_IN one of
 * its name. FAULTS gets a line for each fault; with any, NULL. The caller frees. */
struct sw_boards *sw_boards_load(const char *built_in, const char *own, struct sw_buf *faults);
void sw_boards_free(struct sw_boards *boards);
/* The board's compact JSON, or NULL. Borrowed. */
const char *sw_boards_find(const struct sw_boards *boards, const char *name);
/* Appends the names as a JSON array. */
void sw_boards_names(const struct sw_boards *boards, struct sw_buf *out);

#endif
