/* Where hiredis makes the objects of a reply: in a few blocks that serve one reply after the other.
 *
 * By default it asks the allocator for every object and every text, which was half the cost of reading a page of the journal:
 * eight objects an entry. A connection has one reply at a time, and its owner sees it during the callback only. */
#ifndef SW_IO_REDIS_ARENA_H
#define SW_IO_REDIS_ARENA_H

#include <hiredis/hiredis.h>

struct sw_redis_arena {
    struct sw_redis_block *first, *at; /* AT: the block that is being filled */
    size_t bytes, used; /* of all blocks; of the present reply */
};

/* From now on READER makes its replies in ARENA (all zero at first), which must outlive it. */
void sw_redis_arena_serve(struct sw_redis_arena *arena, redisReader *reader);
/* Frees the blocks: no reply is in use, and no reader any more. */
void sw_redis_arena_deinit(struct sw_redis_arena *arena);

#endif
