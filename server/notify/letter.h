/* What one request is to say, in one language: a message, or several alerts taken together. */
#ifndef NOTIFY_LETTER_H
#define NOTIFY_LETTER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/message.h"

#define SW_LETTER_LINES_MAX 20 /* of alerts taken together; the rest is counted */

/* One message of a letter, and what was said of the same alert before. */
struct sw_letter_part {
    const struct sw_message *message;
    int64_t told_ms; /* when its opening was told here; -1 = it was not, or is in this letter */
};

struct sw_letter {
    const char *id;
    char group_id[32]; /* what ID is of several: made of all of theirs */
    enum sw_message_kind kind;
    enum sw_severity severity;
    bool good; /* nothing is wrong any more */
    enum sw_language language;
    struct sw_buf title, text; /* plain; TEXT has lines, each with its end */
    const struct sw_message *table; /* whose table and picture it has; NULL = none */
    const char *link;
    int64_t made_ms;
};

/* Composes a letter of COUNT messages, all alerts where there are more than one. `maybe_again` adds a line that says that
 * it may have come already. Times are those of ZONE. The parts are borrowed by LETTER. */
void sw_letter_init(struct sw_letter *letter, const struct sw_letter_part *parts, size_t count, enum sw_language language,
                    const struct sw_zone *zone, bool maybe_again);
void sw_letter_deinit(struct sw_letter *letter);

/* "See more", "There is more in the console": words of the forms. */
const char *sw_letter_see(enum sw_language language);
const char *sw_letter_more(enum sw_language language);
/* The Rth row of the table: FIRST is its name, REST the other cells with their heads ("waiting 3 · longest 0:45"). */
void sw_letter_row(const struct sw_letter *letter, size_t r, const char **first, struct sw_buf *rest);

#endif
