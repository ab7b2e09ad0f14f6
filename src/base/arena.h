/* One allocation, handed out in pieces.
 *
 * Memory is planned before it is taken: with base == NULL an arena only counts, so the same code
 * runs twice, first to learn the size, then to place the pieces. Pieces are 64-byte aligned and
 * never freed one by one; arena_release frees them all.
 */
#ifndef REINIT_BASE_ARENA_H
#define REINIT_BASE_ARENA_H

#include "base/error.h"

#include <stddef.h>

#define ARENA_ALIGNMENT 64

struct arena {
    char *base;  /* NULL while only counting */
    size_t used; /* bytes handed out so far */
    size_t size; /* bytes there are; 0 while only counting */
};

/* Bytes rounded up to the alignment. */
size_t arena_round(size_t bytes);

/* Takes `size` zeroed bytes from the system. */
bool arena_reserve(struct arena *arena, size_t size, struct error *error);

/* The next piece of count * size bytes. NULL while counting; aborts if the plan was too small,
 * which is a defect of the program and not of its input. */
void *arena_take(struct arena *arena, size_t count, size_t size);

void arena_release(struct arena *arena);

#endif
