/* train: trains a network on CIFAR-10 from given initial weights. */
#include "base/options.h"
#include "exact/gemm.h"
#include "exact/parallel.h"
#include "run/training.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct training_settings s = {.checkpoint_seconds = 60};
    uint64_t threads = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
    int order = ORDER_SEQUENTIAL, loss = LOSS_CROSS_ENTROPY, plotted = PLOTTED_BATCH_MEANS;
    int gemm = GEMM_EXACT;
    const struct option_spec options[] = {
        {"weights", "FILE", "initial weights", OPTION_TEXT, &s.weights, .required = true},
        {"data", "DIR", "folder of CIFAR-10's binary files", OPTION_TEXT, &s.data,
         .required = true},
        {"epochs", "N", "passes over the training set", OPTION_UNSIGNED, &s.epochs,
         .required = true, .minimum = 1, .maximum = 1000000},
        {"batch-size", "N", "examples a step", OPTION_UNSIGNED, &s.batch_size, .required = true,
         .minimum = 1, .maximum = 50000},
        {"lr", "X", "Adam's learning rate", OPTION_REAL, &s.learning_rate, .required = true},
        {"order", "NAME", "order of the examples", OPTION_CHOICE, &order, .required = true,
         .choices = order_names},
        {"loss", "NAME", "loss", OPTION_CHOICE, &loss, .required = true, .choices = loss_names},
        {"plotted", "NAME", "what the log's loss sums over an epoch (default batch-means)",
         OPTION_CHOICE, &plotted, .choices = plotted_names},
        {"seed", "N", "seed of dropout and shuffling", OPTION_UNSIGNED, &s.seed, .required = true,
         .maximum = UINT32_MAX},
        {"examples", "N", "use only the first N training examples", OPTION_UNSIGNED, &s.examples,
         .minimum = 1, .maximum = 50000},
        {"until", "EPOCH", "stop after this epoch; the same command without goes on",
         OPTION_UNSIGNED, &s.until, .minimum = 1},
        {"threads", "N", "threads (default: all cores); never changes a result", OPTION_UNSIGNED,
         &threads, .minimum = 1, .maximum = PARALLEL_THREADS_MAX},
        {"gemm", "NAME", "matrix products; results of openblas differ between machines",
         OPTION_CHOICE, &gemm, .choices = gemm_names},
        {"out", "FILE", "final weights to write", OPTION_TEXT, &s.out, .required = true},
        {"log", "FILE", "log to write, a line an epoch", OPTION_TEXT, &s.log, .required = true},
        {"checkpoint", "FILE", "where to go on from", OPTION_TEXT, &s.checkpoint, .required = true},
        {"checkpoint-seconds", "N", "time between checkpoints within an epoch (default 60)",
         OPTION_UNSIGNED, &s.checkpoint_seconds, .minimum = 1, .maximum = 86400},
        {0}};
    const struct tool tool = {"train", "trains a network on CIFAR-10", options, &s.quiet};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    s.order = (enum order_kind)order;
    s.loss = (enum loss_kind)loss;
    s.plotted = (enum plotted_kind)plotted;
    s.arithmetic = gemm_names[gemm];
    parallel_set_threads((int)threads);
    gemm_choose((enum gemm_engine)gemm);
    struct error error;
    bool stopped = false;
    bool good = training_run(&s, &stopped, &error);
    if (good && stopped && !s.quiet)
        tool_say(&tool,
                 "stopped after epoch %" PRIu64 " of %" PRIu64
                 "; run again without --until to go on",
                 s.until, s.epochs);
    return tool_finish(&tool, good, &error);
}
