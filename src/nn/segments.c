#include "nn/network_internal.h"

#include <stdlib.h>

/* Bytes of the largest value of a block: some of them fit a core's own cache. */
enum { BLOCK_BYTES = 1024 << 10 };

/* Whether a layer waits, forward or backward, until the whole batch is there. */
static bool waits_forward(const struct network *n, size_t i)
{
    const struct layer_kind *kind = n->layers[i].spec->kind;
    return kind->takes_batch_at_once || (n->training && kind->observe_input != NULL);
}

static bool waits_backward(const struct network *n, size_t i)
{
    const struct layer_kind *kind = n->layers[i].spec->kind;
    return kind->takes_batch_at_once || kind->observe_gradient != NULL;
}

static bool reads_output(const struct network *n, size_t i)
{
    const struct layer_spec *spec = n->layers[i].spec;
    return spec->kind->reads_output || (spec->kind->reads_rectified && spec->rectified);
}

static void cut_forward(struct network *n)
{
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        if (i == 0 || waits_forward(n, i))
            n->forward[n->forward_count++].first = i;
        n->forward[n->forward_count - 1].end = i + 1;
    }
}

static void cut_backward(struct network *n)
{
    size_t layers = n->spec->layer_count;
    for (size_t i = layers; i-- > 0;) {
        if (i + 1 == layers || waits_backward(n, i))
            n->backward[n->backward_count++].end = i + 1;
        const struct layer_kind *kind = n->layers[i].spec->kind;
        n->backward[n->backward_count - 1].first = i;
        n->backward[n->backward_count - 1].in_chains |= kind->sums_in_chains;
    }
}

static size_t find(const struct segment *segments, size_t layer)
{
    size_t k = 0;
    while (layer < segments[k].first || layer >= segments[k].end)
        k++;
    return k;
}

static bool in_segment(const struct segment *s, int layer)
{
    return layer >= (int)s->first && layer < (int)s->end;
}

/* Whether some layer's backward reads the value. */
static bool is_read_backward(const struct network *n, int value)
{
    for (size_t i = 0; n->training && i < n->spec->layer_count; i++) {
        const struct place *p = &n->places[i];
        if ((p->input == value && n->layers[i].spec->kind->reads_input)
            || (p->output == value && reads_output(n, i)))
            return true;
    }
    return false;
}

/* Whether one layer alone takes the value as its input. */
static bool has_one_reader(const struct network *n, int value)
{
    size_t readers = 0;
    for (size_t i = 0; i < n->spec->layer_count; i++)
        readers += n->places[i].input == value || n->places[i].other == value;
    return readers == 1;
}

/* What a layer that takes the whole batch at once touches cannot lie in blocks. */
static bool is_taken_at_once(const struct network *n, int value)
{
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        const struct place *p = &n->places[i];
        if (n->layers[i].spec->kind->takes_batch_at_once
            && (p->input == value || p->output == value))
            return true;
    }
    return false;
}

static bool is_last(const struct network *n, int value)
{
    return value == n->places[n->spec->layer_count - 1].output;
}

static void decide_data(struct network *n, int value)
{
    struct value *v = &n->values[value];
    if (v->producer == NONE || is_last(n, value) || is_taken_at_once(n, value)
        || !in_segment(&n->forward[find(n->forward, (size_t)v->producer)], v->last_reader))
        return;
    if (!is_read_backward(n, value)) {
        v->data.transient = true;
        return;
    }
    const struct value *input = &n->values[n->places[v->producer].input];
    v->made_again = n->layers[v->producer].spec->kind->is_cheap && has_one_reader(n, value)
                    && !input->data.transient;
    v->data.transient = v->made_again;
    v->again.transient = v->made_again;
}

static void decide_gradient(struct network *n, int value)
{
    struct value *v = &n->values[value];
    bool shared = v->gradient_of != value;
    for (size_t other = 0; other < n->value_count; other++)
        shared = shared || (n->values[other].gradient_of == value && other != (size_t)value);
    v->gradient.transient
        = v->producer != NONE && !shared && !is_last(n, value) && !is_taken_at_once(n, value)
          && in_segment(&n->backward[find(n->backward, (size_t)v->producer)], v->last_reader);
}

static void extend(struct plan_buffer *buffer, size_t bytes, size_t time)
{
    if (buffer->bytes == 0)
        *buffer = (struct plan_buffer){.bytes = bytes, .first = time, .last = time};
    buffer->first = time < buffer->first ? time : buffer->first;
    buffer->last = time > buffer->last ? time : buffer->last;
}

static size_t example_size(const struct network *n, int value)
{
    return shape_size(n->values[value].shape);
}

/* The value's data, or its gradient, is needed at this time. */
static void need(struct network *n, struct storage *s, int value, size_t time)
{
    if (!s->transient)
        extend(&s->buffer, n->planned * example_size(n, value) * sizeof(float), time);
}

static struct storage *gradient_of(struct network *n, int value)
{
    return &n->values[n->values[value].gradient_of].gradient;
}

