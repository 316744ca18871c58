#include "codec/json_strict.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

#define DEPTH_MAX 64               /* of any text: bounds the recursion, ours and cJSON's */
#define IS_INTEGER (1 << 16)       /* our mark beside cJSON's type bits */
#define EXACT_MAX 9007199254740992.0
#define MEMORY_TRIES 200

/* One pass over the text: grammar, UTF-8, depth; and for every number, in order, whether it is an integer. */
struct scan {
    const char *at, *end;
    unsigned depth, deepest;
    bool track_numbers;
    struct sw_buf numbers; /* 'i' or 'f' */
};

static bool value(struct scan *s);

static void skip_space(struct scan *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')) s->at++;
}

static bool take(struct scan *s, char c) {
    if (s->at >= s->end || *s->at != c) return false;
    s->at++;
    return true;
}

static bool word(struct scan *s, const char *text) {
    size_t len = strlen(text);
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, text, len) != 0) return false;
    s->at += len;
    return true;
}

static bool digits(struct scan *s) {
    const char *from = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9') s->at++;
    return s->at > from;
}

static bool number(struct scan *s) {
    bool integer = true;
    take(s, '-');
    if (!take(s, '0') && !digits(s)) return false;
    if (take(s, '.')) {
        integer = false;
        if (!digits(s)) return false;
    }
    if (take(s, 'e') || take(s, 'E')) {
        integer = false;
        if (!take(s, '+')) take(s, '-');
        if (!digits(s)) return false;
    }
    if (s->track_numbers) sw_buf_putc(&s->numbers, integer ? 'i' : 'f');
    return true;
}

static int hex4(struct scan *s) {
    int code = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        if (s->at >= s->end) return -1;
        char c = *s->at;
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return -1;
        code = code * 16 + digit;
    }
    return code;
}

static bool escape(struct scan *s) {
    if (s->at >= s->end) return false;
    char c = *s->at++;
    if (c != 'u') return strchr("\"\\/bfnrt", c) != NULL && c != '\0';
    int code = hex4(s);
    if (code <= 0) return false; /* not four digits, or NUL */
    if (code >= 0xDC00 && code <= 0xDFFF) return false;
    if (code < 0xD800 || code > 0xDBFF) return true;
    if (!take(s, '\\') || !take(s, 'u')) return false;
    code = hex4(s);
    return code >= 0xDC00 && code <= 0xDFFF;
}

/* One UTF-8 sequence of two to four bytes: shortest form, no surrogates, at most U+10FFFF (RFC 3629). */
static bool multibyte(struct scan *s) {
    const unsigned char *b = (const unsigned char *)s->at;
    size_t left = (size_t)(s->end - s->at), len = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
    if (b[0] < 0xC2 || b[0] > 0xF4 || left < len) return false;
    for (size_t i = 1; i < len; i++)
        if ((b[i] & 0xC0) != 0x80) return false;
    if (b[0] == 0xE0 && b[1] < 0xA0) return false;
    if (b[0] == 0xED && b[1] > 0x9F) return false;
    if (b[0] == 0xF0 && b[1] < 0x90) return false;
    if (b[0] == 0xF4 && b[1] > 0x8F) return false;
    s->at += len;
    return true;
}

static bool string(struct scan *s) {
    if (!take(s, '"')) return false;
    while (s->at < s->end) {
        unsigned char c = (unsigned char)*s->at;
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20) return false;
        if (c == '\\') {
            s->at++;
            if (!escape(s)) return false;
        } else if (c < 0x80) {
            s->at++;
        } else if (!multibyte(s)) {
            return false;
        }
    }
    return false;
}

static bool member(struct scan *s) {
    skip_space(s);
    if (!string(s)) return false;
    skip_space(s);
    return take(s, ':') && value(s);
}

static bool container(struct scan *s, char close, bool (*item)(struct scan *)) {
    s->at++;
    if (++s->depth > s->deepest) s->deepest = s->depth;
    if (s->depth > DEPTH_MAX) return false;
    skip_space(s);
    if (!take(s, close)) {
        do {
            if (!item(s)) return false;
            skip_space(s);
        } while (take(s, ','));
        if (!take(s, close)) return false;
    }
    s->depth--;
    return true;
}

static bool value(struct scan *s) {
    skip_space(s);
    if (s->at >= s->end) return false;
    switch (*s->at) {
    case '{': return container(s, '}', member);
    case '[': return container(s, ']', value);
    case '"': return string(s);
    case 't': return word(s, "true");
    case 'f': return word(s, "false");
    case 'n': return word(s, "null");
    default: return number(s);
    }
}

