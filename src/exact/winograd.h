/* 3x3 convolution of stride 1 by Winograd's minimal filtering F(4x4,3x3): conv.h has the equation,
 * winograd_kernel.h the transforms.
 *
 * The output is cut into tiles of 4x4, each from a 6x6 tile of the input; tiles hang over the edge
 * where the output is no multiple of 4. With U = G w G' for the filters, V the transformed input
 * tiles and ' for transposition, for each of the 36 planes p:
 *
 *     forward      M[p] = V[p] U[p]       [T,N] = [T,C] [C,N]     y = A' M A + bias
 *     backward     dM = A dz A'           the adjoint of the output transform
 *                  dV[p] = dM[p] U[p]'    dx = sum over tiles of B dV B', tiles in raster order
 *                  dU[p] = V[p]' dM[p]    one chain over images and tiles, raster order, within a
 *                                         group of images; then groups added in order
 *                  dw = G' dU G
 *
 * Products by the exact engine, so chains run over c, n or tiles ascending. Groups hold
 * max(1, 2^21 / (36 T (C+N))) images, T tiles each: V and dM of a group fit a shared cache.
 *
 * Four times fewer multiplications than a direct sum, at an error some four times larger.
 */
#ifndef REINIT_EXACT_WINOGRAD_H
#define REINIT_EXACT_WINOGRAD_H

#include "exact/conv.h"

#include <stdbool.h>

/* 3x3, stride 1, padding 0 or 1, both channel counts multiples of 16. */
bool winograd_applies(const struct conv_shape *shape);

/* Floats of scratch with the present number of threads. */
size_t winograd_forward_scratch(const struct conv_shape *shape, size_t batch);
size_t winograd_backward_scratch(const struct conv_shape *shape, size_t batch);

void winograd_forward(const struct conv_shape *shape, size_t batch, const float *x, const float *w,
                      const float *bias, float *y, float *scratch);

/* As conv_backward, which deals with the bias. */
void winograd_backward(const struct conv_shape *shape, size_t batch, const float *x, const float *w,
                       const struct conv_gradient *gradient, float *dx, float *dw, float *scratch);

#endif
