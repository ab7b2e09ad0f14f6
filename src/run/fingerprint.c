#include "run/fingerprint.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "base/lock.h"
#include "base/random.h"
#include "base/text.h"
#include "data/cifar10.h"
#include "data/official.h"
#include "io/runlog.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/evaluation.h"
#include "run/training.h"
#include "run/weights.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SEED = 20230501, FILE_RECORDS = 20 };

/* A small training: its initial weights, and the settings in which the cases differ. */
struct test_case {
    const char *net;
    const char *scheme;
    uint64_t batch_size, examples, epochs;
    enum order_kind order;
    enum loss_kind loss;
    enum plotted_kind plotted;
    int optimiser; /* index in optimisers_all */
    double momentum;
};

/* 67 images are cut into uneven parts and groups; 33 are a short batch. */
static const struct test_case base_cases[] = {
    {"carlini", "default", 67, 100, 2, ORDER_SHUFFLED, LOSS_CROSS_ENTROPY, PLOTTED_BATCH_MEANS},
    {"carlini", "ones", 10, 20, 1, ORDER_SEQUENTIAL, LOSS_CROSS_ENTROPY, PLOTTED_BATCH_MEANS},
    {"resnet56", "kaiming-normal", 67, 100, 1, ORDER_SEQUENTIAL, LOSS_CROSS_ENTROPY_OF_SOFTMAX,
     PLOTTED_EXAMPLES},
    {"resnet56", "kaiming-normal", 10, 15, 1, ORDER_SHUFFLED, LOSS_CROSS_ENTROPY, PLOTTED_EXAMPLES},
};

struct names {
    char initial[FILE_PATH], final[FILE_PATH], log[FILE_PATH], checkpoint[FILE_PATH];
    char previous[FILE_PATH];
};

/* Six files of random records, in CIFAR-10's form. */
static bool write_data(const char *folder, struct error *error)
{
    uint8_t records[FILE_RECORDS * CIFAR10_RECORD];
    for (size_t file = 0; file < OFFICIAL_FILES; file++) {
        char path[FILE_PATH];
        for (size_t i = 0; i < sizeof records; i++) {
            uint32_t words[4];
            random_block(SEED, RANDOM_DEMO, file, i, words);
            bool label = i % CIFAR10_RECORD == 0;
            records[i] = (uint8_t)(words[0] % (label ? CIFAR10_CLASSES : 256));
        }
        if (!file_path(path, error, "%s/%s", folder, official_cifar10.files[file].name)
            || !file_write(path, records, sizeof records, error))
            return false;
    }
    return true;
}

/* Creates a network, fills it and adds its weights; writes them to path if that is not NULL. */
static bool add_initial(struct sha256 *hash, const char *net, const char *scheme,
                        enum init_bias bias, const char *path, struct error *error)
{
    struct network *network;
    struct metadata metadata = {.count = 0};
    char hex[SHA256_HEX_SIZE];
    metadata_add(&metadata, "net", net);
    if (!network_create(&network, nets_find(net), 1, false, error))
        return false;
    bool good = initialise_network(network, scheme, bias, SEED, error)
                && weights_hash(network, hex, error)
                && (path == NULL || weights_write(path, network, &metadata, error));
    if (good)
        sha256_update(hash, hex, strlen(hex));
    network_free(network);
    return good;
}

static bool add_log(struct sha256 *hash, const char *path, struct error *error)
{
    struct runlog log;
    bool good = runlog_read(&log, path, error);
    for (size_t i = 0; good && i < log.epoch_count; i++) {
        char text[128];
        int length
            = snprintf(text, sizeof text, "%a %s\n", log.epochs[i].loss, log.epochs[i].weights);
        sha256_update(hash, text, (size_t)length);
    }
    runlog_free(&log);
    return good;
}

/* Answers on the test images, and the logits of the last batch of them. */
static bool add_answers(struct sha256 *hash, const char *folder, const char *weights,
                        struct error *error)
{
    struct network *network = NULL;
    struct tensor_file file = {0};
    struct cifar10 set = {0};
    struct evaluation evaluation;
    const struct weights_source source = {.path = weights};
    char hex[SHA256_HEX_SIZE];
    bool good = cifar10_load(&set, folder, CIFAR10_TEST, 0, error)
                && weights_open(&source, EVALUATION_BATCH, &network, &file, error)
                && evaluation_run(&evaluation, network, &set, true, error);
    if (good) {
        struct tensor logits
            = {.count = FILE_RECORDS * CIFAR10_CLASSES, .values = (float *)network_output(network)};
        good = tensors_hash(&logits, 1, hex, error);
    }
    if (good) {
        char text[128];
        int length = snprintf(text, sizeof text, "%zu %s\n", evaluation.correct, hex);
        sha256_update(hash, text, (size_t)length);
    }
    network_free(network);
    tensor_file_free(&file);
    cifar10_free(&set);
    return good;
}

