/* Numerics fingerprints: SHA-256 of the results of small fixed computations, which tell whether two
 * builds give the same bits.
 *
 * The base covers what existed when it was frozen: the initial weights of seven schemes; logged
 * losses, weights and predictions of both networks with both losses, both orders and both loss
 * reductions, on batches that fill every partition unevenly and on a short one after them. They run
 * as real trainings do, from files, through training_run; images and labels come from Philox.
 *
 * What was added later is covered by a part of its own, on which only the runs that use it depend:
 *     scheme      the initial weights of both networks by the scheme
 *     net         two trainings of the network, as in the base
 *     optimiser   two trainings by the optimiser
 *
 * A fingerprint changes when a bit of a result could change, as far as a second of work can show,
 * and not when code is moved, renamed or reformatted.
 */
#ifndef REINIT_RUN_FINGERPRINT_H
#define REINIT_RUN_FINGERPRINT_H

#include "base/error.h"
#include "base/sha256.h"

enum fingerprint_part {
    FINGERPRINT_BASE,
    FINGERPRINT_SCHEME,
    FINGERPRINT_NET,
    FINGERPRINT_OPTIMISER
};

/* Whether a scheme, network or optimiser is covered by the base. */
bool fingerprint_base_covers(enum fingerprint_part part, const char *name);

/* Name: of the scheme, network or optimiser; NULL for the base. Works in `folder`, which is made if
 * missing, and leaves its files there; one process at a time. */
bool fingerprint_compute(enum fingerprint_part part, const char *name, const char *folder,
                         char hex[SHA256_HEX_SIZE], struct error *error);

#endif
