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

size_t conv_pooled_height(const struct conv_shape *s)
{
    return conv_output_height(s) / (s->pool > 1 ? s->pool : 1);
}

size_t conv_pooled_width(const struct conv_shape *s)
{
    return conv_output_width(s) / (s->pool > 1 ? s->pool : 1);
}

static const struct conv_algorithm *algorithm(const struct conv_shape *s)
{
    bool winograd = gemm_chosen() == GEMM_EXACT && winograd_applies(s);
    return winograd ? &conv_winograd : &conv_im2col;
}

struct conv_needs conv_needs(const struct conv_shape *s, size_t batch)
{
    return algorithm(s)->needs(s, batch);
}

size_t conv_least_block(const struct conv_shape *s)
{
    return algorithm(s)->least_block(s);
}

void conv_begin_forward(const struct conv_shape *s, const float *w, float *shared)
{
    algorithm(s)->begin_forward(s, w, shared);
}

void conv_forward(const struct conv_shape *s, const float *w, const float *bias,
                  const struct conv_block *block)
{
    algorithm(s)->forward(s, w, bias, block);
}

void conv_begin_backward(const struct conv_shape *s, size_t batch, const float *w, bool want_dx,
                         float *shared)
{
    algorithm(s)->begin_backward(s, batch, w, want_dx, shared);
}

void conv_backward(const struct conv_shape *s, const struct conv_block *block)
{
    algorithm(s)->backward(s, block);
}

void conv_end_backward(const struct conv_shape *s, size_t batch, float *shared, float *dw,
                       float *dbias)
{
    algorithm(s)->end_backward(s, batch, shared, dw, dbias);
}

void conv_add_chains(size_t chains, size_t count, const float *of_chains, float *dw)
{
    enum { BLOCK = 1024 };
#pragma omp parallel for schedule(static)
    for (size_t begin = 0; begin < count; begin += BLOCK) {
        size_t size = count - begin < BLOCK ? count - begin : BLOCK;
        memcpy(dw + begin, of_chains + begin, size * sizeof *dw);
        for (size_t chain = 1; chain < chains; chain++)
            isa_kernels()->elementwise->add(size, of_chains + chain * count + begin, dw + begin);
    }
}

void conv_add_sums(size_t chains, size_t outputs, const double *sums, float *dbias)
{
    for (size_t n = 0; n < outputs; n++) {
        double sum = 0;
        for (size_t chain = 0; chain < chains; chain++)
            sum += sums[chain * outputs + n];
        dbias[n] = (float)sum;
    }
}
