/* Rectifier, in place: y = 0 where x <= 0, else x (so NaN stays NaN); dx = 0 where y <= 0, else dy.
 * x, y: [B,...] */
#include "nn/layer.h"

static void shape(struct layer *l, struct network *network)
{
    (void)network;
    l->out = l->in;
}

static void forward(const struct layer *l, const struct pass *pass)
{
    size_t size = shape_size(l->in);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        float *y = l->y + b * size;
        for (size_t i = 0; i < size; i++)
            y[i] = y[i] <= 0.0f ? 0.0f : y[i];
    }
}

static void backward(const struct layer *l, const struct pass *pass)
{
    size_t size = shape_size(l->in);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        const float *y = l->y + b * size;
        float *dx = l->dx + b * size;
        for (size_t i = 0; i < size; i++)
            dx[i] = y[i] <= 0.0f ? 0.0f : dx[i];
    }
}

const struct layer_kind layer_relu = {.name = "relu",
                                      .in_place = true,
                                      .reads_output = true,
                                      .shape = shape,
                                      .forward = forward,
                                      .backward = backward};
