/* Batch normalisation (Ioffe & Szegedy 2015, Alg. 1).
 * x, y: [B,H,W,C]   gamma, beta, mean, rstd: [C]   m = B*H*W
 *
 *     y = (x - mean) * (gamma * rstd) + beta,   rstd = 1/sqrt(var + eps)
 *
 * Training takes the batch's mean and biased variance and moves the running ones toward the mean
 * and the unbiased variance: running = 0.9 running + 0.1 batch. Evaluation takes the running ones.
 *
 * Backward, xhat = (x - mean) * rstd:
 *     dbeta = sum dy,  dgamma = sum dy * xhat,
 *     dx = gamma * rstd * (dy - dbeta/m - xhat * dgamma/m)
 *
 * Sums over the m rows are taken in double, within parts of the batch (parallel.h), parts in order.
 */
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

/* State: mean [C], rstd [C]. Scratch: two sums per part and their totals, doubles: [PARTS + 1, 2,
 * C]. */
static void plan(const struct layer *l, size_t batch, struct layer_needs *needs)
{
    needs->state_bytes = 2 * l->in.channels * sizeof(float);
    needs->forward_scratch = (parallel_parts(batch) + 1) * 2 * l->in.channels * 2;
    needs->backward_scratch = needs->forward_scratch;
}

/* For each channel, over all rows: the sum of a, and the sum of a * (b - mean). Returns the totals,
 * [2, C], in scratch. */
static const double *two_sums(const struct layer *l, size_t batch, const float *a, const float *b,
                              const float *mean)
{
    size_t c = l->in.channels, area = l->in.height * l->in.width;
    size_t parts = parallel_parts(batch);
    double *totals = (double *)l->scratch;
    memset(totals, 0, (parts + 1) * 2 * c * sizeof *totals);
#pragma omp parallel for schedule(static)
    for (size_t part = 0; part < parts; part++) {
        double *first = totals + (part + 1) * 2 * c, *second = first + c;
        size_t end = parallel_begin(batch, parts, part + 1) * area;
        for (size_t row = parallel_begin(batch, parts, part) * area; row < end; row++) {
            const float *ra = a + row * c, *rb = b + row * c;
            for (size_t k = 0; k < c; k++) {
                double value = (double)ra[k];
                first[k] += value;
                second[k] += value * ((double)rb[k] - (double)mean[k]);
            }
        }
    }
    for (size_t part = 1; part <= parts; part++) {
        for (size_t k = 0; k < 2 * c; k++)
            totals[k] += totals[part * 2 * c + k];
    }
    return totals;
}

/* y = (x - mean) * scale + beta, in place of a second formula for evaluation. */
static void normalise(const struct layer *l, size_t batch, const float *mean, const float *rstd)
{
    size_t c = l->in.channels, area = l->in.height * l->in.width;
    const float *gamma = l->parameters[GAMMA]->value, *beta = l->parameters[BETA]->value;
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < batch; b++) {
        for (size_t row = b * area; row < (b + 1) * area; row++) {
            const float *x = l->x + row * c;
            float *y = l->y + row * c;
            for (size_t k = 0; k < c; k++)
                y[k] = (x[k] - mean[k]) * (gamma[k] * rstd[k]) + beta[k];
        }
    }
}

static void forward(const struct layer *l, const struct pass *pass)
{
    size_t c = l->in.channels;
    double m = (double)(pass->batch * l->in.height * l->in.width);
    float *mean = l->state, *rstd = mean + c;
    float *running_mean = l->parameters[RUNNING_MEAN]->value;
    float *running_variance = l->parameters[RUNNING_VARIANCE]->value;
    if (!pass->training) {
        for (size_t k = 0; k < c; k++) {
            mean[k] = running_mean[k];
            rstd[k] = (float)(1 / sqrt((double)running_variance[k] + EPSILON));
        }
        normalise(l, pass->batch, mean, rstd);
        return;
    }
    /* Sums of x and of x * (x - 0): a zero mean makes the second the sum of squares. Doubles hold
     * the squares of floats exactly, so that E[x^2] - E[x]^2 loses nothing that matters here. */
    memset(mean, 0, c * sizeof *mean);
    const double *sums = two_sums(l, pass->batch, l->x, l->x, mean);
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
    normalise(l, pass->batch, mean, rstd);
}

static void backward(const struct layer *l, const struct pass *pass)
{
    size_t c = l->in.channels, area = l->in.height * l->in.width;
    double m = (double)(pass->batch * area);
    const float *mean = l->state, *rstd = mean + c;
    const float *gamma = l->parameters[GAMMA]->value;
    double *sums = (double *)two_sums(l, pass->batch, l->dy, l->x, mean);
    float *average = (float *)(sums + 2 * c), *slope = average + c;
    for (size_t k = 0; k < c; k++) {
        double r = (double)rstd[k];
        l->parameters[BETA]->gradient[k] = (float)sums[k];
        l->parameters[GAMMA]->gradient[k] = (float)(sums[c + k] * r);
        average[k] = (float)(sums[k] / m);
        slope[k] = (float)(sums[c + k] * r * r / m);
    }
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        for (size_t row = b * area; row < (b + 1) * area; row++) {
            const float *x = l->x + row * c, *dy = l->dy + row * c;
            float *dx = l->dx + row * c;
            for (size_t k = 0; k < c; k++)
                dx[k] = gamma[k] * rstd[k] * (dy[k] - average[k] - (x[k] - mean[k]) * slope[k]);
        }
    }
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
