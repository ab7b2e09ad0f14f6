#include "run/backlog.h"

#include "base/file.h"
#include "base/text.h"
#include "io/runlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LIST_MAX = 4 << 20, COLUMNS = 8 };

/* The kind of that name, added if it is new; BACKLOG_KINDS if there is no room. */
static size_t kind_of(struct backlog *b, const char *net, const char *batch, const char *arithmetic)
{
    char name[BACKLOG_KIND];
    snprintf(name, sizeof name, "%s %s %s", net, batch, arithmetic);
    for (size_t k = 0; k < b->kind_count; k++) {
        if (strcmp(b->kinds[k].name, name) == 0)
            return k;
    }
    if (b->kind_count == BACKLOG_KINDS)
        return BACKLOG_KINDS;
    struct backlog_kind *kind = &b->kinds[b->kind_count];
    *kind = (struct backlog_kind){.recorded = 0};
    memcpy(kind->name, name, sizeof name);
    return b->kind_count++;
}

static void add_speed(struct backlog_speed *speed, double rate)
{
    if (rate > 0) {
        speed->seconds += 1 / rate;
        speed->count++;
    }
}

static double rate_of(const struct backlog_speed *speed)
{
    return speed->count > 0 ? (double)speed->count / speed->seconds : 0;
}

/* A log that is damaged, or none, tells nothing here. */
static void learn(struct backlog *b, const char *path, bool recorded)
{
    struct runlog log;
    struct error ignored;
    bool good = runlog_read(&log, path, &ignored);
    const char *net = good ? runlog_find(&log, "net") : NULL;
    const char *batch = good ? runlog_find(&log, "batch_size") : NULL;
    const char *arithmetic = good ? runlog_find(&log, "arithmetic") : NULL;
    if (net != NULL && batch != NULL && arithmetic != NULL && log.epoch_count > 0) {
        size_t k = kind_of(b, net, batch, arithmetic);
        if (k < BACKLOG_KINDS && !recorded)
            add_speed(&b->kinds[k].known, log.epochs[log.epoch_count - 1].rate);
        /* Of the record the fastest epoch: the others may have shared the machine. */
        for (size_t i = 0; k < BACKLOG_KINDS && recorded && i < log.epoch_count; i++) {
            if (log.epochs[i].rate > b->kinds[k].recorded)
                b->kinds[k].recorded = log.epochs[i].rate;
        }
    }
    runlog_free(&log);
}

static bool add_run(struct backlog *b, char *const word[COLUMNS])
{
    struct backlog_run run = {.log = word[1]};
    struct backlog_run *more = realloc(b->runs, (b->run_count + 1) * sizeof run);
    if (more == NULL)
        return false;
    b->runs = more;
    run.kind = kind_of(b, word[2], word[3], word[4]);
    if (run.kind == BACKLOG_KINDS || !text_parse_number(word[5], &run.examples)
        || !text_parse_number(word[6], &run.epochs) || !text_parse_number(word[7], &run.done))
        return false;
    b->runs[b->run_count++] = run;
    return true;
}

static bool add_line(struct backlog *b, char *line)
{
    char *word[COLUMNS];
    size_t count = 0;
    for (char *rest = line, *next; (next = strsep(&rest, "\t")) != NULL; count++) {
        if (count == COLUMNS)
            return false;
        word[count] = next;
    }
    if (count == COLUMNS && strcmp(word[0], "run") == 0)
        return add_run(b, word);
    if (count != 2)
        return false;
    if (strcmp(word[0], "jobs") == 0)
        return text_parse_number(word[1], &b->jobs) && b->jobs > 0;
    bool recorded = strcmp(word[0], "record") == 0;
    if (!recorded && strcmp(word[0], "log") != 0)
        return false;
    learn(b, word[1], recorded);
    return true;
}

bool backlog_read(struct backlog *b, const char *path, struct error *error)
{
    struct stat status;
    uint8_t *data = NULL;
    size_t size, number = 1;
    *b = (struct backlog){.jobs = 1};
    if (stat(path, &status) != 0)
        return error_errno(error, "%s: cannot examine", path);
    if (!file_read(path, LIST_MAX, &data, &size, error))
        return false;
    b->made = status.st_mtim;
    b->text = (char *)data;
    for (char *rest = b->text, *line; (line = strsep(&rest, "\n")) != NULL; number++) {
        if (line[0] != '\0' && !add_line(b, line))
            return error_set(error, "%s:%zu: not of a list's form", path, number);
    }
    backlog_refresh(b);
    return true;
}

void backlog_free(struct backlog *b)
{
    free(b->text);
    free(b->runs);
    *b = (struct backlog){0};
}

static bool is_newer(const char *path, const struct timespec *than)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    return status.st_mtim.tv_sec != than->tv_sec ? status.st_mtim.tv_sec > than->tv_sec
                                                 : status.st_mtim.tv_nsec > than->tv_nsec;
}

void backlog_refresh(struct backlog *b)
{
    for (size_t k = 0; k < b->kind_count; k++)
        b->kinds[k].listed = (struct backlog_speed){0};
    for (size_t i = 0; i < b->run_count; i++) {
        struct backlog_run *run = &b->runs[i];
        struct runlog log;
        struct error ignored;
        if (!is_newer(run->log, &b->made))
            continue;
        if (runlog_read(&log, run->log, &ignored) && log.epoch_count > 0) {
            run->done = log.epoch_count;
            add_speed(&b->kinds[run->kind].listed, log.epochs[log.epoch_count - 1].rate);
        }
        runlog_free(&log);
    }
}

static const struct backlog_run *find(const struct backlog *b, const char *log)
{
    for (size_t i = 0; log != NULL && i < b->run_count; i++) {
        if (strcmp(b->runs[i].log, log) == 0)
            return &b->runs[i];
    }
    return NULL;
}

bool backlog_has(const struct backlog *b, const char *log)
{
    return find(b, log) != NULL;
}

/* Images a second of a kind, as measured here; 0: unknown. */
static double measured(const struct backlog *b, size_t k, const struct backlog_run *own,
                       double rate)
{
    if (own != NULL && own->kind == k && rate > 0)
        return rate;
    double listed = rate_of(&b->kinds[k].listed);
    return listed > 0 ? listed : rate_of(&b->kinds[k].known);
}

/* How many times faster this machine is than the record's, by the kinds that both have; 0: unknown.
 */
static double times_faster(const struct backlog *b, const struct backlog_run *own, double rate)
{
    struct backlog_speed ratio = {0};
    for (size_t k = 0; k < b->kind_count; k++) {
        if (b->kinds[k].recorded > 0)
            add_speed(&ratio, measured(b, k, own, rate) / b->kinds[k].recorded);
    }
    return rate_of(&ratio);
}

struct backlog_left backlog_left(const struct backlog *b, const char *own, double rate)
{
    struct backlog_left left = {0};
    const struct backlog_run *self = find(b, own);
    double faster = times_faster(b, self, rate);
    for (size_t i = 0; i < b->run_count; i++) {
        const struct backlog_run *run = &b->runs[i];
        if (run == self || run->done >= run->epochs)
            continue;
        double speed = measured(b, run->kind, self, rate);
        if (speed <= 0)
            speed = faster * b->kinds[run->kind].recorded;
        left.runs++;
        if (left.seconds < 0 || speed <= 0)
            left.seconds = -1;
        else
            left.seconds += (double)(run->epochs - run->done) * (double)run->examples / speed;
    }
    uint64_t at_once = left.runs + (self != NULL);
    left.jobs = (int)(b->jobs < at_once ? b->jobs : at_once);
    return left;
}
