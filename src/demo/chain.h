/* SGD as a Markov chain: the plane of (a,b) cut into cells, and the matrix of chances to go from
 * one to another, estimated from many seeded runs.
 *
 * Cells: CHAIN_SIDE x CHAIN_SIDE squares in the coordinates z in which the bowl is round (see
 * lsq_to_round), the middle one centred on the optimum; state = row * CHAIN_SIDE + column, row
 * along z.b and column along z.a. What leaves the square counts as the nearest edge cell. Runs
 * start uniformly within their cell. SGD itself has a continuum of states, so a power of a matrix,
 * which forgets the place within a cell, only approximates a longer run.
 */
#ifndef REINIT_DEMO_CHAIN_H
#define REINIT_DEMO_CHAIN_H

#include "demo/leastsquares.h"

enum { CHAIN_SIDE = 7, CHAIN_STATES = CHAIN_SIDE * CHAIN_SIDE, CHAIN_MIDDLE = CHAIN_STATES / 2 };

struct chain {
    double p[CHAIN_STATES][CHAIN_STATES]; /* p[from][to]; every row adds up to 1 */
};

/* How a matrix is estimated: `runs` runs out of each cell, `steps` steps of SGD each with these
 * step sizes; `side` is the width of a cell. `first_run` numbers the first of the CHAIN_STATES *
 * runs runs, so that two matrices can have random numbers of their own. */
struct chain_plan {
    double side;
    struct lsq_schedule sizes;
    uint64_t first_run, runs, steps;
};

/* The cell that holds z. */
size_t chain_state(double side, struct lsq_point z);

void chain_estimate(const struct lsq *problem, const struct chain_plan *plan, struct chain *chain);

/* chain = chain * chain: the same steps twice over. */
void chain_square(struct chain *chain);

/* Root of the mean squared distance, in z, from the optimum to the cells' centres where `from`
 * leads. */
double chain_spread(const struct chain *chain, double side, size_t from);

/* The same of the plan's runs out of `from` themselves: to where each ends, with no cells. */
double chain_distance(const struct lsq *problem, const struct chain_plan *plan, size_t from);

#endif
