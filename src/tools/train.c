/* train: trains a network on CIFAR-10 from given initial weights. */
#include "base/options.h"
#include "data/cifar10.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "run/training.h"
#include "run/weights.h"

#include <inttypes.h>
#include <stdlib.h>

/* Damage and divergence are said even if asked to be quiet: they are no remarks on progress. */
static void warn(const char *text)
{
    tool_say(&(struct tool){.name = "train"}, "%s", text);
}

int main(int argc, char **argv)
{
    struct training_settings s = {.checkpoint_seconds = 60, .label = "train", .warn = warn};
    struct hyperparameters *h = &s.hyper;
    uint64_t threads = (uint64_t)parallel_threads();
    int order = ORDER_SEQUENTIAL, loss = LOSS_CROSS_ENTROPY, plotted = PLOTTED_BATCH_MEANS;
    int net = -1, gemm = GEMM_EXACT;
    const struct option_spec options[] = {
        {"weights", "FILE", "initial weights", OPTION_TEXT, &s.weights, .required = true},
        WEIGHTS_NET_OPTION(&net),
        WEIGHTS_UNVERIFIED_OPTION(&s.unverified),
        {"data", "DIR", "folder of CIFAR-10's binary files", OPTION_TEXT, &s.data,
         .required = true},
        {"epochs", "N", "passes over the training set", OPTION_UNSIGNED, &s.epochs,
         .required = true, .minimum = 1, .maximum = RUNLOG_EPOCHS_MAX},
        {"batch-size", "N", "examples a step", OPTION_UNSIGNED, &h->batch_size, .required = true,
         .minimum = 1, .maximum = CIFAR10_TRAIN_EXAMPLES},
        {"lr", "X", "learning rate", OPTION_REAL, &h->learning_rate, .required = true},
        {"order", "NAME", "order of the examples", OPTION_CHOICE, &order, .required = true,
         .choices = order_names},
        {"loss", "NAME", "loss", OPTION_CHOICE, &loss, .required = true, .choices = loss_names},
        {"plotted", "NAME", "what the log's loss sums over an epoch (default batch-means)",
         OPTION_CHOICE, &plotted, .choices = plotted_names},
        {"seed", "N", "seed of dropout and shuffling", OPTION_UNSIGNED, &h->seed, .required = true,
         .maximum = UINT32_MAX},
        {"examples", "N", "use only the first N training examples", OPTION_UNSIGNED, &h->examples,
         .minimum = 1, .maximum = CIFAR10_TRAIN_EXAMPLES},
        {"until", "EPOCH", "stop after this epoch; the same command without goes on",
         OPTION_UNSIGNED, &s.until, .minimum = 1},
        PARALLEL_OPTION(&threads),
        {"numerics", "SHA256", "what numerics-fingerprint printed, for the log", OPTION_PARSED,
         &s.numerics, .parse = description_parse_numerics},
        {"optimiser", "NAME", "optimiser: adam (default), or sgd with --momentum", OPTION_CHOICE,
         &h->optimiser, .choices = optimiser_names()},
        {"momentum", "X", "momentum of sgd, below 1 (default: none)", OPTION_REAL, &h->momentum},
        {"gemm", "NAME", "matrix products; results of openblas differ between machines",
         OPTION_CHOICE, &gemm, .choices = gemm_names},
        {"out", "FILE", "final weights to write", OPTION_TEXT, &s.out, .required = true},
        {"log", "FILE", "transcript to write, a line an epoch", OPTION_TEXT, &s.log,
         .required = true},
        {"checkpoint", "FILE", "where to go on from", OPTION_TEXT, &s.checkpoint, .required = true},
        {"checkpoint-seconds", "N", "time between checkpoints within an epoch (default 60)",
         OPTION_UNSIGNED, &s.checkpoint_seconds, .minimum = 1, .maximum = 86400},
        {"keep", "WHICH", "checkpoints of which epochs stay: all, every:N or last (default)",
         OPTION_PARSED, &s.keep_every, .parse = training_parse_keep},
        {"label", "TEXT", "what progress calls this run (default train)", OPTION_TEXT, &s.label},
        {0}};
    const struct tool tool = {"train", "trains a network on CIFAR-10", options, &s.quiet};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    s.backlog = getenv("REINIT_BACKLOG"); /* no option: what a make has to do is no part of a run */
    s.net = net >= 0 ? nets_all[net] : NULL;
    h->order = (enum order_kind)order;
    h->loss = (enum loss_kind)loss;
    h->plotted = (enum plotted_kind)plotted;
    h->arithmetic = (enum gemm_engine)gemm;
    parallel_start(&tool, threads);
    struct error error;
    uint64_t done = 0;
    bool good = training_run(&s, &done, &error);
    if (good && done < s.epochs && !s.quiet)
        tool_say(&tool,
                 "stopped after epoch %" PRIu64 " of %" PRIu64
                 "; run again without --until to go on",
                 done, s.epochs);
    return tool_finish(&tool, good, &error);
}
