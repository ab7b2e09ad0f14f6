/* What a training is, as settings and as the pairs of text that stand at the head of its transcript
 * and in its checkpoints.
 *
 *     net                      carlini
 *     initial_weights_sha256   of the initial weights as our weight files hold them, whoever wrote
 *                              theirs
 *     scheme, bias, initial_seed   what init-weights made them of; "unknown" if their file does not
 *                              say, or if they were trained before
 *     data_sha256              of the records trained on
 *     examples, batch_size, learning_rate, order, loss, plotted, seed, arithmetic
 *     optimiser, momentum      left out if adam and 0, as in the logs before there was a choice
 *     hyperparameters_sha256   of these as lines "key value"
 *     numerics_sha256          fingerprint of the build's exact arithmetic (run/fingerprint.h), or
 *                              "unknown"
 */
#ifndef REINIT_RUN_DESCRIPTION_H
#define REINIT_RUN_DESCRIPTION_H

#include "data/order.h"
#include "exact/gemm.h"
#include "io/runlog.h"
#include "io/safetensors.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "nn/optimiser.h"

enum plotted_kind { PLOTTED_BATCH_MEANS, PLOTTED_EXAMPLES };
extern const char *const plotted_names[]; /* as in enum plotted_kind, NULL-terminated */

struct hyperparameters {
    uint64_t examples; /* the first so many of the training set; 0: all */
    uint64_t batch_size;
    double learning_rate;
    enum order_kind order;
    enum loss_kind loss;
    enum plotted_kind plotted;
    uint64_t seed; /* of dropout masks and permutations; below 2^32 */
    enum gemm_engine arithmetic;
    int optimiser;   /* index in optimisers_all */
    double momentum; /* of sgd; else 0 */
};

enum { DESCRIPTION_PAIRS = 18, DESCRIPTION_VALUE = 80 };

struct description {
    const char *keys[DESCRIPTION_PAIRS];
    char values[DESCRIPTION_PAIRS][DESCRIPTION_VALUE];
    size_t count;
};

/* initial: the file of initial weights, and weights_hash of what was in it; data_sha256 and
 * examples: of the set loaded; numerics: may be NULL. */
bool description_make(struct description *d, const struct hyperparameters *h,
                      const struct tensor_file *initial, const char *initial_sha256,
                      const char *net, const char *data_sha256, size_t examples,
                      const char *numerics, struct error *error);

/* Takes a transcript's head as it stands, and the settings from it. */
bool description_parse(struct description *d, struct hyperparameters *h, const struct runlog *log,
                       const char *path, struct error *error);

/* A fingerprint, for a const char *: an OPTION_PARSED. */
bool description_parse_numerics(const char *text, void *numerics, struct error *error);

/* The keys above in their order, i below DESCRIPTION_PAIRS; and the value of one of them, also
 * where it is left out. */
const char *description_key(size_t i);
const char *description_find(const struct description *d, const char *key);

/* Whether a log, or a checkpoint, has the same pairs; else the error names the first that
 * differs. */
bool description_fits_log(const struct description *d, const struct runlog *log, const char *path,
                          struct error *error);
bool description_fits_file(const struct description *d, const struct tensor_file *file,
                           const char *path, struct error *error);

#endif
