/* The window of event ids: which (src, id) was applied, and when.
 *
 * A million keys are looked up with every event, so they lie as they came, one behind the other in blocks, found by a
 * table of their hashes: two places in memory to look at, and none to ask the allocator for. */
#ifndef CORE_DUPLICATES_H
#define CORE_DUPLICATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/event.h"

#define SW_DUPLICATE_BYTES_MAX (2 * 4 * SW_ID_CHARS_MAX + 2) /* of a key */

struct sw_duplicates;

/* (src, id) of an event. */
struct sw_duplicate_key {
    uint32_t hash;
    size_t len;
    char text[SW_DUPLICATE_BYTES_MAX];
};

struct sw_duplicates *sw_duplicates_new(void);
void sw_duplicates_free(struct sw_duplicates *d);
/* Makes the key of (SRC, ID). SRC may be NULL. */
void sw_duplicate_key(struct sw_duplicate_key *key, const char *src, const char *id);
/* KEY will be looked up and added: what that needs of the memory may come while something else is done. */
void sw_duplicates_expect(const struct sw_duplicates *d, const struct sw_duplicate_key *key);
/* Whether KEY was applied with a ts within the window of TS_MS. */
bool sw_duplicates_seen(const struct sw_duplicates *d, const struct sw_duplicate_key *key, int64_t ts_ms);
/* Remembers an applied event; returns how many keys had to give way to the cap. */
int64_t sw_duplicates_add(struct sw_duplicates *d, const struct sw_duplicate_key *key, int64_t ts_ms);
/* Forgets what was applied so long before NOW_MS that a repeat would be no duplicate, or too late a one. */
void sw_duplicates_expire(struct sw_duplicates *d, int64_t now_ms);

/* Reading all, oldest first, as a checkpoint keeps them. While one reads, nothing may be added or expire. */
struct sw_duplicates_at {
    uint64_t place;
};
struct sw_duplicates_at sw_duplicates_first(const struct sw_duplicates *d);
/* The key *AT stands at, which then stands at the next; NULL when there is none any more. */
const char *sw_duplicates_read(const struct sw_duplicates *d, struct sw_duplicates_at *at, size_t *len, int64_t *ts_ms);
size_t sw_duplicates_count(const struct sw_duplicates *d);
/* COUNT will come. */
void sw_duplicates_make_room(struct sw_duplicates *d, size_t count);
/* Puts one back as the newest; LEN is at least 1. */
void sw_duplicates_put(struct sw_duplicates *d, const char *text, size_t len, int64_t ts_ms);

#endif
