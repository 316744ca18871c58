/* The file of a checkpoint: what the figures were made of, where in the journal they stand, and the floor's bytes, under
 * one checksum. */
#ifndef APP_CHECKPOINT_FILE_H
#define APP_CHECKPOINT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/config.h"
#include "io/feed.h"
#include "shiftwall/policy.h"

#define SW_CHECKPOINT_BYTES_MAX ((size_t)1 << 30)
#define SW_CHECKPOINT_SHAPE_BYTES 32

/* What a file says beside the floor. */
struct sw_checkpoint {
    char site[SW_SITE_MAX + 1];
    unsigned char shape[SW_CHECKPOINT_SHAPE_BYTES];
    uint64_t number;   /* grows by one with every checkpoint of a site */
    int64_t taken_ms;  /* by the site's clock */
    int64_t day_ms;    /* start of the business day it was taken in */
    char epoch[9];
    uint64_t first_version; /* of the views of that run */
    struct sw_feed_id confirmed; /* see sw_feed_place */
    struct sw_feed_id *had;
    size_t had_count;
    int64_t incomplete_since_ms, incomplete_until_ms; /* of the feed */
    int64_t plain_lost_day_ms;
};

void sw_checkpoint_deinit(struct sw_checkpoint *checkpoint);

/* A hash of all in CONFIG and POLICY that shapes the figures: with any other the same events give other ones. */
void sw_checkpoint_shape(const struct sw_config *config, const struct sw_policy *policy,
                         unsigned char out[SW_CHECKPOINT_SHAPE_BYTES]);

/* Begins a file: the bytes of the floor are to be appended. */
void sw_checkpoint_begin(const struct sw_checkpoint *checkpoint, struct sw_buf *out);
/* Ends it with its checksum, and puts it in the place of PATH, durably: it is there as a whole or not at all. Blocks: for
 * workers. 0 or -SW_EIO with errno; -SW_ELIMIT when OUT has failed. */
int sw_checkpoint_write(const char *path, struct sw_buf *out) SW_NODISCARD;
/* Reads a file's LEN bytes: STATE gets the floor's, which stay where they are. 0; -SW_EPARSE and *WHY. */
int sw_checkpoint_read(const char *data, size_t len, struct sw_checkpoint *out, const char **state, size_t *state_len,
                       const char **why) SW_NODISCARD;

#endif
