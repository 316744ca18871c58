/* The event contract's JSON to struct sw_event. */
#ifndef CODEC_EVENT_JSON_H
#define CODEC_EVENT_JSON_H

#include <stddef.h>

#include "shiftwall/event.h"

/* One member of a message: EVENT (borrowed for the call) when REJECT is SW_REJECT_NONE, else NULL. TEXT is the
 * member's own JSON, or the whole message where that could not be taken apart. */
typedef void (*sw_event_fn)(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text,
                            size_t len);

/* Reads one event by way of a tree of cJSON: the judge of what an event is. sw_event_read comes to the same, sooner. */
void sw_event_read_by_tree(const char *text, size_t len, sw_event_fn fn, void *ctx);

/* Reads one message, an event or a batch of them, and calls FN for each member in order, at least once. */
void sw_event_read(const char *text, size_t len, sw_event_fn fn, void *ctx);

#endif
