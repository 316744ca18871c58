/* What leaders record, as JSON: the bodies of requests and of the ledger's records, which are the same. */
#ifndef CODEC_DESK_JSON_H
#define CODEC_DESK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_DESK_NONE INT64_MIN /* a time or a number that is not there */
#define SW_DESK_BYTES_MAX (1u << 20)

/* Every member is optional; which are needed depends on what is recorded. Texts are owned. */
struct sw_desk_entry {
    char *id, *agent, *kind, *reason, *by, *role, *name, *pin;
    char *outcome, *step, *text, *action, *item, *tick, *note, *walk, *person, *rule, *subject, *csv, *a, *b;
    char *items; /* JSON */
    int64_t from_ms, to_ms, at_ms, until_ms;
    int64_t opened_ms, closed_ms, value, limit, n, points, money_fen, due_ms;
    bool excused, over, tick_gone;
};

/* Reads LEN bytes of a JSON object. Unknown members are ignored. 0, or -SW_EPARSE and then FAULT has a line; ENTRY is
 * to be deinitialised either way. */
int sw_desk_read(struct sw_desk_entry *entry, const char *json, size_t len, struct sw_buf *fault) SW_NODISCARD;
/* An entry with nothing in it. */
void sw_desk_init(struct sw_desk_entry *entry);
void sw_desk_deinit(struct sw_desk_entry *entry);
/* Replaces a text of an entry; TEXT is copied, NULL clears. */
void sw_desk_set(char **at, const char *text);
/* Appends the members that are there, but no PIN, as one JSON object. */
void sw_desk_write(const struct sw_desk_entry *entry, struct sw_buf *out);

#endif
