#include "io/runlog.h"

#include "base/file.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HEADER[]
    = "epoch\tloss\texamples_per_second\tweights_sha256\tstate_sha256\tchain_sha256";

/* What the file says of itself. */
static const char CHAIN_KEY[] = "chain_sha256", FILE_KEY[] = "file_sha256";

/* Makes room for one more element; doubles, starting at 16. */
static bool grow(void **items, size_t count, size_t size, struct error *error)
{
    if (count != 0 && (count < 16 || (count & (count - 1)) != 0))
        return true;
    size_t room = count == 0 ? 16 : 2 * count;
    void *fresh = realloc(*items, room * size);
    if (fresh == NULL)
        return error_memory(error, "run log: out of memory at %zu entries", count);
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
    if (log->epoch_count > 0)
        return error_set(error, "run log: %s comes after the first epoch", key);
    if (strcmp(key, CHAIN_KEY) == 0 || strcmp(key, FILE_KEY) == 0)
        return error_set(error, "run log: %s is not a key of the run", key);
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
        return error_memory(error, "run log: out of memory");
    }
    log->pairs[log->pair_count++] = pair;
    return true;
}

void runlog_print_loss(double loss, char text[RUNLOG_LOSS_SIZE])
{
    snprintf(text, RUNLOG_LOSS_SIZE, "%.17g", isnan(loss) ? (double)NAN : loss); /* never "-nan" */
}

bool runlog_link(const struct runlog *log, size_t epoch, char hex[SHA256_HEX_SIZE],
                 struct error *error)
{
    if (epoch > 0) {
        memcpy(hex, log->epochs[epoch - 1].chain, SHA256_HEX_SIZE);
        return true;
    }
    struct sha256 hash;
    if (!sha256_start(&hash, error))
        return false;
    for (size_t i = 0; i < log->pair_count; i++) {
        char line[RUNLOG_LINE_MAX + 2];
        int length
            = snprintf(line, sizeof line, "# %s %s\n", log->pairs[i].key, log->pairs[i].value);
        sha256_update(&hash, line, (size_t)length);
    }
    sha256_finish(&hash, hex);
    return true;
}

