#include "nn/adam.h"

#include "exact/isa.h"

#include <math.h>

static const double BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

bool adam_create(struct adam *adam, size_t count, double learning_rate, struct error *error)
{
    *adam = (struct adam){.count = count, .learning_rate = learning_rate, .power1 = 1, .power2 = 1};
    if (!arena_reserve(&adam->memory, 2 * arena_round(count * sizeof *adam->m), error))
        return false;
    adam->m = arena_take(&adam->memory, count, sizeof *adam->m);
    adam->v = arena_take(&adam->memory, count, sizeof *adam->v);
    return true;
}

void adam_release(struct adam *adam)
{
    arena_release(&adam->memory);
    *adam = (struct adam){0};
}

void adam_resume(struct adam *adam, uint64_t step)
{
    adam->step = 0;
    adam->power1 = adam->power2 = 1;
    for (; adam->step < step; adam->step++) {
        adam->power1 *= BETA1;
        adam->power2 *= BETA2;
    }
}

void adam_update(struct adam *adam, float *values, const float *gradients)
{
    adam->step++;
    adam->power1 *= BETA1;
    adam->power2 *= BETA2;
    const struct adam_constants constants
        = {.keep1 = (float)BETA1,
           .take1 = (float)(1 - BETA1),
           .keep2 = (float)BETA2,
           .take2 = (float)(1 - BETA2),
           .rate = (float)(adam->learning_rate / (1 - adam->power1)),
           .root = (float)sqrt(1 - adam->power2),
           .epsilon = (float)EPSILON};
    enum { BLOCK = 1 << 12 };
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < adam->count; i += BLOCK) {
        size_t count = adam->count - i < BLOCK ? adam->count - i : BLOCK;
        isa_kernels()->elementwise->adam(count, &constants, gradients + i, adam->m + i, adam->v + i,
                                         values + i);
    }
}
