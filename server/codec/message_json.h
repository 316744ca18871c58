/* Messages to chat groups as JSON: how they are kept until they are sent, and what a program may hand to
 * `shiftwall notify --send`. And the answers of chat services. */
#ifndef CODEC_MESSAGE_JSON_H
#define CODEC_MESSAGE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/message.h"

/* One message, its picture and all. */
#define SW_MESSAGE_JSON_BYTES_MAX ((size_t)8 << 20)

/* Appends MESSAGE as one JSON object without line ends. */
void sw_message_write(const struct sw_message *message, struct sw_buf *out);

/* Reads what sw_message_write wrote, or an object of {"title", "text", "link", ...} in one language, and calls FN with
 * it; all of it lives until FN returns. Returns 0; -SW_EPARSE or what sw_message_check says, and then FN was not
 * called. */
int sw_message_read(const char *json, size_t len, void *ctx,
                    void (*fn)(void *ctx, const struct sw_message *message)) SW_NODISCARD;

#define SW_SERVICE_TEXT_BYTES 256

/* What a chat service says in the body of its answer. */
struct sw_service_answer {
    int64_t code; /* of the first key that is a number */
    char text[SW_SERVICE_TEXT_BYTES]; /* cut at a character; "" when there is none */
};

/* Reads {CODE_KEY: number, TEXT_KEY: string}. False when the body is no object with that number in it. */
bool sw_service_answer_read(const char *json, size_t len, const char *code_key, const char *text_key,
                            struct sw_service_answer *answer);

/* How many bytes of TEXT, MAX at most, end at the end of a character. */
size_t sw_utf8_cut(const char *text, size_t max);

#endif
