#include "core/heap.h"

#include <stdlib.h>

#include "shiftwall/buf.h"

static bool before(const struct sw_heap_node *a, const struct sw_heap_node *b) {
    return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static void put(struct sw_heap *heap, size_t at, struct sw_heap_node *node) {
    heap->nodes[at] = node;
    node->index = at + 1;
}

static void sift_up(struct sw_heap *heap, size_t at, struct sw_heap_node *node) {
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!before(node, heap->nodes[parent])) break;
        put(heap, at, heap->nodes[parent]);
        at = parent;
    }
    put(heap, at, node);
}

static void sift_down(struct sw_heap *heap, size_t at, struct sw_heap_node *node) {
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->count) break;
        if (child + 1 < heap->count && before(heap->nodes[child + 1], heap->nodes[child])) child++;
        if (!before(heap->nodes[child], node)) break;
        put(heap, at, heap->nodes[child]);
        at = child;
    }
    put(heap, at, node);
}

void sw_heap_deinit(struct sw_heap *heap) {
    free(heap->nodes);
    *heap = (struct sw_heap){0};
}

void sw_heap_add(struct sw_heap *heap, struct sw_heap_node *node, int64_t key) {
    SW_ASSERT(node->index == 0);
    if (heap->count == heap->size) {
        heap->size = heap->size ? heap->size * 2 : 16;
        heap->nodes = sw_xrealloc(heap->nodes, heap->size * sizeof *heap->nodes);
    }
    node->key = key;
    node->order = heap->added++;
    sift_up(heap, heap->count++, node);
}

void sw_heap_remove(struct sw_heap *heap, struct sw_heap_node *node) {
    if (!node->index) return;
    size_t at = node->index - 1;
    struct sw_heap_node *last = heap->nodes[--heap->count];
    node->index = 0;
    if (last == node) return;
    if (at > 0 && before(last, heap->nodes[(at - 1) / 2])) sift_up(heap, at, last);
    else sift_down(heap, at, last);
}
