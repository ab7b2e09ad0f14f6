#include "exact/im2col.h"

#include "exact/gemm.h"
#include "exact/isa.h"
#include "exact/parallel.h"
#include "exact/pool.h"

#include <string.h>

static size_t positions(const struct conv_shape *s)
{
    return conv_output_height(s) * conv_output_width(s);
}

static size_t patch_size(const struct conv_shape *s)
{
    return s->kernel * s->kernel * s->channels;
}

static size_t image_size(const struct conv_shape *s)
{
    return s->height * s->width * s->channels;
}

/* A 1x1 convolution of stride 1 reads the image itself as its matrix of patches. */
static bool is_pointwise(const struct conv_shape *s)
{
    return s->kernel == 1 && s->stride == 1 && s->padding == 0;
}

static size_t columns_size(const struct conv_shape *s)
{
    return is_pointwise(s) ? 0 : positions(s) * patch_size(s);
}

/* Along one axis: the outputs first .. last - 1 whose input, at one offset in the window, lies
 * inside the image. */
struct span {
    size_t first, last;
};

static struct span inside(size_t offset, size_t outputs, size_t inputs, size_t stride,
                          size_t padding)
{
    struct span span = {0, outputs};
    while (span.first < outputs && span.first * stride + offset < padding)
        span.first++;
    while (span.last > span.first && (span.last - 1) * stride + offset >= inputs + padding)
        span.last--;
    return span;
}

/* count floats; a window's row is short, and of few lengths. */
static inline void copy_floats(float *restrict to, const float *restrict from, size_t count)
{
    if (count == 9) /* 3 columns of 3 channels */
        memcpy(to, from, 9 * sizeof *to);
    else
        memcpy(to, from, count * sizeof *to);
}

/* One row of a window, [K,C]: of image row `row`, from column `left` on, both counted from the
 * padding's edge; zeros where that is outside the image. */
static void copy_window_row(const struct conv_shape *s, const float *x, size_t row, size_t left,
                            float *to)
{
    size_t c = s->channels, k = s->kernel, begin = 0, end = k;
    if (row < s->padding || row >= s->height + s->padding) {
        memset(to, 0, k * c * sizeof *to);
        return;
    }
    while (begin < k && left + begin < s->padding)
        begin++;
    while (end > begin && left + end > s->width + s->padding)
        end--;
    memset(to, 0, begin * c * sizeof *to);
    if (end > begin) {
        const float *from = x + ((row - s->padding) * s->width + left + begin - s->padding) * c;
        copy_floats(to + begin * c, from, (end - begin) * c);
    }
    memset(to + end * c, 0, (k - end) * c * sizeof *to);
}

/* columns: [H'W', KKC] of one image x: [H,W,C]. */
static void unfold(const struct conv_shape *s, const float *x, float *columns)
{
    size_t out_h = conv_output_height(s), out_w = conv_output_width(s);
    for (size_t i = 0; i < out_h; i++) {
        for (size_t j = 0; j < out_w; j++) {
            for (size_t u = 0; u < s->kernel; u++) {
                copy_window_row(s, x, i * s->stride + u, j * s->stride, columns);
                columns += s->kernel * s->channels;
            }
        }
    }
}

/* dx: [H,W,C] = sum over patches of columns: [H'W', KKC]. For a fixed (u, v) no two patches meet in
 * an element, so its sum runs over u, v ascending whatever the order of i, j. */
static void fold(const struct conv_shape *s, const float *columns, float *dx)
{
    size_t out_h = conv_output_height(s), out_w = conv_output_width(s);
    size_t patch = patch_size(s), c = s->channels;
    memset(dx, 0, image_size(s) * sizeof *dx);
    for (size_t u = 0; u < s->kernel; u++) {
        struct span rows = inside(u, out_h, s->height, s->stride, s->padding);
        for (size_t v = 0; v < s->kernel; v++) {
            struct span across = inside(v, out_w, s->width, s->stride, s->padding);
            for (size_t i = rows.first; i < rows.last; i++) {
                size_t row = i * s->stride + u - s->padding;
                for (size_t j = across.first; j < across.last; j++) {
                    size_t column = j * s->stride + v - s->padding;
                    float *to = dx + (row * s->width + column) * c;
                    const float *from = columns + (i * out_w + j) * patch + (u * s->kernel + v) * c;
                    for (size_t k = 0; k < c; k++)
                        to[k] += from[k];
                }
            }
        }
    }
}

