/* A training from initial weights to final ones, which can be interrupted anywhere and goes on from
 * its checkpoint with the same bits as if nothing had happened (run/trainer.h, run/checkpoint.h).
 *
 * The transcript (io/runlog.h) gets a line an epoch. A checkpoint is written after every epoch and
 * every checkpoint_seconds, and on SIGINT and SIGTERM; those at the end of every keep_every-th
 * epoch are kept, in the folder checkpoints beside it.
 *
 * A training whose loss becomes NaN or infinite has diverged. That is a valid result: it is trained
 * to the end like any other, after one warning that names the epoch.
 */
#ifndef REINIT_RUN_TRAINING_H
#define REINIT_RUN_TRAINING_H

#include "run/description.h"

struct training_settings {
    const char *weights;            /* initial weights, read */
    const struct network_spec *net; /* of the weights; NULL: as their metadata say */
    bool unverified;                /* accept them whatever their hashes are */
    const char *data;               /* folder of CIFAR-10's files, read */
    const char *out;                /* final weights, written at the end */
    const char *log;                /* the transcript, rewritten after each epoch */
    const char *checkpoint;
    uint64_t epochs;
    uint64_t until; /* stop after this epoch; 0: do not */
    struct hyperparameters hyper;
    const char *numerics; /* fingerprint to record; NULL: "unknown" */
    uint64_t keep_every;  /* 0: none is kept but the two newest checkpoints */
    uint64_t checkpoint_seconds;
    const char *label;   /* what progress calls the run; NULL: nothing */
    const char *backlog; /* list of what else is to be trained (run/backlog.h); NULL: none */
    bool quiet;
    void (*warn)(const char *text); /* told of a damaged checkpoint or a loss that is not finite;
                                       may be NULL */
};

/* "all", "every:N" or "last" as keep_every, a uint64_t: 1, N, 0. An OPTION_PARSED. */
bool training_parse_keep(const char *text, void *keep_every, struct error *error);

/* The four files must be four. Trains to the end, to `until`, or until interrupted, which is a
 * failure whose text says how to go on. *done: the epochs that are behind it then; the final
 * weights are written after the last. */
bool training_run(const struct training_settings *settings, uint64_t *done, struct error *error);

#endif
