#include "nn/network.h"

#include "base/arena.h"
#include "base/progress.h"
#include "exact/isa.h"
#include "nn/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1 };

/* What flows between layers: the input, and one value for each layer that does not work in place.
 */
struct value {
    struct shape shape;
    struct plan_buffer data, gradient;
};

/* Where a layer stands among the values. */
struct place {
    int input, output, other; /* values; output == input in place; other only for add */
    struct plan_buffer added; /* a second contribution to a gradient, until it is added to it */
    const float *addend;      /* its place in memory, or NULL, and the gradient's */
    float *gradient;
};

struct network {
    const struct network_spec *spec;
    bool training;
    struct layer *layers;
    struct place *places;
    struct value *values;
    size_t value_count;
    struct parameter *parameters;
    size_t parameter_count;
    size_t trained, running; /* floats */
    float *trained_values, *running_values, *gradients;
    struct arena arena;
    double *forward_seconds, *backward_seconds; /* [layer_count], or NULL: no clock */
};

static size_t forward_time(size_t layer)
{
    return layer + 1; /* 0: the input is filled */
}

static size_t loss_time(const struct network *n)
{
    return n->spec->layer_count + 1;
}

static size_t backward_time(const struct network *n, size_t layer)
{
    return 2 * n->spec->layer_count + 1 - layer;
}

void network_declare(struct network *n, struct layer *l, const char *suffix,
                     enum parameter_role role, struct shape kernel, size_t outputs, size_t dims)
{
    struct parameter *p = &n->parameters[n->parameter_count++];
    *p = (struct parameter){.role = role, .dims = dims, .outputs = outputs};
    snprintf(p->name, sizeof p->name, "%s.%s", l->spec->name, suffix);
    p->inputs = dims > 1 ? kernel.channels : 1;
    p->height = dims > 1 ? kernel.height : 1;
    p->width = dims > 1 ? kernel.width : 1;
    p->count = p->inputs * p->height * p->width * outputs;
    p->shape[0] = outputs;
    if (dims == 2)
        p->shape[1] = p->count / outputs;
    if (dims == 4) {
        p->shape[1] = p->inputs;
        p->shape[2] = p->height;
        p->shape[3] = p->width;
    }
    size_t *total = role < PARAMETER_RUNNING_MEAN ? &n->trained : &n->running;
    p->offset = *total;
    *total += p->count;
    for (int i = 0; i < LAYER_PARAMETERS_MAX; i++) {
        if (l->parameters[i] == NULL) {
            l->parameters[i] = p;
            return;
        }
    }
}

static void extend(struct plan_buffer *buffer, size_t time)
{
    if (buffer->last < time)
        buffer->last = time;
}

static int new_value(struct network *n, struct shape shape, size_t time)
{
    struct value *v = &n->values[n->value_count];
    *v = (struct value){.shape = shape, .data = {.first = time, .last = time}};
    return (int)n->value_count++;
}

/* Follows the table: shapes, parameters, and which value each layer reads and writes. */
static bool connect(struct network *n, struct error *error)
{
    int current = new_value(n, n->spec->input, 0), shortcut = NONE;
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        struct layer *l = &n->layers[i];
        struct place *p = &n->places[i];
        l->spec = &n->spec->layers[i];
        bool on_shortcut = l->spec->on_shortcut;
        if (i == 0 && n->training && !l->spec->kind->may_be_first)
            return error_set(error, "%s: the first layer cannot be of the kind %s", n->spec->name,
                             l->spec->kind->name);
        if ((on_shortcut || l->spec->kind == &layer_add) && shortcut == NONE)
            return error_set(error, "%s: layer %zu has no branch", n->spec->name, i);
        p->input = on_shortcut ? shortcut : current;
        p->other = NONE;
        l->in = n->values[p->input].shape;
        l->spec->kind->shape(l, n);
        p->output = l->spec->kind->in_place ? p->input : new_value(n, l->out, forward_time(i));
        *(on_shortcut ? &shortcut : &current) = p->output;
        if (l->spec->kind == &layer_branch)
            shortcut = current;
        if (l->spec->kind == &layer_add) {
            p->other = shortcut;
            shortcut = NONE;
            if (memcmp(&n->values[p->other].shape, &l->in, sizeof l->in) != 0)
                return error_set(error, "%s: layer %zu adds different shapes", n->spec->name, i);
        }
    }
    return true;
}

/* The gradient of `value` is contributed to at `time` of the backward pass. The first contribution,
 * which is the earliest in time, writes it; a later one goes to `added` and is then added. */
