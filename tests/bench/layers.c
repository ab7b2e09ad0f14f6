#include "probe.h"
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>

/* Rounds of measuring, of which those on a shared core do not count: more are taken, up to a limit.
 */
enum { ROUNDS = 7, ROUNDS_MAX = 14 };

/* What one image costs in one direction. */
struct cost {
    double flop, bytes;
};

/* Seconds per step, round by round: a row of 2 * layers, then fill, loss, Adam. */
struct rounds {
    size_t layers, width, count;
    double *seconds; /* [ROUNDS_MAX, width] */
    double probes[ROUNDS_MAX];
};

static double parameter_sum(const struct layer *l, bool weights_only)
{
    double sum = 0;
    for (int i = 0; i < LAYER_PARAMETERS_MAX && l->parameters[i] != NULL; i++) {
        enum parameter_role role = l->parameters[i]->role;
        if (role == PARAMETER_WEIGHT || (!weights_only && role < PARAMETER_RUNNING_MEAN))
            sum += (double)l->parameters[i]->count;
    }
    return sum;
}

/* See bench.h for what is counted. */
static void layer_costs(const struct layer *l, size_t batch, struct cost *forward,
                        struct cost *backward)
{
    const struct layer_kind *kind = l->spec->kind;
    double in = (double)shape_size(l->in), out = (double)shape_size(l->out);
    double parameters = parameter_sum(l, false) / (double)batch;
    *forward = *backward = (struct cost){0};
    if (kind == &layer_branch || kind == &layer_unused_batch_norm)
        return;
    forward->flop = 2 * (double)bench_positions(l) * parameter_sum(l, true);
    backward->flop = forward->flop * (l->wants_dx ? 2 : 1);
    forward->bytes = in + out + (kind == &layer_add ? in : 0) + parameters;
    bool reads_output = kind->reads_output || (kind->reads_rectified && l->spec->rectified);
    backward->bytes = out + (kind->reads_input ? in : 0) + (reads_output ? out : 0)
                      + (l->wants_dx ? in : 0) + 2 * parameters;
    forward->bytes *= sizeof(float);
    backward->bytes *= sizeof(float);
}

static void measure_round(struct workload *w, struct rounds *r, int threads, double seconds)
{
    double taken, before, after, *row = r->seconds + r->count * r->width;
    for (size_t i = 0; i < r->width; i++)
        row[i] = 0;
    w->fill_seconds = w->loss_seconds = w->optimiser_seconds = 0;
    before = probe_flop_rate(threads, BENCH_PROBE_SECONDS);
    network_clock(w->network, row, row + r->layers);
    size_t steps = workload_run(w, seconds, &taken);
    network_clock(w->network, NULL, NULL);
    after = probe_flop_rate(threads, BENCH_PROBE_SECONDS);
    row[2 * r->layers] = w->fill_seconds;
    row[2 * r->layers + 1] = w->loss_seconds;
    row[2 * r->layers + 2] = w->optimiser_seconds;
    for (size_t i = 0; i < r->width; i++)
        row[i] /= (double)steps;
    r->probes[r->count++] = before < after ? before : after;
}

static double best_probe(const struct rounds *r)
{
    double best = 0;
    for (size_t i = 0; i < r->count; i++)
        best = r->probes[i] > best ? r->probes[i] : best;
    return best;
}

static size_t rounds_that_count(const struct rounds *r)
{
    size_t good = 0;
    for (size_t i = 0; i < r->count; i++)
        good += r->probes[i] >= BENCH_PROBE_SHARE * best_probe(r);
    return good;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of a column over the rounds that count, in microseconds per image. */
static double median(const struct rounds *r, size_t column, size_t batch)
{
    double values[ROUNDS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (r->probes[i] >= BENCH_PROBE_SHARE * best_probe(r))
            values[n++] = r->seconds[i * r->width + column];
    }
    qsort(values, n, sizeof *values, ascending);
    double middle = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    return 1e6 * middle / (double)batch;
}

static void print_row(const struct bench_settings *s, const char *index, const char *name,
                      const char *kind, const char *shape, const double microseconds[2],
                      const struct cost costs[2])
{
    printf("%s\t%zu\t%d\t%s\t%s\t%s\t%s", s->net->name, s->batch, s->threads, index, name, kind,
           shape);
    for (int i = 0; i < 2; i++)
        printf("\t%.3f\t%.6f\t%.6f", microseconds[i], 1e-9 * costs[i].flop, 1e-9 * costs[i].bytes);
    printf("\n");
}

static void print_table(const struct bench_settings *s, const struct workload *w,
                        const struct rounds *r)
{
    size_t count;
    const struct layer *layers = network_layers(w->network, &count);
    printf("net\tbatch\tthreads\tindex\tname\tkind\tshape\tforward_us\tforward_gflop\tforward_gb\t"
           "backward_us\tbackward_gflop\tbackward_gb\n");
    for (size_t i = 0; i < count; i++) {
        const struct layer *l = &layers[i];
        const struct layer_spec *spec = l->spec;
        struct cost costs[2];
        char index[24], kind[48], shape[192], window[72] = "";
        layer_costs(l, s->batch, &costs[0], &costs[1]);
        if (spec->kernel > 0)
            snprintf(window, sizeof window, " %zux%zu/%zu", spec->kernel, spec->kernel,
                     spec->stride > 0 ? spec->stride : spec->kernel);
        snprintf(index, sizeof index, "%zu", i);
        snprintf(kind, sizeof kind, "%s%s%s", spec->kind->name, spec->rectified ? " + relu" : "",
                 spec->pool > 1 ? " + pool" : "");
        snprintf(shape, sizeof shape, "%zux%zux%zu>%zu%s", l->in.height, l->in.width,
                 l->in.channels, l->out.channels, window);
        print_row(s, index, spec->name != NULL ? spec->name : "-", kind, shape,
                  (double[]){median(r, i, s->batch), median(r, count + i, s->batch)}, costs);
    }
    /* Pixels in and values out; Adam reads w, g, m, v and writes w, m, v. */
    double batch = (double)s->batch, input = (double)shape_size(s->net->input);
    double logits = (double)network_classes(w->network) * sizeof(float);
    double adam = 7 * (double)network_trained(w->network) * sizeof(float) / batch;
    const struct cost none = {0}, fill = {.bytes = input * (1 + sizeof(float))};
    print_row(s, "-", "-", "fill", "-", (double[]){median(r, 2 * count, s->batch), 0},
              (struct cost[]){fill, none});
    print_row(s, "-", "-", "loss", "-", (double[]){0, median(r, 2 * count + 1, s->batch)},
              (struct cost[]){none, {.bytes = 2 * logits}});
    print_row(s, "-", "-", "adam", "-", (double[]){0, median(r, 2 * count + 2, s->batch)},
              (struct cost[]){none, {.bytes = adam}});
}

bool layers_report(const struct bench_settings *settings, struct error *error)
{
    struct workload w;
    struct rounds r = {0};
    bool good = workload_create(&w, settings, error);
    if (good) {
        network_layers(w.network, &r.layers);
        r.width = 2 * r.layers + 3;
        r.seconds = calloc(ROUNDS_MAX * r.width, sizeof *r.seconds);
        good = r.seconds != NULL || error_set(error, "out of memory");
    }
    if (good) {
        while (r.count < ROUNDS || (r.count < ROUNDS_MAX && rounds_that_count(&r) < ROUNDS))
            measure_round(&w, &r, settings->threads, settings->seconds / ROUNDS);
        print_table(settings, &w, &r);
    }
    free(r.seconds);
    workload_release(&w);
    return good;
}
