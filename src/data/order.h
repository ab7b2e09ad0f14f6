/* The order in which an epoch takes the examples. */
#ifndef REINIT_DATA_ORDER_H
#define REINIT_DATA_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum order_kind {
    ORDER_SEQUENTIAL, /* 0, 1, 2, ... every epoch: as the author's code ran */
    ORDER_SHUFFLED    /* a fresh permutation each epoch */
};
extern const char *const order_names[]; /* as in enum order_kind, NULL-terminated */

/* Fills order[0..count-1] for an epoch (from 1). Shuffled: Fisher and Yates's method, i from
 * count - 1 down to 1 exchanged with j = random_below(i + 1) from words 0 and 1 of the Philox block
 * (seed, SHUFFLE; epoch, i). */
void order_fill(uint32_t *order, size_t count, enum order_kind kind, uint32_t seed, uint64_t epoch);

#endif
