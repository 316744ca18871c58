/* What is to be said to a chat group, whichever it is: the words, not their form. Who says something fills it in (a
 * chart, an alert, a floor walk); notify/ gives it the form of each destination. */
#ifndef SHIFTWALL_MESSAGE_H
#define SHIFTWALL_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"
#include "shiftwall/event.h"

#define SW_MESSAGE_ID_BYTES_MAX 128
#define SW_MESSAGE_TITLE_BYTES_MAX 512
#define SW_MESSAGE_TEXT_BYTES_MAX 65536
#define SW_MESSAGE_LINK_BYTES_MAX 2048
#define SW_MESSAGE_CELLS_MAX 20000
#define SW_MESSAGE_PNG_BYTES_MAX ((size_t)2 << 20) /* what WeCom takes */

#define SW_MESSAGE_KIND_MAP(XX)                                                                                  \
    XX(CHART, "chart")                 /* a sign-in chart or another report */                                   \
    XX(ALERT_OPENED, "alert_opened")                                                                             \
    XX(ALERT_CLEARED, "alert_cleared") /* `about` says which */                                                  \
    XX(WALK_DUE, "walk_due")                                                                                     \
    XX(WALK_MISSED, "walk_missed")                                                                               \
    XX(TEST, "test")

enum sw_message_kind {
#define XX(name, text) SW_MESSAGE_##name,
    SW_MESSAGE_KIND_MAP(XX)
#undef XX
        SW_MESSAGE_KIND_COUNT
};

const char *sw_message_kind_name(enum sw_message_kind kind);
/* The kind of that name, or -1. */
int sw_message_kind_from_name(const char *name);

#define SW_LANGUAGE_MAP(XX)                                                                                      \
    XX(ZH, "zh")                                                                                                 \
    XX(EN, "en")

enum sw_language {
#define XX(name, text) SW_LANGUAGE_##name,
    SW_LANGUAGE_MAP(XX)
#undef XX
        SW_LANGUAGE_COUNT
};

const char *sw_language_name(enum sw_language language);
int sw_language_from_name(const char *name);

/* The words in one language. */
struct sw_words {
    const char *title;          /* one line; NULL = the other language's words are used for all of it */
    const char *text;           /* lines, plain: no markup; NULL = none */
    const char *const *columns; /* the table's heads, column_count of them; NULL = the other language's */
};

/* Texts are NUL-terminated valid UTF-8, borrowed; whoever keeps a message copies it. */
struct sw_message {
    enum sw_message_kind kind;
    enum sw_severity severity; /* of a cleared alert: the one it had */
    const char *id;            /* of this message only, also after a restart: the same id is never sent twice */
    const char *about;         /* the alert that opened or cleared; NULL where there is none */
    const char *site;          /* the site's name; NULL = not said */
    struct sw_words words[SW_LANGUAGE_COUNT];
    const char *const *cells; /* the table, row by row; the first column names the row */
    size_t column_count, row_count;
    const char *link; /* where to see more: a page of the console, or the picture; NULL = nowhere */
    const void *png;  /* a picture; NULL = none */
    size_t png_bytes;
    int64_t made_ms;
    int64_t expires_ms; /* from then on it is of no use (a call to a walk that is over); INT64_MAX = always of use */
};

/* A message of KIND and ID, made at MADE_MS, with nothing else in it. */
struct sw_message sw_message_of(enum sw_message_kind kind, const char *id, int64_t made_ms);
/* The words for a reader of LANGUAGE: those of the other language where there are none. */
const struct sw_words *sw_message_words(const struct sw_message *message, enum sw_language language);
/* 0; -SW_EINVAL when it has no id, no title or half a table; -SW_ELIMIT when something is longer than above. */
int sw_message_check(const struct sw_message *message) SW_NODISCARD;

#endif
