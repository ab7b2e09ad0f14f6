/* A recorded run, and its states again.
 *
 * A run is a folder: log.tsv, the transcript; checkpoints/epoch-NNNN.safetensors, what was kept;
 * checkpoint.safetensors and .previous, the newest two; init.safetensors, the initial weights,
 * which are only read if the transcript does not say how they were made.
 *
 * A replay believes nothing but the data: the state it begins from must be the one that the
 * transcript states, and so must that after every epoch it replays. What is not is an error whose
 * text begins with "false: " and names the first thing that differs; other errors say why the
 * transcript cannot be checked.
 */
#ifndef REINIT_RUN_REPLAY_H
#define REINIT_RUN_REPLAY_H

#include "run/checkpoint.h"

/* Where the data is looked for if nothing is said. */
#define REPLAY_DATA_1 "data/cifar10"
#define REPLAY_DATA_2 "data/sample"

/* A tool's option for other places, a struct option_spec; the target is a struct option_list. */
#define REPLAY_DATA_OPTION(target)                                                                 \
    {                                                                                              \
        "data", "DIR",                                                                             \
            "folder of CIFAR-10's binary files; may be given again (default: " REPLAY_DATA_1       \
            ", " REPLAY_DATA_2 ")",                                                                \
            OPTION_LIST, target                                                                    \
    }

struct replay_settings {
    const char *folder;
    const char *const *data; /* folders; the one that the run was trained on is taken */
    size_t data_count;       /* 0: the two above */
    const char *numerics;    /* of this build; NULL: not compared */
    bool quiet;
};

struct replay {
    const struct replay_settings *settings;
    char log_path[FILE_PATH];
    struct runlog log;
    struct description description;
    const struct network_spec *spec;
    struct trainer trainer;
    char from[FILE_PATH]; /* what the trainer's state came from: "the seed", or a file */
    uint64_t from_epoch;  /* whole epochs it had behind it then */
};

/* Reads the transcript, verifies its chain, and finds the data. It must be of the exact engine. The
 * caller frees with replay_close, after a failed call too. */
bool replay_open(struct replay *r, const struct replay_settings *settings, struct error *error);
void replay_close(struct replay *r);

/* The last epoch, at most `epoch`, whose end is stored, in a checkpoint that is whole and of this
 * run; 0: only the seed is. */
bool replay_nearest(struct replay *r, uint64_t epoch, uint64_t *stored, struct error *error);

/* Puts the trainer at the end of `epoch` (0: the initial weights), from the nearest state that is
 * stored, by replaying the epochs between. */
bool replay_reach(struct replay *r, uint64_t epoch, struct error *error);

/* At the end of an epoch: compares loss, weights and state with the transcript's line, whose link
 * runlog_read has verified, and goes on to the next epoch. */
bool replay_end_epoch(struct replay *r, struct error *error);

/* Reads what is stored of an epoch's end, if anything is: a kept checkpoint, or one of the newest
 * two, that is whole and of this run. */
bool replay_read_stored(struct replay *r, uint64_t epoch, struct checkpoint *c, bool *found,
                        struct error *error);

#endif