/* Whether z is y and dz is dy: nothing stands behind the product. */
static bool has_plain_output(const struct conv_shape *s)
{
    return !s->rectified && s->pool <= 1;
}

static struct pool_shape pool_of(const struct conv_shape *s)
{
    return (struct pool_shape){conv_output_height(s), conv_output_width(s), s->outputs, s->pool};
}

static size_t output_size(const struct conv_shape *s)
{
    return conv_pooled_height(s) * conv_pooled_width(s) * s->outputs;
}

/* Scratch: patches [H'W',KKC], where they are not the image itself; backward their gradient too;
 * then one image's z or dz, [H'W',N], and its dy where rectified before the pool. */
static struct conv_needs needs(const struct conv_shape *s, size_t batch)
{
    size_t weights = patch_size(s) * s->outputs, chains = parallel_chains(batch);
    size_t image = has_plain_output(s) ? 0 : positions(s) * s->outputs + output_size(s);
    return (struct conv_needs){.forward_scratch = columns_size(s) + image,
                               .backward_scratch = 2 * columns_size(s) + image,
                               .backward_shared = 2 * chains * s->outputs + (1 + chains) * weights};
}

static size_t least_block(const struct conv_shape *s)
{
    (void)s;
    return 1;
}

static void begin_forward(const struct conv_shape *s, const float *w, float *shared)
{
    (void)s;
    (void)w;
    (void)shared;
}

/* z: [images, H'W', N] */
static void multiply(const struct conv_shape *s, size_t images, const float *x, const float *w,
                     const float *bias, float *z, float *columns)
{
    if (!is_pointwise(s)) {
        unfold(s, x, columns);
        x = columns;
    }
    gemm_run(&(struct gemm){.m = images * positions(s),
                            .n = s->outputs,
                            .k = patch_size(s),
                            .a = x,
                            .a_row = patch_size(s),
                            .a_column = 1,
                            .b = w,
                            .b_row = s->outputs,
                            .c = z,
                            .c_row = s->outputs,
                            .bias = bias});
}

static void forward(const struct conv_shape *s, const float *w, const float *bias,
                    const struct conv_block *block)
{
    const struct elementwise_kernels *kernels = isa_kernels()->elementwise;
    size_t size = output_size(s), image = positions(s) * s->outputs;
    if (is_pointwise(s) && has_plain_output(s)) {
        multiply(s, block->images, block->x, w, bias, block->y, NULL);
        return;
    }
    for (size_t b = 0; b < block->images; b++) {
        float *y = block->y + b * size, *z = y;
        if (s->pool > 1)
            z = block->scratch + columns_size(s);
        multiply(s, 1, block->x + b * image_size(s), w, bias, z, block->scratch);
        if (s->rectified)
            kernels->rectify(image, z);
        const struct pool_shape pool = pool_of(s);
        if (s->pool > 1)
            pool_max_forward(&pool, z, y, block->place + b * size);
    }
}

/* The shared memory of backward, cut up; the doubles first, for their alignment. */
struct shared {
    double *sums;      /* of dz: [chains,N] */
    float *transposed; /* w': [N,KKC] */
    float *dw;         /* [chains,KKC,N] */
};

static struct shared shared_of(const struct conv_shape *s, size_t batch, float *memory)
{
    struct shared shared = {.sums = (double *)memory};
    shared.transposed = memory + 2 * parallel_chains(batch) * s->outputs;
    shared.dw = shared.transposed + patch_size(s) * s->outputs;
    return shared;
}

