#include "run/trainer.h"

#include "run/batches.h"
#include "run/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool trainer_create(struct trainer *t, const struct hyperparameters *hyper,
                    const struct network_spec *spec, struct cifar10 *set, struct error *error)
{
    *t = (struct trainer){.hyper = *hyper, .set = *set, .epoch = 1};
    *set = (struct cifar10){0};
    const struct optimiser_kind *optimiser = optimisers_all[hyper->optimiser];
    if (hyper->momentum != 0 && !optimiser->has_momentum)
        return error_set(error, "the optimiser %s has no momentum", optimiser->name);
    if (hyper->momentum >= 1)
        return error_set(error, "a momentum must be below 1");
    size_t batch = hyper->batch_size < t->set.count ? (size_t)hyper->batch_size : t->set.count;
    if (!gemm_load(hyper->arithmetic, error))
        return false;
    gemm_choose(hyper->arithmetic);
    if (!network_create(&t->network, spec, batch, true, error)
        || !optimiser_create(&t->optimiser, optimiser, network_trained(t->network),
                             hyper->learning_rate, hyper->momentum, error))
        return false;
    if (network_classes(t->network) != CIFAR10_CLASSES)
        return error_set(error, "the network %s does not have CIFAR-10's classes", spec->name);
    batch_scaling(spec, t->scaling);
    t->order = malloc(t->set.count * sizeof *t->order);
    t->labels = malloc(batch);
    return (t->order != NULL && t->labels != NULL)
           || error_memory(error, "out of memory for the order of the examples");
}

void trainer_release(struct trainer *t)
{
    network_free(t->network);
    optimiser_release(&t->optimiser);
    cifar10_free(&t->set);
    free(t->order);
    free(t->labels);
    *t = (struct trainer){0};
}

void trainer_step(struct trainer *t)
{
    const struct hyperparameters *h = &t->hyper;
    size_t left = t->set.count - t->position;
    size_t batch = left < h->batch_size ? left : (size_t)h->batch_size;
    struct pass pass = {
        .batch = batch, .training = true, .seed = (uint32_t)h->seed, .step = t->optimiser.step + 1};
    if (t->ordered != t->epoch)
        order_fill(t->order, t->set.count, h->order, (uint32_t)h->seed, t->epoch);
    t->ordered = t->epoch;
    batch_fill(t->network, &t->set, t->scaling, t->order, t->position, batch, t->labels);
    network_forward(t->network, &pass);
    double sum
        = loss_compute(h->loss, batch, network_classes(t->network), network_output(t->network),
                       t->labels, network_output_gradient(t->network));
    t->loss += h->plotted == PLOTTED_BATCH_MEANS ? sum / (double)batch : sum;
    network_backward(t->network, &pass);
    optimiser_update(&t->optimiser, network_values(t->network), network_gradients(t->network));
    t->position += batch;
}

bool trainer_at_end(const struct trainer *t)
{
    return t->position == t->set.count;
}

void trainer_next_epoch(struct trainer *t)
{
    t->epoch++;
    t->position = 0;
    t->loss = 0;
}

uint64_t trainer_steps(const struct trainer *t)
{
    return (t->set.count + t->hyper.batch_size - 1) / t->hyper.batch_size;
}

double trainer_mean_loss(const struct trainer *t)
{
    uint64_t batches = (t->position + t->hyper.batch_size - 1) / t->hyper.batch_size;
    return t->loss
           / (double)(t->hyper.plotted == PLOTTED_BATCH_MEANS ? batches : (uint64_t)t->position);
}

static bool hash_state(const char *tensors_sha256, uint64_t steps, char hex[SHA256_HEX_SIZE],
                       struct error *error)
{
    char text[SHA256_HEX_SIZE + 32];
    int length = snprintf(text, sizeof text, "%s %" PRIu64 "\n", tensors_sha256, steps);
    return sha256_of(text, (size_t)length, hex, error);
}

bool trainer_hash(struct trainer *t, char *weights, char state[SHA256_HEX_SIZE],
                  struct error *error)
{
    struct weights w;
    char tensors[SHA256_HEX_SIZE];
    size_t parameters; /* the first of the tensors */
    network_parameters(t->network, &parameters);
    if (!weights_collect(&w, t->network, &t->optimiser, error))
        return false;
    bool good = tensors_hash(w.tensors, w.count, tensors, error)
                && hash_state(tensors, t->optimiser.step, state, error)
                && (weights == NULL || tensors_hash(w.tensors, parameters, weights, error));
    weights_release(&w);
    return good;
}