static bool add_case(struct sha256 *hash, const struct test_case *s, const char *folder,
                     const struct names *names, struct error *error)
{
    const struct training_settings settings = {.weights = names->initial,
                                               .data = folder,
                                               .out = names->final,
                                               .log = names->log,
                                               .checkpoint = names->checkpoint,
                                               .epochs = s->epochs,
                                               .hyper = {.batch_size = s->batch_size,
                                                         .examples = s->examples,
                                                         .learning_rate = 1e-3,
                                                         .order = s->order,
                                                         .loss = s->loss,
                                                         .plotted = s->plotted,
                                                         .optimiser = s->optimiser,
                                                         .momentum = s->momentum,
                                                         .seed = SEED},
                                               .checkpoint_seconds = 3600,
                                               .quiet = true};
    uint64_t done;
    unlink(names->checkpoint); /* every case starts from scratch */
    unlink(names->previous);
    return add_initial(hash, s->net, s->scheme, INIT_BIAS_DEFAULT, names->initial, error)
           && training_run(&settings, &done, error) && add_log(hash, names->log, error)
           && add_answers(hash, folder, names->final, error);
}

/* The base's schemes: those there were when it was frozen. */
static const char *const base_schemes[]
    = {"zeros",          "ones",          "kaiming-uniform", "kaiming-normal",
       "xavier-uniform", "xavier-normal", "default",         NULL};
static const char *const base_nets[] = {"carlini", "resnet56", NULL};
static const char *const base_optimisers[] = {"adam", NULL};

bool fingerprint_base_covers(enum fingerprint_part part, const char *name)
{
    static const char *const *const covered[] = {[FINGERPRINT_SCHEME] = base_schemes,
                                                 [FINGERPRINT_NET] = base_nets,
                                                 [FINGERPRINT_OPTIMISER] = base_optimisers};
    return text_index(name, covered[part]) >= 0;
}

static bool add_base(struct sha256 *hash, const char *folder, const struct names *names,
                     struct error *error)
{
    bool good = true;
    for (size_t i = 0; good && base_schemes[i] != NULL; i++)
        good = add_initial(hash, "carlini", base_schemes[i], INIT_BIAS_DEFAULT, NULL, error);
    good = good && add_initial(hash, "carlini", "zeros", INIT_BIAS_SCHEME, NULL, error)
           && add_initial(hash, "carlini", "ones", INIT_BIAS_SCHEME, NULL, error);
    for (size_t i = 0; good && i < sizeof base_cases / sizeof *base_cases; i++)
        good = add_case(hash, &base_cases[i], folder, names, error);
    return good;
}

static bool add_net(struct sha256 *hash, const char *net, const char *folder,
                    const struct names *names, struct error *error)
{
    const struct test_case uneven
        = {net, "default", 67, 100, 2, ORDER_SHUFFLED, LOSS_CROSS_ENTROPY, PLOTTED_BATCH_MEANS};
    const struct test_case small
        = {net, "default", 10, 15, 1, ORDER_SEQUENTIAL, LOSS_CROSS_ENTROPY, PLOTTED_EXAMPLES};
    return add_case(hash, &uneven, folder, names, error)
           && add_case(hash, &small, folder, names, error);
}

static bool add_optimiser(struct sha256 *hash, const char *name, const char *folder,
                          const struct names *names, struct error *error)
{
    const int index = text_index(name, optimiser_names());
    const struct test_case plain
        = {"carlini",          "default",        10,    20, 1, ORDER_SEQUENTIAL,
           LOSS_CROSS_ENTROPY, PLOTTED_EXAMPLES, index, 0};
    struct test_case moving = plain;
    moving.batch_size = 67;
    moving.examples = 100;
    moving.momentum = optimisers_all[index]->has_momentum ? 0.9 : 0;
    return add_case(hash, &plain, folder, names, error)
           && add_case(hash, &moving, folder, names, error);
}

static bool compute(enum fingerprint_part part, const char *name, const char *folder,
                    const struct names *names, char hex[SHA256_HEX_SIZE], struct error *error)
{
    struct sha256 hash;
    if (!write_data(folder, error) || !sha256_start(&hash, error))
        return false;
    bool good = false;
    switch (part) {
    case FINGERPRINT_BASE:
        good = add_base(&hash, folder, names, error);
        break;
    case FINGERPRINT_SCHEME:
        good = add_initial(&hash, "carlini", name, INIT_BIAS_DEFAULT, NULL, error)
               && add_initial(&hash, "resnet56", name, INIT_BIAS_DEFAULT, NULL, error);
        break;
    case FINGERPRINT_NET:
        good = add_net(&hash, name, folder, names, error);
        break;
    case FINGERPRINT_OPTIMISER:
        good = add_optimiser(&hash, name, folder, names, error);
        break;
    }
    if (good)
        sha256_finish(&hash, hex);
    else
        sha256_drop(&hash);
    return good;
}

bool fingerprint_compute(enum fingerprint_part part, const char *name, const char *folder,
                         char hex[SHA256_HEX_SIZE], struct error *error)
{
    struct names names;
    struct lock lock;
    char locked[FILE_PATH];
    if (!file_path(names.initial, error, "%s/initial.safetensors", folder)
        || !file_path(names.final, error, "%s/final.safetensors", folder)
        || !file_path(names.log, error, "%s/log.tsv", folder)
        || !file_path(names.checkpoint, error, "%s/checkpoint.safetensors", folder)
        || !file_path(names.previous, error, "%s/checkpoint.safetensors.previous", folder)
        || !file_path(locked, error, "%s/fingerprint", folder) || !file_make_folder(folder, error))
        return false;
    /* A training's own lock does not cover what is written before it and read after it. */
    bool good = lock_take(&lock, locked, "taking it in this folder", error)
                && compute(part, name, folder, &names, hex, error);
    lock_release(&lock);
    if (!good && interrupt_seen) /* unlike a training, it does not resume */
        error_set(error, "%s: interrupted", folder);
    return good;
}
