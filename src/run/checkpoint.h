/* Checkpoints: a trainer's state on disk, from which the same steps follow.
 *
 * A safetensors file with the weights, the optimiser's states and batch norm's running statistics;
 * in its metadata the position (epoch, examples done, steps, partial sum of losses), the link of
 * the transcript after its last whole epoch, and the description of the run. Like any file of
 * tensors it has hashes of itself. It says nothing of the machine or the time: the same training
 * gives the same bytes.
 *
 * Two are kept: PATH, the newest, and PATH.previous, the one before. A new one is written and
 * synced as PATH.next; then PATH becomes PATH.previous, then PATH.next becomes PATH. Whenever that
 * is cut off, PATH or PATH.previous is whole, and of two one may be lost to damage.
 */
#ifndef REINIT_RUN_CHECKPOINT_H
#define REINIT_RUN_CHECKPOINT_H

#include "base/file.h"
#include "io/safetensors.h"
#include "run/trainer.h"

/* A checkpoint that was read. */
struct checkpoint {
    struct tensor_file file;
    char path[FILE_PATH];
    uint64_t epoch, position, step;
    double loss;
    const char *chain; /* in file */
};

/* Reads one, which must have its hashes. The caller frees with checkpoint_free, after a failed call
 * too. */
bool checkpoint_read(struct checkpoint *c, const char *path, struct error *error);
void checkpoint_free(struct checkpoint *c);

/* The same of PATH or, if that is missing or damaged, of PATH.previous; then *passed_over says why.
 * What the system refuses to read is not damaged: that is an error. *found is false, without one,
 * if neither is there. */
bool checkpoint_read_newest(struct checkpoint *c, const char *path, bool *found,
                            struct error *passed_over, struct error *error);

/* Puts the trainer into the checkpoint's state. It must be of the run described, and its position
 * one that the run comes to; how many epochs that has, the caller knows. */
bool checkpoint_restore(const struct checkpoint *c, struct trainer *t, const struct description *d,
                        struct error *error);

/* Writes one; chain: the link after the last whole epoch. */
bool checkpoint_write(const char *path, struct trainer *t, const struct description *d,
                      const char *chain, struct error *error);

/* The same as the newest of two. */
bool checkpoint_advance(const char *path, struct trainer *t, const struct description *d,
                        const char *chain, struct error *error);

/* PATH was passed over: the one before takes its place, lest the next pushes it out. */
bool checkpoint_fall_back(const char *path, struct error *error);

/* Where the checkpoint after an epoch is kept: checkpoints/epoch-0007.safetensors in the folder. */
bool checkpoint_kept_path(char path[FILE_PATH], const char *folder, uint64_t epoch,
                          struct error *error);

#endif
