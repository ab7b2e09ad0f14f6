/* A training of milliseconds, for tests that want a real checkpoint and log: a very small network
 * on a few made-up images. Include it in one file of a program only: its network takes the place of
 * the project's own (nets/nets.h), whose files have megabytes. */
#ifndef REINIT_TESTS_SMALL_TRAINING_H
#define REINIT_TESTS_SMALL_TRAINING_H

#include "base/file.h"
#include "data/cifar10.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/training.h"
#include "run/weights.h"

#include <stdio.h>
#include <string.h>

enum { SMALL_EXAMPLES = 5, SMALL_BATCH = 2, SMALL_EPOCHS = 2, SMALL_SEED = 1 };

static const struct layer_spec small_layers[]
    = {CONV("a", 4, 3, 1, 1), MAX_POOL(2), MAX_POOL(2), MAX_POOL(2), MAX_POOL(2), LINEAR("b", 10)};
static const struct network_spec small_net = {"small", {32, 32, 3}, 0, 1, small_layers, 6};

const struct network_spec *const nets_all[] = {&small_net, NULL};

const struct network_spec *nets_find(const char *name)
{
    return strcmp(name, small_net.name) == 0 ? &small_net : NULL;
}

/* Names in the training's folder, and its settings, which point to them. */
struct small_training {
    char folder[200], images[256], weights[256], final[256], log[256], checkpoint[256];
    struct training_settings settings;
};

/* Writes images and initial weights into the folder, which must be there, and fills the settings:
 * training_run then does the rest. */
static inline bool small_training_prepare(struct small_training *t, const char *folder,
                                          struct error *error)
{
    uint8_t records[SMALL_EXAMPLES * CIFAR10_RECORD];
    snprintf(t->folder, sizeof t->folder, "%s", folder);
    snprintf(t->images, sizeof t->images, "%s/data_batch_1.bin", t->folder);
    snprintf(t->weights, sizeof t->weights, "%s/init.safetensors", t->folder);
    snprintf(t->final, sizeof t->final, "%s/final.safetensors", t->folder);
    snprintf(t->log, sizeof t->log, "%s/log.tsv", t->folder);
    snprintf(t->checkpoint, sizeof t->checkpoint, "%s/checkpoint.safetensors", t->folder);
    t->settings = (struct training_settings){.weights = t->weights,
                                             .data = t->folder,
                                             .out = t->final,
                                             .log = t->log,
                                             .checkpoint = t->checkpoint,
                                             .epochs = SMALL_EPOCHS,
                                             .hyper = {.examples = SMALL_EXAMPLES,
                                                       .batch_size = SMALL_BATCH,
                                                       .learning_rate = 1e-3,
                                                       .seed = SMALL_SEED},
                                             .checkpoint_seconds = 3600,
                                             .quiet = true};
    for (size_t i = 0; i < sizeof records; i++)
        records[i] = (uint8_t)(i % CIFAR10_RECORD == 0 ? i / CIFAR10_RECORD : i * 7);
    struct network *network = NULL;
    struct metadata metadata = {.count = 0};
    metadata_add(&metadata, "net", small_net.name);
    parallel_set_threads(1);
    bool good = file_write(t->images, records, sizeof records, error)
                && network_create(&network, &small_net, 1, false, error)
                && initialise_network(network, "default", INIT_BIAS_DEFAULT, SMALL_SEED, error)
                && weights_write(t->weights, network, &metadata, error);
    network_free(network);
    return good;
}

#endif
