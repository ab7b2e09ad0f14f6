/* The four measurements of bin/bench. Each prints one table on stdout: a line of column names, then
 * the rows, columns parted by tabs. Times are wall-clock time; 1 GFLOP = 1e9 operations and 1 GB =
 * 1e9 bytes.
 */
#ifndef REINIT_BENCH_BENCH_H
#define REINIT_BENCH_BENCH_H

#include "base/error.h"
#include "nn/network.h"

struct bench_settings {
    const struct network_spec *net;
    const char
        *data; /* a folder of CIFAR-10 files; its training examples are used round and round */
    size_t batch;
    int threads;
    double seconds; /* how long one measurement goes on */
    bool no_header; /* rows alone */
};

/* Two virtual cores may share one physical core for minutes on end. Each round of measuring is
 * enclosed by two probes of the multiply-add rate, and counts only if the lower of them reaches
 * this share of the best one seen. */
#define BENCH_PROBE_SHARE 0.85
#define BENCH_PROBE_SECONDS 0.05

/* threads, isa, fma_gflops, copy_gbs, copy_past_caches_gbs: best of several; at 1 thread and, if
 * that is more, at settings->threads. Bytes read and bytes written are counted, and no others. */
bool machine_report(const struct bench_settings *settings, struct error *error);

/* One row, threads and gflops: the probe. */
bool machine_report_probe(const struct bench_settings *settings, struct error *error);

/* One row: net, batch, threads, images_per_s, steps, probe_gflops (the lower of the two),
 * peak_rss_mib (of this process, so run one configuration a process), planned_mib. */
bool training_report(const struct bench_settings *settings, struct error *error);

/* A row a layer, and one each for filling the batch, the loss, Adam: what one image costs.
 *
 * The FLOP are those of the direct convolution or of the matrix product, 2 for each weight and
 * output position; backward has as many again for the weights' gradient, and as many for the
 * input's where there is one. Bytes: forward reads its input and its parameters and writes its
 * output; backward reads the output's gradient, its parameters and what layer_kind says it reads,
 * and writes the gradients of input and parameters. A batch shares the parameters. An algorithm may
 * do with fewer FLOP, or keep values in a cache: so both ratios may exceed 1.
 */
bool layers_report(const struct bench_settings *settings, struct error *error);

/* A row for each different matrix product of both networks on one thread: product, m, n, k,
 * exact_gflops, openblas_gflops, the best of several, taken in turn. */
bool products_report(const struct bench_settings *settings, struct error *error);

/* Output positions at which a layer's weights are used: a convolution's before its pool. */
static inline size_t bench_positions(const struct layer *l)
{
    const struct layer_spec *s = l->spec;
    if (s->kind != &layer_convolution)
        return l->out.height * l->out.width;
    return ((l->in.height + 2 * s->padding - s->kernel) / s->stride + 1)
           * ((l->in.width + 2 * s->padding - s->kernel) / s->stride + 1);
}

#endif
