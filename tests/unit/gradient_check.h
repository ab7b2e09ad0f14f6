/* The engine's forward and backward pass against the reference in double, for any table. */
#ifndef REINIT_TESTS_GRADIENT_CHECK_H
#define REINIT_TESTS_GRADIENT_CHECK_H

#include "unit/reference.h"

struct gradient_check {
    const struct network_spec *spec;
    struct pass pass;
    enum loss_kind loss;
    double output;    /* largest difference of an output, in units of the outputs' rms */
    double gradient;  /* of a directional derivative, in units of its bound sum |g d| */
    double h;         /* step of the central differences */
    bool each_tensor; /* a direction for each tensor; else one for all together */
    /* owned */
    struct network *network;
    struct reference reference;
    double *parameters[REFERENCE_LAYERS * LAYER_PARAMETERS_MAX]; /* in the file's order */
    double *x, *z;
    uint8_t labels[64];
    size_t classes;
};

/* Draws the input and labels and takes over the network's parameters. */
static inline void gradient_check_open(struct gradient_check *c, uint64_t seed)
{
    size_t count, inputs = c->pass.batch * shape_size(c->spec->input);
    struct parameter *parameters = network_parameters(c->network, &count);
    float *input = network_input(c->network);
    reference_read(&c->reference, c->spec);
    assert_int_equal(c->reference.parameter_count, count);
    c->classes = network_classes(c->network);
    c->x = support_allocate(inputs, sizeof *c->x);
    c->z = support_allocate(c->pass.batch * c->classes, sizeof *c->z);
    for (size_t i = 0; i < inputs; i++) {
        input[i] = (float)support_centred(&seed);
        c->x[i] = (double)input[i];
    }
    for (size_t b = 0; b < c->pass.batch; b++)
        c->labels[b] = (uint8_t)support_below(&seed, c->classes);
    for (size_t t = 0; t < count; t++) {
        float *file = support_floats(parameters[t].count);
        parameter_export(&parameters[t], parameters[t].value, file);
        c->parameters[t] = support_allocate(parameters[t].count, sizeof(double));
        for (size_t i = 0; i < parameters[t].count; i++)
            c->parameters[t][i] = (double)file[i];
        free(file);
    }
}

static inline void gradient_check_close(struct gradient_check *c)
{
    for (size_t t = 0; t < c->reference.parameter_count; t++)
        free(c->parameters[t]);
    free(c->x);
    free(c->z);
}

static inline double gradient_check_loss(struct gradient_check *c)
{
    reference_forward(&c->reference, &c->pass, c->parameters, c->x, c->z);
    return reference_loss(c->loss, c->pass.batch, c->classes, c->z, c->labels);
}

static inline void gradient_check_output(struct gradient_check *c)
{
    size_t count = c->pass.batch * c->classes;
    double squares = 0;
    gradient_check_loss(c);
    for (size_t i = 0; i < count; i++)
        squares += c->z[i] * c->z[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        assert_near((double)network_output(c->network)[i], c->z[i], c->output * sqrt(squares),
                    "output");
}

/* Moves tensor t by h * direction, which is sign(gradient) times a random size, so that no
 * element's part can hide behind another's. Returns the derivative that the gradient foretells. */
static inline double gradient_check_move(struct gradient_check *c, size_t t, uint64_t seed,
                                         double h)
{
    size_t count;
    const struct parameter *p = &network_parameters(c->network, &count)[t];
    double derivative = 0;
    float *gradient = support_floats(p->count);
    parameter_export(p, p->gradient, gradient);
    for (size_t i = 0; i < p->count; i++) {
        double direction = copysign(fabs(support_centred(&seed)), (double)gradient[i]);
        c->parameters[t][i] += h * direction;
        derivative += direction * (double)gradient[i];
    }
    free(gradient);
    return derivative;
}

/* The derivative along a direction in tensors first .. last. Where the true gradient is 0 (a bias
 * before a batch norm) both sides are but rounding error, which `least` allows for. */
static inline void gradient_check_direction(struct gradient_check *c, size_t first, size_t last,
                                            double least)
{
    double foretold = 0, losses[2];
    size_t count;
    const struct parameter *parameters = network_parameters(c->network, &count);
    const double steps[] = {c->h, -2 * c->h, c->h}; /* to +h, to -h, and back */
    for (int s = 0; s < 3; s++) {
        foretold = 0;
        for (size_t t = first; t <= last; t++) {
            if (parameters[t].gradient != NULL)
                foretold += gradient_check_move(c, t, t + 1, steps[s]);
        }
        if (s < 2)
            losses[s] = gradient_check_loss(c);
    }
    double found = (losses[0] - losses[1]) / (2 * c->h);
    assert_near(foretold, found, c->gradient * fabs(found) + least, parameters[first].name);
}

/* The network has been created for at least pass.batch and its parameters filled. */
static inline void gradient_check_run(struct gradient_check *c, uint64_t seed)
{
    gradient_check_open(c, seed);
    size_t tensors = c->reference.parameter_count;
    network_forward(c->network, &c->pass);
    gradient_check_output(c);
    if (c->pass.training) {
        const float *z = network_output(c->network);
        loss_compute(c->loss, c->pass.batch, c->classes, z, c->labels,
                     network_output_gradient(c->network));
        network_backward(c->network, &c->pass);
        double largest = 0;
        const float *gradients = network_gradients(c->network);
        for (size_t i = 0; i < network_trained(c->network); i++)
            largest = fmax(largest, fabs((double)gradients[i]));
        assert_true(largest > 0);
        double least = 1e-5 * largest;
        for (size_t t = 0; c->each_tensor && t < tensors; t++)
            gradient_check_direction(c, t, t, least);
        gradient_check_direction(c, 0, tensors - 1, least);
    }
    gradient_check_close(c);
}

#endif
