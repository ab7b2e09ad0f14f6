#include "run/evaluation.h"

#include "base/file.h"
#include "base/progress.h"
#include "nn/loss.h"
#include "run/batches.h"

#include <math.h>

static void note(struct evaluation *e, const float logits[CIFAR10_CLASSES], uint8_t label)
{
    size_t answer = loss_prediction(CIFAR10_CLASSES, logits);
    e->answers[answer]++;
    e->correct += answer == label;
    for (size_t k = 0; k < CIFAR10_CLASSES; k++) {
        if (isnan(logits[k]) || isnan(e->least[k])) {
            e->least[k] = e->greatest[k] = NAN;
            continue;
        }
        e->least[k] = logits[k] < e->least[k] ? logits[k] : e->least[k];
        e->greatest[k] = logits[k] > e->greatest[k] ? logits[k] : e->greatest[k];
    }
}

bool evaluation_run(struct evaluation *evaluation, struct network *network,
                    const struct cifar10 *set, bool quiet, struct error *error)
{
    float table[256];
    uint8_t labels[EVALUATION_BATCH];
    *evaluation = (struct evaluation){0};
    for (size_t k = 0; k < CIFAR10_CLASSES; k++) {
        evaluation->least[k] = INFINITY;
        evaluation->greatest[k] = -INFINITY;
    }
    size_t classes = network_classes(network);
    if (classes != CIFAR10_CLASSES)
        return error_set(error, "the network has %zu classes, CIFAR-10 %d", classes,
                         CIFAR10_CLASSES);
    batch_scaling(network_spec_of(network), table);
    struct progress progress;
    progress_start(&progress, "images", 0, (double)set->count, quiet);
    for (size_t first = 0; first < set->count; first += EVALUATION_BATCH) {
        size_t left = set->count - first;
        size_t count = left < EVALUATION_BATCH ? left : EVALUATION_BATCH;
        batch_fill(network, set, table, NULL, first, count, labels);
        network_forward(network, &(struct pass){.batch = count});
        for (size_t b = 0; b < count; b++)
            note(evaluation, network_output(network) + b * classes, labels[b]);
        progress_update(&progress, (double)(first + count), network_spec_of(network)->name);
    }
    progress_end(&progress);
    return true;
}

static bool print_answers(struct file_writer *writer, const void *what, struct error *error)
{
    const struct evaluation *e = what;
    bool good = file_writer_print(writer, error, "label\tanswers\tleast_logit\tgreatest_logit\n");
    for (size_t k = 0; good && k < CIFAR10_CLASSES; k++)
        good = file_writer_print(writer, error, "%zu\t%zu\t%.9g\t%.9g\n", k, e->answers[k],
                                 (double)e->least[k], (double)e->greatest[k]);
    return good;
}

bool evaluation_write(const struct evaluation *e, const char *path, struct error *error)
{
    return file_print(path, print_answers, e, error);
}
