#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

size_t arena_round(size_t bytes)
{
    return (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
}

/* Straight from the system: its pages come zeroed, and large ones, where it has them, spare most of
 * the page faults of a network's gigabytes. */
bool arena_reserve(struct arena *arena, size_t size, struct error *error)
{
    size = arena_round(size > 0 ? size : 1);
    void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return error_set(error, "cannot allocate %zu MiB of memory", size >> 20);
#ifdef MADV_HUGEPAGE
    (void)madvise(base, size, MADV_HUGEPAGE); /* a wish; the bytes are the same without */
#endif
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
    if (arena->base != NULL)
        munmap(arena->base, arena->size);
    *arena = (struct arena){0};
}
