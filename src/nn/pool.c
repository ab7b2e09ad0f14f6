/* Pooling over windows of K x K that do not overlap; rows and columns left over are dropped.
 * x: [B,H,W,C]   y: [B,H/K,W/K,C]
 * max: y = the greatest of the window, the first of equals, NaN if there is one; dx = dy there,
 * else 0 average: y = sum / K^2, rows then columns ascending; dx = dy / K^2 */
#include "exact/isa.h"
#include "nn/layer.h"

#include <string.h>

static void shape(struct layer *l, struct network *network)
{
    (void)network;
    size_t k = l->spec->kernel;
    l->out = (struct shape){l->in.height / k, l->in.width / k, l->in.channels};
}

/* State of max: the place within the window, [B,H/K,W/K,C] bytes. */
static void max_plan(const struct layer *l, size_t batch, struct layer_needs *needs)
{
    needs->state_bytes = batch * shape_size(l->out);
}

/* Where in one example's x the element (u,v) of the window of output (i,j) lies. */
static size_t window(const struct layer *l, size_t i, size_t j, size_t u, size_t v)
{
    size_t k = l->spec->kernel;
    return ((i * k + u) * l->in.width + j * k + v) * l->in.channels;
}

static void max_forward(const struct layer *l, const struct pass *pass)
{
    size_t k = l->spec->kernel, c = l->in.channels;
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        const float *x = l->x + b * shape_size(l->in);
        for (size_t i = 0; i < l->out.height; i++) {
            for (size_t j = 0; j < l->out.width; j++) {
                size_t at = b * shape_size(l->out) + (i * l->out.width + j) * c;
                float *y = l->y + at;
                uint8_t *place = (uint8_t *)l->state + at;
                memcpy(y, x + window(l, i, j, 0, 0), c * sizeof *y);
                memset(place, 0, c);
                for (size_t w = 1; w < k * k; w++) {
                    const float *from = x + window(l, i, j, w / k, w % k);
                    isa_kernels()->elementwise->pool_max(c, (uint8_t)w, from, y, place);
                }
            }
        }
    }
}

static void max_backward(const struct layer *l, const struct pass *pass)
{
    size_t k = l->spec->kernel, c = l->in.channels;
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        float *dx = l->dx + b * shape_size(l->in);
        if (l->in.height % k != 0 || l->in.width % k != 0)
            memset(dx, 0, shape_size(l->in) * sizeof *dx);
        for (size_t i = 0; i < l->out.height; i++) {
            for (size_t j = 0; j < l->out.width; j++) {
                size_t at = b * shape_size(l->out) + (i * l->out.width + j) * c;
                const float *dy = l->dy + at;
                const uint8_t *place = (const uint8_t *)l->state + at;
                for (size_t w = 0; w < k * k; w++) {
                    float *to = dx + window(l, i, j, w / k, w % k);
                    isa_kernels()->elementwise->pool_max_gradient(c, (uint8_t)w, dy, place, to);
                }
            }
        }
    }
}

const struct layer_kind layer_max_pool = {.name = "max pool",
                                          .shape = shape,
                                          .plan = max_plan,
                                          .forward = max_forward,
                                          .backward = max_backward};

static void average_forward(const struct layer *l, const struct pass *pass)
{
    size_t k = l->spec->kernel, c = l->in.channels;
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        const float *x = l->x + b * shape_size(l->in);
        for (size_t i = 0; i < l->out.height; i++) {
            for (size_t j = 0; j < l->out.width; j++) {
                float *y = l->y + b * shape_size(l->out) + (i * l->out.width + j) * c;
                memset(y, 0, c * sizeof *y);
                for (size_t w = 0; w < k * k; w++) {
                    const float *from = x + window(l, i, j, w / k, w % k);
                    for (size_t n = 0; n < c; n++)
                        y[n] += from[n];
                }
                for (size_t n = 0; n < c; n++)
                    y[n] /= (float)(k * k);
            }
        }
    }
}

static void average_backward(const struct layer *l, const struct pass *pass)
{
    size_t k = l->spec->kernel, c = l->in.channels;
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        float *dx = l->dx + b * shape_size(l->in);
        if (l->in.height % k != 0 || l->in.width % k != 0)
            memset(dx, 0, shape_size(l->in) * sizeof *dx);
        for (size_t i = 0; i < l->out.height; i++) {
            for (size_t j = 0; j < l->out.width; j++) {
                const float *dy = l->dy + b * shape_size(l->out) + (i * l->out.width + j) * c;
                for (size_t w = 0; w < k * k; w++) {
                    float *to = dx + window(l, i, j, w / k, w % k);
                    for (size_t n = 0; n < c; n++)
                        to[n] = dy[n] / (float)(k * k);
                }
            }
        }
    }
}

const struct layer_kind layer_average_pool = {.name = "average pool",
                                              .shape = shape,
                                              .forward = average_forward,
                                              .backward = average_backward};
