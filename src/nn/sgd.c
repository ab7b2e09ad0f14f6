/* Stochastic gradient descent with momentum (Polyak 1964), without dampening, Nesterov's variant or
 * weight decay, in PyTorch's order of steps.
 *
 *     v = mu v + g        w = w - lr v
 *
 * mu and lr are rounded to float32 once. mu = 0 is plain gradient descent.
 */
#include "nn/optimiser.h"

static void update(struct optimiser *o, float *values, const float *gradients)
{
    const float momentum = (float)o->momentum, rate = (float)o->learning_rate;
    float *velocity = o->states[0];
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < o->count; i++) {
        velocity[i] = momentum * velocity[i] + gradients[i];
        values[i] -= rate * velocity[i];
    }
}

const struct optimiser_kind optimiser_sgd
    = {.name = "sgd", .states = {"v"}, .has_momentum = true, .update = update};
