/* uthash, as Shiftwall uses it: allocation failure aborts, and its macros do not trip our warnings. */
#ifndef CORE_MAP_H
#define CORE_MAP_H

#include "shiftwall/error.h"

#define HASH_FUNCTION HASH_FNV_SEEDLESS
#define uthash_fatal(msg) sw__assert_failed("uthash: " msg, __FILE__, __LINE__)
#include <uthash.h>

/* Makes room for COUNT items in a map that holds one: a map that grows with its items moves them again and again. */
#define HASH_MAKE_ROOM(hh_, head, count)                                                                      \
    do {                                                                                                      \
        while ((head)->hh_.tbl->num_buckets < (count) / 2) HASH_EXPAND_BUCKETS(hh_, (head)->hh_.tbl, 0);       \
    } while (0)

/* After an addition to a map in which everything is looked up with every event: at most one item a bucket on average, where
 * uthash alone lets ten come together, each a miss in memory. */
#define HASH_STAY_ROOMY(hh_, head)                                                                            \
    do {                                                                                                      \
        if ((head)->hh_.tbl->num_items > (head)->hh_.tbl->num_buckets) HASH_EXPAND_BUCKETS(hh_, (head)->hh_.tbl, 0); \
    } while (0)

/* FNV-1a with unsigned arithmetic only. */
#define HASH_FNV_SEEDLESS(keyptr, keylen, hashv)                                                              \
    do {                                                                                                      \
        const unsigned char *map_key_ = (const unsigned char *)(keyptr);                                      \
        (hashv) = 2166136261u;                                                                                \
        for (size_t map_i_ = 0; map_i_ < (keylen); map_i_++)                                                  \
            (hashv) = ((hashv) ^ map_key_[map_i_]) * 16777619u;                                               \
        (hashv) ^= (hashv) >> 15;                                                                             \
    } while (0)

#endif
