/* The transforms of Winograd's minimal filtering F(4x4,3x3) on one tile, vectors over channels.
 *
 * Lavin & Gray 2015, "Fast algorithms for convolutional neural networks", with the points 0, 1, -1,
 * 2, -2 and infinity:
 *
 *     Y = A' [(G g G') . (B' d B)] A        d: 6x6 of the input, g: 3x3, Y: 4x4; ' is transposition
 *
 * Each is separable: first down the columns, then along the rows, by the one-dimensional forms in
 * winograd_kernel.c, whose order of operations defines the bits. A transformed tile lies as 36
 * planes, plane p = 6i+k at p * plane. Channel counts are multiples of WINOGRAD_CHANNELS.
 *
 * A tile may hang over the edge of its image: rows first_row .. end_row - 1 of it and columns
 * likewise are inside; what is outside is read as zero and not written.
 */
#ifndef REINIT_EXACT_WINOGRAD_KERNEL_H
#define REINIT_EXACT_WINOGRAD_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WINOGRAD_IN = 6, WINOGRAD_OUT = 4, WINOGRAD_PLANES = 36, WINOGRAD_CHANNELS = 16 };

struct winograd_tile {
    ptrdiff_t origin; /* of its row 0, column 0 from the image's beginning; may be outside */
    size_t first_row, end_row, first_column, end_column; /* inside the image */
    size_t row_stride; /* floats from one row of the image to the next */
    size_t channels;
    size_t plane;     /* floats from one plane to the next */
    ptrdiff_t pooled; /* output tiles: origin in the pooled image, and its row's floats */
    size_t pooled_stride;
};

/* What stands behind a convolution's output (conv.h). */
struct winograd_tail {
    const float *bias; /* [channels]; forward only */
    bool rectified;
    bool pooled; /* by 2x2 windows: y, dy and place have half the tile's extent */
};

struct winograd_kernels {
    /* v = B' d B. d and dd are an image, [H,W,channels], of which the tile is a part. */
    void (*input)(const struct winograd_tile *tile, const float *d, float *v);
    /* y = the tail of A' m A + bias; y and place are an image. */
    void (*output)(const struct winograd_tile *tile, const struct winograd_tail *tail,
                   const float *m, float *y, uint8_t *place);
    /* The adjoints: dm = A dz A' with dz from dy as conv.h has it;  dd += B dv B'. */
    void (*output_adjoint)(const struct winograd_tile *tile, const struct winograd_tail *tail,
                           const float *dy, const float *y, const uint8_t *place, float *dm);
    void (*input_adjoint)(const struct winograd_tile *tile, const float *dv, float *dd);
    /* u = G g G' and dg = G' du G for count (a multiple of WINOGRAD_CHANNELS) filters at once:
     * g, dg: [3,3,stride] and u, du: [36,plane], of which the first count of each row. */
    void (*filter)(size_t count, size_t stride, size_t plane, const float *g, float *u);
    void (*filter_adjoint)(size_t count, size_t stride, size_t plane, const float *du, float *dg);
};

#endif
