/* SGD on the least-squares problem in expectation, exactly. With v = (a - a*, b - b*, 1) and
 * u_i = (x_i, 1), example i's gradient is (q_i'v) u_i, q_i = (x_i, 1, residual of i at w*). So
 * means over the draw of a step, E_k, of anything quadratic in the gradient are quadratic forms in
 * v, and E[v v'] at one step gives E[v v'] at the next: nothing else of the distribution of w is
 * needed.
 *
 * A batch is `batch` examples drawn independently, g the mean of their gradients:
 *     E_k[g g'] = E_i[g_i g_i'] / batch + (1 - 1 / batch) grad F grad F'
 */
#ifndef REINIT_DEMO_MOMENTS_H
#define REINIT_DEMO_MOMENTS_H

#include "demo/forms.h"
#include "demo/leastsquares.h"

struct moments {
    const struct lsq *problem;
    uint32_t batch;
    struct form aa, ab, bb; /* E_k[g_a g_a], E_k[g_a g_b], E_k[g_b g_b] */
    struct form gap;        /* F(w) - F(w*) */
    struct form slope;      /* |grad F|^2 */
    struct form length;     /* E_k[|g|^2] */
    struct form curve;      /* E_k[g'Hg]: a step of size s adds s^2 / 2 of it to F */
};

/* The problem must outlive the moments. */
void moments_make(const struct lsq *problem, uint32_t batch, struct moments *moments);

/* v v' at w. */
struct form moments_at(const struct lsq *problem, struct lsq_point w);

/* E[v v'] after a step of this size, from E[v v'] before it. */
void moments_step(const struct moments *moments, double size, struct form *state);

/* A step of one random run itself, number k. */
struct lsq_point moments_draw(const struct moments *moments, struct lsq_point w, double size,
                              uint64_t run, uint64_t k);

#endif