bool runlog_append(struct runlog *log, double loss, double rate, const char *weights,
                   const char *state, struct error *error)
{
    size_t epoch = log->epoch_count + 1;
    if (epoch > RUNLOG_EPOCHS_MAX)
        return error_set(error, "run log: more than %d epochs", RUNLOG_EPOCHS_MAX);
    if (!isfinite(rate) || rate < 0)
        return error_set(error, "run log: epoch %zu: a rate of %g is not possible", epoch, rate);
    if (!sha256_is_hex(weights) || !sha256_is_hex(state))
        return error_set(error, "run log: epoch %zu: '%.80s' is not a SHA-256", epoch,
                         sha256_is_hex(weights) ? state : weights);
    if (!grow((void **)&log->epochs, log->epoch_count, sizeof *log->epochs, error))
        return false;
    struct runlog_epoch *entry = &log->epochs[log->epoch_count];
    char before[SHA256_HEX_SIZE], text[RUNLOG_LOSS_SIZE], line[RUNLOG_LINE_MAX];
    *entry = (struct runlog_epoch){.loss = isnan(loss) ? (double)NAN : loss, .rate = rate};
    memcpy(entry->weights, weights, SHA256_HEX_SIZE);
    memcpy(entry->state, state, SHA256_HEX_SIZE);
    if (!runlog_link(log, log->epoch_count, before, error))
        return false;
    runlog_print_loss(loss, text);
    int length
        = snprintf(line, sizeof line, "%s\t%zu\t%s\t%s\t%s\n", before, epoch, text, weights, state);
    if (!sha256_of(line, (size_t)length, entry->chain, error))
        return false;
    log->epoch_count++;
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

/* A number must be written as this program writes it: so one value has one text, and nothing that
 * strtod would take beside it (spaces, hexadecimal, "infinity") comes in. */
static bool parse_loss(const char *text, double *loss)
{
    char again[RUNLOG_LOSS_SIZE];
    *loss = strtod(text, NULL);
    runlog_print_loss(*loss, again);
    return strcmp(text, again) == 0;
}

static void print_rate(double rate, char text[RUNLOG_LINE_MAX])
{
    snprintf(text, RUNLOG_LINE_MAX, "%.1f", rate);
}

static bool parse_rate(const char *text, double *rate)
{
    char again[RUNLOG_LINE_MAX];
    *rate = strtod(text, NULL);
    print_rate(*rate, again);
    return strcmp(text, again) == 0 && isfinite(*rate) && text[0] != '-';
}

enum { COLUMNS = 6 };

static bool parse_epoch(struct runlog *log, char *line, struct error *error)
{
    char *field[COLUMNS] = {line};
    int count = 1;
    for (char *c = line; *c != '\0'; c++) {
        if (*c != '\t')
            continue;
        if (count == COLUMNS)
            return error_set(error, "more than %d columns", COLUMNS);
        *c = '\0';
        field[count++] = c + 1;
    }
    if (count != COLUMNS)
        return error_set(error, "%d columns instead of %d", count, COLUMNS);
    char expected[24];
    snprintf(expected, sizeof expected, "%zu", log->epoch_count + 1);
    if (strcmp(field[0], expected) != 0)
        return error_set(error, "epoch '%.20s' where %s is due", field[0], expected);
    double loss, rate;
    if (!parse_loss(field[1], &loss))
        return error_set(error, "the loss '%.40s' is not a number as %%.17g writes it", field[1]);
    if (!parse_rate(field[2], &rate))
        return error_set(error, "the rate '%.40s' is not a number of at least 0 as %%.1f writes it",
                         field[2]);
    for (int i = 3; i < COLUMNS; i++) {
        if (!sha256_is_hex(field[i]))
            return error_set(error, "'%.80s' is not a SHA-256", field[i]);
    }
    if (!runlog_append(log, loss, rate, field[3], field[4], error))
        return false;
    const char *link = log->epochs[log->epoch_count - 1].chain;
    return strcmp(field[5], link) == 0
           || error_set(error, "the chain is broken: the line and the link before give %s, not %s",
                        link, field[5]);
}

/* How far a file has been read. */
enum part { HEAD, LINKED, TABLE, END };

struct reader {
    struct runlog *log;
    enum part part;
    struct sha256 hash; /* of the lines so far */
};

/* The head's last line, which must agree with those before it. */
static bool check_link(struct reader *r, const char *stated, struct error *error)
{
    char link[SHA256_HEX_SIZE];
    if (r->part != HEAD)
        return error_set(error, "a second %s", CHAIN_KEY);
    r->part = LINKED;
    return runlog_link(r->log, 0, link, error)
           && (strcmp(link, stated) == 0
               || error_set(error, "the chain is broken: the lines above give %s, not %.80s", link,
                            stated));
}

static bool check_file(struct reader *r, const char *stated, struct error *error)
{
    char hex[SHA256_HEX_SIZE];
    r->part = END;
    sha256_finish(&r->hash, hex);
    return strcmp(hex, stated) == 0
           || error_set(error, "damaged: the lines above give the SHA-256 %s, not %.80s", hex,
                        stated);
}

static bool parse_pair(struct reader *r, char *line, struct error *error)
{
    char *key = line + 2;
    char *space = strncmp(line, "# ", 2) == 0 ? strchr(key, ' ') : NULL;
    if (space == NULL)
        return error_set(error, "not of the form '# key value'");
    *space = '\0';
    if (strcmp(key, CHAIN_KEY) == 0)
        return check_link(r, space + 1, error);
    if (r->part == TABLE && strcmp(key, FILE_KEY) == 0)
        return check_file(r, space + 1, error);
    if (r->part != HEAD)
        return error_set(error, "'%.40s' is not due here", key);
    return runlog_add_pair(r->log, key, space + 1, error);
}

/* One line without its newline. */
static bool parse_line(struct reader *r, char *line, struct error *error)
{
    if (r->part == END)
        return error_set(error, "more lines than the file's own hash covers");
    if (line[0] == '#')
        return parse_pair(r, line, error);
    if (r->part == TABLE)
        return parse_epoch(r->log, line, error);
    if (strcmp(line, HEADER) != 0)
        return error_set(error, "not the table's header");
    if (r->part == HEAD)
        return error_set(error, "no %s before the table", CHAIN_KEY);
    r->part = TABLE;
    return true;
}

static bool parse_text(struct reader *r, char *text, size_t size, const char *path,
                       struct error *error)
{
    size_t number = 1;
    for (char *line = text; line < text + size; number++) {
        size_t left = (size_t)(text + size - line);
        char *end = memchr(line, '\n', left);
        if (end == NULL)
            return error_set(error, "%s:%zu: the line is cut short", path, number);
        if (end - line > RUNLOG_LINE_MAX)
            return error_set(error, "%s:%zu: more than %d bytes", path, number, RUNLOG_LINE_MAX);
        size_t length = (size_t)(end - line);
        char line_copy[RUNLOG_LINE_MAX + 1];
        memcpy(line_copy, line, length);
        line_copy[length] = '\0';
        if (strlen(line_copy) != length)
            return error_set(error, "%s:%zu: a zero byte", path, number);
        struct error reason;
        if (!parse_line(r, line_copy, &reason)) {
            error_set(error, "%s:%zu: %s", path, number, reason.text);
            error->refused = reason.refused;
            return false;
        }
        if (r->part != END)
            sha256_update(&r->hash, line, length + 1);
        line = end + 1;
    }
    if (r->part == HEAD || r->part == LINKED)
        return error_set(error, "%s:%zu: the table's header is missing", path, number);
    if (r->part == TABLE)
        return error_set(error, "%s:%zu: the last line, %s, is missing", path, number, FILE_KEY);
    return true;
}

bool runlog_read(struct runlog *log, const char *path, struct error *error)
{
    *log = (struct runlog){0};
    struct reader reader = {.log = log};
    uint8_t *data;
    size_t size;
    if (!file_read(path, RUNLOG_FILE_MAX, &data, &size, error))
        return false;
    bool good = sha256_start(&reader.hash, error);
    if (good) {
        good = parse_text(&reader, (char *)data, size, path, error);
        sha256_drop(&reader.hash);
    }
    free(data);
    return good;
}

static void print_all(const struct runlog *log, const char *link, FILE *text)
{
    for (size_t i = 0; i < log->pair_count; i++)
        fprintf(text, "# %s %s\n", log->pairs[i].key, log->pairs[i].value);
    fprintf(text, "# %s %s\n%s\n", CHAIN_KEY, link, HEADER);
    for (size_t i = 0; i < log->epoch_count; i++) {
        const struct runlog_epoch *e = &log->epochs[i];
        char loss[RUNLOG_LOSS_SIZE], rate[RUNLOG_LINE_MAX];
        runlog_print_loss(e->loss, loss);
        print_rate(e->rate, rate);
        fprintf(text, "%zu\t%s\t%s\t%s\t%s\t%s\n", i + 1, loss, rate, e->weights, e->state,
                e->chain);
    }
}

/* The file's text in a block that the caller frees; NULL if there is no memory. */
static char *make_text(const struct runlog *log, const char *link, size_t *size)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, size);
    if (stream == NULL)
        return NULL;
    print_all(log, link, stream);
    bool good = ferror(stream) == 0;
    if (fclose(stream) == 0 && good)
        return text;
    free(text);
    return NULL;
}

bool runlog_write(const struct runlog *log, const char *path, struct error *error)
{
    char link[SHA256_HEX_SIZE], hex[SHA256_HEX_SIZE];
    size_t size;
    if (!runlog_link(log, 0, link, error))
        return false;
    char *text = make_text(log, link, &size);
    if (text == NULL)
        return error_memory(error, "%s: out of memory", path);
    struct file_writer writer = {.fd = -1};
    bool good = sha256_of(text, size, hex, error) && file_writer_open(&writer, path, error)
                && file_writer_write(&writer, text, size, error)
                && file_writer_print(&writer, error, "# %s %s\n", FILE_KEY, hex)
                && file_writer_commit(&writer, NULL, error);
    file_writer_close(&writer);
    free(text);
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
