/* The window of event ids: which (src, id) was applied, and when. */
#ifndef CORE_DUPLICATES_H
#define CORE_DUPLICATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/event.h"

#define SW_DUPLICATE_BYTES_MAX (2 * 4 * SW_ID_CHARS_MAX + 2) /* of a key */

struct sw_duplicate;
struct sw_duplicates;

struct sw_duplicates *sw_duplicates_new(void);
void sw_duplicates_free(struct sw_duplicates *d);
/* Whether (SRC, ID) was applied with a ts within the window of TS_MS. SRC may be NULL. */
bool sw_duplicates_seen(const struct sw_duplicates *d, const char *src, const char *id, int64_t ts_ms);
/* Remembers an applied event; returns how many keys had to give way to the cap. */
int64_t sw_duplicates_add(struct sw_duplicates *d, const char *src, const char *id, int64_t ts_ms);
/* Forgets what was applied so long before NOW_MS that a repeat would be no duplicate, or too late a one. */
void sw_duplicates_expire(struct sw_duplicates *d, int64_t now_ms);

/* Reading all, oldest first, as a checkpoint keeps them: the first one (NULL: there is none) ... */
struct sw_duplicate *sw_duplicates_first(const struct sw_duplicates *d);
/* ... what *AT is, which then is the next one. */
const char *sw_duplicates_read(struct sw_duplicate **at, size_t *len, int64_t *ts_ms);
size_t sw_duplicates_count(const struct sw_duplicates *d);
/* There is one, and COUNT will come. */
void sw_duplicates_make_room(struct sw_duplicates *d, size_t count);
/* Puts one back as the newest. That it is not there is not looked at, which would take longer than all the rest. */
void sw_duplicates_put(struct sw_duplicates *d, const char *text, size_t len, int64_t ts_ms);

#endif
