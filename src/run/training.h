/* A training from initial weights to final ones, which can be interrupted anywhere and goes on from
 * its checkpoint with the same bits as if nothing had happened.
 *
 * An epoch takes the examples in its order, in batches of batch_size, the last one shorter; a step
 * is forward, loss, backward, Adam. The plotted loss of an epoch is the sum over its batches of the
 * batch's mean loss (PLOTTED_BATCH_MEANS) or of size times mean (PLOTTED_EXAMPLES).
 *
 * The checkpoint is a safetensors file with the weights, both Adam moments, batch norm's running
 * statistics, and in its metadata the position: epoch, examples done, steps, partial sum of losses,
 * and the pairs that describe the run, against which the arguments are compared before going on. It
 * is written after every epoch and every checkpoint_seconds, and on SIGINT and SIGTERM.
 */
#ifndef REINIT_RUN_TRAINING_H
#define REINIT_RUN_TRAINING_H

#include "base/error.h"
#include "data/order.h"
#include "nn/loss.h"

#include <stdbool.h>
#include <stdint.h>

enum plotted_kind { PLOTTED_BATCH_MEANS, PLOTTED_EXAMPLES };
extern const char *const plotted_names[]; /* as in enum plotted_kind, NULL-terminated */

struct training_settings {
    const char *weights; /* initial weights, read */
    const char *data;    /* folder of CIFAR-10's files, read */
    const char *out;     /* final weights, written at the end */
    const char *log;     /* a line an epoch, rewritten after each */
    const char *checkpoint;
    uint64_t epochs;
    uint64_t until; /* stop after this epoch; 0: do not */
    uint64_t batch_size;
    uint64_t examples; /* the first so many of the training set; 0: all */
    double learning_rate;
    enum order_kind order;
    enum loss_kind loss;
    enum plotted_kind plotted;
    uint64_t seed;          /* of dropout masks and permutations; below 2^32 */
    const char *arithmetic; /* "exact" or "openblas": recorded, part of the run's description */
    uint64_t checkpoint_seconds;
    bool quiet;
};

/* Trains to the end, to `until`, or until interrupted, which is a failure whose text says how to go
 * on. *stopped tells whether it ended at `until`, before the last epoch. */
bool training_run(const struct training_settings *settings, bool *stopped, struct error *error);

#endif
