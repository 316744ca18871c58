#include "core/duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "core/map.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"

/* The window is measured between the two events' own times, so a producer that resends after an outage is still
 * recognised: keys are kept longer than the window (in a replay, up to the cap). */
#define KEEP_MS SW_ORPHAN_MS
#define KEY_BYTES_MAX SW_DUPLICATE_BYTES_MAX

struct sw_duplicate {
    UT_hash_handle hh; /* in order of addition */
    int64_t ts_ms;
    char text[]; /* src, 0x1f, id */
};

struct sw_duplicates {
    struct sw_duplicate *keys;
};

struct sw_duplicates *sw_duplicates_new(void) { return sw_xcalloc(1, sizeof(struct sw_duplicates)); }

void sw_duplicates_free(struct sw_duplicates *d) {
    struct sw_duplicate *k, *next;
    HASH_ITER(hh, d->keys, k, next) {
        HASH_DEL(d->keys, k);
        free(k);
    }
    free(d);
}

/* Identifiers hold no control characters, so 0x1f keeps the two parts apart. */
static size_t compose(char out[KEY_BYTES_MAX], const char *src, const char *id) {
    size_t src_len = src ? strlen(src) : 0, id_len = strlen(id);
    if (src_len) memcpy(out, src, src_len);
    out[src_len] = '\x1f';
    memcpy(out + src_len + 1, id, id_len);
    return src_len + 1 + id_len;
}

bool sw_duplicates_seen(const struct sw_duplicates *d, const char *src, const char *id, int64_t ts_ms) {
    char text[KEY_BYTES_MAX];
    size_t len = compose(text, src, id);
    struct sw_duplicate *k;
    HASH_FIND(hh, d->keys, text, len, k);
    return k && ts_ms - k->ts_ms <= SW_DUPLICATE_WINDOW_MS && k->ts_ms - ts_ms <= SW_DUPLICATE_WINDOW_MS;
}

int64_t sw_duplicates_add(struct sw_duplicates *d, const char *src, const char *id, int64_t ts_ms) {
    char text[KEY_BYTES_MAX];
    size_t len = compose(text, src, id);
    struct sw_duplicate *k;
    HASH_FIND(hh, d->keys, text, len, k);
    if (k) {
        HASH_DEL(d->keys, k);
    } else {
        k = sw_xcalloc(1, sizeof *k + len);
        memcpy(k->text, text, len);
    }
    k->ts_ms = ts_ms;
    HASH_ADD_KEYPTR(hh, d->keys, k->text, len, k);
    if (HASH_COUNT(d->keys) <= SW_DUPLICATE_KEYS_MAX) return 0;
    struct sw_duplicate *oldest = d->keys;
    HASH_DEL(d->keys, oldest);
    free(oldest);
    return 1;
}

void sw_duplicates_expire(struct sw_duplicates *d, int64_t now_ms) {
    while (d->keys && d->keys->ts_ms < now_ms - KEEP_MS) {
        struct sw_duplicate *oldest = d->keys;
        HASH_DEL(d->keys, oldest);
        free(oldest);
    }
}

struct sw_duplicate *sw_duplicates_first(const struct sw_duplicates *d) { return d->keys; }

const char *sw_duplicates_read(struct sw_duplicate **at, size_t *len, int64_t *ts_ms) {
    const struct sw_duplicate *k = *at;
    *len = k->hh.keylen;
    *ts_ms = k->ts_ms;
    *at = k->hh.next;
    return k->text;
}

void sw_duplicates_put(struct sw_duplicates *d, const char *text, size_t len, int64_t ts_ms) {
    struct sw_duplicate *k = sw_xcalloc(1, sizeof *k + len);
    memcpy(k->text, text, len);
    k->ts_ms = ts_ms;
    HASH_ADD_KEYPTR(hh, d->keys, k->text, len, k);
}

size_t sw_duplicates_count(const struct sw_duplicates *d) { return HASH_COUNT(d->keys); }
void sw_duplicates_make_room(struct sw_duplicates *d, size_t count) { HASH_MAKE_ROOM(hh, d->keys, count); }
