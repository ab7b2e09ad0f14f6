/* The log of a training: a text table, a line an epoch.
 *
 *     # net carlini                                    "# key value": what was run, order kept
 *     # seed 1
 *     epoch<TAB>loss<TAB>examples_per_second<TAB>weights_sha256
 *     1<TAB>723.61599731445312<TAB>1042.7<TAB>9f86d0...
 *
 * loss: the plotted loss of the epoch as "%.17g", so that reading it gives the same double; it may
 *   be inf or nan (all weights one does overflow). nan is always written "nan", never "-nan".
 * examples_per_second: "%.1f"; the one column that differs from run to run.
 * weights_sha256: of the weights after the epoch, 64 lower-case hexadecimal digits.
 * Epochs are 1, 2, 3, ... without a gap. Every line ends with a newline.
 *
 * Reading is strict: anything else is an error naming the file and the line. All memory belongs to
 * the struct runlog and is freed by runlog_free, after a failed call too. {0} is an empty log.
 */
#ifndef REINIT_IO_RUNLOG_H
#define REINIT_IO_RUNLOG_H

#include "base/error.h"
#include "base/sha256.h"

#include <stddef.h>

enum {
    RUNLOG_LINE_MAX = 1024, /* bytes of a line, without its newline */
    RUNLOG_FILE_MAX = 16 << 20
};

struct runlog_pair {
    char *key, *value;
};

struct runlog_epoch {
    double loss;
    double rate; /* examples per second; finite and >= 0 */
    char weights[SHA256_HEX_SIZE];
};

struct runlog {
    struct runlog_pair *pairs;
    size_t pair_count;
    struct runlog_epoch *epochs; /* epochs[i] is epoch i + 1 */
    size_t epoch_count;
};

/* Overwrites *log with what the file holds. */
bool runlog_read(struct runlog *log, const char *path, struct error *error);

/* Adds "# key value". The key is one word; neither may be empty or hold control characters. */
bool runlog_add_pair(struct runlog *log, const char *key, const char *value, struct error *error);

/* Adds the next epoch. */
bool runlog_append(struct runlog *log, double loss, double rate, const char *weights,
                   struct error *error);

/* The value of a key's first pair, or NULL. */
const char *runlog_find(const struct runlog *log, const char *key);

/* Writes the whole log anew, atomically. The same log with the same rates gives the same bytes. */
bool runlog_write(const struct runlog *log, const char *path, struct error *error);

void runlog_free(struct runlog *log);

#endif
