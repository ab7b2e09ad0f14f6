/* Batch normalisation (Ioffe & Szegedy 2015, Alg. 1).
 * x, y: [B,H,W,C]   gamma, beta, mean, rstd: [C]   m = B*H*W
 *
 *     y = (x - mean) * (gamma * rstd) + beta,   rstd = 1/sqrt(var + eps);   rectified: max(y, 0)
 *
 * Training takes the batch's mean and biased variance and moves the running ones toward the mean
 * and the unbiased variance: running = 0.9 running + 0.1 batch. Evaluation takes the running ones.
 *
 * Backward, xhat = (x - mean) * rstd, dz = dy, or 0 where rectified:
 *     dbeta = sum dz,  dgamma = sum dz * xhat,
 *     dx = gamma * rstd * (dz - dbeta/m - xhat * dgamma/m)
 *
 * Sums over the m rows are taken in double, within parts of the batch (parallel.h), parts in order.
 */
#include "exact/isa.h"
#include "exact/parallel.h"
#include "nn/layer.h"

#include <math.h>
#include <string.h>

static const double EPSILON = 1e-5, MOMENTUM = 0.1;

enum { GAMMA, BETA, RUNNING_MEAN, RUNNING_VARIANCE };

static void shape(struct layer *l, struct network *network)
{
    static const struct {
        const char *suffix;
        enum parameter_role role;
    } vectors[] = {{"weight", PARAMETER_SCALE},
                   {"bias", PARAMETER_SHIFT},
                   {"running_mean", PARAMETER_RUNNING_MEAN},
                   {"running_var", PARAMETER_RUNNING_VARIANCE}};
    l->out = l->in;
    for (int i = 0; i < 4; i++)
        network_declare(network, l, vectors[i].suffix, vectors[i].role, l->in, l->in.channels, 1);
}

/* State: mean, scale = gamma * rstd and rstd, [3,C]. Scratch: two sums of each part and their
 * totals, doubles, [PARTS + 1, 2, C]; then average and slope, [2,C]. */
static void plan(const struct layer *l, size_t batch, struct layer_needs *needs)
{
    size_t c = l->in.channels;
    needs->state_bytes = 3 * c * sizeof(float);
    needs->forward_scratch = (parallel_parts(batch) + 1) * 2 * c * 2 + 2 * c;
    needs->backward_scratch = needs->forward_scratch;
}

static size_t area(const struct layer *l)
{
    return l->in.height * l->in.width;
}

static struct norm_vectors vectors_of(const struct layer *l)
{
    float *state = l->state;
    return (struct norm_vectors){.mean = state,
                                 .scale = state + l->in.channels,
                                 .shift = l->parameters[BETA]->value,
                                 .rectified = l->spec->rectified};
}

/* Two sums over all rows for each channel, [2,C] in scratch: without dy of x and x * x, with it
 * those of norm_sums. */
static double *two_sums(const struct layer *l, size_t batch, const float *dy)
{
    const struct elementwise_kernels *kernels = isa_kernels()->elementwise;
    const struct norm_vectors norm = vectors_of(l);
    size_t c = l->in.channels, parts = parallel_parts(batch);
    double *totals = (double *)l->scratch;
    memset(totals, 0, (parts + 1) * 2 * c * sizeof *totals);
#pragma omp parallel for schedule(static)
    for (size_t part = 0; part < parts; part++) {
        double *sums = totals + (part + 1) * 2 * c;
        size_t begin = parallel_begin(batch, parts, part) * area(l);
        size_t rows = parallel_begin(batch, parts, part + 1) * area(l) - begin;
        if (dy == NULL)
            kernels->moments(rows, c, l->x + begin * c, sums, sums + c);
        else
            kernels->norm_sums(rows, c, &norm, l->x + begin * c, dy + begin * c, sums, sums + c);
    }
    for (size_t part = 1; part <= parts; part++) {
        for (size_t k = 0; k < 2 * c; k++)
            totals[k] += totals[part * 2 * c + k];
    }
    return totals;
}

/* The batch's mean and variance, from E[x] and E[x^2] - E[x]^2: in double nothing is lost that
 * matters here. Moves the running ones. */
static void take_statistics(const struct layer *l, size_t batch, float *mean, float *rstd)
{
    size_t c = l->in.channels;
    double m = (double)(batch * area(l));
    float *running_mean = l->parameters[RUNNING_MEAN]->value;
    float *running_variance = l->parameters[RUNNING_VARIANCE]->value;
    const double *sums = two_sums(l, batch, NULL);
    for (size_t k = 0; k < c; k++) {
        double average = sums[k] / m;
        double variance = sums[c + k] / m - average * average;
        if (variance < 0)
            variance = 0;
        mean[k] = (float)average;
        rstd[k] = (float)(1 / sqrt(variance + EPSILON));
        running_mean[k] = (float)((1 - MOMENTUM) * (double)running_mean[k] + MOMENTUM * average);
        running_variance[k] = (float)((1 - MOMENTUM) * (double)running_variance[k]
                                      + MOMENTUM * (variance * m / (m - 1)));
    }
}

static void forward(const struct layer *l, const struct pass *pass)
{
    size_t c = l->in.channels, size = area(l) * c;
    float *mean = l->state, *scale = mean + c, *rstd = scale + c;
    if (pass->training) {
        take_statistics(l, pass->batch, mean, rstd);
    } else {
        for (size_t k = 0; k < c; k++) {
            mean[k] = l->parameters[RUNNING_MEAN]->value[k];
            rstd[k]
                = (float)(1 / sqrt((double)l->parameters[RUNNING_VARIANCE]->value[k] + EPSILON));
        }
    }
    for (size_t k = 0; k < c; k++)
        scale[k] = l->parameters[GAMMA]->value[k] * rstd[k];
    const struct norm_vectors norm = vectors_of(l);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++)
        isa_kernels()->elementwise->normalise(area(l), c, &norm, l->x + b * size, l->y + b * size);
}

static void backward(const struct layer *l, const struct pass *pass)
{
    size_t c = l->in.channels, size = area(l) * c;
    double m = (double)(pass->batch * area(l));
    const float *rstd = (const float *)l->state + 2 * c;
    const struct norm_vectors norm = vectors_of(l);
    const double *sums = two_sums(l, pass->batch, l->dy);
    float *average = l->scratch + (parallel_parts(pass->batch) + 1) * 2 * c * 2;
    float *slope = average + c;
    for (size_t k = 0; k < c; k++) {
        double r = (double)rstd[k];
        l->parameters[BETA]->gradient[k] = (float)sums[k];
        l->parameters[GAMMA]->gradient[k] = (float)(sums[c + k] * r);
        average[k] = (float)(sums[k] / m);
        slope[k] = (float)(sums[c + k] * r * r / m);
    }
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++)
        isa_kernels()->elementwise->norm_gradient(
            area(l), c, &norm, average, slope, l->x + b * size, l->dy + b * size, l->dx + b * size);
}

const struct layer_kind layer_batch_norm = {.name = "batch norm",
                                            .reads_input = true,
                                            .shape = shape,
                                            .plan = plan,
                                            .forward = forward,
                                            .backward = backward};

static void nothing(const struct layer *l, const struct pass *pass)
{
    (void)l;
    (void)pass;
}

const struct layer_kind layer_unused_batch_norm = {.name = "unused batch norm",
                                                   .in_place = true,
                                                   .shape = shape,
                                                   .forward = nothing,
                                                   .backward = nothing};
