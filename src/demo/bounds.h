/* What Theorems 2 to 4 of the paper, and the corollary to them, promise of SGD on the least-squares
 * problem, beside what it does; steps and their sizes are numbered k = 1, 2, ... as there.
 *
 * Their constants, for g the gradient of a batch and H the Hessian:
 *     L, c     largest and smallest eigenvalue of H
 *     M, M_G   with E_k|g|^2 <= M + M_G |grad F|^2 at every w
 * With d = w - w*, |grad F|^2 = d'H^2d and E_k|g|^2 = d'Ad + 2 y'd + s. The difference of the two
 * sides, a quadratic function of d, is nowhere negative exactly if its matrix
 *     [ M_G H^2 - A     -y  ]
 *     [     -y'       M - s ]
 * has no negative eigenvalue. So M_G must exceed the largest eigenvalue of H^-1 A H^-1 (at it, M
 * exists only by accident), and then the least M is s + y'(M_G H^2 - A)^-1 y, with equality at
 * d = (M_G H^2 - A)^-1 y. The pairs form a curve: M falls to s = E_k|g(w*)|^2 as M_G grows.
 *
 * Of these pairs we take M_G - 1 twice what it must exceed at least; dividing the batch's m out of
 * both M and M_G - 1 then turns the pair for single examples into the one for batches of m.
 */
#ifndef REINIT_DEMO_BOUNDS_H
#define REINIT_DEMO_BOUNDS_H

#include "demo/moments.h"

struct bounds {
    struct moments moments;
    double lipschitz, convexity; /* L, c */
    double least_mg;             /* M_G must be larger */
    double least_m;              /* s: M cannot be less */
    double mg, m;                /* the pair in use */
    struct lsq_point tight;      /* w where that pair holds with equality */
    double step;                 /* 1 / (L M_G), the longest that the proofs admit */
    double critical;             /* steps of constant size keep E|w|^2 bounded just below this */
};

void bounds_make(const struct lsq *problem, uint32_t batch, struct bounds *bounds);

/* The least M for this M_G, infinite if there is none; *d (may be NULL) is where it is needed. */
double bounds_least_m(const struct moments *moments, double mg, struct lsq_point *d);

/* One experiment: the sizes a_1 = sizes.first, ... and the sums over the steps so far. */
struct account {
    const struct bounds *bounds;
    struct lsq_schedule sizes;
    size_t k;
    double first_gap;
    double steps, squares, slopes; /* sums of a_k, a_k^2, a_k E|grad F|^2 */
};

/* Expectations at w_k, and what bounds them. The corollary's bound on the gap is for steps of
 * constant size or for b / (k + const) with b c > 1. */
struct account_row {
    size_t k;
    double gap, gap_bound; /* E[F(w_k)] - F(w*); the corollary */
    /* Of a step over its first-order fall: E[F(w_k+1) - F(w_k)] + a_k E|grad F|^2; Theorems 2
     * and 3. */
    double excess, excess_second, excess_third;
    double average, average_bound; /* sum of a_k E|grad F|^2 over sum of a_k; Theorem 4 */
};

void account_open(struct account *account, const struct bounds *bounds,
                  const struct lsq_schedule *sizes);
/* Enters step k = 1, 2, ..., given E[v v'] at w_k (moments.h). The row of the step before becomes
 * this step's. */
void account_enter(struct account *account, const struct form *state, struct account_row *row);

/* Sizes that never change, and sizes for which Theorem 4 and the corollary hold, b = 2 / c. */
struct lsq_schedule bounds_constant(const struct bounds *bounds);
struct lsq_schedule bounds_diminishing(const struct bounds *bounds);

#endif
