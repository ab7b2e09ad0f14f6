#include "demo/leastsquares.h"

#include "base/random.h"

#include <math.h>

/* Runs of the stream RANDOM_DEMO: 0 draws the points, the others are runs of SGD. */
enum { RUN_POINTS = 0 };

/* The line the points scatter about, and how widely. */
static const double TRUE_A = 1.0, TRUE_B = -0.5, NOISE = 0.6;

double lsq_unit(uint32_t bits)
{
    return (double)bits / 4294967296.0;
}

/* x uniform in [-0.6,1.4]; the noise is a sum of three uniform numbers, which looks normal and
 * needs neither logarithm nor sine. */
static void draw_points(struct lsq *p)
{
    for (size_t i = 0; i < LSQ_POINTS; i++) {
        uint32_t bits[4];
        random_block(p->seed, RANDOM_DEMO, RUN_POINTS, i, bits);
        p->x[i] = 2.0 * lsq_unit(bits[0]) - 0.6;
        double sum = lsq_unit(bits[1]) + lsq_unit(bits[2]) + lsq_unit(bits[3]);
        p->y[i] = TRUE_A * p->x[i] + TRUE_B + NOISE * (2.0 * sum - 3.0);
    }
}

void lsq_make(struct lsq *p, uint32_t seed)
{
    p->seed = seed;
    draw_points(p);
    double xx = 0, x = 0, xy = 0, y = 0;
    for (size_t i = 0; i < LSQ_POINTS; i++) {
        xx += p->x[i] * p->x[i];
        x += p->x[i];
        xy += p->x[i] * p->y[i];
        y += p->y[i];
    }
    xx /= LSQ_POINTS;
    x /= LSQ_POINTS;
    xy /= LSQ_POINTS;
    y /= LSQ_POINTS;
    double *h = p->hessian, *l = p->cholesky;
    h[0] = xx;
    h[1] = x;
    h[2] = 1.0;
    double determinant = xx - x * x;
    p->optimum.a = (xy - x * y) / determinant;
    p->optimum.b = (xx * y - x * xy) / determinant;
    l[0] = sqrt(h[0]);
    l[1] = h[1] / l[0];
    l[2] = sqrt(h[2] - l[1] * l[1]);
}

struct lsq_point lsq_gradient(const struct lsq *p, struct lsq_point w)
{
    struct lsq_point sum = {0, 0};
    for (size_t i = 0; i < LSQ_POINTS; i++) {
        double residual = w.a * p->x[i] + w.b - p->y[i];
        sum.a += residual * p->x[i];
        sum.b += residual;
    }
    return (struct lsq_point){sum.a / LSQ_POINTS, sum.b / LSQ_POINTS};
}

void lsq_descend(const struct lsq *p, struct lsq_point start, double step, size_t steps,
                 struct lsq_point *path)
{
    path[0] = start;
    for (size_t k = 0; k < steps; k++) {
        struct lsq_point g = lsq_gradient(p, path[k]);
        path[k + 1].a = path[k].a - step * g.a;
        path[k + 1].b = path[k].b - step * g.b;
    }
}

double lsq_step_size(const struct lsq_schedule *schedule, size_t k)
{
    return schedule->first * schedule->decay / (schedule->decay + (double)k);
}

struct lsq_point lsq_step(const struct lsq *p, struct lsq_point w, double step, uint64_t run,
                          uint64_t k)
{
    uint32_t bits[4];
    random_block(p->seed, RANDOM_DEMO, run, k, bits);
    uint32_t i = random_below(bits[0], bits[1], LSQ_POINTS);
    double residual = w.a * p->x[i] + w.b - p->y[i];
    return (struct lsq_point){w.a - step * residual * p->x[i], w.b - step * residual};
}

void lsq_wander(const struct lsq *p, struct lsq_point start, const struct lsq_schedule *schedule,
                uint64_t run, size_t steps, struct lsq_point *path)
{
    path[0] = start;
    for (size_t k = 0; k < steps; k++)
        path[k + 1] = lsq_step(p, path[k], lsq_step_size(schedule, k), run, k);
}

struct lsq_point lsq_from_round(const struct lsq *p, struct lsq_point z)
{
    const double *l = p->cholesky;
    double b = z.b / l[2];
    double a = (z.a - l[1] * b) / l[0];
    return (struct lsq_point){p->optimum.a + a, p->optimum.b + b};
}

struct lsq_point lsq_to_round(const struct lsq *p, struct lsq_point w)
{
    const double *l = p->cholesky;
    double a = w.a - p->optimum.a, b = w.b - p->optimum.b;
    return (struct lsq_point){l[0] * a + l[1] * b, l[2] * b};
}

void lsq_ring(const struct lsq *p, double level, size_t count, struct lsq_point *ring)
{
    double radius = sqrt(2.0 * level);
    size_t quarter = count / 4;
    for (size_t i = 0; i < quarter; i++) {
        double t = (double)i / (double)quarter;
        double c = radius * (1.0 - t * t) / (1.0 + t * t);
        double s = radius * 2.0 * t / (1.0 + t * t);
        ring[i] = lsq_from_round(p, (struct lsq_point){c, s});
        ring[i + quarter] = lsq_from_round(p, (struct lsq_point){-s, c});
        ring[i + 2 * quarter] = lsq_from_round(p, (struct lsq_point){-c, -s});
        ring[i + 3 * quarter] = lsq_from_round(p, (struct lsq_point){s, -c});
    }
    ring[count] = ring[0];
}
