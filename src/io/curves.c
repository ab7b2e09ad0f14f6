#include "io/curves.h"

#include "base/file.h"
#include "base/text.h"
#include "io/runlog.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "epoch loss"; modifies the line. */
static bool parse_point(struct curve *curve, char *line, struct error *error)
{
    char due[24];
    snprintf(due, sizeof due, "%zu", curve->count + 1);
    char *space = strchr(line, ' ');
    if (space == NULL)
        return error_set(error, "not of the form 'epoch loss'");
    *space = '\0';
    if (strcmp(line, due) != 0)
        return error_set(error, "epoch '%.20s' where %s is due", line, due);
    if (curve->count == RUNLOG_EPOCHS_MAX)
        return error_set(error, "more than %d epochs", RUNLOG_EPOCHS_MAX);
    char *text = space + 1, *end;
    double loss = strtod(text, &end);
    if (text[0] == '\0' || *end != '\0' || strspn(text, "0123456789.e+-") != strlen(text)
        || !isfinite(loss))
        return error_set(error, "the loss '%.40s' is not a number", text);
    curve->losses[curve->count++] = loss;
    return true;
}

static bool parse_curve(struct curve *curve, char *text, size_t size, const char *path,
                        struct error *error)
{
    size_t number = 1;
    for (char *line = text; line < text + size; number++) {
        char *end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL || memchr(line, '\0', (size_t)(end - line)) != NULL)
            return error_set(error, "%s:%zu: the line is cut short", path, number);
        *end = '\0';
        struct error reason;
        if (line[0] != '#' && !parse_point(curve, line, &reason))
            return error_set(error, "%s:%zu: %s", path, number, reason.text);
        line = end + 1;
    }
    return curve->count > 0 || error_set(error, "%s: no epochs", path);
}

bool curve_read(struct curve *curve, const char *path, struct error *error)
{
    *curve = (struct curve){.losses = malloc(RUNLOG_EPOCHS_MAX * sizeof(double))};
    if (curve->losses == NULL)
        return error_memory(error, "%s: out of memory", path);
    uint8_t *data;
    size_t size;
    if (!file_read(path, 1 << 20, &data, &size, error))
        return false;
    bool good = parse_curve(curve, (char *)data, size, path, error);
    free(data);
    return good;
}

void curve_free(struct curve *curve)
{
    free(curve->losses);
    *curve = (struct curve){0};
}

/* " value", in one form for every nan. */
static bool print_value(struct file_writer *writer, double value, struct error *error)
{
    if (isnan(value))
        return file_writer_print(writer, error, " nan");
    return file_writer_print(writer, error, " %.17g", value);
}

/* Mean, minimum and maximum of one epoch over the logs: all nan if one is. */
static void summarise(const struct runlog *logs, size_t count, size_t epoch, double summary[3])
{
    double sum = 0, minimum = HUGE_VAL, maximum = -HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        double loss = logs[i].epochs[epoch].loss;
        sum += loss;
        minimum = loss < minimum ? loss : minimum;
        maximum = loss > maximum ? loss : maximum;
    }
    summary[0] = sum / (double)count;
    summary[1] = isnan(sum) ? sum : minimum;
    summary[2] = isnan(sum) ? sum : maximum;
}

static bool write_table(struct file_writer *writer, const struct runlog *logs, size_t count,
                        const struct curve *published, struct error *error)
{
    if (!file_writer_print(writer, error,
                           "# total training loss over each epoch, as plotted in the paper\n"
                           "# published: digitised curve; mean, minimum, maximum: over %zu "
                           "seed%s\n# epoch published mean minimum maximum\n",
                           count, count == 1 ? "" : "s"))
        return false;
    size_t ours = logs[0].epoch_count;
    size_t rows = ours > published->count ? ours : published->count;
    for (size_t row = 0; row < rows; row++) {
        double values[4] = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
        if (row < published->count)
            values[0] = published->losses[row];
        if (row < ours)
            summarise(logs, count, row, values + 1);
        if (!file_writer_print(writer, error, "%zu", row + 1))
            return false;
        for (int i = 0; i < 4; i++) {
            if (!print_value(writer, values[i], error))
                return false;
        }
        if (!file_writer_print(writer, error, "\n"))
            return false;
    }
    return true;
}

/* What the seed decides of how a run is described. */
static bool is_of_seed(const char *key)
{
    static const char *const keys[]
        = {"initial_weights_sha256", "initial_seed", "seed", "hyperparameters_sha256", NULL};
    return text_index(key, keys) >= 0;
}

/* Log i must be of the first one's run, and of a seed that none before it has. */
static bool check_seed(const struct runlog *logs, const char *const *paths, size_t i,
                       struct error *error)
{
    const struct runlog *first = &logs[0], *log = &logs[i];
    if (log->epoch_count != first->epoch_count)
        return error_set(error, "%s: %zu epochs, but %s has %zu", paths[i], log->epoch_count,
                         paths[0], first->epoch_count);
    if (log->pair_count != first->pair_count)
        return error_set(error, "%s: %zu settings, but %s has %zu", paths[i], log->pair_count,
                         paths[0], first->pair_count);
    for (size_t k = 0; k < log->pair_count; k++) {
        const struct runlog_pair *ours = &log->pairs[k], *due = &first->pairs[k];
        if (strcmp(ours->key, due->key) != 0
            || (strcmp(ours->value, due->value) != 0 && !is_of_seed(ours->key)))
            return error_set(error, "%s: %s %s, but %s has %s %s", paths[i], ours->key, ours->value,
                             paths[0], due->key, due->value);
    }
    const char *seed = runlog_find(log, "seed");
    for (size_t j = 0; j < i; j++) {
        const char *other = runlog_find(&logs[j], "seed");
        if (seed == NULL || other == NULL)
            return error_set(error, "%s: no seed", paths[seed == NULL ? i : j]);
        if (strcmp(seed, other) == 0)
            return error_set(error, "%s: seed %s, which %s has too", paths[i], seed, paths[j]);
    }
    return true;
}

static bool read_logs(struct runlog *logs, const char *const *paths, size_t count, const char *out,
                      struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!file_distinct(paths[i], "input", out, "output", error)
            || !runlog_read(&logs[i], paths[i], error))
            return false;
        if (logs[i].epoch_count == 0)
            return error_set(error, "%s: no epoch is finished yet", paths[i]);
        if (!check_seed(logs, paths, i, error))
            return false;
    }
    return true;
}

bool curves_write(const char *const *logs, size_t count, const char *published, const char *out,
                  struct error *error)
{
    struct runlog *read = calloc(count, sizeof *read);
    if (read == NULL)
        return error_memory(error, "%s: out of memory", out);
    struct curve curve = {0};
    struct file_writer writer;
    bool good = file_distinct(published, "input", out, "output", error)
                && read_logs(read, logs, count, out, error) && curve_read(&curve, published, error);
    if (good) {
        good = file_writer_open(&writer, out, error)
               && write_table(&writer, read, count, &curve, error)
               && file_writer_commit(&writer, NULL, error);
        file_writer_close(&writer);
    }
    curve_free(&curve);
    for (size_t i = 0; i < count; i++)
        runlog_free(&read[i]);
    free(read);
    return good;
}
