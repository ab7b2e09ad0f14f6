/* Residual connections (He et al. 2015). A branch remembers a value; add joins it to the main one.
 * add, in place: y = x + other, or max(x + other, 0) if rectified; dz = dy, or 0 where y <= 0, is
 * the gradient of x and of other alike, and lies once in memory for both.   x, other, y: [B,H,W,C]
 */
#include "exact/isa.h"
#include "nn/layer.h"

static void shape(struct layer *l, struct network *network)
{
    (void)network;
    l->out = l->in;
}

const struct layer_kind layer_branch = {.name = "branch", .in_place = true, .shape = shape};

static void forward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    const struct elementwise_kernels *kernels = isa_kernels()->elementwise;
    (l->spec->rectified ? kernels->add_rectify : kernels->add)(b->count * shape_size(l->in),
                                                               b->other, b->y);
}

static void backward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    (void)pass;
    if (l->spec->rectified)
        isa_kernels()->elementwise->rectify_gradient(b->count * shape_size(l->in), b->y, b->dy,
                                                     b->dx);
}

const struct layer_kind layer_add = {.name = "add",
                                     .in_place = true,
                                     .reads_rectified = true,
                                     .shape = shape,
                                     .forward = forward,
                                     .backward = backward};
