/* show-weights: prints what a weight file or checkpoint holds. */
#include "base/options.h"
#include "base/text.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "run/statistics.h"
#include "run/weights.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* What a file says may be anything: it is not let loose on a terminal. The caller frees. */
static bool make_plain(char **text, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool make_plain(char **text, struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        *text = NULL;
        return error_memory(error, "out of memory for a line");
    }
    text_make_plain(*text);
    return true;
}

static bool print_pair(const struct metadata_pair *pair, struct error *error)
{
    char *line;
    if (!make_plain(&line, error, "%s: %s", pair->key, pair->value))
        return false;
    printf("%s\n", line);
    free(line);
    return true;
}

/* "64x3x3x3", or "scalar". The caller frees. */
static bool make_shape(char **text, const struct tensor *t, struct error *error)
{
    enum { EXTENT = 24 };
    size_t room = t->dims * EXTENT + sizeof "scalar", used = 0;
    *text = malloc(room);
    if (*text == NULL)
        return error_memory(error, "out of memory for a shape");
    snprintf(*text, room, "scalar");
    for (size_t d = 0; d < t->dims; d++)
        used += (size_t)snprintf(*text + used, room - used, "%s%zu", d > 0 ? "x" : "", t->shape[d]);
    return true;
}

static bool print_tensor(const struct tensor *t, struct error *error)
{
    char *name = NULL, *shape = NULL;
    bool good = make_plain(&name, error, "%s", t->name) && make_shape(&shape, t, error);
    if (good && dtype_has_values(t->dtype)) {
        struct statistics s = statistics_of(t);
        printf("%-34s %-13s %13.6g %13.6g %13.6g %13.6g %6zu %s\n", name, shape, s.minimum,
               s.maximum, s.mean, s.deviation, s.nans, dtype_name(t->dtype));
    } else if (good) {
        printf("%-34s %-13s %13s %13s %13s %13s %6s %s\n", name, shape, "-", "-", "-", "-", "-",
               dtype_name(t->dtype));
    }
    free(name);
    free(shape);
    return good;
}

/* A verified file needs no remark. */
static void print_state(const struct tensor_file *file)
{
    if (file->state == TENSORS_RESAVED)
        printf("saved again by another program: the values are verified, the metadata are not\n");
    else if (file->state == TENSORS_UNHASHED)
        printf("not verified\n");
}

static bool print_file(const struct tensor_file *file, const char *sha256, struct error *error)
{
    size_t values = 0;
    for (size_t i = 0; i < file->pair_count; i++) {
        if (!print_pair(&file->pairs[i], error))
            return false;
    }
    printf("\n%-34s %-13s %13s %13s %13s %13s %6s %s\n", "tensor", "shape", "min", "max", "mean",
           "std", "NaNs", "dtype");
    for (size_t t = 0; t < file->count; t++) {
        if (!print_tensor(&file->tensors[t], error))
            return false;
        values += file->tensors[t].count;
    }
    printf("\n%zu tensors, %zu values, SHA-256 of the values %s\n", file->count, values, sha256);
    print_state(file);
    return true;
}

int main(int argc, char **argv)
{
    struct weights_source source = {.path = NULL};
    int net = -1;
    const struct option_spec options[] = {{"weights", "FILE", "weight file or checkpoint",
                                           OPTION_TEXT, &source.path, .required = true},
                                          WEIGHTS_NET_OPTION(&net),
                                          WEIGHTS_UNVERIFIED_OPTION(&source.unverified),
                                          {0}};
    const struct tool tool
        = {"show-weights", "prints what a weight file or checkpoint holds", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    parallel_set_threads(1);
    source.net = net >= 0 ? nets_all[net] : NULL;
    struct error error;
    struct tensor_file file = {0};
    char sha256[SHA256_HEX_SIZE];
    bool good = weights_read(&file, &source, &error)
                && weights_hash_file(&file, &source, sha256, &error)
                && print_file(&file, sha256, &error);
    tensor_file_free(&file);
    return tool_finish(&tool, good, &error);
}
