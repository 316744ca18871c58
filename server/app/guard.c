#include "app/guard.h"

#include <stdlib.h>
#include <string.h>

#include "core/map.h"
#include "shiftwall/buf.h"

#define FORGIVEN_MS INT64_C(3600000)
#define WAIT_MS INT64_C(60000)
#define WAIT_MS_MAX INT64_C(900000)

struct entry {
    UT_hash_handle hh;
    int64_t last_ms, until_ms;
    unsigned wrong;
    char key[];
};

struct sw_guard {
    struct entry *entries; /* touched longest ago first */
    size_t max;
};

struct sw_guard *sw_guard_new(size_t max) {
    struct sw_guard *guard = sw_xcalloc(1, sizeof *guard);
    guard->max = max;
    return guard;
}

static void drop(struct sw_guard *guard, struct entry *entry) {
    HASH_DEL(guard->entries, entry);
    free(entry);
}

void sw_guard_free(struct sw_guard *guard) {
    if (!guard) return;
    while (guard->entries) drop(guard, guard->entries);
    free(guard);
}

static struct entry *find(struct sw_guard *guard, const char *key) {
    struct entry *entry;
    HASH_FIND_STR(guard->entries, key, entry);
    return entry;
}

int64_t sw_guard_wait_ms(struct sw_guard *guard, const char *key, int64_t now_ms) {
    const struct entry *entry = find(guard, key);
    return entry && entry->until_ms > now_ms ? entry->until_ms - now_ms : 0;
}

void sw_guard_try(struct sw_guard *guard, const char *key, unsigned free_, int64_t now_ms) {
    struct entry *entry = find(guard, key);
    if (entry && now_ms - entry->last_ms > FORGIVEN_MS) {
        drop(guard, entry);
        entry = NULL;
    }
    if (entry) {
        HASH_DEL(guard->entries, entry); /* to the end of the list */
    } else {
        if (HASH_COUNT(guard->entries) >= guard->max) drop(guard, guard->entries);
        size_t len = strlen(key);
        entry = sw_xcalloc(1, sizeof *entry + len + 1);
        memcpy(entry->key, key, len);
    }
    entry->last_ms = now_ms;
    entry->wrong++;
    if (entry->wrong >= free_) {
        unsigned doubled = entry->wrong - free_;
        int64_t wait_ms = doubled < 4 ? WAIT_MS << doubled : WAIT_MS_MAX;
        entry->until_ms = now_ms + (wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX);
    }
    HASH_ADD_STR(guard->entries, key, entry);
}

void sw_guard_right(struct sw_guard *guard, const char *key, bool all) {
    struct entry *entry = find(guard, key);
    if (!entry) return;
    if (all || entry->wrong <= 1) {
        drop(guard, entry);
        return;
    }
    entry->wrong--;
    entry->until_ms = 0;
}
