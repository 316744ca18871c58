#include "codec/json_patch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct member {
    struct sw_json_span key; /* with its quotes, as written */
    struct sw_json_span value;
    bool seen;
};

/* Walks the members of one object. */
struct cursor {
    const char *at;
    const char *end;
    bool first;
};

/* The byte after the string that starts at P, NULL when it does not end. */
static const char *skip_string(const char *p, const char *end) {
    const char *quote = memchr(p + 1, '"', (size_t)(end - p - 1));
    if (!quote || quote[-1] != '\\') return quote ? quote + 1 : NULL;
    for (p++; p < end; p++) { /* there are escapes in it */
        if (*p == '"') return p + 1;
        if (*p == '\\') p++;
    }
    return NULL;
}

/* The byte after the value that starts at P, NULL when there is none. Does not recurse. */
static const char *skip_value(const char *p, const char *end) {
    if (p >= end) return NULL;
    if (*p == '"') return skip_string(p, end);
    if (*p != '{' && *p != '[') {
        const char *start = p;
        while (p < end && *p != ',' && *p != '}' && *p != ']') p++;
        return p > start ? p : NULL;
    }
    size_t depth = 0;
    while (p && p < end) {
        char c = *p;
        if (c == '"') {
            p = skip_string(p, end);
            continue;
        }
        p++;
        if (c == '{' || c == '[') depth++;
        if ((c == '}' || c == ']') && --depth == 0) return p;
    }
    return NULL;
}

static bool is_object(struct sw_json_span json) {
    return json.len >= 2 && json.text[0] == '{';
}

static bool is_null(struct sw_json_span json) {
    return json.len == 4 && memcmp(json.text, "null", 4) == 0;
}

