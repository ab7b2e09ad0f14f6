/* show-weights: prints what a weight file or checkpoint holds. */
#include "base/options.h"
#include "base/text.h"
#include "io/safetensors.h"
#include "run/statistics.h"

#include <stdio.h>

/* What a file says may be anything: it is not let loose on a terminal. */
static void print_plain(const char *text)
{
    for (; *text != '\0'; text++)
        putchar(text_plain(*text));
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
        size_t values = 0;
        for (size_t i = 0; i < file.metadata.count; i++) {
            print_plain(file.metadata.keys[i]);
            printf(": ");
            print_plain(file.metadata.values[i]);
            printf("\n");
        }
        printf("\n%-34s %-13s %13s %13s %13s %13s %6s\n", "tensor", "shape", "min", "max", "mean",
               "std", "NaNs");
        for (size_t t = 0; t < file.count; t++) {
            print_tensor(&file.tensors[t]);
            values += file.tensors[t].count;
        }
        printf("\n%zu tensors, %zu values, SHA-256 of the values %s\n", file.count, values,
               file.payload_sha256);
        tensor_file_free(&file);
    }
    return tool_finish(&tool, good, &error);
}
