/* Adam (Kingma & Ba 2015, Alg. 1), bias-corrected, without weight decay, in PyTorch's order of
 * steps.
 *
 *     m = b1 m + (1-b1) g        v = b2 v + (1-b2) g^2          b1 = 0.9, b2 = 0.999
 *     w = w - (lr / (1-b1^t)) m / (sqrt(v) / sqrt(1-b2^t) + eps)           eps = 1e-8
 *
 * All arrays: [count] float32. The powers are products of doubles, taken one factor after another.
 */
#ifndef REINIT_NN_ADAM_H
#define REINIT_NN_ADAM_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct adam {
    size_t count;
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
