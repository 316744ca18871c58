/* The position of a followed log on disk: DIR/source-SRC.position, replaced as a whole, and held by one process at a time. */
#ifndef TOOLS_POSITION_FILE_H
#define TOOLS_POSITION_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "codec/log_mark.h"
#include "shiftwall/error.h"

struct sw_position_file;

/* Opens the position of SRC in DIR and holds it against other processes. NULL: ERROR (of SIZE bytes) says why (the folder cannot be
 * written, another process holds it). */
struct sw_position_file *sw_position_file_open(const char *dir, const char *src, char *error, size_t size) SW_NODISCARD;
void sw_position_file_close(struct sw_position_file *file);
const char *sw_position_file_path(const struct sw_position_file *file);
/* Reads it. CHANGED_MS gets when it was written last (the machine's clock). 0; -SW_ENOENT (there is none); -SW_EPARSE (damaged);
 * -SW_EINVAL (of a later version); -SW_EIO with errno. */
int sw_position_file_read(const struct sw_position_file *file, struct sw_log_mark *mark, int64_t *changed_ms) SW_NODISCARD;
/* Puts a damaged one aside, under the same name with ".damaged" behind. 0 or -SW_EIO with errno. */
int sw_position_file_put_aside(const struct sw_position_file *file) SW_NODISCARD;
/* Replaces it, durably: after a crash there is the old one or the new one. The same as last time is not written again. 0 or -SW_EIO
 * with errno. */
int sw_position_file_write(struct sw_position_file *file, const struct sw_log_mark *mark) SW_NODISCARD;

#endif