static void contribute(struct network *n, int value, size_t time, struct plan_buffer *added)
{
    struct value *v = &n->values[value];
    size_t bytes = v->data.bytes;
    if (v->gradient.bytes == 0)
        v->gradient = (struct plan_buffer){.bytes = bytes, .first = time, .last = time};
    else
        *added = (struct plan_buffer){.bytes = bytes, .first = time, .last = time};
}

static void plan_lifetimes(struct network *n, size_t batch)
{
    for (size_t v = 0; v < n->value_count; v++)
        n->values[v].data.bytes = batch * shape_size(n->values[v].shape) * sizeof(float);
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        struct place *p = &n->places[i];
        extend(&n->values[p->input].data, forward_time(i));
        extend(&n->values[p->output].data, forward_time(i));
        if (p->other != NONE)
            extend(&n->values[p->other].data, forward_time(i));
    }
    struct value *output = &n->values[n->places[n->spec->layer_count - 1].output];
    extend(&output->data, loss_time(n));
    if (!n->training)
        return;
    output->gradient = (struct plan_buffer){
        .bytes = output->data.bytes, .first = loss_time(n), .last = loss_time(n)};
    for (size_t i = n->spec->layer_count; i-- > 0;) {
        struct place *p = &n->places[i];
        const struct layer_kind *kind = n->layers[i].spec->kind;
        size_t time = backward_time(n, i);
        if (kind->reads_input)
            extend(&n->values[p->input].data, time);
        if (kind->reads_output || n->layers[i].spec->rectified)
            extend(&n->values[p->output].data, time);
        extend(&n->values[p->output].gradient, time);
        if (p->other != NONE)
            contribute(n, p->other, time, &p->added);
        else if (!kind->in_place && p->input != 0)
            contribute(n, p->input, time, &p->added);
    }
}

/* Collects every buffer, places them, and puts the offsets back where they came from. */
static bool place_buffers(struct network *n, size_t *total, struct error *error)
{
    size_t layers = n->spec->layer_count, count = 2 * n->value_count + layers, k = 0;
    struct plan_buffer *all = calloc(count, sizeof *all);
    if (all == NULL)
        return error_set(error, "cannot plan memory: out of memory");
    for (size_t v = 0; v < n->value_count; v++) {
        all[k++] = n->values[v].data;
        all[k++] = n->values[v].gradient;
    }
    for (size_t i = 0; i < layers; i++)
        all[k++] = n->places[i].added;
    bool good = plan_place(all, count, total, error);
    k = 0;
    for (size_t v = 0; v < n->value_count; v++) {
        n->values[v].data = all[k++];
        n->values[v].gradient = all[k++];
    }
    for (size_t i = 0; i < layers; i++)
        n->places[i].added = all[k++];
    free(all);
    return good;
}

static float *at(char *base, const struct plan_buffer *buffer)
{
    return base != NULL && buffer->bytes > 0 ? (float *)(base + buffer->offset) : NULL;
}

/* Hands out the arena; run once to count and once to place. */
static void lay_out(struct network *n, size_t planned, size_t batch)
{
    struct arena *arena = &n->arena;
    size_t scratch_size = 0;
    n->trained_values = arena_take(arena, n->trained, sizeof(float));
    n->running_values = arena_take(arena, n->running, sizeof(float));
    n->gradients = n->training ? arena_take(arena, n->trained, sizeof(float)) : NULL;
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        struct layer *l = &n->layers[i];
        struct layer_needs needs = {0};
        if (l->spec->kind->plan != NULL)
            l->spec->kind->plan(l, batch, &needs);
        l->state = arena_take(arena, needs.state_bytes, 1);
        if (scratch_size < needs.forward_scratch)
            scratch_size = needs.forward_scratch;
        if (n->training && scratch_size < needs.backward_scratch)
            scratch_size = needs.backward_scratch;
    }
    float *scratch = arena_take(arena, scratch_size, sizeof(float));
    char *base = arena_take(arena, planned, 1);
    if (base == NULL)
        return;
    for (size_t i = 0; i < n->parameter_count; i++) {
        struct parameter *p = &n->parameters[i];
        bool trained = p->role < PARAMETER_RUNNING_MEAN;
        p->value = (trained ? n->trained_values : n->running_values) + p->offset;
        p->gradient = trained && n->training ? n->gradients + p->offset : NULL;
    }
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        struct layer *l = &n->layers[i];
        struct place *p = &n->places[i];
        l->scratch = scratch;
        l->x = at(base, &n->values[p->input].data);
        l->y = at(base, &n->values[p->output].data);
        l->dy = at(base, &n->values[p->output].gradient);
        l->dx = at(base, &n->values[p->input].gradient);
        if (p->other != NONE) {
            l->other = at(base, &n->values[p->other].data);
            l->dother = at(base, &n->values[p->other].gradient);
        }
        if (p->added.bytes > 0) {
            float **contribution = p->other != NONE ? &l->dother : &l->dx;
            p->gradient = *contribution;
            *contribution = at(base, &p->added);
            p->addend = *contribution;
        }
    }
}

