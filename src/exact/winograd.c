#include "exact/winograd.h"

#include "exact/gemm.h"
#include "exact/isa.h"
#include "exact/parallel.h"
#include "exact/winograd_kernel.h"

#include <string.h>

enum {
    BLOCK_TILES = 48,      /* rows of a product: enough to use a filter's plane well */
    GROUP_FLOATS = 2 << 20 /* of V and dM between two phases of backward: fits a shared cache */
};

/* How a convolution is cut up. A block is transformed and multiplied by one thread; its size
 * depends on their number and decides no bit. A group of blocks, in backward, is followed by the
 * filters' gradient; its size is fixed by the shape, since that sum is grouped by it. */
struct cut {
    const struct conv_shape *shape;
    size_t rows, columns; /* tiles of an image */
    size_t tiles;         /* their product */
    size_t height, width; /* of the output */
    size_t block, group;  /* images, at most */
    size_t filters;       /* C * N */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static struct cut cut_of(const struct conv_shape *s, size_t batch)
{
    struct cut cut = {.shape = s, .filters = s->channels * s->outputs};
    cut.height = conv_output_height(s);
    cut.width = conv_output_width(s);
    cut.rows = (cut.height + WINOGRAD_OUT - 1) / WINOGRAD_OUT;
    cut.columns = (cut.width + WINOGRAD_OUT - 1) / WINOGRAD_OUT;
    cut.tiles = cut.rows * cut.columns;
    size_t threads = (size_t)parallel_threads();
    size_t image = WINOGRAD_PLANES * cut.tiles * (s->channels + s->outputs);
    cut.group = GROUP_FLOATS > image ? GROUP_FLOATS / image : 1;
    size_t together = least(batch, cut.group);
    cut.block
        = least((together + threads - 1) / threads, (BLOCK_TILES + cut.tiles - 1) / cut.tiles);
    return cut;
}

bool winograd_applies(const struct conv_shape *s)
{
    return s->kernel == 3 && s->stride == 1 && s->padding <= 1
           && s->channels % WINOGRAD_CHANNELS == 0 && s->outputs % WINOGRAD_CHANNELS == 0;
}

/* What lies of an extent of `size` within a tile of `side` that begins at `from - padding`. */
static void clip(size_t from, size_t padding, size_t side, size_t size, size_t *first, size_t *end)
{
    *first = from < padding ? padding - from : 0;
    *end = size + padding - from < side ? size + padding - from : side;
}

/* Tile t of an image as it lies in the input. */
static struct winograd_tile input_tile(const struct cut *cut, size_t t, size_t plane)
{
    const struct conv_shape *s = cut->shape;
    size_t row = t / cut->columns * WINOGRAD_OUT, column = t % cut->columns * WINOGRAD_OUT;
    struct winograd_tile tile
        = {.row_stride = s->width * s->channels, .channels = s->channels, .plane = plane};
    clip(row, s->padding, WINOGRAD_IN, s->height, &tile.first_row, &tile.end_row);
    clip(column, s->padding, WINOGRAD_IN, s->width, &tile.first_column, &tile.end_column);
    tile.origin = ((ptrdiff_t)row - (ptrdiff_t)s->padding) * (ptrdiff_t)tile.row_stride
                  + ((ptrdiff_t)column - (ptrdiff_t)s->padding) * (ptrdiff_t)s->channels;
    return tile;
}

/* The same tile as it lies in the output. */
static struct winograd_tile output_tile(const struct cut *cut, size_t t, size_t plane)
{
    const struct conv_shape *s = cut->shape;
    size_t row = t / cut->columns * WINOGRAD_OUT, column = t % cut->columns * WINOGRAD_OUT;
    struct winograd_tile tile
        = {.row_stride = cut->width * s->outputs, .channels = s->outputs, .plane = plane};
    clip(row, 0, WINOGRAD_OUT, cut->height, &tile.first_row, &tile.end_row);
    clip(column, 0, WINOGRAD_OUT, cut->width, &tile.first_column, &tile.end_column);
    tile.origin = (ptrdiff_t)(row * tile.row_stride + column * s->outputs);
    return tile;
}

/* Transforms all tiles of `count` images. Image i's tile t becomes row i * tiles + t of each plane.
 */
static void transform_inputs(const struct cut *cut, size_t count, const float *x, size_t plane,
                             float *v)
{
    size_t image = cut->shape->height * cut->shape->width * cut->shape->channels;
    for (size_t i = 0; i < count * cut->tiles; i++) {
        struct winograd_tile tile = input_tile(cut, i % cut->tiles, plane);
        isa_kernels()->winograd->input(&tile, x + i / cut->tiles * image,
                                       v + i * cut->shape->channels);
    }
}

size_t winograd_forward_scratch(const struct conv_shape *s, size_t batch)
{
    struct cut cut = cut_of(s, batch);
    size_t rows = cut.block * cut.tiles;
    return WINOGRAD_PLANES
           * (cut.filters + (size_t)parallel_threads() * rows * (s->channels + s->outputs));
}

/* u: [36, filters] from g: [3,3, filters], on all threads. */
static void transform_filters(size_t filters, const float *g, float *u)
{
#pragma omp parallel for schedule(static)
    for (size_t n = 0; n < filters; n += WINOGRAD_CHANNELS)
        isa_kernels()->winograd->filter(WINOGRAD_CHANNELS, filters, g + n, u + n);
}

static void forward_block(const struct cut *cut, size_t count, const float *x, const float *u,
                          const float *bias, float *y, float *v)
{
    size_t c = cut->shape->channels, n = cut->shape->outputs, rows = count * cut->tiles;
    float *m = v + WINOGRAD_PLANES * rows * c;
    transform_inputs(cut, count, x, rows * c, v);
    for (size_t p = 0; p < WINOGRAD_PLANES; p++)
        gemm_run(&(struct gemm){.m = rows,
                                .n = n,
                                .k = c,
                                .a = v + p * rows * c,
                                .a_row = c,
                                .a_column = 1,
                                .b = u + p * cut->filters,
                                .b_row = n,
                                .c = m + p * rows * n,
                                .c_row = n});
    for (size_t i = 0; i < rows; i++) {
        struct winograd_tile tile = output_tile(cut, i % cut->tiles, rows * n);
        isa_kernels()->winograd->output(&tile, m + i * n, bias,
                                        y + i / cut->tiles * cut->height * cut->width * n);
    }
    conv_finish_output(cut->shape, count, y);
}

void winograd_forward(const struct conv_shape *s, size_t batch, const float *x, const float *w,
                      const float *bias, float *y, float *scratch)
{
    struct cut cut = cut_of(s, batch);
    size_t in = s->height * s->width * s->channels, out = cut.height * cut.width * s->outputs;
    float *u = scratch, *blocks = scratch + WINOGRAD_PLANES * cut.filters;
    size_t size = WINOGRAD_PLANES * cut.block * cut.tiles * (s->channels + s->outputs);
    transform_filters(cut.filters, w, u);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < batch; b += cut.block)
        forward_block(&cut, least(cut.block, batch - b), x + b * in, u, bias, y + b * out,
                      blocks + (size_t)parallel_index() * size);
}

