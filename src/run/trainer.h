/* A network in training: its state, and the step that moves it.
 *
 * An epoch takes the examples in its order, in batches of batch_size, the last one shorter; a step
 * is forward, loss, backward, optimiser. The plotted loss of an epoch is the sum over its batches
 * of the batch's mean loss (PLOTTED_BATCH_MEANS) or of the sum over its examples
 * (PLOTTED_EXAMPLES).
 *
 * What the next step depends on, beside the settings and the data, is the state: parameters, batch
 * norm's running statistics, the optimiser's states, the number of steps taken. Its hash is the
 * SHA-256 of the text TENSORS<SPACE>STEPS<NEWLINE> where TENSORS is the SHA-256 of the tensors as a
 * checkpoint holds them, its payload_sha256.
 */
#ifndef REINIT_RUN_TRAINER_H
#define REINIT_RUN_TRAINER_H

#include "data/cifar10.h"
#include "nn/optimiser.h"
#include "run/description.h"

struct trainer {
    struct hyperparameters hyper;
    struct network *network;
    struct optimiser optimiser;
    struct cifar10 set;
    float scaling[256];
    uint32_t *order; /* of the examples in epoch `ordered` */
    uint64_t ordered;
    uint8_t *labels;
    uint64_t epoch;  /* the one under way, from 1 */
    size_t position; /* its examples done */
    double loss;     /* its plotted loss so far */
};

/* At the start of epoch 1, the weights yet to be filled in. The set is the trainer's from now on,
 * whatever comes; trainer_release frees all, after a failed call too. */
bool trainer_create(struct trainer *t, const struct hyperparameters *hyper,
                    const struct network_spec *spec, struct cifar10 *set, struct error *error);
void trainer_release(struct trainer *t);

/* Takes the next step of the epoch, which is not at its end. */
void trainer_step(struct trainer *t);

/* Whether every example of the epoch is done; and on to the next, with no loss yet. */
bool trainer_at_end(const struct trainer *t);
void trainer_next_epoch(struct trainer *t);

uint64_t trainer_steps(const struct trainer *t); /* of an epoch */

/* The mean loss of the epoch's steps so far, of which there is one: of its batches, or of its
 * examples, as the plotted loss is a sum of one or the other. */
double trainer_mean_loss(const struct trainer *t);

/* The hashes of the weights (weights_hash; may be NULL) and of the state as they are. */
bool trainer_hash(struct trainer *t, char *weights, char state[SHA256_HEX_SIZE],
                  struct error *error);

#endif
