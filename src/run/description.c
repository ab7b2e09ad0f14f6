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

/* The pairs, in their order, and whether each is a hyper-parameter. */
static const struct {
    const char *key;
    bool hyper;
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
    {"hyperparameters_sha256", false},
    {"numerics_sha256", false},
};

static const char UNKNOWN[] = "unknown";

static void __attribute__((format(printf, 2, 3)))
add(struct description *d, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    d->keys[d->count] = pairs[d->count].key;
    vsnprintf(d->values[d->count++], DESCRIPTION_VALUE, format, arguments);
    va_end(arguments);
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
    add(d, "%s", known ? scheme : UNKNOWN);
    add(d, "%s", known ? bias : UNKNOWN);
    add(d, "%s", known ? seed : UNKNOWN);
}

static bool hash_hyperparameters(const struct description *d, char hex[SHA256_HEX_SIZE],
                                 struct error *error)
{
    struct sha256 hash;
    if (!sha256_start(&hash, error))
        return false;
    for (size_t i = 0; i < d->count; i++) {
        char line[DESCRIPTION_VALUE + 40];
        if (!pairs[i].hyper)
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
    add(d, "%s", net);
    add(d, "%s", initial_sha256);
    add_origin(d, initial);
    add(d, "%s", data_sha256);
    add(d, "%zu", examples);
    add(d, "%" PRIu64, h->batch_size);
    add(d, "%.17g", h->learning_rate);
    add(d, "%s", order_names[h->order]);
    add(d, "%s", loss_names[h->loss]);
    add(d, "%s", plotted_names[h->plotted]);
    add(d, "%" PRIu64, h->seed);
    add(d, "%s", gemm_names[h->arithmetic]);
    if (!hash_hyperparameters(d, hex, error))
        return false;
    add(d, "%s", hex);
    add(d, "%s", numerics != NULL ? numerics : UNKNOWN);
    return true;
}

bool description_parse_numerics(const char *text, void *target, struct error *error)
{
    *(const char **)target = text;
    return sha256_is_hex(text) || error_set(error, "'%s' is not a SHA-256", text);
}

const char *description_find(const struct description *d, const char *key)
{
    for (size_t i = 0; i < d->count; i++) {
        if (strcmp(d->keys[i], key) == 0)
            return d->values[i];
    }
    return NULL;
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

static bool parse_rate(const struct description *d, double *rate, const char *path,
                       struct error *error)
{
    char again[DESCRIPTION_VALUE];
    const char *text = description_find(d, "learning_rate");
    *rate = strtod(text, NULL);
    snprintf(again, sizeof again, "%.17g", *rate);
    return (*rate > 0 && *rate < HUGE_VAL && strcmp(text, again) == 0)
           || error_set(error, "%s: its learning_rate, %s, is not possible", path, text);
}

bool description_parse(struct description *d, struct hyperparameters *h, const struct runlog *log,
                       const char *path, struct error *error)
{
    int order, loss, plotted, arithmetic;
    char hex[SHA256_HEX_SIZE];
    d->count = 0;
    for (size_t i = 0; i < DESCRIPTION_PAIRS; i++) {
        const char *value = runlog_find(log, pairs[i].key);
        if (value == NULL || strlen(value) >= DESCRIPTION_VALUE)
            return error_set(error, "%s: its %s is %s", path, pairs[i].key,
                             value == NULL ? "missing" : "too long");
        add(d, "%s", value);
    }
    if (!parse_count(d, "examples", 1, CIFAR10_TRAIN_EXAMPLES, &h->examples, path, error)
        || !parse_count(d, "batch_size", 1, CIFAR10_TRAIN_EXAMPLES, &h->batch_size, path, error)
        || !parse_count(d, "seed", 0, UINT32_MAX, &h->seed, path, error)
        || !parse_rate(d, &h->learning_rate, path, error)
        || !parse_name(d, "order", order_names, &order, path, error)
        || !parse_name(d, "loss", loss_names, &loss, path, error)
        || !parse_name(d, "plotted", plotted_names, &plotted, path, error)
        || !parse_name(d, "arithmetic", gemm_names, &arithmetic, path, error)
        || !hash_hyperparameters(d, hex, error))
        return false;
    h->order = (enum order_kind)order;
    h->loss = (enum loss_kind)loss;
    h->plotted = (enum plotted_kind)plotted;
    h->arithmetic = (enum gemm_engine)arithmetic;
    const char *stated = description_find(d, "hyperparameters_sha256");
    return strcmp(stated, hex) == 0
           || error_set(error, "%s: its hyperparameters_sha256 is %s, but they give %s", path,
                        stated, hex);
}

static bool fits(const struct description *d, size_t i, const char *found, const char *path,
                 struct error *error)
{
    return (found != NULL && strcmp(found, d->values[i]) == 0)
           || error_set(error, "%s: belongs to another training: its %s is %s, not %s", path,
                        d->keys[i], found != NULL ? found : "missing", d->values[i]);
}

bool description_fits_log(const struct description *d, const struct runlog *log, const char *path,
                          struct error *error)
{
    bool good = true;
    for (size_t i = 0; good && i < d->count; i++)
        good = fits(d, i, runlog_find(log, d->keys[i]), path, error);
    return good;
}

bool description_fits_file(const struct description *d, const struct tensor_file *file,
                           const char *path, struct error *error)
{
    bool good = true;
    for (size_t i = 0; good && i < d->count; i++)
        good = fits(d, i, tensor_file_metadata(file, d->keys[i]), path, error);
    return good;
}
