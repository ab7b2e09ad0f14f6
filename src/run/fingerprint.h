/* A fingerprint of the arithmetic: what a result depends on beside its arguments and its data.
 *
 * The SHA-256 of the weights of both networks after three fixed steps from each initialisation, and
 * of the logits in evaluation, on images and labels drawn from Philox. It changes when a bit of any
 * result could change, and not when code is only moved, renamed or reformatted.
 */
#ifndef REINIT_RUN_FINGERPRINT_H
#define REINIT_RUN_FINGERPRINT_H

#include "base/error.h"
#include "base/sha256.h"

bool fingerprint_compute(char hex[SHA256_HEX_SIZE], struct error *error);

#endif
