#include "run/description.h"

#include "base/text.h"
#include "data/cifar10.h"
#include "nn/initialise.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const plotted_names[] = {"batch-means", "examples", NULL};

/* The pairs, in their order; whether each is a hyper-parameter; and of those that came after the
 * first logs, the value that these had, with which a pair is left out. */
static const struct pair {
    const char *key;
    bool hyper;
    const char *omitted;
} pairs[DESCRIPTION_PAIRS] = {
    {"net", false},
    {"initial_weights_sha256", false},
    {"scheme", false},
    {"bias", false},
    {"initial_seed", false},
    {"data_sha256", false},
    {"examples", true},
    {"batch_size", true},
    {"learning_rate", true},
    {"order", true},
    {"loss", true},
    {"plotted", true},
    {"seed", true},
    {"arithmetic", true},
    {"optimiser", true, "adam"},
    {"momentum", true, "0"},
    {"hyperparameters_sha256", false},
    {"numerics_sha256", false},
};

static const char UNKNOWN[] = "unknown";

static const struct pair *pair_of(const char *key)
{
    size_t i = 0;
    while (strcmp(pairs[i].key, key) != 0)
        i++;
    return &pairs[i];
}

/* Adds a pair; they come in the table's order. */
static void __attribute__((format(printf, 3, 4)))
add(struct description *d, const char *key, const char *format, ...)
{
    const struct pair *pair = pair_of(key);
    char *value = d->values[d->count];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, DESCRIPTION_VALUE, format, arguments);
    va_end(arguments);
    if (pair->omitted == NULL || strcmp(value, pair->omitted) != 0)
        d->keys[d->count++] = pair->key;
}

/* Trained weights state their seed too, but are not made from it. What a file's metadata say counts
 * only if a hash covers them. */
static void add_origin(struct description *d, const struct tensor_file *initial)
{
    const char *step = tensor_file_metadata(initial, "step");
    const char *scheme = tensor_file_metadata(initial, "scheme");
    const char *bias = tensor_file_metadata(initial, "bias");
    const char *seed = tensor_file_metadata(initial, "seed");
    uint64_t number;
    bool known = initial->state == TENSORS_VERIFIED && step != NULL && strcmp(step, "0") == 0
                 && text_index(scheme, init_names()) >= 0 && text_index(bias, init_bias_names) >= 0
                 && text_parse_number(seed, &number);
    add(d, "scheme", "%s", known ? scheme : UNKNOWN);
    add(d, "bias", "%s", known ? bias : UNKNOWN);
    add(d, "initial_seed", "%s", known ? seed : UNKNOWN);
}

static bool hash_hyperparameters(const struct description *d, char hex[SHA256_HEX_SIZE],
                                 struct error *error)
{
    struct sha256 hash;
    if (!sha256_start(&hash, error))
        return false;
    for (size_t i = 0; i < d->count; i++) {
        char line[DESCRIPTION_VALUE + 40];
        if (!pair_of(d->keys[i])->hyper)
            continue;
        int length = snprintf(line, sizeof line, "%s %s\n", d->keys[i], d->values[i]);
        sha256_update(&hash, line, (size_t)length);
    }
    sha256_finish(&hash, hex);
    return true;
}

bool description_make(struct description *d, const struct hyperparameters *h,
                      const struct tensor_file *initial, const char *initial_sha256,
                      const char *net, const char *data_sha256, size_t examples,
                      const char *numerics, struct error *error)
{
    char hex[SHA256_HEX_SIZE];
    d->count = 0;
    add(d, "net", "%s", net);
    add(d, "initial_weights_sha256", "%s", initial_sha256);
    add_origin(d, initial);
    add(d, "data_sha256", "%s", data_sha256);
    add(d, "examples", "%zu", examples);
    add(d, "batch_size", "%" PRIu64, h->batch_size);
    add(d, "learning_rate", "%.17g", h->learning_rate);
    add(d, "order", "%s", order_names[h->order]);
    add(d, "loss", "%s", loss_names[h->loss]);
    add(d, "plotted", "%s", plotted_names[h->plotted]);
    add(d, "seed", "%" PRIu64, h->seed);
    add(d, "arithmetic", "%s", gemm_names[h->arithmetic]);
    add(d, "optimiser", "%s", optimiser_names()[h->optimiser]);
    add(d, "momentum", "%.17g", h->momentum);
    if (!hash_hyperparameters(d, hex, error))
        return false;
    add(d, "hyperparameters_sha256", "%s", hex);
    add(d, "numerics_sha256", "%s", numerics != NULL ? numerics : UNKNOWN);
    return true;
}

bool description_parse_numerics(const char *text, void *target, struct error *error)
{
    *(const char **)target = text;
    return sha256_is_hex(text) || error_set(error, "'%s' is not a SHA-256", text);
}

