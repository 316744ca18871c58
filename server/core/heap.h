/* An indexed binary min-heap of nodes that live inside their owners: O(log n) to add, move and remove, O(1) to see
 * the least. Equal keys come out in the order they went in, so that replays are the same everywhere. */
#ifndef CORE_HEAP_H
#define CORE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sw_heap_node {
    int64_t key;
    uint64_t order; /* tie-break: the heap's own count of additions */
    size_t index;   /* place in the heap + 1; 0 = not in a heap */
};

struct sw_heap {
    struct sw_heap_node **nodes;
    size_t count, size;
    uint64_t added;
};

void sw_heap_deinit(struct sw_heap *heap);
/* Adds a node that is in no heap. */
void sw_heap_add(struct sw_heap *heap, struct sw_heap_node *node, int64_t key);
/* Removes a node; does nothing when it is in no heap. */
void sw_heap_remove(struct sw_heap *heap, struct sw_heap_node *node);
/* The least node, or NULL. */
static inline struct sw_heap_node *sw_heap_top(const struct sw_heap *heap) {
    return heap->count ? heap->nodes[0] : NULL;
}
static inline bool sw_heap_holds(const struct sw_heap_node *node) { return node->index != 0; }
/* The owner of a node. */
#define SW_HEAP_OWNER(type, member, node) ((type *)(void *)((char *)(node)-offsetof(type, member)))

#endif
