/* Adam (Kingma & Ba 2015, Alg. 1), bias-corrected, without weight decay, in PyTorch's order of
 * steps.
 *
 *     m = b1 m + (1-b1) g        v = b2 v + (1-b2) (g g)        b1 = 0.9, b2 = 0.999
 *     w = w - (rate m) / (sqrt(v) / root + eps)                            eps = 1e-8
 *     rate = lr / (1-b1^t)       root = sqrt(1-b2^t)
 *
 * The constants b1, 1-b1, b2, 1-b2, rate, root and eps come from doubles, rounded to float32 once;
 * the powers are products of doubles, taken one factor after another.
 */
#include "exact/isa.h"
#include "nn/optimiser.h"

#include <math.h>

static const double BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

static void count_step(struct optimiser *o)
{
    o->powers[0] *= BETA1;
    o->powers[1] *= BETA2;
}

static void update(struct optimiser *o, float *values, const float *gradients)
{
    const struct adam_constants constants = {.keep1 = (float)BETA1,
                                             .take1 = (float)(1 - BETA1),
                                             .keep2 = (float)BETA2,
                                             .take2 = (float)(1 - BETA2),
                                             .rate = (float)(o->learning_rate / (1 - o->powers[0])),
                                             .root = (float)sqrt(1 - o->powers[1]),
                                             .epsilon = (float)EPSILON};
    enum { BLOCK = 1 << 12 };
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < o->count; i += BLOCK) {
        size_t count = o->count - i < BLOCK ? o->count - i : BLOCK;
        isa_kernels()->elementwise->adam(count, &constants, gradients + i, o->states[0] + i,
                                         o->states[1] + i, values + i);
    }
}

const struct optimiser_kind optimiser_adam
    = {.name = "adam", .states = {"m", "v"}, .count_step = count_step, .update = update};
