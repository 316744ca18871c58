/* Taking a JSON object apart into its members' texts: for views whose parts are written as one document. */
#ifndef CODEC_JSON_MEMBERS_H
#define CODEC_JSON_MEMBERS_H

#include <stddef.h>

#include "shiftwall/buf.h"
#include "shiftwall/walk.h"

#define SW_JSON_KEY_SIZE 64

/* Calls FN with every member of the object JSON, in order. JSON is our own writer's: without blanks, with keys that need no
 * escapes and are shorter than SW_JSON_KEY_SIZE. TEXT is a part of JSON. */
void sw_json_members(const char *json, size_t len, void *ctx,
                     void (*fn)(void *ctx, const char *key, const char *text, size_t len));

/* The items of a walk as a JSON array, as the ledger keeps them. */
void sw_walk_items_write(const struct sw_walk_item *items, size_t count, struct sw_buf *out);
/* Reads what sw_walk_items_write wrote and calls FN with it; the texts live until it returns. FN gets nothing when it is
 * not such an array. */
void sw_walk_items_read(const char *json, size_t len, void *ctx,
                        void (*fn)(void *ctx, const struct sw_walk_item *items, size_t count));

#endif
