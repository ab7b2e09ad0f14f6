/* show-weights: prints what a weight file or checkpoint holds. */
#include "base/options.h"
#include "base/text.h"
#include "io/safetensors.h"
#include "run/statistics.h"

#include <stdio.h>
#include <stdlib.h>

/* What a file says may be anything: it is not let loose on a terminal. */
static bool print_pair(const char *key, const char *value, struct error *error)
{
    char *line;
    if (asprintf(&line, "%s: %s", key, value) < 0)
        return error_memory(error, "out of memory for a line of the metadata");
    text_make_plain(line);
    printf("%s\n", line);
    free(line);
    return true;
}

static void print_tensor(struct tensor *t)
{
    text_make_plain(t->name);
    char shape[96] = "";
    int used = 0;
    for (size_t d = 0; d < t->dims; d++)
        used += snprintf(shape + used, sizeof shape - (size_t)used, "%s%zu", d > 0 ? "x" : "",
                         t->shape[d]);
    struct statistics s = statistics_of(t->values, t->count);
    printf("%-34s %-13s %13.6g %13.6g %13.6g %13.6g %6zu\n", t->name, shape, s.minimum, s.maximum,
           s.mean, s.deviation, s.nans);
}

static bool print_file(struct tensor_file *file, struct error *error)
{
    size_t values = 0;
    for (size_t i = 0; i < file->metadata.count; i++) {
        if (!print_pair(file->metadata.keys[i], file->metadata.values[i], error))
            return false;
    }
    printf("\n%-34s %-13s %13s %13s %13s %13s %6s\n", "tensor", "shape", "min", "max", "mean",
           "std", "NaNs");
    for (size_t t = 0; t < file->count; t++) {
        print_tensor(&file->tensors[t]);
        values += file->tensors[t].count;
    }
    printf("\n%zu tensors, %zu values, SHA-256 of the values %s\n", file->count, values,
           file->payload_sha256);
    return true;
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    const struct option_spec options[]
        = {{"weights", "FILE", "weight file or checkpoint", OPTION_TEXT, &path, .required = true},
           {0}};
    const struct tool tool
        = {"show-weights", "prints what a weight file or checkpoint holds", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    struct error error;
    struct tensor_file file;
    bool good = tensor_file_read(&file, path, &error);
    if (good) {
        good = print_file(&file, &error);
        tensor_file_free(&file);
    }
    return tool_finish(&tool, good, &error);
}
