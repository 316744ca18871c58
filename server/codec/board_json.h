/* Boards: which widgets a wall screen shows, and where. The rules are those of web/boards/README.md. */
#ifndef CODEC_BOARD_JSON_H
#define CODEC_BOARD_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_BOARD_BYTES_MAX 65536
#define SW_BOARD_PAGES_MAX 12
#define SW_BOARD_WIDGETS_MAX 40 /* of a page */
#define SW_BOARD_FAULTS_MAX 20  /* told at once */

/* Whether NAME may be a board's: [a-z0-9][a-z0-9_-]{0,31}. */
bool sw_board_is_name(const char *name);

/* Checks LEN bytes of TEXT, the board NAME from the file PATH (which is only named in messages). Returns its
 * compact JSON, malloc'ed, the caller's; or NULL, and FAULTS has a line for each fault, "PATH:
 * $.pages[0].widgets[2].w: text". */
char *sw_board_read(const char *path, const char *name, const char *text, size_t len,
                    struct sw_buf *faults) SW_NODISCARD;

/* Whether BOARD, which sw_board_read made, draws from VIEW ("agents/A"). */
bool sw_board_shows(const char *board, const char *view);

#endif
