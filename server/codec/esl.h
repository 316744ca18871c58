/* FreeSWITCH's event socket (mod_event_socket): a stream of bytes to messages, and what is inside them.
 *
 * A message is a block of `Name: value` lines, an empty line, and as many bytes of body as its Content-Length
 * says. Events (text/event-plain) have such a block as their body, its values percent-encoded. The lists that
 * callcenter_config answers are rows of fields between bars, under a row of names.
 *
 * Nothing of a peer is believed: lines, headers and bodies are capped, memory grows with the bytes that came
 * and never with a length that was promised. A message that cannot be read makes the rest of the stream
 * unreadable, since only its length told where the next one begins: the owner drops the connection.
 *
 * Pure: no clock, no sockets. */
#ifndef CODEC_ESL_H
#define CODEC_ESL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"

#define SW_ESL_BLOCK_BYTES_MAX 16384            /* the lines in front of a body */
#define SW_ESL_EVENT_BYTES_MAX (256 * 1024)     /* the body of an event */
#define SW_ESL_BODY_BYTES_MAX (8 * 1024 * 1024) /* any other body: a list of 20,000 agents */
#define SW_ESL_TEXT_BYTES_MAX 512               /* a Reply-Text: more is cut */
#define SW_ESL_COLUMNS_MAX 64                   /* of a list */
#define SW_ESL_ROW_BYTES_MAX 8192               /* a row of a list */

enum sw_esl_kind {
    SW_ESL_AUTH,       /* auth/request: the switch waits for the password */
    SW_ESL_REPLY,      /* command/reply: TEXT is its Reply-Text ("+OK accepted", "-ERR invalid") */
    SW_ESL_ANSWER,     /* api/response: the body is what the command printed */
    SW_ESL_EVENT,      /* text/event-plain: the body is for sw_esl_value() */
    SW_ESL_DISCONNECT, /* text/disconnect-notice: the body says why, for a person */
    SW_ESL_REJECTION,  /* text/rude-rejection: the switch's access list does not let us in */
    SW_ESL_OTHER       /* anything else: skipped by who does not know it */
};

/* Valid during the call; BODY is followed by a NUL that is not counted, and may hold any bytes. */
struct sw_esl_message {
    enum sw_esl_kind kind;
    const char *text;
    const char *body;
    size_t len;
};

struct sw_esl;

/* MESSAGE is called for each message; it may call sw_esl_reset(), but not free the reader. */
struct sw_esl *sw_esl_new(void (*message)(void *ctx, const struct sw_esl_message *message), void *ctx);
void sw_esl_free(struct sw_esl *esl);
/* For a new connection: forgets what came so far, and the fault. */
void sw_esl_reset(struct sw_esl *esl);
/* Reads LEN bytes. Errors: -SW_EPARSE or -SW_ELIMIT, from then on for every call until the reset. */
SW_NODISCARD int sw_esl_feed(struct sw_esl *esl, const char *data, size_t len);
/* What was wrong, in English; "" when nothing was. */
const char *sw_esl_fault(const struct sw_esl *esl);
/* Bytes of memory held for messages under way. */
size_t sw_esl_held(const struct sw_esl *esl);

/* Finds header NAME (case is ignored) in an EVENT of LEN bytes and decodes its value into OUT,
 * NUL-terminated. Returns its length; -1 when it is not there, is not UTF-8 without control characters, or
 * does not fit SIZE bytes. Of two headers with one name it is the first. */
int sw_esl_value(const char *event, size_t len, const char *name, char *out, size_t size);
/* The same for a whole number in [0, MAX]; -1 when it is not there or is none. */
int64_t sw_esl_integer(const char *event, size_t len, const char *name, int64_t max);

/* How a list is read. */
struct sw_esl_list {
    const char *const *columns; /* the names that are wanted, COUNT (1..SW_ESL_COLUMNS_MAX) of them */
    size_t count;
    const char
        *loose; /* the column whose values may hold bars (a dial string, a caller's name); NULL = none */
    /* VALUES holds one string a wanted column, in their order: "" where the list has no such column or holds
     * NULL. */
    void (*row)(void *ctx, const char *const *values);
    void *ctx;
};
enum sw_esl_result {
    SW_ESL_LIST,   /* read to its "+OK" */
    SW_ESL_CUT,    /* it has no "+OK" at its end: part of it may be missing */
    SW_ESL_REFUSED /* "-ERR ...", "-USAGE ...": the first line says why */
};
/* Reads a list of LEN bytes; SKIPPED (may be NULL) counts rows that have another number of fields than of
 * names, or are too long, or are not UTF-8. An empty list is its "+OK" alone. */
enum sw_esl_result sw_esl_list_read(const struct sw_esl_list *list, const char *text, size_t len,
                                    uint64_t *skipped);

#endif
