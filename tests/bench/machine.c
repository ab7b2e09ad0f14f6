#include "base/progress.h"
#include "bench.h"
#include "exact/isa.h"
#include "exact/parallel.h"
#include "probe.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 95-bench.mk lists the sets that probe.c was compiled for: BENCH_PROBES is PROBE(avx2) ... */
#define PROBE(isa) extern const struct probe probe_##isa;
BENCH_PROBES
#undef PROBE
#define PROBE(isa) &probe_##isa,
static const struct probe *const probes[] = {BENCH_PROBES NULL};
#undef PROBE

/* Far more than any last-level cache, for reading and for writing, each. */
#define COPY_BYTES ((size_t)256 << 20)
enum { PEAK_REPEATS = 10, COPY_REPEATS = 6, PROBE_ROUNDS = 1 << 14 };

const struct probe *probe_in_use(void)
{
    for (const struct probe *const *p = probes; *p != NULL; p++) {
        if (strcmp((*p)->name, isa_kernels()->name) == 0)
            return *p;
    }
    return NULL;
}

double probe_flop_rate(int threads, double seconds)
{
    const struct probe *probe = probe_in_use();
    double started = 0, rounds = 0;
    volatile float kept = 0;
    parallel_set_threads(threads);
#pragma omp parallel reduction(+ : rounds)
    {
        float sum = 0;
#pragma omp barrier
#pragma omp master
        started = progress_seconds();
#pragma omp barrier
        do {
            sum += probe->multiply_add(PROBE_ROUNDS);
            rounds += PROBE_ROUNDS;
        } while (progress_seconds() - started < seconds);
#pragma omp critical
        kept = kept + sum;
    }
    return rounds * probe->flop / (progress_seconds() - started);
}

/* GB/s read and written, each thread copying its part. */
static double copy_rate(int threads, void (*copy)(float *, const float *, size_t), float *to,
                        const float *from)
{
    size_t blocks = COPY_BYTES / sizeof(float) / 64;
    double best = 0;
    parallel_set_threads(threads);
    for (int i = 0; i < COPY_REPEATS; i++) {
        double started = progress_seconds();
#pragma omp parallel
        {
            size_t parts = (size_t)omp_get_num_threads(), part = (size_t)omp_get_thread_num();
            size_t first = parallel_begin(blocks, parts, part);
            size_t end = parallel_begin(blocks, parts, part + 1);
            copy(to + first * 64, from + first * 64, (end - first) * 64);
        }
        double rate = 2e-9 * (double)COPY_BYTES / (progress_seconds() - started);
        if (rate > best)
            best = rate;
    }
    return best;
}

static void report_row(int threads, float *to, const float *from)
{
    const struct probe *probe = probe_in_use();
    double fma = 0, past = 0;
    for (int i = 0; i < PEAK_REPEATS; i++) {
        double rate = probe_flop_rate(threads, BENCH_PROBE_SECONDS);
        fma = rate > fma ? rate : fma;
    }
    double copy = copy_rate(threads, probe->copy, to, from);
    if (probe->copy_past_caches != NULL)
        past = copy_rate(threads, probe->copy_past_caches, to, from);
    printf("%d\t%s\t%.1f\t%.2f\t%.2f\n", threads, probe->name, fma * 1e-9, copy, past);
}

bool machine_report(const struct bench_settings *settings, struct error *error)
{
    float *from = aligned_alloc(64, COPY_BYTES), *to = aligned_alloc(64, COPY_BYTES);
    bool good = (from != NULL && to != NULL) || error_set(error, "out of memory");
    if (good) {
        memset(from, 1, COPY_BYTES);
        memset(to, 2, COPY_BYTES);
        printf("threads\tisa\tfma_gflops\tcopy_gbs\tcopy_past_caches_gbs\n");
        report_row(1, to, from);
        if (settings->threads > 1)
            report_row(settings->threads, to, from);
    }
    free(from);
    free(to);
    return good;
}

bool machine_report_probe(const struct bench_settings *settings, struct error *error)
{
    (void)error;
    if (!settings->no_header)
        printf("threads\tgflops\n");
    double rate = probe_flop_rate(settings->threads, BENCH_PROBE_SECONDS);
    printf("%d\t%.1f\n", settings->threads, rate * 1e-9);
    return true;
}
