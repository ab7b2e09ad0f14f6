/* 3x3 convolution of stride 1 by Winograd's minimal filtering F(4x4,3x3): conv.h has the equation,
 * winograd_kernel.h the transforms.
 *
 * The output is cut into tiles of 4x4, each from a 6x6 tile of the input; tiles hang over the edge
 * where the output is no multiple of 4. With U = G w G' for the filters, V the transformed input
 * tiles and ' for transposition, for each of the 36 planes p:
 *
 *     forward      M[p] = V[p] U[p]       [T,N] = [T,C] [C,N]     z = A' M A + bias
 *     backward     dM = A dz A'           the adjoint of the output transform
 *                  dV[p] = dM[p] U[p]'    dx = sum over tiles of B dV B', tiles in raster order
 *                  dU[p] = V[p]' dM[p]    one chain over the images and tiles, in raster order, of
 *                                         each chain of the batch (parallel.h)
 *                  dw = G' dU G           of each; then added in order
 *                  dbias = sum over tiles of dM's plane (1,1), where A dz A' is the sum of a tile;
 *                                         likewise, in double, rounded once
 *
 * Products by the exact engine, so chains run over c, n or tiles ascending. Four times fewer
 * multiplications than a direct sum, at an error some four times larger.
 */
#ifndef REINIT_EXACT_WINOGRAD_H
#define REINIT_EXACT_WINOGRAD_H

#include "exact/conv.h"

#include <stdbool.h>

/* 3x3, stride 1, padding 0 or 1, both channel counts multiples of 16, a pool of 2x2 or none. */
bool winograd_applies(const struct conv_shape *shape);

extern const struct conv_algorithm conv_winograd;

#endif
