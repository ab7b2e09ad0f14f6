#include "nn/initialise.h"

#include "base/random.h"
#include "base/text.h"
#include "exact/elementary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const init_bias_names[] = {"default", "scheme", NULL};

/* One tensor to fill: [count], in the file's order. */
struct target {
    const struct parameter *parameter;
    uint32_t seed;
    uint64_t tensor; /* its index in the network, which selects its random numbers */
    float *values;
};

static bool fill_constant(const struct target *t, double constant, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < t->parameter->count; i++)
        t->values[i] = (float)constant;
    return true;
}

/* In the open interval (-1, 1), symmetric about 0. */
static double centred(uint32_t word)
{
    return 2 * (((double)word + 0.5) / 4294967296.0) - 1;
}

static bool fill_uniform(const struct target *t, double bound, struct error *error)
{
    (void)error;
    size_t count = t->parameter->count;
    for (size_t block = 0; block < (count + 3) / 4; block++) {
        uint32_t words[4];
        random_block(t->seed, RANDOM_WEIGHTS, t->tensor, block, words);
        for (size_t i = 0; i < 4 && block * 4 + i < count; i++)
            t->values[block * 4 + i] = (float)(centred(words[i]) * bound);
    }
    return true;
}

static void normal_pair(const struct target *t, uint64_t pair, double *first, double *second)
{
    for (uint64_t attempt = 0;; attempt++) {
        uint32_t words[4];
        random_block(t->seed, RANDOM_WEIGHTS, t->tensor, pair + (attempt << 40), words);
        double x = centred(words[0]), y = centred(words[1]);
        double r = x * x + y * y;
        if (r > 0 && r < 1) {
            double factor = sqrt(-2 * exact_log(r) / r);
            *first = x * factor;
            *second = y * factor;
            return;
        }
    }
}

static bool fill_normal(const struct target *t, double deviation, struct error *error)
{
    (void)error;
    size_t count = t->parameter->count;
    for (size_t pair = 0; pair < (count + 1) / 2; pair++) {
        double first, second;
        normal_pair(t, pair, &first, &second);
        t->values[2 * pair] = (float)(first * deviation);
        if (2 * pair + 1 < count)
            t->values[2 * pair + 1] = (float)(second * deviation);
    }
    return true;
}

/* Modified Gram-Schmidt over the columns of a, [rows, columns] with rows >= columns. `products` is
 * scratch, [columns]. False if the columns are linearly dependent. */
static bool orthonormalise(double *a, size_t rows, size_t columns, double *products)
{
    for (size_t k = 0; k < columns; k++) {
        double square = 0;
        for (size_t i = 0; i < rows; i++)
            square += a[i * columns + k] * a[i * columns + k];
        double norm = sqrt(square);
        if (!(norm > 0))
            return false;
        memset(products, 0, columns * sizeof *products);
        for (size_t i = 0; i < rows; i++) {
            double q = a[i * columns + k] /= norm;
            for (size_t j = k + 1; j < columns; j++)
                products[j] += q * a[i * columns + j];
        }
        for (size_t i = 0; i < rows; i++) {
            double q = a[i * columns + k];
            for (size_t j = k + 1; j < columns; j++)
                a[i * columns + j] -= q * products[j];
        }
    }
    return true;
}

/* Element (o, i) of the weight, [O, n_in], is element (o, i) of a matrix with O rows if that makes
 * it tall, else (i, o) of the transpose. */
static bool fill_orthogonal(const struct target *t, double gain, struct error *error)
{
    size_t count = t->parameter->count, outputs = t->parameter->outputs, inputs = count / outputs;
    bool tall = outputs >= inputs;
    size_t rows = tall ? outputs : inputs, columns = tall ? inputs : outputs;
    double *a = malloc((count + columns) * sizeof *a), *products = a + count;
    if (a == NULL)
        return error_memory(error, "%s: out of memory", t->parameter->name);
    for (size_t e = 0; e < count; e += 2) {
        double pair[2];
        normal_pair(t, e / 2, &pair[0], &pair[1]);
        for (size_t i = e; i < e + 2 && i < count; i++)
            a[tall ? i : i % inputs * columns + i / inputs] = pair[i - e];
    }
    bool good = orthonormalise(a, rows, columns, products)
                || error_set(error, "%s: the values drawn have no full rank", t->parameter->name);
    for (size_t i = 0; good && i < count; i++)
        t->values[i] = (float)(gain * a[tall ? i : i % inputs * columns + i / inputs]);
    free(a);
    return good;
}

