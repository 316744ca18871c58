/* Reading JSON as strictly as the contract wants it, in front of cJSON, which is lenient: valid UTF-8, no NUL, one
 * text to the end of the input, bounded nesting, no duplicate names, and integers told from other numbers. */
#ifndef CODEC_JSON_STRICT_H
#define CODEC_JSON_STRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "shiftwall/error.h"

enum sw_json_fault {
    SW_JSON_OK = 0,
    SW_JSON_BAD,           /* not one JSON text in valid UTF-8 without NUL */
    SW_JSON_TOO_DEEP,      /* nested deeper than asked for */
    SW_JSON_DUPLICATE_KEY, /* a name stands twice in one object */
    SW_JSON_TOO_MANY       /* more elements than asked for */
};

/* Parses LEN bytes of TEXT (need not end in NUL), nested at most MAX_DEPTH deep (a scalar is 0, {} is 1). On
 * SW_JSON_OK *OUT is a tree that the caller gives to cJSON_Delete(); else it is untouched. */
enum sw_json_fault sw_json_parse(const char *text, size_t len, unsigned max_depth, cJSON **out) SW_NODISCARD;

/* An element of an array, as a range of its text. */
struct sw_json_slice {
    const char *text;
    size_t len;
    char first; /* its first character: tells its kind */
};

/* Checks TEXT, which must be an array, without parsing it, and gives its elements' ranges. At most MAX elements. */
enum sw_json_fault sw_json_elements(const char *text, size_t len, struct sw_json_slice *out, size_t max,
                                    size_t *count) SW_NODISCARD;

/* Whether ITEM, from sw_json_parse(), is a number written as an integer in [MIN, MAX]; then *OUT is it. The bounds
 * must be within 2^53, where doubles are exact. */
bool sw_json_integer(const cJSON *item, int64_t min, int64_t max, int64_t *out);

/* Whether TEXT is UTF-8 in shortest form, without surrogates, at most U+10FFFF (RFC 3629). */
bool sw_utf8_is_valid(const char *text);
/* How many code points TEXT (valid UTF-8) has. */
size_t sw_utf8_count(const char *text);
/* Takes out of TEXT the bytes that make no whole character: what is left of one where a text was cut. */
void sw_utf8_mend(char *text);
/* Whether TEXT holds a control character (C0, DEL or C1). */
bool sw_utf8_has_control(const char *text);

#endif
