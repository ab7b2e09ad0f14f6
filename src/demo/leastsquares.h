/* Gradient descent and stochastic gradient descent on the smallest honest problem: the line
 * h(x) = a x + b fitted to points by least squares.
 *
 *     f_i(a,b) = (a x_i + b - y_i)^2 / 2        F = mean of f_i
 *     grad f_i = (a x_i + b - y_i) (x_i, 1)
 *
 * F is a quadratic bowl: F(w) = F(w*) + (w - w*)' H (w - w*) / 2 with H = [[mean x^2, mean x],
 * [mean x, 1]]. Doubles throughout and only + - * / sqrt, so every bit is defined; random numbers
 * come from base/random.h's stream RANDOM_DEMO.
 */
#ifndef REINIT_DEMO_LEASTSQUARES_H
#define REINIT_DEMO_LEASTSQUARES_H

#include <stddef.h>
#include <stdint.h>

enum { LSQ_POINTS = 64 };

struct lsq_point {
    double a, b;
};

struct lsq {
    uint32_t seed;
    double x[LSQ_POINTS], y[LSQ_POINTS];
    double hessian[3];        /* mean x^2, mean x, 1 */
    double cholesky[3];       /* l11, l21, l22 with H = L L' */
    struct lsq_point optimum; /* the normal equations' solution */
};

/* Draws the points, y = a x + b + noise, and solves the normal equations. */
void lsq_make(struct lsq *problem, uint32_t seed);

/* Of F, as an average over all points. */
struct lsq_point lsq_gradient(const struct lsq *problem, struct lsq_point w);

/* Algorithm 1: path[0] = start, path[k] = path[k-1] - step grad F. */
void lsq_descend(const struct lsq *problem, struct lsq_point start, double step, size_t steps,
                 struct lsq_point *path);

/* Step sizes alpha_k = first * decay / (decay + k), k = 0, 1, ...: they add up to infinity and
 * their squares do not, as Theorem 4 asks. */
struct lsq_schedule {
    double first, decay;
};
#define LSQ_NO_DECAY 1e300 /* sizes stay: larger than any number of steps */
double lsq_step_size(const struct lsq_schedule *schedule, size_t k);

/* One step of Algorithm 2, number `k` of random run `run`: a point drawn at random, w moved against
 * the gradient of its loss. */
struct lsq_point lsq_step(const struct lsq *problem, struct lsq_point w, double step, uint64_t run,
                          uint64_t k);

/* Algorithm 2: the path of run `run`. */
void lsq_wander(const struct lsq *problem, struct lsq_point start,
                const struct lsq_schedule *schedule, uint64_t run, size_t steps,
                struct lsq_point *path);

/* Points of the ring F = F(w*) + level: w* + sqrt(2 level) L'^-1 u for u on the unit circle, taken
 * as the rational points ((1-t^2)/(1+t^2), 2t/(1+t^2)) and their mirror images. `count` is a
 * multiple of 4; the ring is closed: ring[count] = ring[0]. */
void lsq_ring(const struct lsq *problem, double level, size_t count, struct lsq_point *ring);

/* w* + L'^-1 z: coordinates in which the bowl is round. And back: z = L' (w - w*). */
struct lsq_point lsq_from_round(const struct lsq *problem, struct lsq_point z);
struct lsq_point lsq_to_round(const struct lsq *problem, struct lsq_point w);

/* A number in [0,1) out of 32 random bits. */
double lsq_unit(uint32_t bits);

#endif
