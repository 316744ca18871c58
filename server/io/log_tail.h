/* Follows a log while it is written and rotated: all its lines, in order, each once.
 *
 *  - It begins with the first line of a file given and goes through the later ones to the one that is written to.
 *  - Rotation by renaming: the old file is read to its end once the new one has something in it (until then the writer may still write
 *    to the old one). Rotation by copying and cutting (copytruncate): the rest is read from the copy, found by its beginning. Files that
 *    came and were rotated in between are read in their order.
 *  - A line that is not ended is given out when its file is known to be over. A line longer than SW_LOG_LINE_MAX is given out cut.
 *  - The folder is watched, and looked at every second for file systems that do not tell (network ones).
 *
 * All functions belong to the thread of the loop. The handler may pause and resume; it is closed from outside of it. */
#ifndef SW_IO_LOG_TAIL_H
#define SW_IO_LOG_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "io/log_files.h"

#define SW_LOG_LINE_MAX 16384 /* bytes of a line that are given out */

enum sw_log_news {
    SW_LOG_NEXT,       /* the lines that follow are of FILE */
    SW_LOG_MISSING,    /* the log is not there (yet): it is waited for */
    SW_LOG_CUT,        /* the file was cut and no copy of it was found: lines that were not read are lost */
    SW_LOG_COMPRESSED, /* a rotated file that was not read cannot be: its lines are lost */
    SW_LOG_DAMAGED,    /* a file cannot be read on (errno's text): its rest is lost */
    SW_LOG_ENDLESS     /* a line that does not end: it is left out up to its end, if that comes */
};

struct sw_log_tail_handler {
    /* A line without its newline; OFFSET is where it begins, LINE its number in its file. */
    void (*line)(void *ctx, const char *text, size_t len, uint64_t line, uint64_t offset);
    /* What happened with FILE (NULL: with the log); TEXT explains, or is "". */
    void (*news)(void *ctx, enum sw_log_news news, struct sw_log_file *file, const char *text);
    /* All that is there was read. */
    void (*idle)(void *ctx);
};

struct sw_log_tail;

/* Makes a tail of PATH's log that begins with the first line of FILES[FIRST] (FIRST may be the count: it waits for FILE). FILES is
 * taken over. */
struct sw_log_tail *sw_log_tail_new(uv_loop_t *loop, const char *path, struct sw_log_files *files, size_t first,
                                    const struct sw_log_tail_handler *handler, void *ctx) SW_NODISCARD;
/* Lines are given out from a later turn of the loop on. */
void sw_log_tail_start(struct sw_log_tail *tail);
/* No more lines after the one at hand, until it is resumed. */
void sw_log_tail_pause(struct sw_log_tail *tail);
void sw_log_tail_resume(struct sw_log_tail *tail);
/* The file at hand, NULL when there is none yet; valid until the next `news`. */
struct sw_log_file *sw_log_tail_file(const struct sw_log_tail *tail);
/* Where the next line begins, and its number. */
uint64_t sw_log_tail_offset(const struct sw_log_tail *tail);
uint64_t sw_log_tail_line(const struct sw_log_tail *tail);
/* Closes it; the memory is freed on a later turn of the loop. */
void sw_log_tail_close(struct sw_log_tail *tail);

#endif
