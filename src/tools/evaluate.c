/* evaluate: counts a network's correct answers. Prints split, correct, examples, fraction. */
#include "base/file.h"
#include "base/options.h"
#include "exact/gemm.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "run/evaluation.h"
#include "run/statistics.h"
#include "run/weights.h"

#include <stdio.h>

struct arguments {
    const char *weights, *data, *answers;
    int net, split, gemm;
    uint64_t threads, examples;
    bool unverified, quiet;
};

/* Weights of a diverged training are a valid result, and evaluated like others. */
static void warn_of_divergence(const char *path, const struct tensor_file *file)
{
    const struct tool tool = {.name = "evaluate"};
    const struct tensor *first = NULL;
    size_t values = 0, tensors = 0;
    for (size_t i = 0; i < file->count; i++) {
        const struct tensor *t = &file->tensors[i];
        if (t->values == NULL)
            continue;
        struct statistics s = statistics_of(t);
        if (s.nans + s.infinities == 0)
            continue;
        if (first == NULL)
            first = t;
        values += s.nans + s.infinities;
        tensors++;
    }
    if (first != NULL)
        tool_say(&tool, "%s: %zu values in %zu tensors, first %s, are NaN or infinite", path,
                 values, tensors, first->name);
}

static bool run(const struct arguments *a, struct error *error)
{
    if (a->answers != NULL && !file_distinct(a->weights, "weights", a->answers, "answers", error))
        return false;
    const struct weights_source source
        = {a->weights, a->net >= 0 ? nets_all[a->net] : NULL, a->unverified};
    struct network *network = NULL;
    struct tensor_file file = {0};
    struct cifar10 set = {0};
    struct evaluation evaluation;
    bool good
        = cifar10_load(&set, a->data, (enum cifar10_split)a->split, (size_t)a->examples, error)
          && weights_open(&source, EVALUATION_BATCH, &network, &file, error);
    if (good)
        warn_of_divergence(a->weights, &file);
    good = good && evaluation_run(&evaluation, network, &set, a->quiet, error)
           && (a->answers == NULL || evaluation_write(&evaluation, a->answers, error));
    if (good)
        printf("%s\t%zu\t%zu\t%.5f\n", cifar10_split_names[a->split], evaluation.correct, set.count,
               (double)evaluation.correct / (double)set.count);
    network_free(network);
    tensor_file_free(&file);
    cifar10_free(&set);
    return good;
}

int main(int argc, char **argv)
{
    struct arguments a = {.net = -1, .gemm = GEMM_EXACT, .threads = (uint64_t)parallel_threads()};
    const struct option_spec options[]
        = {{"weights", "FILE", "weight file", OPTION_TEXT, &a.weights, .required = true},
           WEIGHTS_NET_OPTION(&a.net),
           WEIGHTS_UNVERIFIED_OPTION(&a.unverified),
           {"data", "DIR", "folder of CIFAR-10's binary files", OPTION_TEXT, &a.data,
            .required = true},
           {"split", "NAME", "examples to classify", OPTION_CHOICE, &a.split, .required = true,
            .choices = cifar10_split_names},
           {"examples", "N", "use only the first N examples of the split", OPTION_UNSIGNED,
            &a.examples, .minimum = 1, .maximum = CIFAR10_TRAIN_EXAMPLES},
           {"answers", "FILE",
            "where to write how often each label is answered, and its logits' range", OPTION_TEXT,
            &a.answers},
           PARALLEL_OPTION(&a.threads),
           {"gemm", "NAME", "matrix products; results of openblas differ between machines",
            OPTION_CHOICE, &a.gemm, .choices = gemm_names},
           {0}};
    const struct tool tool
        = {"evaluate", "counts a network's correct answers on CIFAR-10", options, &a.quiet};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    parallel_start(&tool, a.threads);
    struct error error;
    if (!gemm_load((enum gemm_engine)a.gemm, &error))
        return tool_finish(&tool, false, &error);
    gemm_choose((enum gemm_engine)a.gemm);
    return tool_finish(&tool, run(&a, &error), &error);
}
