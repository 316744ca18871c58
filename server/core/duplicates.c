#include "core/duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"
#include "shiftwall/floor.h"

/* The window is measured between the two events' own times, so a producer that resends after an outage is still
 * recognised: keys are kept longer than the window (in a replay, up to the cap). */
#define KEEP_MS SW_ORPHAN_MS
#define BLOCK_BYTES ((size_t)256 * 1024)
#define UNIT_BYTES 8     /* records begin at multiples of it */
#define SLOTS_FIRST 1024 /* a power of two, as all sizes of the table are */

/* One key where it came; a place is its number of bytes from the first record ever. */
struct record {
    int64_t ts_ms;
    uint32_t hash;
    uint16_t len;
    bool dead; /* it came again, or its block ends here (LEN 0) */
    char text[];
};

/* Small, for the table is all misses: a million keys are far more than a cache holds. */
struct slot {
    uint32_t unit; /* the lower bits of the record's place, in units of UNIT_BYTES */
    uint32_t hash; /* 0: empty */
};

struct sw_duplicates {
    char **blocks; /* of the places from FIRST / BLOCK_BYTES on */
    size_t block_count, block_size;
    uint64_t first, end; /* places: of the oldest record, and behind the newest */
    struct slot *slots;
    size_t slot_count, count;
};

struct sw_duplicates *sw_duplicates_new(void) {
    struct sw_duplicates *d = sw_xcalloc(1, sizeof *d);
    d->slot_count = SLOTS_FIRST;
    d->slots = sw_xcalloc(d->slot_count, sizeof *d->slots);
    return d;
}

void sw_duplicates_free(struct sw_duplicates *d) {
    if (!d) return;
    for (size_t i = 0; i < d->block_count; i++) free(d->blocks[i]);
    free(d->blocks);
    free(d->slots);
    free(d);
}

/* ---- keys ---- */

/* Multiply and fold, eight bytes at a time. Never 0. */
static uint32_t hash_of(const char *text, size_t len) {
    uint64_t h = len * UINT64_C(0x9E3779B97F4A7C15);
    while (len) {
        uint64_t part = 0;
        size_t some = len < 8 ? len : 8;
        memcpy(&part, text, some);
        h = (h ^ part) * UINT64_C(0xD6E8FEB86659FD93);
        h ^= h >> 32;
        text += some;
        len -= some;
    }
    return (uint32_t)h ? (uint32_t)h : 1;
}

/* Identifiers hold no control characters, so 0x1f keeps the two parts apart. */
void sw_duplicate_key(struct sw_duplicate_key *key, const char *src, const char *id) {
    size_t src_len = src ? strlen(src) : 0, id_len = strlen(id);
    if (src_len) memcpy(key->text, src, src_len);
    key->text[src_len] = '\x1f';
    memcpy(key->text + src_len + 1, id, id_len);
    key->len = src_len + 1 + id_len;
    key->hash = hash_of(key->text, key->len);
}

/* ---- records ---- */

static struct record *at_place(const struct sw_duplicates *d, uint64_t place) {
    size_t block = (size_t)(place / BLOCK_BYTES - d->first / BLOCK_BYTES);
    return (struct record *)(void *)(d->blocks[block] + place % BLOCK_BYTES);
}

static size_t bytes_of(size_t len) { return (sizeof(struct record) + len + UNIT_BYTES - 1) & ~(size_t)(UNIT_BYTES - 1); }

/* Where the record of a slot is: fewer than 2^32 units behind the oldest. */
static uint64_t place_of(const struct sw_duplicates *d, const struct slot *slot) {
    uint64_t first = d->first / UNIT_BYTES;
    return (first + (uint32_t)(slot->unit - (uint32_t)first)) * UNIT_BYTES;
}

static void add_block(struct sw_duplicates *d) {
    if (d->block_count == d->block_size) {
        d->block_size = d->block_size ? d->block_size * 2 : 8;
        d->blocks = sw_xrealloc(d->blocks, d->block_size * sizeof *d->blocks);
    }
    d->blocks[d->block_count++] = sw_xmalloc(BLOCK_BYTES);
}

/* Puts a record behind the newest; returns its place. */
static uint64_t append(struct sw_duplicates *d, const char *text, size_t len, uint32_t hash, int64_t ts_ms) {
    size_t bytes = bytes_of(len), in_block = d->end % BLOCK_BYTES;
    if (in_block && in_block + bytes > BLOCK_BYTES) {
        /* a record has room for its head wherever one could stand */
        if (in_block + sizeof(struct record) <= BLOCK_BYTES) *at_place(d, d->end) = (struct record){.dead = true};
        d->end += BLOCK_BYTES - in_block;
        in_block = 0;
    }
    if (!in_block) add_block(d);
    uint64_t place = d->end;
    struct record *r = at_place(d, place);
    *r = (struct record){.ts_ms = ts_ms, .hash = hash, .len = (uint16_t)len};
    memcpy(r->text, text, len);
    d->end += bytes;
    return place;
}

/* The place behind the record at PLACE, on which another begins or the records end. */
static uint64_t behind(const struct sw_duplicates *d, uint64_t place) {
    const struct record *r = at_place(d, place);
    place += r->len ? bytes_of(r->len) : BLOCK_BYTES - place % BLOCK_BYTES;
    if (place < d->end && BLOCK_BYTES - place % BLOCK_BYTES < sizeof(struct record)) place += BLOCK_BYTES - place % BLOCK_BYTES;
    return place;
}

/* The oldest record gives way; blocks that hold none any more are freed. */
static void drop_first(struct sw_duplicates *d) {
    uint64_t block = d->first / BLOCK_BYTES, next = behind(d, d->first);
    if (next / BLOCK_BYTES != block) {
        free(d->blocks[0]);
        memmove(d->blocks, d->blocks + 1, --d->block_count * sizeof *d->blocks);
    }
    d->first = next;
}

