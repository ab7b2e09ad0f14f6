#include "nn/network.h"

#include "exact/parallel.h"
#include "nn/network_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    size_t *total = parameter_is_trained(role) ? &n->trained : &n->running;
    p->offset = *total;
    *total += p->count;
    for (int i = 0; i < LAYER_PARAMETERS_MAX; i++) {
        if (l->parameters[i] == NULL) {
            l->parameters[i] = p;
            return;
        }
    }
}

static int new_value(struct network *n, struct shape shape, int producer)
{
    int value = (int)n->value_count++;
    n->values[value] = (struct value){
        .shape = shape, .producer = producer, .last_reader = producer, .gradient_of = value};
    return value;
}

/* An addition is the last reader of its shortcut, so the first to have a gradient for it: its own.
 */
static bool connect_addition(struct network *n, size_t i, int main, int shortcut,
                             struct error *error)
{
    struct value *other = &n->values[shortcut], *sum = &n->values[main];
    if (main == shortcut)
        return error_set(error, "%s: layer %zu adds a value to itself", n->spec->name, i);
    if (memcmp(&other->shape, &sum->shape, sizeof sum->shape) != 0)
        return error_set(error, "%s: layer %zu adds different shapes", n->spec->name, i);
    n->places[i].other = shortcut;
    other->last_reader = (int)i;
    other->gradient_of = main;
    return true;
}

/* Follows the table: shapes, parameters, and which value each layer reads and writes. */
static bool connect(struct network *n, struct error *error)
{
    int current = new_value(n, n->spec->input, NONE), shortcut = NONE;
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        struct layer *l = &n->layers[i];
        struct place *p = &n->places[i];
        l->spec = &n->spec->layers[i];
        const struct layer_kind *kind = l->spec->kind;
        bool on_shortcut = l->spec->on_shortcut;
        if (i == 0 && n->training && !kind->may_be_first)
            return error_set(error, "%s: the first layer cannot be of the kind %s", n->spec->name,
                             kind->name);
        if (i + 1 == n->spec->layer_count && n->training && kind->observe_gradient != NULL)
            return error_set(error, "%s: the last layer cannot be of the kind %s", n->spec->name,
                             kind->name);
        if ((on_shortcut || kind == &layer_add) && shortcut == NONE)
            return error_set(error, "%s: layer %zu has no branch", n->spec->name, i);
        p->input = on_shortcut ? shortcut : current;
        p->other = NONE;
        l->in = n->values[p->input].shape;
        l->wants_dx = n->training && p->input != 0;
        kind->shape(l, n);
        n->values[p->input].last_reader = (int)i;
        p->output = kind->in_place ? p->input : new_value(n, l->out, (int)i);
        if (on_shortcut)
            shortcut = p->output;
        else
            current = p->output;
        if (kind == &layer_branch)
            shortcut = current;
        if (kind == &layer_add) {
            if (!connect_addition(n, i, current, shortcut, error))
                return false;
            shortcut = NONE;
        }
    }
    return true;
}

/* Gradients that share memory do so with the last of a chain of additions. */
static void share_gradients(struct network *n)
{
    for (size_t v = 0; v < n->value_count; v++) {
        int *last = &n->values[v].gradient_of;
        while (n->values[*last].gradient_of != *last)
            *last = n->values[*last].gradient_of;
    }
}

/* Going down the table, the first layer to reach a gradient writes it; others add to it. */
static void find_additions(struct network *n)
{
    for (size_t v = 0; v < n->value_count; v++)
        n->values[v].gradient_begun = n->values[v].gradient_of != (int)v; /* by an addition */
    for (size_t i = n->spec->layer_count; i-- > 0;) {
        struct place *p = &n->places[i];
        if (n->layers[i].spec->kind->in_place || !n->layers[i].wants_dx)
            continue;
        p->adds = n->values[p->input].gradient_begun;
        n->values[p->input].gradient_begun = true;
    }
}

/* Collects every buffer, places them, and puts the offsets back where they came from. */
static bool place_buffers(struct network *n, size_t *total, struct error *error)
{
    struct plan_buffer *all = calloc(2 * n->value_count, sizeof *all);
    if (all == NULL)
        return error_memory(error, "cannot plan memory: out of memory");
    for (size_t v = 0; v < n->value_count; v++) {
        all[2 * v] = n->values[v].data.buffer;
        all[2 * v + 1] = n->values[v].gradient.buffer;
    }
    bool good = plan_place(all, 2 * n->value_count, total, error);
    for (size_t v = 0; v < n->value_count; v++) {
        n->values[v].data.buffer = all[2 * v];
        n->values[v].gradient.buffer = all[2 * v + 1];
    }
    free(all);
    return good;
}

