/* Writing compact JSON onto a buffer: the hot path of the views. */
#ifndef CODEC_JSON_WRITER_H
#define CODEC_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/kpi.h"

struct sw_json {
    struct sw_buf *buf;
    bool comma; /* the next member or element needs one */
};

static inline struct sw_json sw_json_on(struct sw_buf *buf) { return (struct sw_json){buf, false}; }
/* Opens and closes an object or an array; KEY is NULL inside arrays and at the top. */
void sw_json_open(struct sw_json *j, const char *key, char bracket);
void sw_json_close(struct sw_json *j, char bracket);
void sw_json_int(struct sw_json *j, const char *key, int64_t value);
void sw_json_bool(struct sw_json *j, const char *key, bool value);
/* A string; one that is NULL is left out. */
void sw_json_text(struct sw_json *j, const char *key, const char *value);
/* JSON text as it is. */
void sw_json_raw(struct sw_json *j, const char *key, const char *json);
/* A number rounded to 6 digits, without trailing zeros. */
void sw_json_number(struct sw_json *j, const char *key, double value);
/* A ratio rounded to 6 digits; one that is undefined is left out. */
void sw_json_ratio(struct sw_json *j, const char *key, struct sw_ratio r);
/* A mean of milliseconds, rounded to whole ones; one that is undefined is left out. */
void sw_json_mean(struct sw_json *j, const char *key, struct sw_ratio r);

/* VALUE with at most 6 digits behind the point, without trailing zeros, into OUT. */
void sw_number_text(double value, char out[32]);
/* num / den rounded half up; den > 0. */
int64_t sw_ratio_rounded(struct sw_ratio r);
/* Appends VALUE as a JSON string, quoted and escaped. */
void sw_json_quote(struct sw_buf *buf, const char *value);

#endif
