/* Two-dimensional convolution (cross-correlation), channels last, with an optional rectifier and
 * max pool behind it.
 *
 *     x: [B,H,W,C]   w: [K,K,C,N]   bias: [N]   z: [B,H',W',N]
 *     z[b,i,j,n] = bias[n] + sum_{u,v,c} x[b, i*stride+u-padding, j*stride+v-padding, c] w[u,v,c,n]
 *     r = rectified ? max(z, 0) : z
 *     y = pool > 1 ? the max pool of r by windows of pool x pool (pool.h) : r
 *     H' = (H + 2*padding - K) / stride + 1, rounded down;  W' likewise
 *
 * Backward takes dy and, where rectified, y: dz = dy, or 0 where y <= 0, or where the pool did not
 * take the element, then
 *     dx[b,i,j,c]  = sum of dz w over the windows that hold it
 *     dw[u,v,c,n]  = sum_{b,i,j} x[...] dz[b,i,j,n]
 *     dbias[n]     = sum of dz
 *
 * The algorithm is part of the definition of the bits and chosen by shape alone: Winograd's
 * F(4x4,3x3) where winograd.h takes the shape, else im2col.h. OpenBLAS as the engine (gemm.h)
 * always takes im2col.
 *
 * A batch is done in blocks of images. Forward: conv_begin_forward, then conv_forward for every
 * block, in any order. Backward: conv_begin_backward, conv_backward for every block,
 * conv_end_backward; there the blocks of one chain of the batch (parallel.h) come in order, on
 * one thread, and none reaches into two.
 */
#ifndef REINIT_EXACT_CONV_H
#define REINIT_EXACT_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conv_shape {
    size_t height, width, channels; /* H, W, C of the input */
    size_t outputs;                 /* N */
    size_t kernel, stride, padding;
    bool rectified;
    size_t pool; /* 0 or 1: none */
};

/* H' and W', and the extents of y. */
size_t conv_output_height(const struct conv_shape *shape);
size_t conv_output_width(const struct conv_shape *shape);
size_t conv_pooled_height(const struct conv_shape *shape);
size_t conv_pooled_width(const struct conv_shape *shape);

/* Images first .. first + images - 1 of a batch. The arrays begin at image `first`. */
struct conv_block {
    size_t batch, first, images;
    const float *x;
    float *y;       /* backward reads it, only where rectified */
    uint8_t *place; /* like y: where in its window the pool took an element; only where pooled */
    const float *dy;
    float *dx;      /* or NULL: not wanted */
    float *shared;  /* all threads', from begin to end; aligned as arena.h says */
    float *scratch; /* this thread's, for the call */
};

/* Floats of shared memory and of each thread's scratch. */
struct conv_needs {
    size_t forward_shared, backward_shared, forward_scratch, backward_scratch;
};
struct conv_needs conv_needs(const struct conv_shape *shape, size_t batch);

/* Images that a block should have at least for the algorithm to be efficient. */
size_t conv_least_block(const struct conv_shape *shape);

/* Those that begin and end may use all threads and are not to be called in a parallel region. */
void conv_begin_forward(const struct conv_shape *shape, const float *w, float *shared);
void conv_forward(const struct conv_shape *shape, const float *w, const float *bias,
                  const struct conv_block *block);

void conv_begin_backward(const struct conv_shape *shape, size_t batch, const float *w, bool want_dx,
                         float *shared);
void conv_backward(const struct conv_shape *shape, const struct conv_block *block);
void conv_end_backward(const struct conv_shape *shape, size_t batch, float *shared, float *dw,
                       float *dbias);

/* What an algorithm is made of: each as the function of its name above. */
struct conv_algorithm {
    struct conv_needs (*needs)(const struct conv_shape *shape, size_t batch);
    size_t (*least_block)(const struct conv_shape *shape);
    void (*begin_forward)(const struct conv_shape *shape, const float *w, float *shared);
    void (*forward)(const struct conv_shape *shape, const float *w, const float *bias,
                    const struct conv_block *block);
    void (*begin_backward)(const struct conv_shape *shape, size_t batch, const float *w,
                           bool want_dx, float *shared);
    void (*backward)(const struct conv_shape *shape, const struct conv_block *block);
    void (*end_backward)(const struct conv_shape *shape, size_t batch, float *shared, float *dw,
                         float *dbias);
};

/* For the algorithms: what the chains made, added in order. dw: [count] of [chains,count];
 * dbias: [outputs] of [chains,outputs] */
void conv_add_chains(size_t chains, size_t count, const float *of_chains, float *dw);
void conv_add_sums(size_t chains, size_t outputs, const double *sums, float *dbias);

#endif
