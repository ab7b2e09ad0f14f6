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

/* Calls visit for every output position: x_offset is its example's beginning in x, y_offset its own
 * in y. */
typedef void visit_window(const struct layer *l, size_t x_offset, size_t y_offset, size_t i,
                          size_t j);

static void each_window(const struct layer *l, size_t batch, visit_window *visit)
{
    size_t height = l->out.height, width = l->out.width;
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < batch; b++) {
        for (size_t at = 0; at < height * width; at++)
            visit(l, b * shape_size(l->in), (b * height * width + at) * l->in.channels, at / width,
                  at % width);
    }
}

/* What no window covers has no gradient. */
static void clear_uncovered(const struct layer *l, size_t batch)
{
    size_t k = l->spec->kernel;
    if (l->in.height % k != 0 || l->in.width % k != 0)
        memset(l->dx, 0, batch * shape_size(l->in) * sizeof *l->dx);
}

static void max_window(const struct layer *l, size_t x_offset, size_t y_offset, size_t i, size_t j)
{
    size_t k = l->spec->kernel, c = l->in.channels;
    const float *x = l->x + x_offset;
    float *y = l->y + y_offset;
    uint8_t *place = (uint8_t *)l->state + y_offset;
    memcpy(y, x + window(l, i, j, 0, 0), c * sizeof *y);
    memset(place, 0, c);
    for (size_t w = 1; w < k * k; w++)
        isa_kernels()->elementwise->pool_max(c, (uint8_t)w, x + window(l, i, j, w / k, w % k), y,
                                             place);
}

static void max_window_gradient(const struct layer *l, size_t x_offset, size_t y_offset, size_t i,
                                size_t j)
{
    size_t k = l->spec->kernel;
    const uint8_t *place = (const uint8_t *)l->state + y_offset;
    for (size_t w = 0; w < k * k; w++)
        isa_kernels()->elementwise->pool_max_gradient(
            l->in.channels, (uint8_t)w, l->dy + y_offset, place,
            l->dx + x_offset + window(l, i, j, w / k, w % k));
}

static void max_forward(const struct layer *l, const struct pass *pass)
{
    each_window(l, pass->batch, max_window);
}

static void max_backward(const struct layer *l, const struct pass *pass)
{
    clear_uncovered(l, pass->batch);
    each_window(l, pass->batch, max_window_gradient);
}

const struct layer_kind layer_max_pool = {.name = "max pool",
                                          .shape = shape,
                                          .plan = max_plan,
                                          .forward = max_forward,
                                          .backward = max_backward};

static void average_window(const struct layer *l, size_t x_offset, size_t y_offset, size_t i,
                           size_t j)
{
    size_t k = l->spec->kernel, c = l->in.channels;
    float *y = l->y + y_offset;
    memset(y, 0, c * sizeof *y);
    for (size_t w = 0; w < k * k; w++)
        isa_kernels()->elementwise->add(c, l->x + x_offset + window(l, i, j, w / k, w % k), y);
    for (size_t n = 0; n < c; n++)
        y[n] /= (float)(k * k);
}

static void average_window_gradient(const struct layer *l, size_t x_offset, size_t y_offset,
                                    size_t i, size_t j)
{
    size_t k = l->spec->kernel;
    const float *dy = l->dy + y_offset;
    for (size_t w = 0; w < k * k; w++) {
        float *to = l->dx + x_offset + window(l, i, j, w / k, w % k);
        for (size_t n = 0; n < l->in.channels; n++)
            to[n] = dy[n] / (float)(k * k);
    }
}

static void average_forward(const struct layer *l, const struct pass *pass)
{
    each_window(l, pass->batch, average_window);
}

static void average_backward(const struct layer *l, const struct pass *pass)
{
    clear_uncovered(l, pass->batch);
    each_window(l, pass->batch, average_window_gradient);
}

const struct layer_kind layer_average_pool = {.name = "average pool",
                                              .shape = shape,
                                              .forward = average_forward,
                                              .backward = average_backward};
