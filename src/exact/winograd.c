#include "exact/winograd.h"

#include "exact/gemm.h"
#include "exact/isa.h"
#include "exact/parallel.h"
#include "exact/winograd_kernel.h"

#include <string.h>

enum {
    PAD = 16,                /* floats between planes: 36 of them at a power of 2 would share
                                a cache's sets */
    LEAST_TILES = 64,        /* rows of a product that a filter's plane is fetched for */
    RUN_TILES = 80,          /* as many at least may be transformed and multiplied at a time */
    WORK_FLOATS = 128 << 10, /* of V and M between transforms: fits a core's own cache */
    SUM_PLANE = 6 * 1 + 1    /* (1,1) */
};

/* How a convolution is cut up. None of it decides a bit. */
struct cut {
    const struct conv_shape *shape;
    size_t rows, columns; /* tiles of an image */
    size_t tiles;         /* their product */
    size_t run;           /* tiles transformed and multiplied at a time, at most */
    size_t in, out;       /* elements of an image of x and of y */
    size_t filter;        /* floats from a plane of U to the next */
    size_t v, m;          /* the same of V and of M, in a run */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static struct cut cut_of(const struct conv_shape *s)
{
    struct cut cut = {.shape = s, .filter = s->channels * s->outputs + PAD};
    cut.rows = (conv_output_height(s) + WINOGRAD_OUT - 1) / WINOGRAD_OUT;
    cut.columns = (conv_output_width(s) + WINOGRAD_OUT - 1) / WINOGRAD_OUT;
    cut.tiles = cut.rows * cut.columns;
    cut.run = WORK_FLOATS / (WINOGRAD_PLANES * (s->channels + s->outputs));
    cut.run = cut.run < RUN_TILES ? RUN_TILES : cut.run;
    cut.in = s->height * s->width * s->channels;
    cut.out = conv_pooled_height(s) * conv_pooled_width(s) * s->outputs;
    cut.v = cut.run * s->channels + PAD;
    cut.m = cut.run * s->outputs + PAD;
    return cut;
}

/* As few runs as may be for so many tiles, all of one length: a short one would fetch the filters
 * for little. */
static size_t even_run(const struct cut *cut, size_t tiles)
{
    size_t runs = (tiles + cut->run - 1) / cut->run;
    return (tiles + runs - 1) / runs;
}

bool winograd_applies(const struct conv_shape *s)
{
    return s->kernel == 3 && s->stride == 1 && s->padding <= 1 && s->pool <= 2
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
    size_t n = s->outputs, width = conv_output_width(s);
    struct winograd_tile tile = {.row_stride = width * n, .channels = n, .plane = plane};
    clip(row, 0, WINOGRAD_OUT, conv_output_height(s), &tile.first_row, &tile.end_row);
    clip(column, 0, WINOGRAD_OUT, width, &tile.first_column, &tile.end_column);
    tile.origin = (ptrdiff_t)(row * tile.row_stride + column * n);
    tile.pooled_stride = conv_pooled_width(s) * n;
    tile.pooled = (ptrdiff_t)(row / 2 * tile.pooled_stride + column / 2 * n);
    return tile;
}

/* u: [36, C*N] from g: [3,3,C*N], on all threads. */
static void transform_filters(const struct cut *cut, const float *g, float *u)
{
    size_t filters = cut->shape->channels * cut->shape->outputs;
#pragma omp parallel for schedule(static)
    for (size_t n = 0; n < filters; n += WINOGRAD_CHANNELS)
        isa_kernels()->winograd->filter(WINOGRAD_CHANNELS, filters, cut->filter, g + n, u + n);
}

/* Tiles first .. first + count - 1 of a block's images become rows of v. */
static void transform_inputs(const struct cut *cut, size_t first, size_t count, const float *x,
                             size_t plane, float *v)
{
    for (size_t i = 0; i < count; i++) {
        struct winograd_tile tile = input_tile(cut, (first + i) % cut->tiles, plane);
        isa_kernels()->winograd->input(&tile, x + (first + i) / cut->tiles * cut->in,
                                       v + i * cut->shape->channels);
    }
}

/* Plane p of c = a b, [rows,n] = [rows,k] [k,n]; of all three, planes lie so many floats apart. */
struct planes {
    size_t rows, n, k;
    const float *a, *b;
    float *c;
    size_t a_plane, b_plane, c_plane;
};

static void multiply_plane(const struct planes *s, size_t p)
{
    gemm_run(&(struct gemm){.m = s->rows,
                            .n = s->n,
                            .k = s->k,
                            .a = s->a + p * s->a_plane,
                            .a_row = s->k,
                            .a_column = 1,
                            .b = s->b + p * s->b_plane,
                            .b_row = s->n,
                            .c = s->c + p * s->c_plane,
                            .c_row = s->n});
}

/* The shared memory of backward, cut up: where its parts begin, in floats. */
struct shared {
    size_t sums;       /* of dz: doubles, [chains,N]; first, for their alignment */
    size_t transposed; /* w with C and N exchanged: [3,3,N,C] */
    size_t u;          /* U': [36,N,C] */
    size_t dw;         /* [chains,3,3,C,N] */
    size_t du;         /* of each thread: [36,C,N] */
    size_t end;
};

static struct shared shared_of(const struct cut *cut, size_t batch)
{
    const struct conv_shape *s = cut->shape;
    size_t filters = 9 * s->channels * s->outputs, planes = WINOGRAD_PLANES * cut->filter;
    struct shared k = {.sums = 0};
    k.transposed = 2 * parallel_chains(batch) * s->outputs;
    k.u = k.transposed + filters;
    k.dw = k.u + planes;
    k.du = k.dw + parallel_chains(batch) * filters;
    k.end = k.du + (size_t)parallel_threads() * planes;
    return k;
}

static struct conv_needs needs(const struct conv_shape *s, size_t batch)
{
    struct cut cut = cut_of(s);
    return (struct conv_needs){.forward_shared = WINOGRAD_PLANES * cut.filter,
                               .forward_scratch = WINOGRAD_PLANES * (cut.v + cut.m),
                               .backward_shared = shared_of(&cut, batch).end,
                               .backward_scratch = WINOGRAD_PLANES * (cut.v + cut.m)};
}

static size_t least_block(const struct conv_shape *s)
{
    struct cut cut = cut_of(s);
    return (LEAST_TILES + cut.tiles - 1) / cut.tiles;
}

static void begin_forward(const struct conv_shape *s, const float *w, float *u)
{
    struct cut cut = cut_of(s);
    transform_filters(&cut, w, u);
}

static void forward(const struct conv_shape *s, const float *w, const float *bias,
                    const struct conv_block *block)
{
    (void)w;
    struct cut cut = cut_of(s);
    const struct winograd_tail tail = {bias, s->rectified, s->pool == 2};
    size_t all = block->images * cut.tiles, run = even_run(&cut, all);
    float *v = block->scratch, *m = v + WINOGRAD_PLANES * cut.v;
    for (size_t first = 0; first < all; first += run) {
        size_t count = least(run, all - first);
        transform_inputs(&cut, first, count, block->x, cut.v, v);
        const struct planes product
            = {count, s->outputs, s->channels, v, block->shared, m, cut.v, cut.filter, cut.m};
        for (size_t p = 0; p < WINOGRAD_PLANES; p++)
            multiply_plane(&product, p);
        for (size_t i = 0; i < count; i++) {
            struct winograd_tile tile = output_tile(&cut, (first + i) % cut.tiles, cut.m);
            size_t image = (first + i) / cut.tiles * cut.out;
            isa_kernels()->winograd->output(&tile, &tail, m + i * s->outputs, block->y + image,
                                            tail.pooled ? block->place + image : NULL);
        }
    }
}

static void begin_backward(const struct conv_shape *s, size_t batch, const float *w, bool want_dx,
                           float *memory)
{
    struct cut cut = cut_of(s);
    struct shared k = shared_of(&cut, batch);
    size_t filters = s->channels * s->outputs;
    float *transposed = memory + k.transposed;
    if (!want_dx)
        return;
#pragma omp parallel for schedule(static)
    for (size_t tap = 0; tap < 9; tap++)
        gemm_transpose(s->channels, s->outputs, w + tap * filters, transposed + tap * filters);
    transform_filters(&cut, transposed, memory + k.u);
}

/* dM of tiles first .. first + count - 1 of a block's images. */
static void transform_gradients(const struct cut *cut, const struct conv_block *block, size_t first,
                                size_t count, float *dm)
{
    const struct conv_shape *s = cut->shape;
    const struct winograd_tail tail = {NULL, s->rectified, s->pool == 2};
    for (size_t i = 0; i < count; i++) {
        struct winograd_tile tile = output_tile(cut, (first + i) % cut->tiles, cut->m);
        size_t image = (first + i) / cut->tiles * cut->out;
        isa_kernels()->winograd->output_adjoint(
            &tile, &tail, block->dy + image, tail.rectified ? block->y + image : NULL,
            tail.pooled ? block->place + image : NULL, dm + i * s->outputs);
    }
}

/* dx of those tiles, from dV. */
static void add_input_gradients(const struct cut *cut, const struct conv_block *block, size_t first,
                                size_t count, const float *dv)
{
    for (size_t i = 0; i < count; i++) {
        struct winograd_tile tile = input_tile(cut, (first + i) % cut->tiles, cut->v);
        isa_kernels()->winograd->input_adjoint(&tile, dv + i * cut->shape->channels,
                                               block->dx + (first + i) / cut->tiles * cut->in);
    }
}

/* Plane p of dU: its chains go on over `count` tiles, or begin. */
static void filter_gradient(const struct cut *cut, size_t count, const float *v, const float *dm,
                            float *du, bool begins, size_t p)
{
    size_t c = cut->shape->channels, n = cut->shape->outputs;
    gemm_run(&(struct gemm){.m = c,
                            .n = n,
                            .k = count,
                            .a = v + p * cut->v,
                            .a_row = 1,
                            .a_column = c,
                            .b = dm + p * cut->m,
                            .b_row = n,
                            .c = du + p * cut->filter,
                            .c_row = n,
                            .continued = !begins});
}

static void backward(const struct conv_shape *s, const struct conv_block *block)
{
    struct cut cut = cut_of(s);
    struct shared k = shared_of(&cut, block->batch);
    struct parallel_run run = parallel_run(block->batch, parallel_chains(block->batch),
                                           block->first, block->first + block->images);
    size_t all = block->images * cut.tiles, step = even_run(&cut, all);
    size_t filters = s->channels * s->outputs;
    float *v = block->scratch, *dm = v + WINOGRAD_PLANES * cut.v;
    float *du = block->shared + k.du + (size_t)parallel_index() * WINOGRAD_PLANES * cut.filter;
    double *sums = (double *)(block->shared + k.sums) + run.part * s->outputs;
    if (run.begins)
        memset(sums, 0, s->outputs * sizeof *sums);
    if (block->dx != NULL)
        memset(block->dx, 0, block->images * cut.in * sizeof *block->dx);
    for (size_t first = 0; first < all; first += step) {
        size_t count = least(step, all - first);
        transform_inputs(&cut, first, count, block->x, cut.v, v);
        transform_gradients(&cut, block, first, count, dm);
        isa_kernels()->elementwise->add_rows(count, s->outputs, dm + SUM_PLANE * cut.m, sums);
        /* Plane by plane, while it is in cache: dV takes the place of V. */
        const struct planes product = {count, s->channels, s->outputs, dm,   block->shared + k.u,
                                       v,     cut.m,       cut.filter, cut.v};
        for (size_t p = 0; p < WINOGRAD_PLANES; p++) {
            filter_gradient(&cut, count, v, dm, du, run.begins && first == 0, p);
            if (block->dx != NULL)
                multiply_plane(&product, p);
        }
        if (block->dx != NULL)
            add_input_gradients(&cut, block, first, count, v);
    }
    if (run.ends)
        isa_kernels()->winograd->filter_adjoint(filters, filters, cut.filter, du,
                                                block->shared + k.dw + run.part * 9 * filters);
}

static void end_backward(const struct conv_shape *s, size_t batch, float *memory, float *dw,
                         float *dbias)
{
    struct cut cut = cut_of(s);
    struct shared k = shared_of(&cut, batch);
    conv_add_chains(parallel_chains(batch), 9 * s->channels * s->outputs, memory + k.dw, dw);
    conv_add_sums(parallel_chains(batch), s->outputs, (const double *)(memory + k.sums), dbias);
}

const struct conv_algorithm conv_winograd = {.needs = needs,
                                             .least_block = least_block,
                                             .begin_forward = begin_forward,
                                             .forward = forward,
                                             .begin_backward = begin_backward,
                                             .backward = backward,
                                             .end_backward = end_backward};
