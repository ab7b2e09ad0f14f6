/* Counting answers: evaluation mode, dropout off, batch norm by its running statistics. */
#ifndef REINIT_RUN_EVALUATION_H
#define REINIT_RUN_EVALUATION_H

#include "data/cifar10.h"
#include "nn/network.h"

enum { EVALUATION_BATCH = 100 };

/* What a network answers, over a set: for each label how often, and the least and the greatest of
 * its logits, NaN if one was. */
struct evaluation {
    size_t correct;
    size_t answers[CIFAR10_CLASSES];
    float least[CIFAR10_CLASSES], greatest[CIFAR10_CLASSES];
};

/* The network was created for at least EVALUATION_BATCH examples. No answer depends on which others
 * share its batch. */
bool evaluation_run(struct evaluation *evaluation, struct network *network,
                    const struct cifar10 *set, bool quiet, struct error *error);

/* Writes a table: label, answers, least_logit, greatest_logit. */
bool evaluation_write(const struct evaluation *evaluation, const char *path, struct error *error);

#endif
