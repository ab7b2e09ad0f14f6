/* Convolution as matrix products: the images' patches unfolded (im2col). conv.h has the equation;
 * this is the way of every shape that winograd.h does not take.
 *
 * An image becomes the matrix [H'W', KKC] of its patches, zeros outside the image; where K = 1,
 * stride = 1 and padding = 0 a run of images is taken as it lies. With ' for transposition:
 *
 *     forward      z = patches w + bias           each element one chain over u, v, c
 *     backward     dx = fold(dz w')               an element adds its patches', u, v ascending
 *                  dw = sum of patches' dz        one chain over the images and positions of each
 *                                                 chain of the batch (parallel.h); then in order
 *                  dbias = sum of dz              likewise, in double, rounded once
 */
#ifndef REINIT_EXACT_IM2COL_H
#define REINIT_EXACT_IM2COL_H

#include "exact/conv.h"

extern const struct conv_algorithm conv_im2col;

#endif
