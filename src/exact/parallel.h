/* Threads, and the fixed parts that work and sums are cut into.
 *
 * A sum that is gathered in parts is cut by the problem's size alone: PARTS parts (fewer when there
 * are fewer items), each summed in index order, then combined in index order. Threads only decide
 * who computes a part.
 */
#ifndef REINIT_EXACT_PARALLEL_H
#define REINIT_EXACT_PARALLEL_H

#include <stddef.h>

enum { PARTS = 32, PARALLEL_THREADS_MAX = 256 };

/* The number of threads of all later parallel loops; 1 .. PARALLEL_THREADS_MAX. */
void parallel_set_threads(int threads);
int parallel_threads(void);

/* The calling thread's index in a parallel loop, 0 .. parallel_threads() - 1. */
int parallel_index(void);

/* Parts of `items`, and where part i begins; part i ends where part i + 1 begins. */
static inline size_t parallel_parts(size_t items)
{
    return items < PARTS ? items : PARTS;
}

static inline size_t parallel_begin(size_t items, size_t parts, size_t i)
{
    return items * i / parts;
}

#endif