const char *description_key(size_t i)
{
    return pairs[i].key;
}

const char *description_find(const struct description *d, const char *key)
{
    for (size_t i = 0; i < d->count; i++) {
        if (strcmp(d->keys[i], key) == 0)
            return d->values[i];
    }
    return pair_of(key)->omitted;
}

static bool parse_count(const struct description *d, const char *key, uint64_t minimum,
                        uint64_t maximum, uint64_t *number, const char *path, struct error *error)
{
    const char *text = description_find(d, key);
    return (text_parse_number(text, number) && *number >= minimum && *number <= maximum)
           || error_set(error, "%s: its %s, %s, is not possible", path, key, text);
}

static bool parse_name(const struct description *d, const char *key, const char *const *names,
                       int *choice, const char *path, struct error *error)
{
    *choice = text_index(description_find(d, key), names);
    return *choice >= 0
           || error_set(error, "%s: its %s, %s, is not known", path, key, description_find(d, key));
}

static bool parse_real(const struct description *d, const char *key, double *number,
                       const char *path, struct error *error)
{
    char again[DESCRIPTION_VALUE];
    const char *text = description_find(d, key);
    *number = strtod(text, NULL);
    snprintf(again, sizeof again, "%.17g", *number);
    return (*number >= 0 && *number < HUGE_VAL && strcmp(text, again) == 0)
           || error_set(error, "%s: its %s, %s, is not possible", path, key, text);
}

bool description_parse(struct description *d, struct hyperparameters *h, const struct runlog *log,
                       const char *path, struct error *error)
{
    int order, loss, plotted, arithmetic;
    char hex[SHA256_HEX_SIZE];
    d->count = 0;
    for (size_t i = 0; i < DESCRIPTION_PAIRS; i++) {
        const char *value = runlog_find(log, pairs[i].key);
        if (value == NULL && pairs[i].omitted != NULL)
            continue;
        if (value == NULL || strlen(value) >= DESCRIPTION_VALUE)
            return error_set(error, "%s: its %s is %s", path, pairs[i].key,
                             value == NULL ? "missing" : "too long");
        add(d, pairs[i].key, "%s", value);
    }
    if (!parse_count(d, "examples", 1, CIFAR10_TRAIN_EXAMPLES, &h->examples, path, error)
        || !parse_count(d, "batch_size", 1, CIFAR10_TRAIN_EXAMPLES, &h->batch_size, path, error)
        || !parse_count(d, "seed", 0, UINT32_MAX, &h->seed, path, error)
        || !parse_real(d, "learning_rate", &h->learning_rate, path, error)
        || !parse_name(d, "order", order_names, &order, path, error)
        || !parse_name(d, "loss", loss_names, &loss, path, error)
        || !parse_name(d, "plotted", plotted_names, &plotted, path, error)
        || !parse_name(d, "arithmetic", gemm_names, &arithmetic, path, error)
        || !parse_name(d, "optimiser", optimiser_names(), &h->optimiser, path, error)
        || !parse_real(d, "momentum", &h->momentum, path, error)
        || !hash_hyperparameters(d, hex, error))
        return false;
    h->order = (enum order_kind)order;
    h->loss = (enum loss_kind)loss;
    h->plotted = (enum plotted_kind)plotted;
    h->arithmetic = (enum gemm_engine)arithmetic;
    if (h->learning_rate == 0)
        return error_set(error, "%s: its learning_rate, 0, is not possible", path);
    const char *stated = description_find(d, "hyperparameters_sha256");
    return strcmp(stated, hex) == 0
           || error_set(error, "%s: its hyperparameters_sha256 is %s, but they give %s", path,
                        stated, hex);
}

/* The table's i-th pair, which another file has as `found`, or not (NULL). */
static bool fits(const struct description *d, size_t i, const char *found, const char *path,
                 struct error *error)
{
    const char *wanted = description_find(d, pairs[i].key);
    if (found == NULL)
        found = pairs[i].omitted;
    return (found != NULL && strcmp(found, wanted) == 0)
           || error_set(error, "%s: belongs to another training: its %s is %s, not %s", path,
                        pairs[i].key, found != NULL ? found : "missing", wanted);
}

bool description_fits_log(const struct description *d, const struct runlog *log, const char *path,
                          struct error *error)
{
    bool good = true;
    for (size_t i = 0; good && i < DESCRIPTION_PAIRS; i++)
        good = fits(d, i, runlog_find(log, pairs[i].key), path, error);
    return good;
}

bool description_fits_file(const struct description *d, const struct tensor_file *file,
                           const char *path, struct error *error)
{
    bool good = true;
    for (size_t i = 0; good && i < DESCRIPTION_PAIRS; i++)
        good = fits(d, i, tensor_file_metadata(file, pairs[i].key), path, error);
    return good;
}
