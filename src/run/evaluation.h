/* Counting correct answers: evaluation mode, dropout off, batch norm by its running statistics. */
#ifndef REINIT_RUN_EVALUATION_H
#define REINIT_RUN_EVALUATION_H

#include "data/cifar10.h"
#include "nn/network.h"

enum { EVALUATION_BATCH = 100 };

/* The network was created for at least EVALUATION_BATCH examples. No answer depends on which others
 * share its batch. */
bool evaluation_count(struct network *network, const struct cifar10 *set, bool quiet,
                      size_t *correct, struct error *error);

#endif
