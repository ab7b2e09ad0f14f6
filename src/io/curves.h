/* Loss curves for plotting: the logs of a run's seeds beside the published curve.
 *
 * The table written, after '#' lines that say what it is, has a line an epoch and five columns:
 *
 *     epoch published mean minimum maximum
 *
 * published: the digitised curve. mean, minimum, maximum: over the logs, the mean summed in the
 * order given. Losses are totals over an epoch, as logged ("%.17g"). Where a column has no value,
 * because one curve is longer than the other or a loss is nan, it holds "nan".
 */
#ifndef REINIT_IO_CURVES_H
#define REINIT_IO_CURVES_H

#include "base/error.h"

#include <stddef.h>

/* A digitised curve: lines "epoch loss" separated by a space, epochs 1, 2, 3, ..., at most
 * RUNLOG_EPOCHS_MAX (io/runlog.h), finite losses; lines beginning '#' are remarks. */
struct curve {
    double *losses; /* losses[i] is that of epoch i + 1 */
    size_t count;
};

/* Overwrites *curve; strict, errors name the file and the line. */
bool curve_read(struct curve *curve, const char *path, struct error *error);
void curve_free(struct curve *curve);

/* Reads `count` logs (at least 1) and the published curve, and writes the table. The logs must
 * be of one length, of different seeds, and say the same of all that the seed does not decide. */
bool curves_write(const char *const *logs, size_t count, const char *published, const char *out,
                  struct error *error);

#endif
