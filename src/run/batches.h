/* Batches of examples, scaled as a network wants them. */
#ifndef REINIT_RUN_BATCHES_H
#define REINIT_RUN_BATCHES_H

#include "data/cifar10.h"
#include "nn/network.h"

/* table[p] = (p / 255 - offset) / divisor in float32, one operation after another. */
void batch_scaling(const struct network_spec *spec, float table[256]);

/* Fills the network's input with `count` examples, those at first, first + 1, ... of the order
 * (NULL: of the set as it lies), and labels with theirs. On all threads. */
void batch_fill(struct network *network, const struct cifar10 *set, const float table[256],
                const uint32_t *order, size_t first, size_t count, uint8_t *labels);

#endif
