/* Theorems 2 to 4 and their corollary held against SGD on the least-squares problem (bounds.h).
 *
 * Three experiments, each from the start of Figure 6: "constant" and "diminishing" with single
 * examples, "batch" with batches of EVIDENCE_BATCH.
 *
 * bounds, gnuplot blocks as in drawing.h:
 *   measured    lines `NAME VALUE VALUE VALUE`: for single examples and for the report's batches
 *   frontier    columns M_G and the least M for it, single examples; least has what both must
 *               exceed, pair the pair in use
 *   NAME of an experiment   columns, exact ones as struct account_row has them and then the means
 *               of seeded runs: 1 k, 2 3 gap and the corollary's bound, 4 5 6 excess and Theorems
 *               2's and 3's, 7 8 average and Theorem 4's, 9 10 11 gap, excess and average of the
 *               runs
 *   runs        how many; how many steps; root mean square over all steps and experiments of the
 *               distance between the runs' gap and the exact one, in its standard errors
 *
 * verdicts, a table with tabs: theorem, quantity, and the largest ratio of the quantity to its
 * bound over all steps. The theorem held if that is 1 or less. "3 as printed" is the original's
 * wording.
 */
#ifndef REINIT_DEMO_EVIDENCE_H
#define REINIT_DEMO_EVIDENCE_H

#include "base/error.h"

#include <stdint.h>

enum { EVIDENCE_BATCH = 10, EVIDENCE_LARGE_BATCH = 300 };

/* Each writes one file, atomically; the bytes depend on the seed alone. */
bool evidence_write_bounds(const char *path, uint32_t seed, struct error *error);
bool evidence_write_verdicts(const char *path, uint32_t seed, struct error *error);

#endif
