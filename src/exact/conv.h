/* Two-dimensional convolution (cross-correlation), channels last.
 *
 *     x: [B,H,W,C]   w: [K,K,C,N]   bias: [N]   y: [B,H',W',N]
 *     y[b,i,j,n] = bias[n] + sum_{u,v,c} x[b, i*stride+u-padding, j*stride+v-padding, c] w[u,v,c,n]
 *     H' = (H + 2*padding - K) / stride + 1, rounded down;  W' likewise
 *
 * Algorithm, which is part of the definition of the bits: every image is unfolded to the matrix
 * [H'W', KKC] of its patches (im2col; zeros outside the image), or taken as it lies where K = 1 and
 * stride = 1, and multiplied by w through gemm.h, so a sum runs over u, v, c ascending.
 *
 * Backward, with dy: [B,H',W',N]:
 *     dx   = fold(dy w^T): each element of dx adds its patches' contributions, u, v ascending
 *     dw   = x_patches^T dy: within a part of the batch (parallel.h) one chain over images and
 *            positions ascending; then the parts are added in order
 *     dbias = sum of dy: in double within a part, parts added in order, rounded once
 */
#ifndef REINIT_EXACT_CONV_H
#define REINIT_EXACT_CONV_H

#include <stddef.h>

struct conv_shape {
    size_t height, width, channels; /* H, W, C of the input */
    size_t outputs;                 /* N */
    size_t kernel, stride, padding;
};

size_t conv_output_height(const struct conv_shape *shape);
size_t conv_output_width(const struct conv_shape *shape);

/* Floats of scratch that one call needs with the present number of threads. */
size_t conv_forward_scratch(const struct conv_shape *shape);
size_t conv_backward_scratch(const struct conv_shape *shape, size_t batch);

void conv_forward(const struct conv_shape *shape, size_t batch, const float *x, const float *w,
                  const float *bias, float *y, float *scratch);

/* dx may be NULL where no gradient of the input is wanted. */
void conv_backward(const struct conv_shape *shape, size_t batch, const float *x, const float *w,
                   const float *dy, float *dx, float *dw, float *dbias, float *scratch);

#endif
