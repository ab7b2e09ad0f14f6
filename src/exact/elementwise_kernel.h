/* Passes over activations, element by element or row by row, for one instruction set.
 *
 * Plain loops, which the compiler turns into vectors, but for sums over rows; each element's
 * operations stand in the order given, and each column's sum runs over rows ascending, so every
 * width gives the same bits. x, y: [count], or [rows,C] with C channels.
 */
#ifndef REINIT_EXACT_ELEMENTWISE_KERNEL_H
#define REINIT_EXACT_ELEMENTWISE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A batch normalisation's [C] vectors: y = (x - mean) * scale + shift, then max(y, 0) if rectified.
 */
struct norm_vectors {
    const float *mean, *scale, *shift;
    bool rectified;
};

/* Adam's constants for one step, rounded to float: see nn/adam.h. */
struct adam_constants {
    float keep1, take1, keep2, take2, rate, root, epsilon;
};

struct elementwise_kernels {
    void (*rectify)(size_t count, float *y); /* y <= 0 ? 0 : y */
    /* dz = y <= 0 ? 0 : dy; dz may be dy */
    void (*rectify_gradient)(size_t count, const float *y, const float *dy, float *dz);
    void (*add)(size_t count, const float *x, float *y);                   /* y += x */
    void (*add_rectify)(size_t count, const float *x, float *y);           /* both */
    void (*add_rows)(size_t rows, size_t c, const float *x, double *sums); /* sums[c] += x */

    /* sums[c] += x, squares[c] += x * x: in double, which holds the square of a float exactly. */
    void (*moments)(size_t rows, size_t c, const float *x, double *sums, double *squares);
    void (*normalise)(size_t rows, size_t c, const struct norm_vectors *norm, const float *x,
                      float *y);
    /* With dz = dy, or 0 where the rectifier was: sums[c] += dz, products[c] += dz * (x - mean). */
    void (*norm_sums)(size_t rows, size_t c, const struct norm_vectors *norm, const float *x,
                      const float *dy, double *sums, double *products);
    /* dx = scale * (dz - average - (x - mean) * slope) */
    void (*norm_gradient)(size_t rows, size_t c, const struct norm_vectors *norm,
                          const float *average, const float *slope, const float *x, const float *dy,
                          float *dx);

    /* One more element w of a max-pooling window: y = x, place = w where x is greater or NaN. */
    void (*pool_max)(size_t count, uint8_t w, const float *x, float *y, uint8_t *place);
    void (*pool_max_gradient)(size_t count, uint8_t w, const float *dy, const uint8_t *place,
                              float *dx);

    void (*adam)(size_t count, const struct adam_constants *k, const float *g, float *m, float *v,
                 float *w);
};

#endif
