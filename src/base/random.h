/* Random numbers that can be had in any order: Philox4x32-10 (Salmon, Moraes, Dror & Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011), as in the Random123 library.
 *
 * key = (seed, stream), counter = (what, where), so any draw stands for itself: nothing needs the
 * draws before it, and no order of work or number of threads can change one.
 */
#ifndef REINIT_BASE_RANDOM_H
#define REINIT_BASE_RANDOM_H

#include <stdint.h>

/* Streams: one for each use. `what` and `where` mean, in turn: */
enum random_stream {
    RANDOM_WEIGHTS = 1, /* tensor, block of its elements in the file's order */
    RANDOM_DROPOUT = 2, /* optimiser step, block of the mask's elements */
    RANDOM_SHUFFLE = 3, /* epoch, position in the permutation */
    RANDOM_DEMO = 4     /* run, step: the least-squares demonstrations */
};

/* Four words of 32 random bits: the block at counter (what, where), low words first. */
void random_block(uint32_t seed, uint32_t stream, uint64_t what, uint64_t where, uint32_t out[4]);

/* A whole number in 0..bound-1 out of 64 random bits: floor(bits * bound / 2^64). bound has 32 bits
 * only, so no number is favoured by more than 2^-32. */
uint32_t random_below(uint32_t low, uint32_t high, uint32_t bound);

#endif
