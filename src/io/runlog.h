/* The transcript of a training: a text table, a line an epoch, each of which vouches for all
 * before.
 *
 *     # net carlini                                    "# key value": what was run, order kept
 *     # seed 1
 *     # chain_sha256 5feceb...                         the first link
 *     epoch<TAB>loss<TAB>examples_per_second<TAB>weights_sha256<TAB>state_sha256<TAB>chain_sha256
 *     1<TAB>723.61599731445312<TAB>1042.7<TAB>9f86d0...<TAB>60303a...<TAB>fd61a0...
 *     # file_sha256 4b2277...
 *
 * loss: the plotted loss of the epoch as "%.17g", so that reading it gives the same double; it may
 *   be inf or nan (all weights one does overflow). nan is always written "nan", never "-nan".
 * examples_per_second: "%.1f"; the one column that differs from machine to machine.
 * weights_sha256, state_sha256: of the weights, and of all that the next step depends on, after the
 *   epoch (run/trainer.h); 64 lower-case hexadecimal digits.
 * chain_sha256: the first link is the SHA-256 of the lines above it; an epoch's that of the text
 *     LINK<TAB>epoch<TAB>loss<TAB>weights_sha256<TAB>state_sha256<NEWLINE>
 *   where LINK is the one before. So the same training has the same chain on every machine, and one
 *   link fixes every line up to its own but for the rates.
 * file_sha256: of all lines above it, the rates too: against damage. It differs as they do.
 * Epochs are 1, 2, 3, ... without a gap. Every line ends with a newline.
 *
 * Reading is strict: anything else, a broken chain among it, is an error naming the file and the
 * line. All memory belongs to the struct runlog and is freed by runlog_free, after a failed call
 * too. {0} is an empty log.
 */
#ifndef REINIT_IO_RUNLOG_H
#define REINIT_IO_RUNLOG_H

#include "base/error.h"
#include "base/sha256.h"

#include <stddef.h>

enum {
    RUNLOG_LINE_MAX = 1024, /* bytes of a line, without its newline */
    RUNLOG_EPOCHS_MAX = 10000,
    RUNLOG_FILE_MAX = 16 << 20,
    RUNLOG_LOSS_SIZE = 32 /* of a loss as text */
};

struct runlog_pair {
    char *key, *value;
};

struct runlog_epoch {
    double loss;
    double rate; /* examples per second; finite and >= 0 */
    char weights[SHA256_HEX_SIZE];
    char state[SHA256_HEX_SIZE];
    char chain[SHA256_HEX_SIZE];
};

struct runlog {
    struct runlog_pair *pairs;
    size_t pair_count;
    struct runlog_epoch *epochs; /* epochs[i] is epoch i + 1 */
    size_t epoch_count;          /* may be lowered, which forgets the last epochs */
};

/* Overwrites *log with what the file holds. */
bool runlog_read(struct runlog *log, const char *path, struct error *error);

/* Adds "# key value", while there is no epoch yet. The key is one word and none of the file's own;
 * neither may be empty or hold control characters. */
bool runlog_add_pair(struct runlog *log, const char *key, const char *value, struct error *error);

/* Adds the next epoch, of at most RUNLOG_EPOCHS_MAX, and its link. */
bool runlog_append(struct runlog *log, double loss, double rate, const char *weights,
                   const char *state, struct error *error);

/* The value of a key's first pair, or NULL. */
const char *runlog_find(const struct runlog *log, const char *key);

/* The link after `epoch` epochs, of at most epoch_count; 0: the first. */
bool runlog_link(const struct runlog *log, size_t epoch, char hex[SHA256_HEX_SIZE],
                 struct error *error);

/* The loss as it stands in the file. */
void runlog_print_loss(double loss, char text[RUNLOG_LOSS_SIZE]);

/* Writes the whole log anew, atomically. The same log with the same rates gives the same bytes. */
bool runlog_write(const struct runlog *log, const char *path, struct error *error);

void runlog_free(struct runlog *log);

#endif
