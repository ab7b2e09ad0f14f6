/* The data behind Figures 6 and 7, as gnuplot blocks: each begins with a comment line that is its
 * name ("# rings") and ends with two empty lines, so that `index "rings"` finds it.
 *
 * paths (Figure 6), columns a and b, relative to the optimum:
 *   rings    level sets of F, closed, an empty line between two
 *   descent  gradient descent
 *   sgd      stochastic gradient descent from the same start, diminishing steps
 *   start, optimum, tail  where both start; (0,0); the last steps of sgd
 * chain (Figure 7):
 *   block, power, long   transition matrices, a line `from to chance` each, an empty line between
 *                two rows: over a block of steps of constant size; that matrix multiplied with
 *                itself many times; over a long run with diminishing steps
 *   block-spread, power-spread, long-spread   steps, and the spread (chain_spread) of the middle
 *                row and of a corner's
 *   constant-distance, long-distance   steps, and how far from the optimum they lead when they are
 *                run instead of read off a matrix (chain_distance), from the middle cell and from a
 *                corner: as many constant steps as power stands for; long's diminishing steps
 *   parabola     a bowl of one dimension: s and F - F(w*) = s^2 / 2
 *   tangents     s, F, and the vector (ds, dF) of a step of gradient descent along the tangent
 */
#ifndef REINIT_DEMO_DRAWING_H
#define REINIT_DEMO_DRAWING_H

#include "base/error.h"
#include "demo/leastsquares.h"

/* Where paths start, on the outermost ring, in round coordinates. */
extern const struct lsq_point DRAWING_START;

/* Each writes one file, atomically; the bytes depend on the seed alone. */
bool drawing_write_paths(const char *path, uint32_t seed, struct error *error);
bool drawing_write_chain(const char *path, uint32_t seed, struct error *error);

#endif
