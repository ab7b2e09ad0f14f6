/* Rectifier, in place: y = 0 where x <= 0, else x (so NaN stays NaN); dx = 0 where y <= 0, else dy.
 * x, y: [B,...] */
#include "exact/isa.h"
#include "nn/layer.h"

static void shape(struct layer *l, struct network *network)
{
    (void)network;
    l->out = l->in;
}

static void forward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    isa_kernels()->elementwise->rectify(b->count * shape_size(l->in), b->y);
}

static void backward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    isa_kernels()->elementwise->rectify_gradient(b->count * shape_size(l->in), b->y, b->dy, b->dx);
}

const struct layer_kind layer_relu = {.name = "relu",
                                      .in_place = true,
                                      .reads_output = true,
                                      .shape = shape,
                                      .forward = forward,
                                      .backward = backward};
