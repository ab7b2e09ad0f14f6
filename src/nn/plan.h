/* Placing buffers of known lifetimes in one block of memory.
 *
 * Time is a whole number; a buffer lives from its first to its last moment, both included, and two
 * that live at the same moment do not overlap. Greedy by size, each at the lowest place that is
 * free for its whole life (Pisarchyk & Lee 2020, "Efficient memory management for deep neural net
 * inference", greedy by size).
 */
#ifndef REINIT_NN_PLAN_H
#define REINIT_NN_PLAN_H

#include "base/error.h"

#include <stddef.h>

struct plan_buffer {
    size_t bytes; /* 0: not used, not placed */
    size_t first, last;
    size_t offset; /* out: a multiple of the arena's alignment */
};

/* Fills in the offsets; *total is the size of the block. */
bool plan_place(struct plan_buffer *buffers, size_t count, size_t *total, struct error *error);

#endif
