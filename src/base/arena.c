#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t arena_round(size_t bytes)
{
    return (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
}

bool arena_reserve(struct arena *arena, size_t size, struct error *error)
{
    size = arena_round(size > 0 ? size : 1);
    void *base = aligned_alloc(ARENA_ALIGNMENT, size);
    if (base == NULL)
        return error_set(error, "cannot allocate %zu MiB of memory", size >> 20);
    memset(base, 0, size);
    *arena = (struct arena){.base = base, .size = size};
    return true;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX / 2 - arena->used) / size)
        abort();
    size_t offset = arena->used;
    arena->used += arena_round(count * size);
    if (arena->base == NULL)
        return NULL;
    if (arena->used > arena->size)
        abort();
    return arena->base + offset;
}

void arena_release(struct arena *arena)
{
    free(arena->base);
    *arena = (struct arena){0};
}
