/* The files of a log that is rotated: the one that is written to, and those beside it that were it before.
 *
 * Beside FILE count FILE.1, FILE-20261123, FILE.2026-11-23_10 and the like, and the same with .gz behind (they are read as if they were
 * not compressed). Other kinds of compression cannot be read. Their order is that of the time in their first lines; where there is
 * none, of their last change. */
#ifndef SW_IO_LOG_FILES_H
#define SW_IO_LOG_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/log_mark.h"
#include "shiftwall/error.h"

#define SW_LOG_FILES_MAX 64 /* of one log; the oldest ones beyond are left alone */
#define SW_LOG_NAME_MAX 256 /* bytes of a file's name without its folder, with the NUL */

/* One file, open for reading; what was renamed or deleted since can still be read. */
struct sw_log_file {
    char name[SW_LOG_NAME_MAX];
    int fd;           /* -1 = compressed in a way that cannot be read */
    void *gz;         /* of zlib, NULL = plain */
    bool is_live;     /* it is FILE itself */
    bool is_unreadable;
    uint64_t device, inode;
    int64_t size;     /* as stored */
    double time;      /* of its first line, comparable within one log; -1 = none */
    int64_t changed_ns;
    char head[SW_LOG_HEAD_BYTES]; /* its first bytes */
    size_t head_len;
};

struct sw_log_files {
    struct sw_log_file *files[SW_LOG_FILES_MAX + 1]; /* oldest first; FILE is the last one, when it is there */
    size_t count;
};

/* Opens what there is of PATH's log. 0; -SW_EIO (its folder cannot be read, errno says why). */
int sw_log_files_open(const char *path, struct sw_log_files *out) SW_NODISCARD;
/* Opens FILE of PATH's log itself; NULL with errno when it is not there. */
struct sw_log_file *sw_log_file_open_live(const char *path) SW_NODISCARD;
/* Takes file INDEX out of FILES, which is then the caller's. */
struct sw_log_file *sw_log_files_take(struct sw_log_files *files, size_t index);
void sw_log_file_close(struct sw_log_file *file);
/* Closes those that are left. */
void sw_log_files_close(struct sw_log_files *files);

/* The next bytes into DATA: how many, 0 at its (present) end, -1 with errno (EIO also for a damaged .gz). OFFSET is where they are in
 * the uncompressed file; a compressed one is read in order only. */
long sw_log_file_read(struct sw_log_file *file, uint64_t offset, char *data, size_t size);
/* Reads the head again, when it was not whole. */
void sw_log_file_refresh(struct sw_log_file *file);
/* What the head tells of FILE. */
struct sw_log_head sw_log_file_head(const struct sw_log_file *file);

#endif
