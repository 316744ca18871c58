#include "codec/json_writer.h"

#include <stdio.h>
#include <string.h>

static bool is_plain(char c) { return (unsigned char)c >= 0x20 && c != '"' && c != '\\'; }

void sw_json_quote(struct sw_buf *buf, const char *value) {
    size_t len = 0;
    while (is_plain(value[len])) len++;
    if (!value[len]) { /* nothing to escape, as almost always */
        char *at = sw_buf_extend(buf, len + 2);
        if (!at) return;
        at[0] = at[len + 1] = '"';
        memcpy(at + 1, value, len);
        return;
    }
    sw_buf_putc(buf, '"');
    const char *plain = value;
    for (const char *c = value; *c; c++) {
        if (is_plain(*c)) continue;
        sw_buf_add(buf, plain, (size_t)(c - plain));
        plain = c + 1;
        if (*c == '"' || *c == '\\') {
            sw_buf_putc(buf, '\\');
            sw_buf_putc(buf, *c);
        } else {
            sw_buf_printf(buf, "\\u%04x", (unsigned)*c);
        }
    }
    sw_buf_puts(buf, plain);
    sw_buf_putc(buf, '"');
}

static void name(struct sw_json *j, const char *key) {
    if (j->comma) sw_buf_putc(j->buf, ',');
    j->comma = true;
    if (!key) return;
    sw_json_quote(j->buf, key);
    sw_buf_putc(j->buf, ':');
}

void sw_json_open(struct sw_json *j, const char *key, char bracket) {
    name(j, key);
    sw_buf_putc(j->buf, bracket);
    j->comma = false;
}

void sw_json_close(struct sw_json *j, char bracket) {
    sw_buf_putc(j->buf, bracket);
    j->comma = true;
}

void sw_json_int(struct sw_json *j, const char *key, int64_t value) {
    name(j, key);
    sw_buf_int(j->buf, value);
}

void sw_json_bool(struct sw_json *j, const char *key, bool value) { sw_json_raw(j, key, value ? "true" : "false"); }

void sw_json_text(struct sw_json *j, const char *key, const char *value) {
    if (!value) return;
    name(j, key);
    sw_json_quote(j->buf, value);
}

void sw_json_raw(struct sw_json *j, const char *key, const char *json) {
    name(j, key);
    sw_buf_puts(j->buf, json);
}

/* VALUE as "%.6f" has it, without printf, where rounding is sure; 0: it is not. */
static int number_quickly(double value, char out[32]) {
    double millionths = value * 1e6;
    if (!(value >= 0 && value < 1e6)) return 0;
    uint64_t whole = (uint64_t)millionths;
    double rest = millionths - (double)whole; /* wrong by less than 1e-3: below 1e12 a double is good to 1.3e-4 */
    if (rest > 0.499 && rest < 0.501) return 0;
    whole += rest > 0.5;
    char digits[24];
    int at = sizeof digits, point = at - 6;
    for (; at >= point || whole; whole /= 10) digits[--at] = (char)('0' + whole % 10);
    size_t front = (size_t)(point - at);
    memcpy(out, digits + at, front);
    out[front] = '.';
    memcpy(out + front + 1, digits + point, 6);
    out[front + 7] = '\0';
    return (int)front + 7;
}

void sw_number_text(double value, char out[32]) {
    int len = number_quickly(value, out);
    if (!len) len = snprintf(out, 32, "%.6f", value);
    while (len > 1 && out[len - 1] == '0') out[--len] = '\0';
    if (out[len - 1] == '.') out[--len] = '\0';
    if (!strcmp(out, "-0")) memmove(out, "0", 2);
}

void sw_json_number(struct sw_json *j, const char *key, double value) {
    char text[32];
    sw_number_text(value, text);
    sw_json_raw(j, key, text);
}

void sw_json_ratio(struct sw_json *j, const char *key, struct sw_ratio r) {
    if (sw_ratio_defined(r)) sw_json_number(j, key, sw_ratio_value(r));
}

int64_t sw_ratio_rounded(struct sw_ratio r) { return (r.num * 2 + r.den) / (r.den * 2); }

void sw_json_mean(struct sw_json *j, const char *key, struct sw_ratio r) {
    if (sw_ratio_defined(r)) sw_json_int(j, key, sw_ratio_rounded(r));
}
