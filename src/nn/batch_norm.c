/* Batch normalisation (Ioffe & Szegedy 2015, Alg. 1).
 * x, y: [B,H,W,C]   gamma, beta, mean, rstd: [C]   m = B*H*W
 *
 *     y = (x - mean) * scale + beta,   scale = gamma * rstd,   rstd = 1/sqrt(var + eps);
 *     rectified: max(y, 0)
 *
 * Training takes the batch's mean and biased variance and moves the running ones toward the mean
 * and the unbiased variance: running = 0.9 running + 0.1 batch. Evaluation takes the running ones.
 *
 * Backward, dz = dy, or 0 where rectified:
 *     s1 = sum dz,  s2 = sum dz * (x - mean);   dbeta = s1,  dgamma = s2 * rstd,
 *     dx = scale * (dz - average - (x - mean) * slope),   average = s1/m,  slope = s2 * rstd^2 / m
 * which is gamma * rstd * (dz - dbeta/m - xhat * dgamma/m) with xhat = (x - mean) * rstd.
 *
 * What has as many elements as x is float32, each operation rounded. Sums over the m rows are taken
 * in double, within parts of the batch (parallel.h), parts in order; what has C elements is worked
 * out from them in double, and rounded to float32 at the end: mean, rstd, the running ones, dbeta,
 * dgamma, average, slope. scale is a product of float32.
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

/* State: two sums of each part, doubles, [PARTS,2,C]; mean, scale = gamma * rstd and rstd, [3,C];
 * backward average and slope, [2,C]. */
static size_t sums_size(const struct layer *l)
{
    return (size_t)PARTS * 2 * l->in.channels;
}

static void plan(const struct layer *l, size_t batch, struct layer_needs *needs)
{
    (void)batch;
    needs->state_bytes = sums_size(l) * sizeof(double) + 5 * l->in.channels * sizeof(float);
}

static float *vectors(const struct layer *l)
{
    return (float *)((double *)l->state + sums_size(l));
}

static size_t area(const struct layer *l)
{
    return l->in.height * l->in.width;
}

static struct norm_vectors norm_of(const struct layer *l)
{
    const float *mean = vectors(l);
    return (struct norm_vectors){.mean = mean,
                                 .scale = mean + l->in.channels,
                                 .shift = l->parameters[BETA]->value,
                                 .rectified = l->spec->rectified};
}

/* Adds a block to its parts' two sums: without dy of x and x * x, with it those of norm_sums. */
static void add_sums(const struct layer *l, const struct pass *pass, const struct block *b,
                     const float *dy)
{
    const struct elementwise_kernels *kernels = isa_kernels()->elementwise;
    const struct norm_vectors norm = norm_of(l);
    size_t c = l->in.channels, size = area(l) * c, end = b->first + b->count;
    for (size_t i = b->first; i < end;) {
        struct parallel_run run = parallel_run(pass->batch, parallel_parts(pass->batch), i, end);
        double *sums = (double *)l->state + run.part * 2 * c;
        size_t rows = run.count * area(l), at = (i - b->first) * size;
        if (run.begins)
            memset(sums, 0, 2 * c * sizeof *sums);
        if (dy == NULL)
            kernels->moments(rows, c, b->x + at, sums, sums + c);
        else
            kernels->norm_sums(rows, c, &norm, b->x + at, dy + at, sums, sums + c);
        i += run.count;
    }
}

static void observe_input(const struct layer *l, const struct pass *pass, const struct block *b)
{
    add_sums(l, pass, b, NULL);
}

static void observe_gradient(const struct layer *l, const struct pass *pass, const struct block *b)
{
    add_sums(l, pass, b, b->dy);
}

/* The parts' sums, added in order into the first: [2,C]. */
static const double *total_sums(const struct layer *l, size_t batch)
{
    double *sums = l->state;
    size_t count = 2 * l->in.channels;
    for (size_t part = 1; part < parallel_parts(batch); part++) {
        for (size_t k = 0; k < count; k++)
            sums[k] += sums[part * count + k];
    }
    return sums;
}

/* The batch's mean and variance, from E[x] and E[x^2] - E[x]^2: in double nothing is lost that
 * matters here. Moves the running ones. */
static void take_statistics(const struct layer *l, size_t batch, float *mean, float *rstd)
{
    size_t c = l->in.channels;
    double m = (double)(batch * area(l));
    float *running_mean = l->parameters[RUNNING_MEAN]->value;
    float *running_variance = l->parameters[RUNNING_VARIANCE]->value;
    const double *sums = total_sums(l, batch);
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

static void begin_forward(const struct layer *l, const struct pass *pass, const struct block *batch)
{
    (void)batch;
    size_t c = l->in.channels;
    float *mean = vectors(l), *scale = mean + c, *rstd = scale + c;
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
}

static void forward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    const struct norm_vectors norm = norm_of(l);
    isa_kernels()->elementwise->normalise(b->count * area(l), l->in.channels, &norm, b->x, b->y);
}

static void begin_backward(const struct layer *l, const struct pass *pass,
                           const struct block *batch)
{
    (void)batch;
    size_t c = l->in.channels;
    double m = (double)(pass->batch * area(l));
    float *rstd = vectors(l) + 2 * c, *average = rstd + c, *slope = average + c;
    const double *sums = total_sums(l, pass->batch);
    for (size_t k = 0; k < c; k++) {
        double r = (double)rstd[k];
        l->parameters[BETA]->gradient[k] = (float)sums[k];
        l->parameters[GAMMA]->gradient[k] = (float)(sums[c + k] * r);
        average[k] = (float)(sums[k] / m);
        slope[k] = (float)(sums[c + k] * r * r / m);
    }
}

static void backward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    size_t c = l->in.channels;
    const struct norm_vectors norm = norm_of(l);
    const float *average = vectors(l) + 3 * c;
    isa_kernels()->elementwise->norm_gradient(b->count * area(l), c, &norm, average, average + c,
                                              b->x, b->dy, b->dx);
}

const struct layer_kind layer_batch_norm = {.name = "batch norm",
                                            .reads_input = true,
                                            .is_cheap = true,
                                            .shape = shape,
                                            .plan = plan,
                                            .forward = forward,
                                            .backward = backward,
                                            .begin_forward = begin_forward,
                                            .begin_backward = begin_backward,
                                            .observe_input = observe_input,
                                            .observe_gradient = observe_gradient};

/* Its parameters have no gradient but 0, which their memory begins as. */
const struct layer_kind layer_unused_batch_norm
    = {.name = "unused batch norm", .in_place = true, .shape = shape};
