/* A network's forward pass once more, in double and as plainly as can be: what the engine is
 * measured against. It shares no code with src/nn but the tables and the definition of dropout's
 * mask.
 *
 * Parameters are doubles in the order of the file, PyTorch's: [O,I,KH,KW] and [O,C*H*W];
 * activations are [B,H,W,C]. */
#ifndef REINIT_TESTS_REFERENCE_H
#define REINIT_TESTS_REFERENCE_H

#include "base/random.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "unit/support.h"

enum { REFERENCE_LAYERS = 256 };

/* What each layer of a table takes and gives; a pool in a convolution's row is a layer of its own.
 */
struct reference_layer {
    struct layer_spec spec;
    struct shape in, out;
    size_t parameter; /* index of its first */
};

struct reference {
    struct reference_layer layers[REFERENCE_LAYERS];
    size_t layer_count, parameter_count;
    struct shape input;
};

static inline size_t reference_slid(size_t size, const struct layer_spec *spec)
{
    return (size + 2 * spec->padding - spec->kernel) / spec->stride + 1;
}

static inline struct shape reference_shape(const struct layer_spec *spec, struct shape in)
{
    if (spec->kind == &layer_convolution)
        return (struct shape){reference_slid(in.height, spec), reference_slid(in.width, spec),
                              spec->outputs};
    if (spec->kind == &layer_linear)
        return (struct shape){1, 1, spec->outputs};
    if (spec->kind == &layer_max_pool || spec->kind == &layer_average_pool)
        return (struct shape){in.height / spec->kernel, in.width / spec->kernel, in.channels};
    return in;
}

static inline size_t reference_parameters(const struct layer_spec *spec)
{
    if (spec->kind == &layer_convolution || spec->kind == &layer_linear)
        return 2;
    return spec->kind == &layer_batch_norm || spec->kind == &layer_unused_batch_norm ? 4 : 0;
}

static inline void reference_read(struct reference *r, const struct network_spec *spec)
{
    struct shape current = spec->input, shortcut = {0, 0, 0};
    *r = (struct reference){.input = spec->input};
    for (size_t i = 0; i < spec->layer_count; i++) {
        struct reference_layer *l = &r->layers[r->layer_count++];
        assert_true(r->layer_count < REFERENCE_LAYERS);
        l->spec = spec->layers[i];
        l->spec.pool = 0;
        l->parameter = r->parameter_count;
        r->parameter_count += reference_parameters(&l->spec);
        struct shape *value = l->spec.on_shortcut ? &shortcut : &current;
        l->in = *value;
        *value = l->out = reference_shape(&l->spec, l->in);
        if (l->spec.kind == &layer_branch)
            shortcut = current;
        if (spec->layers[i].pool > 1) {
            struct reference_layer *pool = &r->layers[r->layer_count++];
            pool->spec = (struct layer_spec)MAX_POOL(spec->layers[i].pool);
            pool->in = *value;
            *value = pool->out = reference_shape(&pool->spec, pool->in);
        }
    }
}

static inline void reference_convolution(const struct reference_layer *l, size_t batch,
                                         const double *x, const double *w, const double *bias,
                                         double *y)
{
    struct shape in = l->in, out = l->out;
    size_t kernel = l->spec.kernel, n = out.channels;
    double *turned = support_allocate(kernel * kernel * in.channels * n, sizeof *turned);
    for (size_t o = 0; o < n; o++) {
        for (size_t c = 0; c < in.channels; c++) {
            for (size_t uv = 0; uv < kernel * kernel; uv++)
                turned[(uv * in.channels + c) * n + o]
                    = w[(o * in.channels + c) * kernel * kernel + uv];
        }
    }
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < batch; b++) {
        for (size_t ij = 0; ij < out.height * out.width; ij++) {
            double *to = y + (b * out.height * out.width + ij) * n;
            memcpy(to, bias, n * sizeof *to);
            for (size_t uv = 0; uv < kernel * kernel; uv++) {
                /* wraps round below 0, and is then outside too */
                size_t row = ij / out.width * l->spec.stride + uv / kernel - l->spec.padding;
                size_t column = ij % out.width * l->spec.stride + uv % kernel - l->spec.padding;
                if (row >= in.height || column >= in.width)
                    continue;
                const double *from = x + ((b * in.height + row) * in.width + column) * in.channels;
                for (size_t c = 0; c < in.channels; c++) {
                    const double *weights = turned + (uv * in.channels + c) * n;
                    for (size_t o = 0; o < n; o++)
                        to[o] += from[c] * weights[o];
                }
            }
        }
    }
    free(turned);
}

/* The weight's columns run over C, H, W; x lies H, W, C. */
static inline void reference_linear(const struct reference_layer *l, size_t batch, const double *x,
                                    const double *w, const double *bias, double *y)
{
    size_t area = l->in.height * l->in.width, channels = l->in.channels, n = l->out.channels;
    for (size_t b = 0; b < batch; b++) {
        for (size_t o = 0; o < n; o++) {
            double sum = bias[o];
            for (size_t c = 0; c < channels; c++) {
                for (size_t p = 0; p < area; p++)
                    sum += w[(o * channels + c) * area + p] * x[(b * area + p) * channels + c];
            }
            y[b * n + o] = sum;
        }
    }
}

