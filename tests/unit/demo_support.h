/* What the tests of the least-squares demonstrations share: comparisons of doubles, one example's
 * gradient, the loss, quadratic forms at a point, and what a writer wrote. */
#ifndef REINIT_TESTS_DEMO_SUPPORT_H
#define REINIT_TESTS_DEMO_SUPPORT_H

#include "unit/support.h"

#include "base/file.h"
#include "base/random.h"
#include "demo/moments.h"

static inline void expect_near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.17g instead of %.17g +- %g", got, want, tolerance);
}

static inline void expect_at_most(double got, double bound)
{
    if (!(got <= bound + 1e-12 * fabs(bound)))
        fail_msg("%.17g is more than %.17g", got, bound);
}

/* Weights about the optimum, near and very far. */
static inline struct lsq_point random_weights(const struct lsq *p, uint64_t number)
{
    uint32_t bits[4];
    random_block(7, RANDOM_DEMO, 1, number, bits);
    double scale = 0.01;
    for (uint32_t i = bits[2] % 14; i > 0; i--)
        scale *= 3;
    return (struct lsq_point){p->optimum.a + scale * (2 * lsq_unit(bits[0]) - 1),
                              p->optimum.b + scale * (2 * lsq_unit(bits[1]) - 1)};
}

static inline struct lsq_point example_gradient(const struct lsq *p, struct lsq_point w, size_t i)
{
    double residual = w.a * p->x[i] + w.b - p->y[i];
    return (struct lsq_point){residual * p->x[i], residual};
}

/* F itself. */
static inline double lsq_loss(const struct lsq *p, struct lsq_point w)
{
    double sum = 0;
    for (size_t i = 0; i < LSQ_POINTS; i++) {
        double residual = w.a * p->x[i] + w.b - p->y[i];
        sum += residual * residual;
    }
    return sum / (2.0 * LSQ_POINTS);
}

static inline double form_value(const struct form *form, const double v[3])
{
    struct form outer = {0};
    form_add_square(&outer, 1, v);
    return form_mean(form, &outer);
}

static inline double square(struct lsq_point g)
{
    return g.a * g.a + g.b * g.b;
}

static inline double at(const struct form *form, const struct lsq *p, struct lsq_point w)
{
    struct form state = moments_at(p, w);
    return form_mean(form, &state);
}

static inline char *written(bool (*write)(const char *, uint32_t, struct error *), uint32_t seed)
{
    char *path = support_path("demo");
    struct error error;
    uint8_t *data;
    size_t size;
    if (!write(path, seed, &error) || !file_read(path, 1 << 24, &data, &size, &error))
        fail_msg("%s", error.text);
    unlink(path);
    free(path);
    return (char *)data;
}

#endif
