#include "exact/im2col.h"

#include "exact/gemm.h"
#include "exact/isa.h"
#include "exact/parallel.h"

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

size_t im2col_forward_scratch(const struct conv_shape *s)
{
    return (size_t)parallel_threads() * columns_size(s);
}

size_t im2col_backward_scratch(const struct conv_shape *s, size_t batch)
{
    size_t weights = patch_size(s) * s->outputs;
    return weights                                             /* w transposed */
           + parallel_parts(batch) * weights                   /* dw of each part */
           + (size_t)parallel_threads() * 2 * columns_size(s); /* patches, their gradient */
}

/* For each row of an image that the window's row u meets: the output columns first .. last - 1
 * whose input column lies inside the image. */
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
        memcpy(to + begin * c, from, (end - begin) * c * sizeof *to);
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

void im2col_forward(const struct conv_shape *s, size_t batch, const float *x, const float *w,
                    const float *bias, float *y, float *scratch)
{
    size_t rows = positions(s), patch = patch_size(s);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < batch; b++) {
        const float *image = x + b * image_size(s);
        if (!is_pointwise(s)) {
            float *columns = scratch + (size_t)parallel_index() * columns_size(s);
            unfold(s, image, columns);
            image = columns;
        }
        gemm_run(&(struct gemm){.m = rows,
                                .n = s->outputs,
                                .k = patch,
                                .a = image,
                                .a_row = patch,
                                .a_column = 1,
                                .b = w,
                                .b_row = s->outputs,
                                .c = y + b * rows * s->outputs,
                                .c_row = s->outputs,
                                .bias = bias});
        conv_finish_output(s, 1, y + b * rows * s->outputs);
    }
}

/* The scratch of im2col_backward, cut up. */
struct backward {
    const struct conv_shape *shape;
    const float *x, *dz;
    float *dx;
    const float *transposed; /* w': [N, KKC] */
    float *columns;          /* per thread: patches and their gradient, [2, H'W', KKC] */
    float *dw;               /* per part: [KKC, N] */
};

static void backward_image(const struct backward *k, size_t b, float *dw, bool continued)
{
    const struct conv_shape *s = k->shape;
    size_t rows = positions(s), patch = patch_size(s), n = s->outputs;
    const float *dz = k->dz + b * rows * n;
    const float *patches = k->x + b * image_size(s);
    float *columns = k->columns + (size_t)parallel_index() * 2 * columns_size(s);
    if (!is_pointwise(s)) {
        unfold(s, patches, columns);
        patches = columns;
    }
    gemm_run(&(struct gemm){.m = patch,
                            .n = n,
                            .k = rows,
                            .a = patches,
                            .a_row = 1,
                            .a_column = patch,
                            .b = dz,
                            .b_row = n,
                            .c = dw,
                            .c_row = n,
                            .continued = continued});
    if (k->dx == NULL)
        return;
    float *dx = k->dx + b * image_size(s);
    float *dcolumns = is_pointwise(s) ? dx : columns + columns_size(s);
    gemm_run(&(struct gemm){.m = rows,
                            .n = patch,
                            .k = n,
                            .a = dz,
                            .a_row = n,
                            .a_column = 1,
                            .b = k->transposed,
                            .b_row = patch,
                            .c = dcolumns,
                            .c_row = patch});
    if (!is_pointwise(s))
        fold(s, dcolumns, dx);
}

/* dw = the sum of the parts' [count], in order. */
static void add_parts(size_t parts, size_t count, const float *of_parts, float *dw)
{
    enum { BLOCK = 1024 };
#pragma omp parallel for schedule(static)
    for (size_t begin = 0; begin < count; begin += BLOCK) {
        size_t size = count - begin < BLOCK ? count - begin : BLOCK;
        memcpy(dw + begin, of_parts + begin, size * sizeof *dw);
        for (size_t part = 1; part < parts; part++)
            isa_kernels()->elementwise->add(size, of_parts + part * count + begin, dw + begin);
    }
}

void im2col_backward(const struct conv_shape *s, size_t batch, const float *x, const float *w,
                     const struct conv_gradient *gradient, float *dx, float *dw, float *scratch)
{
    size_t patch = patch_size(s), n = s->outputs, weights = patch * n;
    size_t parts = parallel_parts(batch);
    struct backward k = {.shape = s, .x = x, .dz = gradient->dy, .dx = dx};
    k.transposed = scratch;
    k.dw = scratch + weights;
    k.columns = k.dw + parts * weights;
    if (dx != NULL)
        gemm_transpose(patch, n, w, scratch);
#pragma omp parallel for schedule(static)
    for (size_t part = 0; part < parts; part++) {
        size_t first = parallel_begin(batch, parts, part);
        size_t end = parallel_begin(batch, parts, part + 1);
        for (size_t b = first; b < end; b++) {
            conv_begin_gradient(s, gradient, b, 1);
            backward_image(&k, b, k.dw + part * weights, b > first);
        }
    }
    add_parts(parts, weights, k.dw, dw);
}
