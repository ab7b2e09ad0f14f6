/* Adam (Kingma & Ba 2015, Alg. 1), bias-corrected, without weight decay, in PyTorch's order of
 * steps.
 *
 *     m = b1 m + (1-b1) g        v = b2 v + (1-b2) (g g)        b1 = 0.9, b2 = 0.999
 *     w = w - (rate m) / (sqrt(v) / root + eps)                            eps = 1e-8
 *     rate = lr / (1-b1^t)       root = sqrt(1-b2^t)
 *
 * All arrays: [count] float32; each operation above is rounded to float32. The constants b1, 1-b1,
 * b2, 1-b2, rate, root and eps come from doubles, rounded to float32 once; the powers are products
 * of doubles, taken one factor after another.
 */
#ifndef REINIT_NN_ADAM_H
#define REINIT_NN_ADAM_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

struct adam {
    size_t count;
    struct arena memory; /* m's and v's */
    float *m, *v;
    uint64_t step; /* t: steps taken */
    double learning_rate;
    double power1, power2; /* b1^t, b2^t */
};

/* Moments zero, no step taken. The caller frees with adam_release. */
bool adam_create(struct adam *adam, size_t count, double learning_rate, struct error *error);
void adam_release(struct adam *adam);

/* Goes on from a saved state: m and v have been filled in, `step` steps were taken. */
void adam_resume(struct adam *adam, uint64_t step);

/* Takes step t + 1. */
void adam_update(struct adam *adam, float *values, const float *gradients);

#endif
