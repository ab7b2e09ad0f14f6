/* Optimisers: how a step moves the trained values, given their gradients.
 *
 * Each is one const struct of functions, in a file of its own. Its state is up to two arrays, each
 * [count] float32 like the values and zero before the first step, and the number of steps taken;
 * with them a training can be resumed.
 *
 *     adam    Kingma & Ba 2015, Alg. 1 (adam.c)
 *     sgd     gradient descent with momentum, as PyTorch defines it (sgd.c)
 *
 * Every operation is rounded to float32, in the order that the optimiser's file gives.
 */
#ifndef REINIT_NN_OPTIMISER_H
#define REINIT_NN_OPTIMISER_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

enum { OPTIMISER_STATES_MAX = 2 };

struct optimiser;

struct optimiser_kind {
    const char *name;
    const char *states[OPTIMISER_STATES_MAX + 1]; /* their names in checkpoints; NULL-terminated */
    bool has_momentum;
    /* One step more was taken: updates what depends on their number alone. NULL: nothing does. */
    void (*count_step)(struct optimiser *optimiser);
    /* values, gradients: [count]. Called after count_step. */
    void (*update)(struct optimiser *optimiser, float *values, const float *gradients);
};

/* All of them, NULL-terminated, the default first, and their names in the same order. */
extern const struct optimiser_kind optimiser_adam, optimiser_sgd;
extern const struct optimiser_kind *const optimisers_all[];
const char *const *optimiser_names(void);

struct optimiser {
    const struct optimiser_kind *kind;
    size_t count;
    struct arena memory;
    float *states[OPTIMISER_STATES_MAX]; /* [count] each */
    uint64_t step;                       /* steps taken */
    double learning_rate, momentum;
    double powers[2]; /* adam: b1^t, b2^t */
};

/* States zero, no step taken. momentum: 0 unless the optimiser has one. The caller frees with
 * optimiser_release, after a failed call too. */
bool optimiser_create(struct optimiser *optimiser, const struct optimiser_kind *kind, size_t count,
                      double learning_rate, double momentum, struct error *error);
void optimiser_release(struct optimiser *optimiser);

/* Back to before the first step. */
void optimiser_reset(struct optimiser *optimiser);

/* Resumes after `step` steps, with the states that the caller has filled in. */
void optimiser_resume(struct optimiser *optimiser, uint64_t step);

/* Takes the next step. */
void optimiser_update(struct optimiser *optimiser, float *values, const float *gradients);

#endif
