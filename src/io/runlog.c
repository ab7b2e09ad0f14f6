#include "io/runlog.h"

#include "base/file.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HEADER[] = "epoch\tloss\texamples_per_second\tweights_sha256";

/* Makes room for one more element; doubles, starting at 16. */
static bool grow(void **items, size_t count, size_t size, struct error *error)
{
    if (count != 0 && (count < 16 || (count & (count - 1)) != 0))
        return true;
    size_t room = count == 0 ? 16 : 2 * count;
    void *fresh = realloc(*items, room * size);
    if (fresh == NULL)
        return error_set(error, "run log: out of memory at %zu entries", count);
    *items = fresh;
    return true;
}

static bool is_plain(const char *text, bool word)
{
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f || (word && *c == ' '))
            return false;
    }
    return text[0] != '\0';
}

bool runlog_add_pair(struct runlog *log, const char *key, const char *value, struct error *error)
{
    if (!is_plain(key, true))
        return error_set(error, "run log: '%s' is not a key of one word", key);
    if (!is_plain(value, false))
        return error_set(error, "run log: the value of %s is empty or not plain text", key);
    if (strlen(key) + strlen(value) + 3 > RUNLOG_LINE_MAX)
        return error_set(error, "run log: the value of %s is too long", key);
    if (!grow((void **)&log->pairs, log->pair_count, sizeof *log->pairs, error))
        return false;
    struct runlog_pair pair = {strdup(key), strdup(value)};
    if (pair.key == NULL || pair.value == NULL) {
        free(pair.key);
        free(pair.value);
        return error_set(error, "run log: out of memory");
    }
    log->pairs[log->pair_count++] = pair;
    return true;
}

static bool is_hash(const char *text)
{
    return strlen(text) == SHA256_HEX_SIZE - 1
           && strspn(text, "0123456789abcdef") == SHA256_HEX_SIZE - 1;
}

bool runlog_append(struct runlog *log, double loss, double rate, const char *weights,
                   struct error *error)
{
    size_t epoch = log->epoch_count + 1;
    if (!isfinite(rate) || rate < 0)
        return error_set(error, "run log: epoch %zu: a rate of %g is not possible", epoch, rate);
    if (!is_hash(weights))
        return error_set(error, "run log: epoch %zu: '%.80s' is not a SHA-256", epoch, weights);
    if (!grow((void **)&log->epochs, log->epoch_count, sizeof *log->epochs, error))
        return false;
    struct runlog_epoch *entry = &log->epochs[log->epoch_count++];
    *entry = (struct runlog_epoch){.loss = isnan(loss) ? (double)NAN : loss, .rate = rate};
    memcpy(entry->weights, weights, SHA256_HEX_SIZE);
    return true;
}

const char *runlog_find(const struct runlog *log, const char *key)
{
    for (size_t i = 0; i < log->pair_count; i++) {
        if (strcmp(log->pairs[i].key, key) == 0)
            return log->pairs[i].value;
    }
    return NULL;
}

/* strtod alone would take spaces, hexadecimal, "INFINITY" and "-nan". */
static bool parse_number(const char *text, bool finite, double *value)
{
    if (!finite && strcmp(text, "nan") == 0) {
        *value = (double)NAN;
        return true;
    }
    if (!finite && (strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0)) {
        *value = text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
        return true;
    }
    char *end;
    *value = strtod(text, &end);
    return text[0] != '\0' && strspn(text, "0123456789.e+-") == strlen(text) && *end == '\0'
           && isfinite(*value);
}

static bool parse_pair(struct runlog *log, char *line, struct error *error)
{
    char *key = line + 2;
    char *space = strncmp(line, "# ", 2) == 0 ? strchr(key, ' ') : NULL;
    if (space == NULL)
        return error_set(error, "not of the form '# key value'");
    *space = '\0';
    return runlog_add_pair(log, key, space + 1, error);
}