static enum sw_json_fault whole(struct scan *s) {
    if (!value(s)) return s->deepest > DEPTH_MAX ? SW_JSON_TOO_DEEP : SW_JSON_BAD;
    skip_space(s);
    return s->at == s->end ? SW_JSON_OK : SW_JSON_BAD;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static bool names_repeat(const cJSON *object) {
    const char *few[32];
    size_t count = 0, i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, object) count++;
    const char **many = count > 32 ? sw_xmalloc(count * sizeof *many) : NULL, **names = many ? many : few;
    cJSON_ArrayForEach(item, object) names[i++] = item->string;
    qsort(names, count, sizeof *names, by_name);
    bool repeat = false;
    for (i = 1; i < count && !repeat; i++) repeat = !strcmp(names[i - 1], names[i]);
    free(many);
    return repeat;
}

/* Marks integers in document order and looks for repeated names. */
static bool annotate(cJSON *item, const char **numbers) {
    if (cJSON_IsNumber(item) && *(*numbers)++ == 'i') item->type |= IS_INTEGER;
    if (cJSON_IsObject(item) && item->child && names_repeat(item)) return false;
    for (cJSON *child = item->child; child; child = child->next)
        if (!annotate(child, numbers)) return false;
    return true;
}

/* The text is good: when there is no tree, there was no memory for it, and a good event must not be refused for that. */
static cJSON *make_tree(const char *text, size_t len) {
    cJSON *tree = NULL;
    for (int tries = 0; !tree && tries < MEMORY_TRIES; tries++) tree = cJSON_ParseWithLength(text, len);
    return tree;
}

enum sw_json_fault sw_json_parse(const char *text, size_t len, unsigned max_depth, cJSON **out) {
    struct scan s = {.at = text, .end = text + len, .track_numbers = true};
    sw_buf_init(&s.numbers, len + 1);
    enum sw_json_fault fault = whole(&s);
    if (fault == SW_JSON_OK && s.deepest > max_depth) fault = SW_JSON_TOO_DEEP;
    cJSON *tree = fault == SW_JSON_OK ? make_tree(text, len) : NULL;
    if (fault == SW_JSON_OK && !tree) fault = SW_JSON_BAD;
    const char *numbers = sw_buf_text(&s.numbers);
    if (fault == SW_JSON_OK && !annotate(tree, &numbers)) fault = SW_JSON_DUPLICATE_KEY;
    sw_buf_deinit(&s.numbers);
    if (fault == SW_JSON_OK) *out = tree;
    else cJSON_Delete(tree);
    return fault;
}

enum sw_json_fault sw_json_elements(const char *text, size_t len, struct sw_json_slice *out, size_t max,
                                    size_t *count) {
    struct scan s = {.at = text, .end = text + len};
    enum sw_json_fault fault = whole(&s);
    if (fault != SW_JSON_OK) return fault;
    s = (struct scan){.at = text, .end = text + len, .depth = 1};
    skip_space(&s);
    if (!take(&s, '[')) return SW_JSON_BAD;
    skip_space(&s);
    size_t found = 0;
    while (s.at < s.end && *s.at != ']') {
        if (found == max) return SW_JSON_TOO_MANY;
        skip_space(&s);
        const char *from = s.at;
        if (!value(&s)) return SW_JSON_BAD;
        out[found++] = (struct sw_json_slice){from, (size_t)(s.at - from), *from};
        skip_space(&s);
        if (take(&s, ',')) skip_space(&s);
    }
    *count = found;
    return SW_JSON_OK;
}

bool sw_json_integer(const cJSON *item, int64_t min, int64_t max, int64_t *out) {
    if (!cJSON_IsNumber(item) || !(item->type & IS_INTEGER)) return false;
    double v = item->valuedouble;
    if (!(v > -EXACT_MAX && v < EXACT_MAX) || v < (double)min || v > (double)max) return false;
    *out = (int64_t)v;
    return true;
}

bool sw_utf8_is_valid(const char *text) {
    struct scan s = {.at = text, .end = text + strlen(text)};
    while (s.at < s.end) {
        if ((unsigned char)*s.at < 0x80) s.at++;
        else if (!multibyte(&s)) return false;
    }
    return true;
}

size_t sw_utf8_count(const char *text) {
    size_t count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

void sw_utf8_mend(char *text) {
    struct scan s = {.at = text, .end = text + strlen(text)};
    char *out = text;
    while (s.at < s.end) {
        const char *from = s.at;
        if ((unsigned char)*from >= 0x80 && !multibyte(&s)) {
            s.at++;
            continue;
        }
        if (s.at == from) s.at++;
        while (from < s.at) *out++ = *from++;
    }
    *out = '\0';
}

bool sw_utf8_has_control(const char *text) {
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7F || (*c == 0xC2 && c[1] >= 0x80 && c[1] <= 0x9F)) return true;
    return false;
}
