#include "nn/plan.h"

#include "base/arena.h"

#include <stdlib.h>

static int larger_first(const void *left, const void *right)
{
    const struct plan_buffer *a = *(struct plan_buffer *const *)left;
    const struct plan_buffer *b = *(struct plan_buffer *const *)right;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    return a < b ? -1 : a > b; /* equals in the given order */
}

static bool meet(const struct plan_buffer *a, const struct plan_buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest offset at which `buffer` overlaps none of those placed that live with it: moved behind
 * each one it hits until it hits none. */
static size_t lowest(struct plan_buffer *const *placed, size_t count,
                     const struct plan_buffer *buffer)
{
    size_t size = arena_round(buffer->bytes), offset = 0;
    for (size_t i = 0; i < count;) {
        size_t begin = placed[i]->offset, end = begin + arena_round(placed[i]->bytes);
        if (meet(placed[i], buffer) && offset < end && begin < offset + size) {
            offset = end;
            i = 0;
        } else {
            i++;
        }
    }
    return offset;
}

bool plan_place(struct plan_buffer *buffers, size_t count, size_t *total, struct error *error)
{
    struct plan_buffer **order = malloc((count + 1) * sizeof *order);
    if (order == NULL)
        return error_memory(error, "cannot plan memory: out of memory");
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (buffers[i].bytes > 0)
            order[used++] = &buffers[i];
    }
    qsort(order, used, sizeof *order, larger_first);
    *total = 0;
    for (size_t i = 0; i < used; i++) {
        order[i]->offset = lowest(order, i, order[i]);
        size_t end = order[i]->offset + arena_round(order[i]->bytes);
        *total = end > *total ? end : *total;
    }
    free(order);
    return true;
}
