/* Measures the engine on this machine, one kind of measurement a run; see README.md. */
#include "bench.h"

#include "base/options.h"
#include "exact/isa.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "probe.h"

static const char *const names[] = {"machine", "probe", "training", "layers", "products", NULL};
static bool (*const reports[])(const struct bench_settings *, struct error *)
    = {machine_report, machine_report_probe, training_report, layers_report, products_report};

int main(int argc, char **argv)
{
    int code, what = 0, net = 0;
    uint64_t batch = 128, threads = 1;
    struct bench_settings settings = {.data = "data/sample", .seconds = 2};
    struct error error;
    const struct option_spec options[]
        = {{"what", "WHAT", "what to measure", OPTION_CHOICE, &what, true, .choices = names},
           {"net", "NET", "which network", OPTION_CHOICE, &net, .choices = nets_names()},
           {"batch", "N", "examples a step (default 128)", OPTION_UNSIGNED, &batch, .minimum = 1,
            .maximum = 4096},
           {"threads", "N", "threads (default 1)", OPTION_UNSIGNED, &threads, .minimum = 1,
            .maximum = PARALLEL_THREADS_MAX},
           {"seconds", "X", "how long a measurement goes on (default 2)", OPTION_REAL,
            &settings.seconds},
           {"data", "DIR", "CIFAR-10 files (default data/sample)", OPTION_TEXT, &settings.data},
           {"no-header", NULL, "rows alone", OPTION_FLAG, &settings.no_header},
           {0}};
    const struct tool tool = {"bench", "measures the engine on this machine", options};
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    settings.net = nets_all[net];
    settings.batch = (size_t)batch;
    settings.threads = (int)threads;
    bool good = probe_in_use() != NULL
                || error_set(&error, "no probe was compiled for %s", isa_kernels()->name);
    return tool_finish(&tool, good && reports[what](&settings, &error), &error);
}
