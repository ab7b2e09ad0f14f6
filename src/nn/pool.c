/* Pooling over windows of K x K that do not overlap; rows and columns left over are dropped.
 * x: [B,H,W,C]   y: [B,H/K,W/K,C]
 * max: exact/pool.h;  average: y = sum / K^2, rows then columns ascending; dx = dy / K^2 */
#include "exact/isa.h"
#include "exact/pool.h"
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

static struct pool_shape pool_of(const struct layer *l)
{
    return (struct pool_shape){l->in.height, l->in.width, l->in.channels, l->spec->kernel};
}

static void max_forward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    const struct pool_shape pool = pool_of(l);
    size_t in = shape_size(l->in), out = shape_size(l->out);
    for (size_t i = 0; i < b->count; i++)
        pool_max_forward(&pool, b->x + i * in, b->y + i * out,
                         (uint8_t *)l->state + (b->first + i) * out);
}

static void max_backward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    const struct pool_shape pool = pool_of(l);
    size_t in = shape_size(l->in), out = shape_size(l->out);
    for (size_t i = 0; i < b->count; i++)
        pool_max_backward(&pool, b->dy + i * out, (uint8_t *)l->state + (b->first + i) * out,
                          b->dx + i * in);
}

const struct layer_kind layer_max_pool = {.name = "max pool",
                                          .shape = shape,
                                          .plan = max_plan,
                                          .forward = max_forward,
                                          .backward = max_backward};

static void average_forward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    size_t c = l->in.channels, window = l->spec->kernel * l->spec->kernel;
    size_t outputs = l->out.height * l->out.width;
    const struct pool_shape pool = pool_of(l);
    float *y = b->y;
    for (size_t i = 0; i < b->count * outputs; i++, y += c) {
        const float *x = b->x + i / outputs * shape_size(l->in);
        memset(y, 0, c * sizeof *y);
        for (size_t w = 0; w < window; w++)
            isa_kernels()->elementwise->add(c, x + pool_element(&pool, i % outputs, w), y);
        for (size_t n = 0; n < c; n++)
            y[n] /= (float)window;
    }
}

static void average_backward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    size_t c = l->in.channels, k = l->spec->kernel, outputs = l->out.height * l->out.width;
    const struct pool_shape pool = pool_of(l);
    const float *dy = b->dy;
    if (l->in.height % k != 0 || l->in.width % k != 0)
        memset(b->dx, 0, b->count * shape_size(l->in) * sizeof *b->dx);
    for (size_t i = 0; i < b->count * outputs; i++, dy += c) {
        for (size_t w = 0; w < k * k; w++) {
            float *dx
                = b->dx + i / outputs * shape_size(l->in) + pool_element(&pool, i % outputs, w);
            for (size_t n = 0; n < c; n++)
                dx[n] = dy[n] / (float)(k * k);
        }
    }
}

const struct layer_kind layer_average_pool = {.name = "average pool",
                                              .shape = shape,
                                              .forward = average_forward,
                                              .backward = average_backward};