static bool parse_epoch(struct runlog *log, char *line, struct error *error)
{
    char *field[4] = {line};
    int count = 1;
    for (char *c = line; *c != '\0'; c++) {
        if (*c != '\t')
            continue;
        if (count == 4)
            return error_set(error, "more than 4 columns");
        *c = '\0';
        field[count++] = c + 1;
    }
    if (count != 4)
        return error_set(error, "%d columns instead of 4", count);
    char expected[24];
    snprintf(expected, sizeof expected, "%zu", log->epoch_count + 1);
    if (strcmp(field[0], expected) != 0)
        return error_set(error, "epoch '%.20s' where %s is due", field[0], expected);
    double loss, rate;
    if (!parse_number(field[1], false, &loss))
        return error_set(error, "the loss '%.40s' is not a number", field[1]);
    if (!parse_number(field[2], true, &rate) || rate < 0)
        return error_set(error, "the rate '%.40s' is not a number of at least 0", field[2]);
    if (!is_hash(field[3]))
        return error_set(error, "'%.80s' is not a SHA-256", field[3]);
    return runlog_append(log, loss, rate, field[3], error);
}

/* One line without its newline; *in_table becomes true with the header line. */
static bool parse_line(struct runlog *log, char *line, bool *in_table, struct error *error)
{
    if (*in_table)
        return parse_epoch(log, line, error);
    if (line[0] == '#')
        return parse_pair(log, line, error);
    if (strcmp(line, HEADER) != 0)
        return error_set(error, "not the header 'epoch loss examples_per_second weights_sha256'");
    *in_table = true;
    return true;
}

static bool parse_text(struct runlog *log, char *text, size_t size, const char *path,
                       struct error *error)
{
    bool in_table = false;
    size_t number = 1;
    for (char *line = text; line < text + size; number++) {
        size_t left = (size_t)(text + size - line);
        char *end = memchr(line, '\n', left);
        if (end == NULL)
            return error_set(error, "%s:%zu: the line is cut short", path, number);
        if (end - line > RUNLOG_LINE_MAX)
            return error_set(error, "%s:%zu: more than %d bytes", path, number, RUNLOG_LINE_MAX);
        *end = '\0';
        if (strlen(line) != (size_t)(end - line))
            return error_set(error, "%s:%zu: a zero byte", path, number);
        struct error reason;
        if (!parse_line(log, line, &in_table, &reason))
            return error_set(error, "%s:%zu: %s", path, number, reason.text);
        line = end + 1;
    }
    if (!in_table)
        return error_set(error, "%s:%zu: the table's header is missing", path, number);
    return true;
}

bool runlog_read(struct runlog *log, const char *path, struct error *error)
{
    *log = (struct runlog){0};
    uint8_t *data;
    size_t size;
    if (!file_read(path, RUNLOG_FILE_MAX, &data, &size, error))
        return false;
    bool good = parse_text(log, (char *)data, size, path, error);
    free(data);
    return good;
}

static bool write_all(const struct runlog *log, struct file_writer *writer, struct error *error)
{
    for (size_t i = 0; i < log->pair_count; i++) {
        const struct runlog_pair *p = &log->pairs[i];
        if (!file_writer_print(writer, error, "# %s %s\n", p->key, p->value))
            return false;
    }
    if (!file_writer_print(writer, error, "%s\n", HEADER))
        return false;
    for (size_t i = 0; i < log->epoch_count; i++) {
        const struct runlog_epoch *e = &log->epochs[i];
        char loss[40] = "nan";
        if (!isnan(e->loss))
            snprintf(loss, sizeof loss, "%.17g", e->loss);
        if (!file_writer_print(writer, error, "%zu\t%s\t%.1f\t%s\n", i + 1, loss, e->rate,
                               e->weights))
            return false;
    }
    return true;
}

bool runlog_write(const struct runlog *log, const char *path, struct error *error)
{
    struct file_writer writer;
    bool good = file_writer_open(&writer, path, error) && write_all(log, &writer, error)
                && file_writer_commit(&writer, NULL, error);
    file_writer_close(&writer);
    return good;
}

void runlog_free(struct runlog *log)
{
    for (size_t i = 0; i < log->pair_count; i++) {
        free(log->pairs[i].key);
        free(log->pairs[i].value);
    }
    free(log->pairs);
    free(log->epochs);
    *log = (struct runlog){0};
}
