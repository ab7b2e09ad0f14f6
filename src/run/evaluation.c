#include "run/evaluation.h"

#include "base/progress.h"
#include "nn/loss.h"
#include "run/batches.h"

bool evaluation_count(struct network *network, const struct cifar10 *set, bool quiet,
                      size_t *correct, struct error *error)
{
    float table[256];
    uint8_t labels[EVALUATION_BATCH];
    size_t classes = network_classes(network);
    if (classes != CIFAR10_CLASSES)
        return error_set(error, "the network has %zu classes, CIFAR-10 %d", classes,
                         CIFAR10_CLASSES);
    batch_scaling(network_spec_of(network), table);
    struct progress progress;
    progress_start(&progress, "images", 0, (double)set->count, quiet);
    *correct = 0;
    for (size_t first = 0; first < set->count; first += EVALUATION_BATCH) {
        size_t left = set->count - first;
        size_t count = left < EVALUATION_BATCH ? left : EVALUATION_BATCH;
        batch_fill(network, set, table, NULL, first, count, labels);
        network_forward(network, &(struct pass){.batch = count});
        for (size_t b = 0; b < count; b++) {
            if (loss_prediction(classes, network_output(network) + b * classes) == labels[b])
                (*correct)++;
        }
        progress_update(&progress, (double)(first + count), network_spec_of(network)->name);
    }
    progress_end(&progress);
    return true;
}