static inline void reference_norm(const struct reference_layer *l, size_t batch, bool training,
                                  const double *x, double *const *parameters, double *y)
{
    size_t c = l->in.channels, rows = batch * l->in.height * l->in.width;
    for (size_t k = 0; k < c; k++) {
        double mean = parameters[2][k], variance = parameters[3][k];
        if (training) {
            mean = variance = 0;
            for (size_t i = 0; i < rows; i++)
                mean += x[i * c + k] / (double)rows;
            for (size_t i = 0; i < rows; i++)
                variance += (x[i * c + k] - mean) * (x[i * c + k] - mean) / (double)rows;
        }
        for (size_t i = 0; i < rows; i++)
            y[i * c + k] = (x[i * c + k] - mean) / sqrt(variance + 1e-5) * parameters[0][k]
                           + parameters[1][k];
    }
}

static inline void reference_pool(const struct reference_layer *l, size_t batch, const double *x,
                                  double *y)
{
    bool average = l->spec.kind == &layer_average_pool;
    size_t kernel = l->spec.kernel, c = l->in.channels;
    for (size_t i = 0; i < batch * shape_size(l->out); i++) {
        size_t channel = i % c, column = i / c % l->out.width;
        size_t row = i / c / l->out.width % l->out.height, b = i / shape_size(l->out);
        double sum = 0, greatest = -INFINITY;
        for (size_t uv = 0; uv < kernel * kernel; uv++) {
            size_t h = row * kernel + uv / kernel, w = column * kernel + uv % kernel;
            double value = x[((b * l->in.height + h) * l->in.width + w) * c + channel];
            sum += value;
            greatest = value > greatest ? value : greatest;
        }
        y[i] = average ? sum / (double)(kernel * kernel) : greatest;
    }
}

static inline void reference_dropout(const struct reference_layer *l, const struct pass *pass,
                                     const double *x, double *y)
{
    double p = (double)l->spec.probability;
    for (size_t i = 0; i < pass->batch * shape_size(l->in); i++) {
        uint32_t words[4];
        random_block(pass->seed, RANDOM_DROPOUT, pass->step, i / 4, words);
        bool kept = !pass->training || (double)words[i % 4] / 4294967296.0 >= p;
        y[i] = kept ? x[i] / (pass->training ? 1 - p : 1) : 0;
    }
}

static inline void reference_layer_forward(const struct reference_layer *l, const struct pass *pass,
                                           double *const *p, const double *x, const double *other,
                                           double *y)
{
    const struct layer_kind *kind = l->spec.kind;
    size_t count = pass->batch * shape_size(l->out);
    if (kind == &layer_convolution) {
        reference_convolution(l, pass->batch, x, p[0], p[1], y);
    } else if (kind == &layer_linear) {
        reference_linear(l, pass->batch, x, p[0], p[1], y);
    } else if (kind == &layer_batch_norm) {
        reference_norm(l, pass->batch, pass->training, x, p, y);
    } else if (kind == &layer_max_pool || kind == &layer_average_pool) {
        reference_pool(l, pass->batch, x, y);
    } else if (kind == &layer_dropout) {
        reference_dropout(l, pass, x, y);
    } else {
        for (size_t i = 0; i < count; i++)
            y[i] = kind == &layer_add ? x[i] + other[i] : x[i];
    }
    for (size_t i = 0; i < count; i++) {
        if ((kind == &layer_relu || l->spec.rectified) && !(y[i] > 0))
            y[i] = 0;
    }
}

/* x: [B, input]; z: [B, classes] */
static inline void reference_forward(const struct reference *r, const struct pass *pass,
                                     double *const *parameters, const double *x, double *z)
{
    size_t count = pass->batch * shape_size(r->input);
    double *current = support_allocate(count, sizeof *current), *shortcut = NULL;
    memcpy(current, x, count * sizeof *current);
    for (size_t i = 0; i < r->layer_count; i++) {
        const struct reference_layer *l = &r->layers[i];
        double **value = l->spec.on_shortcut ? &shortcut : &current;
        count = pass->batch * shape_size(l->out);
        double *y = support_allocate(count, sizeof *y);
        reference_layer_forward(l, pass, parameters + l->parameter, *value, shortcut, y);
        free(*value);
        *value = y;
        if (l->spec.kind == &layer_branch) {
            shortcut = support_allocate(count, sizeof *shortcut);
            memcpy(shortcut, y, count * sizeof *shortcut);
        } else if (l->spec.kind == &layer_add) {
            free(shortcut);
            shortcut = NULL;
        }
    }
    memcpy(z, current, count * sizeof *z);
    free(current);
}

/* log sum exp of z, and p = softmax(z). */
static inline double reference_softmax(size_t classes, const double *z, double *p)
{
    double greatest = z[0], sum = 0;
    for (size_t k = 1; k < classes; k++)
        greatest = z[k] > greatest ? z[k] : greatest;
    for (size_t k = 0; k < classes; k++)
        sum += exp(z[k] - greatest);
    for (size_t k = 0; k < classes; k++)
        p[k] = exp(z[k] - greatest) / sum;
    return greatest + log(sum);
}

/* The mean over the batch. */
static inline double reference_loss(enum loss_kind kind, size_t batch, size_t classes,
                                    const double *z, const uint8_t *labels)
{
    double sum = 0, p[LOSS_CLASSES_MAX], q[LOSS_CLASSES_MAX];
    for (size_t b = 0; b < batch; b++) {
        double lse = reference_softmax(classes, z + b * classes, p);
        sum += kind == LOSS_CROSS_ENTROPY ? lse - z[b * classes + labels[b]]
                                          : reference_softmax(classes, p, q) - p[labels[b]];
    }
    return sum / (double)batch;
}

#endif
