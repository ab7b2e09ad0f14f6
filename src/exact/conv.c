#include "exact/conv.h"

#include "exact/gemm.h"
#include "exact/im2col.h"
#include "exact/isa.h"
#include "exact/winograd.h"

#include <string.h>

size_t conv_output_height(const struct conv_shape *s)
{
    return (s->height + 2 * s->padding - s->kernel) / s->stride + 1;
}

size_t conv_output_width(const struct conv_shape *s)
{
    return (s->width + 2 * s->padding - s->kernel) / s->stride + 1;
}

static bool by_winograd(const struct conv_shape *s)
{
    return gemm_chosen() == GEMM_EXACT && winograd_applies(s);
}

size_t conv_forward_scratch(const struct conv_shape *s, size_t batch)
{
    return by_winograd(s) ? winograd_forward_scratch(s, batch) : im2col_forward_scratch(s);
}

/* The sums of the bias's gradient come first, for their alignment. */
size_t conv_backward_scratch(const struct conv_shape *s, size_t batch)
{
    return 2 * batch * s->outputs
           + (by_winograd(s) ? winograd_backward_scratch(s, batch)
                             : im2col_backward_scratch(s, batch));
}

void conv_forward(const struct conv_shape *s, size_t batch, const float *x, const float *w,
                  const float *bias, float *y, float *scratch)
{
    if (by_winograd(s))
        winograd_forward(s, batch, x, w, bias, y, scratch);
    else
        im2col_forward(s, batch, x, w, bias, y, scratch);
}

void conv_backward(const struct conv_shape *s, size_t batch, const float *x, const float *w,
                   const float *y, float *dy, float *dx, float *dw, float *dbias, float *scratch)
{
    struct conv_gradient gradient = {.y = y, .dy = dy, .sums = (double *)scratch};
    float *rest = scratch + 2 * batch * s->outputs;
    if (by_winograd(s))
        winograd_backward(s, batch, x, w, &gradient, dx, dw, rest);
    else
        im2col_backward(s, batch, x, w, &gradient, dx, dw, rest);
    for (size_t n = 0; n < s->outputs; n++) {
        double sum = 0;
        for (size_t b = 0; b < batch; b++)
            sum += gradient.sums[b * s->outputs + n];
        dbias[n] = (float)sum;
    }
}

void conv_finish_output(const struct conv_shape *s, size_t images, float *y)
{
    if (s->rectified)
        isa_kernels()->elementwise->rectify(
            images * conv_output_height(s) * conv_output_width(s) * s->outputs, y);
}

void conv_begin_gradient(const struct conv_shape *s, const struct conv_gradient *g, size_t first,
                         size_t images)
{
    size_t rows = conv_output_height(s) * conv_output_width(s), size = rows * s->outputs;
    for (size_t b = first; b < first + images; b++) {
        double *sums = g->sums + b * s->outputs;
        if (s->rectified)
            isa_kernels()->elementwise->rectify_gradient(size, g->y + b * size, g->dy + b * size);
        memset(sums, 0, s->outputs * sizeof *sums);
        isa_kernels()->elementwise->add_rows(rows, s->outputs, g->dy + b * size, sums);
    }
}
