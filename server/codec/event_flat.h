/* The fast way into struct sw_event: one pass over an event as producers usually send it, without a tree.
 *
 * It takes only what the reference (event_json.c) would accept, with the same values, and leaves everything else to it:
 * whatever is refused, escapes in texts, numbers with fractions, nested members, notices and alarms. So there is one
 * judge of what is wrong. tests/fuzz/fuzz_event_flat.c holds the two against each other. */
#ifndef CODEC_EVENT_FLAT_H
#define CODEC_EVENT_FLAT_H

#include <stdbool.h>
#include <stddef.h>

#include "shiftwall/event.h"

/* Bytes of ROOM for an event of LEN bytes: its texts with their NULs. */
#define SW_EVENT_FLAT_ROOM(len) ((len) + 1)

/* Reads one event of LEN bytes, at most SW_EVENT_BYTES_MAX. ROOM, of SW_EVENT_FLAT_ROOM(LEN) bytes, gets the texts EVENT
 * points to. False when it is for the reference; EVENT is then undefined. */
bool sw_event_read_flat(const char *json, size_t len, char *room, struct sw_event *event);

#endif
