#include "base/progress.h"
#include "exact/isa.h"
#include "exact/parallel.h"
#include "nn/network_internal.h"

/* A walk over examples of the batch in one direction. */
struct walk {
    struct network *network;
    const struct segment *segment;
    const struct pass *pass;
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Where a layer's values lie for examples from `first` on. */
static struct block locate(const struct walk *w, size_t layer, size_t first, size_t count,
                           float *thread, bool backward)
{
    const struct network *n = w->network;
    const struct place *p = &n->places[layer];
    const struct value *input = &n->values[p->input], *output = &n->values[p->output];
    const struct storage *x = backward && input->made_again ? &input->again : &input->data;
    size_t in = shape_size(input->shape), out = shape_size(output->shape);
    struct block b = {.first = first, .count = count};
    b.x = storage_at(x, in, first, thread);
    b.y = storage_at(&output->data, out, first, thread);
    if (p->other != NONE)
        b.other = storage_at(&n->values[p->other].data, out, first, thread);
    if (backward) {
        b.dy = storage_at(&n->values[output->gradient_of].gradient, out, first, thread);
        if (n->layers[layer].wants_dx)
            b.dx = storage_at(&n->values[input->gradient_of].gradient, in, first, thread);
        if (p->adds)
            b.dx = thread + p->added_offset;
    }
    b.scratch = thread + n->transient_size;
    return b;
}

/* The time since `started`, shared out among the threads, goes to a layer's clock. */
static double clock_lap(double *seconds, size_t layer, double started, int threads)
{
    if (seconds == NULL)
        return 0;
    double now = progress_seconds(), share = (now - started) / threads;
#pragma omp atomic
    seconds[layer] += share;
    return now;
}

static double clock_start(const double *seconds)
{
    return seconds != NULL ? progress_seconds() : 0;
}

static void forward_block(const struct walk *w, size_t first, size_t count, float *thread)
{
    struct network *n = w->network;
    int threads = parallel_team();
    double started = clock_start(n->forward_seconds);
    for (size_t i = w->segment->first; i < w->segment->end; i++) {
        const struct layer *l = &n->layers[i];
        struct block b = locate(w, i, first, count, thread, false);
        if (l->spec->kind->forward != NULL)
            l->spec->kind->forward(l, w->pass, &b);
        started = clock_lap(n->forward_seconds, i, started, threads);
    }
    size_t next = w->segment->end;
    if (next < n->spec->layer_count && w->pass->training) {
        const struct layer *l = &n->layers[next];
        struct block b = locate(w, next, first, count, thread, false);
        if (l->spec->kind->observe_input != NULL)
            l->spec->kind->observe_input(l, w->pass, &b);
        clock_lap(n->forward_seconds, next, started, threads);
    }
}

/* A layer's input, if it was not kept. */
static void make_again(const struct walk *w, size_t layer, size_t first, size_t count,
                       float *thread)
{
    struct network *n = w->network;
    const struct value *v = &n->values[n->places[layer].input];
    if (!v->made_again)
        return;
    const struct layer *producer = &n->layers[v->producer];
    struct block b = locate(w, (size_t)v->producer, first, count, thread, false);
    b.y = storage_at(&v->again, shape_size(v->shape), first, thread);
    producer->spec->kind->forward(producer, w->pass, &b);
}

static void backward_block(const struct walk *w, size_t first, size_t count, float *thread)
{
    struct network *n = w->network;
    int threads = parallel_team();
    double started = clock_start(n->backward_seconds);
    for (size_t i = w->segment->end; i-- > w->segment->first;) {
        const struct layer *l = &n->layers[i];
        const struct place *p = &n->places[i];
        struct block b = locate(w, i, first, count, thread, true);
        size_t in = shape_size(l->in);
        if (l->spec->kind->backward != NULL) {
            make_again(w, i, first, count, thread);
            l->spec->kind->backward(l, w->pass, &b);
        }
        if (p->adds) {
            const struct value *input = &n->values[p->input];
            isa_kernels()->elementwise->add(
                count * in, b.dx,
                storage_at(&n->values[input->gradient_of].gradient, in, first, thread));
        }
        started = clock_lap(n->backward_seconds, i, started, threads);
    }
    if (w->segment->first > 0) {
        size_t next = w->segment->first - 1;
        const struct layer *l = &n->layers[next];
        struct block b = locate(w, next, first, count, thread, true);
        if (l->spec->kind->observe_gradient != NULL)
            l->spec->kind->observe_gradient(l, w->pass, &b);
        clock_lap(n->backward_seconds, next, started, threads);
    }
}

/* The blocks of examples first .. last - 1, on one thread. */
static void run_blocks(const struct walk *w, size_t first, size_t last, bool backward)
{
    const struct network *n = w->network;
    float *thread = n->thread_memory + (size_t)parallel_index() * n->thread_size;
    for (size_t count; first < last; first += count) {
        count = least(w->segment->block, last - first);
        (backward ? backward_block : forward_block)(w, first, count, thread);
    }
}

/* Each thread takes its share of the parts, or of the chains, one after the other: the same
 * examples in every segment, as near as may be. */
static void each_block(const struct walk *w, bool backward)
{
    size_t batch = w->pass->batch;
    bool in_chains = w->segment->in_chains;
    size_t units = in_chains ? parallel_chains(batch) : parallel_parts(batch);
#pragma omp parallel
    {
        size_t index = (size_t)parallel_index(), threads = (size_t)parallel_team();
        size_t begin = parallel_begin(units, threads, index);
        size_t end = parallel_begin(units, threads, index + 1);
        for (size_t step = in_chains ? 1 : end - begin; begin < end; begin += step)
            run_blocks(w, parallel_begin(batch, units, begin),
                       parallel_begin(batch, units, begin + step), backward);
    }
}

void network_forward(struct network *n, const struct pass *pass)
{
    gemm_choose(n->engine);
    for (size_t k = 0; k < n->forward_count; k++) {
        const struct walk w = {n, &n->forward[k], pass};
        for (size_t i = w.segment->first; i < w.segment->end; i++) {
            const struct layer *l = &n->layers[i];
            double started = clock_start(n->forward_seconds);
            struct block batch = locate(&w, i, 0, pass->batch, n->thread_memory, false);
            if (l->spec->kind->begin_forward != NULL)
                l->spec->kind->begin_forward(l, pass, &batch);
            clock_lap(n->forward_seconds, i, started, 1);
        }
        each_block(&w, false);
    }
}

void network_backward(struct network *n, const struct pass *pass)
{
    gemm_choose(n->engine);
    for (size_t k = 0; k < n->backward_count; k++) {
        const struct walk w = {n, &n->backward[k], pass};
        for (size_t i = w.segment->end; i-- > w.segment->first;) {
            const struct layer *l = &n->layers[i];
            double started = clock_start(n->backward_seconds);
            struct block batch = locate(&w, i, 0, pass->batch, n->thread_memory, true);
            if (l->spec->kind->begin_backward != NULL)
                l->spec->kind->begin_backward(l, pass, &batch);
            clock_lap(n->backward_seconds, i, started, 1);
        }
        each_block(&w, true);
        for (size_t i = w.segment->end; i-- > w.segment->first;) {
            const struct layer *l = &n->layers[i];
            double started = clock_start(n->backward_seconds);
            if (l->spec->kind->end_backward != NULL)
                l->spec->kind->end_backward(l, pass);
            clock_lap(n->backward_seconds, i, started, 1);
        }
    }
}
