#include "workload.h"

#include "base/progress.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/batches.h"

#include <stdlib.h>

enum { SEED = 1, WARM_STEPS = 2 };

bool workload_create(struct workload *w, const struct bench_settings *settings, struct error *error)
{
    bool resnet = settings->net == &net_resnet56;
    *w = (struct workload){.batch = settings->batch};
    w->loss = resnet ? LOSS_CROSS_ENTROPY_OF_SOFTMAX : LOSS_CROSS_ENTROPY;
    parallel_set_threads(settings->threads);
    if (!cifar10_load(&w->set, settings->data, CIFAR10_TRAIN, 0, error)
        || !network_create(&w->network, settings->net, w->batch, true, error)
        || !optimiser_create(&w->optimiser, &optimiser_adam, network_trained(w->network), 1e-4, 0,
                             error)
        || !initialise_network(w->network, resnet ? "kaiming-normal" : "default", INIT_BIAS_DEFAULT,
                               SEED, error))
        return false;
    batch_scaling(settings->net, w->scaling);
    w->order = malloc(w->batch * sizeof *w->order);
    w->labels = malloc(w->batch);
    if (w->order == NULL || w->labels == NULL)
        return error_set(error, "out of memory");
    for (int i = 0; i < WARM_STEPS; i++)
        workload_step(w);
    return true;
}

void workload_release(struct workload *w)
{
    network_free(w->network);
    optimiser_release(&w->optimiser);
    cifar10_free(&w->set);
    free(w->order);
    free(w->labels);
}

void workload_step(struct workload *w)
{
    struct pass pass
        = {.batch = w->batch, .training = true, .seed = SEED, .step = w->optimiser.step + 1};
    double started = progress_seconds();
    for (size_t b = 0; b < w->batch; b++)
        w->order[b] = (uint32_t)((w->position + b) % w->set.count);
    w->position = (w->position + w->batch) % w->set.count;
    batch_fill(w->network, &w->set, w->scaling, w->order, 0, w->batch, w->labels);
    double filled = progress_seconds();
    network_forward(w->network, &pass);
    double forwarded = progress_seconds();
    loss_compute(w->loss, w->batch, network_classes(w->network), network_output(w->network),
                 w->labels, network_output_gradient(w->network));
    double judged = progress_seconds();
    network_backward(w->network, &pass);
    double backwarded = progress_seconds();
    optimiser_update(&w->optimiser, network_values(w->network), network_gradients(w->network));
    w->fill_seconds += filled - started;
    w->loss_seconds += judged - forwarded;
    w->optimiser_seconds += progress_seconds() - backwarded;
}

size_t workload_run(struct workload *w, double seconds, double *taken)
{
    double started = progress_seconds();
    size_t steps = 0;
    do {
        workload_step(w);
        steps++;
        *taken = progress_seconds() - started;
    } while (*taken < seconds);
    return steps;
}