/* Times: 0 the input is filled, then the forward segments, the loss, the backward segments. */
static void plan_lifetimes(struct network *n)
{
    int last = n->places[n->spec->layer_count - 1].output;
    size_t loss = n->forward_count + 1;
    need(n, &n->values[0].data, 0, 0);
    need(n, &n->values[last].data, last, loss);
    if (n->training)
        need(n, gradient_of(n, last), last, loss);
    for (size_t i = 0; i < n->spec->layer_count; i++) {
        const struct place *p = &n->places[i];
        size_t time = 1 + find(n->forward, i);
        need(n, &n->values[p->input].data, p->input, time);
        need(n, &n->values[p->output].data, p->output, time);
        if (p->other != NONE)
            need(n, &n->values[p->other].data, p->other, time);
    }
    for (size_t i = 0; n->training && i < n->spec->layer_count; i++) {
        const struct place *p = &n->places[i];
        size_t time = loss + 1 + find(n->backward, i);
        if (n->layers[i].spec->kind->reads_input && !n->values[p->input].made_again)
            need(n, &n->values[p->input].data, p->input, time);
        /* what is made again reads its own producer's input */
        if (n->values[p->input].made_again) {
            int source = n->places[n->values[p->input].producer].input;
            need(n, &n->values[source].data, source, time);
        }
        if (reads_output(n, i))
            need(n, &n->values[p->output].data, p->output, time);
        need(n, gradient_of(n, p->output), p->output, time);
        if (p->input != 0)
            need(n, gradient_of(n, p->input), p->input, time);
    }
}

/* Examples of a block: few enough for the cache, as many as a layer wants at least. */
static void choose_block(struct network *n, struct segment *s)
{
    size_t largest = 1, wanted = 1;
    for (size_t i = s->first; i < s->end; i++) {
        struct layer_needs needs = {0};
        const struct layer *l = &n->layers[i];
        size_t in = shape_size(l->in), out = shape_size(l->out);
        largest = in > largest ? in : largest;
        largest = out > largest ? out : largest;
        if (l->spec->kind->plan != NULL)
            l->spec->kind->plan(l, n->planned, &needs);
        wanted = needs.least_block > wanted ? needs.least_block : wanted;
    }
    s->block = BLOCK_BYTES / (largest * sizeof(float));
    s->block = s->block < wanted ? wanted : s->block;
    s->block = s->block > n->planned ? n->planned : s->block;
}

/* Transient memory that a segment wants: at most 3 for each value, and one for each layer. */
struct wants {
    struct plan_buffer *buffers;
    size_t **offsets; /* where their places go, in floats */
    size_t count;
};

/* `size` floats an example, while layers first .. last of the segment run. */
static void want(struct wants *w, const struct segment *s, size_t size, int first, int last,
                 size_t *offset)
{
    w->buffers[w->count] = (struct plan_buffer){
        .bytes = size * s->block * sizeof(float), .first = (size_t)first, .last = (size_t)last};
    w->offsets[w->count++] = offset;
}

static bool place_wanted(struct wants *w, struct segment *s, struct error *error)
{
    size_t bytes;
    if (!plan_place(w->buffers, w->count, &bytes, error))
        return false;
    for (size_t i = 0; i < w->count; i++)
        *w->offsets[i] = w->buffers[i].offset / sizeof(float);
    s->transient = bytes / sizeof(float);
    return true;
}

static bool place_forward(struct network *n, struct segment *s, struct wants *w,
                          struct error *error)
{
    w->count = 0;
    choose_block(n, s);
    for (size_t i = 0; i < n->value_count; i++) {
        struct value *v = &n->values[i];
        if (in_segment(s, v->producer) && v->data.transient)
            want(w, s, shape_size(v->shape), v->producer, v->last_reader, &v->data.offset);
    }
    return place_wanted(w, s, error);
}

static bool place_backward(struct network *n, struct segment *s, struct wants *w,
                           struct error *error)
{
    w->count = 0;
    choose_block(n, s);
    for (size_t i = 0; i < n->value_count; i++) {
        struct value *v = &n->values[i];
        size_t size = shape_size(v->shape);
        if (in_segment(s, v->producer) && v->gradient.transient)
            want(w, s, size, v->producer, v->last_reader, &v->gradient.offset);
        if (in_segment(s, v->last_reader) && v->again.transient)
            want(w, s, size, v->last_reader, v->last_reader, &v->again.offset);
    }
    for (size_t i = s->first; i < s->end; i++) {
        if (n->places[i].adds)
            want(w, s, shape_size(n->layers[i].in), (int)i, (int)i, &n->places[i].added_offset);
    }
    return place_wanted(w, s, error);
}

static bool place_transients(struct network *n, struct error *error)
{
    size_t most = 3 * n->value_count + n->spec->layer_count;
    struct wants w
        = {.buffers = calloc(most, sizeof *w.buffers), .offsets = calloc(most, sizeof *w.offsets)};
    bool good = (w.buffers != NULL && w.offsets != NULL)
                || error_memory(error, "%s: out of memory", n->spec->name);
    for (size_t k = 0; good && k < n->forward_count; k++)
        good = place_forward(n, &n->forward[k], &w, error);
    for (size_t k = 0; good && n->training && k < n->backward_count; k++)
        good = place_backward(n, &n->backward[k], &w, error);
    free(w.buffers);
    free(w.offsets);
    return good;
}

bool segments_cut(struct network *n, struct error *error)
{
    n->forward = calloc(n->spec->layer_count, sizeof *n->forward);
    n->backward = calloc(n->spec->layer_count, sizeof *n->backward);
    if (n->forward == NULL || n->backward == NULL)
        return error_memory(error, "%s: out of memory", n->spec->name);
    cut_forward(n);
    cut_backward(n);
    for (size_t v = 0; v < n->value_count; v++) {
        decide_data(n, (int)v);
        decide_gradient(n, (int)v);
    }
    plan_lifetimes(n);
    return place_transients(n, error);
}