/* ---- the table: open addresses, the next free one ---- */

static size_t find(const struct sw_duplicates *d, const char *text, size_t len, uint32_t hash) {
    size_t mask = d->slot_count - 1, i = hash & mask;
    for (;; i = (i + 1) & mask) {
        const struct slot *slot = &d->slots[i];
        if (!slot->hash) return i;
        if (slot->hash != hash) continue;
        const struct record *r = at_place(d, place_of(d, slot));
        if (r->len == len && !memcmp(r->text, text, len)) return i;
    }
}

static void resize(struct sw_duplicates *d, size_t slot_count) {
    struct slot *old = d->slots;
    size_t old_count = d->slot_count, mask = slot_count - 1;
    d->slots = sw_xcalloc(slot_count, sizeof *d->slots);
    d->slot_count = slot_count;
    for (size_t k = 0; k < old_count; k++) {
        if (!old[k].hash) continue;
        size_t i = old[k].hash & mask;
        while (d->slots[i].hash) i = (i + 1) & mask;
        d->slots[i] = old[k];
    }
    free(old);
}

/* Takes slot I out; those behind it that stand there for want of their own place move up. */
static void take_out(struct sw_duplicates *d, size_t i) {
    size_t mask = d->slot_count - 1;
    for (size_t k = (i + 1) & mask; d->slots[k].hash; k = (k + 1) & mask) {
        size_t own = d->slots[k].hash & mask;
        if (((k - own) & mask) < ((k - i) & mask)) continue;
        d->slots[i] = d->slots[k];
        i = k;
    }
    d->slots[i].hash = 0;
    d->count--;
}

/* Forgets where all were when there are none. */
static void begin_anew(struct sw_duplicates *d) {
    while (d->block_count) free(d->blocks[--d->block_count]);
    d->first = d->end = 0;
}

/* Puts the key behind the newest. Where it stands already it does so no more. */
static void put(struct sw_duplicates *d, const char *text, size_t len, uint32_t hash, int64_t ts_ms) {
    size_t i = find(d, text, len, hash);
    if (d->slots[i].hash) {
        at_place(d, place_of(d, &d->slots[i]))->dead = true;
        d->count--;
    }
    if (d->first == d->end) begin_anew(d);
    d->slots[i] = (struct slot){(uint32_t)(append(d, text, len, hash, ts_ms) / UNIT_BYTES), hash};
    d->count++;
    if (d->count * 2 > d->slot_count) resize(d, d->slot_count * 2);
}

static void forget_first(struct sw_duplicates *d) {
    const struct record *r = at_place(d, d->first);
    if (!r->dead) take_out(d, find(d, r->text, r->len, r->hash));
    drop_first(d);
}

/* Records that came again, and the ends of blocks, are nothing to stand at. */
static void skip_dead(struct sw_duplicates *d) {
    while (d->first < d->end && at_place(d, d->first)->dead) drop_first(d);
}

/* ---- what others call ---- */

void sw_duplicates_expect(const struct sw_duplicates *d, const struct sw_duplicate_key *key) {
    __builtin_prefetch(&d->slots[key->hash & (d->slot_count - 1)], 1);
    if (d->count < SW_DUPLICATE_KEYS_MAX) return;
    __builtin_prefetch(&d->slots[at_place(d, d->first)->hash & (d->slot_count - 1)], 1); /* will give way */
}

bool sw_duplicates_seen(const struct sw_duplicates *d, const struct sw_duplicate_key *key, int64_t ts_ms) {
    const struct slot *slot = &d->slots[find(d, key->text, key->len, key->hash)];
    if (!slot->hash) return false;
    int64_t then_ms = at_place(d, place_of(d, slot))->ts_ms;
    return ts_ms - then_ms <= SW_DUPLICATE_WINDOW_MS && then_ms - ts_ms <= SW_DUPLICATE_WINDOW_MS;
}

int64_t sw_duplicates_add(struct sw_duplicates *d, const struct sw_duplicate_key *key, int64_t ts_ms) {
    put(d, key->text, key->len, key->hash, ts_ms);
    skip_dead(d);
    if (d->count <= SW_DUPLICATE_KEYS_MAX) return 0;
    forget_first(d);
    skip_dead(d);
    return 1;
}

void sw_duplicates_expire(struct sw_duplicates *d, int64_t now_ms) {
    while (d->count && at_place(d, d->first)->ts_ms < now_ms - KEEP_MS) {
        forget_first(d);
        skip_dead(d);
    }
}

struct sw_duplicates_at sw_duplicates_first(const struct sw_duplicates *d) { return (struct sw_duplicates_at){d->first}; }

const char *sw_duplicates_read(const struct sw_duplicates *d, struct sw_duplicates_at *at, size_t *len, int64_t *ts_ms) {
    while (at->place < d->end) {
        const struct record *r = at_place(d, at->place);
        at->place = behind(d, at->place);
        if (r->dead) continue;
        *len = r->len;
        *ts_ms = r->ts_ms;
        return r->text;
    }
    return NULL;
}

void sw_duplicates_put(struct sw_duplicates *d, const char *text, size_t len, int64_t ts_ms) {
    put(d, text, len, hash_of(text, len), ts_ms);
    skip_dead(d);
}

size_t sw_duplicates_count(const struct sw_duplicates *d) { return d->count; }

void sw_duplicates_make_room(struct sw_duplicates *d, size_t count) {
    size_t slot_count = d->slot_count;
    while (slot_count < count * 2) slot_count *= 2;
    if (slot_count > d->slot_count) resize(d, slot_count);
}
