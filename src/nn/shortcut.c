/* Residual connections (He et al. 2015). A branch remembers a value; add joins it to the main one.
 * add, in place: y = x + other, or max(x + other, 0) if rectified; dz = dy, or 0 where y <= 0;
 * dother = dz, dx = dz.   x, other, y: [B,H,W,C] */
#include "exact/isa.h"
#include "nn/layer.h"

#include <string.h>

static void shape(struct layer *l, struct network *network)
{
    (void)network;
    l->out = l->in;
}

static void nothing(const struct layer *l, const struct pass *pass)
{
    (void)l;
    (void)pass;
}

const struct layer_kind layer_branch
    = {.name = "branch", .in_place = true, .shape = shape, .forward = nothing, .backward = nothing};

static void add_forward(const struct layer *l, const struct pass *pass)
{
    const struct elementwise_kernels *kernels = isa_kernels()->elementwise;
    size_t size = shape_size(l->in);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++)
        (l->spec->rectified ? kernels->add_rectify : kernels->add)(size, l->other + b * size,
                                                                   l->y + b * size);
}

static void add_backward(const struct layer *l, const struct pass *pass)
{
    size_t size = shape_size(l->in);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        if (l->spec->rectified)
            isa_kernels()->elementwise->rectify_gradient(size, l->y + b * size, l->dy + b * size);
        memcpy(l->dother + b * size, l->dy + b * size, size * sizeof *l->dother);
    }
}

const struct layer_kind layer_add = {.name = "add",
                                     .in_place = true,
                                     .shape = shape,
                                     .forward = add_forward,
                                     .backward = add_backward};
