/* How far a followed log was read: what stands in a position's file, as text with a version and a checksum.
 *
 * A file of the log is known by its beginning, so that it is found again after a rotation that renames, copies or compresses it. */
#ifndef CODEC_LOG_MARK_H
#define CODEC_LOG_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_LOG_HEAD_BYTES 512  /* of a file's beginning that tell it from others */
#define SW_LOG_MARK_BYTES_MAX 1024
#define SW_LOG_ENTRY_MAX 48    /* bytes of a journal entry's id, with the NUL */

/* A file, by its first LEN bytes; of one that was empty (LEN 0) only the inode is known. */
struct sw_log_head {
    uint64_t hash;
    uint32_t len; /* 0..SW_LOG_HEAD_BYTES */
    uint64_t device, inode;
};

struct sw_log_mark {
    struct sw_log_head file;
    uint64_t offset; /* where a line begins, in bytes of the (uncompressed) file */
    uint64_t line;   /* its number, from 1 */
    uint64_t events; /* so many of its events were acknowledged, and all of the lines before it */
    bool snapshot;   /* the snapshot before this line was not acknowledged whole */
    struct sw_log_head origin; /* the file whose first line was the first that was read */
    int64_t time_ms;           /* of the latest line before, epoch ms; 0 = none */
    char entry[SW_LOG_ENTRY_MAX]; /* the journal's id of the newest acknowledged message; "" = none */
};

/* FNV-1a of LEN more bytes; begin with SW_LOG_HASH. */
#define SW_LOG_HASH UINT64_C(0xcbf29ce484222325)
uint64_t sw_log_hash(uint64_t hash, const void *data, size_t len);
/* Whether a file whose first bytes are DATA (LEN of them; the whole file, or SW_LOG_HEAD_BYTES) and which has this inode is HEAD's. */
bool sw_log_head_matches(const struct sw_log_head *head, const void *data, size_t len, uint64_t device, uint64_t inode);

void sw_log_mark_write(const struct sw_log_mark *mark, struct sw_buf *out);
/* 0; -SW_EPARSE (damaged, or cut); -SW_EINVAL (of a later version than ours: the first line says so). */
int sw_log_mark_read(const char *text, size_t len, struct sw_log_mark *mark) SW_NODISCARD;

#endif
