#include "nn/loss.h"

#include "exact/elementary.h"

#include <math.h>

const char *const loss_names[] = {"cross-entropy", "cross-entropy-of-softmax", NULL};

/* p = softmax(z); returns log(sum exp(z - max z)) + max z, so that -log p_t is that minus z_t. */
static double softmax(size_t classes, const double *z, double *p)
{
    double greatest = z[0];
    for (size_t k = 1; k < classes; k++)
        greatest = z[k] > greatest || isnan(z[k]) ? z[k] : greatest;
    double sum = 0;
    for (size_t k = 0; k < classes; k++) {
        p[k] = exact_exp(z[k] - greatest);
        sum += p[k];
    }
    for (size_t k = 0; k < classes; k++)
        p[k] /= sum;
    return exact_log(sum) + greatest;
}

static double example_loss(enum loss_kind kind, size_t batch, size_t classes, const float *logits,
                           size_t label, float *dz)
{
    double z[LOSS_CLASSES_MAX] = {0}, p[LOSS_CLASSES_MAX] = {0};
    double q[LOSS_CLASSES_MAX], dp[LOSS_CLASSES_MAX];
    double count = (double)batch;
    for (size_t k = 0; k < classes; k++)
        z[k] = (double)logits[k];
    double normaliser = softmax(classes, z, p);
    if (kind == LOSS_CROSS_ENTROPY) {
        for (size_t k = 0; k < classes; k++)
            dz[k] = (float)((p[k] - (k == label ? 1 : 0)) / count);
        return normaliser - z[label];
    }
    normaliser = softmax(classes, p, q);
    double inner = 0;
    for (size_t k = 0; k < classes; k++) {
        dp[k] = (q[k] - (k == label ? 1 : 0)) / count;
        inner += dp[k] * p[k];
    }
    for (size_t k = 0; k < classes; k++)
        dz[k] = (float)(p[k] * (dp[k] - inner));
    return normaliser - p[label];
}

double loss_compute(enum loss_kind kind, size_t batch, size_t classes, const float *z,
                    const uint8_t *labels, float *dz)
{
    enum { MANY = 256 };
    double total = 0;
    for (size_t first = 0, count; first < batch; first += count) {
        double losses[MANY];
        count = batch - first < MANY ? batch - first : MANY;
#pragma omp parallel for schedule(static)
        for (size_t i = 0; i < count; i++) {
            size_t b = first + i;
            losses[i]
                = example_loss(kind, batch, classes, z + b * classes, labels[b], dz + b * classes);
        }
        for (size_t i = 0; i < count; i++)
            total += losses[i];
    }
    return total;
}

size_t loss_prediction(size_t classes, const float *z)
{
    size_t best = 0;
    for (size_t k = 1; k < classes; k++) {
        if (!isnan(z[best]) && (z[k] > z[best] || isnan(z[k])))
            best = k;
    }
    return best;
}
