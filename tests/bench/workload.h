/* A training without its files: the same calls, step by step, as src/run/training.c. */
#ifndef REINIT_BENCH_WORKLOAD_H
#define REINIT_BENCH_WORKLOAD_H

#include "bench.h"
#include "data/cifar10.h"
#include "nn/optimiser.h"
#include "nn/loss.h"

struct workload {
    struct network *network;
    struct optimiser optimiser;
    struct cifar10 set;
    enum loss_kind loss;
    float scaling[256];
    uint32_t *order; /* [batch] */
    uint8_t *labels; /* [batch] */
    size_t batch, position;
    /* Seconds, added to by every step. */
    double fill_seconds, loss_seconds, optimiser_seconds;
};

/* Sets the number of threads, creates the network with the initial weights of its published runs
 * and takes two steps, which touch all memory. Freed by workload_release, also after a failure. */
bool workload_create(struct workload *workload, const struct bench_settings *settings,
                     struct error *error);
void workload_release(struct workload *workload);

/* One step: batch, forward, loss, backward, Adam. */
void workload_step(struct workload *workload);

/* Steps for about so many seconds, at least one; returns how many, and the seconds they took. */
size_t workload_run(struct workload *workload, double seconds, double *taken);

#endif
