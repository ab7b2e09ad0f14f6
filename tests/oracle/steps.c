/* steps: trains with dropout off and prints each step's loss, for compare-pytorch.py to lay beside
 * PyTorch's. Lines: step, the mean loss of its batch. May write the weights that the last step
 * begins with, and its gradients, which have the form of a weight file. */
#include "base/options.h"
#include "exact/parallel.h"
#include "run/trainer.h"
#include "run/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LAYERS_MAX = 256 };

struct arguments {
    const char *weights, *data, *before, *gradients;
    uint64_t batch, steps, threads;
    int loss, optimiser;
    double rate, momentum;
};

/* The same network, whose dropout layers keep everything. */
static bool without_dropout(const struct network_spec *spec, struct network_spec *copy,
                            struct layer_spec layers[LAYERS_MAX], struct error *error)
{
    if (spec->layer_count > LAYERS_MAX)
        return error_set(error, "%s has more than %d layers", spec->name, (int)LAYERS_MAX);
    memcpy(layers, spec->layers, spec->layer_count * sizeof *layers);
    for (size_t i = 0; i < spec->layer_count; i++)
        layers[i].probability = 0.0f;
    *copy = *spec;
    copy->layers = layers;
    return true;
}

/* The last step, and what it begins with and finds. */
static bool last_step(const struct arguments *a, struct trainer *t, struct error *error)
{
    struct metadata metadata = {0};
    if (a->before != NULL && !weights_write(a->before, t->network, &metadata, error))
        return false;
    trainer_step(t);
    if (a->gradients == NULL)
        return true;
    memcpy(network_values(t->network), network_gradients(t->network),
           network_trained(t->network) * sizeof(float));
    return weights_write(a->gradients, t->network, &metadata, error);
}

static bool run(const struct arguments *a, struct error *error)
{
    struct trainer t = {0};
    struct tensor_file file = {0};
    struct cifar10 set = {0};
    const struct weights_source source = {.path = a->weights};
    const struct network_spec *spec;
    struct network_spec copy;
    struct layer_spec layers[LAYERS_MAX];
    struct hyperparameters hyper = {.batch_size = a->batch,
                                    .learning_rate = a->rate,
                                    .optimiser = a->optimiser,
                                    .momentum = a->momentum,
                                    .order = ORDER_SEQUENTIAL,
                                    .loss = (enum loss_kind)a->loss,
                                    .plotted = PLOTTED_BATCH_MEANS,
                                    .arithmetic = GEMM_EXACT};
    bool good = cifar10_load(&set, a->data, CIFAR10_TRAIN, (size_t)(a->batch * a->steps), error)
                && weights_read(&file, &source, error)
                && weights_network(&file, &source, &spec, error)
                && without_dropout(spec, &copy, layers, error)
                && trainer_create(&t, &hyper, &copy, &set, error)
                && weights_restore(t.network, NULL, &file, a->weights, error);
    for (uint64_t step = 1; good && step <= a->steps; step++) {
        t.loss = 0;
        if (step < a->steps)
            trainer_step(&t);
        else
            good = last_step(a, &t, error);
        printf("%" PRIu64 "\t%.17g\n", step, t.loss);
    }
    trainer_release(&t);
    tensor_file_free(&file);
    cifar10_free(&set);
    return good;
}

int main(int argc, char **argv)
{
    struct arguments a = {.threads = (uint64_t)parallel_threads(), .rate = 1e-4};
    const struct option_spec options[]
        = {{"weights", "FILE", "initial weights", OPTION_TEXT, &a.weights, .required = true},
           {"data", "DIR", "folder of CIFAR-10's binary files", OPTION_TEXT, &a.data,
            .required = true},
           {"batch-size", "N", "examples a step", OPTION_UNSIGNED, &a.batch, .required = true,
            .minimum = 1, .maximum = 50000},
           {"steps", "N", "steps, within one epoch", OPTION_UNSIGNED, &a.steps, .required = true,
            .minimum = 1, .maximum = 50000},
           {"loss", "NAME", "as train has it", OPTION_CHOICE, &a.loss, .required = true,
            .choices = loss_names},
           {"lr", "X", "learning rate (default 1e-4)", OPTION_REAL, &a.rate},
           {"optimiser", "NAME", "as train has it", OPTION_CHOICE, &a.optimiser,
            .choices = optimiser_names()},
           {"momentum", "X", "as train has it", OPTION_REAL, &a.momentum},
           {"before", "FILE", "where to write the weights before the last step", OPTION_TEXT,
            &a.before},
           {"gradients", "FILE", "where to write the last step's gradients", OPTION_TEXT,
            &a.gradients},
           PARALLEL_OPTION(&a.threads),
           {0}};
    const struct tool tool = {"steps", "trains without dropout, a loss a step", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    parallel_start(&tool, a.threads);
    struct error error;
    return tool_finish(&tool, run(&a, &error), &error);
}