/* The scratch of winograd_backward, cut up; rows are those of a group. */
struct backward {
    float *transposed; /* w with C and N exchanged: [3,3,N,C] */
    float *u;          /* U': [36,N,C] */
    float *du;         /* [36,C,N] */
    float *v, *dm;     /* [36,rows,C], [36,rows,N] */
    float *dv;         /* per thread: [36, rows of a block, C] */
};

static size_t lay_out(const struct cut *cut, size_t batch, float *scratch, struct backward *k)
{
    size_t rows = least(batch, cut->group) * cut->tiles, used = 0;
    k->transposed = scratch;
    used += 9 * cut->filters;
    k->u = scratch + used;
    used += WINOGRAD_PLANES * cut->filters;
    k->du = scratch + used;
    used += WINOGRAD_PLANES * cut->filters;
    k->v = scratch + used;
    used += WINOGRAD_PLANES * rows * cut->shape->channels;
    k->dm = scratch + used;
    used += WINOGRAD_PLANES * rows * cut->shape->outputs;
    k->dv = scratch + used;
    return used
           + (size_t)parallel_threads() * WINOGRAD_PLANES * cut->block * cut->tiles
                 * cut->shape->channels;
}

size_t winograd_backward_scratch(const struct conv_shape *s, size_t batch)
{
    struct cut cut = cut_of(s, batch);
    static float nowhere;
    struct backward k;
    return lay_out(&cut, batch, &nowhere, &k);
}

