/* Convolution as one matrix product an image: the images' patches unfolded (im2col). conv.h has the
 * equation; this is the way of every shape that winograd.h does not take.
 *
 * An image becomes the matrix [H'W', KKC] of its patches, zeros outside the image, or is taken as
 * it lies where K = 1 and stride = 1. With ' for transposition:
 *
 *     forward      y = patches w + bias           each element one chain over u, v, c
 *     backward     dx = fold(dy w')               an element adds its patches', u, v ascending
 *                  dw = sum of patches' dy        one chain over images and positions within a part
 *                                                 of the batch (parallel.h); then parts in order
 */
#ifndef REINIT_EXACT_IM2COL_H
#define REINIT_EXACT_IM2COL_H

#include "exact/conv.h"

/* Floats of scratch with the present number of threads. */
size_t im2col_forward_scratch(const struct conv_shape *shape);
size_t im2col_backward_scratch(const struct conv_shape *shape, size_t batch);

/* As conv_forward and conv_backward, of which the latter has dealt with the rectifier and the bias.
 */
void im2col_forward(const struct conv_shape *shape, size_t batch, const float *x, const float *w,
                    const float *bias, float *y, float *scratch);
void im2col_backward(const struct conv_shape *shape, size_t batch, const float *x, const float *w,
                     const struct conv_gradient *gradient, float *dx, float *dw, float *scratch);

#endif
