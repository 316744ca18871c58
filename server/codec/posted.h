/* Events that a producer posts over HTTP: one event, a batch, or lines of events become the batch that goes into the journal.
 *
 * Every member is judged by the contract's reader before it goes on; what is refused is told by its place. A producer speaks
 * for itself only: its name becomes the `src` of its events, and an event that names another `src` is refused. */
#ifndef CODEC_POSTED_H
#define CODEC_POSTED_H

#include <stddef.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"
#include "shiftwall/event.h"

enum sw_posted_form {
    SW_POSTED_JSON, /* one event, or an array of 1 to SW_BATCH_EVENTS_MAX */
    SW_POSTED_LINES /* one event a line; empty lines count for nothing */
};

struct sw_posted_rules {
    const char *src;            /* the producer's name, valid UTF-8; NULL: events keep the `src` they have */
    int64_t from_ms, latest_ms; /* what happened before or after is refused as too old or from the future */
};

struct sw_posted_reject {
    uint32_t index;   /* among the members, from 0 */
    const char *why;  /* the name of an enum sw_reject, or "foreign_src"; static */
    const char *text; /* the member, in the body */
    size_t len;
};

struct sw_posted {
    struct sw_buf batch; /* what was accepted, as a JSON array; empty when nothing was */
    uint32_t accepted, rejected;
    struct sw_posted_reject rejects[SW_BATCH_EVENTS_MAX];
};

extern const char sw_posted_foreign_src[]; /* "foreign_src" */

/* Reads a body of LEN bytes into OUT, which is to be deinitialised either way. 0, also when all members are rejected; -SW_EPARSE: the
 * body as a whole could not be taken apart, WHY is the name of an enum sw_reject; -SW_ELIMIT: what was accepted is longer
 * than SW_BATCH_BYTES_MAX with `src` put into it. */
int sw_posted_read(const char *body, size_t len, enum sw_posted_form form, const struct sw_posted_rules *rules,
                   struct sw_posted *out, const char **why) SW_NODISCARD;
void sw_posted_deinit(struct sw_posted *posted);

#endif
