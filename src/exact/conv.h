/* Two-dimensional convolution (cross-correlation), channels last, with an optional rectifier.
 *
 *     x: [B,H,W,C]   w: [K,K,C,N]   bias: [N]   y: [B,H',W',N]
 *     z[b,i,j,n] = bias[n] + sum_{u,v,c} x[b, i*stride+u-padding, j*stride+v-padding, c] w[u,v,c,n]
 *     y = rectified ? max(z, 0) : z
 *     H' = (H + 2*padding - K) / stride + 1, rounded down;  W' likewise
 *
 * Backward takes dy and, where rectified, y: dz = y <= 0 ? 0 : dy, then
 *     dx[b,i,j,c]  = sum of dz w over the windows that hold it
 *     dw[u,v,c,n]  = sum_{b,i,j} x[...] dz[b,i,j,n]
 *     dbias[n]     = sum of dz: in double for an image, positions ascending, then images ascending,
 *                    rounded once
 *
 * The algorithm is part of the definition of the bits and chosen by shape alone: Winograd's
 * F(4x4,3x3) where winograd.h takes the shape, else im2col.h. OpenBLAS as the engine (gemm.h)
 * always takes im2col.
 */
#ifndef REINIT_EXACT_CONV_H
#define REINIT_EXACT_CONV_H

#include <stdbool.h>
#include <stddef.h>

struct conv_shape {
    size_t height, width, channels; /* H, W, C of the input */
    size_t outputs;                 /* N */
    size_t kernel, stride, padding;
    bool rectified;
};

size_t conv_output_height(const struct conv_shape *shape);
size_t conv_output_width(const struct conv_shape *shape);

/* Floats of scratch that one call needs with the present number of threads, for batches of at most
 * `batch`. */
size_t conv_forward_scratch(const struct conv_shape *shape, size_t batch);
size_t conv_backward_scratch(const struct conv_shape *shape, size_t batch);

void conv_forward(const struct conv_shape *shape, size_t batch, const float *x, const float *w,
                  const float *bias, float *y, float *scratch);

/* y is read only where rectified; dy is then overwritten by dz. dx may be NULL where no gradient of
 * the input is wanted. */
void conv_backward(const struct conv_shape *shape, size_t batch, const float *x, const float *w,
                   const float *y, float *dy, float *dx, float *dw, float *dbias, float *scratch);

/* For the algorithms behind these. What an output image goes through once it is computed, or its
 * gradient before it is used, while it is in cache: */
struct conv_gradient {
    const float *y; /* as above */
    float *dy;      /* becomes dz */
    double *sums;   /* [B,N]: of dz over an image */
};
void conv_finish_output(const struct conv_shape *shape, size_t images, float *y);
void conv_begin_gradient(const struct conv_shape *shape, const struct conv_gradient *gradient,
                         size_t first, size_t images);

#endif
