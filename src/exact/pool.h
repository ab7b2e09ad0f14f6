/* Max pooling of one image over windows of K x K that do not overlap; rows and columns left over
 * are dropped.
 *
 *     x: [H,W,C]   y: [H/K,W/K,C]   place: like y, which element of its window (K*row + column)
 *     y = the greatest of the window, the first of equals, NaN if there is one
 *     dx = dy at that place, else 0
 */
#ifndef REINIT_EXACT_POOL_H
#define REINIT_EXACT_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool_shape {
    size_t height, width, channels, kernel; /* K^2 <= 256 */
};

/* Where in x the element w of the window of output `at` begins, its channel 0. */
size_t pool_element(const struct pool_shape *shape, size_t at, size_t w);

void pool_max_forward(const struct pool_shape *shape, const float *x, float *y, uint8_t *place);
void pool_max_backward(const struct pool_shape *shape, const float *dy, const uint8_t *place,
                       float *dx);

#endif
