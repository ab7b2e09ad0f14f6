/* A fingerprint of the arithmetic: what a result depends on beside its arguments and its data.
 *
 * The SHA-256 of what small trainings give, run as the real ones are, from files, through
 * training_run: initial weights by every scheme, logged losses and weights of both networks with
 * both losses, both orders and both plotted sums, on batches that fill every part and group
 * unevenly and a short one after them, and answers counted in evaluation. Images and labels are
 * drawn from Philox.
 *
 * It changes when a bit of any result could change, as far as a second of work can show it, and not
 * when code is moved, renamed or reformatted.
 */
#ifndef REINIT_RUN_FINGERPRINT_H
#define REINIT_RUN_FINGERPRINT_H

#include "base/error.h"
#include "base/sha256.h"

/* Works in `folder`, which is made if missing, and leaves its files there; one at a time does. */
bool fingerprint_compute(const char *folder, char hex[SHA256_HEX_SIZE], struct error *error);

#endif
