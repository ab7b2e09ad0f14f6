#include "nn/optimiser.h"

#include <string.h>

const struct optimiser_kind *const optimisers_all[] = {&optimiser_adam, &optimiser_sgd, NULL};

const char *const *optimiser_names(void)
{
    static const char *names[sizeof optimisers_all / sizeof *optimisers_all];
    for (size_t i = 0; optimisers_all[i] != NULL; i++)
        names[i] = optimisers_all[i]->name;
    return names;
}

bool optimiser_create(struct optimiser *o, const struct optimiser_kind *kind, size_t count,
                      double learning_rate, double momentum, struct error *error)
{
    size_t states = 0;
    *o = (struct optimiser){
        .kind = kind, .count = count, .learning_rate = learning_rate, .momentum = momentum};
    while (kind->states[states] != NULL)
        states++;
    if (!arena_reserve(&o->memory, states * arena_round(count * sizeof(float)), error))
        return false;
    for (size_t i = 0; i < states; i++)
        o->states[i] = arena_take(&o->memory, count, sizeof(float));
    optimiser_resume(o, 0);
    return true;
}

void optimiser_release(struct optimiser *o)
{
    arena_release(&o->memory);
    *o = (struct optimiser){0};
}

void optimiser_reset(struct optimiser *o)
{
    for (size_t i = 0; o->kind->states[i] != NULL; i++)
        memset(o->states[i], 0, o->count * sizeof(float));
    optimiser_resume(o, 0);
}

static void count_step(struct optimiser *o)
{
    o->step++;
    if (o->kind->count_step != NULL)
        o->kind->count_step(o);
}

void optimiser_resume(struct optimiser *o, uint64_t step)
{
    o->step = 0;
    o->powers[0] = o->powers[1] = 1;
    while (o->step < step)
        count_step(o);
}

void optimiser_update(struct optimiser *o, float *values, const float *gradients)
{
    count_step(o);
    o->kind->update(o, values, gradients);
}