static double zero(double n_in, double n_out)
{
    (void)n_in, (void)n_out;
    return 0;
}

static double one(double n_in, double n_out)
{
    (void)n_in, (void)n_out;
    return 1;
}

static double kaiming_bound(double n_in, double n_out)
{
    (void)n_out;
    return sqrt(6 / n_in);
}

static double kaiming_deviation(double n_in, double n_out)
{
    (void)n_out;
    return sqrt(2 / n_in);
}

static double xavier_bound(double n_in, double n_out)
{
    return sqrt(6 / (n_in + n_out));
}

static double xavier_deviation(double n_in, double n_out)
{
    return sqrt(2 / (n_in + n_out));
}

static double default_bound(double n_in, double n_out)
{
    (void)n_out;
    return 1 / sqrt(n_in);
}

static double lecun_deviation(double n_in, double n_out)
{
    (void)n_out;
    return sqrt(1 / n_in);
}

/* The law of a scheme's weights, and its constant, bound, standard deviation or gain. */
static const struct scheme {
    const char *name;
    bool (*fill)(const struct target *target, double size, struct error *error);
    double (*size)(double n_in, double n_out);
} schemes[] = {
    {"zeros", fill_constant, zero},
    {"ones", fill_constant, one},
    {"kaiming-uniform", fill_uniform, kaiming_bound},
    {"kaiming-normal", fill_normal, kaiming_deviation},
    {"xavier-uniform", fill_uniform, xavier_bound},
    {"xavier-normal", fill_normal, xavier_deviation},
    {"default", fill_uniform, default_bound},
    {"lecun-normal", fill_normal, lecun_deviation},
    {"orthogonal", fill_orthogonal, one},
};
enum { SCHEMES = sizeof schemes / sizeof *schemes };

const char *const *init_names(void)
{
    static const char *names[SCHEMES + 1];
    for (size_t i = 0; i < SCHEMES; i++)
        names[i] = schemes[i].name;
    return names;
}

static double fan_in(const struct parameter *p)
{
    return (double)(p->inputs * p->height * p->width);
}

/* A linear layer's out-features count once, a convolution's KH*KW times. */
static double fan_out(const struct parameter *p)
{
    return (double)p->outputs * (p->dims == 4 ? (double)(p->height * p->width) : 1);
}

bool initialise_network(struct network *network, const char *name, enum init_bias bias,
                        uint32_t seed, struct error *error)
{
    int index = text_index(name, init_names());
    if (index < 0)
        return error_set(error, "unknown initialisation scheme %s", name);
    const struct scheme *scheme = &schemes[index];
    if (bias == INIT_BIAS_SCHEME && scheme->fill != fill_constant)
        return error_set(error, "biases by the scheme are for zeros and ones only, not %s", name);
    size_t count;
    struct parameter *parameters = network_parameters(network, &count);
    double n_in = 1; /* of the layer whose weight came last */
    bool good = true;
    for (size_t t = 0; good && t < count; t++) {
        struct parameter *p = &parameters[t];
        float *values = malloc(p->count * sizeof *values);
        if (values == NULL)
            return error_memory(error, "%s: out of memory", p->name);
        const struct target target = {p, seed, t, values};
        switch (p->role) {
        case PARAMETER_WEIGHT:
            n_in = fan_in(p);
            good = scheme->fill(&target, scheme->size(n_in, fan_out(p)), error);
            break;
        case PARAMETER_BIAS:
            if (bias == INIT_BIAS_SCHEME)
                good = fill_constant(&target, scheme->size(n_in, 1), error);
            else
                good = fill_uniform(&target, default_bound(n_in, 1), error);
            break;
        case PARAMETER_SCALE:
        case PARAMETER_RUNNING_VARIANCE:
            good = fill_constant(&target, 1, error);
            break;
        case PARAMETER_SHIFT:
        case PARAMETER_RUNNING_MEAN:
            good = fill_constant(&target, 0, error);
            break;
        }
        if (good)
            parameter_import(p, values, p->value);
        free(values);
    }
    return good;
}
