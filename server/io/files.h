/* Reading whole small files at start-up; never from the running loop. */
#ifndef IO_FILES_H
#define IO_FILES_H

#include <stddef.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_FILES_MAX 1024 /* of one folder */

/* Appends the content of the file PATH to OUT. 0; -SW_ELIMIT when OUT cannot hold it (OUT has failed); or
 * -SW_ENOENT, -SW_EACCES, -SW_EIO with errno saying why, and OUT as it was. */
int sw_file_read(const char *path, struct sw_buf *out) SW_NODISCARD;

/* Calls FN for the files of DIR whose names end in SUFFIX, hidden ones left out, in the order of the names'
 * bytes: PATH is DIR/FILE. 0; or -SW_ENOENT, -SW_EACCES, -SW_EIO, -SW_ELIMIT (more than SW_FILES_MAX), each
 * with errno, and FN was not called. */
int sw_files_each(const char *dir, const char *suffix,
                  void (*fn)(void *ctx, const char *path, const char *file), void *ctx) SW_NODISCARD;

#endif
