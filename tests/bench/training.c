#include "probe.h"
#include "workload.h"

#include <stdio.h>
#include <sys/resource.h>

bool training_report(const struct bench_settings *settings, struct error *error)
{
    struct workload w;
    struct rusage usage;
    bool good = workload_create(&w, settings, error);
    if (good) {
        double taken, before = probe_flop_rate(settings->threads, BENCH_PROBE_SECONDS);
        size_t steps = workload_run(&w, settings->seconds, &taken);
        double after = probe_flop_rate(settings->threads, BENCH_PROBE_SECONDS);
        good = getrusage(RUSAGE_SELF, &usage) == 0 || error_errno(error, "getrusage");
        if (!settings->no_header)
            printf("net\tbatch\tthreads\timages_per_s\tsteps\tprobe_gflops\tpeak_rss_mib\t"
                   "planned_mib\n");
        /* ru_maxrss is in KiB on Linux. */
        printf("%s\t%zu\t%d\t%.1f\t%zu\t%.1f\t%.0f\t%.0f\n", settings->net->name, settings->batch,
               settings->threads, (double)(steps * settings->batch) / taken, steps,
               1e-9 * (before < after ? before : after), (double)usage.ru_maxrss / 1024,
               (double)network_memory(w.network) / 1048576);
    }
    workload_release(&w);
    return good;
}