static size_t greater(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Rounded so that what comes behind is aligned as the arena aligns. */
static size_t aligned(size_t floats)
{
    return arena_round(floats * sizeof(float)) / sizeof(float);
}

static struct layer_needs needs_of(const struct network *n, size_t i)
{
    const struct layer *l = &n->layers[i];
    struct layer_needs needs = {0};
    if (l->spec->kind->plan != NULL)
        l->spec->kind->plan(l, n->planned, &needs);
    return needs;
}

/* Memory that all layers of a segment hold at the same time, one behind the other. */
static void share_out(struct network *n, struct segment *s, bool backward, float *shared)
{
    s->shared = 0;
    for (size_t i = s->first; i < s->end; i++) {
        struct layer_needs needs = needs_of(n, i);
        if (shared != NULL)
            *(backward ? &n->layers[i].backward_shared : &n->layers[i].forward_shared)
                = shared + s->shared;
        s->shared += aligned(backward ? needs.backward_shared : needs.forward_shared);
    }
}

static size_t share_out_all(struct network *n, float *shared)
{
    size_t most = 0;
    for (size_t k = 0; k < n->forward_count; k++) {
        share_out(n, &n->forward[k], false, shared);
        most = greater(most, n->forward[k].shared);
    }
    for (size_t k = 0; n->training && k < n->backward_count; k++) {
        share_out(n, &n->backward[k], true, shared);
        most = greater(most, n->backward[k].shared);
    }
    return most;
}

static void size_thread_memory(struct network *n)
{
    size_t transient = 0, scratch = 0;
    for (size_t k = 0; k < n->forward_count; k++)
        transient = greater(transient, n->forward[k].transient);
    for (size_t k = 0; n->training && k < n->backward_count; k++)
        transient = greater(transient, n->backward[k].transient);
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        struct layer_needs needs = needs_of(n, i);
        scratch = greater(scratch, needs.forward_scratch);
        if (n->training)
            scratch = greater(scratch, needs.backward_scratch);
    }
    n->transient_size = aligned(transient);
    n->thread_size = n->transient_size + aligned(scratch);
}

static float *at(char *base, const struct plan_buffer *buffer)
{
    return buffer->bytes > 0 ? (float *)(base + buffer->offset) : NULL;
}

/* Hands out the arena; run once to count and once to place. */
static void lay_out(struct network *n, size_t planned)
{
    struct arena *arena = &n->arena;
    n->trained_values = arena_take(arena, n->trained, sizeof(float));
    n->running_values = arena_take(arena, n->running, sizeof(float));
    n->gradients = n->training ? arena_take(arena, n->trained, sizeof(float)) : NULL;
    for (size_t i = 0; i < n->spec->layer_count; i++)
        n->layers[i].state = arena_take(arena, needs_of(n, i).state_bytes, 1);
    float *shared = arena_take(arena, share_out_all(n, NULL), sizeof(float));
    share_out_all(n, shared);
    n->thread_memory
        = arena_take(arena, n->thread_size * (size_t)parallel_threads(), sizeof(float));
    char *base = arena_take(arena, planned, 1);
    if (base == NULL)
        return;
    for (size_t i = 0; i < n->parameter_count; i++) {
        struct parameter *p = &n->parameters[i];
        bool trained = parameter_is_trained(p->role);
        p->value = (trained ? n->trained_values : n->running_values) + p->offset;
        p->gradient = trained && n->training ? n->gradients + p->offset : NULL;
    }
    for (size_t v = 0; v < n->value_count; v++) {
        n->values[v].data.base = at(base, &n->values[v].data.buffer);
        n->values[v].gradient.base = at(base, &n->values[v].gradient.buffer);
    }
}

bool network_create(struct network **out, const struct network_spec *spec, size_t batch,
                    bool training, struct error *error)
{
    struct network *n = *out = calloc(1, sizeof *n);
    if (n == NULL)
        return error_memory(error, "%s: out of memory", spec->name);
    *n = (struct network){
        .spec = spec, .training = training, .planned = batch, .engine = gemm_chosen()};
    n->layers = calloc(spec->layer_count, sizeof *n->layers);
    n->places = calloc(spec->layer_count, sizeof *n->places);
    n->values = calloc(spec->layer_count + 1, sizeof *n->values);
    n->parameters = calloc(spec->layer_count * LAYER_PARAMETERS_MAX, sizeof *n->parameters);
    size_t planned = 0;
    bool good
        = (n->layers != NULL && n->places != NULL && n->values != NULL && n->parameters != NULL)
          || error_memory(error, "%s: out of memory", spec->name);
    good = good && connect(n, error);
    if (good) {
        share_gradients(n);
        find_additions(n);
        good = segments_cut(n, error) && place_buffers(n, &planned, error);
    }
    if (good) {
        size_thread_memory(n);
        lay_out(n, planned);
        size_t size = n->arena.used;
        good = arena_reserve(&n->arena, size, error);
    }
    if (good) {
        lay_out(n, planned);
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
    free(n->forward);
    free(n->backward);
    free(n->parameters);
    free(n);
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

static struct value *last_value(const struct network *n)
{
    return &n->values[n->places[n->spec->layer_count - 1].output];
}

float *network_input(struct network *n)
{
    return n->values[0].data.base;
}

const float *network_output(const struct network *n)
{
    return last_value(n)->data.base;
}

float *network_output_gradient(struct network *n)
{
    return n->values[last_value(n)->gradient_of].gradient.base;
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
