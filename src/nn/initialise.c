#include "nn/initialise.h"

#include "base/random.h"
#include "exact/elementary.h"

#include <math.h>
#include <stdlib.h>

const char *const init_names[]
    = {"zeros",          "ones",          "kaiming-uniform", "kaiming-normal",
       "xavier-uniform", "xavier-normal", "default",         NULL};
const char *const init_bias_names[] = {"default", "scheme", NULL};

/* The stream of one tensor. */
struct stream {
    uint32_t seed;
    uint64_t tensor;
};

static void fill_constant(float *values, size_t count, float constant)
{
    for (size_t i = 0; i < count; i++)
        values[i] = constant;
}

/* In the open interval (-1, 1), symmetric about 0. */
static double centred(uint32_t word)
{
    return 2 * (((double)word + 0.5) / 4294967296.0) - 1;
}

static void fill_uniform(struct stream stream, float *values, size_t count, double bound)
{
    for (size_t block = 0; block < (count + 3) / 4; block++) {
        uint32_t words[4];
        random_block(stream.seed, RANDOM_WEIGHTS, stream.tensor, block, words);
        for (size_t i = 0; i < 4 && block * 4 + i < count; i++)
            values[block * 4 + i] = (float)(centred(words[i]) * bound);
    }
}

static void normal_pair(struct stream stream, uint64_t pair, double *first, double *second)
{
    for (uint64_t attempt = 0;; attempt++) {
        uint32_t words[4];
        random_block(stream.seed, RANDOM_WEIGHTS, stream.tensor, pair + (attempt << 40), words);
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

static void fill_normal(struct stream stream, float *values, size_t count, double deviation)
{
    for (size_t pair = 0; pair < (count + 1) / 2; pair++) {
        double first, second;
        normal_pair(stream, pair, &first, &second);
        values[2 * pair] = (float)(first * deviation);
        if (2 * pair + 1 < count)
            values[2 * pair + 1] = (float)(second * deviation);
    }
}

static void fill_weight(const struct parameter *p, struct stream stream, enum init_scheme scheme,
                        float *values)
{
    double n_in = (double)(p->inputs * p->height * p->width);
    double n_out = (double)p->outputs;
    if (p->dims == 4) /* a linear layer's out-features count once, a convolution's K^2 times */
        n_out *= (double)(p->height * p->width);
    switch (scheme) {
    case INIT_ZEROS:
        fill_constant(values, p->count, 0.0f);
        break;
    case INIT_ONES:
        fill_constant(values, p->count, 1.0f);
        break;
    case INIT_KAIMING_UNIFORM:
        fill_uniform(stream, values, p->count, sqrt(6 / n_in));
        break;
    case INIT_KAIMING_NORMAL:
        fill_normal(stream, values, p->count, sqrt(2 / n_in));
        break;
    case INIT_XAVIER_UNIFORM:
        fill_uniform(stream, values, p->count, sqrt(6 / (n_in + n_out)));
        break;
    case INIT_XAVIER_NORMAL:
        fill_normal(stream, values, p->count, sqrt(2 / (n_in + n_out)));
        break;
    case INIT_DEFAULT:
        fill_uniform(stream, values, p->count, 1 / sqrt(n_in));
        break;
    }
}

bool initialise_network(struct network *network, enum init_scheme scheme, enum init_bias bias,
                        uint32_t seed, struct error *error)
{
    bool constant = scheme == INIT_ZEROS || scheme == INIT_ONES;
    if (bias == INIT_BIAS_SCHEME && !constant)
        return error_set(error, "biases by the scheme are for zeros and ones only, not %s",
                         init_names[scheme]);
    size_t count;
    struct parameter *parameters = network_parameters(network, &count);
    double n_in = 1; /* of the layer whose weight came last */
    for (size_t t = 0; t < count; t++) {
        struct parameter *p = &parameters[t];
        float *values = malloc(p->count * sizeof *values);
        if (values == NULL)
            return error_memory(error, "%s: out of memory", p->name);
        struct stream stream = {seed, t};
        switch (p->role) {
        case PARAMETER_WEIGHT:
            n_in = (double)(p->inputs * p->height * p->width);
            fill_weight(p, stream, scheme, values);
            break;
        case PARAMETER_BIAS:
            if (bias == INIT_BIAS_SCHEME)
                fill_constant(values, p->count, scheme == INIT_ONES ? 1.0f : 0.0f);
            else
                fill_uniform(stream, values, p->count, 1 / sqrt(n_in));
            break;
        case PARAMETER_SCALE:
        case PARAMETER_RUNNING_VARIANCE:
            fill_constant(values, p->count, 1.0f);
            break;
        case PARAMETER_SHIFT:
        case PARAMETER_RUNNING_MEAN:
            fill_constant(values, p->count, 0.0f);
            break;
        }
        parameter_import(p, values, p->value);
        free(values);
    }
    return true;
}