static bool same(struct sw_json_span a, struct sw_json_span b) {
    return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

static struct cursor cursor_of(struct sw_json_span object) {
    return (struct cursor){.at = object.text + 1, .end = object.text + object.len, .first = true};
}

/* Reads the next member into M: 1, 0 at the end of the object, -SW_EPARSE. */
static int next_member(struct cursor *c, struct member *m) {
    if (c->at >= c->end) return -SW_EPARSE;
    if (*c->at == '}') return c->at + 1 == c->end ? 0 : -SW_EPARSE;
    if (!c->first) {
        if (*c->at != ',') return -SW_EPARSE;
        c->at++;
    }
    c->first = false;
    const char *key = c->at;
    if (key >= c->end || *key != '"') return -SW_EPARSE;
    const char *colon = skip_string(key, c->end);
    if (!colon || colon >= c->end || *colon != ':') return -SW_EPARSE;
    const char *value = colon + 1;
    const char *after = skip_value(value, c->end);
    if (!after) return -SW_EPARSE;
    *m = (struct member){.key = {key, (size_t)(colon - key)}, .value = {value, (size_t)(after - value)}};
    c->at = after;
    return 1;
}

static int compare_members(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    size_t n = x->key.len < y->key.len ? x->key.len : y->key.len;
    int r = memcmp(x->key.text, y->key.text, n);
    return r ? r : (x->key.len > y->key.len) - (x->key.len < y->key.len);
}

/* Walks two objects at once and pairs their members by key. While both stand in the same order this is two
 * cursors; from the first difference on, the rest of B is sorted by key and looked up. */
struct pairs {
    struct cursor a, b;
    struct member *rest; /* NULL until the orders differ */
    size_t rest_count;
    size_t rest_next; /* once A is used up */
    bool a_done;
};

static struct pairs pairs_of(struct sw_json_span a, struct sw_json_span b) {
    return (struct pairs){.a = cursor_of(a), .b = cursor_of(b)};
}

/* Reads what is left of B, the member LAST (already read, when HAVE) first, and sorts it. */
static int index_rest(struct pairs *p, const struct member *last, bool have) {
    size_t size = 16;
    p->rest = sw_xmalloc(size * sizeof *p->rest);
    if (have) p->rest[p->rest_count++] = *last;
    struct member m;
    int r;
    while ((r = next_member(&p->b, &m)) == 1) {
        if (p->rest_count == size) {
            size *= 2;
            p->rest = sw_xrealloc(p->rest, size * sizeof *p->rest);
        }
        p->rest[p->rest_count++] = m;
    }
    if (r < 0) return r;
    if (p->rest_count) qsort(p->rest, p->rest_count, sizeof *p->rest, compare_members);
    return 0;
}

/* Mostly both have the same member in the same place; then B's need not be taken apart. */
static bool same_member(struct cursor *c, const struct member *a, struct member *b) {
    const char *at = c->at;
    if (!c->first && (at >= c->end || *at++ != ',')) return false;
    size_t len = (size_t)(a->value.text + a->value.len - a->key.text);
    if ((size_t)(c->end - at) <= len || memcmp(at, a->key.text, len) != 0 || (at[len] != ',' && at[len] != '}')) return false;
    *b = (struct member){.key = {at, a->key.len}, .value = {at + len - a->value.len, a->value.len}};
    c->at = at + len;
    c->first = false;
    return true;
}

/* The pair of a member of A: B's member of the same key, or none (key.text NULL). */
static int pair_of(struct pairs *p, const struct member *a, struct member *b) {
    *b = (struct member){0};
    if (!p->rest) {
        if (same_member(&p->b, a, b)) return 0;
        int r = next_member(&p->b, b);
        if (r < 0) return r;
        if (r == 1 && same(a->key, b->key)) return 0;
        r = index_rest(p, b, r == 1);
        if (r < 0) return r;
        *b = (struct member){0};
    }
    struct member *found =
        p->rest_count ? bsearch(a, p->rest, p->rest_count, sizeof *a, compare_members) : NULL;
    if (found) {
        found->seen = true;
        *b = *found;
    }
    return 0;
}

/* The next pair: first every member of A with its partner, then B's members without one (a.key.text NULL).
 * 1, 0 at the end, -SW_EPARSE. */
static int next_pair(struct pairs *p, struct member *a, struct member *b) {
    if (!p->a_done) {
        int r = next_member(&p->a, a);
        if (r < 0) return r;
        if (r == 1) {
            r = pair_of(p, a, b);
            return r < 0 ? r : 1;
        }
        p->a_done = true;
    }
    *a = (struct member){0};
    if (!p->rest) return next_member(&p->b, b);
    while (p->rest_next < p->rest_count) {
        *b = p->rest[p->rest_next++];
        if (!b->seen) return 1;
    }
    return 0;
}

/* Puts "KEY": behind what OUT has of an object that began at START; the brace comes with the first member. */
static void put_key(struct sw_buf *out, size_t start, struct sw_json_span key) {
    sw_buf_putc(out, out->len == start ? '{' : ',');
    sw_buf_add(out, key.text, key.len);
    sw_buf_putc(out, ':');
}

static void put_member(struct sw_buf *out, size_t start, struct sw_json_span key, struct sw_json_span value) {
    put_key(out, start, key);
    sw_buf_add(out, value.text, value.len);
}

/* Takes back what was appended after LEN bytes. */
static void cut_back(struct sw_buf *out, size_t len) {
    if (out->failed || out->len <= len) return;
    out->len = len;
    out->data[len] = '\0';
}

static int diff_objects(struct sw_json_span before, struct sw_json_span after, struct sw_buf *out,
                        unsigned depth);

/* One member of AFTER and its partner of BEFORE (either may be missing). */
static int diff_member(const struct member *a, const struct member *b, struct sw_buf *out, size_t start,
                       unsigned depth) {
    static const struct sw_json_span null = {"null", 4};
    if (!a->key.text || is_null(a->value)) {
        if (b->key.text && !is_null(b->value)) put_member(out, start, b->key, null);
        return 0;
    }
    if (!b->key.text) {
        put_member(out, start, a->key, a->value);
        return 0;
    }
    if (same(a->value, b->value)) return 0;
    if (!is_object(a->value) || !is_object(b->value)) {
        put_member(out, start, a->key, a->value);
        return 0;
    }
    size_t before_key = out->len;
    put_key(out, start, a->key);
    size_t before_value = out->len;
    int r = diff_objects(b->value, a->value, out, depth + 1);
    if (r == 0 && out->len == before_value) cut_back(out, before_key);
    return r;
}

static int diff_objects(struct sw_json_span before, struct sw_json_span after, struct sw_buf *out,
                        unsigned depth) {
    if (depth > SW_PATCH_DEPTH_MAX) return -SW_ELIMIT;
    struct pairs pairs = pairs_of(after, before);
    size_t start = out->len;
    struct member a, b;
    int r;
    while ((r = next_pair(&pairs, &a, &b)) == 1) {
        r = diff_member(&a, &b, out, start, depth);
        if (r < 0 || out->failed) break;
    }
    free(pairs.rest);
    if (r < 0) return r;
    if (!out->failed && out->len > start) sw_buf_putc(out, '}');
    return out->failed ? -SW_ELIMIT : 0;
}

int sw_patch_diff(struct sw_json_span before, struct sw_json_span after, struct sw_buf *out) {
    if (same(before, after)) return 0;
    size_t start = out->len;
    int r = 0;
    if (is_object(before) && is_object(after)) {
        r = diff_objects(before, after, out, 1);
    } else {
        sw_buf_add(out, after.text, after.len);
        if (out->failed) r = -SW_ELIMIT;
    }
    if (r < 0) cut_back(out, start);
    return r;
}

static int merge_objects(struct sw_json_span first, struct sw_json_span second, struct sw_buf *out,
                         unsigned depth) {
    if (depth > SW_PATCH_DEPTH_MAX) return -SW_ELIMIT;
    struct pairs pairs = pairs_of(first, second);
    size_t start = out->len;
    struct member a, b;
    int r;
    while ((r = next_pair(&pairs, &a, &b)) == 1 && !out->failed) {
        if (!b.key.text) {
            put_member(out, start, a.key, a.value);
        } else if (!a.key.text || !is_object(b.value)) {
            put_member(out, start, b.key, b.value);
        } else if (is_object(a.value)) {
            put_key(out, start, a.key);
            r = merge_objects(a.value, b.value, out, depth + 1);
        } else {
            r = -SW_EINVAL;
        }
        if (r < 0) break;
    }
    free(pairs.rest);
    if (r < 0) return r;
    if (!out->failed && out->len == start) sw_buf_putc(out, '{');
    sw_buf_putc(out, '}');
    return out->failed ? -SW_ELIMIT : 0;
}

int sw_patch_merge(struct sw_json_span first, struct sw_json_span second, struct sw_buf *out) {
    if (!is_object(first) || !is_object(second)) return -SW_EPARSE;
    size_t start = out->len;
    int r = merge_objects(first, second, out, 1);
    if (r < 0) cut_back(out, start);
    return r;
}