static void begin_backward(const struct conv_shape *s, size_t batch, const float *w, bool want_dx,
                           float *memory)
{
    if (want_dx)
        gemm_transpose(patch_size(s), s->outputs, w, shared_of(s, batch, memory).transposed);
}

/* dz of image b of a block: dy itself where nothing stands between. */
static const float *output_gradient(const struct conv_shape *s, const struct conv_block *block,
                                    size_t b, float *scratch)
{
    const struct elementwise_kernels *kernels = isa_kernels()->elementwise;
    size_t size = output_size(s);
    const float *dy = block->dy + b * size, *y = block->y + b * size;
    const struct pool_shape pool = pool_of(s);
    if (has_plain_output(s))
        return dy;
    if (s->pool <= 1) {
        kernels->rectify_gradient(size, y, dy, scratch);
        return scratch;
    }
    if (s->rectified) {
        /* Where y is 0 so is dz, whichever element the pool took. */
        kernels->rectify_gradient(size, y, dy, scratch + positions(s) * s->outputs);
        dy = scratch + positions(s) * s->outputs;
    }
    pool_max_backward(&pool, dy, block->place + b * size, scratch);
    return scratch;
}

/* What a run of images of one chain adds to dw, and their dx. dz: [images, H'W', N] */
static void backward_images(const struct conv_shape *s, const struct shared *shared,
                            const struct parallel_run *run, const float *x, const float *dz,
                            float *dx, float *columns)
{
    size_t rows = run->count * positions(s), patch = patch_size(s), n = s->outputs;
    double *sums = shared->sums + run->part * n;
    if (run->begins)
        memset(sums, 0, n * sizeof *sums);
    isa_kernels()->elementwise->add_rows(rows, n, dz, sums);
    if (!is_pointwise(s)) {
        unfold(s, x, columns);
        x = columns;
    }
    gemm_run(&(struct gemm){.m = patch,
                            .n = n,
                            .k = rows,
                            .a = x,
                            .a_row = 1,
                            .a_column = patch,
                            .b = dz,
                            .b_row = n,
                            .c = shared->dw + run->part * patch * n,
                            .c_row = n,
                            .continued = !run->begins});
    if (dx == NULL)
        return;
    float *dcolumns = is_pointwise(s) ? dx : columns + columns_size(s);
    gemm_run(&(struct gemm){.m = rows,
                            .n = patch,
                            .k = n,
                            .a = dz,
                            .a_row = n,
                            .a_column = 1,
                            .b = shared->transposed,
                            .b_row = patch,
                            .c = dcolumns,
                            .c_row = patch});
    if (!is_pointwise(s))
        fold(s, dcolumns, dx);
}

/* Image by image, or by runs of images where they lie as the products want them. */
static void backward(const struct conv_shape *s, const struct conv_block *block)
{
    const struct shared shared = shared_of(s, block->batch, block->shared);
    size_t chains = parallel_chains(block->batch), end = block->first + block->images;
    bool in_runs = is_pointwise(s) && has_plain_output(s);
    for (size_t i = block->first; i < end;) {
        size_t b = i - block->first;
        struct parallel_run run = parallel_run(block->batch, chains, i, in_runs ? end : i + 1);
        const float *dz = output_gradient(s, block, b, block->scratch + 2 * columns_size(s));
        backward_images(s, &shared, &run, block->x + b * image_size(s), dz,
                        block->dx != NULL ? block->dx + b * image_size(s) : NULL, block->scratch);
        i += run.count;
    }
}

static void end_backward(const struct conv_shape *s, size_t batch, float *memory, float *dw,
                         float *dbias)
{
    const struct shared shared = shared_of(s, batch, memory);
    conv_add_chains(parallel_chains(batch), patch_size(s) * s->outputs, shared.dw, dw);
    conv_add_sums(parallel_chains(batch), s->outputs, shared.sums, dbias);
}

const struct conv_algorithm conv_im2col = {.needs = needs,
                                           .least_block = least_block,
                                           .begin_forward = begin_forward,
                                           .forward = forward,
                                           .begin_backward = begin_backward,
                                           .backward = backward,
                                           .end_backward = end_backward};
