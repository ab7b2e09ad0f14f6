/* Residual connections (He et al. 2015). A branch remembers a value; add joins it to the main one.
 * add, in place: y = x + other; dother = dy, dx = dy.   x, other, y: [B,H,W,C] */
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
    size_t size = shape_size(l->in);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++) {
        float *y = l->y + b * size;
        const float *other = l->other + b * size;
        for (size_t i = 0; i < size; i++)
            y[i] += other[i];
    }
}

static void add_backward(const struct layer *l, const struct pass *pass)
{
    size_t size = shape_size(l->in);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < pass->batch; b++)
        memcpy(l->dother + b * size, l->dy + b * size, size * sizeof *l->dother);
}

const struct layer_kind layer_add = {.name = "add",
                                     .in_place = true,
                                     .shape = shape,
                                     .forward = add_forward,
                                     .backward = add_backward};
