#include "run/fingerprint.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "base/lock.h"
#include "base/random.h"
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

/* A training: its first weights and what is not the same for all. */
struct specimen {
    const char *net;
    enum init_scheme scheme;
    uint64_t batch_size, examples, epochs;
    enum order_kind order;
    enum loss_kind loss;
    enum plotted_kind plotted;
};

/* 67 images are cut into uneven parts and groups; 33 are a short batch. */
static const struct specimen specimens[] = {
    {"carlini", INIT_DEFAULT, 67, 100, 2, ORDER_SHUFFLED, LOSS_CROSS_ENTROPY, PLOTTED_BATCH_MEANS},
    {"carlini", INIT_ONES, 10, 20, 1, ORDER_SEQUENTIAL, LOSS_CROSS_ENTROPY, PLOTTED_BATCH_MEANS},
    {"resnet56", INIT_KAIMING_NORMAL, 67, 100, 1, ORDER_SEQUENTIAL, LOSS_CROSS_ENTROPY_OF_SOFTMAX,
     PLOTTED_EXAMPLES},
    {"resnet56", INIT_KAIMING_NORMAL, 10, 15, 1, ORDER_SHUFFLED, LOSS_CROSS_ENTROPY,
     PLOTTED_EXAMPLES},
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
static bool add_initial(struct sha256 *hash, const char *net, enum init_scheme scheme,
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

static bool add_specimen(struct sha256 *hash, const struct specimen *s, const char *folder,
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
                                                         .seed = SEED},
                                               .checkpoint_seconds = 3600,
                                               .quiet = true};
    uint64_t done;
    unlink(names->checkpoint); /* every specimen begins anew */
    unlink(names->previous);
    return add_initial(hash, s->net, s->scheme, INIT_BIAS_DEFAULT, names->initial, error)
           && training_run(&settings, &done, error) && add_log(hash, names->log, error)
           && add_answers(hash, folder, names->final, error);
}

static bool compute(const char *folder, const struct names *names, char hex[SHA256_HEX_SIZE],
                    struct error *error)
{
    struct sha256 hash;
    if (!write_data(folder, error) || !sha256_start(&hash, error))
        return false;
    bool good = true;
    for (int scheme = 0; good && init_names[scheme] != NULL; scheme++)
        good = add_initial(&hash, "carlini", (enum init_scheme)scheme, INIT_BIAS_DEFAULT, NULL,
                           error);
    good = good && add_initial(&hash, "carlini", INIT_ZEROS, INIT_BIAS_SCHEME, NULL, error)
           && add_initial(&hash, "carlini", INIT_ONES, INIT_BIAS_SCHEME, NULL, error);
    for (size_t i = 0; good && i < sizeof specimens / sizeof *specimens; i++)
        good = add_specimen(&hash, &specimens[i], folder, names, error);
    if (good)
        sha256_finish(&hash, hex);
    else
        sha256_drop(&hash);
    return good;
}

bool fingerprint_compute(const char *folder, char hex[SHA256_HEX_SIZE], struct error *error)
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
                && compute(folder, &names, hex, error);
    lock_release(&lock);
    if (!good && interrupt_seen) /* unlike a training it does not go on from where it was */
        error_set(error, "%s: interrupted", folder);
    return good;
}
