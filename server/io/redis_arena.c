#include "io/redis_arena.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

#define BLOCK_BYTES ((size_t)64 * 1024) /* at least */
#define KEPT_BYTES ((size_t)1 << 20)    /* more is given back when replies are small again */
#define ELEMENTS_MAX (1 << 20)         /* of one array; the largest we ask for is a page of the journal */
#define ALIGN _Alignof(max_align_t)

struct sw_redis_block {
    struct sw_redis_block *next;
    size_t size, used;
    _Alignas(max_align_t) char data[];
};

/* ---- memory ---- */

void sw_redis_arena_deinit(struct sw_redis_arena *arena) {
    for (struct sw_redis_block *block = arena->first, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *arena = (struct sw_redis_arena){0};
}

/* A new reply begins: the one before is not used any more. */
static void begin(struct sw_redis_arena *arena) {
    if (arena->bytes > KEPT_BYTES && arena->used < arena->bytes / 4) sw_redis_arena_deinit(arena);
    arena->at = arena->first;
    arena->used = 0;
    if (arena->at) arena->at->used = 0;
}

/* A block with room for SIZE bytes behind the present one: the next that is there already, or a new one before it. */
static struct sw_redis_block *next_block(struct sw_redis_arena *arena, size_t size) {
    struct sw_redis_block **link = arena->at ? &arena->at->next : &arena->first, *block = *link;
    if (!block || block->size < size) {
        size_t least = arena->bytes > BLOCK_BYTES ? arena->bytes : BLOCK_BYTES; /* they double */
        size_t room = size > least ? size : least;
        block = sw_xmalloc(sizeof *block + room);
        block->size = room;
        block->next = *link;
        *link = block;
        arena->bytes += room;
    }
    block->used = 0;
    return arena->at = block;
}

static void *take(struct sw_redis_arena *arena, size_t size) {
    size = (size + ALIGN - 1) & ~(ALIGN - 1);
    struct sw_redis_block *block = arena->at;
    if (!block || block->size - block->used < size) block = next_block(arena, size);
    void *out = block->data + block->used;
    block->used += size;
    arena->used += size;
    return out;
}

/* ---- what hiredis calls ---- */

static redisReply *make(const redisReadTask *task, size_t more) {
    if (!task->parent) begin(task->privdata);
    redisReply *reply = take(task->privdata, sizeof *reply + more);
    *reply = (redisReply){.type = task->type};
    if (task->parent) ((redisReply *)task->parent->obj)->element[task->idx] = reply;
    return reply;
}

static void *make_string(const redisReadTask *task, char *text, size_t len) {
    redisReply *reply = make(task, len + 1);
    reply->str = memcpy(reply + 1, text, len);
    reply->str[len] = '\0';
    reply->len = len;
    return reply;
}

static void *make_array(const redisReadTask *task, int count) {
    if (count < 0 || count > ELEMENTS_MAX) return NULL; /* hiredis ends the connection */
    redisReply *reply = make(task, 0);
    reply->elements = (size_t)count;
    if (count) reply->element = take(task->privdata, reply->elements * sizeof *reply->element);
    return reply;
}

static void *make_integer(const redisReadTask *task, long long value) {
    redisReply *reply = make(task, 0);
    reply->integer = value;
    return reply;
}

/* The task's type is that of what is missing: a text or an array. */
static void *make_nil(const redisReadTask *task) {
    redisReply *reply = make(task, 0);
    reply->type = REDIS_REPLY_NIL;
    return reply;
}

/* The next reply takes its place. */
static void let_go(void *reply) { (void)reply; }

void sw_redis_arena_serve(struct sw_redis_arena *arena, redisReader *reader) {
    static redisReplyObjectFunctions functions = {make_string, make_array, make_integer, make_nil, let_go};
    reader->fn = &functions;
    reader->privdata = arena;
}