bool network_create(struct network **out, const struct network_spec *spec, size_t batch,
                    bool training, struct error *error)
{
    struct network *n = *out = calloc(1, sizeof *n);
    if (n == NULL)
        return error_set(error, "%s: out of memory", spec->name);
    *n = (struct network){.spec = spec, .training = training};
    n->layers = calloc(spec->layer_count, sizeof *n->layers);
    n->places = calloc(spec->layer_count, sizeof *n->places);
    n->values = calloc(spec->layer_count + 1, sizeof *n->values);
    n->parameters = calloc(spec->layer_count * LAYER_PARAMETERS_MAX, sizeof *n->parameters);
    size_t planned = 0;
    bool good
        = (n->layers != NULL && n->places != NULL && n->values != NULL && n->parameters != NULL)
          || error_set(error, "%s: out of memory", spec->name);
    good = good && connect(n, error);
    if (good) {
        plan_lifetimes(n, batch);
        good = place_buffers(n, &planned, error);
    }
    if (good) {
        lay_out(n, planned, batch);
        size_t size = n->arena.used;
        good = arena_reserve(&n->arena, size, error);
    }
    if (good) {
        lay_out(n, planned, batch);
    } else {
        network_free(n);
        *out = NULL;
    }
    return good;
}

void network_free(struct network *n)
{
    if (n == NULL)
        return;
    arena_release(&n->arena);
    free(n->layers);
    free(n->places);
    free(n->values);
    free(n->parameters);
    free(n);
}

/* Adds the time since `started` to a layer's clock, if there is one. */
static double clock_lap(double *seconds, size_t layer, double started)
{
    if (seconds == NULL)
        return 0;
    double now = progress_seconds();
    seconds[layer] += now - started;
    return now;
}

void network_forward(struct network *n, const struct pass *pass)
{
    double started = n->forward_seconds != NULL ? progress_seconds() : 0;
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        n->layers[i].spec->kind->forward(&n->layers[i], pass);
        started = clock_lap(n->forward_seconds, i, started);
    }
}

/* Once a layer has written its contribution to a gradient that had one already. */
static void add_contribution(const struct place *p, size_t count)
{
    if (p->addend == NULL)
        return;
    enum { BLOCK = 1 << 14 };
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i += BLOCK)
        isa_kernels()->elementwise->add(count - i < BLOCK ? count - i : BLOCK, p->addend + i,
                                        p->gradient + i);
}

void network_backward(struct network *n, const struct pass *pass)
{
    double started = n->backward_seconds != NULL ? progress_seconds() : 0;
    for (size_t i = n->spec->layer_count; i-- > 0;) {
        n->layers[i].spec->kind->backward(&n->layers[i], pass);
        add_contribution(&n->places[i], pass->batch * shape_size(n->layers[i].in));
        started = clock_lap(n->backward_seconds, i, started);
    }
}

void network_clock(struct network *n, double *forward, double *backward)
{
    n->forward_seconds = forward;
    n->backward_seconds = backward;
}

const struct network_spec *network_spec_of(const struct network *n)
{
    return n->spec;
}

const struct layer *network_layers(const struct network *n, size_t *count)
{
    *count = n->spec->layer_count;
    return n->layers;
}

size_t network_memory(const struct network *n)
{
    return n->arena.size;
}

float *network_input(struct network *n)
{
    return (float *)n->layers[0].x;
}

const float *network_output(const struct network *n)
{
    return n->layers[n->spec->layer_count - 1].y;
}

float *network_output_gradient(struct network *n)
{
    return (float *)n->layers[n->spec->layer_count - 1].dy;
}

size_t network_classes(const struct network *n)
{
    return shape_size(n->layers[n->spec->layer_count - 1].out);
}

struct parameter *network_parameters(struct network *n, size_t *count)
{
    *count = n->parameter_count;
    return n->parameters;
}

size_t network_trained(const struct network *n)
{
    return n->trained;
}

float *network_values(struct network *n)
{
    return n->trained_values;
}

const float *network_gradients(const struct network *n)
{
    return n->gradients;
}