/* One block of a group of `rows` tiles, of which it is tiles first and after: V and dM, then dx. */
static void backward_block(const struct cut *cut, const struct backward *k, size_t count,
                           size_t rows, size_t first, const float *x, const float *dz, float *dx)
{
    const struct winograd_kernels *kernels = isa_kernels()->winograd;
    size_t c = cut->shape->channels, n = cut->shape->outputs, own = count * cut->tiles;
    size_t in = cut->shape->height * cut->shape->width * c, out = cut->height * cut->width * n;
    float *dm = k->dm + first * n;
    transform_inputs(cut, count, x, rows * c, k->v + first * c);
    for (size_t i = 0; i < own; i++) {
        struct winograd_tile tile = output_tile(cut, i % cut->tiles, rows * n);
        kernels->output_adjoint(&tile, dz + i / cut->tiles * out, dm + i * n);
    }
    if (dx == NULL)
        return;
    float *dv = k->dv + (size_t)parallel_index() * WINOGRAD_PLANES * cut->block * cut->tiles * c;
    for (size_t p = 0; p < WINOGRAD_PLANES; p++)
        gemm_run(&(struct gemm){.m = own,
                                .n = c,
                                .k = n,
                                .a = dm + p * rows * n,
                                .a_row = n,
                                .a_column = 1,
                                .b = k->u + p * cut->filters,
                                .b_row = c,
                                .c = dv + p * own * c,
                                .c_row = c});
    memset(dx, 0, count * in * sizeof *dx);
    for (size_t i = 0; i < own; i++) {
        struct winograd_tile tile = input_tile(cut, i % cut->tiles, own * c);
        kernels->input_adjoint(&tile, dv + i * c, dx + i / cut->tiles * in);
    }
}

/* dU of a group's tiles, added to that of the groups before. */
static void filter_gradient(const struct cut *cut, const struct backward *k, size_t rows,
                            bool first_group)
{
    enum { STRIP = 48, COLUMNS = 64 };
    size_t c = cut->shape->channels, n = cut->shape->outputs;
    size_t strips = (c + STRIP - 1) / STRIP, columns = (n + COLUMNS - 1) / COLUMNS;
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t p = 0; p < WINOGRAD_PLANES; p++) {
        for (size_t part = 0; part < strips * columns; part++) {
            size_t i = part / columns * STRIP, j = part % columns * COLUMNS;
            size_t height = least(STRIP, c - i), width = least(COLUMNS, n - j);
            float *du = k->du + p * cut->filters + i * n + j, sum[STRIP * COLUMNS];
            gemm_run(&(struct gemm){.m = height,
                                    .n = width,
                                    .k = rows,
                                    .a = k->v + p * rows * c + i,
                                    .a_row = 1,
                                    .a_column = c,
                                    .b = k->dm + p * rows * n + j,
                                    .b_row = n,
                                    .c = first_group ? du : sum,
                                    .c_row = first_group ? n : width});
            for (size_t row = 0; !first_group && row < height; row++)
                isa_kernels()->elementwise->add(width, sum + row * width, du + row * n);
        }
    }
}

void winograd_backward(const struct conv_shape *s, size_t batch, const float *x, const float *w,
                       const struct conv_gradient *gradient, float *dx, float *dw, float *scratch)
{
    struct cut cut = cut_of(s, batch);
    struct backward k;
    lay_out(&cut, batch, scratch, &k);
    size_t in = s->height * s->width * s->channels, out = cut.height * cut.width * s->outputs;
    if (dx != NULL) {
        for (size_t tap = 0; tap < 9; tap++)
            gemm_transpose(s->channels, s->outputs, w + tap * cut.filters,
                           k.transposed + tap * cut.filters);
        transform_filters(cut.filters, k.transposed, k.u);
    }
    for (size_t group = 0; group < batch; group += cut.group) {
        size_t end = least(batch, group + cut.group), rows = (end - group) * cut.tiles;
#pragma omp parallel for schedule(static)
        for (size_t b = group; b < end; b += cut.block) {
            size_t count = least(cut.block, end - b);
            conv_begin_gradient(s, gradient, b, count);
            backward_block(&cut, &k, count, rows, (b - group) * cut.tiles, x + b * in,
                           gradient->dy + b * out, dx != NULL ? dx + b * in : NULL);
        }
        filter_gradient(&cut, &k, rows, group == 0);
    }
#pragma omp parallel for schedule(static)
    for (size_t n = 0; n < cut.filters; n += WINOGRAD_CHANNELS)
        isa_kernels()->winograd->filter_adjoint(WINOGRAD_CHANNELS, cut.filters, k.du + n, dw + n);
}
